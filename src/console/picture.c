// picture — see the header.
#include "console/picture.h"

#define CELL_COLUMNS 9 // of a cell, in pixels
#define CELL_ROWS 19
#define BASELINE 14
#define FONT_SIZE 15
#define MARGIN 12
#define FONTS                                                                                      \
    "ui-monospace,'JetBrains Mono','DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace"

// What a cell looks like, all colours known.
struct look {
    uint32_t ink, ground;
    bool bold, underline, dim;
};

static enum theme_id drawn_theme(enum theme_id theme) {
    return theme == THEME_ID_TERMINAL ? THEME_ID_DARK : theme;
}

static struct look look_of(enum theme_id theme, enum theme_role role, bool is_selected) {
    const struct theme_style base = theme_style(THEME_ID_DARK, THEME_DEPTH_TRUE, THEME_TEXT, false);
    const struct theme_style style =
        theme_style(drawn_theme(theme), THEME_DEPTH_TRUE, role, is_selected);
    const bool has_ink = style.foreground != THEME_DEFAULT_COLOR;
    const bool has_ground = style.background != THEME_DEFAULT_COLOR;
    struct look look = {
        .ink = (uint32_t)(has_ink ? style.foreground : base.foreground),
        .ground = (uint32_t)(has_ground ? style.background : base.background),
        .bold = style.bold,
        .underline = style.underline,
        .dim = style.dim,
    };
    if (style.reverse) {
        const uint32_t ink = look.ink;
        look.ink = look.ground;
        look.ground = ink;
    }
    return look;
}

static struct look look_at(const struct canvas_cell *cell, enum theme_id theme) {
    return look_of(theme, (enum theme_role)cell->role, cell->is_selected != 0);
}

static bool is_same_look(const struct canvas_cell *left, const struct canvas_cell *right) {
    return left->role == right->role && left->is_selected == right->is_selected;
}

static void add_escaped_rune(struct buf *out, uint32_t rune) {
    switch (rune) {
    case '&': buf_add(out, STR("&amp;")); break;
    case '<': buf_add(out, STR("&lt;")); break;
    case '>': buf_add(out, STR("&gt;")); break;
    case '"': buf_add(out, STR("&quot;")); break;
    default: buf_add_rune(out, rune); break;
    }
}

static void add_escaped(struct buf *out, struct str text) {
    while (text.len) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        if (rune >= 0x20) add_escaped_rune(out, rune);
    }
}

// The next run of cells that look alike, from `column` on; false at the end of the row.
struct run {
    int column, end;
};

static bool next_run(const struct canvas *canvas, int row, int column, struct run *out) {
    if (column >= canvas->columns) return false;
    const struct canvas_cell *first = canvas_at(canvas, column, row);
    *out = (struct run){.column = column, .end = column};
    for (; out->end < canvas->columns; out->end++) {
        const struct canvas_cell *cell = canvas_at(canvas, out->end, row);
        if (cell->width != 0 && !is_same_look(first, cell)) break;
    }
    return true;
}

static void add_cells(const struct canvas *canvas, int row, struct run run, struct buf *out) {
    for (int column = run.column; column < run.end; column++) {
        const struct canvas_cell *cell = canvas_at(canvas, column, row);
        if (cell->is_secret && cell->width) add_escaped_rune(out, 0x2022u);
        for (size_t i = 0; !cell->is_secret && i < CANVAS_RUNES && cell->runes[i]; i++)
            add_escaped_rune(out, cell->runes[i]);
    }
}

// SVG

static bool is_blank(const struct canvas *canvas, int column, int row) {
    const struct canvas_cell *cell = canvas_at(canvas, column, row);
    return cell->width != 0 && cell->runes[0] == ' ' && !cell->runes[1] && !cell->is_secret;
}

// The cells between two blanks of the run, after `word`.
static bool next_word(const struct canvas *canvas, int row, struct run run, struct run *word) {
    int column = word->end;
    while (column < run.end && is_blank(canvas, column, row))
        column++;
    word->column = word->end = column;
    while (word->end < run.end && !is_blank(canvas, word->end, row))
        word->end++;
    return word->end > word->column;
}

