// recommendations — the list of the shopper in focus, what moved, and why each item is there.
#include "console/model.h"
#include "console/strip.h"
#include "console/width.h"
#include "panes.h"

#include "base/buf.h"
#include "base/clock.h"

#define BAR 0x2501u
#define HALF_BAR 0x2578u
#define SCORE_COLUMNS 7
#define NAME_COLUMNS 30
#define BAR_COLUMNS_MIN 4 // shorter bars compare nothing
#define BARS_FROM 56      // columns of the detail from which shares have bars
#define NAME_FROM 110     // columns of the list from which the product's name is shown, too
#define HISTORY_FROM 58   // … and how its rank went
#define HISTORY_COLUMNS 12
#define MOST_CAUSES 5
#define BESIDE_MARK_COLUMNS 1 // before a row

static const struct message_recommendations *find_list(const struct model *model) {
    return lists_shown(model);
}

static const struct message_recommendations *list_of(const struct model *model) {
    const struct message_recommendations *list = find_list(model);
    ASSERT(list);
    return list;
}

static size_t count(const struct model *model) {
    const struct message_recommendations *list = find_list(model);
    const bool is_beside = model->shown_lists.mode == LISTS_BESIDE;
    const struct message_recommendations *other = is_beside ? lists_beside(model) : NULL;
    const size_t items = list ? list->item_count : 0;
    return items && other && other->item_count > items ? other->item_count : items;
}

static const struct message_item *selected(const struct model *model) {
    const struct message_recommendations *list = list_of(model);
    const size_t row = model->lists[PANE_RECOMMENDATIONS].selected;
    return &list->items[row < list->item_count ? row : list->item_count - 1];
}

static void draw_movement(int previous, int rank, struct canvas_pen *pen) {
    struct buf text = {0};
    enum theme_role role = THEME_DIM;
    if (previous == 0) {
        role = THEME_UP;
        buf_add(&text, STR("new"));
    } else if (previous > rank) {
        role = THEME_UP;
        buf_add_format(&text, "▲%d", previous - rank);
    } else if (previous > 0 && previous < rank) {
        role = THEME_DOWN;
        buf_add_format(&text, "▼%d", rank - previous);
    } else if (previous == rank) {
        buf_add_char(&text, '=');
    }
    canvas_write_column(pen, role, buf_str(&text), 4);
    buf_release(&text);
}

static void draw_bar(struct canvas_pen *pen, double share, int columns) {
    const int halves = share > 0 ? (int)(share * columns * 2 + 0.5) : 0;
    canvas_repeat(pen, THEME_BAR, BAR, halves / 2);
    if (halves % 2) canvas_write_rune(pen, THEME_BAR, HALF_BAR);
    canvas_repeat(pen, THEME_BAR_REST, ' ', columns - halves / 2 - halves % 2);
}

static void draw_score(const struct message_item *item, struct canvas_pen *pen) {
    struct buf score = {0};
    buf_add_format(&score, "%.4f", item->score);
    canvas_write_column_right(pen, THEME_TEXT, buf_str(&score), SCORE_COLUMNS);
    buf_release(&score);
}

static double best_score(const struct message_recommendations *list) {
    double best = 0;
    for (size_t i = 0; i < list->item_count; i++) {
        if (list->items[i].score > best) best = list->items[i].score;
    }
    return best;
}

static int longest_item(const struct message_recommendations *list) {
    int longest = 0;
    for (size_t i = 0; i < list->item_count; i++) {
        const int columns = width_of_text(str_from(list->items[i].item_id));
        if (columns > longest) longest = columns;
    }
    return longest;
}

// Items are read, bars are only looked at: bars get what the longest item leaves, at most a quarter.
static int bar_room(const struct message_recommendations *list, int room) {
    const int spare = room - SCORE_COLUMNS - 1 - longest_item(list);
    const int columns = spare < room / 4 ? spare : room / 4;
    return columns < BAR_COLUMNS_MIN ? 0 : columns;
}

// The other shopper's list at the right: each item with where it stands in the first one.
static void draw_beside(const struct model *model, size_t row, struct canvas_pen *pen) {
    const struct message_recommendations *main = list_of(model), *other = lists_beside(model);
    const int half = canvas_room(pen) / 2;
    const int middle = pen->column + half;
    const bool has_main = row < main->item_count;
    canvas_write_format(pen, THEME_DIM, "%3zu ", row + 1);
    if (has_main) {
        const char *item_id = main->items[row].item_id;
        const bool is_shared = lists_rank_in(other, item_id) > 0;
        canvas_write_column(
            pen, is_shared ? THEME_TEXT : THEME_STRONG, str_from(item_id), half - 5);
    }
    canvas_move_to(pen, middle);
    if (!other || row >= other->item_count) return;
    const char *item_id = other->items[row].item_id;
    const int rank = lists_rank_in(main, item_id);
    struct buf text = {0};
    if (rank)
        buf_add_format(&text, "%d", rank);
    else
        buf_add(&text, STR("only"));
    canvas_write_column_right(pen, rank ? THEME_DIM : THEME_UP, buf_str(&text), 4);
    buf_release(&text);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write(pen, rank ? THEME_TEXT : THEME_STRONG, str_from(item_id));
}

