// sent_note — see the header.
#include "actions/sent_note.h"

#include "base/clock.h"
#include "event_note.h"

struct message *
sent_note_new(const struct sent_note *note, size_t waiting, struct note_limit *limit) {
    if (!note_limit_take(limit, waiting, SENT_NOTE_PER_SECOND)) return NULL;
    struct message *message = message_new(MESSAGE_EVENT, 0);
    struct message_event *event = &message->as.event;
    (void)event_note_from_text(event, note->text);
    event->is_sent = true;
    event->sequence = limit->sequence;
    event->received_at_ms = clock_wall_us() / 1000;
    event->source = message_copy_text(str_from(note->source));
    event->via = message_copy_text(str_from(note->via));
    return message;
}
