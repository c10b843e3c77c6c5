// filters — see the header.
#include "personalize/filters.h"

#include "access/access.h"
#include "base/memory.h"
#include "personalize/datasets.h"

#define NO_COLUMN SIZE_MAX
#define FEW_ITEMS 2000 // that many are better asked about one by one
#define PARTS_KEPT 8

// The few items that a part on Items lets through, for one binding and version of the dataset.
struct kept_part {
    struct buf key;
    struct recommender_items items;
    bool is_many; // not few: none are kept
};

struct filter {
    struct filter_expression expression;
    struct filter_expression_binding fixed; // when nothing is to be bound
    bool excludes_events; // every part: EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (…)
    // from other resources, as of the generation
    uint64_t generation;
    struct dataset *items, *users;                // NULL: none
    size_t columns[FILTER_EXPRESSION_MAX_FIELDS]; // of the field in its dataset
    bool is_id[FILTER_EXPRESSION_MAX_FIELDS]; // ITEM_ID, USER_ID: the row's name, no value in it
    struct kept_part kept[PARTS_KEPT];
    size_t next_kept; // to be thrown away first
};

struct filters_use {
    struct cloud *cloud;
    struct filter *filter;
    struct filter_expression_binding own;    // with the question's values
    struct filter_expression_binding *bound; // that, or the filter's fixed one
    struct recommender_items excluded;       // of a filter by events
    struct recommender_items *sets;          // owned; by condition: what the user did that way
    struct filter_expression_facts facts;
    uint32_t user_row, current_row;
    bool has_user_row, has_current_row;
    // of the item that is looked at
    uint32_t item, item_row;
    bool has_item_row;
    struct filters_use *also; // of the same question
    // nothing else can be accepted; NULL: not known. Of the filter's kept parts, or `own_candidates`
    const struct recommender_items *candidates;
    struct recommender_items own_candidates;
};

const struct filter_expression *filters_expression(const struct filter *filter) {
    return &filter->expression;
}

void filters_free(struct filter *filter) {
    if (!filter) return;
    for (size_t i = 0; i < PARTS_KEPT; i++) {
        buf_release(&filter->kept[i].key);
        recommender_items_release(&filter->kept[i].items);
    }
    filter_expression_binding_release(&filter->fixed);
    filter_expression_release(&filter->expression);
    mem_free(filter);
}

static bool excludes_events(const struct filter_expression *expression) {
    for (size_t i = 0; i < expression->part_count; i++) {
        const struct filter_expression_part *part = &expression->parts[i];
        const struct filter_expression_condition *first = &expression->conditions[part->first];
        if (part->is_include || part->target != FILTER_EXPRESSION_ITEM || part->count != 1 ||
            part->user_count || first->operation == FILTER_EXPRESSION_NOT_IN ||
            first->operation == FILTER_EXPRESSION_NOT_EQUAL ||
            expression->fields[first->field].dataset != FILTER_EXPRESSION_INTERACTIONS) {
            return false;
        }
    }
    return true;
}

struct filter *filters_compile(struct str expression, struct error *err) {
    const struct personalize_map nothing = {0};
    struct filter *filter = MEM_NEW(struct filter);
    if (!filter_expression_parse(expression, &filter->expression, err)) {
        filters_free(filter);
        return NULL;
    }
    filter->excludes_events = excludes_events(&filter->expression);
    if (!filter->expression.placeholder_count &&
        !filter_expression_bind(&filter->expression, &nothing, &filter->fixed, err)) {
        filters_free(filter);
        return NULL;
    }
    return filter;
}

// ---- fields ----

static enum personalize_schema_dataset dataset_of(enum filter_expression_dataset dataset) {
    switch (dataset) {
    case FILTER_EXPRESSION_INTERACTIONS: return PERSONALIZE_SCHEMA_INTERACTIONS;
    case FILTER_EXPRESSION_ITEMS: return PERSONALIZE_SCHEMA_ITEMS;
    case FILTER_EXPRESSION_USERS: return PERSONALIZE_SCHEMA_USERS;
    case FILTER_EXPRESSION_ACTIONS: return PERSONALIZE_SCHEMA_ACTIONS;
    case FILTER_EXPRESSION_ACTION_INTERACTIONS: return PERSONALIZE_SCHEMA_ACTION_INTERACTIONS;
    case FILTER_EXPRESSION_DATASET_COUNT: break;
    }
    return PERSONALIZE_SCHEMA_INTERACTIONS;
}

