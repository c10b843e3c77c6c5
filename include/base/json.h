// json — JSON values over cJSON, whose types stay inside json.c.
//
// Shape    `struct json` owns a document; `const struct json_node *` points into it. Accessors
//          accept NULL and wrong kinds and then answer "absent", so that reading a reply needs no
//          ladder.
// Limits   JSON_MAX_BYTES of text, JSON_MAX_DEPTH levels; invalid UTF-8 is refused on reading and
//          replaced by U+FFFD on writing. Numbers are doubles (53 bits of integer).
//          \u0000 and halves of a surrogate pair are read as U+FFFD (cJSON keeps C strings).
// Owns     documents: json_release. Views die with their document.
// Threads  one document, one thread at a time.
#pragma once

#include "base/buf.h"

#define JSON_MAX_BYTES ((size_t)8 << 20)
#define JSON_MAX_DEPTH 64

struct json_node;
struct json {
    struct json_node *root; // owned
};

enum json_kind {
    JSON_ABSENT,
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

bool json_parse(struct str text, struct json *out, struct error *err) MUST_CHECK;
void json_release(struct json *json);

enum json_kind json_kind(const struct json_node *node);
const char *json_kind_name(enum json_kind kind); // "string", "object", "absent" …
const struct json_node *json_get(const struct json_node *object, const char *key); // case-sensitive
const struct json_node *json_first(const struct json_node *container);
const struct json_node *json_next(const struct json_node *element);
size_t json_count(const struct json_node *container);
struct str json_key(const struct json_node *member); // of an object's member
struct str json_text(const struct json_node *node);  // of a string; else the empty str (ptr NULL)
bool json_number(const struct json_node *node, double *out);
bool json_integer(const struct json_node *node, int64_t *out); // whole numbers within 2^53 only
bool json_bool(const struct json_node *node, bool fallback);
// json_text(json_get(object, key))
struct str json_get_text(const struct json_node *object, const char *key);

// Building. Each add_* returns the new member; `key` NULL appends to an array.
struct json_node *json_new_object(struct json *out);
struct json_node *json_new_array(struct json *out);
struct json_node *json_add_object(struct json_node *parent, const char *key);
struct json_node *json_add_array(struct json_node *parent, const char *key);
void json_add_text(struct json_node *parent, const char *key, struct str text);
// The text is not copied: it lives at least as long as the document.
void json_add_text_view(struct json_node *parent, const char *key, const char *text);
void json_add_number(struct json_node *parent, const char *key, double number);
void json_add_integer(struct json_node *parent, const char *key, int64_t number);
void json_add_bool(struct json_node *parent, const char *key, bool value);
void json_add_null(struct json_node *parent, const char *key);
void json_add_copy(struct json_node *parent, const char *key, const struct json_node *node);
// Replaces every member of that key by one, or adds it. json_remove takes all of them out.
void json_set_text(struct json_node *object, const char *key, struct str text);
void json_set_copy(struct json_node *object, const char *key, const struct json_node *node);
void json_remove(struct json_node *object, const char *key);
bool json_copy(const struct json_node *node, struct json *out); // false for NULL
// Moves the first element of the array member `key` out of the document, to be one of its own, without
// copying it; false when there is none (left).
bool json_take_first(struct json *document, const char *key, struct json *out);

void json_print(const struct json_node *node, struct buf *out);        // one line
void json_print_pretty(const struct json_node *node, struct buf *out); // indented
// A text as JSON writes it, in quotes; bytes that are no UTF-8 become U+FFFD.
void json_quote(struct buf *out, struct str text);
