// Definitions of computed traits: what is refused, which events count, which values are read.
#include "sandbox/profiles/computed_definition.h"

#include "support/test.h"

static void unquote(const char *quoted, struct buf *out) {
    buf_reset(out);
    for (; *quoted; quoted++)
        buf_add_char(out, *quoted == '\'' ? '"' : *quoted);
}

static void wrong_definitions_name_the_member(void **state) {
    (void)state;
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"[]", "`definition`"},
        {"{}", "`type`"},
        {"{'type':'magic'}", "`type`"},
        {"{'type':'event_counter'}", "`event`"},
        {"{'type':'event_counter','event':'E','collection':'cats'}", "`collection`"},
        {"{'type':'unique_list','event':'E'}", "`property`"},
        {"{'type':'aggregation','event':'E','property':'p'}", "`aggregation`"},
        {"{'type':'aggregation','event':'E','property':'p','aggregation':'median'}",
         "`aggregation`"},
        {"{'type':'event_audience','event':'E','at_least':0}", "`at_least`"},
        {"{'type':'event_audience','event':'E','at_least':1.5}", "`at_least`"},
        {"{'type':'trait_audience','operator':'exists'}", "`trait`"},
        {"{'type':'trait_audience','trait':'key','operator':'exists'}", "`trait`"},
        {"{'type':'trait_audience','trait':'t','operator':'like'}", "`operator`"},
        {"{'type':'trait_audience','trait':'t','operator':'less_than','value':'3'}", "`value`"},
        {"{'type':'event_counter','event':'E','conditions':{}}", "`conditions`"},
        {"{'type':'event_counter','event':'E','conditions':[{'operator':'exists'}]}", "`property`"},
        {"{'type':'event_counter','event':'E','conditions':[{'property':'p','operator':'x'}]}",
         "`operator`"},
        {"{'type':'event_counter','event':'E','conditions':[{'property':'p','operator':'after_date'"
         ","
         "'value':'soon'}]}",
         "`value`"},
        {"{'type':'event_counter','event':'E','conditions':[{'property':'p',"
         "'operator':'equals_one_of','value':'a'}]}",
         "`value`"},
    };
    struct buf json = {0};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct computed_definition definition = {0};
        struct error err = {0};
        print_message("%s\n", cases[i].json);
        unquote(cases[i].json, &json);
        assert_false(computed_definition_parse(STR("key"), buf_str(&json), &definition, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_contains(str_from(err.message), cases[i].says);
        assert_true(err.hint[0] != '\0');
        assert_null(definition.document.root);
    }
    struct computed_definition definition = {0};
    struct error err = {0};
    assert_false(computed_definition_parse(STR("key"), STR("{"), &definition, &err));
    buf_release(&json);
}

static void read_json(const char *quoted, struct json *out) {
    struct buf json = {0};
    struct error err = {0};
    unquote(quoted, &json);
    assert_ok(json_parse(buf_str(&json), out, &err), err);
    buf_release(&json);
}

