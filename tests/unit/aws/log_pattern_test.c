// Filter patterns of CloudWatch: what each form matches, and how a broken one is refused.
#include "aws/log_pattern.h"
#include "support/test.h"

#define JSON                                                                                       \
    "{\"level\":\"ERROR\",\"ms\":3100.5,\"user\":{\"id\":7,\"name\":\"Ann?e\"},\"tags\":["         \
    "\"slow\","                                                                                    \
    "\"db write\"],\"gone\":null,\"ok\":false,\"odd-key\":\"x\",\"list\":[{\"n\":1},{\"n\":2}]}\n"
#define LINE "127.0.0.1 Bob [10/Oct/2000:13:25:15 -0700] \"GET /a b HTTP/1.0\" 404 1534"

static void patterns_match_or_do_not(void **state) {
    static const struct {
        const char *pattern, *message;
        bool matches;
    } cases[] = {
        {"", "anything", true},
        {"   ", "", true},
        // terms
        {"ERROR", "an ERROR here", true},
        {"ERROR", "an error here", false},
        {"ERROR timeout", "timeout before ERROR", true},
        {"ERROR timeout", "ERROR alone", false},
        {"\"timed out\"", "Task timed out after 3.00 seconds", true},
        {"\"timed  out\"", "Task timed out", false},
        {"ERROR -timeout", "ERROR: disk", true},
        {"ERROR -timeout", "ERROR: timeout", false},
        {"-\"START RequestId\"", "START RequestId: 1", false},
        {"-\"START RequestId\"", "END RequestId: 1", true},
        {"?ERROR ?WARN", "a WARN b", true},
        {"?ERROR ?WARN", "INFO", false},
        {"?ERROR INFO", "INFO", true}, // beside others they do not count
        {"?ERROR INFO", "ERROR", false},
        // JSON
        {"{ $.level = \"ERROR\" }", JSON, true},
        {"{ $.level = ERR* }", JSON, true},
        {"{ $.level = *RR* }", JSON, true},
        {"{ $.level = *X* }", JSON, false},
        {"{ $.level = error }", JSON, false},
        {"{ $.level != WARN }", JSON, true},
        {"{ $.level != ERROR }", JSON, false},
        {"{ $.nothing != ERROR }", JSON, false},
        {"{ $.ms > 3000 }", JSON, true},
        {"{ $.ms >= 3100.5 }", JSON, true},
        {"{ $.ms < 3100.5 }", JSON, false},
        {"{ $.ms <= 3.1005e3 }", JSON, true},
        {"{ $.ms = 3100.50 }", JSON, true},
        {"{ $.ms != 1 }", JSON, true},
        {"{ $.ms > 5000 || $.level = ERROR }", JSON, true},
        {"{ $.ms > 5000 && $.level = ERROR }", JSON, false},
        {"{ ($.ms > 5000 || $.ok IS FALSE) && $.user.id = 7 }", JSON, true},
        {"{ $.ms > 5000 || $.ok IS FALSE && $.user.id = 8 }", JSON, false},
        {"{ $.user.name = \"Ann?e\" }", JSON, true},
        {"{ $.user.name = A*?e }", JSON, true},
        {"{ $.user.name = A?n*e }", JSON, false}, // a question mark is itself
        {"{ $.tags[1] = \"db write\" }", JSON, true},
        {"{ $.tags[2] = slow }", JSON, false},
        {"{ $.tags[*] = \"db*\" }", JSON, true},
        {"{ $.list[*].n = 2 }", JSON, true},
        {"{ $.list[0].n = 2 }", JSON, false},
        {"{ $[\"odd-key\"] = x }", JSON, true},
        {"{ $.odd-key = x }", JSON, true},
        {"{ $.gone IS NULL }", JSON, true},
        {"{ $.level IS NULL }", JSON, false},
        {"{ $.ok IS TRUE }", JSON, false},
        {"{ $.ok = false }", JSON, true},
        {"{ $.gone EXISTS }", JSON, true},
        {"{ $.none NOT EXISTS }", JSON, true},
        {"{ $.user.none.deep NOT EXISTS }", JSON, true},
        {"{ $.level NOT EXISTS }", JSON, false},
        {"{ $.level = ERROR }", "level = ERROR", false},
        {"{ $.level = ERROR }", "{\"level\":\"ERROR\"", false},
        // fields
        {"[ip, user, time, request, status, bytes]", LINE, true},
        {"[ip, user, time, request, status]", LINE, false},
        {"[ip, user, time, request, status = 404, bytes]", LINE, true},
        {"[ip, user, time, request, status = 4*, bytes > 1000]", LINE, true},
        {"[ip, user, time, request, status = 4* && status != 404, bytes]", LINE, false},
        {"[ip, user, time, request, status = 200 || status = 404, bytes]", LINE, true},
        {"[..., status = 404, bytes]", LINE, true},
        {"[ip = 127.*, ...]", LINE, true},
        {"[ip = 10.*, ...]", LINE, false},
        {"[ip, ..., bytes < 1000]", LINE, false},
        {"[a, b, c, request = *GET*, ...]", LINE, true},
        {"[a, b, c, d, e, f, ...]", LINE, true}, // the dots may stand for nothing
        {"[ip, user != Bob, ...]", LINE, false},
        {"[,,,,status=404,]", LINE, true},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct log_pattern pattern = {0};
        struct error err = {0};
        assert_ok(log_pattern_parse(str_from(cases[i].pattern), &pattern, &err), err);
        const bool matches = log_pattern_matches(&pattern, str_from(cases[i].message));
        if (matches != cases[i].matches) print_error("%s\n", cases[i].pattern);
        assert_int_equal(matches, cases[i].matches);
        log_pattern_release(&pattern);
    }
}

