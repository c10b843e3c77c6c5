// logs_write_routes — see the header.
#include "logs/logs_write_routes.h"

#include "logs/logs.h"
#include "store_records.h"
#include "writer.h"

#define MOST_EVENTS 10000
#define MOST_BYTES ((size_t)1 << 20)
#define EVENT_BYTES 26
#define MOST_MESSAGE_BYTES (256 * 1024 - EVENT_BYTES)
#define OLDEST_MS (INT64_C(14) * 24 * 3600 * 1000)
#define NEWEST_MS (INT64_C(2) * 3600 * 1000)
#define SPAN_MS (INT64_C(24) * 3600 * 1000)

bool logs_create_group(struct logs_input *input, struct buf *json) {
    struct str name;
    (void)json;
    if (!logs_input_get_text(input, &logs_input_group_rule, &name) ||
        !logs_input_is_allowed(input, name, (struct str){0}))
        return false;
    if (!logs_input_is_here(input))
        return logs_input_refuse(
            input, "InvalidParameterException", "The sandbox keeps logs in its own region only.");
    if (logs_has_group(input->cloud, name))
        return logs_input_refuse(
            input, "ResourceAlreadyExistsException", "The specified log group already exists");
    if (store_count_records(input->cloud->store, LOGS_GROUP_RECORD) >= LOGS_GROUPS_LIMIT)
        return logs_input_refuse(input, "LimitExceededException", "Resource limit exceeded.");
    logs_make_group(input->cloud, name);
    return true;
}

bool logs_delete_group(struct logs_input *input, struct buf *json) {
    (void)json;
    if (!logs_input_get_group(input, (struct str){0})) return false;
    logs_remove_group(input->cloud, buf_str(&input->group));
    return true;
}

bool logs_create_stream(struct logs_input *input, struct buf *json) {
    struct str stream;
    (void)json;
    if (!logs_input_get_text(input, &logs_input_stream_rule, &stream) ||
        !logs_input_get_group(input, stream))
        return false;
    if (logs_find_stream(input->cloud, buf_str(&input->group), stream))
        return logs_input_refuse(
            input, "ResourceAlreadyExistsException", "The specified log stream already exists");
    logs_make_stream(input->cloud, buf_str(&input->group), stream);
    return true;
}

// ---- PutLogEvents ----

struct batch {
    const struct json_node *events;
    size_t count;
    size_t too_old_until, too_new_from; // rejected: before this one, from this one on
};

static bool check_event(
    struct logs_input *input,
    const struct json_node *event,
    int64_t *out_at_ms,
    struct str *out_message) {
    const struct json_node *message = json_get(event, "message");
    *out_message = json_text(message);
    if (!json_integer(json_get(event, "timestamp"), out_at_ms) || *out_at_ms < 0 ||
        *out_at_ms > INT64_C(9999999999999))
        return logs_input_refuse_member(
            input, "logEvents.1.member.timestamp", (struct str){0}, "must not be null");
    if (json_kind(message) != JSON_STRING)
        return logs_input_refuse_member(
            input, "logEvents.1.member.message", (struct str){0}, "must not be null");
    if (out_message->len == 0)
        return logs_input_refuse_member(
            input, "logEvents.1.member.message", STR(""),
            "must have length greater than or equal to 1");
    if (out_message->len > MOST_MESSAGE_BYTES)
        return logs_input_refuse(
            input, "InvalidParameterException",
            "Log event too large: 262144 bytes exceeds limit of 262144");
    return true;
}

