// The sandbox's own routes: reset, import, reasons, long polls, and what is refused.
#include "base/clock.h"
#include "fixture.h"
#include "support/plain_client.h"

#include <pthread.h>

static int64_t number(struct fixture *fixture, const char *target, const char *key) {
    int64_t value = -1;
    assert_int_equal(fixture_get(fixture, target), 200);
    assert_true(json_integer(json_get(fixture->json.root, key), &value));
    return value;
}

static void reset_gives_the_seeded_state_back(void **state) {
    struct fixture *fixture = *state;
    const int64_t before = number(fixture, "/_recloop/health", "interactions");
    char *list = fixture_recommendations(fixture, "2941404340");
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-reset");
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "PUT", .target = "/_recloop/destination", .body = "{\"enabled\":false}"}),
        200);
    const int64_t sequence = number(fixture, "/_recloop/health", "last_sequence");
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "POST", .target = "/_recloop/reset"}),
        200);
    assert_true(json_bool(json_get(fixture->json.root, "reset"), false));
    assert_int_equal(number(fixture, "/_recloop/health", "interactions"), before);
    char *again = fixture_recommendations(fixture, "2941404340");
    assert_string_equal(list, again);
    assert_int_equal(
        fixture_profile(fixture, "2941404340", "traits?include=recommended_products"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "traits")), 0);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
    assert_int_equal(fixture_get(fixture, "/_recloop/destination"), 200);
    assert_true(json_bool(json_get(fixture->json.root, "enabled"), false));
    // the same message counts again, and sequences go on
    fixture_click(fixture, "2941404340", "ocean-blue-shirt", "m-reset");
    assert_true(number(fixture, "/_recloop/health", "last_sequence") > sequence);
    assert_int_equal(number(fixture, "/_recloop/health", "interactions"), before + 1);
    free(list);
    free(again);
}

static void two_sandboxes_have_the_same_history(void **state) {
    struct fixture *fixture = *state, other;
    fixture_start_in_memory(&other);
    static const char *const users[] = {"2941404340", "1100000000", "nobody"};
    for (size_t i = 0; i < ARRAY_COUNT(users); i++) {
        char *one = fixture_recommendations(fixture, users[i]);
        char *two = fixture_recommendations(&other, users[i]);
        assert_string_equal(one, two);
        free(one);
        free(two);
    }
    const int64_t interactions = number(fixture, "/_recloop/health", "interactions");
    assert_true(interactions >= 3000 && interactions <= 6000);
    fixture_stop(&other);
}

static void import_adds_rows_or_changes_nothing(void **state) {
    struct fixture *fixture = *state;
    const int64_t before = number(fixture, "/_recloop/health", "interactions");
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "POST",
                .target = "/_recloop/import",
                .body = "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\nim-1,led-high-tops,Product "
                        "Clicked,1770000000\n"
                        "im-1,\"herschel-iona\",\"Order Completed\",1770000100\n"}),
        200);
    assert_int_equal(number(fixture, "/_recloop/health", "interactions"), before + 2);
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "POST",
                .target = "/_recloop/import",
                .body = "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\nim-2,led-high-tops,Product "
                        "Clicked,1770000000\nim-2,x,y,never\n"}),
        400);
    assert_contains(json_get_text(json_get(fixture->json.root, "error"), "message"), "3");
    assert_int_equal(number(fixture, "/_recloop/health", "interactions"), before + 2);
}

static void reasons_sum_to_the_score(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_get(fixture, "/_recloop/reasons?user=2941404340&num=10"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "predictors")), 6);
    const struct json_node *item = json_first(json_get(fixture->json.root, "items"));
    size_t count = 0;
    for (; item; item = json_next(item), count++) {
        double score = 0, sum = 0, share = 0;
        const struct json_node *reason = json_first(json_get(item, "reasons"));
        for (; reason; reason = json_next(reason)) {
            assert_true(json_number(reason, &share));
            sum += share;
        }
        assert_true(json_number(json_get(item, "score"), &score));
        assert_true(sum > score - 1e-9 && sum < score + 1e-9);
    }
    assert_int_equal(count, 10);
}

