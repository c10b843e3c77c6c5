// lists — see the header.
#include "console/lists.h"

#include "base/memory.h"
#include "console/model.h"
#include "internal.h"

static bool is_same(const char *left, const char *right) {
    return str_equal(str_from(left), str_from(right));
}

static void forget_moment(struct lists_moment *moment) {
    for (size_t i = 0; i < moment->count; i++)
        mem_free(moment->item_ids[i]);
    mem_free(moment->cause);
    *moment = (struct lists_moment){0};
}

static void forget_side(struct lists *lists) {
    message_free(lists->side);
    mem_free(lists->about);
    lists->side = NULL;
    lists->about = NULL;
    lists->run_id = 0;
    lists->mode = LISTS_MAIN;
    lists->problem = (struct error){0};
}

static void forget(struct lists *lists) {
    const bool is_filtered = lists->is_filtered;
    forget_side(lists);
    for (size_t i = 0; i < lists->moment_count; i++)
        forget_moment(&lists->moments[i]);
    forget_moment(&lists->pinned);
    mem_free(lists->cause);
    mem_free(lists->user);
    *lists = (struct lists){.is_filtered = is_filtered};
}

static void release(struct model *model) {
    forget(&model->shown_lists);
}

// Moments

static void fill_moment(struct lists_moment *moment, const struct message_recommendations *list) {
    moment->count = list->item_count < LISTS_ITEMS ? list->item_count : LISTS_ITEMS;
    for (size_t i = 0; i < moment->count; i++)
        moment->item_ids[i] = mem_copy_string(list->items[i].item_id);
}

static bool
is_moment(const struct lists_moment *moment, const struct message_recommendations *list) {
    for (size_t i = 0; i < moment->count; i++) {
        if (i >= list->item_count || !is_same(moment->item_ids[i], list->items[i].item_id))
            return false;
    }
    return moment->count == list->item_count || list->item_count > LISTS_ITEMS;
}

static void add_moment(struct model *model, const struct message_recommendations *list) {
    struct lists *lists = &model->shown_lists;
    if (lists->moment_count && is_moment(&lists->moments[lists->moment_count - 1], list)) return;
    if (lists->moment_count == LISTS_MOMENTS) {
        forget_moment(&lists->moments[0]);
        for (size_t i = 1; i < LISTS_MOMENTS; i++)
            lists->moments[i - 1] = lists->moments[i];
        lists->moment_count--;
    }
    struct lists_moment *moment = &lists->moments[lists->moment_count++];
    *moment = (struct lists_moment){.at_ms = model->now_ms, .cause = lists->cause};
    lists->cause = NULL;
    fill_moment(moment, list);
}

// An event of the shopper in focus is what moves the list next.
static void note_cause(struct model *model, const struct message_event *event) {
    struct lists *lists = &model->shown_lists;
    if (!is_same(event->type, "track") || !is_same(event->user_id, model->user)) return;
    struct buf cause = {0};
    buf_add(&cause, str_from(event->name));
    if (event->sku) buf_add_format(&cause, " %s", event->sku);
    mem_free(lists->cause);
    lists->cause = buf_take(&cause);
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct lists *lists = &model->shown_lists;
    (void)effects;
    if (!is_same(lists->user, model->user)) {
        forget(lists);
        lists->user = mem_copy_string(model->user);
    }
    if (message->kind == MESSAGE_EVENT) note_cause(model, &message->as.event);
    if (message->kind == MESSAGE_RECOMMENDATIONS && !output_is_own(model, message)) {
        const struct message_recommendations *list = &message->as.recommendations;
        const bool is_main = !lists->run_id || message->run_id != lists->run_id;
        if (is_main && is_same(list->user_id, model->user)) add_moment(model, list);
    }
    if (message->kind == MESSAGE_DONE && lists->run_id && message->run_id == lists->run_id) {
        lists->run_id = 0;
        lists->problem = message->as.done;
    }
}

static bool take(struct model *model, struct message *message, struct effects *effects) {
    struct lists *lists = &model->shown_lists;
    (void)effects;
    if (message->kind != MESSAGE_RECOMMENDATIONS) return false;
    if (!lists->run_id || message->run_id != lists->run_id) return false;
    message_free(lists->side);
    lists->side = message;
    lists->problem = (struct error){0};
    return true;
}

// What is shown

const struct message_recommendations *lists_beside(const struct model *model) {
    const struct message *side = model->shown_lists.side;
    return side ? &side->as.recommendations : NULL;
}

const struct message_recommendations *lists_shown(const struct model *model) {
    const enum lists_mode mode = model->shown_lists.mode;
    if (mode == LISTS_RELATED || mode == LISTS_RANKED) return lists_beside(model);
    const struct message *now = model->recommendations.now;
    return now ? &now->as.recommendations : NULL;
}

int lists_rank_in(const struct message_recommendations *list, const char *item_id) {
    for (size_t i = 0; list && i < list->item_count; i++) {
        if (is_same(list->items[i].item_id, item_id)) return (int)i + 1;
    }
    return 0;
}

