// policy_positions — line and column of each statement, for simulations and error texts. cJSON does not
// keep positions, so the text is walked once more; it is known to be JSON by then.
//
// The first statement of a list begins behind the '[', each other one behind the statement before it, so at
// the comma; each ends behind its '}'. One that stands alone begins at its '{'. So IAM reports them.
#include "policy_internal.h"

struct walk {
    struct str text;
    size_t at;
};

struct policy_position policy_position_at(struct str text, size_t byte) {
    struct policy_position position = {.line = 1, .column = 1};
    if (byte > text.len) byte = text.len;
    for (size_t i = 0; i < byte; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\n') {
            position.line++;
            position.column = 1;
        } else if ((c & 0xC0) != 0x80) {
            position.column++;
        }
    }
    return position;
}

static char peek(const struct walk *walk) {
    return walk->at < walk->text.len ? walk->text.ptr[walk->at] : '\0';
}

// As the JSON reader, to which every control character is a blank.
static void skip_blanks(struct walk *walk) {
    while (walk->at < walk->text.len && (unsigned char)walk->text.ptr[walk->at] <= ' ')
        walk->at++;
}

static void skip_string(struct walk *walk) {
    walk->at++;
    while (walk->at < walk->text.len && peek(walk) != '"')
        walk->at += peek(walk) == '\\' ? 2 : 1;
    walk->at++;
}

// Any value: brackets are counted, texts read over.
static void skip_value(struct walk *walk) {
    size_t depth = 0;
    skip_blanks(walk);
    while (walk->at < walk->text.len) {
        const char c = peek(walk);
        if (c == '"') {
            skip_string(walk);
        } else if (c == '{' || c == '[') {
            depth++;
            walk->at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return;
            depth--;
            walk->at++;
        } else if (depth == 0 && c == ',') {
            return;
        } else {
            walk->at++;
            if (depth == 0 && (unsigned char)peek(walk) <= ' ') return;
            continue;
        }
        if (depth == 0) return;
    }
}

// At the value of the document's n-th member, from 0; false when there is none. By number, for a name may
// be written with escapes.
static bool find_member(struct walk *walk, size_t n) {
    if (str_starts_with(walk->text, STR("\xEF\xBB\xBF"))) walk->at = 3; // a byte order mark
    skip_blanks(walk);
    if (peek(walk) != '{') return false;
    walk->at++;
    while (walk->at < walk->text.len) {
        skip_blanks(walk);
        if (peek(walk) != '"') return false;
        skip_string(walk);
        skip_blanks(walk);
        walk->at++; // ':'
        skip_blanks(walk);
        if (n-- == 0) return true;
        skip_value(walk);
        skip_blanks(walk);
        if (peek(walk) != ',') return false;
        walk->at++;
    }
    return false;
}

size_t policy_find_positions(
    struct str text,
    size_t member,
    struct policy_position *from,
    struct policy_position *to,
    size_t cap) {
    struct walk walk = {.text = text};
    size_t count = 0;
    if (!find_member(&walk, member) || cap == 0) return 0;
    const bool is_list = peek(&walk) == '[';
    if (is_list) walk.at++;
    while (count < cap && walk.at < text.len) {
        const size_t start = walk.at;
        if (count) {
            skip_blanks(&walk);
            if (!is_list || peek(&walk) != ',') break;
            walk.at++;
        }
        skip_value(&walk);
        if (walk.at == start) break;
        from[count] = policy_position_at(text, start);
        to[count++] = policy_position_at(text, walk.at);
    }
    return count;
}
