// mhd_library — see the header.
#include "mhd_library.h"

#include "sandbox/sandbox.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

// The ABI's name since 2015, and what the development package adds.
static const char *const names[] = {"libmicrohttpd.so.12", "libmicrohttpd.so"};

static struct mhd_library library;
static struct error failure; // of the load; ERROR_NONE: it is there
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fail(void) {
    error_set(&failure, ERROR_NOT_FOUND, "libmicrohttpd cannot be loaded: %s", dlerror());
    error_hint(&failure, "Install it: on Debian and Ubuntu the package libmicrohttpd12.");
}

static void *find(void *opened, const char *name) {
    void *found = dlsym(opened, name);
    if (!found) fail();
    return found;
}

// Never undone: GnuTLS, which comes along, does not expect to go.
static void load(void) {
    void *opened = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(names) && !opened; i++)
        opened = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!opened) {
        fail();
        return;
    }
#define X(name) memcpy(&library.name, &(void *){find(opened, "MHD_" #name)}, sizeof(library.name));
    MHD_FUNCTIONS(X)
#undef X
}

bool mhd_load(struct error *err) {
    pthread_once(&once, load);
    if (failure.code == ERROR_NONE) return true;
    *err = failure;
    return false;
}

const struct mhd_library *mhd(void) {
    return &library;
}

void sandbox_prepare(void) {
    struct error ignored; // sandbox_start tells it
    (void)!mhd_load(&ignored);
}
