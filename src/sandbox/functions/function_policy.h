// function_policy — the resource policies of functions, as AddPermission makes them: who else may invoke.
//
// Shape    asked only where the caller's own policies do not allow the action; within one account either
//          side is enough.
// Threads  the sandbox's.
#pragma once

#include "functions/function.h"

// The policy of exactly this qualifier (empty: of the bare function); NULL: none.
const struct json_node *function_policy_find(const struct function *function, struct str qualifier);
// The whole document, as GetPolicy tells it.
void function_policy_add_document(const struct json_node *policy, struct buf *out);

struct function_policy_question {
    struct str principal, action,
        resource; // ARN of the caller; "lambda:InvokeFunction"; ARN with qualifier
};
// By a statement that names the caller itself, its role, or everybody; naming the account leaves it to
// the caller's own policies, which have not allowed it.
bool function_policy_grants(
    const struct json_node *policy, const struct function_policy_question *question);
