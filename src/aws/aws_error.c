// aws_error — see the header.
#include "aws/aws_error.h"

#include "aws/xml.h"
#include "base/attributes.h"
#include "base/json.h"

static void put_text(char *out, size_t bytes, struct str text) {
    size_t len = text.len < bytes - 1 ? text.len : bytes - 1;
    // do not cut inside a character
    while (len < text.len && len > 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80)
        len--;
    if (len) memcpy(out, text.ptr, len);
    out[len] = '\0';
}

void aws_error_set(struct aws_error *error, int status, struct str code, struct str message) {
    *error = (struct aws_error){.status = status, .retry_after_ms = -1};
    put_text(error->code, sizeof(error->code), code);
    put_text(error->message, sizeof(error->message), message);
}

struct str aws_error_strip(struct str code) {
    size_t start = code.len;
    code = str_slice(code, 0, str_find_char(code, ':'));
    start = code.len;
    while (start > 0 && code.ptr[start - 1] != '#')
        start--;
    return str_trim(str_skip(code, start));
}

static struct str
first_text(const struct json_node *object, const char *const *keys, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct str text = json_get_text(object, keys[i]);
        if (text.len) return text;
    }
    return (struct str){0};
}

static struct str json_code(
    enum operation_protocol protocol,
    const struct response *response,
    const struct json_node *body) {
    static const char *const rest_keys[] = {"code", "Code", "__type"};
    static const char *const json_keys[] = {"__type", "code", "Code"};
    const struct str header = headers_get(&response->headers, STR("x-amzn-ErrorType"));
    if (protocol == OPERATION_REST_JSON) {
        return header.len ? header : first_text(body, rest_keys, ARRAY_COUNT(rest_keys));
    }
    const struct str code = first_text(body, json_keys, ARRAY_COUNT(json_keys));
    return code.len ? code : header;
}

static void decode_json(
    enum operation_protocol protocol, const struct response *response, struct aws_error *out) {
    static const char *const message_keys[] = {"message", "Message", "errorMessage"};
    CLEANUP(json_release) struct json body = {0};
    struct error ignored;
    const bool is_json = json_parse(buf_str(&response->body), &body, &ignored);
    const struct str code = aws_error_strip(json_code(protocol, response, body.root));
    put_text(out->code, sizeof(out->code), code);
    if (is_json) {
        put_text(
            out->message, sizeof(out->message),
            first_text(body.root, message_keys, ARRAY_COUNT(message_keys)));
        put_text(out->reason, sizeof(out->reason), json_get_text(body.root, "Reason"));
        out->is_server_side = str_equal(json_get_text(body.root, "Type"), STR("Service"));
    } else {
        put_text(out->message, sizeof(out->message), str_trim(buf_str(&response->body)));
    }
}

static void decode_xml(const struct response *response, struct aws_error *out) {
    CLEANUP(xml_release) struct xml xml = {0};
    struct error ignored;
    if (!xml_parse(buf_str(&response->body), &xml, &ignored)) {
        put_text(out->message, sizeof(out->message), str_trim(buf_str(&response->body)));
        return;
    }
    const size_t error = xml_find(&xml, "Error");
    put_text(
        out->code, sizeof(out->code),
        aws_error_strip(xml_text(&xml, xml_child(&xml, error, "Code"))));
    put_text(out->message, sizeof(out->message), xml_text(&xml, xml_child(&xml, error, "Message")));
    out->is_server_side =
        str_equal(xml_text(&xml, xml_child(&xml, error, "Type")), STR("Receiver"));
    put_text(out->request_id, sizeof(out->request_id), xml_text(&xml, xml_find(&xml, "RequestId")));
}

// A page of a proxy or load balancer is no message.
static bool is_markup(struct str text) {
    return str_starts_with(str_trim(text), STR("<"));
}

