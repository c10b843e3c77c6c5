// The worker thread: commands in, messages out, and an end that never hangs.
#include "worker/worker.h"

#include "support/temp_folder.h"
#include "support/test.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

struct world {
    struct temp_folder folder;
    struct queue *messages;
    struct worker *worker;
    int listener; // -1: none
    char cloud[64];
};

static const char *look_up(void *context, const char *name) {
    const struct world *world = context;
    if (strcmp(name, "AWS_ENDPOINT_URL") == 0) return world->cloud[0] ? world->cloud : NULL;
    return strcmp(name, "HOME") == 0 ? world->folder.path : NULL;
}

// A cloud that takes connections and never says a word; -1: the sandbox.
static int start_worker_on(void **state, int listener) {
    static struct world world;
    world = (struct world){.folder = temp_folder_make(), .listener = listener};
    if (listener >= 0) {
        struct sockaddr_in at = {0};
        socklen_t bytes = sizeof(at);
        CLEANUP(buf_release) struct buf url = {0};
        assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &bytes), 0);
        buf_add_format(&url, "http://127.0.0.1:%d", ntohs(at.sin_port));
        memcpy(world.cloud, buf_text(&url), url.len + 1);
    }
    const struct queue_options options = {
        .capacity = 64, .free_item = message_free_item, .same_source = message_same_source};
    world.messages = queue_new(&options);
    const struct backend_options backend = {.environment = look_up, .environment_context = &world};
    const struct worker_options worker = {.backend = &backend, .messages = world.messages};
    struct error err = {0};
    *state = &world;
    return worker_start(&worker, &world.worker, &err) ? 0 : 1;
}

static int start_worker(void **state) {
    return start_worker_on(state, -1);
}

static int listen_in_silence(void) {
    const struct sockaddr_in any = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&any, sizeof(any)), 0);
    assert_int_equal(listen(listener, 16), 0);
    return listener;
}

static int stop_worker(void **state) {
    struct world *world = *state;
    queue_close(world->messages);
    worker_stop(world->worker);
    queue_free(world->messages);
    if (world->listener >= 0) close(world->listener);
    temp_folder_remove(&world->folder);
    return 0;
}

static void order(struct world *world, uint64_t run_id, const char *action, const char *arguments) {
    struct command *command = command_new_run(run_id, action);
    struct str rest = str_from(arguments);
    while (rest.len) {
        struct str pair = {0};
        struct str name = {0};
        struct str value = {0};
        str_split(rest, ' ', &pair, &rest);
        str_split(pair, '=', &name, &value);
        assert_true(arguments_add(&command->arguments, name, value));
    }
    assert_true(worker_command(world->worker, command));
}

// Waits for the next message of that run and kind; drops others. The caller frees it.
static struct message *expect(struct world *world, uint64_t run_id, enum message_kind kind) {
    for (;;) {
        struct message *message = queue_pop_wait(world->messages);
        assert_non_null(message);
        if (message->run_id == run_id && message->kind == kind) return message;
        if (message->run_id == run_id && message->kind == MESSAGE_DONE) {
            print_error("ended first: %s\n", message->as.done.message);
            fail();
        }
        message_free(message);
    }
}

static enum error_code expect_done(struct world *world, uint64_t run_id) {
    struct message *message = expect(world, run_id, MESSAGE_DONE);
    const enum error_code code = message->as.done.code;
    message_free(message);
    return code;
}

static void worker_tells_the_backend_unasked(void **state) {
    struct world *world = *state;
    struct message *message = expect(world, 0, MESSAGE_BACKEND);
    assert_int_equal(message->as.backend.kind, MESSAGE_BACKEND_SANDBOX_OWN);
    assert_true(message->as.backend.is_up);
    message_free(message);
}

static void worker_runs_an_action_to_its_end(void **state) {
    struct world *world = *state;
    order(world, 7, "send", "wait=10");
    for (size_t done = 0; done < HOP_COUNT;) {
        struct message *message = expect(world, 7, MESSAGE_HOP);
        done += message->as.hop.state == HOP_DONE;
        assert_int_not_equal(message->as.hop.state, HOP_FAILED);
        message_free(message);
    }
    message_free(expect(world, 7, MESSAGE_RECOMMENDATIONS));
    assert_int_equal(expect_done(world, 7), ERROR_NONE);
}

static void worker_answers_wrong_commands_as_failed_runs(void **state) {
    struct world *world = *state;
    order(world, 1, "bananas", "");
    assert_int_equal(expect_done(world, 1), ERROR_USAGE);
    order(world, 2, "sandbox", ""); // of the command line only
    assert_int_equal(expect_done(world, 2), ERROR_USAGE);
    order(world, 3, "send", "wait=soon");
    assert_int_equal(expect_done(world, 3), ERROR_USAGE);
}

