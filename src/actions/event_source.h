// event_source — the event that `send` and `handler` work on: from --event FILE or -, else the workshop's
// test event with a fresh messageId and timestamp; --user, --sku and --name go on top of either.
//
// Errors   ERROR_INVALID for text that is no Segment message, those of files.
#pragma once

#include "run.h"
#include "segment/event.h"

bool event_source_make(struct run *run, struct event *out, struct error *err) MUST_CHECK;
