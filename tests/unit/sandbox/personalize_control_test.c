// The control plane: what is there, what can be made and taken down, in which order, and how it is refused.
#include "personalize_calls.h"

#include "base/clock.h"

#define VERSION P_ARN "solution/segment-workshop-user-personalization/5e9e0001"

static int start(void **state) {
    static const struct sandbox_options options = {.has_instant_statuses = true};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

static void the_workshops_resources_are_there(void **state) {
    static const struct {
        const char *operation, *body, *parts[4];
    } cases[] = {
        {"DescribeDatasetGroup",
         "{\"datasetGroupArn\":\"" P_GROUP "\"}",
         {"\"name\":\"segment-workshop\"", "\"status\":\"ACTIVE\""}},
        {"DescribeCampaign",
         "{\"campaignArn\":\"" P_CAMPAIGN "\"}",
         {"\"solutionVersionArn\":\"" VERSION "\"", "\"minProvisionedTPS\":1",
          "\"creationDateTime\":1761955200"}},
        {"DescribeSolutionVersion",
         "{\"solutionVersionArn\":\"" VERSION "\"}",
         {"recipe/aws-user-personalization", "\"trainingMode\":\"FULL\""}},
        {"DescribeSolution",
         "{\"solutionArn\":\"" P_ARN "solution/segment-workshop-sims\"}",
         {"\"latestSolutionVersion\":{\"solutionVersionArn\"", "recipe/aws-sims"}},
        {"DescribeEventTracker",
         "{\"eventTrackerArn\":\"" P_ARN "event-tracker/7ec100b0\"}",
         {"\"trackingId\":\"7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001\"",
          "\"accountId\":\"123456789012\""}},
        {"DescribeFilter",
         "{\"filterArn\":\"" P_ARN "filter/exclude-purchased\"}",
         {"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\\\"Order Completed\\\")"}},
        {"DescribeDataset",
         "{\"datasetArn\":\"" P_ITEMS "\"}",
         {"\"datasetType\":\"ITEMS\"", "schema/segment-workshop-items"}},
        {"DescribeSchema",
         "{\"schemaArn\":\"" P_ARN "schema/segment-workshop-items\"}",
         {"CATEGORY_L1", "\\\"type\\\":\\\"record\\\""}},
        {"ListFilters", "{\"datasetGroupArn\":\"" P_GROUP "\"}", {"\"Filters\":[{"}},
        {"ListFilters",
         "{\"datasetGroupArn\":\"" P_ARN "dataset-group/none\"}",
         {"\"Filters\":[]"}},
        {"ListEventTrackers", "{}", {"event-tracker/7ec100b0"}},
        {"ListSchemas", "{}", {"segment-workshop-users"}},
        {"ListDatasets", "{\"datasetGroupArn\":\"" P_GROUP "\"}", {"INTERACTIONS", "USERS"}},
        {"ListCampaigns",
         "{\"solutionArn\":\"" P_ARN "solution/segment-workshop-sims\"}",
         {"\"campaigns\":[{\"name\":\"segment-workshop-related\""}},
        {"ListSolutionVersions",
         "{\"solutionArn\":\"" P_ARN "solution/segment-workshop-sims\"}",
         {"5e9e0002", "\"trainingType\":\"MANUAL\""}},
        {"ListRecommenders", "{}", {"\"recommenders\":[]"}},
        {"DescribeRecipe",
         "{\"recipeArn\":\"arn:aws:personalize:::recipe/aws-trending-now\"}",
         {"POPULAR_ITEMS", "algorithm/aws-trending-now"}},
        {"DescribeAlgorithm",
         "{\"algorithmArn\":\"arn:aws:personalize:::algorithm/aws-sims\"}",
         {"popularity_discount_factor"}},
        {"DescribeFeatureTransformation",
         "{\"featureTransformationArn\":\"arn:aws:personalize:::feature-transformation/"
         "JSON-percentile-filtering\"}",
         {"max_user_history_length_percentile"}},
        {"ListRecipes", "{\"domain\":\"VIDEO_ON_DEMAND\"}", {"aws-vod-top-picks"}},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %s\n", cases[i].operation, cases[i].body);
        assert_plane(fixture, cases[i].operation, cases[i].body);
        for (size_t k = 0; k < ARRAY_COUNT(cases[i].parts) && cases[i].parts[k]; k++)
            assert_contains(buf_str(&fixture->response.body), cases[i].parts[k]);
        assert_str(
            headers_get(&fixture->response.headers, STR("Content-Type")),
            "application/x-amz-json-1.1");
    }
    assert_plane(fixture, "ListEventTrackers", "{}");
    assert_false(str_contains(buf_str(&fixture->response.body), STR("trackingId")));
}

static void lists_come_in_pages(void **state) {
    struct fixture *fixture = *state;
    struct buf body = {0};
    size_t pages = 0, recipes = 0;
    assert_plane(fixture, "ListRecipes", "{}");
    const size_t all = json_count(json_get(fixture->json.root, "recipes"));
    assert_int_equal(json_get_text(fixture->json.root, "nextToken").len, 0);
    buf_add(&body, STR("{\"maxResults\":7}"));
    for (;; pages++) {
        assert_plane(fixture, "ListRecipes", buf_text(&body));
        recipes += json_count(json_get(fixture->json.root, "recipes"));
        const struct str token = json_get_text(fixture->json.root, "nextToken");
        if (!token.len) break;
        buf_reset(&body);
        buf_add_format(&body, "{\"maxResults\":7,\"nextToken\":\"" STR_FMT "\"}", STR_ARG(token));
    }
    assert_int_equal(recipes, all);
    assert_int_equal(pages, (all - 1) / 7);
    // the last token belongs to another list
    assert_refused(
        fixture, plane(fixture, "ListCampaigns", buf_text(&body)), "InvalidNextTokenException", "");
    assert_refused(
        fixture, plane(fixture, "ListFilters", "{\"nextToken\":\"zzz\"}"),
        "InvalidNextTokenException", "");
    buf_release(&body);
}

static void requests_are_checked(void **state) {
    static const struct {
        const char *operation, *body, *code, *part;
    } cases[] = {
        {"DescribeCampaign", "{}", "InvalidInputException",
         "Value null at 'campaignArn' failed to satisfy constraint: Member must not be null"},
        {"DescribeCampaign", "{\"campaignArn\":\"shoes\"}", "InvalidInputException",
         "regular expression pattern"},
        {"DescribeCampaign", "{\"campaignArn\":1}", "SerializationException", "a String"},
        {"DescribeCampaign", "{", "SerializationException", ""},
        {"DescribeCampaign", "{\"campaignArn\":\"" P_ARN "campaign/none\"}",
         "ResourceNotFoundException", "Could not find campaign"},
        {"DescribeCampaign", "{\"campaignArn\":\"" P_ARN "filter/exclude-purchased\"}",
         "ResourceNotFoundException", "Could not find campaign"},
        {"DescribeRecipe", "{\"recipeArn\":\"arn:aws:personalize:::recipe/none\"}",
         "ResourceNotFoundException", "recipe"},
        {"DescribeRecommender", "{\"recommenderArn\":\"" P_ARN "recommender/x\"}",
         "ResourceNotFoundException", "recommender"},
        {"ListCampaigns", "{\"maxResults\":0}", "InvalidInputException",
         "value greater than or equal to 1"},
        {"ListCampaigns", "{\"maxResults\":101}", "InvalidInputException",
         "value less than or equal to 100"},
        {"ListRecipes", "{\"domain\":\"SHOES\"}", "InvalidInputException",
         "enum value set: [ECOMMERCE, VIDEO_ON_DEMAND]"},
        {"ListSolutionVersions", "{\"solutionArn\":\"" P_ARN "solution/none\"}",
         "ResourceNotFoundException", "solution"},
        {"CreateDatasetGroup", "{\"name\":\"-a\"}", "InvalidInputException",
         "^[a-zA-Z0-9][a-zA-Z0-9"},
        {"CreateDatasetGroup", "{\"name\":\"\"}", "InvalidInputException",
         "greater than or equal to 1"},
        {"CreateDatasetGroup",
         "{\"name\":\"a234567890123456789012345678901234567890123456789012345678901234\"}",
         "InvalidInputException", "less than or equal to 63"},
        {"CreateDatasetGroup", "{\"name\":\"segment-workshop\"}", "ResourceAlreadyExistsException",
         "already exists"},
        {"CreateDatasetGroup", "{\"name\":\"g\",\"roleArn\":\"role\"}", "InvalidInputException",
         "roleArn"},
        {"CreateSchema", "{\"name\":\"s\",\"schema\":\"{}\"}", "InvalidInputException",
         "its type is not"},
        {"CreateSchema",
         "{\"name\":\"s\",\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Items\\\","
         "\\\"fields\\\":[{\\\"name\\\":\\\"ITEM_ID\\\",\\\"type\\\":\\\"map\\\"}]}\"}",
         "InvalidInputException", "unsupported type of field ITEM_ID"},
        {"CreateDataset",
         "{\"name\":\"d\",\"datasetGroupArn\":\"" P_GROUP "\",\"schemaArn\":\"" P_ARN
         "schema/segment-workshop-items\",\"datasetType\":\"Items\"}",
         "ResourceAlreadyExistsException", "ITEMS"},
        {"CreateDataset",
         "{\"name\":\"d\",\"datasetGroupArn\":\"" P_GROUP "\",\"schemaArn\":\"" P_ARN
         "schema/segment-workshop-items\",\"datasetType\":\"Shoes\"}",
         "InvalidInputException", "Unsupported dataset type"},
        {"CreateDataset",
         "{\"name\":\"d\",\"datasetGroupArn\":\"" P_GROUP "\",\"schemaArn\":\"" P_ARN
         "schema/segment-workshop-items\",\"datasetType\":\"Users\"}",
         "InvalidInputException", "lacks the required field USER_ID"},
        {"CreateDataset",
         "{\"name\":\"d\",\"datasetGroupArn\":\"" P_GROUP "\",\"schemaArn\":\"" P_ARN
         "schema/segment-workshop-items\",\"datasetType\":\"Actions\"}",
         "InvalidInputException", "no datasets of actions"},
        {"CreateSolution", "{\"name\":\"s\",\"datasetGroupArn\":\"" P_GROUP "\"}",
         "InvalidInputException", "recipeArn is required"},
        {"CreateSolution",
         "{\"name\":\"s\",\"datasetGroupArn\":\"" P_GROUP
         "\",\"recipeArn\":\"arn:aws:personalize:::recipe/none\"}",
         "ResourceNotFoundException", "recipe"},
        {"CreateSolution",
         "{\"name\":\"s\",\"datasetGroupArn\":\"" P_GROUP
         "\",\"recipeArn\":\"arn:aws:personalize:::recipe/aws-vod-top-picks\"}",
         "InvalidInputException", "domain"},
        {"CreateSolutionVersion",
         "{\"solutionArn\":\"" P_ARN
         "solution/segment-workshop-sims\",\"trainingMode\":\"UPDATE\"}",
         "InvalidInputException", "UPDATE"},
        {"CreateSolutionVersion",
         "{\"solutionArn\":\"" P_ARN
         "solution/segment-workshop-sims\",\"trainingMode\":\"PARTLY\"}",
         "InvalidInputException", "enum value set"},
        {"CreateCampaign",
         "{\"name\":\"segment-workshop-campaign\",\"solutionVersionArn\":\"" VERSION "\"}",
         "ResourceAlreadyExistsException", "already exists"},
        {"CreateCampaign",
         "{\"name\":\"c\",\"solutionVersionArn\":\"" P_ARN "solution/segment-workshop-sims\"}",
         "ResourceNotFoundException", "solution version"},
        {"CreateCampaign",
         "{\"name\":\"c\",\"solutionVersionArn\":\"" VERSION "\",\"minProvisionedTPS\":0}",
         "InvalidInputException", "minProvisionedTPS"},
        {"CreateCampaign",
         "{\"name\":\"c\",\"solutionVersionArn\":\"" VERSION
         "\",\"campaignConfig\":{\"itemExplorationConfig\":{\"explorationWeight\":\"2\"}}}",
         "InvalidInputException", "explorationWeight"},
        {"CreateCampaign",
         "{\"name\":\"c\",\"solutionVersionArn\":\"" P_ARN
         "solution/segment-workshop-sims/5e9e0002\",\"campaignConfig\":{\"itemExplorationConfig\":{"
         "\"explorationWeight\":\"0.2\"}}}",
         "InvalidInputException", "cannot be used with the recipe aws-sims"},
        {"CreateCampaign",
         "{\"name\":\"c\",\"solutionVersionArn\":\"" P_ARN
         "solution/segment-workshop-sims/$LATEST\"}",
         "InvalidInputException", "syncWithLatestSolutionVersion"},
        {"CreateEventTracker", "{\"name\":\"t\",\"datasetGroupArn\":\"" P_GROUP "\"}",
         "ResourceAlreadyExistsException", "event tracker already"},
        {"CreateFilter",
         "{\"name\":\"f\",\"datasetGroupArn\":\"" P_GROUP "\",\"filterExpression\":\"INCLUDE\"}",
         "InvalidInputException", "Invalid filter expression"},
        {"CreateFilter",
         "{\"name\":\"f\",\"datasetGroupArn\":\"" P_GROUP
         "\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.COLOUR = 1\"}",
         "InvalidInputException", "Items.COLOUR does not exist"},
        {"CreateFilter",
         "{\"name\":\"f\",\"datasetGroupArn\":\"" P_GROUP
         "\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.NAME < 1\"}",
         "InvalidInputException", "is text"},
        {"CreateFilter",
         "{\"name\":\"f\",\"datasetGroupArn\":\"" P_ARN
         "dataset-group/none\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.PRICE < 1\"}",
         "ResourceNotFoundException", "dataset group"},
        {"DeleteDatasetGroup", "{\"datasetGroupArn\":\"" P_GROUP "\"}", "ResourceInUseException",
         "while the dataset exists"},
        {"DeleteSchema", "{\"schemaArn\":\"" P_ARN "schema/segment-workshop-items\"}",
         "ResourceInUseException", "while the dataset exists"},
        {"DeleteSolution", "{\"solutionArn\":\"" P_ARN "solution/segment-workshop-sims\"}",
         "ResourceInUseException", "while the campaign exists"},
        {"StopSolutionVersionCreation", "{\"solutionVersionArn\":\"" VERSION "\"}",
         "InvalidInputException", "this one is ACTIVE"},
        {"TagResource",
         "{\"resourceArn\":\"" P_CAMPAIGN "\",\"tags\":[{\"tagKey\":\"\",\"tagValue\":\"v\"}]}",
         "InvalidInputException", "tagKey"},
        {"ListTagsForResource", "{\"resourceArn\":\"" P_ARN "campaign/none\"}",
         "ResourceNotFoundException", "resource"},
        {"DeleteEverything", "{}", "UnknownOperationException", ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %s\n", cases[i].operation, cases[i].body);
        assert_refused(
            fixture, plane(fixture, cases[i].operation, cases[i].body), cases[i].code,
            cases[i].part);
        assert_int_equal(headers_get(&fixture->response.headers, STR("x-amzn-RequestId")).len, 36);
    }
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "personalize",
                .region = "us-west-2",
                .json_target = "AmazonPersonalize.DescribeCampaign",
                .target = "/",
                .body = "{\"campaignArn\":\"" P_CAMPAIGN "\"}"}),
        400);
    assert_str(refusal(fixture), "ResourceNotFoundException");
}

