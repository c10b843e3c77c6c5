// script — see the header.
#include "screens/script.h"

#include "actions/judgement.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/memory.h"
#include "console/view.h"

static const struct model_product products[] = {
    {.sku = "ocean-blue-shirt", .name = "Ocean Blue Shirt"},
    {.sku = "silk-summer-top", .name = "Silk Summer Top"},
    {.sku = "striped-silk-blouse", .name = "Striped Silk Blouse"},
    {.sku = "black-leather-bag", .name = "Black Leather Bag"},
};

static const char *const ways[] = {"segment", "destination", "handler", NULL};
static const struct parameter send_parameters[] = {
    {.name = "via", .kind = PARAMETER_CHOICE, .help = "the way it takes", .choices = ways},
    {.name = "user", .kind = PARAMETER_TEXT, .metavar = "U", .help = "the shopper"},
    {.name = "sku", .kind = PARAMETER_TEXT, .metavar = "SKU", .help = "the product"},
    {.name = "name", .kind = PARAMETER_TEXT, .metavar = "NAME", .help = "what was done"},
    {.name = "event", .kind = PARAMETER_FILE, .metavar = "FILE", .help = "a message in a file"},
    {.name = "wait", .kind = PARAMETER_NUMBER, .metavar = "S", .help = "seconds to follow it"},
};
static const struct parameter stream_parameters[] = {
    {.name = "rate", .kind = PARAMETER_NUMBER, .metavar = "N", .help = "events per second"},
};
// A few of the program's, as it describes them.
static const struct descriptor actions[] = {
    {
        .name = "send",
        .summary = "send one event and follow it",
        .writes = DESCRIPTOR_WRITES_ONE,
        .parameters = send_parameters,
        .parameter_count = ARRAY_COUNT(send_parameters),
        .in_palette = true,
    },
    {
        .name = "stream",
        .summary = "generate shoppers",
        .parameters = stream_parameters,
        .parameter_count = ARRAY_COUNT(stream_parameters),
        .in_palette = true,
        .writes = DESCRIPTOR_WRITES_MANY,
    },
    {
        .name = "sandbox reset",
        .summary = "back to the seeded state",
        .writes = DESCRIPTOR_WRITES_LOCAL,
        .in_palette = true,
        .takes_away = true,
    },
    {
        .name = "status",
        .summary = "which cloud is in use, and how it is",
        .writes = DESCRIPTOR_WRITES_NOTHING,
        .in_palette = true,
    },
    {.name = "journey",
     .summary = "one event's way",
     .writes = DESCRIPTOR_WRITES_NOTHING,
     .in_palette = true},
    {.name = "recommend",
     .summary = "what is recommended now",
     .writes = DESCRIPTOR_WRITES_NOTHING,
     .parameters = send_parameters,
     .parameter_count = ARRAY_COUNT(send_parameters),
     .in_palette = true},
    {.name = "version", .summary = "not for the palette"},
};

const struct descriptor *script_actions(size_t *out_count) {
    *out_count = ARRAY_COUNT(actions);
    return actions;
}

const struct model_product *script_products(size_t *out_count) {
    *out_count = ARRAY_COUNT(products);
    return products;
}

// What the effects ask, remembered as text for `expect` and by id for messages that answer.
static void take_effects(struct script *script, struct effects *effects) {
    for (size_t i = 0; i < effects->command_count; i++) {
        const struct command *command = effects->commands[i];
        if (command->kind == COMMAND_CANCEL) {
            buf_add(&script->commands, STR("cancel\n"));
            continue;
        }
        const bool is_adjust = command->kind == COMMAND_ADJUST;
        buf_add(&script->commands, is_adjust ? STR("adjust") : str_from(command->action));
        for (size_t at = 0; at < command->arguments.count; at++) {
            const struct arguments_pair *pair = &command->arguments.pairs[at];
            buf_add_format(&script->commands, " %s=%s", pair->name, pair->value);
        }
        buf_add_char(&script->commands, '\n');
        if (is_adjust) continue;
        size_t slot = 0;
        while (slot < script->action_count &&
               !str_equal(str_from(script->actions[slot].name), str_from(command->action))) {
            slot++;
        }
        ASSERT(slot < SCRIPT_ACTIONS);
        if (slot == script->action_count) {
            const struct str name = str_slice(str_from(command->action), 0, 23);
            memcpy(script->actions[slot].name, name.ptr, name.len);
            script->action_count++;
        }
        script->actions[slot].run_id = command->run_id;
    }
    if (effects->copy.len) buf_add_format(&script->commands, "copy %s\n", buf_text(&effects->copy));
    if (effects->file_path.len) {
        buf_add_format(&script->commands, "write %s\n", buf_text(&effects->file_path));
        buf_add(&script->commands, buf_str(&effects->file_text));
    }
    if (effects->quit) buf_add(&script->commands, STR("quit\n"));
    script->has_quit |= effects->quit;
    effects_release(effects);
}

static uint64_t run_of(const struct script *script, struct str action) {
    for (size_t i = 0; i < script->action_count; i++) {
        if (str_equal(str_from(script->actions[i].name), action)) return script->actions[i].run_id;
    }
    return 0;
}

