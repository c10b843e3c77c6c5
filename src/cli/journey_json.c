// journey_json — a journey as JSON; see journey_print.h. The keys never change meaning.
#include "journey_print.h"
#include "members.h"

static void add_exchange(struct json_node *list, const struct journey_exchange *exchange) {
    struct json_node *object = json_add_object(list, NULL);
    members_add_text(object, "hop", hop_name(exchange->hop));
    members_add_text(object, "title", exchange->title);
    members_add_text(object, "state", hop_state_name(exchange->state));
    members_add_ms(object, "start_ms", exchange->start_ms);
    members_add_ms(object, "ms", exchange->ms);
    if (exchange->is_asked_now) json_add_bool(object, "asked_now", true);
    if (exchange->status)
        json_add_integer(object, "status", exchange->status);
    else
        json_add_null(object, "status");
    json_add_integer(object, "attempts", exchange->attempts);
    members_add_text(object, "request_id", exchange->request_id);
    members_add_text(object, "problem", exchange->problem);
    members_add_text(object, "hint", exchange->hint);
    members_add_text(object, "note", exchange->note);
    members_add_text(object, "request", exchange->request);
    members_add_text(object, "answer", exchange->answer);
}

static void add_list(struct json_node *object, const char *key, const struct journey_list *list) {
    if (!list->is_known) {
        json_add_null(object, key);
        return;
    }
    struct json_node *node = json_add_object(object, key);
    members_add_time(node, "at", list->at_ms);
    members_add_text(node, "note", list->note);
    struct json_node *items = json_add_array(node, "item_ids");
    for (size_t i = 0; i < list->count; i++)
        json_add_text(items, NULL, str_from(list->item_ids[i]));
}

static void
add_trait(struct json_node *object, const char *key, const struct journey_trait *trait) {
    if (!trait->is_known) {
        json_add_null(object, key);
        return;
    }
    struct json_node *node = json_add_object(object, key);
    members_add_time(node, "updated_at", trait->updated_at_ms);
    members_add_embedded(node, "value", trait->value);
}

static void add_head(struct json_node *object, const struct journey *journey) {
    members_add_text(object, "message_id", journey->message_id);
    members_add_text(object, "type", journey->type);
    members_add_text(object, "name", journey->name);
    members_add_text(object, "user_id", journey->user_id);
    members_add_text(object, "anonymous_id", journey->anonymous_id);
    members_add_text(object, "sku", journey->sku);
    members_add_text(object, "source", journey->source);
    members_add_time(object, "started_at", (int64_t)journey->started_at_ms);
    members_add_ms(object, "started_at_ms", journey->started_at_ms);
    members_add_ms(object, "total_ms", journey->total_ms);
    members_add_ms(object, "lag_ms", journey->lag_ms);
    json_add_bool(object, "is_complete", journey->is_complete);
    json_add_bool(object, "is_recorded", journey->is_recorded);
    members_add_text(object, "note", journey->note);
}

void journey_print_json(struct json_node *object, const struct journey *journey) {
    add_head(object, journey);
    struct json_node *exchanges = json_add_array(object, "exchanges");
    for (size_t i = 0; i < journey->exchange_count; i++)
        add_exchange(exchanges, &journey->exchanges[i]);
    struct json_node *lines = json_add_array(object, "lines");
    for (size_t i = 0; i < journey->line_count; i++) {
        struct json_node *line = json_add_object(lines, NULL);
        members_add_time(line, "at", journey->lines[i].at_ms);
        members_add_text(line, "text", journey->lines[i].text);
    }
    add_list(object, "before", &journey->before);
    add_list(object, "after", &journey->after);
    add_trait(object, "trait_before", &journey->trait_before);
    add_trait(object, "trait_after", &journey->trait_after);
}
