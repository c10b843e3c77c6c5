// journey_own — what this console itself sent of an event: every attempt, answered or not, out of its own
// request log, as the first exchanges of the event's journey. Those who are asked later cannot tell of a request
// that never reached them.
//
// Shape    a journey that was recorded has the exchange that arrived; the attempts before it come from here.
//          Of one put together by asking, the whole first station does. Its start is that of the first attempt.
// Threads  the UI's.
#pragma once

#include "console/model.h"

// False: nothing that was sent is known of it (any more), and nothing changes.
bool journey_own_add(const struct model *model, const char *message_id, struct journey *journey);
// A journey of those exchanges alone, for an event that nobody who was asked knows: `answer` is what they said.
// NULL: nothing that was sent is known either.
struct message *
journey_own_make(const struct model *model, const char *message_id, const struct error *answer);
