// send_segment — the shopper's way: the event goes to the tracking API, and Segment's own machinery does
// the rest. In the sandbox its delivery record tells every hop; in the cloud nobody can see them, so they
// are told as hidden and the trait is the proof.
#include "send.h"

#include "http/url.h"
#include "sandbox/own_routes.h"
#include "segment/ingest.h"

#define FIRST_LOOK_MS 300 // then ask whether the event was dropped at the door

static void post(struct send *send) {
    struct error err = {0};
    hops_begin(&send->run, HOP_SEGMENT);
    send->sent_at_ms = clock_wall_ms();
    const bool is_built = client_call_event(
        run_client(&send->run), CLIENT_SOURCE_WEBSITE, &send->event, &send->run.call, &err);
    send_start_call(send, is_built, HOP_SEGMENT, &err);
}

static void read_accepted(struct send *send, const struct task_event *event) {
    struct error err = {0};
    const int status = event->response ? event->response->status : 0;
    if (!client_reply_accepted(&send->run.call, event, &err)) {
        send_fail(send, HOP_SEGMENT, event->elapsed_ms, status, &err);
        return;
    }
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

static bool build_route(struct send *send, const char *path, int64_t wait_ms, struct error *err) {
    CLEANUP(buf_release) struct buf query = {0};
    CLEANUP(buf_release) struct buf wait = {0};
    url_query_add(&query, STR("message_id"), send->event.message_id);
    url_query_add(&query, STR("limit"), STR("1"));
    if (wait_ms) {
        buf_add_int(&wait, wait_ms);
        url_query_add(&query, STR("wait"), buf_str(&wait));
    }
    const struct client_call_route route = {
        .path = path, .query = buf_str(&query), .wait_ms = wait_ms};
    return client_call_sandbox(run_client(&send->run), &route, &send->run.call, err);
}

static void ask_delivery(struct send *send) {
    struct error err = {0};
    int64_t wait_ms = send_left_ms(send);
    if (!send->debugger_asked) {
        hops_begin(&send->run, HOP_DESTINATION);
        if (wait_ms > FIRST_LOOK_MS) wait_ms = FIRST_LOOK_MS;
    }
    if (wait_ms > OWN_ROUTES_WAIT_LIMIT_MS) wait_ms = OWN_ROUTES_WAIT_LIMIT_MS;
    send_start_call(
        send, build_route(send, OWN_ROUTES_DELIVERIES, wait_ms, &err), HOP_DESTINATION, &err);
}

static bool read_hop_id(struct str name, enum hop_id *out) {
    for (size_t id = 0; id < HOP_COUNT; id++) {
        if (!str_equal(name, str_from(hop_name((enum hop_id)id)))) continue;
        *out = (enum hop_id)id;
        return true;
    }
    return false;
}

static enum hop_state read_hop_state(struct str name) {
    static const enum hop_state states[] = {HOP_DONE, HOP_FAILED, HOP_SKIPPED, HOP_HIDDEN};
    for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
        if (str_equal(name, str_from(hop_state_name(states[i])))) return states[i];
    }
    return HOP_HIDDEN;
}

static void tell_hops(struct send *send, const struct json_node *hops) {
    for (const struct json_node *node = json_first(hops); node; node = json_next(node)) {
        struct hops_state told = {.ms = HOPS_NOT_MEASURED};
        int64_t status = 0;
        if (!read_hop_id(json_get_text(node, "name"), &told.id)) continue;
        told.state = read_hop_state(json_get_text(node, "state"));
        (void)json_number(json_get(node, "ms"), &told.ms);
        if (json_integer(json_get(node, "status"), &status)) told.status = (int)status;
        told.detail = json_get_text(node, "detail");
        told.hint = json_get_text(node, "hint");
        hops_tell(&send->run, &told);
    }
}

static void tell_log(struct send *send, struct str log) {
    const bool is_diagnostic = !send->run.context->wants_json;
    if (is_diagnostic) return; // people see the hops; the log is for `send --json` and the console
    while (log.len) {
        struct str line = {0};
        str_split(log, '\n', &line, &log);
        if (line.len) run_emit(&send->run, message_new_line(send->run.run_id, is_diagnostic, line));
    }
}

