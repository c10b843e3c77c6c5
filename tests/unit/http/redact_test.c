// redact — every kind of secret this program sends or receives goes through here and must not come out.
#include "support/test.h"

#include "http/base64.h"
#include "http/redact.h"

#define SECRET "Zq9SECRETvalue0SECRETx7Kd" // what must never appear whole; its last four may

static void assert_hidden(const struct buf *out) {
    if (str_contains(buf_str(out), STR("SECRET"))) {
        print_error("leaked: %s\n", buf_text(out));
        fail();
    }
}

static void redact_hides_every_place_of_a_secret(void **state) {
    static const struct {
        const char *what, *header, *value, *url, *type, *body;
    } cases[] = {
        {.what = "bearer", .header = "Authorization", .value = "Bearer " SECRET},
        {.what = "bare authorization", .header = "authorization", .value = SECRET},
        {.what = "token header", .header = "X-Amz-Security-Token", .value = SECRET},
        {.what = "cookie", .header = "Set-Cookie", .value = "a=" SECRET},
        {.what = "signature in query", .url = "https://h/p?a=b&X-Amz-Signature=" SECRET},
        {.what = "escaped name", .url = "https://h/p?%58-Amz-Signature=" SECRET "&z=1"},
        {.what = "presigned key id", .url = "https://h/p?X-Amz-Credential=" SECRET "%2F2024"},
        {.what = "write key in JSON",
         .type = "application/json",
         .body = "{\"batch\":[{\"writeKey\":\"" SECRET "\"}],\"writeKey\":\"" SECRET "\"}"},
        {.what = "sandbox env",
         .type = "application/json",
         .body = "{\"write_keys\":{\"website-prod\":\"" SECRET "\"},\"profile_api_token\":\"" SECRET
                 "\"}"},
        {.what = "secret as number or list",
         .type = "application/json",
         .body = "{\"password\":[\"" SECRET "\",{\"a\":\"" SECRET "\"}]}"},
        {.what = "STS reply",
         .type = "text/xml",
         .body = "<C><SecretAccessKey>" SECRET "</SecretAccessKey><SessionToken>" SECRET
                 "</SessionToken></C>"},
        {.what = "external id in form",
         .type = "application/x-www-form-urlencoded",
         .body = "Action=AssumeRole&ExternalId=" SECRET "&Version=1"},
        {.what = "broken JSON",
         .type = "application/json",
         .body = "{\"writeKey\": \"" SECRET "\""},
        {.what = "JSON sent as text",
         .type = "text/plain",
         .body = "{\"writeKey\":\"" SECRET "\"}"},
        {.what = "form sent as text", .type = "text/plain", .body = "a=1&write_key=" SECRET},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(request_release) struct request request = {0};
        CLEANUP(buf_release) struct buf out = {0};
        print_message("%s\n", cases[i].what);
        request_set_url(&request, str_from(cases[i].url ? cases[i].url : "https://h/"));
        if (cases[i].header)
            headers_add(&request.headers, str_from(cases[i].header), str_from(cases[i].value));
        if (cases[i].type)
            headers_add(&request.headers, STR("content-type"), str_from(cases[i].type));
        request_set_body(&request, str_from(cases[i].body));
        redact_add_request(&out, &request);
        assert_hidden(&out);
        assert_contains(buf_str(&out), "••••");
    }
}

static void redact_hides_both_halves_of_basic(void **state) {
    CLEANUP(buf_release) struct buf value = {0};
    CLEANUP(buf_release) struct buf out = {0};
    (void)state;
    buf_add(&value, STR("Basic "));
    base64_encode(&value, STR(SECRET ":" SECRET));
    redact_add_header_value(&out, STR("Authorization"), buf_str(&value));
    assert_str(buf_str(&out), "Basic ••••x7Kd:••••x7Kd");
    buf_reset(&out);
    redact_add_header_value(&out, STR("Authorization"), STR("Basic not!base64"));
    assert_str(buf_str(&out), "Basic ••••");
}

