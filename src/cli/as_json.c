// as_json — see the header.
#include "cli/as_json.h"

#include "journey_print.h"
#include "members.h"

#include <math.h>

static void add_hop(struct json_node *object, const struct hop *hop) {
    members_add_text(object, "hop", hop_name(hop->id));
    members_add_text(object, "state", hop_state_name(hop->state));
    members_add_ms(object, "ms", hop->ms);
    if (hop->status)
        json_add_integer(object, "status", hop->status);
    else
        json_add_null(object, "status");
    members_add_text(object, "detail", hop->detail);
    members_add_text(object, "hint", hop->hint[0] ? hop->hint : NULL);
}

static void add_event(struct json_node *object, const struct message_event *event) {
    members_add_text(object, "source", event->source);
    members_add_text(object, "type", event->type);
    members_add_text(object, "name", event->name);
    members_add_text(object, "user_id", event->user_id);
    members_add_text(object, "anonymous_id", event->anonymous_id);
    members_add_text(object, "sku", event->sku);
    members_add_text(object, "message_id", event->message_id);
    members_add_time(object, "received_at", event->received_at_ms);
    json_add_integer(object, "sequence", (int64_t)event->sequence);
    members_add_text(object, "discard_reason", event->discard_reason);
    members_add_embedded(object, "raw", event->raw);
}

static void add_reasons(struct json_node *object, const struct message_item *item) {
    double sum = 0;
    for (size_t i = 0; i < MESSAGE_REASONS; i++)
        sum += fabs(item->reasons[i]);
    if (sum <= 0) {
        json_add_null(object, "reasons");
        return;
    }
    struct json_node *reasons = json_add_object(object, "reasons");
    for (size_t i = 0; i < MESSAGE_REASONS; i++)
        json_add_number(reasons, message_reason_name(i), item->reasons[i]);
}

static void
add_recommendations(struct json_node *object, const struct message_recommendations *list) {
    members_add_text(object, "user_id", list->user_id);
    members_add_text(object, "item_id", list->item_id);
    members_add_text(object, "campaign_arn", list->campaign_arn);
    members_add_text(object, "recommendation_id", list->recommendation_id);
    members_add_text(object, "trigger", list->trigger);
    members_add_ms(object, "ms", list->ms);
    struct json_node *items = json_add_array(object, "items");
    for (size_t i = 0; i < list->item_count; i++) {
        const struct message_item *item = &list->items[i];
        struct json_node *entry = json_add_object(items, NULL);
        json_add_integer(entry, "rank", (int64_t)i + 1);
        members_add_text(entry, "item_id", item->item_id);
        if (item->score < 0 || isnan(item->score))
            json_add_null(entry, "score");
        else
            json_add_number(entry, "score", item->score);
        if (item->previous_rank < 0)
            json_add_null(entry, "previous_rank");
        else
            json_add_integer(entry, "previous_rank", item->previous_rank);
        add_reasons(entry, item);
    }
}

static void add_profile(struct json_node *object, const struct message_profile *profile) {
    members_add_text(object, "user_id", profile->user_id);
    members_add_ms(object, "ms", profile->ms);
    struct json_node *traits = json_add_object(object, "traits");
    struct json_node *details = json_add_object(object, "trait_details");
    for (size_t i = 0; i < profile->trait_count; i++) {
        const struct message_trait *trait = &profile->traits[i];
        members_add_embedded(traits, trait->name, trait->value);
        struct json_node *detail = json_add_object(details, trait->name);
        members_add_text(detail, "source_id", trait->source_id);
        members_add_time(detail, "updated_at", trait->updated_at_ms);
        json_add_bool(detail, "is_computed", trait->is_computed);
    }
    struct json_node *identifiers = json_add_array(object, "identifiers");
    for (size_t i = 0; i < profile->identifier_count; i++) {
        struct json_node *entry = json_add_object(identifiers, NULL);
        members_add_text(entry, "type", profile->identifiers[i].type);
        members_add_text(entry, "id", profile->identifiers[i].id);
    }
    struct json_node *events = json_add_array(object, "events");
    for (size_t i = 0; i < profile->event_count; i++)
        add_event(json_add_object(events, NULL), &profile->events[i]);
}

static void add_error(struct json_node *object, const char *key, const struct error *err) {
    if (err->code == ERROR_NONE) {
        json_add_null(object, key);
        return;
    }
    struct json_node *error = json_add_object(object, key);
    members_add_text(error, "code", error_code_name(err->code));
    members_add_text(error, "message", err->message);
    members_add_text(error, "hint", err->hint[0] ? err->hint : NULL);
}

