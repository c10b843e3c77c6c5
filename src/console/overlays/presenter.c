// presenter — draws the loop, the list and the trait for a room. Everything it knows is in the model; settings
// are not looked at.
#include "console/presenter.h"

#include "base/json.h"
#include "console/model.h"
#include "console/strip.h"
#include "console/view.h"
#include "console/width.h"
#include "internal.h"
#include "overlays.h"

#include <assert.h>

#define LOOP_TRAIT "recommended_products"
#define LINE 0x2500u
#define DOT 0x25CFu
#define BOXES_FROM 78      // columns; below, the strip's initials
#define TALL_FROM 34       // rows from which boxes and texts have air
#define LOW_BELOW 20       // rows below which there is no air at all
#define LIST_MOST 10       // items
#define LIST_SHARE 54      // per cent of the columns
#define TRAIT_ITEMS_MOST 6 // before, and after
#define CAPTION_ROWS 3

// Header: who, and where

static void add_badge(const struct model *model, struct buf *out) {
    if (!model->backend) return;
    const struct message_backend *backend = &model->backend->as.backend;
    buf_add(out, model_is_live(model) ? STR(" LIVE") : STR(" SANDBOX"));
    if (model_is_live(model) && backend->account) {
        buf_add_char(out, ' ');
        presenter_add_public(out, str_from(backend->account));
    }
    if (backend->region && model->columns >= BOXES_FROM)
        buf_add_format(out, " %s", backend->region);
    buf_add_char(out, ' ');
}

// That it runs must be seen by whoever pressed the key: in as many words as there is room for.
static void write_stream(const struct model *model, struct canvas_pen *pen) {
    const struct message *told = model->stream.progress;
    struct buf texts[3] = {{0}};
    if (!model->stream.generate_run_id) return;
    const bool is_paused = model->stream.is_generator_paused;
    const char *mark = is_paused ? "○" : "●";
    const double rate = told ? told->as.progress.per_second : 0;
    const uint64_t done = !told                           ? 0
                          : told->as.progress.is_delivery ? told->as.progress.accepted
                                                          : told->as.progress.done;
    buf_add_format(&texts[0], "%s stream", mark);
    if (is_paused)
        buf_add(&texts[0], STR(" paused"));
    else if (told)
        buf_add_format(&texts[0], " %.1f/s", rate);
    if (told) buf_add_format(&texts[0], " · %ju events", (uintmax_t)done);
    buf_add_format(&texts[1], "%s stream", mark);
    buf_add(&texts[2], str_from(mark));
    canvas_write_text(pen, THEME_TEXT, " ");
    size_t at = 0;
    while (at < ARRAY_COUNT(texts) &&
           width_of_text(buf_str(&texts[at])) + (at < 2 ? 2 : 0) > canvas_room(pen))
        at++;
    if (at < ARRAY_COUNT(texts)) {
        if (at < 2) canvas_write_text(pen, THEME_TEXT, "  ");
        canvas_write(pen, is_paused ? THEME_WARN : THEME_RUNNING, buf_str(&texts[at]));
    }
    for (at = 0; at < ARRAY_COUNT(texts); at++)
        buf_release(&texts[at]);
}

static void draw_header(const struct model *model, struct rect rect, struct canvas *canvas) {
    struct buf badge = {0};
    add_badge(model, &badge);
    const struct rect right = rect_take_right(&rect, width_of_text(buf_str(&badge)));
    struct canvas_pen pen = canvas_pen(canvas, right, 0);
    canvas_write(&pen, model_is_live(model) ? THEME_LIVE : THEME_SANDBOX, buf_str(&badge));
    pen = canvas_pen(canvas, rect, 0);
    canvas_write_text(&pen, THEME_BRAND, " recloop ");
    canvas_write_format(&pen, THEME_STRONG, " shopper %s", model->user);
    write_stream(model, &pen);
    buf_release(&badge);
}

// Loop

