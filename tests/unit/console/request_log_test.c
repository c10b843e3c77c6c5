#include "support/model_fixture.h"
#include "support/test.h"

#include "base/memory.h"

static int set_up(void **state) {
    (void)fixture_set_up(state);
    struct fixture *fixture = *state;
    model_set_now(&fixture->model, 1767607200000);
    return 0;
}

static void request_of(
    struct fixture *fixture, uint64_t run_id, uint64_t sequence, int status, struct str answer) {
    struct message *message = message_new(MESSAGE_REQUEST, run_id);
    struct message_request *told = &message->as.request;
    told->sequence = sequence;
    told->method = message_copy_text(STR("GET"));
    told->host = message_copy_text(STR("h"));
    told->path = message_copy_text(STR("/"));
    told->status = status;
    told->is_final = true;
    told->answer = message_copy_text(answer);
    fixture_receive(fixture, message);
}

static void request(struct fixture *fixture, uint64_t sequence, int status, struct str answer) {
    request_of(fixture, 0, sequence, status, answer);
}

static uint64_t selected(const struct fixture *fixture) {
    const struct message_request *here = request_log_selected(&fixture->model);
    return here ? here->sequence : 0;
}

static void request_log_keeps_the_newest_and_counts_all(void **state) {
    struct fixture *fixture = *state;
    const struct request_log *log = &fixture->model.requests;
    fixture_press(fixture, '6');
    for (uint64_t i = 1; i <= REQUEST_LOG_ROWS + 50; i++)
        request(fixture, i, i % 10 ? 200 : 500, STR("200 OK"));
    assert_int_equal(log->count, REQUEST_LOG_ROWS);
    assert_int_equal(log->dropped, 50);
    assert_int_equal(log->received, REQUEST_LOG_ROWS + 50);
    assert_int_equal(log->failed, (REQUEST_LOG_ROWS + 50) / 10);
    assert_int_equal(request_log_at(&fixture->model, 0)->sequence, 51);
    assert_int_equal(selected(fixture), REQUEST_LOG_ROWS + 50);
}

static void request_log_polls_push_nothing_out(void **state) {
    struct fixture *fixture = *state;
    const struct request_log *log = &fixture->model.requests;
    const uint64_t watch = 77;
    fixture->model.stream.watch_run_id = watch;
    fixture_press(fixture, '6');
    request(fixture, 1, 200, STR("200 OK"));
    request(fixture, 2, 200, STR("200 OK"));
    fixture_press(fixture, INPUT_UP);
    for (uint64_t i = 3; i <= 3 * REQUEST_LOG_ROWS; i++)
        request_of(fixture, watch, i, 200, STR("200 OK"));
    assert_int_equal(request_log_count(&fixture->model), 2);
    assert_int_equal(selected(fixture), 1);
    assert_int_equal(log->polls, REQUEST_LOG_POLLS);
    assert_int_equal(log->polled, 3 * REQUEST_LOG_ROWS - 2);
    assert_int_equal(log->dropped, 0);
    request_of(fixture, watch, 9001, 503, STR("503 No")); // errors always show
    request(fixture, 9002, 200, STR("200 OK"));
    assert_int_equal(request_log_count(&fixture->model), 4);
    fixture_press(fixture, 'a');
    assert_int_equal(request_log_count(&fixture->model), REQUEST_LOG_POLLS + 4);
    assert_int_equal(selected(fixture), 1);
    fixture_press(fixture, 'G');
    assert_int_equal(selected(fixture), 9002);
    fixture_press(fixture, INPUT_UP);
    fixture_press(fixture, INPUT_UP);
    assert_int_equal(selected(fixture), 3 * REQUEST_LOG_ROWS); // a poll
    request_of(fixture, watch, 9003, 200, STR("200 OK"));      // the oldest poll goes
    assert_int_equal(selected(fixture), 3 * REQUEST_LOG_ROWS);
    fixture_press(fixture, 'a');
    assert_int_equal(selected(fixture), 2); // the one before it that is shown
    assert_int_equal(request_log_count(&fixture->model), 4);
}

