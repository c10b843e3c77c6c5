// remedies — what to do about a refusal, for each call and error code. One table, in remedies.c.
//
// Shape    the most specific row wins: call and code, then code alone. Hints may name {region},
//          {subject}, {key_id}, {origin}, {account}; without a value they read as "it".
// Threads  any.
// Source   what people meet at each step of the workshop (protocols/segment.md 4.4, aws.md 3, 5).
#pragma once

#include "client/client_call.h"

struct remedies_facts {
    enum client_call_kind kind;
    struct str code;    // "ResourceNotFoundException"
    struct str message; // of the service; some rows look for a part of it
    struct str region;  // signed for
    struct str subject; // ARN, function, role, user
    struct str key_id;  // access key id, shown in part only
    struct str origin;  // where the keys came from
};
// Appends the hint; false when the table has none (the caller keeps what it has).
bool remedies_find(const struct remedies_facts *facts, struct buf *out);
