// source_chain — the first of its members that has keys, or fails.
#include "client/credential_source.h"

#include "base/memory.h"

enum { MEMBERS_MAX = 8 };

struct chain_source {
    struct credential_source source;
    struct credential_source *members[MEMBERS_MAX]; // owned
    size_t count;
};

static bool fetch(struct credential_source *source, struct credentials *out, struct error *err) {
    const struct chain_source *self = (const struct chain_source *)source;
    for (size_t i = 0; i < self->count; i++) {
        if (!credential_source_fetch(self->members[i], out, err)) return false;
        if (credentials_are_set(out)) return true;
    }
    return true;
}

static void free_source(struct credential_source *source) {
    struct chain_source *self = (struct chain_source *)source;
    for (size_t i = 0; i < self->count; i++)
        credential_source_free(self->members[i]);
    mem_free(self);
}

static const struct credential_source_ops ops = {.fetch = fetch, .free = free_source};

struct credential_source *credential_source_chain(void) {
    struct chain_source *self = MEM_NEW(struct chain_source);
    self->source.ops = &ops;
    return &self->source;
}

void credential_source_chain_add(
    struct credential_source *chain, struct credential_source *take_member) {
    struct chain_source *self = (struct chain_source *)chain;
    ASSERT(chain->ops == &ops && self->count < MEMBERS_MAX);
    self->members[self->count++] = take_member;
}