#define SHOP P_ARN "dataset-group/shop"
#define RECORD(name, fields)                                                                       \
    "{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"" name "\\\",\\\"fields\\\":[" fields "]}"
#define FIELD(name, type) "{\\\"name\\\":\\\"" name "\\\",\\\"type\\\":\\\"" type "\\\"}"

static const struct {
    const char *operation, *body;
} shop[] = {
    {"CreateDatasetGroup", "{\"name\":\"shop\",\"tags\":[{\"tagKey\":\"a\",\"tagValue\":\"1\"}]}"},
    {"CreateSchema", "{\"name\":\"shop-i\",\"schema\":\"" RECORD(
                         "Interactions",
                         FIELD("USER_ID", "string") "," FIELD("ITEM_ID", "string") "," FIELD(
                             "TIMESTAMP", "long")) "\"}"},
    {"CreateDataset", "{\"name\":\"shop-i\",\"datasetGroupArn\":\"" SHOP "\",\"schemaArn\":\"" P_ARN
                      "schema/shop-i\",\"datasetType\":\"Interactions\"}"},
    {"CreateSolution",
     "{\"name\":\"shop-s\",\"datasetGroupArn\":\"" SHOP
     "\",\"recipeArn\":\"arn:aws:personalize:::recipe/aws-user-personalization\"}"},
    {"CreateSolutionVersion", "{\"solutionArn\":\"" P_ARN "solution/shop-s\"}"},
    {"CreateCampaign",
     "{\"name\":\"shop-c\",\"solutionVersionArn\":\"" P_ARN
     "solution/shop-s/$LATEST\",\"campaignConfig\":{\"syncWithLatestSolutionVersion\":true}}"},
    {"CreateFilter",
     "{\"name\":\"shop-f\",\"datasetGroupArn\":\"" SHOP
     "\",\"filterExpression\":\"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($T)\"}"},
    {"CreateEventTracker", "{\"name\":\"shop-t\",\"datasetGroupArn\":\"" SHOP "\"}"},
};

