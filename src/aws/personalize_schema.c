// personalize_schema — see the header.
#include "aws/personalize_schema.h"

#include "base/attributes.h"
#include "base/memory.h"

#define MAX_CATEGORY_CHARS 1000
#define MAX_TEXTUAL_CHARS 20000

static const struct {
    const char *name;
    const char *required[3];
} datasets[] = {
    [PERSONALIZE_SCHEMA_INTERACTIONS] = {"INTERACTIONS", {"USER_ID", "ITEM_ID", "TIMESTAMP"}},
    [PERSONALIZE_SCHEMA_ITEMS] = {"ITEMS", {"ITEM_ID"}},
    [PERSONALIZE_SCHEMA_USERS] = {"USERS", {"USER_ID"}},
    [PERSONALIZE_SCHEMA_ACTIONS] = {"ACTIONS", {"ACTION_ID"}},
    [PERSONALIZE_SCHEMA_ACTION_INTERACTIONS] =
        {"ACTION_INTERACTIONS", {"USER_ID", "ACTION_ID", "TIMESTAMP"}},
};

static const struct {
    const char *name;
    enum personalize_schema_type type;
} types[] = {
    {"string", PERSONALIZE_SCHEMA_STRING}, {"int", PERSONALIZE_SCHEMA_INTEGER},
    {"long", PERSONALIZE_SCHEMA_INTEGER},  {"float", PERSONALIZE_SCHEMA_NUMBER},
    {"double", PERSONALIZE_SCHEMA_NUMBER}, {"boolean", PERSONALIZE_SCHEMA_BOOLEAN},
};

void personalize_schema_release(struct personalize_schema *schema) {
    if (!schema) return;
    for (size_t i = 0; i < schema->count; i++) {
        mem_free(schema->fields[i].name);
        mem_free(schema->fields[i].key);
    }
    mem_free(schema->fields);
    *schema = (struct personalize_schema){0};
}

bool personalize_schema_find(
    const struct personalize_schema *schema, struct str name, size_t *out) {
    for (size_t i = 0; i < schema->count; i++) {
        if (!str_equal_nocase(str_from(schema->fields[i].name), name)) continue;
        *out = i;
        return true;
    }
    return false;
}

static bool refuse(struct error *err, const char *what, struct str name) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(name, 0, 80));
    error_set(
        err, ERROR_USAGE, "Input schema is invalid: %s%s%s", what, name.len ? " " : "",
        buf_text(&shown));
    return error_hint(err, "Write an Avro record with a list of fields: name and type.");
}

// NUM_RATINGS → numRatings
static char *make_key(struct str name) {
    struct buf key = {0};
    bool is_upper = false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '_') {
            is_upper = key.len > 0;
            continue;
        }
        if (!is_upper && c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (is_upper && c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        is_upper = false;
        buf_add_char(&key, c);
    }
    return buf_take(&key);
}

static char *copy(struct str text) {
    struct buf made = {0};
    buf_add(&made, text);
    return buf_take(&made);
}

static bool read_type_name(struct str name, struct personalize_schema_field *field) {
    if (str_equal(name, STR("null"))) {
        field->is_nullable = true;
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        if (!str_equal(name, str_from(types[i].name))) continue;
        field->type = types[i].type;
        return true;
    }
    return false;
}

// "string", ["null", "string"]; lists of strings (IMPRESSION) are texts to us.
static bool read_type(const struct json_node *type, struct personalize_schema_field *field) {
    if (json_kind(type) == JSON_STRING) return read_type_name(json_text(type), field);
    if (json_kind(type) != JSON_ARRAY || !json_count(type)) return false;
    for (const struct json_node *one = json_first(type); one; one = json_next(one)) {
        if (!read_type_name(json_text(one), field)) return false;
    }
    return true;
}

static bool is_name(struct str name) {
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && !(i && c >= '0' && c <= '9')) return false;
    }
    return name.len > 0;
}

