// recording — a session as a file: what was sent, what was answered, and what followed.
//
// Format   NDJSON. The first line says what the file is; then a line for each thing that happened:
//          {"recloop":"recording","version":1,"at":"2026-01-05T10:00:00.000Z"}
//          {"t_ms":12.345,"run":3,"kind":"event","via":"segment","source":"website-prod","message":{…}}
//          {"t_ms":…,"run":3,"kind":"hop","hop":"segment","state":"done","ms":0.8,"status":200,"detail":"…","hint":null}
//          {"t_ms":…,"run":3,"kind":"recommendations","user_id":"…","campaign_arn":null,"trigger":"…",
//           "items":[{"rank":1,"item_id":"…","score":0.4}]}
//          {"t_ms":…,"run":3,"kind":"traits","user_id":"…","traits":{"recommended_products":[…]}}
//          {"t_ms":…,"run":3,"kind":"seen","source":"…","name":"…","message_id":"…","discard_reason":null}
//          {"t_ms":…,"run":3,"kind":"line","text":"…","is_diagnostic":false}
//          {"t_ms":…,"run":3,"kind":"done","ok":true,"error":null}
//          {"t_ms":…,"run":0,"kind":"limit","bytes":268435456}
//          `t_ms` counts from the first line's `at`; `run` joins what belongs together: what follows an
//          event has its run, up to the next event of that run. `message` is the whole Segment message.
// Growth   readers pass over keys and kinds they do not know; a change that they could not survive is a
//          new version.
// Limit    what would make the file larger than `limit_bytes` is not written, and nothing after it: the last line is
//          then of the kind `limit`. That is no failure.
// Crash    a line is one write: what was seen is in the file. The last line may be torn; readers stop
//          before it.
// Secrets  none: members with a secret's name go through `redact_json`, free text through `redact_text`,
//          and every value given to recording_hide is masked wherever it stands: those shorter than twelve
//          bytes only as a word of their own, those shorter than four not at all.
// File     empty until something happened (a run's end alone is nothing); mode 0600, locked while it is written. One that already holds something is refused, never
//          overwritten or continued.
// Errors   ERROR_REFUSED (holds something), ERROR_BUSY, ERROR_IO; each names the path. After a write that
//          failed nothing more is written, and recording_close tells it.
// Threads  one at a time.
#pragma once

#include "base/json.h"
#include "protocol/message.h"

#define RECORDING_VERSION 1
#define RECORDING_MAX_LINE ((size_t)1 << 20)

struct recording;

struct recording_options {
    const char *path;
    int64_t wall_ms, now_us; // of the start; now_us is monotonic
    uint64_t limit_bytes;    // 0: none
    void (*redact_json)(struct buf *out, const struct json_node *node); // NULL: as it is
    void (*redact_text)(struct buf *out, struct str text);              // NULL: as it is
};

bool recording_open(
    const struct recording_options *options, struct recording **out, struct error *err) MUST_CHECK;
// A value that must not be in the file. The same one twice is kept once.
void recording_hide(struct recording *recording, struct str secret);
// Progress, settings and values leave no line.
void recording_take(struct recording *recording, int64_t now_us, const struct message *message);
// Has a write failed? Then `err` says why.
bool recording_has_failed(const struct recording *recording, struct error *err);
// Did it stop at its limit?
bool recording_is_full(const struct recording *recording);
// False: the file lacks what came after a failed write. NULL is fine.
bool recording_close(struct recording *recording, struct error *err) MUST_CHECK;

// For tests of the format: the line of a message, without its end; nothing for kinds that leave none.
void recording_add_line(
    struct buf *out,
    const struct recording_options *options,
    int64_t now_us,
    const struct message *message);
