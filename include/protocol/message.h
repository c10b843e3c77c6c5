// message — what actions report: to the console over the queue, to standard output in the CLI.
//
// Shape    a tagged union; a new kind is an enum value and an arm, and the compiler lists the rest.
// Delivery message_is_progress: a newer one may replace an older one of the same source; all other
//          messages are results and never lost. The last message of a run is MESSAGE_DONE.
// Text     strings come from the network as they are: whoever shows them makes them printable.
//          Secrets are masked before they enter a message.
// Owns     everything it points to; message_free. `{0}` arms are valid.
// Threads  pushed on a queue it belongs to the receiver.
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "protocol/hop.h"
#include "protocol/journey.h"

#include <stdint.h>

enum message_kind {
    MESSAGE_HOP,   // one hop of a fired event changed
    MESSAGE_EVENT, // a Segment message was seen at a source, or (is_sent) sent by this program
    MESSAGE_RECOMMENDATIONS, // a list, from any campaign or from the endpoint
    MESSAGE_PROFILE,         // traits, identifiers, events of one profile
    MESSAGE_SETTINGS,        // every setting with its value, origin and diagnosis
    MESSAGE_VALUES,          // named values: version, env, evaluate, config get …
    MESSAGE_LINE,            // a line of text: a log line of the function, a note
    MESSAGE_PROGRESS,        // how far a long action is
    MESSAGE_BACKEND,         // which cloud is in use and how it is
    MESSAGE_JOURNEY,         // one event's way round the loop, with every request and answer
    MESSAGE_REQUEST,         // one request that this process made, when it was over
    MESSAGE_DONE,            // the run ended
};

struct message_event {
    char *source, *type, *name, *user_id, *anonymous_id, *sku, *message_id;
    char *via;    // is_sent: "segment", "destination" …
    bool is_sent; // told to those who observe (actions/action.h), and to surfaces by sent_note
    int64_t received_at_ms; // wall
    uint64_t sequence;      // order within the debugger
    char *discard_reason;   // NULL when accepted
    char *raw;              // the JSON as ingested, write keys masked
};

#define MESSAGE_REASONS 6 // the recommender's predictors, in the order of message_reason_name

struct message_item {
    char *item_id;
    double score;      // below 0: the campaign gives none
    int previous_rank; // 1-based rank in the list before; 0: it was not there; -1: there was no
                       // list before
    double reasons[MESSAGE_REASONS]; // shares of the score; all 0 when unknown (the real service
                                     // tells none)
};

struct message_recommendations {
    char *user_id, *item_id, *campaign_arn, *recommendation_id;
    char *trigger; // "test event ocean-blue-shirt", "asked" …; may be NULL
    struct message_item *items;
    size_t item_count;
    double ms;
};

struct message_trait {
    char *name;
    char *value; // JSON text
    char *source_id;
    int64_t updated_at_ms; // 0: not told
    bool is_computed;
};

struct message_identifier {
    char *type, *id;
};

struct message_profile {
    char *user_id;
    struct message_trait *traits;
    size_t trait_count;
    struct message_identifier *identifiers;
    size_t identifier_count;
    struct message_event *events;
    size_t event_count;
    double ms;
};

struct message_setting {
    char *key, *value; // display form: secrets masked
    char *origin;      // "sandbox", "file", "environment AWS_REGION", "default" …
    char *group;       // "Personalize"; settings of a group follow each other
    char *help;
    char *note; // what cleaning removed; NULL: nothing
    bool is_secret, is_set;
    struct error problem; // code ERROR_NONE: right as far as can be told without asking anybody
};

struct message_settings {
    char *profile, *path; // path NULL: nothing is stored
    char **profiles;      // of the file and the built-in one, in order
    size_t profile_count;
    struct message_setting *settings;
    size_t setting_count;
};

struct message_value {
    char *key, *text;
    bool is_json; // text is JSON to be embedded, not a string
};

struct message_values {
    char *title;
    struct message_value *values;
    size_t value_count;
};

struct message_line {
    bool is_diagnostic; // to stderr in the CLI
    char *text;
};

