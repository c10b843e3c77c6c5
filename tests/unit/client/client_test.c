// client — region, endpoints and keys: what wins over what.
#include "support/client_fixture.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include "base/files.h"

static struct temp_folder write_aws_files(const char *keys, const char *config) {
    struct temp_folder folder = temp_folder_make();
    CLEANUP(buf_release) struct buf path = {0};
    struct error err = {0};
    buf_add_format(&path, "%s/.aws", folder.path);
    assert_ok(files_make_folders(buf_text(&path), 0700, &err), err);
    buf_reset(&path);
    buf_add_format(&path, "%s/.aws/credentials", folder.path);
    assert_ok(files_write(buf_text(&path), 0600, str_from(keys), &err), err);
    buf_reset(&path);
    buf_add_format(&path, "%s/.aws/config", folder.path);
    assert_ok(files_write(buf_text(&path), 0600, str_from(config), &err), err);
    return folder;
}

#define KEYS                                                                                       \
    "[default]\naws_access_key_id=AKIDDEFAULT000000001\naws_secret_access_key=default-secret\n"    \
    "[work]\naws_access_key_id=AKIDWORK000000000001\naws_secret_access_key=work-secret\n"
#define CONFIG                                                                                     \
    "[default]\nregion=eu-west-1\n[profile work]\nregion=ap-south-1\nservices=local\n"             \
    "[services local]\npersonalize_runtime =\n  endpoint_url = http://127.0.0.1:4599\n"

static void assert_endpoint(struct client *client, const char *service, const char *wanted) {
    CLEANUP(buf_release) struct buf url = {0};
    struct error err = {0};
    assert_ok(client_endpoint(client, str_from(service), (struct str){0}, &url, NULL, &err), err);
    assert_str(buf_str(&url), wanted);
}

static void client_uses_the_keys_it_was_given(void **state) {
    struct client_fixture_pair environment[] = {
        {"AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT00001"}, {"AWS_SECRET_ACCESS_KEY", "x"}, {0}};
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(&fixture, &(struct client_fixture_options){.environment = environment});
    const struct credentials *keys = client_credentials(fixture.client, &err);
    assert_non_null(keys);
    assert_str(buf_str(&keys->access_key_id), "AKIDSANDBOX00000001");
    client_fixture_stop(&fixture);
}

static void client_prefers_environment_keys_to_a_profile_of_the_environment(void **state) {
    struct temp_folder folder = write_aws_files(KEYS, CONFIG);
    struct client_fixture_pair environment[] = {
        {"HOME", folder.path},
        {"AWS_PROFILE", "work"},
        {"AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT00001"},
        {"AWS_SECRET_ACCESS_KEY", "x"},
        {0},
    };
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture,
        &(struct client_fixture_options){.environment = environment, .has_no_keys = true});
    const struct credentials *keys = client_credentials(fixture.client, &err);
    assert_non_null(keys);
    assert_str(buf_str(&keys->access_key_id), "AKIDENVIRONMENT00001");
    client_fixture_stop(&fixture);
    temp_folder_remove(&folder);
}

static void client_prefers_a_chosen_profile_to_environment_keys(void **state) {
    static const struct client_fixture_pair chosen[] = {{"aws_profile", "work"}, {0}};
    struct temp_folder folder = write_aws_files(KEYS, CONFIG);
    struct client_fixture_pair environment[] = {
        {"HOME", folder.path},
        {"AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT00001"},
        {"AWS_SECRET_ACCESS_KEY", "x"},
        {0},
    };
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){
                      .environment = environment, .has_no_keys = true, .settings = chosen});
    const struct credentials *keys = client_credentials(fixture.client, &err);
    assert_non_null(keys);
    assert_str(buf_str(&keys->access_key_id), "AKIDWORK000000000001");
    assert_contains(buf_str(&keys->origin), "work");
    client_fixture_stop(&fixture);
    temp_folder_remove(&folder);
}

static void client_says_how_to_get_keys_when_there_are_none(void **state) {
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(&fixture, &(struct client_fixture_options){.has_no_keys = true});
    assert_null(client_credentials(fixture.client, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.message), "no AWS credentials");
    assert_contains(str_from(err.hint), "aws configure");
    client_fixture_stop(&fixture);
}

static void client_looks_again_after_forgetting(void **state) {
    struct temp_folder folder = write_aws_files("", "");
    struct client_fixture_pair environment[] = {{"HOME", folder.path}, {0}};
    CLEANUP(buf_release) struct buf path = {0};
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture,
        &(struct client_fixture_options){.environment = environment, .has_no_keys = true});
    assert_null(client_credentials(fixture.client, &err));
    buf_add_format(&path, "%s/.aws/credentials", folder.path);
    assert_ok(files_write(buf_text(&path), 0600, STR(KEYS), &err), err);
    assert_null(client_credentials(fixture.client, &err)); // remembered
    client_forget_credentials(fixture.client);
    assert_non_null(client_credentials(fixture.client, &err));
    client_fixture_stop(&fixture);
    temp_folder_remove(&folder);
}

