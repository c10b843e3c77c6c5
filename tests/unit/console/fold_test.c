#include "support/test.h"

#include "console/fold.h"

#define REQUEST                                                                                    \
    "POST /events HTTP/1.1\nHost: example\nX-Amz-Date: 1\n\n"                                      \
    "{\"a\":[1,{\"b\":\"Two\"}],\"properties\":\"{\\\"itemId\\\":\\\"x\\\"}\",\"empty\":{}}"

static void print(const struct fold *fold, int columns, int rows, struct buf *out) {
    struct canvas canvas = {0};
    canvas_resize(&canvas, columns, rows);
    fold_draw(fold, canvas_rect(&canvas), false, &canvas);
    buf_reset(out);
    canvas_print(&canvas, out);
    canvas_release(&canvas);
}

static void fold_shows_a_request_with_its_headers_folded(void **state) {
    (void)state;
    struct fold fold = {0};
    struct buf text = {0};
    fold_set_http(&fold, STR(REQUEST));
    print(&fold, 60, 16, &text);
    assert_string_equal(
        buf_text(&text), "  POST /events HTTP/1.1\n"
                         "▸ Headers … 2 lines\n"
                         "\n"
                         "▾ {\n"
                         "▾   \"a\": [\n"
                         "      1,\n"
                         "▾     {\n"
                         "        \"b\": \"Two\"\n"
                         "      }\n"
                         "    ],\n"
                         "▾   \"properties\": \"{\\\"itemId\\\":\\\"x\\\"}\",\n"
                         "▾     {\n"
                         "        \"itemId\": \"x\"\n"
                         "      }\n"
                         "    \"empty\": {}\n"
                         "  }\n");
    buf_release(&text);
    fold_release(&fold);
}

static void fold_toggles_the_part_around_the_cursor(void **state) {
    (void)state;
    struct fold fold = {0};
    fold_set_http(&fold, STR(REQUEST));
    const size_t rows = fold_rows(&fold);
    fold.cursor = 1;
    fold_toggle(&fold); // the headers
    assert_int_equal(fold_rows(&fold), rows + 2);
    fold_move(&fold, 5); // inside "a"
    assert_true(str_starts_with(fold.lines[fold.cursor].text, STR("\"a\"")));
    fold_move(&fold, 1);
    fold_toggle(&fold);
    assert_true(str_starts_with(fold.lines[fold.cursor].text, STR("\"a\"")));
    assert_int_equal(fold_rows(&fold), rows + 2 - 5);
    fold_move(&fold, 1); // over what is folded
    assert_true(str_starts_with(fold.lines[fold.cursor].text, STR("\"properties\"")));
    fold_move(&fold, -1);
    assert_true(str_starts_with(fold.lines[fold.cursor].text, STR("\"a\"")));
    fold_all(&fold, true);
    assert_int_equal(fold_rows(&fold), 8); // start, headers, blank, {, three members, }
    fold_all(&fold, false);
    assert_int_equal(fold_rows(&fold), fold.count);
    fold_release(&fold);
}

static void fold_finds_what_is_folded_and_goes_round(void **state) {
    (void)state;
    struct fold fold = {0};
    fold_set_http(&fold, STR(REQUEST));
    fold_all(&fold, true);
    assert_true(fold_search(&fold, STR("two"), false));
    assert_true(str_contains(fold.lines[fold.cursor].text, STR("Two")));
    assert_int_equal(fold.matches, 1);
    assert_false(fold_search(&fold, STR("tWo"), false)); // a capital minds the case
    assert_true(fold_search(&fold, STR("itemid"), false));
    assert_int_equal(fold.matches, 2);
    const size_t first = fold.cursor;
    assert_true(fold_search(&fold, STR(""), false));
    assert_int_not_equal(fold.cursor, first);
    assert_true(fold_search(&fold, STR(""), true));
    assert_int_equal(fold.cursor, first);
    assert_true(fold_search(&fold, STR(""), true));
    assert_int_equal(fold.match_at, 2); // around the start to the last one
    fold_release(&fold);
}

static void fold_keeps_the_cursor_in_the_window_at_every_size(void **state) {
    (void)state;
    struct fold fold = {0};
    fold_set_http(&fold, STR(REQUEST));
    for (int columns = 1; columns < 40; columns += 3) {
        for (int rows = 1; rows < 20; rows++) {
            fold.cursor = 0;
            for (size_t step = 0; step < fold.count; step++) {
                fold_move(&fold, 1);
                fold_settle(&fold, columns, rows);
                assert_true(fold.cursor >= fold.top);
                assert_true(fold.cursor < fold.count);
            }
        }
    }
    fold_release(&fold);
}

static void fold_takes_whatever_text_there_is(void **state) {
    (void)state;
    struct fold fold = {0};
    fold_set_http(&fold, STR(""));
    fold_toggle(&fold);
    fold_settle(&fold, 10, 3);
    fold_set_text(&fold, STR(""));
    assert_int_equal(fold.count, 0);
    fold_move(&fold, 1);
    fold_toggle(&fold);
    fold_all(&fold, true);
    assert_false(fold_search(&fold, STR("x"), false));
    fold_set_json(&fold, STR("no json \033[31m"));
    assert_int_equal(fold.count, 1);
    fold_set_text(&fold, STR("one\n\nthree"));
    assert_int_equal(fold.count, 3);
    struct buf text = {0};
    fold_set_text(&fold, STR("0123456789012345678901234567"));
    print(&fold, 16, 3, &text);
    assert_string_equal(buf_text(&text), "  01234567890123\n  45678901234567\n\n");
    buf_release(&text);
    fold_release(&fold);
}

static void fold_search_on_stops_at_the_edge_and_seek_starts_there(void **state) {
    (void)state;
    struct fold fold = {0};
    fold_set_text(&fold, STR("one\ntwo\none"));
    buf_add(&fold.pattern, STR("one"));
    assert_true(fold_seek(&fold, false));
    assert_int_equal(fold.cursor, 0);
    assert_int_equal(fold.match_at, 1);
    assert_true(fold_search_on(&fold, false));
    assert_int_equal(fold.cursor, 2);
    assert_int_equal(fold.matches, 2);
    assert_false(fold_search_on(&fold, false));
    assert_int_equal(fold.cursor, 2); // it stays
    assert_true(fold_search_on(&fold, true));
    assert_int_equal(fold.cursor, 0);
    assert_false(fold_search_on(&fold, true));
    assert_true(fold_seek(&fold, true));
    assert_int_equal(fold.cursor, 2);
    fold_set_text(&fold, STR(""));
    assert_false(fold_seek(&fold, true));
    assert_false(fold_search_on(&fold, true));
    fold_release(&fold);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(fold_shows_a_request_with_its_headers_folded),
    cmocka_unit_test(fold_toggles_the_part_around_the_cursor),
    cmocka_unit_test(fold_finds_what_is_folded_and_goes_round),
    cmocka_unit_test(fold_keeps_the_cursor_in_the_window_at_every_size),
    cmocka_unit_test(fold_takes_whatever_text_there_is),
    cmocka_unit_test(fold_search_on_stops_at_the_edge_and_seek_starts_there),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
