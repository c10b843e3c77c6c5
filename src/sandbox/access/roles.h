// roles — the sandbox's IAM: its roles and the permanent user, each with real policy documents. Everything
// that is asked about permissions is decided by these documents, and nothing else.
//
// Shape    the workshop's roles are made from templates; what PutRolePolicy and its kin change is a record
//          (kind "iam-role") in place of the template. Parsed once and kept; roles_forget after a change, a
//          reset or a rollback.
// Owns     a role belongs to the list: good until the next roles_forget.
// Threads  the sandbox's.
// Source   workshop template, segment.md 4.3.
#pragma once

#include "aws/policy.h"
#include "cloud.h"

struct roles_policy {
    char *name, *document; // owned
    const char *arn;       // of a managed one; NULL: inline
    struct policy policy;
};

struct role {
    char *name, *id;     // "AROA…"
    const char *path, *description;
    bool is_user;        // the permanent one; no trust document then
    int64_t created_at_ms, max_session_s;
    char *trust_document;
    struct policy trust;
    struct roles_policy *policies; // owned
    size_t count;
    bool is_constant; // no condition in its policies: the same question, the same answer
};

struct roles; // cloud->roles
const struct role *roles_find(struct cloud *cloud, struct str name); // NULL when there is none
const struct role *roles_user(struct cloud *cloud);
size_t roles_count(struct cloud *cloud);
const struct role *roles_at(struct cloud *cloud, size_t at); // by name
void roles_add_arn(const struct cloud *cloud, const struct role *role, struct buf *out);

// By the role's own policies; deciding statement and its document in the last two (may be NULL).
enum policy_decision roles_decide(
    const struct role *role,
    const struct policy_request *request,
    const struct roles_policy **out_policy,
    size_t *out_statement);

// Changes; the document has been parsed already by the caller. Written to the store at once.
void roles_put_policy(
    struct cloud *cloud, const struct role *role, struct str name, struct str document);
void roles_remove_policy(struct cloud *cloud, const struct role *role, struct str name);
void roles_set_trust(struct cloud *cloud, const struct role *role, struct str document);
void roles_forget(struct cloud *cloud);
