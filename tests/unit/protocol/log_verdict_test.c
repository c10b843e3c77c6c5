// Lines as they stand in real logs, and what they mean.
#include "protocol/log_verdict.h"

#include "support/test.h"

static const struct {
    const char *line;
    enum hop_id hop;
    const char *cause, *fix;
} rows[] = {
    {"2024-05-01T12:00:03.000Z 5d1 Task timed out after 3.00 seconds", HOP_LAMBDA, "timeout",
     "again"},
    {"RequestId: 5d1 Error: Runtime exited with error: signal: killed", HOP_LAMBDA, "memory",
     "memory"},
    {"[ERROR] Runtime.ImportModuleError: Unable to import module 'lambda_function': No module",
     HOP_LAMBDA, "loaded", "app.lambda_handler"},
    {"Runtime.HandlerNotFound: app.handler is undefined", HOP_LAMBDA, "no handler",
     "app.lambda_handler"},
    {"[ERROR] KeyError: 'connections_source_write_key'", HOP_LAMBDA, "no write key",
     "personas-event-source"},
    {"[ERROR] KeyError: 'connections_source_api_key'", HOP_LAMBDA, "no write key", "write_key"},
    {"[ERROR] KeyError: 'personalize_tracking_id'", HOP_LAMBDA, "no tracking id",
     "personalize_tracking_id"},
    {"[ERROR] KeyError: 'personalize_campaign_arn'", HOP_LAMBDA, "no campaign",
     "personalize_campaign_arn"},
    {"[ERROR] KeyError: 'sku'", HOP_LAMBDA, "properties.sku", "properties.sku"},
    {"[ERROR] KeyError: 'userId'", HOP_LAMBDA, "no userId", "userId"},
    {"[ERROR] KeyError: 'other'", HOP_LAMBDA, "not there", "KeyError"},
    {"[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the PutEvents "
     "operation: "
     "User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: personalize:PutEvents",
     HOP_PUT_EVENTS, "may not tell", "PutEvents"},
    {"botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the "
     "GetRecommendations operation: not authorized to perform: personalize:GetRecommendations",
     HOP_RECOMMENDATIONS, "may not ask", "GetRecommendations"},
    {"An error occurred (AccessDeniedException) when calling the PutEvents operation",
     HOP_PUT_EVENTS, "may not tell", "PutEvents"},
    {"An error occurred (AccessDenied) when calling the Other operation", HOP_RECOMMENDATIONS,
     "may not do", "named in the line"},
    {"An error occurred (ResourceNotFoundException) when calling the PutEvents operation: no "
     "tracker",
     HOP_PUT_EVENTS, "no tracker", "personalize_tracking_id"},
    {"[ERROR] ResourceNotFoundException: An error occurred (ResourceNotFoundException) when "
     "calling the "
     "GetRecommendations operation: Could not find filter with ARN: "
     "arn:aws:personalize:us-east-1:123456789012:filter/none",
     HOP_RECOMMENDATIONS, "no such filter", "personalize_filter_arn"},
    {"An error occurred (ResourceNotFoundException) when calling the GetRecommendations operation: "
     "Campaign",
     HOP_RECOMMENDATIONS, "no such campaign", "region"},
    {"An error occurred (InvalidInputException) when calling the PutEvents operation: TrackingId",
     HOP_PUT_EVENTS, "refused the event", "tracking id"},
    {"An error occurred (InvalidInputException) when calling the GetRecommendations operation: "
     "Campaign is "
     "not active",
     HOP_RECOMMENDATIONS, "refused the question", "ACTIVE"},
    {"An error occurred (ThrottlingException) when calling the GetRecommendations operation",
     HOP_RECOMMENDATIONS, "more often", "minProvisionedTPS"},
    {"An error occurred (ExpiredTokenException) when calling the PutEvents operation", HOP_LAMBDA,
     "are over", "its role"},
    {"An error occurred (UnrecognizedClientException) when calling the PutEvents operation",
     HOP_LAMBDA, "does not know", "its role"},
    {"EndpointConnectionError: Could not connect to the endpoint URL", HOP_LAMBDA,
     "could not reach", "VPC"},
    {"ConnectTimeoutError: Connect timeout on endpoint URL", HOP_LAMBDA, "could not reach", "NAT"},
    {"RequestId: 5d1 Error: Runtime exited with error: exit status 1", HOP_LAMBDA,
     "ended in the middle", "before that line"},
    {"RequestId: 5d1 Process exited before completing request", HOP_LAMBDA, "ended in the middle",
     "reason"},
    {"[ERROR] something else", HOP_LAMBDA, "logged an error", "names it"},
    {"Traceback (most recent call last):", HOP_LAMBDA, "exception", "name the exception"},
};

static void log_verdict_names_cause_and_fix_of_every_rule(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct buf log = {0};
        struct log_verdict verdict = {0};
        buf_add_format(&log, "START RequestId: 5d1 Version: $LATEST\n%s\nEND\n", rows[i].line);
        if (!log_verdict_find(buf_str(&log), &verdict)) fail_msg("nothing found: %s", rows[i].line);
        const bool is_right = verdict.hop == rows[i].hop &&
                              str_contains(str_from(verdict.cause), str_from(rows[i].cause)) &&
                              str_contains(str_from(verdict.fix), str_from(rows[i].fix));
        if (!is_right) fail_msg("%s: %s / %s", rows[i].line, verdict.cause, verdict.fix);
        assert_str(verdict.line, rows[i].line);
        buf_release(&log);
    }
    assert_true(ARRAY_COUNT(rows) >= log_verdict_rule_count());
}

static void log_verdict_finds_nothing_in_a_good_log(void **state) {
    (void)state;
    struct log_verdict verdict = {0};
    assert_false(log_verdict_find(
        STR("START RequestId: 5d1 Version: $LATEST\n[INFO]\t2024\t5d1\tPutEvents: 1 event\n"
            "[INFO]\t2024\t5d1\tRecommended items: a, b\n[INFO]\t2024\t5d1\tidentify: 200\n"
            "END RequestId: 5d1\nREPORT RequestId: 5d1\tDuration: 12.34 ms\n"),
        &verdict));
    assert_false(log_verdict_find(STR(""), &verdict));
}

// An exception is told by its name, not by the word ERROR before it or the traceback around it.
static void log_verdict_prefers_the_particular(void **state) {
    (void)state;
    struct log_verdict verdict = {0};
    assert_true(log_verdict_find(
        STR("[ERROR] failed\nTraceback (most recent call last):\nKeyError: 'sku'\n"), &verdict));
    assert_false(verdict.is_generic);
    assert_str(verdict.line, "KeyError: 'sku'");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(log_verdict_names_cause_and_fix_of_every_rule),
    cmocka_unit_test(log_verdict_finds_nothing_in_a_good_log),
    cmocka_unit_test(log_verdict_prefers_the_particular),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
