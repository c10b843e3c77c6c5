// The line that replaces itself: nothing of an older one stays, nothing wraps.
#include "cli/status_line.h"

#include "support/test.h"

static void status_line_covers_what_was_longer(void **state) {
    (void)state;
    struct status_line status = {0};
    CLEANUP(buf_release) struct buf out = {0};
    status_line_add_text(&status, STR("12345"), 80, &out);
    assert_str(buf_str(&out), "\r12345");
    buf_reset(&out);
    status_line_add_text(&status, STR("678"), 80, &out);
    assert_str(buf_str(&out), "\r678  ");
    buf_reset(&out);
    status_line_add_text(&status, STR("67"), 80, &out);
    assert_str(buf_str(&out), "\r67 ");
}

static void status_line_is_cut_at_whole_characters_before_the_edge(void **state) {
    (void)state;
    struct status_line status = {0};
    CLEANUP(buf_release) struct buf out = {0};
    status_line_add_text(&status, STR("€€€€€"), 4, &out);
    assert_str(buf_str(&out), "\r€€€");
    buf_reset(&out);
    status_line_add_text(&status, STR("abc"), 0, &out);
    assert_str(buf_str(&out), "\r   ");
}

static void status_line_clears_once(void **state) {
    (void)state;
    struct status_line status = {0};
    CLEANUP(buf_release) struct buf out = {0};
    status_line_add_clear(&status, &out);
    assert_int_equal(out.len, 0);
    status_line_add_text(&status, STR("€1"), 80, &out);
    buf_reset(&out);
    status_line_add_clear(&status, &out);
    assert_str(buf_str(&out), "\r  \r");
    buf_reset(&out);
    status_line_add_clear(&status, &out);
    assert_int_equal(out.len, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(status_line_covers_what_was_longer),
    cmocka_unit_test(status_line_is_cut_at_whole_characters_before_the_edge),
    cmocka_unit_test(status_line_clears_once),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
