// personalize_control — kinds, statuses and recipes; the operations are in personalize_control_input.c.
#include "aws/personalize_control.h"

#include "base/attributes.h"

static const struct personalize_control_row kinds[] = {
    [PERSONALIZE_CONTROL_DATASET_GROUP] =
        {
            .words = "dataset group",
            .arn_part = "dataset-group",
            .arn_member = "datasetGroupArn",
            .member = "datasetGroup",
            .list_member = "datasetGroups",
            .has_status = true,
            .summary = {"name", "datasetGroupArn", "domain"},
        },
    [PERSONALIZE_CONTROL_SCHEMA] =
        {
            .words = "schema",
            .arn_part = "schema",
            .arn_member = "schemaArn",
            .member = "schema",
            .list_member = "schemas",
            .summary = {"name", "schemaArn", "domain"},
        },
    [PERSONALIZE_CONTROL_DATASET] =
        {
            .words = "dataset",
            .arn_part = "dataset",
            .arn_member = "datasetArn",
            .member = "dataset",
            .list_member = "datasets",
            .parent_member = "datasetGroupArn",
            .has_status = true,
            .summary = {"name", "datasetArn", "datasetType"},
        },
    [PERSONALIZE_CONTROL_SOLUTION] =
        {
            .words = "solution",
            .arn_part = "solution",
            .arn_member = "solutionArn",
            .member = "solution",
            .list_member = "solutions",
            .parent_member = "datasetGroupArn",
            .has_status = true,
            .summary = {"name", "solutionArn", "recipeArn"},
        },
    [PERSONALIZE_CONTROL_SOLUTION_VERSION] =
        {
            .words = "solution version",
            .arn_part = "solution",
            .arn_member = "solutionVersionArn",
            .member = "solutionVersion",
            .list_member = "solutionVersions",
            .parent_member = "solutionArn",
            .has_status = true,
            .summary = {"solutionVersionArn", "trainingMode", "trainingType"},
        },
    [PERSONALIZE_CONTROL_CAMPAIGN] =
        {
            .words = "campaign",
            .arn_part = "campaign",
            .arn_member = "campaignArn",
            .member = "campaign",
            .list_member = "campaigns",
            .parent_member = "solutionArn",
            .has_status = true,
            .summary = {"name", "campaignArn"},
        },
    [PERSONALIZE_CONTROL_EVENT_TRACKER] =
        {
            .words = "event tracker",
            .arn_part = "event-tracker",
            .arn_member = "eventTrackerArn",
            .member = "eventTracker",
            .list_member = "eventTrackers",
            .parent_member = "datasetGroupArn",
            .has_status = true,
            .summary = {"name", "eventTrackerArn"},
        },
    [PERSONALIZE_CONTROL_FILTER] =
        {
            .words = "filter",
            .arn_part = "filter",
            .arn_member = "filterArn",
            .member = "filter",
            .list_member = "Filters",
            .parent_member = "datasetGroupArn",
            .has_status = true,
            .summary = {"name", "filterArn", "datasetGroupArn"},
        },
    [PERSONALIZE_CONTROL_RECIPE] =
        {
            .words = "recipe",
            .arn_part = "recipe",
            .arn_member = "recipeArn",
            .member = "recipe",
            .list_member = "recipes",
            .has_status = true,
        },
    [PERSONALIZE_CONTROL_ALGORITHM] =
        {
            .words = "algorithm",
            .arn_part = "algorithm",
            .arn_member = "algorithmArn",
            .member = "algorithm",
        },
    [PERSONALIZE_CONTROL_FEATURE_TRANSFORMATION] =
        {
            .words = "feature transformation",
            .arn_part = "feature-transformation",
            .arn_member = "featureTransformationArn",
            .member = "featureTransformation",
        },
    [PERSONALIZE_CONTROL_RECOMMENDER] =
        {
            .words = "recommender",
            .arn_part = "recommender",
            .arn_member = "recommenderArn",
            .member = "recommender",
            .list_member = "recommenders",
            .parent_member = "datasetGroupArn",
            .has_status = true,
        },
};
_Static_assert(ARRAY_COUNT(kinds) == PERSONALIZE_CONTROL_KIND_COUNT, "every kind has a row");

