// profiles — see the header.
#include "profiles/profiles.h"

#include "base/digest.h"
#include "base/memory.h"
#include "profiles/computed_traits.h"
#include "profiles/identity.h"

struct match {
    bool is_accounts;
    struct identity identity;
    int64_t profiles[IDENTITY_MAX]; // of each identifier; 0: unknown
    int64_t found[IDENTITY_MAX];    // distinct profiles, in order of priority
    size_t found_count;
};

static void find_all(struct cloud *cloud, struct match *match) {
    match->found_count = 0;
    for (size_t i = 0; i < match->identity.count; i++) {
        const struct identity_item *item = &match->identity.items[i];
        const int64_t profile = store_find_identifier(cloud->store, item->type, item->key);
        bool is_new = profile != 0;
        match->profiles[i] = profile;
        for (size_t j = 0; j < match->found_count; j++) {
            if (match->found[j] == profile) is_new = false;
        }
        if (is_new) match->found[match->found_count++] = profile;
    }
}

static bool has_unmapped(const struct match *match) {
    for (size_t i = 0; i < match->identity.count; i++) {
        if (!match->profiles[i]) return true;
    }
    return false;
}

static bool is_within_limit(struct cloud *cloud, const struct match *match, struct str type) {
    int64_t total = 0;
    for (size_t i = 0; i < match->found_count; i++)
        total += store_count_identifiers(cloud->store, match->found[i], type);
    for (size_t i = 0; i < match->identity.count; i++)
        total += !match->profiles[i] && str_equal(match->identity.items[i].type, type);
    return total <= identity_limit(type);
}

// Merging may break the limit of a type that the event does not name.
struct limit_check {
    struct cloud *cloud;
    const struct match *match;
    struct buf type; // asked last: rows come sorted by it
    bool is_broken;
};

static bool check_type(void *context, const struct store_identifier *row) {
    struct limit_check *check = context;
    if (str_equal(buf_str(&check->type), row->type)) return true;
    buf_reset(&check->type);
    buf_add(&check->type, row->type);
    check->is_broken = !is_within_limit(check->cloud, check->match, buf_str(&check->type));
    return !check->is_broken;
}

static bool breaks_a_limit(struct cloud *cloud, const struct match *match) {
    if (match->found_count <= 1 && !has_unmapped(match)) return false;
    if (!match->is_accounts && !is_within_limit(cloud, match, STR("user_id"))) return true;
    for (size_t i = 0; i < match->identity.count; i++) {
        if (!is_within_limit(cloud, match, match->identity.items[i].type)) return true;
    }
    struct limit_check check = {.cloud = cloud, .match = match};
    for (size_t i = 1; i < match->found_count && !check.is_broken; i++) {
        buf_reset(&check.type);
        store_each_identifier(cloud->store, match->found[i], check_type, &check);
    }
    buf_release(&check.type);
    return check.is_broken;
}

// ---- merging ----

// A row of the store with texts of its own.
struct kept {
    struct store_profile row;
    struct buf first_message;
};

static bool keep_profile(struct cloud *cloud, int64_t profile, struct kept *out) {
    *out = (struct kept){0};
    if (!store_get_profile(cloud->store, profile, &out->row)) return false;
    buf_add(&out->first_message, out->row.first_message_id);
    out->row.first_message_id = buf_str(&out->first_message);
    return true;
}

static bool may_merge(struct cloud *cloud, const struct kept *from, const struct kept *into) {
    if (from->row.merges + into->row.merges + 1 > PROFILES_MAX_MERGES) return false;
    const int64_t identifiers =
        store_count_identifiers(cloud->store, from->row.id, (struct str){0}) +
        store_count_identifiers(cloud->store, into->row.id, (struct str){0});
    return identifiers <= PROFILES_MAX_IDENTIFIERS;
}

