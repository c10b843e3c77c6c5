// replay_report — what is told about a replay: differences for people, an object per event for programs, a test
// case per event for continuous integration.
#include "replay.h"

#include "base/files.h"
#include "base/memory.h"

#define REPORT_MS 250

static void tell(struct replay *replay, struct str text) {
    if (replay->run.context->wants_json) return;
    while (text.len) {
        struct str line = {0};
        str_split(text, '\n', &line, &text);
        run_emit(&replay->run, message_new_line(replay->run.run_id, false, line));
    }
}

static void add_title(struct buf *out, uint64_t ordinal, const struct expectation *event) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(&text, "#%llu ", (unsigned long long)ordinal);
    buf_add(&text, buf_str(&event->name));
    if (event->sku.len) buf_add_format(&text, ", " STR_FMT, STR_ARG(buf_str(&event->sku)));
    if (event->user_id.len)
        buf_add_format(&text, ", user " STR_FMT, STR_ARG(buf_str(&event->user_id)));
    buf_add_printable(out, buf_str(&text));
}

static void add_case(
    struct replay *replay,
    struct str title,
    const struct replay_report_outcome *outcome,
    struct str text) {
    struct str first = {0};
    struct str rest = {0};
    struct junit_case made = {.name = title, .seconds = outcome->seconds, .text = text};
    str_split(text, '\n', &first, &rest);
    made.message = str_trim(first);
    made.outcome = text.len ? JUNIT_FAILED : JUNIT_PASSED;
    if (!outcome->is_checked) {
        made.outcome = JUNIT_SKIPPED;
        made.message = STR("the recording does not tell what followed");
    }
    junit_add(&replay->junit, &made);
}

static void add_text_or_null(struct message *message, const char *key, struct str text) {
    if (text.len)
        message_add_value(message, key, text);
    else
        message_add_value_json(message, key, STR("null"));
}

static void emit_object(
    struct replay *replay, const struct replay_report_outcome *outcome, const char *result) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct expectation *came = outcome->came;
    struct message *message = message_new(MESSAGE_VALUES, replay->run.run_id);
    message->as.values.title = mem_copy_string("event");
    buf_add_int(&text, (int64_t)replay->ordinal);
    message_add_value_json(message, "event", buf_str(&text));
    message_add_value(message, "result", str_from(result));
    add_text_or_null(message, "name", buf_str(&came->name));
    add_text_or_null(message, "sku", buf_str(&came->sku));
    add_text_or_null(message, "user_id", buf_str(&came->user_id));
    add_text_or_null(message, "message_id", buf_str(&came->message_id));
    buf_reset(&text);
    json_print(outcome->differences, &text);
    message_add_value_json(message, "differences", text.len ? buf_str(&text) : STR("[]"));
    run_emit(&replay->run, message);
}

void replay_report_event(struct replay *replay, const struct replay_report_outcome *outcome) {
    CLEANUP(buf_release) struct buf title = {0};
    CLEANUP(buf_release) struct buf text = {0};
    const char *result = "same";
    add_title(&title, replay->ordinal, outcome->came);
    expectation_describe(&text, outcome->differences, 2);
    if (text.len) {
        replay->counts.differs++;
        result = "differs";
    } else if (outcome->is_checked) {
        replay->counts.same++;
    } else {
        replay->counts.unchecked++;
        result = "unchecked";
    }
    add_case(replay, buf_str(&title), outcome, buf_str(&text));
    if (replay->run.context->wants_json) emit_object(replay, outcome, result);
    if (!text.len) return;
    tell(replay, buf_str(&title));
    tell(replay, buf_str(&text));
}

void replay_report_missing(struct replay *replay, uint64_t count) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(
        &text, "%llu events that are expected are not in " STR_FMT, (unsigned long long)count,
        STR_ARG(replay->path));
    const struct junit_case made = {
        .name = STR("events"),
        .outcome = JUNIT_FAILED,
        .message = buf_str(&text),
        .text = buf_str(&text),
    };
    replay->counts.differs += count;
    junit_add(&replay->junit, &made);
    tell(replay, buf_str(&text));
}

void replay_report_progress(struct replay *replay, bool is_running) {
    if (is_running && replay->now_ms - replay->reported_ms < REPORT_MS) return;
    struct message *message = message_new(MESSAGE_PROGRESS, replay->run.run_id);
    struct message_progress *progress = &message->as.progress;
    const int64_t elapsed_ms = replay->now_ms - replay->began_ms;
    replay->reported_ms = replay->now_ms;
    progress->label = mem_copy_string("events replayed");
    progress->done = replay->counts.sent;
    progress->failed = replay->counts.differs;
    progress->total = replay->expected.count;
    if (elapsed_ms > 0)
        progress->per_second = (double)replay->counts.sent * 1000 / (double)elapsed_ms;
    progress->is_running = is_running;
    run_emit(&replay->run, message);
}

static void add_limit(struct buf *out, struct str path, int64_t bytes) {
    buf_add_printable(out, path);
    buf_add_format(
        out, " ended at its limit of %lld MiB (--record-limit)", (long long)(bytes >> 20));
}

