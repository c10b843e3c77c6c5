// IAM over HTTP: roles and their documents, pages, refusals, the policy simulator, and that changing a
// document changes what may be done, at once and after a restart.
#include "aws/policy.h"
#include "aws_session.h"
#include "base/memory.h"
#include "http/url.h"

#define DESTINATION "module-personalize-SegmentExecutePersonalizeLambda-1SANDBOX2LOOP"
#define EXECUTION "module-personalize-SegmentPersonalizeLambdaRole-3SANDBOX4LOOP"
#define GLUE "module-personalize-GlueServiceRole-5SANDBOX6LOOP"
#define ROLE_ARN "arn:aws:iam::123456789012:role/"
#define FUNCTION                                                                                   \
    "arn:aws:lambda:us-east-1:123456789012:function:SegmentPersonalizeDestinationHandler"

static int ask(struct fixture *fixture, const char *form) {
    return aws_session_form(fixture, "iam", form, NULL);
}

static struct str body(const struct fixture *fixture) {
    return buf_str(&fixture->response.body);
}

// A form whose last member is a text of any kind.
static int
ask_with(struct fixture *fixture, const char *form, const char *member, const char *text) {
    struct buf whole = {0};
    buf_add_format(&whole, "%s&%s=", form, member);
    url_encode(&whole, str_from(text), URL_ENCODE_SLASH);
    const int status = ask(fixture, buf_text(&whole));
    buf_release(&whole);
    return status;
}

static char *document_of(const struct fixture *fixture, const char *element) {
    struct buf decoded = {0};
    struct error err = {0};
    char *encoded = aws_session_element(fixture, element);
    assert_true(str_starts_with(str_from(encoded), STR("%7B%22")));
    assert_ok(url_decode(&decoded, str_from(encoded), &err), err);
    mem_free(encoded);
    return buf_take(&decoded);
}

