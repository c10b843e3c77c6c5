// Batches: what comes in, and bodies that keep the limits.
#include "segment/batch.h"

#include "support/test.h"

static void batch_keeps_good_and_bad_apart(void **state) {
    (void)state;
    CLEANUP(batch_release) struct batch batch = {0};
    struct error err = {0};
    assert_ok(
        batch_decode(
            STR("{\"writeKey\":\"WK\",\"sentAt\":\"2020-01-01T00:00:00Z\",\"context\":{\"a\":1},"
                "\"batch\":[{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\"},"
                "{\"type\":\"track\",\"event\":\"X\"},{\"type\":\"nonsense\"},7]}"),
            &batch, &err),
        err);
    assert_int_equal(batch.count, 4);
    assert_int_equal(batch.accepted_count, 1);
    assert_int_equal(batch.discard, INGEST_MULTI_USER_ERROR);
    assert_int_equal(batch.items[0].discard, INGEST_ACCEPTED);
    assert_int_equal(batch.items[1].discard, INGEST_NO_USER_ANON_ID);
    assert_int_equal(batch.items[2].discard, INGEST_TYPE_UNKNOWN);
    assert_int_equal(batch.items[3].discard, INGEST_TYPE_UNKNOWN);
    assert_str(json_get_text(batch.items[2].event.document.root, "type"), "nonsense");
    assert_str(batch.sent_at, "2020-01-01T00:00:00Z");
    assert_str(batch.write_key, "WK");
    assert_int_equal(json_kind(batch.context), JSON_OBJECT);
    assert_null(batch.integrations);
    assert_int_equal(ingest_check(&batch.items[3].event), INGEST_TYPE_UNKNOWN);

    // what is no object is stored as it came; the rest is brought into form
    struct rng rng = {0};
    rng_seed(&rng, 1);
    const struct ingest_options options = {.received_at_ms = 1, .rng = &rng};
    for (size_t i = 0; i < batch.count; i++)
        ingest_normalise(&batch.items[i].event, &options);
    assert_int_equal(json_kind(batch.items[3].event.document.root), JSON_NUMBER);
    assert_int_equal(batch.items[2].event.message_id.len, 36);
}

static void batch_judges_the_whole(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum ingest_discard discard;
    } cases[] = {
        {.text = "{\"batch\":[]}", .discard = INGEST_EMPTY_BATCH},
        {.text = "{\"batch\":[{}]}", .discard = INGEST_EMPTY_BATCH_RESULT},
        {
            .text = "{\"batch\":[{\"type\":\"identify\",\"userId\":\"u\"}]}",
            .discard = INGEST_ACCEPTED,
        },
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(batch_release) struct batch batch = {0};
        struct error err = {0};
        assert_ok(batch_decode(str_from(cases[i].text), &batch, &err), err);
        assert_int_equal(batch.discard, cases[i].discard);
    }
}

