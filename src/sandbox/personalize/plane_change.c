// plane_change — tags, the schema of a dataset, and the end of resources; see plane.h.
#include "personalize/plane.h"

#define MOST_TAGS 50

// ---- tags ----

static struct resource *find_any(struct cloud *cloud, struct str arn, struct aws_error *refusal) {
    for (int kind = 0; kind < PERSONALIZE_CONTROL_STORED; kind++) {
        struct resource *resource = resources_find(cloud, (enum personalize_control_kind)kind, arn);
        if (resource) return resource;
    }
    (void)plane_refuse(
        refusal, PLANE_NOT_FOUND, "Could not find resource with ARN: " STR_FMT, STR_ARG(arn));
    return NULL;
}

static bool check_tag(const struct json_node *tag, struct aws_error *refusal) {
    const size_t key = str_count_runes(json_get_text(tag, "tagKey"));
    const size_t value = str_count_runes(json_get_text(tag, "tagValue"));
    if (key >= 1 && key <= 128 && value <= 256 &&
        json_kind(json_get(tag, "tagValue")) == JSON_STRING) {
        return true;
    }
    return plane_refuse(
        refusal, PLANE_INVALID,
        "A tag has a tagKey of 1 to 128 characters and a tagValue of at most 256");
}

static bool has_key(const struct json_node *list, struct str key, const char *member) {
    for (const struct json_node *one = json_first(list); one; one = json_next(one)) {
        if (str_equal(member ? json_get_text(one, member) : json_text(one), key)) return true;
    }
    return false;
}

// The old tags without those named in `gone` (by `member`, or as texts), then the `added` ones.
static bool set_tags(
    struct cloud *cloud,
    struct resource *resource,
    const struct json_node *gone,
    const char *member,
    const struct json_node *added,
    struct aws_error *refusal) {
    CLEANUP(json_release) struct json made = {0};
    struct json_node *list = json_new_array(&made);
    const struct json_node *one = json_first(json_get(resource->kept.root, "tags"));
    for (; one; one = json_next(one)) {
        if (!has_key(gone, json_get_text(one, "tagKey"), member)) json_add_copy(list, NULL, one);
    }
    for (one = json_first(added); one; one = json_next(one)) {
        if (!check_tag(one, refusal)) return false;
        json_add_copy(list, NULL, one);
    }
    if (json_count(list) > MOST_TAGS) {
        return plane_refuse(
            refusal, "TooManyTagsException", "A resource has %d tags at most.", MOST_TAGS);
    }
    struct json_node *kept =
        resource->kept.root ? resource->kept.root : json_new_object(&resource->kept);
    json_set_copy(kept, "tags", list);
    resources_keep(cloud, resource);
    return true;
}

bool plane_tag(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    const struct json_node *tags = json_get(input, "tags");
    struct resource *resource = find_any(cloud, json_get_text(input, "resourceArn"), refusal);
    (void)reply;
    return resource && set_tags(cloud, resource, tags, "tagKey", tags, refusal);
}

bool plane_untag(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    const struct json_node *keys = json_get(input, "tagKeys");
    struct resource *resource = find_any(cloud, json_get_text(input, "resourceArn"), refusal);
    (void)reply;
    return resource && set_tags(cloud, resource, keys, NULL, NULL, refusal);
}

bool plane_list_tags(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    const struct resource *resource = find_any(cloud, json_get_text(input, "resourceArn"), refusal);
    if (!resource) return false;
    const struct json_node *tags = json_get(resource->kept.root, "tags");
    if (tags)
        json_add_copy(reply, "tags", tags);
    else
        (void)json_add_array(reply, "tags");
    return true;
}

// ---- the schema of a dataset ----

// Filters and metadata may use every field there was: a new schema may only add some.
static bool check_kept_fields(
    const struct personalize_schema *before,
    const struct personalize_schema *after,
    struct aws_error *refusal) {
    for (size_t i = 0; i < before->count; i++) {
        size_t at;
        if (personalize_schema_find(after, str_from(before->fields[i].name), &at) &&
            after->fields[at].type == before->fields[i].type) {
            continue;
        }
        return plane_refuse(
            refusal, PLANE_INVALID,
            "The new schema lacks the field %s of the dataset's schema, or gives it another type",
            before->fields[i].name);
    }
    return true;
}

