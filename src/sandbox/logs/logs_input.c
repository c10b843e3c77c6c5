// logs_input — see the header.
#include "logs/logs_input.h"

#include "aws/arn.h"
#include "logs/logs.h"

const struct logs_input_text logs_input_group_rule = {
    .member = "logGroupName",
    .least = 1,
    .most = 512,
    .pattern = "[\\.\\-_/#A-Za-z0-9]+",
    .also = ".-_/#",
    .is_required = true,
};
const struct logs_input_text logs_input_stream_rule = {
    .member = "logStreamName",
    .least = 1,
    .most = 512,
    .pattern = "[^:*]*",
    .never = ":*",
    .is_required = true,
};

void logs_input_release(struct logs_input *input) {
    json_release(&input->document);
    buf_release(&input->group);
}

bool logs_input_refuse(struct logs_input *input, const char *code, const char *message) {
    access_refuse(&input->refusal, 400, code, str_from(message));
    return false;
}

bool logs_input_open(struct logs_input *input, struct str body) {
    struct error ignored;
    if (json_parse(body.len ? body : STR("{}"), &input->document, &ignored) &&
        json_kind(input->document.root) == JSON_OBJECT)
        return true;
    return logs_input_refuse(input, "SerializationException", "Unable to parse request as JSON");
}

bool logs_input_refuse_member(
    struct logs_input *input, const char *member, struct str value, const char *constraint) {
    struct buf text = {0};
    buf_add(&text, STR("1 validation error detected: Value "));
    if (value.ptr) {
        buf_add_char(&text, '\'');
        buf_add_printable(&text, str_slice(value, 0, 300));
        buf_add_char(&text, '\'');
    } else {
        buf_add(&text, STR("null"));
    }
    buf_add_format(&text, " at '%s' failed to satisfy constraint: Member %s", member, constraint);
    (void)logs_input_refuse(input, "InvalidParameterException", buf_text(&text));
    buf_release(&text);
    return false;
}

static bool refuse_kind(struct logs_input *input, enum json_kind kind, const char *wanted) {
    struct buf text = {0};
    const char *name = kind == JSON_NUMBER   ? "NUMBER_VALUE"
                       : kind == JSON_STRING ? "STRING_VALUE"
                       : kind == JSON_BOOL   ? "TRUE_VALUE"
                       : kind == JSON_ARRAY  ? "START_ARRAY"
                                             : "START_OBJECT";
    buf_add_format(&text, "%s can not be converted to %s", name, wanted);
    (void)logs_input_refuse(input, "SerializationException", buf_text(&text));
    buf_release(&text);
    return false;
}

static bool is_made_of(struct str text, const struct logs_input_text *rule) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (rule->never && c != '\0' && strchr(rule->never, c)) return false;
        if (!rule->also) continue;
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && (c == '\0' || !strchr(rule->also, c)))
            return false;
    }
    return true;
}

bool logs_input_check_text(
    struct logs_input *input, const struct logs_input_text *rule, struct str value) {
    struct buf constraint = {0};
    const size_t count = str_count_runes(value);
    if (count < rule->least)
        buf_add_format(&constraint, "must have length greater than or equal to %zu", rule->least);
    else if (count > rule->most)
        buf_add_format(&constraint, "must have length less than or equal to %zu", rule->most);
    else if (rule->pattern && !is_made_of(value, rule))
        buf_add_format(&constraint, "must satisfy regular expression pattern: %s", rule->pattern);
    const bool is_proper = constraint.len == 0;
    if (!is_proper)
        (void)logs_input_refuse_member(
            input, rule->member, value.ptr ? value : STR(""), buf_text(&constraint));
    buf_release(&constraint);
    return is_proper;
}

bool logs_input_get_text(
    struct logs_input *input, const struct logs_input_text *rule, struct str *out) {
    const struct json_node *node = json_get(input->document.root, rule->member);
    const enum json_kind kind = json_kind(node);
    *out = json_text(node);
    if (kind == JSON_ABSENT || kind == JSON_NULL) {
        if (!rule->is_required) return true;
        return logs_input_refuse_member(input, rule->member, (struct str){0}, "must not be null");
    }
    if (kind != JSON_STRING) return refuse_kind(input, kind, "a String");
    if (!out->ptr) *out = STR("");
    return logs_input_check_text(input, rule, *out);
}

