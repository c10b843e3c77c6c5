#include "support/test.h"

#include "console/clipboard.h"

static void clipboard_encodes_every_length(void **state) {
    (void)state;
    static const struct {
        const char *text, *encoded;
    } cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foobar", "Zm9vYmFy"}, // RFC 4648, 10
        {"\033]52;x", "G101Mjt4"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf out = {0}, wanted = {0};
        buf_add_format(&wanted, "\033]52;c;%s\a", cases[i].encoded);
        clipboard_add(&out, str_from(cases[i].text), CLIPBOARD_DIRECT);
        assert_string_equal(buf_text(&out), buf_text(&wanted));
        buf_release(&out);
        buf_release(&wanted);
    }
}

static void clipboard_gives_screen_pieces_that_it_takes(void **state) {
    (void)state;
    struct buf text = {0}, out = {0}, joined = {0}, direct = {0};
    for (int i = 0; i < 1000; i++)
        buf_add_char(&text, (char)('a' + i % 26));
    clipboard_add(&out, buf_str(&text), CLIPBOARD_SCREEN);
    clipboard_add(&direct, buf_str(&text), CLIPBOARD_DIRECT);
    struct str rest = buf_str(&out);
    while (rest.len) {
        assert_true(str_starts_with(rest, STR("\033P")));
        rest = str_skip(rest, 2);
        size_t end = 0;
        while (!str_starts_with(str_skip(rest, end), STR("\033\\")))
            end++;
        assert_true(end <= 256);
        buf_add(&joined, str_slice(rest, 0, end));
        rest = str_skip(rest, end + 2);
    }
    assert_string_equal(buf_text(&joined), buf_text(&direct));
    buf_release(&text);
    buf_release(&out);
    buf_release(&joined);
    buf_release(&direct);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(clipboard_encodes_every_length),
    cmocka_unit_test(clipboard_gives_screen_pieces_that_it_takes),
};

int main(void) {
    return cmocka_run_group_tests_name("console/clipboard", tests, NULL, NULL);
}
