// trait_watch — see the header.
//
// Segment offers nothing but polling. The distances double, so that the usual case (under a second) is
// seen soon and a slow one stays far from the API's rate limit. The sandbox can do better: its route
// /_recloop/profile holds its answer until something has touched the profile, so there a look is taken
// after each touch and at no other time:
//
//     look ──unchanged──▶ hold (after the last sequence known) ──touched──▶ look ──▶ …
#include "client/trait_watch.h"

#include "base/json.h"
#include "base/memory.h"
#include "client/client_reply.h"
#include "http/url.h"

#define WATCH_TIMEOUT_MS 10000
#define LOOK_MS 100  // least time of one look
#define HOLD_MS 5000 // of one hold; then look all the same

struct trait_watch {
    struct task task;
    struct client *client;
    struct client_call call;
    struct buf user_id, trait;
    struct trait_watch_state before;
    bool has_before;
    int64_t timeout_ms, deadline_ms, delay_ms, delay_cap_ms;
    bool holds;       // the sandbox tells
    bool is_holding;  // the request under way is a hold, not a look
    int64_t sequence; // of the sandbox's last event that touched the profile, as far as we know
    struct trait_watch_state seen;
    int polls;
    double last_ms;
    struct trait_watch_result *out; // borrowed
};

void trait_watch_state_release(struct trait_watch_state *state) {
    buf_release(&state->value);
    buf_release(&state->source_id);
    *state = (struct trait_watch_state){0};
}

void trait_watch_result_release(struct trait_watch_result *result) {
    trait_watch_state_release(&result->state);
    *result = (struct trait_watch_result){0};
}

static void copy_state(const struct trait_watch_state *from, struct trait_watch_state *to) {
    trait_watch_state_release(to);
    to->is_set = from->is_set;
    to->updated_at_ms = from->updated_at_ms;
    buf_add(&to->value, buf_str(&from->value));
    buf_add(&to->source_id, buf_str(&from->source_id));
}

static bool has_changed(const struct trait_watch *self) {
    const struct trait_watch_state *before = &self->before, *seen = &self->seen;
    if (!self->has_before) return true;
    if (before->is_set != seen->is_set) return true;
    if (!str_equal(buf_str(&before->value), buf_str(&seen->value))) return true;
    return seen->updated_at_ms > before->updated_at_ms && before->updated_at_ms != 0;
}

static void ask(struct trait_watch *self, int64_t now_ms) {
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = buf_str(&self->user_id),
        .resource = PROFILE_TRAITS,
        .include = buf_str(&self->trait),
        .verbose = true,
    };
    struct error err = {0};
    if (!client_call_profile(self->client, &query, &self->call, &err)) {
        task_fail(&self->task, &err);
        return;
    }
    // At least one honest try, also after a hold that took all the time there was.
    const int64_t left_ms = self->deadline_ms - now_ms;
    self->call.options.timeout_ms = left_ms > LOOK_MS ? left_ms : LOOK_MS;
    self->polls++;
    client_call_start(&self->call, &self->task);
}

static void wait_then_ask(struct trait_watch *self) {
    task_wait(&self->task, self->delay_ms);
    self->delay_ms *= 2;
    if (self->delay_ms > self->delay_cap_ms) self->delay_ms = self->delay_cap_ms;
}

static void hold(struct trait_watch *self, int64_t now_ms) {
    CLEANUP(buf_release) struct buf query = {0};
    CLEANUP(buf_release) struct buf number = {0};
    struct error err = {0};
    int64_t wait_ms = self->deadline_ms - now_ms;
    if (wait_ms > HOLD_MS) wait_ms = HOLD_MS;
    url_query_add(&query, STR("user_id"), buf_str(&self->user_id));
    buf_add_int(&number, self->sequence);
    url_query_add(&query, STR("after"), buf_str(&number));
    buf_reset(&number);
    buf_add_int(&number, wait_ms > 0 ? wait_ms : 0);
    url_query_add(&query, STR("wait"), buf_str(&number));
    const struct client_call_route route = {
        .path = "/_recloop/profile", .query = buf_str(&query), .wait_ms = wait_ms};
    if (!client_call_sandbox(self->client, &route, &self->call, &err)) {
        task_fail(&self->task, &err);
        return;
    }
    self->is_holding = true;
    client_call_start(&self->call, &self->task);
}

// Whatever the hold says, look again; a sandbox without the route is polled from then on.
static void take_hold(struct trait_watch *self, const struct task_event *event) {
    CLEANUP(json_release) struct json reply = {0};
    struct error err = {0};
    self->is_holding = false;
    if (!client_reply_json(&self->call, event, &reply, &err)) {
        self->holds = false;
        wait_then_ask(self);
        return;
    }
    (void)json_integer(json_get(reply.root, "sequence"), &self->sequence);
    ask(self, event->now_ms);
}

