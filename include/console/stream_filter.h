// stream_filter — the filter of the events' pane: typed behind `/`, in force at every key that leaves it
// readable, kept between starts with the lines before it.
//
// Shape    what is wrong with a line is shown below it, with a mark where; until it is mended the last good
//          filter stays. Esc brings back the one that was there before.
// Threads  the UI's.
#pragma once

#include "console/feature.h"
#include "console/sheet.h"

struct model;

struct stream_filter {
    struct buf text;      // in force; empty: everything is shown
    struct error problem; // of the line being typed
    size_t wrong_at;      // bytes
    struct stream_filter_anchor {
        uint64_t number; // of the event; 0: the newest
        size_t above;    // rows between the top of the window and it
    } anchor;            // what was selected before the line hid it
};

extern const struct feature stream_filter_feature;

void stream_filter_open(struct model *model);
void stream_filter_set(
    struct model *model, struct str text); // one that makes no sense changes nothing
void stream_filter_invert(struct model *model);
void stream_filter_show_all(struct model *model, bool shows_all); // and tells matches apart
// Of the prompt.
void stream_filter_submit(struct model *model, struct str value, struct effects *effects);
void stream_filter_change(struct model *model, struct str value);
void stream_filter_cancel(struct model *model);
void stream_filter_complete(const struct model *model, struct str text, struct buf *out);
void stream_filter_assist(const struct model *model, struct sheet *sheet);
const char *stream_filter_history(const struct model *model);
