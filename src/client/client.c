// client — see the header.
#include "client/client.h"

#include "internal.h"

#include "aws/endpoint.h"
#include "aws/region.h"
#include "base/memory.h"
#include "client/credential_source.h"
#include "net/transfers.h"
#include "segment/profile.h"
#include "segment/tracking.h"

#include <assert.h>

struct client *client_new(const struct client_options *options) {
    struct client *client = MEM_NEW(struct client);
    ASSERT(options->config);
    client->options = *options;
    return client;
}

void client_free(struct client *client) {
    if (!client) return;
    credentials_release(&client->credentials);
    credentials_files_release(&client->files);
    sigv4_key_cache_release(&client->keys);
    buf_release(&client->region);
    mem_free(client);
}

const char *client_process_environment(const void *environment, const char *name) {
    (void)environment;
    return getenv(name);
}

const struct config *client_config(const struct client *client) {
    return client->options.config;
}

bool client_is_sandbox(const struct client *client) {
    return client->options.sandbox_url.len > 0;
}

struct str client_sandbox_url(const struct client *client) {
    return client->options.sandbox_url;
}

bool client_require(const struct client *client, const char *name, struct error *err) {
    const struct setting *setting = settings_require(str_from(name), err);
    return setting && config_require(client->options.config, setting, err);
}

static struct str look_up(const struct client *client, const char *name) {
    const struct client_options *options = &client->options;
    return str_from(options->lookup ? options->lookup(options->environment, name) : NULL);
}

// A profile named by file or flag was chosen in so many words: then keys in the environment do not
// count. AWS_PROFILE names one, too, but leaves them their place (aws.md 2.1).
static struct str profile_name(const struct client *client, bool *is_named, bool *is_explicit) {
    const struct config_value *value = &client->options.config->aws_profile;
    const struct str set = config_text(value);
    const struct str old = look_up(client, "AWS_DEFAULT_PROFILE");
    *is_explicit =
        set.len && value->source != CONFIG_ENVIRONMENT && value->source != CONFIG_DEFAULT;
    *is_named = set.len || old.len;
    if (set.len) return set;
    return old.len ? old : STR("default");
}

static bool read_files(struct client *client, struct error *err) {
    const struct client_options *options = &client->options;
    if (client->has_files) return true;
    client->has_files =
        credential_source_read_files(options->lookup, options->environment, &client->files, err);
    return client->has_files;
}

static bool has_own_keys(const struct client_options *options) {
    return options->access_key_id.len && options->secret_access_key.len;
}

static bool explain_none(const struct client *client, struct str profile, struct error *err) {
    CLEANUP(buf_release) struct buf name = {0};
    (void)client;
    buf_add_printable(&name, profile);
    error_set(
        err, ERROR_CONFIG, "no AWS credentials: none in the environment, none in profile %s",
        buf_text(&name));
    return error_hint(
        err,
        "Run `aws configure`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a "
        "profile: recloop config set aws_profile NAME. (Instance roles are not supported yet.)");
}

static bool find_credentials(struct client *client, struct credentials *out, struct error *err) {
    const struct client_options *options = &client->options;
    bool is_named, is_explicit;
    const struct str profile = profile_name(client, &is_named, &is_explicit);
    if (!has_own_keys(options) && !read_files(client, err)) return false;

    struct credential_source *chain = credential_source_chain();
    credential_source_chain_add(
        chain, credential_source_explicit(
                   options->access_key_id, options->secret_access_key, (struct str){0}));
    if (!is_explicit) {
        credential_source_chain_add(
            chain, credential_source_environment(options->lookup, options->environment));
        credential_source_chain_add(
            chain, credential_source_unsupported(
                       CREDENTIALS_WEB_IDENTITY, options->lookup, options->environment));
    }
    credential_source_chain_add(
        chain, credential_source_profile(&client->files, profile, is_named));
    credential_source_chain_add(
        chain, credential_source_unsupported(
                   CREDENTIALS_CONTAINER, options->lookup, options->environment));
    const bool is_ok = credential_source_fetch(chain, out, err);
    credential_source_free(chain);
    if (!is_ok) return false;
    return credentials_are_set(out) || explain_none(client, profile, err);
}

const struct credentials *client_credentials(struct client *client, struct error *err) {
    if (!client->has_looked) {
        client->credentials_error = (struct error){0};
        (void)!find_credentials(client, &client->credentials, &client->credentials_error);
        client->has_looked = true;
    }
    if (client->credentials_error.code == ERROR_NONE) return &client->credentials;
    *err = client->credentials_error;
    return NULL;
}

void client_forget_credentials(struct client *client) {
    credentials_release(&client->credentials);
    credentials_files_release(&client->files);
    sigv4_key_cache_release(&client->keys);
    buf_reset(&client->region);
    client->has_looked = client->has_files = false;
}

