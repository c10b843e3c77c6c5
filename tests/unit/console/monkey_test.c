// Whatever is pressed, pasted, clicked, resized and received, in whatever order: the model stays whole, every screen
// is one, memory has an end, and nothing falls due for ever.
//
// RECLOOP_MONKEY_SEED and RECLOOP_MONKEY_STEPS play other sessions; RECLOOP_MONKEY_TRACE=1 tells every step, so that
// what a crash was about is seen.
#include "support/test.h"

#include "base/files.h"
#include "base/memory.h"
#include "base/rng.h"
#include "console/view.h"
#include "screens/script.h"

#include <dirent.h>
#include <malloc.h>

#if defined(__SANITIZE_ADDRESS__)
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

#define FIXTURES "tests/screens/fixtures"
#define SESSIONS 2
#define STEPS 2500
#define RUNS 64
#define LINES_MAX 256
#define HELD_MOST ((size_t)40 << 20)
#define BEGAN_MS 1767607200000 // 2026-01-05T10:00:00Z

struct line { // of a script: a message, and the action that it answers
    char action[24];
    char *json;
};

struct monkey {
    struct rng rng;
    struct model model;
    struct canvas canvas;
    int64_t now_ms;
    uint64_t step;
    const char *doing;
    struct { // the newest of the runs that were asked for
        char action[24];
        uint64_t run_id;
    } runs[RUNS];
    size_t run_count;
};

static struct line lines[LINES_MAX];
static size_t line_count;
static uint64_t first_seed = 1, steps = STEPS;
static bool is_traced;

static uint64_t below(struct monkey *monkey, uint64_t bound) {
    return rng_below(&monkey->rng, bound);
}

static void check(const struct monkey *monkey, bool is_right, const char *what) {
    if (!is_right) fail_msg("step %d, %s: %s", (int)monkey->step, monkey->doing, what);
}

// What can be received

static void add_line(struct str text) {
    struct str action, json;
    if (!str_starts_with(text, STR("message ")) || line_count == LINES_MAX) return;
    if (!str_split(str_skip(text, 8), '{', &action, &json)) return;
    action = str_trim(action);
    json = (struct str){.ptr = json.ptr - 1, .len = json.len + 1};
    struct line *line = &lines[line_count];
    if (action.len >= sizeof(line->action)) return;
    memcpy(line->action, action.ptr, action.len);
    line->json = message_copy_text(json);
    line_count++;
}

static int read_lines(void **state) {
    (void)state;
    DIR *folder = opendir(FIXTURES);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        struct buf path = {0}, text = {0};
        struct error err;
        struct str rest, line;
        buf_add_format(&path, "%s/%s", FIXTURES, entry->d_name);
        if (str_ends_with(buf_str(&path), STR(".script")) &&
            files_read(buf_text(&path), 1 << 20, &text, &err)) {
            for (rest = buf_str(&text); rest.len;) {
                str_split(rest, '\n', &line, &rest);
                add_line(line);
            }
        }
        buf_release(&path);
        buf_release(&text);
    }
    if (folder) closedir(folder);
    return line_count > 20 ? 0 : -1;
}

static int free_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < line_count; i++)
        mem_free(lines[i].json);
    return 0;
}

static uint64_t run_of_action(struct monkey *monkey, const char *action) {
    if (!action[0] || below(monkey, 20) == 0) return below(monkey, 3); // nobody's, or somebody's
    for (size_t i = monkey->run_count; i > 0; i--)
        if (strcmp(monkey->runs[i - 1].action, action) == 0) return monkey->runs[i - 1].run_id;
    return 0;
}

// Now and then a text of the message is about the shopper in focus, or hostile.
static struct message *receive_line(struct monkey *monkey) {
    const struct line *line = &lines[below(monkey, line_count)];
    struct error err;
    struct message *message =
        script_decode(str_from(line->json), run_of_action(monkey, line->action), &err);
    if (!message || message->kind != MESSAGE_EVENT) return message;
    struct message_event *event = &message->as.event;
    event->sequence = monkey->step;
    if (below(monkey, 8) == 0) {
        mem_free(event->user_id);
        event->user_id = message_copy_text(str_from(monkey->model.user));
    }
    if (below(monkey, 16) == 0) {
        struct buf large = {0};
        for (uint64_t i = below(monkey, 4000); i > 0; i--)
            buf_add_rune(&large, (uint32_t)below(monkey, 0x3000));
        mem_free(event->raw);
        event->raw = message_copy_text(buf_str(&large));
        buf_release(&large);
    }
    return message;
}

