// key_file — see the header. Lines become changes; changes are made together, and those that cannot stand beside
// the others are taken out again, the latest first.
#include "console/key_file.h"

#include "base/memory.h"
#include "console/width.h"
#include "key_file_check.h"

#include <stdarg.h>

#define NAME_COLUMNS 22

struct reader {
    struct key_file *out;
    struct str name, text; // the file's; the line
    int line;
    bool has_section, is_section_wrong;
    enum keymap_context context;
    struct key_changes changes;
};

// Problems

// The one to be filled in; they stand in the order of the file.
static struct key_file_problem *problem_at(struct key_file *out, int line, int column) {
    static struct key_file_problem beyond; // counted, not kept
    size_t at = out->problem_count++;
    if (at >= KEY_FILE_PROBLEMS) at = KEY_FILE_PROBLEMS;
    while (at > 0 && (out->problems[at - 1].line > line || (out->problems[at - 1].line == line &&
                                                            out->problems[at - 1].column > column)))
        at--;
    if (at == KEY_FILE_PROBLEMS) return &beyond;
    const size_t kept =
        out->problem_count < KEY_FILE_PROBLEMS ? out->problem_count : KEY_FILE_PROBLEMS;
    memmove(&out->problems[at + 1], &out->problems[at], (kept - 1 - at) * sizeof(out->problems[0]));
    out->problems[at] = (struct key_file_problem){.line = line, .column = column};
    return &out->problems[at];
}

static int column_of(const struct reader *reader, struct str part) {
    const size_t before = (size_t)(part.ptr - reader->text.ptr);
    return (int)str_count_runes(str_slice(reader->text, 0, before)) + 1;
}

// At the part of the line that is wrong.
PRINTF_LIKE(4, 5)
static void
refuse(struct reader *reader, struct str part, const char *hint, const char *format, ...) {
    struct buf text = {0};
    const int column = column_of(reader, part);
    va_list args;
    va_start(args, format);
    buf_add_vformat(&text, format, args);
    va_end(args);
    struct error *err = &problem_at(reader->out, reader->line, column)->error;
    error_set(
        err, ERROR_CONFIG, STR_FMT ":%d:%d: %s", STR_ARG(reader->name), reader->line, column,
        buf_text(&text));
    error_hint(err, "%s", hint);
    buf_release(&text);
}

// What the file says, short and without what a terminal would obey.
static const char *quote(struct buf *out, struct str part) {
    buf_reset(out);
    buf_add_printable(out, str_slice(part, 0, 48));
    return buf_text(out);
}

// Keys by name

// For files: what can be typed on every keyboard. The first of a key is the one that is listed.
static const struct {
    const char *name;
    uint32_t key;
} spelled[] = {
    {"Up", INPUT_UP},
    {"Down", INPUT_DOWN},
    {"Left", INPUT_LEFT},
    {"Right", INPUT_RIGHT},
    {"Home", INPUT_HOME},
    {"End", INPUT_END},
    {"PgUp", INPUT_PAGE_UP},
    {"PageUp", INPUT_PAGE_UP},
    {"PgDn", INPUT_PAGE_DOWN},
    {"PageDown", INPUT_PAGE_DOWN},
    {"Enter", INPUT_ENTER},
    {"Tab", INPUT_TAB},
    {"S-Tab", INPUT_BACK_TAB},
    {"Shift-Tab", INPUT_BACK_TAB},
    {"Esc", INPUT_ESCAPE},
    {"Escape", INPUT_ESCAPE},
    {"Space", INPUT_SPACE},
    {"Backspace", INPUT_BACKSPACE},
    {"Del", INPUT_DELETE},
    {"Delete", INPUT_DELETE},
    {"Ctrl-Left", INPUT_CONTROL_LEFT},
    {"Ctrl-Right", INPUT_CONTROL_RIGHT},
    {"Ctrl-Home", INPUT_CONTROL_HOME},
    {"Ctrl-End", INPUT_CONTROL_END},
    {"Alt-Backspace", INPUT_ALT(0x7F)},
    {"Comma", ','},
};

