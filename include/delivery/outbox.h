// outbox — events that a person fired and that have not arrived yet: kept on disk until they have.
//
// Shape    a row per event: put before it is sent, taken out when it has been accepted. What is left after a
//          crash, a closed laptop or a dead network is sent later, in the order of firing, with its own
//          messageId: Segment tells a repeat.
// Attempts a row counts those that began and, of them, those whose end nobody knows: the answer was lost, or
//          the process died. Such an event may have arrived without anybody having been told.
// File     SQLite, mode 0600, at the path given ($XDG_STATE_HOME/recloop/outbox.db). It holds messages and
//          the name of their source and profile, no key. Beside it `….claims`, an empty file: who sends a row
//          has a lock on it, which ends with the process.
// Errors   ERROR_IO, ERROR_BUSY, ERROR_INVALID (not our file), ERROR_LIMIT (too many rows, too long an
//          event), each naming the path. A full disk is told before anything is sent.
// Threads  one at a time per outbox; several processes may have it open at once, and one process several.
#pragma once

#include "client/client.h"

#define OUTBOX_MOST_ROWS 100000

struct outbox;

struct outbox_entry {
    int64_t id;                  // never given twice
    struct str profile;          // of the settings it was fired with: it goes to no other
    enum client_source source;   // CLIENT_SOURCE_COUNT: one that this program does not know
    struct str message_id, text; // views, good until the next call
    int64_t put_at_ms;           // wall
    int attempts;                // begun
    int unknown;                 // of them: nobody knows whether the event arrived
    struct str last_error;       // empty: none was noted
};

bool outbox_open(const char *path, struct outbox **out, struct error *err) MUST_CHECK;
void outbox_close(struct outbox *outbox); // NULL is fine; lets go what it held

// A crash of the program loses nothing either way. Only the first waits for the disk.
enum outbox_safety { OUTBOX_SURVIVES_POWER_CUTS, OUTBOX_SURVIVES_CRASHES };
// The same messageId of one profile and source twice is one row, with the newer text. The first attempt begins
// with it: the row is held as by outbox_begin.
bool outbox_put(
    struct outbox *outbox,
    const struct outbox_entry *entry,
    enum outbox_safety safety,
    int64_t *out_id,
    struct error *err) MUST_CHECK;
// Another attempt begins: the row is held until it is settled or its failure noted. *out_is_ours false: it is
// gone, or another holds it.
bool outbox_begin(struct outbox *outbox, int64_t id, bool *out_is_ours, struct error *err)
    MUST_CHECK;
bool outbox_settle(struct outbox *outbox, int64_t id, struct error *err) MUST_CHECK; // has arrived
enum outbox_fate { OUTBOX_HAS_NOT_ARRIVED, OUTBOX_MAY_HAVE_ARRIVED };
bool outbox_note_failure(
    struct outbox *outbox, int64_t id, struct str reason, enum outbox_fate fate, struct error *err)
    MUST_CHECK;
// Who sends what waits, one at a time per file, so that the order holds: until outbox_close. False: another does.
bool outbox_take_turn(struct outbox *outbox) MUST_CHECK;

// The first row of that profile (empty: of any) after `after_id`, in order; *found false: none.
bool outbox_next(
    struct outbox *outbox,
    struct str profile,
    int64_t after_id,
    struct outbox_entry *out,
    bool *found,
    struct error *err) MUST_CHECK;
bool outbox_count(struct outbox *outbox, struct str profile, uint64_t *out, struct error *err)
    MUST_CHECK;
