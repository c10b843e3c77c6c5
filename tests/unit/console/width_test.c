#include "support/test.h"

#include "console/width.h"

static void width_knows_narrow_wide_and_combining(void **state) {
    (void)state;
    static const struct {
        uint32_t rune;
        int width;
    } cases[] = {
        {'a', 1},     {0xE9, 1},   {0x2713, 1}, {0x2501, 1}, {0x25B2, 1},
        {0x1F455, 2}, {0x3042, 2}, {0x4E00, 2}, {0xFF21, 2}, {0xAC00, 2},
        {0x20000, 2}, {0x301, 0},  {0x20DD, 0}, {0x200D, 0}, {0xFE0F, 0},
        {0x1160, 0},  {0xAD, 1},   {0, 0},      {0xFFFD, 1}, {0x10FFFF, 1},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        if (width_of_rune(cases[i].rune) == cases[i].width) continue;
        fail_msg("U+%04X: %d", (unsigned)cases[i].rune, width_of_rune(cases[i].rune));
    }
}

static void width_of_text_counts_visible_escapes(void **state) {
    (void)state;
    assert_int_equal(width_of_text(STR("ab")), 2);
    assert_int_equal(width_of_text(STR("\033[1m")), 5);
    assert_int_equal(width_of_text(STR("\a")), 4);
    assert_int_equal(width_of_text(STR("\xE2\x80\xAE")), 6); // U+202E
    assert_int_equal(width_of_text(STR("e\xCC\x81")), 1);
    assert_int_equal(width_of_text(STR("\xFF\xFE")), 2);
    struct buf printable = {0};
    const struct str hostile =
        STR("\033]0;x\a \xE2\x80\xAE \x9b \xC2\x9B \xC2\xAD 商 \xEF\xBB\xBF\t\r");
    buf_add_printable(&printable, hostile);
    // what is measured is what is written
    assert_int_equal(width_of_text(hostile), width_of_text(buf_str(&printable)));
    buf_release(&printable);
}

static void width_fit_never_splits_a_character_and_always_advances(void **state) {
    (void)state;
    assert_int_equal(width_fit(STR("商品"), 3), 3);
    assert_int_equal(width_fit(STR("商品"), 1), 3);
    assert_int_equal(width_fit(STR("abc"), 0), 1);
    assert_int_equal(width_fit(STR("ab\ncd"), 9), 2);
    assert_int_equal(width_fit(STR(""), 9), 0);
    assert_int_equal(width_fit(STR("e\xCC\x81x"), 1), 3); // the mark stays with its letter
}

static void width_fit_words_prefers_blanks_to_other_breaks(void **state) {
    (void)state;
    assert_int_equal(width_fit_words(STR("one two three"), 9), 8);
    assert_int_equal(width_fit_words(STR("one two"), 7), 7);
    assert_int_equal(width_fit_words(STR("arn:aws:personalize"), 10), 8);
    assert_int_equal(width_fit_words(STR("abcdefghijkl"), 5), 5);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(width_knows_narrow_wide_and_combining),
    cmocka_unit_test(width_of_text_counts_visible_escapes),
    cmocka_unit_test(width_fit_never_splits_a_character_and_always_advances),
    cmocka_unit_test(width_fit_words_prefers_blanks_to_other_breaks),
};

int main(void) {
    return cmocka_run_group_tests_name("console/width", tests, NULL, NULL);
}