static void a_shop_can_be_made_used_and_taken_down(void **state) {
    struct fixture *fixture = *state;
    struct buf tracking = {0}, tracker = {0}, body = {0};
    for (size_t i = 0; i < ARRAY_COUNT(shop); i++)
        assert_plane(fixture, shop[i].operation, shop[i].body);
    buf_add(&tracking, json_get_text(fixture->json.root, "trackingId"));
    buf_add(&tracker, json_get_text(fixture->json.root, "eventTrackerArn"));
    assert_int_equal(tracking.len, 36);
    buf_add_format(
        &body,
        "{\"trackingId\":\"%s\",\"userId\":\"shopper\",\"sessionId\":\"s\",\"eventList\":[{"
        "\"eventType\":\"View\",\"itemId\":\"lamp\",\"sentAt\":1767225600}]}",
        buf_text(&tracking));
    assert_int_equal(ask(fixture, "/events", buf_text(&body)), 200);
    assert_int_equal(
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN
            "campaign/shop-c\",\"userId\":\"shopper\",\"numResults\":500,\"filterArn\":\"" P_ARN
            "filter/shop-f\",\"filterValues\":{\"T\":\"\\\"view\\\"\"}}"),
        200);
    assert_false(str_contains(buf_str(&fixture->response.body), STR("\"lamp\"")));
    // a filter of another group
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"u\",\"filterArn\":\"" P_ARN
            "filter/shop-f\"}"),
        "InvalidInputException", "same dataset group");

    assert_refused(
        fixture, plane(fixture, "DeleteSolution", "{\"solutionArn\":\"" P_ARN "solution/shop-s\"}"),
        "ResourceInUseException", "campaign/shop-c");
    assert_plane(fixture, "DeleteCampaign", "{\"campaignArn\":\"" P_ARN "campaign/shop-c\"}");
    assert_refused(
        fixture,
        ask(fixture, "/recommendations",
            "{\"campaignArn\":\"" P_ARN "campaign/shop-c\",\"userId\":\"shopper\"}"),
        "ResourceNotFoundException", "Could not find campaign");
    assert_plane(fixture, "DeleteSolution", "{\"solutionArn\":\"" P_ARN "solution/shop-s\"}");
    assert_plane(fixture, "ListSolutionVersions", "{}");
    assert_false(str_contains(buf_str(&fixture->response.body), STR("solution/shop-s")));
    assert_plane(
        fixture, "DeleteDataset", "{\"datasetArn\":\"" P_ARN "dataset/shop/INTERACTIONS\"}");
    assert_refused(
        fixture, plane(fixture, "DeleteDatasetGroup", "{\"datasetGroupArn\":\"" SHOP "\"}"),
        "ResourceInUseException", "event tracker");
    buf_reset(&body);
    buf_add_format(&body, "{\"eventTrackerArn\":\"%s\"}", buf_text(&tracker));
    assert_plane(fixture, "DeleteEventTracker", buf_text(&body));
    assert_plane(fixture, "DeleteDatasetGroup", "{\"datasetGroupArn\":\"" SHOP "\"}");
    assert_plane(fixture, "DeleteSchema", "{\"schemaArn\":\"" P_ARN "schema/shop-i\"}");
    assert_refused(
        fixture, plane(fixture, "DescribeFilter", "{\"filterArn\":\"" P_ARN "filter/shop-f\"}"),
        "ResourceNotFoundException", "filter");
    buf_release(&tracking);
    buf_release(&tracker);
    buf_release(&body);
}

