// console_bench — what the console costs whoever looks at it, measured from outside: a pseudo terminal, a terminal
// emulator that says what is on it, and a clock.
//
// usage: console_bench echo                          the floor: what the smallest full-screen program would be
//        console_bench keys COUNT [-- KEYS] -- COMMAND...  from a key's byte to the bytes that move the mark
//        console_bench flood MS [-- KEYS] -- COMMAND...    frames, bytes and processor time while it goes on
//        console_bench idle MS -- COMMAND...         who wakes up, and the memory held, while nothing happens
//        console_bench end -- COMMAND...             until the command ends
// KEYS are typed once when the first screen is there. The mark is the ▸ nearest to the right edge, of those the upper
// one: at this size the selection of the list of recommendations, which Down and Up move while events scroll beside it.
// Every mode prints one line of JSON. Threads: one.
#include "base/buf.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#define COLUMNS 120
#define ROWS 40
#define MARK 0x25B8u
#define DEADLINE_MS 60000
#define QUIET_MS 300 // nothing was written for so long: the screen stands
#define REST_MS 5000 // nothing was computed for so long: what is put off until then is done
#define SLICE_MS 500
#define FRAME_GAP_US 5000
#define KEYS_MAX 20000
#define KEY_PAUSE_MS 7 // between keys, beside the frames' own rhythm

struct bench {
    int master;
    pid_t program;
    VTerm *vterm;
    VTermScreen *screen;
    uint64_t bytes, frames;
    int64_t read_us; // when the last bytes came
};

static void fail(const char *what) {
    fprintf(stderr, "console_bench: %s\n", what);
    exit(1);
}

// The floor

static void echo_mark(int row) {
    struct buf out = {0};
    buf_add_format(&out, "\033[%d;1H \033[%d;1H\xe2\x96\xb8", row == 5 ? 6 : 5, row);
    if (write(STDOUT_FILENO, out.ptr, out.len) < 0) exit(1);
    buf_release(&out);
}

static int echo(void) {
    struct termios mode;
    char byte = 0;
    if (tcgetattr(STDIN_FILENO, &mode) != 0) return 1;
    mode.c_lflag &= (tcflag_t) ~(tcflag_t)(ICANON | ECHO);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &mode);
    echo_mark(5);
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        if (byte == 'A') echo_mark(5); // the last byte of Up and Down
        if (byte == 'B') echo_mark(6);
    }
    return 0;
}

// The terminal

static void run_program(int master, char **command) {
    setsid();
    const int slave = open(ptsname(master), O_RDWR);
    const struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
    ioctl(slave, TIOCSWINSZ, &size);
    ioctl(slave, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(slave, fd);
    close(master);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    execvp(command[0], command);
    _exit(127);
}

static struct bench start(char **command) {
    struct bench bench = {.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    if (bench.master < 0 || grantpt(bench.master) != 0 || unlockpt(bench.master) != 0)
        fail("no pseudo terminal");
    bench.program = fork();
    if (bench.program == 0) run_program(bench.master, command);
    bench.vterm = vterm_new(ROWS, COLUMNS);
    vterm_set_utf8(bench.vterm, 1);
    bench.screen = vterm_obtain_screen(bench.vterm);
    vterm_screen_enable_altscreen(bench.screen, 1);
    vterm_screen_reset(bench.screen, 1);
    return bench;
}

static bool has_ended(const struct bench *bench) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)bench->program, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == bench->program;
}

// False: nothing came in that time. Bytes that follow others at once belong to the same frame.
static bool read_some(struct bench *bench, int timeout_ms) {
    char bytes[65536];
    struct pollfd wait = {.fd = bench->master, .events = POLLIN};
    if (poll(&wait, 1, timeout_ms) <= 0) return false;
    const ssize_t got = read(bench->master, bytes, sizeof(bytes));
    if (got <= 0) {
        if (errno == EIO) poll(NULL, 0, 1); // not open on the other side: not yet, or no more
        return false;
    }
    const int64_t now_us = clock_monotonic_us();
    if (now_us - bench->read_us > FRAME_GAP_US) bench->frames++;
    bench->read_us = now_us;
    bench->bytes += (uint64_t)got;
    vterm_input_write(bench->vterm, bytes, (size_t)got);
    return true;
}

