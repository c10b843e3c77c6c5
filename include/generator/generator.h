// generator — synthetic shoppers: a plan in, Segment messages out, one after the other.
//
// Shape    a generator walks a plan. generator_next fills one message; what it looks like on the wire is
//          printed on demand, as Segment JSON or as rows of Personalize's interactions CSV.
// Same     a message depends on the plan alone: the same plan gives the same bytes, ids included, on every
//          machine and in every order of asking. Nothing is drawn from a stream of chance that earlier
//          shoppers would have moved: every shopper, visit and step has a seed of its own.
// Position generator_tell names the message that comes next, generator_seek goes there, in a time that does
//          not grow with the messages before it.
// Shards   a shopper belongs to one shard, with all that he does. The shards' messages together are those of
//          the single plan, each once, and inside a shard in the single plan's order.
// Platforms one that is left out is silent: what happens on the others stays the same.
// Units    days since 1970-01-01 UTC; `_ms` Unix time.
// Owns     the views of a message are good until the next generator_next, seek or free.
// Errors   ERROR_USAGE for a plan that cannot be.
// Threads  one at a time per generator; several generators do not disturb each other.
// Source   segment.md 6 for GENERATOR_WORKSHOP; generator/shopper_model.h for the other.
#pragma once

#include "base/buf.h"
#include "segment/event.h"

#define GENERATOR_MODELS(X)                                                                        \
    X(GENERATOR_WORKSHOP, "workshop", "the workshop's script: funnels, a new thousand each step")  \
    X(GENERATOR_SHOPPER, "shopper", "shoppers with tastes, sessions, prices and seasons")

enum generator_model {
#define X(value, name, help) value,
    GENERATOR_MODELS(X)
#undef X
        GENERATOR_MODEL_COUNT
};

// In the order of the script: Android, Web, iOS; e-mails go to a source of their own.
#define GENERATOR_SOURCES(X)                                                                       \
    X(GENERATOR_ANDROID, "android")                                                                \
    X(GENERATOR_WEB, "web")                                                                        \
    X(GENERATOR_IOS, "ios")                                                                        \
    X(GENERATOR_EMAIL, "email")

enum generator_source {
#define X(value, name) value,
    GENERATOR_SOURCES(X)
#undef X
        GENERATOR_SOURCE_COUNT
};

const char *generator_model_name(enum generator_model model);
bool generator_model_parse(struct str text, enum generator_model *out);
const char *generator_source_name(enum generator_source source);
bool generator_source_parse(struct str text, enum generator_source *out);

#define GENERATOR_MOST_USERS 10000000u
#define GENERATOR_MOST_SHARDS 100000u

struct generator_plan {
    enum generator_model model;
    uint64_t seed;
    int64_t from_day, to_day; // both included; `to` before `from`: nothing to do
    uint32_t users; // workshop: new ones per platform step; shopper: all. 0: the model's own
    bool is_silent[GENERATOR_SOURCE_COUNT];
    uint32_t shard, shards; // 0 … shards-1; shards 0: one
    // Goes into the message ids and into nothing else: 0 for a job that can be resumed; something fresh for
    // runs that are to be new to Segment each time.
    uint64_t id_salt;
};

// Where a walk stands. Plain numbers, so that a cursor file can hold them.
struct generator_position {
    uint64_t ordinal; // messages of this shard before it
    int64_t day;
    uint32_t step;    // of the day
    uint32_t unit;    // of the step: a shopper, or a session
    uint32_t message; // of the unit
};

#define GENERATOR_MOST_PRODUCTS 8

struct generator_message {
    enum generator_source source;
    enum event_type type;
    struct str user_id, anonymous_id, message_id;
    struct str name; // of a track
    int64_t timestamp_ms;
    // What it is about: one product of a click, several of the shopper model's order.
    const struct catalog_product *products[GENERATOR_MOST_PRODUCTS];
    size_t product_count;
    const void *internal; // the model's
};

struct generator;

bool generator_new(const struct generator_plan *plan, struct generator **out, struct error *err)
    MUST_CHECK;
void generator_free(struct generator *generator); // NULL is fine
DEFINE_CLEANUP(struct generator, generator_free);
const struct generator_plan *generator_plan(const struct generator *generator);
// False at the end of the plan.
bool generator_next(struct generator *generator, struct generator_message *out);
void generator_tell(const struct generator *generator, struct generator_position *out);
// `position` is one that generator_tell gave, for the same plan; or all zero: the beginning. ERROR_INVALID
// for one that the plan does not have.
bool generator_seek(
    struct generator *generator,
    const struct generator_position *position,
    struct error *err) MUST_CHECK;
// About how many messages the whole shard has; for progress, not for accounting.
uint64_t generator_estimate(const struct generator_plan *plan);

// The message as Segment JSON on one line, no line break. Only for the message of the last generator_next;
// its timestamp_ms may have been changed by the caller (shoppers who act now).
void generator_add_json(
    const struct generator *generator, const struct generator_message *message, struct buf *out);
// USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP with its line feed; one row a product, none for messages without.
// Quoted as the workshop's file is: a field with a blank or of more than 24 characters (segment.md 6.4).
void generator_add_rows(const struct generator_message *message, struct buf *out);
struct str generator_row_header(void);
