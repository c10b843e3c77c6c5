// palette — what may stand at the end of the line, and what happens with it.
#include "console/palette.h"

#include "base/memory.h"
#include "console/fuzzy.h"
#include "console/model.h"
#include "internal.h"
#include "palette_line.h"

#define HISTORY STR("palette")
#define ROWS_MOST 8
#define SCORE_LINE (1 << 20) // above all else
#define NAME_COLUMNS 26
#define NAME_BONUS 40 // a name means more than the sentence that explains it

static void add_match(
    struct palette_match out[PALETTE_MATCHES], size_t *count, const struct palette_match *match) {
    size_t at = *count;
    while (at > 0 && out[at - 1].score < match->score)
        at--;
    if (at == PALETTE_MATCHES) return;
    if (*count < PALETTE_MATCHES) (*count)++;
    memmove(&out[at + 1], &out[at], (*count - 1 - at) * sizeof(out[0]));
    out[at] = *match;
}

static int score_of(struct str typed, const char *name, const char *help) {
    const int by_name = fuzzy_score(typed, str_from(name));
    const int by_help = fuzzy_score(typed, str_from(help));
    const int named = by_name ? by_name + NAME_BONUS : 0;
    return named > by_help ? named : by_help;
}

// Keys

static const struct pane *find_pane(enum keymap_context context) {
    for (int id = 0; id < PANE_COUNT; id++) {
        if (pane_get((enum pane_id)id)->context == context) return pane_get((enum pane_id)id);
    }
    return NULL;
}

// Of panes and of what works everywhere; keys of overlays mean nothing without them.
static bool is_offered(const struct keymap_row *row) {
    if (row->is_alias || row->intent == INTENT_PALETTE) return false;
    return row->context == KEYMAP_EVERYWHERE || find_pane(row->context);
}

static void find_keys(
    const struct model *model,
    struct str typed,
    struct palette_match out[PALETTE_MATCHES],
    size_t *count) {
    size_t row_count = 0;
    const struct keymap_row *rows = keymap_rows(&model->keymap, &row_count);
    for (size_t i = 0; i < row_count; i++) {
        if (!is_offered(&rows[i])) continue;
        const char *name = rows[i].label ? rows[i].label : "";
        const struct palette_match match = {
            .kind = PALETTE_KEY,
            .row = &rows[i],
            .score = score_of(typed, name, rows[i].help),
        };
        if (match.score) add_match(out, count, &match);
    }
}

static void find_actions(
    const struct model *model,
    struct str typed,
    struct palette_match out[PALETTE_MATCHES],
    size_t *count) {
    const struct descriptor *each = NULL;
    for (size_t at = 0; (each = palette_line_at(model, at)); at++) {
        if (!each->in_palette) continue;
        const struct palette_match match = {
            .kind = PALETTE_ACTION,
            .descriptor = each,
            .score = score_of(typed, each->name, each->summary),
        };
        if (match.score) add_match(out, count, &match);
    }
}

// Parameters and values

static void offer_value(
    struct palette_match base,
    struct str typed,
    const char *value,
    struct palette_match out[PALETTE_MATCHES],
    size_t *count) {
    for (size_t i = 0; i < *count; i++) {
        if (out[i].kind == PALETTE_VALUE && strcmp(out[i].value, value) == 0) return;
    }
    base.kind = PALETTE_VALUE;
    base.value = value;
    base.score = fuzzy_score(typed, str_from(value));
    if (base.score) add_match(out, count, &base);
}

static bool is_called(const struct parameter *parameter, const char *name) {
    return strcmp(parameter->name, name) == 0;
}

// Choices, products of the catalogue, shoppers that were seen.
static void find_values(
    const struct model *model,
    struct palette_match base,
    struct str typed,
    struct palette_match out[PALETTE_MATCHES],
    size_t *count) {
    const struct parameter *parameter = base.parameter;
    for (size_t i = 0; parameter->choices && parameter->choices[i]; i++)
        offer_value(base, typed, parameter->choices[i], out, count);
    const bool is_product = is_called(parameter, "sku") || is_called(parameter, "item");
    for (size_t i = 0; is_product && i < model->options.product_count; i++)
        offer_value(base, typed, model->options.products[i].sku, out, count);
    if (!is_called(parameter, "user")) return;
    offer_value(base, typed, model->user, out, count);
    for (size_t i = 0; i < model_event_count(model); i++) {
        const char *user = model_event_at(model, i)->user_id;
        if (user) offer_value(base, typed, user, out, count);
    }
}

