// fold — see the header. The text is laid out once, when it is set; folding only hides lines.
#include "console/fold.h"

#include "base/json.h"
#include "base/memory.h"
#include "console/width.h"

#define INDENT 2
#define MOST_LINES 20000 // of one text; that there is more is told
#define MOST_ROWS 200    // of one line

void fold_release(struct fold *fold) {
    if (!fold) return;
    buf_release(&fold->text);
    buf_release(&fold->pattern);
    mem_free(fold->lines);
    *fold = (struct fold){0};
}

static void forget_lines(struct fold *fold) {
    buf_reset(&fold->text);
    fold->count = fold->cursor = fold->top = 0;
    fold->matches = fold->match_at = 0;
}

static struct fold_line *add_line(struct fold *fold, struct str text, int depth) {
    if (fold->count == fold->capacity) {
        fold->capacity = fold->capacity ? fold->capacity * 2 : 64;
        fold->lines = mem_resize(fold->lines, fold->capacity, sizeof(fold->lines[0]));
    }
    struct fold_line *line = &fold->lines[fold->count++];
    *line = (struct fold_line){.text = text, .depth = depth};
    return line;
}

// Lines view the text at the end only (bind_lines): it moves while it grows.
static void begin_line(struct fold *fold, int depth, bool is_json) {
    struct fold_line *line = add_line(fold, (struct str){0}, depth);
    line->is_json = is_json;
    line->text.len = fold->text.len; // until bind_lines: where it starts
}

static void end_line(struct fold *fold) {
    buf_add_char(&fold->text, '\n');
}

static void bind_lines(struct fold *fold) {
    for (size_t at = 0; at < fold->count; at++) {
        struct str *text = &fold->lines[at].text;
        const struct str rest = str_skip(buf_str(&fold->text), text->len);
        *text = str_slice(rest, 0, str_find_char(rest, '\n'));
    }
}

static bool is_full(const struct fold *fold) {
    return fold->count >= MOST_LINES;
}

static void add_plain(struct fold *fold, struct str text, int depth) {
    while (text.len && !is_full(fold)) {
        struct str line, rest;
        str_split(text, '\n', &line, &rest);
        begin_line(fold, depth, false);
        buf_add(&fold->text, line);
        end_line(fold);
        text = rest;
    }
    if (!text.len) return;
    begin_line(fold, 0, false);
    fold->lines[fold->count - 1].is_heading = true;
    buf_add(&fold->text, STR("… and more, which is not shown"));
    end_line(fold);
}

static void add_node(struct fold *fold, const struct json_node *node, int depth, bool has_next);

// Members of a container, and the line that closes it. The line that opened it is the last one added.
static void add_members(struct fold *fold, const struct json_node *node, int depth, bool has_next) {
    const bool is_object = json_kind(node) == JSON_OBJECT;
    const size_t opened_at = fold->count - 1;
    end_line(fold);
    const struct json_node *member = json_first(node);
    while (member && !is_full(fold)) {
        const struct json_node *next = json_next(member);
        begin_line(fold, depth + 1, true);
        if (is_object) {
            json_quote(&fold->text, json_key(member));
            buf_add(&fold->text, STR(": "));
        }
        add_node(fold, member, depth + 1, next != NULL);
        member = next;
    }
    begin_line(fold, depth, true);
    buf_add(&fold->text, is_object ? STR("}") : STR("]"));
    if (has_next) buf_add_char(&fold->text, ',');
    end_line(fold);
    fold->lines[opened_at].end = fold->count;
}

