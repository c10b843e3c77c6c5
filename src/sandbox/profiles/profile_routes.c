// profile_routes — the Profile API of the sandbox's space: traits, external_ids, events, metadata.
//
// Source   segment.md 3. No CORS: the real API offers none.
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "http/base64.h"
#include "profiles/profiles.h"
#include "routes.h"
#include "segment/profile.h"
#include "segment/tracking.h"
#include "writer.h"

#define EVENTS_WINDOW_MS ((int64_t)14 * 24 * 3600 * 1000)
#define IDS_DEFAULT_LIMIT 25
#define EVENTS_DEFAULT_LIMIT 10

struct call {
    struct cloud *cloud;
    struct exchange *exchange;
    const struct profile_query *query;
    int64_t profile;
    struct buf url; // owned; for the cursor
};

static enum server_verdict
answer_error(struct exchange *exchange, enum profile_refusal refusal, struct str message) {
    struct buf body = {0};
    profile_error_encode(refusal, message, &body);
    routes_answer_json(exchange, profile_refusal_status(refusal), buf_str(&body));
    buf_release(&body);
    return SERVER_ANSWER;
}

static bool has_token(const struct exchange *exchange) {
    struct buf token = {0};
    (void)tracking_read_auth(server_header(exchange, "Authorization"), NULL, &token);
    const bool is_it = digest_equal(buf_str(&token), STR(IDENTITIES_PROFILE_TOKEN));
    buf_release(&token);
    return is_it;
}

static int limit_of(const struct call *call, int fallback) {
    return call->query->limit ? call->query->limit : fallback;
}

static void answer(struct call *call, struct buf *take_body) {
    routes_answer_json(call->exchange, 200, buf_str(take_body));
    buf_release(take_body);
}

static struct str source_name(int source) {
    if (source < 0 || source >= SOURCE_COUNT)
        return STR(IDENTITIES_SPACE_ID); // computed by the space
    return str_from(identities_source((enum source_id)source)->segment_id);
}

// Text that must outlive the row it came from: copies kept together.
struct keep {
    char **texts; // owned
    size_t count, cap;
};

static struct str keep_text(struct keep *keep, struct str text) {
    if (keep->count == keep->cap) {
        keep->cap = keep->cap ? keep->cap * 2 : 32;
        keep->texts = mem_resize(keep->texts, keep->cap, sizeof(*keep->texts));
    }
    char *copy = mem_alloc(text.len + 1);
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    keep->texts[keep->count++] = copy;
    return (struct str){.ptr = copy, .len = text.len};
}

static void keep_release(struct keep *keep) {
    for (size_t i = 0; i < keep->count; i++)
        mem_free(keep->texts[i]);
    mem_free(keep->texts);
}

// ---- traits ----

struct traits {
    const struct profile_query *query;
    struct profile_trait *items; // owned
    struct json *values;         // owned, one per item
    size_t count, cap, limit;
    struct keep keep;
    struct str next; // the trait that did not fit any more
};

static bool add_trait(void *context, const struct store_trait *row) {
    struct traits *traits = context;
    const struct profile_query *query = traits->query;
    struct error err = {0};
    if (query->include.len && !profile_list_has(query->include, row->name)) return true;
    if (str_equal(query->trait_class, STR("computed_trait")) && row->kind != STORE_TRAIT_COMPUTED) return true;
    if (str_equal(query->trait_class, STR("audience"))) return true;
    if (query->next.len && str_compare(row->name, query->next) < 0) return true;
    if (traits->count == traits->limit) {
        traits->next = keep_text(&traits->keep, row->name);
        return false;
    }
    if (traits->count == traits->cap) {
        traits->cap = traits->cap ? traits->cap * 2 : 16;
        traits->items = mem_resize(traits->items, traits->cap, sizeof(*traits->items));
        traits->values = mem_resize(traits->values, traits->cap, sizeof(*traits->values));
    }
    struct json *value = &traits->values[traits->count];
    *value = (struct json){0};
    if (!json_parse(row->value, value, &err)) return true;
    struct buf time = {0};
    clock_add_iso8601(&time, row->updated_at_ms);
    traits->items[traits->count++] = (struct profile_trait){
        .name = keep_text(&traits->keep, row->name),
        .value = value->root,
        .source_id = source_name(row->source),
        .updated_at = keep_text(&traits->keep, buf_str(&time)),
        .updated_at_ms = row->updated_at_ms};
    buf_release(&time);
    return true;
}

