// Recommendations by recipe and campaign configuration, promotions, metadata, limits; PutEvents' rules.
#include "personalize_calls.h"

static int start(void **state) {
    static const struct sandbox_options options = {.has_instant_statuses = true};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

// A campaign of that name and recipe in the workshop's group; `config` may be NULL.
static void
make_campaign(struct fixture *fixture, const char *name, const char *recipe, const char *config) {
    struct buf body = {0}, version = {0};
    buf_add_format(
        &body,
        "{\"name\":\"%s\",\"datasetGroupArn\":\"" P_GROUP
        "\",\"recipeArn\":\"arn:aws:personalize:::recipe/%s\"}",
        name, recipe);
    assert_plane(fixture, "CreateSolution", buf_text(&body));
    buf_reset(&body);
    buf_add_format(&body, "{\"solutionArn\":\"" P_ARN "solution/%s\"}", name);
    assert_plane(fixture, "CreateSolutionVersion", buf_text(&body));
    buf_add(&version, json_get_text(fixture->json.root, "solutionVersionArn"));
    buf_reset(&body);
    buf_add_format(
        &body, "{\"name\":\"%s\",\"solutionVersionArn\":\"%s\"%s%s}", name, buf_text(&version),
        config ? ",\"campaignConfig\":" : "", config ? config : "");
    assert_plane(fixture, "CreateCampaign", buf_text(&body));
    buf_release(&body);
    buf_release(&version);
}

static void every_recipe_answers_in_its_way(void **state) {
    static const struct {
        const char *recipe, *more; // members beside the campaign
        bool has_score;
    } cases[] = {
        {"aws-user-personalization", ",\"userId\":\"" P_USER "\"", true},
        {"aws-user-personalization-v2", ",\"userId\":\"" P_USER "\"", true},
        {"aws-hrnn", ",\"userId\":\"" P_USER "\"", true},
        {"aws-sims", ",\"itemId\":\"led-high-tops\"", false},
        {"aws-similar-items", ",\"itemId\":\"led-high-tops\"", false},
        {"aws-popularity-count", "", false},
        {"aws-trending-now", "", false},
    };
    struct fixture *fixture = *state;
    struct buf body = {0};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        double score;
        print_message("%s\n", cases[i].recipe);
        make_campaign(fixture, cases[i].recipe, cases[i].recipe, NULL);
        buf_reset(&body);
        buf_add_format(
            &body, "{\"campaignArn\":\"" P_ARN "campaign/%s\"%s}", cases[i].recipe, cases[i].more);
        assert_int_equal(ask(fixture, "/recommendations", buf_text(&body)), 200);
        const struct json_node *list = json_get(fixture->json.root, "itemList");
        assert_int_equal(json_count(list), 25);
        assert_int_equal(
            json_number(json_get(json_first(list), "score"), &score), cases[i].has_score);
        assert_int_equal(json_get_text(fixture->json.root, "recommendationId").len, 40);
        if (!cases[i].more[0]) continue;
        buf_reset(&body);
        buf_add_format(&body, "{\"campaignArn\":\"" P_ARN "campaign/%s\"}", cases[i].recipe);
        assert_refused(
            fixture, ask(fixture, "/recommendations", buf_text(&body)), "InvalidInputException",
            "is required for campaigns of the recipe");
    }
    make_campaign(fixture, "rank-v2", "aws-personalized-ranking-v2", NULL);
    assert_int_equal(
        ask(fixture, "/personalize-ranking",
            "{\"campaignArn\":\"" P_ARN "campaign/rank-v2\",\"userId\":\"" P_USER
            "\",\"inputList\":[\"herschel-iona\",\"led-high-tops\"]}"),
        200);
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN "campaign/rank-v2\",\"userId\":\"u\"}"),
        "InvalidInputException", "GetPersonalizedRanking");
    assert_refused(
        fixture,
        plane(
            fixture, "CreateSolution",
            "{\"name\":\"nba\",\"datasetGroupArn\":\"" P_GROUP
            "\",\"recipeArn\":\"arn:aws:personalize:::recipe/none\"}"),
        "ResourceNotFoundException", "");
    buf_release(&body);
}

