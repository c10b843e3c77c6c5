// linear_line — a line that was typed: keys, a command, an answer, a piece of the event's JSON.
#include "base/json.h"
#include "console/linear.h"
#include "linear_parts.h"

void linear_parts_add_key(struct buf *out, struct str key) {
    static const struct {
        const char *key, *words;
    } signs[] = {
        {"?", "a question mark"}, {":", "a colon"},      {",", "a comma"},
        {".", "a full stop"},     {"/", "a slash"},      {"!", "an exclamation mark"},
        {"<", "less than"},       {">", "greater than"}, {"[", "left bracket"},
        {"]", "right bracket"},   {"+", "plus"},         {"-", "minus"},
        {"_", "underscore"},      {"*", "star"},         {"#", "hash"},
        {"S-Tab", "Shift Tab"},   {"PgUp", "Page Up"},   {"PgDn", "Page Down"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(signs); i++) {
        if (!str_equal(str_from(signs[i].key), key)) continue;
        buf_add(out, str_from(signs[i].words));
        return;
    }
    buf_add(out, key);
}

static void add_key_in_words(const struct model *model, enum intent intent, struct buf *out) {
    const struct keymap_name name = keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, intent);
    linear_parts_add_key(out, str_from(name.text));
}

void linear_add_greeting(const struct model *model, struct buf *out) {
    buf_add(out, STR("recloop, read out line by line. Type a key and Enter: "));
    add_key_in_words(model, INTENT_FIRE, out);
    buf_add(out, STR(" fires the test event,"));
    for (int id = 0; id < PANE_COUNT; id++) {
        buf_add_char(out, ' ');
        add_key_in_words(model, (enum intent)(INTENT_PANE_SETUP + id), out);
    }
    buf_add(out, STR(" read a pane,\nan empty line reads the details, "));
    add_key_in_words(model, INTENT_HELP, out);
    buf_add(out, STR(" reads all keys, "));
    add_key_in_words(model, INTENT_QUIT, out);
    buf_add(out, STR(" leaves.\n"));
}

struct line {
    struct linear *linear;
    struct model *model;
    linear_then_fn *then;
    void *context;
    struct buf *out;
};

static void press(const struct line *line, uint32_t key) {
    const struct input input = {.key = key};
    struct effects effects = {0};
    model_handle(line->model, &input, &effects);
    line->then(line->context, &effects);
}

// By the person's own key; these always have one.
static void press_for(const struct line *line, enum intent intent) {
    const struct keymap_row *row = keymap_row_of(&line->model->keymap, KEYMAP_EDITOR, intent);
    if (row) press(line, row->key);
}

// In place of what stands in the editor.
static void answer(const struct line *line, struct str text) {
    if (!text.len || str_equal(text, STR("Esc"))) {
        press_for(line, INTENT_CANCEL);
        buf_add(line->out, STR("Left as it was.\n"));
        return;
    }
    if (str_equal(text, STR("Enter"))) { // as it stands there
        press_for(line, INTENT_SUBMIT);
        return;
    }
    editor_start(&line->model->editor, (struct str){0}, line->model->editor.is_secret);
    while (text.len && line->model->editing != MODEL_EDITING_NOTHING) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        if (valid && rune >= ' ') press(line, rune);
    }
    press_for(line, INTENT_SUBMIT);
}

// What was typed is not taken, and is still asked for: why, and what there is.
static void tell_refused(const struct line *line, enum model_editing asked) {
    const struct prompt *prompt = prompt_get(asked);
    struct linear *linear = line->linear;
    if (line->model->editing != asked) return;
    canvas_clear(&linear->page);
    struct sheet sheet = {.canvas = &linear->page, .rect = canvas_rect(&linear->page)};
    if (prompt->assist) prompt->assist(line->model, &sheet);
    const struct str typed = str_trim(buf_str(&line->model->editor.text));
    if (asked == MODEL_EDITING_PALETTE)
        buf_add_format(
            line->out,
            "More is needed after " STR_FMT "; type all of it, or an empty line to leave it.\n",
            STR_ARG(typed));
    else
        buf_add(line->out, STR("Not taken; type another, or an empty line to leave it.\n"));
    linear_parts_add_page(&linear->page, line->out);
}