// Takes the words before the last one; the last is what is being typed.
static struct str last_word(struct str line) {
    bool is_open = false;
    return str_skip(line, palette_line_last(line, &is_open));
}

static void find_parameters(
    const struct model *model,
    const struct descriptor *descriptor,
    struct str rest,
    struct palette_match out[PALETTE_MATCHES],
    size_t *count) {
    const struct str typed = last_word(rest);
    struct arguments before = {0};
    struct error ignored;
    // what came before decides what a word without a name is for; nonsense there is told on Enter
    if (!palette_parse(descriptor, str_slice(rest, 0, rest.len - typed.len), &before, &ignored))
        before = (struct arguments){0};
    struct palette_match base = {.descriptor = descriptor};
    struct str value = {0};
    base.parameter = palette_line_parameter(descriptor, typed, &before, &value);
    if (base.parameter && base.parameter->kind != PARAMETER_FLAG)
        find_values(model, base, value, out, count);
    for (size_t i = 0; i < descriptor->parameter_count; i++) {
        const struct parameter *parameter = &descriptor->parameters[i];
        if (str_contains(typed, STR("=")) || parameter->positional) continue;
        if (arguments_has(&before, parameter->name) && !parameter->repeats) continue;
        const struct palette_match match = {
            .kind = PALETTE_PARAMETER,
            .descriptor = descriptor,
            .parameter = parameter,
            .score = score_of(typed, parameter->name, parameter->help),
        };
        if (match.score) add_match(out, count, &match);
    }
    arguments_release(&before);
}

static void
find_lines(const struct model *model, struct palette_match out[PALETTE_MATCHES], size_t *count) {
    const char *line = NULL;
    for (int back = 1; back <= PALETTE_LINES; back++) {
        line = history_line_at(&model->history, HISTORY, (size_t)back);
        if (!line) return;
        const struct palette_match match = {
            .kind = PALETTE_LINE, .value = line, .score = SCORE_LINE - back};
        add_match(out, count, &match);
    }
}

size_t palette_find(
    const struct model *model, struct str line, struct palette_match out[PALETTE_MATCHES]) {
    struct str rest = {0};
    size_t count = 0;
    const struct descriptor *descriptor = palette_descriptor(model, line, &rest);
    if (descriptor && rest.len) {
        find_parameters(model, descriptor, rest, out, &count);
        return count;
    }
    if (!str_trim(line).len) find_lines(model, out, &count);
    find_actions(model, line, out, &count);
    find_keys(model, line, out, &count);
    return count;
}

// The prompt

static size_t selected_of(const struct model *model, size_t count) {
    const size_t selected = model->palette.selected;
    return selected < count ? selected : count ? count - 1 : 0;
}

void palette_change(struct model *model, struct str line) {
    (void)line;
    model->palette.selected = 0;
}

bool palette_handle(struct model *model, enum intent intent) {
    struct palette_match matches[PALETTE_MATCHES];
    if (intent != INTENT_HISTORY_OLDER && intent != INTENT_HISTORY_NEWER) return false;
    const size_t count = palette_find(model, buf_str(&model->editor.text), matches);
    size_t at = selected_of(model, count);
    if (intent == INTENT_HISTORY_OLDER && at > 0) at--;
    if (intent == INTENT_HISTORY_NEWER && at + 1 < count) at++;
    model->palette.selected = at;
    return true;
}

static void add_quoted(struct buf *out, struct str value) {
    if (!str_contains(value, STR(" ")) && !str_contains(value, STR("\""))) {
        buf_add(out, value);
        return;
    }
    buf_add_quoted(out, value);
}

