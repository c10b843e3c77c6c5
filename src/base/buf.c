// buf — see the header.
//
// Cleaning works on an array of the code points with a mark for each one taken out: the ends move
// inwards over what is marked already, so quotes inside KEY="…" are found at any depth.
#include "base/buf.h"

#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#define FORMAT_ROOM 63

void buf_release(struct buf *buf) {
    if (!buf) return;
    mem_free(buf->ptr);
    *buf = (struct buf){.limit = buf->limit};
}

void buf_reset(struct buf *buf) {
    buf->len = 0;
    buf->overflowed = false;
    if (buf->ptr) buf->ptr[0] = '\0';
}

static bool make_room(struct buf *buf, size_t more) {
    const size_t limit = buf->limit ? buf->limit : BUF_DEFAULT_LIMIT;
    if (buf->overflowed || more > limit || buf->len > limit - more) {
        buf->overflowed = true;
        return false;
    }
    const size_t needed = buf->len + more + 1;
    if (needed <= buf->cap) return true;
    size_t cap = buf->cap ? buf->cap : 64;
    while (cap < needed) // in fewer steps while little is wasted
        cap *= cap < 1024 ? 4 : 2;
    buf->ptr = mem_resize(buf->ptr, cap, 1);
    buf->cap = cap;
    return true;
}

void buf_reserve(struct buf *buf, size_t more_bytes) {
    const bool was_overflowed = buf->overflowed;
    if (make_room(buf, more_bytes)) buf->ptr[buf->len] = '\0';
    buf->overflowed = was_overflowed; // only appending beyond the limit counts
}

char *buf_extend(struct buf *buf, size_t more_bytes) {
    if (!make_room(buf, more_bytes)) return NULL;
    char *added = buf->ptr + buf->len;
    buf->len += more_bytes;
    buf->ptr[buf->len] = '\0';
    return added;
}

void buf_add(struct buf *buf, struct str text) {
    if (!make_room(buf, text.len)) return;
    if (text.len) memcpy(buf->ptr + buf->len, text.ptr, text.len);
    buf->len += text.len;
    buf->ptr[buf->len] = '\0';
}

void buf_add_char(struct buf *buf, char character) {
    if (!make_room(buf, 1)) return;
    buf->ptr[buf->len++] = character;
    buf->ptr[buf->len] = '\0';
}

void buf_add_rune(struct buf *buf, uint32_t rune) {
    char bytes[4];
    size_t len = 0;
    if (rune < 0x80) {
        bytes[len++] = (char)rune;
    } else if (rune < 0x800) {
        bytes[len++] = (char)(0xC0 | rune >> 6);
    } else if (rune < 0x10000) {
        bytes[len++] = (char)(0xE0 | rune >> 12);
        bytes[len++] = (char)(0x80 | (rune >> 6 & 0x3F));
    } else {
        bytes[len++] = (char)(0xF0 | (rune >> 18 & 0x07));
        bytes[len++] = (char)(0x80 | (rune >> 12 & 0x3F));
        bytes[len++] = (char)(0x80 | (rune >> 6 & 0x3F));
    }
    if (rune >= 0x80) bytes[len++] = (char)(0x80 | (rune & 0x3F));
    buf_add(buf, (struct str){.ptr = bytes, .len = len});
}

void buf_add_int(struct buf *buf, int64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0) digits[--at] = '-';
    buf_add(buf, (struct str){.ptr = digits + at, .len = sizeof(digits) - at});
}

// Thousandths, as times in milliseconds are: at most 15 digits, and of such a text no other stands for the same
// number, so this is the shortest. False when the number is none.
static bool add_thousandths(struct buf *buf, double number) {
    if (!(fabs(number) < 1e11) || (number == 0 && signbit(number))) return false;
    const int64_t scaled = llround(number * 1000);
    if ((double)scaled / 1000 != number) return false;
    const uint64_t size = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    char text[32];
    size_t at = sizeof(text), digits = 3;
    uint64_t rest = size % 1000;
    for (; digits > 0 && rest % 10 == 0; digits--)
        rest /= 10;
    for (size_t i = 0; i < digits; i++, rest /= 10)
        text[--at] = (char)('0' + rest % 10);
    if (digits) text[--at] = '.';
    rest = size / 1000;
    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (scaled < 0) text[--at] = '-';
    buf_add(buf, (struct str){.ptr = text + at, .len = sizeof(text) - at});
    return true;
}

