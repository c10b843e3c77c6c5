#include "protocol/hop.h"
#include "support/test.h"

static void hop_every_id_has_a_name_a_title_and_help(void **state) {
    (void)state;
    for (int id = 0; id < HOP_COUNT; id++) {
        assert_true(hop_name((enum hop_id)id)[0] != '\0');
        assert_true(hop_title((enum hop_id)id)[0] != '\0');
        assert_true(hop_help((enum hop_id)id)[0] != '\0');
    }
    assert_string_equal(hop_name(HOP_PUT_EVENTS), "put_events");
}

static void hop_detail_is_printable_and_cut_at_a_character(void **state) {
    (void)state;
    struct hop hop = {0};
    CLEANUP(buf_release) struct buf text = {0};
    buf_add(&text, STR("\x1b[2J"));
    while (text.len < 2 * sizeof(hop.detail))
        buf_add(&text, STR("漢"));
    hop_set_detail(&hop, buf_str(&text));
    assert_true(str_starts_with(str_from(hop.detail), STR("\\e[2J漢")));
    assert_true(str_is_utf8(str_from(hop.detail)));
    assert_true(strlen(hop.detail) > sizeof(hop.detail) - 4);
    hop_set_hint(&hop, STR(""));
    assert_string_equal(hop.hint, "");
}

static void hop_keeps_an_id_whole_or_not_at_all(void **state) {
    (void)state;
    struct hop hop = {0};
    struct buf text = {0};
    hop_set_message_id(&hop, STR("test-message-4rc9ux"));
    assert_string_equal(hop.message_id, "test-message-4rc9ux");
    for (int i = 0; i < HOP_ID_BYTES - 1; i++)
        buf_add_char(&text, 'm');
    hop_set_message_id(&hop, buf_str(&text));
    assert_int_equal(strlen(hop.message_id), HOP_ID_BYTES - 1);
    buf_add_char(&text, 'm');
    hop_set_message_id(&hop, buf_str(&text));
    assert_string_equal(hop.message_id, "");
    hop_set_request_id(&hop, STR("a\x1b[2J"));
    assert_string_equal(hop.request_id, "");
    buf_release(&text);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(hop_every_id_has_a_name_a_title_and_help),
    cmocka_unit_test(hop_detail_is_printable_and_cut_at_a_character),
    cmocka_unit_test(hop_keeps_an_id_whole_or_not_at_all),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
