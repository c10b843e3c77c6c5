// journey — the waterfall and what belongs to it; see console/journey_screen.h.
#include "console/journey_screen.h"

#include "base/memory.h"
#include "console/export.h"
#include "console/model.h"
#include "console/strip.h"
#include "console/view.h"
#include "console/width.h"
#include "journey_find.h"
#include "journey_own.h"
#include "journey_text.h"
#include "journey_walk.h"
#include "journey_waterfall.h"
#include "overlays.h"

#define NARROW_BELOW JOURNEY_WATERFALL_NARROW_BELOW
#define TEXT_ROWS_LEAST 6      // below the waterfall, else the waterfall scrolls
#define WATERFALL_ROWS_LEAST 5 // … but for a low window

static const struct journey *shown(const struct model *model) {
    const struct message *message = model->journey.shown;
    return message ? &message->as.journey : NULL;
}

static const struct journey_exchange *selected(const struct model *model) {
    const struct journey *journey = shown(model);
    if (!journey || model->journey.selected >= journey->exchange_count) return NULL;
    return &journey->exchanges[model->journey.selected];
}

// Asking

static void ask(struct model *model, struct effects *effects) {
    struct journey_screen *screen = &model->journey;
    struct command *command = model_new_run(model, "journey");
    if (screen->message_id)
        arguments_set(&command->arguments, "message", str_from(screen->message_id));
    else
        arguments_set(&command->arguments, "last", STR("1"));
    arguments_set(&command->arguments, "user", str_from(model->user));
    screen->run_id = command->run_id;
    effects_add(effects, command);
}

static void forget(struct journey_screen *screen) {
    mem_free(screen->message_id);
    mem_free(screen->label);
    message_free(screen->shown);
    fold_release(&screen->fold);
    *screen = (struct journey_screen){0};
}

void journey_screen_open(
    struct model *model, const char *message_id, const char *label, struct effects *effects) {
    struct journey_screen *screen = &model->journey;
    forget(screen);
    screen->message_id = message_id ? mem_copy_string(message_id) : NULL;
    screen->label = label ? mem_copy_string(label) : NULL;
    overlay_open(model, OVERLAY_JOURNEY);
    ask(model, effects);
}

static void set_text(struct model *model) {
    struct journey_screen *screen = &model->journey;
    if (!shown(model)) return; // the tab is chosen, its text comes
    journey_text_set(&screen->fold, shown(model), selected(model), screen->tab);
    screen->top = 0;
}

// What is worth reading first: where it failed, else what the function was given.
static size_t find_first(const struct journey *journey) {
    const struct journey_exchange *failure = journey_failure(journey);
    if (failure) return (size_t)(failure - journey->exchanges);
    return 0;
}

// The function's own identify passes nowhere: it is the end of another event's way.
static void tell_identify(struct journey *journey) {
    struct str cause = {0};
    if (journey->is_recorded || !journey->message_id) return;
    if (!journey_is_own_identify(str_from(journey->message_id), &cause)) return;
    for (int hop = 0; hop < HOP_PROFILE; hop++)
        journey_drop_hop(journey, (enum hop_id)hop);
    struct journey_exchange *made = journey_add_exchange(journey, HOP_IDENTIFY, STR("identify"));
    made->state = HOP_DONE;
    made->note = mem_copy_string("the function's own: it wrote the list to the profile, and no "
                                 "destination takes it");
    journey_sort(journey);
}

static struct str cause_of(const struct model *model) {
    const struct journey *journey = shown(model);
    struct str cause = {0};
    if (journey && journey->message_id)
        (void)journey_is_own_identify(str_from(journey->message_id), &cause);
    return cause;
}

static void open_cause(struct model *model, struct effects *effects) {
    CLEANUP(buf_release) struct buf cause = {0};
    buf_add(&cause, cause_of(model));
    if (cause.len)
        journey_screen_open(model, buf_text(&cause), "the event that caused it", effects);
    else
        model_note(model, THEME_TEXT, "Of this event no other is known that caused it.");
}

static bool can(const struct model *model, enum intent intent) {
    return intent != INTENT_JOURNEY_CAUSE || cause_of(model).len > 0;
}

