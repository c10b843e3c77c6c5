// Why the destination was refused, told from settings alone: the cloud's side, where nothing but the
// workshop's names is known. The sandbox's side is tests/e2e/cli_destination.sh.
#include "actions/destination_check.h"

#include "support/test.h"

#define ROLE                                                                                       \
    "arn:aws:iam::210987654321:role/module-personalize-SegmentExecutePersonalizeLambda-1X2Y"
#define FUNCTION                                                                                   \
    "arn:aws:lambda:us-east-1:210987654321:function:SegmentPersonalizeDestinationHandler"

struct settings {
    const char *role, *external_id, *function, *region;
};

static void
explain(const struct settings *settings, enum destination_check_call call, struct error *err) {
    const struct config_pair flags[] = {
        {.key = "destination_role_arn", .value = settings->role},
        {.key = "external_id", .value = settings->external_id},
        {.key = "lambda_function", .value = settings->function},
        {.key = "destination_region", .value = settings->region},
    };
    const struct config_options options = {
        .profile = "work", .flags = flags, .flag_count = ARRAY_COUNT(flags)};
    struct config config = {0};
    struct error failure = {0};
    assert_ok(config_load(&options, &config, &failure), failure);
    const struct client_options client_options = {.config = &config};
    const struct backend_options backend_options = {.profile = "work"};
    struct action_context context = {.backend = backend_new(&backend_options)};
    const struct run run = {.context = &context, .client = client_new(&client_options)};
    error_set(err, ERROR_REFUSED, "AccessDenied");
    error_hint(err, "what AWS's words alone suggest");
    destination_check_explain(&run, call, err);
    client_free(run.client);
    backend_free(context.backend);
    config_release(&config);
}

static const struct {
    const char *name;
    struct settings settings;
    enum destination_check_call call;
    const char *cause, *fix;
} rows[] = {
    {
        .name = "execution role in the role's place",
        .settings =
            {.role = "arn:aws:iam::210987654321:role/m-SegmentPersonalizeLambdaRole-1",
             .external_id = "123456789",
             .function = FUNCTION,
             .region = "us-east-1"},
        .call = DESTINATION_CHECK_ASSUME,
        .cause = "own execution role",
        .fix = "SegmentExecutePersonalizeLambda",
    },
    {
        .name = "function ARN in the role's place",
        .settings =
            {.role = FUNCTION,
             .external_id = "123456789",
             .function = FUNCTION,
             .region = "us-east-1"},
        .call = DESTINATION_CHECK_ASSUME,
        .cause = "no role ARN",
        .fix = "arn:aws:iam::ACCOUNT:role/NAME",
    },
    {
        .name = "role of another account",
        .settings =
            {.role = "arn:aws:iam::111122223333:role/x-SegmentExecutePersonalizeLambda-1",
             .external_id = "123456789",
             .function = FUNCTION,
             .region = "us-east-1"},
        .call = DESTINATION_CHECK_ASSUME,
        .cause = "of account 111122223333, the function of account 210987654321",
        .fix = "one account",
    },
    {
        .name = "some other role",
        .settings =
            {.role = "arn:aws:iam::210987654321:role/admin",
             .external_id = "123456789",
             .function = FUNCTION,
             .region = "us-east-1"},
        .call = DESTINATION_CHECK_ASSUME,
        .cause = "names the role admin",
        .fix = "595280932656",
    },
    {
        .name = "another external id",
        .settings =
            {.role = ROLE, .external_id = "987654321", .function = FUNCTION, .region = "us-east-1"},
        .call = DESTINATION_CHECK_ASSUME,
        .cause = "external_id (",
        .fix = "sts:ExternalId",
    },
    {
        .name = "Segment's default region",
        .settings = {.role = ROLE, .external_id = "123456789", .function = FUNCTION, .region = ""},
        .call = DESTINATION_CHECK_INVOKE,
        .cause = "us-west-2 (Segment's default), the function is in us-east-1",
        .fix = "recloop config set destination_region us-east-1",
    },
    {
        .name = "another function",
        .settings =
            {.role = ROLE,
             .external_id = "123456789",
             .function = "arn:aws:lambda:us-east-1:210987654321:function:other",
             .region = "us-east-1"},
        .call = DESTINATION_CHECK_INVOKE,
        .cause = "lambda_function names other",
        .fix = "SegmentPersonalizeDestinationHandler",
    },
    {
        .name = "a version on the function",
        .settings =
            {.role = ROLE,
             .external_id = "123456789",
             .function = FUNCTION ":7",
             .region = "us-east-1"},
        .call = DESTINATION_CHECK_INVOKE,
        .cause = "version or alias 7",
        .fix = "take the suffix off",
    },
};

static void destination_check_puts_cause_and_fix_before_the_services_words(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct error err = {0};
        print_message("%s\n", rows[i].name);
        explain(&rows[i].settings, rows[i].call, &err);
        assert_int_equal(err.code, ERROR_REFUSED);
        assert_contains(str_from(err.message), rows[i].cause);
        assert_contains(str_from(err.message), "AccessDenied");
        assert_contains(str_from(err.hint), rows[i].fix);
        assert_false(str_contains(str_from(err.message), STR("987654321 ")));
    }
}

static void destination_check_leaves_a_refusal_alone_that_settings_do_not_explain(void **state) {
    (void)state;
    static const struct settings right = {
        .role = ROLE, .external_id = "123456789", .function = FUNCTION, .region = "us-east-1"};
    static const enum destination_check_call calls[] = {
        DESTINATION_CHECK_ASSUME, DESTINATION_CHECK_INVOKE};
    for (size_t i = 0; i < ARRAY_COUNT(calls); i++) {
        struct error err = {0};
        explain(&right, calls[i], &err);
        assert_string_equal(err.message, "AccessDenied");
        assert_string_equal(err.hint, "what AWS's words alone suggest");
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(destination_check_puts_cause_and_fix_before_the_services_words),
    cmocka_unit_test(destination_check_leaves_a_refusal_alone_that_settings_do_not_explain),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
