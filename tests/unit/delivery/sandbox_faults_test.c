// sandbox_faults — deliveries to the real sandbox while each fault it offers is on: nothing lost, nothing double.
#include "rig.h"
#include "unit/sandbox/fixture.h"

#define COUNT 400

static struct rig rig;
static struct fixture sandbox;
static bool has_sandbox;

static int tear_down(void **state) {
    (void)state;
    rig_stop(&rig);
    if (has_sandbox) fixture_stop(&sandbox);
    has_sandbox = false;
    return 0;
}

// The sandbox's own identities as settings; no other settings and keys.
static void start(const char *fault, enum delivery_target target) {
    static struct client_fixture_pair settings[40];
    static const char *faults[2];
    static struct sandbox_options options;
    size_t count = 0;
    faults[0] = fault;
    options = (struct sandbox_options){.faults = faults};
    fixture_start_with(&sandbox, &options);
    has_sandbox = true;
    for (size_t i = 0; i < sandbox.identities.count; i++) {
        const struct sandbox_identity *row = &sandbox.identities.rows[i];
        if (!row->setting || count + 1 >= ARRAY_COUNT(settings)) continue;
        settings[count++] = (struct client_fixture_pair){row->setting, row->value};
    }
    settings[count] = (struct client_fixture_pair){NULL, NULL};
    rig_start_with(
        &rig, COUNT,
        &(struct client_fixture_options){
            .settings = settings,
            .is_empty = true,
            .url = sandbox_url(sandbox.sandbox),
            .access_key_id = fixture_get_identity(&sandbox, "access_key_id"),
            .secret_access_key = fixture_get_identity(&sandbox, "secret_access_key"),
        });
    rig.options.target = target;
    rig.options.patience_ms = 60000;
}

static int64_t number_of(const char *key) {
    int64_t number = -1;
    assert_int_equal(fixture_get(&sandbox, "/_recloop/health"), 200);
    assert_true(json_integer(json_get(sandbox.json.root, key), &number));
    return number;
}

// Ten to a batch: forty requests for the fault to choose from.
static void be_bulky(struct rig *with, uint64_t number, struct delivery_message *message) {
    (void)number;
    with->text.len--;
    buf_add(&with->text, STR(",\"context\":{\"note\":\""));
    while (with->text.len < 32000)
        buf_add(&with->text, STR("0123456789"));
    buf_add(&with->text, STR("\"}}"));
    message->text = buf_str(&with->text);
}

static void segment_takes_each_message_once(void **state) {
    static const char *const faults[] = {
        "tracking:throttle,retry-after=0,probability=0.3,seed=1",
        "tracking:throttle,retry-after=1,count=2",
        "tracking:throttle,reset=1,count=1",
        "tracking:status=503,probability=0.3,seed=2",
        "tracking:status=500,count=9",
        "tracking:drop,probability=0.3,seed=3",
        "tracking:lose,probability=0.3,seed=4",
        "tracking:half,probability=0.3,seed=5",
        "tracking:latency=1ms..30ms",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        print_message("%s\n", faults[i]);
        start(faults[i], DELIVERY_SEGMENT);
        rig.shape = be_bulky;
        assert_true(rig_run(&rig));
        assert_int_equal(rig.counts.accepted, COUNT);
        assert_int_equal(number_of("events"), COUNT);
        assert_int_equal(rig.mark.ordinal, COUNT);
        if (!strstr(faults[i], "latency")) assert_true(rig.counts.retried > 0);
        (void)tear_down(NULL);
    }
}

static void personalize_takes_each_event_once(void **state) {
    static const char *const faults[] = {
        "personalize-events:throttle,probability=0.2,seed=1",
        "personalize-events:throttle,retry-after=1,count=1",
        "personalize-events:status=503,probability=0.3,seed=2",
        "personalize-events:drop,probability=0.3,seed=3",
        "personalize-events:lose,probability=0.3,seed=4",
        "personalize-events:half,probability=0.3,seed=5",
        "personalize-events:expired-token,count=1",
        "personalize-events:latency=1ms..30ms",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        print_message("%s\n", faults[i]);
        start(faults[i], DELIVERY_PERSONALIZE);
        const int64_t before = number_of("interactions");
        const bool is_ok = rig_run(&rig);
        if (!is_ok) print_error("%s (%s)\n", rig.outcome.message, rig.outcome.hint);
        assert_true(is_ok);
        assert_int_equal(rig.counts.accepted, COUNT);
        assert_int_equal(number_of("interactions") - before, COUNT);
        (void)tear_down(NULL);
    }
}

static void what_the_sandbox_refuses_ends_it_with_the_next_step(void **state) {
    static const struct {
        const char *fault;
        enum delivery_target target;
        const char *hint;
    } cases[] = {
        {"tracking:status=401", DELIVERY_SEGMENT, "write key"},
        {"personalize-events:error=AccessDeniedException,status=403", DELIVERY_PERSONALIZE,
         "PutEvents"},
        {"personalize-events:error=ResourceNotFoundException,status=404", DELIVERY_PERSONALIZE,
         "tracking"},
        {"personalize-events:expired-token", DELIVERY_PERSONALIZE, "session"},
        {"personalize-events:skew=1h", DELIVERY_PERSONALIZE, "clock"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].fault);
        start(cases[i].fault, cases[i].target);
        assert_false(rig_run(&rig));
        assert_true(rig.has_ended);
        assert_contains(str_from(rig.outcome.hint), cases[i].hint);
        assert_int_equal(rig.counts.accepted, 0);
        (void)tear_down(NULL);
    }
}

static void compressed_bodies_are_understood(void **state) {
    (void)state;
    start("tracking:drop,probability=0.2,seed=3", DELIVERY_SEGMENT);
    rig.shape = be_bulky;
    rig.options.compresses = true;
    assert_true(rig_run(&rig));
    assert_int_equal(number_of("events"), COUNT);
    assert_true(rig.counts.bytes < (uint64_t)COUNT * 3200); // of thirteen million
}

#define WITH_RIG(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    WITH_RIG(segment_takes_each_message_once),
    WITH_RIG(personalize_takes_each_event_once),
    WITH_RIG(compressed_bodies_are_understood),
    WITH_RIG(what_the_sandbox_refuses_ends_it_with_the_next_step),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
