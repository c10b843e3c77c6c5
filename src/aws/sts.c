// sts — see the header.
#include "aws/sts.h"

#include "aws/arn.h"
#include "aws/operation.h"
#include "aws/xml.h"
#include "base/attributes.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/url.h"

// `value` ptr NULL: it was not sent.
static bool refuse(
    struct error *err,
    const char *member,
    struct str value,
    const char *constraint,
    const char *hint) {
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add(&shown, value.ptr ? STR("'") : STR("null"));
    buf_add_printable(&shown, str_slice(value, 0, 100));
    if (value.ptr) buf_add_char(&shown, '\'');
    error_set(
        err, ERROR_USAGE,
        "1 validation error detected: Value %s at '%s' failed to satisfy constraint: Member %s",
        buf_text(&shown), member, constraint);
    return error_hint(err, "%s", hint);
}

// Letters, digits, and the characters of `also`.
static bool is_made_of(struct str text, const char *also) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (is_letter || (c >= '0' && c <= '9')) continue;
        if (c == '\0' || !strchr(also, c)) return false;
    }
    return true;
}

static const struct member_rule {
    const char *member;
    size_t at; // of the str in struct sts_assume_role
    size_t least, most;
    const char *also;    // characters beyond letters and digits; NULL allows all
    const char *pattern; // as the service prints it
    bool is_required;
    const char *hint;
} member_rules[] = {
    {.member = "roleArn",
     .at = offsetof(struct sts_assume_role, role_arn),
     .least = 20,
     .most = 2048,
     .is_required = true,
     .hint = "Give the ARN of an IAM role: arn:aws:iam::ACCOUNT:role/NAME."},
    {.member = "roleSessionName",
     .at = offsetof(struct sts_assume_role, session_name),
     .least = 2,
     .most = 64,
     .also = "_+=,.@-",
     .pattern = "[\\w+=,.@-]*",
     .is_required = true,
     .hint = "Use 2 to 64 letters, digits and _+=,.@-"},
    {.member = "externalId",
     .at = offsetof(struct sts_assume_role, external_id),
     .least = 2,
     .most = 1224,
     .also = "_+=,.@:/-",
     .pattern = "[\\w+=,.@:\\/-]*",
     .hint = "Check external_id: 2 to 1224 letters, digits and _+=,.@:/-"},
    {.member = "policy",
     .at = offsetof(struct sts_assume_role, policy),
     .least = 1,
     .most = STS_MAX_POLICY_BYTES,
     .hint = "Shorten the session's policy."},
    {.member = "serialNumber",
     .at = offsetof(struct sts_assume_role, serial_number),
     .least = 9,
     .most = 256,
     .also = "_+=/:,.@-",
     .pattern = "[\\w+=/:,.@-]*",
     .hint = "Give the MFA device's ARN."},
    {.member = "tokenCode",
     .at = offsetof(struct sts_assume_role, token_code),
     .least = 6,
     .most = 6,
     .also = "",
     .pattern = "[\\d]*",
     .hint = "Give the six digits the device shows."},
    {.member = "sourceIdentity",
     .at = offsetof(struct sts_assume_role, source_identity),
     .least = 2,
     .most = 64,
     .also = "_+=,.@-",
     .pattern = "[\\w+=,.@-]*",
     .hint = "Use letters, digits and _+=,.@-"},
};

static bool check_member(
    const struct sts_assume_role *assume, const struct member_rule *rule, struct error *err) {
    CLEANUP(buf_release) struct buf constraint = {0};
    struct str text;
    memcpy(&text, (const char *)assume + rule->at, sizeof(text));
    if (text.len == 0 &&
        !(text.ptr && assume->form.count)) { // an empty one that was sent is too short
        if (!rule->is_required) return true;
        return refuse(err, rule->member, (struct str){0}, "must not be null", rule->hint);
    }
    if (text.len < rule->least) {
        buf_add_format(&constraint, "must have length greater than or equal to %zu", rule->least);
    } else if (text.len > rule->most) {
        buf_add_format(&constraint, "must have length less than or equal to %zu", rule->most);
    } else if (rule->also && !is_made_of(text, rule->also)) {
        buf_add_format(&constraint, "must satisfy regular expression pattern: %s", rule->pattern);
    } else {
        return true;
    }
    return refuse(err, rule->member, text, buf_text(&constraint), rule->hint);
}

