// panes — the rows that the registry lists.
#pragma once

#include "console/pane.h"

extern const struct pane setup_pane, event_pane, stream_pane, recommendations_pane, profile_pane,
    log_pane;
