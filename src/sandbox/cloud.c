// cloud — see the header.
#include "cloud.h"

#include "access/roles.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "functions/functions.h"
#include "logs/logs.h"
#include "operations/answered.h"
#include "operations/answers.h"
#include "operations/faults.h"
#include "operations/metrics.h"
#include "operations/refusal.h"
#include "operations/request_log.h"
#include "personalize/ledger.h"
#include "personalize/resources.h"
#include "profiles/computed_traits.h"
#include "routes.h"
#include "seed.h"
#include "tracking/destination.h"
#include "tracking/dispatch.h"
#include "tracking/figures.h"
#include "tracking/passages.h"

#define LOG_LOOK_MS 50          // a reader of the request log that stood still wakes nobody either
#define LEAVING_LOOK_MS 10      // a held client that hangs up wakes nobody
#define DISPATCH_SLICE_US 8000  // then the network gets its turn again
#define COMMIT_AFTER_MS 50      // of deliveries in a row that nobody waits for
#define COMPUTING_SLICE_US 4000 // of new computed traits over old events
#define PAUSE_AFTER_FAILURE_MS 1000
#define REST_AFTER_MS 3000 // without a commit: nobody streams

const char *cloud_region(const struct cloud *cloud) {
    return cloud->options.region;
}

const char *cloud_account(const struct cloud *cloud) {
    return cloud->options.account;
}

struct str cloud_identity(const struct cloud *cloud, const char *key) {
    return str_from(sandbox_identities_get(&cloud->identities, key));
}

static enum server_verdict respond(void *context, struct exchange *exchange) {
    struct cloud *cloud = context;
    cloud->counters.requests++;
    const enum server_verdict verdict = routes_respond(cloud, exchange);
    if (verdict != SERVER_HOLD) return verdict;
    if (cloud->held_count >= server_hold_limit(cloud->server)) {
        // those who wait must leave room for those who do not
        refusal_throttle(cloud, exchange, 1);
        return store_is_writing(cloud->store) ? SERVER_COMMIT : SERVER_ANSWER;
    }
    exchange->next = cloud->held;
    cloud->held = exchange;
    cloud->held_count++;
    return SERVER_HOLD;
}

static size_t body_limit(void *context, struct str path) {
    (void)context;
    return routes_body_limit(path);
}

static void leaving(void *context, struct exchange *exchange) {
    answered_note(context, exchange);
    passages_ingest_left(context, exchange);
}

// ---- start and stop ----

static bool fill(struct cloud *cloud, struct error *err) {
    ledger_clear(cloud);
    if (!seed_fill(cloud, cloud->options.seed_file, err)) {
        return error_wrap(err, "filling the sandbox's history");
    }
    functions_seed(cloud);
    resources_load(cloud); // the workshop's, for there are none
    store_set_meta_int(cloud->store, "seeded", 1);
    store_set_meta_int(cloud->store, "delivered", store_last_sequence(cloud->store));
    return true;
}

static bool load(struct cloud *cloud, struct error *err) {
    if (!store_open(cloud->options.data_folder, &cloud->store, err)) return false;
    if (store_get_meta_int(cloud->store, "seeded", 0)) {
        ledger_load(cloud);
        functions_load(cloud);
        resources_load(cloud);
    } else if (!fill(cloud, err) || !store_commit(cloud->store, err)) {
        return false;
    }
    destination_load(cloud);
    computed_traits_load(cloud);
    if (!store_commit(cloud->store, err)) return false;
    cloud->has_pending = true; // from before a kill, maybe
    return true;
}

static char *copy_or(const char *text, const char *fallback) {
    if (!text) text = fallback;
    return text ? mem_copy_string(text) : NULL;
}

static const char *const *copy_texts(const char *const *texts) {
    size_t count = 0;
    while (texts && texts[count])
        count++;
    const char **copies = mem_zeroed(count + 1, sizeof(*copies));
    for (size_t i = 0; i < count; i++)
        copies[i] = mem_copy_string(texts[i]);
    return copies;
}

static void copy_options(struct cloud *cloud, const struct sandbox_options *options) {
    cloud->options = *options;
    cloud->options.listen = copy_or(options->listen, "127.0.0.1:0");
    cloud->options.data_folder = copy_or(options->data_folder, NULL);
    cloud->options.region = copy_or(options->region, IDENTITIES_REGION);
    cloud->options.account = copy_or(options->account, IDENTITIES_ACCOUNT);
    cloud->options.seed_file = copy_or(options->seed_file, NULL);
    cloud->options.answers_file = copy_or(options->answers_file, NULL);
    cloud->options.request_log = copy_or(options->request_log, NULL);
    cloud->options.runtime_listen = copy_or(options->runtime_listen, NULL);
    cloud->options.faults = copy_texts(options->faults);
    if (!options->status_step_ms) cloud->options.status_step_ms = SANDBOX_STATUS_STEP_MS;
}

