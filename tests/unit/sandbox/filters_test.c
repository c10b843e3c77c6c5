// Stored filters, asked through HTTP: which items are left, and what is refused. The catalogue, the made
// history and a user with fields are the world.
#include "personalize_calls.h"

#define POPULAR P_ARN "campaign/segment-workshop-popular"
#define RELATED P_ARN "campaign/segment-workshop-related"

static int start(void **state) {
    static const struct sandbox_options options = {.has_instant_statuses = true};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    assert_int_equal(
        ask(fixture, "/users",
            "{\"datasetArn\":\"" P_USERS "\",\"users\":[{\"userId\":\"" P_USER
            "\",\"properties\":\"{\\\"age\\\":30,\\\"membership\\\":\\\"gold|early\\\"}\"}]}"),
        200);
    *state = fixture;
    return 0;
}

static void quote(struct buf *out, const char *text) {
    json_quote(out, str_from(text));
}

static void make_filter(struct fixture *fixture, const char *expression) {
    struct buf body = {0};
    (void)plane(fixture, "DeleteFilter", "{\"filterArn\":\"" P_ARN "filter/tried\"}");
    buf_add(
        &body,
        STR("{\"name\":\"tried\",\"datasetGroupArn\":\"" P_GROUP "\",\"filterExpression\":"));
    quote(&body, expression);
    buf_add_char(&body, '}');
    assert_plane(fixture, "CreateFilter", buf_text(&body));
    buf_release(&body);
}

// The status of asking a campaign with the filter; `values` is JSON or NULL.
static int
ask_filtered(struct fixture *fixture, const char *campaign, const char *more, const char *values) {
    struct buf body = {0};
    buf_add_format(
        &body,
        "{\"campaignArn\":\"%s\",\"numResults\":500,\"filterArn\":\"" P_ARN "filter/tried\"%s%s%s}",
        campaign, more, values ? ",\"filterValues\":" : "", values ? values : "");
    const int status = ask(fixture, "/recommendations", buf_text(&body));
    buf_release(&body);
    return status;
}

// How many of the fifty items are left; the catalogue has 4 of the family "bags" below 100.
static const struct {
    const char *expression, *values;
    const char *has, *has_not; // item ids
} cases[] = {
    {"INCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"bags\")", NULL, "herschel-iona",
     "led-high-tops"},
    {"EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"bags\")", NULL, "led-high-tops",
     "herschel-iona"},
    {"INCLUDE ItemID WHERE Items.CATEGORY_L1 NOT IN (\"bags\")", NULL, "led-high-tops",
     "herschel-iona"},
    {"INCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"Bags\")", NULL, NULL, "herschel-iona"},
    {"INCLUDE ItemID WHERE Items.category_l1 IN ($KIND)", "{\"KIND\":\"\\\"bags\\\",\\\"x\\\"\"}",
     "herschel-iona", "led-high-tops"},
    {"EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($KIND)", NULL, "herschel-iona", NULL},
    {"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"ORDER completed\")", NULL, "led-high-tops",
     "dark-winter-jacket"},
    {"INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"Order Completed\")", NULL,
     "dark-winter-jacket", "led-high-tops"},
    {"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($E)", "{\"E\":\"\\\"Order Completed\\\"\"}",
     "led-high-tops", "dark-winter-jacket"},
    {"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"*\")", NULL, "led-high-tops",
     "dark-winter-jacket"},
    {"INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN (\"*\")", NULL, "led-high-tops",
     "dark-winter-jacket"},
    {"INCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"outerwear\") | EXCLUDE ItemID WHERE "
     "Interactions.EVENT_TYPE IN (\"Order Completed\")",
     NULL, "navy-sport-jacket", "dark-winter-jacket"},
    {"INCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"bags\") IF CurrentUser.AGE >= 30", NULL,
     "herschel-iona", "led-high-tops"},
    {"INCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"bags\") IF CurrentUser.AGE > 30", NULL,
     "led-high-tops", NULL},
    {"EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"bags\") IF CurrentUser.MEMBERSHIP = \"gold\" "
     "AND CurrentUser.AGE < 40",
     NULL, "led-high-tops", "herschel-iona"},
    {"INCLUDE ItemID WHERE Items.PRICE < $P", "{\"P\":\"1\"}", NULL, "led-high-tops"},
    {"INCLUDE ItemID WHERE Items.ITEM_ID IN (\"herschel-iona\")", NULL, "herschel-iona",
     "led-high-tops"},
    {"EXCLUDE ItemID WHERE Items.item_id IN ($IDS)", "{\"IDS\":\"\\\"herschel-iona\\\"\"}",
     "led-high-tops", "herschel-iona"},
    {"EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"bags\") IF CurrentUser.USER_ID = \"" P_USER "\"",
     NULL, "led-high-tops", "herschel-iona"},
};

static void the_expression_decides(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].expression);
        make_filter(fixture, cases[i].expression);
        assert_int_equal(
            ask_filtered(fixture, POPULAR, ",\"userId\":\"" P_USER "\"", cases[i].values), 200);
        const struct str body = buf_str(&fixture->response.body);
        struct buf id = {0};
        buf_add_format(&id, "\"%s\"", cases[i].has ? cases[i].has : "itemList");
        assert_contains(body, buf_text(&id));
        if (cases[i].has_not) {
            buf_reset(&id);
            buf_add_format(&id, "\"%s\"", cases[i].has_not);
            assert_false(str_contains(body, buf_str(&id)));
        }
        buf_release(&id);
    }
}

