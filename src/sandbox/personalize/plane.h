// plane — the control plane of Personalize: what each of its operations does.
//
// Shape    plane_calls.c reads the request by its row of personalize_control.h, asks for permission,
//          describes, lists and deletes any kind of resource alike, and writes the reply. What differs by
//          kind is here: what a new resource must satisfy and shows, what may be changed, what hinders
//          its end.
// Answers  false with the refusal, or true with `reply` filled (an object).
// Threads  the sandbox's.
// Source   aws.md 3.3.
#pragma once

#include "personalize/resources.h"

typedef bool plane_fn(
    struct cloud *cloud,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal);

// plane_create.c
plane_fn plane_create_dataset_group;
plane_fn plane_create_schema;
plane_fn plane_create_dataset;
plane_fn plane_create_event_tracker;
plane_fn plane_create_filter;
// plane_train.c
plane_fn plane_create_solution;
plane_fn plane_create_solution_version;
plane_fn plane_create_campaign;
plane_fn plane_update_campaign;
plane_fn plane_update_solution;
plane_fn plane_stop_solution_version;
// plane_change.c
plane_fn plane_update_dataset;
plane_fn plane_tag;
plane_fn plane_untag;
plane_fn plane_list_tags;
// Begins the end of a resource and of what goes with it; refused while something needs it.
bool plane_delete(struct cloud *cloud, struct resource *resource, struct aws_error *refusal);

// plane_show.c: as Describe shows it, and as an entry of a list.
void plane_show(struct cloud *cloud, struct resource *resource, struct json_node *out);
void plane_show_summary(struct cloud *cloud, struct resource *resource, struct json_node *out);
void plane_show_recipe(
    const struct personalize_control_recipe *recipe, bool is_summary, struct json_node *out);
bool plane_show_algorithm(struct str arn, struct json_node *out);
bool plane_show_transformation(struct str arn, struct json_node *out);
void plane_add_time(struct json_node *out, const char *member, int64_t ms); // epoch seconds

// What the files above share.
bool plane_refuse(struct aws_error *refusal, const char *code, const char *format, ...)
    PRINTF_LIKE(3, 4);
#define PLANE_INVALID "InvalidInputException"
#define PLANE_NOT_FOUND "ResourceNotFoundException"
#define PLANE_EXISTS "ResourceAlreadyExistsException"
#define PLANE_IN_USE "ResourceInUseException"
#define PLANE_LIMIT "LimitExceededException"
// Must exist; refused otherwise. plane_find_active also wants it ACTIVE.
struct resource *plane_find(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct str arn,
    struct aws_error *refusal);
struct resource *plane_find_active(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct str arn,
    struct aws_error *refusal);
// How many of a kind belong to the group (its dataset group; empty: all).
size_t plane_count(struct cloud *cloud, enum personalize_control_kind kind, struct str group_arn);
// Is the name of that kind taken? By ARN or, where the ARN does not hold it, by name.
bool plane_is_new(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct str arn,
    struct str name,
    struct aws_error *refusal);
// Adds the resource with the tags of the input, and its ARN to the reply. NULL after a refusal for tags.
struct resource *plane_add(
    struct cloud *cloud,
    enum personalize_control_kind kind,
    struct json *take_shown,
    const struct json_node *input,
    struct json_node *reply,
    struct aws_error *refusal);
void plane_copy(struct json_node *to, const struct json_node *from, const char *member);
