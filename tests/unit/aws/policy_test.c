// Policy documents: what is malformed and how it is told, what a document decides, every operator of
// conditions, variables, principals, and the keys a simulation misses.
#include "aws/policy.h"
#include "support/test.h"

static void documents_are_read_or_refused_in_iams_words(void **state) {
    static const struct {
        const char *text;
        enum policy_kind kind;
        const char *message, *hint; // NULL: it is read
    } cases[] = {
        {"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","
         "\"Resource\":\"*\"}]}",
         POLICY_IDENTITY, NULL, NULL},
        {"{\"Statement\":{\"Sid\":\"One1\",\"Effect\":\"Deny\",\"NotAction\":[\"s3:Get*\"],"
         "\"NotResource\":[\"arn:aws:s3:::b/*\"]}}",
         POLICY_IDENTITY, NULL, NULL},
        {"", POLICY_IDENTITY, "Syntax errors in policy.", "Line 1, column 1"},
        {"{\n  \"Version\" \"2012-10-17\"}", POLICY_IDENTITY, "Syntax errors in policy.",
         "Line 2, column 13"},
        {"[]", POLICY_IDENTITY, "Syntax errors in policy.", "object"},
        {"{\"Version\":\"2012-10-17\"}", POLICY_IDENTITY, "Syntax errors in policy.", "Statement"},
        {"{\"Version\":\"2012-10-17\",\"Statement\":[]}", POLICY_IDENTITY,
         "Syntax errors in policy.", "no Statement"},
        {"{\"Version\":\"2019-01-01\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
         "\"Resource\":\"*\"}}",
         POLICY_IDENTITY, "Policy document must be version 2012-10-17 or greater.", "2012-10-17"},
        {"{\"Statment\":[]}", POLICY_IDENTITY, "Syntax errors in policy.", "Version, Id"},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},\n "
         "{\"Effect\":\"Alow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
         POLICY_IDENTITY, "Syntax errors in policy.", "Statement 2, at line 1, column 61"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\"}}", POLICY_IDENTITY,
         "Policy statement must contain actions.", "add Action"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[],\"Resource\":\"*\"}}", POLICY_IDENTITY,
         "Policy statement must contain actions.", "empty"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotAction\":\"*\",\"Resource\":"
         "\"*\"}}",
         POLICY_IDENTITY, "Syntax errors in policy.", "both Action and NotAction"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\"}}", POLICY_IDENTITY,
         "Policy statement must contain resources.", "add Resource"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"InvokeFunction\",\"Resource\":\"*\"}}",
         POLICY_IDENTITY,
         "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
         "lambda:InvokeFunction"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"la mbda:X\",\"Resource\":\"*\"}}",
         POLICY_IDENTITY, "Vendor la mbda is not valid", ""},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"bucket\"}}",
         POLICY_IDENTITY, "Resource bucket must be in ARN format or \"*\".", ""},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":3}}", POLICY_IDENTITY,
         "Syntax errors in policy.", "a text"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":"
         "\"*\"}}",
         POLICY_IDENTITY, "Policy document should not specify a principal.", "Principal"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Foo\":1}}",
         POLICY_IDENTITY, "Syntax errors in policy.", "'Foo'"},
        {"{\"Statement\":[{\"Sid\":\"A\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"
         "{\"Sid\":\"A\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
         POLICY_IDENTITY, "Statement IDs (SID) in a single policy must be unique.", "Statement 2"},
        {"{\"Statement\":{\"Sid\":\"a-b\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}"
         "}",
         POLICY_IDENTITY, "Statement IDs (SID) must be alpha-numeric.", "Sid"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
         "\"StringEqual\":{\"aws:x\":\"y\"}}}}",
         POLICY_IDENTITY, "Invalid Condition type : StringEqual.", ""},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
         "\"NullIfExists\":{\"aws:x\":\"true\"}}}}",
         POLICY_IDENTITY, "Invalid Condition type : NullIfExists.", ""},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
         "\"StringEquals\":{\"x\":\"y\"}}}}",
         POLICY_IDENTITY,
         "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
         "sts:ExternalId"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":[]"
         "}}",
         POLICY_IDENTITY, "Syntax errors in policy.", "Condition is"},
        // trust
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{"
         "\"AWS\":[\"arn:aws:iam::595280932656:root\",\"123456789012\"],\"Service\":"
         "\"lambda.amazonaws.com\"}}}",
         POLICY_TRUST, NULL, NULL},
        {"{", POLICY_TRUST, "This policy contains invalid Json", "column"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\"}}", POLICY_TRUST,
         "Missing required field Principal", "Principal"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{},\"Action\":\"sts:AssumeRole\"}}",
         POLICY_TRUST, "Missing required field Principal cannot be empty!", ""},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\","
         "\"Resource\":\"*\"}}",
         POLICY_TRUST, "Has prohibited field Resource", "Resource"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:Get\"}}",
         POLICY_TRUST, "AssumeRole policy may only specify STS AssumeRole actions.", "sts:"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:s3:::b\"},"
         "\"Action\":\"sts:AssumeRole\"}}",
         POLICY_TRUST, "Invalid principal in policy: \"AWS\":\"arn:aws:s3:::b\"", "ARN"},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda\"},\"Action\":"
         "\"sts:AssumeRole\"}}",
         POLICY_TRUST, "Invalid principal in policy: \"SERVICE\":\"lambda\"", "service"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct policy policy = {0};
        struct error err = {0};
        const bool is_read = policy_parse(str_from(cases[i].text), cases[i].kind, &policy, &err);
        if (is_read != !cases[i].message) print_error("%s\n  %s\n", cases[i].text, err.message);
        assert_int_equal(is_read, !cases[i].message);
        if (!is_read) {
            assert_int_equal(err.code, ERROR_INVALID);
            assert_contains(str_from(err.message), cases[i].message);
            assert_contains(str_from(err.hint), cases[i].hint);
        }
        policy_release(&policy);
    }
}

