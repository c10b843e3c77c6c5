// identities — the list that clients are given; see sandbox.h. One row per value; the value of a row
// is a pattern in which {url}, {region} and {account} are filled in.
#include "identities.h"

#include "base/buf.h"
#include "base/memory.h"
#include "sandbox/sandbox.h"

#include <stdint.h>

struct identity_row {
    const char *key, *environment, *setting, *pattern;
    bool is_secret;
};

#define PERSONALIZE "arn:aws:personalize:{region}:{account}:"
#define LAMBDA "arn:aws:lambda:{region}:{account}:function:"
#define ROLE "arn:aws:iam::{account}:role/"

static const struct identity_row rows[] = {
    {.key = "url", .pattern = "{url}"},
    {.key = "aws_endpoint_url",
     .environment = "AWS_ENDPOINT_URL",
     .setting = "aws_endpoint_url",
     .pattern = "{url}"},
    {.key = "tracking_url",
     .environment = "RECLOOP_TRACKING_URL",
     .setting = "tracking_url",
     .pattern = "{url}"},
    {.key = "profile_url",
     .environment = "RECLOOP_PROFILE_URL",
     .setting = "profile_url",
     .pattern = "{url}"},
    // given by the sandbox while it serves that API, else empty
    {.key = "runtime_api", .environment = "AWS_LAMBDA_RUNTIME_API", .pattern = ""},
    {.key = "region", .environment = "AWS_REGION", .setting = "region", .pattern = "{region}"},
    // botocore reads this name only
    {.key = "default_region", .environment = "AWS_DEFAULT_REGION", .pattern = "{region}"},
    {.key = "account", .pattern = "{account}"},
    {.key = "access_key_id",
     .environment = "AWS_ACCESS_KEY_ID",
     .pattern = IDENTITIES_ACCESS_KEY_ID},
    {.key = "secret_access_key",
     .environment = "AWS_SECRET_ACCESS_KEY",
     .pattern = IDENTITIES_SECRET_ACCESS_KEY,
     .is_secret = true},
    {.key = "campaign_arn",
     .environment = "personalize_campaign_arn",
     .setting = "campaign_arn",
     .pattern = PERSONALIZE "campaign/" IDENTITIES_CAMPAIGN},
    {.key = "related_campaign_arn",
     .environment = "personalize_related_campaign_arn",
     .setting = "related_campaign_arn",
     .pattern = PERSONALIZE "campaign/" IDENTITIES_CAMPAIGN_RELATED},
    {.key = "ranking_campaign_arn",
     .environment = "personalize_ranking_campaign_arn",
     .setting = "ranking_campaign_arn",
     .pattern = PERSONALIZE "campaign/" IDENTITIES_CAMPAIGN_RANKING},
    {.key = "popular_campaign_arn", .pattern = PERSONALIZE "campaign/" IDENTITIES_CAMPAIGN_POPULAR},
    {.key = "filter_arn",
     .environment = "personalize_filter_arn",
     .setting = "filter_arn",
     .pattern = PERSONALIZE "filter/" IDENTITIES_FILTER},
    {.key = "tracking_id",
     .environment = "personalize_tracking_id",
     .setting = "tracking_id",
     .pattern = IDENTITIES_TRACKING_ID},
    {.key = "function_arn", .setting = "lambda_function", .pattern = LAMBDA IDENTITIES_FUNCTION},
    {.key = "endpoint_function_arn", .pattern = LAMBDA IDENTITIES_ENDPOINT_FUNCTION},
    {.key = "destination_role_arn",
     .setting = "destination_role_arn",
     .pattern = ROLE IDENTITIES_DESTINATION_ROLE},
    {.key = "execution_role_arn", .pattern = ROLE IDENTITIES_EXECUTION_ROLE},
    {.key = "external_id",
     .setting = "external_id",
     .pattern = IDENTITIES_EXTERNAL_ID,
     .is_secret = true},
    {.key = "destination_region", .setting = "destination_region", .pattern = "{region}"},
    {.key = "log_type", .setting = "log_type", .pattern = "Tail"},
    {.key = "write_keys.website-prod",
     .environment = "SEGMENT_WEBSITE_WRITE_KEY",
     .setting = "website_write_key",
     .pattern = "{0}",
     .is_secret = true},
    {.key = "write_keys.android-prod",
     .environment = "SEGMENT_ANDROID_WRITE_KEY",
     .setting = "android_write_key",
     .pattern = "{1}",
     .is_secret = true},
    {.key = "write_keys.ios-prod",
     .environment = "SEGMENT_IOS_WRITE_KEY",
     .setting = "ios_write_key",
     .pattern = "{2}",
     .is_secret = true},
    {.key = "write_keys.email-prod",
     .environment = "SEGMENT_EMAIL_WRITE_KEY",
     .setting = "email_write_key",
     .pattern = "{3}",
     .is_secret = true},
    {.key = "write_keys.personas-event-source",
     .environment = "connections_source_write_key",
     .setting = "personas_write_key",
     .pattern = "{4}",
     .is_secret = true},
    {.key = "profile_space_id",
     .environment = "personas_workspace_id",
     .setting = "profile_space_id",
     .pattern = IDENTITIES_SPACE_ID},
    {.key = "profile_api_token",
     .environment = "personas_api_key",
     .setting = "profile_api_token",
     .pattern = IDENTITIES_PROFILE_TOKEN,
     .is_secret = true},
    {.key = "recommendations_url",
     .setting = "recommendations_url",
     .pattern = "{url}/prod/recommendations"},
    {.key = "user_id", .setting = "user_id", .pattern = IDENTITIES_USER_ID},
};

