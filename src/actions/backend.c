// backend — see the header.
//
// A *generation* is one reading of the settings with the client made from it. Tasks hold pointers into
// it, so a change starts a new generation and retires the old one until nothing runs.
#include "actions/backend.h"

#include "aws/arn.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/memory.h"
#include "client/client.h"
#include "config/config_file.h"
#include "sandbox/sandbox.h"
#include "sandbox_search.h"

#include <unistd.h>

#define LINGER_MS 2000 // short commands of others end well within it; who watches must move on

struct generation {
    struct config config;
    struct sandbox_identities identities; // count 0 for the cloud
    struct client *client;
    struct generation *older;
};

struct backend {
    struct backend_options options; // its texts are the two below
    char *profile, *config_path;    // owned
    struct generation *now;         // NULL: settings not loaded
    struct generation *retired;
    struct sandbox *own;         // NULL: none started here
    struct transfers *transfers; // NULL until a sandbox is looked for
    struct sandbox_search_result found;
    struct buf note; // "in memory: …"
    bool is_open;
};

static char *copy_or_null(const char *text) {
    return text ? mem_copy_string(text) : NULL;
}

struct backend *backend_new(const struct backend_options *options) {
    struct backend *backend = MEM_NEW(struct backend);
    backend->options = *options;
    backend->profile = copy_or_null(options->profile);
    backend->config_path = copy_or_null(options->config_path);
    backend->options.profile = backend->profile;
    backend->options.config_path = backend->config_path;
    return backend;
}

static void free_generations(struct generation *generation) {
    while (generation) {
        struct generation *older = generation->older;
        client_free(generation->client);
        config_release(&generation->config);
        sandbox_identities_release(&generation->identities);
        mem_free(generation);
        generation = older;
    }
}

void backend_free(struct backend *backend) {
    if (!backend) return;
    free_generations(backend->now);
    free_generations(backend->retired);
    transfers_free(backend->transfers);
    sandbox_leave(backend->own, LINGER_MS); // others may have found it
    buf_release(&backend->note);
    mem_free(backend->profile);
    mem_free(backend->config_path);
    mem_free(backend);
}

const char *backend_environment(const struct backend *backend, const char *name) {
    if (!backend->options.environment) return NULL;
    const char *value = backend->options.environment(backend->options.environment_context, name);
    return value && *value ? value : NULL;
}

static const char *look_up(const void *environment, const char *name) {
    return backend_environment(environment, name);
}

const struct backend_options *backend_get_options(const struct backend *backend) {
    return &backend->options;
}

// The identities as settings. Without a running sandbox its URL is unknown: what depends on it is
// left out (empty, or a bare path).
static size_t
list_pairs(const struct sandbox_identities *identities, struct config_pair *pairs, size_t limit) {
    size_t count = 0;
    for (size_t i = 0; i < identities->count && count < limit; i++) {
        const struct sandbox_identity *row = &identities->rows[i];
        if (!row->setting || !row->value[0] || row->value[0] == '/') continue;
        pairs[count++] = (struct config_pair){.key = row->setting, .value = row->value};
    }
    return count;
}

// `place` is the sandbox in use; an empty url: none is known.
static struct generation *load_generation(
    const struct backend *backend, const struct sandbox_search_result *place, struct error *err) {
    struct generation *made = MEM_NEW(struct generation);
    const struct backend_options *options = &backend->options;
    sandbox_identities_make(
        &made->identities, place->url, place->region[0] ? place->region : NULL,
        place->account[0] ? place->account : NULL);
    sandbox_identities_set_runtime_api(&made->identities, place->runtime_api);
    struct config_pair pairs[64];
    const struct config_options wanted = {
        .path = options->config_path,
        .profile = options->profile,
        .environment = options->environment,
        .environment_context = options->environment_context,
        .sandbox = pairs,
        .sandbox_count = list_pairs(&made->identities, pairs, ARRAY_COUNT(pairs)),
    };
    if (!config_load(&wanted, &made->config, err)) {
        sandbox_identities_release(&made->identities);
        mem_free(made);
        return NULL;
    }
    if (!config_is_sandbox(&made->config)) sandbox_identities_release(&made->identities);
    return made;
}

