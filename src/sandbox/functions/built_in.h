// built_in — the code of the two seeded functions: the handler layer's, over services that stay in this
// process, with the settings of the function's own environment.
//
// Shape    built_in_run runs an invocation to its end, without waiting; the caller finishes it.
// Broken   a configuration that is wrong fails as in the cloud: a missing write key before the handler
//          begins, everything else where the service is asked.
// Threads  the sandbox's.
// Source   segment.md 5.2, 5.3.
#pragma once

#include "functions/invocation.h"

void built_in_run(
    struct functions_invocation *invocation, struct function *function, size_t version);