bool sts_check_assume_role(const struct sts_assume_role *assume, struct error *err) {
    struct arn arn;
    struct error ignored;
    for (size_t i = 0; i < ARRAY_COUNT(member_rules); i++) {
        if (!check_member(assume, &member_rules[i], err)) return false;
    }
    if (!arn_parse(assume->role_arn, &arn, &ignored)) {
        CLEANUP(buf_release) struct buf shown = {0};
        buf_add_printable(&shown, str_slice(assume->role_arn, 0, 120));
        error_set(err, ERROR_USAGE, "%s is invalid", buf_text(&shown)); // STS's own words
        return error_hint(err, "%s", member_rules[0].hint);
    }
    CLEANUP(buf_release) struct buf shown = {0};
    const int64_t duration_s = assume->duration_s;
    if (duration_s && (duration_s < 900 || duration_s > 43200)) {
        buf_add_int(&shown, duration_s < 0 ? 0 : duration_s);
        return refuse(
            err, "durationSeconds", buf_str(&shown),
            duration_s < 900 ? "must have value greater than or equal to 900"
                             : "must have value less than or equal to 43200",
            "Ask for 900 to 43200 seconds.");
    }
    return true;
}

void sts_assume_role_release(struct sts_assume_role *assume) {
    if (!assume) return;
    query_release(&assume->form);
    *assume = (struct sts_assume_role){0};
}

static void begin_form(const struct operation *operation, struct buf *form) {
    url_query_add(form, STR("Action"), str_from(operation->name));
    url_query_add(form, STR("Version"), str_from(operation->version));
}

static void add_optional(struct buf *form, const char *name, struct str value) {
    if (value.len) url_query_add(form, str_from(name), value);
}

bool sts_encode_assume_role(
    const struct sts_assume_role *assume,
    struct str endpoint,
    struct request *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf form = {0};
    CLEANUP(buf_release) struct buf duration = {0};
    const struct operation *operation = operation_get(OPERATION_ASSUME_ROLE);
    if (!sts_check_assume_role(assume, err)) return false;
    begin_form(operation, &form);
    url_query_add(&form, STR("RoleArn"), assume->role_arn);
    url_query_add(&form, STR("RoleSessionName"), assume->session_name);
    add_optional(&form, "ExternalId", assume->external_id);
    if (assume->duration_s) buf_add_int(&duration, assume->duration_s);
    add_optional(&form, "DurationSeconds", buf_str(&duration));
    add_optional(&form, "Policy", assume->policy);
    add_optional(&form, "SerialNumber", assume->serial_number);
    add_optional(&form, "TokenCode", assume->token_code);
    add_optional(&form, "SourceIdentity", assume->source_identity);
    return operation_begin(
        operation, endpoint, str_from(operation->path), buf_str(&form), out, err);
}

bool sts_encode_get_caller_identity(struct str endpoint, struct request *out, struct error *err) {
    CLEANUP(buf_release) struct buf form = {0};
    const struct operation *operation = operation_get(OPERATION_GET_CALLER_IDENTITY);
    begin_form(operation, &form);
    return operation_begin(
        operation, endpoint, str_from(operation->path), buf_str(&form), out, err);
}

static const struct form_field {
    const char *name;
    size_t at;
} form_fields[] = {
    {.name = "RoleArn", .at = offsetof(struct sts_assume_role, role_arn)},
    {.name = "RoleSessionName", .at = offsetof(struct sts_assume_role, session_name)},
    {.name = "ExternalId", .at = offsetof(struct sts_assume_role, external_id)},
    {.name = "Policy", .at = offsetof(struct sts_assume_role, policy)},
    {.name = "SerialNumber", .at = offsetof(struct sts_assume_role, serial_number)},
    {.name = "TokenCode", .at = offsetof(struct sts_assume_role, token_code)},
    {.name = "SourceIdentity", .at = offsetof(struct sts_assume_role, source_identity)},
};

static bool read_lists(struct sts_assume_role *read, struct error *err) {
    const struct query *form = &read->form;
    const size_t arns = query_count_members(form, "PolicyArns", "arn");
    const size_t tags = query_count_members(form, "Tags", "Key");
    if (arns > STS_MAX_POLICY_ARNS)
        return refuse(
            err, "policyArns", STR("[...]"), "must have length less than or equal to 10",
            "Name ten policies at most.");
    if (tags > STS_MAX_TAGS)
        return refuse(
            err, "tags", STR("[...]"), "must have length less than or equal to 50",
            "Give fifty tags at most.");
    for (size_t i = 0; i < arns; i++)
        read->policy_arns[i] = query_get_member(form, "PolicyArns", i + 1, "arn");
    for (size_t i = 0; i < tags; i++) {
        read->tags[i] = (struct sts_tag){
            .key = query_get_member(form, "Tags", i + 1, "Key"),
            .value = query_get_member(form, "Tags", i + 1, "Value")};
        if (read->tags[i].key.len == 0 || read->tags[i].key.len > 128)
            return refuse(
                err, "tags.1.member.key", read->tags[i].key,
                read->tags[i].key.len ? "must have length less than or equal to 128"
                                      : "must have length greater than or equal to 1",
                "A tag's key has 1 to 128 characters.");
        if (read->tags[i].value.len > 256)
            return refuse(
                err, "tags.1.member.value", read->tags[i].value,
                "must have length less than or equal to 256", "Shorten the tag's value.");
    }
    read->policy_arn_count = arns;
    read->tag_count = tags;
    return true;
}

