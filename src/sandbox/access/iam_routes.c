// iam_routes — roles and their policies: reading them, changing them, and asking what they would allow.
#include "access/access_internal.h"
#include "access/calls.h"
#include "access/simulate.h"
#include "aws/query.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "http/base64.h"
#include "http/url.h"

#define NAMESPACE "https://iam.amazonaws.com/doc/2010-05-08/"
#define ROLE_NAME_BYTES 64
#define POLICY_NAME_BYTES 128
#define INLINE_POLICY_BYTES 10240 // all of a role together, without blanks
#define TRUST_BYTES 2048

// One request: its members, the role it names, the result as it grows.
struct asking {
    struct cloud *cloud;
    const struct call *call;
    struct query form;
    const struct role *role;
    struct buf arn; // of the role
    struct buf xml;
    struct aws_error refusal;
};

static bool refuse(struct asking *asking, int status, const char *code, struct buf *take_text) {
    access_refuse(&asking->refusal, status, code, buf_str(take_text));
    buf_release(take_text);
    return false;
}

static bool
refuse_member(struct asking *asking, const char *member, struct str value, const char *constraint) {
    struct buf text = {0};
    buf_add(&text, STR("1 validation error detected: Value "));
    if (value.ptr) buf_add_char(&text, '\'');
    if (value.ptr) buf_add_printable(&text, str_slice(value, 0, 200));
    if (!value.ptr) buf_add(&text, STR("null"));
    if (value.ptr) buf_add_char(&text, '\'');
    buf_add_format(&text, " at '%s' failed to satisfy constraint: Member %s", member, constraint);
    return refuse(asking, 400, "ValidationError", &text);
}

static bool check_name(struct asking *asking, const char *member, struct str value, size_t most) {
    struct buf text = {0};
    if (!value.ptr) return refuse_member(asking, member, value, "must not be null");
    if (!value.len)
        return refuse_member(asking, member, value, "must have length greater than or equal to 1");
    if (value.len > most) {
        buf_add_format(&text, "must have length less than or equal to %zu", most);
        (void)refuse_member(asking, member, value, buf_text(&text));
        buf_release(&text);
        return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        const char c = value.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) continue;
        if (c != '\0' && strchr("+=,.@_-", c)) continue;
        buf_add_format(
            &text,
            "The specified value for %s is invalid. It must contain only alphanumeric characters "
            "and/or the following: +=,.@_-",
            member);
        return refuse(asking, 400, "ValidationError", &text);
    }
    return true;
}

static bool find_role(struct asking *asking) {
    const struct str name = query_get(&asking->form, "RoleName");
    struct buf text = {0};
    if (!check_name(asking, "roleName", name, ROLE_NAME_BYTES)) return false;
    asking->role = roles_find(asking->cloud, name);
    if (asking->role) {
        roles_add_arn(asking->cloud, asking->role, &asking->arn);
    } else {
        buf_add_format(
            &asking->arn, "arn:aws:iam::%s:role/" STR_FMT, cloud_account(asking->cloud),
            STR_ARG(name));
    }
    if (!access_allows(
            asking->cloud, &asking->call->caller, asking->call->operation->iam_action,
            buf_str(&asking->arn), &asking->refusal))
        return false;
    if (asking->role) return true;
    buf_add_format(&text, "The role with name " STR_FMT " cannot be found.", STR_ARG(name));
    return refuse(asking, 404, "NoSuchEntity", &text);
}

static bool find_policy(struct asking *asking, const struct roles_policy **out) {
    const struct str name = query_get(&asking->form, "PolicyName");
    struct buf text = {0};
    if (!check_name(asking, "policyName", name, POLICY_NAME_BYTES)) return false;
    *out = roles_find_policy(asking->role, name);
    if (*out) return true;
    buf_add_format(&text, "The role policy with name " STR_FMT " cannot be found.", STR_ARG(name));
    return refuse(asking, 404, "NoSuchEntity", &text);
}

// ---- what is told ----

static void add_encoded(struct buf *xml, const char *name, const char *document) {
    xml_add_open(xml, name);
    url_encode(xml, str_from(document), URL_ENCODE_SLASH);
    xml_add_close(xml, name);
}