void script_init(struct script *script, const char *folder) {
    *script = (struct script){.folder = folder};
    const struct model_options options = {
        .judge = judgement_of,
        .products = products,
        .product_count = ARRAY_COUNT(products),
        .actions = actions,
        .action_count = ARRAY_COUNT(actions),
        .home = "/home/ada",
    };
    struct effects effects = {0};
    model_init(&script->model, &options);
    canvas_resize(&script->canvas, 80, 24);
    model_resize(&script->model, 80, 24);
    model_start(&script->model, &effects);
    take_effects(script, &effects);
}

void script_release(struct script *script) {
    model_release(&script->model);
    canvas_release(&script->canvas);
    buf_release(&script->commands);
    scene_release(&script->scene);
}

static bool step_size(struct script *script, struct str text, struct error *err) {
    struct str left, right;
    int64_t columns = 0, rows = 0;
    if (!str_split(text, 'x', &left, &right) || !str_parse_int64(left, &columns) ||
        !str_parse_int64(right, &rows)) {
        return error_set(err, ERROR_INVALID, "size wants COLUMNSxROWS");
    }
    canvas_resize(&script->canvas, (int)columns, (int)rows);
    model_resize(&script->model, (int)columns, (int)rows);
    return true;
}

static void press(struct script *script, const struct input *input) {
    struct effects effects = {0};
    buf_reset(&script->commands);
    model_handle(&script->model, input, &effects);
    take_effects(script, &effects);
}

// Names separated by blanks.
static bool step_keys(struct script *script, struct str text, struct error *err) {
    while (text.len) {
        struct str name, rest;
        struct input input = {0};
        str_split(text, ' ', &name, &rest);
        if (!input_parse_key_name(name, &input.key)) {
            return error_set(err, ERROR_INVALID, "no such key: " STR_FMT, STR_ARG(name));
        }
        press(script, &input);
        text = rest;
    }
    return true;
}

static bool step_type(struct script *script, struct str text, struct error *err) {
    (void)err;
    while (text.len) {
        bool valid = true;
        const struct input input = {.key = str_next_rune(&text, &valid)};
        press(script, &input);
    }
    return true;
}

// A JSON string, so that anything can be pasted.
static bool step_paste(struct script *script, struct str text, struct error *err) {
    struct json document = {0};
    if (!json_parse(text, &document, err)) return false;
    struct input input = {.key = INPUT_PASTE};
    buf_add(&input.paste, json_text(document.root));
    press(script, &input);
    input_release(&input);
    json_release(&document);
    return true;
}

// "ACTION COLUMN,ROW", both from 0; "click COLUMN,ROW" is a press and a release.
static bool step_mouse(struct script *script, struct str text, struct error *err) {
    struct str name, place, left, right;
    struct input input = {.key = INPUT_MOUSE};
    int64_t column = 0, row = 0;
    str_split(text, ' ', &name, &place);
    const bool is_click = str_equal(name, STR("click"));
    if ((!is_click && !input_parse_mouse_action(name, &input.mouse.action)) ||
        !str_split(place, ',', &left, &right) || !str_parse_int64(left, &column) ||
        !str_parse_int64(right, &row)) {
        return error_set(err, ERROR_INVALID, "mouse wants ACTION COLUMN,ROW");
    }
    input.mouse.column = (int)column;
    input.mouse.row = (int)row;
    press(script, &input);
    if (!is_click) return true;
    struct buf commands = script->commands;
    script->commands = (struct buf){0};
    input.mouse.action = INPUT_MOUSE_RELEASE;
    press(script, &input);
    buf_release(&script->commands);
    script->commands = commands; // of the press
    return true;
}

static bool apply(struct script *script, struct str json, uint64_t run_id, struct error *err) {
    struct message *message = script_decode(json, run_id, err);
    if (!message) return false;
    struct effects effects = {0};
    buf_reset(&script->commands);
    model_apply(&script->model, message, &effects);
    take_effects(script, &effects);
    return true;
}

// "message [ACTION] {…}": an answer to the newest run of that action, or nobody's.
static bool step_message(struct script *script, struct str text, struct error *err) {
    const size_t at = str_find_char(text, '{');
    const struct str action = str_trim(str_slice(text, 0, at));
    return apply(script, str_skip(text, at), run_of(script, action), err);
}

static bool step_done(struct script *script, struct str text, struct error *err) {
    const size_t at = str_find_char(text, '{');
    const struct str action = str_trim(str_slice(text, 0, at));
    const struct str fields = str_trim(str_skip(text, at));
    struct buf json = {0};
    buf_add(&json, STR("{\"kind\":\"done\""));
    if (fields.len) buf_add_char(&json, ',');
    buf_add(&json, fields.len ? str_skip(fields, 1) : STR("}"));
    const bool is_applied = apply(script, buf_str(&json), run_of(script, action), err);
    buf_release(&json);
    return is_applied;
}

