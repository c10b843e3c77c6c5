// internal — what the parts of the model share among themselves: model.c, apply.c, handle.c.
#pragma once

#include "console/model.h"

// Layout, selection and scroll, right for what the model now holds. Ends every update.
void internal_settle(struct model *model);
void internal_clamp(struct model *model);   // the part of it that the next message may need
void internal_arrange(struct model *model); // as at the start
void internal_note_error(struct model *model, const struct error *err);
void internal_fire(struct model *model, struct effects *effects);
// Takes the command, which is a `send` complete but for what all of them have.
void internal_start_fire(struct model *model, struct command *command, struct effects *effects);
void internal_ask_recommendations(struct model *model, struct effects *effects);
void internal_ask_profile(struct model *model, struct effects *effects);
// The next change of the list and of the profile is shown against what stands now.
void internal_expect_change(struct model *model);
void internal_forget_answer(struct model_answer *answer);
void internal_forget_fire(struct model *model); // as if none had been fired
void internal_set_text(char **owned, struct str text);
void internal_press(
    struct model *model, uint32_t key, struct effects *effects); // as if on the keyboard
// … what the key means in that keymap: NULL, by the defaults, whatever keys the person has.
void internal_press_by(
    struct model *model, const struct keymap *keymap, uint32_t key, struct effects *effects);
// As if its key were pressed, whichever it is.
void internal_do(struct model *model, enum intent intent, struct effects *effects);
// Rows of a list, over headings in the direction of the move.
void internal_move_rows(struct model *model, enum pane_id id, int rows);
void internal_mouse(struct model *model, const struct input_mouse *mouse, struct effects *effects);
void internal_next_theme(struct model *model, struct effects *effects);
void internal_choose_theme(struct model *model, struct str name, struct effects *effects);
void internal_switch_mouse(struct model *model, struct effects *effects);
// The name of a file as it was typed: no shell is there to say where ~ is.
void internal_add_path(const struct model *model, struct str typed, struct buf *out);
// Of the prompts.
void internal_submit_user(struct model *model, struct str user, struct effects *effects);
void internal_submit_field(struct model *model, struct str value, struct effects *effects);
