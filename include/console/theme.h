// theme — colours by role: six themes in four depths, and the ASCII stand-ins for our symbols.
//
// Shape    nobody but term.c and picture.c knows colours; everybody else names a role. A theme is a table of
//          inks; a role uses one of them. The theme of the terminal keeps the terminal's own text and
//          background; the others paint theirs. Without colour (NO_COLOR, --no-color, mono) roles differ by
//          bold, dim and reverse, and every state has a symbol of its own, so nothing is told by colour alone.
// Contrast every text is 4.5 : 1 or better on the theme's background and on a selected row, every line 3 : 1 (tested,
//          also cell by cell on every screen of the tests).
// Threads  constant data.
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define THEME_ROLES(X)                                                                             \
    X(TEXT)     /* what is read */                                                                 \
    X(STRONG)   /* what is read first */                                                           \
    X(DIM)      /* what is there if you look for it */                                             \
    X(BRAND)    /* the program's name */                                                           \
    X(TAB)      /* another pane's title */                                                         \
    X(TAB_HERE) /* this pane's title */                                                            \
    X(RULE)     /* lines between parts */                                                          \
    X(HEADING)  /* title of a part, on its rule */                                                 \
    X(KEY)      /* a key one can press */                                                          \
    X(NAME)     /* name of a field, key in JSON */                                                 \
    X(VALUE)    /* string in JSON, an identifier */                                                \
    X(NUMBER)   /* numbers, literals in JSON */                                                    \
    X(GOOD)     /* done, right */                                                                  \
    X(BAD)      /* failed, wrong */                                                                \
    X(WARN)     /* look here */                                                                    \
    X(RUNNING)  /* under way */                                                                    \
    X(UP)       /* moved up, new */                                                                \
    X(DOWN)     /* moved down */                                                                   \
    X(BAR)      /* filled part of a bar */                                                         \
    X(BAR_REST) /* empty part of a bar */                                                          \
    X(INPUT)    /* text being edited */                                                            \
    X(SANDBOX)  /* the badge: nothing here costs anything */                                       \
    X(LIVE)     /* the badge: this is a real account */

enum theme_role {
#define X(role) THEME_##role,
    THEME_ROLES(X)
#undef X
        THEME_ROLE_COUNT
};

enum theme_id {
    THEME_ID_TERMINAL,
    THEME_ID_DARK,
    THEME_ID_LIGHT,
    THEME_ID_CONTRAST,
    THEME_ID_COLOR_BLIND,
    THEME_ID_MONO,
    THEME_ID_COUNT
};
extern const char *const theme_names[THEME_ID_COUNT + 1]; // NULL-terminated

enum theme_depth {
    THEME_DEPTH_MONO,
    THEME_DEPTH_8, // the terminal's own eight
    THEME_DEPTH_256,
    THEME_DEPTH_TRUE,
    THEME_DEPTH_COUNT
};

struct theme_style {
    // THEME_DEPTH_8, 256: index; TRUE: 0xRRGGBB; THEME_DEFAULT_COLOR: the terminal's own
    int foreground, background;
    bool bold, dim, reverse, underline;
};
#define THEME_DEFAULT_COLOR (-1)

// A selected row has a background of its own, or is reversed.
struct theme_style
theme_style(enum theme_id theme, enum theme_depth depth, enum theme_role role, bool is_selected);
// False: no theme is called so.
bool theme_find(struct str name, enum theme_id *out);
// One ASCII character for one of our symbols, '?' for everything we have no stand-in for.
char theme_ascii(uint32_t rune);
