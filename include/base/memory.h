// memory — heap memory that never comes back NULL.
//
// Errors   exhausted memory aborts the program; hostile sizes must be refused before they get here.
// Threads  any.
#pragma once

#include "base/attributes.h"

#include <stddef.h>
#include <string.h>

// One zeroed object of the type: struct task *task = MEM_NEW(struct task);
#define MEM_NEW(type) ((type *)mem_zeroed(1, sizeof(type)))

void *mem_alloc(size_t bytes);
void *mem_zeroed(size_t count, size_t element_bytes);
// Grows or shrinks; new elements are not zeroed.
void *mem_resize(void *memory, size_t count, size_t element_bytes);
char *mem_copy_string(const char *text);
void mem_free(void *memory);
// Gives what was freed back to the system, as far as the C library can. Walks the whole heap: for moments of rest.
void mem_give_back(void);
// Overwrites memory in a way the compiler keeps.
void mem_wipe(void *memory, size_t bytes);

// Moves ownership out of a local pointer: the pointer becomes NULL, so its CLEANUP does nothing.
static inline void *mem_take(void *pointer_to_pointer) {
    void *taken;
    memcpy(&taken, pointer_to_pointer, sizeof(taken));
    memset(pointer_to_pointer, 0, sizeof(taken));
    return taken;
}