static bool step_expect(struct script *script, struct str text, struct error *err) {
    struct str rest = buf_str(&script->commands), line;
    while (rest.len) {
        str_split(rest, '\n', &line, &rest);
        if (str_equal(str_trim(line), text)) return true;
    }
    return error_set(
        err, ERROR_INVALID, "expected the command \"" STR_FMT "\", got \"%s\"", STR_ARG(text),
        buf_text(&script->commands));
}

// "scene FILE": plays it from here on, as --play does.
static bool step_scene(struct script *script, struct str text, struct error *err) {
    struct buf path = {0};
    buf_add_format(&path, "%s/" STR_FMT, script->folder, STR_ARG(text));
    scene_release(&script->scene);
    const bool ok = scene_load(buf_text(&path), &script->scene, err);
    buf_release(&path);
    if (!ok) return false;
    struct buf name = {0};
    buf_add(&name, text); // the same in every folder
    mem_free(script->scene.name);
    script->scene.name = buf_take(&name);
    script->model.options.scene = &script->scene;
    struct effects effects = {0};
    player_feature.start(&script->model, &effects);
    return true;
}

static bool step_include(struct script *script, struct str text, struct error *err) {
    struct buf path = {0}, content = {0};
    buf_add_format(&path, "%s/" STR_FMT, script->folder, STR_ARG(text));
    bool is_good = files_read(buf_text(&path), 1 << 20, &content, err);
    struct str rest = buf_str(&content), line;
    while (is_good && rest.len) {
        str_split(rest, '\n', &line, &rest);
        if (!line.len || line.ptr[0] == '#') continue;
        is_good = script_step(script, line, err);
    }
    buf_release(&path);
    buf_release(&content);
    return is_good;
}

// "keys FILE": the person has these keys.
static bool step_keymap(struct script *script, struct str text, struct error *err) {
    struct buf path = {0}, content = {0};
    buf_add_format(&path, "%s/" STR_FMT, script->folder, STR_ARG(text));
    const bool is_read = files_read(buf_text(&path), KEY_FILE_MAX_BYTES, &content, err);
    struct key_file *keys = mem_zeroed(1, sizeof(*keys));
    key_file_read(STR("keys.ini"), buf_str(&content), keys);
    if (is_read) model_use_keys(&script->model, keys);
    mem_free(keys);
    buf_release(&path);
    buf_release(&content);
    return is_read;
}

static bool step_ascii(struct script *script, struct str text, struct error *err) {
    (void)text, (void)err;
    script->canvas.is_ascii = script->model.keymap.is_ascii = true;
    return true;
}

static bool step_tick(struct script *script, struct str text, struct error *err) {
    (void)text, (void)err;
    model_tick(&script->model);
    return true;
}

static bool step_now(struct script *script, struct str text, struct error *err) {
    int64_t now_ms = 0;
    if (!clock_parse_iso8601(text, &now_ms)) return error_set(err, ERROR_INVALID, "no such time");
    model_set_now(&script->model, now_ms);
    return true;
}

// "pass 5000": so many milliseconds later, with what was to happen meanwhile.
static bool step_pass(struct script *script, struct str text, struct error *err) {
    int64_t ms = 0;
    if (!str_parse_int64(text, &ms))
        return error_set(err, ERROR_INVALID, "pass wants milliseconds");
    const int64_t end_ms = script->model.now_ms + ms;
    buf_reset(&script->commands);
    for (int turns = 0; turns < 10000; turns++) {
        const int64_t wake_ms = model_wake_ms(&script->model);
        if (!wake_ms || wake_ms > end_ms) break;
        struct effects effects = {0};
        if (wake_ms > script->model.now_ms) model_set_now(&script->model, wake_ms);
        model_wake(&script->model, &effects);
        take_effects(script, &effects);
    }
    model_set_now(&script->model, end_ms);
    return true;
}

// "times 40 STEP": the step so often.
static bool step_times(struct script *script, struct str text, struct error *err) {
    struct str number, step;
    int64_t times = 0;
    str_split(text, ' ', &number, &step);
    if (!str_parse_int64(number, &times))
        return error_set(err, ERROR_INVALID, "times wants a number");
    for (int64_t i = 0; i < times; i++)
        if (!script_step(script, step, err)) return false;
    return true;
}

static const struct {
    const char *verb;
    bool (*step)(struct script *script, struct str text, struct error *err);
} verbs[] = {
    {"size", step_size},     {"key", step_keys},        {"type", step_type},
    {"paste", step_paste},   {"message", step_message}, {"done", step_done},
    {"ascii", step_ascii},   {"expect", step_expect},   {"include", step_include},
    {"scene", step_scene},   {"tick", step_tick},       {"now", step_now},
    {"keymap", step_keymap}, {"pass", step_pass},       {"mouse", step_mouse},
    {"times", step_times},
};

bool script_step(struct script *script, struct str line, struct error *err) {
    struct str verb, rest;
    str_split(line, ' ', &verb, &rest);
    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        if (str_equal(verb, str_from(verbs[i].verb))) return verbs[i].step(script, rest, err);
    }
    return error_set(err, ERROR_INVALID, "no such step: " STR_FMT, STR_ARG(verb));
}

void script_draw(struct script *script, struct buf *out) {
    view_draw(&script->model, &script->canvas);
    canvas_print(&script->canvas, out);
}
