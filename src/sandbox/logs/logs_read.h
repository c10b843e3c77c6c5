// logs_read — events of one stream or one group, in order, from a place on; and places as tokens.
//
// Shape    a page is read into memory, oldest first, whatever the direction it was read in.
// Limits   as the service: 10,000 events or 1 MB a page; at most LOGS_READ_CHUNKS rows are looked at for
//          one, so that a pattern that fits nothing cannot hold up everybody else.
// Owns     struct logs_page: logs_page_release.
// Threads  the sandbox's.
#pragma once

#include "aws/log_pattern.h"
#include "cloud.h"

#define LOGS_READ_EVENTS 10000
#define LOGS_READ_BYTES ((size_t)1 << 20)
#define LOGS_READ_CHUNKS 10000
#define LOGS_EVENT_BYTES 26 // what the service counts for an event besides its message

struct logs_place { // of an event; compared in this order
    int64_t at_ms, chunk, line;
};
#define LOGS_PLACE_START ((struct logs_place){0, 0, -1})
#define LOGS_PLACE_END                                                                             \
    ((struct logs_place){INT64_C(9999999999999), INT64_C(999999999999999999), 999999})
#define LOGS_PLACE_DIGITS 56
void logs_place_add(struct buf *out, struct logs_place place); // 56 digits, as event ids have
bool logs_place_parse(struct str digits, struct logs_place *out);

struct logs_event {
    struct logs_place place;
    int64_t stream, ingested_ms;
    size_t text_at, text_len; // in page->text
};
struct logs_page {
    struct logs_event *events; // owned
    size_t count;
    struct buf text;
    struct logs_place reached; // the last one looked at, or where the reading began
    bool has_more;             // maybe
};
void logs_page_release(struct logs_page *page);
struct str logs_page_text(const struct logs_page *page, const struct logs_event *event);

struct logs_reading {
    struct str group;
    int64_t stream; // 0: all of the group
    int64_t from_ms, to_ms;
    struct logs_place beyond; // this one not included
    bool is_descending;
    int64_t limit;
    const struct log_pattern *pattern; // NULL: all
    // NULL: every stream
    bool (*wants_stream)(void *context, int64_t stream);
    void *context;
};
void logs_read(struct cloud *cloud, const struct logs_reading *reading, struct logs_page *out);
