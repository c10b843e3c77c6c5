#include "console/linear.h"

#include "base/memory.h"
#include "support/test.h"

#define START_MS INT64_C(1767607200000)

static struct model model;
static struct linear linear;
static struct buf out;
static uint64_t send_run_id;

static int set_up(void **state) {
    (void)state;
    const struct model_options options = {0};
    model_init(&model, &options);
    model_set_now(&model, START_MS);
    linear_init(&linear, &model);
    linear_tell(&linear, &model, &out);
    buf_reset(&out);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    linear_release(&linear);
    model_release(&model);
    buf_release(&out);
    return 0;
}

static void note_commands(void *context, struct effects *effects) {
    (void)context;
    for (size_t i = 0; i < effects->command_count; i++)
        if (str_equal(str_from(effects->commands[i]->action), STR("send")))
            send_run_id = effects->commands[i]->run_id;
    effects_release(effects);
}

static void line(const char *text) {
    buf_reset(&out);
    linear_line(&linear, &model, str_from(text), note_commands, NULL, &out);
}

static void apply(struct message *message) {
    struct effects effects = {0};
    buf_reset(&out);
    linear_hear(&linear, &model, message, &out);
    model_apply(&model, message, &effects);
    effects_release(&effects);
    linear_tell(&linear, &model, &out);
}

static void
hop(enum hop_id id, enum hop_state state, double ms, const char *detail, const char *hint) {
    struct hop told = {.id = id, .state = state, .ms = ms};
    hop_set_detail(&told, str_from(detail));
    hop_set_hint(&told, str_from(hint));
    apply(message_new_hop(send_run_id, &told));
}

static void list(uint64_t run_id, const char *const *items) {
    struct message *message = message_new(MESSAGE_RECOMMENDATIONS, run_id);
    message->as.recommendations.user_id = mem_copy_string(model.user);
    for (size_t i = 0; items[i]; i++)
        message_add_item(message, str_from(items[i]), 0.1);
    apply(message);
}

static void event(const char *name) {
    struct message *message = message_new(MESSAGE_EVENT, 0);
    message->as.event.name = mem_copy_string(name);
    apply(message);
}

