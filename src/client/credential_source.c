// credential_source — the two functions of every source, and the files that profiles come from.
#include "client/credential_source.h"

#include "base/files.h"

bool credential_source_fetch(
    struct credential_source *source, struct credentials *out, struct error *err) {
    return source->ops->fetch(source, out, err);
}

void credential_source_free(struct credential_source *source) {
    if (source) source->ops->free(source);
}

static struct str
look_up(credentials_lookup_fn *lookup, const void *environment, const char *name) {
    return str_from(lookup ? lookup(environment, name) : NULL);
}

// The variable's path, or that name in the home folder; empty without a home.
static void add_path(
    struct buf *out,
    credentials_lookup_fn *lookup,
    const void *environment,
    const char *variable,
    const char *in_home) {
    const struct str given = look_up(lookup, environment, variable);
    const struct str home = look_up(lookup, environment, "HOME");
    if (given.len) {
        if (str_starts_with(given, STR("~/")) && home.len) {
            buf_add(out, home);
            buf_add(out, str_skip(given, 1));
        } else {
            buf_add(out, given);
        }
    } else if (home.len) {
        buf_add(out, home);
        buf_add(out, str_from(in_home));
    }
}

static bool read_file(
    struct credentials_files *out,
    enum credentials_file which,
    const struct buf *path,
    struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    struct error trouble = {0};
    if (!path->len) return true;
    if (!files_read(buf_text(path), CREDENTIALS_TEXT_MAX_BYTES, &text, &trouble)) {
        if (trouble.code == ERROR_NOT_FOUND) return true;
        *err = trouble;
        return error_hint(
            err, "Make the file readable for you, or point elsewhere with %s.",
            which == CREDENTIALS_FILE_CONFIG ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE");
    }
    if (credentials_files_add(out, which, buf_str(&text), err)) return true;
    return error_wrap(err, "reading %s", buf_text(path));
}

bool credential_source_read_files(
    credentials_lookup_fn *lookup,
    const void *environment,
    struct credentials_files *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf config = {0};
    CLEANUP(buf_release) struct buf keys = {0};
    struct credentials_files read = {0};
    add_path(&config, lookup, environment, "AWS_CONFIG_FILE", "/.aws/config");
    add_path(&keys, lookup, environment, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials");
    if (!read_file(&read, CREDENTIALS_FILE_CONFIG, &config, err) ||
        !read_file(&read, CREDENTIALS_FILE_CREDENTIALS, &keys, err)) {
        credentials_files_release(&read);
        return false;
    }
    credentials_files_release(out);
    *out = read;
    return true;
}
