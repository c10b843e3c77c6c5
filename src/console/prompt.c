// prompt — the prompts, and the life of one; see the header.
#include "console/prompt.h"

#include "base/memory.h"
#include "console/export.h"
#include "console/model.h"
#include "internal.h"
#include "overlays/overlays.h"

#include <assert.h>

static const struct prompt prompts[] = {
    [MODEL_EDITING_USER] =
        {
            .id = MODEL_EDITING_USER,
            .label = "Shopper in focus: ",
            .submit = internal_submit_user,
            .has_history = true,
        },
    [MODEL_EDITING_SETTING] =
        {
            .id = MODEL_EDITING_SETTING,
            .submit = setup_submit,
            .change = setup_judge,
            .has_history = true,
            .history_of = setup_history_of,
        },
    [MODEL_EDITING_FIELD] =
        {
            .id = MODEL_EDITING_FIELD,
            .submit = internal_submit_field,
            .has_history = true,
        },
    [MODEL_EDITING_PROFILE_NAME] =
        {
            .id = MODEL_EDITING_PROFILE_NAME,
            .label = "Name of the new profile: ",
            .submit = setup_submit_profile,
        },
    [MODEL_EDITING_BESIDE] =
        {
            .id = MODEL_EDITING_BESIDE,
            .label = "Compare with shopper: ",
            .submit = lists_submit_beside,
            .has_history = true,
        },
    [MODEL_EDITING_JOURNEY_SEARCH] =
        {
            .id = MODEL_EDITING_JOURNEY_SEARCH,
            .label = "Find: ",
            .submit = journey_screen_search,
            .has_history = true,
        },
    [MODEL_EDITING_HELP_SEARCH] =
        {
            .id = MODEL_EDITING_HELP_SEARCH,
            .label = "Find in the help: ",
            .submit = help_search_submit,
            .change = help_search,
            .cancel = help_search_cancel,
        },
    [MODEL_EDITING_EXPORT] =
        {
            .id = MODEL_EDITING_EXPORT,
            .label = "Write to: ",
            .submit = export_submit,
            .complete = export_complete,
            .assist = export_assist,
        },
    [MODEL_EDITING_REQUEST_SEARCH] =
        {
            .id = MODEL_EDITING_REQUEST_SEARCH,
            .label = "Find: ",
            .submit = request_log_search,
            .has_history = true,
        },
    [MODEL_EDITING_PALETTE] =
        {
            .id = MODEL_EDITING_PALETTE,
            .label = ": ",
            .submit = palette_submit,
            .change = palette_change,
            .handle = palette_handle,
            .complete = palette_complete,
            .assist = palette_assist,
        },
    [MODEL_EDITING_GENERATOR] =
        {
            .id = MODEL_EDITING_GENERATOR,
            .label = "Value: ",
            .submit = stream_controls_submit,
            .change = stream_controls_typed,
            .assist = stream_controls_assist,
        },
    [MODEL_EDITING_STREAM_FILTER] =
        {
            .id = MODEL_EDITING_STREAM_FILTER,
            .label = "Filter: ",
            .submit = stream_filter_submit,
            .change = stream_filter_change,
            .cancel = stream_filter_cancel,
            .complete = stream_filter_complete,
            .assist = stream_filter_assist,
            .has_history = true,
            .history_of = stream_filter_history,
        },
};
static_assert(ARRAY_COUNT(prompts) == MODEL_EDITING_COUNT, "a row per prompt");

const struct prompt *prompt_get(enum model_editing id) {
    ASSERT(id > MODEL_EDITING_NOTHING && id < MODEL_EDITING_COUNT);
    return &prompts[id];
}

// Empty: it has none, or what is typed is nobody's business.
static struct str history_of(const struct model *model) {
    static const char *const names[] = {
        [MODEL_EDITING_USER] = "shopper",        [MODEL_EDITING_SETTING] = "setting",
        [MODEL_EDITING_FIELD] = "field",         [MODEL_EDITING_JOURNEY_SEARCH] = "find",
        [MODEL_EDITING_REQUEST_SEARCH] = "find",
    };
    const struct prompt *prompt = prompt_get(model->editing);
    if (!prompt->has_history || model->editor.is_secret) return (struct str){0};
    if (prompt->history_of) return str_from(prompt->history_of(model));
    return (size_t)model->editing < ARRAY_COUNT(names) ? str_from(names[model->editing])
                                                       : (struct str){0};
}

void prompt_recall(struct model *model, bool is_older) {
    const struct str of = history_of(model);
    struct buf line = {0};
    const bool has_line =
        of.len &&
        (is_older ? history_older(&model->history, of, buf_str(&model->editor.text), &line)
                  : history_newer(&model->history, of, &line));
    if (has_line) editor_replace(&model->editor, buf_str(&line));
    buf_release(&line);
}

static void stop(struct model *model) {
    history_rest(&model->history);
    model->editing = MODEL_EDITING_NOTHING;
    editor_release(&model->editor);
}

// The text leaves the editor first: what is done with it may begin the next prompt.
void prompt_submit(struct model *model, struct effects *effects) {
    const struct prompt *prompt = prompt_get(model->editing);
    struct buf text = {0};
    buf_add(&text, str_trim(buf_str(&model->editor.text)));
    const bool is_secret = model->editor.is_secret;
    const struct str of = history_of(model);
    if (of.len) history_add(&model->history, of, buf_str(&text));
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
