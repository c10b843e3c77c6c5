// export — `w`: the pane in focus as JSON or CSV, or the screen as SVG, HTML or text; `y`: the selected row to the
// clipboard.
//
// Shape    the file's name says the form. Rows are the pane's own objects (pane hook write_row); without one
//          only the screen can be written. CSV has a column for every name that some row has (RFC 4180).
// Secrets  are masked in what panes hold, so they cannot be written; what is a secret is not copied at all.
// Threads  one: the UI; pure, the console writes the file.
#pragma once

#include "base/json.h"
#include "console/effects.h"
#include "console/sheet.h"

struct model;

void export_open(struct model *model); // proposes a name and asks
void export_submit(struct model *model, struct str path, struct effects *effects);
void export_complete(const struct model *model, struct str path, struct buf *out); // the next form
void export_assist(const struct model *model, struct sheet *sheet);
void export_copy(struct model *model, struct effects *effects); // the selected row
void export_copy_text(struct model *model, struct str text, struct effects *effects);
// An array of objects as a table with a head.
void export_csv(const struct json_node *rows, struct buf *out);
