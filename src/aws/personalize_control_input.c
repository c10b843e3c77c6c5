// personalize_control_input — which members the operations of the control plane take, and their checks
// in the service's words; see personalize_control.h.
#include "aws/personalize_control.h"

#include "base/attributes.h"
#include "personalize_internal.h"

#define NAME                                                                                       \
    {                                                                                              \
        .name = "name", .type = PERSONALIZE_CONTROL_NAME, .is_required = true, .least = 1,         \
        .most = 63                                                                                 \
    }
#define ARN_OF(member_)                                                                            \
    { .name = member_, .type = PERSONALIZE_CONTROL_ARN, .is_required = true }
#define MAYBE_ARN_OF(member_)                                                                      \
    { .name = member_, .type = PERSONALIZE_CONTROL_ARN }
#define TAGS                                                                                       \
    { .name = "tags", .type = PERSONALIZE_CONTROL_LIST, .most = 50 }
#define PAGE                                                                                       \
    {.name = "nextToken", .type = PERSONALIZE_CONTROL_TEXT, .most = 1500}, {                       \
        .name = "maxResults", .type = PERSONALIZE_CONTROL_INTEGER, .least = 1, .most = 100         \
    }
#define DOMAIN                                                                                     \
    {                                                                                              \
        .name = "domain", .type = PERSONALIZE_CONTROL_TEXT, .values = {                            \
            "ECOMMERCE",                                                                           \
            "VIDEO_ON_DEMAND"                                                                      \
        }                                                                                          \
    }
#define TPS                                                                                        \
    { .name = "minProvisionedTPS", .type = PERSONALIZE_CONTROL_INTEGER, .least = 1 }
#define FLAG(member_)                                                                              \
    { .name = member_, .type = PERSONALIZE_CONTROL_BOOLEAN }
#define OBJECT(member_)                                                                            \
    { .name = member_, .type = PERSONALIZE_CONTROL_OBJECT }

