// harness — runs a program in a pseudo terminal and watches its screen through libvterm.
//
// Shape    the program is the foreground job of a session, as under a shell; when it is stopped the
//          screen says "[stopped]". Waits are for text on the screen or for the end of the program, with a deadline; never for
//          time. The terminal keeps its settings after the program ended, so that they can be checked.
// Threads  one at a time.
#pragma once

#include "base/buf.h"

#include <sys/types.h>

struct harness;

struct harness_options {
    char *const *arguments;         // NULL-terminated; the first is the program
    const char *const *environment; // NAME=VALUE over our own, NULL-terminated; "NAME" removes it
    int columns, rows;
};

struct harness *harness_start(const struct harness_options *options);
void harness_free(struct harness *harness);       // kills what still runs
pid_t harness_pid(const struct harness *harness); // of the program
void harness_type(struct harness *harness, const char *bytes);
// A button (1: left, 4 and 5: the wheel) goes down or up at that cell, from 0.
void harness_mouse(struct harness *harness, int column, int row, int button, bool is_down);
bool harness_has_mouse(const struct harness *harness); // is asked to report it
void harness_resize(struct harness *harness, int columns, int rows);
void harness_drain(struct harness *harness);                      // shows what came meanwhile
void harness_hang_up(struct harness *harness);                    // the terminal goes away
bool harness_wait_for(struct harness *harness, const char *text); // on the screen
bool harness_wait_gone(struct harness *harness, const char *text);
// Until the program has written more; false: it has not, for long.
bool harness_wait_more(struct harness *harness);
bool harness_wait_end(struct harness *harness, int *status); // as from waitpid
void harness_screen(struct harness *harness, struct buf *out);
bool harness_has_color(struct harness *harness); // any cell not in the default colours

// A colour: HARNESS_DEFAULT, 0 to 255 of the terminal's palette, or HARNESS_RGB + 0xRRGGBB.
#define HARNESS_DEFAULT (-1)
#define HARNESS_RGB 0x1000000
struct harness_cell {
    uint32_t rune; // its base character; 0: the right half of a wide one
    int foreground, background;
    bool is_bold, is_underlined, is_reversed; // libvterm knows of no dim
};
struct harness_cell harness_cell(struct harness *harness, int column, int row);
// Alternate screen left, cursor visible, settings of the terminal as before; else says what is not.
const char *harness_complaint(struct harness *harness);
// Everything the program wrote, as bytes.
struct str harness_bytes(const struct harness *harness);
// For tests: the text comes up, or the test fails with the screen as it is.
void harness_expect(struct harness *harness, const char *text);
// The program ends and leaves the terminal as it was, or the test fails; its status, as from waitpid.
int harness_expect_end(struct harness *harness);
// … it exits with that code.
void harness_expect_exit(struct harness *harness, int code);
