// engine — life of a recommender and the one thing that changes it: an accepted event.
#include "internal.h"

#include "base/memory.h"

#include <math.h>

enum {
    DAYS_AHEAD = 1,
    DEFAULT_TRENDING_S = 3 * 3600,
};
// Years 1 … 9999: wide enough for every honest clock, narrow enough for differences not to overflow.
#define EARLIEST_S INT64_C(-62135596800)
#define LATEST_S INT64_C(253402300799)

void *engine_resize(size_t *bytes, void *memory, size_t old_count, size_t count, size_t each) {
    *bytes += (count - old_count) * each;
    return mem_resize(memory, count, each);
}

static uint32_t power_of_two(uint32_t at_least) {
    uint32_t power = 1;
    while (power < at_least && power < (uint32_t)1 << 31)
        power *= 2;
    return power;
}

static uint32_t within(uint32_t given, uint32_t fallback, uint32_t least, uint32_t most) {
    const uint32_t value = given ? given : fallback;
    return value < least ? least : value > most ? most : value;
}

void engine_resolve_options(
    const struct recommender_options *given, struct recommender_options *out) {
    const struct recommender_options zero = {0};
    if (!given) given = &zero;
    *out = (struct recommender_options){
        .document_limit = power_of_two(within(given->document_limit, 1 << 20, 64, 1 << 26)),
        .item_limit = within(given->item_limit, 1 << 19, 1, 1 << 26),
        .user_limit = within(given->user_limit, 1 << 19, 2, 1 << 26),
        .history_limit_bytes =
            given->history_limit_bytes ? given->history_limit_bytes : (uint64_t)128 << 20,
        .pair_limit = power_of_two(within(given->pair_limit, 1 << 17, PAIR_START, 1 << 24)),
        .event_id_limit = within(given->event_id_limit, 1 << 17, 16, 1 << 26),
        .trending_interval_s =
            given->trending_interval_s > 0 ? given->trending_interval_s : DEFAULT_TRENDING_S,
        .forget_after_s = given->forget_after_s > 0 ? given->forget_after_s : 0,
    };
}

struct recommender *recommender_new(const struct recommender_options *options) {
    struct recommender *r = MEM_NEW(struct recommender);
    engine_resolve_options(options, &r->options);
    r->newest_user = r->oldest_user = NOBODY;
    r->bytes = sizeof(*r);
    r->trend_decay.half_life_s = DAY_S;
    r->fast_decay.half_life_s = (double)r->options.trending_interval_s;
    r->slow_decay.half_life_s = (double)r->options.trending_interval_s * 8;
    predict_start(r);
    return r;
}

static void release_ranked(struct ranked *ranked) {
    mem_free(ranked->mass);
    mem_free(ranked->heap);
    mem_free(ranked->position);
}

static void release_scratch(struct scratch *scratch) {
    mem_free(scratch->candidates);
    mem_free(scratch->candidate_of);
    mem_free(scratch->masks);
    mem_free(scratch->votes);
    mem_free(scratch->touched);
    mem_free(scratch->similarities);
    mem_free(scratch->best.entries);
    mem_free(scratch->neighbours.entries);
    for (int i = 0; i < 2; i++)
        mem_free(scratch->frontier[i]);
}

void recommender_free(struct recommender *r) {
    if (!r) return;
    for (uint32_t i = 0; i < engine_item_count(r); i++) {
        mem_free(r->items[i].ring);
        mem_free(r->items[i].row);
    }
    for (uint32_t i = 0; i < r->document_cap; i++)
        mem_free(r->documents[i].items);
    users_release(r);
    names_release(&r->item_names);
    mem_free(r->items);
    mem_free(r->documents);
    mem_free(r->pairs);
    mem_free(r->event_ids.young);
    mem_free(r->event_ids.old);
    mem_free(r->slow);
    release_ranked(&r->trend);
    release_ranked(&r->pop);
    release_ranked(&r->visitors);
    release_ranked(&r->fast);
    release_scratch(&r->scratch);
    mem_free(r);
}

static void grow_ranked(struct recommender *r, struct ranked *ranked, uint32_t cap) {
    const uint32_t old = r->item_cap;
    ranked->mass = engine_resize(&r->bytes, ranked->mass, old, cap, sizeof(double));
    ranked->heap = engine_resize(&r->bytes, ranked->heap, old, cap, sizeof(uint32_t));
    ranked->position = engine_resize(&r->bytes, ranked->position, old, cap, sizeof(uint32_t));
}

