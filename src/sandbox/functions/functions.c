// functions — see the header. What runs at once is a list: the built-in code leaves it before it was ever
// in it, runs over the Runtime API and runs that a fault lets time out stay there until their end.
#include "functions/functions.h"

#include "base/clock.h"
#include "base/memory.h"
#include "functions/built_in.h"
#include "functions/function_policy.h"
#include "functions/invocation.h"
#include "functions/later.h"
#include "functions/runtime_server.h"
#include "operations/faults.h"

struct functions {
    struct function_list list;
    struct functions_invocation *running; // newest first
    size_t running_count, running_bytes;
    struct later later;
    struct runtime_server *runtime; // NULL: only the built-in code
};

struct function_list *functions_list(const struct cloud *cloud) {
    return &cloud->functions->list;
}

struct server *functions_runtime_server(const struct cloud *cloud) {
    return runtime_server_http(cloud->functions->runtime);
}

// ---- names ----

static bool refuse(struct aws_error *refusal, int status, const char *code, struct buf *take_text) {
    access_refuse(refusal, status, code, buf_str(take_text));
    buf_release(take_text);
    return false;
}

static void add_arn(
    const struct cloud *cloud,
    struct str region,
    const struct invoke_function *function,
    struct str qualifier,
    struct buf *out) {
    const struct str account =
        function->account.len ? function->account : str_from(cloud_account(cloud));
    buf_add_format(
        out, "arn:aws:lambda:" STR_FMT ":" STR_FMT ":function:" STR_FMT, STR_ARG(region),
        STR_ARG(account), STR_ARG(function->name));
    if (qualifier.len) buf_add_format(out, ":" STR_FMT, STR_ARG(qualifier));
}

// Nobody learns from a refusal whether a function is there: its policy counts only where it is.
static bool is_allowed(
    struct cloud *cloud,
    const struct functions_question *question,
    const struct functions_target *target,
    struct str arn,
    struct aws_error *refusal) {
    if (access_allows(cloud, question->caller, question->action, arn, refusal)) return true;
    if (!target->function || str_contains(str_from(refusal->message), STR("explicit deny")))
        return false;
    return function_policy_grants(
        function_policy_find(target->function, target->qualifier),
        &(struct function_policy_question){
            .principal = buf_str(&question->caller->arn),
            .action = str_from(question->action),
            .resource = arn});
}

// An alias may send a share of its invocations to another version.
static bool find_version(struct cloud *cloud, struct functions_target *target) {
    const struct json_node *alias = function_find_alias(target->function, target->qualifier);
    const struct json_node *weights =
        json_get(json_get(alias, "RoutingConfig"), "AdditionalVersionWeights");
    double share = 0;
    if (!function_find_version(target->function, target->qualifier, &target->version)) return false;
    const struct json_node *other = json_first(weights);
    if (json_number(other, &share) && rng_unit(&cloud->rng) < share)
        (void)function_find_version(target->function, json_key(other), &target->version);
    return true;
}

bool functions_name(
    struct cloud *cloud,
    const struct functions_question *question,
    struct functions_target *out,
    struct aws_error *refusal) {
    struct invoke_function function = {0};
    struct error err = {0};
    struct buf why = {0}, arn = {0};
    struct str qualifier = question->qualifier;
    const struct access_caller *caller = question->caller;
    const struct str region = buf_str(&caller->region);
    if (!invoke_split_function(question->name, &function, &err)) {
        buf_add(&why, str_from(err.message));
        return refuse(refusal, 400, "ValidationException", &why);
    }
    if (qualifier.len && function.qualifier.len && !str_equal(qualifier, function.qualifier)) {
        buf_add(
            &why, STR("The derived qualifier from the function name does not match the specified "
                      "qualifier."));
        return refuse(refusal, 400, "InvalidParameterValueException", &why);
    }
    if (function.qualifier.len) qualifier = function.qualifier;
    if (function.region.len && !str_equal(function.region, region)) {
        buf_add_format(
            &why, "Functions from '" STR_FMT "' are not reachable in this region ('" STR_FMT "')",
            STR_ARG(function.region), STR_ARG(region));
        return refuse(refusal, 404, "ResourceNotFoundException", &why);
    }
    add_arn(cloud, region, &function, qualifier, &arn);
    *out = (struct functions_target){.qualifier = qualifier};
    const bool is_here = str_equal(region, str_from(cloud_region(cloud)));
    out->function = is_here ? function_find(cloud, function.name) : NULL;
    bool is_found = is_allowed(cloud, question, out, buf_str(&arn), refusal);
    if (is_found && function.account.len &&
        !str_equal(function.account, str_from(cloud_account(cloud)))) {
        buf_add_format(
            &why,
            "User: %s is not authorized to perform: %s on resource: %s because no resource-based "
            "policy allows the %s action",
            buf_text(&caller->arn), question->action, buf_text(&arn), question->action);
        is_found = refuse(refusal, 403, "AccessDeniedException", &why);
    } else if (is_found) {
        is_found = out->function && (question->is_new_qualifier || find_version(cloud, out));
        if (!is_found) {
            buf_add_format(&why, "Function not found: %s", buf_text(&arn));
            (void)refuse(refusal, 404, "ResourceNotFoundException", &why);
        }
    }
    buf_release(&arn);
    return is_found;
}

