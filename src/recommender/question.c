// question — recommend and rank: terms of the mixture, the K best of them, and what is allowed in.
#include "internal.h"

#include "base/memory.h"

#include <string.h>

// After this many popular items in a row that were refused, one pass over the catalogue is cheaper.
enum { WALK_CAP = 4096, DEFAULT_EXPLORATION_DAYS = 30 };

static const struct {
    const char *name, *text;
} reasons[] = {
    [RECOMMENDER_REASON_KNN] = {.name = "knn", .text = "shoppers with similar timelines"},
    [RECOMMENDER_REASON_NEXT] = {.name = "next", .text = "often follows the last item"},
    [RECOMMENDER_REASON_NEXT2] = {.name = "next2", .text = "often follows the last two items"},
    [RECOMMENDER_REASON_AGAIN] = {.name = "again", .text = "seen before by this shopper"},
    [RECOMMENDER_REASON_TREND] = {.name = "trend", .text = "popular these days"},
    [RECOMMENDER_REASON_POP] = {.name = "pop", .text = "popular ever since"},
};
_Static_assert(ARRAY_COUNT(reasons) == RECOMMENDER_REASON_COUNT, "a row for each reason");

const char *recommender_reason_name(enum recommender_reason reason) {
    return reasons[reason].name;
}

const char *recommender_reason_text(enum recommender_reason reason) {
    return reasons[reason].text;
}

void recommender_answer_release(struct recommender_answer *answer) {
    if (!answer) return;
    mem_free(answer->items);
    *answer = (struct recommender_answer){0};
}

// Sets: ascending numbers. Appending in order, the usual case, is cheap.
void recommender_items_add(struct recommender_items *items, uint32_t number) {
    size_t low = 0, high = items->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (items->numbers[middle] < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < items->count && items->numbers[low] == number) return;
    if (items->count == items->cap) {
        items->cap = items->cap ? items->cap * 2 : 16;
        items->numbers = mem_resize(items->numbers, items->cap, sizeof(*items->numbers));
    }
    memmove(items->numbers + low + 1, items->numbers + low, (items->count - low) * sizeof(number));
    items->numbers[low] = number;
    items->count++;
}

