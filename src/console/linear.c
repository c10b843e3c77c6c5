// linear — what is told, and when; see the header.
#include "console/linear.h"

#include "base/memory.h"
#include "console/strip.h"
#include "console/view.h"

#define LOOP_TRAIT "recommended_products"
#define ITEMS_TOLD 10
#define ROWS_TOLD 25
#define WIDE_COLUMNS 140 // of a row: nothing of it is cut off before
#define TRAIT_BYTES 160

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

void linear_release(struct linear *linear) {
    forget_items(linear);
    canvas_release(&linear->page);
    buf_release(&linear->overlay);
    buf_release(&linear->notice);
    buf_release(&linear->caption);
    mem_free(linear->trait);
    mem_free(linear->user);
    *linear = (struct linear){0};
}

static void add_line(struct buf *out, struct str text) {
    const size_t before = out->len;
    linear_add_words(out, text);
    if (out->len > before) buf_add_char(out, '\n');
}

// Text of services is made printable as the canvas does it.
static void add_told(struct buf *out, const char *before, struct str text) {
    struct buf line = {0};
    buf_add(&line, str_from(before));
    buf_add_printable(&line, text);
    add_line(out, buf_str(&line));
    buf_release(&line);
}

static void add_page(const struct canvas *page, struct buf *out) {
    struct buf text = {0};
    struct str rest, line;
    canvas_print(page, &text);
    rest = buf_str(&text);
    while (rest.len) {
        str_split(rest, '\n', &line, &rest);
        add_line(out, line);
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
    add_told(out, "", buf_str(&line));
    buf_release(&line);
    if (hop->state == HOP_FAILED && hop->hint[0]) add_told(out, "Next step: ", str_from(hop->hint));
}

static void tell_hops(struct linear *linear, const struct model *model, struct buf *out) {
    const struct model_fire *fire = &model->fire;
    if (fire->run_id && fire->run_id != linear->fire_run_id) {
        linear->fire_run_id = fire->run_id;
        linear->is_turn_told = false;
        for (int i = 0; i < HOP_COUNT; i++)
            linear->hops[i].state = HOP_IDLE;
        add_told(out, "Event fired: ", str_from(fire->label));
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
        add_told(out, "Error: ", str_from(fire->problem.message));
        add_told(out, "Next step: ", str_from(fire->problem.hint));
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
    if (!answer->now) return;
    const struct message_recommendations *list = &answer->now->as.recommendations;
    const size_t count = list->item_count < LINEAR_ITEMS ? list->item_count : LINEAR_ITEMS;
    if (!has_moved(linear, list, count)) return;
    const bool is_first = linear->item_count == 0;
    struct buf title = {0};
    buf_add_format(
        &title, is_first ? "Recommended for %s, %zu items:" : "The list of %s changed, %zu items:",
        model->user, list->item_count);
    add_told(out, "", buf_str(&title));
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

static void tell_trait(struct linear *linear, const struct model *model, struct buf *out) {
    const char *value = find_trait(model);
    if (!value || str_equal(str_from(value), str_from(linear->trait))) return;
    struct str shown = str_from(value);
    const bool is_cut = shown.len > TRAIT_BYTES;
    if (is_cut) shown = str_slice(shown, 0, TRAIT_BYTES);
    while (is_cut && shown.len && shown.ptr[shown.len - 1] != ',')
        shown.len--;
    add_told(
        out, linear->trait ? "Trait " LOOP_TRAIT " changed: " : "Trait " LOOP_TRAIT ": ",
        shown.len ? shown : str_from(value));
    mem_free(linear->trait);
    linear->trait = mem_copy_string(value);
}

static void notice_user(struct linear *linear, const struct model *model, struct buf *out) {
    if (linear->user && str_equal(str_from(linear->user), str_from(model->user))) return;
    if (linear->user) add_told(out, "Shopper in focus: ", str_from(model->user));
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
    add_line(out, buf_str(&text));
    buf_release(&text);
}

static void add_selected(
    const struct model *model, const struct pane *pane, const char *word, struct buf *out) {
    const size_t count = narrow_count(model, pane->id), row = model->lists[pane->id].selected;
    const size_t place = narrow_place(model, pane->id, row);
    if (place >= count) return;
    buf_add_format(out, "%s %zu of %zu: ", word, place + 1, count);
    add_row(model, pane, row, out);
}

static void tell_pane(struct linear *linear, const struct model *model, struct buf *out) {
    const struct pane *pane = pane_get(model->pane);
    struct buf title = {0}, note = {0}, line = {0};
    pane->title_text(model, &title, &note);
    buf_add_format(&line, "%d %s. %s", (int)pane->id + 1, pane->title, buf_text(&title));
    if (note.len) buf_add_format(&line, ", %s", buf_text(&note));
    add_line(out, buf_str(&line));
    buf_release(&title);
    buf_release(&note);
    buf_release(&line);
    const size_t count = narrow_count(model, pane->id);
    canvas_clear(&linear->page);
    struct sheet sheet = {.canvas = &linear->page, .rect = canvas_rect(&linear->page)};
    if (count == 0 && pane->count(model)) {
        narrow_empty(model, pane->id, &sheet);
        add_page(&linear->page, out);
    } else if (count == 0 && pane->empty) {
        pane->empty(model, &sheet);
        add_page(&linear->page, out);
    }
    for (size_t row = 0; row < count && row < ROWS_TOLD; row++)
        add_row(model, pane, narrow_row(model, pane->id, row), out);
    if (count > ROWS_TOLD) buf_add_format(out, "and %zu more below\n", count - ROWS_TOLD);
    if (count) add_selected(model, pane, "Selected, row", out);
}

static void tell_detail(struct linear *linear, const struct model *model, struct buf *out) {
    const struct pane *pane = pane_get(model->pane);
    if (narrow_count(model, pane->id) == 0) return;
    canvas_clear(&linear->page);
    struct sheet sheet = {.canvas = &linear->page, .rect = canvas_rect(&linear->page)};
    view_detail(model, pane, &sheet);
    add_page(&linear->page, out);
}

static void tell_place(struct linear *linear, const struct model *model, struct buf *out) {
    const struct pane *pane = pane_get(model->pane);
    const size_t selected = model->lists[model->pane].selected;
    const bool is_other = linear->has_pane && linear->pane != model->pane;
    if (is_other)
        tell_pane(linear, model, out);
    else if (linear->has_pane && linear->selected != selected)
        add_selected(model, pane, "Row", out);
    if (model->is_detail_open && !linear->is_detail_open) tell_detail(linear, model, out);
    linear->has_pane = true;
    linear->pane = model->pane;
    linear->selected = selected;
    linear->is_detail_open = model->is_detail_open;
}

// What opens over the panes: read out when it opens, then the lines that were not there before.

static bool has_line(struct str text, struct str wanted) {
    struct str line;
    while (text.len) {
        str_split(text, '\n', &line, &text);
        if (str_equal(line, wanted)) return true;
    }
    return false;
}

static void tell_overlay(struct linear *linear, const struct model *model, struct buf *out) {
    const struct overlay *top = overlay_top(model);
    const bool is_new = linear->overlay_count != model->overlay_count;
    linear->overlay_count = model->overlay_count;
    if (is_new) buf_reset(&linear->overlay);
    if (!top || top->is_whole) return; // what is large there is told anyway
    struct buf text = {0};
    canvas_clear(&linear->page);
    top->draw(model, overlay_place(model, top), &linear->page);
    add_page(&linear->page, &text);
    struct str rest = buf_str(&text), line;
    while (rest.len) {
        str_split(rest, '\n', &line, &rest);
        if (has_line(buf_str(&linear->overlay), line)) continue;
        buf_add(out, line);
        buf_add_char(out, '\n');
    }
    buf_reset(&linear->overlay);
    buf_add(&linear->overlay, buf_str(&text));
    buf_release(&text);
}

static void tell_notice(struct linear *linear, const struct model *model, struct buf *out) {
    const struct model_notice *notice = &model->notice;
    if (str_equal(buf_str(&notice->text), buf_str(&linear->notice))) return;
    buf_reset(&linear->notice);
    buf_add(&linear->notice, buf_str(&notice->text));
    if (!notice->text.len) return;
    add_told(out, notice->role == THEME_BAD ? "Error: " : "", buf_str(&notice->text));
    if (notice->hint.len) add_told(out, "Next step: ", buf_str(&notice->hint));
}

static void tell_prompt(struct linear *linear, const struct model *model, struct buf *out) {
    if (linear->editing == model->editing) return;
    linear->editing = model->editing;
    if (model->editing == MODEL_EDITING_NOTHING) return;
    const struct prompt *prompt = prompt_get(model->editing);
    struct buf line = {0};
    buf_add(&line, str_from(prompt->label ? prompt->label : "Value: "));
    if (model->editor.is_secret)
        buf_add(&line, STR("type the secret"));
    else if (model->editor.text.len)
        buf_add_format(&line, "now %s; type another", buf_text(&model->editor.text));
    else
        buf_add(&line, STR("type it"));
    buf_add(&line, STR(", or an empty line to leave it."));
    add_told(out, "", buf_str(&line));
    buf_release(&line);
}

static void tell_caption(struct linear *linear, const struct model *model, struct buf *out) {
    const struct str caption = str_from(model->player.caption);
    if (str_equal(caption, buf_str(&linear->caption))) return;
    buf_reset(&linear->caption);
    buf_add(&linear->caption, caption);
    if (caption.len) add_told(out, "Caption: ", caption);
}

void linear_hear(
    struct linear *linear,
    const struct model *model,
    const struct message *message,
    struct buf *out) {
    if (message->kind != MESSAGE_EVENT) return;
    if (model->pane != PANE_STREAM && !linear->follows) return;
    const bool is_found = model_is_live(model) && !message->as.event.is_sent;
    if (is_found && event_list_has(&model->stream.events, &message->as.event)) return; // told
    if (linear->events_told >= LINEAR_EVENTS) {
        linear->events_left++;
        return;
    }
    linear->events_told++;
    const struct message_event *event = &message->as.event;
    struct buf line = {0};
    buf_add_format(&line, "Event %s", event->name ? event->name : event->type ? event->type : "");
    if (event->sku) buf_add_format(&line, " %s", event->sku);
    if (event->user_id) buf_add_format(&line, " of %s", event->user_id);
    if (event->source) buf_add_format(&line, " at %s", event->source);
    if (event->discard_reason) buf_add_format(&line, ", discarded: %s", event->discard_reason);
    add_told(out, "", buf_str(&line));
    buf_release(&line);
}

void linear_tell(struct linear *linear, struct model *model, struct buf *out) {
    if (linear->events_left) buf_add_format(out, "and %zu more events\n", linear->events_left);
    linear->events_told = linear->events_left = 0;
    notice_user(linear, model, out);
    tell_caption(linear, model, out);
    tell_hops(linear, model, out);
    tell_list(linear, model, out);
    tell_trait(linear, model, out);
    tell_place(linear, model, out);
    tell_overlay(linear, model, out);
    tell_notice(linear, model, out);
    tell_prompt(linear, model, out);
}

// Lines

// Signs that are passed over when they are read out have names.
static void add_key_in_words(const struct model *model, enum intent intent, struct buf *out) {
    static const struct {
        const char *key, *words;
    } signs[] = {
        {"?", "a question mark"}, {":", "a colon"}, {",", "a comma"}, {".", "a full stop"}};
    const struct keymap_name name = keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, intent);
    for (size_t i = 0; i < ARRAY_COUNT(signs); i++) {
        if (strcmp(signs[i].key, name.text) != 0) continue;
        buf_add(out, str_from(signs[i].words));
        return;
    }
    buf_add(out, str_from(name.text));
}

void linear_add_greeting(const struct model *model, struct buf *out) {
    buf_add(out, STR("recloop, read out line by line. Type a key and Enter: "));
    add_key_in_words(model, INTENT_FIRE, out);
    buf_add(out, STR(" fires the test event,"));
    for (int id = 0; id < PANE_COUNT; id++) {
        buf_add_char(out, ' ');
        add_key_in_words(model, (enum intent)(INTENT_PANE_SETUP + id), out);
    }
    buf_add(out, STR(" read a pane,\nan empty line reads the details, "));
    add_key_in_words(model, INTENT_HELP, out);
    buf_add(out, STR(" reads all keys, "));
    add_key_in_words(model, INTENT_QUIT, out);
    buf_add(out, STR(" leaves.\n"));
}

struct line {
    struct linear *linear;
    struct model *model;
    linear_then_fn *then;
    void *context;
    struct buf *out;
};

static void press(const struct line *line, uint32_t key) {
    const struct input input = {.key = key};
    struct effects effects = {0};
    model_handle(line->model, &input, &effects);
    line->then(line->context, &effects);
}

// By the person's own key; these always have one.
static void press_for(const struct line *line, enum intent intent) {
    const struct keymap_row *row = keymap_row_of(&line->model->keymap, KEYMAP_EDITOR, intent);
    if (row) press(line, row->key);
}

// In place of what stands in the editor.
static void answer(const struct line *line, struct str text) {
    if (!text.len || str_equal(text, STR("Esc"))) {
        press_for(line, INTENT_CANCEL);
        buf_add(line->out, STR("Left as it was.\n"));
        return;
    }
    editor_start(&line->model->editor, (struct str){0}, line->model->editor.is_secret);
    while (text.len && line->model->editing != MODEL_EDITING_NOTHING) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        if (valid && rune >= ' ') press(line, rune);
    }
    press_for(line, INTENT_SUBMIT);
}

static void press_keys(const struct line *line, struct str text) {
    while (text.len) {
        struct str word;
        uint32_t key = 0;
        str_split(text, ' ', &word, &text);
        if (!word.len) continue;
        if (!input_parse_key_name(word, &key)) {
            add_told(line->out, "No key is called ", word);
            buf_add(line->out, STR("Keys are characters, or names such as Enter, Esc, Down; "));
            add_key_in_words(line->model, INTENT_HELP, line->out);
            buf_add(line->out, STR(" reads all of them.\n"));
            return;
        }
        press(line, key);
    }
}

static bool is_following(const struct line *line, struct str text) {
    const struct keymap_name key =
        keymap_name_of(&line->model->keymap, KEYMAP_STREAM, INTENT_FOLLOW);
    if (!str_equal(text, str_from(key.text)) || line->model->pane == PANE_STREAM) return false;
    struct linear *linear = line->linear;
    linear->follows = !linear->follows;
    if (linear->follows)
        buf_add_format(line->out, "Events are read out as they come. %s: no longer.\n", key.text);
    else
        buf_add(line->out, STR("Events are no longer read out.\n"));
    return true;
}

void linear_line(
    struct linear *linear,
    struct model *model,
    struct str text,
    linear_then_fn *then,
    void *context,
    struct buf *out) {
    const struct line line = {
        .linear = linear, .model = model, .then = then, .context = context, .out = out};
    if (str_ends_with(text, STR("\r"))) text.len--;
    if (model->editing != MODEL_EDITING_NOTHING) {
        answer(&line, text);
    } else if (text.len && text.ptr[0] == ':') {
        press(&line, ':');
        if (model->editing != MODEL_EDITING_NOTHING && text.len > 1)
            answer(&line, str_skip(text, 1));
    } else if (str_trim(text).len == 0 && !overlay_top(model)) {
        tell_detail(linear, model, out);
    } else if (str_trim(text).len == 0) {
        press(&line, INPUT_ENTER);
    } else if (!is_following(&line, str_trim(text))) {
        press_keys(&line, text);
    }
    linear_tell(linear, model, out);
}
