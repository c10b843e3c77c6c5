// policy_internal — what the files of the policy language share.
#pragma once

#include "aws/policy.h"

// ---- policy_positions.c ----
// Where the statements stand that are the value of a well-formed document's n-th member, in order; at
// most `cap`.
size_t policy_find_positions(
    struct str text,
    size_t member,
    struct policy_position *from,
    struct policy_position *to,
    size_t cap);
struct policy_position policy_position_at(struct str text, size_t byte);

// ---- policy_condition.c ----
enum policy_quantifier { POLICY_QUANTIFIER_NONE, POLICY_QUANTIFIER_ALL, POLICY_QUANTIFIER_ANY };
// Sets operator_row, quantifier and if_exists from operator_name; false: there is no such operator.
bool policy_find_operator(struct policy_condition *condition);
bool policy_condition_holds(
    const struct policy *policy,
    const struct policy_condition *condition,
    const struct policy_request *request);

// ---- policy_match.c ----
#define POLICY_ANY_TEXT                                                                            \
    '\x01' // what `*` and `?` of a pattern become once its variables are filled in
#define POLICY_ANY_CHARACTER '\x02'
const struct policy_fact *policy_find_fact(const struct policy_request *request, struct str key);
// The pattern with its variables' values in place; false: a variable without value or default.
// `with_wildcards` false: `*` and `?` stay characters.
bool policy_fill_in(
    const struct policy *policy,
    struct str pattern,
    const struct policy_request *request,
    bool with_wildcards,
    struct buf *out);
bool policy_matches_filled(struct str filled, struct str text, bool ignores_case);
// Takes the next ${…} out of `rest`: its key and default. False: there is no more.
struct policy_variable {
    struct str key, fallback; // key "*", "?" or "$" stands for that character
    bool has_fallback;
};
bool policy_next_variable(struct str *rest, struct str *before, struct policy_variable *out);

// ---- policy_principal.c ----
// Fills the statement's principals; on failure `err` holds IAM's words, the hint what to do.
bool policy_read_principals(
    enum policy_kind kind,
    const struct json_node *node,
    struct policy_statement *statement,
    struct error *err) MUST_CHECK;
