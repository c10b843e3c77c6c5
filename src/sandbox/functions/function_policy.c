// function_policy — see the header.
#include "functions/function_policy.h"

#include "aws/policy.h"

const struct json_node *
function_policy_find(const struct function *function, struct str qualifier) {
    const struct json_node *at = json_first(json_get(function->document.root, "policies"));
    while (at && !str_equal(qualifier, json_get_text(at, "qualifier")))
        at = json_next(at);
    return at;
}

void function_policy_add_document(const struct json_node *policy, struct buf *out) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    json_add_text(root, "Version", STR("2012-10-17"));
    json_add_text(root, "Id", STR("default"));
    json_add_copy(root, "Statement", json_get(policy, "statements"));
    json_print(root, out);
}

bool function_policy_grants(
    const struct json_node *policy, const struct function_policy_question *question) {
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(policy_release) struct policy parsed = {0};
    struct error ignored = {0};
    const struct policy_request request = {
        .principal = question->principal,
        .action = question->action,
        .resource = question->resource};
    if (!policy) return false;
    function_policy_add_document(policy, &text);
    if (!policy_parse(buf_str(&text), POLICY_RESOURCE, &parsed, &ignored)) return false;
    for (size_t i = 0; i < parsed.count; i++) {
        const struct policy_statement *statement = &parsed.statements[i];
        if (!statement->is_deny && policy_statement_matches(&parsed, i, &request) &&
            policy_principal_naming(statement, &request) == POLICY_NAMING_EXACT)
            return true;
    }
    return false;
}
