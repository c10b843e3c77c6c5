// credential_source — which keys are found, in which order, and what is said when there are none.
#include "support/temp_folder.h"
#include "support/test.h"

#include "base/files.h"
#include "client/credential_source.h"

struct pair {
    const char *name, *value;
};

static const char *look_up(const void *environment, const char *name) {
    for (const struct pair *at = environment; at && at->name; at++)
        if (strcmp(at->name, name) == 0) return at->value;
    return NULL;
}

static const struct pair env_keys[] = {
    {"AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT00001"},
    {"AWS_SECRET_ACCESS_KEY", "environment-secret"},
    {"AWS_SESSION_TOKEN", "environment-token"},
    {0},
};

#define CREDENTIALS_TEXT                                                                           \
    "[default]\naws_access_key_id = AKIDDEFAULT000000001\naws_secret_access_key = "                \
    "default-secret\n"                                                                             \
    "[work]\naws_access_key_id = AKIDWORK000000000001\naws_secret_access_key = work-secret\n"
#define CONFIG_TEXT                                                                                \
    "[profile login]\nsso_session = corp\nsso_account_id = 210987654321\nsso_role_name = Dev\n"    \
    "[profile role]\nrole_arn = arn:aws:iam::210987654321:role/r\nsource_profile = work\n"         \
    "[profile tool]\ncredential_process = /bin/false\n"                                            \
    "[profile bare]\nregion = eu-west-1\n"

static struct credentials_files read_texts(void) {
    struct credentials_files files = {0};
    struct error err = {0};
    assert_ok(credentials_files_add(&files, CREDENTIALS_FILE_CONFIG, STR(CONFIG_TEXT), &err), err);
    assert_ok(
        credentials_files_add(&files, CREDENTIALS_FILE_CREDENTIALS, STR(CREDENTIALS_TEXT), &err),
        err);
    return files;
}

static void credential_source_explicit_needs_both_halves(void **state) {
    CLEANUP(credentials_release) struct credentials out = {0};
    struct error err = {0};
    struct credential_source *none = credential_source_explicit(STR("AKID"), STR(""), STR(""));
    struct credential_source *both =
        credential_source_explicit(STR("AKIDSANDBOX00000001"), STR("secret"), STR(""));
    (void)state;
    assert_ok(credential_source_fetch(none, &out, &err), err);
    assert_false(credentials_are_set(&out));
    assert_ok(credential_source_fetch(both, &out, &err), err);
    assert_str(buf_str(&out.access_key_id), "AKIDSANDBOX00000001");
    assert_int_equal(out.source, CREDENTIALS_EXPLICIT);
    assert_contains(buf_str(&out.origin), "sandbox");
    credential_source_free(none);
    credential_source_free(both);
}

static void credential_source_environment_says_where_from(void **state) {
    CLEANUP(credentials_release) struct credentials out = {0};
    struct error err = {0};
    struct credential_source *source = credential_source_environment(look_up, env_keys);
    struct credential_source *nothing = credential_source_environment(NULL, NULL);
    (void)state;
    assert_ok(credential_source_fetch(source, &out, &err), err);
    assert_str(secret_reveal(&out.session_token), "environment-token");
    assert_int_equal(out.source, CREDENTIALS_ENVIRONMENT);
    credentials_release(&out);
    assert_ok(credential_source_fetch(nothing, &out, &err), err);
    assert_false(credentials_are_set(&out));
    credential_source_free(source);
    credential_source_free(nothing);
}

static void credential_source_environment_refuses_half_a_pair(void **state) {
    static const struct pair half[] = {{"AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT00001"}, {0}};
    CLEANUP(credentials_release) struct credentials out = {0};
    struct error err = {0};
    struct credential_source *source = credential_source_environment(look_up, half);
    (void)state;
    assert_false(credential_source_fetch(source, &out, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.message), "AWS_SECRET_ACCESS_KEY");
    credential_source_free(source);
}

static void credential_source_profile_reads_the_named_keys(void **state) {
    struct credentials_files files = read_texts();
    CLEANUP(credentials_release) struct credentials out = {0};
    struct error err = {0};
    struct credential_source *source = credential_source_profile(&files, STR("work"), true);
    (void)state;
    assert_ok(credential_source_fetch(source, &out, &err), err);
    assert_str(buf_str(&out.access_key_id), "AKIDWORK000000000001");
    assert_contains(buf_str(&out.origin), "work");
    credential_source_free(source);
    credentials_files_release(&files);
}