static void a_role_is_told_with_its_trust_in_percent_encoding(void **state) {
    struct fixture *fixture = *state;
    struct policy trust = {0};
    struct error err = {0};
    assert_int_equal(ask(fixture, "Action=GetRole&RoleName=" DESTINATION), 200);
    assert_contains(body(fixture), "<Arn>" ROLE_ARN DESTINATION "</Arn>");
    assert_contains(body(fixture), "<RoleId>AROARECLOOPSANDBOXDST</RoleId>");
    assert_contains(body(fixture), "<CreateDate>2024-05-01T12:00:00Z</CreateDate>");
    assert_contains(body(fixture), "<MaxSessionDuration>3600</MaxSessionDuration>");
    assert_contains(body(fixture), "xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"");
    char *document = document_of(fixture, "AssumeRolePolicyDocument");
    assert_ok(policy_parse(str_from(document), POLICY_TRUST, &trust, &err), err);
    assert_str(trust.statements[0].principals[0].value, "arn:aws:iam::595280932656:root");
    assert_str(trust.statements[0].conditions[0].key, "sts:ExternalId");
    policy_release(&trust);
    mem_free(document);
    assert_int_equal(
        ask(fixture, "Action=GetRolePolicy&RoleName=" DESTINATION
                     "&PolicyName=segment-execute-lambda-policy"),
        200);
    document = document_of(fixture, "PolicyDocument");
    assert_contains(str_from(document), "\"Resource\":[\"" FUNCTION "\"]");
    mem_free(document);
}

static void lists_have_pages(void **state) {
    struct fixture *fixture = *state;
    struct buf form = {0};
    int count = 0;
    assert_int_equal(ask(fixture, "Action=ListRoles"), 200);
    assert_contains(body(fixture), "<IsTruncated>false</IsTruncated>");
    buf_add(&form, STR("Action=ListRoles&MaxItems=2"));
    for (;;) {
        assert_int_equal(ask(fixture, buf_text(&form)), 200);
        char *name = aws_session_element(fixture, "RoleName");
        char *marker = aws_session_element(fixture, "Marker");
        assert_true(name[0]);
        count++;
        buf_reset(&form);
        buf_add(&form, STR("Action=ListRoles&MaxItems=2&Marker="));
        url_encode(&form, str_from(marker), URL_ENCODE_SLASH);
        const bool is_last = !marker[0];
        mem_free(name);
        mem_free(marker);
        if (is_last) break;
    }
    assert_int_equal(count, 3); // five roles
    assert_int_equal(ask(fixture, "Action=ListRolePolicies&RoleName=" GLUE), 200);
    assert_contains(
        body(fixture), "<PolicyNames><member>glue-execution-policy</member></PolicyNames>");
    assert_int_equal(ask(fixture, "Action=ListAttachedRolePolicies&RoleName=" GLUE), 200);
    assert_contains(
        body(fixture), "<PolicyArn>arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole<");
    assert_int_equal(ask(fixture, "Action=ListAttachedRolePolicies&RoleName=" DESTINATION), 200);
    assert_contains(body(fixture), "<AttachedPolicies></AttachedPolicies>");
    buf_release(&form);
}

static void wrong_questions_are_refused_as_in_the_cloud(void **state) {
    static const struct {
        const char *form;
        int status;
        const char *code, *text;
    } cases[] = {
        {"Action=GetRole&RoleName=nobody", 404, "NoSuchEntity",
         "The role with name nobody cannot be found."},
        {"Action=GetRole&RoleName=recloop", 404, "NoSuchEntity", "recloop"}, // a user
        {"Action=GetRole", 400, "ValidationError",
         "Value null at 'roleName' failed to satisfy constraint: Member must not be null"},
        {"Action=GetRole&RoleName=", 400, "ValidationError",
         "Member must have length greater than or equal to 1"},
        {"Action=GetRole&RoleName=arn:aws:iam::123456789012:role/x", 400, "ValidationError",
         "The specified value for roleName is invalid. It must contain only alphanumeric "
         "characters "
         "and/or the following: +=,.@_-"},
        {"Action=GetRole&RoleName="
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         400, "ValidationError", "Member must have length less than or equal to 64"},
        {"Action=GetRolePolicy&RoleName=" DESTINATION "&PolicyName=none", 404, "NoSuchEntity",
         "The role policy with name none cannot be found."},
        {"Action=GetRolePolicy&RoleName=" DESTINATION, 400, "ValidationError",
         "Value null at 'policyName'"},
        {"Action=DeleteRolePolicy&RoleName=" DESTINATION "&PolicyName=none", 404, "NoSuchEntity",
         "none"},
        {"Action=ListRoles&MaxItems=0", 400, "ValidationError", "greater than or equal to 1"},
        {"Action=ListRoles&MaxItems=1001", 400, "ValidationError", "less than or equal to 1000"},
        {"Action=ListRoles&Marker=x", 400, "ValidationError", "Invalid Marker."},
        {"Action=PutRolePolicy&RoleName=" DESTINATION "&PolicyName=p", 400, "ValidationError",
         "Value null at 'policyDocument'"},
        {"Action=PutRolePolicy&RoleName=" DESTINATION "&PolicyName=p&PolicyDocument=%7B", 400,
         "MalformedPolicyDocument", "Syntax errors in policy."},
        {"Action=UpdateAssumeRolePolicy&RoleName=" DESTINATION "&PolicyDocument=%7B", 400,
         "MalformedPolicyDocument", "This policy contains invalid Json"},
        {"Action=UpdateAssumeRolePolicy&RoleName=none&PolicyDocument=%7B%7D", 404, "NoSuchEntity",
         "none"},
        {"Action=CreateGroup", 400, "InvalidAction",
         "Could not find operation CreateGroup for version 2010-05-08"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].form);
        assert_int_equal(ask(fixture, cases[i].form), cases[i].status);
        char *code = aws_session_element(fixture, "Code");
        char *message = aws_session_element(fixture, "Message");
        assert_string_equal(code, cases[i].code);
        assert_contains(str_from(message), cases[i].text);
        mem_free(code);
        mem_free(message);
    }
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "iam",
                .region = "eu-west-1",
                .target = "/",
                .body = "Action=ListRoles&Version=2010-05-08",
                .is_form = true}),
        200); // botocore signs so, once an endpoint is given
}

static void a_session_may_not_ask_about_roles(void **state) {
    struct fixture *fixture = *state;
    struct aws_session session = {0};
    assert_int_equal(aws_session_assume(fixture, "", NULL, &session), 200);
    assert_int_equal(
        aws_session_form(fixture, "iam", "Action=GetRole&RoleName=" DESTINATION, &session), 403);
    assert_contains(body(fixture), "<Code>AccessDenied</Code>");
    assert_contains(
        body(fixture),
        "is not authorized to perform: iam:GetRole on resource: " ROLE_ARN DESTINATION
        " because no identity-based policy allows the iam:GetRole action");
    aws_session_release(&session);
}

