// campaigns — Personalize as a service: events in, lists out, with its refusals.
//
// Shape    the decoded calls of aws/personalize.h in; items or an aws_error out. Serves the routes and
//          the local services of the handler alike.
// Campaigns segment-workshop-campaign (user personalisation), -ranking, -related, -popular; filter
//          exclude-purchased = EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Order Completed").
// Threads  the sandbox's.
// Source   aws.md 3.1, 3.2; recommender.md 1.
#pragma once

#include "aws/aws_error.h"
#include "aws/personalize.h"
#include "cloud.h"

// `region`: where the request arrived; another one than the sandbox's knows no campaign.
bool campaigns_recommend(
    struct cloud *cloud,
    struct str region,
    const struct personalize_recommend *call,
    struct personalize_items *out,
    struct aws_error *refusal);
bool campaigns_rank(
    struct cloud *cloud,
    struct str region,
    const struct personalize_rank *call,
    struct personalize_items *out,
    struct aws_error *refusal);
bool campaigns_put_events(
    struct cloud *cloud,
    struct str region,
    const struct personalize_events *call,
    struct aws_error *refusal);
// The last question's answer with its reasons, for the console. `filters` takes out what was bought.
void campaigns_explain(struct cloud *cloud, struct str user, size_t count, bool filters);
