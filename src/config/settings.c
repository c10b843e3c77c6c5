// settings — see the header. The order of the rows is the order in which people meet the settings.
#include "config/settings.h"

#include "config/config.h"

#define NEAREST_MAX_BYTES 64

#define AT(field) .at = offsetof(struct config, field)

static const struct setting settings[] = {
    {
        .name = "region",
        .group = SETTING_GROUP_CLOUD,
        .environment = {"AWS_REGION", "region_name"},
        .kind = SETTING_REGION,
        .initial = "us-east-1",
        .example = "us-east-1",
        .help = "AWS region of Personalize and Lambda.",
        AT(region),
    },
    {
        .name = "aws_profile",
        .group = SETTING_GROUP_CLOUD,
        .environment = {"AWS_PROFILE"},
        .kind = SETTING_TEXT,
        .example = "default",
        .help = "Profile of ~/.aws/config whose credentials are used.",
        AT(aws_profile),
    },
    {
        .name = "campaign_arn",
        .group = SETTING_GROUP_PERSONALIZE,
        .environment = {"personalize_campaign_arn"},
        .kind = SETTING_ARN,
        .example = "arn:aws:personalize:us-east-1:123456789012:campaign/segment-workshop-campaign",
        .help = "Campaign that recommends products to a shopper.",
        AT(campaign_arn),
    },
    {
        .name = "related_campaign_arn",
        .group = SETTING_GROUP_PERSONALIZE,
        .environment = {"personalize_related_campaign_arn"},
        .kind = SETTING_ARN,
        .example = "arn:aws:personalize:us-east-1:123456789012:campaign/segment-workshop-related",
        .help = "Campaign of related products (optional).",
        AT(related_campaign_arn),
    },
    {
        .name = "ranking_campaign_arn",
        .group = SETTING_GROUP_PERSONALIZE,
        .environment = {"personalize_ranking_campaign_arn"},
        .kind = SETTING_ARN,
        .example = "arn:aws:personalize:us-east-1:123456789012:campaign/segment-workshop-ranking",
        .help = "Campaign that ranks a given list (optional).",
        AT(ranking_campaign_arn),
    },
    {
        .name = "filter_arn",
        .group = SETTING_GROUP_PERSONALIZE,
        .environment = {"personalize_filter_arn"},
        .kind = SETTING_ARN,
        .example = "arn:aws:personalize:us-east-1:123456789012:filter/exclude-purchased",
        .help = "Filter that Personalize applies to recommendations (optional).",
        AT(filter_arn),
    },
    {
        .name = "tracking_id",
        .group = SETTING_GROUP_PERSONALIZE,
        .environment = {"personalize_tracking_id"},
        .kind = SETTING_UUID,
        .example = "0f3c5a1e-7b2d-4c68-9a10-5d2e8f6b7c31",
        .help = "Tracking id of the event tracker; not its ARN.",
        AT(tracking_id),
    },
    {
        .name = "lambda_function",
        .group = SETTING_GROUP_LAMBDA,
        .kind = SETTING_FUNCTION,
        .example = "SegmentPersonalizeDestinationHandler",
        .help = "Function that the destination invokes: its name or ARN.",
        AT(lambda_function),
    },
    {
        .name = "destination_role_arn",
        .group = SETTING_GROUP_DESTINATION,
        .kind = SETTING_ARN,
        .example =
            "arn:aws:iam::123456789012:role/module-personalize-SegmentExecutePersonalizeLambda-1A",
        .help = "Role that Segment assumes to invoke the function.",
        AT(destination_role_arn),
    },
    {
        .name = "external_id",
        .group = SETTING_GROUP_DESTINATION,
        .kind = SETTING_KEY,
        .is_secret = true,
        .example = "123456789",
        .help = "External id that the role's trust policy asks for.",
        AT(external_id),
    },
    {
        .name = "destination_region",
        .group = SETTING_GROUP_DESTINATION,
        .kind = SETTING_REGION,
        .example = "us-east-1",
        .help = "Region set in the destination; Segment's own default is us-west-2.",
        AT(destination_region),
    },
    {
        .name = "log_type",
        .group = SETTING_GROUP_DESTINATION,
        .kind = SETTING_CHOICE,
        .choices = "Tail,None",
        .example = "Tail",
        .help = "Whether the destination asks for the end of the function's log.",
        AT(log_type),
    },
    {
        .name = "website_write_key",
        .group = SETTING_GROUP_WRITE_KEYS,
        .environment = {"SEGMENT_WEBSITE_WRITE_KEY"},
        .kind = SETTING_KEY,
        .is_secret = true,
        .example = "32 letters and digits",
        .help = "Write key of the source website-prod.",
        AT(website_write_key),
    },
    {
        .name = "android_write_key",
        .group = SETTING_GROUP_WRITE_KEYS,
        .environment = {"SEGMENT_ANDROID_WRITE_KEY"},
        .kind = SETTING_KEY,
        .is_secret = true,
        .example = "32 letters and digits",
        .help = "Write key of the source android-prod.",
        AT(android_write_key),
    },
    {
        .name = "ios_write_key",
        .group = SETTING_GROUP_WRITE_KEYS,
        .environment = {"SEGMENT_IOS_WRITE_KEY"},
        .kind = SETTING_KEY,
        .is_secret = true,
        .example = "32 letters and digits",
        .help = "Write key of the source ios-prod.",
        AT(ios_write_key),
    },
    {
        .name = "email_write_key",
        .group = SETTING_GROUP_WRITE_KEYS,
        .environment = {"SEGMENT_EMAIL_WRITE_KEY"},
        .kind = SETTING_KEY,
        .is_secret = true,
        .example = "32 letters and digits",
        .help = "Write key of the source email-prod.",
        AT(email_write_key),
    },
    {
        .name = "personas_write_key",
        .group = SETTING_GROUP_WRITE_KEYS,
        .environment = {"connections_source_write_key", "connections_source_api_key"},
        .kind = SETTING_KEY,
        .is_secret = true,
        .example = "32 letters and digits",
        .help = "Write key of personas-event-source, where the function writes the trait.",
        AT(personas_write_key),
    },
    {
        .name = "profile_space_id",
        .group = SETTING_GROUP_PROFILE,
        .environment = {"personas_workspace_id"},
        .kind = SETTING_KEY,
        .example = "spa_1a2b3c4d5e",
        .help = "Profile space (Unify > API access).",
        AT(profile_space_id),
    },
    {
        .name = "profile_api_token",
        .group = SETTING_GROUP_PROFILE,
        .environment = {"personas_api_key"},
        .kind = SETTING_KEY,
        .is_secret = true,
        .example = "the token shown once when it was made",
        .help = "Token of the Profile API; it belongs to one space.",
        AT(profile_api_token),
    },
    {
        .name = "user_id",
        .group = SETTING_GROUP_PROFILE,
        .kind = SETTING_TEXT,
        .initial = "2941404340",
        .example = "2941404340",
        .help = "Shopper in focus.",
        AT(user_id),
    },
    {
        .name = "recommendations_url",
        .group = SETTING_GROUP_ENDPOINTS,
        .kind = SETTING_URL,
        .example = "https://abcde12345.execute-api.us-east-1.amazonaws.com/default/recommendations",
        .help = "API Gateway endpoint of Exercise 3.",
        AT(recommendations_url),
    },
    {
        .name = "segment_region",
        .group = SETTING_GROUP_ENDPOINTS,
        .kind = SETTING_CHOICE,
        .choices = "us,eu",
        .initial = "us",
        .example = "us",
        .help = "Where the Segment workspace lives.",
        AT(segment_region),
    },
    {
        .name = "tracking_url",
        .group = SETTING_GROUP_ENDPOINTS,
        .environment = {"RECLOOP_TRACKING_URL"},
        .kind = SETTING_URL,
        .example = "https://api.segment.io",
        .help = "Another place for Segment's Tracking API.",
        AT(tracking_url),
    },
    {
        .name = "profile_url",
        .group = SETTING_GROUP_ENDPOINTS,
        .environment = {"RECLOOP_PROFILE_URL"},
        .kind = SETTING_URL,
        .example = "https://profiles.segment.com",
        .help = "Another place for Segment's Profile API.",
        AT(profile_url),
    },
    {
        .name = "aws_endpoint_url",
        .group = SETTING_GROUP_ENDPOINTS,
        .environment = {"AWS_ENDPOINT_URL"},
        .kind = SETTING_URL,
        .example = "http://127.0.0.1:7780",
        .help = "Another place for all AWS services; AWS_ENDPOINT_URL_<SERVICE> names one.",
        AT(aws_endpoint_url),
    },
};

