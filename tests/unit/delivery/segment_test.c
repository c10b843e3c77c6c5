// segment — batches to a server that decides: everything arrives once, whatever it answers.
#include "segment_cases.h"

static void everything_arrives_once_in_full_batches(void **state) {
    (void)state;
    rig_start(&rig, 12000);
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 12000, 1);
    assert_int_equal(rig.counts.taken, 12000);
    assert_int_equal(rig.counts.accepted, 12000);
    assert_int_equal(rig.counts.refused + rig.counts.skipped + rig.counts.in_flight, 0);
    assert_int_equal(rig.counts.retried, 0);
    assert_int_equal(rig.largest_batch, 2500);
    assert_int_equal(rig.counts.requests, 5);
    assert_int_equal(rig.mark.ordinal, 12000);
    rig_stop(&rig);
}

static struct loopback_exchange throttle_some(struct rig *with, struct rig_request *request) {
    (void)with;
    static const struct loopback_exchange later = {
        .status = 429, .headers = "Retry-After: 0\r\n", .body = "{}"};
    return chance(request, 3) ? later : RIG_USUAL;
}

// 200 alone is no acceptance: whole pages, cut bodies, and a no in a yes.
static struct loopback_exchange mumble(struct rig *with, struct rig_request *request) {
    static const struct loopback_exchange answers[] = {
        {.status = 200, .body = "<html>please log in</html>"},
        {.status = 200, .body = "{\"success\":false}"},
        {.status = 200, .body = "{}"},
        {.status = 200, .body = "{\"success\":tr"},
        {.status = 200},
        {.status = 202, .body = "{\"success\":true}"},
        {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"succ", .after = LOOPBACK_CLOSE},
        {.raw = "HTTP/1.1 200", .after = LOOPBACK_CLOSE},
        {.raw = "", .after = LOOPBACK_CLOSE},
        {.status = 408},
    };
    (void)with;
    if (request->number % 2 || request->number / 2 >= ARRAY_COUNT(answers)) return RIG_USUAL;
    return answers[request->number / 2];
}

static void trouble_passes_and_everything_arrives_once(void **state) {
    static const struct {
        const char *name;
        struct loopback_exchange (*decide)(struct rig *rig, struct rig_request *request);
    } cases[] = {
        {"429", throttle_some},
        {"503", fail_some},
        {"200 that is none", mumble},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        rig_start(&rig, 4000);
        rig.shape = make_large;
        rig.decide = cases[i].decide;
        assert_true(rig_run(&rig));
        rig_assert_taken(&rig, 0, 4000, 1);
        assert_int_equal(rig.counts.accepted, 4000);
        assert_true(rig.counts.retried > 0);
        // curl itself repeats what it sent into a connection that had been closed
        assert_true(rig.requests >= rig.counts.requests);
        assert_int_equal(rig.mark.ordinal, 4000);
        assert_int_equal(rig.counts.trouble.code, ERROR_NONE);
        rig_stop(&rig);
    }
}

// Taken, and the answer is lost: the same ids come again.
static struct loopback_exchange lose_some(struct rig *with, struct rig_request *request) {
    static const struct loopback_exchange lost = {.raw = "", .after = LOOPBACK_CLOSE};
    (void)with;
    request->is_taken = true;
    return chance(request, 3) ? lost : RIG_USUAL;
}

static void lost_answers_are_asked_for_again_with_the_same_ids(void **state) {
    (void)state;
    rig_start(&rig, 4000);
    rig.shape = make_large;
    rig.decide = lose_some;
    assert_true(rig_run(&rig));
    rig_assert_none_lost(&rig, 0, 4000);
    assert_true(rig.total_taken > 4000);
    assert_int_equal(rig.counts.accepted, 4000);
    rig_stop(&rig);
}

static struct loopback_exchange poison(struct rig *with, struct rig_request *request) {
    static const struct loopback_exchange bad = {
        .status = 400,
        .body = "{\"success\":false,\"code\":\"bad_thing\",\"message\":\"no good\"}"};
    static const struct loopback_exchange large = {.status = 413};
    static const char *const ids[] = {
        "\"m-0\"", "\"m-1\"", "\"m-1250\"", "\"m-2499\"", "\"m-2999\""};
    (void)with;
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++)
        if (holds_poison(request, ids[i])) return bad;
    return holds_poison(request, "\"m-777\"") ? large : RIG_USUAL;
}

