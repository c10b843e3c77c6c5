// request_note — a request that this process made, as MESSAGE_REQUEST: for the console's log, and for
// --verbose.
//
// Shape    what it was ("personalize-runtime GetRecommendations"), where it went, how it ended; request and
//          answer as text, masked, bodies cut at REQUEST_NOTE_BODY_BYTES with a note.
// Limits   at most REQUEST_NOTE_PER_SECOND are told in a second, and none while REQUEST_NOTE_WAITING messages
//          wait; those left out cost nothing but a count, which the next one tells.
// Threads  one at a time.
#pragma once

#include "net/transfers.h"
#include "protocol/message.h"

#define REQUEST_NOTE_BODY_BYTES ((size_t)8 << 10)
#define REQUEST_NOTE_PER_SECOND 50
#define REQUEST_NOTE_WAITING 64

struct request_note_limit { // `{0}` to begin with
    uint64_t sequence, left_out;
    int64_t window_ms; // monotonic
    int in_window;
};
// NULL: it is left out. run_id is the caller's to set. `waiting`: messages before it.
struct message *request_note_new(
    const struct transfers_observation *seen, size_t waiting, struct request_note_limit *limit);
// It was made, and could not be handed on.
void request_note_lost(struct request_note_limit *limit);