const struct personalize_control_row *
personalize_control_kind_row(enum personalize_control_kind kind) {
    return &kinds[kind];
}

// ---- life ----

const char *personalize_control_status_text(enum personalize_control_status status) {
    static const char *const texts[] = {
#define X(value, text) [value] = text,
        PERSONALIZE_CONTROL_STATUSES(X)
#undef X
    };
    return texts[status];
}

// How many whole steps have passed since, at most two.
static int steps_since(int64_t from_ms, int64_t step_ms, int64_t now_ms) {
    if (step_ms <= 0 || now_ms - from_ms >= 2 * step_ms) return 2;
    return now_ms - from_ms >= step_ms ? 1 : 0;
}

enum personalize_control_status
personalize_control_status(const struct personalize_control_life *life, int64_t now_ms) {
    static const enum personalize_control_status created[] = {
        PERSONALIZE_CONTROL_CREATE_PENDING, PERSONALIZE_CONTROL_CREATE_IN_PROGRESS,
        PERSONALIZE_CONTROL_ACTIVE};
    static const enum personalize_control_status deleted[] = {
        PERSONALIZE_CONTROL_DELETE_PENDING, PERSONALIZE_CONTROL_DELETE_IN_PROGRESS,
        PERSONALIZE_CONTROL_GONE};
    if (life->deleted_ms) return deleted[steps_since(life->deleted_ms, life->step_ms, now_ms)];
    if (life->stopped_ms) {
        return steps_since(life->stopped_ms, life->step_ms, now_ms)
                   ? PERSONALIZE_CONTROL_CREATE_STOPPED
                   : PERSONALIZE_CONTROL_CREATE_STOPPING;
    }
    return created[steps_since(life->created_ms, life->step_ms, now_ms)];
}

static int64_t last_act_ms(const struct personalize_control_life *life) {
    if (life->deleted_ms) return life->deleted_ms;
    return life->stopped_ms ? life->stopped_ms : life->created_ms;
}

int64_t
personalize_control_changed_ms(const struct personalize_control_life *life, int64_t now_ms) {
    const int64_t from_ms = last_act_ms(life);
    return from_ms + life->step_ms * steps_since(from_ms, life->step_ms, now_ms);
}

int64_t personalize_control_next_ms(const struct personalize_control_life *life, int64_t now_ms) {
    const int64_t from_ms = last_act_ms(life);
    const int steps = steps_since(from_ms, life->step_ms, now_ms);
    const bool is_stopped = life->stopped_ms && !life->deleted_ms && steps;
    return steps == 2 || is_stopped ? INT64_MAX : from_ms + life->step_ms * (steps + 1);
}

// ---- recipes ----

