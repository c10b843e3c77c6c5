// campaigns — see the header.
#include "personalize/campaigns.h"

#include "access/access.h"
#include "base/json.h"
#include "personalize/ledger.h"

enum campaign_kind {
    CAMPAIGN_USER,
    CAMPAIGN_RELATED,
    CAMPAIGN_RANKING,
    CAMPAIGN_POPULAR,
    CAMPAIGN_KIND_COUNT,
};

static const struct campaign {
    const char *identity; // its ARN in the list of identities
    const char *recipe;
    bool needs_user, needs_item;
} campaigns[CAMPAIGN_KIND_COUNT] = {
    [CAMPAIGN_USER] =
        {.identity = "campaign_arn", .recipe = "aws-user-personalization", .needs_user = true},
    [CAMPAIGN_RELATED] =
        {.identity = "related_campaign_arn", .recipe = "aws-sims", .needs_item = true},
    [CAMPAIGN_RANKING] =
        {.identity = "ranking_campaign_arn",
         .recipe = "aws-personalized-ranking",
         .needs_user = true},
    [CAMPAIGN_POPULAR] = {.identity = "popular_campaign_arn", .recipe = "aws-popularity-count"},
};

static bool
refuse(struct aws_error *refusal, int status, const char *code, const char *text, struct str what) {
    struct buf message = {0};
    buf_add_format(&message, "%s" STR_FMT, text, STR_ARG(what));
    access_refuse(refusal, status, code, buf_str(&message));
    buf_release(&message);
    return false;
}

static bool refuse_input(struct aws_error *refusal, const char *text) {
    return refuse(refusal, 400, "InvalidInputException", text, STR(""));
}

static bool find_campaign(
    struct cloud *cloud,
    struct str region,
    struct str arn,
    enum campaign_kind *out,
    struct aws_error *refusal) {
    const bool is_here = str_equal(region, str_from(cloud_region(cloud)));
    for (int kind = 0; is_here && kind < CAMPAIGN_KIND_COUNT; kind++) {
        if (!str_equal(arn, cloud_identity(cloud, campaigns[kind].identity))) continue;
        *out = (enum campaign_kind)kind;
        return true;
    }
    return refuse(
        refusal, 404, "ResourceNotFoundException", "Could not find campaign with ARN: ", arn);
}

static bool
check_filter(struct cloud *cloud, struct str arn, bool *out_filters, struct aws_error *refusal) {
    *out_filters = arn.len != 0;
    if (!arn.len || str_equal(arn, cloud_identity(cloud, "filter_arn"))) return true;
    return refuse(
        refusal, 404, "ResourceNotFoundException", "Could not find filter with ARN: ", arn);
}

static void add_recommendation_id(struct cloud *cloud, struct personalize_items *out) {
    struct buf id = {0};
    buf_add(&id, STR("RID-"));
    rng_add_uuid(&cloud->rng, &id);
    struct json_node *root =
        out->document.root ? out->document.root : json_new_object(&out->document);
    json_add_text(root, "recommendationId", buf_str(&id));
    out->recommendation_id = json_get_text(root, "recommendationId");
    buf_release(&id);
}

static void take_answer(struct cloud *cloud, struct personalize_items *out) {
    for (size_t i = 0; i < cloud->answer.count; i++) {
        const struct recommender_scored *scored = &cloud->answer.items[i];
        struct personalize_item *item = personalize_items_add(out);
        item->item_id = scored->item_id;
        item->score = scored->score;
        item->has_score = scored->has_score;
    }
    add_recommendation_id(cloud, out);
    cloud->counters.recommendations++;
}

static void find_bought(struct cloud *cloud, struct str user, struct recommender_items *out) {
    recommender_find_interactions(cloud->recommender, user, STR(IDENTITIES_FILTERED_EVENT), out);
}

