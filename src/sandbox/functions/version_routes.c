// version_routes — versions, aliases, policies and reserved concurrency of functions.
#include "aws/lambda_control.h"
#include "base/memory.h"
#include "functions/control.h"
#include "functions/function_policy.h"

#define POLICY_BYTES ((size_t)20480) // of one policy, as a quota of the service
#define ACCOUNT_CONCURRENCY 1000
#define UNRESERVED_CONCURRENCY 100 // of them stay with everybody

static bool read_checked(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    enum lambda_control_request kind,
    struct json *out) {
    struct aws_error refusal;
    if (!control_read(cloud, exchange, call, exchange->body, out)) return false;
    if (lambda_control_check(out->root, kind, &refusal)) return true;
    calls_refuse(cloud, exchange, call->operation, &refusal);
    return false;
}

// ---- versions ----

static void publish(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct function *function,
    const struct json_node *request) {
    const struct json_node *latest = function->versions[0].configuration;
    const struct str wanted = json_get_text(request, "CodeSha256");
    const struct str present = json_get_text(latest, "CodeSha256");
    struct json answer = {0};
    if (!control_has_revision(
            cloud, exchange, call, json_get_text(request, "RevisionId"),
            json_get_text(latest, "RevisionId")) ||
        !control_is_settled(cloud, exchange, call, function) ||
        !control_has_version_room(cloud, exchange, call, function))
        return;
    if (wanted.len && !str_equal(wanted, present)) {
        (void)control_refuse(
            cloud, exchange, call, 400, "InvalidParameterValueException",
            "CodeSha256 (" STR_FMT ") is different from current CodeSha256 in $LATEST (" STR_FMT
            "). Please try again with the CodeSha256 in $LATEST.",
            STR_ARG(wanted), STR_ARG(present));
        return;
    }
    const size_t version = control_publish(cloud, function, json_get_text(request, "Description"));
    control_add_configuration(
        cloud, function, version, STR(""), CONTROL_WITH_STATUS, json_new_object(&answer));
    control_answer(cloud, exchange, 201, answer.root);
    json_release(&answer);
}

static enum server_verdict
publish_version(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct json request = {0};
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject) &&
        read_checked(cloud, exchange, call, LAMBDA_CONTROL_PUBLISH, &request))
        publish(cloud, exchange, call, subject.target.function, request.root);
    json_release(&request);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static enum server_verdict
list_versions(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct control_page page = {0};
    struct json answer = {0};
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject) &&
        control_read_page(cloud, exchange, call, &page)) {
        const struct function *function = subject.target.function;
        struct json_node *root = json_new_object(&answer);
        struct json_node *list = json_add_array(root, "Versions");
        size_t at = 0;
        while (page.after.len && at < function->version_count &&
               !str_equal(buf_str(&function->versions[at].label), buf_str(&page.after)))
            at++;
        if (page.after.len) at++;
        for (; at < function->version_count && page.limit > 0; at++, page.limit--)
            control_add_configuration(
                cloud, function, at, buf_str(&function->versions[at].label), CONTROL_WITHOUT_STATUS,
                json_add_object(list, NULL));
        if (at < function->version_count)
            control_add_marker(root, buf_str(&function->versions[at - 1].label));
        control_answer(cloud, exchange, 200, root);
    }
    json_release(&answer);
    buf_release(&page.after);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

// ---- aliases ----

static void add_alias(
    const struct cloud *cloud,
    const struct function *function,
    const struct json_node *alias,
    struct json_node *out) {
    static const char *const members[] = {
        "Name", "FunctionVersion", "Description", "RoutingConfig", "RevisionId"};
    struct buf arn = {0};
    function_add_arn(cloud, str_from(function->name), json_get_text(alias, "Name"), &arn);
    json_add_text(out, "AliasArn", buf_str(&arn));
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        if (json_get(alias, members[i]))
            json_add_copy(out, members[i], json_get(alias, members[i]));
    }
    buf_release(&arn);
}

