// services — what the Lambda's logic needs from the world: a small struct of synchronous
// functions that the handler owns and others implement (client for the cloud, sandbox for the
// laptop).
//
// Shape    plain data in, plain data out. Every call names the region it wants, so that one
//          override reaches all AWS clients alike (the workshop's handler forgot the events
//          client).
// Owns     `context` is borrowed. Results are released by the handler. Arguments live for the
//          call only.
// Errors   each call returns false and sets `err`; the codes that matter to the handler:
//          ERROR_NOT_FOUND of purchased_products means a shopper without a profile, no failure.
// Secrets  none pass here: the services hold credentials, write key and token.
// Threads  called on the handler's thread only.
#pragma once

#include "segment/event.h"

#define SERVICES_MAX_PUT_EVENTS 10 // of one PutEvents call

struct services_event {
    struct str event_id, event_type, item_id;
    struct str properties; // JSON text of an object
    int64_t sent_at_s;     // Unix seconds, as the PutEvents model has it
};
struct services_put_events {
    struct str region; // empty: the services' own
    struct str tracking_id, session_id;
    struct str user_id; // empty: anonymous
    const struct services_event *events;
    size_t event_count; // 1 … SERVICES_MAX_PUT_EVENTS
};

struct services_query {
    struct str region; // empty: the services' own
    struct str campaign_arn;
    struct str user_id, item_id; // one of them may be empty
    struct str filter_arn;       // empty: no filter
    int count;                   // 0: Personalize's 25
};

struct services_text; // a block of texts
struct services_item {
    char *item_id; // of the list
    double score;  // NaN when the answer had none
};
struct services_items {
    struct services_item *items; // owned
    size_t count;
    struct services_text *texts; // owned; the items' ids are in them
    char *recommendation_id;     // owned, may be NULL
    char *request_id;            // owned, may be NULL
    int http_status;             // 200 when not said
    int retries;
};
// For implementers: appends a copy. For score pass NAN when there is none.
void services_items_add(struct services_items *items, struct str item_id, double score);
void services_items_release(struct services_items *items);

struct services_names { // a list of texts
    char **names;       // owned; the texts are the list's
    size_t count;
    struct services_text *texts; // owned
};
void services_names_add(struct services_names *names, struct str name);
bool services_names_has(const struct services_names *names, struct str name);
void services_names_release(struct services_names *names);

struct services {
    void *context;
    bool (*put_events)(void *context, const struct services_put_events *call, struct error *err);
    bool (*get_recommendations)(
        void *context,
        const struct services_query *query,
        struct services_items *out,
        struct error *err);
    // Sends the identify message to the source of the personas write key. The message may be changed;
    // the handler releases it.
    bool (*identify)(void *context, struct event *message, struct error *err);
    // The computed trait purchased_products. NULL when no profile access is configured.
    bool (*purchased_products)(
        void *context, struct str user_id, struct services_names *out, struct error *err);
    // One line of the function's log, complete, without line break.
    void (*log)(void *context, struct str line);
    int64_t (*now_ms)(void *context); // wall clock
};
