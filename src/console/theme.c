// theme — see the header.
#include "console/theme.h"

#include "base/attributes.h"

#include <stddef.h>

#define DEFAULT_COLOR THEME_DEFAULT_COLOR
#define PLAIN .foreground = DEFAULT_COLOR, .background = DEFAULT_COLOR
#define INK(color) .foreground = (color), .background = DEFAULT_COLOR

// Chosen to be read on dark and on light backgrounds alike: no text in the palest or darkest tones.
static const struct theme_style styles[THEME_DEPTH_COUNT][THEME_ROLE_COUNT] =
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
        [THEME_DEPTH_16] =
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
                [THEME_TAB_HERE] = {.foreground = 231, .background = 30, .bold = true},
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

// With 256 colours the selection is a bar whose text is light where the role asks for no colour.
static const struct theme_style selections[THEME_DEPTH_COUNT] = {
    [THEME_DEPTH_MONO] = {PLAIN, .reverse = true},
    [THEME_DEPTH_16] = {PLAIN, .reverse = true},
    [THEME_DEPTH_256] = {.foreground = 231, .background = 237},
};

const struct theme_style *theme_style(enum theme_depth depth, enum theme_role role) {
    ASSERT(depth < THEME_DEPTH_COUNT && role < THEME_ROLE_COUNT);
    return &styles[depth][role];
}

const struct theme_style *theme_selection(enum theme_depth depth) {
    ASSERT(depth < THEME_DEPTH_COUNT);
    return &selections[depth];
}

static const struct {
    uint32_t rune;
    char ascii;
} stand_ins[] = {
    {0x00B7, '-'}, // middle dot, between notes
    {0x2013, '-'}, // en dash: skipped
    {0x2014, '-'}, // em dash
    {0x2018, '\''}, {0x2019, '\''}, {0x201C, '"'}, {0x201D, '"'}, {0x2022, '*'}, // bullet: masked
    {0x2026, '~'},                                                // ellipsis: cut here
    {0x2190, '<'},                                                // arrows
    {0x2191, '^'},  {0x2192, '>'},  {0x2193, 'v'}, {0x2500, '-'}, // lines
    {0x2501, '='},  {0x2502, '|'},  {0x250C, '+'}, {0x2510, '+'}, {0x2514, '+'},
    {0x2518, '+'},  {0x252C, '+'},  {0x2534, '+'}, {0x2578, '='}, // half a bar
    {0x2581, '_'},  {0x2582, '.'},  {0x2583, '-'}, {0x2584, '='}, {0x2585, '+'},
    {0x2586, '*'},  {0x2587, '#'},  {0x2588, '@'},                // heights
    {0x25B2, '^'},                                                // up
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
