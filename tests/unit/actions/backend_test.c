// The backend: when a sandbox starts, who shares it, and what happens without a place for it.
#include "actions/backend.h"

#include "client/client.h"
#include "sandbox/sandbox.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
    struct temp_folder folder;
    const char *home; // value of HOME; NULL: unset
    const char *profile;
};

static const char *look_up(void *context, const char *name) {
    const struct world *world = context;
    if (strcmp(name, "HOME") == 0) return world->home;
    return NULL;
}

static struct backend *new_backend(struct world *world) {
    const struct backend_options options = {
        .profile = world->profile, .environment = look_up, .environment_context = world};
    return backend_new(&options);
}

static int make_world(void **state) {
    static struct world world;
    world = (struct world){.folder = temp_folder_make()};
    world.home = world.folder.path;
    *state = &world;
    return 0;
}

static int remove_world(void **state) {
    struct world *world = *state;
    temp_folder_remove(&world->folder);
    return 0;
}

static void backend_reads_settings_without_starting_a_sandbox(void **state) {
    struct backend *backend = new_backend(*state);
    struct error err = {0};
    const struct config *config = backend_config(backend, &err);
    assert_non_null(config);
    assert_true(config_is_sandbox(config));
    assert_true(config_is_set(&config->campaign_arn));
    assert_false(config_is_set(&config->tracking_url)); // nobody serves, so there is no URL
    assert_null(backend_sandbox_url(backend));
    assert_null(backend_client(backend));
    backend_free(backend);
}

// Another process that serves until `go_on` is closed. Locks belong to processes, so this needs one.
struct other {
    pid_t pid;
    int ready, go_on; // pipe ends of ours
};

static void serve(struct world *world, int ready, int go_on) {
    struct backend *backend = new_backend(world);
    struct error err = {0};
    char byte = backend_open(backend, &err) ? 'y' : 'n';
    if (write(ready, &byte, 1) == 1) byte = (char)read(go_on, &byte, 1);
    backend_free(backend);
}

static struct other start_other(struct world *world) {
    int ready[2];
    int go_on[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go_on), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(go_on[1]);
        serve(world, ready[1], go_on[0]);
        _exit(0);
    }
    close(ready[1]);
    close(go_on[0]);
    char byte = 0;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    return (struct other){.pid = pid, .ready = ready[0], .go_on = go_on[1]};
}

static void end_other(struct other *other) {
    int status = 1;
    close(other->ready);
    close(other->go_on);
    assert_int_equal(waitpid(other->pid, &status, 0), other->pid);
    assert_int_equal(status, 0);
}

static enum message_backend_kind kind_of(struct backend *backend) {
    struct message *told = backend_describe(backend, 1);
    const enum message_backend_kind kind = told->as.backend.kind;
    message_free(told);
    return kind;
}

static void backend_uses_the_sandbox_of_another_process(void **state) {
    struct other other = start_other(*state);
    struct backend *backend = new_backend(*state);
    struct error err = {0};
    assert_ok(backend_open(backend, &err), err);
    assert_int_equal(kind_of(backend), MESSAGE_BACKEND_SANDBOX_OTHER);
    assert_true(client_is_sandbox(backend_client(backend)));
    assert_null(backend_note(backend));
    const struct config *config = backend_config(backend, &err);
    assert_str(config_text(&config->tracking_url), backend_sandbox_url(backend));
    backend_free(backend); // first: the other one waits for those who are connected
    end_other(&other);
}

