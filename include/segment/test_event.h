// test_event — the workshop's test event: Product Clicked, made fresh each time.
//
// Shape    user 2941404340, anonymous id "<user>-anon", sku ocean-blue-shirt; messageId
//          "test-message-" and 6 alphanumerics, so that Segment does not take the second press
//          for a repeat.
// Threads  any.
// Source   segment.md 5.1 step A2 38-40, with the page and context fields of the workshop's JSON
//          left to the caller.
#pragma once

#include "segment/event.h"

#define TEST_EVENT_USER "2941404340"
#define TEST_EVENT_SKU "ocean-blue-shirt"
#define TEST_EVENT_NAME "Product Clicked"

struct test_event_options { // empty texts take the workshop's values
    struct str user_id, anonymous_id, sku, name;
    int64_t now_ms;
    struct rng *rng;
};
void test_event_build(const struct test_event_options *options, struct event *out);
