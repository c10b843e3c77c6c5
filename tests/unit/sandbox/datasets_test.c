// PutItems and PutUsers: limits, the schema, what becomes of new items, and what a restart keeps.
#include "personalize_calls.h"

#include "base/clock.h"

#define PUT_ITEM(properties)                                                                       \
    "{\"datasetArn\":\"" P_ITEMS "\",\"items\":[{\"itemId\":\"i\",\"properties\":\"" properties    \
    "\"}]}"
#define ID257                                                                                      \
    "01234567890123456789012345678901234567890123456789012345678901234567890123456789"             \
    "01234567890123456789012345678901234567890123456789012345678901234567890123456789"             \
    "01234567890123456789012345678901234567890123456789012345678901234567890123456789"             \
    "01234567890123456"

static void records_are_checked(void **state) {
    static const struct {
        const char *path, *body, *code, *part;
    } cases[] = {
        {"/items", "{}", "InvalidInputException", "datasetArn"},
        {"/items", "{\"datasetArn\":\"" P_ITEMS "\"}", "InvalidInputException", "'items'"},
        {"/items", "{\"datasetArn\":\"" P_ITEMS "\",\"items\":[]}", "InvalidInputException",
         "greater than or equal to 1"},
        {"/items",
         "{\"datasetArn\":\"" P_ITEMS
         "\",\"items\":[{\"itemId\":\"a\"},{\"itemId\":\"a\"},{\"itemId\":\"a\"},{\"itemId\":\"a\"}"
         ",{\"itemId\":\"a\"},{\"itemId\":\"a\"},{\"itemId\":\"a\"},{\"itemId\":\"a\"},{\"itemId\":"
         "\"a\"},{\"itemId\":\"a\"},{\"itemId\":\"a\"}]}",
         "InvalidInputException", "less than or equal to 10"},
        {"/items", "{\"datasetArn\":\"" P_ITEMS "\",\"items\":[{}]}", "InvalidInputException",
         "items.1.member.itemId"},
        {"/items", "{\"datasetArn\":\"" P_ITEMS "\",\"items\":[{\"itemId\":\"" ID257 "\"}]}",
         "InvalidInputException", "less than or equal to 256"},
        {"/items", "{\"datasetArn\":\"" P_ITEMS "\",\"items\":{}}", "SerializationException",
         "items"},
        {"/items",
         "{\"datasetArn\":\"" P_ITEMS
         "\",\"items\":[{\"itemId\":\"a\",\"properties\":{\"price\":1}}]}",
         "SerializationException", "String"},
        {"/items", PUT_ITEM("{"), "InvalidInputException", "JSON object"},
        {"/items", PUT_ITEM("{\\\"colour\\\":\\\"red\\\"}"), "InvalidInputException",
         "no field for the key colour"},
        {"/items", PUT_ITEM("{\\\"PRICE\\\":1}"), "InvalidInputException",
         "no field for the key PRICE"},
        {"/items", PUT_ITEM("{\\\"itemId\\\":\\\"x\\\"}"), "InvalidInputException", "itemId"},
        {"/items", PUT_ITEM("{\\\"price\\\":\\\"dear\\\"}"), "InvalidInputException",
         "does not fit the schema's type of price"},
        {"/items", PUT_ITEM("{\\\"name\\\":7}"), "InvalidInputException",
         "does not fit the schema's type of name"},
        {"/items", PUT_ITEM("{\\\"creationTimestamp\\\":1.5}"), "InvalidInputException",
         "does not fit"},
        {"/items",
         "{\"datasetArn\":\"" P_ARN "dataset/none/ITEMS\",\"items\":[{\"itemId\":\"a\"}]}",
         "ResourceNotFoundException", "Could not find dataset"},
        {"/items", "{\"datasetArn\":\"" P_USERS "\",\"items\":[{\"itemId\":\"a\"}]}",
         "InvalidInputException", "type ITEMS"},
        {"/items", "{\"datasetArn\":\"" P_GROUP "\",\"items\":[{\"itemId\":\"a\"}]}",
         "ResourceNotFoundException", "dataset"},
        {"/users", "{\"datasetArn\":\"" P_USERS "\",\"users\":[{\"userId\":\"\"}]}",
         "InvalidInputException", "users.1.member.userId"},
        {"/users",
         "{\"datasetArn\":\"" P_USERS
         "\",\"users\":[{\"userId\":\"u\",\"properties\":\"{\\\"age\\\":1.5}\"}]}",
         "InvalidInputException", "does not fit the schema's type of age"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %.120s\n", cases[i].path, cases[i].body);
        assert_refused(
            fixture, ask(fixture, cases[i].path, cases[i].body), cases[i].code, cases[i].part);
    }
    // nothing of a refused call is kept
    assert_refused(
        fixture,
        ask(fixture, "/items",
            "{\"datasetArn\":\"" P_ITEMS
            "\",\"items\":[{\"itemId\":\"half\",\"properties\":\"{\\\"price\\\":1}\"},"
            "{\"itemId\":\"other\",\"properties\":\"{\\\"nothing\\\":1}\"}]}"),
        "InvalidInputException", "nothing");
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"u\",\"numResults\":500}"),
        200);
    assert_false(str_contains(buf_str(&fixture->response.body), STR("\"half\"")));
}