static void worker_cancels_one_run_and_keeps_the_others(void **state) {
    struct world *world = *state;
    order(world, 1, "watch", "limit=0");
    order(world, 2, "stream", "rate=100");
    message_free(expect(world, 2, MESSAGE_PROGRESS));
    assert_true(worker_command(world->worker, command_new_cancel(2)));
    assert_true(worker_command(world->worker, command_new_cancel(99))); // nobody: no harm
    assert_int_equal(expect_done(world, 2), ERROR_CANCELLED);
    order(world, 3, "send", "");
    struct message *seen = expect(world, 1, MESSAGE_EVENT); // the watcher lives
    message_free(seen);
}

static void worker_ends_a_run_at_its_deadline(void **state) {
    struct world *world = *state;
    struct command *command = command_new_run(5, "watch");
    command->deadline_ms = 50;
    assert_true(arguments_add(&command->arguments, STR("limit"), STR("0")));
    assert_true(worker_command(world->worker, command));
    assert_int_equal(expect_done(world, 5), ERROR_TIMEOUT);
}

static void adjust(struct world *world, uint64_t run_id, struct str name, struct str value) {
    struct command *command = command_new_adjust(run_id);
    assert_true(arguments_add(&command->arguments, name, value));
    assert_true(worker_command(world->worker, command));
}

static void worker_tells_what_cannot_be_changed_and_lets_the_run_be(void **state) {
    struct world *world = *state;
    order(world, 1, "watch", "limit=0");
    adjust(world, 1, STR("limit"), STR("5"));
    adjust(world, 99, STR("limit"), STR("5")); // nobody: no harm
    struct message *line = expect(world, 1, MESSAGE_LINE);
    assert_true(line->as.line.is_diagnostic);
    assert_string_equal(line->as.line.text, "`watch` takes no changes");
    message_free(line);
    order(world, 2, "send", "");
    message_free(expect(world, 1, MESSAGE_EVENT)); // it still watches
}

static void worker_changes_a_stream_while_it_runs(void **state) {
    struct world *world = *state;
    order(world, 1, "stream", "rate=1 limit=100");
    message_free(expect(world, 1, MESSAGE_PROGRESS));
    adjust(world, 1, STR("rate"), STR("slow"));
    message_free(expect(world, 1, MESSAGE_LINE)); // no such rate: it stays as it is
    adjust(world, 1, STR("paused"), STR("yes"));
    for (bool is_paused = false; !is_paused;) {
        struct message *message = expect(world, 1, MESSAGE_PROGRESS);
        is_paused = message->as.progress.is_paused;
        message_free(message);
    }
    adjust(world, 1, STR("paused"), STR("no"));
    adjust(world, 1, STR("rate"), STR("max"));
    assert_int_equal(expect_done(world, 1), ERROR_NONE); // at one a second it took minutes
}

// "1,234 taken, 1,234 accepted, …"
static void assert_all_arrived(const char *line) {
    const struct str text = str_from(line);
    const struct str taken = str_slice(text, 0, str_find_char(text, ' '));
    const struct str rest = str_skip(text, taken.len + STR(" taken, ").len);
    const struct str accepted = str_slice(rest, 0, str_find_char(rest, ' '));
    assert_true(str_equal(taken, accepted));
    assert_false(str_equal(taken, STR("0")));
}

static void worker_lets_a_stream_end_in_good_order(void **state) {
    struct world *world = *state;
    bool is_told = false;
    order(world, 1, "stream", "rate=max lanes=1"); // there is always a batch in flight, and no more
    for (uint64_t accepted = 0; !accepted;) {
        struct message *message = expect(world, 1, MESSAGE_PROGRESS);
        accepted = message->as.progress.accepted;
        message_free(message);
    }
    assert_true(worker_command(world->worker, command_new_cancel(1)));
    while (!is_told) {
        struct message *message = expect(world, 1, MESSAGE_LINE);
        is_told = strstr(message->as.line.text, " taken, ");
        if (is_told) assert_all_arrived(message->as.line.text);
        message_free(message);
    }
    assert_int_equal(expect_done(world, 1), ERROR_CANCELLED);
}

static int start_worker_with_a_silent_cloud(void **state) {
    return start_worker_on(state, listen_in_silence());
}

