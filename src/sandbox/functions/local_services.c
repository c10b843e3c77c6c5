// local_services — see the header.
#include "functions/local_services.h"

#include "aws/operation.h"
#include "base/clock.h"
#include "base/memory.h"
#include "functions/invocation.h"
#include "operations/faults.h"
#include "operations/place.h"
#include "personalize/campaigns.h"
#include "profiles/profiles.h"
#include "segment/tracking.h"
#include "tracking/intake.h"
#include "tracking/tape.h"

#include <math.h>

static struct functions_hop *start(struct local_services *self, enum functions_service service) {
    struct functions_hop *hop = &self->run->hops[service];
    *hop = (struct functions_hop){.was_called = true, .status = 200, .us = -clock_monotonic_us()};
    return hop;
}

static void set_detail(struct functions_hop *hop, struct str text) {
    const size_t length = text.len < sizeof(hop->detail) ? text.len : sizeof(hop->detail) - 1;
    if (length) memcpy(hop->detail, text.ptr, length);
    hop->detail[length] = '\0';
}

static bool finish(struct functions_hop *hop, bool is_done, int status, struct str detail) {
    hop->us += clock_monotonic_us();
    hop->has_failed = !is_done;
    hop->status = status;
    set_detail(hop, detail);
    return is_done;
}

static bool refused(
    struct functions_hop *hop,
    enum operation_id operation,
    const struct aws_error *refusal,
    struct error *err) {
    (void)aws_error_to_error(operation_get(operation), refusal, err);
    return finish(hop, false, refusal->status, str_from(err->message));
}

static struct str region_of(const struct local_services *self, struct str wanted) {
    return wanted.len ? wanted : str_from(cloud_region(self->cloud));
}

// A fault on demand, as the function's client meets it. True when the call has failed; `is_done`: after
// it was carried out.
static bool struck(
    enum faults_inside fault,
    bool is_done,
    struct functions_hop *hop,
    enum operation_id operation,
    const struct aws_error *refusal,
    struct error *err) {
    if (fault == FAULTS_INSIDE_NONE || (fault == FAULTS_INSIDE_LOST) != is_done) return false;
    if (fault == FAULTS_INSIDE_REFUSED) {
        (void)refused(hop, operation, refusal, err);
        return true;
    }
    error_set(
        err, ERROR_UNREACHABLE, "%s: the connection was closed without an answer",
        operation_get(operation)->name);
    error_hint(err, "Try again; a fault on demand may have closed it (GET /_recloop/faults).");
    (void)finish(hop, false, 0, str_from(err->message));
    return true;
}

// A function may what its execution role may.
static bool is_allowed(
    const struct local_services *self,
    const char *action,
    struct str resource,
    struct aws_error *refusal) {
    return access_role_allows(
        self->cloud, self->settings->role_name, self->function, action, resource, refusal);
}

// What the tape is told of a call that is over. `refusal` without a code: there was none.
static struct tape_end end_of(
    const struct functions_hop *hop,
    int64_t start_us,
    const struct aws_error *refusal,
    const struct error *err) {
    const bool is_refused = hop->has_failed && refusal->code[0];
    return (struct tape_end){
        .start_us = start_us,
        .us = hop->us,
        .status = hop->status,
        .refusal = is_refused ? refusal : NULL,
        .lost = str_from(hop->has_failed && !is_refused ? err->message : NULL)};
}

static bool carry_out_put(
    struct local_services *self,
    struct functions_hop *hop,
    struct str region,
    const struct personalize_events *whole,
    struct aws_error *refusal,
    struct error *err) {
    if (!personalize_check_events(whole, err)) {
        return finish(hop, false, 400, str_from(err->message));
    }
    const enum faults_inside fault =
        faults_strike_inside(self->cloud, OPERATION_PUT_EVENTS, whole->user_id, refusal);
    if (struck(fault, false, hop, OPERATION_PUT_EVENTS, refusal, err)) return false;
    if (!is_allowed(self, "personalize:PutEvents", STR(""), refusal) ||
        !campaigns_put_events(self->cloud, region_of(self, region), whole, refusal)) {
        return refused(hop, OPERATION_PUT_EVENTS, refusal, err);
    }
    refusal->code[0] = '\0';
    if (struck(fault, true, hop, OPERATION_PUT_EVENTS, refusal, err)) return false;
    struct buf text = {0};
    buf_add_format(
        &text, "%zu event%s: " STR_FMT, whole->count, whole->count == 1 ? "" : "s",
        STR_ARG(whole->events[0].item_id));
    (void)finish(hop, true, 200, buf_str(&text));
    buf_release(&text);
    return true;
}