// False when the answer is a refusal that waiting will not mend.
static bool
read_state(struct trait_watch *self, const struct task_event *event, struct error *err) {
    CLEANUP(profile_traits_release) struct profile_traits traits = {0};
    trait_watch_state_release(&self->seen);
    self->last_ms = event->elapsed_ms;
    if (!client_reply_traits(&self->call, event, &traits, err))
        return err->code == ERROR_NOT_FOUND; // the profile begins with its first event
    const struct profile_trait *trait = profile_traits_find(&traits, buf_str(&self->trait));
    if (!trait) return true;
    self->seen.is_set = true;
    self->seen.updated_at_ms = trait->updated_at_ms;
    json_print(trait->value, &self->seen.value);
    buf_add(&self->seen.source_id, trait->source_id);
    return true;
}

static void fail_late(struct trait_watch *self) {
    CLEANUP(buf_release) struct buf user = {0};
    struct error err = {0};
    buf_add_printable(&user, buf_str(&self->user_id));
    error_set(
        &err, ERROR_TIMEOUT, "%s of user %s did not change within %lld ms (looked %d times)",
        buf_text(&self->trait), buf_text(&user), (long long)self->timeout_ms, self->polls);
    error_hint(
        &err, "Follow the event: did the source's debugger show it, is the destination enabled, "
              "what does "
              "the function's log say, and is the space connected to personas-event-source?");
    task_fail(&self->task, &err);
}

static void finish(struct trait_watch *self) {
    trait_watch_result_release(self->out);
    self->out->state = self->seen;
    self->seen = (struct trait_watch_state){0};
    self->out->polls = self->polls;
    self->out->last_ms = self->last_ms;
    task_finish(&self->task);
}

static void take_answer(struct trait_watch *self, const struct task_event *event) {
    struct error err = {0};
    const int64_t left_ms = self->deadline_ms - event->now_ms;
    if (!read_state(self, event, &err)) {
        // The request's time limit is the rest of ours: then it is the watch that ended.
        if (err.code == ERROR_TIMEOUT && left_ms <= 0 && self->polls > 1)
            fail_late(self);
        else
            task_fail(&self->task, &err);
        return;
    }
    if (has_changed(self)) {
        finish(self);
        return;
    }
    if (left_ms <= (self->holds ? 0 : self->delay_ms))
        fail_late(self);
    else if (self->holds)
        hold(self, event->now_ms);
    else
        wait_then_ask(self);
}

static void step(struct task *task, const struct task_event *event) {
    struct trait_watch *self = (struct trait_watch *)task;
    switch (event->kind) {
    case TASK_BEGIN:
        self->deadline_ms = event->now_ms + self->timeout_ms;
        ask(self, event->now_ms);
        break;
    case TASK_TIMER: ask(self, event->now_ms); break;
    case TASK_RESPONSE:
        if (self->is_holding)
            take_hold(self, event);
        else
            take_answer(self, event);
        break;
    case TASK_CANCELLED: break;
    }
}

static void free_watch(struct task *task) {
    struct trait_watch *self = (struct trait_watch *)task;
    client_call_release(&self->call);
    trait_watch_state_release(&self->before);
    trait_watch_state_release(&self->seen);
    buf_release(&self->user_id);
    buf_release(&self->trait);
    mem_free(self);
}

static const struct task_ops ops = {.name = "trait watch", .step = step, .free = free_watch};

static int64_t or_else(int64_t value, int64_t initial) {
    return value > 0 ? value : initial;
}

struct task *trait_watch_new(
    struct client *client,
    const struct trait_watch_options *options,
    struct trait_watch_result *out) {
    struct trait_watch *self = MEM_NEW(struct trait_watch);
    const bool is_near = client_is_sandbox(client);
    const struct config *config = client_config(client);
    self->task.ops = &ops;
    self->client = client;
    self->out = out;
    buf_add(
        &self->user_id, options->user_id.len ? options->user_id : config_text(&config->user_id));
    buf_add(&self->trait, options->trait.len ? options->trait : STR(TRAIT_WATCH_TRAIT));
    self->timeout_ms = or_else(options->timeout_ms, WATCH_TIMEOUT_MS);
    self->holds = is_near && options->first_delay_ms == 0;
    self->delay_ms = or_else(options->first_delay_ms, is_near ? 2 : 200);
    self->delay_cap_ms = or_else(options->delay_cap_ms, is_near ? 50 : 2000);
    self->has_before = options->before != NULL;
    if (options->before) copy_state(options->before, &self->before);
    return &self->task;
}
