// pattern — see the header.
#include "console/pattern.h"

#define START_SYMBOL 256u
#define END_SYMBOL 257u
#define MOST_DEPTH 16
#define MOST_STEPS 4096 // of parsing: a repeat is parsed once for each of its copies
#define MOST_REPEATS 64

// What a part of the expression begins and ends with; can it be nothing?
struct fragment {
    uint64_t first, last;
    bool is_nullable;
};

struct builder {
    struct str text;
    size_t at;
    struct pattern *pattern;
    bool ignores_case;
    int places, steps, depth;
    size_t wrong_at;
    struct error *err;
};

static bool wrong(struct builder *builder, size_t at, const char *message, const char *hint) {
    builder->wrong_at = at;
    error_set(builder->err, ERROR_USAGE, "%s", message);
    return error_hint(builder->err, "%s", hint);
}

static bool too_large(struct builder *builder, size_t at) {
    return wrong(
        builder, at, "this expression is too large",
        "It may have 64 characters, repeats written out. Make it shorter.");
}

static bool is_at_end(const struct builder *builder) {
    return builder->at >= builder->text.len;
}

static char peek(const struct builder *builder) {
    return is_at_end(builder) ? '\0' : builder->text.ptr[builder->at];
}

static bool takes(struct builder *builder, char wanted) {
    if (is_at_end(builder) || builder->text.ptr[builder->at] != wanted) return false;
    builder->at++;
    return true;
}

// A set of symbols that one place takes.
struct symbols {
    bool has[PATTERN_SYMBOLS];
};