static bool
read_field(const struct json_node *node, struct personalize_schema *schema, struct error *err) {
    const struct str name = json_get_text(node, "name");
    size_t at;
    if (!is_name(name)) return refuse(err, "a field has no valid name", name);
    if (personalize_schema_find(schema, name, &at)) return refuse(err, "duplicate field", name);
    if (schema->count == PERSONALIZE_SCHEMA_MAX_FIELDS) {
        return refuse(err, "it has more than 100 fields", (struct str){0});
    }
    schema->fields = mem_resize(schema->fields, schema->count + 1, sizeof(*schema->fields));
    struct personalize_schema_field *field = &schema->fields[schema->count++];
    *field = (struct personalize_schema_field){
        .name = copy(name),
        .key = make_key(name),
        .is_categorical = json_bool(json_get(node, "categorical"), false),
        .is_textual = json_bool(json_get(node, "textual"), false)};
    if (read_type(json_get(node, "type"), field)) return true;
    return refuse(err, "unsupported type of field", name);
}

bool personalize_schema_parse(struct str avro, struct personalize_schema *out, struct error *err) {
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(personalize_schema_release) struct personalize_schema made = {0};
    struct error ignored;
    if (str_count_runes(avro) > PERSONALIZE_SCHEMA_MAX_CHARS) {
        return refuse(err, "it is longer than 10000 characters", (struct str){0});
    }
    if (!json_parse(avro, &json, &ignored) || json_kind(json.root) != JSON_OBJECT) {
        return refuse(err, "it is not a JSON object", (struct str){0});
    }
    if (!str_equal(json_get_text(json.root, "type"), STR("record"))) {
        return refuse(err, "its type is not \"record\"", (struct str){0});
    }
    if (!json_get_text(json.root, "name").len)
        return refuse(err, "it has no name", (struct str){0});
    const struct json_node *fields = json_get(json.root, "fields");
    if (json_kind(fields) != JSON_ARRAY || !json_count(fields)) {
        return refuse(err, "it has no fields", (struct str){0});
    }
    for (const struct json_node *one = json_first(fields); one; one = json_next(one)) {
        if (!read_field(one, &made, err)) return false;
    }
    personalize_schema_release(out);
    *out = made;
    made = (struct personalize_schema){0};
    return true;
}

bool personalize_schema_dataset_parse(struct str type, enum personalize_schema_dataset *out) {
    for (size_t i = 0; i < ARRAY_COUNT(datasets); i++) {
        if (!str_equal_nocase(type, str_from(datasets[i].name))) continue;
        *out = (enum personalize_schema_dataset)i;
        return true;
    }
    return false;
}

const char *personalize_schema_dataset_name(enum personalize_schema_dataset dataset) {
    return datasets[dataset].name;
}

bool personalize_schema_fits(
    const struct personalize_schema *schema,
    enum personalize_schema_dataset dataset,
    struct error *err) {
    size_t at, needed = 0;
    for (; needed < ARRAY_COUNT(datasets[0].required); needed++) {
        const char *name = datasets[dataset].required[needed];
        if (!name) break;
        if (!personalize_schema_find(schema, str_from(name), &at))
            return refuse(err, "it lacks the required field", str_from(name));
    }
    const bool needs_metadata =
        dataset == PERSONALIZE_SCHEMA_ITEMS || dataset == PERSONALIZE_SCHEMA_USERS;
    if (!needs_metadata || schema->count > needed) return true;
    return refuse(err, "it needs at least one metadata field", (struct str){0});
}

// ---- records ----

static bool refuse_property(struct error *err, const char *what, struct str key, const char *hint) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(key, 0, 80));
    error_set(err, ERROR_USAGE, "Invalid properties: %s %s", what, buf_text(&shown));
    return error_hint(err, "%s", hint);
}

