// role_templates — the roles of the workshop's CloudFormation template and the managed policies they use,
// as documents. {region} and {account} are filled in.
//
// Threads  any; constant.
// Source   segment.md 4.3.
#pragma once

#include <stddef.h>

struct role_template_policy {
    const char *name, *document; // document NULL: `name` is the ARN of a managed one
};
struct role_template {
    const char *name, *id, *path, *description;
    const char *trust; // NULL: the permanent user
    struct role_template_policy policies[3];
};
extern const struct role_template role_templates[];
extern const size_t role_template_count;

struct role_template_managed {
    const char *arn, *document;
};
extern const struct role_template_managed role_template_managed[];
extern const size_t role_template_managed_count;
