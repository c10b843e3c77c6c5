// function — the functions that are stored: a document each, and what a run needs of it, ready.
//
// Shape    the document is the record's JSON: the configuration as the service tells it, published
//          versions, aliases, policies. A change edits the document and calls function_save, which stores
//          it and derives again; nothing is parsed when a function runs.
//            {"builtin":"destination"|"endpoint", "created_ms":…, "changed_ms":…,
//             "configuration":{FunctionConfiguration without State…}, "versions":[{…}…], "last_version":2,
//             "aliases":[{"Name","FunctionVersion","Description","RevisionId"}…],
//             "policies":[{"qualifier":"","revision":"…","statements":[…]}…], "reserved":5, "tags":{}}
// Seeds    the workshop's two, with the settings it tells to paste; they run the built-in code.
// Owns     the list owns its functions; pointers and views live until the next change of that function.
// Threads  the sandbox's.
// Source   aws.md 3.5; workshop steps A1 1 to 43.
#pragma once

#include "base/json.h"
#include "cloud.h"

#define FUNCTION_NAME_BYTES 65
#define FUNCTION_LIMIT 500 // stored at a time
// A document is read whole (base/json.h has a limit) and written whole at every change.
#define FUNCTION_DOCUMENT_BYTES ((size_t)2 << 20)  // of one function
#define FUNCTION_DOCUMENTS_BYTES ((size_t)8 << 20) // of all
#define FUNCTION_CODE_BYTES ((int64_t)256 << 20)   // of all zips
#define FUNCTION_LATEST "$LATEST"

enum function_code { FUNCTION_CODE_UPLOADED, FUNCTION_CODE_DESTINATION, FUNCTION_CODE_ENDPOINT };

// What the built-in code reads from its environment.
struct function_settings {
    struct str campaign_arn, related_campaign_arn, tracking_id, region, filter_arn;
    struct str role_name;
    bool has_write_key;
    int source; // of the write key; -1: nobody's
    bool is_profile_key_wrong;
};

// One version as it runs.
struct function_version {
    int64_t number; // 0: $LATEST
    const struct json_node *configuration;
    struct function_settings settings;
    int64_t timeout_ms, memory_mb;
    // "$LATEST", "/aws/lambda/fn", "2026/11/24/[$LATEST]…", and the stream's ARN, for the role's rights
    struct buf label, log_group, log_stream, log_arn; // owned
    bool has_json_log;
    bool is_warm; // its environment has started
};

struct function {
    struct function *next;
    char name[FUNCTION_NAME_BYTES];
    enum function_code code;
    struct json document;  // owned
    size_t document_bytes; // as stored
    int64_t created_at_ms, changed_at_ms;
    int64_t reserved;                  // concurrency; -1: none reserved
    struct function_version *versions; // owned; the first is $LATEST
    size_t version_count;
};

struct function_list {
    struct function *first; // by name
    size_t count;
};
void function_list_release(struct function_list *list);
// Whatever the store holds; the seeds are put there when it holds none.
void function_list_load(struct cloud *cloud);
void function_list_seed(struct cloud *cloud); // into an empty store

struct function *function_find(const struct cloud *cloud, struct str name);
// An index into `versions`; false: no such version or alias. Empty means $LATEST.
bool function_find_version(const struct function *function, struct str qualifier, size_t *out);
const struct json_node *function_find_alias(const struct function *function, struct str name);
// A new function of that name, to be filled and saved. The list must have room.
struct function *function_add(struct cloud *cloud, struct str name);
// Stores the document and derives from it. A changed configuration or code starts a new environment.
void function_save(struct cloud *cloud, struct function *function);
void function_remove(struct cloud *cloud, struct function *function);
// May the function's document (NULL: a new one's) grow by that much? May its zip have that size?
bool function_has_room(const struct cloud *cloud, const struct function *function, size_t bytes);
bool function_has_code_room(
    const struct cloud *cloud, const struct function *function, int64_t bytes);

void function_add_arn(
    const struct cloud *cloud, struct str name, struct str qualifier, struct buf *out);
void function_add_time(struct buf *out, int64_t unix_ms); // 2024-05-01T12:00:00.000+0000
// "2026/11/24/[$LATEST]" and 32 hex digits.
void function_add_stream(struct cloud *cloud, struct str label, struct buf *out);
// Is it still being created, or updated?
bool function_is_pending(const struct cloud *cloud, const struct function *function);
bool function_is_updating(const struct cloud *cloud, const struct function *function);
