// editor — see the header.
#include "console/editor.h"

#include "base/memory.h"
#include "console/grapheme.h"
#include "console/width.h"

#define BULLET 0x2022u

static void wipe(struct buf *buf) {
    if (buf->ptr) mem_wipe(buf->ptr, buf->cap);
    buf_release(buf);
}

static struct str text_of(const struct editor *editor) {
    return buf_str(&editor->text);
}

static struct str part_of(const struct editor *editor, size_t from, size_t to) {
    return str_slice(text_of(editor), from, to - from);
}

// Replaces the bytes [from, to) and puts the cursor behind what was put in. False: no room.
static bool replace(struct editor *editor, size_t from, size_t to, struct str with, bool joins) {
    if (editor->text.len - (to - from) + with.len > EDITOR_MAX_BYTES) return false;
    if (from == to && !with.len) return true;
    edit_log_add(&editor->log, from, part_of(editor, from, to), with, editor->cursor, joins);
    edit_log_splice(&editor->text, from, to, with);
    editor->cursor = from + with.len;
    editor->is_touched = true;
    return true;
}

void editor_start(struct editor *editor, struct str value, bool is_secret) {
    editor_release(editor);
    editor->is_secret = is_secret;
    editor->text.limit = EDITOR_MAX_BYTES;
    buf_add(&editor->text, str_slice(value, 0, EDITOR_MAX_BYTES));
    editor->cursor = editor->text.len;
}

void editor_release(struct editor *editor) {
    if (!editor) return;
    wipe(&editor->text);
    wipe(&editor->killed);
    edit_log_release(&editor->log);
    *editor = (struct editor){0};
}

void editor_type(struct editor *editor, uint32_t rune) {
    if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || rune >= 0x110000) return;
    struct buf character = {0};
    buf_add_rune(&character, rune);
    // a blank ends the word that one undo takes back
    if (rune == ' ') edit_log_break(&editor->log);
    editor->log.is_closed |= editor->has_just_killed;
    replace(editor, editor->cursor, editor->cursor, buf_str(&character), true);
    editor->has_just_killed = false;
    wipe(&character);
}

void editor_replace(struct editor *editor, struct str text) {
    replace(editor, 0, editor->text.len, str_slice(text, 0, EDITOR_MAX_BYTES), false);
    editor->cursor = editor->text.len;
}

void editor_paste(struct editor *editor, struct str text, struct buf *note) {
    struct buf cleaned = {0};
    struct buf_cleaning cleaning = {0};
    buf_add_cleaned(&cleaned, text, &cleaning);
    buf_reset(note);
    const size_t from = editor->is_touched ? editor->cursor : 0;
    const size_t to = editor->is_touched ? editor->cursor : editor->text.len;
    if (!replace(editor, from, to, buf_str(&cleaned), false)) {
        buf_add_format(note, "nothing: %zu bytes are too many for a value", text.len);
    } else if (cleaning.count) {
        buf_add_cleaning(note, &cleaning);
    }
    editor->has_just_killed = false;
    wipe(&cleaned);
}

// Words

static size_t part_left(const struct editor *editor) {
    size_t at = editor->cursor;
    while (at > 0 && editor->text.ptr[at - 1] == ' ')
        at--;
    while (at > 0) {
        const char before = editor->text.ptr[at - 1];
        if (before == ' ' || before == '/' || before == ':') break;
        at--;
    }
    // a separator alone is a word, too: otherwise the key would stop before it forever
    return at == editor->cursor ? grapheme_previous(text_of(editor), at) : at;
}

// Taking away and putting back

