// plane_create — new dataset groups, schemas, datasets, event trackers and filters; see plane.h.
#include "personalize/filters.h"
#include "personalize/plane.h"

// Quotas of the service where it states them, else bounds of our own.
#define MOST_GROUPS 500
#define MOST_SCHEMAS 500
#define MOST_FILTERS_PER_GROUP 10
#define MOST_FIELDS_PER_GROUP 10
#define MOST_TAGS 50

size_t plane_count(struct cloud *cloud, enum personalize_control_kind kind, struct str group_arn) {
    size_t count = 0;
    struct resource *one = NULL;
    while ((one = resources_next(cloud, kind, one)))
        count += !group_arn.len || str_equal(one->group_arn, group_arn);
    return count;
}

static bool refuse_existing(struct aws_error *refusal, struct str arn) {
    return plane_refuse(
        refusal, PLANE_EXISTS, "Another resource with Arn " STR_FMT " already exists.",
        STR_ARG(arn));
}

bool plane_is_new(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct str arn,
    struct str name,
    struct aws_error *refusal) {
    struct resource *one = NULL;
    while ((one = resources_next(cloud, kind, one))) {
        if (str_equal(one->arn, arn) ||
            (name.len && str_equal(resources_text(one, "name"), name))) {
            return refuse_existing(refusal, one->arn);
        }
    }
    return true;
}

struct resource *plane_add(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct json *take_shown,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    const struct json_node *tags = json_get(input, "tags");
    const char *member = personalize_control_kind_row(kind)->arn_member;
    if (json_count(tags) > MOST_TAGS) {
        (void)plane_refuse(
            refusal, "TooManyTagsException", "A resource has %d tags at most.", MOST_TAGS);
        return NULL;
    }
    struct resource *resource = resources_add(cloud, kind, take_shown, 0);
    if (json_count(tags)) {
        json_add_copy(json_new_object(&resource->kept), "tags", tags);
        resources_keep(cloud, resource);
    }
    json_add_text(reply, member, resource->arn);
    return resource;
}

static bool check_quota(
    size_t count, size_t most, enum personalize_control_kind kind, struct aws_error *refusal) {
    if (count < most) return true;
    return plane_refuse(
        refusal, PLANE_LIMIT, "The limit of %zu for the resource type %s has been reached.", most,
        personalize_control_kind_row(kind)->words);
}

bool plane_create_dataset_group(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const enum personalize_control_kind kind = PERSONALIZE_CONTROL_DATASET_GROUP;
    CLEANUP(buf_release) struct buf arn = {0};
    CLEANUP(json_release) struct json shown = {0};
    resources_add_arn(cloud, "dataset-group", json_get_text(input, "name"), &arn);
    if (!plane_is_new(cloud, kind, buf_str(&arn), STR(""), refusal) ||
        !check_quota(plane_count(cloud, kind, STR("")), MOST_GROUPS, kind, refusal)) {
        return false;
    }
    struct json_node *root = json_new_object(&shown);
    plane_copy(root, input, "name");
    json_add_text(root, "datasetGroupArn", buf_str(&arn));
    plane_copy(root, input, "roleArn");
    plane_copy(root, input, "kmsKeyArn");
    plane_copy(root, input, "domain");
    plane_copy(reply, input, "domain");
    return plane_add(cloud, kind, &shown, input, reply, refusal) != NULL;
}

bool plane_create_schema(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const enum personalize_control_kind kind = PERSONALIZE_CONTROL_SCHEMA;
    CLEANUP(buf_release) struct buf arn = {0};
    CLEANUP(json_release) struct json shown = {0};
    CLEANUP(personalize_schema_release) struct personalize_schema schema = {0};
    struct error err = {0};
    resources_add_arn(cloud, "schema", json_get_text(input, "name"), &arn);
    if (!personalize_schema_parse(json_get_text(input, "schema"), &schema, &err))
        return plane_refuse(refusal, PLANE_INVALID, "%s", err.message);
    if (!plane_is_new(cloud, kind, buf_str(&arn), STR(""), refusal) ||
        !check_quota(plane_count(cloud, kind, STR("")), MOST_SCHEMAS, kind, refusal)) {
        return false;
    }
    struct json_node *root = json_new_object(&shown);
    plane_copy(root, input, "name");
    json_add_text(root, "schemaArn", buf_str(&arn));
    plane_copy(root, input, "schema");
    plane_copy(root, input, "domain");
    return plane_add(cloud, kind, &shown, input, reply, refusal) != NULL;
}

