// plane_train — solutions, their versions and campaigns; see plane.h.
#include "base/clock.h"
#include "base/memory.h"
#include "personalize/campaigns.h"
#include "personalize/datasets.h"
#include "personalize/plane.h"
#include "personalize/solution_metrics.h"

#define MOST_SOLUTIONS_PER_GROUP 20 // adjustable quotas of the service
#define MOST_CAMPAIGNS_PER_GROUP 20
#define MOST_VERSIONS 1000 // ours
#define LATEST "/$LATEST"

static bool check_quota(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct str group_arn,
    size_t most,
    struct aws_error *refusal) {
    if (plane_count(cloud, kind, group_arn) < most) return true;
    return plane_refuse(
        refusal, PLANE_LIMIT, "The limit of %zu for the resource type %s has been reached.", most,
        personalize_control_kind_row(kind)->words);
}

// ---- solutions ----

static bool
check_recipe(const struct json_node *input, struct str *out, struct aws_error *refusal) {
    const struct str arn = json_get_text(input, "recipeArn");
    const bool is_automatic = json_bool(json_get(input, "performAutoML"), false);
    if (!arn.len && is_automatic) {
        *out = STR("arn:aws:personalize:::recipe/aws-user-personalization");
        return true;
    }
    if (!arn.len) {
        return plane_refuse(
            refusal, PLANE_INVALID, "recipeArn is required when performAutoML is false");
    }
    const struct personalize_control_recipe *recipe = personalize_control_recipe_find(arn);
    if (!recipe) {
        return plane_refuse(
            refusal, PLANE_NOT_FOUND, "Could not find recipe with ARN: " STR_FMT, STR_ARG(arn));
    }
    if (recipe->answer == PERSONALIZE_CONTROL_FOR_DOMAIN) {
        return plane_refuse(
            refusal, PLANE_INVALID,
            "The recipe %s is for recommenders of domain dataset groups, not for solutions",
            recipe->name);
    }
    *out = arn;
    return true;
}

static void copy_flag(struct json_node *to, const struct json_node *from, const char *member) {
    json_add_bool(to, member, json_bool(json_get(from, member), false));
}

bool plane_create_solution(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const enum personalize_control_kind kind = PERSONALIZE_CONTROL_SOLUTION;
    CLEANUP(buf_release) struct buf arn = {0};
    CLEANUP(json_release) struct json shown = {0};
    const struct str group_arn = json_get_text(input, "datasetGroupArn");
    struct str recipe = {0};
    resources_add_arn(cloud, "solution", json_get_text(input, "name"), &arn);
    if (!plane_find_active(cloud, PERSONALIZE_CONTROL_DATASET_GROUP, group_arn, refusal) ||
        !check_recipe(input, &recipe, refusal) ||
        !plane_is_new(cloud, kind, buf_str(&arn), STR(""), refusal) ||
        !check_quota(cloud, kind, group_arn, MOST_SOLUTIONS_PER_GROUP, refusal)) {
        return false;
    }
    struct json_node *root = json_new_object(&shown);
    plane_copy(root, input, "name");
    json_add_text(root, "solutionArn", buf_str(&arn));
    copy_flag(root, input, "performHPO");
    copy_flag(root, input, "performAutoML");
    copy_flag(root, input, "performAutoTraining");
    json_add_text(root, "recipeArn", recipe);
    plane_copy(root, input, "datasetGroupArn");
    plane_copy(root, input, "eventType");
    plane_copy(root, input, "solutionConfig");
    return plane_add(cloud, kind, &shown, input, reply, refusal) != NULL;
}

bool plane_update_solution(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    struct resource *solution = plane_find_active(
        cloud, PERSONALIZE_CONTROL_SOLUTION, json_get_text(input, "solutionArn"), refusal);
    if (!solution) return false;
    const struct json_node *flag = json_get(input, "performAutoTraining");
    if (flag) json_set_copy(solution->shown.root, "performAutoTraining", flag);
    resources_save(cloud, solution);
    json_add_text(reply, "solutionArn", solution->arn);
    return true;
}

// ---- versions ----

static bool has_version(struct cloud *cloud, const struct resource *solution) {
    struct resource *one = NULL;
    while ((one = resources_next(cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION, one))) {
        if (str_equal(resources_text(one, "solutionArn"), solution->arn) &&
            resources_is_active(cloud, one)) {
            return true;
        }
    }
    return false;
}

