// A message as the call that makes it.
#include "segment/snippet.h"

#include "support/test.h"

static void each_type_has_its_call(void **state) {
    (void)state;
    static const struct {
        const char *message, *call;
    } cases[] = {
        {"{\"type\":\"track\",\"event\":\"Product Clicked\",\"properties\":{\"sku\":\"a\"}}",
         "analytics.track(\"Product Clicked\", {\"sku\":\"a\"});"},
        {"{\"type\":\"track\",\"event\":\"E\",\"properties\":{}}", "analytics.track(\"E\");"},
        {"{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"plan\":\"gold\"}}",
         "analytics.identify(\"u\", {\"plan\":\"gold\"});"},
        {"{\"type\":\"identify\",\"userId\":null,\"traits\":{\"a\":1}}",
         "analytics.identify({\"a\":1});"},
        {"{\"type\":\"page\",\"name\":\"Home\"}", "analytics.page(\"Home\");"},
        {"{\"type\":\"page\",\"category\":\"Docs\",\"name\":\"Home\",\"properties\":{\"x\":1}}",
         "analytics.page(\"Docs\", \"Home\", {\"x\":1});"},
        {"{\"type\":\"screen\"}", "analytics.screen();"},
        {"{\"type\":\"group\",\"groupId\":\"g\",\"traits\":{\"a\":1}}",
         "analytics.group(\"g\", {\"a\":1});"},
        {"{\"type\":\"alias\",\"userId\":\"n\",\"previousId\":\"o\"}",
         "analytics.alias(\"n\", \"o\");"},
        {"{\"type\":\"track\",\"event\":\"say \\\"hi\\\"\"}",
         "analytics.track(\"say \\\"hi\\\"\");"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(event_release) struct event event = {0};
        CLEANUP(buf_release) struct buf call = {0};
        struct error err = {0};
        assert_ok(event_decode(str_from(cases[i].message), EVENT_TYPE_COUNT, &event, &err), err);
        snippet_add_call(&call, &event);
        assert_str(buf_str(&call), cases[i].call);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_type_has_its_call),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
