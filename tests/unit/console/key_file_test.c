#include "support/test.h"

#include "console/key_file.h"

static struct key_file file; // large

static void read(const char *text) {
    key_file_read(STR("keys.ini"), str_from(text), &file);
}

static enum intent means(enum keymap_context context, uint32_t key) {
    return keymap_find(&file.keymap, &context, 1, key);
}

static void assert_told(size_t at, const char *message) {
    assert_true(at < file.problem_count);
    assert_int_equal(file.problems[at].error.code, ERROR_CONFIG);
    assert_string_equal(file.problems[at].error.message, message);
    assert_true(file.problems[at].error.hint[0] != 0);
}

static bool is_default(void) {
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(NULL, &count);
    if (count != file.keymap.count) return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].key != file.keymap.rows[i].key) return false;
        if (rows[i].intent != file.keymap.rows[i].intent) return false;
    }
    return true;
}

static void key_file_without_lines_changes_nothing(void **state) {
    (void)state;
    read("");
    assert_int_equal(file.problem_count, 0);
    assert_true(is_default());
    read("\xEF\xBB\xBF# a comment\r\n\r\n  ; another\n[stream]\r\n");
    assert_int_equal(file.problem_count, 0);
    assert_true(is_default());
}

static void key_file_gives_other_keys(void **state) {
    (void)state;
    read("[stream]\npause = z, Comma ,Ctrl-p\ngenerate-pause = .\nstep = "
         "none\ninvert=none\n[everywhere]\r\nfire = =\r\nuser = ü\n");
    assert_int_equal(file.problem_count, 0);
    assert_int_equal(means(KEYMAP_STREAM, 'z'), INTENT_PAUSE);
    assert_int_equal(means(KEYMAP_STREAM, ','), INTENT_PAUSE);
    assert_int_equal(means(KEYMAP_STREAM, INPUT_CONTROL('p')), INTENT_PAUSE);
    assert_int_equal(means(KEYMAP_STREAM, 'p'), INTENT_NONE);
    assert_int_equal(means(KEYMAP_STREAM, '!'), INTENT_NONE);
    assert_int_equal(means(KEYMAP_STREAM, 's'), INTENT_GENERATE);
    assert_int_equal(means(KEYMAP_EVERYWHERE, '='), INTENT_FIRE);
    assert_int_equal(means(KEYMAP_EVERYWHERE, 't'), INTENT_NONE);
    assert_int_equal(means(KEYMAP_EVERYWHERE, 0xFC), INTENT_USER);
    const struct keymap_row *row = keymap_row_of(&file.keymap, KEYMAP_STREAM, INTENT_PAUSE);
    struct buf keys = {0};
    keymap_add_keys(&keys, &file.keymap, row);
    assert_string_equal(buf_text(&keys), "z , Ctrl-P");
    assert_string_equal(row->label, "pause");
    buf_reset(&keys);
    row = keymap_row_of(&file.keymap, KEYMAP_STREAM, INTENT_INVERT);
    keymap_add_keys(&keys, &file.keymap, row);
    assert_string_equal(buf_text(&keys), "–");
    assert_int_equal(keymap_key_count(&file.keymap, row), 0);
    buf_release(&keys);
}

static void key_file_replaces_aliases_too(void **state) {
    (void)state;
    read("[list]\nup = W\n");
    assert_int_equal(file.problem_count, 0);
    assert_int_equal(means(KEYMAP_LIST, 'W'), INTENT_UP);
    assert_int_equal(means(KEYMAP_LIST, INPUT_UP), INTENT_NONE);
    assert_int_equal(means(KEYMAP_LIST, 'k'), INTENT_NONE);
    assert_int_equal(means(KEYMAP_LIST, 'j'), INTENT_DOWN);
}

static void key_file_lets_lines_trade_keys(void **state) {
    (void)state;
    read("[stream]\ngenerate = p\npause = s\n");
    assert_int_equal(file.problem_count, 0);
    assert_int_equal(means(KEYMAP_STREAM, 'p'), INTENT_GENERATE);
    assert_int_equal(means(KEYMAP_STREAM, 's'), INTENT_PAUSE);
}

