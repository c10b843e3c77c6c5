// routes — the dispatcher and what routes share.
#include "routes.h"

#include "aws/aws_error.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "http/url.h"
#include "operations/faults.h"
#include "operations/place.h"
#include "operations/refusal.h"
#include "sandbox/own_routes.h"
#include "writer.h"

#define DEFAULT_BODY_LIMIT ((size_t)1 << 20)

typedef struct routes table_fn(void);
static table_fn *const tables[] = {
    routes_tracking,  routes_profile, routes_computed_traits, routes_aws, routes_gateway,
    routes_functions, routes_own,
};

static bool is_path_of(const struct route *route, struct str path) {
    const struct str own = str_from(route->path);
    return route->is_prefix ? str_starts_with(path, own) : str_equal(path, own);
}

const struct route *routes_find(struct str method, struct str path, bool *is_path_known) {
    *is_path_known = false;
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        const struct routes routes = tables[i]();
        for (size_t j = 0; j < routes.count; j++) {
            const struct route *route = &routes.rows[j];
            if (!is_path_of(route, path)) continue;
            *is_path_known = true;
            if (!route->method || str_equal(method, str_from(route->method))) return route;
            if (str_equal(method, STR("HEAD")) && str_equal(STR("GET"), str_from(route->method)))
                return route; // libmicrohttpd leaves the body out
        }
    }
    return NULL;
}

size_t routes_body_limit(struct str path) {
    size_t limit = DEFAULT_BODY_LIMIT;
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        const struct routes routes = tables[i]();
        for (size_t j = 0; j < routes.count; j++) {
            if (is_path_of(&routes.rows[j], path) && routes.rows[j].body_limit)
                return routes.rows[j].body_limit;
        }
    }
    return limit;
}

// AWS clients look for the code in a header and the text under another name.
static void answer_unknown_operation(struct exchange *exchange, const char *path) {
    struct aws_error refusal;
    struct buf text = {0};
    buf_add_format(
        &text, "The sandbox does not know this operation: " STR_FMT " %s",
        STR_ARG(exchange->method), path);
    aws_error_set(&refusal, 404, STR("UnknownOperationException"), buf_str(&text));
    aws_error_encode(OPERATION_REST_JSON, STR(""), &refusal, &exchange->response);
    buf_release(&text);
}

static void answer_nothing_here(struct exchange *exchange) {
    struct error err = {0};
    struct buf path = {0};
    buf_add_printable(&path, str_slice(exchange->path, 0, 100));
    error_set(
        &err, ERROR_NOT_FOUND, "the sandbox has no route " STR_FMT " %s", STR_ARG(exchange->method),
        buf_text(&path));
    error_hint(&err, "The base URL of all services is the sandbox's own, without a path.");
    if (str_starts_with(server_header(exchange, "Authorization"), STR(SIGV4_ALGORITHM)))
        answer_unknown_operation(exchange, buf_text(&path));
    else
        routes_answer_error(exchange, &err);
    buf_release(&path);
}

static void add_method(struct buf *allow, const char *method) {
    if (str_contains(buf_str(allow), str_from(method))) return; // no method is part of another
    if (allow->len) buf_add(allow, STR(", "));
    buf_add(allow, str_from(method));
}

// The path is known, the method is not among its own.
static void answer_other_method(struct exchange *exchange) {
    CLEANUP(buf_release) struct buf allow = {0};
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        const struct routes routes = tables[i]();
        for (size_t j = 0; j < routes.count; j++) {
            if (!routes.rows[j].method || !is_path_of(&routes.rows[j], exchange->path)) continue;
            add_method(&allow, routes.rows[j].method);
            if (strcmp(routes.rows[j].method, "GET") == 0) add_method(&allow, "HEAD");
        }
    }
    add_method(&allow, "OPTIONS");
    if (str_equal(exchange->method, STR("OPTIONS"))) {
        exchange->response.status = 204;
    } else {
        answer_nothing_here(exchange);
        exchange->response.status = 405;
    }
    headers_set(&exchange->response.headers, STR("Allow"), buf_str(&allow));
}

static bool is_loopback_url(const char *scheme, struct str authority) {
    struct buf text = {0};
    struct url url;
    struct error err = {0};
    buf_add_format(&text, "%s" STR_FMT, scheme, STR_ARG(authority));
    const bool is_it = url_parse(buf_str(&text), &url, &err) && url_is_loopback(&url);
    buf_release(&text);
    return is_it;
}

// Under its own address only where others may come at all: a name could have been made to point here.
static bool is_own_host(const struct exchange *exchange) {
    CLEANUP(buf_release) struct buf text = {0};
    struct url url;
    struct error ignored = {0};
    buf_add_format(&text, "http://" STR_FMT, STR_ARG(server_header(exchange, "Host")));
    if (!url_parse(buf_str(&text), &url, &ignored)) return false;
    return url_is_loopback(&url) || server_is_own_address(exchange, url.host);
}

// A GET by an <img> or <script> of another site has no Origin. It gets to read nothing, but may hold answers and
// have credentials made. A link that somebody follows is a question of his own.
static bool is_embedded(const struct exchange *exchange) {
    return str_equal(server_header(exchange, "Sec-Fetch-Site"), STR("cross-site")) &&
           !str_equal(server_header(exchange, "Sec-Fetch-Dest"), STR("document"));
}

