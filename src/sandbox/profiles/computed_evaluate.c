// computed_evaluate — one event, one definition, one profile: what becomes of the trait. And two profiles
// of one person: what becomes of both traits.
//
// What a trait remembers (store_trait.state):
//   event_counter, sum, minimum, maximum, first, last   nothing: it is in the value
//   average                                             "sum count"
//   most_frequent                                       how often its value was seen
//   unique_list, unique_list_count                      how many values there are
//   event_audience                                      nothing: the count is the value "" of its values
// A value is remembered as text with its kind before it ("sdress", "n12", "btrue"), so that texts sort as
// they are and not as JSON writes them.
#include "profiles/computed_internal.h"

#include "base/memory.h"

static const struct str everything = {.ptr = "", .len = 0}; // the value that counts events

// ---- reading and writing a trait ----

struct trait {
    bool is_there;
    struct buf value, state; // owned
    int64_t at_ms;
};

static void trait_release(struct trait *trait) {
    buf_release(&trait->value);
    buf_release(&trait->state);
}

static void trait_read(struct cloud *cloud, int64_t profile, struct str key, struct trait *out) {
    struct store_trait row;
    *out = (struct trait){0};
    if (!store_find_trait(cloud->store, profile, key, &row)) return;
    if (row.kind == STORE_TRAIT_CUSTOM) return; // from before the definition: it gives way
    out->is_there = true;
    out->at_ms = row.at_ms;
    buf_add(&out->value, row.value);
    buf_add(&out->state, row.state);
}

static struct store_trait make_row(
    const struct cloud *cloud,
    const struct computed_entry *entry,
    int64_t profile,
    struct str value,
    struct str state,
    int64_t at_ms) {
    return (struct store_trait){
        .profile = profile,
        .name = entry->definition.key,
        .value = value,
        .source = -1,
        .updated_at_ms = cloud->now_ms,
        .kind = computed_definition_is_audience(&entry->definition) ? STORE_TRAIT_AUDIENCE
                                                                    : STORE_TRAIT_COMPUTED,
        .state = state,
        .at_ms = at_ms};
}

// Audiences may look at this trait.
static void tell(struct cloud *cloud, const struct computed_entry *entry, int64_t profile) {
    const struct computed_traits *traits = cloud->computed_traits;
    if (!traits->has_trait_audiences || computed_definition_is_audience(&entry->definition)) return;
    for (size_t i = 0; i < traits->count; i++) {
        const struct computed_entry *other = &traits->entries[i];
        if (other->definition.type == COMPUTED_DEFINITION_TRAIT_AUDIENCE &&
            other->definition.is_account == entry->definition.is_account &&
            str_equal(other->definition.trait, entry->definition.key) && computed_is_active(other))
            computed_judge(cloud, other, profile);
    }
}

static void trait_write(
    struct cloud *cloud,
    const struct computed_entry *entry,
    int64_t profile,
    struct str value,
    struct str state,
    int64_t at_ms) {
    const struct store_trait row = make_row(cloud, entry, profile, value, state, at_ms);
    store_put_trait(cloud->store, &row);
    tell(cloud, entry, profile);
}

static int64_t number_of(const struct buf *text) {
    int64_t number = 0;
    return str_parse_int64(buf_str(text), &number) ? number : 0;
}

static double real_of(struct str text) {
    double number = 0;
    return str_parse_double(text, &number) ? number : 0;
}

static void add_encoded(struct buf *out, const struct json_node *value) {
    switch (json_kind(value)) {
    case JSON_STRING:
        buf_add_char(out, 's');
        buf_add(out, json_text(value));
        return;
    case JSON_BOOL: buf_add_char(out, 'b'); break;
    case JSON_NUMBER: buf_add_char(out, 'n'); break;
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT: return; // computed_definition_read gives none of these
    }
    json_print(value, out);
}

static void add_decoded(struct buf *json, struct str encoded) {
    const struct str text = str_skip(encoded, 1);
    if (str_starts_with(encoded, STR("s")))
        json_quote(json, text);
    else
        buf_add(json, text);
}

// ---- the kinds ----

