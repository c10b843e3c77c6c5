// test — what every unit test includes: cmocka with the headers it needs, and a few checks in our
// own types. Each test file ends in one const table of its tests.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// after the four above
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

#include <stdio.h>

// A skipped program says why on stderr and ends with this.
#define TEST_SKIPPED 77

#define assert_str(actual, expected)                                                               \
    do {                                                                                           \
        const struct str actual_str = (actual);                                                    \
        const struct str expected_str = str_from(expected);                                        \
        if (!str_equal(actual_str, expected_str)) {                                                \
            print_error(                                                                           \
                "%s:%d: got \"" STR_FMT "\"\n  wanted \"" STR_FMT "\"\n", __FILE__, __LINE__,      \
                STR_ARG(actual_str), STR_ARG(expected_str));                                       \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

// The call must succeed; its error is printed if not.
#define assert_ok(call, err)                                                                       \
    do {                                                                                           \
        if (!(call)) {                                                                             \
            print_error(                                                                           \
                "%s:%d: %s failed: %s (%s)\n", __FILE__, __LINE__, #call, (err).message,           \
                (err).hint);                                                                       \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        if (!str_contains((text), str_from(part))) {                                               \
            print_error(                                                                           \
                "%s:%d: \"%s\" is not in \"" STR_FMT "\"\n", __FILE__, __LINE__, (part),           \
                STR_ARG(text));                                                                    \
            fail();                                                                                \
        }                                                                                          \
    } while (0)