bool sts_decode_assume_role(struct str body, struct sts_assume_role *out, struct error *err) {
    CLEANUP(sts_assume_role_release) struct sts_assume_role read = {0};
    if (!query_parse(body, &read.form, err)) return false;
    for (size_t i = 0; i < ARRAY_COUNT(form_fields); i++) {
        const struct str text = query_get(&read.form, form_fields[i].name);
        memcpy((char *)&read + form_fields[i].at, &text, sizeof(text));
    }
    const struct str duration = query_get(&read.form, "DurationSeconds");
    if (!query_get_integer(&read.form, "DurationSeconds", 0, &read.duration_s))
        return refuse(
            err, "durationSeconds", duration, "must be a number", "Ask for 900 to 43200 seconds.");
    if (duration.len && read.duration_s == 0) read.duration_s = -1; // 0 was sent: below the least
    if (!read_lists(&read, err) || !sts_check_assume_role(&read, err)) return false;
    sts_assume_role_release(out);
    *out = read;
    read = (struct sts_assume_role){0};
    return true;
}

void sts_session_release(struct sts_session *session) {
    if (!session) return;
    credentials_release(&session->credentials);
    buf_release(&session->assumed_role_id);
    buf_release(&session->arn);
    buf_release(&session->source_identity);
    buf_release(&session->request_id);
    *session = (struct sts_session){0};
}

void sts_identity_release(struct sts_identity *identity) {
    if (!identity) return;
    buf_release(&identity->arn);
    buf_release(&identity->user_id);
    buf_release(&identity->account);
    buf_release(&identity->request_id);
    *identity = (struct sts_identity){0};
}

static void open_reply(struct buf *xml, const char *operation) {
    buf_add_format(
        xml, "<%sResponse xmlns=\"%s\">\n  <%sResult>\n", operation, STS_NAMESPACE, operation);
}

static void
close_reply(struct buf *xml, const char *operation, struct str request_id, struct response *out) {
    buf_add_format(xml, "  </%sResult>\n  <ResponseMetadata>", operation);
    xml_add_element(xml, "RequestId", request_id);
    buf_add_format(xml, "</ResponseMetadata>\n</%sResponse>\n", operation);
    out->status = 200;
    response_set_body(out, STR("text/xml"), buf_str(xml));
    if (request_id.len) headers_set(&out->headers, STR("x-amzn-RequestId"), request_id);
}

void sts_encode_session(const struct sts_session *session, struct response *out) {
    CLEANUP(buf_release) struct buf xml = {0};
    CLEANUP(buf_release) struct buf expiration = {0};
    const struct credentials *credentials = &session->credentials;
    // whole seconds, as STS writes them
    clock_add_iso8601(&expiration, credentials->expires_at_s * 1000);
    const struct str seconds =
        str_slice(buf_str(&expiration), 0, str_find_char(buf_str(&expiration), '.'));
    CLEANUP(buf_release) struct buf until = {0};
    buf_add(&until, seconds);
    if (!str_ends_with(seconds, STR("Z"))) buf_add_char(&until, 'Z');

    open_reply(&xml, "AssumeRole");
    buf_add(&xml, STR("    <Credentials>"));
    xml_add_element(&xml, "AccessKeyId", buf_str(&credentials->access_key_id));
    xml_add_element(&xml, "SecretAccessKey", secret_reveal(&credentials->secret_access_key));
    xml_add_element(&xml, "SessionToken", secret_reveal(&credentials->session_token));
    xml_add_element(&xml, "Expiration", buf_str(&until));
    buf_add(&xml, STR("</Credentials>\n    <AssumedRoleUser>"));
    xml_add_element(&xml, "AssumedRoleId", buf_str(&session->assumed_role_id));
    xml_add_element(&xml, "Arn", buf_str(&session->arn));
    buf_add(&xml, STR("</AssumedRoleUser>\n"));
    if (session->packed_percent) {
        buf_add_format(
            &xml, "    <PackedPolicySize>%lld</PackedPolicySize>\n",
            (long long)session->packed_percent);
    }
    if (session->source_identity.len)
        xml_add_element(&xml, "SourceIdentity", buf_str(&session->source_identity));
    close_reply(&xml, "AssumeRole", buf_str(&session->request_id), out);
    mem_wipe(xml.ptr, xml.cap); // the secret's way out is the response alone
}