static void show(struct model *model, struct message *take_message) {
    struct journey_screen *screen = &model->journey;
    message_free(screen->shown);
    screen->shown = take_message;
    screen->problem = (struct error){0};
    struct journey *journey = &take_message->as.journey;
    if (journey->message_id) (void)journey_own_add(model, journey->message_id, journey);
    tell_identify(journey);
    const bool has_failed = journey_failure(journey) != NULL;
    if (!screen->is_chosen) screen->selected = find_first(journey);
    if (!screen->is_chosen && has_failed) screen->tab = JOURNEY_TAB_ANSWER;
    if (screen->selected >= journey->exchange_count) screen->selected = 0;
    set_text(model);
}

static bool is_ours(const struct model *model, const struct message *message) {
    return model->journey.run_id && message->run_id == model->journey.run_id;
}

static bool take(struct model *model, struct message *message, struct effects *effects) {
    (void)effects;
    if (message->kind != MESSAGE_JOURNEY || !is_ours(model, message)) return false;
    show(model, message);
    return true;
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct journey_screen *screen = &model->journey;
    (void)effects;
    if (message->kind != MESSAGE_DONE || !is_ours(model, message)) return;
    screen->run_id = 0;
    // a hop that failed fails the run, too, and is there to be seen
    if (screen->shown || message->as.done.code == ERROR_NONE) return;
    screen->problem = message->as.done;
    // who never got it knows nothing of it: what was sent is known here
    struct message *own =
        screen->message_id ? journey_own_make(model, screen->message_id, &message->as.done) : NULL;
    if (own) show(model, own);
}

// Below it

static void draw_tabs(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct journey_exchange *exchange = selected(model);
    view_rule(canvas, rect, STR(""), STR(""));
    struct canvas_pen pen = canvas_pen(canvas, rect_inset(rect, 1), 0);
    // the tabs are what must be seen whole; which exchange it is, the selection shows, too
    if (exchange && rect.columns >= NARROW_BELOW)
        canvas_write_format(&pen, THEME_HEADING, " %s ", journey_waterfall_title(exchange));
    for (int tab = 0; tab < JOURNEY_TAB_COUNT; tab++) { // tab_at walks the same way
        const bool is_here = tab == (int)model->journey.tab;
        canvas_write_format(
            &pen, is_here ? THEME_TAB_HERE : THEME_TAB, " %s ",
            journey_tab_title((enum journey_tab)tab));
    }
    const struct fold *fold = &model->journey.fold;
    if (!fold->pattern.len) return;
    canvas_write_format(&pen, THEME_DIM, " /%s ", buf_text(&fold->pattern));
    if (fold->matches)
        canvas_write_format(&pen, THEME_DIM, "%zu of %zu ", fold->match_at, fold->matches);
}

static struct rect take_problem(
    const struct journey_exchange *exchange,
    enum journey_tab tab,
    struct rect *rest,
    struct canvas *canvas) {
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(*rest, 1)};
    if (exchange->request_id && tab == JOURNEY_TAB_ANSWER)
        sheet_item_within(
            &sheet, THEME_DIM, "request id ", THEME_TEXT, str_from(exchange->request_id), 2);
    if (exchange->problem)
        sheet_item_within(&sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(exchange->problem), 3);
    if (exchange->hint)
        sheet_item_within(&sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(exchange->hint), 3);
    if (exchange->is_asked_now) {
        struct buf asked = {0};
        buf_add(&asked, STR("asked for this journey, in "));
        strip_add_ms(&asked, exchange->ms);
        if (exchange->ms < 999.5) buf_add(&asked, STR(" ms"));
        buf_add(&asked, STR(": no part of the event's way"));
        sheet_item_within(&sheet, THEME_DIM, "• ", THEME_DIM, buf_str(&asked), 2);
        buf_release(&asked);
    }
    if (exchange->note)
        sheet_item_within(&sheet, THEME_DIM, "• ", THEME_DIM, str_from(exchange->note), 2);
    return rect_take_top(rest, sheet.row);
}