static void redact_keeps_the_useful_half_of_a_signature(void **state) {
    CLEANUP(buf_release) struct buf out = {0};
    (void)state;
    redact_add_header_value(
        &out, STR("authorization"),
        STR("AWS4-HMAC-SHA256 "
            "Credential=AKIDSANDBOX00000001/20240501/eu-west-1/lambda/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=0123456789abcdef"));
    assert_str(
        buf_str(&out),
        "AWS4-HMAC-SHA256 Credential=••••0001/20240501/eu-west-1/lambda/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=••••");
}

static void redact_shows_the_rest_as_it_is(void **state) {
    CLEANUP(response_release) struct response response = {.status = 403};
    CLEANUP(buf_release) struct buf out = {0};
    (void)state;
    headers_add(&response.headers, STR("Content-Type"), STR("text/xml"));
    headers_add(&response.headers, STR("x-amzn-RequestId"), STR("r-1"));
    buf_add(
        &response.body,
        STR("<Message>The security token included in the request is invalid</Message>"));
    redact_add_response(&out, &response);
    assert_str(
        buf_str(&out),
        "403 Forbidden\nContent-Type: text/xml\nx-amzn-RequestId: r-1\n\n"
        "<Message>The security token included in the request is invalid</Message>\n");
}

static void redact_indents_json_and_leaves_its_values(void **state) {
    CLEANUP(buf_release) struct buf out = {0};
    (void)state;
    redact_add_body(&out, STR("application/json"), STR("{\"userId\":\"u-17\",\"n\":2,\"x\":null}"));
    assert_contains(buf_str(&out), "\"userId\":");
    assert_contains(buf_str(&out), "u-17");
    assert_contains(buf_str(&out), "\n");
}

static void redact_masks_json_and_keeps_it_json(void **state) {
    CLEANUP(json_release) struct json event = {0};
    CLEANUP(buf_release) struct buf out = {0};
    struct error err = {0};
    (void)state;
    const struct str text = STR("{\"event\":\"k\",\"properties\":{\"n\":1.5,\"writeKey\":"
                                "\"RecloopWebsiteProdSandboxKey0001\",\"list\":[\"\\u001b[2J\"]}}");
    assert_ok(json_parse(text, &event, &err), err);
    redact_add_json(&out, event.root);
    assert_str(
        buf_str(&out), "{\"event\":\"k\",\"properties\":{\"n\":1.5,\"writeKey\":\"••••0001\","
                       "\"list\":[\"\\u001b[2J\"]}}");
}

static void redact_lets_nothing_steer_the_terminal(void **state) {
    CLEANUP(response_release) struct response response = {.status = 200};
    CLEANUP(buf_release) struct buf out = {0};
    (void)state;
    headers_add(&response.headers, STR("X-Odd"), STR("a\x1b[2Jb"));
    buf_add(&response.body, STR("line\x1b]0;title\x07\r\nnext\x9b"));
    redact_add_response(&out, &response);
    assert_false(str_contains(buf_str(&out), STR("\x1b")));
    assert_false(str_contains(buf_str(&out), STR("\x07")));
    assert_contains(buf_str(&out), "\\e[2Jb");
    assert_contains(buf_str(&out), "\nnext");
}

static void redact_cuts_long_bodies_and_says_so(void **state) {
    CLEANUP(buf_release) struct buf body = {0};
    CLEANUP(buf_release) struct buf out = {0};
    (void)state;
    while (body.len < REDACT_BODY_BYTES + 1000)
        buf_add(&body, STR("0123456789"));
    redact_add_body(&out, STR("text/plain"), buf_str(&body));
    assert_true(out.len < REDACT_BODY_BYTES + 200);
    assert_contains(buf_str(&out), "cut: the whole body has");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(redact_hides_every_place_of_a_secret),
    cmocka_unit_test(redact_hides_both_halves_of_basic),
    cmocka_unit_test(redact_keeps_the_useful_half_of_a_signature),
    cmocka_unit_test(redact_shows_the_rest_as_it_is),
    cmocka_unit_test(redact_indents_json_and_leaves_its_values),
    cmocka_unit_test(redact_masks_json_and_keeps_it_json),
    cmocka_unit_test(redact_lets_nothing_steer_the_terminal),
    cmocka_unit_test(redact_cuts_long_bodies_and_says_so),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
