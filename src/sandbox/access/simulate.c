// simulate — see the header.
#include "access/simulate.h"

#include "access/access_internal.h"
#include "aws/arn.h"
#include "aws/xml.h"
#include "base/memory.h"
#include "http/base64.h"

#define MOST_INPUTS 100
#define MOST_ACTIONS 1000
#define MOST_RESOURCES 500
#define DEFAULT_ITEMS 100

struct document { // one of those that decide, and how results name it
    const struct policy *policy;
    struct buf id;
    const char *type;
    bool is_resource_policy, is_boundary;
};

struct simulation {
    const struct cloud *cloud;
    const struct query *form;
    const struct role *role;
    struct document *documents;
    size_t document_count;
    struct policy *inputs; // owned: documents that came with the call
    size_t input_count;
    struct policy_fact *facts;
    struct str *values;
    size_t fact_count;
    struct str *actions, *resources; // owned arrays of views
    size_t action_count, resource_count;
    struct buf caller;
    bool has_boundary;
    struct aws_error *refusal;
};

static bool
refuse(struct simulation *simulation, const char *code, const char *before, struct str value) {
    struct buf text = {0};
    buf_add(&text, str_from(before));
    buf_add_printable(&text, str_slice(value, 0, 300));
    access_refuse(
        simulation->refusal, str_equal(str_from(code), STR("NoSuchEntity")) ? 404 : 400, code,
        buf_str(&text));
    buf_release(&text);
    return false;
}

// ---- what decides ----

static struct document *
add_document(struct simulation *simulation, const struct policy *policy, const char *type) {
    simulation->documents = mem_resize(
        simulation->documents, simulation->document_count + 1, sizeof(*simulation->documents));
    struct document *document = &simulation->documents[simulation->document_count++];
    *document = (struct document){.policy = policy, .type = type};
    return document;
}

static void add_role_documents(struct simulation *simulation) {
    const struct role *role = simulation->role;
    for (size_t i = 0; i < role->count; i++) {
        struct document *document =
            add_document(simulation, &role->policies[i].policy, "IAM Policy");
        if (!role->policies[i].arn)
            buf_add_format(&document->id, "%s_%s_", role->is_user ? "user" : "role", role->name);
        buf_add(&document->id, str_from(role->policies[i].name));
    }
}

static struct policy *
parse_input(struct simulation *simulation, struct str text, enum policy_kind kind) {
    struct error err = {0};
    struct policy *policy = &simulation->inputs[simulation->input_count];
    if (!policy_parse(text, kind, policy, &err)) {
        refuse(simulation, "InvalidInput", "Invalid policy: ", str_from(err.message));
        return NULL;
    }
    simulation->input_count++;
    return policy;
}

static bool add_input_list(struct simulation *simulation, const char *list, bool is_boundary) {
    const size_t count = query_count_members(simulation->form, list, NULL);
    for (size_t i = 0; i < count && i < MOST_INPUTS; i++) {
        const struct policy *policy = parse_input(
            simulation, query_get_member(simulation->form, list, i + 1, NULL), POLICY_IDENTITY);
        if (!policy) return false;
        struct document *document = add_document(simulation, policy, "IAM Policy");
        document->is_boundary = is_boundary;
        buf_add_format(&document->id, "%s.%zu", list, i + 1);
    }
    if (is_boundary && count) simulation->has_boundary = true;
    return true;
}

static bool add_inputs(struct simulation *simulation) {
    const struct str resource_policy = query_get(simulation->form, "ResourcePolicy");
    simulation->inputs = mem_zeroed(2 * MOST_INPUTS + 1, sizeof(*simulation->inputs));
    if (!add_input_list(simulation, "PolicyInputList", false) ||
        !add_input_list(simulation, "PermissionsBoundaryPolicyInputList", true))
        return false;
    if (!resource_policy.len) return true;
    const struct policy *policy = parse_input(simulation, resource_policy, POLICY_RESOURCE);
    if (!policy) return false;
    struct document *document = add_document(simulation, policy, "Resource Policy");
    document->is_resource_policy = true;
    buf_add(&document->id, STR("ResourcePolicy"));
    return true;
}

