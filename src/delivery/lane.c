// lane — one request at a time: takes a parcel, sends it run by run, judges each answer.
//
// Trouble  a lane whose answer was bad tries again by itself after a while that grows (full jitter). "Too many
//          requests", and any Retry-After, is for everybody: all lanes rest. When bad answers outnumber the
//          lanes without a good one between them, one lane tries for all, and the others wait for it.
#include "internal.h"

#include "base/clock.h"
#include "base/memory.h"
#include "net/retry.h"

#define IDLE_MS 60000             // until somebody nudges; then look anyway
#define MOST_REFUSED_IN_A_ROW 100 // by the receiver, with nothing accepted between

static void lane_go(struct lane *lane);

void lane_nudge_all(struct delivery *delivery) {
    for (int i = 0; i < delivery->lane_count; i++)
        if (delivery->lanes[i]) task_nudge(&delivery->lanes[i]->task);
}

// The collector has something to do: somebody else looks after the feed.
static void nudge_one(struct delivery *delivery) {
    for (int i = 0; i < delivery->lane_count; i++) {
        struct lane *lane = delivery->lanes[i];
        if (!lane || !lane->is_idle) continue;
        lane->is_idle = false;
        task_nudge(&lane->task);
        return;
    }
}

void lane_end_all(struct delivery *delivery, const struct error *err) {
    if (delivery->has_ended) return;
    delivery->has_ended = true;
    if (err) delivery->outcome = *err;
    delivery->counts.in_flight = 0;
    delivery->counts.resting_until_ms = 0;
    for (int i = 0; i < delivery->lane_count; i++) {
        struct lane *lane = delivery->lanes[i];
        if (lane) task_stop(&lane->task, &lane->task);
    }
    if (delivery->host) task_nudge(delivery->host);
}

static void leave_places(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    if (delivery->collector == lane) delivery->collector = NULL;
    if (delivery->prober == lane) delivery->prober = NULL;
    lane->is_idle = false;
}

// Nothing is left for it: the feed has ended, and what others hold they bring home themselves.
static void resign(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    leave_places(lane);
    lane->has_resigned = true;
    if (--delivery->working == 0) lane_end_all(delivery, NULL);
    task_finish(&lane->task);
}

static void wait_until(struct lane *lane, int64_t due_ms) {
    const int64_t now_ms = lane->delivery->now_ms;
    const int64_t left_ms = due_ms > now_ms ? due_ms - now_ms : 0;
    task_wait(&lane->task, left_ms < IDLE_MS ? left_ms : IDLE_MS);
}

// ---- trouble ----

static void note_good(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    const bool was_probing = delivery->prober != NULL;
    lane->attempt = 0;
    delivery->bad_streak = delivery->throttled_streak = 0;
    delivery->trouble_since_ms = 0;
    delivery->counts.trouble = (struct error){0};
    delivery->has_renewed = false;
    delivery->prober = NULL;
    if (was_probing) lane_nudge_all(delivery);
}

static void rest_all(struct delivery *delivery, int64_t until_ms) {
    int64_t *resting = &delivery->counts.resting_until_ms;
    const int64_t from_ms = *resting > delivery->now_ms ? *resting : delivery->now_ms;
    if (until_ms <= from_ms) return;
    pace_shift(&delivery->pace, until_ms - from_ms);
    *resting = until_ms;
}

// Milliseconds to the next attempt; the server's own word counts for all lanes.
static int64_t choose_delay(struct lane *lane, const struct response *response, bool is_throttled) {
    struct delivery *delivery = lane->delivery;
    const struct retry_policy *policy = delivery->options.retry;
    int64_t delay_ms;
    if (response && retry_server_delay(&response->headers, clock_wall_ms(), &delay_ms)) {
        if (delay_ms > policy->server_cap_ms) delay_ms = policy->server_cap_ms;
        rest_all(delivery, delivery->now_ms + delay_ms);
        return delay_ms;
    }
    if (!is_throttled)
        return retry_backoff_ms(policy->base_ms, policy->cap_ms, lane->attempt, &delivery->jitter);
    delay_ms = retry_backoff_ms(
        policy->throttled_ms, policy->cap_ms, delivery->throttled_streak, &delivery->jitter);
    rest_all(delivery, delivery->now_ms + delay_ms);
    return delay_ms;
}

