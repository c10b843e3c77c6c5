// setup — see the header; the pane itself is panes/setup.c.
#include "console/setup.h"

#include "base/memory.h"
#include "config/settings.h"
#include "console/model.h"
#include "internal.h"

static const struct message_settings *settings_of(const struct model *model) {
    return model->settings ? &model->settings->as.settings : NULL;
}

// Rows

static bool begins_group(const struct message_settings *settings, size_t at) {
    const struct str group = str_from(settings->settings[at].group);
    if (!group.len) return false;
    return at == 0 || !str_equal(group, str_from(settings->settings[at - 1].group));
}

size_t setup_row_count(const struct model *model) {
    const struct message_settings *settings = settings_of(model);
    size_t count = 0;
    for (size_t i = 0; settings && i < settings->setting_count; i++)
        count += begins_group(settings, i) ? 2 : 1;
    return count;
}

const struct message_setting *
setup_setting_at(const struct model *model, size_t row, struct str *out_group) {
    const struct message_settings *settings = settings_of(model);
    for (size_t i = 0; settings && i < settings->setting_count; i++) {
        if (begins_group(settings, i)) {
            if (out_group) *out_group = str_from(settings->settings[i].group);
            if (row-- == 0) return NULL;
        }
        if (row-- == 0) return &settings->settings[i];
    }
    return NULL;
}

const struct message_setting *setup_selected(const struct model *model) {
    return setup_setting_at(model, model->lists[PANE_SETUP].selected, NULL);
}

// Typing

// The rules of the table always; those that know AWS where the program gave them to us.
void setup_judge(struct model *model, struct str value) {
    struct setup *setup = &model->setup;
    const struct message_setting *row = setup_selected(model);
    setup->judged = (struct error){0};
    setup->is_typed = str_trim(value).len > 0;
    if (!row || !setup->is_typed) return;
    const struct str key = str_from(row->key);
    if (model->options.judge) {
        model->options.judge(settings_of(model), key, str_trim(value), &setup->judged);
        return;
    }
    const struct setting *setting = settings_find(key);
    struct error err = {0};
    if (setting && !settings_check(setting, str_trim(value), &err)) setup->judged = err;
}

// "export CAMPAIGN_ARN = …": the name; empty when the line is none of that kind.
static struct str name_in_line(struct str line) {
    struct str name, rest;
    line = str_trim(line);
    if (str_starts_with(line, STR("export "))) line = str_trim(str_skip(line, 7));
    if (str_find_char(line, '=') >= line.len) return (struct str){0};
    str_split(line, '=', &name, &rest);
    name = str_trim(name);
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && !(i && c >= '0' && c <= '9')) return (struct str){0};
    }
    return name;
}

static bool is_name_of(struct str name, const char *key) {
    const struct setting *setting = settings_find(str_from(key));
    if (str_equal_nocase(name, str_from(key))) return true;
    for (size_t i = 0; setting && i < SETTINGS_MAX_ENVIRONMENT && setting->environment[i]; i++)
        if (str_equal_nocase(name, str_from(setting->environment[i]))) return true;
    return false;
}

bool setup_pick_line(struct model *model, struct str *text) {
    const struct message_setting *setting = setup_selected(model);
    struct str rest = *text, line;
    size_t named = 0;
    while (setting && rest.len) {
        str_split(rest, '\n', &line, &rest);
        const struct str name = name_in_line(line);
        named += name.len > 0;
        if (!name.len || !is_name_of(name, setting->key)) continue;
        *text = line;
        return true;
    }
    if (named < 2) return true;
    model_note(model, THEME_WARN, "Of the %zu lines pasted none is of %s.", named, setting->key);
    buf_add(
        &model->notice.hint,
        STR("Paste the value alone, or all of a file: recloop config import FILE."));
    return false;
}

const char *setup_history_of(const struct model *model) {
    const struct message_setting *setting = setup_selected(model);
    return setting ? setting->key : NULL;
}

static void
change(struct model *model, struct command *command, const char *said, struct effects *effects) {
    model->change_run_id = command->run_id;
    model->change_said = said;
    effects_add(effects, command);
}

// Nothing counts as being changed before the yes.
static void do_asked(struct model *model, struct effects *effects) {
    struct setup *setup = &model->setup;
    struct command *command = setup->asked;
    setup->asked = NULL;
    if (setup->leaves_profile) setup->switch_run_id = command->run_id;
    change(model, command, setup->asked_said, effects);
}