static void free_text(const char *text) {
    char *owned;
    memcpy(
        &owned, &text,
        sizeof(owned)); // owned since copy_options; the struct says const for callers
    mem_free(owned);
}

static void free_options(struct sandbox_options *options) {
    free_text(options->listen);
    free_text(options->data_folder);
    free_text(options->region);
    free_text(options->account);
    free_text(options->seed_file);
    free_text(options->answers_file);
    free_text(options->request_log);
    free_text(options->runtime_listen);
    for (size_t i = 0; options->faults && options->faults[i]; i++)
        free_text(options->faults[i]);
    const char **faults;
    memcpy(&faults, &options->faults, sizeof(faults)); // owned likewise
    mem_free(faults);
}

static bool open_log(struct cloud *cloud, struct error *err) {
    const char *path = cloud->options.request_log;
    return !path || request_log_open(path, &cloud->log, err);
}

bool cloud_open(const struct sandbox_options *options, struct cloud **out, struct error *err) {
    struct cloud *cloud = MEM_NEW(struct cloud);
    copy_options(cloud, options);
    rng_seed_from_system(&cloud->rng);
    cloud->now_ms = cloud->started_at_ms = clock_wall_ms();
    cloud->roles = roles_new();
    cloud->logs = logs_new();
    const struct server_options server = {
        .listen = cloud->options.listen,
        .is_remote_allowed = cloud->options.is_remote_allowed,
        .body_limit = body_limit,
        .respond = respond,
        .leaving = leaving,
        .context = cloud};
    if (!server_open(&server, &cloud->server, err)) {
        cloud_close(cloud);
        return false;
    }
    buf_add_format(
        &cloud->url, "http://%s:%d", server_host(cloud->server), (int)server_port(cloud->server));
    sandbox_identities_make(
        &cloud->identities, buf_text(&cloud->url), cloud->options.region, cloud->options.account);
    metrics_open(cloud);
    if (!open_log(cloud, err) || !functions_open(cloud, err) || !faults_open(cloud, err) ||
        !load(cloud, err) || !answers_open(cloud, err) || !server_start(cloud->server, err)) {
        cloud_close(cloud);
        return false;
    }
    cloud->rest_at_ms = clock_monotonic_ms() + REST_AFTER_MS;
    *out = cloud;
    return true;
}

// Held for a latency, or by whoever has begun something for it, it is no mere poll.
static bool is_poll(const struct exchange *exchange) {
    return !exchange->again && !exchange->holder && !exchange->delay_until_ms;
}

static bool release_held(struct cloud *cloud, bool only_polls) {
    struct exchange **link = &cloud->held;
    bool has_released = false;
    while (*link) {
        struct exchange *exchange = *link;
        if (only_polls && !is_poll(exchange)) {
            link = &exchange->next;
            continue;
        }
        *link = exchange->next;
        cloud->held_count--;
        routes_answer_json(
            exchange, 503,
            STR("{\"error\":{\"code\":\"cancelled\",\"message\":\"the sandbox is "
                "stopping\",\"hint\":\"Ask again when it is back.\"}}"));
        headers_set(&exchange->response.headers, STR("Retry-After"), STR("1"));
        server_answer(exchange);
        has_released = true;
    }
    return has_released;
}

void cloud_release_polls(struct cloud *cloud) {
    if (release_held(cloud, true)) server_serve(cloud->server);
}

void cloud_close(struct cloud *cloud) {
    if (!cloud) return;
    if (cloud->server) (void)release_held(cloud, false);
    resources_free(cloud->resources); // its jobs wake the server
    server_close(cloud->server);
    functions_close(cloud);
    dispatch_free(cloud);
    passages_free(cloud);
    if (cloud->store && cloud->recommender && cloud->options.data_folder) ledger_save(cloud);
    store_close(cloud->store);
    recommender_free(cloud->recommender);
    recommender_answer_release(&cloud->answer);
    buf_release(&cloud->text);
    destination_release(cloud);
    sandbox_identities_release(&cloud->identities);
    sigv4_key_cache_release(&cloud->keys);
    buf_release(&cloud->url);
    answers_free(cloud->answers);
    faults_free(cloud->faults);
    metrics_free(cloud->metrics);
    request_log_close(cloud->log);
    computed_traits_free(cloud->computed_traits);
    roles_free(cloud->roles);
    logs_free(cloud->logs);
    free_options(&cloud->options);
    mem_free(cloud);
}

