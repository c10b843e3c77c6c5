// edit_log — see the header.
#include "console/edit_log.h"

#include "base/memory.h"

static void wipe(struct buf *buf) {
    if (buf->ptr) mem_wipe(buf->ptr, buf->cap);
    buf_release(buf);
}

static size_t bytes_of(const struct edit_log_step *step) {
    return step->removed.len + step->added.len;
}

static void release_step(struct edit_log *log, struct edit_log_step *step) {
    log->bytes -= bytes_of(step);
    wipe(&step->removed);
    wipe(&step->added);
}

void edit_log_release(struct edit_log *log) {
    if (!log) return;
    for (size_t i = 0; i < log->count; i++)
        release_step(log, &log->steps[i]);
    mem_free(log->steps);
    *log = (struct edit_log){0};
}

static void forget_undone(struct edit_log *log) {
    while (log->count > log->done)
        release_step(log, &log->steps[--log->count]);
}

static void forget_oldest(struct edit_log *log) {
    release_step(log, &log->steps[0]);
    log->count--;
    log->done--;
    memmove(log->steps, log->steps + 1, log->count * sizeof(*log->steps));
}

// Typing on at the same place, or erasing on from it.
static bool join(struct edit_log *log, size_t at, struct str removed, struct str added) {
    if (log->is_closed || !log->count) return false;
    struct edit_log_step *last = &log->steps[log->count - 1];
    if (!removed.len && !last->removed.len && at == last->at + last->added.len) {
        buf_add(&last->added, added);
    } else if (!added.len && !last->added.len && at + removed.len == last->at) {
        struct buf whole = {0};
        buf_add(&whole, removed);
        buf_add(&whole, buf_str(&last->removed));
        wipe(&last->removed);
        last->removed = whole;
        last->at = at;
    } else if (!added.len && !last->added.len && at == last->at) {
        buf_add(&last->removed, removed);
    } else {
        return false;
    }
    log->bytes += removed.len + added.len;
    return true;
}

void edit_log_add(
    struct edit_log *log,
    size_t at,
    struct str removed,
    struct str added,
    size_t cursor,
    bool joins) {
    forget_undone(log);
    if (joins && join(log, at, removed, added)) return;
    log->is_closed = !joins;
    if (!log->steps) log->steps = mem_zeroed(EDIT_LOG_STEPS, sizeof(*log->steps));
    while (log->count &&
           (log->count == EDIT_LOG_STEPS || log->bytes + removed.len + added.len > EDIT_LOG_BYTES))
        forget_oldest(log);
    struct edit_log_step *step = &log->steps[log->count++];
    *step = (struct edit_log_step){.at = at, .cursor = cursor};
    buf_add(&step->removed, removed);
    buf_add(&step->added, added);
    log->bytes += bytes_of(step);
    log->done = log->count;
}

void edit_log_break(struct edit_log *log) {
    log->is_closed = true;
}

void edit_log_splice(struct buf *text, size_t from, size_t to, struct str with) {
    struct buf made = {.limit = text->limit};
    buf_add(&made, str_slice(buf_str(text), 0, from));
    buf_add(&made, with);
    buf_add(&made, str_skip(buf_str(text), to));
    wipe(text);
    *text = made;
}

bool edit_log_undo(struct edit_log *log, struct buf *text, size_t *cursor) {
    if (!log->done) return false;
    const struct edit_log_step *step = &log->steps[--log->done];
    edit_log_splice(text, step->at, step->at + step->added.len, buf_str(&step->removed));
    *cursor = step->cursor;
    log->is_closed = true;
    return true;
}

bool edit_log_redo(struct edit_log *log, struct buf *text, size_t *cursor) {
    if (log->done == log->count) return false;
    const struct edit_log_step *step = &log->steps[log->done++];
    edit_log_splice(text, step->at, step->at + step->removed.len, buf_str(&step->added));
    *cursor = step->at + step->added.len;
    log->is_closed = true;
    return true;
}
