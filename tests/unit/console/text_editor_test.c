#include "console/text_editor.h"

#include "base/rng.h"
#include "support/test.h"

static struct text_editor editor;

static int tear_down(void **state) {
    (void)state;
    text_editor_release(&editor);
    return 0;
}

static void reads(const char *expected) {
    assert_str(buf_str(&editor.text), expected);
}

static void type(const char *text) {
    struct str rest = str_from(text);
    while (rest.len) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&rest, &valid);
        if (rune == '\n')
            text_editor_handle(&editor, INTENT_NEWLINE);
        else
            text_editor_type(&editor, rune);
    }
}

static void text_editor_indents_like_the_json_around_it(void **state) {
    (void)state;
    text_editor_start(&editor, STR(""));
    type("{\n\"a\": [\n1,\n2\n]\n}");
    reads("{\n  \"a\": [\n    1,\n    2\n  ]\n}");
}

static void text_editor_opens_a_pair_of_brackets(void **state) {
    (void)state;
    text_editor_start(&editor, STR("{}"));
    text_editor_go_to(&editor, 1);
    type("\nx");
    reads("{\n  x\n}");
}

static void text_editor_keeps_its_column_over_short_lines(void **state) {
    (void)state;
    text_editor_start(&editor, STR("12345\n\n商品商\nabc"));
    text_editor_go_to(&editor, 4);
    text_editor_handle(&editor, INTENT_DOWN);
    assert_int_equal(editor.cursor, 6);
    text_editor_handle(&editor, INTENT_DOWN);
    assert_int_equal(text_editor_line(&editor), 3);
    assert_int_equal(text_editor_column(&editor), 3); // behind two wide ones
    text_editor_handle(&editor, INTENT_DOWN);
    assert_int_equal(text_editor_column(&editor), 4);
    text_editor_handle(&editor, INTENT_DOWN); // the last line
    assert_int_equal(text_editor_line(&editor), 4);
    text_editor_handle(&editor, INTENT_UP);
    text_editor_handle(&editor, INTENT_UP);
    text_editor_handle(&editor, INTENT_UP);
    assert_int_equal(editor.cursor, 4);
}

static void text_editor_pastes_lines_without_what_nobody_sees(void **state) {
    (void)state;
    struct buf note = {0};
    text_editor_start(&editor, STR(""));
    text_editor_paste(&editor, STR("{\r\n\t\"a\":\u00A0\u200B1\033}\r"), &note);
    reads("{\n  \"a\": 1}\n");
    assert_str(buf_str(&note), "2 invisible characters");
    buf_release(&note);
}

static void text_editor_refuses_more_than_its_limit(void **state) {
    (void)state;
    struct buf note = {0}, large = {0};
    for (size_t i = 0; i <= TEXT_EDITOR_BYTES; i++)
        buf_add_char(&large, 'x');
    text_editor_start(&editor, STR("kept"));
    text_editor_paste(&editor, buf_str(&large), &note);
    reads("kept");
    assert_contains(buf_str(&note), "more than there is room for");
    buf_release(&note);
    buf_release(&large);
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
        INTENT_ERASE_HEAD,
        INTENT_ERASE_WORD_LEFT,
        INTENT_ERASE_WORD_RIGHT,
        INTENT_ERASE_TAIL,
        INTENT_YANK,
        INTENT_TRANSPOSE,
        INTENT_NEWLINE,
        INTENT_UP,
        INTENT_DOWN,
        INTENT_PAGE_UP,
        INTENT_FIRST,
        INTENT_LAST,
    };
    static const uint32_t runes[] = {'a', ' ', '{', '}', '"', ':', 0xE9, 0x301, 0x1F469, '\t'};
    const uint64_t what = rng_below(rng, 40);
    if (what < ARRAY_COUNT(intents)) {
        text_editor_handle(&editor, intents[what]);
    } else if (what == 39) {
        struct buf note = {0};
        text_editor_paste(&editor, STR("{\n\t\"pasted\": [1,\r\n2]}"), &note);
        buf_release(&note);
    } else if (what == 38) {
        text_editor_replace(&editor, STR("{\n  \"new\": 1\n}"));
    } else {
        text_editor_type(&editor, runes[rng_below(rng, ARRAY_COUNT(runes))]);
    }
}

static void text_editor_undoes_anything_back_to_the_start(void **state) {
    (void)state;
    static const char *const start = "{\n  \"é\": [1, 2]\n}";
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct rng rng;
        rng_seed(&rng, seed);
        text_editor_start(&editor, str_from(start));
        for (int i = 0; i < 150; i++) {
            change_somehow(&rng);
            text_editor_settle(&editor, (struct rect){.columns = 20, .rows = 4});
            assert_true(str_is_utf8(buf_str(&editor.text)));
            assert_true(str_is_utf8(str_skip(buf_str(&editor.text), editor.cursor)));
            const size_t line = text_editor_line(&editor) - 1;
            assert_true(line >= editor.top && line < editor.top + 4);
        }
        struct buf end = {0};
        buf_add(&end, buf_str(&editor.text));
        while (editor.log.done)
            text_editor_handle(&editor, INTENT_UNDO);
        reads(start);
        while (editor.log.done < editor.log.count)
            text_editor_handle(&editor, INTENT_REDO);
        assert_str(buf_str(&editor.text), buf_text(&end));
        buf_release(&end);
    }
}

static void draws(const char *expected, size_t wrong, int cursor_column, int cursor_row) {
    struct canvas canvas = {0};
    struct buf picture = {0};
    canvas_resize(&canvas, 40, 3);
    text_editor_settle(&editor, canvas_rect(&canvas));
    text_editor_draw(&editor, canvas_rect(&canvas), wrong, &canvas);
    canvas_print(&canvas, &picture);
    assert_str(buf_str(&picture), expected);
    assert_int_equal(canvas.cursor_column, cursor_column);
    assert_int_equal(canvas.cursor_row, cursor_row);
    buf_release(&picture);
    canvas_release(&canvas);
}

static void text_editor_draws_around_its_cursor(void **state) {
    (void)state;
    text_editor_start(&editor, STR("{\n  \"a\": 1\n  \"b\": 2\n}"));
    draws("  1  {\n  2    \"a\": 1\n  3    \"b\": 2\n", SIZE_MAX, 5, 0);
    draws("  1  {\n  2    \"a\": 1\n  3▸   \"b\": 2\n", 13, 5, 0);
    text_editor_handle(&editor, INTENT_LAST);
    draws("  2    \"a\": 1\n  3    \"b\": 2\n  4  }\n", SIZE_MAX, 6, 2);
    // a long line moves sideways under the cursor
    text_editor_start(&editor, STR("0123456789012345678901234567890123456789x"));
    text_editor_handle(&editor, INTENT_CURSOR_END);
    draws("  1  789012345678901234567890123456789x\n\n\n", SIZE_MAX, 39, 0);
}

#define EDITOR_TEST(test) cmocka_unit_test_teardown(test, tear_down)
static const struct CMUnitTest tests[] = {
    EDITOR_TEST(text_editor_indents_like_the_json_around_it),
    EDITOR_TEST(text_editor_opens_a_pair_of_brackets),
    EDITOR_TEST(text_editor_keeps_its_column_over_short_lines),
    EDITOR_TEST(text_editor_pastes_lines_without_what_nobody_sees),
    EDITOR_TEST(text_editor_refuses_more_than_its_limit),
    EDITOR_TEST(text_editor_undoes_anything_back_to_the_start),
    EDITOR_TEST(text_editor_draws_around_its_cursor),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
