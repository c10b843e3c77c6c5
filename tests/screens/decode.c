// decode — JSON in scripts to messages. Test code only: the program never reads messages from text.
#include "screens/script.h"

#include "base/json.h"
#include "base/memory.h"
#include "config/settings.h"

static struct str text_of(const struct json_node *node, const char *key) {
    return json_get_text(node, key);
}

static double number_of(const struct json_node *node, const char *key, double fallback) {
    double number = fallback;
    json_number(json_get(node, key), &number);
    return number;
}

static int64_t integer_of(const struct json_node *node, const char *key, int64_t fallback) {
    int64_t number = fallback;
    json_integer(json_get(node, key), &number);
    return number;
}

static char *copy_of(const struct json_node *node, const char *key) {
    return message_copy_text(text_of(node, key));
}

static bool decode_hop(const struct json_node *root, struct hop *hop) {
    hop->ms = number_of(root, "ms", -1);
    hop->status = (int)integer_of(root, "status", 0);
    hop_set_detail(hop, text_of(root, "detail"));
    hop_set_hint(hop, text_of(root, "hint"));
    hop_set_code(hop, text_of(root, "code"));
    hop_set_message_id(hop, text_of(root, "message"));
    hop_set_request_id(hop, text_of(root, "request_id"));
    bool has_id = false, has_state = false;
    for (int id = 0; id < HOP_COUNT; id++) {
        if (!str_equal(text_of(root, "hop"), str_from(hop_name((enum hop_id)id)))) continue;
        hop->id = (enum hop_id)id;
        has_id = true;
    }
    for (int state = HOP_IDLE; state <= HOP_HIDDEN; state++) {
        if (!str_equal(text_of(root, "state"), str_from(hop_state_name((enum hop_state)state)))) {
            continue;
        }
        hop->state = (enum hop_state)state;
        has_state = true;
    }
    return has_id && has_state;
}

static void decode_event(const struct json_node *node, struct message_event *event) {
    event->source = copy_of(node, "source");
    event->type = copy_of(node, "type");
    event->name = copy_of(node, "name");
    event->user_id = copy_of(node, "user");
    event->anonymous_id = copy_of(node, "anonymous");
    event->sku = copy_of(node, "sku");
    event->message_id = copy_of(node, "id");
    event->via = copy_of(node, "via");
    event->is_sent = event->via != NULL;
    event->sequence = (uint64_t)integer_of(node, "sequence", 0);
    event->received_at_ms = integer_of(node, "at", 0) * 1000;
    event->discard_reason = copy_of(node, "refused");
    const struct json_node *raw = json_get(node, "raw");
    if (json_kind(raw) == JSON_STRING) {
        event->raw = message_copy_text(json_text(raw));
    } else if (raw) {
        struct buf text = {0};
        json_print(raw, &text);
        event->raw = buf_take(&text);
    }
}

static void decode_list(const struct json_node *root, struct message *message) {
    struct message_recommendations *list = &message->as.recommendations;
    list->user_id = copy_of(root, "user");
    list->campaign_arn = copy_of(root, "campaign");
    list->recommendation_id = copy_of(root, "answer");
    list->ms = number_of(root, "ms", 0);
    const struct json_node *items = json_get(root, "items");
    for (const struct json_node *node = json_first(items); node; node = json_next(node)) {
        const double score = number_of(node, "score", -1);
        struct message_item *item = message_add_item(message, text_of(node, "id"), score);
        size_t at = 0;
        for (const struct json_node *share = json_first(json_get(node, "reasons"));
             share && at < MESSAGE_REASONS; share = json_next(share)) {
            json_number(share, &item->reasons[at++]);
        }
    }
}

static void decode_profile(const struct json_node *root, struct message *message) {
    message->as.profile.user_id = copy_of(root, "user");
    message->as.profile.ms = number_of(root, "ms", 0);
    const struct json_node *node = json_first(json_get(root, "traits"));
    for (; node; node = json_next(node)) {
        struct buf value = {0};
        json_print(json_get(node, "value"), &value);
        struct message_trait *trait =
            message_add_trait(message, text_of(node, "name"), buf_str(&value));
        trait->updated_at_ms = (int64_t)(number_of(node, "at", 0) * 1000);
        trait->is_computed = json_bool(json_get(node, "computed"), false);
        trait->source_id = copy_of(node, "source");
        buf_release(&value);
    }
    for (node = json_first(json_get(root, "ids")); node; node = json_next(node)) {
        message_add_identifier(message, text_of(node, "type"), text_of(node, "id"));
    }
    for (node = json_first(json_get(root, "events")); node; node = json_next(node)) {
        decode_event(node, message_add_event(message));
    }
}

static void decode_settings(const struct json_node *root, struct message *message) {
    const struct json_node *name = json_first(json_get(root, "profiles"));
    for (; name; name = json_next(name))
        message_add_profile_name(message, json_text(name));
    message->as.settings.profile = copy_of(root, "profile");
    message->as.settings.path = copy_of(root, "path");
    const struct json_node *node = json_first(json_get(root, "settings"));
    for (; node; node = json_next(node)) {
        struct buf key = {0};
        buf_add(&key, text_of(node, "key"));
        struct message_setting *setting =
            message_add_setting(message, buf_text(&key), text_of(node, "value"));
        buf_release(&key);
        setting->is_set = text_of(node, "value").len > 0;
        setting->is_secret = json_bool(json_get(node, "secret"), false);
        const struct setting *known = settings_find(str_from(setting->key));
        if (known) setting->group = mem_copy_string(settings_group_title(known->group));
        setting->origin = copy_of(node, "origin");
        setting->help = copy_of(node, "help");
        setting->note = copy_of(node, "note");
        if (!json_get(node, "problem")) continue;
        error_set(&setting->problem, ERROR_CONFIG, STR_FMT, STR_ARG(text_of(node, "problem")));
        error_hint(&setting->problem, STR_FMT, STR_ARG(text_of(node, "hint")));
    }
}

