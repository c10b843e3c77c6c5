// pasted — every mistake by name, in one table; what the cleaner took; what is offered instead.
#include "aws/pasted.h"

#include "base/attributes.h"
#include "support/test.h"

#define CAMPAIGN "arn:aws:personalize:eu-west-1:210987654321:campaign/shoe-recs"
#define FUNCTION "arn:aws:lambda:eu-west-1:210987654321:function:shoe-fn"
#define ROLE "arn:aws:iam::210987654321:role/svc/shoe-role"
#define UUID "0c3e7e52-58c0-4a77-9a35-2f9b6f8e1d10"
#define KEY_ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN_25 "IQoJb3JpZ2luX2VjEHoaCXVz0"
#define TOKEN TOKEN_25 TOKEN_25 TOKEN_25 TOKEN_25 TOKEN_25

static const struct pasted_case {
    const char *text;
    enum pasted_kind wanted;
    enum pasted_mistake mistake;
    bool is_usable;
    const char *part;       // of message, looks_like or hint
    const char *suggestion; // NULL: none is expected
} cases[] = {
    {"", PASTED_CAMPAIGN_ARN, PASTED_EMPTY, false, "list-campaigns", NULL},
    {" \"\" ", PASTED_CAMPAIGN_ARN, PASTED_EMPTY, false, "list-campaigns", NULL},
    // campaign and its relatives
    {"arn:aws:personalize:eu-west-1:210987654321:solution/shoes", PASTED_CAMPAIGN_ARN,
     PASTED_SOLUTION, false,
     "--solution-arn arn:aws:personalize:eu-west-1:210987654321:solution/shoes", NULL},
    {"arn:aws:personalize:eu-west-1:210987654321:solution/shoes/3f9a1c2e", PASTED_CAMPAIGN_ARN,
     PASTED_SOLUTION, false, "solution version shoes / 3f9a1c2e", NULL},
    {"arn:aws:personalize:eu-west-1:210987654321:recommender/r", PASTED_CAMPAIGN_ARN,
     PASTED_RECOMMENDER, false, "recommenderArn", NULL},
    {CAMPAIGN, PASTED_RECOMMENDER_ARN, PASTED_CAMPAIGN, false, "campaign_arn", NULL},
    {"arn:aws:personalize:eu-west-1:210987654321:dataset-group/g", PASTED_CAMPAIGN_ARN,
     PASTED_WRONG_RESOURCE, false, "a dataset group", NULL},
    {"arn:aws:personalize:eu-west-1:210987654321:filter/f", PASTED_CAMPAIGN_ARN,
     PASTED_WRONG_RESOURCE, false, "a filter", NULL},
    {"arn:aws:personalize:::recipe/aws-sims", PASTED_CAMPAIGN_ARN, PASTED_WRONG_RESOURCE, false,
     "a recipe", NULL},
    {"arn:aws:personalize:eu-west-1:210987654321:event-tracker/a1b2c3d4", PASTED_CAMPAIGN_ARN,
     PASTED_WRONG_RESOURCE, false, "an event tracker", NULL},
    {CAMPAIGN, PASTED_FILTER_ARN, PASTED_WRONG_RESOURCE, false, "list-filters", NULL},
    {"arn:aws:personalize:eu-west-1:210987654321:campain/x", PASTED_CAMPAIGN_ARN,
     PASTED_WRONG_RESOURCE, false, "campain/x", NULL},
    {"arn:aws:personalize:eu-west-1:210987654321:dataset-group/g", PASTED_DATASET_ARN,
     PASTED_DATASET_GROUP, false, "ITEMS",
     "arn:aws:personalize:eu-west-1:210987654321:dataset/g/ITEMS"},
    {UUID, PASTED_CAMPAIGN_ARN, PASTED_ID_FOR_ARN, false, "a tracking id", NULL},
    {UUID, PASTED_EVENT_TRACKER_ARN, PASTED_ID_FOR_ARN, false, "list-event-trackers", NULL},
    {"shoe-recs", PASTED_CAMPAIGN_ARN, PASTED_NAME_FOR_ARN, false, "a name", NULL},
    {"what is this?", PASTED_CAMPAIGN_ARN, PASTED_UNREADABLE, false, "arn:", NULL},
    // tracking id
    {"arn:aws:personalize:eu-west-1:210987654321:event-tracker/a1b2c3d4", PASTED_TRACKING_ID,
     PASTED_ARN_FOR_ID, false, "describe-event-tracker", NULL},
    {CAMPAIGN, PASTED_TRACKING_ID, PASTED_ARN_FOR_ID, false, "the ARN of campaign shoe-recs", NULL},
    {"shoe-tracker", PASTED_TRACKING_ID, PASTED_UNREADABLE, false, "UUID", NULL},
    // functions
    {"https://abc123.lambda-url.eu-west-1.on.aws/", PASTED_FUNCTION, PASTED_FUNCTION_URL, false,
     "list-functions", NULL},
    {"https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions/"
     "shoe-fn?tab=code",
     PASTED_FUNCTION, PASTED_CONSOLE_URL, false, "in region eu-west-1", "shoe-fn"},
    {"https://console.aws.amazon.com/personalize/home?region=us-west-2", PASTED_CAMPAIGN_ARN,
     PASTED_CONSOLE_URL, false, "in region us-west-2", NULL},
    {"https://example.com/x", PASTED_CAMPAIGN_ARN, PASTED_UNREADABLE, false, "a web address", NULL},
    {FUNCTION ":", PASTED_FUNCTION, PASTED_QUALIFIER_LOST, false, "shell", FUNCTION},
    {"shoe-fn:LATEST", PASTED_FUNCTION, PASTED_QUALIFIER_LOST, false, "$LATEST", "shoe-fn"},
    {FUNCTION ":7", PASTED_FUNCTION, PASTED_QUALIFIER_PINNED, true, "alias", NULL},
    {"shoe-fn:7", PASTED_FUNCTION, PASTED_QUALIFIER_PINNED, true, "version 7", NULL},
    {"shoe-fn", PASTED_FUNCTION_ARN, PASTED_NAME_FOR_ARN, false, "ARN is wanted", NULL},
    {"210987654321:function:shoe-fn", PASTED_FUNCTION_ARN, PASTED_NAME_FOR_ARN, false, "part",
     NULL},
    {"shoe fn!", PASTED_FUNCTION, PASTED_UNREADABLE, false, "neither", NULL},
    {ROLE, PASTED_FUNCTION, PASTED_WRONG_RESOURCE, false, "an IAM role", NULL},
    // roles
    {"arn:aws:iam::210987654321:instance-profile/p", PASTED_ROLE_ARN, PASTED_INSTANCE_PROFILE,
     false, "--instance-profile-name p", NULL},
    {"arn:aws:iam::aws:policy/AdministratorAccess", PASTED_ROLE_ARN, PASTED_POLICY, false,
     "attached", NULL},
    {"arn:aws:iam::210987654321:user/ann", PASTED_ROLE_ARN, PASTED_USER, false, "assumed", NULL},
    {"arn:aws:sts::210987654321:assumed-role/shoe-role/s", PASTED_ROLE_ARN, PASTED_ASSUMED_ROLE,
     false, "session", "arn:aws:iam::210987654321:role/shoe-role"},
    {"shoe-role", PASTED_ROLE_ARN, PASTED_NAME_FOR_ARN, false, "get-role", NULL},
    {ROLE, PASTED_ROLE_NAME, PASTED_ARN_FOR_NAME, false, "name", "shoe-role"},
    {"/svc/shoe-role", PASTED_ROLE_NAME, PASTED_ARN_FOR_NAME, false, "path", "shoe-role"},
    {"shoe role", PASTED_ROLE_NAME, PASTED_UNREADABLE, false, "64", NULL},
    {"arn:aws:iam:eu-west-1:210987654321:role/r", PASTED_ROLE_ARN, PASTED_ARN_BROKEN, false,
     "no region", NULL},
    // regions
    {"eu-west-1a", PASTED_REGION, PASTED_ZONE_FOR_REGION, false, "zone", "eu-west-1"},
    {"us-east1", PASTED_REGION, PASTED_REGION_TYPO, false, "Use us-east-1", "us-east-1"},
    {"eu_west_1", PASTED_REGION, PASTED_REGION_TYPO, false, "eu-west-1", "eu-west-1"},
    {"EU-WEST-1", PASTED_REGION, PASTED_REGION_TYPO, false, "eu-west-1", "eu-west-1"},
    {"eu-wets-1", PASTED_REGION, PASTED_REGION_TYPO, true, "eu-west-1", "eu-west-1"},
    {"Europe (Ireland)", PASTED_REGION, PASTED_REGION_NAME, false, "code", "eu-west-1"},
    {"N. Virginia", PASTED_REGION, PASTED_REGION_NAME, false, "code", "us-east-1"},
    {CAMPAIGN, PASTED_REGION, PASTED_ARN_FOR_ID, false, "region", "eu-west-1"},
    {"somewhere", PASTED_REGION, PASTED_UNREADABLE, false, "not a region", NULL},
    {"arn:aws:personalize:eu-west-1b:210987654321:campaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_ZONE_FOR_REGION, false, "zone",
     "arn:aws:personalize:eu-west-1:210987654321:campaign/c"},
    {"arn:aws:personalize:us-east1:210987654321:campaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_REGION_TYPO, false, "us-east-1",
     "arn:aws:personalize:us-east-1:210987654321:campaign/c"},
    {"arn:aws:personalize:cn-north-1:210987654321:campaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_PARTITION, false, "aws-cn",
     "arn:aws-cn:personalize:cn-north-1:210987654321:campaign/c"},
    {"arn:aws-us-gov:lambda:eu-west-1:210987654321:function:f", PASTED_FUNCTION, PASTED_PARTITION,
     false, "aws-us-gov", "arn:aws:lambda:eu-west-1:210987654321:function:f"},
    // accounts
    {"2109-8765-4321", PASTED_ACCOUNT_ID, PASTED_ACCOUNT_DASHES, false, "dashes", "210987654321"},
    {"10987654321", PASTED_ACCOUNT_ID, PASTED_ACCOUNT_SHORT, false, "zero", "010987654321"},
    {"2.1E+11", PASTED_ACCOUNT_ID, PASTED_ACCOUNT_SPREADSHEET, false, "spreadsheet", NULL},
    {"12345", PASTED_ACCOUNT_ID, PASTED_ACCOUNT_BAD, false, "twelve", NULL},
    {"123456789012", PASTED_ACCOUNT_ID, PASTED_ACCOUNT_PLACEHOLDER, true, "manuals", NULL},
    {CAMPAIGN, PASTED_ACCOUNT_ID, PASTED_ARN_FOR_ID, false, "account", "210987654321"},
    {"arn:aws:personalize:eu-west-1:2109-8765-4321:campaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_ACCOUNT_DASHES, false, "dashes", NULL},
    {"arn:aws:personalize:eu-west-1:10987654321:campaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_ACCOUNT_SHORT, false, "11 digits", NULL},
    {"arn:aws:personalize:eu-west-1:2.1E+11:campaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_ACCOUNT_SPREADSHEET, false, "spreadsheet", NULL},
    {"arn:aws:personalize:eu-west-1:123456789012:campaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_ACCOUNT_PLACEHOLDER, true, "manuals", NULL},
    // text
    {"arn:aws:personalize:eu-west-1:210987654321:c\xD0\xB0mpaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_LOOKALIKE, false, "U+0430 at position 45", NULL},
    {CAMPAIGN " " CAMPAIGN, PASTED_CAMPAIGN_ARN, PASTED_TWO_VALUES, false, "two ARNs", CAMPAIGN},
    {CAMPAIGN ",\n" FUNCTION, PASTED_CAMPAIGN_ARN, PASTED_TWO_VALUES, false, "two ARNs", CAMPAIGN},
    {"arn:aws:personalize:${AWS::Region}:${AWS::AccountId}:campaign/c", PASTED_CAMPAIGN_ARN,
     PASTED_TEMPLATE, false, "template", NULL},
    {"arn:aws:personalize:eu-west-1:<account-id>:campaign/c", PASTED_CAMPAIGN_ARN, PASTED_TEMPLATE,
     false, "template", NULL},
    {"arn:aws:personalize:eu-west-1:acct-id:campaign/c", PASTED_CAMPAIGN_ARN, PASTED_TEMPLATE,
     false, "template", NULL},
    {"{{campaign}}", PASTED_CAMPAIGN_ARN, PASTED_TEMPLATE, false, "template", NULL},
    {"REPLACE_ME", PASTED_WRITE_KEY, PASTED_TEMPLATE, false, "placeholder", NULL},
    {"arn:aws:personalize:eu-west-1", PASTED_CAMPAIGN_ARN, PASTED_ARN_BROKEN, false, "six parts",
     NULL},
    {"arn:aws:lambda::210987654321:function:f", PASTED_FUNCTION, PASTED_ARN_BROKEN, false, "region",
     NULL},
    {CAMPAIGN " (mine)", PASTED_CAMPAIGN_ARN, PASTED_ARN_BROKEN, false, "blank", CAMPAIGN},
    {"\xFF\xFE", PASTED_CAMPAIGN_ARN, PASTED_UNREADABLE, false, "UTF-8", NULL},
    // keys
    {SECRET, PASTED_ACCESS_KEY_ID, PASTED_KEY_SWAPPED, false, "secret access key", NULL},
    {KEY_ID, PASTED_SECRET_ACCESS_KEY, PASTED_KEY_SWAPPED, false, "access key id", NULL},
    {TOKEN, PASTED_ACCESS_KEY_ID, PASTED_TOKEN_FOR_KEY, false, "AWS_SESSION_TOKEN", NULL},
    {TOKEN, PASTED_SECRET_ACCESS_KEY, PASTED_TOKEN_FOR_KEY, false, "session token", NULL},
    {"AKIA", PASTED_ACCESS_KEY_ID, PASTED_KEY_BAD, false, "20 characters, this has 4", NULL},
    {"abc", PASTED_SECRET_ACCESS_KEY, PASTED_KEY_BAD, false, "40 characters, this has 3", NULL},
    {"ASIAIOSFODNN7EXAMPLE", PASTED_ACCESS_KEY_ID, PASTED_TOKEN_MISSING, true, "temporary", NULL},
    {KEY_ID, PASTED_WRITE_KEY, PASTED_WRITE_KEY_BAD, false, "access key id", NULL},
    {"sgp_0123456789abcdefghijklmnopqrst", PASTED_WRITE_KEY, PASTED_WRITE_KEY_BAD, false,
     "Public API", NULL},
    {"my key", PASTED_WRITE_KEY, PASTED_WRITE_KEY_BAD, false, "letters", NULL},
};

static void complain(const struct pasted_case *test, const struct pasted *got) {
    print_error(
        "\"%s\" as %s: got %s, wanted %s\n  message: %s\n  looks like: %s\n  hint: %s\n  "
        "suggestion: "
        "%s\n",
        test->text, pasted_kind_name(test->wanted), pasted_mistake_name(got->mistake),
        pasted_mistake_name(test->mistake), buf_text(&got->message), buf_text(&got->looks_like),
        buf_text(&got->hint), buf_text(&got->suggestion));
}

static bool is_as_expected(const struct pasted_case *test, const struct pasted *got) {
    const struct str part = str_from(test->part);
    const bool has_part = str_contains(buf_str(&got->message), part) ||
                          str_contains(buf_str(&got->looks_like), part) ||
                          str_contains(buf_str(&got->hint), part);
    return got->mistake == test->mistake && got->is_usable == test->is_usable && has_part &&
           got->message.len > 0 && got->hint.len > 0 &&
           str_equal(buf_str(&got->suggestion), str_from(test->suggestion));
}

static void pasted_diagnose_names_every_mistake(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(pasted_release) struct pasted got = {0};
        const bool is_usable =
            pasted_diagnose(str_from(cases[i].text), cases[i].wanted, NULL, &got);
        if (is_usable == got.is_usable && is_as_expected(&cases[i], &got)) continue;
        complain(&cases[i], &got);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void pasted_diagnose_uses_what_else_is_known(void **state) {
    (void)state;
    const struct {
        struct pasted_case test;
        struct pasted_context context;
    } known[] = {
        {.test = {CAMPAIGN, PASTED_CAMPAIGN_ARN, PASTED_REGION_MISMATCH, true, "us-west-2", NULL},
         .context = {.region = STR("us-west-2")}},
        {.test = {ROLE, PASTED_ROLE_ARN, PASTED_ACCOUNT_MISMATCH, true, "310987654321", NULL},
         .context = {.account = STR("310987654321"), .region = STR("us-west-2")}},
        {.test =
             {"210987654321", PASTED_ACCOUNT_ID, PASTED_ACCOUNT_MISMATCH, true, "310987654321",
              NULL},
         .context = {.account = STR("310987654321")}},
        {.test = {FUNCTION ":live", PASTED_FUNCTION, PASTED_QUALIFIER_TWICE, false, "400", NULL},
         .context = {.qualifier = STR("test")}},
        {.test = {"shoe-fn", PASTED_FUNCTION_ARN, PASTED_NAME_FOR_ARN, false, "name", FUNCTION},
         .context = {.region = STR("eu-west-1"), .account = STR("210987654321")}},
        {.test = {KEY_ID, PASTED_ACCESS_KEY_ID, PASTED_TOKEN_STALE, true, "Unset", NULL},
         .context = {.has_session_token = true}},
    };
    for (size_t i = 0; i < ARRAY_COUNT(known); i++) {
        CLEANUP(pasted_release) struct pasted got = {0};
        (void)pasted_diagnose(
            str_from(known[i].test.text), known[i].test.wanted, &known[i].context, &got);
        if (is_as_expected(&known[i].test, &got)) continue;
        complain(&known[i].test, &got);
        fail();
    }
}

static void pasted_diagnose_lets_good_values_pass(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum pasted_kind wanted;
    } good[] = {
        {CAMPAIGN, PASTED_CAMPAIGN_ARN},
        {FUNCTION, PASTED_FUNCTION},
        {FUNCTION ":$LATEST", PASTED_FUNCTION},
        {FUNCTION ":live", PASTED_FUNCTION_ARN},
        {"SegmentPersonalizeDestinationHandler", PASTED_FUNCTION},
        {"210987654321:function:shoe-fn:live", PASTED_FUNCTION},
        {ROLE, PASTED_ROLE_ARN},
        {"shoe-role", PASTED_ROLE_NAME},
        {UUID, PASTED_TRACKING_ID},
        {"us-gov-west-1", PASTED_REGION},
        {"eu-west-9", PASTED_REGION},
        {"210987654321", PASTED_ACCOUNT_ID},
        {KEY_ID, PASTED_ACCESS_KEY_ID},
        {SECRET, PASTED_SECRET_ACCESS_KEY},
        {"Qw3rTyUiOpAsDfGhJkLzXcVbNm123456", PASTED_WRITE_KEY},
        {"arn:aws-cn:personalize:cn-north-1:210987654321:campaign/c", PASTED_CAMPAIGN_ARN},
    };
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        CLEANUP(pasted_release) struct pasted got = {0};
        if (!pasted_diagnose(str_from(good[i].text), good[i].wanted, NULL, &got) ||
            got.mistake != PASTED_FINE) {
            fail_msg("%s: %s", good[i].text, pasted_mistake_name(got.mistake));
        }
        assert_str(buf_str(&got.value), good[i].text);
        assert_int_equal(got.removed.len, 0);
        assert_int_equal(got.hint.len, 0);
    }
}

static void pasted_diagnose_cleans_and_says_so(void **state) {
    (void)state;
    static const struct {
        const char *text, *removed;
    } dirty[] = {
        {"  " CAMPAIGN "\n", "2 spaces, 1 line break"},
        {"\"" CAMPAIGN "\"", "2 quotes"},
        {"\xE2\x80\x9C" CAMPAIGN "\xE2\x80\x9D", "2 quotes"},
        {"personalize_campaign_arn=" CAMPAIGN, "KEY="},
        {"export CAMPAIGN='" CAMPAIGN "'", "2 quotes, 1 leading KEY="},
        {"\xEF\xBB\xBF" CAMPAIGN, "(U+FEFF at 0)"},
        {"arn:aws:personalize:eu-west-1:\xE2\x80\x8B"
         "210987654321:campaign/shoe-recs",
         "(U+200B at 30)"},
        {"arn:aws:personalize:eu-west-1:21098765\n  4321:campaign/shoe-recs", "line breaks"},
        {"<" CAMPAIGN ">", "surrounded"},
        {CAMPAIGN "\",", "surrounded"},
        {CAMPAIGN "\\", "surrounded"},
        {"Campaign ARN: " CAMPAIGN ".", "surrounded"},
        {"\"campaignArn\": \"" CAMPAIGN "\",", "surrounded"},
        {"arn%3Aaws%3apersonalize%3Aeu-west-1%3A210987654321%3Acampaign%2Fshoe-recs", "escapes"},
        {"arn%3Aaws%3Apersonalize%3Aeu-west-1%3A210987654321%3Acampaign/shoe-%0Arecs", "escapes"},
        {"ARN:aws:personalize:eu-west-1:210987654321:campaign/shoe-recs", "capitals"},
        {"arn:aws:personalize:eu\xE2\x80\x93west\xE2\x88\x92"
         "1:210987654321:campaign/shoe\xE2\x80\x90recs",
         "dashes"},
        {"arn\xEF\xBC\x9A"
         "aws:personalize:eu-west-1:210987654321:campaign\xEF\xBC\x8Fshoe-recs",
         "colons"},
        {CAMPAIGN "\xC2\xA0\xC2\xAD", "1 space, 1 invisible"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(dirty); i++) {
        CLEANUP(pasted_release) struct pasted got = {0};
        if (!pasted_diagnose(str_from(dirty[i].text), PASTED_CAMPAIGN_ARN, NULL, &got)) {
            fail_msg("%s: %s", dirty[i].text, buf_text(&got.message));
        }
        assert_int_equal(got.mistake, PASTED_FINE);
        assert_str(buf_str(&got.value), CAMPAIGN);
        assert_contains(buf_str(&got.removed), dirty[i].removed);
    }
}

static void pasted_diagnose_keeps_secrets_out_of_its_texts(void **state) {
    (void)state;
    CLEANUP(pasted_release) struct pasted got = {0};
    struct error err = {0};
    (void)pasted_diagnose(STR("AKIAIOSFODNN7 s3cret"), PASTED_SECRET_ACCESS_KEY, NULL, &got);
    pasted_to_error(&got, &err);
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_false(str_contains(str_from(err.message), STR("s3cret")));
    assert_false(str_contains(str_from(err.hint), STR("s3cret")));
    assert_contains(str_from(err.hint), "40 characters");
}

static void pasted_mistakes_have_distinct_names(void **state) {
    (void)state;
    for (size_t i = 0; i < PASTED_MISTAKE_COUNT; i++) {
        for (size_t k = i + 1; k < PASTED_MISTAKE_COUNT; k++) {
            assert_string_not_equal(
                pasted_mistake_name((enum pasted_mistake)i),
                pasted_mistake_name((enum pasted_mistake)k));
        }
    }
}

// A mistake nobody can make is a dead row; one without a case here is untested.
static void pasted_table_has_a_case_for_every_mistake(void **state) {
    (void)state;
    static const enum pasted_mistake elsewhere[] = {
        PASTED_FINE,        PASTED_REGION_MISMATCH, PASTED_ACCOUNT_MISMATCH, PASTED_QUALIFIER_TWICE,
        PASTED_TOKEN_STALE,
    };
    bool has_case[PASTED_MISTAKE_COUNT] = {false};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        has_case[cases[i].mistake] = true;
    for (size_t i = 0; i < ARRAY_COUNT(elsewhere); i++)
        has_case[elsewhere[i]] = true;
    for (size_t i = 0; i < PASTED_MISTAKE_COUNT; i++) {
        if (!has_case[i]) fail_msg("no case for %s", pasted_mistake_name((enum pasted_mistake)i));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pasted_diagnose_names_every_mistake),
    cmocka_unit_test(pasted_diagnose_uses_what_else_is_known),
    cmocka_unit_test(pasted_diagnose_lets_good_values_pass),
    cmocka_unit_test(pasted_diagnose_cleans_and_says_so),
    cmocka_unit_test(pasted_diagnose_keeps_secrets_out_of_its_texts),
    cmocka_unit_test(pasted_mistakes_have_distinct_names),
    cmocka_unit_test(pasted_table_has_a_case_for_every_mistake),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