static void draw_text(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct journey_screen *screen = &model->journey;
    const struct journey_exchange *exchange = selected(model);
    draw_tabs(model, rect_take_top(&rect, 1), canvas);
    const bool is_exchange = screen->tab <= JOURNEY_TAB_ANSWER;
    if (exchange && is_exchange) take_problem(exchange, screen->tab, &rect, canvas);
    if (screen->tab == JOURNEY_TAB_LIST || screen->tab == JOURNEY_TAB_TRAIT) {
        struct sheet sheet = {.canvas = canvas, .rect = rect_inset(rect, 1), .top = screen->top};
        journey_text_compare(shown(model), screen->tab, &sheet);
        return;
    }
    if (!screen->fold.count) {
        struct sheet sheet = {.canvas = canvas, .rect = rect_inset(rect, 1)};
        if (cause_of(model).len && exchange && exchange->hop == HOP_IDENTIFY) {
            sheet_format(
                &sheet, THEME_TEXT,
                "Its request and answer stand in the journey of the event that caused it: %s.",
                keymap_name_of(&model->keymap, KEYMAP_JOURNEY, INTENT_JOURNEY_CAUSE).text);
            return;
        }
        sheet_text(&sheet, THEME_DIM, journey_text_absence(shown(model), exchange, screen->tab));
        if (screen->tab == JOURNEY_TAB_LOG && !shown(model)->is_recorded)
            sheet_format(
                &sheet, THEME_DIM,
                "%s asks again. A run that died may not have named its event: %s in the Log shows "
                "every line of the function.",
                keymap_name_of(&model->keymap, KEYMAP_JOURNEY, INTENT_REFRESH).text,
                keymap_name_of(&model->keymap, KEYMAP_LOG, INTENT_LOG_VIEW).text);
        return;
    }
    fold_draw(&screen->fold, rect_inset(rect, 1), screen->is_reading, canvas);
}

static void add_title(const struct model *model, struct buf *title, struct buf *note) {
    const struct journey *journey = shown(model);
    const struct journey_screen *screen = &model->journey;
    buf_add(title, STR("Journey of "));
    if (!journey) {
        buf_add(title, str_from(screen->label ? screen->label : "the last event"));
        return;
    }
    const char *name = journey->name ? journey->name : journey->type;
    buf_add(title, str_from(name ? name : screen->label));
    if (journey->sku) buf_add_format(title, " %s", journey->sku);
    if (journey->user_id) buf_add_format(note, "shopper %s · ", journey->user_id);
    buf_add(note, str_from(journey->is_recorded ? "recorded" : "as far as it can be asked"));
    if (journey->total_ms >= 0) {
        buf_add(note, STR(" · "));
        strip_add_ms(note, journey->total_ms);
        if (journey->total_ms < 999.5) buf_add(note, STR(" ms"));
    }
}

static void draw_waiting(const struct model *model, struct rect rect, struct canvas *canvas) {
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(rect, 2)};
    const struct error *problem = &model->journey.problem;
    if (problem->code == ERROR_NONE) {
        sheet_text(&sheet, THEME_DIM, STR("Asking how it went …"));
        return;
    }
    sheet_item(&sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(problem->message));
    if (problem->hint[0]) sheet_item(&sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(problem->hint));
}

// Rows for the waterfall with its axis; the rest is for the text.
static int waterfall_rows(const struct journey *journey, int rows) {
    const int wanted = (int)journey->exchange_count + 1;
    // where both have no room the waterfall has it: the text has a key of its own
    const bool is_low = rows < WATERFALL_ROWS_LEAST + 1 + TEXT_ROWS_LEAST;
    const int most = is_low ? rows - 1 : rows - 1 - TEXT_ROWS_LEAST;
    return wanted < most ? wanted : most;
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    struct buf title = {0}, note = {0};
    add_title(model, &title, &note);
    canvas_fill(canvas, rect, ' ', THEME_TEXT);
    view_rule(canvas, rect_take_top(&rect, 1), buf_str(&title), buf_str(&note));
    buf_release(&title);
    buf_release(&note);
    const struct journey *journey = shown(model);
    if (!journey) {
        draw_waiting(model, rect, canvas);
        return;
    }
    if (!model->journey.is_reading) {
        const int rows = waterfall_rows(journey, rect.rows);
        journey_waterfall_draw(model, rect_take_top(&rect, rows), canvas);
    }
    draw_text(model, rect, canvas);
}

struct parts {
    struct rect waterfall, tabs, text;
};

