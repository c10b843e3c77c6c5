// clipboard — see the header.
#include "console/clipboard.h"

#define PIECE 240 // bytes that GNU screen takes of one string, with room to spare

static void add_base64(struct buf *out, struct str text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < text.len; at += 3) {
        uint32_t bits = 0;
        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (at + i < text.len ? (unsigned char)text.ptr[at + i] : 0u);
        for (size_t i = 0; i < 4; i++) {
            const bool is_padding = at + i > text.len;
            buf_add_char(out, is_padding ? '=' : digits[bits >> (18 - 6 * i) & 0x3F]);
        }
    }
}

// tmux passes on what stands between, every escape doubled; without its permission it takes the plain form.
static void add_for_tmux(struct buf *out, struct str sequence) {
    buf_add(out, STR("\033Ptmux;"));
    for (size_t i = 0; i < sequence.len; i++) {
        if (sequence.ptr[i] == '\033') buf_add_char(out, '\033');
        buf_add_char(out, sequence.ptr[i]);
    }
    buf_add(out, STR("\033\\"));
    buf_add(out, sequence);
}

static void add_for_screen(struct buf *out, struct str sequence) {
    while (sequence.len) {
        buf_add(out, STR("\033P"));
        buf_add(out, str_slice(sequence, 0, PIECE));
        buf_add(out, STR("\033\\"));
        sequence = str_skip(sequence, PIECE);
    }
}

enum clipboard_way clipboard_way_for(const char *tmux, const char *sty) {
    if (tmux && tmux[0]) return CLIPBOARD_TMUX;
    return sty && sty[0] ? CLIPBOARD_SCREEN : CLIPBOARD_DIRECT;
}

void clipboard_add(struct buf *out, struct str text, enum clipboard_way way) {
    struct buf sequence = {0};
    buf_add(&sequence, STR("\033]52;c;"));
    add_base64(&sequence, str_slice(text, 0, CLIPBOARD_MAX_BYTES));
    buf_add_char(&sequence, '\a');
    switch (way) {
    case CLIPBOARD_DIRECT: buf_add(out, buf_str(&sequence)); break;
    case CLIPBOARD_TMUX: add_for_tmux(out, buf_str(&sequence)); break;
    case CLIPBOARD_SCREEN: add_for_screen(out, buf_str(&sequence)); break;
    }
    buf_release(&sequence);
}
