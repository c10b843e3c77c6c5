// hops — see the header.
#include "hops.h"

void hops_tell(struct run *run, const struct hops_state *state) {
    struct hop hop = {
        .id = state->id, .state = state->state, .ms = state->ms, .status = state->status};
    hop_set_detail(&hop, state->detail);
    hop_set_hint(&hop, state->hint);
    hop_set_code(&hop, state->code);
    hop_set_message_id(&hop, run->about.message_id);
    if (state->state == HOP_DONE || state->state == HOP_FAILED)
        hop_set_request_id(&hop, run->about.request_id);
    run_emit(run, message_new_hop(run->run_id, &hop));
}

void hops_begin(struct run *run, enum hop_id id) {
    const struct hops_state state = {.id = id, .state = HOP_RUNNING, .ms = HOPS_NOT_MEASURED};
    hops_tell(run, &state);
}

void hops_done(struct run *run, enum hop_id id, double ms, int status, struct str detail) {
    const struct hops_state state = {
        .id = id, .state = HOP_DONE, .ms = ms, .status = status, .detail = detail};
    hops_tell(run, &state);
}

void hops_failed(struct run *run, enum hop_id id, double ms, int status, const struct error *err) {
    const struct hops_state state = {
        .id = id,
        .state = HOP_FAILED,
        .ms = ms,
        .status = status,
        .detail = str_from(err->message),
        .hint = str_from(err->hint),
        .code = str_from(error_code_name(err->code)),
    };
    hops_tell(run, &state);
}

void hops_tell_range(
    struct run *run, enum hop_id first, enum hop_id last, enum hop_state state, struct str why) {
    for (size_t id = first; id <= (size_t)last; id++) {
        const struct hops_state told = {
            .id = (enum hop_id)id, .state = state, .ms = HOPS_NOT_MEASURED, .detail = why};
        hops_tell(run, &told);
    }
}

static enum hop_state read_state(struct str name) {
    static const enum hop_state states[] = {HOP_DONE, HOP_FAILED, HOP_SKIPPED, HOP_HIDDEN};
    for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
        if (str_equal(name, str_from(hop_state_name(states[i])))) return states[i];
    }
    return HOP_HIDDEN;
}

const struct json_node *hops_find_recorded(const struct json_node *record, enum hop_id id) {
    const struct json_node *node = json_first(json_get(record, "hops"));
    while (node && !str_equal(json_get_text(node, "name"), str_from(hop_name(id))))
        node = json_next(node);
    return node;
}

// The sandbox measures nothing for hops that were not reached.
void hops_tell_recorded(struct run *run, enum hop_id id, const struct json_node *record) {
    const struct json_node *node = hops_find_recorded(record, id);
    if (!node) return;
    struct hops_state told = {
        .id = id,
        .state = read_state(json_get_text(node, "state")),
        .ms = HOPS_NOT_MEASURED,
        .detail = json_get_text(node, "detail"),
        .hint = json_get_text(node, "hint"),
    };
    // Segment's own code is about the way to the function and what it answered
    if (told.state == HOP_FAILED && (id == HOP_DESTINATION || id == HOP_LAMBDA))
        told.code = json_get_text(record, "code");
    int64_t status = 0;
    const bool is_reached = told.state == HOP_DONE || told.state == HOP_FAILED;
    if (is_reached) (void)json_number(json_get(node, "ms"), &told.ms);
    if (json_integer(json_get(node, "status"), &status)) told.status = (int)status;
    if (!is_reached && !told.detail.len) told.detail = STR("not reached");
    const struct str message_id = run->about.message_id;
    run->about.message_id = json_get_text(record, "message_id");
    // what the function called is found in its log by the id of its run
    run->about.request_id =
        id == HOP_DESTINATION ? (struct str){0} : json_get_text(record, "request_id");
    hops_tell(run, &told);
    run->about.message_id = message_id;
    run->about.request_id = (struct str){0};
}
