// journey — one event's way round the loop, as a waterfall. See journey.h.
#include "journey.h"

#include "base/clock.h"
#include "base/memory.h"
#include "http/redact.h"

#include "registry.h"

static const struct parameter parameters[] = {
    {
        .name = "message",
        .kind = PARAMETER_TEXT,
        .metavar = "MESSAGE_ID",
        .help = "the event's messageId",
        .initial = "the newest event",
        .positional = true,
    },
    {
        .name = "last",
        .kind = PARAMETER_FLAG,
        .help = "the newest event",
    },
    {
        .name = "user",
        .kind = PARAMETER_TEXT,
        .metavar = "U",
        .help = "of this shopper; the real services are asked about one shopper at a time",
        .initial = "sandbox: any; else setting user_id",
    },
};

void journey_set_text(char **slot, struct str text) {
    mem_free(*slot);
    *slot = text.len ? message_copy_text(text) : NULL;
}

void journey_hide(struct journey_run *self, enum hop_id hop, const char *title, struct str note) {
    struct journey_exchange *made = journey_add_exchange(journey_of(self), hop, str_from(title));
    made->state = HOP_HIDDEN;
    journey_set_text(&made->note, note);
}

struct journey_exchange *journey_add_own(
    struct journey_run *self, enum hop_id hop, const char *title, const struct task_event *event) {
    CLEANUP(buf_release) struct buf text = {0};
    struct journey_exchange *made = journey_add_exchange(journey_of(self), hop, str_from(title));
    made->state = HOP_DONE;
    made->ms = event->elapsed_ms;
    made->is_asked_now = true;
    made->attempts = event->attempts;
    if (event->request) redact_add_request(&text, event->request);
    journey_set_text(&made->request, buf_str(&text));
    if (!event->response) return made;
    buf_reset(&text);
    redact_add_response(&text, event->response);
    made->status = event->response->status;
    journey_set_text(&made->answer, buf_str(&text));
    journey_set_text(
        &made->request_id, headers_get(&event->response->headers, STR("x-amzn-RequestId")));
    return made;
}

// "[INFO]\t2026-11-24T12:38:08.512Z\t…", Python's form.
void journey_read_line(struct journey_run *self, int64_t at_ms, struct str line) {
    struct str level = {0}, rest = {0}, time = {0};
    str_split(line, '\t', &level, &rest);
    str_split(rest, '\t', &time, &rest);
    if (!at_ms && !clock_parse_iso8601(time, &at_ms)) at_ms = 0;
    journey_add_line(journey_of(self), at_ms, line);
}

void journey_list_of_trait(
    const struct journey_trait *trait, const char *note, struct journey_list *out) {
    CLEANUP(json_release) struct json list = {0};
    struct error ignored = {0};
    if (!trait->is_known || out->is_known) return;
    out->is_known = true;
    out->at_ms = trait->updated_at_ms;
    journey_set_text(&out->note, str_from(note));
    if (!trait->value || !json_parse(str_from(trait->value), &list, &ignored)) return;
    for (const struct json_node *item = json_first(list.root); item; item = json_next(item))
        journey_list_add(out, json_text(item));
}

// ---- the end ----

static bool has_hop(const struct journey *journey, enum hop_id hop) {
    for (size_t i = 0; i < journey->exchange_count; i++) {
        if (journey->exchanges[i].hop == hop) return true;
    }
    return false;
}

static void add_skipped(struct journey *journey) {
    const bool has_failed = journey_failure(journey) != NULL;
    for (size_t hop = 0; hop < HOP_COUNT; hop++) {
        if (has_hop(journey, (enum hop_id)hop)) continue;
        struct journey_exchange *made =
            journey_add_exchange(journey, (enum hop_id)hop, str_from(hop_title((enum hop_id)hop)));
        made->state = HOP_SKIPPED;
        journey_set_text(
            &made->note, has_failed ? STR("an earlier hop failed") : STR("not reached"));
    }
}

// More exact than the trait's own time, which is in whole milliseconds; below 0: not known.
static double end_of_identify(const struct journey *journey) {
    for (size_t i = journey->exchange_count; i-- > 0;) {
        const struct journey_exchange *one = &journey->exchanges[i];
        if (one->hop == HOP_IDENTIFY && one->state == HOP_DONE && one->start_ms >= 0)
            return one->start_ms + one->ms;
    }
    return -1;
}