static void decode_backend(const struct json_node *root, struct message_backend *backend) {
    const struct str kind = text_of(root, "is");
    backend->kind = str_equal(kind, STR("cloud"))   ? MESSAGE_BACKEND_CLOUD
                    : str_equal(kind, STR("other")) ? MESSAGE_BACKEND_SANDBOX_OTHER
                                                    : MESSAGE_BACKEND_SANDBOX_OWN;
    backend->url = copy_of(root, "url");
    backend->region = copy_of(root, "region");
    backend->account = copy_of(root, "account");
    backend->note = copy_of(root, "note");
    backend->is_up = json_bool(json_get(root, "up"), true);
}

static void decode_progress(const struct json_node *root, struct message_progress *progress) {
    progress->done = (uint64_t)integer_of(root, "done", 0);
    progress->failed = (uint64_t)integer_of(root, "failed", 0);
    progress->per_second = number_of(root, "per_second", 0);
    progress->is_running = true;
    progress->total = (uint64_t)integer_of(root, "total", 0);
    progress->is_total_about = json_bool(json_get(root, "about"), false);
    progress->is_paused = json_bool(json_get(root, "paused"), false);
    progress->is_delivery = json_get(root, "accepted") != NULL;
    progress->accepted = (uint64_t)integer_of(root, "accepted", 0);
    progress->refused = (uint64_t)integer_of(root, "refused", 0);
    progress->skipped = (uint64_t)integer_of(root, "skipped", 0);
    progress->retried = (uint64_t)integer_of(root, "retried", 0);
    progress->in_flight = (uint64_t)integer_of(root, "in_flight", 0);
    progress->wanted_per_second = number_of(root, "wanted", 0);
    progress->eta_ms = integer_of(root, "eta_ms", -1);
    progress->where = copy_of(root, "where");
    progress->trouble = copy_of(root, "trouble");
}

static void decode_request(const struct json_node *root, struct message_request *request) {
    request->sequence = (uint64_t)integer_of(root, "sequence", 0);
    request->left_out = (uint64_t)integer_of(root, "left_out", 0);
    request->at_ms = number_of(root, "at", 0) * 1000;
    request->what = copy_of(root, "what");
    request->method = copy_of(root, "method");
    request->host = copy_of(root, "host");
    request->path = copy_of(root, "path");
    request->status = (int)integer_of(root, "status", 0);
    request->ms = number_of(root, "ms", 0);
    request->attempts = (int)integer_of(root, "attempts", 1);
    request->bytes_out = (uint64_t)integer_of(root, "out", 0);
    request->bytes_in = (uint64_t)integer_of(root, "in", 0);
    request->request = copy_of(root, "request");
    request->answer = copy_of(root, "answer");
    request->request_id = copy_of(root, "id");
    request->problem = copy_of(root, "problem");
    request->is_final = json_bool(json_get(root, "final"), true);
}

static void decode_done(const struct json_node *root, struct error *err) {
    if (!json_get(root, "message")) return;
    error_set(err, ERROR_REFUSED, STR_FMT, STR_ARG(text_of(root, "message")));
    error_hint(err, STR_FMT, STR_ARG(text_of(root, "hint")));
}

// {"values": {"KEY": "TEXT"}}
static void decode_values(const struct json_node *root, struct message *message) {
    const struct json_node *node = json_first(json_get(root, "values"));
    for (; node; node = json_next(node)) {
        struct buf key = {0};
        buf_add(&key, json_key(node));
        message_add_value(message, buf_text(&key), json_text(node));
        buf_release(&key);
    }
}

static bool decode_kind(struct str kind, enum message_kind *out) {
    for (int i = 0; i <= MESSAGE_DONE; i++) {
        if (!str_equal(kind, str_from(message_kind_name((enum message_kind)i)))) continue;
        *out = (enum message_kind)i;
        return true;
    }
    return false;
}

static bool decode_arm(const struct json_node *root, struct message *message) {
    switch (message->kind) {
    case MESSAGE_HOP: return decode_hop(root, &message->as.hop);
    case MESSAGE_EVENT: decode_event(root, &message->as.event); break;
    case MESSAGE_RECOMMENDATIONS: decode_list(root, message); break;
    case MESSAGE_PROFILE: decode_profile(root, message); break;
    case MESSAGE_SETTINGS: decode_settings(root, message); break;
    case MESSAGE_BACKEND: decode_backend(root, &message->as.backend); break;
    case MESSAGE_PROGRESS: decode_progress(root, &message->as.progress); break;
    case MESSAGE_DONE: decode_done(root, &message->as.done); break;
    case MESSAGE_LINE: message->as.line.text = copy_of(root, "text"); break;
    case MESSAGE_JOURNEY: script_decode_journey(root, &message->as.journey); break;
    case MESSAGE_REQUEST: decode_request(root, &message->as.request); break;
    case MESSAGE_VALUES: decode_values(root, message); break;
    }
    return true;
}

struct message *script_decode(struct str json, uint64_t run_id, struct error *err) {
    struct json document = {0};
    if (!json_parse(json, &document, err)) return NULL;
    enum message_kind kind = MESSAGE_DONE;
    struct message *message = NULL;
    if (decode_kind(text_of(document.root, "kind"), &kind)) {
        message = message_new(kind, run_id);
        if (!decode_arm(document.root, message)) {
            message_free(message);
            message = NULL;
        }
    }
    if (!message) error_set(err, ERROR_INVALID, "no such message: " STR_FMT, STR_ARG(json));
    json_release(&document);
    return message;
}
