// stream — a simple generator: made shoppers click, add and buy products of the catalogue at a fixed rate.
//
// Each shopper has a favourite family of products and a session that wanders: the next product is most
// often of that family, now and then any other. One seed gives one sequence of shoppers, products and
// names; ids and times are fresh in every run, so that a second run is no repeat for Segment.
#include "actions/record.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/rng.h"
#include "run.h"
#include "segment/catalog.h"
#include "segment/test_event.h"

#include "registry.h"

#define SHOPPERS 25
#define MOST_RATE 1000
#define REPORT_MS 250
#define LOYALTY 0.8 // share of steps inside the favourite family

static const struct parameter parameters[] = {
    {
        .name = "rate",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "events per second, at most 1000",
        .initial = "5",
    },
    {
        .name = "limit",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "stop after so many events; without it, stream until stopped",
    },
    {
        .name = "seed",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "the same seed makes the same shoppers do the same",
        .initial = "1",
    },
    RECORD_PARAMETER,
};

struct shopper {
    char user_id[16];
    enum catalog_family favourite;
};

struct stream {
    struct run run;
    struct rng script; // who does what: from the seed
    struct rng ids;    // message ids: from the system
    struct shopper shoppers[SHOPPERS];
    int64_t rate, limit;
    int64_t began_ms, reported_ms;
    uint64_t sent, failed;
    struct error last_error;
};

static void make_shoppers(struct stream *self) {
    for (size_t i = 0; i < SHOPPERS; i++) {
        struct shopper *shopper = &self->shoppers[i];
        CLEANUP(buf_release) struct buf id = {0};
        if (i == 0)
            buf_add(&id, STR(TEST_EVENT_USER));
        else
            buf_add_int(&id, 1000000000 + (int64_t)rng_below(&self->script, 9000000000u));
        memcpy(shopper->user_id, buf_text(&id), id.len + 1);
        shopper->favourite = (enum catalog_family)rng_below(&self->script, CATALOG_FAMILY_COUNT);
    }
}

static const struct catalog_product *pick_product(struct stream *self, enum catalog_family family) {
    if (rng_unit(&self->script) > LOYALTY)
        return catalog_at(rng_below(&self->script, CATALOG_COUNT));
    size_t members[CATALOG_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        if (catalog_at(i)->family == family) members[count++] = i;
    }
    return catalog_at(count ? members[rng_below(&self->script, count)] : 0);
}

static const char *pick_name(struct stream *self) {
    static const char *const names[] = {"Product Clicked", "Product Added", "Order Completed"};
    static const double weights[] = {7, 2, 1};
    return names[rng_pick(&self->script, weights, ARRAY_COUNT(weights))];
}

static void build_event(struct stream *self, struct event *out) {
    const struct shopper *shopper = &self->shoppers[rng_below(&self->script, SHOPPERS)];
    const struct catalog_product *product = pick_product(self, shopper->favourite);
    CLEANUP(buf_release) struct buf id = {0};
    CLEANUP(buf_release) struct buf anonymous_id = {0};
    buf_add(&id, STR("stream-"));
    rng_add_alphanumeric(&self->ids, &id, 22);
    buf_add_format(&anonymous_id, "%s-anon", shopper->user_id);
    const struct event_draft draft = {
        .type = EVENT_TRACK,
        .user_id = str_from(shopper->user_id),
        .anonymous_id = buf_str(&anonymous_id),
        .name = str_from(pick_name(self)),
        .message_id = buf_str(&id),
        .timestamp_ms = clock_wall_ms(),
    };
    event_build(&draft, out);
    struct json_node *properties = event_add_body(out);
    json_add_text(properties, "sku", str_from(product->sku));
    json_add_text(properties, "name", str_from(product->name));
    json_add_number(properties, "price", (double)product->price_cents / 100);
}

static void report(struct stream *self, int64_t now_ms, bool is_running) {
    struct message *message = message_new(MESSAGE_PROGRESS, self->run.run_id);
    struct message_progress *progress = &message->as.progress;
    const int64_t elapsed_ms = now_ms - self->began_ms;
    progress->label = mem_copy_string("events streamed");
    progress->done = self->sent;
    progress->failed = self->failed;
    progress->total = (uint64_t)self->limit;
    progress->per_second = elapsed_ms > 0 ? (double)self->sent * 1000 / (double)elapsed_ms : 0;
    progress->is_running = is_running;
    self->reported_ms = now_ms;
    run_emit(&self->run, message);
}

