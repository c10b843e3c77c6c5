// stream_rule — what stands on the rule above the events, and the account of them: what was received and what
// became of it.
//
//   received = shown + filtered + held + dropped;   missed were never received
//
// Shape    the account stands at the rule's right where all of it has room; else whole in rows of its own below
//          the rule, and what is on the rule is short.
// Threads  any; reads the model only.
#pragma once

#include "console/canvas.h"

struct model;

void stream_rule_title(const struct model *model, struct buf *title, struct buf *note);
int stream_rule_account_rows(const struct model *model); // 0: the rule has it
void stream_rule_draw_account(const struct model *model, struct rect rect, struct canvas *canvas);
