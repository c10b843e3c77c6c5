// batch — see the header. Messages are moved out of the envelope, not copied: at full rate a batch is
// most of what ingest does.
#include "segment/batch.h"

#include "base/clock.h"
#include "base/memory.h"

void batch_release(struct batch *batch) {
    if (!batch) return;
    for (size_t i = 0; i < batch->count; i++)
        event_release(&batch->items[i].event);
    mem_free(batch->items);
    json_release(&batch->envelope);
    *batch = (struct batch){0};
}

// No more than this many bytes when printed: a byte of text takes up to six (\u001b), a number 24.
static size_t bound_bytes(const struct json_node *node) {
    size_t bytes = 32 + 6 * (json_key(node).len + json_text(node).len);
    for (const struct json_node *at = json_first(node); at; at = json_next(at)) {
        bytes += bound_bytes(at); // as deep as JSON_MAX_DEPTH
    }
    return bytes;
}

// Printing is dear at full rate, and hardly any message comes near the limit.
static bool is_too_large(const struct json_node *message) {
    CLEANUP(buf_release) struct buf text = {0};
    if (!message || bound_bytes(message) <= EVENT_MAX_BYTES) return false;
    json_print(message, &text);
    return text.len > EVENT_MAX_BYTES;
}

// Every message gets a copy of these two: above a message's limit none could carry them, and 2,500
// copies of half a megabyte are a gigabyte.
static bool check_shared(const struct batch *batch, size_t text_bytes, struct error *err) {
    if (text_bytes <= EVENT_MAX_BYTES) return true;
    const bool is_context = is_too_large(batch->context);
    if (!is_context && !is_too_large(batch->integrations)) return true;
    (void)error_set(
        err, ERROR_LIMIT, "the batch's %s is larger than the %zu bytes of a message",
        is_context ? "context" : "integrations", EVENT_MAX_BYTES);
    return error_hint(err, "Keep what all messages share small.");
}

static void take_item(struct json *message, struct batch_item *item) {
    struct error ignored = {0}; // the reason is in `discard`
    if (!event_from_json(message, EVENT_TYPE_COUNT, &item->event, &ignored)) {
        item->event.document = *message;
        item->event.type = EVENT_TYPE_COUNT;
        *message = (struct json){0};
        item->discard = INGEST_TYPE_UNKNOWN;
        return;
    }
    item->discard = ingest_check(&item->event);
}

static bool take_items(struct batch *batch, size_t text_bytes, struct error *err) {
    CLEANUP(json_release) struct json message = {0};
    const size_t count = json_count(json_get(batch->envelope.root, "batch"));
    batch->items = mem_zeroed(count ? count : 1, sizeof(*batch->items));
    while (json_take_first(&batch->envelope, "batch", &message)) {
        // Only a text above the limit can hold a message above it.
        if (text_bytes > EVENT_MAX_BYTES && is_too_large(message.root)) {
            (void)error_set(
                err, ERROR_LIMIT, "message %zu of the batch is larger than %zu bytes",
                batch->count + 1, EVENT_MAX_BYTES);
            return error_hint(err, "Send fewer or shorter properties.");
        }
        struct batch_item *item = &batch->items[batch->count++];
        take_item(&message, item);
        if (batch->count > BATCH_MAX_EVENTS) item->discard = INGEST_BATCH_TOO_LONG;
        batch->accepted_count += item->discard == INGEST_ACCEPTED;
    }
    return true;
}

static enum ingest_discard judge(const struct batch *batch) {
    if (batch->count == 0) return INGEST_EMPTY_BATCH;
    if (batch->accepted_count == 0) return INGEST_EMPTY_BATCH_RESULT;
    return batch->accepted_count < batch->count ? INGEST_MULTI_USER_ERROR : INGEST_ACCEPTED;
}

bool batch_decode(struct str text, struct batch *out, struct error *err) {
    CLEANUP(batch_release) struct batch batch = {0};
    if (text.len > BATCH_MAX_BYTES) {
        (void)error_set(
            err, ERROR_LIMIT, "the batch has %zu bytes, Segment accepts %zu", text.len,
            BATCH_MAX_BYTES);
        return error_hint(err, "Split it: at most 500 KB and 2,500 messages.");
    }
    if (!json_parse(text, &batch.envelope, err)) return error_wrap(err, "reading the batch");
    const struct json_node *root = batch.envelope.root;
    if (json_kind(json_get(root, "batch")) != JSON_ARRAY) {
        (void)error_set(
            err, ERROR_INVALID, "the batch has no batch[]: it is %s",
            json_kind_name(json_kind(json_get(root, "batch"))));
        return error_hint(err, "Send {\"batch\":[{\"type\":\"track\", …}]}.");
    }
    batch.context = json_get(root, "context");
    batch.integrations = json_get(root, "integrations");
    if (!check_shared(&batch, text.len, err)) return false;
    if (!take_items(&batch, text.len, err)) return false;
    batch.discard = judge(&batch);
    batch.sent_at = json_get_text(root, "sentAt");
    batch.write_key = json_get_text(root, "writeKey");
    batch_release(out);
    *out = batch;
    batch = (struct batch){0};
    return true;
}

void batch_builder_release(struct batch_builder *builder) {
    if (!builder) return;
    buf_release(&builder->body);
    builder->count = 0;
}

enum batch_room batch_builder_add_text(struct batch_builder *builder, struct str message) {
    const size_t max_bytes = builder->max_bytes ? builder->max_bytes : BATCH_BUILD_BYTES;
    const size_t max_events = builder->max_events ? builder->max_events : BATCH_MAX_EVENTS;
    if (message.len > EVENT_MAX_BYTES || message.len > max_bytes) return BATCH_EVENT_TOO_LARGE;
    if (builder->count == max_events) return BATCH_FULL;
    if (builder->body.len + message.len + 1 > max_bytes && builder->count) return BATCH_FULL;
    if (builder->count) buf_add_char(&builder->body, ',');
    buf_add(&builder->body, message);
    builder->count++;
    return BATCH_ADDED;
}

enum batch_room batch_builder_add(struct batch_builder *builder, const struct event *event) {
    CLEANUP(buf_release) struct buf text = {0};
    event_encode(event, &text);
    return batch_builder_add_text(builder, buf_str(&text));
}

void batch_builder_finish(
    struct batch_builder *builder, int64_t sent_at_ms, struct str write_key, struct buf *out) {
    buf_add(out, STR("{\"batch\":["));
    buf_add(out, buf_str(&builder->body));
    buf_add(out, STR("],\"sentAt\":\""));
    clock_add_iso8601(out, sent_at_ms);
    buf_add(out, STR("\""));
    if (write_key.len) {
        CLEANUP(json_release) struct json document = {0};
        CLEANUP(buf_release) struct buf member = {0};
        json_add_text(json_new_object(&document), "writeKey", write_key);
        json_print(document.root, &member);
        buf_add_char(out, ',');
        buf_add(out, str_slice(buf_str(&member), 1, member.len - 2));
    }
    buf_add_char(out, '}');
    buf_reset(&builder->body);
    builder->count = 0;
}
