// segment — batches to a server that decides: everything arrives once, whatever it answers.
#include "rig.h"

static struct rig rig; // of the test that runs; large

static int tear_down(void **state) {
    (void)state;
    rig_stop(&rig);
    return 0;
}

// Some forty to a batch: many requests for few messages.
static void make_large(struct rig *with, uint64_t number, struct delivery_message *message) {
    with->text.len--; // the closing brace
    buf_add(&with->text, STR(",\"context\":{\"note\":\""));
    for (uint64_t i = 0; i < 200; i++)
        buf_add_format(&with->text, "padding-%llu ", (unsigned long long)(number + i));
    for (int i = 0; i < 800; i++)
        buf_add(&with->text, STR("0123456789"));
    buf_add(&with->text, STR("\"}}"));
    message->text = buf_str(&with->text);
}

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

static bool chance(struct rig_request *request, unsigned one_in) {
    return (request->number * 2654435761u >> 7) % one_in == 0;
}

static struct loopback_exchange throttle_some(struct rig *with, struct rig_request *request) {
    (void)with;
    static const struct loopback_exchange later = {
        .status = 429, .headers = "Retry-After: 0\r\n", .body = "{}"};
    return chance(request, 3) ? later : RIG_USUAL;
}

static struct loopback_exchange fail_some(struct rig *with, struct rig_request *request) {
    (void)with;
    static const struct loopback_exchange broken = {.status = 503, .body = "<html>later</html>"};
    return chance(request, 2) ? broken : RIG_USUAL;
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

static bool holds_poison(struct rig_request *request, const char *id) {
    return str_contains(request->body, str_from(id));
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

#define WITH_RIG(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    WITH_RIG(everything_arrives_once_in_full_batches),
    WITH_RIG(trouble_passes_and_everything_arrives_once),
    WITH_RIG(lost_answers_are_asked_for_again_with_the_same_ids),
    WITH_RIG(poisoned_messages_alone_go_to_the_dead_letters),
    WITH_RIG(a_receiver_that_refuses_everything_ends_it),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
