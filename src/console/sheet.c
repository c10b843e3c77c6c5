// sheet — see the header.
#include "console/sheet.h"

#include "base/json.h"
#include "console/width.h"

#include <limits.h>
#include <stdarg.h>

#define INDENT 2

struct canvas_pen sheet_line(struct sheet *sheet) {
    const int row = sheet->row++ - sheet->top;
    return canvas_pen(sheet->canvas, sheet->rect, row);
}

void sheet_blank(struct sheet *sheet) {
    sheet->row++;
}

void sheet_select(const struct sheet *sheet) {
    const int at = sheet->row - 1 - sheet->top;
    if (!sheet->canvas || at < 0 || at >= sheet->rect.rows) return;
    canvas_select(sheet->canvas, rect_row(sheet->rect, at));
}

// What separates a row from the next is not shown: a line break, or the blanks at a wrap.
static struct str drop_break(struct str rest) {
    while (rest.len && rest.ptr[0] == ' ')
        rest = str_skip(rest, 1);
    return rest.len && rest.ptr[0] == '\n' ? str_skip(rest, 1) : rest;
}

static struct str trim_end(struct str text) {
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    return text;
}

void sheet_text(struct sheet *sheet, enum theme_role role, struct str text) {
    sheet_item(sheet, role, "", role, text);
}

void sheet_format(struct sheet *sheet, enum theme_role role, const char *format, ...) {
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_add_vformat(&text, format, args);
    va_end(args);
    sheet_text(sheet, role, buf_str(&text));
    buf_release(&text);
}

void sheet_item(
    struct sheet *sheet,
    enum theme_role mark_role,
    const char *mark,
    enum theme_role role,
    struct str text) {
    sheet_item_within(sheet, mark_role, mark, role, text, INT_MAX);
}

void sheet_item_within(
    struct sheet *sheet,
    enum theme_role mark_role,
    const char *mark,
    enum theme_role role,
    struct str text,
    int most_rows) {
    const int indent = width_of_text(str_from(mark));
    for (int row = 0; row == 0 || (text.len && row < most_rows); row++) {
        struct canvas_pen pen = sheet_line(sheet);
        const int start = pen.column + indent;
        if (row == 0) canvas_write_text(&pen, mark_role, mark);
        canvas_move_to(&pen, start);
        const int room = pen.end - start;
        size_t bytes = text.len ? width_fit_words(text, room > 0 ? room : 1) : 0;
        if (row == most_rows - 1) bytes = text.len; // the pen shows the cut
        canvas_write(&pen, role, trim_end(str_slice(text, 0, bytes)));
        text = drop_break(str_skip(text, bytes));
    }
}

// JSON being written: the pen of the current row, and how far its rows are indented.
struct writer {
    struct sheet *sheet;
    struct canvas_pen pen;
    int depth;
};

static void new_line(struct writer *writer) {
    writer->pen = sheet_line(writer->sheet);
    canvas_move_to(&writer->pen, writer->pen.column + writer->depth * INDENT);
}

// Text that may be longer than the row goes on below, indented once more.
static void write_long(struct writer *writer, enum theme_role role, struct str text) {
    struct buf printable = {0};
    buf_add_printable(&printable, text);
    struct str rest = buf_str(&printable);
    while (rest.len) {
        const int room = canvas_room(&writer->pen) - 1; // a cell for the comma
        const size_t bytes = room > 0 ? width_fit(rest, room) : 0;
        const struct str piece = str_slice(rest, 0, bytes);
        if (bytes && width_of_text(piece) <= room) {
            canvas_write(&writer->pen, role, piece);
            rest = str_skip(rest, bytes);
        }
        if (!rest.len) break;
        new_line(writer);
        canvas_move_to(&writer->pen, writer->pen.column + INDENT);
        if (canvas_room(&writer->pen) < 3) break; // deeper than the window is wide
    }
    buf_release(&printable);
}

static void write_node(struct writer *writer, const struct json_node *node);

static void write_members(struct writer *writer, const struct json_node *node, bool is_object) {
    writer->depth++;
    const struct json_node *member = json_first(node);
    while (member) {
        const struct json_node *next = json_next(member);
        new_line(writer);
        if (is_object) {
            canvas_write(&writer->pen, THEME_NAME, STR("\""));
            canvas_write(&writer->pen, THEME_NAME, json_key(member));
            canvas_write(&writer->pen, THEME_NAME, STR("\""));
            canvas_write(&writer->pen, THEME_DIM, STR(": "));
        }
        write_node(writer, member);
        if (next) canvas_write(&writer->pen, THEME_DIM, STR(","));
        member = next;
    }
    writer->depth--;
    new_line(writer);
}

static void write_text_value(struct writer *writer, struct str text) {
    struct buf quoted = {0};
    buf_add_char(&quoted, '"');
    buf_add(&quoted, text);
    buf_add_char(&quoted, '"');
    write_long(writer, THEME_VALUE, buf_str(&quoted));
    buf_release(&quoted);
}

static void write_node(struct writer *writer, const struct json_node *node) {
    const enum json_kind kind = json_kind(node);
    const bool is_object = kind == JSON_OBJECT;
    if (kind == JSON_STRING) {
        write_text_value(writer, json_text(node));
    } else if (is_object || kind == JSON_ARRAY) {
        canvas_write(&writer->pen, THEME_DIM, is_object ? STR("{") : STR("["));
        if (json_count(node)) write_members(writer, node, is_object);
        canvas_write(&writer->pen, THEME_DIM, is_object ? STR("}") : STR("]"));
    } else {
        struct buf literal = {0};
        json_print(node, &literal);
        write_long(writer, THEME_NUMBER, buf_str(&literal));
        buf_release(&literal);
    }
}

void sheet_json(struct sheet *sheet, struct str json) {
    struct json document = {0};
    struct error unused;
    if (!json_parse(json, &document, &unused)) {
        sheet_text(sheet, THEME_TEXT, json);
        return;
    }
    struct writer writer = {.sheet = sheet};
    new_line(&writer);
    write_node(&writer, document.root);
    json_release(&document);
}
