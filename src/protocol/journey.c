// journey — see the header.
#include "protocol/journey.h"

#include "base/memory.h"
#include "protocol/message.h"

void journey_init(struct journey *journey) {
    *journey = (struct journey){.total_ms = -1, .lag_ms = -1};
}

static void release_exchange(struct journey_exchange *exchange) {
    mem_free(exchange->title);
    mem_free(exchange->request);
    mem_free(exchange->answer);
    mem_free(exchange->request_id);
    mem_free(exchange->problem);
    mem_free(exchange->hint);
    mem_free(exchange->note);
}

static void release_list(struct journey_list *list) {
    for (size_t i = 0; i < list->count; i++)
        mem_free(list->item_ids[i]);
    mem_free(list->item_ids);
    mem_free(list->note);
}

void journey_release(struct journey *journey) {
    char *const texts[] = {journey->message_id, journey->name,         journey->type,
                           journey->user_id,    journey->anonymous_id, journey->sku,
                           journey->note,       journey->source,       NULL};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        mem_free(texts[i]);
    for (size_t i = 0; i < journey->exchange_count; i++)
        release_exchange(&journey->exchanges[i]);
    for (size_t i = 0; i < journey->line_count; i++)
        mem_free(journey->lines[i].text);
    mem_free(journey->exchanges);
    mem_free(journey->lines);
    release_list(&journey->before);
    release_list(&journey->after);
    mem_free(journey->trait_before.value);
    mem_free(journey->trait_after.value);
    *journey = (struct journey){0};
}

// Room for one more element at the end of an owned array; zeroed.
static void *grow(void *array, size_t count, size_t element_bytes) {
    char *grown = mem_resize(array, count + 1, element_bytes);
    memset(grown + count * element_bytes, 0, element_bytes);
    return grown;
}

struct journey_exchange *
journey_add_exchange(struct journey *journey, enum hop_id hop, struct str title) {
    journey->exchanges =
        grow(journey->exchanges, journey->exchange_count, sizeof(struct journey_exchange));
    struct journey_exchange *exchange = &journey->exchanges[journey->exchange_count++];
    exchange->hop = hop;
    exchange->title = message_copy_text(title);
    exchange->start_ms = -1;
    exchange->ms = -1;
    return exchange;
}

void journey_add_line(struct journey *journey, int64_t at_ms, struct str text) {
    journey->lines = grow(journey->lines, journey->line_count, sizeof(struct journey_line));
    journey->lines[journey->line_count++] =
        (struct journey_line){.at_ms = at_ms, .text = message_copy_text(text)};
}

void journey_list_add(struct journey_list *list, struct str item_id) {
    list->item_ids = grow(list->item_ids, list->count, sizeof(char *));
    list->item_ids[list->count++] = message_copy_text(item_id);
    list->is_known = true;
}

void journey_drop_hop(struct journey *journey, enum hop_id hop) {
    size_t kept = 0;
    for (size_t i = 0; i < journey->exchange_count; i++) {
        if (journey->exchanges[i].hop == hop)
            release_exchange(&journey->exchanges[i]);
        else
            journey->exchanges[kept++] = journey->exchanges[i];
    }
    journey->exchange_count = kept;
}

static bool was_tried_again(const struct journey *journey, size_t at) {
    for (size_t i = at + 1; i < journey->exchange_count; i++) {
        const struct journey_exchange *later = &journey->exchanges[i];
        if (later->hop != journey->exchanges[at].hop) continue;
        if (later->state == HOP_DONE || later->state == HOP_FAILED) return true;
    }
    return false;
}

const struct journey_exchange *journey_failure(const struct journey *journey) {
    for (size_t i = 0; i < journey->exchange_count; i++) {
        if (journey->exchanges[i].state == HOP_FAILED && !was_tried_again(journey, i))
            return &journey->exchanges[i];
    }
    return NULL;
}

// Does `right` have to stand before `left`? Where a start is unknown the loop's order decides.
static bool
is_out_of_order(const struct journey_exchange *left, const struct journey_exchange *right) {
    if (left->start_ms >= 0 && right->start_ms >= 0) return left->start_ms > right->start_ms;
    return left->hop > right->hop;
}

// By insertion: stable, and there are about ten.
void journey_sort(struct journey *journey) {
    struct journey_exchange *list = journey->exchanges;
    for (size_t i = 1; i < journey->exchange_count; i++) {
        const struct journey_exchange moved = list[i];
        size_t at = i;
        for (; at > 0 && is_out_of_order(&list[at - 1], &moved); at--)
            list[at] = list[at - 1];
        list[at] = moved;
    }
}

#define DIGEST_CHARACTERS                                                                          \
    64 // stands for an event without a messageId, or with one that is too long

static bool is_digest(struct str text) {
    if (text.len != DIGEST_CHARACTERS) return false;
    for (size_t i = 0; i < text.len; i++) {
        const char one = text.ptr[i];
        if ((one < '0' || one > '9') && (one < 'a' || one > 'f')) return false;
    }
    return true;
}

bool journey_is_own_identify(struct str message_id, struct str *out_cause) {
    const struct str prefix = STR("recommended-"); // src/handler/event_handler.c
    *out_cause = (struct str){0};
    if (!str_starts_with(message_id, prefix)) return false;
    const struct str cause = str_skip(message_id, prefix.len);
    if (!is_digest(cause)) *out_cause = cause;
    return true;
}
