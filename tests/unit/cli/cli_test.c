// Exit codes: product.md section 2, for every error code there is.
#include "cli/cli.h"

#include "support/test.h"

static const struct {
    enum error_code code;
    int exit_code;
} rows[] = {
    {.code = ERROR_NONE, .exit_code = 0},     {.code = ERROR_USAGE, .exit_code = 2},
    {.code = ERROR_CONFIG, .exit_code = 3},   {.code = ERROR_INVALID, .exit_code = 1},
    {.code = ERROR_LIMIT, .exit_code = 1},    {.code = ERROR_NOT_FOUND, .exit_code = 1},
    {.code = ERROR_REFUSED, .exit_code = 1},  {.code = ERROR_THROTTLED, .exit_code = 1},
    {.code = ERROR_EXPIRED, .exit_code = 1},  {.code = ERROR_UNREACHABLE, .exit_code = 4},
    {.code = ERROR_TIMEOUT, .exit_code = 4},  {.code = ERROR_CANCELLED, .exit_code = 130},
    {.code = ERROR_BUSY, .exit_code = 1},     {.code = ERROR_IO, .exit_code = 1},
    {.code = ERROR_INTERNAL, .exit_code = 5},
};

static void cli_maps_every_error_code_to_its_exit_status(void **state) {
    (void)state;
    assert_int_equal(ARRAY_COUNT(rows), ERROR_INTERNAL + 1);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        print_message("%s\n", error_code_name(rows[i].code));
        assert_int_equal(cli_exit_code(rows[i].code), rows[i].exit_code);
    }
}

static const char *no_environment(void *context, const char *name) {
    (void)context;
    (void)name;
    return NULL;
}

static int run(const char *const *words, int count) {
    CLEANUP(parse_release) struct parse parse = {0};
    struct error err = {0};
    assert_ok(parse_command_line(count, words, &parse, &err), err);
    return cli_run(&parse, no_environment, NULL);
}

static void cli_runs_local_commands_without_home_or_sandbox(void **state) {
    (void)state;
    static const char *const version[] = {"version", "--json"};
    static const char *const help[] = {"help", "send", "--json"};
    static const char *const completion[] = {"completion", "bash", "--json"};
    assert_int_equal(run(version, 2), 0);
    assert_int_equal(run(help, 3), 0);
    assert_int_equal(run(completion, 3), 0);
}

static void cli_tells_where_settings_are_missing_a_place(void **state) {
    (void)state;
    static const char *const path[] = {"config", "path"};
    static const char *const unknown[] = {"config", "get", "no_such_setting"};
    assert_int_equal(run(path, 2), 3);
    assert_int_equal(run(unknown, 3), 3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(cli_maps_every_error_code_to_its_exit_status),
    cmocka_unit_test(cli_runs_local_commands_without_home_or_sandbox),
    cmocka_unit_test(cli_tells_where_settings_are_missing_a_place),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
