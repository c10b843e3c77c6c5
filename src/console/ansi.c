// ansi — see the header.
#include "console/ansi.h"

#include <string.h>

#define BULLET 0x2022u

struct writer {
    struct buf *out;
    const struct canvas *before, *now; // before NULL: all cells
    enum theme_id theme;
    enum theme_depth depth;
    int column, row;       // where the player's cursor is; column -1: not known
    int role, is_selected; // of the SGR in force; role -1: none
};

static void add_color(struct buf *out, int base, int color, enum theme_depth depth) {
    if (color == THEME_DEFAULT_COLOR || depth == THEME_DEPTH_MONO) return;
    if (depth == THEME_DEPTH_TRUE)
        buf_add_format(
            out, ";%d;2;%d;%d;%d", base + 8, color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF);
    else if (depth == THEME_DEPTH_8)
        buf_add_format(out, ";%d", base + color % 8);
    else
        buf_add_format(out, ";%d;5;%d", base + 8, color);
}

static void set_style(struct writer *writer, int role, int is_selected) {
    if (writer->role == role && writer->is_selected == is_selected) return;
    const struct theme_style style =
        theme_style(writer->theme, writer->depth, (enum theme_role)role, is_selected != 0);
    struct buf *out = writer->out;
    buf_add(out, STR("\033[0"));
    if (style.bold) buf_add(out, STR(";1"));
    if (style.dim) buf_add(out, STR(";2"));
    if (style.underline) buf_add(out, STR(";4"));
    if (style.reverse) buf_add(out, STR(";7"));
    add_color(out, 30, style.foreground, writer->depth);
    add_color(out, 40, style.background, writer->depth);
    buf_add_char(out, 'm');
    writer->role = role;
    writer->is_selected = is_selected;
}

static void move_to(struct writer *writer, int column, int row) {
    if (writer->column == column && writer->row == row) return;
    buf_add_format(writer->out, "\033[%d;%dH", row + 1, column + 1);
    writer->column = column;
    writer->row = row;
}

static void put(struct writer *writer, int column, int row, const struct canvas_cell *cell) {
    move_to(writer, column, row);
    set_style(writer, cell->role, cell->is_selected);
    for (size_t i = 0; !cell->is_secret && i < CANVAS_RUNES && cell->runes[i]; i++)
        buf_add_rune(writer->out, cell->runes[i]);
    for (int i = 0; cell->is_secret && i < cell->width; i++)
        buf_add_rune(writer->out, BULLET);
    const bool is_sure = cell->width == 1 && !cell->runes[1];
    // at the right edge players differ in where the cursor is
    const bool is_edge = column + 1 >= writer->now->columns;
    writer->column = is_sure && !is_edge ? column + 1 : -1;
}

static bool is_same(const struct writer *writer, int column, int row) {
    if (!writer->before) return false;
    const struct canvas_cell *old = canvas_at(writer->before, column, row);
    const struct canvas_cell *cell = canvas_at(writer->now, column, row);
    return memcmp(old, cell, sizeof(*cell)) == 0;
}

static void put_cells(struct writer *writer) {
    const struct canvas *now = writer->now;
    for (int row = 0; row < now->rows; row++) {
        for (int column = 0; column < now->columns; column++) {
            const struct canvas_cell *cell = canvas_at(now, column, row);
            if (cell->width == 0 || is_same(writer, column, row)) continue;
            put(writer, column, row, cell);
        }
    }
}

static void put_cursor(struct writer *writer) {
    const struct canvas *before = writer->before, *now = writer->now;
    const bool was_there = before && before->has_cursor;
    if (now->has_cursor) move_to(writer, now->cursor_column, now->cursor_row);
    if (before && was_there == now->has_cursor) return;
    buf_add(writer->out, now->has_cursor ? STR("\033[?25h") : STR("\033[?25l"));
}

void ansi_add_difference(
    struct buf *out,
    const struct canvas *before,
    const struct canvas *now,
    enum theme_id theme,
    enum theme_depth depth) {
    const bool is_other = !before || before->columns != now->columns || before->rows != now->rows;
    struct writer writer = {
        .out = out,
        .before = is_other ? NULL : before,
        .now = now,
        .theme = theme,
        .depth = depth,
        .column = -1,
        .row = -1,
        .role = -1,
    };
    if (is_other) buf_add(out, STR("\033[0m\033[2J"));
    const bool has_moved = is_other || before->cursor_column != now->cursor_column ||
                           before->cursor_row != now->cursor_row;
    put_cells(&writer);
    if (writer.role >= 0) buf_add(out, STR("\033[0m"));
    if (has_moved || writer.role >= 0 || before->has_cursor != now->has_cursor) put_cursor(&writer);
}
