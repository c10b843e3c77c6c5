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
    {INPUT_CONTROL_LEFT, "Ctrl-←"},
    {INPUT_CONTROL_RIGHT, "Ctrl-→"},
    {INPUT_CONTROL_HOME, "Ctrl-Home"},
    {INPUT_CONTROL_END, "Ctrl-End"},
    {INPUT_ALT(0x7F), "Alt-Backspace"},
};

void input_release(struct input *input) {
    if (!input) return;
    buf_release(&input->paste);
    *input = (struct input){0};
}

#define CODE_BUTTONS 0x43 // the buttons' bits; the others are modifiers and motion
#define CODE_MOTION 0x20
#define CODE_WHEEL_UP 0x40
#define CODE_WHEEL_DOWN 0x41

bool input_decode_mouse(int code, int column, int row, bool is_up, struct input *out) {
    enum input_mouse_action action = INPUT_MOUSE_PRESS;
    const int button = code & CODE_BUTTONS;
    if (column < 1 || row < 1 || column > INPUT_MOUSE_MOST || row > INPUT_MOUSE_MOST) return false;
    if (button == CODE_WHEEL_UP) {
        action = INPUT_MOUSE_WHEEL_UP;
    } else if (button == CODE_WHEEL_DOWN) {
        action = INPUT_MOUSE_WHEEL_DOWN;
    } else if (button != 0) {
        return false;
    } else if (is_up) {
        action = INPUT_MOUSE_RELEASE;
    } else if (code & CODE_MOTION) {
        action = INPUT_MOUSE_DRAG;
    }
    const bool is_wheel = button != 0;
    if (is_wheel && is_up) return false;
    out->key = INPUT_MOUSE;
    out->mouse = (struct input_mouse){.action = action, .column = column - 1, .row = row - 1};
    return true;
}

#define REPORT_BYTES_MAX 24

bool input_is_whole_report(struct str report, bool is_old) {
    if (is_old) return report.len >= 3;
    if (report.len >= REPORT_BYTES_MAX) return true;
    if (!report.len) return false;
    const char last = report.ptr[report.len - 1];
    return last != ';' && (last < '0' || last > '9');
}

bool input_decode_report(struct str report, struct input *out) {
    struct str rest = str_slice(report, 0, report.len ? report.len - 1 : 0);
    int64_t numbers[3] = {0};
    const bool is_up = str_ends_with(report, STR("m"));
    if (!is_up && !str_ends_with(report, STR("M"))) return false;
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        struct str number;
        const bool has_more = str_split(rest, ';', &number, &rest);
        if (has_more != (i < 2) || !str_parse_int64(number, &numbers[i])) return false;
        if (numbers[i] < 0 || numbers[i] > INPUT_MOUSE_MOST) return false;
    }
    return input_decode_mouse((int)numbers[0], (int)numbers[1], (int)numbers[2], is_up, out);
}

bool input_decode_old_report(struct str report, struct input *out) {
    if (report.len != 3) return false;
    const int code = report.ptr[0] - ' ';
    const bool is_up = (code & CODE_BUTTONS) == 3;
    return input_decode_mouse(
        is_up ? code & ~3 : code, report.ptr[1] - ' ', report.ptr[2] - ' ', is_up, out);
}

bool input_parse_mouse_action(struct str name, enum input_mouse_action *out) {
    static const char *const actions[] = {
        [INPUT_MOUSE_PRESS] = "press",
        [INPUT_MOUSE_RELEASE] = "release",
        [INPUT_MOUSE_DRAG] = "drag",
        [INPUT_MOUSE_WHEEL_UP] = "wheel-up",
        [INPUT_MOUSE_WHEEL_DOWN] = "wheel-down",
    };
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++) {
        if (!str_equal(name, str_from(actions[i]))) continue;
        *out = (enum input_mouse_action)i;
        return true;
    }
    return false;
}

void input_add_key_name(struct buf *out, uint32_t key) {
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (names[i].key != key) continue;
        buf_add(out, str_from(names[i].name));
        return;
    }
    if (key >= INPUT_ALT_FIRST) {
        buf_add_format(out, "Alt-%c", (char)(key - INPUT_ALT_FIRST));
    } else if (key < 0x20) {
        buf_add_format(out, "Ctrl-%c", (char)(key | 0x40));
    } else {
        buf_add_rune(out, key);
    }
}

// Names that every keyboard can type.
static const struct {
    uint32_t key;
    const char *name;
} typed_names[] = {
    {INPUT_UP, "Up"},
    {INPUT_DOWN, "Down"},
    {INPUT_LEFT, "Left"},
    {INPUT_RIGHT, "Right"},
};

void input_add_typed_key_name(struct buf *out, uint32_t key) {
    for (size_t i = 0; i < ARRAY_COUNT(typed_names); i++) {
        if (typed_names[i].key != key) continue;
        buf_add(out, str_from(typed_names[i].name));
        return;
    }
    input_add_key_name(out, key);
}

bool input_parse_key_name(struct str name, uint32_t *out) {
    for (size_t i = 0; i < ARRAY_COUNT(typed_names); i++) {
        if (!str_equal(name, str_from(typed_names[i].name))) continue;
        *out = typed_names[i].key;
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (!str_equal(name, str_from(names[i].name))) continue;
        *out = names[i].key;
        return true;
    }
    if (str_starts_with(name, STR("Ctrl-")) && name.len == 6) {
        *out = INPUT_CONTROL(name.ptr[5]);
        return true;
    }
    if (str_starts_with(name, STR("Alt-")) && name.len == 5 && name.ptr[4] > ' ') {
        *out = INPUT_ALT(name.ptr[4]);
        return true;
    }
    if (!name.len) return false;
    bool valid = true;
    const uint32_t rune = str_next_rune(&name, &valid);
    if (!valid || name.len) return false;
    *out = rune;
    return true;
}
