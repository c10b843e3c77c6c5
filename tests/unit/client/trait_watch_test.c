// trait_watch — sees the change, waits for a profile to appear, and knows when to stop.
#include "support/client_fixture.h"
#include "support/test.h"

#include "client/trait_watch.h"

#define TRAIT(value, at)                                                                           \
    "{\"traits\":{\"recommended_products\":{\"value\":" value                                      \
    ",\"source_id\":\"SRC1\",\"updated_at\":\"" at "\"}},\"cursor\":{\"has_more\":false}}"
#define OLD TRAIT("[\"a\",\"b\"]", "2026-01-05T10:00:00.000Z")
#define AGAIN TRAIT("[\"a\",\"b\"]", "2026-01-05T10:00:01.500Z")
#define NEW TRAIT("[\"b\",\"a\"]", "2026-01-05T10:00:02.000Z")
#define EMPTY "{\"traits\":{},\"cursor\":{\"has_more\":false}}"
#define UNKNOWN "{\"error\":{\"code\":\"not_found\",\"message\":\"no profile\"}}"

static const struct trait_watch_options quick = {
    .first_delay_ms = 1, .delay_cap_ms = 4, .timeout_ms = 5000};

static bool watch(
    struct client_fixture *fixture,
    const struct trait_watch_options *options,
    struct trait_watch_result *out,
    struct error *err) {
    *err = (struct error){0};
    return task_run(trait_watch_new(fixture->client, options, out), NULL, NULL, NULL, err);
}

static void trait_watch_reads_once_without_a_before(void **state) {
    static const struct loopback_exchange script[] = {{.status = 200, .body = OLD}};
    CLEANUP(trait_watch_result_release) struct trait_watch_result result = {0};
    struct client_fixture fixture;
    struct error err;
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 1});
    assert_ok(watch(&fixture, &quick, &result, &err), err);
    assert_true(result.state.is_set);
    assert_str(buf_str(&result.state.value), "[\"a\",\"b\"]");
    assert_str(buf_str(&result.state.source_id), "SRC1");
    assert_int_equal(result.state.updated_at_ms, INT64_C(1767607200000));
    assert_int_equal(result.polls, 1);
    const struct str sent = loopback_request(fixture.server, 0);
    assert_contains(sent, "include=recommended_products");
    assert_contains(sent, "verbose=true");
    client_fixture_stop(&fixture);
}

static void trait_watch_waits_for_the_change(void **state) {
    static const struct {
        struct loopback_exchange script[4];
        size_t count;
        const char *value;
    } cases[] = {
        {.script =
             {{.status = 200, .body = OLD},
              {.status = 200, .body = OLD},
              {.status = 200, .body = NEW}},
         .count = 3,
         .value = "[\"b\",\"a\"]"},
        // The same list written again is the loop having turned.
        {.script = {{.status = 200, .body = OLD}, {.status = 200, .body = AGAIN}},
         .count = 2,
         .value = "[\"a\",\"b\"]"},
        {.script = {{.status = 200, .body = EMPTY}}, .count = 1, .value = ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(trait_watch_result_release) struct trait_watch_result result = {0};
        CLEANUP(trait_watch_state_release)
        struct trait_watch_state before = {.is_set = true, .updated_at_ms = INT64_C(1767607200000)};
        struct trait_watch_options options = quick;
        struct client_fixture fixture;
        struct error err;
        buf_add(&before.value, STR("[\"a\",\"b\"]"));
        options.before = &before;
        client_fixture_start(
            &fixture, &(struct client_fixture_options){
                          .script = cases[i].script, .script_count = cases[i].count});
        assert_ok(watch(&fixture, &options, &result, &err), err);
        assert_int_equal(result.polls, cases[i].count);
        assert_str(buf_str(&result.state.value), cases[i].value);
        client_fixture_stop(&fixture);
    }
}

static void trait_watch_waits_for_a_profile_to_appear(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 404, .body = UNKNOWN},
        {.status = 200, .body = EMPTY},
        {.status = 200, .body = NEW}};
    CLEANUP(trait_watch_result_release) struct trait_watch_result result = {0};
    const struct trait_watch_state nothing = {0};
    struct trait_watch_options options = quick;
    struct client_fixture fixture;
    struct error err;
    (void)state;
    options.before = &nothing;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 3});
    assert_ok(watch(&fixture, &options, &result, &err), err);
    assert_int_equal(result.polls, 3);
    assert_true(result.state.is_set);
    client_fixture_stop(&fixture);
}

