// oauth_routes — the token server of the Tracking API.
//
// Trust    the assertion's form is checked, its signature is not: nobody has uploaded a key (oauth.h).
// Threads  the sandbox's.
// Source   segment.md 1.2.
#pragma once

#include "routes.h"

enum server_verdict oauth_routes_post_token(struct cloud *cloud, struct exchange *exchange);
