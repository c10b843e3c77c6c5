// client_services — the handler's services (handler/services.h) over the network: the real
// Lambda's.
//
// Shape    each function runs one or more calls to their end, one after the other, on one set of
//          transfers, so that connections are reused from call to call and event to event. All
//          calls between two client_services_begin share one time budget.
// Units    ms per call, as measured from request to whole answer.
// Owns     its transfers. Borrows the client.
// Errors   as services.h wants them; ERROR_TIMEOUT when the budget is used up.
// Threads  one at a time.
#pragma once

#include "client/client.h"
#include "handler/services.h"

#define CLIENT_SERVICES_BUDGET_MS 5000 // what Segment's destination allows a function

enum client_services_call {
    CLIENT_SERVICES_PUT_EVENTS,
    CLIENT_SERVICES_RECOMMENDATIONS,
    CLIENT_SERVICES_IDENTIFY,
    CLIENT_SERVICES_PURCHASED,
    CLIENT_SERVICES_CALL_COUNT,
};

struct client_services_count {
    int calls, attempts; // attempts > calls: some were repeated
    double ms;           // sum over the calls
    int status;          // HTTP status of the last answer; 0 when there was none
    struct error error;  // of the last call; ERROR_NONE when it went well
};

struct client_services_options {
    int64_t budget_ms;                           // 0: CLIENT_SERVICES_BUDGET_MS
    void (*log)(void *context, struct str line); // may be NULL
    void *log_context;
    task_cancelled_fn *cancelled; // may be NULL
    void *cancelled_context;
};

struct client_services;
struct client_services *
client_services_new(struct client *client, const struct client_services_options *options);
void client_services_free(struct client_services *services);
DEFINE_CLEANUP(struct client_services, client_services_free);
// The table for the handler; good as long as `services`.
const struct services *client_services_table(const struct client_services *services);
// Before each event: a fresh budget, counts at zero.
void client_services_begin(struct client_services *services);
const struct client_services_count *
client_services_at(const struct client_services *services, enum client_services_call call);
