// stream_controls — the generator from the console: what it is asked for, how it is doing, and the question
// before it writes into a real account.
//
// Shape    values are texts as the action takes them; empty is the action's own default. They are kept
//          between starts. A run takes the values of its start, but for the rate, the pause and the steps,
//          which change it while it goes.
// Measures a number per second over the last minutes: events accepted, events received, and the slowest
//          request of the run. Times come with messages.
// Owns     its texts; released with the model.
// Threads  the UI's.
#pragma once

#include "console/feature.h"
#include "console/list.h"
#include "console/plot.h"
#include "console/sheet.h"

struct model;

enum stream_controls_field {
    STREAM_CONTROLS_MODEL,
    STREAM_CONTROLS_FROM,
    STREAM_CONTROLS_TO,
    STREAM_CONTROLS_USERS,
    STREAM_CONTROLS_LIMIT,
    STREAM_CONTROLS_RATE,
    STREAM_CONTROLS_PLATFORMS,
    STREAM_CONTROLS_SEED,
    STREAM_CONTROLS_STEP,
    STREAM_CONTROLS_FIELDS
};

struct stream_controls {
    struct buf values[STREAM_CONTROLS_FIELDS]; // RATE is model.stream.rate's
    struct list list;                          // of the panel
    struct error problem;                      // of the value being typed
    struct command *pending;                   // asked about; owned
    struct plot_series accepted, received, slowest_ms;
    struct buf said;    // the run's last words
    int64_t redrawn_ms; // wall; while it runs the plots move
};

extern const struct feature stream_controls_feature;

void stream_controls_start_or_stop(struct model *model, struct effects *effects);
void stream_controls_pause(struct model *model, struct effects *effects); // or resumes
void stream_controls_step(struct model *model, struct effects *effects);
void stream_controls_add_rate(const struct model *model, struct buf *out); // as the action takes it
void stream_controls_change_rate(struct model *model, int steps, struct effects *effects);

// Of the panel.
const char *stream_controls_label(enum stream_controls_field field);
const char *stream_controls_help(enum stream_controls_field field);
// The value, or in words what an empty one means. False: it plays no part now.
bool stream_controls_add_value(
    const struct model *model, enum stream_controls_field field, struct buf *out, bool *is_own);
// The next one of those that are offered.
void stream_controls_choose(
    struct model *model, enum stream_controls_field field, int steps, struct effects *effects);
void stream_controls_edit(struct model *model, enum stream_controls_field field);
void stream_controls_unset(struct model *model, enum stream_controls_field field);
bool stream_controls_check(enum stream_controls_field field, struct str value, struct error *err)
    MUST_CHECK;
// Of the prompt.
void stream_controls_submit(struct model *model, struct str value, struct effects *effects);
void stream_controls_typed(struct model *model, struct str value);
void stream_controls_assist(const struct model *model, struct sheet *sheet);

// How it is doing: progress, counts, last words, plots; as much of it as the rectangle has room for.
bool stream_controls_has_status(const struct model *model); // it runs, or it has run
int stream_controls_status_rows(const struct model *model, int rows_at_most);
void stream_controls_draw_status(
    const struct model *model, struct rect rect, struct canvas *canvas);
