// event — the event that t fires: how it is sent, from which template, its fields, its JSON; and what came of the
// last one: every hop, the function's log, the verdict.
#include "base/memory.h"
#include "console/model.h"
#include "console/strip.h"
#include "panes.h"
#include "protocol/log_verdict.h"

#include <assert.h>

static const struct {
    const char *label, *help;
    bool has_choices;
} fields[] = {
    [MODEL_FIELD_VIA] =
        {
            .label = "Send via",
            .help =
                "segment: through the source, as a website does. destination: as Segment does, "
                "assume the role and invoke the function. handler: run the function's code here.",
            .has_choices = true,
        },
    [MODEL_FIELD_TEMPLATE] =
        {
            .label = "Template",
            .help = "What kind of event; the broken ones show what refusals look like.",
            .has_choices = true,
        },
    [MODEL_FIELD_NAME] =
        {
            .label = "Event",
            .help = "What the shopper did, object and past tense.",
            .has_choices = true,
        },
    [MODEL_FIELD_PRODUCT] =
        {
            .label = "Product",
            .help = "properties.sku, which becomes the item of PutEvents.",
            .has_choices = true,
        },
    [MODEL_FIELD_USER] =
        {
            .label = "Shopper",
            .help = "userId; the list and the profile shown are this shopper's.",
            .has_choices = false,
        },
    [MODEL_FIELD_JSON] =
        {
            .label = "JSON",
            .help = "messageId and timestamp are added when it is fired, unless they stand in it.",
            .has_choices = false,
        },
};
static_assert(ARRAY_COUNT(fields) == MODEL_FIELD_COUNT, "a row per field");

// What the recommender counts (protocols/segment.md 2).
static const char *const names[] = {
    "Product Clicked",
    "Product Viewed",
    "Product Added",
    "Order Completed",
};

static enum model_field selected(const struct model *model) {
    return (enum model_field)model->lists[PANE_EVENT].selected;
}

static size_t count(const struct model *model) {
    (void)model;
    return MODEL_FIELD_COUNT;
}

// Fields that one's own JSON has taken the place of.
static bool is_of_template(enum model_field field) {
    return field == MODEL_FIELD_NAME || field == MODEL_FIELD_PRODUCT;
}

static bool is_idle(const struct model *model, enum model_field field) {
    return is_of_template(field) && !composer_uses_fields(model);
}

static const char *value_of(const struct model *model, enum model_field field) {
    switch (field) {
    case MODEL_FIELD_VIA: return model_via_name(model->event.via);
    case MODEL_FIELD_TEMPLATE: return composer_title(model);
    case MODEL_FIELD_NAME: return model->event.name;
    case MODEL_FIELD_PRODUCT: return model->event.sku;
    case MODEL_FIELD_USER: return model->user;
    case MODEL_FIELD_JSON: return composer_uses_fields(model) ? "from the template" : "your own";
    case MODEL_FIELD_COUNT: break;
    }
    return "";
}

static void draw_json_state(const struct model *model, struct canvas_pen *pen) {
    const struct json_check *check = &model->composer.check;
    if (composer_uses_fields(model)) return;
    if (check->is_good) {
        canvas_write_text(pen, THEME_GOOD, "  ✓");
        return;
    }
    canvas_write_format(
        pen, THEME_BAD, "  ✗ %zu:%zu %s", check->line, check->column, check->message);
}

static void draw_row(const struct model *model, size_t row, struct canvas_pen *pen) {
    const enum model_field field = (enum model_field)row;
    const bool is_here = row == model->lists[PANE_EVENT].selected;
    canvas_write_column(pen, THEME_NAME, str_from(fields[field].label), 10);
    if (is_here && model->editing == MODEL_EDITING_FIELD) {
        canvas_write_text(pen, THEME_TEXT, "  ");
        editor_draw(&model->editor, pen);
        return;
    }
    if (is_idle(model, field)) {
        canvas_write_text(pen, THEME_DIM, "  as the JSON says");
        return;
    }
    const bool has_arrows = is_here && fields[field].has_choices;
    canvas_write_text(pen, THEME_DIM, has_arrows ? "← " : "  ");
    canvas_write_text(pen, THEME_STRONG, value_of(model, field));
    if (has_arrows) canvas_write_text(pen, THEME_DIM, " →");
    if (field == MODEL_FIELD_JSON) draw_json_state(model, pen);
    if (field != MODEL_FIELD_PRODUCT) return;
    const struct model_product *product = model_find_product(model, model->event.sku);
    canvas_write_text(pen, THEME_DIM, "  ");
    canvas_write_text(pen, THEME_DIM, product ? product->name : "not in the catalogue");
}

