// runtime_server — see the header.
#include "functions/runtime_server.h"

#include "aws/runtime_api.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "functions/peer_process.h"
#include "http/base64.h"
#include "http/url.h"

#define CONNECTIONS 200 // of runtimes; the files of the process are shared with the services
#define LOOK_MS 20      // for a process that may have ended, while its invocation is under way
#define NOBODY                                                                                     \
    "The sandbox waited for a runtime of this function: nobody asked for its invocations. Start "  \
    "one "                                                                                         \
    "with AWS_LAMBDA_RUNTIME_API=%s"

struct environment {
    struct environment *next;
    char function[FUNCTION_NAME_BYTES];
    uint64_t connection;
    struct peer_process process;
    struct exchange *idle;                // its held `next`
    struct functions_invocation *running; // neither: it answered, and is expected back
    struct buf log_stream;                // owned
    int64_t init_us;                      // until the first invocation has it
    bool is_cold, is_watched;             // its connection closed during an invocation
};

struct init_failure {
    struct init_failure *next;
    char function[FUNCTION_NAME_BYTES];
    struct runtime_api_failure failure;
};

struct runtime_server {
    struct cloud *cloud;
    struct server *http;
    struct environment *environments; // newest first
    size_t environment_count;
    struct init_failure *failures;
    struct buf place; // "127.0.0.1:7781"
};

// ---- environments ----

static void free_environment(struct runtime_server *runtime, struct environment *environment) {
    struct environment **link = &runtime->environments;
    while (*link != environment)
        link = &(*link)->next;
    *link = environment->next;
    runtime->environment_count--;
    buf_release(&environment->log_stream);
    mem_free(environment);
}

static bool is_of(const struct environment *environment, struct str function) {
    return str_equal(function, str_from(environment->function));
}

static struct environment *
find_by_connection(const struct runtime_server *runtime, uint64_t connection, struct str function) {
    struct environment *at = runtime->environments;
    while (at && (at->connection != connection || !is_of(at, function)))
        at = at->next;
    return at;
}

static struct environment *
find_by_request(const struct runtime_server *runtime, struct str id, struct str function) {
    struct environment *at = runtime->environments;
    while (at && (!at->running || !is_of(at, function) ||
                  !str_equal(id, buf_str(&at->running->run.reply.request_id))))
        at = at->next;
    return at;
}

static bool is_returning(const struct environment *environment) {
    return !environment->idle && !environment->running;
}

// One that answered over another connection and comes back over this one. The oldest, for they come back
// in turn; never one that is known to be another process.
static struct environment *find_returning(
    const struct runtime_server *runtime, struct str function, const struct peer_process *process) {
    struct environment *at = runtime->environments, *oldest = NULL;
    for (; at; at = at->next) {
        const bool is_other = at->process.pid && process->pid && at->process.pid != process->pid;
        if (is_returning(at) && is_of(at, function) && !is_other) oldest = at;
    }
    return oldest;
}

static void find_process(
    const struct runtime_server *runtime,
    const struct exchange *exchange,
    struct peer_process *out) {
    int64_t likely[16];
    size_t count = 0;
    const struct environment *at = runtime->environments;
    for (; at && count < ARRAY_COUNT(likely); at = at->next) {
        if (is_returning(at) && at->process.pid) likely[count++] = at->process.pid;
    }
    (void)peer_process_find(server_socket(exchange), likely, count, out);
}

// Clients that hung up while they waited, for nobody reads their sockets meanwhile; and those whose process
// ended between an answer and the next question.
static void drop_abandoned(struct runtime_server *runtime, bool drops_returning) {
    struct environment *at = runtime->environments;
    while (at) {
        struct environment *next = at->next;
        struct exchange *idle = at->idle;
        const bool is_gone = idle && server_is_abandoned(idle);
        const bool is_dead =
            is_returning(at) && at->process.pid && !peer_process_is_alive(&at->process);
        if (is_gone) idle->holder = NULL;
        if (is_gone || is_dead || (drops_returning && is_returning(at)))
            free_environment(runtime, at);
        if (is_gone) server_answer(idle); // to nobody; it ends there
        at = next;
    }
}

