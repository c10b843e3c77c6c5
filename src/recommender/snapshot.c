// snapshot — writes the model as one blob; restore.c reads it. Heaps, hash tables and scratch are left
// out: they follow from the rest, and no answer depends on how they are laid out.
#include "snapshot.h"

#include "base/memory.h"

void snapshot_hash_parameters(
    const struct recommender_options *resolved, uint8_t out[DIGEST_BYTES]) {
    const uint64_t numbers[] = {
        resolved->document_limit,
        resolved->item_limit,
        resolved->user_limit,
        resolved->history_limit_bytes,
        resolved->pair_limit,
        resolved->event_id_limit,
        (uint64_t)resolved->trending_interval_s,
        (uint64_t)resolved->forget_after_s,
        HISTORY_KEPT,
        RING_CAP,
        ROW_CAP,
        PAIR_CAP,
        PAIR_BUCKET,
        PAIR_START,
        DOCUMENT_CAP,
        DOCUMENT_SPLIT,
        TYPED_CAP,
        QUERY_CAP,
        NEIGHBOUR_CAP,
        LEARN_EVERY,
        CONTEXT_COUNT,
        WEIGHT_ONE,
        RECOMMENDER_SESSION_GAP_S,
        RECOMMENDER_TYPED_HISTORY,
    };
    digest_sha256((struct str){.ptr = (const char *)numbers, .len = sizeof(numbers)}, out);
}

static void put(struct buf *out, const void *bytes, size_t count) {
    if (count > 0) buf_add(out, (struct str){.ptr = bytes, .len = count});
}

static void put_u32(struct buf *out, uint32_t number) {
    put(out, &number, sizeof(number));
}

static void put_u64(struct buf *out, uint64_t number) {
    put(out, &number, sizeof(number));
}

static void put_text(struct buf *out, struct str text) {
    put_u32(out, (uint32_t)text.len);
    put(out, text.ptr, text.len);
}

static void put_numbers(struct buf *out, const uint32_t *numbers, uint32_t count) {
    put(out, numbers, count * sizeof(*numbers));
}

static void put_decay(struct buf *out, const struct decay *decay) {
    put_u64(out, (uint64_t)decay->origin_s);
    put_u32(out, decay->has_origin);
}

static void put_counters(struct buf *out, const struct recommender *r) {
    put_u64(out, r->events);
    put_u64(out, r->updates);
    put_u64(out, r->document_count);
    put_u64(out, (uint64_t)r->now_s);
    put_u32(out, r->has_now);
    for (int i = 0; i < CONTEXT_COUNT; i++) {
        put(out, r->contexts[i].weights, sizeof(r->contexts[i].weights));
        put_u64(out, r->contexts[i].updates);
    }
}

static void put_item(struct buf *out, const struct recommender *r, uint32_t number) {
    const struct item *item = &r->items[number];
    put_text(out, names_text(&r->item_names, number));
    put_u64(out, (uint64_t)item->first_s);
    put_u32(out, item->documents);
    put_u32(out, (uint32_t)r->visitors.mass[number]);
    put_u32(out, item->ring_count);
    put_u32(out, item->ring_next);
    put_numbers(out, item->ring, item->ring_count);
    put_u32(out, item->row_count);
    put_numbers(out, item->row, item->row_count);
    if (item->row_count) put_numbers(out, item->row + item->row_cap, item->row_count);
}

static void put_items(struct buf *out, const struct recommender *r) {
    const uint32_t count = engine_item_count(r);
    put_u32(out, count);
    for (uint32_t i = 0; i < count; i++)
        put_item(out, r, i);
    put(out, r->trend.mass, count * sizeof(double));
    put(out, r->pop.mass, count * sizeof(double));
    put(out, r->fast.mass, count * sizeof(double));
    put(out, r->slow, count * sizeof(double));
    put(out, &r->trend.total, sizeof(double));
    put(out, &r->pop.total, sizeof(double));
    put_decay(out, &r->trend_decay);
    put_decay(out, &r->fast_decay);
    put_decay(out, &r->slow_decay);
}

