// segment_flow — batches on their way: what never leaves, sources, pace, room, and where a run goes on.
#include "segment_cases.h"

// ---- what never leaves ----

static void spoil(struct rig *with, uint64_t number, struct delivery_message *message) {
    static const char *const bad[] = {
        "{\"type\":\"track\",\"event\":\"x\",\"messageId\":\"m-1\"}", // nobody's
        "{\"type\":\"track\",\"userId\":\"u\",\"messageId\":\"m-2\"}",
        "{\"type\":\"trick\",\"userId\":\"u\",\"messageId\":\"m-3\"}",
        "not json at all",
        "{\"type\":\"track\",\"event\":\"x\",\"userId\":7,\"messageId\":\"m-5\"}",
    };
    if (number >= 1 && number <= 5) message->text = str_from(bad[number - 1]);
    if (number != 6) return;
    while (with->text.len <= 33000)
        buf_add(&with->text, STR("          "));
    message->text = buf_str(&with->text);
    message->is_checked = true; // its length is looked at all the same
}

static void what_segment_would_drop_is_refused_before_it_is_sent(void **state) {
    CLEANUP(buf_release) struct buf letters = {0};
    (void)state;
    rig_start(&rig, 50);
    rig.shape = spoil;
    assert_true(rig_run(&rig));
    assert_int_equal(rig.counts.refused, 6);
    assert_int_equal(rig.counts.accepted, 44);
    rig_assert_taken(&rig, 1, 7, 0);
    rig_assert_taken(&rig, 7, 50, 1);
    rig_read_letters(&rig, &letters);
    static const char *const codes[] = {
        "\"status\":0,\"code\":\"no_user_anon_id\"",
        "\"code\":\"event_not_defined\"",
        "\"code\":\"type_unknown\"",
        "\"code\":\"id_not_string\"",
        "\"code\":\"message_too_large\"",
        "\"message\":\"not json at all\""};
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++)
        assert_contains(buf_str(&letters), codes[i]);
    assert_int_equal(rig.mark.ordinal, 50);
}

// A limit on the size of files stands in for a full disk.
static int run_on_a_full_disk(void) {
    const struct rlimit limit = {.rlim_cur = 300, .rlim_max = 300};
    rig_start(&rig, 50);
    rig.shape = spoil;
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    int wrong = rig_run(&rig) ? 2 : 0;
    if (rig.outcome.code != ERROR_IO || !strstr(rig.outcome.message, rig.letters_path)) wrong = 3;
    if (!strstr(rig.outcome.hint, "--dead-letters")) wrong = 4;
    if (rig.mark.ordinal > 2) wrong = 5; // the second letter did not fit
    if (rig.counts.refused > 1) wrong = 6;
    rig_stop(&rig);
    return wrong;
}

static void a_full_disk_ends_it_before_the_mark_passes(void **state) {
    int status;
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(run_on_a_full_disk());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static struct loopback_exchange echo_key(struct rig *with, struct rig_request *request) {
    (void)with;
    if (!holds_poison(request, "\"m-3\"")) return RIG_USUAL;
    return (struct loopback_exchange){
        .status = 400, .body = "{\"message\":\"key wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww is odd\"}"};
}

static void the_write_key_is_masked_in_dead_letters(void **state) {
    CLEANUP(buf_release) struct buf letters = {0};
    (void)state;
    rig_start(&rig, 10);
    rig.decide = echo_key;
    assert_true(rig_run(&rig));
    rig_read_letters(&rig, &letters);
    assert_contains(buf_str(&letters), "is odd");
    assert_false(str_contains(buf_str(&letters), STR("wwwwwwww")));
}

// ---- sources, pace, room ----

static void vary_source(struct rig *with, uint64_t number, struct delivery_message *message) {
    static const enum client_source sources[] = {
        CLIENT_SOURCE_WEBSITE, CLIENT_SOURCE_ANDROID, CLIENT_SOURCE_IOS};
    (void)with;
    message->source = sources[number % 3];
    message->is_checked = true;
}

// "w…", "a…", "i…" in Base64: a batch holds messages of one source alone.
static struct loopback_exchange check_source(struct rig *with, struct rig_request *request) {
    static const char *const keys[] = {"Basic d3d3", "Basic YWFh", "Basic aWlp"};
    (void)with;
    CLEANUP(json_release) struct json json = {0};
    struct error err = {0};
    if (!json_parse(request->body, &json, &err)) return (struct loopback_exchange){.status = 400};
    const struct json_node *at = json_first(json_get(json.root, "batch"));
    for (; at; at = json_next(at)) {
        int64_t number;
        const struct str id = str_skip(json_get_text(at, "messageId"), 2);
        const bool is_its =
            str_parse_int64(id, &number) && strstr(request->lines, keys[number % 3]);
        if (!is_its) return (struct loopback_exchange){.status = 401};
    }
    return RIG_USUAL;
}

static void a_batch_is_of_one_source(void **state) {
    (void)state;
    rig_start(&rig, 9000);
    rig.shape = vary_source;
    rig.decide = check_source;
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 9000, 1);
}

