// journey_print — a journey as JSON, and as a waterfall of lines for people.
//
// Shape    the waterfall: a head, a line for each exchange (start, bar, duration, sign, station, title,
//          status, problem), then lists and trait before and after; verbose adds the HTTP texts and the
//          function's log. Bytes from outside are made printable.
// Threads  any.
#pragma once

#include "base/json.h"
#include "cli/as_text.h"
#include "protocol/journey.h"

void journey_print_json(struct json_node *object, const struct journey *journey);
void journey_print_text(
    struct buf *out, const struct journey *journey, const struct as_text_style *style);
