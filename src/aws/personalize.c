// personalize — maps and lists, checks and JSON shapes shared by the operations; see the header.
#include "aws/personalize.h"

#include "base/memory.h"
#include "personalize_internal.h"

#define ARN_MAX_CHARS 256
#define ARN_PATTERN "arn:([a-z\\d-]+):personalize:.*:.*:.+"
#define SHOWN_VALUE_BYTES 80

void personalize_map_add(struct personalize_map *map, struct str name, struct str value) {
    map->entries = mem_resize(map->entries, map->count + 1, sizeof(*map->entries));
    map->entries[map->count++] = (struct personalize_entry){.name = name, .value = value};
}

struct str personalize_map_get(const struct personalize_map *map, struct str name) {
    for (size_t i = 0; i < map->count; i++) {
        if (str_equal(map->entries[i].name, name)) return map->entries[i].value;
    }
    return (struct str){0};
}

void personalize_list_add(struct personalize_list *list, struct str item) {
    list->items = mem_resize(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = item;
}

void personalize_map_release(struct personalize_map *map) {
    mem_free(map->entries);
    *map = (struct personalize_map){0};
}

void personalize_list_release(struct personalize_list *list) {
    mem_free(list->items);
    *list = (struct personalize_list){0};
}

const char *personalize_error_code(const struct error *err) {
    return err->code == ERROR_USAGE ? "InvalidInputException" : "SerializationException";
}

void personalize_quote_values(struct buf *out, const struct personalize_list *values) {
    for (size_t i = 0; i < values->count; i++) {
        if (i) buf_add_char(out, ',');
        buf_add_quoted(out, values->items[i]);
    }
}

bool personalize_refuse(
    struct error *err, const char *member, struct str value, const char *constraint) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(value, 0, SHOWN_VALUE_BYTES));
    if (value.len > SHOWN_VALUE_BYTES) buf_add(&shown, STR("…"));
    const char *quote = value.ptr ? "'" : "";
    error_set(
        err, ERROR_USAGE,
        "1 validation error detected: Value %s%s%s at '%s' failed to satisfy constraint: Member %s",
        quote, value.ptr ? buf_text(&shown) : "null", quote, member, constraint);
    return error_hint(err, "Correct %s and send again.", member);
}

static bool refuse_number(
    struct error *err, const char *member, struct str value, const char *words, size_t number) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(&text, "%s %zu", words, number);
    return personalize_refuse(err, member, value, buf_text(&text));
}

bool personalize_check_text(struct str text, struct personalize_limit limit, struct error *err) {
    const size_t characters = str_count_runes(text);
    if (text.len == 0 && !limit.is_required) return true; // absent and empty are the same to us
    if (text.len == 0 && (!text.ptr || !limit.least)) {
        return personalize_refuse(err, limit.member, (struct str){0}, "must not be null");
    }
    if (characters < limit.least) {
        return refuse_number(
            err, limit.member, text, "must have length greater than or equal to", limit.least);
    }
    if (characters <= limit.most) return true;
    return refuse_number(
        err, limit.member, text, "must have length less than or equal to", limit.most);
}

static bool fits_arn_pattern(struct str arn) {
    struct str part, rest;
    if (!str_split(arn, ':', &part, &rest) || !str_equal(part, STR("arn"))) return false;
    if (!str_split(rest, ':', &part, &rest) || part.len == 0) return false;
    for (size_t i = 0; i < part.len; i++) {
        const char c = part.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
    }
    if (!str_split(rest, ':', &part, &rest) || !str_equal(part, STR("personalize"))) return false;
    struct str region, account; // both may be anything, also nothing
    return str_split(rest, ':', &region, &rest) && str_split(rest, ':', &account, &rest) &&
           rest.len > 0;
}

bool personalize_check_arn(
    struct str arn, const char *member, bool is_required, struct error *err) {
    const struct personalize_limit limit = {
        .member = member, .most = ARN_MAX_CHARS, .is_required = is_required};
    if (!personalize_check_text(arn, limit, err)) return false;
    if (arn.len == 0 || fits_arn_pattern(arn)) return true;
    return personalize_refuse(
        err, member, arn, "must satisfy regular expression pattern: " ARN_PATTERN);
}

static bool is_word(struct str name) {
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '_') return false;
    }
    return name.len > 0;
}

bool personalize_check_map(
    const struct personalize_map *map, struct personalize_map_limit limit, struct error *err) {
    if (map->count > limit.entries) {
        return refuse_number(
            err, limit.member, STR("{…}"), "must have length less than or equal to", limit.entries);
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct personalize_entry *entry = &map->entries[i];
        if (!is_word(entry->name)) {
            return personalize_refuse(
                err, limit.member, entry->name,
                "keys must satisfy regular expression pattern: [A-Za-z0-9_]+");
        }
        if (entry->name.len > limit.name_chars) {
            return refuse_number(
                err, limit.member, entry->name, "keys must have length less than or equal to",
                limit.name_chars);
        }
        if (str_count_runes(entry->value) <= limit.value_chars) continue;
        return refuse_number(
            err, limit.member, entry->value, "values must have length less than or equal to",
            limit.value_chars);
    }
    return true;
}

