// debugger — see the header.
#include "tracking/debugger.h"

#include "segment/ingest.h"
#include "writer.h"

static bool add_event(void *context, const struct store_event *event) {
    struct writer *writer = context;
    writer_open(writer, NULL, '{');
    writer_int(writer, "sequence", event->sequence);
    writer_text(writer, "source", str_from(identities_source((enum source_id)event->source)->name));
    writer_text(writer, "type", str_from(event_type_name((enum event_type)event->type)));
    writer_text_or_null(writer, "event", event->name);
    writer_text_or_null(writer, "user_id", event->user_id);
    writer_text_or_null(writer, "anonymous_id", event->anonymous_id);
    writer_text_or_null(writer, "sku", event->sku);
    writer_text(writer, "message_id", event->message_id);
    writer_time(writer, "received_at", event->received_at_ms);
    if (event->discard == INGEST_ACCEPTED)
        writer_null(writer, "discard_reason");
    else
        writer_text(
            writer, "discard_reason",
            str_from(ingest_discard_name((enum ingest_discard)event->discard)));
    writer_json(writer, "raw", event->body);
    writer_close(writer, '}');
    return true;
}

static bool find_source(const struct exchange *exchange, int *out, struct error *err) {
    struct buf name = {0};
    *out = -1;
    bool is_known = !routes_query_text(exchange, "source", &name);
    for (int source = 0; !is_known && source < SOURCE_COUNT; source++) {
        is_known =
            str_equal(buf_str(&name), str_from(identities_source((enum source_id)source)->name));
        if (is_known) *out = source;
    }
    if (!is_known) {
        error_set(err, ERROR_NOT_FOUND, "there is no source of that name");
        error_hint(
            err, "The sources are website-prod, android-prod, ios-prod, email-prod and "
                 "personas-event-source.");
    }
    buf_release(&name);
    return is_known;
}

enum server_verdict debugger_route_get(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0}, message_id = {0};
    struct error err = {0};
    struct writer writer = {.out = &json};
    struct store_event_query query = {
        .after = routes_query_int(exchange, "after", 0, 0, INT64_MAX),
        .limit = (int)routes_query_int(exchange, "limit", 50, 1, DEBUGGER_EVENTS)};
    if (!find_source(exchange, &query.source, &err)) {
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    if (routes_query_text(exchange, "message_id", &message_id))
        query.message_id = buf_str(&message_id);
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "events", '[');
    const size_t empty = json.len;
    store_each_event(cloud->store, &query, add_event, &writer);
    const bool is_empty = json.len == empty;
    writer_close(&writer, ']');
    writer_int(&writer, "last_sequence", store_last_sequence(cloud->store));
    writer_close(&writer, '}');
    buf_release(&message_id);
    if (is_empty && routes_may_hold(cloud, exchange)) {
        buf_release(&json);
        return SERVER_HOLD;
    }
    routes_answer_json(exchange, 200, buf_str(&json));
    buf_release(&json);
    return SERVER_ANSWER;
}
