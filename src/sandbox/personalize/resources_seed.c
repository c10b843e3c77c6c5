// resources_seed — the workshop's resources of product.md 4, as if somebody had made them there: one
// dataset group with its schemas, datasets, four solutions with a version and a campaign each, the event
// tracker and the filter. A table row per resource; the first column of a row is its kind.
//
// The Items dataset holds the catalogue when the history is the made one.
#include "base/json.h"
#include "personalize/datasets.h"
#include "personalize/resources.h"
#include "segment/catalog.h"

#define MADE_MS INT64_C(1761955200000) // 2025-11-01, when the made history begins
#define GROUP "segment-workshop"

#define SCHEMA(record, a, b, c, d, e)                                                              \
    "{\"type\":\"record\",\"name\":\"" record                                                      \
    "\",\"namespace\":\"com.amazonaws.personalize.schema\",\"fields\":[" a "," b "," c "," d "," e \
    "],\"version\":\"1.0\"}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":\"" type "\"}"
#define MAYBE(name, type) "{\"name\":\"" name "\",\"type\":[\"null\",\"" type "\"]}"
#define CATEGORY(name) "{\"name\":\"" name "\",\"type\":[\"null\",\"string\"],\"categorical\":true}"

static const struct {
    const char *name, *type, *schema;
} datasets[] = {
    {
        .name = GROUP "-interactions",
        .type = "INTERACTIONS",
        .schema = SCHEMA(
            "Interactions",
            FIELD("USER_ID", "string"),
            FIELD("ITEM_ID", "string"),
            FIELD("EVENT_TYPE", "string"),
            MAYBE("EVENT_VALUE", "float"),
            FIELD("TIMESTAMP", "long")),
    },
    {
        .name = GROUP "-items",
        .type = "ITEMS",
        .schema = SCHEMA(
            "Items",
            FIELD("ITEM_ID", "string"),
            MAYBE("NAME", "string"),
            CATEGORY("CATEGORY_L1"),
            MAYBE("PRICE", "float"),
            MAYBE("CREATION_TIMESTAMP", "long")),
    },
    {
        .name = GROUP "-users",
        .type = "USERS",
        .schema = SCHEMA(
            "Users",
            FIELD("USER_ID", "string"),
            MAYBE("AGE", "int"),
            CATEGORY("GENDER"),
            CATEGORY("MEMBERSHIP"),
            MAYBE("LIFETIME_VALUE", "float")),
    },
};

static const struct {
    const char *campaign, *solution, *version, *recipe;
} campaigns[] = {
    {IDENTITIES_CAMPAIGN, GROUP "-user-personalization", "5e9e0001", "aws-user-personalization"},
    {IDENTITIES_CAMPAIGN_RELATED, GROUP "-sims", "5e9e0002", "aws-sims"},
    {IDENTITIES_CAMPAIGN_RANKING, GROUP "-personalized-ranking", "5e9e0003",
     "aws-personalized-ranking"},
    {IDENTITIES_CAMPAIGN_POPULAR, GROUP "-popularity-count", "5e9e0004", "aws-popularity-count"},
};

// A document being made: its ARN and name first, the rest by add().
struct making {
    struct cloud *cloud;
    struct json json;
    struct json_node *root;
};

static void add(struct making *making, const char *member, const char *text) {
    json_add_text(making->root, member, str_from(text));
}

static void add_arn(struct making *making, const char *member, const char *part, const char *name) {
    CLEANUP(buf_release) struct buf arn = {0};
    resources_add_arn(making->cloud, part, str_from(name), &arn);
    json_add_text(making->root, member, buf_str(&arn));
}

static struct making begin(struct cloud *cloud, const char *name) {
    struct making making = {.cloud = cloud};
    making.root = json_new_object(&making.json);
    if (name) add(&making, "name", name);
    return making;
}

static struct resource *finish(struct making *making, enum personalize_control_kind kind) {
    return resources_add(making->cloud, kind, &making->json, MADE_MS);
}

static void seed_rows(struct cloud *cloud, const struct resource *items) {
    if (!store_get_meta_int(cloud->store, "catalog", 0)) return;
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        const struct catalog_product *product = catalog_at(i);
        CLEANUP(json_release) struct json json = {0};
        CLEANUP(buf_release) struct buf text = {0};
        struct json_node *root = json_new_object(&json);
        json_add_text(root, "name", str_from(product->name));
        json_add_text(root, "categoryL1", str_from(catalog_family_name(product->family)));
        json_add_number(root, "price", product->price_cents / 100.0);
        json_print(root, &text);
        datasets_seed_row(cloud, items, str_from(product->sku), buf_str(&text));
    }
}

