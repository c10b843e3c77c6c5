#include "support/test.h"

#include "base/clock.h"
#include "base/rng.h"
#include "console/filter.h"

struct row {
    const char *type, *event, *user, *raw;
    double ms;
    int64_t at_ms;
};

enum { FIELD_TYPE, FIELD_EVENT, FIELD_USER, FIELD_MS, FIELD_AT, FIELD_PROPERTIES, FIELD_RAW };

static const struct filter_field fields[] = {
    [FIELD_TYPE] = {.name = "type"},
    [FIELD_EVENT] = {.name = "event"},
    [FIELD_USER] = {.name = "user"},
    [FIELD_MS] = {.name = "ms", .kind = FILTER_NUMBER},
    [FIELD_AT] = {.name = "at", .kind = FILTER_TIME},
    [FIELD_PROPERTIES] = {.name = "properties", .kind = FILTER_JSON, .path = "properties"},
    [FIELD_RAW] = {.name = "raw", .kind = FILTER_JSON},
};

static bool find(const void *subject, size_t field, struct filter_value *out) {
    const struct row *row = subject;
    const char *const texts[] = {row->type, row->event, row->user};
    if (field <= FIELD_USER) out->text = str_from(texts[field]);
    if (field >= FIELD_PROPERTIES) out->text = str_from(row->raw);
    out->number = row->ms;
    out->at_ms = row->at_ms;
    return field == FIELD_MS || field == FIELD_AT || out->text.ptr;
}

static const struct filter_schema schema = {
    .fields = fields, .field_count = ARRAY_COUNT(fields), .find = find};

static struct row example(void) {
    struct row row = {
        .type = "track",
        .event = "Product Clicked",
        .ms = 12.5,
        .raw =
            "{ \"type\":\"track\", \"properties\" : {\"sku\":\"ocean-blue-shirt\",\"price\": 49.99,"
            "\"name\":\"Bl\\u00e4ue "
            "\\\"Shirt\\\"\",\"none\":null,\"when\":\"2026-01-05T12:00:00Z\","
            "\"products\":[{\"sku\":\"a\"},{\"sku\":\"zipped,}]\"}]},\"context\":{\"ip\":\"1.2\"}}",
    };
    ASSERT(clock_parse_iso8601(STR("2026-01-05T10:00:30.500Z"), &row.at_ms));
    return row;
}

static bool is_shown(const char *text) {
    struct filter filter;
    struct error err;
    size_t at = 0;
    const struct row row = example();
    assert_ok(filter_parse(str_from(text), &schema, &filter, &at, &err), err);
    return filter_matches(&filter, &row);
}

static void filter_shows_what_it_says(void **state) {
    (void)state;
    static const char *const shown[] = {
        "",
        "  ",
        "clicked",
        "PRODUCT",
        "\"product clicked\"",
        "ocean-blue",
        "type:tra",
        "type=TRACK",
        "event:\"Product C\"",
        "-viewed",
        "!viewed",
        "not viewed",
        "! viewed",
        "user!=x",
        "-user:*",
        "type:*",
        "ms>12",
        "ms>=12.5",
        "ms<=12.5",
        "ms<13",
        "ms:12.5",
        "ms=12.5",
        "ms!=3",
        "at>10:00",
        "at:10:00",
        "at=10:00:30",
        "at<10:01",
        "at>=2026-01-05",
        "at:2026-01-05",
        "at>2026-01-05T10:00",
        "at<2026-01-05T10:00:31Z",
        "at>\"2026-01-05 09:00\"",
        "/^Product/",
        "event:/clicked$/i",
        "-event:/clicked$/",
        "/ocean.*shirt/",
        "properties.sku:shirt",
        "properties.sku=ocean-blue-shirt",
        "properties.price>49",
        "properties.price<50",
        "properties.price=49.99",
        "properties.name:\"bläue\"",
        "properties.name=\"bläue \\\"shirt\\\"\"",
        "properties.none:null",
        "properties.when>2026-01-05",
        "properties.when>11:00",
        "properties.products.1.sku:zipped",
        "properties.products.1.sku=\"zipped,}]\"",
        "raw.context.ip=1.2",
        "raw:context",
        "properties:*",
        "clicked and type:track",
        "viewed or clicked",
        "viewed or type:track ms>3",
        "(viewed or clicked) ocean",
        "not (viewed or added)",
        "a or b or type=track",
        "--clicked",
        "49.99",
    };
    static const char *const hidden[] = {
        "viewed",
        "\"clicked product\"",
        "type=trac",
        "-clicked",
        "user:*",
        "user=x",
        "ms>12.5",
        "ms<12.5",
        "at:10:01",
        "at<10:00",
        "at>11:00",
        "at=10:00:31",
        "at:2026-01-06",
        "at<2026-01-05",
        "/^product/",
        "event:/clicked$/",
        "properties.sku:hat",
        "properties.nope:*",
        "properties.sku>3",
        "properties.products.2.sku:*",
        "properties.products.x:*",
        "properties.price>50",
        "raw.type.x:*",
        "clicked viewed",
        "clicked and viewed",
        "(viewed or added) ocean",
        "not clicked or viewed",
        "properties.when>12:00",
    };
    for (size_t i = 0; i < ARRAY_COUNT(shown); i++)
        if (!is_shown(shown[i])) fail_msg("hidden by %s", shown[i]);
    for (size_t i = 0; i < ARRAY_COUNT(hidden); i++)
        if (is_shown(hidden[i])) fail_msg("shown by %s", hidden[i]);
}

