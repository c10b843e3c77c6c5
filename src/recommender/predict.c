// predict — the six predictors of section 3.3 and their learned mixture. The first four touch few items,
// which become candidates; the two popularities are read from the masses when an item is scored.
#include "internal.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

static const double start_weights[RECOMMENDER_REASON_COUNT] = {
    [RECOMMENDER_REASON_KNN] = .45,   [RECOMMENDER_REASON_NEXT] = .30,
    [RECOMMENDER_REASON_NEXT2] = .05, [RECOMMENDER_REASON_AGAIN] = .05,
    [RECOMMENDER_REASON_TREND] = .10, [RECOMMENDER_REASON_POP] = .05,
};
#define LEAST_WEIGHT 0.001
#define LEAST_STEP 0.01
#define OLD_SESSION_FACTOR 0.3
#define AGAIN_DECAY 0.95
// Neighbours mostly hold what the shopper has just seen, for that is why they are neighbours. How likely
// it comes back is better told by `again`. Measured on retail: without this MRR is .172, with it .182;
// leaving own items out gains no more there and loses where shoppers go back and forth.
#define OWN_ITEM_FACTOR 0.2

void predict_start(struct recommender *r) {
    for (int i = 0; i < CONTEXT_COUNT; i++) {
        memcpy(r->contexts[i].weights, start_weights, sizeof(start_weights));
    }
    for (int i = 0; i < AGE_TABLE; i++)
        r->age_decay[i] = exp(-i / 120.0);
    for (int i = 0; i < DOCUMENT_CAP; i++)
        r->distance_decay[i] = exp(-(i - 1) / 5.0);
    for (int i = 0; i < QUERY_CAP; i++)
        r->rank_decay[i] = exp(-i / 3.0);
    for (int i = 1; i <= DOCUMENT_CAP; i++)
        r->length_factor[i] = 1 / sqrt(i);
}

void predict_begin(struct recommender *r) {
    struct scratch *scratch = &r->scratch;
    for (uint32_t i = 0; i < scratch->candidate_count; i++)
        scratch->candidate_of[scratch->candidates[i].item] = NOBODY;
    scratch->candidate_count = 0;
}

struct candidate *predict_add_candidate(struct recommender *r, uint32_t item) {
    struct scratch *scratch = &r->scratch;
    if (scratch->candidate_count == scratch->candidate_cap) {
        scratch->candidate_cap = scratch->candidate_cap ? scratch->candidate_cap * 2 : 256;
        scratch->candidates =
            mem_resize(scratch->candidates, scratch->candidate_cap, sizeof(*scratch->candidates));
    }
    ASSERT(scratch->candidates);
    struct candidate *candidate = &scratch->candidates[scratch->candidate_count];
    *candidate = (struct candidate){.item = item};
    scratch->candidate_of[item] = scratch->candidate_count++;
    return candidate;
}

static struct match *match_of(struct recommender *r, struct document *document) {
    struct scratch *scratch = &r->scratch;
    const uint32_t slot = (uint32_t)(document - r->documents);
    if (document->mark < scratch->match_count && scratch->matches[document->mark].slot == slot) {
        return &scratch->matches[document->mark];
    }
    if (scratch->match_count == scratch->match_cap) {
        scratch->match_cap = scratch->match_cap ? scratch->match_cap * 2 : 64;
        scratch->matches =
            mem_resize(scratch->matches, scratch->match_cap, sizeof(*scratch->matches));
    }
    document->mark = scratch->match_count++;
    struct match *match = &scratch->matches[document->mark];
    *match = (struct match){.slot = slot};
    return match;
}

// Every document that shares a query item collects that item's weight.
static void collect_matches(
    struct recommender *r, const struct user *user, const struct recent *query, uint32_t count) {
    r->scratch.match_count = 0;
    for (uint32_t rank = 0; rank < count; rank++) {
        const struct item *item = &r->items[query[rank].item];
        const double rarity = log(1 + (double)r->document_count / (1.0 + item->documents));
        const double weight =
            r->rank_decay[rank] * (query[rank].in_session ? 1 : OLD_SESSION_FACTOR) * rarity;
        for (uint32_t k = 0; k < item->ring_count; k++) {
            const uint32_t number = documents_on_ring(item, k);
            if (user->has_document && number == user->document) continue;
            struct document *document = documents_find(r, number);
            if (document) match_of(r, document)->sum += weight;
        }
    }
}

static void choose_neighbours(struct recommender *r, int64_t time_s) {
    struct scratch *scratch = &r->scratch;
    best_reset(&scratch->neighbours, NEIGHBOUR_CAP);
    for (uint32_t i = 0; i < scratch->match_count; i++) {
        const struct document *document = &r->documents[scratch->matches[i].slot];
        const int64_t age = time_s > document->time_s ? (time_s - document->time_s) / DAY_S : 0;
        const double similarity = scratch->matches[i].sum * r->length_factor[document->count] *
                                  r->age_decay[age < AGE_TABLE ? age : AGE_TABLE - 1];
        const uint32_t newness = (uint32_t)r->document_count - document->number; // smaller is newer
        if (best_would_enter(&scratch->neighbours, similarity, newness, i)) {
            best_push(&scratch->neighbours, similarity, newness, i);
        }
    }
}

