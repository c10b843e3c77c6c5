// hops — short forms for telling one hop's state.
#pragma once

#include "run.h"

#define HOPS_NOT_MEASURED (-1.0)

struct hops_state {
    enum hop_id id;
    enum hop_state state;
    double ms; // HOPS_NOT_MEASURED
    int status;
    struct str detail, hint, code;
};
// Every hop tells which event passed it (run.about); where it was reached, the request id, too.
void hops_tell(struct run *run, const struct hops_state *state);
void hops_begin(struct run *run, enum hop_id id); // HOP_RUNNING
void hops_done(struct run *run, enum hop_id id, double ms, int status, struct str detail);
void hops_failed(struct run *run, enum hop_id id, double ms, int status, const struct error *err);
// The hop of a delivery record; NULL: it is not in it.
const struct json_node *hops_find_recorded(const struct json_node *record, enum hop_id id);
// What a delivery record of the sandbox says of a hop; nothing when it says nothing.
void hops_tell_recorded(struct run *run, enum hop_id id, const struct json_node *record);
// Every hop from `first` to `last`: skipped or hidden, for one reason.
void hops_tell_range(
    struct run *run, enum hop_id first, enum hop_id last, enum hop_state state, struct str why);