// Above two lists: what the numbers are. They are ranks, the right one's in the list at the left.
static void draw_beside_head(const struct model *model, struct rect rect, struct canvas *canvas) {
    struct canvas_pen pen = canvas_pen(canvas, rect, 0);
    const int middle =
        pen.column + BESIDE_MARK_COLUMNS + (canvas_room(&pen) - BESIDE_MARK_COLUMNS) / 2;
    canvas_move_to(&pen, pen.column + BESIDE_MARK_COLUMNS);
    canvas_write_text(&pen, THEME_HEADING, "  # ");
    canvas_write_column(&pen, THEME_HEADING, str_from(model->user), middle - pen.column - 1);
    canvas_move_to(&pen, middle);
    canvas_write_text(&pen, THEME_HEADING, "  #← ");
    canvas_write_text(&pen, THEME_HEADING, model->shown_lists.about);
    const char *legend = "  #←: its place at the left";
    if (canvas_room(&pen) >= width_of_text(str_from(legend)))
        canvas_write_text(&pen, THEME_DIM, legend);
}

static int head_rows(const struct model *model, int columns, int rows) {
    (void)columns, (void)rows;
    const bool is_beside = model->shown_lists.mode == LISTS_BESIDE;
    return is_beside && find_list(model) ? 1 : 0;
}

static void draw_head(const struct model *model, struct rect rect, struct canvas *canvas) {
    draw_beside_head(model, rect, canvas);
}

static void draw_row(const struct model *model, size_t row, struct canvas_pen *pen) {
    if (model->shown_lists.mode == LISTS_BESIDE) {
        draw_beside(model, row, pen);
        return;
    }
    const struct message_item *item = &list_of(model)->items[row];
    const int previous = lists_previous_rank(model, item);
    const bool has_history =
        canvas_room(pen) >= HISTORY_FROM && model->shown_lists.moment_count > 1;
    const bool has_name = canvas_room(pen) >= NAME_FROM;
    struct buf rank = {0};
    buf_add_int(&rank, (int64_t)row + 1);
    canvas_write_column_right(pen, THEME_DIM, buf_str(&rank), 3);
    buf_release(&rank);
    canvas_write_text(pen, THEME_TEXT, " ");
    draw_movement(previous, (int)row + 1, pen);
    canvas_write_text(pen, THEME_TEXT, " ");

    if (has_history) {
        lists_draw_history(model, item->item_id, HISTORY_COLUMNS, pen);
        canvas_write_text(pen, THEME_TEXT, " ");
    }
    const int room = canvas_room(pen);
    const int name_columns = has_name ? NAME_COLUMNS + 1 : 0;
    const int bar_columns = bar_room(list_of(model), room - name_columns);
    const int item_columns =
        room - name_columns - SCORE_COLUMNS - (bar_columns ? bar_columns + 1 : 0);
    const bool is_moved = previous == 0 || previous > (int)row + 1;
    canvas_write_column(
        pen, is_moved ? THEME_STRONG : THEME_TEXT, str_from(item->item_id), item_columns);
    if (has_name) {
        const struct model_product *product = model_find_product(model, item->item_id);
        canvas_write_text(pen, THEME_TEXT, " ");
        canvas_write_column(pen, THEME_DIM, str_from(product ? product->name : NULL), NAME_COLUMNS);
    }
    if (item->score < 0) return;
    draw_score(item, pen);
    canvas_write_text(pen, THEME_TEXT, " ");
    const double best = best_score(list_of(model));
    if (bar_columns && best > 0) draw_bar(pen, item->score / best, bar_columns);
}