static void complete(const struct palette_match *match, struct str line, struct buf *out) {
    const struct str typed = last_word(line);
    switch (match->kind) {
    case PALETTE_KEY: buf_add(out, str_from(match->row->help)); return;
    case PALETTE_ACTION: buf_add_format(out, "%s ", match->descriptor->name); return;
    case PALETTE_PARAMETER:
        buf_add(out, str_slice(line, 0, line.len - typed.len));
        buf_add_format(
            out, "%s%s", match->parameter->name,
            match->parameter->kind == PARAMETER_FLAG ? " " : "=");
        return;
    case PALETTE_VALUE:
        buf_add(out, str_slice(line, 0, line.len - typed.len));
        if (!match->parameter->positional) buf_add_format(out, "%s=", match->parameter->name);
        add_quoted(out, str_from(match->value));
        buf_add_char(out, ' ');
        return;
    case PALETTE_LINE: buf_add(out, str_from(match->value)); return;
    }
}

void palette_complete(const struct model *model, struct str line, struct buf *out) {
    struct palette_match matches[PALETTE_MATCHES];
    const size_t count = palette_find(model, line, matches);
    if (count) complete(&matches[selected_of(model, count)], line, out);
}

// Running

static void run_now(struct model *model, struct effects *effects) {
    struct palette *palette = &model->palette;
    struct command *command = palette->pending;
    palette->pending = NULL;
    output_follow(model, command->run_id, buf_str(&palette->title));
    effects_add(effects, command);
}

// What was understood, each value by its name: "stream from=2019-05-19 rate=50".
static void
add_call(const struct descriptor *descriptor, struct buf *out, const struct arguments *arguments) {
    buf_add(out, str_from(descriptor->name));
    for (size_t i = 0; i < arguments->count; i++) {
        const struct arguments_pair *pair = &arguments->pairs[i];
        const struct parameter *parameter = descriptor_find_parameter(descriptor, pair->name);
        buf_add_format(out, " %s", pair->name);
        if (parameter && parameter->kind == PARAMETER_FLAG) continue;
        buf_add_char(out, '=');
        add_quoted(out, str_from(pair->value));
    }
}

// The account first, then what is done there: both must be seen however low the window is.
static void ask(struct model *model, const struct descriptor *descriptor) {
    struct buf title = {0}, text = {0};
    buf_add_format(&title, "Run %s?", descriptor->name);
    if (!model->backend || model_is_live(model)) {
        overlay_add_account(model, &text);
        buf_add(&text, model->backend ? STR(" (LIVE): ") : STR(": "));
    }
    const struct arguments *arguments = &model->palette.pending->arguments;
    if (text.len || arguments->count) {
        add_call(descriptor, &text, arguments);
        buf_add_char(&text, '\n');
    }
    buf_add_format(&text, "%s.", descriptor->summary);
    overlay_confirm(model, buf_str(&title), buf_str(&text), "run", NULL, run_now);
    buf_release(&title);
    buf_release(&text);
}

static void run_own(
    struct model *model,
    const struct descriptor *descriptor,
    const struct arguments *arguments,
    struct effects *effects) {
    if (strcmp(descriptor->name, PALETTE_LINE_THEME) == 0) {
        internal_choose_theme(model, arguments_get(arguments, "name"), effects);
    } else {
        overlay_open(model, OVERLAY_OUTPUT);
    }
}

static bool is_own(const struct model *model, const struct descriptor *descriptor) {
    const struct model_options *options = &model->options;
    for (size_t i = 0; i < options->action_count; i++) {
        if (descriptor == &options->actions[i]) return false;
    }
    return true;
}

// Until the backend is known it may be a real account.
static bool must_ask(const struct model *model, const struct descriptor *descriptor) {
    const bool may_be_live = !model->backend || model_is_live(model);
    const bool is_many = descriptor->writes == DESCRIPTOR_WRITES_MANY ||
                         descriptor->writes == DESCRIPTOR_WRITES_UNTOLD;
    return descriptor->takes_away || (is_many && may_be_live);
}