static const char *const narrow_titles[] = {
    [HOP_SEGMENT] = "Segment",
    [HOP_DESTINATION] = "Dest.",
    [HOP_LAMBDA] = "Lambda",
    [HOP_PUT_EVENTS] = "PutEvents",
    [HOP_RECOMMENDATIONS] = "Recommend",
    [HOP_IDENTIFY] = "Identify",
    [HOP_PROFILE] = "Profile",
};
static_assert(ARRAY_COUNT(narrow_titles) == HOP_COUNT, "a title per hop");

static const char *state_words(enum hop_state state) {
    switch (state) {
    case HOP_IDLE: return "";
    case HOP_RUNNING: return "under way";
    case HOP_DONE: return "done";
    case HOP_FAILED: return "failed";
    case HOP_SKIPPED: return "not on this way";
    case HOP_HIDDEN: return "cannot be seen";
    }
    return "";
}

static void write_centred(
    struct canvas *canvas, struct rect rect, int row, enum theme_role role, struct str text) {
    const int spare = rect.columns - width_of_text(text);
    struct canvas_pen pen = canvas_pen(canvas, rect, row);
    if (spare > 1) canvas_move_to(&pen, rect.column + spare / 2);
    canvas_write(&pen, role, text);
}

static void add_time(struct buf *out, const struct model *model, const struct hop *hop) {
    buf_add_rune(out, strip_symbol(hop->state, model->tick));
    if (hop->ms < 0 || (hop->state != HOP_DONE && hop->state != HOP_FAILED)) return;
    buf_add_char(out, ' ');
    strip_add_ms(out, hop->ms);
    if (out->ptr[out->len - 1] != 's') buf_add(out, STR(" ms"));
}

static void draw_edges(struct canvas *canvas, struct rect rect, enum theme_role role) {
    struct rect inside = rect;
    const struct rect edges[] = {
        rect_take_top(&inside, 1),
        rect_take_bottom(&inside, 1),
        rect_take_left(&inside, 1),
        rect_take_right(&inside, 1),
    };
    static const uint32_t corners[] = {0x250Cu, 0x2510u, 0x2514u, 0x2518u};
    for (int i = 0; i < 4; i++)
        canvas_fill(canvas, edges[i], i < 2 ? LINE : 0x2502u, role);
    for (int i = 0; i < 4; i++) {
        const struct rect corner = {
            .column = i % 2 ? rect.column + rect.columns - 1 : rect.column,
            .row = i < 2 ? rect.row : rect.row + rect.rows - 1,
            .columns = 1,
            .rows = 1,
        };
        canvas_fill(canvas, corner, corners[i], role);
    }
}

static void
draw_box(const struct model *model, enum hop_id id, struct rect rect, struct canvas *canvas) {
    const struct hop *hop = &model->fire.hops[id];
    const enum theme_role role = strip_role(hop->state);
    draw_edges(canvas, rect, hop->state == HOP_IDLE ? THEME_RULE : role);
    struct rect inside = rect_inset(rect, 1);
    rect_take_top(&inside, 1);
    rect_take_bottom(&inside, 1);
    const char *title = hop_title(id);
    if (width_of_text(str_from(title)) > inside.columns) title = narrow_titles[id];
    const int first = inside.rows > 3 ? 1 : 0;
    write_centred(
        canvas, inside, first, hop->state == HOP_IDLE ? THEME_TEXT : THEME_STRONG, str_from(title));
    struct buf text = {0};
    add_time(&text, model, hop);
    write_centred(canvas, inside, first + 1, role, buf_str(&text));
    buf_release(&text);
    if (inside.rows > 2)
        write_centred(canvas, inside, first + 2, THEME_DIM, str_from(state_words(hop->state)));
}

static bool is_reached(const struct hop *hop) {
    return hop->state == HOP_DONE || hop->state == HOP_RUNNING || hop->state == HOP_FAILED;
}

