#include "console/scene.h"

#include "base/buf.h"
#include "console/input.h"
#include "console/model.h"
#include "support/test.h"

static struct scene scene;

static int tear_down(void **state) {
    (void)state;
    scene_release(&scene);
    return 0;
}

static void parse(const char *text) {
    struct error err = {0};
    scene_release(&scene);
    assert_ok(scene_parse(STR("a.scene"), str_from(text), &scene, &err), err);
}

static void scene_reads_every_kind_of_step(void **state) {
    (void)state;
    parse("# a demonstration\n"
          "pace 1.5s\n"
          "  say \"A \\\"shopper\\\" #1\"   # behind it\n"
          "key P Ctrl-U ↓ Enter # three names and a letter\n"
          "\n"
          "type  two words \n"
          "pane 4\r\n"
          "user 2941404340\n"
          "wait hop put_events done within 10s\n"
          "wait list\n"
          "wait trait within 250ms\n"
          "wait event \"Product Clicked\" within 2s\n"
          "wait event identify\n"
          "pause\n"
          "say\n"
          "restore external_id via shopper # as they are now\n"
          "via handler\n"
          "setting region\n"
          "row ocean-blue shirt\n");
    const struct {
        enum scene_kind kind;
        int line;
        const char *text;
        int64_t ms;
    } expected[] = {
        {SCENE_PACE, 2, NULL, 1500},
        {SCENE_SAY, 3, "A \"shopper\" #1", 0},
        {SCENE_KEY, 4, NULL, 0},
        {SCENE_KEY, 4, NULL, 0},
        {SCENE_KEY, 4, NULL, 0},
        {SCENE_KEY, 4, NULL, 0},
        {SCENE_TYPE, 6, "two words", 0},
        {SCENE_PANE, 7, NULL, 0},
        {SCENE_USER, 8, "2941404340", 0},
        {SCENE_WAIT_HOP, 9, NULL, 10000},
        {SCENE_WAIT_LIST, 10, NULL, SCENE_WAIT_MS},
        {SCENE_WAIT_TRAIT, 11, NULL, 250},
        {SCENE_WAIT_EVENT, 12, "Product Clicked", 2000},
        {SCENE_WAIT_EVENT, 13, "identify", SCENE_WAIT_MS},
        {SCENE_PAUSE, 14, NULL, 0},
        {SCENE_SAY, 15, "", 0},
        {SCENE_RESTORE, 16, "external_id", SCENE_WAIT_MS},
        {SCENE_RESTORE, 16, "via", SCENE_WAIT_MS},
        {SCENE_RESTORE, 16, "shopper", SCENE_WAIT_MS},
        {SCENE_VIA, 17, NULL, 0},
        {SCENE_SETTING, 18, "region", SCENE_WAIT_MS},
        {SCENE_ROW, 19, "ocean-blue shirt", SCENE_WAIT_MS},
    };
    assert_int_equal(scene.count, ARRAY_COUNT(expected));
    for (size_t i = 0; i < scene.count; i++) {
        const struct scene_step *step = &scene.steps[i];
        assert_int_equal(step->kind, expected[i].kind);
        assert_int_equal(step->line, expected[i].line);
        assert_int_equal(step->ms, expected[i].ms);
        assert_str(str_from(step->text), expected[i].text ? expected[i].text : "");
    }
    assert_int_equal(scene.steps[2].key, 'P');
    assert_int_equal(scene.steps[3].key, INPUT_CONTROL('u'));
    assert_int_equal(scene.steps[4].key, INPUT_DOWN);
    assert_int_equal(scene.steps[5].key, INPUT_ENTER);
    assert_int_equal(scene.steps[8 - 1].pane, 3);
    assert_int_equal(scene.steps[19].via, MODEL_VIA_HANDLER);
    assert_int_equal(scene.steps[9].hop, HOP_PUT_EVENTS);
    assert_int_equal(scene.steps[9].state, HOP_DONE);
}

