// amount — see the header.
#include "console/amount.h"

void amount_add_grouped(struct buf *out, uint64_t number) {
    struct buf digits = {0};
    buf_add_format(&digits, "%ju", (uintmax_t)number);
    for (size_t i = 0; i < digits.len; i++) {
        if (i > 0 && (digits.len - i) % 3 == 0) buf_add_char(out, ',');
        buf_add_char(out, digits.ptr[i]);
    }
    buf_release(&digits);
}

void amount_add_short(struct buf *out, uint64_t number) {
    static const char units[] = {'k', 'M', 'G', 'T', 'P', 'E'};
    if (number < 10000) {
        buf_add_format(out, "%ju", (uintmax_t)number);
        return;
    }
    size_t unit = 0;
    uint64_t whole = number / 1000, rest = number % 1000;
    while (whole >= 1000) {
        rest = whole % 1000;
        whole /= 1000;
        unit++;
    }
    if (whole < 10)
        buf_add_format(out, "%ju.%ju%c", (uintmax_t)whole, (uintmax_t)(rest / 100), units[unit]);
    else
        buf_add_format(out, "%ju%c", (uintmax_t)whole, units[unit]);
}
