// presenter — what it remembers; the overlay draws it. See the header.
#include "console/presenter.h"

#include "base/clock.h"
#include "console/model.h"

#define ACCOUNT_DIGITS 12
#define SHOWN_DIGITS 4

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