static void add_settings(struct json_node *object, const struct message_settings *settings) {
    members_add_text(object, "profile", settings->profile);
    members_add_text(object, "path", settings->path);
    struct json_node *profiles = json_add_array(object, "profiles");
    for (size_t i = 0; i < settings->profile_count; i++)
        json_add_text(profiles, NULL, str_from(settings->profiles[i]));
    struct json_node *list = json_add_array(object, "settings");
    for (size_t i = 0; i < settings->setting_count; i++) {
        const struct message_setting *setting = &settings->settings[i];
        struct json_node *entry = json_add_object(list, NULL);
        members_add_text(entry, "key", setting->key);
        members_add_text(entry, "group", setting->group);
        members_add_text(entry, "value", setting->is_set ? setting->value : NULL);
        members_add_text(entry, "origin", setting->origin);
        json_add_bool(entry, "is_secret", setting->is_secret);
        members_add_text(entry, "note", setting->note);
        add_error(entry, "problem", &setting->problem);
    }
}

static void add_values(struct json_node *object, const struct message_values *values) {
    for (size_t i = 0; i < values->value_count; i++) {
        const struct message_value *value = &values->values[i];
        if (value->is_json)
            members_add_embedded(object, value->key, value->text);
        else
            members_add_text(object, value->key, value->text);
    }
}

static void add_count(struct json_node *object, const char *key, uint64_t count) {
    json_add_integer(object, key, (int64_t)count);
}

static void add_delivery(struct json_node *object, const struct message_progress *progress) {
    json_add_bool(object, "is_total_about", progress->is_total_about);
    json_add_bool(object, "is_paused", progress->is_paused);
    add_count(object, "accepted", progress->accepted);
    add_count(object, "refused", progress->refused);
    add_count(object, "skipped", progress->skipped);
    add_count(object, "in_flight", progress->in_flight);
    add_count(object, "requests", progress->requests);
    add_count(object, "retried", progress->retried);
    add_count(object, "bytes", progress->bytes);
    json_add_number(object, "wanted_per_second", progress->wanted_per_second); // 0: no limit
    members_add_ms(object, "eta_ms", (double)progress->eta_ms);
    members_add_text(object, "where", progress->where);
    members_add_text(object, "trouble", progress->trouble);
}

static void add_progress(struct json_node *object, const struct message_progress *progress) {
    members_add_text(object, "label", progress->label);
    json_add_integer(object, "done", (int64_t)progress->done);
    if (progress->total)
        json_add_integer(object, "total", (int64_t)progress->total);
    else
        json_add_null(object, "total");
    json_add_integer(object, "failed", (int64_t)progress->failed);
    json_add_number(object, "per_second", round(progress->per_second * 10) / 10);
    json_add_bool(object, "is_running", progress->is_running);
    if (progress->is_delivery) add_delivery(object, progress);
}

static const char *backend_kind_name(enum message_backend_kind kind) {
    switch (kind) {
    case MESSAGE_BACKEND_CLOUD: return "cloud";
    case MESSAGE_BACKEND_SANDBOX_OWN: return "sandbox_own";
    case MESSAGE_BACKEND_SANDBOX_OTHER: return "sandbox_other";
    }
    return "cloud";
}

static void add_backend(struct json_node *object, const struct message_backend *backend) {
    members_add_text(object, "backend", backend_kind_name(backend->kind));
    members_add_text(object, "url", backend->url);
    members_add_text(object, "region", backend->region);
    members_add_text(object, "account", backend->account);
    members_add_text(object, "note", backend->note);
    json_add_bool(object, "is_up", backend->is_up);
}

static void add_line(struct json_node *object, const struct message_line *line) {
    members_add_text(object, "text", line->text);
    json_add_bool(object, "is_diagnostic", line->is_diagnostic);
}

static void add_request(struct json_node *object, const struct message_request *request) {
    json_add_integer(object, "sequence", (int64_t)request->sequence);
    json_add_integer(object, "left_out", (int64_t)request->left_out);
    members_add_time(object, "at", (int64_t)request->at_ms);
    members_add_text(object, "what", request->what);
    members_add_text(object, "method", request->method);
    members_add_text(object, "host", request->host);
    members_add_text(object, "path", request->path);
    json_add_integer(object, "status", request->status);
    members_add_ms(object, "ms", request->ms);
    json_add_integer(object, "attempts", request->attempts);
    json_add_integer(object, "bytes_out", (int64_t)request->bytes_out);
    json_add_integer(object, "bytes_in", (int64_t)request->bytes_in);
    members_add_text(object, "request_id", request->request_id);
    members_add_text(object, "problem", request->problem);
    json_add_bool(object, "is_final", request->is_final);
    members_add_text(object, "request", request->request);
    members_add_text(object, "answer", request->answer);
}

