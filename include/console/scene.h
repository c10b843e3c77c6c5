// scene — a presentation written down: keys, captions, and what is waited for, one step a line.
//
//   # a comment; also behind a step
//   say "A shopper clicks."     a caption (no text: none)      pace 800ms        least time between keys
//   key P t ↓ Enter             keys, by the help page's names pause             until Space or Enter
//   type text                   characters, as typed           pane 4            a pane, by its key
//   user 2941404340             the shopper in focus           via destination      the way of the event
//   setting external_id         Setup, at that setting         row "ocean-blue"     the pane's row that has this text
//   restore external_id via     put back as it is now when the scene ends, however it ends: settings,
//                               via, shopper
//   wait hop profile done [within 10s]       wait list [within 10s]
//   wait event "Product Clicked" [within …]  wait trait [within …]
//
// Shape    pure: text in, steps out. A wait is about what came since the step before it that asked something of
//          the services, and is bounded: SCENE_WAIT_MS when the line says nothing. Texts are those of the line, or quoted ("…",
//          with \" and \\) where they begin or end in blanks or hold a '#'.
// Errors   ERROR_CONFIG, "NAME:LINE:COLUMN: what is wrong", columns in characters from 1.
// Owns     its texts; scene_release.
// Threads  a value.
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "protocol/hop.h"

#define SCENE_MAX_BYTES ((size_t)256 << 10)
#define SCENE_STEPS_MAX 4096
#define SCENE_WAIT_MS 30000
#define SCENE_PACE_MS 800
#define SCENE_MS_MOST 600000 // ten minutes: for waits and for the pace

enum scene_kind {
    SCENE_KEY,
    SCENE_TYPE,
    SCENE_PANE,
    SCENE_USER,
    SCENE_VIA,
    SCENE_SETTING,
    SCENE_ROW,
    SCENE_RESTORE,
    SCENE_WAIT_HOP,
    SCENE_WAIT_LIST,
    SCENE_WAIT_TRAIT,
    SCENE_WAIT_EVENT,
    SCENE_SAY,
    SCENE_PAUSE,
    SCENE_PACE,
};

struct scene_step {
    enum scene_kind kind;
    int line;
    uint32_t key;    // SCENE_KEY: one; a line with several becomes several steps
    int pane;        // SCENE_PANE: from 0
    int via;         // SCENE_VIA: from 0
    char *text;      // SCENE_TYPE, _USER, _SETTING, _ROW, _RESTORE, _WAIT_EVENT, _SAY; else NULL
    enum hop_id hop; // SCENE_WAIT_HOP
    enum hop_state state; // SCENE_WAIT_HOP
    int64_t ms;           // waits, and what needs something to be there: the bound; SCENE_PACE
};

struct scene {
    char *name; // of the file, for messages
    struct scene_step *steps;
    size_t count;
};

bool scene_parse(struct str name, struct str text, struct scene *out, struct error *err) MUST_CHECK;
// ERROR_USAGE when the file cannot be read.
bool scene_load(const char *path, struct scene *out, struct error *err) MUST_CHECK;
void scene_release(struct scene *scene);
// "hop profile is done", "the list has come": what a wait waits for.
void scene_add_wish(struct buf *out, const struct scene_step *step);
