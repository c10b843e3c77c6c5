// JUnit reports: counts, and texts that cannot break out of their place.
#include "recording/junit.h"

#include "support/test.h"

static struct buf format(const struct junit *junit, const char *suite) {
    struct buf text = {0};
    junit_format(junit, str_from(suite), &text);
    return text;
}

static void an_empty_report_is_whole(void **state) {
    (void)state;
    const struct junit junit = {0};
    CLEANUP(buf_release) struct buf text = format(&junit, "none");
    assert_str(
        buf_str(&text),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "  <testsuite name=\"none\" tests=\"0\" failures=\"0\" errors=\"0\" skipped=\"0\" "
        "time=\"0.000\">\n  </testsuite>\n</testsuites>\n");
}

static void outcomes_are_counted(void **state) {
    (void)state;
    CLEANUP(junit_release) struct junit junit = {0};
    junit_add(&junit, &(struct junit_case){.name = STR("a"), .seconds = 0.25});
    junit_add(
        &junit, &(struct junit_case){.name = STR("b"), .outcome = JUNIT_FAILED, .seconds = 1});
    junit_add(&junit, &(struct junit_case){.name = STR("c"), .outcome = JUNIT_ERROR});
    junit_add(&junit, &(struct junit_case){.name = STR("d"), .outcome = JUNIT_SKIPPED});
    CLEANUP(buf_release) struct buf text = format(&junit, "s");
    assert_contains(
        buf_str(&text), "tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"1.250\"");
    assert_contains(buf_str(&text), "name=\"a\" time=\"0.250\"/>");
    assert_contains(buf_str(&text), "<skipped message=\"\"></skipped>");
}

static void text_stays_text(void **state) {
    (void)state;
    CLEANUP(junit_release) struct junit junit = {0};
    const struct junit_case made = {
        .name = STR("\"/><x a='&\n"),
        .outcome = JUNIT_FAILED,
        .message = STR("]]> </failure>\033[31m"),
        .text = STR("one <b>\n\ttwo \x01 \xff \xef\xbf\xbe \xc2\x9b &amp;\n"),
    };
    junit_add(&junit, &made);
    CLEANUP(buf_release) struct buf text = format(&junit, "<suite>");
    const struct str seen = buf_str(&text);
    assert_contains(seen, "name=\"&quot;/&gt;&lt;x a=&apos;&amp;\\n\"");
    assert_contains(seen, "message=\"]]&gt; &lt;/failure&gt;\\e[31m\"");
    assert_contains(seen, "one &lt;b&gt;\n");
    assert_contains(seen, "&amp;amp;");
    assert_contains(seen, "name=\"&lt;suite&gt;\"");
    for (size_t i = 0; i < seen.len; i++) // nothing that XML 1.0 forbids
        assert_true((unsigned char)seen.ptr[i] >= 0x20 || seen.ptr[i] == '\n');
    assert_true(str_is_utf8(seen));
    assert_false(str_contains(seen, STR("\xef\xbf\xbe")));
    assert_false(str_contains(seen, STR("\xc2\x9b")));
}

static void a_report_is_bounded(void **state) {
    (void)state;
    CLEANUP(junit_release) struct junit junit = {0};
    CLEANUP(buf_release) struct buf big = {0};
    for (int i = 0; i < 1 << 20; i++)
        buf_add(&big, STR("<<<<"));
    const struct junit_case made = {
        .name = STR("big"), .outcome = JUNIT_FAILED, .text = buf_str(&big)};
    for (int i = 0; i < 6; i++) // four times four MiB, each written as four bytes
        junit_add(&junit, &made);
    CLEANUP(buf_release) struct buf text = format(&junit, "s");
    assert_false(text.overflowed);
    assert_true(text.len < JUNIT_MAX_BYTES);
    assert_contains(buf_str(&text), "failures=\"6\"");
    assert_true(str_ends_with(buf_str(&text), STR("</testsuites>\n")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_report_is_whole),
        cmocka_unit_test(outcomes_are_counted),
        cmocka_unit_test(text_stays_text),
        cmocka_unit_test(a_report_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
