// script — what a .screen file says: keys pressed, messages received, commands expected.
//
// Shape    lines of text; see tests/screens/README.md. A script drives a model and answers what the
//          screen then shows.
// Threads  one at a time.
#pragma once

#include "base/json.h"
#include "console/canvas.h"
#include "console/model.h"

#define SCRIPT_ACTIONS 32

struct script {
    struct model model;
    struct canvas canvas;
    const char *folder; // where included files are; borrowed
    struct {
        char name[24];
        uint64_t run_id;
    } actions[SCRIPT_ACTIONS]; // the newest run of each action
    size_t action_count;
    struct buf commands; // "send via=segment user=…\n" of the last step
    struct scene scene;  // of the step `scene`
    bool has_quit;
};

void script_init(struct script *script, const char *folder);
void script_release(struct script *script);
// One line without its "> ".
bool script_step(struct script *script, struct str line, struct error *err) MUST_CHECK;
void script_draw(struct script *script, struct buf *out);
// {"kind":"hop","hop":"lambda","state":"done","ms":1.5} → message; run_id is the caller's.
struct message *script_decode(struct str json, uint64_t run_id, struct error *err);
void script_decode_journey(const struct json_node *root, struct journey *journey);
const struct model_product *script_products(size_t *out_count);
const struct descriptor *script_actions(size_t *out_count);