// The row of the mark; -1: it is not to be seen.
static int find_mark(const struct bench *bench) {
    for (int column = COLUMNS - 1; column >= 0; column--) {
        for (int row = 0; row < ROWS; row++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(bench->screen, (VTermPos){.row = row, .col = column}, &cell);
            if (cell.chars[0] == MARK) return row;
        }
    }
    return -1;
}

static void press(const struct bench *bench, const char *keys) {
    const struct str text = str_from(keys);
    if (write(bench->master, text.ptr, text.len) != (ssize_t)text.len) fail("no key is taken");
}

// Reads for so long.
static void watch(struct bench *bench, int64_t ms) {
    const int64_t end_us = clock_monotonic_us() + ms * 1000;
    for (;;) {
        const int64_t left_us = end_us - clock_monotonic_us();
        if (left_us <= 0) return;
        (void)read_some(bench, (int)(left_us / 1000) + 1);
    }
}

static void wait_for_screen(struct bench *bench, const char *keys) {
    const int64_t end_ms = clock_monotonic_ms() + DEADLINE_MS;
    while (find_mark(bench) < 0) {
        (void)read_some(bench, 100);
        if (clock_monotonic_ms() > end_ms || has_ended(bench)) fail("there was no first screen");
    }
    watch(bench, QUIET_MS);
    if (keys) press(bench, keys);
    if (keys) watch(bench, 1000);
}

static void stop(struct bench *bench) {
    kill(bench->program, SIGTERM);
    for (int tries = 0; tries < 500 && !has_ended(bench); tries++)
        (void)read_some(bench, 10);
    if (!has_ended(bench)) kill(bench->program, SIGKILL);
    waitpid(bench->program, NULL, 0);
    close(bench->master);
    vterm_free(bench->vterm);
}

// From key to screen

static int compare(const void *left, const void *right) {
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static int64_t press_and_wait(struct bench *bench, bool is_down) {
    const int from_row = find_mark(bench);
    const int64_t from_us = clock_monotonic_us();
    press(bench, is_down ? "\033[B" : "\033[A");
    while (clock_monotonic_us() - from_us < (int64_t)DEADLINE_MS * 1000) {
        const bool has_bytes = read_some(bench, 1000);
        if (has_bytes && find_mark(bench) != from_row) return bench->read_us - from_us;
        if (has_ended(bench)) fail("it ended");
    }
    fail("a key changed nothing");
    return 0;
}

static void measure_keys(struct bench *bench, size_t count) {
    static int64_t us[KEYS_MAX];
    if (count > KEYS_MAX) count = KEYS_MAX;
    const uint64_t bytes = bench->bytes;
    for (size_t i = 0; i < count; i++) {
        us[i] = press_and_wait(bench, i % 2 == 0);
        watch(bench, KEY_PAUSE_MS + (int64_t)(i % 5));
    }
    qsort(us, count, sizeof(us[0]), compare);
    printf(
        "{\"keys\":%zu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"most_ms\":%.3f,\"bytes_per_key\":%.0f}\n",
        count, (double)us[count / 2] / 1000, (double)us[count * 99 / 100] / 1000,
        (double)us[count - 1] / 1000, (double)(bench->bytes - bytes) / (double)count);
}

// What it costs

struct cost {
    int64_t cpu_ns;            // of all threads that live
    int64_t waited, displaced; // times that they gave the processor back, and that it was taken
};

static int64_t number_after(struct str text, const char *label) {
    struct str line;
    while (text.len) {
        int64_t number = 0;
        str_split(text, '\n', &line, &text);
        if (!str_starts_with(line, str_from(label))) continue;
        struct str value = str_trim(str_skip(line, str_from(label).len));
        if (str_ends_with(value, STR(" kB"))) value = str_slice(value, 0, value.len - 3);
        return str_parse_int64(str_trim(value), &number) ? number : 0;
    }
    return 0;
}

static void add_thread(pid_t program, const char *thread, struct cost *cost) {
    struct buf path = {0}, text = {0};
    struct error err;
    buf_add_format(&path, "/proc/%d/task/%s/status", (int)program, thread);
    if (files_read(buf_text(&path), 65536, &text, &err)) {
        cost->waited += number_after(buf_str(&text), "voluntary_ctxt_switches:");
        cost->displaced += number_after(buf_str(&text), "nonvoluntary_ctxt_switches:");
    }
    buf_reset(&path);
    buf_reset(&text);
    buf_add_format(&path, "/proc/%d/task/%s/schedstat", (int)program, thread);
    if (files_read(buf_text(&path), 4096, &text, &err)) {
        struct str first, rest;
        int64_t ns = 0;
        str_split(buf_str(&text), ' ', &first, &rest);
        if (str_parse_int64(first, &ns)) cost->cpu_ns += ns;
    }
    buf_release(&path);
    buf_release(&text);
}

static struct cost read_cost(pid_t program) {
    struct cost cost = {0};
    struct buf path = {0};
    buf_add_format(&path, "/proc/%d/task", (int)program);
    DIR *folder = opendir(buf_text(&path));
    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
        if (entry->d_name[0] != '.') add_thread(program, entry->d_name, &cost);
    }
    if (folder) closedir(folder);
    buf_release(&path);
    return cost;
}

