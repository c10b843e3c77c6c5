// copy_text — texts with holes where secrets stood, and how shells and Python write them.
//
// Shape    a hole is a NUL, the name of a variable, a NUL: neither command lines nor environments can hold
//          a NUL, so texts with holes are told from all others.
// Threads  any; pure.
#pragma once

#include "base/json.h"

// Copies; what is masked becomes a hole of that variable, a NUL of the text itself goes.
void copy_text_add(struct buf *out, struct str text, struct str variable);
void copy_text_add_hole(struct buf *out, struct str variable);
bool copy_text_has_mask(struct str text);
// The variable for what stands under such a name: writeKey → SEGMENT_WRITE_KEY, apiToken → API_TOKEN.
void copy_text_add_variable(struct buf *out, struct str name);
// JSON on one line, with holes. `key`: the member's own name.
void copy_text_add_json(struct buf *out, const struct json_node *node, struct str key);
// name=value&…, with holes.
void copy_text_add_pairs(struct buf *out, struct str pairs);

void copy_text_add_sh(struct buf *out, struct str holed);     // one word of a POSIX shell
void copy_text_add_python(struct buf *out, struct str holed); // an expression
void copy_text_add_python_json(
    struct buf *out, const struct json_node *node, struct str key, int indent);
