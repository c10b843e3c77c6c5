// filter_expression — what is read, what is refused, and what a bound filter lets through.
#include "aws/filter_expression.h"

#include "base/attributes.h"
#include "support/test.h"

#define ITEMS_GENRE "INCLUDE ItemID WHERE Items.GENRE "

static const char *const readable[] = {
    "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"Order Completed\")",
    "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"*\")",
    "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN (\"*\")",
    "exclude itemid where interactions.event_type in (\"click\", \"stream\")",
    ITEMS_GENRE "IN ($GENRE)",
    ITEMS_GENRE "= $GENRE",
    ITEMS_GENRE "!= \"boots\"",
    "INCLUDE ItemID WHERE Items.PRICE <= 10.5 AND Items.PRICE > -3",
    "INCLUDE ItemID WHERE Items.PRICE < ($PRICE)",
    "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.GENRE IN CurrentItem.GENRE",
    "EXCLUDE ItemID WHERE Items.L1 IN (\"shoe\") AND Items.L2 NOT IN (\"boot\")",
    ITEMS_GENRE "IN (\"a\") IF CurrentUser.AGE > 18 AND CurrentUser.CITY = \"Rome\"",
    ITEMS_GENRE "IN (\"a\") | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($E)",
    "INCLUDE UserID WHERE Users.TIER IN (\"gold\") OR Users.TIER IN (\"silver\")",
    "EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN (\"TAKEN\")",
    "INCLUDE ActionID WHERE Actions.VALUE > ($V) IF CurrentUser.M = $P",
    "INCLUDE ItemID\n\tWHERE Items.A = \"say \\\"hi\\\" \\\\ \"",
    "INCLUDE ItemID WHERE Items.A=1 OR Items.B=1 OR Items.C=1 OR Items.D=1 OR Items.E=1",
};

static void filter_expression_reads_the_whole_grammar(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(readable); i++) {
        CLEANUP(filter_expression_release) struct filter_expression made = {0};
        struct error err = {0};
        print_message("%s\n", readable[i]);
        assert_ok(filter_expression_parse(str_from(readable[i]), &made, &err), err);
        assert_true(made.part_count > 0);
        assert_true(made.condition_count > 0);
    }
}

static const struct {
    const char *text, *part;
} refusals[] = {
    {"", "greater than or equal to 1"},
    {"  ", "length"},
    {"ItemID WHERE Items.A = 1", "INCLUDE or EXCLUDE"},
    {"INCLUDE WHERE Items.A = 1", "ItemID, UserID or ActionID"},
    {"INCLUDE ItemID Items.A = 1", "expected WHERE"},
    {"INCLUDE ItemID WHERE Items.A", "expected IN, NOT IN"},
    {"INCLUDE ItemID WHERE Items.A IN \"a\"", "expected ("},
    {"INCLUDE ItemID WHERE Items.A IN ()", "expected a value"},
    {"INCLUDE ItemID WHERE Items.A IN (\"a\"", "expected )"},
    {"INCLUDE ItemID WHERE Items.A IN (\"a\",)", "expected a value"},
    {"INCLUDE ItemID WHERE Items.A IN (\"a)", "no closing quote"},
    {"INCLUDE ItemID WHERE Items.A IN ('a')", "double quotes"},
    {"INCLUDE ItemID WHERE Items.A IN (*)", "'*' must be quoted"},
    {"INCLUDE ItemID WHERE Items.A IN (\"*\")", "'*' can be used for EVENT_TYPE only"},
    {"INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"*\", \"a\")", "only value"},
    {"INCLUDE ItemID WHERE Interactions.EVENT_VALUE > 3", "by EVENT_TYPE only"},
    {"INCLUDE ItemID WHERE Items.A NOT IN ($A)", "placeholders cannot be used with NOT IN"},
    {"INCLUDE ItemID WHERE Items.A = $", "needs a name"},
    {"INCLUDE ItemID WHERE Items.A < \"boots\"", "compare numbers"},
    {"INCLUDE ItemID WHERE Items.A = 1 AND Interactions.EVENT_TYPE IN (\"x\")", "one dataset"},
    {"INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"x\") OR Items.A = 1", "one dataset"},
    {"INCLUDE ItemID WHERE Users.AGE = 1", "cannot be used here"},
    {"INCLUDE UserID WHERE Items.A = 1", "cannot be used here"},
    {"INCLUDE ActionID WHERE Items.A = 1", "cannot be used here"},
    {"INCLUDE ItemID WHERE CurrentUser.AGE = 1", "in an IF"},
    {"INCLUDE ItemID WHERE CurrentItem.AGE = 1", "as a value only"},
    {"INCLUDE ItemID WHERE Items.A = 1 IF Items.B = 1", "CurrentUser"},
    {"INCLUDE ItemID WHERE Items.A = 1 IF CurrentUser.B = 1 AND Items.A = 1", "CurrentUser"},
    {"INCLUDE ItemID WHERE Items.A = 1 IF CurrentUser.B = 1 OR CurrentUser.B = 2", "AND only"},
    {"INCLUDE ItemID WHERE Items.A = 1 IF CurrentUser.B = 1 IF CurrentUser.B = 2", "only once"},
    {"INCLUDE ItemID WHERE Items.A = 1 IF CurrentUser.B = CurrentItem.C", "fields of Items only"},
    {"INCLUDE ItemID WHERE Items.A = 1 |", "INCLUDE or EXCLUDE"},
    {"INCLUDE ItemID WHERE Items.A = 1 | INCLUDE UserID WHERE Users.B = 2", "same kind of id"},
    {"INCLUDE ItemID WHERE Items.A = 1 nonsense", "AND, OR, IF, | or the end"},
    {"INCLUDE ItemID WHERE Items.A = 1.2.3", "a number"},
    {"INCLUDE ItemID WHERE Items.A = {1}", "no meaning"},
    {"INCLUDE ItemID WHERE Items.A=1 OR Items.B=1 OR Items.C=1 OR Items.D=1 OR Items.E=1 OR "
     "Items.F=1",
     "5 distinct fields"},
};

