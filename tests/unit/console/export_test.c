#include "support/test.h"

#include "console/export.h"
#include "console/model.h"

static void export_writes_a_table_of_all_names(void **state) {
    (void)state;
    struct json rows = {0};
    struct buf out = {0};
    struct error err;
    assert_ok(
        json_parse(
            STR("[{\"a\":1,\"b\":\"x,y\"},{\"c\":\"say "
                "\\\"no\\\"\",\"a\":null},{\"b\":\"two\\nlines\",\"c\":[1]}]"),
            &rows, &err),
        err);
    export_csv(rows.root, &out);
    assert_string_equal(
        buf_text(&out), "a,b,c\r\n1,\"x,y\",\r\n,,\"say \"\"no\"\"\"\r\n,\"two\nlines\",[1]\r\n");
    buf_release(&out);
    json_release(&rows);
}

static void export_goes_through_the_forms_that_are_possible(void **state) {
    (void)state;
    struct model model;
    struct buf out = {0};
    model_init(&model, &(struct model_options){0});
    model.pane = PANE_RECOMMENDATIONS;
    export_complete(&model, STR("list.json"), &out);
    assert_string_equal(buf_text(&out), "list.csv");
    buf_reset(&out);
    export_complete(&model, STR("list"), &out);
    assert_string_equal(buf_text(&out), "list.json");
    buf_reset(&out);
    model.pane = PANE_EVENT; // has no rows to write
    export_complete(&model, STR("list.txt"), &out);
    assert_string_equal(buf_text(&out), "list.svg");
    buf_release(&out);
    model_release(&model);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(export_writes_a_table_of_all_names),
    cmocka_unit_test(export_goes_through_the_forms_that_are_possible),
};

int main(void) {
    return cmocka_run_group_tests_name("console/export", tests, NULL, NULL);
}