static int64_t retry_after_ms(const struct headers *headers) {
    int64_t number = 0;
    if (str_parse_int64(headers_get(headers, STR("x-amz-retry-after")), &number) && number >= 0 &&
        number <= 3600000) {
        return number;
    }
    if (str_parse_int64(str_trim(headers_get(headers, STR("Retry-After"))), &number) &&
        number >= 0 && number <= 3600) {
        return number * 1000;
    }
    return -1; // dates in Retry-After are not used by AWS
}

void aws_error_decode(
    enum operation_protocol protocol, const struct response *response, struct aws_error *out) {
    static const char *const id_headers[] = {"x-amzn-RequestId", "x-amz-request-id"};
    *out = (struct aws_error){.status = response->status};
    if (protocol == OPERATION_QUERY) {
        decode_xml(response, out);
    } else {
        decode_json(protocol, response, out);
    }
    if (out->code[0] == '\0' || is_markup(str_from(out->message))) {
        const char *reason = response_reason(response->status);
        if (out->message[0] == '\0' || is_markup(str_from(out->message))) {
            put_text(out->message, sizeof(out->message), str_from(reason));
        }
    }
    if (out->code[0] == '\0') {
        CLEANUP(buf_release) struct buf code = {0};
        buf_add(&code, STR("HTTP "));
        buf_add_int(&code, response->status);
        put_text(out->code, sizeof(out->code), buf_str(&code));
    }
    for (size_t i = 0; i < ARRAY_COUNT(id_headers); i++) {
        const struct str id = headers_get(&response->headers, str_from(id_headers[i]));
        if (id.len && out->request_id[0] == '\0')
            put_text(out->request_id, sizeof(out->request_id), id);
    }
    out->retry_after_ms = retry_after_ms(&response->headers);
}

static void encode_json(
    enum operation_protocol protocol,
    struct str service,
    const struct aws_error *error,
    struct response *response) {
    CLEANUP(json_release) struct json body = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct json_node *root = json_new_object(&body);
    const struct str message = str_from(error->message);
    if (protocol == OPERATION_JSON11) json_add_text(root, "__type", str_from(error->code));
    if (str_equal(service, STR("lambda"))) {
        if (error->reason[0]) json_add_text(root, "Reason", str_from(error->reason));
        json_add_text(root, "Type", error->is_server_side ? STR("Service") : STR("User"));
        json_add_text(root, "Message", message);
    } else {
        json_add_text(root, "message", message);
    }
    json_print(root, &text);
    headers_set(&response->headers, STR("x-amzn-ErrorType"), str_from(error->code));
    response_set_body(response, str_from(operation_content_type(protocol)), buf_str(&text));
}

static const struct xml_space {
    const char *service, *uri;
} xml_spaces[] = {
    {.service = "sts", .uri = "https://sts.amazonaws.com/doc/2011-06-15/"},
    {.service = "iam", .uri = "https://iam.amazonaws.com/doc/2010-05-08/"},
};

static void
encode_xml(struct str service, const struct aws_error *error, struct response *response) {
    CLEANUP(buf_release) struct buf text = {0};
    const char *uri = xml_spaces[0].uri;
    for (size_t i = 0; i < ARRAY_COUNT(xml_spaces); i++) {
        if (str_equal(service, str_from(xml_spaces[i].service))) uri = xml_spaces[i].uri;
    }
    buf_add_format(&text, "<ErrorResponse xmlns=\"%s\">\n  <Error>", uri);
    xml_add_element(&text, "Type", error->is_server_side ? STR("Receiver") : STR("Sender"));
    xml_add_element(&text, "Code", str_from(error->code));
    xml_add_element(&text, "Message", str_from(error->message));
    buf_add(&text, STR("</Error>\n  "));
    xml_add_element(&text, "RequestId", str_from(error->request_id));
    buf_add(&text, STR("\n</ErrorResponse>\n"));
    response_set_body(response, STR("text/xml"), buf_str(&text));
}