void buf_add_double(struct buf *buf, double number) {
    char text[40];
    if (add_thousandths(buf, number)) return;
    if (!isfinite(number)) {
        buf_add(buf, STR("null")); // JSON has no word for it
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        double read_back = 0;
        const int len = snprintf(text, sizeof(text), "%.*g", precision, number);
        const struct str view = {.ptr = text, .len = (size_t)len};
        if (str_parse_double(view, &read_back) && read_back == number) break;
    }
    buf_add(buf, str_from(text));
}

// ---- formats ----

// A directive without flags and width, as nearly all of ours are. The kinds are those of `printf`.
enum directive { DIRECTIVE_OTHER, TEXT, TEXT_OF_LENGTH, CHARACTER, PERCENT, SIGNED, UNSIGNED };
enum width { WIDTH_INT, WIDTH_64, WIDTH_SIZE }; // %ld and %lld: int64_t has the width of both

// Reads what follows a '%' and moves behind it.
static enum directive read_directive(const char **at, enum width *out_width) {
    const char *from = *at;
    *out_width = WIDTH_INT;
    if (from[0] == '.' && from[1] == '*' && from[2] == 's') {
        *at = from + 3;
        return TEXT_OF_LENGTH;
    }
    if (*from == 'z') {
        *out_width = WIDTH_SIZE;
        from++;
    }
    for (; *from == 'l' && *out_width != WIDTH_SIZE; from++)
        *out_width = WIDTH_64;
    *at = from + 1;
    switch (*from) {
    case 'd': return SIGNED;
    case 'u': return UNSIGNED;
    case 's': return *out_width == WIDTH_INT ? TEXT : DIRECTIVE_OTHER;
    case 'c': return *out_width == WIDTH_INT ? CHARACTER : DIRECTIVE_OTHER;
    case '%': return *out_width == WIDTH_INT ? PERCENT : DIRECTIVE_OTHER;
    default: return DIRECTIVE_OTHER;
    }
}

static bool is_simple(const char *format) {
    enum width width;
    for (const char *at = strchr(format, '%'); at; at = strchr(at, '%')) {
        at++;
        if (read_directive(&at, &width) == DIRECTIVE_OTHER) return false;
    }
    return true;
}

static void add_unsigned(struct buf *buf, uint64_t number) {
    if (number > INT64_MAX) buf_add_int(buf, (int64_t)(number / 10));
    buf_add_int(buf, (int64_t)(number > INT64_MAX ? number % 10 : number));
}

static int64_t take_signed(va_list *args, enum width width) {
    if (width == WIDTH_INT) return va_arg(*args, int);
    return width == WIDTH_SIZE ? (int64_t)va_arg(*args, size_t) : va_arg(*args, int64_t);
}

static uint64_t take_unsigned(va_list *args, enum width width) {
    if (width == WIDTH_INT) return va_arg(*args, unsigned);
    if (width == WIDTH_SIZE) return va_arg(*args, size_t);
    return va_arg(*args, uint64_t);
}

_Static_assert(sizeof(intmax_t) == sizeof(int64_t), "%lld has 64 bits");

static void add_text(struct buf *buf, const char *text, int length) {
    if (!text) text = "(null)";
    const char *end = length < 0 ? NULL : memchr(text, '\0', (size_t)length);
    const size_t known = end ? (size_t)(end - text) : (size_t)length;
    buf_add(buf, length < 0 ? str_from(text) : (struct str){.ptr = text, .len = known});
}

static void add_directive(struct buf *buf, enum directive kind, enum width width, va_list *args) {
    switch (kind) {
    case TEXT: add_text(buf, va_arg(*args, const char *), -1); break;
    case TEXT_OF_LENGTH: {
        const int length = va_arg(*args, int);
        add_text(buf, va_arg(*args, const char *), length);
        break;
    }
    case CHARACTER: buf_add_char(buf, (char)va_arg(*args, int)); break;
    case PERCENT: buf_add_char(buf, '%'); break;
    case SIGNED: buf_add_int(buf, take_signed(args, width)); break;
    case UNSIGNED: add_unsigned(buf, take_unsigned(args, width)); break;
    case DIRECTIVE_OTHER: break;
    }
}

