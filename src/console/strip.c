// strip — see the header.
#include "console/strip.h"

#include "console/width.h"

#include <assert.h>
#include <math.h>

#define LINE 0x2500u
#define JOINED_FROM 78
#define BRIEF_BELOW_ROWS 16

// Rows that cause and fix of a failure may take, by the window's height: from 20 rows on all of them.
static const struct {
    int from_rows, cause, fix;
} failure_rows[] = {
    {.from_rows = 20, .cause = 4, .fix = 5},
    {.from_rows = 16, .cause = 2, .fix = 3},
    {.from_rows = 0, .cause = 2, .fix = 2},
};

static const char *const initials[] = {
    [HOP_SEGMENT] = "Seg",    [HOP_DESTINATION] = "Dst",     [HOP_LAMBDA] = "Lam",
    [HOP_PUT_EVENTS] = "Put", [HOP_RECOMMENDATIONS] = "Rec", [HOP_IDENTIFY] = "Idn",
    [HOP_PROFILE] = "Prf",
};
static_assert(ARRAY_COUNT(initials) == HOP_COUNT, "a short name per hop");

uint32_t strip_symbol(enum hop_state state, int tick) {
    static const uint32_t phases[] = {0x25D0, 0x25D3, 0x25D1, 0x25D2};
    switch (state) {
    case HOP_IDLE: return 0x25CB;
    case HOP_RUNNING: return phases[tick % 4];
    case HOP_DONE: return 0x2713;
    case HOP_FAILED: return 0x2717;
    case HOP_SKIPPED: return 0x2013;
    case HOP_HIDDEN: return '?';
    }
    return '?';
}

enum theme_role strip_role(enum hop_state state) {
    switch (state) {
    case HOP_IDLE:
    case HOP_SKIPPED: return THEME_DIM;
    case HOP_RUNNING: return THEME_RUNNING;
    case HOP_DONE: return THEME_GOOD;
    case HOP_FAILED: return THEME_BAD;
    case HOP_HIDDEN: return THEME_WARN;
    }
    return THEME_DIM;
}

void strip_add_ms(struct buf *out, double ms) {
    if (ms > 0 && ms < 0.095) {
        buf_add_format(out, "%.2f", ms < 0.005 ? 0.01 : ms); // the sandbox answers in microseconds
    } else if (ms < 9.95) {
        buf_add_format(out, "%.1f", ms);
    } else if (ms < 999.5) {
        buf_add_format(out, "%.0f", ms);
    } else if (ms < 9950.0) {
        buf_add_format(out, "%.1fs", ms / 1000.0);
    } else {
        buf_add_format(out, "%.0fs", fmin(ms / 1000.0, 999.0));
    }
}

struct strip_last strip_last(const struct model *model, enum hop_id id) {
    const struct hop *hop = &model->fire.hops[id];
    const struct meter_hop *meter = &model->meter.hops[id];
    const bool has_passed = meter->passed || meter->failed;
    if (model->fire.has_fired || !has_passed) return (struct strip_last){hop->state, hop->ms};
    return (struct strip_last){meter->has_failed_last ? HOP_FAILED : HOP_DONE, meter->last_ms};
}

// "1.2 ms" where there is room for the unit, "1.2" where not, "" when never measured.
static void add_time(struct buf *out, struct strip_last hop, bool has_unit) {
    if (hop.ms < 0 || (hop.state != HOP_DONE && hop.state != HOP_FAILED)) return;
    struct buf time = {0};
    strip_add_ms(&time, hop.ms);
    // beside short names there is room for three: ".04"
    const bool is_long = !has_unit && time.len > 3 && time.ptr[0] == '0';
    buf_add(out, str_skip(buf_str(&time), is_long ? 1 : 0));
    buf_release(&time);
    if (has_unit && out->ptr[out->len - 1] != 's') buf_add(out, STR(" ms"));
}

// Columns from the start of one hop to the start of the next, and the title it has room for.
struct form {
    bool is_short;
    int gap; // between a title's end and the next title
};

static struct form form_for(int columns, bool has_figures) {
    int titles = 0;
    for (int hop = 0; hop < HOP_COUNT; hop++) {
        titles += width_of_text(str_from(hop_title((enum hop_id)hop)));
    }
    if (columns < JOINED_FROM) {
        const int gap = (columns - 2 - HOP_COUNT * 3) / (HOP_COUNT - 1);
        return (struct form){.is_short = true, .gap = gap < 2 ? 2 : gap > 6 ? 6 : gap};
    }
    // the figures of the last hop want as much room as those of the others
    const int shares = HOP_COUNT - (has_figures ? 0 : 1);
    const int gap = (columns - 2 - titles) / shares;
    return (struct form){.gap = gap < 3 ? 3 : gap > 12 ? 12 : gap};
}

static enum theme_role title_role(enum hop_state state) {
    switch (state) {
    case HOP_DONE: return THEME_STRONG;
    case HOP_RUNNING: return THEME_RUNNING;
    case HOP_FAILED: return THEME_BAD;
    case HOP_IDLE:
    case HOP_SKIPPED:
    case HOP_HIDDEN: return THEME_DIM;
    }
    return THEME_DIM;
}

