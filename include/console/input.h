// input — what a person did at the terminal: a key, a paste, or something with the mouse.
//
// Shape    keys are Unicode code points, control characters included; keys without one follow after
//          the last code point. A paste is one input with its whole text, never single keys, so
//          that pasted text cannot run commands.
// Mouse    cells of the screen from 0; a drag is a move with the button held.
// Owns     `paste`; input_release.
// Threads  a value.
#pragma once

#include "base/buf.h"

enum input_key {
    INPUT_TAB = 0x09,
    INPUT_ENTER = 0x0D,
    INPUT_ESCAPE = 0x1B,
    INPUT_SPACE = 0x20,
    INPUT_UP = 0x110000,
    INPUT_DOWN,
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_HOME,
    INPUT_END,
    INPUT_PAGE_UP,
    INPUT_PAGE_DOWN,
    INPUT_BACKSPACE,
    INPUT_DELETE,
    INPUT_BACK_TAB,
    INPUT_CONTROL_LEFT,
    INPUT_CONTROL_RIGHT,
    INPUT_CONTROL_HOME,
    INPUT_CONTROL_END,
    INPUT_PASTE,
    INPUT_MOUSE,
    INPUT_KEY_END
};
#define INPUT_CONTROL(letter) ((uint32_t)((letter)&0x1F)) // INPUT_CONTROL('u')
#define INPUT_MOUSE_MOST 10000                            // columns, rows; more is nonsense
// Alt with an ASCII character: INPUT_ALT('b'). Only those that some keymap row means arrive.
#define INPUT_ALT_FIRST 0x120000u
#define INPUT_ALT(character) (INPUT_ALT_FIRST + (uint32_t)(character))
#define INPUT_PASTE_MAX ((size_t)64 << 10) // more of a paste is dropped

enum input_mouse_action {
    INPUT_MOUSE_PRESS, // of the left button; the others do nothing
    INPUT_MOUSE_RELEASE,
    INPUT_MOUSE_DRAG,
    INPUT_MOUSE_WHEEL_UP,
    INPUT_MOUSE_WHEEL_DOWN
};

struct input_mouse {
    enum input_mouse_action action;
    int column, row;
};

struct input {
    uint32_t key;             // a code point or an enum input_key
    struct buf paste;         // key INPUT_PASTE
    struct input_mouse mouse; // key INPUT_MOUSE
};

void input_release(struct input *input);
// "Enter", "↑", "Ctrl-U", "t"
void input_add_key_name(struct buf *out, uint32_t key);
void input_add_typed_key_name(struct buf *out, uint32_t key); // "Down" for "↓"
// The reverse, for scripts: false when there is no such key.
bool input_parse_key_name(struct str name, uint32_t *out);
// What a terminal reports: the button's code with its modifiers, column and row from 1, and whether
// it went up. False: nothing that we have a meaning for.
bool input_decode_mouse(int code, int column, int row, bool is_up, struct input *out);
// A whole report behind its start: "0;12;7M" (m: the button went up); of old terminals button, column and row as
// characters from the blank on, where it is not told which button went up.
bool input_is_whole_report(struct str report, bool is_old);
bool input_decode_report(struct str report, struct input *out);
bool input_decode_old_report(struct str report, struct input *out);
// The reverse of the action's name, for scripts: press release drag wheel-up wheel-down.
bool input_parse_mouse_action(struct str name, enum input_mouse_action *out);