// The handler asks and waits inside one step of its task.
static void worker_cancels_a_run_in_the_middle_of_its_step(void **state) {
    struct world *world = *state;
    order(world, 1, "handler", "");
    message_free(expect(world, 1, MESSAGE_HOP));
    order(world, 2, "version", "");
    assert_true(worker_command(world->worker, command_new_cancel(1)));
    assert_int_equal(expect_done(world, 1), ERROR_CANCELLED);
    assert_int_equal(expect_done(world, 2), ERROR_NONE);
}

static void worker_cancels_what_waits_behind_a_step(void **state) {
    struct world *world = *state;
    order(world, 1, "handler", "");
    message_free(expect(world, 1, MESSAGE_HOP));
    order(world, 2, "watch", "limit=0");
    assert_true(worker_command(world->worker, command_new_cancel(2)));
    assert_true(worker_command(world->worker, command_new_cancel(1)));
    assert_int_equal(expect_done(world, 1), ERROR_CANCELLED);
    assert_int_equal(expect_done(world, 2), ERROR_CANCELLED);
}

// A change waits for the end of the step; cancelling does not wait for the change.
static void worker_cancels_past_a_change_that_waits(void **state) {
    struct world *world = *state;
    order(world, 1, "handler", "");
    message_free(expect(world, 1, MESSAGE_HOP));
    adjust(world, 1, STR("user"), STR("1"));
    assert_true(worker_command(world->worker, command_new_cancel(1)));
    assert_int_equal(expect_done(world, 1), ERROR_CANCELLED);
}

static void worker_ends_a_step_at_its_deadline(void **state) {
    struct world *world = *state;
    struct command *command = command_new_run(5, "handler");
    command->deadline_ms = 50;
    assert_true(worker_command(world->worker, command));
    struct message *done = expect(world, 5, MESSAGE_DONE);
    assert_int_equal(done->as.done.code, ERROR_TIMEOUT);
    assert_string_equal(done->as.done.message, "the run did not end in its time");
    message_free(done);
}

static void worker_refuses_more_runs_than_it_takes(void **state) {
    struct world *world = *state;
    for (uint64_t id = 1; id <= WORKER_MAX_RUNS; id++)
        order(world, id, "watch", "limit=0");
    order(world, 100, "version", "");
    assert_int_equal(expect_done(world, 100), ERROR_BUSY);
    assert_true(worker_command(world->worker, command_new_cancel(1)));
    assert_int_equal(expect_done(world, 1), ERROR_CANCELLED);
    order(world, 101, "version", "");
    assert_int_equal(expect_done(world, 101), ERROR_NONE);
}

static void worker_uses_changed_settings_and_lets_running_runs_be(void **state) {
    struct world *world = *state;
    order(world, 1, "watch", "limit=0");
    order(world, 2, "config set", "key=external_id value=987654321");
    assert_int_equal(expect_done(world, 2), ERROR_NONE);
    order(world, 3, "send", "via=destination");
    assert_int_equal(expect_done(world, 3), ERROR_REFUSED);
    order(world, 4, "config unset", "key=external_id");
    assert_int_equal(expect_done(world, 4), ERROR_NONE);
    order(world, 5, "send", "via=destination");
    assert_int_equal(expect_done(world, 5), ERROR_NONE);
    order(world, 6, "send", "");
    message_free(expect(world, 1, MESSAGE_EVENT)); // the watcher, on the first client, still sees
}

static void worker_stops_in_the_middle_of_everything(void **state) {
    struct world *world = *state;
    order(world, 1, "watch", "limit=0");
    order(world, 2, "stream", "rate=1000");
    order(world, 3, "send", "wait=10");
    order(world, 4, "recommend", "watch=60");
    message_free(expect(world, 2, MESSAGE_PROGRESS));
    // the teardown stops it here
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(worker_tells_the_backend_unasked, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(worker_runs_an_action_to_its_end, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_answers_wrong_commands_as_failed_runs, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_cancels_one_run_and_keeps_the_others, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(worker_ends_a_run_at_its_deadline, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_cancels_a_run_in_the_middle_of_its_step,
        start_worker_with_a_silent_cloud,
        stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_cancels_what_waits_behind_a_step, start_worker_with_a_silent_cloud, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_tells_what_cannot_be_changed_and_lets_the_run_be, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_changes_a_stream_while_it_runs, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_lets_a_stream_end_in_good_order, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_cancels_past_a_change_that_waits, start_worker_with_a_silent_cloud, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_ends_a_step_at_its_deadline, start_worker_with_a_silent_cloud, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_refuses_more_runs_than_it_takes, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_uses_changed_settings_and_lets_running_runs_be, start_worker, stop_worker),
    cmocka_unit_test_setup_teardown(
        worker_stops_in_the_middle_of_everything, start_worker, stop_worker),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
