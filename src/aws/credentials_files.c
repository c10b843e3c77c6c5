// credentials_files — the text of ~/.aws/credentials and ~/.aws/config.
//
// One line at a time: [section], key = value, an indented line that belongs to the key above it.
// What botocore would refuse is read as well as it can be and reported as a warning, since the person
// will meet the refusal in the AWS CLI.
#include "aws/credentials.h"

#include "base/attributes.h"
#include "base/memory.h"

struct reader {
    struct credentials_files *files;
    bool is_config;
    size_t line;
    bool is_in_section;    // a line may be stored
    bool has_seen_section; // told from lines before the first one
    struct buf section;    // current one, as stored
    struct buf key;        // current key, for indented lines
    bool is_key_empty;     // the key above has no value: indented lines are nested pairs
    size_t first_entry;    // of this file
};

void credentials_files_release(struct credentials_files *files) {
    if (!files) return;
    for (size_t i = 0; i < files->entry_count; i++) {
        struct credentials_entry *entry = &files->entries[i];
        if (entry->value.ptr) mem_wipe(entry->value.ptr, entry->value.cap);
        buf_release(&entry->section);
        buf_release(&entry->key);
        buf_release(&entry->value);
        buf_release(&entry->parent);
    }
    for (size_t i = 0; i < files->section_count; i++)
        buf_release(&files->sections[i]);
    for (size_t i = 0; i < files->warning_count; i++)
        buf_release(&files->warnings[i].text);
    mem_free(files->entries);
    mem_free(files->sections);
    mem_free(files->warnings);
    *files = (struct credentials_files){0};
}

static const char *const warning_texts[] = {
    [CREDENTIALS_WARNING_BOM] =
        "the file begins with a byte order mark; the AWS CLI cannot read it",
    [CREDENTIALS_WARNING_QUOTES] = "the value is in quotes, which become part of it: remove them",
    [CREDENTIALS_WARNING_INLINE_COMMENT] =
        "a comment after a value is part of it for the AWS CLI: give comments their own lines",
    [CREDENTIALS_WARNING_NO_EQUALS] =
        "a line without '=' is ignored here; the AWS CLI refuses the file",
    [CREDENTIALS_WARNING_DUPLICATE_KEY] =
        "a key stands twice; the last one counts here, the AWS CLI refuses the file",
    [CREDENTIALS_WARNING_DUPLICATE_SECTION] =
        "a section stands twice; both count here, the AWS CLI refuses the file",
    [CREDENTIALS_WARNING_PROFILE_PREFIX] =
        "[profile x] belongs into the config file; in the credentials file write [x]",
    [CREDENTIALS_WARNING_NO_PROFILE_PREFIX] =
        "the section is ignored: in the config file write [profile x], not [x]",
    [CREDENTIALS_WARNING_OUTSIDE] = "a line before the first [section] is ignored",
    [CREDENTIALS_WARNING_BAD_SECTION] = "a section header is not closed by ']' or is empty",
    [CREDENTIALS_WARNING_INVISIBLE] =
        "a key holds an invisible or non-ASCII character, so nobody will find it: type it anew",
};

static void warn(struct reader *reader, enum credentials_warning_kind kind) {
    struct credentials_files *files = reader->files;
    if (files->warning_count == files->warning_cap) {
        files->warning_cap = files->warning_cap ? files->warning_cap * 2 : 8;
        files->warnings = mem_resize(files->warnings, files->warning_cap, sizeof(*files->warnings));
    }
    struct credentials_warning *warning = &files->warnings[files->warning_count++];
    *warning = (struct credentials_warning){
        .kind = kind, .is_from_config = reader->is_config, .line = reader->line};
    buf_add(&warning->text, str_from(warning_texts[kind]));
}

static void add_section(struct credentials_files *files, struct str name) {
    for (size_t i = 0; i < files->section_count; i++) {
        if (str_equal(buf_str(&files->sections[i]), name)) return;
    }
    if (files->section_count == files->section_cap) {
        files->section_cap = files->section_cap ? files->section_cap * 2 : 8;
        files->sections = mem_resize(files->sections, files->section_cap, sizeof(*files->sections));
    }
    struct buf *section = &files->sections[files->section_count++];
    *section = (struct buf){0};
    buf_add(section, name);
}

static bool has_entries_of(const struct reader *reader, struct str section) {
    for (size_t i = reader->first_entry; i < reader->files->entry_count; i++) {
        if (str_equal(buf_str(&reader->files->entries[i].section), section)) return true;
    }
    return false;
}

static struct str unquote(struct str name) {
    if (name.len >= 2 && (name.ptr[0] == '"' || name.ptr[0] == '\'') &&
        name.ptr[name.len - 1] == name.ptr[0]) {
        return str_slice(name, 1, name.len - 2);
    }
    return name;
}

// Word before the first blank, and the rest trimmed.
static struct str split_word(struct str text, struct str *rest) {
    size_t end = 0;
    while (end < text.len && text.ptr[end] != ' ' && text.ptr[end] != '\t')
        end++;
    *rest = str_trim(str_skip(text, end));
    return str_slice(text, 0, end);
}