static void filter_says_where_it_goes_wrong(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *message;
    } cases[] = {
        {"clicked colour:red", 8, "no field \"colour\""},
        {"type.x:y", 0, "no field \"type.x\""},
        {"properties.:y", 0, "no field"},
        {"a \"b", 2, "never closed"},
        {"a /b", 2, "never closed"},
        {"a (b or c", 2, "never closed"},
        {"a b)", 3, "closes nothing"},
        {"type:", 5, "value is missing"},
        {"type: x", 5, "value is missing"},
        {"ms>fast", 3, "ms is a number"},
        {"at>noon", 3, "at is a time"},
        {"at:/1/", 3, "at is a time"},
        {"type>x", 5, "only numbers and times"},
        {"ms>/1/", 3, "cannot be compared"},
        {"a or", 4, "something is missing"},
        {"or a", 0, "something is missing"},
        {"a and and b", 6, "something is missing"},
        {"()", 1, "something is missing"},
        {"a -", 3, "something is missing"},
        {"x /a(b/", 4, "never closed"},
        {"type:/a{2,1}/", 7, "makes no sense"},
        {"/a/ /b/ /c/ /d/ /e/", 16, "at most 4 expressions"},
        {"!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!a", 24, "too deep"},
        {"at:24:00", 3, "at is a time"},
        {"at:2026-13-01", 3, "at is a time"},
        {"ms>inf", 3, "ms is a number"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct filter filter;
        struct error err;
        size_t at = 99;
        if (filter_parse(str_from(cases[i].text), &schema, &filter, &at, &err))
            fail_msg("%s parses", cases[i].text);
        assert_int_equal(err.code, ERROR_USAGE);
        assert_contains(str_from(err.message), cases[i].message);
        assert_true(err.hint[0]);
        if (at != cases[i].at) fail_msg("%s goes wrong at %zu", cases[i].text, at);
    }
}

static void filter_refuses_what_is_too_large(void **state) {
    (void)state;
    struct buf text = {0};
    struct filter filter;
    struct error err;
    size_t at = 0;
    for (int i = 0; i < FILTER_MOST_NODES; i++)
        buf_add(&text, STR("a "));
    assert_false(filter_parse(buf_str(&text), &schema, &filter, &at, &err));
    assert_contains(str_from(err.message), "at most 64 parts");
    while (text.len <= FILTER_MAX_BYTES)
        buf_add_char(&text, 'a');
    assert_false(filter_parse(buf_str(&text), &schema, &filter, &at, &err));
    assert_int_equal(at, FILTER_MAX_BYTES);
    buf_release(&text);
}

