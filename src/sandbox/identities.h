// identities — the sandbox's fixed names that routes and policies need as constants.
//
// Threads  any.
// Source   product.md 4; role names as CloudFormation made them in the workshop ("Role" is cut off).
#pragma once

#define IDENTITIES_REGION "us-east-1"
#define IDENTITIES_ACCOUNT "123456789012"
#define IDENTITIES_ACCESS_KEY_ID "AKIARECLOOPSANDBOX01"
#define IDENTITIES_SECRET_ACCESS_KEY "notARealSecret/OnlyForTheLocalSandbox+01"
#define IDENTITIES_USER_NAME "recloop"

#define IDENTITIES_CAMPAIGN "segment-workshop-campaign"
#define IDENTITIES_CAMPAIGN_RELATED "segment-workshop-related"
#define IDENTITIES_CAMPAIGN_RANKING "segment-workshop-ranking"
#define IDENTITIES_CAMPAIGN_POPULAR "segment-workshop-popular"
#define IDENTITIES_FILTER "exclude-purchased"
#define IDENTITIES_FILTERED_EVENT "Order Completed"
#define IDENTITIES_TRACKING_ID "7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001"

#define IDENTITIES_FUNCTION "SegmentPersonalizeDestinationHandler"
#define IDENTITIES_ENDPOINT_FUNCTION "SegmentPersonalizeRecommendations"
#define IDENTITIES_DESTINATION_ROLE                                                                \
    "module-personalize-SegmentExecutePersonalizeLambda-1SANDBOX2LOOP"
#define IDENTITIES_EXECUTION_ROLE "module-personalize-SegmentPersonalizeLambdaRole-3SANDBOX4LOOP"
#define IDENTITIES_EXTERNAL_ID "123456789"

#define IDENTITIES_SPACE_ID "recloopSandboxSpace01"
#define IDENTITIES_PROFILE_TOKEN "recloopProfileApiTokenOfTheSandbox01"
#define IDENTITIES_PROJECT_ID "recloopSandbox"
#define IDENTITIES_USER_ID "2941404340"
#define IDENTITIES_DESTINATION "Amazon Personalize"

// The sources, in the order of their stored numbers: append only.
#define IDENTITIES_SOURCES(X)                                                                      \
    X(SOURCE_WEBSITE, "website-prod", "RecloopWebsiteProdSandboxKey0001", "srcWebsiteProd01")      \
    X(SOURCE_ANDROID, "android-prod", "RecloopAndroidProdSandboxKey0002", "srcAndroidProd02")      \
    X(SOURCE_IOS, "ios-prod", "RecloopIosSandboxProdWriteKey003", "srcIosProd000003")              \
    X(SOURCE_EMAIL, "email-prod", "RecloopEmailSandboxProdKey000004", "srcEmailProd0004")          \
    X(SOURCE_PERSONAS, "personas-event-source", "RecloopPersonasSandboxEventKey05",                \
      "srcPersonasEvt05")

enum source_id {
#define X(id, name, key, segment_id) id,
    IDENTITIES_SOURCES(X)
#undef X
        SOURCE_COUNT
};

struct source {
    const char *name, *write_key, *segment_id;
};
const struct source *identities_source(enum source_id id);
