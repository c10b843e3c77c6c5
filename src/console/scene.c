// scene — see the header.
#include "console/scene.h"

#include "base/files.h"
#include "base/memory.h"
#include "config/settings.h"
#include "console/input.h"
#include "console/model.h"
#include "console/pane.h"

struct parser {
    struct scene scene;
    struct str name;
    struct str line, rest; // the whole line; what is not read yet
    int number;
    struct error *err;
};

// Errors

#define STEPS_HINT                                                                                 \
    "Steps are: key, type, pane, user, via, setting, row, restore, wait hop|list|trait|event, "    \
    "say, "                                                                                        \
    "pause, pace."

static bool refuse(struct parser *parser, struct str at, const char *what, const char *hint) {
    const size_t before = at.ptr ? (size_t)(at.ptr - parser->line.ptr) : parser->line.len;
    const int column = (int)str_count_runes(str_slice(parser->line, 0, before)) + 1;
    error_set(
        parser->err, ERROR_CONFIG, STR_FMT ":%d:%d: %s", STR_ARG(parser->name), parser->number,
        column, what);
    return error_hint(parser->err, "%s", hint);
}

static bool
refuse_word(struct parser *parser, struct str word, const char *what, const char *hint) {
    struct buf text = {0}, shown = {0};
    buf_add_printable(&shown, str_slice(word, 0, 40));
    buf_add_format(&text, "%s \"%s\"", what, buf_text(&shown));
    refuse(parser, word, buf_text(&text), hint);
    buf_release(&text);
    buf_release(&shown);
    return false;
}

// Words

static bool is_blank(char character) {
    return character == ' ' || character == '\t';
}

static void skip_blanks(struct parser *parser) {
    while (parser->rest.len && is_blank(parser->rest.ptr[0]))
        parser->rest = str_skip(parser->rest, 1);
}

// Up to the next blank; empty at the end of the step. What begins with '#' begins a comment, unless it is
// the key of that name.
static struct str next_word(struct parser *parser) {
    skip_blanks(parser);
    size_t len = 0;
    if (parser->rest.len && parser->rest.ptr[0] == '#') len = parser->rest.len;
    if (len) {
        parser->rest = str_skip(parser->rest, len);
        return parser->rest;
    }
    while (len < parser->rest.len && !is_blank(parser->rest.ptr[len]))
        len++;
    const struct str word = str_slice(parser->rest, 0, len);
    parser->rest = str_skip(parser->rest, len);
    return word;
}

static bool ends(struct parser *parser) {
    const struct str more = next_word(parser);
    if (!more.len) return true;
    return refuse_word(parser, more, "Nothing is expected here, but there is", STEPS_HINT);
}

static bool read_quoted(struct parser *parser, struct buf *out) {
    const struct str start = parser->rest;
    for (size_t at = 1; at < start.len; at++) {
        if (start.ptr[at] == '"') {
            parser->rest = str_skip(start, at + 1);
            return true;
        }
        const bool is_escape = start.ptr[at] == '\\' && at + 1 < start.len;
        if (is_escape && start.ptr[at + 1] != '"' && start.ptr[at + 1] != '\\')
            return refuse(
                parser, str_skip(start, at), "An unknown escape",
                "In quotes \\\" is a quote and \\\\ a backslash.");
        if (is_escape) at++;
        buf_add_char(out, start.ptr[at]);
    }
    return refuse(parser, start, "The quotes are not closed", "End the text with \".");
}

// Quoted, or what stands there up to the comment or to a trailing "within …".
static bool read_text(struct parser *parser, bool is_one_word, struct buf *out) {
    skip_blanks(parser);
    if (parser->rest.len && parser->rest.ptr[0] == '"') return read_quoted(parser, out);
    if (is_one_word) {
        buf_add(out, next_word(parser));
        return true;
    }
    size_t len = 0;
    while (len < parser->rest.len) {
        const bool is_comment =
            parser->rest.ptr[len] == '#' && (len == 0 || is_blank(parser->rest.ptr[len - 1]));
        if (is_comment) break;
        len++;
    }
    buf_add(out, str_trim(str_slice(parser->rest, 0, len)));
    parser->rest = str_skip(parser->rest, len);
    return true;
}

