// canvas — see the header.
#include "console/canvas.h"

#include "base/memory.h"
#include "console/width.h"

#include <stdarg.h>

#define ELLIPSIS 0x2026u
#define LONE_MARK_BASE 0x25CCu

static const struct canvas_cell blank = {.runes = {' '}, .width = 1, .role = THEME_TEXT};

void canvas_resize(struct canvas *canvas, int columns, int rows) {
    ASSERT(columns >= 0 && rows >= 0);
    const size_t cells = (size_t)columns * (size_t)rows;
    canvas->cells = mem_resize(canvas->cells, cells ? cells : 1, sizeof(canvas->cells[0]));
    canvas->columns = columns;
    canvas->rows = rows;
    canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas) {
    const size_t cells = (size_t)canvas->columns * (size_t)canvas->rows;
    for (size_t i = 0; i < cells; i++)
        canvas->cells[i] = blank;
    canvas->has_cursor = false;
}

void canvas_release(struct canvas *canvas) {
    if (!canvas) return;
    mem_free(canvas->cells);
    *canvas = (struct canvas){0};
}

static bool is_inside(const struct canvas *canvas, int column, int row) {
    return column >= 0 && row >= 0 && column < canvas->columns && row < canvas->rows;
}

static struct canvas_cell *cell_at(struct canvas *canvas, int column, int row) {
    return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

const struct canvas_cell *canvas_at(const struct canvas *canvas, int column, int row) {
    ASSERT(is_inside(canvas, column, row));
    return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

struct rect canvas_rect(const struct canvas *canvas) {
    return (struct rect){.columns = canvas->columns, .rows = canvas->rows};
}

// Writes one grapheme's base, blanking what it leaves of wide characters at both ends.
static void
put(struct canvas *canvas, int column, int row, uint32_t rune, int width, enum theme_role role) {
    if (!is_inside(canvas, column, row) || !is_inside(canvas, column + width - 1, row)) return;
    struct canvas_cell *cell = cell_at(canvas, column, row);
    if (cell->width == 0 && column > 0) *cell_at(canvas, column - 1, row) = blank;
    const int after = column + width;
    if (after < canvas->columns && cell_at(canvas, after, row)->width == 0) {
        *cell_at(canvas, after, row) = blank;
    }
    *cell = (struct canvas_cell){
        .runes = {rune},
        .width = (uint8_t)width,
        .role = (uint8_t)role,
    };
    if (width == 2) {
        *cell_at(canvas, column + 1, row) = (struct canvas_cell){.width = 0, .role = (uint8_t)role};
    }
}

static void add_mark(struct canvas *canvas, int column, int row, uint32_t mark) {
    if (canvas->is_ascii || !is_inside(canvas, column, row)) return;
    struct canvas_cell *cell = cell_at(canvas, column, row);
    if (cell->width == 0 && column > 0) cell = cell_at(canvas, column - 1, row);
    for (size_t i = 1; i < CANVAS_RUNES; i++) {
        if (cell->runes[i]) continue;
        cell->runes[i] = mark;
        return;
    }
}

static bool is_variation_selector(uint32_t rune) {
    return (rune >= 0xFE00 && rune <= 0xFE0F) || (rune >= 0xE0000 && rune <= 0xE0FFF);
}

void canvas_fill(struct canvas *canvas, struct rect rect, uint32_t rune, enum theme_role role) {
    for (int row = 0; row < rect.rows; row++) {
        struct canvas_pen pen = canvas_pen(canvas, rect, row);
        canvas_repeat(&pen, role, rune, rect.columns);
    }
}

static void mark(struct canvas *canvas, struct rect rect, uint8_t is_selected) {
    for (int row = rect.row; row < rect.row + rect.rows; row++) {
        for (int column = rect.column; column < rect.column + rect.columns; column++) {
            if (is_inside(canvas, column, row))
                cell_at(canvas, column, row)->is_selected = is_selected;
        }
    }
}

void canvas_select(struct canvas *canvas, struct rect rect) {
    mark(canvas, rect, 1);
}

void canvas_deselect(struct canvas *canvas, struct rect rect) {
    mark(canvas, rect, 0);
}

void canvas_keep_secret(struct canvas *canvas, struct rect rect) {
    for (int column = rect.column; column < rect.column + rect.columns; column++) {
        if (!is_inside(canvas, column, rect.row)) continue;
        struct canvas_cell *cell = cell_at(canvas, column, rect.row);
        cell->is_secret = cell->runes[0] != ' ';
    }
}

static void print_row(const struct canvas *canvas, int row, struct buf *out) {
    int end = canvas->columns;
    while (end > 0 && canvas_at(canvas, end - 1, row)->runes[0] == ' ' &&
           canvas_at(canvas, end - 1, row)->runes[1] == 0) {
        end--;
    }
    for (int column = 0; column < end; column++) {
        const struct canvas_cell *cell = canvas_at(canvas, column, row);
        if (cell->is_secret && cell->width) buf_add_rune(out, 0x2022u);
        for (size_t i = 0; !cell->is_secret && i < CANVAS_RUNES && cell->runes[i]; i++) {
            buf_add_rune(out, cell->runes[i]);
        }
    }
    buf_add_char(out, '\n');
}

void canvas_print(const struct canvas *canvas, struct buf *out) {
    for (int row = 0; row < canvas->rows; row++)
        print_row(canvas, row, out);
}

struct canvas_pen canvas_pen(struct canvas *canvas, struct rect rect, int row) {
    const bool is_within = row >= 0 && row < rect.rows;
    return (struct canvas_pen){
        .canvas = is_within ? canvas : NULL,
        .start = rect.column,
        .column = rect.column,
        .end = rect.column + (rect.columns > 0 ? rect.columns : 0),
        .row = rect.row + row,
    };
}

int canvas_room(const struct canvas_pen *pen) {
    return pen->is_full || pen->column >= pen->end ? 0 : pen->end - pen->column;
}

// The cut is shown in the last cell of the room, whatever was there, or behind the last whole
// character when that cell belongs to a wide one.
static void cut(struct canvas_pen *pen, enum theme_role role) {
    int column = pen->end - 1;
    if (pen->canvas && column >= pen->start) {
        struct canvas *canvas = pen->canvas;
        const uint32_t rune = canvas->is_ascii ? (uint32_t)theme_ascii(ELLIPSIS) : ELLIPSIS;
        const bool is_half =
            is_inside(canvas, column, pen->row) && cell_at(canvas, column, pen->row)->width == 0;
        if (is_half && column > pen->start) column--;
        put(canvas, column, pen->row, rune, 1, role);
    }
    pen->column = pen->end;
    pen->is_full = true;
}

static void write_rune(struct canvas_pen *pen, enum theme_role role, uint32_t rune, int start) {
    if (pen->is_full || is_variation_selector(rune)) return;
    int width = width_of_rune(rune);
    if (width == 0) {
        if (pen->column > start) {
            if (pen->canvas) add_mark(pen->canvas, pen->column - 1, pen->row, rune);
            return;
        }
        write_rune(pen, role, LONE_MARK_BASE, start);
        if (pen->canvas) add_mark(pen->canvas, pen->column - 1, pen->row, rune);
        return;
    }
    if (pen->column + width > pen->end) {
        if (rune != ' ') cut(pen, role); // a blank that has no room is not missed
        return;
    }
    if (pen->canvas && pen->canvas->is_ascii && rune > 0x7E) {
        put(pen->canvas, pen->column, pen->row, (uint32_t)theme_ascii(rune), 1, role);
        if (width == 2) put(pen->canvas, pen->column + 1, pen->row, ' ', 1, role);
    } else if (pen->canvas) {
        put(pen->canvas, pen->column, pen->row, rune, width, role);
    }
    pen->column += width;
}

static bool needs_escapes(struct str text) {
    while (text.len) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || str_is_invisible_rune(rune))
            return true;
    }
    return false;
}

