// calls — see the header.
#include "access/calls.h"

#include "aws/lambda_control.h"
#include "http/url.h"
#include "sandbox/own_routes.h"

#define FUNCTIONS_BODY_LIMIT LAMBDA_CONTROL_MAX_BODY_BYTES // zips; Invoke has its own

static void end(struct call *call) {
    request_release(&call->request);
    access_caller_release(&call->caller);
}

void calls_add_request_id(struct cloud *cloud, struct exchange *exchange) {
    struct buf id = {0};
    rng_add_uuid(&cloud->rng, &id);
    headers_set(&exchange->response.headers, STR("x-amzn-RequestId"), buf_str(&id));
    buf_release(&id);
}

// A denial is one thing to access, and three to the protocols.
void calls_fit_denial(const struct operation *operation, struct aws_error *error) {
    if (!operation || !str_equal(str_from(error->code), STR("AccessDeniedException"))) return;
    if (operation->protocol == OPERATION_JSON11) error->status = 400;
    if (operation->protocol == OPERATION_QUERY) {
        const struct aws_error denial = *error;
        access_refuse(error, 403, "AccessDenied", str_from(denial.message));
    }
}

void calls_refuse(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct operation *operation,
    const struct aws_error *refusal) {
    struct aws_error error = *refusal;
    struct buf id = {0};
    calls_fit_denial(operation, &error);
    rng_add_uuid(&cloud->rng, &id);
    memcpy(error.request_id, buf_text(&id), id.len + 1);
    buf_release(&id);
    response_release(&exchange->response);
    aws_error_encode(
        operation ? operation->protocol : OPERATION_JSON11,
        operation ? str_from(operation->service) : STR(""), &error, &exchange->response);
}

void calls_refuse_input(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct operation *operation,
    const char *code,
    const struct error *err) {
    struct aws_error refusal;
    access_refuse(&refusal, 400, code, str_from(err->message));
    calls_refuse(cloud, exchange, operation, &refusal);
}

// The query protocol's own words for an action it does not have.
static void refuse_action(struct cloud *cloud, struct exchange *exchange, struct str form) {
    struct buf action = {0}, version = {0}, text = {0};
    struct aws_error refusal;
    (void)url_query_get(form, STR("Action"), true, &action);
    (void)url_query_get(form, STR("Version"), true, &version);
    const bool is_iam =
        str_equal(buf_str(&version), str_from(operation_get(OPERATION_GET_ROLE)->version));
    if (action.len) {
        buf_add(&text, STR("Could not find operation "));
        buf_add_printable(&text, str_slice(buf_str(&action), 0, 100));
        buf_add(&text, STR(" for version "));
        buf_add_printable(
            &text, version.len ? str_slice(buf_str(&version), 0, 40) : STR("NO_VERSION_SPECIFIED"));
    } else {
        buf_add(&text, STR("The request must contain the parameter Action"));
    }
    access_refuse(&refusal, 400, action.len ? "InvalidAction" : "MissingAction", buf_str(&text));
    calls_refuse(
        cloud, exchange, operation_get(is_iam ? OPERATION_GET_ROLE : OPERATION_ASSUME_ROLE),
        &refusal);
    buf_release(&action);
    buf_release(&version);
    buf_release(&text);
}

static void
refuse_unknown(struct cloud *cloud, struct exchange *exchange, const struct request *request) {
    struct aws_error refusal;
    if (!server_header(exchange, "X-Amz-Target").len && str_equal(exchange->path, STR("/"))) {
        refuse_action(cloud, exchange, operation_form(request));
        return;
    }
    access_refuse(
        &refusal, 404, "UnknownOperationException",
        STR("The sandbox does not know this operation."));
    calls_refuse(cloud, exchange, NULL, &refusal);
}