static const struct source sources[SOURCE_COUNT] = {
#define X(id, label, key, id_text) [id] = {.name = label, .write_key = key, .segment_id = id_text},
    IDENTITIES_SOURCES(X)
#undef X
};

const struct source *identities_source(enum source_id id) {
    ASSERT((size_t)id < SOURCE_COUNT);
    return &sources[id];
}

static void add_filled(
    struct buf *out,
    const char *pattern,
    const char *url,
    const char *region,
    const char *account) {
    struct str rest = str_from(pattern), text, name;
    while (rest.len) {
        str_split(rest, '{', &text, &rest);
        buf_add(out, text);
        if (!rest.len) break;
        str_split(rest, '}', &name, &rest);
        if (str_equal(name, STR("url")))
            buf_add(out, str_from(url));
        else if (str_equal(name, STR("region")))
            buf_add(out, str_from(region));
        else if (str_equal(name, STR("account")))
            buf_add(out, str_from(account));
        else
            buf_add(out, str_from(sources[name.ptr[0] - '0'].write_key));
    }
}

void sandbox_identities_make(
    struct sandbox_identities *out, const char *url, const char *region, const char *account) {
    struct sandbox_identity *made = mem_zeroed(ARRAY_COUNT(rows), sizeof(*made));
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct buf value = {0};
        add_filled(
            &value, rows[i].pattern, url ? url : "", region ? region : IDENTITIES_REGION,
            account ? account : IDENTITIES_ACCOUNT);
        made[i] = (struct sandbox_identity){
            .key = rows[i].key,
            .environment = rows[i].environment,
            .setting = rows[i].setting,
            .value = buf_take(&value),
            .is_secret = rows[i].is_secret};
    }
    *out = (struct sandbox_identities){.rows = made, .count = ARRAY_COUNT(rows)};
}

void sandbox_identities_release(struct sandbox_identities *identities) {
    if (!identities) return;
    for (size_t i = 0; i < identities->count; i++)
        mem_free(identities->rows[i].value);
    mem_free(identities->rows);
    *identities = (struct sandbox_identities){0};
}

void sandbox_identities_set_runtime_api(
    struct sandbox_identities *identities, const char *runtime_api) {
    for (size_t i = 0; i < identities->count; i++) {
        struct sandbox_identity *row = &identities->rows[i];
        if (strcmp(row->key, "runtime_api") != 0) continue;
        mem_free(row->value);
        row->value = mem_copy_string(runtime_api ? runtime_api : "");
    }
}

const char *sandbox_identities_get(const struct sandbox_identities *identities, const char *key) {
    for (size_t i = 0; i < identities->count; i++) {
        if (str_equal(str_from(identities->rows[i].key), str_from(key))) {
            return identities->rows[i].value;
        }
    }
    return NULL;
}
