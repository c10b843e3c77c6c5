// harness — see the header.
#include "terminal/harness.h"

#include "support/test.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#define DEADLINE_MS 20000 // generous: a loaded machine with sanitizers

struct harness {
    pid_t leader;      // stands where a shell would
    pid_t program;     // its foreground job
    int master, slave; // the slave stays open here: settings outlive the program
    int end;           // readable (end of file) when the program has ended
    struct termios before;
    VTerm *vterm;
    VTermScreen *screen;
    bool is_alternate, is_cursor_visible, has_mouse;
    struct buf bytes;
    char last[4]; // bytes that were shown
    int columns, rows;
};

static int on_property(VTermProp property, VTermValue *value, void *context) {
    struct harness *harness = context;
    if (property == VTERM_PROP_ALTSCREEN) harness->is_alternate = value->boolean;
    if (property == VTERM_PROP_MOUSE) harness->has_mouse = value->number != VTERM_PROP_MOUSE_NONE;
    if (property == VTERM_PROP_CURSORVISIBLE) harness->is_cursor_visible = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void open_terminal(struct harness *harness) {
    harness->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT(harness->master >= 0);
    ASSERT(grantpt(harness->master) == 0 && unlockpt(harness->master) == 0);
    harness->slave = open(ptsname(harness->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT(harness->slave >= 0);
    fcntl(harness->master, F_SETFL, O_NONBLOCK);
    tcgetattr(harness->slave, &harness->before);

    harness->vterm = vterm_new(harness->rows, harness->columns);
    vterm_set_utf8(harness->vterm, 1);
    harness->screen = vterm_obtain_screen(harness->vterm);
    vterm_screen_enable_altscreen(harness->screen, 1);
    vterm_screen_set_callbacks(harness->screen, &callbacks, harness);
    vterm_screen_reset(harness->screen, 1);
    harness->is_cursor_visible = true;
}

static void set_size(struct harness *harness, int columns, int rows) {
    const struct winsize size = {
        .ws_col = (unsigned short)columns,
        .ws_row = (unsigned short)rows,
    };
    harness->columns = columns;
    harness->rows = rows;
    ioctl(harness->master, TIOCSWINSZ, &size);
}

static void set_environment(const char *const *environment) {
    for (; environment && *environment; environment++) {
        struct str name, value;
        struct buf copy = {0};
        const bool has_value = str_contains(str_from(*environment), STR("="));
        str_split(str_from(*environment), '=', &name, &value);
        buf_add(&copy, name);
        if (has_value) {
            setenv(buf_text(&copy), value.ptr, 1);
        } else {
            unsetenv(buf_text(&copy));
        }
        buf_release(&copy);
    }
}

static void run_program(const struct harness *harness, const struct harness_options *options) {
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(harness->slave, getpid());
    signal(SIGTTOU, SIG_DFL);
    for (int fd = 0; fd < 3; fd++)
        dup2(harness->slave, fd);
    set_environment(options->environment);
    execv(options->arguments[0], options->arguments);
    _exit(127);
}

// Does what a shell does with a job: starts it, says when it stopped, ends as it ended. Without a
// leader in its session a program cannot be stopped at all.
static void
run_leader(const struct harness *harness, const struct harness_options *options, int tell) {
    setsid();
    ioctl(harness->slave, TIOCSCTTY, 0);
    close(harness->master); // or the terminal could never go away
    const pid_t program = fork();
    if (program == 0) run_program(harness, options);
    if (write(tell, &program, sizeof(program)) != sizeof(program)) _exit(126);
    signal(SIGHUP, SIG_IGN);
    for (;;) {
        int status = 0;
        if (waitpid(program, &status, WUNTRACED) != program) _exit(126);
        if (WIFSTOPPED(status) && write(harness->slave, "[stopped]", 9) < 0) _exit(126);
        if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
        if (!WIFSIGNALED(status)) continue;
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
}

struct harness *harness_start(const struct harness_options *options) {
    struct harness *harness = MEM_NEW(struct harness);
    int ends[2];
    harness->columns = options->columns;
    harness->rows = options->rows;
    open_terminal(harness);
    set_size(harness, options->columns, options->rows);
    ASSERT(pipe(ends) == 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    harness->end = ends[0];
    harness->leader = fork();
    ASSERT(harness->leader >= 0);
    // the write end goes with the child: reading ends when it does
    if (harness->leader == 0) run_leader(harness, options, ends[1]);
    close(ends[1]);
    ASSERT(read(ends[0], &harness->program, sizeof(pid_t)) == sizeof(pid_t));
    return harness;
}

void harness_free(struct harness *harness) {
    if (!harness) return;
    if (harness->leader > 0) {
        kill(harness->program, SIGKILL);
        kill(harness->leader, SIGKILL);
        waitpid(harness->leader, NULL, 0);
    }
    harness_hang_up(harness);
    close(harness->slave);
    close(harness->end);
    vterm_free(harness->vterm);
    buf_release(&harness->bytes);
    mem_free(harness);
}

pid_t harness_pid(const struct harness *harness) {
    return harness->program;
}

struct str harness_bytes(const struct harness *harness) {
    return buf_str(&harness->bytes);
}

void harness_type(struct harness *harness, const char *bytes) {
    struct str rest = str_from(bytes);
    while (rest.len) {
        const ssize_t wrote = write(harness->master, rest.ptr, rest.len);
        if (wrote > 0) rest = str_skip(rest, (size_t)wrote);
        ASSERT(wrote > 0 || errno == EAGAIN || errno == EINTR);
    }
}

// What the terminal makes of it, in the form that the program asked for.
void harness_mouse(struct harness *harness, int column, int row, int button, bool is_down) {
    char bytes[64];
    vterm_mouse_move(harness->vterm, row, column, VTERM_MOD_NONE);
    vterm_mouse_button(harness->vterm, button, is_down, VTERM_MOD_NONE);
    const size_t count = vterm_output_read(harness->vterm, bytes, sizeof(bytes) - 1);
    bytes[count] = 0;
    harness_type(harness, bytes);
}

bool harness_has_mouse(const struct harness *harness) {
    return harness->has_mouse;
}

void harness_hang_up(struct harness *harness) {
    if (harness->master >= 0) close(harness->master);
    harness->master = -1; // poll and read pass over it
}

void harness_resize(struct harness *harness, int columns, int rows) {
    vterm_set_size(harness->vterm, rows, columns);
    set_size(harness, columns, rows); // the kernel sends SIGWINCH
}

// libvterm does not know the place of the colour space in "38:2::R:G:B", the standard's own form, and takes it for a
// colour; it knows "38:2:R:G:B". Bytes may come in any pieces.
static void show(struct harness *harness, struct str bytes) {
    static const char before[] = "8:2:";
    struct buf text = {0};
    for (size_t i = 0; i < bytes.len; i++) {
        const char byte = bytes.ptr[i];
        const bool is_space =
            byte == ':' && memcmp(harness->last, before, sizeof(harness->last)) == 0;
        if (!is_space) buf_add_char(&text, byte);
        memmove(harness->last, harness->last + 1, sizeof(harness->last) - 1);
        harness->last[sizeof(harness->last) - 1] = byte;
    }
    vterm_input_write(harness->vterm, buf_text(&text), text.len);
    buf_release(&text);
}

void harness_drain(struct harness *harness) {
    char bytes[4096];
    for (;;) {
        const ssize_t got = read(harness->master, bytes, sizeof(bytes));
        if (got <= 0) return;
        show(harness, (struct str){.ptr = bytes, .len = (size_t)got});
        buf_add(&harness->bytes, (struct str){.ptr = bytes, .len = (size_t)got});
        // answers of the terminal to its questions
        const size_t answer = vterm_output_read(harness->vterm, bytes, sizeof(bytes));
        if (answer && write(harness->master, bytes, answer) < 0) return;
    }
}

// False when the deadline has passed.
static bool wait_for_bytes(struct harness *harness, int64_t deadline_ms, bool *has_ended) {
    struct pollfd fds[] = {
        {.fd = harness->master, .events = POLLIN},
        {.fd = harness->end, .events = POLLIN},
    };
    const int64_t left = deadline_ms - clock_monotonic_ms();
    if (left <= 0) return false;
    if (poll(fds, 2, (int)left) > 0) harness_drain(harness);
    *has_ended = fds[1].revents != 0;
    return true;
}

static void add_row(struct harness *harness, int row, struct buf *out) {
    for (int column = 0; column < harness->columns;) {
        VTermScreenCell cell;
        vterm_screen_get_cell(harness->screen, (VTermPos){.row = row, .col = column}, &cell);
        if (cell.chars[0] == 0) buf_add_char(out, ' ');
        for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++) {
            buf_add_rune(out, cell.chars[i]);
        }
        column += cell.width > 1 ? cell.width : 1;
    }
    while (out->len && out->ptr[out->len - 1] == ' ')
        out->len--;
    buf_add_char(out, '\n');
}

void harness_screen(struct harness *harness, struct buf *out) {
    for (int row = 0; row < harness->rows; row++)
        add_row(harness, row, out);
}

static bool is_on_screen(struct harness *harness, const char *text) {
    struct buf screen = {0};
    harness_screen(harness, &screen);
    const bool is_there = str_contains(buf_str(&screen), str_from(text));
    buf_release(&screen);
    return is_there;
}

static bool wait_until(struct harness *harness, const char *text, bool is_wanted) {
    const int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    bool has_ended = false;
    while (is_on_screen(harness, text) != is_wanted) {
        if (has_ended || !wait_for_bytes(harness, deadline_ms, &has_ended)) {
            return is_on_screen(harness, text) == is_wanted;
        }
    }
    return true;
}

bool harness_wait_for(struct harness *harness, const char *text) {
    return wait_until(harness, text, true);
}

bool harness_wait_gone(struct harness *harness, const char *text) {
    return wait_until(harness, text, false);
}

bool harness_wait_more(struct harness *harness) {
    const int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    const size_t before = harness->bytes.len;
    bool has_ended = false;
    while (harness->bytes.len == before && !has_ended) {
        if (!wait_for_bytes(harness, deadline_ms, &has_ended)) return false;
    }
    return harness->bytes.len > before;
}

bool harness_wait_end(struct harness *harness, int *status) {
    const int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    bool has_ended = false;
    while (!has_ended) {
        if (!wait_for_bytes(harness, deadline_ms, &has_ended)) return false;
    }
    harness_drain(harness);
    if (waitpid(harness->leader, status, 0) != harness->leader) return false;
    harness->leader = 0;
    return true;
}

static bool is_colored(const VTermScreenCell *cell) {
    return !VTERM_COLOR_IS_DEFAULT_FG(&cell->fg) || !VTERM_COLOR_IS_DEFAULT_BG(&cell->bg);
}

bool harness_has_color(struct harness *harness) {
    for (int row = 0; row < harness->rows; row++) {
        for (int column = 0; column < harness->columns; column++) {
            VTermScreenCell cell;
            const VTermPos at = {.row = row, .col = column};
            vterm_screen_get_cell(harness->screen, at, &cell);
            if (is_colored(&cell)) return true;
        }
    }
    return false;
}

static int number_of_color(const VTermColor *color) {
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return HARNESS_DEFAULT;
    if (VTERM_COLOR_IS_INDEXED(color)) return color->indexed.idx;
    return HARNESS_RGB + (color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue);
}

struct harness_cell harness_cell(struct harness *harness, int column, int row) {
    VTermScreenCell cell;
    vterm_screen_get_cell(harness->screen, (VTermPos){.row = row, .col = column}, &cell);
    const uint32_t rune = cell.chars[0];
    return (struct harness_cell){
        .rune = rune == UINT32_MAX ? 0
                : rune             ? rune
                                   : ' ',
        .foreground = number_of_color(&cell.fg),
        .background = number_of_color(&cell.bg),
        .is_bold = cell.attrs.bold,
        .is_underlined = cell.attrs.underline != 0,
        .is_reversed = cell.attrs.reverse,
    };
}

const char *harness_complaint(struct harness *harness) {
    struct termios after;
    if (harness->is_alternate) return "the alternate screen is still shown";
    if (harness->has_mouse) return "the mouse is still reported";
    if (!harness->is_cursor_visible) return "the cursor is invisible";
    tcgetattr(harness->slave, &after);
    if (after.c_lflag != harness->before.c_lflag) return "local modes differ (echo, canonical …)";
    if (after.c_iflag != harness->before.c_iflag) return "input modes differ";
    if (after.c_oflag != harness->before.c_oflag) return "output modes differ";
    if (str_contains(harness_bytes(harness), STR("\033[?2004h")) &&
        !str_contains(harness_bytes(harness), STR("\033[?2004l"))) {
        return "bracketed paste is still on";
    }
    return NULL;
}

void harness_expect(struct harness *harness, const char *text) {
    if (harness_wait_for(harness, text)) return;
    struct buf screen = {0};
    harness_screen(harness, &screen);
    print_error("\"%s\" did not appear on:\n%s", text, buf_text(&screen));
    buf_release(&screen);
    fail();
}

int harness_expect_end(struct harness *harness) {
    int status = 0;
    assert_true(harness_wait_end(harness, &status));
    const char *complaint = harness_complaint(harness);
    if (complaint) fail_msg("after the end: %s", complaint);
    return status;
}

void harness_expect_exit(struct harness *harness, int code) {
    const int status = harness_expect_end(harness);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
}
