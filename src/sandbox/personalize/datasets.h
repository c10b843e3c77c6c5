// datasets — the records of Items and Users datasets: what filters and metadata read.
//
// Shape    a dataset's rows are read from the store at its first use and kept compactly: one block per
//          row with the value of every field of the schema. Rows are found by id.
// Model    an item that is put enters the recommender's catalogue as well (ledger_add_item).
// Limits   DATASETS_LIMIT_BYTES over all, DATASETS_LIMIT_ROWS a dataset; more is LimitExceededException.
// Durable  a record of the store for each row, in the open transaction: kind "personalize-records",
//          id = dataset ARN, a blank, the row's id; the body holds the properties.
// Threads  the sandbox's.
// Source   aws.md 3.2.
#pragma once

#include "aws/personalize.h"
#include "personalize/resources.h"

#define DATASETS_RECORDS "personalize-records"
#define DATASETS_LIMIT_BYTES ((size_t)256 << 20)
#define DATASETS_LIMIT_ROWS ((size_t)1 << 19)

// Checks all records before it takes any. The dataset must be ACTIVE and of the kind's type.
// `region`: where the request arrived.
bool datasets_put(
    struct cloud *cloud,
    struct str region,
    const struct personalize_records *records,
    enum personalize_records_kind kind,
    struct aws_error *refusal);

// The ACTIVE dataset of that type in a group, read; NULL: none.
struct dataset *
datasets_of_group(struct cloud *cloud, struct str group_arn, enum personalize_schema_dataset type);
const struct personalize_schema *datasets_schema(const struct dataset *dataset);
bool datasets_find(const struct dataset *dataset, struct str id, uint32_t *row);
uint32_t datasets_count(const struct dataset *dataset); // rows are numbered below it
struct str datasets_id(const struct dataset *dataset, uint32_t row);
uint64_t datasets_version(const struct dataset *dataset); // another one after every put
// The value of a field; kind NONE when the row has none. Texts live until the row is put again.
void datasets_get(
    const struct dataset *dataset,
    uint32_t row,
    size_t field,
    struct personalize_schema_value *out);

void datasets_free(struct dataset *dataset);
// The stored rows of a dataset that goes.
void datasets_remove_all(struct cloud *cloud, const struct resource *resource);
// A row of the made history, without checks.
void datasets_seed_row(
    struct cloud *cloud, const struct resource *resource, struct str id, struct str properties);
