// stream_deliver — the run that sends: a delivery works beside it, and every quarter of a second it looks how
// far that is, tells it, and remembers what has settled.
#include "stream.h"

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/delivery.h"
#include "http/url.h"
#include "segment/catalog.h"

#define STEPPED_MS 50 // until the pause after the last step has been set
#define LOOK_MS 20    // while what is in flight arrives

struct stream_deliver {
    struct stream stream;
    struct delivery *delivery; // owned; NULL before the first step and after the last
    struct buf text;           // owned: of the message in the feed's hand
    struct str items[GENERATOR_MOST_PRODUCTS];
    struct error last_refusal;
};

static struct stream_deliver *deliver_of(struct stream *stream) {
    return (struct stream_deliver *)(void *)stream;
}

static enum client_source source_of(enum generator_source source) {
    switch (source) {
    case GENERATOR_ANDROID: return CLIENT_SOURCE_ANDROID;
    case GENERATOR_WEB: return CLIENT_SOURCE_WEBSITE;
    case GENERATOR_IOS: return CLIENT_SOURCE_IOS;
    case GENERATOR_EMAIL: return CLIENT_SOURCE_EMAIL;
    case GENERATOR_SOURCE_COUNT: break;
    }
    return CLIENT_SOURCE_WEBSITE;
}

static void show(
    struct stream_deliver *self,
    const struct generator_message *message,
    struct delivery_message *out) {
    buf_reset(&self->text);
    generator_add_json(self->stream.feed.generator, message, &self->text);
    run_tell_sent(
        &self->stream.run, source_of(message->source),
        stream_options_target_name(self->stream.options.target), buf_str(&self->text));
    for (size_t i = 0; i < message->product_count; i++)
        self->items[i] = str_from(message->products[i]->sku);
    const bool has_session = message->anonymous_id.len > 0;
    *out = (struct delivery_message){
        .source = source_of(message->source),
        .text = buf_str(&self->text),
        .is_checked = true,
        .message_id = message->message_id,
        .user_id = message->user_id,
        .session_id = has_session ? message->anonymous_id : message->user_id,
        .event_name = message->name,
        .timestamp_ms = message->timestamp_ms,
        .items = self->items,
        .item_count = message->product_count,
    };
}

static enum delivery_pull pull(
    void *context,
    int64_t now_ms,
    struct delivery_message *out,
    struct delivery_mark *mark,
    int64_t *out_due_ms) {
    struct stream_deliver *self = context;
    struct generator_message message;
    stream_feed_tell(&self->stream.feed, mark);
    switch (stream_feed_next(&self->stream.feed, &message)) {
    case STREAM_MESSAGE: show(self, &message, out); return DELIVERY_MESSAGE;
    case STREAM_NOT_YET:
        task_nudge(&self->stream.run.task); // it sets the pause
        *out_due_ms = now_ms + STEPPED_MS;
        return DELIVERY_NOT_YET;
    case STREAM_END: return DELIVERY_END;
    }
    return DELIVERY_END;
}

static void note_refusal(void *context, struct str message_id, const struct error *reason) {
    struct stream_deliver *self = context;
    (void)message_id;
    self->last_refusal = *reason;
}

static struct client *recover(void *context, const struct task_event *event) {
    struct stream_deliver *self = context;
    return run_recover(&self->stream.run, event) ? run_client(&self->stream.run) : NULL;
}

static bool begin(struct stream_deliver *self, struct error *err) {
    struct stream *stream = &self->stream;
    const struct delivery_options options = {
        .client = run_client(&stream->run),
        .target =
            stream->options.target == STREAM_PERSONALIZE ? DELIVERY_PERSONALIZE : DELIVERY_SEGMENT,
        .feed = {.next = pull, .context = self},
        .lanes = stream->options.lanes,
        .per_second = stream->options.per_second,
        .patience_ms = stream->options.patience_ms,
        .dead_letters = stream->job.dead_letters.len ? buf_text(&stream->job.dead_letters) : NULL,
        .refused = note_refusal,
        .recover = recover,
        .context = self,
    };
    if (!delivery_begin(&options, &stream->run.task, &self->delivery, err)) return false;
    delivery_set_paused(self->delivery, stream->is_paused);
    return true;
}

static struct stream_counts
take_counts(const struct delivery_counts *counts, const struct delivery_mark *mark) {
    return (struct stream_counts){
        .taken = counts->taken,
        .accepted = counts->accepted,
        .refused = counts->refused,
        .skipped = counts->skipped,
        .in_flight = counts->in_flight,
        .requests = counts->requests,
        .retried = counts->retried,
        .bytes = counts->bytes,
        .mark = *mark,
    };
}

static void add_trouble(const struct delivery_counts *counts, int64_t now_ms, struct buf *out) {
    if (counts->trouble.code == ERROR_NONE) return;
    buf_add(out, str_from(counts->trouble.message));
    const int64_t rest_ms = counts->resting_until_ms - now_ms;
    if (rest_ms > 0) buf_add_format(out, "; resting %lld s", (long long)(rest_ms + 999) / 1000);
}