// "[profile x]" of the config file is profile x; "[services x]" and "[sso-session x]" keep their word.
static void open_config_section(struct reader *reader, struct str name) {
    struct str rest;
    const struct str word = split_word(name, &rest);
    if (str_equal(word, STR("profile")) && rest.len) {
        buf_add(&reader->section, unquote(rest));
        add_section(reader->files, buf_str(&reader->section));
    } else if (
        (str_equal(word, STR("services")) || str_equal(word, STR("sso-session"))) && rest.len) {
        buf_add_format(
            &reader->section, STR_FMT " " STR_FMT, STR_ARG(word), STR_ARG(unquote(rest)));
    } else if (str_equal(name, STR("default"))) {
        buf_add(&reader->section, name);
        add_section(reader->files, name);
    } else {
        if (!str_equal(word, STR("plugins")) && !str_equal(word, STR("preview"))) {
            warn(reader, CREDENTIALS_WARNING_NO_PROFILE_PREFIX);
        }
        reader->is_in_section = false;
    }
}

static void open_section(struct reader *reader, struct str line) {
    const size_t close = str_find_char(line, ']');
    const struct str name = str_trim(str_slice(line, 1, close - 1));
    const struct str after = str_trim(str_skip(line, close + 1));
    reader->has_seen_section = true;
    reader->is_in_section = true;
    buf_reset(&reader->section);
    buf_reset(&reader->key);
    if (close == line.len || name.len == 0) {
        warn(reader, CREDENTIALS_WARNING_BAD_SECTION);
        reader->is_in_section = false;
        return;
    }
    if (after.len && after.ptr[0] != '#' && after.ptr[0] != ';') {
        warn(reader, CREDENTIALS_WARNING_BAD_SECTION);
    }
    if (reader->is_config) {
        open_config_section(reader, name);
    } else {
        struct str rest;
        if (str_equal(split_word(name, &rest), STR("profile")) && rest.len) {
            warn(reader, CREDENTIALS_WARNING_PROFILE_PREFIX);
        }
        buf_add(&reader->section, unquote(name));
        add_section(reader->files, buf_str(&reader->section));
    }
    if (reader->is_in_section && has_entries_of(reader, buf_str(&reader->section))) {
        warn(reader, CREDENTIALS_WARNING_DUPLICATE_SECTION);
    }
}

static void warn_about_value(struct reader *reader, struct str value) {
    if (value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
        value.ptr[value.len - 1] == value.ptr[0]) {
        warn(reader, CREDENTIALS_WARNING_QUOTES);
    }
    if (str_contains(value, STR(" #")) || str_contains(value, STR(" ;")) ||
        str_contains(value, STR("\t#")) || str_contains(value, STR("\t;"))) {
        warn(reader, CREDENTIALS_WARNING_INLINE_COMMENT);
    }
}

static struct credentials_entry *last_entry(struct reader *reader) {
    struct credentials_files *files = reader->files;
    return files->entry_count > reader->first_entry ? &files->entries[files->entry_count - 1]
                                                    : NULL;
}

static bool is_same_key(
    const struct credentials_entry *entry, struct str section, struct str parent, struct str key) {
    return str_equal(buf_str(&entry->section), section) &&
           str_equal(buf_str(&entry->parent), parent) && str_equal(buf_str(&entry->key), key);
}

