// trace — see the header.
#include "base/trace.h"

#include "base/clock.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

// Set by main before threads start and after they ended; O_APPEND keeps whole lines whole.
static atomic_int trace_fd = -1;

bool trace_open(const char *path) {
    const int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    atomic_store(&trace_fd, fd);
    return true;
}

void trace_close(void) {
    const int fd = atomic_exchange(&trace_fd, -1);
    if (fd >= 0) close(fd);
}

bool trace_is_on(void) {
    return atomic_load(&trace_fd) >= 0;
}

struct line {
    const char *subject, *name, *event;
    uint64_t id;
    int64_t now_us, elapsed_us; // elapsed below 0: none
    struct str detail;
};

static void write_line(const struct line *line) {
    CLEANUP(json_release) struct json root = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct json_node *object = json_new_object(&root);
    json_add_integer(object, "t_us", line->now_us);
    json_add_integer(object, "thread", (int64_t)((uintptr_t)pthread_self() >> 6 & 0xFFFF));
    json_add_text(object, "subject", str_from(line->subject));
    json_add_integer(object, "id", (int64_t)line->id);
    json_add_text(object, "name", str_from(line->name));
    json_add_text(object, "event", str_from(line->event));
    if (line->elapsed_us >= 0) json_add_number(object, "ms", (double)line->elapsed_us / 1000);
    if (line->detail.len) json_add_text(object, "detail", line->detail);
    json_print(object, &text);
    buf_add_char(&text, '\n');
    if (write(atomic_load(&trace_fd), text.ptr, text.len) < 0) errno = 0;
}

void trace_point(const char *subject, uint64_t id, const char *name, struct str detail) {
    if (!trace_is_on()) return;
    write_line(&(struct line){
        .subject = subject,
        .name = name,
        .event = "point",
        .id = id,
        .now_us = clock_monotonic_us(),
        .elapsed_us = -1,
        .detail = detail});
}

int64_t trace_enter(const char *subject, uint64_t id, const char *name) {
    if (!trace_is_on()) return 0;
    const int64_t now_us = clock_monotonic_us();
    write_line(&(struct line){
        .subject = subject,
        .name = name,
        .event = "enter",
        .id = id,
        .now_us = now_us,
        .elapsed_us = -1});
    return now_us;
}

void trace_leave(
    const char *subject, uint64_t id, const char *name, int64_t entered_us, struct str detail) {
    if (!trace_is_on()) return;
    const int64_t now_us = clock_monotonic_us();
    write_line(&(struct line){
        .subject = subject,
        .name = name,
        .event = "leave",
        .id = id,
        .now_us = now_us,
        .elapsed_us = now_us - entered_us,
        .detail = detail});
}
