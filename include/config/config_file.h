// config_file — the settings file: an INI text that people also edit by hand.
//
//     # comments and lines we do not know stay where they are
//     profile = workshop              ← the chosen profile, before any section
//     [profile workshop]
//     region = eu-west-1
//
// Shape    the file is kept as lines; a change touches the one line it is about. `#` and `;`
//          begin a comment at the start of a line only, since values may contain them. A key
//          given twice counts as its last line; `config_file_set` changes that one.
// Safety   mode 0600, written beside and renamed; the folder is made 0700. Who changes the file holds
//          config_file_lock from the load to the save.
// Limits   CONFIG_FILE_MAX_BYTES.
// Errors   ERROR_IO, ERROR_LIMIT, ERROR_INVALID for a file with NUL bytes; a missing file is an
//          empty one. Unknown keys to set: ERROR_CONFIG with the nearest key as hint.
// Threads  one at a time.
#pragma once

#include "base/buf.h"
#include "config/config.h"

#define CONFIG_FILE_MAX_BYTES ((size_t)1 << 20)
#define CONFIG_FILE_LOCK_MS 5000

struct config_file_line {
    char *text;            // owned, without its line break
    char *profile;         // owned: the section it stands in; NULL before any, "" in a foreign one
    struct str key, value; // views of `text`; empty for comments, sections and unknown lines
};
struct config_file {
    struct config_file_line *lines; // owned
    size_t count, cap;
};

// $XDG_CONFIG_HOME/recloop/config.ini, else $HOME/.config/recloop/config.ini; ERROR_CONFIG without
// both.
bool config_file_path(
    config_environment_fn *environment, void *context, struct buf *out, struct error *err)
    MUST_CHECK;

void config_file_release(struct config_file *file);
bool config_file_parse(struct str text, struct config_file *out, struct error *err) MUST_CHECK;
bool config_file_load(const char *path, struct config_file *out, struct error *err) MUST_CHECK;
bool config_file_save(const struct config_file *file, const char *path, struct error *err)
    MUST_CHECK;
// Keeps other processes from changing the file between our load and our save; a lock file beside it.
// Waits CONFIG_FILE_LOCK_MS for another one's change, then ERROR_BUSY.
bool config_file_lock(const char *path, int *out_fd, struct error *err) MUST_CHECK;
void config_file_unlock(int fd);
void config_file_format(const struct config_file *file, struct buf *out);

// False when the profile has no such key.
bool config_file_get(
    const struct config_file *file, struct str profile, struct str key, struct str *out);
// Adds the section when it is missing. The value is cleaned; what was removed goes to `note` (may
// be NULL). ERROR_CONFIG: unknown key, a value wrong for its kind, a profile name with odd
// characters.
bool config_file_set(
    struct config_file *file,
    struct str profile,
    struct str key,
    struct str value,
    struct buf *note,
    struct error *err) MUST_CHECK;
// True when there was something to remove.
bool config_file_unset(struct config_file *file, struct str profile, struct str key);

// The profile the file chooses; empty: none chosen.
struct str config_file_chosen(const struct config_file *file);
bool config_file_choose(struct config_file *file, struct str profile, struct error *err) MUST_CHECK;
bool config_file_has_profile(const struct config_file *file, struct str profile);
// The n-th profile of the file, in order; false past the last.
bool config_file_profile_at(const struct config_file *file, size_t at, struct str *out);

// A profile of its own section, empty or with the values that another one has in the file. ERROR_CONFIG: the
// name is odd or taken, there is no such other one.
bool config_file_add_profile(
    struct config_file *file, struct str profile, struct str from, struct error *err) MUST_CHECK;
// With everything that stands in its sections, comments too. The file's choice falls back to the sandbox
// when it was this one. ERROR_CONFIG: it is the sandbox, which is built in, or there is none of that name.
bool config_file_remove_profile(struct config_file *file, struct str profile, struct error *err)
    MUST_CHECK;
// ERROR_CONFIG unless it stands in the file or is the sandbox; the hint names those there are.
bool config_file_require_profile(
    const struct config_file *file, struct str profile, struct error *err) MUST_CHECK;

// NAME=value lines of everything set, fit for a shell and for config_import. NAME is the first
// environment name of the setting, or its key where it has none. Secrets are masked, and such lines
// commented out, unless `reveals`.
void config_export(const struct config *config, bool reveals, struct buf *out);
// Reads NAME=value lines (also `export NAME=…`, quotes, comments); NAME is an environment name or a
// key of the settings table. Foreign names are passed over, counted and named in `note` (may be
// NULL). All or nothing: ERROR_CONFIG names the line of a wrong value.
struct config_import_counts {
    size_t set, skipped;
};
bool config_import(
    struct config_file *file,
    struct str profile,
    struct str env_text,
    struct config_import_counts *counts,
    struct buf *note,
    struct error *err) MUST_CHECK;