static void draw_link(const struct model *model, int hop, struct rect rect, struct canvas *canvas) {
    const double at = meter_travelled(model);
    const struct hop *hops = model->fire.hops;
    const bool is_lit = hops[hop].state == HOP_DONE && is_reached(&hops[hop + 1]);
    canvas_fill(canvas, rect, LINE, is_lit ? THEME_GOOD : THEME_RULE);
    if (at < hop + 0.5 || at >= hop + 1) return;
    rect.column += (int)((at - hop - 0.5) * 2 * rect.columns);
    rect.columns = 1;
    canvas_fill(canvas, rect, DOT, THEME_RUNNING);
}

static void draw_boxes(const struct model *model, struct rect rect, struct canvas *canvas) {
    const int gap = rect.columns >= 150 ? 3 : rect.columns >= 110 ? 2 : 0;
    const int columns = (rect.columns - gap * (HOP_COUNT - 1)) / HOP_COUNT;
    const int used = columns * HOP_COUNT + gap * (HOP_COUNT - 1);
    const double at = meter_travelled(model);
    int column = rect.column + (rect.columns - used) / 2;
    for (int hop = 0; hop < HOP_COUNT; hop++) {
        const struct rect box = {
            .column = column, .row = rect.row, .columns = columns, .rows = rect.rows};
        draw_box(model, (enum hop_id)hop, box, canvas);
        const bool is_here = at >= 0 && (int)at == hop && (gap == 0 || at - hop < 0.5);
        if (is_here) canvas_select(canvas, box);
        const struct rect link = {
            .column = column + columns, .row = rect.row + rect.rows / 2, .columns = gap, .rows = 1};
        if (gap && hop + 1 < HOP_COUNT) draw_link(model, hop, link, canvas);
        column += columns + gap;
    }
}

static int loop_rows(struct rect rect) {
    if (rect.columns < BOXES_FROM || rect.rows < 16) return 2;
    return rect.rows >= TALL_FROM + 10 ? 6 : rect.rows >= TALL_FROM ? 5 : 4;
}

// What it means

// Cause and fix of what failed, without the account's number.
static void write_failure(const struct model *model, struct sheet *sheet) {
    const struct hop *failed = strip_failed(model);
    const char *cause = failed && failed->detail[0] ? failed->detail : model->fire.problem.message;
    const char *fix = failed && failed->hint[0] ? failed->hint : model->fire.problem.hint;
    struct buf text = {0};
    if (failed) buf_add_format(&text, "%s: ", hop_title(failed->id));
    presenter_add_public(&text, str_from(cause));
    sheet_item_within(sheet, THEME_BAD, "✗ ", THEME_STRONG, buf_str(&text), 2);
    buf_reset(&text);
    presenter_add_public(&text, str_from(fix));
    if (text.len) sheet_item_within(sheet, THEME_WARN, "→ ", THEME_TEXT, buf_str(&text), 2);
    buf_release(&text);
}

static bool has_failed(const struct model *model) {
    return model->fire.has_fired && (strip_failed(model) || model->fire.problem.code != ERROR_NONE);
}

static int summary_rows(const struct model *model, int columns) {
    if (!has_failed(model)) return 1;
    struct sheet sheet = {.rect = {.columns = columns}};
    write_failure(model, &sheet);
    return sheet.row;
}

static void draw_summary(const struct model *model, struct rect rect, struct canvas *canvas) {
    if (!has_failed(model)) {
        strip_draw_summary(model, rect, canvas);
        return;
    }
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(rect, 1)};
    write_failure(model, &sheet);
}

// List

static struct str name_of(const struct model *model, struct str item_id) {
    for (size_t i = 0; i < model->options.product_count; i++) {
        const struct model_product *product = &model->options.products[i];
        if (str_equal(item_id, str_from(product->sku))) return str_from(product->name);
    }
    return item_id;
}

