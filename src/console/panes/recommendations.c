// recommendations — the list of the shopper in focus, what moved, and why each item is there.
#include "console/model.h"
#include "console/strip.h"
#include "console/width.h"
#include "panes.h"

#include "base/buf.h"

#define BAR 0x2501u
#define HALF_BAR 0x2578u
#define SCORE_COLUMNS 7
#define NAME_COLUMNS 30
#define BAR_COLUMNS_MIN 4 // shorter bars compare nothing
#define BARS_FROM 56      // columns of the detail from which shares have bars
#define NAME_FROM 100     // columns of the list from which the product's name is shown, too

static const struct message_recommendations *find_list(const struct model *model) {
    return model->recommendations.now ? &model->recommendations.now->as.recommendations : NULL;
}

static const struct message_recommendations *list_of(const struct model *model) {
    const struct message_recommendations *list = find_list(model);
    ASSERT(list);
    return list;
}

static size_t count(const struct model *model) {
    return find_list(model) ? find_list(model)->item_count : 0;
}

static const struct message_item *selected(const struct model *model) {
    return &list_of(model)->items[model->lists[PANE_RECOMMENDATIONS].selected];
}

static void draw_movement(const struct message_item *item, int rank, struct canvas_pen *pen) {
    struct buf text = {0};
    enum theme_role role = THEME_DIM;
    if (item->previous_rank == 0) {
        role = THEME_UP;
        buf_add(&text, STR("new"));
    } else if (item->previous_rank > rank) {
        role = THEME_UP;
        buf_add_format(&text, "▲%d", item->previous_rank - rank);
    } else if (item->previous_rank > 0 && item->previous_rank < rank) {
        role = THEME_DOWN;
        buf_add_format(&text, "▼%d", rank - item->previous_rank);
    } else if (item->previous_rank == rank) {
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

static void draw_row(const struct model *model, size_t row, struct canvas_pen *pen) {
    const struct message_item *item = &list_of(model)->items[row];
    const bool has_name = canvas_room(pen) >= NAME_FROM;
    struct buf rank = {0};
    buf_add_int(&rank, (int64_t)row + 1);
    canvas_write_column_right(pen, THEME_DIM, buf_str(&rank), 3);
    buf_release(&rank);
    canvas_write_text(pen, THEME_TEXT, " ");
    draw_movement(item, (int)row + 1, pen);
    canvas_write_text(pen, THEME_TEXT, " ");

    const int room = canvas_room(pen);
    const int name_columns = has_name ? NAME_COLUMNS + 1 : 0;
    const int bar_columns = bar_room(list_of(model), room - name_columns);
    const int item_columns =
        room - name_columns - SCORE_COLUMNS - (bar_columns ? bar_columns + 1 : 0);
    const bool is_moved = item->previous_rank == 0 || item->previous_rank > (int)row + 1;
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
    if (list->recommendation_id) {
        sheet_item(sheet, THEME_DIM, "answer    ", THEME_TEXT, str_from(list->recommendation_id));
    }
}

static void empty(const struct model *model, struct sheet *sheet) {
    const struct model_answer *answer = &model->recommendations;
    if (answer->problem.code != ERROR_NONE) {
        sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(answer->problem.message));
        if (answer->problem.hint[0]) {
            sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(answer->problem.hint));
        }
    } else if (answer->now) {
        sheet_text(sheet, THEME_DIM, STR("The list is empty."));
    } else {
        sheet_text(sheet, THEME_DIM, STR("Asking for recommendations …"));
    }
}

static void add_changes(const struct message_recommendations *list, struct buf *note) {
    size_t up = 0, fresh = 0;
    for (size_t i = 0; i < list->item_count; i++) {
        if (list->items[i].previous_rank == 0) fresh++;
        if (list->items[i].previous_rank > (int)i + 1) up++;
    }
    if (up) buf_add_format(note, "▲%zu · ", up);
    if (fresh) buf_add_format(note, "%zu new · ", fresh);
}

static void title_text(const struct model *model, struct buf *title, struct buf *note) {
    const struct message_recommendations *list = find_list(model);
    buf_add_format(title, "Recommendations for %s", model->user);
    if (!list) return;
    add_changes(list, note);
    buf_add_format(note, "%zu items · ", list->item_count);
    strip_add_ms(note, list->ms);
    if (list->ms < 999.5) buf_add(note, STR(" ms"));
}

static void detail_title(const struct model *model, struct buf *title) {
    buf_add_format(title, "Why %s", selected(model)->item_id);
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
    .draw_row = draw_row,
    .detail = detail,
    .empty = empty,
    .title_text = title_text,
    .detail_title = detail_title,
};
