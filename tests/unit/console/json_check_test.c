#include "console/json_check.h"

#include "base/json.h"
#include "base/rng.h"
#include "support/test.h"

static const struct {
    const char *text;
    size_t line, column;
    const char *message;
} rows[] = {
    {"{\"a\": 1 \"b\": 2}", 1, 9, "a comma is missing before this"},
    {"{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "a comma is missing before this"},
    {"{\"é\": tru}", 1, 7, "text needs double quotes"},
    {"{\"a\": True}", 1, 7, "small letters"},
    {"{\"a\": 1,}", 1, 8, "one too many"},
    {"[1,,2]", 1, 4, "a value is missing"},
    {"{'a': 1}", 1, 2, "not with '"},
    {"{\u201Ca\u201D: 1}", 1, 2, "typographic"},
    {"{a: 1}", 1, 2, "a name in double quotes"},
    {"{\"a\" 1}", 1, 6, "a colon is missing"},
    {"{\"a\": }", 1, 7, "a value is missing"},
    {"{\"a\": \"x\n}", 1, 7, "no closing quote"},
    {"{\"a\": [1, 2}", 1, 12, "a ] is expected"},
    {"{\"a\": {\"b\": 1}", 1, 1, "this { has no closing }"},
    {"{\"a\": 1}}", 1, 9, "one too many"},
    {"{\"a\": 1} x", 1, 10, "more after the end"},
    {"{\"a\": 012}", 1, 7, "does not begin with 0"},
    {"{\"a\": 12.}", 1, 10, "after the point"},
    {"{\"a\": \"\\x\"}", 1, 8, "\\ stands before"},
    {"{\"a\": 1, // so\n}", 1, 10, "no comments"},
    {"", 1, 1, "nothing yet"},
    {"{\"a\": 29x}", 1, 7, "double quotes"},
};

static void json_check_names_the_place_and_the_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct json_check check;
        json_check(str_from(rows[i].text), &check);
        const bool is_right = !check.is_good && check.line == rows[i].line &&
                              check.column == rows[i].column &&
                              str_contains(str_from(check.message), str_from(rows[i].message));
        if (is_right) continue;
        fail_msg("%s: %zu:%zu %s", rows[i].text, check.line, check.column, check.message);
    }
}

static void json_check_accepts_json(void **state) {
    (void)state;
    static const char *const good[] = {
        "{}",    " [ ] ", "{\"a\":[1,-0.5e+3,\"\\u00e9\\n\",true,false,null,{}]}\n",
        "\"x\"", "0",     "-0.0",
    };
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        struct json_check check;
        json_check(str_from(good[i]), &check);
        if (!check.is_good) fail_msg("%s: %s", good[i], check.message);
    }
}

// What it lets pass the parser takes as well: "good" must never turn into a refusal on sending.
static void json_check_is_as_strict_as_the_parser(void **state) {
    (void)state;
    static const char alphabet[] = "{}[],:\"\\ntrufalse0129.-+eE x\n\x01\xC3\xA9";
    struct rng rng;
    rng_seed(&rng, 7);
    size_t good = 0;
    for (int i = 0; i < 20000; i++) {
        char text[] = "{\"a\": [1, \"b\", true, null], \"c\": {\"d\": -1.5e3}}";
        const uint64_t changes = rng_below(&rng, 3);
        for (uint64_t c = 0; c < changes; c++)
            text[rng_below(&rng, sizeof(text) - 1)] =
                alphabet[rng_below(&rng, sizeof(alphabet) - 1)];
        struct json_check check;
        struct json document = {0};
        struct error err = {0};
        json_check(str_from(text), &check);
        if (!check.is_good) continue;
        good++;
        if (!json_parse(str_from(text), &document, &err)) fail_msg("%s: %s", text, err.message);
        json_release(&document);
    }
    assert_true(good > 5000);
}

static void json_check_ends_on_deep_nesting(void **state) {
    (void)state;
    struct buf deep = {0};
    for (int i = 0; i < 100000; i++)
        buf_add_char(&deep, '[');
    struct json_check check;
    json_check(buf_str(&deep), &check);
    assert_false(check.is_good);
    assert_contains(str_from(check.message), "too deeply");
    buf_release(&deep);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(json_check_names_the_place_and_the_reason),
    cmocka_unit_test(json_check_accepts_json),
    cmocka_unit_test(json_check_is_as_strict_as_the_parser),
    cmocka_unit_test(json_check_ends_on_deep_nesting),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
