// Filter grammar: a first line is the expression, the rest the text of every placeholder's value. What
// parses must bind or say why, and answer for items without falling over.
#include "aws/filter_expression.h"

#include "base/attributes.h"
#include "base/memory.h"
#include "fuzz.h"

static bool find_fact(
    const void *context,
    enum filter_expression_subject subject,
    size_t field,
    struct filter_expression_fact *out) {
    const struct filter_expression_binding *binding = context;
    ASSERT(field < binding->expression->field_count);
    *out = (struct filter_expression_fact){
        .text = binding->expression->fields[field].name,
        .number = (double)field,
        .is_number = subject == FILTER_EXPRESSION_OF_USER,
        .is_list = field % 2 == 0};
    return field != 2;
}

static bool is_interacted(const void *context, size_t condition) {
    const struct filter_expression_binding *binding = context;
    ASSERT(condition < binding->expression->condition_count);
    return condition % 2 == 0;
}

static void ask(const struct filter_expression *expression, const struct personalize_map *values) {
    CLEANUP(filter_expression_binding_release) struct filter_expression_binding bound = {0};
    const struct filter_expression_facts facts = {
        .context = &bound, .find = find_fact, .is_interacted = is_interacted};
    struct error err = {0};
    if (!filter_expression_bind(expression, values, &bound, &err)) {
        ASSERT(err.code == ERROR_USAGE && err.hint[0]);
        return;
    }
    filter_expression_set_user(&bound, &facts);
    (void)!filter_expression_accepts(&bound, &facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(filter_expression_release) struct filter_expression expression = {0};
    struct personalize_map values = {0};
    struct str text, value;
    struct error err = {0};
    str_split(fuzz_text(data, size), '\n', &text, &value);
    if (!filter_expression_parse(text, &expression, &err)) {
        ASSERT(err.code == ERROR_USAGE && err.hint[0]);
        return 0;
    }
    ASSERT(expression.part_count && expression.condition_count && expression.value_count);
    ASSERT(expression.field_count <= FILTER_EXPRESSION_MAX_FIELDS);
    ask(&expression, &values);
    for (size_t i = 0; i < expression.placeholder_count; i++) {
        if (value.ptr) personalize_map_add(&values, expression.placeholders[i], value);
    }
    ask(&expression, &values);
    mem_free(values.entries);
    return 0;
}