// arn:…:dataset/GROUP/TYPE
static void add_dataset_arn(
    const struct cloud *cloud, const struct resource *group, const char *type, struct buf *out) {
    CLEANUP(buf_release) struct buf name = {0};
    buf_add_format(&name, STR_FMT "/%s", STR_ARG(resources_text(group, "name")), type);
    resources_add_arn(cloud, "dataset", buf_str(&name), out);
}

static bool check_dataset(
    struct cloud *cloud,
    const struct json_node *input,
    enum personalize_schema_dataset *out,
    struct aws_error *refusal) {
    const struct str type = json_get_text(input, "datasetType");
    struct error err = {0};
    if (!personalize_schema_dataset_parse(type, out)) {
        return plane_refuse(
            refusal, PLANE_INVALID, "Unsupported dataset type: " STR_FMT, STR_ARG(type));
    }
    if (*out == PERSONALIZE_SCHEMA_ACTIONS || *out == PERSONALIZE_SCHEMA_ACTION_INTERACTIONS) {
        return plane_refuse(refusal, PLANE_INVALID, "The sandbox has no datasets of actions.");
    }
    const struct resource *schema =
        plane_find(cloud, PERSONALIZE_CONTROL_SCHEMA, json_get_text(input, "schemaArn"), refusal);
    if (!schema) return false;
    if (personalize_schema_fits(&schema->schema, *out, &err)) return true;
    return plane_refuse(refusal, PLANE_INVALID, "%s", err.message);
}

bool plane_create_dataset(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const enum personalize_control_kind kind = PERSONALIZE_CONTROL_DATASET;
    CLEANUP(buf_release) struct buf arn = {0};
    CLEANUP(json_release) struct json shown = {0};
    enum personalize_schema_dataset type;
    const struct resource *group = plane_find_active(
        cloud, PERSONALIZE_CONTROL_DATASET_GROUP, json_get_text(input, "datasetGroupArn"), refusal);
    if (!group || !check_dataset(cloud, input, &type, refusal)) return false;
    add_dataset_arn(cloud, group, personalize_schema_dataset_name(type), &arn);
    if (!plane_is_new(cloud, kind, buf_str(&arn), STR(""), refusal)) return false;
    struct json_node *root = json_new_object(&shown);
    plane_copy(root, input, "name");
    json_add_text(root, "datasetArn", buf_str(&arn));
    plane_copy(root, input, "datasetGroupArn");
    json_add_text(root, "datasetType", str_from(personalize_schema_dataset_name(type)));
    plane_copy(root, input, "schemaArn");
    return plane_add(cloud, kind, &shown, input, reply, refusal) != NULL;
}

bool plane_create_event_tracker(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const enum personalize_control_kind kind = PERSONALIZE_CONTROL_EVENT_TRACKER;
    CLEANUP(buf_release) struct buf arn = {0};
    CLEANUP(buf_release) struct buf id = {0};
    CLEANUP(json_release) struct json shown = {0};
    const struct str group_arn = json_get_text(input, "datasetGroupArn");
    if (!plane_find_active(cloud, PERSONALIZE_CONTROL_DATASET_GROUP, group_arn, refusal))
        return false;
    if (plane_count(cloud, kind, group_arn)) {
        return plane_refuse(
            refusal, PLANE_EXISTS, "The dataset group " STR_FMT " has an event tracker already.",
            STR_ARG(group_arn));
    }
    // ARNs of trackers hold the first eight characters of an id, not the name
    rng_add_uuid(&cloud->rng, &id);
    resources_add_arn(cloud, "event-tracker", str_slice(buf_str(&id), 0, 8), &arn);
    if (!plane_is_new(cloud, kind, buf_str(&arn), json_get_text(input, "name"), refusal))
        return false;
    struct json_node *root = json_new_object(&shown);
    plane_copy(root, input, "name");
    json_add_text(root, "eventTrackerArn", buf_str(&arn));
    json_add_text(root, "accountId", str_from(cloud_account(cloud)));
    json_add_text(root, "trackingId", buf_str(&id));
    plane_copy(root, input, "datasetGroupArn");
    json_add_text(reply, "trackingId", buf_str(&id));
    return plane_add(cloud, kind, &shown, input, reply, refusal) != NULL;
}