static void a_document_that_is_too_large_is_refused(void **state) {
    struct buf text = {0};
    struct policy policy = {0};
    struct error err = {0};
    (void)state;
    buf_add(&text, STR("{\"Statement\":["));
    while (text.len <= POLICY_MAX_BYTES)
        buf_add(&text, STR("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"));
    assert_false(policy_parse(buf_str(&text), POLICY_IDENTITY, &policy, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.hint), "several");
    buf_release(&text);
}

static void statements_stand_where_iam_says(void **state) {
    static const char list[] = "{\n"
                               "    \"Version\": \"2012-10-17\",\n"
                               "    \"Statement\": [\n"
                               "        {\n"
                               "            \"Effect\": \"Allow\",\n"
                               "            \"Action\": [\"a:b]}\\\"\"],\n"
                               "            \"Resource\": \"*\"\n"
                               "        },\n"
                               "        {\"Effect\": \"Deny\", \"Action\": \"a:c\", \"Resource\": "
                               "\"*\"}\n"
                               "    ]\n"
                               "}";
    static const char alone[] = "{\"Id\": \"\u00fc\", \"Statement\": {\"Effect\":\"Allow\","
                                "\"Action\":\"*\",\"Resource\":\"*\"}}";
    struct policy policy = {0};
    struct error err = {0};
    (void)state;
    assert_ok(policy_parse(str_from(list), POLICY_IDENTITY, &policy, &err), err);
    assert_int_equal(policy.statements[0].from.line, 3);
    assert_int_equal(policy.statements[0].from.column, 19);
    assert_int_equal(policy.statements[0].to.line, 8);
    assert_int_equal(policy.statements[0].to.column, 10);
    assert_int_equal(policy.statements[1].from.line, 8);
    assert_int_equal(policy.statements[1].from.column, 10);
    assert_int_equal(policy.statements[1].to.line, 9);
    policy_release(&policy);
    assert_ok(policy_parse(str_from(alone), POLICY_IDENTITY, &policy, &err), err);
    assert_int_equal(policy.statements[0].from.column, 26);
    policy_release(&policy);
}