static void use_generation(struct backend *backend, struct generation *made) {
    if (backend->now) {
        backend->now->older = backend->retired;
        backend->retired = backend->now;
    }
    backend->now = made;
}

const struct config *backend_config(struct backend *backend, struct error *err) {
    if (backend->now) return &backend->now->config;
    struct sandbox_search_result place = backend->found;
    CLEANUP(buf_release) struct buf folder = {0};
    struct sandbox_place serving = {0};
    struct error ignored = {0};
    // only a look: whoever serves the folder lends its URL to the values shown
    if (!place.url[0] && backend_data_folder(backend, &folder, NULL) &&
        sandbox_find(buf_text(&folder), &serving, &ignored)) {
        memcpy(place.url, serving.url, sizeof(serving.url));
    }
    struct generation *made = load_generation(backend, &place, err);
    if (!made) return NULL;
    use_generation(backend, made);
    return &made->config;
}

static bool open_sandbox(struct backend *backend, struct error *err) {
    if (backend->found.url[0]) return true;
    CLEANUP(buf_release) struct buf folder = {0};
    CLEANUP(buf_release) struct buf why = {0};
    const bool has_folder = backend_data_folder(backend, &folder, &why);
    if (!backend->transfers) backend->transfers = transfers_new(NULL);
    struct sandbox_search search = {
        .transfers = backend->transfers,
        .data_folder = has_folder ? buf_text(&folder) : NULL,
    };
    if (!sandbox_search_run(&search, &backend->found, &backend->own, err)) return false;
    if (has_folder && !search.fell_back) return true;
    buf_reset(&backend->note);
    buf_add_format(
        &backend->note, "The sandbox lives in memory and forgets everything at the end: %s",
        has_folder ? search.fall_back_reason.message : buf_text(&why));
    return true;
}

bool backend_open(struct backend *backend, struct error *err) {
    if (backend->is_open) return true;
    const struct config *config = backend_config(backend, err);
    if (!config) return false;
    if (config_is_sandbox(config)) {
        if (!open_sandbox(backend, err)) return error_wrap(err, "starting the sandbox");
        struct generation *made = load_generation(backend, &backend->found, err);
        if (!made) return false;
        use_generation(backend, made);
    }
    struct generation *now = backend->now;
    struct client_options options = {
        .config = &now->config, .lookup = look_up, .environment = backend};
    if (now->identities.count) {
        options.access_key_id = str_from(sandbox_identities_get(&now->identities, "access_key_id"));
        options.secret_access_key =
            str_from(sandbox_identities_get(&now->identities, "secret_access_key"));
        options.sandbox_url = str_from(backend->found.url);
    }
    now->client = client_new(&options);
    backend->is_open = true;
    return true;
}

struct client *backend_client(const struct backend *backend) {
    return backend->now ? backend->now->client : NULL;
}

const char *backend_sandbox_url(const struct backend *backend) {
    const bool is_sandbox = backend->is_open && config_is_sandbox(&backend->now->config);
    return is_sandbox ? backend->found.url : NULL;
}

const struct sandbox_identities *backend_identities(const struct backend *backend) {
    return backend->now && backend->now->identities.count ? &backend->now->identities : NULL;
}

const char *backend_note(const struct backend *backend) {
    return backend->note.len ? buf_text(&backend->note) : NULL;
}

void backend_choose_profile(struct backend *backend, struct str profile) {
    if (!backend->profile && !backend_environment(backend, "RECLOOP_PROFILE")) return;
    char *chosen = message_copy_text(profile);
    mem_free(backend->profile);
    backend->profile = chosen;
    backend->options.profile = chosen;
}