struct waiter {
    const char *url, *target;
    struct response response;
};

static void *wait_for_answer(void *context) {
    struct waiter *waiter = context;
    struct request request = {0};
    request_set_url(&request, str_from(waiter->target));
    plain_client_send(waiter->url, &request, &waiter->response);
    request_release(&request);
    return NULL;
}

static void held_requests_are_answered_by_the_event(void **state) {
    static const struct {
        const char *target, *part;
    } cases[] = {
        {"/_recloop/debugger?after=0&wait=20000", "\"Product Clicked\""},
        {"/_recloop/debugger?source=personas-event-source&wait=20000", "recommended_products"},
        {"/_recloop/deliveries?message_id=m-held&wait=20000", "\"delivered\""},
        {"/_recloop/profile?user_id=held-shopper&after=0&wait=20000", "\"held-shopper\""},
    };
    struct fixture *fixture = *state;
    struct waiter waiters[ARRAY_COUNT(cases)] = {0};
    pthread_t threads[ARRAY_COUNT(cases)];
    const int64_t started_ms = clock_monotonic_ms();
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        waiters[i] =
            (struct waiter){.url = sandbox_url(fixture->sandbox), .target = cases[i].target};
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_answer, &waiters[i]), 0);
    }
    fixture_click(fixture, "held-shopper", "led-high-tops", "m-held");
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(waiters[i].response.status, 200);
        assert_contains(buf_str(&waiters[i].response.body), cases[i].part);
        response_release(&waiters[i].response);
    }
    assert_true(
        clock_monotonic_ms() - started_ms < 15000); // by the event, not by the end of the wait
}

static void a_wait_that_ends_answers_with_nothing(void **state) {
    struct fixture *fixture = *state;
    const int64_t started_ms = clock_monotonic_ms();
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?wait=120"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 0);
    assert_true(clock_monotonic_ms() - started_ms >= 119);
}

static void stopping_answers_those_who_wait(void **state) {
    struct fixture fixture;
    struct waiter waiter = {0};
    pthread_t thread;
    fixture_start_in_memory(&fixture);
    waiter = (struct waiter){
        .url = sandbox_url(fixture.sandbox), .target = "/_recloop/debugger?wait=30000"};
    assert_int_equal(pthread_create(&thread, NULL, wait_for_answer, &waiter), 0);
    bool has_arrived = false;
    while (!has_arrived) {
        assert_int_equal(fixture_get(&fixture, "/_recloop/metrics"), 200);
        has_arrived =
            str_contains(buf_str(&fixture.response.body), STR("\nrecloop_held_requests 1\n"));
    }
    fixture_stop(&fixture);
    pthread_join(thread, NULL);
    assert_int_equal(waiter.response.status, 503);
    response_release(&waiter.response);
    (void)state;
}

static void unknown_paths_and_methods_say_so(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_get(fixture, "/nonsense"), 404);
    assert_true(json_get_text(json_get(fixture->json.root, "error"), "hint").len > 0);
    assert_int_equal(fixture_get(fixture, "/_recloop/reset"), 405);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?source=nobody"), 404);
    assert_contains(json_get_text(json_get(fixture->json.root, "error"), "hint"), "website-prod");
}

static void env_names_every_identity(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture_get(fixture, "/_recloop/env"), 200);
    for (size_t i = 0; i < fixture->identities.count; i++) {
        const struct sandbox_identity *row = &fixture->identities.rows[i];
        const char *dot = strchr(row->key, '.');
        const struct json_node *from =
            dot ? json_get(fixture->json.root, "write_keys") : fixture->json.root;
        assert_str(json_get_text(from, dot ? dot + 1 : row->key), row->value);
    }
}