static struct message *end_run(struct monkey *monkey) {
    struct error err = {0};
    if (!monkey->run_count) return message_new_done(0, NULL);
    const uint64_t run_id = monkey->runs[below(monkey, monkey->run_count)].run_id;
    if (below(monkey, 3) != 0) return message_new_done(run_id, NULL);
    error_set(&err, below(monkey, 2) ? ERROR_REFUSED : ERROR_BUSY, "\033[31mno\nway");
    if (below(monkey, 2)) error_hint(&err, "Try \t again, or \xe5\x95\x86\xe5\x93\x81.");
    return message_new_done(run_id, &err);
}

static struct message *any_message(struct monkey *monkey) {
    struct message *message = below(monkey, 5) == 0 ? end_run(monkey) : receive_line(monkey);
    return message ? message : message_new_line(0, false, STR("x"));
}

// What can be done

static const uint32_t special_keys[] = {
    INPUT_TAB,       INPUT_ENTER,         INPUT_ESCAPE,       INPUT_SPACE,
    INPUT_UP,        INPUT_DOWN,          INPUT_LEFT,         INPUT_RIGHT,
    INPUT_HOME,      INPUT_END,           INPUT_PAGE_UP,      INPUT_PAGE_DOWN,
    INPUT_BACKSPACE, INPUT_DELETE,        INPUT_BACK_TAB,     INPUT_CONTROL_LEFT,
    INPUT_ALT('b'),  INPUT_CONTROL_RIGHT, INPUT_CONTROL_HOME, INPUT_CONTROL_END,
    INPUT_ALT('_'),  INPUT_ALT(0x7F),     INPUT_CONTROL('u'), INPUT_CONTROL('w'),
    INPUT_ALT('d'),  INPUT_CONTROL('_'),  INPUT_CONTROL('r'), INPUT_CONTROL('l'),
};

static uint32_t any_key(struct monkey *monkey) {
    switch (below(monkey, 8)) {
    case 0: return (uint32_t)below(monkey, 0x20);
    case 1: return (uint32_t)(below(monkey, 4) ? below(monkey, 0x3000) : below(monkey, 0x110000));
    case 2: return '1' + (uint32_t)below(monkey, 9);
    case 3:
    case 4:
    case 5: return special_keys[below(monkey, ARRAY_COUNT(special_keys))];
    default: return ' ' + (uint32_t)below(monkey, 0x5F);
    }
}

static void any_paste(struct monkey *monkey, struct buf *out) {
    static const char *const texts[] = {
        "arn:aws:personalize:us-east-1:123456789012:campaign/segment-workshop-campaign\r\n",
        "{\"event\":\"Product Clicked\",\"properties\":{\"sku\":\"x\"}}",
        "type:track and not user:1 or ms>3",
        "\xff\xfe\x1b[201~\x1b]0;owned\x07",
        "\xe5\x95\x86\xe5\x93\x81 e\xcc\x81\xcc\x82 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
    };
    if (below(monkey, 2)) {
        buf_add(out, str_from(texts[below(monkey, ARRAY_COUNT(texts))]));
        return;
    }
    const uint64_t count = below(monkey, 20) ? below(monkey, 200) : below(monkey, INPUT_PASTE_MAX);
    for (uint64_t i = 0; i < count; i++)
        buf_add_char(out, (char)below(monkey, 256));
}

static void any_input(struct monkey *monkey, struct input *input) {
    const uint64_t what = below(monkey, 40);
    if (what == 0) {
        input->key = INPUT_PASTE;
        any_paste(monkey, &input->paste);
    } else if (what < 4) {
        input->key = INPUT_MOUSE;
        input->mouse = (struct input_mouse){
            .action = (enum input_mouse_action)below(monkey, INPUT_MOUSE_WHEEL_DOWN + 1),
            .column = (int)below(monkey, (uint64_t)monkey->canvas.columns + 2),
            .row = (int)below(monkey, (uint64_t)monkey->canvas.rows + 2),
        };
    } else {
        input->key = any_key(monkey);
    }
}

