// presenter — what it remembers; the overlay draws it. See the header.
#include "console/presenter.h"

#include "base/clock.h"
#include "console/model.h"

#define ACCOUNT_DIGITS 12
#define SHOWN_DIGITS 4
#define BULLET 0x2022u

void presenter_open(struct model *model) {
    const struct overlay *top = overlay_top(model);
    if (top && top->id == OVERLAY_PRESENTER) {
        overlay_close(model);
        return;
    }
    if (top && (top->id == OVERLAY_CONFIRM || top->id == OVERLAY_LEAVE)) {
        model_note(model, THEME_DIM, "The question first: it would be behind the presenter mode.");
        return;
    }
    if (overlay_is_open(model, OVERLAY_PRESENTER)) { // behind what was opened from it
        while (overlay_top(model)->id != OVERLAY_PRESENTER)
            overlay_close(model);
        return;
    }
    overlay_open(model, OVERLAY_PRESENTER);
    buf_reset(&model->notice.text); // a caption has its own place there
}

void presenter_note_key(struct model *model, uint32_t key) {
    struct presenter *presenter = &model->presenter;
    const bool is_typing = model->editing != MODEL_EDITING_NOTHING;
    if (key == INPUT_MOUSE || key == INPUT_PASTE) return;
    if (is_typing && key != INPUT_ENTER && key != INPUT_ESCAPE) return;
    if (presenter->key_count == PRESENTER_KEYS) {
        for (size_t i = 1; i < PRESENTER_KEYS; i++)
            presenter->keys[i - 1] = presenter->keys[i];
        presenter->key_count--;
    }
    presenter->keys[presenter->key_count++] = key;
    presenter->keys_until_ms = model->now_ms + PRESENTER_KEYS_MS;
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

void presenter_add_public(struct buf *out, struct str text) {
    size_t at = 0;
    while (at < text.len) {
        size_t digits = 0;
        while (at + digits < text.len && is_digit(text.ptr[at + digits]))
            digits++;
        if (digits == ACCOUNT_DIGITS) {
            buf_add(out, STR("••••"));
            buf_add(out, str_slice(text, at + digits - SHOWN_DIGITS, SHOWN_DIGITS));
        } else {
            buf_add(out, str_slice(text, at, digits ? digits : 1));
        }
        at += digits ? digits : 1;
    }
}

// Cells from a place on that hold digits, in this row.
static int digits_at(const struct canvas *canvas, int column, int row) {
    int count = 0;
    for (; column + count < canvas->columns; count++) {
        const struct canvas_cell *cell = canvas_at(canvas, column + count, row);
        if (cell->runes[0] < '0' || cell->runes[0] > '9') break;
    }
    return count;
}

static bool is_word(const struct canvas_cell *cell) {
    const uint32_t rune = cell->runes[0];
    return rune && rune != ' ' && rune != 0x2502u && rune != '|';
}

// The column at which the rest of a word stands that fills its row up to `end`: below, after the indent.
static int rest_below(const struct canvas *canvas, int end, int row) {
    int column = end - 1;
    if (row + 1 >= canvas->rows) return -1;
    if (end < canvas->columns && is_word(canvas_at(canvas, end, row))) return -1;
    // to the left edge of the part in which the word stands
    while (column > 0 && canvas_at(canvas, column - 1, row)->runes[0] != 0x2502u)
        column--;
    while (column < end && canvas_at(canvas, column, row + 1)->runes[0] == ' ')
        column++;
    return column < end ? column : -1;
}

static void hide_cells(struct canvas *canvas, int column, int row, int count) {
    for (int i = 0; i < count; i++)
        canvas->cells[row * canvas->columns + column + i].runes[0] =
            canvas->is_ascii ? '*' : BULLET;
}

static void hide_at(struct canvas *canvas, int column, int row, int digits) {
    const int hidden = ACCOUNT_DIGITS - SHOWN_DIGITS;
    if (digits == ACCOUNT_DIGITS) {
        hide_cells(canvas, column, row, hidden);
        return;
    }
    if (digits > ACCOUNT_DIGITS) return;
    const int below = rest_below(canvas, column + digits, row);
    if (below < 0 || digits_at(canvas, below, row + 1) != ACCOUNT_DIGITS - digits) return;
    hide_cells(canvas, column, row, digits < hidden ? digits : hidden);
    if (digits < hidden) hide_cells(canvas, below, row + 1, hidden - digits);
}

void presenter_hide(struct canvas *canvas) {
    for (int row = 0; row < canvas->rows; row++) {
        for (int column = 0; column < canvas->columns;) {
            const int digits = digits_at(canvas, column, row);
            if (digits) hide_at(canvas, column, row, digits);
            column += digits ? digits : 1;
        }
    }
}

static void init(struct model *model) {
    model->presenter.lag_ms = -1;
}

// How late the trait was, for the person who looks at the click: from the key to the hop's answer.
static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct presenter *presenter = &model->presenter;
    const struct model_fire *fire = &model->fire;
    (void)effects;
    if (message->kind != MESSAGE_HOP || !fire->run_id || message->run_id != fire->run_id) return;
    const struct hop *hop = &message->as.hop;
    if (hop->id != HOP_PROFILE) presenter->lag_ms = -1;
    if (hop->id != HOP_PROFILE || hop->state != HOP_DONE) return;
    presenter->lag_ms = (double)(model->now_ms - fire->fired_at_ms);
}

static int64_t wake_ms(const struct model *model) {
    return model->presenter.keys_until_ms;
}

static void wake(struct model *model, struct effects *effects) {
    (void)effects;
    model->presenter.keys_until_ms = 0;
    model->presenter.key_count = 0;
}

const struct feature presenter_feature = {
    .name = "presenter",
    .init = init,
    .apply = apply,
    .wake_ms = wake_ms,
    .wake = wake,
};
