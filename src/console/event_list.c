// event_list — see the header.
#include "console/event_list.h"

enum {
    FIELD_TYPE,
    FIELD_EVENT,
    FIELD_USER,
    FIELD_ANONYMOUS,
    FIELD_SKU,
    FIELD_SOURCE,
    FIELD_ID,
    FIELD_REFUSED,
    FIELD_AT,
    FIELD_PROPERTIES,
    FIELD_TRAITS,
    FIELD_CONTEXT,
    FIELD_RAW
};

static const struct filter_field fields[] = {
    [FIELD_TYPE] = {.name = "type"},
    [FIELD_EVENT] = {.name = "event"},
    [FIELD_USER] = {.name = "user"},
    [FIELD_ANONYMOUS] = {.name = "anonymous"},
    [FIELD_SKU] = {.name = "sku"},
    [FIELD_SOURCE] = {.name = "source"},
    [FIELD_ID] = {.name = "id"},
    [FIELD_REFUSED] = {.name = "refused"},
    [FIELD_AT] = {.name = "at", .kind = FILTER_TIME},
    [FIELD_PROPERTIES] = {.name = "properties", .kind = FILTER_JSON, .path = "properties"},
    [FIELD_TRAITS] = {.name = "traits", .kind = FILTER_JSON, .path = "traits"},
    [FIELD_CONTEXT] = {.name = "context", .kind = FILTER_JSON, .path = "context"},
    [FIELD_RAW] = {.name = "raw", .kind = FILTER_JSON},
};

static bool find(const void *subject, size_t field, struct filter_value *out) {
    const struct message_event *event = subject;
    const char *text = event->raw;
    switch (field) {
    case FIELD_TYPE: text = event->type; break;
    case FIELD_EVENT: text = event->name; break;
    case FIELD_USER: text = event->user_id; break;
    case FIELD_ANONYMOUS: text = event->anonymous_id; break;
    case FIELD_SKU: text = event->sku; break;
    case FIELD_SOURCE: text = event->source; break;
    case FIELD_ID: text = event->message_id; break;
    case FIELD_REFUSED: text = event->discard_reason; break;
    case FIELD_AT: out->at_ms = event->received_at_ms; return event->received_at_ms > 0;
    default: break; // of the document
    }
    out->text = str_from(text);
    return text && text[0];
}

const struct filter_schema event_list_schema = {
    .fields = fields, .field_count = ARRAY_COUNT(fields), .find = find};

// Rings

static size_t place_of(const struct event_list_ring *ring, size_t age) {
    return (ring->first + age) % EVENT_LIST_MOST;
}

static void push(struct event_list_ring *ring, struct event_list_entry entry) {
    ASSERT(ring->count < EVENT_LIST_MOST);
    ring->entries[place_of(ring, ring->count++)] = entry;
}

static struct event_list_entry pop_oldest(struct event_list_ring *ring) {
    ASSERT(ring->count > 0);
    const struct event_list_entry entry = ring->entries[ring->first];
    ring->entries[ring->first] = (struct event_list_entry){0};
    ring->first = (ring->first + 1) % EVENT_LIST_MOST;
    ring->count--;
    return entry;
}

static size_t bytes_of(const struct message *message) {
    return str_from(message->as.event.raw).len;
}

void event_list_release(struct event_list *list) {
    while (list->seen.count)
        message_free(pop_oldest(&list->seen).message);
    while (list->held.count)
        message_free(pop_oldest(&list->held).message);
    *list = (struct event_list){0};
}

void event_list_clear(struct event_list *list) {
    const struct filter filter = list->filter;
    const bool is_highlighting = list->is_highlighting;
    event_list_release(list);
    list->filter = filter;
    list->is_highlighting = is_highlighting;
}

// Adding and dropping

static void show(struct event_list *list, size_t place) {
    list->shown[(list->shown_first + list->shown_count++) % EVENT_LIST_MOST] = (uint16_t)place;
}

static bool is_to_show(const struct event_list *list, const struct event_list_entry *entry) {
    return entry->is_match || list->is_highlighting;
}

static bool add_seen(struct event_list *list, struct event_list_entry entry) {
    entry.is_match = filter_matches(&list->filter, &entry.message->as.event);
    list->match_count += entry.is_match;
    const size_t place = place_of(&list->seen, list->seen.count);
    push(&list->seen, entry);
    if (!is_to_show(list, &entry)) return false;
    show(list, place);
    return true;
}

