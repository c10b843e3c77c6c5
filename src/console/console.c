// console — the loop: drain messages, drain keys, update, draw once, present the difference.
#include "console/console.h"

#include "base/clock.h"
#include "console/cast.h"
#include "console/term.h"
#include "console/view.h"
#include "outer_editor.h"
#include "outside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#define ANIMATION_MS 120
// What messages change is drawn at most so often, or a flood of them would be spent on drawing. After a
// quiet time some frames may follow each other at once: a start has about eight, each answer tells. Keys
// are answered at once.
#define FRAME_MS 33 // half the bytes of 16 in a flood, which a link far away must carry
#define FRAMES_AT_ONCE 10
#define FIRST_FRAME_MS 25 // it waits for the first answers, no longer
#define STATUS_INTERRUPTED 130
// One turn takes messages for so long at most, and no longer than until a key is pressed: keys must not wait behind
// a flood.
#define TURN_MS 4
#define MESSAGES_AT_ONCE 64

bool console_wake_open(struct console_wake *wake, struct error *err) {
    int fds[2];
    if (pipe(fds) != 0) return error_from_errno(err, errno, "a pipe to wake the console");
    for (int i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    }
    *wake = (struct console_wake){.read_fd = fds[0], .write_fd = fds[1]};
    return true;
}

void console_wake_close(struct console_wake *wake) {
    close(wake->read_fd);
    close(wake->write_fd);
    *wake = (struct console_wake){.read_fd = -1, .write_fd = -1};
}

void console_wake_signal(void *wake) {
    const struct console_wake *ends = wake;
    const char byte = 1;
    // a full pipe wakes as well as one byte more would
    if (write(ends->write_fd, &byte, 1) < 0) return;
}

struct console {
    const struct console_options *options;
    struct term *term;
    struct model model;
    struct canvas canvas;
    struct input input;
    struct cast *cast; // NULL: the screen is not recorded
    bool is_over, has_more_messages;
    bool is_changed, is_urgent; // the screen is behind; somebody waits for it
    int64_t paced_ms;           // monotonic; when the frames drawn so far would have been due
    int status;
};

static void resize(struct console *console);

// In the person's own editor; the window may have another size when it ends.
static void edit_text(struct console *console, const struct effects *effects) {
    if (!effects->edit) return;
    struct buf text = {0};
    struct error err = {0};
    if (outer_editor_run(console->term, buf_str(&effects->edit_text), &text, &err))
        err = (struct error){0};
    resize(console);
    model_set_now(&console->model, clock_wall_ms());
    model_edited_text(&console->model, buf_str(&text), &err);
    buf_release(&text);
}

static void carry_out(struct console *console, struct effects *effects) {
    if (effects->state_changed) outside_save_state(&console->model, console->options->state_path);
    outside_give_commands(&console->model, console->options->commands, effects);
    if (effects->quit) console->is_over = true;
    if (effects->bell) term_bell(console->term);
    if (effects->repaint) term_repaint(console->term);
    if (effects->theme_changed) term_set_theme(console->term, console->model.theme);
    if (effects->mouse_changed) term_set_mouse(console->term, !console->model.is_mouse_off);
    if (effects->copy.len) term_copy(console->term, buf_str(&effects->copy));
    outside_write_file(&console->model, effects);
    edit_text(console, effects);
    console->is_changed = true;
    effects_release(effects);
}

