// theme — see the header.
#include "console/theme.h"

#include "base/attributes.h"
#include "console/color.h"

#include <stddef.h>
#include <string.h>

#define DEFAULT_COLOR THEME_DEFAULT_COLOR
#define PLAIN .foreground = DEFAULT_COLOR, .background = DEFAULT_COLOR
#define INK(color) .foreground = (color), .background = DEFAULT_COLOR

// The theme of the terminal, chosen to be read on dark and on light backgrounds alike: no text in the palest or darkest tones.
static const struct theme_style own_styles[THEME_DEPTH_TRUE][THEME_ROLE_COUNT] =
    {
        [THEME_DEPTH_MONO] =
            {
                [THEME_TEXT] = {PLAIN},
                [THEME_STRONG] = {PLAIN, .bold = true},
                [THEME_DIM] = {PLAIN, .dim = true},
                [THEME_BRAND] = {PLAIN, .bold = true},
                [THEME_TAB] = {PLAIN},
                [THEME_TAB_HERE] = {PLAIN, .reverse = true},
                [THEME_RULE] = {PLAIN, .dim = true},
                [THEME_HEADING] = {PLAIN, .bold = true},
                [THEME_KEY] = {PLAIN, .bold = true},
                [THEME_NAME] = {PLAIN},
                [THEME_VALUE] = {PLAIN},
                [THEME_NUMBER] = {PLAIN},
                [THEME_GOOD] = {PLAIN},
                [THEME_BAD] = {PLAIN, .bold = true},
                [THEME_WARN] = {PLAIN, .bold = true},
                [THEME_RUNNING] = {PLAIN, .bold = true},
                [THEME_UP] = {PLAIN, .bold = true},
                [THEME_DOWN] = {PLAIN},
                [THEME_BAR] = {PLAIN},
                [THEME_BAR_REST] = {PLAIN, .dim = true},
                [THEME_INPUT] = {PLAIN, .underline = true},
                [THEME_SANDBOX] = {PLAIN, .bold = true},
                [THEME_LIVE] = {PLAIN, .bold = true, .reverse = true},
            },
        [THEME_DEPTH_8] =
            {
                [THEME_TEXT] = {PLAIN},
                [THEME_STRONG] = {PLAIN, .bold = true},
                [THEME_DIM] = {PLAIN, .dim = true},
                [THEME_BRAND] = {INK(6), .bold = true},
                [THEME_TAB] = {PLAIN},
                [THEME_TAB_HERE] = {INK(6), .bold = true, .reverse = true},
                [THEME_RULE] = {PLAIN, .dim = true},
                [THEME_HEADING] = {PLAIN, .bold = true},
                [THEME_KEY] = {INK(6), .bold = true},
                [THEME_NAME] = {INK(6)},
                [THEME_VALUE] = {PLAIN},
                [THEME_NUMBER] = {INK(3)},
                [THEME_GOOD] = {INK(2)},
                [THEME_BAD] = {INK(1), .bold = true},
                [THEME_WARN] = {INK(3), .bold = true},
                [THEME_RUNNING] = {INK(6), .bold = true},
                [THEME_UP] = {INK(2), .bold = true},
                [THEME_DOWN] = {INK(3)},
                [THEME_BAR] = {INK(6)},
                [THEME_BAR_REST] = {PLAIN, .dim = true},
                [THEME_INPUT] = {PLAIN, .underline = true},
                [THEME_SANDBOX] = {INK(2), .bold = true},
                [THEME_LIVE] = {INK(1), .bold = true, .reverse = true},
            },
        [THEME_DEPTH_256] =
            {
                [THEME_TEXT] = {PLAIN},
                [THEME_STRONG] = {PLAIN, .bold = true},
                [THEME_DIM] = {INK(244)},
                [THEME_BRAND] = {INK(73), .bold = true},
                [THEME_TAB] = {INK(244)},
                [THEME_TAB_HERE] = {.foreground = 231, .background = 23, .bold = true},
                [THEME_RULE] = {INK(240)},
                [THEME_HEADING] = {INK(73), .bold = true},
                [THEME_KEY] = {INK(73), .bold = true},
                [THEME_NAME] = {INK(109)},
                [THEME_VALUE] = {PLAIN},
                [THEME_NUMBER] = {INK(179)},
                [THEME_GOOD] = {INK(71)},
                [THEME_BAD] = {INK(167), .bold = true},
                [THEME_WARN] = {INK(172)},
                [THEME_RUNNING] = {INK(37), .bold = true},
                [THEME_UP] = {INK(71), .bold = true},
                [THEME_DOWN] = {INK(172)},
                [THEME_BAR] = {INK(37)},
                [THEME_BAR_REST] = {INK(240)},
                [THEME_INPUT] = {PLAIN, .underline = true},
                [THEME_SANDBOX] = {INK(71), .bold = true},
                [THEME_LIVE] = {.foreground = 231, .background = 160, .bold = true},
            },
};

