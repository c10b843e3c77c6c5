// runtime_calls — the calls of personalize-runtime and personalize-events.
#include "access/calls.h"
#include "personalize/campaigns.h"
#include "personalize/datasets.h"

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

// The recipes for actions exist, campaigns of them do not.
static enum server_verdict
recommend_actions(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct personalize_actions input = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!personalize_decode_actions(exchange->body, &input, &err)) {
        calls_refuse_input(cloud, exchange, call->operation, personalize_error_code(&err), &err);
    } else {
        if (is_allowed(cloud, call, input.campaign_arn, &refusal))
            (void)campaigns_recommend_actions(cloud, call->region, &input, &refusal);
        calls_refuse(cloud, exchange, call->operation, &refusal);
    }
    personalize_actions_release(&input);
    return SERVER_ANSWER;
}

static void answer_nothing(struct cloud *cloud, struct exchange *exchange) {
    exchange->response.status = 200; // with an empty body
    headers_set(&exchange->response.headers, STR("Content-Type"), STR("application/json"));
    calls_add_request_id(cloud, exchange);
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
        answer_nothing(cloud, exchange);
    } else {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    }
    personalize_events_release(&input);
    return SERVER_ANSWER;
}

static enum server_verdict put_records(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    enum personalize_records_kind kind) {
    struct personalize_records input = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!personalize_decode_records(exchange->body, kind, &input, &err)) {
        calls_refuse_input(cloud, exchange, call->operation, personalize_error_code(&err), &err);
    } else if (
        is_allowed(cloud, call, input.dataset_arn, &refusal) &&
        datasets_put(cloud, call->region, &input, kind, &refusal)) {
        answer_nothing(cloud, exchange);
    } else {
        calls_refuse(cloud, exchange, call->operation, &refusal);
    }
    personalize_records_release(&input);
    return SERVER_ANSWER;
}

static enum server_verdict
put_items(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    return put_records(cloud, exchange, call, PERSONALIZE_RECORDS_ITEMS);
}

static enum server_verdict
put_users(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    return put_records(cloud, exchange, call, PERSONALIZE_RECORDS_USERS);
}

// No dataset of actions can be made, so none is found.
static enum server_verdict
put_actions(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    return put_records(cloud, exchange, call, PERSONALIZE_RECORDS_ACTIONS);
}

static enum server_verdict
put_action_interactions(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct personalize_actions input = {0};
    struct aws_error refusal;
    struct error err = {0};
    if (!personalize_decode_action_interactions(exchange->body, &input, &err)) {
        calls_refuse_input(cloud, exchange, call->operation, personalize_error_code(&err), &err);
    } else {
        if (is_allowed(cloud, call, STR(""), &refusal)) {
            access_refuse(
                &refusal, 404, "ResourceNotFoundException",
                STR("The dataset group of the event tracker has no Action interactions dataset."));
        }
        calls_refuse(cloud, exchange, call->operation, &refusal);
    }
    personalize_actions_release(&input);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_GET_RECOMMENDATIONS, recommend},
    {OPERATION_GET_PERSONALIZED_RANKING, rank},
    {OPERATION_GET_ACTION_RECOMMENDATIONS, recommend_actions},
    {OPERATION_PUT_EVENTS, put_events},
    {OPERATION_PUT_ITEMS, put_items},
    {OPERATION_PUT_USERS, put_users},
    {OPERATION_PUT_ACTIONS, put_actions},
    {OPERATION_PUT_ACTION_INTERACTIONS, put_action_interactions},
};

struct calls calls_personalize_runtime(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
