// campaigns — which campaign answers, what it needs, and its answer; see the header.
#include "personalize/campaigns.h"

#include "access/access.h"
#include "base/json.h"
#include "base/memory.h"
#include "operations/answers.h"
#include "personalize/datasets.h"
#include "personalize/filters.h"
#include "personalize/promotion.h"

#define DAY_S 86400
#define LATEST "/$LATEST"

struct campaign {
    double exploration_weight;
    int64_t exploration_age_s; // 0: the engine's default
    bool has_metadata;         // enableMetadataWithRecommendations
    // from other resources, as of the generation
    uint64_t generation;
    const struct personalize_control_recipe *recipe; // NULL: its solution version is not there
    bool gives_reasons;                              // user-personalization-v2 does
    struct str group_arn;                            // a view of the version
    const struct dataset *items;                     // for metadata; NULL: none, or none is given
};

// ---- what it is ----

void campaigns_free(struct campaign *campaign) {
    mem_free(campaign);
}

// Hyperparameters are texts; numbers are read as well.
static bool read_parameter(const struct json_node *map, const char *name, double *out) {
    const struct json_node *node = json_get(map, name);
    return json_number(node, out) || str_parse_double(json_text(node), out);
}

struct campaign *campaigns_compile(const struct resource *resource) {
    struct campaign *campaign = MEM_NEW(struct campaign);
    const struct json_node *config = json_get(resource->shown.root, "campaignConfig");
    const struct json_node *exploration = json_get(config, "itemExplorationConfig");
    double weight = 0, days = 0;
    if (read_parameter(exploration, "explorationWeight", &weight))
        campaign->exploration_weight = weight < 0 ? 0 : weight > 1 ? 1 : weight;
    if (read_parameter(exploration, "explorationItemAgeCutOff", &days) && days > 0 && days < 36500)
        campaign->exploration_age_s = (int64_t)(days * DAY_S);
    campaign->has_metadata =
        json_bool(json_get(config, "enableMetadataWithRecommendations"), false);
    return campaign;
}

struct resource *campaigns_find_version(struct cloud *cloud, struct str arn) {
    struct resource *one = NULL, *newest = NULL;
    if (!str_ends_with(arn, STR(LATEST)))
        return resources_find(cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION, arn);
    const struct str solution = str_slice(arn, 0, arn.len - strlen(LATEST));
    while ((one = resources_next(cloud, PERSONALIZE_CONTROL_SOLUTION_VERSION, one))) {
        if (str_equal(resources_text(one, "solutionArn"), solution) &&
            resources_is_active(cloud, one)) {
            newest = one;
        }
    }
    return newest;
}

void campaigns_settle(struct cloud *cloud, struct resource *resource) {
    const struct json_node *update = json_get(resource->kept.root, "update");
    static const char *const members[] = {
        "solutionVersionArn", "minProvisionedTPS", "campaignConfig"};
    if (!resource->changing_ms ||
        cloud->now_ms - resource->changing_ms < 2 * resources_step_ms(cloud)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        if (json_get(update, members[i]))
            json_set_copy(resource->shown.root, members[i], json_get(update, members[i]));
    }
    // not stored: at the next start it settles again, to the same
    resource->changing_ms = 0;
    cloud->resources->generation++;
    campaigns_free(resource->campaign);
    resource->campaign = campaigns_compile(resource);
}

static void resolve(struct cloud *cloud, struct resource *resource) {
    struct campaign *campaign = resource->campaign;
    const uint64_t generation = resources_generation(cloud);
    if (campaign->generation == generation) return;
    const struct resource *version =
        campaigns_find_version(cloud, resources_text(resource, "solutionVersionArn"));
    campaign->generation = generation;
    campaign->recipe =
        version ? personalize_control_recipe_find(resources_text(version, "recipeArn")) : NULL;
    campaign->group_arn = version ? resources_text(version, "datasetGroupArn") : STR("");
    campaign->items = campaign->has_metadata
                          ? datasets_of_group(cloud, campaign->group_arn, PERSONALIZE_SCHEMA_ITEMS)
                          : NULL;
    campaign->gives_reasons =
        campaign->recipe &&
        str_equal(str_from(campaign->recipe->name), STR("aws-user-personalization-v2"));
}

