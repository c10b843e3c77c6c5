// computed_definition — see the header.
#include "profiles/computed_definition.h"

#include "base/clock.h"

static const char *const type_names[] = {
#define X(value, name) [value] = name,
    COMPUTED_DEFINITION_TYPES(X)
#undef X
};

static const char *const aggregation_names[] = {
#define X(value, name) [value] = name,
    COMPUTED_DEFINITION_AGGREGATIONS(X)
#undef X
};

const char *computed_definition_type_name(enum computed_definition_type type) {
    return type_names[type];
}

void computed_definition_release(struct computed_definition *definition) {
    if (!definition) return;
    json_release(&definition->document);
    *definition = (struct computed_definition){0};
}

bool computed_definition_is_audience(const struct computed_definition *definition) {
    return definition->type == COMPUTED_DEFINITION_EVENT_AUDIENCE ||
           definition->type == COMPUTED_DEFINITION_TRAIT_AUDIENCE;
}

// ---- paths ----

// The keys of JSON are C strings here: one piece of a path, up to the next dot.
static const struct json_node *step(const struct json_node *object, struct str piece) {
    char key[128];
    if (piece.len >= sizeof(key)) return NULL;
    memcpy(key, piece.ptr, piece.len);
    key[piece.len] = '\0';
    return json_get(object, key);
}

// A key may hold dots itself: the whole path is tried before its pieces.
static const struct json_node *look_up(const struct json_node *object, struct str path) {
    if (!object || !path.len) return NULL;
    const struct json_node *found = step(object, path);
    while (!found && object && path.len) {
        struct str piece = {0};
        if (!str_split(path, '.', &piece, &path)) return step(object, piece);
        object = step(object, piece);
    }
    return found;
}

static void add_value(struct computed_definition_values *out, const struct json_node *node) {
    const enum json_kind kind = json_kind(node);
    const bool is_scalar = kind == JSON_STRING || kind == JSON_NUMBER || kind == JSON_BOOL;
    if (!is_scalar || out->count == COMPUTED_DEFINITION_VALUES_MAX) return;
    if (kind == JSON_STRING && !json_text(node).len) return;
    out->items[out->count++] = node;
}

static void add_values(struct computed_definition_values *out, const struct json_node *node) {
    if (json_kind(node) != JSON_ARRAY) {
        add_value(out, node);
        return;
    }
    for (const struct json_node *at = json_first(node); at; at = json_next(at))
        add_value(out, at);
}

void computed_definition_read(
    const struct computed_definition *definition,
    const struct json_node *properties,
    struct computed_definition_values *out) {
    out->count = 0;
    add_values(out, look_up(properties, definition->property));
    const struct json_node *products = json_get(properties, "products");
    if (json_kind(products) != JSON_ARRAY) return;
    for (const struct json_node *at = json_first(products); at; at = json_next(at))
        add_values(out, look_up(at, definition->property));
}

// ---- conditions ----

typedef bool operator_fn(const struct json_node *found, const struct json_node *wanted);

static bool is_equal(const struct json_node *found, const struct json_node *wanted) {
    double left = 0;
    double right = 0;
    if (json_number(found, &left) && json_number(wanted, &right)) return left == right;
    if (json_kind(found) == JSON_BOOL && json_kind(wanted) == JSON_BOOL)
        return json_bool(found, false) == json_bool(wanted, false);
    return json_kind(found) == JSON_STRING && json_kind(wanted) == JSON_STRING &&
           str_equal(json_text(found), json_text(wanted));
}

static bool is_unequal(const struct json_node *found, const struct json_node *wanted) {
    return !is_equal(found, wanted);
}

static bool is_less(const struct json_node *found, const struct json_node *wanted) {
    double left = 0;
    double right = 0;
    return json_number(found, &left) && json_number(wanted, &right) && left < right;
}

static bool is_greater(const struct json_node *found, const struct json_node *wanted) {
    return is_less(wanted, found);
}

static bool is_at_most(const struct json_node *found, const struct json_node *wanted) {
    return is_less(found, wanted) || (json_kind(found) == JSON_NUMBER && is_equal(found, wanted));
}

static bool is_at_least(const struct json_node *found, const struct json_node *wanted) {
    return is_at_most(wanted, found);
}

static bool is_holding(const struct json_node *found, const struct json_node *wanted) {
    if (json_kind(found) != JSON_ARRAY)
        return json_text(wanted).len && str_contains(json_text(found), json_text(wanted));
    for (const struct json_node *at = json_first(found); at; at = json_next(at)) {
        if (is_equal(at, wanted)) return true;
    }
    return false;
}

static bool is_not_holding(const struct json_node *found, const struct json_node *wanted) {
    return !is_holding(found, wanted);
}

static bool is_beginning(const struct json_node *found, const struct json_node *wanted) {
    return json_kind(found) == JSON_STRING && str_starts_with(json_text(found), json_text(wanted));
}

static bool is_ending(const struct json_node *found, const struct json_node *wanted) {
    return json_kind(found) == JSON_STRING && str_ends_with(json_text(found), json_text(wanted));
}