// Where the document holds the most recent query item; its length when it holds none. Query items were
// made candidates first, so a candidate's place below `count` is its rank. The minimum is taken of
// rank and index in one number: which item is the better one follows no pattern a branch could learn.
static uint32_t
find_anchor(const struct scratch *scratch, const struct document *document, uint32_t count) {
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < document->count; i++) {
        const uint64_t here = (uint64_t)scratch->candidate_of[document->items[i]] << 8 | i;
        least = here < least ? here : least;
    }
    return least >> 8 < count ? (uint32_t)(least & 0xFF) : document->count;
}

struct voting {
    double factors[QUERY_CAP + 1]; // by a candidate's place; all later ones share the last
    uint32_t count;                // of query items
};

static void begin_voting(struct voting *voting, uint32_t count) {
    voting->count = count;
    voting->factors[0] = 0; // the current item gets no votes
    for (uint32_t i = 1; i < count; i++)
        voting->factors[i] = OWN_ITEM_FACTOR;
    voting->factors[count] = 1;
}

static double
give(struct recommender *r, const struct voting *voting, uint32_t item, double similarity) {
    uint32_t place = r->scratch.candidate_of[item];
    if (place == NOBODY) {
        (void)predict_add_candidate(r, item);
        place = r->scratch.candidate_count - 1;
    }
    const double weight =
        similarity * voting->factors[place < voting->count ? place : voting->count];
    r->scratch.candidates[place].raw[RECOMMENDER_REASON_KNN] += weight;
    return weight;
}

// A document's items, by their distance to the most recent query item it contains. Returns the weight
// given.
static double vote(
    struct recommender *r,
    const struct document *document,
    const struct voting *voting,
    double similarity) {
    const uint32_t at = find_anchor(&r->scratch, document, voting->count);
    if (at == document->count) return 0;
    double total = 0;
    for (uint32_t i = 0; i < at; i++)
        total += give(r, voting, document->items[i], similarity * r->distance_decay[at - i]);
    for (uint32_t i = at + 1; i < document->count; i++)
        total += give(r, voting, document->items[i], similarity * r->distance_decay[i - at]);
    return total;
}

static double add_neighbours(
    struct recommender *r,
    const struct user *user,
    const struct recent *query,
    uint32_t count,
    int64_t time_s) {
    collect_matches(r, user, query, count);
    choose_neighbours(r, time_s);
    struct voting voting;
    begin_voting(&voting, count);
    double total = 0;
    const struct best *neighbours = &r->scratch.neighbours;
    for (size_t i = 0; i < neighbours->count; i++) {
        const struct match *match = &r->scratch.matches[neighbours->entries[i].place];
        total += vote(r, &r->documents[match->slot], &voting, neighbours->entries[i].score);
    }
    return total;
}

static double add_weights(
    struct recommender *r,
    const uint32_t *items,
    const uint32_t *weights,
    uint32_t count,
    enum recommender_reason reason,
    double unit) {
    double total = 0;
    for (uint32_t i = 0; i < count; i++) {
        const double weight = weights[i] * unit;
        predict_candidate(r, items[i])->raw[reason] += weight;
        total += weight;
    }
    return total;
}

static double add_next(struct recommender *r, uint32_t current) {
    const struct item *item = &r->items[current];
    return add_weights(
        r, item->row, item->row + item->row_cap, item->row_count, RECOMMENDER_REASON_NEXT,
        1.0 / WEIGHT_ONE);
}

static double add_next2(struct recommender *r, const struct recent *query, uint32_t count) {
    if (count < 2 || !query[1].in_session) return 0;
    const struct pair *pair = followers_find_pair(r, query[1].item, query[0].item);
    if (!pair) return 0;
    return add_weights(r, pair->items, pair->weights, pair->count, RECOMMENDER_REASON_NEXT2, 1);
}

static double add_again(struct recommender *r, const struct user *user, uint32_t current) {
    double weight = 1, total = 0;
    const uint32_t oldest = user->count - users_visible(user);
    for (uint32_t i = user->count; i-- > oldest; weight *= AGAIN_DECAY) {
        if (user->history[i].item == current) continue;
        predict_candidate(r, user->history[i].item)->raw[RECOMMENDER_REASON_AGAIN] += weight;
        total += weight;
    }
    return total;
}

static uint32_t level(uint32_t value, const uint32_t *bounds, uint32_t count) {
    uint32_t at = 0;
    while (at < count && value >= bounds[at])
        at++;
    return at;
}

