// source_unsupported — stands where web identity and container credentials will: an environment that
// points at them must not be answered with some other identity.
#include "client/credential_source.h"

#include "base/memory.h"

struct unsupported_source {
    struct credential_source source;
    enum credentials_source which;
    credentials_lookup_fn *lookup;
    const void *environment;
};

static const struct {
    enum credentials_source which;
    const char *variable;
} variables[] = {
    {.which = CREDENTIALS_WEB_IDENTITY, .variable = "AWS_WEB_IDENTITY_TOKEN_FILE"},
    {.which = CREDENTIALS_CONTAINER, .variable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"},
    {.which = CREDENTIALS_CONTAINER, .variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI"},
};

static bool fetch(struct credential_source *source, struct credentials *out, struct error *err) {
    const struct unsupported_source *self = (const struct unsupported_source *)source;
    (void)out;
    for (size_t i = 0; i < ARRAY_COUNT(variables); i++) {
        const char *variable = variables[i].variable;
        if (variables[i].which != self->which || !self->lookup) continue;
        if (!str_from(self->lookup(self->environment, variable)).len) continue;
        error_set(
            err, ERROR_CONFIG, "%s asks for %s credentials: not supported yet", variable,
            credentials_source_name(self->which));
        return error_hint(
            err,
            "Run `aws configure export-credentials --format env` and paste its three lines into "
            "this "
            "shell, or unset %s.",
            variable);
    }
    return true;
}

static void free_source(struct credential_source *source) {
    mem_free(source);
}

static const struct credential_source_ops ops = {.fetch = fetch, .free = free_source};

struct credential_source *credential_source_unsupported(
    enum credentials_source which, credentials_lookup_fn *lookup, const void *environment) {
    struct unsupported_source *self = MEM_NEW(struct unsupported_source);
    self->source.ops = &ops;
    self->which = which;
    self->lookup = lookup;
    self->environment = environment;
    return &self->source;
}
