// profile — what Segment knows about a shopper: traits, and on request identifiers and events. With
// --watch it is asked again whenever it may have changed, and printed when it has.
#include "base/memory.h"
#include "event_note.h"
#include "http/url.h"
#include "run.h"
#include "sandbox/own_routes.h"

#include "registry.h"

#define PAGE_LIMIT 100 // the API's default of 10 would hide recommended_products
#define MOST_PAGES 20
#define EVENT_LIMIT 50
#define CLOUD_POLL_MS 2000

static const struct parameter parameters[] = {
    {
        .name = "user",
        .kind = PARAMETER_TEXT,
        .metavar = "U",
        .help = "the shopper",
        .initial = "setting user_id",
    },
    {
        .name = "watch",
        .kind = PARAMETER_NUMBER,
        .metavar = "SECONDS",
        .help = "follow the profile so long",
    },
    {
        .name = "events",
        .kind = PARAMETER_FLAG,
        .help = "also the latest events",
    },
    {
        .name = "ids",
        .kind = PARAMETER_FLAG,
        .help = "also the identifiers",
    },
    {
        .name = "computed",
        .kind = PARAMETER_FLAG,
        .help = "tell which traits Segment computes (one request more)",
    },
};

enum phase { PHASE_TRAITS, PHASE_COMPUTED, PHASE_IDS, PHASE_EVENTS, PHASE_CHANGE };

struct profile {
    struct run run;
    enum phase phase;
    int64_t watch_ms, give_up_ms, now_ms, sequence;
    int pages;
    struct buf next;         // owned: cursor of the traits
    struct message *message; // owned: being filled
    struct buf shown;        // owned: traits as shown last, to tell a change
};

static bool is_sandbox(const struct profile *self) {
    return run_is_sandbox(&self->run);
}

static bool build_change(struct profile *self, struct error *err) {
    CLEANUP(buf_release) struct buf query = {0};
    CLEANUP(buf_release) struct buf number = {0};
    int64_t wait_ms = self->give_up_ms - self->now_ms;
    if (wait_ms > OWN_ROUTES_WAIT_LIMIT_MS) wait_ms = OWN_ROUTES_WAIT_LIMIT_MS;
    url_query_add(&query, STR("user_id"), run_user(&self->run));
    buf_add_int(&number, self->sequence);
    url_query_add(&query, STR("after"), buf_str(&number));
    buf_reset(&number);
    buf_add_int(&number, wait_ms);
    url_query_add(&query, STR("wait"), buf_str(&number));
    const struct client_call_route route = {
        .path = OWN_ROUTES_PROFILE, .query = buf_str(&query), .wait_ms = wait_ms};
    return client_call_sandbox(run_client(&self->run), &route, &self->run.call, err);
}

// The answer does not tell which of the traits are computed: they are asked for by their class.
static bool build_computed(struct profile *self, struct error *err) {
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = run_user(&self->run),
        .resource = PROFILE_TRAITS,
        .limit = PAGE_LIMIT,
        .trait_class = STR("computed_trait"),
        .verbose = true,
    };
    return client_call_profile(run_client(&self->run), &query, &self->run.call, err);
}

static bool build_query(struct profile *self, enum profile_resource resource, struct error *err) {
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = run_user(&self->run),
        .resource = resource,
        .limit = resource == PROFILE_EVENTS ? EVENT_LIMIT : PAGE_LIMIT,
        .next = resource == PROFILE_TRAITS ? buf_str(&self->next) : (struct str){0},
        .verbose = resource == PROFILE_TRAITS,
    };
    return client_call_profile(run_client(&self->run), &query, &self->run.call, err);
}