void aws_error_encode(
    enum operation_protocol protocol,
    struct str service,
    const struct aws_error *error,
    struct response *response) {
    response->status = error->status;
    if (protocol == OPERATION_QUERY) {
        encode_xml(service, error, response);
    } else {
        encode_json(protocol, service, error, response);
    }
    if (error->request_id[0]) {
        headers_set(&response->headers, STR("x-amzn-RequestId"), str_from(error->request_id));
    }
    if (error->retry_after_ms > 0) {
        CLEANUP(buf_release) struct buf seconds = {0};
        buf_add_int(&seconds, (error->retry_after_ms + 999) / 1000);
        headers_set(&response->headers, STR("Retry-After"), buf_str(&seconds));
    }
}

static bool is_one_of(struct str code, const char *const *codes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (str_equal(code, str_from(codes[i]))) return true;
    }
    return false;
}

bool aws_error_is_throttling(struct str code) {
    static const char *const codes[] = {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "SlowDown",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    };
    return is_one_of(code, codes, ARRAY_COUNT(codes));
}

bool aws_error_is_access_denied(struct str code) {
    static const char *const codes[] = {
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"};
    return is_one_of(code, codes, ARRAY_COUNT(codes));
}

static bool is_transient_status(int status) {
    return status == 500 || status == 502 || status == 503 || status == 504 || status == 509;
}

enum aws_error_retry
aws_error_retry_class(const struct operation *operation, const struct aws_error *error) {
    static const char *const transient[] = {
        "RequestTimeout",
        "RequestTimeoutException",
        "IDPCommunicationError",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalFailure",
        "InternalServerError",
        "ServiceException",
    };
    static const char *const clock[] = {
        "RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
        "RequestExpired",       "RequestInTheFuture",
    };
    static const char *const credentials[] = {
        "ExpiredToken",         "ExpiredTokenException", "UnrecognizedClientException",
        "InvalidClientTokenId", "InvalidToken",
    };
    const struct str code = str_from(error->code);
    // Personalize says LimitExceededException when a quota is used up: later is no better.
    const bool is_quota = str_equal(code, STR("LimitExceededException")) &&
                          str_equal(str_from(operation->signing_name), STR("personalize"));
    if (is_quota) return AWS_ERROR_FINAL;
    if (aws_error_is_throttling(code) || error->status == 429) return AWS_ERROR_THROTTLING;
    if (is_one_of(code, clock, ARRAY_COUNT(clock))) return AWS_ERROR_CLOCK;
    if (is_one_of(code, credentials, ARRAY_COUNT(credentials))) return AWS_ERROR_CREDENTIALS;
    if (is_one_of(code, transient, ARRAY_COUNT(transient))) return AWS_ERROR_TRANSIENT;
    return is_transient_status(error->status) ? AWS_ERROR_TRANSIENT : AWS_ERROR_FINAL;
}

// Sorted by what people meet first; the first row whose code (and service) fits is used.
static const struct advice {
    const char *code, *service; // service NULL: any
    enum error_code error;
    const char *hint;
} advices[] = {
    {.code = "ResourceNotFoundException",
     .service = "personalize-runtime",
     .error = ERROR_NOT_FOUND,
     .hint = "Check campaign_arn and region: the service looks in the region it is called in."},
    {.code = "ResourceNotFoundException",
     .service = "lambda",
     .error = ERROR_NOT_FOUND,
     .hint = "Check lambda_function and region: a function exists in one region only."},
    {.code = "ResourceNotFoundException",
     .error = ERROR_NOT_FOUND,
     .hint = "Check the name or ARN, and the region."},
    {.code = "InvalidInputException",
     .service = "personalize-runtime",
     .error = ERROR_REFUSED,
     .hint = "Check that campaign_arn names a campaign of the right recipe that is ACTIVE, and "
             "filter_arn a filter of its dataset group."},
    {.code = "InvalidInputException",
     .service = "personalize-events",
     .error = ERROR_REFUSED,
     .hint = "Check tracking_id (a UUID, not an ARN), and that the event fits the schema."},
    {.code = "InvalidParameterValueException",
     .service = "lambda",
     .error = ERROR_REFUSED,
     .hint = "Check lambda_function: a name, or an ARN without a second qualifier."},
    {.code = "AccessDenied",
     .service = "sts",
     .error = ERROR_REFUSED,
     .hint =
         "Check destination_role_arn, external_id, and the role's trust policy: the reply is the "
         "same for a missing role and a wrong external id."},
    {.code = "AccessDenied",
     .error = ERROR_REFUSED,
     .hint = "Give these credentials a policy that allows the action."},
    {.code = "AccessDeniedException",
     .service = "personalize-events",
     .error = ERROR_REFUSED,
     .hint =
         "Allow personalize:PutEvents on Resource \"*\": policies scoped to an ARN may not work."},
    {.code = "AccessDeniedException",
     .error = ERROR_REFUSED,
     .hint = "Give these credentials a policy that allows the action."},
    {.code = "ExpiredToken",
     .error = ERROR_EXPIRED,
     .hint = "Get new temporary keys and try again."},
    {.code = "ExpiredTokenException",
     .error = ERROR_EXPIRED,
     .hint = "Get new temporary keys and try again."},
    {.code = "UnrecognizedClientException",
     .error = ERROR_REFUSED,
     .hint = "Check AWS_ACCESS_KEY_ID; temporary keys (ASIA…) need their AWS_SESSION_TOKEN too."},
    {.code = "InvalidClientTokenId",
     .error = ERROR_REFUSED,
     .hint = "Check AWS_ACCESS_KEY_ID; temporary keys (ASIA…) need their AWS_SESSION_TOKEN too."},
    {.code = "InvalidSignatureException",
     .error = ERROR_REFUSED,
     .hint = "Check AWS_SECRET_ACCESS_KEY, the region, and this machine's clock."},
    {.code = "SignatureDoesNotMatch",
     .error = ERROR_REFUSED,
     .hint = "Check AWS_SECRET_ACCESS_KEY, the region, and this machine's clock."},
    {.code = "MissingAuthenticationTokenException",
     .error = ERROR_REFUSED,
     .hint = "Check the endpoint's path: AWS answers so for addresses it does not know."},
    {.code = "ValidationError",
     .service = "sts",
     .error = ERROR_REFUSED,
     .hint = "Check destination_role_arn and external_id."},
    {.code = "RegionDisabledException",
     .error = ERROR_REFUSED,
     .hint = "Enable the region in the account's settings, or choose another."},
    {.code = "RequestTooLargeException", .error = ERROR_LIMIT, .hint = "Send a smaller payload."},
};

static const struct advice *find_advice(const struct operation *operation, struct str code) {
    for (size_t i = 0; i < ARRAY_COUNT(advices); i++) {
        const struct advice *advice = &advices[i];
        if (!str_equal(code, str_from(advice->code))) continue;
        if (!advice->service || strcmp(advice->service, operation->service) == 0) return advice;
    }
    return NULL;
}

bool aws_error_to_error(
    const struct operation *operation, const struct aws_error *error, struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct advice *advice = find_advice(operation, str_from(error->code));
    const enum aws_error_retry retry = aws_error_retry_class(operation, error);
    buf_add_printable(&text, str_from(error->code));
    if (error->message[0]) {
        buf_add(&text, STR(": "));
        buf_add_printable(&text, str_from(error->message));
    }
    if (retry == AWS_ERROR_THROTTLING) {
        error_set(err, ERROR_THROTTLED, "%s was throttled: %s", operation->name, buf_text(&text));
        return error_hint(err, "Wait a little, and send more slowly.");
    }
    error_set(
        err, advice ? advice->error : ERROR_REFUSED, "%s was refused: %s", operation->name,
        buf_text(&text));
    if (advice) return error_hint(err, "%s", advice->hint);
    if (retry == AWS_ERROR_TRANSIENT) {
        return error_hint(err, "The service has a problem of its own: try again in a minute.");
    }
    return error_hint(err, "Look the code up in the documentation of %s.", operation->service);
}
