// The action table: its order, its rows, and the texts made from it.
#include "actions/action.h"
#include "actions/global.h"
#include "actions/shell.h"
#include "actions/usage.h"

#include "support/test.h"

static void registry_is_sorted_and_finds_every_row(void **state) {
    (void)state;
    for (size_t i = 0; i < action_count(); i++) {
        const struct action *action = action_at(i);
        print_message("%s\n", action->descriptor.name);
        if (i) assert_true(strcmp(action_at(i - 1)->descriptor.name, action->descriptor.name) < 0);
        assert_ptr_equal(action_find(action->descriptor.name), action);
        assert_non_null(action->start);
        assert_non_null(action->descriptor.summary);
    }
    assert_null(action_find("no such action"));
    assert_true(action_is_group("sandbox"));
    assert_true(action_is_group("config"));
    assert_false(action_is_group("send"));
    assert_false(action_is_group(""));
}

static void registry_rows_describe_every_parameter(void **state) {
    (void)state;
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        for (size_t p = 0; p < descriptor->parameter_count; p++) {
            const struct parameter *parameter = &descriptor->parameters[p];
            print_message("%s --%s\n", descriptor->name, parameter->name);
            assert_non_null(parameter->help);
            assert_null(global_find(parameter->name)); // a global flag would shadow it
            assert_true((parameter->kind == PARAMETER_CHOICE) == (parameter->choices != NULL));
            const bool needs_metavar =
                parameter->kind != PARAMETER_FLAG && parameter->kind != PARAMETER_CHOICE;
            assert_true(needs_metavar == (parameter->metavar != NULL));
            // only the last positional one may repeat
            if (parameter->positional && parameter->repeats)
                assert_int_equal(p, descriptor->parameter_count - 1);
        }
    }
}

// No line of help is wider than a terminal of 80 columns.
static void assert_narrow(struct str text) {
    while (text.len) {
        struct str line = {0};
        str_split(text, '\n', &line, &text);
        if (line.len > 80) print_error("too wide: " STR_FMT "\n", STR_ARG(line));
        assert_true(line.len <= 80);
    }
}

static void usage_names_every_command_and_parameter(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf overview = {0};
    usage_add_overview(&overview);
    assert_narrow(buf_str(&overview));
    for (size_t i = 0; i < action_count(); i++) {
        const struct descriptor *descriptor = &action_at(i)->descriptor;
        assert_contains(buf_str(&overview), descriptor->name);
        CLEANUP(buf_release) struct buf text = {0};
        usage_add_command(&text, descriptor);
        print_message("%s\n", descriptor->name);
        CLEANUP(buf_release) struct buf synopsis = {0};
        usage_add_synopsis(&synopsis, descriptor);
        assert_narrow(buf_str(&synopsis));
        for (size_t p = 0; p < descriptor->parameter_count; p++) {
            const struct parameter *parameter = &descriptor->parameters[p];
            if (!parameter->positional)
                assert_contains(buf_str(&text), parameter->name);
            else if (parameter->metavar)
                assert_contains(buf_str(&text), parameter->metavar);
        }
    }
}

static void shell_scripts_offer_every_command(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf bash = {0};
    CLEANUP(buf_release) struct buf zsh = {0};
    CLEANUP(buf_release) struct buf fish = {0};
    shell_add_bash(&bash);
    shell_add_zsh(&zsh);
    shell_add_fish(&fish);
    for (size_t i = 0; i < action_count(); i++) {
        struct str first = {0};
        struct str second = {0};
        str_split(str_from(action_at(i)->descriptor.name), ' ', &first, &second);
        CLEANUP(buf_release) struct buf word = {0};
        buf_add(&word, second.len ? second : first);
        assert_contains(buf_str(&bash), buf_text(&word));
        assert_contains(buf_str(&zsh), buf_text(&word));
        assert_contains(buf_str(&fish), buf_text(&word));
    }
}

// A new action must say what it writes: until it does, the console asks before it runs on a real account.
static void action_says_what_it_writes(void **state) {
    static const struct {
        const char *name;
        enum descriptor_writes writes;
    } more_than_files[] = {
        {"console", DESCRIPTOR_WRITES_MANY},     {"handler", DESCRIPTOR_WRITES_ONE},
        {"outbox send", DESCRIPTOR_WRITES_MANY}, {"replay", DESCRIPTOR_WRITES_MANY},
        {"send", DESCRIPTOR_WRITES_ONE},         {"stream", DESCRIPTOR_WRITES_MANY},
    };
    (void)state;
    size_t found = 0;
    for (size_t at = 0; at < action_count(); at++) {
        const struct descriptor *descriptor = &action_at(at)->descriptor;
        if (descriptor->writes == DESCRIPTOR_WRITES_UNTOLD)
            fail_msg("%s does not say what it writes", descriptor->name);
        if (descriptor->writes < DESCRIPTOR_WRITES_ONE) continue;
        size_t i = 0;
        while (i < ARRAY_COUNT(more_than_files) &&
               strcmp(more_than_files[i].name, descriptor->name) != 0)
            i++;
        if (i == ARRAY_COUNT(more_than_files))
            fail_msg("%s writes to an account: is it asked about? then add it", descriptor->name);
        assert_int_equal(descriptor->writes, more_than_files[i].writes);
        found++;
    }
    assert_int_equal(found, ARRAY_COUNT(more_than_files));
    static const char *const taking[] = {"outbox drop", "sandbox reset"};
    for (size_t i = 0; i < ARRAY_COUNT(taking); i++)
        assert_true(action_find(taking[i])->descriptor.takes_away);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(action_says_what_it_writes),
    cmocka_unit_test(registry_is_sorted_and_finds_every_row),
    cmocka_unit_test(registry_rows_describe_every_parameter),
    cmocka_unit_test(usage_names_every_command_and_parameter),
    cmocka_unit_test(shell_scripts_offer_every_command),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
