// outbox — events that a person fired and that have not arrived yet: kept on disk until they have.
//
// Shape    a row per event: put before it is sent, taken out when it has been accepted. What is left after a
//          crash, a closed laptop or a dead network is sent later, in the order of firing, with its own
//          messageId: Segment tells a repeat.
// File     SQLite, mode 0600, at the path given ($XDG_STATE_HOME/recloop/outbox.db). It holds messages and
//          the name of their source and profile, no key.
// Errors   ERROR_IO, ERROR_BUSY, ERROR_INVALID (not our file), each naming the path. A full disk is told
//          before anything is sent.
// Threads  one at a time per outbox; several processes may have it open at once.
#pragma once

#include "client/client.h"

struct outbox;

struct outbox_entry {
    int64_t id;
    struct str profile; // of the settings it was fired with: it goes to no other
    enum client_source source;
    struct str message_id, text; // views, good until the next call
    int64_t put_at_ms;           // wall
    int attempts;
    struct str last_error; // empty: not tried
};

bool outbox_open(const char *path, struct outbox **out, struct error *err) MUST_CHECK;
void outbox_close(struct outbox *outbox); // NULL is fine
// The same messageId twice is one row.
bool outbox_put(
    struct outbox *outbox, const struct outbox_entry *entry, int64_t *out_id, struct error *err)
    MUST_CHECK;
bool outbox_settle(struct outbox *outbox, int64_t id, struct error *err) MUST_CHECK; // has arrived
bool outbox_note_failure(struct outbox *outbox, int64_t id, struct str reason, struct error *err)
    MUST_CHECK;
// The first row of that profile after `after_id`, in order; *found false: none.
bool outbox_next(
    struct outbox *outbox,
    struct str profile,
    int64_t after_id,
    struct outbox_entry *out,
    bool *found,
    struct error *err) MUST_CHECK;
bool outbox_count(struct outbox *outbox, struct str profile, uint64_t *out, struct error *err)
    MUST_CHECK;
