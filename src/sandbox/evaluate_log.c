// evaluate_log — the interactions to evaluate on: ids once, sixteen bytes a row.
#include "evaluate_internal.h"

#include "base/memory.h"
#include "sandbox/interactions_csv.h"

struct evaluate_log *evaluate_log_new(void) {
    return MEM_NEW(struct evaluate_log);
}

void evaluate_log_free(struct evaluate_log *log) {
    if (!log) return;
    mem_free(log->rows);
    names_release(&log->users);
    names_release(&log->items);
    mem_free(log);
}

static bool check_id(struct str id, struct error *err) {
    if (id.len > 0 && id.len <= RECOMMENDER_ID_MAX_BYTES) return true;
    error_set(err, ERROR_INVALID, "an id of %zu bytes", id.len);
    return error_hint(err, "Users and items have ids of 1 to %d bytes.", RECOMMENDER_ID_MAX_BYTES);
}

bool evaluate_log_add(
    struct evaluate_log *log, struct str user, struct str item, int64_t time_s, struct error *err) {
    if (!check_id(user, err) || !check_id(item, err)) return false;
    if (log->count == EVALUATE_MAX_ROWS) {
        error_set(err, ERROR_LIMIT, "more than %zu interactions", EVALUATE_MAX_ROWS);
        return error_hint(err, "Evaluate on a part of them, such as the newest months.");
    }
    if (log->count == log->cap) {
        log->cap = log->cap ? log->cap * 2 : 1024;
        log->rows = mem_resize(log->rows, log->cap, sizeof(*log->rows));
    }
    log->rows[log->count++] = (struct evaluate_row){
        .time_s = time_s,
        .user = names_add(&log->users, user),
        .item = names_add(&log->items, item),
    };
    return true;
}

static bool add_row(void *context, const struct interactions_csv_row *row, struct error *err) {
    return evaluate_log_add(context, row->user, row->item, row->time_s, err);
}

bool evaluate_log_add_file(struct evaluate_log *log, const char *path, struct error *err) {
    return interactions_csv_read_file(path, add_row, log, err);
}

static bool is_sorted(const struct evaluate_log *log) {
    for (size_t i = 1; i < log->count; i++) {
        if (log->rows[i - 1].time_s > log->rows[i].time_s) return false;
    }
    return true;
}

static void merge(
    const struct evaluate_row *from,
    struct evaluate_row *into,
    size_t start,
    size_t middle,
    size_t end) {
    size_t left = start, right = middle;
    for (size_t at = start; at < end; at++) {
        const bool take_left =
            left < middle && (right >= end || from[left].time_s <= from[right].time_s);
        into[at] = take_left ? from[left++] : from[right++];
    }
}

// Merge sort, because rows of equal time must keep their order.
void evaluate_log_sort(struct evaluate_log *log) {
    if (is_sorted(log)) return;
    struct evaluate_row *from = log->rows;
    struct evaluate_row *into = mem_alloc(log->count * sizeof(*into));
    for (size_t width = 1; width < log->count; width *= 2) {
        for (size_t start = 0; start < log->count; start += 2 * width) {
            const size_t middle = start + width < log->count ? start + width : log->count;
            const size_t end = middle + width < log->count ? middle + width : log->count;
            merge(from, into, start, middle, end);
        }
        struct evaluate_row *const merged = into;
        into = from;
        from = merged;
    }
    log->rows = from;
    log->cap = log->count;
    mem_free(into);
}
