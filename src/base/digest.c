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
void digest_hmac_sha256(struct str key, struct str text, uint8_t out[DIGEST_BYTES]) {
    uint8_t block[BLOCK_BYTES] = {0};
    uint8_t inner[DIGEST_BYTES];
    const struct str block_view = {.ptr = (const char *)block, .len = sizeof(block)};

    if (key.len > sizeof(block)) {
        digest_sha256(key, block);
    } else if (key.len) {
        memcpy(block, key.ptr, key.len);
    }
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] ^= 0x36;
    hash_parts((const struct str[]){block_view, text}, 2, inner);
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] ^= 0x36 ^ 0x5c;
    const struct str inner_view = {.ptr = (const char *)inner, .len = sizeof(inner)};
    hash_parts((const struct str[]){block_view, inner_view}, 2, out);
    mem_wipe(block, sizeof(block));
}

bool digest_equal(struct str left, struct str right) {
    return left.len == right.len && CRYPTO_memcmp(left.ptr, right.ptr, left.len) == 0;
}

void digest_random(void *out, size_t bytes) {
    ASSERT(bytes <= INT_MAX);
    ASSERT(RAND_bytes(out, (int)bytes) == 1);
}
