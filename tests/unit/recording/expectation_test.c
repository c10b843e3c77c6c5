// Expectations: what belongs to which event, and how differences are told.
#include "recording/expectation.h"

#include "base/memory.h"
#include "support/test.h"

#define HEAD "{\"recloop\":\"recording\",\"version\":1}\n"
#define EVENT(run, name)                                                                           \
    "{\"run\":" run ",\"kind\":\"event\",\"message\":{\"type\":\"track\",\"event\":\"" name        \
    "\",\"userId\":\"u\",\"properties\":{\"sku\":\"s\"}}}\n"
#define DONE(run) "{\"run\":" run ",\"kind\":\"done\",\"ok\":true}\n"

static struct expectation_set load(struct str text) {
    struct expectation_set set = {0};
    struct error err = {0};
    CLEANUP(recording_reader_closep)
    struct recording_reader *reader = recording_reader_new_text("it", text);
    assert_ok(expectation_load(reader, &set, &err), err);
    return set;
}

static struct json parse(const char *text) {
    struct json json = {0};
    struct error err = {0};
    assert_ok(json_parse(str_from(text), &json, &err), err);
    return json;
}

// What differs between two lists, as people read it.
static struct buf describe(
    const char *ranks_expected,
    const char *ranks_came,
    const char *traits_expected,
    const char *traits_came,
    size_t top) {
    CLEANUP(expectation_release) struct expectation expected = {.is_ended = true, .is_ok = true};
    CLEANUP(expectation_release) struct expectation came = {.is_ended = true, .is_ok = true};
    CLEANUP(json_release) struct json differences = {0};
    if (ranks_expected) expected.ranks = parse(ranks_expected);
    if (ranks_came) came.ranks = parse(ranks_came);
    if (traits_expected) expected.traits = parse(traits_expected);
    if (traits_came) came.traits = parse(traits_came);
    const bool is_same = expectation_compare(&expected, &came, top, &differences);
    struct buf text = {0};
    expectation_describe(&text, differences.root, 0);
    assert_int_equal(is_same, text.len == 0);
    return text;
}

static void assert_ranks(const char *expected, const char *came, size_t top, const char *text) {
    CLEANUP(buf_release) struct buf told = describe(expected, came, NULL, NULL, top);
    assert_str(buf_str(&told), text);
}

static void assert_traits(const char *expected, const char *came, const char *text) {
    CLEANUP(buf_release) struct buf told = describe(NULL, NULL, expected, came, 0);
    assert_str(buf_str(&told), text);
}

static void what_follows_belongs_to_the_last_event_of_its_run(void **state) {
    (void)state;
    CLEANUP(expectation_set_release)
    struct expectation_set set =
        load(STR(HEAD EVENT("1", "A") EVENT(
            "2",
            "B") "{\"run\":1,\"kind\":\"recommendations\",\"items\":[{\"item_id\":\"x\"}]}\n"
                 "{\"run\":9,\"kind\":\"recommendations\",\"items\":[{\"item_id\":\"nobody's\"}]}\n"
                 "{\"run\":2,\"kind\":\"traits\",\"traits\":{\"a\":1}}\n" DONE("2") DONE("1")
                     EVENT("1", "C") "{\"run\":1,\"kind\":\"done\",\"ok\":false,\"error\":{"
                                     "\"code\":\"refused\"}}\n" DONE("1")));
    assert_int_equal(set.count, 3);
    assert_str(buf_str(&set.items[0].name), "A");
    assert_str(json_text(json_first(set.items[0].ranks.root)), "x");
    assert_null(set.items[0].traits.root);
    assert_true(set.items[0].is_ok);
    assert_null(set.items[1].ranks.root);
    assert_non_null(set.items[1].traits.root);
    // the end of the whole run says nothing about its last event
    assert_true(set.items[2].is_ended);
    assert_false(set.items[2].is_ok);
    assert_str(buf_str(&set.items[2].code), "refused");
}

static void other_files_are_no_expectation(void **state) {
    (void)state;
    struct expectation_set set = {0};
    struct error err = {0};
    CLEANUP(recording_reader_closep)
    struct recording_reader *reader =
        recording_reader_new_text("it", STR("{\"type\":\"track\"}\n"));
    assert_false(expectation_load(reader, &set, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.hint), "--record");
    assert_int_equal(set.count, 0);
}