static bool is_letter(unsigned byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static void add_byte(const struct builder *builder, struct symbols *symbols, unsigned byte) {
    symbols->has[byte] = true;
    if (builder->ignores_case && is_letter(byte)) symbols->has[byte ^ 0x20u] = true;
}

static void
add_range(const struct builder *builder, struct symbols *symbols, unsigned from, unsigned to) {
    for (unsigned byte = from; byte <= to; byte++)
        add_byte(builder, symbols, byte);
}

static bool
add_place(struct builder *builder, const struct symbols *symbols, size_t at, struct fragment *out) {
    if (builder->places == PATTERN_MOST_PLACES) return too_large(builder, at);
    const uint64_t place = (uint64_t)1 << builder->places++;
    for (size_t symbol = 0; symbol < PATTERN_SYMBOLS; symbol++) {
        if (symbols->has[symbol]) builder->pattern->of_symbol[symbol] |= place;
    }
    *out = (struct fragment){.first = place, .last = place};
    return true;
}

static void join(struct builder *builder, uint64_t last, uint64_t first) {
    for (int place = 0; place < builder->places; place++) {
        if (last >> place & 1) builder->pattern->follow[place] |= first;
    }
}

static struct fragment after(struct builder *builder, struct fragment left, struct fragment right) {
    join(builder, left.last, right.first);
    return (struct fragment){
        .first = left.first | (left.is_nullable ? right.first : 0),
        .last = right.last | (right.is_nullable ? left.last : 0),
        .is_nullable = left.is_nullable && right.is_nullable,
    };
}

// Escapes

static const struct {
    char letter;
    const char *ranges; // pairs of first and last
} escapes[] = {{'d', "09"}, {'w', "azAZ09__"}, {'s', "  \t\r"}, {'n', "\n\n"}, {'t', "\t\t"}};

static void add_ranges(struct builder *builder, struct symbols *symbols, const char *ranges) {
    for (; ranges[0]; ranges += 2)
        add_range(builder, symbols, (unsigned char)ranges[0], (unsigned char)ranges[1]);
}

static bool read_escape(struct builder *builder, struct symbols *symbols) {
    const size_t at = builder->at - 1; // of the backslash
    if (is_at_end(builder))
        return wrong(builder, at, "nothing follows the \\", "Write \\\\ for a backslash.");
    const unsigned byte = (unsigned char)builder->text.ptr[builder->at++];
    for (size_t i = 0; i < ARRAY_COUNT(escapes); i++) {
        if ((unsigned char)escapes[i].letter != byte) continue;
        add_ranges(builder, symbols, escapes[i].ranges);
        return true;
    }
    if (is_letter(byte) || (byte >= '0' && byte <= '9'))
        return wrong(
            builder, at, "there is no such escape",
            "Known: \\d \\w \\s \\n \\t, and \\ before a character that is to stand for itself.");
    add_byte(builder, symbols, byte);
    return true;
}

// Brackets

static const struct {
    const char *name, *ranges;
} classes[] = {
    {"alpha", "azAZ"},   {"digit", "09"},      {"alnum", "azAZ09"},
    {"upper", "AZ"},     {"lower", "az"},      {"blank", "  \t\t"},
    {"space", "  \t\r"}, {"xdigit", "09afAF"}, {"punct", "!/:@[`{~"},
};

static bool read_class(struct builder *builder, struct symbols *symbols) {
    const size_t at = builder->at;
    const struct str rest = str_skip(builder->text, at + 2);
    const size_t len = str_find_char(rest, ':');
    const struct str name = str_slice(rest, 0, len);
    for (size_t i = 0; i < ARRAY_COUNT(classes); i++) {
        if (!str_equal(name, str_from(classes[i].name))) continue;
        if (!str_starts_with(str_skip(rest, len), STR(":]"))) break;
        add_ranges(builder, symbols, classes[i].ranges);
        builder->at += 2 + len + 2;
        return true;
    }
    return wrong(
        builder, at, "there is no such class",
        "Known: [:alpha:] [:digit:] [:alnum:] [:upper:] [:lower:] [:blank:] [:space:] [:xdigit:] "
        "[:punct:].");
}

// One character of a bracket; false with *is_single false: a class or an escape, already added.
static bool
read_member(struct builder *builder, struct symbols *symbols, unsigned *out, bool *is_single) {
    const size_t at = builder->at;
    *is_single = false;
    if (str_starts_with(str_skip(builder->text, at), STR("[:")))
        return read_class(builder, symbols);
    const unsigned byte = (unsigned char)builder->text.ptr[builder->at++];
    if (byte == '\\') return read_escape(builder, symbols);
    if (byte >= 0x80)
        return wrong(
            builder, at, "only ASCII characters can stand in brackets",
            "Write alternatives: (ä|ö).");
    *out = byte;
    *is_single = true;
    return true;
}

static bool read_members(struct builder *builder, size_t opened_at, struct symbols *symbols) {
    for (bool is_first = true;; is_first = false) {
        if (is_at_end(builder))
            return wrong(builder, opened_at, "this [ is never closed", "Add the ].");
        if (!is_first && takes(builder, ']')) return true;
        const size_t at = builder->at;
        unsigned from = 0, to = 0;
        bool is_single = false, is_end_single = false;
        if (!read_member(builder, symbols, &from, &is_single)) return false;
        if (!is_single) continue;
        const bool is_range = peek(builder) == '-' && builder->at + 1 < builder->text.len &&
                              builder->text.ptr[builder->at + 1] != ']';
        to = from;
        if (is_range) {
            builder->at++;
            if (!read_member(builder, symbols, &to, &is_end_single)) return false;
            if (!is_end_single || to < from)
                return wrong(builder, at, "this range has no members", "Write it like a-z.");
        }
        add_range(builder, symbols, from, to);
    }
}

static bool read_bracket(struct builder *builder, struct symbols *symbols) {
    const size_t at = builder->at - 1;
    const bool is_inverted = takes(builder, '^');
    if (!read_members(builder, at, symbols)) return false;
    for (size_t byte = 0; is_inverted && byte < START_SYMBOL; byte++)
        symbols->has[byte] = !symbols->has[byte];
    return true;
}

// The expression

static bool read_alternatives(struct builder *builder, struct fragment *out);

static bool read_group(struct builder *builder, struct fragment *out) {
    const size_t at = builder->at - 1;
    if (builder->depth == MOST_DEPTH) return too_large(builder, at);
    builder->depth++;
    if (!read_alternatives(builder, out)) return false;
    builder->depth--;
    if (takes(builder, ')')) return true;
    return wrong(
        builder, at, "this ( is never closed", "Add the ), or write \\( for the character.");
}

static bool read_atom(struct builder *builder, struct fragment *out) {
    const size_t at = builder->at;
    struct symbols symbols = {0};
    if (++builder->steps > MOST_STEPS) return too_large(builder, at);
    const unsigned byte = (unsigned char)builder->text.ptr[builder->at++];
    switch (byte) {
    case '(': return read_group(builder, out);
    case '*':
    case '+':
    case '?':
    case '{':
        return wrong(
            builder, at, "there is nothing here to repeat",
            "Write \\ before it for the character.");
    case '.': add_range(builder, &symbols, 0, 0xFF); break;
    case '^': symbols.has[START_SYMBOL] = true; break;
    case '$': symbols.has[END_SYMBOL] = true; break;
    case '[':
        if (!read_bracket(builder, &symbols)) return false;
        break;
    case '\\':
        if (!read_escape(builder, &symbols)) return false;
        break;
    default: add_byte(builder, &symbols, byte); break;
    }
    return add_place(builder, &symbols, at, out);
}

struct repeat {
    int least, most; // most below 0: any number
};

static bool read_count(struct builder *builder, int *out) {
    const size_t at = builder->at;
    int count = 0;
    while (peek(builder) >= '0' && peek(builder) <= '9' && count <= MOST_REPEATS)
        count = count * 10 + (builder->text.ptr[builder->at++] - '0');
    *out = count;
    return builder->at > at && count <= MOST_REPEATS;
}

static bool read_braces(struct builder *builder, struct repeat *out) {
    const size_t at = builder->at - 1;
    bool is_good = read_count(builder, &out->least);
    out->most = out->least;
    if (is_good && takes(builder, ',')) {
        out->most = -1;
        if (peek(builder) != '}') is_good = read_count(builder, &out->most);
    }
    is_good = is_good && takes(builder, '}') && (out->most < 0 || out->most >= out->least);
    if (is_good) return true;
    return wrong(
        builder, at, "this repeat makes no sense", "Write {2}, {2,} or {2,5}, at most 64.");
}

// False without an error: nothing is repeated.
static bool read_repeat(struct builder *builder, struct repeat *out, bool *has_repeat) {
    *has_repeat = true;
    if (takes(builder, '*')) {
        *out = (struct repeat){.least = 0, .most = -1};
    } else if (takes(builder, '+')) {
        *out = (struct repeat){.least = 1, .most = -1};
    } else if (takes(builder, '?')) {
        *out = (struct repeat){.least = 0, .most = 1};
    } else if (takes(builder, '{')) {
        return read_braces(builder, out);
    } else {
        *has_repeat = false;
    }
    return true;
}

// The first copy is there; the others are parsed again, each with places of its own.
static bool
add_copies(struct builder *builder, size_t atom_at, struct repeat repeat, struct fragment *whole) {
    const size_t end = builder->at;
    const int copies = repeat.most < 0 ? (repeat.least > 1 ? repeat.least : 1) : repeat.most;
    if (copies == 0) {
        *whole = (struct fragment){.is_nullable = true};
        return true;
    }
    struct fragment copy = *whole;
    for (int number = 1; number <= copies; number++) {
        if (number > 1) {
            builder->at = atom_at;
            if (!read_atom(builder, &copy)) return false;
        }
        if (repeat.most < 0 && number == copies) join(builder, copy.last, copy.first);
        if (number > repeat.least) copy.is_nullable = true;
        *whole = number == 1 ? copy : after(builder, *whole, copy);
    }
    builder->at = end;
    return true;
}

static bool read_piece(struct builder *builder, struct fragment *out) {
    const size_t at = builder->at;
    struct repeat repeat = {0};
    bool has_repeat = false;
    if (!read_atom(builder, out)) return false;
    if (!read_repeat(builder, &repeat, &has_repeat)) return false;
    return !has_repeat || add_copies(builder, at, repeat, out);
}

static bool read_branch(struct builder *builder, struct fragment *out) {
    *out = (struct fragment){.is_nullable = true};
    while (!is_at_end(builder) && peek(builder) != '|' && peek(builder) != ')') {
        struct fragment piece = {0};
        if (!read_piece(builder, &piece)) return false;
        *out = after(builder, *out, piece);
    }
    return true;
}

static bool read_alternatives(struct builder *builder, struct fragment *out) {
    if (!read_branch(builder, out)) return false;
    while (takes(builder, '|')) {
        struct fragment branch = {0};
        if (!read_branch(builder, &branch)) return false;
        out->first |= branch.first;
        out->last |= branch.last;
        out->is_nullable |= branch.is_nullable;
    }
    return true;
}

bool pattern_parse(
    struct str text, bool ignores_case, struct pattern *out, size_t *out_at, struct error *err) {
    struct pattern pattern = {0};
    struct fragment whole = {0};
    struct builder builder = {
        .text = text, .pattern = &pattern, .ignores_case = ignores_case, .err = err};
    bool is_good = read_alternatives(&builder, &whole);
    if (is_good && !is_at_end(&builder))
        is_good =
            wrong(&builder, builder.at, "this ) closes nothing", "Write \\) for the character.");
    if (!is_good) {
        *out_at = builder.wrong_at;
        return false;
    }
    pattern.first = whole.first;
    pattern.last = whole.last;
    pattern.is_everywhere = whole.is_nullable;
    *out = pattern;
    return true;
}

static uint64_t step(const struct pattern *pattern, uint64_t places, size_t symbol) {
    uint64_t next = pattern->first; // a match may begin anywhere
    for (; places; places &= places - 1)
        next |= pattern->follow[__builtin_ctzll(places)];
    return next & pattern->of_symbol[symbol];
}

bool pattern_matches(const struct pattern *pattern, struct str text) {
    if (pattern->is_everywhere) return true;
    uint64_t places = step(pattern, 0, START_SYMBOL);
    for (size_t i = 0; i < text.len && !(places & pattern->last); i++) {
        const unsigned char byte = (unsigned char)text.ptr[i];
        // most bytes begin nothing
        if (places || pattern->of_symbol[byte] & pattern->first)
            places = step(pattern, places, byte);
    }
    if (places & pattern->last) return true;
    return (step(pattern, places, END_SYMBOL) & pattern->last) != 0;
}