static void poisoned_messages_alone_go_to_the_dead_letters(void **state) {
    static const uint64_t poisoned[] = {0, 1, 777, 1250, 2499, 2999};
    CLEANUP(buf_release) struct buf letters = {0};
    (void)state;
    rig_start(&rig, 3000);
    rig.decide = poison;
    assert_true(rig_run(&rig));
    assert_int_equal(rig.counts.refused, 6);
    assert_int_equal(rig.counts.accepted, 2994);
    assert_int_equal(rig.refusals, 6);
    assert_int_equal(rig.settled.refused, 6);
    assert_int_equal(rig.settled.accepted, 2994);
    assert_int_equal(rig.mark.ordinal, 3000);
    for (size_t i = 0; i < ARRAY_COUNT(poisoned); i++) {
        assert_int_equal(rig.taken[poisoned[i]], 0);
        rig.taken[poisoned[i]] = 1;
    }
    rig_assert_taken(&rig, 0, 3000, 1);
    rig_read_letters(&rig, &letters);
    assert_contains(buf_str(&letters), "\"status\":400,\"code\":\"bad_thing\"");
    assert_contains(buf_str(&letters), "\"status\":413,\"code\":\"HTTP 413\"");
    assert_contains(buf_str(&letters), "no good");
    assert_contains(buf_str(&letters), "\"messageId\":\"m-2999\",\"message\":{\"type\":\"track\"");
    rig_stop(&rig);
}

static struct loopback_exchange answer_401(struct rig *with, struct rig_request *request) {
    static const struct loopback_exchange no = {
        .status = 401,
        .body = "{\"success\":false,\"code\":\"unauthorized\",\"message\":\"who?\"}"};
    (void)with;
    (void)request;
    return no;
}

static struct loopback_exchange answer_404(struct rig *with, struct rig_request *request) {
    (void)with;
    (void)request;
    return (struct loopback_exchange){.status = 404};
}

static struct loopback_exchange answer_400(struct rig *with, struct rig_request *request) {
    (void)with;
    (void)request;
    return (struct loopback_exchange){.status = 400, .body = "{\"message\":\"never\"}"};
}

static void a_receiver_that_refuses_everything_ends_it(void **state) {
    (void)state;
    rig_start(&rig, 20000);
    rig.decide = answer_401;
    assert_false(rig_run(&rig));
    assert_int_equal(rig.outcome.code, ERROR_REFUSED);
    assert_contains(str_from(rig.outcome.message), "401");
    assert_contains(str_from(rig.outcome.hint), "write key");
    assert_int_equal(rig.counts.accepted + rig.counts.refused, 0);
    assert_int_equal(rig.mark.ordinal, 0);
    rig_stop(&rig);

    rig_start(&rig, 20000);
    rig.decide = answer_404;
    assert_false(rig_run(&rig));
    assert_contains(str_from(rig.outcome.hint), "tracking_url");
    rig_stop(&rig);

    // each message for itself, but all of them
    rig_start(&rig, 20000);
    rig.decide = answer_400;
    assert_false(rig_run(&rig));
    assert_int_equal(rig.outcome.code, ERROR_REFUSED);
    assert_int_equal(rig.counts.refused, 100);
    rig_stop(&rig);
}

// ---- limits of patience ----

static struct loopback_exchange answer_503(struct rig *with, struct rig_request *request) {
    (void)with;
    (void)request;
    return (struct loopback_exchange){.status = 503};
}

static struct loopback_exchange rest_an_hour(struct rig *with, struct rig_request *request) {
    (void)with;
    (void)request;
    return (struct loopback_exchange){.status = 429, .headers = "Retry-After: 100\r\n"};
}

static struct loopback_exchange hold(struct rig *with, struct rig_request *request) {
    (void)with;
    (void)request;
    return (struct loopback_exchange){.after = LOOPBACK_HOLD};
}

static struct loopback_exchange talk_smtp(struct rig *with, struct rig_request *request) {
    (void)with;
    (void)request;
    return (struct loopback_exchange){.raw = "220 mail ready\r\n", .after = LOOPBACK_CLOSE};
}

static void patience_ends_and_says_why(void **state) {
    static const struct {
        const char *name;
        struct loopback_exchange (*decide)(struct rig *rig, struct rig_request *request);
        enum error_code code;
        const char *says;
    } cases[] = {
        {"503", answer_503, ERROR_UNREACHABLE, "503"},
        {"429 for longer than we wait", rest_an_hour, ERROR_THROTTLED, "429"},
        {"no answer", hold, ERROR_TIMEOUT, "no answer"},
        {"not HTTP", talk_smtp, ERROR_INVALID, "HTTP"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        rig_start(&rig, 100);
        rig.options.patience_ms = 200;
        rig.options.timeout_ms = 100;
        rig.options.lanes = 2;
        rig.decide = cases[i].decide;
        assert_false(rig_run(&rig));
        assert_true(rig.has_ended);
        assert_int_equal(rig.outcome.code, cases[i].code);
        assert_contains(str_from(rig.outcome.message), cases[i].says);
        assert_true(rig.outcome.hint[0]);
        assert_int_equal(rig.counts.accepted + rig.counts.refused, 0);
        assert_int_equal(rig.counts.taken, rig.counts.waiting); // neither lost nor counted
        assert_int_equal(rig.mark.ordinal, 0);
        rig_stop(&rig);
    }
}

// One whole answer, then a long run of garbled ones: Segment is there, something on the way is broken.
static struct loopback_exchange
garble_after_the_first(struct rig *with, struct rig_request *request) {
    const bool is_garbled = request->number >= 1 && request->number <= 25;
    return is_garbled ? talk_smtp(with, request) : RIG_USUAL;
}

static void garbled_answers_pass_where_one_was_whole(void **state) {
    (void)state;
    rig_start(&rig, 200);
    rig.shape = make_large;
    rig.options.lanes = 4;
    rig.decide = garble_after_the_first;
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 200, 1);
    assert_int_equal(rig.counts.retried, 25);
}

