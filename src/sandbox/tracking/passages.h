// passages — what passed between the services for the newest deliveries: every request and answer of the
// loop, for the console's journey screen.
//
// Shape    kept as pieces (texts and times) while the loop runs, put into words when somebody asks: printing
//          goes through the encoders of the HTTP path, and http/redact.h.
// Literal  the ingest request is what arrived. AssumeRole, Invoke and the calls of the built-in code stay in
//          this process: their requests and answers are those the services would see and give, without
//          signatures and without the request ids of answers on a wire; each says so in its note. Code that
//          people bring makes its calls over HTTP, where nobody can tell for which event: those are hidden.
// Bounds   the newest PASSAGES_KEPT deliveries, and as many requests of the tracking API; a body or log is
//          cut at PASSAGES_TEXT_BYTES. Of a burst only the newest PASSAGES_BURST events are recorded, and
//          what is tried again. In memory: a restart, a reset or a commit that failed forgets them.
// Threads  the sandbox's.
#pragma once

#include "cloud.h"
#include "tracking/tape.h"

#define PASSAGES_KEPT 256
#define PASSAGES_BURST 64
#define PASSAGES_TEXT_BYTES ((size_t)16 << 10)

struct attempt;

void passages_clear(
    struct cloud *cloud); // from here on sequences mean something else; makes them, too
void passages_free(struct cloud *cloud);

// The request that brought events in, before its answer leaves: recorded if website-prod has accepted some
// after the sequence `before`.
void passages_add_ingest(struct cloud *cloud, struct exchange *exchange, int64_t before);
void passages_ingest_left(struct cloud *cloud, const struct exchange *exchange);

// An empty tape for the run that begins now; NULL: it is not recorded.
struct tape *passages_tape(struct cloud *cloud, const struct attempt *attempt);
// The attempt is over: what was recorded of it takes its place among the kept.
void passages_keep(struct cloud *cloud, const struct attempt *attempt);

// The "journey" of own_routes.h of that event; null when nothing of it is kept.
void passages_add_json(struct cloud *cloud, int64_t sequence, struct buf *out);
