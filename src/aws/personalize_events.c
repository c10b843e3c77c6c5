// personalize_events — PutEvents; see personalize.h.
#include "aws/personalize.h"

#include "aws/operation.h"
#include "base/memory.h"
#include "personalize_internal.h"

#define MAX_IMPRESSION 25
#define LATEST_S 253402300799.0 // the year 9999: more is milliseconds in disguise

void personalize_events_release(struct personalize_events *events) {
    if (!events) return;
    for (size_t i = 0; i < events->count; i++) {
        personalize_list_release(&events->events[i].impression);
    }
    mem_free(events->events);
    json_release(&events->document);
    *events = (struct personalize_events){0};
}

struct personalize_event *personalize_events_add(struct personalize_events *events) {
    if (events->count == events->cap) {
        events->cap = events->cap ? events->cap * 2 : PERSONALIZE_MAX_EVENTS;
        events->events = mem_resize(events->events, events->cap, sizeof(*events->events));
    }
    struct personalize_event *event = &events->events[events->count++];
    *event = (struct personalize_event){0};
    return event;
}

// The service counts the members of a list from 1; the checks below say 1 for all.
static void renumber(char *text, size_t bytes, size_t index) {
    static const char first[] = "eventList.1.";
    char *at = strstr(text, first);
    if (!at) return;
    CLEANUP(buf_release) struct buf made = {0};
    buf_add(&made, str_slice(str_from(text), 0, (size_t)(at - text)));
    buf_add_format(&made, "eventList.%zu.", index + 1);
    buf_add(&made, str_from(at + strlen(first)));
    const struct str cut = str_slice(buf_str(&made), 0, bytes - 1);
    if (cut.len) memcpy(text, cut.ptr, cut.len);
    text[cut.len] = '\0';
}

static bool refuse_event(struct error *err, size_t index) {
    renumber(err->message, sizeof(err->message), index);
    renumber(err->hint, sizeof(err->hint), index);
    return false;
}

static bool check_sent_at(double sent_at_s, struct error *err) {
    CLEANUP(buf_release) struct buf shown = {0};
    if (sent_at_s >= 0 && sent_at_s <= LATEST_S) return true;
    buf_add_double(&shown, sent_at_s);
    personalize_refuse(
        err, "eventList.1.member.sentAt", buf_str(&shown), "must be a time in Unix seconds");
    return error_hint(err, "Send seconds since 1970, not milliseconds.");
}

// Members of the event itself; in any case.
static bool is_forbidden_key(struct str key) {
    static const char *const forbidden[] = {"userId",    "sessionId",        "eventType",
                                            "timestamp", "recommendationId", "impression"};
    for (size_t i = 0; i < ARRAY_COUNT(forbidden); i++) {
        if (str_equal_nocase(key, str_from(forbidden[i]))) return true;
    }
    return false;
}

static bool check_keys(const struct json_node *properties, const char *member, struct error *err) {
    for (const struct json_node *one = json_first(properties); one; one = json_next(one)) {
        if (is_forbidden_key(json_key(one))) {
            return personalize_refuse(
                err, member, json_key(one),
                "must not have keys that are members of the event itself");
        }
    }
    return true;
}

// `properties` is a string that holds JSON: an object whose keys fit the schema's fields.
static bool check_properties(struct str properties, struct error *err) {
    CLEANUP(json_release) struct json json = {0};
    static const char member[] = "eventList.1.member.properties";
    const struct personalize_limit limit = {.member = member, .least = 1, .most = 1024};
    struct error ignored;
    if (properties.len == 0) return true;
    if (!personalize_check_text(properties, limit, err)) return false;
    if (!json_parse(properties, &json, &ignored) || json_kind(json.root) != JSON_OBJECT) {
        return personalize_refuse(err, member, properties, "must be a JSON object in a string");
    }
    return check_keys(json.root, member, err);
}

