// logs_routes — reading CloudWatch Logs: groups, streams, the events of a stream, and of a group by
// pattern.
#include "base/memory.h"
#include "http/base64.h"
#include "logs/logs.h"
#include "logs/logs_input.h"
#include "logs/logs_read.h"
#include "logs/logs_write_routes.h"
#include "store_logs.h"
#include "store_records.h"
#include "writer.h"

#include <stdlib.h>

#define DESCRIBE_LIMIT 50
#define FILTERED_STREAMS 100
#define OFFSET_LIMIT 1000000000 // no list is that long: a token that says so is not ours
#define CONTENT_TYPE STR("application/x-amz-json-1.1")

typedef bool logs_answer_fn(struct logs_input *input, struct buf *json);

// ---- paging by number ----

static void add_offset_token(struct writer *writer, int64_t offset) {
    struct buf number = {0}, token = {0};
    buf_add_format(&number, "recloop-page-%lld", (long long)offset);
    base64_encode_url(&token, buf_str(&number));
    writer_text(writer, "nextToken", buf_str(&token));
    buf_release(&number);
    buf_release(&token);
}

static bool get_offset(struct logs_input *input, int64_t *out) {
    const struct str token = json_get_text(input->document.root, "nextToken");
    const struct str prefix = STR("recloop-page-");
    struct buf text = {0};
    struct error ignored;
    *out = 0;
    const bool is_read =
        !token.len ||
        (base64_decode_url(&text, token, &ignored) && str_starts_with(buf_str(&text), prefix) &&
         str_parse_int64(str_skip(buf_str(&text), prefix.len), out) && *out > 0 &&
         *out <= OFFSET_LIMIT);
    buf_release(&text);
    return is_read ? true
                   : logs_input_refuse(
                         input, "InvalidParameterException", "The specified nextToken is invalid.");
}

// ---- DescribeLogGroups ----

struct group_list {
    struct logs_input *input;
    struct writer writer;
    struct str prefix, pattern;
    int64_t offset, limit, at;
    struct buf names; // told after the records have been gone through: sizes need the store
    struct {
        size_t name_at, name_len;
        int64_t created_ms, bytes;
    } found[DESCRIBE_LIMIT];
    size_t count;
    bool has_more;
};

static bool take_group(void *context, const struct store_record *record) {
    struct group_list *list = context;
    if (list->prefix.len && !str_starts_with(record->id, list->prefix)) return true;
    if (list->pattern.len && !str_contains(record->id, list->pattern)) return true;
    if (list->at++ < list->offset) return true;
    if ((int64_t)list->count == list->limit) {
        list->has_more = true;
        return false;
    }
    list->found[list->count].name_at = list->names.len;
    list->found[list->count].name_len = record->id.len;
    list->found[list->count++].created_ms = record->created_at_ms;
    buf_add(&list->names, record->id);
    return true;
}

static struct str group_name(const struct group_list *list, size_t i) {
    return str_slice(buf_str(&list->names), list->found[i].name_at, list->found[i].name_len);
}

static void take_bytes(void *context, struct str group, int64_t bytes) {
    struct group_list *list = context;
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(group_name(list, i), group)) list->found[i].bytes = bytes;
    }
}

static void add_group(struct group_list *list, size_t i) {
    struct writer *writer = &list->writer;
    const struct str name = group_name(list, i);
    struct buf arn = {0};
    logs_input_add_group_arn(list->input, name, &arn);
    writer_open(writer, NULL, '{');
    writer_text(writer, "logGroupName", name);
    writer_int(writer, "creationTime", list->found[i].created_ms);
    writer_int(writer, "metricFilterCount", 0);
    writer_int(writer, "storedBytes", list->found[i].bytes);
    writer_text(writer, "logGroupClass", STR("STANDARD"));
    writer_text(writer, "logGroupArn", buf_str(&arn));
    buf_add(&arn, STR(":*"));
    writer_text(writer, "arn", buf_str(&arn));
    writer_close(writer, '}');
    buf_release(&arn);
}

