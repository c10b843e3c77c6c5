// Form of a token request → judged; the same bytes as a token.
#include "fuzz.h"
#include "segment/oauth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(buf_release) struct buf reply = {0};
    struct error err = {0};
    const enum oauth_refusal refusal =
        oauth_judge(fuzz_text(data, size), INT64_C(1600000000), &err);
    ASSERT((refusal == OAUTH_GRANTED) == (err.code == ERROR_NONE));
    oauth_reply_refusal(&reply, refusal, str_from(err.message));
    ASSERT(!oauth_is_good(fuzz_text(data, size), STR("a secret nobody knows"), 0));
    return 0;
}
