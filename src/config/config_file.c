// config_file — see the header. Lines are kept as they are; `key` and `value` are views into them, and a
// change rewrites the value's bytes only, so that a hand's spacing survives.
#include "config/config_file.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"

#include <poll.h>
#include <stdlib.h>

#define PROFILE_NAME_BYTES 64
#define LOCK_LOOK_MS 5 // a change takes about one

bool config_file_path(
    config_environment_fn *environment, void *context, struct buf *out, struct error *err) {
    const struct str xdg = str_from(environment ? environment(context, "XDG_CONFIG_HOME") : NULL);
    const struct str home = str_from(environment ? environment(context, "HOME") : NULL);
    if (xdg.len && xdg.ptr[0] == '/') { // the XDG specification: relative paths are to be ignored
        buf_add(out, xdg);
    } else if (home.len) {
        buf_add(out, home);
        buf_add(out, STR("/.config"));
    } else {
        (void)error_set(err, ERROR_CONFIG, "there is no place for settings: HOME is not set");
        return error_hint(err, "Name a file with --config FILE.");
    }
    buf_add(out, STR("/recloop/config.ini"));
    return true;
}

static void line_release(struct config_file_line *line) {
    if (line->text) mem_wipe(line->text, strlen(line->text)); // it may hold a secret
    mem_free(line->text);
    mem_free(line->profile);
    *line = (struct config_file_line){0};
}

void config_file_release(struct config_file *file) {
    if (!file) return;
    for (size_t i = 0; i < file->count; i++)
        line_release(&file->lines[i]);
    mem_free(file->lines);
    *file = (struct config_file){0};
}

static char *copy_text(struct str text) {
    CLEANUP(buf_release) struct buf copy = {0};
    buf_add(&copy, text);
    return buf_take(&copy);
}

static struct str skip_mark(struct str text) {
    return str_starts_with(text, STR("\xEF\xBB\xBF")) ? str_skip(text, 3) : text;
}

// "[profile NAME]" gives NAME, another section the empty text; false when it is no section.
static bool read_section(struct str line, struct str *profile) {
    const struct str text = str_trim(skip_mark(line));
    if (text.len < 2 || text.ptr[0] != '[' || text.ptr[text.len - 1] != ']') return false;
    const struct str inside = str_trim(str_slice(text, 1, text.len - 2));
    const struct str rest = str_skip(inside, 7);
    const bool is_profile = str_starts_with(inside, STR("profile")) && rest.len &&
                            (rest.ptr[0] == ' ' || rest.ptr[0] == '\t');
    *profile = is_profile ? str_trim(rest) : STR("");
    return true;
}

static void read_key(struct config_file_line *line) {
    const struct str text = skip_mark(str_from(line->text));
    const struct str trimmed = str_trim(text);
    struct str key = {0};
    struct str value = {0};
    line->key = line->value = (struct str){0};
    if (trimmed.len == 0 || trimmed.ptr[0] == '#' || trimmed.ptr[0] == ';') return;
    if (!str_split(text, '=', &key, &value)) return;
    line->key = str_trim(key);
    line->value = str_trim(value);
    if (line->value.len == 0) line->value.ptr = value.ptr; // where a value would be written
}

// Inserts before the line `at`; takes `text`.
static void insert(struct config_file *file, size_t at, char *take_text, const char *profile) {
    if (file->count == file->cap) {
        file->cap = file->cap ? file->cap * 2 : 16;
        file->lines = mem_resize(file->lines, file->cap, sizeof(*file->lines));
    }
    memmove(&file->lines[at + 1], &file->lines[at], (file->count - at) * sizeof(*file->lines));
    file->count++;
    struct config_file_line *line = &file->lines[at];
    *line = (struct config_file_line){.profile = profile ? mem_copy_string(profile) : NULL};
    line->text = take_text;
    struct str ignored = {0};
    if (!read_section(str_from(line->text), &ignored)) read_key(line);
}

bool config_file_parse(struct str text, struct config_file *out, struct error *err) {
    CLEANUP(config_file_release) struct config_file file = {0};
    char *profile = NULL;
    if (str_find_char(text, '\0') < text.len) {
        (void)error_set(err, ERROR_INVALID, "the settings file holds NUL bytes, it is no text");
        return error_hint(
            err, "Save it as UTF-8 text (UTF-16 comes from Windows editors), or move it away.");
    }
    while (text.len) {
        struct str line = {0};
        struct str section = {0};
        (void)str_split(text, '\n', &line, &text);
        if (read_section(line, &section)) {
            mem_free(profile);
            profile = copy_text(section);
        }
        insert(&file, file.count, copy_text(line), profile);
    }
    mem_free(profile);
    config_file_release(out);
    *out = file;
    file = (struct config_file){0};
    return true;
}