bool campaigns_recommend(
    struct cloud *cloud,
    struct str region,
    const struct personalize_recommend *call,
    struct personalize_items *out,
    struct aws_error *refusal) {
    enum campaign_kind kind = CAMPAIGN_USER;
    bool filters = false;
    if (!call->campaign_arn.len) {
        return refuse(
            refusal, 404, "ResourceNotFoundException",
            "Could not find recommender with ARN: ", call->recommender_arn);
    }
    if (!find_campaign(cloud, region, call->campaign_arn, &kind, refusal)) return false;
    if (kind == CAMPAIGN_RANKING) {
        return refuse_input(
            refusal, "Campaigns of the recipe aws-personalized-ranking are asked with "
                     "GetPersonalizedRanking");
    }
    if (campaigns[kind].needs_user && !call->user_id.len) {
        return refuse_input(
            refusal, "userId is required for campaigns of the recipe aws-user-personalization");
    }
    if (campaigns[kind].needs_item && !call->item_id.len) {
        return refuse_input(refusal, "itemId is required for campaigns of the recipe aws-sims");
    }
    if (!check_filter(cloud, call->filter_arn, &filters, refusal)) return false;
    if (filters && !call->user_id.len) {
        return refuse_input(
            refusal, "userId is required: the filter selects by the user's interactions");
    }
    struct recommender_items bought = {0};
    if (filters) find_bought(cloud, call->user_id, &bought);
    const struct recommender_question question = {
        .user = call->user_id, .count = (size_t)call->results, .exclude = filters ? &bought : NULL};
    switch (kind) {
    case CAMPAIGN_RELATED:
        recommender_related(cloud->recommender, call->item_id, &question, &cloud->answer);
        break;
    case CAMPAIGN_POPULAR:
        recommender_popular(cloud->recommender, &question, &cloud->answer);
        break;
    case CAMPAIGN_USER:
    case CAMPAIGN_RANKING:
    case CAMPAIGN_KIND_COUNT:
        recommender_recommend(cloud->recommender, &question, &cloud->answer);
        break;
    }
    recommender_items_release(&bought);
    take_answer(cloud, out);
    return true;
}

bool campaigns_rank(
    struct cloud *cloud,
    struct str region,
    const struct personalize_rank *call,
    struct personalize_items *out,
    struct aws_error *refusal) {
    enum campaign_kind kind = CAMPAIGN_USER;
    bool filters = false;
    if (!find_campaign(cloud, region, call->campaign_arn, &kind, refusal)) return false;
    if (kind != CAMPAIGN_RANKING) {
        return refuse_input(
            refusal,
            "GetPersonalizedRanking needs a campaign of the recipe aws-personalized-ranking");
    }
    if (!check_filter(cloud, call->filter_arn, &filters, refusal)) return false;
    struct recommender_items bought = {0};
    if (filters) find_bought(cloud, call->user_id, &bought);
    const struct recommender_question question = {
        .user = call->user_id, .exclude = filters ? &bought : NULL};
    recommender_rank(
        cloud->recommender, &question, call->input.items, call->input.count, &cloud->answer);
    recommender_items_release(&bought);
    take_answer(cloud, out);
    return true;
}

// The item of an event: top level, else inside `properties` as before 2020.
static struct str event_item(const struct personalize_event *event, struct json *properties) {
    struct error err = {0};
    if (event->item_id.len || !event->properties.len) return event->item_id;
    if (!json_parse(event->properties, properties, &err)) return (struct str){0};
    return json_get_text(properties->root, "itemId");
}

bool campaigns_put_events(
    struct cloud *cloud,
    struct str region,
    const struct personalize_events *call,
    struct aws_error *refusal) {
    if (!str_equal(call->tracking_id, STR(IDENTITIES_TRACKING_ID)) ||
        !str_equal(region, str_from(cloud_region(cloud)))) {
        return refuse(
            refusal, 404, "ResourceNotFoundException",
            "Could not find event tracker with trackingId: ", call->tracking_id);
    }
    for (size_t i = 0; i < call->count; i++) {
        const struct personalize_event *event = &call->events[i];
        struct json properties = {0};
        const struct recommender_event interaction = {
            .user = call->user_id,
            .session = call->session_id,
            .item = event_item(event, &properties),
            .event_type = event->event_type,
            .event_id = event->event_id,
            .time_s = (int64_t)event->sent_at_s};
        // An event without an item, or a repeated one, is accepted and not used, as in the cloud.
        if (interaction.item.len) (void)ledger_add(cloud, &interaction);
        json_release(&properties);
    }
    cloud->counters.put_events += (int64_t)call->count;
    return true;
}

void campaigns_explain(struct cloud *cloud, struct str user, size_t count, bool filters) {
    struct recommender_items bought = {0};
    if (filters) find_bought(cloud, user, &bought);
    const struct recommender_question question = {
        .user = user, .count = count, .exclude = filters ? &bought : NULL};
    recommender_recommend(cloud->recommender, &question, &cloud->answer);
    recommender_items_release(&bought);
}
