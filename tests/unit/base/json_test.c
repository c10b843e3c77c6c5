#include "base/json.h"
#include "support/test.h"

static void json_accessors_answer_absent_instead_of_failing(void **state) {
    (void)state;
    CLEANUP(json_release) struct json json = {0};
    struct error err = {0};
    assert_ok(
        json_parse(
            STR("{\"a\":{\"n\":2941404340,\"t\":\"x\",\"f\":0.5},\"l\":[1,null]}"), &json, &err),
        err);
    const struct json_node *a = json_get(json.root, "a");
    int64_t number = 0;
    assert_true(json_integer(json_get(a, "n"), &number) && number == 2941404340);
    assert_false(json_integer(json_get(a, "f"), &number));
    assert_str(json_get_text(a, "t"), "x");
    assert_null(json_get_text(a, "n").ptr);
    assert_null(json_get(json_get(a, "t"), "deeper"));
    assert_int_equal(json_kind(json_get(NULL, "x")), JSON_ABSENT);
    assert_null(json_next(NULL));
    assert_int_equal(json_count(json_get(json.root, "l")), 2);
    assert_int_equal(json_kind(json_next(json_first(json_get(json.root, "l")))), JSON_NULL);
    assert_null(json_get(json.root, "A")); // case-sensitive
    assert_null(json_get(a, NULL));
    assert_null(json_get_text(a, NULL).ptr);
}

