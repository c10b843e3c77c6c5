// documents — slices of users' timelines, the neighbours of section 3.3. They live in a ring of fixed
// size that grows by doubling until it is full; a number is a running count, its slot the number modulo
// the capacity, and whoever holds a number asks documents_find whether it is still there. Numbers wrap
// after 2^32 documents; a ring entry that survives that long unread would then name a stranger, which
// costs one wrong vote.
#include "internal.h"

#include "base/memory.h"

#include <string.h>

void documents_reserve(struct recommender *r, uint32_t count) {
    const uint32_t old = r->document_cap;
    uint32_t cap = old ? old : 64;
    while (cap < count)
        cap *= 2;
    if (cap == old) return;
    r->documents = engine_resize(&r->bytes, r->documents, old, cap, sizeof(*r->documents));
    memset(r->documents + old, 0, (cap - old) * sizeof(*r->documents));
    r->scratch.masks =
        engine_resize(&r->bytes, r->scratch.masks, old, cap, sizeof(*r->scratch.masks));
    memset(r->scratch.masks + old, 0, (cap - old) * sizeof(*r->scratch.masks));
    r->document_cap = cap;
}

// The empty document of that number; whoever was in the slot is gone.
struct document *documents_slot(struct recommender *r, uint32_t number) {
    const uint32_t slot = number & (r->options.document_limit - 1);
    documents_reserve(r, slot + 1);
    struct document *document = &r->documents[slot];
    mem_free(document->items);
    r->bytes -= document->cap * sizeof(*document->items);
    *document = (struct document){.number = number};
    return document;
}

void documents_reserve_items(struct recommender *r, struct document *document, uint32_t count) {
    uint32_t cap = document->cap ? document->cap : 4;
    while (cap < count)
        cap *= 2;
    if (cap > DOCUMENT_CAP) cap = DOCUMENT_CAP;
    if (cap == document->cap) return;
    document->items =
        engine_resize(&r->bytes, document->items, document->cap, cap, sizeof(*document->items));
    document->cap = (uint8_t)cap;
}

void documents_reserve_ring(struct recommender *r, struct item *item, uint32_t count) {
    uint32_t cap = item->ring_cap ? item->ring_cap : 4;
    while (cap < count)
        cap *= 2;
    if (cap > RING_CAP) cap = RING_CAP;
    if (cap == item->ring_cap) return;
    item->ring = engine_resize(&r->bytes, item->ring, item->ring_cap, cap, sizeof(*item->ring));
    item->ring_cap = cap;
}

static void push_on_ring(struct recommender *r, struct item *item, uint32_t number) {
    if (item->ring_count < RING_CAP) {
        documents_reserve_ring(r, item, item->ring_count + 1);
        item->ring_count++;
    }
    item->ring[item->ring_next] = number;
    item->ring_next = item->ring_next + 1 == RING_CAP ? 0 : item->ring_next + 1;
    item->documents++;
}

static struct document *open_document(struct recommender *r, struct user *user, bool gap) {
    struct document *document = user->has_document ? documents_find(r, user->document) : NULL;
    const bool is_over =
        !document || document->count >= DOCUMENT_CAP || (gap && document->count >= DOCUMENT_SPLIT);
    if (!is_over) return document;
    user->document = (uint32_t)r->document_count++;
    user->has_document = true;
    return documents_slot(r, user->document);
}

void documents_append(
    struct recommender *r, uint32_t number, uint32_t item, int64_t time_s, bool gap) {
    struct document *document = open_document(r, &r->users[number], gap);
    uint32_t at = 0;
    while (at < document->count && document->items[at] != item)
        at++;
    if (at == document->count) {
        documents_reserve_items(r, document, at + 1u);
        document->count++;
        push_on_ring(r, &r->items[item], document->number);
    }
    memmove(
        document->items + at, document->items + at + 1,
        (document->count - 1u - at) * sizeof(*document->items));
    document->items[document->count - 1] = item;
    document->time_s = time_s;
}
