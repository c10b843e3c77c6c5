// event — the event that t fires: how it is sent, its name, product and shopper, and its JSON.
#include "base/memory.h"
#include "console/model.h"
#include "panes.h"

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
};
static_assert(ARRAY_COUNT(fields) == MODEL_FIELD_COUNT, "a row per field");

// What the recommender counts (protocols/segment.md 2).
static const char *const names[] = {
    "Product Clicked",
    "Product Viewed",
    "Product Added",
    "Order Completed",
};

static size_t count(const struct model *model) {
    (void)model;
    return MODEL_FIELD_COUNT;
}

static const char *value_of(const struct model *model, enum model_field field) {
    switch (field) {
    case MODEL_FIELD_VIA: return model_via_name(model->event.via);
    case MODEL_FIELD_NAME: return model->event.name;
    case MODEL_FIELD_PRODUCT: return model->event.sku;
    case MODEL_FIELD_USER: return model->user;
    case MODEL_FIELD_COUNT: break;
    }
    return "";
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
    const bool has_arrows = is_here && fields[field].has_choices;
    canvas_write_text(pen, THEME_DIM, has_arrows ? "← " : "  ");
    canvas_write_text(pen, THEME_STRONG, value_of(model, field));
    if (has_arrows) canvas_write_text(pen, THEME_DIM, " →");
    if (field != MODEL_FIELD_PRODUCT) return;
    const struct model_product *product = model_find_product(model, model->event.sku);
    canvas_write_text(pen, THEME_DIM, "  ");
    canvas_write_text(pen, THEME_DIM, product ? product->name : "not in the catalogue");
}

static void detail(const struct model *model, struct sheet *sheet) {
    struct buf json = {0};
    model_add_event_json(model, &json);
    sheet_json(sheet, buf_str(&json));
    sheet_blank(sheet);
    sheet_text(sheet, THEME_DIM, str_from(fields[model->lists[PANE_EVENT].selected].help));
    buf_release(&json);
}

static void copy(const struct model *model, struct buf *out) {
    struct json document = {0};
    struct buf text = {0};
    struct error ignored;
    model_add_event_json(model, &text);
    if (json_parse(buf_str(&text), &document, &ignored)) json_print_pretty(document.root, out);
    json_release(&document);
    buf_release(&text);
}

static void title_text(const struct model *model, struct buf *title, struct buf *note) {
    buf_add(title, STR("The event"));
    buf_add(note, model->fire.run_id ? STR("under way") : STR("t fires it"));
}

static void detail_title(const struct model *model, struct buf *title) {
    (void)model;
    buf_add(title, STR("As it will be sent"));
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
    switch ((enum model_field)model->lists[PANE_EVENT].selected) {
    case MODEL_FIELD_VIA:
        model->event.via = (enum model_via)wrap(model->event.via, step, MODEL_VIA_COUNT);
        break;
    case MODEL_FIELD_NAME: choose_name(model, step); break;
    case MODEL_FIELD_PRODUCT: choose_product(model, step); break;
    case MODEL_FIELD_USER:
    case MODEL_FIELD_COUNT: break;
    }
}

static bool can(const struct model *model, enum intent intent) {
    if (intent != INTENT_VALUE_NEXT && intent != INTENT_VALUE_PREVIOUS) return true;
    return fields[model->lists[PANE_EVENT].selected].has_choices;
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    (void)effects;
    const enum model_field field = (enum model_field)model->lists[PANE_EVENT].selected;
    if (intent == INTENT_VALUE_NEXT || intent == INTENT_VALUE_PREVIOUS) {
        choose(model, intent == INTENT_VALUE_NEXT ? 1 : -1);
        return true;
    }
    if (intent != INTENT_EDIT) return false;
    if (field == MODEL_FIELD_VIA) {
        choose(model, 1); // three fixed choices: nothing to type
    } else {
        model_edit(model, MODEL_EDITING_FIELD, str_from(value_of(model, field)), false);
    }
    return true;
}

const struct pane event_pane = {
    .id = PANE_EVENT,
    .context = KEYMAP_EVENT,
    .title = "Event",
    .short_title = "Event",
    .help = "The event that t fires, and the way it takes into the loop.",
    .place_of_two = PANE_PLACE_LEFT,
    .place_of_three = PANE_PLACE_LEFT,
    .list_share = 50,
    .list_rows = 5,
    .detail_rows = 14,
    .count = count,
    .draw_row = draw_row,
    .detail = detail,
    .title_text = title_text,
    .detail_title = detail_title,
    .copy = copy,
    .handle = handle,
    .can = can,
};
