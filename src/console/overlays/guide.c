// guide — `?` on a setting: where the value is found, which step of the workshop sets it, what it looks like and
// what people get wrong there.
#include "config/setting_guide.h"
#include "config/settings.h"
#include "console/model.h"
#include "overlays.h"

#define COLUMNS 76

static void add(struct sheet *sheet, const char *label, enum theme_role role, const char *text) {
    if (!text || !text[0]) return;
    sheet_item(sheet, THEME_DIM, label, role, str_from(text));
}

static void add_names(struct sheet *sheet, const struct setting *setting) {
    struct buf names = {0};
    for (size_t i = 0; i < SETTINGS_MAX_ENVIRONMENT && setting->environment[i]; i++)
        buf_add_format(&names, "%s%s", i ? ", " : "", setting->environment[i]);
    add(sheet, "environment  ", THEME_TEXT, buf_text(&names));
    buf_release(&names);
}

static void write_guide(const struct model *model, struct sheet *sheet) {
    const struct message_setting *row = setup_selected(model);
    if (!row) return;
    const struct setting *setting = settings_find(str_from(row->key));
    const struct setting_guide *guide = setting_guide_find(str_from(row->key));
    if (row->help) sheet_text(sheet, THEME_STRONG, str_from(row->help));
    sheet_blank(sheet);
    if (guide) {
        add(sheet, "found in     ", THEME_TEXT, guide->where);
        add(sheet, "set by       ", THEME_TEXT,
            guide->step ? guide->step : "no step of the workshop");
        if (guide->mistake) add(sheet, "often wrong  ", THEME_WARN, guide->mistake);
    }
    if (!setting) return;
    add(sheet, "looks like   ", THEME_VALUE, setting->example);
    if (setting->choices) add(sheet, "one of       ", THEME_VALUE, setting->choices);
    add(sheet, "default      ", THEME_VALUE, setting->initial);
    add_names(sheet, setting);
}

static void measure(const struct model *model, int columns, int *out_rows, int *out_columns) {
    *out_columns = columns < COLUMNS ? columns : COLUMNS;
    struct sheet sheet = {.rect = {.columns = *out_columns - 4}};
    write_guide(model, &sheet);
    *out_rows = sheet.row + 2;
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct message_setting *row = setup_selected(model);
    struct buf note = {0};
    buf_add_format(
        &note, "%s edits", keymap_name_of(&model->keymap, KEYMAP_GUIDE, INTENT_EDIT).text);
    const struct rect inside =
        overlay_frame(canvas, rect, str_from(row ? row->key : ""), buf_str(&note));
    buf_release(&note);
    struct sheet sheet = {
        .canvas = canvas, .rect = rect_inset(inside, 1), .top = model->setup_guide_top};
    write_guide(model, &sheet);
}

static void settle(struct model *model, struct rect rect) {
    struct sheet sheet = {.rect = {.columns = rect.columns - 4}};
    write_guide(model, &sheet);
    const int most = sheet.row > rect.rows - 2 ? sheet.row - rect.rows + 2 : 0;
    if (model->setup_guide_top > most) model->setup_guide_top = most;
    if (model->setup_guide_top < 0) model->setup_guide_top = 0;
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    if (intent == INTENT_UP || intent == INTENT_DOWN) {
        model->setup_guide_top += intent == INTENT_UP ? -1 : 1;
    } else if (intent == INTENT_HELP) {
        model->help_top = 0;
        overlay_open(model, OVERLAY_HELP);
    } else if (intent == INTENT_EDIT) {
        overlay_close(model);
        pane_get(PANE_SETUP)->handle(model, INTENT_EDIT, effects);
    } else {
        return false;
    }
    return true;
}

static void closed(struct model *model) {
    model->setup_guide_top = 0;
}

const struct overlay guide_overlay = {
    .id = OVERLAY_GUIDE,
    .context = KEYMAP_GUIDE,
    .measure = measure,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .closed = closed,
};