static void seed_datasets(struct cloud *cloud) {
    for (size_t i = 0; i < ARRAY_COUNT(datasets); i++) {
        CLEANUP(buf_release) struct buf path = {0};
        struct making schema = begin(cloud, datasets[i].name);
        add_arn(&schema, "schemaArn", "schema", datasets[i].name);
        add(&schema, "schema", datasets[i].schema);
        (void)finish(&schema, PERSONALIZE_CONTROL_SCHEMA);

        buf_add_format(&path, GROUP "/%s", datasets[i].type);
        struct making dataset = begin(cloud, datasets[i].name);
        add_arn(&dataset, "datasetArn", "dataset", buf_text(&path));
        add_arn(&dataset, "datasetGroupArn", "dataset-group", GROUP);
        add(&dataset, "datasetType", datasets[i].type);
        add_arn(&dataset, "schemaArn", "schema", datasets[i].name);
        const struct resource *made = finish(&dataset, PERSONALIZE_CONTROL_DATASET);
        if (str_equal(str_from(datasets[i].type), STR("ITEMS"))) seed_rows(cloud, made);
    }
}

static void add_training(struct making *making, const char *recipe) {
    CLEANUP(buf_release) struct buf arn = {0};
    json_add_bool(making->root, "performHPO", false);
    json_add_bool(making->root, "performAutoML", false);
    buf_add_format(&arn, "arn:aws:personalize:::recipe/%s", recipe);
    add(making, "recipeArn", buf_text(&arn));
    add_arn(making, "datasetGroupArn", "dataset-group", GROUP);
}

static void seed_campaigns(struct cloud *cloud) {
    for (size_t i = 0; i < ARRAY_COUNT(campaigns); i++) {
        CLEANUP(buf_release) struct buf path = {0};
        buf_add_format(&path, "%s/%s", campaigns[i].solution, campaigns[i].version);
        struct making solution = begin(cloud, campaigns[i].solution);
        add_arn(&solution, "solutionArn", "solution", campaigns[i].solution);
        add_training(&solution, campaigns[i].recipe);
        (void)finish(&solution, PERSONALIZE_CONTROL_SOLUTION);

        struct making version = begin(cloud, NULL);
        add_arn(&version, "solutionVersionArn", "solution", buf_text(&path));
        add_arn(&version, "solutionArn", "solution", campaigns[i].solution);
        add_training(&version, campaigns[i].recipe);
        add(&version, "trainingMode", "FULL");
        add(&version, "trainingType", "MANUAL");
        (void)finish(&version, PERSONALIZE_CONTROL_SOLUTION_VERSION);

        struct making campaign = begin(cloud, campaigns[i].campaign);
        add_arn(&campaign, "campaignArn", "campaign", campaigns[i].campaign);
        add_arn(&campaign, "solutionVersionArn", "solution", buf_text(&path));
        json_add_integer(campaign.root, "minProvisionedTPS", 1);
        (void)finish(&campaign, PERSONALIZE_CONTROL_CAMPAIGN);
    }
}

void resources_seed(struct cloud *cloud) {
    struct making group = begin(cloud, GROUP);
    add_arn(&group, "datasetGroupArn", "dataset-group", GROUP);
    (void)finish(&group, PERSONALIZE_CONTROL_DATASET_GROUP);
    seed_datasets(cloud);
    seed_campaigns(cloud);

    struct making tracker = begin(cloud, GROUP);
    // ARNs of trackers hold the first eight characters of an id, not the name
    CLEANUP(buf_release) struct buf id = {0};
    buf_add(&id, str_slice(STR(IDENTITIES_TRACKING_ID), 0, 8));
    add_arn(&tracker, "eventTrackerArn", "event-tracker", buf_text(&id));
    add(&tracker, "accountId", cloud_account(cloud));
    add(&tracker, "trackingId", IDENTITIES_TRACKING_ID);
    add_arn(&tracker, "datasetGroupArn", "dataset-group", GROUP);
    (void)finish(&tracker, PERSONALIZE_CONTROL_EVENT_TRACKER);

    struct making filter = begin(cloud, IDENTITIES_FILTER);
    add_arn(&filter, "filterArn", "filter", IDENTITIES_FILTER);
    add_arn(&filter, "datasetGroupArn", "dataset-group", GROUP);
    add(&filter, "filterExpression",
        "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"" IDENTITIES_FILTERED_EVENT "\")");
    (void)finish(&filter, PERSONALIZE_CONTROL_FILTER);
}
