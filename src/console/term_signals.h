// term_signals — the signals that a terminal program must not simply die of, as bytes in a pipe, for a loop that waits
// for other things, too.
//
// Owns     its pipe; term_signals_close. One at a time is watched.
// Threads  the loop's; the handler may run on any.
#pragma once

#include "base/error.h"

#include <signal.h>

#define TERM_SIGNALS_COUNT 6

struct term_signals {
    int pipe[2]; // the first is readable when there is something to tell
    struct sigaction before[TERM_SIGNALS_COUNT];
    bool is_open;
};

bool term_signals_open(struct term_signals *signals, struct error *err) MUST_CHECK;
void term_signals_watch(struct term_signals *signals);
void term_signals_unwatch(struct term_signals *signals); // as they were before
void term_signals_close(struct term_signals *signals);
int term_signals_next(const struct term_signals *signals); // 0: no more
void term_signals_tell(int number);                        // as if it had been sent
