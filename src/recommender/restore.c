// restore — reads what snapshot.c wrote. The checksum proves that the blob is whole, not that it is
// kind, so every number is still checked before it is used as a size or an index.
#include "snapshot.h"

#include "base/memory.h"

#include <inttypes.h>

struct input {
    struct str rest;
    bool is_bad; // reads after that give zeros
};

static void take(struct input *in, void *out, size_t count) {
    if (count == 0) return;
    if (in->is_bad || in->rest.len < count) {
        in->is_bad = true;
        memset(out, 0, count);
        return;
    }
    memcpy(out, in->rest.ptr, count);
    in->rest = str_skip(in->rest, count);
}

static uint32_t take_u32(struct input *in) {
    uint32_t number;
    take(in, &number, sizeof(number));
    return number;
}

static uint64_t take_u64(struct input *in) {
    uint64_t number;
    take(in, &number, sizeof(number));
    return number;
}

// Differences of times must not overflow later.
static int64_t take_time(struct input *in) {
    const int64_t time_s = (int64_t)take_u64(in);
    if (recommender_clamp_time(time_s, RECOMMENDER_REPLAY) != time_s) in->is_bad = true;
    return in->is_bad ? 0 : time_s;
}

// A number that must not pass `most`; 0 and a bad input if it does.
static uint32_t take_count(struct input *in, uint32_t most) {
    const uint32_t count = take_u32(in);
    if (count > most) in->is_bad = true;
    return in->is_bad ? 0 : count;
}

// What to reserve for: no more than there are bytes for, whatever the count says.
static uint32_t plausible(const struct input *in, uint32_t count) {
    return count < in->rest.len / 16 ? count : (uint32_t)(in->rest.len / 16);
}

static bool take_bool(struct input *in) {
    return take_count(in, 1) == 1;
}

static struct str take_id(struct input *in) {
    const uint32_t len = take_count(in, RECOMMENDER_ID_MAX_BYTES);
    const struct str id = str_slice(in->rest, 0, len);
    if (len == 0 || id.len < len) in->is_bad = true;
    in->rest = str_skip(in->rest, len);
    return in->is_bad ? STR("?") : id;
}

static void take_items(struct input *in, uint32_t *out, uint32_t count, uint32_t below) {
    take(in, out, count * sizeof(*out));
    for (uint32_t i = 0; i < count; i++) {
        if (out[i] >= below) in->is_bad = true;
    }
}

static void take_decay(struct input *in, struct decay *decay) {
    decay->origin_s = take_time(in);
    decay->has_origin = take_bool(in);
}

static void take_counters(struct input *in, struct recommender *r) {
    r->events = take_u64(in);
    r->updates = take_u64(in);
    r->document_count = take_u64(in);
    r->now_s = take_time(in);
    r->has_now = take_bool(in);
    for (int i = 0; i < CONTEXT_COUNT; i++) {
        take(in, r->contexts[i].weights, sizeof(r->contexts[i].weights));
        r->contexts[i].updates = take_u64(in);
    }
}

static void
take_item(struct input *in, struct recommender *r, uint32_t number, uint32_t item_count) {
    const struct str id = take_id(in);
    const int64_t first_s = take_time(in);
    if (in->is_bad) return;
    if (engine_add_item(r, id, first_s) != number) {
        in->is_bad = true; // twice the same id
        return;
    }
    struct item *item = &r->items[number];
    item->documents = take_u32(in);
    r->visitors.mass[number] = take_u32(in);
    const uint32_t ring_count = take_count(in, RING_CAP);
    item->ring_next = take_count(in, RING_CAP - 1);
    if (ring_count < RING_CAP && item->ring_next != ring_count) in->is_bad = true;
    if (ring_count) documents_reserve_ring(r, item, ring_count);
    item->ring_count = ring_count;
    take(in, item->ring, ring_count * sizeof(*item->ring));
    const uint32_t row_count = take_count(in, ROW_CAP);
    if (row_count) followers_reserve_row(r, item, row_count);
    item->row_count = row_count;
    if (row_count == 0) return;
    take_items(in, item->row, row_count, item_count);
    take(in, item->row + item->row_cap, row_count * sizeof(*item->row));
}