static void actions_are_refused_honestly(void **state) {
    static const struct {
        const char *path, *body, *code, *part;
    } cases[] = {
        {"/action-recommendations", "{}", "InvalidInputException", "campaignArn"},
        {"/action-recommendations", "{\"campaignArn\":\"" P_CAMPAIGN "\"}", "InvalidInputException",
         "userId"},
        {"/action-recommendations",
         "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"u\",\"numResults\":101}",
         "InvalidInputException", "less than or equal to 100"},
        {"/action-recommendations", "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"u\"}",
         "InvalidInputException", "aws-next-best-action"},
        {"/action-recommendations", "{\"campaignArn\":\"" P_ARN "campaign/none\",\"userId\":\"u\"}",
         "ResourceNotFoundException", "Could not find campaign"},
        {"/actions",
         "{\"datasetArn\":\"" P_ARN
         "dataset/segment-workshop/ACTIONS\",\"actions\":[{\"actionId\":\"a\"}]}",
         "ResourceNotFoundException", "dataset"},
        {"/actions", "{\"datasetArn\":\"" P_ITEMS "\",\"actions\":[{\"actionId\":\"a\"}]}",
         "InvalidInputException", "ACTIONS"},
        {"/action-interactions", "{\"actionInteractions\":[{}]}", "InvalidInputException",
         "trackingId"},
        {"/action-interactions", "{\"trackingId\":\"x\",\"actionInteractions\":[{}]}",
         "ResourceNotFoundException", "Action interactions"},
        {"/recommendations",
         "{\"recommenderArn\":\"" P_ARN "recommender/top-picks\",\"userId\":\"u\"}",
         "ResourceNotFoundException", "Could not find recommender"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %s\n", cases[i].path, cases[i].body);
        assert_refused(
            fixture, ask(fixture, cases[i].path, cases[i].body), cases[i].code, cases[i].part);
    }
}

static void metadata_comes_where_it_is_enabled(void **state) {
    struct fixture *fixture = *state;
    const char *columns = ",\"metadataColumns\":{\"ITEMS\":[\"NAME\",\"PRICE\",\"CATEGORY_L1\"]}}";
    struct buf body = {0};
    make_campaign(
        fixture, "with-metadata", "aws-user-personalization",
        "{\"enableMetadataWithRecommendations\":true}");
    buf_add_format(
        &body, "{\"campaignArn\":\"" P_ARN "campaign/with-metadata\",\"userId\":\"" P_USER "\"%s",
        columns);
    assert_int_equal(ask(fixture, "/recommendations", buf_text(&body)), 200);
    const struct json_node *item = json_first(json_get(fixture->json.root, "itemList"));
    for (; item; item = json_next(item)) {
        const struct json_node *metadata = json_get(item, "metadata");
        double price;
        assert_true(json_get_text(metadata, "NAME").len > 0);
        assert_true(json_get_text(metadata, "CATEGORY_L1").len > 0);
        assert_true(str_parse_double(json_get_text(metadata, "PRICE"), &price));
        assert_true(price > 1);
    }
    buf_reset(&body);
    buf_add_format(
        &body, "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"" P_USER "\"%s", columns);
    assert_refused(
        fixture, ask(fixture, "/recommendations", buf_text(&body)), "InvalidInputException",
        "enableMetadataWithRecommendations");
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN
            "campaign/with-metadata\",\"userId\":\"u\",\"metadataColumns\":{\"ITEMS\":[\"SIZE\"]}"
            "}"),
        "InvalidInputException", "no column SIZE");
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN
            "campaign/with-metadata\",\"userId\":\"u\",\"numResults\":51,\"metadataColumns\":{"
            "\"ITEMS\":[\"NAME\"]}}"),
        "InvalidInputException", "50");
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN
            "campaign/with-metadata\",\"userId\":\"u\",\"metadataColumns\":{\"ITEMS\":[\"A\","
            "\"B\",\"C\",\"D\",\"E\",\"F\",\"G\",\"H\",\"I\",\"J\",\"K\"]}}"),
        "InvalidInputException", "less than or equal to 10");
    buf_release(&body);
}