static struct delivery_mark settled_mark(const struct stream_deliver *self) {
    struct delivery_mark mark = self->stream.base.mark;
    (void)delivery_settled_mark(self->delivery, &mark);
    return mark;
}

static void report(struct stream_deliver *self, int64_t now_ms, bool is_running) {
    CLEANUP(buf_release) struct buf trouble = {0};
    struct delivery_counts counts;
    delivery_count(self->delivery, &counts);
    const struct delivery_mark mark = settled_mark(self);
    struct stream_counts shown = take_counts(&counts, &mark);
    add_trouble(&counts, now_ms, &trouble);
    shown.trouble = buf_str(&trouble);
    stream_report_progress(&self->stream, &shown, now_ms, is_running);
    if (!is_running) stream_report_end(&self->stream, &shown, now_ms);
}

static bool save(struct stream_deliver *self, int64_t now_ms, struct error *err) {
    struct delivery_counts counts;
    const struct delivery_mark mark = settled_mark(self);
    self->stream.saved_ms = now_ms;
    delivery_count_settled(self->delivery, &counts);
    const struct stream_counts settled = take_counts(&counts, &mark);
    return stream_job_save(&self->stream, &settled, err);
}

static void judge_refusals(const struct stream_deliver *self, struct error *err) {
    struct delivery_counts counts;
    delivery_count(self->delivery, &counts);
    const uint64_t refused = self->stream.base.refused + counts.refused;
    if (err->code != ERROR_NONE || !refused) return;
    error_set(
        err, ERROR_REFUSED, "%llu message%s refused%s%s", (unsigned long long)refused,
        refused == 1 ? " was" : "s were", self->last_refusal.message[0] ? "; the last: " : "",
        self->last_refusal.message);
    if (self->stream.job.dead_letters.len) {
        error_hint(
            err, "Mend the cause, then: recloop replay %s",
            buf_text(&self->stream.job.dead_letters));
    } else {
        error_hint(err, "%s", self->last_refusal.hint);
    }
}

// Saves and tells where it ended; `err` is why, and what the run ends with.
static void close_delivery(struct stream_deliver *self, int64_t now_ms, struct error *err) {
    struct error failure = {0};
    if (!save(self, now_ms, &failure) && err->code == ERROR_NONE) *err = failure;
    judge_refusals(self, err);
    report(self, now_ms, false);
    delivery_free(self->delivery);
    self->delivery = NULL;
}

static void end(struct stream_deliver *self, int64_t now_ms, struct error *err) {
    struct task *task = &self->stream.run.task;
    close_delivery(self, now_ms, err);
    if (err->code == ERROR_NONE)
        task_finish(task);
    else
        task_fail(task, err);
}

// Stopped: has what was taken arrived, or is the time for it over? What waits and may not go goes no more.
static bool is_stopped(const struct stream_deliver *self, int64_t now_ms) {
    struct delivery_counts counts;
    if (!self->stream.feed.is_stopped) return false;
    delivery_count(self->delivery, &counts);
    const bool is_held = self->stream.is_paused || counts.trouble.code != ERROR_NONE;
    const uint64_t coming = counts.in_flight + (is_held ? 0 : counts.waiting);
    return coming == 0 || now_ms >= self->stream.give_up_ms;
}

static void look(struct stream_deliver *self, int64_t now_ms) {
    struct stream *stream = &self->stream;
    struct error err = {0};
    if (stream->feed.is_stopped && !stream->give_up_ms)
        stream->give_up_ms = now_ms + STREAM_GRACE_MS;
    if (stream->feed.is_stepped && !stream->is_paused) {
        stream->is_paused = true;
        delivery_set_paused(self->delivery, true);
    }
    if (delivery_has_ended(self->delivery, &err)) {
        if (stream->feed.is_stopped && err.code == ERROR_NONE)
            error_set(&err, ERROR_CANCELLED, "stopped");
        end(self, now_ms, &err);
    } else if (is_stopped(self, now_ms)) {
        error_set(&err, ERROR_CANCELLED, "stopped");
        end(self, now_ms, &err);
    } else if (now_ms - stream->saved_ms >= STREAM_SAVE_MS && !save(self, now_ms, &err)) {
        end(self, now_ms, &err);
    } else {
        if (now_ms - stream->reported_ms >= STREAM_REPORT_MS) report(self, now_ms, true);
        task_wait(&stream->run.task, stream->feed.is_stopped ? LOOK_MS : STREAM_REPORT_MS);
    }
}

static void step_begin(struct stream_deliver *self, int64_t now_ms) {
    struct task *task = &self->stream.run.task;
    struct error err = {0};
    if (self->stream.is_over) {
        task_finish(task);
        return;
    }
    self->stream.began_ms = self->stream.rated_ms = self->stream.saved_ms = now_ms;
    if (!begin(self, &err)) {
        task_fail(task, &err);
        return;
    }
    report(self, now_ms, true);
    task_wait(task, STREAM_REPORT_MS);
}

