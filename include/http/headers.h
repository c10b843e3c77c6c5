// headers — the header fields of one HTTP message, in order of arrival.
//
// Shape    names compare without regard to ASCII case; repeated fields stay separate entries.
// Owns     copies of every name and value; release with headers_release.
// Errors   none: anything may be held. Before sending, request_check refuses what would break the
//          wire format (line breaks, control characters).
// Threads  one at a time.
#pragma once

#include "base/buf.h"

struct headers_field {
    struct str name, value; // NUL-terminated views of `memory`
    char *memory;           // owned
};

struct headers {
    struct headers_field *fields; // owned
    size_t count, cap;
};

void headers_release(struct headers *headers);
void headers_add(struct headers *headers, struct str name, struct str value);
// Replaces every field of that name by one.
void headers_set(struct headers *headers, struct str name, struct str value);
// The first field of that name; ptr NULL when absent. The view dies with the field.
struct str headers_get(const struct headers *headers, struct str name);
bool headers_has(const struct headers *headers, struct str name);
size_t headers_remove(struct headers *headers, struct str name); // how many went
size_t headers_count(const struct headers *headers);
const struct headers_field *headers_at(const struct headers *headers, size_t at); // at < count
void headers_copy(const struct headers *from, struct headers *to);                // appends
// RFC 9110 token, and a value free of control characters other than TAB.
bool headers_is_valid_name(struct str name);
bool headers_is_valid_value(struct str value);
