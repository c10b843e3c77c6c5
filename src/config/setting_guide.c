// setting_guide — see the header.
#include "config/setting_guide.h"

#include "base/attributes.h"

static const struct setting_guide guides[] = {
    {
        .key = "region",
        .where = "AWS console, at the right of the top bar: the code beside the region's name. It "
                 "is also the "
                 "fourth part of every ARN of Personalize and Lambda.",
        .mistake = "The console remembers a region per browser: look at the ARN, not at the bar.",
    },
    {
        .key = "aws_profile",
        .where = "The section names in ~/.aws/config and ~/.aws/credentials (aws configure "
                 "list-profiles). "
                 "Unset: the standard chain of AWS decides.",
    },
    {
        .key = "campaign_arn",
        .where = "AWS console › Amazon Personalize › your dataset group › Campaigns › "
                 "segment-workshop-campaign › Campaign ARN.",
        .step = "Exercise 4, part 1, steps 18–26: the function's environment variable "
                "personalize_campaign_arn.",
        .mistake = "The ARN of the solution instead of the campaign, or a campaign that is not "
                   "ACTIVE yet.",
    },
    {
        .key = "related_campaign_arn",
        .where = "AWS console › Amazon Personalize › your dataset group › Campaigns: one whose "
                 "recipe is "
                 "SIMS or Similar-Items.",
    },
    {
        .key = "ranking_campaign_arn",
        .where = "AWS console › Amazon Personalize › your dataset group › Campaigns: one whose "
                 "recipe is "
                 "Personalized-Ranking.",
    },
    {
        .key = "filter_arn",
        .where = "AWS console › Amazon Personalize › your dataset group › Filters › your filter.",
    },
    {
        .key = "tracking_id",
        .where = "AWS console › Amazon Personalize › your dataset group › Event trackers › your "
                 "tracker › "
                 "Tracking ID.",
        .step = "Exercise 4, part 1, steps 27–36: the function's environment variable "
                "personalize_tracking_id.",
        .mistake = "The tracker's ARN pasted instead of its id; Finish not pressed when it was "
                   "made. A dataset "
                   "group has one tracker only.",
    },
    {
        .key = "lambda_function",
        .where = "AWS console › Lambda › Functions › SegmentPersonalizeDestinationHandler: the ARN "
                 "stands at "
                 "the top of its page.",
        .step = "Exercise 4, part 1, steps 1–10 make it; part 2, steps 7–16 give its ARN to the "
                "destination.",
        .mistake =
            "An ARN with a version after the name; another name than the role's policy allows.",
    },
    {
        .key = "destination_role_arn",
        .where = "AWS console › IAM › Roles, search for SegmentExecutePersonalizeLambda › ARN.",
        .step = "Exercise 4, part 2, steps 17–27: Role Address of the destination.",
        .mistake = "The function's own execution role (…SegmentPersonalizeLambdaRole…) pasted "
                   "instead; the end "
                   "of the name lost.",
    },
    {
        .key = "external_id",
        .where = "Segment › Destinations › Amazon Personalize › Settings › External ID. It must "
                 "equal the "
                 "condition sts:ExternalId in the trust policy of the role.",
        .step = "Exercise 4, part 2, steps 28–30: 123456789, as the workshop's template has it.",
        .mistake =
            "Segment shows the workspace's id there today and does not let it be changed: then the "
            "trust policy must list that id.",
    },
    {
        .key = "destination_region",
        .where = "Segment › Destinations › Amazon Personalize › Settings › Region.",
        .step = "Exercise 4, part 2, steps 31–33: us-east-1.",
        .mistake = "Forgotten: Segment's default is us-west-2, where the function is not.",
    },
    {
        .key = "log_type",
        .where = "Segment › Destinations › Amazon Personalize › Settings › Log Type.",
        .step = "Exercise 4, part 2, steps 34–36: Tail.",
        .mistake =
            "None: the event tester then shows no log, and a silent failure looks like a success.",
    },
    {
        .key = "website_write_key",
        .where =
            "Segment › Connections › Sources › website-prod › Settings › API Keys › Write Key.",
        .step = "Exercise 4, part 3, steps 1–3: the generator sends with it.",
        .mistake = "The key of another source: the API answers 200 for any of them.",
    },
    {
        .key = "android_write_key",
        .where =
            "Segment › Connections › Sources › android-prod › Settings › API Keys › Write Key.",
        .step = "Exercise 4, part 3, steps 1–3.",
    },
    {
        .key = "ios_write_key",
        .where = "Segment › Connections › Sources › ios-prod › Settings › API Keys › Write Key.",
        .step = "Exercise 4, part 3, steps 1–3.",
    },
    {
        .key = "email_write_key",
        .where = "Segment › Connections › Sources › email-prod › Settings › API Keys › Write Key.",
    },
    {
        .key = "personas_write_key",
        .where = "Segment › Connections › Sources › personas-event-source › Overview › Write Key.",
        .step = "Exercise 4, part 1, steps 37–43: the function's environment variable "
                "connections_source_write_key.",
        .mistake = "The key of website-prod instead. The page that says connections_source_api_key "
                   "is old: the "
                   "function reads connections_source_write_key.",
    },
    {
        .key = "profile_space_id",
        .where = "Segment › Unify › your space › Settings › API access › Space ID.",
        .step = "Exercise 3: the endpoint's environment variable personas_workspace_id.",
        .mistake = "The workspace's name instead of the space's id.",
    },
    {
        .key = "profile_api_token",
        .where = "Segment › Unify › your space › Settings › API access › Generate Token. It is "
                 "shown once.",
        .step = "Exercise 3: the endpoint's environment variable personas_api_key.",
        .mistake = "The token of another space: a token belongs to one.",
    },
    {
        .key = "user_id",
        .where = "Segment › Unify › Profile explorer › a profile › Identities › user_id.",
        .step = "Exercise 4, part 2, steps 38–40: 2941404340 in the event tester.",
    },
    {
        .key = "recommendations_url",
        .where = "AWS console › Lambda › the function of Exercise 3 › Configuration › Triggers › "
                 "API Gateway › "
                 "API endpoint.",
        .step = "Exercise 3: the trigger is added with security Open.",
        .mistake = "The address of the API without its stage.",
    },
    {
        .key = "segment_region",
        .where =
            "Segment › Settings › Workspace settings › General › Data residency; the address is "
            "eu1.app.segment.com for the EU.",
    },
    {
        .key = "tracking_url",
        .where = "Nowhere in Segment: set it only for a proxy or another stand-in. Unset: "
                 "segment_region "
                 "decides.",
    },
    {
        .key = "profile_url",
        .where = "Nowhere in Segment: set it only for a proxy or another stand-in. Unset: "
                 "segment_region "
                 "decides.",
    },
    {
        .key = "aws_endpoint_url",
        .where = "Nowhere in AWS: set it only for a stand-in such as the sandbox. Unset: the "
                 "region decides.",
    },
};

const struct setting_guide *setting_guide_find(struct str key) {
    for (size_t i = 0; i < ARRAY_COUNT(guides); i++) {
        if (str_equal(key, str_from(guides[i].key))) return &guides[i];
    }
    return NULL;
}
