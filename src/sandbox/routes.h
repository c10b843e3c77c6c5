// routes — every request the sandbox answers, as tables: one routes_<service>.c each.
//
// Shape    a route fills exchange->response and returns SERVER_ANSWER, or SERVER_HOLD after setting
//          hold_until_ms; a held one is asked again after every change and when its time is over, through
//          exchange->again, else through the route from its beginning. The dispatcher turns SERVER_ANSWER into SERVER_COMMIT while a transaction is open.
// Threads  the sandbox's.
#pragma once

#include "cloud.h"

typedef enum server_verdict route_fn(struct cloud *cloud, struct exchange *exchange);
struct route {
    const char *method; // NULL: any; the route tells
    const char *path;
    bool is_prefix;
    size_t body_limit;
    route_fn *run;
};
struct routes {
    const struct route *rows;
    size_t count;
};
struct routes routes_tracking(void);
struct routes routes_profile(void);
struct routes routes_computed_traits(void);
struct routes routes_aws(void); // every operation of AWS: access/calls.h
struct routes routes_gateway(void);
struct routes routes_functions(void);
struct routes routes_own(void);

// The row that answers; NULL when there is none, and then whether another method has one at that path.
const struct route *routes_find(struct str method, struct str path, bool *is_path_known);
// Where it is for, as in operations/place.h; also sets exchange->operation.
size_t routes_place(struct exchange *exchange);
enum server_verdict routes_respond(struct cloud *cloud, struct exchange *exchange);
size_t routes_body_limit(struct str path);

void routes_answer_json(struct exchange *exchange, int status, struct str json);
// {"error":{"code","message","hint"}}; status from the code.
void routes_answer_error(struct exchange *exchange, const struct error *err);
// Decoded query parameters; false or the fallback when absent.
bool routes_query_text(const struct exchange *exchange, const char *name, struct buf *out);
int64_t routes_query_int(
    const struct exchange *exchange,
    const char *name,
    int64_t fallback,
    int64_t least,
    int64_t most);
// For long polls: has the time to wait come, or is it over? Sets hold_until_ms at the first call.
bool routes_may_hold(struct cloud *cloud, struct exchange *exchange);
