// outside — effects that every surface of the model carries out alike: commands for the worker, files.
//
// Threads  the UI's.
#pragma once

#include "console/model.h"

struct queue;

// Those it has no room for come back as failed runs, whose effects are given in turn.
void outside_give_commands(struct model *model, struct queue *commands, struct effects *effects);
// Who leaves in the middle of a scene leaves nothing of it: waits until it is put back, for some seconds at most.
bool outside_put_back(
    struct model *model,
    struct queue *commands,
    struct queue *messages,
    int wake_fd,
    struct error *err) MUST_CHECK;
// Never over a file that is there: what is exported must not cost anything.
void outside_write_file(struct model *model, const struct effects *effects);
// What is remembered between starts, at `path`; NULL: nothing.
void outside_load_state(struct model *model, const char *path);
void outside_save_state(const struct model *model, const char *path);