static void filter_expression_refuses_what_the_service_refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
        CLEANUP(filter_expression_release) struct filter_expression made = {0};
        struct error err = {0};
        print_message("%s\n", refusals[i].text);
        assert_false(filter_expression_parse(str_from(refusals[i].text), &made, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_non_null(strstr(err.message, refusals[i].part));
        assert_true(err.hint[0] != '\0');
        assert_null(made.parts);
    }
    CLEANUP(buf_release) struct buf longest = {0};
    CLEANUP(filter_expression_release) struct filter_expression made = {0};
    struct error err = {0};
    buf_add(&longest, STR("INCLUDE ItemID WHERE Items.A = 1"));
    while (longest.len < FILTER_EXPRESSION_MAX_CHARS)
        buf_add_char(&longest, ' ');
    assert_ok(filter_expression_parse(buf_str(&longest), &made, &err), err);
    buf_add_char(&longest, ' ');
    assert_false(filter_expression_parse(buf_str(&longest), &made, &err));
    assert_non_null(strstr(err.message, "2500"));
}

static void filter_expression_tells_what_it_needs(void **state) {
    static const struct {
        const char *text;
        bool needs_user, needs_item;
        size_t placeholders, fields;
    } cases[] = {
        {"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($A, $B, $A)", true, false, 2, 1},
        {"INCLUDE ItemID WHERE Items.A = $a AND Items.A = $A", false, false, 2, 1},
        {"INCLUDE ItemID WHERE Items.A = 1 IF CurrentUser.A = 1", true, false, 0, 2},
        {"INCLUDE ItemID WHERE Items.A < CurrentItem.a", false, true, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(filter_expression_release) struct filter_expression made = {0};
        struct error err = {0};
        print_message("%s\n", cases[i].text);
        assert_ok(filter_expression_parse(str_from(cases[i].text), &made, &err), err);
        assert_int_equal(filter_expression_needs_user(&made), cases[i].needs_user);
        assert_int_equal(filter_expression_needs_item(&made), cases[i].needs_item);
        assert_int_equal(made.placeholder_count, cases[i].placeholders);
        assert_int_equal(made.field_count, cases[i].fields);
    }
}

// A small world: four items, a current one (b), a user of 30 in Rome who clicked a and b, bought b.
struct world {
    const struct filter_expression_binding *binding;
    char item;
};

static bool find_fact(
    const void *context,
    enum filter_expression_subject subject,
    size_t field,
    struct filter_expression_fact *out) {
    const struct world *world = context;
    static const struct {
        char item;
        const char *genre;
        double price;
    } items[] = {{'a', "boots|kids", 10}, {'b', "boots", 20}, {'c', "bags|Boots", 30}};
    const struct str name = world->binding->expression->fields[field].name;
    const char item = subject == FILTER_EXPRESSION_OF_CURRENT_ITEM ? 'b' : world->item;
    if (subject == FILTER_EXPRESSION_OF_USER) {
        *out = str_equal(name, STR("AGE"))
                   ? (struct filter_expression_fact){.number = 30, .is_number = true}
                   : (struct filter_expression_fact){.text = STR("Rome")};
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(items); i++) {
        if (items[i].item != item) continue;
        if (str_equal_nocase(name, STR("PRICE")))
            *out = (struct filter_expression_fact){.number = items[i].price, .is_number = true};
        else
            *out =
                (struct filter_expression_fact){.text = str_from(items[i].genre), .is_list = true};
        return true;
    }
    return false; // d has no fields
}

static bool is_interacted(const void *context, size_t condition) {
    const struct world *world = context;
    const struct filter_expression_bound *bound = &world->binding->conditions[condition];
    bool is_found = false;
    for (size_t i = 0; i < bound->count; i++) {
        const struct filter_expression_value *value = &world->binding->values[bound->first + i];
        const bool is_any = value->kind == FILTER_EXPRESSION_ANY;
        if (is_any || str_equal_nocase(value->text, STR("click")))
            is_found |= world->item == 'a' || world->item == 'b';
        if (is_any || str_equal_nocase(value->text, STR("buy"))) is_found |= world->item == 'b';
    }
    return is_found;
}

static const struct {
    const char *text, *name, *value, *accepted;
} questions[] = {
    {ITEMS_GENRE "IN (\"boots\")", NULL, NULL, "ab"},
    {ITEMS_GENRE "IN (\"Boots\", \"kids\")", NULL, NULL, "ac"},
    {ITEMS_GENRE "NOT IN (\"boots\")", NULL, NULL, "cd"},
    {ITEMS_GENRE "= \"boots|kids\"", NULL, NULL, ""},
    {"EXCLUDE ItemID WHERE Items.GENRE IN (\"boots\")", NULL, NULL, "cd"},
    {"INCLUDE ItemID WHERE Items.PRICE >= 20", NULL, NULL, "bc"},
    {"INCLUDE ItemID WHERE Items.PRICE > 10 AND Items.PRICE < 30", NULL, NULL, "b"},
    {"INCLUDE ItemID WHERE Items.PRICE = \"10\" OR Items.PRICE = 30.0", NULL, NULL, "ac"},
    {"INCLUDE ItemID WHERE Items.PRICE != 10", NULL, NULL, "bcd"},
    {"INCLUDE ItemID WHERE Items.PRICE = 10 OR Items.PRICE > 10 AND Items.PRICE < 30", NULL, NULL,
     "ab"},
    {"INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE", NULL, NULL, "a"},
    {"INCLUDE ItemID WHERE Items.GENRE IN (CurrentItem.GENRE)", NULL, NULL, "ab"},
    {"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"CLICK\")", NULL, NULL, "cd"},
    {"INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"*\")", NULL, NULL, "ab"},
    {"INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN (\"buy\")", NULL, NULL, "acd"},
    {"INCLUDE ItemID WHERE Items.PRICE = 10 | INCLUDE ItemID WHERE Items.PRICE = 30", NULL, NULL,
     "ac"},
    {"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"buy\") | " ITEMS_GENRE "IN (\"boots\")",
     NULL, NULL, "a"},
    {ITEMS_GENRE "IN (\"bags\") IF CurrentUser.AGE > 18 AND CurrentUser.CITY = \"Rome\"", NULL,
     NULL, "c"},
    {ITEMS_GENRE "IN (\"bags\") IF CurrentUser.AGE > 40", NULL, NULL, "abcd"},
    {ITEMS_GENRE "IN ($G)", "G", "\"kids\",\"bags\"", "ac"},
    {ITEMS_GENRE "IN ($G)", "G", " \"kids\" , \"bags\" ", "ac"},
    {ITEMS_GENRE "IN ($G)", "G", "\"a\\\"b\"", ""},
    {"INCLUDE ItemID WHERE Items.PRICE < $P", "P", "\"20\"", "a"},
    {"INCLUDE ItemID WHERE Items.PRICE < $P", "P", "20", "a"},
    {"EXCLUDE ItemID WHERE Items.GENRE IN ($G)", NULL, NULL, "abcd"},
    {"EXCLUDE ItemID WHERE Items.GENRE IN ($G) | EXCLUDE ItemID WHERE Items.PRICE = 30", NULL, NULL,
     "abd"},
    {"EXCLUDE ItemID WHERE Items.PRICE = 10 IF CurrentUser.CITY = $C", "C", "\"Oslo\"", "abcd"},
};

static void filter_expression_lets_the_right_items_through(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(questions); i++) {
        CLEANUP(filter_expression_release) struct filter_expression made = {0};
        CLEANUP(filter_expression_binding_release) struct filter_expression_binding bound = {0};
        CLEANUP(buf_release) struct buf accepted = {0};
        struct personalize_map values = {0};
        struct error err = {0};
        struct world world = {.binding = &bound};
        const struct filter_expression_facts facts = {
            .context = &world, .find = find_fact, .is_interacted = is_interacted};
        print_message("%s\n", questions[i].text);
        if (questions[i].name) {
            personalize_map_add(&values, str_from(questions[i].name), str_from(questions[i].value));
        }
        assert_ok(filter_expression_parse(str_from(questions[i].text), &made, &err), err);
        assert_ok(filter_expression_bind(&made, &values, &bound, &err), err);
        filter_expression_set_user(&bound, &facts);
        for (world.item = 'a'; world.item <= 'd'; world.item++) {
            if (filter_expression_accepts(&bound, &facts)) buf_add_char(&accepted, world.item);
        }
        assert_string_equal(buf_text(&accepted), questions[i].accepted);
        free(values.entries);
    }
}