static int64_t resident_kib(pid_t program) {
    struct buf path = {0}, text = {0};
    struct error err;
    buf_add_format(&path, "/proc/%d/status", (int)program);
    const bool is_read = files_read(buf_text(&path), 65536, &text, &err);
    const int64_t kib = is_read ? number_after(buf_str(&text), "VmRSS:") : 0;
    buf_release(&path);
    buf_release(&text);
    return kib;
}

static void measure_cost(struct bench *bench, int64_t ms) {
    const uint64_t bytes = bench->bytes, frames = bench->frames;
    const struct cost before = read_cost(bench->program);
    watch(bench, ms);
    const struct cost after = read_cost(bench->program);
    const double seconds = (double)ms / 1000;
    const double drawn = (double)(bench->frames - frames);
    const double wrote = (double)(bench->bytes - bytes);
    printf(
        "{\"seconds\":%.1f,\"frames_per_second\":%.1f,\"bytes_per_frame\":%.0f,\"cpu_percent\":"
        "%.2f,\"waits\":%lld,\"displaced\":%lld,\"resident_mib\":%.1f}\n",
        seconds, drawn / seconds, drawn > 0 ? wrote / drawn : 0,
        (double)(after.cpu_ns - before.cpu_ns) / 1e7 / seconds,
        (long long)(after.waited - before.waited), (long long)(after.displaced - before.displaced),
        (double)resident_kib(bench->program) / 1024);
}

// What was left to do from before, such as events that a stream left behind, is done first.
static void wait_for_rest(struct bench *bench) {
    const int64_t end_ms = clock_monotonic_ms() + DEADLINE_MS;
    for (int64_t quiet_ms = 0; quiet_ms < REST_MS && clock_monotonic_ms() < end_ms;) {
        const int64_t before_ns = read_cost(bench->program).cpu_ns;
        watch(bench, SLICE_MS);
        const bool is_quiet = read_cost(bench->program).cpu_ns - before_ns < SLICE_MS * 10000;
        quiet_ms = is_quiet ? quiet_ms + SLICE_MS : 0;
    }
}

static void wait_for_end(struct bench *bench) {
    const uint64_t bytes = bench->bytes, frames = bench->frames;
    while (!has_ended(bench))
        (void)read_some(bench, 100);
    const double drawn = (double)(bench->frames - frames);
    printf(
        "{\"frames\":%.0f,\"bytes_per_frame\":%.0f}\n", drawn,
        drawn > 0 ? (double)(bench->bytes - bytes) / drawn : 0);
}

static int run(const char *mode, int64_t amount, const char *keys, char **command) {
    struct bench bench = start(command);
    wait_for_screen(&bench, keys);
    if (strcmp(mode, "keys") == 0) measure_keys(&bench, (size_t)amount);
    if (strcmp(mode, "flood") == 0) measure_cost(&bench, amount);
    if (strcmp(mode, "idle") == 0) {
        wait_for_rest(&bench);
        measure_cost(&bench, amount);
    }
    if (strcmp(mode, "end") == 0) wait_for_end(&bench);
    stop(&bench);
    return 0;
}

int main(int argc, char **argv) {
    int64_t amount = 0;
    int at = 2;
    const char *keys = NULL;
    if (argc == 2 && strcmp(argv[1], "echo") == 0) return echo();
    if (at < argc && str_parse_int64(str_from(argv[at]), &amount)) at++;
    if (at + 2 < argc && strcmp(argv[at], "--") == 0 && strcmp(argv[at + 2], "--") == 0) {
        keys = argv[at + 1];
        at += 2;
    }
    if (at + 1 >= argc || strcmp(argv[at], "--") != 0 || amount < 0)
        fail("see the source for its usage");
    return run(argv[1], amount, keys, argv + at + 1);
}
