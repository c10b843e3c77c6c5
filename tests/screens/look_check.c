// look_check — see the header.
#include "screens/look_check.h"

#include "base/memory.h"
#include "console/color.h"
#include "console/picture.h"
#include "console/view.h"
#include "screens/look.h"
#include "screens/svg_reader.h"

#define READ_CONTRAST 4.5 // WCAG 2.1, 1.4.3
#define SEEN_CONTRAST 3.0 // … 1.4.11
#define BULLET 0x2022u

static const char *const depth_names[THEME_DEPTH_COUNT] = {
    "no colours", "eight colours", "256 colours", "24 bits"};

// Also as --ascii draws them.
static bool is_line(const struct canvas_cell *cell) {
    const uint32_t rune = cell->runes[0];
    const bool is_role = cell->role == THEME_RULE || cell->role == THEME_BAR_REST;
    if (is_role && rune < 0x80) return strchr("-|+=", (int)rune) != NULL;
    return (rune >= 0x2500 && rune <= 0x259F) || (rune >= 0x2800 && rune <= 0x28FF); // … braille
}

static bool is_blank(const struct canvas_cell *cell) {
    return cell->width == 0 || (cell->runes[0] == ' ' && !cell->runes[1]);
}

// Contrast

// Cells that are told alike everywhere: where the first of them stands; column -1: there is none.
struct kind {
    int column, row;
    uint32_t rune;
};
struct kinds {
    struct kind of[THEME_ROLE_COUNT][2][2]; // role, is_selected, is read
};

static void find_kinds(const struct canvas *canvas, struct kinds *out) {
    for (int at = 0; at < THEME_ROLE_COUNT * 4; at++)
        out->of[at / 4][at / 2 % 2][at % 2].column = -1;
    for (int at = canvas->rows * canvas->columns - 1; at >= 0; at--) {
        const int column = at % canvas->columns, row = at / canvas->columns;
        const struct canvas_cell *cell = canvas_at(canvas, column, row);
        if (is_blank(cell)) continue;
        out->of[cell->role][cell->is_selected != 0][is_line(cell) ? 0 : 1] =
            (struct kind){.column = column, .row = row, .rune = cell->runes[0]};
    }
}

static void complain_of_contrast(
    const struct kind *kind,
    enum theme_id theme,
    enum theme_depth depth,
    double ratio,
    struct buf *complaints) {
    buf_add(complaints, STR("\""));
    buf_add_rune(complaints, kind->rune);
    buf_add_format(
        complaints, "\" at column %d, row %d has a contrast of %.2f in %s with %s\n", kind->column,
        kind->row, ratio, theme_names[theme], depth_names[depth]);
}

void look_check_contrast(const struct canvas *canvas, struct buf *complaints) {
    struct kinds kinds;
    find_kinds(canvas, &kinds);
    const int styles = THEME_ID_COUNT * THEME_DEPTH_COUNT;
    for (int at = 0; at < THEME_ROLE_COUNT * 4 * styles; at++) {
        const int role = at / styles / 4, selected = at / styles / 2 % 2, read = at / styles % 2;
        const enum theme_id theme = (enum theme_id)(at % styles / THEME_DEPTH_COUNT);
        const enum theme_depth depth = (enum theme_depth)(at % THEME_DEPTH_COUNT);
        const struct kind *kind = &kinds.of[role][selected][read];
        if (kind->column < 0) continue;
        const struct look look = look_of(theme, depth, (enum theme_role)role, selected == 1);
        if (!look.is_painted) continue;
        const double ratio = color_contrast(look.ink, look.ground);
        if (ratio < (read ? READ_CONTRAST : SEEN_CONTRAST))
            complain_of_contrast(kind, theme, depth, ratio, complaints);
    }
}

// Without colour

static bool is_same_style(struct theme_style left, struct theme_style right) {
    return left.bold == right.bold && left.dim == right.dim && left.reverse == right.reverse &&
           left.underline == right.underline && left.foreground == right.foreground &&
           left.background == right.background;
}

static struct theme_style plain_style(int role, bool is_selected) {
    return theme_style(THEME_ID_MONO, THEME_DEPTH_MONO, (enum theme_role)role, is_selected);
}

// 0: tells no state; else which.
static int state_of(int role) {
    switch (role) {
    case THEME_GOOD:
    case THEME_UP:
    case THEME_RUNNING:
    case THEME_SANDBOX: return 1;
    case THEME_WARN:
    case THEME_DOWN: return 2;
    case THEME_BAD:
    case THEME_LIVE: return 3;
    default: return 0;
    }
}