// ---- refusals ----

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

static bool refuse_need(struct aws_error *refusal, const char *member, const struct campaign *of) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(
        &text, "%s is required for campaigns of the recipe %s", member, of->recipe->name);
    return refuse_input(refusal, buf_text(&text));
}

static struct campaign *
find_campaign(struct cloud *cloud, struct str region, struct str arn, struct aws_error *refusal) {
    const bool is_here = str_equal(region, str_from(cloud_region(cloud)));
    struct resource *resource =
        is_here ? resources_find(cloud, PERSONALIZE_CONTROL_CAMPAIGN, arn) : NULL;
    if (!resource) {
        (void)refuse(
            refusal, 404, "ResourceNotFoundException", "Could not find campaign with ARN: ", arn);
        return NULL;
    }
    if (!resources_is_active(cloud, resource)) {
        (void)refuse(
            refusal, 404, "ResourceNotFoundException",
            "The campaign is not in the ACTIVE state: ", arn);
        return NULL;
    }
    campaigns_settle(cloud, resource);
    resolve(cloud, resource);
    if (!resource->campaign->recipe) {
        (void)refuse(
            refusal, 404, "ResourceNotFoundException",
            "Could not find the solution version of the campaign: ", arn);
        return NULL;
    }
    return resource->campaign;
}

// The same for all campaigns that are asked with another operation.
static bool check_operation(const struct campaign *campaign, struct aws_error *refusal) {
    switch (campaign->recipe->answer) {
    case PERSONALIZE_CONTROL_RANKING:
        return refuse_input(
            refusal, "Campaigns of the recipe aws-personalized-ranking are asked with "
                     "GetPersonalizedRanking");
    case PERSONALIZE_CONTROL_ACTIONS:
        return refuse_input(
            refusal, "Campaigns of the recipe aws-next-best-action are asked with "
                     "GetActionRecommendations");
    case PERSONALIZE_CONTROL_SEGMENTS:
    case PERSONALIZE_CONTROL_FOR_DOMAIN:
        return refuse_input(refusal, "The campaign's recipe gives no recommendations in real time");
    case PERSONALIZE_CONTROL_FOR_USER:
    case PERSONALIZE_CONTROL_RELATED:
    case PERSONALIZE_CONTROL_POPULAR:
    case PERSONALIZE_CONTROL_TRENDING: break;
    }
    return true;
}

static bool check_needs(
    const struct campaign *campaign,
    const struct personalize_recommend *call,
    struct aws_error *refusal) {
    if (!check_operation(campaign, refusal)) return false;
    if (campaign->recipe->answer == PERSONALIZE_CONTROL_FOR_USER && !call->user_id.len)
        return refuse_need(refusal, "userId", campaign);
    if (campaign->recipe->answer == PERSONALIZE_CONTROL_RELATED && !call->item_id.len)
        return refuse_need(refusal, "itemId", campaign);
    return true;
}

// ---- the answer ----

static void add_recommendation_id(struct cloud *cloud, struct personalize_items *out) {
    struct buf id = {0};
    buf_add(&id, STR("RID-"));
    rng_add_uuid(&cloud->rng, &id);
    struct json_node *root =
        out->document.root ? out->document.root : json_new_object(&out->document);
    json_set_text(root, "recommendationId", buf_str(&id));
    out->recommendation_id = json_get_text(root, "recommendationId");
    resources_note_issued(cloud, buf_str(&id));
    buf_release(&id);
}

// Of aws-user-personalization-v2 only, in its three texts.
static void add_reason(
    const struct recommender_answer *answer,
    const struct recommender_scored *scored,
    struct personalize_item *item) {
    double terms = 0;
    for (size_t i = 0; i < RECOMMENDER_REASON_COUNT; i++)
        terms += scored->reasons[i];
    if (scored->exploration > terms)
        personalize_list_add(&item->reasons, STR("Exploration"));
    else if (!answer->is_known_user)
        personalize_list_add(&item->reasons, STR("Popular item"));
}

static void
take_answer(struct cloud *cloud, const struct campaign *campaign, struct personalize_items *out) {
    for (size_t i = 0; i < cloud->answer.count; i++) {
        const struct recommender_scored *scored = &cloud->answer.items[i];
        struct personalize_item *item = personalize_items_add(out);
        item->item_id = scored->item_id;
        item->score = scored->score;
        item->has_score = scored->has_score;
        if (campaign->gives_reasons) add_reason(&cloud->answer, scored, item);
    }
}

