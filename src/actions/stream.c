// stream — the event generator: invented shoppers, into Segment, Personalize or a file. The runs are in
// stream_deliver.c and stream_write.c; stream.h has the map.
#include "stream.h"

#include "actions/record.h"
#include "base/clock.h"

#include "registry.h"

static const char *const models[] = {"workshop", "shopper", NULL};
static const char *const formats[] = {"ndjson", "csv", NULL};

static const struct parameter parameters[] = {
    {
        .name = "from_date",
        .kind = PARAMETER_TEXT,
        .metavar = "FROM_DATE",
        .help = "the first day, 2019-05-19, in UTC; without it the shoppers act now, until stopped",
        .positional = true,
    },
    {
        .name = "to",
        .kind = PARAMETER_TEXT,
        .metavar = "DATE|segment|personalize",
        .help = "the last day, without it yesterday; or the receiver, without it Segment; may be "
                "given twice",
        .repeats = true,
    },
    {
        .name = "users",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "workshop: new shoppers on each platform each day; shopper: all there are",
        .initial = "the model's own",
    },
    {
        .name = "rate",
        .kind = PARAMETER_TEXT,
        .metavar = "N|max",
        .help = "events per second",
        .initial = "max with a first day, 5 without",
    },
    {
        .name = "limit",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "stop after so many; with a first day the next call goes on behind them",
    },
    {
        .name = "platforms",
        .kind = PARAMETER_TEXT,
        .metavar = "LIST",
        .help = "of web,android,ios,email",
        .initial = "those that have a write key",
    },
    {
        .name = "seed",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "the same seed makes the same shoppers do the same",
        .initial = "1",
    },
    {
        .name = "model",
        .kind = PARAMETER_CHOICE,
        .help = "workshop: the script of the workshop; shopper: tastes, sessions, prices, seasons",
        .initial = "workshop with a first day, shopper without",
        .choices = models,
    },
    {
        .name = "out",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "write a file instead of sending; \"-\" is standard output",
    },
    {
        .name = "format",
        .kind = PARAMETER_CHOICE,
        .help = "ndjson: Segment messages, one a line; csv: the interactions that Personalize "
                "imports",
        .initial = "ndjson",
        .choices = formats,
    },
    {
        .name = "shard",
        .kind = PARAMETER_TEXT,
        .metavar = "I/N",
        .help = "only part I of N, from 0; all parts together are the single run",
    },
    {
        .name = "cursor",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "where the job's place is remembered",
        .initial = "in the state folder, by what the job is",
    },
    {
        .name = "restart",
        .kind = PARAMETER_FLAG,
        .help = "begin the job again",
    },
    {
        .name = "dead-letters",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "where refused messages are kept, for `recloop replay`",
        .initial = "beside the cursor",
    },
    {
        .name = "lanes",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "requests in flight at a time",
        .initial = "8 to Segment, 32 to Personalize",
    },
    {
        .name = "patience",
        .kind = PARAMETER_NUMBER,
        .metavar = "SECONDS",
        .help = "give up when nothing was accepted for so long",
        .initial = "600",
    },
    RECORD_PARAMETER,
};

void stream_init(
    struct stream *self,
    const struct task_ops *ops,
    struct action_context *context,
    const struct arguments *arguments,
    const struct stream_options *options,
    uint64_t run_id) {
    run_init(&self->run, ops, context, arguments, run_id);
    self->options = *options;
}

void stream_release(struct stream *self) {
    stream_job_release(&self->job);
    stream_feed_release(&self->feed);
    run_release(&self->run);
}

struct stream *stream_of(struct task *task) {
    return (struct stream *)(void *)task;
}

// ---- changes while it runs ----

struct changes {
    bool has_rate, has_pause, has_steps, stops;
    bool is_paused;
    double per_second;
    int64_t steps;
};

static bool read_yes(struct str value, bool *out) {
    *out = str_equal(value, STR("yes"));
    return *out || str_equal(value, STR("no"));
}