static void answer_traits(struct call *call) {
    struct traits traits = {
        .query = call->query, .limit = (size_t)limit_of(call, PROFILE_TRAITS_DEFAULT_LIMIT)};
    struct buf body = {0};
    store_each_trait(
        call->cloud->store,
        &(struct store_trait_query){.profile = call->profile, .kind = -1, .limit = -1}, add_trait,
        &traits);
    const struct profile_cursor cursor = {
        .url = buf_str(&call->url),
        .next = traits.next,
        .has_more = traits.next.len != 0,
        .limit = (int)traits.limit};
    profile_traits_encode(traits.items, traits.count, call->query->verbose, &cursor, &body);
    answer(call, &body);
    for (size_t i = 0; i < traits.count; i++)
        json_release(&traits.values[i]);
    mem_free(traits.values);
    mem_free(traits.items);
    keep_release(&traits.keep);
}

// ---- external ids ----

struct ids {
    const struct profile_query *query;
    struct profile_id *items; // owned
    size_t count, cap;
    struct keep keep;
};

static bool add_id(void *context, const struct store_identifier *row) {
    struct ids *ids = context;
    if (ids->query && ids->query->include.len && !profile_list_has(ids->query->include, row->type))
        return true;
    if (ids->count == ids->cap) {
        ids->cap = ids->cap ? ids->cap * 2 : 8;
        ids->items = mem_resize(ids->items, ids->cap, sizeof(*ids->items));
    }
    struct buf time = {0};
    clock_add_iso8601(&time, row->created_at_ms);
    ids->items[ids->count++] = (struct profile_id){
        .type = keep_text(&ids->keep, row->type),
        .id = keep_text(&ids->keep, row->value),
        .source_id = source_name(row->source),
        .collection = STR("users"),
        .created_at = keep_text(&ids->keep, buf_str(&time)),
        .encoding = STR("none"),
        .first_message_id = keep_text(&ids->keep, row->message_id)};
    buf_release(&time);
    return true;
}

static void ids_release(struct ids *ids) {
    mem_free(ids->items);
    keep_release(&ids->keep);
}

#define MAP_PREFIX "map_" // the cursor of this resource; ours counts

static void answer_ids(struct call *call) {
    struct ids ids = {.query = call->query};
    struct buf body = {0}, next = {0};
    int64_t from = 0;
    const size_t limit = (size_t)limit_of(call, IDS_DEFAULT_LIMIT);
    store_each_identifier(call->cloud->store, call->profile, add_id, &ids);
    if (str_starts_with(call->query->next, STR(MAP_PREFIX)) &&
        !str_parse_int64(str_skip(call->query->next, sizeof(MAP_PREFIX) - 1), &from)) {
        from = 0;
    }
    const size_t first = from > 0 && (size_t)from < ids.count ? (size_t)from : 0;
    const size_t shown = ids.count - first < limit ? ids.count - first : limit;
    const bool has_more = first + shown < ids.count;
    if (has_more) buf_add_format(&next, MAP_PREFIX "%zu", first + shown);
    const struct profile_cursor cursor = {
        .url = buf_str(&call->url),
        .next = buf_str(&next),
        .has_more = has_more,
        .limit = (int)limit};
    profile_ids_encode(ids.items ? ids.items + first : NULL, shown, &cursor, &body);
    answer(call, &body);
    buf_release(&next);
    ids_release(&ids);
}

// ---- events ----

struct events {
    const struct profile_query *query;
    struct profile_event *items; // owned
    struct json *bodies;         // owned, one per item
    size_t count, cap, limit;
    const struct json_node *external_ids;
    struct keep keep;
    bool is_past_next; // the page before has been skipped
    struct buf next;
};

