// term_direct — 24-bit colours where TERM does not know of them: most terminals have them and say so in COLORTERM, and
// the entries of terminfo that have them come with a package that few have.
//
// Shape    the terminal's own entry, read through curses and written again with two capabilities changed (setaf,
//          setab) and the number of colours, in the form that curses takes from the environment: TERMINFO=hex:… The
//          name stays, so where curses does not read that form it finds the entry it knows, with fewer colours.
// Begins   with TERMINFO set, for the newterm that follows; `end` puts back what was there.
// Source   term(5), "Extended number format"; ncurses(3), "TERMINFO"; ISO 8613-6 as xterm, tmux and the VTE say it.
// Threads  while there is no other: the environment is everybody's.
#pragma once

#include <stdbool.h>

struct term_direct {
    bool is_set;
    char *before; // TERMINFO; NULL: there was none
};

// Nothing is set where TERM has 24 bits already or no colours at all, or COLORTERM does not promise them.
void term_direct_begin(struct term_direct *direct);
void term_direct_end(struct term_direct *direct);