#define FUNCTION "arn:aws:lambda:us-east-1:123456789012:function:"
#define INVOKE(extra)                                                                              \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"                 \
    "\"lambda:InvokeFunction\",\"Resource\":[\"" FUNCTION "Handler\"]" extra "}]}"

static void explicit_deny_wins_then_allow_then_nothing(void **state) {
    static const struct {
        const char *policy, *action, *resource;
        enum policy_decision decision;
    } cases[] = {
        {INVOKE(""), "lambda:InvokeFunction", FUNCTION "Handler", POLICY_ALLOWED},
        {INVOKE(""), "LAMBDA:invokefunction", FUNCTION "Handler", POLICY_ALLOWED},
        {INVOKE(""), "lambda:InvokeFunction", FUNCTION "handler", POLICY_IMPLICIT_DENY},
        {INVOKE(""), "lambda:InvokeFunction", FUNCTION "Handler:1", POLICY_IMPLICIT_DENY},
        {INVOKE(""), "lambda:InvokeFunction", "*", POLICY_IMPLICIT_DENY},
        {INVOKE(""), "lambda:GetFunction", FUNCTION "Handler", POLICY_IMPLICIT_DENY},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},{\"Effect\":"
         "\"Deny\",\"Action\":\"s3:Delete*\",\"Resource\":\"arn:aws:s3:::prod-?/*\"}]}",
         "s3:DeleteObject", "arn:aws:s3:::prod-1/key", POLICY_EXPLICIT_DENY},
        {"{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:Delete*\",\"Resource\":"
         "\"arn:aws:s3:::prod-?/*\"},{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
         "s3:DeleteObject", "arn:aws:s3:::prod-10/key", POLICY_ALLOWED},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"NotAction\":\"iam:*\",\"Resource\":\"*\"}}",
         "iam:GetRole", "*", POLICY_IMPLICIT_DENY},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"NotAction\":\"iam:*\",\"Resource\":\"*\"}}",
         "logs:GetLogEvents", "*", POLICY_ALLOWED},
        {"{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::a\"}"
         "}",
         "s3:List", "arn:aws:s3:::a", POLICY_IMPLICIT_DENY},
        {"{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::a\"}"
         "}",
         "s3:List", "arn:aws:s3:::b", POLICY_EXPLICIT_DENY},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct policy policy = {0};
        struct error err = {0};
        size_t statement = 99;
        assert_ok(policy_parse(str_from(cases[i].policy), POLICY_IDENTITY, &policy, &err), err);
        const struct policy_request request = {
            .action = str_from(cases[i].action), .resource = str_from(cases[i].resource)};
        const enum policy_decision decision = policy_decide(&policy, &request, &statement);
        if (decision != cases[i].decision) print_error("%s %s\n", cases[i].policy, cases[i].action);
        assert_int_equal(decision, cases[i].decision);
        assert_int_equal(statement == 99, decision == POLICY_IMPLICIT_DENY);
        policy_release(&policy);
    }
}

