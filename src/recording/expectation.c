// expectation — see the header. Differences as JSON; expectation_describe.c has the words for people.
#include "recording/expectation.h"

#include "base/memory.h"
#include "segment/products.h"

#define LOOK_BACK ((size_t)4096) // events among which the one of a run is looked for

void expectation_release(struct expectation *expectation) {
    buf_release(&expectation->message_id);
    buf_release(&expectation->name);
    buf_release(&expectation->sku);
    buf_release(&expectation->user_id);
    buf_release(&expectation->code);
    buf_release(&expectation->reason);
    json_release(&expectation->ranks);
    json_release(&expectation->traits);
    *expectation = (struct expectation){0};
}

void expectation_set_release(struct expectation_set *set) {
    for (size_t i = 0; i < set->count; i++)
        expectation_release(&set->items[i]);
    mem_free(set->items);
    *set = (struct expectation_set){0};
}

static void keep(struct buf *out, struct str text) {
    buf_reset(out);
    buf_add(out, text);
}

static struct json_node *begin_ranks(struct expectation *expectation) {
    json_release(&expectation->ranks);
    return json_new_array(&expectation->ranks);
}

static void read_ranks(struct expectation *expectation, const struct json_node *items) {
    if (json_kind(items) != JSON_ARRAY) return;
    struct json_node *ranks = begin_ranks(expectation);
    size_t count = 0;
    for (const struct json_node *item = json_first(items); item; item = json_next(item)) {
        if (count++ == EXPECTATION_MAX_ITEMS) break;
        json_add_text(ranks, NULL, json_get_text(item, "item_id"));
    }
}

static void read_traits(struct expectation *expectation, const struct json_node *traits) {
    if (json_kind(traits) != JSON_OBJECT) return;
    json_release(&expectation->traits);
    (void)json_copy(traits, &expectation->traits);
}

// A run of several events ends once more when all are over: that says nothing about the last.
static void read_done(struct expectation *expectation, const struct json_node *body) {
    if (expectation->is_ended) return;
    const struct json_node *error = json_get(body, "error");
    expectation->is_ended = true;
    expectation->is_ok = json_bool(json_get(body, "ok"), false);
    keep(&expectation->code, json_get_text(error, "code"));
    keep(&expectation->reason, json_get_text(error, "message"));
}

static void read_event(struct expectation *out, const struct recording_reader_entry *entry) {
    const struct json_node *message = entry->message;
    struct str name = json_get_text(message, "event");
    if (!name.len) name = json_get_text(message, "name");
    if (!name.len) name = json_get_text(message, "type");
    out->run = entry->run;
    keep(&out->message_id, json_get_text(message, "messageId"));
    keep(&out->name, name);
    keep(&out->user_id, json_get_text(message, "userId"));
    keep(&out->sku, products_first(json_get(message, "properties")));
}

// The event that a line of that run is about: the last one of the run.
static struct expectation *find_run(struct expectation_set *set, uint64_t run) {
    const size_t last = set->count > LOOK_BACK ? set->count - LOOK_BACK : 0;
    for (size_t i = set->count; run && i > last; i--) {
        if (set->items[i - 1].run == run) return &set->items[i - 1];
    }
    return NULL;
}

static struct expectation *add(struct expectation_set *set, size_t *cap) {
    if (set->count == *cap) {
        *cap = *cap ? *cap * 2 : 64;
        set->items = mem_resize(set->items, *cap, sizeof(struct expectation));
    }
    struct expectation *added = &set->items[set->count++];
    *added = (struct expectation){0};
    return added;
}

static bool load_all(
    struct recording_reader *reader, struct expectation_set *set, size_t *cap, struct error *err) {
    for (;;) {
        struct recording_reader_entry entry;
        struct expectation *about = NULL;
        bool has = false;
        if (!recording_reader_next(reader, &entry, &has, err)) return false;
        if (!has) return true;
        if (entry.kind == RECORDING_READER_EVENT) {
            if (set->count == EXPECTATION_MAX_EVENTS)
                return error_set(
                    err, ERROR_LIMIT, "more than %zu events to compare", EXPECTATION_MAX_EVENTS);
            read_event(add(set, cap), &entry);
            continue;
        }
        about = find_run(set, entry.run);
        if (!about) continue;
        switch (entry.kind) {
        case RECORDING_READER_RECOMMENDATIONS:
            read_ranks(about, json_get(entry.body, "items"));
            break;
        case RECORDING_READER_TRAITS: read_traits(about, json_get(entry.body, "traits")); break;
        case RECORDING_READER_DONE: read_done(about, entry.body); break;
        case RECORDING_READER_EVENT:
        case RECORDING_READER_OTHER: break;
        }
    }
}

