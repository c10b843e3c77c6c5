#include "walked.h"

// Chance is checked against segment.md 6.1 and 6.2 by chi-square, alpha 0.0001 for every check, degrees of
// freedom one less than the cells; with the seeds fixed a check passes always or never.
static const uint64_t seeds[] = {1, 20190519, UINT64_C(0xFEEDFACECAFEBEEF)};

#define FIRST_DAY 18035 // 2019-05-19
#define DAYS 9
#define DAY_MS INT64_C(86400000)
#define OPENING_MS INT64_C(32400000)
#define SOURCES GENERATOR_SOURCE_COUNT

// ---- reading printed messages ----

// The value of the first member of that key, without its quotes.
static struct str value_of(const struct buf *line, const char *key) {
    char quoted[40] = "\"";
    const size_t len = strlen(key);
    assert_true(len + 4 < sizeof(quoted));
    memcpy(quoted + 1, key, len);
    memcpy(quoted + 1 + len, "\":", 3);
    const char *at = strstr(buf_text(line), quoted);
    if (!at) return (struct str){0};
    struct str rest = str_skip(buf_str(line), (size_t)(at - buf_text(line)) + len + 3);
    if (rest.len && rest.ptr[0] == '"') {
        rest = str_skip(rest, 1);
        return str_slice(rest, 0, str_find_char(rest, '"'));
    }
    const size_t comma = str_find_char(rest, ','), brace = str_find_char(rest, '}');
    return str_slice(rest, 0, comma < brace ? comma : brace);
}

// ---- weights ----

#define MOST_CELLS 12

struct weighted {
    const char *value;
    double weight;
};

static const struct table {
    const char *event, *key; // event NULL: identify; "*": every track
    int source;              // -1: all
    struct weighted cells[MOST_CELLS];
} tables[] = {
    {"Page Viewed", "page_name", -1, {{"Home", 20}, {"Search", 55}}},
    {"Signup Clicked", "page_name", -1, {{"Home", 20}, {"Search", 40}}},
    {"Signup Success", "page_name", -1, {{"Home", 20}, {"Search", 40}}},
#define CAMPAIGNS                                                                                  \
    {"15203", 70}, {"22123", 55}, {"34321", 20}, {"41232", 55}, {"53213", 20}, {"61232", 55},      \
        {"234321", 40}, {                                                                          \
        "923422", 50                                                                               \
    }
    {"Email Sent", "campaign_id", GENERATOR_EMAIL, {CAMPAIGNS}},
    {"Email Delivered", "app_id", GENERATOR_EMAIL, {CAMPAIGNS}},
    {"Email Opened",
     "button_id",
     GENERATOR_EMAIL,
     {{"1", 70}, {"2", 55}, {"3", 20}, {"4", 55}, {"5", 20}, {"6", 55}}},
#define BROWSERS                                                                                   \
    {"Chrome", 45}, {"Firefox", 40}, {"Safari", 35}, {                                             \
        "Internet Explorer", 32                                                                    \
    }
#define VERSIONS                                                                                   \
    {"1.0.1", 5}, {"2.0.1", 10}, {                                                                 \
        "3.0.1", 90                                                                                \
    }
#define ANDROIDS                                                                                   \
    {"GT-I9300", 45}, {"GT-I9500", 40}, {"SM-G900F", 35}, {"GT-I8190L", 32}, {"XT1032", 28},       \
        {"Nexus 5", 25}, {                                                                         \
        "LG-D802", 20                                                                              \
    }
#define APPLES                                                                                     \
    {"iPhone4,1", 40}, {"iPhone3,1", 35}, {"iPhone6,1", 95}, {"iPhone5,2", 30}, {"iPhone5,1", 28}, \
        {"iPod5,1", 22}, {"iPad2,5", 20}, {"iPad3,4", 15}, {                                       \
        "iPad4,1", 10                                                                              \
    }
    {"*", "browser", GENERATOR_WEB, {BROWSERS}},
    {"*", "app_version", GENERATOR_ANDROID, {VERSIONS}},
    {"*", "app_version", GENERATOR_IOS, {VERSIONS}},
    {"*", "model", GENERATOR_ANDROID, {ANDROIDS}},
    {"*", "model", GENERATOR_IOS, {APPLES}},
    {NULL, "Invited User?", -1, {{"Invited User?", 1}}},
    {NULL, "Experiment Group", -1, {{"Group A", 20}, {"Group B", 20}, {"Group C", 60}}},
    {NULL,
     "Campaign Source",
     -1,
     {{"Twitter", 20}, {"Facebook", 55}, {"Email", 12}, {"Organic", 70}, {"Google Adwords", 10}}},
    {NULL,
     "Campaign Name",
     -1,
     {{"Organic", 70.0 / 167},
      {"Super Sale", 97.0 / 167 * 20 / 60},
      {"Buy Now", 97.0 / 167 * 15 / 60},
      {"Huge Discounts!", 97.0 / 167 * 25 / 60}}},
    {NULL,
     "Favorite Departments",
     -1,
     {{"Auto", 20}, {"Accessories", 20}, {"Clothing", 20}, {"Beauty", 20}, {"Electronics", 30}}},
    {NULL, "likelihood_to_buy", -1, {{"0.5", 45}, {"0.6", 40}, {"0.4", 35}, {"0.8", 32}}},
    {NULL, "lifetime_value", -1, {{"1000", 45}, {"2000", 40}, {"5000", 35}, {"400", 32}}},
    {NULL, "browser", GENERATOR_WEB, {BROWSERS}},
    {NULL, "App Version", GENERATOR_ANDROID, {VERSIONS}},
    {NULL, "App Version", GENERATOR_IOS, {VERSIONS}},
    {NULL, "model", GENERATOR_ANDROID, {ANDROIDS}},
    {NULL, "model", GENERATOR_IOS, {APPLES}},
    {NULL,
     "Referrering Domain",
     -1,
     {{"Organic", 1},
      {"https://retailmenot.com", 1},
      {"https://google.com", 1},
      {"https://facebook.com", 1},
      {"https://rxsaver.com", 1}}},
};

