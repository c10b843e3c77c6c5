// local_services — handler/services.h inside the sandbox: every call is a function call, measured.
//
// Shape    PutEvents and GetRecommendations go to campaigns.h, the identify through intake.h into the
//          source personas-event-source, purchases come from the profile.
// Threads  the sandbox's.
#pragma once

#include "functions/functions.h"
#include "handler/services.h"

struct local_services {
    struct cloud *cloud;
    struct functions_run *run; // log and hops are written here
};
struct services local_services_make(struct local_services *context); // borrows the context