// The setting, unless it is only the built-in default and the AWS profile knows better (aws.md 2.6).
struct str client_region(struct client *client) {
    const struct config_value *value = &client->options.config->region;
    struct error ignored = {0};
    bool is_named, is_explicit;
    if (client->region.len) return buf_str(&client->region);
    if (value->source == CONFIG_DEFAULT && !has_own_keys(&client->options) &&
        read_files(client, &ignored)) {
        const struct str profile = profile_name(client, &is_named, &is_explicit);
        buf_add(&client->region, credentials_files_get(&client->files, profile, "region"));
    }
    if (!client->region.len) buf_add(&client->region, config_text(value));
    return buf_str(&client->region);
}

static bool has_service_variable(const struct client *client, struct str service) {
    CLEANUP(buf_release) struct buf name = {0};
    const struct endpoint_service *row = endpoint_service_find(service);
    if (!row) return false;
    buf_add_format(&name, "AWS_ENDPOINT_URL_%s", row->env_suffix);
    return look_up(client, buf_text(&name)).len > 0;
}

// The setting aws_endpoint_url includes AWS_ENDPOINT_URL; the variable of one service is more
// specific than both, and only the command line beats it.
bool client_endpoint(
    struct client *client,
    struct str service,
    struct str region,
    struct buf *out,
    struct buf *origin,
    struct error *err) {
    const struct config_value *value = &client->options.config->aws_endpoint_url;
    const bool is_flag = value->source == CONFIG_FLAG;
    bool is_named, is_explicit;
    struct endpoint_sources sources = {
        .lookup = client->options.lookup,
        .environment = client->options.environment,
        .profile = profile_name(client, &is_named, &is_explicit),
    };
    const struct str used_region = region.len ? region : client_region(client);
    if (!region_is_valid(used_region)) {
        CLEANUP(buf_release) struct buf shown = {0};
        buf_add_printable(&shown, used_region);
        error_set(err, ERROR_CONFIG, "\"%s\" is not an AWS region", buf_text(&shown));
        return error_hint(err, "A region looks like us-east-1: recloop config set region REGION.");
    }
    if (value->source != CONFIG_ENVIRONMENT && (is_flag || !has_service_variable(client, service)))
        sources.override = config_text(value);
    if (!sources.override.len && !has_own_keys(&client->options)) {
        if (!read_files(client, err)) return false;
        sources.files = &client->files;
    }
    return endpoint_resolve(out, service, used_region, &sources, origin, err);
}

struct str client_tracking_url(const struct client *client) {
    const struct config *config = client->options.config;
    return tracking_base_url(
        config_text(&config->segment_region), config_text(&config->tracking_url));
}

struct str client_profile_url(const struct client *client) {
    const struct config *config = client->options.config;
    return profile_base_url(
        config_text(&config->segment_region), config_text(&config->profile_url));
}

struct transfers_options client_transfers_options(const struct client *client) {
    const struct str file = look_up(client, "AWS_CA_BUNDLE");
    return (struct transfers_options){.ca_file = file.len ? file.ptr : NULL};
}

// What a source is called at Segment, and where its write key is set.
static const struct source_row {
    const char *name, *setting;
    size_t at;
} source_rows[] = {
    [CLIENT_SOURCE_WEBSITE] =
        {
            .name = "website-prod",
            .setting = "website_write_key",
            .at = offsetof(struct config, website_write_key),
        },
    [CLIENT_SOURCE_ANDROID] =
        {
            .name = "android-prod",
            .setting = "android_write_key",
            .at = offsetof(struct config, android_write_key),
        },
    [CLIENT_SOURCE_IOS] =
        {
            .name = "ios-prod",
            .setting = "ios_write_key",
            .at = offsetof(struct config, ios_write_key),
        },
    [CLIENT_SOURCE_EMAIL] =
        {
            .name = "email-prod",
            .setting = "email_write_key",
            .at = offsetof(struct config, email_write_key),
        },
    [CLIENT_SOURCE_PERSONAS] =
        {
            .name = "personas-event-source",
            .setting = "personas_write_key",
            .at = offsetof(struct config, personas_write_key),
        },
};
static_assert(ARRAY_COUNT(source_rows) == CLIENT_SOURCE_COUNT, "a row for each source");

const char *client_source_name(enum client_source source) {
    return source_rows[source].name;
}

const struct secret *
client_write_key(const struct client *client, enum client_source source, struct error *err) {
    const struct source_row *row = &source_rows[source];
    const char *config = (const char *)client->options.config;
    if (!client_require(client, row->setting, err)) return NULL;
    return config_secret((const struct config_value *)(const void *)(config + row->at));
}
