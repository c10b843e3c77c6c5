// internal — what the parts of the model share among themselves: model.c, apply.c, handle.c.
#pragma once

#include "console/model.h"

// Layout, selection and scroll, right for what the model now holds. Ends every update.
void internal_settle(struct model *model);
void internal_note_error(struct model *model, const struct error *err);
void internal_fire(struct model *model, struct effects *effects);
void internal_ask_recommendations(struct model *model, struct effects *effects);
void internal_ask_profile(struct model *model, struct effects *effects);
// The next change of the list and of the profile is shown against what stands now.
void internal_expect_change(struct model *model);
void internal_forget_answer(struct model_answer *answer);
void internal_set_text(char **owned, struct str text);
