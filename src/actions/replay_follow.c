// replay_follow — one event after the other, each as a `send` of its own beside this task, with whose observer
// we see what the recording saw. Then the two are compared.
#include "replay.h"

#include "base/memory.h"

#define FOREVER_MS 3600000 // the event's end wakes us

// What an event under way needs; it outlives the replay when that is cancelled first.
struct replay_follow {
    struct action_context context; // of the send
    struct replay *host;           // NULL: gone
    struct task *task;             // owned by the transfers until its end
    struct expectation came;
    uint64_t ordinal;
    int64_t began_us;
    bool is_done;
};

static void free_follow(struct replay_follow *follow) {
    expectation_release(&follow->came);
    mem_free(follow);
}

static void swallow(void *context, struct message *take_message) {
    (void)context;
    message_free(take_message);
}

static void tell_sent(void *context, const struct sent_note *note) {
    const struct replay_follow *follow = context;
    if (!follow->host) return;
    const struct action_context *told = follow->host->run.context;
    if (told->tell_sent) told->tell_sent(told->emit_context, note);
}

static void observe(
    void *observe_context, const struct action_context *context, const struct message *message) {
    struct replay_follow *follow = observe_context;
    (void)context;
    expectation_take(&follow->came, message);
    if (follow->host) action_observe(follow->host->run.context, message); // --record
}

static void end(struct replay_follow *follow, const struct error *err) {
    struct message *done = message_new_done(follow->host->run.run_id, err);
    observe(follow, &follow->context, done);
    message_free(done);
    follow->is_done = true;
}

static void on_done(void *context, struct task *task, const struct error *err) {
    struct replay_follow *follow = context;
    (void)task;
    if (!follow->host) {
        free_follow(follow);
        return;
    }
    end(follow, err);
    task_nudge(&follow->host->run.task);
}

void replay_follow_leave(struct replay *replay) {
    struct replay_follow *follow = mem_take(&replay->follow);
    if (!follow) return;
    follow->host = NULL;
    if (follow->is_done)
        free_follow(follow); // its task is gone
    else
        task_stop(&replay->run.task, follow->task);
}

static const struct expectation *expected_of(const struct replay *replay, uint64_t ordinal) {
    return ordinal <= replay->expected.count ? &replay->expected.items[ordinal - 1] : NULL;
}

// Recorded with --wait? Then something followed, or it failed on its way.
static bool was_followed(const struct expectation *expected) {
    return expected->ranks.root || expected->traits.root ||
           (expected->is_ended && !expected->is_ok);
}

static void describe_event(struct expectation *out, const struct event *event) {
    buf_add(&out->message_id, event->message_id);
    buf_add(&out->name, event->name.len ? event->name : str_from(event_type_name(event->type)));
    buf_add(&out->user_id, event->user_id);
    const struct json_node *properties = event_properties(event);
    buf_add(&out->sku, json_get_text(properties, "sku"));
}

// Takes the waiting event and sends it; an event that is none fails at once.
static void begin(struct replay *replay) {
    struct replay_event *next = &replay->event;
    struct replay_follow *follow = MEM_NEW(struct replay_follow);
    struct event event = {0};
    struct error err = {0};
    replay_source_prepare(replay, next);
    follow->host = replay;
    follow->ordinal = next->ordinal;
    follow->began_us = clock_monotonic_us();
    follow->context = *replay->run.context;
    follow->context.emit = swallow;
    follow->context.emit_context = follow;
    follow->context.tell_sent = tell_sent;
    follow->context.observe = observe;
    follow->context.observe_context = follow;
    replay->follow = follow;
    replay->counts.sent++;
    replay->has_event = false;
    if (!event_from_json(&next->document, EVENT_TYPE_COUNT, &event, &err)) {
        replay_event_release(next);
        end(follow, &err);
        return;
    }
    describe_event(&follow->came, &event);
    const struct expectation *expected = expected_of(replay, follow->ordinal);
    const bool waits = !replay->expect_path.len || (expected && was_followed(expected));
    const struct send_order order = {
        .take_event = &event,
        .via = next->via,
        .source = next->source,
        .wait_ms = waits ? replay->wait_ms : 0,
    };
    const struct arguments none = {0};
    follow->task = send_new(&follow->context, &none, replay->run.run_id, &order);
    follow->task->on_done = on_done;
    follow->task->on_done_context = follow;
    replay_event_release(next);
    task_start(&replay->run.task, follow->task);
}

