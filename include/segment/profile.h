// profile — Segment's Profile API as a language, for both ends: requests and replies are encoded
// and decoded here.
//
// Shape    a query names space, identifier and resource; the replies are views of an owned
//          document.
// Ids      external ids are asked for in lower case (profile_request does it); any character that
//          is not unreserved is escaped, because unescaped ones can make the API answer 500, and a
//          plain '+' means a blank.
// Limits   traits 10 unless asked for, at most 200; links at most 20; the others at most 100.
// Errors   profile_decode_error: 404 ERROR_NOT_FOUND, 401 ERROR_REFUSED, 429 ERROR_THROTTLED, 5xx
//          ERROR_UNREACHABLE, each with Segment's code, its words and a next step.
// Owns     what is decoded: release it.
// Threads  any; a decoded reply one at a time.
// Source   Segment, "Profile API"; segment.md 3.
#pragma once

#include "base/json.h"
#include "base/secret.h"
#include "http/request.h"

#define PROFILE_URL_US "https://profiles.segment.com"
#define PROFILE_URL_EU "https://profiles.euw1.segment.com"
#define PROFILE_TRAITS_DEFAULT_LIMIT 10 // a trap: workshop users have 14 traits
#define PROFILE_TRAITS_MAX_LIMIT 200    // docs say 100 in one place and 200 in another
#define PROFILE_MAX_LIMIT 100
#define PROFILE_LINKS_MAX_LIMIT 20
#define PROFILE_ID_MAX_BYTES ((size_t)500)

#define PROFILE_RESOURCES(X)                                                                       \
    X(PROFILE_TRAITS, "traits")                                                                    \
    X(PROFILE_EXTERNAL_IDS, "external_ids")                                                        \
    X(PROFILE_EVENTS, "events")                                                                    \
    X(PROFILE_METADATA, "metadata")                                                                \
    X(PROFILE_LINKS, "links")

enum profile_resource {
#define X(value, name) value,
    PROFILE_RESOURCES(X)
#undef X
        PROFILE_RESOURCE_COUNT
};
const char *profile_resource_name(enum profile_resource resource);

// As a client asks. Empty texts and zero numbers are left out.
struct profile_query {
    struct str space_id;
    struct str id_type;  // "user_id", "anonymous_id", "email" …; empty: user_id
    struct str id_value; // not encoded; "use_…" with an empty id_type is the internal id
    enum profile_resource resource;
    bool is_accounts; // of the collection accounts; an empty id_type is then group_id
    int limit;
    struct str include, exclude; // comma lists, not encoded
    struct str trait_class;      // "audience", "computed_trait"
    struct str start, end;       // ISO 8601, events
    struct str sort;             // "asc", "desc"
    struct str next;             // of the cursor before
    bool verbose;
};
struct str profile_base_url(struct str segment_region, struct str override_url);
// GET with Basic auth; refuses an empty space, id or token with the setting to fill in.
bool profile_request(
    const struct profile_query *query,
    struct str base_url,
    const struct secret *token,
    struct request *out,
    struct error *err) MUST_CHECK;

// As the server reads it: the same query out of a request target, decoded into owned memory and
// checked.
struct profile_target {
    struct buf memory; // owned; the texts of `query` are views of it
    struct profile_query query;
    int64_t start_ms,
        end_ms; // events: start <= time < end; INT64_MIN and INT64_MAX when not asked for
};
void profile_target_release(struct profile_target *target);
// ERROR_NOT_FOUND for another path, ERROR_INVALID for a wrong field of the path, ERROR_USAGE for a
// wrong parameter; the message names it and is fit for the reply.
bool profile_target_decode(
    struct str path, struct str query, struct profile_target *out, struct error *err) MUST_CHECK;
// Is `name` an item of the comma list? An empty list holds nothing.
bool profile_list_has(struct str comma_list, struct str name);

struct profile_cursor {
    struct str url, next;
    bool has_more;
    int limit; // 0: not said
};

struct profile_trait {
    struct str name;
    const struct json_node *value;
    struct str source_id, updated_at; // verbose replies only
    int64_t updated_at_ms;            // 0: not said
};
struct profile_traits {
    struct json document;        // owned
    struct profile_trait *items; // owned
    size_t count;
    struct profile_cursor cursor;
};
void profile_traits_release(struct profile_traits *traits);
bool profile_traits_decode(struct str text, struct profile_traits *out, struct error *err)
    MUST_CHECK;
