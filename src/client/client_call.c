// client_call — the calls to AWS: encode, choose the endpoint, sign each attempt.
#include "client/client_call.h"

#include "internal.h"

#include "aws/aws_error.h"
#include "aws/endpoint.h"
#include "aws/region.h"

#include <assert.h>

#define INVOKE_TIMEOUT_MS 15000 // above the function's own limit in the workshop, and Segment's 5 s
#define INVOKE_BODY_LIMIT (INVOKE_MAX_PAYLOAD_BYTES + 4096)

static const struct {
    const char *name, *title;
} names[] = {
#define X(kind, name_text, title_text) [kind] = {.name = name_text, .title = title_text},
    CLIENT_CALLS(X)
#undef X
};
static_assert(ARRAY_COUNT(names) == CLIENT_CALL_COUNT, "a name for each call");

const char *client_call_name(enum client_call_kind kind) {
    return names[kind].name;
}

const char *client_call_title(enum client_call_kind kind) {
    return names[kind].title;
}

void client_call_release(struct client_call *call) {
    request_release(&call->request);
    buf_release(&call->region);
    buf_release(&call->subject);
    *call = (struct client_call){0};
}

void client_call_start(struct client_call *call, struct task *task) {
    task_request(task, &call->request, &call->options);
}

void client_call_reset(
    struct client_call *call, struct client *client, enum client_call_kind kind) {
    client_call_release(call);
    call->kind = kind;
    call->client = client;
    call->options.retry = TASK_RETRY_TRANSIENT;
}

static bool sign(void *context, struct request *request, int64_t wall_ms, struct error *err) {
    struct client_call *call = context;
    const struct credentials *credentials =
        call->credentials ? call->credentials : client_credentials(call->client, err);
    if (!credentials) return false;
    call->signed_at_ms = wall_ms;
    return sigv4_sign_request(
        request, credentials,
        &(struct sigv4_options){
            .region = buf_str(&call->region),
            .service = str_from(call->operation->signing_name),
            .now_s = wall_ms / 1000,
            .cache = &call->client->keys,
        },
        NULL, err);
}

// The codes that mean "later" come with status 400 as well, so the body has to be read.
static bool is_throttled(enum operation_id id, const struct response *response) {
    const struct operation *operation = operation_get(id);
    struct aws_error error;
    if (response_is_success(response)) return false;
    aws_error_decode(operation->protocol, response, &error);
    return aws_error_retry_class(operation, &error) == AWS_ERROR_THROTTLING;
}

static bool is_json_throttled(const struct response *response) {
    return is_throttled(OPERATION_GET_RECOMMENDATIONS, response);
}

static bool is_query_throttled(const struct response *response) {
    return is_throttled(OPERATION_ASSUME_ROLE, response);
}

// Everything but the message itself: region, endpoint, who signs, how often.
static bool begin(
    struct client *client,
    const struct client_call_as *as,
    enum client_call_kind kind,
    enum operation_id operation,
    struct client_call *out,
    struct buf *endpoint,
    struct error *err) {
    const struct str region = as && as->region.len ? as->region : client_region(client);
    client_call_reset(out, client, kind);
    out->operation = operation_get(operation);
    out->credentials = as ? as->credentials : NULL;
    out->options.prepare = sign;
    out->options.prepare_context = out;
    out->options.is_throttled =
        out->operation->protocol == OPERATION_QUERY ? is_query_throttled : is_json_throttled;
    if (out->operation->retry == OPERATION_RETRY_UNSENT) out->options.retry = TASK_RETRY_UNSENT;
    const struct str service = str_from(out->operation->service);
    if (!out->credentials && !client_credentials(client, err)) return false;
    if (!client_endpoint(client, service, region, endpoint, NULL, err)) return false;
    buf_add(&out->region, endpoint_signing_region(service, region));
    return true;
}

bool client_call_recommendations(
    struct client *client,
    const struct client_call_as *as,
    const struct personalize_recommend *recommend,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf endpoint = {0};
    const enum client_call_kind kind = CLIENT_CALL_RECOMMENDATIONS;
    const bool has_campaign = recommend->campaign_arn.len || recommend->recommender_arn.len;
    if (!has_campaign && !client_require(client, "campaign_arn", err)) return false;
    if (!begin(client, as, kind, OPERATION_GET_RECOMMENDATIONS, out, &endpoint, err)) return false;
    buf_add(
        &out->subject,
        recommend->campaign_arn.len ? recommend->campaign_arn : recommend->recommender_arn);
    return personalize_encode_recommend(recommend, buf_str(&endpoint), &out->request, err);
}

