// JSON → Segment message: decode, judge, normalise, encode; what was encoded must read back.
#include "fuzz.h"
#include "segment/ingest.h"
#include "segment/products.h"
#include "segment/snippet.h"
#include "segment/tracking.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(event_release) struct event event = {0};
    CLEANUP(event_release) struct event again = {0};
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(buf_release) struct buf key = {0};
    struct products products;
    struct error err = {0};
    struct rng rng = {0};
    rng_seed(&rng, 1);
    (void)!tracking_reply_decode(size % 2 ? 200 : 400, fuzz_text(data, size), &err);
    (void)tracking_read_auth(fuzz_text(data, size), NULL, &key);
    if (!event_decode(fuzz_text(data, size), EVENT_TRACK, &event, &err)) return 0;
    (void)ingest_check(&event);
    (void)event_allows(&event, "Amazon Personalize");
    (void)event_options(&event, "Amazon Personalize");
    (void)ingest_profile_discard(&event);
    snippet_add_call(&text, &event);
    buf_reset(&text);
    products_read(event_properties(&event), &products);
    const struct ingest_options options = {
        .received_at_ms = 1551110105905,
        .rng = &rng,
        .context = event_context(&event), // an envelope that is the message's own
        .client_ip = STR("127.0.0.1"),
        .project_id = STR("website-prod"),
        .sent_at = STR("2019-02-25T15:55:05.905Z"),
    };
    ingest_normalise(&event, &options);
    ASSERT(event.message_id.len > 0);
    event_encode(&event, &text);
    ASSERT(
        text.len > EVENT_MAX_BYTES || event_decode(buf_str(&text), EVENT_TYPE_COUNT, &again, &err));
    return 0;
}