static void step(struct task *task, const struct task_event *event) {
    struct stream_deliver *self = deliver_of(stream_of(task));
    struct error cancelled = {.code = ERROR_CANCELLED};
    switch (event->kind) {
    case TASK_BEGIN: step_begin(self, event->now_ms); break;
    case TASK_TIMER:
    case TASK_RESPONSE: look(self, event->now_ms); break;
    case TASK_CANCELLED:
        if (self->delivery) close_delivery(self, event->now_ms, &cancelled);
        break;
    }
}

static void apply(struct stream *stream) {
    const struct stream_deliver *self = deliver_of(stream);
    if (!self->delivery) return;
    delivery_set_rate(self->delivery, stream->options.per_second);
    delivery_set_paused(self->delivery, stream->is_paused);
}

static void free_deliver(struct task *task) {
    struct stream_deliver *self = deliver_of(stream_of(task));
    delivery_free(self->delivery);
    buf_release(&self->text);
    stream_release(&self->stream);
    mem_free(self);
}

static bool leaves_out(const struct stream_options *options, enum generator_source source) {
    return !options->has_platforms && (source == GENERATOR_EMAIL || !options->is_job);
}

// A platform without its key: left out where nobody asked for it, else an error that names the setting.
static bool settle_platforms(struct stream *self, struct error *err) {
    struct stream_options *options = &self->options;
    struct error first = {0};
    size_t count = 0;
    for (int i = 0; i < GENERATOR_SOURCE_COUNT; i++) {
        const enum generator_source source = (enum generator_source)i;
        struct error missing = {0};
        if (options->plan.is_silent[i]) continue;
        if (client_write_key(run_client(&self->run), source_of(source), &missing)) {
            count++;
            continue;
        }
        if (first.code == ERROR_NONE) first = missing;
        if (!leaves_out(options, source)) {
            *err = missing;
            return false;
        }
        options->plan.is_silent[i] = true;
        stream_report_note(
            self, "Messages of the platform %s are left out: its write key is not set.",
            generator_source_name(source));
    }
    if (!count) *err = first;
    return count > 0;
}

// Before the address is shown, or written into a cursor: one that cannot be used may hold a password.
static bool check_address(const struct stream *self, struct error *err) {
    CLEANUP(buf_release) struct buf address = {0};
    struct client *client = run_client(&self->run);
    struct url ignored = {0};
    const bool is_personalize = self->options.target == STREAM_PERSONALIZE;
    if (!is_personalize) {
        buf_add(&address, client_tracking_url(client));
    } else if (!client_endpoint(
                   client, STR("personalize-events"), (struct str){0}, &address, NULL, err)) {
        return false;
    }
    if (url_parse(buf_str(&address), &ignored, err)) return true;
    err->code = ERROR_CONFIG;
    return error_wrap(err, "%s", is_personalize ? "aws_endpoint_url" : "tracking_url");
}

static bool check_settings(struct stream *self, struct error *err) {
    if (!check_address(self, err)) return false;
    if (self->options.target == STREAM_PERSONALIZE) {
        if (!run_require(&self->run, "tracking_id", err)) return false;
        return client_credentials(run_client(&self->run), err) != NULL;
    }
    return settle_platforms(self, err);
}

// Many events into a real account: whoever asked for it sees where they go.
static void tell_live(struct stream *self) {
    struct client *client = run_client(&self->run);
    const struct config *config = run_config(&self->run);
    CLEANUP(buf_release) struct buf text = {0};
    if (run_is_sandbox(&self->run)) return;
    if (self->options.target == STREAM_PERSONALIZE) {
        buf_add(&text, STR("LIVE: to Personalize in "));
        buf_add(&text, client_region(client));
        buf_add(&text, STR(", event tracker "));
        buf_add(&text, config_text(&config->tracking_id));
    } else {
        const struct str region = config_text(&config->segment_region);
        buf_add(&text, STR("LIVE: to Segment ("));
        buf_add(&text, region.len ? region : STR("us"));
        buf_add(&text, STR(", "));
        buf_add(&text, client_tracking_url(client));
        buf_add(&text, STR("), sources of "));
        stream_options_add_platforms(&self->options.plan, &text);
    }
    buf_add_format(&text, "; profile %s.", config->profile);
    run_note(&self->run, buf_str(&text));
}

static bool prepare(struct stream *self, struct error *err) {
    if (!check_settings(self, err)) return false;
    if (!stream_feed_open(&self->feed, &self->options.plan, !self->options.is_job, err))
        return false;
    self->feed.limit = self->options.limit;
    if (!stream_job_open(self, err)) return false;
    if (!self->is_over) tell_live(self);
    return true;
}

struct task *stream_deliver_start(
    struct action_context *context,
    const struct arguments *arguments,
    const struct stream_options *options,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "stream", .step = step, .free = free_deliver};
    static const struct stream_engine engine = {.apply = apply};
    if (!backend_open(context->backend, err)) return NULL;
    struct stream_deliver *self = MEM_NEW(struct stream_deliver);
    stream_init(&self->stream, &ops, context, arguments, options, run_id);
    self->stream.engine = &engine;
    if (prepare(&self->stream, err)) return &self->stream.run.task;
    free_deliver(&self->stream.run.task);
    return NULL;
}
