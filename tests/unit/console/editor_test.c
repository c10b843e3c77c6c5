#include "support/test.h"

#include "base/rng.h"
#include "console/editor.h"

static struct editor editor;

static int tear_down(void **state) {
    (void)state;
    editor_release(&editor);
    return 0;
}

static void reads(const char *expected) {
    assert_str(buf_str(&editor.text), expected);
}

static void type(const char *text) {
    struct str rest = str_from(text);
    while (rest.len) {
        bool valid = true;
        editor_type(&editor, str_next_rune(&rest, &valid));
    }
}

static void editor_moves_and_erases_by_character(void **state) {
    (void)state;
    editor_start(&editor, STR("aé商"), false);
    assert_true(editor_handle(&editor, INTENT_CURSOR_LEFT));
    editor_handle(&editor, INTENT_ERASE);
    reads("a商");
    editor_handle(&editor, INTENT_ERASE_AHEAD);
    reads("a");
    type("b");
    editor_handle(&editor, INTENT_CURSOR_HOME);
    type("x");
    reads("xab");
    editor_handle(&editor, INTENT_CURSOR_RIGHT);
    editor_handle(&editor, INTENT_ERASE_TAIL);
    reads("xa");
    editor_handle(&editor, INTENT_ERASE_HEAD);
    reads("");
    editor_handle(&editor, INTENT_ERASE);
    reads("");
}

static void editor_erases_words_at_blanks_and_separators(void **state) {
    (void)state;
    editor_start(&editor, STR("arn:aws:campaign/my one"), false);
    editor_handle(&editor, INTENT_ERASE_WORD);
    reads("arn:aws:campaign/my ");
    editor_handle(&editor, INTENT_ERASE_WORD);
    reads("arn:aws:campaign/");
    editor_handle(&editor, INTENT_ERASE_WORD);
    reads("arn:aws:campaign");
    editor_handle(&editor, INTENT_ERASE_WORD);
    reads("arn:aws:");
}

static void editor_paste_replaces_an_untouched_value(void **state) {
    (void)state;
    struct buf note = {0};
    editor_start(&editor, STR("old"), false);
    editor_paste(&editor, STR(" \"KEY=new\xE2\x80\x8B\" \r\n"), &note);
    reads("new");
    assert_true(note.len > 0);
    editor_handle(&editor, INTENT_CURSOR_HOME);
    editor_paste(&editor, STR("very"), &note);
    reads("verynew"); // touched: lands at the cursor
    assert_int_equal(note.len, 0);
    buf_release(&note);
}

static void editor_refuses_more_than_its_limit(void **state) {
    (void)state;
    struct buf note = {0}, large = {0};
    for (int i = 0; i <= EDITOR_MAX_BYTES; i++)
        buf_add_char(&large, 'x');
    editor_start(&editor, STR("kept"), false);
    editor_paste(&editor, buf_str(&large), &note);
    reads("kept");
    assert_contains(buf_str(&note), "too many");
    editor_start(&editor, buf_str(&large), false);
    assert_int_equal(editor.text.len, EDITOR_MAX_BYTES);
    type("y");
    assert_int_equal(editor.text.len, EDITOR_MAX_BYTES);
    buf_release(&note);
    buf_release(&large);
}

static void editor_ignores_control_characters(void **state) {
    (void)state;
    editor_start(&editor, STR(""), false);
    editor_type(&editor, 0x1B);
    editor_type(&editor, 0x7F);
    editor_type(&editor, INPUT_PAGE_DOWN);
    reads("");
    assert_false(editor_handle(&editor, INTENT_FIRE));
}

static void draws(const char *expected, int columns, int cursor) {
    struct canvas canvas = {0};
    struct buf picture = {0};
    canvas_resize(&canvas, columns, 1);
    struct canvas_pen pen = canvas_pen(&canvas, canvas_rect(&canvas), 0);
    editor_draw(&editor, &pen);
    canvas_print(&canvas, &picture);
    assert_str(buf_str(&picture), expected);
    assert_true(canvas.has_cursor);
    assert_int_equal(canvas.cursor_column, cursor);
    buf_release(&picture);
    canvas_release(&canvas);
}

static void editor_draws_the_part_with_the_cursor(void **state) {
    (void)state;
    editor_start(&editor, STR("0123456789"), false);
    draws("6789\n", 5, 4);
    editor_handle(&editor, INTENT_CURSOR_HOME);
    draws("01234\n", 5, 0);
    editor_start(&editor, STR("商品商品"), false);
    draws("商品\n", 5, 4);
    editor_start(&editor, STR("\033x"), false);
    draws("\\ex\n", 8, 3);
}

static void editor_draws_bullets_for_a_secret(void **state) {
    (void)state;
    editor_start(&editor, STR("hé!"), true);
    draws("•••\n", 8, 3);
}