static void request_log_bounds_the_bytes_of_texts(void **state) {
    struct fixture *fixture = *state;
    const struct request_log *log = &fixture->model.requests;
    const size_t size = REQUEST_LOG_BYTES / 4;
    char *text = mem_alloc(size);
    memset(text, 'x', size);
    for (uint64_t i = 1; i <= 12; i++)
        request(fixture, i, 200, (struct str){.ptr = text, .len = size});
    mem_free(text);
    assert_true(log->bytes <= REQUEST_LOG_BYTES);
    assert_int_equal(log->count, 3);
    assert_int_equal(log->dropped, 9);
}

static void request_log_selection_stays_with_its_request(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, '6');
    for (uint64_t i = 1; i <= REQUEST_LOG_ROWS; i++)
        request(fixture, i, 200, STR("200 OK"));
    fixture_press(fixture, INPUT_UP);
    assert_int_equal(selected(fixture), REQUEST_LOG_ROWS - 1);
    for (uint64_t i = 1; i <= 30; i++)
        request(fixture, REQUEST_LOG_ROWS + i, 200, STR("200 OK"));
    assert_int_equal(selected(fixture), REQUEST_LOG_ROWS - 1);
    fixture_press(fixture, 'F');
    assert_int_equal(selected(fixture), REQUEST_LOG_ROWS + 30);
    fixture_press(fixture, 'F'); // holds the newest row, too
    request(fixture, 5000, 200, STR("200 OK"));
    assert_int_equal(selected(fixture), REQUEST_LOG_ROWS + 30);
}

static void request_log_shows_an_opened_text_that_has_left(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, '6');
    request(fixture, 1, 500, STR("500 Oh\n\nwhat it said"));
    fixture_press(fixture, INPUT_ENTER);
    assert_int_equal(fixture->model.overlay_count, 1);
    for (uint64_t i = 2; i <= REQUEST_LOG_ROWS + 10; i++)
        request(fixture, i, 200, STR("200 OK"));
    assert_null(request_log_opened(&fixture->model));
    assert_contains(buf_str(&fixture->model.requests.screen.fold.text), "what it said");
    fixture_press(fixture, INPUT_TAB); // there is no other text any more
    assert_contains(buf_str(&fixture->model.requests.screen.fold.text), "what it said");
}

static const struct command *find_command(const struct fixture *fixture, const char *action) {
    for (size_t i = 0; i < fixture->effects.command_count; i++) {
        const struct command *command = fixture->effects.commands[i];
        if (command->action && strcmp(command->action, action) == 0) return command;
    }
    return NULL;
}

static void request_log_follows_the_function_once(void **state) {
    struct fixture *fixture = *state;
    const struct request_log *log = &fixture->model.requests;
    fixture_press(fixture, '6');
    fixture_press(fixture, 'l');
    const struct command *command = find_command(fixture, "lambda logs");
    assert_non_null(command);
    const uint64_t run_id = command->run_id;
    fixture_press(fixture, 'l');
    fixture_press(fixture, 'l');
    assert_null(find_command(fixture, "lambda logs"));
    for (int i = 0; i < REQUEST_LOG_LINES + 5; i++)
        fixture_receive(fixture, message_new_line(run_id, false, STR("[ERROR] no sku")));
    fixture_receive(fixture, message_new_line(run_id + 1000, false, STR("another run's")));
    assert_int_equal(log->line_count, REQUEST_LOG_LINES);
    assert_int_equal(log->lines_dropped, 5);
    assert_true(request_log_line_at(&fixture->model, 0)->is_bad);
    fixture_receive(fixture, message_new_done(run_id, NULL));
    fixture_press(fixture, 'R');
    assert_non_null(find_command(fixture, "lambda logs"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    TEST(request_log_keeps_the_newest_and_counts_all),
    TEST(request_log_polls_push_nothing_out),
    TEST(request_log_bounds_the_bytes_of_texts),
    TEST(request_log_selection_stays_with_its_request),
    TEST(request_log_shows_an_opened_text_that_has_left),
    TEST(request_log_follows_the_function_once),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
