// client_reply — reads the answers to client_call.h: typed results, or an error with cause and fix.
//
// Shape    each takes the call and the TASK_RESPONSE event. A transfer that failed, a refusal and
//          an unreadable answer all come out as `err`; what to do about a refusal is in
//          remedies.c, keyed by call and code.
// Owns     results own their bytes; release each with the function of its type.
// Errors   ERROR_REFUSED, ERROR_THROTTLED, ERROR_NOT_FOUND, ERROR_EXPIRED, ERROR_INVALID, and
//          those of net. err->message is printable.
// Threads  any.
#pragma once

#include "aws/aws_error.h"
#include "client/client_call.h"

// True for a success answer. `refusal` (may be NULL) gets AWS's own words when it was one.
bool client_reply_check(
    const struct client_call *call,
    const struct task_event *event,
    struct aws_error *refusal,
    struct error *err) MUST_CHECK;

// Recommendations, ranking, and the endpoint of Exercise 3.
bool client_reply_items(
    const struct client_call *call,
    const struct task_event *event,
    struct personalize_items *out,
    struct error *err) MUST_CHECK;
// PutEvents, Segment messages and batches: nothing but "accepted".
bool client_reply_accepted(
    const struct client_call *call, const struct task_event *event, struct error *err) MUST_CHECK;
// A failed function is a reply (has_failed), not an error of the call; client_reply_function_error
// makes it one.
bool client_reply_invoke(
    const struct client_call *call,
    const struct task_event *event,
    struct invoke_reply *out,
    struct error *err) MUST_CHECK;
bool client_reply_function_error(
    const struct client_call *call, const struct invoke_reply *reply, struct error *err);
bool client_reply_session(
    const struct client_call *call,
    const struct task_event *event,
    struct sts_session *out,
    struct error *err) MUST_CHECK;
bool client_reply_identity(
    const struct client_call *call,
    const struct task_event *event,
    struct sts_identity *out,
    struct error *err) MUST_CHECK;
// ERROR_NOT_FOUND: the function has not written anything yet, or there is no such function.
bool client_reply_log_events(
    const struct client_call *call,
    const struct task_event *event,
    struct log_events_page *out,
    struct error *err) MUST_CHECK;
bool client_reply_log_streams(
    const struct client_call *call,
    const struct task_event *event,
    struct log_events_streams *out,
    struct error *err) MUST_CHECK;
// ERROR_NOT_FOUND: no such profile (yet).
bool client_reply_traits(
    const struct client_call *call,
    const struct task_event *event,
    struct profile_traits *out,
    struct error *err) MUST_CHECK;
bool client_reply_ids(
    const struct client_call *call,
    const struct task_event *event,
    struct profile_ids *out,
    struct error *err) MUST_CHECK;
bool client_reply_events(
    const struct client_call *call,
    const struct task_event *event,
    struct profile_events *out,
    struct error *err) MUST_CHECK;
bool client_reply_metadata(
    const struct client_call *call,
    const struct task_event *event,
    struct profile_metadata *out,
    struct error *err) MUST_CHECK;
// The sandbox's own routes.
bool client_reply_json(
    const struct client_call *call,
    const struct task_event *event,
    struct json *out,
    struct error *err) MUST_CHECK;