static void add_svg_word(
    const struct canvas *canvas, int row, struct run word, struct look look, struct buf *out) {
    const int left = MARGIN + word.column * CELL_COLUMNS, top = MARGIN + row * CELL_ROWS;
    buf_add_format(
        out,
        "<text x=\"%d\" y=\"%d\" textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\" "
        "fill=\"#%06x\"",
        left, top + BASELINE, (word.end - word.column) * CELL_COLUMNS, look.ink);
    if (look.bold) buf_add(out, STR(" font-weight=\"bold\""));
    if (look.dim) buf_add(out, STR(" opacity=\"0.7\""));
    if (look.underline) buf_add(out, STR(" text-decoration=\"underline\""));
    buf_add_char(out, '>');
    add_cells(canvas, row, word, out);
    buf_add(out, STR("</text>\n"));
}

static void add_svg_run(
    const struct canvas *canvas, int row, struct run run, enum theme_id theme, struct buf *out) {
    const struct look look = look_at(canvas_at(canvas, run.column, row), theme);
    const struct look page = look_of(theme, THEME_TEXT, false);
    const int left = MARGIN + run.column * CELL_COLUMNS, top = MARGIN + row * CELL_ROWS;
    const int columns = (run.end - run.column) * CELL_COLUMNS;
    if (look.ground != page.ground) {
        buf_add_format(
            out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", left, top,
            columns, CELL_ROWS, look.ground);
    }
    // Words one by one, each at its own place: what renderers make of blanks differs.
    struct run word = {.end = run.column};
    while (next_word(canvas, row, run, &word))
        add_svg_word(canvas, row, word, look, out);
}

void picture_svg(
    const struct canvas *canvas, enum theme_id theme, struct str title, struct buf *out) {
    const int columns = canvas->columns * CELL_COLUMNS + 2 * MARGIN;
    const int rows = canvas->rows * CELL_ROWS + 2 * MARGIN;
    const struct look page = look_of(theme, THEME_TEXT, false);
    buf_add_format(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
        "viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
        columns, rows, columns, rows);
    add_escaped(out, title);
    buf_add_format(
        out,
        "</title>\n<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#%06x\"/>\n"
        "<g font-family=\"%s\" font-size=\"%d\">\n",
        page.ground, FONTS, FONT_SIZE);
    for (int row = 0; row < canvas->rows; row++) {
        struct run run = {0};
        while (next_run(canvas, row, run.end, &run))
            add_svg_run(canvas, row, run, theme, out);
    }
    buf_add(out, STR("</g>\n</svg>\n"));
}

// HTML

static void add_html_run(
    const struct canvas *canvas, int row, struct run run, enum theme_id theme, struct buf *out) {
    const struct look look = look_at(canvas_at(canvas, run.column, row), theme);
    const struct look page = look_of(theme, THEME_TEXT, false);
    buf_add_format(out, "<span style=\"color:#%06x", look.ink);
    if (look.ground != page.ground) buf_add_format(out, ";background:#%06x", look.ground);
    if (look.bold) buf_add(out, STR(";font-weight:bold"));
    if (look.dim) buf_add(out, STR(";opacity:.7"));
    if (look.underline) buf_add(out, STR(";text-decoration:underline"));
    buf_add(out, STR("\">"));
    add_cells(canvas, row, run, out);
    buf_add(out, STR("</span>"));
}

void picture_html(
    const struct canvas *canvas, enum theme_id theme, struct str title, struct buf *out) {
    const struct look page = look_of(theme, THEME_TEXT, false);
    buf_add(out, STR("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>"));
    add_escaped(out, title);
    buf_add_format(
        out,
        "</title>\n<body style=\"margin:0;background:#%06x\">\n"
        "<pre style=\"margin:%dpx;font:%dpx/%dpx %s\">",
        page.ground, MARGIN, FONT_SIZE, CELL_ROWS, FONTS);
    for (int row = 0; row < canvas->rows; row++) {
        struct run run = {0};
        while (next_run(canvas, row, run.end, &run))
            add_html_run(canvas, row, run, theme, out);
        buf_add_char(out, '\n');
    }
    buf_add(out, STR("</pre>\n</body>\n</html>\n"));
}