static void a_source_without_a_key_ends_it_before_it_is_sent(void **state) {
    (void)state;
    rig_start_with(&rig, 10, &(struct client_fixture_options){0});
    rig.shape = vary_source;
    assert_false(rig_run(&rig));
    assert_int_equal(rig.outcome.code, ERROR_CONFIG);
    assert_contains(str_from(rig.outcome.hint), "config set");
}

static void no_more_is_taken_than_lanes_can_hold(void **state) {
    (void)state;
    rig_start(&rig, 20000);
    rig.options.lanes = 2;
    rig.decide = fail_some;
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 20000, 1);
    assert_true(rig.most_outstanding <= (uint64_t)3 * 2500);
    assert_int_equal(rig.asked, 20001);
}

static struct loopback_exchange cut_some(struct rig *with, struct rig_request *request) {
    static const struct loopback_exchange cut = {.raw = "HTTP/1.1 20", .after = LOOPBACK_CLOSE};
    (void)with;
    request->is_taken = request->number % 2; // though nobody hears of it
    return chance(request, 4) ? cut : RIG_USUAL;
}

static bool stop_after_300(struct rig *with) {
    struct delivery_counts counts;
    delivery_count(with->delivery, &counts);
    return counts.accepted < 300; // in the middle of others under way
}

static void a_run_that_was_cut_goes_on_from_its_mark_without_a_gap(void **state) {
    (void)state;
    rig_start(&rig, 2000);
    rig.shape = make_large;
    rig.decide = cut_some;
    for (int runs = 0; runs < 100; runs++) {
        rig.look = stop_after_300;
        rig.next = rig.mark.ordinal;
        const bool is_done = rig_run(&rig);
        assert_int_equal(rig.outcome.code, ERROR_NONE); // cut answers do not end it
        if (is_done) break;
    }
    assert_int_equal(rig.mark.ordinal, 2000);
    rig_assert_none_lost(&rig, 0, 2000);
}

static bool pause_at_some_point(struct rig *with) {
    struct delivery_counts counts;
    delivery_count(with->delivery, &counts);
    if (!delivery_is_paused(with->delivery)) {
        if (counts.taken >= 50 && with->looks < 1000) delivery_set_paused(with->delivery, true);
        with->from = counts.taken;
        return true;
    }
    // While paused nothing is taken and everything arrives; then it goes on.
    assert_int_equal(counts.taken, with->from);
    if (counts.accepted < counts.taken) return true;
    assert_int_equal(counts.waiting + counts.in_flight, 0);
    with->looks = 1000;
    with->from = 0;
    delivery_set_rate(with->delivery, 0);
    delivery_set_paused(with->delivery, false);
    return true;
}

static void a_pause_lets_arrive_what_was_taken(void **state) {
    (void)state;
    rig_start(&rig, 3000);
    rig.options.per_second = 1000;
    rig.look = pause_at_some_point;
    assert_true(rig_run(&rig));
    assert_true(rig.looks >= 1000); // it has been paused
    rig_assert_taken(&rig, 0, 3000, 1);
}

static bool is_faster_at_once(struct rig *with) {
    if (with->looks == 3) delivery_set_rate(with->delivery, 0);
    return true;
}

static void a_new_rate_is_felt_at_once(void **state) {
    (void)state;
    rig_start(&rig, 1000);
    rig.options.per_second = 0.001; // the second one in a quarter of an hour
    rig.look = is_faster_at_once;
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 1000, 1);
}

// A feed that gives one at a time: each leaves by itself, none waits for a full batch.
static void a_slow_feed_is_not_kept_waiting(void **state) {
    (void)state;
    rig_start(&rig, 6);
    rig.gap_ms = 60;
    assert_true(rig_run(&rig));
    rig_assert_taken(&rig, 0, 6, 1);
    assert_int_equal(rig.largest_batch, 1);
}

static void connections_are_kept(void **state) {
    (void)state;
    rig_start(&rig, 5000);
    rig.shape = make_large;
    rig.options.lanes = 4;
    assert_true(rig_run(&rig));
    assert_true(rig.requests > 100);
    assert_true(loopback_connection_count(rig.fixture.server) <= 4);
}

#define WITH_RIG(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    WITH_RIG(what_segment_would_drop_is_refused_before_it_is_sent),
    WITH_RIG(a_full_disk_ends_it_before_the_mark_passes),
    WITH_RIG(the_write_key_is_masked_in_dead_letters),
    WITH_RIG(a_batch_is_of_one_source),
    WITH_RIG(a_source_without_a_key_ends_it_before_it_is_sent),
    WITH_RIG(no_more_is_taken_than_lanes_can_hold),
    WITH_RIG(a_run_that_was_cut_goes_on_from_its_mark_without_a_gap),
    WITH_RIG(a_pause_lets_arrive_what_was_taken),
    WITH_RIG(a_new_rate_is_felt_at_once),
    WITH_RIG(a_slow_feed_is_not_kept_waiting),
    WITH_RIG(connections_are_kept),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
