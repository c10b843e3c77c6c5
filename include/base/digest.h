// digest — SHA-256 and HMAC-SHA-256, random bytes, and their text forms. The only door to OpenSSL.
//
// Errors   none: a library that cannot hash is an aborted program.
// Threads  any; a prepared key is constant once made.
#pragma once

#include "base/str.h"

#define DIGEST_BYTES 32
#define DIGEST_HEX_BYTES 65 // with the closing NUL

void digest_sha256(struct str text, uint8_t out[DIGEST_BYTES]);
void digest_sha256_hex(struct str text, char out[DIGEST_HEX_BYTES]);
void digest_hmac_sha256(struct str key, struct str text, uint8_t out[DIGEST_BYTES]);

// A key with its two padded blocks made ready, for many messages under one key. Holds the key's
// bytes in effect: wipe it with digest_hmac_key_wipe.
struct digest_hmac_key {
    uint8_t inner[64], outer[64];
};
void digest_hmac_key_init(struct digest_hmac_key *key, struct str bytes);
void digest_hmac_key_sign(
    const struct digest_hmac_key *key, struct str text, uint8_t out[DIGEST_BYTES]);
void digest_hmac_key_wipe(struct digest_hmac_key *key);

void digest_hex(const uint8_t bytes[DIGEST_BYTES], char out[DIGEST_HEX_BYTES]);
// In time that depends on the lengths only; lengths that differ are unequal.
bool digest_equal(struct str left, struct str right);
void digest_random(void *out, size_t bytes);