static void add_event_cursor(struct buf *out, const struct store_event *row) {
    struct buf plain = {0};
    buf_add_format(&plain, "%lld000000::" STR_FMT, (long long)row->at_ms, STR_ARG(row->message_id));
    base64_encode(out, buf_str(&plain));
    buf_release(&plain);
}

static bool is_wanted(const struct profile_query *query, struct str name) {
    if (query->include.len && !profile_list_has(query->include, name)) return false;
    return !query->exclude.len || !profile_list_has(query->exclude, name);
}

static bool add_event(void *context, const struct store_event *row) {
    struct events *events = context;
    struct error err = {0};
    if (!is_wanted(events->query, row->name)) return true;
    if (!events->is_past_next) { // `next` names the first of this page
        struct buf own = {0};
        add_event_cursor(&own, row);
        events->is_past_next = str_equal(buf_str(&own), events->query->next);
        buf_release(&own);
        if (!events->is_past_next) return true;
    }
    if (events->count == events->limit) {
        add_event_cursor(&events->next, row);
        return false;
    }
    if (events->count == events->cap) {
        events->cap = events->cap ? events->cap * 2 : 16;
        events->items = mem_resize(events->items, events->cap, sizeof(*events->items));
        events->bodies = mem_resize(events->bodies, events->cap, sizeof(*events->bodies));
    }
    struct json *body = &events->bodies[events->count];
    *body = (struct json){0};
    if (!json_parse(row->body, body, &err)) return true;
    events->items[events->count++] = (struct profile_event){
        .name = keep_text(&events->keep, row->name),
        .type = STR("track"),
        .message_id = keep_text(&events->keep, row->message_id),
        .source_id = source_name(row->source),
        .timestamp = json_get_text(body->root, "timestamp"),
        .timestamp_ms = row->at_ms,
        .properties = json_get(body->root, "properties"),
        .context = json_get(body->root, "context"),
        .external_ids = events->external_ids};
    return true;
}

static void make_id_list(const struct call *call, struct json *out) {
    struct ids ids = {0};
    store_each_identifier(call->cloud->store, call->profile, add_id, &ids);
    struct json_node *list = json_new_array(out);
    for (size_t i = 0; i < ids.count; i++) {
        struct json_node *id = json_add_object(list, NULL);
        json_add_text(id, "collection", STR("users"));
        json_add_text(id, "type", ids.items[i].type);
        json_add_text(id, "id", ids.items[i].id);
        json_add_text(id, "encoding", STR("none"));
    }
    ids_release(&ids);
}

static void answer_events(struct call *call) {
    struct json external_ids = {0};
    make_id_list(call, &external_ids);
    struct events events = {
        .query = call->query,
        .limit = (size_t)limit_of(call, EVENTS_DEFAULT_LIMIT),
        .external_ids = external_ids.root,
        .is_past_next = call->query->next.len == 0};
    struct store_profile_events range = {
        .profile = call->profile,
        .from_ms = INT64_MIN,
        // by arrival: how old a backfilled event may be and still show is not published
        .received_from_ms = call->cloud->now_ms - EVENTS_WINDOW_MS,
        .to_ms = INT64_MAX,
        .is_ascending = str_equal(call->query->sort, STR("asc"))};
    int64_t start_ms = 0, end_ms = 0;
    if (clock_parse_iso8601(call->query->start, &start_ms) && start_ms > range.from_ms)
        range.from_ms = start_ms;
    if (clock_parse_iso8601(call->query->end, &end_ms)) range.to_ms = end_ms;
    store_each_profile_event(call->cloud->store, &range, add_event, &events);
    const struct profile_cursor cursor = {
        .url = buf_str(&call->url),
        .next = buf_str(&events.next),
        .has_more = events.next.len != 0,
        .limit = (int)events.limit};
    struct buf body = {0};
    profile_events_encode(events.items, events.count, &cursor, &body);
    answer(call, &body);
    for (size_t i = 0; i < events.count; i++)
        json_release(&events.bodies[i]);
    mem_free(events.bodies);
    mem_free(events.items);
    buf_release(&events.next);
    keep_release(&events.keep);
    json_release(&external_ids);
}

