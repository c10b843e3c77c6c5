// json_check — is it JSON, and if not, where exactly and why: for a text that is being written.
//
// Shape    strict (RFC 8259), so what passes here passes base/json.h, too. The place is the byte at which a
//          person has to do something, its line and its column in characters, both from 1.
// Threads  any.
#pragma once

#include "base/str.h"

struct json_check {
    bool is_good;
    size_t offset;
    size_t line, column;
    char message[120]; // "a comma is missing before this"
};

void json_check(struct str text, struct json_check *out);
