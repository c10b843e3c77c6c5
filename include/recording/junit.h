// junit — a test report as continuous integration reads it: JUnit's XML.
//
// Shape    <testsuites><testsuite name tests failures errors skipped time><testcase classname name time/>…
//          cases are added one by one and the whole is written at the end.
// Text     printable, valid UTF-8, and within XML 1.0's characters, whatever came.
// Limits   JUNIT_MAX_BYTES; beyond, further failures are counted without their text.
// Threads  one at a time.
// Source   the de-facto schema of Ant's JUnit task, which Jenkins, GitLab and GitHub's reporters read.
#pragma once

#include "base/buf.h"

#define JUNIT_MAX_BYTES ((size_t)64 << 20)

enum junit_outcome { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERROR, JUNIT_SKIPPED };

struct junit_case {
    struct str name;
    enum junit_outcome outcome;
    struct str message, text; // one line, and all of it; empty when passed
    double seconds;
};

struct junit {
    struct buf cases; // owned
    size_t tests, failures, errors, skipped;
    double seconds;
};

void junit_release(struct junit *junit);
void junit_add(struct junit *junit, const struct junit_case *made);
void junit_format(const struct junit *junit, struct str suite, struct buf *out);