static void filter_prints_itself(void **state) {
    (void)state;
    static const struct {
        const char *text, *printed, *inverse;
    } cases[] = {
        {"  ", "", ""},
        {"a", "a", "-a"},
        {"not a", "-a", "a"},
        {"a  AND b or NOT c", "a b or -c", "-(a b or -c)"},
        {"a (b c)", "a (b c)", "-(a (b c))"},
        {"(a or b) c", "(a or b) c", "-((a or b) c)"},
        {"a or (b or c)", "a or (b or c)", "-(a or (b or c))"},
        {"type!=track", "-type=track", "type=track"},
        {"type:\"*\"", "type:\"*\"", "-type:\"*\""},
        {"\"and\" \"x y\" \"q\\\"\"", "\"and\" \"x y\" \"q\\\"\"", "-(\"and\" \"x y\" \"q\\\"\")"},
        {"at>10:00 properties.x-y:-1", "at>\"10:00\" properties.x-y:\"-1\"",
         "-(at>\"10:00\" properties.x-y:\"-1\")"},
        {"/a\\/b/i", "/a\\/b/i", "-/a\\/b/i"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct filter filter;
        struct error err;
        size_t at = 0;
        struct buf printed = {0}, inverse = {0};
        assert_ok(filter_parse(str_from(cases[i].text), &schema, &filter, &at, &err), err);
        filter_format(&filter, &printed);
        filter_format_inverse(&filter, &inverse);
        assert_str(buf_str(&printed), cases[i].printed);
        assert_str(buf_str(&inverse), cases[i].inverse);
        buf_release(&printed);
        buf_release(&inverse);
    }
}

// Texts put together by chance from the language's own words: what parses prints a text that parses to the
// same filter, and prints the same again; it answers the same, and its inverse the opposite.
static void filter_printed_and_read_again_is_the_same(void **state) {
    (void)state;
    static const char *const words[] = {
        "a",    "clicked", "type",  "properties.sku",
        "ms",   "at",      "raw",   ":",
        "=",    "!=",      ">",     "<=",
        "\"",   "\\",      "/",     "/i",
        "(",    ")",       " ",     " ",
        " ",    " or ",    " and ", "not ",
        "-",    "!",       "10:00", "2026-01-05",
        "49.5", "*",       "[a-z]", "x+",
    };
    struct rng rng;
    rng_seed(&rng, 7);
    const struct row row = example();
    size_t parsed = 0;
    for (int round = 0; round < 60000; round++) {
        struct buf text = {0}, printed = {0}, again = {0};
        struct filter filter, second;
        struct error err;
        size_t at = 0;
        const uint64_t count = 1 + rng_below(&rng, 9);
        for (uint64_t i = 0; i < count; i++)
            buf_add(&text, str_from(words[rng_below(&rng, ARRAY_COUNT(words))]));
        if (filter_parse(buf_str(&text), &schema, &filter, &at, &err)) {
            parsed++;
            filter_format(&filter, &printed);
            assert_ok(filter_parse(buf_str(&printed), &schema, &second, &at, &err), err);
            if (!filter_is_same(&filter, &second))
                fail_msg("%s became %s", buf_text(&text), buf_text(&printed));
            filter_format(&second, &again);
            assert_true(str_equal(buf_str(&printed), buf_str(&again)));
            const bool is_right = filter_matches(&filter, &row);
            assert_int_equal(is_right, filter_matches(&second, &row));
            buf_reset(&printed);
            filter_format_inverse(&filter, &printed);
            assert_ok(filter_parse(buf_str(&printed), &schema, &second, &at, &err), err);
            if (printed.len) assert_int_equal(is_right, !filter_matches(&second, &row));
        } else {
            assert_true(at <= text.len);
        }
        buf_release(&text);
        buf_release(&printed);
        buf_release(&again);
    }
    assert_true(parsed > 5000);
}

static void filter_completes_fields(void **state) {
    (void)state;
    static const struct {
        const char *text, *completed;
    } cases[] = {
        {"ty", "type:"}, {"a -prop", "a -properties."}, {"(ra", "(raw:"}, {"x", ""}, {"", ""}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf out = {0};
        filter_complete(str_from(cases[i].text), &schema, &out);
        assert_str(buf_str(&out), cases[i].completed);
        buf_release(&out);
    }
}

// Whatever the text of an event is, looking into it ends, and inside of it.
static void filter_reads_broken_json_to_its_end_only(void **state) {
    (void)state;
    const struct row row = example();
    const struct str whole = str_from(row.raw);
    for (size_t len = 0; len < whole.len; len++) {
        struct str out = {0};
        const struct str part = str_slice(whole, 0, len);
        if (!filter_find_json(part, STR("properties.products.1.sku"), &out)) continue;
        assert_true(out.ptr >= part.ptr && out.ptr + out.len <= part.ptr + part.len);
    }
    struct str out = {0};
    assert_false(filter_find_json(STR("{\"a\" 1}"), STR("a"), &out));
    assert_false(filter_find_json(STR("{,}"), STR("a"), &out));
    assert_false(filter_find_json(STR("[1,]"), STR("1"), &out));
    assert_false(filter_find_json(STR(""), STR("a"), &out));
    assert_true(filter_find_json(STR("[1, [2,3]]"), STR("1.1"), &out));
    assert_str(out, "3");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(filter_shows_what_it_says),
    cmocka_unit_test(filter_says_where_it_goes_wrong),
    cmocka_unit_test(filter_refuses_what_is_too_large),
    cmocka_unit_test(filter_prints_itself),
    cmocka_unit_test(filter_printed_and_read_again_is_the_same),
    cmocka_unit_test(filter_completes_fields),
    cmocka_unit_test(filter_reads_broken_json_to_its_end_only),
};

int main(void) {
    return cmocka_run_group_tests_name("console/filter", tests, NULL, NULL);
}