static const struct personalize_control_recipe recipes[] = {
    {"aws-ecomm-customers-who-viewed-x-also-viewed", "RELATED_ITEMS", "ECOMMERCE",
     PERSONALIZE_CONTROL_FOR_DOMAIN, "Items that customers viewed beside the one they look at."},
    {"aws-ecomm-frequently-bought-together", "RELATED_ITEMS", "ECOMMERCE",
     PERSONALIZE_CONTROL_FOR_DOMAIN, "Items that are bought together with the one looked at."},
    {"aws-ecomm-popular-items-by-purchases", "POPULAR_ITEMS", "ECOMMERCE",
     PERSONALIZE_CONTROL_FOR_DOMAIN, "Items that most customers buy."},
    {"aws-ecomm-popular-items-by-views", "POPULAR_ITEMS", "ECOMMERCE",
     PERSONALIZE_CONTROL_FOR_DOMAIN, "Items that most customers view."},
    {"aws-ecomm-recommended-for-you", "USER_PERSONALIZATION", "ECOMMERCE",
     PERSONALIZE_CONTROL_FOR_DOMAIN, "Items for one customer."},
    {"aws-hrnn", "USER_PERSONALIZATION", NULL, PERSONALIZE_CONTROL_FOR_USER,
     "Predicts the items that a user will interact with (legacy)."},
    {"aws-hrnn-coldstart", "USER_PERSONALIZATION", NULL, PERSONALIZE_CONTROL_FOR_USER,
     "As aws-hrnn-metadata, for catalogues with many new items (legacy)."},
    {"aws-hrnn-metadata", "USER_PERSONALIZATION", NULL, PERSONALIZE_CONTROL_FOR_USER,
     "As aws-hrnn, with metadata of users and items (legacy)."},
    {"aws-item-affinity", "USER_SEGMENTATION", NULL, PERSONALIZE_CONTROL_SEGMENTS,
     "Segments of users for each item; batch only."},
    {"aws-item-attribute-affinity", "USER_SEGMENTATION", NULL, PERSONALIZE_CONTROL_SEGMENTS,
     "Segments of users for each attribute of items; batch only."},
    {"aws-next-best-action", "PERSONALIZED_ACTIONS", NULL, PERSONALIZE_CONTROL_ACTIONS,
     "Predicts the next best action for a user."},
    {"aws-personalized-ranking", "PERSONALIZED_RANKING", NULL, PERSONALIZE_CONTROL_RANKING,
     "Puts a list of items into the order of a user's interest."},
    {"aws-personalized-ranking-v2", "PERSONALIZED_RANKING", NULL, PERSONALIZE_CONTROL_RANKING,
     "As aws-personalized-ranking, for larger catalogues."},
    {"aws-popularity-count", "POPULAR_ITEMS", NULL, PERSONALIZE_CONTROL_POPULAR,
     "The items that most users interacted with."},
    {"aws-similar-items", "RELATED_ITEMS", NULL, PERSONALIZE_CONTROL_RELATED,
     "Items similar to one, by interactions and metadata."},
    {"aws-sims", "RELATED_ITEMS", NULL, PERSONALIZE_CONTROL_RELATED,
     "Items found beside one in the histories of users."},
    {"aws-trending-now", "POPULAR_ITEMS", NULL, PERSONALIZE_CONTROL_TRENDING,
     "Items whose popularity rises fastest."},
    {"aws-user-personalization", "USER_PERSONALIZATION", NULL, PERSONALIZE_CONTROL_FOR_USER,
     "Predicts the items that a user will interact with, exploring new ones."},
    {"aws-user-personalization-v2", "USER_PERSONALIZATION", NULL, PERSONALIZE_CONTROL_FOR_USER,
     "As aws-user-personalization, for larger catalogues."},
    {"aws-vod-because-you-watched-x", "RELATED_ITEMS", "VIDEO_ON_DEMAND",
     PERSONALIZE_CONTROL_FOR_DOMAIN, "Videos that others watched too."},
    {"aws-vod-more-like-x", "RELATED_ITEMS", "VIDEO_ON_DEMAND", PERSONALIZE_CONTROL_FOR_DOMAIN,
     "Videos similar to one."},
    {"aws-vod-most-popular", "POPULAR_ITEMS", "VIDEO_ON_DEMAND", PERSONALIZE_CONTROL_FOR_DOMAIN,
     "Videos that most users watch."},
    {"aws-vod-top-picks", "USER_PERSONALIZATION", "VIDEO_ON_DEMAND", PERSONALIZE_CONTROL_FOR_DOMAIN,
     "Videos for one user."},
    {"aws-vod-trending-now", "POPULAR_ITEMS", "VIDEO_ON_DEMAND", PERSONALIZE_CONTROL_FOR_DOMAIN,
     "Videos whose popularity rises fastest."},
};

size_t personalize_control_recipe_count(void) {
    return ARRAY_COUNT(recipes);
}

const struct personalize_control_recipe *personalize_control_recipe_at(size_t at) {
    ASSERT(at < ARRAY_COUNT(recipes));
    return &recipes[at];
}

const struct personalize_control_recipe *personalize_control_recipe_find(struct str arn) {
    const struct str part = STR(":personalize:::recipe/");
    for (size_t i = 0; i < ARRAY_COUNT(recipes); i++) {
        const struct str name = str_from(recipes[i].name);
        if (arn.len <= part.len + name.len || !str_ends_with(arn, name)) continue;
        const struct str before = str_slice(arn, 0, arn.len - name.len);
        if (str_starts_with(arn, STR("arn:aws")) && str_ends_with(before, part)) return &recipes[i];
    }
    return NULL;
}