static void resize(struct monkey *monkey) {
    static const struct {
        int columns, rows;
    } sizes[] = {{80, 24}, {120, 40}, {160, 50}, {40, 12}, {39, 11}, {100, 30}, {1, 1}, {300, 100}};
    const size_t at = below(monkey, ARRAY_COUNT(sizes) + 2);
    int columns = 1 + (int)below(monkey, 200), rows = 1 + (int)below(monkey, 60);
    if (at < ARRAY_COUNT(sizes)) {
        columns = sizes[at].columns;
        rows = sizes[at].rows;
    }
    canvas_resize(&monkey->canvas, columns, rows);
    monkey->canvas.is_ascii = below(monkey, 4) == 0;
    model_resize(&monkey->model, columns, rows);
}

static void remember(struct monkey *monkey, const struct command *command) {
    const struct str action = str_from(command->action);
    if (command->kind != COMMAND_RUN || action.len >= sizeof(monkey->runs[0].action)) return;
    if (monkey->run_count == RUNS) {
        memmove(&monkey->runs[0], &monkey->runs[1], sizeof(monkey->runs[0]) * (RUNS - 1));
        monkey->run_count--;
    }
    memcpy(monkey->runs[monkey->run_count].action, action.ptr, action.len + 1);
    monkey->runs[monkey->run_count++].run_id = command->run_id;
}

// As the console does: every command is given or refused, every request answered.
static void carry_out(struct monkey *monkey, struct effects *effects) {
    struct error err = {0};
    struct effects next = {0};
    if (below(monkey, 2)) error_set(&err, ERROR_IO, "no room");
    for (size_t i = 0; i < effects->command_count; i++) {
        remember(monkey, effects->commands[i]);
        if (effects->commands[i]->kind == COMMAND_RUN && below(monkey, 30) == 0)
            model_refuse(&monkey->model, effects->commands[i]->run_id, &next);
    }
    if (effects->file_path.len)
        model_wrote_file(&monkey->model, buf_str(&effects->file_path), &err);
    if (effects->edit) {
        struct buf text = {0};
        any_paste(monkey, &text);
        model_edited_text(&monkey->model, buf_str(&text), &err);
        buf_release(&text);
    }
    effects_release(effects);
    effects_release(&next);
}

static void pass_time(struct monkey *monkey, struct effects *effects) {
    monkey->now_ms += (int64_t)(below(monkey, 10) ? below(monkey, 300) : below(monkey, 20000));
    model_set_now(&monkey->model, monkey->now_ms);
    const int64_t due_ms = model_wake_ms(&monkey->model);
    if (!due_ms || due_ms > monkey->now_ms) return;
    monkey->doing = "time passes";
    model_wake(&monkey->model, effects);
    const int64_t next_ms = model_wake_ms(&monkey->model);
    check(monkey, !next_ms || next_ms > monkey->now_ms, "what was due stays due: it would spin");
}

static void save_and_load(struct monkey *monkey) {
    struct buf text = {0};
    model_save(&monkey->model, &text);
    if (below(monkey, 3) == 0 && text.len) text.len = below(monkey, text.len);
    model_load(&monkey->model, buf_str(&text));
    buf_release(&text);
}

// What must be so after each step

static void check_canvas(const struct monkey *monkey) {
    const struct canvas *canvas = &monkey->canvas;
    check(monkey, canvas->columns == monkey->model.columns, "the canvas has other columns");
    check(monkey, canvas->rows == monkey->model.rows, "the canvas has other rows");
    for (int row = 0; row < canvas->rows; row++) {
        int expected_half = 0;
        for (int column = 0; column < canvas->columns; column++) {
            const struct canvas_cell *cell = canvas_at(canvas, column, row);
            const uint32_t rune = cell->runes[0];
            check(monkey, cell->role < THEME_ROLE_COUNT, "a cell has no role");
            check(monkey, (cell->width == 0) == (expected_half == 1), "half a wide character");
            expected_half = cell->width == 2;
            if (cell->width == 0) continue;
            check(monkey, rune >= 0x20 && (rune < 0x7F || rune > 0x9F), "a control character");
            check(monkey, !canvas->is_ascii || rune < 0x7F, "more than ASCII");
        }
        check(monkey, !expected_half, "half a wide character at the edge");
    }
    if (!canvas->has_cursor) return;
    check(monkey, canvas->cursor_column < canvas->columns, "the cursor is right of the screen");
    check(monkey, canvas->cursor_row < canvas->rows, "the cursor is below the screen");
}

