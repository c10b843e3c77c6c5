// log_pattern — CloudWatch filter patterns: which log events FilterLogEvents gives.
//
// Shape    text in, a compiled pattern out, then one question per message. The empty pattern fits all.
//   terms    ERROR "exact phrase" -exclude ?any ?of      all plain terms, none of the excluded ones; the
//            question marks count only when every term has one, as in the cloud
//   JSON     { $.level = "ERROR" && ($.ms > 3000 || $.tags[0] = *slow*) }    = != < <= > >=, IS NULL,
//            IS TRUE, IS FALSE, EXISTS, NOT EXISTS; $.a.b, $.list[2], $.list[*], $["odd key"]
//   fields   [ip, user, ..., status = 4* && status != 404, bytes > 1000]    by blanks; "quoted" and
//            [bracketed] parts of a message are one field
// Matching case-sensitive; a term is found anywhere in the message; `*` in values of JSON and fields.
// Limits   LOG_PATTERN_MAX_BYTES of pattern (the service's own); %regular expressions% are refused.
// Errors   ERROR_USAGE in the service's words for InvalidParameterException; the hint says more.
// Owns     struct log_pattern: log_pattern_release. It borrows nothing.
// Threads  any; constant once parsed.
// Source   CloudWatch Logs User Guide, "Filter pattern syntax".
#pragma once

#include "base/buf.h"

#define LOG_PATTERN_MAX_BYTES 1024

enum log_pattern_kind {
    LOG_PATTERN_ALL,
    LOG_PATTERN_TERMS,
    LOG_PATTERN_JSON,
    LOG_PATTERN_FIELDS,
};

struct log_pattern_node;
struct log_pattern {
    enum log_pattern_kind kind;
    struct buf text;                // owned; every text below is a view of it
    struct log_pattern_node *nodes; // owned; the language's own
    size_t count, root;
    struct str *fields; // owned; names of the fields, "..." among them
    size_t field_count;
};

bool log_pattern_parse(struct str text, struct log_pattern *out, struct error *err) MUST_CHECK;
void log_pattern_release(struct log_pattern *pattern);
bool log_pattern_matches(const struct log_pattern *pattern, struct str message);
