// Bytes from a service → every reply and error we read; and bytes from a client → every request the
// sandbox reads. What was read must be writable, and readable again.
#include "aws/aws_error.h"
#include "aws/invoke.h"
#include "aws/personalize.h"
#include "aws/sts.h"
#include "base/attributes.h"
#include "fuzz.h"

static void read_replies(struct str text) {
    CLEANUP(response_release) struct response response = {.status = 200};
    CLEANUP(invoke_reply_release) struct invoke_reply reply = {0};
    CLEANUP(sts_session_release) struct sts_session session = {0};
    CLEANUP(sts_identity_release) struct sts_identity identity = {0};
    CLEANUP(personalize_items_release) struct personalize_items items = {0};
    struct error err = {0};
    buf_add(&response.body, text);
    headers_add(&response.headers, STR("X-Amz-Function-Error"), STR("Unhandled"));
    headers_add(&response.headers, STR("X-Amz-Log-Result"), str_slice(text, 0, 64));
    (void)!invoke_decode_reply(&response, &reply, &err);
    (void)!sts_decode_session(text, &session, &err);
    (void)!sts_decode_identity(text, &identity, &err);
    (void)!personalize_decode_items(text, PERSONALIZE_REPLY_RECOMMENDATIONS, &items, &err);
    (void)!personalize_decode_items(text, PERSONALIZE_REPLY_RANKING, &items, &err);
    for (int protocol = OPERATION_REST_JSON; protocol <= OPERATION_QUERY; protocol++) {
        struct aws_error error;
        aws_error_decode((enum operation_protocol)protocol, &response, &error);
        ASSERT(error.code[0]);
        (void)aws_error_to_error(operation_get(OPERATION_INVOKE), &error, &err);
    }
}

static void read_requests(struct str text) {
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(personalize_recommend_release) struct personalize_recommend recommend = {0};
    CLEANUP(personalize_rank_release) struct personalize_rank rank = {0};
    CLEANUP(personalize_events_release) struct personalize_events events = {0};
    CLEANUP(sts_assume_role_release) struct sts_assume_role assume = {0};
    const struct str endpoint = STR("http://127.0.0.1:1");
    struct error err = {0};
    if (personalize_decode_recommend(text, &recommend, &err)) {
        ASSERT(personalize_encode_recommend(&recommend, endpoint, &request, &err));
        ASSERT(personalize_decode_recommend(buf_str(&request.body), &recommend, &err));
    }
    if (personalize_decode_rank(text, &rank, &err)) {
        ASSERT(personalize_encode_rank(&rank, endpoint, &request, &err));
    }
    if (personalize_decode_events(text, &events, &err)) {
        ASSERT(personalize_encode_events(&events, endpoint, &request, &err));
    }
    if (sts_decode_assume_role(text, &assume, &err)) {
        ASSERT(sts_encode_assume_role(&assume, endpoint, &request, &err));
    }
}

static void read_target(struct str text) {
    CLEANUP(request_release) struct request request = {0};
    CLEANUP(invoke_release) struct invoke invoke = {0};
    struct error err = {0};
    request_set_method(&request, STR("POST"));
    request_set_url(&request, text);
    request_set_body(&request, text);
    headers_add(&request.headers, STR("X-Amz-Client-Context"), str_slice(text, 0, 64));
    (void)operation_route(&request);
    (void)!invoke_decode(&request, &invoke, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct str text = fuzz_text(data, size);
    read_replies(text);
    read_requests(text);
    read_target(text);
    return 0;
}
