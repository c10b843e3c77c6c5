// access_allow — what a caller may do, by the documents of its role or user and of its session.
#include "access/access_internal.h"

#include "aws/arn.h"
#include "base/clock.h"

void access_facts_release(struct access_facts *facts) {
    buf_release(&facts->storage);
    *facts = (struct access_facts){0};
}

void access_facts_add(struct access_facts *facts, const char *key, struct str value) {
    if (facts->count == ACCESS_FACTS || !value.len) return;
    const size_t at = facts->count++;
    facts->values[at] = value;
    facts->list[at] =
        (struct policy_fact){.key = str_from(key), .values = &facts->values[at], .count = 1};
}

void access_facts_fill(
    const struct cloud *cloud, const struct access_caller *caller, struct access_facts *out) {
    struct arn arn;
    struct error ignored;
    const size_t time_at = out->storage.len;
    buf_reserve(&out->storage, 512 + caller->arn.len); // the views below must stay good
    clock_add_iso8601(&out->storage, cloud->now_ms);
    const size_t epoch_at = out->storage.len;
    buf_add_int(&out->storage, cloud->now_ms / 1000);
    const size_t principal_at = out->storage.len;
    const bool is_known = arn_parse(buf_str(&caller->arn), &arn, &ignored);
    const bool is_session = is_known && arn.kind == ARN_ASSUMED_ROLE;
    if (is_session) // its role's, as far as a session's own name tells it
        buf_add_format(
            &out->storage, "arn:aws:iam::" STR_FMT ":role/" STR_FMT, STR_ARG(arn.account),
            STR_ARG(arn.name));
    else
        buf_add(&out->storage, buf_str(&caller->arn));
    const struct str all = buf_str(&out->storage);
    access_facts_add(out, "aws:CurrentTime", str_slice(all, time_at, epoch_at - time_at));
    access_facts_add(out, "aws:EpochTime", str_slice(all, epoch_at, principal_at - epoch_at));
    access_facts_add(out, "aws:PrincipalArn", str_skip(all, principal_at));
    access_facts_add(out, "aws:PrincipalType", is_session ? STR("AssumedRole") : STR("User"));
    if (is_known) {
        access_facts_add(out, "aws:PrincipalAccount", arn.account);
        if (!is_session) access_facts_add(out, "aws:username", arn.name);
    }
    access_facts_add(out, "aws:userid", buf_str(&caller->user_id));
    access_facts_add(out, "aws:RequestedRegion", buf_str(&caller->region));
    access_facts_add(out, "aws:SourceIp", STR("127.0.0.1"));
    access_facts_add(out, "aws:SecureTransport", STR("false"));
}

bool access_deny(const struct access_denial *denial, struct aws_error *refusal) {
    struct buf text = {0};
    struct str before, after;
    buf_add_format(
        &text, "User: " STR_FMT " is not authorized to perform: %s", STR_ARG(denial->who),
        denial->action);
    if (denial->resource.len)
        buf_add_format(&text, " on resource: " STR_FMT, STR_ARG(denial->resource));
    if (denial->because) {
        const bool has_action = str_split(str_from(denial->because), '%', &before, &after);
        buf_add_char(&text, ' ');
        buf_add(&text, before);
        if (has_action) buf_add(&text, str_from(denial->action));
        buf_add(&text, after);
    }
    access_refuse(refusal, 403, "AccessDeniedException", buf_str(&text));
    buf_release(&text);
    return false;
}

const struct role *access_role_of(const struct cloud *cloud, const struct access_caller *caller) {
    return caller->is_session ? roles_find(cloud, buf_str(&caller->role)) : roles_user(cloud);
}

