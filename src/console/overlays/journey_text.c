// journey_text — see the header.
#include "journey_text.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "console/strip.h"

#include <assert.h>

#define RANK_COLUMNS 4
#define MOVE_COLUMNS 5

static const char *const titles[] = {
    [JOURNEY_TAB_REQUEST] = "Request", [JOURNEY_TAB_ANSWER] = "Answer", [JOURNEY_TAB_LOG] = "Log",
    [JOURNEY_TAB_LIST] = "List",       [JOURNEY_TAB_TRAIT] = "Trait",
};
static_assert(ARRAY_COUNT(titles) == JOURNEY_TAB_COUNT, "a title per tab");

const char *journey_tab_title(enum journey_tab tab) {
    ASSERT(tab < JOURNEY_TAB_COUNT);
    return titles[tab];
}

static void add_time(struct buf *out, int64_t at_ms) {
    const struct clock_date date = clock_date_from_s(at_ms / 1000);
    buf_add_format(
        out, "%02d:%02d:%02d.%03d", date.hour, date.minute, date.second, (int)(at_ms % 1000));
}

// Lambda parts the fields of a line with tabs.
static void add_log_line(struct buf *out, struct str line) {
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '\t')
            buf_add(out, STR("  "));
        else
            buf_add_char(out, line.ptr[i]);
    }
}

static void set_log(struct fold *fold, const struct journey *journey) {
    CLEANUP(buf_release) struct buf text = {0};
    for (size_t i = 0; i < journey->line_count; i++) {
        const struct journey_line *line = &journey->lines[i];
        if (line->at_ms) {
            add_time(&text, line->at_ms);
            buf_add(&text, STR("  "));
        }
        add_log_line(&text, str_trim(str_from(line->text)));
        buf_add_char(&text, '\n');
    }
    fold_set_text(fold, buf_str(&text));
}

void journey_text_set(
    struct fold *fold,
    const struct journey *journey,
    const struct journey_exchange *exchange,
    enum journey_tab tab) {
    const char *text = NULL;
    if (exchange) text = tab == JOURNEY_TAB_REQUEST ? exchange->request : exchange->answer;
    switch (tab) {
    case JOURNEY_TAB_REQUEST:
    case JOURNEY_TAB_ANSWER:
        if (text)
            fold_set_http(fold, str_from(text));
        else
            fold_set_text(fold, STR(""));
        break;
    case JOURNEY_TAB_LOG: set_log(fold, journey); break;
    case JOURNEY_TAB_LIST:
    case JOURNEY_TAB_TRAIT:
    case JOURNEY_TAB_COUNT: fold_set_text(fold, STR("")); break;
    }
}

struct str journey_text_absence(
    const struct journey *journey, const struct journey_exchange *exchange, enum journey_tab tab) {
    if (exchange && tab == JOURNEY_TAB_ANSWER && exchange->request) return STR("No answer came.");
    if (exchange && tab <= JOURNEY_TAB_ANSWER && exchange->state == HOP_SKIPPED)
        return STR("It was not reached.");
    if (tab == JOURNEY_TAB_LOG) {
        return journey->is_recorded
                   ? STR("The function wrote no line for this event.")
                   : STR("No line of this event was found in the function's log (CloudWatch may "
                         "be some seconds behind).");
    }
    if (journey->is_recorded) return STR("Nothing went over the wire here.");
    return STR("This part of the way is between other people's machines: nobody here can see it.");
}

// The list

static int rank_of(const struct journey_list *list, const char *item_id) {
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(str_from(list->item_ids[i]), str_from(item_id))) return (int)i + 1;
    }
    return 0;
}

static void
write_move(const struct journey *journey, int rank, int before, struct canvas_pen *pen) {
    struct buf text = {0};
    enum theme_role role = THEME_DIM;
    if (!journey->before.is_known) {
        // nothing to compare with
    } else if (before == 0) {
        role = THEME_UP;
        buf_add(&text, STR("new"));
    } else if (before > rank) {
        role = THEME_UP;
        buf_add_format(&text, "▲%d", before - rank);
    } else if (before < rank) {
        role = THEME_DOWN;
        buf_add_format(&text, "▼%d", rank - before);
    } else {
        buf_add_char(&text, '=');
    }
    canvas_write_column(pen, role, buf_str(&text), MOVE_COLUMNS);
    buf_release(&text);
}

static void write_rank(struct canvas_pen *pen, size_t rank) {
    struct buf text = {0};
    buf_add_format(&text, "%zu ", rank);
    canvas_write_column_right(pen, THEME_DIM, buf_str(&text), RANK_COLUMNS);
    buf_release(&text);
}

