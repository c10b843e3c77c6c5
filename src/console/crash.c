// crash — see the header.
#include "crash.h"

#include "base/attributes.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};

// The crash state of the process: there is one terminal, and a handler has no argument of ours.
static struct {
    atomic_bool is_armed;
    int fd;
    struct termios saved;
    char restore[CRASH_RESTORE_MAX];
    size_t restore_bytes;
    struct sigaction before[ARRAY_COUNT(fatal_signals)];
    stack_t stack_before;
} crash;

// A stack overflow leaves no stack to handle it on.
static _Alignas(16) char crash_stack[64 << 10];

static void restore_terminal(void) {
    if (!atomic_exchange(&crash.is_armed, false)) return;
    size_t done = 0;
    while (done < crash.restore_bytes) {
        const ssize_t wrote = write(crash.fd, crash.restore + done, crash.restore_bytes - done);
        if (wrote <= 0) break;
        done += (size_t)wrote;
    }
    tcsetattr(crash.fd, TCSANOW, &crash.saved);
}

static void on_fatal(int number) {
    restore_terminal();
    // back to what stood before us (a sanitizer's report, or death), and let it happen
    for (size_t i = 0; i < ARRAY_COUNT(fatal_signals); i++) {
        if (fatal_signals[i] == number) sigaction(number, &crash.before[i], NULL);
    }
    raise(number);
}

void crash_arm(int fd, const struct termios *saved, struct str restore) {
    crash.fd = fd;
    crash.saved = *saved;
    crash.restore_bytes = restore.len < CRASH_RESTORE_MAX ? restore.len : CRASH_RESTORE_MAX;
    if (crash.restore_bytes) memcpy(crash.restore, restore.ptr, crash.restore_bytes);
    const stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof(crash_stack)};
    sigaltstack(&stack, &crash.stack_before);
    struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_COUNT(fatal_signals); i++) {
        sigaction(fatal_signals[i], &action, &crash.before[i]);
    }
    assert_set_crash_hook(restore_terminal);
    atomic_store(&crash.is_armed, true);
}

void crash_disarm(void) {
    atomic_store(&crash.is_armed, false);
    assert_set_crash_hook(NULL);
    for (size_t i = 0; i < ARRAY_COUNT(fatal_signals); i++) {
        sigaction(fatal_signals[i], &crash.before[i], NULL);
    }
    sigaltstack(&crash.stack_before, NULL);
}
