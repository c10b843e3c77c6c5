#include "protocol/command.h"
#include "protocol/message.h"
#include "support/test.h"

// Under the leak checker: whatever a message holds is freed with it.
static void message_frees_what_its_builders_gave_it(void **state) {
    (void)state;
    struct message *list = message_new(MESSAGE_RECOMMENDATIONS, 1);
    message_add_item(list, STR("sku-1"), 0.5);
    struct message_item *item = message_add_item(list, STR("sku-2"), 0.25);
    assert_int_equal(item->previous_rank, -1);
    list->as.recommendations.user_id = message_copy_text(STR("u"));
    assert_int_equal(list->as.recommendations.item_count, 2);
    assert_string_equal(list->as.recommendations.items[0].item_id, "sku-1");
    message_free(list);

    struct message *profile = message_new(MESSAGE_PROFILE, 1);
    message_add_trait(profile, STR("plan"), STR("\"gold\""));
    message_add_identifier(profile, STR("user_id"), STR("1"));
    message_add_event(profile)->name = message_copy_text(STR("Product Clicked"));
    message_free(profile);

    struct message *settings = message_new(MESSAGE_SETTINGS, 1);
    message_add_setting(settings, "region", STR("us-east-1"))->origin =
        message_copy_text(STR("file"));
    message_free(settings);

    struct message *values = message_new(MESSAGE_VALUES, 1);
    message_add_value(values, "version", STR("1"));
    message_add_value_json(values, "list", STR("[1]"));
    assert_true(values->as.values.values[1].is_json);
    message_free(values);

    message_free(message_new_line(1, true, STR("x")));
    message_free(message_new(MESSAGE_BACKEND, 0));
    message_free(NULL);
    assert_null(message_copy_text((struct str){0}));
}

static void message_progress_of_one_run_replaces_its_own_only(void **state) {
    (void)state;
    struct message *first = message_new(MESSAGE_PROGRESS, 1);
    struct message *second = message_new(MESSAGE_PROGRESS, 1);
    struct message *other = message_new(MESSAGE_PROGRESS, 2);
    struct message *done = message_new_done(1, NULL);
    assert_true(message_same_source(first, second));
    assert_false(message_same_source(first, other));
    assert_false(message_same_source(first, done));
    assert_false(message_is_progress(done));
    message_free(first);
    message_free(second);
    message_free(other);
    message_free(done);
}

static void command_carries_its_arguments(void **state) {
    (void)state;
    struct command *command = command_new_run(3, "send");
    arguments_set(&command->arguments, "user", STR("7"));
    assert_string_equal(command->action, "send");
    command_free(command);
    command = command_new_cancel(3);
    assert_int_equal(command->run_id, 3);
    command_free_item(command);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(message_frees_what_its_builders_gave_it),
    cmocka_unit_test(message_progress_of_one_run_replaces_its_own_only),
    cmocka_unit_test(command_carries_its_arguments),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