static void judge(struct journey *journey) {
    bool is_whole = true;
    for (size_t i = 0; i < journey->exchange_count; i++) {
        const struct journey_exchange *one = &journey->exchanges[i];
        is_whole = is_whole && one->state == HOP_DONE;
        if (one->start_ms >= 0 && one->ms >= 0 && one->start_ms + one->ms > journey->total_ms)
            journey->total_ms = one->start_ms + one->ms;
    }
    journey->is_complete = is_whole && journey->trait_after.is_known;
    const int64_t written_ms = journey->trait_after.updated_at_ms;
    if (journey->is_recorded && written_ms) {
        journey->lag_ms = end_of_identify(journey);
    } else if (written_ms && journey->started_at_ms > 0) {
        const double lag_ms = (double)written_ms - journey->started_at_ms;
        journey->lag_ms = lag_ms > 0 ? lag_ms : 0;
    }
}

static void finish(struct journey_run *self) {
    struct journey *journey = journey_of(self);
    struct error err = {0};
    add_skipped(journey);
    journey_sort(journey);
    judge(journey);
    const struct journey_exchange *failed = journey_failure(journey);
    if (failed) {
        error_set(
            &err, ERROR_REFUSED, "%s failed: %s", hop_title(failed->hop),
            failed->problem ? failed->problem : "see its answer");
        if (failed->hint) error_hint(&err, "%s", failed->hint);
    }
    run_emit(&self->run, mem_take(&self->message));
    if (err.code == ERROR_NONE)
        task_finish(&self->run.task);
    else
        task_fail(&self->run.task, &err);
}

// Nobody who can be asked knows it: perhaps it never went out.
static void give_up(struct journey_run *self, const struct error *err) {
    if (!journey_of(self)->message_id && journey_find_kept(self))
        finish(self);
    else
        task_fail(&self->run.task, err);
}

static void go_on(struct journey_run *self) {
    for (; self->phases[self->at]; self->at++) {
        struct error err = {0};
        const struct journey_phase *phase = self->phases[self->at];
        if (phase->ask(self, &err)) {
            client_call_start(&self->run.call, &self->run.task);
            return;
        }
        if (err.code == ERROR_NONE || !phase->is_needed) continue;
        give_up(self, &err);
        return;
    }
    finish(self);
}

static void read_answer(struct journey_run *self, const struct task_event *event) {
    struct error err = {0};
    const struct journey_phase *phase = self->phases[self->at];
    if (!phase->read(self, event, &err) && phase->is_needed) {
        give_up(self, &err);
        return;
    }
    self->at++;
    go_on(self);
}

static void step(struct task *task, const struct task_event *event) {
    struct journey_run *self = (struct journey_run *)(void *)task;
    switch (event->kind) {
    case TASK_BEGIN: go_on(self); break;
    case TASK_RESPONSE:
        if (run_recover(&self->run, event))
            go_on(self);
        else
            read_answer(self, event);
        break;
    case TASK_TIMER:
    case TASK_CANCELLED: break;
    }
}

static void free_journey(struct task *task) {
    struct journey_run *self = (struct journey_run *)(void *)task;
    message_free(self->message);
    buf_release(&self->request_id);
    run_release(&self->run);
    mem_free(self);
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "journey", .step = step, .free = free_journey};
    static const struct journey_phase *const sandbox[] = {
        &journey_sandbox_event, &journey_sandbox_delivery, &journey_trait, NULL};
    static const struct journey_phase *const cloud[] = {&journey_cloud_event, &journey_cloud_find,
                                                        &journey_cloud_lines, &journey_cloud_list,
                                                        &journey_trait,       NULL};
    if (arguments_has(arguments, "last") && arguments_has(arguments, "message")) {
        error_set(err, ERROR_USAGE, "a messageId and --last contradict each other");
        return NULL;
    }
    if (!backend_open(context->backend, err)) return NULL;
    struct journey_run *self = MEM_NEW(struct journey_run);
    run_init(&self->run, &ops, context, arguments, run_id);
    self->wanted = arguments_get(&self->run.arguments, "message");
    self->message = message_new_journey(run_id);
    self->phases = run_is_sandbox(&self->run) ? sandbox : cloud;
    return &self->run.task;
}

static const char *const examples[] = {
    "recloop journey", "recloop journey --user 2941404340 --verbose",
    "recloop journey test-message-4rc9ux --json", NULL};

const struct action journey_action = {
    .descriptor =
        {
            .name = "journey",
            .summary = "tell one event's way round the loop, request by request",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .details =
                "A waterfall: when each hop began, how long it took, what was asked and answered "
                "(--verbose), the function's log, the list and the trait before and after. The "
                "sandbox has recorded all of it; of the real services what they tell is put "
                "together, and what nobody can tell is shown as hidden, with the reason. Exit "
                "status 1 when a hop failed.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .main_kind = MESSAGE_JOURNEY,
};
