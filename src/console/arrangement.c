// arrangement — which panes the body shows beside the one in focus.
#include "internal.h"

void internal_arrange(struct model *model) {
    for (int id = 0; id < PANE_COUNT; id++) {
        const struct pane *pane = pane_get((enum pane_id)id);
        if (pane->is_resident) model->arrangement.shown[2][pane->place_of_two] = pane->id;
        if (pane->is_resident || pane->is_resident_of_three)
            model->arrangement.shown[3][pane->place_of_three] = pane->id;
    }
}

void model_focus(struct model *model, enum pane_id id) {
    const struct pane *pane = pane_get(id);
    struct model_arrangement *arrangement = &model->arrangement;
    model->pane = id;
    model->is_detail_open = false;
    const enum pane_place places[] = {[2] = pane->place_of_two, [3] = pane->place_of_three};
    for (int columns = 2; columns <= LAYOUT_COLUMNS_MAX; columns++) {
        arrangement->shown[columns][places[columns]] = id;
        if (places[columns] >= PANE_PLACE_RIGHT) {
            arrangement->is_lower_last[columns] = places[columns] == PANE_PLACE_RIGHT_BELOW;
        }
    }
}

bool model_is_visible(const struct model *model, enum pane_id pane) {
    return layout_find(&model->layout, (int)pane) != NULL;
}
