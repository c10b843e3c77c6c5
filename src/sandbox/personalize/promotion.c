// promotion — see the header.
#include "personalize/promotion.h"

#include "base/memory.h"

size_t promotion_places(size_t count, int64_t percent) {
    if (percent <= 0) percent = 100;
    return (count * (size_t)percent + 99) / 100;
}

// Moves the element over, with all it owns.
static void move(struct personalize_items *to, struct personalize_item *from) {
    struct personalize_item *item = personalize_items_add(to);
    *item = *from;
    *from = (struct personalize_item){0};
}

void promotion_merge(
    struct personalize_items *items,
    struct personalize_items *others,
    struct str name,
    bool gives_reasons) {
    struct personalize_items merged = {0};
    const size_t total = items->count + others->count;
    size_t promoted = 0, other = 0;
    for (size_t i = 0; i < items->count; i++) {
        items->items[i].promotion_name = name;
        items->items[i].reasons.count = 0; // this one says it all
        if (gives_reasons) personalize_list_add(&items->items[i].reasons, STR("Promoted item"));
    }
    for (size_t place = 0; place < total; place++) {
        // the share of places given out must not fall behind the share of promoted items
        const bool is_due = promoted < items->count && promoted * total <= place * items->count;
        if (is_due || other == others->count)
            move(&merged, &items->items[promoted++]);
        else
            move(&merged, &others->items[other++]);
    }
    merged.document = items->document;
    mem_free(items->items);
    *items = merged;
}

// Numbers need a place for their text: the reply's document.
static struct str keep_number(struct json_node *list, double number) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_double(&text, number);
    struct json_node *one = json_add_object(list, NULL);
    json_add_text(one, "text", buf_str(&text));
    return json_get_text(one, "text");
}

static void add_columns(
    const struct dataset *items,
    uint32_t row,
    const size_t *fields,
    const struct personalize_list *columns,
    struct json_node *texts,
    struct personalize_item *item) {
    for (size_t i = 0; i < columns->count; i++) {
        struct personalize_schema_value value;
        datasets_get(items, row, fields[i], &value);
        if (value.kind == PERSONALIZE_SCHEMA_NONE) continue;
        const struct str text = value.kind == PERSONALIZE_SCHEMA_IS_TEXT
                                    ? value.text
                                    : keep_number(texts, value.number);
        personalize_map_add(&item->metadata, columns->items[i], text);
    }
}

bool promotion_add_metadata(
    const struct dataset *items,
    const struct personalize_list *columns,
    struct personalize_items *out,
    struct error *err) {
    size_t fields[PERSONALIZE_MAX_RESULTS];
    for (size_t i = 0; i < columns->count; i++) {
        if (items && personalize_schema_find(datasets_schema(items), columns->items[i], &fields[i]))
            continue;
        error_set(
            err, ERROR_USAGE, "The Items dataset has no column " STR_FMT,
            STR_ARG(columns->items[i]));
        return error_hint(err, "DescribeSchema shows the columns.");
    }
    struct json_node *root =
        out->document.root ? out->document.root : json_new_object(&out->document);
    struct json_node *texts = json_add_array(root, "texts");
    for (size_t i = 0; i < out->count; i++) {
        uint32_t row;
        // a declared answer may have brought its own
        if (!out->items[i].metadata.count && datasets_find(items, out->items[i].item_id, &row))
            add_columns(items, row, fields, columns, texts, &out->items[i]);
    }
    return true;
}