// Where text is typed every character means itself.
static const struct keymap_row *row_of(const struct line *line, uint32_t key) {
    enum keymap_context contexts[MODEL_CONTEXTS];
    const size_t count = model_contexts(line->model, contexts);
    return keymap_find_row(&line->model->keymap, contexts, count, key);
}

// Nothing moved: where it stands.
static bool tell_chosen_again(const struct line *line) {
    if (!overlay_top(line->model) || !line->linear->chosen.len) return false;
    buf_add(line->out, STR("Selected: "));
    buf_add(line->out, buf_str(&line->linear->chosen));
    return true;
}

// A key after which nothing was heard: was it none, or is its answer still to come?
static void tell_silent(
    const struct line *line, struct str word, const struct keymap_row *row, struct str before) {
    const struct overlay *top = overlay_top(line->model);
    if ((top && top->takes_text) || (row && row->intent == INTENT_QUIT)) return;
    CLEANUP(buf_release) struct buf now = {0};
    linear_parts_tell_row(line->model, "Now row", &now);
    if (!top && !str_equal(buf_str(&now), before)) {
        buf_add(line->out, buf_str(&now));
        return;
    }
    if (row && row->intent == (enum intent)(INTENT_PANE_SETUP + (int)line->model->pane)) {
        linear_parts_tell_title(line->model, line->out);
        linear_parts_tell_row(line->model, "Selected, row", line->out);
        return;
    }
    const bool is_search =
        row && (row->intent == INTENT_FIND_NEXT || row->intent == INTENT_FIND_PREVIOUS);
    if (is_search && tell_chosen_again(line)) return;
    struct buf said = {0};
    if (!row) {
        linear_parts_add_key(&said, word);
        buf_add(&said, STR(" does nothing here; "));
        add_key_in_words(line->model, INTENT_HELP, &said);
        buf_add(&said, STR(" reads the keys."));
    } else if (row->intent == INTENT_UP || row->intent == INTENT_DOWN) {
        buf_add(&said, STR("There is no row further."));
    } else if (!top && row->key == INPUT_ENTER && !narrow_count(line->model, line->model->pane)) {
        buf_add(&said, STR("There is no row here."));
    } else {
        const struct keymap_row *first =
            keymap_row_of(&line->model->keymap, row->context, row->intent);
        const char *help = row->help ? row->help : first && first->help ? first->help : "done";
        buf_add_format(&said, STR_FMT ": %s", STR_ARG(word), help);
        if (row->label_on)
            buf_add(
                &said, model_is_on(line->model, row->intent) ? STR("; now on") : STR("; now off"));
    }
    linear_parts_add_told(line->out, "", buf_str(&said));
    buf_release(&said);
}

static void press_keys(const struct line *line, struct str text) {
    while (text.len) {
        struct str word;
        uint32_t key = 0;
        str_split(text, ' ', &word, &text);
        if (!word.len) continue;
        if (!input_parse_key_name(word, &key)) {
            linear_parts_add_told(line->out, "No key is called ", word);
            buf_add(line->out, STR("Keys are characters, or names such as Enter, Esc, Down; "));
            add_key_in_words(line->model, INTENT_HELP, line->out);
            buf_add(line->out, STR(" reads all of them.\n"));
            return;
        }
        struct buf shown = {0};
        const size_t before = line->out->len;
        const struct keymap_row *row = row_of(line, key);
        linear_parts_tell_row(line->model, "Now row", &shown);
        press(line, key);
        linear_tell(line->linear, line->model, line->out);
        if (line->out->len == before) tell_silent(line, word, row, buf_str(&shown));
        buf_release(&shown);
    }
}