static void batch_refuses_what_is_none(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{}", "[]", "{\"batch\":{}}", "{\"batch\":[1,", "", "{\"batch\":null}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct batch batch = {0};
        struct error err = {0};
        assert_false(batch_decode(str_from(texts[i]), &batch, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_int_equal(batch.count, 0);
    }
}

static void add_message(struct buf *out, size_t padding) {
    buf_add(out, STR("{\"type\":\"track\",\"userId\":\"u\",\"event\":\"X\",\"p\":\""));
    for (size_t i = 0; i < padding; i++)
        buf_add_char(out, 'x');
    buf_add(out, STR("\"}"));
}

static void batch_refuses_too_much(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct batch batch = {0};
    struct error err = {0};
    buf_add(&text, STR("{\"batch\":["));
    add_message(&text, EVENT_MAX_BYTES);
    buf_add(&text, STR("]}"));
    assert_false(batch_decode(buf_str(&text), &batch, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.message), "message 1 of the batch");
    assert_contains(str_from(err.hint), "shorter properties");

    buf_reset(&text);
    while (text.len <= BATCH_MAX_BYTES)
        buf_add_char(&text, ' ');
    assert_false(batch_decode(buf_str(&text), &batch, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.hint), "500 KB");
}

static void batch_refuses_a_shared_context_above_a_message(void **state) {
    (void)state;
    static const char *const keys[] = {"context", "integrations"};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        CLEANUP(batch_release) struct batch batch = {0};
        CLEANUP(buf_release) struct buf text = {0};
        struct error err = {0};
        buf_add_format(&text, "{\"batch\":[{\"type\":\"track\"}],\"%s\":{\"a\":\"", keys[i]);
        for (size_t k = 0; k < EVENT_MAX_BYTES - 10; k++)
            buf_add_char(&text, 'x');
        buf_add(&text, STR("\"}}"));
        assert_ok(batch_decode(buf_str(&text), &batch, &err), err);
        text.len -= 3;
        buf_add(&text, STR("xxxxxxxx\"}}"));
        assert_false(batch_decode(buf_str(&text), &batch, &err));
        assert_int_equal(err.code, ERROR_LIMIT);
        assert_non_null(strstr(err.message, keys[i]));
        assert_true(err.hint[0]);
    }
}

static void batch_takes_2500_messages_and_no_more(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(batch_release) struct batch batch = {0};
    struct error err = {0};
    buf_add(&text, STR("{\"batch\":["));
    for (size_t i = 0; i <= BATCH_MAX_EVENTS; i++) {
        if (i) buf_add_char(&text, ',');
        add_message(&text, 1);
    }
    buf_add(&text, STR("]}"));
    assert_ok(batch_decode(buf_str(&text), &batch, &err), err);
    assert_int_equal(batch.accepted_count, BATCH_MAX_EVENTS);
    assert_int_equal(batch.items[BATCH_MAX_EVENTS].discard, INGEST_BATCH_TOO_LONG);
}

static void batch_builder_splits_by_bytes_and_by_count(void **state) {
    (void)state;
    CLEANUP(batch_builder_release) struct batch_builder builder = {.max_bytes = 300};
    CLEANUP(buf_release) struct buf message = {0};
    CLEANUP(buf_release) struct buf body = {0};
    CLEANUP(batch_release) struct batch batch = {0};
    struct error err = {0};
    add_message(&message, 60);
    assert_int_equal(batch_builder_add_text(&builder, buf_str(&message)), BATCH_ADDED);
    assert_int_equal(batch_builder_add_text(&builder, buf_str(&message)), BATCH_ADDED);
    assert_int_equal(batch_builder_add_text(&builder, buf_str(&message)), BATCH_FULL);
    assert_true(builder.body.len <= 300);
    batch_builder_finish(&builder, 0, STR("W\"K"), &body);
    assert_int_equal(builder.count, 0);
    assert_ok(batch_decode(buf_str(&body), &batch, &err), err);
    assert_int_equal(batch.accepted_count, 2);
    assert_str(batch.write_key, "W\"K");
    assert_str(batch.sent_at, "1970-01-01T00:00:00.000Z");

    builder.max_events = 1;
    assert_int_equal(batch_builder_add_text(&builder, buf_str(&message)), BATCH_ADDED);
    assert_int_equal(batch_builder_add_text(&builder, buf_str(&message)), BATCH_FULL);
    buf_reset(&message);
    add_message(&message, EVENT_MAX_BYTES);
    assert_int_equal(batch_builder_add_text(&builder, buf_str(&message)), BATCH_EVENT_TOO_LARGE);
}

static void batch_builder_fills_a_body_that_segment_accepts(void **state) {
    (void)state;
    CLEANUP(batch_builder_release) struct batch_builder builder = {0};
    CLEANUP(buf_release) struct buf message = {0};
    CLEANUP(buf_release) struct buf body = {0};
    CLEANUP(event_release) struct event event = {0};
    CLEANUP(batch_release) struct batch batch = {0};
    struct error err = {0};
    add_message(&message, 1000);
    assert_ok(event_decode(buf_str(&message), EVENT_TRACK, &event, &err), err);
    while (batch_builder_add(&builder, &event) == BATCH_ADDED)
        continue;
    const size_t count = builder.count;
    assert_true(count > 400);
    batch_builder_finish(&builder, 1551110105905, (struct str){0}, &body);
    assert_ok(batch_decode(buf_str(&body), &batch, &err), err);
    assert_int_equal(batch.accepted_count, count);
    assert_int_equal(batch.write_key.len, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(batch_keeps_good_and_bad_apart),
    cmocka_unit_test(batch_judges_the_whole),
    cmocka_unit_test(batch_refuses_what_is_none),
    cmocka_unit_test(batch_refuses_too_much),
    cmocka_unit_test(batch_refuses_a_shared_context_above_a_message),
    cmocka_unit_test(batch_takes_2500_messages_and_no_more),
    cmocka_unit_test(batch_builder_splits_by_bytes_and_by_count),
    cmocka_unit_test(batch_builder_fills_a_body_that_segment_accepts),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