bool client_call_ranking(
    struct client *client,
    const struct client_call_as *as,
    const struct personalize_rank *rank,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf endpoint = {0};
    const enum client_call_kind kind = CLIENT_CALL_RANKING;
    if (!rank->campaign_arn.len && !client_require(client, "ranking_campaign_arn", err))
        return false;
    if (!begin(client, as, kind, OPERATION_GET_PERSONALIZED_RANKING, out, &endpoint, err))
        return false;
    buf_add(&out->subject, rank->campaign_arn);
    return personalize_encode_rank(rank, buf_str(&endpoint), &out->request, err);
}

bool client_call_put_events(
    struct client *client,
    const struct client_call_as *as,
    const struct personalize_events *events,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf endpoint = {0};
    const enum client_call_kind kind = CLIENT_CALL_PUT_EVENTS;
    if (!events->tracking_id.len && !client_require(client, "tracking_id", err)) return false;
    if (!begin(client, as, kind, OPERATION_PUT_EVENTS, out, &endpoint, err)) return false;
    for (size_t i = 0; i < events->count; i++)
        if (!events->events[i].event_id.len) out->options.retry = TASK_RETRY_UNSENT;
    buf_add(&out->subject, events->tracking_id);
    return personalize_encode_events(events, buf_str(&endpoint), &out->request, err);
}

bool client_call_invoke(
    struct client *client,
    const struct client_call_as *as,
    const struct invoke *invoke,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf endpoint = {0};
    const enum client_call_kind kind = CLIENT_CALL_INVOKE;
    if (!invoke->function.len && !client_require(client, "lambda_function", err)) return false;
    if (!begin(client, as, kind, OPERATION_INVOKE, out, &endpoint, err)) return false;
    out->options.timeout_ms = INVOKE_TIMEOUT_MS;
    out->options.body_limit = INVOKE_BODY_LIMIT;
    buf_add(&out->subject, invoke->function);
    return invoke_encode(invoke, buf_str(&endpoint), &out->request, err);
}

bool client_call_assume_role(
    struct client *client,
    const struct client_call_as *as,
    const struct sts_assume_role *assume,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf endpoint = {0};
    const enum client_call_kind kind = CLIENT_CALL_ASSUME_ROLE;
    if (!assume->role_arn.len && !client_require(client, "destination_role_arn", err)) return false;
    if (!begin(client, as, kind, OPERATION_ASSUME_ROLE, out, &endpoint, err)) return false;
    buf_add(&out->subject, assume->role_arn);
    return sts_encode_assume_role(assume, buf_str(&endpoint), &out->request, err);
}

bool client_call_caller_identity(
    struct client *client,
    const struct client_call_as *as,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf endpoint = {0};
    const enum client_call_kind kind = CLIENT_CALL_CALLER_IDENTITY;
    if (!begin(client, as, kind, OPERATION_GET_CALLER_IDENTITY, out, &endpoint, err)) return false;
    return sts_encode_get_caller_identity(buf_str(&endpoint), &out->request, err);
}

#define LOG_STREAMS 10
#define LOG_BODY_LIMIT ((size_t)4 << 20) // a page of CloudWatch Logs is at most 1 MB of text

static bool add_group(struct client *client, struct str group, struct buf *out, struct error *err) {
    if (group.len) {
        buf_add(out, group);
        return true;
    }
    if (!client_require(client, "lambda_function", err)) return false;
    log_events_add_group(out, config_text(&client_config(client)->lambda_function));
    return true;
}

bool client_call_log_events(
    struct client *client,
    const struct client_call_as *as,
    const struct log_events_filter *filter,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf endpoint = {0};
    CLEANUP(buf_release) struct buf group = {0};
    struct log_events_filter whole = *filter;
    if (!add_group(client, filter->group, &group, err)) return false;
    if (!begin(
            client, as, CLIENT_CALL_LOG_EVENTS, OPERATION_FILTER_LOG_EVENTS, out, &endpoint, err))
        return false;
    whole.group = buf_str(&group);
    out->options.body_limit = LOG_BODY_LIMIT;
    buf_add(&out->subject, whole.group);
    return log_events_encode_filter(&whole, buf_str(&endpoint), &out->request, err);
}

bool client_call_log_streams(
    struct client *client,
    const struct client_call_as *as,
    struct str group,
    struct client_call *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf endpoint = {0};
    CLEANUP(buf_release) struct buf name = {0};
    if (!add_group(client, group, &name, err)) return false;
    if (!begin(
            client, as, CLIENT_CALL_LOG_STREAMS, OPERATION_DESCRIBE_LOG_STREAMS, out, &endpoint,
            err))
        return false;
    buf_add(&out->subject, buf_str(&name));
    return log_events_encode_streams(
        buf_str(&name), LOG_STREAMS, buf_str(&endpoint), &out->request, err);
}