static void tags_are_kept(void **state) {
    struct fixture *fixture = *state;
    const char *which = "{\"resourceArn\":\"" P_CAMPAIGN "\"}";
    assert_plane(fixture, "ListTagsForResource", which);
    assert_str(buf_str(&fixture->response.body), "{\"tags\":[]}");
    assert_plane(
        fixture, "TagResource",
        "{\"resourceArn\":\"" P_CAMPAIGN "\",\"tags\":[{\"tagKey\":\"a\",\"tagValue\":\"1\"},{"
        "\"tagKey\":\"b\",\"tagValue\":\"2\"}]}");
    assert_plane(
        fixture, "TagResource",
        "{\"resourceArn\":\"" P_CAMPAIGN "\",\"tags\":[{\"tagKey\":\"a\",\"tagValue\":\"3\"}]}");
    assert_plane(
        fixture, "UntagResource", "{\"resourceArn\":\"" P_CAMPAIGN "\",\"tagKeys\":[\"b\"]}");
    assert_plane(fixture, "ListTagsForResource", which);
    assert_str(
        buf_str(&fixture->response.body), "{\"tags\":[{\"tagKey\":\"a\",\"tagValue\":\"3\"}]}");
}

static void filters_have_quotas(void **state) {
    struct fixture *fixture = *state;
    struct buf body = {0};
    for (int i = 1; i < 10; i++) { // the workshop's is the tenth
        buf_reset(&body);
        buf_add_format(
            &body,
            "{\"name\":\"q%d\",\"datasetGroupArn\":\"" P_GROUP
            "\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.PRICE < %d\"}",
            i, i);
        assert_plane(fixture, "CreateFilter", buf_text(&body));
    }
    assert_refused(
        fixture,
        plane(
            fixture, "CreateFilter",
            "{\"name\":\"q10\",\"datasetGroupArn\":\"" P_GROUP
            "\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.PRICE < 10\"}"),
        "LimitExceededException", "limit of 10");
    for (int i = 1; i < 10; i++) {
        buf_reset(&body);
        buf_add_format(&body, "{\"filterArn\":\"" P_ARN "filter/q%d\"}", i);
        assert_plane(fixture, "DeleteFilter", buf_text(&body));
    }
    buf_release(&body);
}

