// as_text — messages as text for people.
//
// Shape    one message in, whole lines out; bytes from outside are made printable. Pure.
// Colour   only when style says so; signs are UTF-8 unless `is_ascii`.
// Threads  any.
#pragma once

#include "base/buf.h"
#include "protocol/message.h"

struct as_text_style {
    bool has_colour, is_ascii, is_verbose;
    size_t list_limit; // items of a list that is not what was asked for; 0: all
};

// Is this message for standard error? (notes, progress, what happens in between)
bool as_text_is_diagnostic(const struct message *message);
// Adds nothing for messages that text does not show (a hop that only began, unless verbose).
void as_text_add(struct buf *out, const struct message *message, const struct as_text_style *style);
// "recloop: message", "  hint"
void as_text_add_error(struct buf *out, const struct error *err, const struct as_text_style *style);
