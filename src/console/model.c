// model — life, questions and settling; input is handle.c, messages are apply.c.
#include "console/model.h"

#include "base/json.h"
#include "base/memory.h"
#include "console/view.h"
#include "internal.h"

#include <assert.h>
#include <stdarg.h>

// The workshop's test event and shopper (protocols/segment.md 5.1, A2 38–40).
#define WORKSHOP_USER "2941404340"
#define WORKSHOP_EVENT "Product Clicked"
#define WORKSHOP_SKU "ocean-blue-shirt"
#define FIRST_RATE 5

static const char *const via_names[] = {
    [MODEL_VIA_SEGMENT] = "segment",
    [MODEL_VIA_DESTINATION] = "destination",
    [MODEL_VIA_HANDLER] = "handler",
};
static_assert(ARRAY_COUNT(via_names) == MODEL_VIA_COUNT, "a name per way");

void internal_set_text(char **owned, struct str text) {
    struct buf copy = {0};
    buf_add(&copy, text);
    mem_free(*owned);
    *owned = buf_take(&copy);
}

static void forget_hops(struct model *model) {
    for (int i = 0; i < HOP_COUNT; i++) {
        model->fire.hops[i] = (struct hop){.id = (enum hop_id)i, .ms = -1};
    }
}

void internal_forget_fire(struct model *model) {
    mem_free(model->fire.label);
    model->fire = (struct model_fire){0};
    forget_hops(model);
}

void model_init(struct model *model, const struct model_options *options) {
    *model = (struct model){.options = *options};
    keymap_init(&model->keymap);
    const char *user = options->user ? options->user : WORKSHOP_USER;
    const char *name = options->event_name ? options->event_name : WORKSHOP_EVENT;
    const char *sku = options->sku ? options->sku : WORKSHOP_SKU;
    model->user = mem_copy_string(user);
    model->event.name = mem_copy_string(name);
    model->event.sku = mem_copy_string(sku);
    model->stream.rate = FIRST_RATE;
    model->next_run_id = 1;
    forget_hops(model);
    internal_arrange(model);
    model_focus(model, PANE_RECOMMENDATIONS);
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++)
        if (features[i]->init) features[i]->init(model);
}

void internal_expect_change(struct model *model) {
    model->recommendations.is_cause_new = true;
    model->profile.is_cause_new = true;
}

void internal_forget_answer(struct model_answer *answer) {
    message_free(answer->now);
    message_free(answer->before);
    *answer = (struct model_answer){.run_id = answer->run_id, .again = answer->again};
}

void model_release(struct model *model) {
    if (!model) return;
    overlay_close_all(model); // before the state that they speak of goes
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++)
        if (features[i]->release) features[i]->release(model);
    palette_release(&model->palette);
    buf_release(&model->question.title);
    buf_release(&model->question.text);
    internal_forget_answer(&model->recommendations);
    internal_forget_answer(&model->profile);
    message_free(model->settings);
    message_free(model->backend);
    message_free(model->stream.progress);
    event_list_release(&model->stream.events);
    editor_release(&model->editor);
    history_release(&model->history);
    buf_release(&model->cleaning);
    buf_release(&model->help_search);
    buf_release(&model->change_note);
    buf_release(&model->notice.text);
    buf_release(&model->notice.hint);
    mem_free(model->user);
    mem_free(model->event.name);
    mem_free(model->event.sku);
    mem_free(model->fire.label);
    *model = (struct model){0};
}

struct command *model_new_run(struct model *model, const char *action) {
    return command_new_run(model->next_run_id++, action);
}

// Gives the command to the effects and returns the id under which its answers come.
static uint64_t run(struct command *command, struct effects *effects) {
    const uint64_t run_id = command->run_id;
    effects_add(effects, command);
    return run_id;
}

void model_ask_settings(struct model *model, struct effects *effects) {
    model->settings_run_id = run(model_new_run(model, "config list"), effects);
    model->status_run_id = run(model_new_run(model, "status"), effects);
}

static bool may_ask(struct model_answer *answer) {
    answer->again = answer->run_id != 0;
    return !answer->again;
}

void internal_ask_recommendations(struct model *model, struct effects *effects) {
    if (!may_ask(&model->recommendations)) return;
    struct command *command = model_new_run(model, "recommend");
    arguments_set(&command->arguments, "user", str_from(model->user));
    if (model->shown_lists.is_filtered)
        arguments_set(&command->arguments, "filter", STR("exclude-purchased"));
    model->recommendations.run_id = run(command, effects);
}

