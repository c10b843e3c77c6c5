// pace — a schedule: message n is due at n intervals after the start, however late the ones before it were.
//
// Shape    pace_due_ms tells when the next message may be taken, pace_take takes it. What an answer that was
//          late held up is caught up; a pause is not, nor what was owed when the rate changed.
// Units    the caller's monotonic clock, in milliseconds.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pace {
    double per_second; // 0: no limit
    double base_ms;    // of the present stretch of the schedule
    uint64_t taken;    // in this stretch
    double phase;      // while paused: how much of an interval had passed, 0 to 1
    bool is_paused;
};

#define PACE_NEVER INT64_MAX

void pace_begin(
    struct pace *pace, double per_second, int64_t now_ms); // the first one is due at once
void pace_set_rate(struct pace *pace, double per_second, int64_t now_ms);
void pace_set_paused(struct pace *pace, bool is_paused, int64_t now_ms);
int64_t pace_due_ms(const struct pace *pace); // PACE_NEVER while paused; 0 without a limit
// The receiver wants to be left alone for so long: not caught up either.
void pace_shift(struct pace *pace, int64_t ms);
void pace_take(struct pace *pace);
