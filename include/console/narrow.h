// narrow — `/` in the panes' lists: only the rows that a filter matches are shown, as it is typed. Pane by pane,
// kept between starts; Esc shows all rows again, and `n` and `N` then still go to what it matches.
//
// Shape    a feature of the console and a part of the frame: a pane says only what fields its rows have (pane.h,
//          `schema`; the subject is a struct pane_row). Row numbers stay those of the pane: selection and scroll are
//          of its rows, and the frame goes over those that are not shown. A place is a shown row's number among
//          the shown; in a pane that is not narrowed both are the same. Headings are shown above a row of theirs.
// Settled  by narrow_settle, for what the model now holds: before lists are settled.
// Threads  one: the UI.
#pragma once

#include "console/feature.h"
#include "console/filter.h"
#include "console/pane.h"
#include "console/sheet.h"

struct narrow_pane {
    struct buf text;                 // of the filter; empty: none
    struct filter *filter;           // owned; NULL: none
    bool is_on;                      // else only n and N know of it
    size_t *rows;                    // owned: those that are shown
    size_t count, cap, matches, all; // matches, all: without headings
};

struct narrow {
    struct narrow_pane of[PANE_COUNT];
    struct error problem; // of the line being typed
    size_t wrong_at;      // bytes
    size_t anchor;        // the row selected before it was typed
    bool was_on;
    struct buf before; // the filter then
};

extern const struct feature narrow_feature;

bool narrow_is_on(const struct model *model, enum pane_id id);
void narrow_settle(struct model *model);
size_t narrow_count(const struct model *model, enum pane_id id); // shown rows, with their headings
size_t narrow_row(const struct model *model, enum pane_id id, size_t place);
// The place of a row, or of the next shown one, or of the last.
size_t narrow_place(const struct model *model, enum pane_id id, size_t row);
// Nothing is shown after that row.
bool narrow_is_last(const struct model *model, enum pane_id id, size_t row);
// Makes of a rule's title and note those of a narrowed list: "Settings · only shirt", "3 of 25".
void narrow_add_rule(
    const struct model *model, enum pane_id id, int columns, struct buf *title, struct buf *note);
void narrow_empty(const struct model *model, enum pane_id id, struct sheet *sheet);

// Its keys, of the pane in focus. False: not mine.
bool narrow_handle(struct model *model, enum intent intent);
bool narrow_can(const struct model *model, enum intent intent);
// The intent is about the selected row, and none is shown.
bool narrow_forbids(const struct model *model, enum intent intent);
// Of the prompt.
void narrow_submit(struct model *model, struct str value, struct effects *effects);
void narrow_change(struct model *model, struct str value);
void narrow_cancel(struct model *model);
void narrow_complete(const struct model *model, struct str text, struct buf *out);
void narrow_assist(const struct model *model, struct sheet *sheet);
const char *narrow_history(const struct model *model);
