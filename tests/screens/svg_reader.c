// svg_reader — see the header.
#include "screens/svg_reader.h"

#include "base/buf.h"
#include "console/width.h"

#include <string.h>

#define CELL_COLUMNS 9
#define CELL_ROWS 19
#define MARGIN 12
#define BASELINE 14
#define DEPTH_MAX 8
#define ATTRIBUTES_MAX 16

struct attribute {
    struct str name;
    struct str value; // as it stands, entities checked
};

struct element {
    struct str name;
    struct attribute attributes[ATTRIBUTES_MAX];
    size_t count;
};

struct reader {
    struct str rest;
    struct element open[DEPTH_MAX];
    size_t depth;
    struct svg_cell *cells;
    int columns, rows;
    bool has_root;
    struct error *err;
};

static bool refuse(struct reader *reader, const char *what) {
    return error_set(
        reader->err, ERROR_INVALID, "%s before \"" STR_FMT "\"", what,
        STR_ARG(str_slice(reader->rest, 0, 40)));
}

// XML as such

static bool take(struct reader *reader, struct str token) {
    if (!str_starts_with(reader->rest, token)) return false;
    reader->rest = str_skip(reader->rest, token.len);
    return true;
}

static bool is_name_char(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-' ||
           byte == ':';
}

static bool take_name(struct reader *reader, struct str *out) {
    size_t len = 0;
    while (len < reader->rest.len && is_name_char(reader->rest.ptr[len]))
        len++;
    *out = str_slice(reader->rest, 0, len);
    reader->rest = str_skip(reader->rest, len);
    return len > 0 || refuse(reader, "no name");
}

static void skip_space(struct reader *reader) {
    while (take(reader, STR(" ")) || take(reader, STR("\n")))
        continue;
}

static const struct {
    const char *text;
    uint32_t rune;
} entities[] = {
    {"&amp;", '&'},
    {"&lt;", '<'},
    {"&gt;", '>'},
    {"&quot;", '"'},
};

// One character of text or of an attribute; false: not one that XML allows there.
static bool next_rune(struct str *text, uint32_t *out) {
    for (size_t i = 0; i < ARRAY_COUNT(entities); i++) {
        const struct str entity = str_from(entities[i].text);
        if (!str_starts_with(*text, entity)) continue;
        *text = str_skip(*text, entity.len);
        *out = entities[i].rune;
        return true;
    }
    bool is_valid = true;
    *out = str_next_rune(text, &is_valid);
    const bool is_control = *out < 0x20 && *out != '\n' && *out != '\t';
    return is_valid && !is_control && *out != '&' && *out != '<' && *out != 0xFFFE &&
           *out != 0xFFFF;
}

static bool is_text(struct str text) {
    uint32_t rune = 0;
    while (text.len) {
        if (!next_rune(&text, &rune)) return false;
    }
    return true;
}

static bool take_attribute(struct reader *reader, struct element *element) {
    struct attribute *attribute = &element->attributes[element->count];
    if (element->count == ATTRIBUTES_MAX) return refuse(reader, "too many attributes");
    if (!take_name(reader, &attribute->name)) return false;
    if (!take(reader, STR("=\""))) return refuse(reader, "no value");
    const size_t end = str_find_char(reader->rest, '"');
    if (end >= reader->rest.len) return refuse(reader, "a value without an end");
    attribute->value = str_slice(reader->rest, 0, end);
    reader->rest = str_skip(reader->rest, end + 1);
    if (!is_text(attribute->value)) return refuse(reader, "a value that XML does not allow");
    for (size_t i = 0; i < element->count; i++) {
        if (str_equal(element->attributes[i].name, attribute->name))
            return refuse(reader, "an attribute twice");
    }
    element->count++;
    return true;
}

// What it says

static struct str get(const struct element *element, const char *name) {
    for (size_t i = 0; i < element->count; i++) {
        if (str_equal(element->attributes[i].name, str_from(name)))
            return element->attributes[i].value;
    }
    return (struct str){0};
}

static bool
get_number(struct reader *reader, const struct element *element, const char *name, int *out) {
    int64_t number = 0;
    if (!str_parse_int64(get(element, name), &number) || number < 0 || number > 100000)
        return refuse(reader, "no such number");
    *out = (int)number;
    return true;
}

static bool get_color(struct reader *reader, const struct element *element, uint32_t *out) {
    const struct str text = get(element, "fill");
    *out = 0;
    if (text.len != 7 || text.ptr[0] != '#') return refuse(reader, "no colour");
    for (size_t i = 1; i < text.len; i++) {
        const char digit = text.ptr[i];
        const bool is_decimal = digit >= '0' && digit <= '9';
        if (!is_decimal && (digit < 'a' || digit > 'f')) return refuse(reader, "no colour");
        *out = *out << 4 | (uint32_t)(is_decimal ? digit - '0' : digit - 'a' + 10);
    }
    return true;
}

static bool paint(struct reader *reader, int column, int row, int columns, uint32_t color) {
    const bool is_inside = column >= 0 && row >= 0 && row < reader->rows && columns >= 0 &&
                           column + columns <= reader->columns;
    if (!is_inside) return refuse(reader, "a ground outside of the picture");
    for (int at = column; at < column + columns; at++)
        reader->cells[row * reader->columns + at].ground = color;
    return true;
}