// What nearly all formats are made of is written here; `vsnprintf` takes several times as long.
static void add_simple(struct buf *buf, const char *format, va_list *args) {
    const size_t start = buf->len;
    while (*format) {
        const char *percent = strchr(format, '%');
        const size_t plain = percent ? (size_t)(percent - format) : strlen(format);
        buf_add(buf, (struct str){.ptr = format, .len = plain});
        if (!percent) break;
        enum width width;
        format = percent + 1;
        const enum directive kind = read_directive(&format, &width);
        add_directive(buf, kind, width, args);
    }
    if (!buf->overflowed) return;
    buf->len = start; // all or nothing
    if (buf->ptr) buf->ptr[start] = '\0';
}

// First into the room there is: formatting twice is only for texts that need more.
void buf_add_vformat(struct buf *buf, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    if (is_simple(format)) {
        add_simple(buf, format, &again);
        va_end(again);
        return;
    }
    if (!buf->ptr) buf_reserve(buf, FORMAT_ROOM);
    const size_t room = buf->ptr ? buf->cap - buf->len : 0;
    const int len = vsnprintf(room ? buf->ptr + buf->len : NULL, room, format, args);
    const bool is_written = len >= 0 && (size_t)len < room;
    if (!is_written && room) buf->ptr[buf->len] = '\0';
    if (len >= 0 && make_room(buf, (size_t)len)) {
        if (!is_written) vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    } else if (room) {
        buf->ptr[buf->len] = '\0';
    }
    va_end(again);
}

void buf_add_format(struct buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buf_add_vformat(buf, format, args);
    va_end(args);
}

static void add_escape(struct buf *buf, uint32_t rune) {
    switch (rune) {
    case '\n': buf_add(buf, STR("\\n")); return;
    case '\r': buf_add(buf, STR("\\r")); return;
    case '\t': buf_add(buf, STR("\\t")); return;
    case 0x1B: buf_add(buf, STR("\\e")); return;
    default: break;
    }
    buf_add_format(buf, rune > 0xFF ? "\\u%04x" : "\\x%02x", (unsigned)rune);
}

// Bytes at the front that need no look: printable ASCII, which most text is.
static size_t plain_bytes(struct str text) {
    size_t len = str_plain_words(text);
    while (len < text.len && text.ptr[len] >= ' ' && text.ptr[len] <= '~')
        len++;
    return len;
}

void buf_add_quoted(struct buf *buf, struct str text) {
    buf_add_char(buf, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') buf_add_char(buf, '\\');
        buf_add_char(buf, text.ptr[i]);
    }
    buf_add_char(buf, '"');
}

void buf_add_printable(struct buf *buf, struct str text) {
    for (;;) {
        const size_t plain = plain_bytes(text);
        buf_add(buf, str_slice(text, 0, plain));
        text = str_skip(text, plain);
        if (text.len == 0) return;
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        const bool is_control = rune < 0x20 || (rune >= 0x7F && rune < 0xA0);
        if (valid && (is_control || str_is_invisible_rune(rune))) {
            add_escape(buf, rune);
        } else {
            buf_add_rune(buf, rune);
        }
    }
}

struct str buf_str(const struct buf *buf) {
    return (struct str){.ptr = buf->ptr, .len = buf->len};
}

const char *buf_text(const struct buf *buf) {
    return buf->ptr ? buf->ptr : "";
}

bool buf_finish(const struct buf *buf, struct str *out, struct error *err) {
    if (buf->overflowed) {
        return error_set(
            err, ERROR_LIMIT, "more than the %zu bytes we accept",
            buf->limit ? buf->limit : BUF_DEFAULT_LIMIT);
    }
    *out = buf_str(buf);
    return true;
}

char *buf_take(struct buf *buf) {
    char *taken = buf->ptr ? buf->ptr : mem_copy_string("");
    *buf = (struct buf){.limit = buf->limit};
    return taken;
}

struct glyph {
    uint32_t rune;
    size_t offset, bytes;
    int removal; // -1 when kept
};