static void add_role(struct asking *asking, const struct role *role, bool is_whole) {
    struct buf arn = {0}, date = {0};
    struct buf *xml = &asking->xml;
    roles_add_arn(asking->cloud, role, &arn);
    clock_add_iso8601(&date, role->created_at_ms);
    const struct str text = buf_str(&date); // whole seconds, as IAM writes them
    xml_add_element(xml, "Path", str_from(role->path));
    xml_add_element(xml, "RoleName", str_from(role->name));
    xml_add_element(xml, "RoleId", str_from(role->id));
    xml_add_element(xml, "Arn", buf_str(&arn));
    xml_add_open(xml, "CreateDate");
    buf_add(xml, str_slice(text, 0, str_find_char(text, '.')));
    if (!str_ends_with(buf_str(xml), STR("Z"))) buf_add_char(xml, 'Z');
    xml_add_close(xml, "CreateDate");
    add_encoded(xml, "AssumeRolePolicyDocument", role->trust_document);
    if (role->description[0]) xml_add_element(xml, "Description", str_from(role->description));
    buf_add_format(
        xml, "<MaxSessionDuration>%lld</MaxSessionDuration>", (long long)role->max_session_s);
    if (is_whole) buf_add(xml, STR("<RoleLastUsed></RoleLastUsed>"));
    buf_release(&arn);
    buf_release(&date);
}

static bool get_role(struct asking *asking) {
    if (!find_role(asking)) return false;
    xml_add_open(&asking->xml, "Role");
    add_role(asking, asking->role, true);
    xml_add_close(&asking->xml, "Role");
    return true;
}

// One page of a list whose elements have numbers: the marker tells the next one.
struct page {
    size_t first, end;
};

static bool read_page(struct asking *asking, size_t count, struct page *out) {
    const struct str marker = query_get(&asking->form, "Marker");
    struct buf text = {0};
    struct error ignored;
    int64_t most = 0, first = 0;
    if (!query_get_integer(&asking->form, "MaxItems", 100, &most) || most < 1 || most > 1000)
        return refuse_member(
            asking, "maxItems", query_get(&asking->form, "MaxItems"),
            most < 1 ? "must have value greater than or equal to 1"
                     : "must have value less than or equal to 1000");
    const bool is_read = !marker.len || (base64_decode(&text, marker, &ignored) &&
                                         str_parse_int64(buf_str(&text), &first) && first > 0);
    buf_reset(&text);
    if (!is_read) {
        buf_add(&text, STR("Invalid Marker."));
        return refuse(asking, 400, "ValidationError", &text);
    }
    buf_release(&text);
    out->first = (size_t)first < count ? (size_t)first : count;
    out->end = (size_t)most < count - out->first ? out->first + (size_t)most : count;
    return true;
}

static void add_page_end(struct asking *asking, const struct page *page, size_t count) {
    struct buf number = {0};
    const bool is_truncated = page->end < count;
    xml_add_element(&asking->xml, "IsTruncated", is_truncated ? STR("true") : STR("false"));
    if (!is_truncated) return;
    buf_add_int(&number, (int64_t)page->end);
    xml_add_open(&asking->xml, "Marker");
    base64_encode(&asking->xml, buf_str(&number));
    xml_add_close(&asking->xml, "Marker");
    buf_release(&number);
}

static bool list_roles(struct asking *asking) {
    const struct str prefix = query_get(&asking->form, "PathPrefix");
    const size_t count = roles_count(asking->cloud);
    struct page page;
    if (!access_allows(
            asking->cloud, &asking->call->caller, "iam:ListRoles", (struct str){0},
            &asking->refusal) ||
        !read_page(asking, count, &page))
        return false;
    xml_add_open(&asking->xml, "Roles");
    for (size_t i = page.first; i < page.end; i++) {
        const struct role *role = roles_at(asking->cloud, i);
        if (prefix.len && !str_starts_with(str_from(role->path), prefix)) continue;
        xml_add_open(&asking->xml, "member");
        add_role(asking, role, false);
        xml_add_close(&asking->xml, "member");
    }
    xml_add_close(&asking->xml, "Roles");
    add_page_end(asking, &page, count);
    return true;
}

static bool get_role_policy(struct asking *asking) {
    const struct roles_policy *policy;
    if (!find_role(asking) || !find_policy(asking, &policy)) return false;
    xml_add_element(&asking->xml, "RoleName", str_from(asking->role->name));
    xml_add_element(&asking->xml, "PolicyName", str_from(policy->name));
    add_encoded(&asking->xml, "PolicyDocument", policy->document);
    return true;
}