// "800ms", "10s", "2.5s"
static bool read_time(struct parser *parser, int64_t *out_ms) {
    const struct str word = next_word(parser);
    const bool is_ms = str_ends_with(word, STR("ms"));
    const bool is_s = !is_ms && str_ends_with(word, STR("s"));
    const char *hint = "A time is a number with its unit, for example 800ms or 10s.";
    double number = 0;
    if (!word.len) return refuse(parser, parser->rest, "A time is missing", hint);
    const struct str digits = str_slice(word, 0, word.len - (is_ms ? 2 : 1));
    if ((!is_ms && !is_s) || !str_parse_double(digits, &number))
        return refuse_word(parser, word, "No time:", hint);
    const double ms = is_ms ? number : number * 1000;
    if (!(ms >= 0) || ms > SCENE_MS_MOST)
        return refuse_word(parser, word, "Out of range:", "From 0ms to 600s.");
    *out_ms = (int64_t)ms;
    return true;
}

// Steps

static struct scene_step *add_step(struct parser *parser, enum scene_kind kind) {
    struct scene *scene = &parser->scene;
    if (scene->count % 32 == 0)
        scene->steps = mem_resize(scene->steps, scene->count + 32, sizeof(scene->steps[0]));
    struct scene_step *step = &scene->steps[scene->count++];
    *step = (struct scene_step){.kind = kind, .line = parser->number};
    return step;
}

static bool has_room(struct parser *parser, struct str at) {
    if (parser->scene.count < SCENE_STEPS_MAX) return true;
    return refuse(parser, at, "The scene is too long", "Split it into several files.");
}

static bool read_keys(struct parser *parser) {
    const size_t before = parser->scene.count;
    for (;;) {
        skip_blanks(parser);
        // the key '#' stands alone: a comment has a blank or a letter behind it
        const bool is_hash = parser->rest.len && parser->rest.ptr[0] == '#' &&
                             parser->rest.len == 1 && parser->scene.count == before;
        const struct str word = is_hash ? parser->rest : next_word(parser);
        if (is_hash) parser->rest = str_skip(parser->rest, 1);
        if (!word.len) break;
        uint32_t key = 0;
        if (!input_parse_key_name(word, &key))
            return refuse_word(
                parser, word, "No key is called",
                "Keys are characters, or names such as Enter Esc Space Tab Ctrl-U PgDn.");
        if (!has_room(parser, word)) return false;
        add_step(parser, SCENE_KEY)->key = key;
    }
    if (parser->scene.count > before) return true;
    return refuse(parser, parser->rest, "The key is missing", "For example: key t");
}

static bool read_named(struct parser *parser, enum scene_kind kind, const char *missing) {
    CLEANUP(buf_release) struct buf text = {0};
    const bool is_one_word = kind == SCENE_USER;
    if (!read_text(parser, is_one_word, &text)) return false;
    if (!text.len && missing) return refuse(parser, parser->rest, missing, STEPS_HINT);
    if (!str_is_utf8(buf_str(&text)))
        return refuse(parser, parser->line, "This is not UTF-8", "Save the file as UTF-8.");
    struct scene_step *step = add_step(parser, kind);
    step->text = buf_take(&text);
    step->ms = kind == SCENE_ROW ? SCENE_WAIT_MS : 0;
    return ends(parser);
}

static bool read_pane(struct parser *parser) {
    const struct str word = next_word(parser);
    int64_t number = 0;
    if (!str_parse_int64(word, &number) || number < 1 || number > PANE_COUNT)
        return refuse_word(
            parser, word, "No pane has the number",
            "Panes have the numbers of their keys, from 1.");
    add_step(parser, SCENE_PANE)->pane = (int)number - 1;
    return ends(parser);
}

static bool read_via(struct parser *parser) {
    const struct str word = next_word(parser);
    int via = 0;
    while (via < MODEL_VIA_COUNT && !str_equal(word, str_from(model_via_name((enum model_via)via))))
        via++;
    if (via == MODEL_VIA_COUNT)
        return refuse_word(parser, word, "No way is called", "segment, destination or handler.");
    add_step(parser, SCENE_VIA)->via = via;
    return ends(parser);
}