bool functions_resolve(
    struct cloud *cloud,
    const struct access_caller *caller,
    struct str name,
    struct str qualifier,
    struct functions_target *out,
    struct aws_error *refusal) {
    return functions_name(
        cloud,
        &(struct functions_question){
            .caller = caller,
            .name = name,
            .qualifier = qualifier,
            .action = "lambda:InvokeFunction"},
        out, refusal);
}

// ---- running ----

static size_t bytes_of(const struct functions_call *call) {
    return call->payload.len + call->client_context.len;
}

static int64_t count_running(const struct functions *functions, const struct function *function) {
    int64_t count = 0;
    const struct functions_invocation *at = functions->running;
    for (; at; at = at->next)
        count += str_equal(str_from(at->function), str_from(function->name));
    return count;
}

// NULL: it may run.
static const char *
find_throttle(const struct functions *functions, const struct functions_call *call) {
    const struct function *function = call->target.function;
    if (function->reserved >= 0 &&
        (function->reserved == 0 || count_running(functions, function) >= function->reserved))
        return "ReservedFunctionConcurrentInvocationLimitExceeded";
    if (functions->running_count >= FUNCTIONS_CONCURRENCY ||
        functions->running_bytes + bytes_of(call) > FUNCTIONS_WAITING_BYTES)
        return "ConcurrentInvocationLimitExceeded";
    return NULL;
}

static bool
strikes(struct cloud *cloud, const struct function *function, enum fault_effect effect) {
    const struct str name = str_from(function->name);
    return faults_strikes(
        cloud, effect,
        &(struct fault_place){.service = STR("function"), .operation = name, .function = name},
        NULL);
}

static struct functions_invocation *
keep(struct functions *functions, const struct functions_invocation *made) {
    struct functions_invocation *invocation = MEM_NEW(struct functions_invocation);
    *invocation = *made;
    struct buf arn = {0};
    const struct str label = made->qualifier;
    function_add_arn(made->cloud, str_from(made->function), label, &arn);
    invocation->arn = buf_str(&arn);
    invocation_keep(invocation);
    buf_release(&arn);
    invocation->queued_us = clock_monotonic_us();
    invocation->deadline_ms = invocation->queued_us / 1000 + invocation->timeout_ms;
    invocation->next = functions->running;
    functions->running = invocation;
    functions->running_count++;
    functions->running_bytes += invocation->storage.len;
    return invocation;
}

static void take_out(struct functions *functions, struct functions_invocation *invocation) {
    struct functions_invocation **link = &functions->running;
    while (*link != invocation)
        link = &(*link)->next;
    *link = invocation->next;
    functions->running_count--;
    functions->running_bytes -= invocation->storage.len;
}

void functions_end(struct functions_invocation *invocation) {
    take_out(invocation->cloud->functions, invocation);
    invocation_finish(invocation);
    mem_free(invocation);
}

struct functions_invocation *
functions_find_waiting(const struct cloud *cloud, struct str function) {
    struct functions_invocation *at = cloud->functions->running, *oldest = NULL;
    for (; at; at = at->next) {
        if (!at->started_us && str_equal(function, str_from(at->function))) oldest = at;
    }
    return oldest;
}

// Uploaded code is checked and kept, but nothing here unpacks or starts it.
static void fail_without_code(struct functions_invocation *invocation) {
    struct buf text = {0};
    buf_add_format(
        &text,
        "RequestId: %s Error: The sandbox does not run uploaded code. Start it with --handler "
        "runtime and attach a runtime for %s to its Runtime API.",
        buf_text(&invocation->run.reply.request_id), invocation->function);
    invocation->init_us = 0;
    invocation_add_init_report(invocation, "invoke", STR("Runtime.InvalidEntrypoint"));
    invocation_add_start(invocation);
    invocation_add_line(invocation, buf_str(&text));
    invocation_fail_with(invocation, STR("Runtime.InvalidEntrypoint"), buf_str(&text));
    error_hint(
        &invocation->run.failure,
        "Stop the sandbox, start it with --handler runtime, then start your runtime.");
    buf_release(&text);
}

