// send — fires one event and follows it to the changed trait. The phases are in send_*.c.
#include "send.h"

#include "actions/record.h"
#include "base/memory.h"
#include "event_source.h"
#include "outbox_place.h"
#include "segment/products.h"

#include "registry.h"

static const char *const ways[] = {"segment", "destination", "handler", NULL};

static const struct parameter parameters[] = {
    {
        .name = "via",
        .kind = PARAMETER_CHOICE,
        .help =
            "segment: the tracking API, as a shopper's browser; destination: what Segment does, "
            "AssumeRole and Invoke; handler: the function's logic on this machine",
        .initial = "segment",
        .choices = ways,
    },
    {
        .name = "event",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "a Segment message as JSON; \"-\" is standard input",
        .initial = "the workshop's test event",
    },
    {
        .name = "message",
        .kind = PARAMETER_TEXT,
        .metavar = "JSON",
        .help =
            "a Segment message, in place of a file; what its service refuses is not judged here",
    },
    {
        .name = "write-key",
        .kind = PARAMETER_TEXT,
        .metavar = "KEY",
        .help = "via segment: another write key than the source's, to see what comes of it",
    },
    {
        .name = "log",
        .kind = PARAMETER_FLAG,
        .help = "tell the function's log, too, where it can be had",
    },
    {
        .name = "user",
        .kind = PARAMETER_TEXT,
        .metavar = "U",
        .help = "the event's userId",
        .initial = "setting user_id",
    },
    {
        .name = "sku",
        .kind = PARAMETER_TEXT,
        .metavar = "S",
        .help = "the product",
        .initial = "ocean-blue-shirt",
    },
    {
        .name = "name",
        .kind = PARAMETER_TEXT,
        .metavar = "NAME",
        .help = "the event's name",
        .initial = "Product Clicked",
    },
    {
        .name = "wait",
        .kind = PARAMETER_NUMBER,
        .metavar = "SECONDS",
        .help = "follow the event, at most so long, until the trait has changed",
    },
    {
        .name = "patience",
        .kind = PARAMETER_NUMBER,
        .metavar = "SECONDS",
        .help = "with --wait: so long beyond it while other deliveries are before this one",
    },
    {
        .name = "only",
        .kind = PARAMETER_FLAG,
        .help = "leave what waits in the outbox where it is",
    },
    RECORD_PARAMETER,
};

#define MOST_WAIT_S 3600

static void add_outbox(struct send *send, struct message *message) {
    CLEANUP(buf_release) struct buf profile = {0};
    CLEANUP(buf_release) struct buf count = {0};
    struct error ignored = {0};
    uint64_t waiting = 0;
    if (!send->outbox) return;
    outbox_place_add_profile(&send->run, &profile);
    if (!outbox_count(send->outbox, buf_str(&profile), &waiting, &ignored)) return;
    buf_add_int(&count, (int64_t)waiting);
    // people are told when there is something to tell
    if (waiting || send->run.context->wants_json)
        message_add_value_json(message, "outbox_waiting", buf_str(&count));
}

static void emit_summary(struct send *send) {
    struct run *run = &send->run;
    struct products products = {0};
    products_read(event_properties(&send->event), &products);
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message->as.values.title = mem_copy_string("send");
    message_add_value(message, "message_id", send->event.message_id);
    message_add_value(message, "via", str_from(ways[send->via]));
    message_add_value(message, "user_id", send->event.user_id);
    message_add_value(message, "event", send->event.name);
    if (products.count) message_add_value(message, "sku", products.skus[0]);
    CLEANUP(buf_release) struct buf ms = {0};
    buf_add_format(&ms, "%.3f", (double)(send->ended_us - send->began_us) / 1000);
    message_add_value_json(message, "total_ms", buf_str(&ms));
    add_outbox(send, message);
    run_emit(run, message);
}

void send_enter(struct send *send, const struct send_phase *phase) {
    send->phase = phase;
    phase->enter(send);
}

void send_start_call(struct send *send, bool is_built, enum hop_id hop, const struct error *err) {
    if (!is_built) {
        send_fail(send, hop, HOPS_NOT_MEASURED, 0, err);
        return;
    }
    client_call_start(&send->run.call, &send->run.task);
}

void send_fail(struct send *send, enum hop_id hop, double ms, int status, const struct error *err) {
    hops_failed(&send->run, hop, ms, status, err);
    if (hop < HOP_PROFILE) {
        hops_tell_range(
            &send->run, hop + 1, HOP_PROFILE, HOP_SKIPPED, STR("an earlier hop failed"));
    }
    send_end_failed(send, err);
}

void send_conclude(struct send *send) {
    emit_summary(send);
    if (send->outcome.code == ERROR_NONE)
        task_finish(&send->run.task);
    else
        task_fail(&send->run.task, &send->outcome);
}

static void end(struct send *send) {
    const bool may_go = send->outbox && send->is_accepted;
    send->ended_us = clock_monotonic_us();
    if (may_go && !arguments_has(&send->run.arguments, "only"))
        send_enter(send, &send_waiting);
    else
        send_conclude(send);
}

void send_end_failed(struct send *send, const struct error *err) {
    send->outcome = *err;
    end(send);
}

void send_finish(struct send *send) {
    end(send);
}

void send_delivered(struct send *send) {
    if (send->waits) {
        send_enter(send, &send_trait);
        return;
    }
    hops_tell_range(
        &send->run, HOP_PROFILE, HOP_PROFILE, HOP_HIDDEN, STR("not followed; --wait SECONDS does"));
    send_finish(send);
}

int64_t send_left_ms(const struct send *send) {
    const int64_t left = send->give_up_ms - send->now_ms;
    return left > 0 ? left : 0;
}

