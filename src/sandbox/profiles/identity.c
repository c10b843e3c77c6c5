// identity — see the header.
#include "profiles/identity.h"

#include "segment/profile.h"

#define USER_ID_LIMIT 1
#define OTHER_LIMIT 5
#define PROPERTIES_MAX 300
#define TRAITS_LIMIT 300 // that many are too many
#define GROUP_ID_MAX_BYTES 500

void identity_add_lower(struct buf *out, struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        const char at = text.ptr[i];
        buf_add_char(out, at >= 'A' && at <= 'Z' ? (char)(at - 'A' + 'a') : at);
    }
}

bool identity_is_lower(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') return false;
    }
    return true;
}

// Values that many different people would share.
static bool is_blocked(struct str value) {
    static const char *const blocked[] = {"-1", "null", "anonymous"};
    for (size_t i = 0; i < ARRAY_COUNT(blocked); i++) {
        if (str_equal_nocase(value, str_from(blocked[i]))) return true;
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] != '0' && value.ptr[i] != '-') return false;
    }
    return true; // only zeros and dashes, or empty
}

static int rank_of(struct str type) {
    if (str_equal(type, STR("user_id"))) return 1;
    return str_equal(type, STR("email")) ? 2 : 3;
}

static bool is_before(const struct identity_item *left, const struct identity_item *right) {
    const int left_rank = rank_of(left->type);
    const int right_rank = rank_of(right->type);
    if (left_rank != right_rank) return left_rank < right_rank;
    return left_rank == 3 && str_compare(left->type, right->type) < 0;
}

static bool has(const struct identity *identity, const struct identity_item *wanted) {
    for (size_t i = 0; i < identity->count; i++) {
        const struct identity_item *item = &identity->items[i];
        if (str_equal(item->type, wanted->type) && str_equal(item->key, wanted->key)) return true;
    }
    return false;
}

static void release_item(struct identity_item *item) {
    buf_release(&item->type_memory);
    buf_release(&item->key_memory);
}

// Most ids are in lower case already and need no copy. The views of a copy are of the heap, so they stay
// good while the item moves.
static void add(struct identity *identity, bool is_account, struct str type, struct str value) {
    if (identity->count == IDENTITY_MAX || is_blocked(value)) return;
    if (value.len > PROFILE_ID_MAX_BYTES) return;
    struct identity_item item = {.type = type, .value = value, .key = value};
    if (is_account) {
        identity_add_type(&item.type_memory, true, type);
        item.type = buf_str(&item.type_memory);
    }
    if (!identity_is_lower(value)) {
        identity_add_lower(&item.key_memory, value);
        item.key = buf_str(&item.key_memory);
    }
    if (has(identity, &item)) {
        release_item(&item);
        return;
    }
    size_t at = identity->count++;
    for (; at && is_before(&item, &identity->items[at - 1]); at--)
        identity->items[at] = identity->items[at - 1];
    identity->items[at] = item;
}

static void add_device(struct identity *identity, const struct json_node *device) {
    static const struct {
        const char *platform, *type, *key;
        bool needs_tracking;
    } rows[] = {
        {.platform = "android", .type = "android.id", .key = "id"},
        {.platform = "android",
         .type = "android.idfa",
         .key = "advertisingId",
         .needs_tracking = true},
        {.platform = "android", .type = "android.push_token", .key = "token"},
        {.platform = "ios", .type = "ios.id", .key = "id"},
        {.platform = "ios", .type = "ios.idfa", .key = "advertisingId", .needs_tracking = true},
        {.platform = "ios", .type = "ios.push_token", .key = "token"},
    };
    if (!device) return;
    const struct str platform = json_get_text(device, "type");
    const bool is_tracked = json_bool(json_get(device, "adTrackingEnabled"), false);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (!str_equal_nocase(platform, str_from(rows[i].platform))) continue;
        if (rows[i].needs_tracking && !is_tracked) continue;
        const struct str value = json_get_text(device, rows[i].key);
        if (value.len) add(identity, false, str_from(rows[i].type), value);
    }
}

static void add_analytics(struct identity *identity, const struct json_node *holder) {
    const struct json_node *google = json_get(json_get(holder, "integrations"), "Google Analytics");
    const struct str client_id = json_get_text(google, "clientId");
    if (client_id.len) add(identity, false, STR("ga_client_id"), client_id);
}

