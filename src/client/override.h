// override — an address that somebody set in place of a service's own, and that nobody answers at.
//
// Threads  the client's.
#pragma once

#include "client/client_call.h"

// Where the call went to this machine by such an address, the hint names the setting, its profile and how to take it
// back; of a sandbox, whose addresses these are, it stays what it was.
void override_blame(const struct client_call *call, struct error *err);
