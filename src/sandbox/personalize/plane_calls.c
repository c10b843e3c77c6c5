// plane_calls — the calls of Personalize's control plane: reading by the tables, permission, describing,
// listing with pages, deleting, metrics. What differs by kind is in the other plane_*.c.
#include "access/calls.h"
#include "aws/personalize.h"
#include "base/clock.h"
#include "http/base64.h"
#include "personalize/plane.h"
#include "personalize/solution_metrics.h"

#define DEFAULT_PAGE 100
#define METRICS_LOOK_MS 20        // while an evaluation runs
#define METRICS_PATIENCE_MS 50000 // clients give up at 60 s

static const struct {
    enum operation_id operation;
    plane_fn *run;
} particular[] = {
    {OPERATION_CREATE_DATASET_GROUP, plane_create_dataset_group},
    {OPERATION_CREATE_SCHEMA, plane_create_schema},
    {OPERATION_CREATE_DATASET, plane_create_dataset},
    {OPERATION_UPDATE_DATASET, plane_update_dataset},
    {OPERATION_CREATE_SOLUTION, plane_create_solution},
    {OPERATION_UPDATE_SOLUTION, plane_update_solution},
    {OPERATION_CREATE_SOLUTION_VERSION, plane_create_solution_version},
    {OPERATION_STOP_SOLUTION_VERSION_CREATION, plane_stop_solution_version},
    {OPERATION_CREATE_CAMPAIGN, plane_create_campaign},
    {OPERATION_UPDATE_CAMPAIGN, plane_update_campaign},
    {OPERATION_CREATE_EVENT_TRACKER, plane_create_event_tracker},
    {OPERATION_CREATE_FILTER, plane_create_filter},
    {OPERATION_TAG_RESOURCE, plane_tag},
    {OPERATION_UNTAG_RESOURCE, plane_untag},
    {OPERATION_LIST_TAGS_FOR_RESOURCE, plane_list_tags},
};

static plane_fn *find_particular(enum operation_id operation) {
    for (size_t i = 0; i < ARRAY_COUNT(particular); i++) {
        if (particular[i].operation == operation) return particular[i].run;
    }
    return NULL;
}

// ---- describing ----

static bool refuse_missing(
    const struct personalize_control_row *row, struct str arn, struct aws_error *refusal) {
    return plane_refuse(
        refusal, PLANE_NOT_FOUND, "Could not find %s with ARN: " STR_FMT, row->words, STR_ARG(arn));
}

static bool describe(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct str arn,
    struct json_node *reply,
    struct aws_error *refusal) {
    const struct personalize_control_row *row = personalize_control_kind_row(kind);
    if (kind < PERSONALIZE_CONTROL_STORED) {
        struct resource *resource = plane_find(cloud, kind, arn, refusal);
        if (resource) plane_show(cloud, resource, json_add_object(reply, row->member));
        return resource != NULL;
    }
    const struct personalize_control_recipe *recipe =
        kind == PERSONALIZE_CONTROL_RECIPE ? personalize_control_recipe_find(arn) : NULL;
    if (kind == PERSONALIZE_CONTROL_RECOMMENDER || (kind == PERSONALIZE_CONTROL_RECIPE && !recipe))
        return refuse_missing(row, arn, refusal);
    struct json_node *out = json_add_object(reply, row->member);
    if (recipe) {
        plane_show_recipe(recipe, false, out);
        return true;
    }
    const bool is_known = kind == PERSONALIZE_CONTROL_ALGORITHM
                              ? plane_show_algorithm(arn, out)
                              : plane_show_transformation(arn, out);
    return is_known || refuse_missing(row, arn, refusal);
}

// ---- listing ----

// A page: entries after the one that the token names, at most so many.
struct page {
    const struct personalize_control_row *row;
    struct json_node *list;
    int64_t most;
    struct str after; // of the entry that the page before ended with; empty: from the first
    bool has_found;   // that entry has gone by
    struct buf last;  // of the entry added last
    bool has_more;
};