static bool describe_log_groups(struct logs_input *input, struct buf *json) {
    struct logs_input_text rule = logs_input_group_rule;
    struct group_list list = {.input = input, .writer = {.out = json}};
    rule.is_required = false;
    rule.member = "logGroupNamePrefix";
    if (!logs_input_get_text(input, &rule, &list.prefix)) return false;
    rule.member = "logGroupNamePattern";
    if (!logs_input_get_text(input, &rule, &list.pattern)) return false;
    if (list.prefix.len && list.pattern.len)
        return logs_input_refuse(
            input, "InvalidParameterException",
            "logGroupNamePrefix and logGroupNamePattern are mutually exclusive parameters.");
    if (!logs_input_get_int(input, "limit", DESCRIBE_LIMIT, 1, DESCRIBE_LIMIT, &list.limit) ||
        !get_offset(input, &list.offset) ||
        !logs_input_is_allowed(input, (struct str){0}, (struct str){0}))
        return false;
    if (logs_input_is_here(input))
        store_each_record(
            input->cloud->store, LOGS_GROUP_RECORD, (struct str){0}, 0, take_group, &list);
    writer_open(&list.writer, NULL, '{');
    writer_open(&list.writer, "logGroups", '[');
    store_each_log_group(input->cloud->store, take_bytes, &list);
    for (size_t i = 0; i < list.count; i++)
        add_group(&list, i);
    writer_close(&list.writer, ']');
    if (list.has_more) add_offset_token(&list.writer, list.offset + list.limit);
    writer_close(&list.writer, '}');
    buf_release(&list.names);
    return true;
}

// ---- DescribeLogStreams ----

struct stream_row {
    struct store_log_stream stream; // its name is a view of the list's
    size_t name_at;
};
struct stream_list {
    struct stream_row *rows; // owned
    size_t count, cap;
    struct buf names;
    struct str prefix;
};

static bool take_stream(void *context, const struct store_log_stream *stream) {
    struct stream_list *list = context;
    if (list->prefix.len && !str_starts_with(stream->name, list->prefix)) return true;
    if (list->count == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 64;
        list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
    }
    list->rows[list->count++] = (struct stream_row){.stream = *stream, .name_at = list->names.len};
    buf_add(&list->names, stream->name);
    return true;
}

static void list_streams(struct logs_input *input, struct stream_list *list) {
    store_each_log_stream(input->cloud->store, buf_str(&input->group), take_stream, list);
    for (size_t i = 0; i < list->count; i++) // the names rest now
        list->rows[i].stream.name =
            str_slice(buf_str(&list->names), list->rows[i].name_at, list->rows[i].stream.name.len);
}

static void release_streams(struct stream_list *list) {
    mem_free(list->rows);
    buf_release(&list->names);
}

// Streams without events come first, as the least; equal ones by name.
static int compare_times(const void *left, const void *right) {
    const struct store_log_stream *a = &((const struct stream_row *)left)->stream;
    const struct store_log_stream *b = &((const struct stream_row *)right)->stream;
    if (a->last_ms != b->last_ms) return a->last_ms < b->last_ms ? -1 : 1;
    return str_compare(a->name, b->name);
}

static void add_stream(
    const struct logs_input *input, const struct store_log_stream *stream, struct writer *writer) {
    struct buf arn = {0};
    logs_input_add_group_arn(input, buf_str(&input->group), &arn);
    buf_add(&arn, STR(":log-stream:"));
    buf_add(&arn, stream->name);
    writer_open(writer, NULL, '{');
    writer_text(writer, "logStreamName", stream->name);
    writer_int(writer, "creationTime", stream->created_ms);
    if (stream->first_ms) writer_int(writer, "firstEventTimestamp", stream->first_ms);
    if (stream->last_ms) writer_int(writer, "lastEventTimestamp", stream->last_ms);
    if (stream->ingested_ms) writer_int(writer, "lastIngestionTime", stream->ingested_ms);
    if (stream->last_ms) writer_text(writer, "uploadSequenceToken", LOGS_SEQUENCE_TOKEN);
    writer_text(writer, "arn", buf_str(&arn));
    writer_int(writer, "storedBytes", 0); // as the service has answered since 2019
    writer_close(writer, '}');
    buf_release(&arn);
}

static bool get_order(struct logs_input *input, struct str prefix, bool *out_by_time) {
    static const struct logs_input_text rule = {.member = "orderBy", .most = 100};
    struct str order;
    if (!logs_input_get_text(input, &rule, &order)) return false;
    *out_by_time = str_equal(order, STR("LastEventTime"));
    if (order.ptr && !*out_by_time && !str_equal(order, STR("LogStreamName")))
        return logs_input_refuse_member(
            input, "orderBy", order, "must satisfy enum value set: [LogStreamName, LastEventTime]");
    if (*out_by_time && prefix.len)
        return logs_input_refuse(
            input, "InvalidParameterException",
            "Cannot order by LastEventTime with a logStreamNamePrefix.");
    return true;
}

