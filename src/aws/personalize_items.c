// personalize_items — the reply of GetRecommendations and GetPersonalizedRanking; see personalize.h.
#include "aws/personalize.h"

#include "base/memory.h"
#include "personalize_internal.h"

static const char *const list_keys[] = {
    [PERSONALIZE_REPLY_RECOMMENDATIONS] = "itemList",
    [PERSONALIZE_REPLY_RANKING] = "personalizedRanking",
};

void personalize_items_release(struct personalize_items *items) {
    if (!items) return;
    for (size_t i = 0; i < items->count; i++) {
        personalize_map_release(&items->items[i].metadata);
        personalize_list_release(&items->items[i].reasons);
    }
    mem_free(items->items);
    json_release(&items->document);
    *items = (struct personalize_items){0};
}

struct personalize_item *personalize_items_add(struct personalize_items *items) {
    if (items->count == items->cap) {
        items->cap = items->cap ? items->cap * 2 : 32;
        items->items = mem_resize(items->items, items->cap, sizeof(*items->items));
    }
    struct personalize_item *item = &items->items[items->count++];
    *item = (struct personalize_item){0};
    return item;
}

void personalize_encode_items(
    const struct personalize_items *items, enum personalize_reply reply, struct response *out) {
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(buf_release) struct buf body = {0};
    struct json_node *root = json_new_object(&json);
    struct json_node *list = json_add_array(root, list_keys[reply]);
    for (size_t i = 0; i < items->count; i++) {
        const struct personalize_item *item = &items->items[i];
        struct json_node *entry = json_add_object(list, NULL);
        json_add_text(entry, "itemId", item->item_id);
        if (item->has_score) json_add_number(entry, "score", item->score);
        personalize_write_text(entry, "promotionName", item->promotion_name);
        personalize_write_map(entry, "metadata", &item->metadata);
        personalize_write_list(entry, "reason", &item->reasons);
    }
    personalize_write_text(root, "recommendationId", items->recommendation_id);
    json_print(root, &body);
    out->status = 200;
    response_set_body(out, STR("application/json"), buf_str(&body));
}

static bool refuse_reply(struct error *err, const char *what) {
    error_set(err, ERROR_INVALID, "the reply of Personalize cannot be read: %s", what);
    return error_hint(err, "Check that the endpoint is that of Personalize Runtime.");
}

static bool
read_item(const struct json_node *entry, struct personalize_items *items, struct error *err) {
    struct str id = {0};
    double score = 0;
    if (json_kind(entry) != JSON_OBJECT) return refuse_reply(err, "an item is not an object");
    if (!personalize_read_text(entry, "itemId", &id, err)) return false;
    if (id.len == 0) return refuse_reply(err, "an item has no itemId");
    struct personalize_item *item = personalize_items_add(items);
    item->item_id = id;
    item->has_score = json_number(json_get(entry, "score"), &score);
    item->score = score;
    return personalize_read_text(entry, "promotionName", &item->promotion_name, err) &&
           personalize_read_map(entry, "metadata", &item->metadata, err) &&
           personalize_read_list(entry, "reason", &item->reasons, err);
}

bool personalize_decode_items(
    struct str body,
    enum personalize_reply reply,
    struct personalize_items *out,
    struct error *err) {
    CLEANUP(personalize_items_release) struct personalize_items read = {0};
    if (!json_parse(body, &read.document, err)) return error_wrap(err, "the reply of Personalize");
    const struct json_node *root = read.document.root;
    const struct json_node *list = json_get(root, list_keys[reply]);
    if (json_kind(root) != JSON_OBJECT) return refuse_reply(err, "it is not an object");
    if (json_kind(list) != JSON_ARRAY && json_kind(list) != JSON_ABSENT) {
        return refuse_reply(err, "its item list is not a list");
    }
    for (const struct json_node *entry = json_first(list); entry; entry = json_next(entry)) {
        if (!read_item(entry, &read, err)) return false;
    }
    if (!personalize_read_text(root, "recommendationId", &read.recommendation_id, err))
        return false;
    personalize_items_release(out);
    *out = read;
    read = (struct personalize_items){0};
    return true;
}
