// history — see the header.
#include "console/history.h"

#include "base/memory.h"

static bool is_of(const struct history_line *line, struct str of) {
    return str_equal(str_from(line->of), of);
}

static void take_out(struct history *history, size_t at) {
    mem_free(history->lines[at].of);
    mem_free(history->lines[at].text);
    history->count--;
    memmove(
        &history->lines[at], &history->lines[at + 1],
        (history->count - at) * sizeof(*history->lines));
}

void history_release(struct history *history) {
    if (!history) return;
    while (history->count)
        take_out(history, history->count - 1);
    mem_free(history->lines);
    buf_release(&history->begun);
    *history = (struct history){0};
}

void history_rest(struct history *history) {
    history->back = 0;
    buf_reset(&history->begun);
}

static char *copy(struct str text) {
    struct buf made = {0};
    buf_add(&made, text);
    return buf_take(&made);
}

// The oldest of them goes when they are too many.
static void make_room(struct history *history, struct str of) {
    size_t count = 0, first = 0;
    for (size_t i = history->count; i > 0; i--) {
        if (!is_of(&history->lines[i - 1], of)) continue;
        count++;
        first = i - 1;
    }
    if (count >= HISTORY_LINES) take_out(history, first);
    if (history->count == HISTORY_ALL) take_out(history, 0);
}

void history_add(struct history *history, struct str of, struct str text) {
    history_rest(history);
    if (!text.len) return;
    for (size_t i = 0; i < history->count; i++) {
        const bool is_same =
            is_of(&history->lines[i], of) && str_equal(str_from(history->lines[i].text), text);
        if (!is_same) continue;
        take_out(history, i);
        break;
    }
    make_room(history, of);
    if (!history->lines) history->lines = mem_zeroed(HISTORY_ALL, sizeof(*history->lines));
    history->lines[history->count++] = (struct history_line){.of = copy(of), .text = copy(text)};
}

// The n-th line back, from 1; NULL: there are not so many.
static const struct history_line *
line_at(const struct history *history, struct str of, size_t back) {
    for (size_t i = history->count; i > 0; i--) {
        if (!is_of(&history->lines[i - 1], of)) continue;
        if (--back == 0) return &history->lines[i - 1];
    }
    return NULL;
}

const char *history_line_at(const struct history *history, struct str of, size_t back) {
    const struct history_line *line = back ? line_at(history, of, back) : NULL;
    return line ? line->text : NULL;
}

bool history_older(struct history *history, struct str of, struct str now, struct buf *out) {
    size_t back = history->back + 1;
    const struct history_line *line = line_at(history, of, back);
    // the line as it stands is nothing older
    if (line && back == 1 && str_equal(str_from(line->text), now))
        line = line_at(history, of, ++back);
    if (!line) return false;
    if (history->back == 0) {
        buf_reset(&history->begun);
        buf_add(&history->begun, now);
    }
    history->back = back;
    buf_add(out, str_from(line->text));
    return true;
}

bool history_newer(struct history *history, struct str of, struct buf *out) {
    if (history->back == 0) return false;
    history->back--;
    const struct history_line *line = history->back ? line_at(history, of, history->back) : NULL;
    if (line && history->back == 1 && str_equal(str_from(line->text), buf_str(&history->begun))) {
        history->back = 0; // passed over on the way back
        line = NULL;
    }
    buf_add(out, line ? str_from(line->text) : buf_str(&history->begun));
    return true;
}
