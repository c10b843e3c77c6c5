// pasted_internal — what pasted.c (taking the wrapping off) and pasted_values.c (what is in it) share.
#pragma once

#include "aws/pasted.h"

struct pasted_input {
    struct str value; // cleaned; a view of out->value
    enum pasted_kind wanted;
    const struct pasted_context *context; // never NULL
    struct pasted *out;
};

// A mistake; `usable` for warnings. Message and hint are added to by the caller afterwards.
void pasted_report(struct pasted *out, enum pasted_mistake mistake, bool is_usable);
bool pasted_is_secret(enum pasted_kind kind);
enum arn_kind pasted_wanted_arn(enum pasted_kind kind); // ARN_UNKNOWN when no ARN is wanted
const char *pasted_where(enum pasted_kind kind);        // where the right value is found

// What the text looks like: "the ARN of solution version 3f9a1c2e of shoes".
void pasted_describe(struct buf *out, struct str value);
bool pasted_is_uuid(struct str text);
bool pasted_is_access_key_id(struct str text);

// By family of values; each reports at most one mistake.
void pasted_check_arn(const struct pasted_input *input);
void pasted_check_url(const struct pasted_input *input); // value is an http(s) address
void pasted_check_function(const struct pasted_input *input);
void pasted_check_tracking_id(const struct pasted_input *input);
void pasted_check_role_name(const struct pasted_input *input);
void pasted_check_region(const struct pasted_input *input);
void pasted_check_account(const struct pasted_input *input);
void pasted_check_access_key_id(const struct pasted_input *input);
void pasted_check_secret_key(const struct pasted_input *input);
void pasted_check_write_key(const struct pasted_input *input);