static struct parts divide(const struct model *model, struct rect rect) {
    struct parts parts = {0};
    const bool is_exchange = model->journey.tab <= JOURNEY_TAB_ANSWER;
    rect_take_top(&rect, 1);
    if (!model->journey.is_reading)
        parts.waterfall = rect_take_top(&rect, waterfall_rows(shown(model), rect.rows));
    parts.tabs = rect_take_top(&rect, 1);
    if (selected(model) && is_exchange)
        take_problem(selected(model), model->journey.tab, &rect, NULL);
    parts.text = rect;
    return parts;
}

static void settle(struct model *model, struct rect rect) {
    const struct journey *journey = shown(model);
    if (!journey) return;
    rect = divide(model, rect).text;
    fold_settle(&model->journey.fold, rect.columns - 2, rect.rows);
    struct sheet sheet = {.rect = rect_inset(rect, 1)};
    journey_text_compare(journey, model->journey.tab, &sheet);
    const int most = sheet.row > rect.rows ? sheet.row - rect.rows : 0;
    if (model->journey.top > most) model->journey.top = most;
    if (model->journey.top < 0) model->journey.top = 0;
}

// Keys

static void choose(struct model *model, int step) {
    struct journey_screen *screen = &model->journey;
    const struct journey *journey = shown(model);
    if (!journey || !journey->exchange_count) return;
    const size_t last = journey->exchange_count - 1;
    const size_t back = step < 0 ? (size_t)-step : 0, on = step > 0 ? (size_t)step : 0;
    screen->selected = screen->selected > back ? screen->selected - back : 0;
    screen->selected = last - screen->selected > on ? screen->selected + on : last;
    screen->is_chosen = true;
    set_text(model);
}

static void change_tab(struct model *model, int step) {
    struct journey_screen *screen = &model->journey;
    const int tab = ((int)screen->tab + JOURNEY_TAB_COUNT + step) % JOURNEY_TAB_COUNT;
    screen->tab = (enum journey_tab)tab;
    screen->is_chosen = true;
    set_text(model);
}

static void scroll(struct model *model, int rows) {
    fold_move(&model->journey.fold, rows);
    model->journey.top += rows;
}

static bool handle_reading(struct model *model, enum intent intent) {
    struct journey_screen *screen = &model->journey;
    const int page = model->layout.body.rows - 3;
    if (intent == INTENT_UP || intent == INTENT_DETAIL_UP) {
        scroll(model, -1);
    } else if (intent == INTENT_DOWN || intent == INTENT_DETAIL_DOWN) {
        scroll(model, 1);
    } else if (intent == INTENT_PAGE_UP) {
        scroll(model, -page);
    } else if (intent == INTENT_PAGE_DOWN) {
        scroll(model, page);
    } else if (intent == INTENT_FIRST) {
        screen->fold.cursor = screen->fold.top = 0;
        screen->top = 0;
    } else if (intent == INTENT_LAST) {
        scroll(model, 1 << 20);
    } else if (intent == INTENT_DETAIL || intent == INTENT_CLOSE) {
        screen->is_reading = false;
    } else {
        return false;
    }
    return true;
}

static bool handle_waterfall(struct model *model, enum intent intent, struct effects *effects) {
    struct journey_screen *screen = &model->journey;
    if (intent == INTENT_UP) {
        choose(model, -1);
    } else if (intent == INTENT_DOWN) {
        choose(model, 1);
    } else if (intent == INTENT_DETAIL_UP) {
        scroll(model, -1);
    } else if (intent == INTENT_DETAIL_DOWN) {
        scroll(model, 1);
    } else if (intent == INTENT_DETAIL) {
        screen->is_reading = shown(model) != NULL;
    } else if (intent == INTENT_REFRESH) {
        if (!screen->run_id) ask(model, effects);
    } else {
        return false;
    }
    return true;
}

static void copy_as_form(struct model *model) {
    const struct journey_exchange *exchange = selected(model);
    if (!exchange || !exchange->request) {
        model_note(model, THEME_TEXT, "This exchange has no request that is known.");
        return;
    }
    copy_menu_open(model, &(struct copy_as_source){.http = str_from(exchange->request)});
}

static void note_nowhere(struct model *model, struct str pattern) {
    model_note(
        model, THEME_WARN, "Nothing in this journey reads \"" STR_FMT "\".", STR_ARG(pattern));
}

