// strip — the loop across the top: seven hops with state and milliseconds, and what it all means.
//
// Shape    three forms by width: evenly spread from 100 columns, joined at 78, initials below.
// Threads  any; reads the model only.
#pragma once

#include "console/canvas.h"
#include "console/model.h"

void strip_draw(const struct model *model, struct rect rect, struct canvas *canvas);
// One row of summary; with a failure its cause and its fix, wrapped.
void strip_draw_summary(const struct model *model, struct rect rect, struct canvas *canvas);
// Two, and a third with counts and 99th percentiles where the window has room for it.
int strip_rows(int columns, int rows);
int strip_summary_rows(const struct model *model); // for the model's size
// How a hop went last: of the event that was fired, and where none was, of those that pass by.
struct strip_last {
    enum hop_state state;
    double ms; // negative: not known
};
struct strip_last strip_last(const struct model *model, enum hop_id id);
// The hop to mend: where the event that was fired failed, of the function's own calls rather than of the function
// that died of one; NULL: none failed.
const struct hop *strip_failed(const struct model *model);
// The hop under that column; HOP_COUNT: none.
enum hop_id strip_hop_at(struct rect rect, int column);
// "0.03", "0.4", "12", "1.3s": at most four columns.
void strip_add_ms(struct buf *out, double ms);
// How a state looks; the symbol of what runs moves with the tick.
uint32_t strip_symbol(enum hop_state state, int tick);
enum theme_role strip_role(enum hop_state state);