// ---- metadata, links ----

static void answer_metadata(struct call *call) {
    struct store_profile row;
    struct buf created = {0}, updated = {0}, body = {0};
    if (!store_get_profile(call->cloud->store, call->profile, &row)) {
        (void)answer_error(call->exchange, PROFILE_REFUSAL_NOT_FOUND, STR("profile was not found"));
        return;
    }
    clock_add_iso8601(&created, row.created_at_ms);
    clock_add_iso8601(&updated, row.updated_at_ms);
    const struct profile_metadata metadata = {
        .created_at = buf_str(&created),
        .updated_at = buf_str(&updated),
        .first_message_id = row.first_message_id,
        .first_source_id = source_name(row.first_source),
        .last_message_id = row.last_message_id,
        .last_source_id = source_name(row.last_source)};
    profile_metadata_encode(&metadata, &body);
    answer(call, &body);
    buf_release(&created);
    buf_release(&updated);
}

static void answer_links(struct call *call) { // the sandbox's space has no accounts
    const struct profile_cursor cursor = {.url = buf_str(&call->url)};
    struct buf body = {0};
    profile_ids_encode(NULL, 0, &cursor, &body);
    answer(call, &body);
}

static void answer_resource(struct call *call) {
    buf_add(&call->url, STR("/v1/spaces/" IDENTITIES_SPACE_ID "/collections/users/profiles/"));
    profiles_add_internal_id(&call->url, call->profile);
    buf_add_format(&call->url, "/%s", profile_resource_name(call->query->resource));
    switch (call->query->resource) {
    case PROFILE_TRAITS: answer_traits(call); break;
    case PROFILE_EXTERNAL_IDS: answer_ids(call); break;
    case PROFILE_EVENTS: answer_events(call); break;
    case PROFILE_METADATA: answer_metadata(call); break;
    case PROFILE_LINKS: answer_links(call); break;
    case PROFILE_RESOURCE_COUNT: break;
    }
    buf_release(&call->url);
}

static enum server_verdict find_and_answer(
    struct cloud *cloud, struct exchange *exchange, const struct profile_target *target) {
    struct call call = {.cloud = cloud, .exchange = exchange, .query = &target->query};
    if (!has_token(exchange)) {
        return answer_error(
            exchange, PROFILE_REFUSAL_AUTHENTICATION, STR("the access token is missing or wrong"));
    }
    if (!str_equal(target->query.space_id, STR(IDENTITIES_SPACE_ID))) {
        return answer_error(
            exchange, PROFILE_REFUSAL_AUTHENTICATION,
            STR("the access token does not belong to this space"));
    }
    if (!target->query.is_accounts)
        call.profile = profiles_find(cloud, target->query.id_type, target->query.id_value);
    if (!call.profile)
        return answer_error(exchange, PROFILE_REFUSAL_NOT_FOUND, STR("profile was not found"));
    answer_resource(&call);
    return SERVER_ANSWER;
}

static enum server_verdict get(struct cloud *cloud, struct exchange *exchange) {
    struct profile_target target = {0};
    struct error err = {0};
    struct buf id = {0};
    if (profile_target_decode(exchange->path, exchange->query, &target, &err)) {
        (void)find_and_answer(cloud, exchange, &target);
    } else {
        (void)answer_error(exchange, profile_refusal_of(&err), str_from(err.message));
    }
    profile_target_release(&target);
    rng_add_uuid(&cloud->rng, &id);
    headers_set(&exchange->response.headers, STR("Request-Id"), buf_str(&id));
    buf_release(&id);
    return SERVER_ANSWER;
}

static const struct route rows[] = {
    {.method = "GET", .path = "/v1/spaces/", .is_prefix = true, .run = get},
};

struct routes routes_profile(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