const char *const theme_names[THEME_ID_COUNT + 1] = {
    [THEME_ID_TERMINAL] = "terminal",
    [THEME_ID_DARK] = "dark",
    [THEME_ID_LIGHT] = "light",
    [THEME_ID_CONTRAST] = "contrast",
    [THEME_ID_COLOR_BLIND] = "colour-blind",
    [THEME_ID_MONO] = "mono",
};

bool theme_find(struct str name, enum theme_id *out) {
    for (int id = 0; id < THEME_ID_COUNT; id++) {
        if (!str_equal(str_from(theme_names[id]), name)) continue;
        *out = (enum theme_id)id;
        return true;
    }
    return false;
}

// The other themes: inks, and which ink a role uses

// versions of clang-format disagree about such lists
// clang-format off
#define INKS(X)                                                                                    \
    X(BACKGROUND) X(TEXT) X(FAINT) X(RULE) X(ACCENT) X(NAME) X(NUMBER) X(GOOD) X(BAD) X(WARN)      \
    X(SELECTION) X(HERE_TEXT) X(HERE) X(LIVE_TEXT) X(LIVE)
// clang-format on
enum ink {
#define X(ink) INK_##ink,
    INKS(X)
#undef X
        INK_COUNT
};

// True colour, and which of the terminal's eight comes nearest in meaning.
struct ink_color {
    uint32_t color;
    int8_t of_8;
};

static const struct ink_color inks[THEME_ID_COUNT][INK_COUNT] =
    {
        [THEME_ID_DARK] =
            {
                [INK_BACKGROUND] = {0x14181D, 0},
                [INK_TEXT] = {0xD8DEE6, 7},
                [INK_FAINT] = {0x9AA5B1, 7},
                [INK_RULE] = {0x64707D, 7},
                [INK_ACCENT] = {0x58C4C4, 6},
                [INK_NAME] = {0x8FB8DE, 6},
                [INK_NUMBER] = {0xD9B36C, 3},
                [INK_GOOD] = {0x7CC47F, 2},
                [INK_BAD] = {0xFF8A80, 1},
                [INK_WARN] = {0xF0A95B, 3},
                [INK_SELECTION] = {0x2A333D, 4},
                [INK_HERE_TEXT] = {0xFFFFFF, 0},
                [INK_HERE] = {0x0F6E70, 6},
                [INK_LIVE_TEXT] = {0xFFFFFF, 7},
                [INK_LIVE] = {0xB3261E, 1},
            },
        [THEME_ID_LIGHT] =
            {
                [INK_BACKGROUND] = {0xFAFAF7, 7},
                [INK_TEXT] = {0x20262C, 0},
                [INK_FAINT] = {0x5B6570, 0},
                [INK_RULE] = {0x868E96, 0},
                [INK_ACCENT] = {0x00646A, 4},
                [INK_NAME] = {0x1F5A93, 4},
                [INK_NUMBER] = {0x7A4B00, 5},
                [INK_GOOD] = {0x1E6B2B, 2},
                [INK_BAD] = {0xB3161B, 1},
                [INK_WARN] = {0x8A4600, 5},
                [INK_SELECTION] = {0xDDE6EA, 6},
                [INK_HERE_TEXT] = {0xFFFFFF, 7},
                [INK_HERE] = {0x00646A, 4},
                [INK_LIVE_TEXT] = {0xFFFFFF, 7},
                [INK_LIVE] = {0xB3161B, 1},
            },
        [THEME_ID_CONTRAST] =
            {
                [INK_BACKGROUND] = {0x000000, 0},
                [INK_TEXT] = {0xFFFFFF, 7},
                [INK_FAINT] = {0xDADADA, 7},
                [INK_RULE] = {0xA8A8A8, 7},
                [INK_ACCENT] = {0x5FFFFF, 6},
                [INK_NAME] = {0xAFD7FF, 6},
                [INK_NUMBER] = {0xFFFF5F, 3},
                [INK_GOOD] = {0x5FFF5F, 2},
                [INK_BAD] = {0xFF9C9C, 1},
                [INK_WARN] = {0xFFD75F, 3},
                [INK_SELECTION] = {0x303030, 4},
                [INK_HERE_TEXT] = {0x000000, 0},
                [INK_HERE] = {0x5FFFFF, 6},
                [INK_LIVE_TEXT] = {0x000000, 0},
                [INK_LIVE] = {0xFF9C9C, 1},
            },
        // blue and orange instead of green and red, as Okabe and Ito chose them
        [THEME_ID_COLOR_BLIND] =
            {
                [INK_BACKGROUND] = {0x15181C, 0},
                [INK_TEXT] = {0xE2E6EA, 7},
                [INK_FAINT] = {0xA4ACB4, 7},
                [INK_RULE] = {0x68727C, 7},
                [INK_ACCENT] = {0xB8D4F0, 7},
                [INK_NAME] = {0xC0C8D0, 7},
                [INK_NUMBER] = {0xF0E442, 3},
                [INK_GOOD] = {0x56B4E9, 6},
                [INK_BAD] = {0xE69F00, 3},
                [INK_WARN] = {0xF0E442, 3},
                [INK_SELECTION] = {0x2C343C, 4},
                [INK_HERE_TEXT] = {0xFFFFFF, 7},
                [INK_HERE] = {0x005A8C, 4},
                [INK_LIVE_TEXT] = {0x000000, 0},
                [INK_LIVE] = {0xE69F00, 3},
            },
};