static enum theme_role add_movement(struct buf *out, int previous, int rank) {
    if (previous == 0) {
        buf_add(out, STR("new"));
        return THEME_UP;
    }
    if (previous > rank) {
        buf_add_format(out, "▲%d", previous - rank);
        return THEME_UP;
    }
    if (previous > 0 && previous < rank) {
        buf_add_format(out, "▼%d", rank - previous);
        return THEME_DOWN;
    }
    return THEME_TEXT;
}

static void draw_item(
    const struct model *model, const struct message_item *item, int rank, struct canvas_pen *pen) {
    struct buf movement = {0};
    const enum theme_role role = add_movement(&movement, item->previous_rank, rank);
    canvas_write_format(pen, THEME_NUMBER, "%3d  ", rank);
    canvas_write_column(pen, role, buf_str(&movement), 5);
    canvas_write(
        pen, role == THEME_UP ? THEME_STRONG : THEME_TEXT, name_of(model, str_from(item->item_id)));
    buf_release(&movement);
}

static void draw_list(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct model_answer *answer = &model->recommendations;
    struct buf title = {0};
    buf_add_format(&title, "Recommended for %s", model->user);
    view_rule(canvas, rect_take_top(&rect, 1), buf_str(&title), STR(""));
    buf_release(&title);
    if (!answer->now) {
        struct canvas_pen pen = canvas_pen(canvas, rect_inset(rect, 1), 0);
        const bool is_bad = answer->problem.code != ERROR_NONE;
        canvas_write_text(&pen, THEME_DIM, is_bad ? "no list" : "asking for the list …");
        return;
    }
    const struct message_recommendations *list = &answer->now->as.recommendations;
    const int most = list->item_count < LIST_MOST ? (int)list->item_count : LIST_MOST;
    const int step = rect.rows >= 3 * LIST_MOST ? 3 : rect.rows >= 2 * LIST_MOST ? 2 : 1;
    for (int i = 0; i < most && i * step < rect.rows; i++) {
        struct canvas_pen pen = canvas_pen(canvas, rect, i * step + step - 1);
        draw_item(model, &list->items[i], i + 1, &pen);
    }
}

// Trait

static struct str value_of(const struct message *message) {
    if (!message) return (struct str){0};
    const struct message_profile *profile = &message->as.profile;
    for (size_t i = 0; i < profile->trait_count; i++) {
        if (str_equal(str_from(profile->traits[i].name), STR(LOOP_TRAIT)))
            return str_from(profile->traits[i].value);
    }
    return (struct str){0};
}

// The first names of the trait's value, one a row; returns how many.
static int write_names(
    const struct model *model,
    struct str value,
    int most,
    enum theme_role role,
    struct sheet *sheet) {
    struct json document = {0};
    struct error ignored;
    int count = 0;
    if (!value.len || !json_parse(value, &document, &ignored)) return 0;
    for (const struct json_node *node = json_first(document.root); node && count < most;
         node = json_next(node)) {
        struct canvas_pen pen = sheet_line(sheet);
        canvas_write_format(&pen, THEME_NUMBER, "%3d  ", ++count);
        canvas_write(&pen, role, name_of(model, json_text(node)));
    }
    json_release(&document);
    return count;
}

static void write_lag(const struct model *model, struct sheet *sheet) {
    const double lag_ms = model->presenter.lag_ms;
    if (lag_ms < 0 || model->fire.hops[HOP_PROFILE].state != HOP_DONE) return;
    struct buf text = {0};
    strip_add_ms(&text, lag_ms);
    if (text.ptr[text.len - 1] != 's') buf_add(&text, STR(" ms"));
    struct canvas_pen pen = sheet_line(sheet);
    canvas_write_text(&pen, THEME_GOOD, "✓ ");
    canvas_write_format(&pen, THEME_STRONG, "on the profile after %s", buf_text(&text));
    buf_release(&text);
}

