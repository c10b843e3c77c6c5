// A policy document of any kind → a decision. What cannot be read is told in words; what can be read
// decides the same twice, and names a statement exactly when it decides.
#include "aws/policy.h"
#include "base/attributes.h"
#include "fuzz.h"

static void count_key(void *context, struct str key) {
    size_t *count = context;
    ASSERT(key.len < POLICY_MAX_BYTES);
    ++*count;
}

static void decide(const struct policy *policy) {
    const struct str values[] = {STR("one"), STR("203.0.113.7")};
    const struct policy_fact facts[] = {
        {STR("aws:username"), values, 1},
        {STR("aws:SourceIp"), values + 1, 1},
        {STR("a:b"), values, 2}};
    const struct policy_request request = {
        .principal = STR("arn:aws:sts::123456789012:assumed-role/r/s"),
        .action = STR("lambda:InvokeFunction"),
        .resource = STR("arn:aws:lambda:us-east-1:123456789012:function:f"),
        .facts = facts,
        .fact_count = ARRAY_COUNT(facts)};
    size_t statement = POLICY_MAX_STATEMENTS, keys = 0, missing = 0;
    const enum policy_decision decision = policy_decide(policy, &request, &statement);
    ASSERT((decision == POLICY_IMPLICIT_DENY) == (statement == POLICY_MAX_STATEMENTS));
    ASSERT(decision == policy_decide(policy, &request, NULL));
    policy_each_key(policy, count_key, &keys);
    policy_each_missing_key(policy, &request, count_key, &missing);
    ASSERT(missing <= keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int kind = POLICY_IDENTITY; kind <= POLICY_RESOURCE; kind++) {
        CLEANUP(policy_release) struct policy policy = {0};
        struct error err = {0};
        if (policy_parse(fuzz_text(data, size), (enum policy_kind)kind, &policy, &err)) {
            ASSERT(policy.count > 0 && policy.statements[0].from.line > 0);
            decide(&policy);
        } else {
            ASSERT(err.code != ERROR_NONE && err.message[0]);
        }
    }
    return 0;
}
