// curl_library — see the header.
#include "curl_library.h"

#include "base/attributes.h"
#include "base/memory.h"
#include "base/shared_library.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// The ABI's name since 2006, and Debian's variant of it.
static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", NULL};

static struct curl_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
#define X(name) {"curl_" #name, &library.name},
    static const struct shared_library_function functions[] = {CURL_FUNCTIONS(X)};
#undef X
    struct error err = {0};
    if (!shared_library_load(names, functions, ARRAY_COUNT(functions), &err)) {
        fprintf(stderr, "recloop: %s\n", err.message);
        abort();
    }
    ASSERT(library.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

const struct curl_library *curl(void) {
    pthread_once(&once, load);
    return &library;
}
