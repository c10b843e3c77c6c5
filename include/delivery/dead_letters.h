// dead_letters — the file of messages that a receiver refused, each with the reason: nothing is lost, and
// `recloop replay FILE` sends them again once the cause is mended.
//
// Shape    NDJSON: {"at":"2026-01-05T10:00:00.000Z","source":"website-prod","status":400,"code":"…",
//          "reason":"…","messageId":"…","message":{…}}. Appended, a line a write; a torn last line (a crash) is cut off at
//          opening. A message id is written once, also after a restart.
// Durable  dead_letters_add writes, dead_letters_sync makes everything written durable.
// Secrets  messages hold no write key; `reason` is masked as everything that is shown.
// Errors   ERROR_IO naming the path and what to do; ERROR_BUSY another process has it; ERROR_INVALID for a
//          file of something else, which is left alone.
// Threads  one at a time; the file is locked while open.
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

struct dead_letters;

struct dead_letter {
    struct str source, message_id; // an empty id is written every time
    struct str text;               // the message as JSON; other text is kept as a JSON string
    int status;                    // 0: never sent
    struct str code, reason;
    int64_t at_ms; // wall
};

bool dead_letters_open(const char *path, struct dead_letters **out, struct error *err) MUST_CHECK;
void dead_letters_close(struct dead_letters *letters); // NULL is fine
bool dead_letters_add(
    struct dead_letters *letters, const struct dead_letter *letter, struct error *err) MUST_CHECK;
bool dead_letters_sync(struct dead_letters *letters, struct error *err) MUST_CHECK;
uint64_t dead_letters_count(const struct dead_letters *letters); // in the file