static void client_takes_the_region_of_the_profile_over_a_mere_default(void **state) {
    static const struct client_fixture_pair set[] = {{"region", "us-east-2"}, {0}};
    struct temp_folder folder = write_aws_files(KEYS, CONFIG);
    struct client_fixture_pair environment[] = {{"HOME", folder.path}, {0}};
    struct client_fixture_pair at_work[] = {{"HOME", folder.path}, {"AWS_PROFILE", "work"}, {0}};
    const struct {
        const struct client_fixture_pair *settings;
        struct client_fixture_pair *environment;
        const char *region;
    } cases[] = {
        {.environment = environment, .region = "eu-west-1"},
        {.environment = at_work, .region = "ap-south-1"},
        {.environment = at_work, .settings = set, .region = "us-east-2"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct client_fixture fixture;
        client_fixture_start(
            &fixture, &(struct client_fixture_options){
                          .environment = cases[i].environment,
                          .settings = cases[i].settings,
                          .is_empty = true,
                          .has_no_keys = true});
        assert_str(client_region(fixture.client), cases[i].region);
        client_fixture_stop(&fixture);
    }
    temp_folder_remove(&folder);
}

static void client_computes_endpoints_or_takes_what_is_set(void **state) {
    struct temp_folder folder = write_aws_files(KEYS, CONFIG);
    struct client_fixture_pair plain[] = {{"HOME", folder.path}, {0}};
    struct client_fixture_pair work[] = {{"HOME", folder.path}, {"AWS_PROFILE", "work"}, {0}};
    struct client_fixture_pair general[] = {{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}, {0}};
    struct client_fixture_pair special[] = {
        {"AWS_ENDPOINT_URL", "http://127.0.0.1:1"},
        {"AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:2"},
        {0},
    };
    static const struct client_fixture_pair set[] = {
        {"aws_endpoint_url", "http://127.0.0.1:3"}, {0}};
    struct client_fixture_pair lambda[] = {{"AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:2"}, {0}};
    const struct {
        struct client_fixture_pair *environment;
        const struct client_fixture_pair *settings;
        const char *service, *url;
    } cases[] = {
        {plain, NULL, "personalize-runtime", "https://personalize-runtime.eu-west-1.amazonaws.com"},
        {work, NULL, "personalize-runtime", "http://127.0.0.1:4599"},
        {general, NULL, "sts", "http://127.0.0.1:1"},
        {special, NULL, "lambda", "http://127.0.0.1:2"},
        {special, NULL, "sts", "http://127.0.0.1:1"},
        {NULL, set, "lambda", "http://127.0.0.1:3"},
        {lambda, set, "lambda", "http://127.0.0.1:2"},
        {lambda, set, "sts", "http://127.0.0.1:3"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct client_fixture fixture;
        print_message("case %zu: %s\n", i, cases[i].url);
        client_fixture_start(
            &fixture, &(struct client_fixture_options){
                          .environment = cases[i].environment,
                          .settings = cases[i].settings,
                          .is_empty = true,
                          .has_no_keys = true});
        assert_endpoint(fixture.client, cases[i].service, cases[i].url);
        client_fixture_stop(&fixture);
    }
    temp_folder_remove(&folder);
}

static void client_refuses_a_region_that_is_none(void **state) {
    static const struct client_fixture_pair set[] = {{"region", "evil.example/"}, {0}};
    CLEANUP(buf_release) struct buf url = {0};
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.settings = set, .is_empty = true});
    assert_false(client_endpoint(fixture.client, STR("sts"), (struct str){0}, &url, NULL, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "recloop config set region");
    client_fixture_stop(&fixture);
}

static void client_names_the_write_key_that_is_missing(void **state) {
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(&fixture, &(struct client_fixture_options){0});
    assert_non_null(client_write_key(fixture.client, CLIENT_SOURCE_WEBSITE, &err));
    assert_null(client_write_key(fixture.client, CLIENT_SOURCE_IOS, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "ios_write_key");
    client_fixture_stop(&fixture);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(client_uses_the_keys_it_was_given),
    cmocka_unit_test(client_prefers_environment_keys_to_a_profile_of_the_environment),
    cmocka_unit_test(client_prefers_a_chosen_profile_to_environment_keys),
    cmocka_unit_test(client_says_how_to_get_keys_when_there_are_none),
    cmocka_unit_test(client_looks_again_after_forgetting),
    cmocka_unit_test(client_takes_the_region_of_the_profile_over_a_mere_default),
    cmocka_unit_test(client_computes_endpoints_or_takes_what_is_set),
    cmocka_unit_test(client_refuses_a_region_that_is_none),
    cmocka_unit_test(client_names_the_write_key_that_is_missing),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
