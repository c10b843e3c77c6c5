// personalize — the wire form of each message, both ways, and every limit in the service's words.
#include "aws/personalize.h"

#include "base/attributes.h"
#include "support/test.h"

#define ENDPOINT "https://personalize-runtime.eu-west-1.amazonaws.com"
#define CAMPAIGN "arn:aws:personalize:eu-west-1:210987654321:campaign/shoe-recs"
#define FILTER "arn:aws:personalize:eu-west-1:210987654321:filter/in-stock"

static void personalize_recommend_has_the_documented_form(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(personalize_recommend_release)
    struct personalize_recommend ask = {
        .campaign_arn = STR(CAMPAIGN),
        .user_id = STR("u-17"),
        .results = 2,
        .filter_arn = STR(FILTER)};
    CLEANUP(personalize_recommend_release) struct personalize_recommend read = {0};
    struct error err = {0};
    personalize_map_add(&ask.filter_values, STR("CATEGORY"), STR("\"boots\""));
    assert_ok(personalize_encode_recommend(&ask, STR(ENDPOINT "/"), &request, &err), err);
    assert_str(request_method(&request), "POST");
    assert_str(buf_str(&request.url), ENDPOINT "/recommendations");
    assert_str(headers_get(&request.headers, STR("Content-Type")), "application/json");
    assert_str(
        headers_get(&request.headers, STR("Host")), "personalize-runtime.eu-west-1.amazonaws.com");
    assert_str(
        buf_str(&request.body), "{\"campaignArn\":\"" CAMPAIGN
                                "\",\"userId\":\"u-17\",\"numResults\":2,\"filterArn\":\"" FILTER
                                "\",\"filterValues\":{\"CATEGORY\":\"\\\"boots\\\"\"}}");
    assert_ok(personalize_decode_recommend(buf_str(&request.body), &read, &err), err);
    assert_str(read.user_id, "u-17");
    assert_int_equal(read.results, 2);
    assert_str(personalize_map_get(&read.filter_values, STR("CATEGORY")), "\"boots\"");
}

static void personalize_recommend_round_trips_every_member(void **state) {
    (void)state;
    static const char body[] =
        "{\"recommenderArn\":\"" FILTER "\",\"itemId\":\"i\",\"userId\":\"u\",\"numResults\":50,"
        "\"context\":{\"DEVICE\":\"phone\"},\"filterArn\":\"" FILTER
        "\",\"promotions\":[{\"name\":\"p\","
        "\"percentPromotedItems\":20,\"filterArn\":\"" FILTER "\",\"filterValues\":{\"A\":\"1\"}}],"
        "\"metadataColumns\":{\"ITEMS\":[\"GENRE\",\"PRICE\"]}}";
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(personalize_recommend_release) struct personalize_recommend read = {0};
    struct error err = {0};
    assert_ok(personalize_decode_recommend(str_from(body), &read, &err), err);
    assert_true(read.promotion.is_set);
    assert_int_equal(read.promotion.percent, 20);
    assert_int_equal(read.metadata_columns.count, 2);
    assert_ok(personalize_encode_recommend(&read, STR(ENDPOINT), &request, &err), err);
    assert_str(buf_str(&request.body), body);
}

static const struct refusal {
    const char *body;
    enum error_code code;
    const char *message;
} recommend_refusals[] = {
    {"{", ERROR_INVALID, ""},
    {"[]", ERROR_INVALID, "START_OF_LIST"},
    {"{\"campaignArn\":1}", ERROR_INVALID, "NUMBER_VALUE can not be converted to a String"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"numResults\":\"5\"}", ERROR_INVALID, "an Integer"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"numResults\":1.5}", ERROR_INVALID, "an Integer"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"filterValues\":[]}", ERROR_INVALID, "a Map"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"promotions\":{}}", ERROR_INVALID, "a List"},
    {"", ERROR_USAGE, "Either campaignArn or recommenderArn"},
    {"{\"userId\":\"u\"}", ERROR_USAGE, "Either campaignArn or recommenderArn"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"recommenderArn\":\"" CAMPAIGN "\"}", ERROR_USAGE,
     "Only one"},
    {"{\"campaignArn\":\"x\"}", ERROR_USAGE, "Value 'x' at 'campaignArn' failed to satisfy"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"numResults\":-1}", ERROR_USAGE,
     "greater than or equal to 0"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"numResults\":501}", ERROR_USAGE,
     "less than or equal to 500"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"numResults\":51,\"metadataColumns\":{\"ITEMS\":[\"A\"]}}",
     ERROR_USAGE, "less than or equal to 50"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"filterValues\":{\"A\":\"1\"}}", ERROR_USAGE,
     "without filterArn"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"filterArn\":\"" FILTER
     "\",\"filterValues\":{\"$A\":\"1\"}}",
     ERROR_USAGE, "[A-Za-z0-9_]+"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"promotions\":[{},{}]}", ERROR_USAGE, "equal to 1"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"promotions\":[{\"percentPromotedItems\":0}]}",
     ERROR_USAGE, "Value '0' at 'promotions.1.member.percentPromotedItems'"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"promotions\":[{\"name\":\"a b\"}]}", ERROR_USAGE,
     "Value 'a b' at 'promotions.1.member.name'"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"metadataColumns\":{\"USERS\":[\"AGE\"]}}", ERROR_USAGE,
     "Value 'USERS' at 'metadataColumns'"},
    {"{\"campaignArn\":\"" CAMPAIGN "\",\"promotions\":[{\"percentPromotedItems\":101}]}",
     ERROR_USAGE, "between 1 and 100"},
};

