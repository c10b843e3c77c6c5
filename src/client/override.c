// override — see the header.
#include "override.h"

#include "internal.h"

#include "http/url.h"

struct override {
    const char *setting;
    const struct config_value *value;
    struct str url; // where the call went
};

static struct override find(const struct client_call *call) {
    const struct config *config = call->client->options.config;
    struct override found = {"aws_endpoint_url", &config->aws_endpoint_url, {0}};
    if (call->kind == CLIENT_CALL_EVENT || call->kind == CLIENT_CALL_BATCH)
        found = (struct override){"tracking_url", &config->tracking_url, {0}};
    else if (call->kind == CLIENT_CALL_PROFILE)
        found = (struct override){"profile_url", &config->profile_url, {0}};
    else if (call->kind == CLIENT_CALL_ENDPOINT)
        found = (struct override){"recommendations_url", &config->recommendations_url, {0}};
    found.url = config_text(found.value);
    return found;
}

static bool is_here(struct str text) {
    struct url url;
    struct error ignored = {0};
    return text.len && url_parse(text, &url, &ignored) && url_is_loopback(&url);
}

static void
blame_setting(const struct client_call *call, const struct override *found, struct error *err) {
    const char *profile = call->client->options.config->profile;
    const char *detail = found->value->detail ? found->value->detail : "";
    if (found->value->source == CONFIG_FILE)
        error_hint(
            err,
            "%s of the profile %s sends this to " STR_FMT ": correct it, or take it out with "
            "recloop --profile %s config unset %s.",
            found->setting, profile, STR_ARG(found->url), profile, found->setting);
    else if (found->value->source == CONFIG_ENVIRONMENT || found->value->source == CONFIG_FLAG)
        error_hint(
            err, "%s (%s, profile %s) sends this to " STR_FMT ": correct it, or go without it.",
            found->setting, detail, profile, STR_ARG(found->url));
}

void override_blame(const struct client_call *call, struct error *err) {
    if (err->code != ERROR_UNREACHABLE || !call->client) return;
    if (call->kind == CLIENT_CALL_SANDBOX) return;
    const struct override found = find(call);
    if (!call->operation) {
        if (is_here(found.url)) blame_setting(call, &found, err);
        return;
    }
    CLEANUP(buf_release) struct buf url = {0};
    CLEANUP(buf_release) struct buf origin = {0};
    struct error ignored = {0};
    const struct str service = str_from(call->operation->service);
    if (!client_endpoint(call->client, service, buf_str(&call->region), &url, &origin, &ignored))
        return;
    if (!is_here(buf_str(&url))) return;
    if (str_equal(buf_str(&origin), STR("settings")))
        blame_setting(call, &found, err);
    else
        error_hint(
            err, "%s%s sends this to %s: correct it, or take it out.",
            str_starts_with(buf_str(&origin), STR("profile ")) ? "endpoint_url of the AWS " : "",
            buf_text(&origin), buf_text(&url));
}