// Words in one role, one blank between them, and the word before them in whatever role.
struct phrase {
    struct buf text;
    int role, column, row;
    bool is_selected;
    uint32_t symbol; // its first character
};
struct phrases {
    struct phrase *list;
    size_t count, capacity;
};

static void add_runes(struct buf *out, const struct canvas_cell *cell) {
    for (size_t i = 0; i < CANVAS_RUNES && cell->runes[i]; i++)
        buf_add_rune(out, cell->runes[i]);
}

// The symbol that makes the difference often has a role of its own.
static void add_word_before(struct buf *out, const struct canvas *canvas, int column, int row) {
    int end = column;
    while (end > 0 && is_blank(canvas_at(canvas, end - 1, row)))
        end--;
    int start = end;
    while (start > 0 && !is_blank(canvas_at(canvas, start - 1, row)))
        start--;
    for (; start < end; start++)
        add_runes(out, canvas_at(canvas, start, row));
    buf_add_char(out, '\t');
}

static int add_phrase(struct phrases *phrases, const struct canvas *canvas, int column, int row) {
    const struct canvas_cell *first = canvas_at(canvas, column, row);
    struct phrase *phrase = NULL;
    if (phrases->count == phrases->capacity) {
        phrases->capacity = phrases->capacity ? 2 * phrases->capacity : 256;
        phrases->list = mem_resize(phrases->list, phrases->capacity, sizeof(*phrases->list));
    }
    phrase = &phrases->list[phrases->count++];
    *phrase = (struct phrase){
        .role = first->role,
        .column = column,
        .row = row,
        .is_selected = first->is_selected != 0,
        .symbol = first->runes[0],
    };
    add_word_before(&phrase->text, canvas, column, row);
    for (; column < canvas->columns; column++) {
        const struct canvas_cell *cell = canvas_at(canvas, column, row);
        const bool is_end = is_blank(cell) && (column + 1 == canvas->columns ||
                                               is_blank(canvas_at(canvas, column + 1, row)));
        if (is_end || (!is_blank(cell) && cell->role != first->role)) break;
        add_runes(&phrase->text, cell);
    }
    return column;
}

static void list_phrases(const struct canvas *canvas, struct phrases *out) {
    for (int row = 0; row < canvas->rows; row++) {
        for (int column = 0; column < canvas->columns;) {
            const struct canvas_cell *cell = canvas_at(canvas, column, row);
            if (is_blank(cell) || is_line(cell))
                column++;
            else
                column = add_phrase(out, canvas, column, row);
        }
    }
}

// Keys, titles and headings are what they are wherever they stand.
static bool may_be_mistaken(int role) {
    return state_of(role) != 0 || role == THEME_TEXT || role == THEME_STRONG || role == THEME_DIM ||
           role == THEME_NAME || role == THEME_VALUE || role == THEME_NUMBER;
}

static bool is_told_by_color(const struct phrase *left, const struct phrase *right) {
    return left->role != right->role && left->is_selected == right->is_selected &&
           (state_of(left->role) || state_of(right->role)) && may_be_mistaken(left->role) &&
           may_be_mistaken(right->role) && str_equal(buf_str(&left->text), buf_str(&right->text)) &&
           is_same_style(plain_style(left->role, false), plain_style(right->role, false));
}

// Signs of Unicode; others are of any language.
static bool is_symbol(uint32_t rune) {
    return rune >= 0x2000 && rune < 0x2E80;
}

// A symbol has one meaning: bold alone is not enough to tell two apart.
static bool is_symbol_of_two(const struct phrase *left, const struct phrase *right) {
    const int states[] = {state_of(left->role), state_of(right->role)};
    return states[0] && states[1] && states[0] != states[1] && is_symbol(left->symbol) &&
           left->symbol == right->symbol;
}

static void check_phrases(const struct phrases *phrases, struct buf *complaints) {
    for (size_t i = 0; i < phrases->count; i++) {
        for (size_t j = i + 1; j < phrases->count; j++) {
            const struct phrase *left = &phrases->list[i], *right = &phrases->list[j];
            if (!is_told_by_color(left, right) && !is_symbol_of_two(left, right)) continue;
            buf_add_format(
                complaints, "\"%s\" at %d,%d and at %d,%d: %s and %s by colour alone\n",
                buf_text(&left->text), left->column, left->row, right->column, right->row,
                look_role_name((enum theme_role)left->role),
                look_role_name((enum theme_role)right->role));
        }
    }
}

