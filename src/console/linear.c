// linear — what is told, and when; see the header.
#include "console/linear.h"

#include "base/json.h"
#include "base/memory.h"
#include "console/strip.h"
#include "console/view.h"
#include "linear_parts.h"

#define LOOP_TRAIT "recommended_products"
#define ITEMS_TOLD 10
#define ROWS_TOLD 25
#define ROWS_TOLD_OF_GROWING 5
#define WIDE_COLUMNS 140 // of a row: nothing of it is cut off before
#define TRAIT_BYTES 160
#define TRAIT_ITEMS 5

void linear_init(struct linear *linear, struct model *model) {
    *linear = (struct linear){0};
    canvas_resize(&linear->page, LINEAR_COLUMNS, LINEAR_ROWS);
    model_resize(model, LINEAR_COLUMNS, LINEAR_ROWS);
}

static void forget_items(struct linear *linear) {
    for (size_t i = 0; i < linear->item_count; i++)
        mem_free(linear->items[i]);
    linear->item_count = 0;
}

static void forget_events(struct linear *linear) {
    for (size_t i = 0; i < LINEAR_NAMES; i++)
        mem_free(linear->names[i].name);
    memset(linear->names, 0, sizeof(linear->names));
    linear->events_left = linear->events_discarded = 0;
}

void linear_release(struct linear *linear) {
    forget_items(linear);
    forget_events(linear);
    canvas_release(&linear->page);
    buf_release(&linear->json);
    buf_release(&linear->overlay);
    buf_release(&linear->chosen);
    buf_release(&linear->notice);
    buf_release(&linear->caption);
    mem_free(linear->trait);
    mem_free(linear->user);
    *linear = (struct linear){0};
}

void linear_parts_add_line(struct buf *out, struct str text) {
    const size_t before = out->len;
    linear_add_words(out, text);
    if (out->len > before) buf_add_char(out, '\n');
}

// Text of services is made printable as the canvas does it.
void linear_parts_add_told(struct buf *out, const char *before, struct str text) {
    struct buf line = {0};
    buf_add(&line, str_from(before));
    buf_add_printable(&line, text);
    linear_parts_add_line(out, buf_str(&line));
    buf_release(&line);
}

void linear_parts_add_page(const struct canvas *page, struct buf *out) {
    struct buf text = {0};
    struct str rest, line;
    canvas_print(page, &text);
    rest = buf_str(&text);
    while (rest.len) {
        str_split(rest, '\n', &line, &rest);
        linear_parts_add_line(out, line);
    }
    buf_release(&text);
}

// The loop

static void add_hop(struct buf *out, const struct hop *hop) {
    struct buf line = {0};
    buf_add_format(&line, "%s %s", hop_title(hop->id), hop_state_name(hop->state));
    if (hop->ms >= 0 && hop->state != HOP_HIDDEN) {
        struct buf ms = {0};
        strip_add_ms(&ms, hop->ms);
        const bool has_unit = ms.ptr[ms.len - 1] == 's';
        buf_add_format(&line, " after %s%s", buf_text(&ms), has_unit ? "" : " ms");
        buf_release(&ms);
    }
    if (hop->detail[0]) buf_add_format(&line, ": %s", hop->detail);
    linear_parts_add_told(out, "", buf_str(&line));
    buf_release(&line);
    if (hop->state == HOP_FAILED && hop->hint[0])
        linear_parts_add_told(out, "Next step: ", str_from(hop->hint));
}

static void tell_hops(struct linear *linear, const struct model *model, struct buf *out) {
    const struct model_fire *fire = &model->fire;
    if (fire->run_id && fire->run_id != linear->fire_run_id) {
        linear->fire_run_id = fire->run_id;
        linear->is_turn_told = false;
        for (int i = 0; i < HOP_COUNT; i++)
            linear->hops[i].state = HOP_IDLE;
        linear_parts_add_told(out, "Event fired: ", str_from(fire->label));
    }
    for (int i = 0; i < HOP_COUNT; i++) {
        const enum hop_state state = fire->hops[i].state;
        const bool is_news = state != linear->hops[i].state &&
                             (state == HOP_DONE || state == HOP_FAILED || state == HOP_HIDDEN);
        linear->hops[i] = fire->hops[i];
        if (is_news) add_hop(out, &fire->hops[i]);
    }
    if (!fire->has_fired || fire->run_id || linear->is_turn_told) return;
    linear->is_turn_told = true;
    if (fire->hops[HOP_PROFILE].state == HOP_DONE) {
        buf_add(out, STR("The loop turned.\n"));
    } else if (fire->problem.code != ERROR_NONE) {
        linear_parts_add_told(out, "Error: ", str_from(fire->problem.message));
        linear_parts_add_told(out, "Next step: ", str_from(fire->problem.hint));
    }
}