static size_t cell_count(const struct table *table) {
    size_t count = 0;
    while (count < MOST_CELLS && table->cells[count].value)
        count++;
    return count;
}

static bool is_in_table(const struct table *table, const struct generator_message *message) {
    if (table->source >= 0 && table->source != (int)message->source) return false;
    if (!table->event) return message->type == EVENT_IDENTIFY;
    return message->type == EVENT_TRACK &&
           (strcmp(table->event, "*") == 0 || str_equal(message->name, str_from(table->event)));
}

static void count_in_table(const struct table *table, const struct buf *line, uint64_t *counts) {
    const struct str value = value_of(line, table->key);
    for (size_t i = 0; i < cell_count(table); i++) {
        if (!str_equal(value, str_from(table->cells[i].value))) continue;
        counts[i]++;
        return;
    }
    fail_msg("%s: %s has another value", buf_text(line), table->key);
}

static void check_tables(uint64_t seed) {
    CLEANUP(generator_freep)
    struct generator *generator = new_generator(&(struct generator_plan){
        .seed = seed, .from_day = FIRST_DAY, .to_day = FIRST_DAY + DAYS - 1});
    uint64_t counts[ARRAY_COUNT(tables)][MOST_CELLS] = {0};
    struct generator_message message;
    CLEANUP(buf_release) struct buf line = {0};
    while (generator_next(generator, &message)) {
        buf_reset(&line);
        generator_add_json(generator, &message, &line);
        for (size_t i = 0; i < ARRAY_COUNT(tables); i++)
            if (is_in_table(&tables[i], &message)) count_in_table(&tables[i], &line, counts[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        const size_t cells = cell_count(&tables[i]);
        double weights[MOST_CELLS];
        for (size_t k = 0; k < cells; k++)
            weights[k] = tables[i].cells[k].weight;
        if (cells > 1) assert_distributed(tables[i].key, counts[i], weights, cells);
    }
}

static void workshop_draws_properties_and_traits_by_their_weights(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++)
        check_tables(seeds[i]);
}

// ---- uniform ----

#define SPREAD 600
struct spread {
    const char *name;
    size_t cells;
    struct str values[SPREAD]; // views of constants where they are texts
    uint64_t counts[SPREAD];
};

// The names are not told: whoever comes is a cell, and all cells must have come.
static void count_spread(struct spread *spread, struct buf *store, struct str value) {
    size_t at = 0;
    while (at < spread->cells && !str_equal(spread->values[at], value))
        at++;
    if (at == spread->cells) {
        assert_true(at < SPREAD);
        char *kept = buf_extend(store, value.len); // reserved before, so that it stays
        memcpy(kept, value.ptr, value.len);
        spread->values[spread->cells++] = (struct str){.ptr = kept, .len = value.len};
    }
    spread->counts[at]++;
}

static void assert_spread(const struct spread *spread, size_t cells) {
    double even[SPREAD];
    if (spread->cells != cells) print_error("%s: %zu values\n", spread->name, spread->cells);
    assert_int_equal(spread->cells, cells);
    for (size_t i = 0; i < cells; i++)
        even[i] = 1;
    assert_distributed(spread->name, spread->counts, even, cells);
}

static void workshop_draws_people_evenly(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf store = {0}, line = {0};
    buf_reserve(&store, 100000);
    struct spread *spreads = mem_zeroed(6, sizeof(*spreads));
    static const char *const spread_names[] = {"first",  "last",   "word",
                                               "second", "domain", "part of ip"};
    for (size_t i = 0; i < 6; i++)
        spreads[i].name = spread_names[i];
    CLEANUP(generator_freep)
    struct generator *generator = new_generator(
        &(struct generator_plan){.seed = 5, .from_day = FIRST_DAY, .to_day = FIRST_DAY + 13});
    struct generator_message message;
    while (generator_next(generator, &message)) {
        if (message.type != EVENT_IDENTIFY) continue;
        buf_reset(&line);
        generator_add_json(generator, &message, &line);
        count_spread(&spreads[0], &store, value_of(&line, "first_name"));
        count_spread(&spreads[1], &store, value_of(&line, "last_name"));
        struct str word, second, domain, top, rest;
        assert_true(str_split(value_of(&line, "email"), '.', &word, &rest));
        assert_true(str_split(rest, '@', &second, &rest));
        assert_true(str_split(rest, '.', &domain, &top));
        assert_str(top, "com");
        count_spread(&spreads[2], &store, word);
        count_spread(&spreads[3], &store, second);
        count_spread(&spreads[4], &store, domain);
        struct str part, others;
        str_split(value_of(&line, "ip"), '.', &part, &others);
        count_spread(&spreads[5], &store, part);
    }
    static const size_t cells[] = {269, 262, 33, 33, 4, 256};
    for (size_t i = 0; i < 6; i++)
        assert_spread(&spreads[i], cells[i]);
    mem_free(spreads);
}

static void workshop_draws_products_and_waits_evenly(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++) {
        CLEANUP(generator_freep)
        struct generator *generator = new_generator(&(struct generator_plan){
            .seed = seeds[i], .from_day = FIRST_DAY, .to_day = FIRST_DAY + DAYS - 1});
        uint64_t products[CATALOG_COUNT] = {0}, waits[600] = {0}, of_source[3] = {0};
        double even[600];
        for (size_t k = 0; k < 600; k++)
            even[k] = 1;
        struct generator_message message;
        while (generator_next(generator, &message)) {
            const int64_t second = (message.timestamp_ms % DAY_MS - OPENING_MS) / 1000;
            if (str_equal(message.name, STR("Page Viewed"))) {
                assert_in_range(second, 1, 600);
                waits[second - 1]++;
                of_source[message.source]++;
            }
            if (message.product_count) products[(size_t)(message.products[0] - catalog_at(0))]++;
        }
        assert_distributed("sku", products, even, CATALOG_COUNT);
        assert_distributed("wait", waits, even, 600);
        for (size_t k = 0; k < 600; k++)
            assert_true(waits[k] > 0); // both ends are in
        for (int source = 0; source < 3; source++)
            assert_int_equal(of_source[source], 1000 * DAYS);
    }
}