const struct setting *settings_all(size_t *count) {
    *count = ARRAY_COUNT(settings);
    return settings;
}

const struct setting *settings_find(struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        if (str_equal(name, str_from(settings[i].name))) return &settings[i];
    }
    return NULL;
}

static size_t smallest(size_t first, size_t second, size_t third) {
    const size_t smaller = first < second ? first : second;
    return smaller < third ? smaller : third;
}

// Levenshtein: how many letters to insert, delete or replace.
static size_t distance(struct str left, struct str right) {
    size_t row[NEAREST_MAX_BYTES + 1];
    right = str_slice(right, 0, NEAREST_MAX_BYTES);
    for (size_t i = 0; i <= right.len; i++)
        row[i] = i;
    for (size_t i = 0; i < left.len; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < right.len; j++) {
            const size_t replaced = diagonal + (left.ptr[i] != right.ptr[j]);
            diagonal = row[j + 1];
            row[j + 1] = smallest(replaced, row[j] + 1, row[j + 1] + 1);
        }
    }
    return row[right.len];
}

// People also type the environment's name, or a part of the key.
static const struct setting *find_alias(struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        for (size_t j = 0; j < SETTINGS_MAX_ENVIRONMENT; j++) {
            const struct str variable = str_from(settings[i].environment[j]);
            if (variable.len && str_equal_nocase(name, variable)) return &settings[i];
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        if (name.len >= 3 && str_starts_with(str_from(settings[i].name), name)) return &settings[i];
    }
    return NULL;
}