static void promotions_take_their_share(void **state) {
    struct fixture *fixture = *state;
    assert_plane(
        fixture, "CreateFilter",
        "{\"name\":\"of\",\"datasetGroupArn\":\"" P_GROUP
        "\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($C)\"}");
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"" P_USER
            "\",\"numResults\":10,\"promotions\":[{\"name\":\"bags\",\"percentPromotedItems\":20,"
            "\"filterArn\":\"" P_ARN "filter/of\",\"filterValues\":{\"C\":\"\\\"bags\\\"\"}}]}"),
        200);
    size_t promoted = 0, total = 0;
    struct buf seen = {0};
    const struct json_node *item = json_first(json_get(fixture->json.root, "itemList"));
    for (; item; item = json_next(item), total++) {
        const struct str id = json_get_text(item, "itemId");
        struct buf quoted = {0};
        buf_add_format(&quoted, "'" STR_FMT "'", STR_ARG(id));
        assert_false(str_contains(buf_str(&seen), buf_str(&quoted)));
        buf_add(&seen, buf_str(&quoted));
        buf_release(&quoted);
        promoted += str_equal(json_get_text(item, "promotionName"), STR("bags"));
    }
    assert_int_equal(total, 10);
    assert_int_equal(promoted, 2);
    buf_release(&seen);
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"" P_USER
            "\",\"promotions\":[{\"name\":\"bags\",\"percentPromotedItems\":20,\"filterArn\":"
            "\"" P_ARN "filter/of\"}]}"),
        "InvalidInputException", "needs a value");
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_CAMPAIGN
            "\",\"userId\":\"u\",\"promotions\":[{\"percentPromotedItems\":20}]}"),
        "InvalidInputException", "filterArn");
    assert_plane(fixture, "DeleteFilter", "{\"filterArn\":\"" P_ARN "filter/of\"}");
}

static void exploration_and_reasons_follow_the_campaign(void **state) {
    struct fixture *fixture = *state;
    make_campaign(
        fixture, "explorer", "aws-user-personalization-v2",
        "{\"itemExplorationConfig\":{\"explorationWeight\":\"0.9\","
        "\"explorationItemAgeCutOff\":\"3650\"}}");
    make_campaign(fixture, "homebody", "aws-user-personalization-v2", NULL);
    // the catalogue is older than any cut-off; this one is new
    assert_int_equal(
        ask(fixture, "/items",
            "{\"datasetArn\":\"" P_ITEMS "\",\"items\":[{\"itemId\":\"fresh-lamp\"}]}"),
        200);
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN "campaign/explorer\",\"userId\":\"" P_USER "\"}"),
        200);
    char *explored = ids(fixture, "itemList");
    assert_contains(buf_str(&fixture->response.body), "\"reason\":[\"Exploration\"]");
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN "campaign/homebody\",\"userId\":\"" P_USER "\"}"),
        200);
    char *plain = ids(fixture, "itemList");
    assert_string_not_equal(explored, plain);
    assert_false(str_contains(buf_str(&fixture->response.body), STR("reason")));
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN "campaign/homebody\",\"userId\":\"nobody-knows\"}"),
        200);
    assert_contains(buf_str(&fixture->response.body), "\"reason\":[\"Popular item\"]");
    free(explored);
    free(plain);
}

static void context_and_numbers_have_limits(void **state) {
    static const struct {
        const char *more, *part;
    } cases[] = {
        {",\"numResults\":501", "less than or equal to 500"},
        {",\"numResults\":-1", "greater than or equal to 0"},
        {",\"context\":{\"a-b\":\"x\"}", "regular expression"},
        {",\"filterValues\":{\"A\":\"x\"}", "filterValues cannot be used without filterArn"},
        {",\"filterArn\":\"" P_ARN
         "filter/exclude-purchased\",\"filterValues\":{\"A\":\"\\\"x\\\"\"}",
         "not part of the filter expression"},
        {",\"promotions\":[{},{}]", "less than or equal to 1"},
    };
    struct fixture *fixture = *state;
    struct buf body = {0};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].more);
        buf_reset(&body);
        buf_add_format(
            &body, "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"u\"%s}", cases[i].more);
        assert_refused(
            fixture, ask(fixture, "/recommendations", buf_text(&body)), "InvalidInputException",
            cases[i].part);
    }
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_CAMPAIGN
            "\",\"userId\":\"u\",\"numResults\":0,\"context\":{\"DEVICE\":\"phone\"}}"),
        200);
    assert_int_equal(json_count(json_get(fixture->json.root, "itemList")), 25);
    buf_release(&body);
}

#define EVENTS(more)                                                                               \
    "{\"trackingId\":\"7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001\",\"sessionId\":\"s\"," more "}"
#define EVENT(more) EVENTS("\"eventList\":[{\"eventType\":\"v\",\"sentAt\":1767225600" more "}]")

