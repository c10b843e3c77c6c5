// hop — see the header.
#include "protocol/hop.h"

#include "base/buf.h"

#include <string.h>

static const struct {
    const char *name, *title, *help;
} hops[] = {
#define X(id, name_text, title_text, help_text)                                                    \
    [id] = {.name = name_text, .title = title_text, .help = help_text},
    HOPS(X)
#undef X
};

const char *hop_name(enum hop_id id) {
    ASSERT(id < HOP_COUNT);
    return hops[id].name;
}

const char *hop_title(enum hop_id id) {
    ASSERT(id < HOP_COUNT);
    return hops[id].title;
}

const char *hop_help(enum hop_id id) {
    ASSERT(id < HOP_COUNT);
    return hops[id].help;
}

const char *hop_state_name(enum hop_state state) {
    switch (state) {
    case HOP_IDLE: return "idle";
    case HOP_RUNNING: return "running";
    case HOP_DONE: return "done";
    case HOP_FAILED: return "failed";
    case HOP_SKIPPED: return "skipped";
    case HOP_HIDDEN: return "hidden";
    }
    return "idle";
}

// Printable, and cut where a character ends.
static void set_text(char *out, size_t cap, struct str text) {
    CLEANUP(buf_release) struct buf safe = {0};
    buf_add_printable(&safe, text);
    struct str rest = buf_str(&safe);
    size_t len = 0;
    while (rest.len) {
        bool valid = true;
        const size_t before = rest.len;
        (void)str_next_rune(&rest, &valid);
        if (len + (before - rest.len) >= cap) break;
        len += before - rest.len;
    }
    if (len) memcpy(out, safe.ptr, len);
    out[len] = '\0';
}

void hop_set_detail(struct hop *hop, struct str text) {
    set_text(hop->detail, sizeof(hop->detail), text);
}

void hop_set_hint(struct hop *hop, struct str text) {
    set_text(hop->hint, sizeof(hop->hint), text);
}

void hop_set_code(struct hop *hop, struct str text) {
    set_text(hop->code, sizeof(hop->code), text);
}

static void set_id(char out[HOP_ID_BYTES], struct str id) {
    out[0] = '\0';
    if (id.len < HOP_ID_BYTES) set_text(out, HOP_ID_BYTES, id);
    if (strlen(out) != id.len) out[0] = '\0'; // not printable: no one else would know it again
}

void hop_set_message_id(struct hop *hop, struct str id) {
    set_id(hop->message_id, id);
}

void hop_set_request_id(struct hop *hop, struct str id) {
    set_id(hop->request_id, id);
}
