// credentials and endpoint — environment, the two files with all their habits, profiles, endpoints.
#include "aws/credentials.h"

#include "aws/endpoint.h"
#include "base/attributes.h"
#include "support/test.h"

// An environment as a list of pairs, ended by NULL.
static const char *look_up(const void *environment, const char *name) {
    const char *const *pair = environment;
    for (; *pair; pair += 2) {
        if (strcmp(pair[0], name) == 0) return pair[1];
    }
    return NULL;
}

static void credentials_from_environment_reads_the_triple(void **state) {
    (void)state;
    static const char *const environment[] = {
        "AWS_ACCESS_KEY_ID",
        "ASIA1",
        "AWS_SECRET_ACCESS_KEY",
        "s3cr3t",
        "AWS_SESSION_TOKEN",
        "tok",
        "AWS_CREDENTIAL_EXPIRATION",
        "2024-05-01T12:00:00Z",
        NULL};
    CLEANUP(credentials_release) struct credentials got = {0};
    struct error err = {0};
    assert_ok(credentials_from_environment(look_up, environment, &got, &err), err);
    assert_true(credentials_are_set(&got));
    assert_str(buf_str(&got.access_key_id), "ASIA1");
    assert_str(secret_reveal(&got.secret_access_key), "s3cr3t");
    assert_str(secret_reveal(&got.session_token), "tok");
    assert_int_equal(got.expires_at_s, 1714564800);
    assert_int_equal(got.source, CREDENTIALS_ENVIRONMENT);
}

static void credentials_from_environment_treats_empty_as_unset(void **state) {
    (void)state;
    static const char *const environment[] = {
        "AWS_ACCESS_KEY_ID", "", "AWS_SECRET_ACCESS_KEY", "", NULL};
    CLEANUP(credentials_release) struct credentials got = {0};
    struct error err = {0};
    assert_ok(credentials_from_environment(look_up, environment, &got, &err), err);
    assert_false(credentials_are_set(&got));
}

static void credentials_from_environment_refuses_half_a_pair(void **state) {
    (void)state;
    static const char *const cases[][5] = {
        {"AWS_ACCESS_KEY_ID", "AKIA1", "AWS_SECRET_ACCESS_KEY", "", NULL},
        {"AWS_SECRET_ACCESS_KEY", "s", "AWS_ACCESS_KEY_ID", "", NULL},
        {"AWS_ACCESS_KEY_ID", "AKIA1", "AWS_SECRET_ACCESS_KEY", "s\n", NULL},
    };
    static const char *const hints[] = {"both halves", "both halves", "Copy the value again"};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(credentials_release) struct credentials got = {0};
        struct error err = {0};
        assert_false(credentials_from_environment(look_up, cases[i], &got, &err));
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_contains(str_from(err.hint), hints[i]);
    }
}

static void credentials_copy_is_deep(void **state) {
    (void)state;
    CLEANUP(credentials_release) struct credentials copy = {0};
    struct credentials from = {0};
    credentials_set(&from, STR("id"), STR("secret"), STR("token"));
    from.expires_at_s = 7;
    from.source = CREDENTIALS_PROFILE_KEYS;
    credentials_copy(&from, &copy);
    credentials_release(&from);
    credentials_release(&from);
    assert_str(secret_reveal(&copy.session_token), "token");
    assert_int_equal(copy.expires_at_s, 7);
    assert_int_equal(copy.source, CREDENTIALS_PROFILE_KEYS);
}

static void add(struct credentials_files *files, enum credentials_file which, const char *text) {
    struct error err = {0};
    assert_ok(credentials_files_add(files, which, str_from(text), &err), err);
}

static bool has_warning(const struct credentials_files *files, enum credentials_warning_kind kind) {
    for (size_t i = 0; i < files->warning_count; i++) {
        if (files->warnings[i].kind == kind) return true;
    }
    return false;
}

