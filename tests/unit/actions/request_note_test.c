// Requests as messages: what they were, no secret, bounded bodies, and what a flood leaves out is counted.
#include "actions/request_note.h"

#include "base/secret.h"
#include "segment/tracking.h"
#include "support/test.h"

static void set(struct request *request, const char *method, const char *url, const char *body) {
    request_set_method(request, str_from(method));
    request_set_url(request, str_from(url));
    request_set_body(request, str_from(body));
}

static struct message *
note(const struct request *request, const struct response *response, const struct error *error) {
    struct note_limit limit = {0};
    const struct transfers_observation seen = {
        .request = request,
        .response = response,
        .error = error,
        .elapsed_ms = 1.5,
        .attempts = 2,
        .is_final = true};
    return request_note_new(&seen, 0, &limit);
}

static void a_request_is_named_after_what_it_asks(void **state) {
    (void)state;
    static const struct {
        const char *method, *url, *authorization, *target, *what;
    } cases[] = {
        {"POST", "http://h:1/recommendations", "AWS4-HMAC-SHA256 x", NULL,
         "personalize-runtime GetRecommendations"},
        {"POST", "http://h:1/", "AWS4-HMAC-SHA256 x", "Logs_20140328.FilterLogEvents",
         "logs FilterLogEvents"},
        {"POST", "http://h:1/odd", "AWS4-HMAC-SHA256 x", NULL, "AWS"},
        {"POST", "http://h:1/v1/track", "Basic x", NULL, "Segment tracking"},
        {"GET", "http://h:1/v1/spaces/s/collections/users/profiles/user_id:1/traits?limit=1",
         "Basic x", NULL, "Segment Profile API"},
        {"GET", "http://h:1/_recloop/deliveries?wait=1", NULL, NULL, "sandbox deliveries"},
        {"GET", "http://h:1", NULL, NULL, "HTTP"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(request_release) struct request request = {0};
        struct response response = {.status = 200};
        set(&request, cases[i].method, cases[i].url, "{}");
        if (cases[i].authorization)
            headers_add(&request.headers, STR("Authorization"), str_from(cases[i].authorization));
        if (cases[i].target)
            headers_add(&request.headers, STR("X-Amz-Target"), str_from(cases[i].target));
        struct message *message = note(&request, &response, NULL);
        assert_string_equal(message->as.request.what, cases[i].what);
        assert_string_equal(message->as.request.host, "h:1");
        assert_null(strchr(message->as.request.path, '?'));
        message_free(message);
    }
}

static void a_request_tells_its_end_and_no_secret(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(response_release) struct response response = {.status = 403};
    CLEANUP(event_release) struct event event = {0};
    struct secret key = {0};
    struct error err = {0};
    secret_set(&key, STR("verySecretWriteKey1234"));
    const struct event_draft draft = {.type = EVENT_TRACK, .user_id = STR("u"), .name = STR("E")};
    event_build(&draft, &event);
    tracking_request_event(&event, STR("http://h:1"), &key, &request);
    response_set_body(
        &response, STR("application/json"), STR("{\"SecretAccessKey\":\"alsoVerySecret9876\"}"));
    headers_set(&response.headers, STR("x-amzn-RequestId"), STR("r-1"));
    struct message *message = note(&request, &response, NULL);
    const struct message_request *told = &message->as.request;
    assert_int_equal(told->status, 403);
    assert_string_equal(told->problem, "Forbidden");
    assert_string_equal(told->request_id, "r-1");
    assert_string_equal(told->method, "POST");
    assert_true(told->bytes_out > 0 && told->bytes_in > 0 && told->is_final);
    assert_int_equal(told->attempts, 2);
    assert_contains(str_from(told->request), "POST http://h:1/v1/track\n");
    assert_false(str_contains(str_from(told->request), STR("verySecret")));
    assert_false(str_contains(str_from(told->request), STR("dmVyeVNlY3JldFdyaXRlS2V5")));
    assert_false(str_contains(str_from(told->answer), STR("alsoVery")));
    message_free(message);
    error_set(&err, ERROR_UNREACHABLE, "nobody answers at h:1");
    message = note(&request, NULL, &err);
    assert_null(message->as.request.answer);
    assert_string_equal(message->as.request.problem, "nobody answers at h:1");
    assert_int_equal(message->as.request.status, 0);
    message_free(message);
    secret_release(&key);
}

static void bodies_are_cut_with_a_note(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    struct response response = {.status = 200};
    set(&request, "POST", "http://h:1/v1/batch", "");
    for (size_t i = 0; i < 4 * REQUEST_NOTE_BODY_BYTES; i++)
        buf_add_char(&request.body, 'x');
    struct message *message = note(&request, &response, NULL);
    assert_contains(str_from(message->as.request.request), "… cut: the whole body has 32768 bytes");
    assert_true(strlen(message->as.request.request) < REQUEST_NOTE_BODY_BYTES + 200);
    assert_int_equal(message->as.request.bytes_out, 4 * REQUEST_NOTE_BODY_BYTES);
    assert_int_equal(request.body.len, 4 * REQUEST_NOTE_BODY_BYTES); // the request itself is whole
    message_free(message);
}

static void a_flood_is_left_out_and_counted(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    struct response response = {.status = 200};
    struct note_limit limit = {0};
    const struct transfers_observation seen = {.request = &request, .response = &response};
    set(&request, "GET", "http://h:1/", "");
    assert_null(request_note_new(&seen, NOTE_LIMIT_WAITING, &limit)); // nobody takes them
    note_limit_lost(&limit);
    struct message *message = request_note_new(&seen, 0, &limit);
    assert_int_equal(message->as.request.left_out, 2);
    assert_int_equal(message->as.request.sequence, 2);
    message_free(message);
    uint64_t told = 0;
    limit = (struct note_limit){.window_ms = INT64_MAX / 2}; // one that does not end
    for (int i = 0; i < 1000; i++) {
        message = request_note_new(&seen, 0, &limit);
        told += message != NULL;
        message_free(message);
    }
    assert_int_equal(told, REQUEST_NOTE_PER_SECOND);
    assert_int_equal(limit.left_out, 1000 - REQUEST_NOTE_PER_SECOND);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_is_named_after_what_it_asks),
    cmocka_unit_test(a_request_tells_its_end_and_no_secret),
    cmocka_unit_test(bodies_are_cut_with_a_note),
    cmocka_unit_test(a_flood_is_left_out_and_counted),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