// Again, later; or the end, when nothing good has come for too long.
static void note_bad(
    struct lane *lane,
    const struct response *response,
    bool is_throttled,
    const struct error *err) {
    struct delivery *delivery = lane->delivery;
    const int64_t now_ms = delivery->now_ms;
    lane->attempt++;
    delivery->bad_streak++;
    if (is_throttled) delivery->throttled_streak++;
    delivery->counts.trouble = *err;
    if (!delivery->trouble_since_ms) delivery->trouble_since_ms = now_ms;
    const int64_t end_ms = delivery->trouble_since_ms + delivery->options.patience_ms;
    int64_t delay_ms = choose_delay(lane, response, is_throttled);
    const bool is_resting = delivery->counts.resting_until_ms > end_ms;
    if (now_ms >= end_ms || is_resting) {
        lane_end_all(delivery, err);
        return;
    }
    if (now_ms + delay_ms > end_ms) delay_ms = end_ms - now_ms; // one last try
    lane->due_ms = now_ms + delay_ms;
    if (delivery->bad_streak >= delivery->working || is_throttled) {
        if (!delivery->prober) delivery->prober = lane;
    }
}

// ---- sending ----

static void begin_flight(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    struct delivery_counts *counts = &delivery->counts;
    lane->in_flight = parcel_messages_in(lane->parcel, lane->range);
    lane->is_in_flight = true;
    lane->keys = delivery->keys;
    counts->in_flight += lane->in_flight;
    counts->requests++;
    counts->retried += lane->attempt > 0;
    counts->bytes += lane->call.request.body.len;
    lane->call.options.retry = TASK_RETRY_NEVER; // repeating is ours, it goes on for longer
    lane->call.options.timeout_ms = delivery->options.timeout_ms;
    client_call_start(&lane->call, &lane->task);
}

static void end_flight(struct lane *lane, bool was_sent) {
    struct delivery_counts *counts = &lane->delivery->counts;
    if (!lane->is_in_flight) return;
    lane->is_in_flight = false;
    if (lane->delivery->has_ended) return;
    counts->in_flight -= lane->in_flight;
    if (!was_sent) {
        counts->requests--;
        counts->retried -= lane->attempt > 0;
    }
}

static void
take_refusal(struct lane *lane, const struct refusal *refusal, const struct error *err) {
    struct delivery *delivery = lane->delivery;
    lane->has_range = false;
    lane->attempt = 0;
    if (lane->range.to - lane->range.from > 1) {
        parcel_put_back_halves(lane->parcel, lane->range);
        return;
    }
    ledger_refuse(delivery, lane->parcel, lane->range, refusal, err);
    if (refusal->status && ++delivery->refused_in_a_row >= MOST_REFUSED_IN_A_ROW)
        lane_end_all(delivery, err);
}

// False: it has ended; the reason is the delivery's outcome.
static bool send_range(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    struct error err = {0};
    if (delivery->route->build(lane, &err)) {
        begin_flight(lane);
        return true;
    }
    if (err.code != ERROR_USAGE) {
        lane_end_all(delivery, &err);
        return false;
    }
    // Known to be refused: told as such, without asking.
    CLEANUP(buf_release) struct buf code = {0};
    buf_add(&code, STR("invalid_input"));
    const struct refusal refusal = {.code = code};
    take_refusal(lane, &refusal, &err);
    return false;
}

// The next run of its parcel; a parcel without one has been settled.
static bool next_range(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    if (lane->has_range) return true;
    if (!lane->parcel) return false;
    lane->has_range = parcel_take_range(lane->parcel, delivery->route->most_units, &lane->range);
    if (lane->has_range) return true;
    ledger_close_parcel(delivery, lane->parcel);
    lane->parcel = NULL;
    return false;
}

// Sent, waiting, or nothing left to send (false).
static bool go_with_parcel(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    while (!delivery->has_ended && next_range(lane)) {
        int64_t due_ms = lane->due_ms;
        if (delivery->counts.resting_until_ms > due_ms) due_ms = delivery->counts.resting_until_ms;
        const bool has_prober = delivery->prober && delivery->prober != lane;
        if (has_prober || due_ms > delivery->now_ms) {
            wait_until(lane, has_prober ? PACE_NEVER : due_ms);
            return true;
        }
        if (send_range(lane)) return true;
    }
    return false;
}

// ---- work ----

// As the collector, or idle until it becomes that.
static void seek_work(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    int64_t due_ms = delivery->counts.resting_until_ms;
    const bool is_other = delivery->collector && delivery->collector != lane;
    const bool is_held = is_other || (delivery->prober && delivery->prober != lane);
    if (!is_held && due_ms <= delivery->now_ms) {
        delivery->collector = lane;
        lane->parcel = collector_collect(delivery, &due_ms);
        if (lane->parcel) {
            delivery->collector = NULL;
            nudge_one(delivery);
            lane_go(lane);
            return;
        }
    }
    if (delivery->has_ended) {
        task_finish(&lane->task);
    } else if (collector_is_done(delivery)) {
        delivery->collector = NULL;
        lane_nudge_all(delivery); // the idle ones resign as well
        resign(lane);
    } else {
        lane->is_idle = is_held;
        wait_until(lane, is_held ? PACE_NEVER : due_ms);
    }
}