static bool check_event(const struct personalize_event *event, struct error *err) {
    static const struct personalize_limit type_limit = {
        .member = "eventList.1.member.eventType", .least = 1, .most = 256, .is_required = true};
    static const struct personalize_limit item_limit = {
        .member = "eventList.1.member.itemId", .least = 1, .most = 256};
    static const struct personalize_limit id_limit = {
        .member = "eventList.1.member.eventId", .least = 1, .most = 256};
    static const struct personalize_limit recommendation_limit = {
        .member = "eventList.1.member.recommendationId", .least = 1, .most = 40};
    static const struct personalize_limit source_limit = {
        .member = "eventList.1.member.metricAttribution.eventAttributionSource",
        .least = 1,
        .most = 1024};
    static const struct personalize_limit impression_limit = {
        .member = "eventList.1.member.impression", .least = 1, .most = 256, .is_required = true};
    if (event->impression.count > MAX_IMPRESSION) {
        return personalize_refuse(
            err, impression_limit.member, STR("[…]"), "must have length less than or equal to 25");
    }
    for (size_t i = 0; i < event->impression.count; i++) {
        if (!personalize_check_text(event->impression.items[i], impression_limit, err))
            return false;
    }
    return personalize_check_text(event->event_type, type_limit, err) &&
           personalize_check_text(event->item_id, item_limit, err) &&
           personalize_check_text(event->event_id, id_limit, err) &&
           personalize_check_text(event->recommendation_id, recommendation_limit, err) &&
           personalize_check_text(event->attribution_source, source_limit, err) &&
           check_sent_at(event->sent_at_s, err) && check_properties(event->properties, err);
}

bool personalize_check_events(const struct personalize_events *events, struct error *err) {
    static const struct personalize_limit tracking_limit = {
        .member = "trackingId", .least = 1, .most = 256, .is_required = true};
    static const struct personalize_limit session_limit = {
        .member = "sessionId", .least = 1, .most = 256, .is_required = true};
    static const struct personalize_limit user_limit = {
        .member = "userId", .least = 1, .most = 256};
    if (!personalize_check_text(events->tracking_id, tracking_limit, err) ||
        !personalize_check_text(events->session_id, session_limit, err) ||
        !personalize_check_text(events->user_id, user_limit, err)) {
        return false;
    }
    if (events->count == 0) {
        return personalize_refuse(
            err, "eventList", STR("[]"), "must have length greater than or equal to 1");
    }
    if (events->count > PERSONALIZE_MAX_EVENTS) {
        return personalize_refuse(
            err, "eventList", STR("[…]"), "must have length less than or equal to 10");
    }
    for (size_t i = 0; i < events->count; i++) {
        if (!check_event(&events->events[i], err)) return refuse_event(err, i);
    }
    return true;
}

static void write_event(struct json_node *list, const struct personalize_event *event) {
    struct json_node *entry = json_add_object(list, NULL);
    personalize_write_text(entry, "eventId", event->event_id);
    json_add_text(entry, "eventType", event->event_type);
    if (event->has_event_value) json_add_number(entry, "eventValue", event->event_value);
    personalize_write_text(entry, "itemId", event->item_id);
    personalize_write_text(entry, "properties", event->properties);
    json_add_number(entry, "sentAt", event->sent_at_s);
    personalize_write_text(entry, "recommendationId", event->recommendation_id);
    personalize_write_list(entry, "impression", &event->impression);
    if (event->attribution_source.len) {
        json_add_text(
            json_add_object(entry, "metricAttribution"), "eventAttributionSource",
            event->attribution_source);
    }
}

bool personalize_encode_events(
    const struct personalize_events *events,
    struct str endpoint,
    struct request *out,
    struct error *err) {
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(buf_release) struct buf body = {0};
    const struct operation *operation = operation_get(OPERATION_PUT_EVENTS);
    if (!personalize_check_events(events, err)) return false;
    struct json_node *root = json_new_object(&json);
    json_add_text(root, "trackingId", events->tracking_id);
    personalize_write_text(root, "userId", events->user_id);
    json_add_text(root, "sessionId", events->session_id);
    struct json_node *list = json_add_array(root, "eventList");
    for (size_t i = 0; i < events->count; i++)
        write_event(list, &events->events[i]);
    json_print(root, &body);
    return operation_begin(
        operation, endpoint, str_from(operation->path), buf_str(&body), out, err);
}

static bool
read_sent_at(const struct json_node *entry, struct personalize_event *event, struct error *err) {
    const struct json_node *node = json_get(entry, "sentAt");
    if (json_kind(node) == JSON_ABSENT || json_kind(node) == JSON_NULL) {
        return personalize_refuse(
            err, "eventList.1.member.sentAt", (struct str){0}, "must not be null");
    }
    if (json_number(node, &event->sent_at_s)) return true;
    error_set(err, ERROR_INVALID, "STRING_VALUE can not be converted to milliseconds since epoch");
    return error_hint(err, "Send sentAt as a number of seconds since 1970.");
}