// A condition alone, under facts "k:one"=1.5, "k:list"=a,b, "k:arn", "k:ip", "k:date", "k:yes"=true.
static void conditions_hold_or_fail(void **state) {
    static const struct {
        const char *condition;
        bool holds;
    } cases[] = {
        {"\"StringEquals\":{\"k:word\":\"Abc\"}", true},
        {"\"StringEquals\":{\"K:WORD\":[\"x\",\"Abc\"]}", true},
        {"\"StringEquals\":{\"k:word\":\"abc\"}", false},
        {"\"StringEquals\":{\"k:word\":\"A*\"}", false},
        {"\"StringEquals\":{\"k:none\":\"\"}", false},
        {"\"StringEqualsIfExists\":{\"k:none\":\"x\"}", true},
        {"\"StringEqualsIfExists\":{\"k:word\":\"x\"}", false},
        {"\"StringNotEquals\":{\"k:word\":[\"x\",\"y\"]}", true},
        {"\"StringNotEquals\":{\"k:word\":[\"x\",\"Abc\"]}", false},
        {"\"StringNotEquals\":{\"k:none\":\"x\"}", true},
        {"\"StringEqualsIgnoreCase\":{\"k:word\":\"aBC\"}", true},
        {"\"StringNotEqualsIgnoreCase\":{\"k:word\":\"aBC\"}", false},
        {"\"StringLike\":{\"k:word\":\"?b*\"}", true},
        {"\"StringLike\":{\"k:word\":\"b*\"}", false},
        {"\"StringNotLike\":{\"k:word\":\"b*\"}", true},
        {"\"NumericEquals\":{\"k:one\":1.5}", true},
        {"\"NumericNotEquals\":{\"k:one\":\"1.50\"}", false},
        {"\"NumericLessThan\":{\"k:one\":\"1.5\"}", false},
        {"\"NumericLessThanEquals\":{\"k:one\":\"1.5\"}", true},
        {"\"NumericGreaterThan\":{\"k:one\":1}", true},
        {"\"NumericGreaterThanEquals\":{\"k:one\":2}", false},
        {"\"NumericEquals\":{\"k:word\":\"1\"}", false},
        {"\"DateEquals\":{\"k:date\":\"2024-05-01T12:00:00Z\"}", true},
        {"\"DateLessThan\":{\"k:date\":\"2024-05-01T12:00:01Z\"}", true},
        {"\"DateGreaterThan\":{\"k:date\":\"1714564799\"}", true},
        {"\"DateNotEquals\":{\"k:date\":\"2024-05-01T12:00:00Z\"}", false},
        {"\"DateLessThanEquals\":{\"k:date\":\"2024-05-01\"}", false},
        {"\"DateGreaterThanEquals\":{\"k:date\":\"2024-05-01\"}", true},
        {"\"Bool\":{\"k:yes\":true}", true},
        {"\"Bool\":{\"k:yes\":\"false\"}", false},
        {"\"BoolIfExists\":{\"k:none\":\"false\"}", true},
        {"\"BinaryEquals\":{\"k:word\":\"Abc\"}", true},
        {"\"IpAddress\":{\"k:ip\":\"203.0.113.0/24\"}", true},
        {"\"IpAddress\":{\"k:ip\":\"203.0.113.7\"}", true},
        {"\"IpAddress\":{\"k:ip\":\"203.0.112.0/24\"}", false},
        {"\"IpAddress\":{\"k:ip\":[\"10.0.0.0/8\",\"203.0.0.0/9\"]}", true},
        {"\"IpAddress\":{\"k:ip\":\"2001:db8::/32\"}", false},
        {"\"IpAddress\":{\"k:six\":\"2001:DB8:1234::/33\"}", true},
        {"\"IpAddress\":{\"k:ip\":\"203.0.113.0/99\"}", false},
        {"\"NotIpAddress\":{\"k:ip\":\"203.0.113.0/24\"}", false},
        {"\"ArnEquals\":{\"k:arn\":\"arn:aws:sns:*:123456789012:topic-?\"}", true},
        {"\"ArnLike\":{\"k:arn\":\"arn:aws:*:topic-1\"}", false}, // no reach over colons
        {"\"ArnLike\":{\"k:arn\":\"*\"}", true},
        {"\"ArnNotLike\":{\"k:arn\":\"arn:aws:sns:eu-*:123456789012:*\"}", true},
        {"\"ArnNotEquals\":{\"k:arn\":\"arn:aws:sns:us-east-1:123456789012:topic-1\"}", false},
        {"\"Null\":{\"k:none\":\"true\"}", true},
        {"\"Null\":{\"k:none\":\"false\"}", false},
        {"\"Null\":{\"k:word\":false}", true},
        {"\"Null\":{\"k:word\":\"true\"}", false},
        {"\"ForAnyValue:StringEquals\":{\"k:list\":[\"b\",\"c\"]}", true},
        {"\"ForAnyValue:StringEquals\":{\"k:list\":\"c\"}", false},
        {"\"ForAnyValue:StringEquals\":{\"k:none\":\"c\"}", false},
        {"\"ForAllValues:StringEquals\":{\"k:list\":[\"a\",\"b\",\"c\"]}", true},
        {"\"ForAllValues:StringEquals\":{\"k:list\":[\"a\",\"c\"]}", false},
        {"\"ForAllValues:StringEquals\":{\"k:none\":\"a\"}", true},
        {"\"ForAnyValue:StringNotEquals\":{\"k:list\":\"a\"}", true},
        {"\"ForAllValues:StringNotEquals\":{\"k:list\":\"a\"}", false},
        {"\"StringEquals\":{\"k:word\":\"Abc\",\"k:list\":\"a\"}", true}, // all of them
        {"\"StringEquals\":{\"k:word\":\"Abc\"},\"Bool\":{\"k:yes\":\"false\"}", false},
        // variables
        {"\"StringEquals\":{\"k:copy\":\"${k:word}\"}", true},
        {"\"StringLike\":{\"k:star\":\"a${*}b\"}", true},
        {"\"StringLike\":{\"k:word\":\"A${?}c\"}", false},
        {"\"StringEquals\":{\"k:word\":\"${k:none}\"}", false},
        {"\"StringEquals\":{\"k:word\":\"${k:none, 'Abc'}\"}", true},
    };
    const struct str list[] = {STR("a"), STR("b")};
    const struct str word = STR("Abc"), one = STR("1.5"), yes = STR("True"),
                     ip = STR("203.0.113.7"), six = STR("2001:db8:1234::1"), star = STR("a*b"),
                     date = STR("2024-05-01T12:00:00Z"),
                     arn = STR("arn:aws:sns:us-east-1:123456789012:topic-1");
    const struct policy_fact facts[] = {
        {STR("k:word"), &word, 1}, {STR("k:copy"), &word, 1}, {STR("k:one"), &one, 1},
        {STR("k:yes"), &yes, 1},   {STR("k:ip"), &ip, 1},     {STR("k:six"), &six, 1},
        {STR("k:date"), &date, 1}, {STR("k:arn"), &arn, 1},   {STR("k:list"), list, 2},
        {STR("k:star"), &star, 1},
    };
    const struct policy_request request = {
        .action = STR("a:b"),
        .resource = STR("*"),
        .facts = facts,
        .fact_count = ARRAY_COUNT(facts)};
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct policy policy = {0};
        struct error err = {0};
        struct buf text = {0};
        buf_add_format(
            &text,
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
            "\"Resource\":\"*\",\"Condition\":{%s}}}",
            cases[i].condition);
        assert_ok(policy_parse(buf_str(&text), POLICY_IDENTITY, &policy, &err), err);
        const bool holds = policy_decide(&policy, &request, NULL) == POLICY_ALLOWED;
        if (holds != cases[i].holds) print_error("%s\n", cases[i].condition);
        assert_int_equal(holds, cases[i].holds);
        assert_true(policy_has_conditions(&policy));
        policy_release(&policy);
        buf_release(&text);
    }
}

