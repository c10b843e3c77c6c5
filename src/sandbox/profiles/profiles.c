// profiles — see the header.
#include "profiles/profiles.h"

#include "base/digest.h"
#include "base/memory.h"
#include "segment/products.h"

#include <stdlib.h>

#define IDENTIFIERS_MAX 16
#define USER_ID_LIMIT 1
#define OTHER_LIMIT 5
#define TRAITS_LIMIT 300 // an identify with as many is rejected

struct identifier {
    struct str type, value;
    struct buf key; // owned
    int64_t profile;
};

struct match {
    struct identifier ids[IDENTIFIERS_MAX];
    size_t count;
    int64_t found[IDENTIFIERS_MAX]; // distinct profiles, in order of priority
    size_t found_count;
};

static void add_lower(struct buf *out, struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        const char at = text.ptr[i];
        buf_add_char(out, at >= 'A' && at <= 'Z' ? (char)(at - 'A' + 'a') : at);
    }
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

static void add_identifier(struct match *match, struct str type, struct str value) {
    if (match->count == IDENTIFIERS_MAX || is_blocked(value) || value.len > 500) return;
    struct identifier *id = &match->ids[match->count++];
    *id = (struct identifier){.type = type, .value = value};
    add_lower(&id->key, value);
}

static void collect(struct match *match, const struct event *event) {
    const struct json_node *context = event_context(event);
    struct str email = json_get_text(event_traits(event), "email");
    if (!email.len) email = json_get_text(json_get(context, "traits"), "email");
    if (event->user_id.len) add_identifier(match, STR("user_id"), event->user_id);
    if (email.len) add_identifier(match, STR("email"), email);
    if (event->anonymous_id.len) add_identifier(match, STR("anonymous_id"), event->anonymous_id);
    // alias joins two names of one person; an SDK may alias an id to itself
    if (event->type == EVENT_ALIAS && !str_equal(event->previous_id, event->user_id)) {
        add_identifier(match, STR("anonymous_id"), event->previous_id);
    }
    const struct json_node *more = json_first(json_get(context, "externalIds"));
    for (; more; more = json_next(more)) {
        const bool is_whole = json_get_text(more, "encoding").len &&
                              str_equal(json_get_text(more, "collection"), STR("users"));
        const struct str type = json_get_text(more, "type");
        if (is_whole && type.len) add_identifier(match, type, json_get_text(more, "id"));
    }
}

static void find_all(struct cloud *cloud, struct match *match) {
    match->found_count = 0;
    for (size_t i = 0; i < match->count; i++) {
        struct identifier *id = &match->ids[i];
        id->profile = store_find_identifier(cloud->store, id->type, buf_str(&id->key));
        bool is_new = id->profile != 0;
        for (size_t j = 0; j < match->found_count; j++) {
            if (match->found[j] == id->profile) is_new = false;
        }
        if (is_new) match->found[match->found_count++] = id->profile;
    }
}

static bool has_unmapped(const struct match *match) {
    for (size_t i = 0; i < match->count; i++) {
        if (!match->ids[i].profile) return true;
    }
    return false;
}

static bool is_within_limit(struct cloud *cloud, const struct match *match, struct str type) {
    int64_t total = 0;
    for (size_t i = 0; i < match->found_count; i++) {
        total += store_count_identifiers(cloud->store, match->found[i], type);
    }
    for (size_t i = 0; i < match->count; i++) {
        total += !match->ids[i].profile && str_equal(match->ids[i].type, type);
    }
    return total <= (str_equal(type, STR("user_id")) ? USER_ID_LIMIT : OTHER_LIMIT);
}

static bool breaks_a_limit(struct cloud *cloud, const struct match *match) {
    if (match->found_count <= 1 && !has_unmapped(match)) return false;
    if (!is_within_limit(cloud, match, STR("user_id"))) return true;
    for (size_t i = 0; i < match->count; i++) {
        if (!is_within_limit(cloud, match, match->ids[i].type)) return true;
    }
    return false;
}

static void merge(struct cloud *cloud, int64_t from, int64_t into) {
    store_move_traits(cloud->store, from, into);
    store_merge_profiles(cloud->store, from, into, false);
}

static int64_t new_profile(struct cloud *cloud, const struct profiles_event *event) {
    return store_add_profile(
        cloud->store, &(struct store_profile){
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms,
                          .last_sequence = event->sequence,
                          .first_message_id = event->event->message_id,
                          .last_message_id = event->event->message_id,
                          .first_source = event->source,
                          .last_source = event->source});
}

static int64_t
resolve(struct cloud *cloud, struct match *match, const struct profiles_event *event) {
    find_all(cloud, match);
    while (match->count > 1 && breaks_a_limit(cloud, match)) {
        buf_release(&match->ids[--match->count].key);
        find_all(cloud, match);
    }
    if (match->count == 0) return 0;
    const int64_t profile = match->found_count ? match->found[0] : new_profile(cloud, event);
    for (size_t i = 1; i < match->found_count; i++)
        merge(cloud, match->found[i], profile);
    for (size_t i = 0; i < match->count; i++) {
        const struct identifier *id = &match->ids[i];
        if (id->profile) continue;
        store_put_identifier(
            cloud->store, &(struct store_identifier){
                              .profile = profile,
                              .type = id->type,
                              .key = buf_str(&id->key),
                              .value = id->value,
                              .source = event->source,
                              .created_at_ms = cloud->now_ms,
                              .message_id = event->event->message_id});
    }
    return profile;
}

