// filter — the language of the line behind `/`: which rows of a pane are shown.
//
//   shirt "ocean blue"        words: found in any field; several must all be found
//   user:294 type=track       contains, equals; letters of either case are alike
//   type!=track -sku:shirt    not: ! and - and the word not
//   ms>3 status>=400          numbers; times as at>10:00, at<2026-01-05T10:00 (UTC), at:10:03
//   name:/^Product .*ed$/i    regular expressions (console/pattern.h); /…/ alone: in any field
//   sku:*                     is there at all
//   (a or b) and not c        `or` binds least; white space means `and`
//
// Shape    a schema says which fields a pane has and how to find one of a subject; a filter is compiled once
//          and then asked for every subject. A field of kind FILTER_JSON has members: properties.sku,
//          properties.products.0.sku. Without text a filter shows everything.
// Errors   ERROR_USAGE with the byte where it goes wrong. Nothing is written then.
// Cost     no memory is asked for while matching; a microsecond or less for a usual event.
// Bounds   FILTER_MAX_BYTES of text, FILTER_MOST_NODES parts, FILTER_MOST_PATTERNS expressions.
// Threads  a value: it can be copied, there is nothing to release.
#pragma once

#include "base/buf.h"
#include "console/pattern.h"

#define FILTER_MAX_BYTES 512
#define FILTER_MOST_NODES 64
#define FILTER_MOST_PATTERNS 4
#define FILTER_MOST_DEPTH 24

enum filter_kind {
    FILTER_TEXT,
    FILTER_NUMBER,
    FILTER_TIME, // wall time
    FILTER_JSON  // the text of a document; members are asked for as field.member
};

struct filter_field {
    const char *name; // lower case
    enum filter_kind kind;
    const char *path; // FILTER_JSON: the member of the document that it is; NULL: all of it
};

struct filter_value {
    struct str text; // FILTER_TEXT, FILTER_JSON
    double number;
    int64_t at_ms;
};

struct filter_schema {
    const struct filter_field *fields;
    size_t field_count;
    // False: the subject has no such field.
    bool (*find)(const void *subject, size_t field, struct filter_value *out);
};

enum filter_operator {
    FILTER_AND,
    FILTER_OR,
    FILTER_NOT,
    // of a field and a value:
    FILTER_CONTAINS,
    FILTER_EQUALS,
    FILTER_LESS,
    FILTER_AT_MOST,
    FILTER_MORE,
    FILTER_AT_LEAST,
    FILTER_MATCHES, // a pattern
    FILTER_EXISTS
};

struct filter_span { // of the filter's text
    uint16_t at, len;
};

#define FILTER_ANY_FIELD (-1)

struct filter_node {
    enum filter_operator is;
    int left, right; // nodes; FILTER_NOT has a left one
    int field;       // or FILTER_ANY_FIELD
    struct filter_span path, text;
    bool ignores_case; // FILTER_MATCHES
    int pattern;
    bool is_number, is_time, is_time_of_day; // what the text says, where that is wanted
    double number;
    int64_t from_ms, to_ms; // the time said, and the end of it: a minute for 10:00
};

struct filter {
    const struct filter_schema *schema;
    struct filter_node nodes[FILTER_MOST_NODES];
    int node_count, root;
    char text[2 * FILTER_MAX_BYTES]; // of values and paths
    size_t text_len;
    struct pattern patterns[FILTER_MOST_PATTERNS];
    int pattern_count;
};

bool filter_parse(
    struct str text,
    const struct filter_schema *schema,
    struct filter *out,
    size_t *out_at,
    struct error *err) MUST_CHECK;
bool filter_is_empty(const struct filter *filter); // shows everything
bool filter_matches(const struct filter *filter, const void *subject);
// Text that parses to the same filter.
void filter_format(const struct filter *filter, struct buf *out);
// The opposite of what the text says: "" stays.
void filter_format_inverse(const struct filter *filter, struct buf *out);
bool filter_is_same(const struct filter *left, const struct filter *right);
// The text with its last word completed to a field, as far as it is certain; nothing when it is not.
void filter_complete(struct str text, const struct filter_schema *schema, struct buf *out);

// The value at a path ("properties.products.0.sku") of JSON text, as it stands there; false: none.
bool filter_find_json(struct str json, struct str path, struct str *out);