static void drop(struct event_list *list, struct event_list_entry entry) {
    list->bytes -= bytes_of(entry.message);
    list->dropped++;
    message_free(entry.message);
}

// Marked ones that are older than all others; more than may stay do not count.
static size_t count_oldest_marked(const struct event_list *list) {
    size_t count = 0;
    while (count < list->seen.count && list->seen.entries[place_of(&list->seen, count)].is_marked)
        count++;
    // where nothing but marked ones is left, or too many of them, the oldest leaves
    return count < list->seen.count && count <= EVENT_LIST_MARKED ? count : 0;
}

// The one of that age becomes the oldest: those older than it come one place nearer.
static void bring_to_front(struct event_list *list, size_t age) {
    struct event_list_ring *seen = &list->seen;
    const size_t place = place_of(seen, age);
    const struct event_list_entry moved = seen->entries[place];
    for (size_t at = age; at > 0; at--)
        seen->entries[place_of(seen, at)] = seen->entries[place_of(seen, at - 1)];
    seen->entries[seen->first] = moved;
    // those that are shown stand first in `shown`, in the same order
    size_t older = 0;
    while (older < list->shown_count) {
        uint16_t *shown = &list->shown[(list->shown_first + older) % EVENT_LIST_MOST];
        if ((*shown + EVENT_LIST_MOST - seen->first) % EVENT_LIST_MOST >= age) break;
        *shown = (uint16_t)((*shown + 1) % EVENT_LIST_MOST);
        older++;
    }
    const size_t last = (list->shown_first + older) % EVENT_LIST_MOST;
    if (older == list->shown_count || list->shown[last] != place) return;
    for (size_t at = older; at > 0; at--)
        list->shown[(list->shown_first + at) % EVENT_LIST_MOST] =
            list->shown[(list->shown_first + at - 1) % EVENT_LIST_MOST];
    list->shown[list->shown_first] = (uint16_t)seen->first;
}

// What a person marked stays while there are others.
static void drop_oldest_seen(struct event_list *list) {
    const size_t marked = count_oldest_marked(list);
    if (marked) bring_to_front(list, marked);
    const size_t place = list->seen.first;
    const struct event_list_entry entry = pop_oldest(&list->seen);
    list->match_count -= entry.is_match;
    list->mark_count -= entry.is_marked;
    list->marks_dropped += entry.is_marked;
    if (list->shown_count && list->shown[list->shown_first] == place) {
        list->shown_first = (list->shown_first + 1) % EVENT_LIST_MOST;
        list->shown_count--;
    }
    drop(list, entry);
}

// During a pause half of the room stays with what is being looked at.
static void drop_one(struct event_list *list) {
    if (list->held.count > 0 && list->seen.count <= EVENT_LIST_MOST / 2)
        drop(list, pop_oldest(&list->held));
    else
        drop_oldest_seen(list);
}

static void count_missed(struct event_list *list, uint64_t sequence) {
    if (!sequence) return; // nobody numbers them
    const uint64_t expected = list->newest_sequence + 1;
    if (list->newest_sequence && sequence > expected) list->missed += sequence - expected;
    list->newest_sequence = sequence; // a smaller one: the sandbox began anew
}

bool event_list_add(struct event_list *list, struct message *take_message) {
    const struct event_list_entry entry = {.message = take_message, .number = ++list->received};
    if (list->seen.count + list->held.count == EVENT_LIST_MOST) drop_one(list);
    count_missed(list, take_message->as.event.sequence);
    list->bytes += bytes_of(take_message);
    bool is_on_top = false;
    if (list->is_paused)
        push(&list->held, entry);
    else
        is_on_top = add_seen(list, entry);
    while (list->bytes > EVENT_LIST_BYTES && list->seen.count + list->held.count > 1)
        drop_one(list);
    return is_on_top;
}

// What came of those that were sent

typedef bool is_meant_fn(const struct message *message, const void *context);

static struct message *
find_in(const struct event_list_ring *ring, is_meant_fn *is_meant, const void *context) {
    for (size_t age = ring->count; age-- > 0;) {
        struct message *message = ring->entries[place_of(ring, age)].message;
        if (is_meant(message, context)) return message;
    }
    return NULL;
}

// Of what is held back, too; the newest.
static struct message *
find_kept(const struct event_list *list, is_meant_fn *is_meant, const void *context) {
    struct message *message = find_in(&list->held, is_meant, context);
    return message ? message : find_in(&list->seen, is_meant, context);
}