void internal_ask_profile(struct model *model, struct effects *effects) {
    if (!may_ask(&model->profile)) return;
    struct command *command = model_new_run(model, "profile");
    arguments_set(&command->arguments, "user", str_from(model->user));
    arguments_set(&command->arguments, "events", STR("1"));
    arguments_set(&command->arguments, "ids", STR("1"));
    arguments_set(&command->arguments, "computed", STR("1"));
    model->profile.run_id = run(command, effects);
}

void model_ask_shopper(struct model *model, struct effects *effects) {
    internal_ask_recommendations(model, effects);
    internal_ask_profile(model, effects);
}

void model_watch(struct model *model, struct effects *effects) {
    if (model->stream.watch_run_id) return;
    model->stream.watch_problem = (struct error){0};
    struct command *command = model_new_run(model, "watch");
    arguments_set(&command->arguments, "user", str_from(model->user));
    model->stream.watch_run_id = run(command, effects);
}

void model_watch_anew(struct model *model, struct effects *effects) {
    struct model_stream *stream = &model->stream;
    if (stream->watch_run_id) effects_add(effects, command_new_cancel(stream->watch_run_id));
    stream->watch_run_id = 0;
    model_watch(model, effects);
}

void model_use_keys(struct model *model, const struct key_file *keys) {
    const bool is_ascii = model->keymap.is_ascii;
    model->keymap = keys->keymap;
    model->keymap.is_ascii = is_ascii;
    if (!keys->problem_count) return;
    size_t first = 0; // what is wrong before what may surprise
    for (size_t i = 0; i < keys->problem_count && i < KEY_FILE_PROBLEMS; i++) {
        if (keys->problems[i].is_note) continue;
        first = i;
        break;
    }
    struct error problem = keys->problems[first].error;
    const size_t more = keys->problem_count - 1;
    if (more) error_hint(&problem, "%zu more: `recloop console --keys` tells all.", more);
    internal_note_error(model, &problem);
    if (keys->problems[first].is_note) {
        model->notice.role = THEME_WARN;
        model->notice.mark = "• ";
    }
    internal_settle(model);
}

void model_start(struct model *model, struct effects *effects) {
    if (model->options.keys) model_use_keys(model, model->options.keys);
    model_ask_settings(model, effects);
    model_ask_shopper(model, effects);
    model_watch(model, effects);
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++)
        if (features[i]->start) features[i]->start(model, effects);
}

bool model_is_live(const struct model *model) {
    return model->backend && model->backend->as.backend.kind == MESSAGE_BACKEND_CLOUD;
}

static const enum hop_id first_hop[] = {
    [MODEL_VIA_SEGMENT] = HOP_SEGMENT,
    [MODEL_VIA_DESTINATION] = HOP_DESTINATION,
    [MODEL_VIA_HANDLER] = HOP_LAMBDA,
};

// The event is on its way with that command.
void internal_start_fire(struct model *model, struct command *command, struct effects *effects) {
    struct model_fire *fire = &model->fire;
    const enum hop_id first = first_hop[model->event.via];
    struct buf label = {0};
    arguments_set(&command->arguments, "wait", STR(MODEL_SEND_WAIT));
    // what waits in the outbox is sent by a run of its own: the next event need not wait for it
    arguments_set(&command->arguments, "only", STR("1"));
    arguments_set(&command->arguments, "log", STR("1"));
    arguments_set(&command->arguments, "patience", STR(MODEL_SEND_PATIENCE));
    composer_add_label(model, &label);
    mem_free(fire->label);
    fire->label = buf_take(&label);
    fire->has_fired = true;
    fire->fired_at_ms = model->now_ms;
    fire->is_refreshed = false;
    fire->is_identify_due = true;
    internal_expect_change(model);
    fire->problem = (struct error){0};
    forget_hops(model);
    for (int i = 0; i < (int)first; i++)
        fire->hops[i].state = HOP_SKIPPED;
    fire->hops[first].state = HOP_RUNNING;
    fire->run_id = run(command, effects);
    meter_travel(model);
}

static void fire(struct model *model, struct effects *effects) {
    struct command *command = model_new_run(model, "send");
    arguments_set(&command->arguments, "via", str_from(model_via_name(model->event.via)));
    if (composer_order(model, command))
        internal_start_fire(model, command, effects);
    else
        command_free(command);
}

void internal_fire(struct model *model, struct effects *effects) {
    if (model->fire.run_id)
        model_note(model, THEME_WARN, "The last event is still under way.");
    else if (!composer_asks_first(model, fire))
        fire(model, effects);
}

void model_resize(struct model *model, int columns, int rows) {
    model->columns = columns;
    model->rows = rows;
    internal_settle(model);
}

