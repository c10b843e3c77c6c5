// What Segment's front door does with a message.
#include "segment/ingest.h"

#include "support/test.h"

#define RECEIVED_MS 1551110105905 // 2019-02-25T15:55:05.905Z

static void decode(const char *text, struct event *out) {
    struct error err = {0};
    assert_ok(event_decode(str_from(text), EVENT_TYPE_COUNT, out, &err), err);
}

static void ingest_check_names_the_reason(void **state) {
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {.text = "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\"}", .reason = "accepted"},
        {
            .text = "{\"type\":\"track\",\"userId\":null,\"anonymousId\":\"a\",\"event\":\"X\","
                    "\"properties\":null}",
            .reason = "accepted",
        },
        {.text = "{\"type\":\"track\",\"event\":\"X\"}", .reason = "no_user_anon_id"},
        {
            .text = "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"\"}",
            .reason = "no_user_anon_id",
        },
        {.text = "{\"type\":\"track\",\"event\":\"X\",\"userId\":42}", .reason = "id_not_string"},
        {
            .text = "{\"type\":\"track\",\"event\":\"X\",\"userId\":\"u\",\"anonymousId\":[]}",
            .reason = "id_not_string",
        },
        {.text = "{\"type\":\"track\",\"userId\":\"u\"}", .reason = "event_not_defined"},
        {
            .text = "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"\"}",
            .reason = "event_not_defined",
        },
        {
            .text = "{\"type\":\"track\",\"userId\":\"u\",\"event\":{}}",
            .reason = "event_not_string",
        },
        {
            .text = "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\",\"properties\":[]}",
            .reason = "properties_not_object",
        },
        {
            .text = "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":\"x\"}",
            .reason = "traits_not_object",
        },
        {.text = "{\"type\":\"identify\",\"userId\":\"u\"}", .reason = "accepted"},
        {.text = "{\"type\":\"page\",\"userId\":\"u\"}", .reason = "accepted"},
        {.text = "{\"type\":\"page\",\"userId\":\"u\",\"name\":3}", .reason = "name_not_string"},
        {
            .text = "{\"type\":\"screen\",\"userId\":\"u\",\"category\":\"\"}",
            .reason = "category_not_string",
        },
        {.text = "{\"type\":\"group\",\"userId\":\"u\"}", .reason = "id_required"},
        {.text = "{\"type\":\"group\",\"userId\":\"u\",\"groupId\":\"g\"}", .reason = "accepted"},
        {.text = "{\"type\":\"alias\",\"userId\":\"u\"}", .reason = "id_required"},
        {
            .text = "{\"type\":\"alias\",\"userId\":\"u\",\"previousId\":\"u\"}",
            .reason = "accepted", // the browser SDK aliases an id to itself
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(event_release) struct event event = {0};
        print_message("%s\n", cases[i].text);
        decode(cases[i].text, &event);
        assert_string_equal(ingest_discard_name(ingest_check(&event)), cases[i].reason);
    }
}

static void ingest_every_reason_has_a_remedy(void **state) {
    (void)state;
    for (int i = 0; i < INGEST_DISCARD_COUNT; i++) {
        assert_true(ingest_discard_remedy((enum ingest_discard)i)[0] != '\0');
        assert_string_not_equal(ingest_discard_name((enum ingest_discard)i), "unknown");
    }
}

static struct str field(const struct event *event, const char *key) {
    return json_get_text(event->document.root, key);
}

static void normalise(struct event *event, struct ingest_options options) {
    struct rng rng = {0};
    rng_seed(&rng, 7);
    options.rng = &rng;
    if (!options.received_at_ms) options.received_at_ms = RECEIVED_MS;
    ingest_normalise(event, &options);
}