// The token is the list's name and the last entry, so that one of another list is refused.
static void add_token(const struct page *page, struct json_node *reply) {
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(buf_release) struct buf token = {0};
    buf_add_format(&text, "%s ", page->row->list_member);
    buf_add(&text, buf_str(&page->last));
    base64_encode(&token, buf_str(&text));
    json_add_text(reply, "nextToken", buf_str(&token));
}

static bool read_token(struct page *page, struct str token, struct buf *text) {
    struct str list;
    struct error ignored;
    if (!token.len) {
        page->has_found = true;
        return true;
    }
    if (!base64_decode(text, token, &ignored)) return false;
    return str_split(buf_str(text), ' ', &list, &page->after) &&
           str_equal(list, str_from(page->row->list_member));
}

// Is the entry of that ARN on the page? Whatever is not on it is passed over.
static bool is_on_page(struct page *page, struct str arn) {
    if (!page->has_found) {
        page->has_found = str_equal(arn, page->after);
        return false;
    }
    if (page->has_more) return false;
    page->has_more = json_count(page->list) >= (size_t)page->most;
    if (page->has_more) return false;
    buf_reset(&page->last);
    buf_add(&page->last, arn);
    return true;
}

static bool is_child(const struct resource *resource, const char *member, struct str parent) {
    const bool is_campaign = resource->kind == PERSONALIZE_CONTROL_CAMPAIGN;
    if (!parent.len) return true;
    const struct str named = resources_text(resource, is_campaign ? "solutionVersionArn" : member);
    if (!is_campaign) return str_equal(named, parent);
    return str_starts_with(named, parent) && named.len > parent.len && named.ptr[parent.len] == '/';
}

static void list_resources(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    const struct json_node *input,
    struct page *page) {
    const char *member = page->row->parent_member;
    const struct str parent = member ? json_get_text(input, member) : STR("");
    struct resource *one = NULL;
    while ((one = resources_next(cloud, kind, one))) {
        if (is_child(one, member, parent) && is_on_page(page, one->arn))
            plane_show_summary(cloud, one, json_add_object(page->list, NULL));
    }
}

static void list_recipes(const struct json_node *input, struct page *page) {
    const struct str domain = json_get_text(input, "domain");
    for (size_t i = 0; i < personalize_control_recipe_count(); i++) {
        const struct personalize_control_recipe *recipe = personalize_control_recipe_at(i);
        if (domain.len && (!recipe->domain || !str_equal(domain, str_from(recipe->domain))))
            continue;
        if (is_on_page(page, str_from(recipe->name)))
            plane_show_recipe(recipe, true, json_add_object(page->list, NULL));
    }
}

static bool list(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    CLEANUP(buf_release) struct buf token = {0};
    struct page page = {.row = personalize_control_kind_row(kind), .most = DEFAULT_PAGE};
    const struct str solution_arn = json_get_text(input, "solutionArn");
    if (kind == PERSONALIZE_CONTROL_SOLUTION_VERSION && solution_arn.len &&
        !plane_find(cloud, PERSONALIZE_CONTROL_SOLUTION, solution_arn, refusal)) {
        return false;
    }
    (void)json_integer(json_get(input, "maxResults"), &page.most);
    page.list = json_add_array(reply, page.row->list_member);
    if (read_token(&page, json_get_text(input, "nextToken"), &token)) {
        if (kind == PERSONALIZE_CONTROL_RECIPE)
            list_recipes(input, &page);
        else
            list_resources(cloud, kind, input, &page);
    }
    if (page.has_found && page.has_more) add_token(&page, reply);
    buf_release(&page.last);
    if (page.has_found) return true;
    return plane_refuse(refusal, "InvalidNextTokenException", "The token is not valid.");
}

// ---- replies ----

