// debugger — see the header. A search reads the whole sample, oldest first, and keeps where each hit begins; the
// newest of them are then what is shown.
#include "tracking/debugger.h"

#include "segment/ingest.h"
#include "segment/snippet.h"
#include "tracking/sources.h"
#include "writer.h"

#define SEARCH_BYTES 200 // of a text: each byte of each event is compared with it

struct search { // empty texts: any
    struct buf event, user, type, text;
    int64_t before; // 0: no bound
    bool has_details;
};

struct hits {
    const struct search *search;
    struct writer writer;
    size_t starts[DEBUGGER_EVENTS]; // of each hit in writer.out
    size_t count;
};

static void search_release(struct search *search) {
    buf_release(&search->event);
    buf_release(&search->user);
    buf_release(&search->type);
    buf_release(&search->text);
}

static bool is_any_or(const struct buf *wanted, struct str value) {
    return !wanted->len || str_equal(buf_str(wanted), value);
}

// ASCII letters in either case; a look at each byte is enough for texts of a few KB.
static bool contains_nocase(struct str text, struct str part) {
    for (size_t at = 0; at + part.len <= text.len; at++) {
        if (str_bytes_equal_nocase(text.ptr + at, part.ptr, part.len)) return true;
    }
    return false;
}

static bool is_hit(const struct search *search, const struct store_event *event) {
    if (search->before && event->sequence > search->before) return false;
    if (!is_any_or(&search->event, event->name)) return false;
    if (!is_any_or(&search->type, str_from(event_type_name((enum event_type)event->type))))
        return false;
    if (!is_any_or(&search->user, event->user_id) && !is_any_or(&search->user, event->anonymous_id))
        return false;
    return !search->text.len || contains_nocase(event->body, buf_str(&search->text));
}

// The "Pretty" view, and what profiles think of it.
static void add_details(struct writer *writer, const struct store_event *row) {
    struct event event = {0};
    struct error ignored = {0};
    struct buf call = {0};
    const bool is_read = event_decode(row->body, EVENT_TYPE_COUNT, &event, &ignored);
    if (is_read) snippet_add_call(&call, &event);
    writer_text_or_null(writer, "pretty", buf_str(&call));
    writer_text_or_null(
        writer, "profile_discard_reason",
        str_from(is_read ? ingest_profile_discard(&event) : NULL));
    buf_release(&call);
    event_release(&event);
}

static void add_event(struct writer *writer, const struct store_event *event, bool has_details) {
    const enum ingest_discard discard = (enum ingest_discard)event->discard;
    const struct source *source = identities_source((enum source_id)event->source);
    writer_open(writer, NULL, '{');
    writer_int(writer, "sequence", event->sequence);
    writer_text(writer, "source", str_from(source->name));
    writer_text(writer, "type", str_from(event_type_name((enum event_type)event->type)));
    writer_text_or_null(writer, "event", event->name);
    writer_text_or_null(writer, "user_id", event->user_id);
    writer_text_or_null(writer, "anonymous_id", event->anonymous_id);
    writer_text_or_null(writer, "sku", event->sku);
    writer_text(writer, "message_id", event->message_id);
    writer_time(writer, "received_at", event->received_at_ms);
    writer_text_or_null(
        writer, "discard_reason",
        str_from(discard == INGEST_ACCEPTED ? NULL : ingest_discard_name(discard)));
    if (has_details) add_details(writer, event);
    writer_json(writer, "raw", event->body);
    writer_close(writer, '}');
}

static bool collect(void *context, const struct store_event *event) {
    struct hits *hits = context;
    if (!is_hit(hits->search, event)) return true;
    hits->starts[hits->count++] = hits->writer.out->len;
    hits->writer.needs_comma = false;
    add_event(&hits->writer, event, hits->search->has_details);
    return hits->count < DEBUGGER_EVENTS; // one messageId may have been refused any number of times
}

// The newest `limit` of the hits, joined.
static void
add_newest(struct writer *writer, const struct hits *hits, const struct buf *found, size_t limit) {
    for (size_t i = hits->count > limit ? hits->count - limit : 0; i < hits->count; i++) {
        const size_t end = i + 1 < hits->count ? hits->starts[i + 1] : found->len;
        const struct str one = str_slice(buf_str(found), hits->starts[i], end - hits->starts[i]);
        writer_json(writer, NULL, one);
    }
}

static bool find_source(const struct exchange *exchange, int *out, struct error *err) {
    struct buf name = {0};
    enum source_id source = SOURCE_WEBSITE;
    const bool is_asked = routes_query_text(exchange, "source", &name);
    const bool is_known = !is_asked || sources_find(buf_str(&name), &source);
    buf_release(&name);
    *out = is_asked ? (int)source : -1;
    if (is_known) return true;
    error_set(err, ERROR_NOT_FOUND, "there is no source of that name");
    return error_hint(
        err, "The sources are website-prod, android-prod, ios-prod, email-prod and "
             "personas-event-source.");
}

static bool read_search(const struct exchange *exchange, struct search *out, struct error *err) {
    (void)routes_query_text(exchange, "event", &out->event);
    (void)routes_query_text(exchange, "user", &out->user);
    (void)routes_query_text(exchange, "type", &out->type);
    (void)routes_query_text(exchange, "text", &out->text);
    out->before = routes_query_int(exchange, "before", 0, 0, INT64_MAX);
    out->has_details = routes_query_int(exchange, "detail", 0, 0, 1) != 0;
    if (out->text.len <= SEARCH_BYTES) return true;
    error_set(err, ERROR_INVALID, "the text to search for has more than %d bytes", SEARCH_BYTES);
    return error_hint(err, "Search for a part of it.");
}

static bool is_search(const struct search *search) {
    return search->event.len || search->user.len || search->type.len || search->text.len ||
           search->before;
}

enum server_verdict debugger_route_get(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0}, found = {0}, message_id = {0};
    struct search search = {0};
    struct error err = {0};
    struct writer writer = {.out = &json};
    struct store_event_query query = {
        .after = routes_query_int(exchange, "after", 0, 0, INT64_MAX)};
    const int limit = (int)routes_query_int(exchange, "limit", 50, 1, DEBUGGER_EVENTS);
    if (!find_source(exchange, &query.source, &err) || !read_search(exchange, &search, &err)) {
        routes_answer_error(exchange, &err);
        search_release(&search);
        return SERVER_ANSWER;
    }
    query.limit = is_search(&search) ? DEBUGGER_EVENTS : limit;
    if (routes_query_text(exchange, "message_id", &message_id))
        query.message_id = buf_str(&message_id);
    struct hits hits = {.search = &search, .writer = {.out = &found}};
    store_each_event(cloud->store, &query, collect, &hits);
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "events", '[');
    add_newest(&writer, &hits, &found, (size_t)limit);
    writer_close(&writer, ']');
    writer_int(&writer, "last_sequence", store_last_sequence(cloud->store));
    writer_close(&writer, '}');
    const bool is_held = !hits.count && routes_may_hold(cloud, exchange);
    if (!is_held) routes_answer_json(exchange, 200, buf_str(&json));
    buf_release(&json);
    buf_release(&found);
    buf_release(&message_id);
    search_release(&search);
    return is_held ? SERVER_HOLD : SERVER_ANSWER;
}