bool config_file_load(const char *path, struct config_file *out, struct error *err) {
    CLEANUP(buf_release) struct buf text = {.limit = CONFIG_FILE_MAX_BYTES};
    struct error reason = {0};
    if (!files_read(path, CONFIG_FILE_MAX_BYTES, &text, &reason)) {
        if (reason.code != ERROR_NOT_FOUND) {
            *err = reason;
            return error_hint(err, "Mend the file, or name another one with --config FILE.");
        }
    }
    const bool ok = config_file_parse(buf_str(&text), out, err);
    if (text.ptr) mem_wipe(text.ptr, text.len);
    return ok || error_wrap(err, "%s", path);
}

void config_file_format(const struct config_file *file, struct buf *out) {
    for (size_t i = 0; i < file->count; i++) {
        buf_add(out, str_from(file->lines[i].text));
        buf_add_char(out, '\n');
    }
}

static bool make_folder_of(const char *path, struct error *err) {
    struct str folder = str_from(path);
    while (folder.len && folder.ptr[folder.len - 1] != '/')
        folder.len--;
    if (folder.len <= 1) return true;
    char *text = copy_text(str_slice(folder, 0, folder.len - 1));
    const bool ok = files_make_folders(text, 0700, err);
    mem_free(text);
    return ok;
}

static bool hint_at_another_place(struct error *err) {
    return error_hint(
        err, "Make its folder writable, or choose another with XDG_CONFIG_HOME or --config FILE.");
}

bool config_file_lock(const char *path, int *out_fd, struct error *err) {
    CLEANUP(buf_release) struct buf lock = {0};
    const int64_t until_ms = clock_monotonic_ms() + CONFIG_FILE_LOCK_MS;
    if (!make_folder_of(path, err)) return hint_at_another_place(err);
    buf_add_format(&lock, "%s.lock", path);
    while (!files_lock(buf_text(&lock), out_fd, err)) {
        if (err->code != ERROR_BUSY) return hint_at_another_place(err);
        if (clock_monotonic_ms() >= until_ms) {
            return error_hint(
                err, "Another recloop is changing the settings: end it, or try again.");
        }
        (void)poll(NULL, 0, LOCK_LOOK_MS);
    }
    *err = (struct error){0};
    return true;
}

void config_file_unlock(int fd) {
    files_unlock(fd);
}

bool config_file_save(const struct config_file *file, const char *path, struct error *err) {
    CLEANUP(buf_release) struct buf text = {.limit = CONFIG_FILE_MAX_BYTES};
    struct str content = {0};
    config_file_format(file, &text);
    if (!buf_finish(&text, &content, err)) return error_wrap(err, "the settings file");
    if (!make_folder_of(path, err)) return false;
    // People keep their settings as a link into a folder of their own: the link must stay.
    char *target = realpath(path, NULL);
    const bool ok = files_write(target ? target : path, 0600, content, err);
    free(target); // realpath's own memory
    mem_wipe(text.ptr, text.len);
    return ok;
}

static bool is_in(const struct config_file_line *line, struct str profile) {
    return line->profile && str_equal(str_from(line->profile), profile);
}

// The last line counts, as in most INI readers. SIZE_MAX when there is none.
static size_t find_key(const struct config_file *file, struct str profile, struct str key) {
    for (size_t i = file->count; i > 0; i--) {
        const struct config_file_line *line = &file->lines[i - 1];
        if (is_in(line, profile) && str_equal(line->key, key)) return i - 1;
    }
    return SIZE_MAX;
}

static size_t find_choice(const struct config_file *file) {
    for (size_t i = 0; i < file->count && !file->lines[i].profile; i++) {
        if (str_equal(file->lines[i].key, STR("profile"))) return i;
    }
    return SIZE_MAX;
}

bool config_file_get(
    const struct config_file *file, struct str profile, struct str key, struct str *out) {
    const size_t at = find_key(file, profile, key);
    if (at == SIZE_MAX) return false;
    *out = file->lines[at].value;
    return true;
}