static void broken_patterns_are_refused_at_their_place(void **state) {
    static const struct {
        const char *pattern, *message, *hint;
    } cases[] = {
        {"ERR-OR", "Invalid character(s) in term 'ERR-OR'", "double quotes"},
        {"a & b", "Invalid character(s) in term '&'", "double quotes"},
        {"-", "Invalid character(s) in term ''", "double quotes"},
        {"\"open", "Invalid filter pattern: at character 1", "no end"},
        {"{", "at character 2", "selector"},
        {"{ $.a }", "at character 7, near '}'", "operator"},
        {"{ $.a = }", "near '}'", "value"},
        {"{ $.a = 1", "at character 10", "'}'"},
        {"{ $. = 1 }", "near ' = 1 }'", "key"},
        {"{ $ = 1 }", "near ' = 1 }'", "selector"},
        {"{ $.a[x] = 1 }", "near '[x] = 1 }'", "number"},
        {"{ $.a[\"] = 1 }", "", "number"},
        {"{ $.a > x }", "", "numbers"},
        {"{ ($.a = 1 }", "", "')'"},
        {"{ $.a = 1 } x", "near 'x'", "Nothing"},
        {"{ $.a = %x% }", "", "regular"},
        {"{ $.a = 1 && }", "near '}'", "selector"},
        {"[a, b", "", "']'"},
        {"[a = ]", "", "value"},
        {"[a ~ 1]", "", "operator"},
        {"[..., a, ...]", "", "one '...'"},
        {"[a = 1 && b = 2]", "", "field it stands at"},
        {"[a] b", "near 'b'", "Nothing"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct log_pattern pattern = {0};
        struct error err = {0};
        const bool is_read = log_pattern_parse(str_from(cases[i].pattern), &pattern, &err);
        if (is_read) print_error("%s was read\n", cases[i].pattern);
        assert_false(is_read);
        assert_int_equal(err.code, ERROR_USAGE);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
    }
}

static void a_pattern_has_a_length_and_a_depth(void **state) {
    struct buf text = {0};
    struct log_pattern pattern = {0};
    struct error err = {0};
    (void)state;
    while (text.len <= LOG_PATTERN_MAX_BYTES)
        buf_add_char(&text, 'a');
    assert_false(log_pattern_parse(buf_str(&text), &pattern, &err));
    assert_contains(str_from(err.message), "less than or equal to 1024");
    buf_reset(&text);
    buf_add(&text, STR("{ "));
    for (int i = 0; i < 500; i++)
        buf_add_char(&text, '(');
    assert_false(log_pattern_parse(buf_str(&text), &pattern, &err));
    assert_contains(str_from(err.hint), "nest");
    buf_release(&text);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_or_do_not),
        cmocka_unit_test(broken_patterns_are_refused_at_their_place),
        cmocka_unit_test(a_pattern_has_a_length_and_a_depth),
    };
    return cmocka_run_group_tests_name("aws/log_pattern", tests, NULL, NULL);
}
