// player — see the header.
#include "console/player.h"

#include "base/memory.h"
#include "console/model.h"
#include "console/presenter.h"
#include "internal.h"

#define LOOP_TRAIT "recommended_products"
#define ROW_COLUMNS 160
#define ROWS_LOOKED_AT 200
#define TYPED_SHARE 10 // of the pace, between two characters of a text

static const struct scene *scene_of(const struct model *model) {
    return model->options.scene;
}

static const struct scene_step *current(const struct model *model) {
    const struct scene *scene = scene_of(model);
    return scene && model->player.at < scene->count ? &scene->steps[model->player.at] : NULL;
}

static bool is_asked(const struct model *model) {
    const struct overlay *top = overlay_top(model);
    return top && (top->id == OVERLAY_CONFIRM || top->id == OVERLAY_LEAVE);
}

static bool is_wait(const struct scene_step *step) {
    return step->kind >= SCENE_WAIT_HOP && step->kind <= SCENE_WAIT_EVENT;
}

// Acts as soon as what it is about is there.
static bool is_about_something(const struct scene_step *step) {
    return step->kind == SCENE_ROW || step->kind == SCENE_SETTING || step->kind == SCENE_RESTORE;
}

// What is waited for

static const struct message_trait *find_trait(const struct model *model) {
    if (!model->profile.now) return NULL;
    const struct message_profile *profile = &model->profile.now->as.profile;
    for (size_t i = 0; i < profile->trait_count; i++) {
        if (str_equal(str_from(profile->traits[i].name), STR(LOOP_TRAIT)))
            return &profile->traits[i];
    }
    return NULL;
}

static bool has_trait_changed(const struct model *model) {
    const struct player *player = &model->player;
    const struct message_trait *trait = find_trait(model);
    if (!trait || model->profile.shown_run_id < player->since_run_id) return false;
    return trait->updated_at_ms > player->since_trait_ms ||
           !str_equal(str_from(trait->value), str_from(player->since_trait));
}

static bool is_called(const struct message_event *event, const char *name) {
    const struct str wanted = str_from(name);
    return str_equal(str_from(event->name), wanted) ||
           (!event->name && str_equal(str_from(event->type), wanted));
}

// The next event that the scene waits for; NULL: none.
static const struct scene_step *next_event(const struct model *model) {
    const struct scene *scene = scene_of(model);
    for (size_t at = model->player.at; scene && at < scene->count; at++)
        if (scene->steps[at].kind == SCENE_WAIT_EVENT) return &scene->steps[at];
    return NULL;
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    const struct scene_step *step = next_event(model);
    (void)effects;
    if (!step || message->kind != MESSAGE_EVENT) return;
    if (is_called(&message->as.event, step->text)) model->player.has_seen = true;
}

// The row of the pane in focus that has the text, as it is drawn; of a long list its beginning.
static bool find_row(const struct model *model, const char *text, size_t *out_row) {
    const struct pane *pane = pane_get(model->pane);
    const size_t count = pane->count(model);
    struct canvas canvas = {0};
    struct buf drawn = {0};
    bool is_found = false;
    canvas_resize(&canvas, ROW_COLUMNS, 1);
    for (size_t row = 0; row < count && row < ROWS_LOOKED_AT && !is_found; row++) {
        if (pane->is_selectable && !pane->is_selectable(model, row)) continue;
        struct canvas_pen pen = canvas_pen(&canvas, canvas_rect(&canvas), 0);
        canvas_clear(&canvas);
        buf_reset(&drawn);
        pane->draw_row(model, row, &pen);
        canvas_print(&canvas, &drawn);
        is_found = str_contains(buf_str(&drawn), str_from(text));
        *out_row = row;
    }
    canvas_release(&canvas);
    buf_release(&drawn);
    return is_found;
}

static bool is_true(const struct model *model, const struct scene_step *step) {
    const struct player *player = &model->player;
    size_t ignored = 0;
    if (step->kind == SCENE_ROW) return find_row(model, step->text, &ignored);
    if (step->kind == SCENE_SETTING || step->kind == SCENE_RESTORE) return model->settings != NULL;
    if (step->kind == SCENE_WAIT_HOP)
        return model->fire.has_fired && model->fire.hops[step->hop].state == step->state;
    if (step->kind == SCENE_WAIT_LIST)
        return model->recommendations.now &&
               model->recommendations.shown_run_id >= player->since_run_id;
    if (step->kind == SCENE_WAIT_TRAIT) return has_trait_changed(model);
    return player->has_seen;
}

