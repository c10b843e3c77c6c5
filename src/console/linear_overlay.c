// linear_overlay — what opens over the panes, as lines: read out when it opens, then what was not there before, and
// what is chosen in it.
#include "console/linear.h"
#include "console/view.h"
#include "linear_parts.h"

static bool has_line(struct str text, struct str wanted) {
    struct str line;
    while (text.len) {
        str_split(text, '\n', &line, &text);
        if (str_equal(line, wanted)) return true;
    }
    return false;
}

// For eyes only; help does not read them out.
static bool is_for_eyes(enum intent intent) {
    return intent == INTENT_THEME || intent == INTENT_MOUSE || intent == INTENT_REPAINT ||
           intent == INTENT_ZOOM || intent == INTENT_UNZOOM;
}

static void add_keys(const struct model *model, const struct keymap_row *row, struct buf *out) {
    CLEANUP(buf_release) struct buf keys = {0};
    struct str rest, key;
    keymap_add_keys(&keys, &model->keymap, row);
    rest = buf_str(&keys);
    for (bool is_first = true; rest.len; is_first = false) {
        str_split(rest, ' ', &key, &rest);
        if (!is_first) buf_add(out, STR(" or "));
        linear_parts_add_key(out, key);
    }
}

// Of what is in force, and no more: all keys of the program are ten minutes of listening.
static void tell_keys(const struct model *model, struct buf *out) {
    enum keymap_context contexts[MODEL_CONTEXTS];
    const size_t context_count = model_contexts(model, contexts);
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(&model->keymap, &count);
    for (size_t at = 0; at < context_count; at++) {
        buf_add_format(out, "%s:\n", keymap_context_title(contexts[at]));
        for (size_t i = 0; i < count; i++) {
            if (rows[i].context != contexts[at] || !rows[i].help) continue;
            if (is_for_eyes(rows[i].intent)) continue;
            struct buf line = {0};
            add_keys(model, &rows[i], &line);
            buf_add_format(&line, "  %s", rows[i].help);
            linear_parts_add_line(out, buf_str(&line));
            buf_release(&line);
        }
    }
    buf_add(
        out, STR("Here, in lines: an empty line reads the details of the selected row; several "
                 "keys stand in a line\nwith blanks between them; a colon with a name does what "
                 "is called so. Other panes have keys of their own.\n"));
}

static void tell_closed(const struct model *model, struct buf *out) {
    buf_add_format(
        out, overlay_top(model) ? "Closed.\n" : "Closed; in %s.\n", pane_get(model->pane)->title);
}

// A picture's row in words.
static void add_row(const struct canvas *page, int row, struct buf *out) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct canvas line = {
        .cells = page->cells + (size_t)row * (size_t)page->columns,
        .columns = page->columns,
        .rows = 1,
    };
    canvas_print(&line, &text);
    if (text.len) linear_parts_add_line(out, str_slice(buf_str(&text), 0, text.len - 1));
}

static bool has_selection(const struct canvas *page, int row) {
    for (int column = 0; column < page->columns; column++)
        if (canvas_at(page, column, row)->is_selected) return true;
    return false;
}

// What the selection stands on, which only the look of the cells tells.
static void tell_chosen(struct linear *linear, bool is_told, struct str said, struct buf *out) {
    CLEANUP(buf_release) struct buf chosen = {0};
    for (int row = 0; row < linear->page.rows; row++)
        if (has_selection(&linear->page, row)) add_row(&linear->page, row, &chosen);
    struct str rest = buf_str(&chosen), line;
    bool is_first = true;
    while (is_told && rest.len) {
        str_split(rest, '\n', &line, &rest);
        if (has_line(buf_str(&linear->chosen), line) || has_line(said, line)) continue;
        buf_add_format(out, "%s" STR_FMT "\n", is_first ? "Selected: " : "", STR_ARG(line));
        is_first = false;
    }
    buf_reset(&linear->chosen);
    buf_add(&linear->chosen, buf_str(&chosen));
}

static bool is_picture_of_time(const struct overlay *top, struct str line) {
    return top->id == OVERLAY_JOURNEY && str_starts_with(line, STR("0, |"));
}

#define TABS "Request, Answer, Log, List, Trait"