bool plane_update_dataset(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    enum personalize_schema_dataset type;
    struct error err = {0};
    struct resource *dataset = plane_find_active(
        cloud, PERSONALIZE_CONTROL_DATASET, json_get_text(input, "datasetArn"), refusal);
    if (!dataset) return false;
    const struct resource *schema =
        plane_find(cloud, PERSONALIZE_CONTROL_SCHEMA, json_get_text(input, "schemaArn"), refusal);
    const struct resource *before =
        resources_find(cloud, PERSONALIZE_CONTROL_SCHEMA, resources_text(dataset, "schemaArn"));
    if (!schema) return false;
    if (!personalize_schema_dataset_parse(resources_text(dataset, "datasetType"), &type) ||
        !personalize_schema_fits(&schema->schema, type, &err)) {
        return plane_refuse(refusal, PLANE_INVALID, "%s", err.message);
    }
    if (before && !check_kept_fields(&before->schema, &schema->schema, refusal)) return false;
    json_set_text(dataset->shown.root, "schemaArn", schema->arn);
    resources_save(cloud, dataset);
    json_add_text(reply, "datasetArn", dataset->arn);
    return true;
}

// ---- the end ----

static bool refuse_use(
    struct aws_error *refusal, const struct resource *resource, const struct resource *user) {
    return plane_refuse(
        refusal, PLANE_IN_USE, "The %s cannot be deleted while the %s exists: " STR_FMT,
        personalize_control_kind_row(resource->kind)->words,
        personalize_control_kind_row(user->kind)->words, STR_ARG(user->arn));
}

// Is there a resource of the kind whose member names this one?
static struct resource *find_user(
    struct cloud *cloud, enum personalize_control_kind kind, const char *member, struct str arn) {
    struct resource *one = NULL;
    while ((one = resources_next(cloud, kind, one))) {
        const struct str named = resources_text(one, member);
        // of campaigns: SOLUTION/VERSION names the solution as well
        const bool is_below =
            str_starts_with(named, arn) && named.len > arn.len && named.ptr[arn.len] == '/';
        if (str_equal(named, arn) || is_below) return one;
    }
    return NULL;
}

static const struct {
    enum personalize_control_kind kind, user;
    const char *member;
} uses[] = {
    {PERSONALIZE_CONTROL_DATASET_GROUP, PERSONALIZE_CONTROL_DATASET, "datasetGroupArn"},
    {PERSONALIZE_CONTROL_DATASET_GROUP, PERSONALIZE_CONTROL_SOLUTION, "datasetGroupArn"},
    {PERSONALIZE_CONTROL_DATASET_GROUP, PERSONALIZE_CONTROL_EVENT_TRACKER, "datasetGroupArn"},
    {PERSONALIZE_CONTROL_SCHEMA, PERSONALIZE_CONTROL_DATASET, "schemaArn"},
    {PERSONALIZE_CONTROL_SOLUTION, PERSONALIZE_CONTROL_CAMPAIGN, "solutionVersionArn"},
};

static bool
check_unused(struct cloud *cloud, const struct resource *resource, struct aws_error *refusal) {
    for (size_t i = 0; i < ARRAY_COUNT(uses); i++) {
        if (uses[i].kind != resource->kind) continue;
        const struct resource *user = find_user(cloud, uses[i].user, uses[i].member, resource->arn);
        if (user) return refuse_use(refusal, resource, user);
    }
    return true;
}

// Versions go with their solution, filters with their dataset group.
static void delete_dependents(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    const char *member,
    const struct resource *of) {
    CLEANUP(buf_release) struct buf arn = {0};
    struct resource *one = NULL;
    buf_add(&arn, of->arn);
    while ((one = resources_next(cloud, kind, one))) {
        if (!one->life.deleted_ms && str_equal(resources_text(one, member), buf_str(&arn))) {
            resources_delete(cloud, one);
            one = NULL; // it may be gone already
        }
    }
}

bool plane_delete(struct cloud *cloud, struct resource *resource, struct aws_error *refusal) {
    const enum personalize_control_status status = resources_status(cloud, resource);
    const bool is_settled =
        status == PERSONALIZE_CONTROL_ACTIVE || status == PERSONALIZE_CONTROL_CREATE_STOPPED;
    if (!is_settled) {
        return plane_refuse(
            refusal, PLANE_IN_USE, "The %s cannot be deleted while it is %s: " STR_FMT,
            personalize_control_kind_row(resource->kind)->words,
            personalize_control_status_text(status), STR_ARG(resource->arn));
    }
    if (!check_unused(cloud, resource, refusal)) return false;
    if (resource->kind == PERSONALIZE_CONTROL_SOLUTION) {
        delete_dependents(cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION, "solutionArn", resource);
    } else if (resource->kind == PERSONALIZE_CONTROL_DATASET_GROUP) {
        delete_dependents(cloud, PERSONALIZE_CONTROL_FILTER, "datasetGroupArn", resource);
    }
    resources_delete(cloud, resource);
    return true;
}
