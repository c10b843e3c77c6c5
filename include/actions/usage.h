// usage — help texts, made from the action table and the global flags so that they cannot lie.
//
// Shape    plain text of at most 80 columns; as JSON one object per command.
// Threads  any.
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "protocol/descriptor.h"

void usage_add_overview(struct buf *out);
void usage_add_command(struct buf *out, const struct descriptor *descriptor);
// The commands below "sandbox" or "config"; nothing when there are none.
void usage_add_group(struct buf *out, const char *name);
void usage_add_json(struct json_node *object, const struct descriptor *descriptor);
// "usage: recloop send [--via segment|destination|handler] …", wrapped.
void usage_add_synopsis(struct buf *out, const struct descriptor *descriptor);