// Segment could not deliver, or delivered to a function that failed.
static void fail_delivery(struct send *send, const struct json_node *record) {
    struct error err = {0};
    const struct str code = json_get_text(record, "code");
    const struct str said = json_get_text(record, "error");
    const struct str reason = json_get_text(record, "reason");
    error_set(
        &err, ERROR_REFUSED, "the destination answered " STR_FMT "%s" STR_FMT,
        STR_ARG(said.len ? said : code), reason.len ? ": " : "", STR_ARG(reason));
    error_hint(&err, STR_FMT, STR_ARG(json_get_text(record, "hint")));
    hops_tell_range(
        &send->run, HOP_PROFILE, HOP_PROFILE, HOP_SKIPPED, STR("an earlier hop failed"));
    send_end_failed(send, &err); // the record's hops have told where it failed
}

static void follow_record(struct send *send, const struct json_node *record) {
    int64_t at_ms = 0;
    tell_hops(send, json_get(record, "hops"));
    tell_log(send, json_get_text(record, "log"));
    if (!str_equal(json_get_text(record, "status"), STR("delivered"))) {
        fail_delivery(send, record);
        return;
    }
    // Segment drops a messageId it has seen: the record is then that of the first one.
    if (clock_parse_iso8601(json_get_text(record, "at"), &at_ms) && at_ms < send->sent_at_ms) {
        send->is_repeat = true;
        run_note(
            &send->run, STR("This messageId was delivered before: Segment dropped the repeat, and "
                            "the hops are those of the first."));
    }
    send_enter(send, &send_trait);
}

static void read_delivery(struct send *send, const struct task_event *event) {
    struct error err = {0};
    CLEANUP(json_release) struct json answer = {0};
    if (!client_reply_json(&send->run.call, event, &answer, &err)) {
        send_fail(send, HOP_DESTINATION, HOPS_NOT_MEASURED, 0, &err);
        return;
    }
    const struct json_node *record = json_first(json_get(answer.root, "deliveries"));
    if (record) {
        follow_record(send, record);
        return;
    }
    if (!send->debugger_asked) {
        send->debugger_asked = true;
        send_enter(send, &send_debugger);
        return;
    }
    if (send_left_ms(send) > 0) {
        send_enter(send, &send_delivery);
        return;
    }
    error_set(
        &err, ERROR_TIMEOUT, "no destination received the event within %lld s",
        (long long)(send->wait_ms / 1000));
    error_hint(&err, "`recloop watch` shows what arrives at which source.");
    send_fail(send, HOP_DESTINATION, HOPS_NOT_MEASURED, 0, &err);
}

const struct send_phase send_delivery = {
    .name = "delivery", .enter = ask_delivery, .answer = read_delivery};

static void ask_debugger(struct send *send) {
    struct error err = {0};
    send_start_call(send, build_route(send, OWN_ROUTES_DEBUGGER, 0, &err), HOP_DESTINATION, &err);
}

static const char *discard_remedy(struct str reason) {
    for (size_t i = 0; i < INGEST_DISCARD_COUNT; i++) {
        if (str_equal(reason, str_from(ingest_discard_name((enum ingest_discard)i))))
            return ingest_discard_remedy((enum ingest_discard)i);
    }
    return "`recloop watch` shows it as the source saw it";
}

static void read_debugger(struct send *send, const struct task_event *event) {
    struct error err = {0};
    CLEANUP(json_release) struct json answer = {0};
    if (!client_reply_json(&send->run.call, event, &answer, &err)) {
        send_fail(send, HOP_DESTINATION, HOPS_NOT_MEASURED, 0, &err);
        return;
    }
    const struct json_node *seen = json_first(json_get(answer.root, "events"));
    const struct str reason = json_get_text(seen, "discard_reason");
    if (reason.len) {
        error_set(
            &err, ERROR_REFUSED, "Segment accepted the event and then dropped it: " STR_FMT,
            STR_ARG(reason));
        error_hint(&err, "Mend the event: %s.", discard_remedy(reason));
        send_fail(send, HOP_DESTINATION, HOPS_NOT_MEASURED, 0, &err);
    } else if (!seen) {
        error_set(&err, ERROR_REFUSED, "Segment accepted the event, but it arrived at no source");
        error_hint(
            &err, "The write key is unknown, which Segment answers with success all the same: "
                  "recloop config get website_write_key");
        send_fail(send, HOP_DESTINATION, HOPS_NOT_MEASURED, 0, &err);
    } else {
        send_enter(send, &send_delivery);
    }
}

const struct send_phase send_debugger = {
    .name = "debugger", .enter = ask_debugger, .answer = read_debugger};
