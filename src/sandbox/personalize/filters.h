// filters — stored filters applied to questions.
//
// Shape    filters_compile reads an expression once; filters_begin binds it to the values of a question,
//          filters_apply adds it to a recommender's question, filters_end lets go. Two may be in use at
//          once, a filter and that of a promotion: filters_apply of the second joins the first.
// Cost     a filter that only excludes by events is a set of items and nothing else; others look at the
//          fields of each candidate. When its INCLUDEs let few items through, these are found once and kept
//          until the dataset changes: else the recommender would walk the whole catalogue for them.
// Model    interactions are the recommender's newest 100 of a user and event type.
// Threads  the sandbox's.
// Source   aws.md 3.1, 3.4.
#pragma once

#include "aws/filter_expression.h"
#include "personalize/resources.h"

struct filters_use;

struct filter *filters_compile(struct str expression, struct error *err); // NULL: cannot be read
void filters_free(struct filter *filter);
// Do the fields exist in the group's schemas, and are they of types that can be filtered?
bool filters_check_fields(
    struct cloud *cloud,
    const struct filter_expression *expression,
    struct str group_arn,
    struct error *err) MUST_CHECK;
const struct filter_expression *filters_expression(const struct filter *filter);

struct filters_question {
    struct str arn;       // of the filter; empty: none
    struct str group_arn; // of the campaign
    struct str user, item;
    const struct personalize_map *values;
    bool is_related; // the campaign answers for an item, so CurrentItem means something
};
// `out` NULL after success: no filter. The use is good until filters_end.
bool filters_begin(
    struct cloud *cloud,
    const struct filters_question *question,
    struct filters_use **out,
    struct aws_error *refusal) MUST_CHECK;
// `also` may be NULL, as may `use`: then nothing is added.
void filters_apply(
    struct filters_use *use, struct filters_use *also, struct recommender_question *question);
void filters_end(struct filters_use *use);