// Notes, for people and programs alike: they stand beside the answer.
void replay_report_limits(struct replay *replay) {
    const int64_t sent = recording_reader_limit_bytes(replay->reader);
    const int64_t expected = replay->expected_limit_bytes;
    const bool is_same = sent && expected && str_equal(replay->path, replay->expect_path);
    CLEANUP(buf_release) struct buf text = {0};
    if (sent) {
        add_limit(&text, replay->path, sent);
        buf_add(
            &text, is_same ? STR(": what came after is neither sent nor compared.")
                           : STR(": what came after is not in it and was not sent."));
        run_emit(&replay->run, message_new_line(replay->run.run_id, true, buf_str(&text)));
    }
    if (!expected || is_same) return;
    buf_reset(&text);
    add_limit(&text, replay->expect_path, expected);
    buf_add(&text, STR(": what came after is not compared."));
    run_emit(&replay->run, message_new_line(replay->run.run_id, true, buf_str(&text)));
}

static void add_count(struct message *message, const char *key, uint64_t count) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_int(&text, (int64_t)count);
    message_add_value_json(message, key, buf_str(&text));
}

static void emit_summary(struct replay *replay) {
    const struct replay_counts *counts = &replay->counts;
    if (replay->run.context->wants_json) {
        struct message *message = message_new(MESSAGE_VALUES, replay->run.run_id);
        message->as.values.title = mem_copy_string("summary");
        add_count(message, "events", counts->sent);
        add_count(message, "same", counts->same);
        add_count(message, "differs", counts->differs);
        add_count(message, "unchecked", counts->unchecked);
        run_emit(&replay->run, message);
        return;
    }
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(
        &text, "%llu events replayed: %llu as expected, %llu different",
        (unsigned long long)counts->sent, (unsigned long long)counts->same,
        (unsigned long long)counts->differs);
    if (counts->unchecked)
        buf_add_format(
            &text, ", %llu of which the recording tells nothing",
            (unsigned long long)counts->unchecked);
    tell(replay, buf_str(&text));
}

void replay_report_delivered(struct replay *replay, const struct replay_report_delivered *told) {
    CLEANUP(buf_release) struct buf text = {0};
    if (replay->run.context->wants_json) {
        struct message *message = message_new(MESSAGE_VALUES, replay->run.run_id);
        message->as.values.title = mem_copy_string("summary");
        add_count(message, "events", told->sent);
        add_count(message, "accepted", told->accepted);
        add_count(message, "refused", told->refused);
        add_count(message, "without_message", replay->no_messages);
        add_text_or_null(message, "dead_letters", told->dead_letters);
        run_emit(&replay->run, message);
        return;
    }
    buf_add_format(
        &text, "%llu events sent: %llu accepted, %llu refused", (unsigned long long)told->sent,
        (unsigned long long)told->accepted, (unsigned long long)told->refused);
    if (replay->no_messages)
        buf_add_format(
            &text, "; %llu letters hold no message", (unsigned long long)replay->no_messages);
    tell(replay, buf_str(&text));
}

static bool write_junit(struct replay *replay, struct error *err) {
    if (!arguments_has(&replay->run.arguments, "junit")) return true;
    CLEANUP(buf_release) struct buf suite = {0};
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(&suite, "recloop replay " STR_FMT, STR_ARG(replay->path));
    junit_format(&replay->junit, buf_str(&suite), &text);
    const struct str path = arguments_get(&replay->run.arguments, "junit");
    return files_write(path.ptr, 0644, buf_str(&text), err);
}

static bool judge(const struct replay *replay, struct error *err) {
    const struct replay_counts *counts = &replay->counts;
    if (counts->differs && !replay->expect_path.len) {
        error_set(
            err, ERROR_REFUSED, "%llu of %llu events failed", (unsigned long long)counts->differs,
            (unsigned long long)counts->sent);
        return error_hint(
            err, "`recloop send --event FILE --wait 10` shows one of them hop by hop.");
    }
    if (counts->differs) {
        error_set(
            err, ERROR_REFUSED, "%llu of %llu events are not as " STR_FMT " has them",
            (unsigned long long)counts->differs, (unsigned long long)counts->sent,
            STR_ARG(replay->expect_path));
        return error_hint(
            err, "--expect-top N compares the first ranks only. If the change is meant, record the "
                 "session anew.");
    }
    if (counts->same) return true;
    error_set(
        err, ERROR_INVALID, STR_FMT " does not tell what followed any of its events",
        STR_ARG(replay->expect_path));
    return error_hint(err, "Record with --wait: recloop send --wait 10 --record FILE");
}

bool replay_report_end(struct replay *replay, struct error *err) {
    replay_report_progress(replay, false);
    emit_summary(replay);
    replay_report_limits(replay);
    if (!write_junit(replay, err)) return false;
    if (replay->read_error.code != ERROR_NONE) {
        *err = replay->read_error;
        return false;
    }
    return judge(replay, err);
}