static void words_stand_for_symbols(void **state) {
    (void)state;
    static const struct {
        const char *picture, *words;
    } cases[] = {
        {"", ""},
        {"   ", ""},
        {"─ Recommendations ── 25 items · 1.2 ms ─", "Recommendations, 25 items, 1.2 ms"},
        {"▸  1 ▲8   silk-summer-top   0.0612 ━━━╸", "1 up 8, silk-summer-top, 0.0612"},
        {"✗ Destination: refused", "failed Destination: refused"},
        {"│ y play   Esc leave it │", "y play, Esc leave it"},
        {"before → after…", "before to after..."},
        {"••••0001", "****0001"},
        {"▁▂█ ⣿", ""},
        {"a:   b", "a: b"},
        {"10:00:03 ↻ 429 POST  /events   12 ×2", "10:00:03 again 429 POST, /events, 12 times 2"},
        {"←  the tab before", "left, the tab before"},
        {"✓ Invoke      0.4 ms", "ok Invoke, 0.4 ms"},
        {"✓   ├ PutEvents", "ok PutEvents"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf words = {0};
        linear_add_words(&words, str_from(cases[i].picture));
        assert_str(buf_str(&words), cases[i].words);
        buf_release(&words);
    }
}

static void hops_are_told_once_as_they_end(void **state) {
    (void)state;
    line("t");
    assert_true(str_starts_with(buf_str(&out), STR("Event fired: Product Clicked")));
    hop(HOP_SEGMENT, HOP_DONE, 1.2, "200 success", "");
    assert_str(buf_str(&out), "Segment done after 1.2 ms: 200 success\n");
    hop(HOP_DESTINATION, HOP_RUNNING, -1, "", "");
    assert_str(buf_str(&out), "");
    hop(HOP_SEGMENT, HOP_DONE, 1.2, "200 success", "");
    assert_str(buf_str(&out), "");
    hop(HOP_DESTINATION, HOP_FAILED, 31, "AccessDenied", "Fix the trust policy.");
    assert_str(
        buf_str(&out),
        "Destination failed after 31 ms: AccessDenied\nNext step: Fix the trust policy.\n");
}

static void list_changes_are_told_in_words(void **state) {
    (void)state;
    static const char *const first[] = {"a", "b", "c", NULL};
    static const char *const second[] = {"c", "a", "d", NULL};
    list(0, first);
    assert_true(str_contains(buf_str(&out), STR("3 items:\n1 a\n2 b\n3 c\n")));
    list(0, first);
    assert_str(buf_str(&out), "");
    list(0, second);
    assert_true(
        str_contains(buf_str(&out), STR("changed, 3 items:\n1 c, up 2\n2 a, down 1\n3 d, new\n")));
}

static void text_of_services_is_made_printable(void **state) {
    (void)state;
    static const char *const items[] = {"a\033[2Jb", NULL};
    list(0, items);
    assert_false(str_contains(buf_str(&out), STR("\033")));
    assert_true(str_contains(buf_str(&out), STR("\\e[2J")));
}

static void pane_in_focus_is_read_out(void **state) {
    (void)state;
    line("2");
    assert_true(str_starts_with(buf_str(&out), STR("2 Event.")));
    assert_true(str_contains(buf_str(&out), STR("Selected, row 1 of ")));
    assert_false(str_contains(buf_str(&out), STR("─")));
    line("j");
    assert_true(str_starts_with(buf_str(&out), STR("Row 2 of ")));
    line("Down");
    assert_true(str_starts_with(buf_str(&out), STR("Row 3 of ")));
    line("");
    assert_true(out.len > 0);
}

static void lines_answer_what_is_asked(void **state) {
    (void)state;
    line("u");
    assert_true(str_contains(buf_str(&out), STR("type another")));
    line("");
    assert_true(str_starts_with(buf_str(&out), STR("Left as it was.")));
    line("u");
    line("q 77"); // text, not keys
    assert_str(str_from(model.user), "q 77");
    assert_true(str_contains(buf_str(&out), STR("Shopper in focus: q 77")));
}

static void events_are_told_when_followed_and_counted_in_a_flood(void **state) {
    (void)state;
    struct message *message = message_new(MESSAGE_EVENT, 0);
    message->as.event.name = mem_copy_string("Product Viewed");
    apply(message);
    assert_str(buf_str(&out), "");
    line("F");
    assert_true(str_contains(buf_str(&out), STR("read out as they come")));
    buf_reset(&out);
    for (int i = 0; i < LINEAR_EVENTS + 3; i++) {
        struct effects effects = {0};
        message = message_new(MESSAGE_EVENT, 0);
        message->as.event.name = mem_copy_string("Product Viewed");
        linear_hear(&linear, &model, message, &out);
        model_apply(&model, message, &effects);
        effects_release(&effects);
    }
    linear_tell(&linear, &model, &out);
    assert_str(buf_str(&out), "Event Product Viewed\nEvent Product Viewed\nEvent Product Viewed\n");
    assert_int_equal(linear_wake_ms(&linear), START_MS + LINEAR_WINDOW_MS);
    buf_reset(&out);
    model_set_now(&model, START_MS + LINEAR_WINDOW_MS);
    linear_tell(&linear, &model, &out);
    assert_str(buf_str(&out), "3 more events in 10 s: 3 Product Viewed\n");
    assert_int_equal(linear_wake_ms(&linear), 0);
    // while it goes on nothing is told one by one; after a quiet time it is
    event("Order Completed");
    assert_str(buf_str(&out), "");
    model_set_now(&model, START_MS + 2 * LINEAR_WINDOW_MS);
    linear_tell(&linear, &model, &out);
    assert_str(buf_str(&out), "1 more event in 10 s: 1 Order Completed\n");
    model_set_now(&model, START_MS + 4 * LINEAR_WINDOW_MS);
    event("Order Completed");
    assert_str(buf_str(&out), "Event Order Completed\n");
}

static void the_json_is_edited_in_lines(void **state) {
    (void)state;
    line("2");
    line("End Enter");
    assert_contains(buf_str(&out), "\"event\": \"Product Clicked\"");
    assert_contains(buf_str(&out), "PATH = VALUE");
    line("properties.price = 12.5");
    assert_str(buf_str(&out), "Taken; it is good JSON.\n");
    line("properties.a.b = two words");
    line("- anonymousId");
    line("read");
    assert_contains(buf_str(&out), "\"price\": 12.5");
    assert_contains(buf_str(&out), "\"b\": \"two words\"");
    assert_false(str_contains(buf_str(&out), STR("anonymousId")));
    line("event.deeper = 1");
    assert_contains(buf_str(&out), "There is no place for event.deeper");
    line("nonsense");
    assert_contains(buf_str(&out), "That is no PATH = VALUE");
    line("{ \"type\": \"track\",");
    assert_str(buf_str(&out), "");
    line("\"event\": \"a } in it\", \"userId\": \"5\" }");
    assert_str(buf_str(&out), "Taken; it is good JSON.\n");
    line("{\"a\":}");
    assert_contains(buf_str(&out), "no JSON: line 1, column 6");
    line("{ \"type\": \"track\",");
    line(""); // ends it as it is
    assert_contains(buf_str(&out), "no JSON");
    line("{\"type\":\"track\",\"event\":\"Y\",\"userId\":\"5\"}");
    send_run_id = 0;
    line("send");
    assert_contains(buf_str(&out), "Event fired: your own JSON");
    assert_contains(buf_str(&out), "Closed; in Event.");
    assert_int_not_equal(send_run_id, 0);
    assert_null(overlay_top(&model));
}

static void help_reads_what_is_in_force(void **state) {
    (void)state;
    line("3");
    line("?");
    assert_true(str_starts_with(buf_str(&out), STR("Stream:\n")));
    assert_contains(buf_str(&out), "Everywhere:\n");
    assert_false(str_contains(buf_str(&out), STR("In a journey")));
    assert_null(overlay_top(&model)); // nothing to close
    line("2");
    assert_true(str_starts_with(buf_str(&out), STR("2 Event.")));
}

static void no_line_stays_without_an_answer(void **state) {
    (void)state;
    struct message *backend = message_new(MESSAGE_BACKEND, 0);
    backend->as.backend.kind = MESSAGE_BACKEND_SANDBOX_OWN;
    backend->as.backend.is_up = true;
    apply(backend);
    line("2");
    line("k");
    assert_str(buf_str(&out), "There is no row further.\n");
    line("2");
    assert_true(str_starts_with(buf_str(&out), STR("2 Event.")));
    assert_contains(buf_str(&out), "Selected, row 1 of ");
    line("Down Down");
    line("~");
    assert_contains(buf_str(&out), "~ does nothing here");
    line("Home");
    line("Right");
    assert_true(str_starts_with(buf_str(&out), STR("Now row 1 of ")));
    assert_contains(buf_str(&out), "destination");
    line("3");
    line("s");
    assert_contains(buf_str(&out), "now on");
    line("/");
    line("type:track");
    assert_contains(buf_str(&out), "only type:track");
    line("P");
    assert_contains(buf_str(&out), "P closes it");
    line("P");
    assert_str(buf_str(&out), "Closed; in Stream.\n");
}

static void a_value_is_asked_for_by_its_name(void **state) {
    (void)state;
    line("2");
    line("Down Down Enter");
    assert_contains(buf_str(&out), "Event: now Product Clicked; type another");
    line("Fancy");
    assert_contains(buf_str(&out), "Now row 3 of ");
    assert_contains(buf_str(&out), "Fancy");
}

static void the_list_is_told_when_the_event_has_gone_round(void **state) {
    (void)state;
    static const char *const first[] = {"a", "b", NULL};
    static const char *const between[] = {"b", "a", NULL};
    static const char *const last[] = {"c", "b", NULL};
    list(0, first);
    line("t");
    list(0, between);
    assert_str(buf_str(&out), "");
    list(0, last);
    assert_str(buf_str(&out), "");
    apply(message_new_done(send_run_id, NULL));
    model.recommendations.run_id = 0;
    buf_reset(&out);
    linear_tell(&linear, &model, &out);
    assert_contains(buf_str(&out), "changed, 2 items:\n1 c, new\n");
}

static void what_no_key_is_called_is_told(void **state) {
    (void)state;
    line("foo");
    assert_true(str_starts_with(buf_str(&out), STR("No key is called foo\n")));
}

static void the_generators_panel_is_told_value_by_value(void **state) {
    (void)state;
    line("3");
    line("c");
    assert_contains(buf_str(&out), "Generator\nModel, live shopper\n");
    assert_contains(buf_str(&out), "\nSelected: Model, live shopper\n");
    line("Down");
    assert_true(str_starts_with(buf_str(&out), STR("Selected: From, ")));
    assert_false(str_contains(buf_str(&out), STR("Rate"))); // nothing that was said before
    line("Down Down Down");
    line("Down");
    assert_true(str_starts_with(buf_str(&out), STR("Selected: Rate, 5/s\n")));
    line("Enter");
    assert_contains(buf_str(&out), "now 5; type another, or Enter to take it, or an empty line");
    line("0");
    assert_true(str_starts_with(buf_str(&out), STR("Not taken; type another, or an empty line")));
    assert_contains(buf_str(&out), "failed Rate cannot be \"0\"");
    line("20");
    assert_true(str_starts_with(buf_str(&out), STR("Rate, 20/s\n")));
    line("Enter");
    line("Enter"); // as it stands
    assert_int_equal(model.editing, MODEL_EDITING_NOTHING);
    assert_int_equal(model.stream.rate, 20);
    line(":theme");
    assert_contains(buf_str(&out), "Names are not taken here");
    line("q");
    assert_str(buf_str(&out), "Closed; in Stream.\n");
    line("Enter");
    assert_str(buf_str(&out), "There is no row here.\n");
}

static void names_and_what_belongs_to_them_are_asked_for(void **state) {
    (void)state;
    line(":the");
    assert_true(str_starts_with(buf_str(&out), STR("More is needed after theme; type all of it,")));
    assert_contains(buf_str(&out), "\ncontrast\n");
    line("theme dark");
    assert_int_equal(model.editing, MODEL_EDITING_NOTHING);
    line(":");
    assert_true(str_starts_with(buf_str(&out), STR("A name, and what belongs to it: type it,")));
    line("zzz");
    assert_contains(buf_str(&out), "Nothing is called that.");
    line("");
}

static void a_scenes_caption_is_said_once(void **state) {
    (void)state;
    model.player.caption = mem_copy_string("A shopper clicks.");
    model_note(&model, THEME_STRONG, "A shopper clicks.");
    buf_reset(&out);
    linear_tell(&linear, &model, &out);
    assert_str(buf_str(&out), "Caption: A shopper clicks.\n");
}

static bool is_agreed;

static void agree(struct model *changed, struct effects *effects) {
    (void)changed;
    (void)effects;
    is_agreed = true;
}

static void a_question_is_read_whole_and_answered_by_a_line(void **state) {
    (void)state;
    is_agreed = false;
    for (int turn = 0; turn < 2; turn++) {
        buf_reset(&out);
        overlay_confirm(
            &model, STR("Delete the schema?"), STR("Account 123456789012, us-east-1 (LIVE)"),
            "delete", NULL, agree);
        linear_tell(&linear, &model, &out);
        assert_contains(buf_str(&out), "Delete the schema?");
        assert_contains(buf_str(&out), "Account 123456789012, us-east-1 (LIVE)");
        line(turn ? "y" : "n");
        assert_contains(buf_str(&out), "Closed; in ");
        assert_null(overlay_top(&model));
        assert_int_equal(is_agreed, turn);
    }
}

static void an_hour_of_a_flood_is_a_line_in_ten_seconds(void **state) {
    (void)state;
    enum { PER_SECOND = 200, SECONDS = 3600 };
    size_t lines = 0, bytes = 0, held = 0;
    line("F");
    buf_reset(&out);
    for (int second = 0; second < SECONDS; second++) {
        model_set_now(&model, START_MS + 1000 * (int64_t)second);
        for (int i = 0; i < PER_SECOND; i++) {
            struct effects effects = {0};
            struct buf name = {0};
            struct message *message = message_new(MESSAGE_EVENT, 0);
            buf_add_format(&name, "Event number %d", second * PER_SECOND + i); // no name twice
            message->as.event.name = mem_copy_string(buf_text(&name));
            buf_release(&name);
            linear_hear(&linear, &model, message, &out);
            model_apply(&model, message, &effects);
            effects_release(&effects);
        }
        linear_tell(&linear, &model, &out);
        bytes += out.len;
        for (size_t i = 0; i < out.len; i++)
            lines += out.ptr[i] == '\n';
        buf_reset(&out);
        if (out.cap > held) held = out.cap;
    }
    assert_in_range(lines, SECONDS / 10 - 1, SECONDS / 10 + LINEAR_EVENTS);
    assert_in_range(bytes / lines, 1, 400);
    assert_in_range(held, 1, 8192);
    assert_in_range(linear.events_left, 0, PER_SECOND * 11);
}

static void set_key(enum keymap_context context, enum intent intent, uint32_t key) {
    assert_true(keymap_set(&model.keymap, context, intent, &key, 1));
}

// With a person's own keys what is said and what a line does hold, too.
static void keys_of_ones_own_are_named_and_pressed(void **state) {
    (void)state;
    linear_add_greeting(&model, &out);
    assert_true(
        str_contains(buf_str(&out), STR("t fires the test event, 1 2 3 4 5 6 read a pane")));
    assert_true(str_contains(buf_str(&out), STR("a question mark reads all keys, q leaves.")));
    set_key(KEYMAP_EVERYWHERE, INTENT_FIRE, 'f');
    set_key(KEYMAP_EVERYWHERE, INTENT_HELP, 'H');
    set_key(KEYMAP_EVERYWHERE, INTENT_QUIT, ',');
    set_key(KEYMAP_EDITOR, INTENT_SUBMIT, INPUT_CONTROL('s'));
    set_key(KEYMAP_EDITOR, INTENT_CANCEL, INPUT_CONTROL('x'));
    set_key(KEYMAP_EDITOR, INTENT_ERASE_HEAD, KEYMAP_NO_KEY);
    set_key(KEYMAP_STREAM, INTENT_FOLLOW, 'z');
    buf_reset(&out);
    linear_add_greeting(&model, &out);
    assert_true(str_contains(buf_str(&out), STR(" f fires the test event,")));
    assert_true(str_contains(buf_str(&out), STR(" H reads all keys, a comma leaves.")));
    line("u");
    line("");
    assert_int_equal(model.editing, MODEL_EDITING_NOTHING);
    line("u");
    line("77");
    assert_str(str_from(model.user), "77");
    line("z");
    assert_true(str_contains(buf_str(&out), STR("z: no longer")));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_stand_for_symbols),
    cmocka_unit_test_setup_teardown(hops_are_told_once_as_they_end, set_up, tear_down),
    cmocka_unit_test_setup_teardown(list_changes_are_told_in_words, set_up, tear_down),
    cmocka_unit_test_setup_teardown(text_of_services_is_made_printable, set_up, tear_down),
    cmocka_unit_test_setup_teardown(pane_in_focus_is_read_out, set_up, tear_down),
    cmocka_unit_test_setup_teardown(lines_answer_what_is_asked, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        events_are_told_when_followed_and_counted_in_a_flood, set_up, tear_down),
    cmocka_unit_test_setup_teardown(the_json_is_edited_in_lines, set_up, tear_down),
    cmocka_unit_test_setup_teardown(help_reads_what_is_in_force, set_up, tear_down),
    cmocka_unit_test_setup_teardown(no_line_stays_without_an_answer, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_value_is_asked_for_by_its_name, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        the_list_is_told_when_the_event_has_gone_round, set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_no_key_is_called_is_told, set_up, tear_down),
    cmocka_unit_test_setup_teardown(the_generators_panel_is_told_value_by_value, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        names_and_what_belongs_to_them_are_asked_for, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_scenes_caption_is_said_once, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        a_question_is_read_whole_and_answered_by_a_line, set_up, tear_down),
    cmocka_unit_test_setup_teardown(an_hour_of_a_flood_is_a_line_in_ten_seconds, set_up, tear_down),
    cmocka_unit_test_setup_teardown(keys_of_ones_own_are_named_and_pressed, set_up, tear_down),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
