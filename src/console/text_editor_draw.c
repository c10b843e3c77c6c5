// text_editor_draw — the lines of a text editor, with numbers and the colours of JSON; and the view that
// follows the cursor.
#include "console/text_editor.h"
#include "console/width.h"

#define NUMBERS_FROM 36 // columns of the rect
#define NUMBER_COLUMNS 5

static int number_columns(struct rect rect) {
    return rect.columns >= NUMBERS_FROM ? NUMBER_COLUMNS : 1;
}

static int cursor_column(const struct text_editor *editor) {
    size_t start = editor->cursor;
    while (start > 0 && editor->text.ptr[start - 1] != '\n')
        start--;
    return width_of_text(str_slice(buf_str(&editor->text), start, editor->cursor - start));
}

void text_editor_settle(struct text_editor *editor, struct rect rect) {
    const size_t rows = rect.rows > 0 ? (size_t)rect.rows : 1;
    const size_t line = text_editor_line(editor) - 1;
    editor->page_rows = (int)rows;
    if (editor->top > line) editor->top = line;
    if (line >= editor->top + rows) editor->top = line - rows + 1;
    const int room = rect.columns - number_columns(rect) - 1; // the cursor's own cell
    const int column = cursor_column(editor);
    if (editor->left > column) editor->left = column;
    if (room > 0 && column > editor->left + room) editor->left = column - room;
    if (column <= room) editor->left = 0;
}

static bool is_number(char at) {
    return (at >= '0' && at <= '9') || at == '-' || at == '+' || at == '.';
}

// The next piece of a line and how it looks. JSON's strings never span lines.
static size_t next_piece(struct str line, size_t at, enum theme_role *role) {
    const char first = line.ptr[at];
    size_t end = at + 1;
    if (first == '"') {
        while (end < line.len && line.ptr[end] != '"')
            end += line.ptr[end] == '\\' && end + 1 < line.len ? 2 : 1;
        if (end < line.len) end++;
        size_t after = end;
        while (after < line.len && line.ptr[after] == ' ')
            after++;
        *role = after < line.len && line.ptr[after] == ':' ? THEME_NAME : THEME_VALUE;
        return end;
    }
    if (strchr("{}[],:", first) && first) {
        *role = THEME_DIM;
        return end;
    }
    *role = is_number(first) ? THEME_STRONG : THEME_TEXT;
    while (end < line.len && !strchr("{}[],:\" ", line.ptr[end]))
        end++;
    return end;
}

// Writes the part of a piece that is right of the first column shown.
static void
write_piece(struct canvas_pen *pen, enum theme_role role, struct str piece, int *column, int left) {
    const int columns = width_of_text(piece);
    if (*column + columns <= left) {
        *column += columns;
        return;
    }
    while (piece.len && *column < left) {
        bool is_valid = true;
        const struct str before = piece;
        (void)str_next_rune(&piece, &is_valid);
        *column += width_of_text(str_slice(before, 0, before.len - piece.len));
    }
    *column += width_of_text(piece);
    canvas_write(pen, role, piece);
}

static void draw_line(
    const struct text_editor *editor, struct str line, bool is_wrong, struct canvas_pen *pen) {
    int column = 0;
    for (size_t at = 0; at < line.len && canvas_room(pen) > 0;) {
        enum theme_role role = THEME_TEXT;
        const size_t end = next_piece(line, at, &role);
        write_piece(
            pen, is_wrong ? THEME_BAD : role, str_slice(line, at, end - at), &column, editor->left);
        at = end;
    }
}

static void draw_number(struct canvas_pen *pen, size_t number, bool is_wrong, int columns) {
    struct buf text = {0};
    if (columns > 1) buf_add_format(&text, "%zu", number);
    if (columns > 1) {
        canvas_write_column_right(
            pen, is_wrong ? THEME_BAD : THEME_DIM, buf_str(&text), columns - 2);
    }
    canvas_write_text(pen, THEME_BAD, is_wrong ? "▸" : " ");
    if (columns > 1) canvas_write_text(pen, THEME_TEXT, " ");
    buf_release(&text);
}

static void
put_cursor(const struct text_editor *editor, struct rect rect, size_t line, struct canvas *canvas) {
    canvas->has_cursor = true;
    canvas->cursor_row = rect.row + (int)(line - editor->top);
    canvas->cursor_column =
        rect.column + number_columns(rect) + cursor_column(editor) - editor->left;
}

void text_editor_draw(
    const struct text_editor *editor, struct rect rect, size_t wrong, struct canvas *canvas) {
    const struct str text = buf_str(&editor->text);
    const int columns = number_columns(rect);
    size_t start = 0;
    for (size_t line = 0; start <= text.len; line++) {
        const struct str rest = str_skip(text, start);
        const size_t end = start + str_find_char(rest, '\n');
        const bool is_wrong = wrong >= start && wrong <= end;
        if (line >= editor->top + (size_t)rect.rows) return;
        if (line >= editor->top) {
            struct canvas_pen pen = canvas_pen(canvas, rect, (int)(line - editor->top));
            draw_number(&pen, line + 1, is_wrong, columns);
            draw_line(editor, str_slice(text, start, end - start), is_wrong, &pen);
            if (editor->cursor >= start && editor->cursor <= end)
                put_cursor(editor, rect, line, canvas);
        }
        start = end + 1;
    }
}

void text_editor_click(struct text_editor *editor, struct rect rect, int column, int row) {
    const struct str text = buf_str(&editor->text);
    size_t at = 0;
    if (!rect_contains(rect, column, row)) return;
    for (size_t line = 0; line < editor->top + (size_t)(row - rect.row); line++) {
        const size_t end = at + str_find_char(str_skip(text, at), '\n');
        if (end >= text.len) break; // below the last line: its end or what is above the pointer
        at = end + 1;
    }
    struct str line = str_skip(text, at);
    line = str_slice(line, 0, str_find_char(line, '\n'));
    const int columns = column - rect.column - number_columns(rect) + editor->left;
    text_editor_go_to(editor, at + (columns > 0 ? width_fit(line, columns) : 0));
}