static void find_next(struct model *model, bool backwards) {
    const struct str pattern = buf_str(&model->journey.fold.pattern);
    if (!pattern.len)
        model_note(
            model, THEME_TEXT, "Nothing was searched for yet: %s finds a text.",
            keymap_name_of(&model->keymap, KEYMAP_JOURNEY, INTENT_FIND).text);
    else if (!journey_find_next(model, backwards))
        note_nowhere(model, pattern);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    struct journey_screen *screen = &model->journey;
    if (intent == INTENT_VALUE_NEXT) {
        change_tab(model, 1);
    } else if (intent == INTENT_VALUE_PREVIOUS) {
        change_tab(model, -1);
    } else if (intent == INTENT_COPY) {
        export_copy_text(model, buf_str(&screen->fold.text), effects);
    } else if (intent == INTENT_JOURNEY_CAUSE) {
        open_cause(model, effects);
    } else if (intent == INTENT_COPY_AS) {
        copy_as_form(model);
    } else if (intent == INTENT_FOLD) {
        fold_toggle(&screen->fold);
    } else if (intent == INTENT_FOLD_ALL) {
        const bool is_folded = screen->fold.count && fold_rows(&screen->fold) < screen->fold.count;
        fold_all(&screen->fold, !is_folded);
    } else if (intent == INTENT_FIND) {
        model_edit(model, MODEL_EDITING_JOURNEY_SEARCH, STR(""), false);
    } else if (intent == INTENT_FIND_NEXT) {
        find_next(model, false);
    } else if (intent == INTENT_FIND_PREVIOUS) {
        find_next(model, true);
    } else if (intent == INTENT_JOURNEY_OLDER) {
        journey_walk(model, 1, effects);
    } else if (intent == INTENT_JOURNEY_NEWER) {
        journey_walk(model, -1, effects);
    } else if (screen->is_reading) {
        return handle_reading(model, intent);
    } else {
        return handle_waterfall(model, intent, effects);
    }
    return true;
}

// Clicks

static int tab_at(const struct model *model, struct rect tabs, int column) {
    const struct journey_exchange *exchange = selected(model);
    int end = tabs.column + 1;
    if (exchange) end += width_of_text(str_from(exchange->title)) + 2;
    if (column < end) return JOURNEY_TAB_COUNT;
    for (int tab = 0; tab < JOURNEY_TAB_COUNT; tab++) {
        end += width_of_text(str_from(journey_tab_title((enum journey_tab)tab))) + 2;
        if (column < end) return tab;
    }
    return JOURNEY_TAB_COUNT;
}

// An exchange is chosen; the chosen one is read. In the text a line is, and its part folds.
static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    struct journey_screen *screen = &model->journey;
    (void)effects;
    if (!shown(model)) return;
    const struct parts parts = divide(model, rect);
    const struct rect text = rect_inset(parts.text, 1);
    if (rect_contains(parts.tabs, column, row)) {
        const int tab = tab_at(model, parts.tabs, column);
        if (tab < JOURNEY_TAB_COUNT) change_tab(model, tab - (int)screen->tab);
    } else if (rect_contains(parts.waterfall, column, row)) {
        const int rows = journey_waterfall_rows(parts.waterfall.rows);
        const size_t at = journey_waterfall_top(model, rows) + (size_t)(row - parts.waterfall.row);
        if (row - parts.waterfall.row >= rows || at >= shown(model)->exchange_count) return;
        if (at == screen->selected)
            screen->is_reading = true;
        else
            choose(model, (int)at - (int)screen->selected);
    } else if (rect_contains(text, column, row)) {
        if (screen->is_reading)
            fold_click(&screen->fold, text, row);
        else
            screen->is_reading = true;
    }
}

void journey_screen_search(struct model *model, struct str value, struct effects *effects) {
    (void)effects;
    if (value.len && !journey_find(model, value)) note_nowhere(model, value);
}

static void release(struct model *model) {
    forget(&model->journey);
}

const struct feature journey_screen_feature = {
    .name = "journey",
    .release = release,
    .apply = apply,
    .take = take,
};

const struct overlay journey_overlay = {
    .id = OVERLAY_JOURNEY,
    .context = KEYMAP_JOURNEY,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .click = click,
    .can = can,
};