bool expectation_load(
    struct recording_reader *reader, struct expectation_set *out, struct error *err) {
    struct expectation_set set = {0};
    size_t cap = 0;
    bool ok = load_all(reader, &set, &cap, err);
    if (ok && recording_reader_shape(reader) != RECORDING_READER_SESSION) {
        ok = error_set(err, ERROR_INVALID, "what is to be expected must be a recording");
        error_hint(err, "Make one: recloop send --wait 10 --record FILE");
    }
    if (ok)
        *out = set;
    else
        expectation_set_release(&set);
    return ok;
}

static void take_list(struct expectation *expectation, const struct message_recommendations *list) {
    struct json_node *ranks = begin_ranks(expectation);
    for (size_t i = 0; i < list->item_count && i < EXPECTATION_MAX_ITEMS; i++)
        json_add_text(ranks, NULL, str_from(list->items[i].item_id));
}

static void take_profile(struct expectation *expectation, const struct message_profile *profile) {
    json_release(&expectation->traits);
    struct json_node *traits = json_new_object(&expectation->traits);
    for (size_t i = 0; i < profile->trait_count; i++) {
        CLEANUP(json_release) struct json value = {0};
        struct error ignored = {0};
        const struct message_trait *trait = &profile->traits[i];
        if (json_parse(str_from(trait->value), &value, &ignored))
            json_set_copy(traits, trait->name, value.root);
    }
}

void expectation_take(struct expectation *expectation, const struct message *message) {
    switch (message->kind) {
    case MESSAGE_RECOMMENDATIONS: take_list(expectation, &message->as.recommendations); break;
    case MESSAGE_PROFILE: take_profile(expectation, &message->as.profile); break;
    case MESSAGE_DONE:
        expectation->is_ended = true;
        expectation->is_ok = message->as.done.code == ERROR_NONE;
        keep(&expectation->code, str_from(error_code_name(message->as.done.code)));
        keep(&expectation->reason, str_from(message->as.done.message));
        break;
    case MESSAGE_HOP:
    case MESSAGE_EVENT:
    case MESSAGE_SETTINGS:
    case MESSAGE_VALUES:
    case MESSAGE_LINE:
    case MESSAGE_PROGRESS:
    case MESSAGE_BACKEND:
    case MESSAGE_JOURNEY:
    case MESSAGE_REQUEST: break;
    }
}

static bool is_masked(const struct json_node *node) {
    return str_contains(json_text(node), STR(EXPECTATION_MASK));
}

static bool is_equal(const struct json_node *left, const struct json_node *right);

static bool is_same_object(const struct json_node *left, const struct json_node *right) {
    if (json_count(left) != json_count(right)) return false;
    for (const struct json_node *at = json_first(left); at; at = json_next(at)) {
        if (!is_equal(at, json_get(right, json_key(at).ptr))) return false;
    }
    return true;
}

// Depth is bounded by JSON_MAX_DEPTH.
static bool is_equal(const struct json_node *left, const struct json_node *right) {
    if (is_masked(left) || is_masked(right)) return true;
    if (json_kind(left) != json_kind(right)) return false;
    double left_number = 0;
    double right_number = 0;
    switch (json_kind(left)) {
    case JSON_ABSENT:
    case JSON_NULL: return true;
    case JSON_BOOL: return json_bool(left, false) == json_bool(right, false);
    case JSON_STRING: return str_equal(json_text(left), json_text(right));
    case JSON_OBJECT: return is_same_object(left, right);
    case JSON_NUMBER:
        return json_number(left, &left_number) && json_number(right, &right_number) &&
               !(left_number < right_number) && !(left_number > right_number);
    case JSON_ARRAY: break;
    }
    if (json_count(left) != json_count(right)) return false;
    const struct json_node *other = json_first(right);
    for (const struct json_node *at = json_first(left); at; at = json_next(at)) {
        if (!is_equal(at, other)) return false;
        other = json_next(other);
    }
    return true;
}

