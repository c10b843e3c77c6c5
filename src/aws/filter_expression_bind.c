// filter_expression — values for placeholders, and the answer for one item; see the header.
#include "aws/filter_expression.h"

#include "base/attributes.h"
#include "base/memory.h"

void filter_expression_binding_release(struct filter_expression_binding *binding) {
    if (!binding) return;
    mem_free(binding->conditions);
    mem_free(binding->values);
    mem_free(binding->is_off);
    mem_free(binding->is_without);
    mem_free(binding->text);
    *binding = (struct filter_expression_binding){0};
}

static bool refuse_value(struct error *err, struct str name, const char *what) {
    error_set(
        err, ERROR_USAGE, "Invalid value for filter parameter " STR_FMT ": %s", STR_ARG(name),
        what);
    return error_hint(err, "Write it as \"\\\"boots\\\",\\\"sandals\\\"\".");
}

static void
add_value(struct filter_expression_binding *made, const struct filter_expression_value *value) {
    made->values = mem_resize(made->values, made->value_count + 1, sizeof(*made->values));
    made->values[made->value_count++] = *value;
}

// At the opening quote of `*at`; copies the unescaped text to *into and moves both on.
static bool read_quoted(struct str *at, char **into, struct str *out) {
    char *to = *into;
    struct str rest = str_skip(*at, 1);
    while (rest.len && rest.ptr[0] != '"') {
        if (rest.ptr[0] == '\\' && rest.len > 1 && (rest.ptr[1] == '"' || rest.ptr[1] == '\\'))
            rest = str_skip(rest, 1);
        *to++ = rest.ptr[0];
        rest = str_skip(rest, 1);
    }
    if (!rest.len) return false;
    *out = (struct str){.ptr = *into, .len = (size_t)(to - *into)};
    *into = to;
    *at = str_skip(rest, 1);
    return true;
}

// One value: quoted, or a number as it is.
static bool read_value(struct str *at, char **into, struct filter_expression_value *out) {
    *out = (struct filter_expression_value){.kind = FILTER_EXPRESSION_TEXT};
    if (at->ptr[0] == '"') {
        if (!read_quoted(at, into, &out->text)) return false;
        out->is_number = str_parse_double(out->text, &out->number);
        return true;
    }
    const size_t len = str_find_char(*at, ',');
    const struct str text = str_trim(str_slice(*at, 0, len));
    out->kind = FILTER_EXPRESSION_NUMBER;
    out->is_number = str_parse_double(text, &out->number);
    out->text = (struct str){.ptr = *into, .len = text.len};
    if (!out->is_number) return false;
    memcpy(*into, text.ptr, text.len);
    *into += text.len;
    *at = str_skip(*at, len);
    return true;
}

// Every value of one placeholder, appended.
static bool read_values(
    struct filter_expression_binding *made,
    struct str name,
    struct str text,
    char **into,
    struct error *err) {
    struct str rest = str_trim(text);
    if (!rest.len) return refuse_value(err, name, "it is empty");
    for (;;) {
        struct filter_expression_value value;
        rest = str_trim(rest);
        if (!rest.len) return refuse_value(err, name, "a value is missing after the comma");
        if (!read_value(&rest, into, &value)) {
            return refuse_value(
                err, name, "values must be enclosed in quotes, separated by commas");
        }
        add_value(made, &value);
        rest = str_trim(rest);
        if (!rest.len) return true;
        if (rest.ptr[0] != ',') {
            return refuse_value(err, name, "values must be separated by commas");
        }
        rest = str_skip(rest, 1);
    }
}

static bool check_names(
    const struct filter_expression *expression,
    const struct personalize_map *values,
    struct error *err) {
    for (size_t i = 0; i < values->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < expression->placeholder_count; k++)
            is_known |= str_equal(expression->placeholders[k], values->entries[i].name);
        if (is_known) continue;
        error_set(
            err, ERROR_USAGE, "Filter parameter " STR_FMT " is not part of the filter expression",
            STR_ARG(values->entries[i].name));
        return error_hint(err, "Names of placeholders are case-sensitive, without the '$'.");
    }
    return true;
}

static bool has_value(const struct personalize_map *values, struct str name) {
    return personalize_map_get(values, name).ptr != NULL;
}

struct binder {
    struct filter_expression_binding *made;
    const struct personalize_map *values;
    char *into; // the end of made->text
    struct error *err;
};