static void editor_moves_by_word_and_brings_back_what_it_killed(void **state) {
    (void)state;
    editor_start(&editor, STR("one two-three"), false);
    editor_handle(&editor, INTENT_CURSOR_WORD_LEFT);
    assert_int_equal(editor.cursor, 8);
    editor_handle(&editor, INTENT_CURSOR_WORD_LEFT);
    editor_handle(&editor, INTENT_CURSOR_WORD_LEFT);
    assert_int_equal(editor.cursor, 0);
    editor_handle(&editor, INTENT_CURSOR_WORD_RIGHT);
    assert_int_equal(editor.cursor, 3);
    editor_handle(&editor, INTENT_ERASE_WORD_RIGHT);
    editor_handle(&editor, INTENT_ERASE_WORD_RIGHT); // adds up with the one before
    reads("one");
    editor_handle(&editor, INTENT_CURSOR_HOME);
    editor_handle(&editor, INTENT_YANK);
    reads(" two-threeone");
    editor_handle(&editor, INTENT_ERASE_TAIL);
    reads(" two-three");
    editor_handle(&editor, INTENT_YANK);
    editor_handle(&editor, INTENT_YANK);
    reads(" two-threeoneone");
    editor_handle(&editor, INTENT_TRANSPOSE);
    reads(" two-threeoneoen");
}

// A flag, a family and an accent are one step each, never half of one.
static void editor_steps_over_whole_graphemes(void **state) {
    (void)state;
    editor_start(&editor, STR("a\U0001F1E9\U0001F1EA\U0001F469\u200D\U0001F467e\u0301"), false);
    editor_handle(&editor, INTENT_ERASE);
    reads("a\U0001F1E9\U0001F1EA\U0001F469\u200D\U0001F467");
    editor_handle(&editor, INTENT_ERASE);
    reads("a\U0001F1E9\U0001F1EA");
    editor_handle(&editor, INTENT_CURSOR_LEFT);
    assert_int_equal(editor.cursor, 1);
    editor_handle(&editor, INTENT_CURSOR_RIGHT);
    editor_handle(&editor, INTENT_ERASE);
    reads("a");
}

static void editor_undoes_typing_word_by_word(void **state) {
    (void)state;
    editor_start(&editor, STR(""), false);
    type("one two");
    editor_handle(&editor, INTENT_UNDO);
    reads("one");
    editor_handle(&editor, INTENT_UNDO);
    reads("");
    editor_handle(&editor, INTENT_UNDO);
    reads("");
    editor_handle(&editor, INTENT_REDO);
    editor_handle(&editor, INTENT_REDO);
    reads("one two");
    editor_handle(&editor, INTENT_UNDO);
    type("x"); // what was undone is gone for good
    editor_handle(&editor, INTENT_REDO);
    reads("onex");
}

static void change_somehow(struct rng *rng) {
    static const enum intent intents[] = {
        INTENT_CURSOR_LEFT,
        INTENT_CURSOR_RIGHT,
        INTENT_CURSOR_WORD_LEFT,
        INTENT_CURSOR_HOME,
        INTENT_CURSOR_END,
        INTENT_ERASE,
        INTENT_ERASE_AHEAD,
        INTENT_ERASE_WORD,
        INTENT_ERASE_WORD_LEFT,
        INTENT_ERASE_WORD_RIGHT,
        INTENT_ERASE_HEAD,
        INTENT_ERASE_TAIL,
        INTENT_YANK,
        INTENT_TRANSPOSE,
        INTENT_CURSOR_WORD_RIGHT,
    };
    static const uint32_t runes[] = {'a', ' ', ':', 0xE9, 0x301, 0x5546, 0x1F469, 0x200D, 0x1F1E9};
    const uint64_t what = rng_below(rng, 40);
    if (what < ARRAY_COUNT(intents)) {
        editor_handle(&editor, intents[what]);
    } else if (what == 39) {
        struct buf note = {0};
        editor_paste(&editor, STR("pasted \u200Bvalue"), &note);
        buf_release(&note);
    } else {
        editor_type(&editor, runes[rng_below(rng, ARRAY_COUNT(runes))]);
    }
}

// Whatever was done: undone it is as at the start, done again as at the end; the cursor is never inside
// a character, the text always UTF-8.
static void editor_undoes_anything_back_to_the_start(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct rng rng;
        rng_seed(&rng, seed);
        editor_start(&editor, STR("arn:aws:é/start"), false);
        for (int i = 0; i < 120; i++) {
            change_somehow(&rng);
            assert_true(editor.cursor <= editor.text.len);
            assert_true(str_is_utf8(buf_str(&editor.text)));
            assert_true(str_is_utf8(str_skip(buf_str(&editor.text), editor.cursor)));
        }
        struct buf end = {0};
        buf_add(&end, buf_str(&editor.text));
        while (editor.log.done)
            editor_handle(&editor, INTENT_UNDO);
        reads("arn:aws:é/start");
        while (editor.log.done < editor.log.count)
            editor_handle(&editor, INTENT_REDO);
        assert_str(buf_str(&editor.text), buf_text(&end));
        buf_release(&end);
    }
}

#define EDITOR_TEST(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    EDITOR_TEST(editor_moves_and_erases_by_character),
    EDITOR_TEST(editor_erases_words_at_blanks_and_separators),
    EDITOR_TEST(editor_moves_by_word_and_brings_back_what_it_killed),
    EDITOR_TEST(editor_steps_over_whole_graphemes),
    EDITOR_TEST(editor_undoes_typing_word_by_word),
    EDITOR_TEST(editor_undoes_anything_back_to_the_start),
    EDITOR_TEST(editor_paste_replaces_an_untouched_value),
    EDITOR_TEST(editor_refuses_more_than_its_limit),
    EDITOR_TEST(editor_ignores_control_characters),
    EDITOR_TEST(editor_draws_the_part_with_the_cursor),
    EDITOR_TEST(editor_draws_bullets_for_a_secret),
};

int main(void) {
    return cmocka_run_group_tests_name("console/editor", tests, NULL, NULL);
}
