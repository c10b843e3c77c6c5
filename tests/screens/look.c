// look — see the header.
#include "screens/look.h"

#include "console/color.h"

static const struct {
    char letter, selected;
    const char *name;
} roles[THEME_ROLE_COUNT] = {
    [THEME_TEXT] = {'.', ':', "text"},   [THEME_STRONG] = {'s', 'S', "strong"},
    [THEME_DIM] = {'d', 'D', "dim"},     [THEME_BRAND] = {'b', 'B', "brand"},
    [THEME_TAB] = {'t', 'T', "tab"},     [THEME_TAB_HERE] = {'h', 'H', "tab here"},
    [THEME_RULE] = {'-', '=', "rule"},   [THEME_HEADING] = {'e', 'E', "heading"},
    [THEME_KEY] = {'k', 'K', "key"},     [THEME_NAME] = {'n', 'N', "name"},
    [THEME_VALUE] = {'v', 'V', "value"}, [THEME_NUMBER] = {'u', 'U', "number"},
    [THEME_GOOD] = {'g', 'G', "good"},   [THEME_BAD] = {'x', 'X', "bad"},
    [THEME_WARN] = {'w', 'W', "warn"},   [THEME_RUNNING] = {'r', 'R', "running"},
    [THEME_UP] = {'p', 'P', "up"},       [THEME_DOWN] = {'o', 'O', "down"},
    [THEME_BAR] = {'m', 'M', "bar"},     [THEME_BAR_REST] = {'q', 'Q', "bar's rest"},
    [THEME_INPUT] = {'i', 'I', "input"}, [THEME_SANDBOX] = {'y', 'Y', "sandbox"},
    [THEME_LIVE] = {'l', 'L', "live"},
};

const char *look_role_name(enum theme_role role) {
    return roles[role].name;
}

// Palette numbers below 16 are whatever somebody likes: never known.
static bool to_true(int color, enum theme_depth depth, uint32_t *out) {
    if (color == THEME_DEFAULT_COLOR || depth == THEME_DEPTH_MONO || depth == THEME_DEPTH_8)
        return false;
    *out = depth == THEME_DEPTH_256 ? color_of_256(color) : (uint32_t)color;
    return depth == THEME_DEPTH_TRUE || color >= 16;
}

struct look
look_of(enum theme_id theme, enum theme_depth depth, enum theme_role role, bool is_selected) {
    const struct theme_style style = theme_style(theme, depth, role, is_selected);
    struct look look = {.is_painted = true};
    const int ink = style.reverse ? style.background : style.foreground;
    const int ground = style.reverse ? style.foreground : style.background;
    look.is_painted = to_true(ink, depth, &look.ink) && to_true(ground, depth, &look.ground);
    return look;
}

// A blank shows the ground of its role, or a line under it.
static bool shows_nothing(const struct canvas_cell *cell) {
    if (cell->runes[0] != ' ' || cell->runes[1] || cell->is_selected) return false;
    return cell->role != THEME_TAB_HERE && cell->role != THEME_LIVE && cell->role != THEME_INPUT;
}

void look_print_roles(const struct canvas *canvas, struct buf *out) {
    for (int row = 0; row < canvas->rows; row++) {
        const size_t start = out->len;
        for (int column = 0; column < canvas->columns; column++) {
            const struct canvas_cell *cell = canvas_at(canvas, column, row);
            const char letter =
                cell->is_selected ? roles[cell->role].selected : roles[cell->role].letter;
            buf_add_char(out, shows_nothing(cell) ? ' ' : letter);
        }
        while (out->len > start && out->ptr[out->len - 1] == ' ')
            out->len--;
        buf_add_char(out, '\n');
    }
}

static void add_color(struct buf *out, int color, enum theme_depth depth) {
    if (color == THEME_DEFAULT_COLOR)
        buf_add(out, STR("own"));
    else if (depth == THEME_DEPTH_TRUE)
        buf_add_format(out, "#%06x", (unsigned)color);
    else
        buf_add_int(out, color);
}

static void pad(struct buf *out, size_t start, size_t columns) {
    while (out->len - start < columns)
        buf_add_char(out, ' ');
}

static void add_style(struct buf *out, enum theme_depth depth, struct theme_style style) {
    const size_t start = out->len;
    buf_add(out, STR(" | "));
    if (depth != THEME_DEPTH_MONO) {
        add_color(out, style.foreground, depth);
        buf_add(out, STR(" on "));
        add_color(out, style.background, depth);
    }
    if (style.bold) buf_add(out, STR(" bold"));
    if (style.dim) buf_add(out, STR(" dim"));
    if (style.underline) buf_add(out, STR(" underlined"));
    if (style.reverse) buf_add(out, STR(" reversed"));
    pad(out, start, depth == THEME_DEPTH_TRUE ? 34 : 28);
}

static void add_role(struct buf *out, enum theme_id theme, enum theme_role role, bool is_selected) {
    const size_t start = out->len;
    buf_add_format(
        out, "%c %s", is_selected ? roles[role].selected : roles[role].letter, roles[role].name);
    pad(out, start, 14);
    const struct look look = look_of(theme, THEME_DEPTH_TRUE, role, is_selected);
    if (look.is_painted) buf_add_format(out, "%4.1f", color_contrast(look.ink, look.ground));
    pad(out, start, 18);
    for (int depth = THEME_DEPTH_TRUE; depth >= THEME_DEPTH_MONO; depth--)
        add_style(
            out, (enum theme_depth)depth,
            theme_style(theme, (enum theme_depth)depth, role, is_selected));
    while (out->ptr[out->len - 1] == ' ')
        out->len--;
    buf_add_char(out, '\n');
}

void look_print_theme(enum theme_id theme, struct buf *out) {
    buf_add_format(
        out, "%s: role, contrast, 24 bits | 256 colours | eight | none. Capital: selected.\n",
        theme_names[theme]);
    for (int selected = 0; selected < 2; selected++) {
        for (int role = 0; role < THEME_ROLE_COUNT; role++)
            add_role(out, theme, (enum theme_role)role, selected == 1);
    }
}
