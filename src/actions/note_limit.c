// note_limit — see the header.
#include "actions/note_limit.h"

#include "base/clock.h"

bool note_limit_take(struct note_limit *limit, size_t waiting, int most_per_second) {
    const int64_t now_ms = clock_monotonic_ms();
    limit->sequence++;
    if (now_ms - limit->window_ms >= 1000) {
        limit->window_ms = now_ms;
        limit->in_window = 0;
    }
    if (waiting < NOTE_LIMIT_WAITING && limit->in_window < most_per_second) {
        limit->in_window++;
        return true;
    }
    limit->left_out++;
    return false;
}

void note_limit_lost(struct note_limit *limit) {
    limit->left_out++;
}
