// profiles — the profiles of the settings file: one is in use, others can be chosen, made, copied and deleted.
#include "base/memory.h"
#include "console/model.h"
#include "overlays.h"

#define COLUMNS 52
#define BUILT_IN "sandbox"

static const struct message_settings *settings_of(const struct model *model) {
    return model->settings ? &model->settings->as.settings : NULL;
}

static size_t count(const struct model *model) {
    const struct message_settings *settings = settings_of(model);
    return settings ? settings->profile_count : 0;
}

static const char *selected(const struct model *model) {
    if (model->setup.profile >= count(model)) return NULL;
    return settings_of(model)->profiles[model->setup.profile];
}

static bool is_used(const struct model *model, const char *name) {
    return str_equal(str_from(settings_of(model)->profile), str_from(name));
}

static bool is_built_in(const char *name) {
    return strcmp(name, BUILT_IN) == 0;
}

static void measure(const struct model *model, int columns, int *out_rows, int *out_columns) {
    *out_columns = columns < COLUMNS ? columns : COLUMNS;
    *out_rows = (int)count(model) + 2;
}

static void draw_profile(const struct model *model, size_t at, struct canvas_pen *pen) {
    const char *name = settings_of(model)->profiles[at];
    const bool is_here = at == model->setup.profile;
    canvas_write_text(pen, THEME_KEY, is_here ? "▸ " : "  ");
    canvas_write_text(pen, THEME_GOOD, is_used(model, name) ? "● " : "  ");
    canvas_write_text(pen, is_here ? THEME_STRONG : THEME_TEXT, name);
    if (is_used(model, name)) canvas_write_text(pen, THEME_DIM, "  in use");
    if (is_built_in(name)) canvas_write_text(pen, THEME_DIM, "  built in");
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct rect inside = overlay_frame(canvas, rect, STR("Profiles"), STR(""));
    const size_t rows = inside.rows > 0 ? (size_t)inside.rows : 1;
    const size_t first = model->setup.profile >= rows ? model->setup.profile - rows + 1 : 0;
    for (size_t row = 0; row < rows && first + row < count(model); row++) {
        struct canvas_pen pen = canvas_pen(canvas, inside, (int)row);
        draw_profile(model, first + row, &pen);
        if (first + row != model->setup.profile) continue;
        canvas_select(canvas, rect_row(inside, (int)row));
    }
}

static void settle(struct model *model, struct rect rect) {
    (void)rect;
    const size_t profiles = count(model);
    if (model->setup.profile >= profiles) model->setup.profile = profiles ? profiles - 1 : 0;
}

static void ask_name(struct model *model, const char *copied) {
    mem_free(model->setup.copied);
    model->setup.copied = copied ? mem_copy_string(copied) : NULL;
    model_edit(model, MODEL_EDITING_PROFILE_NAME, (struct str){0}, false);
}

static void ask_delete(struct model *model, const char *name) {
    if (is_built_in(name)) {
        model_note(model, THEME_DIM, "The profile sandbox is built in: it stays.");
        return;
    }
    struct buf text = {0};
    buf_add_format(
        &text,
        "Every setting stored in the profile %s is taken out of the file, secrets too. Nothing in "
        "an account changes.%s",
        name, is_used(model, name) ? " The console goes back to the sandbox." : "");
    struct command *command = model_new_run(model, "config profile");
    arguments_set(&command->arguments, "do", STR("delete"));
    arguments_set(&command->arguments, "name", str_from(name));
    struct buf title = {0};
    buf_add_format(&title, "Delete the profile %s?", name);
    setup_ask(
        model,
        &(struct setup_question){
            buf_str(&title), buf_str(&text), "delete", "Deleted", is_used(model, name)},
        command);
    buf_release(&title);
    buf_release(&text);
}

static void use(struct model *model, const char *name, struct effects *effects) {
    if (is_used(model, name)) {
        overlay_close(model);
    } else {
        setup_use_profile(model, name, effects);
    }
}

// What is done to the one that is selected.
static bool handle_selected(struct model *model, enum intent intent, struct effects *effects) {
    const char *name = selected(model);
    if (!name) return false;
    if (intent == INTENT_PROFILE_COPY) {
        ask_name(model, name);
    } else if (intent == INTENT_PROFILE_DELETE) {
        ask_delete(model, name);
    } else if (intent == INTENT_PROFILE_USE) {
        use(model, name, effects);
    } else {
        return false;
    }
    return true;
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    if (intent == INTENT_UP) {
        if (model->setup.profile > 0) model->setup.profile--;
    } else if (intent == INTENT_DOWN) {
        model->setup.profile++;
    } else if (intent == INTENT_PROFILE_NEW) {
        ask_name(model, NULL);
    } else {
        return handle_selected(model, intent, effects);
    }
    return true;
}

// Where it stands already: used.
static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    const int rows = rect.rows - 2;
    const size_t visible = rows > 0 ? (size_t)rows : 1;
    const size_t first = model->setup.profile >= visible ? model->setup.profile - visible + 1 : 0;
    const int at = row - rect.row - 1;
    (void)column;
    if (at < 0 || at >= rows || first + (size_t)at >= count(model)) return;
    if (first + (size_t)at == model->setup.profile)
        (void)handle_selected(model, INTENT_PROFILE_USE, effects);
    else
        model->setup.profile = first + (size_t)at;
}

static bool can(const struct model *model, enum intent intent) {
    const char *name = selected(model);
    if (intent != INTENT_PROFILE_DELETE) return true;
    return name && !is_built_in(name);
}

const struct overlay profiles_overlay = {
    .id = OVERLAY_PROFILES,
    .context = KEYMAP_PROFILES,
    .measure = measure,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .click = click,
    .can = can,
};
