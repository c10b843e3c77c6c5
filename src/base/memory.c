// memory — see the header. Also the home of ASSERT's slow path, since both end in abort().
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static assert_crash_hook_fn *crash_hook; // one of the program's two mutable globals

void assert_set_crash_hook(assert_crash_hook_fn *hook) {
    crash_hook = hook;
}

void assert_failed(const char *condition, const char *file, int line) {
    if (crash_hook) crash_hook();
    fprintf(stderr, "recloop: %s:%d: this must hold and does not: %s\n", file, line, condition);
    abort();
}

static void *checked(void *memory) {
    if (!memory) assert_failed("memory is left", __FILE__, __LINE__);
    return memory;
}

void *mem_alloc(size_t bytes) {
    return checked(malloc(bytes ? bytes : 1));
}

void *mem_zeroed(size_t count, size_t element_bytes) {
    return checked(calloc(count ? count : 1, element_bytes ? element_bytes : 1));
}

void *mem_resize(void *memory, size_t count, size_t element_bytes) {
    ASSERT(element_bytes == 0 || count <= SIZE_MAX / element_bytes);
    const size_t bytes = count * element_bytes;
    return checked(realloc(memory, bytes ? bytes : 1));
}

char *mem_copy_string(const char *text) {
    const size_t bytes = strlen(text) + 1;
    return memcpy(mem_alloc(bytes), text, bytes);
}

void mem_free(void *memory) {
    free(memory);
}

void mem_give_back(void) {
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

void mem_wipe(void *memory, size_t bytes) {
    volatile unsigned char *byte = memory;
    while (bytes--)
        *byte++ = 0;
}