static void json_parse_refuses_what_is_not_one_bounded_value(void **state) {
    (void)state;
    char deep[2 * (JSON_MAX_DEPTH + 1) + 1];
    memset(deep, '[', JSON_MAX_DEPTH + 1);
    memset(deep + JSON_MAX_DEPTH + 1, ']', JSON_MAX_DEPTH + 1);
    const struct {
        struct str text;
        enum error_code code;
    } cases[] = {
        {STR(""), ERROR_INVALID},
        {STR("{"), ERROR_INVALID},
        {STR("{} {}"), ERROR_INVALID},
        {STR("{\"a\":\"\xFF\"}"), ERROR_INVALID},
        {STR("{'a':1}"), ERROR_INVALID},
        {STR("nul"), ERROR_INVALID},
        {{deep, sizeof(deep) - 1}, ERROR_LIMIT},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct json json = {0};
        struct error err = {0};
        assert_false(json_parse(cases[i].text, &json, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_null(json.root);
    }
    struct json json = {0};
    struct error err = {0};
    assert_ok(json_parse((struct str){deep + 1, sizeof(deep) - 3}, &json, &err), err);
    json_release(&json);
    assert_ok(json_parse(STR(" {\"brackets\":\"[[[[{{{{\\\"\"} \n"), &json, &err), err);
    json_release(&json);
}

static void json_prints_what_was_built(void **state) {
    (void)state;
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct json_node *object = json_new_object(&json);
    json_add_text(object, "t", STR("q\" \xFF \x01"));
    json_add_integer(object, "ms", 1551110105905);
    json_add_number(object, "score", 0.0412);
    json_add_bool(object, "yes", true);
    struct json_node *list = json_add_array(object, "list");
    json_add_text_view(list, NULL, "a");
    json_add_null(list, NULL);
    json_set_text(object, "t", STR("again"));
    json_remove(object, "yes");
    json_print(object, &text);
    assert_str(
        buf_str(&text),
        "{\"ms\":1551110105905,\"score\":0.0412,\"list\":[\"a\",null],\"t\":\"again\"}");
}

static void json_prints_every_kind_as_parsed(void **state) {
    (void)state;
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    const struct str line =
        STR("{\"q\\\"\\\\\":\"\\b\\f\\n\\r\\t\\u0001\x7F\xC3\xA4/\",\"n\":[0,-0,-7,0.1,1e+300,"
            "123456789012345,2.5e-08],\"e\":{},\"a\":[],\"t\":true,\"f\":false,\"0\":null}");
    assert_ok(json_parse(line, &json, &err), err);
    json_print(json.root, &text);
    assert_str(
        buf_str(&text), "{\"q\\\"\\\\\":\"\\b\\f\\n\\r\\t\\u0001\x7F\xC3\xA4/\",\"n\":[0,-0,"
                        "-7,0.1,1e+300,123456789012345,2.5e-08],\"e\":{},\"a\":[],\"t\":true,"
                        "\"f\":false,\"0\":null}");
    buf_reset(&text);
    json_quote(&text, STR("\x1F\xFF\"\\"));
    assert_str(buf_str(&text), "\"\\u001f\xEF\xBF\xBD\\\"\\\\\"");
}

static void json_writing_replaces_invalid_bytes(void **state) {
    (void)state;
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(buf_release) struct buf text = {0};
    json_add_text(
        json_new_array(&json), NULL,
        STR("a\xFF"
            "b"));
    json_print(json.root, &text);
    assert_str(
        buf_str(&text), "[\"a\xEF\xBF\xBD"
                        "b\"]");
}

static void json_reads_escapes_no_c_string_holds_as_a_replacement(void **state) {
    (void)state;
    static const struct {
        const char *text, *read;
    } cases[] = {
        {"\"a\\u0000b\"", "a\xEF\xBF\xBD"
                          "b"},
        {"\"cut \\ud83d\"", "cut \xEF\xBF\xBD"},
        {"\"\\uDE00 x\"", "\xEF\xBF\xBD x"},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
        {"\"\\ud83d\\u0041\"", "\xEF\xBF\xBD"
                               "A"},
        {"\"\\\\u0000\"", "\\u0000"},
        {"\"\\\\\\ud83d\"", "\\\xEF\xBF\xBD"},
        {"\"\\u00e9\"", "\xC3\xA9"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(json_release) struct json json = {0};
        struct error err = {0};
        print_message("%s\n", cases[i].text);
        assert_ok(json_parse(str_from(cases[i].text), &json, &err), err);
        assert_str(json_text(json.root), cases[i].read);
    }
    CLEANUP(json_release) struct json json = {0};
    struct error err = {0};
    assert_ok(json_parse(STR("{\"a\\u0000\":1,\"a\":2}"), &json, &err), err);
    assert_int_equal(json_count(json.root), 2);
    static const char *const broken[] = {"\"\\u00\"", "\"\\u", "\"\\ud83d", "\"\\", "\"\\u0000"};
    for (size_t i = 0; i < ARRAY_COUNT(broken); i++) {
        assert_false(json_parse(str_from(broken[i]), &json, &err));
        assert_int_equal(err.code, ERROR_INVALID);
    }
}

static void json_take_first_moves_elements_out_one_by_one(void **state) {
    (void)state;
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(json_release) struct json taken = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    assert_ok(json_parse(STR("{\"b\":[{\"a\":1},2],\"c\":{\"d\":3}}"), &json, &err), err);
    assert_true(json_take_first(&json, "b", &taken));
    json_print(taken.root, &text);
    assert_str(buf_str(&text), "{\"a\":1}");
    assert_true(json_take_first(&json, "b", &taken));
    assert_int_equal(json_kind(taken.root), JSON_NUMBER);
    assert_false(json_take_first(&json, "b", &taken)); // empty
    assert_false(json_take_first(&json, "c", &taken)); // no array
    assert_false(json_take_first(&json, "x", &taken)); // absent
    assert_int_equal(json_kind(taken.root), JSON_NUMBER);
    buf_reset(&text);
    json_print(json.root, &text);
    assert_str(buf_str(&text), "{\"b\":[],\"c\":{\"d\":3}}");
}

static void json_set_and_remove_leave_no_second_member_of_a_key(void **state) {
    (void)state;
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    assert_ok(json_parse(STR("{\"a\":1,\"b\":2,\"a\":3,\"c\":4,\"c\":5}"), &json, &err), err);
    json_set_text(json.root, "a", STR("x"));
    json_remove(json.root, "c");
    json_remove(json.root, "absent");
    json_print(json.root, &text);
    assert_str(buf_str(&text), "{\"b\":2,\"a\":\"x\"}");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(json_accessors_answer_absent_instead_of_failing),
    cmocka_unit_test(json_parse_refuses_what_is_not_one_bounded_value),
    cmocka_unit_test(json_prints_what_was_built),
    cmocka_unit_test(json_prints_every_kind_as_parsed),
    cmocka_unit_test(json_writing_replaces_invalid_bytes),
    cmocka_unit_test(json_reads_escapes_no_c_string_holds_as_a_replacement),
    cmocka_unit_test(json_take_first_moves_elements_out_one_by_one),
    cmocka_unit_test(json_set_and_remove_leave_no_second_member_of_a_key),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