static void the_same_list_is_the_same(void **state) {
    (void)state;
    assert_ranks("[\"a\",\"b\"]", "[\"a\",\"b\"]", 0, "");
    assert_ranks("[]", "[]", 0, "");
    assert_ranks(NULL, "[\"a\"]", 0, ""); // nothing is told, so nothing is compared
}

static void moved_new_and_gone_are_told(void **state) {
    (void)state;
    assert_ranks(
        "[\"a\",\"b\",\"c\"]", "[\"c\",\"a\",\"d\"]", 0,
        "ranks: 3 expected, 3 came: 1 moved, 1 new, 1 gone\n"
        "     1  c  moved, was 3\n     3  d  new\n     -  b  gone, was 2\n");
}

static void items_that_made_room_have_not_moved(void **state) {
    (void)state;
    assert_ranks(
        "[\"a\",\"b\",\"c\",\"d\"]", "[\"z\",\"a\",\"b\",\"c\",\"d\"]", 0,
        "ranks: 4 expected, 5 came: 0 moved, 1 new, 0 gone\n     1  z  new\n");
    assert_ranks(
        "[\"a\",\"b\",\"c\",\"d\"]", "[\"b\",\"c\",\"d\"]", 0,
        "ranks: 4 expected, 3 came: 0 moved, 0 new, 1 gone\n     -  a  gone, was 1\n");
}

static void a_list_that_did_not_come_is_gone(void **state) {
    (void)state;
    assert_ranks(
        "[\"a\"]", NULL, 0,
        "ranks: 1 expected, 0 came: 0 moved, 0 new, 1 gone\n     -  a  gone, was 1\n");
}

static void items_may_stand_twice(void **state) {
    (void)state;
    assert_ranks("[\"a\",\"a\"]", "[\"a\",\"a\"]", 0, "");
    assert_ranks(
        "[\"a\",\"a\",\"b\"]", "[\"a\",\"b\"]", 0,
        "ranks: 3 expected, 2 came: 0 moved, 0 new, 1 gone\n     -  a  gone, was 2\n");
}

static void only_the_first_ranks_count_with_top(void **state) {
    (void)state;
    assert_ranks("[\"a\",\"b\",\"c\"]", "[\"a\",\"b\",\"x\",\"y\"]", 2, "");
    assert_ranks("[\"a\",\"b\"]", "[\"a\",\"b\"]", 9, "");
    assert_ranks(
        "[\"a\",\"b\",\"c\"]", "[\"a\",\"c\",\"b\"]", 2,
        "ranks: 2 expected, 2 came: 0 moved, 1 new, 1 gone\n     2  c  new\n     -  b  gone, was "
        "2\n");
}

static void long_differences_are_cut(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf list = {0};
    buf_add_char(&list, '[');
    for (int i = 0; i < 40; i++)
        buf_add_format(&list, "%s\"item-%d\"", i ? "," : "", i);
    buf_add_char(&list, ']');
    CLEANUP(buf_release) struct buf told = describe(buf_text(&list), "[]", NULL, NULL, 0);
    assert_contains(buf_str(&told), "… and 20 more");
}

static void traits_are_told_before_and_after(void **state) {
    (void)state;
    assert_traits("{\"a\":1,\"b\":{\"c\":[true,null]}}", "{\"b\":{\"c\":[true,null]},\"a\":1}", "");
    assert_traits(
        "{\"a\":1,\"gone\":\"x\"}", "{\"a\":2,\"new\":[1]}",
        "trait a:\n  expected 1\n  came     2\ntrait gone:\n  expected x\n  came     none\n"
        "trait new:\n  expected none\n  came     [1]\n");
    assert_traits("{\"a\":1}", NULL, "trait a:\n  expected 1\n  came     none\n");
    assert_traits("{\"a\":\"1\"}", "{\"a\":1}", "trait a:\n  expected 1\n  came     1\n");
}

static void a_masked_value_equals_everything(void **state) {
    (void)state;
    assert_traits("{\"token\":\"••••\"}", "{\"token\":\"anything\"}", "");
}

static void the_list_is_not_compared_twice(void **state) {
    (void)state;
    CLEANUP(buf_release)
    struct buf told = describe(
        "[\"a\"]", "[\"b\"]", "{\"recommended_products\":[\"a\"]}",
        "{\"recommended_products\":[\"b\"]}", 0);
    assert_false(str_contains(buf_str(&told), STR("trait")));
    assert_traits(
        "{\"recommended_products\":[\"a\"]}", "{\"recommended_products\":[\"b\"]}",
        "trait recommended_products:\n  expected [\"a\"]\n  came     [\"b\"]\n");
}

