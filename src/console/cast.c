// cast — see the header.
#include "console/cast.h"

#include "base/json.h"
#include "base/memory.h"
#include "console/ansi.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MARK_BYTES 128 // kept for the mark at the limit

struct cast {
    char *path;
    int fd;
    off_t whole; // bytes of whole lines in the file
    int64_t wall_ms, start_us;
    uint64_t limit_bytes; // 0: none
    bool is_full;
    enum theme_depth depth;
    enum theme_id theme;
    struct canvas last; // no cells: nothing is recorded yet
    struct buf text, line;
    struct error failure;
};

bool cast_is_name(struct str path) {
    return str_ends_with(path, STR(".cast"));
}

bool cast_open(const struct cast_options *options, struct cast **out, struct error *err) {
    const int fd = open(options->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0600);
    if (fd < 0) {
        const bool is_there = errno == EEXIST;
        error_from_errno(err, errno, "recording to %s", options->path);
        return error_hint(
            err, is_there ? "A recording never replaces a file: choose another name."
                          : "Choose a file in a folder that can be written.");
    }
    struct cast *cast = MEM_NEW(struct cast);
    cast->path = mem_copy_string(options->path);
    cast->fd = fd;
    cast->wall_ms = options->wall_ms;
    cast->start_us = options->now_us;
    cast->depth = options->depth;
    cast->limit_bytes = options->limit_bytes;
    *out = cast;
    return true;
}

static bool write_whole(int fd, struct str text) {
    while (text.len) {
        const ssize_t put = write(fd, text.ptr, text.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        text = str_skip(text, (size_t)put);
    }
    return true;
}

// What was written of a line that could not be finished is taken back, as far as the file lets us.
static void write_line(struct cast *cast) {
    buf_add_char(&cast->line, '\n');
    const struct str line = buf_str(&cast->line);
    if (cast->failure.code != ERROR_NONE) return;
    if (write_whole(cast->fd, line)) {
        cast->whole += (off_t)line.len;
        return;
    }
    error_from_errno(&cast->failure, errno, "recording to %s", cast->path);
    error_hint(&cast->failure, "The recording ends there: make room, and record to another file.");
    (void)!ftruncate(cast->fd, cast->whole);
}

static void write_head(struct cast *cast, const struct canvas *canvas) {
    CLEANUP(json_release) struct json made = {0};
    struct json_node *head = json_new_object(&made);
    json_add_integer(head, "version", 2);
    json_add_integer(head, "width", canvas->columns);
    json_add_integer(head, "height", canvas->rows);
    json_add_integer(head, "timestamp", cast->wall_ms / 1000);
    json_add_text(head, "title", STR("recloop"));
    json_add_text(json_add_object(head, "env"), "TERM", STR("xterm-256color"));
    buf_reset(&cast->line);
    json_print(made.root, &cast->line);
    write_line(cast);
}

// [1.250000,"o","…"]
static void make_event(struct cast *cast, int64_t now_us, char kind, struct str data) {
    const int64_t since_us = now_us > cast->start_us ? now_us - cast->start_us : 0;
    buf_reset(&cast->line);
    buf_add_format(
        &cast->line, "[%lld.%06lld,\"%c\",", (long long)(since_us / 1000000),
        (long long)(since_us % 1000000), kind);
    json_quote(&cast->line, data);
    buf_add_char(&cast->line, ']');
}

static void write_event(struct cast *cast, int64_t now_us, char kind, struct str data) {
    make_event(cast, now_us, kind, data);
    const uint64_t wanted = (uint64_t)cast->whole + cast->line.len + MARK_BYTES;
    if (cast->limit_bytes && wanted > cast->limit_bytes) {
        cast->is_full = true;
        make_event(cast, now_us, 'm', STR("the recording stopped at its limit"));
    }
    write_line(cast);
}

static void keep(struct cast *cast, const struct canvas *canvas, enum theme_id theme) {
    const size_t cells = (size_t)canvas->columns * (size_t)canvas->rows;
    if (cast->last.columns != canvas->columns || cast->last.rows != canvas->rows)
        canvas_resize(&cast->last, canvas->columns, canvas->rows);
    memcpy(cast->last.cells, canvas->cells, cells * sizeof(canvas->cells[0]));
    cast->last.has_cursor = canvas->has_cursor;
    cast->last.cursor_column = canvas->cursor_column;
    cast->last.cursor_row = canvas->cursor_row;
    cast->theme = theme;
}

void cast_take(
    struct cast *cast, const struct canvas *canvas, enum theme_id theme, int64_t now_us) {
    if (!cast || cast->failure.code != ERROR_NONE || cast->is_full) return;
    const bool is_first = !cast->last.cells;
    const bool is_resized =
        !is_first && (cast->last.columns != canvas->columns || cast->last.rows != canvas->rows);
    if (is_first) write_head(cast, canvas);
    if (is_resized) {
        struct buf size = {0};
        buf_add_format(&size, "%dx%d", canvas->columns, canvas->rows);
        write_event(cast, now_us, 'r', buf_str(&size));
        buf_release(&size);
    }
    const bool is_new = is_first || is_resized || cast->theme != theme;
    buf_reset(&cast->text);
    ansi_add_difference(&cast->text, is_new ? NULL : &cast->last, canvas, theme, cast->depth);
    if (cast->text.len && !cast->is_full) write_event(cast, now_us, 'o', buf_str(&cast->text));
    keep(cast, canvas, theme);
}

bool cast_is_full(const struct cast *cast) {
    return cast && cast->is_full;
}

bool cast_close(struct cast *cast, struct error *err) {
    if (!cast) return true;
    const bool is_closed = close(cast->fd) == 0;
    if (!is_closed && cast->failure.code == ERROR_NONE)
        error_from_errno(&cast->failure, errno, "recording to %s", cast->path);
    const bool is_whole = cast->failure.code == ERROR_NONE;
    if (!is_whole) *err = cast->failure;
    canvas_release(&cast->last);
    buf_release(&cast->text);
    buf_release(&cast->line);
    mem_free(cast->path);
    mem_free(cast);
    return is_whole;
}
