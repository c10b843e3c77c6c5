// answered — what is told of every answer that leaves: metrics, request log, the observer of the options.
//
// Threads  the sandbox's.
#pragma once

#include "cloud.h"

void answered_note(struct cloud *cloud, struct exchange *exchange);
