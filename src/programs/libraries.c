// libraries — see the header.
#include "libraries.h"

#include "base/memory.h"
#include "net/transfers.h"
#include "sandbox/sandbox.h"

#include <pthread.h>
#include <signal.h>

struct libraries {
    pthread_t thread;
};

static void *load(void *context) {
    sandbox_prepare(); // first: the worker opens the sandbox before it asks anybody
    transfers_prepare();
    return context;
}

struct libraries *libraries_load(void) {
    struct libraries *libraries = MEM_NEW(struct libraries);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // signals belong to the main thread
    const int failed = pthread_create(&libraries->thread, NULL, load, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed) return libraries;
    mem_free(libraries);
    return NULL;
}

void libraries_end(struct libraries *libraries) {
    if (!libraries) return;
    pthread_join(libraries->thread, NULL);
    mem_free(libraries);
}