static void rewrite_value(struct config_file_line *line, struct str value) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct str whole = str_from(line->text);
    const size_t from = (size_t)(line->value.ptr - line->text);
    buf_add(&text, str_slice(whole, 0, from));
    if (from && line->text[from - 1] == '=' && line->value.len == 0) buf_add_char(&text, ' ');
    buf_add(&text, value);
    buf_add(&text, str_skip(whole, from + line->value.len));
    mem_wipe(line->text, whole.len);
    mem_free(line->text);
    line->text = buf_take(&text);
    read_key(line);
}

// After the last line of the section that says something; SIZE_MAX when the section is missing.
static size_t find_end(const struct config_file *file, struct str profile) {
    for (size_t i = file->count; i > 0; i--) {
        const struct config_file_line *line = &file->lines[i - 1];
        if (is_in(line, profile) && str_trim(str_from(line->text)).len) return i;
    }
    return SIZE_MAX;
}

static void
add_key(struct config_file *file, struct str profile, struct str key, struct str value) {
    CLEANUP(buf_release) struct buf line = {0};
    char *name = copy_text(profile);
    size_t at = find_end(file, profile);
    if (at == SIZE_MAX) {
        const bool needs_gap =
            file->count && str_trim(str_from(file->lines[file->count - 1].text)).len;
        if (needs_gap) {
            insert(file, file->count, mem_copy_string(""), file->lines[file->count - 1].profile);
        }
        buf_add_format(&line, "[profile %s]", name);
        insert(file, file->count, buf_take(&line), name);
        at = file->count;
    }
    buf_add(&line, key);
    buf_add(&line, STR(" = "));
    buf_add(&line, value);
    insert(file, at, buf_take(&line), name);
    mem_free(name);
}

