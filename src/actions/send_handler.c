// send_handler — the function's logic on this machine, against the configured services.
#include "handler_run.h"
#include "send.h"

static void refuse(struct send *send, const struct event_handler_result *result, double ms) {
    struct error err = {0};
    error_set(
        &err, ERROR_REFUSED, "the function did nothing with the event: %s",
        event_handler_outcome_text(result->outcome));
    error_hint(
        &err,
        "`%s`: mend the event; the function answers success for it, so Segment would show "
        "no error.",
        event_handler_outcome_name(result->outcome));
    hops_failed(&send->run, HOP_LAMBDA, ms, 0, &err);
    hops_tell_range(
        &send->run, HOP_PUT_EVENTS, HOP_PROFILE, HOP_SKIPPED, STR("the function stopped before"));
    send_end_failed(send, &err);
}

// The hop that failed has been told, up to `last`; those after it were not reached.
static void fail_function(struct send *send, enum hop_id last, double ms, const struct error *err) {
    hops_failed(&send->run, HOP_LAMBDA, ms, 0, err);
    if (last < HOP_PROFILE) {
        hops_tell_range(
            &send->run, last + 1, HOP_PROFILE, HOP_SKIPPED, STR("an earlier hop failed"));
    }
    send_end_failed(send, err);
}

static void run_handler(struct send *send) {
    struct error err = {0};
    CLEANUP(event_handler_result_release) struct event_handler_result result = {0};
    hops_tell_range(&send->run, HOP_SEGMENT, HOP_DESTINATION, HOP_SKIPPED, STR("not on this way"));
    hops_begin(&send->run, HOP_LAMBDA);
    const int64_t began_us = clock_monotonic_us();
    enum hop_id last = HOP_LAMBDA;
    const bool ok = handler_run(&send->run, buf_str(&send->event_json), &result, &last, &err);
    const double ms = (double)(clock_monotonic_us() - began_us) / 1000;
    if (!ok) {
        fail_function(send, last, ms, &err);
        return;
    }
    if (result.events_put == 0) {
        refuse(send, &result, ms);
        return;
    }
    hops_done(&send->run, HOP_LAMBDA, ms, 0, STR("ran on this machine"));
    if (result.wrote_trait) {
        send_delivered(send);
        return;
    }
    hops_tell_range(
        &send->run, HOP_IDENTIFY, HOP_PROFILE, HOP_SKIPPED,
        str_from(event_handler_outcome_text(result.outcome)));
    if (!send->waits) {
        send_finish(send);
        return;
    }
    error_set(
        &err, ERROR_REFUSED, "no trait was written: %s",
        event_handler_outcome_text(result.outcome));
    error_hint(&err, "Give the event a userId that Personalize can recommend for.");
    send_end_failed(send, &err);
}

static void no_answer(struct send *send, const struct task_event *event) {
    (void)send;
    (void)event;
}

const struct send_phase send_handler = {
    .name = "handler", .enter = run_handler, .answer = no_answer};
