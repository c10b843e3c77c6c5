// grapheme — see the header.
#include "console/grapheme.h"

#include "console/width.h"

#define JOINER 0x200Du
#define LOOK_BACK ((size_t)512) // bytes; a longer cluster is nobody's character

static bool is_regional(uint32_t rune) {
    return rune >= 0x1F1E6 && rune <= 0x1F1FF;
}

static bool is_tone(uint32_t rune) {
    return rune >= 0x1F3FB && rune <= 0x1F3FF;
}

static bool is_control(uint32_t rune) {
    return rune < 0x20 || (rune >= 0x7F && rune < 0xA0);
}

// Marks and what else has no width of its own, U+200D included; invisible characters that separate lines
// do not extend anything.
static bool extends(uint32_t rune) {
    return !is_control(rune) && rune != 0x2028 && rune != 0x2029 &&
           (width_of_rune(rune) == 0 || is_tone(rune));
}

size_t grapheme_next(struct str text, size_t at) {
    struct str rest = str_skip(text, at);
    if (!rest.len) return text.len;
    bool is_valid = true;
    uint32_t before = str_next_rune(&rest, &is_valid);
    if (!is_valid) return text.len - rest.len;
    if (before == '\r' && rest.len && rest.ptr[0] == '\n') return text.len - rest.len + 1;
    if (is_control(before)) return text.len - rest.len;
    bool may_pair = is_regional(before);
    while (rest.len) {
        struct str ahead = rest;
        const uint32_t rune = str_next_rune(&ahead, &is_valid);
        const bool joins = is_valid && !is_control(rune) &&
                           (extends(rune) || before == JOINER || (may_pair && is_regional(rune)));
        if (!joins) break;
        may_pair = false;
        before = rune;
        rest = ahead;
    }
    return text.len - rest.len;
}

// A place at or before `at` where a cluster surely begins: the start, or behind a line break.
static size_t safe_start(struct str text, size_t at) {
    const size_t least = at > LOOK_BACK ? at - LOOK_BACK : 0;
    size_t start = at;
    while (start > least && text.ptr[start - 1] != '\n')
        start--;
    while (start > 0 && start < at && ((unsigned char)text.ptr[start] & 0xC0) == 0x80)
        start++;
    return start;
}

size_t grapheme_previous(struct str text, size_t at) {
    if (at == 0 || !text.len) return 0;
    if (at > text.len) at = text.len;
    size_t start = safe_start(text, at - 1);
    for (;;) {
        const size_t next = grapheme_next(text, start);
        if (next >= at || next <= start) return start;
        start = next;
    }
}

static bool is_word(char at) {
    return (at >= '0' && at <= '9') || (at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') ||
           ((unsigned char)at & 0x80);
}

size_t grapheme_word_left(struct str text, size_t at) {
    while (at > 0 && !is_word(text.ptr[at - 1]))
        at--;
    while (at > 0 && is_word(text.ptr[at - 1]))
        at--;
    return at;
}

size_t grapheme_word_right(struct str text, size_t at) {
    while (at < text.len && !is_word(text.ptr[at]))
        at++;
    while (at < text.len && is_word(text.ptr[at]))
        at++;
    return at;
}
