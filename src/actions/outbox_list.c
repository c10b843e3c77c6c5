// outbox list — what waits in the outbox, of every profile.
//
// Of the message itself its type, name and shopper are shown: its properties may hold anything.
#include "base/clock.h"
#include "base/memory.h"
#include "outbox_place.h"
#include "segment/event.h"

#include "registry.h"

#define REPEATS_TOLD_MS ((int64_t)24 * 3600 * 1000) // by Segment, through the messageId

static bool may_be_counted_twice(const struct outbox_entry *entry, int64_t age_ms) {
    return entry->unknown > 0 && age_ms >= REPEATS_TOLD_MS;
}

static const char *fate_name(const struct outbox_entry *entry) {
    return entry->unknown > 0 ? "may have arrived" : "has not arrived";
}

static const char *source_name(const struct outbox_entry *entry) {
    return entry->source == CLIENT_SOURCE_COUNT ? "unknown" : client_source_name(entry->source);
}

static void add_number(struct message *message, const char *key, int64_t number) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_int(&text, number);
    message_add_value_json(message, key, buf_str(&text));
}

static void emit_values(
    struct run *run, const struct outbox_entry *entry, const struct event *event, int64_t age_ms) {
    CLEANUP(buf_release) struct buf put_at = {0};
    clock_add_iso8601(&put_at, entry->put_at_ms);
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    add_number(message, "id", entry->id);
    message_add_value(message, "profile", entry->profile);
    message_add_value(message, "source", str_from(source_name(entry)));
    message_add_value(message, "message_id", entry->message_id);
    message_add_value(message, "type", str_from(event_type_name(event->type)));
    message_add_value(message, "name", event->name);
    message_add_value(message, "user_id", event->user_id);
    message_add_value(message, "fired_at", buf_str(&put_at));
    add_number(message, "age_s", age_ms / 1000);
    add_number(message, "bytes", (int64_t)entry->text.len);
    add_number(message, "attempts", entry->attempts);
    message_add_value_json(
        message, "may_have_arrived", entry->unknown > 0 ? STR("true") : STR("false"));
    message_add_value_json(
        message, "may_be_counted_twice",
        may_be_counted_twice(entry, age_ms) ? STR("true") : STR("false"));
    if (entry->last_error.len)
        message_add_value(message, "last_error", entry->last_error);
    else
        message_add_value_json(message, "last_error", STR("null"));
    run_emit(run, message);
}

static void add_age(struct buf *out, int64_t age_ms) {
    const int64_t minutes = age_ms / 60000;
    if (minutes < 1)
        buf_add_format(out, "%lld s", (long long)(age_ms / 1000));
    else if (minutes < 120)
        buf_add_format(out, "%lld min", (long long)minutes);
    else if (minutes < 2880)
        buf_add_format(out, "%lld h", (long long)(minutes / 60));
    else
        buf_add_format(out, "%lld days", (long long)(minutes / 1440));
}

static void add_column(struct buf *out, struct str text, size_t width) {
    buf_add(out, text);
    for (size_t count = str_count_runes(text); count < width; count++)
        buf_add_char(out, ' ');
    buf_add(out, STR("  "));
}

static void emit_text(struct run *run, const struct buf *text) {
    struct str line = buf_str(text);
    while (line.len && line.ptr[line.len - 1] == ' ')
        line.len--;
    run_emit(run, message_new_line(run->run_id, false, line));
}

static void emit_row(
    struct run *run, const struct outbox_entry *entry, const struct event *event, int64_t age_ms) {
    CLEANUP(buf_release) struct buf age = {0};
    CLEANUP(buf_release) struct buf line = {0};
    add_age(&age, age_ms);
    buf_add_format(&line, "%5lld  ", (long long)entry->id);
    add_column(&line, buf_str(&age), 7);
    add_column(&line, entry->profile, 8);
    add_column(&line, str_from(source_name(entry)), 12);
    add_column(&line, str_from(event_type_name(event->type)), 8);
    add_column(&line, event->name, 16);
    buf_add(&line, event->user_id);
    emit_text(run, &line);

    buf_reset(&line);
    buf_add_format(
        &line, "       %s after %d attempt%s", fate_name(entry), entry->attempts,
        entry->attempts == 1 ? "" : "s");
    if (entry->last_error.len) buf_add_format(&line, ": " STR_FMT, STR_ARG(entry->last_error));
    if (may_be_counted_twice(entry, age_ms))
        buf_add(&line, STR("; Segment tells a repeat for 24 hours only: it may count twice"));
    emit_text(run, &line);
}

static void emit_entry(struct run *run, const struct outbox_entry *entry, int64_t now_ms) {
    struct event event = {0};
    struct error unreadable = {0};
    const int64_t age_ms = now_ms > entry->put_at_ms ? now_ms - entry->put_at_ms : 0;
    if (!event_decode(entry->text, EVENT_TRACK, &event, &unreadable)) event.type = EVENT_TYPE_COUNT;
    if (run->context->wants_json)
        emit_values(run, entry, &event, age_ms);
    else
        emit_row(run, entry, &event, age_ms);
    event_release(&event);
}

static bool emit_all(struct run *run, struct outbox *outbox, struct error *err) {
    struct outbox_entry entry = {0};
    const struct action_context *context = run->context;
    const int64_t now_ms = clock_wall_ms();
    bool found = true;
    while (true) {
        if (context->cancelled && context->cancelled(context->cancelled_context))
            return error_set(err, ERROR_CANCELLED, "stopped");
        if (!outbox_next(outbox, (struct str){0}, entry.id, &entry, &found, err)) return false;
        if (!found) return true;
        emit_entry(run, &entry, now_ms);
    }
}

static bool list(struct run *run, struct error *err) {
    struct outbox *outbox = NULL;
    uint64_t count = 0;
    if (!outbox_place_look(run, &outbox, err)) return false;
    bool ok = true;
    if (outbox) {
        ok = outbox_count(outbox, (struct str){0}, &count, err) && emit_all(run, outbox, err);
    }
    if (ok && !count) run_note(run, STR("Nothing waits in the outbox."));
    outbox_close(outbox);
    return ok;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, list);
}

const struct action outbox_list_action = {
    .descriptor =
        {
            .name = "outbox list",
            .summary = "the fired events that have not arrived yet",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .details =
                "Number, age, profile, source, type, name and shopper of each, in the order of "
                "firing; "
                "below it whether it may have arrived without our being told, and the last error. "
                "Segment tells a repeat for 24 hours: an older event that had arrived would count "
                "twice.",
        },
    .start = start,
    .output = ACTION_LINES,
    .main_kind = MESSAGE_VALUES,
};