static void take_catalogue(struct input *in, struct recommender *r) {
    const uint32_t count = take_count(in, r->options.item_limit);
    names_reserve(&r->item_names, plausible(in, count));
    for (uint32_t i = 0; i < count && !in->is_bad; i++)
        take_item(in, r, i, count);
    if (in->is_bad) return;
    if (count > 0) {
        take(in, r->trend.mass, count * sizeof(double));
        take(in, r->pop.mass, count * sizeof(double));
        take(in, r->fast.mass, count * sizeof(double));
        take(in, r->slow, count * sizeof(double));
    }
    take(in, &r->trend.total, sizeof(double));
    take(in, &r->pop.total, sizeof(double));
    take_decay(in, &r->trend_decay);
    take_decay(in, &r->fast_decay);
    take_decay(in, &r->slow_decay);
    popular_rebuild(r);
}

static void take_documents(struct input *in, struct recommender *r) {
    const uint32_t count = take_count(in, r->options.document_limit);
    if (count != documents_kept(r)) in->is_bad = true; // rings trust that these are all there
    for (uint32_t i = 0; i < count && !in->is_bad; i++) {
        const uint32_t number = take_u32(in);
        const int64_t time_s = take_time(in);
        const uint32_t items = take_count(in, DOCUMENT_CAP);
        const uint32_t age = (uint32_t)r->document_count - 1 - number;
        if (items == 0 || age >= count || documents_find(r, number)) {
            in->is_bad = true;
            return;
        }
        struct document *document = documents_slot(r, number);
        documents_reserve_items(r, document, items);
        document->time_s = time_s;
        document->count = (uint8_t)items;
        take_items(in, document->items, items, engine_item_count(r));
    }
}

static void take_history(struct input *in, struct recommender *r, struct user *user) {
    const uint32_t count = take_count(in, HISTORY_KEPT);
    if (count == 0) return;
    users_reserve_history(user, count);
    user->count = count;
    take(in, user->history, count * sizeof(*user->history));
    for (uint32_t i = 0; i < count; i++) {
        const struct seen *seen = &user->history[i];
        const int64_t time_s = seen->time_s;
        if (seen->item >= engine_item_count(r)) in->is_bad = true;
        if (recommender_clamp_time(time_s, RECOMMENDER_REPLAY) != time_s) in->is_bad = true;
    }
}

static void take_typed(struct input *in, struct recommender *r, struct user *user) {
    const uint32_t types = take_count(in, TYPED_CAP);
    for (uint32_t i = 0; i < types && !in->is_bad; i++) {
        const uint64_t type = take_u64(in);
        const uint32_t count = take_count(in, RECOMMENDER_TYPED_HISTORY);
        if (count == 0) {
            in->is_bad = true;
            return;
        }
        struct typed *typed = typed_add(user, type, count);
        typed->count = count;
        take_items(in, typed->items, count, engine_item_count(r));
    }
}

// `joined` holds places until all users are read; places and numbers agree in a fresh table.
static void
take_user(struct input *in, struct recommender *r, uint32_t place, uint32_t user_count) {
    const struct str id = take_id(in);
    if (in->is_bad) return;
    if (r->user_names.count != place || names_find(&r->user_names, id, &(uint32_t){0})) {
        in->is_bad = true;
        return;
    }
    const uint32_t number = users_add(r, id);
    ASSERT(number == place);
    struct user *user = &r->users[number];
    r->history_bytes -= users_bytes(r, number);
    user->joined = take_u32(in);
    if (user->joined != NOBODY && user->joined >= user_count) in->is_bad = true;
    user->is_person = take_bool(in);
    user->has_document = take_bool(in);
    user->document = take_u32(in);
    take_history(in, r, user);
    take_typed(in, r, user);
    r->history_bytes += users_bytes(r, number);
}

static void take_users(struct input *in, struct recommender *r) {
    const uint32_t count = take_count(in, r->options.user_limit);
    names_reserve(&r->user_names, plausible(in, count));
    for (uint32_t i = 0; i < count && !in->is_bad; i++)
        take_user(in, r, i, count);
    for (uint32_t i = 0; i < count && !in->is_bad; i++) {
        struct user *user = &r->users[i];
        if (user->joined != NOBODY) user->joined_generation = r->users[user->joined].generation;
    }
}