static void variables_fill_in_resources_of_the_newer_language(void **state) {
    static const struct {
        const char *version, *resource;
        bool matches;
    } cases[] = {
        {"2012-10-17", "arn:aws:s3:::home/${aws:username}/*", true},
        {"2008-10-17", "arn:aws:s3:::home/${aws:username}/*", false},
        {"2012-10-17", "arn:aws:s3:::home/${aws:nobody}/*", false},
        {"2012-10-17", "arn:aws:s3:::home/${aws:nobody, 'a*'}/*", true},
        {"2012-10-17", "arn:aws:s3:::home/a${*}/*", true},
    };
    const struct str name = STR("a*");
    const struct policy_fact fact = {STR("aws:UserName"), &name, 1};
    const struct policy_request request = {
        .action = STR("s3:Get"),
        .resource = STR("arn:aws:s3:::home/a*/x"),
        .facts = &fact,
        .fact_count = 1};
    struct policy_request other = request;
    other.resource = STR("arn:aws:s3:::home/abc/x"); // the value's star is a star
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct policy policy = {0};
        struct error err = {0};
        struct buf text = {0};
        buf_add_format(
            &text,
            "{\"Version\":\"%s\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
            "\"Resource\":\"%s\"}}",
            cases[i].version, cases[i].resource);
        assert_ok(policy_parse(buf_str(&text), POLICY_IDENTITY, &policy, &err), err);
        assert_int_equal(policy_statement_matches(&policy, 0, &request), cases[i].matches);
        assert_false(policy_statement_matches(&policy, 0, &other));
        policy_release(&policy);
        buf_release(&text);
    }
}

