// message — see the header.
#include "protocol/message.h"

#include "base/memory.h"

struct message *message_new(enum message_kind kind, uint64_t run_id) {
    struct message *message = MEM_NEW(struct message);
    message->kind = kind;
    message->run_id = run_id;
    return message;
}

char *message_copy_text(struct str text) {
    if (!text.ptr) return NULL;
    char *copy = mem_alloc(text.len + 1);
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

static void release_event(struct message_event *event) {
    mem_free(event->source);
    mem_free(event->type);
    mem_free(event->name);
    mem_free(event->user_id);
    mem_free(event->anonymous_id);
    mem_free(event->sku);
    mem_free(event->message_id);
    mem_free(event->via);
    mem_free(event->discard_reason);
    mem_free(event->raw);
}

static void release_recommendations(struct message_recommendations *list) {
    mem_free(list->user_id);
    mem_free(list->item_id);
    mem_free(list->campaign_arn);
    mem_free(list->recommendation_id);
    mem_free(list->trigger);
    for (size_t i = 0; i < list->item_count; i++)
        mem_free(list->items[i].item_id);
    mem_free(list->items);
}

static void release_profile(struct message_profile *profile) {
    mem_free(profile->user_id);
    for (size_t i = 0; i < profile->trait_count; i++) {
        mem_free(profile->traits[i].name);
        mem_free(profile->traits[i].value);
        mem_free(profile->traits[i].source_id);
    }
    for (size_t i = 0; i < profile->identifier_count; i++) {
        mem_free(profile->identifiers[i].type);
        mem_free(profile->identifiers[i].id);
    }
    for (size_t i = 0; i < profile->event_count; i++)
        release_event(&profile->events[i]);
    mem_free(profile->traits);
    mem_free(profile->identifiers);
    mem_free(profile->events);
}

static void release_settings(struct message_settings *settings) {
    mem_free(settings->profile);
    mem_free(settings->path);
    for (size_t i = 0; i < settings->profile_count; i++)
        mem_free(settings->profiles[i]);
    mem_free(settings->profiles);
    for (size_t i = 0; i < settings->setting_count; i++) {
        mem_free(settings->settings[i].key);
        mem_free(settings->settings[i].value);
        mem_free(settings->settings[i].origin);
        mem_free(settings->settings[i].group);
        mem_free(settings->settings[i].help);
        mem_free(settings->settings[i].note);
    }
    mem_free(settings->settings);
}

static void release_values(struct message_values *values) {
    mem_free(values->title);
    for (size_t i = 0; i < values->value_count; i++) {
        mem_free(values->values[i].key);
        // a revealed secret may be among them
        if (values->values[i].text)
            mem_wipe(values->values[i].text, strlen(values->values[i].text));
        mem_free(values->values[i].text);
    }
    mem_free(values->values);
}

static void release_request(struct message_request *request) {
    mem_free(request->what);
    mem_free(request->method);
    mem_free(request->host);
    mem_free(request->path);
    mem_free(request->request);
    mem_free(request->answer);
    mem_free(request->request_id);
    mem_free(request->problem);
}

void message_free(struct message *message) {
    if (!message) return;
    switch (message->kind) {
    case MESSAGE_HOP:
    case MESSAGE_DONE: break;
    case MESSAGE_EVENT: release_event(&message->as.event); break;
    case MESSAGE_RECOMMENDATIONS: release_recommendations(&message->as.recommendations); break;
    case MESSAGE_PROFILE: release_profile(&message->as.profile); break;
    case MESSAGE_SETTINGS: release_settings(&message->as.settings); break;
    case MESSAGE_VALUES: release_values(&message->as.values); break;
    case MESSAGE_LINE: mem_free(message->as.line.text); break;
    case MESSAGE_PROGRESS:
        mem_free(message->as.progress.label);
        mem_free(message->as.progress.where);
        mem_free(message->as.progress.trouble);
        break;
    case MESSAGE_BACKEND:
        mem_free(message->as.backend.url);
        mem_free(message->as.backend.region);
        mem_free(message->as.backend.account);
        mem_free(message->as.backend.note);
        break;
    case MESSAGE_JOURNEY: journey_release(&message->as.journey); break;
    case MESSAGE_REQUEST: release_request(&message->as.request); break;
    }
    mem_free(message);
}

void message_free_item(void *message) {
    message_free(message);
}

bool message_is_progress(const struct message *message) {
    return message->kind == MESSAGE_PROGRESS;
}

bool message_same_source(const void *older, const void *newer) {
    const struct message *left = older;
    const struct message *right = newer;
    return message_is_progress(left) && message_is_progress(right) && left->run_id == right->run_id;
}

const char *message_kind_name(enum message_kind kind) {
    switch (kind) {
    case MESSAGE_HOP: return "hop";
    case MESSAGE_EVENT: return "event";
    case MESSAGE_RECOMMENDATIONS: return "recommendations";
    case MESSAGE_PROFILE: return "profile";
    case MESSAGE_SETTINGS: return "settings";
    case MESSAGE_VALUES: return "values";
    case MESSAGE_LINE: return "line";
    case MESSAGE_PROGRESS: return "progress";
    case MESSAGE_BACKEND: return "backend";
    case MESSAGE_JOURNEY: return "journey";
    case MESSAGE_REQUEST: return "request";
    case MESSAGE_DONE: return "done";
    }
    return "?";
}

static const struct {
    const char *name, *title;
} reasons[MESSAGE_REASONS] = {
    {.name = "knn", .title = "shoppers with similar sessions went on to it"},
    {.name = "next", .title = "it often follows the last product"},
    {.name = "next2", .title = "it often follows the last two products"},
    {.name = "again", .title = "this shopper came back to it before"},
    {.name = "trend", .title = "it is popular these days"},
    {.name = "pop", .title = "it is popular over all time"},
};

const char *message_reason_name(size_t reason) {
    ASSERT(reason < MESSAGE_REASONS);
    return reasons[reason].name;
}

const char *message_reason_title(size_t reason) {
    ASSERT(reason < MESSAGE_REASONS);
    return reasons[reason].title;
}

struct message *message_new_line(uint64_t run_id, bool is_diagnostic, struct str text) {
    struct message *message = message_new(MESSAGE_LINE, run_id);
    message->as.line.is_diagnostic = is_diagnostic;
    message->as.line.text = message_copy_text(text);
    return message;
}

struct message *message_new_done(uint64_t run_id, const struct error *err) {
    struct message *message = message_new(MESSAGE_DONE, run_id);
    if (err) message->as.done = *err;
    return message;
}

struct message *message_new_hop(uint64_t run_id, const struct hop *hop) {
    struct message *message = message_new(MESSAGE_HOP, run_id);
    message->as.hop = *hop;
    return message;
}

struct message *message_new_journey(uint64_t run_id) {
    struct message *message = message_new(MESSAGE_JOURNEY, run_id);
    journey_init(&message->as.journey);
    return message;
}

// Room for one more element at the end of an owned array; zeroed.
static void *grow(void *array, size_t count, size_t element_bytes) {
    char *grown = mem_resize(array, count + 1, element_bytes);
    memset(grown + count * element_bytes, 0, element_bytes);
    return grown;
}

static void add_value(struct message *message, const char *key, struct str text, bool is_json) {
    ASSERT(message->kind == MESSAGE_VALUES);
    struct message_values *values = &message->as.values;
    values->values = grow(values->values, values->value_count, sizeof(struct message_value));
    values->values[values->value_count++] = (struct message_value){
        .key = mem_copy_string(key),
        .text = message_copy_text(text),
        .is_json = is_json,
    };
}

void message_add_value(struct message *message, const char *key, struct str text) {
    add_value(message, key, text, false);
}

void message_add_value_json(struct message *message, const char *key, struct str json) {
    add_value(message, key, json, true);
}

struct message_item *message_add_item(struct message *message, struct str item_id, double score) {
    ASSERT(message->kind == MESSAGE_RECOMMENDATIONS);
    struct message_recommendations *list = &message->as.recommendations;
    list->items = grow(list->items, list->item_count, sizeof(struct message_item));
    struct message_item *item = &list->items[list->item_count++];
    item->item_id = message_copy_text(item_id);
    item->score = score;
    item->previous_rank = -1;
    return item;
}

struct message_trait *
message_add_trait(struct message *message, struct str name, struct str value_json) {
    ASSERT(message->kind == MESSAGE_PROFILE);
    struct message_profile *profile = &message->as.profile;
    profile->traits = grow(profile->traits, profile->trait_count, sizeof(struct message_trait));
    struct message_trait *trait = &profile->traits[profile->trait_count++];
    trait->name = message_copy_text(name);
    trait->value = message_copy_text(value_json);
    return trait;
}

void message_add_identifier(struct message *message, struct str type, struct str id) {
    ASSERT(message->kind == MESSAGE_PROFILE);
    struct message_profile *profile = &message->as.profile;
    profile->identifiers =
        grow(profile->identifiers, profile->identifier_count, sizeof(struct message_identifier));
    struct message_identifier *identifier = &profile->identifiers[profile->identifier_count++];
    identifier->type = message_copy_text(type);
    identifier->id = message_copy_text(id);
}

struct message_event *message_add_event(struct message *message) {
    ASSERT(message->kind == MESSAGE_PROFILE);
    struct message_profile *profile = &message->as.profile;
    profile->events = grow(profile->events, profile->event_count, sizeof(struct message_event));
    return &profile->events[profile->event_count++];
}

void message_add_profile_name(struct message *message, struct str name) {
    ASSERT(message->kind == MESSAGE_SETTINGS);
    struct message_settings *settings = &message->as.settings;
    settings->profiles = grow(settings->profiles, settings->profile_count, sizeof(char *));
    settings->profiles[settings->profile_count++] = message_copy_text(name);
}

struct message_setting *
message_add_setting(struct message *message, const char *key, struct str value) {
    ASSERT(message->kind == MESSAGE_SETTINGS);
    struct message_settings *settings = &message->as.settings;
    settings->settings =
        grow(settings->settings, settings->setting_count, sizeof(struct message_setting));
    struct message_setting *setting = &settings->settings[settings->setting_count++];
    setting->key = mem_copy_string(key);
    setting->value = message_copy_text(value);
    return setting;
}