static void add_members(struct json_node *object, const struct message *message) {
    switch (message->kind) {
    case MESSAGE_HOP: add_hop(object, &message->as.hop); break;
    case MESSAGE_EVENT: add_event(object, &message->as.event); break;
    case MESSAGE_RECOMMENDATIONS: add_recommendations(object, &message->as.recommendations); break;
    case MESSAGE_PROFILE: add_profile(object, &message->as.profile); break;
    case MESSAGE_SETTINGS: add_settings(object, &message->as.settings); break;
    case MESSAGE_VALUES: add_values(object, &message->as.values); break;
    case MESSAGE_LINE: add_line(object, &message->as.line); break;
    case MESSAGE_PROGRESS: add_progress(object, &message->as.progress); break;
    case MESSAGE_BACKEND: add_backend(object, &message->as.backend); break;
    case MESSAGE_JOURNEY: journey_print_json(object, &message->as.journey); break;
    case MESSAGE_REQUEST: add_request(object, &message->as.request); break;
    case MESSAGE_DONE: add_error(object, "error", &message->as.done); break;
    }
}

// Copies `element` to the end of the array `key`, leaving out what `replaces` names in `field`: a hop
// that changed takes the place of its older state.
static void append(
    struct json_node *root,
    const char *key,
    const struct json_node *element,
    const char *field,
    struct str replaces) {
    CLEANUP(json_release) struct json list = {0};
    struct json_node *array = json_new_array(&list);
    bool is_placed = false;
    for (const struct json_node *old = json_first(json_get(root, key)); old; old = json_next(old)) {
        if (field && str_equal(json_get_text(old, field), replaces)) {
            json_add_copy(array, NULL, element);
            is_placed = true;
        } else {
            json_add_copy(array, NULL, old);
        }
    }
    if (!is_placed) json_add_copy(array, NULL, element);
    json_set_copy(root, key, array);
}

static void collect_element(
    struct json_node *root, const struct message *message, const char *key, const char *field) {
    CLEANUP(json_release) struct json made = {0};
    struct json_node *element = json_new_object(&made);
    add_members(element, message);
    append(root, key, element, field, field ? json_get_text(element, field) : (struct str){0});
}

static void collect_object(struct json_node *root, const struct message *message, const char *key) {
    CLEANUP(json_release) struct json made = {0};
    add_members(json_new_object(&made), message);
    json_set_copy(root, key, made.root);
}

static void collect_at_top(struct json_node *root, const struct message *message) {
    CLEANUP(json_release) struct json made = {0};
    add_members(json_new_object(&made), message);
    for (const struct json_node *member = json_first(made.root); member;
         member = json_next(member)) {
        CLEANUP(buf_release) struct buf key = {0};
        buf_add(&key, json_key(member));
        json_set_copy(root, buf_text(&key), member);
    }
}

static void collect_line(struct json_node *root, const struct message_line *line) {
    if (line->is_diagnostic) return;
    CLEANUP(json_release) struct json made = {0};
    struct json_node *list = json_new_array(&made);
    members_add_text(list, NULL, line->text);
    append(root, "log", json_first(list), NULL, (struct str){0});
}

void as_json_collect(
    struct json_node *root, const struct message *message, enum message_kind main_kind) {
    if (message->kind == MESSAGE_LINE) {
        collect_line(root, &message->as.line);
        return;
    }
    if (message->kind == main_kind && message->kind != MESSAGE_HOP) {
        collect_at_top(root, message);
        return;
    }
    switch (message->kind) {
    case MESSAGE_HOP: collect_element(root, message, "hops", "hop"); break;
    case MESSAGE_EVENT: collect_element(root, message, "events", NULL); break;
    case MESSAGE_VALUES: collect_at_top(root, message); break;
    case MESSAGE_RECOMMENDATIONS: collect_object(root, message, "recommendations"); break;
    case MESSAGE_PROFILE: collect_object(root, message, "profile"); break;
    case MESSAGE_SETTINGS: collect_object(root, message, "settings"); break;
    case MESSAGE_PROGRESS: collect_object(root, message, "progress"); break;
    case MESSAGE_BACKEND: collect_object(root, message, "backend"); break;
    case MESSAGE_JOURNEY: collect_object(root, message, "journey"); break;
    case MESSAGE_REQUEST: collect_element(root, message, "requests", NULL); break;
    case MESSAGE_LINE:
    case MESSAGE_DONE: break;
    }
}

void as_json_finish(struct json_node *root, const struct error *err) {
    json_remove(root, "ok");
    json_remove(root, "error");
    json_add_bool(root, "ok", err->code == ERROR_NONE);
    add_error(root, "error", err);
}

void as_json_add_line(struct buf *out, const struct message *message) {
    CLEANUP(json_release) struct json made = {0};
    struct json_node *object = json_new_object(&made);
    members_add_text(object, "kind", message_kind_name(message->kind));
    if (message->kind == MESSAGE_DONE)
        json_add_bool(object, "ok", message->as.done.code == ERROR_NONE);
    add_members(object, message);
    json_print(made.root, out);
    buf_add_char(out, '\n');
}
