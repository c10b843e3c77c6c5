// attempt — one try to deliver one event, in the order of the real one: switch, filter, type, settings,
// AssumeRole, Invoke, the function's own answer.
//
// Life     attempt_start → over at once (the built-in code), or under way; then attempt_keep copies what was
//          borrowed, and attempt_poll tells when it is over: the function answered, or ATTEMPT_BUDGET_MS
//          have passed and a later answer is ignored. attempt_release ends it at any point.
// Result   `record`: what came of it, in the words users of Segment meet. Nothing is written to the store but
//          what the function itself does.
// Owns     the run, and after attempt_keep the texts; the event's views are the caller's until then.
// Place    must not move while under way: the function's answer comes to it.
// Threads  the sandbox's.
// Source   segment.md 4.2.
#pragma once

#include "segment/event.h"
#include "tracking/destination.h"
#include "tracking/destination_record.h"

#define ATTEMPT_BUDGET_MS 5000

enum attempt_stage { ATTEMPT_ASSUME, ATTEMPT_INVOKE, ATTEMPT_RUNNING, ATTEMPT_OVER };

struct attempt {
    struct cloud *cloud;
    struct store_event event;
    struct destination_settings settings;
    struct destination_record record;
    int64_t attempts, first_ms; // with this one

    // its own
    enum attempt_stage stage;
    struct event document; // the event read, when its integrations may matter
    struct functions_run run;
    struct functions_invocation *invocation;
    int64_t started_us, stage_us; // monotonic
    struct attempt_strike {       // what is to go wrong at this stage
        bool is_drawn, is_refused, is_lost;
        enum outcome outcome; // of a refusal
        char reason[320];
    } strike;
    int64_t resume_at_ms; // monotonic; a latency to be waited for; 0: none
    bool is_answer_lost;  // carried out, but the answer will not be heard
    bool has_answer;
    bool is_test, has_tape; // has_tape: its run was recorded on passages_tape
    struct buf kept;        // owned copies
};

// `is_test`: the Event Tester's, which asks neither the switch nor the filter.
void attempt_start(
    struct attempt *attempt, struct cloud *cloud, const struct store_event *event, bool is_test);
void attempt_keep(struct attempt *attempt);
bool attempt_is_over(const struct attempt *attempt);
// Goes on as far as it can; true when it is over. `now_ms` is monotonic.
bool attempt_poll(struct attempt *attempt, int64_t now_ms);
// Monotonic; when to poll again at the latest.
int64_t attempt_next_ms(const struct attempt *attempt);
void attempt_release(struct attempt *attempt); // empty again, for the next event
void attempt_free(struct attempt *attempt);    // one of MEM_NEW; NULL is fine