static bool goes_to_a_runtime(const struct functions *functions, const struct function *function) {
    if (!functions->runtime) return false;
    // The endpoint's own code serves until somebody brings other code for it.
    return function->code != FUNCTION_CODE_ENDPOINT ||
           runtime_server_knows(functions->runtime, str_from(function->name));
}

struct functions_invocation *
functions_start(struct cloud *cloud, const struct functions_call *call) {
    struct functions *functions = cloud->functions;
    struct function *function = call->target.function;
    struct functions_invocation invocation;
    const char *throttle = find_throttle(functions, call);
    const bool has_faults = !faults_is_empty(cloud);
    invocation_begin(&invocation, cloud, call);
    if (throttle) {
        invocation_refuse(
            &invocation, 429, throttle, "Rate Exceeded.",
            "Fewer at once, or raise the function's reserved concurrency.");
        return NULL;
    }
    if (has_faults && strikes(cloud, function, FAULT_TIMEOUT)) {
        struct functions_invocation *kept = keep(functions, &invocation);
        kept->started_us = kept->queued_us;
        invocation_add_start(kept);
        return kept; // functions_work ends it
    }
    if (has_faults && strikes(cloud, function, FAULT_CRASH)) {
        invocation.started_us = clock_monotonic_us();
        invocation_add_start(&invocation);
        invocation_crash(&invocation, STR("Runtime exited with error: exit status 1"));
    } else if (goes_to_a_runtime(functions, function)) {
        struct functions_invocation *kept = keep(functions, &invocation);
        return runtime_server_offer(functions->runtime, kept) ? kept : NULL;
    } else if (function->code != FUNCTION_CODE_UPLOADED) {
        built_in_run(&invocation, function, call->target.version);
    } else {
        fail_without_code(&invocation);
    }
    invocation_finish(&invocation);
    return NULL;
}

void functions_forget(struct functions_invocation *invocation) {
    if (invocation) invocation->done = NULL;
}

bool functions_start_later(
    struct cloud *cloud, const struct functions_call *call, struct aws_error *refusal) {
    return later_add(&cloud->functions->later, cloud, call, refusal);
}

// ---- with the cloud ----

bool functions_open(struct cloud *cloud, struct error *err) {
    cloud->functions = MEM_NEW(struct functions);
    if (!cloud->options.has_runtime_handler) return true;
    return runtime_server_open(cloud, &cloud->functions->runtime, err);
}

void functions_close(struct cloud *cloud) {
    struct functions *functions = cloud->functions;
    if (!functions) return;
    runtime_server_close(functions->runtime);
    functions->runtime = NULL;
    while (functions->running) {
        struct functions_invocation *invocation = functions->running;
        take_out(functions, invocation);
        invocation_refuse(
            invocation, 503, NULL, "the sandbox is stopping", "Start it again, then repeat.");
        mem_free(invocation);
    }
    later_release(&functions->later);
    function_list_release(&functions->list);
    mem_free(functions);
    cloud->functions = NULL;
}

void functions_seed(struct cloud *cloud) {
    function_list_seed(cloud);
    store_set_meta_int(cloud->store, "functions", 1);
    later_load(&cloud->functions->later, cloud);
}

void functions_load(struct cloud *cloud) {
    if (!store_get_meta_int(cloud->store, "functions", 0)) {
        functions_seed(cloud); // a folder of an older version
        return;
    }
    function_list_load(cloud);
    later_load(&cloud->functions->later, cloud);
}

static void end_late_ones(struct functions *functions, int64_t now_ms) {
    struct functions_invocation *at = functions->running;
    while (at) {
        struct functions_invocation *next = at->next;
        if (at->deadline_ms <= now_ms) {
            runtime_server_give_up(functions->runtime, at);
            invocation_time_out(at);
            functions_end(at);
            next = functions->running; // `done` may have started others
        }
        at = next;
    }
}

void functions_work(struct cloud *cloud) {
    struct functions *functions = cloud->functions;
    end_late_ones(functions, clock_monotonic_ms());
    runtime_server_work(functions->runtime);
    later_work(&functions->later, cloud);
}

int64_t functions_due_ms(const struct cloud *cloud) {
    const struct functions *functions = cloud->functions;
    int64_t due_ms = later_due_ms(&functions->later, cloud);
    const int64_t runtime_ms = runtime_server_due_ms(functions->runtime);
    if (runtime_ms < due_ms) due_ms = runtime_ms;
    for (const struct functions_invocation *at = functions->running; at; at = at->next) {
        if (at->deadline_ms < due_ms) due_ms = at->deadline_ms;
    }
    return due_ms;
}
