// plane_show — resources as Describe and List tell of them, and the constant ones; see plane.h.
#include "personalize/campaigns.h"
#include "personalize/plane.h"

#include <stdarg.h>

#define SERVICE_BORN_MS INT64_C(1543276800000) // recipes are as old as the service: 2018-11-27

void plane_add_time(struct json_node *out, const char *member, int64_t ms) {
    json_add_number(out, member, (double)ms / 1000.0);
}

void plane_copy(struct json_node *to, const struct json_node *from, const char *member) {
    const struct json_node *node = json_get(from, member);
    if (json_kind(node) == JSON_ABSENT || json_kind(node) == JSON_NULL) return;
    json_add_copy(to, member, node);
}

static void add_status(struct cloud *cloud, struct resource *resource, struct json_node *out) {
    if (personalize_control_kind_row(resource->kind)->has_status) {
        json_add_text(
            out, "status",
            str_from(personalize_control_status_text(resources_status(cloud, resource))));
    }
    const int64_t changed_ms = personalize_control_changed_ms(&resource->life, cloud->now_ms);
    plane_add_time(out, "creationDateTime", resource->life.created_ms);
    plane_add_time(
        out, "lastUpdatedDateTime",
        changed_ms > resource->updated_ms ? changed_ms : resource->updated_ms);
}

// The campaign stays ACTIVE meanwhile; this tells how far the change is.
static void add_update(struct cloud *cloud, struct resource *campaign, struct json_node *out) {
    const struct json_node *update = json_get(campaign->kept.root, "update");
    int64_t began_ms = 0;
    if (!update || !json_integer(json_get(update, "began_ms"), &began_ms)) return;
    const struct personalize_control_life life = {
        .created_ms = began_ms, .step_ms = resources_step_ms(cloud)};
    struct json_node *shown = json_add_object(out, "latestCampaignUpdate");
    plane_copy(shown, update, "solutionVersionArn");
    plane_copy(shown, update, "minProvisionedTPS");
    plane_copy(shown, update, "campaignConfig");
    json_add_text(
        shown, "status",
        str_from(
            personalize_control_status_text(personalize_control_status(&life, cloud->now_ms))));
    plane_add_time(shown, "creationDateTime", began_ms);
    plane_add_time(
        shown, "lastUpdatedDateTime", personalize_control_changed_ms(&life, cloud->now_ms));
}

static void
add_latest_version(struct cloud *cloud, const struct resource *solution, struct json_node *out) {
    struct resource *one = NULL, *latest = NULL;
    while ((one = resources_next(cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION, one))) {
        if (str_equal(resources_text(one, "solutionArn"), solution->arn)) latest = one;
    }
    if (latest) plane_show_summary(cloud, latest, json_add_object(out, "latestSolutionVersion"));
}

// As long as it took by the sandbox's clock.
static void
add_training(struct cloud *cloud, const struct resource *version, struct json_node *out) {
    if (resources_status(cloud, version) != PERSONALIZE_CONTROL_ACTIVE) return;
    const int64_t ready_ms = personalize_control_changed_ms(&version->life, cloud->now_ms);
    const int64_t took_ms = ready_ms - version->life.created_ms;
    json_add_number(out, "trainingHours", took_ms > 0 ? (double)took_ms / 3600000.0 : 0);
}

void plane_show(struct cloud *cloud, struct resource *resource, struct json_node *out) {
    if (resource->kind == PERSONALIZE_CONTROL_CAMPAIGN) campaigns_settle(cloud, resource);
    const struct json_node *one = json_first(resource->shown.root);
    CLEANUP(buf_release) struct buf name = {0};
    for (; one; one = json_next(one)) {
        buf_reset(&name);
        buf_add(&name, json_key(one));
        json_add_copy(out, buf_text(&name), one);
    }
    add_status(cloud, resource, out);
    if (resource->kind == PERSONALIZE_CONTROL_CAMPAIGN) add_update(cloud, resource, out);
    if (resource->kind == PERSONALIZE_CONTROL_SOLUTION_VERSION) add_training(cloud, resource, out);
    if (resource->kind == PERSONALIZE_CONTROL_SOLUTION) add_latest_version(cloud, resource, out);
}

void plane_show_summary(struct cloud *cloud, struct resource *resource, struct json_node *out) {
    const struct personalize_control_row *row = personalize_control_kind_row(resource->kind);
    for (size_t i = 0; i < ARRAY_COUNT(row->summary) && row->summary[i]; i++)
        plane_copy(out, resource->shown.root, row->summary[i]);
    add_status(cloud, resource, out);
}