// ---- statuses ----

static struct str status_of(struct fixture *fixture, const char *operation, const char *body) {
    const char *members[] = {"campaign", "solutionVersion"};
    if (plane(fixture, operation, body) != 200) return STR("gone");
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        const struct str status = json_get_text(json_get(fixture->json.root, members[i]), "status");
        if (status.len) return status;
    }
    return STR("");
}

// Asks until the status is the wanted one; every status on the way must be one of `path`, in order.
static void wait_for(
    struct fixture *fixture,
    const char *operation,
    const char *body,
    const char *const *path,
    size_t count) {
    size_t at = 0;
    const int64_t deadline_ms = clock_monotonic_ms() + 20000;
    for (;;) {
        const struct str status = status_of(fixture, operation, body);
        while (at < count && !str_equal(status, str_from(path[at])))
            at++;
        if (at == count) print_error("unexpected status " STR_FMT "\n", STR_ARG(status));
        assert_true(at < count);
        if (at + 1 == count) return;
        assert_true(clock_monotonic_ms() < deadline_ms);
    }
}

static void statuses_advance_on_a_clock(void **state) {
    static const struct sandbox_options slow = {.status_step_ms = 3600000};
    static const struct sandbox_options quick = {.status_step_ms = 40};
    static const char *const creating[] = {"CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"};
    static const char *const deleting[] = {"DELETE PENDING", "DELETE IN_PROGRESS", "gone"};
    const char *make = "{\"name\":\"c\",\"solutionVersionArn\":\"" VERSION "\"}";
    const char *which = "{\"campaignArn\":\"" P_ARN "campaign/c\"}";
    const char *question = "{\"campaignArn\":\"" P_ARN "campaign/c\",\"userId\":\"u\"}";
    struct fixture fixture;
    (void)state;
    fixture_start_with(&fixture, &slow);
    assert_plane(&fixture, "CreateCampaign", make);
    assert_str(status_of(&fixture, "DescribeCampaign", which), "CREATE PENDING");
    assert_refused(
        &fixture, ask(&fixture, "/recommendations", question), "ResourceNotFoundException",
        "not in the ACTIVE state");
    assert_refused(
        &fixture, plane(&fixture, "DeleteCampaign", which), "ResourceInUseException",
        "CREATE PENDING");
    assert_plane(
        &fixture, "CreateSolutionVersion",
        "{\"solutionArn\":\"" P_ARN "solution/segment-workshop-sims\"}");
    struct buf version = {0}, body = {0};
    buf_add(&version, json_get_text(fixture.json.root, "solutionVersionArn"));
    buf_add_format(&body, "{\"solutionVersionArn\":\"%s\"}", buf_text(&version));
    assert_refused(
        &fixture, plane(&fixture, "GetSolutionMetrics", buf_text(&body)), "ResourceInUseException",
        "CREATE PENDING");
    assert_plane(&fixture, "StopSolutionVersionCreation", buf_text(&body));
    assert_str(status_of(&fixture, "DescribeSolutionVersion", buf_text(&body)), "CREATE STOPPING");
    buf_release(&version);
    buf_release(&body);
    fixture_stop(&fixture);

    fixture_start_with(&fixture, &quick);
    assert_plane(&fixture, "CreateCampaign", make);
    wait_for(&fixture, "DescribeCampaign", which, creating, ARRAY_COUNT(creating));
    assert_int_equal(ask(&fixture, "/recommendations", question), 200);
    assert_plane(&fixture, "DeleteCampaign", which);
    assert_refused(
        &fixture, ask(&fixture, "/recommendations", question), "ResourceNotFoundException", "");
    wait_for(&fixture, "DescribeCampaign", which, deleting, ARRAY_COUNT(deleting));
    assert_plane(&fixture, "CreateCampaign", make); // the name is free again
    fixture_stop(&fixture);
}