static void grow_items(struct recommender *r) {
    const uint32_t old = r->item_cap;
    uint32_t cap = old ? old * 2 : 64;
    if (cap > r->options.item_limit) cap = r->options.item_limit;
    r->items = engine_resize(&r->bytes, r->items, old, cap, sizeof(*r->items));
    grow_ranked(r, &r->trend, cap);
    grow_ranked(r, &r->pop, cap);
    grow_ranked(r, &r->visitors, cap);
    grow_ranked(r, &r->fast, cap);
    r->slow = engine_resize(&r->bytes, r->slow, old, cap, sizeof(double));
    uint32_t *candidate_of =
        engine_resize(&r->bytes, r->scratch.candidate_of, old, cap, sizeof(uint32_t));
    memset(candidate_of + old, 0xFF, (cap - old) * sizeof(*candidate_of)); // NOBODY
    r->scratch.candidate_of = candidate_of;
    r->item_cap = cap;
}

static uint32_t at_most(size_t wanted, uint32_t limit) {
    return wanted < limit ? (uint32_t)wanted : limit;
}

// Few shoppers' documents hold less than four events, and a document too few costs a doubling.
void recommender_reserve(struct recommender *r, size_t items, size_t users, size_t events) {
    enum { EVENTS_PER_DOCUMENT = 4 };
    const uint32_t item_count = at_most(items, r->options.item_limit);
    const uint32_t user_count = at_most(users, r->options.user_limit);
    names_reserve(&r->item_names, item_count);
    names_reserve(&r->user_names, user_count);
    while (r->item_cap < item_count)
        grow_items(r);
    users_reserve(r, user_count);
    documents_reserve(r, at_most(events / EVENTS_PER_DOCUMENT, r->options.document_limit));
}

uint32_t engine_add_item(struct recommender *r, struct str id, int64_t now_s) {
    const uint32_t known = engine_item_count(r);
    const uint32_t item = names_add(&r->item_names, id);
    if (item < known) return item;
    if (item >= r->item_cap) grow_items(r);
    r->items[item] = (struct item){.first_s = now_s};
    popular_add_item(r, item);
    return item;
}

static bool is_id(struct str id) {
    return id.len > 0 && id.len <= RECOMMENDER_ID_MAX_BYTES;
}

static bool is_room_for(const struct recommender *r, struct str item) {
    uint32_t number;
    return engine_item_count(r) < r->options.item_limit ||
           names_find(&r->item_names, item, &number);
}

enum recommender_verdict recommender_add_item(struct recommender *r, struct str item) {
    if (!is_id(item)) return RECOMMENDER_REFUSED_ID;
    if (!is_room_for(r, item)) return RECOMMENDER_REFUSED_FULL;
    engine_add_item(r, item, r->now_s);
    return RECOMMENDER_ACCEPTED;
}

int64_t recommender_clamp_time(int64_t time_s, int64_t wall_now_s) {
    if (wall_now_s < LATEST_S && time_s > wall_now_s + DAYS_AHEAD * (int64_t)DAY_S)
        time_s = wall_now_s;
    return time_s < EARLIEST_S ? EARLIEST_S : time_s > LATEST_S ? LATEST_S : time_s;
}

static enum recommender_verdict
judge(const struct recommender *r, const struct recommender_event *event) {
    const bool has_owner = event->user.len > 0 || event->session.len > 0;
    const bool fits = event->user.len <= RECOMMENDER_ID_MAX_BYTES &&
                      event->session.len <= RECOMMENDER_ID_MAX_BYTES &&
                      event->event_id.len <= RECOMMENDER_ID_MAX_BYTES;
    if (!has_owner || !fits || !is_id(event->item)) return RECOMMENDER_REFUSED_ID;
    if (event->event_id.len > 0 &&
        event_ids_contain(&r->event_ids, event_ids_fingerprint(event->event_id))) {
        return RECOMMENDER_DUPLICATE;
    }
    return is_room_for(r, event->item) ? RECOMMENDER_ACCEPTED : RECOMMENDER_REFUSED_FULL;
}

// The three steps of section 3.2.
static void take_in(struct recommender *r, uint32_t number, uint32_t item, int64_t time_s) {
    struct user *user = &r->users[number];
    const bool gap = user->count > 0 &&
                     time_s - user->history[user->count - 1].time_s > RECOMMENDER_SESSION_GAP_S;
    followers_learn(r, user, item, time_s);
    documents_append(r, number, item, time_s, gap);
    popular_count(r, item, time_s);
    if (!users_have_item(user, item)) popular_add_visitor(r, item);
    users_append(user, item, time_s);
}