static void a_failure_is_told_instead_of_what_it_kept_from_coming(void **state) {
    (void)state;
    CLEANUP(expectation_release) struct expectation expected = {.is_ended = true, .is_ok = true};
    CLEANUP(expectation_release) struct expectation came = {0};
    CLEANUP(json_release) struct json differences = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {.code = ERROR_TIMEOUT, .message = "the trait did not change"};
    struct message *done = message_new_done(1, &err);
    expected.ranks = parse("[\"a\"]");
    expectation_take(&came, done);
    message_free(done);
    assert_false(expectation_compare(&expected, &came, 0, &differences));
    expectation_describe(&text, differences.root, 1);
    assert_str(
        buf_str(&text),
        " outcome:\n   expected success\n   came     timeout: the trait did not change\n");
}

static void the_same_failure_is_the_same(void **state) {
    (void)state;
    CLEANUP(expectation_release) struct expectation expected = {.is_ended = true};
    CLEANUP(expectation_release) struct expectation came = {.is_ended = true};
    CLEANUP(json_release) struct json differences = {0};
    buf_add(&expected.code, STR("refused"));
    buf_add(&came.code, STR("refused"));
    buf_add(&came.reason, STR("in other words"));
    assert_true(expectation_compare(&expected, &came, 0, &differences));
}

static void messages_and_lines_say_the_same(void **state) {
    (void)state;
    struct expectation_set set = load(STR(HEAD EVENT(
        "1", "A") "{\"run\":1,\"kind\":\"recommendations\",\"items\":[{\"item_id\":\"x\"},{\"item_"
                  "id\":\"y\"}]}\n"
                  "{\"run\":1,\"kind\":\"traits\",\"traits\":{\"a\":[1,2]}}\n" DONE("1")));
    CLEANUP(expectation_release) struct expectation came = {0};
    CLEANUP(json_release) struct json differences = {0};
    struct message *list = message_new(MESSAGE_RECOMMENDATIONS, 1);
    (void)message_add_item(list, STR("x"), 1);
    (void)message_add_item(list, STR("y"), -1);
    struct message *profile = message_new(MESSAGE_PROFILE, 1);
    (void)message_add_trait(profile, STR("a"), STR("[1,2]"));
    struct message *done = message_new_done(1, NULL);
    expectation_take(&came, list);
    expectation_take(&came, profile);
    expectation_take(&came, done);
    assert_true(expectation_compare(&set.items[0], &came, 0, &differences));
    message_free(list);
    message_free(profile);
    message_free(done);
    expectation_set_release(&set);
}

static void nothing_in_a_file_reaches_the_terminal_raw(void **state) {
    (void)state;
    CLEANUP(buf_release)
    struct buf told = describe(
        "[\"\\u001b[2J\\u009b\"]", "[\"a\\nb\"]", "{\"\\u001b]0;t\\u0007\":\"\\u001b[31m\"}", "{}",
        0);
    for (size_t i = 0; i < told.len; i++)
        assert_true((unsigned char)told.ptr[i] >= 0x20 || told.ptr[i] == '\n');
    assert_contains(buf_str(&told), "a\\nb");
    assert_false(str_contains(buf_str(&told), STR("\xc2\x9b")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_belongs_to_the_last_event_of_its_run),
        cmocka_unit_test(other_files_are_no_expectation),
        cmocka_unit_test(the_same_list_is_the_same),
        cmocka_unit_test(moved_new_and_gone_are_told),
        cmocka_unit_test(items_that_made_room_have_not_moved),
        cmocka_unit_test(a_list_that_did_not_come_is_gone),
        cmocka_unit_test(items_may_stand_twice),
        cmocka_unit_test(only_the_first_ranks_count_with_top),
        cmocka_unit_test(long_differences_are_cut),
        cmocka_unit_test(traits_are_told_before_and_after),
        cmocka_unit_test(a_masked_value_equals_everything),
        cmocka_unit_test(the_list_is_not_compared_twice),
        cmocka_unit_test(a_failure_is_told_instead_of_what_it_kept_from_coming),
        cmocka_unit_test(the_same_failure_is_the_same),
        cmocka_unit_test(messages_and_lines_say_the_same),
        cmocka_unit_test(nothing_in_a_file_reaches_the_terminal_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