static void write_printable(struct canvas_pen *pen, enum theme_role role, struct str text) {
    const int start = pen->column;
    while (text.len && !pen->is_full) {
        bool valid = true;
        write_rune(pen, role, str_next_rune(&text, &valid), start);
    }
}

void canvas_write(struct canvas_pen *pen, enum theme_role role, struct str text) {
    if (!needs_escapes(text)) {
        write_printable(pen, role, text);
        return;
    }
    struct buf printable = {0};
    buf_add_printable(&printable, text);
    write_printable(pen, role, buf_str(&printable));
    buf_release(&printable);
}

void canvas_write_text(struct canvas_pen *pen, enum theme_role role, const char *text) {
    canvas_write(pen, role, str_from(text));
}

void canvas_write_rune(struct canvas_pen *pen, enum theme_role role, uint32_t rune) {
    write_rune(pen, role, rune, pen->column);
}

void canvas_write_format(struct canvas_pen *pen, enum theme_role role, const char *format, ...) {
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_add_vformat(&text, format, args);
    va_end(args);
    canvas_write(pen, role, buf_str(&text));
    buf_release(&text);
}

void canvas_repeat(struct canvas_pen *pen, enum theme_role role, uint32_t rune, int count) {
    for (int i = 0; i < count && canvas_room(pen) > 0; i++)
        canvas_write_rune(pen, role, rune);
}

static void write_aligned(
    struct canvas_pen *pen, enum theme_role role, struct str text, int columns, int before) {
    if (columns > canvas_room(pen)) columns = canvas_room(pen);
    const int end = pen->column + columns;
    struct canvas_pen inner = *pen;
    inner.start = pen->column;
    inner.end = end;
    canvas_repeat(&inner, role, ' ', before);
    canvas_write(&inner, role, text);
    inner.is_full = false;
    canvas_repeat(&inner, role, ' ', end - inner.column);
    pen->column = end;
}

void canvas_write_column(
    struct canvas_pen *pen, enum theme_role role, struct str text, int columns) {
    write_aligned(pen, role, text, columns, 0);
}

void canvas_write_column_right(
    struct canvas_pen *pen, enum theme_role role, struct str text, int columns) {
    write_aligned(pen, role, text, columns, columns - width_of_text(text));
}

void canvas_move_to(struct canvas_pen *pen, int column) {
    if (column > pen->column) pen->column = column < pen->end ? column : pen->end;
}