static bool has_id(const struct message *message, const void *context) {
    const char *id = message->as.event.message_id;
    return id && str_equal(str_from(id), str_from(context));
}

static bool is_of_run(const struct message *message, const void *context) {
    return message->as.event.is_sent && message->run_id == *(const uint64_t *)context;
}

static struct message *find_same(const struct event_list *list, const struct message_event *event) {
    const bool has_none = !event->message_id || !event->message_id[0];
    return has_none ? NULL : find_kept(list, has_id, event->message_id);
}

bool event_list_has(const struct event_list *list, const struct message_event *event) {
    return find_same(list, event) != NULL;
}

bool event_list_confirm(
    struct event_list *list, const struct message_event *found, bool *out_is_news) {
    struct message *message = find_same(list, found);
    *out_is_news = message && message->as.event.is_sent;
    if (message) message->as.event.is_sent = false;
    return message != NULL;
}

void event_list_refuse(struct event_list *list, uint64_t run_id, struct str reason) {
    struct message *message = find_kept(list, is_of_run, &run_id);
    if (!message) return;
    struct message_event *event = &message->as.event;
    event->is_sent = false;
    event->discard_reason = message_copy_text(reason);
    const struct filter filter = list->filter; // which may ask for the reason
    event_list_set_filter(list, &filter);
}

uint64_t event_list_newer(const struct event_list *list) {
    if (!list->seen.count) return list->received;
    const size_t newest = place_of(&list->seen, list->seen.count - 1);
    return list->received - list->seen.entries[newest].number;
}

size_t event_list_set_paused(struct event_list *list, bool is_paused) {
    size_t on_top = 0;
    list->is_paused = is_paused;
    while (!is_paused && list->held.count)
        on_top += add_seen(list, pop_oldest(&list->held));
    return on_top;
}

// Which are shown

static void list_anew(struct event_list *list) {
    list->shown_first = list->shown_count = 0;
    for (size_t age = 0; age < list->seen.count; age++) {
        const size_t place = place_of(&list->seen, age);
        if (is_to_show(list, &list->seen.entries[place])) show(list, place);
    }
}

void event_list_set_filter(struct event_list *list, const struct filter *filter) {
    list->filter = *filter;
    list->match_count = 0;
    for (size_t age = 0; age < list->seen.count; age++) {
        struct event_list_entry *entry = &list->seen.entries[place_of(&list->seen, age)];
        entry->is_match = filter_matches(filter, &entry->message->as.event);
        list->match_count += entry->is_match;
    }
    list_anew(list);
}

void event_list_set_highlighting(struct event_list *list, bool is_highlighting) {
    list->is_highlighting = is_highlighting;
    list_anew(list);
}

size_t event_list_count(const struct event_list *list) {
    return list->shown_count;
}

static size_t place_at(const struct event_list *list, size_t row) {
    ASSERT(row < list->shown_count);
    const size_t age = list->shown_count - 1 - row;
    return list->shown[(list->shown_first + age) % EVENT_LIST_MOST];
}

const struct event_list_entry *event_list_at(const struct event_list *list, size_t row) {
    return &list->seen.entries[place_at(list, row)];
}

size_t event_list_row(const struct event_list *list, uint64_t number) {
    for (size_t row = 0; row < list->shown_count; row++) {
        if (event_list_at(list, row)->number <= number) return row;
    }
    return list->shown_count ? list->shown_count - 1 : 0;
}

void event_list_mark(struct event_list *list, size_t row) {
    struct event_list_entry *entry = &list->seen.entries[place_at(list, row)];
    list->mark_count += entry->is_marked ? (size_t)-1 : 1;
    entry->is_marked = !entry->is_marked;
}

size_t event_list_unmark_all(struct event_list *list) {
    const size_t count = list->mark_count;
    for (size_t place = 0; place < EVENT_LIST_MOST; place++)
        list->seen.entries[place].is_marked = false;
    list->mark_count = 0;
    list->marks_dropped = 0;
    return count;
}

bool event_list_find(
    const struct event_list *list, size_t from, int step, event_list_is_fn *is, size_t *out_row) {
    size_t row = from;
    for (;;) {
        if (step < 0 ? row == 0 : row + 1 >= list->shown_count) return false;
        row = step < 0 ? row - 1 : row + 1;
        if (!is(list, event_list_at(list, row))) continue;
        *out_row = row;
        return true;
    }
}
