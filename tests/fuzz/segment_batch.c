// JSON → batch of messages.
#include "fuzz.h"
#include "segment/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(batch_release) struct batch batch = {0};
    CLEANUP(batch_builder_release) struct batch_builder builder = {.max_bytes = 400};
    CLEANUP(buf_release) struct buf body = {0};
    struct error err = {0};
    struct rng rng = {0};
    rng_seed(&rng, 1);
    if (!batch_decode(fuzz_text(data, size), &batch, &err)) return 0;
    size_t accepted = 0;
    for (size_t i = 0; i < batch.count; i++) {
        accepted += batch.items[i].discard == INGEST_ACCEPTED;
        const struct ingest_options options = {
            .received_at_ms = 1551110105905,
            .rng = &rng,
            .sent_at = batch.sent_at,
            .context = batch.context,
            .integrations = batch.integrations,
        };
        ingest_normalise(&batch.items[i].event, &options); // bad ones are stored too
        enum batch_room room = batch_builder_add(&builder, &batch.items[i].event);
        if (room != BATCH_FULL) continue;
        ASSERT(builder.count > 0);
        buf_reset(&body);
        batch_builder_finish(&builder, 0, batch.write_key, &body);
        room = batch_builder_add(&builder, &batch.items[i].event);
        ASSERT(room != BATCH_FULL);
    }
    ASSERT(accepted == batch.accepted_count);
    return 0;
}
