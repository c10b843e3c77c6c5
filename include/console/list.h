// list — selection and scroll of rows. Settled by the update, only read by drawing.
//
// Shape    `selected` and `top` are row numbers; list_settle makes both right for a count and a
//          height and must run after anything that changes either.
// Threads  a value.
#pragma once

#include <stddef.h>

struct list {
    size_t selected, top;
};

void list_move(struct list *list, int rows, size_t count); // stops at both ends
void list_settle(struct list *list, size_t count, int visible_rows);