bool recommender_items_contain(const struct recommender_items *items, uint32_t number) {
    size_t low = 0, high = items->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (items->numbers[middle] == number) return true;
        if (items->numbers[middle] < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

void recommender_items_reset(struct recommender_items *items) {
    items->count = 0;
}

void recommender_items_release(struct recommender_items *items) {
    if (!items) return;
    mem_free(items->numbers);
    *items = (struct recommender_items){0};
}

int64_t question_time(const struct recommender *r, const struct recommender_question *question) {
    if (!question->has_time) return r->now_s;
    return recommender_clamp_time(question->time_s, RECOMMENDER_REPLAY);
}

bool question_accepts(
    const struct recommender *r, const struct recommender_question *question, uint32_t item) {
    if (question->exclude && recommender_items_contain(question->exclude, item)) return false;
    const struct recommender_filter *filter = &question->filter;
    return !filter->accepts ||
           filter->accepts(filter->context, item, names_text(&r->item_names, item));
}

static struct recommender_scored *append(struct recommender_answer *out) {
    if (out->count == out->cap) {
        out->cap = out->cap ? out->cap * 2 : 32;
        out->items = mem_resize(out->items, out->cap, sizeof(*out->items));
    }
    struct recommender_scored *scored = &out->items[out->count++];
    *scored = (struct recommender_scored){.item = RECOMMENDER_NO_ITEM};
    return scored;
}

struct recommender_scored *
question_append(const struct recommender *r, struct recommender_answer *out, uint32_t item) {
    struct recommender_scored *scored = append(out);
    scored->item = item;
    scored->item_id = names_text(&r->item_names, item);
    return scored;
}

// One question under way.
struct asking {
    const struct recommender_question *question;
    struct prediction prediction;
    int64_t time_s;
    uint64_t user_hash;
    double exploration, exploration_total;
};

static int64_t oldest_explored(const struct asking *asking) {
    const int64_t age_s = asking->question->exploration_age_s;
    return asking->time_s - (age_s > 0 ? age_s : (int64_t)DEFAULT_EXPLORATION_DAYS * DAY_S);
}

// A fixed hash of user, item and day in [0.5, 1.5], divided by popularity: the same all day.
static double
exploration_mass(const struct recommender *r, const struct asking *asking, uint32_t item) {
    if (r->items[item].first_s < oldest_explored(asking)) return 0;
    const uint64_t parts[3] = {asking->user_hash, item, (uint64_t)(asking->time_s / DAY_S)};
    const struct str bytes = {.ptr = (const char *)parts, .len = sizeof(parts)};
    const double unit = (double)(names_hash(bytes) >> 11) / 9007199254740992.0; // 2^53
    return (0.5 + unit) / (1 + r->pop.mass[item]);
}

static void begin(
    struct recommender *r,
    const struct recommender_question *question,
    struct asking *asking,
    struct recommender_answer *out) {
    *asking = (struct asking){.question = question, .time_s = question_time(r, question)};
    const uint32_t user = users_find(r, question->user);
    predict_user(r, user, asking->time_s, &asking->prediction);
    if (question->exploration_weight > 0) {
        asking->user_hash = names_hash(question->user);
        for (uint32_t i = 0; i < engine_item_count(r); i++) {
            asking->exploration_total += exploration_mass(r, asking, i);
        }
    }
    if (asking->exploration_total > 0) {
        asking->exploration = question->exploration_weight < 1 ? question->exploration_weight : 1;
    }
    out->count = 0;
    out->is_known_user = asking->prediction.current != NOBODY;
    out->session_events = asking->prediction.session_events;
    out->history_events = asking->prediction.history_events;
    memcpy(out->weights, asking->prediction.weights, sizeof(out->weights));
    if (engine_item_count(r) == 0) memset(out->weights, 0, sizeof(out->weights));
}

static double score_item(
    const struct recommender *r,
    const struct asking *asking,
    uint32_t item,
    struct recommender_scored *scored) {
    const struct candidate *candidate = predict_find(r, item);
    double score = predict_terms(r, &asking->prediction, candidate, item, scored->reasons);
    if (asking->exploration > 0) {
        const double share = asking->exploration;
        for (int i = 0; i < RECOMMENDER_REASON_COUNT; i++)
            scored->reasons[i] *= 1 - share;
        scored->exploration = share * exploration_mass(r, asking, item) / asking->exploration_total;
        score = (1 - share) * score + scored->exploration;
    }
    scored->score = score;
    scored->has_score = true;
    return score;
}

// The filter is asked last, only for items good enough to enter.
static void consider(struct recommender *r, const struct asking *asking, uint32_t item) {
    struct recommender_scored scored;
    const double score = score_item(r, asking, item, &scored);
    struct best *best = &r->scratch.best;
    if (!best_would_enter(best, score, item, 0)) return;
    if (question_accepts(r, asking->question, item)) best_push(best, score, item, 0);
}

static void consider_untouched(struct recommender *r, const struct asking *asking) {
    for (uint32_t item = 0; item < engine_item_count(r); item++) {
        if (!predict_find(r, item)) consider(r, asking, item);
    }
}

static void consider_once(struct recommender *r, const struct asking *asking, uint32_t item) {
    if (predict_find(r, item)) return;
    predict_candidate(r, item);
    consider(r, asking, item);
}

// Items no predictor touched score by popularity alone: walk both heaps in step until even the sum of
// their heads cannot enter (a threshold algorithm). Ties may still enter by number, so only a smaller
// bound stops.
static void consider_popular(struct recommender *r, const struct asking *asking) {
    const double *factors = asking->prediction.factors;
    best_walk_begin(r, 0, &r->trend);
    best_walk_begin(r, 1, &r->pop);
    for (uint32_t steps = 0;; steps++) {
        const uint32_t trend = best_walk_peek(r, 0, &r->trend), pop = best_walk_peek(r, 1, &r->pop);
        if (trend == NOBODY || pop == NOBODY) return;
        const double bound = factors[RECOMMENDER_REASON_TREND] * r->trend.mass[trend] +
                             factors[RECOMMENDER_REASON_POP] * (r->pop.mass[pop] + POP_FLOOR);
        if (!best_would_enter(&r->scratch.best, bound, 0, 0)) return;
        if (steps > WALK_CAP) {
            consider_untouched(r, asking);
            return;
        }
        best_walk_advance(r, 0, &r->trend);
        best_walk_advance(r, 1, &r->pop);
        consider_once(r, asking, trend);
        consider_once(r, asking, pop);
    }
}

static void consider_catalogue(struct recommender *r, const struct asking *asking) {
    const uint32_t touched = r->scratch.candidate_count;
    for (uint32_t i = 0; i < touched; i++)
        consider(r, asking, r->scratch.candidates[i].item);
    if (asking->exploration > 0) {
        consider_untouched(r, asking);
    } else {
        consider_popular(r, asking);
    }
}

static void consider_only(
    struct recommender *r, const struct asking *asking, const struct recommender_items *only) {
    for (size_t i = 0; i < only->count; i++) {
        if (only->numbers[i] < engine_item_count(r)) consider(r, asking, only->numbers[i]);
    }
}

void recommender_recommend(
    struct recommender *r,
    const struct recommender_question *question,
    struct recommender_answer *out) {
    struct asking asking;
    begin(r, question, &asking, out);
    best_reset(&r->scratch.best, question_count(question));
    if (question->only) {
        consider_only(r, &asking, question->only);
    } else {
        consider_catalogue(r, &asking);
    }
    best_sort(&r->scratch.best);
    for (size_t i = 0; i < r->scratch.best.count; i++) {
        const uint32_t item = best_item(r->scratch.best.entries[i]);
        score_item(r, &asking, item, question_append(r, out, item));
    }
}

// An item without interactions is ranked last, as if it were unknown.
static bool find_ranked(const struct recommender *r, struct str id, uint32_t *item) {
    return names_find(&r->item_names, id, item) && r->pop.mass[*item] > 0;
}

static void append_unranked(
    const struct recommender *r,
    const struct recommender_question *question,
    struct str id,
    struct recommender_answer *out) {
    uint32_t item = RECOMMENDER_NO_ITEM;
    if (names_find(&r->item_names, id, &item) && !question_accepts(r, question, item)) return;
    struct recommender_scored *scored = append(out);
    scored->item = item;
    scored->item_id = id;
}

void recommender_rank(
    struct recommender *r,
    const struct recommender_question *question,
    const struct str *items,
    size_t item_count,
    struct recommender_answer *out) {
    struct asking asking;
    begin(r, question, &asking, out);
    struct best *best = &r->scratch.best;
    best_reset(best, item_count);
    double total = 0;
    for (size_t i = 0; i < item_count; i++) {
        uint32_t item;
        struct recommender_scored scored;
        if (!find_ranked(r, items[i], &item) || !question_accepts(r, question, item)) continue;
        const double score = score_item(r, &asking, item, &scored);
        total += score;
        best_push(best, score, item, (uint32_t)i);
    }
    best_sort(best);
    for (size_t i = 0; i < best->count; i++) {
        struct recommender_scored *scored = question_append(r, out, best_item(best->entries[i]));
        score_item(r, &asking, scored->item, scored);
        scored->score /= total;
        scored->exploration /= total;
        for (int k = 0; k < RECOMMENDER_REASON_COUNT; k++)
            scored->reasons[k] /= total;
    }
    for (size_t i = 0; i < item_count; i++) {
        uint32_t item;
        if (!find_ranked(r, items[i], &item)) append_unranked(r, question, items[i], out);
    }
}
