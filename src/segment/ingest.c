// ingest — see the header. Checks follow the order in which Segment documents its discard codes; the
// first reason counts.
#include "segment/ingest.h"

#include "base/clock.h"

const char *ingest_discard_name(enum ingest_discard discard) {
    switch (discard) {
#define X(code, name, remedy)                                                                      \
    case code: return name;
        INGEST_DISCARDS(X)
#undef X
    case INGEST_DISCARD_COUNT: break;
    }
    return "unknown";
}

const char *ingest_discard_remedy(enum ingest_discard discard) {
    switch (discard) {
#define X(code, name, remedy)                                                                      \
    case code: return remedy;
        INGEST_DISCARDS(X)
#undef X
    case INGEST_DISCARD_COUNT: break;
    }
    return "";
}

// Absent and null are the same to Segment: browsers send userId null for anonymous visitors.
static bool is_missing(const struct json_node *node) {
    const enum json_kind kind = json_kind(node);
    return kind == JSON_ABSENT || kind == JSON_NULL;
}

static bool is_text_or_missing(const struct json_node *root, const char *key) {
    const struct json_node *node = json_get(root, key);
    return is_missing(node) || json_kind(node) == JSON_STRING;
}

static bool is_object_or_missing(const struct json_node *root, const char *key) {
    const struct json_node *node = json_get(root, key);
    return is_missing(node) || json_kind(node) == JSON_OBJECT;
}

static bool is_filled_or_missing(const struct json_node *root, const char *key) {
    const struct json_node *node = json_get(root, key);
    return is_missing(node) || json_text(node).len > 0;
}

static enum ingest_discard check_ids(const struct event *event) {
    static const char *const ids[] = {"userId", "anonymousId", "groupId", "previousId"};
    const struct json_node *root = event->document.root;
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        if (!is_text_or_missing(root, ids[i])) return INGEST_ID_NOT_STRING;
    }
    // An alias may be of an id to itself (browser SDK 1.84.3 sends that) and still counts.
    if (event->type == EVENT_ALIAS) {
        return event->user_id.len && event->previous_id.len ? INGEST_ACCEPTED : INGEST_ID_REQUIRED;
    }
    if (!event->user_id.len && !event->anonymous_id.len) return INGEST_NO_USER_ANON_ID;
    if (event->type == EVENT_GROUP && !event->group_id.len) return INGEST_ID_REQUIRED;
    return INGEST_ACCEPTED;
}

static enum ingest_discard check_track(const struct json_node *root) {
    const struct json_node *name = json_get(root, "event");
    if (is_missing(name)) return INGEST_EVENT_NOT_DEFINED;
    if (json_kind(name) != JSON_STRING) return INGEST_EVENT_NOT_STRING;
    return json_text(name).len ? INGEST_ACCEPTED : INGEST_EVENT_NOT_DEFINED;
}

static enum ingest_discard check_view(const struct json_node *root) {
    if (!is_filled_or_missing(root, "name")) return INGEST_NAME_NOT_STRING;
    if (!is_filled_or_missing(root, "category")) return INGEST_CATEGORY_NOT_STRING;
    return INGEST_ACCEPTED;
}

enum ingest_discard ingest_check(const struct event *event) {
    const struct json_node *root = event->document.root;
    if (json_kind(root) != JSON_OBJECT) return INGEST_TYPE_UNKNOWN;
    enum ingest_discard found = check_ids(event);
    if (found == INGEST_ACCEPTED && event->type == EVENT_TRACK) found = check_track(root);
    if (found == INGEST_ACCEPTED && (event->type == EVENT_PAGE || event->type == EVENT_SCREEN)) {
        found = check_view(root);
    }
    if (found != INGEST_ACCEPTED) return found;
    if (!is_object_or_missing(root, "properties")) return INGEST_PROPERTIES_NOT_OBJECT;
    if (!is_object_or_missing(root, "traits")) return INGEST_TRAITS_NOT_OBJECT;
    return INGEST_ACCEPTED;
}

const char *ingest_profile_discard(const struct event *event) {
    const size_t traits = json_count(event_traits(event));
    if (json_count(event_properties(event)) > INGEST_PROFILE_FIELDS) return "too_many_properties";
    if (traits > INGEST_PROFILE_FIELDS) return "too_many_traits";
    if (event->type == EVENT_IDENTIFY && traits == INGEST_PROFILE_FIELDS) return "too_many_traits";
    if (str_count_runes(event->group_id) > INGEST_PROFILE_GROUP_CHARS) return "group_id_too_long";
    if (str_count_runes(event->message_id) > EVENT_MAX_MESSAGE_ID_BYTES)
        return "message_id_too_long";
    return NULL;
}

