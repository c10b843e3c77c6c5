// replay — the parts of sending a file of events again.
//
//     replay_source   file → events, filtered, with the time at which each is due
//     replay_bulk     events → delivery (include/delivery): as fast and safe as a stream
//     replay_follow   events one after the other as `send --wait` does, each compared with what is expected;
//                     without --expect that is success
//     replay_report   what is told about it: lines, JSON, JUnit
//
// Shape    one task; replay.c reads the arguments and chooses between bulk and follow.
#pragma once

#include "recording/expectation.h"
#include "recording/junit.h"
#include "send.h"

struct delivery;
struct replay_follow;

// One event of the file. After replay_source_prepare its document is as it will be sent.
struct replay_event {
    struct json document; // owned
    enum client_source source;
    enum send_via via;
    uint64_t ordinal;    // among the events of the file, from 1
    int64_t recorded_ms; // wall, when it was sent; 0: not known
    int64_t due_ms;      // monotonic
};
void replay_event_release(struct replay_event *event);

struct replay_counts {
    uint64_t sent, same, differs, unchecked;
};

struct replay {
    struct run run;
    struct str path, expect_path; // views of the arguments; NUL-terminated
    struct recording_reader *reader;
    struct replay_event event; // the next one, when has_event
    bool has_event, has_ended;
    uint64_t ordinal, taken; // events read and events that passed the filters
    uint64_t no_messages;    // dead letters that hold none
    struct error read_error; // code ERROR_NONE: none so far
    double speed;            // times as fast as recorded; 0: at once
    bool follows;            // --expect or --wait
    bool is_speed_told, keeps_ids, shifts, is_shift_told, has_source;
    enum client_source source; // --source
    int64_t limit, top, wait_ms;
    double first_at_ms, last_at_ms; // in the file's own time; first below 0: none yet
    int64_t began_ms, now_ms;       // monotonic
    int64_t reported_ms;            // progress
    struct rng ids;
    struct expectation_set expected; // owned
    int64_t expected_limit_bytes;    // at which that recording stopped; 0: it did not
    struct replay_counts counts;
    struct junit junit;             // owned
    struct replay_follow *follow;   // the event under way; NULL: none
    struct delivery *delivery;      // bulk; NULL: none
    struct buf sending, sending_id; // of the bulk's feed: good until it is asked again
    struct buf dead_letters;        // path
};

// Reads the next event into replay->event unless one waits there; false at the end and for a file that cannot
// be read further (read_error).
bool replay_source_look(struct replay *replay);
// Fresh id and shifted time where they are wanted. Just before it is sent.
void replay_source_prepare(struct replay *replay, struct replay_event *event);
bool replay_source_parse(struct str name, enum client_source *out); // "website-prod"
bool replay_source_is_recording(const struct replay *replay);

void replay_follow_step(struct replay *replay, const struct task_event *event);
// The replay goes while an event is under way. NULL is fine.
void replay_follow_leave(struct replay *replay);
void replay_bulk_step(struct replay *replay, const struct task_event *event);

// What came of an event; `differences` is what expectation_compare found. is_checked: was there anything to
// compare?
struct replay_report_outcome {
    const struct expectation *came;
    const struct json_node *differences;
    bool is_checked;
    double seconds;
};
void replay_report_event(struct replay *replay, const struct replay_report_outcome *outcome);
void replay_report_missing(struct replay *replay, uint64_t count);
void replay_report_progress(struct replay *replay, bool is_running);
void replay_report_limits(struct replay *replay); // recordings that stopped at theirs
struct replay_report_delivered {
    uint64_t sent, accepted, refused;
    struct str dead_letters; // empty: nothing was refused
};
void replay_report_delivered(struct replay *replay, const struct replay_report_delivered *told);
// Summary, what a recording's limit left out, and JUnit; true when everything is as expected.
bool replay_report_end(struct replay *replay, struct error *err) MUST_CHECK;
