// shared_library — see the header.
#include "base/shared_library.h"

#include <dlfcn.h>
#include <string.h>

static bool fail(const char *library, struct error *err) {
    const char *why = dlerror();
    return error_set(
        err, ERROR_NOT_FOUND, "%s cannot be loaded: %s", library, why ? why : "it is not complete");
}

bool shared_library_load(
    const char *const *names,
    const struct shared_library_function *functions,
    size_t count,
    struct error *err) {
    void *opened = NULL;
    for (size_t i = 0; names[i] && !opened; i++)
        opened = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!opened) return fail(names[0], err);
    for (size_t i = 0; i < count; i++) {
        void *found = dlsym(opened, functions[i].name);
        if (!found) return fail(names[0], err);
        memcpy(
            functions[i].place, &found,
            sizeof(found)); // as POSIX has it: no cast leads to a function
    }
    return true;
}
