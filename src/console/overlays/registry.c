// registry — the overlays.
#include "overlays.h"

#include <assert.h>

// One a line, so that two new ones do not meet in a third.
// clang-format off
static const struct overlay *const overlays[] = {
    [OVERLAY_HELP] = &help_overlay,
    [OVERLAY_CONTROLS] = &controls_overlay,
    [OVERLAY_LOOP] = &loop_overlay,
    [OVERLAY_JOURNEY] = &journey_overlay,
    [OVERLAY_OUTPUT] = &output_overlay,
    [OVERLAY_REQUEST] = &request_overlay,
    [OVERLAY_EVENT] = &event_overlay,
    [OVERLAY_COPY] = &copy_overlay,
    [OVERLAY_GUIDE] = &guide_overlay,
    [OVERLAY_PROFILES] = &profiles_overlay,
    [OVERLAY_LEAVE] = &leave_overlay,
    [OVERLAY_PRESENTER] = &presenter_overlay,
    [OVERLAY_CONFIRM] = &confirm_overlay,
};
// clang-format on
static_assert(ARRAY_COUNT(overlays) == OVERLAY_COUNT, "a row per overlay");

const struct overlay *overlay_get(enum overlay_id id) {
    ASSERT(id < OVERLAY_COUNT);
    return overlays[id];
}
