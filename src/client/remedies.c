// remedies — see the header. First row that fits wins, so special rows stand above general ones.
#include "client/remedies.h"

#include "aws/arn.h"
#include "base/secret.h"

#define ANY_CALL CLIENT_CALL_COUNT

struct remedy {
    enum client_call_kind kind; // ANY_CALL fits all
    const char *code;           // NULL fits all
    const char *says;           // part of the service's message; NULL: whatever it says
    bool when_region_differs;   // only if the subject's ARN names another region than we signed for
    const char *hint;
};

// Two codes for one thing: JSON services and query services name it differently.
#define SIGNATURE_ROWS(code_text)                                                                  \
    {                                                                                              \
        .kind = ANY_CALL,                                                                          \
        .code = code_text,                                                                         \
        .says = "expired",                                                                         \
        .hint =                                                                                    \
            "This machine's clock is wrong. Correct it (timedatectl set-ntp true), try again.",    \
    },                                                                                             \
        {                                                                                          \
            .kind = ANY_CALL,                                                                      \
            .code = code_text,                                                                     \
            .says = "not yet current",                                                             \
            .hint = "This machine's clock is wrong. Correct it (timedatectl set-ntp true), try "   \
                    "again.",                                                                      \
        },                                                                                         \
        {                                                                                          \
            .kind = ANY_CALL,                                                                      \
            .code = code_text,                                                                     \
            .says = "valid region",                                                                \
            .hint = "The request was signed for {region}, but the endpoint belongs to another "    \
                    "region: "                                                                     \
                    "recloop config set region REGION, or correct aws_endpoint_url.",              \
        },                                                                                         \
        {                                                                                          \
            .kind = ANY_CALL,                                                                      \
            .code = code_text,                                                                     \
            .says = "correct service",                                                             \
            .hint = "The endpoint URL belongs to another service: correct aws_endpoint_url or "    \
                    "AWS_ENDPOINT_URL_<SERVICE>.",                                                 \
        },                                                                                         \
    {                                                                                              \
        .kind = ANY_CALL, .code = code_text,                                                       \
        .hint = "The secret key does not belong to key id {key_id} (from {origin}): it was cut, "  \
                "quoted or replaced. Paste it again, whole.",                                      \
    }
#define UNKNOWN_KEY_ROW(code_text)                                                                 \
    {                                                                                              \
        .kind = ANY_CALL, .code = code_text,                                                       \
        .hint = "Key id {key_id} (from {origin}) is not known there: deleted, of another "         \
                "partition, a sandbox key sent to AWS, or a session key without its token. Check " \
                "with `aws sts get-caller-identity`, or choose a profile: recloop config set "     \
                "aws_profile NAME.",                                                               \
    }
#define EXPIRED_ROW(code_text)                                                                     \
    {                                                                                              \
        .kind = ANY_CALL, .code = code_text,                                                       \
        .hint =                                                                                    \
            "The session behind {origin} has ended. Sign in again (aws sso login, or new keys "    \
            "from the workshop's page) and repeat.",                                               \
    }