// Another exchange or tab has another text: all of it is read, whatever stood in the one before.
static bool is_other_text(struct linear *linear, const struct model *model) {
    const struct journey_screen *journey = &model->journey;
    const bool is_other = linear->exchange != journey->selected || linear->tab != journey->tab;
    linear->exchange = journey->selected;
    linear->tab = journey->tab;
    return is_other;
}

static void tell_tab(const struct model *model, struct buf *out) {
    static const char *const names[JOURNEY_TAB_COUNT] = {
        [JOURNEY_TAB_REQUEST] = "Request", [JOURNEY_TAB_ANSWER] = "Answer",
        [JOURNEY_TAB_LOG] = "Log",         [JOURNEY_TAB_LIST] = "List",
        [JOURNEY_TAB_TRAIT] = "Trait",
    };
    buf_add_format(
        out, "%s%s\n", names[model->journey.tab],
        model->journey.is_reading ? ", read line by line:" : ":");
}

// The lines that are new; of another text in the journey all below the names of its tabs.
static void tell_lines(
    struct linear *linear,
    const struct model *model,
    const struct overlay *top,
    struct str text,
    bool is_new,
    struct buf *out) {
    const bool is_journey = top->id == OVERLAY_JOURNEY;
    const bool is_other = is_journey && is_other_text(linear, model) && !is_new;
    const bool is_turned = is_journey && !is_new && linear->is_reading != model->journey.is_reading;
    bool is_text = false;
    struct str line;
    linear->is_reading = model->journey.is_reading;
    if (is_turned) tell_tab(model, out); // the same text
    while (text.len && !is_turned) {
        str_split(text, '\n', &line, &text);
        const bool is_tabs = is_journey && str_contains(line, STR(TABS));
        const bool is_old = has_line(buf_str(&linear->overlay), line);
        if (is_tabs) {
            is_text = true;
            if (is_new || is_other || !is_old) tell_tab(model, out);
            continue;
        }
        if ((is_old && !(is_other && is_text)) || is_picture_of_time(top, line)) continue;
        buf_add(out, line);
        buf_add_char(out, '\n');
    }
}

static void tell_top(
    struct linear *linear,
    struct model *model,
    const struct overlay *top,
    bool is_new,
    bool is_closed,
    struct buf *out) {
    // linear_line.c says what came of it
    const bool is_answered = top->id == OVERLAY_EVENT && !is_new;
    const bool is_silent = is_closed || is_answered;
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(buf_release) struct buf said = {0};
    canvas_clear(&linear->page);
    top->draw(model, overlay_place(model, top), &linear->page);
    linear_parts_add_page(&linear->page, &text);
    if (!is_silent) tell_lines(linear, model, top, buf_str(&text), is_new, &said);
    buf_reset(&linear->overlay);
    buf_add(&linear->overlay, buf_str(&text));
    // at first what there is, then where one stands; later the other way round
    const bool is_first = is_new || !linear->chosen.len;
    const bool is_told = (linear->is_asked || is_first) && !is_silent;
    if (is_first) buf_add(out, buf_str(&said));
    if (top->id != OVERLAY_EVENT)
        tell_chosen(linear, is_told, is_first ? (struct str){0} : buf_str(&said), out);
    if (!is_first) buf_add(out, buf_str(&said));
    if (is_new && top->id == OVERLAY_EVENT) linear_parts_tell_json(out);
}

void linear_parts_tell_overlay(struct linear *linear, struct model *model, struct buf *out) {
    if (overlay_top(model) && overlay_top(model)->id == OVERLAY_HELP) {
        overlay_close(model);
        tell_keys(model, out);
    }
    const struct overlay *top = overlay_top(model);
    const bool is_new = linear->overlay_count < model->overlay_count;
    const bool is_closed = linear->overlay_count > model->overlay_count;
    linear->overlay_count = model->overlay_count;
    if (is_new || is_closed) {
        buf_reset(&linear->overlay);
        buf_reset(&linear->chosen);
    }
    if (is_closed) tell_closed(model, out);
    if (top && top->is_whole && is_new) {
        buf_add_format(
            out, "This is a picture for a room; what happens is told here as ever. %s closes it.\n",
            keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_PRESENT).text);
    }
    if (!top || top->is_whole) return; // what is large there is told anyway
    // figures that move by themselves are told when somebody asks
    const bool moves = top->id == OVERLAY_CONTROLS || top->id == OVERLAY_LOOP;
    if (moves && !is_new && !is_closed && !linear->is_asked) return;
    tell_top(linear, model, top, is_new, is_closed, out);
}
