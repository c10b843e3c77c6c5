// event_note — one Segment message as MESSAGE_EVENT tells it, from where it was found. `out` is new.
#pragma once

#include "protocol/message.h"
#include "segment/profile.h"

// Of the whole message. False, and nothing but `raw` is set: it is none.
bool event_note_from_text(struct message_event *out, struct str text);
// Of the Profile API, which tells neither the user id nor the whole message: `raw` is what it does tell.
void event_note_from_profile(
    struct message_event *out, const struct profile_event *seen, struct str user_id);