static void answer_alias(
    struct cloud *cloud,
    struct exchange *exchange,
    int status,
    const struct function *function,
    const struct json_node *alias) {
    struct json answer = {0};
    add_alias(cloud, function, alias, json_new_object(&answer));
    control_answer(cloud, exchange, status, answer.root);
    json_release(&answer);
}

// All aliases but the one of that name, and then `with` (may be NULL).
static void put_aliases(
    struct cloud *cloud, struct function *function, struct str name, const struct json_node *with) {
    struct json aliases = {0};
    struct json_node *list = json_new_array(&aliases);
    const struct json_node *at = json_first(json_get(function->document.root, "aliases"));
    for (; at; at = json_next(at)) {
        if (!str_equal(name, json_get_text(at, "Name"))) json_add_copy(list, NULL, at);
    }
    if (with) json_add_copy(list, NULL, with);
    control_put(function, "aliases", list);
    function_save(cloud, function);
    json_release(&aliases);
}

// The version an alias points at must be there.
static bool has_version(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function,
    struct str version) {
    struct buf arn = {0};
    size_t ignored;
    const bool is_alias = function_find_alias(function, version) != NULL;
    if (!version.len || (!is_alias && function_find_version(function, version, &ignored)))
        return true;
    function_add_arn(cloud, str_from(function->name), version, &arn);
    (void)control_refuse(
        cloud, exchange, call, 404, "ResourceNotFoundException", "Function not found: %s",
        buf_text(&arn));
    buf_release(&arn);
    return false;
}

static void
set_alias_members(struct cloud *cloud, const struct json_node *request, struct json_node *alias) {
    static const char *const members[] = {
        "Name", "FunctionVersion", "Description", "RoutingConfig"};
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        const enum json_kind kind = json_kind(json_get(request, members[i]));
        if (kind != JSON_ABSENT && kind != JSON_NULL)
            json_set_copy(alias, members[i], json_get(request, members[i]));
    }
    control_set_revision(cloud, alias);
}

static enum server_verdict
create_alias(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct json request = {0}, alias = {0};
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject) &&
        read_checked(cloud, exchange, call, LAMBDA_CONTROL_CREATE_ALIAS, &request)) {
        struct function *function = subject.target.function;
        const struct str name = json_get_text(request.root, "Name");
        struct buf arn = {0};
        function_add_arn(cloud, str_from(function->name), name, &arn);
        if (function_find_alias(function, name)) {
            (void)control_refuse(
                cloud, exchange, call, 409, "ResourceConflictException", "Alias already exists: %s",
                buf_text(&arn));
        } else if (
            has_version(
                cloud, exchange, call, function, json_get_text(request.root, "FunctionVersion")) &&
            control_has_room(cloud, exchange, call, function, exchange->body.len + 512)) {
            json_add_text(json_new_object(&alias), "Description", STR(""));
            set_alias_members(cloud, request.root, alias.root);
            put_aliases(cloud, function, name, alias.root);
            answer_alias(cloud, exchange, 201, function, alias.root);
        }
        buf_release(&arn);
    }
    json_release(&request);
    json_release(&alias);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static const struct json_node *find_alias(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function,
    struct buf *name) {
    (void)operation_path_segment(call->operation, &call->request, 1, name);
    const struct json_node *alias = function_find_alias(function, buf_str(name));
    if (alias) return alias;
    struct buf arn = {0}, shown = {0};
    buf_add_printable(&shown, str_slice(buf_str(name), 0, 128));
    function_add_arn(cloud, str_from(function->name), buf_str(&shown), &arn);
    (void)control_refuse(
        cloud, exchange, call, 404, "ResourceNotFoundException", "Cannot find alias arn: %s",
        buf_text(&arn));
    buf_release(&arn);
    buf_release(&shown);
    return NULL;
}

static enum server_verdict
get_alias(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct buf name = {0};
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject)) {
        const struct json_node *alias =
            find_alias(cloud, exchange, call, subject.target.function, &name);
        if (alias) answer_alias(cloud, exchange, 200, subject.target.function, alias);
    }
    buf_release(&name);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static enum server_verdict