// Every step ends here: exactly one wish is told to the runner.
static void lane_go(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    lane->is_idle = false;
    if (go_with_parcel(lane)) return;
    if (delivery->has_ended)
        task_finish(&lane->task);
    else
        seek_work(lane);
}

// ---- answers ----

static bool recover(struct delivery *delivery, const struct task_event *event) {
    const struct delivery_options *options = &delivery->options;
    if (!event->error || event->error->code != ERROR_UNREACHABLE || !options->recover) return false;
    struct client *client = options->recover(options->context, event);
    if (!client) return false;
    delivery->client = client;
    return true;
}

// Keys that have expired are looked up anew, once until the next good answer.
static bool renew_keys(struct lane *lane) {
    struct delivery *delivery = lane->delivery;
    if (lane->keys != delivery->keys) return true; // signed before another lane did
    if (delivery->has_renewed) return false;
    client_forget_credentials(delivery->client);
    delivery->has_renewed = true;
    delivery->keys++;
    return true;
}

static void
act(struct lane *lane,
    enum verdict verdict,
    const struct response *response,
    const struct refusal *refusal,
    const struct error *err) {
    struct delivery *delivery = lane->delivery;
    switch (verdict) {
    case VERDICT_ACCEPTED:
        note_good(lane);
        ledger_accept(delivery, lane->parcel, lane->range);
        lane->has_range = false;
        break;
    case VERDICT_LATER: note_bad(lane, response, false, err); break;
    case VERDICT_THROTTLED: note_bad(lane, response, true, err); break;
    case VERDICT_KEYS:
        lane->attempt++;
        if (!renew_keys(lane)) lane_end_all(delivery, err);
        break;
    case VERDICT_REFUSED:
        note_good(lane); // it is there, and reads
        take_refusal(lane, refusal, err);
        break;
    case VERDICT_STOP: lane_end_all(delivery, err); break;
    }
}

static void take_answer(struct lane *lane, const struct task_event *event) {
    struct delivery *delivery = lane->delivery;
    struct refusal refusal = {0};
    struct error err = {0};
    enum verdict verdict;
    end_flight(lane, event->attempts > 0);
    lane->call.client = delivery->client; // the one it was built with may be gone
    if (recover(delivery, event)) {
        lane->attempt++;
        const struct retry_policy *policy = delivery->options.retry;
        lane->due_ms =
            delivery->now_ms +
            retry_backoff_ms(policy->base_ms, policy->cap_ms, lane->attempt, &delivery->jitter);
        return;
    }
    if (event->response) {
        delivery->has_whole = true;
        refusal.status = event->response->status;
        verdict = delivery->route->judge(lane, event->response, &refusal, &err);
    } else {
        (void)!client_reply_check(&lane->call, event, NULL, &err);
        verdict = route_judge_failure(lane, event);
    }
    act(lane, verdict, event->response, &refusal, &err);
    buf_release(&refusal.code);
}

static void step(struct task *task, const struct task_event *event) {
    struct lane *lane = (struct lane *)(void *)task;
    struct delivery *delivery = lane->delivery;
    if (event->kind == TASK_CANCELLED) return;
    if (delivery->is_closed || delivery->has_ended) {
        task_finish(task);
        return;
    }
    delivery->now_ms = event->now_ms;
    if (delivery->counts.resting_until_ms <= event->now_ms) delivery->counts.resting_until_ms = 0;
    if (event->kind == TASK_RESPONSE) take_answer(lane, event);
    lane_go(lane);
    ledger_settle(delivery);
}

static void free_lane(struct task *task) {
    struct lane *lane = (struct lane *)(void *)task;
    struct delivery *delivery = lane->delivery;
    leave_places(lane);
    delivery->lanes[lane->index] = NULL;
    // Ended from outside, as with all tasks of its transfers.
    if (!lane->has_resigned && !delivery->is_closed && !delivery->has_ended) {
        struct error err = {0};
        (void)error_set(&err, ERROR_CANCELLED, "the delivery was cancelled");
        lane_end_all(delivery, &err);
    }
    client_call_release(&lane->call);
    mem_free(lane);
    delivery_release(delivery);
}

void lane_start(struct delivery *delivery, int at) {
    static const struct task_ops ops = {.name = "delivery", .step = step, .free = free_lane};
    struct lane *lane = MEM_NEW(struct lane);
    lane->task.ops = &ops;
    lane->delivery = delivery;
    lane->index = at;
    delivery->lanes[at] = lane;
    delivery->lane_count++;
    delivery->working++;
    delivery->references++;
    task_start(delivery->host, &lane->task);
}
