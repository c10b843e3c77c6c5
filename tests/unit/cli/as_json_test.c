// Messages as JSON: the places of all members, and values that stay valid whatever came from outside.
#include "cli/as_json.h"

#include "support/test.h"

static void print_finished(struct json *root, const struct error *err, struct buf *out) {
    as_json_finish(root->root, err);
    json_print(root->root, out);
}

static struct message *new_hop(enum hop_id id, enum hop_state state, double ms) {
    const struct hop hop = {.id = id, .state = state, .ms = ms};
    return message_new_hop(1, &hop);
}

static void collect(struct json *root, struct message *take_message, enum message_kind main_kind) {
    as_json_collect(root->root, take_message, main_kind);
    message_free(take_message);
}

static void as_json_keeps_the_last_state_of_each_hop_in_order(void **state) {
    (void)state;
    CLEANUP(json_release) struct json root = {0};
    CLEANUP(buf_release) struct buf text = {0};
    const struct error ok = {0};
    json_new_object(&root);
    collect(&root, new_hop(HOP_SEGMENT, HOP_RUNNING, -1), MESSAGE_HOP);
    collect(&root, new_hop(HOP_SEGMENT, HOP_DONE, 1.23456), MESSAGE_HOP);
    collect(&root, new_hop(HOP_DESTINATION, HOP_HIDDEN, -1), MESSAGE_HOP);
    print_finished(&root, &ok, &text);
    assert_str(
        buf_str(&text),
        "{\"hops\":[{\"hop\":\"segment\",\"state\":\"done\",\"ms\":1.235,\"status\":null,"
        "\"detail\":\"\",\"hint\":null},{\"hop\":\"destination\",\"state\":\"hidden\",\"ms\":null,"
        "\"status\":null,\"detail\":\"\",\"hint\":null}],\"ok\":true,\"error\":null}");
}

static void as_json_puts_the_main_message_at_the_top_and_others_below(void **state) {
    (void)state;
    CLEANUP(json_release) struct json root = {0};
    json_new_object(&root);
    struct message *list = message_new(MESSAGE_RECOMMENDATIONS, 1);
    (void)message_add_item(list, STR("led-high-tops"), -1);
    collect(&root, list, MESSAGE_RECOMMENDATIONS);
    struct message *profile = message_new(MESSAGE_PROFILE, 1);
    (void)message_add_trait(profile, STR("recommended_products"), STR("[\"a\",\"b\"]"));
    collect(&root, profile, MESSAGE_RECOMMENDATIONS);
    const struct json_node *item = json_first(json_get(root.root, "items"));
    assert_str(json_get_text(item, "item_id"), "led-high-tops");
    assert_int_equal(json_kind(json_get(item, "score")), JSON_NULL);
    assert_int_equal(json_kind(json_get(item, "previous_rank")), JSON_NULL);
    assert_int_equal(json_kind(json_get(item, "reasons")), JSON_NULL);
    const struct json_node *traits = json_get(json_get(root.root, "profile"), "traits");
    assert_int_equal(json_count(json_get(traits, "recommended_products")), 2);
}

static void as_json_names_each_reason(void **state) {
    (void)state;
    CLEANUP(json_release) struct json root = {0};
    json_new_object(&root);
    struct message *list = message_new(MESSAGE_RECOMMENDATIONS, 1);
    message_add_item(list, STR("a"), 0.5)->reasons[0] = 0.5;
    collect(&root, list, MESSAGE_RECOMMENDATIONS);
    const struct json_node *reasons = json_get(json_first(json_get(root.root, "items")), "reasons");
    assert_int_equal(json_count(reasons), MESSAGE_REASONS);
    double share = 0;
    assert_true(json_number(json_get(reasons, message_reason_name(0)), &share));
    assert_true(share > 0.49 && share < 0.51);
}

static void as_json_tells_the_error_with_code_and_hint(void **state) {
    (void)state;
    CLEANUP(json_release) struct json root = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    error_set(&err, ERROR_REFUSED, "no");
    error_hint(&err, "ask again");
    json_new_object(&root);
    print_finished(&root, &err, &text);
    assert_str(
        buf_str(&text), "{\"ok\":false,\"error\":{\"code\":\"refused\",\"message\":\"no\","
                        "\"hint\":\"ask again\"}}");
}

static void as_json_writes_one_line_per_message_for_streams(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *event = message_new(MESSAGE_EVENT, 1);
    event->as.event.source = message_copy_text(STR("website-prod"));
    event->as.event.name = message_copy_text(STR("line\nbreak \033[31m"));
    event->as.event.raw = message_copy_text(STR("{\"a\":1}"));
    event->as.event.received_at_ms = 1551110105905;
    as_json_add_line(&text, event);
    message_free(event);
    assert_int_equal(str_find_char(buf_str(&text), '\n'), text.len - 1);
    assert_contains(buf_str(&text), "{\"kind\":\"event\",\"source\":\"website-prod\"");
    assert_contains(buf_str(&text), "\"received_at\":\"2019-02-25T15:55:05.905Z\"");
    assert_contains(buf_str(&text), "\"raw\":{\"a\":1}");
    assert_contains(buf_str(&text), "\\u001b[31m");
}

static void as_json_keeps_text_that_is_no_json_as_text(void **state) {
    (void)state;
    CLEANUP(json_release) struct json root = {0};
    json_new_object(&root);
    struct message *values = message_new(MESSAGE_VALUES, 1);
    message_add_value_json(values, "broken", STR("{\"a\":"));
    message_add_value_json(values, "number", STR("12"));
    message_add_value(values, "text", STR("12"));
    collect(&root, values, MESSAGE_VALUES);
    assert_str(json_get_text(root.root, "broken"), "{\"a\":");
    assert_int_equal(json_kind(json_get(root.root, "number")), JSON_NUMBER);
    assert_int_equal(json_kind(json_get(root.root, "text")), JSON_STRING);
}

static void as_json_tells_a_delivery_without_changing_the_keys_of_progress(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf line = {0};
    struct message *message = message_new(MESSAGE_PROGRESS, 1);
    message->as.progress.label = message_copy_text(STR("bytes imported"));
    as_json_add_line(&line, message);
    assert_str(
        buf_str(&line),
        "{\"kind\":\"progress\",\"label\":\"bytes imported\",\"done\":0,\"total\":null,"
        "\"failed\":0,\"per_second\":0,\"is_running\":false}\n");
    buf_reset(&line);
    struct message_progress *progress = &message->as.progress;
    progress->is_delivery = true;
    progress->eta_ms = -1;
    progress->accepted = 7;
    progress->where = message_copy_text(STR("2019-05-21 iOS"));
    as_json_add_line(&line, message);
    assert_contains(buf_str(&line), "\"accepted\":7,\"refused\":0,\"skipped\":0,\"in_flight\":0");
    assert_contains(
        buf_str(&line), "\"eta_ms\":null,\"where\":\"2019-05-21 iOS\",\"trouble\":null");
    message_free(message);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(as_json_keeps_the_last_state_of_each_hop_in_order),
    cmocka_unit_test(as_json_puts_the_main_message_at_the_top_and_others_below),
    cmocka_unit_test(as_json_names_each_reason),
    cmocka_unit_test(as_json_tells_the_error_with_code_and_hint),
    cmocka_unit_test(as_json_writes_one_line_per_message_for_streams),
    cmocka_unit_test(as_json_keeps_text_that_is_no_json_as_text),
    cmocka_unit_test(as_json_tells_a_delivery_without_changing_the_keys_of_progress),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
