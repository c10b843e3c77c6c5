// source_explicit — keys we were given: those of the sandbox.
#include "client/credential_source.h"

#include "base/memory.h"

struct explicit_source {
    struct credential_source source;
    struct credentials credentials;
};

static bool fetch(struct credential_source *source, struct credentials *out, struct error *err) {
    const struct explicit_source *self = (const struct explicit_source *)source;
    (void)err;
    credentials_copy(&self->credentials, out);
    return true;
}

static void free_source(struct credential_source *source) {
    credentials_release(&((struct explicit_source *)source)->credentials);
    mem_free(source);
}

static const struct credential_source_ops ops = {.fetch = fetch, .free = free_source};

struct credential_source *credential_source_explicit(
    struct str access_key_id, struct str secret_access_key, struct str session_token) {
    struct explicit_source *self = MEM_NEW(struct explicit_source);
    self->source.ops = &ops;
    if (access_key_id.len && secret_access_key.len) {
        credentials_set(&self->credentials, access_key_id, secret_access_key, session_token);
        self->credentials.source = CREDENTIALS_EXPLICIT;
        buf_reset(&self->credentials.origin);
        buf_add(&self->credentials.origin, STR("the sandbox"));
    }
    return &self->source;
}
