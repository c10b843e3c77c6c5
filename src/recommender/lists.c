// lists — answers that are about items, not about one user's taste: related, popular, trending. They
// carry no scores. Related looks only at the item's ring; the others walk down a popularity heap.
#include "internal.h"

#include <math.h>

enum {
    LEAST_TOGETHER = 3,     // below, a common document is more likely chance (SIMS' default)
    LIST_WALK_CAP = 1024,   // then one pass over the catalogue is cheaper …
    LIST_PASS_BELOW = 8192, // … and at once where so few items are to be looked at by a mere bound
};
#define TRENDING_FLOOR                                                                             \
    0.125 // events an interval; keeps single events from looking like an explosion

// One kind of popularity: a score, and a ranking by which to look for the best ones. No item that comes
// later in the ranking scores above the `bound` of this one; without a bound the ranking is the score's.
struct list {
    double (*score)(const struct recommender *r, uint32_t item);
    double (*bound)(const struct recommender *r, uint32_t item);
    const struct ranked *ranked;
};

static bool is_allowed(
    const struct recommender *r, const struct recommender_question *question, uint32_t item) {
    if (question->only && !recommender_items_contain(question->only, item)) return false;
    return question_accepts(r, question, item);
}

static void begin(struct recommender_answer *out) {
    const struct recommender_answer kept = *out;
    *out = (struct recommender_answer){.items = kept.items, .cap = kept.cap};
}

static void append_best(struct recommender *r, struct recommender_answer *out) {
    best_sort(&r->scratch.best);
    for (size_t i = 0; i < r->scratch.best.count; i++) {
        question_append(r, out, best_item(r->scratch.best.entries[i]));
    }
}

static void consider(
    struct recommender *r,
    const struct recommender_question *question,
    uint32_t item,
    double score) {
    if (!best_would_enter(&r->scratch.best, score, item, 0)) return;
    if (is_allowed(r, question, item)) best_push(&r->scratch.best, score, item, 0);
}

static void consider_listed(
    struct recommender *r,
    const struct recommender_question *question,
    const struct list *list,
    uint32_t item) {
    if (!predict_find(r, item)) consider(r, question, item, list->score(r, item));
}

// Down the ranking until nothing that follows can enter. False: many were refused, the walk is given up.
static bool
walk(struct recommender *r, const struct recommender_question *question, const struct list *list) {
    if (list->bound && engine_item_count(r) < LIST_PASS_BELOW) return false;
    best_walk_begin(r, 0, list->ranked);
    for (uint32_t steps = 0; steps < LIST_WALK_CAP; steps++) {
        const uint32_t item = best_walk_peek(r, 0, list->ranked);
        if (item == NOBODY) return true;
        const double bound = list->bound ? list->bound(r, item) : list->score(r, item);
        // a score equal to the bound may come later with a lower number, unless the ranking is the score's
        if (!best_would_enter(&r->scratch.best, bound, list->bound ? 0 : item, 0)) return true;
        best_walk_advance(r, 0, list->ranked);
        consider_listed(r, question, list, item);
    }
    return false;
}

// The rest of the answer from the catalogue, without the items that are candidates.
static void fill(
    struct recommender *r,
    const struct recommender_question *question,
    const struct list *list,
    struct recommender_answer *out) {
    const struct recommender_items *only = question->only;
    const size_t wanted = question_count(question) - out->count;
    best_reset(&r->scratch.best, wanted);
    for (size_t i = 0; only && i < only->count; i++) {
        if (only->numbers[i] < engine_item_count(r))
            consider_listed(r, question, list, only->numbers[i]);
    }
    if (!only && !walk(r, question, list)) {
        best_reset(&r->scratch.best, wanted);
        for (uint32_t item = 0; item < engine_item_count(r); item++)
            consider_listed(r, question, list, item);
    }
    append_best(r, out);
}

static double popularity(const struct recommender *r, uint32_t item) {
    return r->visitors.mass[item];
}

static void fill_popular(
    struct recommender *r,
    const struct recommender_question *question,
    struct recommender_answer *out) {
    fill(r, question, &(struct list){.score = popularity, .ranked = &r->visitors}, out);
}

// In events per interval; both masses seen from the newest event.
static double rate(const struct recommender *r, const struct decay *decay, double mass) {
    const double interval_s = r->fast_decay.half_life_s;
    return mass * decay->scale * 0.69314718055994531 * interval_s / decay->half_life_s;
}

static double increase(const struct recommender *r, uint32_t item) {
    const double fast = rate(r, &r->fast_decay, r->fast.mass[item]);
    const double slow = rate(r, &r->slow_decay, r->slow[item]);
    return (fast - slow) / sqrt(slow + TRENDING_FLOOR);
}

// The slow count forgets later than the fast one, so the slow rate is at least an eighth of the fast one, and
// the increase grows with the fast rate. A little more than that, for rounding.
static double highest_increase(const struct recommender *r, uint32_t item) {
    const double fast = rate(r, &r->fast_decay, r->fast.mass[item]);
    return fast * (7.0 / 8 + 1e-6) / sqrt(fast / 8 + TRENDING_FLOOR);
}

static void set_scale(struct decay *decay, int64_t now_s) {
    decay->scale = exp2((double)(decay->origin_s - now_s) / decay->half_life_s);
}

void recommender_popular(
    struct recommender *r,
    const struct recommender_question *question,
    struct recommender_answer *out) {
    begin(out);
    predict_begin(r);
    fill_popular(r, question, out);
}

void recommender_trending(
    struct recommender *r,
    const struct recommender_question *question,
    struct recommender_answer *out) {
    begin(out);
    predict_begin(r);
    set_scale(&r->fast_decay, r->now_s);
    set_scale(&r->slow_decay, r->now_s);
    const struct list list = {.score = increase, .bound = highest_increase, .ranked = &r->fast};
    fill(r, question, &list, out);
}

// How many of the documents on the item's ring hold each other item.
static void count_together(struct recommender *r, uint32_t item) {
    const struct item *centre = &r->items[item];
    for (uint32_t k = 0; k < centre->ring_count; k++) {
        const struct document *document = documents_find(r, documents_on_ring(centre, k));
        if (!document) continue;
        for (uint32_t i = 0; i < document->count; i++) {
            predict_candidate(r, document->items[i])->raw[0] += 1;
        }
    }
}

static void append_together(
    struct recommender *r,
    const struct recommender_question *question,
    bool often,
    struct recommender_answer *out) {
    best_reset(&r->scratch.best, question_count(question) - out->count);
    for (uint32_t i = 1; i < r->scratch.candidate_count; i++) { // 0 is the item itself
        const struct candidate *candidate = &r->scratch.candidates[i];
        if ((candidate->raw[0] >= LEAST_TOGETHER) != often) continue;
        const double score = candidate->raw[0] / sqrt(r->items[candidate->item].documents);
        consider(r, question, candidate->item, score);
    }
    append_best(r, out);
}

void recommender_related(
    struct recommender *r,
    struct str item,
    const struct recommender_question *question,
    struct recommender_answer *out) {
    begin(out);
    predict_begin(r);
    uint32_t number;
    if (names_find(&r->item_names, item, &number)) {
        predict_candidate(r, number);
        count_together(r, number);
        append_together(r, question, true, out);
        append_together(r, question, false, out);
    }
    fill_popular(r, question, out);
}