static bool is_there(const struct json_node *found, const struct json_node *wanted) {
    (void)wanted;
    return found && json_kind(found) != JSON_NULL;
}

static bool is_missing(const struct json_node *found, const struct json_node *wanted) {
    return !is_there(found, wanted);
}

static bool is_before(const struct json_node *found, const struct json_node *wanted) {
    int64_t left = 0;
    int64_t right = 0;
    return clock_parse_iso8601(json_text(found), &left) &&
           clock_parse_iso8601(json_text(wanted), &right) && left < right;
}

static bool is_after(const struct json_node *found, const struct json_node *wanted) {
    return is_before(wanted, found);
}

static bool is_one_of(const struct json_node *found, const struct json_node *wanted) {
    for (const struct json_node *at = json_first(wanted); at; at = json_next(at)) {
        if (is_equal(found, at)) return true;
    }
    return false;
}

static bool is_holding_one_of(const struct json_node *found, const struct json_node *wanted) {
    for (const struct json_node *at = json_first(wanted); at; at = json_next(at)) {
        if (is_holding(found, at)) return true;
    }
    return false;
}

enum operand {
    OPERAND_SCALAR,
    OPERAND_NUMBER,
    OPERAND_TEXT,
    OPERAND_DATE,
    OPERAND_LIST,
    OPERAND_NONE
};
static const char *const operand_names[] = {
    [OPERAND_SCALAR] = "text, a number, true or false",
    [OPERAND_NUMBER] = "a number",
    [OPERAND_TEXT] = "text",
    [OPERAND_DATE] = "a time in ISO 8601",
    [OPERAND_LIST] = "a list",
    [OPERAND_NONE] = "left out",
};

static const struct condition_operator {
    const char *name;
    enum operand operand;
    operator_fn *holds;
} operators[] = {
    {.name = "equals", .operand = OPERAND_SCALAR, .holds = is_equal},
    {.name = "not_equals", .operand = OPERAND_SCALAR, .holds = is_unequal},
    {.name = "less_than", .operand = OPERAND_NUMBER, .holds = is_less},
    {.name = "greater_than", .operand = OPERAND_NUMBER, .holds = is_greater},
    {.name = "less_than_or_equal", .operand = OPERAND_NUMBER, .holds = is_at_most},
    {.name = "greater_than_or_equal", .operand = OPERAND_NUMBER, .holds = is_at_least},
    {.name = "contains", .operand = OPERAND_TEXT, .holds = is_holding},
    {.name = "does_not_contain", .operand = OPERAND_TEXT, .holds = is_not_holding},
    {.name = "starts_with", .operand = OPERAND_TEXT, .holds = is_beginning},
    {.name = "ends_with", .operand = OPERAND_TEXT, .holds = is_ending},
    {.name = "exists", .operand = OPERAND_NONE, .holds = is_there},
    {.name = "not_exists", .operand = OPERAND_NONE, .holds = is_missing},
    {.name = "before_date", .operand = OPERAND_DATE, .holds = is_before},
    {.name = "after_date", .operand = OPERAND_DATE, .holds = is_after},
    {.name = "equals_one_of", .operand = OPERAND_LIST, .holds = is_one_of},
    {.name = "contains_one_of", .operand = OPERAND_LIST, .holds = is_holding_one_of},
};

static const struct condition_operator *find_operator(struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(operators); i++) {
        if (str_equal(name, str_from(operators[i].name))) return &operators[i];
    }
    return NULL;
}

static bool holds(const struct json_node *condition, const struct json_node *found) {
    const struct condition_operator *row = find_operator(json_get_text(condition, "operator"));
    return row && row->holds(found, json_get(condition, "value"));
}

bool computed_definition_matches(
    const struct computed_definition *definition, const struct json_node *properties) {
    const struct json_node *condition = json_first(definition->conditions);
    for (; condition; condition = json_next(condition)) {
        const struct str path = json_get_text(condition, "property");
        if (!holds(condition, look_up(properties, path))) return false;
    }
    return true;
}

bool computed_definition_wants(
    const struct computed_definition *definition, const struct json_node *value) {
    return holds(definition->condition, value);
}

// ---- reading a definition ----

static bool refuse(struct error *err, const char *member, const char *rule) {
    (void)error_set(err, ERROR_INVALID, "`%s` must be %s", member, rule);
    return error_hint(err, "Correct it and PUT the definition again.");
}

static bool is_operand(enum operand operand, const struct json_node *value) {
    int64_t at_ms = 0;
    const enum json_kind kind = json_kind(value);
    switch (operand) {
    case OPERAND_SCALAR: return kind == JSON_STRING || kind == JSON_NUMBER || kind == JSON_BOOL;
    case OPERAND_NUMBER: return kind == JSON_NUMBER;
    case OPERAND_TEXT: return kind == JSON_STRING && json_text(value).len;
    case OPERAND_DATE: return clock_parse_iso8601(json_text(value), &at_ms);
    case OPERAND_LIST: return kind == JSON_ARRAY && json_count(value) > 0;
    case OPERAND_NONE: return true;
    }
    return false;
}