static void add_key(struct buf *out, uint32_t key) {
    for (size_t i = 0; i < ARRAY_COUNT(spelled); i++) {
        if (spelled[i].key != key) continue;
        buf_add(out, str_from(spelled[i].name));
        return;
    }
    input_add_key_name(out, key);
}

static bool find_spelled(struct str name, uint32_t *out) {
    for (size_t i = 0; i < ARRAY_COUNT(spelled); i++) {
        if (!str_equal_nocase(name, str_from(spelled[i].name))) continue;
        *out = spelled[i].key;
        return true;
    }
    return false;
}

// A character that a keyboard gives and a row can show.
static bool is_character(struct str name, uint32_t key) {
    return key > ' ' && key != 0x7F && key < INPUT_UP && str_count_runes(name) == 1 &&
           width_of_rune(key) > 0 && !str_is_invisible_rune(key);
}

static bool is_taken(uint32_t key) { // by the terminal, for signals
    return key == INPUT_CONTROL('c') || key == INPUT_CONTROL('z') || key == INPUT_CONTROL('\\');
}

// Alt with these begins what arrows and function keys send.
static bool begins_sequence(uint32_t key) {
    return key == INPUT_ALT('[') || key == INPUT_ALT('O');
}

static bool is_typed_text(enum keymap_context context) {
    return context == KEYMAP_EDITOR || context == KEYMAP_TEXT;
}

static bool read_key(struct reader *reader, struct str name, uint32_t *out) {
    const char *hint =
        "A key is a character, or Enter, Tab, Esc, Space, Up, PgDn, Ctrl-X, Alt-x …; "
        "`recloop console --keys` lists them.";
    struct buf shown = {0};
    bool is_good = find_spelled(name, out);
    const bool is_control = str_starts_with(name, STR("Ctrl-")) && name.len == 6;
    if (!is_good && input_parse_key_name(name, out)) {
        const char last = name.ptr[name.len - 1];
        const bool is_letter = last >= '@' && last <= 'z' && last != '`';
        is_good = is_control                       ? is_letter
                  : *out >= INPUT_ALT_FIRST        ? last < 0x7F
                  : *out >= INPUT_UP || *out < ' ' ? true
                                                   : is_character(name, *out);
    }
    if (!is_good) {
        refuse(reader, name, hint, "no key is called \"%s\"", quote(&shown, name));
    } else if (is_taken(*out) || begins_sequence(*out)) {
        is_good = false;
        refuse(
            reader, name, "Choose another key.", "%s never comes here: the terminal %s",
            quote(&shown, name),
            is_taken(*out) ? "makes a signal of it" : "sends it with arrows and function keys");
    } else if (is_typed_text(reader->context) && *out >= ' ' && *out < INPUT_UP) {
        is_good = false;
        refuse(
            reader, name, "Choose one with Ctrl or Alt, or a named key.",
            "\"%s\" is text here: it could not be typed any more", quote(&shown, name));
    }
    buf_release(&shown);
    return is_good;
}

// Lines

static void read_section(struct reader *reader, struct str line) {
    struct buf shown = {0};
    const struct str name = str_trim(str_slice(line, 1, line.len > 2 ? line.len - 2 : 0));
    reader->has_section = true;
    reader->is_section_wrong = true;
    if (line.ptr[line.len - 1] != ']') {
        refuse(
            reader, str_skip(line, line.len), "Write it as [stream].",
            "a section ends with \"]\"; its lines are left out");
    } else if (!keymap_find_context(name, &reader->context)) {
        refuse(
            reader, str_skip(line, 1), "`recloop console --keys` lists the sections.",
            "there is no section \"%s\"; its lines are left out", quote(&shown, name));
    } else {
        reader->is_section_wrong = false;
    }
    buf_release(&shown);
}