static bool describe_log_streams(struct logs_input *input, struct buf *json) {
    struct logs_input_text rule = logs_input_stream_rule;
    struct stream_list list = {0};
    struct writer writer = {.out = json};
    int64_t limit = 0, offset = 0;
    bool by_time = false;
    rule.member = "logStreamNamePrefix";
    rule.is_required = false;
    if (!logs_input_get_text(input, &rule, &list.prefix) ||
        !get_order(input, list.prefix, &by_time) ||
        !logs_input_get_int(input, "limit", DESCRIBE_LIMIT, 1, DESCRIBE_LIMIT, &limit) ||
        !get_offset(input, &offset) || !logs_input_get_group(input, (struct str){0}))
        return false;
    const bool is_descending = json_bool(json_get(input->document.root, "descending"), false);
    list_streams(input, &list);
    if (by_time && list.count) qsort(list.rows, list.count, sizeof(*list.rows), compare_times);
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "logStreams", '[');
    size_t at = (size_t)offset;
    for (; at < list.count && (int64_t)at < offset + limit; at++)
        add_stream(input, &list.rows[is_descending ? list.count - 1 - at : at].stream, &writer);
    writer_close(&writer, ']');
    if (at < list.count) add_offset_token(&writer, (int64_t)at);
    writer_close(&writer, '}');
    release_streams(&list);
    return true;
}

// ---- GetLogEvents ----

static void add_event_token(
    struct writer *writer, const char *key, const char *prefix, struct logs_place place) {
    struct buf token = {0};
    buf_add(&token, str_from(prefix));
    logs_place_add(&token, place);
    writer_text(writer, key, buf_str(&token));
    buf_release(&token);
}

static bool get_event_token(struct logs_input *input, struct logs_reading *reading) {
    const struct str token = json_get_text(input->document.root, "nextToken");
    reading->is_descending = !json_bool(json_get(input->document.root, "startFromHead"), false);
    reading->beyond = reading->is_descending ? LOGS_PLACE_END : LOGS_PLACE_START;
    if (!token.len) return true;
    reading->is_descending = str_starts_with(token, STR("b/"));
    if ((reading->is_descending || str_starts_with(token, STR("f/"))) &&
        logs_place_parse(str_skip(token, 2), &reading->beyond))
        return true;
    return logs_input_refuse(
        input, "InvalidParameterException", "The specified nextToken is invalid.");
}

// Of an empty page the token that was sent comes back: that is how clients know the end. The other one
// leads back over the same place.
static void add_event_tokens(
    struct writer *writer, const struct logs_reading *reading, const struct logs_page *page) {
    struct logs_place first = reading->beyond, last = reading->beyond;
    if (page->count) {
        first = page->events[0].place;
        last = page->events[page->count - 1].place;
    } else if (reading->is_descending) {
        last.line -= last.line >= 0;
    } else {
        first.line++;
    }
    add_event_token(writer, "nextForwardToken", "f/", last);
    add_event_token(writer, "nextBackwardToken", "b/", first);
}

static bool get_window(struct logs_input *input, struct logs_reading *reading) {
    const int64_t most = INT64_C(9999999999999);
    return logs_input_get_int(input, "startTime", 0, 0, most, &reading->from_ms) &&
           logs_input_get_int(input, "endTime", most, 0, most, &reading->to_ms) &&
           logs_input_get_int(
               input, "limit", LOGS_READ_EVENTS, 1, LOGS_READ_EVENTS, &reading->limit);
}

static bool get_log_events(struct logs_input *input, struct buf *json) {
    struct writer writer = {.out = json};
    struct logs_reading reading = {0};
    struct logs_page page = {0};
    struct str stream;
    if (!logs_input_get_text(input, &logs_input_stream_rule, &stream) ||
        !get_window(input, &reading) || !get_event_token(input, &reading) ||
        !logs_input_get_group(input, stream))
        return false;
    reading.stream = logs_find_stream(input->cloud, buf_str(&input->group), stream);
    if (!reading.stream)
        return logs_input_refuse(
            input, "ResourceNotFoundException", "The specified log stream does not exist.");
    if (json_kind(json_get(input->document.root, "endTime")) == JSON_NUMBER)
        reading.to_ms--; // here the end is not included, unlike FilterLogEvents
    logs_read(input->cloud, &reading, &page);
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "events", '[');
    for (size_t i = 0; i < page.count; i++) {
        writer_open(&writer, NULL, '{');
        writer_int(&writer, "timestamp", page.events[i].place.at_ms);
        writer_text(&writer, "message", logs_page_text(&page, &page.events[i]));
        writer_int(&writer, "ingestionTime", page.events[i].ingested_ms);
        writer_close(&writer, '}');
    }
    writer_close(&writer, ']');
    add_event_tokens(&writer, &reading, &page);
    writer_close(&writer, '}');
    logs_page_release(&page);
    return true;
}