static struct environment *add_environment(
    struct runtime_server *runtime,
    const struct exchange *exchange,
    struct str function,
    const struct peer_process *process) {
    const struct functions_invocation *waiting = functions_find_waiting(runtime->cloud, function);
    if (runtime->environment_count >= RUNTIME_SERVER_ENVIRONMENTS) drop_abandoned(runtime, true);
    if (runtime->environment_count >= RUNTIME_SERVER_ENVIRONMENTS) return NULL;
    struct environment *made = MEM_NEW(struct environment);
    memcpy(made->function, function.ptr, function.len);
    made->process = *process;
    made->is_cold = true;
    made->init_us = peer_process_age_us(process);
    // Where the process cannot be seen: as long as somebody waited for it, or its connection is old.
    if (!made->init_us && waiting) made->init_us = clock_monotonic_us() - waiting->queued_us;
    if (!made->init_us) made->init_us = clock_monotonic_us() - exchange->started_us;
    function_add_stream(runtime->cloud, STR(FUNCTION_LATEST), &made->log_stream);
    made->next = runtime->environments;
    runtime->environments = made;
    runtime->environment_count++;
    return made;
}

// ---- init failures ----

static struct init_failure *
find_failure(const struct runtime_server *runtime, struct str function) {
    struct init_failure *at = runtime->failures;
    while (at && !str_equal(function, str_from(at->function)))
        at = at->next;
    return at;
}

static void forget_failure(struct runtime_server *runtime, struct str function) {
    struct init_failure *failure = find_failure(runtime, function);
    if (!failure) return;
    struct init_failure **link = &runtime->failures;
    while (*link != failure)
        link = &(*link)->next;
    *link = failure->next;
    runtime_api_failure_release(&failure->failure);
    mem_free(failure);
}

static void
take_failure(struct functions_invocation *invocation, const struct runtime_api_failure *failure) {
    struct json json = {0};
    struct error ignored = {0};
    struct buf text = {0};
    if (json_parse(buf_str(&failure->payload), &json, &ignored)) {
        buf_add(&text, json_get_text(json.root, "errorType"));
        buf_add(&text, text.len ? STR(": ") : STR(""));
        buf_add(&text, json_get_text(json.root, "errorMessage"));
    }
    json_release(&json);
    struct buf line = {0};
    buf_add(&line, STR("[ERROR] "));
    buf_add_printable(&line, buf_str(&text)); // its own output is not seen here
    invocation_add_line(invocation, buf_str(&line));
    error_set(&invocation->run.failure, ERROR_REFUSED, "%s", buf_text(&text));
    error_hint(&invocation->run.failure, "See what the runtime wrote on its own output.");
    invocation_fail(invocation, buf_str(&failure->payload));
    buf_release(&line);
    buf_release(&text);
}

static void
fail_init(struct functions_invocation *invocation, const struct runtime_api_failure *failure) {
    invocation->init_us = clock_monotonic_us() - invocation->queued_us;
    invocation->started_us = clock_monotonic_us();
    invocation_add_init_report(invocation, "init", buf_str(&failure->type));
    invocation_add_start(invocation);
    take_failure(invocation, failure);
    functions_end(invocation);
}

// ---- handing an invocation over ----

static void give(
    struct runtime_server *runtime,
    struct environment *environment,
    struct exchange *exchange,
    struct functions_invocation *invocation) {
    environment->idle = NULL;
    environment->running = invocation;
    environment->connection = exchange->connection_id;
    exchange->holder = NULL;
    invocation->started_us = clock_monotonic_us();
    invocation->deadline_ms = invocation->started_us / 1000 + invocation->timeout_ms;
    invocation->init_us = environment->is_cold ? environment->init_us : -1;
    environment->is_cold = false;
    buf_add(&invocation->own_stream, buf_str(&environment->log_stream));
    invocation->log_stream = buf_str(&invocation->own_stream);
    invocation_add_start(invocation);
    runtime_api_encode_next(
        &(struct runtime_api_invocation){
            .request_id = buf_str(&invocation->run.reply.request_id),
            .function_arn = invocation->arn,
            .trace_id = invocation->trace_id,
            .client_context = invocation->client_context,
            .payload = invocation->payload,
            .deadline_ms = runtime->cloud->now_ms + invocation->timeout_ms},
        &exchange->response);
}

static struct environment *find_idle(const struct runtime_server *runtime, struct str function) {
    struct environment *at = runtime->environments;
    while (at && (!at->idle || !is_of(at, function)))
        at = at->next;
    return at;
}

static bool is_anybody_of(const struct runtime_server *runtime, struct str function) {
    const struct environment *at = runtime->environments;
    while (at && !is_of(at, function))
        at = at->next;
    return at != NULL;
}

