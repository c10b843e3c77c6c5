// list — see the header.
#include "console/list.h"

void list_move(struct list *list, int rows, size_t count) {
    if (rows < 0) {
        const size_t up = (size_t)-rows;
        list->selected = list->selected > up ? list->selected - up : 0;
    } else {
        list->selected += (size_t)rows;
    }
    if (list->selected >= count) list->selected = count ? count - 1 : 0;
}

void list_settle(struct list *list, size_t count, int visible_rows) {
    const size_t visible = visible_rows > 0 ? (size_t)visible_rows : 1;
    if (list->selected >= count) list->selected = count ? count - 1 : 0;
    if (list->top > list->selected) list->top = list->selected;
    if (list->selected - list->top >= visible) list->top = list->selected - visible + 1;
    // no empty rows at the end while there are rows above
    if (list->top + visible > count) list->top = count > visible ? count - visible : 0;
}