// The own routes have no password. They answer this machine alone, wherever the sandbox listens, and no
// page in somebody's browser: neither by a cross-site POST (Origin) nor under a name that it made point
// here (Host).
static bool is_foreign(const struct exchange *exchange) {
    const struct str origin = server_header(exchange, "Origin");
    if (!str_starts_with(exchange->path, STR("/_recloop/"))) return false;
    if (!server_is_local(exchange) || !is_own_host(exchange)) return true;
    return origin.len ? !is_loopback_url("", origin) : is_embedded(exchange);
}

static void answer_foreign(struct exchange *exchange) {
    struct error err = {0};
    error_set(&err, ERROR_REFUSED, "this route answers programs of this machine only");
    error_hint(&err, "Ask it under 127.0.0.1 or localhost, not from a page of another site.");
    routes_answer_error(exchange, &err);
}

size_t routes_place(struct exchange *exchange) {
    if (exchange->operation) return place_of_operation(exchange->operation);
    const size_t place = place_of_path(exchange->path);
    const enum place_service service = place_at(place)->service;
    if (service != PLACE_NONE && service != PLACE_AWS) return place;
    struct request request = {0};
    server_copy_request(exchange, &request);
    exchange->operation = operation_route(&request);
    request_release(&request);
    return exchange->operation ? place_of_operation(exchange->operation) : place;
}

static enum server_verdict run(struct cloud *cloud, struct exchange *exchange) {
    bool is_path_known = false;
    if (exchange->again) return exchange->again(cloud, exchange);
    if (is_foreign(exchange)) {
        answer_foreign(exchange);
        return SERVER_ANSWER;
    }
    if (exchange->is_overloaded) {
        refusal_throttle(cloud, exchange, 1);
        return SERVER_ANSWER;
    }
    switch (faults_begin(cloud, exchange)) {
    case FAULTS_ANSWERED: return SERVER_ANSWER;
    case FAULTS_HELD: return SERVER_HOLD;
    case FAULTS_GO_ON: break;
    }
    const struct route *route = routes_find(exchange->method, exchange->path, &is_path_known);
    if (route) return route->run(cloud, exchange);
    if (is_path_known)
        answer_other_method(exchange);
    else
        answer_nothing_here(exchange);
    return SERVER_ANSWER;
}

enum server_verdict routes_respond(struct cloud *cloud, struct exchange *exchange) {
    response_release(&exchange->response);
    exchange->delay_until_ms = 0;
    const enum server_verdict verdict = run(cloud, exchange);
    if (verdict == SERVER_HOLD) return verdict;
    // Also readers wait: what they saw may be of this turn.
    return store_is_writing(cloud->store) ? SERVER_COMMIT : SERVER_ANSWER;
}

void routes_answer_json(struct exchange *exchange, int status, struct str json) {
    exchange->response.status = status;
    response_set_body(&exchange->response, STR("application/json"), json);
}

static int status_of(enum error_code code) {
    switch (code) {
    case ERROR_NOT_FOUND: return 404;
    case ERROR_LIMIT: return 413;
    case ERROR_REFUSED: return 403;
    case ERROR_BUSY: return 503;
    case ERROR_INVALID:
    case ERROR_USAGE:
    case ERROR_CONFIG:
    case ERROR_EXPIRED:
    case ERROR_THROTTLED: return 400;
    case ERROR_NONE:
    case ERROR_UNREACHABLE:
    case ERROR_TIMEOUT:
    case ERROR_CANCELLED:
    case ERROR_IO:
    case ERROR_INTERNAL: return 500;
    }
    return 500;
}

void routes_answer_error(struct exchange *exchange, const struct error *err) {
    struct buf json = {0};
    struct writer writer = {.out = &json};
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "error", '{');
    writer_text(&writer, "code", str_from(error_code_name(err->code)));
    writer_text(&writer, "message", str_from(err->message));
    writer_text(&writer, "hint", str_from(err->hint));
    writer_close(&writer, '}');
    writer_close(&writer, '}');
    routes_answer_json(exchange, status_of(err->code), buf_str(&json));
    buf_release(&json);
}

bool routes_query_text(const struct exchange *exchange, const char *name, struct buf *out) {
    return url_query_get(exchange->query, str_from(name), true, out);
}

int64_t routes_query_int(
    const struct exchange *exchange,
    const char *name,
    int64_t fallback,
    int64_t least,
    int64_t most) {
    struct buf text = {0};
    int64_t value = fallback;
    if (routes_query_text(exchange, name, &text) && !str_parse_int64(buf_str(&text), &value))
        value = fallback;
    buf_release(&text);
    return value < least ? least : value > most ? most : value;
}

bool routes_may_hold(struct cloud *cloud, struct exchange *exchange) {
    const int64_t now_ms = clock_monotonic_ms();
    (void)cloud;
    if (!exchange->hold_until_ms) {
        const int64_t wait_ms = routes_query_int(exchange, "wait", 0, 0, OWN_ROUTES_WAIT_LIMIT_MS);
        exchange->hold_until_ms = now_ms + wait_ms;
    }
    return now_ms < exchange->hold_until_ms;
}
