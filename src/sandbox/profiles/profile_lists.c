// profile_lists — traits, external_ids, events and links of a profile, a page at a time.
//
// Cursors  traits: the next trait's key; external_ids: map_… of the next one; events: base64 of the next
//          one's time and message id; links: the internal id of the next profile.
// Order    traits by bytes of their key, external ids by type and value, events by time, links by age of
//          the other profile.
// Events   those that arrived within 14 days, for how old a backfilled event may be and still show is not
//          published; tracks only. A page looks at EVENTS_SCANNED rows at most and then ends early, with
//          a cursor: names that are rare must not stop everybody else.
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "profiles/identity.h"
#include "profiles/profile_call.h"
#include "profiles/profiles.h"

#include <stdlib.h>

#define EVENTS_WINDOW_MS ((int64_t)14 * 24 * 3600 * 1000)
#define EVENTS_SCANNED 20000
#define IDS_DEFAULT_LIMIT 25
#define EVENTS_DEFAULT_LIMIT 10
#define LINKS_DEFAULT_LIMIT 10

static size_t limit_of(const struct profile_call *call, int fallback) {
    return (size_t)(call->query->limit ? call->query->limit : fallback);
}

// Text that must outlive the row it came from: copies kept together.
struct keep {
    char **texts; // owned
    size_t count, cap;
};

static struct str keep_text(struct keep *keep, struct str text) {
    if (keep->count == keep->cap) {
        keep->cap = keep->cap ? keep->cap * 2 : 32;
        keep->texts = mem_resize(keep->texts, keep->cap, sizeof(*keep->texts));
    }
    char *copy = mem_alloc(text.len + 1);
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    keep->texts[keep->count++] = copy;
    return (struct str){.ptr = copy, .len = text.len};
}

static struct str keep_time(struct keep *keep, int64_t at_ms) {
    struct buf time = {0};
    clock_add_iso8601(&time, at_ms);
    const struct str kept = keep_text(keep, buf_str(&time));
    buf_release(&time);
    return kept;
}

static void keep_release(struct keep *keep) {
    for (size_t i = 0; i < keep->count; i++)
        mem_free(keep->texts[i]);
    mem_free(keep->texts);
}

// ---- traits ----

struct traits {
    struct profile_trait *items; // owned, as many as the limit
    struct json *values;         // owned, one per item
    size_t count, limit;
    struct keep keep;
    struct str next; // the trait that did not fit any more
};

static bool add_trait(void *context, const struct store_trait *row) {
    struct traits *traits = context;
    struct error ignored = {0};
    if (traits->count == traits->limit) {
        traits->next = keep_text(&traits->keep, row->name);
        return false;
    }
    struct json *value = &traits->values[traits->count];
    if (!json_parse(row->value, value, &ignored)) return true;
    traits->items[traits->count++] = (struct profile_trait){
        .name = keep_text(&traits->keep, row->name),
        .value = value->root,
        .source_id = profile_call_source(row->source),
        .updated_at = keep_time(&traits->keep, row->updated_at_ms),
        .updated_at_ms = row->updated_at_ms};
    return true;
}

