// output — the lines of an action from the palette, following its end until somebody scrolls.
#include "console/output.h"

#include "console/model.h"
#include "overlays.h"

static void write_lines(const struct output *output, struct sheet *sheet) {
    if (output->left) {
        sheet_format(sheet, THEME_DIM, "%zu lines before these are not kept", output->left);
    }
    for (size_t i = 0; i < output->count; i++) {
        const struct output_line *line = &output->lines[(output->first + i) % OUTPUT_LINES];
        sheet_text(sheet, line->role, str_from(line->text));
    }
    if (output->progress) sheet_text(sheet, THEME_RUNNING, str_from(output->progress));
    if (!output->is_over && !output->progress) sheet_text(sheet, THEME_RUNNING, STR("under way …"));
}

static struct rect inside_of(struct rect rect) {
    rect_take_top(&rect, 1);
    rect_take_bottom(&rect, 1);
    return rect_inset(rect, 2);
}

static int count_rows(const struct output *output, int columns) {
    struct sheet sheet = {.rect = {.columns = columns}};
    write_lines(output, &sheet);
    return sheet.row;
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct output *output = &model->output;
    const struct rect inside = inside_of(rect);
    const int below = count_rows(output, inside.columns) - output->top - inside.rows;
    struct buf note = {0};
    if (below > 0) buf_add_format(&note, "%d more ↓", below);
    overlay_frame(canvas, rect, buf_str(&output->title), buf_str(&note));
    struct sheet sheet = {.canvas = canvas, .rect = inside, .top = output->top};
    write_lines(output, &sheet);
    buf_release(&note);
}

static void settle(struct model *model, struct rect rect) {
    struct output *output = &model->output;
    const struct rect inside = inside_of(rect);
    const int rows = count_rows(output, inside.columns);
    const int most = rows > inside.rows ? rows - inside.rows : 0;
    if (!output->has_scrolled || output->top > most) output->top = most;
    if (output->top < 0) output->top = 0;
    output->has_scrolled = output->top < most;
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    struct output *output = &model->output;
    const int page = model->layout.body.rows - 3, most = 1 << 20;
    int rows = 0;
    if (intent == INTENT_UP || intent == INTENT_DOWN) {
        rows = intent == INTENT_UP ? -1 : 1;
    } else if (intent == INTENT_PAGE_UP || intent == INTENT_PAGE_DOWN) {
        rows = intent == INTENT_PAGE_UP ? -page : page;
    } else if (intent == INTENT_FIRST || intent == INTENT_LAST) {
        rows = intent == INTENT_FIRST ? -most : most;
    } else if (intent == INTENT_STOP) {
        if (!output->is_over) effects_add(effects, command_new_cancel(output->run_id));
        return true;
    } else {
        return false;
    }
    output->top += rows;
    output->has_scrolled = true;
    return true;
}

static bool can(const struct model *model, enum intent intent) {
    return intent != INTENT_STOP || !model->output.is_over;
}

const struct overlay output_overlay = {
    .id = OVERLAY_OUTPUT,
    .context = KEYMAP_OUTPUT,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .can = can,
};