static bool is_same_event(const struct expectation *expected, const struct expectation *came) {
    return str_equal(buf_str(&expected->name), buf_str(&came->name)) &&
           str_equal(buf_str(&expected->user_id), buf_str(&came->user_id));
}

static void add_title(struct json_node *object, const char *key, const struct expectation *event) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add(&text, buf_str(&event->name));
    buf_add_format(&text, " of user " STR_FMT, STR_ARG(buf_str(&event->user_id)));
    json_add_text(object, key, buf_str(&text));
}

// The recording stopped at its limit before this event, or in the middle of what followed it.
static bool is_beyond_limit(const struct replay *replay, const struct expectation *expected) {
    return replay->expected_limit_bytes && (!expected || !expected->is_ended);
}

// Another event at that place than the recording has: comparing more would only confuse.
static void tell_other_event(
    const struct expectation *expected, const struct expectation *came, struct json *out) {
    struct json_node *difference = json_add_object(json_new_array(out), NULL);
    json_add_text(difference, "what", STR("event"));
    if (expected)
        add_title(difference, "expected", expected);
    else
        json_add_null(difference, "expected");
    add_title(difference, "came", came);
}

static void settle(struct replay *replay) {
    struct replay_follow *follow = mem_take(&replay->follow);
    CLEANUP(json_release) struct json differences = {0};
    const struct expectation *expected = expected_of(replay, follow->ordinal);
    struct replay_report_outcome outcome = {
        .came = &follow->came,
        .is_checked = true,
        .seconds = (double)(clock_monotonic_us() - follow->began_us) / 1e6,
    };
    if (!replay->expect_path.len) {
        const struct expectation success = {.is_ended = true, .is_ok = true};
        (void)expectation_compare(&success, &follow->came, 0, &differences);
    } else if (is_beyond_limit(replay, expected)) {
        outcome.is_checked = false;
    } else if (expected && is_same_event(expected, &follow->came)) {
        outcome.is_checked = expected->is_ended || was_followed(expected);
        (void)expectation_compare(expected, &follow->came, (size_t)replay->top, &differences);
    } else {
        tell_other_event(expected, &follow->came, &differences);
    }
    outcome.differences = differences.root;
    replay_report_event(replay, &outcome);
    free_follow(follow);
}

static void finish(struct replay *replay) {
    struct error err = {0};
    const bool is_whole = !arguments_has(&replay->run.arguments, "user") && !replay->limit;
    if (is_whole && replay->read_error.code == ERROR_NONE &&
        replay->ordinal < replay->expected.count)
        replay_report_missing(replay, replay->expected.count - replay->ordinal);
    if (replay_report_end(replay, &err))
        task_finish(&replay->run.task);
    else
        task_fail(&replay->run.task, &err);
}

static void go_on(struct replay *replay) {
    for (;;) {
        if (replay->follow && replay->follow->is_done) settle(replay);
        if (replay->follow) {
            task_wait(&replay->run.task, FOREVER_MS);
            return;
        }
        replay_report_progress(replay, true);
        if (!replay_source_look(replay)) {
            finish(replay);
            return;
        }
        if (replay->event.due_ms > replay->now_ms) {
            task_wait(&replay->run.task, replay->event.due_ms - replay->now_ms);
            return;
        }
        begin(replay);
    }
}

void replay_follow_step(struct replay *replay, const struct task_event *event) {
    struct error err = {0};
    if (event->kind != TASK_CANCELLED) {
        go_on(replay);
        return;
    }
    replay_follow_leave(replay);
    (void)!replay_report_end(replay, &err); // what there is until now; the run ends as cancelled
}