// What came of it

static void write_verdict(const struct model *model, struct sheet *sheet) {
    const struct model_fire *fire = &model->fire;
    const struct hop *lambda = &fire->hops[HOP_LAMBDA];
    if (fire->run_id) {
        sheet_item(sheet, THEME_RUNNING, "◐ ", THEME_TEXT, STR("under way"));
        return;
    }
    if (fire->problem.code == ERROR_NONE) {
        const bool is_closed = fire->hops[HOP_PROFILE].state == HOP_DONE;
        sheet_item(
            sheet, THEME_GOOD, "✓ ", THEME_STRONG,
            is_closed ? STR("The loop is closed: the trait was written.") : STR("Accepted."));
        return;
    }
    if (lambda->status == 200 || fire->hops[HOP_SEGMENT].status == 200)
        sheet_text(sheet, THEME_WARN, STR("200 Success, and yet it failed:"));
    sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(fire->problem.message));
    if (fire->problem.hint[0])
        sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(fire->problem.hint));
}

static void write_hops(const struct model *model, struct sheet *sheet) {
    for (int id = 0; id < HOP_COUNT; id++) {
        const struct hop *hop = &model->fire.hops[id];
        struct canvas_pen pen = sheet_line(sheet);
        struct buf ms = {0};
        if (hop->ms >= 0) strip_add_ms(&ms, hop->ms);
        canvas_write_rune(&pen, strip_role(hop->state), strip_symbol(hop->state, model->tick));
        canvas_write_text(&pen, THEME_TEXT, " ");
        canvas_write_column(&pen, THEME_NAME, str_from(hop_title(hop->id)), 12);
        canvas_write_column_right(&pen, THEME_NUMBER, buf_str(&ms), 6);
        if (hop->status) canvas_write_format(&pen, THEME_DIM, "  %d", hop->status);
        canvas_write_text(&pen, THEME_TEXT, "  ");
        canvas_write_text(&pen, hop->state == HOP_FAILED ? THEME_BAD : THEME_TEXT, hop->detail);
        buf_release(&ms);
    }
}

// Lambda parts the fields of a line with tabs.
static void add_log_line(struct buf *out, struct str line) {
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '\t')
            buf_add(out, STR("  "));
        else
            buf_add_char(out, line.ptr[i]);
    }
}

static void write_log(const struct model *model, struct sheet *sheet) {
    const struct composer *composer = &model->composer;
    struct str rest = buf_str(&composer->log);
    struct log_verdict verdict = {0};
    if (!rest.len) return;
    const bool has_verdict = log_verdict_find(rest, &verdict);
    sheet_blank(sheet);
    const enum hop_state lambda = model->fire.hops[HOP_LAMBDA].state;
    const bool has_run = lambda == HOP_DONE || lambda == HOP_FAILED;
    sheet_text(sheet, THEME_HEADING, has_run ? STR("The function's log") : STR("What was told"));
    while (rest.len) {
        struct str line = {0};
        str_split(rest, '\n', &line, &rest);
        const bool is_it = has_verdict && line.ptr == verdict.line.ptr;
        struct buf shown = {0};
        add_log_line(&shown, line);
        sheet_item(
            sheet, is_it ? THEME_BAD : THEME_DIM, is_it ? "✗ " : "│ ",
            is_it ? THEME_BAD : THEME_TEXT, buf_str(&shown));
        buf_release(&shown);
    }
    if (composer->is_log_cut) sheet_text(sheet, THEME_DIM, STR("… and more than is kept here"));
}

static bool has_result(const struct model *model) {
    return model->fire.has_fired && model->composer.shows_result;
}

static void write_help(const struct model *model, struct sheet *sheet) {
    struct buf text = {0};
    if (selected(model) == MODEL_FIELD_JSON) {
        buf_add_format(
            &text, "%s edits it in place, %s in $VISUAL or $EDITOR. ",
            keymap_name_of(&model->keymap, KEYMAP_EVENT, INTENT_EDIT).text,
            keymap_name_of(&model->keymap, KEYMAP_EVENT, INTENT_OUTER_EDITOR).text);
    }
    buf_add(&text, str_from(fields[selected(model)].help));
    sheet_text(sheet, THEME_DIM, buf_str(&text));
    buf_release(&text);
}

static void detail(const struct model *model, struct sheet *sheet) {
    struct buf json = {0};
    if (has_result(model)) {
        write_verdict(model, sheet);
        sheet_blank(sheet);
        write_hops(model, sheet);
        write_log(model, sheet);
        sheet_blank(sheet);
    } else if (composer_expects(model)) {
        sheet_item(sheet, THEME_DIM, "• ", THEME_TEXT, str_from(composer_expects(model)));
    }
    composer_add_json(model, &json);
    if (has_result(model)) sheet_text(sheet, THEME_HEADING, STR("As it will be sent"));
    sheet_json(sheet, buf_str(&json));
    sheet_blank(sheet);
    write_help(model, sheet);
    buf_release(&json);
}

