// registry — the one table of what the program can do. Sorted by name (asserted by its test); help,
// completion, palette and parser read it.
#include "registry.h"

#include "base/attributes.h"

#include <string.h>

// One row a line, so that two new ones do not meet in a third.
// clang-format off
static const struct action *const actions[] = {
    &completion_action,
    &config_export_action,
    &config_get_action,
    &config_import_action,
    &config_list_action,
    &config_path_action,
    &config_profile_action,
    &config_set_action,
    &config_unset_action,
    &console_action,
    &handler_action,
    &help_action,
    &journey_action,
    &lambda_logs_action,
    // what send could not bring
    &outbox_drop_action,
    &outbox_list_action,
    &outbox_send_action,
    &profile_action,
    &rank_action,
    &recommend_action,
    &replay_action,
    &sandbox_action,
    &sandbox_env_action,
    &sandbox_evaluate_action,
    &sandbox_import_action,
    &sandbox_reset_action,
    &send_action,
    &status_action,
    &stream_action,
    &version_action,
    &watch_action,
    &watch_deliveries_action,
};
// clang-format on

// The console's own, in no list.
static const struct action *const private_actions[] = {
    &config_reveal_action,
};

size_t action_count(void) {
    return ARRAY_COUNT(actions);
}

const struct action *action_at(size_t at) {
    ASSERT(at < ARRAY_COUNT(actions));
    return actions[at];
}

const struct action *action_find(const char *name) {
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++) {
        if (strcmp(actions[i]->descriptor.name, name) == 0) return actions[i];
    }
    return NULL;
}

const struct action *action_find_any(const char *name) {
    for (size_t i = 0; i < ARRAY_COUNT(private_actions); i++) {
        if (strcmp(private_actions[i]->descriptor.name, name) == 0) return private_actions[i];
    }
    return action_find(name);
}

bool action_is_group(const char *name) {
    const size_t len = strlen(name);
    for (size_t i = 0; len && i < ARRAY_COUNT(actions); i++) {
        const char *whole = actions[i]->descriptor.name;
        if (strncmp(whole, name, len) == 0 && whole[len] == ' ') return true;
    }
    return false;
}

bool action_is_observed(const struct action_context *context) {
    return context->observe != NULL;
}

void action_observe(const struct action_context *context, const struct message *message) {
    if (context->observe) context->observe(context->observe_context, context, message);
}

void action_emit(const struct action_context *context, struct message *take_message) {
    action_observe(context, take_message);
    if (context->emit)
        context->emit(context->emit_context, take_message);
    else
        message_free(take_message);
}