// `share` is the reason's part of the whole score.
static void add_reason(double share, size_t reason, struct sheet *sheet) {
    const enum theme_role role = share >= 0.005 ? THEME_TEXT : THEME_DIM;
    struct buf percent = {0};
    if (sheet->rect.columns < BARS_FROM) {
        buf_add_format(&percent, "%3.0f%% ", share * 100);
        sheet_item(sheet, role, buf_text(&percent), role, str_from(message_reason_title(reason)));
        buf_release(&percent);
        return;
    }
    struct canvas_pen pen = sheet_line(sheet);
    buf_add_format(&percent, "%.0f %%", share * 100);
    canvas_write_column_right(&pen, role, buf_str(&percent), 5);
    canvas_write_text(&pen, role, " ");
    draw_bar(&pen, share, canvas_room(&pen) > 60 ? 16 : 6);
    canvas_write_text(&pen, role, " ");
    canvas_write_text(&pen, role, message_reason_title(reason));
    buf_release(&percent);
}

static void add_reasons(const struct message_item *item, struct sheet *sheet) {
    double sum = 0;
    for (size_t i = 0; i < MESSAGE_REASONS; i++)
        sum += item->reasons[i];
    if (sum <= 0) {
        sheet_text(sheet, THEME_DIM, STR("The service tells no reasons for this list."));
        return;
    }
    for (size_t i = 0; i < MESSAGE_REASONS; i++)
        add_reason(item->reasons[i] / sum, i, sheet);
}

// What moved the list, newest first.
static void add_causes(const struct model *model, struct sheet *sheet) {
    const struct lists *lists = &model->shown_lists;
    const char *mark = "moved by  ";
    size_t told = 0;
    for (size_t i = lists->moment_count; i-- > 0 && told < MOST_CAUSES;) {
        const struct lists_moment *moment = &lists->moments[i];
        if (!moment->cause) continue;
        struct buf text = {0};
        buf_add(&text, str_from(moment->cause));
        buf_add(&text, STR(" at "));
        const struct clock_date date = clock_date_from_s(moment->at_ms / 1000);
        buf_add_format(&text, "%02d:%02d:%02d", date.hour, date.minute, date.second);
        sheet_item(sheet, THEME_DIM, told ? "          " : mark, THEME_TEXT, buf_str(&text));
        buf_release(&text);
        told++;
    }
}

static void detail(const struct model *model, struct sheet *sheet) {
    const struct message_recommendations *list = list_of(model);
    const struct message_item *item = selected(model);
    add_reasons(item, sheet);
    sheet_blank(sheet);
    const struct model_product *product = model_find_product(model, item->item_id);
    if (product) sheet_item(sheet, THEME_DIM, "product   ", THEME_TEXT, str_from(product->name));
    if (list->campaign_arn) {
        sheet_item(sheet, THEME_DIM, "campaign  ", THEME_TEXT, str_from(list->campaign_arn));
    }
    add_causes(model, sheet);
    if (list->recommendation_id) {
        sheet_item(sheet, THEME_DIM, "answer    ", THEME_TEXT, str_from(list->recommendation_id));
    }
}

static void empty(const struct model *model, struct sheet *sheet) {
    const struct lists *lists = &model->shown_lists;
    const bool is_side = lists->mode == LISTS_RELATED || lists->mode == LISTS_RANKED;
    const struct error *problem = is_side ? &lists->problem : &model->recommendations.problem;
    if (problem->code != ERROR_NONE) {
        sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(problem->message));
        if (problem->hint[0]) {
            sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(problem->hint));
        }
    } else if (find_list(model)) {
        sheet_text(sheet, THEME_DIM, STR("The list is empty."));
    } else {
        sheet_text(sheet, THEME_DIM, STR("Asking for recommendations …"));
    }
}

static void add_changes(
    const struct model *model, const struct message_recommendations *list, struct buf *note) {
    size_t up = 0, fresh = 0;
    for (size_t i = 0; i < list->item_count; i++) {
        const int previous = lists_previous_rank(model, &list->items[i]);
        if (previous == 0) fresh++;
        if (previous > (int)i + 1) up++;
    }
    if (model->shown_lists.pinned.count) buf_add(note, STR("pinned · "));
    if (up) buf_add_format(note, "▲%zu · ", up);
    if (fresh) buf_add_format(note, "%zu new · ", fresh);
}

static void add_title(const struct model *model, struct buf *title) {
    const struct lists *lists = &model->shown_lists;
    switch (lists->mode) {
    case LISTS_MAIN: buf_add_format(title, "Recommendations for %s", model->user); break;
    case LISTS_RELATED: buf_add_format(title, "Related to %s", lists->about); break;
    case LISTS_RANKED: buf_add_format(title, "Ranked for %s", lists->about); break;
    case LISTS_BESIDE: buf_add_format(title, "%s beside %s", model->user, lists->about); break;
    }
    if (lists->is_filtered && lists->mode == LISTS_MAIN)
        buf_add(title, STR(" · purchased left out"));
}

