// input — see the header.
#include "console/input.h"

static const struct {
    uint32_t key;
    const char *name;
} names[] = {
    {INPUT_TAB, "Tab"},
    {INPUT_ENTER, "Enter"},
    {INPUT_ESCAPE, "Esc"},
    {INPUT_SPACE, "Space"},
    {INPUT_UP, "↑"},
    {INPUT_DOWN, "↓"},
    {INPUT_LEFT, "←"},
    {INPUT_RIGHT, "→"},
    {INPUT_HOME, "Home"},
    {INPUT_END, "End"},
    {INPUT_PAGE_UP, "PgUp"},
    {INPUT_PAGE_DOWN, "PgDn"},
    {INPUT_BACKSPACE, "Backspace"},
    {INPUT_DELETE, "Del"},
    {INPUT_BACK_TAB, "S-Tab"},
};

void input_release(struct input *input) {
    if (!input) return;
    buf_release(&input->paste);
    *input = (struct input){0};
}

void input_add_key_name(struct buf *out, uint32_t key) {
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (names[i].key != key) continue;
        buf_add(out, str_from(names[i].name));
        return;
    }
    if (key < 0x20) {
        buf_add_format(out, "Ctrl-%c", (char)(key | 0x40));
    } else {
        buf_add_rune(out, key);
    }
}

bool input_parse_key_name(struct str name, uint32_t *out) {
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (!str_equal(name, str_from(names[i].name))) continue;
        *out = names[i].key;
        return true;
    }
    if (str_starts_with(name, STR("Ctrl-")) && name.len == 6) {
        *out = INPUT_CONTROL(name.ptr[5]);
        return true;
    }
    if (!name.len) return false;
    bool valid = true;
    const uint32_t rune = str_next_rune(&name, &valid);
    if (!valid || name.len) return false;
    *out = rune;
    return true;
}
