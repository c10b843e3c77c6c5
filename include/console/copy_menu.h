// copy_menu — `Y`: the request at hand in one of the forms of copy_as.h, with a look at it before it goes to
// the clipboard.
//
// Shape    an overlay (OVERLAY_COPY). All forms are made when it opens, so that drawing only reads them.
// Owns     its texts; released when it closes.
// Threads  the UI's.
#pragma once

#include "console/copy_as.h"

struct model;

struct copy_menu {
    enum copy_as_form selected;
    struct copy_menu_form {
        bool is_made;
        struct buf text;
        struct error why; // not
    } forms[COPY_AS_COUNT];
};

// `source` is borrowed for the call; its region is filled in.
void copy_menu_open(struct model *model, const struct copy_as_source *source);
void copy_menu_open_event(struct model *model, const char *type, const char *json);
