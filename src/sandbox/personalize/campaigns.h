// campaigns — Personalize as a service: events in, lists out, with its refusals.
//
// Shape    the decoded calls of aws/personalize.h in; items or an aws_error out. Serves the calls and the
//          local services of the handler alike.
// Which    any campaign of the stored control plane that is ACTIVE, answering as its solution version's
//          recipe does (recommender.md 1): for a user, a ranking, related, popular or trending items.
//          One model stands behind all dataset groups.
// Order    the campaign, what its recipe needs, the filters; then declared answers (answers.h), then the
//          recommender.
// Promoted items take percentPromotedItems of the places, spread evenly; fewer when the promotion's
//          filter lets fewer through.
// Threads  the sandbox's.
// Source   aws.md 3.1, 3.2; recommender.md 1.
#pragma once

#include "aws/aws_error.h"
#include "aws/personalize.h"
#include "cloud.h"
#include "personalize/resources.h"

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
// Refused, whatever is asked: no campaign here is of a recipe for actions.
bool campaigns_recommend_actions(
    struct cloud *cloud,
    struct str region,
    const struct personalize_actions *call,
    struct aws_error *refusal);
bool campaigns_put_events(
    struct cloud *cloud,
    struct str region,
    const struct personalize_events *call,
    struct aws_error *refusal);
// The last question's answer with its reasons, for the console. `filters` takes out what was bought.
void campaigns_explain(struct cloud *cloud, struct str user, size_t count, bool filters);

// What a resource of the control plane means.
struct campaign *campaigns_compile(const struct resource *resource);
void campaigns_free(struct campaign *campaign);
// An update that is over takes the place of what was.
void campaigns_settle(struct cloud *cloud, struct resource *resource);
// The solution version behind an ARN, which may be SOLUTION/$LATEST; NULL: none.
struct resource *campaigns_find_version(struct cloud *cloud, struct str arn);
