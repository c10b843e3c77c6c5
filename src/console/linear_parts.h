// linear_parts — what linear.c tells and linear_line.c asks for.
#pragma once

#include "console/linear.h"

// Text of services, made printable as the canvas does it, in a line of its own.
void linear_parts_add_told(struct buf *out, const char *before, struct str text);
void linear_parts_add_line(
    struct buf *out, struct str text); // a picture's line, unless it says nothing
void linear_parts_add_page(const struct canvas *page, struct buf *out);
// What opened, closed or changed over the panes, and what is chosen in it.
void linear_parts_tell_overlay(struct linear *linear, struct model *model, struct buf *out);
// A key in words: signs are passed over when they are read out.
void linear_parts_add_key(struct buf *out, struct str key);
void linear_parts_tell_title(const struct model *model, struct buf *out); // of the pane in focus
void linear_parts_tell_detail(struct linear *linear, const struct model *model, struct buf *out);
// "Row 3 of 32: …": the selected one.
void linear_parts_tell_row(const struct model *model, const char *word, struct buf *out);
void linear_parts_tell_json(struct buf *out); // how the event's JSON is edited