static void title_text(const struct model *model, struct buf *title, struct buf *note) {
    const struct message_recommendations *list = find_list(model);
    add_title(model, title);
    if (!list) return;
    add_changes(model, list, note);
    buf_add_format(note, "%zu items · ", list->item_count);
    strip_add_ms(note, list->ms);
    if (list->ms < 999.5) buf_add(note, STR(" ms"));
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    const bool is_main = model->shown_lists.mode == LISTS_MAIN;
    if (intent == INTENT_RELATED) {
        if (count(model)) lists_show_related(model, selected(model)->item_id, effects);
    } else if (intent == INTENT_RANK) {
        lists_show_ranked(model, effects);
    } else if (intent == INTENT_BESIDE) {
        model_edit(model, MODEL_EDITING_BESIDE, STR(""), false);
    } else if (intent == INTENT_FILTER_PURCHASED) {
        lists_toggle_filter(model, effects);
    } else if (intent == INTENT_PIN) {
        lists_toggle_pin(model);
    } else if (intent == INTENT_CLOSE && !is_main && !model->is_detail_open) {
        lists_show_main(model);
    } else {
        return false;
    }
    return true;
}

static bool can(const struct model *model, enum intent intent) {
    if (intent == INTENT_CLOSE) return model->shown_lists.mode != LISTS_MAIN;
    return true;
}

static void detail_title(const struct model *model, struct buf *title) {
    buf_add_format(title, "Why %s", selected(model)->item_id);
}

static void copy(const struct model *model, struct buf *out) {
    buf_add(out, str_from(selected(model)->item_id));
}

enum { FIELD_ITEM, FIELD_NAME, FIELD_RANK, FIELD_WAS, FIELD_SCORE };
static const struct filter_field fields[] = {
    [FIELD_ITEM] = {.name = "item"},
    [FIELD_NAME] = {.name = "name"},
    [FIELD_RANK] = {.name = "rank", .kind = FILTER_NUMBER},
    [FIELD_WAS] = {.name = "was", .kind = FILTER_NUMBER},
    [FIELD_SCORE] = {.name = "score", .kind = FILTER_NUMBER},
};

// Of the list beside it a row has only what stands there.
static const struct message_item *item_at(const struct pane_row *at) {
    const struct message_recommendations *list = list_of(at->model);
    if (at->row < list->item_count) return &list->items[at->row];
    const struct message_recommendations *other = lists_beside(at->model);
    return other && at->row < other->item_count ? &other->items[at->row] : NULL;
}

static bool find(const void *subject, size_t field, struct filter_value *out) {
    const struct pane_row *at = subject;
    const struct message_item *item = item_at(at);
    if (!item) return false;
    const struct model_product *product = model_find_product(at->model, item->item_id);
    switch (field) {
    case FIELD_ITEM: out->text = str_from(item->item_id); return true;
    case FIELD_NAME: out->text = str_from(product ? product->name : NULL); return product != NULL;
    case FIELD_RANK: out->number = (double)at->row + 1; return true;
    case FIELD_WAS: out->number = lists_previous_rank(at->model, item); return out->number > 0;
    case FIELD_SCORE: out->number = item->score; return item->score >= 0;
    default: return false;
    }
}

static const struct filter_schema schema = {
    .fields = fields, .field_count = ARRAY_COUNT(fields), .find = find};

static void write_row(const struct model *model, size_t row, struct json_node *object) {
    const struct message_recommendations *list = list_of(model);
    if (row >= list->item_count) return; // of the list beside it
    const struct message_item *item = &list->items[row];
    json_add_integer(object, "rank", (int64_t)row + 1);
    json_add_text(object, "item_id", str_from(item->item_id));
    if (item->score >= 0) json_add_number(object, "score", item->score);
    if (item->previous_rank > 0) json_add_integer(object, "previous_rank", item->previous_rank);
    json_add_text(object, "user_id", str_from(list->user_id));
}

const struct pane recommendations_pane = {
    .id = PANE_RECOMMENDATIONS,
    .context = KEYMAP_RECOMMENDATIONS,
    .title = "Recommendations",
    .short_title = "Recommend",
    .help = "What Personalize would show this shopper now, how it moved, and why.",
    .place_of_two = PANE_PLACE_RIGHT,
    .place_of_three = PANE_PLACE_MIDDLE,
    .is_resident = true,
    .list_share = 57,
    .detail_rows = 6,
    .count = count,
    .schema = &schema,
    .draw_row = draw_row,
    .head_rows = head_rows,
    .draw_head = draw_head,
    .detail = detail,
    .empty = empty,
    .title_text = title_text,
    .detail_title = detail_title,
    .copy = copy,
    .write_row = write_row,
    .handle = handle,
    .can = can,
};
