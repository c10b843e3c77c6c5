// handle — what keys and pastes do to the model.
#include "base/memory.h"
#include "console/export.h"
#include "console/view.h"
#include "internal.h"

static const struct pane *current(const struct model *model) {
    return pane_get(model->pane);
}

static void move_detail(struct model *model, int rows) {
    int *top = &model->detail_tops[model->pane];
    *top = *top + rows > 0 ? *top + rows : 0;
}

// Over headings, in the direction of the move.
void internal_move_rows(struct model *model, enum pane_id id, int rows) {
    const struct pane *pane = pane_get(id);
    struct list *list = &model->lists[pane->id];
    const size_t count = narrow_count(model, id), before = list->selected;
    if (!count) return;
    struct list places = {.selected = narrow_place(model, id, before)};
    list_move(&places, rows, count);
    while (pane->is_selectable && places.selected < count &&
           !pane->is_selectable(model, narrow_row(model, id, places.selected))) {
        const size_t here = places.selected;
        list_move(&places, rows < 0 ? -1 : 1, count);
        if (places.selected != here) continue;
        places.selected = narrow_place(model, id, before); // nothing selectable that way
        break;
    }
    list->selected = narrow_row(model, id, places.selected);
    if (list->selected != before) model->detail_tops[pane->id] = 0;
    // the first rows may be headings: show them with the first selectable row
    if (rows < 0 && list->selected == before) list->top = 0;
}

static int page_rows(const struct model *model) {
    const struct layout_cell *cell = layout_find(&model->layout, (int)model->pane);
    const int rows = cell ? cell->list.rows - 1 : 1;
    return rows > 1 ? rows : 1;
}

static bool handle_movement(struct model *model, enum intent intent) {
    const int most = 1 << 20;
    const enum pane_id here = model->pane;
    if (intent == INTENT_UP) {
        internal_move_rows(model, here, -1);
    } else if (intent == INTENT_DOWN) {
        internal_move_rows(model, here, 1);
    } else if (intent == INTENT_PAGE_UP) {
        internal_move_rows(model, here, -page_rows(model));
    } else if (intent == INTENT_PAGE_DOWN) {
        internal_move_rows(model, here, page_rows(model));
    } else if (intent == INTENT_FIRST) {
        internal_move_rows(model, here, -most);
    } else if (intent == INTENT_LAST) {
        internal_move_rows(model, here, most);
    } else if (intent == INTENT_DETAIL_UP) {
        move_detail(model, -1);
    } else if (intent == INTENT_DETAIL_DOWN) {
        move_detail(model, 1);
    } else if (intent == INTENT_DETAIL) {
        model->is_detail_open = current(model)->count(model) > 0;
    } else if (intent == INTENT_CLOSE) {
        model->is_detail_open = false;
    } else {
        return false;
    }
    return true;
}

// Tab goes over what is to be seen, from left to right; with one pane, over all of them.
static void focus_next(struct model *model, int step) {
    const struct layout *layout = &model->layout;
    if (layout->cell_count < 2) {
        model_focus(model, (enum pane_id)(((int)model->pane + PANE_COUNT + step) % PANE_COUNT));
        return;
    }
    int at = 0;
    while (at < layout->cell_count - 1 && layout->cells[at].pane != (int)model->pane)
        at++;
    at = (at + layout->cell_count + step) % layout->cell_count;
    model_focus(model, (enum pane_id)layout->cells[at].pane);
}

static bool handle_panes(struct model *model, enum intent intent) {
    if (intent >= INTENT_PANE_SETUP && intent < INTENT_PANE_SETUP + PANE_COUNT) {
        model_focus(model, (enum pane_id)(intent - INTENT_PANE_SETUP));
    } else if (intent == INTENT_PANE_NEXT) {
        focus_next(model, 1);
    } else if (intent == INTENT_PANE_PREVIOUS) {
        focus_next(model, -1);
    } else if (intent == INTENT_ZOOM) {
        model->arrangement.is_zoomed = !model->arrangement.is_zoomed;
    } else if (intent == INTENT_UNZOOM) {
        model->arrangement.is_zoomed = false;
    } else {
        return false;
    }
    return true;
}

static void refresh(struct model *model, struct effects *effects) {
    if (model->pane == PANE_SETUP) model_ask_settings(model, effects);
    if (model->pane == PANE_STREAM) model_watch(model, effects);
    if (model->pane == PANE_SETUP) return;
    internal_expect_change(model);
    model_ask_shopper(model, effects);
}