// Distinct fields of all the group's filters together, the new one's included.
struct field_count {
    struct filter_expression_field fields[MOST_FIELDS_PER_GROUP];
    size_t count;
    bool is_over;
};

static void count_fields(struct field_count *counted, const struct filter_expression *expression) {
    for (size_t i = 0; i < expression->field_count; i++) {
        const struct filter_expression_field *field = &expression->fields[i];
        size_t at = 0;
        while (at < counted->count && (counted->fields[at].dataset != field->dataset ||
                                       !str_equal_nocase(counted->fields[at].name, field->name)))
            at++;
        if (at < counted->count) continue;
        if (counted->count == MOST_FIELDS_PER_GROUP)
            counted->is_over = true;
        else
            counted->fields[counted->count++] = *field;
    }
}

static bool check_filter(
    struct cloud *cloud,
    const struct filter_expression *expression,
    struct str group_arn,
    struct aws_error *refusal) {
    struct field_count counted = {0};
    struct resource *one = NULL;
    struct error err = {0};
    if (!filters_check_fields(cloud, expression, group_arn, &err))
        return plane_refuse(refusal, PLANE_INVALID, "%s", err.message);
    count_fields(&counted, expression);
    while ((one = resources_next(cloud, PERSONALIZE_CONTROL_FILTER, one))) {
        if (one->filter && str_equal(one->group_arn, group_arn))
            count_fields(&counted, filters_expression(one->filter));
    }
    if (counted.is_over) {
        return plane_refuse(
            refusal, PLANE_LIMIT,
            "The filters of the dataset group use more than %d distinct fields.",
            MOST_FIELDS_PER_GROUP);
    }
    return check_quota(
        plane_count(cloud, PERSONALIZE_CONTROL_FILTER, group_arn), MOST_FILTERS_PER_GROUP,
        PERSONALIZE_CONTROL_FILTER, refusal);
}

bool plane_create_filter(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    static const enum personalize_control_kind kind = PERSONALIZE_CONTROL_FILTER;
    CLEANUP(buf_release) struct buf arn = {0};
    CLEANUP(json_release) struct json shown = {0};
    CLEANUP(filter_expression_release) struct filter_expression expression = {0};
    const struct str group_arn = json_get_text(input, "datasetGroupArn");
    struct error err = {0};
    if (!filter_expression_parse(json_get_text(input, "filterExpression"), &expression, &err))
        return plane_refuse(refusal, PLANE_INVALID, "%s", err.message);
    resources_add_arn(cloud, "filter", json_get_text(input, "name"), &arn);
    if (!plane_find_active(cloud, PERSONALIZE_CONTROL_DATASET_GROUP, group_arn, refusal) ||
        !plane_is_new(cloud, kind, buf_str(&arn), STR(""), refusal) ||
        !check_filter(cloud, &expression, group_arn, refusal)) {
        return false;
    }
    struct json_node *root = json_new_object(&shown);
    plane_copy(root, input, "name");
    json_add_text(root, "filterArn", buf_str(&arn));
    plane_copy(root, input, "datasetGroupArn");
    plane_copy(root, input, "filterExpression");
    return plane_add(cloud, kind, &shown, input, reply, refusal) != NULL;
}