static bool check_field(
    const struct personalize_schema *schema,
    const struct filter_expression_field *field,
    struct error *err) {
    const char *dataset = filter_expression_dataset_name(field->dataset);
    size_t at;
    if (!schema || !personalize_schema_find(schema, field->name, &at)) {
        error_set(
            err, ERROR_USAGE, "Invalid filter expression: the field %s." STR_FMT " does not exist",
            dataset, STR_ARG(field->name));
        return error_hint(err, "The group's dataset and its schema must have the field.");
    }
    if (schema->fields[at].type != PERSONALIZE_SCHEMA_BOOLEAN && !schema->fields[at].is_textual)
        return true;
    error_set(
        err, ERROR_USAGE, "Invalid filter expression: %s." STR_FMT " cannot be filtered, it is %s",
        dataset, STR_ARG(field->name), schema->fields[at].is_textual ? "textual" : "boolean");
    return error_hint(err, "Use a string field, or numbers 0 and 1.");
}

static bool check_orderings(
    const struct filter_expression *expression,
    size_t field,
    const struct personalize_schema *schema,
    struct error *err) {
    size_t at;
    ASSERT(schema != NULL); // check_field has seen it
    for (size_t i = 0; i < expression->condition_count; i++) {
        const struct filter_expression_condition *condition = &expression->conditions[i];
        if (condition->field != field || !filter_expression_is_ordering(condition->operation))
            continue;
        if (personalize_schema_find(schema, expression->fields[field].name, &at) &&
            schema->fields[at].type != PERSONALIZE_SCHEMA_STRING) {
            continue;
        }
        error_set(
            err, ERROR_USAGE,
            "Invalid filter expression: " STR_FMT " is text, and <, <=, > and >= compare numbers",
            STR_ARG(expression->fields[field].name));
        return error_hint(err, "Use IN with the values that are meant.");
    }
    return true;
}

// Interactions have a field EVENT_TYPE whatever their schema says.
bool filters_check_fields(
    struct cloud *cloud,
    const struct filter_expression *expression,
    struct str group_arn,
    struct error *err) {
    for (size_t i = 0; i < expression->field_count; i++) {
        const enum filter_expression_dataset dataset = expression->fields[i].dataset;
        if (dataset == FILTER_EXPRESSION_INTERACTIONS) continue;
        const struct dataset *rows = datasets_of_group(cloud, group_arn, dataset_of(dataset));
        const struct personalize_schema *schema = rows ? datasets_schema(rows) : NULL;
        if (!check_field(schema, &expression->fields[i], err) ||
            !check_orderings(expression, i, schema, err)) {
            return false;
        }
    }
    return true;
}

// What the fields are in the datasets of the filter's group; anew when any resource has changed.
static void resolve(struct cloud *cloud, struct filter *filter, struct str group_arn) {
    const uint64_t generation = resources_generation(cloud);
    if (filter->generation == generation) return;
    filter->generation = generation;
    for (size_t i = 0; i < PARTS_KEPT; i++)
        buf_reset(&filter->kept[i].key); // it may be another dataset now
    filter->items = datasets_of_group(cloud, group_arn, PERSONALIZE_SCHEMA_ITEMS);
    filter->users = datasets_of_group(cloud, group_arn, PERSONALIZE_SCHEMA_USERS);
    for (size_t i = 0; i < filter->expression.field_count; i++) {
        const struct filter_expression_field *field = &filter->expression.fields[i];
        const struct dataset *rows = field->dataset == FILTER_EXPRESSION_ITEMS   ? filter->items
                                     : field->dataset == FILTER_EXPRESSION_USERS ? filter->users
                                                                                 : NULL;
        filter->columns[i] = NO_COLUMN;
        filter->is_id[i] = str_equal_nocase(
            field->name,
            field->dataset == FILTER_EXPRESSION_USERS ? STR("USER_ID") : STR("ITEM_ID"));
        if (rows)
            (void)personalize_schema_find(datasets_schema(rows), field->name, &filter->columns[i]);
    }
}

// ---- facts ----

