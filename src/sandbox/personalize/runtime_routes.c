// runtime_routes — GetRecommendations, GetPersonalizedRanking, PutEvents.
#include "access/calls.h"
#include "personalize/campaigns.h"

static bool is_allowed(
    struct cloud *cloud, const struct call *call, struct str resource, struct aws_error *refusal) {
    return access_allows(cloud, &call->caller, call->operation->iam_action, resource, refusal);
}

static enum server_verdict
recommend(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct personalize_recommend input = {0};
    struct personalize_items items = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!personalize_decode_recommend(exchange->body, &input, &err)) {
        calls_refuse_input(cloud, exchange, call->operation, personalize_error_code(&err), &err);
    } else if (
        is_allowed(cloud, call, input.campaign_arn, &refusal) &&
        campaigns_recommend(cloud, call->region, &input, &items, &refusal)) {
        personalize_encode_items(&items, PERSONALIZE_REPLY_RECOMMENDATIONS, &exchange->response);
        calls_add_request_id(cloud, exchange);
    } else {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    }
    personalize_items_release(&items);
    personalize_recommend_release(&input);
    return SERVER_ANSWER;
}

static enum server_verdict
rank(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct personalize_rank input = {0};
    struct personalize_items items = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!personalize_decode_rank(exchange->body, &input, &err)) {
        calls_refuse_input(cloud, exchange, call->operation, personalize_error_code(&err), &err);
    } else if (
        is_allowed(cloud, call, input.campaign_arn, &refusal) &&
        campaigns_rank(cloud, call->region, &input, &items, &refusal)) {
        personalize_encode_items(&items, PERSONALIZE_REPLY_RANKING, &exchange->response);
        calls_add_request_id(cloud, exchange);
    } else {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    }
    personalize_items_release(&items);
    personalize_rank_release(&input);
    return SERVER_ANSWER;
}

static enum server_verdict
put_events(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct personalize_events input = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!personalize_decode_events(exchange->body, &input, &err)) {
        calls_refuse_input(cloud, exchange, call->operation, personalize_error_code(&err), &err);
    } else if (
        is_allowed(cloud, call, STR(""), &refusal) &&
        campaigns_put_events(cloud, call->region, &input, &refusal)) {
        exchange->response.status = 200; // with an empty body
        headers_set(&exchange->response.headers, STR("Content-Type"), STR("application/json"));
        calls_add_request_id(cloud, exchange);
    } else {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    }
    personalize_events_release(&input);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_GET_RECOMMENDATIONS, recommend},
    {OPERATION_GET_PERSONALIZED_RANKING, rank},
    {OPERATION_PUT_EVENTS, put_events},
};

struct calls calls_personalize_runtime(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