// What waits compare with from now on: answers of the runs from this one on.
static void mark(struct model *model, uint64_t run_id) {
    struct player *player = &model->player;
    const struct message_trait *trait = find_trait(model);
    player->since_run_id = run_id;
    player->has_seen = false;
    mem_free(player->since_trait);
    player->since_trait = trait && trait->value ? mem_copy_string(trait->value) : NULL;
    player->since_trait_ms = trait ? trait->updated_at_ms : 0;
}

// Ends

static void end(struct model *model) {
    model->player.state = PLAYER_OVER;
    model->player.deadline_ms = 0;
    keeper_end(model);
}

static void stop_at(struct model *model, const char *what) {
    const struct scene_step *step = current(model);
    struct error err = {0};
    error_set(
        &err, ERROR_TIMEOUT, "The scene stopped at %s:%d: %s", scene_of(model)->name,
        step ? step->line : 0, what);
    error_hint(
        &err, "The keys are yours. The loop's strip and Setup (%s) say what is missing.",
        keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_PANE_SETUP).text);
    internal_note_error(model, &err);
    end(model);
}

static void give_up(struct model *model, const struct scene_step *step) {
    struct buf text = {0};
    buf_add(&text, STR("waited in vain for: "));
    scene_add_wish(&text, step);
    buf_add_format(&text, " (within %.3gs)", (double)step->ms / 1000);
    stop_at(model, buf_text(&text));
    buf_release(&text);
}

// Steps

static void press(struct model *model, uint32_t key, struct effects *effects) {
    presenter_note_key(model, key);
    internal_press_by(model, NULL, key, effects); // a scene is for everybody
}

// One character at a time; true when the text is typed.
static bool type(struct model *model, const struct scene_step *step, struct effects *effects) {
    struct player *player = &model->player;
    struct str rest = str_skip(str_from(step->text), player->typed);
    bool valid = true;
    if (rest.len) internal_press_by(model, NULL, str_next_rune(&rest, &valid), effects);
    player->typed = str_from(step->text).len - rest.len;
    if (rest.len) return false;
    player->typed = 0;
    return true;
}

static void say(struct model *model, const char *text) {
    struct player *player = &model->player;
    mem_free(player->caption);
    player->caption = text[0] ? mem_copy_string(text) : NULL;
    if (player->caption && !overlay_is_open(model, OVERLAY_PRESENTER))
        model_note(model, THEME_STRONG, "%s", player->caption);
}

// In the pane in focus; whatever hid the row shows it.
static void select_row(struct model *model, size_t row) {
    if (narrow_is_on(model, model->pane)) (void)narrow_handle(model, INTENT_CLOSE);
    model->is_detail_open = false;
    model->lists[model->pane].selected = row;
    model->detail_tops[model->pane] = 0;
}

static void go_to_setting(struct model *model, const char *key) {
    model_focus(model, PANE_SETUP);
    for (size_t row = 0; row < setup_row_count(model); row++) {
        const struct message_setting *setting = setup_setting_at(model, row, NULL);
        if (setting && strcmp(setting->key, key) == 0) select_row(model, row);
    }
}

// What is not pressed but named.
static void do_named(struct model *model, const struct scene_step *step, struct effects *effects) {
    size_t row = 0;
    struct error err = {0};
    if (step->kind == SCENE_PANE) {
        model_focus(model, (enum pane_id)step->pane);
    } else if (step->kind == SCENE_USER) {
        internal_submit_user(model, str_from(step->text), effects);
    } else if (step->kind == SCENE_VIA) {
        model->event.via = (enum model_via)step->via;
    } else if (step->kind == SCENE_SETTING) {
        go_to_setting(model, step->text);
    } else if (step->kind == SCENE_ROW && find_row(model, step->text, &row)) {
        select_row(model, row);
    } else if (step->kind == SCENE_RESTORE && !keeper_promise(model, step->text, effects, &err)) {
        internal_note_error(model, &err);
        end(model);
    }
}

