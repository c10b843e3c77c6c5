// console — the interactive surface: owns the terminal and the model, speaks to the worker only in
// commands and messages.
//
// Shape    console_run returns when the person quits or a signal ends it. It sleeps in poll on
//          standard input, the wake pipe and the signal pipe, without a timeout unless something
//          moves on screen.
// Wake     the message queue's `wake` is console_wake_signal with a struct console_wake; wake-ups
//          coalesce in the pipe.
// Owns     of the options the terminal alone; the others outlive the call. Messages popped belong to the console.
// Errors   of the recording's file.
// Threads  the main thread; console_wake_signal: any.
#pragma once

#include "base/error.h"
#include "base/queue.h"
#include "console/model.h"
#include "console/term.h"
#include "protocol/descriptor.h"

struct console_wake {
    int read_fd, write_fd;
};
bool console_wake_open(struct console_wake *wake, struct error *err) MUST_CHECK;
void console_wake_close(struct console_wake *wake);
void console_wake_signal(void *wake); // queue_wake_fn

struct console_options {
    const char *state_path; // what is remembered between starts; NULL: nothing
    struct queue *commands; // struct command, pushed by the console
    struct queue *messages; // struct message, popped by the console
    struct console_wake *wake;
    const struct descriptor *actions; // for the palette
    size_t action_count;
    struct model_options model; // catalogue, shopper, event
    struct term *term;          // from term_open, closed at the end; without a screen: NULL
    const char *cast_path;      // the screen is recorded there (cast.h); NULL: it is not
    uint64_t cast_limit_bytes;  // 0: none
    bool no_color;              // of the recording
    bool is_ascii;              // without a screen; else the terminal knows
};

// *out_status: 0 for q, SIGTERM and SIGHUP; 130 for Ctrl-C.
bool console_run(const struct console_options *options, int *out_status, struct error *err)
    MUST_CHECK;
// The same without a screen: lines that are appended, for screen readers, dumb terminals and pipes. A line typed
// is a key, several keys, a :command, or the text that was asked for. Ends at the end of the input, too.
bool console_run_linear(const struct console_options *options, int *out_status, struct error *err)
    MUST_CHECK;