static bool find_setting(struct parser *parser, struct str word, const struct setting **out) {
    struct error err = {0};
    *out = settings_require(word, &err);
    return *out || refuse_word(parser, word, "No setting is called", err.hint);
}

static void add_setting(struct parser *parser, enum scene_kind kind, const char *name) {
    struct scene_step *step = add_step(parser, kind);
    step->text = mem_copy_string(name);
    step->ms = SCENE_WAIT_MS;
}

static bool read_setting(struct parser *parser) {
    const struct setting *setting = NULL;
    if (!find_setting(parser, next_word(parser), &setting)) return false;
    add_setting(parser, SCENE_SETTING, setting->name);
    return ends(parser);
}

static bool read_restored(struct parser *parser, struct str word) {
    static const char *const own[] = {"via", "shopper"};
    const struct setting *setting = NULL;
    if (!has_room(parser, word)) return false;
    for (size_t i = 0; i < ARRAY_COUNT(own); i++) {
        if (!str_equal(word, str_from(own[i]))) continue;
        add_setting(parser, SCENE_RESTORE, own[i]);
        return true;
    }
    if (!find_setting(parser, word, &setting)) return false;
    add_setting(parser, SCENE_RESTORE, setting->name);
    return true;
}

static bool read_restore(struct parser *parser) {
    struct str word = next_word(parser);
    if (!word.len)
        return refuse(
            parser, parser->rest, "What is to be put back is missing",
            "For example: restore external_id via");
    for (; word.len; word = next_word(parser))
        if (!read_restored(parser, word)) return false;
    return true;
}

static bool read_hop(struct parser *parser, struct scene_step *out) {
    static const enum hop_state states[] = {
        HOP_RUNNING, HOP_DONE, HOP_FAILED, HOP_SKIPPED, HOP_HIDDEN};
    const struct str name = next_word(parser);
    int id = 0;
    while (id < HOP_COUNT && !str_equal(name, str_from(hop_name((enum hop_id)id))))
        id++;
    if (id == HOP_COUNT)
        return refuse_word(
            parser, name, "No hop is called",
            "segment, destination, lambda, put_events, recommendations, identify or profile.");
    const struct str word = next_word(parser);
    out->hop = (enum hop_id)id;
    for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
        out->state = states[i];
        if (str_equal(word, str_from(hop_state_name(states[i])))) return true;
    }
    return refuse_word(
        parser, word, "No state is called", "running, done, failed, skipped or hidden.");
}

static bool read_within(struct parser *parser, struct scene_step *step) {
    const struct str word = next_word(parser);
    step->ms = SCENE_WAIT_MS;
    if (!word.len) return true;
    if (!str_equal(word, STR("within")))
        return refuse_word(
            parser, word, "Only a bound is expected here, not", "For example: within 10s");
    return read_time(parser, &step->ms) && ends(parser);
}

static bool read_wait(struct parser *parser) {
    const struct str what = next_word(parser);
    struct scene_step step = {.line = parser->number};
    CLEANUP(buf_release) struct buf text = {0};
    if (str_equal(what, STR("hop"))) {
        step.kind = SCENE_WAIT_HOP;
        if (!read_hop(parser, &step)) return false;
    } else if (str_equal(what, STR("list"))) {
        step.kind = SCENE_WAIT_LIST;
    } else if (str_equal(what, STR("trait"))) {
        step.kind = SCENE_WAIT_TRAIT;
    } else if (str_equal(what, STR("event"))) {
        step.kind = SCENE_WAIT_EVENT;
        if (!read_text(parser, true, &text)) return false;
        if (!text.len)
            return refuse(
                parser, parser->rest, "The event's name is missing",
                "For example: wait event \"Product Clicked\"");
    } else {
        return refuse_word(
            parser, what, "One cannot wait for", "Wait for hop, list, trait or event.");
    }
    if (!read_within(parser, &step)) return false;
    if (step.kind == SCENE_WAIT_EVENT) step.text = buf_take(&text);
    *add_step(parser, step.kind) = step;
    return true;
}

