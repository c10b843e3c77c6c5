// faults — what is to go wrong on demand: the list of faults, and whether one strikes here and now.
//
// Shape    the dispatcher (routes.c) asks once per request, before anything is done, for latency,
//          throttling, refusals, lost connections, the expired token and the skew; it applies the first
//          four itself and leaves the rest in the exchange:
//            exchange->has_expired_token   access refuses the caller's token as expired
//            exchange->skew_ms             added to what the service takes for now; its Date header tells it
//          Whoever runs functions or deliveries asks for his own with faults_strikes.
// Counting a fault that strikes has been hit: ask only for what you will do.
// Life     in memory. Those of the start options come back with reset; the others end with the process.
// Limits   FAULTS_LIMIT at a time; one more is ERROR_LIMIT.
// Threads  the sandbox's.
#pragma once

#include "cloud.h"
#include "operations/fault.h"

#define FAULTS_LIMIT 100

struct faults; // cloud->faults

struct faults_strike {
    struct fault fault; // a copy
    int64_t latency_ms; // drawn; 0: none
};

bool faults_open(struct cloud *cloud, struct error *err) MUST_CHECK; // those of the options
void faults_free(struct faults *faults);
void faults_reset(struct cloud *cloud);
bool faults_is_empty(const struct cloud *cloud);

// Does a fault of this effect strike at this place? Counts the hit. `out` may be NULL.
bool faults_strikes(
    struct cloud *cloud,
    enum fault_effect effect,
    const struct fault_place *place,
    struct faults_strike *out);
// The dispatcher's question. ANSWERED: the answer stands (refused, or to be dropped), nothing is carried out.
// HELD: the exchange waits for its latency, and is asked again.
enum faults_verdict { FAULTS_GO_ON, FAULTS_ANSWERED, FAULTS_HELD };
enum faults_verdict faults_begin(struct cloud *cloud, struct exchange *exchange);

// For a call that stays inside the process, as the built-in function's do: what its client would meet.
// Nothing is held for it, so latency and skew do not strike here.
enum faults_inside {
    FAULTS_INSIDE_NONE,
    FAULTS_INSIDE_REFUSED, // `refusal` says how; nothing is to be carried out
    FAULTS_INSIDE_DROPPED, // no answer; nothing is to be carried out
    FAULTS_INSIDE_LOST,    // carried out, no (whole) answer
};
struct aws_error;
enum faults_inside
faults_strike_inside(struct cloud *cloud, size_t place, struct str user, struct aws_error *refusal);

// The routes GET, PUT and DELETE of own_routes.h.
enum server_verdict faults_route_get(struct cloud *cloud, struct exchange *exchange);
enum server_verdict faults_route_put(struct cloud *cloud, struct exchange *exchange);
enum server_verdict faults_route_delete(struct cloud *cloud, struct exchange *exchange);
typedef void faults_each_fn(void *context, const struct fault *fault, int64_t hits);
void faults_each(const struct cloud *cloud, faults_each_fn *each, void *context);
