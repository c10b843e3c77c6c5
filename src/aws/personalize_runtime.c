// personalize_runtime — GetRecommendations and GetPersonalizedRanking; see personalize.h.
#include "aws/personalize.h"

#include "aws/operation.h"
#include "base/memory.h"
#include "personalize_internal.h"

#define MAX_COLUMNS 10 // documented; the model says 99

static const struct personalize_map_limit context_limit = {
    .member = "context", .entries = 150, .name_chars = 150, .value_chars = 1000};
static const struct personalize_map_limit filter_limit = {
    .member = "filterValues", .entries = 25, .name_chars = 50, .value_chars = 1000};
static const struct personalize_limit user_limit = {.member = "userId", .most = 256};
static const struct personalize_limit item_limit = {.member = "itemId", .most = 256};

void personalize_recommend_release(struct personalize_recommend *recommend) {
    if (!recommend) return;
    personalize_map_release(&recommend->context);
    personalize_map_release(&recommend->filter_values);
    personalize_list_release(&recommend->metadata_columns);
    personalize_map_release(&recommend->promotion.filter_values);
    json_release(&recommend->document);
    *recommend = (struct personalize_recommend){0};
}

void personalize_rank_release(struct personalize_rank *rank) {
    if (!rank) return;
    personalize_list_release(&rank->input);
    personalize_map_release(&rank->context);
    personalize_map_release(&rank->filter_values);
    personalize_list_release(&rank->metadata_columns);
    json_release(&rank->document);
    *rank = (struct personalize_rank){0};
}

static bool check_columns(const struct personalize_list *columns, struct error *err) {
    const struct personalize_limit limit = {
        .member = "metadataColumns", .least = 1, .most = 150, .is_required = true};
    if (columns->count > MAX_COLUMNS) {
        return personalize_refuse(
            err, limit.member, STR("[…]"), "must have length less than or equal to 10");
    }
    for (size_t i = 0; i < columns->count; i++) {
        if (!personalize_check_text(columns->items[i], limit, err)) return false;
    }
    return true;
}

static bool check_filter(struct str arn, const struct personalize_map *values, struct error *err) {
    if (!personalize_check_arn(arn, "filterArn", false, err)) return false;
    if (values->count && arn.len == 0) {
        error_set(err, ERROR_USAGE, "filterValues cannot be used without filterArn");
        return error_hint(err, "Set filter_arn, or leave the values out.");
    }
    return personalize_check_map(values, filter_limit, err);
}

static bool check_results(const struct personalize_recommend *recommend, struct error *err) {
    CLEANUP(buf_release) struct buf shown = {0};
    const int64_t most = recommend->metadata_columns.count ? PERSONALIZE_MAX_RESULTS_WITH_METADATA
                                                           : PERSONALIZE_MAX_RESULTS;
    buf_add_int(&shown, recommend->results);
    if (recommend->results < 0) {
        return personalize_refuse(
            err, "numResults", buf_str(&shown), "must have value greater than or equal to 0");
    }
    if (recommend->results <= most) return true;
    return personalize_refuse(
        err, "numResults", buf_str(&shown),
        most == PERSONALIZE_MAX_RESULTS ? "must have value less than or equal to 500"
                                        : "must have value less than or equal to 50 with metadata");
}

static bool is_resource_name(struct str name) {
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool is_mark = i > 0 && (c == '-' || c == '_');
        if (!is_letter && !(c >= '0' && c <= '9') && !is_mark) return false;
    }
    return true;
}

static bool check_promotion(const struct personalize_promotion *promotion, struct error *err) {
    const struct personalize_limit name_limit = {
        .member = "promotions.1.member.name", .least = 1, .most = 63};
    CLEANUP(buf_release) struct buf shown = {0};
    if (!promotion->is_set) return true;
    if (!personalize_check_text(promotion->name, name_limit, err)) return false;
    if (!is_resource_name(promotion->name)) {
        return personalize_refuse(
            err, name_limit.member, promotion->name,
            "must satisfy regular expression pattern: ^[a-zA-Z0-9][a-zA-Z0-9\\-_]*");
    }
    buf_add_int(&shown, promotion->percent);
    if (promotion->percent < 0 || promotion->percent > 100) {
        return personalize_refuse(
            err, "promotions.1.member.percentPromotedItems", buf_str(&shown),
            "must have value between 1 and 100");
    }
    return check_filter(promotion->filter_arn, &promotion->filter_values, err);
}

