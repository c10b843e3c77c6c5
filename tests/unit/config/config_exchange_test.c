// Settings as .env lines, out and in.
#include "config/config_file.h"

#include "support/test.h"

#define KEY "0123456789abcdef0123456789abcdef"

static void set(struct config *config, const char *name, const char *value) {
    config_set(config, settings_find(str_from(name)), str_from(value), CONFIG_FILE, NULL);
}

static void config_export_masks_unless_told_otherwise(void **state) {
    (void)state;
    CLEANUP(config_release) struct config config = {0};
    CLEANUP(buf_release) struct buf text = {0};
    set(&config, "region", "eu-west-1");
    set(&config, "lambda_function", "Handler");
    set(&config, "personas_write_key", KEY);
    set(&config, "user_id", "O'Neil $HOME");
    config_export(&config, false, &text);
    assert_str(
        buf_str(&text), "AWS_REGION=eu-west-1\n"
                        "lambda_function=Handler\n"
                        "# connections_source_write_key=••••cdef\n"
                        "user_id='O'\\''Neil $HOME'\n");
    assert_false(str_contains(buf_str(&text), STR(KEY)));
    buf_reset(&text);
    config_export(&config, true, &text);
    assert_contains(buf_str(&text), "\nconnections_source_write_key=" KEY "\n");
}

static void config_import_reads_back_what_export_wrote(void **state) {
    (void)state;
    CLEANUP(config_release) struct config config = {0};
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(config_file_release) struct config_file file = {0};
    struct config_import_counts counts = {0};
    struct error err = {0};
    struct str value = {0};
    set(&config, "region", "eu-west-1");
    set(&config, "personas_write_key", KEY);
    set(&config, "user_id", "O'Neil $HOME");
    config_export(&config, true, &text);
    assert_ok(config_import(&file, STR("a"), buf_str(&text), &counts, NULL, &err), err);
    assert_int_equal(counts.set, 3);
    assert_int_equal(counts.skipped, 0);
    assert_true(config_file_get(&file, STR("a"), STR("user_id"), &value));
    assert_str(value, "O'Neil $HOME");
    assert_true(config_file_get(&file, STR("a"), STR("personas_write_key"), &value));
    assert_str(value, KEY);
}

static void config_import_reads_what_people_write(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    CLEANUP(buf_release) struct buf note = {0};
    struct config_import_counts counts = {0};
    struct error err = {0};
    struct str value = {0};
    assert_ok(
        config_import(
            &file, STR("a"),
            STR("# comment\r\n"
                "export AWS_REGION=\"eu-west-1\"  # home\r\n"
                "\r\n"
                "connections_source_api_key = " KEY "   # old name\n"
                "campaign_arn=\n"
                "PATH=/usr/bin\n"
                "no sign at all\n"
                "log_type='Tail'\n"),
            &counts, &note, &err),
        err);
    assert_int_equal(counts.set, 3);
    assert_int_equal(counts.skipped, 3);
    assert_string_equal(buf_text(&note), "skipped PATH; skipped a line that is no NAME=value");
    assert_true(config_file_get(&file, STR("a"), STR("region"), &value));
    assert_str(value, "eu-west-1");
    assert_true(config_file_get(&file, STR("a"), STR("personas_write_key"), &value));
    assert_str(value, KEY);
    assert_true(config_file_get(&file, STR("a"), STR("log_type"), &value));
    assert_str(value, "Tail");
}

static void config_import_changes_nothing_when_a_line_is_wrong(void **state) {
    (void)state;
    CLEANUP(config_file_release) struct config_file file = {0};
    struct config_import_counts counts = {.set = 99};
    struct error err = {0};
    assert_false(config_import(
        &file, STR("a"), STR("AWS_REGION=eu-west-1\nlog_type=Everything\n"), &counts, NULL, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.message), "line 2: log_type");
    assert_contains(str_from(err.hint), "Tail,None");
    assert_int_equal(file.count, 0);
    assert_int_equal(counts.set, 99);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(config_export_masks_unless_told_otherwise),
    cmocka_unit_test(config_import_reads_back_what_export_wrote),
    cmocka_unit_test(config_import_reads_what_people_write),
    cmocka_unit_test(config_import_changes_nothing_when_a_line_is_wrong),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