static void put_events_keeps_the_rules(void **state) {
    static const struct {
        const char *body, *part;
    } refused[] = {
        {EVENTS("\"eventList\":[]"), "greater than or equal to 1"},
        {EVENTS("\"eventList\":[{\"eventType\":\"v\"}]"), "eventList.1.member.sentAt"},
        {EVENTS("\"eventList\":[{\"eventType\":\"v\",\"sentAt\":1767225600000}]"), "Unix seconds"},
        {EVENTS("\"eventList\":[{\"sentAt\":1}]"), "eventType"},
        {EVENT(",\"properties\":\"{\\\"userID\\\":\\\"x\\\"}\""), "members of the event itself"},
        {EVENT(",\"properties\":\"{\\\"timestamp\\\":1}\""), "members of the event itself"},
        {EVENT(",\"properties\":\"[]\""), "JSON object"},
        {EVENT(",\"recommendationId\":\"12345678901234567890123456789012345678901\""),
         "less than or equal to 40"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
        print_message("%s\n", refused[i].body);
        assert_refused(
            fixture, ask(fixture, "/events", refused[i].body), "InvalidInputException",
            refused[i].part);
    }
    assert_int_equal(
        ask(fixture, "/events",
            EVENT(",\"itemId\":\"led-high-tops\",\"eventValue\":3.5,\"impression\":[\"a\",\"b\"],"
                  "\"metricAttribution\":{\"eventAttributionSource\":\"web\"}")),
        200);
    assert_int_equal(fixture->response.body.len, 0);
}

// A session that becomes somebody: what it did is the user's from then on.
static void a_session_is_joined_to_its_user(void **state) {
    struct fixture *fixture = *state;
    const char *question =
        "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"joined\",\"filterArn\":\"" P_ARN
        "filter/exclude-purchased\",\"numResults\":500}";
    assert_int_equal(
        ask(fixture, "/events",
            EVENTS("\"eventList\":[{\"eventType\":\"order completed\",\"itemId\":"
                   "\"herschel-iona\",\"sentAt\":1767225600}]")),
        200);
    assert_int_equal(ask(fixture, "/recommendations", question), 200);
    assert_contains(buf_str(&fixture->response.body), "herschel-iona");
    assert_int_equal(
        ask(fixture, "/events",
            EVENTS("\"userId\":\"joined\",\"eventList\":[{\"eventType\":\"v\",\"itemId\":"
                   "\"led-high-tops\",\"sentAt\":1767225700}]")),
        200);
    assert_int_equal(ask(fixture, "/recommendations", question), 200);
    assert_false(str_contains(buf_str(&fixture->response.body), STR("herschel-iona")));
}

static void another_region_and_account_know_nothing(void **state) {
    struct fixture *fixture = *state;
    const char *body = "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"u\"}";
    assert_refused(
        fixture,
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "personalize",
                .region = "eu-west-1",
                .target = "/recommendations",
                .body = body}),
        "ResourceNotFoundException", "");
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"arn:aws:personalize:us-east-1:210987654321:campaign/"
            "segment-workshop-campaign\",\"userId\":\"u\"}"),
        "ResourceNotFoundException", "");
    assert_refused(
        fixture,
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "personalize",
                .region = "eu-west-1",
                .target = "/items",
                .body = "{\"datasetArn\":\"" P_ITEMS "\",\"items\":[{\"itemId\":\"a\"}]}"}),
        "ResourceNotFoundException", "");
}

// The loop goes through the same resources: without one of them it breaks as in the cloud.
static void a_deleted_campaign_breaks_the_loop(void **state) {
    static const struct sandbox_options options = {.has_instant_statuses = true};
    struct fixture fixture;
    struct buf record = {0};
    (void)state;
    fixture_start_with(&fixture, &options);
    assert_plane(&fixture, "DeleteCampaign", "{\"campaignArn\":\"" P_CAMPAIGN "\"}");
    fixture_click(&fixture, P_USER, "led-high-tops", "broken-1");
    json_print(fixture.json.root, &record);
    assert_contains(buf_str(&record), "ResourceNotFoundException");
    assert_contains(buf_str(&record), "Could not find campaign");
    buf_release(&record);
    fixture_stop(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recipe_answers_in_its_way),
        cmocka_unit_test(actions_are_refused_honestly),
        cmocka_unit_test(metadata_comes_where_it_is_enabled),
        cmocka_unit_test(promotions_take_their_share),
        cmocka_unit_test(exploration_and_reasons_follow_the_campaign),
        cmocka_unit_test(context_and_numbers_have_limits),
        cmocka_unit_test(put_events_keeps_the_rules),
        cmocka_unit_test(a_session_is_joined_to_its_user),
        cmocka_unit_test(another_region_and_account_know_nothing),
        cmocka_unit_test(a_deleted_campaign_breaks_the_loop),
    };
    return cmocka_run_group_tests(tests, start, fixture_tear_down);
}