// Reading.

static bool
refuse_kind(enum json_kind kind, const char *key, const char *wanted, struct error *err) {
    static const char *const kinds[] = {
        [JSON_ABSENT] = "NULL_VALUE",         [JSON_NULL] = "NULL_VALUE",
        [JSON_BOOL] = "BOOLEAN_VALUE",        [JSON_NUMBER] = "NUMBER_VALUE",
        [JSON_STRING] = "STRING_VALUE",       [JSON_ARRAY] = "START_OF_LIST",
        [JSON_OBJECT] = "START_OF_STRUCTURE",
    };
    error_set(err, ERROR_INVALID, "%s can not be converted to %s", kinds[kind], wanted);
    return error_hint(err, "Send %s as %s.", key, wanted);
}

static bool is_absent(const struct json_node *node) {
    return json_kind(node) == JSON_ABSENT || json_kind(node) == JSON_NULL;
}

static bool
read_string(const struct json_node *node, const char *key, struct str *out, struct error *err) {
    if (json_kind(node) != JSON_STRING) return refuse_kind(json_kind(node), key, "a String", err);
    *out = json_text(node);
    return true;
}

bool personalize_read_text(
    const struct json_node *object, const char *key, struct str *out, struct error *err) {
    const struct json_node *node = json_get(object, key);
    return is_absent(node) || read_string(node, key, out, err);
}

bool personalize_read_integer(
    const struct json_node *object, const char *key, int64_t *out, struct error *err) {
    const struct json_node *node = json_get(object, key);
    if (is_absent(node) || json_integer(node, out)) return true;
    return refuse_kind(json_kind(node), key, "an Integer", err);
}

bool personalize_read_map(
    const struct json_node *object,
    const char *key,
    struct personalize_map *out,
    struct error *err) {
    const struct json_node *node = json_get(object, key);
    if (is_absent(node)) return true;
    if (json_kind(node) != JSON_OBJECT) return refuse_kind(json_kind(node), key, "a Map", err);
    for (const struct json_node *member = json_first(node); member; member = json_next(member)) {
        struct str value;
        if (!read_string(member, key, &value, err)) return false;
        personalize_map_add(out, json_key(member), value);
    }
    return true;
}

static bool read_list(
    const struct json_node *node,
    const char *key,
    struct personalize_list *out,
    struct error *err) {
    if (is_absent(node)) return true;
    if (json_kind(node) != JSON_ARRAY) return refuse_kind(json_kind(node), key, "a List", err);
    for (const struct json_node *item = json_first(node); item; item = json_next(item)) {
        struct str text;
        if (!read_string(item, key, &text, err)) return false;
        personalize_list_add(out, text);
    }
    return true;
}

bool personalize_read_list(
    const struct json_node *object,
    const char *key,
    struct personalize_list *out,
    struct error *err) {
    return read_list(json_get(object, key), key, out, err);
}

bool personalize_read_columns(
    const struct json_node *object, struct personalize_list *out, struct error *err) {
    const struct json_node *columns = json_get(object, "metadataColumns");
    if (is_absent(columns)) return true;
    if (json_kind(columns) != JSON_OBJECT) {
        return refuse_kind(json_kind(columns), "metadataColumns", "a Map", err);
    }
    for (const struct json_node *one = json_first(columns); one; one = json_next(one)) {
        if (str_equal(json_key(one), STR("ITEMS"))) continue;
        return personalize_refuse(
            err, "metadataColumns", json_key(one), "keys must satisfy enum value set: [ITEMS]");
    }
    return read_list(json_get(columns, "ITEMS"), "metadataColumns.ITEMS", out, err);
}

bool personalize_read_document(struct str body, struct json *out, struct error *err) {
    if (str_trim(body).len == 0) body = STR("{}"); // SDKs send nothing for an empty input
    if (!json_parse(body, out, err)) return false;
    if (json_kind(out->root) == JSON_OBJECT) return true;
    return refuse_kind(json_kind(out->root), "the body", "a Structure", err);
}

// Writing.

void personalize_write_text(struct json_node *object, const char *key, struct str text) {
    if (text.len) json_add_text(object, key, text);
}

void personalize_write_map(
    struct json_node *object, const char *key, const struct personalize_map *map) {
    if (map->count == 0) return;
    CLEANUP(buf_release) struct buf name = {0};
    struct json_node *member = json_add_object(object, key);
    for (size_t i = 0; i < map->count; i++) {
        buf_reset(&name);
        buf_add(&name, map->entries[i].name);
        json_set_text(member, buf_text(&name), map->entries[i].value);
    }
}

void personalize_write_list(
    struct json_node *object, const char *key, const struct personalize_list *list) {
    if (list->count == 0) return;
    struct json_node *member = json_add_array(object, key);
    for (size_t i = 0; i < list->count; i++)
        json_add_text(member, NULL, list->items[i]);
}

void personalize_write_columns(struct json_node *object, const struct personalize_list *columns) {
    if (columns->count == 0) return;
    personalize_write_list(json_add_object(object, "metadataColumns"), "ITEMS", columns);
}