// A definition meets an event.
struct meeting {
    struct cloud *cloud;
    const struct computed_entry *entry;
    int64_t profile, at_ms;
    const struct computed_definition_values *values;
};

static void put_int(const struct meeting *meeting, int64_t value) {
    struct buf text = {0};
    buf_add_int(&text, value);
    trait_write(
        meeting->cloud, meeting->entry, meeting->profile, buf_str(&text), (struct str){0},
        meeting->at_ms);
    buf_release(&text);
}

static void count_event(const struct meeting *meeting) {
    struct trait trait;
    trait_read(meeting->cloud, meeting->profile, meeting->entry->definition.key, &trait);
    put_int(meeting, number_of(&trait.value) + 1);
    trait_release(&trait);
}

static void
put_numbers(const struct meeting *meeting, const struct trait *before, double value, double count) {
    const bool is_average = meeting->entry->definition.aggregation == COMPUTED_DEFINITION_AVERAGE;
    struct buf text = {0}, state = {0};
    buf_add_double(&text, is_average ? value / count : value);
    if (is_average) {
        buf_add_double(&state, value);
        buf_add_char(&state, ' ');
        buf_add_double(&state, count);
    }
    const bool is_same = before->is_there && str_equal(buf_str(&text), buf_str(&before->value)) &&
                         str_equal(buf_str(&state), buf_str(&before->state));
    if (!is_same) {
        trait_write(
            meeting->cloud, meeting->entry, meeting->profile, buf_str(&text), buf_str(&state),
            meeting->at_ms);
    }
    buf_release(&text);
    buf_release(&state);
}

// Sum or extreme, and how many there were (of averages).
static void read_numbers(
    const struct computed_entry *entry, const struct trait *trait, double *value, double *count) {
    struct str sum = {0}, rest = {0};
    *count = trait->is_there ? 1 : 0;
    *value = trait->is_there ? real_of(buf_str(&trait->value)) : 0;
    if (entry->definition.aggregation != COMPUTED_DEFINITION_AVERAGE) return;
    (void)str_split(buf_str(&trait->state), ' ', &sum, &rest);
    *value = real_of(sum);
    *count = real_of(rest);
}

static double combine(const struct computed_entry *entry, double left, double right) {
    switch (entry->definition.aggregation) {
    case COMPUTED_DEFINITION_MINIMUM: return left < right ? left : right;
    case COMPUTED_DEFINITION_MAXIMUM: return left > right ? left : right;
    case COMPUTED_DEFINITION_SUM:
    case COMPUTED_DEFINITION_AVERAGE:
    case COMPUTED_DEFINITION_AGGREGATION_COUNT: break;
    }
    return left + right;
}

static void aggregate(const struct meeting *meeting) {
    struct trait trait = {0};
    double value = 0, count = 0;
    bool is_read = false;
    for (size_t i = 0; i < meeting->values->count; i++) {
        double number = 0;
        if (!json_number(meeting->values->items[i], &number)) continue;
        if (!is_read) {
            trait_read(meeting->cloud, meeting->profile, meeting->entry->definition.key, &trait);
            read_numbers(meeting->entry, &trait, &value, &count);
            is_read = true;
        }
        value = count > 0 ? combine(meeting->entry, value, number) : number;
        count++;
    }
    if (is_read) put_numbers(meeting, &trait, value, count);
    trait_release(&trait);
}

static void keep_last(const struct meeting *meeting) {
    struct buf *text = &meeting->cloud->computed_traits->text;
    ASSERT(meeting->values->count > 0); // these kinds have a property
    buf_reset(text);
    json_print(meeting->values->items[meeting->values->count - 1], text);
    const struct store_trait row = make_row(
        meeting->cloud, meeting->entry, meeting->profile, buf_str(text), (struct str){0},
        meeting->at_ms);
    store_put_later_trait(meeting->cloud->store, &row);
    tell(meeting->cloud, meeting->entry, meeting->profile);
}

static void keep_first(const struct meeting *meeting) {
    struct trait trait;
    struct buf text = {0};
    ASSERT(meeting->values->count > 0);
    trait_read(meeting->cloud, meeting->profile, meeting->entry->definition.key, &trait);
    json_print(meeting->values->items[0], &text);
    if (!trait.is_there || meeting->at_ms < trait.at_ms) {
        trait_write(
            meeting->cloud, meeting->entry, meeting->profile, buf_str(&text), (struct str){0},
            meeting->at_ms);
    }
    buf_release(&text);
    trait_release(&trait);
}

