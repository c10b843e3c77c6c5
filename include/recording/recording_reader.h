// recording_reader — files of events, a line at a time: recordings, dead letters, and plain messages.
//
// Shape    the first line decides: a recording's own first line, or else each line is either an envelope
//          {"message":{…},"source":"…"} (dead letters, and whatever else wraps messages so) or a Segment
//          message itself. Blank lines are passed over; letters about what was no message are OTHER.
//          Memory is that of one line.
// Torn     a last line without its end that is no whole JSON is left out (recording_reader_is_torn).
// Errors   ERROR_NOT_FOUND, ERROR_IO; ERROR_INVALID for a line that is no JSON object, for an event without
//          its message and for another version; ERROR_LIMIT for a line above RECORDING_MAX_LINE. Each names
//          file and line.
// Owns     the entry it returns: good until the next call.
// Threads  one at a time.
#pragma once

#include "recording/recording.h"

struct recording_reader;

enum recording_reader_shape {
    RECORDING_READER_SESSION,
    RECORDING_READER_LETTERS,
    RECORDING_READER_MESSAGES,
    RECORDING_READER_EMPTY,
};

enum recording_reader_kind {
    RECORDING_READER_EVENT,
    RECORDING_READER_RECOMMENDATIONS,
    RECORDING_READER_TRAITS,
    RECORDING_READER_DONE,
    RECORDING_READER_OTHER, // told by other kinds, also those that nobody knows yet
};

struct recording_reader_entry {
    enum recording_reader_kind kind;
    size_t line;                     // from 1
    double t_ms;                     // since the start; below 0: not told
    uint64_t run;                    // 0: none
    struct str source, via;          // of an event; empty: not told
    const struct json_node *body;    // the whole line
    const struct json_node *message; // of an event: the Segment message
};

bool recording_reader_open(const char *path, struct recording_reader **out, struct error *err)
    MUST_CHECK;
// Over text that outlives the reader; `name` stands for the path in errors.
struct recording_reader *recording_reader_new_text(const char *name, struct str text);
void recording_reader_close(struct recording_reader *reader); // NULL is fine
DEFINE_CLEANUP(struct recording_reader, recording_reader_close);
// *has false: the end. After an error there is nothing more.
bool recording_reader_next(
    struct recording_reader *reader,
    struct recording_reader_entry *out,
    bool *has,
    struct error *err) MUST_CHECK;
// Known from the first call of recording_reader_next on.
enum recording_reader_shape recording_reader_shape(const struct recording_reader *reader);
int64_t recording_reader_started_ms(const struct recording_reader *reader); // wall; 0: not told
bool recording_reader_is_torn(const struct recording_reader *reader);       // known at the end
// Of a recording that stopped there; 0: it did not. Known at the end.
int64_t recording_reader_limit_bytes(const struct recording_reader *reader);