// Included and excluded together are everything, and no item is lost.
static void a_filter_and_its_opposite_share_the_catalogue(void **state) {
    struct fixture *fixture = *state;
    static const char *const conditions[] = {
        "Items.CATEGORY_L1 IN (\"bags\", \"sneakers\")", "Items.PRICE >= 60 AND Items.PRICE < 120",
        "Interactions.EVENT_TYPE IN (\"Product Clicked\")",
        "Items.NAME = \"none\" OR Items.PRICE > 100"};
    for (size_t i = 0; i < ARRAY_COUNT(conditions); i++) {
        size_t count = 0;
        for (int is_include = 0; is_include <= 1; is_include++) {
            struct buf text = {0};
            buf_add_format(
                &text, "%s ItemID WHERE %s", is_include ? "INCLUDE" : "EXCLUDE", conditions[i]);
            make_filter(fixture, buf_text(&text));
            assert_int_equal(
                ask_filtered(fixture, P_CAMPAIGN, ",\"userId\":\"" P_USER "\"", NULL), 200);
            count += json_count(json_get(fixture->json.root, "itemList"));
            buf_release(&text);
        }
        print_message("%s\n", conditions[i]);
        assert_int_equal(count, 50);
    }
}

// The items that are left have the places and scores they had among all.
static void a_filter_changes_no_order(void **state) {
    static const char *const expressions[] = {
        "INCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"bags\", \"outerwear\")",
        "INCLUDE ItemID WHERE Items.PRICE > 50 | INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN "
        "(\"*\")",
        "INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"*\") | EXCLUDE ItemID WHERE "
        "Items.PRICE < 50",
        "EXCLUDE ItemID WHERE Items.PRICE < 50",
    };
    struct fixture *fixture = *state;
    struct json all = {0};
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"" P_USER "\",\"numResults\":500}"),
        200);
    assert_true(json_copy(json_get(fixture->json.root, "itemList"), &all));
    for (size_t i = 0; i < ARRAY_COUNT(expressions); i++) {
        print_message("%s\n", expressions[i]);
        make_filter(fixture, expressions[i]);
        for (int again = 0; again < 2; again++) { // the second time from what was kept
            const struct json_node *place = json_first(all.root);
            assert_int_equal(
                ask_filtered(fixture, P_CAMPAIGN, ",\"userId\":\"" P_USER "\"", NULL), 200);
            const struct json_node *item = json_first(json_get(fixture->json.root, "itemList"));
            assert_non_null(item);
            for (; item; item = json_next(item)) {
                double score = 0, wanted = 1;
                while (place &&
                       !str_equal(json_get_text(place, "itemId"), json_get_text(item, "itemId")))
                    place = json_next(place);
                assert_non_null(place);
                assert_true(json_number(json_get(item, "score"), &score));
                assert_true(json_number(json_get(place, "score"), &wanted));
                assert_true(score <= wanted && score >= wanted);
            }
        }
    }
    json_release(&all);
}

static void what_a_filter_needs_is_asked_for(void **state) {
    struct fixture *fixture = *state;
    make_filter(fixture, "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"Order Completed\")");
    assert_refused(
        fixture, ask_filtered(fixture, POPULAR, "", NULL), "InvalidInputException",
        "userId is required");
    assert_int_equal(ask_filtered(fixture, POPULAR, ",\"userId\":\"u\"", NULL), 200);
    make_filter(fixture, "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE");
    assert_refused(
        fixture, ask_filtered(fixture, POPULAR, "", NULL), "InvalidInputException", "CurrentItem");
    assert_int_equal(ask_filtered(fixture, RELATED, ",\"itemId\":\"led-high-tops\"", NULL), 200);
    const size_t cheaper = json_count(json_get(fixture->json.root, "itemList"));
    assert_true(cheaper > 0 && cheaper < 49);
    make_filter(fixture, "INCLUDE ItemID WHERE Items.CATEGORY_L1 IN CurrentItem.CATEGORY_L1");
    assert_int_equal(ask_filtered(fixture, RELATED, ",\"itemId\":\"herschel-iona\"", NULL), 200);
    assert_false(str_contains(buf_str(&fixture->response.body), STR("led-high-tops")));
    make_filter(fixture, "INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($A)");
    assert_refused(
        fixture, ask_filtered(fixture, POPULAR, "", NULL), "InvalidInputException",
        "Filter parameter A needs a value");
    assert_refused(
        fixture, ask_filtered(fixture, POPULAR, "", "{\"A\":\"bags\"}"), "InvalidInputException",
        "enclosed in quotes");
    assert_refused(
        fixture, ask_filtered(fixture, POPULAR, "", "{\"A\":\"\\\"x\\\"\",\"B\":\"1\"}"),
        "InvalidInputException", "Filter parameter B is not part");
    make_filter(fixture, "INCLUDE UserID WHERE Users.AGE > 3");
    assert_refused(
        fixture, ask_filtered(fixture, POPULAR, ",\"userId\":\"u\"", NULL), "InvalidInputException",
        "does not choose items");
}

static void rankings_are_filtered_too(void **state) {
    struct fixture *fixture = *state;
    make_filter(fixture, "EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\"bags\")");
    assert_int_equal(
        ask(fixture, "/personalize-ranking",
            "{\"campaignArn\":\"" P_ARN "campaign/segment-workshop-ranking\",\"userId\":\"" P_USER
            "\",\"filterArn\":\"" P_ARN
            "filter/tried\",\"inputList\":[\"herschel-iona\",\"led-high-tops\"]}"),
        200);
    char *left = ids(fixture, "personalizedRanking");
    assert_string_equal(left, "led-high-tops");
    free(left);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_expression_decides),
        cmocka_unit_test(a_filter_and_its_opposite_share_the_catalogue),
        cmocka_unit_test(a_filter_changes_no_order),
        cmocka_unit_test(what_a_filter_needs_is_asked_for),
        cmocka_unit_test(rankings_are_filtered_too),
    };
    return cmocka_run_group_tests(tests, start, fixture_tear_down);
}