// NULL: no event was fired, or its hops did not tell its messageId.
static const char *fired_id(const struct model *model) {
    for (int i = 0; model->fire.has_fired && i < HOP_COUNT; i++) {
        if (model->fire.hops[i].message_id[0]) return model->fire.hops[i].message_id;
    }
    return NULL;
}

static bool handle_everywhere(struct model *model, enum intent intent, struct effects *effects) {
    if (intent == INTENT_QUIT) {
        overlay_leave(model, effects);
    } else if (intent == INTENT_HELP) {
        overlay_open(model, OVERLAY_HELP);
        model->help_top = 0;
        buf_reset(&model->help_search);
    } else if (intent == INTENT_FIRE) {
        internal_fire(model, effects);
    } else if (intent == INTENT_JOURNEY) {
        journey_screen_open(model, fired_id(model), model->fire.label, effects);
    } else if (intent == INTENT_LOOP) {
        loop_screen_open(model, HOP_COUNT);
    } else if (intent == INTENT_REFRESH) {
        refresh(model, effects);
    } else if (intent == INTENT_USER) {
        model_edit(model, MODEL_EDITING_USER, str_from(model->user), false);
    } else if (intent == INTENT_REPAINT) {
        effects->repaint = true;
    } else if (intent == INTENT_PALETTE) {
        palette_change(model, (struct str){0});
        model_edit(model, MODEL_EDITING_PALETTE, (struct str){0}, false);
    } else if (intent == INTENT_COPY) {
        export_copy(model, effects);
    } else if (intent == INTENT_EXPORT) {
        export_open(model);
    } else if (intent == INTENT_THEME) {
        internal_next_theme(model, effects);
    } else if (intent == INTENT_PRESENT) {
        presenter_open(model);
    } else if (intent == INTENT_MOUSE) {
        internal_switch_mouse(model, effects);
    } else {
        return false;
    }
    return true;
}

void internal_submit_user(struct model *model, struct str user, struct effects *effects) {
    if (!user.len || str_equal(user, str_from(model->user))) return;
    internal_set_text(&model->user, user);
    internal_forget_answer(&model->recommendations);
    internal_forget_answer(&model->profile);
    model->lists[PANE_RECOMMENDATIONS] = (struct list){0};
    model->lists[PANE_PROFILE] = (struct list){0};
    model_ask_shopper(model, effects);
    if (model_is_live(model)) model_watch_anew(model, effects); // the profile of another
}

void internal_submit_field(struct model *model, struct str value, struct effects *effects) {
    const enum model_field field = (enum model_field)model->lists[PANE_EVENT].selected;
    if (!value.len) return;
    model->composer.shows_result = false;
    switch (field) {
    case MODEL_FIELD_NAME: internal_set_text(&model->event.name, value); break;
    case MODEL_FIELD_PRODUCT: internal_set_text(&model->event.sku, value); break;
    case MODEL_FIELD_USER: internal_submit_user(model, value, effects); break;
    case MODEL_FIELD_VIA:
    case MODEL_FIELD_TEMPLATE:
    case MODEL_FIELD_JSON:
    case MODEL_FIELD_COUNT: break;
    }
}

static void handle_paste(struct model *model, struct str text, struct effects *effects) {
    const struct pane *pane = current(model);
    const struct overlay *overlay = overlay_top(model);
    if (model->editing == MODEL_EDITING_NOTHING && overlay && overlay->paste) {
        overlay->paste(model, text);
        return;
    }
    const bool may_start = model->editing == MODEL_EDITING_NOTHING && !overlay_top(model) &&
                           model->pane == PANE_SETUP && pane->count(model) > 0;
    if (may_start) pane->handle(model, INTENT_EDIT, effects);
    if (model->editing == MODEL_EDITING_NOTHING) {
        model_note(
            model, THEME_DIM, "Pasted text goes into a value: press %s on one first.",
            keymap_name_of(&model->keymap, KEYMAP_SETUP, INTENT_EDIT).text);
        return;
    }
    if (model->editing == MODEL_EDITING_SETTING && !setup_pick_line(model, &text)) return;
    editor_paste(&model->editor, text, &model->cleaning);
    const struct prompt *prompt = prompt_get(model->editing);
    if (prompt->change) prompt->change(model, buf_str(&model->editor.text));
    if (model->cleaning.len) {
        model_note(model, THEME_WARN, "Removed from the paste: %s", buf_text(&model->cleaning));
    }
}