static void
add_external(struct identity *identity, bool is_accounts, const struct json_node *context) {
    const struct str collection = is_accounts ? STR("accounts") : STR("users");
    const struct json_node *at = json_first(json_get(context, "externalIds"));
    for (; at; at = json_next(at)) {
        const struct str type = json_get_text(at, "type");
        if (!str_equal(json_get_text(at, "collection"), collection)) continue;
        if (!str_equal(json_get_text(at, "encoding"), STR("none"))) continue;
        if (!type.len || type.len > 100 || !identity_is_lower(type)) continue;
        add(identity, is_accounts, type, json_get_text(at, "id"));
    }
}

static void add_emails(struct identity *identity, const struct event *event) {
    const struct json_node *traits = json_get(event_context(event), "traits");
    const struct str emails[] = {
        // the traits of a group are the company's
        event->type == EVENT_IDENTIFY ? json_get_text(event_traits(event), "email")
                                      : (struct str){0},
        json_get_text(traits, "email"),
        event->type == EVENT_TRACK ? json_get_text(event_properties(event), "email")
                                   : (struct str){0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(emails); i++) {
        if (!emails[i].len) continue;
        add(identity, false, STR("email"), emails[i]);
        return; // the first place counts
    }
}

static void collect_user(const struct event *event, struct identity *out) {
    const struct json_node *context = event_context(event);
    if (event->user_id.len) add(out, false, STR("user_id"), event->user_id);
    if (event->anonymous_id.len) add(out, false, STR("anonymous_id"), event->anonymous_id);
    // alias joins two names of one person; an SDK may alias an id to itself
    if (event->type == EVENT_ALIAS && !str_equal_nocase(event->previous_id, event->user_id)) {
        add(out, false, STR("anonymous_id"), event->previous_id);
    }
    add_emails(out, event);
    add_analytics(out, event->document.root);
    if (!context) return;
    const struct json_node *traits = json_get(context, "traits");
    struct str cross = json_get_text(traits, "crossDomainId");
    if (!cross.len) cross = json_get_text(traits, "cross_domain_id");
    if (cross.len) add(out, false, STR("cross_domain_id"), cross);
    add_device(out, json_get(context, "device"));
    add_analytics(out, context);
    add_external(out, false, context);
}

static struct str group_of(const struct event *event) {
    if (event->type == EVENT_GROUP) return event->group_id;
    return json_get_text(event_context(event), "groupId");
}

void identity_collect(const struct event *event, bool is_accounts, struct identity *out) {
    if (!is_accounts) {
        collect_user(event, out);
        return;
    }
    const struct str group = group_of(event);
    if (group.len) add(out, true, STR("group_id"), group);
    add_external(out, true, event_context(event));
}

bool identity_has_group(const struct event *event) {
    return group_of(event).len || json_get(event_context(event), "externalIds");
}

void identity_drop_last(struct identity *identity) {
    release_item(&identity->items[--identity->count]);
}

void identity_release(struct identity *identity) {
    while (identity->count)
        identity_drop_last(identity);
}

int64_t identity_limit(struct str type) {
    return str_equal(type, STR("user_id")) ? USER_ID_LIMIT : OTHER_LIMIT;
}

struct str identity_shown_type(struct str stored_type) {
    const struct str prefix = STR(IDENTITY_ACCOUNT_PREFIX);
    return str_starts_with(stored_type, prefix) ? str_skip(stored_type, prefix.len) : stored_type;
}

void identity_add_type(struct buf *out, bool is_account, struct str shown_type) {
    if (is_account) buf_add(out, STR(IDENTITY_ACCOUNT_PREFIX));
    buf_add(out, shown_type);
}

bool identity_is_dropped(const struct event *event) {
    const struct json_node *context_group = json_get(event_context(event), "groupId");
    const struct str group = group_of(event);
    if (event->message_id.len > EVENT_MAX_MESSAGE_ID_BYTES) return true;
    if (group.len > GROUP_ID_MAX_BYTES) return true;
    if (json_kind(context_group) == JSON_STRING && !json_text(context_group).len) return true;
    if (event->type == EVENT_IDENTIFY || event->type == EVENT_GROUP)
        return json_count(event_traits(event)) >= TRAITS_LIMIT;
    return json_count(event_properties(event)) > PROPERTIES_MAX;
}