static void credentials_files_merge_profiles(void **state) {
    (void)state;
    CLEANUP(credentials_files_release) struct credentials_files files = {0};
    CLEANUP(credentials_release) struct credentials got = {0};
    struct error err = {0};
    add(&files, CREDENTIALS_FILE_CONFIG,
        "[default]\r\nregion = eu-west-1\r\n[profile  \"my prof\"]\nregion=us-west-2\n"
        "AWS_Access_Key_Id=FROMCONFIG\naws_secret_access_key=x\nendpoint_url = "
        "http://127.0.0.1:1\n");
    add(&files, CREDENTIALS_FILE_CREDENTIALS,
        "# comment\n[default]\naws_access_key_id = AKIA1\naws_secret_access_key = a=b=\n"
        "[my prof]\naws_access_key_id: AKIA2\naws_secret_access_key = s2\n; end\n");
    assert_int_equal(files.warning_count, 0);
    assert_str(credentials_files_get(&files, STR("default"), "region"), "eu-west-1");
    assert_str(credentials_files_get(&files, STR("my prof"), "region"), "us-west-2");
    assert_str(credentials_files_get(&files, STR("my prof"), "aws_access_key_id"), "AKIA2");
    assert_ok(credentials_from_profile(&files, STR("default"), &got, &err), err);
    assert_str(secret_reveal(&got.secret_access_key), "a=b=");
    assert_contains(buf_str(&got.origin), "profile default");
    assert_ok(credentials_from_profile(&files, STR("my prof"), &got, &err), err);
    assert_str(buf_str(&got.access_key_id), "AKIA2");
}

static void credentials_files_read_indented_headers_as_botocore_does(void **state) {
    (void)state;
    CLEANUP(credentials_files_release) struct credentials_files files = {0};
    add(&files, CREDENTIALS_FILE_CREDENTIALS,
        "  [a]\n  region = one\n[b]\n\t[c]\n\tregion = two\n[d]\nregion = three\n  [e]\n");
    assert_str(credentials_files_get(&files, STR("a"), "region"), "one");
    assert_true(credentials_files_has_profile(&files, STR("b")));
    assert_str(credentials_files_get(&files, STR("c"), "region"), "two");
    // below a key it continues the value
    assert_false(credentials_files_has_profile(&files, STR("e")));
    assert_str(credentials_files_get(&files, STR("d"), "region"), "three\n[e]");
}

static void credentials_files_warn_about_habits(void **state) {
    (void)state;
    static const struct {
        enum credentials_file which;
        const char *text;
        enum credentials_warning_kind kind;
    } cases[] = {
        {CREDENTIALS_FILE_CREDENTIALS, "\xEF\xBB\xBF[a]\nk=v\n", CREDENTIALS_WARNING_BOM},
        {CREDENTIALS_FILE_CREDENTIALS, "[a]\nk=\"v\"\n", CREDENTIALS_WARNING_QUOTES},
        {CREDENTIALS_FILE_CREDENTIALS, "[a]\nk=v # c\n", CREDENTIALS_WARNING_INLINE_COMMENT},
        {CREDENTIALS_FILE_CREDENTIALS, "[a]\nnothing\n", CREDENTIALS_WARNING_NO_EQUALS},
        {CREDENTIALS_FILE_CREDENTIALS, "[a]\nk=1\nK=2\n", CREDENTIALS_WARNING_DUPLICATE_KEY},
        {CREDENTIALS_FILE_CREDENTIALS, "[a]\nk=1\n[a]\nl=2\n",
         CREDENTIALS_WARNING_DUPLICATE_SECTION},
        {CREDENTIALS_FILE_CREDENTIALS, "[profile a]\nk=1\n", CREDENTIALS_WARNING_PROFILE_PREFIX},
        {CREDENTIALS_FILE_CONFIG, "[a]\nk=1\n", CREDENTIALS_WARNING_NO_PROFILE_PREFIX},
        {CREDENTIALS_FILE_CREDENTIALS, "k=1\n[a]\n", CREDENTIALS_WARNING_OUTSIDE},
        {CREDENTIALS_FILE_CREDENTIALS, "[a\nk=1\n", CREDENTIALS_WARNING_BAD_SECTION},
        {CREDENTIALS_FILE_CREDENTIALS, "[a]\n\xE2\x80\x8Bk=1\n", CREDENTIALS_WARNING_INVISIBLE},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(credentials_files_release) struct credentials_files files = {0};
        add(&files, cases[i].which, cases[i].text);
        if (!has_warning(&files, cases[i].kind)) fail_msg("no warning for %s", cases[i].text);
        assert_int_equal(files.warning_count, 1);
        assert_true(files.warnings[0].text.len > 0);
    }
}

