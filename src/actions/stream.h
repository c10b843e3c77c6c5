// stream — the parts of the event generator's runs: what was asked for, where the messages come from, where
// the job stands, and the two ways out of it.
//
//     stream_options   arguments → plan, target, pace
//     stream_feed      generator → messages; limit, step and stop are its gates
//     stream_job       the cursor: what the job is, where it stands
//     stream_files     the files it writes are different ones
//     stream_report    progress, summary
//     stream_deliver   the run that sends (delivery.h)
//     stream_write     the run that writes a file
//
// Shape    both runs begin with `struct stream`. A *job* has dates and a cursor; a *live* stream has neither:
//          the shoppers act now, under ids of their own, until somebody stops it.
// True     what is counted as done has been acknowledged; a place that is remembered has nothing unsettled
//          before it. After a crash what lies behind it goes out again, with the same ids.
#pragma once

#include "delivery/cursor.h"
#include "generator/generator.h"
#include "run.h"

#define STREAM_REPORT_MS 250
#define STREAM_SAVE_MS 1000
#define STREAM_GRACE_MS 2000 // what is in flight may still arrive when the run is stopped
#define STREAM_MOST_RATE 1000000

enum stream_target { STREAM_SEGMENT, STREAM_PERSONALIZE, STREAM_FILE, STREAM_STDOUT };

struct stream_options {
    struct generator_plan plan;
    bool is_job;        // has a first day
    bool is_open_ended; // a job without a last day: until yesterday, whenever that is
    bool has_platforms; // they were named
    bool is_csv, restarts;
    enum stream_target target;
    double per_second; // 0: no limit
    uint64_t limit;    // 0: none
    int lanes;         // 0: the delivery's own
    int64_t patience_ms;
};

// ERROR_USAGE. `wall_ms` says which day yesterday is.
bool stream_options_read(
    const struct arguments *arguments,
    int64_t wall_ms,
    struct stream_options *out,
    struct error *err) MUST_CHECK;
bool stream_options_read_rate(struct str text, double *out, struct error *err) MUST_CHECK;
void stream_options_add_platforms(const struct generator_plan *plan, struct buf *out); // web,ios
void stream_options_add_day(struct buf *out, int64_t day);                             // 2019-05-19
const char *stream_options_target_name(enum stream_target target);

enum stream_gate { STREAM_MESSAGE, STREAM_NOT_YET, STREAM_END };

struct stream_feed {
    struct generator *generator; // owned
    bool is_live;
    bool is_stopped;            // no more is given
    bool has_steps, is_stepped; // `steps` are counted; the last one was given: time to pause
    uint64_t steps;
    uint64_t limit, taken; // of this run
};

bool stream_feed_open(
    struct stream_feed *feed, const struct generator_plan *plan, bool is_live, struct error *err)
    MUST_CHECK;
void stream_feed_release(struct stream_feed *feed);
// A place of the plan, or the end of one that was the same up to then: it goes on with the days since.
bool stream_feed_seek(struct stream_feed *feed, const struct delivery_mark *mark, struct error *err)
    MUST_CHECK;
enum stream_gate stream_feed_next(struct stream_feed *feed, struct generator_message *out);
bool stream_feed_is_at_end(const struct stream_feed *feed, const struct delivery_mark *mark);
void stream_feed_tell(const struct stream_feed *feed, struct delivery_mark *out);
// "2019-05-21 iOS": the place of the mark.
void stream_feed_add_where(
    const struct stream_feed *feed, const struct delivery_mark *mark, struct buf *out);

struct stream_job {
    struct cursor *cursor;                 // owned; NULL: a live stream, or standard output
    struct buf path, dead_letters, output; // owned; empty: none
    struct cursor_place place;             // as saved last
    uint64_t estimate;                     // messages of the whole job, about; 0: it has no end
};

// Of this run.
struct stream_counts {
    uint64_t taken, accepted, refused, skipped;
    uint64_t in_flight, requests, retried, bytes;
    struct delivery_mark mark; // what lies before it has settled
    struct str trouble;        // of the receiver; empty: none
};

struct stream;
struct stream_engine {
    void (*apply)(struct stream *self); // the rate, or whether it pauses, has changed
};

struct stream {
    struct run run;
    const struct stream_engine *engine;
    struct stream_options options;
    struct stream_feed feed;
    struct stream_job job;
    struct cursor_place base; // where the job stood at the start
    bool is_over;             // there is nothing to do, and that has been said
    bool is_paused;
    int64_t began_ms, reported_ms, saved_ms;
    int64_t give_up_ms; // when stopped: how long to wait for what is in flight; 0: not stopped
    int64_t rated_ms;   // of the rate of the last seconds
    uint64_t rated_count;
    double recent_rate;
};

void stream_init(
    struct stream *self,
    const struct task_ops *ops,
    struct action_context *context,
    const struct arguments *arguments,
    const struct stream_options *options,
    uint64_t run_id);
void stream_release(struct stream *self);
struct stream *stream_of(struct task *task);

// Generator, identity, cursor; says where it goes on.
bool stream_job_open(struct stream *self, struct error *err) MUST_CHECK;
void stream_job_release(struct stream_job *job);
// `counts` of what lies before its mark. Does nothing without a cursor.
bool stream_job_save(struct stream *self, const struct stream_counts *counts, struct error *err)
    MUST_CHECK;
// "123,456 of about 480,000 done"
void stream_job_add_done(const struct stream *self, uint64_t done, struct buf *out);

// ERROR_USAGE: two of the cursor, the output, the dead letters and the recording are one file; each of them
// replaces or cuts it.
bool stream_files_check(const struct stream *self, struct error *err) MUST_CHECK;

void stream_report_progress(
    struct stream *self, const struct stream_counts *counts, int64_t now_ms, bool is_running);
// The last words: counts, where it stands, how to go on.
void stream_report_end(struct stream *self, const struct stream_counts *counts, int64_t now_ms);
void stream_report_add_grouped(struct buf *out, uint64_t number); // 1,234,567
void stream_report_note(struct stream *self, const char *format, ...) PRINTF_LIKE(2, 3);

// The two runs. NULL with err: they cannot begin.
struct task *stream_deliver_start(
    struct action_context *context,
    const struct arguments *arguments,
    const struct stream_options *options,
    uint64_t run_id,
    struct error *err);
struct task *stream_write_start(
    struct action_context *context,
    const struct arguments *arguments,
    const struct stream_options *options,
    uint64_t run_id,
    struct error *err);