static bool check_training(
    struct cloud *cloud,
    const struct resource *solution,
    struct str mode,
    struct aws_error *refusal) {
    const struct personalize_control_recipe *recipe =
        personalize_control_recipe_find(resources_text(solution, "recipeArn"));
    if (recipe && recipe->answer == PERSONALIZE_CONTROL_ACTIONS) {
        return plane_refuse(
            refusal, PLANE_INVALID,
            "The recipe %s needs datasets of actions, which the sandbox has not", recipe->name);
    }
    if (!datasets_of_group(cloud, solution->group_arn, PERSONALIZE_SCHEMA_INTERACTIONS)) {
        return plane_refuse(
            refusal, PLANE_INVALID,
            "The dataset group has no ACTIVE Interactions dataset: " STR_FMT,
            STR_ARG(solution->group_arn));
    }
    if (!str_equal(mode, STR("UPDATE"))) return true;
    if (!recipe || recipe->answer != PERSONALIZE_CONTROL_FOR_USER ||
        !has_version(cloud, solution)) {
        return plane_refuse(
            refusal, PLANE_INVALID,
            "trainingMode UPDATE needs the recipe aws-user-personalization and a solution version "
            "that was trained with FULL");
    }
    return true;
}

// Eight hexadecimal digits after the solution's ARN.
static void add_version_arn(struct cloud *cloud, const struct resource *solution, struct buf *out) {
    buf_add_format(
        out, STR_FMT "/%08x", STR_ARG(solution->arn), (unsigned)(rng_next(&cloud->rng) >> 32));
}

bool plane_create_solution_version(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const enum personalize_control_kind kind = PERSONALIZE_CONTROL_SOLUTION_VERSION;
    static const char *const copied[] = {"performHPO", "performAutoML",   "recipeArn",
                                         "eventType",  "datasetGroupArn", "solutionConfig"};
    CLEANUP(buf_release) struct buf arn = {0};
    CLEANUP(json_release) struct json shown = {0};
    struct str mode = json_get_text(input, "trainingMode");
    const struct resource *solution = plane_find_active(
        cloud, PERSONALIZE_CONTROL_SOLUTION, json_get_text(input, "solutionArn"), refusal);
    if (!solution || !check_training(cloud, solution, mode, refusal) ||
        !check_quota(cloud, kind, STR(""), MOST_VERSIONS, refusal)) {
        return false;
    }
    add_version_arn(cloud, solution, &arn);
    struct json_node *root = json_new_object(&shown);
    plane_copy(root, input, "name");
    json_add_text(root, "solutionVersionArn", buf_str(&arn));
    json_add_text(root, "solutionArn", solution->arn);
    for (size_t i = 0; i < ARRAY_COUNT(copied); i++)
        plane_copy(root, solution->shown.root, copied[i]);
    json_add_text(root, "trainingMode", mode.len ? mode : STR("FULL"));
    json_add_text(root, "trainingType", STR("MANUAL"));
    struct resource *version = plane_add(cloud, kind, &shown, input, reply, refusal);
    if (version) solution_metrics_start(cloud, version);
    return version != NULL;
}

bool plane_stop_solution_version(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    (void)reply;
    struct resource *version = plane_find(
        cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION, json_get_text(input, "solutionVersionArn"),
        refusal);
    if (!version) return false;
    const enum personalize_control_status status = resources_status(cloud, version);
    if (status != PERSONALIZE_CONTROL_CREATE_PENDING &&
        status != PERSONALIZE_CONTROL_CREATE_IN_PROGRESS) {
        return plane_refuse(
            refusal, PLANE_INVALID,
            "Only a solution version that is being created can be stopped; this one is %s",
            personalize_control_status_text(status));
    }
    version->life.stopped_ms = cloud->now_ms;
    solution_metrics_free(version->metrics);
    version->metrics = NULL;
    resources_save(cloud, version);
    return true;
}

// ---- campaigns ----

static bool is_share(const struct json_node *node) {
    double value;
    return (json_number(node, &value) || str_parse_double(json_text(node), &value)) && value >= 0 &&
           value <= 1;
}

static bool check_exploration(
    const struct json_node *exploration,
    const struct personalize_control_recipe *recipe,
    struct aws_error *refusal) {
    double days;
    const struct json_node *weight = json_get(exploration, "explorationWeight");
    const struct json_node *age = json_get(exploration, "explorationItemAgeCutOff");
    if (!exploration || !json_count(exploration)) return true;
    if (recipe->answer != PERSONALIZE_CONTROL_FOR_USER) {
        return plane_refuse(
            refusal, PLANE_INVALID, "itemExplorationConfig cannot be used with the recipe %s",
            recipe->name);
    }
    if (weight && !is_share(weight)) {
        return plane_refuse(
            refusal, PLANE_INVALID, "explorationWeight must be a number between 0 and 1");
    }
    if (age && (!str_parse_double(json_text(age), &days) || days < 1)) {
        return plane_refuse(
            refusal, PLANE_INVALID, "explorationItemAgeCutOff must be a number of days, 1 or more");
    }
    return true;
}