// ---- funnels ----

// The track with that name, or the identify, or the end.
enum seen {
    VIEWED,
    CLICKED,
    SUCCESS,
    IDENTIFY,
    SENT,
    DELIVERED,
    OPENED,
    LINK,
    LEFT,
    ADDED,
    PRODUCT,
    ORDER,
    SEEN
};
static const char *const seen_names[SEEN] = {
    "Page Viewed", "Signup Clicked",  "Signup Success",  "",
    "Email Sent",  "Email Delivered", "Email Opened",    "Email Link Clicked",
    "Unsubscribe", "Product Added",   "Product Clicked", "Order Completed",
};

static enum seen what(const struct generator_message *message) {
    for (int i = 0; i < SEEN; i++)
        if (str_equal(message->name, str_from(seen_names[i]))) return (enum seen)i;
    fail();
    return SEEN;
}

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

// What usage says about a shopper is what the registration said, whatever the platform.
struct person {
    char user_id[11], anonymous_id[37], ip[16];
    enum generator_source home;
};

static int compare_people(const void *left, const void *right) {
    return memcmp(left, right, 10);
}

static void copy_text(char *to, size_t room, struct str text) {
    assert_true(text.len < room);
    memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
}

static void workshop_shoppers_stay_who_they_are(void **state) {
    (void)state;
    CLEANUP(generator_freep)
    struct generator *generator = new_generator(
        &(struct generator_plan){.seed = 13, .from_day = FIRST_DAY, .to_day = FIRST_DAY + 3});
    struct generator_message message;
    CLEANUP(buf_release) struct buf line = {0};
    struct person *people = mem_zeroed(12000, sizeof(*people)), wanted = {0};
    size_t count = 0;
    uint64_t moved = 0, usages = 0;
    struct generator_position at, beginning = {0};
    while (generator_next(generator, &message)) {
        if (!str_equal(message.name, STR("Page Viewed"))) continue;
        buf_reset(&line);
        generator_add_json(generator, &message, &line);
        struct person *person = &people[count++];
        assert_int_equal(message.user_id.len, 10);
        assert_true(message.user_id.ptr[0] != '0');
        copy_text(person->user_id, sizeof(person->user_id), message.user_id);
        copy_text(person->anonymous_id, sizeof(person->anonymous_id), message.anonymous_id);
        copy_text(person->ip, sizeof(person->ip), value_of(&line, "ip"));
        assert_int_equal(person->anonymous_id[14], '4');
        assert_true(str_find_char(STR("89ab"), person->anonymous_id[19]) < 4);
        person->home = message.source;
    }
    assert_int_equal(count, 12000);
    qsort(people, count, sizeof(*people), compare_people);
    struct error err = {0};
    assert_ok(generator_seek(generator, &beginning, &err), err);
    for (generator_tell(generator, &at); generator_next(generator, &message);
         generator_tell(generator, &at)) {
        copy_text(wanted.user_id, sizeof(wanted.user_id), message.user_id);
        const struct person *person =
            bsearch(&wanted, people, count, sizeof(*people), compare_people);
        assert_non_null(person);
        if (message.type == EVENT_TRACK) assert_str(message.anonymous_id, person->anonymous_id);
        buf_reset(&line);
        generator_add_json(generator, &message, &line);
        assert_str(value_of(&line, "ip"), person->ip);
        static const char *const systems[] = {"Android", "Web", "iOS"};
        assert_str(value_of(&line, "operating_system"), systems[at.step / 2]);
        if (!message.product_count) assert_int_equal(at.step / 2, person->home);
        usages += message.product_count;
        moved += message.product_count && at.step / 2 != person->home;
    }
    assert_true(moved > usages / 2); // two of three steps are elsewhere
    mem_free(people);
}

