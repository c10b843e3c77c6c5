// policy — IAM policy documents as a language: reading them, deciding by them, telling which statement
// decided.
//
// Shape    JSON text in; statements out, which are views of the document the policy owns. A decision is
//          explicit deny before allow before implicit deny. Principals, session policies and several
//          documents at once are the caller's to combine: each document gives its own decision.
// Matching actions without regard to case; `*` and `?` in actions, resources, …Like conditions; policy
//          variables (${aws:username}, ${key, 'default'}, ${*}) in resources and in conditions on texts
//          and ARNs, when the document says Version 2012-10-17. A missing variable matches nothing.
// Limits   POLICY_MAX_BYTES of text, POLICY_MAX_STATEMENTS statements.
// Errors   ERROR_INVALID with IAM's words for MalformedPolicyDocument; the hint names line and column or
//          the statement. ERROR_LIMIT for a document that is too large.
// Owns     struct policy: policy_release.
// Threads  any; a parsed policy is constant.
// Source   IAM User Guide: "Grammar of the IAM JSON policy language", "Policy evaluation logic",
//          "IAM JSON policy elements: Condition operators".
#pragma once

#include "base/json.h"

#define POLICY_MAX_BYTES ((size_t)16 << 10)
#define POLICY_MAX_STATEMENTS 200

enum policy_kind {
    POLICY_IDENTITY, // of a user or role, and of a session: no Principal, but Resource
    POLICY_TRUST,    // of a role: Principal, no Resource, sts: actions
    POLICY_RESOURCE, // of a function, a bucket: Principal and Resource
};

struct policy_position {
    int line, column; // from 1; the end is behind the last character
};

struct policy_list {
    struct str *items; // owned array of views
    size_t count;
};

struct policy_principal {
    struct str kind; // "AWS", "Service", "Federated", "CanonicalUser"; of a bare "*": "*"
    struct str value;
};

struct policy_condition {
    struct str operator_name; // as written: "ForAnyValue:StringLikeIfExists"
    const void *operator_row; // the language's own
    int quantifier;           // none, all values, any value
    bool if_exists;
    struct str key;
    struct policy_list values;
};

struct policy_statement {
    struct str sid;
    bool is_deny;
    bool is_not_action, is_not_resource, is_not_principal;
    struct policy_list actions, resources;
    struct policy_principal *principals; // owned array
    size_t principal_count;
    struct policy_condition *conditions; // owned array
    size_t condition_count;
    struct policy_position from, to;
};

struct policy {
    struct json document; // owned
    char **texts;         // owned; of numbers in conditions
    size_t text_count;
    enum policy_kind kind;
    bool has_variables; // Version 2012-10-17
    struct policy_statement *statements;
    size_t count;
};

bool policy_parse(struct str text, enum policy_kind kind, struct policy *out, struct error *err)
    MUST_CHECK;
void policy_release(struct policy *policy);
// Does any statement ask for more than principal, action and resource? Then the same question may get
// another answer later.
bool policy_has_conditions(const struct policy *policy);

// What is known about a request: "aws:username" → values. Keys compare without regard to case.
struct policy_fact {
    struct str key;
    const struct str *values;
    size_t count;
};

struct policy_request {
    struct str principal;   // ARN of the caller: user, assumed role or role
    struct str service;     // "lambda.amazonaws.com" when a service calls
    struct str action;      // "lambda:InvokeFunction"
    struct str resource;    // ARN; "*" when the action has none
    bool has_any_principal; // leave Principal out of it (simulation)
    const struct policy_fact *facts;
    size_t fact_count;
};

enum policy_decision { POLICY_IMPLICIT_DENY, POLICY_ALLOWED, POLICY_EXPLICIT_DENY };
const char *policy_decision_name(enum policy_decision decision); // "allowed", as in a simulation

// By one document. `out_statement` (may be NULL): the deciding one; unset on an implicit deny.
enum policy_decision policy_decide(
    const struct policy *policy, const struct policy_request *request, size_t *out_statement);
// By one statement of it.
bool policy_statement_matches(
    const struct policy *policy, size_t statement, const struct policy_request *request);

// How the statement's Principal names the caller.
enum policy_naming {
    POLICY_NAMING_NONE,
    POLICY_NAMING_ACCOUNT, // by its account: that account's own policies must allow it as well
    POLICY_NAMING_EXACT,   // by itself, or everybody
};
enum policy_naming policy_principal_naming(
    const struct policy_statement *statement, const struct policy_request *request);

// Keys of conditions and variables of the statements about this action and resource for which the
// request has no fact; each once, as written.
typedef void policy_key_fn(void *context, struct str key);
void policy_each_missing_key(
    const struct policy *policy,
    const struct policy_request *request,
    policy_key_fn *each,
    void *context);
// Every such key of the whole document, known or not; a key may come twice.
void policy_each_key(const struct policy *policy, policy_key_fn *each, void *context);

// `*` and `?` against the whole text.
bool policy_wildcard_matches(struct str pattern, struct str text, bool ignores_case);