// The list

static size_t rank_before(const struct linear *linear, const char *item_id) {
    for (size_t i = 0; i < linear->item_count; i++)
        if (str_equal(str_from(linear->items[i]), str_from(item_id))) return i + 1;
    return 0;
}

static void add_item(
    const struct linear *linear, const struct message_item *item, size_t rank, struct buf *out) {
    const size_t before = rank_before(linear, item->item_id);
    struct buf line = {0};
    buf_add_format(&line, "%zu ", rank);
    buf_add_printable(&line, str_from(item->item_id));
    if (linear->item_count && !before)
        buf_add(&line, STR(", new"));
    else if (before > rank)
        buf_add_format(&line, ", up %zu", before - rank);
    else if (before && before < rank)
        buf_add_format(&line, ", down %zu", rank - before);
    buf_add_char(&line, '\n');
    buf_add(out, buf_str(&line));
    buf_release(&line);
}

static bool
has_moved(const struct linear *linear, const struct message_recommendations *list, size_t count) {
    if (linear->item_count != count) return true;
    for (size_t i = 0; i < count; i++)
        if (rank_before(linear, list->items[i].item_id) != i + 1) return true;
    return false;
}

static void tell_list(struct linear *linear, const struct model *model, struct buf *out) {
    const struct model_answer *answer = &model->recommendations;
    // on an event's way it is asked for more than once: what is told is what came of it
    if (!answer->now || answer->run_id || model->fire.run_id) return;
    const struct message_recommendations *list = &answer->now->as.recommendations;
    const size_t count = list->item_count < LINEAR_ITEMS ? list->item_count : LINEAR_ITEMS;
    if (!has_moved(linear, list, count)) return;
    const bool is_first = linear->item_count == 0;
    struct buf title = {0};
    buf_add_format(
        &title, is_first ? "Recommended for %s, %zu items:" : "The list of %s changed, %zu items:",
        model->user, list->item_count);
    linear_parts_add_told(out, "", buf_str(&title));
    buf_release(&title);
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        const bool is_same = !is_first && rank_before(linear, list->items[i].item_id) == i + 1;
        if (is_same) continue;
        if (i < ITEMS_TOLD)
            add_item(linear, &list->items[i], i + 1, out);
        else
            left++;
    }
    if (left) buf_add_format(out, "and %zu more further down\n", left);
    forget_items(linear);
    for (size_t i = 0; i < count; i++)
        linear->items[linear->item_count++] =
            mem_copy_string(list->items[i].item_id ? list->items[i].item_id : "");
}

// The trait

static const char *find_trait(const struct model *model) {
    if (!model->profile.now) return NULL;
    const struct message_profile *profile = &model->profile.now->as.profile;
    for (size_t i = 0; i < profile->trait_count; i++) {
        if (str_equal(str_from(profile->traits[i].name), STR(LOOP_TRAIT)))
            return profile->traits[i].value;
    }
    return NULL;
}

// A list by its first few; anything else as it is, cut.
static void add_trait(struct buf *out, struct str value) {
    CLEANUP(json_release) struct json document = {0};
    struct error ignored = {0};
    if (!json_parse(value, &document, &ignored) || json_kind(document.root) != JSON_ARRAY) {
        buf_add(out, str_slice(value, 0, TRAIT_BYTES));
        if (value.len > TRAIT_BYTES) buf_add(out, STR("..."));
        return;
    }
    const size_t count = json_count(document.root);
    buf_add_format(out, "%zu item%s", count, count == 1 ? "" : "s");
    const struct json_node *item = json_first(document.root);
    for (size_t i = 0; item && i < TRAIT_ITEMS; i++, item = json_next(item)) {
        buf_add(out, i ? STR(", ") : STR(": "));
        if (json_kind(item) == JSON_STRING)
            buf_add(out, json_text(item));
        else
            json_print(item, out);
    }
    if (count > TRAIT_ITEMS) buf_add_format(out, ", and %zu more", count - TRAIT_ITEMS);
}

