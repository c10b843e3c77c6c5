#include "support/test.h"

#include "console/model.h"

static const char *const colors[] = {"red", "green", NULL};
static const struct parameter parameters[] = {
    {.name = "what",
     .kind = PARAMETER_TEXT,
     .help = "a thing",
     .positional = true,
     .required = true},
    {.name = "color", .kind = PARAMETER_CHOICE, .help = "how it looks", .choices = colors},
    {.name = "count", .kind = PARAMETER_NUMBER, .help = "how many"},
    {.name = "note", .kind = PARAMETER_TEXT, .help = "anything", .repeats = true},
    {.name = "quick", .kind = PARAMETER_FLAG, .help = "at once"},
};
static const struct descriptor actions[] = {
    {.name = "paint",
     .summary = "paint a thing",
     .parameters = parameters,
     .parameter_count = ARRAY_COUNT(parameters),
     .in_palette = true},
    {.name = "paint over", .summary = "once more", .in_palette = true},
};

static bool parse(const char *rest, struct arguments *out, struct error *err) {
    return palette_parse(&actions[0], str_from(rest), out, err);
}

static void palette_reads_words_quotes_flags_and_repeats(void **state) {
    (void)state;
    struct arguments arguments = {0};
    struct error err;
    assert_ok(
        parse(
            " \"a red door\" color=green  note=one note=\"two words\" quick count=-3", &arguments,
            &err),
        err);
    assert_true(str_equal(arguments_get(&arguments, "what"), STR("a red door")));
    assert_true(str_equal(arguments_get(&arguments, "color"), STR("green")));
    assert_true(str_equal(arguments_get_at(&arguments, "note", 1), STR("two words")));
    assert_int_equal(arguments_count(&arguments, "note"), 2);
    assert_true(arguments_has(&arguments, "quick"));
    arguments_release(&arguments);
}

static void palette_reads_quotes_in_quotes(void **state) {
    (void)state;
    struct arguments arguments = {0};
    struct error err;
    assert_ok(
        parse(" \"a \\\"red\\\" door\" note=C:\\dir note=\"back \\\\ slash\"", &arguments, &err),
        err);
    assert_true(str_equal(arguments_get(&arguments, "what"), STR("a \"red\" door")));
    assert_true(str_equal(arguments_get_at(&arguments, "note", 0), STR("C:\\dir")));
    assert_true(str_equal(arguments_get_at(&arguments, "note", 1), STR("back \\ slash")));
    arguments_release(&arguments);
}

static void palette_refuses_what_the_action_does_not_take(void **state) {
    (void)state;
    static const struct {
        const char *rest, *message, *hint;
    } cases[] = {
        {"", "paint needs what", "what: a thing."},
        {" door color=blue", "color has no such choice", "It is one of: red, green."},
        {" door count=many", "count must be a number", "Write for example count=10."},
        {" door size=9", "paint does not know size=9",
         "What it knows is offered below the line while it is typed."},
        {" \"a door", "The quotes are not closed",
         "A value with blanks stands in \"…\", a quote in it is \\\"."},
        {" door note=\"a \\\" b", "The quotes are not closed",
         "A value with blanks stands in \"…\", a quote in it is \\\"."},
        {" door window", "paint does not know window",
         "What it knows is offered below the line while it is typed."},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arguments arguments = {0};
        struct error err = {0};
        assert_false(parse(cases[i].rest, &arguments, &err));
        assert_string_equal(err.message, cases[i].message);
        assert_string_equal(err.hint, cases[i].hint);
        assert_int_equal(arguments.count, 0);
    }
}

static void palette_takes_the_longest_name(void **state) {
    (void)state;
    struct model model;
    struct str rest = {0};
    model_init(&model, &(struct model_options){.actions = actions, .action_count = 2});
    assert_ptr_equal(palette_descriptor(&model, STR("paint over"), &rest), &actions[1]);
    assert_ptr_equal(palette_descriptor(&model, STR("paint o"), &rest), &actions[0]);
    assert_true(str_equal(rest, STR(" o")));
    assert_null(palette_descriptor(&model, STR("painter"), &rest));
    model_release(&model);
}

