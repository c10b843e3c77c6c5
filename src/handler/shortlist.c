// shortlist — see internal.h.
#include "base/clock.h"
#include "internal.h"

#define LOG_HEAD_BYTES 96 // more than level, time and request id need
#define DEFAULT_COUNT 25  // Personalize's numResults when none is given

void shortlist_release(struct shortlist *shortlist) {
    if (!shortlist) return;
    services_items_release(&shortlist->items);
    *shortlist = (struct shortlist){0};
}

static void read_purchases(
    const struct services *services,
    struct str user_id,
    struct services_names *purchased,
    struct shortlist *shortlist) {
    struct error err = {0};
    if (services->purchased_products(services->context, user_id, purchased, &err)) return;
    services_names_release(purchased);
    if (err.code == ERROR_NOT_FOUND) return; // no profile, no purchases
    // The list is worth more than its filter: answer unfiltered and say so.
    shortlist->purchases_unknown = true;
    shortlist->reason = err;
}

static void remove_purchased(struct shortlist *shortlist, const struct services_names *purchased) {
    struct services_items *items = &shortlist->items;
    size_t kept = 0;
    for (size_t i = 0; i < items->count; i++) {
        if (services_names_has(purchased, str_from(items->items[i].item_id))) {
            shortlist->removed++;
        } else {
            items->items[kept++] = items->items[i];
        }
    }
    items->count = kept;
}

bool shortlist_get(
    const struct services *services,
    const struct services_query *query,
    bool excludes_purchased,
    struct shortlist *out,
    struct error *err) {
    CLEANUP(shortlist_release) struct shortlist made = {0};
    CLEANUP(services_names_release) struct services_names purchased = {0};
    const int wanted = query->count > 0 ? query->count : DEFAULT_COUNT;
    struct services_query asked = *query;
    asked.count = wanted;
    if (excludes_purchased && query->user_id.len) {
        if (services->purchased_products) {
            read_purchases(services, query->user_id, &purchased, &made);
        } else {
            made.purchases_unknown = true;
            (void)error_set(&made.reason, ERROR_CONFIG, "no access to profiles is configured");
        }
        const size_t spare =
            purchased.count < SHORTLIST_MAX_RESULTS ? purchased.count : SHORTLIST_MAX_RESULTS;
        asked.count += (int)spare;
        if (asked.count > SHORTLIST_MAX_RESULTS) asked.count = SHORTLIST_MAX_RESULTS;
    }
    if (!services->get_recommendations(services->context, &asked, &made.items, err)) return false;
    remove_purchased(&made, &purchased);
    if (made.items.count > (size_t)wanted) made.items.count = (size_t)wanted;
    shortlist_release(out);
    *out = made;
    made = (struct shortlist){0};
    return true;
}

void function_log(
    const struct services *services, const char *level, struct str request_id, struct str text) {
    CLEANUP(buf_release) struct buf line = {0};
    if (!services->log) return;
    buf_reserve(&line, text.len + LOG_HEAD_BYTES);
    buf_add_char(&line, '[');
    buf_add(&line, str_from(level));
    buf_add(&line, STR("]\t"));
    clock_add_iso8601(&line, services->now_ms(services->context));
    buf_add_char(&line, '\t');
    buf_add_printable(&line, request_id);
    buf_add_char(&line, '\t');
    buf_add_printable(&line, text);
    services->log(services->context, buf_str(&line));
}
