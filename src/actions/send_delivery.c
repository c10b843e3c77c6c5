// send_delivery — what became of the event inside the sandbox's Segment: its delivery record tells every
// hop. When none appears soon, the debugger is asked whether the event was dropped at the door.
#include "send.h"

#include "http/url.h"
#include "protocol/log_verdict.h"
#include "sandbox/own_routes.h"
#include "segment/ingest.h"

#define FIRST_LOOK_MS 300   // then ask whether the event was dropped
#define BEHIND_PAUSE_MS 100 // … and a moment between, for an answer that is not held
#define BEHIND_LOOK_MS 1000 // while others are before it: how many still

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
    if (send->sequence && wait_ms > BEHIND_LOOK_MS) wait_ms = BEHIND_LOOK_MS;
    if (wait_ms > OWN_ROUTES_WAIT_LIMIT_MS) wait_ms = OWN_ROUTES_WAIT_LIMIT_MS;
    send_start_call(
        send, build_route(send, OWN_ROUTES_DELIVERIES, wait_ms, &err), HOP_DESTINATION, &err);
}

static void tell_hops(struct send *send, const struct json_node *record) {
    for (size_t id = HOP_DESTINATION; id <= HOP_IDENTIFY; id++)
        hops_tell_recorded(&send->run, (enum hop_id)id, record);
}

// People see the hops; the function's log goes into the JSON, and to who asks for it.
static void tell_log(struct send *send, struct str log) {
    const bool is_wanted =
        send->run.context->wants_json || arguments_has(&send->run.arguments, "log");
    while (is_wanted && log.len) {
        struct str line = {0};
        str_split(log, '\n', &line, &log);
        if (line.len) run_emit(&send->run, message_new_line(send->run.run_id, false, line));
    }
}

static void end_before_profile(struct send *send, const struct error *err) {
    hops_tell_range(&send->run, HOP_PROFILE, HOP_PROFILE, HOP_SKIPPED, STR("not reached"));
    send_end_failed(send, err); // the record's hops have told where it failed
}

// Segment tried to deliver and could not, or the function failed.
static void fail_delivery(struct send *send, const struct json_node *record) {
    struct error err = {0};
    const struct str code = json_get_text(record, "code");
    const struct str said = json_get_text(record, "error");
    const struct str reason = json_get_text(record, "reason");
    error_set(
        &err, ERROR_REFUSED, "the destination answered " STR_FMT "%s" STR_FMT,
        STR_ARG(said.len ? said : code), reason.len ? ": " : "", STR_ARG(reason));
    error_hint(&err, STR_FMT, STR_ARG(json_get_text(record, "hint")));
    tell_hops(send, record);
    end_before_profile(send, &err);
}

// Segment did not even try. Its codes, in words.
static void fail_unsent(struct send *send, const struct json_node *record) {
    static const struct {
        const char *code, *message, *hint;
    } reasons[] = {
        {
            .code = "DESTINATION_DISABLED",
            .message = "the destination is switched off, so Segment delivers nothing",
            .hint = "Switch it on: the slider on the destination's page; in the sandbox PUT "
                    "{\"enabled\":true} to /_recloop/destination.",
        },
        {
            .code = "FILTERED_BY_INTEGRATIONS_OBJECT",
            .message = "the event's own integrations object excludes Amazon Personalize",
            .hint = "Remove it, or set \"Amazon Personalize\": true; names are case-sensitive.",
        },
        {
            .code = "UNSUPPORTED_EVENT_TYPE",
            .message = "the destination does not take events of this type",
            .hint = "Send a track; screen is the one type that is never delivered.",
        },
    };
    struct error err = {0};
    const struct str code = json_get_text(record, "code");
    error_set(&err, ERROR_REFUSED, "Segment did not deliver: " STR_FMT, STR_ARG(code));
    error_hint(&err, STR_FMT, STR_ARG(json_get_text(record, "hint")));
    for (size_t i = 0; i < ARRAY_COUNT(reasons); i++) {
        if (!str_equal(code, str_from(reasons[i].code))) continue;
        error_set(&err, ERROR_REFUSED, "%s (%s)", reasons[i].message, reasons[i].code);
        error_hint(&err, "%s", reasons[i].hint);
    }
    send_fail(send, HOP_DESTINATION, HOPS_NOT_MEASURED, 0, &err);
}

// Delivered, and the function answered success without writing: waiting would be in vain.
static void fail_unwritten(struct send *send, const struct json_node *record) {
    struct error err = {0};
    const struct str outcome = json_get_text(hops_find_recorded(record, HOP_LAMBDA), "detail");
    const struct str why = json_get_text(hops_find_recorded(record, HOP_IDENTIFY), "detail");
    error_set(
        &err, ERROR_REFUSED, "the function took the event and wrote no trait: " STR_FMT,
        STR_ARG(why.len ? why : outcome));
    struct log_verdict verdict = {0};
    const bool is_told = log_verdict_find(json_get_text(record, "log"), &verdict);
    if (is_told && !verdict.is_generic) {
        error_set(&err, ERROR_REFUSED, "the answer was a success, but %s", verdict.cause);
        error_hint(&err, "%s", verdict.fix);
        end_before_profile(send, &err);
        return;
    }
    error_hint(
        &err,
        "Its log names the reason: `recloop send --json` shows it under \"log\". A track with "
        "userId, anonymousId, properties.sku and a timestamp is what it needs.");
    end_before_profile(send, &err);
}