static void take_pairs(struct input *in, struct recommender *r) {
    const uint32_t cap = take_count(in, r->options.pair_limit);
    const uint32_t count = take_count(in, cap);
    if (cap == 0) return;
    if (cap < PAIR_START || (cap & (cap - 1)) != 0) {
        in->is_bad = true;
        return;
    }
    followers_set_pair_cap(r, cap);
    for (uint32_t i = 0; i < count && !in->is_bad; i++) {
        struct pair *pair = &r->pairs[take_count(in, cap - 1)];
        if (pair->strength) in->is_bad = true;
        pair->before = take_u32(in);
        pair->current = take_u32(in);
        pair->strength = take_u32(in);
        pair->count = take_count(in, PAIR_CAP);
        take_items(in, pair->items, pair->count, engine_item_count(r));
        take(in, pair->weights, pair->count * sizeof(*pair->weights));
        if (pair->strength == 0) in->is_bad = true;
    }
    r->pair_count = count;
}

static void take_event_ids(struct input *in, struct recommender *r) {
    const uint32_t count = take_count(in, r->options.event_id_limit);
    for (uint32_t i = 0; i < count && !in->is_bad; i++) {
        const uint64_t fingerprint = take_u64(in);
        if (fingerprint == 0) in->is_bad = true;
        if (!in->is_bad) event_ids_add(r, fingerprint);
    }
}

static bool take_body(struct input *in, struct recommender *r) {
    take_counters(in, r);
    take_catalogue(in, r);
    take_documents(in, r);
    take_users(in, r);
    take_pairs(in, r);
    take_event_ids(in, r);
    if (r->event_ids.young_count > 0) event_ids_turn_over(r); // the old ones come first
    take_event_ids(in, r);
    return !in->is_bad && in->rest.len == 0;
}

static bool refuse(struct error *err, const char *why) {
    error_set(err, ERROR_INVALID, "the recommender's snapshot %s", why);
    return error_hint(err, "It is dropped and the model is built again from the stored events.");
}

static bool check_head(
    const struct recommender *r,
    struct str snapshot,
    struct input *in,
    uint64_t *log_sequence,
    struct error *err) {
    uint8_t wanted[DIGEST_BYTES], found[DIGEST_BYTES];
    if (snapshot.len < SNAPSHOT_HEAD_BYTES + DIGEST_BYTES ||
        !str_starts_with(snapshot, SNAPSHOT_MAGIC)) {
        return refuse(err, "is not one");
    }
    *in = (struct input){.rest = str_skip(snapshot, SNAPSHOT_MAGIC.len)};
    if (take_u32(in) != SNAPSHOT_VERSION || take_u32(in) != SNAPSHOT_BYTE_ORDER) {
        return refuse(err, "has another format version");
    }
    snapshot_hash_parameters(&r->options, wanted);
    take(in, found, sizeof(found));
    if (memcmp(wanted, found, sizeof(wanted)) != 0) return refuse(err, "has other parameters");
    *log_sequence = take_u64(in);
    const uint64_t body_bytes = take_u64(in);
    if (body_bytes != in->rest.len - DIGEST_BYTES) return refuse(err, "has another length");
    digest_sha256(str_slice(snapshot, 0, snapshot.len - DIGEST_BYTES), wanted);
    memcpy(found, snapshot.ptr + snapshot.len - DIGEST_BYTES, sizeof(found));
    if (memcmp(wanted, found, sizeof(wanted)) != 0) return refuse(err, "is damaged");
    in->rest.len -= DIGEST_BYTES;
    return true;
}

struct recommender *recommender_decode_snapshot(
    const struct recommender_options *options,
    struct str snapshot,
    uint64_t *log_sequence,
    struct error *err) {
    CLEANUP(recommender_freep) struct recommender *r = recommender_new(options);
    struct input in = {0};
    uint64_t sequence = 0;
    if (!check_head(r, snapshot, &in, &sequence, err)) return NULL;
    if (!take_body(&in, r)) {
        (void)refuse(err, "contradicts itself");
        return NULL;
    }
    *log_sequence = sequence;
    return mem_take(&r);
}