#define SIMULATE "Action=SimulatePrincipalPolicy&PolicySourceArn=" ROLE_ARN
#define FUNCTION_FORM                                                                              \
    "ResourceArns.member.1=arn:aws:lambda:us-east-1:123456789012:function:"                        \
    "SegmentPersonalizeDestinationHandler"
#define DENY_ALL                                                                                   \
    "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Deny%22%2C%22"   \
    "Action%22%3A%22*%22%2C%22Resource%22%3A%22*%22%7D%7D"
// {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":
//  {"NumericLessThan":{"a:age":"5"},"StringEquals":{"a:team":["x","y"]}}}}
#define ALLOW_CONDITION                                                                            \
    "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22"  \
    "Action%22%3A%22*%22%2C%22Resource%22%3A%22*%22%2C%22Condition%22%3A%7B%22NumericLessThan%22"  \
    "%3A%7B%22a%3Aage%22%3A%225%22%7D%2C%22StringEquals%22%3A%7B%22a%3Ateam%22%3A%5B%22x%22%2C"    \
    "%22y%22%5D%7D%7D%7D%7D"

static void the_simulator_tells_decision_statement_and_what_is_missing(void **state) {
    static const struct {
        const char *form;
        const char *parts[5];
    } cases[] = {
        {SIMULATE DESTINATION "&ActionNames.member.1=lambda:InvokeFunction&" FUNCTION_FORM,
         {"<EvalActionName>lambda:InvokeFunction</EvalActionName><EvalResourceName>" FUNCTION
          "</EvalResourceName><EvalDecision>allowed</EvalDecision>",
          "<SourcePolicyId>role_" DESTINATION "_segment-execute-lambda-policy</SourcePolicyId>"
          "<SourcePolicyType>IAM Policy</SourcePolicyType><StartPosition><Line>1</Line><Column>38"
          "</Column></StartPosition>",
          "<ResourceSpecificResults><member><EvalResourceName>" FUNCTION
          "</EvalResourceName><EvalResourceDecision>allowed</EvalResourceDecision>"}},
        {SIMULATE DESTINATION "&ActionNames.member.1=lambda:InvokeFunction",
         {"<EvalResourceName>*</EvalResourceName><EvalDecision>implicitDeny</EvalDecision>"
          "<MatchedStatements></MatchedStatements><MissingContextValues></MissingContextValues>"
          "</member>"}},
        {SIMULATE DESTINATION "&ActionNames.member.1=lambda:InvokeFunction&" FUNCTION_FORM ":1",
         {"<EvalDecision>implicitDeny</EvalDecision>"}},
        {SIMULATE DESTINATION
         "&ActionNames.member.1=lambda:InvokeFunction&ActionNames.member.2=lambda:GetFunction"
         "&" FUNCTION_FORM
         "&ResourceArns.member.2=arn:aws:lambda:us-east-1:123456789012:function:other",
         {"<EvalResourceName>arn:aws:lambda:${Region}:${Account}:function:${FunctionName}"
          "</EvalResourceName><EvalDecision>allowed</EvalDecision>"
          "<MatchedStatements></MatchedStatements>",
          "function:other</EvalResourceName><EvalResourceDecision>implicitDeny<",
          "<EvalActionName>lambda:GetFunction</EvalActionName>"}},
        {SIMULATE EXECUTION "&ActionNames.member.1=personalize:PutEvents",
         {"<EvalDecision>allowed</EvalDecision>", "segment-personalize-lambda-policy"}},
        {SIMULATE EXECUTION
         "&ActionNames.member.1=personalize:PutEvents&PolicyInputList.member.1=" DENY_ALL,
         {"<EvalDecision>explicitDeny</EvalDecision>",
          "<SourcePolicyId>PolicyInputList.1</SourcePolicyId>"}},
        {SIMULATE DESTINATION
         "&ActionNames.member.1=s3:GetObject&PolicyInputList.member.1=" ALLOW_CONDITION,
         {"<EvalDecision>implicitDeny</EvalDecision>",
          "<MissingContextValues><member>a:age</member><member>a:team</member>"
          "</MissingContextValues>"}},
        {SIMULATE DESTINATION
         "&ActionNames.member.1=s3:GetObject&PolicyInputList.member.1=" ALLOW_CONDITION
         "&ContextEntries.member.1.ContextKeyName=a:age&ContextEntries.member.1.ContextKeyType="
         "numeric&ContextEntries.member.1.ContextKeyValues.member.1=4&ContextEntries.member.2."
         "ContextKeyName=A:Team&ContextEntries.member.2.ContextKeyType=string&ContextEntries."
         "member."
         "2.ContextKeyValues.member.1=y",
         {"<EvalDecision>allowed</EvalDecision>", "<MissingContextValues></MissingContextValues>"}},
        {SIMULATE EXECUTION "&ActionNames.member.1=personalize:PutEvents"
                            "&PermissionsBoundaryPolicyInputList.member.1=" ALLOW_CONDITION,
         {"<EvalDecision>implicitDeny</EvalDecision>",
          "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false<"}},
        {"Action=SimulatePrincipalPolicy&PolicySourceArn=arn:aws:iam::123456789012:user/recloop"
         "&ActionNames.member.1=iam:DeleteUser",
         {"<EvalDecision>allowed</EvalDecision>",
          "<SourcePolicyId>AdministratorAccess</SourcePolicyId>"}},
        {SIMULATE GLUE "&ActionNames.member.1=s3:GetObject&ResourceArns.member.1=arn:aws:s3:::"
                       "personalize-data-123456789012/raw-events-1/x",
         {"<EvalDecision>allowed</EvalDecision>", "glue-execution-policy"}},
        {SIMULATE DESTINATION "&ActionNames.member.1=a:b&ActionNames.member.2=c:d&MaxItems=1",
         {"<EvalActionName>a:b</EvalActionName>", "<IsTruncated>true</IsTruncated>", "<Marker>"}},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const int status = ask(fixture, cases[i].form);
        if (status != 200)
            print_error("%s\n%s\n", cases[i].form, buf_text(&fixture->response.body));
        assert_int_equal(status, 200);
        for (size_t j = 0; j < ARRAY_COUNT(cases[i].parts) && cases[i].parts[j]; j++)
            assert_contains(body(fixture), cases[i].parts[j]);
    }
    char *marker = aws_session_element(fixture, "Marker"); // of the last one
    assert_int_equal(
        ask_with(
            fixture,
            SIMULATE DESTINATION "&ActionNames.member.1=a:b&ActionNames.member.2=c:d&MaxItems=1",
            "Marker", marker),
        200);
    assert_contains(body(fixture), "<EvalActionName>c:d</EvalActionName>");
    assert_false(str_contains(body(fixture), STR("a:b")));
    assert_contains(body(fixture), "<IsTruncated>false</IsTruncated>");
    mem_free(marker);
}