static size_t count_policies(const struct role *role, bool is_managed) {
    size_t count = 0;
    for (size_t i = 0; i < role->count; i++)
        count += (role->policies[i].arn != NULL) == is_managed;
    return count;
}

static bool list_policies(struct asking *asking, bool is_managed) {
    struct page page;
    size_t at = 0;
    if (!find_role(asking)) return false;
    const size_t count = count_policies(asking->role, is_managed);
    if (!read_page(asking, count, &page)) return false;
    xml_add_open(&asking->xml, is_managed ? "AttachedPolicies" : "PolicyNames");
    for (size_t i = 0; i < asking->role->count; i++) {
        const struct roles_policy *policy = &asking->role->policies[i];
        if ((policy->arn != NULL) != is_managed) continue;
        if (at++ < page.first || at > page.end) continue;
        if (!is_managed) {
            xml_add_element(&asking->xml, "member", str_from(policy->name));
            continue;
        }
        xml_add_open(&asking->xml, "member");
        xml_add_element(&asking->xml, "PolicyName", str_from(policy->name));
        xml_add_element(&asking->xml, "PolicyArn", str_from(policy->arn));
        xml_add_close(&asking->xml, "member");
    }
    xml_add_close(&asking->xml, is_managed ? "AttachedPolicies" : "PolicyNames");
    add_page_end(asking, &page, count);
    return true;
}

static bool list_role_policies(struct asking *asking) {
    return list_policies(asking, false);
}

static bool list_attached_role_policies(struct asking *asking) {
    return list_policies(asking, true);
}

static bool simulate_principal_policy(struct asking *asking) {
    const struct str source = query_get(&asking->form, "PolicySourceArn");
    return access_allows(
               asking->cloud, &asking->call->caller, "iam:SimulatePrincipalPolicy", source,
               &asking->refusal) &&
           simulate_run(asking->cloud, &asking->form, &asking->xml, &asking->refusal);
}

// ---- what is changed ----

// Parsed, and its size without blanks.
static bool check_document(
    struct asking *asking,
    const char *member,
    enum policy_kind kind,
    struct str document,
    size_t *out_size) {
    struct policy policy = {0};
    struct buf compact = {0}, text = {0};
    struct error err = {0};
    if (!document.len)
        return refuse_member(
            asking, member, document,
            document.ptr ? "must have length greater than or equal to 1" : "must not be null");
    if (!policy_parse(document, kind, &policy, &err)) {
        buf_add(&text, str_from(err.message));
        return refuse(asking, 400, "MalformedPolicyDocument", &text);
    }
    json_print(policy.document.root, &compact);
    *out_size = compact.len;
    buf_release(&compact);
    policy_release(&policy);
    return true;
}

static bool put_role_policy(struct asking *asking) {
    const struct str name = query_get(&asking->form, "PolicyName");
    const struct str document = query_get(&asking->form, "PolicyDocument");
    struct buf text = {0};
    size_t size = 0;
    if (!find_role(asking) || !check_name(asking, "policyName", name, POLICY_NAME_BYTES) ||
        !check_document(asking, "policyDocument", POLICY_IDENTITY, document, &size))
        return false;
    for (size_t i = 0; i < asking->role->count; i++) {
        const struct roles_policy *other = &asking->role->policies[i];
        if (!other->arn && !str_equal(str_from(other->name), name)) size += strlen(other->document);
    }
    if (size > INLINE_POLICY_BYTES) {
        buf_add_format(
            &text, "Maximum policy size of %d bytes exceeded for role %s", INLINE_POLICY_BYTES,
            asking->role->name);
        return refuse(asking, 409, "LimitExceeded", &text);
    }
    roles_put_policy(asking->cloud, asking->role, name, document);
    return true;
}

static bool delete_role_policy(struct asking *asking) {
    const struct roles_policy *policy;
    if (!find_role(asking) || !find_policy(asking, &policy)) return false;
    roles_remove_policy(asking->cloud, asking->role, query_get(&asking->form, "PolicyName"));
    return true;
}

static bool update_assume_role_policy(struct asking *asking) {
    const struct str document = query_get(&asking->form, "PolicyDocument");
    struct buf text = {0};
    size_t size = 0;
    if (!find_role(asking) ||
        !check_document(asking, "policyDocument", POLICY_TRUST, document, &size))
        return false;
    if (size > TRUST_BYTES) {
        buf_add_format(&text, "Cannot exceed quota for ACLSizePerRole: %d", TRUST_BYTES);
        return refuse(asking, 409, "LimitExceeded", &text);
    }
    roles_set_trust(asking->cloud, asking->role, document);
    return true;
}