static void title_text(const struct model *model, struct buf *title, struct buf *note) {
    buf_add(title, STR("The event"));
    if (model->fire.run_id)
        buf_add(note, STR("under way"));
    else
        buf_add_format(
            note, "%s fires it",
            keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_FIRE).text);
}

static void detail_title(const struct model *model, struct buf *title) {
    buf_add(title, has_result(model) ? STR("What came of it") : STR("As it will be sent"));
}

static size_t wrap(size_t at, int step, size_t size) {
    return step > 0 ? (at + 1) % size : (at + size - 1) % size;
}

static void replace(char **owned, const char *text) {
    struct buf copy = {0};
    buf_add(&copy, str_from(text));
    char *old = *owned;
    *owned = buf_take(&copy);
    mem_free(old);
}

static void choose_name(struct model *model, int step) {
    size_t at = 0;
    while (at < ARRAY_COUNT(names) && strcmp(names[at], model->event.name) != 0)
        at++;
    // a name of one's own stands before the first
    at = at == ARRAY_COUNT(names) ? 0 : wrap(at, step, ARRAY_COUNT(names));
    replace(&model->event.name, names[at]);
}

static void choose_product(struct model *model, int step) {
    const struct model_options *options = &model->options;
    if (!options->product_count) return;
    const struct model_product *product = model_find_product(model, model->event.sku);
    size_t at = 0;
    if (product) at = wrap((size_t)(product - options->products), step, options->product_count);
    replace(&model->event.sku, options->products[at].sku);
}

static void choose(struct model *model, int step) {
    switch (selected(model)) {
    case MODEL_FIELD_VIA:
        model->event.via = (enum model_via)wrap(model->event.via, step, MODEL_VIA_COUNT);
        break;
    case MODEL_FIELD_TEMPLATE: composer_choose(model, step); break;
    case MODEL_FIELD_NAME: choose_name(model, step); break;
    case MODEL_FIELD_PRODUCT: choose_product(model, step); break;
    case MODEL_FIELD_USER:
    case MODEL_FIELD_JSON:
    case MODEL_FIELD_COUNT: break;
    }
    model->composer.shows_result = false;
}

static bool can(const struct model *model, enum intent intent) {
    if (intent == INTENT_RESEND || intent == INTENT_RESEND_SAME)
        return model->composer.sent.len > 0;
    if (intent != INTENT_VALUE_NEXT && intent != INTENT_VALUE_PREVIOUS) return true;
    return fields[selected(model)].has_choices && !is_idle(model, selected(model));
}

static void edit(struct model *model) {
    const enum model_field field = selected(model);
    if (field == MODEL_FIELD_JSON || is_idle(model, field)) {
        composer_open(model);
    } else if (field == MODEL_FIELD_VIA || field == MODEL_FIELD_TEMPLATE) {
        choose(model, 1); // fixed choices: nothing to type
    } else {
        model_edit(model, MODEL_EDITING_FIELD, str_from(value_of(model, field)), false);
    }
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    if (intent == INTENT_VALUE_NEXT || intent == INTENT_VALUE_PREVIOUS) {
        if (!is_idle(model, selected(model))) choose(model, intent == INTENT_VALUE_NEXT ? 1 : -1);
    } else if (intent == INTENT_RESEND || intent == INTENT_RESEND_SAME) {
        composer_resend(model, intent == INTENT_RESEND_SAME, effects);
    } else if (intent == INTENT_OUTER_EDITOR) {
        composer_edit(model, effects);
    } else if (intent == INTENT_EDIT) {
        edit(model);
    } else {
        return false;
    }
    return true;
}

const struct pane event_pane = {
    .id = PANE_EVENT,
    .context = KEYMAP_EVENT,
    .title = "Event",
    .short_title = "Event",
    .help = "The event to be fired, the way it takes into the loop, and what came of it.",
    .place_of_two = PANE_PLACE_LEFT,
    .place_of_three = PANE_PLACE_LEFT,
    .list_share = 50,
    .list_rows = MODEL_FIELD_COUNT + 1,
    .detail_rows = 14,
    .count = count,
    .draw_row = draw_row,
    .detail = detail,
    .title_text = title_text,
    .detail_title = detail_title,
    .copy = composer_add_json,
    .handle = handle,
    .can = can,
};