// Whatever is remembered of the store was ahead of it when it was rolled back: take it from there.
static void reload(struct cloud *cloud) {
    roles_forget(cloud);
    logs_forget(cloud);
    ledger_load(cloud);
    functions_load(cloud);
    resources_load(cloud);
    destination_load(cloud);
    computed_traits_load(cloud);
    answers_load(cloud);
}

bool cloud_reset(struct cloud *cloud, struct error *err) {
    if (!seed_check(cloud->options.seed_file, err)) {
        return error_wrap(err, "the sandbox stays as it is: its seed");
    }
    // Requests of the same turn came before and are answered as they were; they are reset with the rest.
    store_clear(cloud->store);
    roles_forget(cloud);
    logs_forget(cloud);
    if (!fill(cloud, err)) {
        store_give_up(
            cloud->store, err); // with all of this turn, whose senders wait for the commit
        return false;
    }
    destination_load(cloud);
    computed_traits_load(cloud);
    answers_load(cloud);
    cloud->is_reset = true;
    return true;
}

// ---- one turn ----

// Noted once for each kind of trouble, however many commits it meets.
static void note_failure(struct cloud *cloud, const struct error *err) {
    if (strcmp(cloud->store_failure.message, err->message) != 0)
        log_note(LOG_LEVEL_ERROR, "sandbox", "%s; what was sent is not kept", err->message);
    cloud->store_failure = *err;
}

static bool commit(struct cloud *cloud) {
    struct error err = {0};
    if (!store_is_writing(cloud->store)) return true;
    figures_save(cloud);
    store_trim(cloud->store, cloud->now_ms);
    const bool is_reset = cloud->is_reset;
    cloud->is_reset = false;
    if (store_commit(cloud->store, &err)) {
        if (is_reset) faults_reset(cloud); // they are not of the store
        cloud->rest_at_ms = clock_monotonic_ms() + REST_AFTER_MS;
        cloud->has_changed = true;
        if (cloud->store_failure.code != ERROR_NONE)
            log_note(LOG_LEVEL_WARN, "sandbox", "the store takes what is sent again");
        cloud->store_failure = (struct error){0};
        return true;
    }
    note_failure(cloud, &err);
    reload(cloud);
    cloud->retry_at_ms = clock_monotonic_ms() + PAUSE_AFTER_FAILURE_MS;
    server_release_committed(cloud->server, &err);
    return false;
}

static void serve(struct cloud *cloud) {
    server_serve(cloud->server);
    if (!server_has_uncommitted(cloud->server)) return;
    cloud->has_pending = true;
    if (commit(cloud)) server_release_committed(cloud->server, NULL);
    server_serve(cloud->server); // the answers leave before anything is delivered
}

static int64_t due_ms(const struct exchange *exchange) {
    return exchange->delay_until_ms ? exchange->delay_until_ms : exchange->hold_until_ms;
}

static bool is_due(const struct exchange *exchange, int64_t now_ms) {
    return now_ms >= due_ms(exchange);
}

static bool is_anybody_due(const struct cloud *cloud, int64_t now_ms) {
    const struct exchange *held = cloud->held;
    while (held && !is_due(held, now_ms))
        held = held->next;
    return held != NULL;
}

// In a flood many slices share a commit, for most of its cost is the same pages over and over. Whoever
// asks meanwhile is answered after it, as ever.
static void deliver(struct cloud *cloud) {
    const int64_t now_ms = clock_monotonic_ms();
    bool is_idle = false;
    if (cloud->delivery_at_ms && now_ms >= cloud->delivery_at_ms) cloud->has_pending = true;
    if (!cloud->has_pending || now_ms < cloud->retry_at_ms) return;
    if (!store_is_writing(cloud->store)) cloud->commit_at_ms = now_ms + COMMIT_AFTER_MS;
    const bool has_worked = dispatch_work(cloud, DISPATCH_SLICE_US, &is_idle);
    const int64_t after_ms = clock_monotonic_ms();
    if (!is_idle && after_ms < cloud->commit_at_ms && !is_anybody_due(cloud, after_ms)) return;
    const bool is_kept = commit(cloud);
    if (is_kept) cloud->has_pending = !is_idle;
    if (is_kept && has_worked) ledger_save_when_due(cloud);
}