void setup_ask(
    struct model *model, const struct setup_question *question, struct command *take_command) {
    struct setup *setup = &model->setup;
    command_free(setup->asked);
    setup->asked = take_command;
    setup->asked_said = question->said;
    setup->leaves_profile = question->leaves_profile;
    overlay_confirm(model, question->title, question->text, question->yes, NULL, do_asked);
}

static bool is_stored(const struct message_setting *setting) {
    return str_starts_with(str_from(setting->origin), STR("file"));
}

// A secret that is taken out is nowhere any more; of any other value the note tells what it was.
static void
ask_unset(struct model *model, const struct message_setting *setting, struct command *command) {
    struct buf title = {0}, text = {0};
    buf_add_format(&title, "Unset %s?", setting->key);
    buf_add_format(
        &text,
        "It is a secret of the profile %s: its value is shown nowhere and cannot be brought "
        "back.",
        settings_of(model)->profile);
    setup_ask(
        model, &(struct setup_question){buf_str(&title), buf_str(&text), "unset", "Unset", false},
        command);
    buf_release(&title);
    buf_release(&text);
}

void setup_unset(struct model *model, struct effects *effects) {
    const struct message_setting *setting = setup_selected(model);
    if (!setting) return;
    if (!is_stored(setting)) {
        model_note(
            model, THEME_DIM, "Nothing to unset: %s is not stored in the file.", setting->key);
        return;
    }
    struct command *command = model_new_run(model, "config unset");
    arguments_set(&command->arguments, "key", str_from(setting->key));
    if (setting->is_secret) {
        ask_unset(model, setting, command);
        return;
    }
    buf_reset(&model->change_note);
    buf_add_format(&model->change_note, "it was %s", setting->value);
    change(model, command, "Unset", effects);
}

void setup_submit(struct model *model, struct str value, struct effects *effects) {
    const struct message_setting *setting = setup_selected(model);
    if (!setting) return;
    if (!value.len) {
        setup_unset(model, effects);
        return;
    }
    struct command *command = model_new_run(model, "config set");
    arguments_set(&command->arguments, "key", str_from(setting->key));
    arguments_set(&command->arguments, "value", value);
    change(model, command, "Saved", effects);
}

// A secret for a moment

void setup_conceal(struct model *model) {
    struct setup *setup = &model->setup;
    secret_release(&setup->revealed);
    mem_free(setup->revealed_key);
    setup->revealed_key = NULL;
    setup->revealed_until_ms = 0;
    setup->reveal_run_id = 0; // an answer still under way comes too late
}

void setup_reveal(struct model *model, struct effects *effects) {
    struct setup *setup = &model->setup;
    const struct message_setting *setting = setup_selected(model);
    if (!setting || !setting->is_secret || !setting->is_set) {
        model_note(model, THEME_DIM, "Nothing is hidden here.");
        return;
    }
    struct command *command = model_new_run(model, "config reveal");
    arguments_set(&command->arguments, "key", str_from(setting->key));
    setup->reveal_run_id = command->run_id;
    effects_add(effects, command);
}

bool setup_is_revealed(const struct model *model, const struct message_setting *setting) {
    const struct setup *setup = &model->setup;
    return secret_is_set(&setup->revealed) &&
           str_equal(str_from(setup->revealed_key), str_from(setting->key));
}

static void show(struct model *model, const struct message_values *values) {
    struct setup *setup = &model->setup;
    if (!values->value_count || !values->values[0].text) return;
    setup_conceal(model);
    secret_set(&setup->revealed, str_from(values->values[0].text));
    setup->revealed_key = mem_copy_string(values->values[0].key);
    setup->revealed_until_ms = model->now_ms + SETUP_REVEAL_MS;
    model_note(model, THEME_WARN, "In the open for five seconds; any key hides it.");
}

// Profiles

void setup_use_profile(struct model *model, const char *name, struct effects *effects) {
    struct command *command = model_new_run(model, "config profile");
    arguments_set(&command->arguments, "do", STR("use"));
    arguments_set(&command->arguments, "name", str_from(name));
    model->setup.switch_run_id = command->run_id;
    change(model, command, "Another profile", effects);
}

void setup_submit_profile(struct model *model, struct str name, struct effects *effects) {
    struct setup *setup = &model->setup;
    if (name.len) {
        struct command *command = model_new_run(model, "config profile");
        arguments_set(&command->arguments, "do", STR("new"));
        arguments_set(&command->arguments, "name", name);
        if (setup->copied) arguments_set(&command->arguments, "from", str_from(setup->copied));
        change(model, command, setup->copied ? "Copied" : "Made", effects);
        internal_set_text(&setup->made, name);
        setup->make_run_id = command->run_id;
    }
    mem_free(setup->copied);
    setup->copied = NULL;
}