static void backend_takes_over_when_the_other_process_has_gone(void **state) {
    struct other other = start_other(*state);
    struct backend *backend = new_backend(*state);
    struct error err = {0};
    assert_ok(backend_open(backend, &err), err);
    CLEANUP(buf_release) struct buf url = {0};
    buf_add(&url, str_from(backend_sandbox_url(backend)));
    // one that was given up before: the one in use is another
    assert_true(backend_recover(backend, STR("http://127.0.0.1:1")));
    assert_str(buf_str(&url), backend_sandbox_url(backend));
    // it is still there: an answer that was lost is no reason for another
    const struct client *client = backend_client(backend);
    assert_false(backend_recover(backend, buf_str(&url)));
    assert_ptr_equal(backend_client(backend), client);
    assert_int_equal(kind_of(backend), MESSAGE_BACKEND_SANDBOX_OTHER);
    assert_int_equal(kill(other.pid, SIGKILL), 0);
    assert_int_equal(waitpid(other.pid, NULL, 0), other.pid);
    close(other.ready);
    close(other.go_on);
    assert_true(backend_recover(backend, buf_str(&url)));
    assert_int_equal(kind_of(backend), MESSAGE_BACKEND_SANDBOX_OWN);
    buf_reset(&url);
    buf_add(&url, str_from(backend_sandbox_url(backend)));
    assert_false(backend_recover(backend, buf_str(&url))); // it is our own
    backend_free(backend);
}

static void backend_starts_anew_when_the_server_has_gone(void **state) {
    struct backend *first = new_backend(*state);
    struct error err = {0};
    assert_ok(backend_open(first, &err), err);
    backend_free(first);
    struct backend *second = new_backend(*state);
    assert_ok(backend_open(second, &err), err);
    struct message *told = backend_describe(second, 1);
    assert_int_equal(told->as.backend.kind, MESSAGE_BACKEND_SANDBOX_OWN);
    message_free(told);
    backend_free(second);
}

static void backend_falls_back_to_memory_and_says_so(void **state) {
    struct world *world = *state;
    char blocked[300];
    temp_folder_path(&world->folder, "file", blocked, sizeof(blocked));
    FILE *file = fopen(blocked, "w");
    assert_non_null(file);
    fclose(file);
    const char *const homes[] = {NULL, blocked, "/dev/null"};
    for (size_t i = 0; i < ARRAY_COUNT(homes); i++) {
        world->home = homes[i];
        struct backend *backend = new_backend(world);
        struct error err = {0};
        assert_ok(backend_open(backend, &err), err);
        assert_non_null(backend_note(backend));
        assert_contains(str_from(backend_note(backend)), "in memory");
        backend_free(backend);
    }
}

static void backend_keeps_a_replaced_client_until_it_is_settled(void **state) {
    struct backend *backend = new_backend(*state);
    struct error err = {0};
    assert_ok(backend_open(backend, &err), err);
    struct client *old = backend_client(backend);
    CLEANUP(buf_release) struct buf url = {0};
    buf_add(&url, str_from(backend_sandbox_url(backend)));
    backend_reload(backend);
    assert_null(backend_client(backend));
    assert_true(client_is_sandbox(old)); // still good: a task may hold it
    assert_ok(backend_open(backend, &err), err);
    assert_ptr_not_equal(backend_client(backend), old);
    assert_str(buf_str(&url), backend_sandbox_url(backend)); // the sandbox stays
    backend_settle(backend);
    backend_free(backend);
}

static void backend_uses_the_cloud_for_other_profiles(void **state) {
    struct world *world = *state;
    world->profile = "work";
    struct backend *backend = new_backend(world);
    struct error err = {0};
    assert_ok(backend_open(backend, &err), err);
    assert_null(backend_sandbox_url(backend));
    assert_null(backend_identities(backend));
    struct message *told = backend_describe(backend, 1);
    assert_int_equal(told->as.backend.kind, MESSAGE_BACKEND_CLOUD);
    assert_null(told->as.backend.url);
    message_free(told);
    backend_free(backend);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
        backend_reads_settings_without_starting_a_sandbox, make_world, remove_world),
    cmocka_unit_test_setup_teardown(
        backend_uses_the_sandbox_of_another_process, make_world, remove_world),
    cmocka_unit_test_setup_teardown(
        backend_takes_over_when_the_other_process_has_gone, make_world, remove_world),
    cmocka_unit_test_setup_teardown(
        backend_starts_anew_when_the_server_has_gone, make_world, remove_world),
    cmocka_unit_test_setup_teardown(
        backend_falls_back_to_memory_and_says_so, make_world, remove_world),
    cmocka_unit_test_setup_teardown(
        backend_keeps_a_replaced_client_until_it_is_settled, make_world, remove_world),
    cmocka_unit_test_setup_teardown(
        backend_uses_the_cloud_for_other_profiles, make_world, remove_world),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
