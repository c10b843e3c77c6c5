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
enum { LOOK_AHEAD = 6 }; // documents on their way into the cache
#define LEAST_WEIGHT 0.001
#define LEAST_STEP 0.01
#define OLD_SESSION_FACTOR 0.3
#define AGAIN_DECAY 0.95
// Neighbours mostly hold what the shopper has just seen, for that is why they are neighbours. How likely
// it comes back is better told by `again`. Measured on retail: without this MRR is .172, with it .182;
// leaving own items out gains no more there and loses where shoppers go back and forth.
#define OWN_ITEM_FACTOR 0.2

void predict_start(struct recommender *r) {
    r->scratch.touched = mem_alloc((MATCH_CAP + 1) * sizeof(*r->scratch.touched));
    r->scratch.similarities = mem_alloc(MATCH_CAP * sizeof(*r->scratch.similarities));
    for (int i = 0; i < CONTEXT_COUNT; i++) {
        memcpy(r->contexts[i].weights, start_weights, sizeof(start_weights));
    }
    for (int i = 0; i < AGE_TABLE; i++)
        r->age_decay[i] = exp(-i / 120.0);
    for (int i = 1; i < DOCUMENT_CAP; i++)
        r->distance_decay[DOCUMENT_CAP + i] = r->distance_decay[DOCUMENT_CAP - i] =
            exp(-(i - 1) / 5.0);
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
        scratch->votes =
            mem_resize(scratch->votes, scratch->candidate_cap, sizeof(*scratch->votes));
    }
    ASSERT(scratch->candidates);
    struct candidate *candidate = &scratch->candidates[scratch->candidate_count];
    *candidate = (struct candidate){.item = item};
    scratch->candidate_of[item] = scratch->candidate_count++;
    return candidate;
}

// What each query rank gives to the documents that hold the item, and the sums for every set of ranks:
// a sum in the order of the ranks, whichever way the documents are found.
struct query_weights {
    double sums[1 << QUERY_CAP];
};

static void weigh_query(
    const struct recommender *r,
    const struct recent *query,
    uint32_t count,
    struct query_weights *out) {
    out->sums[0] = 0;
    for (uint32_t rank = 0; rank < count; rank++) {
        const struct item *item = &r->items[query[rank].item];
        const double rarity = log(1 + (double)r->document_count / (1.0 + item->documents));
        const double weight =
            r->rank_decay[rank] * (query[rank].in_session ? 1 : OLD_SESSION_FACTOR) * rarity;
        const uint32_t below = (uint32_t)1 << rank;
        for (uint32_t set = 0; set < below; set++)
            out->sums[below + set] = out->sums[set] + weight;
    }
}

// Marks the documents of `count` ring entries, the last one first, with the rank's bit. Returns how many
// slots are touched then.
static uint32_t mark_documents(
    struct recommender *r,
    const uint32_t *numbers,
    uint32_t count,
    uint32_t own_document,
    uint32_t rank,
    uint32_t touched) {
    uint32_t *out = r->scratch.touched;
    uint16_t *masks = r->scratch.masks;
    const uint32_t newest = (uint32_t)r->document_count - 1, kept = documents_kept(r);
    const uint32_t slot_mask = r->options.document_limit - 1;
    for (uint32_t i = count; i-- > 0;) {
        const uint32_t number = numbers[i], slot = number & slot_mask;
        if (newest - number >= kept || number == own_document) continue;
        const uint32_t mask = masks[slot];
        out[touched] = slot;
        touched += mask == 0;
        masks[slot] = (uint16_t)(mask | 1u << rank);
    }
    return touched;
}

// Every document that shares a query item, in the order they are found in: by rank, newer ones first.
static uint32_t collect_matches(
    struct recommender *r, const struct user *user, const struct recent *query, uint32_t count) {
    // no number looks like this one: it has just been given out or never
    const uint32_t nothing = (uint32_t)r->document_count;
    const uint32_t own_document = user->has_document ? user->document : nothing;
    uint32_t touched = 0;
    for (uint32_t rank = 0; rank < count; rank++) {
        const struct item *item = &r->items[query[rank].item];
        const uint32_t newer = item->ring_count == RING_CAP ? item->ring_next : item->ring_count;
        const uint32_t older = item->ring_count - newer;
        touched = mark_documents(r, item->ring, newer, own_document, rank, touched);
        touched = mark_documents(r, item->ring + newer, older, own_document, rank, touched);
    }
    return touched;
}

