// handler_run — the Lambda's logic, run once on this machine against the configured services, each of
// its calls told as a hop while it happens.
//
// Shape    works inside one step with its own transfers; the surface's `cancelled` is asked while it waits.
// Errors   what the handler raised; `out` is filled in either case.
#pragma once

#include "handler/event_handler.h"
#include "run.h"

// `last` gets the last hop that was told; it stays as it is when none was.
bool handler_run(
    struct run *run,
    struct str event_json,
    struct event_handler_result *out,
    enum hop_id *last,
    struct error *err) MUST_CHECK;