list_aliases(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct control_page page = {0};
    struct buf version = {0};
    struct json answer = {0};
    (void)routes_query_text(exchange, "FunctionVersion", &version);
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject) &&
        control_read_page(cloud, exchange, call, &page)) {
        const struct function *function = subject.target.function;
        struct json_node *root = json_new_object(&answer);
        struct json_node *list = json_add_array(root, "Aliases");
        bool is_after = page.after.len == 0;
        struct str last = {0};
        const struct json_node *at = json_first(json_get(function->document.root, "aliases"));
        for (; at && page.limit > 0; at = json_next(at)) {
            const struct str name = json_get_text(at, "Name");
            const struct str points_at = json_get_text(at, "FunctionVersion");
            if (is_after && (!version.len || str_equal(points_at, buf_str(&version)))) {
                add_alias(cloud, function, at, json_add_object(list, NULL));
                page.limit--;
            }
            is_after = is_after || str_equal(name, buf_str(&page.after));
            last = name;
        }
        if (at) control_add_marker(root, last);
        control_answer(cloud, exchange, 200, root);
    }
    json_release(&answer);
    buf_release(&version);
    buf_release(&page.after);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static enum server_verdict
update_alias(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct json request = {0}, alias = {0};
    struct buf name = {0};
    const struct json_node *present = NULL;
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject) &&
        read_checked(cloud, exchange, call, LAMBDA_CONTROL_UPDATE_ALIAS, &request) &&
        (present = find_alias(cloud, exchange, call, subject.target.function, &name)) &&
        control_has_revision(
            cloud, exchange, call, json_get_text(request.root, "RevisionId"),
            json_get_text(present, "RevisionId")) &&
        has_version(
            cloud, exchange, call, subject.target.function,
            json_get_text(request.root, "FunctionVersion")) &&
        control_has_room(cloud, exchange, call, subject.target.function, exchange->body.len)) {
        (void)json_copy(present, &alias);
        json_remove(request.root, "Name");
        set_alias_members(cloud, request.root, alias.root);
        put_aliases(cloud, subject.target.function, buf_str(&name), alias.root);
        answer_alias(cloud, exchange, 200, subject.target.function, alias.root);
    }
    json_release(&request);
    json_release(&alias);
    buf_release(&name);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static enum server_verdict
delete_alias(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct buf name = {0};
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject)) {
        (void)operation_path_segment(call->operation, &call->request, 1, &name);
        if (function_find_alias(subject.target.function, buf_str(&name)))
            put_aliases(cloud, subject.target.function, buf_str(&name), NULL);
        control_answer_nothing(cloud, exchange); // also when there was none
    }
    buf_release(&name);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

// ---- policies: one for the bare function, one for each qualifier ----

static const struct json_node *find_statement(const struct json_node *policy, struct str sid) {
    const struct json_node *at = json_first(json_get(policy, "statements"));
    while (at && !str_equal(sid, json_get_text(at, "Sid")))
        at = json_next(at);
    return at;
}

// Takes the statements' place; an empty list takes the policy away.
static void put_policy(
    struct cloud *cloud,
    struct function *function,
    struct str qualifier,
    const struct json_node *statements) {
    struct json policies = {0};
    struct json_node *list = json_new_array(&policies);
    const struct json_node *at = json_first(json_get(function->document.root, "policies"));
    for (; at; at = json_next(at)) {
        if (!str_equal(qualifier, json_get_text(at, "qualifier"))) json_add_copy(list, NULL, at);
    }
    if (json_count(statements)) {
        struct json_node *policy = json_add_object(list, NULL);
        json_add_text(policy, "qualifier", qualifier);
        control_set_revision(cloud, policy);
        json_add_copy(policy, "statements", statements);
    }
    control_put(function, "policies", list);
    function_save(cloud, function);
    json_release(&policies);
}

static bool
refuse_no_policy(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    return control_refuse(
        cloud, exchange, call, 404, "ResourceNotFoundException",
        "The resource you requested does not exist.");
}

