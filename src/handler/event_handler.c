// event_handler — the workshop's app.py, step by step, with each defect mended where it stood. The
// numbers are those of the table in segment.md 5.3.
#include "handler/event_handler.h"

#include "base/digest.h"
#include "internal.h"
#include "segment/products.h"

#define LOGGED_EVENT_BYTES 1500 // Lambda's Tail shows the last 4 KB of the whole log
#define FIELD_CHARACTERS 256    // of every text field of PutEvents

const char *event_handler_outcome_name(enum event_handler_outcome outcome) {
    switch (outcome) {
#define X(code, name, text)                                                                        \
    case code: return name;
        EVENT_HANDLER_OUTCOMES(X)
#undef X
    case EVENT_HANDLER_OUTCOME_COUNT: break;
    }
    return "unknown";
}

const char *event_handler_outcome_text(enum event_handler_outcome outcome) {
    switch (outcome) {
#define X(code, name, text)                                                                        \
    case code: return text;
        EVENT_HANDLER_OUTCOMES(X)
#undef X
    case EVENT_HANDLER_OUTCOME_COUNT: break;
    }
    return "";
}

void event_handler_result_release(struct event_handler_result *result) {
    if (!result) return;
    services_names_release(&result->items);
    *result = (struct event_handler_result){0};
}

// One invocation: everything the steps share.
struct invocation {
    const struct services *services;
    const struct event_handler_settings *settings;
    struct event_handler_result *result;
    struct str event_json;
    struct json document; // owned until the event takes it
    struct event event;   // owned
    struct products products;
    int64_t timestamp_ms;
};

static void invocation_release(struct invocation *invocation) {
    json_release(&invocation->document);
    event_release(&invocation->event);
}

static void note(const struct invocation *invocation, const char *level, struct str text) {
    function_log(invocation->services, level, invocation->settings->request_id, text);
}

