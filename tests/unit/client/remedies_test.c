// remedies — for each refusal people meet, the hint that names the cure.
#include "support/test.h"

#include "client/remedies.h"

#define ROLE "arn:aws:iam::123456789012:role/segment-execute"
#define CAMPAIGN "arn:aws:personalize:eu-west-1:123456789012:campaign/shoe-recs"
#define FUNCTION "arn:aws:lambda:us-east-1:123456789012:function:shoe-fn"

static const struct remedy_case {
    enum client_call_kind kind;
    const char *code, *message, *region, *subject, *hint;
} cases[] = {
    {CLIENT_CALL_RECOMMENDATIONS, "InvalidSignatureException", "does not match", "us-east-1",
     CAMPAIGN, "secret key does not belong to key id ••••0001 (from profile work)"},
    {CLIENT_CALL_RECOMMENDATIONS, "InvalidSignatureException", "Signature expired: x", "us-east-1",
     CAMPAIGN, "clock"},
    {CLIENT_CALL_ASSUME_ROLE, "SignatureDoesNotMatch", "Signature not yet current", "us-east-1",
     ROLE, "clock"},
    {CLIENT_CALL_ASSUME_ROLE, "SignatureDoesNotMatch", "to a valid region", "us-east-1", ROLE,
     "signed for us-east-1"},
    {CLIENT_CALL_PUT_EVENTS, "UnrecognizedClientException", "", "us-east-1", "id",
     "Key id ••••0001 (from profile work) is not known"},
    {CLIENT_CALL_CALLER_IDENTITY, "InvalidClientTokenId", "", "us-east-1", "", "not known"},
    {CLIENT_CALL_INVOKE, "ExpiredTokenException", "", "us-east-1", FUNCTION, "has ended"},
    {CLIENT_CALL_RECOMMENDATIONS, "ResourceNotFoundException", "", "us-east-1", CAMPAIGN,
     "in eu-west-1, but we asked in us-east-1: recloop config set region eu-west-1"},
    {CLIENT_CALL_RECOMMENDATIONS, "ResourceNotFoundException", "", "eu-west-1", CAMPAIGN,
     "There is no " CAMPAIGN},
    {CLIENT_CALL_PUT_EVENTS, "AccessDeniedException", "", "us-east-1", "id", "Resource \"*\""},
    {CLIENT_CALL_PUT_EVENTS, "ResourceNotFoundException", "", "us-east-1", "id",
     "a UUID, not an ARN"},
    {CLIENT_CALL_INVOKE, "ResourceNotFoundException", "", "us-west-2", FUNCTION,
     "in us-east-1, but the call went to us-west-2"},
    {CLIENT_CALL_INVOKE, "ResourceNotFoundException", "", "us-east-1", "shoe-fn",
     "SegmentPersonalizeDestinationHandler"},
    {CLIENT_CALL_INVOKE, "AccessDeniedException", "", "us-west-2", FUNCTION,
     "recloop config set destination_region us-east-1"},
    {CLIENT_CALL_INVOKE, "AccessDeniedException", "", "us-east-1", FUNCTION,
     "another function or region than " FUNCTION},
    {CLIENT_CALL_RECOMMENDATIONS, "ResourceNotFoundException",
     "Could not find filter with ARN: arn:aws:personalize:us-east-1:123456789012:filter/none",
     "us-east-1", "a-campaign", "recloop config set filter_arn ARN, or unset it"},
    {CLIENT_CALL_INVOKE, "Sandbox.Timedout", "x Task timed out after 3.00 seconds", "us-east-1",
     "shoe-fn", "--timeout 15"},
    {CLIENT_CALL_INVOKE, "KeyError", "'connections_source_write_key'", "us-east-1", "shoe-fn",
     "write key of personas-event-source"},
    {CLIENT_CALL_ASSUME_ROLE, "AccessDenied", "not authorized to perform: sts:AssumeRole",
     "us-east-1", ROLE, "recloop config set external_id"},
    {CLIENT_CALL_ASSUME_ROLE, "AccessDenied", "because no identity-based policy allows",
     "us-east-1", ROLE, "allow sts:AssumeRole on " ROLE},
    {CLIENT_CALL_PROFILE, "401", "", "", "u-17", "profile_api_token"},
    {CLIENT_CALL_PROFILE, "401", "The access token does not belong to this space.", "", "u-17",
     "recloop config set profile_space_id ID"},
    {CLIENT_CALL_RECOMMENDATIONS, "ResourceNotFoundException",
     "Could not find campaign with ARN: arn:aws:personalize:us-east-1:123456789012:solution/mine",
     "us-east-1", "arn:aws:personalize:us-east-1:123456789012:solution/mine",
     "--solution-arn arn:aws:personalize:us-east-1:123456789012:solution/mine"},
    {CLIENT_CALL_PROFILE, "404", "", "", "u-17", "Nobody with the id u-17"},
    {CLIENT_CALL_ENDPOINT, "502", "", "", "", "crashed"},
};

static struct remedies_facts facts_of(const struct remedy_case *at) {
    return (struct remedies_facts){
        .kind = at->kind,
        .code = str_from(at->code),
        .message = str_from(at->message),
        .region = str_from(at->region),
        .subject = str_from(at->subject),
        .key_id = STR("AKIDSANDBOX00000001"),
        .origin = STR("profile work"),
    };
}

static void remedies_name_the_cure(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf hint = {0};
        const struct remedies_facts facts = facts_of(&cases[i]);
        print_message("%s %s\n", client_call_name(cases[i].kind), cases[i].code);
        assert_true(remedies_find(&facts, &hint));
        assert_contains(buf_str(&hint), cases[i].hint);
        assert_false(str_contains(buf_str(&hint), STR("{")));
        assert_false(str_contains(buf_str(&hint), STR("AKIDSANDBOX")));
        assert_true(hint.len < sizeof(((struct error *)0)->hint)); // nothing is cut off
    }
}

static void remedies_stay_silent_about_the_unknown(void **state) {
    CLEANUP(buf_release) struct buf hint = {0};
    const struct remedies_facts facts = {
        .kind = CLIENT_CALL_PUT_EVENTS, .code = STR("TeapotException")};
    (void)state;
    assert_false(remedies_find(&facts, &hint));
    assert_int_equal(hint.len, 0);
}

static void remedies_read_well_without_facts(void **state) {
    CLEANUP(buf_release) struct buf hint = {0};
    const struct remedies_facts facts = {
        .kind = CLIENT_CALL_ASSUME_ROLE, .code = STR("InvalidClientTokenId")};
    (void)state;
    assert_true(remedies_find(&facts, &hint));
    assert_contains(buf_str(&hint), "Key id in use (from the keys in use)");
}

static void remedies_show_foreign_text_safely(void **state) {
    CLEANUP(buf_release) struct buf hint = {0};
    const struct remedies_facts facts = {
        .kind = CLIENT_CALL_PROFILE, .code = STR("404"), .subject = STR("u\x1b[2J")};
    (void)state;
    assert_true(remedies_find(&facts, &hint));
    assert_false(str_contains(buf_str(&hint), STR("\x1b")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(remedies_name_the_cure),
    cmocka_unit_test(remedies_stay_silent_about_the_unknown),
    cmocka_unit_test(remedies_read_well_without_facts),
    cmocka_unit_test(remedies_show_foreign_text_safely),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
