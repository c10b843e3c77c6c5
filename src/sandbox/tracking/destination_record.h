// destination_record — what is written down about one delivery, and its JSON (own_routes.h).
//
// Owns     nothing; texts are borrowed until destination_record_add_json, those of a refusal are copied.
// Threads  the sandbox's.
// Source   segment.md 4.4 for the words users meet.
#pragma once

#include "functions/functions.h"
#include "segment/event.h"
#include "writer.h"

enum destination_hop_state {
    DESTINATION_HOP_SKIPPED,
    DESTINATION_HOP_DONE,
    DESTINATION_HOP_FAILED
};
enum destination_stage { DESTINATION_AT_ROLE, DESTINATION_AT_FUNCTION };

struct destination_record {
    const struct store_event *event;
    int64_t at_ms, total_us, assume_us, lambda_us;
    enum destination_hop_state assume_state, lambda_state;
    const char *not_sent;     // the code, when it did not go out
    const char *code, *error; // error NULL: delivered
    char reason[1024], hint[300];
    int status;
    const struct functions_run *run; // NULL: the function did not run
};

void destination_record_fail(
    struct destination_record *record,
    const char *code,
    const char *error,
    const char *reason,
    const char *hint);
void destination_record_refuse(
    struct destination_record *record,
    const struct aws_error *refusal,
    enum destination_stage stage);
void destination_record_add_json(
    const struct cloud *cloud, const struct destination_record *record, struct buf *out);