static const struct {
    enum ink foreground, background;
    bool bold, underline;
} roles[THEME_ROLE_COUNT] = {
    [THEME_TEXT] = {.foreground = INK_TEXT},
    [THEME_STRONG] = {.foreground = INK_TEXT, .bold = true},
    [THEME_DIM] = {.foreground = INK_FAINT},
    [THEME_BRAND] = {.foreground = INK_ACCENT, .bold = true},
    [THEME_TAB] = {.foreground = INK_FAINT},
    [THEME_TAB_HERE] = {.foreground = INK_HERE_TEXT, .background = INK_HERE, .bold = true},
    [THEME_RULE] = {.foreground = INK_RULE},
    [THEME_HEADING] = {.foreground = INK_ACCENT, .bold = true},
    [THEME_KEY] = {.foreground = INK_ACCENT, .bold = true},
    [THEME_NAME] = {.foreground = INK_NAME},
    [THEME_VALUE] = {.foreground = INK_TEXT},
    [THEME_NUMBER] = {.foreground = INK_NUMBER},
    [THEME_GOOD] = {.foreground = INK_GOOD},
    [THEME_BAD] = {.foreground = INK_BAD, .bold = true},
    [THEME_WARN] = {.foreground = INK_WARN},
    [THEME_RUNNING] = {.foreground = INK_ACCENT, .bold = true},
    [THEME_UP] = {.foreground = INK_GOOD, .bold = true},
    [THEME_DOWN] = {.foreground = INK_WARN},
    [THEME_BAR] = {.foreground = INK_ACCENT},
    [THEME_BAR_REST] = {.foreground = INK_RULE},
    [THEME_INPUT] = {.foreground = INK_TEXT, .underline = true},
    [THEME_SANDBOX] = {.foreground = INK_GOOD, .bold = true},
    [THEME_LIVE] = {.foreground = INK_LIVE_TEXT, .background = INK_LIVE, .bold = true},
};

static int color_of(enum theme_id theme, enum theme_depth depth, enum ink ink) {
    const struct ink_color *color = &inks[theme][ink];
    if (depth == THEME_DEPTH_8) return color->of_8;
    return depth == THEME_DEPTH_256 ? color_nearest_256(color->color) : (int)color->color;
}