static bool check_bound(
    const struct filter_expression_condition *condition,
    const struct filter_expression_bound *bound,
    struct binder *binder,
    struct str name) {
    const bool takes_list = condition->operation <= FILTER_EXPRESSION_NOT_IN;
    ASSERT(bound->count > 0 && binder->made->values);
    if (!takes_list && bound->count > 1) {
        return refuse_value(binder->err, name, "the operator takes one value");
    }
    const struct filter_expression_value *value = &binder->made->values[bound->first];
    if (filter_expression_is_ordering(condition->operation) && !value->is_number) {
        return refuse_value(binder->err, name, "the operator compares numbers");
    }
    return true;
}

static bool
bind_condition(struct binder *binder, size_t number, bool is_include, bool *is_without) {
    const struct filter_expression *expression = binder->made->expression;
    const struct filter_expression_condition *condition = &expression->conditions[number];
    struct filter_expression_bound *bound = &binder->made->conditions[number];
    bound->first = binder->made->value_count;
    for (size_t i = 0; i < condition->value_count; i++) {
        const struct filter_expression_value *value =
            &expression->values[condition->first_value + i];
        if (value->kind != FILTER_EXPRESSION_PLACEHOLDER) {
            add_value(binder->made, value);
        } else if (has_value(binder->values, value->text)) {
            const struct str text = personalize_map_get(binder->values, value->text);
            if (!read_values(binder->made, value->text, text, &binder->into, binder->err))
                return false;
            bound->count = binder->made->value_count - bound->first;
            if (!check_bound(condition, bound, binder, value->text)) return false;
        } else if (is_include) {
            error_set(
                binder->err, ERROR_USAGE, "Filter parameter " STR_FMT " needs a value",
                STR_ARG(value->text));
            return error_hint(
                binder->err, "INCLUDE filters need filterValues for every placeholder.");
        } else {
            *is_without = true;
        }
    }
    bound->count = binder->made->value_count - bound->first;
    return true;
}

static bool bind_part(struct binder *binder, size_t at) {
    const struct filter_expression_part *part = &binder->made->expression->parts[at];
    bool *is_without = &binder->made->is_without[at];
    for (size_t i = 0; i < part->count; i++) {
        if (!bind_condition(binder, part->first + i, part->is_include, is_without)) return false;
    }
    for (size_t i = 0; i < part->user_count; i++) {
        if (!bind_condition(binder, part->user_first + i, part->is_include, is_without))
            return false;
    }
    binder->made->is_off[at] = *is_without;
    return true;
}

// A placeholder may stand in several conditions, so its text may be needed as often as that.
static size_t
text_bytes(const struct filter_expression *expression, const struct personalize_map *values) {
    size_t bytes = 1;
    for (size_t i = 0; i < expression->value_count; i++) {
        if (expression->values[i].kind == FILTER_EXPRESSION_PLACEHOLDER)
            bytes += personalize_map_get(values, expression->values[i].text).len;
    }
    return bytes;
}

bool filter_expression_bind(
    const struct filter_expression *expression,
    const struct personalize_map *values,
    struct filter_expression_binding *out,
    struct error *err) {
    CLEANUP(filter_expression_binding_release)
    struct filter_expression_binding made = {.expression = expression};
    if (!check_names(expression, values, err)) return false;
    made.conditions = mem_zeroed(expression->condition_count + 1, sizeof(*made.conditions));
    made.is_off = mem_zeroed(expression->part_count + 1, sizeof(*made.is_off));
    made.is_without = mem_zeroed(expression->part_count + 1, sizeof(*made.is_without));
    made.text = mem_alloc(text_bytes(expression, values));
    struct binder binder = {.made = &made, .values = values, .into = made.text, .err = err};
    for (size_t i = 0; i < expression->part_count; i++) {
        if (!bind_part(&binder, i)) return false;
    }
    filter_expression_binding_release(out);
    *out = made;
    made = (struct filter_expression_binding){0};
    return true;
}

// ---- one item ----

static bool
is_same(const struct filter_expression_value *value, const struct filter_expression_fact *fact) {
    if (fact->is_number)
        return value->is_number && value->number <= fact->number && value->number >= fact->number;
    if (!fact->is_list) return str_equal(value->text, fact->text);
    struct str rest = fact->text, element;
    while (str_split(rest, '|', &element, &rest)) {
        if (str_equal(value->text, element)) return true;
    }
    return str_equal(value->text, element);
}