static enum server_verdict
get_policy(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct json answer = {0};
    struct buf text = {0};
    if (!control_find(cloud, exchange, call, CONTROL_ANY, &subject)) {
        control_subject_release(&subject);
        return SERVER_ANSWER;
    }
    const struct json_node *policy =
        function_policy_find(subject.target.function, subject.target.qualifier);
    if (!policy) {
        (void)refuse_no_policy(cloud, exchange, call);
    } else {
        function_policy_add_document(policy, &text);
        json_add_text(json_new_object(&answer), "Policy", buf_str(&text));
        json_add_text(answer.root, "RevisionId", json_get_text(policy, "RevisionId"));
        control_answer(cloud, exchange, 200, answer.root);
    }
    json_release(&answer);
    buf_release(&text);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static void grant(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct control_subject *subject,
    const struct json_node *request) {
    struct function *function = subject->target.function;
    const struct str qualifier = subject->target.qualifier;
    struct json statements = {0}, answer = {0};
    struct buf arn = {0}, text = {0};
    if (!json_copy(json_get(function_policy_find(function, qualifier), "statements"), &statements))
        (void)json_new_array(&statements);
    function_add_arn(cloud, str_from(function->name), qualifier, &arn);
    lambda_control_add_statement(request, buf_str(&arn), statements.root);
    put_policy(cloud, function, qualifier, statements.root);
    const struct json_node *made = find_statement(
        function_policy_find(function, qualifier), json_get_text(request, "StatementId"));
    json_print(made, &text);
    json_add_text(json_new_object(&answer), "Statement", buf_str(&text));
    control_answer(cloud, exchange, 201, answer.root);
    json_release(&statements);
    json_release(&answer);
    buf_release(&arn);
    buf_release(&text);
}

static bool has_policy_room(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct json_node *policy) {
    struct buf text = {0};
    if (policy) function_policy_add_document(policy, &text);
    const size_t bytes = text.len + exchange->body.len;
    buf_release(&text);
    if (bytes <= POLICY_BYTES) return true;
    return control_refuse(
        cloud, exchange, call, 400, "PolicyLengthExceededException",
        "The final policy size (%zu) is bigger than the limit (%zu).", bytes, POLICY_BYTES);
}

static enum server_verdict
add_permission(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct json request = {0};
    if (control_find(cloud, exchange, call, CONTROL_ANY, &subject) &&
        read_checked(cloud, exchange, call, LAMBDA_CONTROL_PERMISSION, &request)) {
        const struct json_node *policy =
            function_policy_find(subject.target.function, subject.target.qualifier);
        const struct str sid = json_get_text(request.root, "StatementId");
        if (find_statement(policy, sid))
            (void)control_refuse(
                cloud, exchange, call, 409, "ResourceConflictException",
                "The statement id (" STR_FMT ") provided already exists. Please provide a new "
                "statement id, or remove the existing statement.",
                STR_ARG(sid));
        else if (
            control_has_revision(
                cloud, exchange, call, json_get_text(request.root, "RevisionId"),
                json_get_text(policy, "RevisionId")) &&
            has_policy_room(cloud, exchange, call, policy) &&
            control_has_room(
                cloud, exchange, call, subject.target.function, exchange->body.len + 512))
            grant(cloud, exchange, &subject, request.root);
    }
    json_release(&request);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static enum server_verdict
remove_permission(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct buf sid = {0}, revision = {0};
    struct json left = {0};
    const struct json_node *policy = NULL;
    (void)operation_path_segment(call->operation, &call->request, 1, &sid);
    (void)routes_query_text(exchange, "RevisionId", &revision);
    bool is_found = control_find(cloud, exchange, call, CONTROL_ANY, &subject);
    if (is_found) {
        policy = function_policy_find(subject.target.function, subject.target.qualifier);
        if (!policy)
            is_found = control_refuse(
                cloud, exchange, call, 404, "ResourceNotFoundException",
                "No policy is associated with the given resource.");
        else if (!find_statement(policy, buf_str(&sid)))
            is_found = control_refuse(
                cloud, exchange, call, 404, "ResourceNotFoundException",
                "Statement " STR_FMT " is not found in resource policy.", STR_ARG(buf_str(&sid)));
    }
    if (is_found &&
        control_has_revision(
            cloud, exchange, call, buf_str(&revision), json_get_text(policy, "RevisionId"))) {
        struct json_node *list = json_new_array(&left);
        const struct json_node *at = json_first(json_get(policy, "statements"));
        for (; at; at = json_next(at)) {
            if (!str_equal(buf_str(&sid), json_get_text(at, "Sid"))) json_add_copy(list, NULL, at);
        }
        put_policy(cloud, subject.target.function, subject.target.qualifier, list);
        control_answer_nothing(cloud, exchange);
    }
    json_release(&left);
    buf_release(&sid);
    buf_release(&revision);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

// ---- concurrency ----

static int64_t reserved_by_others(const struct cloud *cloud, const struct function *function) {
    int64_t sum = 0;
    for (const struct function *at = functions_list(cloud)->first; at; at = at->next)
        sum += at != function && at->reserved > 0 ? at->reserved : 0;
    return sum;
}

static void answer_concurrency(
    struct cloud *cloud, struct exchange *exchange, const struct function *function) {
    struct json answer = {0};
    (void)json_new_object(&answer);
    if (function->reserved >= 0)
        json_add_integer(answer.root, "ReservedConcurrentExecutions", function->reserved);
    control_answer(cloud, exchange, 200, answer.root);
    json_release(&answer);
}

static enum server_verdict
put_concurrency(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    struct json request = {0};
    int64_t wanted = 0;
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject) &&
        read_checked(cloud, exchange, call, LAMBDA_CONTROL_CONCURRENCY, &request)) {
        struct function *function = subject.target.function;
        (void)json_integer(json_get(request.root, "ReservedConcurrentExecutions"), &wanted);
        if (wanted + reserved_by_others(cloud, function) >
            ACCOUNT_CONCURRENCY - UNRESERVED_CONCURRENCY) {
            (void)control_refuse(
                cloud, exchange, call, 400, "InvalidParameterValueException",
                "Specified ReservedConcurrentExecutions for function decreases account's "
                "UnreservedConcurrentExecution below its minimum value of [%d].",
                UNRESERVED_CONCURRENCY);
        } else {
            json_remove(function->document.root, "reserved");
            json_add_integer(function->document.root, "reserved", wanted);
            function_save(cloud, function);
            answer_concurrency(cloud, exchange, function);
        }
    }
    json_release(&request);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static enum server_verdict
get_concurrency(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject))
        answer_concurrency(cloud, exchange, subject.target.function);
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static enum server_verdict
delete_concurrency(struct cloud *cloud, struct exchange *exchange, const struct call *call) {
    struct control_subject subject = {0};
    if (control_find(cloud, exchange, call, CONTROL_NONE, &subject)) {
        json_remove(subject.target.function->document.root, "reserved");
        function_save(cloud, subject.target.function);
        control_answer_nothing(cloud, exchange);
    }
    control_subject_release(&subject);
    return SERVER_ANSWER;
}

static const struct calls_row rows[] = {
    {OPERATION_PUBLISH_VERSION, publish_version},
    {OPERATION_LIST_VERSIONS_BY_FUNCTION, list_versions},
    {OPERATION_CREATE_ALIAS, create_alias},
    {OPERATION_GET_ALIAS, get_alias},
    {OPERATION_LIST_ALIASES, list_aliases},
    {OPERATION_UPDATE_ALIAS, update_alias},
    {OPERATION_DELETE_ALIAS, delete_alias},
    {OPERATION_ADD_PERMISSION, add_permission},
    {OPERATION_GET_POLICY, get_policy},
    {OPERATION_REMOVE_PERMISSION, remove_permission},
    {OPERATION_PUT_FUNCTION_CONCURRENCY, put_concurrency},
    {OPERATION_GET_FUNCTION_CONCURRENCY, get_concurrency},
    {OPERATION_DELETE_FUNCTION_CONCURRENCY, delete_concurrency},
};

struct calls calls_lambda_versions(void) {
    return (struct calls){.rows = rows, .count = ARRAY_COUNT(rows)};
}