static int rank_at(const struct lists_moment *moment, const char *item_id) {
    for (size_t i = 0; i < moment->count; i++) {
        if (is_same(moment->item_ids[i], item_id)) return (int)i + 1;
    }
    return 0;
}

int lists_previous_rank(const struct model *model, const struct message_item *item) {
    const struct lists *lists = &model->shown_lists;
    const bool is_main = lists->mode == LISTS_MAIN || lists->mode == LISTS_BESIDE;
    if (is_main && lists->pinned.count) return rank_at(&lists->pinned, item->item_id);
    if (lists->mode == LISTS_RELATED) return -1;
    if (lists->mode == LISTS_RANKED) {
        const struct message *now = model->recommendations.now;
        return now ? lists_rank_in(&now->as.recommendations, item->item_id) : -1;
    }
    return item->previous_rank;
}

void lists_draw_history(
    const struct model *model, const char *item_id, int columns, struct canvas_pen *pen) {
    const struct lists *lists = &model->shown_lists;
    const size_t wanted = (size_t)(columns > 0 ? columns : 0);
    const size_t count = lists->moment_count < wanted ? lists->moment_count : wanted;
    canvas_repeat(pen, THEME_DIM, ' ', (int)(wanted - count));
    for (size_t i = lists->moment_count - count; i < lists->moment_count; i++) {
        const struct lists_moment *moment = &lists->moments[i];
        const int rank = rank_at(moment, item_id);
        const bool is_newest = i + 1 == lists->moment_count;
        if (!rank) {
            canvas_write_rune(pen, THEME_DIM, 0x00B7u); // it was not there
            continue;
        }
        const size_t height = 7 - (size_t)(rank - 1) * 8 / moment->count;
        canvas_write_rune(pen, is_newest ? THEME_STRONG : THEME_BAR, 0x2581u + (uint32_t)height);
    }
}

// Keys

static void begin(
    struct model *model,
    enum lists_mode mode,
    struct str about,
    struct command *take_command,
    struct effects *effects) {
    struct lists *lists = &model->shown_lists;
    forget_side(lists);
    lists->mode = mode;
    internal_set_text(&lists->about, about);
    lists->run_id = take_command->run_id;
    effects_add(effects, take_command);
}

void lists_show_related(struct model *model, const char *item_id, struct effects *effects) {
    struct command *command = model_new_run(model, "recommend");
    arguments_set(&command->arguments, "item", str_from(item_id));
    begin(model, LISTS_RELATED, str_from(item_id), command, effects);
    model->lists[PANE_RECOMMENDATIONS] = (struct list){0};
}

void lists_show_ranked(struct model *model, struct effects *effects) {
    const struct message *now = model->recommendations.now;
    if (!now) return;
    const struct message_recommendations *list = &now->as.recommendations;
    struct command *command = model_new_run(model, "rank");
    arguments_set(&command->arguments, "user", str_from(model->user));
    for (size_t i = 0; i < list->item_count; i++)
        (void)arguments_add(&command->arguments, STR("item"), str_from(list->items[i].item_id));
    begin(model, LISTS_RANKED, str_from(model->user), command, effects);
}

void lists_show_beside(struct model *model, struct str user, struct effects *effects) {
    struct command *command = model_new_run(model, "recommend");
    arguments_set(&command->arguments, "user", user);
    begin(model, LISTS_BESIDE, user, command, effects);
}

void lists_submit_beside(struct model *model, struct str value, struct effects *effects) {
    if (value.len) lists_show_beside(model, value, effects);
}

void lists_show_main(struct model *model) {
    forget_side(&model->shown_lists);
}

void lists_toggle_filter(struct model *model, struct effects *effects) {
    struct lists *lists = &model->shown_lists;
    lists->is_filtered = !lists->is_filtered;
    lists_show_main(model);
    mem_free(lists->cause);
    lists->cause = mem_copy_string(lists->is_filtered ? "filter on" : "filter off");
    internal_expect_change(model);
    internal_ask_recommendations(model, effects);
}

void lists_toggle_pin(struct model *model) {
    struct lists *lists = &model->shown_lists;
    const struct message *now = model->recommendations.now;
    if (lists->pinned.count) {
        forget_moment(&lists->pinned);
        model_note(model, THEME_TEXT, "Movement is against the last change again.");
        return;
    }
    if (!now) return;
    fill_moment(&lists->pinned, &now->as.recommendations);
    lists->pinned.at_ms = model->now_ms;
    model_note(model, THEME_TEXT, "Pinned: movement is against this list until you unpin it.");
}

static void leave(struct model *model, struct effects *effects) {
    (void)effects;
    forget(&model->shown_lists);
}

static void save(const struct model *model, struct json_node *object) {
    json_add_bool(object, "filtered", model->shown_lists.is_filtered);
}

static void load(struct model *model, const struct json_node *object) {
    model->shown_lists.is_filtered = json_bool(json_get(object, "filtered"), false);
}

const struct feature lists_feature = {
    .name = "lists",
    .release = release,
    .apply = apply,
    .take = take,
    .leave = leave,
    .save = save,
    .load = load,
};