static bool find_source(struct simulation *simulation) {
    const struct str text = query_get(simulation->form, "PolicySourceArn");
    struct arn arn;
    struct error ignored;
    struct buf message = {0};
    const char *account = cloud_account(simulation->cloud);
    if (!text.len)
        return refuse(
            simulation, "ValidationError",
            "1 validation error detected: Value null at 'policySourceArn' failed to satisfy "
            "constraint: "
            "Member must not be null",
            (struct str){0});
    if (!arn_parse(text, &arn, &ignored) ||
        (arn.kind != ARN_ROLE && arn.kind != ARN_USER && arn.kind != ARN_GROUP)) {
        buf_add_format(
            &message,
            "Invalid Entity Arn: " STR_FMT " does not clearly define entity type and name.",
            STR_ARG(str_slice(text, 0, 300)));
        (void)refuse(simulation, "InvalidInput", "", buf_str(&message));
        buf_release(&message);
        return false;
    }
    if (str_equal(arn.account, str_from(account))) {
        if (arn.kind == ARN_ROLE) simulation->role = roles_find(simulation->cloud, arn.name);
        const struct role *user = roles_user(simulation->cloud);
        if (arn.kind == ARN_USER && str_equal(arn.name, str_from(user->name)))
            simulation->role = user;
    }
    if (simulation->role) return true;
    buf_add_format(
        &message, "The %s with name " STR_FMT " cannot be found.",
        arn.kind == ARN_ROLE   ? "role"
        : arn.kind == ARN_USER ? "user"
                               : "group",
        STR_ARG(arn.name));
    (void)refuse(simulation, "NoSuchEntity", "", buf_str(&message));
    buf_release(&message);
    return false;
}

// ---- what is known ----

static bool is_value_of_type(struct str type, struct str value) {
    double number = 0;
    int64_t seconds = 0;
    if (str_starts_with(type, STR("numeric"))) return str_parse_double(value, &number);
    if (str_starts_with(type, STR("boolean")))
        return str_equal_nocase(value, STR("true")) || str_equal_nocase(value, STR("false"));
    if (str_starts_with(type, STR("date")))
        return str_parse_int64(value, &seconds) || str_contains(value, STR("-"));
    return true;
}

static bool is_context_type(struct str type) {
    static const char *const types[] = {"string", "numeric", "boolean", "ip", "binary", "date"};
    if (str_ends_with(type, STR("List"))) type = str_slice(type, 0, type.len - strlen("List"));
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        if (str_equal(type, str_from(types[i]))) return true;
    }
    return false;
}

static bool read_entry(struct simulation *simulation, size_t n, size_t *values_used) {
    const struct query *form = simulation->form;
    const struct str key = query_get_member(form, "ContextEntries", n, "ContextKeyName");
    const struct str type = query_get_member(form, "ContextEntries", n, "ContextKeyType");
    struct policy_fact *fact = &simulation->facts[simulation->fact_count++];
    *fact = (struct policy_fact){.key = key, .values = &simulation->values[*values_used]};
    if (type.len && !is_context_type(type))
        return refuse(simulation, "InvalidInput", "Invalid ContextKeyType: ", type);
    for (size_t m = 1;; m++) {
        const struct str value = query_get_nested(form, "ContextEntries", n, "ContextKeyValues", m);
        if (!value.ptr) break;
        if (!is_value_of_type(type, value))
            return refuse(simulation, "InvalidInput", "Invalid ContextKeyValue: ", value);
        simulation->values[(*values_used)++] = value;
        fact->count++;
    }
    return true;
}

