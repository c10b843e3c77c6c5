// text_editor — see the header. Changing the text; drawing is text_editor_draw.c.
#include "console/text_editor.h"

#include "base/memory.h"
#include "console/grapheme.h"
#include "console/width.h"

#define INDENT 2

static void wipe(struct buf *buf) {
    if (buf->ptr) mem_wipe(buf->ptr, buf->cap);
    buf_release(buf);
}

static struct str text_of(const struct text_editor *editor) {
    return buf_str(&editor->text);
}

static struct str part_of(const struct text_editor *editor, size_t from, size_t to) {
    return str_slice(text_of(editor), from, to - from);
}

static bool
replace(struct text_editor *editor, size_t from, size_t to, struct str with, bool joins) {
    if (editor->text.len - (to - from) + with.len > TEXT_EDITOR_BYTES) return false;
    if (from == to && !with.len) return true;
    edit_log_add(&editor->log, from, part_of(editor, from, to), with, editor->cursor, joins);
    edit_log_splice(&editor->text, from, to, with);
    editor->cursor = from + with.len;
    editor->wanted = -1;
    return true;
}

void text_editor_release(struct text_editor *editor) {
    if (!editor) return;
    wipe(&editor->text);
    wipe(&editor->killed);
    edit_log_release(&editor->log);
    *editor = (struct text_editor){0};
}

// Tabs as blanks, line breaks as "\n", without what nobody sees. Returns how many characters were left out.
static size_t add_clean(struct buf *out, struct str text) {
    size_t left_out = 0;
    while (text.len) {
        bool is_valid = true;
        const uint32_t rune = str_next_rune(&text, &is_valid);
        const bool is_break = rune == '\r' || rune == 0x2028 || rune == 0x2029;
        if (rune == '\r' && text.len && text.ptr[0] == '\n') continue;
        if (is_break || rune == '\n') {
            buf_add_char(out, '\n');
        } else if (rune == '\t') {
            buf_add(out, STR("  "));
        } else if (rune == 0xA0) {
            buf_add_char(out, ' ');
        } else if (
            !is_valid || rune < 0x20 || (rune >= 0x7F && rune < 0xA0) ||
            str_is_invisible_rune(rune)) {
            left_out++;
        } else {
            buf_add_rune(out, rune);
        }
    }
    return left_out;
}

void text_editor_start(struct text_editor *editor, struct str text) {
    text_editor_release(editor);
    editor->text.limit = TEXT_EDITOR_BYTES;
    editor->wanted = -1;
    struct buf clean = {0};
    add_clean(&clean, text);
    buf_add(&editor->text, str_slice(buf_str(&clean), 0, TEXT_EDITOR_BYTES));
    buf_release(&clean);
}

void text_editor_replace(struct text_editor *editor, struct str text) {
    struct buf clean = {0};
    add_clean(&clean, text);
    replace(editor, 0, editor->text.len, str_slice(buf_str(&clean), 0, TEXT_EDITOR_BYTES), false);
    editor->cursor = 0;
    editor->top = 0;
    buf_release(&clean);
}

void text_editor_paste(struct text_editor *editor, struct str text, struct buf *note) {
    struct buf clean = {0};
    buf_reset(note);
    const size_t left_out = add_clean(&clean, text);
    if (!replace(editor, editor->cursor, editor->cursor, buf_str(&clean), false)) {
        buf_add_format(note, "nothing: %zu bytes more than there is room for", text.len);
    } else if (left_out) {
        buf_add_format(note, "%zu invisible character%s", left_out, left_out == 1 ? "" : "s");
    }
    editor->has_just_killed = false;
    buf_release(&clean);
}

// Lines

