// send_outbox — the event's place in the outbox, and what waits there from earlier.
//
// Nothing here stops the event itself: where nothing can be kept, a note says so and it is sent all the same.
#include "base/clock.h"
#include "outbox_place.h"
#include "send.h"

#define PATIENCE_MS 10000 // for what waits, after the person's own event

static void note(struct send *send, const char *before, const struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(&text, "%s: %s", before, err->message);
    run_note(&send->run, buf_str(&text));
}

static bool put(struct send *send, struct error *err) {
    CLEANUP(buf_release) struct buf profile = {0};
    outbox_place_add_profile(&send->run, &profile);
    const struct outbox_entry entry = {
        .profile = buf_str(&profile),
        .source = send->source,
        .message_id = send->event.message_id,
        .text = buf_str(&send->event_json),
        .put_at_ms = clock_wall_ms(),
    };
    // a sandbox keeps its own events no safer, and answers faster than a disk
    const enum outbox_safety safety =
        run_is_sandbox(&send->run) ? OUTBOX_SURVIVES_CRASHES : OUTBOX_SURVIVES_POWER_CUTS;
    return outbox_put(send->outbox, &entry, safety, &send->kept_id, err);
}

void send_keep(struct send *send) {
    struct error err = {0};
    if (send->event_json.len > EVENT_MAX_BYTES) return; // it will be refused before it is sent
    // an experiment with another key, which is kept nowhere: the settings' source must not get it later
    if (arguments_has(&send->run.arguments, "write-key")) return;
    if (!outbox_place_open(&send->run, &send->outbox, &err) || !put(send, &err))
        note(send, "If the event does not arrive it is not kept", &err);
}

void send_let_go(struct send *send) {
    struct error err = {0};
    if (!send->kept_id) return;
    if (!outbox_settle(send->outbox, send->kept_id, &err))
        note(send, "The event could not be taken out of the outbox and will be sent again", &err);
    send->kept_id = 0;
}

void send_stays(struct send *send, const struct error *reason, enum outbox_fate fate) {
    CLEANUP(buf_release) struct buf text = {0};
    struct error unnoted = {0};
    if (!send->kept_id) return;
    if (!outbox_note_failure(
            send->outbox, send->kept_id, str_from(reason->message), fate, &unnoted))
        note(send, "The outbox could not note the failure", &unnoted);
    buf_add_format(&text, "The event is kept in the outbox (%lld): ", (long long)send->kept_id);
    outbox_place_add_command(&send->run, &text);
    buf_add(&text, STR(" sends it, so does the next successful send."));
    run_note(&send->run, buf_str(&text));
    send->kept_id = 0;
}

// ---- what waits from earlier ----

static void ask_waiting(struct send *send) {
    struct error err = {0};
    bool has_asked = false;
    if (!send->drain.run) {
        outbox_drain_init(&send->drain, &send->run, send->outbox);
        send->drain_until_ms = send->now_ms + PATIENCE_MS;
    }
    outbox_drain_again(&send->drain); // asked before, when the sandbox's process ended
    const bool is_late = send->now_ms >= send->drain_until_ms;
    if (!is_late && !outbox_drain_ask(&send->drain, &send->run.call, &has_asked, &err) &&
        err.code != ERROR_BUSY)
        note(send, "What waits in the outbox was not sent", &err);
    if (has_asked)
        client_call_start(&send->run.call, &send->run.task);
    else
        send_conclude(send);
}

static void read_waiting(struct send *send, const struct task_event *event) {
    struct error err = {0};
    if (outbox_drain_answer(&send->drain, &send->run.call, event, &err)) {
        ask_waiting(send);
        return;
    }
    note(send, "What waits in the outbox was not sent", &err);
    send_conclude(send);
}

const struct send_phase send_waiting = {
    .name = "waiting", .enter = ask_waiting, .answer = read_waiting};
