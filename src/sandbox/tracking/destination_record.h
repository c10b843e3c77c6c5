// destination_record — what is written down about one delivery, and its JSON (own_routes.h).
//
// Owns     nothing; texts are borrowed until destination_record_add_json, those of a refusal are copied.
// Threads  the sandbox's.
// Source   segment.md 4.4 for the words users meet.
#pragma once

#include "functions/functions.h"
#include "segment/event.h"
#include "tracking/destination.h"
#include "tracking/outcome.h"
#include "writer.h"

enum destination_hop_state {
    DESTINATION_HOP_SKIPPED,
    DESTINATION_HOP_DONE,
    DESTINATION_HOP_FAILED
};
enum destination_stage { DESTINATION_AT_ROLE, DESTINATION_AT_FUNCTION };

struct destination_record {
    enum outcome outcome;
    int64_t at_ms, total_us, assume_us, lambda_us;
    enum destination_hop_state assume_state, lambda_state;
    char reason[1024], hint[400];
    char aws_code[96]; // of a refusal: "AccessDenied"; empty: none, or not known
    int status;
    const struct functions_run *run; // NULL: the function did not run, or nobody heard its answer

    // filled in by whoever writes it down
    const struct store_event *event;
    const struct destination_settings *settings;
    int64_t attempts, first_ms;
    int64_t next_ms; // wall; 0: it is not tried again
};

// `reason` and `hint` NULL: the outcome's own.
void destination_record_fail(
    struct destination_record *record, enum outcome outcome, const char *reason, const char *hint);
void destination_record_refuse(
    struct destination_record *record,
    const struct aws_error *refusal,
    enum destination_stage stage);
void destination_record_add_json(const struct destination_record *record, struct buf *out);
// The outcome's text for people: "Accessdenied"; empty when it was delivered or not sent.
struct str destination_record_error(const struct destination_record *record);
