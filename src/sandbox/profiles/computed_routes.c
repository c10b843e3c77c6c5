// computed_routes — /_recloop/computed-traits: the space's computed traits and audiences, defined here.
#include "http/url.h"
#include "profiles/computed_traits.h"
#include "routes.h"
#include "sandbox/own_routes.h"

static const char prefix[] = OWN_ROUTES_COMPUTED_TRAITS "/";

static bool read_key(struct exchange *exchange, struct buf *out) {
    struct error err = {0};
    if (url_decode(out, str_skip(exchange->path, sizeof(prefix) - 1), &err) && out->len)
        return true;
    (void)error_set(&err, ERROR_INVALID, "the path names no key");
    (void)error_hint(&err, "Use " OWN_ROUTES_COMPUTED_TRAITS "/KEY, percent-encoded.");
    routes_answer_error(exchange, &err);
    return false;
}

static void answer_unknown(struct exchange *exchange) {
    struct error err = {0};
    (void)error_set(&err, ERROR_NOT_FOUND, "there is no computed trait of that key");
    (void)error_hint(&err, "GET " OWN_ROUTES_COMPUTED_TRAITS " lists them.");
    routes_answer_error(exchange, &err);
}

static void answer_definition(struct cloud *cloud, struct exchange *exchange, struct str key) {
    struct buf json = {0};
    if (computed_traits_describe(cloud, key, &json))
        routes_answer_json(exchange, 200, buf_str(&json));
    else
        answer_unknown(exchange);
    buf_release(&json);
}

static enum server_verdict list(struct cloud *cloud, struct exchange *exchange) {
    answer_definition(cloud, exchange, (struct str){0});
    return SERVER_ANSWER;
}

static enum server_verdict get(struct cloud *cloud, struct exchange *exchange) {
    struct buf key = {0};
    enum server_verdict verdict = SERVER_ANSWER;
    if (read_key(exchange, &key)) {
        const bool is_live = computed_traits_is_live(cloud, buf_str(&key));
        if (!is_live && routes_may_hold(cloud, exchange))
            verdict = SERVER_HOLD;
        else
            answer_definition(cloud, exchange, buf_str(&key));
    }
    buf_release(&key);
    return verdict;
}

static enum server_verdict put(struct cloud *cloud, struct exchange *exchange) {
    struct buf key = {0};
    struct error err = {0};
    if (read_key(exchange, &key)) {
        if (computed_traits_put(cloud, buf_str(&key), exchange->body, &err))
            answer_definition(cloud, exchange, buf_str(&key));
        else
            routes_answer_error(exchange, &err);
    }
    buf_release(&key);
    return SERVER_ANSWER;
}

static enum server_verdict delete (struct cloud *cloud, struct exchange *exchange) {
    struct buf key = {0}; struct error err = {0};
    if (read_key(exchange, &key)){if (computed_traits_remove(cloud, buf_str(&key), &err))
                                      routes_answer_json(exchange, 200, STR("{\"deleted\":true}"));
                                  else routes_answer_error(exchange, &err);}
buf_release(&key);
return SERVER_ANSWER;
}

static const struct route rows[] = {
    {.method = "GET", .path = OWN_ROUTES_COMPUTED_TRAITS, .run = list},
    {.method = "GET", .path = OWN_ROUTES_COMPUTED_TRAITS "/", .is_prefix = true, .run = get},
    {.method = "PUT", .path = OWN_ROUTES_COMPUTED_TRAITS "/", .is_prefix = true, .run = put},
    {.method = "DELETE", .path = OWN_ROUTES_COMPUTED_TRAITS "/", .is_prefix = true, .run = delete},
};

struct routes routes_computed_traits(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
