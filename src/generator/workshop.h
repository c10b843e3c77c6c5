// workshop — the workshop's script as a pure function: what workshop.c and workshop_print.c share.
//
// Source   segment.md 6.1, 6.2. The script's local-time quirk is mended: times are UTC.
#pragma once

#include "internal.h"

// A shopper registers on one of these, and then wanders from step to step over all of them.
#define WORKSHOP_PLATFORMS 3 // the first sources: Android, Web, iOS

enum workshop_event {
    WORKSHOP_PAGE_VIEWED,
    WORKSHOP_SIGNUP_CLICKED,
    WORKSHOP_SIGNUP_SUCCESS,
    WORKSHOP_IDENTIFY, // no track
    WORKSHOP_EMAIL_SENT,
    WORKSHOP_EMAIL_DELIVERED,
    WORKSHOP_EMAIL_OPENED,
    WORKSHOP_EMAIL_LINK_CLICKED,
    WORKSHOP_UNSUBSCRIBE,
    WORKSHOP_PRODUCT_ADDED,
    WORKSHOP_PRODUCT_CLICKED,
    WORKSHOP_ORDER_COMPLETED,
    WORKSHOP_EVENT_COUNT
};

// The numbers of a shopper's draws. Adding one in the middle changes what every seed stands for.
enum workshop_draw {
    WORKSHOP_DRAW_LIFE = 1,
    WORKSHOP_DRAW_GO_ON,                             // after each step of the registration
    WORKSHOP_DRAW_SECONDS = WORKSHOP_DRAW_GO_ON + 3, // of each step
    WORKSHOP_DRAW_EMAIL = WORKSHOP_DRAW_SECONDS + 3, // of each step
    WORKSHOP_DRAW_USER_ID = WORKSHOP_DRAW_EMAIL + 5,
    WORKSHOP_DRAW_UUID_HIGH,
    WORKSHOP_DRAW_UUID_LOW,
    WORKSHOP_DRAW_IP,
    WORKSHOP_DRAW_TRAIT = 64,  // and the following, in the order of printing
    WORKSHOP_DRAW_EVENT = 128, // of each message
};

struct workshop_message {
    const struct workshop_unit *unit;
    enum workshop_event event;
    int64_t timestamp_ms;
    uint64_t key; // of its properties
};

// Runs of one path through usage; more have a chance below 1e-18.
#define WORKSHOP_MOST_RUNS 16
#define WORKSHOP_PATHS 3
#define WORKSHOP_MOST_MESSAGES (WORKSHOP_PATHS * WORKSHOP_MOST_RUNS)

// One shopper in one platform step: the registration, or the usage.
struct workshop_unit {
    enum generator_source platform; // of the step
    enum generator_source home;     // where the shopper registers
    uint64_t shopper;               // key
    char user_id[10], anonymous_id[GENERATOR_UUID_BYTES], ip[GENERATOR_IP_BYTES];
    uint32_t count;
    struct workshop_message messages[WORKSHOP_MOST_MESSAGES];
};

const char *workshop_event_name(enum workshop_event event);
// NULL: the event is about none.
const struct catalog_product *workshop_product(const struct workshop_message *message);
void workshop_add_json(
    const struct generator *generator, const struct generator_message *message, struct buf *out);