void backend_reload(struct backend *backend) {
    if (backend->now) {
        backend->now->older = backend->retired;
        backend->retired = mem_take(&backend->now);
    }
    backend->is_open = false;
}

bool backend_recover(struct backend *backend, struct str url) {
    struct error err = {0};
    const struct sandbox_search_result before = backend->found;
    if (str_equal(url, str_from(before.url))) {
        if (backend->own) return false; // it is in this process
        backend->found = (struct sandbox_search_result){0};
        if (!open_sandbox(backend, &err)) {
            backend->found = before;
            return false;
        }
        const bool is_same = backend->found.pid == before.pid &&
                             str_equal(str_from(backend->found.url), str_from(before.url));
        if (is_same) return false;
        backend_reload(backend);
    }
    return backend_open(backend, &err) && backend_sandbox_url(backend);
}

bool backend_owns_sandbox(const struct backend *backend) {
    return backend->own != NULL;
}

void backend_settle(struct backend *backend) {
    free_generations(mem_take(&backend->retired));
}

// Whose account it is, without asking anybody: the campaign's ARN names it.
static char *copy_account(const struct config *config) {
    struct arn arn = {0};
    struct error ignored;
    if (!arn_parse(config_text(&config->campaign_arn), &arn, &ignored)) return NULL;
    return message_copy_text(arn.account);
}

struct message *backend_describe(struct backend *backend, uint64_t run_id) {
    struct message *message = message_new(MESSAGE_BACKEND, run_id);
    struct message_backend *told = &message->as.backend;
    told->is_up = backend->is_open;
    struct error ignored = {0};
    const struct config *config = backend_config(backend, &ignored);
    if (!config || !config_is_sandbox(config)) {
        told->kind = MESSAGE_BACKEND_CLOUD;
    } else {
        told->kind = backend->own ? MESSAGE_BACKEND_SANDBOX_OWN : MESSAGE_BACKEND_SANDBOX_OTHER;
        if (backend->found.url[0]) told->url = mem_copy_string(backend->found.url);
    }
    if (config) told->region = message_copy_text(config_text(&config->region));
    if (config) told->account = copy_account(config);
    CLEANUP(buf_release) struct buf note = {0};
    if (backend->note.len) buf_add(&note, buf_str(&backend->note));
    if (config && config->warning)
        buf_add_format(&note, "%s%s", note.len ? "; " : "", config->warning);
    if (note.len) told->note = mem_copy_string(buf_text(&note));
    return message;
}

struct transfers_options backend_transfers_options(const struct backend *backend) {
    return (struct transfers_options){.ca_file = backend_environment(backend, "AWS_CA_BUNDLE")};
}

bool backend_data_folder(const struct backend *backend, struct buf *out, struct buf *why) {
    CLEANUP(buf_release) struct buf path = {0};
    const char *data = backend_environment(backend, "XDG_DATA_HOME");
    const char *home = backend_environment(backend, "HOME");
    if (data && data[0] == '/') {
        buf_add_format(&path, "%s/recloop/sandbox", data);
    } else if (home) {
        buf_add_format(&path, "%s/.local/share/recloop/sandbox", home);
    } else {
        if (why) buf_add(why, STR("neither XDG_DATA_HOME nor HOME is set"));
        return false;
    }
    struct error err = {0};
    if (!files_make_folders(buf_text(&path), 0700, &err)) {
        if (why) buf_add(why, str_from(err.message));
        return false;
    }
    if (access(buf_text(&path), W_OK) != 0) {
        if (why) buf_add_format(why, "%s is not writable", buf_text(&path));
        return false;
    }
    buf_add(out, buf_str(&path));
    return true;
}

bool backend_config_path(struct backend *backend, struct buf *out, struct error *err) {
    if (backend->options.config_path) {
        buf_add(out, str_from(backend->options.config_path));
        return true;
    }
    return config_file_path(
        backend->options.environment, backend->options.environment_context, out, err);
}