bool personalize_check_recommend(const struct personalize_recommend *recommend, struct error *err) {
    const bool has_campaign = recommend->campaign_arn.len > 0;
    const bool has_recommender = recommend->recommender_arn.len > 0;
    if (has_campaign == has_recommender) {
        error_set(
            err, ERROR_USAGE, "%s",
            has_campaign ? "Only one of campaignArn and recommenderArn can be provided"
                         : "Either campaignArn or recommenderArn must be provided");
        return error_hint(err, "Set campaign_arn to the ARN of a campaign.");
    }
    return personalize_check_arn(recommend->campaign_arn, "campaignArn", false, err) &&
           personalize_check_arn(recommend->recommender_arn, "recommenderArn", false, err) &&
           personalize_check_text(recommend->user_id, user_limit, err) &&
           personalize_check_text(recommend->item_id, item_limit, err) &&
           check_results(recommend, err) &&
           personalize_check_map(&recommend->context, context_limit, err) &&
           check_filter(recommend->filter_arn, &recommend->filter_values, err) &&
           check_columns(&recommend->metadata_columns, err) &&
           check_promotion(&recommend->promotion, err);
}

static void write_promotion(struct json_node *root, const struct personalize_promotion *promotion) {
    if (!promotion->is_set) return;
    struct json_node *entry = json_add_object(json_add_array(root, "promotions"), NULL);
    personalize_write_text(entry, "name", promotion->name);
    if (promotion->percent) json_add_integer(entry, "percentPromotedItems", promotion->percent);
    personalize_write_text(entry, "filterArn", promotion->filter_arn);
    personalize_write_map(entry, "filterValues", &promotion->filter_values);
}

static bool finish(
    enum operation_id id,
    const struct json *json,
    struct str endpoint,
    struct request *out,
    struct error *err) {
    CLEANUP(buf_release) struct buf body = {0};
    const struct operation *operation = operation_get(id);
    json_print(json->root, &body);
    return operation_begin(
        operation, endpoint, str_from(operation->path), buf_str(&body), out, err);
}

bool personalize_encode_recommend(
    const struct personalize_recommend *recommend,
    struct str endpoint,
    struct request *out,
    struct error *err) {
    CLEANUP(json_release) struct json json = {0};
    if (!personalize_check_recommend(recommend, err)) return false;
    struct json_node *root = json_new_object(&json);
    personalize_write_text(root, "campaignArn", recommend->campaign_arn);
    personalize_write_text(root, "recommenderArn", recommend->recommender_arn);
    personalize_write_text(root, "itemId", recommend->item_id);
    personalize_write_text(root, "userId", recommend->user_id);
    if (recommend->results) json_add_integer(root, "numResults", recommend->results);
    personalize_write_map(root, "context", &recommend->context);
    personalize_write_text(root, "filterArn", recommend->filter_arn);
    personalize_write_map(root, "filterValues", &recommend->filter_values);
    write_promotion(root, &recommend->promotion);
    personalize_write_columns(root, &recommend->metadata_columns);
    return finish(OPERATION_GET_RECOMMENDATIONS, &json, endpoint, out, err);
}

static bool
read_promotion(const struct json_node *root, struct personalize_promotion *out, struct error *err) {
    const struct json_node *list = json_get(root, "promotions");
    if (json_kind(list) == JSON_ABSENT || json_kind(list) == JSON_NULL) return true;
    if (json_kind(list) != JSON_ARRAY) {
        return error_set(err, ERROR_INVALID, "promotions can not be converted to a List");
    }
    if (json_count(list) > 1) {
        return personalize_refuse(
            err, "promotions", STR("[…]"), "must have length less than or equal to 1");
    }
    const struct json_node *entry = json_first(list);
    out->is_set = entry != NULL;
    if (!personalize_read_integer(entry, "percentPromotedItems", &out->percent, err)) return false;
    if (!out->percent && json_kind(json_get(entry, "percentPromotedItems")) == JSON_NUMBER) {
        return personalize_refuse(
            err, "promotions.1.member.percentPromotedItems", STR("0"),
            "must have value between 1 and 100");
    }
    return personalize_read_text(entry, "name", &out->name, err) &&
           personalize_read_text(entry, "filterArn", &out->filter_arn, err) &&
           personalize_read_map(entry, "filterValues", &out->filter_values, err);
}

