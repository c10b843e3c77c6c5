// event_list — the events that were seen, which of them are shown, and what became of the others.
//
//   received = kept + dropped;   kept = shown + filtered + held back by a pause
//
// Shape    the newest EVENT_LIST_MOST are kept. Each is asked for the filter once, when it arrives (all kept
//          ones again when the filter changes), and the shown ones are listed by place: a flood costs the
//          same for every event, however many went before. Row 0 is the newest shown.
// Pause    what arrives is held back; half of the room stays with what is being looked at.
// Marks    a marked event stays while others leave, EVENT_LIST_MARKED of them at most.
// Missed   events of which nobody told us, by the gaps in their numbers.
// Owns     the messages; event_list_release.
// Threads  the UI's.
#pragma once

#include "console/filter.h"
#include "protocol/message.h"

#define EVENT_LIST_MOST 500
#define EVENT_LIST_MARKED 200 // marked ones that stay when the others go; the oldest of more leave
#define EVENT_LIST_BYTES ((size_t)4 << 20) // of their JSON

struct event_list_entry {
    struct message *message;
    uint64_t number; // of those received, from 1
    bool is_match, is_marked;
};

struct event_list_ring { // oldest first
    struct event_list_entry entries[EVENT_LIST_MOST];
    size_t first, count;
};

struct event_list {
    struct event_list_ring seen, held; // held: arrived during a pause
    uint16_t shown[EVENT_LIST_MOST];   // ring of places in `seen`, oldest first
    size_t shown_first, shown_count;
    size_t bytes, match_count, mark_count; // of `seen`; bytes of both
    uint64_t marks_dropped;                // marked ones that left all the same
    uint64_t received, dropped, missed, newest_sequence;
    bool is_paused;
    bool is_highlighting; // the filter hides nothing: what matches is shown as such
    struct filter filter;
};

extern const struct filter_schema event_list_schema; // the fields of an event

void event_list_release(struct event_list *list);
void event_list_clear(struct event_list *list); // the filter stays
// True: it is shown, as row 0; the others moved down.
bool event_list_add(struct event_list *list, struct message *take_message);
bool event_list_has(const struct event_list *list, const struct message_event *event); // by its id
// On the real services an event is listed when it goes out, and found on the profile later. True: `found` is
// listed, and no longer only sent; *out_is_news: until now it was.
bool event_list_confirm(
    struct event_list *list, const struct message_event *found, bool *out_is_news);
// The event that this run sent did not arrive.
void event_list_refuse(struct event_list *list, uint64_t run_id, struct str reason);
// Returns how many rows came on top.
size_t event_list_set_paused(struct event_list *list, bool is_paused);
// These two may move every row: see event_list_row. `filter` is copied.
void event_list_set_filter(struct event_list *list, const struct filter *filter);
void event_list_set_highlighting(struct event_list *list, bool is_highlighting);

size_t event_list_count(const struct event_list *list); // shown
// That came since the newest one seen, dropped ones too: during a pause those held back, and more.
uint64_t event_list_newer(const struct event_list *list);
const struct event_list_entry *event_list_at(const struct event_list *list, size_t row);
// The row of the event of that number, or of the next older one shown; the last row when there is none.
size_t event_list_row(const struct event_list *list, uint64_t number);
void event_list_mark(struct event_list *list, size_t row); // or unmarks
size_t event_list_unmark_all(struct event_list *list);     // returns how many were marked

typedef bool event_list_is_fn(const struct event_list *list, const struct event_list_entry *entry);
// The next row in that direction (1: older) for which it is so; false: none.
bool event_list_find(
    const struct event_list *list, size_t from, int step, event_list_is_fn *is, size_t *out_row);