static const struct {
    const char *text, *name, *value, *part;
} bad_values[] = {
    {ITEMS_GENRE "IN ($G)", NULL, NULL, "Filter parameter G needs a value"},
    {ITEMS_GENRE "IN ($G)", "g", "\"a\"", "Filter parameter g is not part"},
    {ITEMS_GENRE "IN ($G)", "G", "", "it is empty"},
    {ITEMS_GENRE "IN ($G)", "G", "boots", "enclosed in quotes"},
    {ITEMS_GENRE "IN ($G)", "G", "\"boots", "enclosed in quotes"},
    {ITEMS_GENRE "IN ($G)", "G", "\"a\",", "missing after the comma"},
    {ITEMS_GENRE "IN ($G)", "G", "\"a\" \"b\"", "separated by commas"},
    {ITEMS_GENRE "= $G", "G", "\"a\",\"b\"", "takes one value"},
    {"INCLUDE ItemID WHERE Items.PRICE < $P", "P", "\"boots\"", "compares numbers"},
    {ITEMS_GENRE "IN (\"a\")", "G", "\"a\"", "not part of the filter expression"},
};

static void filter_expression_refuses_values_that_do_not_fit(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad_values); i++) {
        CLEANUP(filter_expression_release) struct filter_expression made = {0};
        CLEANUP(filter_expression_binding_release) struct filter_expression_binding bound = {0};
        struct personalize_map values = {0};
        struct error err = {0};
        print_message(
            "%s %s\n", bad_values[i].text, bad_values[i].value ? bad_values[i].value : "");
        if (bad_values[i].name) {
            personalize_map_add(
                &values, str_from(bad_values[i].name), str_from(bad_values[i].value));
        }
        assert_ok(filter_expression_parse(str_from(bad_values[i].text), &made, &err), err);
        assert_false(filter_expression_bind(&made, &values, &bound, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_non_null(strstr(err.message, bad_values[i].part));
        assert_true(err.hint[0] != '\0');
        free(values.entries);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_expression_reads_the_whole_grammar),
        cmocka_unit_test(filter_expression_refuses_what_the_service_refuses),
        cmocka_unit_test(filter_expression_tells_what_it_needs),
        cmocka_unit_test(filter_expression_lets_the_right_items_through),
        cmocka_unit_test(filter_expression_refuses_values_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