static void personalize_recommend_refuses_as_the_service_does(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(recommend_refusals); i++) {
        const struct refusal *refusal = &recommend_refusals[i];
        CLEANUP(personalize_recommend_release) struct personalize_recommend read = {0};
        struct error err = {0};
        if (personalize_decode_recommend(str_from(refusal->body), &read, &err)) {
            fail_msg("took %s", refusal->body);
        }
        if (err.code != refusal->code) fail_msg("%s: %s", refusal->body, err.message);
        assert_contains(str_from(err.message), refusal->message);
        assert_string_equal(
            personalize_error_code(&err),
            refusal->code == ERROR_USAGE ? "InvalidInputException" : "SerializationException");
    }
}

static void personalize_recommend_counts_characters_not_bytes(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf user = {0};
    struct error err = {0};
    struct personalize_recommend ask = {.campaign_arn = STR(CAMPAIGN)};
    for (int i = 0; i < 256; i++)
        buf_add(&user, STR("\xC3\xA9"));
    ask.user_id = buf_str(&user);
    assert_ok(personalize_check_recommend(&ask, &err), err);
    buf_add_char(&user, 'x');
    ask.user_id = buf_str(&user);
    assert_false(personalize_check_recommend(&ask, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_contains(str_from(err.message), "'userId'");
    assert_contains(str_from(err.hint), "userId");
}

static void personalize_rank_round_trips(void **state) {
    (void)state;
    static const char body[] =
        "{\"campaignArn\":\"" CAMPAIGN
        "\",\"inputList\":[\"a\",\"b\"],\"userId\":\"u\",\"context\":{\"D\":\"p\"}}";
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(personalize_rank_release) struct personalize_rank read = {0};
    struct error err = {0};
    assert_ok(personalize_decode_rank(str_from(body), &read, &err), err);
    assert_ok(personalize_encode_rank(&read, STR(ENDPOINT), &request, &err), err);
    assert_str(buf_str(&request.body), body);
    assert_str(buf_str(&request.url), ENDPOINT "/personalize-ranking");
}

static void personalize_rank_refuses_what_is_missing(void **state) {
    (void)state;
    static const struct refusal cases[] = {
        {"{\"inputList\":[\"a\"],\"userId\":\"u\"}", ERROR_USAGE, "null at 'campaignArn'"},
        {"{\"campaignArn\":\"" CAMPAIGN "\",\"inputList\":[\"a\"]}", ERROR_USAGE,
         "null at 'userId'"},
        {"{\"campaignArn\":\"" CAMPAIGN "\",\"userId\":\"u\"}", ERROR_USAGE, "null at 'inputList'"},
        {"{\"campaignArn\":\"" CAMPAIGN "\",\"userId\":\"u\",\"inputList\":[1]}", ERROR_INVALID,
         "NUMBER"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(personalize_rank_release) struct personalize_rank read = {0};
        struct error err = {0};
        assert_false(personalize_decode_rank(str_from(cases[i].body), &read, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_contains(str_from(err.message), cases[i].message);
    }
    struct personalize_rank many = {.campaign_arn = STR(CAMPAIGN), .user_id = STR("u")};
    struct error err = {0};
    for (int i = 0; i < 501; i++)
        personalize_list_add(&many.input, STR("x"));
    assert_false(personalize_check_rank(&many, &err));
    assert_contains(str_from(err.message), "500");
    personalize_rank_release(&many);
}

static void personalize_items_round_trip(void **state) {
    (void)state;
    for (int reply = 0; reply < 2; reply++) {
        CLEANUP(personalize_items_release)
        struct personalize_items items = {
            .recommendation_id = STR("RID-5c0e2c1e-8f5f-4f0a-9f0e-2f7d6f1f4a11")};
        CLEANUP(personalize_items_release) struct personalize_items read = {0};
        CLEANUP(response_release) struct response response = {0};
        struct error err = {0};
        struct personalize_item *item = personalize_items_add(&items);
        item->item_id = STR("sku-9");
        item->score = 0.0412;
        item->has_score = true;
        personalize_map_add(&item->metadata, STR("GENRE"), STR("boots"));
        personalize_items_add(&items)->item_id = STR("sku-3");
        personalize_encode_items(&items, (enum personalize_reply)reply, &response);
        assert_int_equal(response.status, 200);
        assert_contains(buf_str(&response.body), reply ? "personalizedRanking" : "itemList");
        assert_ok(
            personalize_decode_items(
                buf_str(&response.body), (enum personalize_reply)reply, &read, &err),
            err);
        assert_int_equal(read.count, 2);
        assert_str(read.items[0].item_id, "sku-9");
        assert_true(read.items[0].has_score && read.items[0].score == 0.0412);
        assert_str(personalize_map_get(&read.items[0].metadata, STR("GENRE")), "boots");
        assert_false(read.items[1].has_score);
        assert_str(read.recommendation_id, "RID-5c0e2c1e-8f5f-4f0a-9f0e-2f7d6f1f4a11");
    }
}

static void personalize_decode_items_refuses_foreign_replies(void **state) {
    (void)state;
    static const char *const bad[] = {
        "", "<html>", "[]", "{\"itemList\":{}}", "{\"itemList\":[1]}", "{\"itemList\":[{}]}"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        CLEANUP(personalize_items_release) struct personalize_items read = {0};
        struct error err = {0};
        assert_false(personalize_decode_items(
            str_from(bad[i]), PERSONALIZE_REPLY_RECOMMENDATIONS, &read, &err));
        assert_int_equal(err.code, ERROR_INVALID);
    }
}

static const char events_body[] =
    "{\"trackingId\":\"0c3e7e52-58c0-4a77-9a35-2f9b6f8e1d10\",\"userId\":\"u-17\",\"sessionId\":"
    "\"s-88\","
    "\"eventList\":[{\"eventId\":\"e-1\",\"eventType\":\"Purchase\",\"eventValue\":59.9,"
    "\"itemId\":\"sku-9\",\"properties\":\"{\\\"discount\\\":\\\"5\\\"}\",\"sentAt\":1714564800,"
    "\"recommendationId\":\"RID-1\",\"impression\":[\"a\",\"b\"],"
    "\"metricAttribution\":{\"eventAttributionSource\":\"mail\"}}]}";

static void personalize_events_round_trip(void **state) {
    (void)state;
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(personalize_events_release) struct personalize_events read = {0};
    struct error err = {0};
    assert_ok(personalize_decode_events(str_from(events_body), &read, &err), err);
    assert_int_equal(read.count, 1);
    assert_true(read.events[0].sent_at_s == 1714564800);
    assert_ok(personalize_encode_events(&read, STR("http://127.0.0.1:4599"), &request, &err), err);
    assert_str(buf_str(&request.body), events_body);
    assert_str(buf_str(&request.url), "http://127.0.0.1:4599/events");
    assert_str(headers_get(&request.headers, STR("host")), "127.0.0.1:4599");
}

static void personalize_events_refuse_as_the_service_does(void **state) {
    (void)state;
#define EVENT(members) "{\"trackingId\":\"t\",\"sessionId\":\"s\",\"eventList\":[{" members "}]}"
    static const struct refusal cases[] = {
        {"{\"sessionId\":\"s\",\"eventList\":[]}", ERROR_USAGE, "null at 'trackingId'"},
        {"{\"trackingId\":\"t\",\"eventList\":[]}", ERROR_USAGE, "null at 'sessionId'"},
        {"{\"trackingId\":\"t\",\"sessionId\":\"s\"}", ERROR_USAGE, "'eventList'"},
        {"{\"trackingId\":\"t\",\"sessionId\":\"s\",\"eventList\":[1]}", ERROR_INVALID,
         "not an object"},
        {EVENT("\"sentAt\":1"), ERROR_USAGE, "eventType"},
        {EVENT("\"eventType\":\"v\""), ERROR_USAGE, "null at 'eventList.1.member.sentAt'"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":1},{\"eventType\":\"v\""), ERROR_USAGE,
         "null at 'eventList.2.member.sentAt'"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":1},{\"sentAt\":1"), ERROR_USAGE,
         "null at 'eventList.2.member.eventType'"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":\"2024-05-01T12:00:00Z\""), ERROR_INVALID,
         "STRING_VALUE"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":-5"), ERROR_USAGE, "Unix seconds"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":1,\"properties\":{}"), ERROR_INVALID, "a String"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":1,\"properties\":\"[1]\""), ERROR_USAGE,
         "JSON object"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":1,\"eventValue\":\"x\""), ERROR_INVALID, "Float"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":1,"
               "\"recommendationId\":\"12345678901234567890123456789012345678901\""),
         ERROR_USAGE, "equal to 40"},
        {"{\"trackingId\":\"t\",\"sessionId\":\"s\"}", ERROR_USAGE, "null at 'eventList'"},
        {"{\"trackingId\":\"\",\"sessionId\":\"s\"}", ERROR_USAGE, "Value '' at 'trackingId'"},
        {"{\"trackingId\":\"t\",\"sessionId\":\"s\",\"userId\":\"\",\"eventList\":[]}", ERROR_USAGE,
         "Value '' at 'userId'"},
        {EVENT("\"eventType\":\"\",\"sentAt\":1"), ERROR_USAGE,
         "Value '' at 'eventList.1.member.eventType'"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":1,\"properties\":\"\""), ERROR_USAGE,
         "Value '' at 'eventList.1.member.properties'"},
        {EVENT("\"eventType\":\"v\",\"sentAt\":1,\"metricAttribution\":{}"), ERROR_USAGE,
         "null at 'eventList.1.member.metricAttribution.eventAttributionSource'"},
    };