static void empty_pipe(int fd) {
    char bytes[64];
    while (read(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
        continue;
}

static void read_clock(struct console *console) {
    model_set_now(&console->model, clock_wall_ms());
}

static bool is_key_waiting(void) {
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&keys, 1, 0) > 0;
}

static void drain_messages(struct console *console) {
    void *messages[MESSAGES_AT_ONCE];
    const int64_t end_ms = clock_monotonic_ms() + TURN_MS;
    size_t count = 0;
    read_clock(console);
    do {
        count = queue_pop_some(console->options->messages, messages, MESSAGES_AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            struct effects effects = {0};
            model_apply_next(&console->model, messages[i], &effects);
            carry_out(console, &effects);
        }
    } while (count == MESSAGES_AT_ONCE && !console->is_urgent && !is_key_waiting() &&
             clock_monotonic_ms() < end_ms);
    console->has_more_messages = count == MESSAGES_AT_ONCE;
    model_settle(&console->model);
}

static void drain_keys(struct console *console) {
    read_clock(console);
    while (!console->is_over && term_read(console->term, &console->input)) {
        console->is_urgent = true;
        struct effects effects = {0};
        model_handle(&console->model, &console->input, &effects);
        carry_out(console, &effects);
    }
}

static void resize(struct console *console) {
    int columns = 0, rows = 0;
    term_size(console->term, &columns, &rows);
    if (columns != console->canvas.columns || rows != console->canvas.rows) {
        canvas_resize(&console->canvas, columns, rows);
    }
    model_resize(&console->model, columns, rows);
    console->is_changed = console->is_urgent = true;
}

static void end(struct console *console, int status) {
    console->is_over = true;
    console->status = status;
}

static void drain_signals(struct console *console) {
    for (;;) {
        switch (term_next_signal(console->term)) {
        case TERM_SIGNAL_NONE: return;
        case TERM_SIGNAL_INTERRUPT: end(console, STATUS_INTERRUPTED); break;
        case TERM_SIGNAL_END: end(console, 0); break;
        case TERM_SIGNAL_RESIZE: resize(console); break;
        case TERM_SIGNAL_SUSPEND:
            term_suspend(console->term);
            resize(console);
            break;
        }
    }
}

static void take_picture(struct console *console) {
    const bool was_full = cast_is_full(console->cast);
    cast_take(console->cast, &console->canvas, console->model.theme, clock_monotonic_us());
    if (was_full || !cast_is_full(console->cast)) return;
    model_note(
        &console->model, THEME_WARN,
        "The recording of the screen stopped at its limit; --record-limit allows more.");
    console->is_changed = true;
}

// Draws if it is time; returns how long the screen may stay behind, -1: it is not.
static int draw(struct console *console) {
    if (!console->is_changed) return -1;
    const int64_t now_ms = clock_monotonic_ms();
    const int64_t ahead_ms = (int64_t)(FRAMES_AT_ONCE - 1) * FRAME_MS;
    const int64_t due_ms = console->paced_ms - ahead_ms;
    if (!console->is_urgent && now_ms < due_ms) return (int)(due_ms - now_ms);
    console->is_changed = console->is_urgent = false;
    if (console->paced_ms < now_ms) console->paced_ms = now_ms;
    if (console->paced_ms > now_ms + ahead_ms) console->paced_ms = now_ms + ahead_ms; // keys
    console->paced_ms += FRAME_MS;
    view_draw(&console->model, &console->canvas);
    term_present(console->term, &console->canvas);
    take_picture(console);
    return -1;
}

static int choose_timeout(const struct console *console, int behind_ms) {
    if (console->has_more_messages) return 0;
    if (behind_ms >= 0) return behind_ms;
    const int64_t wake_ms = model_wake_ms(&console->model);
    int64_t wait_ms = wake_ms ? wake_ms - clock_wall_ms() : -1;
    if (wake_ms && wait_ms < 0) wait_ms = 0;
    if (wait_ms > INT_MAX) wait_ms = INT_MAX;
    const bool is_animated = model_is_animated(&console->model);
    if (is_animated && (wait_ms < 0 || wait_ms > ANIMATION_MS)) wait_ms = ANIMATION_MS;
    return (int)wait_ms;
}

// What is due although nothing happened.
static void wake(struct console *console) {
    const int64_t wake_ms = model_wake_ms(&console->model);
    read_clock(console);
    if (!wake_ms || wake_ms > console->model.now_ms) return;
    struct effects effects = {0};
    model_wake(&console->model, &effects);
    carry_out(console, &effects);
}

static void wait_and_handle(struct console *console, int behind_ms) {
    struct pollfd fds[] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = console->options->wake->read_fd, .events = POLLIN},
        {.fd = term_signal_fd(console->term), .events = POLLIN},
    };
    const int ready = poll(fds, ARRAY_COUNT(fds), choose_timeout(console, behind_ms));
    if (ready < 0) return; // a signal: its byte is in the pipe
    if (ready == 0 && behind_ms < 0 && model_is_animated(&console->model)) {
        model_tick(&console->model);
        console->is_changed = true;
    }
    wake(console);
    if (fds[2].revents) drain_signals(console);
    if (fds[0].revents & POLLIN) drain_keys(console);
    if (fds[1].revents) empty_pipe(fds[1].fd);
    if (fds[1].revents || console->has_more_messages) drain_messages(console);
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) end(console, 0);
}

