// lambda_calls — short ways to call Lambda in a fixture.
//
// Errors   each call returns the status, its answer is in the fixture; what a void one does must succeed.
#pragma once

#include "fixture.h"

#define FUNCTIONS "/2015-03-31/functions"
#define HANDLER FUNCTIONS "/SegmentPersonalizeDestinationHandler"
#define ENDPOINT FUNCTIONS "/SegmentPersonalizeRecommendations"
// A zip with one file, "bootstrap", that may be executed.
#define ZIP                                                                                        \
    "UEsDBBQAAAAAAAAAIQAdnfsECgAAAAoAAAAJAAAAYm9vdHN0cmFwIyEvYmluL3NoClBLAQIUAxQAAAAAAAAA"         \
    "IQAdnfsECgAAAAoAAAAJAAAAAAAAAAAAAADtgQAAAABib290c3RyYXBQSwUGAAAAAAEAAQA3AAAAMQAAAAAA"
#define ROLE                                                                                       \
    "arn:aws:iam::123456789012:role/"                                                              \
    "module-personalize-SegmentPersonalizeLambdaRole-3SANDBOX4LOOP"
#define EVENT                                                                                      \
    "{\"type\":\"track\",\"event\":\"Product Clicked\",\"userId\":\"2941404340\","                 \
    "\"anonymousId\":\"2941404340-anon\",\"messageId\":\"inv-1\","                                 \
    "\"timestamp\":\"2026-02-25T15:55:05.905Z\",\"properties\":{\"sku\":\"ocean-blue-shirt\"}}"
// The environment of the handler, variable by variable.
#define CAMPAIGN                                                                                   \
    "\"personalize_campaign_arn\":\"arn:aws:personalize:us-east-1:123456789012:"                   \
    "campaign/segment-workshop-campaign\""
#define TRACKER "\"personalize_tracking_id\":\"7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001\""
#define WRITE_KEY "\"connections_source_write_key\":\"RecloopPersonasSandboxEventKey05\""

// For cmocka_unit_test_setup_teardown: a sandbox in memory with instant statuses.
int lambda_set_up(void **state);
int lambda_call(struct fixture *fixture, const char *method, const char *target, const char *body);
int lambda_invoke(struct fixture *fixture, const char *target, const char *body);
// "ResourceConflictException" of the last refusal.
struct str lambda_error_type(const struct fixture *fixture);
struct str lambda_member(const struct fixture *fixture, const char *name);
// That a call that returned `got` was refused with this status, type and part of a text.
void assert_refused(
    struct fixture *fixture, int got, int status, const char *type, const char *text);
void lambda_create_shoe_fn(struct fixture *fixture);
// Sets the environment of the handler to these variables.
void lambda_set_environment(struct fixture *fixture, const char *variables);