static void the_simulator_refuses_what_it_cannot_simulate(void **state) {
    static const struct {
        const char *form;
        int status;
        const char *code, *text;
    } cases[] = {
        {SIMULATE "nobody&ActionNames.member.1=a:b", 404, "NoSuchEntity",
         "The role with name nobody cannot be found."},
        {"Action=SimulatePrincipalPolicy&PolicySourceArn=arn:aws:iam::123456789012:user/x"
         "&ActionNames.member.1=a:b",
         404, "NoSuchEntity", "The user with name x cannot be found."},
        {"Action=SimulatePrincipalPolicy&PolicySourceArn=arn:aws:sts::123456789012:assumed-role/x/y"
         "&ActionNames.member.1=a:b",
         400, "InvalidInput",
         "Invalid Entity Arn: arn:aws:sts::123456789012:assumed-role/x/y does not clearly define "
         "entity type and name."},
        {"Action=SimulatePrincipalPolicy&ActionNames.member.1=a:b", 400, "ValidationError",
         "'policySourceArn'"},
        {SIMULATE DESTINATION, 400, "ValidationError", "'actionNames'"},
        {SIMULATE DESTINATION "&ActionNames.member.1=InvokeFunction", 400, "InvalidInput",
         "InvokeFunction"},
        {SIMULATE DESTINATION "&ActionNames.member.1=a:b&ResourceArns.member.1=function", 400,
         "InvalidInput", "function"},
        {SIMULATE DESTINATION
         "&ActionNames.member.1=a:b&ResourceArns.member.1=*&ResourceArns.member.2=arn:aws:s3:::b",
         400, "InvalidInput", "both *"},
        {SIMULATE DESTINATION "&ActionNames.member.1=a:b&PolicyInputList.member.1=x", 400,
         "InvalidInput", "Syntax errors"},
        {SIMULATE DESTINATION
         "&ActionNames.member.1=a:b&ContextEntries.member.1.ContextKeyName=a:n&ContextEntries."
         "member.1.ContextKeyType=numeric&ContextEntries.member.1.ContextKeyValues.member.1=x",
         400, "InvalidInput", "x"},
        {SIMULATE DESTINATION "&ActionNames.member.1=a:b&MaxItems=1001", 400, "ValidationError",
         "maxItems"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].form);
        assert_int_equal(ask(fixture, cases[i].form), cases[i].status);
        char *code = aws_session_element(fixture, "Code");
        char *message = aws_session_element(fixture, "Message");
        assert_string_equal(code, cases[i].code);
        assert_contains(str_from(message), cases[i].text);
        mem_free(code);
        mem_free(message);
    }
}