bool runtime_server_knows(const struct runtime_server *runtime, struct str function) {
    return runtime && (is_anybody_of(runtime, function) || find_failure(runtime, function));
}

bool runtime_server_offer(struct runtime_server *runtime, struct functions_invocation *invocation) {
    const struct str function = str_from(invocation->function);
    drop_abandoned(runtime, false);
    struct environment *environment = find_idle(runtime, function);
    if (environment) {
        struct exchange *exchange = environment->idle;
        give(runtime, environment, exchange, invocation);
        server_answer(exchange);
        return true;
    }
    const struct init_failure *failure = find_failure(runtime, function);
    if (!failure || is_anybody_of(runtime, function)) return true;
    fail_init(invocation, &failure->failure);
    return false;
}

void runtime_server_give_up(
    struct runtime_server *runtime, struct functions_invocation *invocation) {
    if (!runtime) return;
    struct environment *at = runtime->environments;
    while (at && at->running != invocation)
        at = at->next;
    if (at) {
        free_environment(runtime, at);
    } else if (!invocation->started_us) {
        const bool has_prefix =
            !str_equal(str_from(invocation->function), STR(IDENTITIES_FUNCTION));
        struct buf place = {0}, line = {0};
        buf_add(&place, buf_str(&runtime->place));
        if (has_prefix) buf_add_format(&place, "/%s", invocation->function);
        buf_add_format(&line, NOBODY, buf_text(&place));
        invocation_add_start(invocation);
        invocation_add_line(invocation, buf_str(&line));
        invocation->started_us = invocation->queued_us;
        buf_release(&place);
        buf_release(&line);
    }
}

// ---- requests ----

static enum server_verdict
refuse(struct exchange *exchange, enum runtime_api_refusal refusal, const char *detail) {
    runtime_api_encode_refusal(refusal, str_from(detail), &exchange->response);
    return SERVER_ANSWER;
}

static void let_go(struct exchange *exchange) {
    struct environment *environment = exchange->holder;
    if (environment && environment->idle == exchange) environment->idle = NULL;
}

static enum server_verdict
next(struct runtime_server *runtime, struct exchange *exchange, struct str function) {
    struct environment *environment =
        find_by_connection(runtime, exchange->connection_id, function);
    struct peer_process process = {0};
    if (environment && environment->running)
        return refuse(
            exchange, RUNTIME_API_WRONG_STATE,
            "Transition from RuntimeRunning to RuntimeReady failed for runtime. Error: State "
            "transition is not allowed");
    if (!environment) {
        find_process(runtime, exchange, &process);
        environment = find_returning(runtime, function, &process);
    }
    if (!environment) environment = add_environment(runtime, exchange, function, &process);
    if (!environment)
        return refuse(exchange, RUNTIME_API_STOPPING, "Too many runtimes are attached.");
    environment->connection = exchange->connection_id;
    environment->is_watched = false;
    forget_failure(runtime, function);
    struct functions_invocation *waiting = functions_find_waiting(runtime->cloud, function);
    if (waiting) {
        give(runtime, environment, exchange, waiting);
        return SERVER_ANSWER;
    }
    environment->idle = exchange;
    exchange->holder = environment;
    exchange->let_go = let_go;
    return SERVER_HOLD;
}

static void
take_too_large(const struct exchange *exchange, struct functions_invocation *invocation) {
    struct buf text = {0};
    int64_t bytes = 0;
    if (!str_parse_int64(server_header(exchange, "Content-Length"), &bytes) || bytes < 0)
        bytes = (int64_t)RUNTIME_API_MAX_PAYLOAD_BYTES + 1; // it came in pieces
    runtime_api_add_size_message(&text, (size_t)bytes);
    invocation_fail_with(invocation, STR(RUNTIME_API_SIZE_TYPE), buf_str(&text));
    invocation->status = "error";
    invocation->error_type = RUNTIME_API_SIZE_TYPE;
    buf_release(&text);
}

// In the trailers of a response that was being streamed when the function failed.
static bool
take_trailers(const struct exchange *exchange, struct functions_invocation *invocation) {
    const struct str type = server_trailer(exchange, RUNTIME_API_ERROR_TYPE);
    const struct str encoded = server_trailer(exchange, RUNTIME_API_ERROR_BODY);
    struct runtime_api_failure failure = {0};
    struct error ignored = {0};
    struct buf body = {0};
    if (!type.len) return false;
    if (!base64_decode(&body, encoded, &ignored)) buf_reset(&body);
    runtime_api_read_failure(type, buf_str(&body), &failure);
    take_failure(invocation, &failure);
    runtime_api_failure_release(&failure);
    buf_release(&body);
    return true;
}