static void conditions_hold_as_they_are_named(void **state) {
    (void)state;
    static const struct {
        const char *condition, *properties;
        bool matches;
    } cases[] = {
        {"'property':'p','operator':'equals','value':'a'", "{'p':'a'}", true},
        {"'property':'p','operator':'equals','value':'a'", "{'p':'A'}", false},
        {"'property':'p','operator':'equals','value':1", "{'p':1.0}", true},
        {"'property':'p','operator':'equals','value':1", "{'p':'1'}", false},
        {"'property':'p','operator':'equals','value':true", "{'p':true}", true},
        {"'property':'p','operator':'not_equals','value':'a'", "{}", true},
        {"'property':'p','operator':'less_than','value':3", "{'p':2.5}", true},
        {"'property':'p','operator':'less_than','value':3", "{'p':3}", false},
        {"'property':'p','operator':'less_than','value':3", "{}", false},
        {"'property':'p','operator':'greater_than','value':3", "{'p':4}", true},
        {"'property':'p','operator':'less_than_or_equal','value':3", "{'p':3}", true},
        {"'property':'p','operator':'greater_than_or_equal','value':3", "{'p':3}", true},
        {"'property':'p','operator':'greater_than_or_equal','value':3", "{'p':2}", false},
        {"'property':'p','operator':'contains','value':'pric'", "{'p':'/pricing'}", true},
        {"'property':'p','operator':'contains','value':'a'", "{'p':['a','b']}", true},
        {"'property':'p','operator':'does_not_contain','value':'c'", "{'p':['a','b']}", true},
        {"'property':'p','operator':'starts_with','value':'/p'", "{'p':'/pricing'}", true},
        {"'property':'p','operator':'ends_with','value':'ng'", "{'p':'/pricing'}", true},
        {"'property':'p','operator':'ends_with','value':'/p'", "{'p':'/pricing'}", false},
        {"'property':'p','operator':'exists'", "{'p':0}", true},
        {"'property':'p','operator':'exists'", "{'p':null}", false},
        {"'property':'p','operator':'not_exists'", "{'p':null}", true},
        {"'property':'p','operator':'before_date','value':'2026-01-01'",
         "{'p':'2025-12-31T23:00:00Z'}", true},
        {"'property':'p','operator':'after_date','value':'2026-01-01'",
         "{'p':'2025-12-31T23:00:00-02:00'}", true},
        {"'property':'p','operator':'after_date','value':'2026-01-01'", "{'p':'later'}", false},
        {"'property':'p','operator':'equals_one_of','value':['a',2]", "{'p':2}", true},
        {"'property':'p','operator':'equals_one_of','value':['a',2]", "{'p':'2'}", false},
        {"'property':'p','operator':'contains_one_of','value':['x','b']", "{'p':'abc'}", true},
        {"'property':'page.url','operator':'contains','value':'x'", "{'page':{'url':'x'}}", true},
        {"'property':'page.url','operator':'contains','value':'x'", "{'page.url':'x'}", true},
        {"'property':'page.url.more','operator':'exists'", "{'page':{'url':'x'}}", false},
    };
    struct buf json = {0}, text = {0};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(computed_definition_release) struct computed_definition definition = {0};
        CLEANUP(json_release) struct json properties = {0};
        struct error err = {0};
        print_message("%s of %s\n", cases[i].condition, cases[i].properties);
        buf_reset(&text);
        buf_add_format(
            &text, "{'type':'event_counter','event':'E','conditions':[{%s}]}", cases[i].condition);
        unquote(buf_text(&text), &json);
        assert_ok(computed_definition_parse(STR("k"), buf_str(&json), &definition, &err), err);
        read_json(cases[i].properties, &properties);
        assert_int_equal(
            computed_definition_matches(&definition, properties.root), cases[i].matches);
    }
    buf_release(&json);
    buf_release(&text);
}

static void values_are_read_flat_and_from_products(void **state) {
    (void)state;
    static const struct {
        const char *property, *properties, *values;
    } cases[] = {
        {"sku", "{'sku':'a'}", "\"a\""},
        {"sku", "{'sku':'','products':[{'sku':'b'},{},{'sku':'c'},7]}", "\"b\"\"c\""},
        {"sku", "{'products':{'sku':'b'}}", ""},
        {"price", "{'price':3.5,'products':[{'price':1},{'price':'2'}]}", "3.51\"2\""},
        {"tags", "{'tags':['x','y',{'z':1},null,true]}", "\"x\"\"y\"true"},
        {"a.b", "{'a':{'b':'deep'}}", "\"deep\""},
        {"a", "{'a':{'b':'deep'}}", ""},
        {"a", "[]", ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(computed_definition_release) struct computed_definition definition = {0};
        CLEANUP(json_release) struct json properties = {0};
        CLEANUP(buf_release) struct buf json = {0}, found = {0};
        struct computed_definition_values values;
        struct error err = {0};
        print_message("%s of %s\n", cases[i].property, cases[i].properties);
        buf_add_format(
            &json, "{\"type\":\"unique_list\",\"event\":\"E\",\"property\":\"%s\"}",
            cases[i].property);
        assert_ok(computed_definition_parse(STR("k"), buf_str(&json), &definition, &err), err);
        read_json(cases[i].properties, &properties);
        computed_definition_read(&definition, properties.root, &values);
        for (size_t j = 0; j < values.count; j++)
            json_print(values.items[j], &found);
        assert_str(buf_str(&found), cases[i].values);
    }
}

static void the_path_gives_the_key(void **state) {
    (void)state;
    CLEANUP(computed_definition_release) struct computed_definition definition = {0};
    struct error err = {0};
    assert_ok(
        computed_definition_parse(
            STR("mine"), STR("{\"key\":\"other\",\"type\":\"event_counter\",\"event\":\"E\"}"),
            &definition, &err),
        err);
    assert_str(definition.key, "mine");
    assert_false(computed_definition_is_audience(&definition));
    assert_false(definition.is_account);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(wrong_definitions_name_the_member),
    cmocka_unit_test(conditions_hold_as_they_are_named),
    cmocka_unit_test(values_are_read_flat_and_from_products),
    cmocka_unit_test(the_path_gives_the_key),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