static int invoke(struct fixture *fixture, const struct aws_session *session) {
    return fixture_aws(
        fixture,
        &(struct fixture_aws){
            .service = "lambda",
            .target = "/2015-03-31/functions/SegmentPersonalizeDestinationHandler/invocations",
            .body = "{}",
            .invocation_type = "DryRun",
            .access_key_id = session->access_key_id,
            .secret = session->secret,
            .token = session->token});
}

static void breaking_a_policy_breaks_what_it_allowed_and_mending_mends(void **state) {
    struct fixture *fixture = *state;
    struct aws_session session = {0};
    static const char put[] =
        "Action=PutRolePolicy&RoleName=" DESTINATION "&PolicyName=segment-execute-lambda-policy";
    assert_int_equal(aws_session_assume(fixture, "", NULL, &session), 200);
    assert_int_equal(invoke(fixture, &session), 204);
    assert_int_equal(
        ask(fixture, "Action=DeleteRolePolicy&RoleName=" DESTINATION
                     "&PolicyName=segment-execute-lambda-policy"),
        200);
    assert_int_equal(invoke(fixture, &session), 403);
    assert_contains(body(fixture), "because no identity-based policy allows");
    assert_int_equal(ask(fixture, "Action=ListRolePolicies&RoleName=" DESTINATION), 200);
    assert_contains(body(fixture), "<PolicyNames></PolicyNames>");
    fixture_restart(fixture);
    assert_int_equal(invoke(fixture, &session), 403);
    assert_int_equal(
        ask_with(
            fixture, put, "PolicyDocument",
            "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"lambda:*\",\"Resource\":"
            "\"arn:aws:lambda:*:*:function:Segment*\"}}"),
        200);
    assert_int_equal(invoke(fixture, &session), 204);
    assert_int_equal(
        ask_with(
            fixture, put, "PolicyDocument",
            "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"
            "{\"Effect\":\"Deny\",\"Action\":\"lambda:Invoke*\",\"Resource\":\"*\"}]}"),
        200);
    assert_int_equal(invoke(fixture, &session), 403);
    assert_contains(body(fixture), "with an explicit deny in an identity-based policy");
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "POST", .target = "/_recloop/reset"}),
        200);
    assert_int_equal(aws_session_assume(fixture, "", NULL, &session), 200);
    assert_int_equal(invoke(fixture, &session), 204);
    aws_session_release(&session);
}