static const struct remedy remedies[] = {
    SIGNATURE_ROWS("InvalidSignatureException"),
    SIGNATURE_ROWS("SignatureDoesNotMatch"),
    UNKNOWN_KEY_ROW("UnrecognizedClientException"),
    UNKNOWN_KEY_ROW("InvalidClientTokenId"),
    EXPIRED_ROW("ExpiredTokenException"),
    EXPIRED_ROW("ExpiredToken"),

    // Recommendations and ranking.
    {
        .kind = CLIENT_CALL_RECOMMENDATIONS,
        .code = "ResourceNotFoundException",
        .when_region_differs = true,
        .hint = "The campaign is in {arn_region}, but we asked in {region}: "
                "recloop config set region {arn_region}.",
    },
    {
        .kind = CLIENT_CALL_RECOMMENDATIONS,
        .code = "ResourceNotFoundException",
        .says = ":filter/",
        .hint = "No filter of that name is there: `aws personalize list-filters` tells which are. "
                "recloop config set filter_arn ARN, or unset it.",
    },
    {
        .kind = CLIENT_CALL_RECOMMENDATIONS,
        .code = "ResourceNotFoundException",
        .says = ":solution/",
        .hint = "That is a solution, a campaign serves it: `aws personalize list-campaigns "
                "--solution-arn {subject}` tells which. recloop config set campaign_arn ARN.",
    },
    {
        .kind = CLIENT_CALL_RECOMMENDATIONS,
        .code = "ResourceNotFoundException",
        .hint = "There is no {subject} in {region} for this account, or it is not ACTIVE yet. "
                "Compare it with the campaign's page: recloop config set campaign_arn ARN.",
    },
    {
        .kind = CLIENT_CALL_RECOMMENDATIONS,
        .code = "AccessDeniedException",
        .hint = "Allow personalize:GetRecommendations on {subject} for the identity of {origin}.",
    },
    {
        .kind = CLIENT_CALL_RECOMMENDATIONS,
        .code = "InvalidInputException",
        .says = "filter",
        .hint = "Check that the filter is ACTIVE and of the same dataset group: "
                "recloop config set filter_arn ARN, or unset it.",
    },
    {
        .kind = CLIENT_CALL_RECOMMENDATIONS,
        .code = "InvalidInputException",
        .hint =
            "The campaign's recipe decides what it needs: user personalisation a --user, related "
            "items an --item. Check that campaign_arn is a campaign, not a solution.",
    },
    {
        .kind = CLIENT_CALL_RANKING,
        .code = "ResourceNotFoundException",
        .when_region_differs = true,
        .hint = "The campaign is in {arn_region}, but we asked in {region}: "
                "recloop config set region {arn_region}.",
    },
    {
        .kind = CLIENT_CALL_RANKING,
        .code = "ResourceNotFoundException",
        .hint = "There is no {subject} in {region} for this account, or it is not ACTIVE yet: "
                "recloop config set ranking_campaign_arn ARN.",
    },
    {
        .kind = CLIENT_CALL_RANKING,
        .code = "AccessDeniedException",
        .hint =
            "Allow personalize:GetPersonalizedRanking on {subject} for the identity of {origin}.",
    },
    {
        .kind = CLIENT_CALL_RANKING,
        .code = "InvalidInputException",
        .hint = "Ranking needs a campaign of the personalized-ranking recipe: "
                "recloop config set ranking_campaign_arn ARN.",
    },

    // Events.
    {
        .kind = CLIENT_CALL_PUT_EVENTS,
        .code = "AccessDeniedException",
        .hint =
            "Allow personalize:PutEvents on Resource \"*\" for the identity of {origin}; a policy "
            "that names only the event tracker is not enough.",
    },
    {
        .kind = CLIENT_CALL_PUT_EVENTS,
        .code = "ResourceNotFoundException",
        .hint =
            "No event tracker in {region} has the tracking id {subject}. Copy it (a UUID, not an "
            "ARN) from the tracker's page: recloop config set tracking_id UUID.",
    },
    {
        .kind = CLIENT_CALL_PUT_EVENTS,
        .code = "InvalidInputException",
        .hint = "Check the tracking id (a UUID, not an ARN, of a tracker in {region}): "
                "recloop config set tracking_id UUID.",
    },

    // Lambda.
    {
        .kind = CLIENT_CALL_INVOKE,
        .code = "ResourceNotFoundException",
        .when_region_differs = true,
        .hint =
            "The function is in {arn_region}, but the call went to {region}. Segment's default is "
            "us-west-2: recloop config set destination_region {arn_region}.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .code = "ResourceNotFoundException",
        .hint =
            "There is no function {subject} in {region}. Check its name (the workshop's is "
            "SegmentPersonalizeDestinationHandler) and the destination's region: recloop config "
            "set destination_region REGION.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .code = "AccessDeniedException",
        .when_region_differs = true,
        .hint = "The function is in {arn_region}, but the call went to {region}, which the role's "
                "policy does not cover: recloop config set destination_region {arn_region}.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .code = "AccessDeniedException",
        .hint =
            "The role's policy allows lambda:InvokeFunction for another function or region than "
            "{subject} in {region}. Give the function the name in the policy, or change the "
            "policy; an alias or version after the name is not covered by it.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .code = "TooManyRequestsException",
        .hint = "The function runs as often as it may. Wait, or raise its reserved concurrency.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .code = "InvalidRequestContentException",
        .hint = "The payload is no JSON. Check the file given with --event.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .says = "Task timed out",
        .hint = "Raise the function's timeout above the default of 3 s: aws lambda "
                "update-function-configuration --function-name {subject} --timeout 15.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .says = "connections_source_write_key",
        .hint = "Set the environment variable connections_source_write_key of the function to the "
                "write key of personas-event-source.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .says = "personalize_tracking_id",
        .hint =
            "Set the environment variable personalize_tracking_id of the function to the tracking "
            "id of the event tracker.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .says = "personalize_campaign_arn",
        .hint =
            "Set the environment variable personalize_campaign_arn of the function to the ARN of "
            "the campaign.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .code = "Runtime.ImportModuleError",
        .hint =
            "The function's handler names a module that is not in the package: the workshop's is "
            "app.lambda_handler.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .code = "Runtime.InvalidEntrypoint",
        .hint =
            "The package has no executable `bootstrap` at its root: recloop lambda package, then "
            "recloop lambda deploy.",
    },
    {
        .kind = CLIENT_CALL_INVOKE,
        .says = "not authorized to perform: personalize:",
        .hint =
            "The function's execution role may not call Personalize. Give the function the role "
            "SegmentPersonalizeLambdaRole, or allow the action named here.",
    },

    // STS.
    {
        .kind = CLIENT_CALL_ASSUME_ROLE,
        .code = "AccessDenied",
        .says = "identity-based policy",
        .hint = "The identity of {origin} may not assume roles: allow sts:AssumeRole on {subject}.",
    },
    {
        .kind = CLIENT_CALL_ASSUME_ROLE,
        .code = "AccessDenied",
        .says = "explicit deny",
        .hint = "A policy denies it in so many words: look for Deny in the role's trust policy.",
    },
    {
        .kind = CLIENT_CALL_ASSUME_ROLE,
        .code = "AccessDenied",
        .hint =
            "AWS does not say which: the external id differs from sts:ExternalId in the role's "
            "trust policy (recloop config set external_id VALUE), the trusted principal is another "
            "account, or there is no role {subject}.",
    },
    {
        .kind = CLIENT_CALL_ASSUME_ROLE,
        .code = "ValidationError",
        .hint = "A role ARN looks like arn:aws:iam::123456789012:role/NAME, not the name alone: "
                "recloop config set destination_role_arn ARN.",
    },
    {
        .kind = CLIENT_CALL_ASSUME_ROLE,
        .code = "RegionDisabledException",
        .hint =
            "STS is not activated in {region}: activate it in the account's settings, or choose "
            "another region.",
    },

    {
        .kind = CLIENT_CALL_LOG_EVENTS,
        .code = "ResourceNotFoundException",
        .hint = "There is no log group {subject} in {region}: it appears with the function's first "
                "run. Compare lambda_function and region, then invoke it once.",
    },
    {
        .kind = CLIENT_CALL_LOG_EVENTS,
        .code = "AccessDeniedException",
        .hint = "Allow logs:FilterLogEvents on {subject} to the user of these keys.",
    },
    {
        .kind = CLIENT_CALL_LOG_EVENTS,
        .code = "InvalidParameterException",
        .hint = "Look at the pattern: words, \"quoted text\", ?either ?or, or a pattern for JSON "
                "in braces.",
    },
    {
        .kind = CLIENT_CALL_LOG_STREAMS,
        .code = "ResourceNotFoundException",
        .hint = "There is no log group {subject} in {region}: it appears with the function's first "
                "run. Compare lambda_function and region, then invoke it once.",
    },
    {
        .kind = CLIENT_CALL_LOG_STREAMS,
        .code = "AccessDeniedException",
        .hint = "Allow logs:DescribeLogStreams on {subject} to the user of these keys.",
    },

    // Any AWS call.
    {
        .kind = ANY_CALL,
        .code = "MissingAuthenticationTokenException",
        .hint =
            "The signature did not arrive: a proxy removed it, or the URL is not the service's.",
    },

    // Segment and our own.
    {
        .kind = CLIENT_CALL_PROFILE,
        .code = "401",
        .says = "space",
        .hint =
            "The token is of another space than profile_space_id; both stand under Unify "
            "settings, API access: recloop config set profile_space_id ID, or a token of this one.",
    },
    {
        .kind = CLIENT_CALL_PROFILE,
        .code = "401",
        .hint = "The access token is not one of this space's. Make one under Unify settings, API "
                "access: recloop config set profile_api_token TOKEN.",
    },
    {
        .kind = CLIENT_CALL_PROFILE,
        .code = "403",
        .hint = "The token is for another space: recloop config set profile_space_id ID.",
    },
    {
        .kind = CLIENT_CALL_PROFILE,
        .code = "404",
        .hint =
            "Nobody with the id {subject} is known there yet: send an event for them first, and "
            "check profile_space_id and segment_region.",
    },
    {
        .kind = CLIENT_CALL_ENDPOINT,
        .code = "403",
        .hint =
            "The gateway's trigger is not open, or the path is wrong: the URL ends in the name of "
            "the function (recloop config set recommendations_url URL).",
    },
    {
        .kind = CLIENT_CALL_ENDPOINT,
        .code = "502",
        .hint =
            "The function behind the gateway crashed. Without a user or with a wrong campaign the "
            "workshop's does: give --user, and check its environment variables.",
    },
    {
        .kind = CLIENT_CALL_ENDPOINT,
        .code = "500",
        .hint = "Set the environment variable personalize_campaign_arn of the function.",
    },
};

