// dispatch — see the header.
#include "tracking/dispatch.h"

#include "base/clock.h"
#include "base/memory.h"
#include "operations/metrics.h"
#include "store_queue.h"
#include "tracking/passages.h"
#include "tracking/retry.h"
#include "tracking/sources.h"

#define DUE_AT_ONCE 16
#define RATE_WINDOW_US INT64_C(1000000)
#define PATIENCE_MAX_S 60 // SDKs honour up to 300

struct work {
    struct cloud *cloud;
    struct dispatch *dispatch;
    int64_t until_us; // monotonic
    bool has_worked, is_over_time;
};

static void forget_all(struct dispatch *dispatch) {
    for (size_t i = 0; i < dispatch->under_way_count; i++)
        attempt_free(dispatch->under_way[i]);
    dispatch->under_way_count = 0;
}

void dispatch_load(struct cloud *cloud) {
    if (!cloud->dispatch) cloud->dispatch = MEM_NEW(struct dispatch);
    struct dispatch *dispatch = cloud->dispatch;
    if (!dispatch->places) dispatch->places = DISPATCH_PLACES;
    forget_all(dispatch);
    passages_clear(cloud);
    dispatch->queued = store_count_queued(cloud->store);
    dispatch->queued_bytes = store_queued_bytes(cloud->store);
    if (dispatch->queued) store_requeue_under_way(cloud->store, cloud->now_ms);
    figures_load(cloud);
    sources_load(cloud);
    cloud->has_pending = true;
}

void dispatch_free(struct cloud *cloud) {
    if (!cloud->dispatch) return;
    forget_all(cloud->dispatch);
    attempt_free(cloud->dispatch->spare);
    mem_free(cloud->dispatch);
    cloud->dispatch = NULL;
}

// ---- when one is over ----

// In a flood the record of a success would be trimmed before anybody could read it. Measured against
// the source's own newest event: the function's identifies have sequences too.
static bool is_far_behind(const struct cloud *cloud, int64_t sequence) {
    return cloud->destination.newest - sequence > INT64_C(2) * STORE_DELIVERIES_KEPT;
}

static void write_record(struct cloud *cloud, struct attempt *attempt) {
    struct destination_record *record = &attempt->record;
    const int64_t sequence = attempt->event.sequence;
    const bool has_failed = outcome_get(record->outcome)->step == OUTCOME_STEP_FAILED;
    if (!has_failed && attempt->attempts == 1 && is_far_behind(cloud, sequence)) return;
    record->event = &attempt->event;
    record->settings = &attempt->settings;
    record->attempts = attempt->attempts;
    record->first_ms = attempt->first_ms;
    buf_reset(&cloud->text);
    destination_record_add_json(record, &cloud->text);
    store_add_delivery(cloud->store, sequence, buf_str(&cloud->text));
}

static void count(struct cloud *cloud, const struct attempt *attempt, bool is_retried) {
    const struct outcome_row *row = outcome_get(attempt->record.outcome);
    figures_count_outcome(cloud, attempt->record.outcome, is_retried);
    metrics_count_delivery(cloud, row->code);
    if (row->step == OUTCOME_STEP_DELIVERED)
        figures_count_latency(cloud, clock_wall_ms() - attempt->event.received_at_ms);
    if (row->step == OUTCOME_STEP_DESTINATION) return;
    if (attempt->attempts == 1) cloud->counters.deliveries++;
    if (is_retried)
        cloud->counters.delivery_retries++;
    else
        cloud->counters.deliveries_failed += row->step == OUTCOME_STEP_FAILED;
}

static struct store_queued row_of(const struct attempt *attempt, int64_t due_ms) {
    const struct store_event *event = &attempt->event;
    const enum outcome outcome = attempt->record.outcome;
    return (struct store_queued){
        .sequence = event->sequence,
        .source = event->source,
        .type = event->type,
        .user_id = event->user_id,
        .message_id = event->message_id,
        .body = event->body,
        .received_at_ms = event->received_at_ms,
        .attempts = attempt->attempts,
        .first_ms = attempt->first_ms,
        .due_ms = due_ms,
        .last_code = outcome == OUTCOME_OK ? STR("") : str_from(outcome_get(outcome)->code)};
}

static void enqueue(struct work *work, struct attempt *attempt, int64_t due_ms) {
    const struct store_queued row = row_of(attempt, due_ms);
    store_put_queued(work->cloud->store, &row);
    work->dispatch->queued++;
    work->dispatch->queued_bytes += (int64_t)row.body.len;
}