static void add_entry(struct reader *reader, struct str parent, struct str key, struct str value) {
    struct credentials_files *files = reader->files;
    struct credentials_entry entry = {.is_from_config = reader->is_config, .line = reader->line};
    buf_add(&entry.section, buf_str(&reader->section));
    buf_add(&entry.parent, parent);
    for (size_t i = 0; i < key.len; i++) {
        const char c = key.ptr[i];
        buf_add_char(&entry.key, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
    buf_add(&entry.value, value);
    for (size_t i = reader->first_entry; i < files->entry_count; i++) {
        if (!is_same_key(
                &files->entries[i], buf_str(&entry.section), parent, buf_str(&entry.key))) {
            continue;
        }
        warn(reader, CREDENTIALS_WARNING_DUPLICATE_KEY);
        break;
    }
    if (files->entry_count == files->entry_cap) {
        files->entry_cap = files->entry_cap ? files->entry_cap * 2 : 16;
        files->entries = mem_resize(files->entries, files->entry_cap, sizeof(*files->entries));
    }
    files->entries[files->entry_count++] = entry;
}

static bool is_plain_key(struct str key) {
    for (size_t i = 0; i < key.len; i++) {
        if ((unsigned char)key.ptr[i] < 0x20 || (unsigned char)key.ptr[i] > 0x7E) return false;
    }
    return key.len > 0;
}

// '=' or ':' whichever comes first, as botocore's ConfigParser has it.
static bool split_pair(struct str line, struct str *key, struct str *value) {
    const size_t equals = str_find_char(line, '=');
    const size_t colon = str_find_char(line, ':');
    const size_t at = equals < colon ? equals : colon;
    *key = str_trim(str_slice(line, 0, at));
    *value = str_trim(str_skip(line, at + 1));
    return at < line.len && key->len > 0;
}

static void read_pair(struct reader *reader, struct str line, bool is_nested) {
    struct str key, value;
    if (!reader->is_in_section) {
        if (!reader->has_seen_section) warn(reader, CREDENTIALS_WARNING_OUTSIDE);
        return;
    }
    if (!split_pair(line, &key, &value)) {
        warn(reader, CREDENTIALS_WARNING_NO_EQUALS);
        return;
    }
    if (!is_plain_key(key)) warn(reader, CREDENTIALS_WARNING_INVISIBLE);
    warn_about_value(reader, value);
    if (is_nested) {
        add_entry(reader, buf_str(&reader->key), key, value);
        return;
    }
    add_entry(reader, (struct str){0}, key, value);
    buf_reset(&reader->key);
    buf_add(&reader->key, buf_str(&last_entry(reader)->key));
    reader->is_key_empty = value.len == 0;
}

// An indented line: a nested pair below an empty value, else more of the value above.
static void read_indented(struct reader *reader, struct str line) {
    if (!reader->is_in_section || reader->key.len == 0) {
        read_pair(reader, line, false); // indented for looks only
        return;
    }
    if (reader->is_key_empty) {
        read_pair(reader, line, true);
        return;
    }
    struct credentials_entry *entry = last_entry(reader);
    buf_add_char(&entry->value, '\n');
    buf_add(&entry->value, line);
}

static void read_line(struct reader *reader, struct str line) {
    const bool is_indented = line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
    const struct str text = str_trim(line);
    if (text.len == 0) return;
    if (text.ptr[0] == '#' || text.ptr[0] == ';') return;
    // An indented header is one too where no key stands above that it could continue.
    const bool has_key = reader->is_in_section && reader->key.len > 0;
    if (text.ptr[0] == '[' && !(is_indented && has_key)) {
        open_section(reader, text);
    } else if (is_indented) {
        read_indented(reader, text);
    } else {
        read_pair(reader, text, false);
    }
}

bool credentials_files_add(
    struct credentials_files *files,
    enum credentials_file which,
    struct str text,
    struct error *err) {
    const bool is_config = which == CREDENTIALS_FILE_CONFIG;
    const char *name = is_config ? "AWS config file" : "AWS credentials file";
    struct reader reader = {
        .files = files, .is_config = is_config, .line = 1, .first_entry = files->entry_count};
    if (text.len > CREDENTIALS_TEXT_MAX_BYTES) {
        error_set(err, ERROR_LIMIT, "the %s is larger than a megabyte", name);
        return error_hint(err, "Check that the path names the right file.");
    }
    if (!str_is_utf8(text) || str_find_char(text, '\0') < text.len) {
        error_set(err, ERROR_CONFIG, "the %s is not a text file in UTF-8", name);
        return error_hint(err, "Save it as plain text (UTF-8); UTF-16 comes from Windows editors.");
    }
    if (str_starts_with(text, STR("\xEF\xBB\xBF"))) {
        warn(&reader, CREDENTIALS_WARNING_BOM);
        text = str_skip(text, 3);
    }
    for (struct str line; text.len; reader.line++) {
        (void)str_split(text, '\n', &line, &text);
        read_line(&reader, line);
    }
    buf_release(&reader.section);
    buf_release(&reader.key);
    return true;
}

bool credentials_files_has_profile(const struct credentials_files *files, struct str profile) {
    for (size_t i = 0; i < files->section_count; i++) {
        if (str_equal(buf_str(&files->sections[i]), profile)) return true;
    }
    return false;
}

// The last value of the credentials file, else the last of the config file.
static struct str find_value(
    const struct credentials_files *files, struct str section, struct str parent, struct str key) {
    struct str found = {0};
    bool is_found_in_credentials = false;
    for (size_t i = 0; i < files->entry_count; i++) {
        const struct credentials_entry *entry = &files->entries[i];
        if (!is_same_key(entry, section, parent, key)) continue;
        if (entry->is_from_config && is_found_in_credentials) continue;
        found = buf_str(&entry->value);
        is_found_in_credentials = !entry->is_from_config;
    }
    return found.len ? found : (struct str){0};
}

struct str
credentials_files_get(const struct credentials_files *files, struct str profile, const char *key) {
    return find_value(files, profile, (struct str){0}, str_from(key));
}

struct str credentials_files_endpoint(
    const struct credentials_files *files, struct str profile, const char *service_key) {
    const struct str services = credentials_files_get(files, profile, "services");
    struct str endpoint = {0};
    if (str_equal_nocase(
            credentials_files_get(files, profile, "ignore_configured_endpoint_urls"),
            STR("true"))) {
        return endpoint;
    }
    if (services.len) {
        CLEANUP(buf_release) struct buf section = {0};
        buf_add(&section, STR("services "));
        buf_add(&section, services);
        endpoint = find_value(files, buf_str(&section), str_from(service_key), STR("endpoint_url"));
    }
    return endpoint.len ? endpoint : credentials_files_get(files, profile, "endpoint_url");
}