static bool read_event_value(
    const struct json_node *entry, struct personalize_event *event, struct error *err) {
    const struct json_node *node = json_get(entry, "eventValue");
    if (json_kind(node) == JSON_ABSENT || json_kind(node) == JSON_NULL) return true;
    event->has_event_value = json_number(node, &event->event_value);
    if (event->has_event_value) return true;
    error_set(err, ERROR_INVALID, "STRING_VALUE can not be converted to Float");
    return error_hint(err, "Send eventValue as a number.");
}

static bool
refuse_empty_member(const struct json_node *node, const char *member, struct error *err) {
    const bool is_list = json_kind(node) == JSON_ARRAY;
    const bool is_empty =
        is_list ? json_count(node) == 0 : json_kind(node) == JSON_STRING && !json_text(node).len;
    if (!is_empty) return true;
    return personalize_refuse(
        err, member, is_list ? STR("[]") : (struct str){.ptr = "", .len = 0},
        "must have length greater than or equal to 1");
}

// What may be left out may not be there and empty; once read, the two look alike.
static bool refuse_empty(const struct json_node *entry, struct error *err) {
    static const struct {
        const char *key, *member;
    } members[] = {
        {"eventId", "eventList.1.member.eventId"},
        {"itemId", "eventList.1.member.itemId"},
        {"properties", "eventList.1.member.properties"},
        {"recommendationId", "eventList.1.member.recommendationId"},
        {"impression", "eventList.1.member.impression"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        if (!refuse_empty_member(json_get(entry, members[i].key), members[i].member, err))
            return false;
    }
    return true;
}

// metricAttribution may be left out; its one member then may not.
static bool read_attribution(
    const struct json_node *entry, struct personalize_event *event, struct error *err) {
    static const char member[] = "eventList.1.member.metricAttribution.eventAttributionSource";
    const struct json_node *attribution = json_get(entry, "metricAttribution");
    const struct json_node *source = json_get(attribution, "eventAttributionSource");
    if (json_kind(attribution) == JSON_ABSENT || json_kind(attribution) == JSON_NULL) return true;
    if (json_kind(source) == JSON_ABSENT || json_kind(source) == JSON_NULL)
        return personalize_refuse(err, member, (struct str){0}, "must not be null");
    return personalize_read_text(
               attribution, "eventAttributionSource", &event->attribution_source, err) &&
           refuse_empty_member(source, member, err);
}

static bool
read_event(const struct json_node *entry, struct personalize_events *events, struct error *err) {
    if (json_kind(entry) != JSON_OBJECT) {
        return error_set(err, ERROR_INVALID, "an event is not an object");
    }
    struct personalize_event *event = personalize_events_add(events);
    return personalize_read_text(entry, "eventId", &event->event_id, err) &&
           personalize_read_text(entry, "eventType", &event->event_type, err) &&
           personalize_read_text(entry, "itemId", &event->item_id, err) &&
           personalize_read_text(entry, "properties", &event->properties, err) &&
           personalize_read_text(entry, "recommendationId", &event->recommendation_id, err) &&
           read_attribution(entry, event, err) &&
           personalize_read_list(entry, "impression", &event->impression, err) &&
           read_event_value(entry, event, err) && read_sent_at(entry, event, err) &&
           refuse_empty(entry, err);
}

bool personalize_decode_events(struct str body, struct personalize_events *out, struct error *err) {
    CLEANUP(personalize_events_release) struct personalize_events read = {0};
    if (!personalize_read_document(body, &read.document, err)) return false;
    const struct json_node *root = read.document.root;
    const struct json_node *list = json_get(root, "eventList");
    if (!personalize_read_text(root, "trackingId", &read.tracking_id, err) ||
        !personalize_read_text(root, "userId", &read.user_id, err) ||
        !personalize_read_text(root, "sessionId", &read.session_id, err) ||
        !refuse_empty_member(json_get(root, "userId"), "userId", err)) {
        return false;
    }
    const bool has_list = json_kind(list) != JSON_ABSENT && json_kind(list) != JSON_NULL;
    if (has_list && json_kind(list) != JSON_ARRAY) {
        return error_set(err, ERROR_INVALID, "eventList can not be converted to a List");
    }
    size_t index = 0;
    for (const struct json_node *entry = json_first(list); entry; entry = json_next(entry)) {
        if (!read_event(entry, &read, err)) return refuse_event(err, index);
        index++;
    }
    if (!has_list && read.tracking_id.len && read.session_id.len)
        return personalize_refuse(err, "eventList", (struct str){0}, "must not be null");
    if (!personalize_check_events(&read, err)) return false;
    personalize_events_release(out);
    *out = read;
    read = (struct personalize_events){0};
    return true;
}