// The whole page in percent, or a run of cells.
static bool take_rect(struct reader *reader, const struct element *element) {
    uint32_t color = 0;
    int left = 0, top = 0, width = 0, height = 0;
    if (!get_color(reader, element, &color)) return false;
    if (str_equal(get(element, "width"), STR("100%"))) {
        for (int row = 0; row < reader->rows; row++) {
            if (!paint(reader, 0, row, reader->columns, color)) return false;
        }
        return true;
    }
    if (!get_number(reader, element, "x", &left) || !get_number(reader, element, "y", &top) ||
        !get_number(reader, element, "width", &width) ||
        !get_number(reader, element, "height", &height)) {
        return false;
    }
    const bool is_in_grid = (left - MARGIN) % CELL_COLUMNS == 0 && width % CELL_COLUMNS == 0 &&
                            (top - MARGIN) % CELL_ROWS == 0 && height == CELL_ROWS;
    if (!is_in_grid) return refuse(reader, "a ground between the cells");
    return paint(
        reader, (left - MARGIN) / CELL_COLUMNS, (top - MARGIN) / CELL_ROWS, width / CELL_COLUMNS,
        color);
}

static bool write_rune(
    struct reader *reader, int row, int *column, int *before, uint32_t rune, struct svg_cell look) {
    const int width = width_of_rune(rune);
    if (width == 0 && *before >= 0) {
        struct svg_cell *cell = &reader->cells[row * reader->columns + *before];
        for (size_t i = 1; i < CANVAS_RUNES; i++) {
            if (cell->runes[i]) continue;
            cell->runes[i] = rune;
            return true;
        }
    }
    if (width == 0 || *column + width > reader->columns)
        return refuse(reader, "text outside of the picture");
    struct svg_cell *cell = &reader->cells[row * reader->columns + *column];
    if (cell->runes[0]) return refuse(reader, "text over text");
    look.ground = cell->ground;
    look.runes[0] = rune;
    *cell = look;
    *before = *column;
    *column += width;
    return true;
}

static bool take_word(struct reader *reader, const struct element *element, struct str text) {
    struct svg_cell look = {
        .is_bold = str_equal(get(element, "font-weight"), STR("bold")),
        .is_dim = str_equal(get(element, "opacity"), STR("0.7")),
        .is_underlined = str_equal(get(element, "text-decoration"), STR("underline")),
    };
    int left = 0, base = 0, length = 0, before = -1;
    if (!get_color(reader, element, &look.ink) || !get_number(reader, element, "x", &left) ||
        !get_number(reader, element, "y", &base) ||
        !get_number(reader, element, "textLength", &length)) {
        return false;
    }
    const int row = (base - BASELINE - MARGIN) / CELL_ROWS;
    int column = (left - MARGIN) / CELL_COLUMNS;
    const bool is_in_grid = (left - MARGIN) % CELL_COLUMNS == 0 && left >= MARGIN &&
                            (base - BASELINE - MARGIN) % CELL_ROWS == 0 && row < reader->rows;
    if (!is_in_grid) return refuse(reader, "text between the cells");
    const int start = column;
    while (text.len) {
        uint32_t rune = 0;
        if (!next_rune(&text, &rune)) return refuse(reader, "a character that XML does not allow");
        if (!write_rune(reader, row, &column, &before, rune, look)) return false;
    }
    return length == (column - start) * CELL_COLUMNS || refuse(reader, "text of another length");
}

// Elements in elements

static bool open_element(struct reader *reader, const struct element *element, bool is_empty) {
    static const char *const known[] = {"svg", "title", "g", "text", "rect"};
    bool is_known = false;
    for (size_t i = 0; i < ARRAY_COUNT(known); i++)
        is_known |= str_equal(element->name, str_from(known[i]));
    if (!is_known) return refuse(reader, "an element that is none of ours");
    if (reader->depth == 0 && reader->has_root) return refuse(reader, "a second root");
    if (reader->depth == DEPTH_MAX) return refuse(reader, "elements too deep");
    reader->has_root = true;
    if (str_equal(element->name, STR("rect")) && !take_rect(reader, element)) return false;
    if (!is_empty) reader->open[reader->depth++] = *element;
    return true;
}

static bool take_start(struct reader *reader) {
    struct element element = {0};
    if (!take_name(reader, &element.name)) return false;
    for (;;) {
        skip_space(reader);
        if (take(reader, STR("/>"))) return open_element(reader, &element, true);
        if (take(reader, STR(">"))) return open_element(reader, &element, false);
        if (!take_attribute(reader, &element)) return false;
    }
}

static bool take_end(struct reader *reader) {
    struct str name;
    if (!take_name(reader, &name)) return false;
    if (!take(reader, STR(">"))) return refuse(reader, "an end tag without its end");
    if (reader->depth == 0 || !str_equal(reader->open[reader->depth - 1].name, name))
        return refuse(reader, "an end tag of another element");
    reader->depth--;
    return true;
}

static bool take_text(struct reader *reader) {
    const size_t end = str_find_char(reader->rest, '<');
    const struct str text = str_slice(reader->rest, 0, end);
    reader->rest = str_skip(reader->rest, text.len);
    const struct element *element = reader->depth ? &reader->open[reader->depth - 1] : NULL;
    if (!is_text(text)) return refuse(reader, "a character that XML does not allow");
    if (element && str_equal(element->name, STR("text"))) return take_word(reader, element, text);
    const bool is_title = element && str_equal(element->name, STR("title"));
    return is_title || str_trim(text).len == 0 || refuse(reader, "text where none belongs");
}

bool svg_read(struct str text, int columns, int rows, struct svg_cell *cells, struct error *err) {
    struct reader reader = {
        .rest = text, .cells = cells, .columns = columns, .rows = rows, .err = err};
    while (reader.rest.len) {
        bool is_good = false;
        if (take(&reader, STR("</")))
            is_good = take_end(&reader);
        else if (take(&reader, STR("<")))
            is_good = take_start(&reader);
        else
            is_good = take_text(&reader);
        if (!is_good) return false;
    }
    if (reader.depth || !reader.has_root) return refuse(&reader, "the end is missing");
    return true;
}
