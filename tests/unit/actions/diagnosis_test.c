// What Setup says of a value the moment it is there, from all settings together.
#include "actions/diagnosis.h"

#include "support/test.h"

#define ACCOUNT "123456789012" // of the sandbox, and of all manuals

static void
diagnose(const struct config_pair *flags, size_t flag_count, const char *key, struct error *err) {
    const struct config_options options = {
        .profile = "sandbox", .flags = flags, .flag_count = flag_count};
    struct config config = {0};
    struct error failure = {0};
    assert_ok(config_load(&options, &config, &failure), failure);
    diagnosis_of(&config, settings_find(str_from(key)), err);
    config_release(&config);
}

static const struct {
    const char *name;
    struct config_pair flags[2];
    const char *key;
    const char *cause, *fix; // NULL: nothing is wrong
} rows[] = {
    {
        .name = "the function's own role where the destination's belongs",
        .flags =
            {{"destination_role_arn",
              "arn:aws:iam::" ACCOUNT
              ":role/module-personalize-SegmentPersonalizeLambdaRole-1ABC"}},
        .key = "destination_role_arn",
        .cause = "the function's own execution role",
        .fix = "SegmentExecutePersonalizeLambda",
    },
    {
        .name = "the role that Segment assumes",
        .flags =
            {{"destination_role_arn",
              "arn:aws:iam::" ACCOUNT
              ":role/module-personalize-SegmentExecutePersonalizeLambda-1ABC"}},
        .key = "destination_role_arn",
    },
    {
        .name = "campaign in another region than the calls",
        .flags =
            {{"campaign_arn", "arn:aws:personalize:us-east-1:" ACCOUNT ":campaign/shoes"},
             {"region", "eu-west-1"}},
        .key = "campaign_arn",
        .cause = "us-east-1, but calls go to eu-west-1",
        .fix = "Set region to us-east-1",
    },
    {
        .name = "campaign beside a region that is wrong itself",
        .flags =
            {{"campaign_arn", "arn:aws:personalize:us-east-1:" ACCOUNT ":campaign/shoes"},
             {"region", "eu-west-1a"}},
        .key = "campaign_arn",
    },
    {
        .name = "function in another region than the destination",
        .flags =
            {{"lambda_function", "arn:aws:lambda:us-east-1:" ACCOUNT ":function:handler"},
             {"destination_region", "us-west-2"}},
        .key = "lambda_function",
        .cause = "us-east-1, but the destination invokes in us-west-2",
        .fix = "Set destination_region to us-east-1",
    },
    {
        .name = "campaign where the calls go, in the account of manuals",
        .flags =
            {{"campaign_arn", "arn:aws:personalize:us-east-1:" ACCOUNT ":campaign/shoes"},
             {"region", "us-east-1"}},
        .key = "campaign_arn",
    },
};

static void diagnosis_names_what_is_wrong_and_what_to_paste(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct error err = {0};
        print_message("  %s\n", rows[i].name);
        diagnose(rows[i].flags, rows[i].flags[1].key ? 2 : 1, rows[i].key, &err);
        assert_int_equal(err.code, rows[i].cause ? ERROR_CONFIG : ERROR_NONE);
        if (!rows[i].cause) continue;
        assert_contains(str_from(err.message), rows[i].cause);
        assert_contains(str_from(err.hint), rows[i].fix);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(diagnosis_names_what_is_wrong_and_what_to_paste),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
