// policy_decide — explicit deny before allow before implicit deny.
#include "policy_internal.h"

const char *policy_decision_name(enum policy_decision decision) {
    switch (decision) {
    case POLICY_IMPLICIT_DENY: return "implicitDeny";
    case POLICY_ALLOWED: return "allowed";
    case POLICY_EXPLICIT_DENY: return "explicitDeny";
    }
    UNREACHABLE("a decision of no kind");
}

static bool has_action(const struct policy_statement *statement, struct str action) {
    for (size_t i = 0; i < statement->actions.count; i++) {
        if (policy_wildcard_matches(statement->actions.items[i], action, true))
            return !statement->is_not_action;
    }
    return statement->is_not_action;
}

static bool fits_resource(
    const struct policy *policy, struct str pattern, const struct policy_request *request) {
    CLEANUP(buf_release) struct buf filled = {0};
    if (!str_contains(pattern, STR("${")))
        return policy_wildcard_matches(pattern, request->resource, false);
    return policy_fill_in(policy, pattern, request, true, &filled) &&
           policy_matches_filled(buf_str(&filled), request->resource, false);
}

static bool has_resource(
    const struct policy *policy,
    const struct policy_statement *statement,
    const struct policy_request *request) {
    if (policy->kind == POLICY_TRUST) return true;
    for (size_t i = 0; i < statement->resources.count; i++) {
        if (fits_resource(policy, statement->resources.items[i], request))
            return !statement->is_not_resource;
    }
    return statement->is_not_resource;
}

static bool is_about(
    const struct policy *policy,
    const struct policy_statement *statement,
    const struct policy_request *request) {
    return has_action(statement, request->action) && has_resource(policy, statement, request);
}

bool policy_statement_matches(
    const struct policy *policy, size_t at, const struct policy_request *request) {
    const struct policy_statement *statement = &policy->statements[at];
    if (!is_about(policy, statement, request)) return false;
    if (policy->kind != POLICY_IDENTITY && !request->has_any_principal &&
        policy_principal_naming(statement, request) == POLICY_NAMING_NONE)
        return false;
    for (size_t i = 0; i < statement->condition_count; i++) {
        if (!policy_condition_holds(policy, &statement->conditions[i], request)) return false;
    }
    return true;
}

enum policy_decision policy_decide(
    const struct policy *policy, const struct policy_request *request, size_t *out_statement) {
    enum policy_decision decision = POLICY_IMPLICIT_DENY;
    for (size_t i = 0; i < policy->count; i++) {
        const bool is_deny = policy->statements[i].is_deny;
        if (decision == POLICY_ALLOWED && !is_deny) continue; // the first that allows is told
        if (!policy_statement_matches(policy, i, request)) continue;
        decision = is_deny ? POLICY_EXPLICIT_DENY : POLICY_ALLOWED;
        if (out_statement) *out_statement = i;
        if (is_deny) break;
    }
    return decision;
}

bool policy_has_conditions(const struct policy *policy) {
    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_statement *statement = &policy->statements[i];
        if (statement->condition_count) return true;
        for (size_t j = 0; j < statement->resources.count; j++) {
            if (str_contains(statement->resources.items[j], STR("${"))) return true;
        }
    }
    return false;
}

// ---- which keys it needs ----

static void each_variable(struct str text, policy_key_fn *each, void *context) {
    struct str before;
    struct policy_variable variable;
    while (policy_next_variable(&text, &before, &variable)) {
        if (variable.key.len == 1 && strchr("*?$", variable.key.ptr[0])) continue;
        if (!variable.has_fallback) each(context, variable.key);
    }
}

static void each_key_of(
    const struct policy *policy,
    const struct policy_statement *statement,
    policy_key_fn *each,
    void *context) {
    for (size_t i = 0; i < statement->condition_count; i++) {
        const struct policy_condition *condition = &statement->conditions[i];
        each(context, condition->key);
        for (size_t j = 0; policy->has_variables && j < condition->values.count; j++)
            each_variable(condition->values.items[j], each, context);
    }
    for (size_t i = 0; policy->has_variables && i < statement->resources.count; i++)
        each_variable(statement->resources.items[i], each, context);
}

void policy_each_key(const struct policy *policy, policy_key_fn *each, void *context) {
    for (size_t i = 0; i < policy->count; i++)
        each_key_of(policy, &policy->statements[i], each, context);
}

#define MISSING_KEYS 64
struct missing {
    const struct policy_request *request;
    struct str seen[MISSING_KEYS];
    size_t count;
    policy_key_fn *each;
    void *context;
};

static void note_missing(void *context, struct str key) {
    struct missing *missing = context;
    if (policy_find_fact(missing->request, key)) return;
    for (size_t i = 0; i < missing->count; i++) {
        if (str_equal_nocase(missing->seen[i], key)) return;
    }
    if (missing->count == MISSING_KEYS) return;
    missing->seen[missing->count++] = key;
    missing->each(missing->context, key);
}

// A resource with a variable in it cannot be told to be another one while the variable has no value.
static bool may_be_about(
    const struct policy *policy,
    const struct policy_statement *statement,
    const struct policy_request *request) {
    if (is_about(policy, statement, request)) return true;
    if (!has_action(statement, request->action)) return false;
    for (size_t i = 0; i < statement->resources.count; i++) {
        if (policy->has_variables && str_contains(statement->resources.items[i], STR("${")))
            return true;
    }
    return false;
}

void policy_each_missing_key(
    const struct policy *policy,
    const struct policy_request *request,
    policy_key_fn *each,
    void *context) {
    struct missing missing = {.request = request, .each = each, .context = context};
    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_statement *statement = &policy->statements[i];
        if (may_be_about(policy, statement, request))
            each_key_of(policy, statement, note_missing, &missing);
    }
}
