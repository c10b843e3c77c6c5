// palette — `:` and then anything the console and the program can do, by name: keys of all panes, actions with
// their parameters, and a few words of the console's own.
//
// Shape    a line NAME PARAMETER=VALUE … (values with blanks in double quotes, words without `=` for positional
//          parameters; in quotes \" is a quote). palette_find says what may stand where the line ends, best first; all of it is computed
//          from the line, the model and the tables, nothing is kept.
// History  lines that were taken are kept between starts; while nothing is typed they are offered, newest first, and
//          Enter puts one into the line, where it can be changed before it is taken again.
// Weight   actions that write more than one event, or take something away, ask first; on a real account the
//          question names it.
// Threads  one: the UI.
#pragma once

#include "console/effects.h"
#include "console/keymap.h"
#include "console/sheet.h"
#include "protocol/descriptor.h"

struct model;

#define PALETTE_MATCHES 64

struct palette {             // in the model
    size_t selected;         // of the matches
    struct command *pending; // asked about; owned
    struct buf title;        // its line
};

#define PALETTE_LINES 16 // typed before, offered while nothing is typed

enum palette_kind { PALETTE_KEY, PALETTE_ACTION, PALETTE_PARAMETER, PALETTE_VALUE, PALETTE_LINE };
struct palette_match {
    enum palette_kind kind;
    const struct keymap_row *row;        // PALETTE_KEY
    const struct descriptor *descriptor; // PALETTE_ACTION, and whose the next two are
    const struct parameter *parameter;   // PALETTE_PARAMETER, PALETTE_VALUE
    const char *value;                   // PALETTE_VALUE, PALETTE_LINE
    int score;
};

size_t
palette_find(const struct model *model, struct str line, struct palette_match out[PALETTE_MATCHES]);
// The action that the line begins with and what stands behind it; NULL: none yet.
const struct descriptor *
palette_descriptor(const struct model *model, struct str line, struct str *out_rest);
// PARAMETER=VALUE … of an action.
bool palette_parse(
    const struct descriptor *descriptor, struct str rest, struct arguments *out, struct error *err)
    MUST_CHECK;

// Of the prompt.
void palette_submit(struct model *model, struct str line, struct effects *effects);
void palette_change(struct model *model, struct str line);
bool palette_handle(struct model *model, enum intent intent);
void palette_complete(const struct model *model, struct str line, struct buf *out);
void palette_assist(const struct model *model, struct sheet *sheet);
// A click on what is offered takes it.
void palette_click(struct model *model, int row, struct effects *effects);
void palette_release(struct palette *palette);
