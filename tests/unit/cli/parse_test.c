// Command lines as actions with arguments, and what is said about wrong ones.
#include "cli/parse.h"

#include "support/test.h"

#define WORDS 12

struct good {
    const char *words[WORDS];
    const char *action;    // NULL: the console
    const char *arguments; // "name=value;name=value;"
    const char *globals;
};

static const struct good goods[] = {
    {.words = {NULL}, .action = NULL, .arguments = "", .globals = ""},
    {.words = {"--ascii"}, .action = NULL, .arguments = "", .globals = "ascii=1;"},
    {.words = {"version"}, .action = "version", .arguments = "", .globals = ""},
    {.words = {"--version"}, .action = "version", .arguments = "", .globals = ""},
    {.words = {"send", "--wait", "10", "--json"},
     .action = "send",
     .arguments = "wait=10;",
     .globals = "json=1;"},
    {.words = {"--json", "--profile=work", "send", "--user=42", "--quiet"},
     .action = "send",
     .arguments = "user=42;",
     .globals = "json=1;profile=work;quiet=1;"},
    {.words = {"send", "--name", "Product Added", "--via=handler"},
     .action = "send",
     .arguments = "name=Product Added;via=handler;",
     .globals = ""},
    {.words = {"send", "--user", "1", "--user", "2"},
     .action = "send",
     .arguments = "user=2;",
     .globals = ""},
    {.words = {"send", "--sku="}, .action = "send", .arguments = "sku=;", .globals = ""},
    {.words = {"send", "--sku=a=b"}, .action = "send", .arguments = "sku=a=b;", .globals = ""},
    {.words = {"send", "--user", "--json"},
     .action = "send",
     .arguments = "user=--json;",
     .globals = ""},
    {.words = {"send", "--event", "-"}, .action = "send", .arguments = "event=-;", .globals = ""},
    {.words = {"sandbox"}, .action = "sandbox", .arguments = "", .globals = ""},
    {.words = {"sandbox", "env", "--json"},
     .action = "sandbox env",
     .arguments = "",
     .globals = "json=1;"},
    {.words = {"sandbox", "--json", "env"},
     .action = "sandbox env",
     .arguments = "",
     .globals = "json=1;"},
    {.words = {"config", "set", "region", "eu-west-1"},
     .action = "config set",
     .arguments = "key=region;value=eu-west-1;",
     .globals = ""},
    {.words = {"config", "set", "--", "external_id", "--1"},
     .action = "config set",
     .arguments = "key=external_id;value=--1;",
     .globals = ""},
    {.words = {"config", "set", "external_id", "-"},
     .action = "config set",
     .arguments = "key=external_id;value=-;",
     .globals = ""},
    {.words = {"rank", "a", "--user", "7", "b", "c"},
     .action = "rank",
     .arguments = "item=a;user=7;item=b;item=c;",
     .globals = ""},
    {.words = {"send", "--help"},
     .action = "help",
     .arguments = "command=send;",
     .globals = "help=1;"},
    {.words = {"config", "set", "-h"},
     .action = "help",
     .arguments = "command=config;command=set;",
     .globals = "help=1;"},
    {.words = {"config", "--help"},
     .action = "help",
     .arguments = "command=config;",
     .globals = "help=1;"},
    {.words = {"--help"}, .action = "help", .arguments = "", .globals = "help=1;"},
    {.words = {"help", "config", "set"},
     .action = "help",
     .arguments = "command=config;command=set;",
     .globals = ""},
};

struct bad {
    const char *words[WORDS];
    const char *message, *hint;
};