static void scene_tells_where_it_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"jump", "a.scene:1:1: No step is called \"jump\"", "Steps are:"},
        {"{\"version\":2}\n", "a.scene is a recording, not a scene", "asciinema"},
        {"\n\n  key", "a.scene:3:6: The key is missing", "key t"},
        {"key t Escape", "a.scene:1:7: No key is called \"Escape\"", "Esc"},
        {"pane 0", "a.scene:1:6: No pane has the number \"0\"", "keys"},
        {"pane", "a.scene:1:5: No pane has the number \"\"", "keys"},
        {"user", "a.scene:1:5: The shopper is missing", "Steps"},
        {"user a b", "a.scene:1:8: Nothing is expected here", "Steps"},
        {"type", "a.scene:1:5: The text is missing", "Steps"},
        {"pause now", "a.scene:1:7: Nothing is expected here", "Steps"},
        {"say \"open", "a.scene:1:5: The quotes are not closed", "\""},
        {"say \"ä\\n\"", "a.scene:1:7: An unknown escape", "backslash"},
        {"say \"a\" b", "a.scene:1:9: Nothing is expected here", "Steps"},
        {"pace", "a.scene:1:5: A time is missing", "800ms"},
        {"pace fast", "a.scene:1:6: No time: \"fast\"", "800ms"},
        {"pace 5", "a.scene:1:6: No time: \"5\"", "800ms"},
        {"pace nans", "a.scene:1:6: ", ""},
        {"pace 601s", "a.scene:1:6: Out of range: \"601s\"", "600s"},
        {"pace -1s", "a.scene:1:6: Out of range: \"-1s\"", "600s"},
        {"via", "a.scene:1:4: No way is called \"\"", "handler"},
        {"via air", "a.scene:1:5: No way is called \"air\"", "destination"},
        {"setting extrenal_id", "a.scene:1:9: No setting is called \"extrenal_id\"", "external_id"},
        {"setting region now", "a.scene:1:16: Nothing is expected here", "Steps"},
        {"restore", "a.scene:1:8: What is to be put back is missing", "external_id"},
        {"restore via nothing", "a.scene:1:13: No setting is called \"nothing\"", ""},
        {"row", "a.scene:1:4: The text is missing", "Steps"},
        {"wait", "a.scene:1:5: One cannot wait for \"\"", "hop, list"},
        {"wait tea", "a.scene:1:6: One cannot wait for \"tea\"", "hop, list"},
        {"wait hop end done", "a.scene:1:10: No hop is called \"end\"", "put_events"},
        {"wait hop lambda", "a.scene:1:16: No state is called \"\"", "running"},
        {"wait hop lambda idle", "a.scene:1:17: No state is called \"idle\"", "running"},
        {"wait list for 3s", "a.scene:1:11: Only a bound is expected here", "within"},
        {"wait list within", "a.scene:1:17: A time is missing", "800ms"},
        {"wait list within 3s soon", "a.scene:1:21: Nothing is expected here", "Steps"},
        {"wait event", "a.scene:1:11: The event's name is missing", "Product Clicked"},
        {"say \xFF", "a.scene:1:1: This is not UTF-8", "UTF-8"},
        {"key a\x1B]", "a.scene:1:5: No key is called \"a\\e]\"", "names"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error err = {0};
        print_message("%s\n", cases[i].text);
        assert_false(scene_parse(STR("a.scene"), str_from(cases[i].text), &scene, &err));
        assert_int_equal(err.code, ERROR_CONFIG);
        assert_true(str_starts_with(str_from(err.message), str_from(cases[i].message)));
        assert_true(str_contains(str_from(err.hint), str_from(cases[i].hint)));
        assert_int_equal(scene.count, 0);
    }
}

static void scene_of_any_length_is_bounded(void **state) {
    (void)state;
    struct error err = {0};
    struct buf text = {0};
    for (int i = 0; i <= SCENE_STEPS_MAX; i++)
        buf_add(&text, STR("pause\n"));
    assert_false(scene_parse(STR("a.scene"), buf_str(&text), &scene, &err));
    assert_true(str_contains(str_from(err.message), STR("too long")));
    buf_reset(&text);
    buf_add(&text, STR("key"));
    for (int i = 0; i < 3 * SCENE_STEPS_MAX; i++)
        buf_add(&text, STR(" j"));
    assert_false(scene_parse(STR("a.scene"), buf_str(&text), &scene, &err));
    assert_true(str_contains(str_from(err.message), STR("too long")));
    buf_release(&text);
}

static void scene_without_steps_is_a_scene(void **state) {
    (void)state;
    parse("");
    assert_int_equal(scene.count, 0);
    parse("# nothing\n\n   \t\n");
    assert_int_equal(scene.count, 0);
}

static void scene_that_is_no_file_is_a_wrong_call(void **state) {
    (void)state;
    struct error err = {0};
    assert_false(scene_load("/nowhere/a.scene", &scene, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_true(str_contains(str_from(err.hint), STR("--play")));
}

static void scene_key_may_be_the_hash(void **state) {
    (void)state;
    parse("key #");
    assert_int_equal(scene.count, 1);
    assert_int_equal(scene.steps[0].key, '#');
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(scene_reads_every_kind_of_step, tear_down),
    cmocka_unit_test_teardown(scene_tells_where_it_is_wrong, tear_down),
    cmocka_unit_test_teardown(scene_of_any_length_is_bounded, tear_down),
    cmocka_unit_test_teardown(scene_without_steps_is_a_scene, tear_down),
    cmocka_unit_test_teardown(scene_that_is_no_file_is_a_wrong_call, tear_down),
    cmocka_unit_test_teardown(scene_key_may_be_the_hash, tear_down),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