static void pages_of_other_sites_do_not_reach_the_own_routes(void **state) {
    static const struct {
        const char *origin, *host;
        int status;
    } cases[] = {
        {NULL, NULL, 200},
        {"http://localhost:3000", NULL, 200},
        {"https://evil.example", NULL, 403},
        {"null", NULL, 403},
        {NULL, "evil.example:7780", 403},
        {NULL, "127.0.0.1.evil.example", 403},
        {NULL, "localhost:1", 200},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(
            fixture_call(
                fixture,
                &(struct fixture_call){
                    .method = "POST",
                    .target = "/_recloop/reset",
                    .origin = cases[i].origin,
                    .host = cases[i].host}),
            cases[i].status);
    }
}

static void what_another_site_embeds_is_not_served(void **state) {
    static const struct {
        const char *site, *destination;
        int status;
    } cases[] = {
        {"cross-site", "image", 403},    {"cross-site", "iframe", 403},
        {"cross-site", "document", 200}, // somebody followed a link
        {"same-site", "image", 200},     {"none", "document", 200},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *const headers[] = {
            "Sec-Fetch-Site", cases[i].site, "Sec-Fetch-Dest", cases[i].destination, NULL};
        assert_int_equal(
            fixture_call(
                fixture,
                &(struct fixture_call){.target = "/_recloop/function-env", .headers = headers}),
            cases[i].status);
    }
}

static void garbage_does_not_stop_it(void **state) {
    static const char *const garbage[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "POST /v1/track HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
        "GET /%zz?%%%&=&& HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{",
        "POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(garbage); i++) {
        struct buf got = {0};
        plain_client_send_raw(sandbox_url(fixture->sandbox), str_from(garbage[i]), &got);
        buf_release(&got);
    }
    assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200);
}

// What one reader takes for a body another takes for the next request: the second must not be served.
static void a_message_whose_end_is_unclear_is_refused(void **state) {
#define SECOND "GET /_recloop/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
#define HEAD "POST /v1/track HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    static const char *const unclear[] = {
        HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND,
        HEAD "Content-Length: 0\r\nContent-Length: 4\r\n\r\n" SECOND,
        HEAD "Transfer-Encoding: xchunked\r\n\r\n" SECOND,
        HEAD "Host: evil.example\r\nContent-Length: 0\r\n\r\n" SECOND,
        "POST /v1/track HTTP/1.1\r\nContent-Length: 0\r\n\r\n" SECOND,
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(unclear); i++) {
        struct buf got = {0};
        print_message("%s\n", unclear[i]);
        plain_client_send_raw(sandbox_url(fixture->sandbox), str_from(unclear[i]), &got);
        assert_true(str_starts_with(buf_str(&got), STR("HTTP/1.1 400 ")));
        assert_contains(buf_str(&got), "bad_request");
        assert_false(str_contains(buf_str(&got), STR("\"status\":\"ok\"")));
        buf_release(&got);
    }
#undef HEAD
#undef SECOND
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(a_message_whose_end_is_unclear_is_refused),
    WITH_SANDBOX(reset_gives_the_seeded_state_back),
    WITH_SANDBOX(two_sandboxes_have_the_same_history),
    WITH_SANDBOX(import_adds_rows_or_changes_nothing),
    WITH_SANDBOX(reasons_sum_to_the_score),
    WITH_SANDBOX(held_requests_are_answered_by_the_event),
    WITH_SANDBOX(a_wait_that_ends_answers_with_nothing),
    cmocka_unit_test(stopping_answers_those_who_wait),
    WITH_SANDBOX(unknown_paths_and_methods_say_so),
    WITH_SANDBOX(env_names_every_identity),
    WITH_SANDBOX(pages_of_other_sites_do_not_reach_the_own_routes),
    WITH_SANDBOX(what_another_site_embeds_is_not_served),
    WITH_SANDBOX(garbage_does_not_stop_it),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
