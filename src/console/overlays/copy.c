// copy — the menu of forms, and below it what would be copied; see console/copy_menu.h.
#include "console/model.h"
#include "overlays.h"

#define COLUMNS 96
#define PREVIEW_ROWS 14
#define FORM_COLUMNS 16
#define TRACKING STR("https://api.segment.io")

static const struct copy_menu_form *selected(const struct model *model) {
    return &model->copying.forms[model->copying.selected];
}

static void forget(struct copy_menu *menu) {
    for (int form = 0; form < COPY_AS_COUNT; form++)
        buf_release(&menu->forms[form].text);
    *menu = (struct copy_menu){0};
}

static void make(struct model *model, enum copy_as_form form, const struct copy_as_source *source) {
    struct copy_menu_form *at = &model->copying.forms[form];
    struct copy_as_source told = *source;
    if (!told.region.len && model->backend)
        told.region = str_from(model->backend->as.backend.region);
    buf_reset(&at->text);
    at->is_made = copy_as(form, &told, &at->text, &at->why);
}

static void open_menu(struct model *model) {
    struct copy_menu *menu = &model->copying;
    for (int form = COPY_AS_COUNT - 1; form >= 0; form--)
        if (menu->forms[form].is_made) menu->selected = (enum copy_as_form)form;
    overlay_open(model, OVERLAY_COPY);
}

void copy_menu_open(struct model *model, const struct copy_as_source *source) {
    forget(&model->copying);
    for (int form = 0; form < COPY_AS_COUNT; form++)
        make(model, (enum copy_as_form)form, source);
    open_menu(model);
}

static struct str function_of(const struct model *model) {
    const struct message *settings = model->settings;
    for (size_t i = 0; settings && i < settings->as.settings.setting_count; i++) {
        const struct message_setting *setting = &settings->as.settings.settings[i];
        if (str_equal(str_from(setting->key), STR("lambda_function")))
            return str_from(setting->value);
    }
    return (struct str){0};
}

// AWS knows no event but the one that the destination gives to the function.
static void make_invokes(struct model *model, const char *url, const char *json) {
    struct buf http = {0};
    const struct str function = function_of(model);
    const char *region = model->backend ? model->backend->as.backend.region : NULL;
    if (!function.len) return;
    buf_add(&http, STR("POST "));
    if (url)
        buf_add(&http, str_from(url));
    else
        buf_add_format(&http, "https://lambda.%s.amazonaws.com", region ? region : "us-east-1");
    buf_add(&http, STR("/2015-03-31/functions/"));
    buf_add(&http, function);
    buf_add(&http, STR("/invocations\nX-Amz-Invocation-Type: RequestResponse\n"));
    buf_add(&http, STR("X-Amz-Log-Type: Tail\n\n"));
    buf_add(&http, str_from(json));
    const struct copy_as_source source = {.http = buf_str(&http)};
    make(model, COPY_AS_AWS, &source);
    make(model, COPY_AS_BOTO3, &source);
    buf_release(&http);
}

void copy_menu_open_event(struct model *model, const char *type, const char *json) {
    struct buf http = {0};
    const struct message *backend = model->backend;
    const char *url = backend && !model_is_live(model) ? backend->as.backend.url : NULL;
    copy_as_add_event_request(
        &http, url ? str_from(url) : TRACKING, str_from(type), str_from(json));
    const struct copy_as_source source = {.http = buf_str(&http)};
    copy_menu_open(model, &source);
    make_invokes(model, url, json);
    buf_release(&http);
}

static void write_forms(const struct model *model, struct sheet *sheet) {
    for (int form = 0; form < COPY_AS_COUNT; form++) {
        const struct copy_menu_form *at = &model->copying.forms[form];
        const bool is_here = form == (int)model->copying.selected;
        struct canvas_pen pen = sheet_line(sheet);
        canvas_write_text(&pen, THEME_KEY, is_here ? "▸" : " ");
        canvas_write_column(
            &pen, at->is_made ? THEME_STRONG : THEME_DIM,
            str_from(copy_as_title((enum copy_as_form)form)), FORM_COLUMNS);
        if (!at->is_made) canvas_write_text(&pen, THEME_DIM, at->why.message);
    }
}

static void write_preview(const struct model *model, struct sheet *sheet) {
    const struct copy_menu_form *form = selected(model);
    sheet_blank(sheet);
    if (form->is_made) {
        sheet_text(sheet, THEME_VALUE, str_trim(buf_str(&form->text)));
        return;
    }
    sheet_item(sheet, THEME_BAD, "✗ ", THEME_TEXT, str_from(form->why.message));
    if (form->why.hint[0])
        sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(form->why.hint));
}

// Always the same, so that it does not jump with the form.
static void measure(const struct model *model, int columns, int *out_rows, int *out_columns) {
    (void)model;
    *out_columns = columns < COLUMNS ? columns : COLUMNS;
    *out_rows = COPY_AS_COUNT + 1 + PREVIEW_ROWS + 2;
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    struct buf note = {0};
    buf_add_format(
        &note, "%s copies", keymap_name_of(&model->keymap, KEYMAP_COPY, INTENT_YES).text);
    const struct rect inside = overlay_frame(canvas, rect, STR("Copy as"), buf_str(&note));
    buf_release(&note);
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(inside, 1)};
    write_forms(model, &sheet);
    write_preview(model, &sheet);
}

static void copy(struct model *model, struct effects *effects) {
    const struct copy_menu_form *form = selected(model);
    if (!form->is_made) {
        model_note(model, THEME_BAD, "%s", form->why.message);
        model->notice.mark = "✗ ";
        buf_add(&model->notice.hint, str_from(form->why.hint));
        return;
    }
    // without its last line break: a shell would run it at once
    buf_add(&effects->copy, str_trim(buf_str(&form->text)));
    model_note(
        model, THEME_GOOD, "✓ Copied as %s: %zu bytes. Secrets are variables in it.",
        copy_as_title(model->copying.selected), form->text.len);
    overlay_close(model);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    const int here = (int)model->copying.selected;
    if (intent == INTENT_UP) {
        model->copying.selected = (enum copy_as_form)((here + COPY_AS_COUNT - 1) % COPY_AS_COUNT);
    } else if (intent == INTENT_DOWN) {
        model->copying.selected = (enum copy_as_form)((here + 1) % COPY_AS_COUNT);
    } else if (intent == INTENT_YES) {
        copy(model, effects);
    } else {
        return false;
    }
    return true;
}

static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    const int at = row - rect.row - 1;
    (void)column;
    if (at < 0 || at >= COPY_AS_COUNT) return;
    if (at == (int)model->copying.selected) {
        copy(model, effects);
        return;
    }
    model->copying.selected = (enum copy_as_form)at;
}

static void closed(struct model *model) {
    forget(&model->copying);
}

const struct overlay copy_overlay = {
    .id = OVERLAY_COPY,
    .context = KEYMAP_COPY,
    .measure = measure,
    .draw = draw,
    .handle = handle,
    .click = click,
    .closed = closed,
};
