// digest — see the header. SHA-256 is fetched from OpenSSL once: fetching by name at each call costs
// more than hashing a request does (measured: 5 times). The handles are constant after that. Each
// thread keeps one context for all its hashes, freed when the thread ends: making one costs as much
// as hashing 300 bytes.
#include "base/digest.h"

#include "base/attributes.h"
#include "base/memory.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/random.h>

#define BLOCK_BYTES 64
#define INNER_PAD 0x36
#define OUTER_PAD 0x5c

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;            // constant once fetched
static pthread_key_t context_key; // constant once made; its values are the threads' own

static void free_context(void *context) {
    EVP_MD_CTX_free(context);
}

static void fetch(void) {
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    ASSERT(sha256 != NULL);
    ASSERT(pthread_key_create(&context_key, free_context) == 0);
}

static EVP_MD_CTX *thread_context(void) {
    pthread_once(&fetch_once, fetch);
    EVP_MD_CTX *context = pthread_getspecific(context_key);
    if (context) return context;
    context = EVP_MD_CTX_new();
    ASSERT(context != NULL && pthread_setspecific(context_key, context) == 0);
    return context;
}

static void hash_parts(const struct str *parts, size_t count, uint8_t out[DIGEST_BYTES]) {
    EVP_MD_CTX *context = thread_context();
    bool ok = EVP_DigestInit_ex2(context, sha256, NULL) == 1;
    for (size_t i = 0; i < count; i++) {
        ok = ok && EVP_DigestUpdate(context, parts[i].ptr, parts[i].len) == 1;
    }
    ok = ok && EVP_DigestFinal_ex(context, out, NULL) == 1;
    ASSERT(ok);
}

void digest_sha256(struct str text, uint8_t out[DIGEST_BYTES]) {
    hash_parts(&text, 1, out);
}

static char hex_digit(unsigned nibble) {
    return (char)(nibble + (nibble > 9 ? 'a' - 10 : '0')); // no table: compilers make it one step
}

void digest_hex(const uint8_t bytes[DIGEST_BYTES], char out[DIGEST_HEX_BYTES]) {
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        out[2 * i] = hex_digit(bytes[i] >> 4);
        out[2 * i + 1] = hex_digit(bytes[i] & 15u);
    }
    out[DIGEST_HEX_BYTES - 1] = '\0';
}

void digest_sha256_hex(struct str text, char out[DIGEST_HEX_BYTES]) {
    uint8_t bytes[DIGEST_BYTES];
    digest_sha256(text, bytes);
    digest_hex(bytes, out);
}

// HMAC by its definition (RFC 2104) over the fetched hash: EVP_MAC would fetch again at each call.
static void pad_key(struct str key, uint8_t pad, uint8_t block[BLOCK_BYTES]) {
    memset(block, 0, BLOCK_BYTES);
    if (key.len > BLOCK_BYTES) {
        digest_sha256(key, block);
    } else if (key.len) {
        memcpy(block, key.ptr, key.len);
    }
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        block[i] ^= pad;
}

void digest_hmac_sha256(struct str key, struct str text, uint8_t out[DIGEST_BYTES]) {
    uint8_t block[BLOCK_BYTES];
    uint8_t inner[DIGEST_BYTES];
    const struct str block_view = {.ptr = (const char *)block, .len = sizeof(block)};
    const struct str inner_view = {.ptr = (const char *)inner, .len = sizeof(inner)};

    pad_key(key, INNER_PAD, block);
    hash_parts((const struct str[]){block_view, text}, 2, inner);
    pad_key(key, OUTER_PAD, block);
    hash_parts((const struct str[]){block_view, inner_view}, 2, out);
    mem_wipe(block, sizeof(block));
}

static EVP_MD_CTX *start_padded(struct str key, uint8_t pad) {
    uint8_t block[BLOCK_BYTES];
    (void)thread_context(); // fetches
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    pad_key(key, pad, block);
    ASSERT(
        context != NULL && EVP_DigestInit_ex2(context, sha256, NULL) == 1 &&
        EVP_DigestUpdate(context, block, sizeof(block)) == 1);
    mem_wipe(block, sizeof(block));
    return context;
}

void digest_hmac_key_init(struct digest_hmac_key *key, struct str bytes) {
    digest_hmac_key_release(key);
    key->inner = start_padded(bytes, INNER_PAD);
    key->outer = start_padded(bytes, OUTER_PAD);
}

void digest_hmac_key_release(struct digest_hmac_key *key) {
    if (!key) return;
    EVP_MD_CTX_free(key->inner); // OpenSSL wipes the state
    EVP_MD_CTX_free(key->outer);
    *key = (struct digest_hmac_key){0};
}

static void finish_from(const EVP_MD_CTX *start, struct str text, uint8_t out[DIGEST_BYTES]) {
    EVP_MD_CTX *context = thread_context();
    ASSERT(
        EVP_MD_CTX_copy_ex(context, start) == 1 &&
        EVP_DigestUpdate(context, text.ptr, text.len) == 1 &&
        EVP_DigestFinal_ex(context, out, NULL) == 1);
}

void digest_hmac_key_sign(
    const struct digest_hmac_key *key, struct str text, uint8_t out[DIGEST_BYTES]) {
    uint8_t inner[DIGEST_BYTES];
    finish_from(key->inner, text, inner);
    finish_from(key->outer, (struct str){.ptr = (const char *)inner, .len = sizeof(inner)}, out);
}

bool digest_equal(struct str left, struct str right) {
    return left.len == right.len && CRYPTO_memcmp(left.ptr, right.ptr, left.len) == 0;
}

// From the kernel: OpenSSL's generator needs 1 ms to set itself up, at every start, for the same bytes.
void digest_random(void *out, size_t bytes) {
    unsigned char *at = out;
    while (bytes) {
        const ssize_t got = getrandom(at, bytes, 0);
        ASSERT(got > 0 || errno == EINTR);
        if (got < 0) continue;
        at += got;
        bytes -= (size_t)got;
    }
}
