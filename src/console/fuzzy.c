// fuzzy — see the header.
#include "console/fuzzy.h"

#define FOUND 1
#define AT_START 24 // of the whole text
#define AT_WORD 12  // of a word in it
#define NEXT_TO 8   // right behind the one before
#define WHOLE 16    // the pattern's word stands there as it is
#define SKIPPED_MOST 6

static char lower(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character + ('a' - 'A')) : character;
}

static bool is_word_start(struct str text, size_t at) {
    if (at == 0) return true;
    const char before = text.ptr[at - 1];
    return before == ' ' || before == '-' || before == '_' || before == '.' || before == '/';
}

static size_t find_whole(struct str pattern, struct str text) {
    for (size_t at = 0; at + pattern.len <= text.len; at++) {
        if (str_equal_nocase(str_slice(text, at, pattern.len), pattern)) return at;
    }
    return text.len;
}

static int score_letter(struct str text, size_t at, bool is_next) {
    int score = FOUND;
    if (at == 0) score += AT_START;
    if (at > 0 && is_word_start(text, at)) score += AT_WORD;
    return is_next ? score + NEXT_TO : score;
}

// Letters in order, anywhere; letters strewn over a sentence mean nothing.
static int score_letters(struct str pattern, struct str text) {
    size_t at = 0, skipped = 0, before = 0;
    int score = 0;
    for (size_t i = 0; i < pattern.len; i++) {
        const size_t from = at;
        while (at < text.len && lower(text.ptr[at]) != lower(pattern.ptr[i]))
            at++;
        if (at == text.len) return 0;
        if (i > 0 && at > from && !is_word_start(text, at)) skipped++;
        score += score_letter(text, at, i > 0 && at == before + 1);
        before = at++;
    }
    return skipped > SKIPPED_MOST / 3 ? 0 : score;
}

static int score_word(struct str word, struct str text) {
    const size_t at = find_whole(word, text);
    if (at == text.len) return score_letters(word, text);
    const int letters = (int)word.len * (FOUND + NEXT_TO) + WHOLE;
    return letters + (at == 0 ? AT_START : is_word_start(text, at) ? AT_WORD : 0);
}

int fuzzy_score(struct str pattern, struct str text) {
    int score = FOUND;
    while (pattern.len) {
        struct str word;
        str_split(pattern, ' ', &word, &pattern);
        if (!word.len) continue;
        const int found = score_word(word, text);
        if (!found) return 0;
        score += found;
    }
    return score;
}