static bool is_following(const struct line *line, struct str text) {
    const struct keymap_name key =
        keymap_name_of(&line->model->keymap, KEYMAP_STREAM, INTENT_FOLLOW);
    if (!str_equal(text, str_from(key.text)) || line->model->pane == PANE_STREAM) return false;
    struct linear *linear = line->linear;
    linear->follows = !linear->follows;
    if (linear->follows)
        buf_add_format(line->out, "Events are read out as they come. %s: no longer.\n", key.text);
    else
        buf_add(line->out, STR("Events are no longer read out.\n"));
    return true;
}

// The event's JSON: whole, or member by member.

void linear_parts_tell_json(struct buf *out) {
    buf_add(
        out,
        STR("Type PATH = VALUE to set a member, such as properties.price = 12; - PATH to take "
            "one out; or a whole\nobject, which ends when its braces do. read reads it, send fires "
            "it, editor opens your own, an empty line is done.\n"));
}

// Parents that are not there are made; the value is JSON, or else a string. False: there is no such place.
static bool set_member(struct json_node *object, struct str path, const struct json_node *value) {
    struct str first, rest;
    const bool is_deep = str_split(path, '.', &first, &rest);
    CLEANUP(buf_release) struct buf key = {0};
    CLEANUP(json_release) struct json child = {0};
    buf_add(&key, first);
    if (!first.len) return false;
    if (!is_deep) {
        if (value)
            json_set_copy(object, buf_text(&key), value);
        else
            json_remove(object, buf_text(&key));
        return true;
    }
    const struct json_node *there = json_get(object, buf_text(&key));
    if (json_kind(there) == JSON_ABSENT)
        (void)json_new_object(&child);
    else if (json_kind(there) != JSON_OBJECT || !json_copy(there, &child))
        return false;
    if (!set_member(child.root, rest, value)) return false;
    json_set_copy(object, buf_text(&key), child.root);
    return true;
}

static void take_json(const struct line *line, struct str text) {
    const struct composer *composer = &line->model->composer;
    composer_take_text(line->model, text);
    if (composer->check.is_good)
        buf_add(line->out, STR("Taken; it is good JSON.\n"));
    else
        buf_add_format(
            line->out, "Taken, but it is no JSON: line %zu, column %zu: %s\n", composer->check.line,
            composer->check.column, composer->check.message);
}

// False: it is no such order.
static bool change_member(const struct line *line, struct str text) {
    CLEANUP(json_release) struct json document = {0}, value = {0};
    CLEANUP(buf_release) struct buf printed = {0};
    struct str path, given;
    struct error err = {0};
    const bool is_removal = str_starts_with(text, STR("- "));
    if (!is_removal && !str_split(text, '=', &path, &given)) return false;
    path = str_trim(is_removal ? str_skip(text, 2) : path);
    if (!is_removal && !json_parse(str_trim(given), &value, &err)) {
        json_quote(&printed, str_trim(given));
        if (!json_parse(buf_str(&printed), &value, &err)) return false;
        buf_reset(&printed);
    }
    const struct str now = buf_str(&line->model->composer.editor.text);
    if (!json_parse(now, &document, &err)) {
        buf_add(
            line->out,
            STR("The event is no JSON, so it has no members; type a whole object, or editor.\n"));
        return true;
    }
    if (json_kind(document.root) != JSON_OBJECT ||
        !set_member(document.root, path, is_removal ? NULL : value.root)) {
        linear_parts_add_told(line->out, "There is no place for ", path);
        return true;
    }
    json_print_pretty(document.root, &printed);
    take_json(line, buf_str(&printed));
    return true;
}

// Do its braces close? Those in strings are none.
static bool is_whole(struct str text) {
    int depth = 0;
    bool is_in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        const char byte = text.ptr[i];
        if (is_in_string && byte == '\\')
            i++;
        else if (byte == '"')
            is_in_string = !is_in_string;
        else if (!is_in_string && (byte == '{' || byte == '['))
            depth++;
        else if (!is_in_string && (byte == '}' || byte == ']'))
            depth--;
    }
    return depth <= 0;
}

