// later — see the header.
#include "functions/later.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "functions/function.h"
#include "store_records.h"
#include "writer.h"

#define KIND STR("invocation")
#define ID_BYTES 64
#define STARTS_A_TURN 16
#define THROTTLED_MS 1000

struct later_run {
    struct later_run *next;
    struct later *later;
    struct cloud *cloud;
    char id[ID_BYTES];
    size_t bytes;
    int64_t since_ms, due_ms; // wall
    int attempt;              // of those that failed
    bool is_running;
    struct functions_invocation *invocation; // while it runs and did not end at once
};

static void drop(struct later_run *run) {
    struct later_run **link = &run->later->first;
    while (*link != run)
        link = &(*link)->next;
    *link = run->next;
    run->later->count--;
    run->later->bytes -= run->bytes;
    mem_free(run);
}

void later_release(struct later *later) {
    while (later->first) {
        functions_forget(later->first->invocation);
        drop(later->first);
    }
}

static struct later_run *
add_run(struct later *later, struct cloud *cloud, struct str id, size_t bytes) {
    struct later_run *run = MEM_NEW(struct later_run);
    ASSERT(id.len < ID_BYTES);
    memcpy(run->id, id.ptr, id.len);
    run->later = later;
    run->cloud = cloud;
    run->bytes = bytes;
    struct later_run **link = &later->first;
    while (*link)
        link = &(*link)->next;
    *link = run;
    later->count++;
    later->bytes += bytes;
    return run;
}

static bool load_one(void *context, const struct store_record *record) {
    struct later *later = context;
    struct json json = {0};
    struct error ignored = {0};
    int64_t attempt = 0, due_ms = 0;
    if (record->id.len >= ID_BYTES || !json_parse(record->body, &json, &ignored)) return true;
    struct later_run *run = add_run(later, NULL, record->id, record->body.len);
    (void)json_integer(json_get(json.root, "attempt"), &attempt);
    (void)json_integer(json_get(json.root, "due_ms"), &due_ms);
    run->attempt = (int)attempt;
    run->due_ms = due_ms;
    run->since_ms = record->created_at_ms;
    json_release(&json);
    return true;
}

void later_load(struct later *later, struct cloud *cloud) {
    later_release(later);
    store_each_record(cloud->store, KIND, STR(""), 0, load_one, later);
    for (struct later_run *at = later->first; at; at = at->next)
        at->cloud = cloud;
}

static void put(struct cloud *cloud, struct str id, struct str body) {
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = KIND,
                          .id = id,
                          .body = body,
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms});
}

bool later_add(
    struct later *later,
    struct cloud *cloud,
    const struct functions_call *call,
    struct aws_error *refusal) {
    const size_t bytes = call->payload.len + call->client_context.len;
    if (later->count >= LATER_LIMIT || later->bytes + bytes > LATER_BYTES) {
        access_refuse(refusal, 429, "TooManyRequestsException", STR("Rate Exceeded."));
        const struct str reason = STR("FunctionInvocationRateLimitExceeded");
        memcpy(refusal->reason, reason.ptr, reason.len + 1);
        refusal->retry_after_ms = THROTTLED_MS;
        return false;
    }
    struct buf body = {0};
    struct writer writer = {.out = &body};
    writer_open(&writer, NULL, '{');
    writer_text(&writer, "function", str_from(call->target.function->name));
    writer_text(&writer, "qualifier", call->target.qualifier);
    writer_int(&writer, "attempt", 0);
    writer_int(&writer, "due_ms", cloud->now_ms);
    writer_text(&writer, "trace_id", call->trace_id);
    writer_text(&writer, "payload", call->payload);
    writer_close(&writer, '}');
    put(cloud, call->request_id, buf_str(&body));
    buf_release(&body);
    struct later_run *run = add_run(later, cloud, call->request_id, bytes);
    run->since_ms = run->due_ms = cloud->now_ms;
    return true;
}

static void finish(struct later_run *run) {
    run->cloud->has_pending = true; // what was written is committed
    store_remove_record(run->cloud->store, KIND, str_from(run->id));
    drop(run);
}

static void put_off(struct later_run *run, int64_t wait_ms) {
    struct cloud *cloud = run->cloud;
    struct buf body = {0}, text = {0};
    struct json json = {0};
    struct error ignored = {0};
    cloud->has_pending = true;
    run->due_ms = cloud->now_ms + (cloud->options.has_instant_statuses ? 0 : wait_ms);
    if (store_get_record(cloud->store, KIND, str_from(run->id), &body, NULL) &&
        json_parse(buf_str(&body), &json, &ignored)) {
        json_remove(json.root, "attempt");
        json_remove(json.root, "due_ms");
        json_add_integer(json.root, "attempt", run->attempt);
        json_add_integer(json.root, "due_ms", run->due_ms);
        json_print(json.root, &text);
        put(cloud, str_from(run->id), buf_str(&text));
    }
    json_release(&json);
    buf_release(&body);
    buf_release(&text);
}

static void take_run(void *context, struct functions_run *result) {
    struct later_run *run = context;
    const bool is_too_old = run->cloud->now_ms > run->since_ms + LATER_AGE_MS;
    run->is_running = false;
    run->invocation = NULL;
    if (result->reply.status == 503) return; // the sandbox stops: it is in the store
    if (result->reply.status == 429 && !is_too_old) {
        put_off(run, THROTTLED_MS);
    } else if (result->reply.has_failed && run->attempt < LATER_RETRIES && !is_too_old) {
        run->attempt++;
        put_off(run, INT64_C(60000) * run->attempt);
    } else {
        finish(run);
    }
}

static void start(struct later_run *run) {
    struct cloud *cloud = run->cloud;
    struct buf body = {0};
    struct json json = {0};
    struct error ignored = {0};
    struct functions_target target = {0};
    const bool is_read = store_get_record(cloud->store, KIND, str_from(run->id), &body, NULL) &&
                         json_parse(buf_str(&body), &json, &ignored);
    target.qualifier = json_get_text(json.root, "qualifier");
    target.function = function_find(cloud, json_get_text(json.root, "function"));
    if (!is_read || !target.function ||
        !function_find_version(target.function, target.qualifier, &target.version)) {
        finish(run); // the function was deleted meanwhile
    } else {
        run->is_running = true;
        struct functions_invocation *invocation = functions_start(
            cloud, &(struct functions_call){
                       .target = target,
                       .payload = json_get_text(json.root, "payload"),
                       .trace_id = json_get_text(json.root, "trace_id"),
                       .request_id = str_from(run->id),
                       .done = take_run,
                       .context = run});
        if (invocation) run->invocation = invocation; // else `run` may be gone
    }
    json_release(&json);
    buf_release(&body);
}

void later_work(struct later *later, struct cloud *cloud) {
    struct later_run *at = later->first;
    for (int started = 0; at && started < STARTS_A_TURN;) {
        struct later_run *next = at->next;
        if (!at->is_running && at->due_ms <= cloud->now_ms) {
            start(at);
            started++;
        }
        at = next;
    }
}

int64_t later_due_ms(const struct later *later, const struct cloud *cloud) {
    int64_t due_ms = INT64_MAX;
    for (const struct later_run *at = later->first; at; at = at->next) {
        if (!at->is_running && at->due_ms < due_ms) due_ms = at->due_ms;
    }
    if (due_ms == INT64_MAX) return due_ms;
    const int64_t left_ms = due_ms - cloud->now_ms;
    return clock_monotonic_ms() + (left_ms > 0 ? left_ms : 0);
}
