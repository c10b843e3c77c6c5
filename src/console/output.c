// output — what the messages of a run read as lines.
#include "console/output.h"

#include "base/memory.h"
#include "console/model.h"

static void forget(struct output *output) {
    for (size_t i = 0; i < output->count; i++)
        mem_free(output->lines[(output->first + i) % OUTPUT_LINES].text);
    mem_free(output->progress);
    buf_reset(&output->title);
    output->first = output->count = output->left = 0;
    output->progress = NULL;
    output->is_over = output->has_scrolled = false;
    output->top = 0;
}

static void add(struct output *output, enum theme_role role, struct buf *take_text) {
    if (output->count == OUTPUT_LINES) {
        mem_free(output->lines[output->first].text);
        output->first = (output->first + 1) % OUTPUT_LINES;
        output->count--;
        output->left++;
    }
    const size_t at = (output->first + output->count++) % OUTPUT_LINES;
    output->lines[at] = (struct output_line){.text = buf_take(take_text), .role = role};
}

static void
add_text(struct output *output, enum theme_role role, const char *mark, const char *text) {
    struct buf line = {0};
    buf_add(&line, str_from(mark));
    buf_add(&line, str_from(text));
    add(output, role, &line);
}

static void add_pair(struct output *output, const char *name, const char *value) {
    struct buf line = {0};
    buf_add_format(&line, "%s = %s", name, value ? value : "");
    add(output, THEME_TEXT, &line);
}

static void add_values(struct output *output, const struct message_values *values) {
    if (values->title) add_text(output, THEME_HEADING, "", values->title);
    for (size_t i = 0; i < values->value_count; i++)
        add_pair(output, values->values[i].key, values->values[i].text);
}

static void add_list(struct output *output, const struct message_recommendations *list) {
    for (size_t i = 0; i < list->item_count; i++) {
        struct buf line = {0};
        buf_add_format(&line, "%3zu  %s", i + 1, list->items[i].item_id);
        add(output, THEME_TEXT, &line);
    }
}

static void add_profile(struct output *output, const struct message_profile *profile) {
    for (size_t i = 0; i < profile->identifier_count; i++)
        add_pair(output, profile->identifiers[i].type, profile->identifiers[i].id);
    for (size_t i = 0; i < profile->trait_count; i++)
        add_pair(output, profile->traits[i].name, profile->traits[i].value);
}

static void add_event(struct output *output, const struct message_event *event) {
    struct buf line = {0};
    buf_add_format(
        &line, "%s %s %s", event->type ? event->type : "", event->name ? event->name : "",
        event->sku ? event->sku : "");
    if (event->discard_reason) buf_add_format(&line, " · %s", event->discard_reason);
    add(output, event->discard_reason ? THEME_BAD : THEME_TEXT, &line);
}

static void add_hop(struct output *output, const struct hop *hop) {
    if (hop->state != HOP_DONE && hop->state != HOP_FAILED) return;
    const bool is_done = hop->state == HOP_DONE;
    struct buf line = {0};
    buf_add_format(&line, "%s %s", is_done ? "✓" : "✗", hop_title(hop->id));
    if (hop->ms >= 0) buf_add_format(&line, " %.1f ms", hop->ms);
    if (hop->detail[0]) buf_add_format(&line, " · %s", hop->detail);
    add(output, is_done ? THEME_GOOD : THEME_BAD, &line);
}

static void set_progress(struct output *output, const struct message_progress *progress) {
    struct buf line = {0};
    buf_add_format(
        &line, "%s %ju", progress->label ? progress->label : "", (uintmax_t)progress->done);
    if (progress->total) buf_add_format(&line, " of %ju", (uintmax_t)progress->total);
    if (progress->failed) buf_add_format(&line, " · %ju failed", (uintmax_t)progress->failed);
    buf_add_format(&line, " · %.1f/s", progress->per_second);
    mem_free(output->progress);
    output->progress = buf_take(&line);
}

static void add_end(struct output *output, const struct error *err) {
    output->is_over = true;
    if (err->code == ERROR_NONE) {
        add_text(output, THEME_GOOD, "✓ ", "done");
        return;
    }
    add_text(output, THEME_BAD, "✗ ", err->message);
    if (err->hint[0]) add_text(output, THEME_WARN, "→ ", err->hint);
}

static void add_settings(struct output *output, const struct message_settings *settings) {
    for (size_t i = 0; i < settings->setting_count; i++)
        add_pair(output, settings->settings[i].key, settings->settings[i].value);
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct output *output = &model->output;
    (void)effects;
    if (!output->run_id || message->run_id != output->run_id) return;
    switch (message->kind) {
    case MESSAGE_HOP: add_hop(output, &message->as.hop); break;
    case MESSAGE_EVENT: add_event(output, &message->as.event); break;
    case MESSAGE_RECOMMENDATIONS: add_list(output, &message->as.recommendations); break;
    case MESSAGE_PROFILE: add_profile(output, &message->as.profile); break;
    case MESSAGE_SETTINGS: add_settings(output, &message->as.settings); break;
    case MESSAGE_VALUES: add_values(output, &message->as.values); break;
    case MESSAGE_LINE:
        add_text(
            output, message->as.line.is_diagnostic ? THEME_WARN : THEME_TEXT, "",
            message->as.line.text);
        break;
    case MESSAGE_PROGRESS: set_progress(output, &message->as.progress); break;
    case MESSAGE_DONE: add_end(output, &message->as.done); break;
    case MESSAGE_BACKEND:
        add_pair(output, "backend", message->as.backend.is_up ? "reachable" : "not reachable");
        break;
    case MESSAGE_JOURNEY: // have screens of their own
    case MESSAGE_REQUEST: break;
    }
}

static void release(struct model *model) {
    forget(&model->output);
    buf_release(&model->output.title);
}

void output_follow(struct model *model, uint64_t run_id, struct str title) {
    forget(&model->output);
    model->output.run_id = run_id;
    buf_add(&model->output.title, title);
    overlay_open(model, OVERLAY_OUTPUT);
}

const struct feature output_feature = {.name = "output", .apply = apply, .release = release};
