// replay — sends a recording, dead letters or a file of Segment messages again.
#include "replay.h"

#include "actions/record.h"
#include "base/memory.h"

#include "registry.h"

#define MOST_WAIT_S 3600
#define MOST_SPEED 1e6

static const char *const timestamps[] = {"keep", "shift", NULL};

static const struct parameter parameters[] = {
    {
        .name = "file",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "a recording (--record), dead letters, or Segment messages, one a line",
        .positional = true,
        .required = true,
    },
    {
        .name = "speed",
        .kind = PARAMETER_TEXT,
        .metavar = "N|max",
        .help = "times as fast as recorded",
        .initial = "1 for a recording; max for other files and for events that are followed",
    },
    {
        .name = "expect",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "a recording to compare with: ranks and traits that follow each event",
    },
    {
        .name = "expect-top",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "compare the first N ranks only",
        .initial = "all",
    },
    {
        .name = "junit",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "with --expect or --wait: also write a JUnit report",
    },
    {
        .name = "wait",
        .kind = PARAMETER_NUMBER,
        .metavar = "SECONDS",
        .help = "follow each event, at most so long, before the next is sent",
        .initial = "10 with --expect",
    },
    {
        .name = "user",
        .kind = PARAMETER_TEXT,
        .metavar = "U",
        .help = "only the events of this user",
    },
    {
        .name = "limit",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "stop after so many events",
    },
    {
        .name = "timestamps",
        .kind = PARAMETER_CHOICE,
        .help = "keep them, or shift them to now",
        .initial = "shift for a recording, else keep; with --expect keep",
        .choices = timestamps,
    },
    {
        .name = "keep-ids",
        .kind = PARAMETER_FLAG,
        .help = "send a recording with its messageIds, which Segment drops as repeats for 24 hours",
    },
    {
        .name = "source",
        .kind = PARAMETER_TEXT,
        .metavar = "NAME",
        .help = "where the events go, such as ios-prod, whatever the file says",
        .initial = "the file's own, else website-prod",
    },
    {
        .name = "dead-letters",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "where refused events are kept, when none is followed",
        .initial = "FILE.refused",
    },
    RECORD_PARAMETER,
};

static bool
read_speed(struct replay *replay, const struct arguments *arguments, struct error *err) {
    const struct str text = arguments_get(arguments, "speed");
    double speed = 0;
    replay->is_speed_told = arguments_has(arguments, "speed");
    if (!replay->is_speed_told || str_equal(text, STR("max"))) return true;
    if (str_parse_double(text, &speed) && speed > 0 && speed <= MOST_SPEED) {
        replay->speed = speed;
        return true;
    }
    error_set(
        err, ERROR_USAGE, "--speed takes a number above 0 or max, not \"" STR_FMT "\"",
        STR_ARG(text));
    return error_hint(err, "Twice as fast as recorded: --speed 2");
}

static bool check_combination(const struct arguments *arguments, struct error *err) {
    const bool is_expecting = arguments_has(arguments, "expect");
    const bool follows = is_expecting || arguments_has(arguments, "wait");
    if (arguments_has(arguments, "expect-top") && !is_expecting) {
        error_set(err, ERROR_USAGE, "--expect-top is for replays with --expect");
        return error_hint(err, "Name the recording to compare with: --expect FILE");
    }
    if (arguments_has(arguments, "junit") && !follows) {
        error_set(err, ERROR_USAGE, "--junit is for replays whose events are followed");
        return error_hint(err, "Name the recording to compare with: --expect FILE");
    }
    if (arguments_has(arguments, "dead-letters") && follows)
        return error_set(
            err, ERROR_USAGE, "--dead-letters is for replays without --expect and --wait");
    return true;
}

static bool read_arguments(struct replay *replay, struct error *err) {
    const struct arguments *arguments = &replay->run.arguments;
    int64_t wait_s = 0;
    if (!check_combination(arguments, err) || !read_speed(replay, arguments, err)) return false;
    if (!arguments_number(arguments, "limit", 0, 1, INT64_MAX, &replay->limit, err) ||
        !arguments_number(
            arguments, "expect-top", 0, 1, (int64_t)EXPECTATION_MAX_ITEMS, &replay->top, err) ||
        !arguments_number(arguments, "wait", 10, 1, MOST_WAIT_S, &wait_s, err))
        return false;
    replay->wait_ms = wait_s * 1000;
    replay->follows = arguments_has(arguments, "expect") || arguments_has(arguments, "wait");
    replay->path = arguments_get(arguments, "file");
    replay->expect_path = arguments_get(arguments, "expect");
    replay->has_source = arguments_has(arguments, "source");
    const struct str source = arguments_get(arguments, "source");
    if (!replay->has_source || replay_source_parse(source, &replay->source)) return true;
    error_set(err, ERROR_USAGE, "there is no source \"" STR_FMT "\"", STR_ARG(source));
    return error_hint(
        err, "Known: website-prod, android-prod, ios-prod, email-prod, personas-event-source.");
}