static bool is_line_break(uint32_t rune) {
    return rune == '\n' || rune == '\r' || rune == 0x2028 || rune == 0x2029 || rune == 0x85;
}

static bool is_space(uint32_t rune) {
    return rune == ' ' || rune == '\t' || rune == '\v' || rune == '\f' || rune == 0xA0 ||
           rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200A) || rune == 0x202F ||
           rune == 0x205F || rune == 0x3000;
}

static size_t read_glyphs(struct str text, struct glyph *glyphs) {
    const char *start = text.ptr;
    size_t count = 0;
    while (text.len) {
        bool valid = true;
        const size_t offset = (size_t)(text.ptr - start);
        const uint32_t rune = str_next_rune(&text, &valid);
        int removal = -1;
        if (is_line_break(rune)) {
            removal = BUF_REMOVAL_LINE_BREAK;
        } else if (
            valid && !is_space(rune) &&
            (rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || str_is_invisible_rune(rune))) {
            removal = BUF_REMOVAL_INVISIBLE;
        }
        glyphs[count++] = (struct glyph){
            .rune = rune,
            .offset = offset,
            .bytes = (size_t)(text.ptr - start) - offset,
            .removal = removal,
        };
    }
    return count;
}

// The blanks with which a wrapped line was indented, or that were left before the wrap.
static void mark_wraps(struct glyph *glyphs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (glyphs[i].removal != BUF_REMOVAL_LINE_BREAK) continue;
        for (size_t k = i + 1; k < count && is_space(glyphs[k].rune); k++) {
            glyphs[k].removal = BUF_REMOVAL_LINE_BREAK;
        }
        for (size_t k = i; k > 0 && is_space(glyphs[k - 1].rune); k--) {
            glyphs[k - 1].removal = BUF_REMOVAL_LINE_BREAK;
        }
    }
}

static bool is_quote_pair(uint32_t open, uint32_t close) {
    if (open == close) return open == '"' || open == '\'' || open == '`' || open == 0x201D;
    if (open == 0x201C || open == 0x201E) return close == 0x201D || close == 0x201C;
    if (open == 0x2018 || open == 0x201A) return close == 0x2019 || close == 0x2018;
    return open == 0xAB && close == 0xBB;
}

static bool is_key_char(uint32_t rune, bool is_first) {
    const bool is_letter = (rune >= 'A' && rune <= 'Z') || (rune >= 'a' && rune <= 'z');
    if (is_first) return is_letter || rune == '_';
    return is_letter || (rune >= '0' && rune <= '9') || rune == '_' || rune == '.' || rune == '-';
}

struct glyph_range {
    size_t first, end; // what is left between the ends
};

static void trim_range(struct glyph *glyphs, struct glyph_range *range) {
    for (; range->first < range->end; range->first++) {
        struct glyph *glyph = &glyphs[range->first];
        if (glyph->removal < 0 && !is_space(glyph->rune)) break;
        if (glyph->removal < 0) glyph->removal = BUF_REMOVAL_SPACE;
    }
    for (; range->first < range->end; range->end--) {
        struct glyph *glyph = &glyphs[range->end - 1];
        if (glyph->removal < 0 && !is_space(glyph->rune)) break;
        if (glyph->removal < 0) glyph->removal = BUF_REMOVAL_SPACE;
    }
}

static bool strip_quotes(struct glyph *glyphs, struct glyph_range *range) {
    if (range->end - range->first < 2) return false;
    struct glyph *open = &glyphs[range->first];
    struct glyph *close = &glyphs[range->end - 1];
    if (!is_quote_pair(open->rune, close->rune)) return false;
    open->removal = close->removal = BUF_REMOVAL_QUOTE;
    range->first++;
    range->end--;
    return true;
}

static size_t skip_export(const struct glyph *glyphs, struct glyph_range range) {
    static const char word[] = "export ";
    size_t at = range.first;
    for (size_t i = 0; word[i]; i++, at++) {
        if (at >= range.end || glyphs[at].rune != (unsigned char)word[i]) return range.first;
    }
    while (at < range.end && is_space(glyphs[at].rune))
        at++;
    return at;
}