// JSON inside a text, as Personalize wants an event's properties: shown below it as what it is.
static void add_inner(struct fold *fold, struct str text, int depth) {
    CLEANUP(json_release) struct json inner = {0};
    struct error ignored;
    const bool may_be = text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[');
    const size_t opened_at = fold->count - 1;
    if (!may_be || !json_parse(text, &inner, &ignored) || !json_count(inner.root)) return;
    begin_line(fold, depth + 1, true);
    add_node(fold, inner.root, depth + 1, false);
    fold->lines[opened_at].end = fold->count;
}

// The value at the end of the line that was begun, and the lines below it.
static void add_node(struct fold *fold, const struct json_node *node, int depth, bool has_next) {
    const enum json_kind kind = json_kind(node);
    const bool is_container = kind == JSON_OBJECT || kind == JSON_ARRAY;
    if (is_container && json_count(node)) {
        buf_add(&fold->text, kind == JSON_OBJECT ? STR("{") : STR("["));
        add_members(fold, node, depth, has_next);
        return;
    }
    json_print(node, &fold->text);
    if (has_next) buf_add_char(&fold->text, ',');
    end_line(fold);
    if (kind == JSON_STRING) add_inner(fold, json_text(node), depth);
}

static void add_body(struct fold *fold, struct str body) {
    CLEANUP(json_release) struct json document = {0};
    struct error ignored;
    if (!body.len || !json_parse(body, &document, &ignored)) {
        add_plain(fold, body, 0);
        return;
    }
    begin_line(fold, 0, true);
    add_node(fold, document.root, 0, false);
}

void fold_set_json(struct fold *fold, struct str json) {
    forget_lines(fold);
    add_body(fold, json);
    bind_lines(fold);
}

void fold_set_text(struct fold *fold, struct str text) {
    forget_lines(fold);
    add_plain(fold, text, 0);
    bind_lines(fold);
}

static size_t find_blank_line(struct str message) {
    for (size_t at = 0; at + 1 < message.len; at++) {
        if (message.ptr[at] == '\n' && message.ptr[at + 1] == '\n') return at + 1;
    }
    return message.len;
}

static void add_headers(struct fold *fold, struct str headers) {
    const size_t title_at = fold->count;
    begin_line(fold, 0, false);
    buf_add(&fold->text, STR("Headers"));
    end_line(fold);
    add_plain(fold, headers, 1);
    fold->lines[title_at].is_heading = true;
    fold->lines[title_at].is_folded = true;
    fold->lines[title_at].end = fold->count;
}

void fold_set_http(struct fold *fold, struct str message) {
    forget_lines(fold);
    const size_t head_bytes = find_blank_line(message);
    const struct str body = str_trim(str_skip(message, head_bytes));
    struct str start, headers;
    str_split(str_slice(message, 0, head_bytes), '\n', &start, &headers);
    begin_line(fold, 0, false);
    fold->lines[0].is_start = true;
    buf_add(&fold->text, start);
    end_line(fold);
    if (headers.len) add_headers(fold, headers);
    if (body.len) {
        begin_line(fold, 0, false);
        end_line(fold);
        add_body(fold, body);
    }
    bind_lines(fold);
}

// Moving

// The next line to be seen after this one.
static size_t next_of(const struct fold *fold, size_t at) {
    const struct fold_line *line = &fold->lines[at];
    return line->is_folded && line->end ? line->end : at + 1;
}

// The part that hides the line; the line itself when none does.
static size_t seen_at(const struct fold *fold, size_t wanted) {
    size_t at = 0;
    while (at < fold->count) {
        const size_t next = next_of(fold, at);
        if (next > wanted) return at;
        at = next;
    }
    return fold->count ? fold->count - 1 : 0;
}

static size_t previous_of(const struct fold *fold, size_t at) {
    return at ? seen_at(fold, at - 1) : 0;
}

size_t fold_rows(const struct fold *fold) {
    size_t rows = 0;
    for (size_t at = 0; at < fold->count; at = next_of(fold, at))
        rows++;
    return rows;
}

void fold_move(struct fold *fold, int lines) {
    for (; lines > 0; lines--) {
        const size_t next = fold->count ? next_of(fold, fold->cursor) : 0;
        if (next >= fold->count) return;
        fold->cursor = next;
    }
    for (; lines < 0 && fold->cursor > 0; lines++)
        fold->cursor = previous_of(fold, fold->cursor);
}

void fold_toggle(struct fold *fold) {
    if (!fold->count) return;
    size_t at = fold->cursor;
    while (!fold->lines[at].end || fold->lines[at].end <= fold->cursor) {
        if (at == 0) return; // nothing around it folds
        at--;
    }
    fold->lines[at].is_folded = !fold->lines[at].is_folded;
    fold->cursor = at;
}

void fold_all(struct fold *fold, bool is_folded) {
    for (size_t at = 0; at < fold->count; at++) {
        struct fold_line *line = &fold->lines[at];
        // the outermost brackets stay open: folded, they would hide everything
        const bool is_whole = line->is_json && line->depth == 0;
        if (line->end && !(is_whole && is_folded)) line->is_folded = is_folded;
    }
    if (fold->count) fold->cursor = seen_at(fold, fold->cursor);
}

// Searching

static bool has_capital(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') return true;
    }
    return false;
}

