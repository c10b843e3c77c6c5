// logs — the sandbox's CloudWatch Logs: groups, streams and their lines.
//
// Shape    logs_add makes group and stream when they are not there, and writes one row: all lines of one
//          invocation. Everything else is asked through the service's own operations.
// Limits   LOGS_CHUNKS_KEPT rows, LOGS_BYTES_KEPT bytes of lines over all groups: the oldest go first;
//          LOGS_CHUNK_BYTES a row, more is cut; LOGS_STREAMS_KEPT streams, empty ones beyond go. So the
//          newest are always there and the disk does not fill.
// Durable  as every write of a turn: with its commit. logs_forget after a reset or a rollback.
// Threads  the sandbox's.
// Source   aws.md 3.8, 4.3.
#pragma once

#include "cloud.h"

#define LOGS_CHUNKS_KEPT 100000
#define LOGS_BYTES_KEPT ((int64_t)32 << 20)
#define LOGS_CHUNK_BYTES ((size_t)256 << 10)
#define LOGS_STREAMS_KEPT 5000
#define LOGS_GROUPS_LIMIT 1000

struct logs; // cloud->logs: what is remembered between calls
struct logs *logs_new(void);
void logs_free(struct logs *logs);
void logs_forget(struct cloud *cloud); // the store has changed beneath

// `lines`: messages, each ends in '\n', which belongs to it; a line break inside a message is written '\r'.
// `at_ms` is the time of all of them. With LOGS_EXACT in front the line feeds only separate.
#define LOGS_EXACT "\x01"
void logs_add(
    struct cloud *cloud, struct str group, struct str stream, int64_t at_ms, struct str lines);

bool logs_has_group(struct cloud *cloud, struct str group);
void logs_make_group(struct cloud *cloud, struct str group);
void logs_remove_group(struct cloud *cloud, struct str group);
int64_t logs_find_stream(struct cloud *cloud, struct str group, struct str stream); // 0: none
void logs_make_stream(struct cloud *cloud, struct str group, struct str stream);
#define LOGS_GROUP_RECORD STR("log-group")
