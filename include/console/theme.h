// theme — colours by role, in three depths, and the ASCII stand-ins for our symbols.
//
// Shape    nobody but term.c knows colours; everybody else names a role. A theme is an array
//          indexed by role. Without colour (NO_COLOR, --no-color) roles differ by bold, dim and
//          reverse, and every state has a symbol of its own, so nothing is told by colour alone.
// Threads  constant data.
#pragma once

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

enum theme_depth { THEME_DEPTH_MONO, THEME_DEPTH_16, THEME_DEPTH_256, THEME_DEPTH_COUNT };

struct theme_style {
    int16_t foreground, background; // palette index; THEME_DEFAULT_COLOR: the terminal's own
    bool bold, dim, reverse, underline;
};
#define THEME_DEFAULT_COLOR ((int16_t)-1)

const struct theme_style *theme_style(enum theme_depth depth, enum theme_role role);
// What a selected row looks like in that depth: its background replaces the role's, or reverse is
// set.
const struct theme_style *theme_selection(enum theme_depth depth);
// One ASCII character for one of our symbols, '?' for everything we have no stand-in for.
char theme_ascii(uint32_t rune);
