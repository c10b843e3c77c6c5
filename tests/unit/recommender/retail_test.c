// recommender quality on the retail interactions (recommender.md section 6). The file is not part of the
// repository; without it the test skips and says so.
//
// Optimised builds ask every question and demand the targets. Slow builds (without optimisation or
// under a sanitizer) see the first FEW_ROWS rows and ask a part: their thresholds are the figures of
// a release run over the same part less .005, for the same code gives the same answers.
#include "support/test.h"

#include "base/json.h"
#include "base/memory.h"
#include "sandbox/evaluate.h"
#include "sandbox/interactions_csv.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
enum { IS_FULL = 1, EVERY = 1 };
#else
enum { IS_FULL = 0, EVERY = 4 };
#endif
enum { FEW_ROWS = 60000, ALL_ROWS = 396340 };

static const char *data_path(void) {
    const char *path = getenv("RECLOOP_RETAIL_DATA");
    return path && *path ? path : "../shared/data/retail/interactions.csv.gz";
}

static bool add_row(void *context, const struct interactions_csv_row *row, struct error *err) {
    if (!IS_FULL && row->line > FEW_ROWS + 1) return true; // line 1 is the header
    return evaluate_log_add(context, row->user, row->item, row->time_s, err);
}

static struct evaluate_log *retail; // read once, the evaluation leaves it as it is

static int read_retail(void **state) {
    (void)state;
    gzFile file = gzopen(data_path(), "rb");
    if (!file) return -1;
    struct buf text = {.limit = (size_t)64 << 20};
    static char chunk[65536];
    for (int got; (got = gzread(file, chunk, sizeof(chunk))) > 0;) {
        buf_add(&text, (struct str){chunk, (size_t)got});
    }
    (void)gzclose(file);
    struct error err;
    retail = evaluate_log_new();
    const bool ok = interactions_csv_read_text(buf_str(&text), add_row, retail, &err);
    if (!ok) print_error("%s: %s\n", data_path(), err.message);
    buf_release(&text);
    return ok ? 0 : -1;
}

static int release_retail(void **state) {
    (void)state;
    evaluate_log_free(retail);
    return 0;
}

struct figure {
    const char *name;
    double target, sampled; // thresholds of all questions, of the sampled ones
};

static void check(enum evaluate_protocol protocol, const struct figure *figures, size_t count) {
    const struct evaluate_options options = {.protocol = protocol, .every = EVERY};
    struct evaluate_result result;
    struct error err;
    assert_ok(evaluate_run(retail, &options, &result, &err), err);
    assert_int_equal(result.events, IS_FULL ? ALL_ROWS : FEW_ROWS);
    CLEANUP(json_release) struct json json = {0};
    evaluate_add_json(&result, json_new_object(&json));
    struct buf printed = {0};
    json_print(json.root, &printed);
    print_message("%s\n", buf_text(&printed));
    buf_release(&printed);
    for (size_t i = 0; i < count; i++) {
        double reached = 0;
        assert_true(json_number(json_get(json.root, figures[i].name), &reached));
        const double wanted = IS_FULL ? figures[i].target : figures[i].sampled;
        if (reached >= wanted) continue;
        print_error("%s is %.4f, wanted %.4f\n", figures[i].name, reached, wanted);
        fail();
    }
}

static void replay_reaches_its_targets(void **state) {
    (void)state;
    static const struct figure figures[] = {
        {"hit_rate_at_10", .308, .300},
        {"hit_rate_at_20", .370, .353},
        {"hit_rate_at_25", .388, .371},
        {"mean_reciprocal_rank_at_25", .170, .170},
        {"normalized_discounted_cumulative_gain_at_10", .199, .198},
        {"normalized_discounted_cumulative_gain_at_25", .218, .215},
        {"coverage_at_25", .88, .815},
        {"new_item_hit_rate_at_20", .320, .329},
    };
    check(EVALUATE_REPLAY, figures, ARRAY_COUNT(figures));
}

static void leave_last_out_reaches_its_targets(void **state) {
    (void)state;
    static const struct figure figures[] = {
        {"hit_rate_at_10", .225, .278},
        {"normalized_discounted_cumulative_gain_at_10", .161, .202},
    };
    check(EVALUATE_LEAVE_LAST_OUT, figures, ARRAY_COUNT(figures));
}

static void related_items_reach_their_target(void **state) {
    (void)state;
    static const struct figure figures[] = {{"hit_rate_at_20", .32, .344}};
    check(EVALUATE_RELATED, figures, ARRAY_COUNT(figures));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(replay_reaches_its_targets),
    cmocka_unit_test(leave_last_out_reaches_its_targets),
    cmocka_unit_test(related_items_reach_their_target),
};

int main(void) {
    if (access(data_path(), R_OK) != 0) {
        fprintf(stderr, "skipped: no retail data at %s (set RECLOOP_RETAIL_DATA)\n", data_path());
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, read_retail, release_retail);
}