// Without branches: which documents are alike follows no pattern.
static void measure_similarities(
    struct recommender *r, uint32_t touched, const struct query_weights *weights, int64_t time_s) {
    struct scratch *scratch = &r->scratch;
    for (uint32_t i = 0; i < touched; i++) {
        const uint32_t slot = scratch->touched[i];
        const struct document *document = &r->documents[slot];
        const int64_t ahead_s = time_s - document->time_s;
        const uint64_t age = (uint64_t)(ahead_s > 0 ? ahead_s : 0) / DAY_S;
        const double sum = weights->sums[scratch->masks[slot]];
        scratch->masks[slot] = 0;
        scratch->similarities[i] = sum * r->length_factor[document->count] *
                                   r->age_decay[age < AGE_TABLE ? age : AGE_TABLE - 1];
    }
}

static void choose_neighbours(struct recommender *r, uint32_t touched) {
    struct scratch *scratch = &r->scratch;
    struct best *neighbours = &scratch->neighbours;
    double least = -1; // of the full heap
    best_reset(neighbours, NEIGHBOUR_CAP);
    for (uint32_t i = 0; i < touched; i++) {
        const double similarity = scratch->similarities[i];
        if (similarity < least) continue;
        const uint32_t slot = scratch->touched[i];
        // smaller is newer
        const uint32_t newness = (uint32_t)r->document_count - r->documents[slot].number;
        if (!best_would_enter(neighbours, similarity, newness, slot)) continue;
        best_push(neighbours, similarity, newness, slot);
        if (neighbours->count == NEIGHBOUR_CAP) least = best_score(neighbours->entries[0]);
    }
}

struct voting {
    double factors[QUERY_CAP + 1]; // by a candidate's place; all later ones share the last
    uint32_t count;                // of query items
};

static void begin_voting(struct recommender *r, struct voting *voting, uint32_t count) {
    voting->count = count;
    voting->factors[0] = 0; // the current item gets no votes
    for (uint32_t i = 1; i < count; i++)
        voting->factors[i] = OWN_ITEM_FACTOR;
    voting->factors[count] = 1;
    for (uint32_t i = 0; i < r->scratch.candidate_count; i++)
        r->scratch.votes[i] = 0;
}

// Writes the candidates' places of the document's items and returns where it holds the most recent query
// item; its length when it holds none. Query items were made candidates first, so a place below `count` is
// a rank. The minimum is taken of place and index in one number, again without a branch.
static uint32_t find_places(
    struct recommender *r, const struct document *document, uint32_t count, uint32_t *places) {
    const uint32_t *candidate_of = r->scratch.candidate_of;
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < document->count; i++) {
        uint32_t place = candidate_of[document->items[i]];
        if (place == NOBODY) {
            (void)predict_add_candidate(r, document->items[i]);
            place = r->scratch.candidate_count - 1;
            r->scratch.votes[place] = 0;
        }
        places[i] = place;
        const uint64_t here = (uint64_t)place << 8 | i;
        least = here < least ? here : least;
    }
    return least >> 8 < count ? (uint32_t)(least & 0xFF) : document->count;
}

// A document's items get votes by their distance to the most recent query item it contains. Returns the
// sum of all. The order of the additions is part of the answers' last digits.
static double vote(
    struct recommender *r,
    const struct document *document,
    const struct voting *voting,
    double similarity) {
    uint32_t places[DOCUMENT_CAP];
    const uint32_t at = find_places(r, document, voting->count, places);
    if (at == document->count) return 0;
    const double *decay = r->distance_decay + DOCUMENT_CAP - at; // 0 at the item itself
    double *votes = r->scratch.votes;
    double total = 0;
    for (uint32_t i = 0; i < document->count; i++) {
        const uint32_t place = places[i] < voting->count ? places[i] : voting->count;
        const double weight = similarity * decay[i] * voting->factors[place];
        votes[places[i]] += weight;
        total += weight;
    }
    return total;
}

static double add_neighbours(
    struct recommender *r,
    const struct user *user,
    const struct recent *query,
    uint32_t count,
    int64_t time_s) {
    struct query_weights weights;
    weigh_query(r, query, count, &weights);
    const uint32_t touched = collect_matches(r, user, query, count);
    measure_similarities(r, touched, &weights, time_s);
    choose_neighbours(r, touched);
    struct voting voting;
    begin_voting(r, &voting, count);
    double total = 0;
    const struct best *neighbours = &r->scratch.neighbours;
    for (size_t i = 0; i < neighbours->count; i++) {
        const struct best_entry entry = neighbours->entries[i];
        if (i + LOOK_AHEAD < neighbours->count) {
            prefetch(r->documents[best_place(neighbours->entries[i + LOOK_AHEAD])].items);
        }
        total += vote(r, &r->documents[best_place(entry)], &voting, best_score(entry));
    }
    for (uint32_t i = 0; i < r->scratch.candidate_count; i++)
        r->scratch.candidates[i].raw[RECOMMENDER_REASON_KNN] = r->scratch.votes[i];
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
