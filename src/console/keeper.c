// keeper — see the header.
#include "console/keeper.h"

#include "base/memory.h"
#include "config/settings.h"
#include "console/model.h"
#include "internal.h"

static const struct message_settings *settings_of(const struct model *model) {
    return model->settings ? &model->settings->as.settings : NULL;
}

static const struct message_setting *find(const struct model *model, const char *key) {
    const struct message_settings *settings = settings_of(model);
    for (size_t i = 0; settings && i < settings->setting_count; i++)
        if (strcmp(settings->settings[i].key, key) == 0) return &settings->settings[i];
    return NULL;
}

static bool is_from(const struct message_setting *setting, const char *where) {
    return str_starts_with(str_from(setting->origin), str_from(where));
}

// Promises

static bool has_promise(const struct keeper *keeper, const char *key) {
    for (size_t i = 0; i < keeper->count; i++)
        if (str_equal(str_from(keeper->promises[i].key), str_from(key))) return true;
    return false;
}

static struct keeper_promise *
add_promise(struct keeper *keeper, const char *key, struct str profile) {
    struct keeper_promise *promise = &keeper->promises[keeper->count++];
    struct buf copy = {0};
    buf_add(&copy, profile);
    *promise = (struct keeper_promise){.key = mem_copy_string(key), .profile = buf_take(&copy)};
    return promise;
}

static void
ask_value(struct model *model, struct keeper_promise *promise, struct effects *effects) {
    struct command *command = model_new_run(model, "config reveal");
    arguments_set(&command->arguments, "key", str_from(promise->key));
    promise->reveal_run_id = command->run_id;
    effects_add(effects, command);
}

static bool
promise_setting(struct model *model, const char *key, struct effects *effects, struct error *err) {
    struct keeper *keeper = &model->keeper;
    const struct message_setting *setting = find(model, key);
    if (has_promise(keeper, key)) return true; // as it was before the first
    if (!setting || keeper->count == KEEPER_PROMISES) {
        error_set(err, ERROR_CONFIG, "%s cannot be put back", key);
        return error_hint(err, "At most %d settings that there are.", KEEPER_PROMISES);
    }
    if (is_from(setting, "environment") || is_from(setting, "flag")) {
        error_set(err, ERROR_CONFIG, "%s is given by the %s", key, setting->origin);
        return error_hint(err, "A scene changes the settings file only: start without it.");
    }
    struct keeper_promise *promise =
        add_promise(keeper, key, str_from(settings_of(model)->profile));
    promise->is_secret = setting->is_secret;
    promise->is_stored = is_from(setting, "file");
    if (promise->is_stored && promise->is_secret)
        ask_value(model, promise, effects);
    else if (promise->is_stored)
        secret_set(&promise->value, str_from(setting->value));
    return true;
}

bool keeper_promise(
    struct model *model, const char *name, struct effects *effects, struct error *err) {
    struct keeper *keeper = &model->keeper;
    effects->state_changed = true;
    if (strcmp(name, "via") == 0) {
        if (keeper->via < 0) keeper->via = (int)model->event.via;
    } else if (strcmp(name, "shopper") == 0) {
        if (!keeper->user) keeper->user = mem_copy_string(model->user);
    } else {
        return promise_setting(model, name, effects, err);
    }
    return true;
}

// Kept

static void forget(struct keeper *keeper, size_t at) {
    struct keeper_promise *promises = keeper->promises;
    mem_free(promises[at].key);
    secret_release(&promises[at].value);
    mem_free(promises[at].profile);
    keeper->count--;
    for (size_t i = at; i < keeper->count; i++)
        promises[i] = promises[i + 1];
}

static void
note_problem(struct keeper *keeper, const struct keeper_promise *promise, const char *why) {
    if (keeper->problem.code != ERROR_NONE) return;
    error_set(
        &keeper->problem, ERROR_CONFIG, "%s of the profile %s is as the scene left it: %s",
        promise->key, promise->profile, why);
    const struct str value = promise->is_secret ? STR("-") : secret_reveal(&promise->value);
    if (promise->is_stored)
        error_hint(
            &keeper->problem, "recloop --profile %s config set %s " STR_FMT, promise->profile,
            promise->key, STR_ARG(value));
    else
        error_hint(
            &keeper->problem, "recloop --profile %s config unset %s", promise->profile,
            promise->key);
}