static const struct bad bads[] = {
    {.words = {"sned"}, .message = "no command \"sned\"", .hint = "`recloop send`"},
    {.words = {"bananas"}, .message = "no command \"bananas\"", .hint = "recloop help"},
    {.words = {"config", "sett", "a", "b"},
     .message = "no command \"config sett\"",
     .hint = "`recloop config set`"},
    {.words = {"config"}, .message = "`config` needs a subcommand", .hint = "recloop help config"},
    {.words = {"send", "--usr", "1"}, .message = "no option --usr", .hint = "--user"},
    {.words = {"send", "--jsno"}, .message = "no option --jsno", .hint = "--json"},
    {.words = {"send", "--zebra"}, .message = "no option --zebra", .hint = "recloop help send"},
    {.words = {"--user", "1", "send"}, .message = "no global option --user", .hint = "follow"},
    {.words = {"send", "--user"}, .message = "--user needs a value", .hint = "--user U"},
    {.words = {"send", "--json=1"}, .message = "--json takes no value", .hint = "--json alone"},
    {.words = {"send", "--wait", "soon"},
     .message = "--wait takes a whole number, not \"soon\"",
     .hint = "--wait 5"},
    {.words = {"send", "--wait", "-3"}, .message = "--wait takes a whole number", .hint = "5"},
    {.words = {"send", "--via", "segmnet"},
     .message = "--via cannot be \"segmnet\"",
     .hint = "Did you mean segment?"},
    {.words = {"send", "extra"},
     .message = "does not take the argument \"extra\"",
     .hint = "help send"},
    {.words = {"send", "-j"}, .message = "no option -j", .hint = "long names"},
    {.words = {"rank"}, .message = "`rank` needs ITEM", .hint = "help rank"},
    {.words = {"config", "set", "region"}, .message = "`config set` needs VALUE", .hint = "help"},
    {.words = {"completion", "tcsh"},
     .message = "shell cannot be \"tcsh\"",
     .hint = "bash, zsh, fish"},
    {.words = {"--", "sned"}, .message = "no command \"sned\"", .hint = "send"},
};

static int count_words(const char *const *words) {
    int count = 0;
    while (count < WORDS && words[count])
        count++;
    return count;
}

static void add_pairs(struct buf *out, const struct arguments *arguments) {
    for (size_t i = 0; i < arguments->count; i++)
        buf_add_format(out, "%s=%s;", arguments->pairs[i].name, arguments->pairs[i].value);
}

static void parse_reads_every_form_of_a_right_command_line(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(goods); i++) {
        const struct good *good = &goods[i];
        CLEANUP(parse_release) struct parse parse = {0};
        CLEANUP(buf_release) struct buf pairs = {0};
        struct error err = {0};
        print_message("case %zu: %s\n", i, good->words[0] ? good->words[0] : "(nothing)");
        assert_ok(parse_command_line(count_words(good->words), good->words, &parse, &err), err);
        if (good->action)
            assert_str(str_from(parse.action->descriptor.name), good->action);
        else
            assert_null(parse.action);
        add_pairs(&pairs, &parse.arguments);
        assert_str(buf_str(&pairs), good->arguments);
        buf_reset(&pairs);
        add_pairs(&pairs, &parse.globals);
        assert_str(buf_str(&pairs), good->globals);
    }
}

static void parse_names_the_mistake_and_the_way_out(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bads); i++) {
        const struct bad *bad = &bads[i];
        struct parse parse = {0};
        struct error err = {0};
        print_message("case %zu: %s\n", i, bad->message);
        assert_false(parse_command_line(count_words(bad->words), bad->words, &parse, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_contains(str_from(err.message), bad->message);
        assert_contains(str_from(err.hint), bad->hint);
        assert_null(parse.action); // nothing is written on failure
        assert_int_equal(parse.arguments.count, 0);
    }
}

static void parse_refuses_more_arguments_than_an_action_can_hold(void **state) {
    (void)state;
    const char *words[ARGUMENTS_MAX + 2];
    words[0] = "rank";
    for (size_t i = 1; i < ARRAY_COUNT(words); i++)
        words[i] = "item";
    struct parse parse = {0};
    struct error err = {0};
    assert_false(parse_command_line((int)ARRAY_COUNT(words), words, &parse, &err));
    assert_int_equal(err.code, ERROR_USAGE);
}

static void parse_nearest_finds_slips_and_beginnings_only(void **state) {
    (void)state;
    static const char *const names[] = {"send", "sandbox", "stream", "profile"};
    const size_t count = ARRAY_COUNT(names);
    assert_string_equal(parse_nearest(STR("sedn"), names, count), "send");
    assert_string_equal(parse_nearest(STR("strem"), names, count), "stream");
    assert_string_equal(parse_nearest(STR("prof"), names, count), "profile");
    assert_null(parse_nearest(STR("zzzz"), names, count));
    assert_null(parse_nearest(STR(""), names, count));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(parse_reads_every_form_of_a_right_command_line),
    cmocka_unit_test(parse_names_the_mistake_and_the_way_out),
    cmocka_unit_test(parse_refuses_more_arguments_than_an_action_can_hold),
    cmocka_unit_test(parse_nearest_finds_slips_and_beginnings_only),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
