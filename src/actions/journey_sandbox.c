// journey_sandbox — the journey as the sandbox has recorded it: the event from the debugger, the rest from its
// delivery.
#include "base/clock.h"
#include "base/memory.h"
#include "http/url.h"
#include "journey.h"
#include "sandbox/own_routes.h"

#define WAIT_MS 2000 // for a delivery that is under way

static bool
ask_route(struct journey_run *self, const char *path, const struct buf *query, struct error *err) {
    const struct client_call_route route = {
        .path = path, .query = buf_str(query), .wait_ms = WAIT_MS};
    return client_call_sandbox(run_client(&self->run), &route, &self->run.call, err);
}

// ---- the event ----

static bool ask_event(struct journey_run *self, struct error *err) {
    CLEANUP(buf_release) struct buf query = {0};
    const struct str user = arguments_get(&self->run.arguments, "user");
    url_query_add(&query, STR("limit"), STR("1"));
    if (self->wanted.len)
        url_query_add(&query, STR("message_id"), self->wanted);
    else
        url_query_add(&query, STR("source"), STR("website-prod"));
    if (!self->wanted.len && user.len) url_query_add(&query, STR("user"), user);
    return ask_route(self, OWN_ROUTES_DEBUGGER, &query, err);
}

static bool
read_event(struct journey_run *self, const struct task_event *event, struct error *err) {
    CLEANUP(json_release) struct json answer = {0};
    struct journey *journey = journey_of(self);
    int64_t at_ms = 0;
    if (!client_reply_json(&self->run.call, event, &answer, err)) return false;
    const struct json_node *node = json_first(json_get(answer.root, "events"));
    if (!node) {
        error_set(err, ERROR_NOT_FOUND, "the sandbox has no such event");
        return error_hint(err, "`recloop watch` shows the newest; `recloop send` makes one.");
    }
    journey_set_text(&journey->message_id, json_get_text(node, "message_id"));
    journey_set_text(&journey->type, json_get_text(node, "type"));
    journey_set_text(&journey->name, json_get_text(node, "event"));
    journey_set_text(&journey->user_id, json_get_text(node, "user_id"));
    journey_set_text(&journey->anonymous_id, json_get_text(node, "anonymous_id"));
    journey_set_text(&journey->sku, json_get_text(node, "sku"));
    journey_set_text(&journey->source, json_get_text(node, "source"));
    if (clock_parse_iso8601(json_get_text(node, "received_at"), &at_ms))
        journey->started_at_ms = (double)at_ms;
    const struct str discard = json_get_text(node, "discard_reason");
    if (discard.len) {
        struct journey_exchange *made =
            journey_add_exchange(journey, HOP_SEGMENT, STR("Segment tracking"));
        made->state = HOP_FAILED;
        journey_set_text(&made->problem, discard);
        journey_set_text(&made->hint, STR("Segment answered 200 and dropped it: mend the event."));
    }
    return true;
}

const struct journey_phase journey_sandbox_event = {
    .ask = ask_event, .read = read_event, .is_needed = true};

// ---- its delivery ----

static bool ask_delivery(struct journey_run *self, struct error *err) {
    CLEANUP(buf_release) struct buf query = {0};
    CLEANUP(buf_release) struct buf wait = {0};
    const struct journey *journey = journey_of(self);
    if (journey_failure(journey)) return false;
    buf_add_int(&wait, WAIT_MS);
    url_query_add(&query, STR("message_id"), str_from(journey->message_id));
    url_query_add(&query, STR("wait"), buf_str(&wait));
    url_query_add(&query, STR("exchanges"), STR("1"));
    return ask_route(self, OWN_ROUTES_DELIVERIES, &query, err);
}

static bool find_hop(struct str name, enum hop_id *out) {
    for (size_t i = 0; i < HOP_COUNT; i++) {
        if (!str_equal(name, str_from(hop_name((enum hop_id)i)))) continue;
        *out = (enum hop_id)i;
        return true;
    }
    return false;
}

static enum hop_state find_state(struct str name) {
    static const enum hop_state states[] = {HOP_DONE, HOP_FAILED, HOP_SKIPPED};
    for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
        if (str_equal(name, str_from(hop_state_name(states[i])))) return states[i];
    }
    return HOP_HIDDEN;
}

static void set_number(const struct json_node *node, const char *key, int *out) {
    int64_t number = 0;
    if (json_integer(json_get(node, key), &number)) *out = (int)number;
}

static void add_exchange(struct journey_run *self, const struct json_node *node, struct str hint) {
    enum hop_id hop;
    if (!find_hop(json_get_text(node, "hop"), &hop)) return;
    struct journey_exchange *made =
        journey_add_exchange(journey_of(self), hop, json_get_text(node, "title"));
    made->state = find_state(json_get_text(node, "state"));
    (void)json_number(json_get(node, "start_ms"), &made->start_ms);
    (void)json_number(json_get(node, "ms"), &made->ms);
    set_number(node, "status", &made->status);
    set_number(node, "attempts", &made->attempts);
    journey_set_text(&made->request, json_get_text(node, "request"));
    journey_set_text(&made->answer, json_get_text(node, "answer"));
    journey_set_text(&made->request_id, json_get_text(node, "request_id"));
    journey_set_text(&made->problem, json_get_text(node, "problem"));
    journey_set_text(&made->note, json_get_text(node, "note"));
    if (made->state == HOP_FAILED) journey_set_text(&made->hint, hint);
}