// Steps 1 and 2. The workshop died with a KeyError while loading when the write key was missing, on
// every call and without a word about the cause.
static bool check_settings(const struct event_handler_settings *settings, struct error *err) {
    const struct {
        bool is_set;
        const char *variable, *hint;
    } needed[] = {
        {
            .is_set = settings->tracking_id.len > 0,
            .variable = "personalize_tracking_id",
            .hint = "Set it on the function to the tracking id of the event tracker.",
        },
        {
            .is_set = settings->campaign_arn.len > 0,
            .variable = "personalize_campaign_arn",
            .hint = "Set it on the function to the ARN of the campaign.",
        },
        {
            .is_set = settings->has_personas_write_key,
            .variable = "connections_source_write_key",
            .hint = "Set it on the function to the write key of personas-event-source.",
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(needed); i++) {
        if (needed[i].is_set) continue;
        (void)error_set(
            err, ERROR_CONFIG, "the function's variable %s is not set", needed[i].variable);
        return error_hint(err, "%s", needed[i].hint);
    }
    return true;
}

// Step 3. Never with a write key: raw messages of some SDKs carry it.
static void log_event(const struct invocation *invocation) {
    CLEANUP(json_release) struct json shown = {0};
    CLEANUP(buf_release) struct buf line = {0};
    CLEANUP(buf_release) struct buf text = {0};
    if (json_kind(invocation->document.root) != JSON_OBJECT) return;
    if (json_get(invocation->document.root, "writeKey")) {
        (void)json_copy(invocation->document.root, &shown);
        json_remove(shown.root, "writeKey");
    }
    buf_reserve(&text, invocation->event_json.len + 64);
    json_print(shown.root ? shown.root : invocation->document.root, &text);
    buf_reserve(&line, LOGGED_EVENT_BYTES + 32);
    buf_add(&line, STR("Segment event: "));
    buf_add(&line, str_slice(buf_str(&text), 0, LOGGED_EVENT_BYTES));
    if (text.len > LOGGED_EVENT_BYTES) buf_add(&line, STR(" …"));
    note(invocation, "INFO", buf_str(&line));
}

// Absent, null and the empty text say the same: there is none.
static bool is_missing(const struct json_node *node) {
    const enum json_kind kind = json_kind(node);
    return kind == JSON_ABSENT || kind == JSON_NULL ||
           (kind == JSON_STRING && json_text(node).len == 0);
}

// Step 4 and the inputs of 5 to 7: what the workshop let pass as null answered 200, what it did not
// foresee (null properties, null timestamp, numeric ids) crashed. Each has its outcome here.
// EVENT_HANDLER_RECORDED: nothing is wrong.
static enum event_handler_outcome judge(struct invocation *invocation) {
    const struct event *event = &invocation->event;
    const struct json_node *root = event->document.root;
    if (is_missing(json_get(root, "anonymousId"))) return EVENT_HANDLER_NO_ANONYMOUS_ID;
    if (event->anonymous_id.len == 0) return EVENT_HANDLER_BAD_ANONYMOUS_ID;
    if (!is_missing(json_get(root, "userId")) && event->user_id.len == 0) {
        return EVENT_HANDLER_BAD_USER_ID;
    }
    if (event->name.len == 0) return EVENT_HANDLER_NO_EVENT;
    if (!event_properties(event)) return EVENT_HANDLER_NO_PROPERTIES;
    // The flat sku of the workshop, and products[] of Segment's ecommerce spec, which it skipped.
    products_read(event_properties(event), &invocation->products);
    if (invocation->products.count == 0) return EVENT_HANDLER_NO_SKU;
    if (is_missing(json_get(root, "timestamp"))) return EVENT_HANDLER_NO_TIMESTAMP;
    // Step 6: `%s` ignored the offset and took the host's zone; a +02:00 stamp came out two hours late.
    const bool is_readable = event_timestamp_ms(event, &invocation->timestamp_ms);
    return is_readable ? EVENT_HANDLER_RECORDED : EVENT_HANDLER_BAD_TIMESTAMP;
}

static bool is_long(struct str text) {
    return text.len > FIELD_CHARACTERS && str_count_runes(text) > FIELD_CHARACTERS;
}

// Personalize would refuse these on every retry.
static bool is_too_long(const struct invocation *invocation) {
    const struct event *event = &invocation->event;
    bool found = is_long(event->anonymous_id) || is_long(event->user_id) || is_long(event->name);
    for (size_t i = 0; i < invocation->products.count; i++) {
        found = found || is_long(invocation->products.skus[i]);
    }
    return found;
}

static enum event_handler_outcome read_event(struct invocation *invocation) {
    struct error reason = {0}; // told by the outcome
    if (!json_parse(invocation->event_json, &invocation->document, &reason)) {
        return EVENT_HANDLER_NOT_JSON;
    }
    log_event(invocation);
    struct json *document = &invocation->document;
    if (json_kind(document->root) != JSON_OBJECT) return EVENT_HANDLER_NOT_JSON;
    // No event-name filter, as in the workshop since May 2019; but identify, page … are not for us.
    // A hand-written test event may lack its type: with an event name it is a track.
    const bool has_name = !is_missing(json_get(document->root, "event"));
    const enum event_type implied = has_name ? EVENT_TRACK : EVENT_TYPE_COUNT;
    if (!event_from_json(document, implied, &invocation->event, &reason)) {
        return EVENT_HANDLER_NOT_TRACK;
    }
    if (invocation->event.type != EVENT_TRACK) return EVENT_HANDLER_NOT_TRACK;
    const enum event_handler_outcome outcome = judge(invocation);
    const bool is_good = outcome == EVENT_HANDLER_RECORDED;
    return is_good && is_too_long(invocation) ? EVENT_HANDLER_TOO_LONG : outcome;
}

// The messageId makes a retry the same event for Personalize. Without one (or one too long), the
// digest of the event does: it is the same for every delivery of the same event.
static void add_event_id(struct buf *out, const struct invocation *invocation, size_t product) {
    const struct str message_id = invocation->event.message_id;
    if (message_id.len && message_id.len <= FIELD_CHARACTERS - 8) {
        buf_add(out, message_id);
    } else {
        char hex[DIGEST_HEX_BYTES];
        digest_sha256_hex(invocation->event_json, hex);
        buf_add(out, str_from(hex));
    }
    if (product) buf_add_format(out, "-%zu", product + 1);
}

struct group {                                             // one PutEvents call
    struct services_event events[SERVICES_MAX_PUT_EVENTS]; // views of the two below
    struct buf ids[SERVICES_MAX_PUT_EVENTS], properties[SERVICES_MAX_PUT_EVENTS];
    size_t count;
};

static void group_release(struct group *group) {
    for (size_t i = 0; i < group->count; i++) {
        buf_release(&group->ids[i]);
        buf_release(&group->properties[i]);
    }
    group->count = 0;
}

// itemId stands at top level, where the API has it since mid-2020, and inside `properties`, where the
// workshop's event schema looks for it.
static void group_add(struct group *group, const struct invocation *invocation, size_t product) {
    CLEANUP(json_release) struct json document = {0};
    const size_t at = group->count++;
    const struct str sku = invocation->products.skus[product];
    add_event_id(&group->ids[at], invocation, product);
    json_add_text(json_new_object(&document), "itemId", sku);
    json_print(document.root, &group->properties[at]);
    group->events[at] = (struct services_event){
        .event_id = buf_str(&group->ids[at]),
        .event_type = invocation->event.name,
        .item_id = sku,
        .properties = buf_str(&group->properties[at]),
        .sent_at_s = invocation->timestamp_ms / 1000,
    };
}

// Steps 5 to 8 for the products from `from` on, as many as one call takes.
static bool
put_group(const struct invocation *invocation, size_t from, size_t *put, struct error *err) {
    CLEANUP(group_release) struct group group = {0};
    const struct services *services = invocation->services;
    for (size_t i = from; i < invocation->products.count; i++) {
        if (group.count == SERVICES_MAX_PUT_EVENTS) break;
        group_add(&group, invocation, i);
    }
    const struct services_put_events call = {
        .region = invocation->settings->region, // both clients: the workshop forgot this one
        .tracking_id = invocation->settings->tracking_id,
        .session_id = invocation->event.anonymous_id,
        .user_id = invocation->event.user_id,
        .events = group.events,
        .event_count = group.count,
    };
    *put = group.count;
    return services->put_events(services->context, &call, err);
}

// Services that name the call themselves are not made to say it twice. False.
static bool blame(struct error *err, const char *call) {
    if (str_starts_with(str_from(err->message), str_from(call))) return false;
    return error_wrap(err, "%s", call);
}

static bool put_all(const struct invocation *invocation, struct error *err) {
    CLEANUP(buf_release) struct buf line = {0};
    const size_t count = invocation->products.count;
    while (invocation->result->events_put < count) {
        size_t put = 0;
        // Step 11: the workshop swallowed every AWS error and answered 200. Raised, it is seen and
        // retried, which the event id makes harmless.
        if (!put_group(invocation, invocation->result->events_put, &put, err)) {
            return blame(err, "PutEvents");
        }
        invocation->result->events_put += put;
    }
    buf_add_format(&line, "PutEvents: %zu event(s) of ", count);
    buf_add(&line, invocation->products.skus[0]);
    note(invocation, "INFO", buf_str(&line));
    return true;
}

static bool find_items(const struct invocation *invocation, struct error *err) {
    CLEANUP(shortlist_release) struct shortlist shortlist = {0};
    CLEANUP(buf_release) struct buf line = {0};
    const struct event_handler_settings *settings = invocation->settings;
    const struct services *services = invocation->services;
    struct event_handler_result *result = invocation->result;
    const struct services_query query = {
        .region = settings->region,
        .campaign_arn = settings->campaign_arn,
        .user_id = invocation->event.user_id,
        .filter_arn = settings->filter_arn,
        .count = settings->count > 0 ? settings->count : EVENT_HANDLER_DEFAULT_COUNT,
    };
    // Without profile access there is nothing to filter by, and no reason to warn on every event.
    const bool excludes = !settings->keeps_purchased && services->purchased_products;
    if (!shortlist_get(services, &query, excludes, &shortlist, err)) {
        return blame(err, "GetRecommendations");
    }
    result->purchased_removed = shortlist.removed;
    result->purchases_unknown = shortlist.purchases_unknown;
    if (shortlist.purchases_unknown) {
        buf_add_format(&line, "Purchases unknown, list unfiltered: %s", shortlist.reason.message);
        note(invocation, "WARNING", buf_str(&line));
        buf_reset(&line);
    }
    buf_add(&line, STR("Recommended items: ["));
    for (size_t i = 0; i < shortlist.items.count; i++) {
        const struct str item = str_from(shortlist.items.items[i].item_id);
        services_names_add(&result->items, item);
        buf_add(&line, i ? STR(", '") : STR("'"));
        buf_add(&line, item);
        buf_add_char(&line, '\'');
    }
    buf_add_format(&line, "], %zu purchased taken out", shortlist.removed);
    note(invocation, "INFO", buf_str(&line));
    return true;
}

// Step 9. The workshop's identify had neither messageId nor timestamp nor context: a retry counted
// twice, and nobody could tell where the trait came from. This id is the same for every delivery.
static void build_identify(const struct invocation *invocation, struct event *out) {
    CLEANUP(buf_release) struct buf message_id = {0};
    const struct services *services = invocation->services;
    buf_add(&message_id, STR("recommended-"));
    add_event_id(&message_id, invocation, 0);
    if (message_id.len >= EVENT_MAX_MESSAGE_ID_BYTES) {
        char hex[DIGEST_HEX_BYTES];
        digest_sha256_hex(buf_str(&message_id), hex);
        buf_reset(&message_id);
        buf_add_format(&message_id, "recommended-%s", hex);
    }
    const struct event_draft draft = {
        .type = EVENT_IDENTIFY,
        .user_id = invocation->event.user_id,
        .message_id = buf_str(&message_id),
        .timestamp_ms = services->now_ms(services->context),
    };
    event_build(&draft, out);
    struct json_node *trait = json_add_array(event_add_body(out), EVENT_HANDLER_TRAIT);
    for (size_t i = 0; i < invocation->result->items.count; i++) {
        json_add_text_view(trait, NULL, invocation->result->items.names[i]);
    }
    json_add_text(
        json_add_object(event_add_context(out), "library"), "name", STR("recloop-handler"));
}

// Step 10: `except HTTPError` named a class that was never imported, so that any failure turned into a
// NameError. Here the failure is raised as itself.
static bool write_trait(const struct invocation *invocation, struct error *err) {
    CLEANUP(event_release) struct event message = {0};
    CLEANUP(buf_release) struct buf line = {0};
    const struct services *services = invocation->services;
    build_identify(invocation, &message);
    if (!services->identify(services->context, &message, err)) return error_wrap(err, "identify");
    invocation->result->wrote_trait = true;
    buf_add(&line, STR("identify: " EVENT_HANDLER_TRAIT " written for user "));
    buf_add(&line, invocation->event.user_id);
    note(invocation, "INFO", buf_str(&line));
    return true;
}

static bool run(struct invocation *invocation, struct error *err) {
    struct event_handler_result *result = invocation->result;
    if (!check_settings(invocation->settings, err)) return false;
    const enum event_handler_outcome outcome = read_event(invocation);
    if (outcome != EVENT_HANDLER_RECORDED) {
        result->outcome = outcome;
        note(invocation, "WARNING", str_from(event_handler_outcome_text(outcome)));
        return true;
    }
    if (!put_all(invocation, err)) return false;
    if (invocation->event.user_id.len == 0) {
        result->outcome = EVENT_HANDLER_RECORDED;
        note(invocation, "INFO", str_from(event_handler_outcome_text(result->outcome)));
        return true;
    }
    if (!find_items(invocation, err)) return false;
    if (result->items.count == 0) {
        // Not written: an empty list would wipe a good one.
        result->outcome = EVENT_HANDLER_NO_ITEMS;
        note(invocation, "WARNING", str_from(event_handler_outcome_text(result->outcome)));
        return true;
    }
    if (!write_trait(invocation, err)) return false;
    result->outcome = EVENT_HANDLER_RECOMMENDED;
    return true;
}

bool event_handler_run(
    const struct services *services,
    const struct event_handler_settings *settings,
    struct str event_json,
    struct event_handler_result *out,
    struct error *err) {
    CLEANUP(invocation_release)
    struct invocation invocation = {
        .services = services,
        .settings = settings,
        .result = out,
        .event_json = event_json,
    };
    event_handler_result_release(out);
    if (run(&invocation, err)) return true;
    CLEANUP(buf_release) struct buf line = {0};
    out->outcome = EVENT_HANDLER_FAILED;
    buf_add_format(&line, "%s: %s", event_handler_error_type(err->code), err->message);
    if (err->hint[0]) buf_add_format(&line, " (%s)", err->hint);
    note(&invocation, "ERROR", buf_str(&line));
    return false;
}

const char *event_handler_error_type(enum error_code code) {
    switch (code) {
    case ERROR_CONFIG: return "ConfigurationError";
    case ERROR_INVALID: return "ValueError";
    case ERROR_LIMIT: return "LimitExceededError";
    case ERROR_NOT_FOUND: return "ResourceNotFoundError";
    case ERROR_REFUSED: return "ServiceRefusedError";
    case ERROR_THROTTLED: return "ThrottlingError";
    case ERROR_EXPIRED: return "ExpiredCredentialsError";
    case ERROR_UNREACHABLE: return "ConnectionError";
    case ERROR_TIMEOUT: return "TimeoutError";
    case ERROR_CANCELLED: return "CancelledError";
    case ERROR_BUSY: return "BusyError";
    case ERROR_IO: return "OSError";
    case ERROR_NONE:
    case ERROR_USAGE:
    case ERROR_INTERNAL: break;
    }
    return "InternalError";
}

void event_handler_add_failure(struct buf *out, const struct error *err) {
    CLEANUP(json_release) struct json document = {0};
    CLEANUP(buf_release) struct buf message = {0};
    struct json_node *root = json_new_object(&document);
    buf_add(&message, str_from(err->message));
    if (err->hint[0]) buf_add_format(&message, " (%s)", err->hint);
    json_add_text(root, "errorMessage", buf_str(&message));
    json_add_text(root, "errorType", str_from(event_handler_error_type(err->code)));
    (void)json_add_array(root, "stackTrace");
    json_print(root, out);
}