static void put_documents(struct buf *out, const struct recommender *r) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->document_cap; i++)
        count += r->documents[i].count > 0;
    put_u32(out, count);
    for (uint32_t i = 0; i < r->document_cap; i++) {
        const struct document *document = &r->documents[i];
        if (document->count == 0) continue;
        put_u32(out, document->number);
        put_u64(out, (uint64_t)document->time_s);
        put_u32(out, document->count);
        put_numbers(out, document->items, document->count);
    }
}

// The place of a user in the snapshot's order is written where live structs hold numbers; `places`
// translates.
static void
put_user(struct buf *out, const struct recommender *r, uint32_t number, const uint32_t *places) {
    const struct user *user = &r->users[number];
    const bool is_joined =
        user->joined != NOBODY && r->users[user->joined].generation == user->joined_generation;
    const uint32_t visible = users_visible(user);
    put_text(out, names_text(&r->user_names, number));
    put_u32(out, is_joined ? places[user->joined] : NOBODY);
    put_u32(out, user->is_person);
    put_u32(out, user->has_document);
    put_u32(out, user->document);
    put_u32(out, visible);
    if (visible) put(out, user->history + (user->count - visible), visible * sizeof(struct seen));
    put_u32(out, user->typed_count);
    for (uint32_t i = 0; i < user->typed_count; i++) {
        put_u64(out, user->typed[i].type);
        put_u32(out, user->typed[i].count);
        put_numbers(out, user->typed[i].items, user->typed[i].count);
    }
}

static void put_users(struct buf *out, const struct recommender *r) {
    uint32_t *places = mem_zeroed(r->user_names.used, sizeof(*places));
    uint32_t count = 0;
    for (uint32_t u = r->oldest_user; u != NOBODY; u = r->users[u].newer)
        places[u] = count++;
    put_u32(out, count);
    for (uint32_t u = r->oldest_user; u != NOBODY; u = r->users[u].newer)
        put_user(out, r, u, places);
    mem_free(places);
}

static void put_pairs(struct buf *out, const struct recommender *r) {
    put_u32(out, r->pair_cap);
    put_u32(out, r->pair_count);
    for (uint32_t i = 0; i < r->pair_cap; i++) {
        const struct pair *pair = &r->pairs[i];
        if (pair->strength == 0) continue;
        put_u32(out, i);
        put_u32(out, pair->before);
        put_u32(out, pair->current);
        put_u32(out, pair->strength);
        put_u32(out, pair->count);
        put_numbers(out, pair->items, pair->count);
        put_numbers(out, pair->weights, pair->count);
    }
}

static void put_event_ids(struct buf *out, const uint64_t *table, uint32_t cap) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < cap; i++)
        count += table[i] != 0;
    put_u32(out, count);
    for (uint32_t i = 0; i < cap; i++) {
        if (table[i]) put_u64(out, table[i]);
    }
}

void recommender_encode_snapshot(
    const struct recommender *r, uint64_t log_sequence, struct buf *out) {
    uint8_t hash[DIGEST_BYTES];
    const size_t start = out->len;
    buf_add(out, SNAPSHOT_MAGIC);
    put_u32(out, SNAPSHOT_VERSION);
    put_u32(out, SNAPSHOT_BYTE_ORDER);
    snapshot_hash_parameters(&r->options, hash);
    put(out, hash, sizeof(hash));
    put_u64(out, log_sequence);
    put_u64(out, 0); // the body's length, known at the end
    put_counters(out, r);
    put_items(out, r);
    put_documents(out, r);
    put_users(out, r);
    put_pairs(out, r);
    put_event_ids(out, r->event_ids.old, r->event_ids.old_cap);
    put_event_ids(out, r->event_ids.young, r->event_ids.young_cap);
    if (out->overflowed) return;
    const uint64_t body_bytes = out->len - start - SNAPSHOT_HEAD_BYTES;
    memcpy(out->ptr + start + SNAPSHOT_HEAD_BYTES - 8, &body_bytes, sizeof(body_bytes));
    digest_sha256(str_skip(buf_str(out), start), hash);
    put(out, hash, sizeof(hash));
}