static void read_trait(const struct json_node *node, struct journey_trait *out) {
    CLEANUP(buf_release) struct buf value = {0};
    if (json_kind(node) != JSON_OBJECT) return;
    out->is_known = true;
    const struct json_node *inner = json_get(node, "value");
    if (json_kind(inner) != JSON_NULL) json_print(inner, &value);
    journey_set_text(&out->value, buf_str(&value));
    (void)clock_parse_iso8601(json_get_text(node, "updated_at"), &out->updated_at_ms);
}

static void read_recorded(
    struct journey_run *self, const struct json_node *node, const struct json_node *record) {
    struct journey *journey = journey_of(self);
    const struct str hint = json_get_text(record, "hint");
    const struct json_node *at = json_first(json_get(node, "exchanges"));
    (void)json_number(json_get(node, "started_at_ms"), &journey->started_at_ms);
    journey->is_recorded = true;
    for (; at; at = json_next(at))
        add_exchange(self, at, hint);
    read_trait(json_get(node, "trait_before"), &journey->trait_before);
    read_trait(json_get(node, "trait_after"), &journey->trait_after);
    const struct json_node *items = json_get(node, "items");
    if (json_kind(items) == JSON_ARRAY) journey->after.is_known = true;
    for (at = json_first(items); at; at = json_next(at))
        journey_list_add(&journey->after, json_text(at));
    struct str log = json_get_text(node, "log");
    while (log.len) {
        struct str line = {0};
        str_split(log, '\n', &line, &log);
        if (line.len) journey_read_line(self, 0, line);
    }
}

// States and times only: of an older delivery, or one of a flood.
static void read_hops(struct journey_run *self, const struct json_node *record) {
    struct journey *journey = journey_of(self);
    const struct json_node *node = json_first(json_get(record, "hops"));
    journey_set_text(
        &journey->note, STR("Requests and answers are kept of the newest deliveries only; of this "
                            "one the record has states and times."));
    for (; node; node = json_next(node)) {
        enum hop_id hop;
        if (!find_hop(json_get_text(node, "name"), &hop)) continue;
        struct journey_exchange *made =
            journey_add_exchange(journey, hop, str_from(hop_title(hop)));
        made->state = find_state(json_get_text(node, "state"));
        const bool is_reached = made->state == HOP_DONE || made->state == HOP_FAILED;
        if (is_reached) (void)json_number(json_get(node, "ms"), &made->ms);
        set_number(node, "status", &made->status);
        journey_set_text(
            made->state == HOP_FAILED ? &made->problem : &made->note,
            json_get_text(node, "detail"));
        if (made->state == HOP_FAILED) journey_set_text(&made->hint, json_get_text(record, "hint"));
    }
    journey_hide(self, HOP_SEGMENT, "Segment tracking", STR("no longer kept"));
}

static bool
read_delivery(struct journey_run *self, const struct task_event *event, struct error *err) {
    CLEANUP(json_release) struct json answer = {0};
    struct journey *journey = journey_of(self);
    if (!client_reply_json(&self->run.call, event, &answer, err)) return false;
    const struct json_node *record = json_first(json_get(answer.root, "deliveries"));
    const struct json_node *recorded = json_get(record, "journey");
    if (!record) {
        journey_set_text(
            &journey->note,
            STR("There is no delivery of it (yet): only website-prod has a destination, and one "
                "that was dealt with in a flood leaves no record."));
        journey_hide(self, HOP_SEGMENT, "Segment tracking", STR("no longer kept"));
        return true;
    }
    if (json_kind(recorded) == JSON_OBJECT)
        read_recorded(self, recorded, record);
    else
        read_hops(self, record);
    if (json_get_text(record, "next_attempt_at").len)
        journey_set_text(&journey->note, STR("It failed and will be tried again."));
    if (str_equal(json_get_text(record, "status"), STR("failed")) && !journey_failure(journey)) {
        struct journey_exchange *made =
            journey_add_exchange(journey, HOP_DESTINATION, STR("Destination"));
        made->state = HOP_FAILED; // before any request was made
        journey_set_text(&made->problem, json_get_text(record, "reason"));
        journey_set_text(&made->hint, json_get_text(record, "hint"));
    }
    const struct str code = json_get_text(record, "code");
    if (str_equal(json_get_text(record, "status"), STR("not_sent")))
        journey_set_text(&journey->note, code);
    return true;
}

const struct journey_phase journey_sandbox_delivery = {
    .ask = ask_delivery, .read = read_delivery, .is_needed = true};
