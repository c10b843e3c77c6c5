// routes_personalize — GetRecommendations, GetPersonalizedRanking, PutEvents.
#include "campaigns.h"
#include "routes_aws.h"

static bool is_allowed(
    struct cloud *cloud,
    const struct routes_aws_call *call,
    struct str resource,
    struct aws_error *refusal) {
    return access_allows(cloud, &call->caller, call->operation->iam_action, resource, refusal);
}

static enum server_verdict recommend(struct cloud *cloud, struct exchange *exchange) {
    struct routes_aws_call call;
    struct personalize_recommend input = {0};
    struct personalize_items items = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!routes_aws_begin(cloud, exchange, &call)) return SERVER_ANSWER;
    if (!personalize_decode_recommend(exchange->body, &input, &err)) {
        routes_aws_refuse_input(
            cloud, exchange, call.operation, personalize_error_code(&err), &err);
    } else if (
        is_allowed(cloud, &call, input.campaign_arn, &refusal) &&
        campaigns_recommend(cloud, call.region, &input, &items, &refusal)) {
        personalize_encode_items(&items, PERSONALIZE_REPLY_RECOMMENDATIONS, &exchange->response);
        routes_aws_add_request_id(cloud, exchange);
    } else {
        routes_aws_refuse(cloud, exchange, call.operation, &refusal);
    }
    personalize_items_release(&items);
    personalize_recommend_release(&input);
    routes_aws_end(&call);
    return SERVER_ANSWER;
}

static enum server_verdict rank(struct cloud *cloud, struct exchange *exchange) {
    struct routes_aws_call call;
    struct personalize_rank input = {0};
    struct personalize_items items = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!routes_aws_begin(cloud, exchange, &call)) return SERVER_ANSWER;
    if (!personalize_decode_rank(exchange->body, &input, &err)) {
        routes_aws_refuse_input(
            cloud, exchange, call.operation, personalize_error_code(&err), &err);
    } else if (
        is_allowed(cloud, &call, input.campaign_arn, &refusal) &&
        campaigns_rank(cloud, call.region, &input, &items, &refusal)) {
        personalize_encode_items(&items, PERSONALIZE_REPLY_RANKING, &exchange->response);
        routes_aws_add_request_id(cloud, exchange);
    } else {
        routes_aws_refuse(cloud, exchange, call.operation, &refusal);
    }
    personalize_items_release(&items);
    personalize_rank_release(&input);
    routes_aws_end(&call);
    return SERVER_ANSWER;
}

static enum server_verdict put_events(struct cloud *cloud, struct exchange *exchange) {
    struct routes_aws_call call;
    struct personalize_events input = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!routes_aws_begin(cloud, exchange, &call)) return SERVER_ANSWER;
    if (!personalize_decode_events(exchange->body, &input, &err)) {
        routes_aws_refuse_input(
            cloud, exchange, call.operation, personalize_error_code(&err), &err);
    } else if (
        is_allowed(cloud, &call, STR(""), &refusal) &&
        campaigns_put_events(cloud, call.region, &input, &refusal)) {
        exchange->response.status = 200; // with an empty body
        headers_set(&exchange->response.headers, STR("Content-Type"), STR("application/json"));
        routes_aws_add_request_id(cloud, exchange);
    } else {
        routes_aws_refuse(cloud, exchange, call.operation, &refusal);
    }
    personalize_events_release(&input);
    routes_aws_end(&call);
    return SERVER_ANSWER;
}

static const struct route rows[] = {
    {.method = "POST", .path = "/recommendations", .run = recommend},
    {.method = "POST", .path = "/personalize-ranking", .run = rank},
    {.method = "POST", .path = "/events", .run = put_events},
};

struct routes routes_personalize(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
