// handle — what keys and pastes do to the model.
#include "base/memory.h"
#include "console/view.h"
#include "internal.h"

static const struct pane *current(const struct model *model) {
    return pane_get(model->pane);
}

static void show_pane(struct model *model, enum pane_id pane) {
    model->pane = pane;
    model->is_detail_open = false;
}

static void move_detail(struct model *model, int rows) {
    int *top = &model->detail_tops[model->pane];
    *top = *top + rows > 0 ? *top + rows : 0;
}

// Over headings, in the direction of the move.
static void move_rows(struct model *model, int rows) {
    const struct pane *pane = current(model);
    struct list *list = &model->lists[pane->id];
    const size_t count = pane->count(model), before = list->selected;
    list_move(list, rows, count);
    while (pane->is_selectable && list->selected < count &&
           !pane->is_selectable(model, list->selected)) {
        const size_t here = list->selected;
        list_move(list, rows < 0 ? -1 : 1, count);
        if (list->selected != here) continue;
        list->selected = before; // nothing selectable that way
        break;
    }
    if (list->selected != before) model->detail_tops[pane->id] = 0;
    // the first rows may be headings: show them with the first selectable row
    if (rows < 0 && list->selected == before) list->top = 0;
}

static int page_rows(const struct model *model) {
    const int rows = model->layout.list.rows - 1;
    return rows > 1 ? rows : 1;
}

