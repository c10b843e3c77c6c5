// prompt — the prompts, and the life of one; see the header.
#include "console/prompt.h"

#include "base/memory.h"
#include "console/model.h"
#include "internal.h"

#include <assert.h>

static const struct prompt prompts[] = {
    [MODEL_EDITING_USER] =
        {
            .id = MODEL_EDITING_USER,
            .label = "Shopper in focus: ",
            .submit = internal_submit_user,
            .has_history = true,
        },
    [MODEL_EDITING_SETTING] = {.id = MODEL_EDITING_SETTING, .submit = internal_submit_setting},
    [MODEL_EDITING_FIELD] = {.id = MODEL_EDITING_FIELD, .submit = internal_submit_field},
    [MODEL_EDITING_JOURNEY_SEARCH] =
        {
            .id = MODEL_EDITING_JOURNEY_SEARCH,
            .label = "Find: ",
            .submit = journey_screen_search,
            .has_history = true,
        },
};
static_assert(ARRAY_COUNT(prompts) == MODEL_EDITING_COUNT, "a row per prompt");

const struct prompt *prompt_get(enum model_editing id) {
    ASSERT(id > MODEL_EDITING_NOTHING && id < MODEL_EDITING_COUNT);
    return &prompts[id];
}

static void stop(struct model *model) {
    model->editing = MODEL_EDITING_NOTHING;
    editor_release(&model->editor);
}

// The text leaves the editor first: what is done with it may begin the next prompt.
void prompt_submit(struct model *model, struct effects *effects) {
    const struct prompt *prompt = prompt_get(model->editing);
    struct buf text = {0};
    buf_add(&text, str_trim(buf_str(&model->editor.text)));
    const bool is_secret = model->editor.is_secret;
    stop(model);
    prompt->submit(model, buf_str(&text), effects);
    if (is_secret) mem_wipe(text.ptr, text.len);
    buf_release(&text);
}

void prompt_cancel(struct model *model) {
    const struct prompt *prompt = prompt_get(model->editing);
    stop(model);
    if (prompt->cancel) prompt->cancel(model);
}

void prompt_complete(struct model *model) {
    const struct prompt *prompt = prompt_get(model->editing);
    if (!prompt->complete) return;
    struct buf text = {0};
    prompt->complete(model, buf_str(&model->editor.text), &text);
    if (text.len) editor_start(&model->editor, buf_str(&text), false);
    buf_release(&text);
}
