// internal — what the parts of the model share among themselves: model.c, apply.c, handle.c.
#pragma once

#include "console/model.h"

// Layout, selection and scroll, right for what the model now holds. Ends every update.
void internal_settle(struct model *model);
void internal_arrange(struct model *model); // as at the start
void internal_note_error(struct model *model, const struct error *err);
void internal_fire(struct model *model, struct effects *effects);
void internal_ask_recommendations(struct model *model, struct effects *effects);
void internal_ask_profile(struct model *model, struct effects *effects);
// The next change of the list and of the profile is shown against what stands now.
void internal_expect_change(struct model *model);
void internal_forget_answer(struct model_answer *answer);
void internal_set_text(char **owned, struct str text);
// Of the prompts.
void internal_submit_user(struct model *model, struct str user, struct effects *effects);
void internal_submit_setting(struct model *model, struct str value, struct effects *effects);
void internal_submit_field(struct model *model, struct str value, struct effects *effects);