static void set_time(struct json_node *root, const char *key, int64_t unix_ms) {
    CLEANUP(buf_release) struct buf text = {0};
    clock_add_iso8601(&text, unix_ms);
    json_set_text(root, key, buf_str(&text));
}

// The member's own entries win; those of the envelope fill the gaps.
static void merge_under(struct json_node *root, const char *key, const struct json_node *below) {
    if (json_kind(below) != JSON_OBJECT) return;
    const struct json_node *own = json_get(root, key);
    if (is_missing(own)) {
        json_set_copy(root, key, below);
        return;
    }
    if (json_kind(own) != JSON_OBJECT) return;
    CLEANUP(json_release) struct json merged = {0};
    (void)json_copy(own, &merged);
    for (const struct json_node *at = json_first(below); at; at = json_next(at)) {
        const struct str name = json_key(at);
        // asked of the message's own: what was added meanwhile would make this quadratic
        if (!json_get(own, name.ptr)) json_add_copy(merged.root, name.ptr, at);
    }
    json_set_copy(root, key, merged.root);
}

// The clock of the device may be wrong, the time between two of its readings is right:
// timestamp = receivedAt - (sentAt - originalTimestamp). (Spec: Common Fields, "timestamps")
static void correct_times(struct event *event, const struct ingest_options *options) {
    struct json_node *root = event->document.root;
    int64_t original_ms = 0;
    int64_t sent_ms = 0;
    if (!json_get_text(root, "sentAt").len && options->sent_at.len) {
        json_set_text(root, "sentAt", options->sent_at);
    }
    const bool has_original = event_time_ms(event, "timestamp", &original_ms);
    const bool has_sent = event_time_ms(event, "sentAt", &sent_ms);
    int64_t corrected_ms = has_original ? original_ms : options->received_at_ms;
    if (has_original && has_sent) corrected_ms = options->received_at_ms - (sent_ms - original_ms);

    if (has_original) {
        set_time(root, "originalTimestamp", original_ms);
    } else if (!is_missing(json_get(root, "timestamp"))) {
        // Unreadable: kept for whoever looks for the reason.
        json_set_copy(root, "originalTimestamp", json_get(root, "timestamp"));
    }
    if (has_sent) set_time(root, "sentAt", sent_ms);
    set_time(root, "timestamp", corrected_ms);
    set_time(root, "receivedAt", options->received_at_ms);
}

static struct str tell_channel(const struct event *event) {
    const struct json_node *library = json_get(event_context(event), "library");
    const struct str name = json_get_text(library, "name");
    if (str_equal(name, STR("analytics.js"))) return STR("browser");
    static const char *const mobile[] = {"android", "ios", "swift", "kotlin", "react-native"};
    for (size_t i = 0; i < ARRAY_COUNT(mobile); i++) {
        if (str_contains(name, str_from(mobile[i]))) return STR("mobile");
    }
    return STR("server");
}

// Servers' addresses are not the shopper's: only client-side messages, and those that say
// context.direct, get one. IPv6 is not collected.
static void fill_ip(struct event *event, struct str channel, struct str client_ip) {
    const bool is_direct = json_bool(json_get(event_context(event), "direct"), false);
    if (client_ip.len == 0 || str_find_char(client_ip, ':') < client_ip.len) return;
    if (str_equal(channel, STR("server")) && !is_direct) return;
    CLEANUP(json_release) struct json filled = {0};
    json_add_text(json_new_object(&filled), "ip", client_ip);
    merge_under(event->document.root, "context", filled.root);
}

void ingest_normalise(struct event *event, const struct ingest_options *options) {
    struct json_node *root = event->document.root;
    if (json_kind(root) != JSON_OBJECT) return; // of a batch: {"batch":[7]}
    merge_under(root, "context", options->context);
    merge_under(root, "integrations", options->integrations);
    const struct str channel = options->channel.len ? options->channel : tell_channel(event);
    fill_ip(event, channel, options->client_ip);
    if (json_get_text(root, "messageId").len == 0) {
        CLEANUP(buf_release) struct buf made = {0};
        buf_add(&made, STR("api-"));
        rng_add_alphanumeric(options->rng, &made, 32);
        json_set_text(root, "messageId", buf_str(&made));
    }
    correct_times(event, options);
    json_remove(root, "version");
    json_add_integer(root, "version", 2);
    json_set_text(root, "channel", channel);
    if (options->project_id.len) json_set_text(root, "projectId", options->project_id);
    json_remove(root, "writeKey");
    event_refresh(event);
}