static void tell_trait(struct linear *linear, const struct model *model, struct buf *out) {
    const char *value = find_trait(model);
    if (!value || str_equal(str_from(value), str_from(linear->trait))) return;
    CLEANUP(buf_release) struct buf shown = {0};
    add_trait(&shown, str_from(value));
    linear_parts_add_told(
        out, linear->trait ? "Trait " LOOP_TRAIT " changed: " : "Trait " LOOP_TRAIT ": ",
        buf_str(&shown));
    mem_free(linear->trait);
    linear->trait = mem_copy_string(value);
}

static void notice_user(struct linear *linear, const struct model *model, struct buf *out) {
    if (linear->user && str_equal(str_from(linear->user), str_from(model->user))) return;
    if (linear->user) linear_parts_add_told(out, "Shopper in focus: ", str_from(model->user));
    mem_free(linear->user);
    linear->user = mem_copy_string(model->user);
    mem_free(linear->trait);
    linear->trait = NULL;
    forget_items(linear);
}

// Panes

static void
draw_wide(const struct model *model, const struct pane *pane, size_t row, struct buf *out) {
    struct canvas canvas = {0};
    canvas_resize(&canvas, WIDE_COLUMNS, 1);
    struct canvas_pen pen = canvas_pen(&canvas, canvas_rect(&canvas), 0);
    pane->draw_row(model, row, &pen);
    canvas_print(&canvas, out);
    if (out->len && out->ptr[out->len - 1] == '\n') out->len--;
    canvas_release(&canvas);
}

static void
add_row(const struct model *model, const struct pane *pane, size_t row, struct buf *out) {
    struct buf text = {0};
    draw_wide(model, pane, row, &text);
    linear_parts_add_line(out, buf_str(&text));
    buf_release(&text);
}

void linear_parts_tell_row(const struct model *model, const char *word, struct buf *out) {
    const struct pane *pane = pane_get(model->pane);
    const size_t count = narrow_count(model, pane->id), row = model->lists[pane->id].selected;
    const size_t place = narrow_place(model, pane->id, row);
    if (place >= count) return;
    buf_add_format(out, "%s %zu of %zu: ", word, place + 1, count);
    add_row(model, pane, row, out);
}

void linear_parts_tell_title(const struct model *model, struct buf *out) {
    const struct pane *pane = pane_get(model->pane);
    struct buf title = {0}, note = {0}, line = {0};
    pane->title_text(model, &title, &note);
    buf_add_format(&line, "%d %s. %s", (int)pane->id + 1, pane->title, buf_text(&title));
    if (note.len) buf_add_format(&line, ", %s", buf_text(&note));
    const struct narrow_pane *narrow = &model->narrow.of[model->pane];
    if (narrow->is_on)
        buf_add_format(
            &line, ", only %s: %zu of %zu", buf_text(&narrow->text), narrow->matches, narrow->all);
    linear_parts_add_line(out, buf_str(&line));
    buf_release(&title);
    buf_release(&note);
    buf_release(&line);
}

static void tell_pane(struct linear *linear, const struct model *model, struct buf *out) {
    const struct pane *pane = pane_get(model->pane);
    const size_t count = narrow_count(model, pane->id);
    linear_parts_tell_title(model, out);
    canvas_clear(&linear->page);
    struct sheet sheet = {.canvas = &linear->page, .rect = canvas_rect(&linear->page)};
    if (count == 0 && pane->count(model)) {
        narrow_empty(model, pane->id, &sheet);
        linear_parts_add_page(&linear->page, out);
    } else if (count == 0 && pane->empty) {
        pane->empty(model, &sheet);
        linear_parts_add_page(&linear->page, out);
    }
    // the part with the selection; of what grows, the newest
    const bool grows = pane->id == PANE_LOG || pane->id == PANE_STREAM;
    const size_t most = grows ? ROWS_TOLD_OF_GROWING : ROWS_TOLD;
    const size_t selected = narrow_place(model, pane->id, model->lists[pane->id].selected);
    const size_t first = selected < count && selected >= most ? selected - most + 1 : 0;
    if (first) buf_add_format(out, "%zu above\n", first);
    for (size_t row = first; row < count && row < first + most; row++)
        add_row(model, pane, narrow_row(model, pane->id, row), out);
    if (count > first + most) buf_add_format(out, "and %zu more below\n", count - first - most);
    if (count) linear_parts_tell_row(model, "Selected, row", out);
}