static void find_files(
    const struct model *model, const struct descriptor *descriptor, struct arguments *arguments) {
    for (size_t i = 0; i < arguments->count; i++) {
        struct arguments_pair *pair = &arguments->pairs[i];
        const struct parameter *parameter = descriptor_find_parameter(descriptor, pair->name);
        if (!parameter || parameter->kind != PARAMETER_FILE) continue;
        struct buf path = {0};
        internal_add_path(model, str_from(pair->value), &path);
        mem_free(pair->value);
        pair->value = buf_take(&path);
    }
}

static void run_action(
    struct model *model,
    const struct descriptor *descriptor,
    struct arguments *take_arguments,
    struct str line,
    struct effects *effects) {
    struct palette *palette = &model->palette;
    command_free(palette->pending);
    palette->pending = model_new_run(model, descriptor->name);
    palette->pending->arguments = *take_arguments;
    find_files(model, descriptor, &palette->pending->arguments);
    // one event is one: what waits in the outbox is asked about by itself
    if (descriptor->writes == DESCRIPTOR_WRITES_ONE &&
        descriptor_find_parameter(descriptor, "only"))
        arguments_set(&palette->pending->arguments, "only", STR("1"));
    buf_reset(&palette->title);
    buf_add(&palette->title, line);
    if (must_ask(model, descriptor))
        ask(model, descriptor);
    else
        run_now(model, effects);
}

// Back to the line, for what is missing in it.
static void go_on(struct model *model, struct str line) {
    model_edit(model, MODEL_EDITING_PALETTE, line, false);
    model->editor.is_touched = true;
    model->palette.selected = 0;
}

static void submit_line(
    struct model *model,
    const struct descriptor *descriptor,
    struct str rest,
    struct str line,
    struct effects *effects) {
    struct arguments arguments = {0};
    struct error err;
    if (!palette_parse(descriptor, str_trim(rest), &arguments, &err)) {
        struct buf again = {0};
        buf_add(&again, line);
        if (!rest.len) buf_add_char(&again, ' ');
        internal_note_error(model, &err);
        go_on(model, buf_str(&again));
        buf_release(&again);
        return;
    }
    history_add(&model->history, HISTORY, line);
    if (is_own(model, descriptor)) {
        run_own(model, descriptor, &arguments, effects);
        arguments_release(&arguments);
    } else {
        run_action(model, descriptor, &arguments, line, effects);
    }
}

static void press_key(struct model *model, const struct keymap_row *row, struct effects *effects) {
    const struct pane *pane = find_pane(row->context);
    if (pane) model_focus(model, pane->id);
    history_add(&model->history, HISTORY, str_from(row->help));
    internal_do(model, row->intent, effects);
}

// What is pointed at, or stands at the mark: run, or put into the line for what is missing there.
static void take(
    struct model *model,
    const struct palette_match *match,
    struct str line,
    struct effects *effects) {
    if (match->kind == PALETTE_KEY) {
        press_key(model, match->row, effects);
    } else if (match->kind == PALETTE_ACTION && !match->descriptor->parameter_count) {
        submit_line(
            model, match->descriptor, (struct str){0}, str_from(match->descriptor->name), effects);
    } else {
        struct buf completed = {0};
        complete(match, line, &completed);
        go_on(model, buf_str(&completed));
        buf_release(&completed);
    }
}

void palette_submit(struct model *model, struct str line, struct effects *effects) {
    struct palette_match matches[PALETTE_MATCHES];
    struct str rest = {0};
    const struct descriptor *descriptor = palette_descriptor(model, line, &rest);
    if (descriptor && model->palette.selected == 0) {
        submit_line(model, descriptor, rest, str_trim(line), effects);
        return;
    }
    const size_t count = palette_find(model, line, matches);
    const bool is_untouched = !str_trim(line).len && model->palette.selected == 0;
    if (is_untouched && (!count || matches[0].kind != PALETTE_LINE)) return;
    if (!count) {
        model_note(
            model, THEME_WARN, "Nothing is called that. %s and %s show what there is.",
            keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_PALETTE).text,
            keymap_name_of(&model->keymap, KEYMAP_EDITOR, INTENT_COMPLETE).text);
        return;
    }
    take(model, &matches[selected_of(model, count)], line, effects);
}

// Below the line

