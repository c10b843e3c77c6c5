// cuts — a delivery that is taken away at any moment: by its owner, with its host, with all tasks of the transfers.
// What is left behind is for the sanitizers to find; that nothing is lost, for the next run.
#include "rig.h"

static struct rig rig;

static int tear_down(void **state) {
    (void)state;
    rig_stop(&rig);
    return 0;
}

static struct loopback_exchange be_odd(struct rig *with, struct rig_request *request) {
    (void)with;
    switch (request->number % 5) {
    case 0: return (struct loopback_exchange){.after = LOOPBACK_HOLD}; // stays in flight
    case 1: return (struct loopback_exchange){.status = 503};          // waits to be repeated
    case 2: return (struct loopback_exchange){.status = 429, .headers = "Retry-After: 50\r\n"};
    default: return RIG_USUAL;
    }
}

static struct loopback_exchange be_good(struct rig *with, struct rig_request *request) {
    (void)with;
    (void)request;
    return RIG_USUAL;
}

static void start(uint64_t count, enum delivery_target target) {
    rig_start(&rig, count);
    rig.options.target = target;
    rig.options.per_second = 5000; // so that lanes are in every state
    rig.decide = be_odd;
}

static void go_on_and_assert_none_lost(uint64_t count) {
    rig_set_decide(&rig, be_good);
    rig.look = NULL;
    rig.options.per_second = 0;
    rig.next = rig.mark.ordinal;
    assert_true(rig_run(&rig));
    assert_int_equal(rig.mark.ordinal, count);
    rig_assert_none_lost(&rig, 0, count);
}

static void with_everything_under_way(void **state) {
    static const enum delivery_target targets[] = {DELIVERY_SEGMENT, DELIVERY_PERSONALIZE};
    (void)state;
    for (int looks = 1; looks < 20; looks += 3) {
        for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
            start(2000, targets[i]);
            rig_run_freed(&rig, looks);
            go_on_and_assert_none_lost(2000);
            rig_stop(&rig);
            start(2000, targets[i]);
            rig.frees_late = true; // lanes end before it, then it ends
            rig_run_freed(&rig, looks);
            go_on_and_assert_none_lost(2000);
            rig_stop(&rig);
        }
    }
}

static void with_the_host_cancelled(void **state) {
    (void)state;
    for (int looks = 1; looks < 8; looks += 3) {
        start(2000, DELIVERY_SEGMENT);
        rig_run_cancelled(&rig, looks);
        go_on_and_assert_none_lost(2000);
        rig_stop(&rig);
        start(2000, DELIVERY_PERSONALIZE);
        rig.frees_late = true;
        rig_run_cancelled(&rig, looks);
        go_on_and_assert_none_lost(2000);
        rig_stop(&rig);
    }
}

static bool stop_at_once(struct rig *with) {
    return with->looks < 2;
}

static void by_its_owner_while_the_host_goes_on(void **state) {
    (void)state;
    start(2000, DELIVERY_SEGMENT);
    rig.look = stop_at_once;
    (void)rig_run(&rig);
    assert_false(rig.has_ended);
    go_on_and_assert_none_lost(2000);
}

static void before_anything_was_asked(void **state) {
    (void)state;
    start(10, DELIVERY_SEGMENT);
    rig_run_freed(&rig, 1);
    delivery_free(NULL);
    go_on_and_assert_none_lost(10);
}

#define WITH_RIG(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    WITH_RIG(with_everything_under_way),
    WITH_RIG(with_the_host_cancelled),
    WITH_RIG(by_its_owner_while_the_host_goes_on),
    WITH_RIG(before_anything_was_asked),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
