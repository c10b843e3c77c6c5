// arn and region — kinds, parts, and texts that are no ARN.
#include "aws/arn.h"

#include "aws/region.h"
#include "base/attributes.h"
#include "support/test.h"

#define P "arn:aws:personalize:eu-west-1:210987654321:"

static const struct arn_case {
    const char *text;
    enum arn_kind kind;
    const char *name, *qualifier;
} cases[] = {
    {P "campaign/shoe-recs", ARN_CAMPAIGN, "shoe-recs", ""},
    {P "campaign/a/b", ARN_UNKNOWN, "", ""},
    {P "campaign/", ARN_UNKNOWN, "", ""},
    {P "recommender/r", ARN_RECOMMENDER, "r", ""},
    {P "solution/shoes", ARN_SOLUTION, "shoes", ""},
    {P "solution/shoes/3f9a1c2e", ARN_SOLUTION_VERSION, "shoes", "3f9a1c2e"},
    {P "solution/shoes/$LATEST", ARN_SOLUTION_VERSION, "shoes", "$LATEST"},
    {P "dataset-group/g", ARN_DATASET_GROUP, "g", ""},
    {P "dataset/g/ITEMS", ARN_DATASET, "g", "ITEMS"},
    {P "schema/s", ARN_SCHEMA, "s", ""},
    {P "filter/in-stock", ARN_FILTER, "in-stock", ""},
    {P "event-tracker/a1b2c3d4", ARN_EVENT_TRACKER, "a1b2c3d4", ""},
    {"arn:aws:personalize:::recipe/aws-sims", ARN_RECIPE, "aws-sims", ""},
    {"arn:aws:personalize:::algorithm/a", ARN_ALGORITHM, "a", ""},
    {"arn:aws:lambda:eu-west-1:210987654321:function:f", ARN_FUNCTION, "f", ""},
    {"arn:aws:lambda:eu-west-1:210987654321:function:f:$LATEST", ARN_FUNCTION, "f", "$LATEST"},
    {"arn:aws:lambda:eu-west-1:210987654321:layer:l:3", ARN_LAYER, "l", "3"},
    {"arn:aws:iam::210987654321:role/r", ARN_ROLE, "r", ""},
    {"arn:aws:iam::210987654321:role/svc/a/r", ARN_ROLE, "r", ""},
    {"arn:aws:iam::aws:policy/AdministratorAccess", ARN_POLICY, "AdministratorAccess", ""},
    {"arn:aws:iam::210987654321:user/ann", ARN_USER, "ann", ""},
    {"arn:aws:iam::210987654321:group/g", ARN_GROUP, "g", ""},
    {"arn:aws:iam::210987654321:instance-profile/p", ARN_INSTANCE_PROFILE, "p", ""},
    {"arn:aws:iam::210987654321:root", ARN_ACCOUNT_ROOT, "", ""},
    {"arn:aws:sts::210987654321:assumed-role/r/s", ARN_ASSUMED_ROLE, "r", "s"},
    {"arn:aws:sts::210987654321:federated-user/u", ARN_FEDERATED_USER, "u", ""},
    {"arn:aws:logs:eu-west-1:210987654321:log-group:/aws/lambda/f", ARN_LOG_GROUP, "/aws/lambda/f",
     ""},
    {"arn:aws:logs:eu-west-1:210987654321:log-group:/aws/lambda/f:*", ARN_LOG_GROUP,
     "/aws/lambda/f", "*"},
    {"arn:aws:logs:eu-west-1:210987654321:log-group:g:log-stream:2024/05/01/[1]ab", ARN_LOG_STREAM,
     "g", "2024/05/01/[1]ab"},
    {"arn:aws:s3:::bucket/key", ARN_UNKNOWN, "", ""},
};

static void arn_parse_names_what_it_denotes(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arn arn;
        struct error err = {0};
        CLEANUP(buf_release) struct buf again = {0};
        assert_ok(arn_parse(str_from(cases[i].text), &arn, &err), err);
        if (arn.kind != cases[i].kind) {
            fail_msg("%s is %s", cases[i].text, arn_kind_name(arn.kind));
        }
        assert_str(arn.name, cases[i].name);
        assert_str(arn.qualifier, cases[i].qualifier);
        arn_format(&arn, &again);
        assert_str(buf_str(&again), cases[i].text);
    }
}