static void an_update_answers_as_before_until_it_is_over(void **state) {
    static const struct sandbox_options options = {.status_step_ms = 150};
    const char *which = "{\"campaignArn\":\"" P_CAMPAIGN "\"}";
    const char *popular = "{\"campaignArn\":\"" P_CAMPAIGN "\",\"numResults\":1}";
    struct fixture fixture;
    (void)state;
    fixture_start_with(&fixture, &options);
    assert_plane(
        &fixture, "UpdateCampaign",
        "{\"campaignArn\":\"" P_CAMPAIGN "\",\"solutionVersionArn\":\"" P_ARN
        "solution/segment-workshop-popularity-count/5e9e0004\",\"minProvisionedTPS\":3}");
    assert_plane(&fixture, "DescribeCampaign", which);
    const struct json_node *campaign = json_get(fixture.json.root, "campaign");
    assert_str(json_get_text(campaign, "status"), "ACTIVE");
    assert_str(json_get_text(campaign, "solutionVersionArn"), VERSION);
    assert_contains(json_get_text(json_get(campaign, "latestCampaignUpdate"), "status"), "CREATE");
    assert_refused(
        &fixture, plane(&fixture, "UpdateCampaign", which), "ResourceInUseException",
        "being updated");
    const int64_t deadline_ms = clock_monotonic_ms() + 20000;
    int status;
    while ((status = ask(&fixture, "/recommendations", popular)) != 200) { // userId is required
        assert_int_equal(status, 400);
        assert_true(clock_monotonic_ms() < deadline_ms);
    }
    assert_plane(&fixture, "DescribeCampaign", which);
    assert_contains(buf_str(&fixture.response.body), "\"minProvisionedTPS\":3");
    assert_contains(
        json_get_text(json_get(fixture.json.root, "campaign"), "solutionVersionArn"),
        "popularity-count");
    fixture_stop(&fixture);
}

