// fault — one thing that is to go wrong: a text like "lambda.Invoke:latency=250ms..1s,count=3", or the
// same as JSON.
//
// Grammar  SERVICE[.OPERATION]:WORD[=VALUE][,WORD[=VALUE]]…      (SERVICE:OPERATION: is read too)
//   where  tracking, profile, personalize-runtime, personalize-events, personalize, lambda, sts, iam,
//          logs, gateway; `*` for all of these; function[.NAME]; destination. OPERATION is the service's
//          own name of it (GetRecommendations, track, traits …) in any case, or `*`.
//   what   latency=250ms | latency=250ms..1s   alone, or together with one of the others
//          throttle [retry-after=S] [reset=S] [reason=R]    the service's own "too many requests"
//          status=N and/or error=CODE [message=TEXT]        refused in the service's own shape
//          drop   the connection closes without an answer; the request is not carried out
//          lose   carried out, then the connection closes without an answer
//          half   carried out; half of the answer leaves, then the connection closes
//          expired-token, skew=-10m  (AWS services)   the caller's token has expired; the service's
//                 clock, which its Date header tells, is off by so much
//          timeout, crash  (function)    off  (destination: nothing is delivered)
//   whom   user=ID, function=NAME
//   when   probability=0.2 [seed=N]: by chance, the same with every run of one seed; count=N: the next
//          N only; both: N times, by chance
//   id=NAME  to remove it by; made when missing
//          A value with a comma stands in double quotes. Durations have a unit: ms, s, m, h.
// JSON     one object with these words as keys, `-` written `_`, and service, operation:
//          {"service":"lambda","operation":"Invoke","latency":"250ms..1s","count":3}, or {"spec":"…"}.
// Errors   ERROR_USAGE (text), ERROR_INVALID (JSON): the part that is wrong and what may stand there.
// Owns     nothing: a plain value.
// Threads  any.
#pragma once

#include "base/json.h"

enum fault_effect {
    FAULT_LATENCY, // and nothing else
    FAULT_THROTTLE,
    FAULT_REFUSE, // status, error
    FAULT_DROP,
    FAULT_LOSE,
    FAULT_HALF,
    FAULT_EXPIRED_TOKEN,
    FAULT_SKEW,
    FAULT_TIMEOUT,
    FAULT_CRASH,
    FAULT_OFF,
    FAULT_EFFECT_COUNT,
};

struct fault {
    char id[40];        // empty: none given
    char service[24];   // "*": every service that is asked over HTTP
    char operation[64]; // "*": all; of `function`: its name
    char user[257];     // empty: anybody
    char function[145]; // empty: any
    enum fault_effect effect;
    int64_t latency_ms, latency_to_ms; // from, to; 0: none
    int64_t status;                    // 0: the service's own for this
    char error[96], message[256];      // empty: the service's own
    char reason[64];                   // of Lambda's throttling
    int64_t retry_after_s, reset_s;    // -1: not said
    int64_t skew_ms;
    double probability; // 1: always
    int64_t seed;
    int64_t count; // 0: without end
};

bool fault_parse(struct str text, struct fault *out, struct error *err) MUST_CHECK;
bool fault_decode(const struct json_node *object, struct fault *out, struct error *err) MUST_CHECK;
// The shortest text that reads back the same.
void fault_format(const struct fault *fault, struct buf *out);
const char *fault_effect_name(enum fault_effect effect); // "throttle"
// `service` "*" in a fault fits HTTP services only. An empty user or function of the question fits only
// faults that do not ask for one.
struct fault_place {
    struct str service, operation, user, function;
};
bool fault_fits(const struct fault *fault, const struct fault_place *place);
