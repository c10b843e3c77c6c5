// delivery_routes — see the header.
#include "tracking/delivery_routes.h"

#include "base/json.h"
#include "store_queue.h"
#include "tracking/destination.h"
#include "tracking/passages.h"
#include "writer.h"

static enum server_verdict finish(struct exchange *exchange, struct buf *take_json) {
    routes_answer_json(exchange, 200, buf_str(take_json));
    buf_release(take_json);
    return SERVER_ANSWER;
}

struct listing {
    struct cloud *cloud;
    struct writer writer;
    bool has_exchanges;
    int64_t attempts; // a record with fewer is passed over, unless it is the last word
    size_t count;
};

static bool is_awaited(const struct listing *listing, struct str record) {
    struct json read = {0};
    struct error ignored = {0};
    int64_t attempts = 0;
    if (listing->attempts <= 1 || !json_parse(record, &read, &ignored)) return false;
    (void)json_integer(json_get(read.root, "attempts"), &attempts);
    const bool has_next = json_get_text(read.root, "next_attempt_at").len > 0;
    json_release(&read);
    return has_next && attempts < listing->attempts;
}

// The record's last member: "journey".
static void add_with_exchanges(struct listing *listing, int64_t sequence, struct str record) {
    CLEANUP(buf_release) struct buf whole = {0};
    buf_reserve(&whole, record.len + 64);
    buf_add(&whole, str_slice(record, 0, record.len - 1));
    buf_add(&whole, STR(",\"journey\":"));
    passages_add_json(listing->cloud, sequence, &whole);
    buf_add_char(&whole, '}');
    writer_json(&listing->writer, NULL, buf_str(&whole));
}

static bool add_delivery(void *context, int64_t sequence, struct str record) {
    struct listing *listing = context;
    if (is_awaited(listing, record)) return true;
    if (listing->has_exchanges)
        add_with_exchanges(listing, sequence, record);
    else
        writer_json(&listing->writer, NULL, record);
    listing->count++;
    return true;
}

enum server_verdict delivery_routes_get(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0}, message_id = {0};
    struct listing listing = {
        .cloud = cloud,
        .writer = {.out = &json},
        .has_exchanges = routes_query_int(exchange, "exchanges", 0, 0, 1) != 0,
        .attempts = routes_query_int(exchange, "attempts", 1, 1, 1000)};
    struct writer *writer = &listing.writer;
    const int64_t after = routes_query_int(exchange, "after", 0, 0, INT64_MAX);
    const int most = listing.has_exchanges ? 50 : 500; // those are large
    const int limit = (int)routes_query_int(exchange, "limit", 50, 1, most);
    int64_t only = 0;
    bool is_known = true;
    if (routes_query_text(exchange, "message_id", &message_id)) {
        only = store_find_message(cloud->store, buf_str(&message_id));
        is_known = only != 0;
    }
    writer_open(writer, NULL, '{');
    writer_open(writer, "deliveries", '[');
    if (is_known) store_each_delivery(cloud->store, after, only, limit, add_delivery, &listing);
    writer_close(writer, ']');
    writer_int(writer, "last_sequence", cloud->destination.delivered);
    const bool is_under_way = only && store_is_queued(cloud->store, only);
    if (only) writer_bool(writer, "under_way", is_under_way);
    writer_close(writer, '}');
    buf_release(&message_id);
    // A message that was dealt with and left no record (see own_routes.h) is nothing to wait for.
    const bool is_over = only && only <= cloud->destination.delivered && !is_under_way;
    if (!listing.count && !is_over && routes_may_hold(cloud, exchange)) {
        buf_release(&json);
        return SERVER_HOLD;
    }
    return finish(exchange, &json);
}

enum server_verdict
delivery_routes_get_destination(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0};
    destination_add_json(cloud, &json);
    return finish(exchange, &json);
}

enum server_verdict
delivery_routes_put_destination(struct cloud *cloud, struct exchange *exchange) {
    struct error err = {0};
    if (destination_change(cloud, exchange->body, &err))
        return delivery_routes_get_destination(cloud, exchange);
    routes_answer_error(exchange, &err);
    return SERVER_ANSWER;
}