// ---- FilterLogEvents ----

struct filter {
    struct stream_list streams;
    struct str names[FILTERED_STREAMS];
    size_t name_count;
    struct log_pattern pattern;
};

static int compare_ids(const void *left, const void *right) {
    const struct store_log_stream *a = &((const struct stream_row *)left)->stream;
    const struct store_log_stream *b = &((const struct stream_row *)right)->stream;
    return (a->id > b->id) - (a->id < b->id);
}

// Asked for each event, so the list is in order of its ids.
static const struct store_log_stream *find_stream(const struct filter *filter, int64_t id) {
    const struct stream_row wanted = {.stream = {.id = id}};
    const struct stream_list *streams = &filter->streams;
    const struct stream_row *row =
        streams->count
            ? bsearch(&wanted, streams->rows, streams->count, sizeof(wanted), compare_ids)
            : NULL;
    return row ? &row->stream : NULL;
}

static bool wants_stream(void *context, int64_t id) {
    const struct filter *filter = context;
    const struct store_log_stream *stream = find_stream(filter, id);
    if (!stream || !filter->name_count) return stream != NULL; // the list holds the prefix's alone
    for (size_t i = 0; i < filter->name_count; i++) {
        if (str_equal(filter->names[i], stream->name)) return true;
    }
    return false;
}

