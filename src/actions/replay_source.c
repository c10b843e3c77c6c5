// replay_source — a file's events, one at a time: filtered, with the time at which each is due, and made ready.
#include "replay.h"

#include "base/memory.h"

void replay_event_release(struct replay_event *event) {
    json_release(&event->document);
    *event = (struct replay_event){0};
}

bool replay_source_is_recording(const struct replay *replay) {
    return recording_reader_shape(replay->reader) == RECORDING_READER_SESSION;
}

bool replay_source_parse(struct str name, enum client_source *out) {
    for (size_t i = 0; i < CLIENT_SOURCE_COUNT; i++) {
        if (!str_equal(name, str_from(client_source_name((enum client_source)i)))) continue;
        *out = (enum client_source)i;
        return true;
    }
    return false;
}

static bool choose_source(
    struct replay *replay,
    const struct recording_reader_entry *entry,
    enum client_source *out,
    struct error *err) {
    *out = replay->has_source ? replay->source : CLIENT_SOURCE_WEBSITE;
    if (replay->has_source || !entry->source.len || replay_source_parse(entry->source, out))
        return true;
    error_set(
        err, ERROR_INVALID, "%s, line %zu: there is no source \"" STR_FMT "\"", replay->path.ptr,
        entry->line, STR_ARG(entry->source));
    return error_hint(err, "Say where the events go: --source website-prod");
}

// In the file's own time: since the recording's start, or the message's timestamp. Below 0: not told.
static double time_of(const struct replay *replay, const struct recording_reader_entry *entry) {
    int64_t at_ms = 0;
    if (replay_source_is_recording(replay)) return entry->t_ms;
    const struct str timestamp = json_get_text(entry->message, "timestamp");
    return clock_parse_iso8601(timestamp, &at_ms) ? (double)at_ms : -1;
}

#define LONGEST_MS ((double)INT64_MAX / 4) // beyond any pause that somebody would wait for

static int64_t due_of(struct replay *replay, double at_ms) {
    if (replay->first_at_ms < 0) replay->first_at_ms = replay->last_at_ms = at_ms;
    // time does not go back, and what tells none comes with the one before it
    if (at_ms > replay->last_at_ms) replay->last_at_ms = at_ms;
    if (!(replay->speed > 0) || replay->first_at_ms < 0) return replay->began_ms;
    double since_ms = (replay->last_at_ms - replay->first_at_ms) / replay->speed;
    if (since_ms > LONGEST_MS) since_ms = LONGEST_MS;
    return replay->began_ms + (int64_t)since_ms;
}

static bool is_wanted(const struct replay *replay, const struct recording_reader_entry *entry) {
    const struct arguments *arguments = &replay->run.arguments;
    if (!arguments_has(arguments, "user")) return true;
    return str_equal(json_get_text(entry->message, "userId"), arguments_get(arguments, "user"));
}

static bool
keep(struct replay *replay, const struct recording_reader_entry *entry, struct error *err) {
    struct replay_event *event = &replay->event;
    const int64_t started_ms = recording_reader_started_ms(replay->reader);
    *event = (struct replay_event){.ordinal = replay->ordinal};
    if (!choose_source(replay, entry, &event->source, err)) return false;
    if (!send_via_parse(entry->via, &event->via)) event->via = SEND_VIA_SEGMENT;
    if (started_ms && entry->t_ms >= 0)
        event->recorded_ms = started_ms + (int64_t)(entry->t_ms < 1e15 ? entry->t_ms : 1e15);
    event->due_ms = due_of(replay, time_of(replay, entry));
    (void)json_copy(entry->message, &event->document);
    replay->has_event = true;
    replay->taken++;
    return true;
}

bool replay_source_look(struct replay *replay) {
    if (replay->limit && replay->taken >= (uint64_t)replay->limit && !replay->has_event)
        replay->has_ended = true;
    while (!replay->has_event && !replay->has_ended) {
        struct recording_reader_entry entry;
        bool has = false;
        if (!recording_reader_next(replay->reader, &entry, &has, &replay->read_error) || !has) {
            replay->has_ended = true;
        } else if (entry.kind == RECORDING_READER_EVENT) {
            replay->ordinal++;
            if (is_wanted(replay, &entry) && !keep(replay, &entry, &replay->read_error))
                replay->has_ended = true;
        } else if (!replay_source_is_recording(replay)) {
            replay->no_messages++;
        }
    }
    return replay->has_event;
}

static void set_id(struct replay *replay, struct json_node *root) {
    const struct str had = json_get_text(root, "messageId");
    if (had.len && replay->keeps_ids) return;
    CLEANUP(buf_release) struct buf id = {0};
    buf_add(&id, STR("replay-"));
    rng_add_alphanumeric(&replay->ids, &id, 22);
    json_set_text(root, "messageId", buf_str(&id));
}

// As far from the moment of sending as it was when recorded; where that is not known, that moment.
static void shift_time(const struct replay_event *event, struct json_node *root) {
    CLEANUP(buf_release) struct buf text = {0};
    int64_t was_ms = 0;
    int64_t now_ms = clock_wall_ms();
    if (event->recorded_ms && clock_parse_iso8601(json_get_text(root, "timestamp"), &was_ms))
        now_ms += was_ms - event->recorded_ms;
    clock_add_iso8601(&text, now_ms);
    json_set_text(root, "timestamp", buf_str(&text));
    json_remove(root, "originalTimestamp"); // they would say the old time again
    json_remove(root, "sentAt");
}

void replay_source_prepare(struct replay *replay, struct replay_event *event) {
    struct json_node *root = event->document.root;
    set_id(replay, root);
    if (replay->shifts) shift_time(event, root);
}