static void check_lists(const struct monkey *monkey) {
    for (int id = 0; id < PANE_COUNT; id++) {
        const struct list *list = &monkey->model.lists[id];
        const size_t count = pane_get((enum pane_id)id)->count(&monkey->model);
        check(monkey, list->selected < count || list->selected == 0, "a selection behind the end");
    }
}

static size_t bytes_held(void) {
#if defined(__SANITIZE_ADDRESS__)
    return __sanitizer_get_current_allocated_bytes();
#else
    return mallinfo2().uordblks;
#endif
}

static void do_something(struct monkey *monkey, struct effects *effects) {
    const uint64_t what = below(monkey, 100);
    if (what < 60) {
        struct input input = {0};
        any_input(monkey, &input);
        monkey->doing = "an input";
        if (is_traced) print_message("step %d: key %x\n", (int)monkey->step, (unsigned)input.key);
        model_handle(&monkey->model, &input, effects);
        input_release(&input);
    } else if (what < 85) {
        monkey->doing = "a message";
        model_apply(&monkey->model, any_message(monkey), effects);
    } else if (what < 88) {
        monkey->doing = "many messages";
        for (uint64_t i = below(monkey, 100); i > 0; i--) {
            model_apply_next(&monkey->model, any_message(monkey), effects);
            carry_out(monkey, effects);
        }
        model_settle(&monkey->model);
    } else if (what < 92) {
        monkey->doing = "another size";
        resize(monkey);
    } else if (what < 94) {
        monkey->doing = "a tick";
        model_tick(&monkey->model);
    } else if (what == 94) {
        monkey->doing = "what was kept";
        save_and_load(monkey);
    } else {
        pass_time(monkey, effects);
    }
}

static void play(uint64_t seed) {
    struct monkey *monkey = MEM_NEW(struct monkey);
    struct model_options options = {0};
    struct effects effects = {0};
    options.products = script_products(&options.product_count);
    options.actions = script_actions(&options.action_count);
    rng_seed(&monkey->rng, seed);
    monkey->now_ms = BEGAN_MS;
    monkey->doing = "the start";
    model_init(&monkey->model, &options);
    model_set_now(&monkey->model, monkey->now_ms);
    canvas_resize(&monkey->canvas, 80, 24);
    model_resize(&monkey->model, 80, 24);
    model_start(&monkey->model, &effects);
    carry_out(monkey, &effects);
    for (monkey->step = 1; monkey->step <= steps; monkey->step++) {
        do_something(monkey, &effects);
        if (is_traced) print_message("step %d: %s\n", (int)monkey->step, monkey->doing);
        carry_out(monkey, &effects);
        view_draw(&monkey->model, &monkey->canvas);
        check_canvas(monkey);
        check_lists(monkey);
        if (monkey->step % 1000 == 0) check(monkey, bytes_held() < HELD_MOST, "too much is held");
    }
    model_release(&monkey->model);
    canvas_release(&monkey->canvas);
    mem_free(monkey);
}

static void model_survives_whatever_is_done_to_it(void **state) {
    (void)state;
    for (uint64_t seed = first_seed; seed < first_seed + SESSIONS; seed++) {
        print_message("session %llu\n", (unsigned long long)seed);
        play(seed);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(model_survives_whatever_is_done_to_it),
};

static void read_number(const char *name, uint64_t *out) {
    int64_t number = 0;
    const char *text = getenv(name);
    if (text && str_parse_int64(str_from(text), &number) && number > 0) *out = (uint64_t)number;
}

int main(void) {
    read_number("RECLOOP_MONKEY_SEED", &first_seed);
    read_number("RECLOOP_MONKEY_STEPS", &steps);
    is_traced = getenv("RECLOOP_MONKEY_TRACE") != NULL;
    return cmocka_run_group_tests(tests, read_lines, free_lines);
}