// Keys with Alt that somebody has chosen: the others stay what Esc and a character are.
static void hear_keys(struct console *console) {
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(&console->model.keymap, &count);
    for (size_t i = 0; i < count; i++) {
        const uint32_t key = rows[i].key;
        if (key != KEYMAP_NO_KEY && key >= INPUT_ALT_FIRST)
            term_hear_alt(console->term, (char)(key - INPUT_ALT_FIRST));
    }
}

// A sandbox answers sooner than a person can see a frame, and sooner still when no other frame is drawn meanwhile:
// the first screen is the full one, unless it is late.
static void await_answers(struct console *console) {
    const struct model *model = &console->model;
    const int64_t end_ms = clock_monotonic_ms() + FIRST_FRAME_MS;
    struct pollfd fds[] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = console->options->wake->read_fd, .events = POLLIN},
        {.fd = term_signal_fd(console->term), .events = POLLIN},
    };
    drain_messages(console);
    while (model->recommendations.run_id) {
        const int64_t left_ms = end_ms - clock_monotonic_ms();
        if (left_ms <= 0 || poll(fds, ARRAY_COUNT(fds), (int)left_ms) <= 0) return;
        if (fds[0].revents || fds[2].revents) return; // the loop's
        empty_pipe(fds[1].fd);
        drain_messages(console);
    }
}

static void run(struct console *console) {
    struct effects effects = {0};
    read_clock(console);
    outside_load_state(&console->model, console->options->state_path);
    term_set_theme(console->term, console->model.theme);
    term_set_mouse(console->term, !console->model.is_mouse_off);
    resize(console);
    model_start(&console->model, &effects);
    hear_keys(console);
    carry_out(console, &effects);
    await_answers(console);
    while (!console->is_over) {
        const int behind_ms = draw(console);
        wait_and_handle(console, behind_ms);
    }
}

// As many colours as are looked at, but where those are the terminal's own eight or none: a player has 256.
static enum theme_depth cast_depth(const struct console *console) {
    if (console->options->no_color) return THEME_DEPTH_MONO;
    return term_depth(console->term) == THEME_DEPTH_TRUE ? THEME_DEPTH_TRUE : THEME_DEPTH_256;
}

static bool open_cast(struct console *console, struct error *err) {
    const struct console_options *options = console->options;
    const struct cast_options cast = {
        .path = options->cast_path,
        .limit_bytes = options->cast_limit_bytes,
        .wall_ms = clock_wall_ms(),
        .now_us = clock_monotonic_us(),
        .depth = cast_depth(console),
    };
    if (!options->cast_path || cast_open(&cast, &console->cast, err)) return true;
    term_close(console->term);
    return false;
}

bool console_run(const struct console_options *options, int *out_status, struct error *err) {
    struct console console = {.options = options, .term = options->term};
    if (!open_cast(&console, err)) return false;
    console.canvas.is_ascii = term_is_ascii(console.term);
    struct model_options model_options = options->model;
    model_options.actions = options->actions;
    model_options.action_count = options->action_count;
    model_init(&console.model, &model_options);
    console.model.keymap.is_ascii = console.canvas.is_ascii;
    run(&console);
    term_close(console.term);
    const bool is_put_back = outside_put_back(
        &console.model, options->commands, options->messages, options->wake->read_fd, err);
    outside_save_state(&console.model, options->state_path);
    model_release(&console.model);
    canvas_release(&console.canvas);
    input_release(&console.input);
    *out_status = console.status;
    struct error cast_err = {0};
    const bool is_recorded = cast_close(console.cast, &cast_err);
    if (!is_recorded && is_put_back) *err = cast_err;
    return is_recorded && is_put_back;
}