// Before at the left, after at the right, a row a rank.
static void write_ranks(const struct journey *journey, size_t at, struct sheet *sheet) {
    const struct journey_list *before = &journey->before, *after = &journey->after;
    struct canvas_pen pen = sheet_line(sheet);
    const int half = canvas_room(&pen) / 2;
    const int middle = pen.column + half;
    if (at < before->count) {
        const bool has_gone = after->is_known && !rank_of(after, before->item_ids[at]);
        write_rank(&pen, at + 1);
        canvas_write_column(
            &pen, has_gone ? THEME_DOWN : THEME_TEXT, str_from(before->item_ids[at]),
            half - RANK_COLUMNS - 6);
        if (has_gone) canvas_write_text(&pen, THEME_DOWN, " gone");
    }
    canvas_move_to(&pen, middle);
    if (at >= after->count) return;
    const int rank_before = rank_of(before, after->item_ids[at]);
    const bool has_risen = before->is_known && (rank_before == 0 || rank_before > (int)at + 1);
    write_rank(&pen, at + 1);
    write_move(journey, (int)at + 1, rank_before, &pen);
    canvas_write(&pen, has_risen ? THEME_STRONG : THEME_TEXT, str_from(after->item_ids[at]));
}

static void write_list_state(const struct journey_list *list, struct canvas_pen *pen) {
    if (!list->is_known)
        canvas_write_text(pen, THEME_DIM, " (not known)");
    else if (!list->count)
        canvas_write_text(pen, THEME_DIM, " (there was none)");
}

static void write_list_heading(const struct journey *journey, struct sheet *sheet) {
    struct canvas_pen pen = sheet_line(sheet);
    const int middle = pen.column + canvas_room(&pen) / 2;
    canvas_write_text(&pen, THEME_HEADING, "Before");
    write_list_state(&journey->before, &pen);
    canvas_move_to(&pen, middle);
    canvas_write_text(&pen, THEME_HEADING, "After");
    write_list_state(&journey->after, &pen);
    if (journey->after.note) canvas_write_format(&pen, THEME_DIM, " (%s)", journey->after.note);
}

static void compare_lists(const struct journey *journey, struct sheet *sheet) {
    const size_t before = journey->before.count, after = journey->after.count;
    write_list_heading(journey, sheet);
    for (size_t at = 0; at < before || at < after; at++)
        write_ranks(journey, at, sheet);
}

// The trait

static void write_trait(
    const struct journey_trait *trait,
    const char *heading,
    struct str unknown,
    struct sheet *sheet) {
    struct canvas_pen pen = sheet_line(sheet);
    canvas_write_text(&pen, THEME_HEADING, heading);
    if (trait->updated_at_ms) {
        struct buf time = {0};
        buf_add(&time, STR(" · since "));
        clock_add_iso8601(&time, trait->updated_at_ms);
        canvas_write(&pen, THEME_DIM, buf_str(&time));
        buf_release(&time);
    }
    if (!trait->is_known)
        sheet_text(sheet, THEME_DIM, unknown);
    else if (!trait->value)
        sheet_text(sheet, THEME_DIM, STR("it was not set"));
    else
        sheet_json(sheet, str_from(trait->value));
}

static void compare_traits(const struct journey *journey, struct sheet *sheet) {
    if (journey->lag_ms >= 0) {
        struct buf text = {0};
        buf_add(&text, STR("recommended_products changed "));
        strip_add_ms(&text, journey->lag_ms);
        buf_add(
            &text, journey->lag_ms < 999.5 ? STR(" ms after the event") : STR(" after the event"));
        sheet_text(sheet, THEME_GOOD, buf_str(&text));
        sheet_blank(sheet);
        buf_release(&text);
    }
    // what was asked now and is older than the event stands as what was before it
    const bool is_as_before = !journey->is_recorded && journey->trait_before.is_known;
    write_trait(
        &journey->trait_after, "After",
        is_as_before ? STR("not written since this event") : STR("not known"), sheet);
    sheet_blank(sheet);
    write_trait(&journey->trait_before, "Before", STR("not known"), sheet);
}

void journey_text_compare(
    const struct journey *journey, enum journey_tab tab, struct sheet *sheet) {
    if (tab == JOURNEY_TAB_LIST) compare_lists(journey, sheet);
    if (tab == JOURNEY_TAB_TRAIT) compare_traits(journey, sheet);
}