static bool check_condition(const struct json_node *condition, struct error *err) {
    const struct condition_operator *row = find_operator(json_get_text(condition, "operator"));
    if (!row) {
        (void)refuse(err, "operator", "one of Segment's");
        return error_hint(
            err,
            "equals, not_equals, less_than, greater_than, less_than_or_equal, "
            "greater_than_or_equal, contains, does_not_contain, starts_with, ends_with, exists, "
            "not_exists, before_date, after_date, equals_one_of, contains_one_of.");
    }
    if (is_operand(row->operand, json_get(condition, "value"))) return true;
    return refuse(err, "value", operand_names[row->operand]);
}

static bool check_conditions(struct computed_definition *definition, struct error *err) {
    const struct json_node *conditions = json_get(definition->document.root, "conditions");
    if (!conditions) return true;
    if (json_kind(conditions) != JSON_ARRAY ||
        json_count(conditions) > COMPUTED_DEFINITION_CONDITIONS_MAX) {
        return refuse(err, "conditions", "a list of at most 10");
    }
    for (const struct json_node *at = json_first(conditions); at; at = json_next(at)) {
        if (!json_get_text(at, "property").len) return refuse(err, "property", "a path");
        if (!check_condition(at, err)) return false;
    }
    definition->conditions = conditions;
    return true;
}

static bool find_name(struct str name, const char *const *names, size_t count, size_t *out) {
    for (size_t i = 0; i < count; i++) {
        if (!str_equal(name, str_from(names[i]))) continue;
        *out = i;
        return true;
    }
    return false;
}

static bool read_audience(struct computed_definition *definition, struct error *err) {
    const struct json_node *root = definition->document.root;
    if (definition->type == COMPUTED_DEFINITION_TRAIT_AUDIENCE) {
        definition->trait = json_get_text(root, "trait");
        definition->condition = root;
        if (!definition->trait.len) return refuse(err, "trait", "the key of a trait");
        if (str_equal(definition->trait, definition->key))
            return refuse(err, "trait", "another one than the audience");
        return check_condition(root, err);
    }
    definition->at_least = 1;
    const struct json_node *at_least = json_get(root, "at_least");
    if (!at_least) return true;
    if (json_integer(at_least, &definition->at_least) && definition->at_least >= 1) return true;
    return refuse(err, "at_least", "a whole number from 1 on");
}

static bool needs_property(enum computed_definition_type type) {
    return type != COMPUTED_DEFINITION_EVENT_COUNTER &&
           type != COMPUTED_DEFINITION_EVENT_AUDIENCE && type != COMPUTED_DEFINITION_TRAIT_AUDIENCE;
}

static bool read_members(struct computed_definition *definition, struct error *err) {
    const struct json_node *root = definition->document.root;
    const struct str collection = json_get_text(root, "collection");
    size_t found = 0;
    definition->key = json_get_text(root, "key");
    if (!definition->key.len || definition->key.len > COMPUTED_DEFINITION_KEY_MAX)
        return refuse(err, "key", "a name of 1 to 100 bytes");
    if (!find_name(json_get_text(root, "type"), type_names, ARRAY_COUNT(type_names), &found)) {
        return refuse(
            err, "type",
            "event_counter, aggregation, most_frequent, first, last, unique_list, "
            "unique_list_count, event_audience or trait_audience");
    }
    definition->type = (enum computed_definition_type)found;
    definition->is_account = str_equal(collection, STR("accounts"));
    if (collection.len && !definition->is_account && !str_equal(collection, STR("users")))
        return refuse(err, "collection", "users or accounts");
    definition->event = json_get_text(root, "event");
    if (!definition->event.len && definition->type != COMPUTED_DEFINITION_TRAIT_AUDIENCE)
        return refuse(err, "event", "the name of a track");
    definition->property = json_get_text(root, "property");
    if (!definition->property.len && needs_property(definition->type))
        return refuse(err, "property", "a property of the event");
    if (definition->type == COMPUTED_DEFINITION_AGGREGATION) {
        const struct str name = json_get_text(root, "aggregation");
        if (!find_name(name, aggregation_names, ARRAY_COUNT(aggregation_names), &found))
            return refuse(err, "aggregation", "sum, average, minimum or maximum");
        definition->aggregation = (enum computed_definition_aggregation)found;
    }
    if (computed_definition_is_audience(definition) && !read_audience(definition, err))
        return false;
    return check_conditions(definition, err);
}

bool computed_definition_parse(
    struct str key, struct str json, struct computed_definition *out, struct error *err) {
    CLEANUP(computed_definition_release) struct computed_definition made = {0};
    if (!json_parse(json, &made.document, err)) return false;
    if (json_kind(made.document.root) != JSON_OBJECT)
        return refuse(err, "definition", "a JSON object");
    if (key.len) json_set_text(made.document.root, "key", key);
    if (!read_members(&made, err)) return false;
    computed_definition_release(out);
    *out = made;
    made = (struct computed_definition){0};
    return true;
}
