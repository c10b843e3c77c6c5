// source_profile — a profile's keys in ~/.aws/credentials or ~/.aws/config.
//
// A profile that asks for another kind of source (a role, SSO, a process …) ends the search: going on
// would find some other identity than the one the person named.
#include "client/credential_source.h"

#include "base/memory.h"

struct profile_source {
    struct credential_source source;
    const struct credentials_files *files; // borrowed
    struct buf profile;
    bool is_chosen;
};

static bool
refuse_unsupported(struct str profile, enum credentials_source wants, struct error *err) {
    CLEANUP(buf_release) struct buf name = {0};
    buf_add_printable(&name, profile);
    error_set(
        err, ERROR_CONFIG, "profile %s uses %s: not supported yet", buf_text(&name),
        credentials_source_name(wants));
    return error_hint(
        err,
        "Run `aws configure export-credentials --profile %s --format env` and paste its three "
        "lines "
        "into this shell, or name a profile with plain keys: recloop config set aws_profile NAME.",
        buf_text(&name));
}

static bool refuse_unknown(const struct profile_source *self, struct error *err) {
    CLEANUP(buf_release) struct buf name = {0};
    CLEANUP(buf_release) struct buf known = {0};
    buf_add_printable(&name, buf_str(&self->profile));
    for (size_t i = 0; i < self->files->section_count && i < 8; i++) {
        if (known.len) buf_add(&known, STR(", "));
        buf_add_printable(&known, buf_str(&self->files->sections[i]));
    }
    error_set(err, ERROR_NOT_FOUND, "there is no AWS profile %s", buf_text(&name));
    if (!known.len)
        return error_hint(
            err, "~/.aws/credentials and ~/.aws/config name none; run `aws configure`, or choose "
                 "another with `recloop config set aws_profile NAME`.");
    return error_hint(
        err, "Known are: %s. Choose one: recloop config set aws_profile NAME.", buf_text(&known));
}

static bool fetch(struct credential_source *source, struct credentials *out, struct error *err) {
    const struct profile_source *self = (const struct profile_source *)source;
    const struct str profile = buf_str(&self->profile);
    if (!credentials_files_has_profile(self->files, profile))
        return self->is_chosen ? refuse_unknown(self, err) : true;
    const enum credentials_source wants = credentials_profile_source(self->files, profile);
    if (wants == CREDENTIALS_NONE) return true;
    if (wants != CREDENTIALS_PROFILE_KEYS) return refuse_unsupported(profile, wants, err);
    return credentials_from_profile(self->files, profile, out, err);
}

static void free_source(struct credential_source *source) {
    buf_release(&((struct profile_source *)source)->profile);
    mem_free(source);
}

static const struct credential_source_ops ops = {.fetch = fetch, .free = free_source};

struct credential_source *credential_source_profile(
    const struct credentials_files *files, struct str profile, bool is_chosen) {
    struct profile_source *self = MEM_NEW(struct profile_source);
    self->source.ops = &ops;
    self->files = files;
    self->is_chosen = is_chosen;
    buf_add(&self->profile, profile);
    return &self->source;
}
