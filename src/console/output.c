// output — what the messages of a run read as lines.
#include "console/output.h"

#include "base/clock.h"
#include "base/memory.h"
#include "console/model.h"
#include "console/strip.h"
#include "internal.h"

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
    for (const char *at = text; *at; at++) { // lines of functions are in columns
        if (*at == '\t')
            buf_add(&line, STR("  "));
        else
            buf_add_char(&line, *at);
    }
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

static void add_word(struct buf *line, const char *word) {
    if (word && word[0]) buf_add_format(line, "%s%s", line->len ? " " : "", word);
}

static void add_event(struct output *output, const struct message_event *event) {
    struct buf line = {0};
    if (event->received_at_ms) {
        const struct clock_date at = clock_date_from_s(event->received_at_ms / 1000);
        buf_add_format(&line, "%02d:%02d:%02d", at.hour, at.minute, at.second);
    }
    add_word(&line, event->type);
    add_word(&line, event->name);
    add_word(&line, event->sku);
    const char *shopper = event->user_id ? event->user_id : event->anonymous_id;
    if (shopper) buf_add_format(&line, " · %s", shopper);
    if (event->source) buf_add_format(&line, " · %s", event->source);
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

// In short; the screen of a journey has its requests and answers.
static void add_exchange(struct output *output, const struct journey_exchange *exchange) {
    struct buf line = {0};
    buf_add_rune(&line, strip_symbol(exchange->state, 0));
    // both ends of the loop are calls of the same API
    buf_add_format(&line, " %-20s", exchange->hop == HOP_IDENTIFY ? "identify" : exchange->title);
    if (exchange->start_ms >= 0) buf_add_format(&line, " +%.1f", exchange->start_ms);
    if (exchange->ms >= 0 && !exchange->is_asked_now)
        buf_add_format(&line, " · %.1f ms", exchange->ms);
    if (exchange->status) buf_add_format(&line, " · %d", exchange->status);
    if (exchange->state == HOP_HIDDEN) buf_add(&line, STR(" · cannot be seen"));
    if (exchange->state == HOP_SKIPPED) buf_add(&line, STR(" · not reached"));
    add(output, strip_role(exchange->state), &line);
    if (exchange->problem) add_text(output, THEME_BAD, "  ✗ ", exchange->problem);
    if (exchange->hint) add_text(output, THEME_WARN, "  → ", exchange->hint);
}

static void add_journey(struct output *output, const struct journey *journey) {
    struct buf line = {0};
    add_word(&line, journey->name ? journey->name : journey->type);
    add_word(&line, journey->sku);
    if (journey->user_id) buf_add_format(&line, " · %s", journey->user_id);
    if (journey->message_id) buf_add_format(&line, " · %s", journey->message_id);
    add(output, THEME_HEADING, &line);
    for (size_t i = 0; i < journey->exchange_count; i++)
        add_exchange(output, &journey->exchanges[i]);
    if (journey->lag_ms < 0) return;
    buf_add_format(&line, "recommended_products changed %.1f ms after the event", journey->lag_ms);
    add(output, THEME_TEXT, &line);
}

static void add_backend(struct output *output, const struct message_backend *backend) {
    static const char *const kinds[] = {
        [MESSAGE_BACKEND_CLOUD] = "the real services (LIVE)",
        [MESSAGE_BACKEND_SANDBOX_OWN] = "sandbox in this process",
        [MESSAGE_BACKEND_SANDBOX_OTHER] = "sandbox of another process",
    };
    add_pair(output, "backend", kinds[backend->kind]);
    add_pair(output, "state", backend->is_up ? "reachable" : "not reachable");
    if (backend->url) add_pair(output, "url", backend->url);
    if (backend->account) add_pair(output, "account", backend->account);
    if (backend->region) add_pair(output, "region", backend->region);
    if (backend->note) add_text(output, THEME_WARN, "• ", backend->note);
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
    if (err->code == ERROR_CANCELLED) { // as it was told to
        add_text(output, THEME_WARN, "○ ", err->message);
        return;
    }
    add_text(output, THEME_BAD, "✗ ", err->message);
    if (err->hint[0]) add_text(output, THEME_WARN, "→ ", err->hint);
}

static void add_settings(struct output *output, const struct message_settings *settings) {
    for (size_t i = 0; i < settings->setting_count; i++)
        add_pair(output, settings->settings[i].key, settings->settings[i].value);
}

// The line begins with the name of its action.
static bool is_of(const struct output *output, const char *action) {
    return str_starts_with(buf_str(&output->title), str_from(action));
}

static void look_again(struct model *model, const struct error *err, struct effects *effects) {
    if (err->code != ERROR_NONE) return;
    internal_expect_change(model);
    model_ask_shopper(model, effects);
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct output *output = &model->output;
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
    case MESSAGE_DONE:
        add_end(output, &message->as.done);
        if (is_of(output, "sandbox reset")) look_again(model, &message->as.done, effects);
        break;
    case MESSAGE_BACKEND: add_backend(output, &message->as.backend); break;
    case MESSAGE_JOURNEY: add_journey(output, &message->as.journey); break;
    case MESSAGE_REQUEST: break; // has a pane of its own
    }
}

bool output_is_own(const struct model *model, const struct message *message) {
    const struct output *output = &model->output;
    if (!output->run_id || message->run_id != output->run_id) return false;
    return (message->kind == MESSAGE_RECOMMENDATIONS && is_of(output, "recommend")) ||
           (message->kind == MESSAGE_PROFILE && is_of(output, "profile"));
}

static bool take(struct model *model, struct message *message, struct effects *effects) {
    const bool is_own = output_is_own(model, message);
    (void)effects;
    if (is_own) message_free(message);
    return is_own;
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

const struct feature output_feature = {
    .name = "output", .apply = apply, .take = take, .release = release};