// Two lists side by side. Ranks begin at 1; 0: not there.
struct lists {
    const struct json_node **expected, **came; // owned arrays of views
    size_t expected_count, came_count;
    size_t *from;  // owned: of each that came, its rank before
    bool *is_kept; // owned: of each that came, is it in the longest run that kept its order?
};

static const struct json_node **
list_nodes(const struct json_node *array, size_t top, size_t *count) {
    const size_t all = json_count(array);
    size_t limit = top && top < all ? top : all;
    if (limit > EXPECTATION_MAX_ITEMS) limit = EXPECTATION_MAX_ITEMS;
    const struct json_node **nodes = mem_zeroed(limit + 1, sizeof(void *));
    const struct json_node *at = json_first(array);
    for (*count = 0; *count < limit; at = json_next(at))
        nodes[(*count)++] = at;
    return nodes;
}

// The n-th time that an item comes belongs to the n-th time it was expected.
static void match(struct lists *lists) {
    bool *is_used = mem_zeroed(lists->expected_count + 1, sizeof(*is_used));
    for (size_t i = 0; i < lists->came_count; i++) {
        for (size_t j = 0; j < lists->expected_count && !lists->from[i]; j++) {
            if (is_used[j] || !is_equal(lists->expected[j], lists->came[i])) continue;
            is_used[j] = true;
            lists->from[i] = j + 1;
        }
    }
    mem_free(is_used);
}

// The longest increasing subsequence of `from`: those items kept their order, the others have moved.
static void find_kept(struct lists *lists) {
    const size_t count = lists->came_count;
    size_t *length = mem_zeroed(count + 1, sizeof(*length));
    size_t *before = mem_zeroed(count + 1, sizeof(*before)); // index + 1; 0: none
    size_t best = 0;                                         // index + 1
    for (size_t i = 0; i < count; i++) {
        if (!lists->from[i]) continue;
        length[i] = 1;
        for (size_t j = 0; j < i; j++) {
            const bool fits = lists->from[j] && lists->from[j] < lists->from[i];
            if (!fits || length[j] < length[i]) continue;
            length[i] = length[j] + 1;
            before[i] = j + 1;
        }
        if (!best || length[i] >= length[best - 1])
            best = i + 1; // the later: what came up has moved
    }
    for (; best; best = before[best - 1])
        lists->is_kept[best - 1] = true;
    mem_free(length);
    mem_free(before);
}

static void add_change(
    struct json_node *changes,
    const char *what,
    const struct json_node *item,
    size_t from,
    size_t to) {
    struct json_node *change = json_add_object(changes, NULL);
    json_add_text(change, "change", str_from(what));
    json_add_copy(change, "item_id", item);
    if (from) json_add_integer(change, "from", (int64_t)from);
    if (to) json_add_integer(change, "to", (int64_t)to);
}

static void add_changes(struct json_node *difference, const struct lists *lists) {
    struct json_node *changes = json_add_array(difference, "changes");
    for (size_t i = 0; i < lists->came_count; i++) {
        if (!lists->from[i])
            add_change(changes, "new", lists->came[i], 0, i + 1);
        else if (!lists->is_kept[i])
            add_change(changes, "moved", lists->came[i], lists->from[i], i + 1);
    }
    for (size_t j = 0; j < lists->expected_count; j++) {
        bool is_there = false;
        for (size_t i = 0; i < lists->came_count && !is_there; i++)
            is_there = lists->from[i] == j + 1;
        if (!is_there) add_change(changes, "gone", lists->expected[j], j + 1, 0);
    }
}

static void add_nodes(
    struct json_node *difference, const char *key, const struct json_node **nodes, size_t count) {
    struct json_node *array = json_add_array(difference, key);
    for (size_t i = 0; i < count; i++)
        json_add_copy(array, NULL, nodes[i]);
}

static bool is_same_order(const struct lists *lists) {
    if (lists->expected_count != lists->came_count) return false;
    for (size_t i = 0; i < lists->came_count; i++) {
        if (!is_equal(lists->expected[i], lists->came[i])) return false;
    }
    return true;
}

