// roles — the sandbox's IAM: its roles and the permanent user, each with real policy documents. Everything
// that is asked about permissions is decided by these documents, and by nothing else.
//
// Shape    the workshop's roles are made from templates (role_templates.c); a role that was made or changed
//          is a record (kind "iam-role"), which stands in place of the template of its name; so does the
//          mark of one that was deleted. Parsed once and kept; roles_forget after a reset or a rollback.
// Limits   ROLES_LIMIT roles.
// Owns     a role belongs to the list: good until the next change or roles_forget.
// Threads  the sandbox's.
// Source   workshop template, segment.md 4.3; managed policies as AWS publishes them.
#pragma once

#include "aws/policy.h"
#include "cloud.h"

struct roles_policy {
    char *name, *document; // owned; the document is NULL for a managed one
    const char *arn;       // of a managed one; NULL: inline
    struct policy policy;
};

#define ROLES_LIMIT 1000

struct role {
    char *name, *id; // owned; "AROA…"
    char *path, *description;
    bool is_user; // the permanent one: no trust then
    int64_t created_at_ms, max_session_s;
    char *trust_document; // owned
    struct policy trust;
    struct roles_policy *policies; // owned
    size_t count;
    bool is_constant; // no condition in its policies: the same question, the same answer
};

struct roles; // cloud->roles
struct roles *roles_new(void);
void roles_free(struct roles *roles);
void roles_forget(struct cloud *cloud); // the store has changed beneath
// NULL when there is none.
const struct role *roles_find(const struct cloud *cloud, struct str name);
const struct role *roles_find_arn(const struct cloud *cloud, struct str text);
const struct role *roles_user(const struct cloud *cloud);
size_t roles_count(const struct cloud *cloud);
const struct role *roles_at(const struct cloud *cloud, size_t at); // by name
void roles_add_arn(const struct cloud *cloud, const struct role *role, struct buf *out);
const struct roles_policy *roles_find_policy(const struct role *role, struct str name);
// The document of a managed policy by its ARN; NULL when the sandbox has none of that name.
const char *roles_managed_document(struct str arn);

// By the role's own policies; deciding document and statement in the last two (may be NULL).
enum policy_decision roles_decide(
    const struct role *role,
    const struct policy_request *request,
    const struct roles_policy **out_policy,
    size_t *out_statement);

// Was this very question allowed before? Forgotten with every change. Ask and keep only what cannot
// change with time.
struct roles_question {
    struct str who, action, resource;
};
bool roles_remember_allowed(const struct cloud *cloud, const struct roles_question *question);
void roles_keep_allowed(const struct cloud *cloud, const struct roles_question *question);

// Changes. Documents must have been parsed by the caller; written to the store at once. The role is no more
// good after it.
void roles_put_policy(
    struct cloud *cloud, const struct role *role, struct str name, struct str document);
void roles_remove_policy(struct cloud *cloud, const struct role *role, struct str name);
void roles_attach(struct cloud *cloud, const struct role *role, struct str managed_arn);
void roles_detach(struct cloud *cloud, const struct role *role, struct str managed_arn);
void roles_set_trust(struct cloud *cloud, const struct role *role, struct str document);
struct roles_new_role {
    struct str name, path, description, trust;
    int64_t max_session_s;
};
void roles_make(struct cloud *cloud, const struct roles_new_role *role);
void roles_remove(struct cloud *cloud, const struct role *role);
