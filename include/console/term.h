// term — the terminal: cells out, keys in, and always left as it was found. Alone on curses.
//
// Shape    one terminal per process (curses has one screen). Only cells that changed since the last
//          frame are written.
// Crash    from term_open to term_close a fatal signal or a failed ASSERT restores the terminal
//          first, by write(2) and tcsetattr alone, then dies as it would have.
// Signals  SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH and SIGTSTP become bytes on a pipe.
// Colours  24 bits where TERM has them or COLORTERM promises them (truecolor, 24bit), 256, eight, or none: as terminfo
//          says. A program started meanwhile sees the environment as it was.
// Errors   ERROR_USAGE when standard input or output is no terminal, or TERM names one that cannot
//          place the cursor.
// Threads  one: the UI. term_open before there is any other: terminfo is told things through the environment.
#pragma once

#include "base/error.h"
#include "console/canvas.h"
#include "console/input.h"

struct term;

struct term_options {
    bool no_color; // NO_COLOR or --no-color
    bool is_ascii; // --ascii; also when the locale has no UTF-8
};

bool term_open(const struct term_options *options, struct term **out, struct error *err) MUST_CHECK;
void term_close(struct term *term); // NULL is fine
bool term_is_ascii(const struct term *term);
enum theme_depth term_depth(const struct term *term); // the colours that are used
void term_size(const struct term *term, int *columns, int *rows);
void term_present(struct term *term, const struct canvas *canvas);
void term_repaint(struct term *term);               // the next present writes everything
void term_copy(struct term *term, struct str text); // to the clipboard, see clipboard.h
void term_bell(struct term *term);
void term_set_theme(struct term *term, enum theme_id theme); // THEME_ID_TERMINAL at the start
// Clicks, drags and the wheel become inputs, and the terminal's own selection stops working meanwhile.
// Off at the start.
void term_set_mouse(struct term *term, bool is_on);
// Alt with that character arrives as a key, too; it comes as ESC and the character.
void term_hear_alt(struct term *term, char character);
// The next input already there; false when there is none. `input` is reset first.
bool term_read(struct term *term, struct input *input);

enum term_signal {
    TERM_SIGNAL_NONE,
    TERM_SIGNAL_INTERRUPT,
    TERM_SIGNAL_END,
    TERM_SIGNAL_RESIZE,
    TERM_SIGNAL_SUSPEND
};
int term_signal_fd(const struct term *term); // readable when a signal came
enum term_signal term_next_signal(struct term *term);
void term_suspend(struct term *term); // as Ctrl-Z does; returns when continued
// For another program that has the terminal meanwhile: as it was found, and ours again.
void term_leave(struct term *term);
void term_return(struct term *term);
