// as_json — messages as JSON whose keys never change meaning.
//
// Shape    one object for a whole run: as_json_collect puts each message in its place, as_json_finish
//          closes it with "ok" and "error". Members of the run's main message and all values stand at the
//          top; others under the name of their kind ("hops", "recommendations", "profile", "events",
//          "log" …). For streams as_json_add_line writes one object per message, with "kind".
// Units    "ms" with microsecond resolution; "…_at" ISO 8601 UTC; what is unknown is null.
// Threads  one at a time.
#pragma once

#include "base/json.h"
#include "protocol/message.h"

void as_json_collect(
    struct json_node *root, const struct message *message, enum message_kind main_kind);
void as_json_finish(struct json_node *root, const struct error *err);
void as_json_add_line(struct buf *out, const struct message *message);
