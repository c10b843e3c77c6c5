#include "support/test.h"

#include "actions/sent_note.h"

#define CLICK                                                                                      \
    "{\"type\":\"track\",\"event\":\"Product Clicked\",\"userId\":\"u1\",\"anonymousId\":\"a1\","  \
    "\"messageId\":\"m1\",\"properties\":{\"sku\":\"led-high-tops\"},\"writeKey\":\"" KEY "\"}"
#define KEY "abcdefghijklmnopqrstuvwxyz012345"

static void sent_note_tells_the_event_and_no_secret(void **state) {
    (void)state;
    struct note_limit limit = {0};
    const struct sent_note note = {.source = "website-prod", .via = "segment", .text = STR(CLICK)};
    struct message *message = sent_note_new(&note, 0, &limit);
    assert_non_null(message);
    const struct message_event *event = &message->as.event;
    assert_true(event->is_sent);
    assert_string_equal(event->source, "website-prod");
    assert_string_equal(event->via, "segment");
    assert_string_equal(event->type, "track");
    assert_string_equal(event->name, "Product Clicked");
    assert_string_equal(event->user_id, "u1");
    assert_string_equal(event->anonymous_id, "a1");
    assert_string_equal(event->sku, "led-high-tops");
    assert_string_equal(event->message_id, "m1");
    assert_int_equal(event->sequence, 1);
    assert_true(event->received_at_ms > 0);
    assert_null(strstr(event->raw, KEY));
    message_free(message);
}

static void sent_note_shows_what_is_no_message_as_it_is(void **state) {
    (void)state;
    struct note_limit limit = {0};
    const struct sent_note note = {.source = "s", .via = "segment", .text = STR("{\"type\":7}")};
    struct message *message = sent_note_new(&note, 0, &limit);
    assert_non_null(message);
    assert_string_equal(message->as.event.raw, "{\"type\":7}");
    message_free(message);
}

// A gap in the numbers tells how many were left out.
static void sent_note_leaves_out_what_nobody_takes(void **state) {
    (void)state;
    struct note_limit limit = {0};
    const struct sent_note note = {.source = "s", .via = "segment", .text = STR(CLICK)};
    assert_null(sent_note_new(&note, NOTE_LIMIT_WAITING, &limit));
    limit.window_ms = INT64_MAX / 2; // one that does not end
    limit.in_window = 0;
    int told = 0;
    uint64_t newest = 0;
    for (int i = 0; i < 2 * SENT_NOTE_PER_SECOND; i++) {
        struct message *message = sent_note_new(&note, 0, &limit);
        if (!message) continue;
        told++;
        newest = message->as.event.sequence;
        message_free(message);
    }
    assert_int_equal(told, SENT_NOTE_PER_SECOND);
    assert_int_equal(newest, 1 + SENT_NOTE_PER_SECOND);
    assert_int_equal(limit.sequence, 1 + 2 * SENT_NOTE_PER_SECOND);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sent_note_tells_the_event_and_no_secret),
    cmocka_unit_test(sent_note_shows_what_is_no_message_as_it_is),
    cmocka_unit_test(sent_note_leaves_out_what_nobody_takes),
};

int main(void) {
    return cmocka_run_group_tests_name("actions/sent_note", tests, NULL, NULL);
}
