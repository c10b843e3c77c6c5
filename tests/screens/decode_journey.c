// decode_journey — JSON in scripts to a MESSAGE_JOURNEY and a MESSAGE_REQUEST.
#include "screens/script.h"

#include "base/json.h"

static char *copy_of(const struct json_node *node, const char *key) {
    return message_copy_text(json_get_text(node, key));
}

static double number_of(const struct json_node *node, const char *key, double fallback) {
    double number = fallback;
    json_number(json_get(node, key), &number);
    return number;
}

static enum hop_id hop_of(const struct json_node *node) {
    const struct str name = json_get_text(node, "hop");
    int id = 0;
    while (id < HOP_COUNT - 1 && !str_equal(name, str_from(hop_name((enum hop_id)id))))
        id++;
    return (enum hop_id)id;
}

static enum hop_state state_of(const struct json_node *node) {
    const struct str name = json_get_text(node, "state");
    for (int state = HOP_IDLE; state <= HOP_HIDDEN; state++) {
        if (str_equal(name, str_from(hop_state_name((enum hop_state)state))))
            return (enum hop_state)state;
    }
    return HOP_DONE;
}

static void decode_exchange(const struct json_node *node, struct journey *journey) {
    struct journey_exchange *exchange =
        journey_add_exchange(journey, hop_of(node), json_get_text(node, "title"));
    exchange->state = state_of(node);
    exchange->start_ms = number_of(node, "start", -1);
    exchange->ms = number_of(node, "ms", -1);
    exchange->is_asked_now = json_bool(json_get(node, "asked_now"), false);
    exchange->status = (int)number_of(node, "status", 0);
    exchange->attempts = (int)number_of(node, "attempts", 1);
    exchange->request = copy_of(node, "request");
    exchange->answer = copy_of(node, "answer");
    exchange->request_id = copy_of(node, "request_id");
    exchange->problem = copy_of(node, "problem");
    exchange->hint = copy_of(node, "hint");
    exchange->note = copy_of(node, "note");
}

static void decode_list(const struct json_node *items, struct journey_list *list) {
    list->is_known = json_kind(items) == JSON_ARRAY;
    for (const struct json_node *node = json_first(items); node; node = json_next(node))
        journey_list_add(list, json_text(node));
}

static void decode_trait(const struct json_node *node, struct journey_trait *trait) {
    struct buf value = {0};
    trait->is_known = node != NULL;
    if (json_kind(node) != JSON_ARRAY) return;
    json_print(node, &value);
    trait->value = buf_take(&value);
}

void script_decode_journey(const struct json_node *root, struct journey *journey) {
    journey_init(journey);
    journey->message_id = copy_of(root, "message_id");
    journey->name = copy_of(root, "name");
    journey->user_id = copy_of(root, "user");
    journey->sku = copy_of(root, "sku");
    journey->total_ms = number_of(root, "total", -1);
    journey->lag_ms = number_of(root, "lag", -1);
    journey->is_recorded = json_bool(json_get(root, "recorded"), true);
    journey->note = copy_of(root, "note");
    const struct json_node *node = json_first(json_get(root, "exchanges"));
    for (; node; node = json_next(node))
        decode_exchange(node, journey);
    for (node = json_first(json_get(root, "lines")); node; node = json_next(node))
        journey_add_line(journey, 1767607205000, json_text(node));
    decode_list(json_get(root, "before"), &journey->before);
    decode_list(json_get(root, "after"), &journey->after);
    decode_trait(json_get(root, "trait_before"), &journey->trait_before);
    decode_trait(json_get(root, "trait_after"), &journey->trait_after);
}