#define ROW(id_, kind_, verb_, ...)                                                                \
    {                                                                                              \
        .id = OPERATION_##id_, .kind = PERSONALIZE_CONTROL_##kind_,                                \
        .verb = PERSONALIZE_CONTROL_##verb_, .members = {                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

static const struct personalize_control_operation operations[] = {
    ROW(CREATE_DATASET_GROUP,
        DATASET_GROUP,
        CREATE,
        NAME,
        {.name = "roleArn", .type = PERSONALIZE_CONTROL_ROLE, .most = 256},
        {.name = "kmsKeyArn", .type = PERSONALIZE_CONTROL_TEXT, .most = 2048},
        DOMAIN,
        TAGS),
    ROW(DESCRIBE_DATASET_GROUP, DATASET_GROUP, DESCRIBE, ARN_OF("datasetGroupArn")),
    ROW(LIST_DATASET_GROUPS, DATASET_GROUP, LIST_ALL, PAGE),
    ROW(DELETE_DATASET_GROUP, DATASET_GROUP, DELETE, ARN_OF("datasetGroupArn")),

    ROW(CREATE_SCHEMA,
        SCHEMA,
        CREATE,
        NAME,
        {.name = "schema",
         .type = PERSONALIZE_CONTROL_TEXT,
         .is_required = true,
         .least = 1,
         .most = 10000},
        DOMAIN),
    ROW(DESCRIBE_SCHEMA, SCHEMA, DESCRIBE, ARN_OF("schemaArn")),
    ROW(LIST_SCHEMAS, SCHEMA, LIST_ALL, PAGE),
    ROW(DELETE_SCHEMA, SCHEMA, DELETE, ARN_OF("schemaArn")),

    ROW(CREATE_DATASET,
        DATASET,
        CREATE,
        NAME,
        ARN_OF("schemaArn"),
        ARN_OF("datasetGroupArn"),
        {.name = "datasetType",
         .type = PERSONALIZE_CONTROL_TEXT,
         .is_required = true,
         .least = 1,
         .most = 256},
        TAGS),
    ROW(DESCRIBE_DATASET, DATASET, DESCRIBE, ARN_OF("datasetArn")),
    ROW(LIST_DATASETS, DATASET, LIST_ALL, MAYBE_ARN_OF("datasetGroupArn"), PAGE),
    ROW(UPDATE_DATASET, DATASET, UPDATE, ARN_OF("datasetArn"), ARN_OF("schemaArn")),
    ROW(DELETE_DATASET, DATASET, DELETE, ARN_OF("datasetArn")),

    ROW(CREATE_SOLUTION,
        SOLUTION,
        CREATE,
        NAME,
        ARN_OF("datasetGroupArn"),
        MAYBE_ARN_OF("recipeArn"),
        FLAG("performHPO"),
        FLAG("performAutoML"),
        FLAG("performAutoTraining"),
        {.name = "eventType", .type = PERSONALIZE_CONTROL_TEXT, .most = 256},
        OBJECT("solutionConfig"),
        TAGS),
    ROW(DESCRIBE_SOLUTION, SOLUTION, DESCRIBE, ARN_OF("solutionArn")),
    ROW(LIST_SOLUTIONS, SOLUTION, LIST_ALL, MAYBE_ARN_OF("datasetGroupArn"), PAGE),
    ROW(UPDATE_SOLUTION,
        SOLUTION,
        UPDATE,
        ARN_OF("solutionArn"),
        FLAG("performAutoTraining"),
        OBJECT("solutionUpdateConfig")),
    ROW(DELETE_SOLUTION, SOLUTION, DELETE, ARN_OF("solutionArn")),

    ROW(CREATE_SOLUTION_VERSION,
        SOLUTION_VERSION,
        CREATE,
        ARN_OF("solutionArn"),
        {.name = "name", .type = PERSONALIZE_CONTROL_NAME, .least = 1, .most = 63},
        {.name = "trainingMode",
         .type = PERSONALIZE_CONTROL_TEXT,
         .values = {"FULL", "UPDATE", "AUTOTRAIN"}},
        TAGS),
    ROW(DESCRIBE_SOLUTION_VERSION, SOLUTION_VERSION, DESCRIBE, ARN_OF("solutionVersionArn")),
    ROW(LIST_SOLUTION_VERSIONS, SOLUTION_VERSION, LIST_ALL, MAYBE_ARN_OF("solutionArn"), PAGE),
    ROW(STOP_SOLUTION_VERSION_CREATION, SOLUTION_VERSION, OTHER, ARN_OF("solutionVersionArn")),
    ROW(GET_SOLUTION_METRICS, SOLUTION_VERSION, OTHER, ARN_OF("solutionVersionArn")),

    ROW(CREATE_CAMPAIGN,
        CAMPAIGN,
        CREATE,
        NAME,
        ARN_OF("solutionVersionArn"),
        TPS,
        OBJECT("campaignConfig"),
        TAGS),
    ROW(DESCRIBE_CAMPAIGN, CAMPAIGN, DESCRIBE, ARN_OF("campaignArn")),
    ROW(LIST_CAMPAIGNS, CAMPAIGN, LIST_ALL, MAYBE_ARN_OF("solutionArn"), PAGE),
    ROW(UPDATE_CAMPAIGN,
        CAMPAIGN,
        UPDATE,
        ARN_OF("campaignArn"),
        MAYBE_ARN_OF("solutionVersionArn"),
        TPS,
        OBJECT("campaignConfig")),
    ROW(DELETE_CAMPAIGN, CAMPAIGN, DELETE, ARN_OF("campaignArn")),

    ROW(CREATE_EVENT_TRACKER, EVENT_TRACKER, CREATE, NAME, ARN_OF("datasetGroupArn"), TAGS),
    ROW(DESCRIBE_EVENT_TRACKER, EVENT_TRACKER, DESCRIBE, ARN_OF("eventTrackerArn")),
    ROW(LIST_EVENT_TRACKERS, EVENT_TRACKER, LIST_ALL, MAYBE_ARN_OF("datasetGroupArn"), PAGE),
    ROW(DELETE_EVENT_TRACKER, EVENT_TRACKER, DELETE, ARN_OF("eventTrackerArn")),

    ROW(CREATE_FILTER,
        FILTER,
        CREATE,
        NAME,
        ARN_OF("datasetGroupArn"),
        {.name = "filterExpression",
         .type = PERSONALIZE_CONTROL_TEXT,
         .is_required = true,
         .least = 1,
         .most = 2500},
        TAGS),
    ROW(DESCRIBE_FILTER, FILTER, DESCRIBE, ARN_OF("filterArn")),
    ROW(LIST_FILTERS, FILTER, LIST_ALL, MAYBE_ARN_OF("datasetGroupArn"), PAGE),
    ROW(DELETE_FILTER, FILTER, DELETE, ARN_OF("filterArn")),

    ROW(LIST_RECIPES,
        RECIPE,
        LIST_ALL,
        {.name = "recipeProvider", .type = PERSONALIZE_CONTROL_TEXT, .values = {"SERVICE"}},
        DOMAIN,
        PAGE),
    ROW(DESCRIBE_RECIPE, RECIPE, DESCRIBE, ARN_OF("recipeArn")),
    ROW(DESCRIBE_ALGORITHM, ALGORITHM, DESCRIBE, ARN_OF("algorithmArn")),
    ROW(DESCRIBE_FEATURE_TRANSFORMATION,
        FEATURE_TRANSFORMATION,
        DESCRIBE,
        ARN_OF("featureTransformationArn")),
    ROW(LIST_RECOMMENDERS, RECOMMENDER, LIST_ALL, MAYBE_ARN_OF("datasetGroupArn"), PAGE),
    ROW(DESCRIBE_RECOMMENDER, RECOMMENDER, DESCRIBE, ARN_OF("recommenderArn")),

    ROW(TAG_RESOURCE,
        STORED,
        OTHER,
        ARN_OF("resourceArn"),
        {.name = "tags", .type = PERSONALIZE_CONTROL_LIST, .is_required = true, .most = 50}),
    ROW(UNTAG_RESOURCE,
        STORED,
        OTHER,
        ARN_OF("resourceArn"),
        {.name = "tagKeys", .type = PERSONALIZE_CONTROL_LIST, .is_required = true, .most = 50}),
    ROW(LIST_TAGS_FOR_RESOURCE, STORED, OTHER, ARN_OF("resourceArn")),
};

const struct personalize_control_operation *personalize_control_find(enum operation_id id) {
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++) {
        if (operations[i].id == id) return &operations[i];
    }
    return NULL;
}

