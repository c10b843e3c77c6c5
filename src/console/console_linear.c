// console_linear — the loop of the console that is read out: a line in, what is new out. No curses.
#include "base/clock.h"
#include "console/clipboard.h"
#include "console/console.h"
#include "console/linear.h"
#include "outer_editor.h"
#include "outside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#define LINE_BYTES ((size_t)16 << 10)
#define STATUS_INTERRUPTED 130

static volatile sig_atomic_t ended_by; // by which signal; 0: none

static void on_signal(int number) {
    ended_by = number;
}

struct reader {
    const struct console_options *options;
    struct model model;
    struct linear linear;
    struct buf typed, out;
    bool is_over, is_end; // of the input
    bool is_silent;       // the terminal does not show what is typed
};

static void write_out(struct reader *reader) {
    struct str rest = buf_str(&reader->out);
    while (rest.len) {
        const ssize_t put = write(STDOUT_FILENO, rest.ptr, rest.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) {
            reader->is_over = true; // nobody reads it any more
            break;
        }
        rest = str_skip(rest, (size_t)put);
    }
    buf_reset(&reader->out);
}

// The terminal's clipboard, when there is a terminal; else the text itself, to be taken from the lines.
static void copy(struct reader *reader, struct str text) {
    const char *term = getenv("TERM");
    const bool is_dumb = !term || !*term || strcmp(term, "dumb") == 0;
    if (isatty(STDOUT_FILENO) && !is_dumb && text.len <= CLIPBOARD_MAX_BYTES) {
        clipboard_add(&reader->out, text, clipboard_way_for(getenv("TMUX"), getenv("STY")));
        return; // the model says what was copied
    }
    struct str line;
    model_note(&reader->model, THEME_TEXT, "There is no clipboard here; the text stands above.");
    while (text.len) {
        str_split(text, '\n', &line, &text);
        buf_add_printable(&reader->out, line);
        buf_add_char(&reader->out, '\n');
    }
}

static void edit_text(struct reader *reader, const struct effects *effects) {
    struct buf text = {0};
    struct error err = {0};
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        model_note(&reader->model, THEME_WARN, "An editor needs a terminal.");
        return;
    }
    write_out(reader);
    if (outer_editor_run(NULL, buf_str(&effects->edit_text), &text, &err)) err = (struct error){0};
    model_set_now(&reader->model, clock_wall_ms());
    model_edited_text(&reader->model, buf_str(&text), &err);
    const struct json_check *check = &reader->model.composer.check;
    if (err.code == ERROR_NONE && (check->is_good || !check->line))
        buf_add(&reader->out, STR("The text of the editor is taken.\n"));
    else if (err.code == ERROR_NONE)
        buf_add_format(
            &reader->out, "The text of the editor is no JSON: line %zu, column %zu: %s\n",
            check->line, check->column, check->message);
    buf_release(&text);
}

static void carry_out(void *context, struct effects *effects) {
    struct reader *reader = context;
    if (effects->state_changed) outside_save_state(&reader->model, reader->options->state_path);
    outside_give_commands(&reader->model, reader->options->commands, effects);
    if (effects->quit) reader->is_over = true;
    if (effects->copy.len) copy(reader, buf_str(&effects->copy));
    outside_write_file(&reader->model, effects);
    if (effects->edit) edit_text(reader, effects);
    effects_release(effects);
}

static void drain_messages(struct reader *reader) {
    struct message *message = NULL;
    model_set_now(&reader->model, clock_wall_ms());
    while ((message = queue_pop(reader->options->messages)) != NULL) {
        struct effects effects = {0};
        linear_hear(&reader->linear, &reader->model, message, &reader->out);
        model_apply(&reader->model, message, &effects);
        carry_out(reader, &effects);
    }
    linear_tell(&reader->linear, &reader->model, &reader->out);
}

static int64_t next_wake_ms(const struct reader *reader) {
    const int64_t model_ms = model_wake_ms(&reader->model);
    const int64_t linear_ms = linear_wake_ms(&reader->linear);
    return linear_ms && (!model_ms || linear_ms < model_ms) ? linear_ms : model_ms;
}

static void wake(struct reader *reader) {
    const int64_t wake_ms = next_wake_ms(reader);
    model_set_now(&reader->model, clock_wall_ms());
    if (!wake_ms || wake_ms > reader->model.now_ms) return;
    struct effects effects = {0};
    if (wake_ms == model_wake_ms(&reader->model)) model_wake(&reader->model, &effects);
    carry_out(reader, &effects);
    linear_tell(&reader->linear, &reader->model, &reader->out);
}

static void take_lines(struct reader *reader) {
    struct str rest = buf_str(&reader->typed), line;
    struct buf left = {0};
    while (!reader->is_over &&
           (str_find_char(rest, '\n') < rest.len || (reader->is_end && rest.len))) {
        str_split(rest, '\n', &line, &rest);
        model_set_now(&reader->model, clock_wall_ms());
        linear_line(&reader->linear, &reader->model, line, carry_out, reader, &reader->out);
    }
    if (rest.len < LINE_BYTES) buf_add(&left, rest); // a longer line is nobody's
    buf_release(&reader->typed);
    reader->typed = left;
}