static void
put_back_setting(struct model *model, struct keeper_promise *promise, struct effects *effects) {
    struct command *command =
        model_new_run(model, promise->is_stored ? "config set" : "config unset");
    arguments_set(&command->arguments, "key", str_from(promise->key));
    if (promise->is_stored)
        arguments_set(&command->arguments, "value", secret_reveal(&promise->value));
    promise->run_id = command->run_id;
    effects_add(effects, command);
}

// It is written even where nothing seems to differ: a change, or the news of one, may be on its way.
static bool has_changed(const struct model *model, const struct keeper_promise *promise) {
    const struct message_setting *setting = find(model, promise->key);
    const bool is_stored = setting && is_from(setting, "file");
    const bool is_known = !model->change_run_id && !model->settings_run_id;
    if (!is_known || is_stored != promise->is_stored) return true;
    if (promise->is_secret) return is_stored; // a mask tells nothing
    return is_stored && !str_equal(str_from(setting->value), secret_reveal(&promise->value));
}

static void add_done(struct keeper *keeper, const char *name) {
    buf_add_format(&keeper->done, "%s%s", keeper->done.len ? ", " : "", name);
}

static void put_back_own(struct model *model, struct effects *effects) {
    struct keeper *keeper = &model->keeper;
    if (keeper->via >= 0) {
        model->event.via = (enum model_via)keeper->via;
        model->composer.shows_result = false;
    }
    keeper->via = -1;
    if (keeper->user) internal_submit_user(model, str_from(keeper->user), effects);
    mem_free(keeper->user);
    keeper->user = NULL;
}

static void tell(struct model *model, struct effects *effects) {
    struct keeper *keeper = &model->keeper;
    if (keeper->count) return;
    keeper->is_due = false;
    effects->state_changed = true;
    if (keeper->problem.code != ERROR_NONE)
        internal_note_error(model, &keeper->problem);
    else if (keeper->done.len)
        model_note(
            model, THEME_GOOD, "✓ Put back as it was before the scene%s: %s",
            keeper->is_of_before ? " that was cut off" : "", buf_text(&keeper->done));
    if (keeper->done.len) model_ask_settings(model, effects);
    if (keeper->done.len && keeper->is_of_before) { // a scene must not take these for its own start
        message_free(model->settings);
        model->settings = NULL;
    }
    buf_reset(&keeper->done);
    keeper->is_of_before = false;
}

void keeper_put_back(struct model *model, struct effects *effects) {
    struct keeper *keeper = &model->keeper;
    const struct message_settings *settings = settings_of(model);
    if (!keeper->is_of_before) put_back_own(model, effects);
    if (!settings) return;
    for (size_t i = keeper->count; i > 0; i--) {
        struct keeper_promise *promise = &keeper->promises[i - 1];
        if (promise->run_id || promise->reveal_run_id) continue;
        if (!str_equal(str_from(settings->profile), str_from(promise->profile))) {
            note_problem(keeper, promise, "another profile is in use");
            forget(keeper, i - 1);
            continue;
        }
        if (promise->is_lost) {
            note_problem(keeper, promise, "what it was before is not known any more");
            forget(keeper, i - 1);
            continue;
        }
        if (has_changed(model, promise)) add_done(keeper, promise->key);
        put_back_setting(model, promise, effects);
    }
    tell(model, effects);
}

void keeper_end(struct model *model) {
    struct keeper *keeper = &model->keeper;
    keeper->is_due = keeper->count > 0 || keeper->via >= 0 || keeper->user;
}

bool keeper_is_busy(const struct model *model) {
    return model->keeper.count > 0;
}

// Feature

static void init(struct model *model) {
    model->keeper.via = -1;
}

static void hear_value(struct keeper_promise *promise, const struct message *message) {
    const struct message_values *values = &message->as.values;
    if (message->kind == MESSAGE_VALUES && values->value_count)
        secret_set(&promise->value, str_from(values->values[0].text));
}