static bool read_number(
    const struct json_node *node,
    const struct personalize_schema_field *field,
    struct personalize_schema_value *out) {
    if (!json_number(node, &out->number) && !str_parse_double(json_text(node), &out->number))
        return false;
    out->kind = PERSONALIZE_SCHEMA_IS_NUMBER;
    if (field->type == PERSONALIZE_SCHEMA_NUMBER) return true;
    const bool is_within = out->number >= -9.2e18 && out->number <= 9.2e18;
    return is_within && !(out->number < (double)(int64_t)out->number ||
                          out->number > (double)(int64_t)out->number);
}

static bool read_text(
    const struct json_node *node,
    const struct personalize_schema_field *field,
    struct personalize_schema_value *out) {
    const size_t most = field->is_textual ? MAX_TEXTUAL_CHARS : MAX_CATEGORY_CHARS;
    if (json_kind(node) != JSON_STRING) return false;
    out->kind = PERSONALIZE_SCHEMA_IS_TEXT;
    out->text = json_text(node);
    return str_count_runes(out->text) <= most;
}

static bool read_bool(const struct json_node *node, struct personalize_schema_value *out) {
    const struct str text = json_text(node);
    const bool is_true = json_bool(node, str_equal_nocase(text, STR("true")));
    out->kind = PERSONALIZE_SCHEMA_IS_TEXT;
    out->text = is_true ? STR("true") : STR("false");
    return json_kind(node) == JSON_BOOL || is_true || str_equal_nocase(text, STR("false"));
}

static bool read_value(
    const struct json_node *node,
    const struct personalize_schema_field *field,
    struct personalize_schema_value *out) {
    *out = (struct personalize_schema_value){0};
    switch (field->type) {
    case PERSONALIZE_SCHEMA_STRING: return read_text(node, field, out);
    case PERSONALIZE_SCHEMA_INTEGER:
    case PERSONALIZE_SCHEMA_NUMBER: return read_number(node, field, out);
    case PERSONALIZE_SCHEMA_BOOLEAN: return read_bool(node, out);
    }
    return false;
}

static bool find_key(const struct personalize_schema *schema, struct str key, size_t *out) {
    for (size_t i = 0; i < schema->count; i++) {
        if (!str_equal(str_from(schema->fields[i].key), key)) continue;
        *out = i;
        return true;
    }
    return false;
}

static bool check_missing(
    const struct personalize_schema *schema,
    const char *id_field,
    const struct personalize_schema_value *values,
    struct error *err) {
    for (size_t i = 0; i < schema->count; i++) {
        const struct personalize_schema_field *field = &schema->fields[i];
        const bool comes_from_elsewhere =
            str_equal(str_from(field->name), str_from(id_field)) ||
            str_equal(str_from(field->name), STR("CREATION_TIMESTAMP"));
        if (values[i].kind != PERSONALIZE_SCHEMA_NONE || field->is_nullable || comes_from_elsewhere)
            continue;
        return refuse_property(
            err, "a value is missing for the required field", str_from(field->key),
            "Send it, or let the schema's type be [\"null\", …].");
    }
    return true;
}

bool personalize_schema_read(
    const struct personalize_schema *schema,
    const struct json_node *properties,
    const char *id_field,
    struct personalize_schema_value *out,
    struct error *err) {
    for (size_t i = 0; i < schema->count; i++)
        out[i] = (struct personalize_schema_value){0};
    for (const struct json_node *one = json_first(properties); one; one = json_next(one)) {
        size_t at;
        if (!find_key(schema, json_key(one), &at) ||
            str_equal(str_from(schema->fields[at].name), str_from(id_field))) {
            return refuse_property(
                err, "the schema has no field for the key", json_key(one),
                "Keys are the camelCase of the schema's fields: NUM_RATINGS is numRatings.");
        }
        if (json_kind(one) == JSON_NULL) continue;
        if (!read_value(one, &schema->fields[at], &out[at])) {
            return refuse_property(
                err, "the value does not fit the schema's type of", json_key(one),
                "DescribeSchema shows the types.");
        }
    }
    return check_missing(schema, id_field, out, err);
}
