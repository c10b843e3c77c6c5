// log_events — see the header.
#include "aws/log_events.h"

#include "aws/invoke.h"
#include "aws/operation.h"
#include "base/memory.h"

#define MESSAGE_NOT "the answer of CloudWatch Logs is not what it should be"

static void add_text(struct json_node *object, const char *key, struct str text) {
    if (text.len) json_add_text(object, key, text);
}

static void add_number(struct json_node *object, const char *key, int64_t number) {
    if (number) json_add_integer(object, key, number);
}

static bool encode(
    enum operation_id id,
    struct str endpoint,
    const struct json_node *root,
    struct request *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf body = {0};
    json_print(root, &body);
    return operation_begin(operation_get(id), endpoint, STR("/"), buf_str(&body), out, err);
}

bool log_events_encode_filter(
    const struct log_events_filter *filter,
    struct str endpoint,
    struct request *out,
    struct error *err) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    json_add_text(root, "logGroupName", filter->group);
    if (filter->stream.len)
        json_add_text(json_add_array(root, "logStreamNames"), NULL, filter->stream);
    add_text(root, "filterPattern", filter->pattern);
    add_number(root, "startTime", filter->from_ms);
    add_number(root, "endTime", filter->to_ms);
    add_number(root, "limit", filter->limit);
    add_text(root, "nextToken", filter->next_token);
    return encode(OPERATION_FILTER_LOG_EVENTS, endpoint, root, out, err);
}

bool log_events_encode_streams(
    struct str group, int64_t limit, struct str endpoint, struct request *out, struct error *err) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    json_add_text(root, "logGroupName", group);
    json_add_text(root, "orderBy", STR("LastEventTime"));
    json_add_bool(root, "descending", true);
    add_number(root, "limit", limit);
    return encode(OPERATION_DESCRIBE_LOG_STREAMS, endpoint, root, out, err);
}

// The object's list of that name; NULL with an error when it is something else.
static const struct json_node *
read_list(struct str body, const char *key, struct json *document, struct error *err) {
    if (!json_parse(body, document, err)) {
        (void)error_wrap(err, MESSAGE_NOT);
        return NULL;
    }
    const struct json_node *list = json_get(document->root, key);
    if (json_kind(list) == JSON_ARRAY) return list;
    (void)error_set(err, ERROR_INVALID, MESSAGE_NOT ": no %s", key);
    return NULL;
}

static struct str cut_line_break(struct str text) {
    while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    return text;
}

void log_events_page_release(struct log_events_page *page) {
    mem_free(page->lines);
    json_release(&page->document);
    *page = (struct log_events_page){0};
}

bool log_events_decode_page(struct str body, struct log_events_page *out, struct error *err) {
    *out = (struct log_events_page){0};
    const struct json_node *list = read_list(body, "events", &out->document, err);
    if (!list) {
        log_events_page_release(out);
        return false;
    }
    out->lines = mem_zeroed(json_count(list) + 1, sizeof(*out->lines));
    for (const struct json_node *node = json_first(list); node; node = json_next(node)) {
        struct log_events_line *line = &out->lines[out->count++];
        line->event_id = json_get_text(node, "eventId");
        line->stream = json_get_text(node, "logStreamName");
        line->message = cut_line_break(json_get_text(node, "message"));
        (void)json_integer(json_get(node, "timestamp"), &line->at_ms);
        (void)json_integer(json_get(node, "ingestionTime"), &line->ingested_at_ms);
    }
    out->next_token = json_get_text(out->document.root, "nextToken");
    return true;
}

void log_events_streams_release(struct log_events_streams *streams) {
    mem_free(streams->streams);
    json_release(&streams->document);
    *streams = (struct log_events_streams){0};
}

bool log_events_decode_streams(struct str body, struct log_events_streams *out, struct error *err) {
    *out = (struct log_events_streams){0};
    const struct json_node *list = read_list(body, "logStreams", &out->document, err);
    if (!list) {
        log_events_streams_release(out);
        return false;
    }
    out->streams = mem_zeroed(json_count(list) + 1, sizeof(*out->streams));
    for (const struct json_node *node = json_first(list); node; node = json_next(node)) {
        struct log_events_stream *stream = &out->streams[out->count++];
        stream->name = json_get_text(node, "logStreamName");
        (void)json_integer(json_get(node, "lastEventTimestamp"), &stream->last_event_at_ms);
    }
    return true;
}

void log_events_add_group(struct buf *out, struct str function) {
    struct invoke_function parts = {0};
    struct error ignored = {0};
    const bool is_known = invoke_split_function(function, &parts, &ignored);
    buf_add(out, STR("/aws/lambda/"));
    buf_add(out, is_known && parts.name.len ? parts.name : function);
}
