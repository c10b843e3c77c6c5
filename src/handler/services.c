// services — the lists that travel through services: filled by implementers, released by the handler.
#include "handler/services.h"

#include "base/memory.h"

// Texts are kept in blocks that never move, newest first: a list has 25 of them, of a few bytes each.
struct services_text {
    struct services_text *next;
    size_t used, cap;
    char bytes[];
};

#define BLOCK_BYTES 960

static char *keep_text(struct services_text **texts, struct str text) {
    struct services_text *block = *texts;
    const size_t needed = text.len + 1;
    if (!block || block->cap - block->used < needed) {
        const size_t cap = needed > BLOCK_BYTES ? needed : BLOCK_BYTES;
        block = mem_alloc(sizeof(*block) + cap);
        *block = (struct services_text){.next = *texts, .cap = cap};
        *texts = block;
    }
    char *kept = block->bytes + block->used;
    if (text.len) memcpy(kept, text.ptr, text.len);
    kept[text.len] = '\0';
    block->used += needed;
    return kept;
}

static void release_texts(struct services_text *texts) {
    while (texts) {
        struct services_text *next = texts->next;
        mem_free(texts);
        texts = next;
    }
}

#define FIRST_ROOM 32 // Personalize's usual list has 25

// Room for one more, grown at powers of two: `count` alone tells when the memory is full.
static void *make_room(void *memory, size_t count, size_t element_bytes) {
    if (count == 0) return mem_resize(memory, FIRST_ROOM, element_bytes);
    const bool is_full = count >= FIRST_ROOM && (count & (count - 1)) == 0;
    return is_full ? mem_resize(memory, count * 2, element_bytes) : memory;
}

void services_items_add(struct services_items *items, struct str item_id, double score) {
    items->items = make_room(items->items, items->count, sizeof(*items->items));
    items->items[items->count++] = (struct services_item){
        .item_id = keep_text(&items->texts, item_id),
        .score = score,
    };
}

void services_items_release(struct services_items *items) {
    if (!items) return;
    release_texts(items->texts);
    mem_free(items->items);
    mem_free(items->recommendation_id);
    mem_free(items->request_id);
    *items = (struct services_items){0};
}

void services_names_add(struct services_names *names, struct str name) {
    names->names = make_room(names->names, names->count, sizeof(*names->names));
    names->names[names->count++] = keep_text(&names->texts, name);
}

bool services_names_has(const struct services_names *names, struct str name) {
    for (size_t i = 0; i < names->count; i++) {
        if (str_equal(str_from(names->names[i]), name)) return true;
    }
    return false;
}

void services_names_release(struct services_names *names) {
    if (!names) return;
    release_texts(names->texts);
    mem_free(names->names);
    *names = (struct services_names){0};
}