// ---- what lasts ----

static void resources_and_metrics_survive_a_restart(void **state) {
    static struct sandbox_options options = {.has_instant_statuses = true};
    const char *which = "{\"solutionVersionArn\":\"" VERSION "\"}";
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct buf metrics = {0};
    (void)state;
    fixture_start_on_disk(fixture);
    assert_plane(fixture, "GetSolutionMetrics", which);
    double value = 0;
    const struct json_node *all = json_get(fixture->json.root, "metrics");
    assert_int_equal(json_count(all), 8);
    assert_true(json_number(json_get(all, "mean_reciprocal_rank_at_25"), &value));
    assert_true(value > 0.3 && value <= 1);
    buf_add(&metrics, buf_str(&fixture->response.body));
    assert_plane(
        fixture, "CreateFilter",
        "{\"name\":\"kept\",\"datasetGroupArn\":\"" P_GROUP
        "\",\"filterExpression\":\"INCLUDE ItemID WHERE Items.PRICE < 10\"}");
    assert_plane(fixture, "DeleteFilter", "{\"filterArn\":\"" P_ARN "filter/exclude-purchased\"}");
    fixture->options.has_instant_statuses = options.has_instant_statuses;
    fixture_restart(fixture);
    assert_plane(fixture, "DescribeFilter", "{\"filterArn\":\"" P_ARN "filter/kept\"}");
    assert_refused(
        fixture,
        plane(fixture, "DescribeFilter", "{\"filterArn\":\"" P_ARN "filter/exclude-purchased\"}"),
        "ResourceNotFoundException", "");
    assert_plane(fixture, "GetSolutionMetrics", which);
    assert_string_equal(buf_text(&fixture->response.body), buf_text(&metrics));
    // what the workshop made comes back with a reset, what else was made goes
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "POST", .target = "/_recloop/reset"}),
        200);
    assert_plane(
        fixture, "DescribeFilter", "{\"filterArn\":\"" P_ARN "filter/exclude-purchased\"}");
    assert_refused(
        fixture, plane(fixture, "DescribeFilter", "{\"filterArn\":\"" P_ARN "filter/kept\"}"),
        "ResourceNotFoundException", "");
    buf_release(&metrics);
    fixture_stop(fixture);
    free(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_workshops_resources_are_there),
        cmocka_unit_test(lists_come_in_pages),
        cmocka_unit_test(requests_are_checked),
        cmocka_unit_test(a_shop_can_be_made_used_and_taken_down),
        cmocka_unit_test(tags_are_kept),
        cmocka_unit_test(filters_have_quotas),
        cmocka_unit_test(statuses_advance_on_a_clock),
        cmocka_unit_test(an_update_answers_as_before_until_it_is_over),
        cmocka_unit_test(resources_and_metrics_survive_a_restart),
    };
    return cmocka_run_group_tests(tests, start, fixture_tear_down);
}
