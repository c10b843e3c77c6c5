// server_library — see the header.
#include "server_library.h"

#include "base/shared_library.h"
#include "sandbox/sandbox.h"

#include <pthread.h>

// The ABI's name since 2015, and what the development package adds.
static const char *const names[] = {"libmicrohttpd.so.12", "libmicrohttpd.so", NULL};

static struct server_library library;
static struct error failure; // of the load; ERROR_NONE: it is there
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
#define X(name) {"MHD_" #name, &library.name},
    static const struct shared_library_function functions[] = {MHD_FUNCTIONS(X)};
#undef X
    if (!shared_library_load(names, functions, ARRAY_COUNT(functions), &failure))
        error_hint(&failure, "Install it: on Debian and Ubuntu the package libmicrohttpd12.");
}

bool server_library_load(struct error *err) {
    pthread_once(&once, load);
    if (failure.code == ERROR_NONE) return true;
    *err = failure;
    return false;
}

const struct server_library *mhd(void) {
    return &library;
}

void sandbox_prepare(void) {
    struct error ignored; // sandbox_start tells it
    (void)!server_library_load(&ignored);
}
