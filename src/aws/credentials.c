// credentials — keys as a value, and the environment and profiles they are read from. The text of the
// two files is read in credentials_files.c.
#include "aws/credentials.h"

#include "base/attributes.h"
#include "base/clock.h"

static const char *const source_names[] = {
    [CREDENTIALS_NONE] = "none",
    [CREDENTIALS_EXPLICIT] = "settings",
    [CREDENTIALS_ENVIRONMENT] = "environment",
    [CREDENTIALS_ASSUME_ROLE] = "role_arn of a profile",
    [CREDENTIALS_WEB_IDENTITY] = "web_identity_token_file",
    [CREDENTIALS_SSO] = "IAM Identity Center (SSO)",
    [CREDENTIALS_PROFILE_KEYS] = "profile",
    [CREDENTIALS_LOGIN_SESSION] = "login_session of a profile",
    [CREDENTIALS_PROCESS] = "credential_process",
    [CREDENTIALS_CONTAINER] = "container",
    [CREDENTIALS_INSTANCE] = "instance metadata",
};
_Static_assert(ARRAY_COUNT(source_names) == CREDENTIALS_SOURCE_COUNT, "every source has a name");

const char *credentials_source_name(enum credentials_source source) {
    return source_names[source];
}

void credentials_release(struct credentials *credentials) {
    if (!credentials) return;
    buf_release(&credentials->access_key_id);
    secret_release(&credentials->secret_access_key);
    secret_release(&credentials->session_token);
    buf_release(&credentials->origin);
    *credentials = (struct credentials){0};
}

void credentials_copy(const struct credentials *from, struct credentials *to) {
    if (from == to) return;
    credentials_release(to);
    credentials_set(
        to, buf_str(&from->access_key_id), secret_reveal(&from->secret_access_key),
        secret_reveal(&from->session_token));
    to->expires_at_s = from->expires_at_s;
    to->source = from->source;
    buf_reset(&to->origin);
    buf_add(&to->origin, buf_str(&from->origin));
}

bool credentials_are_set(const struct credentials *credentials) {
    return credentials->access_key_id.len > 0 && secret_is_set(&credentials->secret_access_key);
}

void credentials_set(
    struct credentials *credentials,
    struct str access_key_id,
    struct str secret_access_key,
    struct str session_token) {
    struct credentials fresh = {.source = CREDENTIALS_EXPLICIT};
    buf_add(&fresh.access_key_id, access_key_id);
    secret_set(&fresh.secret_access_key, secret_access_key);
    secret_set(&fresh.session_token, session_token);
    buf_add(&fresh.origin, str_from(source_names[CREDENTIALS_EXPLICIT]));
    credentials_release(credentials);
    *credentials = fresh;
}

static bool refuse_half_pair(struct error *err, const char *where, const char *missing) {
    error_set(
        err, ERROR_CONFIG, "%s gives one half of an AWS key pair: %s is missing", where, missing);
    return error_hint(err, "Set both halves, or neither, to let another source answer.");
}

// Trailing white space comes from $(cat file) and makes a wrong secret that nobody sees.
static bool check_key_text(struct str text, const char *name, struct error *err) {
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] > 0x20 && (unsigned char)text.ptr[i] < 0x7F) continue;
        error_set(
            err, ERROR_CONFIG, "%s holds a blank, line break or foreign character at position %zu",
            name, i + 1);
        return error_hint(err, "Copy the value again, without anything around it.");
    }
    return true;
}

static struct str
look_up(credentials_lookup_fn *lookup, const void *environment, const char *name) {
    return str_from(lookup(environment, name)); // NULL and "" are both unset
}

bool credentials_from_environment(
    credentials_lookup_fn *lookup,
    const void *environment,
    struct credentials *out,
    struct error *err) {
    const struct str id = look_up(lookup, environment, "AWS_ACCESS_KEY_ID");
    const struct str secret = look_up(lookup, environment, "AWS_SECRET_ACCESS_KEY");
    const struct str expiry = look_up(lookup, environment, "AWS_CREDENTIAL_EXPIRATION");
    struct str token = look_up(lookup, environment, "AWS_SESSION_TOKEN");
    int64_t expires_at_ms = 0;

    if (token.len == 0) token = look_up(lookup, environment, "AWS_SECURITY_TOKEN"); // old name
    if (id.len == 0 && secret.len == 0) {
        credentials_release(out);
        return true;
    }
    if (secret.len == 0) return refuse_half_pair(err, "the environment", "AWS_SECRET_ACCESS_KEY");
    if (id.len == 0) return refuse_half_pair(err, "the environment", "AWS_ACCESS_KEY_ID");
    if (!check_key_text(id, "AWS_ACCESS_KEY_ID", err)) return false;
    if (!check_key_text(secret, "AWS_SECRET_ACCESS_KEY", err)) return false;
    if (!check_key_text(token, "AWS_SESSION_TOKEN", err)) return false;
    if (expiry.len && !clock_parse_iso8601(expiry, &expires_at_ms)) {
        error_set(err, ERROR_CONFIG, "AWS_CREDENTIAL_EXPIRATION is not a time");
        return error_hint(err, "Write it like 2024-05-01T12:00:00Z, or unset it.");
    }
    credentials_set(out, id, secret, token);
    out->expires_at_s = expires_at_ms / 1000;
    out->source = CREDENTIALS_ENVIRONMENT;
    buf_reset(&out->origin);
    buf_add(&out->origin, STR("environment"));
    return true;
}