// Segment drops a messageId it has seen: the record is then that of the first one.
static void note_repeat(struct send *send, const struct json_node *record) {
    int64_t at_ms = 0;
    if (!clock_parse_iso8601(json_get_text(record, "at"), &at_ms)) return;
    if (at_ms >= send->sent_at_ms) return;
    send->is_repeat = true;
    run_note(
        &send->run, STR("This messageId was delivered before: Segment dropped the repeat, and the "
                        "hops are those of the first."));
}

// What the person waits for begins now that its turn has come.
static void follow_trait(struct send *send) {
    if (send->was_behind && send_left_ms(send) < send->wait_ms)
        send->give_up_ms = send->now_ms + send->wait_ms;
    send_enter(send, &send_trait);
}

static void follow_record(struct send *send, const struct json_node *record) {
    const struct str status = json_get_text(record, "status");
    tell_log(send, json_get_text(record, "log"));
    if (str_equal(status, STR("not_sent"))) {
        fail_unsent(send, record);
    } else if (!str_equal(status, STR("delivered"))) {
        fail_delivery(send, record);
    } else {
        const struct str identify =
            json_get_text(hops_find_recorded(record, HOP_IDENTIFY), "state");
        tell_hops(send, record);
        note_repeat(send, record);
        if (str_equal(identify, STR("done")))
            follow_trait(send);
        else
            fail_unwritten(send, record);
    }
}

// Others are before it: the wait begins when its turn has come, as long as somebody has patience.
static void tell_behind(struct send *send) {
    CLEANUP(buf_release) struct buf detail = {0};
    buf_add_format(&detail, "waits behind %lld other events", (long long)send->behind);
    const struct hops_state told = {
        .id = HOP_DESTINATION,
        .state = HOP_RUNNING,
        .ms = HOPS_NOT_MEASURED,
        .detail = buf_str(&detail),
    };
    hops_tell(&send->run, &told);
    send->was_behind = true;
    if (send_left_ms(send) > BEHIND_LOOK_MS || !send->patience_ms) return;
    send->give_up_ms = send->now_ms + send->patience_ms;
    send->patience_ms = 0;
}

// The sandbox has dealt with it, and in a flood keeps records of failures alone: the trait will tell.
static void follow_unrecorded(struct send *send) {
    hops_tell_range(
        &send->run, HOP_DESTINATION, HOP_IDENTIFY, HOP_HIDDEN,
        STR("delivered in a flood, of which the sandbox records failures alone"));
    follow_trait(send);
}

static void fail_undelivered(struct send *send) {
    struct error err = {0};
    const int64_t waited_ms =
        send->wait_ms > 0 ? clock_monotonic_us() / 1000 - send->began_us / 1000 : 0;
    if (send->behind > 0) {
        error_set(
            &err, ERROR_TIMEOUT,
            "the delivery still waits behind %lld other events after %lld s; it is not lost",
            (long long)send->behind, (long long)(waited_ms / 1000));
        error_hint(
            &err,
            "More is sent than the function takes: lower the stream's rate, or wait. "
            "`recloop journey " STR_FMT "` tells later how it went.",
            STR_ARG(send->event.message_id));
    } else if (send->is_under_way) {
        error_set(
            &err, ERROR_TIMEOUT, "the function has the event and did not answer within %lld s",
            (long long)(send->wait_ms / 1000));
        error_hint(
            &err,
            "Its log tells what it waits for; of a sandbox with --handler runtime: is a runtime "
            "attached? "
            "`recloop journey " STR_FMT "` tells later how it went.",
            STR_ARG(send->event.message_id));
        hops_tell_range(
            &send->run, HOP_DESTINATION, HOP_DESTINATION, HOP_DONE,
            STR("the function was invoked"));
        send_fail(send, HOP_LAMBDA, HOPS_NOT_MEASURED, 0, &err);
        return;
    } else {
        error_set(
            &err, ERROR_TIMEOUT, "no destination received the event within %lld s",
            (long long)(send->wait_ms / 1000));
        error_hint(&err, "`recloop watch` shows what arrives at which source.");
    }
    send_fail(send, HOP_DESTINATION, HOPS_NOT_MEASURED, 0, &err);
}

// Where it stands in the sandbox's order. True: it was dealt with.
static bool read_place(struct send *send, const struct json_node *answer) {
    int64_t dealt_with = 0;
    send->is_under_way = json_bool(json_get(answer, "under_way"), false);
    if (send->is_under_way) {
        send->behind = 0;
        return false;
    }
    const bool is_known =
        send->sequence && json_integer(json_get(answer, "last_sequence"), &dealt_with);
    if (!is_known) return false;
    send->behind = send->sequence > dealt_with ? send->sequence - dealt_with - 1 : 0;
    return dealt_with >= send->sequence;
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
    const bool was_dealt_with = read_place(send, answer.root);
    if (was_dealt_with && send->source == CLIENT_SOURCE_WEBSITE) {
        follow_unrecorded(send);
        return;
    }
    if (send->behind) tell_behind(send);
    if (send_left_ms(send) <= 0)
        fail_undelivered(send);
    else if (send->behind)
        task_wait(&send->run.task, BEHIND_PAUSE_MS);
    else
        send_enter(send, &send_delivery);
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
            &err,
            "No source has this write key, which Segment answers with success all the same. "
            "Copy the source's (Settings, API Keys) with recloop config set website_write_key "
            "KEY, or unset it: the sandbox has its own.");
        send_fail(send, HOP_DESTINATION, HOPS_NOT_MEASURED, 0, &err);
    } else {
        (void)json_integer(json_get(seen, "sequence"), &send->sequence);
        send_enter(send, &send_delivery);
    }
}

const struct send_phase send_debugger = {
    .name = "debugger", .enter = ask_debugger, .answer = read_debugger};