// Two draws of the browser in one registration are independent: they agree by the sum of squares.
static void workshop_draws_properties_anew_for_every_event(void **state) {
    (void)state;
    struct generator_plan plan = {.seed = 21, .from_day = FIRST_DAY, .to_day = FIRST_DAY + 19};
    plan.is_silent[GENERATOR_ANDROID] = plan.is_silent[GENERATOR_IOS] = true;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
    struct generator_message message;
    CLEANUP(buf_release) struct buf line = {0}, before = {0};
    uint64_t pairs = 0, equal = 0;
    while (generator_next(generator, &message)) {
        const enum seen seen = what(&message);
        if (seen > CLICKED) continue;
        buf_reset(&line);
        generator_add_json(generator, &message, &line);
        if (seen == CLICKED) {
            pairs++;
            equal += str_equal(value_of(&line, "browser"), value_of(&before, "browser"));
        }
        buf_reset(&before);
        buf_add(&before, buf_str(&line));
    }
    const double agree = (45. * 45 + 40 * 40 + 35 * 35 + 32 * 32) / (152. * 152);
    assert_rate("agree", equal, pairs, agree);
}

// The first message of each kind; what is drawn is as drawn.
static const struct {
    enum seen seen;
    const char *line;
} samples[] = {
    {IDENTIFY, "{\"type\":\"identify\",\"userId\":\"6920662429\",\"messageId\":\"605ec52c6df8ef5c"
               ".b3fad.0.2.3\",\"timestamp\":\"2019-05-19T09:20:18.000Z\",\"traits\":{\"Invite"
               "d User?\":\"Invited User?\",\"Experiment Group\":\"Group C\",\"Campaign Source"
               "\":\"Organic\",\"Campaign Name\":\"Organic\",\"Favorite Departments\":\"Electron"
               "ics\",\"likelihood_to_buy\":0.6,\"lifetime_value\":1000,\"operating_system\":"
               "\"Android\",\"model\":\"SM-G900F\",\"App Version\":\"3.0.1\",\"email\":\"bear.bow@g"
               "mailx.com\",\"Referrering Domain\":\"https://retailmenot.com\",\"first_name\""
               ":\"Bryan\",\"last_name\":\"Ortega\",\"ip\":\"161.239.68.113\"}}"},
    {SUCCESS, "{\"type\":\"track\",\"event\":\"Signup Success\",\"userId\":\"6920662429\",\"anonym"
              "ousId\":\"4faedd96-6c45-45a4-9961-26926fb64331\",\"messageId\":\"605ec52c6df"
              "8ef5c.b3fad.0.2.2\",\"timestamp\":\"2019-05-19T09:20:18.000Z\",\"context\":{\""
              "ip\":\"161.239.68.113\"},\"properties\":{\"page_name\":\"Home\",\"operating_syst"
              "em\":\"Android\",\"app_version\":\"3.0.1\",\"model\":\"GT-I9500\"}}"},
    {SENT, "{\"type\":\"track\",\"event\":\"Email Sent\",\"userId\":\"2646654183\",\"anonymousI"
           "d\":\"2a2b0ec1-65d2-4770-b21c-3ab114d8f07c\",\"messageId\":\"605ec52c6df8ef5"
           "c.b3fad.0.9.4\",\"timestamp\":\"2019-05-19T09:14:41.000Z\",\"context\":{\"ip\":"
           "\"53.172.25.2\"},\"properties\":{\"campaign_id\":234321,\"app_id\":22123,\"butt"
           "on_id\":1,\"operating_system\":\"Android\",\"app_version\":\"3.0.1\",\"model\":\"G"
           "T-I9500\"}}"},
    {ORDER, "{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"4420368729\",\"anony"
            "mousId\":\"a169acad-146a-4bb6-82b6-8bca02d4f867\",\"messageId\":\"605ec52c6d"
            "f8ef5c.b3fad.3.4.2\",\"timestamp\":\"2019-05-19T09:06:38.000Z\",\"context\":{"
            "\"ip\":\"234.208.203.102\"},\"properties\":{\"sku\":\"navy-sport-jacket\",\"opera"
            "ting_system\":\"Web\",\"browser\":\"Safari\"}}"},
};