static void arn_parse_gives_a_role_its_path(void **state) {
    (void)state;
    struct arn arn;
    struct error err = {0};
    assert_ok(arn_parse(STR("arn:aws:iam::210987654321:role/svc/a/r"), &arn, &err), err);
    assert_str(arn.path, "/svc/a/");
    assert_ok(arn_parse(STR("arn:aws:iam::210987654321:role/r"), &arn, &err), err);
    assert_str(arn.path, "/");
}

static void arn_parse_refuses_what_is_no_arn(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "begin"},
        {"ARN:aws:iam::210987654321:role/r", "begin"},
        {"arn:aws:iam", "six parts"},
        {"arn:aws:iam::210987654321", "six parts"},
        {"arn::iam::210987654321:role/r", "partition"},
        {"arn:aws:::210987654321:role/r", "service"},
        {"arn:aws:iam::210987654321:", "resource"},
        {"arn:aws:iam:::role/r", "account is missing"},
        {"arn:aws:iam::21098765432:role/r", "twelve digits"},
        {"arn:aws:personalize:eu-west-1::campaign/c", "account is missing"},
        {"arn:aws:iam::210987654321:role/r ", "blank"},
        {"arn:aws:iam::210987654321:role/\xC3\xA9", "non-ASCII"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct arn arn = {.kind = ARN_USER};
        struct error err = {0};
        if (arn_parse(str_from(bad[i].text), &arn, &err)) fail_msg("took %s", bad[i].text);
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(str_from(err.message), bad[i].message);
        assert_contains(str_from(err.hint), "arn:aws:personalize");
        assert_int_equal(arn.kind, ARN_USER);
    }
}

static void arn_kinds_have_names(void **state) {
    (void)state;
    for (size_t i = 0; i < ARN_KIND_COUNT; i++) {
        assert_true(strlen(arn_kind_name((enum arn_kind)i)) > 0);
        assert_contains(
            str_from(arn_kind_article((enum arn_kind)i)), arn_kind_name((enum arn_kind)i));
    }
}

static void region_knows_shape_and_partition(void **state) {
    (void)state;
    static const struct {
        const char *region, *partition, *suffix;
    } good[] = {
        {"eu-west-1", "aws", "amazonaws.com"},
        {"ap-southeast-2", "aws", "amazonaws.com"},
        {"cn-north-1", "aws-cn", "amazonaws.com.cn"},
        {"us-gov-west-1", "aws-us-gov", "amazonaws.com"},
        {"us-iso-east-1", "aws-iso", "c2s.ic.gov"},
        {"us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"},
        {"eusc-de-east-1", "aws-eusc", "amazonaws.eu"},
    };
    static const char *const bad[] = {"",         "eu-west",   "eu-west-1a",    "eu_west_1",
                                      "us-east1", "EU-WEST-1", "europe-west-1", "eu-west-0",
                                      "eu--1",    "-west-1",   "eu-west-1-"};
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        const struct region_partition *partition = region_partition(str_from(good[i].region));
        if (!region_is_valid(str_from(good[i].region))) fail_msg("refused %s", good[i].region);
        assert_string_equal(partition->name, good[i].partition);
        assert_string_equal(partition->suffix, good[i].suffix);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        if (region_is_valid(str_from(bad[i]))) fail_msg("took %s", bad[i]);
    }
    assert_true(region_has_personalize(STR("eu-west-1")));
    assert_false(region_has_personalize(STR("eu-north-1")));
    assert_null(region_partition_named(STR("awz")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(arn_parse_names_what_it_denotes),
    cmocka_unit_test(arn_parse_gives_a_role_its_path),
    cmocka_unit_test(arn_parse_refuses_what_is_no_arn),
    cmocka_unit_test(arn_kinds_have_names),
    cmocka_unit_test(region_knows_shape_and_partition),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