// One row where there is no room for two lists: the first of each.
static void
write_short(const struct model *model, struct str before, struct str now, struct sheet *sheet) {
    struct str values[] = {before, now};
    struct canvas_pen pen = sheet_line(sheet);
    for (int i = before.len ? 0 : 1; i < 2; i++) {
        struct json document = {0};
        struct error ignored;
        if (json_parse(values[i], &document, &ignored)) {
            const struct str first = json_text(json_first(document.root));
            canvas_write(&pen, i ? THEME_STRONG : THEME_DIM, name_of(model, first));
        }
        if (i == 0) canvas_write_text(&pen, THEME_WARN, " → ");
        json_release(&document);
    }
}

static void draw_trait(const struct model *model, struct rect rect, struct canvas *canvas) {
    view_rule(canvas, rect_take_top(&rect, 1), STR(LOOP_TRAIT), STR(""));
    struct sheet sheet = {.canvas = canvas, .rect = rect_inset(rect, 1)};
    const struct str before = value_of(model->profile.before);
    const struct str now = value_of(model->profile.now);
    const bool has_changed = before.len && !str_equal(before, now);
    if (!now.len) {
        sheet_text(
            &sheet, THEME_DIM,
            model->profile.now ? STR("the profile has none yet") : STR("asking for the profile …"));
        return;
    }
    if (rect.rows < 9) {
        write_short(model, has_changed ? before : (struct str){0}, now, &sheet);
        write_lag(model, &sheet);
        return;
    }
    const int air = rect.rows >= 18 ? 1 : 0;
    int most = (rect.rows - 3 - 3 * air) / (has_changed ? 2 : 1);
    if (most > TRAIT_ITEMS_MOST) most = TRAIT_ITEMS_MOST;
    if (air) sheet_blank(&sheet);
    if (has_changed) {
        sheet_text(&sheet, THEME_DIM, STR("before"));
        write_names(model, before, most, THEME_DIM, &sheet);
        if (air) sheet_blank(&sheet);
    }
    sheet_text(&sheet, THEME_GOOD, has_changed ? STR("→ after") : STR("on the profile"));
    write_names(model, now, most, THEME_STRONG, &sheet);
    if (air) sheet_blank(&sheet);
    write_lag(model, &sheet);
}

// Caption and keys

static void write_caption(const struct model *model, struct sheet *sheet) {
    sheet_item_within(
        sheet, THEME_BRAND, "▸ ", THEME_STRONG, str_from(model->player.caption), CAPTION_ROWS);
}

static int caption_rows(const struct model *model, int columns) {
    if (!model->player.caption) return 0;
    struct sheet sheet = {.rect = {.columns = columns}};
    write_caption(model, &sheet);
    return sheet.row;
}

static const struct {
    enum keymap_context context;
    enum intent intent;
    const char *word;
} reminders[] = {
    // the way back is one of those that must fit everywhere
    {KEYMAP_EVERYWHERE, INTENT_FIRE, "fire"},       {KEYMAP_EVERYWHERE, INTENT_PRESENT, "back"},
    {KEYMAP_EVERYWHERE, INTENT_USER, "shopper"},    {KEYMAP_PRESENTER, INTENT_GENERATE, "stream"},
    {KEYMAP_EVERYWHERE, INTENT_JOURNEY, "journey"},
};

// Writes them, and tells what stands at a column.
static enum intent walk_reminders(const struct model *model, struct canvas_pen *pen, int column) {
    enum intent found = INTENT_NONE;
    for (size_t i = 0; i < ARRAY_COUNT(reminders); i++) {
        const struct keymap_name key =
            keymap_name_of(&model->keymap, reminders[i].context, reminders[i].intent);
        struct buf text = {0};
        buf_add_format(&text, "%s %s", key.text, reminders[i].word);
        const int gap = i ? 2 : 0, columns = width_of_text(buf_str(&text));
        if (gap + columns <= canvas_room(pen)) {
            canvas_move_to(pen, pen->column + gap);
            if (column >= pen->column && column < pen->column + columns)
                found = reminders[i].intent;
            canvas_write(pen, THEME_DIM, buf_str(&text));
        }
        buf_release(&text);
    }
    return found;
}

