// personalize_schema — the Avro schema of a dataset: its fields, and records read by it.
//
// Shape    Avro JSON → fields; a record's `properties` (a JSON object with camelCase keys) → one value a
//          field, in the fields' order. NUM_RATINGS is numRatings there.
// Values   a categorical field may hold several, "a|b". Numbers may be written as text.
// Errors   ERROR_USAGE in the service's kind of words: a server answers InvalidInputException.
// Owns     schemas; `{0}` is empty, release takes NULL. Texts of values are views of what was read.
// Threads  any.
// Source   aws.md 3.2; developer guide "Schemas" and "Incremental item data".
#pragma once

#include "base/json.h"

#define PERSONALIZE_SCHEMA_MAX_CHARS 10000
#define PERSONALIZE_SCHEMA_MAX_FIELDS 100

enum personalize_schema_type {
    PERSONALIZE_SCHEMA_STRING,
    PERSONALIZE_SCHEMA_INTEGER, // int, long
    PERSONALIZE_SCHEMA_NUMBER,  // float, double
    PERSONALIZE_SCHEMA_BOOLEAN,
};
struct personalize_schema_field {
    char *name, *key; // owned: NUM_RATINGS, numRatings
    enum personalize_schema_type type;
    bool is_nullable, is_categorical, is_textual;
};
struct personalize_schema {
    struct personalize_schema_field *fields; // owned
    size_t count;
};

bool personalize_schema_parse(struct str avro, struct personalize_schema *out, struct error *err)
    MUST_CHECK;
void personalize_schema_release(struct personalize_schema *schema);
// In any case; false when it has no such field.
bool personalize_schema_find(const struct personalize_schema *schema, struct str name, size_t *out);

enum personalize_schema_dataset {
    PERSONALIZE_SCHEMA_INTERACTIONS,
    PERSONALIZE_SCHEMA_ITEMS,
    PERSONALIZE_SCHEMA_USERS,
    PERSONALIZE_SCHEMA_ACTIONS,
    PERSONALIZE_SCHEMA_ACTION_INTERACTIONS,
    PERSONALIZE_SCHEMA_DATASET_COUNT,
};
// "Items" and "ITEMS"; in any case.
bool personalize_schema_dataset_parse(struct str type, enum personalize_schema_dataset *out);
// "ITEMS": as in the ARN of the dataset.
const char *personalize_schema_dataset_name(enum personalize_schema_dataset dataset);
// Has it the fields that a dataset of that type must have?
bool personalize_schema_fits(
    const struct personalize_schema *schema,
    enum personalize_schema_dataset dataset,
    struct error *err) MUST_CHECK;

struct personalize_schema_value {
    enum { PERSONALIZE_SCHEMA_NONE, PERSONALIZE_SCHEMA_IS_TEXT, PERSONALIZE_SCHEMA_IS_NUMBER } kind;
    struct str text; // of numbers in text form too
    double number;
};
// `out` has room for schema->count values. `id_field`, "ITEM_ID", comes from outside the properties.
bool personalize_schema_read(
    const struct personalize_schema *schema,
    const struct json_node *properties,
    const char *id_field,
    struct personalize_schema_value *out,
    struct error *err) MUST_CHECK;