static void a_dead_server_is_waited_for_no_longer_than_asked(void **state) {
    int port;
    CLEANUP(buf_release) struct buf url = {0};
    const int fd = loopback_take_dead_port(&port);
    (void)state;
    buf_add_format(&url, "http://127.0.0.1:%d", port);
    rig_start_with(&rig, 100, &(struct client_fixture_options){.url = buf_text(&url)});
    rig.options.patience_ms = 150;
    assert_false(rig_run(&rig));
    assert_int_equal(rig.outcome.code, ERROR_UNREACHABLE);
    assert_contains(str_from(rig.outcome.message), "nothing answers");
    assert_int_equal(rig.counts.accepted, 0);
    loopback_release_port(fd);
}

// While it is down one lane tries for all: eight would be a hammer.
static struct loopback_exchange down_for_a_while(struct rig *with, struct rig_request *request) {
    (void)with;
    return request->number < 12 ? (struct loopback_exchange){.status = 502} : RIG_USUAL;
}

static void a_server_that_comes_back_gets_everything_once(void **state) {
    (void)state;
    rig_start(&rig, 4000);
    rig.shape = make_large;
    rig.decide = down_for_a_while;
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 4000, 1);
    assert_in_range(rig.counts.retried, 12, 12);
}

// Recovery: nobody answers at the first client's place, another client is found.
static struct client *other_client;
static int recoveries;
static struct client *find_other(void *context, const struct task_event *event) {
    (void)context;
    assert_int_equal(event->error->code, ERROR_UNREACHABLE);
    if (recoveries++) return NULL;
    return other_client;
}

static void another_client_is_found_when_the_process_has_gone(void **state) {
    static struct rig alive;
    int port;
    CLEANUP(buf_release) struct buf url = {0};
    const int fd = loopback_take_dead_port(&port);
    (void)state;
    buf_add_format(&url, "http://127.0.0.1:%d", port);
    rig_start(&alive, 0);
    rig_start_with(&rig, 500, &(struct client_fixture_options){.url = buf_text(&url)});
    other_client = alive.fixture.client;
    recoveries = 0;
    rig.options.recover = find_other;
    rig.options.patience_ms = 5000;
    assert_true(rig_run(&rig));
    assert_int_equal(rig.counts.accepted, 500);
    assert_int_equal(alive.total_taken, 500);
    rig_stop(&alive);
    loopback_release_port(fd);
}

// ---- everything at once ----

static struct loopback_exchange anything(struct rig *with, struct rig_request *request) {
    static const struct loopback_exchange answers[] = {
        {.status = 429, .headers = "Retry-After: 0\r\n"},
        {.status = 500},
        {.status = 504, .body = "<html>"},
        {.raw = "", .after = LOOPBACK_CLOSE},
        {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"succ", .after = LOOPBACK_CLOSE},
        {.status = 200, .body = "{\"success\":false}"},
    };
    const uint64_t draw = rng_next(&with->chance);
    if (holds_poison(request, "7\",\"userId")) // one in ten, in nearly every batch
        return (struct loopback_exchange){.status = 400};
    request->is_taken = draw % 7 == 0; // though the answer is no
    if (draw % 3 == 0) return answers[draw / 64 % ARRAY_COUNT(answers)];
    return RIG_USUAL;
}

static void whatever_happens_nothing_is_lost_and_the_mark_never_goes_back(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        rig_start(&rig, 600);
        rng_seed(&rig.chance, seed);
        rig.shape = make_large;
        rig.decide = anything;
        rig.options.lanes = (int)seed;
        assert_true(rig_run(&rig)); // the callback asserts the mark, every step the counts
        assert_int_equal(rig.counts.refused, 60);
        assert_int_equal(rig.counts.accepted, 540);
        assert_int_equal(rig.mark.ordinal, 600);
        for (uint64_t i = 0; i < 600; i++)
            assert_true(i % 10 == 7 ? rig.taken[i] == 0 : rig.taken[i] > 0);
        rig_stop(&rig);
    }
}

#define WITH_RIG(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    WITH_RIG(everything_arrives_once_in_full_batches),
    WITH_RIG(trouble_passes_and_everything_arrives_once),
    WITH_RIG(lost_answers_are_asked_for_again_with_the_same_ids),
    WITH_RIG(poisoned_messages_alone_go_to_the_dead_letters),
    WITH_RIG(a_receiver_that_refuses_everything_ends_it),
    WITH_RIG(patience_ends_and_says_why),
    WITH_RIG(garbled_answers_pass_where_one_was_whole),
    WITH_RIG(a_dead_server_is_waited_for_no_longer_than_asked),
    WITH_RIG(a_server_that_comes_back_gets_everything_once),
    WITH_RIG(another_client_is_found_when_the_process_has_gone),
    WITH_RIG(whatever_happens_nothing_is_lost_and_the_mark_never_goes_back),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
