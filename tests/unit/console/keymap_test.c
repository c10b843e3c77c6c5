#include "support/test.h"

#include "console/keymap.h"
#include "console/pane.h"

static void keymap_has_each_key_once_per_context(void **state) {
    (void)state;
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(NULL, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t other = i + 1; other < count; other++) {
            if (rows[i].context != rows[other].context || rows[i].key != rows[other].key) continue;
            fail_msg("key %x twice in %s", rows[i].key, keymap_context_title(rows[i].context));
        }
    }
}

static void keymap_explains_every_key(void **state) {
    (void)state;
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(NULL, &count);
    for (size_t i = 0; i < count; i++) {
        assert_int_not_equal(rows[i].intent, INTENT_NONE);
        if (!rows[i].is_alias) {
            assert_non_null(rows[i].help);
            continue;
        }
        // an alias stands behind its row and means the same
        assert_true(i > 0);
        assert_int_equal(rows[i].intent, rows[i - 1].intent);
        assert_int_equal(rows[i].context, rows[i - 1].context);
    }
}

static void keymap_has_one_row_of_an_intent_per_context(void **state) {
    (void)state;
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(NULL, &count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].is_alias) continue;
        if (keymap_row_of(NULL, rows[i].context, rows[i].intent) == &rows[i]) continue;
        fail_msg(
            "%s is twice in %s", intent_name(rows[i].intent), keymap_context_name(rows[i].context));
    }
}

static void keymap_names_are_their_own(void **state) {
    (void)state;
    for (int intent = INTENT_NONE + 1; intent < INTENT_COUNT; intent++) {
        enum intent found = INTENT_NONE;
        assert_true(intent_find(str_from(intent_name((enum intent)intent)), &found));
        assert_int_equal(found, intent);
    }
    for (int context = 0; context < KEYMAP_CONTEXT_COUNT; context++) {
        enum keymap_context found = KEYMAP_CONTEXT_COUNT;
        const char *name = keymap_context_name((enum keymap_context)context);
        assert_true(keymap_find_context(str_from(name), &found));
        assert_int_equal(found, context);
    }
    enum intent none = INTENT_NONE;
    assert_false(intent_find(STR("none"), &none));
}

static void keymap_asks_the_innermost_context_first(void **state) {
    (void)state;
    const enum keymap_context list[] = {KEYMAP_SETUP, KEYMAP_LIST, KEYMAP_EVERYWHERE};
    const enum keymap_context detail[] = {KEYMAP_DETAIL, KEYMAP_EVERYWHERE};
    assert_int_equal(keymap_find(NULL, list, 3, 'q'), INTENT_QUIT);
    assert_int_equal(keymap_find(NULL, detail, 2, 'q'), INTENT_CLOSE);
    assert_int_equal(keymap_find(NULL, list, 3, INPUT_ENTER), INTENT_EDIT);
    assert_int_equal(keymap_find(NULL, list, 3, 'z'), INTENT_NONE);
    assert_int_equal(keymap_find(NULL, detail, 2, 't'), INTENT_FIRE);
}

static void keymap_names_are_read_back(void **state) {
    (void)state;
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(NULL, &count);
    for (size_t i = 0; i < count; i++) {
        struct buf name = {0};
        uint32_t key = 0;
        input_add_key_name(&name, rows[i].key);
        assert_true(input_parse_key_name(buf_str(&name), &key));
        if (key < 0x20) key |= 0x60; // Ctrl-U is Ctrl-u
        const uint32_t wanted = rows[i].key < 0x20 ? rows[i].key | 0x60 : rows[i].key;
        assert_int_equal(key, wanted);
        buf_release(&name);
    }
    uint32_t key = 0;
    assert_false(input_parse_key_name(STR("Nonsense"), &key));
    assert_false(input_parse_key_name(STR(""), &key));
}

static void keymap_intents_of_panes_follow_their_numbers(void **state) {
    (void)state;
    const enum keymap_context everywhere = KEYMAP_EVERYWHERE;
    for (int id = 0; id < PANE_COUNT; id++) {
        const enum intent intent = keymap_find(NULL, &everywhere, 1, (uint32_t)('1' + id));
        assert_int_equal(intent, INTENT_PANE_SETUP + id);
        assert_int_equal(pane_get((enum pane_id)id)->id, id);
    }
}

// No key of everywhere (or, over the panes, of what all overlays share) means something else further in, unless
// the row says why.
static void keymap_hides_no_key_without_a_reason(void **state) {
    (void)state;
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(NULL, &count);
    for (size_t i = 0; i < count; i++) {
        const struct keymap_row *hidden = keymap_find_hidden(NULL, &rows[i]);
        if (hidden && !rows[i].hides)
            fail_msg(
                "%s in %s hides %s: give it another key, or say why", intent_name(rows[i].intent),
                keymap_context_name(rows[i].context), intent_name(hidden->intent));
        if (!hidden && rows[i].hides)
            fail_msg(
                "%s in %s hides nothing any more", intent_name(rows[i].intent),
                keymap_context_name(rows[i].context));
    }
}

// Whatever is open: these keys mean what they mean everywhere.
static void keymap_has_keys_for_all_screens(void **state) {
    static const enum intent intents[] = {
        INTENT_PRESENT, INTENT_THEME, INTENT_EXPORT, INTENT_HELP, INTENT_REPAINT};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(intents); i++) {
        const struct keymap_row *inner = keymap_row_of(NULL, KEYMAP_OVERLAY, intents[i]);
        const struct keymap_row *outer = keymap_row_of(NULL, KEYMAP_EVERYWHERE, intents[i]);
        assert_non_null(inner);
        assert_int_equal(inner->key, outer->key);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(keymap_has_each_key_once_per_context),
    cmocka_unit_test(keymap_explains_every_key),
    cmocka_unit_test(keymap_has_one_row_of_an_intent_per_context),
    cmocka_unit_test(keymap_names_are_their_own),
    cmocka_unit_test(keymap_asks_the_innermost_context_first),
    cmocka_unit_test(keymap_names_are_read_back),
    cmocka_unit_test(keymap_intents_of_panes_follow_their_numbers),
    cmocka_unit_test(keymap_hides_no_key_without_a_reason),
    cmocka_unit_test(keymap_has_keys_for_all_screens),
};

int main(void) {
    return cmocka_run_group_tests_name("console/keymap", tests, NULL, NULL);
}
