// personalize_records — PutItems, PutUsers, PutActions and the calls about actions; see personalize.h.
#include "aws/personalize.h"

#include "base/memory.h"
#include "personalize_internal.h"

static const struct {
    const char *list, *id;
    size_t most_properties; // characters
} kinds[] = {
    [PERSONALIZE_RECORDS_ITEMS] = {"items", "itemId", 32000},
    [PERSONALIZE_RECORDS_USERS] = {"users", "userId", 24000},
    [PERSONALIZE_RECORDS_ACTIONS] = {"actions", "actionId", 32000},
};

void personalize_records_release(struct personalize_records *records) {
    if (!records) return;
    for (size_t i = 0; i < records->count; i++)
        json_release(&records->records[i].properties);
    mem_free(records->records);
    json_release(&records->document);
    *records = (struct personalize_records){0};
}

// "items.2.member.properties"
static const char *
name_member(struct buf *out, const char *list, size_t number, const char *member) {
    buf_reset(out);
    buf_add_format(out, "%s.%zu.member.%s", list, number, member);
    return buf_text(out);
}

static bool read_properties(
    struct str text, size_t most, const char *member, struct json *out, struct error *err) {
    struct error ignored;
    if (!text.len) {
        json_new_object(out);
        return true;
    }
    if (!personalize_check_text(
            text, (struct personalize_limit){.member = member, .most = most}, err)) {
        return false;
    }
    if (json_parse(text, out, &ignored) && json_kind(out->root) == JSON_OBJECT) return true;
    return personalize_refuse(err, member, text, "must be a JSON object in a string");
}

static bool read_record(
    const struct json_node *entry,
    enum personalize_records_kind kind,
    struct personalize_records *read,
    struct error *err) {
    CLEANUP(buf_release) struct buf name = {0};
    struct str properties = {0};
    if (json_kind(entry) != JSON_OBJECT) {
        return error_set(err, ERROR_INVALID, "an entry of %s is not an object", kinds[kind].list);
    }
    struct personalize_record *record = &read->records[read->count++];
    *record = (struct personalize_record){0};
    if (!personalize_read_text(entry, kinds[kind].id, &record->id, err) ||
        !personalize_read_text(entry, "properties", &properties, err)) {
        return false;
    }
    const struct personalize_limit limit = {
        .member = name_member(&name, kinds[kind].list, read->count, kinds[kind].id),
        .least = 1,
        .most = 256,
        .is_required = true};
    if (!personalize_check_text(record->id, limit, err)) return false;
    return read_properties(
        properties, kinds[kind].most_properties,
        name_member(&name, kinds[kind].list, read->count, "properties"), &record->properties, err);
}

bool personalize_decode_records(
    struct str body,
    enum personalize_records_kind kind,
    struct personalize_records *out,
    struct error *err) {
    CLEANUP(personalize_records_release) struct personalize_records read = {0};
    if (!personalize_read_document(body, &read.document, err)) return false;
    const struct json_node *root = read.document.root;
    const struct json_node *list = json_get(root, kinds[kind].list);
    if (!personalize_read_text(root, "datasetArn", &read.dataset_arn, err) ||
        !personalize_check_arn(read.dataset_arn, "datasetArn", true, err)) {
        return false;
    }
    if (json_kind(list) == JSON_ABSENT || json_kind(list) == JSON_NULL) {
        return personalize_refuse(err, kinds[kind].list, (struct str){0}, "must not be null");
    }
    if (json_kind(list) != JSON_ARRAY) {
        return error_set(err, ERROR_INVALID, "%s can not be converted to a List", kinds[kind].list);
    }
    const size_t count = json_count(list);
    if (count < 1 || count > PERSONALIZE_MAX_RECORDS) {
        return personalize_refuse(
            err, kinds[kind].list, count ? STR("[…]") : STR("[]"),
            count ? "must have length less than or equal to 10"
                  : "must have length greater than or equal to 1");
    }
    read.records = mem_zeroed(count, sizeof(*read.records));
    for (const struct json_node *entry = json_first(list); entry; entry = json_next(entry)) {
        if (!read_record(entry, kind, &read, err)) return false;
    }
    personalize_records_release(out);
    *out = read;
    read = (struct personalize_records){0};
    return true;
}

// ---- actions ----

void personalize_actions_release(struct personalize_actions *actions) {
    if (!actions) return;
    personalize_map_release(&actions->filter_values);
    json_release(&actions->document);
    *actions = (struct personalize_actions){0};
}

static bool check_actions(const struct personalize_actions *actions, struct error *err) {
    static const struct personalize_map_limit filter_limit = {
        .member = "filterValues", .entries = 25, .name_chars = 50, .value_chars = 1000};
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_int(&shown, actions->results);
    if (actions->results < 0 || actions->results > PERSONALIZE_MAX_ACTIONS) {
        return personalize_refuse(
            err, "numResults", buf_str(&shown),
            actions->results < 0 ? "must have value greater than or equal to 0"
                                 : "must have value less than or equal to 100");
    }
    return personalize_check_arn(actions->campaign_arn, "campaignArn", true, err) &&
           personalize_check_text(
               actions->user_id,
               (struct personalize_limit){.member = "userId", .most = 256, .is_required = true},
               err) &&
           personalize_check_arn(actions->filter_arn, "filterArn", false, err) &&
           personalize_check_map(&actions->filter_values, filter_limit, err);
}

bool personalize_decode_actions(
    struct str body, struct personalize_actions *out, struct error *err) {
    CLEANUP(personalize_actions_release) struct personalize_actions read = {0};
    if (!personalize_read_document(body, &read.document, err)) return false;
    const struct json_node *root = read.document.root;
    if (!personalize_read_text(root, "campaignArn", &read.campaign_arn, err) ||
        !personalize_read_text(root, "userId", &read.user_id, err) ||
        !personalize_read_integer(root, "numResults", &read.results, err) ||
        !personalize_read_text(root, "filterArn", &read.filter_arn, err) ||
        !personalize_read_map(root, "filterValues", &read.filter_values, err) ||
        !check_actions(&read, err)) {
        return false;
    }
    personalize_actions_release(out);
    *out = read;
    read = (struct personalize_actions){0};
    return true;
}

bool personalize_decode_action_interactions(
    struct str body, struct personalize_actions *out, struct error *err) {
    CLEANUP(personalize_actions_release) struct personalize_actions read = {0};
    const struct personalize_limit limit = {
        .member = "trackingId", .least = 1, .most = 256, .is_required = true};
    if (!personalize_read_document(body, &read.document, err)) return false;
    if (!personalize_read_text(read.document.root, "trackingId", &read.tracking_id, err) ||
        !personalize_check_text(read.tracking_id, limit, err)) {
        return false;
    }
    const size_t count = json_count(json_get(read.document.root, "actionInteractions"));
    if (count < 1 || count > PERSONALIZE_MAX_RECORDS) {
        return personalize_refuse(
            err, "actionInteractions", count ? STR("[…]") : (struct str){0},
            count ? "must have length less than or equal to 10" : "must not be null");
    }
    personalize_actions_release(out);
    *out = read;
    read = (struct personalize_actions){0};
    return true;
}
