// watch_profile — the real services' side of `watch`: nobody outside can read a source's debugger, but the
// events of a known shopper stand on the profile, and there they can be asked for.
//
// Shape    the newest EVENT_LIMIT are asked for again and again; those whose ids the answer before did not
//          have are new. While something happens every BRISK_MS, later every CALM_MS.
// Errors   a shopper without a profile has none yet. A service that is away or throttles for a moment is asked
//          again; what asking cannot mend (a wrong token, a missing setting) ends the task.
#include "base/memory.h"
#include "event_note.h"
#include "watch.h"

#define EVENT_LIMIT 50
#define BRISK_MS 2000
#define CALM_MS 10000
#define CALM_AFTER_MS 60000

struct watch_profile {
    struct run run;
    int64_t first_limit, now_ms, lively_ms; // lively: when something was new
    bool has_begun, has_told_trouble;
    char *known[EVENT_LIMIT]; // owned: message ids of the answer before
    size_t known_count;
};

static void forget(struct watch_profile *self) {
    for (size_t i = 0; i < self->known_count; i++)
        mem_free(self->known[i]);
    self->known_count = 0;
}

static void ask(struct watch_profile *self) {
    struct error err = {0};
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = run_user(&self->run),
        .resource = PROFILE_EVENTS,
        .limit = EVENT_LIMIT,
    };
    if (client_call_profile(run_client(&self->run), &query, &self->run.call, &err))
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static void wait(struct watch_profile *self) {
    const bool is_calm = self->now_ms - self->lively_ms > CALM_AFTER_MS;
    task_wait(&self->run.task, is_calm ? CALM_MS : BRISK_MS);
}

static bool is_known(const struct watch_profile *self, struct str message_id) {
    for (size_t i = 0; i < self->known_count; i++)
        if (str_equal(str_from(self->known[i]), message_id)) return true;
    return false;
}

static void tell(struct watch_profile *self, const struct profile_event *seen) {
    struct message *message = message_new(MESSAGE_EVENT, self->run.run_id);
    event_note_from_profile(&message->as.event, seen, run_user(&self->run));
    run_emit(&self->run, message);
}

// Newest first, as they are asked for; told in the order in which they happened.
static void tell_new(struct watch_profile *self, const struct profile_events *events) {
    size_t is_new[EVENT_LIMIT], count = 0;
    for (size_t i = 0; i < events->count && i < EVENT_LIMIT; i++)
        if (!is_known(self, events->items[i].message_id)) is_new[count++] = i;
    if (!self->has_begun && count > (size_t)self->first_limit) count = (size_t)self->first_limit;
    if (count) self->lively_ms = self->now_ms;
    while (count)
        tell(self, &events->items[is_new[--count]]);
}

static void remember(struct watch_profile *self, const struct profile_events *events) {
    forget(self);
    for (size_t i = 0; i < events->count && i < EVENT_LIMIT; i++)
        self->known[self->known_count++] = message_copy_text(events->items[i].message_id);
}

static bool passes(const struct error *err) {
    return err->code == ERROR_UNREACHABLE || err->code == ERROR_TIMEOUT ||
           err->code == ERROR_THROTTLED;
}

static void tell_trouble(struct watch_profile *self, const struct error *err) {
    if (self->has_told_trouble) return;
    self->has_told_trouble = true;
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(&text, "%s; asking again", err->message);
    run_note(&self->run, buf_str(&text));
}

static void read_events(struct watch_profile *self, const struct task_event *event) {
    struct error err = {0};
    struct profile_events events = {0};
    if (client_reply_events(&self->run.call, event, &events, &err)) {
        tell_new(self, &events);
        remember(self, &events);
        profile_events_release(&events);
        self->has_begun = true;
        self->has_told_trouble = false;
    } else if (err.code == ERROR_NOT_FOUND) {
        self->has_begun = true; // whatever comes is new
    } else if (passes(&err) && self->has_begun) {
        tell_trouble(self, &err);
    } else {
        task_fail(&self->run.task, &err);
        return;
    }
    wait(self);
}

static void tell_what(struct watch_profile *self) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct str user = run_user(&self->run);
    buf_add_format(
        &text,
        "Segment shows a source's debugger on its own pages only: these are the events on the "
        "profile of %.*s.",
        (int)user.len, user.ptr);
    run_note(&self->run, buf_str(&text));
}

static void step(struct task *task, const struct task_event *event) {
    struct watch_profile *self = (struct watch_profile *)(void *)task;
    self->now_ms = event->now_ms;
    switch (event->kind) {
    case TASK_BEGIN:
        self->lively_ms = event->now_ms;
        tell_what(self);
        ask(self);
        break;
    case TASK_TIMER: ask(self); break;
    case TASK_RESPONSE: read_events(self, event); break;
    case TASK_CANCELLED: break;
    }
}

static void free_watch(struct task *task) {
    struct watch_profile *self = (struct watch_profile *)(void *)task;
    forget(self);
    run_release(&self->run);
    mem_free(self);
}

struct task *watch_profile_start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    int64_t first_limit) {
    static const struct task_ops ops = {.name = "watch_profile", .step = step, .free = free_watch};
    struct watch_profile *self = MEM_NEW(struct watch_profile);
    run_init(&self->run, &ops, context, arguments, run_id);
    self->first_limit = first_limit;
    return &self->run.task;
}