static bool check_config(
    struct cloud *cloud,
    const struct json_node *config,
    const struct resource *version,
    struct aws_error *refusal) {
    const struct personalize_control_recipe *recipe =
        personalize_control_recipe_find(resources_text(version, "recipeArn"));
    if (!recipe || recipe->answer == PERSONALIZE_CONTROL_SEGMENTS) {
        return plane_refuse(
            refusal, PLANE_INVALID, "The solution version's recipe cannot be used in a campaign");
    }
    if (json_bool(json_get(config, "enableMetadataWithRecommendations"), false) &&
        !datasets_of_group(cloud, version->group_arn, PERSONALIZE_SCHEMA_ITEMS)) {
        return plane_refuse(
            refusal, PLANE_INVALID,
            "enableMetadataWithRecommendations needs an ACTIVE Items dataset");
    }
    return check_exploration(json_get(config, "itemExplorationConfig"), recipe, refusal);
}

// SOLUTION/$LATEST stands for the newest version and needs the flag that keeps it so.
static struct resource *find_version(
    struct cloud *cloud,
    struct str arn,
    const struct json_node *config,
    struct aws_error *refusal) {
    if (!str_ends_with(arn, STR(LATEST)))
        return plane_find_active(cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION, arn, refusal);
    struct resource *version = campaigns_find_version(cloud, arn);
    if (!version) {
        (void)plane_refuse(
            refusal, PLANE_NOT_FOUND, "Could not find solution version with ARN: " STR_FMT,
            STR_ARG(arn));
    } else if (!json_bool(json_get(config, "syncWithLatestSolutionVersion"), false)) {
        (void)plane_refuse(
            refusal, PLANE_INVALID, "$LATEST needs syncWithLatestSolutionVersion to be true");
        return NULL;
    }
    return version;
}

bool plane_create_campaign(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const enum personalize_control_kind kind = PERSONALIZE_CONTROL_CAMPAIGN;
    CLEANUP(buf_release) struct buf arn = {0};
    CLEANUP(json_release) struct json shown = {0};
    const struct json_node *config = json_get(input, "campaignConfig");
    int64_t rate = 1;
    const struct resource *version =
        find_version(cloud, json_get_text(input, "solutionVersionArn"), config, refusal);
    if (!version || !check_config(cloud, config, version, refusal)) return false;
    resources_add_arn(cloud, "campaign", json_get_text(input, "name"), &arn);
    if (!plane_is_new(cloud, kind, buf_str(&arn), STR(""), refusal) ||
        !check_quota(cloud, kind, version->group_arn, MOST_CAMPAIGNS_PER_GROUP, refusal)) {
        return false;
    }
    (void)json_integer(json_get(input, "minProvisionedTPS"), &rate);
    struct json_node *root = json_new_object(&shown);
    plane_copy(root, input, "name");
    json_add_text(root, "campaignArn", buf_str(&arn));
    plane_copy(root, input, "solutionVersionArn");
    json_add_integer(root, "minProvisionedTPS", rate);
    plane_copy(root, input, "campaignConfig");
    return plane_add(cloud, kind, &shown, input, reply, refusal) != NULL;
}

// What is not sent stays as it is. The campaign answers as before until the update is over.
bool plane_update_campaign(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const char *const members[] = {
        "solutionVersionArn", "minProvisionedTPS", "campaignConfig"};
    struct resource *campaign = plane_find_active(
        cloud, PERSONALIZE_CONTROL_CAMPAIGN, json_get_text(input, "campaignArn"), refusal);
    if (!campaign) return false;
    campaigns_settle(cloud, campaign);
    if (campaign->changing_ms) {
        return plane_refuse(
            refusal, PLANE_IN_USE, "The campaign is being updated: " STR_FMT,
            STR_ARG(campaign->arn));
    }
    struct json made = {0};
    struct json_node *update = json_new_object(&made);
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        const bool is_sent = json_get(input, members[i]) != NULL;
        plane_copy(update, is_sent ? input : campaign->shown.root, members[i]);
    }
    const struct json_node *config = json_get(update, "campaignConfig");
    const struct resource *version =
        find_version(cloud, json_get_text(update, "solutionVersionArn"), config, refusal);
    if (!version || !check_config(cloud, config, version, refusal)) {
        json_release(&made);
        return false;
    }
    json_add_integer(update, "began_ms", cloud->now_ms);
    struct json_node *kept =
        campaign->kept.root ? campaign->kept.root : json_new_object(&campaign->kept);
    json_set_copy(kept, "update", update);
    json_release(&made);
    campaign->changing_ms = cloud->now_ms;
    json_add_text(reply, "campaignArn", campaign->arn);
    resources_save(cloud, campaign);
    campaigns_settle(cloud, campaign);
    return true;
}