static bool read_context(struct simulation *simulation) {
    const size_t count = query_count_members(simulation->form, "ContextEntries", "ContextKeyName");
    size_t used = 0;
    simulation->facts = mem_zeroed(count + 2, sizeof(*simulation->facts));
    simulation->values = mem_zeroed(simulation->form->count + 2, sizeof(*simulation->values));
    for (size_t n = 1; n <= count; n++) {
        if (!read_entry(simulation, n, &used)) return false;
    }
    if (simulation->role
            ->is_user) { // the simulator knows whom it simulates; what was sent comes first
        simulation->values[used] = str_from(simulation->role->name);
        simulation->facts[simulation->fact_count++] = (struct policy_fact){
            .key = STR("aws:username"), .values = &simulation->values[used], .count = 1};
    }
    const struct str caller = query_get(simulation->form, "CallerArn");
    if (caller.len)
        buf_add(&simulation->caller, caller);
    else
        roles_add_arn(simulation->cloud, simulation->role, &simulation->caller);
    return true;
}

// ---- one question ----

struct verdict {
    enum policy_decision decision;
    bool is_bounded; // the boundary allows
};

static struct verdict
decide(const struct simulation *simulation, const struct policy_request *request) {
    struct verdict verdict = {.is_bounded = !simulation->has_boundary};
    bool is_denied = false;
    for (size_t i = 0; i < simulation->document_count; i++) {
        const struct document *document = &simulation->documents[i];
        const enum policy_decision one = policy_decide(document->policy, request, NULL);
        is_denied = is_denied || one == POLICY_EXPLICIT_DENY;
        if (one != POLICY_ALLOWED) continue;
        if (document->is_boundary)
            verdict.is_bounded = true;
        else
            verdict.decision = POLICY_ALLOWED;
    }
    if (!verdict.is_bounded) verdict.decision = POLICY_IMPLICIT_DENY;
    if (is_denied) verdict.decision = POLICY_EXPLICIT_DENY;
    return verdict;
}

static void add_position(struct buf *xml, const char *name, struct policy_position position) {
    buf_add_format(
        xml, "<%s><Line>%d</Line><Column>%d</Column></%s>", name, position.line, position.column,
        name);
}

static void add_matched(
    const struct simulation *simulation,
    const struct policy_request *request,
    enum policy_decision decision,
    struct buf *xml) {
    buf_add(xml, STR("<MatchedStatements>"));
    for (size_t i = 0; decision != POLICY_IMPLICIT_DENY && i < simulation->document_count; i++) {
        const struct document *document = &simulation->documents[i];
        for (size_t j = 0; j < document->policy->count; j++) {
            const struct policy_statement *statement = &document->policy->statements[j];
            if (statement->is_deny != (decision == POLICY_EXPLICIT_DENY) ||
                !policy_statement_matches(document->policy, j, request))
                continue;
            xml_add_open(xml, "member");
            xml_add_element(xml, "SourcePolicyId", buf_str(&document->id));
            xml_add_element(xml, "SourcePolicyType", str_from(document->type));
            add_position(xml, "StartPosition", statement->from);
            add_position(xml, "EndPosition", statement->to);
            xml_add_close(xml, "member");
        }
    }
    buf_add(xml, STR("</MatchedStatements>"));
}

static void add_missing_key(void *context, struct str key) {
    xml_add_element(context, "member", key);
}

static void add_missing(
    const struct simulation *simulation, const struct policy_request *request, struct buf *xml) {
    buf_add(xml, STR("<MissingContextValues>"));
    for (size_t i = 0; i < simulation->document_count; i++)
        policy_each_missing_key(simulation->documents[i].policy, request, add_missing_key, xml);
    buf_add(xml, STR("</MissingContextValues>"));
}

static void add_boundary(bool has_boundary, bool is_bounded, struct buf *xml) {
    if (!has_boundary) return;
    buf_add_format(
        xml,
        "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>%s"
        "</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>",
        is_bounded ? "true" : "false");
}

static struct policy_request
question(const struct simulation *simulation, struct str action, struct str resource) {
    return (struct policy_request){
        .principal = buf_str(&simulation->caller),
        .action = action,
        .resource = resource,
        .facts = simulation->facts,
        .fact_count = simulation->fact_count};
}