static void apply_traits(struct cloud *cloud, int64_t profile, const struct profiles_event *event) {
    const struct json_node *traits = event_traits(event->event);
    if (json_count(traits) >= TRAITS_LIMIT) return;
    struct buf value = {0};
    for (const struct json_node *trait = json_first(traits); trait; trait = json_next(trait)) {
        if (json_kind(trait) == JSON_NULL) {
            store_remove_trait(cloud->store, profile, json_key(trait));
            continue;
        }
        buf_reset(&value);
        json_print(trait, &value);
        store_put_trait(
            cloud->store, &(struct store_trait){
                              .profile = profile,
                              .name = json_key(trait),
                              .value = buf_str(&value),
                              .source = event->source,
                              .updated_at_ms = cloud->now_ms});
    }
    buf_release(&value);
}

static int compare_texts(const void *left, const void *right) {
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

static void add_unique(struct str *texts, size_t *count, size_t cap, struct str text) {
    for (size_t i = 0; i < *count; i++) {
        if (str_equal(texts[i], text)) return;
    }
    if (*count < cap) texts[(*count)++] = text;
}

#define PURCHASED_MAX 1000

static void apply_purchase(struct cloud *cloud, int64_t profile, const struct event *event) {
    struct products bought;
    products_read(event_properties(event), &bought);
    if (!bought.count) return;
    struct buf text = {0};
    struct json before = {0}, after = {0};
    struct error err = {0};
    if (store_get_trait(cloud->store, profile, STR(PROFILES_PURCHASED), &text) &&
        !json_parse(buf_str(&text), &before, &err)) {
        before.root = NULL;
    }
    struct str *all = mem_zeroed(PURCHASED_MAX, sizeof(*all));
    size_t count = 0;
    const struct json_node *old = json_first(before.root);
    for (; old; old = json_next(old))
        add_unique(all, &count, PURCHASED_MAX, json_text(old));
    for (size_t i = 0; i < bought.count; i++)
        add_unique(all, &count, PURCHASED_MAX, bought.skus[i]);
    qsort(all, count, sizeof(*all), compare_texts);
    struct json_node *list = json_new_array(&after);
    for (size_t i = 0; i < count; i++)
        json_add_text(list, NULL, all[i]);
    buf_reset(&text);
    json_print(list, &text);
    store_put_trait(
        cloud->store, &(struct store_trait){
                          .profile = profile,
                          .name = STR(PROFILES_PURCHASED),
                          .value = buf_str(&text),
                          .source = -1,
                          .updated_at_ms = cloud->now_ms,
                          .kind = STORE_TRAIT_COMPUTED});
    mem_free(all);
    json_release(&before);
    json_release(&after);
    buf_release(&text);
}

int64_t profiles_apply(struct cloud *cloud, const struct profiles_event *event) {
    struct match match = {0};
    collect(&match, event->event);
    const int64_t profile = resolve(cloud, &match, event);
    for (size_t i = 0; i < match.count; i++)
        buf_release(&match.ids[i].key);
    if (!profile) return 0;
    store_touch_profile(
        cloud->store, &(struct store_profile){
                          .id = profile,
                          .updated_at_ms = cloud->now_ms,
                          .last_sequence = event->sequence,
                          .last_message_id = event->event->message_id,
                          .last_source = event->source});
    if (event->event->type == EVENT_IDENTIFY) apply_traits(cloud, profile, event);
    if (event->event->type == EVENT_TRACK &&
        str_equal(event->event->name, STR(IDENTITIES_FILTERED_EVENT))) {
        apply_purchase(cloud, profile, event->event);
    }
    return profile;
}

void profiles_add_internal_id(struct buf *out, int64_t profile) {
    struct buf seed = {0};
    char hex[DIGEST_HEX_BYTES];
    buf_add_format(&seed, "profile %lld", (long long)profile);
    digest_sha256_hex(buf_str(&seed), hex);
    buf_release(&seed);
    buf_add_format(out, "use_%.10s%lld", hex, (long long)profile);
}

static int64_t find_internal(struct str value) {
    int64_t profile = 0;
    if (value.len <= 14 || !str_parse_int64(str_skip(value, 14), &profile)) return 0;
    struct buf expected = {0};
    profiles_add_internal_id(&expected, profile);
    const bool is_it = str_equal_nocase(buf_str(&expected), value);
    buf_release(&expected);
    return is_it ? profile : 0;
}

int64_t profiles_find(struct cloud *cloud, struct str type, struct str value) {
    if (!type.len) return find_internal(value);
    struct buf key = {0};
    add_lower(&key, value);
    const int64_t profile = store_find_identifier(cloud->store, type, buf_str(&key));
    buf_release(&key);
    return profile;
}
