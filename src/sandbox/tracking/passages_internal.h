// passages_internal — what passages.c records and passages_print.c, passages_calls.c put into words.
#pragma once

#include "tracking/passages.h"
#include "tracking/pieces.h"
#include "writer.h"

struct passages_ingest {
    int64_t first, last;         // sequences it brought; 0: an empty place
    int64_t number;              // in order of arrival, from 1
    int64_t started_us, left_us; // monotonic; left 0: its answer waits for the commit
    int64_t wall_us;             // when it started
    int status;
    struct buf text; // pieces: method, target, headers, body (cut), answer's headers, answer's body
};

struct passage {
    int64_t sequence, attempts;
    int64_t started_us, assume_us, invoke_us,
        lambda_us;                   // monotonic; assume_us, lambda_us: how long
    int64_t wall_us, received_at_ms; // when it started; when the event came
    int assume_state, lambda_state;  // enum destination_hop_state
    int status;
    struct buf text; // pieces, see passages_keep
    struct tape tape;
    bool has_tape;
};

struct passages {
    struct passages_ingest ingests[PASSAGES_KEPT];
    struct passage kept[PASSAGES_KEPT];
    int64_t ingest_count, kept_count; // ever
    struct tape tape;                 // of the run under way
};

// One exchange, ready to be written.
struct passages_shown {
    const char *hop, *title, *state;
    int64_t start_us, us; // monotonic; start 0: unknown; us below 0: unknown
    int status, attempts;
    struct buf request, answer; // redacted
    struct str request_id, problem, note;
};
void passages_add_shown(struct writer *writer, struct passages_shown *shown, int64_t base_us);
void passages_shown_release(struct passages_shown *shown);
// The calls on a tape; `items` gets the list recommended last, as JSON, if there was one; `sent` the last
// identify.
void passages_add_calls(
    struct cloud *cloud,
    struct writer *writer,
    const struct tape *tape,
    int64_t base_us,
    struct buf *items,
    struct buf *sent);