static char *answer_of(struct fixture *fixture, const char *user) {
    struct buf body = {0}, text = {0};
    buf_add_format(
        &body, "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"%s\",\"numResults\":500}", user);
    assert_int_equal(ask(fixture, "/recommendations", buf_text(&body)), 200);
    json_print(json_get(fixture->json.root, "itemList"), &text);
    buf_release(&body);
    return buf_take(&text);
}

static void put_event(struct fixture *fixture, const char *user, const char *item) {
    struct buf body = {0};
    buf_add_format(
        &body,
        "{\"trackingId\":\"7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001\",\"userId\":\"%s\",\"sessionId\":"
        "\"s-%s\",\"eventList\":[{\"eventType\":\"v\",\"itemId\":\"%s\",\"sentAt\":1769900000}]}",
        user, user, item);
    assert_int_equal(ask(fixture, "/events", buf_text(&body)), 200);
    buf_release(&body);
}

static void put_item(struct fixture *fixture, const char *id, const char *category) {
    struct buf body = {0};
    buf_add_format(
        &body,
        "{\"datasetArn\":\"" P_ITEMS
        "\",\"items\":[{\"itemId\":\"%s\",\"properties\":\"{\\\"categoryL1\\\":\\\"%s\\\","
        "\\\"price\\\":\\\"12.5\\\",\\\"name\\\":null}\"}]}",
        id, category);
    assert_int_equal(ask(fixture, "/items", buf_text(&body)), 200);
    assert_int_equal(fixture->response.body.len, 0);
    buf_release(&body);
}

// Items are numbered by first sight and numbers break ties: new ones among events, twice, after a
// restart from the snapshot, and again.
static void a_restart_answers_the_same(void **state) {
    struct fixture *fixture = *state;
    put_item(fixture, "zebra", "stripes");
    put_event(fixture, "p1", "unicorn");
    put_item(fixture, "aardvark", "stripes|ears");
    put_item(fixture, "zebra", "stripes|hooves"); // in place of the first
    put_event(fixture, "p1", "zebra");
    put_item(fixture, "yak", "wool");
    char *before = answer_of(fixture, "p1");
    char *stranger = answer_of(fixture, "stranger");
    assert_contains(str_from(before), "\"yak\"");
    fixture_restart(fixture);
    char *after = answer_of(fixture, "p1");
    assert_string_equal(before, after);
    put_item(fixture, "ibex", "horns");
    char *third = answer_of(fixture, "p1");
    fixture_restart(fixture);
    char *fourth = answer_of(fixture, "p1");
    assert_string_equal(third, fourth);
    free(before);
    free(stranger);
    free(after);
    free(third);
    free(fourth);
}

static void what_was_put_is_what_filters_see(void **state) {
    static const struct sandbox_options options = {.has_instant_statuses = true};
    struct fixture *fixture = *state;
    fixture->options.has_instant_statuses = options.has_instant_statuses;
    fixture_restart(fixture);
    put_item(fixture, "kite", "toys|outdoor");
    assert_plane(
        fixture, "CreateFilter",
        "{\"name\":\"toys\",\"datasetGroupArn\":\"" P_GROUP
        "\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.CATEGORY_L1 IN (\\\"toys\\\") AND "
        "Items.PRICE = 12.5\"}");
    const char *question =
        "{\"campaignArn\":\"" P_CAMPAIGN
        "\",\"userId\":\"u\",\"numResults\":500,\"filterArn\":\"" P_ARN "filter/toys\"}";
    assert_int_equal(ask(fixture, "/recommendations", question), 200);
    char *list = ids(fixture, "itemList");
    assert_string_equal(list, "kite");
    free(list);
    put_item(fixture, "kite", "outdoor");
    assert_int_equal(ask(fixture, "/recommendations", question), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "itemList")), 0);
    put_item(fixture, "kite", "toys");
    fixture_restart(fixture);
    assert_int_equal(ask(fixture, "/recommendations", question), 200);
    list = ids(fixture, "itemList");
    assert_string_equal(list, "kite");
    free(list);
}