static bool find_intent(struct reader *reader, struct str name, enum intent *out) {
    struct buf shown = {0}, hint = {0};
    const char *context = keymap_context_name(reader->context);
    const bool is_known = intent_find(name, out);
    const bool is_here = is_known && keymap_row_of(NULL, reader->context, *out);
    buf_add_format(&hint, "`recloop console --keys` lists what there is in [%s].", context);
    if (!is_known) {
        refuse(
            reader, name, buf_text(&hint), "there is nothing called \"%s\" to give keys to",
            quote(&shown, name));
    } else if (!is_here) {
        refuse(
            reader, name, buf_text(&hint), "\"%s\" means nothing in [%s]", quote(&shown, name),
            context);
    }
    buf_release(&shown);
    buf_release(&hint);
    return is_here;
}

static bool is_first(struct reader *reader, struct str name, enum intent intent) {
    for (size_t i = 0; i < reader->changes.count; i++) {
        const struct key_change *change = &reader->changes.list[i];
        if (change->context != reader->context || change->intent != intent) continue;
        refuse(
            reader, name, "Write all its keys in one line, with commas between them.",
            "%s has its keys in line %d already", intent_name(intent), change->line);
        return false;
    }
    return true;
}

static bool read_keys(struct reader *reader, struct str keys, struct key_change *out) {
    struct str rest = keys;
    bool has_more = true;
    if (str_equal_nocase(str_trim(keys), STR("none"))) return true;
    while (has_more) {
        struct str name, after;
        has_more = str_split(rest, ',', &name, &after);
        if (!has_more) name = rest;
        const struct str place = str_trim(name).len ? str_trim(name) : name;
        name = str_trim(name);
        rest = after;
        if (!name.len) {
            refuse(
                reader, place, "Name a key, or write none; the comma itself is called Comma.",
                "a key is missing");
            return false;
        }
        if (out->key_count == KEY_FILE_KEYS) {
            refuse(
                reader, name, "Leave some out.", "more than %d keys for one thing", KEY_FILE_KEYS);
            return false;
        }
        const int column = column_of(reader, name);
        if (!read_key(reader, name, &out->keys[out->key_count])) return false;
        out->columns[out->key_count++] = column;
    }
    return true;
}

static void read_setting(struct reader *reader, struct str line) {
    struct str name, keys;
    enum intent intent = INTENT_NONE;
    if (reader->is_section_wrong) return;
    if (!reader->has_section) {
        refuse(
            reader, line, "Write a section before it, as [everywhere].",
            "it is not said where the keys work");
        return;
    }
    if (!str_split(line, '=', &name, &keys)) {
        refuse(reader, str_skip(line, line.len), "Write it as: fire = t", "\"=\" is missing");
        return;
    }
    name = str_trim(name).len ? str_trim(name) : str_slice(line, 0, 0);
    if (!find_intent(reader, name, &intent) || !is_first(reader, name, intent)) return;
    struct key_change change = {
        .context = reader->context,
        .intent = intent,
        .line = reader->line,
        .column = column_of(reader, name),
    };
    if (read_keys(reader, keys, &change)) key_changes_add(&reader->changes, &change);
}

static void read_line(struct reader *reader, struct str line) {
    reader->text = line;
    if (!str_is_utf8(line) || memchr(line.ptr, 0, line.len)) {
        refuse(reader, line, "Save the file as UTF-8 text.", "the line is no text; it is left out");
        return;
    }
    const struct str text = str_trim(line);
    if (!text.len || text.ptr[0] == '#' || text.ptr[0] == ';') return;
    if (text.ptr[0] == '[')
        read_section(reader, text);
    else
        read_setting(reader, text);
}