static bool is_valid_name(struct str name) {
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_first =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_first && !(i && (c == '-' || c == '_'))) return false;
    }
    return name.len > 0;
}

static bool refuse_limit(
    struct error *err, const char *member, struct str value, const char *words, int64_t n) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(&text, "must have %s %lld", words, (long long)n);
    return personalize_refuse(err, member, value, buf_text(&text));
}

static bool
check_choice(const struct personalize_control_member *member, struct str text, struct error *err) {
    CLEANUP(buf_release) struct buf choice = {0};
    if (!member->values[0]) return true;
    buf_add(&choice, STR("must satisfy enum value set: ["));
    for (size_t i = 0; i < ARRAY_COUNT(member->values) && member->values[i]; i++) {
        if (str_equal(text, str_from(member->values[i]))) return true;
        buf_add_format(&choice, "%s%s", i ? ", " : "", member->values[i]);
    }
    buf_add_char(&choice, ']');
    return personalize_refuse(err, member->name, text, buf_text(&choice));
}

static bool
check_text(const struct personalize_control_member *member, struct str text, struct error *err) {
    const struct personalize_limit limit = {
        .member = member->name,
        .least = (size_t)member->least,
        .most = member->most ? (size_t)member->most : SIZE_MAX,
        .is_required = member->is_required};
    if (!text.len && member->is_required) {
        return refuse_limit(err, member->name, text, "length greater than or equal to", 1);
    }
    return personalize_check_text(text, limit, err) && check_choice(member, text, err);
}

