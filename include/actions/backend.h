// backend — what actions work against: the settings, the sandbox when the profile asks for it, and the
// client made from both.
//
// Shape    backend_new reads nothing and starts nothing. Settings are loaded on first use; sandbox and
//          client come with backend_open, which only actions that talk to somebody call: version, help,
//          completion and config never start a sandbox.
// Sandbox  the serving process of the data folder is used if there is one; otherwise a sandbox starts
//          inside this process and lives as long as the backend. Of two starters the folder's lock
//          decides, and the loser uses the winner's. Without a writable data folder it lives in memory,
//          and the note says so. The folder is $XDG_DATA_HOME/recloop/sandbox, else
//          $HOME/.local/share/recloop/sandbox.
// Changes  after the settings file changed call backend_reload: the next backend_open builds a new
//          client. Tasks that still run keep the old one, which goes with backend_settle or backend_free.
// Owns     config, client, sandbox; backend_free stops the sandbox it started.
// Errors   ERROR_CONFIG, ERROR_IO from settings; those of sandbox_start.
// Threads  one at a time.
#pragma once

#include "base/buf.h"
#include "config/config.h"
#include "net/transfers.h"
#include "protocol/message.h"

struct backend;
struct client;
struct sandbox_identities;

struct backend_options {
    const char *profile;                // --profile; NULL: not given
    const char *config_path;            // --config; NULL: the usual place
    config_environment_fn *environment; // NULL: an empty environment
    void *environment_context;          // borrowed for the backend's life
};

struct backend *backend_new(const struct backend_options *options); // copies the texts
void backend_free(struct backend *backend);

// NULL with err when the settings cannot be read. Good until the next reload or open.
const struct config *backend_config(struct backend *backend, struct error *err);
// Ready to work: sandbox found or started, client built. Quick when it already is.
bool backend_open(struct backend *backend, struct error *err) MUST_CHECK;
struct client *backend_client(const struct backend *backend); // NULL before backend_open
// Base URL of the sandbox in use; NULL for the cloud or before backend_open.
const char *backend_sandbox_url(const struct backend *backend);
// Does the sandbox end with this process?
bool backend_owns_sandbox(const struct backend *backend);
// The sandbox's identities; NULL for the cloud.
const struct sandbox_identities *backend_identities(const struct backend *backend);
// What the person should know, such as "in memory: …"; NULL: nothing.
const char *backend_note(const struct backend *backend);
// The profile from now on, when --profile or the environment had named one; else the file's choice counts.
// A reload must follow.
void backend_choose_profile(struct backend *backend, struct str profile);
// Forgets the settings and the client; the sandbox stays.
void backend_reload(struct backend *backend);
// No answer came from the sandbox at `url`. True: another one is there, or has been started, and `backend_client`
// is its; false: the one in use serves as before (the answer was lost on its way), or none could be had.
bool backend_recover(struct backend *backend, struct str url);
// No task runs any more: frees clients that were replaced.
void backend_settle(struct backend *backend);

// MESSAGE_BACKEND: who answers, and whether it is up.
struct message *backend_describe(struct backend *backend, uint64_t run_id);
const char *backend_environment(const struct backend *backend, const char *name);
const struct backend_options *backend_get_options(const struct backend *backend);
// What the environment asks of every transfer (AWS_CA_BUNDLE); also before backend_open.
struct transfers_options backend_transfers_options(const struct backend *backend);
// The data folder, made if missing. False when none can be written; `why` (may be NULL) says it.
bool backend_data_folder(const struct backend *backend, struct buf *out, struct buf *why);
// The file that `config set` writes; ERROR_CONFIG when there is no place for one.
bool backend_config_path(struct backend *backend, struct buf *out, struct error *err) MUST_CHECK;
