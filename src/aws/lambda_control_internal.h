// lambda_control_internal — what the files of lambda_control share.
#pragma once

#include "aws/aws_error.h"
#include "base/json.h"

bool lambda_control_check_environment(
    const struct json_node *environment, struct aws_error *refusal);
// Empty: none given. A runtime whose time is over may stay, but nothing new may have it.
bool lambda_control_check_runtime(struct str name, bool is_new, struct aws_error *refusal);