static int compare_texts(const void *left, const void *right) {
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

// The names asked for, in order of bytes and once each; owned by the caller.
static struct str *split_names(struct str list, size_t *out_count) {
    size_t count = 1, used = 0, kept = 0;
    for (size_t i = 0; i < list.len; i++)
        count += list.ptr[i] == ',';
    struct str *names = mem_zeroed(count, sizeof(*names));
    while (list.len) {
        struct str name = {0};
        (void)str_split(list, ',', &name, &list);
        name = str_trim(name);
        if (name.len) names[used++] = name;
    }
    qsort(names, used, sizeof(*names), compare_texts);
    for (size_t i = 0; i < used; i++) {
        if (!kept || !str_equal(names[kept - 1], names[i])) names[kept++] = names[i];
    }
    *out_count = kept;
    return names;
}

static int kind_of(struct str trait_class) {
    if (str_equal(trait_class, STR("audience"))) return STORE_TRAIT_AUDIENCE;
    return str_equal(trait_class, STR("computed_trait")) ? STORE_TRAIT_COMPUTED : -1;
}

static void find_named(const struct profile_call *call, struct traits *traits) {
    const int kind = kind_of(call->query->trait_class);
    size_t count = 0;
    struct str *names = split_names(call->query->include, &count);
    for (size_t i = 0; i < count; i++) {
        struct store_trait row;
        if (call->query->next.len && str_compare(names[i], call->query->next) < 0) continue;
        if (!store_find_trait(call->cloud->store, call->profile, names[i], &row)) continue;
        if (kind >= 0 && (int)row.kind != kind) continue;
        if (!add_trait(traits, &row)) break;
    }
    mem_free(names);
}

void profile_call_traits(struct profile_call *call) {
    struct traits traits = {.limit = limit_of(call, PROFILE_TRAITS_DEFAULT_LIMIT)};
    struct buf body = {0};
    traits.items = mem_zeroed(traits.limit, sizeof(*traits.items));
    traits.values = mem_zeroed(traits.limit, sizeof(*traits.values));
    if (call->query->include.len) {
        find_named(call, &traits);
    } else {
        const struct store_trait_query query = {
            .profile = call->profile,
            .from = call->query->next,
            .kind = kind_of(call->query->trait_class),
            .limit = (int64_t)traits.limit + 1};
        store_each_trait(call->cloud->store, &query, add_trait, &traits);
    }
    const struct profile_cursor cursor = {
        .url = buf_str(&call->url),
        .next = traits.next,
        .has_more = traits.next.len != 0,
        .limit = (int)traits.limit};
    profile_traits_encode(traits.items, traits.count, call->query->verbose, &cursor, &body);
    profile_call_answer(call, &body);
    for (size_t i = 0; i < traits.limit; i++)
        json_release(&traits.values[i]);
    mem_free(traits.values);
    mem_free(traits.items);
    keep_release(&traits.keep);
}

// ---- external ids ----

struct ids {
    struct str include; // empty: every type
    bool is_account;
    bool is_link;             // a link's ids do not tell their first message
    struct profile_id *items; // owned
    size_t count, cap;
    struct keep keep;
};

static bool add_id(void *context, const struct store_identifier *row) {
    struct ids *ids = context;
    const struct str type = identity_shown_type(row->type);
    if (ids->include.len && !profile_list_has(ids->include, type)) return true;
    if (ids->count == ids->cap) {
        ids->cap = ids->cap ? ids->cap * 2 : 8;
        ids->items = mem_resize(ids->items, ids->cap, sizeof(*ids->items));
    }
    ids->items[ids->count++] = (struct profile_id){
        .type = keep_text(&ids->keep, type),
        .id = keep_text(&ids->keep, row->value),
        .source_id = profile_call_source(row->source),
        .collection = ids->is_account ? STR("accounts") : STR("users"),
        .created_at = keep_time(&ids->keep, row->created_at_ms),
        .encoding = STR("none"),
        .first_message_id =
            ids->is_link ? (struct str){0} : keep_text(&ids->keep, row->message_id)};
    return true;
}

static void ids_release(struct ids *ids) {
    mem_free(ids->items);
    keep_release(&ids->keep);
}

// A mapping's name: it stays the same while others come and go.
static void add_mapping(struct buf *out, const struct profile_id *id) {
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    struct buf text = {0};
    uint8_t digest[DIGEST_BYTES];
    buf_add(&text, id->type);
    buf_add_char(&text, ':');
    buf_add(&text, id->id);
    digest_sha256(buf_str(&text), digest);
    buf_release(&text);
    buf_add(out, STR("map_"));
    for (size_t i = 0; i < 27; i++)
        buf_add_char(out, alphabet[digest[i] % 62]);
}

static bool find_mapping(const struct ids *ids, struct str mapping, size_t *out) {
    struct buf own = {0};
    bool is_found = false;
    for (size_t i = 0; i < ids->count && !is_found; i++) {
        buf_reset(&own);
        add_mapping(&own, &ids->items[i]);
        is_found = str_equal(buf_str(&own), mapping);
        *out = i;
    }
    buf_release(&own);
    return is_found;
}

static void answer_ids(struct profile_call *call, const struct ids *ids, size_t first) {
    const size_t limit = limit_of(call, IDS_DEFAULT_LIMIT);
    const size_t shown = ids->count - first < limit ? ids->count - first : limit;
    const bool has_more = first + shown < ids->count;
    struct buf body = {0}, next = {0};
    if (has_more) add_mapping(&next, &ids->items[first + shown]);
    const struct profile_cursor cursor = {
        .url = buf_str(&call->url),
        .next = buf_str(&next),
        .has_more = has_more,
        .limit = (int)limit};
    profile_ids_encode(ids->items ? ids->items + first : NULL, shown, &cursor, &body);
    profile_call_answer(call, &body);
    buf_release(&next);
}

static void refuse_next(const struct profile_call *call) {
    profile_call_refuse(
        call->exchange, PROFILE_REFUSAL_INVALID_REQUEST,
        "The parameter `next` is not a cursor of this list");
}

void profile_call_ids(struct profile_call *call) {
    struct ids ids = {.include = call->query->include, .is_account = call->query->is_accounts};
    size_t first = 0;
    store_each_identifier(call->cloud->store, call->profile, add_id, &ids);
    if (call->query->next.len && !find_mapping(&ids, call->query->next, &first))
        refuse_next(call);
    else
        answer_ids(call, &ids, first);
    ids_release(&ids);
}

// ---- events ----

struct event_item {
    struct event event;       // owned
    struct json external_ids; // owned
};
struct events {
    const struct profile_query *query;
    struct profile_event *items;  // owned, as many as the limit
    struct event_item *documents; // owned, one per item
    size_t count, limit, scanned;
    struct keep keep;
    struct buf next;
};

static bool is_wanted(const struct profile_query *query, struct str name) {
    if (query->include.len && !profile_list_has(query->include, name)) return false;
    return !query->exclude.len || !profile_list_has(query->exclude, name);
}

// Those that this event brought, not all of the profile.
static void add_promoted(struct json_node *list, const struct event *event, bool is_accounts) {
    struct identity identity = {0};
    identity_collect(event, is_accounts, &identity);
    for (size_t i = 0; i < identity.count; i++) {
        struct json_node *id = json_add_object(list, NULL);
        json_add_text(id, "collection", is_accounts ? STR("accounts") : STR("users"));
        json_add_text(id, "type", identity_shown_type(identity.items[i].type));
        json_add_text(id, "id", identity.items[i].value);
        json_add_text(id, "encoding", STR("none"));
    }
    identity_release(&identity);
}

static bool read_document(const struct store_event *row, struct event_item *out) {
    struct json document = {0};
    struct error ignored = {0};
    if (!json_parse(row->body, &document, &ignored) ||
        !event_from_json(&document, EVENT_TRACK, &out->event, &ignored)) {
        json_release(&document);
        return false;
    }
    struct json_node *list = json_new_array(&out->external_ids);
    add_promoted(list, &out->event, false);
    add_promoted(list, &out->event, true);
    return true;
}

static bool add_event(void *context, const struct store_event *row) {
    struct events *events = context;
    struct buf user = {0};
    const bool is_shown = is_wanted(events->query, row->name);
    if ((is_shown && events->count == events->limit) || events->scanned++ == EVENTS_SCANNED) {
        profile_event_cursor_encode(row->at_ms, row->message_id, &events->next);
        return false;
    }
    struct event_item *item = &events->documents[events->count];
    if (!is_shown || !read_document(row, item)) return true;
    if (row->profile) profiles_add_internal_id(&user, row->profile, false);
    events->items[events->count++] = (struct profile_event){
        .name = item->event.name,
        .type = STR("track"),
        .message_id = item->event.message_id,
        .source_id = profile_call_source(row->source),
        .timestamp = item->event.timestamp,
        .timestamp_ms = row->at_ms,
        .properties = event_properties(&item->event),
        .context = event_context(&item->event),
        .external_ids = item->external_ids.root,
        .related_user = keep_text(&events->keep, buf_str(&user))};
    buf_release(&user);
    return true;
}

// From the event that the cursor names. When the store has dropped it, from its time.
static void begin_at_cursor(const struct profile_call *call, struct store_profile_events *range) {
    struct buf message_id = {0};
    int64_t at_ms = 0;
    if (call->query->next.len &&
        profile_event_cursor_decode(call->query->next, &at_ms, &message_id)) {
        const int64_t sequence = store_find_message(call->cloud->store, buf_str(&message_id));
        if (range->is_ascending && at_ms >= range->from_ms) {
            range->from_ms = at_ms;
            range->first_sequence = sequence;
        } else if (!range->is_ascending && at_ms < range->to_ms) {
            range->to_ms = at_ms + 1;
            range->first_sequence = sequence;
        }
    }
    buf_release(&message_id);
}

static void answer_events(struct profile_call *call, const struct events *events) {
    const struct profile_cursor cursor = {
        .url = buf_str(&call->url),
        .next = buf_str(&events->next),
        .has_more = events->next.len != 0,
        .limit = (int)events->limit};
    struct buf body = {.limit = (size_t)64 << 20}; // 100 events of 32 KB, escaped
    profile_events_encode(events->items, events->count, &cursor, &body);
    profile_call_answer(call, &body);
}

void profile_call_events(struct profile_call *call) {
    struct events events = {.query = call->query, .limit = limit_of(call, EVENTS_DEFAULT_LIMIT)};
    struct store_profile_events range = {
        .profile = call->profile,
        .from_ms = call->target->start_ms,
        .to_ms = call->target->end_ms,
        .received_from_ms = call->cloud->now_ms - EVENTS_WINDOW_MS,
        .is_ascending = str_equal(call->query->sort, STR("asc")),
        .is_account = call->query->is_accounts};
    events.items = mem_zeroed(events.limit, sizeof(*events.items));
    events.documents = mem_zeroed(events.limit, sizeof(*events.documents));
    begin_at_cursor(call, &range);
    store_each_profile_event(call->cloud->store, &range, add_event, &events);
    answer_events(call, &events);
    for (size_t i = 0; i < events.limit; i++) {
        event_release(&events.documents[i].event);
        json_release(&events.documents[i].external_ids);
    }
    mem_free(events.documents);
    mem_free(events.items);
    buf_release(&events.next);
    keep_release(&events.keep);
}

// ---- links ----

struct links {
    bool is_account; // whose links they are
    int64_t others[PROFILE_LINKS_MAX_LIMIT + 1];
    size_t count;
};

static bool add_link(void *context, const struct store_link *row) {
    struct links *links = context;
    links->others[links->count++] = links->is_account ? row->user : row->account;
    return true;
}

static void encode_links(struct profile_call *call, const struct links *links, size_t limit) {
    struct profile_link items[PROFILE_LINKS_MAX_LIMIT];
    size_t ends[PROFILE_LINKS_MAX_LIMIT];
    struct ids ids = {.is_account = !links->is_account, .is_link = true};
    struct buf body = {0}, next = {0};
    const size_t shown = links->count < limit ? links->count : limit;
    const bool has_more = links->count > shown;
    for (size_t i = 0; i < shown; i++) {
        store_each_identifier(call->cloud->store, links->others[i], add_id, &ids);
        ends[i] = ids.count;
    }
    for (size_t i = 0; i < shown; i++) { // now the items stay where they are
        const size_t begin = i ? ends[i - 1] : 0;
        items[i] = (struct profile_link){
            .to_collection = links->is_account ? STR("users") : STR("accounts"),
            .ids = ids.items ? ids.items + begin : NULL,
            .id_count = ends[i] - begin};
    }
    if (has_more) profiles_add_internal_id(&next, links->others[shown], !links->is_account);
    const struct profile_cursor cursor = {
        .url = buf_str(&call->url),
        .next = buf_str(&next),
        .has_more = has_more,
        .limit = (int)limit};
    profile_links_encode(items, shown, &cursor, &body);
    profile_call_answer(call, &body);
    buf_release(&next);
    ids_release(&ids);
}

void profile_call_links(struct profile_call *call) {
    struct links links = {.is_account = call->query->is_accounts};
    const size_t limit = limit_of(call, LINKS_DEFAULT_LIMIT);
    int64_t first = 1;
    if (call->query->next.len) first = profiles_number_of(call->query->next, !links.is_account);
    if (!first) {
        refuse_next(call);
        return;
    }
    store_each_link(
        call->cloud->store, call->profile, links.is_account, first - 1, (int)limit + 1, add_link,
        &links);
    encode_links(call, &links, limit);
}