// A whole object may stand in several lines; an empty one ends it as it is.
static void add_json(const struct line *line, struct str text) {
    struct buf *whole = &line->linear->json;
    buf_add(whole, text);
    buf_add_char(whole, '\n');
    if (text.len && !is_whole(buf_str(whole))) return;
    take_json(line, buf_str(whole));
    buf_reset(whole);
}

static void read_json(const struct line *line) {
    struct str rest = buf_str(&line->model->composer.editor.text), text;
    while (rest.len) {
        str_split(rest, '\n', &text, &rest);
        linear_parts_add_told(line->out, "", text);
    }
}

static void press_in_json(const struct line *line, enum intent intent) {
    const struct keymap_row *row = keymap_row_of(&line->model->keymap, KEYMAP_TEXT, intent);
    if (row) press(line, row->key);
}

static void edit_json(const struct line *line, struct str text) {
    if (line->linear->json.len || str_starts_with(text, STR("{")))
        add_json(line, text);
    else if (!text.len || str_equal(text, STR("Esc")) || str_equal(text, STR("q")))
        press_in_json(line, INTENT_CLOSE);
    else if (str_equal(text, STR("send")))
        press_in_json(line, INTENT_FIRE);
    else if (str_equal(text, STR("editor")))
        press_in_json(line, INTENT_OUTER_EDITOR);
    else if (str_equal(text, STR("read")))
        read_json(line);
    else if (str_equal(text, STR("?")))
        linear_parts_tell_json(line->out);
    else if (!change_member(line, text))
        buf_add(
            line->out, STR("That is no PATH = VALUE, and no object; an empty line is done, a "
                           "question mark tells more.\n"));
}

void linear_line(
    struct linear *linear,
    struct model *model,
    struct str text,
    linear_then_fn *then,
    void *context,
    struct buf *out) {
    const struct line line = {
        .linear = linear, .model = model, .then = then, .context = context, .out = out};
    if (str_ends_with(text, STR("\r"))) text.len--;
    linear->is_asked = true;
    const size_t before = out->len;
    const struct overlay *top = overlay_top(model);
    if (model->editing != MODEL_EDITING_NOTHING) {
        const enum model_editing asked = model->editing;
        const bool is_filter =
            asked == MODEL_EDITING_NARROW || asked == MODEL_EDITING_STREAM_FILTER;
        answer(&line, text);
        linear_tell(linear, model, out);
        tell_refused(&line, asked);
        if (out->len == before && is_filter) linear_parts_tell_title(model, out);
        const bool is_search =
            asked == MODEL_EDITING_JOURNEY_SEARCH || asked == MODEL_EDITING_REQUEST_SEARCH;
        if (out->len == before && is_search) (void)tell_chosen_again(&line);
        if (out->len == before && asked == MODEL_EDITING_FIELD)
            linear_parts_tell_row(model, "Now row", out);
    } else if (top && top->id == OVERLAY_EVENT) {
        edit_json(&line, str_trim(text));
    } else if (text.len && text.ptr[0] == ':') {
        press(&line, ':');
        if (model->editing != MODEL_EDITING_NOTHING && text.len > 1)
            answer(&line, str_skip(text, 1));
        else if (model->editing == MODEL_EDITING_NOTHING)
            buf_add(out, STR("Names are not taken here; close first what is open: q.\n"));
        if (text.len > 1) {
            linear->editing = model->editing; // that it is asked for stands with the reason
            tell_refused(&line, MODEL_EDITING_PALETTE);
        }
    } else if (str_trim(text).len == 0 && !overlay_top(model)) {
        linear_parts_tell_detail(linear, model, out);
    } else if (str_trim(text).len == 0) {
        press(&line, INPUT_ENTER);
    } else if (!is_following(&line, str_trim(text))) {
        press_keys(&line, text);
    }
    linear_tell(linear, model, out);
    linear->is_asked = false;
}
