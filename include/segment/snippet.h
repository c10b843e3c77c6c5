// snippet — a message as the call that makes it: the debugger's "Pretty" view.
//
// Shape    analytics.track("Product Clicked", {"sku":"led-high-tops"}); approximate, as the real view
//          is: ids, context and options are left out where the call does not name them.
// Threads  any.
// Source   Segment, "Source Debugger"; "Analytics.js" for the order of the arguments.
#pragma once

#include "segment/event.h"

void snippet_add_call(struct buf *out, const struct event *event);