void sts_encode_identity(const struct sts_identity *identity, struct response *out) {
    CLEANUP(buf_release) struct buf xml = {0};
    open_reply(&xml, "GetCallerIdentity");
    buf_add(&xml, STR("    "));
    xml_add_element(&xml, "Arn", buf_str(&identity->arn));
    xml_add_element(&xml, "UserId", buf_str(&identity->user_id));
    xml_add_element(&xml, "Account", buf_str(&identity->account));
    buf_add_char(&xml, '\n');
    close_reply(&xml, "GetCallerIdentity", buf_str(&identity->request_id), out);
}

static bool refuse_reply(struct error *err, const char *what) {
    error_set(err, ERROR_INVALID, "the reply of STS cannot be read: %s is missing", what);
    return error_hint(err, "Check that the endpoint is that of STS.");
}

// Parses the reply and finds its result element.
static bool open_result(
    struct str body,
    const char *result_name,
    struct xml *xml,
    size_t *out_result,
    struct error *err) {
    if (!xml_parse(body, xml, err)) return error_wrap(err, "the reply of STS");
    *out_result = xml_child(xml, 0, result_name);
    return *out_result != XML_NO_NODE ? true : refuse_reply(err, result_name);
}

static void read_request_id(const struct xml *xml, struct buf *out) {
    const size_t metadata = xml_child(xml, 0, "ResponseMetadata");
    buf_add(out, xml_text(xml, xml_child(xml, metadata, "RequestId")));
}

bool sts_decode_session(struct str body, struct sts_session *out, struct error *err) {
    CLEANUP(xml_release) struct xml xml = {0};
    CLEANUP(sts_session_release) struct sts_session read = {0};
    size_t result = XML_NO_NODE;
    int64_t expires_at_ms = 0;
    if (!open_result(body, "AssumeRoleResult", &xml, &result, err)) return false;
    const size_t keys = xml_child(&xml, result, "Credentials");
    const size_t user = xml_child(&xml, result, "AssumedRoleUser");
    const struct str id = xml_text(&xml, xml_child(&xml, keys, "AccessKeyId"));
    const struct str secret = xml_text(&xml, xml_child(&xml, keys, "SecretAccessKey"));
    const struct str token = xml_text(&xml, xml_child(&xml, keys, "SessionToken"));
    const struct str expiration = xml_text(&xml, xml_child(&xml, keys, "Expiration"));
    if (id.len == 0) return refuse_reply(err, "AccessKeyId");
    if (secret.len == 0) return refuse_reply(err, "SecretAccessKey");
    if (token.len == 0) return refuse_reply(err, "SessionToken");
    if (!clock_parse_iso8601(expiration, &expires_at_ms)) return refuse_reply(err, "Expiration");
    credentials_set(&read.credentials, id, secret, token);
    read.credentials.expires_at_s = expires_at_ms / 1000;
    read.credentials.source = CREDENTIALS_ASSUME_ROLE;
    buf_add(&read.assumed_role_id, xml_text(&xml, xml_child(&xml, user, "AssumedRoleId")));
    buf_add(&read.arn, xml_text(&xml, xml_child(&xml, user, "Arn")));
    buf_reset(&read.credentials.origin);
    buf_add(&read.credentials.origin, STR("assumed role "));
    buf_add_printable(&read.credentials.origin, buf_str(&read.arn));
    read_request_id(&xml, &read.request_id);
    mem_wipe(xml.text.ptr, xml.text.cap);
    sts_session_release(out);
    *out = read;
    read = (struct sts_session){0};
    return true;
}

bool sts_decode_identity(struct str body, struct sts_identity *out, struct error *err) {
    CLEANUP(xml_release) struct xml xml = {0};
    CLEANUP(sts_identity_release) struct sts_identity read = {0};
    size_t result = XML_NO_NODE;
    if (!open_result(body, "GetCallerIdentityResult", &xml, &result, err)) return false;
    buf_add(&read.arn, xml_text(&xml, xml_child(&xml, result, "Arn")));
    buf_add(&read.user_id, xml_text(&xml, xml_child(&xml, result, "UserId")));
    buf_add(&read.account, xml_text(&xml, xml_child(&xml, result, "Account")));
    if (read.arn.len == 0) return refuse_reply(err, "Arn");
    if (!arn_is_account(buf_str(&read.account))) return refuse_reply(err, "Account");
    read_request_id(&xml, &read.request_id);
    sts_identity_release(out);
    *out = read;
    read = (struct sts_identity){0};
    return true;
}
