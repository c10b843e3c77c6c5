// logs_input — what the calls of CloudWatch Logs have in common: members and their limits, the group they
// are about, refusals in the service's words.
//
// Shape    each check returns false after filling the refusal; members are checked in the service's order.
// Owns     struct logs_input: logs_input_release. Texts are views of its document.
// Threads  the sandbox's.
#pragma once

#include "access/calls.h"
#include "base/json.h"

struct logs_input {
    struct cloud *cloud;
    const struct call *call;
    struct json document;
    struct buf group; // the group's name
    struct aws_error refusal;
};
void logs_input_release(struct logs_input *input);
bool logs_input_open(struct logs_input *input, struct str body);
bool logs_input_refuse(struct logs_input *input, const char *code, const char *message);
bool logs_input_refuse_member(
    struct logs_input *input, const char *member, struct str value, const char *constraint);

// A text of `least` to `most` characters; ptr NULL in *out when it was not sent and need not be.
struct logs_input_text {
    const char *member;
    size_t least, most;
    const char *pattern; // as the service prints it; NULL: anything
    const char *also;    // of the pattern, beyond letters and digits
    const char *never;   // of the pattern: what may not be in it
    bool is_required;
};
bool logs_input_get_text(
    struct logs_input *input, const struct logs_input_text *rule, struct str *out);
bool logs_input_check_text(
    struct logs_input *input, const struct logs_input_text *rule, struct str value);
bool logs_input_get_int(
    struct logs_input *input,
    const char *member,
    int64_t fallback,
    int64_t least,
    int64_t most,
    int64_t *out);
// logGroupName or logGroupIdentifier, whichever was sent; then may the caller do this, and is it there?
// `stream` (may be empty) is for the resource in the question.
bool logs_input_get_group(struct logs_input *input, struct str stream);
extern const struct logs_input_text logs_input_group_rule, logs_input_stream_rule;
bool logs_input_is_allowed(struct logs_input *input, struct str group, struct str stream);
void logs_input_add_group_arn(const struct logs_input *input, struct str group, struct buf *out);
// Does the region of the call hold anything?
bool logs_input_is_here(const struct logs_input *input);
