// What signing a request costs beside the work nobody can avoid: one HMAC-SHA-256 over the string to
// sign and two SHA-256 (body and canonical request), on prefetched and reused OpenSSL objects.
//
// Prints one line of JSON: {"sign_ns":…,"floor_ns":…,"ratio":…}. Rounds of both alternate and the best
// of each counts: the machine's other work only ever adds.
#include "aws/sigv4.h"
#include "base/attributes.h"
#include "base/clock.h"
#include "base/json.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>

#define ROUNDS 60
#define SIGNINGS_PER_ROUND 2000

static const char body[] =
    "{\"campaignArn\":\"arn:aws:personalize:eu-west-1:210987654321:campaign/shoe-recs\","
    "\"userId\":\"u-17\",\"numResults\":25}";

struct floor {
    EVP_MD *sha256;
    EVP_MD_CTX *hash;
    EVP_MAC *hmac;
    EVP_MAC_CTX *mac;
    struct buf canonical_request, string_to_sign;
};

static void build_request(struct request *request) {
    request_set_method(request, STR("POST"));
    request_set_url(
        request, STR("https://personalize-runtime.eu-west-1.amazonaws.com/recommendations"));
    headers_add(&request->headers, STR("Content-Type"), STR("application/json"));
    headers_add(&request->headers, STR("Host"), STR("personalize-runtime.eu-west-1.amazonaws.com"));
    request_set_body(request, str_from(body));
}

// The same request again and again, as a retry does: taking the old signature off is in the time.
static int64_t time_signing(
    struct request *request,
    const struct credentials *credentials,
    const struct sigv4_options *options) {
    struct error err = {0};
    const int64_t start_us = clock_monotonic_us();
    for (int i = 0; i < SIGNINGS_PER_ROUND; i++) {
        ASSERT(sigv4_sign_request(request, credentials, options, NULL, &err));
    }
    return (clock_monotonic_us() - start_us) * 1000 / SIGNINGS_PER_ROUND;
}

static void floor_hash(struct floor *floor, struct str text, unsigned char *out) {
    ASSERT(EVP_DigestInit_ex2(floor->hash, floor->sha256, NULL) == 1);
    ASSERT(EVP_DigestUpdate(floor->hash, text.ptr, text.len) == 1);
    ASSERT(EVP_DigestFinal_ex(floor->hash, out, NULL) == 1);
}

static int64_t time_floor(struct floor *floor) {
    unsigned char out[32];
    size_t len = 0;
    const int64_t start_us = clock_monotonic_us();
    for (int i = 0; i < SIGNINGS_PER_ROUND; i++) {
        floor_hash(floor, str_from(body), out);
        floor_hash(floor, buf_str(&floor->canonical_request), out);
        ASSERT(EVP_MAC_init(floor->mac, NULL, 0, NULL) == 1); // the key stays
        const struct str text = buf_str(&floor->string_to_sign);
        ASSERT(EVP_MAC_update(floor->mac, (const unsigned char *)text.ptr, text.len) == 1);
        ASSERT(EVP_MAC_final(floor->mac, out, &len, sizeof(out)) == 1);
    }
    return (clock_monotonic_us() - start_us) * 1000 / SIGNINGS_PER_ROUND;
}

static void prepare_floor(struct floor *floor, const struct sigv4_stages *stages) {
    static const unsigned char key[32] = {1, 2, 3};
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    floor->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    floor->hash = EVP_MD_CTX_new();
    floor->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    floor->mac = EVP_MAC_CTX_new(floor->hmac);
    ASSERT(EVP_MAC_init(floor->mac, key, sizeof(key), params) == 1);
    buf_add(&floor->canonical_request, buf_str(&stages->canonical_request));
    buf_add(&floor->string_to_sign, buf_str(&stages->string_to_sign));
}

static void release_floor(struct floor *floor) {
    EVP_MAC_CTX_free(floor->mac);
    EVP_MAC_free(floor->hmac);
    EVP_MD_CTX_free(floor->hash);
    EVP_MD_free(floor->sha256);
    buf_release(&floor->canonical_request);
    buf_release(&floor->string_to_sign);
}

static void print_result(int64_t sign_ns, int64_t floor_ns) {
    CLEANUP(json_release) struct json json = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct json_node *root = json_new_object(&json);
    json_add_integer(root, "sign_ns", sign_ns);
    json_add_integer(root, "floor_ns", floor_ns);
    json_add_number(root, "ratio", (double)(sign_ns * 100 / floor_ns) / 100);
    json_print(root, &text);
    puts(buf_text(&text));
}

int main(void) {
    struct request request = {0};
    struct credentials credentials = {0};
    struct sigv4_key_cache cache = {0};
    struct sigv4_stages stages = {0};
    struct floor floor = {0};
    struct error err = {0};
    const struct sigv4_options options = {
        .region = STR("eu-west-1"),
        .service = STR("personalize"),
        .now_s = 1714564800,
        .cache = &cache,
    };
    int64_t sign_ns = INT64_MAX, floor_ns = INT64_MAX;

    build_request(&request);
    credentials_set(
        &credentials, STR("AKIDSANDBOX00000001"), STR("s4ndb0x/Secret+Key=NotReal0123456789abcd"),
        (struct str){0});
    ASSERT(sigv4_sign_request(&request, &credentials, &options, &stages, &err));
    prepare_floor(&floor, &stages);
    for (int round = 0; round < ROUNDS; round++) {
        const int64_t signing_ns = time_signing(&request, &credentials, &options);
        const int64_t bare_ns = time_floor(&floor);
        if (signing_ns < sign_ns) sign_ns = signing_ns;
        if (bare_ns < floor_ns) floor_ns = bare_ns;
    }
    print_result(sign_ns, floor_ns);
    release_floor(&floor);
    sigv4_stages_release(&stages);
    sigv4_key_cache_release(&cache);
    credentials_release(&credentials);
    request_release(&request);
    return 0;
}
