// log — what the program notes about itself, one line per note, into one sink.
//
// Shape    log_open names a file; without one, notes are dropped. Never the terminal while it is
//          ours. Text is made printable on the way in, so foreign bytes cannot forge lines.
// Threads  any; the sink has its own lock.
#pragma once

#include "base/attributes.h"
#include "base/error.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

bool log_open(const char *path, enum log_level level, struct error *err) MUST_CHECK;
void log_to_stderr(enum log_level level); // for commands without a screen
void log_close(void);
void log_note(enum log_level level, const char *subject, const char *format, ...) PRINTF_LIKE(3, 4);
