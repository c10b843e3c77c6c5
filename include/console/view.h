// view — paints the whole screen from the model: header, loop strip, pane, status, footer, help.
//
// Threads  any; changes nothing but the canvas.
#pragma once

#include "console/canvas.h"
#include "console/model.h"

void view_draw(const struct model *model, struct canvas *canvas);
// A line with a title and, at its right, a note.
void view_rule(struct canvas *canvas, struct rect rect, struct str title, struct str note);
// … the title in that role.
void view_rule_in(
    struct canvas *canvas,
    struct rect rect,
    enum theme_role role,
    struct str title,
    struct str note);
// Rows that the summary and the status take at the model's size.
int view_summary_rows(const struct model *model);
int view_status_rows(const struct model *model);
// … of that, what is typed or said for the moment.
int view_said_rows(const struct model *model);
// Where that is drawn.
struct rect view_said_rect(const struct model *model);
// The paragraphs of the pane's detail (view_draw calls it too; the update measures with it).
void view_detail(const struct model *model, const struct pane *pane, struct sheet *sheet);
