// dead_letters — the file of messages that a receiver refused, each with the reason: nothing is lost, and
// `recloop replay FILE` sends them again once the cause is mended.
//
// Shape    NDJSON: {"at":"2026-01-05T10:00:00.000Z","source":"website-prod","status":400,"code":"…",
//          "reason":"…","message":{…}}. Appended, a line a write; a torn last line (a crash) is cut off at
//          opening. A message id is written once, also after a restart.
// Secrets  messages hold no write key; `reason` is masked as everything that is shown.
// Errors   ERROR_IO naming the path and what to do.
// Threads  one at a time; the file is locked while open.
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

struct dead_letters;

struct dead_letter {
    struct str source, message_id, text; // text: the message as JSON
    int status;                          // 0: never sent
    struct str code, reason;
    int64_t at_ms; // wall
};

bool dead_letters_open(const char *path, struct dead_letters **out, struct error *err) MUST_CHECK;
void dead_letters_close(struct dead_letters *letters); // NULL is fine
bool dead_letters_add(
    struct dead_letters *letters, const struct dead_letter *letter, struct error *err) MUST_CHECK;
uint64_t dead_letters_count(const struct dead_letters *letters); // in the file