static void ask(struct profile *self, enum phase phase) {
    struct error err = {0};
    bool is_built = false;
    self->phase = phase;
    switch (phase) {
    case PHASE_TRAITS: is_built = build_query(self, PROFILE_TRAITS, &err); break;
    case PHASE_COMPUTED: is_built = build_computed(self, &err); break;
    case PHASE_IDS: is_built = build_query(self, PROFILE_EXTERNAL_IDS, &err); break;
    case PHASE_EVENTS: is_built = build_query(self, PROFILE_EVENTS, &err); break;
    case PHASE_CHANGE: is_built = build_change(self, &err); break;
    }
    if (is_built)
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static void ask_anew(struct profile *self) {
    message_free(self->message);
    self->message = message_new(MESSAGE_PROFILE, self->run.run_id);
    self->message->as.profile.user_id = message_copy_text(run_user(&self->run));
    buf_reset(&self->next);
    self->pages = 0;
    ask(self, PHASE_TRAITS);
}

// Traits as one text: the same text means nothing changed.
static void add_summary(struct buf *out, const struct message_profile *profile) {
    for (size_t i = 0; i < profile->trait_count; i++) {
        const struct message_trait *trait = &profile->traits[i];
        buf_add_format(
            out, "%s=%s@%lld;", trait->name, trait->value, (long long)trait->updated_at_ms);
    }
    buf_add_format(out, "%zu,%zu", profile->identifier_count, profile->event_count);
}

static void emit(struct profile *self) {
    CLEANUP(buf_release) struct buf summary = {0};
    add_summary(&summary, &self->message->as.profile);
    if (str_equal(buf_str(&summary), buf_str(&self->shown))) {
        message_free(mem_take(&self->message));
    } else {
        buf_reset(&self->shown);
        buf_add(&self->shown, buf_str(&summary));
        run_emit(&self->run, mem_take(&self->message));
    }
    if (self->watch_ms == 0 || self->now_ms >= self->give_up_ms)
        task_finish(&self->run.task);
    else if (is_sandbox(self))
        ask(self, PHASE_CHANGE);
    else
        task_wait(&self->run.task, CLOUD_POLL_MS);
}

static void go_on(struct profile *self, enum phase done) {
    const struct arguments *arguments = &self->run.arguments;
    if (done < PHASE_COMPUTED && arguments_has(arguments, "computed"))
        ask(self, PHASE_COMPUTED);
    else if (done < PHASE_IDS && arguments_has(arguments, "ids"))
        ask(self, PHASE_IDS);
    else if (done < PHASE_EVENTS && arguments_has(arguments, "events"))
        ask(self, PHASE_EVENTS);
    else
        emit(self);
}

static void keep_traits(struct profile *self, const struct profile_traits *traits) {
    for (size_t i = 0; i < traits->count; i++) {
        const struct profile_trait *trait = &traits->items[i];
        CLEANUP(buf_release) struct buf value = {0};
        json_print(trait->value, &value);
        struct message_trait *row = message_add_trait(self->message, trait->name, buf_str(&value));
        row->source_id = trait->source_id.len ? message_copy_text(trait->source_id) : NULL;
        row->updated_at_ms = trait->updated_at_ms;
    }
}

static void read_traits(struct profile *self, const struct task_event *event, struct error *err) {
    struct profile_traits traits = {0};
    if (!client_reply_traits(&self->run.call, event, &traits, err)) return;
    keep_traits(self, &traits);
    self->message->as.profile.ms += event->elapsed_ms;
    buf_reset(&self->next);
    if (traits.cursor.has_more) buf_add(&self->next, traits.cursor.next);
    profile_traits_release(&traits);
    if (self->next.len && ++self->pages < MOST_PAGES)
        ask(self, PHASE_TRAITS);
    else
        go_on(self, PHASE_TRAITS);
}

static void mark_computed(struct message_profile *profile, struct str name) {
    for (size_t i = 0; i < profile->trait_count; i++)
        if (str_equal(str_from(profile->traits[i].name), name))
            profile->traits[i].is_computed = true;
}

// A refusal here leaves the profile as it is: nothing is known to be computed.
static void read_computed(struct profile *self, const struct task_event *event) {
    struct profile_traits traits = {0};
    struct error unused = {0};
    if (client_reply_traits(&self->run.call, event, &traits, &unused)) {
        for (size_t i = 0; i < traits.count; i++)
            mark_computed(&self->message->as.profile, traits.items[i].name);
        profile_traits_release(&traits);
    }
    go_on(self, PHASE_COMPUTED);
}

static void read_ids(struct profile *self, const struct task_event *event, struct error *err) {
    struct profile_ids ids = {0};
    if (!client_reply_ids(&self->run.call, event, &ids, err)) return;
    for (size_t i = 0; i < ids.count; i++)
        message_add_identifier(self->message, ids.items[i].type, ids.items[i].id);
    profile_ids_release(&ids);
    go_on(self, PHASE_IDS);
}

static void read_events(struct profile *self, const struct task_event *event, struct error *err) {
    struct profile_events events = {0};
    if (!client_reply_events(&self->run.call, event, &events, err)) return;
    for (size_t i = 0; i < events.count; i++)
        event_note_from_profile(
            message_add_event(self->message), &events.items[i], run_user(&self->run));
    profile_events_release(&events);
    go_on(self, PHASE_EVENTS);
}

static void read_change(struct profile *self, const struct task_event *event, struct error *err) {
    CLEANUP(json_release) struct json answer = {0};
    int64_t sequence = 0;
    if (!client_reply_json(&self->run.call, event, &answer, err)) return;
    const bool has_moved =
        json_integer(json_get(answer.root, "sequence"), &sequence) && sequence > self->sequence;
    if (has_moved) {
        self->sequence = sequence;
        ask_anew(self);
    } else if (self->now_ms >= self->give_up_ms) {
        task_finish(&self->run.task);
    } else {
        ask(self, PHASE_CHANGE);
    }
}

// While watching, a shopper without a profile is one who has none yet.
static bool waits_for_birth(const struct profile *self, const struct error *err) {
    return self->watch_ms > 0 && err->code == ERROR_NOT_FOUND && self->now_ms < self->give_up_ms;
}

static void read_answer(struct profile *self, const struct task_event *event) {
    struct error err = {0};
    switch (self->phase) {
    case PHASE_TRAITS: read_traits(self, event, &err); break;
    case PHASE_COMPUTED: read_computed(self, event); break;
    case PHASE_IDS: read_ids(self, event, &err); break;
    case PHASE_EVENTS: read_events(self, event, &err); break;
    case PHASE_CHANGE: read_change(self, event, &err); break;
    }
    if (err.code == ERROR_NONE) return;
    if (!waits_for_birth(self, &err))
        task_fail(&self->run.task, &err);
    else if (is_sandbox(self))
        ask(self, PHASE_CHANGE);
    else
        task_wait(&self->run.task, CLOUD_POLL_MS);
}

static void step(struct task *task, const struct task_event *event) {
    struct profile *self = (struct profile *)(void *)task;
    self->now_ms = event->now_ms;
    switch (event->kind) {
    case TASK_BEGIN:
        self->give_up_ms = event->now_ms + self->watch_ms;
        ask_anew(self);
        break;
    case TASK_TIMER: ask_anew(self); break;
    case TASK_RESPONSE:
        if (run_recover(&self->run, event))
            ask_anew(self);
        else
            read_answer(self, event);
        break;
    case TASK_CANCELLED: break;
    }
}

static void free_profile(struct task *task) {
    struct profile *self = (struct profile *)(void *)task;
    message_free(self->message);
    buf_release(&self->next);
    buf_release(&self->shown);
    run_release(&self->run);
    mem_free(self);
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "profile", .step = step, .free = free_profile};
    int64_t watch_s = 0;
    if (!arguments_number(arguments, "watch", 0, 0, 86400, &watch_s, err)) return NULL;
    if (!backend_open(context->backend, err)) return NULL;
    struct profile *self = MEM_NEW(struct profile);
    run_init(&self->run, &ops, context, arguments, run_id);
    self->watch_ms = watch_s * 1000;
    return &self->run.task;
}

static const char *const examples[] = {
    "recloop profile", "recloop profile --user 2941404340 --events --ids --json",
    "recloop profile --watch 60", NULL};

const struct action profile_action = {
    .descriptor =
        {
            .name = "profile",
            .summary = "traits, identifiers and events of a Segment profile",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .main_kind = MESSAGE_PROFILE,
};