static bool matches(struct str text, struct str pattern, bool minds_case) {
    for (size_t at = 0; at + pattern.len <= text.len; at++) {
        const struct str piece = str_slice(text, at, pattern.len);
        if (minds_case ? str_equal(piece, pattern) : str_equal_nocase(piece, pattern)) return true;
    }
    return false;
}

static void reveal(struct fold *fold, size_t wanted) {
    for (size_t at = 0; at < wanted; at++) {
        if (fold->lines[at].end > wanted) fold->lines[at].is_folded = false;
    }
}

static bool is_match(const struct fold *fold, size_t at) {
    const struct str wanted = buf_str(&fold->pattern);
    return matches(fold->lines[at].text, wanted, has_capital(wanted));
}

// Looks at `steps` lines, `from` the first of them, around the end; the cursor goes to the match.
static bool search(struct fold *fold, size_t from, size_t steps, bool backwards) {
    size_t found = SIZE_MAX;
    fold->matches = fold->match_at = 0;
    if (!fold->pattern.len || !fold->count) return false;
    for (size_t step = 0; step < steps && found == SIZE_MAX; step++) {
        const size_t at = (from + (backwards ? fold->count - step : step)) % fold->count;
        if (is_match(fold, at)) found = at;
    }
    for (size_t at = 0; at < fold->count; at++) {
        if (!is_match(fold, at)) continue;
        fold->matches++;
        if (at == found) fold->match_at = fold->matches;
    }
    if (found == SIZE_MAX) return false;
    reveal(fold, found);
    fold->cursor = found;
    return true;
}

static size_t beside_cursor(const struct fold *fold, bool backwards) {
    return fold->cursor + (backwards ? fold->count - 1 : 1);
}

bool fold_search(struct fold *fold, struct str pattern, bool backwards) {
    if (pattern.len) {
        buf_reset(&fold->pattern);
        buf_add(&fold->pattern, pattern);
    }
    return search(fold, beside_cursor(fold, backwards), fold->count, backwards);
}

bool fold_search_on(struct fold *fold, bool backwards) {
    const size_t left = fold->count ? fold->count - 1 - fold->cursor : 0;
    return search(fold, beside_cursor(fold, backwards), backwards ? fold->cursor : left, backwards);
}

bool fold_seek(struct fold *fold, bool backwards) {
    return search(fold, backwards ? fold->count - 1 : 0, fold->count, backwards);
}

// Drawing

#define MARK_COLUMNS 2

static int indent_of(const struct fold_line *line) {
    return MARK_COLUMNS + line->depth * INDENT;
}

// The head of the text that a row so wide takes, up to the end of a word where there is one; all of it when
// nothing sensible fits. A blank at the break is shown by the break.
static struct str take_piece(struct str *rest, int columns) {
    const size_t bytes = columns > 8 ? width_fit_words(*rest, columns) : rest->len;
    const struct str piece = str_slice(*rest, 0, bytes);
    *rest = str_skip(*rest, bytes);
    if (rest->len > 1 && rest->ptr[0] == ' ') *rest = str_skip(*rest, 1);
    return piece;
}

// A line that is longer than the window is wide goes on below.
static int rows_of(const struct fold_line *line, int columns) {
    struct str rest = line->text;
    int rows = 0;
    const int room = columns - indent_of(line);
    do {
        (void)take_piece(&rest, room);
        rows++;
    } while (rest.len && rows < MOST_ROWS);
    return rows;
}

void fold_settle(struct fold *fold, int columns, int rows) {
    if (!fold->count) return;
    if (fold->cursor >= fold->count) fold->cursor = fold->count - 1;
    fold->cursor = seen_at(fold, fold->cursor);
    fold->top = seen_at(fold, fold->top < fold->count ? fold->top : fold->count - 1);
    if (fold->cursor < fold->top) fold->top = fold->cursor;
    // the first line that still has the cursor in the window
    size_t lowest = fold->cursor;
    int left = rows - rows_of(&fold->lines[lowest], columns);
    while (lowest > 0) {
        const size_t previous = previous_of(fold, lowest);
        left -= rows_of(&fold->lines[previous], columns);
        if (left < 0) break;
        lowest = previous;
    }
    if (fold->top < lowest) fold->top = lowest;
}