static enum server_verdict
take_response(struct exchange *exchange, struct functions_invocation *invocation) {
    if (exchange->is_too_large) {
        take_too_large(exchange, invocation);
        (void)refuse(exchange, RUNTIME_API_TOO_LARGE, NULL);
    } else {
        const bool has_failed =
            runtime_api_is_streaming(server_header(exchange, RUNTIME_API_RESPONSE_MODE)) &&
            take_trailers(exchange, invocation);
        if (!has_failed) buf_add(&invocation->run.reply.payload, exchange->body);
        runtime_api_encode_accepted(&exchange->response);
    }
    functions_end(invocation);
    return SERVER_ANSWER;
}

static enum server_verdict
take_error(struct exchange *exchange, struct functions_invocation *invocation) {
    struct runtime_api_failure failure = {0};
    runtime_api_read_failure(
        server_header(exchange, RUNTIME_API_ERROR_TYPE), exchange->body, &failure);
    take_failure(invocation, &failure);
    runtime_api_failure_release(&failure);
    runtime_api_encode_accepted(&exchange->response);
    functions_end(invocation);
    return SERVER_ANSWER;
}

static enum server_verdict answer(
    struct runtime_server *runtime,
    struct exchange *exchange,
    const struct runtime_api_call *call,
    struct str function) {
    struct environment *environment = find_by_request(runtime, call->request_id, function);
    if (!environment) return refuse(exchange, RUNTIME_API_WRONG_ID, NULL);
    struct functions_invocation *invocation = environment->running;
    environment->running = NULL;
    environment->is_watched = false;
    invocation->used_mib = peer_process_used_mib(&environment->process);
    return call->route == RUNTIME_API_RESPONSE ? take_response(exchange, invocation)
                                               : take_error(exchange, invocation);
}

static enum server_verdict
init_error(struct runtime_server *runtime, struct exchange *exchange, struct str function) {
    struct functions_invocation *waiting;
    if (find_by_connection(runtime, exchange->connection_id, function))
        return refuse(
            exchange, RUNTIME_API_WRONG_STATE,
            "Transition from RuntimeReady to RuntimeInitError failed for runtime. Error: State "
            "transition is not allowed");
    forget_failure(runtime, function);
    struct init_failure *failure = MEM_NEW(struct init_failure);
    memcpy(failure->function, function.ptr, function.len);
    runtime_api_read_failure(
        server_header(exchange, RUNTIME_API_ERROR_TYPE), exchange->body, &failure->failure);
    failure->next = runtime->failures;
    runtime->failures = failure;
    // Others of this function may be attached and well; then only this one is lost.
    drop_abandoned(runtime, false);
    while (!is_anybody_of(runtime, function) &&
           (waiting = functions_find_waiting(runtime->cloud, function)))
        fail_init(waiting, &failure->failure);
    runtime_api_encode_accepted(&exchange->response);
    return SERVER_ANSWER;
}

// Pages in a browser are no runtimes, not even by an <img> that would take an invocation away (such a GET has
// no Origin); and a Host is easily written by who comes from elsewhere.
static bool is_foreign(const struct exchange *exchange) {
    struct buf text = {0};
    struct url url;
    struct error ignored = {0};
    buf_add_format(&text, "http://" STR_FMT, STR_ARG(server_header(exchange, "Host")));
    const bool is_local = url_parse(buf_str(&text), &url, &ignored) && url_is_loopback(&url);
    buf_release(&text);
    return !is_local || !server_is_local(exchange) || server_header(exchange, "Origin").len > 0 ||
           server_header(exchange, "Sec-Fetch-Site").len > 0;
}