static bool put_events(void *context, const struct services_put_events *call, struct error *err) {
    struct local_services *self = context;
    struct functions_hop *hop = start(self, FUNCTIONS_PUT_EVENTS);
    const int64_t start_us = -hop->us;
    struct personalize_event events[SERVICES_MAX_PUT_EVENTS] = {0};
    ASSERT(call->event_count <= SERVICES_MAX_PUT_EVENTS);
    for (size_t i = 0; i < call->event_count; i++) {
        events[i] = (struct personalize_event){
            .event_type = call->events[i].event_type,
            .item_id = call->events[i].item_id,
            .event_id = call->events[i].event_id,
            .properties = call->events[i].properties,
            .sent_at_s = (double)call->events[i].sent_at_s};
    }
    const struct personalize_events whole = {
        .tracking_id = call->tracking_id,
        .session_id = call->session_id,
        .user_id = call->user_id,
        .events = events,
        .count = call->event_count};
    struct aws_error refusal;
    refusal.code[0] = '\0';
    const bool is_done = carry_out_put(self, hop, call->region, &whole, &refusal, err);
    const struct tape_end end = end_of(hop, start_us, &refusal, err);
    tape_put_events(self->run->tape, &whole, &end);
    return is_done;
}

static bool carry_out_recommend(
    struct local_services *self,
    struct functions_hop *hop,
    struct str region,
    const struct personalize_recommend *call,
    struct personalize_items *items,
    struct aws_error *refusal,
    struct error *err) {
    if (!personalize_check_recommend(call, err)) {
        return finish(hop, false, 400, str_from(err->message));
    }
    const enum faults_inside fault =
        faults_strike_inside(self->cloud, OPERATION_GET_RECOMMENDATIONS, call->user_id, refusal);
    if (struck(fault, false, hop, OPERATION_GET_RECOMMENDATIONS, refusal, err)) return false;
    if (!is_allowed(self, "personalize:GetRecommendations", call->campaign_arn, refusal) ||
        !campaigns_recommend(self->cloud, region_of(self, region), call, items, refusal)) {
        return refused(hop, OPERATION_GET_RECOMMENDATIONS, refusal, err);
    }
    refusal->code[0] = '\0';
    return !struck(fault, true, hop, OPERATION_GET_RECOMMENDATIONS, refusal, err);
}

static void hand_over(
    struct functions_hop *hop, const struct personalize_items *items, struct services_items *out) {
    struct buf text = {0};
    for (size_t i = 0; i < items->count; i++) {
        services_items_add(
            out, items->items[i].item_id,
            items->items[i].has_score ? items->items[i].score : (double)NAN);
    }
    out->recommendation_id = mem_alloc(items->recommendation_id.len + 1);
    memcpy(out->recommendation_id, items->recommendation_id.ptr, items->recommendation_id.len);
    out->recommendation_id[items->recommendation_id.len] = '\0';
    buf_add_format(&text, "%zu items", items->count);
    if (items->count) buf_add_format(&text, ", first: " STR_FMT, STR_ARG(items->items[0].item_id));
    (void)finish(hop, true, 200, buf_str(&text));
    buf_release(&text);
    out->http_status = 200;
}

static bool get_recommendations(
    void *context,
    const struct services_query *query,
    struct services_items *out,
    struct error *err) {
    struct local_services *self = context;
    struct functions_hop *hop = start(self, FUNCTIONS_RECOMMENDATIONS);
    const int64_t start_us = -hop->us;
    const struct personalize_recommend call = {
        .campaign_arn = query->campaign_arn,
        .user_id = query->user_id,
        .item_id = query->item_id,
        .filter_arn = query->filter_arn,
        .results = query->count};
    struct personalize_items items = {0};
    struct aws_error refusal;
    refusal.code[0] = '\0';
    const bool is_done =
        carry_out_recommend(self, hop, query->region, &call, &items, &refusal, err);
    if (is_done) hand_over(hop, &items, out);
    const struct tape_end end = end_of(hop, start_us, &refusal, err);
    tape_recommend(self->run->tape, &call, is_done ? &items : NULL, &end);
    personalize_items_release(&items);
    return is_done;
}