void linear_parts_tell_detail(struct linear *linear, const struct model *model, struct buf *out) {
    const struct pane *pane = pane_get(model->pane);
    if (narrow_count(model, pane->id) == 0) return;
    canvas_clear(&linear->page);
    struct sheet sheet = {.canvas = &linear->page, .rect = canvas_rect(&linear->page)};
    view_detail(model, pane, &sheet);
    linear_parts_add_page(&linear->page, out);
}

static void tell_place(struct linear *linear, const struct model *model, struct buf *out) {
    const size_t selected = model->lists[model->pane].selected;
    const bool has_other_rows = linear->log_view != model->requests.view ||
                                linear->shows_polls != request_log_shows_polls(model);
    const bool is_other = linear->has_pane && (linear->pane != model->pane ||
                                               (model->pane == PANE_LOG && has_other_rows));
    if (is_other)
        tell_pane(linear, model, out);
    else if (linear->has_pane && linear->selected != selected)
        linear_parts_tell_row(model, "Row", out);
    if (model->is_detail_open && !linear->is_detail_open)
        linear_parts_tell_detail(linear, model, out);
    linear->has_pane = true;
    linear->pane = model->pane;
    linear->log_view = model->requests.view;
    linear->shows_polls = request_log_shows_polls(model);
    linear->selected = selected;
    linear->is_detail_open = model->is_detail_open;
}

static void tell_notice(struct linear *linear, const struct model *model, struct buf *out) {
    const struct model_notice *notice = &model->notice;
    if (str_equal(buf_str(&notice->text), buf_str(&linear->notice))) return;
    buf_reset(&linear->notice);
    buf_add(&linear->notice, buf_str(&notice->text));
    if (!notice->text.len) return;
    if (str_equal(buf_str(&notice->text), buf_str(&linear->caption))) return; // a caption: told
    linear_parts_add_told(out, notice->role == THEME_BAD ? "Error: " : "", buf_str(&notice->text));
    if (notice->hint.len) linear_parts_add_told(out, "Next step: ", buf_str(&notice->hint));
}

// A value is called as its row is.
static void add_asked(const struct model *model, const struct prompt *prompt, struct buf *out) {
    const struct message_setting *setting = setup_selected(model);
    struct buf row = {0}, words = {0};
    struct str name = {0}, rest;
    if (prompt->id == MODEL_EDITING_PALETTE) {
        buf_add(out, STR("A name, and what belongs to it: ")); // its label is a sign
    } else if (prompt->label) {
        buf_add(out, str_from(prompt->label));
    } else if (model->editing == MODEL_EDITING_SETTING && setting) {
        buf_add_format(out, "%s: ", setting->key);
    } else {
        draw_wide(model, pane_get(model->pane), model->lists[model->pane].selected, &row);
        linear_add_words(&words, buf_str(&row));
        str_split(buf_str(&words), ',', &name, &rest);
        buf_add_format(out, STR_FMT ": ", STR_ARG(name));
    }
    buf_release(&row);
    buf_release(&words);
}

static void tell_prompt(struct linear *linear, const struct model *model, struct buf *out) {
    if (linear->editing == model->editing) return;
    linear->editing = model->editing;
    if (model->editing == MODEL_EDITING_NOTHING) return;
    const struct prompt *prompt = prompt_get(model->editing);
    struct buf line = {0};
    struct buf asked = {0};
    add_asked(model, prompt, &asked);
    buf_add(&line, buf_str(&asked));
    buf_release(&asked);
    if (model->editor.is_secret)
        buf_add(&line, STR("type the secret"));
    else if (model->editor.text.len)
        buf_add_format(
            &line, "now %s; type another, or Enter to take it", buf_text(&model->editor.text));
    else
        buf_add(&line, STR("type it"));
    buf_add(&line, STR(", or an empty line to leave it."));
    linear_parts_add_told(out, "", buf_str(&line));
    buf_release(&line);
}

