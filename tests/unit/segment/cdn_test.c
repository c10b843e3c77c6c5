// The settings document that SDKs load first.
#include "segment/cdn.h"

#include "base/json.h"
#include "support/test.h"

static void settings_paths_hold_the_key(void **state) {
    (void)state;
    static const struct {
        const char *path, *key;
    } cases[] = {
        {"/v1/projects/WK/settings", "WK"},
        {"/analytics.js/v1/WK/settings", "WK"},
        {"/v1/projects//settings", NULL},
        {"/v1/projects/settings", NULL},
        {"/v1/projects/a/b/settings", NULL},
        {"/v1/projects/WK/setting", NULL},
        {"/analytics.js/v1/WK/analytics.min.js", NULL},
        {"/v1/projects/", NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct str key = STR("untouched");
        print_message("%s\n", cases[i].path);
        assert_int_equal(cdn_path_parse(str_from(cases[i].path), &key), cases[i].key != NULL);
        assert_str(key, cases[i].key ? cases[i].key : "untouched");
    }
}

static void the_document_leads_back_here_and_to_nothing_else(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(json_release) struct json document = {0};
    struct error err = {0};
    cdn_settings_encode(
        &(struct cdn_settings){
            .write_key = STR("WK"), .api_host = STR("127.0.0.1:1/v1"), .protocol = STR("http")},
        &text);
    assert_ok(json_parse(buf_str(&text), &document, &err), err);
    const struct json_node *integrations = json_get(document.root, "integrations");
    const struct json_node *segment = json_get(integrations, "Segment.io");
    assert_int_equal(json_count(integrations), 1);
    assert_str(json_get_text(segment, "apiKey"), "WK");
    assert_str(json_get_text(segment, "apiHost"), "127.0.0.1:1/v1");
    assert_str(json_get_text(segment, "protocol"), "http");
    double rate = 1;
    assert_true(json_number(json_get(json_get(document.root, "metrics"), "sampleRate"), &rate));
    assert_true(rate >= 0 && rate <= 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(settings_paths_hold_the_key),
    cmocka_unit_test(the_document_leads_back_here_and_to_nothing_else),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
