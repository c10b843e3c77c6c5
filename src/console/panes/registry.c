// registry — the panes, in the order of their numbers.
#include "panes.h"

#include <assert.h>

static const struct pane *const panes[] = {
    [PANE_SETUP] = &setup_pane,     [PANE_EVENT] = &event_pane,
    [PANE_STREAM] = &stream_pane,   [PANE_RECOMMENDATIONS] = &recommendations_pane,
    [PANE_PROFILE] = &profile_pane, [PANE_LOG] = &log_pane,
};
static_assert(ARRAY_COUNT(panes) == PANE_COUNT, "a row per pane");

const struct pane *pane_get(enum pane_id id) {
    ASSERT(id < PANE_COUNT);
    return panes[id];
}