#undef EVENT
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(personalize_events_release) struct personalize_events read = {0};
        struct error err = {0};
        if (personalize_decode_events(str_from(cases[i].body), &read, &err)) {
            fail_msg("took %s", cases[i].body);
        }
        if (err.code != cases[i].code) fail_msg("%s: %s", cases[i].body, err.message);
        assert_contains(str_from(err.message), cases[i].message);
    }
}

static void personalize_events_are_ten_at_most(void **state) {
    (void)state;
    CLEANUP(personalize_events_release)
    struct personalize_events events = {.tracking_id = STR("t"), .session_id = STR("s")};
    struct error err = {0};
    for (int i = 0; i < 11; i++) {
        *personalize_events_add(&events) =
            (struct personalize_event){.event_type = STR("v"), .sent_at_s = 1};
    }
    assert_false(personalize_check_events(&events, &err));
    assert_contains(str_from(err.message), "equal to 10");
    events.count = 10;
    assert_ok(personalize_check_events(&events, &err), err);
}

static void personalize_quotes_filter_values(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf out = {0};
    struct personalize_list values = {0};
    personalize_list_add(&values, STR("boots"));
    personalize_list_add(&values, STR("a\"b"));
    personalize_quote_values(&out, &values);
    assert_str(buf_str(&out), "\"boots\",\"a\\\"b\"");
    struct personalize_recommend owner = {.metadata_columns = values};
    personalize_recommend_release(&owner);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(personalize_recommend_has_the_documented_form),
    cmocka_unit_test(personalize_recommend_round_trips_every_member),
    cmocka_unit_test(personalize_recommend_refuses_as_the_service_does),
    cmocka_unit_test(personalize_recommend_counts_characters_not_bytes),
    cmocka_unit_test(personalize_rank_round_trips),
    cmocka_unit_test(personalize_rank_refuses_what_is_missing),
    cmocka_unit_test(personalize_items_round_trip),
    cmocka_unit_test(personalize_decode_items_refuses_foreign_replies),
    cmocka_unit_test(personalize_events_round_trip),
    cmocka_unit_test(personalize_events_refuse_as_the_service_does),
    cmocka_unit_test(personalize_events_are_ten_at_most),
    cmocka_unit_test(personalize_quotes_filter_values),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