static bool identify_failed(
    struct functions_hop *hop,
    enum faults_inside fault,
    const struct aws_error *refusal,
    struct error *err) {
    CLEANUP(buf_release) struct buf body = {0};
    if (fault != FAULTS_INSIDE_REFUSED) {
        error_set(err, ERROR_UNREACHABLE, "identify: the connection was closed without an answer");
        error_hint(err, "Try again; a fault on demand may have closed it (GET /_recloop/faults).");
        return finish(hop, false, 0, str_from(err->message));
    }
    tracking_reply_error(&body, refusal->code, str_from(refusal->message));
    const bool is_done = tracking_reply_decode(refusal->status, buf_str(&body), err);
    return finish(hop, is_done, refusal->status, str_from(err->message));
}

// Segment answers success also to a key that nobody has, and for what it then discards.
static bool carry_out_identify(
    struct local_services *self,
    struct functions_hop *hop,
    struct event *message,
    struct aws_error *refusal,
    struct error *err) {
    struct intake_result result;
    const enum faults_inside fault = faults_strike_inside(
        self->cloud, place_of_path(STR("/v1/identify")), message->user_id, refusal);
    if (fault == FAULTS_INSIDE_REFUSED || fault == FAULTS_INSIDE_DROPPED)
        return identify_failed(hop, fault, refusal, err);
    if (self->settings->source < 0) {
        self->cloud->counters.unknown_keys++;
        return finish(hop, true, 200, STR("success, but no source has this write key"));
    }
    intake_accept(
        self->cloud, (enum source_id)self->settings->source, message,
        &(struct ingest_options){.channel = STR("server")}, &result);
    if (result.discard == INGEST_ACCEPTED && !result.is_duplicate)
        tape_set_written(self->run->tape, self->cloud->now_ms);
    if (fault == FAULTS_INSIDE_LOST) return identify_failed(hop, fault, refusal, err);
    return finish(
        hop, true, 200,
        result.discard != INGEST_ACCEPTED ? str_from(ingest_discard_name(result.discard))
        : result.is_duplicate             ? STR("success, a repeat of an earlier message")
                                          : STR("success"));
}

// The shopper's trait as it is now, for who wants to see what the identify changed.
static void note_before(struct local_services *self, struct str user_id) {
    struct tape *tape = self->run->tape;
    struct store_trait trait;
    const int64_t profile = tape ? profiles_find(self->cloud, STR("user_id"), user_id) : 0;
    if (!tape) return;
    if (profile && store_find_trait(self->cloud->store, profile, STR(TAPE_TRAIT), &trait))
        tape_set_before(tape, true, trait.value, trait.updated_at_ms);
    else
        tape_set_before(tape, false, STR(""), 0);
}

static bool identify(void *context, struct event *message, struct error *err) {
    struct local_services *self = context;
    struct functions_hop *hop = start(self, FUNCTIONS_IDENTIFY);
    const int64_t start_us = -hop->us;
    struct aws_error refusal;
    refusal.code[0] = '\0';
    note_before(self, message->user_id);
    tape_begin_identify(self->run->tape, message);
    const bool is_done = carry_out_identify(self, hop, message, &refusal, err);
    const struct tape_end end = end_of(hop, start_us, &refusal, err);
    tape_end_identify(self->run->tape, self->settings->source, &end);
    return is_done;
}

static bool purchased_products(
    void *context, struct str user_id, struct services_names *out, struct error *err) {
    struct local_services *self = context;
    const int64_t profile = profiles_find(self->cloud, STR("user_id"), user_id);
    struct buf text = {0};
    struct json list = {0};
    if (self->settings->is_profile_key_wrong) {
        error_set(err, ERROR_REFUSED, "the Profile API refused personas_api_key (401)");
        return error_hint(
            err, "Set personas_api_key and personas_workspace_id as Segment shows them.");
    }
    if (!profile) return error_set(err, ERROR_NOT_FOUND, "the shopper has no profile yet");
    if (store_get_trait(self->cloud->store, profile, STR(PROFILES_PURCHASED), &text) &&
        json_parse(buf_str(&text), &list, err)) {
        const struct json_node *sku = json_first(list.root);
        for (; sku; sku = json_next(sku))
            services_names_add(out, json_text(sku));
    }
    json_release(&list);
    buf_release(&text);
    return true;
}

static void add_log(void *context, struct str line) {
    invocation_add_line(((struct local_services *)context)->invocation, line);
}

static int64_t now_ms(void *context) {
    return ((struct local_services *)context)->cloud->now_ms;
}

struct services local_services_make(struct local_services *context) {
    return (struct services){
        .context = context,
        .put_events = put_events,
        .get_recommendations = get_recommendations,
        .identify = identify,
        .purchased_products = purchased_products,
        .log = add_log,
        .now_ms = now_ms};
}