// Told where it was written.
static void tell(void *context, const struct key_finding *finding) {
    struct reader *reader = context;
    const struct key_change *change = finding->change;
    const int column = change->key_count ? change->columns[finding->key] : change->column;
    struct key_file_problem *problem = problem_at(reader->out, change->line, column);
    problem->is_note = finding->is_note;
    error_set(
        &problem->error, ERROR_CONFIG, STR_FMT ":%d:%d: " STR_FMT, STR_ARG(reader->name),
        change->line, column, STR_ARG(finding->why));
    error_hint(&problem->error, STR_FMT, STR_ARG(finding->hint));
}

void key_file_read(struct str name, struct str text, struct key_file *out) {
    struct reader reader = {.out = out, .name = name};
    struct str rest = str_starts_with(text, STR("\xEF\xBB\xBF")) ? str_skip(text, 3) : text, line;
    *out = (struct key_file){0};
    while (rest.len) {
        (void)str_split(rest, '\n', &line, &rest);
        reader.line++;
        read_line(&reader, line);
    }
    key_changes_make(&reader.changes, &out->keymap, tell, &reader);
    key_changes_release(&reader.changes);
}

void key_file_refuse(struct key_file *out, const struct error *err) {
    *out = (struct key_file){0};
    keymap_init(&out->keymap);
    problem_at(out, 0, 0)->error = *err;
}

// The listing

// The row and its aliases: of each that takes an outer key, which and why.
static void list_hidden(
    const struct keymap *keymap, const struct keymap_row *row, size_t count, struct buf *out) {
    for (size_t i = 0; i < count; i++) {
        const struct keymap_row *hidden = keymap_find_hidden(keymap, &row[i]);
        if (!hidden) continue;
        buf_add(out, STR("# "));
        add_key(out, row[i].key);
        buf_add_format(
            out, " hides %s of [%s]", intent_name(hidden->intent),
            keymap_context_name(hidden->context));
        if (row[i].hides) buf_add_format(out, ": %s", row[i].hides);
        buf_add_char(out, '\n');
    }
}

static void list_row(const struct keymap *keymap, const struct keymap_row *row, struct buf *out) {
    const size_t count = keymap_key_count(keymap, row);
    const int pad = NAME_COLUMNS - (int)str_from(intent_name(row->intent)).len;
    buf_add_format(out, "# %s\n", row->help);
    list_hidden(keymap, row, count, out);
    buf_add_format(out, "%s%*s = ", intent_name(row->intent), pad > 0 ? pad : 0, "");
    for (size_t i = 0; i < count; i++) {
        if (i) buf_add(out, STR(", "));
        add_key(out, row[i].key);
    }
    buf_add(out, count ? STR("\n") : STR("none\n"));
}

void key_file_list(const struct keymap *keymap, struct str path, struct buf *out) {
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(keymap, &count);
    buf_add(
        out, STR("# The keys of recloop's console as they are now, in the form of the file that "
                 "changes them:\n"
                 "# "));
    buf_add(out, path);
    buf_add(
        out,
        STR("\n# Keep there only the lines that you change, each below its section. Of an "
            "example:\n"
            "#\n"
            "#   [everywhere]\n"
            "#   quit = q, Ctrl-Q\n"
            "#   [stream]\n"
            "#   pause = z\n"
            "#   invert = none\n"
            "#\n"
            "# Keys are characters, Enter, Tab, S-Tab, Esc, Space, Up, Down, Left, Right, Home, "
            "End, PgUp, PgDn,\n"
            "# Backspace, Del, Comma, Ctrl-X and Alt-x.\n"));
    for (int each = KEYMAP_CONTEXT_COUNT - 1; each >= 0; each--) {
        const enum keymap_context context = (enum keymap_context)each;
        buf_add_format(
            out, "\n# %s\n[%s]\n", keymap_context_title(context), keymap_context_name(context));
        for (size_t i = 0; i < count; i++)
            if (rows[i].context == context && !rows[i].is_alias) list_row(keymap, &rows[i], out);
    }
}