const struct profile_trait *
profile_traits_find(const struct profile_traits *traits, struct str name);

struct profile_id {
    struct str type, id, source_id, collection, created_at, encoding, first_message_id;
};
struct profile_ids {
    struct json document;     // owned
    struct profile_id *items; // owned
    size_t count;
    struct profile_cursor cursor;
};
void profile_ids_release(struct profile_ids *ids);
bool profile_ids_decode(struct str text, struct profile_ids *out, struct error *err) MUST_CHECK;

struct profile_event { // keys are snake case on this API
    struct str name, type, message_id, source_id, timestamp;
    int64_t timestamp_ms; // 0: not said
    const struct json_node *properties, *context, *external_ids;
    struct str related_user; // internal id; written only
};
struct profile_events {
    struct json document;        // owned
    struct profile_event *items; // owned
    size_t count;
    struct profile_cursor cursor;
};
void profile_events_release(struct profile_events *events);
bool profile_events_decode(struct str text, struct profile_events *out, struct error *err)
    MUST_CHECK;

// The cursor of events: base64 of "<nanoseconds>::<message id>".
void profile_event_cursor_encode(int64_t at_ms, struct str message_id, struct buf *out);
bool profile_event_cursor_decode(struct str next, int64_t *out_at_ms, struct buf *out_message_id);

struct profile_link {
    struct str to_collection;     // "accounts" or "users"
    const struct profile_id *ids; // borrowed when encoding
    size_t id_count;
};
struct profile_links {
    struct json document;       // owned
    struct profile_link *items; // owned
    struct profile_id *ids;     // owned; of all items
    size_t count;
    struct profile_cursor cursor;
};
void profile_links_release(struct profile_links *links);
bool profile_links_decode(struct str text, struct profile_links *out, struct error *err) MUST_CHECK;

struct profile_metadata { // texts are views of `document`
    struct json document; // owned; may be empty when encoding
    struct str created_at, updated_at, expires_at;
    struct str first_message_id, first_source_id, last_message_id, last_source_id;
};
void profile_metadata_release(struct profile_metadata *metadata);
bool profile_metadata_decode(struct str text, struct profile_metadata *out, struct error *err)
    MUST_CHECK;

// The server's side. `items` are written in the order given; cursor.url is written when not empty.
void profile_traits_encode(
    const struct profile_trait *items,
    size_t count,
    bool verbose,
    const struct profile_cursor *cursor,
    struct buf *out);
void profile_ids_encode(
    const struct profile_id *items,
    size_t count,
    const struct profile_cursor *cursor,
    struct buf *out);
void profile_events_encode(
    const struct profile_event *items,
    size_t count,
    const struct profile_cursor *cursor,
    struct buf *out);
void profile_links_encode(
    const struct profile_link *items,
    size_t count,
    const struct profile_cursor *cursor,
    struct buf *out);
void profile_metadata_encode(const struct profile_metadata *metadata, struct buf *out);

// Why the server refuses.
enum profile_refusal {
    PROFILE_REFUSAL_VALIDATION,      // 400, a field of the path
    PROFILE_REFUSAL_INVALID_REQUEST, // 400, a parameter
    PROFILE_REFUSAL_AUTHENTICATION,  // 401
    PROFILE_REFUSAL_NOT_FOUND,       // 404
    PROFILE_REFUSAL_METHOD,          // 405
    PROFILE_REFUSAL_RATE_LIMIT,      // 429
    PROFILE_REFUSAL_INTERNAL,        // 500
    PROFILE_REFUSAL_COUNT
};
int profile_refusal_status(enum profile_refusal refusal);
// Of an error that profile_target_decode made.
enum profile_refusal profile_refusal_of(const struct error *err);
// {"error":{"code":"not_found","message":"…"}}
void profile_error_encode(enum profile_refusal refusal, struct str message, struct buf *out);
// Always fails: turns an answer other than 200 into an error.
bool profile_decode_error(int status, struct str body, struct error *err);
