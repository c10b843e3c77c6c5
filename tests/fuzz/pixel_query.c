// Query of a pixel's address → message, judged and normalised as the tracking API does; paths beside it.
#include "fuzz.h"
#include "segment/cdn.h"
#include "segment/ingest.h"
#include "segment/pixel.h"
#include "segment/snippet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(json_release) struct json message = {0};
    CLEANUP(event_release) struct event event = {0};
    CLEANUP(buf_release) struct buf text = {0};
    const struct str input = fuzz_text(data, size);
    struct error err = {0};
    struct rng rng = {0};
    struct str key = {0};
    enum event_type type = EVENT_TRACK;
    rng_seed(&rng, 1);
    (void)pixel_path_parse(input, &type);
    if (cdn_path_parse(input, &key)) {
        ASSERT(key.len > 0 && str_find_char(key, '/') == key.len);
        cdn_settings_encode(
            &(struct cdn_settings){.write_key = key, .api_host = input, .protocol = STR("http")},
            &text);
        CLEANUP(json_release) struct json read = {0};
        ASSERT(json_parse(buf_str(&text), &read, &err));
    }
    if (!pixel_decode(input, &message, &err)) return 0;
    ASSERT(json_kind(message.root) == JSON_OBJECT);
    if (!event_from_json(&message, type, &event, &err)) return 0;
    buf_reset(&text);
    snippet_add_call(&text, &event);
    if (ingest_check(&event) == INGEST_ACCEPTED) (void)ingest_profile_discard(&event);
    const struct ingest_options options = {
        .received_at_ms = 1551110105905, .rng = &rng, .client_ip = STR("127.0.0.1")};
    ingest_normalise(&event, &options);
    ASSERT(event.message_id.len > 0);
    return 0;
}
