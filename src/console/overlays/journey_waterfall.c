// journey_waterfall — see the header.
#include "journey_waterfall.h"

#include "console/strip.h"

#define BAR 0x2501u
#define TITLE_COLUMNS 20
#define TITLE_COLUMNS_NARROW 14
#define NARROW_BELOW JOURNEY_WATERFALL_NARROW_BELOW
#define FIGURES_COLUMNS 15 // "  3.1 ms +0.4"
#define FIGURES_COLUMNS_NARROW 9
#define AXIS_FROM 24 // columns of bars from which the axis has marks between its ends
#define STATUS_COLUMNS 5

static const struct journey *journey_of(const struct model *model) {
    return &model->journey.shown->as.journey;
}

// Both ends of the loop are calls of the same API: what was called there tells them apart.
const char *journey_waterfall_title(const struct journey_exchange *exchange) {
    return exchange->hop == HOP_IDENTIFY ? "identify" : exchange->title;
}

struct scale {
    double total_ms;
    int columns;
};

static struct scale scale_of(const struct journey *journey, int columns) {
    double total_ms = journey->total_ms;
    for (size_t i = 0; i < journey->exchange_count; i++) {
        const struct journey_exchange *exchange = &journey->exchanges[i];
        const double end_ms = exchange->start_ms + (exchange->ms > 0 ? exchange->ms : 0);
        if (exchange->start_ms >= 0 && end_ms > total_ms) total_ms = end_ms;
    }
    if (journey->lag_ms > total_ms) total_ms = journey->lag_ms;
    return (struct scale){.total_ms = total_ms > 0 ? total_ms : 1, .columns = columns};
}

static int column_of(struct scale scale, double ms) {
    const int column = (int)(ms / scale.total_ms * scale.columns);
    return column < 0 ? 0 : column < scale.columns ? column : scale.columns - 1;
}

// Of the profile the moment is known at which the trait was there, whenever it was asked for.
static bool has_moment(const struct journey *journey, const struct journey_exchange *exchange) {
    return exchange->hop == HOP_PROFILE && exchange->start_ms < 0 && journey->lag_ms >= 0;
}

static void draw_bar(
    const struct journey *journey,
    const struct journey_exchange *exchange,
    struct scale scale,
    struct canvas_pen *pen) {
    const int start = pen->column;
    if (has_moment(journey, exchange)) {
        canvas_move_to(pen, start + column_of(scale, journey->lag_ms));
        canvas_write_text(pen, THEME_GOOD, "●");
    } else if (exchange->start_ms >= 0) {
        const int from = column_of(scale, exchange->start_ms);
        const double end_ms = exchange->start_ms + (exchange->ms > 0 ? exchange->ms : 0);
        const int to = column_of(scale, end_ms);
        canvas_move_to(pen, start + from);
        canvas_repeat(pen, strip_role(exchange->state), BAR, to - from + 1);
    } else if (exchange->state == HOP_HIDDEN || exchange->state == HOP_SKIPPED) {
        canvas_write_text(
            pen, THEME_DIM, exchange->state == HOP_HIDDEN ? "cannot be seen" : "not reached");
    }
    canvas_move_to(pen, start + scale.columns);
}

// Of what this console asked to tell the journey no time stands here: it is none of the event's way. Of the trait
// the moment does.
static void draw_figures(
    const struct journey *journey,
    const struct journey_exchange *exchange,
    bool is_narrow,
    struct canvas_pen *pen) {
    struct buf text = {0};
    const double start_ms = has_moment(journey, exchange) ? journey->lag_ms : exchange->start_ms;
    if (exchange->ms >= 0 && !exchange->is_asked_now) {
        strip_add_ms(&text, exchange->ms);
        if (exchange->ms < 999.5) buf_add(&text, STR(" ms"));
    }
    canvas_write_column_right(pen, THEME_TEXT, buf_str(&text), 8);
    buf_reset(&text);
    if (start_ms >= 0) {
        buf_add(&text, STR(" +"));
        strip_add_ms(&text, start_ms);
    }
    canvas_write_column(
        pen, THEME_DIM, is_narrow ? STR("") : buf_str(&text),
        (is_narrow ? FIGURES_COLUMNS_NARROW : FIGURES_COLUMNS) - 8);
    buf_reset(&text);
    if (exchange->status) buf_add_int(&text, exchange->status);
    if (exchange->attempts > 1) buf_add_format(&text, "×%d", exchange->attempts);
    canvas_write_column(pen, strip_role(exchange->state), buf_str(&text), STATUS_COLUMNS);
    buf_release(&text);
}

