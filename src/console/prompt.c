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
            .click = palette_click,
            .keeps_blanks = true,
        },
    [MODEL_EDITING_GENERATOR] =
        {
            .id = MODEL_EDITING_GENERATOR,
            .label = "Value: ",
            .submit = stream_controls_submit,
            .change = stream_controls_typed,
            .assist = stream_controls_assist,
        },
    [MODEL_EDITING_NARROW] =
        {
            .id = MODEL_EDITING_NARROW,
            .label = "Filter: ",
            .submit = narrow_submit,
            .change = narrow_change,
            .cancel = narrow_cancel,
            .complete = narrow_complete,
            .assist = narrow_assist,
            .has_history = true,
            .history_of = narrow_history,
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
    const struct str typed = buf_str(&model->editor.text);
    buf_add(&text, prompt->keeps_blanks ? typed : str_trim(typed));
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
    if (text.len) editor_replace(&model->editor, buf_str(&text));
    buf_release(&text);
}

// State: by whose lines they are, oldest first; the newest of all when there are too many bytes of them.

#define STATE_BYTES ((size_t)48 << 10) // of the file's, which holds more
#define STATE_LINE_BYTES 600

static bool is_kept(const struct history_line *line) {
    const size_t bytes = strlen(line->text);
    return bytes <= STATE_LINE_BYTES && str_is_utf8(str_from(line->text));
}

static void save(const struct model *model, struct json_node *object) {
    const struct history *history = &model->history;
    size_t first = history->count, bytes = 0;
    while (first > 0 && bytes < STATE_BYTES) {
        const struct history_line *line = &history->lines[--first];
        if (is_kept(line)) bytes += strlen(line->text) + strlen(line->of) + 16;
    }
    struct json_node *lines = json_add_array(object, "lines");
    for (size_t i = first; i < history->count; i++) {
        const struct history_line *line = &history->lines[i];
        if (!is_kept(line)) continue;
        struct json_node *pair = json_add_array(lines, NULL);
        json_add_text(pair, NULL, str_from(line->of));
        json_add_text(pair, NULL, str_from(line->text));
    }
}

static void load(struct model *model, const struct json_node *object) {
    const struct json_node *pair = json_first(json_get(object, "lines"));
    for (int count = 0; pair && count < HISTORY_ALL; pair = json_next(pair), count++) {
        const struct json_node *of = json_first(pair);
        const struct str text = json_text(json_next(of));
        if (!json_text(of).len || text.len > STATE_LINE_BYTES) continue;
        history_add(&model->history, json_text(of), text);
    }
}

const struct feature prompt_feature = {.name = "history", .save = save, .load = load};
