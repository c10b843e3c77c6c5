// term_signals — see the header.
#include "term_signals.h"

#include "base/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const int watched[TERM_SIGNALS_COUNT] = {SIGINT,  SIGTERM,  SIGHUP,
                                                SIGQUIT, SIGWINCH, SIGTSTP};

// Written by the signal handler, which has no argument of ours; -1 while no terminal is open.
static volatile sig_atomic_t signal_fd = -1;

static void on_signal(int number) {
    const int saved_errno = errno;
    const char byte = (char)number;
    // a full pipe already holds enough to wake us
    if (signal_fd >= 0 && write((int)signal_fd, &byte, 1) < 0) errno = saved_errno;
    errno = saved_errno;
}

bool term_signals_open(struct term_signals *signals, struct error *err) {
    if (pipe(signals->pipe) != 0) return error_from_errno(err, errno, "a pipe for signals");
    for (int i = 0; i < 2; i++) {
        fcntl(signals->pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(signals->pipe[i], F_SETFD, FD_CLOEXEC);
    }
    signals->is_open = true;
    return true;
}

void term_signals_watch(struct term_signals *signals) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    signal_fd = signals->pipe[1];
    for (size_t i = 0; i < TERM_SIGNALS_COUNT; i++)
        sigaction(watched[i], &action, &signals->before[i]);
}

void term_signals_unwatch(struct term_signals *signals) {
    for (size_t i = 0; i < TERM_SIGNALS_COUNT; i++)
        sigaction(watched[i], &signals->before[i], NULL);
    signal_fd = -1;
}

void term_signals_close(struct term_signals *signals) {
    for (int i = 0; signals->is_open && i < 2; i++)
        close(signals->pipe[i]);
    signals->is_open = false;
}

int term_signals_next(const struct term_signals *signals) {
    char byte = 0;
    return read(signals->pipe[0], &byte, 1) == 1 ? byte : 0;
}

void term_signals_tell(int number) {
    on_signal(number);
}
