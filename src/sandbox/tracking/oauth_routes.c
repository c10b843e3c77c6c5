// oauth_routes — see the header.
#include "tracking/oauth_routes.h"

#include "segment/oauth.h"
#include "tracking/door.h"

static enum server_verdict
refuse(struct exchange *exchange, int status, enum oauth_refusal refusal, struct str why) {
    struct buf json = {0};
    oauth_reply_refusal(&json, refusal, why);
    routes_answer_json(exchange, status, buf_str(&json));
    headers_set(&exchange->response.headers, STR("Cache-Control"), STR("no-store"));
    buf_release(&json);
    return SERVER_ANSWER;
}

static enum server_verdict grant(struct cloud *cloud, struct exchange *exchange) {
    struct buf secret = {0}, token = {0}, json = {0};
    door_read_secret(cloud, &secret);
    oauth_add_token(&token, buf_str(&secret), cloud->now_ms / 1000 + OAUTH_TOKEN_LIFE_S);
    oauth_reply_token(&json, buf_str(&token));
    routes_answer_json(exchange, 200, buf_str(&json));
    headers_set(&exchange->response.headers, STR("Cache-Control"), STR("no-store"));
    buf_release(&secret);
    buf_release(&token);
    buf_release(&json);
    return SERVER_ANSWER;
}

enum server_verdict oauth_routes_post_token(struct cloud *cloud, struct exchange *exchange) {
    struct error err = {0};
    struct str kind, parameters;
    str_split(server_header(exchange, "Content-Type"), ';', &kind, &parameters);
    if (!str_equal_nocase(str_trim(kind), STR("application/x-www-form-urlencoded"))) {
        return refuse(
            exchange, 415, OAUTH_INVALID_REQUEST,
            STR("the Content-Type must be application/x-www-form-urlencoded"));
    }
    const enum oauth_refusal refusal = oauth_judge(exchange->body, cloud->now_ms / 1000, &err);
    if (refusal == OAUTH_GRANTED) return grant(cloud, exchange);
    return refuse(exchange, oauth_refusal_status(refusal), refusal, str_from(err.message));
}
