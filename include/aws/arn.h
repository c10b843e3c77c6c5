// arn — Amazon Resource Names: taking apart, putting together, naming what they denote.
//
// Shape    arn:partition:service:region:account:resource; the resource may contain ':' and '/'.
// Owns     nothing: the fields are views of the parsed text.
// Errors   ERROR_INVALID. What a person pasted goes through pasted.h first, which explains more.
// Threads  any.
// Source   protocols/aws.md 6; service models of personalize, lambda, iam, logs.
#pragma once

#include "base/buf.h"

#define ARN_MAX_BYTES 2048

enum arn_kind {
    ARN_UNKNOWN, // well formed, but of no kind listed here
    ARN_CAMPAIGN,
    ARN_RECOMMENDER,
    ARN_SOLUTION,
    ARN_SOLUTION_VERSION,
    ARN_DATASET_GROUP,
    ARN_DATASET,
    ARN_SCHEMA,
    ARN_FILTER,
    ARN_EVENT_TRACKER,
    ARN_RECIPE,
    ARN_ALGORITHM,
    ARN_FUNCTION,
    ARN_LAYER,
    ARN_ROLE,
    ARN_USER,
    ARN_GROUP,
    ARN_POLICY,
    ARN_INSTANCE_PROFILE,
    ARN_ACCOUNT_ROOT,
    ARN_ASSUMED_ROLE,
    ARN_FEDERATED_USER,
    ARN_LOG_GROUP,
    ARN_LOG_STREAM,
    ARN_KIND_COUNT,
};

struct arn {
    struct str partition, service, region, account;
    struct str resource; // everything after the fifth ':'
    enum arn_kind kind;
    struct str name;      // "shoe-recs"; of a dataset the group, of a role its last path segment
    struct str qualifier; // function qualifier, solution version id, dataset type, role session, …
    struct str path;      // of a role: "/svc/", or "/" when it has none
};

bool arn_parse(struct str text, struct arn *out, struct error *err) MUST_CHECK;
// Adds partition, service, region, account and resource; the other fields are ignored.
void arn_format(const struct arn *arn, struct buf *out);
bool arn_looks_like(struct str text);             // begins with "arn:" in any case
const char *arn_kind_name(enum arn_kind kind);    // "campaign", "solution version" …
const char *arn_kind_article(enum arn_kind kind); // "a campaign", "an event tracker"
bool arn_is_account(struct str account);          // twelve digits
