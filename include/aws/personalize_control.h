// personalize_control — the control plane of Personalize as tables: kinds of resources, operations with
// their members, recipes, and how a status advances.
//
// Shape    a kind tells the names under which it is described, listed and addressed; an operation tells
//          which members it takes. personalize_control_read checks a request by its row. What an
//          operation does is the server's business.
// Life     statuses follow from times alone: one step CREATE PENDING, one step CREATE IN_PROGRESS, then
//          ACTIVE; likewise DELETE PENDING, DELETE IN_PROGRESS, gone. A step of 0 is over at once.
// Errors   ERROR_USAGE for a member that breaks a limit (InvalidInputException), ERROR_INVALID for JSON
//          that cannot be read (SerializationException): personalize_error_code.
// Threads  any; tables are constant.
// Source   aws.md 3.3; botocore service model of personalize.
#pragma once

#include "aws/operation.h"
#include "base/json.h"

enum personalize_control_kind {
    PERSONALIZE_CONTROL_DATASET_GROUP,
    PERSONALIZE_CONTROL_SCHEMA,
    PERSONALIZE_CONTROL_DATASET,
    PERSONALIZE_CONTROL_SOLUTION,
    PERSONALIZE_CONTROL_SOLUTION_VERSION,
    PERSONALIZE_CONTROL_CAMPAIGN,
    PERSONALIZE_CONTROL_EVENT_TRACKER,
    PERSONALIZE_CONTROL_FILTER,
    PERSONALIZE_CONTROL_STORED, // the kinds above are resources of the account; those below are not
    PERSONALIZE_CONTROL_RECIPE = PERSONALIZE_CONTROL_STORED,
    PERSONALIZE_CONTROL_ALGORITHM,
    PERSONALIZE_CONTROL_FEATURE_TRANSFORMATION,
    PERSONALIZE_CONTROL_RECOMMENDER,
    PERSONALIZE_CONTROL_KIND_COUNT,
};

struct personalize_control_row {
    const char *words;         // "campaign"
    const char *arn_part;      // "campaign": arn:…:campaign/NAME
    const char *arn_member;    // "campaignArn"
    const char *member;        // what Describe answers: "campaign"
    const char *list_member;   // what List answers: "campaigns"; filters are "Filters"
    const char *parent_member; // what List may choose by: "solutionArn"; NULL: nothing
    bool has_status;
    const char *summary[8]; // the members of an entry of a list, besides status and dates
};
const struct personalize_control_row *
personalize_control_kind_row(enum personalize_control_kind kind);

enum personalize_control_type {
    PERSONALIZE_CONTROL_NAME,
    PERSONALIZE_CONTROL_ARN,
    PERSONALIZE_CONTROL_ROLE, // ARN of a role
    PERSONALIZE_CONTROL_TEXT,
    PERSONALIZE_CONTROL_INTEGER,
    PERSONALIZE_CONTROL_BOOLEAN,
    PERSONALIZE_CONTROL_OBJECT,
    PERSONALIZE_CONTROL_LIST,
};
struct personalize_control_member {
    const char *name;
    enum personalize_control_type type;
    bool is_required;
    int64_t least, most;   // length of texts and lists, value of integers; most 0: none
    const char *values[3]; // when given: one of these
};
enum personalize_control_verb {
    PERSONALIZE_CONTROL_CREATE,
    PERSONALIZE_CONTROL_DESCRIBE,
    PERSONALIZE_CONTROL_LIST_ALL,
    PERSONALIZE_CONTROL_UPDATE,
    PERSONALIZE_CONTROL_DELETE,
    PERSONALIZE_CONTROL_OTHER,
};
struct personalize_control_operation {
    enum operation_id id;
    enum personalize_control_kind kind;
    enum personalize_control_verb verb;
    struct personalize_control_member members[9];
};
// NULL: no operation of the control plane.
const struct personalize_control_operation *personalize_control_find(enum operation_id id);
bool personalize_control_read(
    const struct personalize_control_operation *operation,
    struct str body,
    struct json *out,
    struct error *err) MUST_CHECK;

// ---- life ----

#define PERSONALIZE_CONTROL_STATUSES(X)                                                            \
    X(PERSONALIZE_CONTROL_CREATE_PENDING, "CREATE PENDING")                                        \
    X(PERSONALIZE_CONTROL_CREATE_IN_PROGRESS, "CREATE IN_PROGRESS")                                \
    X(PERSONALIZE_CONTROL_ACTIVE, "ACTIVE")                                                        \
    X(PERSONALIZE_CONTROL_CREATE_STOPPING, "CREATE STOPPING")                                      \
    X(PERSONALIZE_CONTROL_CREATE_STOPPED, "CREATE STOPPED")                                        \
    X(PERSONALIZE_CONTROL_DELETE_PENDING, "DELETE PENDING")                                        \
    X(PERSONALIZE_CONTROL_DELETE_IN_PROGRESS, "DELETE IN_PROGRESS")                                \
    X(PERSONALIZE_CONTROL_GONE, "")
enum personalize_control_status {
#define X(value, text) value,
    PERSONALIZE_CONTROL_STATUSES(X)
#undef X
};
const char *personalize_control_status_text(enum personalize_control_status status);

struct personalize_control_life {
    int64_t created_ms, stopped_ms, deleted_ms; // 0: not yet
    int64_t step_ms;
};
enum personalize_control_status
personalize_control_status(const struct personalize_control_life *life, int64_t now_ms);
// When it last changed its status, or was made.
int64_t personalize_control_changed_ms(const struct personalize_control_life *life, int64_t now_ms);
// When it changes by itself; INT64_MAX: not any more.
int64_t personalize_control_next_ms(const struct personalize_control_life *life, int64_t now_ms);

// ---- recipes ----

enum personalize_control_answer { // which question a recipe's campaigns answer
    PERSONALIZE_CONTROL_FOR_USER,
    PERSONALIZE_CONTROL_RANKING,
    PERSONALIZE_CONTROL_RELATED,
    PERSONALIZE_CONTROL_POPULAR,
    PERSONALIZE_CONTROL_TRENDING,
    PERSONALIZE_CONTROL_ACTIONS,
    PERSONALIZE_CONTROL_SEGMENTS,   // batch only
    PERSONALIZE_CONTROL_FOR_DOMAIN, // of domain recommenders
};
struct personalize_control_recipe {
    const char *name; // "aws-sims"
    const char *type; // "RELATED_ITEMS"
    const char *domain;
    enum personalize_control_answer answer;
    const char *description;
};
size_t personalize_control_recipe_count(void);
const struct personalize_control_recipe *personalize_control_recipe_at(size_t at);
// From its ARN, of any partition; NULL: none.
const struct personalize_control_recipe *personalize_control_recipe_find(struct str arn);
