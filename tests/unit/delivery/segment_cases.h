// segment_cases — what the tests of batches to Segment share.
#pragma once

#include "rig.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct rig rig; // of the test that runs; large

static inline int tear_down(void **state) {
    (void)state;
    rig_stop(&rig);
    return 0;
}

// Some forty to a batch: many requests for few messages.
static inline void make_large(struct rig *with, uint64_t number, struct delivery_message *message) {
    static char padding[10000];
    if (!padding[0]) memset(padding, 'x', sizeof(padding));
    (void)number;
    with->text.len--; // the closing brace
    buf_add(&with->text, STR(",\"context\":{\"note\":\""));
    buf_add(&with->text, (struct str){.ptr = padding, .len = sizeof(padding)});
    buf_add(&with->text, STR("\"}}"));
    message->text = buf_str(&with->text);
}

static inline bool chance(struct rig_request *request, unsigned one_in) {
    return (request->number * 2654435761u >> 7) % one_in == 0;
}

static inline struct loopback_exchange fail_some(struct rig *with, struct rig_request *request) {
    (void)with;
    static const struct loopback_exchange broken = {.status = 503, .body = "<html>later</html>"};
    return chance(request, 2) ? broken : RIG_USUAL;
}

static inline bool holds_poison(struct rig_request *request, const char *id) {
    return str_contains(request->body, str_from(id));
}
