// hops — see the header.
#include "hops.h"

void hops_tell(struct run *run, const struct hops_state *state) {
    struct hop hop = {
        .id = state->id, .state = state->state, .ms = state->ms, .status = state->status};
    hop_set_detail(&hop, state->detail);
    hop_set_hint(&hop, state->hint);
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