struct list {
    struct buf json;
    int64_t count;
};

static bool add_to_list(void *context, struct str value, int64_t count) {
    struct list *list = context;
    (void)count;
    buf_add_char(&list->json, list->count++ ? ',' : '[');
    add_decoded(&list->json, value);
    return true;
}

// From the values seen: also after two profiles' have become one.
static void put_list(struct cloud *cloud, const struct computed_entry *entry, int64_t profile) {
    struct list list = {0};
    struct buf count = {0};
    store_each_value(cloud->store, profile, entry->definition.key, add_to_list, &list);
    if (list.count) {
        buf_add_char(&list.json, ']');
        buf_add_int(&count, list.count);
        const bool is_count = entry->definition.type == COMPUTED_DEFINITION_UNIQUE_LIST_COUNT;
        trait_write(
            cloud, entry, profile, buf_str(is_count ? &count : &list.json), buf_str(&count), 0);
    }
    buf_release(&list.json);
    buf_release(&count);
}

static void list_values(const struct meeting *meeting) {
    struct store *store = meeting->cloud->store;
    const struct computed_definition *definition = &meeting->entry->definition;
    struct buf value = {0};
    struct trait trait = {0};
    int64_t added = 0, known = -1;
    for (size_t i = 0; i < meeting->values->count; i++) {
        buf_reset(&value);
        add_encoded(&value, meeting->values->items[i]);
        if (store_count_value(store, meeting->profile, definition->key, buf_str(&value))) continue;
        if (known < 0) {
            trait_read(meeting->cloud, meeting->profile, definition->key, &trait);
            known = number_of(&trait.state);
        }
        if (known + added >= COMPUTED_TRAITS_VALUES_MAX) break;
        store_add_value(store, meeting->profile, definition->key, buf_str(&value), 1);
        added++;
    }
    if (added && definition->type == COMPUTED_DEFINITION_UNIQUE_LIST) {
        put_list(meeting->cloud, meeting->entry, meeting->profile);
    } else if (added) {
        buf_reset(&value);
        buf_add_int(&value, known + added);
        trait_write(
            meeting->cloud, meeting->entry, meeting->profile, buf_str(&value), buf_str(&value),
            meeting->at_ms);
    }
    trait_release(&trait);
    buf_release(&value);
}

static void put_most_frequent(
    struct cloud *cloud,
    const struct computed_entry *entry,
    int64_t profile,
    struct str encoded,
    int64_t count) {
    struct buf json = {0}, state = {0};
    add_decoded(&json, encoded);
    buf_add_int(&state, count);
    trait_write(cloud, entry, profile, buf_str(&json), buf_str(&state), 0);
    buf_release(&json);
    buf_release(&state);
}

// Only the value that was seen again can overtake the most frequent one.
static void count_value(const struct meeting *meeting, struct str encoded) {
    struct store *store = meeting->cloud->store;
    const struct str key = meeting->entry->definition.key;
    struct trait trait;
    struct buf best = {0};
    const int64_t count = store_count_value(store, meeting->profile, key, encoded) + 1;
    if (count == 1 &&
        store_count_values(store, meeting->profile, key) >= COMPUTED_TRAITS_VALUES_MAX)
        return;
    store_add_value(store, meeting->profile, key, encoded, 1);
    if (count < 2) return;
    trait_read(meeting->cloud, meeting->profile, key, &trait);
    const int64_t most = number_of(&trait.state);
    bool is_best = count > most;
    if (count == most) {
        (void)store_most_frequent(store, meeting->profile, key, &best);
        is_best = str_equal(buf_str(&best), encoded);
    }
    if (is_best)
        put_most_frequent(meeting->cloud, meeting->entry, meeting->profile, encoded, count);
    trait_release(&trait);
    buf_release(&best);
}

