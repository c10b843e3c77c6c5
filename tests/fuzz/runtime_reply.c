// What a runtime posts: paths, error reports; and the archive and the control requests that come with
// functions people bring.
#include "aws/code_archive.h"
#include "aws/lambda_control.h"
#include "aws/runtime_api.h"
#include "base/memory.h"
#include "fuzz.h"

static void read_paths(struct str text) {
    struct str method, path;
    str_split(text, ' ', &method, &path);
    const struct runtime_api_call call = runtime_api_route(method, path);
    ASSERT(call.function.len <= path.len && call.request_id.len <= path.len);
    const bool has_id = call.route == RUNTIME_API_RESPONSE || call.route == RUNTIME_API_ERROR;
    ASSERT(!has_id || call.request_id.len > 0);
}

static void read_failure(struct str text) {
    CLEANUP(runtime_api_failure_release) struct runtime_api_failure failure = {0};
    CLEANUP(json_release) struct json payload = {0};
    struct error err = {0};
    struct str type, body;
    str_split(text, '\n', &type, &body);
    runtime_api_read_failure(type, body, &failure);
    // Whoever invoked the function must be able to read why it failed.
    ASSERT(json_parse(buf_str(&failure.payload), &payload, &err));
    ASSERT(
        str_starts_with(buf_str(&failure.type), STR("Runtime.")) ||
        str_starts_with(buf_str(&failure.type), STR("Function.")));
    ASSERT(headers_is_valid_value(buf_str(&failure.type)));
}

static void read_control(struct str text) {
    CLEANUP(buf_release) struct buf rest = {0};
    CLEANUP(json_release) struct json request = {0}, configuration = {0};
    struct error err = {0};
    struct aws_error refusal;
    struct str zip;
    lambda_control_take_zip(text, &rest, &zip);
    ASSERT(rest.len + zip.len == text.len);
    if (!json_parse(buf_str(&rest), &request, &err)) return;
    (void)json_new_object(&configuration);
    for (int kind = 0; kind <= LAMBDA_CONTROL_CONCURRENCY; kind++) {
        if (lambda_control_check(request.root, (enum lambda_control_request)kind, &refusal))
            continue;
        ASSERT(refusal.status == 400 && refusal.code[0] && refusal.message[0]);
    }
    lambda_control_apply(request.root, configuration.root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct code_archive archive;
    struct error err = {0};
    const struct str text = fuzz_text(data, size);
    read_paths(text);
    read_failure(text);
    read_control(text);
    if (code_archive_read(text, &archive, &err)) ASSERT(archive.entries > 0);
    return 0;
}