static bool check_profile(struct str profile, struct error *err) {
    bool ok = profile.len > 0 && profile.len <= PROFILE_NAME_BYTES;
    for (size_t i = 0; i < profile.len; i++) {
        const char at = profile.ptr[i];
        ok = ok && ((at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') ||
                    (at >= '0' && at <= '9') || at == '-' || at == '_' || at == '.');
    }
    if (ok) return true;
    (void)error_set(err, ERROR_CONFIG, "that is no name for a profile");
    return error_hint(err, "Use up to 64 letters, digits, '-', '_' and '.'.");
}

static void wipe(struct buf *buf) {
    if (buf->ptr) mem_wipe(buf->ptr, buf->cap);
    buf_release(buf);
}

bool config_file_set(
    struct config_file *file,
    struct str profile,
    struct str key,
    struct str value,
    struct buf *note,
    struct error *err) {
    CLEANUP(wipe) struct buf cleaned = {0};
    const struct setting *setting = settings_require(key, err);
    if (!setting || !check_profile(profile, err)) return false;
    config_clean(value, &cleaned, note);
    if (cleaned.len == 0) {
        (void)error_set(err, ERROR_CONFIG, "%s: the value is empty", setting->name);
        return error_hint(err, "recloop config unset %s", setting->name);
    }
    if (!settings_check(setting, buf_str(&cleaned), err)) return false;
    const size_t at = find_key(file, profile, key);
    if (at == SIZE_MAX) {
        add_key(file, profile, key, buf_str(&cleaned));
    } else {
        rewrite_value(&file->lines[at], buf_str(&cleaned));
    }
    return true;
}

static void remove_line(struct config_file *file, size_t at) {
    line_release(&file->lines[at]);
    file->count--;
    memmove(&file->lines[at], &file->lines[at + 1], (file->count - at) * sizeof(*file->lines));
}

bool config_file_unset(struct config_file *file, struct str profile, struct str key) {
    bool removed = false;
    // All of them: an older line must not come back to life.
    for (size_t at = find_key(file, profile, key); at != SIZE_MAX;
         at = find_key(file, profile, key)) {
        remove_line(file, at);
        removed = true;
    }
    return removed;
}

struct str config_file_chosen(const struct config_file *file) {
    const size_t at = find_choice(file);
    return at == SIZE_MAX ? (struct str){0} : file->lines[at].value;
}

bool config_file_choose(struct config_file *file, struct str profile, struct error *err) {
    if (!check_profile(profile, err)) return false;
    const size_t at = find_choice(file);
    if (at != SIZE_MAX) {
        rewrite_value(&file->lines[at], profile);
        return true;
    }
    CLEANUP(buf_release) struct buf line = {0};
    size_t end = 0; // before the first section, after what stands there
    while (end < file->count && !file->lines[end].profile)
        end++;
    while (end > 0 && str_trim(str_from(file->lines[end - 1].text)).len == 0)
        end--;
    buf_add(&line, STR("profile = "));
    buf_add(&line, profile);
    insert(file, end, buf_take(&line), NULL);
    return true;
}

bool config_file_has_profile(const struct config_file *file, struct str profile) {
    for (size_t i = 0; i < file->count; i++) {
        if (is_in(&file->lines[i], profile)) return true;
    }
    return false;
}

bool config_file_profile_at(const struct config_file *file, size_t at, struct str *out) {
    for (size_t i = 0; i < file->count; i++) {
        struct str name = {0};
        if (!read_section(str_from(file->lines[i].text), &name) || name.len == 0) continue;
        bool is_repeated = false;
        for (size_t j = 0; j < i; j++)
            is_repeated = is_repeated || is_in(&file->lines[j], name);
        if (is_repeated) continue;
        if (at-- == 0) {
            *out = name;
            return true;
        }
    }
    return false;
}

static bool is_built_in(struct str profile) {
    return str_equal(profile, STR(CONFIG_SANDBOX_PROFILE));
}

bool config_file_require_profile(
    const struct config_file *file, struct str profile, struct error *err) {
    if (is_built_in(profile) || config_file_has_profile(file, profile)) return true;
    CLEANUP(buf_release) struct buf names = {0};
    CLEANUP(buf_release) struct buf shown = {0};
    struct str name = {0};
    buf_add(&names, STR(CONFIG_SANDBOX_PROFILE));
    for (size_t at = 0; config_file_profile_at(file, at, &name); at++) {
        if (!is_built_in(name)) buf_add_format(&names, ", " STR_FMT, STR_ARG(name));
    }
    buf_add_printable(&shown, str_slice(profile, 0, PROFILE_NAME_BYTES));
    (void)error_set(err, ERROR_CONFIG, "there is no profile \"%s\"", buf_text(&shown));
    return error_hint(err, "There are: %s.", buf_text(&names));
}

bool config_file_add_profile(
    struct config_file *file, struct str profile, struct str from, struct error *err) {
    if (!check_profile(profile, err)) return false;
    if (is_built_in(profile) || config_file_has_profile(file, profile)) {
        (void)error_set(err, ERROR_CONFIG, "there is a profile of that name already");
        return error_hint(err, "Choose another name, or use that profile.");
    }
    if (from.len && !config_file_require_profile(file, from, err)) return false;
    CLEANUP(buf_release) struct buf heading = {0};
    char *name = copy_text(profile);
    const size_t old_count = file->count;
    if (file->count && str_trim(str_from(file->lines[file->count - 1].text)).len)
        insert(file, file->count, mem_copy_string(""), file->lines[file->count - 1].profile);
    buf_add_format(&heading, "[profile %s]", name);
    insert(file, file->count, buf_take(&heading), name);
    for (size_t i = 0; from.len && i < old_count; i++) {
        // what is nobody's key, such as a comment, is about the other one
        if (!is_in(&file->lines[i], from) || !file->lines[i].key.len) continue;
        insert(file, file->count, mem_copy_string(file->lines[i].text), name);
    }
    mem_free(name);
    return true;
}

bool config_file_remove_profile(struct config_file *file, struct str profile, struct error *err) {
    if (is_built_in(profile)) {
        (void)error_set(err, ERROR_CONFIG, "the profile sandbox is built in");
        return error_hint(err, "Take single values out of it: recloop config unset KEY.");
    }
    if (!config_file_require_profile(file, profile, err)) return false;
    CLEANUP(buf_release) struct buf name = {0};
    buf_add(&name, profile); // it may be a view of a line that goes
    for (size_t i = file->count; i > 0; i--) {
        if (!is_in(&file->lines[i - 1], buf_str(&name))) continue;
        if (file->lines[i - 1].text)
            mem_wipe(file->lines[i - 1].text, strlen(file->lines[i - 1].text));
        remove_line(file, i - 1);
    }
    if (!str_equal(config_file_chosen(file), buf_str(&name))) return true;
    return config_file_choose(file, STR(CONFIG_SANDBOX_PROFILE), err);
}
