// resources — see the header.
#include "personalize/resources.h"

#include "base/memory.h"
#include "personalize/campaigns.h"
#include "personalize/datasets.h"
#include "personalize/filters.h"
#include "personalize/solution_metrics.h"
#include "recommender/names.h"
#include "store_records.h"

#define SEEDED "resources" // settings: the workshop's have been made

int64_t resources_step_ms(const struct cloud *cloud) {
    if (cloud->options.has_instant_statuses) return 0;
    return cloud->options.status_step_ms > 0 ? cloud->options.status_step_ms
                                             : SANDBOX_STATUS_STEP_MS;
}

struct str resources_text(const struct resource *resource, const char *member) {
    return json_get_text(resource->shown.root, member);
}

enum personalize_control_status
resources_status(const struct cloud *cloud, const struct resource *resource) {
    return personalize_control_status(&resource->life, cloud->now_ms);
}

bool resources_is_active(const struct cloud *cloud, const struct resource *resource) {
    return resources_status(cloud, resource) == PERSONALIZE_CONTROL_ACTIVE;
}

void resources_add_arn(
    const struct cloud *cloud, const char *part, struct str name, struct buf *out) {
    buf_add_format(
        out, "arn:aws:personalize:%s:%s:%s/" STR_FMT, cloud_region(cloud), cloud_account(cloud),
        part, STR_ARG(name));
}

static void note_change(struct cloud *cloud) {
    cloud->resources->generation++;
    cloud->resources->next_change_ms = 0; // to be found again
}

uint64_t resources_generation(struct cloud *cloud) {
    struct resources *resources = cloud->resources;
    if (cloud->now_ms < resources->next_change_ms) return resources->generation;
    resources->generation++;
    resources->next_change_ms = INT64_MAX;
    for (size_t i = 0; i < resources->count; i++) {
        const int64_t next_ms =
            personalize_control_next_ms(&resources->all[i]->life, cloud->now_ms);
        if (next_ms < resources->next_change_ms) resources->next_change_ms = next_ms;
    }
    return resources->generation;
}

// ---- what is worked out ----

static void forget_compiled(struct resource *resource) {
    personalize_schema_release(&resource->schema);
    datasets_free(resource->dataset);
    campaigns_free(resource->campaign);
    filters_free(resource->filter);
    resource->dataset = NULL;
    resource->campaign = NULL;
    resource->filter = NULL;
}

// Only what the resource itself says; what depends on others is found at first use.
static void compile(struct resource *resource) {
    struct error ignored;
    forget_compiled(resource);
    resource->arn =
        resources_text(resource, personalize_control_kind_row(resource->kind)->arn_member);
    resource->group_arn = resources_text(resource, "datasetGroupArn");
    resource->tracking_id = resources_text(resource, "trackingId");
    if (resource->kind == PERSONALIZE_CONTROL_SCHEMA) {
        (void)!personalize_schema_parse(
            resources_text(resource, "schema"), &resource->schema, &ignored);
    } else if (resource->kind == PERSONALIZE_CONTROL_CAMPAIGN) {
        resource->campaign = campaigns_compile(resource);
    } else if (resource->kind == PERSONALIZE_CONTROL_FILTER) {
        resource->filter = filters_compile(resources_text(resource, "filterExpression"), &ignored);
    }
}

static void free_resource(struct resource *resource) {
    forget_compiled(resource);
    solution_metrics_free(resource->metrics);
    json_release(&resource->shown);
    json_release(&resource->kept);
    mem_free(resource);
}

// ---- the registry ----

static void empty(struct resources *resources) {
    for (size_t i = 0; i < resources->count; i++)
        free_resource(resources->all[i]);
    mem_free(resources->all);
    resources->all = NULL;
    resources->count = resources->cap = 0;
    resources->generation++;
    resources->next_change_ms = 0;
}

void resources_free(struct resources *resources) {
    if (!resources) return;
    empty(resources);
    mem_free(resources);
}

static struct resource *append(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct json *take_shown,
    int64_t created_ms) {
    struct resources *resources = cloud->resources;
    struct resource *resource = MEM_NEW(struct resource);
    if (resources->count == resources->cap) {
        resources->cap = resources->cap ? resources->cap * 2 : 32;
        resources->all = mem_resize(resources->all, resources->cap, sizeof(void *));
    }
    resource->at = resources->count;
    resources->all[resources->count++] = resource;
    note_change(cloud);
    resource->kind = kind;
    resource->shown = *take_shown;
    *take_shown = (struct json){0};
    resource->updated_ms = created_ms;
    // What has no status is there at once.
    const bool has_status = personalize_control_kind_row(kind)->has_status;
    resource->life = (struct personalize_control_life){
        .created_ms = created_ms, .step_ms = has_status ? resources_step_ms(cloud) : 0};
    return resource;
}

struct resource *
resources_find(struct cloud *cloud, enum personalize_control_kind kind, struct str arn) {
    const struct resources *resources = cloud->resources;
    for (size_t i = 0; i < resources->count; i++) {
        struct resource *resource = resources->all[i];
        if (resource->kind != kind || !str_equal(resource->arn, arn)) continue;
        return resources_status(cloud, resource) == PERSONALIZE_CONTROL_GONE ? NULL : resource;
    }
    return NULL;
}