static bool get_names(struct logs_input *input, struct filter *filter) {
    const struct json_node *list = json_get(input->document.root, "logStreamNames");
    struct logs_input_text rule = logs_input_stream_rule;
    rule.member = "logStreamNamePrefix";
    rule.is_required = false;
    if (!logs_input_get_text(input, &rule, &filter->streams.prefix)) return false;
    if (json_kind(list) != JSON_ARRAY) return true;
    if (filter->streams.prefix.len)
        return logs_input_refuse(
            input, "InvalidParameterException",
            "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
    const size_t count = json_count(list);
    if (count < 1 || count > FILTERED_STREAMS)
        return logs_input_refuse_member(
            input, "logStreamNames", STR("[...]"),
            count ? "must have length less than or equal to 100"
                  : "must have length greater than or equal to 1");
    for (const struct json_node *name = json_first(list); name; name = json_next(name)) {
        rule.member = "logStreamNames";
        const struct str text = json_text(name);
        if (!logs_input_check_text(input, &rule, text)) return false;
        filter->names[filter->name_count++] = text;
    }
    return true;
}

static bool get_pattern(struct logs_input *input, struct filter *filter) {
    static const struct logs_input_text rule = {
        .member = "filterPattern", .most = LOG_PATTERN_MAX_BYTES};
    struct str text;
    struct error err = {0};
    if (!logs_input_get_text(input, &rule, &text)) return false;
    if (log_pattern_parse(text, &filter->pattern, &err)) return true;
    return logs_input_refuse(input, "InvalidParameterException", err.message);
}

static bool get_filter_token(struct logs_input *input, struct logs_reading *reading) {
    const struct str token = json_get_text(input->document.root, "nextToken");
    struct buf text = {0};
    struct error ignored;
    reading->beyond = LOGS_PLACE_START;
    const bool is_read = !token.len || (base64_decode_url(&text, token, &ignored) &&
                                        logs_place_parse(buf_str(&text), &reading->beyond));
    buf_release(&text);
    return is_read ? true
                   : logs_input_refuse(
                         input, "InvalidParameterException", "The specified nextToken is invalid.");
}

static void
add_found(const struct filter *filter, const struct logs_page *page, struct writer *writer) {
    writer_open(writer, "events", '[');
    for (size_t i = 0; i < page->count; i++) {
        const struct logs_event *event = &page->events[i];
        struct buf id = {0};
        logs_place_add(&id, event->place);
        writer_open(writer, NULL, '{');
        writer_text(writer, "logStreamName", find_stream(filter, event->stream)->name);
        writer_int(writer, "timestamp", event->place.at_ms);
        writer_text(writer, "message", logs_page_text(page, event));
        writer_int(writer, "ingestionTime", event->ingested_ms);
        writer_text(writer, "eventId", buf_str(&id));
        writer_close(writer, '}');
        buf_release(&id);
    }
    writer_close(writer, ']');
    writer_open(writer, "searchedLogStreams", '['); // always empty since 2019
    writer_close(writer, ']');
}

static bool run_filter(struct logs_input *input, struct filter *filter, struct buf *json) {
    struct writer writer = {.out = json};
    struct logs_page page = {0};
    struct logs_reading reading = {.context = filter};
    if (!get_names(input, filter) || !get_window(input, &reading) || !get_pattern(input, filter) ||
        !get_filter_token(input, &reading) || !logs_input_get_group(input, (struct str){0}))
        return false;
    list_streams(input, &filter->streams);
    if (filter->streams.count)
        qsort(
            filter->streams.rows, filter->streams.count, sizeof(*filter->streams.rows),
            compare_ids);
    for (size_t i = 0; i < filter->name_count; i++) {
        if (!logs_find_stream(input->cloud, buf_str(&input->group), filter->names[i]))
            return logs_input_refuse(
                input, "ResourceNotFoundException", "The specified log stream does not exist.");
    }
    reading.group = buf_str(&input->group);
    if (filter->name_count || filter->streams.prefix.len) reading.wants_stream = wants_stream;
    if (filter->pattern.kind != LOG_PATTERN_ALL) reading.pattern = &filter->pattern;
    logs_read(input->cloud, &reading, &page);
    writer_open(&writer, NULL, '{');
    add_found(filter, &page, &writer);
    if (page.has_more) {
        struct buf place = {0}, token = {0};
        logs_place_add(&place, page.reached);
        base64_encode_url(&token, buf_str(&place));
        writer_text(&writer, "nextToken", buf_str(&token));
        buf_release(&place);
        buf_release(&token);
    }
    writer_close(&writer, '}');
    logs_page_release(&page);
    return true;
}

static bool filter_log_events(struct logs_input *input, struct buf *json) {
    struct filter filter = {0};
    const bool is_done = run_filter(input, &filter, json);
    release_streams(&filter.streams);
    log_pattern_release(&filter.pattern);
    return is_done;
}

// ---- the calls ----

static const struct answer_row {
    enum operation_id operation;
    logs_answer_fn *run;
} answers[] = {
    {OPERATION_DESCRIBE_LOG_GROUPS, describe_log_groups},
    {OPERATION_DESCRIBE_LOG_STREAMS, describe_log_streams},
    {OPERATION_GET_LOG_EVENTS, get_log_events},
    {OPERATION_FILTER_LOG_EVENTS, filter_log_events},
    {OPERATION_CREATE_LOG_GROUP, logs_create_group},
    {OPERATION_DELETE_LOG_GROUP, logs_delete_group},
    {OPERATION_CREATE_LOG_STREAM, logs_create_stream},
    {OPERATION_PUT_LOG_EVENTS, logs_put_events},
};

static bool run(struct logs_input *input, struct buf *json) {
    for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
        if (answers[i].operation == input->call->operation->id) return answers[i].run(input, json);
    }
    UNREACHABLE("a row of calls without an answer");
}

static enum server_verdict
answer(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct logs_input input = {.cloud = cloud, .call = call};
    struct buf json = {0};
    if (logs_input_open(&input, exchange->body) && run(&input, &json)) {
        exchange->response.status = 200; // with an empty body when there is nothing to tell
        response_set_body(&exchange->response, CONTENT_TYPE, buf_str(&json));
        calls_add_request_id(cloud, exchange);
    } else {
        calls_refuse(cloud, exchange, call->operation, &input.refusal);
    }
    buf_release(&json);
    logs_input_release(&input);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_DESCRIBE_LOG_GROUPS, answer}, {OPERATION_DESCRIBE_LOG_STREAMS, answer},
    {OPERATION_GET_LOG_EVENTS, answer},      {OPERATION_FILTER_LOG_EVENTS, answer},
    {OPERATION_CREATE_LOG_GROUP, answer},    {OPERATION_DELETE_LOG_GROUP, answer},
    {OPERATION_CREATE_LOG_STREAM, answer},   {OPERATION_PUT_LOG_EVENTS, answer},
};

struct calls calls_logs(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