static void key_file_tells_where_a_line_is_wrong(void **state) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"fire = t", "keys.ini:1:1: it is not said where the keys work"},
        {"\n[strem]\nx = y", "keys.ini:2:2: there is no section \"strem\"; its lines are left out"},
        {"[stream\nx = y", "keys.ini:1:8: a section ends with \"]\"; its lines are left out"},
        {"[stream]\n  puase = z",
         "keys.ini:2:3: there is nothing called \"puase\" to give keys to"},
        {"[stream]\nquit = z", "keys.ini:2:1: \"quit\" means nothing in [stream]"},
        {"[stream]\npause", "keys.ini:2:6: \"=\" is missing"},
        {"[stream]\npause =", "keys.ini:2:8: a key is missing"},
        {"[stream]\npause = z,,y", "keys.ini:2:11: a key is missing"},
        {"[stream]\npause = ü, F13", "keys.ini:2:12: no key is called \"F13\""},
        {"[stream]\npause = Ctrl-1", "keys.ini:2:9: no key is called \"Ctrl-1\""},
        {"[stream]\npause = Ctrl-C",
         "keys.ini:2:9: Ctrl-C never comes here: the terminal makes a signal of it"},
        {"[stream]\npause = Alt-[",
         "keys.ini:2:9: Alt-[ never comes here: the terminal sends it with arrows and function "
         "keys"},
        {"[editor]\nundo = u", "keys.ini:2:8: \"u\" is text here: it could not be typed any more"},
        {"[stream]\npause = z\npause = y", "keys.ini:3:1: pause has its keys in line 2 already"},
        {"[stream]\npause = z, z", "keys.ini:2:12: \"z\" is given twice"},
        {"[stream]\npause = a,b,c,d,e,h,i,j,k", "keys.ini:2:25: more than 8 keys for one thing"},
        {"[stream]\npause = \x80", "keys.ini:2:1: the line is no text; it is left out"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        read(cases[i].text);
        assert_told(0, cases[i].message);
        assert_int_equal(file.problem_count, 1);
        if (i != 13) assert_true(is_default());
    }
}

static void key_file_refuses_a_key_with_two_meanings(void **state) {
    (void)state;
    read("[stream]\npause = s\nmark = x\ninvert = x, i\n");
    assert_int_equal(file.problem_count, 2);
    assert_told(0, "keys.ini:2:9: \"s\" means generate in [stream] already");
    assert_told(1, "keys.ini:4:10: \"x\" means mark in [stream] already");
    assert_int_equal(means(KEYMAP_STREAM, 's'), INTENT_GENERATE);
    assert_int_equal(means(KEYMAP_STREAM, 'p'), INTENT_PAUSE);
    assert_int_equal(means(KEYMAP_STREAM, 'x'), INTENT_MARK);
    assert_int_equal(means(KEYMAP_STREAM, '!'), INTENT_INVERT);
    assert_int_equal(means(KEYMAP_STREAM, 'i'), INTENT_NONE);
}

// A line that goes takes its keys back from those that had counted on it.
static void key_file_refuses_what_a_refused_line_would_have_freed(void **state) {
    (void)state;
    read("[stream]\npause = <\ngenerate = p\n");
    assert_int_equal(file.problem_count, 2);
    assert_told(0, "keys.ini:2:9: \"<\" means rate-down in [stream] already");
    assert_told(1, "keys.ini:3:12: \"p\" means pause in [stream] already");
    assert_true(is_default());
}

static void key_file_keeps_a_way_out(void **state) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[everywhere]\nquit = none", "keys.ini:2:1: quit in [everywhere] must have a key"},
        {"[everywhere]\nhelp = none", "keys.ini:2:1: help in [everywhere] must have a key"},
        {"[overlay]\nclose = none", "keys.ini:2:1: close in [overlay] must have a key"},
        {"[detail]\nclose = none", "keys.ini:2:1: close in [detail] must have a key"},
        {"[text]\nclose = none", "keys.ini:2:1: close in [text] must have a key"},
        {"[editor]\ncancel = none", "keys.ini:2:1: cancel in [editor] must have a key"},
        {"[leave]\nyes = none", "keys.ini:2:1: yes in [leave] must have a key"},
        {"[list]\nup = q", "keys.ini:2:6: with this no key would quit in [setup]"},
        {"[log]\nfollow = ?", "keys.ini:2:10: with this no key would help in [log]"},
        {"[journey]\nfold = q, Esc", "keys.ini:2:8: with this no key would close in [journey]"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        read(cases[i].text);
        if (strstr(cases[i].message, "no key would close")) {
            // either of its keys is named
            assert_int_equal(file.problem_count, 1);
            assert_non_null(
                strstr(file.problems[0].error.message, "no key would close in [journey]"));
        } else {
            assert_told(0, cases[i].message);
        }
        assert_true(is_default());
    }
    read("[everywhere]\nquit = Q\nhelp = h\n[list]\nup = q, ?\n");
    assert_int_equal(file.problem_count, 0);
    assert_int_equal(means(KEYMAP_EVERYWHERE, 'Q'), INTENT_QUIT);
}