enum recommender_verdict recommender_add_event(
    struct recommender *r, const struct recommender_event *event, int64_t wall_now_s) {
    const enum recommender_verdict verdict = judge(r, event);
    if (verdict == RECOMMENDER_DUPLICATE) r->duplicates++;
    if (verdict != RECOMMENDER_ACCEPTED) return verdict;

    if (event->event_id.len > 0) event_ids_add(r, event_ids_fingerprint(event->event_id));
    const uint32_t number = users_of_event(r, event->user, event->session);
    struct user *user = &r->users[number];
    int64_t time_s = recommender_clamp_time(event->time_s, wall_now_s);
    if (!r->has_now || time_s > r->now_s) r->now_s = time_s;
    r->has_now = true;
    const bool is_late = user->count > 0 && time_s < user->history[user->count - 1].time_s;
    if (is_late) time_s = r->now_s;

    uint32_t item;
    if (r->events % LEARN_EVERY == LEARN_EVERY - 1 &&
        names_find(&r->item_names, event->item, &item)) {
        predict_learn(r, number, item, time_s);
    }
    item = engine_add_item(r, event->item, time_s);
    r->history_bytes -= users_bytes(r, number);
    take_in(r, number, item, time_s);
    if (event->event_type.len > 0) typed_append(user, typed_hash(event->event_type), item);
    r->history_bytes += users_bytes(r, number);
    users_enforce_limits(r);
    r->events++;
    return RECOMMENDER_ACCEPTED;
}

bool recommender_find_item(const struct recommender *r, struct str item, uint32_t *number) {
    return names_find(&r->item_names, item, number);
}

struct str recommender_item_id(const struct recommender *r, uint32_t number) {
    return names_text(&r->item_names, number);
}

static size_t scratch_bytes(const struct scratch *scratch) {
    return scratch->candidate_cap * (sizeof(*scratch->candidates) + sizeof(*scratch->votes)) +
           MATCH_CAP * (sizeof(*scratch->touched) + sizeof(*scratch->similarities)) +
           (scratch->best.cap + scratch->neighbours.cap) * sizeof(struct best_entry) +
           ((size_t)scratch->frontier_cap[0] + scratch->frontier_cap[1]) * sizeof(uint32_t);
}

size_t recommender_memory_bytes(const struct recommender *r) {
    return r->bytes + r->history_bytes + names_bytes(&r->item_names) + names_bytes(&r->user_names) +
           scratch_bytes(&r->scratch);
}

size_t recommender_memory_limit(const struct recommender_options *options) {
    struct recommender_options resolved;
    engine_resolve_options(options, &resolved);
    // arrays that grow by doubling may hold twice their content, tables of hashes four times
    const size_t per_name =
        2 * sizeof(struct names_entry) + 4 * sizeof(uint32_t) + RECOMMENDER_ID_MAX_BYTES;
    const size_t per_item = sizeof(struct item) + 5 * sizeof(double) + 9 * sizeof(uint32_t) +
                            (RING_CAP + 2 * ROW_CAP) * sizeof(uint32_t) + per_name;
    const size_t per_user = 2 * sizeof(struct user) + per_name;
    const size_t per_document =
        sizeof(struct document) + DOCUMENT_CAP * sizeof(uint32_t) + sizeof(uint16_t);
    const size_t fixed = sizeof(struct recommender) + ((size_t)4 << 20); // … and scratch
    return fixed + resolved.item_limit * per_item + resolved.user_limit * per_user +
           resolved.document_limit * per_document + resolved.pair_limit * sizeof(struct pair) +
           (size_t)resolved.event_id_limit * 8 * sizeof(uint64_t) + resolved.history_limit_bytes +
           ((size_t)64 << 10); // the newest user may stand above the limit alone
}

struct recommender_stats recommender_stats(const struct recommender *r) {
    return (struct recommender_stats){
        .events = r->events,
        .duplicates = r->duplicates,
        .documents = r->document_count,
        .updates = r->updates,
        .items = engine_item_count(r),
        .users = r->user_names.count,
        .pairs = r->pair_count,
        .has_now = r->has_now,
        .now_s = r->now_s,
        .memory_bytes = recommender_memory_bytes(r),
    };
}
