// clock — the two clocks, and time as text.
//
// Units    `_ms`, `_us`, `_ns` as named. Monotonic time only measures; wall time is UTC since 1970.
//          Read a clock once per loop turn and pass it down; pure code takes time as an argument.
// Source   RFC 3339 / ISO 8601 for the text forms; proleptic Gregorian calendar, own arithmetic, so
//          that no time zone or locale of the host takes part.
// Threads  any.
#pragma once

#include "base/buf.h"

int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
int64_t clock_monotonic_ns(void);
int64_t clock_wall_ms(void);
int64_t clock_wall_us(void);

struct clock_date {
    int year, month, day, hour, minute, second; // month and day from 1
};
struct clock_date clock_date_from_s(int64_t unix_s);
int64_t clock_date_to_s(struct clock_date date);

// "2019-02-25T15:55:05.905Z", offsets as +02:00, +0200 or +02, a blank in place of T, fraction of
// any length, seconds optional. Text without an offset is UTC. Leap second :60 counts as the next
// second.
bool clock_parse_iso8601(struct str text, int64_t *out_unix_ms);
void clock_add_iso8601(struct buf *out, int64_t unix_ms); // 2019-02-25T15:55:05.905Z
void clock_add_compact(struct buf *out, int64_t unix_s);  // 20190225T155505Z (SigV4)
void clock_add_http(struct buf *out, int64_t unix_s);     // Mon, 25 Feb 2019 15:55:05 GMT
bool clock_parse_compact(struct str text, int64_t *out_unix_s);
bool clock_parse_http(struct str text, int64_t *out_unix_s);