void look_check_without_color(const struct canvas *canvas, struct buf *complaints) {
    for (int at = 0; at < canvas->rows * canvas->columns; at++) {
        const int column = at % canvas->columns, row = at / canvas->columns;
        const struct canvas_cell *cell = canvas_at(canvas, column, row);
        if (!cell->is_selected || cell->width == 0) continue;
        if (is_same_style(plain_style(cell->role, false), plain_style(cell->role, true)))
            buf_add_format(
                complaints, "column %d, row %d: nothing tells that it is selected\n", column, row);
    }
    struct phrases phrases = {0};
    list_phrases(canvas, &phrases);
    check_phrases(&phrases, complaints);
    for (size_t i = 0; i < phrases.count; i++)
        buf_release(&phrases.list[i].text);
    mem_free(phrases.list);
}

// Themes

void look_check_themes(struct script *script, struct buf *complaints) {
    const enum theme_id theme = script->model.theme;
    struct canvas other = {.is_ascii = script->canvas.is_ascii};
    view_draw(&script->model, &script->canvas);
    canvas_resize(&other, script->canvas.columns, script->canvas.rows);
    const size_t bytes = (size_t)other.columns * (size_t)other.rows * sizeof(other.cells[0]);
    for (int id = 0; id < THEME_ID_COUNT; id++) {
        script->model.theme = (enum theme_id)id;
        view_draw(&script->model, &other);
        if (memcmp(other.cells, script->canvas.cells, bytes) != 0)
            buf_add_format(complaints, "%s shows other texts or roles\n", theme_names[id]);
    }
    script->model.theme = theme;
    canvas_release(&other);
}

// SVG

// What picture.h promises; a theme without a ground of its own is drawn on the dark one.
static struct svg_cell expected_cell(const struct canvas_cell *cell, enum theme_id theme) {
    const enum theme_id drawn = theme == THEME_ID_TERMINAL ? THEME_ID_DARK : theme;
    const struct theme_style page = theme_style(THEME_ID_DARK, THEME_DEPTH_TRUE, THEME_TEXT, false);
    const struct theme_style style =
        theme_style(drawn, THEME_DEPTH_TRUE, (enum theme_role)cell->role, cell->is_selected != 0);
    const int ink = style.foreground < 0 ? page.foreground : style.foreground;
    const int ground = style.background < 0 ? page.background : style.background;
    struct svg_cell expected = {
        .ink = (uint32_t)(style.reverse ? ground : ink),
        .ground = (uint32_t)(style.reverse ? ink : ground),
        .is_bold = style.bold,
        .is_dim = style.dim,
        .is_underlined = style.underline,
    };
    memcpy(expected.runes, cell->runes, sizeof(expected.runes));
    if (cell->is_secret) memset(expected.runes, 0, sizeof(expected.runes));
    if (cell->is_secret && cell->width) expected.runes[0] = BULLET;
    return expected;
}

static bool is_as_expected(const struct svg_cell *cell, const struct svg_cell *expected) {
    if (cell->ground != expected->ground) return false;
    const bool is_nothing =
        !expected->runes[0] || (expected->runes[0] == ' ' && !expected->runes[1]);
    if (is_nothing) return !cell->runes[0];
    return memcmp(cell->runes, expected->runes, sizeof(cell->runes)) == 0 &&
           cell->ink == expected->ink && cell->is_bold == expected->is_bold &&
           cell->is_dim == expected->is_dim && cell->is_underlined == expected->is_underlined;
}

static void compare_svg(
    const struct canvas *canvas,
    enum theme_id theme,
    const struct svg_cell *cells,
    struct buf *complaints) {
    for (int at = 0; at < canvas->rows * canvas->columns; at++) {
        const int column = at % canvas->columns, row = at / canvas->columns;
        const struct svg_cell expected = expected_cell(canvas_at(canvas, column, row), theme);
        if (is_as_expected(&cells[at], &expected)) continue;
        buf_add_format(
            complaints, "the SVG in %s differs at column %d, row %d: U+%04X #%06x on #%06x\n",
            theme_names[theme], column, row, (unsigned)cells[at].runes[0], (unsigned)cells[at].ink,
            (unsigned)cells[at].ground);
        return;
    }
}

void look_check_svg(const struct canvas *canvas, enum theme_id theme, struct buf *complaints) {
    struct buf svg = {0};
    struct error err = {0};
    struct svg_cell *cells =
        mem_zeroed((size_t)canvas->columns * (size_t)canvas->rows, sizeof(*cells));
    picture_svg(canvas, theme, STR("<a & \"b\">"), &svg);
    if (svg_read(buf_str(&svg), canvas->columns, canvas->rows, cells, &err))
        compare_svg(canvas, theme, cells, complaints);
    else
        buf_add_format(complaints, "the SVG in %s: %s\n", theme_names[theme], err.message);
    mem_free(cells);
    buf_release(&svg);
}