static void a_changed_trust_lets_others_in_or_nobody(void **state) {
    struct fixture *fixture = *state;
    static const char update[] = "Action=UpdateAssumeRolePolicy&RoleName=" DESTINATION;
    assert_int_equal(aws_session_assume(fixture, "", NULL, NULL), 200);
    assert_int_equal(
        ask_with(
            fixture, update, "PolicyDocument",
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
            "\"AWS\":"
            "\"arn:aws:iam::595280932656:root\"},\"Action\":\"sts:AssumeRole\",\"Condition\":{"
            "\"StringEquals\":{\"sts:ExternalId\":[\"other\",\"third\"]}}}}"),
        200);
    assert_int_equal(aws_session_assume(fixture, "", NULL, NULL), 403);
    assert_contains(body(fixture), "is not authorized to perform: sts:AssumeRole on resource: ");
    assert_int_equal(
        ask_with(
            fixture, update, "PolicyDocument",
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
            "\"AWS\":"
            "\"123456789012\"},\"Action\":\"sts:AssumeRole\"}}"),
        200); // its own account: the user's own policy allows it, and no external id is asked for
    assert_int_equal(aws_session_assume(fixture, "", NULL, NULL), 200);
    // deliveries are made by Segment, which is not trusted any more
    assert_int_equal(
        fixture_track(
            fixture, "website-prod", "track",
            "{\"event\":\"Product Clicked\",\"userId\":\"u\",\"messageId\":\"trust-1\","
            "\"properties\":{\"sku\":\"ocean-blue-shirt\"}}"),
        200);
    assert_int_equal(
        fixture_get(fixture, "/_recloop/deliveries?wait=10000&message_id=trust-1"), 200);
    assert_contains(body(fixture), "sts:AssumeRole");
}

static void a_function_may_what_its_execution_role_may(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        ask_with(
            fixture,
            "Action=PutRolePolicy&RoleName=" EXECUTION
            "&PolicyName=segment-personalize-lambda-policy",
            "PolicyDocument",
            "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"personalize:GetRecommendations\","
            "\"Resource\":\"*\"}}"),
        200);
    assert_int_equal(
        fixture_track(
            fixture, "website-prod", "track",
            "{\"event\":\"Product "
            "Clicked\",\"userId\":\"u\",\"anonymousId\":\"u-anon\",\"messageId\":\"exec-1\","
            "\"properties\":{\"sku\":\"ocean-blue-shirt\"}}"),
        200);
    const struct json_node *delivery = fixture_delivery(fixture, "exec-1");
    assert_non_null(delivery);
    assert_contains(body(fixture), "personalize:PutEvents");
    assert_contains(body(fixture), "assumed-role/" EXECUTION "/");
}

