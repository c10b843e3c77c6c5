// A request target and an Authorization header, split at the first line feed → claim and verdict. What
// nobody signed is never accepted.
#include "aws/sigv4_verify.h"
#include "base/attributes.h"
#include "fuzz.h"

static bool find_key(void *context, struct str id, struct sigv4_verify_key *out) {
    (void)context;
    (void)id;
    *out = (struct sigv4_verify_key){.secret_access_key = STR("a secret nobody has")};
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(sigv4_verify_result_release) struct sigv4_verify_result result = {0};
    struct str target, authorization;
    const struct sigv4_verify_policy policy = {.now_s = 1440938160, .lookup = find_key};
    (void)str_split(fuzz_text(data, size), '\n', &target, &authorization);
    request_set_url(&request, target);
    headers_add(&request.headers, STR("Host"), STR("example.amazonaws.com"));
    headers_add(&request.headers, STR("X-Amz-Date"), STR("20150830T123600Z"));
    if (authorization.len) headers_add(&request.headers, STR("Authorization"), authorization);
    ASSERT(!sigv4_verify(&request, &policy, &result));
    for (int protocol = OPERATION_REST_JSON; protocol <= OPERATION_QUERY; protocol++) {
        struct aws_error error;
        sigv4_verify_to_aws_error(&result, (enum operation_protocol)protocol, &policy, &error);
        ASSERT(error.status >= 400 && error.code[0]);
    }
    return 0;
}