static void post(struct stream *self) {
    struct error err = {0};
    CLEANUP(event_release) struct event event = {0};
    build_event(self, &event);
    if (action_is_observed(self->run.context)) {
        CLEANUP(buf_release) struct buf text = {0};
        event_encode(&event, &text);
        run_tell_sent(&self->run, CLIENT_SOURCE_WEBSITE, "segment", buf_str(&text));
    }
    const bool is_built = client_call_event(
        run_client(&self->run), CLIENT_SOURCE_WEBSITE, &event, &self->run.call, &err);
    if (is_built)
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static void finish(struct stream *self, int64_t now_ms) {
    report(self, now_ms, false);
    if (self->failed)
        task_fail(&self->run.task, &self->last_error);
    else
        task_finish(&self->run.task);
}

// Each event has its place in time, so that a slow answer does not lower the rate.
static void go_on(struct stream *self, int64_t now_ms) {
    const uint64_t count = self->sent + self->failed;
    if (self->limit && count >= (uint64_t)self->limit) {
        finish(self, now_ms);
        return;
    }
    if (now_ms - self->reported_ms >= REPORT_MS) report(self, now_ms, true);
    const int64_t due_ms = self->began_ms + (int64_t)count * 1000 / self->rate;
    if (due_ms > now_ms)
        task_wait(&self->run.task, due_ms - now_ms);
    else
        post(self);
}

static void read_answer(struct stream *self, const struct task_event *event) {
    struct error err = {0};
    if (client_reply_accepted(&self->run.call, event, &err)) {
        self->sent++;
    } else {
        self->failed++;
        self->last_error = err;
        if (self->sent == 0) { // nothing ever worked: say why instead of counting
            finish(self, event->now_ms);
            return;
        }
    }
    go_on(self, event->now_ms);
}

static void step(struct task *task, const struct task_event *event) {
    struct stream *self = (struct stream *)(void *)task;
    switch (event->kind) {
    case TASK_BEGIN:
        self->began_ms = event->now_ms;
        report(self, event->now_ms, true);
        post(self);
        break;
    case TASK_TIMER: post(self); break;
    case TASK_RESPONSE:
        if (run_recover(&self->run, event))
            post(self);
        else
            read_answer(self, event);
        break;
    case TASK_CANCELLED: report(self, event->now_ms, false); break;
    }
}

static void free_stream(struct task *task) {
    run_release(run_of(task));
    mem_free(task);
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "stream", .step = step, .free = free_stream};
    int64_t rate = 0;
    int64_t limit = 0;
    int64_t seed = 0;
    if (!arguments_number(arguments, "rate", 5, 1, MOST_RATE, &rate, err) ||
        !arguments_number(arguments, "limit", 0, 0, INT64_MAX, &limit, err) ||
        !arguments_number(arguments, "seed", 1, 0, INT64_MAX, &seed, err))
        return NULL;
    if (!backend_open(context->backend, err)) return NULL;
    struct stream *self = MEM_NEW(struct stream);
    run_init(&self->run, &ops, context, arguments, run_id);
    rng_seed(&self->script, (uint64_t)seed);
    rng_seed_from_system(&self->ids);
    self->rate = rate;
    self->limit = limit;
    make_shoppers(self);
    return &self->run.task;
}

static const char *const examples[] = {
    "recloop stream --rate 20 --limit 200", "recloop stream --seed 7 --json", NULL};

const struct action stream_action = {
    .descriptor =
        {
            .name = "stream",
            .summary = "a simple stream of product events at a fixed rate",
            .details = "Made shoppers, the workshop's user among them, click, add and buy products "
                       "of the catalogue, one event after the other, from now on. It does not "
                       "backfill dates and keeps no state.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
            .writes_many = true,
        },
    .start = start,
    .output = ACTION_LINES,
    .main_kind = MESSAGE_PROGRESS,
};