// The eight are too few for a bar of another background: a selected row is reversed.
static struct theme_style
painted_style(enum theme_id theme, enum theme_depth depth, enum theme_role role, bool is_selected) {
    enum ink background = roles[role].background;
    const bool is_bar = is_selected && depth != THEME_DEPTH_8 && background == INK_BACKGROUND;
    if (is_bar) background = INK_SELECTION;
    return (struct theme_style){
        .foreground = color_of(theme, depth, roles[role].foreground),
        .background = color_of(theme, depth, background),
        .bold = roles[role].bold,
        .underline = roles[role].underline,
        .reverse = is_selected && depth == THEME_DEPTH_8,
    };
}

static int to_true(int index) {
    return index == THEME_DEFAULT_COLOR ? index : (int)color_of_256(index);
}

// With 256 colours the selection is a bar, and what is on it is as readable as on the dark theme's; with fewer it is
// reversed.
static struct theme_style
own_style(enum theme_depth depth, enum theme_role role, bool is_selected) {
    if (is_selected && depth >= THEME_DEPTH_256)
        return painted_style(THEME_ID_DARK, depth, role, true);
    const enum theme_depth table = depth == THEME_DEPTH_TRUE ? THEME_DEPTH_256 : depth;
    struct theme_style style = own_styles[table][role];
    style.reverse = style.reverse || is_selected;
    // dim on a reversed bar is unreadable on many terminals
    if (style.reverse) style.dim = false;
    if (depth != THEME_DEPTH_TRUE) return style;
    style.foreground = to_true(style.foreground);
    style.background = to_true(style.background);
    return style;
}

struct theme_style
theme_style(enum theme_id theme, enum theme_depth depth, enum theme_role role, bool is_selected) {
    ASSERT(theme < THEME_ID_COUNT && depth < THEME_DEPTH_COUNT && role < THEME_ROLE_COUNT);
    if (theme == THEME_ID_MONO) depth = THEME_DEPTH_MONO;
    if (depth == THEME_DEPTH_MONO || theme == THEME_ID_TERMINAL)
        return own_style(depth, role, is_selected);
    return painted_style(theme, depth, role, is_selected);
}

// For the ellipsis a point, as of an abbreviation: ~ means "about" or a home folder, > is an arrow.
static const struct {
    uint32_t rune;
    char ascii;
} stand_ins[] = {
    {0x00B7, '-'}, // middle dot, between notes
    {0x00D7, 'x'}, // times
    {0x2013, '-'}, // en dash: skipped
    {0x2014, '-'}, // em dash
    {0x2018, '\''}, {0x2019, '\''}, {0x201C, '"'}, {0x201D, '"'}, {0x2022, '*'}, // bullet: masked
    {0x2026, '.'}, // ellipsis: cut here
    {0x2190, '<'}, // arrows
    {0x2191, '^'},  {0x2192, '>'},  {0x2193, 'v'}, {0x2265, '>'}, {0x2500, '-'}, // lines
    {0x2501, '='},  {0x2502, '|'},  {0x250C, '+'}, {0x2510, '+'}, {0x2514, '+'},
    {0x2518, '+'},  {0x252C, '+'},  {0x2534, '+'}, {0x2578, '='}, // half a bar
    {0x21BB, '@'},                                                // tried again
    {0x2581, '_'},  {0x2582, '.'},  {0x2583, '-'}, {0x2584, '='}, {0x2585, '+'},
    {0x2586, '*'},  {0x2587, '#'},  {0x2588, '@'},                // heights
    {0x25B2, '^'},                                                // up
    {0x25C6, '*'},                                                // marked
    {0x25B8, '>'},                                                // selected
    {0x25BE, 'v'},                                                // an open part
    {0x25BC, 'v'},                                                // down
    {0x25CB, 'o'},                                                // idle
    {0x25CC, '.'},                                                // a mark without its letter
    {0x25CF, '*'},                                                // set
    {0x25D0, '*'},                                                // running, four phases
    {0x25D1, '*'},  {0x25D2, '*'},  {0x25D3, '*'}, {0x2713, '+'}, // done
    {0x2717, 'x'},                                                // failed
};

char theme_ascii(uint32_t rune) {
    if (rune < 0x7F) return (char)rune;
    for (size_t i = 0; i < ARRAY_COUNT(stand_ins); i++) {
        if (stand_ins[i].rune == rune) return stand_ins[i].ascii;
    }
    return '?';
}
