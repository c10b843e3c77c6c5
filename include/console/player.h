// player — plays a scene: presses its keys, says its captions, waits for what is to happen.
//
// Shape    a feature whose wake runs the steps that are due. Keys keep the scene's pace; waits are tied to
//          what the model holds, so to messages, and time only bounds them.
// Person   any key of the person pauses the scene (that key does nothing else); Space or Enter goes on, Esc
//          stops it. While it is paused all other keys work as always. A question that is open, and whether
//          the scene may act on a LIVE account at all, is the person's to answer: a scene never does.
// End      what the scene changed is put back (keeper.h), whether it ended, stopped, or was stopped.
// Source   model_options.scene, borrowed; NULL: nothing is played.
// Threads  the UI's.
#pragma once

#include "console/feature.h"
#include "console/input.h"
#include "console/scene.h"

struct model;

enum player_state {
    PLAYER_NONE,   // there is no scene
    PLAYER_READY,  // waits to know where it is: sandbox or real account
    PLAYER_ASKING, // may it act on this LIVE account?
    PLAYER_RUNNING,
    PLAYER_PAUSED, // by a key of the person
    PLAYER_HELD,   // at a `pause` step
    PLAYER_OVER,   // played or stopped: the keys are the person's
};

struct player {
    enum player_state state;
    size_t at;           // step
    size_t typed;        // bytes of a SCENE_TYPE that are typed
    int64_t pace_ms;     // least time between keys
    int64_t due_ms;      // when the next key may be pressed, wall
    int64_t deadline_ms; // of the wait that is under way; 0: none is
    int64_t paused_ms;   // when the pause began
    bool was_typing;     // a line was being edited when it was paused
    // What a wait compares with: what was there when a step acted last.
    uint64_t since_run_id;
    bool has_seen; // the next event that is waited for
    char *since_trait;
    int64_t since_trait_ms;
    char *caption; // NULL: none
};

extern const struct feature player_feature;

// A key or click of the person; true: it was for the scene.
bool player_take(struct model *model, const struct input *input);
bool player_is_held(const struct model *model); // until Space or Enter; other keys are the person's
// "scene: step 3 of 14 · Esc stops", for the presenter's last row; nothing when there is no scene.
void player_add_status(const struct model *model, struct buf *out);
