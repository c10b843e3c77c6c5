// overlays — the rows that the registry lists.
#pragma once

#include "console/overlay.h"

extern const struct overlay help_overlay, confirm_overlay, leave_overlay, output_overlay;
extern const struct overlay journey_overlay, guide_overlay, profiles_overlay;
