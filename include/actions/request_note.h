// request_note — a request that this process made, as MESSAGE_REQUEST: for the console's log, and for
// --verbose.
//
// Shape    what it was ("personalize-runtime GetRecommendations"), where it went, how it ended; request and
//          answer as text, masked, bodies cut at REQUEST_NOTE_BODY_BYTES with a note.
// Limits   REQUEST_NOTE_PER_SECOND, and note_limit's; how many were left out the next one tells.
// Threads  one at a time.
#pragma once

#include "actions/note_limit.h"
#include "net/transfers.h"
#include "protocol/message.h"

#define REQUEST_NOTE_BODY_BYTES ((size_t)8 << 10)
#define REQUEST_NOTE_PER_SECOND 50

// NULL: it is left out. run_id is the caller's to set. `waiting`: messages before it.
struct message *request_note_new(
    const struct transfers_observation *seen, size_t waiting, struct note_limit *limit);