static bool read_pace(struct parser *parser) {
    int64_t ms = 0;
    if (!read_time(parser, &ms)) return false;
    add_step(parser, SCENE_PACE)->ms = ms;
    return ends(parser);
}

static bool read_step(struct parser *parser) {
    const struct str word = next_word(parser);
    if (!word.len) return true;
    if (!has_room(parser, word)) return false;
    if (str_equal(word, STR("key"))) return read_keys(parser);
    if (str_equal(word, STR("type"))) return read_named(parser, SCENE_TYPE, "The text is missing");
    if (str_equal(word, STR("user")))
        return read_named(parser, SCENE_USER, "The shopper is missing");
    if (str_equal(word, STR("say"))) return read_named(parser, SCENE_SAY, NULL);
    if (str_equal(word, STR("row"))) return read_named(parser, SCENE_ROW, "The text is missing");
    if (str_equal(word, STR("pane"))) return read_pane(parser);
    if (str_equal(word, STR("via"))) return read_via(parser);
    if (str_equal(word, STR("setting"))) return read_setting(parser);
    if (str_equal(word, STR("restore"))) return read_restore(parser);
    if (str_equal(word, STR("wait"))) return read_wait(parser);
    if (str_equal(word, STR("pace"))) return read_pace(parser);
    if (!str_equal(word, STR("pause")))
        return refuse_word(parser, word, "No step is called", STEPS_HINT);
    add_step(parser, SCENE_PAUSE);
    return ends(parser);
}

bool scene_parse(struct str name, struct str text, struct scene *out, struct error *err) {
    struct parser parser = {.name = name, .err = err};
    if (str_starts_with(text, STR("{"))) {
        error_set(err, ERROR_CONFIG, STR_FMT " is a recording, not a scene", STR_ARG(name));
        return error_hint(
            err, "A .cast is shown by any player of asciicasts (asciinema play); a recorded "
                 "session is sent again by `recloop replay`.");
    }
    while (text.len) {
        str_split(text, '\n', &parser.line, &text);
        if (str_ends_with(parser.line, STR("\r"))) parser.line.len--;
        parser.rest = parser.line;
        parser.number++;
        if (read_step(&parser)) continue;
        scene_release(&parser.scene);
        return false;
    }
    struct buf copy = {0};
    buf_add(&copy, name);
    parser.scene.name = buf_take(&copy);
    *out = parser.scene;
    return true;
}

bool scene_load(const char *path, struct scene *out, struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    if (!files_read(path, SCENE_MAX_BYTES, &text, err)) {
        err->code = ERROR_USAGE;
        return error_hint(
            err, "--play takes a file with one step a line; see `recloop help console`.");
    }
    return scene_parse(str_from(path), buf_str(&text), out, err);
}

void scene_release(struct scene *scene) {
    if (!scene) return;
    for (size_t i = 0; i < scene->count; i++)
        mem_free(scene->steps[i].text);
    mem_free(scene->steps);
    mem_free(scene->name);
    *scene = (struct scene){0};
}

void scene_add_wish(struct buf *out, const struct scene_step *step) {
    switch (step->kind) {
    case SCENE_WAIT_HOP:
        buf_add_format(out, "%s is %s", hop_title(step->hop), hop_state_name(step->state));
        break;
    case SCENE_WAIT_LIST: buf_add(out, STR("a new list")); break;
    case SCENE_WAIT_TRAIT: buf_add(out, STR("the trait changes")); break;
    case SCENE_WAIT_EVENT: buf_add_format(out, "the event %s", step->text); break;
    case SCENE_ROW: buf_add_format(out, "a row with \"%s\"", step->text); break;
    case SCENE_SETTING:
    case SCENE_RESTORE: buf_add(out, STR("the settings")); break;
    case SCENE_KEY:
    case SCENE_TYPE:
    case SCENE_PANE:
    case SCENE_USER:
    case SCENE_VIA:
    case SCENE_SAY:
    case SCENE_PAUSE:
    case SCENE_PACE: break;
    }
}