// Of a session's own documents: one of them must allow, none may deny.
static enum policy_decision
decide_session(const struct access_caller *caller, const struct policy_request *request) {
    struct json list = {0};
    struct error ignored;
    enum policy_decision decision = POLICY_IMPLICIT_DENY;
    if (!json_parse(buf_str(&caller->policies), &list, &ignored)) return POLICY_EXPLICIT_DENY;
    for (const struct json_node *text = json_first(list.root); text; text = json_next(text)) {
        struct policy policy = {0};
        if (policy_parse(json_text(text), POLICY_IDENTITY, &policy, &ignored)) {
            const enum policy_decision one = policy_decide(&policy, request, NULL);
            if (one > decision) decision = one;
        }
        policy_release(&policy);
    }
    json_release(&list);
    return decision;
}

static const char *decide(
    const struct cloud *cloud,
    const struct access_caller *caller,
    const struct role *role,
    const struct policy_request *asked) {
    struct access_facts facts = {0};
    struct policy_request request = *asked;
    enum policy_decision session = POLICY_ALLOWED;
    access_facts_fill(cloud, caller, &facts);
    request.facts = facts.list;
    request.fact_count = facts.count;
    const enum policy_decision own = roles_decide(role, &request, NULL, NULL);
    if (caller->policies.len) session = decide_session(caller, &request);
    access_facts_release(&facts);
    if (own == POLICY_EXPLICIT_DENY) return "with an explicit deny in an identity-based policy";
    if (session == POLICY_EXPLICIT_DENY) return "with an explicit deny in a session policy";
    if (own != POLICY_ALLOWED) return "because no identity-based policy allows the % action";
    if (session != POLICY_ALLOWED) return "because no session policy allows the % action";
    return NULL;
}

bool access_allows(
    const struct cloud *cloud,
    const struct access_caller *caller,
    const char *action,
    struct str resource,
    struct aws_error *refusal) {
    const struct policy_request request = {
        .principal = buf_str(&caller->arn),
        .action = str_from(action),
        .resource = resource.len ? resource : STR("*")};
    const struct roles_question question = {
        .who = caller->is_session ? buf_str(&caller->role) : STR(IDENTITIES_USER_NAME),
        .action = request.action,
        .resource = request.resource};
    if (!caller->policies.len && roles_remember_allowed(cloud, &question)) return true;
    const struct role *role = access_role_of(cloud, caller);
    const char *because = role ? decide(cloud, caller, role, &request)
                               : "because no identity-based policy allows the % action";
    if (because) {
        return access_deny(
            &(struct access_denial){
                .who = buf_str(&caller->arn),
                .action = action,
                .resource = resource,
                .because = because},
            refusal);
    }
    if (role->is_constant && !caller->policies.len) roles_keep_allowed(cloud, &question);
    return true;
}

bool access_role_allows(
    const struct cloud *cloud,
    struct str role_name,
    struct str session,
    const char *action,
    struct str resource,
    struct aws_error *refusal) {
    const struct roles_question question = {
        .who = role_name,
        .action = str_from(action),
        .resource = resource.len ? resource : STR("*")};
    if (roles_remember_allowed(cloud, &question)) return true;
    const struct role *role = roles_find(cloud, role_name);
    struct access_caller caller = {0};
    if (role) {
        access_set_session(cloud, role, session, &caller);
    } else { // it was named, and is not there: nothing is allowed
        caller.is_session = true;
        buf_add(&caller.role, role_name);
        buf_add_format(
            &caller.arn, "arn:aws:sts::%s:assumed-role/" STR_FMT "/" STR_FMT, cloud_account(cloud),
            STR_ARG(role_name), STR_ARG(session));
    }
    buf_add(&caller.region, str_from(cloud_region(cloud)));
    const bool is_allowed = access_allows(cloud, &caller, action, resource, refusal);
    access_caller_release(&caller);
    return is_allowed;
}

bool access_role_serves(const struct cloud *cloud, struct str role_arn, struct str service) {
    const struct role *role = roles_find_arn(cloud, role_arn);
    const struct policy_request request = {.service = service, .action = STR("sts:AssumeRole")};
    return role && policy_decide(&role->trust, &request, NULL) == POLICY_ALLOWED;
}