static bool
check_string(const struct personalize_control_member *member, struct str text, struct error *err) {
    switch (member->type) {
    case PERSONALIZE_CONTROL_ARN:
        return personalize_check_arn(text, member->name, member->is_required, err);
    case PERSONALIZE_CONTROL_NAME:
        if (!check_text(member, text, err)) return false;
        if (is_valid_name(text)) return true;
        return personalize_refuse(
            err, member->name, text,
            "must satisfy regular expression pattern: ^[a-zA-Z0-9][a-zA-Z0-9\\-_]*");
    case PERSONALIZE_CONTROL_ROLE:
        if (!check_text(member, text, err)) return false;
        if (str_starts_with(text, STR("arn:")) && str_contains(text, STR(":role/"))) return true;
        return personalize_refuse(
            err, member->name, text,
            "must satisfy regular expression pattern: "
            "arn:([a-z\\d-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
    case PERSONALIZE_CONTROL_TEXT: return check_text(member, text, err);
    case PERSONALIZE_CONTROL_INTEGER:
    case PERSONALIZE_CONTROL_BOOLEAN:
    case PERSONALIZE_CONTROL_OBJECT:
    case PERSONALIZE_CONTROL_LIST: break;
    }
    return true;
}

static bool
check_integer(const struct personalize_control_member *member, int64_t value, struct error *err) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_int(&shown, value);
    if (value < member->least) {
        return refuse_limit(
            err, member->name, buf_str(&shown), "value greater than or equal to", member->least);
    }
    if (!member->most || value <= member->most) return true;
    return refuse_limit(
        err, member->name, buf_str(&shown), "value less than or equal to", member->most);
}

static bool refuse_kind(
    const struct personalize_control_member *member, const char *wanted, struct error *err) {
    error_set(err, ERROR_INVALID, "%s can not be converted to %s", member->name, wanted);
    return error_hint(err, "Send %s as %s.", member->name, wanted);
}

static bool check_member(
    const struct personalize_control_member *member,
    const struct json_node *node,
    struct error *err) {
    int64_t value;
    switch (member->type) {
    case PERSONALIZE_CONTROL_NAME:
    case PERSONALIZE_CONTROL_ARN:
    case PERSONALIZE_CONTROL_ROLE:
    case PERSONALIZE_CONTROL_TEXT:
        if (json_kind(node) != JSON_STRING) return refuse_kind(member, "a String", err);
        return check_string(member, json_text(node), err);
    case PERSONALIZE_CONTROL_INTEGER:
        if (!json_integer(node, &value)) return refuse_kind(member, "an Integer", err);
        return check_integer(member, value, err);
    case PERSONALIZE_CONTROL_BOOLEAN:
        return json_kind(node) == JSON_BOOL || refuse_kind(member, "a Boolean", err);
    case PERSONALIZE_CONTROL_OBJECT:
        return json_kind(node) == JSON_OBJECT || refuse_kind(member, "a Structure", err);
    case PERSONALIZE_CONTROL_LIST:
        if (json_kind(node) != JSON_ARRAY) return refuse_kind(member, "a List", err);
        if (json_count(node) <= (size_t)member->most) return true;
        return refuse_limit(
            err, member->name, STR("[…]"), "length less than or equal to", member->most);
    }
    return true;
}

bool personalize_control_read(
    const struct personalize_control_operation *operation,
    struct str body,
    struct json *out,
    struct error *err) {
    CLEANUP(json_release) struct json json = {0};
    if (!personalize_read_document(body, &json, err)) return false;
    for (size_t i = 0; i < ARRAY_COUNT(operation->members) && operation->members[i].name; i++) {
        const struct personalize_control_member *member = &operation->members[i];
        const struct json_node *node = json_get(json.root, member->name);
        if (json_kind(node) == JSON_ABSENT || json_kind(node) == JSON_NULL) {
            if (!member->is_required) continue;
            return personalize_refuse(err, member->name, (struct str){0}, "must not be null");
        }
        if (!check_member(member, node, err)) return false;
    }
    json_release(out);
    *out = json;
    json = (struct json){0};
    return true;
}