static void read_input(struct reader *reader) {
    char bytes[4096];
    const ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0)
        reader->is_end = true;
    else
        buf_add(&reader->typed, (struct str){.ptr = bytes, .len = (size_t)got});
    take_lines(reader);
}

// A secret is not shown while it is typed.
static void set_echo(struct reader *reader) {
    struct termios mode;
    const bool is_secret =
        reader->model.editing != MODEL_EDITING_NOTHING && reader->model.editor.is_secret;
    if (is_secret == reader->is_silent || tcgetattr(STDIN_FILENO, &mode) != 0) return;
    if (is_secret)
        mode.c_lflag &= ~(tcflag_t)ECHO;
    else
        mode.c_lflag |= ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &mode);
    reader->is_silent = is_secret;
}

static void empty_pipe(int fd) {
    char bytes[64];
    while (read(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
        continue;
}

static void wait_and_handle(struct reader *reader, const sigset_t *unblocked) {
    const int wake_fd = reader->options->wake->read_fd;
    const int64_t wake_ms = next_wake_ms(reader);
    int64_t wait_ms = wake_ms ? wake_ms - clock_wall_ms() : 0;
    if (wait_ms < 0) wait_ms = 0;
    const struct timespec time = {.tv_sec = wait_ms / 1000, .tv_nsec = (wait_ms % 1000) * 1000000};
    fd_set fds;
    FD_ZERO(&fds);
    if (!reader->is_end) FD_SET(STDIN_FILENO, &fds);
    FD_SET(wake_fd, &fds);
    const int ready = pselect(wake_fd + 1, &fds, NULL, NULL, wake_ms ? &time : NULL, unblocked);
    // at once: a thread sanitizer runs the signal handler that it held back with the next call like this
    model_set_now(&reader->model, clock_wall_ms());
    if (ended_by) reader->is_over = true;
    if (ready < 0 || reader->is_over) return;
    wake(reader);
    if (FD_ISSET(wake_fd, &fds)) {
        empty_pipe(wake_fd);
        drain_messages(reader);
    }
    if (!reader->is_end && FD_ISSET(STDIN_FILENO, &fds)) read_input(reader);
}

// After the last line of a file or pipe, what it asked for is waited for.
static bool is_done(const struct reader *reader) {
    const bool is_busy = reader->model.fire.run_id || reader->model.recommendations.run_id ||
                         reader->model.profile.run_id;
    const bool is_playing = reader->model.player.state == PLAYER_RUNNING;
    return reader->is_over || (reader->is_end && !is_busy && !is_playing);
}

static void run(struct reader *reader, const sigset_t *unblocked) {
    struct effects effects = {0};
    model_set_now(&reader->model, clock_wall_ms());
    outside_load_state(&reader->model, reader->options->state_path);
    linear_init(&reader->linear, &reader->model);
    model_start(&reader->model, &effects);
    carry_out(reader, &effects);
    linear_add_greeting(&reader->model, &reader->out);
    linear_tell(&reader->linear, &reader->model, &reader->out);
    drain_messages(reader);
    while (!is_done(reader)) {
        write_out(reader);
        set_echo(reader);
        wait_and_handle(reader, unblocked);
    }
    write_out(reader);
    reader->model.editing = MODEL_EDITING_NOTHING;
    set_echo(reader);
}

bool console_run_linear(const struct console_options *options, int *out_status, struct error *err) {
    static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
    struct reader reader = {.options = options};
    struct sigaction action = {.sa_handler = on_signal}, before[ARRAY_COUNT(watched)];
    sigset_t blocked, unblocked;
    sigemptyset(&blocked);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_COUNT(watched); i++)
        sigaddset(&blocked, watched[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, &unblocked); // they come while we wait, and only there
    for (size_t i = 0; i < ARRAY_COUNT(watched); i++) {
        sigaction(watched[i], &action, &before[i]);
        sigdelset(&unblocked, watched[i]);
    }
    struct model_options model_options = options->model;
    model_options.actions = options->actions;
    model_options.action_count = options->action_count;
    model_init(&reader.model, &model_options);
    reader.linear.page.is_ascii = options->is_ascii;
    run(&reader, &unblocked);
    for (size_t i = 0; i < ARRAY_COUNT(watched); i++)
        sigaction(watched[i], &before[i], NULL);
    pthread_sigmask(SIG_UNBLOCK, &blocked, NULL);
    const bool is_put_back = outside_put_back(
        &reader.model, options->commands, options->messages, options->wake->read_fd, err);
    outside_save_state(&reader.model, options->state_path);
    linear_release(&reader.linear);
    model_release(&reader.model);
    buf_release(&reader.typed);
    buf_release(&reader.out);
    *out_status = ended_by == SIGINT ? STATUS_INTERRUPTED : 0;
    return is_put_back;
}