static int title_columns(enum hop_id id, struct form form) {
    return form.is_short ? 3 : width_of_text(str_from(hop_title(id)));
}

enum hop_id strip_hop_at(struct rect rect, int column) {
    const struct form form = form_for(rect.columns, rect.rows > 2);
    int start = rect.column + 1;
    for (int hop = 0; hop < HOP_COUNT; hop++) {
        const int end = start + title_columns((enum hop_id)hop, form) + form.gap;
        if (column < end) return column < start ? HOP_COUNT : (enum hop_id)hop;
        start = end;
    }
    return HOP_COUNT;
}

#define FIGURES_FROM_COLUMNS 100
#define FIGURES_FROM_ROWS 30
#define DOT 0x25CFu

int strip_rows(int columns, int rows) {
    return columns >= FIGURES_FROM_COLUMNS && rows >= FIGURES_FROM_ROWS ? 3 : 2;
}

// "1204 p99 3.1": how many passed, and how long the slowest of a hundred takes, where that has room.
// "≥1204" when only some of them were told.
static void
draw_figures(const struct meter_hop *meter, bool is_sampled, int columns, struct canvas_pen *pen) {
    struct buf text = {0}, failed = {0};
    int room = canvas_room(pen) < columns - 1 ? canvas_room(pen) : columns - 1;
    if (meter->passed)
        buf_add_format(&text, "%s%ju", is_sampled ? "≥" : "", (uintmax_t)meter->passed);
    const size_t count_length = text.len;
    const double slowest = meter_percentile(meter, 0.99);
    if (meter->passed && slowest >= 0) {
        buf_add(&text, STR(" p99 "));
        strip_add_ms(&text, slowest);
    }
    struct str shown = buf_str(&text);
    if (meter->failed) {
        buf_add_format(&failed, "%ju failed ", (uintmax_t)meter->failed);
        if (width_of_text(buf_str(&failed)) + width_of_text(shown) > room) {
            buf_reset(&failed);
            buf_add_format(&failed, "✗%ju ", (uintmax_t)meter->failed);
        }
        canvas_write(pen, THEME_BAD, buf_str(&failed));
        room -= width_of_text(buf_str(&failed));
    }
    if (width_of_text(shown) > room) shown.len = count_length;
    if (width_of_text(shown) <= room) canvas_write(pen, THEME_DIM, shown);
    buf_release(&text);
    buf_release(&failed);
}

// A dot on the line between two hops; where it passes a title, the title lights up.
static void draw_dot(
    const struct model *model,
    const int starts[HOP_COUNT],
    const int widths[HOP_COUNT],
    struct rect rect,
    struct canvas *canvas) {
    const double at = meter_travelled(model);
    if (at < 0) return;
    const int hop = (int)at;
    const int from = starts[hop], to = hop + 1 < HOP_COUNT ? starts[hop + 1] : from;
    const int column = from + (int)((at - hop) * (to - from));
    struct rect place = {.column = column, .row = rect.row, .columns = 1, .rows = 1};
    if (column >= from + widths[hop]) {
        canvas_fill(canvas, place, DOT, THEME_RUNNING);
        return;
    }
    place.column = from;
    place.columns = widths[hop];
    canvas_select(canvas, place);
}

void strip_draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    int starts[HOP_COUNT], widths[HOP_COUNT];
    const struct form form = form_for(rect.columns, rect.rows > 2);
    struct canvas_pen titles = canvas_pen(canvas, rect_inset(rect, 1), 0);
    struct canvas_pen states = canvas_pen(canvas, rect_inset(rect, 1), 1);
    for (int i = 0; i < HOP_COUNT; i++) {
        const struct strip_last last = strip_last(model, (enum hop_id)i);
        const enum theme_role role = strip_role(last.state);
        const char *title = form.is_short ? initials[i] : hop_title((enum hop_id)i);

        canvas_move_to(&states, titles.column);
        canvas_write_rune(&states, role, strip_symbol(last.state, model->tick));
        if (!form.is_short) canvas_write_text(&states, role, " ");
        struct buf time = {0};
        add_time(&time, last, !form.is_short);
        canvas_write(&states, role, buf_str(&time));
        buf_release(&time);

        const int start = titles.column;
        starts[i] = start;
        widths[i] = title_columns((enum hop_id)i, form);
        canvas_write_text(&titles, title_role(last.state), title);
        if (rect.rows > 2) {
            struct canvas_pen figures = canvas_pen(canvas, rect_inset(rect, 1), 2);
            canvas_move_to(&figures, start);
            draw_figures(
                &model->meter.hops[i], meter_is_sample(model, (enum hop_id)i), widths[i] + form.gap,
                &figures);
        }
        if (i == HOP_COUNT - 1) break;
        const int next = start + widths[i] + form.gap;
        const enum hop_state then = strip_last(model, (enum hop_id)(i + 1)).state;
        const bool is_reached = then == HOP_DONE || then == HOP_RUNNING || then == HOP_FAILED;
        const enum theme_role line = is_reached && last.state == HOP_DONE ? THEME_GOOD : THEME_RULE;
        const int margin = form.gap < 3 ? 0 : 1;
        canvas_repeat(&titles, line, ' ', margin);
        canvas_repeat(&titles, line, LINE, next - titles.column - margin);
        canvas_move_to(&titles, next);
    }
    draw_dot(model, starts, widths, rect, canvas);
}

