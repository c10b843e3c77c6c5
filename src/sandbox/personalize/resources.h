// resources — the account's resources of Personalize: dataset groups, schemas, datasets, solutions and
// their versions, campaigns, event trackers, filters.
//
// Shape    all of them in memory, each also a record of the store (kind "personalize", id = ARN). What a
//          campaign, filter, schema or dataset means is worked out once and kept beside it: the hot path
//          reads neither JSON nor SQL.
// Life     statuses follow from times (personalize_control.h); one that is gone is removed by
//          resources_sweep, which every call of the control plane begins with.
// Durable  written in the open transaction. resources_load takes everything from the store again: after
//          a commit that failed, and after a reset, which finds none and makes the workshop's.
// Order    resources_next goes by time of creation, then ARN.
// Owns     the registry owns resources and what is compiled; pointers are good until the next
//          resources_sweep, _remove or _load.
// Threads  the sandbox's.
#pragma once

#include "aws/aws_error.h"
#include "aws/personalize_control.h"
#include "aws/personalize_schema.h"
#include "cloud.h"

#define RESOURCES_RECORDS "personalize"
#define RESOURCES_ISSUED 4096

struct campaign;         // campaigns.h
struct dataset;          // datasets.h
struct filter;           // filters.h
struct solution_metrics; // solution_metrics.h

struct resource {
    enum personalize_control_kind kind;
    size_t at;         // in the registry
    struct json shown; // owned: what Describe shows, but for status and dates
    struct json kept;  // owned: tags, update of a campaign, metrics of a version
    // views of `shown`, empty where it has none
    struct str arn, group_arn, tracking_id;
    struct personalize_control_life life;
    int64_t updated_ms;  // the last change by a call
    int64_t changing_ms; // since when an update of a campaign is under way; 0: none
    // worked out; owned; by kind
    struct personalize_schema schema;
    struct dataset *dataset;
    struct campaign *campaign;
    struct filter *filter;
    struct solution_metrics *metrics;
};

struct resources {
    struct resource **all; // owned
    size_t count, cap;
    uint64_t generation;    // see resources_generation
    int64_t next_change_ms; // when a status changes by itself
    // hashes of the newest recommendationIds, so that events that give one back can be counted
    uint64_t issued[RESOURCES_ISSUED];
};

void resources_load(struct cloud *cloud);
void resources_free(struct resources *resources);

// NULL when there is none, or it is gone.
struct resource *
resources_find(struct cloud *cloud, enum personalize_control_kind kind, struct str arn);
struct resource *resources_next(
    struct cloud *cloud, enum personalize_control_kind kind, const struct resource *after);
enum personalize_control_status
resources_status(const struct cloud *cloud, const struct resource *resource);
bool resources_is_active(const struct cloud *cloud, const struct resource *resource);
struct str resources_text(const struct resource *resource, const char *member); // of `shown`

// Another number after every change, also of a status by time: what is worked out from several resources
// is good as long as it stays.
uint64_t resources_generation(struct cloud *cloud);

// Takes the document over. `created_ms` 0: now.
struct resource *resources_add(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct json *take_shown,
    int64_t created_ms);
void resources_save(struct cloud *cloud, struct resource *resource);   // after a change by a call
void resources_keep(struct cloud *cloud, struct resource *resource);   // after one of `kept` alone
void resources_delete(struct cloud *cloud, struct resource *resource); // begins its end
void resources_sweep(struct cloud *cloud);
// arn:aws:personalize:REGION:ACCOUNT:part/name
void resources_add_arn(
    const struct cloud *cloud, const char *part, struct str name, struct buf *out);
int64_t resources_step_ms(const struct cloud *cloud);

void resources_note_issued(struct cloud *cloud, struct str recommendation_id);
bool resources_was_issued(const struct cloud *cloud, struct str recommendation_id); // lately

// The workshop's, of product.md 4; resources_seed.c.
void resources_seed(struct cloud *cloud);
