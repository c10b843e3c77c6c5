// client_call — builds the requests: everything this program says to AWS, Segment and its sandbox.
//
// Shape    a call is a request with the options it is to be sent with: time limit, retry rule, and
//          the signing of each attempt. A task embeds one, builds it, starts it, and reads the
//          answer with client_reply.h in the response step:
//
//              if (!client_call_recommendations(client, NULL, &query, &self->call, &err)) …fail
//              client_call_start(&self->call, task);
//              … TASK_RESPONSE: client_reply_items(&self->call, event, &items, &err)
//
// Owns     the request until it is started, and the texts it needs later. `{0}` is empty; building
//          releases what was there before. A call stays where it is (the signer points at it) from
//          building to the response step.
// Errors   ERROR_CONFIG when a setting is missing, ERROR_USAGE when a member breaks a limit.
// Threads  those of its client.
#pragma once

#include "aws/invoke.h"
#include "aws/log_events.h"
#include "aws/operation.h"
#include "aws/personalize.h"
#include "aws/sts.h"
#include "client/client.h"
#include "segment/event.h"
#include "segment/profile.h"

// Name for machines, name for people, what it is part of.
#define CLIENT_CALLS(X)                                                                            \
    X(CLIENT_CALL_RECOMMENDATIONS, "recommendations", "GetRecommendations")                        \
    X(CLIENT_CALL_RANKING, "ranking", "GetPersonalizedRanking")                                    \
    X(CLIENT_CALL_PUT_EVENTS, "put_events", "PutEvents")                                           \
    X(CLIENT_CALL_INVOKE, "invoke", "Lambda Invoke")                                               \
    X(CLIENT_CALL_ASSUME_ROLE, "assume_role", "AssumeRole")                                        \
    X(CLIENT_CALL_CALLER_IDENTITY, "caller_identity", "GetCallerIdentity")                         \
    X(CLIENT_CALL_LOG_EVENTS, "log_events", "CloudWatch FilterLogEvents")                          \
    X(CLIENT_CALL_LOG_STREAMS, "log_streams", "CloudWatch DescribeLogStreams")                     \
    X(CLIENT_CALL_EVENT, "event", "Segment tracking")                                              \
    X(CLIENT_CALL_BATCH, "batch", "Segment batch")                                                 \
    X(CLIENT_CALL_PROFILE, "profile", "Segment profile")                                           \
    X(CLIENT_CALL_ENDPOINT, "endpoint", "recommendations endpoint")                                \
    X(CLIENT_CALL_SANDBOX, "sandbox", "sandbox")

enum client_call_kind {
#define X(kind, name, title) kind,
    CLIENT_CALLS(X)
#undef X
        CLIENT_CALL_COUNT
};
const char *client_call_name(enum client_call_kind kind);
const char *client_call_title(enum client_call_kind kind);

// Where and as whom, when it is not the client's own region and keys.
struct client_call_as {
    struct str region;                     // empty: the client's
    const struct credentials *credentials; // borrowed as long as the call; NULL: the client's
};

struct client_call {
    enum client_call_kind kind;
    struct request request;                // owned until started
    struct task_request_options options;   // may be changed before starting
    struct client *client;                 // borrowed
    const struct operation *operation;     // of AWS calls, which are signed; NULL for the others
    const struct credentials *credentials; // borrowed: who signs; NULL: the client's
    int64_t signed_at_ms;                  // wall clock of the last attempt
    struct buf region;                     // owned: what it is signed for
    struct buf subject; // owned: the ARN, function, role or user it is about, for error texts
};
void client_call_release(struct client_call *call);
// Inside a step: task_request with the call's request and options.
void client_call_start(struct client_call *call, struct task *task);

// AWS. `as` may be NULL.
bool client_call_recommendations(
    struct client *client,
    const struct client_call_as *as,
    const struct personalize_recommend *recommend,
    struct client_call *out,
    struct error *err) MUST_CHECK;
bool client_call_ranking(
    struct client *client,
    const struct client_call_as *as,
    const struct personalize_rank *rank,
    struct client_call *out,
    struct error *err) MUST_CHECK;
// Retried only when every event carries an eventId.
bool client_call_put_events(
    struct client *client,
    const struct client_call_as *as,
    const struct personalize_events *events,
    struct client_call *out,
    struct error *err) MUST_CHECK;
// Never repeated once delivered: a function may have done its work. Time limit 15 s.
bool client_call_invoke(
    struct client *client,
    const struct client_call_as *as,
    const struct invoke *invoke,
    struct client_call *out,
    struct error *err) MUST_CHECK;
bool client_call_assume_role(
    struct client *client,
    const struct client_call_as *as,
    const struct sts_assume_role *assume,
    struct client_call *out,
    struct error *err) MUST_CHECK;
bool client_call_caller_identity(
    struct client *client,
    const struct client_call_as *as,
    struct client_call *out,
    struct error *err) MUST_CHECK;

// The function's log. An empty group is that of the setting lambda_function.
bool client_call_log_events(
    struct client *client,
    const struct client_call_as *as,
    const struct log_events_filter *filter,
    struct client_call *out,
    struct error *err) MUST_CHECK;
bool client_call_log_streams(
    struct client *client,
    const struct client_call_as *as,
    struct str group,
    struct client_call *out,
    struct error *err) MUST_CHECK;

// Segment. Messages carry a messageId, so repeating one is harmless.
bool client_call_event(
    struct client *client,
    enum client_source source,
    const struct event *event,
    struct client_call *out,
    struct error *err) MUST_CHECK;
// `body` comes from batch_builder_finish.
bool client_call_batch(
    struct client *client,
    enum client_source source,
    struct str body,
    struct client_call *out,
    struct error *err) MUST_CHECK;
// Traits, external ids, events, metadata, links: query->resource. An empty space_id is the
// setting's; an empty id_value with an empty id_type is the user in focus.
bool client_call_profile(
    struct client *client,
    const struct profile_query *query,
    struct client_call *out,
    struct error *err) MUST_CHECK;
// The HTTP endpoint of Exercise 3. Empty texts and 0 are left out.
struct client_call_endpoint_query {
    struct str user_id, item_id;
    int results;
    bool excludes_purchased; // filter=exclude-purchased
};
bool client_call_endpoint(
    struct client *client,
    const struct client_call_endpoint_query *query,
    struct client_call *out,
    struct error *err) MUST_CHECK;

// The sandbox's own routes (sandbox/own_routes.h). ERROR_CONFIG without a sandbox.
struct client_call_route {
    const char *method; // NULL: GET
    const char *path;   // "/_recloop/debugger"
    struct str query;   // "source=website-prod&limit=5", encoded (url_query_add); may be empty
    struct str body;    // JSON or CSV; may be empty
    int64_t wait_ms;    // of wait=MS in the query: the time limit grows by it
};
bool client_call_sandbox(
    struct client *client,
    const struct client_call_route *route,
    struct client_call *out,
    struct error *err) MUST_CHECK;
