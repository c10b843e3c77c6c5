// log_events — CloudWatch Logs for who reads them: DescribeLogStreams and FilterLogEvents, both messages.
//
// Shape    requests borrow their texts; replies own a document, their texts are views of it. A page with
//          next_token is not the last, even if it is empty.
// Units    Unix milliseconds.
// Errors   ERROR_INVALID for a reply that cannot be read.
// Threads  one at a time.
// Source   botocore service model of logs 2014-03-28, protocols/aws.md 3.8.
#pragma once

#include "base/json.h"
#include "http/request.h"

struct log_events_filter {
    struct str group;       // "/aws/lambda/NAME"
    struct str pattern;     // filterPattern; empty: every line
    struct str stream;      // only this one; empty: all
    int64_t from_ms, to_ms; // from <= time < to; 0: not sent
    int64_t limit;          // 0: the service's 10,000
    struct str next_token;  // of the page before; empty: the first
};
bool log_events_encode_filter(
    const struct log_events_filter *filter,
    struct str endpoint,
    struct request *out,
    struct error *err) MUST_CHECK;

struct log_events_line {
    struct str event_id, stream, message; // message without its last line break
    int64_t at_ms, ingested_at_ms;
};
struct log_events_page {
    struct log_events_line *lines; // owned
    size_t count;
    struct str next_token;
    struct json document; // owned
};
void log_events_page_release(struct log_events_page *page);
bool log_events_decode_page(struct str body, struct log_events_page *out, struct error *err)
    MUST_CHECK;

// The newest streams of a group first.
bool log_events_encode_streams(
    struct str group, int64_t limit, struct str endpoint, struct request *out, struct error *err)
    MUST_CHECK;
struct log_events_stream {
    struct str name;
    int64_t last_event_at_ms; // 0: not told
};
struct log_events_streams {
    struct log_events_stream *streams; // owned
    size_t count;
    struct json document; // owned
};
void log_events_streams_release(struct log_events_streams *streams);
bool log_events_decode_streams(struct str body, struct log_events_streams *out, struct error *err)
    MUST_CHECK;

// The group of a function, from its name or ARN: "/aws/lambda/NAME".
void log_events_add_group(struct buf *out, struct str function);
