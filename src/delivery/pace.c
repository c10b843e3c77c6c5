// pace — see the header. Each stretch between two changes counts from its own base, so that nothing adds up.
#include "pace.h"

static double interval_ms(const struct pace *pace) {
    return 1000 / pace->per_second;
}

static double next_ms(const struct pace *pace) {
    return pace->base_ms + (double)pace->taken * 1000 / pace->per_second;
}

// How much of the interval before the next message has passed; a debt counts as one message that is due.
static double phase_at(const struct pace *pace, int64_t now_ms) {
    if (pace->per_second <= 0) return 1;
    const double left = (next_ms(pace) - (double)now_ms) / interval_ms(pace);
    if (left <= 0) return 1;
    return left >= 1 ? 0 : 1 - left;
}

static void go_on(struct pace *pace, double phase, int64_t now_ms) {
    pace->taken = 0;
    pace->base_ms = (double)now_ms;
    if (pace->per_second > 0) pace->base_ms += (1 - phase) * interval_ms(pace);
}

void pace_begin(struct pace *pace, double per_second, int64_t now_ms) {
    pace->per_second = per_second > 0 ? per_second : 0;
    pace->phase = 1;
    go_on(pace, 1, now_ms);
}

void pace_set_rate(struct pace *pace, double per_second, int64_t now_ms) {
    const double phase = pace->is_paused ? pace->phase : phase_at(pace, now_ms);
    pace->per_second = per_second > 0 ? per_second : 0;
    if (pace->is_paused)
        pace->phase = phase;
    else
        go_on(pace, phase, now_ms);
}

void pace_set_paused(struct pace *pace, bool is_paused, int64_t now_ms) {
    if (is_paused == pace->is_paused) return;
    if (is_paused)
        pace->phase = phase_at(pace, now_ms);
    else
        go_on(pace, pace->phase, now_ms);
    pace->is_paused = is_paused;
}

int64_t pace_due_ms(const struct pace *pace) {
    if (pace->is_paused) return PACE_NEVER;
    if (pace->per_second <= 0) return 0;
    const double due_ms = next_ms(pace) - 1e-6; // of a third, the last digit says nothing
    const int64_t whole_ms = (int64_t)due_ms;
    return (double)whole_ms < due_ms ? whole_ms + 1 : whole_ms;
}

void pace_shift(struct pace *pace, int64_t ms) {
    pace->base_ms += (double)ms;
}

void pace_take(struct pace *pace) {
    pace->taken++;
}
