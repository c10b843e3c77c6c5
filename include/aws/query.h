// query — forms of the query protocol (STS, IAM) taken apart: members, lists and structures in lists.
//
// Shape    "ActionNames.member.1=a&ContextEntries.member.1.ContextKeyName=k" → pairs, decoded, in order.
// Limits   QUERY_MAX_PAIRS pairs.
// Owns     struct query: query_release; every text is a view of it.
// Errors   ERROR_INVALID for an escape that cannot be decoded, ERROR_LIMIT.
// Threads  any; constant once parsed.
// Source   botocore's query serializer.
#pragma once

#include "base/buf.h"

#define QUERY_MAX_PAIRS 4000

struct query_pair {
    struct str name, value;
};
struct query {
    struct query_pair *pairs; // owned
    size_t count;
    struct buf storage;
};

bool query_parse(struct str form, struct query *out, struct error *err) MUST_CHECK;
void query_release(struct query *query);
struct str query_get(const struct query *query, const char *name); // ptr NULL: not sent
// LIST.member.N, or LIST.member.N.FIELD with `field` not NULL; `n` from 1.
struct str
query_get_member(const struct query *query, const char *list, size_t n, const char *field);
// FIELD may itself be a list: LIST.member.N.FIELD.member.M
struct str query_get_nested(
    const struct query *query, const char *list, size_t n, const char *field, size_t m);
// How many members follow one another from 1; `field` is one that every member has, or NULL.
size_t query_count_members(const struct query *query, const char *list, const char *field);
// The number of a member, or the fallback when it was not sent; false: it is no number.
bool query_get_integer(const struct query *query, const char *name, int64_t fallback, int64_t *out);