// The simulator names what several resources have in common by the form of their ARN.
static const char *resource_form(struct str action) {
    static const struct {
        const char *vendor, *form;
    } forms[] = {
        {"lambda:", "arn:aws:lambda:${Region}:${Account}:function:${FunctionName}"},
        {"personalize:", "arn:aws:personalize:${Region}:${Account}:campaign/${ResourceId}"},
        {"s3:", "arn:aws:s3:::${BucketName}/${KeyName}"},
        {"sts:", "arn:aws:iam::${Account}:role/${RoleNameWithPath}"},
        {"iam:", "arn:aws:iam::${Account}:role/${RoleNameWithPath}"},
        {"logs:", "arn:aws:logs:${Region}:${Account}:log-group:${LogGroupName}"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        const struct str vendor = str_from(forms[i].vendor);
        if (str_equal_nocase(str_slice(action, 0, vendor.len), vendor)) return forms[i].form;
    }
    return "*";
}

static void add_specific(const struct simulation *simulation, struct str action, struct buf *xml) {
    buf_add(xml, STR("<ResourceSpecificResults>"));
    for (size_t i = 0; i < simulation->resource_count; i++) {
        const struct str resource = simulation->resources[i];
        const struct policy_request request = question(simulation, action, resource);
        const struct verdict verdict = decide(simulation, &request);
        xml_add_open(xml, "member");
        xml_add_element(xml, "EvalResourceName", resource);
        xml_add_element(
            xml, "EvalResourceDecision", str_from(policy_decision_name(verdict.decision)));
        add_matched(simulation, &request, verdict.decision, xml);
        add_missing(simulation, &request, xml);
        add_boundary(simulation->has_boundary, verdict.is_bounded, xml);
        xml_add_close(xml, "member");
    }
    buf_add(xml, STR("</ResourceSpecificResults>"));
}

// The weightiest decision stands for all resources; each has its own beneath.
static void add_result(const struct simulation *simulation, struct str action, struct buf *xml) {
    const size_t resources = simulation->resource_count;
    const struct str only = resources ? simulation->resources[0] : STR("*");
    const bool is_any = resources <= 1 && str_equal(only, STR("*"));
    struct policy_request request = question(simulation, action, only);
    struct verdict verdict = decide(simulation, &request);
    for (size_t i = 1; i < resources; i++) {
        const struct policy_request other = question(simulation, action, simulation->resources[i]);
        const struct verdict one = decide(simulation, &other);
        if (one.decision > verdict.decision) verdict.decision = one.decision;
        verdict.is_bounded = verdict.is_bounded && one.is_bounded;
    }
    xml_add_open(xml, "member");
    xml_add_element(xml, "EvalActionName", action);
    xml_add_element(
        xml, "EvalResourceName", resources > 1 ? str_from(resource_form(action)) : only);
    xml_add_element(xml, "EvalDecision", str_from(policy_decision_name(verdict.decision)));
    add_matched(simulation, &request, resources > 1 ? POLICY_IMPLICIT_DENY : verdict.decision, xml);
    if (resources > 1)
        buf_add(xml, STR("<MissingContextValues></MissingContextValues>"));
    else
        add_missing(simulation, &request, xml);
    add_boundary(simulation->has_boundary, verdict.is_bounded, xml);
    if (!is_any) add_specific(simulation, action, xml);
    xml_add_close(xml, "member");
}

// ---- the call ----

static bool check_actions(struct simulation *simulation) {
    const size_t count = simulation->action_count;
    if (count == 0)
        return refuse(
            simulation, "ValidationError",
            "1 validation error detected: Value null at 'actionNames' failed to satisfy "
            "constraint: "
            "Member must not be null",
            (struct str){0});
    if (count > MOST_ACTIONS)
        return refuse(simulation, "InvalidInput", "Too many actions.", (struct str){0});
    for (size_t i = 0; i < count; i++) {
        const struct str action = simulation->actions[i];
        struct str vendor, name;
        const bool is_proper = action.len >= 3 && action.len <= 128 &&
                               str_split(action, ':', &vendor, &name) && vendor.len && name.len;
        if (!is_proper) return refuse(simulation, "InvalidInput", "Invalid Action Name: ", action);
    }
    return true;
}

static bool check_resources(struct simulation *simulation) {
    const size_t count = simulation->resource_count;
    bool has_any = false;
    if (count > MOST_RESOURCES)
        return refuse(simulation, "InvalidInput", "Too many resources.", (struct str){0});
    for (size_t i = 0; i < count; i++) {
        const struct str text = simulation->resources[i];
        size_t colons = 0;
        for (size_t at = 0; at < text.len; at++)
            colons += text.ptr[at] == ':';
        const bool is_any = str_equal(text, STR("*"));
        has_any = has_any || is_any;
        if (!is_any && (!str_starts_with(text, STR("arn:")) || colons < 5 || text.len > 2048))
            return refuse(simulation, "InvalidInput", "Invalid Input Resource Arn: ", text);
    }
    if (has_any && count > 1)
        return refuse(
            simulation, "InvalidInput",
            "ResourceArns cannot include both * and individual resources.", (struct str){0});
    return true;
}

static bool read_page(struct simulation *simulation, int64_t *out_first, int64_t *out_most) {
    const struct str marker = query_get(simulation->form, "Marker");
    struct buf decoded = {0};
    struct error ignored;
    *out_first = 0;
    if (!query_get_integer(simulation->form, "MaxItems", DEFAULT_ITEMS, out_most) ||
        *out_most < 1 || *out_most > 1000)
        return refuse(
            simulation, "ValidationError",
            "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member "
            "must have value between 1 and 1000",
            (struct str){0});
    const bool is_read =
        !marker.len || (base64_decode(&decoded, marker, &ignored) &&
                        str_parse_int64(buf_str(&decoded), out_first) && *out_first > 0);
    buf_release(&decoded);
    return is_read ? true
                   : refuse(simulation, "ValidationError", "Invalid Marker.", (struct str){0});
}

// Looked up once: there may be hundreds of each, and every question is about a pair of them.
static struct str *
read_members(const struct simulation *simulation, const char *list, size_t *out_count) {
    const size_t count = query_count_members(simulation->form, list, NULL);
    struct str *members = mem_zeroed(count + 1, sizeof(*members));
    for (size_t i = 0; i < count; i++)
        members[i] = query_get_member(simulation->form, list, i + 1, NULL);
    *out_count = count;
    return members;
}

static bool run(struct simulation *simulation, struct buf *xml) {
    int64_t first = 0, most = 0;
    simulation->actions = read_members(simulation, "ActionNames", &simulation->action_count);
    simulation->resources = read_members(simulation, "ResourceArns", &simulation->resource_count);
    const size_t actions = simulation->action_count;
    if (!check_actions(simulation) || !check_resources(simulation) ||
        !read_page(simulation, &first, &most) || !find_source(simulation) ||
        !read_context(simulation))
        return false;
    add_role_documents(simulation);
    if (!add_inputs(simulation)) return false;
    buf_add(xml, STR("<EvaluationResults>"));
    size_t at = (size_t)first;
    for (; at < actions && (int64_t)at < first + most; at++)
        add_result(simulation, simulation->actions[at], xml);
    buf_add(xml, STR("</EvaluationResults>"));
    xml_add_element(xml, "IsTruncated", at < actions ? STR("true") : STR("false"));
    if (at < actions) {
        struct buf number = {0};
        buf_add_int(&number, (int64_t)at);
        xml_add_open(xml, "Marker");
        base64_encode(xml, buf_str(&number));
        xml_add_close(xml, "Marker");
        buf_release(&number);
    }
    return true;
}

bool simulate_run(
    const struct cloud *cloud,
    const struct query *form,
    struct buf *xml,
    struct aws_error *refusal) {
    struct simulation simulation = {.cloud = cloud, .form = form, .refusal = refusal};
    const bool is_done = run(&simulation, xml);
    for (size_t i = 0; i < simulation.document_count; i++)
        buf_release(&simulation.documents[i].id);
    for (size_t i = 0; i < simulation.input_count; i++)
        policy_release(&simulation.inputs[i]);
    mem_free(simulation.actions);
    mem_free(simulation.resources);
    mem_free(simulation.documents);
    mem_free(simulation.inputs);
    mem_free(simulation.facts);
    mem_free(simulation.values);
    buf_release(&simulation.caller);
    return is_done;
}