static void draw_keys(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct presenter *presenter = &model->presenter;
    struct buf status = {0};
    player_add_status(model, &status);
    const struct rect right = rect_take_right(&rect, width_of_text(buf_str(&status)) + 1);
    struct canvas_pen pen = canvas_pen(canvas, right, 0);
    canvas_write(&pen, THEME_DIM, buf_str(&status));
    buf_release(&status);
    pen = canvas_pen(canvas, rect_inset(rect, 1), 0);
    for (size_t i = 0; i < presenter->key_count; i++) {
        struct buf name = {0};
        buf_add_char(&name, ' ');
        keymap_add_key_name(&name, &model->keymap, presenter->keys[i]);
        buf_add_char(&name, ' ');
        canvas_write(&pen, THEME_TAB_HERE, buf_str(&name));
        canvas_write_text(&pen, THEME_TEXT, " ");
        buf_release(&name);
    }
    if (presenter->key_count || model->player.state != PLAYER_NONE) return;
    (void)walk_reminders(model, &pen, -1);
}

// All of it

static void draw_body(const struct model *model, struct rect rect, struct canvas *canvas) {
    if (rect.columns >= BOXES_FROM) {
        draw_list(model, rect_take_left(&rect, rect.columns * LIST_SHARE / 100), canvas);
        rect_take_left(&rect, 2);
        draw_trait(model, rect, canvas);
        return;
    }
    const int trait_rows = rect.rows < 8 ? 2 : rect.rows < 24 ? 3 : 12;
    const struct rect trait = rect_take_bottom(&rect, trait_rows);
    draw_list(model, rect, canvas);
    draw_trait(model, trait, canvas);
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const bool is_low = rect.rows < LOW_BELOW;
    const int air = is_low ? 0 : 1;
    canvas_fill(canvas, rect, ' ', THEME_TEXT);
    const int loop = loop_rows(rect);
    draw_header(model, rect_take_top(&rect, 1), canvas);
    rect_take_top(&rect, rect.rows >= TALL_FROM ? 1 : 0);
    const struct rect strip = rect_take_top(&rect, loop);
    if (loop > 2)
        draw_boxes(model, rect_inset(strip, 1), canvas);
    else
        strip_draw(model, strip, canvas);
    draw_summary(model, rect_take_top(&rect, summary_rows(model, rect.columns - 2)), canvas);
    rect_take_top(&rect, rect.rows >= TALL_FROM - 8 ? 1 : 0);
    draw_keys(model, rect_take_bottom(&rect, 1), canvas);
    const int caption = caption_rows(model, rect.columns - 2);
    rect_take_bottom(&rect, caption ? air : 0);
    struct sheet sheet = {
        .canvas = canvas, .rect = rect_inset(rect_take_bottom(&rect, caption), 1)};
    if (caption) write_caption(model, &sheet);
    rect_take_bottom(&rect, caption ? air : 0);
    draw_body(model, rect, canvas);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    if (intent != INTENT_GENERATE) return false;
    stream_controls_start_or_stop(model, effects);
    return true;
}

// The way out must be there for who has but a mouse.
static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    if (model->presenter.key_count || model->player.state != PLAYER_NONE) return;
    const struct rect keys = rect_take_bottom(&rect, 1);
    if (row != keys.row) return;
    struct canvas_pen pen = canvas_pen(NULL, rect_inset(keys, 1), 0);
    internal_do(model, walk_reminders(model, &pen, column), effects);
}

const struct overlay presenter_overlay = {
    .id = OVERLAY_PRESENTER,
    .context = KEYMAP_PRESENTER,
    .draw = draw,
    .handle = handle,
    .click = click,
    .keeps_everywhere = true,
    .is_whole = true,
};