// A step that acts; true when it is done.
static bool act(struct model *model, const struct scene_step *step, struct effects *effects) {
    struct player *player = &model->player;
    const uint64_t run_id = model->next_run_id;
    bool is_done = true;
    player->due_ms = model->now_ms + player->pace_ms;
    if (step->kind == SCENE_KEY) {
        press(model, step->key, effects);
    } else if (step->kind == SCENE_TYPE) {
        is_done = type(model, step, effects);
        if (!is_done) player->due_ms = model->now_ms + player->pace_ms / TYPED_SHARE;
    } else if (step->kind == SCENE_SAY) {
        say(model, step->text);
    } else {
        do_named(model, step, effects);
        if (step->kind == SCENE_RESTORE) player->due_ms = model->now_ms; // nothing is to be seen
    }
    // only what asked something of the services can be the cause of an answer
    if (model->next_run_id != run_id) mark(model, run_id);
    return is_done;
}

// True when the wait is over; the scene then gives people the pace to see what came.
static bool wait_for(struct model *model, const struct scene_step *step) {
    struct player *player = &model->player;
    if (is_true(model, step)) {
        player->deadline_ms = 0;
        if (step->kind == SCENE_WAIT_EVENT) player->has_seen = false;
        if (player->due_ms < model->now_ms + player->pace_ms)
            player->due_ms = model->now_ms + player->pace_ms;
        return true;
    }
    if (!player->deadline_ms) player->deadline_ms = model->now_ms + step->ms;
    if (model->now_ms >= player->deadline_ms) give_up(model, step);
    return false;
}

static bool run_step(struct model *model, const struct scene_step *step, struct effects *effects) {
    struct player *player = &model->player;
    if (keeper_is_asking(model)) return false; // nothing may be changed before
    if (model->keeper.is_refused) {
        internal_note_error(model, &model->keeper.problem);
        end(model);
        return false;
    }
    if (is_wait(step)) return wait_for(model, step);
    if (step->kind == SCENE_PACE) {
        player->pace_ms = step->ms;
        return true;
    }
    if (is_asked(model)) return false; // it is the person's to answer
    if (step->kind == SCENE_PAUSE) {
        player->state = PLAYER_HELD;
        return true;
    }
    if (model->now_ms < player->due_ms) return false;
    if (is_about_something(step) && !wait_for(model, step)) return false;
    return act(model, step, effects);
}

static void run(struct model *model, struct effects *effects) {
    struct player *player = &model->player;
    const struct scene_step *step = NULL;
    while (player->state == PLAYER_RUNNING && (step = current(model)) != NULL) {
        if (!run_step(model, step, effects)) return;
        player->at++;
        // a command more than the effects hold must not be lost; the next wake goes on
        if (effects->command_count > EFFECTS_COMMANDS / 2 || effects->quit) return;
    }
    // the last caption is read, too
    if (player->state != PLAYER_RUNNING || step || model->now_ms < player->due_ms) return;
    end(model);
    if (!overlay_is_open(model, OVERLAY_PRESENTER))
        model_note(model, THEME_GOOD, "✓ The scene is over. The keys are yours.");
}

// Beginning

static void begin(struct model *model, struct effects *effects) {
    (void)effects;
    model->player.state = PLAYER_RUNNING;
    model->player.due_ms = model->now_ms;
    // what the console asked for at its start counts for the scene's first waits: nothing is marked
}

// On a real account a scene may act many times: it is asked once, by name, before its first key.
static void ask(struct model *model) {
    struct buf text = {0};
    overlay_add_account(model, &text);
    buf_add(&text, STR(": the scene presses keys by itself and may write events and settings."));
    model->player.state = PLAYER_ASKING;
    overlay_confirm(
        model, STR("Play the scene in this LIVE account?"), buf_str(&text), "play", NULL, begin);
    buf_release(&text);
}

static void get_ready(struct model *model, struct effects *effects) {
    struct player *player = &model->player;
    if (!player->deadline_ms) player->deadline_ms = model->now_ms + SCENE_WAIT_MS;
    if (!model->backend) {
        if (model->now_ms >= player->deadline_ms) stop_at(model, "the services are not known yet");
        return;
    }
    player->deadline_ms = 0;
    if (model_is_live(model))
        ask(model);
    else
        begin(model, effects);
}

// Time