static bool check_session_length(struct asking *asking, int64_t *out) {
    const struct str text = query_get(&asking->form, "MaxSessionDuration");
    if (query_get_integer(&asking->form, "MaxSessionDuration", 3600, out) && *out >= 3600 &&
        *out <= 43200)
        return true;
    return refuse_member(
        asking, "maxSessionDuration", text,
        *out < 3600 ? "must have value greater than or equal to 3600"
                    : "must have value less than or equal to 43200");
}

static bool check_path(struct asking *asking, struct str path) {
    const bool is_proper = path.len <= 512 && str_starts_with(path, STR("/")) &&
                           str_ends_with(path, STR("/")) && !str_contains(path, STR("//"));
    if (is_proper) return true;
    struct buf text = {0};
    buf_add(
        &text,
        STR("The specified value for path is invalid. It must begin and end with / and contain "
            "only alphanumeric characters and/or / characters."));
    return refuse(asking, 400, "ValidationError", &text);
}

static bool create_role(struct asking *asking) {
    struct roles_new_role role = {
        .name = query_get(&asking->form, "RoleName"),
        .path = query_get(&asking->form, "Path"),
        .description = query_get(&asking->form, "Description"),
        .trust = query_get(&asking->form, "AssumeRolePolicyDocument")};
    struct buf text = {0};
    size_t size = 0;
    if (!role.path.len) role.path = STR("/");
    if (!check_name(asking, "roleName", role.name, ROLE_NAME_BYTES) ||
        !check_path(asking, role.path) || !check_session_length(asking, &role.max_session_s))
        return false;
    buf_add_format(
        &asking->arn, "arn:aws:iam::%s:role" STR_FMT STR_FMT, cloud_account(asking->cloud),
        STR_ARG(role.path), STR_ARG(role.name));
    if (!access_allows(
            asking->cloud, &asking->call->caller, "iam:CreateRole", buf_str(&asking->arn),
            &asking->refusal) ||
        !check_document(asking, "assumeRolePolicyDocument", POLICY_TRUST, role.trust, &size))
        return false;
    if (roles_find(asking->cloud, role.name)) {
        buf_add_format(&text, "Role with name " STR_FMT " already exists.", STR_ARG(role.name));
        return refuse(asking, 409, "EntityAlreadyExists", &text);
    }
    if (roles_count(asking->cloud) >= ROLES_LIMIT || size > TRUST_BYTES) {
        buf_add_format(
            &text, "Cannot exceed quota for %s: %d",
            size > TRUST_BYTES ? "ACLSizePerRole" : "RolesPerAccount",
            size > TRUST_BYTES ? TRUST_BYTES : ROLES_LIMIT);
        return refuse(asking, 409, "LimitExceeded", &text);
    }
    roles_make(asking->cloud, &role);
    const struct role *made = roles_find(asking->cloud, role.name);
    if (!made) return true; // the store failed: the commit tells
    xml_add_open(&asking->xml, "Role");
    add_role(asking, made, false);
    xml_add_close(&asking->xml, "Role");
    return true;
}

static bool delete_role(struct asking *asking) {
    struct buf text = {0};
    if (!find_role(asking)) return false;
    if (count_policies(asking->role, false))
        buf_add(&text, STR("Cannot delete entity, must delete policies first."));
    else if (count_policies(asking->role, true))
        buf_add(&text, STR("Cannot delete entity, must detach all policies first."));
    if (text.len) return refuse(asking, 409, "DeleteConflict", &text);
    roles_remove(asking->cloud, asking->role);
    return true;
}

static bool attach_role_policy(struct asking *asking) {
    const struct str arn = query_get(&asking->form, "PolicyArn");
    struct buf text = {0};
    if (!find_role(asking)) return false;
    if (!arn.ptr) return refuse_member(asking, "policyArn", arn, "must not be null");
    if (!roles_managed_document(arn)) {
        buf_add(&text, STR("Policy "));
        buf_add_printable(&text, str_slice(arn, 0, 300));
        buf_add(&text, STR(" does not exist or is not attachable."));
        return refuse(asking, 404, "NoSuchEntity", &text);
    }
    roles_attach(asking->cloud, asking->role, arn);
    return true;
}

