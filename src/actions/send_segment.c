// send_segment — the shopper's way: the event goes to the tracking API, and Segment's own machinery does
// the rest. In the sandbox its delivery record tells every hop; in the cloud nobody can see them, so they
// are told as hidden and the trait is the proof.
#include "send.h"

#include "client/client.h"
#include "segment/tracking.h"

// Segment answers success for a key that nobody has: what becomes of the event is to be seen.
static void use_write_key(struct send *send, struct str write_key) {
    struct secret key = {0};
    struct client_call *call = &send->run.call;
    secret_set(&key, write_key);
    request_release(&call->request);
    tracking_request_event(
        &send->event, client_tracking_url(run_client(&send->run)), &key, &call->request);
    secret_release(&key);
}

static void post(struct send *send) {
    struct error err = {0};
    hops_begin(&send->run, HOP_SEGMENT);
    send->sent_at_ms = clock_wall_ms();
    const bool is_built = client_call_event(
        run_client(&send->run), send->source, &send->event, &send->run.call, &err);
    const struct str write_key = arguments_get(&send->run.arguments, "write-key");
    if (is_built && write_key.len) use_write_key(send, write_key);
    send->was_posted = is_built;
    if (!is_built)
        send_let_go(send); // a setting is missing, or the event is too long: nobody has it
    send_start_call(send, is_built, HOP_SEGMENT, &err);
}

static void read_accepted(struct send *send, const struct task_event *event) {
    struct error err = {0};
    const int status = event->response ? event->response->status : 0;
    if (!client_reply_accepted(&send->run.call, event, &err)) {
        if (outbox_drain_is_final(event))
            send_let_go(send);
        else
            send_stays(send, &err, outbox_drain_fate(event));
        send_fail(send, HOP_SEGMENT, event->elapsed_ms, status, &err);
        return;
    }
    send->is_accepted = true;
    send_let_go(send);
    hops_done(&send->run, HOP_SEGMENT, event->elapsed_ms, status, STR("accepted"));
    const bool is_sandbox = run_is_sandbox(&send->run);
    if (send->waits && is_sandbox) {
        send_enter(send, &send_delivery);
        return;
    }
    hops_tell_range(
        &send->run, HOP_DESTINATION, HOP_IDENTIFY, HOP_HIDDEN,
        send->waits ? STR("inside Segment and AWS; the trait will tell")
                    : STR("not followed; --wait SECONDS does"));
    send_delivered(send);
}

const struct send_phase send_track = {.name = "track", .enter = post, .answer = read_accepted};
