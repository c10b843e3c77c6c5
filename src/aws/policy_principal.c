// policy_principal — who a statement is about: reading Principal, and finding the caller in it.
#include "policy_internal.h"

#include "aws/arn.h"
#include "base/memory.h"

static bool invalid(struct str kind, struct str value, struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_printable(&text, str_slice(value, 0, 200));
    error_set(
        err, ERROR_INVALID, "Invalid principal in policy: \"" STR_FMT "\":\"%s\"", STR_ARG(kind),
        buf_text(&text));
    return error_hint(
        err, "a principal is an account, the ARN of a user or role, or a service's name.");
}

static bool check_aws(struct str value, struct error *err) {
    struct arn arn;
    struct error ignored;
    if (str_equal(value, STR("*")) || arn_is_account(value)) return true;
    // The id of somebody who was deleted stands there in place of the ARN.
    if (value.len >= 16 && value.len <= 128 &&
        (str_starts_with(value, STR("AROA")) || str_starts_with(value, STR("AIDA")))) {
        return true;
    }
    if (!arn_parse(value, &arn, &ignored)) return invalid(STR("AWS"), value, err);
    switch ((int)arn.kind) {
    case ARN_ROLE:
    case ARN_USER:
    case ARN_ACCOUNT_ROOT:
    case ARN_ASSUMED_ROLE:
    case ARN_FEDERATED_USER: return true;
    default: return invalid(STR("AWS"), value, err);
    }
}

static bool check_principal(const struct policy_principal *principal, struct error *err) {
    if (str_equal(principal->kind, STR("AWS"))) return check_aws(principal->value, err);
    if (str_equal(principal->kind, STR("Service"))) {
        if (str_ends_with(principal->value, STR(".amazonaws.com")) ||
            str_ends_with(principal->value, STR(".amazonaws.com.cn")))
            return true;
        return invalid(STR("SERVICE"), principal->value, err);
    }
    if (str_equal(principal->kind, STR("Federated")) ||
        str_equal(principal->kind, STR("CanonicalUser")))
        return principal->value.len ? true : invalid(principal->kind, principal->value, err);
    return invalid(principal->kind, principal->value, err);
}

static bool add_principal(
    struct policy_statement *statement,
    struct str kind,
    const struct json_node *value,
    struct error *err) {
    const struct policy_principal principal = {.kind = kind, .value = json_text(value)};
    if (json_kind(value) != JSON_STRING) {
        error_set(err, ERROR_INVALID, "This policy contains invalid Json");
        return error_hint(err, "a principal is a text, or a list of texts.");
    }
    if (!check_principal(&principal, err)) return false;
    statement->principals = mem_resize(
        statement->principals, statement->principal_count + 1, sizeof(*statement->principals));
    statement->principals[statement->principal_count++] = principal;
    return true;
}

static bool
read_map(const struct json_node *map, struct policy_statement *statement, struct error *err) {
    for (const struct json_node *by = json_first(map); by; by = json_next(by)) {
        if (json_kind(by) != JSON_ARRAY) {
            if (!add_principal(statement, json_key(by), by, err)) return false;
            continue;
        }
        for (const struct json_node *value = json_first(by); value; value = json_next(value)) {
            if (!add_principal(statement, json_key(by), value, err)) return false;
        }
    }
    return true;
}

bool policy_read_principals(
    enum policy_kind kind,
    const struct json_node *node,
    struct policy_statement *statement,
    struct error *err) {
    const struct json_node *principal = json_get(node, "Principal");
    const struct json_node *not_principal = json_get(node, "NotPrincipal");
    if (kind == POLICY_IDENTITY) {
        if (!principal && !not_principal) return true;
        error_set(err, ERROR_INVALID, "Policy document should not specify a principal.");
        return error_hint(err, "it belongs to whom it is attached: take Principal out.");
    }
    if (principal && not_principal) {
        error_set(err, ERROR_INVALID, "This policy contains invalid Json");
        return error_hint(err, "it holds both Principal and NotPrincipal: keep one.");
    }
    statement->is_not_principal = not_principal != NULL;
    const struct json_node *value = principal ? principal : not_principal;
    if (json_kind(value) == JSON_OBJECT && !read_map(value, statement, err)) return false;
    if (str_equal(json_text(value), STR("*"))) {
        statement->principals = mem_zeroed(1, sizeof(*statement->principals));
        statement->principals[0] = (struct policy_principal){.kind = STR("*"), .value = STR("*")};
        statement->principal_count = 1;
    }
    if (statement->principal_count) return true;
    error_set(
        err, ERROR_INVALID,
        value ? "Missing required field Principal cannot be empty!"
              : "Missing required field Principal");
    return error_hint(err, "Principal is \"*\" or {\"AWS\": …}, {\"Service\": …}.");
}

// A role's session stands for the role, whatever the role's path: the session's ARN has lost it.
static bool is_session_of(const struct arn *session, struct str role_text) {
    struct arn role;
    struct error ignored;
    return session->kind == ARN_ASSUMED_ROLE && arn_parse(role_text, &role, &ignored) &&
           role.kind == ARN_ROLE && str_equal(role.account, session->account) &&
           str_equal(role.name, session->name);
}

static enum policy_naming name_aws(struct str value, const struct policy_request *request) {
    struct arn caller, named;
    struct error ignored;
    if (str_equal(value, STR("*"))) return POLICY_NAMING_EXACT;
    if (!request->principal.len) return POLICY_NAMING_NONE;
    if (str_equal(value, request->principal)) return POLICY_NAMING_EXACT;
    if (!arn_parse(request->principal, &caller, &ignored)) return POLICY_NAMING_NONE;
    if (str_equal(value, caller.account)) return POLICY_NAMING_ACCOUNT;
    if (is_session_of(&caller, value)) return POLICY_NAMING_EXACT;
    const bool is_account = arn_parse(value, &named, &ignored) && named.kind == ARN_ACCOUNT_ROOT &&
                            str_equal(named.account, caller.account);
    return is_account ? POLICY_NAMING_ACCOUNT : POLICY_NAMING_NONE;
}

static enum policy_naming
name_one(const struct policy_principal *principal, const struct policy_request *request) {
    if (str_equal(principal->kind, STR("*"))) return POLICY_NAMING_EXACT;
    if (str_equal(principal->kind, STR("AWS"))) return name_aws(principal->value, request);
    if (str_equal(principal->kind, STR("Service")) && request->service.len &&
        str_equal(principal->value, request->service))
        return POLICY_NAMING_EXACT;
    return POLICY_NAMING_NONE;
}

enum policy_naming policy_principal_naming(
    const struct policy_statement *statement, const struct policy_request *request) {
    enum policy_naming best = POLICY_NAMING_NONE;
    for (size_t i = 0; i < statement->principal_count; i++) {
        const enum policy_naming naming = name_one(&statement->principals[i], request);
        if (naming > best) best = naming;
    }
    if (!statement->is_not_principal) return best;
    return best == POLICY_NAMING_NONE ? POLICY_NAMING_EXACT : POLICY_NAMING_NONE;
}