static void find_context(
    const struct recommender *r, const struct user *user, int64_t time_s, struct prediction *out) {
    static const uint32_t session_bounds[] = {1, 2, 4, 8}, older_bounds[] = {1, 20},
                          document_bounds[] = {4, 16, 64};
    const uint32_t visible = users_visible(user);
    uint32_t session = 0;
    for (; session < visible; session++) {
        const struct seen *seen = &user->history[user->count - 1 - session];
        if (time_s - seen->time_s > RECOMMENDER_SESSION_GAP_S) break;
        time_s = seen->time_s;
    }
    out->session_events = session;
    out->history_events = visible;
    out->context =
        (level(session, session_bounds, 4) * 3 + level(visible - session, older_bounds, 2)) * 4 +
        level(r->items[out->current].documents, document_bounds, 3);
}

// v = ω · confidence over the predictors that are there, scaled to sum 1; factors turn raw weights
// into terms.
static void mix(const struct recommender *r, const double *totals, struct prediction *out) {
    double sum = 0;
    for (int i = 0; i < RECOMMENDER_REASON_COUNT; i++) {
        double weight = totals[i] > 0 ? r->contexts[out->context].weights[i] : 0;
        if (i == RECOMMENDER_REASON_NEXT || i == RECOMMENDER_REASON_NEXT2) {
            weight *= totals[i] / (totals[i] + 1);
        }
        out->weights[i] = weight;
        sum += weight;
    }
    for (int i = 0; i < RECOMMENDER_REASON_COUNT; i++) {
        if (sum > 0) out->weights[i] /= sum;
        out->factors[i] = totals[i] > 0 ? out->weights[i] / totals[i] : 0;
    }
}

void predict_user(struct recommender *r, uint32_t number, int64_t time_s, struct prediction *out) {
    *out = (struct prediction){.context = CONTEXT_UNKNOWN, .current = NOBODY};
    double totals[RECOMMENDER_REASON_COUNT] = {0};
    totals[RECOMMENDER_REASON_TREND] = r->trend.total;
    totals[RECOMMENDER_REASON_POP] = r->pop.total + POP_FLOOR * engine_item_count(r);
    predict_begin(r);

    const struct user *user = number == NOBODY ? NULL : &r->users[number];
    if (user && user->count > 0) {
        struct recent query[QUERY_CAP];
        const uint32_t count = users_recent(user, time_s, query, QUERY_CAP);
        for (uint32_t i = 0; i < count; i++)
            predict_candidate(r, query[i].item);
        out->current = query[0].item;
        find_context(r, user, time_s, out);
        totals[RECOMMENDER_REASON_KNN] = add_neighbours(r, user, query, count, time_s);
        totals[RECOMMENDER_REASON_NEXT] = add_next(r, out->current);
        totals[RECOMMENDER_REASON_NEXT2] = add_next2(r, query, count);
        totals[RECOMMENDER_REASON_AGAIN] = add_again(r, user, out->current);
    }
    mix(r, totals, out);
}

double predict_terms(
    const struct recommender *r,
    const struct prediction *prediction,
    const struct candidate *candidate,
    uint32_t item,
    double terms[RECOMMENDER_REASON_COUNT]) {
    double score = 0;
    for (int i = 0; i < RECOMMENDER_REASON_TREND; i++) {
        terms[i] = candidate ? prediction->factors[i] * candidate->raw[i] : 0;
        score += terms[i];
    }
    const double trend = prediction->factors[RECOMMENDER_REASON_TREND] * r->trend.mass[item];
    const double pop =
        prediction->factors[RECOMMENDER_REASON_POP] * (r->pop.mass[item] + POP_FLOOR);
    terms[RECOMMENDER_REASON_TREND] = trend;
    terms[RECOMMENDER_REASON_POP] = pop;
    return score + trend + pop;
}

// Online expectation maximisation: each predictor's share in having foreseen the item.
void predict_learn(struct recommender *r, uint32_t number, uint32_t item, int64_t time_s) {
    struct prediction prediction;
    double terms[RECOMMENDER_REASON_COUNT];
    predict_user(r, number, time_s, &prediction);
    if (prediction.current == item) return;
    const double score = predict_terms(r, &prediction, predict_find(r, item), item, terms);
    if (!(score > 0)) return;
    struct context *context = &r->contexts[prediction.context];
    const double usual_step = 1.0 / ((double)context->updates + 50);
    const double step = usual_step > LEAST_STEP ? usual_step : LEAST_STEP;
    for (int i = 0; i < RECOMMENDER_REASON_COUNT; i++) {
        const double weight = (1 - step) * context->weights[i] + step * terms[i] / score;
        context->weights[i] = weight > LEAST_WEIGHT ? weight : LEAST_WEIGHT;
    }
    context->updates++;
    r->updates++;
}