static void merge(struct cloud *cloud, int64_t from_id, int64_t into_id) {
    struct kept from, into;
    const bool is_whole = keep_profile(cloud, from_id, &from) & keep_profile(cloud, into_id, &into);
    if (is_whole && may_merge(cloud, &from, &into)) {
        const bool is_older = from.row.created_at_ms < into.row.created_at_ms;
        const struct store_profile *first = is_older ? &from.row : &into.row;
        computed_traits_merge(cloud, from_id, into_id, into.row.is_account);
        store_merge_profiles(cloud->store, from_id, into_id, into.row.is_account);
        store_update_profile(
            cloud->store, &(struct store_profile){
                              .id = into_id,
                              .created_at_ms = first->created_at_ms,
                              .first_message_id = first->first_message_id,
                              .first_source = first->first_source,
                              .merges = from.row.merges + into.row.merges + 1});
    }
    buf_release(&from.first_message);
    buf_release(&into.first_message);
}

// ---- resolving ----

static int64_t
new_profile(struct cloud *cloud, bool is_account, const struct profiles_event *event) {
    return store_add_profile(
        cloud->store, &(struct store_profile){
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms,
                          .last_sequence = event->sequence,
                          .first_message_id = event->event->message_id,
                          .last_message_id = event->event->message_id,
                          .first_source = event->source,
                          .last_source = event->source,
                          .is_account = is_account});
}

static void add_identifiers(
    struct cloud *cloud,
    const struct match *match,
    int64_t profile,
    const struct profiles_event *event) {
    int64_t room = -1;
    for (size_t i = 0; i < match->identity.count; i++) {
        const struct identity_item *item = &match->identity.items[i];
        if (match->profiles[i]) continue;
        if (room < 0) {
            room = PROFILES_MAX_IDENTIFIERS -
                   store_count_identifiers(cloud->store, profile, (struct str){0});
        }
        if (room-- <= 0) return;
        store_put_identifier(
            cloud->store, &(struct store_identifier){
                              .profile = profile,
                              .type = item->type,
                              .key = item->key,
                              .value = item->value,
                              .source = event->source,
                              .created_at_ms = cloud->now_ms,
                              .message_id = event->event->message_id});
    }
}

static int64_t resolve(struct cloud *cloud, bool is_accounts, const struct profiles_event *event) {
    struct match match = {.is_accounts = is_accounts};
    int64_t profile = 0;
    identity_collect(event->event, is_accounts, &match.identity);
    find_all(cloud, &match);
    while (match.identity.count > 1 && breaks_a_limit(cloud, &match)) {
        identity_drop_last(&match.identity);
        find_all(cloud, &match);
    }
    if (match.identity.count) {
        profile = match.found_count ? match.found[0] : new_profile(cloud, is_accounts, event);
        for (size_t i = 1; i < match.found_count; i++)
            merge(cloud, match.found[i], profile);
        add_identifiers(cloud, &match, profile, event);
    }
    identity_release(&match.identity);
    return profile;
}

// ---- what the event changes ----

static void apply_traits(
    struct cloud *cloud, int64_t profile, bool is_account, const struct profiles_event *event) {
    struct buf value = {0};
    const struct json_node *trait = json_first(event_traits(event->event));
    for (; trait; trait = json_next(trait)) {
        const struct str name = json_key(trait);
        if (computed_traits_owns(cloud, name, is_account)) continue;
        if (json_kind(trait) == JSON_NULL) {
            store_remove_trait(cloud->store, profile, name);
        } else {
            buf_reset(&value);
            json_print(trait, &value);
            store_put_trait(
                cloud->store, &(struct store_trait){
                                  .profile = profile,
                                  .name = name,
                                  .value = buf_str(&value),
                                  .source = event->source,
                                  .updated_at_ms = cloud->now_ms});
        }
        computed_traits_changed(cloud, profile, is_account, name);
    }
    buf_release(&value);
}

static void touch(struct cloud *cloud, int64_t profile, const struct profiles_event *event) {
    if (!profile) return;
    store_touch_profile(
        cloud->store, &(struct store_profile){
                          .id = profile,
                          .updated_at_ms = cloud->now_ms,
                          .last_sequence = event->sequence,
                          .last_message_id = event->event->message_id,
                          .last_source = event->source});
}

static void
compute(struct cloud *cloud, int64_t profile, bool is_account, const struct profiles_event *event) {
    struct computed_traits_event computed = {
        .profile = profile, .is_account = is_account, .event = event->event};
    if (!profile || !computed_traits_wants(cloud, event->event->name, is_account)) return;
    if (!event_timestamp_ms(event->event, &computed.at_ms)) computed.at_ms = cloud->now_ms;
    computed_traits_apply(cloud, &computed);
}

