// test_event — see the header.
#include "segment/test_event.h"

static struct str or_workshop(struct str given, const char *workshop) {
    return given.len ? given : str_from(workshop);
}

void test_event_build(const struct test_event_options *options, struct event *out) {
    CLEANUP(buf_release) struct buf message_id = {0};
    CLEANUP(buf_release) struct buf anonymous_id = {0};
    buf_add(&message_id, STR("test-message-"));
    rng_add_alphanumeric(options->rng, &message_id, 6);
    const struct str user_id = or_workshop(options->user_id, TEST_EVENT_USER);
    if (options->anonymous_id.len) {
        buf_add(&anonymous_id, options->anonymous_id);
    } else {
        buf_add(&anonymous_id, user_id);
        buf_add(&anonymous_id, STR("-anon"));
    }
    struct event made = {0};
    const struct event_draft draft = {
        .type = EVENT_TRACK,
        .user_id = user_id,
        .anonymous_id = buf_str(&anonymous_id),
        .name = or_workshop(options->name, TEST_EVENT_NAME),
        .message_id = buf_str(&message_id),
        .timestamp_ms = options->now_ms,
    };
    event_build(&draft, &made);
    json_add_text(event_add_body(&made), "sku", or_workshop(options->sku, TEST_EVENT_SKU));
    event_release(out); // last: the options may hold views of the old message
    *out = made;
}