static size_t line_start(const struct text_editor *editor, size_t at) {
    while (at > 0 && editor->text.ptr[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct text_editor *editor, size_t at) {
    while (at < editor->text.len && editor->text.ptr[at] != '\n')
        at++;
    return at;
}

// Blanks at the start of the line in which `at` stands, up to `at`.
static size_t indent_of(const struct text_editor *editor, size_t at) {
    const size_t start = line_start(editor, at);
    size_t count = 0;
    while (start + count < at && editor->text.ptr[start + count] == ' ')
        count++;
    return count;
}

size_t text_editor_line(const struct text_editor *editor) {
    size_t line = 1;
    for (size_t at = 0; at < editor->cursor; at++)
        line += editor->text.ptr[at] == '\n';
    return line;
}

size_t text_editor_column(const struct text_editor *editor) {
    const size_t start = line_start(editor, editor->cursor);
    return str_count_runes(part_of(editor, start, editor->cursor)) + 1;
}

void text_editor_go_to(struct text_editor *editor, size_t offset) {
    editor->cursor = offset < editor->text.len ? offset : editor->text.len;
    editor->wanted = -1;
    edit_log_break(&editor->log);
}

// Typing

static void add_blanks(struct buf *out, size_t count) {
    while (count--)
        buf_add_char(out, ' ');
}

static void type_newline(struct text_editor *editor) {
    const size_t at = editor->cursor;
    const char before = at > 0 ? editor->text.ptr[at - 1] : '\0';
    const char after = at < editor->text.len ? editor->text.ptr[at] : '\0';
    const size_t indent = indent_of(editor, at);
    const bool opens = before == '{' || before == '[';
    struct buf added = {0};
    buf_add_char(&added, '\n');
    add_blanks(&added, indent + (opens ? INDENT : 0));
    const size_t cursor = at + added.len;
    // between two brackets the closing one gets a line of its own
    if (opens && (after == '}' || after == ']')) {
        buf_add_char(&added, '\n');
        add_blanks(&added, indent);
    }
    if (replace(editor, at, at, buf_str(&added), false)) editor->cursor = cursor;
    buf_release(&added);
}

// A closing bracket on a line with blanks only stands less deep.
static void type_closing(struct text_editor *editor, struct str bracket) {
    const size_t start = line_start(editor, editor->cursor);
    const bool is_blank = indent_of(editor, editor->cursor) == editor->cursor - start;
    const size_t back = is_blank && editor->cursor - start >= INDENT ? INDENT : 0;
    replace(editor, editor->cursor - back, editor->cursor, bracket, back == 0);
}

void text_editor_type(struct text_editor *editor, uint32_t rune) {
    if (rune != '\t' && (rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || rune >= 0x110000)) return;
    struct buf typed = {0};
    if (rune == '\t')
        buf_add(&typed, STR("  "));
    else
        buf_add_rune(&typed, rune);
    if (rune == ' ' || editor->has_just_killed) edit_log_break(&editor->log);
    editor->has_just_killed = false;
    if (rune == '}' || rune == ']')
        type_closing(editor, buf_str(&typed));
    else
        replace(editor, editor->cursor, editor->cursor, buf_str(&typed), true);
    buf_release(&typed);
}

// Moving

static void move_to(struct text_editor *editor, size_t at) {
    editor->cursor = at;
    editor->wanted = -1;
}

static int column_of(const struct text_editor *editor) {
    return width_of_text(part_of(editor, line_start(editor, editor->cursor), editor->cursor));
}

// The place in the line that starts at `start` whose column is at most the wanted one.
static size_t place_in_line(const struct text_editor *editor, size_t start, int wanted) {
    const size_t end = line_end(editor, start);
    size_t at = start;
    while (at < end) {
        const size_t next = grapheme_next(text_of(editor), at);
        if (width_of_text(part_of(editor, start, next)) > wanted) break;
        at = next;
    }
    return at < end ? at : end;
}

static void move_lines(struct text_editor *editor, int lines) {
    const int wanted = editor->wanted >= 0 ? editor->wanted : column_of(editor);
    size_t start = line_start(editor, editor->cursor);
    for (; lines < 0 && start > 0; lines++)
        start = line_start(editor, start - 1);
    for (; lines > 0; lines--) {
        const size_t end = line_end(editor, start);
        if (end == editor->text.len) break;
        start = end + 1;
    }
    editor->cursor = place_in_line(editor, start, wanted);
    editor->wanted = wanted;
}

// Home goes to the first character of the line that is no blank, then to its start.
static size_t home_of(const struct text_editor *editor) {
    const size_t start = line_start(editor, editor->cursor);
    const size_t first = start + indent_of(editor, line_end(editor, start));
    return editor->cursor == first ? start : first;
}

static bool handle_move(struct text_editor *editor, enum intent intent) {
    const int page = editor->page_rows > 1 ? editor->page_rows - 1 : 1;
    if (intent == INTENT_CURSOR_LEFT) {
        move_to(editor, grapheme_previous(text_of(editor), editor->cursor));
    } else if (intent == INTENT_CURSOR_RIGHT) {
        move_to(editor, grapheme_next(text_of(editor), editor->cursor));
    } else if (intent == INTENT_CURSOR_WORD_LEFT) {
        move_to(editor, grapheme_word_left(text_of(editor), editor->cursor));
    } else if (intent == INTENT_CURSOR_WORD_RIGHT) {
        move_to(editor, grapheme_word_right(text_of(editor), editor->cursor));
    } else if (intent == INTENT_CURSOR_HOME) {
        move_to(editor, home_of(editor));
    } else if (intent == INTENT_CURSOR_END) {
        move_to(editor, line_end(editor, editor->cursor));
    } else if (intent == INTENT_FIRST) {
        move_to(editor, 0);
    } else if (intent == INTENT_LAST) {
        move_to(editor, editor->text.len);
    } else if (intent == INTENT_UP || intent == INTENT_DOWN) {
        move_lines(editor, intent == INTENT_UP ? -1 : 1);
    } else if (intent == INTENT_PAGE_UP || intent == INTENT_PAGE_DOWN) {
        move_lines(editor, intent == INTENT_PAGE_UP ? -page : page);
    } else {
        return false;
    }
    edit_log_break(&editor->log);
    return true;
}

// Taking away and putting back

static void kill_part(struct text_editor *editor, size_t from, size_t to) {
    if (from == to) return;
    struct buf killed = {0};
    const bool is_before = from < editor->cursor;
    if (editor->has_just_killed && !is_before) buf_add(&killed, buf_str(&editor->killed));
    buf_add(&killed, part_of(editor, from, to));
    if (editor->has_just_killed && is_before) buf_add(&killed, buf_str(&editor->killed));
    wipe(&editor->killed);
    editor->killed = killed;
    replace(editor, from, to, (struct str){0}, false);
}

static bool handle_kill(struct text_editor *editor, enum intent intent) {
    const size_t cursor = editor->cursor, end = line_end(editor, cursor);
    if (intent == INTENT_ERASE_WORD || intent == INTENT_ERASE_WORD_LEFT) {
        kill_part(editor, grapheme_word_left(text_of(editor), editor->cursor), cursor);
    } else if (intent == INTENT_ERASE_WORD_RIGHT) {
        kill_part(editor, cursor, grapheme_word_right(text_of(editor), editor->cursor));
    } else if (intent == INTENT_ERASE_HEAD) {
        kill_part(editor, line_start(editor, cursor), cursor);
    } else if (intent == INTENT_ERASE_TAIL) {
        // at the end of a line its break goes, as everywhere
        kill_part(editor, cursor, end == cursor && end < editor->text.len ? end + 1 : end);
    } else {
        return false;
    }
    return true;
}

// In the indentation a whole step of it goes.
static void erase(struct text_editor *editor) {
    const size_t cursor = editor->cursor, indent = indent_of(editor, cursor);
    const bool is_indent = indent >= INDENT && cursor - line_start(editor, cursor) == indent;
    const size_t from = is_indent ? cursor - INDENT : grapheme_previous(text_of(editor), cursor);
    replace(editor, from, cursor, (struct str){0}, true);
}

// The characters on both sides of the cursor change places, within its line.
static void transpose(struct text_editor *editor) {
    const struct str text = text_of(editor);
    size_t right = editor->cursor;
    const size_t start = line_start(editor, right);
    if (right == line_end(editor, right) && right > start) right = grapheme_previous(text, right);
    if (right == start) return;
    const size_t left = grapheme_previous(text, right), end = grapheme_next(text, right);
    struct buf swapped = {0};
    buf_add(&swapped, part_of(editor, right, end));
    buf_add(&swapped, part_of(editor, left, right));
    replace(editor, left, end, buf_str(&swapped), false);
    buf_release(&swapped);
}

static bool handle_change(struct text_editor *editor, enum intent intent) {
    const size_t cursor = editor->cursor;
    if (intent == INTENT_NEWLINE) {
        type_newline(editor);
    } else if (intent == INTENT_ERASE) {
        erase(editor);
    } else if (intent == INTENT_ERASE_AHEAD) {
        replace(editor, cursor, grapheme_next(text_of(editor), cursor), (struct str){0}, true);
    } else if (intent == INTENT_YANK) {
        replace(editor, cursor, cursor, buf_str(&editor->killed), false);
    } else if (intent == INTENT_TRANSPOSE) {
        transpose(editor);
    } else if (intent == INTENT_UNDO) {
        (void)edit_log_undo(&editor->log, &editor->text, &editor->cursor);
    } else if (intent == INTENT_REDO) {
        (void)edit_log_redo(&editor->log, &editor->text, &editor->cursor);
    } else {
        return false;
    }
    editor->wanted = -1;
    return true;
}

bool text_editor_handle(struct text_editor *editor, enum intent intent) {
    const bool has_killed = handle_kill(editor, intent);
    if (!has_killed && !handle_move(editor, intent) && !handle_change(editor, intent)) return false;
    editor->has_just_killed = has_killed;
    return true;
}