static void refuse_expired(const struct operation *operation, struct aws_error *refusal) {
    const bool is_query = operation->protocol == OPERATION_QUERY;
    access_refuse(
        refusal, operation->protocol == OPERATION_JSON11 ? 400 : 403,
        is_query ? "ExpiredToken" : "ExpiredTokenException",
        STR("The security token included in the request is expired"));
}

// As the service sees it, whose clock and sight of the token a fault may have changed.
static bool authenticate(
    struct cloud *cloud,
    const struct exchange *exchange,
    struct call *call,
    struct aws_error *refusal) {
    cloud->now_ms += exchange->skew_ms;
    bool is_known =
        access_authenticate(cloud, &call->request, call->operation, &call->caller, refusal);
    cloud->now_ms -= exchange->skew_ms;
    if (is_known && exchange->has_expired_token) {
        refuse_expired(call->operation, refusal);
        is_known = false;
    }
    return is_known;
}

static bool begin(struct cloud *cloud, struct exchange *exchange, struct call *out) {
    struct aws_error refusal;
    server_copy_request(exchange, &out->request);
    out->operation = operation_route(&out->request);
    exchange->operation = out->operation;
    if (!out->operation) {
        refuse_unknown(cloud, exchange, &out->request);
    } else if (exchange->is_too_large) {
        access_refuse(
            &refusal, 413, "RequestTooLargeException",
            STR("The request payload exceeded the limit."));
        calls_refuse(cloud, exchange, out->operation, &refusal);
    } else if (authenticate(cloud, exchange, out, &refusal)) {
        out->region = buf_str(&out->caller.region);
        return true;
    } else {
        calls_refuse(cloud, exchange, out->operation, &refusal);
    }
    return false;
}

static call_fn *find(enum operation_id operation) {
    const struct calls tables[] = {
        calls_personalize_runtime(),
        calls_personalize_control(),
        calls_lambda(),
        calls_lambda_control(),
        calls_lambda_versions(),
        calls_sts(),
        calls_iam(),
        calls_logs()};
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        for (size_t j = 0; j < tables[i].count; j++) {
            if (tables[i].rows[j].operation == operation) return tables[i].rows[j].run;
        }
    }
    return NULL;
}

static enum server_verdict dispatch(struct cloud *cloud, struct exchange *exchange) {
    struct call call = {0};
    enum server_verdict verdict = SERVER_ANSWER;
    if (begin(cloud, exchange, &call)) {
        call_fn *run = find(call.operation->id);
        if (run)
            verdict = run(cloud, exchange, &call);
        else
            refuse_unknown(cloud, exchange, &call.request);
    }
    end(&call);
    return verdict;
}

// Forms and JSON 1.1 live at the root. Somebody who looks with a browser is no caller of theirs.
static enum server_verdict root(struct cloud *cloud, struct exchange *exchange) {
    if (str_equal(exchange->method, STR("GET")) && !url_query_has(exchange->query, STR("Action"))) {
        struct error err = {0};
        error_set(&err, ERROR_NOT_FOUND, "there is nothing to see at the sandbox's root");
        error_hint(&err, "GET " OWN_ROUTES_HEALTH " tells how it is; `recloop` is its console.");
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    return dispatch(cloud, exchange);
}

static const struct route rows[] = {
    {.path = "/", .run = root},
    {.path = "/recommendations", .run = dispatch},
    {.path = "/personalize-ranking", .run = dispatch},
    {.path = "/action-recommendations", .run = dispatch},
    {.path = "/events", .run = dispatch},
    {.path = "/items", .run = dispatch},
    {.path = "/users", .run = dispatch},
    {.path = "/actions", .run = dispatch},
    {.path = "/action-interactions", .run = dispatch},
    {.path = "/2015-03-31/functions",
     .is_prefix = true,
     .body_limit = FUNCTIONS_BODY_LIMIT,
     .run = dispatch},
    {.path = "/2017-10-31/functions/", .is_prefix = true, .run = dispatch},
    {.path = "/2019-09-30/functions/", .is_prefix = true, .run = dispatch},
};

struct routes routes_aws(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
