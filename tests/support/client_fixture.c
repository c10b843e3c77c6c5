// client_fixture — see the header.
#include "support/client_fixture.h"

#include "base/memory.h"

#define ACCOUNT "123456789012"

static const struct client_fixture_pair workshop[] = {
    {"region", "us-east-1"},
    {"campaign_arn",
     "arn:aws:personalize:us-east-1:" ACCOUNT ":campaign/segment-workshop-campaign"},
    {"tracking_id", "0c3e7e52-58c0-4a77-9a35-2f9b6f8e1d10"},
    {"lambda_function", "SegmentPersonalizeDestinationHandler"},
    {"destination_role_arn", "arn:aws:iam::" ACCOUNT ":role/segment-execute"},
    {"website_write_key", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"},
    {"personas_write_key", "pppppppppppppppppppppppppppppppp"},
    {"profile_space_id", "spaSpace1"},
    {"profile_api_token", "tokenTokenTokenToken"},
    {"recommendations_url", "{url}/prod/recommendations"},
    {"tracking_url", "{url}"},
    {"profile_url", "{url}"},
    {"aws_endpoint_url", "{url}"},
};

static const char *look_up(const void *environment, const char *name) {
    const struct client_fixture *fixture = environment;
    const struct client_fixture_pair *at = fixture->environment;
    for (; at && at->name; at++)
        if (strcmp(at->name, name) == 0) return at->value;
    return NULL;
}

static const char *look_up_for_config(void *context, const char *name) {
    return look_up(context, name);
}

static void add_value(struct buf *out, const char *value, const char *url) {
    const struct str text = str_from(value);
    if (!str_starts_with(text, STR("{url}"))) {
        buf_add(out, text);
        return;
    }
    buf_add(out, str_from(url));
    buf_add(out, str_skip(text, strlen("{url}")));
}

static struct str
choose_key(const struct client_fixture_options *options, const char *given, const char *usual) {
    if (options->has_no_keys) return (struct str){0};
    return str_from(given ? given : usual);
}

void client_fixture_start(
    struct client_fixture *fixture, const struct client_fixture_options *options) {
    struct config_pair pairs[ARRAY_COUNT(fixture->values)];
    struct error err = {0};
    size_t count = 0;
    *fixture = (struct client_fixture){.environment = options->environment};
    if (options->decide)
        fixture->server = loopback_start_deciding(options->decide, options->decide_context);
    else if (!options->url)
        fixture->server = loopback_start(options->script, options->script_count);
    const char *url = options->url ? options->url : loopback_url(fixture->server);
    for (size_t i = 0; i < ARRAY_COUNT(workshop) && !options->is_empty; i++) {
        add_value(&fixture->values[count], workshop[i].value, url);
        pairs[count] = (struct config_pair){workshop[i].name, buf_text(&fixture->values[count])};
        count++;
    }
    for (const struct client_fixture_pair *at = options->settings; at && at->name; at++) {
        ASSERT(count < ARRAY_COUNT(pairs));
        add_value(&fixture->values[count], at->value, url);
        pairs[count] = (struct config_pair){at->name, buf_text(&fixture->values[count])};
        count++;
    }
    // As the sandbox's identities: the layer that environment and flags may cover.
    ASSERT(config_load(
        &(struct config_options){
            .path = "/nonexistent/recloop/config.ini",
            .profile = CONFIG_SANDBOX_PROFILE,
            .environment = look_up_for_config,
            .environment_context = fixture,
            .sandbox = pairs,
            .sandbox_count = count,
        },
        &fixture->config, &err));
    fixture->client = client_new(&(struct client_options){
        .config = &fixture->config,
        .lookup = look_up,
        .environment = fixture,
        .access_key_id = choose_key(options, options->access_key_id, "AKIDSANDBOX00000001"),
        .secret_access_key = choose_key(
            options, options->secret_access_key, "s4ndb0x/Secret+Key=NotReal0123456789abcd"),
        .sandbox_url = options->has_no_sandbox ? (struct str){0} : str_from(url),
    });
}

void client_fixture_stop(struct client_fixture *fixture) {
    client_free(fixture->client);
    config_release(&fixture->config);
    loopback_stop(fixture->server);
    for (size_t i = 0; i < ARRAY_COUNT(fixture->values); i++)
        buf_release(&fixture->values[i]);
}
