// The settings table and what a value must look like.
#include "config/settings.h"

#include "config/config.h"
#include "config/setting_guide.h"
#include "support/test.h"

static void settings_names_are_unique_and_their_places_too(void **state) {
    (void)state;
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(settings_find(str_from(settings[i].name)), &settings[i]);
        assert_true(settings[i].at + sizeof(struct config_value) <= sizeof(struct config));
        for (size_t j = 0; j < i; j++)
            assert_true(settings[i].at != settings[j].at);
    }
    // every config_value of the struct has its row
    const size_t first = offsetof(struct config, region);
    const size_t last = offsetof(struct config, aws_endpoint_url);
    assert_int_equal((last - first) / sizeof(struct config_value) + 1, count);
}

static void settings_have_help_and_examples_that_pass(void **state) {
    (void)state;
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++) {
        struct error err = {0};
        print_message("%s\n", settings[i].name);
        assert_true(settings[i].help[0] != '\0');
        assert_string_not_equal(settings_kind_name(settings[i].kind), "");
        if (!settings[i].is_secret) {
            assert_ok(settings_check(&settings[i], str_from(settings[i].example), &err), err);
        }
        if (settings[i].initial) {
            assert_ok(settings_check(&settings[i], str_from(settings[i].initial), &err), err);
        }
    }
}

static void settings_of_the_contract_are_secret(void **state) {
    (void)state;
    static const char *const secrets[] = {
        "external_id",     "website_write_key",  "android_write_key", "ios_write_key",
        "email_write_key", "personas_write_key", "profile_api_token",
    };
    size_t count = 0;
    size_t secret_count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++)
        secret_count += settings[i].is_secret;
    assert_int_equal(secret_count, ARRAY_COUNT(secrets));
    for (size_t i = 0; i < ARRAY_COUNT(secrets); i++) {
        assert_true(settings_find(str_from(secrets[i]))->is_secret);
    }
}

static void settings_unknown_and_far_from_all_names_none(void **state) {
    static const char *const typed[] = {"nope", "x", "", "password", "colour_scheme"};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(typed); i++) {
        struct error err = {0};
        assert_null(settings_require(str_from(typed[i]), &err));
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_string_equal(err.hint, "`recloop config list` shows all.");
    }
}