static bool check_batch(struct logs_input *input, struct batch *batch) {
    int64_t first_ms = 0, before_ms = 0, at_ms = 0;
    size_t bytes = 0, at = 0;
    struct str message;
    batch->events = json_get(input->document.root, "logEvents");
    batch->count = json_count(batch->events);
    if (json_kind(batch->events) != JSON_ARRAY)
        return logs_input_refuse_member(input, "logEvents", (struct str){0}, "must not be null");
    if (batch->count < 1 || batch->count > MOST_EVENTS)
        return logs_input_refuse_member(
            input, "logEvents", STR("[...]"),
            batch->count ? "must have length less than or equal to 10000"
                         : "must have length greater than or equal to 1");
    batch->too_new_from = batch->count;
    const struct json_node *event = json_first(batch->events);
    for (; event; event = json_next(event), at++) {
        if (!check_event(input, event, &at_ms, &message)) return false;
        if (at && at_ms < before_ms)
            return logs_input_refuse(
                input, "InvalidParameterException",
                "Log events in a single PutLogEvents request must be in chronological order.");
        if (!at) first_ms = at_ms;
        before_ms = at_ms;
        bytes += message.len + EVENT_BYTES;
        if (at_ms < input->cloud->now_ms - OLDEST_MS) batch->too_old_until = at + 1;
        if (at_ms > input->cloud->now_ms + NEWEST_MS && batch->too_new_from == batch->count)
            batch->too_new_from = at;
    }
    if (before_ms - first_ms > SPAN_MS)
        return logs_input_refuse(
            input, "InvalidParameterException",
            "The batch of log events in a single PutLogEvents request cannot span more than 24 "
            "hours.");
    if (bytes > MOST_BYTES)
        return logs_input_refuse(
            input, "InvalidParameterException",
            "Upload too large: the batch of log events exceeds 1048576 bytes");
    return true;
}

// Messages of one time share a row.
static void store_batch(struct logs_input *input, const struct batch *batch, struct str stream) {
    struct buf lines = {0};
    int64_t at_ms = 0, row_ms = 0;
    size_t at = 0;
    const struct json_node *event = json_first(batch->events);
    for (; event; event = json_next(event), at++) {
        struct str message = json_get_text(event, "message");
        if (at < batch->too_old_until || at >= batch->too_new_from) continue;
        (void)json_integer(json_get(event, "timestamp"), &at_ms);
        if (lines.len && (at_ms != row_ms || lines.len + message.len + 1 > LOGS_CHUNK_BYTES)) {
            logs_add(input->cloud, buf_str(&input->group), stream, row_ms, buf_str(&lines));
            buf_reset(&lines);
        }
        row_ms = at_ms;
        if (!lines.len) buf_add(&lines, STR(LOGS_EXACT));
        for (size_t i = 0; i < message.len; i++)
            buf_add_char(&lines, message.ptr[i] == '\n' ? '\r' : message.ptr[i]);
        buf_add_char(&lines, '\n');
    }
    if (lines.len) logs_add(input->cloud, buf_str(&input->group), stream, row_ms, buf_str(&lines));
    buf_release(&lines);
}

bool logs_put_events(struct logs_input *input, struct buf *json) {
    struct writer writer = {.out = json};
    struct batch batch = {0};
    struct str stream;
    if (!logs_input_get_text(input, &logs_input_stream_rule, &stream) ||
        !check_batch(input, &batch) || !logs_input_get_group(input, stream))
        return false;
    if (!logs_find_stream(input->cloud, buf_str(&input->group), stream))
        return logs_input_refuse(
            input, "ResourceNotFoundException", "The specified log stream does not exist.");
    store_batch(input, &batch, stream);
    writer_open(&writer, NULL, '{');
    writer_text(&writer, "nextSequenceToken", LOGS_SEQUENCE_TOKEN);
    if (batch.too_old_until || batch.too_new_from < batch.count) {
        writer_open(&writer, "rejectedLogEventsInfo", '{');
        if (batch.too_old_until)
            writer_int(&writer, "tooOldLogEventEndIndex", (int64_t)batch.too_old_until);
        if (batch.too_new_from < batch.count)
            writer_int(&writer, "tooNewLogEventStartIndex", (int64_t)batch.too_new_from);
        writer_close(&writer, '}');
    }
    writer_close(&writer, '}');
    return true;
}
