// journey_kept — the journey of an event that reached nobody: it waits in the outbox, which knows what was sent
// and why it did not arrive.
#include "base/clock.h"
#include "base/memory.h"
#include "journey.h"
#include "outbox_place.h"
#include "segment/event.h"
#include "segment/products.h"

static void keep_event(struct journey *journey, const struct outbox_entry *entry) {
    struct event event = {0};
    struct error ignored = {0};
    journey_set_text(&journey->message_id, entry->message_id);
    journey->started_at_ms = (double)entry->put_at_ms;
    if (entry->source != CLIENT_SOURCE_COUNT)
        journey_set_text(&journey->source, str_from(client_source_name(entry->source)));
    if (!event_decode(entry->text, EVENT_TRACK, &event, &ignored)) return;
    journey_set_text(&journey->type, str_from(event_type_name(event.type)));
    journey_set_text(&journey->name, event.name);
    journey_set_text(&journey->user_id, event.user_id);
    journey_set_text(&journey->anonymous_id, event.anonymous_id);
    journey_set_text(&journey->sku, products_first(event_properties(&event)));
    event_release(&event);
}

static void add_exchange(struct journey_run *self, const struct outbox_entry *entry) {
    CLEANUP(buf_release) struct buf text = {0};
    struct journey_exchange *made =
        journey_add_exchange(journey_of(self), HOP_SEGMENT, STR("Segment tracking"));
    made->state = HOP_FAILED;
    made->start_ms = 0;
    made->attempts = entry->attempts;
    buf_add(&text, STR("POST /v1/track\n\n"));
    buf_add(&text, entry->text);
    journey_set_text(&made->request, buf_str(&text));
    journey_set_text(
        &made->problem, entry->last_error.len
                            ? entry->last_error
                            : STR("it was not sent to its end: who sent it was stopped"));
    buf_reset(&text);
    buf_add(&text, STR("It is kept in the outbox: "));
    outbox_place_add_command(&self->run, &text);
    buf_add(&text, STR(" sends it, so does the next successful send."));
    journey_set_text(&made->hint, buf_str(&text));
    if (!entry->unknown) return;
    buf_reset(&text);
    buf_add_format(
        &text, "it may have arrived: of %d of %d attempt%s nobody knows", entry->unknown,
        entry->attempts, entry->attempts == 1 ? "" : "s");
    journey_set_text(&made->note, buf_str(&text));
}

bool journey_find_kept(struct journey_run *self) {
    CLEANUP(buf_release) struct buf profile = {0};
    struct outbox *outbox = NULL;
    struct outbox_entry entry = {0};
    struct error ignored = {0};
    bool is_found = false;
    if (!self->wanted.len || !outbox_place_look(&self->run, &outbox, &ignored) || !outbox)
        return false;
    outbox_place_add_profile(&self->run, &profile);
    bool has_next =
        outbox_next(outbox, buf_str(&profile), 0, &entry, &is_found, &ignored) && is_found;
    while (has_next && !str_equal(entry.message_id, self->wanted))
        has_next = outbox_next(outbox, buf_str(&profile), entry.id, &entry, &is_found, &ignored) &&
                   is_found;
    if (has_next) {
        keep_event(journey_of(self), &entry);
        add_exchange(self, &entry);
    }
    outbox_close(outbox);
    return has_next;
}