static void trait_watch_gives_up_with_directions(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .body = EMPTY},
        {.status = 200, .body = EMPTY},
        {.status = 200, .body = EMPTY},
        {.status = 200, .body = EMPTY},
        {.status = 200, .body = EMPTY}};
    CLEANUP(trait_watch_result_release) struct trait_watch_result result = {0};
    const struct trait_watch_state nothing = {0};
    const struct trait_watch_options options = {
        .before = &nothing, .first_delay_ms = 40, .timeout_ms = 100};
    struct client_fixture fixture;
    struct error err;
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 5});
    assert_false(watch(&fixture, &options, &result, &err));
    assert_int_equal(err.code, ERROR_TIMEOUT);
    assert_contains(str_from(err.message), "recommended_products of user 2941404340");
    assert_contains(str_from(err.hint), "debugger");
    client_fixture_stop(&fixture);
}

static void trait_watch_does_not_wait_for_a_refusal_to_pass(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 401,
         .body = "{\"error\":{\"code\":\"authentication_error\",\"message\":\"no\"}}"}};
    CLEANUP(trait_watch_result_release) struct trait_watch_result result = {0};
    const struct trait_watch_state nothing = {0};
    struct trait_watch_options options = quick;
    struct client_fixture fixture;
    struct error err;
    (void)state;
    options.before = &nothing;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 1});
    assert_false(watch(&fixture, &options, &result, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_contains(str_from(err.hint), "profile_api_token");
    client_fixture_stop(&fixture);
}

static void trait_watch_looks_when_the_sandbox_says_so(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .body = OLD},
        {.status = 200, .body = "{\"user_id\":\"2941404340\",\"sequence\":7}"},
        {.status = 200, .body = OLD},
        {.status = 200, .body = "{\"user_id\":\"2941404340\",\"sequence\":9}"},
        {.status = 200, .body = NEW},
    };
    CLEANUP(trait_watch_result_release) struct trait_watch_result result = {0};
    CLEANUP(trait_watch_state_release) struct trait_watch_state before = {.is_set = true};
    const struct trait_watch_options options = {.before = &before};
    struct client_fixture fixture;
    struct error err;
    (void)state;
    buf_add(&before.value, STR("[\"a\",\"b\"]"));
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 5});
    assert_ok(watch(&fixture, &options, &result, &err), err);
    assert_int_equal(result.polls, 3);
    assert_contains(
        loopback_request(fixture.server, 1),
        "GET /_recloop/profile?user_id=2941404340&after=0&wait=5000 ");
    assert_contains(loopback_request(fixture.server, 3), "&after=7&");
    client_fixture_stop(&fixture);
}

static void trait_watch_polls_a_sandbox_that_cannot_hold(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200, .body = OLD},
        {.status = 404, .body = "{}"},
        {.status = 200, .body = OLD},
        {.status = 200, .body = NEW},
    };
    CLEANUP(trait_watch_result_release) struct trait_watch_result result = {0};
    CLEANUP(trait_watch_state_release) struct trait_watch_state before = {.is_set = true};
    const struct trait_watch_options options = {.before = &before, .delay_cap_ms = 3};
    struct client_fixture fixture;
    struct error err;
    (void)state;
    buf_add(&before.value, STR("[\"a\",\"b\"]"));
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 4});
    assert_ok(watch(&fixture, &options, &result, &err), err);
    assert_int_equal(result.polls, 3);
    client_fixture_stop(&fixture);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(trait_watch_looks_when_the_sandbox_says_so),
    cmocka_unit_test(trait_watch_polls_a_sandbox_that_cannot_hold),
    cmocka_unit_test(trait_watch_reads_once_without_a_before),
    cmocka_unit_test(trait_watch_waits_for_the_change),
    cmocka_unit_test(trait_watch_waits_for_a_profile_to_appear),
    cmocka_unit_test(trait_watch_gives_up_with_directions),
    cmocka_unit_test(trait_watch_does_not_wait_for_a_refusal_to_pass),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
