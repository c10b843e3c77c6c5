// local_services — handler/services.h inside the sandbox: every call is a function call, measured.
//
// Shape    PutEvents and GetRecommendations go to campaigns.h, as the function's execution role may; the
//          identify goes through intake.h into the source of the function's write key; purchases come from
//          the profile.
// Threads  the sandbox's.
#pragma once

#include "functions/function.h"
#include "functions/functions.h"
#include "handler/services.h"

struct local_services {
    struct cloud *cloud;
    struct functions_invocation *invocation;  // its lines
    struct functions_run *run;                // log and hops are written here
    const struct function_settings *settings; // of the version that runs
    struct str function;                      // its name, as refusals call its session
};
struct services local_services_make(struct local_services *context); // borrows the context
