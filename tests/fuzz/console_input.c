// What a terminal sends: reports of the mouse in both forms, names of keys, and pastes into a line that is edited.
// What is decoded lies in bounds, a key's name reads back as the key, and a value stays within its limit.
#include "console/editor.h"
#include "console/input.h"

#include "fuzz.h"

static void check_mouse(const struct input *input) {
    ASSERT(input->key == INPUT_MOUSE);
    ASSERT(input->mouse.column >= 0 && input->mouse.column < INPUT_MOUSE_MOST);
    ASSERT(input->mouse.row >= 0 && input->mouse.row < INPUT_MOUSE_MOST);
    ASSERT(input->mouse.action <= INPUT_MOUSE_WHEEL_DOWN);
}

static void check_reports(struct str text) {
    struct input input = {0};
    size_t len = 0;
    while (len < text.len && !input_is_whole_report(str_slice(text, 0, len), false))
        len++;
    ASSERT(len < 64); // whoever sends no end is not waited for
    if (input_decode_report(str_slice(text, 0, len), &input)) check_mouse(&input);
    if (input_decode_old_report(str_slice(text, 0, text.len < 3 ? text.len : 3), &input))
        check_mouse(&input);
}

static void check_key(struct str text) {
    uint32_t key = 0, again = 0;
    if (!input_parse_key_name(text, &key)) return;
    CLEANUP(buf_release) struct buf name = {0};
    input_add_key_name(&name, key);
    ASSERT(input_parse_key_name(buf_str(&name), &again) && again == key);
}

static void check_paste(struct str text) {
    struct editor editor = {0};
    CLEANUP(buf_release) struct buf note = {0};
    editor_start(&editor, STR("value"), false);
    editor_paste(&editor, text, &note);
    editor_paste(&editor, text, &note);
    ASSERT(editor.cursor <= editor.text.len && editor.text.len <= EDITOR_MAX_BYTES);
    editor_release(&editor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct str text = fuzz_text(data, size);
    check_reports(text);
    check_key(text);
    check_paste(text);
    return 0;
}
