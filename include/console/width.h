// width — how many terminal columns a character takes.
//
// Shape    own tables instead of wcwidth(): the same text has the same picture on every machine and
//          in every locale. Where the C library of a machine disagrees, term.c shows a placeholder
//          of our width, so that columns stay aligned.
// Source   Unicode 14 character database: EastAsianWidth W and F are 2, general categories Mn, Me,
//          Cf and the Hangul medial vowels and final consonants are 0.
// Threads  any.
#pragma once

#include "base/str.h"

int width_of_rune(uint32_t rune); // 0, 1 or 2
// Of text as canvas writes it: escapes visible, one row.
int width_of_text(struct str text);
// Bytes of the longest head of `text` that fits in `columns`; stops before a line break. At least
// one character is taken when text is not empty, so that loops end.
size_t width_fit(struct str text, int columns);
// The same, but cut after the last blank where there is one, else after '/', ',' or ':': for prose.
size_t width_fit_words(struct str text, int columns);