static void principals_name_accounts_users_roles_and_services(void **state) {
#define SESSION "arn:aws:sts::595280932656:assumed-role/segment-access/s1"
    static const struct {
        const char *principal, *caller, *service;
        enum policy_naming naming;
    } cases[] = {
        {"\"*\"", SESSION, "", POLICY_NAMING_EXACT},
        {"{\"AWS\":\"*\"}", SESSION, "", POLICY_NAMING_EXACT},
        {"{\"AWS\":\"595280932656\"}", SESSION, "", POLICY_NAMING_ACCOUNT},
        {"{\"AWS\":\"arn:aws:iam::595280932656:root\"}", SESSION, "", POLICY_NAMING_ACCOUNT},
        {"{\"AWS\":\"arn:aws:iam::111122223333:root\"}", SESSION, "", POLICY_NAMING_NONE},
        {"{\"AWS\":\"arn:aws:iam::595280932656:role/segment-access\"}", SESSION, "",
         POLICY_NAMING_EXACT},
        {"{\"AWS\":\"arn:aws:iam::595280932656:role/with/path/segment-access\"}", SESSION, "",
         POLICY_NAMING_EXACT},
        {"{\"AWS\":\"arn:aws:iam::595280932656:role/segment\"}", SESSION, "", POLICY_NAMING_NONE},
        {"{\"AWS\":\"" SESSION "\"}", SESSION, "", POLICY_NAMING_EXACT},
        {"{\"AWS\":[\"111122223333\",\"arn:aws:iam::123456789012:user/u\"]}",
         "arn:aws:iam::123456789012:user/u", "", POLICY_NAMING_EXACT},
        {"{\"AWS\":\"AROAAAAAAAAAAAAAAAAAA\"}", SESSION, "", POLICY_NAMING_NONE},
        {"{\"Service\":\"lambda.amazonaws.com\"}", "", "lambda.amazonaws.com", POLICY_NAMING_EXACT},
        {"{\"Service\":\"lambda.amazonaws.com\"}", "", "glue.amazonaws.com", POLICY_NAMING_NONE},
        {"{\"Service\":\"lambda.amazonaws.com\"}", SESSION, "", POLICY_NAMING_NONE},
        {"{\"Federated\":\"accounts.google.com\"}", SESSION, "", POLICY_NAMING_NONE},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct policy policy = {0};
        struct error err = {0};
        for (int negated = 0; negated < 2; negated++) {
            struct buf text = {0};
            buf_add_format(
                &text,
                "{\"Statement\":{\"Effect\":\"Allow\",\"%s\":%s,\"Action\":\"sts:AssumeRole\"}}",
                negated ? "NotPrincipal" : "Principal", cases[i].principal);
            assert_ok(policy_parse(buf_str(&text), POLICY_TRUST, &policy, &err), err);
            const struct policy_request request = {
                .principal = str_from(cases[i].caller),
                .service = str_from(cases[i].service),
                .action = STR("sts:AssumeRole")};
            const enum policy_naming naming = policy_principal_naming(policy.statements, &request);
            if (!negated && naming != cases[i].naming) print_error("%s\n", cases[i].principal);
            if (!negated) assert_int_equal(naming, cases[i].naming);
            if (negated)
                assert_int_equal(
                    naming == POLICY_NAMING_NONE, cases[i].naming != POLICY_NAMING_NONE);
            assert_int_equal(
                policy_decide(&policy, &request, NULL) == POLICY_ALLOWED,
                naming != POLICY_NAMING_NONE);
            policy_release(&policy);
            buf_release(&text);
        }
    }
}