static bool handle_movement(struct model *model, enum intent intent) {
    const int most = 1 << 20;
    if (intent == INTENT_UP) {
        move_rows(model, -1);
    } else if (intent == INTENT_DOWN) {
        move_rows(model, 1);
    } else if (intent == INTENT_PAGE_UP) {
        move_rows(model, -page_rows(model));
    } else if (intent == INTENT_PAGE_DOWN) {
        move_rows(model, page_rows(model));
    } else if (intent == INTENT_FIRST) {
        move_rows(model, -most);
    } else if (intent == INTENT_LAST) {
        move_rows(model, most);
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

static bool handle_panes(struct model *model, enum intent intent) {
    if (intent >= INTENT_PANE_SETUP && intent <= INTENT_PANE_PROFILE) {
        show_pane(model, (enum pane_id)(intent - INTENT_PANE_SETUP));
    } else if (intent == INTENT_PANE_NEXT) {
        show_pane(model, (enum pane_id)((model->pane + 1) % PANE_COUNT));
    } else if (intent == INTENT_PANE_PREVIOUS) {
        show_pane(model, (enum pane_id)((model->pane + PANE_COUNT - 1) % PANE_COUNT));
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

static bool handle_everywhere(struct model *model, enum intent intent, struct effects *effects) {
    if (intent == INTENT_QUIT) {
        effects->quit = true;
    } else if (intent == INTENT_HELP) {
        model->is_help_open = true;
        model->help_top = 0;
    } else if (intent == INTENT_FIRE) {
        internal_fire(model, effects);
    } else if (intent == INTENT_REFRESH) {
        refresh(model, effects);
    } else if (intent == INTENT_USER) {
        model_edit(model, MODEL_EDITING_USER, str_from(model->user), false);
    } else if (intent == INTENT_REPAINT) {
        effects->repaint = true;
    } else {
        return false;
    }
    return true;
}

static void handle_help(struct model *model, enum intent intent) {
    const int page = model->layout.body.rows - 1;
    if (intent == INTENT_CLOSE) model->is_help_open = false;
    if (intent == INTENT_DOWN) model->help_top++;
    if (intent == INTENT_UP) model->help_top--;
    if (intent == INTENT_PAGE_DOWN) model->help_top += page;
    if (intent == INTENT_PAGE_UP) model->help_top -= page;
}

static void focus_user(struct model *model, struct str user, struct effects *effects) {
    if (!user.len || str_equal(user, str_from(model->user))) return;
    internal_set_text(&model->user, user);
    internal_forget_answer(&model->recommendations);
    internal_forget_answer(&model->profile);
    model->lists[PANE_RECOMMENDATIONS] = (struct list){0};
    model->lists[PANE_PROFILE] = (struct list){0};
    model_ask_shopper(model, effects);
}

static void submit_setting(struct model *model, struct str value, struct effects *effects) {
    if (!model->settings) return;
    const size_t row = model->lists[PANE_SETUP].selected;
    if (row >= model->settings->as.settings.setting_count) return;
    const struct message_setting *setting = &model->settings->as.settings.settings[row];
    struct command *command = model_new_run(model, value.len ? "config set" : "config unset");
    arguments_set(&command->arguments, "key", str_from(setting->key));
    if (value.len) arguments_set(&command->arguments, "value", value);
    model->change_run_id = command->run_id;
    model->change_said = value.len ? "Saved" : "Unset";
    effects_add(effects, command);
}

static void submit_field(struct model *model, struct str value, struct effects *effects) {
    const enum model_field field = (enum model_field)model->lists[PANE_EVENT].selected;
    if (!value.len) return;
    switch (field) {
    case MODEL_FIELD_NAME: internal_set_text(&model->event.name, value); break;
    case MODEL_FIELD_PRODUCT: internal_set_text(&model->event.sku, value); break;
    case MODEL_FIELD_USER: focus_user(model, value, effects); break;
    case MODEL_FIELD_VIA:
    case MODEL_FIELD_COUNT: break;
    }
}

static void stop_editing(struct model *model) {
    model->editing = MODEL_EDITING_NOTHING;
    editor_release(&model->editor);
}

static void submit(struct model *model, struct effects *effects) {
    const struct str value = str_trim(buf_str(&model->editor.text));
    switch (model->editing) {
    case MODEL_EDITING_USER: focus_user(model, value, effects); break;
    case MODEL_EDITING_SETTING: submit_setting(model, value, effects); break;
    case MODEL_EDITING_FIELD: submit_field(model, value, effects); break;
    case MODEL_EDITING_NOTHING: break;
    }
    stop_editing(model);
}

static void handle_paste(struct model *model, struct str text, struct effects *effects) {
    const struct pane *pane = current(model);
    const bool may_start = model->editing == MODEL_EDITING_NOTHING && !model->is_help_open &&
                           model->pane == PANE_SETUP && pane->count(model) > 0;
    if (may_start) pane->handle(model, INTENT_EDIT, effects);
    if (model->editing == MODEL_EDITING_NOTHING) {
        model_note(model, THEME_DIM, "Pasted text goes into a value: press Enter on one first.");
        return;
    }
    editor_paste(&model->editor, text, &model->cleaning);
    if (model->cleaning.len) {
        model_note(model, THEME_WARN, "Removed from the paste: %s", buf_text(&model->cleaning));
    }
}

static void handle_editor(struct model *model, uint32_t key, struct effects *effects) {
    const enum keymap_context context = KEYMAP_EDITOR;
    const enum intent intent = keymap_find(&context, 1, key);
    if (intent == INTENT_SUBMIT) {
        submit(model, effects);
    } else if (intent == INTENT_CANCEL) {
        stop_editing(model);
    } else if (!editor_handle(&model->editor, intent)) {
        editor_type(&model->editor, key);
    }
}

static void handle_key(struct model *model, uint32_t key, struct effects *effects) {
    enum keymap_context contexts[MODEL_CONTEXTS];
    const size_t count = model_contexts(model, contexts);
    const enum intent intent = keymap_find(contexts, count, key);
    if (intent != INTENT_GENERATE) model->stream.is_confirming = false;
    if (intent == INTENT_NONE) return;
    if (model->is_help_open) {
        handle_help(model, intent);
        return;
    }
    const struct pane *pane = current(model);
    if (pane->handle && pane->handle(model, intent, effects)) return;
    if (handle_movement(model, intent) || handle_panes(model, intent)) return;
    handle_everywhere(model, intent, effects);
}

void model_handle(struct model *model, const struct input *input, struct effects *effects) {
    buf_reset(&model->notice.text);
    if (input->key == INPUT_PASTE) {
        handle_paste(model, buf_str(&input->paste), effects);
    } else if (model->editing != MODEL_EDITING_NOTHING) {
        handle_editor(model, input->key, effects);
    } else {
        handle_key(model, input->key, effects);
    }
    internal_settle(model);
}
