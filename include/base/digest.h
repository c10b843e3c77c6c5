// digest — SHA-256 and HMAC-SHA-256, random bytes, and their text forms. The only door to OpenSSL.
//
// Errors   none: a library that cannot hash is an aborted program.
// Owns     a prepared HMAC key owns what stands in for the key's bytes; releasing wipes it.
// Threads  any; a prepared key is constant once made and may be shared.
#pragma once

#include "base/str.h"

#define DIGEST_BYTES 32
#define DIGEST_HEX_BYTES 65 // with the closing NUL

void digest_sha256(struct str text, uint8_t out[DIGEST_BYTES]);
void digest_sha256_hex(struct str text, char out[DIGEST_HEX_BYTES]);
void digest_hmac_sha256(struct str key, struct str text, uint8_t out[DIGEST_BYTES]);

// A key whose two padded blocks are hashed already, for many messages under one key.
struct digest_hmac_key {
    void *inner, *outer; // owned
};
void digest_hmac_key_init(struct digest_hmac_key *key, struct str bytes); // releases what it held
void digest_hmac_key_sign(
    const struct digest_hmac_key *key, struct str text, uint8_t out[DIGEST_BYTES]);
void digest_hmac_key_release(struct digest_hmac_key *key);

void digest_hex(const uint8_t bytes[DIGEST_BYTES], char out[DIGEST_HEX_BYTES]);
// In time that depends on the lengths only; lengths that differ are unequal.
bool digest_equal(struct str left, struct str right);
void digest_random(void *out, size_t bytes);