static void settings_unknown_names_the_nearest(void **state) {
    (void)state;
    static const struct {
        const char *typed, *nearest;
    } cases[] = {
        {.typed = "campain_arn", .nearest = "campaign_arn"},
        {.typed = "regoin", .nearest = "region"},
        {.typed = "personalize_tracking_id", .nearest = "tracking_id"},
        {.typed = "aws_region", .nearest = "region"},
        {.typed = "profile_space", .nearest = "profile_space_id"},
        {.typed = "userid", .nearest = "user_id"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error err = {0};
        CLEANUP(buf_release) struct buf hint = {0};
        print_message("%s\n", cases[i].typed);
        assert_null(settings_require(str_from(cases[i].typed), &err));
        assert_int_equal(err.code, ERROR_CONFIG);
        buf_add_format(&hint, "Did you mean %s?", cases[i].nearest);
        assert_contains(str_from(err.hint), buf_text(&hint));
    }
    struct error err = {0};
    assert_null(settings_require(STR("\x1b[2J"), &err));
    assert_contains(str_from(err.message), "\\e[2J");
}

static void settings_check_says_what_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *name, *value, *message, *hint;
    } cases[] = {
        {.name = "region", .value = "us-east-1"},
        {.name = "region", .value = "us-gov-west-1"},
        {.name = "region",
         .value = "us-east-1a",
         .message = "availability zone",
         .hint = "us-east-1."},
        {.name = "region",
         .value = "US East (N. Virginia)",
         .message = "display name",
         .hint = "us-east-1"},
        {.name = "region", .value = "us-east", .message = "not the code", .hint = "us-east-1"},
        {.name = "region", .value = "us--1", .message = "not the code", .hint = "us-east-1"},
        {.name = "campaign_arn", .value = "arn:aws:personalize:us-east-1:123456789012:campaign/x"},
        {.name = "campaign_arn",
         .value = "campaign/x",
         .message = "not an ARN",
         .hint = "arn:aws:"},
        {.name = "campaign_arn",
         .value = "arn:aws:iam::1:",
         .message = "not an ARN",
         .hint = "arn:"},
        {.name = "tracking_id", .value = "0F3c5a1e-7b2d-4c68-9a10-5d2e8f6b7c31"},
        {
            .name = "tracking_id",
            .value = "arn:aws:personalize:us-east-1:1:event-tracker/x",
            .message = "that is an ARN",
            .hint = "tracking id",
        },
        {.name = "tracking_id", .value = "0f3c5a1e", .message = "not a UUID", .hint = "0f3c"},
        {.name = "lambda_function", .value = "SegmentPersonalizeDestinationHandler:live"},
        {.name = "lambda_function", .value = "arn:aws:lambda:us-east-1:1:function:x"},
        {.name = "lambda_function",
         .value = "arn:aws:lambda",
         .message = "cut short",
         .hint = "Segment"},
        {.name = "lambda_function",
         .value = "my function",
         .message = "neither",
         .hint = "Segment"},
        {.name = "log_type", .value = "Tail"},
        {.name = "log_type", .value = "tail", .message = "capitals", .hint = "Write Tail."},
        {.name = "log_type", .value = "All", .message = "not a choice", .hint = "Tail,None"},
        {.name = "segment_region", .value = "de", .message = "not a choice", .hint = "us,eu"},
        {.name = "tracking_url", .value = "http://127.0.0.1:7780"},
        {.name = "tracking_url",
         .value = "api.segment.io",
         .message = "begins with",
         .hint = "https"},
        {.name = "tracking_url", .value = "https:///v1", .message = "no host", .hint = "https"},
        {.name = "tracking_url", .value = "https://u:p@h/", .message = "password", .hint = "https"},
        {.name = "tracking_url", .value = "https://h/a b", .message = "blanks", .hint = "https"},
        {.name = "website_write_key",
         .value = "abc DEF",
         .message = "blanks",
         .hint = "32 letters"},
        {.name = "website_write_key", .value = "https://x", .message = "URL", .hint = "32 letters"},
        {.name = "website_write_key",
         .value = "••••abcd",
         .message = "masked",
         .hint = "32 letters"},
        {.name = "user_id", .value = "any thing at all"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error err = {0};
        const struct setting *setting = settings_find(str_from(cases[i].name));
        print_message("%s = %s\n", cases[i].name, cases[i].value);
        const bool ok = settings_check(setting, str_from(cases[i].value), &err);
        assert_int_equal(ok, cases[i].message == NULL);
        if (ok) continue;
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
    }
}

static void settings_messages_never_hold_a_secret(void **state) {
    (void)state;
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++) {
        struct error err = {0};
        if (!settings[i].is_secret) continue;
        assert_false(settings_check(&settings[i], STR("hidden words inside"), &err));
        assert_false(str_contains(str_from(err.message), STR("hidden")));
        assert_false(str_contains(str_from(err.hint), STR("hidden")));
    }
}

static void settings_of_a_group_stand_together_and_each_has_its_guide(void **state) {
    (void)state;
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (i) assert_true(settings[i].group >= settings[i - 1].group);
        assert_string_not_equal(settings_group_title(settings[i].group), "");
        const struct setting_guide *guide = setting_guide_find(str_from(settings[i].name));
        assert_non_null(guide);
        assert_true(guide->where[0] != '\0');
    }
    assert_null(setting_guide_find(STR("nothing")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(settings_of_a_group_stand_together_and_each_has_its_guide),
    cmocka_unit_test(settings_names_are_unique_and_their_places_too),
    cmocka_unit_test(settings_have_help_and_examples_that_pass),
    cmocka_unit_test(settings_of_the_contract_are_secret),
    cmocka_unit_test(settings_unknown_and_far_from_all_names_none),
    cmocka_unit_test(settings_unknown_names_the_nearest),
    cmocka_unit_test(settings_check_says_what_is_wrong),
    cmocka_unit_test(settings_messages_never_hold_a_secret),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
