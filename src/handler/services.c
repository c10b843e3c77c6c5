// services — the lists that travel through services: filled by implementers, released by the handler.
#include "handler/services.h"

#include "base/memory.h"

static char *copy_text(struct str text) {
    char *copy = mem_alloc(text.len + 1);
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
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
        .item_id = copy_text(item_id),
        .score = score,
    };
}

void services_items_release(struct services_items *items) {
    if (!items) return;
    for (size_t i = 0; i < items->count; i++)
        mem_free(items->items[i].item_id);
    mem_free(items->items);
    mem_free(items->recommendation_id);
    mem_free(items->request_id);
    *items = (struct services_items){0};
}

void services_names_add(struct services_names *names, struct str name) {
    names->names = make_room(names->names, names->count, sizeof(*names->names));
    names->names[names->count++] = copy_text(name);
}

bool services_names_has(const struct services_names *names, struct str name) {
    for (size_t i = 0; i < names->count; i++) {
        if (str_equal(str_from(names->names[i]), name)) return true;
    }
    return false;
}

void services_names_release(struct services_names *names) {
    if (!names) return;
    for (size_t i = 0; i < names->count; i++)
        mem_free(names->names[i]);
    mem_free(names->names);
    *names = (struct services_names){0};
}