static void answer(
    struct cloud *cloud,
    const struct campaign *campaign,
    struct str item,
    const struct recommender_question *question) {
    struct recommender *recommender = cloud->recommender;
    switch (campaign->recipe->answer) {
    case PERSONALIZE_CONTROL_RELATED:
        recommender_related(recommender, item, question, &cloud->answer);
        break;
    case PERSONALIZE_CONTROL_POPULAR:
        recommender_popular(recommender, question, &cloud->answer);
        break;
    case PERSONALIZE_CONTROL_TRENDING:
        recommender_trending(recommender, question, &cloud->answer);
        break;
    case PERSONALIZE_CONTROL_FOR_USER:
    case PERSONALIZE_CONTROL_RANKING:
    case PERSONALIZE_CONTROL_ACTIONS:
    case PERSONALIZE_CONTROL_SEGMENTS:
    case PERSONALIZE_CONTROL_FOR_DOMAIN:
        recommender_recommend(recommender, question, &cloud->answer);
        break;
    }
}

static struct filters_question filter_question(
    const struct campaign *campaign,
    const struct personalize_recommend *call,
    struct str arn,
    const struct personalize_map *values) {
    return (struct filters_question){
        .arn = arn,
        .group_arn = campaign->group_arn,
        .user = call->user_id,
        .item = call->item_id,
        .values = values,
        .is_related = campaign->recipe->answer == PERSONALIZE_CONTROL_RELATED};
}

static struct recommender_question
make_question(const struct campaign *campaign, const struct personalize_recommend *call) {
    return (struct recommender_question){
        .user = call->user_id,
        .count = call->results ? (size_t)call->results : PERSONALIZE_DEFAULT_RESULTS,
        .exploration_weight = campaign->exploration_weight,
        .exploration_age_s = campaign->exploration_age_s};
}

// With a promotion two lists are asked for: the promoted items, and as many others as needed.
static void
ask(struct cloud *cloud,
    const struct campaign *campaign,
    const struct personalize_recommend *call,
    struct filters_use *use,
    struct filters_use *promoted,
    struct personalize_items *out) {
    struct recommender_question question = make_question(campaign, call);
    struct recommender_items taken = {0};
    struct personalize_items others = {0};
    const size_t count = question.count;
    if (promoted) {
        question.count = promotion_places(count, call->promotion.percent);
        filters_apply(use, promoted, &question);
        answer(cloud, campaign, call->item_id, &question);
        for (size_t i = 0; i < cloud->answer.count; i++)
            recommender_items_add(&taken, cloud->answer.items[i].item);
        take_answer(cloud, campaign, out);
        question = make_question(campaign, call);
        question.exclude = &taken;
    }
    question.count = count - out->count;
    filters_apply(use, NULL, &question);
    if (question.count) {
        answer(cloud, campaign, call->item_id, &question);
        take_answer(cloud, campaign, promoted ? &others : out);
    }
    if (promoted) promotion_merge(out, &others, call->promotion.name, campaign->gives_reasons);
    personalize_items_release(&others);
    recommender_items_release(&taken);
}

static bool add_metadata(
    const struct campaign *campaign,
    const struct personalize_list *columns,
    struct personalize_items *out,
    struct aws_error *refusal) {
    if (!columns->count) return true;
    if (!campaign->has_metadata) {
        return refuse_input(
            refusal, "metadataColumns cannot be used: the campaign's "
                     "enableMetadataWithRecommendations is not true");
    }
    struct error err = {0};
    if (promotion_add_metadata(campaign->items, columns, out, &err)) return true;
    return refuse_input(refusal, err.message);
}