static void kill_part(struct editor *editor, size_t from, size_t to) {
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

static bool handle_kill(struct editor *editor, enum intent intent) {
    const size_t cursor = editor->cursor, len = editor->text.len;
    if (intent == INTENT_ERASE_WORD) {
        kill_part(editor, part_left(editor), cursor);
    } else if (intent == INTENT_ERASE_WORD_LEFT) {
        kill_part(editor, grapheme_word_left(text_of(editor), editor->cursor), cursor);
    } else if (intent == INTENT_ERASE_WORD_RIGHT) {
        kill_part(editor, cursor, grapheme_word_right(text_of(editor), editor->cursor));
    } else if (intent == INTENT_ERASE_HEAD) {
        kill_part(editor, 0, cursor);
    } else if (intent == INTENT_ERASE_TAIL) {
        kill_part(editor, cursor, len);
    } else {
        return false;
    }
    return true;
}

static bool handle_move(struct editor *editor, enum intent intent) {
    const struct str text = text_of(editor);
    if (intent == INTENT_CURSOR_LEFT) {
        editor->cursor = grapheme_previous(text, editor->cursor);
    } else if (intent == INTENT_CURSOR_RIGHT) {
        editor->cursor = grapheme_next(text, editor->cursor);
    } else if (intent == INTENT_CURSOR_WORD_LEFT) {
        editor->cursor = grapheme_word_left(text_of(editor), editor->cursor);
    } else if (intent == INTENT_CURSOR_WORD_RIGHT) {
        editor->cursor = grapheme_word_right(text_of(editor), editor->cursor);
    } else if (intent == INTENT_CURSOR_HOME) {
        editor->cursor = 0;
    } else if (intent == INTENT_CURSOR_END) {
        editor->cursor = text.len;
    } else {
        return false;
    }
    edit_log_break(&editor->log);
    return true;
}

// The characters on both sides of the cursor change places; at the end the last two.
static void transpose(struct editor *editor) {
    const struct str text = text_of(editor);
    size_t right = editor->cursor;
    if (right == text.len) right = grapheme_previous(text, right);
    const size_t left = grapheme_previous(text, right), end = grapheme_next(text, right);
    if (left == right) return;
    struct buf swapped = {0};
    buf_add(&swapped, part_of(editor, right, end));
    buf_add(&swapped, part_of(editor, left, right));
    replace(editor, left, end, buf_str(&swapped), false);
    wipe(&swapped);
}

static bool handle_change(struct editor *editor, enum intent intent) {
    const struct str text = text_of(editor), nothing = {0};
    const size_t cursor = editor->cursor;
    if (intent == INTENT_ERASE) {
        replace(editor, grapheme_previous(text, cursor), cursor, nothing, true);
    } else if (intent == INTENT_ERASE_AHEAD) {
        replace(editor, cursor, grapheme_next(text, cursor), nothing, true);
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
    return true;
}

bool editor_handle(struct editor *editor, enum intent intent) {
    const bool has_killed = handle_kill(editor, intent);
    if (!has_killed && !handle_move(editor, intent) && !handle_change(editor, intent)) return false;
    editor->has_just_killed = has_killed;
    editor->is_touched = true;
    return true;
}

// What is drawn: the text, or a bullet for each of its characters; `cursor` follows.
static void add_shown(const struct editor *editor, struct buf *out, size_t *cursor) {
    struct str rest = buf_str(&editor->text);
    *cursor = 0;
    while (rest.len) {
        const size_t at = editor->text.len - rest.len;
        if (at == editor->cursor) *cursor = out->len;
        bool valid = true;
        const uint32_t rune = str_next_rune(&rest, &valid);
        const size_t bytes = editor->text.len - rest.len - at;
        if (editor->is_secret) {
            buf_add_rune(out, BULLET);
        } else if (rune == 0 || !valid) {
            buf_add_rune(out, STR_BAD_RUNE);
        } else {
            buf_add_printable(out, str_slice(buf_str(&editor->text), at, bytes));
        }
    }
    if (editor->cursor >= editor->text.len) *cursor = out->len;
}

void editor_draw(const struct editor *editor, struct canvas_pen *pen) {
    struct buf shown = {0};
    size_t cursor = 0;
    add_shown(editor, &shown, &cursor);

    const int room = canvas_room(pen);
    struct str visible = buf_str(&shown);
    // drop characters at the left until the cursor, one cell wide, has room
    while (visible.len && room > 0 && width_of_text(str_slice(visible, 0, cursor)) >= room) {
        bool valid = true;
        const size_t before = visible.len;
        str_next_rune(&visible, &valid);
        cursor -= before - visible.len;
    }
    if (pen->canvas && room > 0) {
        pen->canvas->has_cursor = true;
        pen->canvas->cursor_row = pen->row;
        pen->canvas->cursor_column = pen->column + width_of_text(str_slice(visible, 0, cursor));
    }
    struct canvas_pen text = *pen;
    canvas_repeat(&text, THEME_INPUT, ' ', room);
    canvas_write(pen, THEME_INPUT, str_slice(visible, 0, room > 0 ? width_fit(visible, room) : 0));
    pen->column = pen->end;
    buf_release(&shown);
}