// They count, and both lines are named.
static void key_file_notes_what_hides_a_key_or_is_hidden(void **state) {
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"[stream]\npause = z, t", "keys.ini:2:12: \"t\" hides fire of [everywhere] in [stream]",
         "fire has it by default. Both count; give one of them another key if both are wanted."},
        {"[everywhere]\nfire = z\n[stream]\npause = z",
         "keys.ini:4:9: \"z\" hides fire of [everywhere] in [stream]",
         "fire has it in line 2. Both count; give one of them another key if both are wanted."},
        {"[everywhere]\nfire = s", "keys.ini:2:8: \"s\" of fire means something else further in",
         "reveal in [setup], generate in [stream], generate in [presenter]: by default. Both "
         "count; "
         "give one of them another key."},
        {"[journey]\nfold = T", "keys.ini:2:8: \"T\" hides theme of [overlay] in [journey]",
         "theme has it by default. Both count; give one of them another key if both are wanted."},
        {"[setup]\nexplain = u", "keys.ini:2:11: \"u\" hides user of [everywhere] in [setup]",
         "user has it by default. Both count; give one of them another key if both are wanted."},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        read(cases[i].text);
        assert_told(0, cases[i].message);
        assert_string_equal(file.problems[0].error.hint, cases[i].hint);
        assert_true(file.problems[0].is_note);
        assert_int_equal(file.problem_count, 1);
        assert_false(is_default());
    }
    // what the table itself does is no news, nor is a key that nothing else has there
    read("[detail]\nclose = Esc, q\n[everywhere]\nquit = q\nfire = Ctrl-X\n");
    assert_int_equal(file.problem_count, 0);
    // what is refused hides nothing
    read("[stream]\npause = s, t\n");
    assert_int_equal(file.problem_count, 1);
    assert_false(file.problems[0].is_note);
}

static void key_file_counts_what_it_does_not_keep(void **state) {
    struct buf text = {0};
    (void)state;
    for (int i = 0; i < 40; i++)
        buf_add(&text, STR("nonsense\n"));
    read(buf_text(&text));
    buf_release(&text);
    assert_int_equal(file.problem_count, 40);
    for (int i = 0; i < KEY_FILE_PROBLEMS; i++)
        assert_int_equal(file.problems[i].line, i + 1);
}

static void key_file_shows_nothing_that_a_terminal_obeys(void **state) {
    (void)state;
    read("[\x1b]0;x\x07]\n");
    assert_int_equal(file.problem_count, 1);
    assert_null(strchr(file.problems[0].error.message, 0x1b));
}

static void key_file_list_says_what_the_keymap_says(void **state) {
    struct buf text = {0}, again = {0};
    (void)state;
    read("[stream]\npause = Comma, Alt-x\ngenerate-pause = none\ninvert = none\n[everywhere]\nfire "
         "= #\n");
    assert_int_equal(file.problem_count, 0);
    key_file_list(&file.keymap, STR("keys.ini"), &text);
    assert_true(str_contains(buf_str(&text), STR("\n[stream]\n")));
    read(buf_text(&text));
    for (size_t i = 0; i < file.problem_count; i++)
        print_error("%s\n", file.problems[i].error.message);
    assert_int_equal(file.problem_count, 0);
    key_file_list(&file.keymap, STR("keys.ini"), &again);
    assert_string_equal(buf_text(&text), buf_text(&again));
    buf_release(&text);
    buf_release(&again);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(key_file_without_lines_changes_nothing),
    cmocka_unit_test(key_file_gives_other_keys),
    cmocka_unit_test(key_file_replaces_aliases_too),
    cmocka_unit_test(key_file_lets_lines_trade_keys),
    cmocka_unit_test(key_file_tells_where_a_line_is_wrong),
    cmocka_unit_test(key_file_refuses_a_key_with_two_meanings),
    cmocka_unit_test(key_file_refuses_what_a_refused_line_would_have_freed),
    cmocka_unit_test(key_file_keeps_a_way_out),
    cmocka_unit_test(key_file_notes_what_hides_a_key_or_is_hidden),
    cmocka_unit_test(key_file_counts_what_it_does_not_keep),
    cmocka_unit_test(key_file_shows_nothing_that_a_terminal_obeys),
    cmocka_unit_test(key_file_list_says_what_the_keymap_says),
};

int main(void) {
    return cmocka_run_group_tests_name("console/key_file", tests, NULL, NULL);
}