static bool find_fact(
    const void *context,
    enum filter_expression_subject subject,
    size_t field,
    struct filter_expression_fact *out) {
    const struct filters_use *use = context;
    const struct filter *filter = use->filter;
    const struct dataset *rows =
        subject == FILTER_EXPRESSION_OF_USER ? filter->users : filter->items;
    struct personalize_schema_value value;
    uint32_t row = 0;
    bool has_row = false;
    switch (subject) {
    case FILTER_EXPRESSION_OF_ITEM:
        row = use->item_row;
        has_row = use->has_item_row;
        break;
    case FILTER_EXPRESSION_OF_CURRENT_ITEM:
        row = use->current_row;
        has_row = use->has_current_row;
        break;
    case FILTER_EXPRESSION_OF_USER:
        row = use->user_row;
        has_row = use->has_user_row;
        break;
    }
    if (!has_row || filter->columns[field] == NO_COLUMN) return false;
    if (filter->is_id[field]) {
        *out = (struct filter_expression_fact){.text = datasets_id(rows, row)};
        return true;
    }
    datasets_get(rows, row, filter->columns[field], &value);
    if (value.kind == PERSONALIZE_SCHEMA_NONE) return false;
    *out = (struct filter_expression_fact){
        .text = value.text,
        .number = value.number,
        .is_number = value.kind == PERSONALIZE_SCHEMA_IS_NUMBER,
        .is_list = datasets_schema(rows)->fields[filter->columns[field]].is_categorical};
    return true;
}

static bool is_interacted(const void *context, size_t condition) {
    const struct filters_use *use = context;
    return recommender_items_contain(&use->sets[condition], use->item);
}

static bool accepts(const void *context, uint32_t number, struct str item_id) {
    // the item looked at is scratch of the use, which the recommender hands back as const
    struct filters_use *use;
    memcpy(&use, &context, sizeof(context));
    for (; use; use = use->also) {
        if (use->filter->excludes_events) {
            if (recommender_items_contain(&use->excluded, number)) return false;
            continue;
        }
        use->item = number;
        use->has_item_row =
            use->filter->items && datasets_find(use->filter->items, item_id, &use->item_row);
        if (!filter_expression_accepts(use->bound, &use->facts)) return false;
    }
    return true;
}

// ---- the few that can be accepted ----

static bool is_condition_positive(const struct filter_expression_condition *condition) {
    return condition->operation != FILTER_EXPRESSION_NOT_IN &&
           condition->operation != FILTER_EXPRESSION_NOT_EQUAL;
}

// Everything the items of a part depend on: its number, the dataset's version, the values.
static void add_key(const struct filters_use *use, size_t at, struct buf *out) {
    const struct filter_expression_part *part = &use->filter->expression.parts[at];
    buf_add_format(out, "%zu %llu", at, (unsigned long long)datasets_version(use->filter->items));
    for (size_t i = 0; i < part->count; i++) {
        const struct filter_expression_bound *bound = &use->bound->conditions[part->first + i];
        buf_add_format(out, " %zu", bound->count);
        for (size_t k = 0; k < bound->count; k++) {
            const struct str text = use->bound->values[bound->first + k].text;
            buf_add_format(out, " %zu:", text.len);
            buf_add(out, text);
        }
    }
}

static void scan(struct filters_use *use, size_t at, struct kept_part *out) {
    const struct dataset *items = use->filter->items;
    recommender_items_reset(&out->items);
    out->is_many = false;
    use->has_item_row = true;
    for (uint32_t row = 0; row < datasets_count(items); row++) {
        uint32_t number;
        use->item_row = row;
        if (!filter_expression_holds(use->bound, &use->facts, at) ||
            !recommender_find_item(use->cloud->recommender, datasets_id(items, row), &number)) {
            continue;
        }
        out->is_many = out->items.count == FEW_ITEMS;
        if (out->is_many) break;
        recommender_items_add(&out->items, number);
    }
    if (out->is_many) recommender_items_reset(&out->items);
}

static const struct kept_part *find_kept(struct filters_use *use, size_t at) {
    struct filter *filter = use->filter;
    CLEANUP(buf_release) struct buf key = {0};
    add_key(use, at, &key);
    for (size_t i = 0; i < PARTS_KEPT; i++) {
        if (str_equal(buf_str(&filter->kept[i].key), buf_str(&key))) return &filter->kept[i];
    }
    struct kept_part *kept = &filter->kept[filter->next_kept];
    filter->next_kept = (filter->next_kept + 1) % PARTS_KEPT;
    buf_reset(&kept->key);
    buf_add(&kept->key, buf_str(&key));
    scan(use, at, kept);
    return kept;
}

