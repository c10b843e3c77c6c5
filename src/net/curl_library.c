// curl_library — see the header.
#include "curl_library.h"

#include "base/attributes.h"
#include "base/memory.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The ABI's name since 2006, and Debian's variant of it.
static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};

static struct curl_library library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_up(void) {
    fprintf(stderr, "recloop: libcurl cannot be loaded: %s\n", dlerror());
    abort();
}

static void *find(void *opened, const char *name) {
    void *found = dlsym(opened, name);
    if (!found) give_up();
    return found;
}

// Never undone: other threads may still hold handles when main returns.
static void load(void) {
    void *opened = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(names) && !opened; i++)
        opened = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!opened) give_up();
#define X(name) memcpy(&library.name, &(void *){find(opened, "curl_" #name)}, sizeof(library.name));
    CURL_FUNCTIONS(X)
#undef X
    ASSERT(library.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

const struct curl_library *curl(void) {
    pthread_once(&once, load);
    return &library;
}