static void tell_caption(struct linear *linear, const struct model *model, struct buf *out) {
    const struct str caption = str_from(model->player.caption);
    if (str_equal(caption, buf_str(&linear->caption))) return;
    buf_reset(&linear->caption);
    buf_add(&linear->caption, caption);
    if (caption.len) linear_parts_add_told(out, "Caption: ", caption);
}

// Events

static void tell_event(const struct message_event *event, struct buf *out) {
    struct buf line = {0};
    buf_add_format(&line, "Event %s", event->name ? event->name : event->type ? event->type : "");
    if (event->sku) buf_add_format(&line, " %s", event->sku);
    if (event->user_id) buf_add_format(&line, " of %s", event->user_id);
    if (event->source) buf_add_format(&line, " at %s", event->source);
    if (event->discard_reason) buf_add_format(&line, ", discarded: %s", event->discard_reason);
    linear_parts_add_told(out, "", buf_str(&line));
    buf_release(&line);
}

static void count_event(struct linear *linear, const struct message_event *event) {
    const char *name = event->name ? event->name : event->type ? event->type : "";
    linear->events_left++;
    if (event->discard_reason) linear->events_discarded++;
    for (size_t i = 0; i < LINEAR_NAMES; i++) {
        struct linear_name *counted = &linear->names[i];
        if (!counted->name) counted->name = mem_copy_string(name);
        if (strcmp(counted->name, name) != 0) continue;
        counted->count++;
        return;
    }
}

// The first few of a quiet time are told one by one; a stream is summed up.
void linear_hear(
    struct linear *linear,
    const struct model *model,
    const struct message *message,
    struct buf *out) {
    if (message->kind != MESSAGE_EVENT) return;
    if (model->pane != PANE_STREAM && !linear->follows) return;
    const bool is_over = model->now_ms - linear->window_ms >= LINEAR_WINDOW_MS;
    if (is_over && !linear->events_left) {
        linear->window_ms = model->now_ms;
        linear->events_told = 0;
    }
    if (linear->events_told >= LINEAR_EVENTS) {
        count_event(linear, &message->as.event);
        return;
    }
    linear->events_told++;
    tell_event(&message->as.event, out);
}

int64_t linear_wake_ms(const struct linear *linear) {
    return linear->events_left ? linear->window_ms + LINEAR_WINDOW_MS : 0;
}

static void tell_events(struct linear *linear, const struct model *model, struct buf *out) {
    if (!linear->events_left || model->now_ms < linear_wake_ms(linear)) return;
    struct buf line = {0};
    buf_add_format(
        &line, "%zu more event%s in %d s", linear->events_left, linear->events_left == 1 ? "" : "s",
        (int)((model->now_ms - linear->window_ms) / 1000));
    for (size_t i = 0; i < LINEAR_NAMES && linear->names[i].count; i++)
        buf_add_format(
            &line, "%s %zu %s", i ? "," : ":", linear->names[i].count, linear->names[i].name);
    if (linear->events_discarded)
        buf_add_format(&line, "; %zu discarded", linear->events_discarded);
    linear_parts_add_told(out, "", buf_str(&line));
    buf_release(&line);
    forget_events(linear);
    linear->window_ms = model->now_ms; // while the stream goes on nothing is told one by one
}

void linear_tell(struct linear *linear, struct model *model, struct buf *out) {
    tell_events(linear, model, out);
    notice_user(linear, model, out);
    tell_caption(linear, model, out);
    tell_hops(linear, model, out);
    tell_list(linear, model, out);
    tell_trait(linear, model, out);
    tell_place(linear, model, out);
    linear_parts_tell_overlay(linear, model, out);
    tell_notice(linear, model, out);
    tell_prompt(linear, model, out);
}
