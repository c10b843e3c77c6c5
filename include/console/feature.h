// feature — a part of the console with state of its own that hears every message: a log, a journey, a meter.
//
// Shape    a const row of functions per feature, listed in src/console/feature.c. State is a struct in the
//          feature's own header, embedded in struct model; everything here may be NULL.
// Apply    the message is borrowed and heard before the core of the model takes it. Copy what is kept.
// Time     model->now_ms is wall time of this update; `wake_ms` says when it wants to be called again
//          although nothing happened (wall ms; 0: never), `wake` is that call.
// State    what outlives the program: `save` adds members to the object of the state file, `load` reads them
//          and takes anything for granted but their sense.
// Threads  constant data.
#pragma once

#include "base/json.h"
#include "console/effects.h"
#include "protocol/message.h"

struct model;

struct feature {
    const char *name; // of its object in the state file
    void (*init)(struct model *model);
    void (*release)(struct model *model);
    void (*start)(struct model *model, struct effects *effects);
    void (*apply)(struct model *model, const struct message *message, struct effects *effects);
    // Another account is in use from now on: what was of the one left behind goes. With the change, not before.
    void (*leave)(struct model *model, struct effects *effects);
    // A message of a run of its own, or one that the core has no place for: true when it is kept.
    bool (*take)(struct model *model, struct message *take_message, struct effects *effects);
    int64_t (*wake_ms)(const struct model *model);
    void (*wake)(struct model *model, struct effects *effects);
    void (*save)(const struct model *model, struct json_node *object);
    void (*load)(struct model *model, const struct json_node *object);
};

const struct feature *const *feature_all(size_t *out_count);