// Asks those again whose time is over, or all after a change. An answer that tells or did what is not
// committed yet leaves with the commit: never asked once more, for a delayed call has then been carried out.
static void answer_held(struct cloud *cloud) {
    const int64_t now_ms = clock_monotonic_ms();
    struct exchange **at = &cloud->held;
    bool has_answered = false;
    while (*at) {
        struct exchange *exchange = *at;
        const bool may_ask =
            is_due(exchange, now_ms) || (cloud->has_changed && !exchange->delay_until_ms);
        const enum server_verdict verdict = may_ask ? routes_respond(cloud, exchange) : SERVER_HOLD;
        if (verdict == SERVER_HOLD) {
            at = &exchange->next;
            continue;
        }
        *at = exchange->next;
        cloud->held_count--;
        exchange->next = NULL;
        if (verdict == SERVER_COMMIT)
            server_await_commit(cloud->server, exchange);
        else
            server_answer(exchange);
        has_answered = true;
    }
    cloud->has_changed = false;
    if (has_answered) server_serve(cloud->server);
}

void cloud_drop_abandoned(struct cloud *cloud) {
    struct exchange **link = &cloud->held;
    bool has_dropped = false;
    while (*link) {
        struct exchange *exchange = *link;
        if (!server_is_abandoned(exchange)) {
            link = &exchange->next;
            continue;
        }
        *link = exchange->next;
        cloud->held_count--;
        server_answer(exchange); // to nobody; it ends there
        has_dropped = true;
    }
    if (has_dropped) server_serve(cloud->server);
}

static int64_t sooner(int64_t timeout_ms, int64_t at_ms, int64_t now_ms) {
    const int64_t left_ms = at_ms > now_ms ? at_ms - now_ms : 0;
    return timeout_ms < 0 || left_ms < timeout_ms ? left_ms : timeout_ms;
}

static int timeout_of(const struct cloud *cloud) {
    // A request may come in while the answers of the one before leave: nobody else wakes us for it.
    if (server_has_uncommitted(cloud->server)) return 0;
    const int64_t now_ms = clock_monotonic_ms();
    int64_t timeout_ms = cloud->has_log_waiting ? LOG_LOOK_MS : -1;
    if (cloud->has_pending || computed_traits_has_work(cloud))
        timeout_ms = cloud->retry_at_ms > now_ms ? cloud->retry_at_ms - now_ms : 0;
    if (cloud->delivery_at_ms) timeout_ms = sooner(timeout_ms, cloud->delivery_at_ms, now_ms);
    if (cloud->rest_at_ms) timeout_ms = sooner(timeout_ms, cloud->rest_at_ms, now_ms);
    if (cloud->leave_by_ms) {
        timeout_ms = sooner(timeout_ms, cloud->leave_by_ms, now_ms);
        if (cloud->held && timeout_ms > LEAVING_LOOK_MS) timeout_ms = LEAVING_LOOK_MS;
    }
    const int64_t functions_ms = functions_due_ms(cloud);
    if (functions_ms != INT64_MAX) timeout_ms = sooner(timeout_ms, functions_ms, now_ms);
    for (const struct exchange *held = cloud->held; held; held = held->next)
        timeout_ms = sooner(timeout_ms, due_ms(held), now_ms);
    return (int)timeout_ms;
}

// What a start or a burst left in caches and in the allocator is not held while nothing happens.
static void rest(struct cloud *cloud) {
    if (!cloud->rest_at_ms || clock_monotonic_ms() < cloud->rest_at_ms) return;
    cloud->rest_at_ms = 0;
    (void)store_rest(cloud->store);
    mem_give_back();
}

static void compute(struct cloud *cloud) {
    if (!computed_traits_has_work(cloud) || clock_monotonic_ms() < cloud->retry_at_ms) return;
    computed_traits_work(cloud, COMPUTING_SLICE_US);
    (void)commit(cloud);
}

void cloud_turn(struct cloud *cloud) {
    struct server *runtime = functions_runtime_server(cloud);
    server_wait_two(cloud->server, runtime, timeout_of(cloud));
    cloud->now_ms = clock_wall_ms();
    serve(cloud);
    if (runtime) server_serve(runtime);
    functions_work(cloud);
    if (runtime) server_serve(runtime); // invocations leave for their runtimes
    deliver(cloud);
    compute(cloud);
    answer_held(cloud);
    cloud->has_log_waiting = request_log_flush(cloud->log);
    rest(cloud);
}
