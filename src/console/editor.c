// editor — see the header.
#include "console/editor.h"

#include "base/memory.h"
#include "console/width.h"

#define BULLET 0x2022u

static size_t previous_at(const struct editor *editor, size_t at) {
    if (at == 0) return 0;
    at--;
    while (at > 0 && ((unsigned char)editor->text.ptr[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static size_t next_at(const struct editor *editor, size_t at) {
    if (at >= editor->text.len) return editor->text.len;
    at++;
    while (at < editor->text.len && ((unsigned char)editor->text.ptr[at] & 0xC0) == 0x80)
        at++;
    return at;
}

// Replaces the bytes [from, to) and puts the cursor behind what was put in. False: no room.
static bool replace(struct editor *editor, size_t from, size_t to, struct str with) {
    if (editor->text.len - (to - from) + with.len > EDITOR_MAX_BYTES) return false;
    struct buf made = {.limit = EDITOR_MAX_BYTES};
    buf_add(&made, str_slice(buf_str(&editor->text), 0, from));
    buf_add(&made, with);
    buf_add(&made, str_skip(buf_str(&editor->text), to));
    if (editor->text.ptr) mem_wipe(editor->text.ptr, editor->text.len);
    buf_release(&editor->text);
    editor->text = made;
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
    if (editor->text.ptr) mem_wipe(editor->text.ptr, editor->text.len);
    buf_release(&editor->text);
    *editor = (struct editor){0};
}

void editor_type(struct editor *editor, uint32_t rune) {
    if (rune < 0x20 || rune == 0x7F || rune >= 0x110000) return;
    struct buf character = {0};
    buf_add_rune(&character, rune);
    replace(editor, editor->cursor, editor->cursor, buf_str(&character));
    buf_release(&character);
}

void editor_paste(struct editor *editor, struct str text, struct buf *note) {
    struct buf cleaned = {0};
    struct buf_cleaning cleaning = {0};
    buf_add_cleaned(&cleaned, text, &cleaning);
    buf_reset(note);
    const size_t from = editor->is_touched ? editor->cursor : 0;
    const size_t to = editor->is_touched ? editor->cursor : editor->text.len;
    if (!replace(editor, from, to, buf_str(&cleaned))) {
        buf_add_format(note, "nothing: %zu bytes are too many for a value", text.len);
    } else if (cleaning.count) {
        buf_add_cleaning(note, &cleaning);
    }
    if (cleaned.ptr) mem_wipe(cleaned.ptr, cleaned.len);
    buf_release(&cleaned);
}

static size_t word_start(const struct editor *editor) {
    size_t at = editor->cursor;
    while (at > 0 && editor->text.ptr[at - 1] == ' ')
        at--;
    while (at > 0) {
        const char before = editor->text.ptr[at - 1];
        if (before == ' ' || before == '/' || before == ':') break;
        at--;
    }
    // a separator alone is a word, too: otherwise the key would stop before it forever
    return at == editor->cursor ? previous_at(editor, at) : at;
}

bool editor_handle(struct editor *editor, enum intent intent) {
    const size_t cursor = editor->cursor, len = editor->text.len;
    const struct str nothing = {0};
    if (intent == INTENT_CURSOR_LEFT) {
        editor->cursor = previous_at(editor, cursor);
    } else if (intent == INTENT_CURSOR_RIGHT) {
        editor->cursor = next_at(editor, cursor);
    } else if (intent == INTENT_CURSOR_HOME) {
        editor->cursor = 0;
    } else if (intent == INTENT_CURSOR_END) {
        editor->cursor = len;
    } else if (intent == INTENT_ERASE) {
        replace(editor, previous_at(editor, cursor), cursor, nothing);
    } else if (intent == INTENT_ERASE_AHEAD) {
        replace(editor, cursor, next_at(editor, cursor), nothing);
    } else if (intent == INTENT_ERASE_WORD) {
        replace(editor, word_start(editor), cursor, nothing);
    } else if (intent == INTENT_ERASE_ALL) {
        replace(editor, 0, len, nothing);
    } else if (intent == INTENT_ERASE_TAIL) {
        replace(editor, cursor, len, nothing);
    } else {
        return false;
    }
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