static void add_key(void *context, struct str key) {
    struct buf *out = context;
    if (out->len) buf_add_char(out, ' ');
    buf_add(out, key);
}

static void keys_that_a_simulation_misses_are_told_once(void **state) {
    static const char text[] =
        "{\"Version\":\"2012-10-17\",\"Statement\":["
        "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::${aws:username}\","
        "\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"},\"StringEquals\":{"
        "\"aws:multifactorauthpresent\":\"${aws:x}\",\"aws:known\":\"y\"}}},"
        "{\"Effect\":\"Deny\",\"Action\":\"iam:*\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{"
        "\"aws:Other\":true}}}]}";
    const struct str y = STR("y");
    const struct policy_fact fact = {STR("aws:known"), &y, 1};
    struct policy_request request = {
        .action = STR("s3:Get"),
        .resource = STR("arn:aws:s3:::b"),
        .facts = &fact,
        .fact_count = 1};
    struct policy policy = {0};
    struct error err = {0};
    struct buf keys = {0};
    (void)state;
    assert_ok(policy_parse(str_from(text), POLICY_IDENTITY, &policy, &err), err);
    policy_each_missing_key(&policy, &request, add_key, &keys);
    assert_str(buf_str(&keys), "aws:MultiFactorAuthPresent aws:x aws:username");
    buf_reset(&keys);
    request.action = STR("iam:Get");
    policy_each_missing_key(&policy, &request, add_key, &keys);
    assert_str(buf_str(&keys), "aws:Other");
    buf_reset(&keys);
    request.action = STR("logs:Get");
    policy_each_missing_key(&policy, &request, add_key, &keys);
    assert_str(buf_str(&keys), "");
    policy_release(&policy);
    buf_release(&keys);
}

static void wildcards_do_not_take_exponential_time(void **state) {
    struct buf pattern = {0}, text = {0};
    (void)state;
    for (int i = 0; i < 200; i++) {
        buf_add(&pattern, STR("a*"));
        buf_add(&text, STR("aaaaaaaaaa"));
    }
    assert_true(policy_wildcard_matches(buf_str(&pattern), buf_str(&text), false));
    buf_add_char(&pattern, 'b');
    assert_false(policy_wildcard_matches(buf_str(&pattern), buf_str(&text), false));
    assert_true(policy_wildcard_matches(STR("**"), STR(""), false));
    assert_false(policy_wildcard_matches(STR("?"), STR(""), false));
    assert_true(policy_wildcard_matches(STR("A?C"), STR("abc"), true));
    buf_release(&pattern);
    buf_release(&text);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_read_or_refused_in_iams_words),
        cmocka_unit_test(a_document_that_is_too_large_is_refused),
        cmocka_unit_test(statements_stand_where_iam_says),
        cmocka_unit_test(explicit_deny_wins_then_allow_then_nothing),
        cmocka_unit_test(conditions_hold_or_fail),
        cmocka_unit_test(variables_fill_in_resources_of_the_newer_language),
        cmocka_unit_test(principals_name_accounts_users_roles_and_services),
        cmocka_unit_test(keys_that_a_simulation_misses_are_told_once),
        cmocka_unit_test(wildcards_do_not_take_exponential_time),
    };
    return cmocka_run_group_tests_name("aws/policy", tests, NULL, NULL);
}
