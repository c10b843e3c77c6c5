// The workshop's model: what it draws by weights and evenly, and the letters of its messages.
#include "workshop_cases.h"

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

// ---- the letter ----

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
    cmocka_unit_test(workshop_shoppers_stay_who_they_are),
    cmocka_unit_test(workshop_draws_properties_anew_for_every_event),
    cmocka_unit_test(workshop_messages_look_like_the_scripts),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
