// config_exchange — settings as .env lines, out and in.
#include "base/memory.h"
#include "config/config_file.h"

#define FOREIGN_NAME_BYTES 64
#define FOREIGN_NOTE_BYTES 600 // a whole shell environment need not be told

static bool is_plain(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        const char at = text.ptr[i];
        const bool is_letter = (at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z');
        if (is_letter || (at >= '0' && at <= '9')) continue;
        if (!at || !memchr("_./:@%+,-", at, 9)) return false;
    }
    return true;
}

// As a shell reads it: 'it'\''s'.
static void add_quoted(struct buf *out, struct str text) {
    if (is_plain(text)) {
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'') {
            buf_add(out, STR("'\\''"));
        } else {
            buf_add_char(out, text.ptr[i]);
        }
    }
    buf_add_char(out, '\'');
}

static const char *export_name(const struct setting *setting) {
    return setting->environment[0] ? setting->environment[0] : setting->name;
}

void config_export(const struct config *config, bool reveals, struct buf *out) {
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++) {
        const struct config_value *value = config_get(config, &settings[i]);
        if (!config_is_set(value)) continue;
        const bool is_hidden = settings[i].is_secret && !reveals;
        if (is_hidden) buf_add(out, STR("# ")); // a masked value must not be read back
        buf_add(out, str_from(export_name(&settings[i])));
        buf_add_char(out, '=');
        if (is_hidden) {
            config_add_shown(out, value);
        } else {
            add_quoted(out, secret_reveal(config_secret(value)));
        }
        buf_add_char(out, '\n');
    }
}

static const struct setting *find_by_name(struct str name) {
    const struct setting *found = settings_find(name);
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count && !found; i++) {
        for (size_t j = 0; j < SETTINGS_MAX_ENVIRONMENT; j++) {
            const char *variable = settings[i].environment[j];
            if (variable && str_equal(name, str_from(variable))) found = &settings[i];
        }
    }
    return found;
}

// A value as the shell would read it, as far as .env files go: quotes, and a comment after blanks.
static void unquote(struct str value, struct buf *out) {
    value = str_trim(value);
    const char quote = value.len ? value.ptr[0] : '\0';
    if (quote == '\'' || quote == '"') {
        size_t at = 1;
        while (at < value.len) {
            const struct str rest = str_skip(value, at);
            if (quote == '\'' && str_starts_with(rest, STR("'\\''"))) {
                buf_add_char(out, '\'');
                at += 4;
            } else if (quote == '"' && rest.ptr[0] == '\\' && rest.len > 1) {
                buf_add_char(out, rest.ptr[1]);
                at += 2;
            } else if (rest.ptr[0] == quote) {
                return;
            } else {
                buf_add_char(out, rest.ptr[0]);
                at++;
            }
        }
        return;
    }
    for (size_t i = 1; i < value.len; i++) {
        const bool is_blank = value.ptr[i - 1] == ' ' || value.ptr[i - 1] == '\t';
        if (value.ptr[i] == '#' && is_blank) value = str_trim(str_slice(value, 0, i));
    }
    buf_add(out, value);
}

static void wipe(struct buf *buf) {
    if (buf->ptr) mem_wipe(buf->ptr, buf->cap);
    buf_release(buf);
}

// A slip in a name is found by its being named; a line that is no NAME=value may be a secret, so it is not.
static void add_foreign(struct buf *note, struct str name) {
    if (note->len > FOREIGN_NOTE_BYTES) return;
    if (note->len) buf_add(note, STR("; "));
    buf_add(note, STR("skipped "));
    if (name.len)
        buf_add_printable(note, str_slice(name, 0, FOREIGN_NAME_BYTES));
    else
        buf_add(note, STR("a line that is no NAME=value"));
}

static bool import_line(
    struct config_file *file,
    struct str profile,
    struct str line,
    struct config_import_counts *counts,
    struct buf *note,
    struct error *err) {
    CLEANUP(wipe) struct buf value = {0};
    struct str name = {0};
    struct str rest = {0};
    line = str_trim(line);
    if (line.len == 0 || line.ptr[0] == '#') return true;
    if (str_starts_with(line, STR("export "))) line = str_trim(str_skip(line, 7));
    const bool has_value = str_split(line, '=', &name, &rest);
    const struct setting *setting = has_value ? find_by_name(str_trim(name)) : NULL;
    if (has_value) unquote(rest, &value);
    if (!setting || value.len == 0) { // foreign, or left empty: the workshop's templates do
        counts->skipped++;
        if (!setting && note) add_foreign(note, has_value ? str_trim(name) : (struct str){0});
        return true;
    }
    if (!config_file_set(file, profile, str_from(setting->name), buf_str(&value), note, err)) {
        return false;
    }
    counts->set++;
    return true;
}

bool config_import(
    struct config_file *file,
    struct str profile,
    struct str env_text,
    struct config_import_counts *counts,
    struct buf *note,
    struct error *err) {
    // On a copy, so that a wrong line changes nothing.
    CLEANUP(wipe) struct buf before = {0};
    CLEANUP(config_file_release) struct config_file changed = {0};
    struct config_import_counts made = {0};
    config_file_format(file, &before);
    if (!config_file_parse(buf_str(&before), &changed, err)) return false;
    for (size_t number = 1; env_text.len; number++) {
        struct str line = {0};
        (void)str_split(env_text, '\n', &line, &env_text);
        if (!import_line(&changed, profile, line, &made, note, err)) {
            return error_wrap(err, "line %zu", number);
        }
    }
    config_file_release(file);
    *file = changed;
    changed = (struct config_file){0};
    *counts = made;
    return true;
}
