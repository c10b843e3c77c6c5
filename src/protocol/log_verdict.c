// log_verdict — see the header.
#include "protocol/log_verdict.h"

#include "base/attributes.h"

struct rule {
    const char *says, *also; // both stand in the line; `also` may be NULL
    enum hop_id hop;
    const char *cause, *fix;
    bool is_generic;
};

static const struct rule rules[] = {
    {
        .says = "Task timed out",
        .hop = HOP_LAMBDA,
        .cause = "the function was stopped at its timeout before it was done",
        .fix = "Send the event again: a cold start is slow. If it stays, raise the function's "
               "timeout above "
               "the default of 3 s.",
    },
    {
        .says = "signal: killed",
        .hop = HOP_LAMBDA,
        .cause = "the function was killed: it needed more memory than it has",
        .fix = "Raise the function's memory.",
    },
    {
        .says = "Unable to import module",
        .hop = HOP_LAMBDA,
        .cause = "the function's code could not be loaded",
        .fix = "The handler must be app.lambda_handler, and the package must hold app.py with the "
               "library "
               "requests.",
    },
    {
        .says = "Runtime.ImportModuleError",
        .hop = HOP_LAMBDA,
        .cause = "the function's code could not be loaded",
        .fix = "The handler must be app.lambda_handler, and the package must hold app.py with the "
               "library "
               "requests.",
    },
    {
        .says = "Runtime.HandlerNotFound",
        .hop = HOP_LAMBDA,
        .cause = "the function's package has no handler of that name",
        .fix = "Set the handler to app.lambda_handler.",
    },
    {
        .says = "KeyError",
        .also = "connections_source_",
        .hop = HOP_LAMBDA,
        .cause = "the function has no write key to write the trait with",
        .fix = "Set its environment variable connections_source_write_key to the write key of "
               "personas-event-source.",
    },
    {
        .says = "KeyError",
        .also = "personalize_tracking_id",
        .hop = HOP_LAMBDA,
        .cause = "the function has no tracking id",
        .fix =
            "Set its environment variable personalize_tracking_id to the id of the event tracker.",
    },
    {
        .says = "KeyError",
        .also = "personalize_campaign_arn",
        .hop = HOP_LAMBDA,
        .cause = "the function has no campaign",
        .fix = "Set its environment variable personalize_campaign_arn to the ARN of the campaign.",
    },
    {
        .says = "KeyError",
        .also = "sku",
        .hop = HOP_LAMBDA,
        .cause = "the event has no properties.sku, and the function does without a check",
        .fix = "Give the event properties.sku.",
    },
    {
        .says = "KeyError",
        .also = "userId",
        .hop = HOP_LAMBDA,
        .cause = "the event has no userId, and the function does without a check",
        .fix = "Give the event a userId, or a function that takes anonymous shoppers.",
    },
    {
        .says = "KeyError",
        .hop = HOP_LAMBDA,
        .cause = "the function looked for something that is not there",
        .fix = "The name after KeyError is an environment variable of the function or a field of "
               "the event: "
               "set it.",
    },
    {
        .says = "not authorized to perform: personalize:PutEvents",
        .hop = HOP_PUT_EVENTS,
        .cause = "the function's execution role may not tell Personalize",
        .fix = "Give the function the role SegmentPersonalizeLambdaRole, or allow "
               "personalize:PutEvents.",
    },
    {
        .says = "not authorized to perform: personalize:",
        .hop = HOP_RECOMMENDATIONS,
        .cause = "the function's execution role may not ask Personalize",
        .fix = "Give the function the role SegmentPersonalizeLambdaRole, or allow "
               "personalize:GetRecommendations.",
    },
    {
        .says = "AccessDenied",
        .also = "PutEvents",
        .hop = HOP_PUT_EVENTS,
        .cause = "the function's execution role may not tell Personalize",
        .fix = "Give the function the role SegmentPersonalizeLambdaRole, or allow "
               "personalize:PutEvents.",
    },
    {
        .says = "AccessDenied",
        .hop = HOP_RECOMMENDATIONS,
        .cause = "the function's execution role may not do what it tried",
        .fix = "Give the function the role SegmentPersonalizeLambdaRole, or allow the action named "
               "in the "
               "line.",
    },
    {
        .says = "ResourceNotFound",
        .also = "PutEvents",
        .hop = HOP_PUT_EVENTS,
        .cause = "Personalize knows no tracker of that id in the function's region",
        .fix = "Set the function's personalize_tracking_id to the id of a tracker in its region: "
               "the id, not "
               "the ARN.",
    },
    {
        .says = "ResourceNotFound",
        .also = ":filter/",
        .hop = HOP_RECOMMENDATIONS,
        .cause = "Personalize knows no such filter in the function's region",
        .fix = "Set the function's personalize_filter_arn to a filter of the campaign's dataset "
               "group, or take it away.",
    },
    {
        .says = "ResourceNotFound",
        .hop = HOP_RECOMMENDATIONS,
        .cause = "Personalize knows no such campaign in the function's region",
        .fix = "Set the function's personalize_campaign_arn to a campaign of its region, and "
               "region_name to "
               "that region.",
    },
    {
        .says = "InvalidInput",
        .also = "PutEvents",
        .hop = HOP_PUT_EVENTS,
        .cause = "Personalize refused the event",
        .fix = "Usual reasons: an ARN in place of the tracking id, a property that the schema does "
               "not have, "
               "an empty item id.",
    },
    {
        .says = "InvalidInput",
        .hop = HOP_RECOMMENDATIONS,
        .cause = "Personalize refused the question",
        .fix = "Usual reasons: the campaign is not ACTIVE yet, its recipe wants an item, the "
               "filter belongs "
               "to another dataset group.",
    },
    {
        .says = "Throttling",
        .hop = HOP_RECOMMENDATIONS,
        .cause = "Personalize was asked more often than the campaign may be",
        .fix = "Send less at a time, or raise minProvisionedTPS of the campaign.",
    },
    {
        .says = "ExpiredToken",
        .hop = HOP_LAMBDA,
        .cause = "the function used credentials that are over",
        .fix = "Take the keys out of its environment: its role brings its own.",
    },
    {
        .says = "UnrecognizedClient",
        .hop = HOP_LAMBDA,
        .cause = "the function used credentials that AWS does not know",
        .fix = "Take the keys out of its environment: its role brings its own.",
    },
    {
        .says = "EndpointConnectionError",
        .hop = HOP_LAMBDA,
        .cause = "the function could not reach the service it called",
        .fix = "Personalize must exist in the region that region_name says; a function inside a "
               "VPC needs a "
               "way out.",
    },
    {
        .says = "ConnectTimeout",
        .hop = HOP_LAMBDA,
        .cause = "the function could not reach the service it called",
        .fix = "A function inside a VPC needs a way out: take it out of the VPC, or give it a NAT "
               "gateway.",
    },
    {
        .says = "Runtime exited",
        .hop = HOP_LAMBDA,
        .cause = "the function's process ended in the middle",
        .fix = "Its log before that line has the reason.",
    },
    {
        .says = "Process exited before completing request",
        .hop = HOP_LAMBDA,
        .cause = "the function's process ended in the middle",
        .fix = "Its log before that line has the reason.",
    },
    {
        .says = "[ERROR]",
        .hop = HOP_LAMBDA,
        .cause = "the function logged an error and answered success all the same",
        .fix = "The line names it; the destination cannot see it.",
        .is_generic = true,
    },
    {
        .says = "Traceback (most recent call last)",
        .hop = HOP_LAMBDA,
        .cause = "the function caught an exception and answered success all the same",
        .fix = "The lines after it name the exception; the destination cannot see it.",
        .is_generic = true,
    },
};

static bool find_line(const struct rule *rule, struct str log, struct str *out) {
    while (log.len) {
        struct str line = {0};
        str_split(log, '\n', &line, &log);
        if (!str_contains(line, str_from(rule->says))) continue;
        if (rule->also && !str_contains(line, str_from(rule->also))) continue;
        *out = line;
        return true;
    }
    return false;
}

bool log_verdict_find(struct str log, struct log_verdict *out) {
    for (size_t i = 0; i < ARRAY_COUNT(rules); i++) {
        struct str line = {0};
        if (!find_line(&rules[i], log, &line)) continue;
        *out = (struct log_verdict){
            .hop = rules[i].hop,
            .cause = rules[i].cause,
            .fix = rules[i].fix,
            .line = line,
            .is_generic = rules[i].is_generic,
        };
        return true;
    }
    return false;
}

size_t log_verdict_rule_count(void) {
    return ARRAY_COUNT(rules);
}
