// personalize — GetRecommendations, GetPersonalizedRanking and PutEvents: both directions of both
// messages, for the client and for the sandbox that answers it. GetActionRecommendations and the Put…
// of items, users and actions are read only.
//
// Shape    all text is borrowed: when encoding, from the caller; when decoding, from the struct's
//          `document`, which the struct owns. Arrays are owned. Release each struct.
// Errors   ERROR_USAGE when a member breaks a limit of the service (a server answers
//          InvalidInputException with the message), ERROR_INVALID for JSON that cannot be read (a
//          server answers SerializationException). personalize_error_code tells which.
// Units    sent_at_s is Unix time in seconds.
// Threads  one at a time.
// Source   botocore service model of personalize-runtime and personalize-events, aws.md 3.1, 3.2.
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "http/request.h"
#include "http/response.h"

#define PERSONALIZE_DEFAULT_RESULTS 25
#define PERSONALIZE_MAX_RESULTS 500
#define PERSONALIZE_MAX_RESULTS_WITH_METADATA 50
#define PERSONALIZE_MAX_EVENTS 10

struct personalize_map {
    struct personalize_entry {
        struct str name, value;
    } * entries; // owned
    size_t count;
};
void personalize_map_add(struct personalize_map *map, struct str name, struct str value);
struct str personalize_map_get(const struct personalize_map *map, struct str name);

struct personalize_list {
    struct str *items; // owned
    size_t count;
};
void personalize_list_add(struct personalize_list *list, struct str item);

struct personalize_promotion {
    bool is_set;
    struct str name, filter_arn;
    int64_t percent; // 0: not sent
    struct personalize_map filter_values;
};

struct personalize_recommend {
    struct str campaign_arn, recommender_arn; // exactly one
    struct str user_id, item_id, filter_arn;
    int64_t results; // numResults; 0: not sent, the service answers 25
    struct personalize_map context, filter_values;
    struct personalize_list metadata_columns; // of ITEMS
    struct personalize_promotion promotion;
    struct json document; // owned when decoded
};
void personalize_recommend_release(struct personalize_recommend *recommend);
bool personalize_check_recommend(const struct personalize_recommend *recommend, struct error *err)
    MUST_CHECK;
// `endpoint` is the base URL: "https://personalize-runtime.eu-west-1.amazonaws.com".
bool personalize_encode_recommend(
    const struct personalize_recommend *recommend,
    struct str endpoint,
    struct request *out,
    struct error *err) MUST_CHECK;
bool personalize_decode_recommend(
    struct str body, struct personalize_recommend *out, struct error *err) MUST_CHECK;

struct personalize_rank {
    struct str campaign_arn, user_id, filter_arn;
    struct personalize_list input; // inputList
    struct personalize_map context, filter_values;
    struct personalize_list metadata_columns;
    struct json document; // owned when decoded
};
void personalize_rank_release(struct personalize_rank *rank);
bool personalize_check_rank(const struct personalize_rank *rank, struct error *err) MUST_CHECK;
bool personalize_encode_rank(
    const struct personalize_rank *rank,
    struct str endpoint,
    struct request *out,
    struct error *err) MUST_CHECK;
bool personalize_decode_rank(struct str body, struct personalize_rank *out, struct error *err)
    MUST_CHECK;

struct personalize_item {
    struct str item_id;
    double score;
    bool has_score;
    struct str promotion_name;
    struct personalize_map metadata;
    struct personalize_list reasons;
};
// The reply of both operations.
struct personalize_items {
    struct personalize_item *items; // owned
    size_t count, cap;
    struct str recommendation_id;
    struct json document; // owned when decoded
};
enum personalize_reply { PERSONALIZE_REPLY_RECOMMENDATIONS, PERSONALIZE_REPLY_RANKING };
void personalize_items_release(struct personalize_items *items);
struct personalize_item *personalize_items_add(struct personalize_items *items); // zeroed
void personalize_encode_items(
    const struct personalize_items *items, enum personalize_reply reply, struct response *out);
bool personalize_decode_items(
    struct str body, enum personalize_reply reply, struct personalize_items *out, struct error *err)
    MUST_CHECK;

struct personalize_event {
    struct str event_type, item_id, event_id, recommendation_id;
    struct str properties; // JSON text; empty: not sent
    struct str attribution_source;
    double event_value;
    bool has_event_value;
    double sent_at_s; // clients send whole seconds; fractions are read
    struct personalize_list impression;
};
struct personalize_events {
    struct str tracking_id, session_id, user_id;
    struct personalize_event *events; // owned
    size_t count, cap;
    struct json document; // owned when decoded
};
void personalize_events_release(struct personalize_events *events);
struct personalize_event *personalize_events_add(struct personalize_events *events); // zeroed
bool personalize_check_events(const struct personalize_events *events, struct error *err)
    MUST_CHECK;
bool personalize_encode_events(
    const struct personalize_events *events,
    struct str endpoint,
    struct request *out,
    struct error *err) MUST_CHECK;
bool personalize_decode_events(struct str body, struct personalize_events *out, struct error *err)
    MUST_CHECK;

#define PERSONALIZE_MAX_RECORDS 10
#define PERSONALIZE_DEFAULT_ACTIONS 5
#define PERSONALIZE_MAX_ACTIONS 100

// PutItems, PutUsers and PutActions are alike but for names.
enum personalize_records_kind {
    PERSONALIZE_RECORDS_ITEMS,
    PERSONALIZE_RECORDS_USERS,
    PERSONALIZE_RECORDS_ACTIONS,
};
struct personalize_record {
    struct str id;
    struct json properties; // owned; an object, empty when none were sent
};
struct personalize_records {
    struct str dataset_arn;
    struct personalize_record *records; // owned
    size_t count;
    struct json document; // owned
};
void personalize_records_release(struct personalize_records *records);
bool personalize_decode_records(
    struct str body,
    enum personalize_records_kind kind,
    struct personalize_records *out,
    struct error *err) MUST_CHECK;

// GetActionRecommendations, and of PutActionInteractions the trackingId.
struct personalize_actions {
    struct str campaign_arn, user_id, filter_arn, tracking_id;
    int64_t results;
    struct personalize_map filter_values;
    struct json document; // owned
};
void personalize_actions_release(struct personalize_actions *actions);
bool personalize_decode_actions(struct str body, struct personalize_actions *out, struct error *err)
    MUST_CHECK;
bool personalize_decode_action_interactions(
    struct str body, struct personalize_actions *out, struct error *err) MUST_CHECK;

// "InvalidInputException" or "SerializationException", from err->code.
const char *personalize_error_code(const struct error *err);
// filterValues hold quoted strings inside a string: {"boots","sandals"} → "boots","sandals".
void personalize_quote_values(struct buf *out, const struct personalize_list *values);