static void credentials_files_keep_quotes_and_last_duplicate(void **state) {
    (void)state;
    CLEANUP(credentials_files_release) struct credentials_files files = {0};
    add(&files, CREDENTIALS_FILE_CREDENTIALS, "[a]\nq=\"v\"\nk=1\nk=2\nm=one\n two\n");
    assert_str(credentials_files_get(&files, STR("a"), "q"), "\"v\"");
    assert_str(credentials_files_get(&files, STR("a"), "k"), "2");
    assert_str(credentials_files_get(&files, STR("a"), "m"), "one\ntwo");
    assert_null(credentials_files_get(&files, STR("a"), "absent").ptr);
}

static void credentials_files_refuse_what_is_no_text(void **state) {
    (void)state;
    CLEANUP(credentials_files_release) struct credentials_files files = {0};
    struct error err = {0};
    const struct str wide = {.ptr = "\xFF\xFE[\0a\0]\0", .len = 8};
    assert_false(credentials_files_add(&files, CREDENTIALS_FILE_CONFIG, wide, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "UTF-16");
}

static void credentials_from_profile_names_what_it_cannot_do(void **state) {
    (void)state;
    static const struct {
        const char *profile;
        enum error_code code;
        const char *message, *hint;
    } cases[] = {
        {"nobody", ERROR_NOT_FOUND, "nobody", "AWS_PROFILE"},
        {"half", ERROR_CONFIG, "aws_secret_access_key", "both halves"},
        {"empty", ERROR_CONFIG, "holds no keys", "aws_access_key_id"},
        {"role", ERROR_CONFIG, "role_arn", "export-credentials"},
        {"web", ERROR_CONFIG, "web_identity_token_file", "export-credentials"},
        {"sso", ERROR_CONFIG, "SSO", "export-credentials"},
        {"process", ERROR_CONFIG, "credential_process", "export-credentials"},
    };
    CLEANUP(credentials_files_release) struct credentials_files files = {0};
    add(&files, CREDENTIALS_FILE_CONFIG,
        "[profile half]\naws_access_key_id=A\n[profile empty]\nregion=x\n"
        "[profile role]\nrole_arn=r\nsource_profile=half\naws_access_key_id=A\n"
        "[profile web]\nrole_arn=r\nweb_identity_token_file=f\n[profile sso]\nsso_session=s\n"
        "[profile process]\ncredential_process=p\n[sso-session s]\nsso_region=x\n");
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(credentials_release) struct credentials got = {0};
        struct error err = {0};
        assert_false(credentials_from_profile(&files, str_from(cases[i].profile), &got, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
    }
}

static void endpoint_default_follows_the_partition(void **state) {
    (void)state;
    static const struct {
        const char *service, *region, *url, *signing;
    } cases[] = {
        {"personalize-runtime", "eu-west-1", "https://personalize-runtime.eu-west-1.amazonaws.com",
         "eu-west-1"},
        {"lambda", "cn-north-1", "https://lambda.cn-north-1.amazonaws.com.cn", "cn-north-1"},
        {"sts", "us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
        {"iam", "eu-west-1", "https://iam.amazonaws.com", "us-east-1"},
        {"iam", "cn-northwest-1", "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
        {"iam", "us-gov-east-1", "https://iam.us-gov.amazonaws.com", "us-gov-west-1"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf url = {0};
        endpoint_default(&url, str_from(cases[i].service), str_from(cases[i].region));
        assert_str(buf_str(&url), cases[i].url);
        assert_str(
            endpoint_signing_region(str_from(cases[i].service), str_from(cases[i].region)),
            cases[i].signing);
    }
}

static void endpoint_resolve_keeps_the_order(void **state) {
    (void)state;
    const char *environment[] = {
        "AWS_ENDPOINT_URL_PERSONALIZE_RUNTIME",
        "http://one:1/",
        "AWS_ENDPOINT_URL",
        "http://two:2",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "",
        NULL};
    CLEANUP(credentials_files_release) struct credentials_files files = {0};
    add(&files, CREDENTIALS_FILE_CONFIG,
        "[profile p]\nservices = local\nendpoint_url = http://four:4\n"
        "[services local]\npersonalize_runtime =\n  endpoint_url = http://three:3/base\n");
    struct endpoint_sources sources = {
        .override = STR("http://zero:9/prefix/"),
        .lookup = look_up,
        .environment = environment,
        .files = &files,
        .profile = STR("p"),
    };
    static const char *const expected[] = {
        "http://zero:9/prefix", "http://one:1",
        "http://two:2",         "http://three:3/base",
        "http://four:4",        "https://personalize-runtime.eu-west-1.amazonaws.com"};
    for (size_t step = 0; step < ARRAY_COUNT(expected); step++) {
        CLEANUP(buf_release) struct buf url = {0};
        CLEANUP(buf_release) struct buf origin = {0};
        struct error err = {0};
        if (step == 1) sources.override = (struct str){0};
        if (step == 2) environment[1] = "";
        if (step == 3) environment[3] = "";
        if (step == 4) { // another service has no section of its own
            assert_ok(
                endpoint_resolve(&url, STR("lambda"), STR("eu-west-1"), &sources, NULL, &err), err);
            assert_str(buf_str(&url), expected[4]);
            continue;
        }
        if (step == 5) environment[5] = "true";
        assert_ok(
            endpoint_resolve(
                &url, STR("personalize-runtime"), STR("eu-west-1"), &sources, &origin, &err),
            err);
        assert_str(buf_str(&url), expected[step]);
        assert_true(origin.len > 0);
    }
}

static void endpoint_resolve_refuses_what_is_no_base(void **state) {
    (void)state;
    static const char *const bad[] = {"localhost:4599", "http://h/?q=1", "http://h/#f"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        CLEANUP(buf_release) struct buf url = {0};
        struct error err = {0};
        const struct endpoint_sources sources = {.override = str_from(bad[i])};
        assert_false(endpoint_resolve(&url, STR("sts"), STR("eu-west-1"), &sources, NULL, &err));
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_true(strlen(err.hint) > 0);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(credentials_from_environment_reads_the_triple),
    cmocka_unit_test(credentials_from_environment_treats_empty_as_unset),
    cmocka_unit_test(credentials_from_environment_refuses_half_a_pair),
    cmocka_unit_test(credentials_copy_is_deep),
    cmocka_unit_test(credentials_files_merge_profiles),
    cmocka_unit_test(credentials_files_read_indented_headers_as_botocore_does),
    cmocka_unit_test(credentials_files_warn_about_habits),
    cmocka_unit_test(credentials_files_keep_quotes_and_last_duplicate),
    cmocka_unit_test(credentials_files_refuse_what_is_no_text),
    cmocka_unit_test(credentials_from_profile_names_what_it_cannot_do),
    cmocka_unit_test(endpoint_default_follows_the_partition),
    cmocka_unit_test(endpoint_resolve_keeps_the_order),
    cmocka_unit_test(endpoint_resolve_refuses_what_is_no_base),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