static bool detach_role_policy(struct asking *asking) {
    const struct str arn = query_get(&asking->form, "PolicyArn");
    struct buf text = {0};
    if (!find_role(asking)) return false;
    if (!arn.ptr) return refuse_member(asking, "policyArn", arn, "must not be null");
    for (size_t i = 0; i < asking->role->count; i++) {
        if (!str_equal(str_from(asking->role->policies[i].arn), arn)) continue;
        roles_detach(asking->cloud, asking->role, arn);
        return true;
    }
    buf_add(&text, STR("Policy "));
    buf_add_printable(&text, str_slice(arn, 0, 300));
    buf_add(&text, STR(" was not found."));
    return refuse(asking, 404, "NoSuchEntity", &text);
}

// ---- the calls ----

typedef bool answer_fn(struct asking *asking);
static const struct answer_row {
    enum operation_id operation;
    answer_fn *run;
} answers[] = {
    {OPERATION_GET_ROLE, get_role},
    {OPERATION_LIST_ROLES, list_roles},
    {OPERATION_GET_ROLE_POLICY, get_role_policy},
    {OPERATION_LIST_ROLE_POLICIES, list_role_policies},
    {OPERATION_LIST_ATTACHED_ROLE_POLICIES, list_attached_role_policies},
    {OPERATION_SIMULATE_PRINCIPAL_POLICY, simulate_principal_policy},
    {OPERATION_PUT_ROLE_POLICY, put_role_policy},
    {OPERATION_DELETE_ROLE_POLICY, delete_role_policy},
    {OPERATION_UPDATE_ASSUME_ROLE_POLICY, update_assume_role_policy},
    {OPERATION_CREATE_ROLE, create_role},
    {OPERATION_DELETE_ROLE, delete_role},
    {OPERATION_ATTACH_ROLE_POLICY, attach_role_policy},
    {OPERATION_DETACH_ROLE_POLICY, detach_role_policy},
};

static void encode(const struct asking *asking, struct exchange *exchange) {
    const char *name = asking->call->operation->name;
    struct buf xml = {0}, id = {0};
    rng_add_uuid(&asking->cloud->rng, &id);
    buf_add_format(&xml, "<%sResponse xmlns=\"" NAMESPACE "\">\n", name);
    if (asking->xml.len) {
        buf_add_format(&xml, "  <%sResult>", name);
        buf_add(&xml, buf_str(&asking->xml));
        buf_add_format(&xml, "</%sResult>\n", name);
    }
    buf_add_format(
        &xml, "  <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>\n</%sResponse>\n",
        buf_text(&id), name);
    exchange->response.status = 200;
    response_set_body(&exchange->response, STR("text/xml"), buf_str(&xml));
    headers_set(&exchange->response.headers, STR("x-amzn-RequestId"), buf_str(&id));
    buf_release(&xml);
    buf_release(&id);
}

static answer_fn *find_answer(enum operation_id operation) {
    for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
        if (answers[i].operation == operation) return answers[i].run;
    }
    UNREACHABLE("a row of calls without an answer");
}

static enum server_verdict
answer(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct asking asking = {.cloud = cloud, .call = call};
    struct error err = {0};
    if (!query_parse(operation_form(&call->request), &asking.form, &err))
        calls_refuse_input(cloud, exchange, call->operation, "MalformedQueryString", &err);
    else if (find_answer(call->operation->id)(&asking))
        encode(&asking, exchange);
    else
        calls_refuse(cloud, exchange, call->operation, &asking.refusal);
    query_release(&asking.form);
    buf_release(&asking.arn);
    buf_release(&asking.xml);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_GET_ROLE, answer},
    {OPERATION_LIST_ROLES, answer},
    {OPERATION_GET_ROLE_POLICY, answer},
    {OPERATION_LIST_ROLE_POLICIES, answer},
    {OPERATION_LIST_ATTACHED_ROLE_POLICIES, answer},
    {OPERATION_SIMULATE_PRINCIPAL_POLICY, answer},
    {OPERATION_PUT_ROLE_POLICY, answer},
    {OPERATION_DELETE_ROLE_POLICY, answer},
    {OPERATION_UPDATE_ASSUME_ROLE_POLICY, answer},
    {OPERATION_CREATE_ROLE, answer},
    {OPERATION_DELETE_ROLE, answer},
    {OPERATION_ATTACH_ROLE_POLICY, answer},
    {OPERATION_DETACH_ROLE_POLICY, answer},
};

struct calls calls_iam(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
