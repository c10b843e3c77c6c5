// sent_note — an event that goes out to the real services, as MESSAGE_EVENT with is_sent: nobody can read
// their sources' debugger, so this is the one way for a surface to show it.
//
// Shape    the event's fields, where it goes, and its JSON with what is secret masked. `sequence` numbers
//          them, those left out too: gaps tell how many. Its time is now.
// Limits   SENT_NOTE_PER_SECOND, and note_limit's.
// Threads  one at a time.
#pragma once

#include "actions/note_limit.h"
#include "protocol/message.h"

#define SENT_NOTE_PER_SECOND 200

struct sent_note {
    const char *source; // "website-prod"
    const char *via;    // "segment", "destination" …
    struct str text;    // the whole Segment message
};
// NULL: it is left out. run_id is the caller's to set. `waiting`: messages before it.
struct message *
sent_note_new(const struct sent_note *note, size_t waiting, struct note_limit *limit);
