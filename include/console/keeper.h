// keeper — what a scene promised to put back (`restore` in scene.h), and that it is.
//
// Shape    a feature. A promise remembers a setting as it is stored now, the way of the event, or the shopper.
//          It is kept when the scene is over, however it ends; when the console is left before that
//          (outside_put_back waits for it); and, if even that is cut off, at the next start: promises are in the
//          state file from the moment they are made.
// Profile  a setting is put back in the profile that it was taken from; where another one is in use by then, that is
//          told instead, with the command that does it.
// Secrets  are asked for (config reveal), kept in memory only, and wiped. Of one that was stored and whose console was
//          cut off, the next start can only tell that it must be set again.
// Threads  the UI's.
#pragma once

#include "base/secret.h"
#include "console/feature.h"

struct model;

#define KEEPER_PROMISES 8

struct keeper_promise {
    char *key;           // of the setting, owned
    struct secret value; // as it was stored
    char *profile;       // owned
    bool is_secret, is_stored;
    bool is_lost;           // of a console that was cut off: its value is nowhere any more
    uint64_t reveal_run_id; // of asking what is stored; 0: not under way
    uint64_t run_id;        // of putting it back; 0: not under way
};

struct keeper {
    struct keeper_promise promises[KEEPER_PROMISES];
    size_t count;
    int via;                   // of the event; below 0: nothing is promised
    char *user;                // owned; NULL: nothing is promised
    bool is_due, is_of_before; // to be put back now; the console was cut off while a scene played
    bool is_refused;           // a promise could not be made: the scene must not go on
    struct buf done;           // what
    struct error problem;      // the first that could not be
};

extern const struct feature keeper_feature;

// `name` is a setting's key, "via" or "shopper". A setting needs the settings to be there (model->settings), and one
// that the environment or the command line gives cannot be changed by a scene: ERROR_CONFIG.
bool keeper_promise(
    struct model *model, const char *name, struct effects *effects, struct error *err) MUST_CHECK;
// What is stored is not known yet: nothing may be changed before.
bool keeper_is_asking(const struct model *model);
void keeper_end(struct model *model); // the scene is over: with the next wake it is put back
// Now. What is under way already is not begun twice.
void keeper_put_back(struct model *model, struct effects *effects);
bool keeper_is_busy(const struct model *model); // promises are not kept yet