// KEY= is a key only when a value other than base64 padding follows.
static bool strip_key(struct glyph *glyphs, struct glyph_range *range) {
    size_t at = skip_export(glyphs, *range);
    const size_t name = at;
    while (at < range->end && is_key_char(glyphs[at].rune, at == name))
        at++;
    if (at == name || at - name > 64) return false;
    size_t sign = at;
    while (sign < range->end && is_space(glyphs[sign].rune))
        sign++;
    if (sign >= range->end || glyphs[sign].rune != '=') return false;
    size_t value = sign + 1;
    while (value < range->end && is_space(glyphs[value].rune))
        value++;
    if (value == range->end || glyphs[value].rune == '=') return false;
    for (size_t i = range->first; i < value; i++) {
        if (glyphs[i].removal < 0) glyphs[i].removal = BUF_REMOVAL_KEY;
    }
    range->first = value;
    return true;
}

static void note_removal(struct buf_cleaning *cleaning, const struct glyph *glyph) {
    if (cleaning->count < BUF_CLEANING_NOTES) {
        cleaning->notes[cleaning->count].kind = (enum buf_removal)glyph->removal;
        cleaning->notes[cleaning->count].rune = glyph->rune;
        cleaning->notes[cleaning->count].offset = glyph->offset;
    }
    cleaning->count++;
}

void buf_add_cleaned(struct buf *out, struct str pasted, struct buf_cleaning *cleaning) {
    struct buf_cleaning ignored;
    if (!cleaning) cleaning = &ignored;
    *cleaning = (struct buf_cleaning){0};
    if (pasted.len == 0) return;

    struct glyph *glyphs = mem_zeroed(pasted.len, sizeof(*glyphs));
    struct glyph_range range = {.end = read_glyphs(pasted, glyphs)};
    const size_t count = range.end;
    mark_wraps(glyphs, count);
    do {
        trim_range(glyphs, &range);
    } while (strip_quotes(glyphs, &range) || strip_key(glyphs, &range));
    for (size_t i = 0; i < count; i++) {
        const struct glyph *glyph = &glyphs[i];
        if (glyph->removal < 0) {
            buf_add(out, str_slice(pasted, glyph->offset, glyph->bytes));
        } else if (glyph->removal != BUF_REMOVAL_KEY || glyph->rune == '=') {
            note_removal(cleaning, glyph); // a key is one note, at its '='
        }
    }
    mem_wipe(glyphs, pasted.len * sizeof(*glyphs)); // the value may be a secret
    mem_free(glyphs);
}

static const struct removal_word {
    const char *one, *many;
    bool shows_rune;
} removal_words[] = {
    [BUF_REMOVAL_SPACE] = {.one = "space", .many = "spaces"},
    [BUF_REMOVAL_LINE_BREAK] = {.one = "line break", .many = "line breaks"},
    [BUF_REMOVAL_INVISIBLE] =
        {.one = "invisible character", .many = "invisible characters", .shows_rune = true},
    [BUF_REMOVAL_QUOTE] = {.one = "quote", .many = "quotes"},
    [BUF_REMOVAL_KEY] = {.one = "leading KEY=", .many = "leading KEY="},
};

void buf_add_cleaning(struct buf *out, const struct buf_cleaning *cleaning) {
    const size_t noted =
        cleaning->count < BUF_CLEANING_NOTES ? cleaning->count : (size_t)BUF_CLEANING_NOTES;
    const char *separator = "";
    for (size_t kind = 0; kind < ARRAY_COUNT(removal_words); kind++) {
        const struct removal_word *word = &removal_words[kind];
        size_t count = 0, first = 0;
        for (size_t i = 0; i < noted; i++) {
            if ((size_t)cleaning->notes[i].kind != kind) continue;
            if (count++ == 0) first = i;
        }
        if (count == 0) continue;
        buf_add_format(out, "%s%zu %s", separator, count, count == 1 ? word->one : word->many);
        if (word->shows_rune) {
            buf_add_format(
                out, " (U+%04X at %zu)", (unsigned)cleaning->notes[first].rune,
                cleaning->notes[first].offset);
        }
        separator = ", ";
    }
    if (cleaning->count > noted) {
        buf_add_format(out, " and %zu more", cleaning->count - noted);
    }
}