static bool
read_recommend(const struct json_node *root, struct personalize_recommend *out, struct error *err) {
    return personalize_read_text(root, "campaignArn", &out->campaign_arn, err) &&
           personalize_read_text(root, "recommenderArn", &out->recommender_arn, err) &&
           personalize_read_text(root, "itemId", &out->item_id, err) &&
           personalize_read_text(root, "userId", &out->user_id, err) &&
           personalize_read_integer(root, "numResults", &out->results, err) &&
           personalize_read_map(root, "context", &out->context, err) &&
           personalize_read_text(root, "filterArn", &out->filter_arn, err) &&
           personalize_read_map(root, "filterValues", &out->filter_values, err) &&
           personalize_read_columns(root, &out->metadata_columns, err) &&
           read_promotion(root, &out->promotion, err);
}

bool personalize_decode_recommend(
    struct str body, struct personalize_recommend *out, struct error *err) {
    CLEANUP(personalize_recommend_release) struct personalize_recommend read = {0};
    if (!personalize_read_document(body, &read.document, err)) return false;
    if (!read_recommend(read.document.root, &read, err)) return false;
    if (!personalize_check_recommend(&read, err)) return false;
    personalize_recommend_release(out);
    *out = read;
    read = (struct personalize_recommend){0};
    return true;
}

bool personalize_check_rank(const struct personalize_rank *rank, struct error *err) {
    const struct personalize_limit required_user = {
        .member = "userId", .most = 256, .is_required = true};
    const struct personalize_limit input_limit = {
        .member = "inputList", .most = 256, .is_required = true};
    const size_t most = rank->metadata_columns.count ? PERSONALIZE_MAX_RESULTS_WITH_METADATA
                                                     : PERSONALIZE_MAX_RESULTS;
    if (!personalize_check_arn(rank->campaign_arn, "campaignArn", true, err)) return false;
    if (!personalize_check_text(rank->user_id, required_user, err)) return false;
    if (rank->input.count == 0) {
        return personalize_refuse(err, "inputList", (struct str){0}, "must not be null");
    }
    if (rank->input.count > most) {
        return personalize_refuse(
            err, "inputList", STR("[…]"),
            most == PERSONALIZE_MAX_RESULTS
                ? "must have length less than or equal to 500"
                : "must have length less than or equal to 50 with metadata");
    }
    for (size_t i = 0; i < rank->input.count; i++) {
        if (!personalize_check_text(rank->input.items[i], input_limit, err)) return false;
    }
    return personalize_check_map(&rank->context, context_limit, err) &&
           check_filter(rank->filter_arn, &rank->filter_values, err) &&
           check_columns(&rank->metadata_columns, err);
}

bool personalize_encode_rank(
    const struct personalize_rank *rank,
    struct str endpoint,
    struct request *out,
    struct error *err) {
    CLEANUP(json_release) struct json json = {0};
    if (!personalize_check_rank(rank, err)) return false;
    struct json_node *root = json_new_object(&json);
    personalize_write_text(root, "campaignArn", rank->campaign_arn);
    personalize_write_list(root, "inputList", &rank->input);
    personalize_write_text(root, "userId", rank->user_id);
    personalize_write_map(root, "context", &rank->context);
    personalize_write_text(root, "filterArn", rank->filter_arn);
    personalize_write_map(root, "filterValues", &rank->filter_values);
    personalize_write_columns(root, &rank->metadata_columns);
    return finish(OPERATION_GET_PERSONALIZED_RANKING, &json, endpoint, out, err);
}

bool personalize_decode_rank(struct str body, struct personalize_rank *out, struct error *err) {
    CLEANUP(personalize_rank_release) struct personalize_rank read = {0};
    if (!personalize_read_document(body, &read.document, err)) return false;
    const struct json_node *root = read.document.root;
    if (!personalize_read_text(root, "campaignArn", &read.campaign_arn, err) ||
        !personalize_read_list(root, "inputList", &read.input, err) ||
        !personalize_read_text(root, "userId", &read.user_id, err) ||
        !personalize_read_map(root, "context", &read.context, err) ||
        !personalize_read_text(root, "filterArn", &read.filter_arn, err) ||
        !personalize_read_map(root, "filterValues", &read.filter_values, err) ||
        !personalize_read_columns(root, &read.metadata_columns, err)) {
        return false;
    }
    if (!personalize_check_rank(&read, err)) return false;
    personalize_rank_release(out);
    *out = read;
    read = (struct personalize_rank){0};
    return true;
}