static bool
read_change(struct str name, struct str value, struct changes *changes, struct error *err) {
    if (str_equal(name, STR("rate"))) {
        changes->has_rate = true;
        return stream_options_read_rate(value, &changes->per_second, err);
    }
    if (str_equal(name, STR("paused")) && read_yes(value, &changes->is_paused)) {
        changes->has_pause = true;
        return true;
    }
    if (str_equal(name, STR("step")) && str_parse_int64(value, &changes->steps) &&
        changes->steps > 0) {
        changes->has_steps = true;
        return true;
    }
    if (str_equal(name, STR("stop")) && str_equal(value, STR("yes"))) {
        changes->stops = true;
        return true;
    }
    error_set(
        err, ERROR_USAGE, "a stream that runs does not take " STR_FMT "=" STR_FMT, STR_ARG(name),
        STR_ARG(value));
    return error_hint(err, "It takes rate=N or max, paused=yes or no, step=N and stop=yes.");
}

static bool adjust(struct task *task, const struct arguments *arguments, struct error *err) {
    struct stream *self = stream_of(task);
    struct changes changes = {0};
    for (size_t i = 0; i < arguments->count; i++) {
        const struct arguments_pair *pair = &arguments->pairs[i];
        if (!read_change(str_from(pair->name), str_from(pair->value), &changes, err)) return false;
    }
    struct stream_feed *feed = &self->feed;
    if (changes.has_rate) self->options.per_second = changes.per_second;
    if (changes.has_pause) self->is_paused = changes.is_paused;
    if (changes.has_steps) self->is_paused = false;
    if (changes.has_steps || changes.has_pause) {
        feed->has_steps = changes.has_steps;
        feed->steps = changes.has_steps ? (uint64_t)changes.steps : 0;
        feed->is_stepped = false;
    }
    if (changes.stops) feed->is_stopped = true;
    if (!self->is_over) self->engine->apply(self);
    task_nudge(task);
    return true;
}

// ---- the start ----

static bool finish_at_once(struct run *run, struct error *err) {
    (void)err;
    run_note(
        run, STR("Nothing to do: the first day is after the last one, which without --to is "
                 "yesterday (UTC)."));
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    struct stream_options options;
    if (!stream_options_read(arguments, clock_wall_ms(), &options, err)) return NULL;
    if (options.plan.to_day < options.plan.from_day)
        return run_new_local(context, arguments, run_id, finish_at_once);
    if (options.target >= STREAM_FILE)
        return stream_write_start(context, arguments, &options, run_id, err);
    return stream_deliver_start(context, arguments, &options, run_id, err);
}

static const char *const examples[] = {
    "recloop stream --rate 20 --limit 200",
    "recloop stream 2019-05-19 --to 2019-05-25",
    "recloop stream 2019-05-19 --shard 0/4",
    "recloop stream 2026-01-01 --model shopper --to personalize",
    "recloop stream 2026-01-01 --model shopper --out history.csv --format csv",
    NULL,
};

const struct action stream_action = {
    .descriptor =
        {
            .name = "stream",
            .summary = "invented shoppers, into Segment, Personalize or a file",
            .writes = DESCRIPTOR_WRITES_MANY,
            .details =
                "With a first day it is a job: every message of the days up to the last one, each "
                "sent once. It remembers its place in a cursor file; after Ctrl-C or a crash the "
                "same command goes on without a gap, and when all is done it says so. Messages "
                "keep their ids, so that what is sent again is known for a repeat. --shard I/N "
                "shares a job out to N machines.\n\n"
                "Without a first day the shoppers act now, at 5 events a second, until it is "
                "stopped.\n\n"
                "What the receiver refuses is kept with the reason in a file that `recloop "
                "replay` reads; the exit status is 1 then, and 4 when nobody could be reached.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .adjust = adjust,
    .stop_argument = "stop",
    .output = ACTION_LINES,
    .main_kind = MESSAGE_PROGRESS,
};