// NULL: no key is near, and naming one would mislead.
static const struct setting *find_nearest(struct str name) {
    const struct setting *nearest = find_alias(name);
    if (nearest) return nearest;
    size_t best = name.len / 3 + 1; // strictly below: one slip in three letters is near
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        const size_t found = distance(str_slice(name, 0, 256), str_from(settings[i].name));
        if (found >= best) continue;
        best = found;
        nearest = &settings[i];
    }
    return nearest;
}

const struct setting *settings_require(struct str name, struct error *err) {
    const struct setting *found = settings_find(name);
    if (found) return found;
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(name, 0, NEAREST_MAX_BYTES));
    (void)error_set(err, ERROR_CONFIG, "there is no setting \"%s\"", buf_text(&shown));
    const struct setting *nearest = find_nearest(name);
    if (nearest)
        error_hint(err, "Did you mean %s? `recloop config list` shows all.", nearest->name);
    else
        error_hint(err, "`recloop config list` shows all.");
    return NULL;
}

const char *settings_group_title(enum setting_group group) {
    switch (group) {
    case SETTING_GROUP_CLOUD: return "Cloud";
    case SETTING_GROUP_PERSONALIZE: return "Personalize";
    case SETTING_GROUP_LAMBDA: return "Lambda";
    case SETTING_GROUP_DESTINATION: return "Segment destination";
    case SETTING_GROUP_WRITE_KEYS: return "Write keys";
    case SETTING_GROUP_PROFILE: return "Profile API and shopper";
    case SETTING_GROUP_ENDPOINTS: return "Endpoints";
    case SETTING_GROUP_COUNT: break;
    }
    return "";
}

const char *settings_kind_name(enum setting_kind kind) {
    switch (kind) {
    case SETTING_TEXT: return "text";
    case SETTING_URL: return "URL";
    case SETTING_ARN: return "ARN";
    case SETTING_FUNCTION: return "function name or ARN";
    case SETTING_REGION: return "region";
    case SETTING_UUID: return "UUID";
    case SETTING_KEY: return "key";
    case SETTING_CHOICE: return "choice";
    }
    return "text";
}