// `is_queued`: it has a row already.
static void settle(struct work *work, struct attempt *attempt, bool is_queued) {
    struct cloud *cloud = work->cloud;
    int64_t due_ms = 0;
    const struct retry_state state = {
        .base_ms = cloud->options.delivery_retry_base_ms,
        .attempts = attempt->attempts,
        .first_ms = attempt->first_ms,
        .now_ms = cloud->now_ms};
    const bool is_retried = outcome_get(attempt->record.outcome)->is_retried &&
                            retry_next(&state, &cloud->rng, &due_ms);
    attempt->record.next_ms = due_ms;
    if (is_retried && is_queued) {
        const struct store_queued row = row_of(attempt, due_ms);
        store_update_queued(cloud->store, &row);
    } else if (is_retried) {
        enqueue(work, attempt, due_ms);
    } else if (is_queued) {
        store_remove_queued(cloud->store, attempt->event.sequence);
        work->dispatch->queued--;
        work->dispatch->queued_bytes -= (int64_t)attempt->event.body.len;
    }
    count(cloud, attempt, is_retried);
    write_record(cloud, attempt);
    passages_keep(cloud, attempt);
    work->has_worked = true;
    work->is_over_time = clock_monotonic_us() >= work->until_us;
}

// ---- first attempts: what lies behind the mark ----

static bool has_room(const struct work *work) {
    return !work->is_over_time && work->dispatch->under_way_count < work->dispatch->places;
}

static bool may_go_on(const struct work *work) {
    const struct dispatch *dispatch = work->dispatch;
    return has_room(work) && dispatch->queued < DISPATCH_QUEUE_LIMIT &&
           dispatch->queued_bytes < DISPATCH_QUEUE_BYTES;
}

static void fly(struct work *work, struct attempt *take_attempt) {
    work->dispatch->under_way[work->dispatch->under_way_count++] = take_attempt;
    work->has_worked = true;
    work->is_over_time = clock_monotonic_us() >= work->until_us;
}

// The row is read while its own deliveries write: they add events of other sources only.
static bool take(void *context, const struct store_event *row) {
    struct work *work = context;
    struct cloud *cloud = work->cloud;
    struct dispatch *dispatch = work->dispatch;
    if (!dispatch->spare) dispatch->spare = MEM_NEW(struct attempt);
    struct attempt *attempt = dispatch->spare;
    attempt_start(attempt, cloud, row, false);
    if (attempt_is_over(attempt)) {
        settle(work, attempt, false);
        attempt_release(attempt);
    } else {
        attempt_keep(attempt);
        enqueue(work, attempt, STORE_QUEUE_UNDER_WAY);
        fly(work, attempt);
        dispatch->spare = NULL;
    }
    cloud->destination.delivered = row->sequence;
    cloud->destination.pending--;
    dispatch->rate_count++;
    return may_go_on(work);
}

static void work_mark(struct work *work) {
    struct cloud *cloud = work->cloud;
    struct cloud_destination *destination = &cloud->destination;
    const int64_t before = destination->delivered;
    if (!may_go_on(work)) return;
    store_each_pending(cloud->store, SOURCE_WEBSITE, destination->delivered, take, work);
    if (may_go_on(work)) destination->pending = 0;
    if (destination->delivered != before)
        store_set_meta_int(cloud->store, "delivered", destination->delivered);
}

// ---- retries ----

struct due {
    struct attempt *attempts[DUE_AT_ONCE];
    size_t count;
};

// Copied first: an attempt changes the row it came from.
static bool collect(void *context, const struct store_queued *row) {
    struct due *due = context;
    struct attempt *attempt = MEM_NEW(struct attempt);
    attempt->event = (struct store_event){
        .sequence = row->sequence,
        .source = row->source,
        .type = row->type,
        .user_id = row->user_id,
        .message_id = row->message_id,
        .body = row->body,
        .received_at_ms = row->received_at_ms};
    attempt->attempts = row->attempts + 1;
    attempt->first_ms = row->first_ms;
    attempt_keep(attempt);
    due->attempts[due->count++] = attempt;
    return due->count < DUE_AT_ONCE;
}

static void retry(struct work *work, struct attempt *take_attempt) {
    struct attempt *attempt = take_attempt;
    const struct store_event event = attempt->event; // views of its own copies
    attempt_start(attempt, work->cloud, &event, false);
    if (attempt_is_over(attempt)) {
        settle(work, attempt, true);
        attempt_free(attempt);
        return;
    }
    attempt_keep(attempt); // the settings of this time
    const struct store_queued row = row_of(attempt, STORE_QUEUE_UNDER_WAY);
    store_update_queued(work->cloud->store, &row);
    fly(work, attempt);
}