struct resource *resources_next(
    struct cloud *cloud, enum personalize_control_kind kind, const struct resource *after) {
    const struct resources *resources = cloud->resources;
    for (size_t i = after ? after->at + 1 : 0; i < resources->count; i++) {
        if (resources->all[i]->kind == kind &&
            resources_status(cloud, resources->all[i]) != PERSONALIZE_CONTROL_GONE) {
            return resources->all[i];
        }
    }
    return NULL;
}

// ---- in the store ----

static void write(struct cloud *cloud, const struct resource *resource) {
    CLEANUP(json_release) struct json body = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct json_node *root = json_new_object(&body);
    json_add_integer(root, "kind", resource->kind);
    json_add_copy(root, "shown", resource->shown.root);
    if (resource->kept.root) json_add_copy(root, "kept", resource->kept.root);
    json_add_integer(root, "stopped_ms", resource->life.stopped_ms);
    json_add_integer(root, "deleted_ms", resource->life.deleted_ms);
    json_add_integer(root, "changing_ms", resource->changing_ms);
    json_print(root, &text);
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = STR(RESOURCES_RECORDS),
                          .id = resource->arn,
                          .body = buf_str(&text),
                          .created_at_ms = resource->life.created_ms,
                          .updated_at_ms = resource->updated_ms});
}

static bool read_record(void *context, const struct store_record *record) {
    struct cloud *cloud = context;
    CLEANUP(json_release) struct json body = {0};
    CLEANUP(json_release) struct json shown = {0};
    struct error ignored;
    int64_t kind = 0;
    if (!json_parse(record->body, &body, &ignored) ||
        !json_integer(json_get(body.root, "kind"), &kind) || kind < 0 ||
        kind >= PERSONALIZE_CONTROL_STORED || !json_copy(json_get(body.root, "shown"), &shown)) {
        return true; // written by nobody we know
    }
    struct resource *resource =
        append(cloud, (enum personalize_control_kind)kind, &shown, record->created_at_ms);
    (void)json_copy(json_get(body.root, "kept"), &resource->kept);
    resource->updated_ms = record->updated_at_ms;
    (void)json_integer(json_get(body.root, "stopped_ms"), &resource->life.stopped_ms);
    (void)json_integer(json_get(body.root, "deleted_ms"), &resource->life.deleted_ms);
    (void)json_integer(json_get(body.root, "changing_ms"), &resource->changing_ms);
    compile(resource);
    return true;
}

static int compare(const void *left, const void *right) {
    const struct resource *a = *(struct resource *const *)left;
    const struct resource *b = *(struct resource *const *)right;
    if (a->life.created_ms != b->life.created_ms)
        return a->life.created_ms < b->life.created_ms ? -1 : 1;
    return str_compare(a->arn, b->arn);
}

void resources_load(struct cloud *cloud) {
    if (!cloud->resources) cloud->resources = MEM_NEW(struct resources);
    empty(cloud->resources);
    if (!store_get_meta_int(cloud->store, SEEDED, 0)) {
        store_set_meta_int(cloud->store, SEEDED, 1);
        resources_seed(cloud);
    } else {
        store_each_record(cloud->store, STR(RESOURCES_RECORDS), STR(""), 0, read_record, cloud);
    }
    if (cloud->resources->count) {
        qsort(cloud->resources->all, cloud->resources->count, sizeof(void *), compare);
    }
    for (size_t i = 0; i < cloud->resources->count; i++)
        cloud->resources->all[i]->at = i;
}

struct resource *resources_add(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct json *take_shown,
    int64_t created_ms) {
    struct resource *resource =
        append(cloud, kind, take_shown, created_ms ? created_ms : cloud->now_ms);
    compile(resource);
    write(cloud, resource);
    return resource;
}

void resources_save(struct cloud *cloud, struct resource *resource) {
    note_change(cloud);
    resource->updated_ms = cloud->now_ms;
    compile(resource);
    write(cloud, resource);
}

void resources_keep(struct cloud *cloud, struct resource *resource) {
    write(cloud, resource);
}

void resources_delete(struct cloud *cloud, struct resource *resource) {
    note_change(cloud);
    resource->life.deleted_ms = cloud->now_ms;
    write(cloud, resource);
    resources_sweep(cloud);
}

void resources_sweep(struct cloud *cloud) {
    struct resources *resources = cloud->resources;
    size_t kept = 0;
    for (size_t i = 0; i < resources->count; i++) {
        struct resource *resource = resources->all[i];
        if (resources_status(cloud, resource) != PERSONALIZE_CONTROL_GONE) {
            resource->at = kept;
            resources->all[kept++] = resource;
            continue;
        }
        if (resource->kind == PERSONALIZE_CONTROL_DATASET) datasets_remove_all(cloud, resource);
        store_remove_record(cloud->store, STR(RESOURCES_RECORDS), resource->arn);
        free_resource(resource);
        note_change(cloud);
    }
    resources->count = kept;
}

void resources_note_issued(struct cloud *cloud, struct str recommendation_id) {
    const uint64_t hash = names_hash(recommendation_id);
    cloud->resources->issued[hash % RESOURCES_ISSUED] = hash;
}

bool resources_was_issued(const struct cloud *cloud, struct str recommendation_id) {
    const uint64_t hash = names_hash(recommendation_id);
    return cloud->resources->issued[hash % RESOURCES_ISSUED] == hash;
}
