// journey_find — see the header.
#include "journey_find.h"

#include "journey_text.h"

#define COMPARE_COLUMNS 200 // wide enough that nothing is cut

struct place {
    size_t exchange;
    enum journey_tab tab;
};

static bool compares(enum journey_tab tab) {
    return tab == JOURNEY_TAB_LIST || tab == JOURNEY_TAB_TRAIT;
}

// All texts in the order of the screen: request and answer of each exchange, then what belongs to the whole.
static size_t count_places(const struct journey *journey) {
    return 2 * journey->exchange_count + JOURNEY_TAB_COUNT - JOURNEY_TAB_LOG;
}

static struct place place_at(const struct model *model, size_t at) {
    const size_t texts = 2 * model->journey.shown->as.journey.exchange_count;
    if (at >= texts)
        return (struct place){
            model->journey.selected, (enum journey_tab)(JOURNEY_TAB_LOG + (int)(at - texts))};
    return (struct place){at / 2, at % 2 ? JOURNEY_TAB_ANSWER : JOURNEY_TAB_REQUEST};
}

static size_t place_shown(const struct model *model) {
    const struct journey_screen *screen = &model->journey;
    const size_t texts = 2 * screen->shown->as.journey.exchange_count;
    if (screen->tab >= JOURNEY_TAB_LOG) return texts + (size_t)(screen->tab - JOURNEY_TAB_LOG);
    return 2 * screen->selected + (screen->tab == JOURNEY_TAB_ANSWER);
}

// What compares has no text of its own: that which is drawn is searched, row by row.
static void set_compared(struct fold *fold, const struct journey *journey, enum journey_tab tab) {
    struct canvas canvas = {0};
    struct buf text = {0};
    struct sheet sheet = {.rect = {.columns = COMPARE_COLUMNS}};
    journey_text_compare(journey, tab, &sheet);
    sheet =
        (struct sheet){.canvas = &canvas, .rect = {.columns = COMPARE_COLUMNS, .rows = sheet.row}};
    canvas_resize(&canvas, sheet.rect.columns, sheet.rect.rows);
    journey_text_compare(journey, tab, &sheet);
    canvas_print(&canvas, &text);
    fold_set_text(fold, buf_str(&text));
    canvas_release(&canvas);
    buf_release(&text);
}

static void set_place(struct fold *fold, const struct model *model, struct place place) {
    const struct journey *journey = &model->journey.shown->as.journey;
    const bool has_exchange = place.exchange < journey->exchange_count;
    if (compares(place.tab))
        set_compared(fold, journey, place.tab);
    else
        journey_text_set(
            fold, journey, has_exchange ? &journey->exchanges[place.exchange] : NULL, place.tab);
}

// Opens the place at its first (last) match; false: it has none, and nothing changed.
static bool go(struct model *model, struct place place, bool backwards) {
    struct journey_screen *screen = &model->journey;
    struct fold found = {0};
    buf_add(&found.pattern, buf_str(&screen->fold.pattern));
    set_place(&found, model, place);
    const bool is_there = fold_seek(&found, backwards);
    if (is_there) {
        screen->selected = place.exchange;
        screen->tab = place.tab;
        screen->is_chosen = true;
        screen->top = compares(place.tab) ? (int)found.cursor : 0;
        set_place(&screen->fold, model, place);
        (void)fold_seek(&screen->fold, backwards);
        if (compares(place.tab)) fold_set_text(&screen->fold, STR(""));
    }
    fold_release(&found);
    return is_there;
}

bool journey_find_next(struct model *model, bool backwards) {
    struct journey_screen *screen = &model->journey;
    if (!screen->shown || !screen->fold.pattern.len) return false;
    if (fold_search_on(&screen->fold, backwards)) return true;
    const size_t count = count_places(&screen->shown->as.journey), from = place_shown(model);
    for (size_t step = 1; step <= count; step++) {
        const size_t at = (from + (backwards ? count - step : step)) % count;
        if (!go(model, place_at(model, at), backwards)) continue;
        const bool is_around = backwards ? at >= from : at <= from;
        if (is_around)
            model_note(
                model, THEME_TEXT, "Around the %s of the journey.", backwards ? "start" : "end");
        return true;
    }
    return false;
}

bool journey_find(struct model *model, struct str pattern) {
    struct journey_screen *screen = &model->journey;
    if (!screen->shown) return false;
    if (fold_search(&screen->fold, pattern, false)) return true;
    if (compares(screen->tab) && go(model, place_at(model, place_shown(model)), false)) return true;
    return journey_find_next(model, false);
}
