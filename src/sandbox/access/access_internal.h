// access_internal — what the files of access share.
#pragma once

#include "access/access.h"
#include "access/roles.h"

#define ACCESS_SEGMENT_PRINCIPAL                                                                   \
    "arn:aws:sts::595280932656:assumed-role/customer-personalize-prod-destination-access/segment"
#define ACCESS_SESSION_RECORD STR("session") // of sessions with policies of their own

// What is known about a request, for conditions and variables.
#define ACCESS_FACTS 40
struct access_facts {
    struct policy_fact list[ACCESS_FACTS];
    struct str values[ACCESS_FACTS]; // of facts with one value
    size_t count;
    struct buf storage;
};
void access_facts_release(struct access_facts *facts);
// Nothing is copied: the value must live as long as the facts.
void access_facts_add(struct access_facts *facts, const char *key, struct str value);
void access_facts_fill(
    const struct cloud *cloud, const struct access_caller *caller, struct access_facts *out);

void access_set_session(
    const struct cloud *cloud,
    const struct role *role,
    struct str session,
    struct access_caller *out);
const struct role *access_role_of(const struct cloud *cloud, const struct access_caller *caller);

// "User: … is not authorized to perform: … on resource: … " + `because`. `action` is also what `%` in
// `because` stands for.
struct access_denial {
    struct str who;
    const char *action;
    struct str resource;
    const char *because; // NULL: no reason
};
bool access_deny(const struct access_denial *denial, struct aws_error *refusal); // false
