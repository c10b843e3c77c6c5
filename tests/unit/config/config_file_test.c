// The settings file: edited like a careful hand would.
#include "config/config_file.h"

#include "base/files.h"
#include "support/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void parse(const char *text, struct config_file *out) {
    struct error err = {0};
    assert_ok(config_file_parse(str_from(text), out, &err), err);
}

static void assert_formatted(const struct config_file *file, const char *expected) {
    CLEANUP(buf_release) struct buf text = {0};
    config_file_format(file, &text);
    assert_str(buf_str(&text), expected);
}

static void set(struct config_file *file, const char *profile, const char *key, const char *value) {
    struct error err = {0};
    assert_ok(
        config_file_set(file, str_from(profile), str_from(key), str_from(value), NULL, &err), err);
}

static const char by_hand[] = "# mine\n"
                              "profile = work\n"
                              "\n"
                              "[other]\n"
                              "region = ignored\n"
                              "[profile work]\n"
                              "; note\n"
                              "region=eu-west-1\n"
                              "  user_id   =   42   \n"
                              "what is this line\n"
                              "future_key = 1\n"
                              "\n"
                              "[profile second]\n"
                              "region = us-west-2\n";

static void config_file_keeps_what_it_does_not_understand(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    parse(by_hand, &file);
    assert_formatted(&file, by_hand);
    struct str value = {0};
    assert_true(config_file_get(&file, STR("work"), STR("region"), &value));
    assert_str(value, "eu-west-1");
    assert_true(config_file_get(&file, STR("work"), STR("user_id"), &value));
    assert_str(value, "42");
    assert_false(config_file_get(&file, STR("work"), STR("tracking_id"), &value));
    assert_false(config_file_get(&file, STR("other"), STR("region"), &value));
    assert_str(config_file_chosen(&file), "work");
}

static void config_file_changes_the_one_line_it_is_about(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    parse(by_hand, &file);
    set(&file, "work", "region", "ap-southeast-2");
    set(&file, "work", "user_id", "7");
    set(&file, "work", "log_type", "Tail");
    assert_formatted(
        &file, "# mine\n"
               "profile = work\n"
               "\n"
               "[other]\n"
               "region = ignored\n"
               "[profile work]\n"
               "; note\n"
               "region=ap-southeast-2\n"
               "  user_id   =   7   \n"
               "what is this line\n"
               "future_key = 1\n"
               "log_type = Tail\n"
               "\n"
               "[profile second]\n"
               "region = us-west-2\n");
}

static void config_file_makes_profiles_and_choices(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    struct error err = {0};
    set(&file, "new", "region", "eu-west-1");
    assert_formatted(&file, "[profile new]\nregion = eu-west-1\n");
    assert_int_equal(config_file_chosen(&file).len, 0);
    assert_ok(config_file_choose(&file, STR("new"), &err), err);
    set(&file, "next", "user_id", "1");
    assert_formatted(
        &file, "profile = new\n[profile new]\nregion = eu-west-1\n\n[profile next]\nuser_id = 1\n");
    assert_ok(config_file_choose(&file, STR("next"), &err), err);
    assert_str(config_file_chosen(&file), "next");
    struct str name = {0};
    assert_true(config_file_profile_at(&file, 0, &name));
    assert_str(name, "new");
    assert_true(config_file_profile_at(&file, 1, &name));
    assert_str(name, "next");
    assert_false(config_file_profile_at(&file, 2, &name));
    assert_true(config_file_has_profile(&file, STR("next")));
    assert_false(config_file_has_profile(&file, STR("nex")));
}

static void config_file_unset_removes_every_line_of_a_key(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    struct str value = {0};
    parse("[profile a]\nuser_id = 1\n# c\nuser_id = 2\n[profile b]\nuser_id = 3\n", &file);
    assert_true(config_file_get(&file, STR("a"), STR("user_id"), &value));
    assert_str(value, "2"); // the last one counts
    assert_true(config_file_unset(&file, STR("a"), STR("user_id")));
    assert_false(config_file_unset(&file, STR("a"), STR("user_id")));
    assert_formatted(&file, "[profile a]\n# c\n[profile b]\nuser_id = 3\n");
}