static void say_with_change(struct model *model, struct str text) {
    if (model->change_note.len) buf_add(&model->change_note, STR(" · "));
    buf_add(&model->change_note, text);
}

// It would go on writing into an account that is on the screen no more.
static void stop_generator(struct model *model, struct effects *effects) {
    struct model_stream *stream = &model->stream;
    if (!stream->generate_run_id) return;
    effects_add(effects, command_new_cancel(stream->generate_run_id));
    stream->generate_run_id = 0;
    stream->is_generator_paused = false;
    say_with_change(model, STR("the stream into the one before was stopped"));
}

// A question of before may still be under way: its answer is not taken for one of this account.
static void forget_answer(struct model *model, struct model_answer *answer) {
    internal_forget_answer(answer);
    *answer = (struct model_answer){.shown_run_id = model->next_run_id};
}

// What was shown, watched and counted belongs to the account left behind.
static void leave_account(struct model *model, struct effects *effects) {
    struct model_stream *stream = &model->stream;
    model->setup.has_left = true;
    model->account_run_id = model->next_run_id;
    forget_answer(model, &model->recommendations);
    forget_answer(model, &model->profile);
    event_list_clear(&stream->events);
    for (int id = 0; id < PANE_COUNT; id++)
        if (id != PANE_SETUP && id != PANE_EVENT && id != PANE_LOG)
            model->lists[id] = (struct list){0};
    if (stream->watch_run_id) effects_add(effects, command_new_cancel(stream->watch_run_id));
    stream->watch_run_id = 0; // the core asks for a new one when the change is done
    stop_generator(model, effects);
    message_free(stream->progress);
    stream->progress = NULL;
    if (model->fire.run_id)
        say_with_change(model, STR("the event under way is not followed any more"));
    internal_forget_fire(model);
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++)
        if (features[i]->leave) features[i]->leave(model, effects);
}

// The new profile is the one that is spoken of next.
static void select_made(struct setup *setup, const struct message_settings *settings) {
    for (size_t i = 0; setup->made && i < settings->profile_count; i++) {
        if (strcmp(settings->profiles[i], setup->made) != 0) continue;
        setup->profile = i;
        mem_free(setup->made);
        setup->made = NULL;
    }
}

// The profile may also be changed from the palette.
static void
hear_settings(struct model *model, const struct message_settings *now, struct effects *effects) {
    struct setup *setup = &model->setup;
    const struct message_settings *before = settings_of(model);
    select_made(setup, now);
    if (!before || str_equal(str_from(before->profile), str_from(now->profile))) return;
    if (!setup->has_left) {
        leave_account(model, effects);
        model_ask_shopper(model, effects);
        model_watch(model, effects);
    }
    setup->has_left = false;
}

// What the palette was told to do may have changed any of them.
static bool is_change_by_name(const struct model *model, const struct message *message) {
    return message->kind == MESSAGE_DONE && message->run_id == model->output.run_id &&
           str_starts_with(buf_str(&model->output.title), STR("config "));
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct setup *setup = &model->setup;
    if (message->kind == MESSAGE_SETTINGS) hear_settings(model, &message->as.settings, effects);
    if (!message->run_id) return;
    if (is_change_by_name(model, message)) model_ask_settings(model, effects);
    if (message->run_id == setup->reveal_run_id) {
        if (message->kind == MESSAGE_VALUES) show(model, &message->as.values);
        if (message->kind != MESSAGE_DONE) return;
        setup->reveal_run_id = 0;
        if (message->as.done.code != ERROR_NONE) internal_note_error(model, &message->as.done);
    }
    if (message->run_id == setup->make_run_id && message->kind == MESSAGE_DONE &&
        message->as.done.code != ERROR_NONE) {
        mem_free(setup->made);
        setup->made = NULL;
    }
    if (message->run_id == setup->switch_run_id && message->kind == MESSAGE_DONE) {
        setup->switch_run_id = 0;
        if (message->as.done.code == ERROR_NONE) leave_account(model, effects);
    }
}

static int64_t wake_ms(const struct model *model) {
    return model->setup.revealed_until_ms;
}

static void wake(struct model *model, struct effects *effects) {
    (void)effects;
    setup_conceal(model);
    buf_reset(&model->notice.text);
}

static void release(struct model *model) {
    setup_conceal(model);
    mem_free(model->setup.copied);
    mem_free(model->setup.made);
    model->setup.copied = model->setup.made = NULL;
    command_free(model->setup.asked);
    model->setup.asked = NULL;
}

const struct feature setup_feature = {
    .name = "setup",
    .release = release,
    .apply = apply,
    .wake_ms = wake_ms,
    .wake = wake,
};
