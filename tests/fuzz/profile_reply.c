// Profile API replies of every kind, and the request targets the sandbox reads.
#include "fuzz.h"
#include "segment/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct str text = fuzz_text(data, size);
    CLEANUP(profile_traits_release) struct profile_traits traits = {0};
    CLEANUP(profile_ids_release) struct profile_ids ids = {0};
    CLEANUP(profile_events_release) struct profile_events events = {0};
    CLEANUP(profile_metadata_release) struct profile_metadata metadata = {0};
    CLEANUP(profile_links_release) struct profile_links links = {0};
    CLEANUP(profile_target_release) struct profile_target target = {0};
    CLEANUP(buf_release) struct buf encoded = {0};
    struct error err = {0};
    int64_t at_ms = 0;
    struct str path = {0};
    struct str query = {0};
    if (profile_traits_decode(text, &traits, &err)) {
        profile_traits_encode(traits.items, traits.count, true, &traits.cursor, &encoded);
    }
    if (profile_ids_decode(text, &ids, &err)) {
        profile_ids_encode(ids.items, ids.count, &ids.cursor, &encoded);
    }
    if (profile_events_decode(text, &events, &err)) {
        profile_events_encode(events.items, events.count, &events.cursor, &encoded);
    }
    if (profile_metadata_decode(text, &metadata, &err)) {
        profile_metadata_encode(&metadata, &encoded);
    }
    if (profile_links_decode(text, &links, &err)) {
        profile_links_encode(links.items, links.count, &links.cursor, &encoded);
    }
    (void)profile_event_cursor_decode(text, &at_ms, &encoded);
    (void)profile_decode_error(404, text, &err);
    (void)str_split(text, '?', &path, &query);
    (void)!profile_target_decode(path, query, &target, &err);
    return 0;
}