// ---- what the service itself has ----

static void add_arn(struct json_node *out, const char *member, const char *part, const char *name) {
    CLEANUP(buf_release) struct buf arn = {0};
    buf_add_format(&arn, "arn:aws:personalize:::%s/%s", part, name);
    json_add_text(out, member, buf_str(&arn));
}

static void add_dates(struct json_node *out) {
    plane_add_time(out, "creationDateTime", SERVICE_BORN_MS);
    plane_add_time(out, "lastUpdatedDateTime", SERVICE_BORN_MS);
}

void plane_show_recipe(
    const struct personalize_control_recipe *recipe, bool is_summary, struct json_node *out) {
    json_add_text(out, "name", str_from(recipe->name));
    add_arn(out, "recipeArn", "recipe", recipe->name);
    json_add_text(out, "status", STR("ACTIVE"));
    add_dates(out);
    if (is_summary) {
        if (recipe->domain) json_add_text(out, "domain", str_from(recipe->domain));
        return;
    }
    add_arn(out, "algorithmArn", "algorithm", recipe->name);
    add_arn(out, "featureTransformationArn", "feature-transformation", "JSON-percentile-filtering");
    json_add_text(out, "description", str_from(recipe->description));
    json_add_text(out, "recipeType", str_from(recipe->type));
}

// SIMS is the one whose parameters the engine has (recommender.md 4); the others have none to turn.
bool plane_show_algorithm(struct str arn, struct json_node *out) {
    CLEANUP(buf_release) struct buf own = {0};
    for (size_t i = 0; i < personalize_control_recipe_count(); i++) {
        const struct personalize_control_recipe *recipe = personalize_control_recipe_at(i);
        buf_reset(&own);
        buf_add_format(&own, "arn:aws:personalize:::algorithm/%s", recipe->name);
        if (!str_equal(arn, buf_str(&own))) continue;
        json_add_text(out, "name", str_from(recipe->name));
        json_add_text(out, "algorithmArn", arn);
        struct json_node *parameters = json_add_object(out, "defaultHyperParameters");
        if (str_equal(str_from(recipe->name), STR("aws-sims"))) {
            json_add_text(parameters, "popularity_discount_factor", STR("0.5"));
            json_add_text(parameters, "min_cointeraction_count", STR("3"));
        }
        add_dates(out);
        return true;
    }
    return false;
}

bool plane_show_transformation(struct str arn, struct json_node *out) {
    if (!str_equal(
            arn, STR("arn:aws:personalize:::feature-transformation/JSON-percentile-filtering"))) {
        return false;
    }
    json_add_text(out, "name", STR("JSON-percentile-filtering"));
    json_add_text(out, "featureTransformationArn", arn);
    struct json_node *parameters = json_add_object(out, "defaultParameters");
    json_add_text(parameters, "max_user_history_length_percentile", STR("0.99"));
    json_add_text(parameters, "min_user_history_length_percentile", STR("0.00"));
    json_add_text(out, "status", STR("ACTIVE"));
    add_dates(out);
    return true;
}

// ---- refusals and looking up ----

bool plane_refuse(struct aws_error *refusal, const char *code, const char *format, ...) {
    CLEANUP(buf_release) struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_add_vformat(&text, format, args);
    va_end(args);
    aws_error_set(refusal, 400, str_from(code), buf_str(&text));
    return false;
}

struct resource *plane_find(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct str arn,
    struct aws_error *refusal) {
    struct resource *resource = resources_find(cloud, kind, arn);
    if (!resource) {
        (void)plane_refuse(
            refusal, PLANE_NOT_FOUND, "Could not find %s with ARN: " STR_FMT,
            personalize_control_kind_row(kind)->words, STR_ARG(arn));
    }
    return resource;
}

struct resource *plane_find_active(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct str arn,
    struct aws_error *refusal) {
    struct resource *resource = plane_find(cloud, kind, arn, refusal);
    if (!resource || resources_is_active(cloud, resource)) return resource;
    (void)plane_refuse(
        refusal, PLANE_IN_USE, "The %s is not in the ACTIVE state (it is %s): " STR_FMT,
        personalize_control_kind_row(kind)->words,
        personalize_control_status_text(resources_status(cloud, resource)), STR_ARG(arn));
    return NULL;
}
