// Where a sandbox stands: addresses, lock, state file, and errors that say what to do.
#include "fixture.h"

#include <sys/stat.h>
#include <sys/wait.h>

static void only_loopback_addresses_are_taken(void **state) {
    static const struct {
        const char *listen;
        enum error_code code;
    } cases[] = {
        {"0.0.0.0:0", ERROR_USAGE},       {"192.168.1.4:7780", ERROR_USAGE},
        {"example.com:1", ERROR_USAGE},   {"[::]:0", ERROR_USAGE},
        {"127.0.0.1:99999", ERROR_USAGE}, {"nonsense at all", ERROR_USAGE},
        {"127.0.0.1:0", ERROR_NONE},      {"localhost:0", ERROR_NONE},
        {"127.0.0.2:0", ERROR_NONE},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct sandbox *sandbox = NULL;
        struct error err = {0};
        print_message("%s\n", cases[i].listen);
        const bool is_started =
            sandbox_start(&(struct sandbox_options){.listen = cases[i].listen}, &sandbox, &err);
        assert_int_equal(is_started, cases[i].code == ERROR_NONE);
        assert_int_equal(err.code, cases[i].code);
        if (!is_started) assert_true(err.hint[0] != '\0');
        sandbox_stop(sandbox);
    }
    (void)state;
}

static void a_taken_port_is_an_io_error_with_a_next_step(void **state) {
    struct fixture fixture;
    struct sandbox *second = NULL;
    struct error err = {0};
    struct buf listen = {0};
    fixture_start_in_memory(&fixture);
    buf_add_format(&listen, "127.0.0.1:%d", (int)sandbox_port(fixture.sandbox));
    assert_false(
        sandbox_start(&(struct sandbox_options){.listen = buf_text(&listen)}, &second, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.hint), "--listen");
    buf_release(&listen);
    fixture_stop(&fixture);
    (void)state;
}

static void files_are_for_their_owner_even_where_the_folder_is_not(void **state) {
    static const char *const names[] = {
        "sandbox.db", "sandbox.db-wal", "sandbox.db-shm", "sandbox.json", "sandbox.lock"};
    struct fixture fixture;
    (void)state;
    const mode_t before = umask(022);
    fixture_start_on_disk(&fixture);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        char path[512];
        struct stat facts;
        temp_folder_path(&fixture.folder, names[i], path, sizeof(path));
        print_message("%s\n", names[i]);
        assert_int_equal(stat(path, &facts), 0);
        assert_int_equal(facts.st_mode & 077, 0);
    }
    fixture_stop(&fixture);
    umask(before);
}

static void a_served_folder_is_found_and_busy(void **state) {
    struct fixture fixture;
    struct sandbox_place place = {0};
    struct error err = {0};
    fixture_start_on_disk(&fixture);
    fflush(NULL);
    // the lock belongs to a process: another one looks
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sandbox *second = NULL;
        const bool is_found = sandbox_find(fixture.folder.path, &place, &err);
        const bool is_same = is_found && strcmp(place.url, sandbox_url(fixture.sandbox)) == 0;
        const bool is_busy =
            !sandbox_start(
                &(struct sandbox_options){.data_folder = fixture.folder.path}, &second, &err) &&
            err.code == ERROR_BUSY && err.hint[0];
        _exit(is_same && is_busy ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct temp_folder folder = fixture.folder;
    fixture.has_folder = false;
    fixture_stop(&fixture);
    assert_false(sandbox_find(folder.path, &place, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    temp_folder_remove(&folder);
    (void)state;
}

static void a_folder_that_cannot_be_written_is_an_io_error(void **state) {
    struct sandbox *sandbox = NULL;
    struct error err = {0};
    // no folder can stand below a file, whoever asks
    assert_false(sandbox_start(
        &(struct sandbox_options){.data_folder = "/dev/null/recloop"}, &sandbox, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.hint), "--data");
    (void)state;
}

static void a_seed_file_that_is_missing_is_named(void **state) {
    struct sandbox *sandbox = NULL;
    struct error err = {0};
    assert_false(sandbox_start(
        &(struct sandbox_options){.seed_file = "/dev/null/none.csv"}, &sandbox, &err));
    assert_contains(str_from(err.message), "none.csv");
    (void)state;
}

static void an_empty_sandbox_answers_with_empty_lists(void **state) {
    struct sandbox *sandbox = NULL;
    struct error err = {0};
    struct fixture fixture = {0};
    assert_ok(sandbox_start(&(struct sandbox_options){.seed_file = "none"}, &sandbox, &err), err);
    fixture.sandbox = sandbox;
    sandbox_identities_make(&fixture.identities, sandbox_url(sandbox), NULL, NULL);
    char *list = fixture_recommendations(&fixture, "2941404340");
    assert_string_equal(list, "");
    fixture_click(&fixture, "2941404340", "led-high-tops", "m-empty");
    free(list);
    list = fixture_recommendations(&fixture, "2941404340");
    assert_string_equal(list, "led-high-tops");
    free(list);
    fixture_stop(&fixture);
    (void)state;
}

static void region_and_account_are_in_every_name(void **state) {
    struct sandbox_identities identities = {0};
    sandbox_identities_make(&identities, "http://127.0.0.1:1", "eu-west-1", "210987654321");
    assert_string_equal(
        sandbox_identities_get(&identities, "campaign_arn"),
        "arn:aws:personalize:eu-west-1:210987654321:campaign/segment-workshop-campaign");
    assert_string_equal(
        sandbox_identities_get(&identities, "recommendations_url"),
        "http://127.0.0.1:1/prod/recommendations");
    assert_int_equal(strlen(sandbox_identities_get(&identities, "access_key_id")), 20);
    assert_int_equal(strlen(sandbox_identities_get(&identities, "secret_access_key")), 40);
    static const char *const keys[] = {
        "website-prod", "android-prod", "ios-prod", "email-prod", "personas-event-source"};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        struct buf key = {0};
        buf_add_format(&key, "write_keys.%s", keys[i]);
        assert_int_equal(strlen(sandbox_identities_get(&identities, buf_text(&key))), 32);
        buf_release(&key);
    }
    assert_null(sandbox_identities_get(&identities, "nonsense"));
    sandbox_identities_release(&identities);
    (void)state;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_loopback_addresses_are_taken),
    cmocka_unit_test(a_taken_port_is_an_io_error_with_a_next_step),
    cmocka_unit_test(files_are_for_their_owner_even_where_the_folder_is_not),
    cmocka_unit_test(a_served_folder_is_found_and_busy),
    cmocka_unit_test(a_folder_that_cannot_be_written_is_an_io_error),
    cmocka_unit_test(a_seed_file_that_is_missing_is_named),
    cmocka_unit_test(an_empty_sandbox_answers_with_empty_lists),
    cmocka_unit_test(region_and_account_are_in_every_name),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
