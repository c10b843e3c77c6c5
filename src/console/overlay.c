// overlay — the stack; see the header.
#include "console/overlay.h"

#include "console/model.h"
#include "console/view.h"

bool overlay_is_open(const struct model *model, enum overlay_id id) {
    for (int at = 0; at < model->overlay_count; at++) {
        if (model->overlays[at] == id) return true;
    }
    return false;
}

const struct overlay *overlay_top(const struct model *model) {
    return model->overlay_count ? overlay_get(model->overlays[model->overlay_count - 1]) : NULL;
}

static void take_out(struct model *model, int at) {
    for (int i = at; i + 1 < model->overlay_count; i++)
        model->overlays[i] = model->overlays[i + 1];
    model->overlay_count--;
}

void overlay_open(struct model *model, enum overlay_id id) {
    for (int at = 0; at < model->overlay_count; at++) {
        if (model->overlays[at] == id) take_out(model, at);
    }
    if (model->overlay_count == MODEL_OVERLAYS) overlay_close(model);
    model->overlays[model->overlay_count++] = id;
}

void overlay_close(struct model *model) {
    const struct overlay *top = overlay_top(model);
    if (!top) return;
    model->overlay_count--;
    if (top->closed) top->closed(model);
}

void overlay_close_all(struct model *model) {
    while (model->overlay_count)
        overlay_close(model);
}

bool overlay_is_whole(const struct model *model) {
    for (int at = model->overlay_count; at > 0; at--) {
        const struct overlay *overlay = overlay_get(model->overlays[at - 1]);
        if (overlay->is_whole || !overlay->measure) return overlay->is_whole;
    }
    return false;
}

// What is said for the moment, or typed, keeps its rows at the bottom.
static struct rect place_whole(const struct model *model) {
    struct rect window = {.columns = model->columns, .rows = model->rows};
    rect_take_bottom(&window, view_said_rows(model));
    return window;
}

struct rect overlay_place(const struct model *model, const struct overlay *overlay) {
    struct rect body = model->layout.body;
    if (overlay->is_whole) return place_whole(model);
    if (!overlay->measure) return body;
    int rows = 0, columns = 0;
    overlay->measure(model, body.columns, &rows, &columns);
    if (rows > body.rows && overlay->may_cover) {
        body = (struct rect){.columns = model->columns, .rows = model->layout.footer.row};
        rect_take_top(&body, model->layout.header.rows);
    }
    if (rows > body.rows) rows = body.rows;
    if (columns > body.columns) columns = body.columns;
    return (struct rect){
        .column = body.column + (body.columns - columns) / 2,
        .row = body.row + (body.rows - rows) / 3,
        .columns = columns,
        .rows = rows,
    };
}

void overlay_draw_all(const struct model *model, struct canvas *canvas) {
    const bool is_whole = overlay_is_whole(model);
    for (int at = 0; at < model->overlay_count; at++) {
        const struct overlay *overlay = overlay_get(model->overlays[at]);
        if (overlay->is_whole && !is_whole) continue; // all of it is behind another
        overlay->draw(model, overlay_place(model, overlay), canvas);
    }
}

void overlay_settle_all(struct model *model) {
    for (int at = 0; at < model->overlay_count; at++) {
        const struct overlay *overlay = overlay_get(model->overlays[at]);
        if (overlay->settle) overlay->settle(model, overlay_place(model, overlay));
    }
}

struct rect
overlay_frame(struct canvas *canvas, struct rect rect, struct str title, struct str note) {
    struct rect inside = rect;
    const struct rect top = rect_take_top(&inside, 1);
    const struct rect bottom = rect_take_bottom(&inside, 1);
    canvas_fill(canvas, rect, ' ', THEME_TEXT);
    view_rule(canvas, top, title, note);
    view_rule(canvas, bottom, STR(""), STR(""));
    const struct rect left = rect_take_left(&inside, 1);
    const struct rect right = rect_take_right(&inside, 1);
    canvas_fill(canvas, left, 0x2502u, THEME_RULE);
    canvas_fill(canvas, right, 0x2502u, THEME_RULE);
    static const uint32_t corners[] = {0x250Cu, 0x2510u, 0x2514u, 0x2518u};
    for (int i = 0; i < 4; i++) {
        const struct rect cell = {
            .column = i % 2 ? rect.column + rect.columns - 1 : rect.column,
            .row = i < 2 ? rect.row : rect.row + rect.rows - 1,
            .columns = 1,
            .rows = 1,
        };
        canvas_fill(canvas, cell, corners[i], THEME_RULE);
    }
    return inside;
}