static const struct hop *find_state(const struct model *model, enum hop_state state) {
    for (int i = 0; i < HOP_COUNT; i++) {
        if (model->fire.hops[i].state == state) return &model->fire.hops[i];
    }
    return NULL;
}

const struct hop *strip_failed(const struct model *model) {
    const struct hop *failed = find_state(model, HOP_FAILED);
    if (!failed || failed->id != HOP_LAMBDA) return failed;
    for (int id = HOP_LAMBDA + 1; id < HOP_PROFILE; id++)
        if (model->fire.hops[id].state == HOP_FAILED) return &model->fire.hops[id];
    return failed;
}

static bool has_failure(const struct model *model) {
    if (!model->fire.has_fired) return false;
    return find_state(model, HOP_FAILED) || model->fire.problem.code != ERROR_NONE;
}

// In a low window what has opened over the whole body needs the rows more: it tells the rest, or was opened to.
static bool is_brief(const struct model *model) {
    const struct overlay *overlay = overlay_top(model);
    return overlay && !overlay->measure && model->rows < BRIEF_BELOW_ROWS;
}

static void write_failure(const struct model *model, struct sheet *sheet) {
    const struct hop *failed = strip_failed(model);
    const char *cause = failed && failed->detail[0] ? failed->detail : model->fire.problem.message;
    const char *fix = failed && failed->hint[0] ? failed->hint : model->fire.problem.hint;
    size_t form = 0;
    while (model->rows < failure_rows[form].from_rows)
        form++;
    struct buf text = {0};
    if (failed) buf_add_format(&text, "%s: ", hop_title(failed->id));
    buf_add(&text, str_from(cause));
    sheet_item_within(
        sheet, THEME_BAD, "✗ ", THEME_STRONG, buf_str(&text),
        is_brief(model) ? 1 : failure_rows[form].cause);
    if (fix[0] && !is_brief(model)) {
        sheet_item_within(
            sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(fix), failure_rows[form].fix);
    }
    buf_release(&text);
}

int strip_summary_rows(const struct model *model) {
    if (!has_failure(model)) return 1;
    struct sheet sheet = {.rect = {.columns = model->columns - 2}};
    write_failure(model, &sheet);
    return sheet.row;
}

static double total_ms(const struct model *model) {
    double total = 0;
    for (int i = 0; i < HOP_COUNT; i++) {
        const struct hop *hop = &model->fire.hops[i];
        if (hop->state == HOP_DONE && hop->ms > 0) total += hop->ms;
    }
    return total;
}

static void draw_turned(const struct model *model, struct canvas_pen *pen) {
    struct buf time = {0};
    strip_add_ms(&time, total_ms(model));
    if (time.ptr[time.len - 1] != 's') buf_add(&time, STR(" ms"));
    canvas_write_text(pen, THEME_GOOD, "✓ ");
    canvas_write_format(pen, THEME_STRONG, "The loop turned in %s", buf_text(&time));
    canvas_write_format(pen, THEME_DIM, " · %s", model->fire.label);
    buf_release(&time);
}

void strip_draw_summary(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct rect inner = rect_inset(rect, 1);
    struct canvas_pen pen = canvas_pen(canvas, inner, 0);
    const struct hop *running = find_state(model, HOP_RUNNING);
    if (!model->fire.has_fired) {
        canvas_write_text(&pen, THEME_DIM, "Press ");
        canvas_write_text(
            &pen, THEME_KEY, keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_FIRE).text);
        struct buf label = {0};
        composer_add_label(model, &label);
        canvas_write_format(&pen, THEME_DIM, " to fire %s", buf_text(&label));
        buf_release(&label);
        canvas_write_format(&pen, THEME_DIM, " as shopper %s", model->user);
    } else if (has_failure(model)) {
        struct sheet sheet = {.canvas = canvas, .rect = inner};
        write_failure(model, &sheet);
    } else if (model->fire.hops[HOP_PROFILE].state == HOP_DONE) {
        draw_turned(model, &pen);
    } else if (running) {
        canvas_write_format(
            &pen, THEME_RUNNING, "%s: %s", hop_title(running->id),
            running->detail[0] ? running->detail : hop_help(running->id));
        canvas_write_format(&pen, THEME_DIM, " · %s", model->fire.label);
    } else {
        canvas_write_text(&pen, THEME_TEXT, model->fire.run_id ? "Under way" : "The event is sent");
        canvas_write_format(&pen, THEME_DIM, " · %s", model->fire.label);
    }
}
