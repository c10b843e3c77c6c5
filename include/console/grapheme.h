// grapheme — where one character as people see it ends and the next begins, so that a cursor never stands
// inside of one.
//
// Shape    byte offsets into UTF-8. A cluster is a character with the marks on it; characters joined by
//          U+200D, emoji with their skin tone, pairs of regional indicators, and CR LF are one, too. An
//          invalid byte stands alone.
// Source   Unicode Standard Annex 29, without the rules of single scripts (Hangul is by width).
// Threads  any.
#pragma once

#include "base/str.h"

size_t grapheme_next(struct str text, size_t at);     // text.len at the end
size_t grapheme_previous(struct str text, size_t at); // 0 at the start
// The start of the word before `at`, the end of the one behind it: letters, digits and whatever is beyond ASCII.
size_t grapheme_word_left(struct str text, size_t at);
size_t grapheme_word_right(struct str text, size_t at);
