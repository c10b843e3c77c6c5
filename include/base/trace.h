// trace — machine-readable account of a run: one JSON object per line, when RECLOOP_TRACE names a
// file.
//
// Shape {"t_us":…,"thread":n,"subject":"net","id":7,"name":"transfer","event":"enter|leave|point",
//          "ms":…,"fields":…}. Values are redacted by whoever holds them; never pass a secret.
// Threads  any.
#pragma once

#include "base/str.h"

bool trace_open(const char *path); // false: the file cannot be opened, tracing stays off
void trace_close(void);
bool trace_is_on(void);
// `detail` is one short text, may be empty.
void trace_point(const char *subject, uint64_t id, const char *name, struct str detail);
int64_t trace_enter(const char *subject, uint64_t id, const char *name);
void trace_leave(
    const char *subject, uint64_t id, const char *name, int64_t entered_us, struct str detail);
