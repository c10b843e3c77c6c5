// event — the JSON of the event being edited in place, with the place and the reason of what is wrong in it.
#include "console/model.h"
#include "console/view.h"
#include "internal.h"
#include "overlays.h"

#define FOOT_ROWS 2

static struct rect text_rect(struct rect rect) {
    (void)rect_take_top(&rect, 1);
    (void)rect_take_bottom(&rect, FOOT_ROWS);
    return rect;
}

static size_t wrong_at(const struct composer *composer) {
    return composer->check.is_good ? SIZE_MAX : composer->check.offset;
}

static void draw_state(const struct composer *composer, struct rect rect, struct canvas *canvas) {
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(rect, 1)};
    struct buf text = {0};
    if (!composer->check.is_good) {
        buf_add_format(
            &text, "line %zu, column %zu: %s", composer->check.line, composer->check.column,
            composer->check.message);
        sheet_item_within(&sheet, THEME_BAD, "✗ ", THEME_STRONG, buf_str(&text), FOOT_ROWS);
    } else if (composer->paste_note.len) {
        buf_add_format(&text, "removed from the paste: %s", buf_text(&composer->paste_note));
        sheet_item_within(&sheet, THEME_WARN, "• ", THEME_TEXT, buf_str(&text), FOOT_ROWS);
    } else if (composer->editor.text.len > COMPOSER_MESSAGE_BYTES) {
        sheet_item_within(
            &sheet, THEME_WARN, "• ", THEME_TEXT,
            STR("good JSON; more than the 32 KB that Segment takes"), FOOT_ROWS);
    } else {
        sheet_item_within(&sheet, THEME_GOOD, "✓ ", THEME_TEXT, STR("good JSON"), FOOT_ROWS);
    }
    buf_release(&text);
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct composer *composer = &model->composer;
    const struct text_editor *editor = &composer->editor;
    struct rect rest = rect;
    const struct rect rule = rect_take_top(&rest, 1);
    const struct rect foot = rect_take_bottom(&rest, FOOT_ROWS);
    struct buf note = {0};
    canvas_fill(canvas, rect, ' ', THEME_TEXT);
    buf_add_format(
        &note, "%zu:%zu · %zu bytes", text_editor_line(editor), text_editor_column(editor),
        editor->text.len);
    view_rule(canvas, rule, STR("The event as JSON"), buf_str(&note));
    text_editor_draw(editor, rest, wrong_at(composer), canvas);
    draw_state(composer, foot, canvas);
    buf_release(&note);
}

static void settle(struct model *model, struct rect rect) {
    text_editor_settle(&model->composer.editor, text_rect(rect));
}

// What stands in the editor becomes the event, good or not; without a change the template stays.
static void keep(struct model *model) {
    struct buf text = {0};
    buf_add(&text, buf_str(&model->composer.editor.text));
    struct buf before = {0};
    composer_add_json(model, &before);
    if (!str_equal(str_trim(buf_str(&before)), str_trim(buf_str(&text)))) {
        buf_reset(&model->composer.own);
        buf_add(&model->composer.own, str_trim(buf_str(&text)));
        model->composer.chosen = COMPOSER_OWN;
        model->composer.shows_result = false;
    }
    buf_release(&before);
    buf_release(&text);
}

static void check(struct model *model) {
    json_check(buf_str(&model->composer.editor.text), &model->composer.check);
    buf_reset(&model->composer.paste_note);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    struct composer *composer = &model->composer;
    if (intent == INTENT_FIRE) {
        keep(model);
        if (!composer->check.is_good) {
            text_editor_go_to(&composer->editor, composer->check.offset);
            return true;
        }
        overlay_close(model);
        internal_fire(model, effects);
    } else if (intent == INTENT_OUTER_EDITOR) {
        composer_edit(model, effects);
    } else if (intent == INTENT_GO_TO_ERROR) {
        if (!composer->check.is_good) text_editor_go_to(&composer->editor, composer->check.offset);
    } else if (text_editor_handle(&composer->editor, intent)) {
        check(model);
    } else {
        return false;
    }
    return true;
}

static bool type(struct model *model, uint32_t rune, struct effects *effects) {
    (void)effects;
    text_editor_type(&model->composer.editor, rune);
    check(model);
    return true;
}

static void paste(struct model *model, struct str text) {
    struct buf note = {0};
    text_editor_paste(&model->composer.editor, text, &note);
    check(model);
    buf_add(&model->composer.paste_note, buf_str(&note));
    buf_release(&note);
}

static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    (void)effects;
    text_editor_click(&model->composer.editor, text_rect(rect), column, row);
}

static void closed(struct model *model) {
    keep(model);
    text_editor_release(&model->composer.editor);
    json_check(buf_str(&model->composer.own), &model->composer.check);
}

const struct overlay event_overlay = {
    .id = OVERLAY_EVENT,
    .context = KEYMAP_TEXT,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .type = type,
    .paste = paste,
    .click = click,
    .closed = closed,
    .takes_text = true,
};
