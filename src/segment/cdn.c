// cdn — see the header. The members around the integration are those of the real document, with the
// features behind them off: the SDK reads some of them without asking whether they are there.
#include "segment/cdn.h"

#include "base/json.h"

static bool key_between(struct str path, struct str before, struct str after, struct str *out) {
    if (!str_starts_with(path, before) || !str_ends_with(path, after)) return false;
    if (path.len <= before.len + after.len) return false;
    const struct str key = str_slice(path, before.len, path.len - before.len - after.len);
    if (str_find_char(key, '/') < key.len) return false;
    *out = key;
    return true;
}

bool cdn_path_parse(struct str path, struct str *write_key) {
    return key_between(path, STR("/v1/projects/"), STR("/settings"), write_key) ||
           key_between(path, STR("/analytics.js/v1/"), STR("/settings"), write_key);
}

static void add_integration(struct json_node *root, const struct cdn_settings *settings) {
    struct json_node *integrations = json_add_object(root, "integrations");
    struct json_node *segment = json_add_object(integrations, "Segment.io");
    json_add_text(segment, "apiKey", settings->write_key);
    json_add_text(segment, "apiHost", settings->api_host);
    json_add_text(segment, "protocol", settings->protocol);
    (void)json_add_array(segment, "unbundledIntegrations");
    json_add_bool(segment, "addBundledMetadata", true);
    (void)json_add_object(segment, "maybeBundledConfigIds");
}

static void add_plan(struct json_node *root) {
    static const char *const calls[] = {"track", "identify", "group"};
    struct json_node *plan = json_add_object(root, "plan");
    for (size_t i = 0; i < ARRAY_COUNT(calls); i++) {
        struct json_node *call = json_add_object(plan, calls[i]);
        struct json_node *rule = json_add_object(call, "__default");
        json_add_bool(rule, "enabled", true);
        (void)json_add_object(rule, "integrations");
    }
}

void cdn_settings_encode(const struct cdn_settings *settings, struct buf *out) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    add_integration(root, settings);
    add_plan(root);
    (void)json_add_object(root, "edgeFunction");
    json_add_bool(root, "analyticsNextEnabled", true);
    (void)json_add_object(root, "middlewareSettings");
    (void)json_add_object(root, "enabledMiddleware");
    json_add_number(json_add_object(root, "metrics"), "sampleRate", 0);
    json_add_bool(root, "legacyVideoPluginsEnabled", false);
    (void)json_add_array(root, "remotePlugins");
    json_print(root, out);
}