static void palette_offers_values_parameters_and_names(void **state) {
    (void)state;
    struct model model;
    struct palette_match matches[PALETTE_MATCHES];
    model_init(&model, &(struct model_options){.actions = actions, .action_count = 2});
    assert_int_equal(palette_find(&model, STR("paint x color="), matches), 2);
    assert_int_equal(matches[0].kind, PALETTE_VALUE);
    assert_string_equal(matches[0].value, "red");
    assert_int_equal(palette_find(&model, STR("paint x color=gr"), matches), 1);
    assert_string_equal(matches[0].value, "green");
    assert_true(palette_find(&model, STR("paint x cou"), matches) > 0);
    assert_int_equal(matches[0].kind, PALETTE_PARAMETER);
    assert_string_equal(matches[0].parameter->name, "count");
    // a parameter that was given is not offered again
    assert_int_equal(palette_find(&model, STR("paint x count=1 cou"), matches), 0);
    assert_true(palette_find(&model, STR("pai"), matches) > 1);
    assert_int_equal(matches[0].kind, PALETTE_ACTION);
    assert_true(palette_find(&model, STR(""), matches) > 10);
    model_release(&model);
}

static void press(struct model *model, const char *keys) {
    for (; *keys; keys++) {
        struct effects effects = {0};
        const uint32_t key = *keys == '\n' ? INPUT_ENTER : (uint32_t)*keys;
        model_handle(model, &(struct input){.key = key}, &effects);
        effects_release(&effects);
    }
}

static struct model before, after; // large

static void palette_keeps_its_lines_between_starts(void **state) {
    (void)state;
    struct buf text = {0};
    struct palette_match matches[PALETTE_MATCHES];
    model_init(&before, &(struct model_options){0});
    model_resize(&before, 80, 24);
    press(&before, ":theme light\n:theme dark\n:theme light\n:theme no-such\n");
    model_save(&before, &text);
    model_release(&before);
    model_init(&after, &(struct model_options){0});
    model_load(&after, buf_str(&text));
    assert_true(palette_find(&after, STR(" "), matches) > 2);
    assert_int_equal(matches[0].kind, PALETTE_LINE);
    assert_string_equal(matches[0].value, "theme light");
    assert_string_equal(matches[1].value, "theme dark");
    assert_int_not_equal(matches[2].kind, PALETTE_LINE); // what was refused is not kept
    (void)palette_find(&after, STR("th"), matches);
    assert_int_not_equal(matches[0].kind, PALETTE_LINE);
    model_release(&after);
    buf_release(&text);
}

static void palette_history_takes_no_nonsense_from_a_state_file(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{\"history\":{\"lines\":[[\"palette\"],[],[\"palette\",3],[\"\",\"x\"],7,\"y\",null]}}",
        "{\"history\":{\"lines\":{\"a\":1}}}",
        "{\"history\":[]}",
    };
    struct palette_match matches[PALETTE_MATCHES];
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        model_init(&after, &(struct model_options){0});
        model_load(&after, str_from(texts[i]));
        assert_int_equal(after.history.count, 0);
        (void)palette_find(&after, STR(""), matches);
        assert_int_not_equal(matches[0].kind, PALETTE_LINE);
        model_release(&after);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(palette_keeps_its_lines_between_starts),
    cmocka_unit_test(palette_history_takes_no_nonsense_from_a_state_file),

    cmocka_unit_test(palette_reads_words_quotes_flags_and_repeats),
    cmocka_unit_test(palette_reads_quotes_in_quotes),
    cmocka_unit_test(palette_refuses_what_the_action_does_not_take),
    cmocka_unit_test(palette_takes_the_longest_name),
    cmocka_unit_test(palette_offers_values_parameters_and_names),
};

int main(void) {
    return cmocka_run_group_tests_name("console/palette", tests, NULL, NULL);
}