static int64_t wake_ms(const struct model *model) {
    const struct player *player = &model->player;
    const int64_t now_ms = model->now_ms > 0 ? model->now_ms : 1;
    const struct scene_step *step = current(model);
    if (player->state == PLAYER_READY)
        return model->backend || !player->deadline_ms ? now_ms : player->deadline_ms;
    // the question was closed without a yes
    if (player->state == PLAYER_ASKING) return is_asked(model) ? 0 : now_ms;
    if (player->state != PLAYER_RUNNING || keeper_is_asking(model)) return 0;
    if (step && (is_wait(step) || (is_about_something(step) && player->due_ms <= now_ms)))
        return is_true(model, step) || !player->deadline_ms ? now_ms : player->deadline_ms;
    if (is_asked(model)) return 0;
    return player->due_ms > now_ms ? player->due_ms : now_ms;
}

static void wake(struct model *model, struct effects *effects) {
    struct player *player = &model->player;
    if (player->state == PLAYER_READY) get_ready(model, effects);
    if (player->state == PLAYER_ASKING && !is_asked(model)) end(model);
    if (player->state == PLAYER_RUNNING) run(model, effects);
}

// The person

static void go_on(struct model *model) {
    struct player *player = &model->player;
    const int64_t gone_ms = model->now_ms - player->paused_ms;
    if (player->state == PLAYER_PAUSED && player->deadline_ms) player->deadline_ms += gone_ms;
    player->state = PLAYER_RUNNING;
    player->due_ms = model->now_ms;
}

static bool take_while_paused(struct model *model, uint32_t key) {
    const bool is_typing = model->editing != MODEL_EDITING_NOTHING;
    if (is_asked(model) || (is_typing && !model->player.was_typing)) return false;
    if (key == INPUT_ESCAPE) {
        model_note(model, THEME_TEXT, "The scene is stopped. The keys are yours.");
        end(model);
    } else if (key == INPUT_SPACE || key == INPUT_ENTER) {
        go_on(model);
    } else {
        return false;
    }
    return true;
}

bool player_take(struct model *model, const struct input *input) {
    struct player *player = &model->player;
    const bool is_moved =
        input->key == INPUT_MOUSE && input->mouse.action != INPUT_MOUSE_PRESS; // or the wheel
    if (is_moved) return false;
    if (player->state == PLAYER_PAUSED || player->state == PLAYER_HELD)
        return take_while_paused(model, input->key);
    const bool is_stopped_early = player->state == PLAYER_READY && input->key == INPUT_ESCAPE;
    if (is_stopped_early) return take_while_paused(model, INPUT_ESCAPE);
    if (player->state != PLAYER_RUNNING || is_asked(model)) return false;
    player->paused_ms = model->now_ms;
    player->was_typing = model->editing != MODEL_EDITING_NOTHING;
    player->state = PLAYER_PAUSED;
    if (input->key == INPUT_ESCAPE)
        (void)take_while_paused(model, INPUT_ESCAPE);
    else if (!overlay_is_open(model, OVERLAY_PRESENTER))
        model_note(model, THEME_WARN, "The scene is paused. Space goes on, Esc stops it.");
    return true;
}

bool player_is_held(const struct model *model) {
    return model->player.state == PLAYER_PAUSED || model->player.state == PLAYER_HELD;
}

void player_add_status(const struct model *model, struct buf *out) {
    const struct player *player = &model->player;
    const struct scene *scene = scene_of(model);
    switch (player->state) {
    case PLAYER_NONE: break;
    case PLAYER_READY:
    case PLAYER_ASKING: buf_add(out, STR("the scene waits")); break;
    case PLAYER_RUNNING: buf_add_format(out, "scene %zu/%zu", player->at + 1, scene->count); break;
    case PLAYER_PAUSED: buf_add(out, STR("paused: Space goes on, Esc stops")); break;
    case PLAYER_HELD: buf_add(out, STR("Space goes on")); break;
    case PLAYER_OVER: buf_add(out, STR("the scene is over")); break;
    }
}

static void start(struct model *model, struct effects *effects) {
    (void)effects;
    if (!scene_of(model)) return;
    model->player = (struct player){.state = PLAYER_READY, .pace_ms = SCENE_PACE_MS};
}

static void release(struct model *model) {
    mem_free(model->player.caption);
    mem_free(model->player.since_trait);
    model->player = (struct player){0};
}

const struct feature player_feature = {
    .name = "player",
    .release = release,
    .start = start,
    .apply = apply,
    .wake_ms = wake_ms,
    .wake = wake,
};
