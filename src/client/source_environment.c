// source_environment — AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
#include "client/credential_source.h"

#include "base/memory.h"

struct environment_source {
    struct credential_source source;
    credentials_lookup_fn *lookup;
    const void *environment;
};

static bool fetch(struct credential_source *source, struct credentials *out, struct error *err) {
    const struct environment_source *self = (const struct environment_source *)source;
    if (!self->lookup) return true;
    return credentials_from_environment(self->lookup, self->environment, out, err);
}

static void free_source(struct credential_source *source) {
    mem_free(source);
}

static const struct credential_source_ops ops = {.fetch = fetch, .free = free_source};

struct credential_source *
credential_source_environment(credentials_lookup_fn *lookup, const void *environment) {
    struct environment_source *self = MEM_NEW(struct environment_source);
    self->source.ops = &ops;
    self->lookup = lookup;
    self->environment = environment;
    return &self->source;
}