// Without it nothing can be promised; nothing was changed yet.
static void finish_asking(struct keeper *keeper, size_t at, const struct error *err) {
    struct keeper_promise *promise = &keeper->promises[at];
    promise->reveal_run_id = 0;
    if (secret_is_set(&promise->value)) return;
    error_set(&keeper->problem, ERROR_CONFIG, "%s cannot be put back", promise->key);
    error_hint(&keeper->problem, "%s", err->message[0] ? err->message : "Its value is not told.");
    keeper->is_refused = true;
    forget(keeper, at);
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct keeper *keeper = &model->keeper;
    if (!message->run_id) return;
    for (size_t i = 0; i < keeper->count; i++) {
        struct keeper_promise *promise = &keeper->promises[i];
        const bool is_told = message->run_id == promise->reveal_run_id;
        if (is_told) hear_value(promise, message);
        if (message->kind != MESSAGE_DONE) continue;
        if (is_told) {
            finish_asking(keeper, i, &message->as.done);
            return;
        }
        if (promise->run_id != message->run_id) continue;
        if (message->as.done.code != ERROR_NONE)
            note_problem(keeper, promise, message->as.done.message);
        forget(keeper, i);
        tell(model, effects);
        return;
    }
}

static bool is_under_way(const struct keeper *keeper) {
    for (size_t i = 0; i < keeper->count; i++)
        if (!keeper->promises[i].run_id && !keeper->promises[i].reveal_run_id) return false;
    return keeper->count > 0;
}

bool keeper_is_asking(const struct model *model) {
    if (model->keeper.is_of_before && model->keeper.count) return true;
    for (size_t i = 0; i < model->keeper.count; i++)
        if (model->keeper.promises[i].reveal_run_id) return true;
    return false;
}

static int64_t wake_ms(const struct model *model) {
    const struct keeper *keeper = &model->keeper;
    const bool has_what_it_needs = !keeper->count || model->settings;
    if (!keeper->is_due || !has_what_it_needs || is_under_way(keeper)) return 0;
    return model->now_ms > 0 ? model->now_ms : 1;
}

static void release(struct model *model) {
    struct keeper *keeper = &model->keeper;
    while (keeper->count)
        forget(keeper, keeper->count - 1);
    mem_free(keeper->user);
    keeper->user = NULL;
    buf_release(&keeper->done);
}

static void save(const struct model *model, struct json_node *object) {
    const struct keeper *keeper = &model->keeper;
    if (!keeper->count) return;
    struct json_node *array = json_add_array(object, "settings");
    for (size_t i = 0; i < keeper->count; i++) {
        const struct keeper_promise *promise = &keeper->promises[i];
        struct json_node *each = json_add_object(array, NULL);
        json_add_text(each, "key", str_from(promise->key));
        json_add_text(each, "profile", str_from(promise->profile));
        json_add_bool(each, "stored", promise->is_stored);
        if (promise->is_stored && !promise->is_secret)
            json_add_text(each, "value", secret_reveal(&promise->value));
    }
}

// The console did not end: what it had promised is kept now.
static void load(struct model *model, const struct json_node *object) {
    struct keeper *keeper = &model->keeper;
    for (const struct json_node *each = json_first(json_get(object, "settings"));
         each && keeper->count < KEEPER_PROMISES; each = json_next(each)) {
        const struct setting *setting = settings_find(json_get_text(each, "key"));
        if (!setting || has_promise(keeper, setting->name)) continue;
        struct keeper_promise *promise =
            add_promise(keeper, setting->name, json_get_text(each, "profile"));
        promise->is_secret = setting->is_secret;
        promise->is_stored = json_bool(json_get(each, "stored"), false);
        if (promise->is_stored) secret_set(&promise->value, json_get_text(each, "value"));
        promise->is_lost = promise->is_stored && !secret_is_set(&promise->value);
    }
    keeper->is_due = keeper->is_of_before = keeper->count > 0;
}

const struct feature keeper_feature = {
    .name = "restore",
    .init = init,
    .release = release,
    .apply = apply,
    .wake_ms = wake_ms,
    .wake = keeper_put_back,
    .save = save,
    .load = load,
};