static bool is_ordered(
    enum filter_expression_operator operation,
    const struct filter_expression_fact *fact,
    const struct filter_expression_value *value) {
    if (!fact->is_number || !value->is_number) return false;
    if (operation == FILTER_EXPRESSION_LESS) return fact->number < value->number;
    if (operation == FILTER_EXPRESSION_LESS_EQUAL) return fact->number <= value->number;
    if (operation == FILTER_EXPRESSION_GREATER) return fact->number > value->number;
    return fact->number >= value->number;
}

// CurrentItem.GENRE is a list when the field is categorical: any element may match.
static bool fits_current(
    const struct filter_expression_facts *facts,
    enum filter_expression_operator operation,
    const struct filter_expression_fact *fact,
    const struct filter_expression_value *value) {
    struct filter_expression_fact other = {0};
    if (!facts->find(facts->context, FILTER_EXPRESSION_OF_CURRENT_ITEM, value->field, &other))
        return false;
    struct filter_expression_value made = {
        .text = other.text, .number = other.number, .is_number = other.is_number};
    if (filter_expression_is_ordering(operation)) return is_ordered(operation, fact, &made);
    if (!other.is_list) return is_same(&made, fact);
    struct str rest = other.text;
    bool has_more = true;
    while (has_more) {
        has_more = str_split(rest, '|', &made.text, &rest);
        if (is_same(&made, fact)) return true;
    }
    return false;
}

static bool fits_value(
    const struct filter_expression_facts *facts,
    enum filter_expression_operator operation,
    const struct filter_expression_fact *fact,
    const struct filter_expression_value *value) {
    if (value->kind == FILTER_EXPRESSION_CURRENT_ITEM)
        return fits_current(facts, operation, fact, value);
    if (filter_expression_is_ordering(operation)) return is_ordered(operation, fact, value);
    return is_same(value, fact);
}

static bool fits(
    const struct filter_expression_binding *binding,
    const struct filter_expression_facts *facts,
    enum filter_expression_subject subject,
    size_t number) {
    const struct filter_expression_condition *condition = &binding->expression->conditions[number];
    const struct filter_expression_bound *bound = &binding->conditions[number];
    const enum filter_expression_dataset dataset =
        binding->expression->fields[condition->field].dataset;
    const bool is_negative = condition->operation == FILTER_EXPRESSION_NOT_IN ||
                             condition->operation == FILTER_EXPRESSION_NOT_EQUAL;
    struct filter_expression_fact fact = {0};
    if (dataset == FILTER_EXPRESSION_INTERACTIONS) {
        return facts->is_interacted(facts->context, number) != is_negative;
    }
    if (!facts->find(facts->context, subject, condition->field, &fact)) return is_negative;
    bool has_match = false;
    for (size_t i = 0; i < bound->count && !has_match; i++) {
        has_match =
            fits_value(facts, condition->operation, &fact, &binding->values[bound->first + i]);
    }
    return has_match != is_negative;
}

// a AND b OR c AND d: one of the runs between the ORs must hold as a whole.
bool filter_expression_holds(
    const struct filter_expression_binding *binding,
    const struct filter_expression_facts *facts,
    size_t at) {
    const struct filter_expression_part *part = &binding->expression->parts[at];
    bool holds = true;
    for (size_t i = 0; i < part->count; i++) {
        const size_t number = part->first + i;
        if (i && binding->expression->conditions[number].is_or) {
            if (holds) return true;
            holds = true;
        }
        holds = holds && fits(binding, facts, FILTER_EXPRESSION_OF_ITEM, number);
    }
    return holds;
}

void filter_expression_set_user(
    struct filter_expression_binding *binding, const struct filter_expression_facts *facts) {
    for (size_t at = 0; at < binding->expression->part_count; at++) {
        const struct filter_expression_part *part = &binding->expression->parts[at];
        bool holds = !binding->is_without[at];
        for (size_t i = 0; holds && i < part->user_count; i++)
            holds = fits(binding, facts, FILTER_EXPRESSION_OF_USER, part->user_first + i);
        binding->is_off[at] = !holds;
    }
}

bool filter_expression_accepts(
    const struct filter_expression_binding *binding, const struct filter_expression_facts *facts) {
    bool has_include = false, is_included = false;
    for (size_t at = 0; at < binding->expression->part_count; at++) {
        const struct filter_expression_part *part = &binding->expression->parts[at];
        if (binding->is_off[at]) continue;
        has_include |= part->is_include;
        if (part->is_include && is_included) continue;
        const bool holds = filter_expression_holds(binding, facts, at);
        if (holds && !part->is_include) return false;
        is_included |= holds;
    }
    return is_included || !has_include;
}