static void
handle_editor(struct model *model, enum intent intent, uint32_t key, struct effects *effects) {
    if (intent == INTENT_SUBMIT) {
        prompt_submit(model, effects);
        return;
    }
    if (intent == INTENT_CANCEL) {
        prompt_cancel(model);
        return;
    }
    if (prompt_get(model->editing)->handle && prompt_get(model->editing)->handle(model, intent))
        return;
    if (intent == INTENT_COMPLETE) {
        prompt_complete(model);
    } else if (intent == INTENT_HISTORY_OLDER || intent == INTENT_HISTORY_NEWER) {
        prompt_recall(model, intent == INTENT_HISTORY_OLDER);
    } else if (!editor_handle(&model->editor, intent)) {
        editor_type(&model->editor, key);
    }
    const struct prompt *prompt = prompt_get(model->editing);
    if (prompt->change) prompt->change(model, buf_str(&model->editor.text));
}

// About the screen as it is, whatever is on it.
static bool is_for_every_screen(enum intent intent) {
    return intent == INTENT_HELP || intent == INTENT_EXPORT || intent == INTENT_THEME ||
           intent == INTENT_REPAINT || intent == INTENT_PRESENT;
}

// The top overlay first; what it does not know and nobody shares with it goes no further.
static void
handle_overlay(struct model *model, enum intent intent, uint32_t key, struct effects *effects) {
    const struct overlay *overlay = overlay_top(model);
    if (intent != INTENT_NONE && overlay->handle(model, intent, effects)) return;
    if (intent == INTENT_CLOSE) {
        overlay_close(model);
    } else if (intent == INTENT_NONE) {
        if (overlay->type) (void)overlay->type(model, key, effects);
    } else if (overlay->keeps_everywhere || is_for_every_screen(intent)) {
        handle_everywhere(model, intent, effects);
    }
}

// What was meant, and the key that was pressed for it, which is typed where it means nothing.
static void
handle_intent(struct model *model, enum intent intent, uint32_t key, struct effects *effects) {
    if (model->editing != MODEL_EDITING_NOTHING) {
        handle_editor(model, intent, key, effects);
        return;
    }
    if (overlay_top(model)) {
        handle_overlay(model, intent, key, effects);
        return;
    }
    if (intent == INTENT_NONE) return;
    const struct pane *pane = current(model);
    if (narrow_forbids(model, intent)) {
        model_note(model, THEME_DIM, "No row is shown that this could be about.");
        return;
    }
    if (narrow_handle(model, intent)) return;
    if (pane->handle && pane->handle(model, intent, effects)) return;
    if (handle_movement(model, intent) || handle_panes(model, intent)) return;
    handle_everywhere(model, intent, effects);
}

void internal_press_by(
    struct model *model, const struct keymap *keymap, uint32_t key, struct effects *effects) {
    enum keymap_context contexts[MODEL_CONTEXTS];
    const size_t count = model_contexts(model, contexts);
    handle_intent(model, keymap_find(keymap, contexts, count, key), key, effects);
}

void internal_press(struct model *model, uint32_t key, struct effects *effects) {
    internal_press_by(model, &model->keymap, key, effects);
}

void internal_do(struct model *model, enum intent intent, struct effects *effects) {
    if (intent != INTENT_NONE) handle_intent(model, intent, KEYMAP_NO_KEY, effects);
}

void model_handle(struct model *model, const struct input *input, struct effects *effects) {
    setup_conceal(model);
    // moving the pointer about takes nothing away that is being read
    const bool is_quiet = input->key == INPUT_MOUSE && input->mouse.action != INPUT_MOUSE_PRESS;
    if (!is_quiet) buf_reset(&model->notice.text);
    if (player_take(model, input)) {
        internal_settle(model);
        return;
    }
    presenter_note_key(model, input->key);
    if (input->key == INPUT_PASTE) {
        handle_paste(model, buf_str(&input->paste), effects);
    } else if (input->key == INPUT_MOUSE) {
        internal_mouse(model, &input->mouse, effects);
    } else {
        internal_press(model, input->key, effects);
    }
    internal_settle(model);
}