static void answer(struct cloud *cloud, struct exchange *exchange, const struct json *reply) {
    CLEANUP(buf_release) struct buf text = {0};
    json_print(reply->root, &text);
    exchange->response.status = 200;
    response_set_body(
        &exchange->response, str_from(operation_content_type(OPERATION_JSON11)), buf_str(&text));
    calls_add_request_id(cloud, exchange);
}

// Metrics may be on their way: then the exchange is held, and asked again through this function.
static enum server_verdict answer_metrics(void *context, struct exchange *exchange) {
    struct cloud *cloud = context;
    const struct operation *operation = operation_get(OPERATION_GET_SOLUTION_METRICS);
    CLEANUP(json_release) struct json input = {0};
    CLEANUP(json_release) struct json reply = {0};
    struct aws_error refusal;
    struct error err = {0};
    struct json_node *root = json_new_object(&reply);
    if (!json_parse(exchange->body, &input, &err)) {
        calls_refuse_input(cloud, exchange, operation, "SerializationException", &err);
        return SERVER_ANSWER;
    }
    struct resource *version = plane_find_active(
        cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION,
        json_get_text(input.root, "solutionVersionArn"), &refusal);
    if (!version) {
        calls_refuse(cloud, exchange, operation, &refusal);
        return SERVER_ANSWER;
    }
    const struct json_node *metrics = solution_metrics_find(cloud, version);
    const int64_t now_ms = clock_monotonic_ms();
    if (!metrics && now_ms - exchange->started_us / 1000 < METRICS_PATIENCE_MS) {
        exchange->again = answer_metrics;
        exchange->hold_until_ms = now_ms + METRICS_LOOK_MS;
        return SERVER_HOLD;
    }
    if (!metrics) {
        (void)plane_refuse(&refusal, "ThrottlingException", "The metrics are being computed.");
        calls_refuse(cloud, exchange, operation, &refusal);
        return SERVER_ANSWER;
    }
    json_add_text(root, "solutionVersionArn", version->arn);
    json_add_copy(root, "metrics", metrics);
    answer(cloud, exchange, &reply);
    return SERVER_ANSWER;
}

// Elsewhere there is nothing, and nothing can be made: the sandbox is one region.
static bool check_region(
    struct cloud *cloud,
    const struct personalize_control_operation *row,
    struct str region,
    struct aws_error *refusal) {
    if (str_equal(region, str_from(cloud_region(cloud))) ||
        row->kind >= PERSONALIZE_CONTROL_STORED) {
        return true;
    }
    return plane_refuse(
        refusal, row->verb == PERSONALIZE_CONTROL_CREATE ? PLANE_INVALID : PLANE_NOT_FOUND,
        "The sandbox's resources are in %s, not in " STR_FMT, cloud_region(cloud), STR_ARG(region));
}

// The member that names what the call is about; of a Create the group or the solution.
static struct str
resource_of(const struct personalize_control_operation *row, const struct json_node *input) {
    for (size_t i = 0; i < ARRAY_COUNT(row->members) && row->members[i].name; i++) {
        if (row->members[i].type == PERSONALIZE_CONTROL_ARN)
            return json_get_text(input, row->members[i].name);
    }
    return STR("");
}

static bool carry_out(
    struct cloud *cloud,
    const struct personalize_control_operation *row,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal) {
    const struct str arn = resource_of(row, input);
    plane_fn *run = find_particular(row->id);
    if (run) return run(cloud, input, reply, refusal);
    if (row->verb == PERSONALIZE_CONTROL_DESCRIBE)
        return describe(cloud, row->kind, arn, reply, refusal);
    if (row->verb == PERSONALIZE_CONTROL_LIST_ALL)
        return list(cloud, row->kind, input, reply, refusal);
    ASSERT(row->verb == PERSONALIZE_CONTROL_DELETE);
    struct resource *resource = plane_find(cloud, row->kind, arn, refusal);
    return resource && plane_delete(cloud, resource, refusal);
}