static const struct send_phase *first_phase(const struct send *send) {
    switch (send->via) {
    case SEND_VIA_SEGMENT: return &send_track;
    case SEND_VIA_DESTINATION: return &send_assume;
    case SEND_VIA_HANDLER: return &send_handler;
    }
    return &send_track;
}

void send_set_out(struct send *send) {
    send_enter(send, first_phase(send));
}

static void begin(struct send *send) {
    send->began_us = clock_monotonic_us();
    send->give_up_ms = send->now_ms + send->wait_ms;
    send->phase = NULL;
    send->run.about.message_id = send->event.message_id;
    if (send->is_kept && send->via == SEND_VIA_SEGMENT) send_keep(send);
    const bool has_trait = send->event.user_id.len > 0;
    run_tell_sent(&send->run, send->source, ways[send->via], buf_str(&send->event_json));
    if (send->waits && has_trait)
        send_enter(send, &send_baseline);
    else
        send_set_out(send);
}

// What the person waited for may be over already.
static void stop(struct send *send) {
    struct error err = {0};
    if (send->phase == &send_waiting) {
        send_conclude(send);
        return;
    }
    error_set(&err, ERROR_CANCELLED, "interrupted");
    send_stays(send, &err, send->was_posted ? OUTBOX_MAY_HAVE_ARRIVED : OUTBOX_HAS_NOT_ARRIVED);
}

static void step(struct task *task, const struct task_event *event) {
    struct send *send = (struct send *)(void *)task;
    send->now_ms = event->now_ms;
    switch (event->kind) {
    case TASK_BEGIN: begin(send); break;
    case TASK_RESPONSE:
        if (event->response)
            send->run.about.request_id =
                headers_get(&event->response->headers, STR("x-amzn-RequestId"));
        // the same messageId again is no second event
        if (run_recover(&send->run, event)) {
            send_enter(send, send->phase);
        } else if (send->phase == &send_baseline) {
            send->phase->answer(send, event); // its outcome does not stop anything
            send_set_out(send);
        } else {
            send->phase->answer(send, event);
        }
        break;
    case TASK_TIMER: send_enter(send, send->phase); break;
    case TASK_CANCELLED: stop(send); break;
    }
    send->run.about.request_id = (struct str){0}; // the answer is gone
}

static void free_send(struct task *task) {
    struct send *send = (struct send *)(void *)task;
    event_release(&send->event);
    buf_release(&send->event_json);
    trait_watch_state_release(&send->before);
    sts_session_release(&send->session);
    outbox_drain_release(&send->drain);
    outbox_close(send->outbox);
    run_release(&send->run);
    mem_free(send);
}

const char *send_via_name(enum send_via via) {
    return ways[via];
}

bool send_via_parse(struct str text, enum send_via *out) {
    for (size_t i = 0; ways[i]; i++) {
        if (!str_equal(text, str_from(ways[i]))) continue;
        *out = (enum send_via)i;
        return true;
    }
    return false;
}

struct task *send_new(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    const struct send_order *order) {
    static const struct task_ops ops = {.name = "send", .step = step, .free = free_send};
    struct send *send = MEM_NEW(struct send);
    run_init(&send->run, &ops, context, arguments, run_id);
    send->via = order->via;
    send->source = order->source;
    send->is_kept = order->is_kept;
    send->waits = order->wait_ms > 0;
    send->wait_ms = order->wait_ms;
    send->patience_ms = order->patience_ms;
    send->event = *order->take_event;
    *order->take_event = (struct event){0};
    event_encode(&send->event, &send->event_json);
    return &send->run.task;
}

// The event is made by what a run has: settings, arguments, standard input.
static bool make_event(
    struct action_context *context,
    const struct arguments *arguments,
    struct event *out,
    struct error *err) {
    struct run run = {0};
    run_init(&run, NULL, context, arguments, 0);
    const bool ok = event_source_make(&run, out, err);
    run_release(&run);
    return ok;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    int64_t wait_s = 0, patience_s = 0;
    struct event event = {0};
    struct send_order order = {
        .take_event = &event, .source = CLIENT_SOURCE_WEBSITE, .is_kept = true};
    if (!arguments_number(arguments, "wait", 0, 0, MOST_WAIT_S, &wait_s, err)) return NULL;
    if (!arguments_number(arguments, "patience", 0, 0, MOST_WAIT_S, &patience_s, err)) return NULL;
    if (!backend_open(context->backend, err)) return NULL;
    if (!make_event(context, arguments, &event, err)) return NULL;
    (void)send_via_parse(arguments_get(arguments, "via"), &order.via);
    order.wait_ms = wait_s * 1000;
    order.patience_ms = patience_s * 1000;
    return send_new(context, arguments, run_id, &order);
}

static const char *const examples[] = {
    "recloop send --wait 10",
    "recloop send --sku silk-summer-top --name \"Product Added\" --wait 10 --json",
    "recloop send --via destination --wait 10",
    "recloop send --event order.json",
    NULL,
};

const struct action send_action = {
    .descriptor =
        {
            .name = "send",
            .summary = "fire one event and, with --wait, follow it round the loop",
            .writes = DESCRIPTOR_WRITES_ONE,
            .details =
                "Each hop is told with its state and milliseconds as it happens. With --wait "
                "the run succeeds only when the trait recommended_products has been written "
                "again; without, when the event was accepted. What nothing reachable can tell "
                "is shown as hidden, never guessed. Via segment an event that has not arrived "
                "stays in "
                "the outbox (`recloop outbox list`); a success also sends what waits there.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .main_kind = MESSAGE_HOP,
};