static void credential_source_profile_names_what_it_cannot_use(void **state) {
    static const struct {
        const char *profile, *message, *hint;
        enum error_code code;
    } cases[] = {
        {.profile = "login",
         .message = "not supported yet",
         .code = ERROR_CONFIG,
         .hint = "aws configure export-credentials --profile login"},
        {.profile = "role",
         .message = "not supported yet",
         .code = ERROR_CONFIG,
         .hint = "aws configure export-credentials --profile role"},
        {.profile = "tool",
         .message = "not supported yet",
         .code = ERROR_CONFIG,
         .hint = "aws configure export-credentials --profile tool"},
        {.profile = "nobody",
         .message = "there is no AWS profile nobody",
         .code = ERROR_NOT_FOUND,
         .hint = "default"},
    };
    struct credentials_files files = read_texts();
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(credentials_release) struct credentials out = {0};
        struct error err = {0};
        struct credential_source *source =
            credential_source_profile(&files, str_from(cases[i].profile), true);
        print_message("%s\n", cases[i].profile);
        assert_false(credential_source_fetch(source, &out, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_false(credentials_are_set(&out));
        credential_source_free(source);
    }
    credentials_files_release(&files);
}

static void credential_source_profile_default_may_be_missing(void **state) {
    struct credentials_files files = {0};
    CLEANUP(credentials_release) struct credentials out = {0};
    struct error err = {0};
    struct credential_source *source = credential_source_profile(&files, STR("default"), false);
    (void)state;
    assert_ok(credential_source_fetch(source, &out, &err), err);
    assert_false(credentials_are_set(&out));
    credential_source_free(source);
}

static void credential_source_unsupported_ends_the_search(void **state) {
    static const struct pair web[] = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {0}};
    static const struct pair container[] = {
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://l/"}, {0}};
    static const struct {
        enum credentials_source which;
        const struct pair *environment;
        const char *variable;
    } cases[] = {
        {CREDENTIALS_WEB_IDENTITY, web, "AWS_WEB_IDENTITY_TOKEN_FILE"},
        {CREDENTIALS_CONTAINER, container, "AWS_CONTAINER_CREDENTIALS_FULL_URI"},
        {CREDENTIALS_CONTAINER, web, NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(credentials_release) struct credentials out = {0};
        struct error err = {0};
        struct credential_source *source =
            credential_source_unsupported(cases[i].which, look_up, cases[i].environment);
        assert_int_equal(credential_source_fetch(source, &out, &err), cases[i].variable == NULL);
        if (cases[i].variable) {
            assert_int_equal(err.code, ERROR_CONFIG);
            assert_contains(str_from(err.message), cases[i].variable);
            assert_contains(str_from(err.hint), "export-credentials");
        }
        credential_source_free(source);
    }
}

static void credential_source_chain_takes_the_first_that_has_keys(void **state) {
    struct credentials_files files = read_texts();
    CLEANUP(credentials_release) struct credentials out = {0};
    struct error err = {0};
    struct credential_source *chain = credential_source_chain();
    (void)state;
    assert_ok(credential_source_fetch(chain, &out, &err), err);
    assert_false(credentials_are_set(&out)); // an empty chain has none
    credential_source_chain_add(chain, credential_source_explicit(STR(""), STR(""), STR("")));
    credential_source_chain_add(chain, credential_source_environment(look_up, env_keys));
    credential_source_chain_add(chain, credential_source_profile(&files, STR("work"), true));
    assert_ok(credential_source_fetch(chain, &out, &err), err);
    assert_int_equal(out.source, CREDENTIALS_ENVIRONMENT);
    credential_source_free(chain);
    credentials_files_release(&files);
}

static void credential_source_chain_stops_at_the_first_failure(void **state) {
    struct credentials_files files = read_texts();
    CLEANUP(credentials_release) struct credentials out = {0};
    struct error err = {0};
    struct credential_source *chain = credential_source_chain();
    (void)state;
    credential_source_chain_add(chain, credential_source_profile(&files, STR("login"), true));
    credential_source_chain_add(chain, credential_source_environment(look_up, env_keys));
    assert_false(credential_source_fetch(chain, &out, &err));
    assert_false(credentials_are_set(&out));
    credential_source_free(chain);
    credentials_files_release(&files);
}

static void credential_source_read_files_follows_home_and_variables(void **state) {
    struct temp_folder folder = temp_folder_make();
    CLEANUP(buf_release) struct buf path = {0};
    struct credentials_files files = {0};
    struct error err = {0};
    (void)state;
    buf_add_format(&path, "%s/.aws", folder.path);
    assert_ok(files_make_folders(buf_text(&path), 0700, &err), err);
    const struct pair home[] = {{"HOME", folder.path}, {0}};
    assert_ok(credential_source_read_files(look_up, home, &files, &err), err);
    assert_int_equal(files.section_count, 0); // no files is no error
    buf_add(&path, STR("/credentials"));
    assert_ok(files_write(buf_text(&path), 0600, STR(CREDENTIALS_TEXT), &err), err);
    assert_ok(credential_source_read_files(look_up, home, &files, &err), err);
    assert_true(credentials_files_has_profile(&files, STR("work")));
    const struct pair elsewhere[] = {
        {"HOME", "/nonexistent"}, {"AWS_SHARED_CREDENTIALS_FILE", buf_text(&path)}, {0}};
    assert_ok(credential_source_read_files(look_up, elsewhere, &files, &err), err);
    assert_true(credentials_files_has_profile(&files, STR("work")));
    const struct pair nowhere[] = {{0}};
    assert_ok(credential_source_read_files(look_up, nowhere, &files, &err), err);
    assert_false(credentials_files_has_profile(&files, STR("work")));
    credentials_files_release(&files);
    temp_folder_remove(&folder);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(credential_source_explicit_needs_both_halves),
    cmocka_unit_test(credential_source_environment_says_where_from),
    cmocka_unit_test(credential_source_environment_refuses_half_a_pair),
    cmocka_unit_test(credential_source_profile_reads_the_named_keys),
    cmocka_unit_test(credential_source_profile_names_what_it_cannot_use),
    cmocka_unit_test(credential_source_profile_default_may_be_missing),
    cmocka_unit_test(credential_source_unsupported_ends_the_search),
    cmocka_unit_test(credential_source_chain_takes_the_first_that_has_keys),
    cmocka_unit_test(credential_source_chain_stops_at_the_first_failure),
    cmocka_unit_test(credential_source_read_files_follows_home_and_variables),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