static void compare_ranks(
    const struct json_node *expected,
    const struct json_node *came,
    size_t top,
    struct json_node *differences) {
    struct lists lists = {0};
    lists.expected = list_nodes(expected, top, &lists.expected_count);
    lists.came = list_nodes(came, top, &lists.came_count);
    lists.from = mem_zeroed(lists.came_count + 1, sizeof(*lists.from));
    lists.is_kept = mem_zeroed(lists.came_count + 1, sizeof(*lists.is_kept));
    if (!is_same_order(&lists)) {
        struct json_node *difference = json_add_object(differences, NULL);
        match(&lists);
        find_kept(&lists);
        json_add_text(difference, "what", STR("ranks"));
        add_nodes(difference, "expected", lists.expected, lists.expected_count);
        add_nodes(difference, "came", lists.came, lists.came_count);
        add_changes(difference, &lists);
    }
    mem_free(lists.expected);
    mem_free(lists.came);
    mem_free(lists.from);
    mem_free(lists.is_kept);
}

static void add_trait(
    struct json_node *differences,
    struct str name,
    const struct json_node *expected,
    const struct json_node *came) {
    struct json_node *difference = json_add_object(differences, NULL);
    json_add_text(difference, "what", STR("trait"));
    json_add_text(difference, "name", name);
    if (expected)
        json_add_copy(difference, "expected", expected);
    else
        json_add_null(difference, "expected");
    if (came)
        json_add_copy(difference, "came", came);
    else
        json_add_null(difference, "came");
}

static void compare_traits(
    const struct json_node *expected,
    const struct json_node *came,
    bool has_ranks,
    struct json_node *differences) {
    for (const struct json_node *trait = json_first(expected); trait; trait = json_next(trait)) {
        const struct str name = json_key(trait);
        if (has_ranks && str_equal(name, STR(EXPECTATION_LIST_TRAIT))) continue;
        const struct json_node *other = json_get(came, name.ptr);
        if (!other || !is_equal(trait, other)) add_trait(differences, name, trait, other);
    }
    for (const struct json_node *trait = json_first(came); trait; trait = json_next(trait)) {
        const struct str name = json_key(trait);
        if (has_ranks && str_equal(name, STR(EXPECTATION_LIST_TRAIT))) continue;
        if (!json_get(expected, name.ptr)) add_trait(differences, name, NULL, trait);
    }
}

static void add_outcome(struct json_node *object, const char *key, const struct expectation *from) {
    CLEANUP(buf_release) struct buf text = {0};
    if (from->is_ok)
        buf_add(&text, STR("success"));
    else
        buf_add_format(
            &text, STR_FMT ": " STR_FMT, STR_ARG(buf_str(&from->code)),
            STR_ARG(buf_str(&from->reason)));
    json_add_text(object, key, buf_str(&text));
}

// A failure is the same one when its code is: its words may name times and ids.
static bool compare_outcome(
    const struct expectation *expected,
    const struct expectation *came,
    struct json_node *differences) {
    if (!expected->is_ended || !came->is_ended) return true;
    const bool is_same =
        expected->is_ok == came->is_ok &&
        (expected->is_ok || str_equal(buf_str(&expected->code), buf_str(&came->code)));
    if (is_same) return true;
    struct json_node *difference = json_add_object(differences, NULL);
    json_add_text(difference, "what", STR("outcome"));
    add_outcome(difference, "expected", expected);
    add_outcome(difference, "came", came);
    return false;
}

bool expectation_compare(
    const struct expectation *expected,
    const struct expectation *came,
    size_t top,
    struct json *out) {
    struct json_node *differences = json_new_array(out);
    // an event that failed has no list and no traits to speak of: the failure says it all
    const bool is_same_end = compare_outcome(expected, came, differences);
    const bool has_ranks = expected->ranks.root != NULL;
    if (is_same_end && has_ranks)
        compare_ranks(expected->ranks.root, came->ranks.root, top, differences);
    if (is_same_end && expected->traits.root)
        compare_traits(expected->traits.root, came->traits.root, has_ranks, differences);
    return json_count(out->root) == 0;
}