static void
write_match(const struct model *model, const struct palette_match *match, struct canvas_pen *pen) {
    struct buf name = {0};
    const char *help = "";
    switch (match->kind) {
    case PALETTE_KEY:
        keymap_add_keys(&name, &model->keymap, match->row);
        help = match->row->help;
        break;
    case PALETTE_ACTION:
        buf_add(&name, str_from(match->descriptor->name));
        help = match->descriptor->summary;
        break;
    case PALETTE_PARAMETER:
        buf_add_format(
            &name, "%s%s", match->parameter->name,
            match->parameter->kind == PARAMETER_FLAG ? "" : "=");
        help = match->parameter->help;
        break;
    case PALETTE_VALUE: buf_add(&name, str_from(match->value)); break;
    case PALETTE_LINE:
        canvas_write(pen, THEME_STRONG, str_from(match->value));
        canvas_write_text(pen, THEME_DIM, "  typed before");
        return;
    }
    const int columns = canvas_room(pen) < 60 ? NAME_COLUMNS / 2 : NAME_COLUMNS;
    canvas_write_column(
        pen, match->kind == PALETTE_KEY ? THEME_KEY : THEME_STRONG, buf_str(&name), columns);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_text(pen, THEME_DIM, help ? help : "");
    buf_release(&name);
}

// Nothing can be offered: what is being typed is explained.
static void write_nothing(const struct model *model, struct str line, struct sheet *sheet) {
    struct str rest = {0}, value = {0};
    const struct arguments none = {0};
    const struct descriptor *descriptor = palette_descriptor(model, line, &rest);
    if (!descriptor) {
        sheet_text(sheet, THEME_DIM, STR("  Nothing is called that."));
        return;
    }
    const struct parameter *parameter =
        palette_line_parameter(descriptor, last_word(rest), &none, &value);
    if (parameter)
        sheet_format(sheet, THEME_DIM, "  %s: %s", parameter->name, parameter->help);
    else
        sheet_format(sheet, THEME_DIM, "  %s", descriptor->summary);
}

static size_t rows_offered(const struct model *model) {
    const int room = model->rows / 3 < ROWS_MOST ? model->rows / 3 : ROWS_MOST;
    return room > 0 ? (size_t)room : 1;
}

static void write_notice(const struct model *model, struct sheet *sheet) {
    if (!model->notice.text.len) return;
    const char *mark = model->notice.mark ? model->notice.mark : "";
    sheet_item(sheet, THEME_BAD, mark, THEME_STRONG, buf_str(&model->notice.text));
    sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, buf_str(&model->notice.hint));
}

void palette_assist(const struct model *model, struct sheet *sheet) {
    struct palette_match matches[PALETTE_MATCHES];
    const size_t count = palette_find(model, buf_str(&model->editor.text), matches);
    const size_t selected = selected_of(model, count);
    const size_t rows = rows_offered(model);
    const size_t top = selected >= rows ? selected - rows + 1 : 0;
    write_notice(model, sheet);
    for (size_t at = top; at < count && at < top + rows; at++) {
        struct canvas_pen pen = sheet_line(sheet);
        canvas_write_text(&pen, THEME_KEY, at == selected ? "▸ " : "  ");
        write_match(model, &matches[at], &pen);
        if (at == selected) sheet_select(sheet);
    }
    if (!count) write_nothing(model, buf_str(&model->editor.text), sheet);
}

// What was offered when the pointer went down; a notice that stood above it went with the press.
void palette_click(struct model *model, int row, struct effects *effects) {
    struct palette_match matches[PALETTE_MATCHES];
    struct buf line = {0};
    buf_add(&line, buf_str(&model->editor.text));
    const size_t count = palette_find(model, buf_str(&line), matches);
    const size_t rows = rows_offered(model), selected = selected_of(model, count);
    const size_t at = (selected >= rows ? selected - rows + 1 : 0) + (size_t)row;
    if (at < count && (size_t)row < rows) {
        prompt_cancel(model);
        take(model, &matches[at], buf_str(&line), effects);
    }
    buf_release(&line);
}

void palette_release(struct palette *palette) {
    command_free(palette->pending);
    buf_release(&palette->title);
    *palette = (struct palette){0};
}
