// themes — choosing one.
#include "console/model.h"
#include "internal.h"

static void choose(struct model *model, enum theme_id theme, struct effects *effects) {
    model->theme = theme;
    effects->theme_changed = true;
    model_note(model, THEME_TEXT, "Theme: %s", theme_names[theme]);
}

void internal_next_theme(struct model *model, struct effects *effects) {
    choose(model, (enum theme_id)((model->theme + 1) % THEME_ID_COUNT), effects);
}

void internal_choose_theme(struct model *model, struct str name, struct effects *effects) {
    enum theme_id theme = model->theme;
    if (theme_find(name, &theme)) choose(model, theme, effects);
}
