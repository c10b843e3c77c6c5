// digest — see the header. SHA-256 is fetched from OpenSSL once: fetching by name at each call
// costs more than hashing a request does (measured: 5 times). The handles are constant after that.
#include "base/digest.h"

#include "base/attributes.h"
#include "base/memory.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdint.h>

#define BLOCK_BYTES 64

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; // constant once fetched

static void fetch(void) {
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    ASSERT(sha256 != NULL);
}

static void hash_parts(const struct str *parts, size_t count, uint8_t out[DIGEST_BYTES]) {
    pthread_once(&fetch_once, fetch);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ASSERT(context != NULL);
    bool ok = EVP_DigestInit_ex2(context, sha256, NULL) == 1;
    for (size_t i = 0; i < count; i++) {
        ok = ok && EVP_DigestUpdate(context, parts[i].ptr, parts[i].len) == 1;
    }
    ok = ok && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    ASSERT(ok);
}

void digest_sha256(struct str text, uint8_t out[DIGEST_BYTES]) {
    hash_parts(&text, 1, out);
}

void digest_hex(const uint8_t bytes[DIGEST_BYTES], char out[DIGEST_HEX_BYTES]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[DIGEST_HEX_BYTES - 1] = '\0';
}

void digest_sha256_hex(struct str text, char out[DIGEST_HEX_BYTES]) {
    uint8_t bytes[DIGEST_BYTES];
    digest_sha256(text, bytes);
    digest_hex(bytes, out);
}

// HMAC by its definition (RFC 2104) over the fetched hash: EVP_MAC would fetch again at each call.
void digest_hmac_key_init(struct digest_hmac_key *key, struct str bytes) {
    uint8_t block[BLOCK_BYTES] = {0};
    if (bytes.len > sizeof(block)) {
        digest_sha256(bytes, block);
    } else if (bytes.len) {
        memcpy(block, bytes.ptr, bytes.len);
    }
    for (size_t i = 0; i < sizeof(block); i++) {
        key->inner[i] = block[i] ^ 0x36;
        key->outer[i] = block[i] ^ 0x5c;
    }
    mem_wipe(block, sizeof(block));
}

void digest_hmac_key_sign(
    const struct digest_hmac_key *key, struct str text, uint8_t out[DIGEST_BYTES]) {
    uint8_t inner[DIGEST_BYTES];
    const struct str inner_block = {.ptr = (const char *)key->inner, .len = sizeof(key->inner)};
    const struct str outer_block = {.ptr = (const char *)key->outer, .len = sizeof(key->outer)};
    const struct str inner_view = {.ptr = (const char *)inner, .len = sizeof(inner)};
    hash_parts((const struct str[]){inner_block, text}, 2, inner);
    hash_parts((const struct str[]){outer_block, inner_view}, 2, out);
}

void digest_hmac_key_wipe(struct digest_hmac_key *key) {
    mem_wipe(key, sizeof(*key));
}

void digest_hmac_sha256(struct str key, struct str text, uint8_t out[DIGEST_BYTES]) {
    struct digest_hmac_key prepared;
    digest_hmac_key_init(&prepared, key);
    digest_hmac_key_sign(&prepared, text, out);
    digest_hmac_key_wipe(&prepared);
}

bool digest_equal(struct str left, struct str right) {
    return left.len == right.len && CRYPTO_memcmp(left.ptr, right.ptr, left.len) == 0;
}

void digest_random(void *out, size_t bytes) {
    ASSERT(bytes <= INT_MAX);
    ASSERT(RAND_bytes(out, (int)bytes) == 1);
}