bool model_is_animated(const struct model *model) {
    if (!model->fire.run_id) return false;
    for (int i = 0; i < HOP_COUNT; i++) {
        if (model->fire.hops[i].state == HOP_RUNNING) return true;
    }
    return false;
}

void model_tick(struct model *model) {
    model->tick = (model->tick + 1) % 64;
}

// Time

void model_set_now(struct model *model, int64_t now_ms) {
    model->now_ms = now_ms;
}

int64_t model_wake_ms(const struct model *model) {
    int64_t first_ms = 0;
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++) {
        const int64_t wake_ms = features[i]->wake_ms ? features[i]->wake_ms(model) : 0;
        if (wake_ms && (!first_ms || wake_ms < first_ms)) first_ms = wake_ms;
    }
    return first_ms;
}

void model_wake(struct model *model, struct effects *effects) {
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++) {
        const int64_t wake_ms = features[i]->wake_ms ? features[i]->wake_ms(model) : 0;
        if (wake_ms && wake_ms <= model->now_ms) features[i]->wake(model, effects);
    }
    internal_settle(model);
}

size_t model_contexts(const struct model *model, enum keymap_context contexts[MODEL_CONTEXTS]) {
    const struct overlay *overlay = overlay_top(model);
    size_t count = 0;
    if (model->editing != MODEL_EDITING_NOTHING) {
        contexts[count++] = KEYMAP_EDITOR;
    } else if (overlay) {
        contexts[count++] = overlay->context;
        if (!overlay->takes_text) contexts[count++] = KEYMAP_OVERLAY;
        if (overlay->keeps_everywhere) contexts[count++] = KEYMAP_EVERYWHERE;
    } else {
        if (model->is_detail_open) contexts[count++] = KEYMAP_DETAIL;
        contexts[count++] = pane_get(model->pane)->context;
        if (!model->is_detail_open) contexts[count++] = KEYMAP_LIST;
        contexts[count++] = KEYMAP_EVERYWHERE;
    }
    return count;
}

// For the footer

bool model_can(const struct model *model, enum intent intent) {
    const struct overlay *overlay = overlay_top(model);
    if (overlay) return !overlay->can || overlay->can(model, intent);
    const struct pane *pane = pane_get(model->pane);
    if (intent == INTENT_ZOOM) return model->layout.column_count > 1;
    if (intent == INTENT_UNZOOM) return model->arrangement.is_zoomed;
    if (!narrow_can(model, intent) || narrow_forbids(model, intent)) return false;
    if (intent == INTENT_DETAIL) return pane->count(model) > 0;
    return !pane->can || pane->can(model, intent);
}

bool model_is_on(const struct model *model, enum intent intent) {
    const struct pane *pane = pane_get(model->pane);
    if (pane->is_on) return pane->is_on(model, intent);
    if (intent == INTENT_GENERATE) return model->stream.generate_run_id != 0;
    if (intent == INTENT_GENERATE_PAUSE) return model->stream.is_generator_paused;
    if (intent == INTENT_FOLLOW)
        return !model->stream.is_staying && model->lists[PANE_STREAM].selected == 0;
    return intent == INTENT_PAUSE && model->stream.events.is_paused;
}

// For panes

const char *model_via_name(enum model_via via) {
    ASSERT(via < MODEL_VIA_COUNT);
    return via_names[via];
}

const struct model_product *model_find_product(const struct model *model, const char *sku) {
    for (size_t i = 0; sku && i < model->options.product_count; i++) {
        if (strcmp(model->options.products[i].sku, sku) == 0) return &model->options.products[i];
    }
    return NULL;
}

size_t model_event_count(const struct model *model) {
    return event_list_count(&model->stream.events);
}

const struct message_event *model_event_at(const struct model *model, size_t row) {
    return &event_list_at(&model->stream.events, row)->message->as.event;
}

void model_edit(struct model *model, enum model_editing what, struct str value, bool is_secret) {
    model->editing = what;
    buf_reset(&model->cleaning);
    editor_start(&model->editor, value, is_secret);
}

void model_note(struct model *model, enum theme_role role, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buf_reset(&model->notice.text);
    buf_reset(&model->notice.hint);
    model->notice.mark = NULL;
    buf_add_vformat(&model->notice.text, format, args);
    va_end(args);
    model->notice.role = role;
}

void internal_note_error(struct model *model, const struct error *err) {
    model_note(model, THEME_BAD, "%s", err->message);
    model->notice.mark = "✗ ";
    buf_add(&model->notice.hint, str_from(err->hint));
}