static enum server_verdict respond(void *context, struct exchange *exchange) {
    struct runtime_server *runtime = context;
    const struct runtime_api_call call = runtime_api_route(exchange->method, exchange->path);
    const struct str name = call.function.len ? call.function : STR(IDENTITIES_FUNCTION);
    runtime->cloud->counters.requests++;
    if (is_foreign(exchange))
        return refuse(
            exchange, RUNTIME_API_WRONG_STATE, "This API answers runtimes of this machine only.");
    if (call.route == RUNTIME_API_UNKNOWN) return refuse(exchange, RUNTIME_API_NO_ROUTE, NULL);
    if (call.route == RUNTIME_API_WRONG_METHOD)
        return refuse(exchange, RUNTIME_API_NO_METHOD, NULL);
    const struct function *function = function_find(runtime->cloud, name);
    if (!function)
        return refuse(
            exchange, RUNTIME_API_NO_ROUTE,
            "The sandbox has no function of that name. Create it first.");
    const struct str known = str_from(function->name);
    switch (call.route) {
    case RUNTIME_API_NEXT: return next(runtime, exchange, known);
    case RUNTIME_API_RESPONSE:
    case RUNTIME_API_ERROR: return answer(runtime, exchange, &call, known);
    case RUNTIME_API_INIT_ERROR: return init_error(runtime, exchange, known);
    case RUNTIME_API_WRONG_METHOD:
    case RUNTIME_API_UNKNOWN: break;
    }
    return SERVER_ANSWER;
}

// ---- turns ----

static void closed(void *context, uint64_t connection_id) {
    struct runtime_server *runtime = context;
    for (struct environment *at = runtime->environments; at; at = at->next) {
        if (at->connection == connection_id && at->running && at->process.pid)
            at->is_watched = true;
    }
}

void runtime_server_work(struct runtime_server *runtime) {
    struct environment *at = runtime ? runtime->environments : NULL;
    while (at) {
        struct environment *next_one = at->next;
        if (at->is_watched && at->running && !peer_process_is_alive(&at->process)) {
            struct functions_invocation *invocation = at->running;
            free_environment(runtime, at);
            invocation_crash(invocation, STR("Runtime exited without providing a reason"));
            functions_end(invocation);
            next_one = runtime->environments; // `done` may have started others
        }
        at = next_one;
    }
}

int64_t runtime_server_due_ms(const struct runtime_server *runtime) {
    const struct environment *at = runtime ? runtime->environments : NULL;
    while (at && !at->is_watched)
        at = at->next;
    return at ? clock_monotonic_ms() + LOOK_MS : INT64_MAX;
}

struct server *runtime_server_http(const struct runtime_server *runtime) {
    return runtime ? runtime->http : NULL;
}

static size_t body_limit(void *context, struct str path) {
    (void)context, (void)path;
    return RUNTIME_API_MAX_PAYLOAD_BYTES;
}

// The port beside the sandbox's own, so that it can be written down; a free one where that one is free.
static void choose_place(const struct cloud *cloud, struct buf *out) {
    if (cloud->options.runtime_listen) {
        buf_add(out, str_from(cloud->options.runtime_listen));
        return;
    }
    const struct str listen = str_from(cloud->options.listen);
    const bool is_any = str_ends_with(listen, STR(":0"));
    buf_add_format(
        out, "%s:%d", server_host(cloud->server), is_any ? 0 : (int)server_port(cloud->server) + 1);
}

bool runtime_server_open(struct cloud *cloud, struct runtime_server **out, struct error *err) {
    struct runtime_server *runtime = MEM_NEW(struct runtime_server);
    struct buf place = {0};
    choose_place(cloud, &place);
    const struct server_options options = {
        .listen = buf_text(&place),
        .is_remote_allowed = cloud->options.is_remote_allowed,
        .connections = CONNECTIONS,
        .body_limit = body_limit,
        .respond = respond,
        .closed = closed,
        .context = runtime};
    runtime->cloud = cloud;
    const bool is_open =
        server_open(&options, &runtime->http, err) && server_start(runtime->http, err);
    if (is_open) {
        buf_add_format(
            &runtime->place, "%s:%d", server_host(runtime->http), (int)server_port(runtime->http));
        sandbox_identities_set_runtime_api(&cloud->identities, buf_text(&runtime->place));
        *out = runtime;
    } else {
        error_wrap(err, "the Runtime API's port");
        server_close(runtime->http);
        mem_free(runtime);
    }
    buf_release(&place);
    return is_open;
}

void runtime_server_close(struct runtime_server *runtime) {
    if (!runtime) return;
    while (runtime->environments) {
        struct exchange *idle = runtime->environments->idle;
        free_environment(runtime, runtime->environments);
        if (!idle) continue;
        idle->holder = NULL;
        (void)refuse(idle, RUNTIME_API_STOPPING, NULL);
        server_answer(idle);
    }
    server_close(runtime->http);
    while (runtime->failures)
        forget_failure(runtime, str_from(runtime->failures->function));
    buf_release(&runtime->place);
    mem_free(runtime);
}