static void unite(struct filters_use *use, const struct recommender_items *more) {
    if (!use->candidates) {
        use->candidates = more;
        return;
    }
    if (use->candidates != &use->own_candidates) {
        const struct recommender_items *first = use->candidates;
        for (size_t i = 0; i < first->count; i++)
            recommender_items_add(&use->own_candidates, first->numbers[i]);
        use->candidates = &use->own_candidates;
    }
    for (size_t i = 0; i < more->count; i++)
        recommender_items_add(&use->own_candidates, more->numbers[i]);
}

// What the user did in these ways is always few.
static bool unite_interactions(struct filters_use *use, const struct filter_expression_part *part) {
    const struct filter_expression *expression = &use->filter->expression;
    for (size_t i = 0; i < part->count; i++) {
        if (!is_condition_positive(&expression->conditions[part->first + i])) return false;
    }
    for (size_t i = 0; i < part->count; i++)
        unite(use, &use->sets[part->first + i]);
    return true;
}

static bool unite_part(struct filters_use *use, size_t at) {
    const struct filter_expression *expression = &use->filter->expression;
    const struct filter_expression_part *part = &expression->parts[at];
    const struct filter_expression_field *field =
        &expression->fields[expression->conditions[part->first].field];
    if (field->dataset == FILTER_EXPRESSION_INTERACTIONS) return unite_interactions(use, part);
    // an item without a row must not be let through, or the rows do not tell all
    use->has_item_row = false;
    if (!use->filter->items || filter_expression_needs_item(expression) ||
        filter_expression_holds(use->bound, &use->facts, at)) {
        return false;
    }
    const struct kept_part *kept = find_kept(use, at);
    if (!kept->is_many) unite(use, &kept->items);
    return !kept->is_many;
}

static void find_candidates(struct filters_use *use) {
    const struct filter_expression *expression = &use->filter->expression;
    for (size_t at = 0; at < expression->part_count; at++) {
        if (!expression->parts[at].is_include || use->bound->is_off[at]) continue;
        if (unite_part(use, at)) continue;
        use->candidates = NULL;
        return;
    }
}

// ---- a question ----

static bool
refuse(struct aws_error *refusal, int status, const char *code, const char *text, struct str what) {
    CLEANUP(buf_release) struct buf message = {0};
    buf_add_format(&message, "%s" STR_FMT, text, STR_ARG(what));
    access_refuse(refusal, status, code, buf_str(&message));
    return false;
}

static bool refuse_input(struct aws_error *refusal, const char *text) {
    return refuse(refusal, 400, "InvalidInputException", text, STR(""));
}

static bool check_question(
    const struct filter_expression *expression,
    const struct filters_question *question,
    struct aws_error *refusal) {
    if (filter_expression_target(expression) != FILTER_EXPRESSION_ITEM) {
        return refuse_input(refusal, "The filter does not choose items: it begins with another id");
    }
    if (filter_expression_needs_user(expression) && !question->user.len) {
        return refuse_input(
            refusal, "userId is required: the filter selects by the user's interactions or fields");
    }
    if (!filter_expression_needs_item(expression)) return true;
    if (!question->is_related) {
        return refuse_input(
            refusal, "CurrentItem can be used with campaigns for related items only");
    }
    if (question->item.len) return true;
    return refuse_input(refusal, "itemId is required: the filter compares with CurrentItem");
}

static void find_interactions(
    struct cloud *cloud,
    struct str user,
    const struct filter_expression_value *value,
    struct recommender_items *out) {
    // an empty type means every type
    const struct str type = value->kind == FILTER_EXPRESSION_ANY ? STR("") : value->text;
    if (value->kind != FILTER_EXPRESSION_ANY && !type.len) return;
    recommender_find_interactions(cloud->recommender, user, type, out);
}

static void find_excluded(struct filters_use *use, struct str user) {
    const struct filter_expression *expression = &use->filter->expression;
    for (size_t i = 0; i < expression->part_count; i++) {
        if (use->bound->is_off[i]) continue;
        const struct filter_expression_bound *bound =
            &use->bound->conditions[expression->parts[i].first];
        for (size_t k = 0; k < bound->count; k++) {
            find_interactions(
                use->cloud, user, &use->bound->values[bound->first + k], &use->excluded);
        }
    }
}