bool logs_input_get_int(
    struct logs_input *input,
    const char *member,
    int64_t fallback,
    int64_t least,
    int64_t most,
    int64_t *out) {
    const struct json_node *node = json_get(input->document.root, member);
    const enum json_kind kind = json_kind(node);
    struct buf value = {0}, constraint = {0};
    *out = fallback;
    if (kind == JSON_ABSENT || kind == JSON_NULL) return true;
    if (kind != JSON_NUMBER) return refuse_kind(input, kind, "a Long");
    if (!json_integer(node, out)) return refuse_kind(input, kind, "a Long");
    if (*out >= least && *out <= most) return true;
    buf_add_int(&value, *out);
    if (*out < least)
        buf_add_format(
            &constraint, "must have value greater than or equal to %lld", (long long)least);
    else
        buf_add_format(&constraint, "must have value less than or equal to %lld", (long long)most);
    (void)logs_input_refuse_member(input, member, buf_str(&value), buf_text(&constraint));
    buf_release(&value);
    buf_release(&constraint);
    return false;
}

void logs_input_add_group_arn(const struct logs_input *input, struct str group, struct buf *out) {
    buf_add_format(
        out, "arn:aws:logs:" STR_FMT ":%s:log-group:" STR_FMT, STR_ARG(input->call->region),
        cloud_account(input->cloud), STR_ARG(group));
}

bool logs_input_is_allowed(struct logs_input *input, struct str group, struct str stream) {
    struct buf arn = {0};
    logs_input_add_group_arn(input, group, &arn);
    buf_add(&arn, STR(":log-stream:"));
    buf_add(&arn, stream);
    const bool is_allowed = access_allows(
        input->cloud, &input->call->caller, input->call->operation->iam_action, buf_str(&arn),
        &input->refusal);
    buf_release(&arn);
    return is_allowed;
}

bool logs_input_is_here(const struct logs_input *input) {
    return str_equal(input->call->region, str_from(cloud_region(input->cloud)));
}

// The name, or an ARN of this account and region, with ":*" at its end or without.
static bool read_identifier(struct logs_input *input, struct str text) {
    struct arn arn;
    struct error ignored;
    if (!arn_looks_like(text)) {
        buf_add(&input->group, text);
        return true;
    }
    if (!arn_parse(text, &arn, &ignored) || arn.kind != ARN_LOG_GROUP ||
        !str_equal(arn.region, input->call->region) ||
        !str_equal(arn.account, str_from(cloud_account(input->cloud))))
        return logs_input_refuse(input, "InvalidParameterException", "Invalid logGroupIdentifier.");
    buf_add(&input->group, arn.name);
    return true;
}

bool logs_input_get_group(struct logs_input *input, struct str stream) {
    static const struct logs_input_text identifier_rule = {
        .member = "logGroupIdentifier",
        .least = 1,
        .most = 2048,
        .pattern = "[\\w#+=/:,.@-]*",
        .also = "_#+=/:,.@-*",
    };
    struct logs_input_text name_rule = logs_input_group_rule;
    struct str identifier, name;
    const struct json_node *root = input->document.root;
    const bool has_identifier = json_kind(json_get(root, "logGroupIdentifier")) == JSON_STRING;
    name_rule.is_required = !has_identifier;
    if (!logs_input_get_text(input, &name_rule, &name) ||
        !logs_input_get_text(input, &identifier_rule, &identifier))
        return false;
    if (name.ptr && identifier.ptr)
        return logs_input_refuse(
            input, "InvalidParameterException",
            "You must include either logGroupIdentifier or logGroupName, but not both.");
    if (!read_identifier(input, name.ptr ? name : identifier) ||
        !logs_input_is_allowed(input, buf_str(&input->group), stream))
        return false;
    if (logs_input_is_here(input) && logs_has_group(input->cloud, buf_str(&input->group)))
        return true;
    return logs_input_refuse(
        input, "ResourceNotFoundException", "The specified log group does not exist.");
}
