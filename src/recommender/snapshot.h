// snapshot — what writer and reader of snapshots agree on. Only snapshot.c and restore.c read this.
//
//   "recloop\1"  version  byte order  parameters hash  log sequence  body length  body  SHA-256
//        8          4         4             32              8             8                 32
//
// The body is numbers in the machine's byte order: counters, contexts, popularity, items, documents,
// users (oldest first), pairs, event ids. The hash covers everything before it.
#pragma once

#include "internal.h"

#include "base/digest.h"

#define SNAPSHOT_MAGIC STR("recloop\1")
#define SNAPSHOT_VERSION 1u // rises with any change of the body or of what the numbers mean
#define SNAPSHOT_BYTE_ORDER 0x01020304u
#define SNAPSHOT_HEAD_BYTES (8 + 4 + 4 + DIGEST_BYTES + 8 + 8)

void snapshot_hash_parameters(
    const struct recommender_options *resolved, uint8_t out[DIGEST_BYTES]);