static void join_account(
    struct cloud *cloud, int64_t user, int64_t account, const struct profiles_event *event) {
    int64_t at_ms = 0;
    if (user) {
        store_add_link(
            cloud->store, &(struct store_link){
                              .user = user,
                              .account = account,
                              .source = event->source,
                              .created_at_ms = cloud->now_ms,
                              .message_id = event->event->message_id});
    }
    if (event->event->type == EVENT_GROUP) apply_traits(cloud, account, true, event);
    if (event->event->type != EVENT_TRACK) return;
    if (!event_timestamp_ms(event->event, &at_ms)) at_ms = cloud->now_ms;
    store_add_account_event(cloud->store, account, at_ms, event->sequence);
    compute(cloud, account, true, event);
}

int64_t profiles_apply(struct cloud *cloud, const struct profiles_event *event) {
    int64_t account = 0;
    if (identity_is_dropped(event->event)) return 0;
    const int64_t user = resolve(cloud, false, event);
    if (identity_has_group(event->event)) account = resolve(cloud, true, event);
    touch(cloud, user, event);
    touch(cloud, account, event);
    if (user && event->event->type == EVENT_IDENTIFY) apply_traits(cloud, user, false, event);
    if (event->event->type == EVENT_TRACK) compute(cloud, user, false, event);
    if (account) join_account(cloud, user, account, event);
    return user;
}

// ---- finding ----

#define INTERNAL_PREFIX_BYTES ((size_t)14)

void profiles_add_internal_id(struct buf *out, int64_t profile, bool is_account) {
    struct buf seed = {0};
    char hex[DIGEST_HEX_BYTES];
    buf_add_format(&seed, "profile %lld", (long long)profile);
    digest_sha256_hex(buf_str(&seed), hex);
    buf_release(&seed);
    buf_add_format(out, "%s_%.10s%lld", is_account ? "acc" : "use", hex, (long long)profile);
}

int64_t profiles_number_of(struct str internal_id, bool is_account) {
    int64_t profile = 0;
    struct buf expected = {0};
    if (internal_id.len <= INTERNAL_PREFIX_BYTES ||
        !str_parse_int64(str_skip(internal_id, INTERNAL_PREFIX_BYTES), &profile)) {
        return 0;
    }
    profiles_add_internal_id(&expected, profile, is_account);
    const bool is_it = str_equal_nocase(buf_str(&expected), internal_id);
    buf_release(&expected);
    return is_it ? profile : 0;
}

// Also by the id that a profile had before it became part of another.
static int64_t find_internal(struct cloud *cloud, struct str value, bool is_account) {
    struct store_profile row;
    int64_t profile = profiles_number_of(value, is_account);
    if (!profile) return 0;
    const int64_t merged = store_find_merged(cloud->store, profile);
    if (merged) profile = merged;
    if (!store_get_profile(cloud->store, profile, &row) || row.is_account != is_account) return 0;
    return profile;
}

static int64_t find(struct cloud *cloud, struct str type, struct str value, bool is_account) {
    if (!type.len) return find_internal(cloud, value, is_account);
    struct buf key = {0}, stored_type = {0};
    identity_add_lower(&key, value);
    identity_add_type(&stored_type, is_account, type);
    const int64_t profile =
        store_find_identifier(cloud->store, buf_str(&stored_type), buf_str(&key));
    buf_release(&key);
    buf_release(&stored_type);
    return profile;
}

int64_t profiles_find(struct cloud *cloud, struct str type, struct str value) {
    return find(cloud, type, value, false);
}

int64_t profiles_find_account(struct cloud *cloud, struct str type, struct str value) {
    return find(cloud, type, value, true);
}

int64_t profiles_account_of(struct cloud *cloud, const struct event *event) {
    struct match match = {.is_accounts = true};
    if (!identity_has_group(event)) return 0;
    identity_collect(event, true, &match.identity);
    find_all(cloud, &match);
    identity_release(&match.identity);
    return match.found_count ? match.found[0] : 0;
}
