// lists — answers that are about items, not about one user's taste: related, popular, trending. They
// carry no scores. Related looks only at the item's ring; the others pass over the masses once.
#include "internal.h"

#include <math.h>

enum { LEAST_TOGETHER = 3 }; // below, a common document is more likely chance (SIMS' default)
#define TRENDING_FLOOR                                                                             \
    0.125 // events an interval; keeps single events from looking like an explosion

typedef double list_score_fn(const struct recommender *r, uint32_t item);

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
        question_append(r, out, r->scratch.best.entries[i].item);
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

// The rest of the answer from the catalogue, without the items that are candidates.
static void fill(
    struct recommender *r,
    const struct recommender_question *question,
    list_score_fn *score_of,
    struct recommender_answer *out) {
    best_reset(&r->scratch.best, question_count(question) - out->count);
    for (uint32_t item = 0; item < engine_item_count(r); item++) {
        if (!predict_find(r, item)) consider(r, question, item, score_of(r, item));
    }
    append_best(r, out);
}

static double popularity(const struct recommender *r, uint32_t item) {
    return r->items[item].users;
}

// In events per interval; both masses seen from the newest event.
static double rate(const struct recommender *r, const struct decay *decay, double mass) {
    const double age = (double)(decay->origin_s - r->now_s) / decay->half_life_s;
    const double interval_s = r->fast_decay.half_life_s;
    return mass * exp2(age) * 0.69314718055994531 * interval_s / decay->half_life_s;
}

static double increase(const struct recommender *r, uint32_t item) {
    const double fast = rate(r, &r->fast_decay, r->fast[item]);
    const double slow = rate(r, &r->slow_decay, r->slow[item]);
    return (fast - slow) / sqrt(slow + TRENDING_FLOOR);
}

void recommender_popular(
    struct recommender *r,
    const struct recommender_question *question,
    struct recommender_answer *out) {
    begin(out);
    predict_begin(r);
    fill(r, question, popularity, out);
}

void recommender_trending(
    struct recommender *r,
    const struct recommender_question *question,
    struct recommender_answer *out) {
    begin(out);
    predict_begin(r);
    fill(r, question, increase, out);
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
    fill(r, question, popularity, out);
}