static bool is_repeat(const struct computed_definition_values *values, size_t at) {
    for (size_t i = 0; i < at; i++) {
        const struct json_node *left = values->items[i];
        const struct json_node *right = values->items[at];
        double first = 0, second = 0;
        if (json_kind(left) != json_kind(right)) continue;
        if (json_kind(left) == JSON_STRING && str_equal(json_text(left), json_text(right)))
            return true;
        if (json_number(left, &first) && json_number(right, &second) && first == second)
            return true;
        if (json_kind(left) == JSON_BOOL && json_bool(left, false) == json_bool(right, false))
            return true;
    }
    return false;
}

static void count_values(const struct meeting *meeting) {
    struct buf value = {0};
    for (size_t i = 0; i < meeting->values->count; i++) {
        if (is_repeat(meeting->values, i)) continue; // one event counts a value once
        buf_reset(&value);
        add_encoded(&value, meeting->values->items[i]);
        count_value(meeting, buf_str(&value));
    }
    buf_release(&value);
}

static void enter(struct cloud *cloud, const struct computed_entry *entry, int64_t profile) {
    trait_write(cloud, entry, profile, STR("true"), (struct str){0}, 0);
}

static void count_for_audience(const struct meeting *meeting) {
    const struct computed_definition *definition = &meeting->entry->definition;
    struct store *store = meeting->cloud->store;
    const int64_t before = store_count_value(store, meeting->profile, definition->key, everything);
    if (before >= definition->at_least) return; // a member, and no window ends it
    store_add_value(store, meeting->profile, definition->key, everything, 1);
    if (before + 1 >= definition->at_least) enter(meeting->cloud, meeting->entry, meeting->profile);
}

void computed_judge(struct cloud *cloud, const struct computed_entry *entry, int64_t profile) {
    const struct computed_definition *definition = &entry->definition;
    struct buf text = {0};
    struct json value = {0};
    struct error ignored = {0};
    struct trait trait;
    if (store_get_trait(cloud->store, profile, definition->trait, &text) &&
        !json_parse(buf_str(&text), &value, &ignored)) {
        value.root = NULL;
    }
    const bool is_wanted = computed_definition_wants(definition, value.root);
    trait_read(cloud, profile, definition->key, &trait);
    const bool is_member = str_equal(buf_str(&trait.value), STR("true"));
    if (is_wanted && !is_member) enter(cloud, entry, profile);
    if (!is_wanted && is_member)
        trait_write(cloud, entry, profile, STR("false"), (struct str){0}, 0);
    trait_release(&trait);
    json_release(&value);
    buf_release(&text);
}

void computed_evaluate(
    struct cloud *cloud,
    const struct computed_entry *entry,
    int64_t profile,
    const struct json_node *properties,
    int64_t at_ms) {
    const struct computed_definition *definition = &entry->definition;
    struct computed_definition_values values;
    const struct meeting meeting = {
        .cloud = cloud, .entry = entry, .profile = profile, .at_ms = at_ms, .values = &values};
    if (!computed_definition_matches(definition, properties)) return;
    values.count = 0;
    if (definition->property.len) {
        computed_definition_read(definition, properties, &values);
        if (!values.count) return;
    }
    switch (definition->type) {
    case COMPUTED_DEFINITION_EVENT_COUNTER: count_event(&meeting); return;
    case COMPUTED_DEFINITION_AGGREGATION: aggregate(&meeting); return;
    case COMPUTED_DEFINITION_MOST_FREQUENT: count_values(&meeting); return;
    case COMPUTED_DEFINITION_FIRST: keep_first(&meeting); return;
    case COMPUTED_DEFINITION_LAST: keep_last(&meeting); return;
    case COMPUTED_DEFINITION_UNIQUE_LIST:
    case COMPUTED_DEFINITION_UNIQUE_LIST_COUNT: list_values(&meeting); return;
    case COMPUTED_DEFINITION_EVENT_AUDIENCE: count_for_audience(&meeting); return;
    case COMPUTED_DEFINITION_TRAIT_AUDIENCE:
    case COMPUTED_DEFINITION_TYPE_COUNT: return;
    }
}

// ---- two profiles become one ----

