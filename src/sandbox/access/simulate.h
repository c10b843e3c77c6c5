// simulate — SimulatePrincipalPolicy: what the documents of a role or the user decide about actions and
// resources, with the statements that decided and the context keys that were missing.
//
// Shape    a form in, the members of the result element out as XML. One result per action, as the cloud
//          gives them: "*" stands alone, named resources have results of their own beneath.
// Errors   the refusal: InvalidInput, NoSuchEntity, PolicyEvaluation's kin, in IAM's words.
// Threads  the sandbox's.
// Source   aws.md 3.7; IAM API Reference, SimulatePrincipalPolicy.
#pragma once

#include "aws/aws_error.h"
#include "aws/query.h"
#include "cloud.h"

bool simulate_run(
    const struct cloud *cloud,
    const struct query *form,
    struct buf *xml,
    struct aws_error *refusal);
