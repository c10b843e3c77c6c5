// The workshop's model: funnels, the shoppers that come back, the volumes of days and hours.
#include "workshop_cases.h"

// ---- funnels ----

static void count_seen(const struct generator_plan *plan, uint64_t counts[SEEN]) {
    CLEANUP(generator_freep) struct generator *generator = new_generator(plan);
    struct generator_message message;
    memset(counts, 0, SEEN * sizeof(*counts));
    while (generator_next(generator, &message))
        counts[what(&message)]++;
}

static void workshop_funnels_go_on_at_their_rates(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++) {
        uint64_t counts[SEEN];
        count_seen(
            &(struct generator_plan){
                .seed = seeds[i], .from_day = FIRST_DAY, .to_day = FIRST_DAY + 19},
            counts);
        assert_int_equal(counts[VIEWED], 60000);
        assert_rate("Signup Clicked", counts[CLICKED], counts[VIEWED], 0.49);
        assert_rate("Signup Success", counts[SUCCESS], counts[CLICKED], 0.59);
        assert_rate("identify", counts[IDENTIFY], counts[SUCCESS], 0.69);
        for (int email = SENT; email <= LEFT; email++)
            assert_rate(seen_names[email], counts[email], counts[email - 1], 0.69);
    }
}

// Every message of one visit, told apart by the position.
struct visit {
    int64_t day;
    uint32_t step, unit;
    uint32_t runs[3];
    int64_t last_ms[3];
};

struct usage {
    uint64_t combinations[8]; // which paths were run at all
    uint64_t runs[3][3];      // once, twice, more often
    uint64_t ages[20];        // visits of shoppers of that many steps
};

static void end_visit(struct usage *usage, const struct visit *visit, uint32_t users) {
    unsigned combination = 0;
    for (unsigned path = 0; path < 3; path++) {
        const uint32_t runs = visit->runs[path];
        if (!runs) continue;
        combination |= 1u << path;
        usage->runs[path][runs > 2 ? 2 : runs - 1]++;
    }
    if (!combination) return;
    usage->combinations[combination]++;
    const uint32_t age = visit->unit / users;
    if (age < ARRAY_COUNT(usage->ages)) usage->ages[age]++;
}

static uint64_t follow_usage(struct generator *generator, struct usage *usage) {
    struct visit visit = {.day = -1};
    struct generator_message message;
    struct generator_position at;
    uint64_t registered = 0;
    const uint32_t users = generator_plan(generator)->users;
    for (generator_tell(generator, &at); generator_next(generator, &message);
         generator_tell(generator, &at)) {
        const enum seen seen = what(&message);
        registered += seen == IDENTIFY;
        if (seen < ADDED) continue;
        if (visit.day != at.day || visit.step != at.step || visit.unit != at.unit) {
            end_visit(usage, &visit, users);
            visit = (struct visit){.day = at.day, .step = at.step, .unit = at.unit};
        }
        const unsigned path = seen - ADDED;
        const int64_t from = visit.runs[path] ? visit.last_ms[path] : at.day * DAY_MS + OPENING_MS;
        assert_in_range(message.timestamp_ms - from, 1000, 600000);
        for (unsigned later = path + 1; later < 3; later++)
            assert_int_equal(visit.runs[later], 0); // the script's order: path after path
        visit.last_ms[path] = message.timestamp_ms;
        visit.runs[path]++;
    }
    end_visit(usage, &visit, users);
    return registered;
}

static void workshop_usage_runs_three_paths(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++) {
        CLEANUP(generator_freep)
        struct generator *generator = new_generator(&(struct generator_plan){
            .seed = seeds[i], .from_day = FIRST_DAY, .to_day = FIRST_DAY + 19});
        struct usage usage = {0};
        follow_usage(generator, &usage);
        double chances[7];
        for (unsigned c = 1; c < 8; c++) {
            const unsigned paths = (c & 1) + (c >> 1 & 1) + (c >> 2);
            chances[c - 1] = pow(0.69, paths) * pow(0.31, 3 - paths);
        }
        assert_distributed("paths", usage.combinations + 1, chances, 7);
        const double again = 0.09 * 0.69;
        for (int path = 0; path < 3; path++)
            assert_distributed(
                "runs", usage.runs[path],
                (const double[]){1 - again, again * (1 - again), again * again}, 3);
    }
}

// Each age is a binomial of its own; shoppers registered in the last steps do not reach it.
static void workshop_retains_its_shoppers(void **state) {
    (void)state;
    struct generator_plan plan = {.seed = 4, .from_day = FIRST_DAY, .users = 20000};
    plan.to_day = FIRST_DAY + 4;
    plan.is_silent[GENERATOR_EMAIL] = true;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
    struct usage usage = {0};
    const uint64_t registered = follow_usage(generator, &usage);
    const double some = 1 - pow(0.31, 3);
    for (int age = 0; age < 14; age++) {
        const double trials = (double)registered * (14 - age) / 15;
        const double chance = some * pow(0.69, age);
        const double deviation = sqrt(trials * chance * (1 - chance));
        const double off = fabs((double)usage.ages[age] - trials * chance);
        if (off > 3.9 * deviation) // two-sided alpha 0.0001
            print_error("age %d: %f deviations\n", age, off / deviation);
        assert_true(off <= 3.9 * deviation);
    }
}