#define RECORD(fields)                                                                             \
    "{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Items\\\",\\\"fields\\\":[" fields "]}"
#define FIELD(name, type) "{\\\"name\\\":\\\"" name "\\\",\\\"type\\\":" type "}"
#define OLD_FIELDS                                                                                                          \
    FIELD("ITEM_ID", "\\\"string\\\"")                                                                                      \
    "," FIELD("NAME", "[\\\"null\\\",\\\"string\\\"]") "," FIELD("CATEGORY_L1", "[\\\"null\\\",\\\"string\\\"]") "," FIELD( \
        "PRICE",                                                                                                            \
        "[\\\"null\\\",\\\"float\\\"]") "," FIELD("CREATION_TIMESTAMP", "[\\\"null\\\",\\\"long\\\"]")

static void a_schema_can_only_grow(void **state) {
    struct fixture *fixture = *state;
    assert_plane(
        fixture, "CreateSchema",
        "{\"name\":\"smaller\",\"schema\":\"" RECORD(FIELD("ITEM_ID", "\\\"string\\\"") "," FIELD(
            "PRICE", "[\\\"null\\\",\\\"float\\\"]")) "\"}");
    assert_plane(
        fixture, "CreateSchema",
        "{\"name\":\"larger\",\"schema\":\"" RECORD(
            OLD_FIELDS "," FIELD("COLOUR", "[\\\"null\\\",\\\"string\\\"]")) "\"}");
    assert_refused(
        fixture,
        plane(
            fixture, "UpdateDataset",
            "{\"datasetArn\":\"" P_ITEMS "\",\"schemaArn\":\"" P_ARN "schema/smaller\"}"),
        "InvalidInputException", "lacks the field");
    assert_plane(
        fixture, "UpdateDataset",
        "{\"datasetArn\":\"" P_ITEMS "\",\"schemaArn\":\"" P_ARN "schema/larger\"}");
    assert_int_equal(ask(fixture, "/items", PUT_ITEM("{\\\"colour\\\":\\\"red\\\"}")), 200);
}

// The dataset goes and comes again under a filter; its status changes by time alone.
static void a_filter_sees_a_dataset_that_becomes_active(void **state) {
    static const struct sandbox_options options = {.status_step_ms = 60};
    const char *question =
        "{\"campaignArn\":\"" P_CAMPAIGN
        "\",\"userId\":\"u\",\"numResults\":500,\"filterArn\":\"" P_ARN "filter/dear\"}";
    struct fixture fixture;
    (void)state;
    fixture_start_with(&fixture, &options);
    assert_plane(
        &fixture, "CreateFilter",
        "{\"name\":\"dear\",\"datasetGroupArn\":\"" P_GROUP
        "\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.PRICE > 5\"}");
    const int64_t deadline_ms = clock_monotonic_ms() + 20000;
    while (ask(&fixture, "/recommendations", question) != 200)
        assert_true(clock_monotonic_ms() < deadline_ms);
    assert_true(json_count(json_get(fixture.json.root, "itemList")) > 10);
    assert_plane(&fixture, "DeleteDataset", "{\"datasetArn\":\"" P_ITEMS "\"}");
    const char *again =
        "{\"name\":\"again\",\"datasetGroupArn\":\"" P_GROUP "\",\"schemaArn\":\"" P_ARN
        "schema/segment-workshop-items\",\"datasetType\":\"Items\"}";
    while (plane(&fixture, "CreateDataset", again) != 200)
        assert_true(clock_monotonic_ms() < deadline_ms);
    assert_int_equal(ask(&fixture, "/recommendations", question), 200);
    assert_int_equal(json_count(json_get(fixture.json.root, "itemList")), 0); // the rows are gone
    while (ask(&fixture, "/items", PUT_ITEM("{\\\"price\\\":7}")) != 200) {
        assert_str(refusal(&fixture), "ResourceInUseException");
        assert_int_equal(ask(&fixture, "/recommendations", question), 200);
        assert_true(clock_monotonic_ms() < deadline_ms);
    }
    assert_int_equal(ask(&fixture, "/recommendations", question), 200);
    char *list = ids(&fixture, "itemList");
    assert_string_equal(list, "i");
    free(list);
    fixture_stop(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_checked),
        cmocka_unit_test(a_restart_answers_the_same),
        cmocka_unit_test(what_was_put_is_what_filters_see),
        cmocka_unit_test(a_schema_can_only_grow),
        cmocka_unit_test(a_filter_sees_a_dataset_that_becomes_active),
    };
    return cmocka_run_group_tests(tests, fixture_set_up_on_disk, fixture_tear_down);
}
