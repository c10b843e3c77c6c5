// hop — the stations of the loop, and what is known about one event's passage through each.
//
// Shape    plain data with fixed text buffers: copied, never freed. The order of the enum is the
//          order on the loop strip and in every output.
// Units    `ms` is the time this hop alone took, with microsecond resolution; below 0: not
// measured. Threads  a value. Source   the loop of the workshop, protocols of Segment and AWS: who
// calls whom.
#pragma once

#include "base/str.h"

// id, machine name, title on the strip, what it means
#define HOPS(X)                                                                                    \
    X(HOP_SEGMENT, "segment", "Segment", "the tracking API accepts the event")                     \
    X(HOP_DESTINATION, "destination", "Destination", "Segment assumes the customer's role")        \
    X(HOP_LAMBDA, "lambda", "Lambda", "the destination invokes the function")                      \
    X(HOP_PUT_EVENTS, "put_events", "PutEvents", "the function tells Personalize")                 \
    X(HOP_RECOMMENDATIONS, "recommendations", "Recommend",                                         \
      "Personalize answers with a fresh list")                                                     \
    X(HOP_IDENTIFY, "identify", "Identify", "the function writes the list to Segment")             \
    X(HOP_PROFILE, "profile", "Profile", "the profile shows the changed trait")

#define HOP_ID_BYTES 101 // Segment's longest messageId, and its end

enum hop_id {
#define X(id, name, title, help) id,
    HOPS(X)
#undef X
        HOP_COUNT
};

enum hop_state {
    HOP_IDLE,    // nothing fired yet
    HOP_RUNNING, // under way
    HOP_DONE,
    HOP_FAILED,
    HOP_SKIPPED, // this way of sending does not pass here, or an earlier hop failed
    HOP_HIDDEN,  // it may have happened, but nothing reachable can tell
};

struct hop {
    enum hop_id id;
    enum hop_state state;
    double ms;
    int status; // HTTP status where there is one, else 0
    char detail
        [400]; // "200 success", "25 items, first: silk-summer-top"; as long as an error's message
    char hint[400]; // when failed: cause and fix
    char code[64];  // when failed: its name in the service's own words, or in ours; "": none
    char message_id[HOP_ID_BYTES]; // of the event that passed; "": not known
    char request_id
        [HOP_ID_BYTES]; // the service's own, inside the function that of its run; "": none
};

const char *hop_name(enum hop_id id);
const char *hop_title(enum hop_id id);
const char *hop_help(enum hop_id id);
const char *hop_state_name(enum hop_state state); // "done", "failed" …
// Cuts at a character; text is made printable.
void hop_set_detail(struct hop *hop, struct str text);
void hop_set_hint(struct hop *hop, struct str text);
void hop_set_code(struct hop *hop, struct str text);
// One that is too long is none: half of an id names nothing.
void hop_set_message_id(struct hop *hop, struct str id);
void hop_set_request_id(struct hop *hop, struct str id);
