// linear_words — a line of a picture as words; see linear.h.
#include "console/linear.h"

static const struct {
    uint32_t rune;
    const char *word;
} words[] = {
    {0x2713, "ok "},        {0x2717, "failed "},    {0x25CB, "idle "},      {0x25D0, "under way "},
    {0x25D1, "under way "}, {0x25D2, "under way "}, {0x25D3, "under way "}, {0x25B2, "up "},
    {0x25BC, "down "},      {0x2192, "to "},        {0x2191, "up "},        {0x2193, "down "},
    {0x2190, "left "},      {0x21BB, "again "},     {0x00D7, "times "},     {0x2026, "..."},
    {0x00B7, ","},          {0x2022, "*"},
};

// Lines, boxes, bars, braille and pointers say nothing when they are read out.
static bool is_ornament(uint32_t rune) {
    return (rune >= 0x2500 && rune <= 0x259F) || (rune >= 0x2800 && rune <= 0x28FF) ||
           rune == 0x25B8 || rune == 0x25BE || rune == 0x25CF || rune == 0x25C6;
}

static const char *find_word(uint32_t rune) {
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i].rune == rune) return words[i].word;
    return NULL;
}

static void close_gap(struct buf *out, size_t start, int blanks) {
    if (!blanks || out->len == start) return;
    const char last = out->ptr[out->len - 1];
    if (blanks > 1 && !strchr(",.:;", last)) buf_add_char(out, ',');
    buf_add_char(out, ' ');
}

void linear_add_words(struct buf *out, struct str text) {
    const size_t start = out->len;
    int blanks = 0;
    bool is_word = false;  // a blank parts it from what follows
    bool is_state = false; // … and no comma, however far that is
    while (text.len) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        const char *word = find_word(rune);
        if (rune == ' ' || is_ornament(rune)) {
            blanks++;
            continue;
        }
        // a comma stands with the word before it
        if (word && word[0] == ',') {
            if (out->len > start && out->ptr[out->len - 1] != ',') buf_add_char(out, ',');
            blanks = 1;
            continue;
        }
        close_gap(out, start, is_word && (is_state || !blanks) ? 1 : blanks);
        blanks = 0;
        is_word = false;
        if (!word) {
            buf_add_rune(out, rune);
            continue;
        }
        const struct str said = str_from(word);
        const bool has_blank = said.ptr[said.len - 1] == ' ';
        buf_add(out, str_slice(said, 0, said.len - (has_blank ? 1 : 0)));
        is_word = has_blank;
        is_state = rune < 0x2190 || rune > 0x2193; // arrows are keys
    }
    if (out->len > start && out->ptr[out->len - 1] == ',') out->len--;
}
