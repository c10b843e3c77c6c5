// first_screen — how long two programs take from start to their first whole screen, in pairs.
//
// usage: first_screen PAIRS MARKER_A MARKER_B -- COMMAND_A... -- COMMAND_B...
// Each run gets a fresh 80x24 pseudo-terminal; the clock runs from before fork until the marker (a text
// that the program draws last) has come out of it. Prints one JSON line with the medians in ms, and
// the median of the ratios A/B of the pairs, which is what the budget compares.
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define PAIRS_MAX 200
#define TIMEOUT_MS 10000

static void run_child(int master, char **command) {
    setsid();
    const int slave = open(ptsname(master), O_RDWR);
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    ioctl(slave, TIOCSWINSZ, &size);
    ioctl(slave, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(slave, fd);
    close(master);
    setenv("TERM", "xterm-256color", 1);
    execvp(command[0], command);
    _exit(127);
}

// Ends the program as a closed terminal would, then for certain.
static void end_child(pid_t child, int master) {
    kill(child, SIGTERM);
    close(master);
    for (int tries = 0; tries < 200; tries++) {
        if (waitpid(child, NULL, WNOHANG) == child) return;
        poll(NULL, 0, 10);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static double time_once(char **command, const char *marker) {
    static char seen[1 << 20];
    size_t len = 0;
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) exit(1);
    const int64_t started_us = clock_monotonic_us();
    const pid_t child = fork();
    if (child == 0) run_child(master, command);
    double ms = -1;
    while (len + 1 < sizeof(seen)) {
        struct pollfd wait = {.fd = master, .events = POLLIN};
        if (poll(&wait, 1, TIMEOUT_MS) <= 0) break;
        const ssize_t got = read(master, seen + len, sizeof(seen) - 1 - len);
        if (got < 0 && errno == EIO) { // the child has not opened its side yet, or is gone
            if (waitpid(child, NULL, WNOHANG) == child) break;
            poll(NULL, 0, 1);
            continue;
        }
        if (got <= 0) break;
        len += (size_t)got;
        seen[len] = '\0';
        if (strstr(seen, marker)) {
            ms = (double)(clock_monotonic_us() - started_us) / 1000;
            break;
        }
    }
    end_child(child, master);
    if (ms < 0) {
        fprintf(stderr, "first_screen: %s never showed \"%s\"\n", command[0], marker);
        exit(1);
    }
    return ms;
}

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

static char **next_command(char **at, char **end) {
    while (at < end && strcmp(*at, "--") != 0)
        at++;
    if (at >= end) {
        fprintf(stderr, "usage: first_screen PAIRS MARKER_A MARKER_B -- A... -- B...\n");
        exit(2);
    }
    *at = NULL; // ends the command before it
    return at + 1;
}

int main(int argc, char **argv) {
    if (argc < 8) return 2;
    int64_t pairs = 0;
    if (!str_parse_int64(str_from(argv[1]), &pairs) || pairs < 1 || pairs > PAIRS_MAX) return 2;
    char **first = next_command(argv + 4, argv + argc);
    char **second = next_command(first, argv + argc);
    static double a[PAIRS_MAX], b[PAIRS_MAX], ratio[PAIRS_MAX];
    (void)time_once(first, argv[2]); // warm the page cache for both
    (void)time_once(second, argv[3]);
    for (size_t i = 0; i < (size_t)pairs; i++) {
        a[i] = time_once(first, argv[2]);
        b[i] = time_once(second, argv[3]);
        ratio[i] = a[i] / b[i];
    }
    const size_t count = (size_t)pairs;
    printf(
        "{\"pairs\":%zu,\"a_ms\":%.2f,\"b_ms\":%.2f,\"ratio\":%.3f}\n", count, median(a, count),
        median(b, count), median(ratio, count));
    return 0;
}