struct message_progress {
    char *label;
    uint64_t done, total, failed; // total 0: unknown
    double per_second;
    bool is_running;
    // Of deliveries (is_delivery), all of which hold `done` = accepted and `failed` = refused.
    bool is_delivery;
    bool is_total_about; // the total is an estimate
    bool is_paused;
    uint64_t accepted, refused, skipped;          // of the whole job, earlier runs of it included
    uint64_t in_flight, requests, retried, bytes; // of this run
    double wanted_per_second;                     // 0: as fast as the receiver takes them
    int64_t eta_ms;                               // -1: unknown
    char *where;                                  // "2019-05-21 iOS"; NULL: nowhere in particular
    char *trouble; // what the receiver does to us at the moment; NULL: nothing
};

enum message_backend_kind {
    MESSAGE_BACKEND_CLOUD,
    MESSAGE_BACKEND_SANDBOX_OWN,
    MESSAGE_BACKEND_SANDBOX_OTHER
};

struct message_backend {
    enum message_backend_kind kind;
    char *url;              // of the sandbox; NULL for the cloud
    char *region, *account; // account: of the campaign's ARN; NULL: not known
    char *note;             // "in memory: $HOME is not writable"; NULL: nothing to say
    bool is_up;
};

// Requests come by the thousand: when they are not taken in time, whoever posts them leaves some out and
// counts them in the next.
struct message_request {
    uint64_t sequence; // of this process, from 1; those left out have numbers too
    uint64_t run_id;   // of the action that made it; 0: not known
    uint64_t left_out; // requests since the one before that nobody was told of
    double at_ms;      // wall, when it began
    char *what;        // "personalize-runtime GetRecommendations", "Segment tracking"
    char *method, *host,
        *path;    // host with its port where that is not the scheme's own; path without query
    int status;   // of the last answer; 0: there was none
    double ms;    // of the last attempt, from request to whole answer
    int attempts; // 1: no retry was needed; 0: nothing was sent
    uint64_t bytes_out, bytes_in; // of the bodies
    char *request, *answer;       // redacted HTTP text, bodies cut; answer NULL: there was none
    char *request_id;             // the service's own; NULL: it told none
    char *problem;                // of the transfer, or the refusal's first line; NULL: none
    bool is_final;                // false: it will be tried again
};

struct message {
    enum message_kind kind;
    uint64_t run_id; // 0: nobody asked
    union {
        struct hop hop;
        struct message_event event;
        struct message_recommendations recommendations;
        struct message_profile profile;
        struct message_settings settings;
        struct message_values values;
        struct message_line line;
        struct message_progress progress;
        struct message_backend backend;
        struct journey journey;
        struct message_request request;
        struct error done; // code ERROR_NONE: success
    } as;
};

struct message *message_new(enum message_kind kind, uint64_t run_id);
void message_free(struct message *message);
void message_free_item(void *message); // for queues
bool message_is_progress(const struct message *message);
bool message_same_source(const void *older, const void *newer); // for queue_push_latest
const char *message_kind_name(enum message_kind kind);
const char *message_reason_name(size_t reason);  // "neighbours", "follows" …
const char *message_reason_title(size_t reason); // a sentence part for "why this item"

// Builders, all copying.
struct message *message_new_line(uint64_t run_id, bool is_diagnostic, struct str text);
struct message *message_new_done(uint64_t run_id, const struct error *err); // NULL err: success
struct message *message_new_hop(uint64_t run_id, const struct hop *hop);
struct message *message_new_journey(uint64_t run_id); // fill it with journey.h's builders
void message_add_value(struct message *message, const char *key, struct str text);
void message_add_value_json(struct message *message, const char *key, struct str json);
struct message_item *message_add_item(struct message *message, struct str item_id, double score);
struct message_trait *
message_add_trait(struct message *message, struct str name, struct str value_json);
void message_add_identifier(struct message *message, struct str type, struct str id);
struct message_event *message_add_event(struct message *message);
struct message_setting *
message_add_setting(struct message *message, const char *key, struct str value);
void message_add_profile_name(struct message *message, struct str name);
char *message_copy_text(struct str text); // owned copy, NULL for a str whose ptr is NULL