// Counters, numbers, first and last: out of both values.
static void merge_values(const struct meeting *meeting, int64_t from) {
    const struct computed_definition *definition = &meeting->entry->definition;
    struct trait left, right;
    double value = 0, count = 0, other = 0, other_count = 0;
    trait_read(meeting->cloud, meeting->profile, definition->key, &left);
    trait_read(meeting->cloud, from, definition->key, &right);
    const bool is_right =
        right.is_there && (!left.is_there || (definition->type == COMPUTED_DEFINITION_FIRST
                                                  ? right.at_ms < left.at_ms
                                                  : right.at_ms > left.at_ms));
    if (!right.is_there) {
        // nothing comes over
    } else if (definition->type == COMPUTED_DEFINITION_EVENT_COUNTER) {
        put_int(meeting, number_of(&left.value) + number_of(&right.value));
    } else if (definition->type == COMPUTED_DEFINITION_AGGREGATION) {
        read_numbers(meeting->entry, &left, &value, &count);
        read_numbers(meeting->entry, &right, &other, &other_count);
        value = left.is_there ? combine(meeting->entry, value, other) : other;
        put_numbers(meeting, &left, value, count + other_count);
    } else if (is_right) {
        trait_write(
            meeting->cloud, meeting->entry, meeting->profile, buf_str(&right.value),
            (struct str){0}, right.at_ms);
    }
    trait_release(&left);
    trait_release(&right);
}

// The values are counted together already.
static void merge_counts(struct cloud *cloud, const struct computed_entry *entry, int64_t into) {
    const struct computed_definition *definition = &entry->definition;
    struct buf best = {0};
    if (definition->type == COMPUTED_DEFINITION_MOST_FREQUENT) {
        const int64_t count = store_most_frequent(cloud->store, into, definition->key, &best);
        if (count >= 2) put_most_frequent(cloud, entry, into, buf_str(&best), count);
    } else if (definition->type == COMPUTED_DEFINITION_EVENT_AUDIENCE) {
        const int64_t count = store_count_value(cloud->store, into, definition->key, everything);
        if (count >= definition->at_least) enter(cloud, entry, into);
    } else if (definition->type == COMPUTED_DEFINITION_TRAIT_AUDIENCE) {
        computed_judge(cloud, entry, into);
    } else {
        put_list(cloud, entry, into);
    }
    buf_release(&best);
}

static bool is_counted(enum computed_definition_type type) {
    switch (type) {
    case COMPUTED_DEFINITION_EVENT_COUNTER:
    case COMPUTED_DEFINITION_AGGREGATION:
    case COMPUTED_DEFINITION_FIRST:
    case COMPUTED_DEFINITION_LAST: return false;
    case COMPUTED_DEFINITION_MOST_FREQUENT:
    case COMPUTED_DEFINITION_UNIQUE_LIST:
    case COMPUTED_DEFINITION_UNIQUE_LIST_COUNT:
    case COMPUTED_DEFINITION_EVENT_AUDIENCE:
    case COMPUTED_DEFINITION_TRAIT_AUDIENCE:
    case COMPUTED_DEFINITION_TYPE_COUNT: return true;
    }
    return true;
}

void computed_traits_merge(struct cloud *cloud, int64_t from, int64_t into, bool is_account) {
    const struct computed_traits *traits = cloud->computed_traits;
    for (size_t i = 0; i < traits->count; i++) {
        const struct computed_entry *entry = &traits->entries[i];
        const struct meeting meeting = {.cloud = cloud, .entry = entry, .profile = into};
        if (entry->definition.is_account != is_account) continue;
        if (entry->status == COMPUTED_CLEARING) // `into` may be done already
            store_drop_trait(cloud->store, entry->definition.key, from - 1, from);
        if (entry->status == COMPUTED_REMOVING)
            store_uncompute_trait(cloud->store, entry->definition.key, from - 1, from);
        if (computed_is_active(entry) && !is_counted(entry->definition.type))
            merge_values(&meeting, from);
    }
    store_move_traits(cloud->store, from, into);
    for (size_t i = 0; i < traits->count; i++) {
        const struct computed_entry *entry = &traits->entries[i];
        if (entry->definition.is_account != is_account || !computed_is_active(entry)) continue;
        if (is_counted(entry->definition.type)) merge_counts(cloud, entry, into);
    }
}