static bool recommend(
    struct cloud *cloud,
    const struct campaign *campaign,
    const struct personalize_recommend *call,
    struct personalize_items *out,
    struct aws_error *refusal) {
    struct filters_use *use = NULL, *promoted = NULL;
    const struct filters_question question =
        filter_question(campaign, call, call->filter_arn, &call->filter_values);
    const struct filters_question promotion =
        filter_question(campaign, call, call->promotion.filter_arn, &call->promotion.filter_values);
    bool is_done = filters_begin(cloud, &question, &use, refusal) &&
                   filters_begin(cloud, &promotion, &promoted, refusal);
    if (is_done) {
        switch (answers_recommend(cloud, call, out, refusal)) {
        case ANSWERS_NONE: ask(cloud, campaign, call, use, promoted, out); break;
        case ANSWERS_REFUSED: is_done = false; break;
        case ANSWERS_LIST: break;
        }
    }
    filters_end(promoted);
    filters_end(use);
    return is_done;
}

bool campaigns_recommend(
    struct cloud *cloud,
    struct str region,
    const struct personalize_recommend *call,
    struct personalize_items *out,
    struct aws_error *refusal) {
    if (!call->campaign_arn.len) {
        return refuse(
            refusal, 404, "ResourceNotFoundException",
            "Could not find recommender with ARN: ", call->recommender_arn);
    }
    const struct campaign *campaign = find_campaign(cloud, region, call->campaign_arn, refusal);
    if (!campaign || !check_needs(campaign, call, refusal)) return false;
    if (call->promotion.is_set && !call->promotion.filter_arn.len)
        return refuse_input(refusal, "A promotion needs a filterArn");
    if (!recommend(cloud, campaign, call, out, refusal) ||
        !add_metadata(campaign, &call->metadata_columns, out, refusal)) {
        return false;
    }
    add_recommendation_id(cloud, out);
    cloud->counters.recommendations++;
    return true;
}

static bool rank(
    struct cloud *cloud,
    const struct campaign *campaign,
    const struct personalize_rank *call,
    struct personalize_items *out,
    struct aws_error *refusal) {
    struct filters_use *use = NULL;
    const struct filters_question filter = {
        .arn = call->filter_arn,
        .group_arn = campaign->group_arn,
        .user = call->user_id,
        .values = &call->filter_values};
    struct recommender_question question = {.user = call->user_id};
    bool is_done = filters_begin(cloud, &filter, &use, refusal);
    if (is_done) {
        switch (answers_rank(cloud, call, out, refusal)) {
        case ANSWERS_NONE:
            filters_apply(use, NULL, &question);
            recommender_rank(
                cloud->recommender, &question, call->input.items, call->input.count,
                &cloud->answer);
            take_answer(cloud, campaign, out);
            break;
        case ANSWERS_REFUSED: is_done = false; break;
        case ANSWERS_LIST: break;
        }
    }
    filters_end(use);
    return is_done;
}

bool campaigns_rank(
    struct cloud *cloud,
    struct str region,
    const struct personalize_rank *call,
    struct personalize_items *out,
    struct aws_error *refusal) {
    const struct campaign *campaign = find_campaign(cloud, region, call->campaign_arn, refusal);
    if (!campaign) return false;
    if (campaign->recipe->answer != PERSONALIZE_CONTROL_RANKING) {
        return refuse_input(
            refusal,
            "GetPersonalizedRanking needs a campaign of the recipe aws-personalized-ranking");
    }
    if (!rank(cloud, campaign, call, out, refusal) ||
        !add_metadata(campaign, &call->metadata_columns, out, refusal)) {
        return false;
    }
    add_recommendation_id(cloud, out);
    cloud->counters.recommendations++;
    return true;
}

bool campaigns_recommend_actions(
    struct cloud *cloud,
    struct str region,
    const struct personalize_actions *call,
    struct aws_error *refusal) {
    const struct campaign *campaign = find_campaign(cloud, region, call->campaign_arn, refusal);
    if (!campaign) return false;
    return refuse_input(
        refusal, "GetActionRecommendations needs a campaign of the recipe aws-next-best-action; "
                 "the sandbox has no datasets of actions");
}

void campaigns_explain(struct cloud *cloud, struct str user, size_t count, bool filters) {
    struct recommender_items bought = {0};
    if (filters) {
        recommender_find_interactions(
            cloud->recommender, user, STR(IDENTITIES_FILTERED_EVENT), &bought);
    }
    const struct recommender_question question = {
        .user = user, .count = count, .exclude = filters ? &bought : NULL};
    recommender_recommend(cloud->recommender, &question, &cloud->answer);
    recommender_items_release(&bought);
}
