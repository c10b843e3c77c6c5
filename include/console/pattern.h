// pattern — extended regular expressions as POSIX writes them, of bounded size: found in a text in one pass,
// without going back and without memory of its own.
//
// Shape    | ( ) * + ? {m,n} . [a-z] [^…] [[:alpha:]] ^ $ and \ before a special character; \d \w \s as
//          elsewhere. Over bytes: a character beyond ASCII is the row of its bytes, and not in brackets.
//          No back references, no repeat of a repeat.
// How      every character of the expression is a place; what is under way is a set of places in one word
//          (Glushkov). The start and the end of the text are symbols of their own, which ^ and $ take.
// Bounds   PATTERN_MOST_PLACES places after {m,n} is written out; more is an error.
// Threads  a value.
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

#define PATTERN_MOST_PLACES 64
#define PATTERN_SYMBOLS 258 // bytes, start, end

struct pattern {
    uint64_t of_symbol[PATTERN_SYMBOLS]; // places that take the symbol
    uint64_t follow[PATTERN_MOST_PLACES];
    uint64_t first, last;
    bool is_everywhere; // takes nothing, too: found in every text
};

// `out_at` is the byte where it goes wrong. ERROR_USAGE.
bool pattern_parse(
    struct str text,
    bool ignores_case, // of ASCII letters
    struct pattern *out,
    size_t *out_at,
    struct error *err) MUST_CHECK;
bool pattern_matches(const struct pattern *pattern, struct str text);