static void ingest_corrects_the_clock_of_the_device(void **state) {
    (void)state;
    static const struct {
        const char *timestamp, *sent_at, *expected, *original;
    } cases[] = {
        {
            // the documentation's example: 5.120 s after sending counts for nothing but latency
            .timestamp = "2019-02-25T10:00:00.000Z",
            .sent_at = "2019-02-25T10:00:05.000Z",
            .expected = "2019-02-25T15:55:00.905Z",
            .original = "2019-02-25T10:00:00.000Z",
        },
        {
            // python: offset and microseconds
            .timestamp = "2019-02-25T17:00:00+02:00",
            .sent_at = "2019-02-25T15:00:01.123456+00:00",
            .expected = "2019-02-25T15:55:04.782Z",
            .original = "2019-02-25T15:00:00.000Z",
        },
        {
            .timestamp = "2011-01-01T00:00:00Z",
            .sent_at = "",
            .expected = "2011-01-01T00:00:00.000Z",
            .original = "2011-01-01T00:00:00.000Z",
        },
        {
            .timestamp = "2011-01-01T00:00:00Z",
            .sent_at = "soon",
            .expected = "2011-01-01T00:00:00.000Z",
            .original = "2011-01-01T00:00:00.000Z",
        },
        {
            .timestamp = "soon",
            .sent_at = "2019-02-25T10:00:05.000Z",
            .expected = "2019-02-25T15:55:05.905Z",
            .original = "soon",
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf text = {0};
        CLEANUP(event_release) struct event event = {0};
        print_message("%s sent %s\n", cases[i].timestamp, cases[i].sent_at);
        buf_add_format(
            &text, "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\",\"timestamp\":\"%s\"}",
            cases[i].timestamp);
        decode(buf_text(&text), &event);
        normalise(&event, (struct ingest_options){.sent_at = str_from(cases[i].sent_at)});
        assert_str(event.timestamp, cases[i].expected);
        assert_str(field(&event, "originalTimestamp"), cases[i].original);
        assert_str(field(&event, "receivedAt"), "2019-02-25T15:55:05.905Z");
    }
}

static void ingest_adds_what_the_client_left_out(void **state) {
    (void)state;
    CLEANUP(event_release) struct event event = {0};
    int64_t version = 0;
    decode(
        "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\",\"writeKey\":\"SECRET\","
        "\"odd\":{\"kept\":true}}",
        &event);
    normalise(&event, (struct ingest_options){.project_id = STR("website-prod")});
    assert_int_equal(event.message_id.len, 36);
    assert_true(str_starts_with(event.message_id, STR("api-")));
    assert_str(event.timestamp, "2019-02-25T15:55:05.905Z");
    assert_str(field(&event, "channel"), "server");
    assert_str(field(&event, "projectId"), "website-prod");
    assert_true(json_integer(json_get(event.document.root, "version"), &version));
    assert_int_equal(version, 2);
    assert_null(json_get(event.document.root, "writeKey"));
    assert_null(json_get(event.document.root, "originalTimestamp"));
    assert_true(json_bool(json_get(json_get(event.document.root, "odd"), "kept"), false));
}

static void ingest_lets_no_second_write_key_through(void **state) {
    (void)state;
    CLEANUP(event_release) struct event event = {0};
    CLEANUP(buf_release) struct buf text = {0};
    decode(
        "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\",\"writeKey\":\"SECRET\","
        "\"writeKey\":\"SECRET\",\"messageId\":7,\"messageId\":\"second\"}",
        &event);
    normalise(&event, (struct ingest_options){0});
    event_encode(&event, &text);
    assert_false(str_contains(buf_str(&text), STR("SECRET")));
    assert_false(str_contains(buf_str(&text), STR("second")));
    assert_true(str_starts_with(event.message_id, STR("api-")));
}

static void ingest_keeps_a_client_made_message_id(void **state) {
    (void)state;
    CLEANUP(event_release) struct event event = {0};
    decode("{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\",\"messageId\":\"mine\"}", &event);
    normalise(&event, (struct ingest_options){0});
    assert_str(event.message_id, "mine");
}

static void ingest_merges_the_envelope_under_the_message(void **state) {
    (void)state;
    CLEANUP(event_release) struct event event = {0};
    CLEANUP(json_release) struct json envelope = {0};
    struct error err = {0};
    assert_ok(
        json_parse(
            STR("{\"context\":{\"locale\":\"de\",\"ip\":\"1.1.1.1\"},"
                "\"integrations\":{\"All\":false}}"),
            &envelope, &err),
        err);
    decode(
        "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\",\"context\":{\"locale\":\"fr\"}}",
        &event);
    normalise(
        &event, (struct ingest_options){
                    .context = json_get(envelope.root, "context"),
                    .integrations = json_get(envelope.root, "integrations"),
                });
    assert_str(json_get_text(event_context(&event), "locale"), "fr");
    assert_str(json_get_text(event_context(&event), "ip"), "1.1.1.1");
    assert_false(event_allows(&event, "Amazon Personalize"));
}

static void ingest_tells_the_channel_and_fills_the_shoppers_address_only(void **state) {
    (void)state;
    static const struct {
        const char *context, *channel, *client_ip, *ip;
    } cases[] = {
        {
            .context = "{\"library\":{\"name\":\"analytics.js\"}}",
            .channel = "browser",
            .client_ip = "10.0.0.9",
            .ip = "10.0.0.9",
        },
        {
            .context = "{\"library\":{\"name\":\"analytics-ios\"},\"ip\":\"8.8.8.8\"}",
            .channel = "mobile",
            .client_ip = "10.0.0.9",
            .ip = "8.8.8.8",
        },
        {
            .context = "{\"library\":{\"name\":\"analytics-python\"}}",
            .channel = "server",
            .client_ip = "10.0.0.9",
            .ip = "",
        },
        {.context = "{\"direct\":true}",
         .channel = "server",
         .client_ip = "10.0.0.9",
         .ip = "10.0.0.9"},
        {.context = "{\"direct\":true}", .channel = "server", .client_ip = "fe80::1", .ip = ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf text = {0};
        CLEANUP(event_release) struct event event = {0};
        print_message("%s\n", cases[i].context);
        buf_add_format(
            &text, "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\",\"context\":%s}",
            cases[i].context);
        decode(buf_text(&text), &event);
        normalise(&event, (struct ingest_options){.client_ip = str_from(cases[i].client_ip)});
        assert_str(field(&event, "channel"), cases[i].channel);
        assert_str(json_get_text(event_context(&event), "ip"), cases[i].ip);
    }
}

static void profiles_pass_over_what_unify_drops(void **state) {
    (void)state;
    static const struct {
        const char *type, *group_of, *reason;
        size_t fields, id_chars, group_chars;
    } cases[] = {
        {.type = "track", .group_of = "properties", .fields = 300, .id_chars = 100},
        {.type = "track",
         .group_of = "properties",
         .fields = 301,
         .id_chars = 1,
         .reason = "too_many_properties"},
        {.type = "track",
         .group_of = "properties",
         .id_chars = 101,
         .reason = "message_id_too_long"},
        {.type = "identify", .group_of = "traits", .fields = 299, .id_chars = 1},
        {.type = "identify",
         .group_of = "traits",
         .fields = 300,
         .id_chars = 1,
         .reason = "too_many_traits"},
        {.type = "group", .group_of = "traits", .fields = 300, .id_chars = 1, .group_chars = 500},
        {.type = "group",
         .group_of = "traits",
         .id_chars = 1,
         .group_chars = 501,
         .reason = "group_id_too_long"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf text = {0};
        CLEANUP(event_release) struct event event = {0};
        buf_add_format(&text, "{\"type\":\"%s\",\"userId\":\"u\",\"messageId\":\"", cases[i].type);
        for (size_t j = 0; j < cases[i].id_chars; j++)
            buf_add(&text, STR("\xc3\xa4")); // characters, not bytes
        buf_add(&text, STR("\",\"groupId\":\""));
        for (size_t j = 0; j < cases[i].group_chars; j++)
            buf_add_char(&text, 'g');
        buf_add_format(&text, "\",\"%s\":{", cases[i].group_of);
        for (size_t j = 0; j < cases[i].fields; j++)
            buf_add_format(&text, "%s\"f%zu\":1", j ? "," : "", j);
        buf_add(&text, STR("}}"));
        decode(buf_text(&text), &event);
        assert_str(
            str_from(ingest_profile_discard(&event)), cases[i].reason ? cases[i].reason : "");
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ingest_check_names_the_reason),
    cmocka_unit_test(ingest_every_reason_has_a_remedy),
    cmocka_unit_test(ingest_corrects_the_clock_of_the_device),
    cmocka_unit_test(ingest_adds_what_the_client_left_out),
    cmocka_unit_test(ingest_lets_no_second_write_key_through),
    cmocka_unit_test(ingest_keeps_a_client_made_message_id),
    cmocka_unit_test(ingest_merges_the_envelope_under_the_message),
    cmocka_unit_test(ingest_tells_the_channel_and_fills_the_shoppers_address_only),
    cmocka_unit_test(profiles_pass_over_what_unify_drops),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
