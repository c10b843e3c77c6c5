// answers — lists and errors declared by people who test their own application: what a campaign is to
// answer to a user, an item or everybody, instead of asking the recommender.
//
// Shape    campaigns asks first, after it has checked the campaign, the filter and the limits:
//            switch (answers_recommend(cloud, input, &items, &refusal)) {
//            case ANSWERS_LIST: return true; case ANSWERS_REFUSED: return false; case ANSWERS_NONE: break; }
//          The list stands as declared, cut to numResults; no filter is applied to it. A ranking has the
//          declared items that are in its inputList first, the others behind them in the order asked.
// Choice   the answer that names most of campaign, user and item wins; of equals the newest. One with a
//          count is used up after so many.
// JSON     {"id":"mine","campaign":"NAME|ARN|*","user_id":"U","item_id":"I","count":3,
//           "items":["sku-1",{"item_id":"sku-2","score":0.4,"metadata":{"GENRE":"boots"}}]}, or instead of
//          items "error":{"code":"ThrottlingException","message":"Rate exceeded","status":400}.
//          All but items/error may be left out.
// Life     records, so they survive a restart; reset removes them. Those of the start option's file are
//          not stored: they come anew with each start and each reset.
// Owns     text put into `items` lives in items->document.
// Limits   ANSWERS_LIMIT answers, ANSWERS_ITEMS_LIMIT items each.
// Errors   ERROR_INVALID naming the member, ERROR_LIMIT.
// Threads  the sandbox's.
#pragma once

#include "aws/aws_error.h"
#include "aws/personalize.h"
#include "cloud.h"

#define ANSWERS_LIMIT 1000
#define ANSWERS_ITEMS_LIMIT PERSONALIZE_MAX_RESULTS
#define ANSWERS_FILE_LIMIT ((size_t)8 << 20)

struct answers; // cloud->answers

enum answers_verdict { ANSWERS_NONE, ANSWERS_LIST, ANSWERS_REFUSED };
enum answers_verdict answers_recommend(
    struct cloud *cloud,
    const struct personalize_recommend *input,
    struct personalize_items *items,
    struct aws_error *refusal);
enum answers_verdict answers_rank(
    struct cloud *cloud,
    const struct personalize_rank *input,
    struct personalize_items *items,
    struct aws_error *refusal);

bool answers_open(struct cloud *cloud, struct error *err)
    MUST_CHECK; // records and the options' file
void answers_free(struct answers *answers);
// From the records again: after a reset, and after a commit that failed.
void answers_load(struct cloud *cloud);

// Is it one declaration, a list, or {"answers":[…]}? Changes nothing.
bool answers_check(struct str json, struct error *err) MUST_CHECK;

// The routes GET, PUT and DELETE of own_routes.h.
enum server_verdict answers_route_get(struct cloud *cloud, struct exchange *exchange);
enum server_verdict answers_route_put(struct cloud *cloud, struct exchange *exchange);
enum server_verdict answers_route_delete(struct cloud *cloud, struct exchange *exchange);