static void draw_json(struct canvas_pen *pen, struct str text) {
    const size_t quote = text.len && text.ptr[0] == '"' ? 1 : 0;
    size_t colon = 0; // of `"key": value`
    for (size_t at = 1; quote && at + 1 < text.len && !colon; at++) {
        if (text.ptr[at] == '\\')
            at++;
        else if (text.ptr[at] == '"')
            colon = text.ptr[at + 1] == ':' ? at + 1 : text.len;
    }
    if (colon && colon < text.len) {
        canvas_write(pen, THEME_NAME, str_slice(text, 0, colon));
        canvas_write(pen, THEME_DIM, STR(": "));
        text = str_trim(str_skip(text, colon + 1));
    }
    const char first = text.len ? text.ptr[0] : ' ';
    const bool is_bracket = first == '{' || first == '}' || first == '[' || first == ']';
    canvas_write(pen, first == '"' ? THEME_VALUE : is_bracket ? THEME_DIM : THEME_NUMBER, text);
}

static void draw_header(struct canvas_pen *pen, struct str text) {
    const size_t colon = str_find_char(text, ':');
    if (colon >= text.len) {
        canvas_write(pen, THEME_TEXT, text);
        return;
    }
    canvas_write(pen, THEME_NAME, str_slice(text, 0, colon));
    canvas_write(pen, THEME_DIM, STR(":"));
    canvas_write(pen, THEME_TEXT, str_skip(text, colon + 1));
}

static enum theme_role role_of(const struct fold_line *line) {
    if (line->is_heading) return THEME_HEADING;
    return line->is_start ? THEME_STRONG : THEME_TEXT;
}

static void draw_piece(const struct fold_line *line, struct str piece, struct canvas_pen *pen) {
    if (line->is_json)
        draw_json(pen, piece);
    else if (line->depth > 0)
        draw_header(pen, piece);
    else
        canvas_write(pen, role_of(line), piece);
}

// Returns the rows it took.
static int draw_line(
    const struct fold *fold,
    const struct fold_line *line,
    struct rect rect,
    int row,
    struct canvas *canvas) {
    struct str rest = line->text;
    const int first = row;
    const int room = rect.columns - indent_of(line);
    do {
        struct canvas_pen pen = canvas_pen(canvas, rect, row);
        const char *mark = !line->end || row > first ? "" : line->is_folded ? "▸" : "▾";
        const int start = pen.column + indent_of(line);
        canvas_write_text(&pen, THEME_KEY, mark);
        canvas_move_to(&pen, start);
        const struct str piece = take_piece(&rest, room);
        if (row == first)
            draw_piece(line, piece, &pen);
        else
            canvas_write(&pen, line->is_json ? THEME_VALUE : role_of(line), piece);
        row++;
        if (rest.len || !line->end || !line->is_folded) continue;
        const size_t hidden = line->end - (size_t)(line - fold->lines) - 1;
        canvas_write_format(&pen, THEME_DIM, " … %zu line%s", hidden, hidden == 1 ? "" : "s");
    } while (rest.len && row - first < MOST_ROWS);
    return row - first;
}

void fold_draw(const struct fold *fold, struct rect rect, bool has_cursor, struct canvas *canvas) {
    size_t at = fold->top;
    for (int row = 0; row < rect.rows && at < fold->count;) {
        const int rows = draw_line(fold, &fold->lines[at], rect, row, canvas);
        const int left = rect.rows - row;
        if (has_cursor && at == fold->cursor) {
            canvas_select(
                canvas, (struct rect){
                            .column = rect.column,
                            .row = rect.row + row,
                            .columns = rect.columns,
                            .rows = rows < left ? rows : left,
                        });
        }
        row += rows;
        at = next_of(fold, at);
    }
}

void fold_click(struct fold *fold, struct rect rect, int row) {
    size_t at = fold->top;
    for (int end = rect.row; at < fold->count; at = next_of(fold, at)) {
        end += rows_of(&fold->lines[at], rect.columns);
        if (row < end) break;
    }
    if (at >= fold->count || row < rect.row) return;
    if (at == fold->cursor)
        fold_toggle(fold);
    else
        fold->cursor = at;
}