static void work_due(struct work *work) {
    while (work->dispatch->queued && has_room(work)) {
        struct due due = {0};
        const size_t room = work->dispatch->places - work->dispatch->under_way_count;
        store_each_due(
            work->cloud->store, work->cloud->now_ms,
            (int64_t)(room < DUE_AT_ONCE ? room : DUE_AT_ONCE), collect, &due);
        if (!due.count) return;
        for (size_t i = 0; i < due.count; i++)
            retry(work, due.attempts[i]);
    }
}

// ---- those under way ----

static void learn(struct dispatch *dispatch, const struct attempt *attempt) {
    const int64_t ms = attempt->record.total_us / 1000;
    const bool is_full = dispatch->under_way_count + 1 >= dispatch->places; // with this one
    if (ms >= ATTEMPT_BUDGET_MS)
        dispatch->places /= 2;
    else if (ms >= ATTEMPT_BUDGET_MS / 2)
        dispatch->places--;
    else if (ms < ATTEMPT_BUDGET_MS / 5 && is_full)
        dispatch->places++;
    if (dispatch->places < DISPATCH_PLACES) dispatch->places = DISPATCH_PLACES;
    if (dispatch->places > DISPATCH_UNDER_WAY) dispatch->places = DISPATCH_UNDER_WAY;
}

static void land(struct work *work) {
    struct dispatch *dispatch = work->dispatch;
    const int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < dispatch->under_way_count;) {
        struct attempt *attempt = dispatch->under_way[i];
        if (!attempt_poll(attempt, now_ms)) {
            i++;
            continue;
        }
        dispatch->under_way[i] = dispatch->under_way[--dispatch->under_way_count];
        learn(dispatch, attempt);
        settle(work, attempt, true);
        attempt_free(attempt);
    }
}

static int64_t next_ms(struct cloud *cloud) {
    const struct dispatch *dispatch = cloud->dispatch;
    int64_t next_ms = 0;
    for (size_t i = 0; i < dispatch->under_way_count; i++) {
        const int64_t at_ms = attempt_next_ms(dispatch->under_way[i]);
        if (!next_ms || at_ms < next_ms) next_ms = at_ms;
    }
    if (dispatch->queued == (int64_t)dispatch->under_way_count) return next_ms;
    if (dispatch->under_way_count >= dispatch->places) return next_ms; // no room before that
    const int64_t due_ms = store_next_due_ms(cloud->store);
    if (due_ms == STORE_QUEUE_UNDER_WAY) return next_ms;
    const int64_t left_ms = due_ms > cloud->now_ms ? due_ms - cloud->now_ms : 0;
    const int64_t retry_ms = clock_monotonic_ms() + left_ms;
    return !next_ms || retry_ms < next_ms ? retry_ms : next_ms;
}

static void measure(struct dispatch *dispatch) {
    const int64_t now_us = clock_monotonic_us();
    const int64_t spent_us = now_us - dispatch->rate_from_us;
    if (spent_us < RATE_WINDOW_US) return;
    if (spent_us < 2 * RATE_WINDOW_US) // else it was idle
        dispatch->per_second = dispatch->rate_count * RATE_WINDOW_US / spent_us;
    dispatch->rate_from_us = now_us;
    dispatch->rate_count = 0;
}

bool dispatch_work(struct cloud *cloud, int64_t budget_us, bool *is_idle) {
    struct work work = {
        .cloud = cloud, .dispatch = cloud->dispatch, .until_us = clock_monotonic_us() + budget_us};
    measure(work.dispatch);
    if (work.dispatch->under_way_count) land(&work);
    work_due(&work);
    work_mark(&work);
    *is_idle = !work.is_over_time;
    store_hold_events(
        cloud->store, cloud->destination.pending ? cloud->destination.delivered + 1 : 0);
    cloud->delivery_at_ms = work.dispatch->queued ? next_ms(cloud) : 0;
    return work.has_worked;
}

// What is let in while the destination does not keep up: the window of events must not grow for ever.
static bool is_window_full(const struct cloud *cloud) {
    return cloud->destination.pending && store_is_overfull(cloud->store);
}

bool dispatch_is_behind(
    const struct cloud *cloud, enum source_id source, int64_t *out_retry_after_s) {
    const int64_t pending = cloud->destination.pending;
    const int64_t per_second = cloud->dispatch->per_second;
    const int64_t asked = cloud->options.delivery_pending_limit;
    const int64_t limit = asked > 0 ? asked : DISPATCH_PENDING_LIMIT;
    const bool is_full = source == SOURCE_WEBSITE && pending >= limit;
    if (!is_full && !is_window_full(cloud)) return false;
    // until half of it is done, at the rate seen lately
    const int64_t wait_s = per_second > 0 ? pending / 2 / per_second + 1 : PATIENCE_MAX_S;
    *out_retry_after_s = wait_s < PATIENCE_MAX_S ? wait_s : PATIENCE_MAX_S;
    return true;
}