static void workshop_messages_look_like_the_scripts(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf line = {0};
    for (size_t i = 0; i < ARRAY_COUNT(samples); i++) {
        CLEANUP(generator_freep)
        struct generator *generator = new_generator(&(struct generator_plan){
            .seed = 7, .from_day = FIRST_DAY, .to_day = FIRST_DAY, .users = 20});
        struct generator_message message = {0};
        do
            assert_true(generator_next(generator, &message));
        while (what(&message) != samples[i].seen);
        buf_reset(&line);
        generator_add_json(generator, &message, &line);
        assert_str(buf_str(&line), samples[i].line);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(workshop_draws_properties_and_traits_by_their_weights),
    cmocka_unit_test(workshop_draws_people_evenly),
    cmocka_unit_test(workshop_draws_products_and_waits_evenly),
    cmocka_unit_test(workshop_funnels_go_on_at_their_rates),
    cmocka_unit_test(workshop_usage_runs_three_paths),
    cmocka_unit_test(workshop_retains_its_shoppers),
    cmocka_unit_test(workshop_days_have_their_volumes),
    cmocka_unit_test(workshop_keeps_its_hours),
    cmocka_unit_test(workshop_shoppers_stay_who_they_are),
    cmocka_unit_test(workshop_draws_properties_anew_for_every_event),
    cmocka_unit_test(workshop_messages_look_like_the_scripts),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
