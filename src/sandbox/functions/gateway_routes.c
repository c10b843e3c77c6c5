// gateway_routes — the HTTP endpoint of Exercise 3: what API Gateway does between the URL and the
// function. The event has format 1 (REST API proxy), the answer is the function's proxy answer.
#include "base/clock.h"
#include "base/json.h"
#include "functions/function.h"
#include "functions/held_run.h"
#include "http/url.h"
#include "routes.h"
#include "writer.h"

#define INTEGRATION_MS INT64_C(29000) // the gateway waits no longer

static void add_query(struct writer *writer, struct str query) {
    struct url_pair pair;
    struct str rest = query;
    if (!url_next_pair(&rest, &pair)) {
        writer_null(
            writer, "queryStringParameters"); // null, not {}: what broke the workshop's code
        return;
    }
    writer_open(writer, "queryStringParameters", '{');
    do {
        struct buf name = {0}, value = {0};
        struct error err = {0};
        if (url_decode_form(&name, pair.name, &err) && url_decode_form(&value, pair.value, &err)) {
            writer_text(writer, buf_text(&name), buf_str(&value));
        }
        buf_release(&name);
        buf_release(&value);
    } while (url_next_pair(&rest, &pair));
    writer_close(writer, '}');
}

static void add_event(const struct cloud *cloud, const struct exchange *exchange, struct buf *out) {
    struct writer writer = {.out = out};
    writer_open(&writer, NULL, '{');
    writer_text(&writer, "resource", STR("/recommendations"));
    writer_text(&writer, "path", STR("/recommendations"));
    writer_text(&writer, "httpMethod", exchange->method);
    writer_open(&writer, "headers", '{');
    const struct str agent = server_header(exchange, "User-Agent");
    writer_text(&writer, "Host", server_header(exchange, "Host"));
    if (agent.len) writer_text(&writer, "User-Agent", agent);
    writer_close(&writer, '}');
    add_query(&writer, exchange->query);
    writer_null(&writer, "pathParameters");
    writer_null(&writer, "stageVariables");
    writer_open(&writer, "requestContext", '{');
    writer_text(&writer, "accountId", str_from(cloud_account(cloud)));
    writer_text(&writer, "stage", STR("prod"));
    writer_text(&writer, "httpMethod", exchange->method);
    writer_text(&writer, "path", exchange->path);
    writer_int(&writer, "requestTimeEpoch", cloud->now_ms);
    writer_close(&writer, '}');
    if (exchange->body.len)
        writer_text(&writer, "body", exchange->body);
    else
        writer_null(&writer, "body");
    writer_bool(&writer, "isBase64Encoded", false);
    writer_close(&writer, '}');
}

// What frames the answer is the gateway's, whatever the function says.
static bool is_of_gateway(struct str name) {
    static const char *const names[] = {"Content-Length", "Transfer-Encoding", "Connection",
                                        "Keep-Alive",     "Upgrade",           "Trailer"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (str_equal_nocase(name, str_from(names[i]))) return true;
    }
    return false;
}

static bool take_proxy_answer(struct exchange *exchange, struct str payload) {
    struct json answer = {0};
    struct error err = {0};
    int64_t status = 0;
    const bool is_proper = json_parse(payload, &answer, &err) &&
                           json_integer(json_get(answer.root, "statusCode"), &status) &&
                           status >= 200 && status <= 599;
    if (is_proper) {
        routes_answer_json(exchange, (int)status, json_get_text(answer.root, "body"));
        const struct json_node *header = json_first(json_get(answer.root, "headers"));
        for (; header; header = json_next(header)) {
            if (!headers_is_valid_name(json_key(header)) || is_of_gateway(json_key(header)) ||
                !headers_is_valid_value(json_text(header)))
                continue;
            headers_set(&exchange->response.headers, json_key(header), json_text(header));
        }
    }
    json_release(&answer);
    return is_proper;
}

static enum server_verdict answer_run(void *cloud, struct exchange *exchange) {
    struct held_run *held = exchange->holder;
    (void)cloud;
    if (!held->is_done && clock_monotonic_ms() < exchange->hold_until_ms) return SERVER_HOLD;
    if (!held->is_done)
        routes_answer_json(exchange, 504, STR("{\"message\": \"Endpoint request timed out\"}"));
    else if (held->run.reply.status != 200) // a throttled or refused invoke
        routes_answer_json(exchange, 500, STR("{\"message\": \"Internal server error\"}"));
    else if (
        held->run.reply.has_failed ||
        !take_proxy_answer(exchange, buf_str(&held->run.reply.payload)))
        routes_answer_json(exchange, 502, STR("{\"message\": \"Internal server error\"}"));
    return SERVER_ANSWER;
}

static enum server_verdict recommendations(struct cloud *cloud, struct exchange *exchange) {
    struct buf event = {0};
    const struct functions_target target = {
        .function = function_find(cloud, STR(IDENTITIES_ENDPOINT_FUNCTION))};
    if (!target.function) {
        routes_answer_json(exchange, 500, STR("{\"message\": \"Internal server error\"}"));
        return SERVER_ANSWER;
    }
    add_event(cloud, exchange, &event);
    (void)held_run_start(
        cloud, exchange, (struct functions_call){.target = target, .payload = buf_str(&event)},
        INTEGRATION_MS);
    buf_release(&event);
    exchange->again = answer_run;
    return answer_run(cloud, exchange);
}

static const struct route rows[] = {
    {.path = "/prod/recommendations", .run = recommendations},
};

struct routes routes_gateway(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