// ---- volumes ----

#define RUNS 16

// Student's t of the mean of RUNS plans with seeds of their own; 15 degrees of freedom, two-sided alpha
// 0.0001 at 5.24. The tables of segment.md 6.2 are rounded to whole messages.
static void assert_mean(const char *what, const double *samples, double expected) {
    double mean = 0, squares = 0;
    for (int i = 0; i < RUNS; i++)
        mean += samples[i] / RUNS;
    for (int i = 0; i < RUNS; i++)
        squares += (samples[i] - mean) * (samples[i] - mean);
    const double error = sqrt(squares / (RUNS - 1) / RUNS);
    const double off = fabs(mean - expected);
    if (off > 5.24 * error + 0.5)
        print_error("%s: %f where %f is expected (error %f)\n", what, mean, expected, error);
    assert_true(off <= 5.24 * error + 0.5);
    assert_true(error < expected / 30); // sharp enough to mean something
}

static void workshop_days_have_their_volumes(void **state) {
    (void)state;
    static const struct {
        int day;
        double products, without_email, all;
    } expected[] = {
        {1, 1184, 7120, 8244},
        {2, 3250, 9186, 10309},
        {3, 3929, 9864, 10988},
        {8, 4261, 10196, 11320}, // steady
    };
    double samples[ARRAY_COUNT(expected)][3][RUNS] = {0}, kinds[3][RUNS] = {0},
           platforms[3][RUNS] = {0}, first_web[RUNS] = {0};
    for (int run = 0; run < RUNS; run++) {
        CLEANUP(generator_freep)
        struct generator *generator = new_generator(&(struct generator_plan){
            .seed = 100 + (uint64_t)run, .from_day = FIRST_DAY, .to_day = FIRST_DAY + 7});
        struct generator_message message;
        while (generator_next(generator, &message)) {
            const int day = (int)(message.timestamp_ms / DAY_MS) - FIRST_DAY + 1;
            const bool is_email = message.source == GENERATOR_EMAIL;
            if (message.product_count && day == 8) kinds[what(&message) - ADDED][run]++;
            if (message.product_count && day == 8) platforms[message.source][run]++;
            if (message.product_count && day == 1 && message.source == GENERATOR_WEB)
                first_web[run]++;
            for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
                if (expected[i].day != day) continue;
                samples[i][0][run] += message.product_count != 0;
                samples[i][1][run] += !is_email;
                samples[i][2][run]++;
            }
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        assert_mean("products", samples[i][0], expected[i].products);
        assert_mean("without e-mail", samples[i][1], expected[i].without_email);
        assert_mean("all", samples[i][2], expected[i].all);
    }
    for (int i = 0; i < 3; i++) {
        assert_mean("kind", kinds[i], 1420);
        assert_mean("platform", platforms[i], 1420);
    }
    assert_mean("first web", first_web, 440);
}

// ---- the letter ----

static void workshop_keeps_its_hours(void **state) {
    (void)state;
    CLEANUP(generator_freep)
    struct generator *generator = new_generator(
        &(struct generator_plan){.seed = 9, .from_day = FIRST_DAY, .to_day = FIRST_DAY + 20});
    struct generator_message message;
    struct generator_position at;
    int64_t previous = 0, latest = 0, latest_email = 0;
    enum seen before = SEEN;
    for (generator_tell(generator, &at); generator_next(generator, &message);
         generator_tell(generator, &at)) {
        const enum seen seen = what(&message);
        const int64_t second = message.timestamp_ms / 1000 - at.day * 86400;
        assert_int_equal(message.timestamp_ms % 1000, 0);
        assert_true(second > 32400);
        if (seen <= SUCCESS) assert_true(second <= 34200); // 09:30:00
        if (seen <= SUCCESS && second > latest) latest = second;
        if (seen >= SENT && seen <= LEFT) assert_true(second <= 36200); // 10:03:20
        if (seen >= SENT && seen <= LEFT && second > latest_email) latest_email = second;
        if (seen == IDENTIFY) {
            assert_int_equal(before, SUCCESS);
            assert_int_equal(message.timestamp_ms, previous);
            assert_int_equal(message.anonymous_id.len, 0);
        }
        if (seen >= SENT && seen <= LEFT) {
            assert_int_equal(before, seen - 1);
            assert_int_equal(message.timestamp_ms - previous, 400000);
            assert_int_equal(message.source, GENERATOR_EMAIL);
        } else {
            assert_int_equal(message.source, at.step / 2); // Android, Web, iOS
        }
        assert_int_equal(at.step % 2, seen >= ADDED); // usage after registration
        before = seen;
        previous = message.timestamp_ms;
    }
    assert_true(latest > 33900 && latest_email > 35600); // the bounds are no idle ones
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(workshop_funnels_go_on_at_their_rates),
    cmocka_unit_test(workshop_usage_runs_three_paths),
    cmocka_unit_test(workshop_retains_its_shoppers),
    cmocka_unit_test(workshop_days_have_their_volumes),
    cmocka_unit_test(workshop_keeps_its_hours),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
