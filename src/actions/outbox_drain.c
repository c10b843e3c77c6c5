// outbox_drain — see the header.
#include "outbox_drain.h"

#include "outbox_place.h"
#include "segment/event.h"

void outbox_drain_init(struct outbox_drain *drain, struct run *run, struct outbox *outbox) {
    *drain = (struct outbox_drain){.run = run, .outbox = outbox};
    outbox_place_add_profile(run, &drain->profile);
}

void outbox_drain_release(struct outbox_drain *drain) {
    buf_release(&drain->profile);
    buf_release(&drain->label);
}

// 400 is also Segment's answer to a write key that is cut short: a setting can be mended, and every row would
// go for it.
static bool is_about_key(const struct response *response) {
    static const char *const words[] = {"write key", "write_key", "writekey", "invalid_key"};
    CLEANUP(buf_release) struct buf body = {0};
    const struct str said = str_slice(buf_str(&response->body), 0, 1024);
    for (size_t i = 0; i < said.len; i++) {
        const char at = said.ptr[i];
        buf_add_char(&body, at >= 'A' && at <= 'Z' ? (char)(at - 'A' + 'a') : at);
    }
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (str_contains(buf_str(&body), str_from(words[i]))) return true;
    }
    return false;
}

bool outbox_drain_is_final(const struct task_event *event) {
    static const int statuses[] = {400, 413, 414, 415, 422}; // they are about the message itself
    for (size_t i = 0; event->response && i < ARRAY_COUNT(statuses); i++) {
        if (event->response->status == statuses[i]) return !is_about_key(event->response);
    }
    return false;
}

// A success that does not read as Segment's is of something in between, which may have passed it on.
enum outbox_fate outbox_drain_fate(const struct task_event *event) {
    const bool is_strange = event->response && response_is_success(event->response);
    return event->is_effect_unknown || is_strange ? OUTBOX_MAY_HAVE_ARRIVED
                                                  : OUTBOX_HAS_NOT_ARRIVED;
}

static bool build(
    struct outbox_drain *drain,
    const struct outbox_entry *entry,
    struct client_call *call,
    struct error *err) {
    struct event event = {0};
    if (entry->source == CLIENT_SOURCE_COUNT)
        return error_set(err, ERROR_INVALID, "its source is not known to this recloop");
    const bool ok = event_decode(entry->text, EVENT_TRACK, &event, err) &&
                    client_call_event(run_client(drain->run), entry->source, &event, call, err);
    event_release(&event);
    return ok;
}

static void name_row(const struct outbox_drain *drain, struct error *err) {
    (void)error_wrap(err, "event %lld (%s)", (long long)drain->id, buf_text(&drain->label));
}

static bool
next_row(struct outbox_drain *drain, struct outbox_entry *out, bool *found, struct error *err) {
    const struct str profile = buf_str(&drain->profile);
    if (!outbox_next(drain->outbox, profile, drain->id, out, found, err)) return false;
    if (!*found) return true;
    drain->id = out->id;
    buf_reset(&drain->label);
    outbox_place_add_entry(out, &drain->label);
    return true;
}

bool outbox_drain_ask(
    struct outbox_drain *drain, struct client_call *call, bool *has_asked, struct error *err) {
    *has_asked = false;
    if (!outbox_take_turn(drain->outbox)) {
        error_set(err, ERROR_BUSY, "another process is sending what waits in the outbox");
        return error_hint(err, "Wait for it, then look: recloop outbox list");
    }
    while (!drain->is_under_way) {
        struct outbox_entry entry = {0};
        bool found = false;
        if (!next_row(drain, &entry, &found, err)) return false;
        if (!found) return true;
        if (!build(drain, &entry, call, err)) {
            name_row(drain, err);
            if (err->code != ERROR_CONFIG)
                error_hint(err, "`recloop outbox drop %lld` takes it out.", (long long)drain->id);
            return false;
        }
        // not ours: whoever fired it is sending it right now
        if (!outbox_begin(drain->outbox, drain->id, &drain->is_under_way, err)) return false;
    }
    *has_asked = true;
    return true;
}

static void tell_refusal(struct outbox_drain *drain, const struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(
        &text, "Event %lld (%s) was refused for good and is out of the outbox: %s",
        (long long)drain->id, buf_text(&drain->label), err->message);
    run_note(drain->run, buf_str(&text));
}

bool outbox_drain_answer(
    struct outbox_drain *drain,
    const struct client_call *call,
    const struct task_event *event,
    struct error *err) {
    drain->is_under_way = false;
    if (client_reply_accepted(call, event, err)) {
        drain->sent++;
        return outbox_settle(drain->outbox, drain->id, err);
    }
    if (outbox_drain_is_final(event)) {
        drain->refused++;
        drain->last_refusal = *err;
        name_row(drain, &drain->last_refusal);
        tell_refusal(drain, err);
        return outbox_settle(drain->outbox, drain->id, err);
    }
    struct error unnoted = {0};
    const struct str reason = str_from(err->message);
    if (!outbox_note_failure(drain->outbox, drain->id, reason, outbox_drain_fate(event), &unnoted))
        run_note(drain->run, str_from(unnoted.message));
    name_row(drain, err);
    return false;
}

void outbox_drain_again(struct outbox_drain *drain) {
    struct error ignored = {0}; // the row stays, and counts one attempt more of unknown end
    if (!drain->is_under_way) return;
    drain->is_under_way = false;
    (void)!outbox_note_failure(
        drain->outbox, drain->id, STR("the sandbox's process ended"), OUTBOX_MAY_HAVE_ARRIVED,
        &ignored);
    drain->id--;
}