static void a_role_of_ones_own_lives_from_making_to_deleting(void **state) {
    static const char trust[] =
        "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
        "\"Service\":"
        "\"lambda.amazonaws.com\",\"AWS\":\"arn:aws:iam::595280932656:root\"},\"Action\":"
        "\"sts:AssumeRole\"}}";
    static const char create[] = "Action=CreateRole&RoleName=own&Path=/svc/";
    struct fixture *fixture = *state;
    assert_int_equal(ask(fixture, create), 400);
    assert_contains(body(fixture), "'assumeRolePolicyDocument'");
    assert_int_equal(ask_with(fixture, create, "AssumeRolePolicyDocument", "{"), 400);
    assert_contains(body(fixture), "<Code>MalformedPolicyDocument</Code>");
    assert_int_equal(
        ask_with(
            fixture, "Action=CreateRole&RoleName=own&MaxSessionDuration=10",
            "AssumeRolePolicyDocument", trust),
        400);
    assert_int_equal(ask_with(fixture, create, "AssumeRolePolicyDocument", trust), 200);
    assert_contains(body(fixture), "<Arn>arn:aws:iam::123456789012:role/svc/own</Arn>");
    assert_contains(body(fixture), "<RoleId>AROA");
    assert_int_equal(ask_with(fixture, create, "AssumeRolePolicyDocument", trust), 409);
    assert_contains(body(fixture), "Role with name own already exists.");
    assert_int_equal(
        ask(fixture, "Action=AttachRolePolicy&RoleName=own&PolicyArn=arn:aws:iam::aws:policy/None"),
        404);
    assert_int_equal(
        ask(fixture, "Action=AttachRolePolicy&RoleName=own&PolicyArn="
                     "arn:aws:iam::aws:policy/AdministratorAccess"),
        200);
    fixture_restart(fixture);
    assert_int_equal(ask(fixture, "Action=ListAttachedRolePolicies&RoleName=own"), 200);
    assert_contains(body(fixture), "<PolicyName>AdministratorAccess</PolicyName>");
    // somebody may be it, and deliver with it
    assert_int_equal(
        aws_session_form(
            fixture, "sts",
            "Action=AssumeRole&RoleSessionName=test&RoleArn=arn:aws:iam::123456789012:role/svc/own",
            NULL),
        200);
    assert_contains(body(fixture), ":assumed-role/own/test</Arn>");
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "PUT",
                .target = "/_recloop/destination",
                .body = "{\"settings\":{\"roleAddress\":"
                        "\"arn:aws:iam::123456789012:role/svc/own\"}}"}),
        200);
    fixture_click(fixture, "u", "ocean-blue-shirt", "own-1");
    assert_contains(body(fixture), "\"status\":\"delivered\"");
    assert_int_equal(
        ask(fixture, "Action=PutRolePolicy&RoleName=own&PolicyName=deny&PolicyDocument=" DENY_ALL),
        200);
    assert_int_equal(
        fixture_track(
            fixture, "website-prod", "track",
            "{\"event\":\"Product Clicked\",\"userId\":\"u\",\"messageId\":\"own-2\","
            "\"properties\":{\"sku\":\"ocean-blue-shirt\"}}"),
        200);
    assert_int_equal(fixture_get(fixture, "/_recloop/deliveries?wait=10000&message_id=own-2"), 200);
    assert_contains(body(fixture), "with an explicit deny in an identity-based policy");
    assert_int_equal(ask(fixture, "Action=DeleteRole&RoleName=own"), 409);
    assert_contains(body(fixture), "<Code>DeleteConflict</Code>");
    assert_int_equal(ask(fixture, "Action=DeleteRolePolicy&RoleName=own&PolicyName=deny"), 200);
    assert_int_equal(ask(fixture, "Action=DeleteRole&RoleName=own"), 409);
    assert_contains(body(fixture), "must detach all policies first.");
    assert_int_equal(
        ask(fixture, "Action=DetachRolePolicy&RoleName=own&PolicyArn="
                     "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"),
        404);
    assert_int_equal(
        ask(fixture, "Action=DetachRolePolicy&RoleName=own&PolicyArn="
                     "arn:aws:iam::aws:policy/AdministratorAccess"),
        200);
    assert_int_equal(ask(fixture, "Action=DeleteRole&RoleName=own"), 200);
    assert_int_equal(ask(fixture, "Action=GetRole&RoleName=own"), 404);
}

static void a_deleted_role_of_the_workshop_stays_away_until_reset(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        ask(fixture, "Action=DeleteRolePolicy&RoleName=" DESTINATION
                     "&PolicyName=segment-execute-lambda-policy"),
        200);
    assert_int_equal(ask(fixture, "Action=DeleteRole&RoleName=" DESTINATION), 200);
    fixture_restart(fixture);
    assert_int_equal(ask(fixture, "Action=GetRole&RoleName=" DESTINATION), 404);
    assert_int_equal(aws_session_assume(fixture, "", NULL, NULL), 403);
    assert_int_equal(
        fixture_track(
            fixture, "website-prod", "track",
            "{\"event\":\"Product Clicked\",\"userId\":\"u\",\"messageId\":\"gone-1\","
            "\"properties\":{\"sku\":\"ocean-blue-shirt\"}}"),
        200);
    assert_int_equal(
        fixture_get(fixture, "/_recloop/deliveries?wait=10000&message_id=gone-1"), 200);
    assert_contains(body(fixture), "sts:AssumeRole");
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "POST", .target = "/_recloop/reset"}),
        200);
    assert_int_equal(ask(fixture, "Action=GetRole&RoleName=" DESTINATION), 200);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_role_is_told_with_its_trust_in_percent_encoding, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            lists_have_pages, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            wrong_questions_are_refused_as_in_the_cloud, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_session_may_not_ask_about_roles, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            the_simulator_tells_decision_statement_and_what_is_missing, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            the_simulator_refuses_what_it_cannot_simulate, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            breaking_a_policy_breaks_what_it_allowed_and_mending_mends, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_changed_trust_lets_others_in_or_nobody, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_function_may_what_its_execution_role_may, fixture_set_up_on_disk, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_role_of_ones_own_lives_from_making_to_deleting, fixture_set_up_on_disk,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            a_deleted_role_of_the_workshop_stays_away_until_reset, fixture_set_up_on_disk,
            fixture_tear_down),
    };
    return cmocka_run_group_tests_name("sandbox/iam", tests, NULL, NULL);
}