static void draw_exchange(
    const struct model *model,
    size_t at,
    struct scale scale,
    struct rect rect,
    int row,
    struct canvas *canvas) {
    const struct journey_screen *screen = &model->journey;
    const struct journey_exchange *exchange = &journey_of(model)->exchanges[at];
    const bool is_here = at == screen->selected;
    const bool is_narrow = rect.columns < NARROW_BELOW;
    // what the function does stands below it
    const bool is_inside = exchange->hop > HOP_LAMBDA && exchange->hop < HOP_PROFILE;
    struct canvas_pen pen = canvas_pen(canvas, rect, row);
    canvas_write_text(&pen, THEME_KEY, is_here ? "▸" : " ");
    canvas_write_rune(
        &pen, strip_role(exchange->state), strip_symbol(exchange->state, model->tick));
    canvas_write_text(&pen, THEME_TEXT, is_inside ? "   " : " ");
    const int columns = (is_narrow ? TITLE_COLUMNS_NARROW : TITLE_COLUMNS) - (is_inside ? 2 : 0);
    canvas_write_column(
        &pen, exchange->state == HOP_SKIPPED ? THEME_DIM : THEME_STRONG,
        str_from(journey_waterfall_title(exchange)), columns);
    canvas_write_text(&pen, THEME_TEXT, " ");
    draw_bar(journey_of(model), exchange, scale, &pen);
    draw_figures(journey_of(model), exchange, is_narrow, &pen);
    if (is_here && !screen->is_reading) {
        canvas_select(canvas, rect_row(rect, row));
    }
}

static int bar_columns(int columns) {
    const bool is_narrow = columns < NARROW_BELOW;
    const int title = is_narrow ? TITLE_COLUMNS_NARROW : TITLE_COLUMNS;
    const int figures = is_narrow ? FIGURES_COLUMNS_NARROW : FIGURES_COLUMNS;
    return columns - title - figures - STATUS_COLUMNS - 5;
}

static void
draw_axis(struct scale scale, int title_columns, struct rect rect, int row, struct canvas *canvas) {
    struct canvas_pen pen = canvas_pen(canvas, rect, row);
    canvas_move_to(&pen, pen.column + title_columns + 4);
    const int start = pen.column;
    for (int part = 0; part < (scale.columns < AXIS_FROM ? 1 : 4); part++) {
        struct buf text = {0};
        buf_add_char(&text, part ? '|' : '0');
        if (part) strip_add_ms(&text, scale.total_ms * part / 4);
        canvas_move_to(&pen, start + scale.columns * part / 4);
        canvas_write(&pen, THEME_DIM, buf_str(&text));
        buf_release(&text);
    }
    struct buf end = {0};
    strip_add_ms(&end, scale.total_ms);
    if (scale.total_ms < 999.5) buf_add(&end, STR(" ms"));
    canvas_move_to(&pen, start + scale.columns + 1);
    canvas_write(&pen, THEME_DIM, buf_str(&end));
    buf_release(&end);
}

// The first exchange shown in so many rows.
size_t journey_waterfall_top(const struct model *model, int rows) {
    const size_t selected_at = model->journey.selected;
    return selected_at >= (size_t)rows ? selected_at - (size_t)rows + 1 : 0;
}

int journey_waterfall_rows(int rows) {
    return rows >= JOURNEY_WATERFALL_AXIS_FROM ? rows - 1 : rows;
}

void journey_waterfall_draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct journey *journey = journey_of(model);
    const struct scale scale = scale_of(journey, bar_columns(rect.columns));
    const int title = rect.columns < NARROW_BELOW ? TITLE_COLUMNS_NARROW : TITLE_COLUMNS;
    const int rows = journey_waterfall_rows(rect.rows);
    const size_t top = journey_waterfall_top(model, rows);
    int row = 0;
    for (size_t at = top; at < journey->exchange_count && row < rows; at++)
        draw_exchange(model, at, scale, rect, row++, canvas);
    if (rows < rect.rows) draw_axis(scale, title, rect, row, canvas);
}