static void find_sets(struct filters_use *use, struct str user) {
    const struct filter_expression *expression = &use->filter->expression;
    use->sets = mem_zeroed(expression->condition_count + 1, sizeof(*use->sets));
    for (size_t i = 0; i < expression->condition_count; i++) {
        const struct filter_expression_field *field =
            &expression->fields[expression->conditions[i].field];
        const struct filter_expression_bound *bound = &use->bound->conditions[i];
        if (field->dataset != FILTER_EXPRESSION_INTERACTIONS) continue;
        for (size_t k = 0; k < bound->count; k++) {
            find_interactions(
                use->cloud, user, &use->bound->values[bound->first + k], &use->sets[i]);
        }
    }
}

static struct filters_use *
new_use(struct cloud *cloud, struct filter *filter, const struct filters_question *question) {
    struct filters_use *use = MEM_NEW(struct filters_use);
    use->cloud = cloud;
    use->filter = filter;
    use->bound = filter->expression.placeholder_count ? &use->own : &filter->fixed;
    resolve(cloud, filter, question->group_arn);
    return use;
}

static void find_facts(struct filters_use *use, const struct filters_question *question) {
    use->facts = (struct filter_expression_facts){
        .context = use, .find = find_fact, .is_interacted = is_interacted};
    if (use->filter->excludes_events) {
        find_excluded(use, question->user);
        return;
    }
    find_sets(use, question->user);
    use->has_user_row = use->filter->users && question->user.len &&
                        datasets_find(use->filter->users, question->user, &use->user_row);
    use->has_current_row = use->filter->items && question->item.len &&
                           datasets_find(use->filter->items, question->item, &use->current_row);
    filter_expression_set_user(use->bound, &use->facts);
    find_candidates(use);
}

bool filters_begin(
    struct cloud *cloud,
    const struct filters_question *question,
    struct filters_use **out,
    struct aws_error *refusal) {
    *out = NULL;
    if (!question->arn.len) return true;
    struct resource *resource = resources_find(cloud, PERSONALIZE_CONTROL_FILTER, question->arn);
    if (!resource || !resource->filter) {
        return refuse(
            refusal, 404, "ResourceNotFoundException",
            "Could not find filter with ARN: ", question->arn);
    }
    if (!resources_is_active(cloud, resource)) {
        return refuse(
            refusal, 400, "InvalidInputException",
            "The filter is not in the ACTIVE state: ", question->arn);
    }
    if (!str_equal(resource->group_arn, question->group_arn)) {
        return refuse_input(
            refusal, "The filter and the campaign must belong to the same dataset group");
    }
    struct filter *filter = resource->filter;
    if (!check_question(&filter->expression, question, refusal)) return false;
    struct filters_use *use = new_use(cloud, filter, question);
    struct error err = {0};
    // also without placeholders: then every given value is one too many
    const bool has_values = filter->expression.placeholder_count || question->values->count;
    if (has_values &&
        !filter_expression_bind(&filter->expression, question->values, &use->own, &err)) {
        filters_end(use);
        return refuse_input(refusal, err.message);
    }
    find_facts(use, question);
    *out = use;
    return true;
}

void filters_apply(
    struct filters_use *use, struct filters_use *also, struct recommender_question *question) {
    if (!use) {
        use = also;
        also = NULL;
    }
    if (!use) return;
    use->also = also;
    if (use->filter->excludes_events && !also && !question->exclude) {
        question->exclude = &use->excluded;
        return;
    }
    question->filter = (struct recommender_filter){.accepts = accepts, .context = use};
    const struct recommender_items *only = use->candidates;
    if (also && also->candidates && (!only || also->candidates->count < only->count))
        only = also->candidates;
    question->only = only;
}

void filters_end(struct filters_use *use) {
    if (!use) return;
    const size_t conditions = use->filter->expression.condition_count;
    for (size_t i = 0; use->sets && i < conditions; i++)
        recommender_items_release(&use->sets[i]);
    mem_free(use->sets);
    recommender_items_release(&use->excluded);
    recommender_items_release(&use->own_candidates);
    filter_expression_binding_release(&use->own);
    mem_free(use);
}