static bool load_expected(struct replay *replay, struct error *err) {
    CLEANUP(recording_reader_closep) struct recording_reader *reader = NULL;
    if (!replay->expect_path.len) return true;
    if (!recording_reader_open(replay->expect_path.ptr, &reader, err) ||
        !expectation_load(reader, &replay->expected, err))
        return false;
    replay->expected_limit_bytes = recording_reader_limit_bytes(reader);
    return true;
}

// What depends on the kind of file. Its first event is read for that; what follows is timed from now on.
static void settle_defaults(struct replay *replay) {
    const struct arguments *arguments = &replay->run.arguments;
    (void)replay_source_look(replay);
    const bool is_recording = replay_source_is_recording(replay);
    if (!replay->is_speed_told && is_recording && !replay->follows) replay->speed = 1;
    replay->keeps_ids = !is_recording || arguments_has(arguments, "keep-ids");
    replay->shifts = arguments_has(arguments, "timestamps")
                         ? str_equal(arguments_get(arguments, "timestamps"), STR("shift"))
                         : is_recording && !replay->expect_path.len;
}

static void begin(struct replay *replay) {
    replay->began_ms = replay->now_ms;
    replay->event.due_ms = replay->now_ms;
    if (replay->follows) replay_report_progress(replay, true);
}

static void step(struct task *task, const struct task_event *event) {
    struct replay *replay = (struct replay *)(void *)task;
    replay->now_ms = event->now_ms;
    if (event->kind == TASK_BEGIN) begin(replay);
    if (replay->follows)
        replay_follow_step(replay, event);
    else
        replay_bulk_step(replay, event);
}

static void free_replay(struct task *task) {
    struct replay *replay = (struct replay *)(void *)task;
    recording_reader_close(replay->reader);
    replay_event_release(&replay->event);
    expectation_set_release(&replay->expected);
    junit_release(&replay->junit);
    buf_release(&replay->sending);
    buf_release(&replay->sending_id);
    buf_release(&replay->dead_letters);
    run_release(&replay->run);
    mem_free(replay);
}

// Before anything is sent: the file holds events.
static bool open_files(struct replay *replay, struct error *err) {
    if (!load_expected(replay, err)) return error_wrap(err, "reading what is expected");
    if (!recording_reader_open(replay->path.ptr, &replay->reader, err)) return false;
    settle_defaults(replay);
    if (replay->has_event) return true;
    if (replay->read_error.code != ERROR_NONE) {
        *err = replay->read_error;
        return false;
    }
    error_set(
        err, ERROR_INVALID, "%s holds no event%s", replay->path.ptr,
        arguments_has(&replay->run.arguments, "user") ? " of that user" : "");
    return error_hint(err, "Record a session: recloop send --wait 10 --record FILE");
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "replay", .step = step, .free = free_replay};
    struct replay *replay = MEM_NEW(struct replay);
    run_init(&replay->run, &ops, context, arguments, run_id);
    rng_seed_from_system(&replay->ids);
    replay->first_at_ms = -1;
    if (read_arguments(replay, err) && open_files(replay, err) &&
        backend_open(context->backend, err)) {
        replay->run.client = backend_client(context->backend);
        return &replay->run.task;
    }
    free_replay(&replay->run.task);
    return NULL;
}

static const char *const examples[] = {
    "recloop send --wait 10 --record session.ndjson",
    "recloop replay session.ndjson --speed 10",
    "recloop replay events.ndjson --wait 10 --record session.ndjson",
    "recloop replay session.ndjson --expect session.ndjson --junit report.xml",
    "recloop replay dead-letters.ndjson",
    NULL,
};

const struct action replay_action = {
    .descriptor =
        {
            .name = "replay",
            .summary = "send a recorded session again and, with --expect, compare what follows",
            .writes = DESCRIPTOR_WRITES_MANY,
            .details =
                "Recorded events get fresh messageIds and, as a live session, the time of now; "
                "dead "
                "letters and plain messages keep both, since they may never have arrived. With "
                "--expect each event is followed as `send --wait` does: how it ended, the ranks "
                "and "
                "the traits must be those of the recording, else the differences are told and the "
                "exit code is 1.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .output = ACTION_LINES,
    .main_kind = MESSAGE_VALUES,
};