static void config_file_fills_in_an_empty_value(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    parse("\xEF\xBB\xBF[profile a]\r\nuser_id =\r\nregion = eu-west-1\r\n", &file);
    set(&file, "a", "user_id", "9");
    set(&file, "a", "region", "us-east-1");
    assert_formatted(&file, "\xEF\xBB\xBF[profile a]\r\nuser_id = 9\r\nregion = us-east-1\r\n");
}

static void config_file_set_refuses_and_says_why(void **state) {
    (void)state;
    static const struct {
        const char *profile, *key, *value, *message, *hint;
    } cases[] = {
        {.profile = "a", .key = "regoin", .value = "x", .message = "no setting", .hint = "region"},
        {.profile = "a", .key = "region", .value = "x", .message = "region: ", .hint = "us-east-1"},
        {.profile = "a",
         .key = "region",
         .value = " \" \" ",
         .message = "empty",
         .hint = "unset region"},
        {.profile = "a]b",
         .key = "region",
         .value = "eu-west-1",
         .message = "no name",
         .hint = "letters"},
        {.profile = "",
         .key = "region",
         .value = "eu-west-1",
         .message = "no name",
         .hint = "letters"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(config_file_release) struct config_file file = {0};
        struct error err = {0};
        print_message("%s %s\n", cases[i].profile, cases[i].key);
        assert_false(config_file_set(
            &file, str_from(cases[i].profile), str_from(cases[i].key), str_from(cases[i].value),
            NULL, &err));
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_int_equal(file.count, 0);
    }
    CLEANUP(config_file_release) struct config_file file = {0};
    struct error err = {0};
    assert_false(config_file_parse(STR("a\0b"), &file, &err));
    assert_true(err.hint[0]);
    assert_int_equal(err.code, ERROR_INVALID);
}

static void config_file_cleans_pasted_values_and_says_so(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    CLEANUP(buf_release) struct buf note = {0};
    struct error err = {0};
    struct str value = {0};
    assert_ok(
        config_file_set(
            &file, STR("a"), STR("campaign_arn"),
            STR(" personalize_campaign_arn=\"arn:aws:personalize:us-east-1:123456789012:"
                "campaign/x\xE2\x80\x8B\"\n"),
            &note, &err),
        err);
    assert_true(config_file_get(&file, STR("a"), STR("campaign_arn"), &value));
    assert_str(value, "arn:aws:personalize:us-east-1:123456789012:campaign/x");
    assert_contains(buf_str(&note), "removed ");
    assert_contains(buf_str(&note), "invisible");
    assert_contains(buf_str(&note), "KEY=");
}

static const char *look_up(void *context, const char *name) {
    const char *const *pairs = context;
    for (size_t i = 0; pairs[i]; i += 2) {
        if (str_equal(str_from(pairs[i]), str_from(name))) return pairs[i + 1];
    }
    return NULL;
}

static void config_file_path_follows_xdg_then_home(void **state) {
    (void)state;
    const char *xdg[] = {"XDG_CONFIG_HOME", "/x", "HOME", "/h", NULL};
    const char *relative[] = {"XDG_CONFIG_HOME", "x", "HOME", "/h", NULL};
    const char *none[] = {NULL};
    CLEANUP(buf_release) struct buf path = {0};
    struct error err = {0};
    assert_ok(config_file_path(look_up, xdg, &path, &err), err);
    assert_str(buf_str(&path), "/x/recloop/config.ini");
    buf_reset(&path);
    assert_ok(config_file_path(look_up, relative, &path, &err), err);
    assert_str(buf_str(&path), "/h/.config/recloop/config.ini");
    buf_reset(&path);
    assert_false(config_file_path(look_up, none, &path, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "--config");
    assert_false(config_file_path(NULL, NULL, &path, &err));
}

static void config_file_is_private_and_survives_the_disk(void **state) {
    (void)state;
    char folder[] = "/tmp/recloop-test-XXXXXX";
    CLEANUP(buf_release) struct buf path = {0};
    CLEANUP(buf_release) struct buf link_path = {0};
    CLEANUP(config_file_release) struct config_file file = {0};
    CLEANUP(config_file_release) struct config_file again = {0};
    struct error err = {0};
    struct stat found = {0};
    assert_non_null(mkdtemp(folder));
    buf_add_format(&path, "%s/sub/config.ini", folder);
    buf_add_format(&link_path, "%s/link.ini", folder);
    assert_ok(config_file_load(buf_text(&path), &file, &err), err); // missing: empty
    assert_int_equal(file.count, 0);
    set(&file, "work", "website_write_key", "0123456789abcdef0123456789abcdef");
    assert_ok(config_file_save(&file, buf_text(&path), &err), err);
    assert_int_equal(stat(buf_text(&path), &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);

    // through a link, which stays one
    assert_int_equal(symlink(buf_text(&path), buf_text(&link_path)), 0);
    set(&file, "work", "user_id", "5");
    assert_ok(config_file_save(&file, buf_text(&link_path), &err), err);
    assert_int_equal(lstat(buf_text(&link_path), &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_ok(config_file_load(buf_text(&path), &again, &err), err);
    assert_formatted(
        &again, "[profile work]\nwebsite_write_key = 0123456789abcdef0123456789abcdef\n"
                "user_id = 5\n");

    assert_false(config_file_load(folder, &again, &err)); // a folder cannot be read
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.hint), "--config");
    unlink(buf_text(&link_path));
    unlink(buf_text(&path));
    buf_reset(&path);
    buf_add_format(&path, "%s/sub", folder);
    rmdir(buf_text(&path));
    rmdir(folder);
}

static void config_file_adds_copies_and_removes_profiles(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    struct error err = {0};
    parse("# mine\nprofile = work\n[profile work]\n# a note\nregion = eu-west-1\nodd = 1\n", &file);
    assert_ok(config_file_add_profile(&file, STR("empty"), STR(""), &err), err);
    assert_ok(config_file_add_profile(&file, STR("copy"), STR("work"), &err), err);
    assert_formatted(
        &file, "# mine\nprofile = work\n[profile work]\n# a note\nregion = eu-west-1\nodd = 1\n\n"
               "[profile empty]\n\n[profile copy]\nregion = eu-west-1\nodd = 1\n");
    assert_true(config_file_has_profile(&file, STR("empty")));

    assert_false(config_file_add_profile(&file, STR("copy"), STR(""), &err));
    assert_contains(str_from(err.message), "already");
    assert_false(config_file_add_profile(&file, STR("sandbox"), STR(""), &err));
    assert_false(config_file_add_profile(&file, STR("new"), STR("nobody"), &err));
    assert_contains(str_from(err.hint), "sandbox, work, empty, copy");
    assert_false(config_file_add_profile(&file, STR("a b"), STR(""), &err));

    assert_ok(config_file_remove_profile(&file, config_file_chosen(&file), &err), err);
    assert_formatted(
        &file, "# mine\nprofile = sandbox\n[profile empty]\n\n[profile copy]\nregion = eu-west-1\n"
               "odd = 1\n");
    assert_false(config_file_remove_profile(&file, STR("work"), &err));
    assert_contains(str_from(err.message), "no profile");
    assert_false(config_file_remove_profile(&file, STR("sandbox"), &err));
    assert_contains(str_from(err.hint), "config unset");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(config_file_adds_copies_and_removes_profiles),
    cmocka_unit_test(config_file_keeps_what_it_does_not_understand),
    cmocka_unit_test(config_file_changes_the_one_line_it_is_about),
    cmocka_unit_test(config_file_makes_profiles_and_choices),
    cmocka_unit_test(config_file_unset_removes_every_line_of_a_key),
    cmocka_unit_test(config_file_fills_in_an_empty_value),
    cmocka_unit_test(config_file_set_refuses_and_says_why),
    cmocka_unit_test(config_file_cleans_pasted_values_and_says_so),
    cmocka_unit_test(config_file_path_follows_xdg_then_home),
    cmocka_unit_test(config_file_is_private_and_survives_the_disk),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