static enum server_verdict
run(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    const struct personalize_control_operation *row = personalize_control_find(call->operation->id);
    CLEANUP(json_release) struct json input = {0};
    CLEANUP(json_release) struct json reply = {0};
    struct aws_error refusal;
    struct error err = {0};
    ASSERT(row != NULL);
    resources_sweep(cloud);
    if (!personalize_control_read(row, exchange->body, &input, &err)) {
        calls_refuse_input(cloud, exchange, call->operation, personalize_error_code(&err), &err);
        return SERVER_ANSWER;
    }
    if (!access_allows(
            cloud, &call->caller, call->operation->iam_action, resource_of(row, input.root),
            &refusal) ||
        !check_region(cloud, row, call->region, &refusal)) {
        calls_refuse(cloud, exchange, call->operation, &refusal);
        return SERVER_ANSWER;
    }
    if (row->id == OPERATION_GET_SOLUTION_METRICS) return answer_metrics(cloud, exchange);
    if (carry_out(cloud, row, input.root, json_new_object(&reply), &refusal))
        answer(cloud, exchange, &reply);
    else
        calls_refuse(cloud, exchange, call->operation, &refusal);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_CREATE_DATASET_GROUP, run},
    {OPERATION_DESCRIBE_DATASET_GROUP, run},
    {OPERATION_LIST_DATASET_GROUPS, run},
    {OPERATION_DELETE_DATASET_GROUP, run},
    {OPERATION_CREATE_SCHEMA, run},
    {OPERATION_DESCRIBE_SCHEMA, run},
    {OPERATION_LIST_SCHEMAS, run},
    {OPERATION_DELETE_SCHEMA, run},
    {OPERATION_CREATE_DATASET, run},
    {OPERATION_DESCRIBE_DATASET, run},
    {OPERATION_LIST_DATASETS, run},
    {OPERATION_UPDATE_DATASET, run},
    {OPERATION_DELETE_DATASET, run},
    {OPERATION_CREATE_SOLUTION, run},
    {OPERATION_DESCRIBE_SOLUTION, run},
    {OPERATION_LIST_SOLUTIONS, run},
    {OPERATION_UPDATE_SOLUTION, run},
    {OPERATION_DELETE_SOLUTION, run},
    {OPERATION_CREATE_SOLUTION_VERSION, run},
    {OPERATION_DESCRIBE_SOLUTION_VERSION, run},
    {OPERATION_LIST_SOLUTION_VERSIONS, run},
    {OPERATION_STOP_SOLUTION_VERSION_CREATION, run},
    {OPERATION_GET_SOLUTION_METRICS, run},
    {OPERATION_CREATE_CAMPAIGN, run},
    {OPERATION_DESCRIBE_CAMPAIGN, run},
    {OPERATION_LIST_CAMPAIGNS, run},
    {OPERATION_UPDATE_CAMPAIGN, run},
    {OPERATION_DELETE_CAMPAIGN, run},
    {OPERATION_CREATE_EVENT_TRACKER, run},
    {OPERATION_DESCRIBE_EVENT_TRACKER, run},
    {OPERATION_LIST_EVENT_TRACKERS, run},
    {OPERATION_DELETE_EVENT_TRACKER, run},
    {OPERATION_CREATE_FILTER, run},
    {OPERATION_DESCRIBE_FILTER, run},
    {OPERATION_LIST_FILTERS, run},
    {OPERATION_DELETE_FILTER, run},
    {OPERATION_LIST_RECIPES, run},
    {OPERATION_DESCRIBE_RECIPE, run},
    {OPERATION_DESCRIBE_ALGORITHM, run},
    {OPERATION_DESCRIBE_FEATURE_TRANSFORMATION, run},
    {OPERATION_LIST_RECOMMENDERS, run},
    {OPERATION_DESCRIBE_RECOMMENDER, run},
    {OPERATION_TAG_RESOURCE, run},
    {OPERATION_UNTAG_RESOURCE, run},
    {OPERATION_LIST_TAGS_FOR_RESOURCE, run},
};

struct calls calls_personalize_control(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