// Order of the chain (botocore): a role before keys, since the keys of such a profile are what
// assumes the role.
static const struct profile_mark {
    const char *key;
    enum credentials_source source;
} profile_marks[] = {
    {.key = "role_arn", .source = CREDENTIALS_ASSUME_ROLE},
    {.key = "web_identity_token_file", .source = CREDENTIALS_WEB_IDENTITY},
    {.key = "sso_session", .source = CREDENTIALS_SSO},
    {.key = "sso_start_url", .source = CREDENTIALS_SSO},
    {.key = "aws_access_key_id", .source = CREDENTIALS_PROFILE_KEYS},
    {.key = "aws_secret_access_key", .source = CREDENTIALS_PROFILE_KEYS},
    {.key = "login_session", .source = CREDENTIALS_LOGIN_SESSION},
    {.key = "credential_process", .source = CREDENTIALS_PROCESS},
};

enum credentials_source
credentials_profile_source(const struct credentials_files *files, struct str profile) {
    enum credentials_source source = CREDENTIALS_NONE;
    for (size_t i = 0; i < ARRAY_COUNT(profile_marks) && source == CREDENTIALS_NONE; i++) {
        if (credentials_files_get(files, profile, profile_marks[i].key).len == 0) continue;
        source = profile_marks[i].source;
    }
    // role_arn and web_identity_token_file together mean web identity (botocore)
    if (source == CREDENTIALS_ASSUME_ROLE &&
        credentials_files_get(files, profile, "web_identity_token_file").len) {
        source = CREDENTIALS_WEB_IDENTITY;
    }
    return source;
}

static bool refuse_unknown_profile(struct str profile, struct error *err) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, profile);
    error_set(err, ERROR_NOT_FOUND, "there is no AWS profile named \"%s\"", buf_text(&shown));
    return error_hint(
        err,
        "Look at the [sections] of ~/.aws/credentials and ~/.aws/config, or unset AWS_PROFILE.");
}

static bool refuse_source(enum credentials_source source, struct str profile, struct error *err) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, profile);
    error_set(
        err, ERROR_CONFIG, "AWS profile \"%s\" takes its keys from %s, which is not supported yet",
        buf_text(&shown), source_names[source]);
    return error_hint(
        err,
        "Export temporary keys instead: aws configure export-credentials --profile %s --format env",
        buf_text(&shown));
}

static bool read_profile_keys(
    const struct credentials_files *files,
    struct str profile,
    struct credentials *out,
    struct error *err) {
    const struct str id = credentials_files_get(files, profile, "aws_access_key_id");
    const struct str secret = credentials_files_get(files, profile, "aws_secret_access_key");
    const struct str token = credentials_files_get(files, profile, "aws_session_token");
    CLEANUP(buf_release) struct buf where = {0};
    buf_add(&where, STR("AWS profile "));
    buf_add_printable(&where, profile);

    if (secret.len == 0) return refuse_half_pair(err, buf_text(&where), "aws_secret_access_key");
    if (id.len == 0) return refuse_half_pair(err, buf_text(&where), "aws_access_key_id");
    if (!check_key_text(id, "aws_access_key_id", err) ||
        !check_key_text(secret, "aws_secret_access_key", err) ||
        !check_key_text(token, "aws_session_token", err)) {
        return error_wrap(err, "%s", buf_text(&where));
    }
    credentials_set(out, id, secret, token);
    out->source = CREDENTIALS_PROFILE_KEYS;
    buf_reset(&out->origin);
    buf_add(&out->origin, STR("profile "));
    buf_add_printable(&out->origin, profile);
    return true;
}

bool credentials_from_profile(
    const struct credentials_files *files,
    struct str profile,
    struct credentials *out,
    struct error *err) {
    if (!credentials_files_has_profile(files, profile)) return refuse_unknown_profile(profile, err);
    const enum credentials_source source = credentials_profile_source(files, profile);
    if (source == CREDENTIALS_PROFILE_KEYS) return read_profile_keys(files, profile, out, err);
    if (source != CREDENTIALS_NONE) return refuse_source(source, profile, err);
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, profile);
    error_set(err, ERROR_CONFIG, "AWS profile \"%s\" holds no keys", buf_text(&shown));
    return error_hint(
        err, "Add aws_access_key_id and aws_secret_access_key to it, or name another profile.");
}