static bool
fits(const struct remedy *row, const struct remedies_facts *facts, bool region_differs) {
    if (row->kind != ANY_CALL && row->kind != facts->kind) return false;
    if (row->code && !str_equal(str_from(row->code), facts->code)) return false;
    if (row->says && !str_contains(facts->message, str_from(row->says))) return false;
    return region_differs || !row->when_region_differs;
}

// Values come from settings or the network: made printable, "it" when missing.
static void add_value(struct buf *out, struct str value) {
    if (value.len)
        buf_add_printable(out, value);
    else
        buf_add(out, STR("it"));
}

static void add_named(
    struct buf *out, struct str name, const struct remedies_facts *facts, struct str arn_region) {
    if (str_equal(name, STR("key_id")) && facts->key_id.len)
        secret_add_masked_text(out, facts->key_id);
    else if (str_equal(name, STR("key_id")))
        buf_add(out, STR("in use"));
    else if (str_equal(name, STR("region")))
        add_value(out, facts->region);
    else if (str_equal(name, STR("arn_region")))
        add_value(out, arn_region);
    else if (str_equal(name, STR("subject")))
        add_value(out, facts->subject);
    else if (str_equal(name, STR("origin")) && facts->origin.len)
        buf_add_printable(out, facts->origin);
    else if (str_equal(name, STR("origin")))
        buf_add(out, STR("the keys in use"));
    else
        add_value(out, (struct str){0});
}

static void add_hint(
    struct buf *out, const char *hint, const struct remedies_facts *facts, struct str arn_region) {
    struct str rest = str_from(hint);
    while (rest.len) {
        const size_t open = str_find_char(rest, '{');
        buf_add(out, str_slice(rest, 0, open));
        rest = str_skip(rest, open);
        if (!rest.len) return;
        const size_t close = str_find_char(rest, '}');
        add_named(out, str_slice(rest, 1, close - 1), facts, arn_region);
        rest = str_skip(rest, close + 1);
    }
}

bool remedies_find(const struct remedies_facts *facts, struct buf *out) {
    struct arn arn = {0};
    struct error ignored = {0};
    const bool is_arn = arn_parse(facts->subject, &arn, &ignored);
    const bool region_differs =
        is_arn && arn.region.len && facts->region.len && !str_equal(arn.region, facts->region);
    for (size_t i = 0; i < ARRAY_COUNT(remedies); i++) {
        if (!fits(&remedies[i], facts, region_differs)) continue;
        add_hint(out, remedies[i].hint, facts, arn.region);
        return true;
    }
    return false;
}
