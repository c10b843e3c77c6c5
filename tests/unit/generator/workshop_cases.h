// workshop_cases — what the tests of the workshop's model share.
#pragma once

#include "walked.h"

// Chance is checked against segment.md 6.1 and 6.2 by chi-square, alpha 0.0001 for every check, degrees of
// freedom one less than the cells; with the seeds fixed a check passes always or never.
static const uint64_t seeds[] = {1, 20190519, UINT64_C(0xFEEDFACECAFEBEEF)};

#define FIRST_DAY 18035 // 2019-05-19
#define DAYS 9
#define DAY_MS INT64_C(86400000)
#define OPENING_MS INT64_C(32400000)
#define SOURCES GENERATOR_SOURCE_COUNT

// The track with that name, or the identify, or the end.
enum seen {
    VIEWED,
    CLICKED,
    SUCCESS,
    IDENTIFY,
    SENT,
    DELIVERED,
    OPENED,
    LINK,
    LEFT,
    ADDED,
    PRODUCT,
    ORDER,
    SEEN
};

static const char *const seen_names[SEEN] = {
    "Page Viewed", "Signup Clicked",  "Signup Success",  "",
    "Email Sent",  "Email Delivered", "Email Opened",    "Email Link Clicked",
    "Unsubscribe", "Product Added",   "Product Clicked", "Order Completed",
};

static inline enum seen what(const struct generator_message *message) {
    for (int i = 0; i < SEEN; i++)
        if (str_equal(message->name, str_from(seen_names[i]))) return (enum seen)i;
    fail();
    return SEEN;
}
