// The pixel: a message in the address of an image, in every form mail programs leave it.
#include "segment/pixel.h"

#include "support/test.h"

static void pixel_paths_name_the_type(void **state) {
    (void)state;
    static const struct {
        const char *path;
        bool is_known;
        enum event_type type;
    } cases[] = {
        {.path = "/v1/pixel/track", .is_known = true, .type = EVENT_TRACK},
        {.path = "/v1/pixel/alias", .is_known = true, .type = EVENT_ALIAS},
        {.path = "/v1/pixel/t"},
        {.path = "/v1/pixel/"},
        {.path = "/v1/track"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        enum event_type type = EVENT_TYPE_COUNT;
        print_message("%s\n", cases[i].path);
        assert_int_equal(pixel_path_parse(str_from(cases[i].path), &type), cases[i].is_known);
        if (cases[i].is_known) assert_int_equal(type, cases[i].type);
    }
}

// {"writeKey":"WK","userId":"u?>","event":"E"} has both letters that differ between the alphabets
static void pixel_data_is_read_in_every_form(void **state) {
    (void)state;
    static const char *const queries[] = {
        "data=eyJ3cml0ZUtleSI6IldLIiwidXNlcklkIjoidT8-Pz4iLCJldmVudCI6IkUifQ",
        "data=eyJ3cml0ZUtleSI6IldLIiwidXNlcklkIjoidT8-Pz4iLCJldmVudCI6IkUifQ==",
        "data=eyJ3cml0ZUtleSI6IldLIiwidXNlcklkIjoidT8+Pz4iLCJldmVudCI6IkUifQ==",
        "data=eyJ3cml0ZUtleSI6IldLIiwidXNlcklkIjoidT8%2BPz4iLCJldmVudCI6IkUifQ%3D%3D",
        "data=eyJ3cml0ZUtleSI6IldLIiwidXNlcklkIjoidT8%20Pz4iLCJldmVudCI6IkUifQ",
        "data=%7B%22writeKey%22%3A%22WK%22%2C%22userId%22%3A%22u%3F%3E%3F%3E%22%2C%22event%22%3A%"
        "22E%22%7D",
        "x=1&data=eyJ3cml0ZUtleSI6IldLIiwidXNlcklkIjoidT8-Pz4iLCJldmVudCI6IkUifQ&userId=no",
    };
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        CLEANUP(json_release) struct json message = {0};
        struct error err = {0};
        print_message("%s\n", queries[i]);
        assert_ok(pixel_decode(str_from(queries[i]), &message, &err), err);
        assert_str(json_get_text(message.root, "writeKey"), "WK");
        assert_str(json_get_text(message.root, "userId"), "u?>?>");
        assert_str(json_get_text(message.root, "event"), "E");
    }
}

static void flat_fields_make_the_message(void **state) {
    (void)state;
    CLEANUP(json_release) struct json message = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    assert_ok(
        pixel_decode(
            STR("userId=user_123&event=Email+Opened&properties.subject=The%20Daily&"
                "properties.address.city=Graz&properties.subject=second&properties=late&"
                "traits.a=1&writeKey=WK&properties.address=late&&novalue"),
            &message, &err),
        err);
    json_print(message.root, &text);
    assert_str(
        buf_str(&text), "{\"userId\":\"user_123\",\"event\":\"Email Opened\",\"properties\":{"
                        "\"subject\":\"The Daily\",\"address\":{\"city\":\"Graz\"}},\"traits\":{"
                        "\"a\":\"1\"},\"writeKey\":\"WK\",\"novalue\":\"\"}");
}

static void what_is_no_message_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *query;
        enum error_code code;
    } cases[] = {
        {.query = "data=", .code = ERROR_INVALID},
        {.query = "data=%%%", .code = ERROR_INVALID},
        {.query = "data=bm8", .code = ERROR_INVALID},  // no
        {.query = "data=WzFd", .code = ERROR_INVALID}, // [1]
        {.query = "data=MQ", .code = ERROR_INVALID},   // 1
        {.query = "a.b.c.d.e.f.g.h.i.j=1", .code = ERROR_LIMIT},
        {.query = "userId=%zz", .code = ERROR_INVALID},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct json message = {0};
        struct error err = {0};
        print_message("%s\n", cases[i].query);
        if (pixel_decode(str_from(cases[i].query), &message, &err)) {
            json_release(&message);
            // base64 of nothing, or a query that says nothing, is no object either way
            fail();
        }
        assert_true(err.code == cases[i].code);
        assert_null(message.root);
    }
}

static void too_many_fields_and_bytes_are_refused(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf query = {0};
    struct json message = {0};
    struct error err = {0};
    for (size_t i = 0; i <= PIXEL_MAX_FIELDS; i++)
        buf_add_format(&query, "f%zu=1&", i);
    assert_false(pixel_decode(buf_str(&query), &message, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.hint), "base64");
    buf_reset(&query);
    buf_add(&query, STR("userId=u&properties.x="));
    for (size_t i = 0; i < EVENT_MAX_BYTES; i++)
        buf_add_char(&query, 'x');
    assert_false(pixel_decode(buf_str(&query), &message, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void a_nul_in_a_name_makes_no_key(void **state) {
    (void)state;
    CLEANUP(json_release) struct json message = {0};
    struct error err = {0};
    assert_ok(pixel_decode(STR("a%00.b=1&a%00=2&=3&.x=4&u=5"), &message, &err), err);
    assert_int_equal(json_count(message.root), 1);
    assert_str(json_get_text(message.root, "u"), "5");
}

static void the_image_is_a_gif_of_one_pixel(void **state) {
    (void)state;
    const struct str image = pixel_image();
    assert_true(str_starts_with(image, STR("GIF89a\x01\x00\x01\x00")));
    assert_int_equal(image.ptr[image.len - 1], 0x3B);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pixel_paths_name_the_type),
    cmocka_unit_test(pixel_data_is_read_in_every_form),
    cmocka_unit_test(flat_fields_make_the_message),
    cmocka_unit_test(what_is_no_message_is_refused),
    cmocka_unit_test(too_many_fields_and_bytes_are_refused),
    cmocka_unit_test(a_nul_in_a_name_makes_no_key),
    cmocka_unit_test(the_image_is_a_gif_of_one_pixel),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
