// profile_routes — the Profile API of the sandbox's space: who may ask, how often, and what is there. The
// lists are in profile_lists.c.
//
// Rate     100 requests a second of the cloud's clock (sandbox_options.profile_limit), counted for whoever
//          has the token; beyond it 429 with Retry-After: 1. Segment names no header, and says to back off
//          exponentially; a client that reads the header does no worse.
// Methods  GET and HEAD; the others get 405 in Segment's form. No CORS: the real API offers none, so
//          a preflight gets 405 as well.
// Ids      an external id is found in lower case only.
// Source   segment.md 3; Segment, "Profile API".
#include "base/clock.h"
#include "base/digest.h"
#include "profiles/identity.h"
#include "profiles/profile_call.h"
#include "profiles/profiles.h"
#include "segment/tracking.h"

#define REQUESTS_PER_SECOND 100

void profile_call_refuse(
    struct exchange *exchange, enum profile_refusal refusal, const char *message) {
    struct buf body = {0};
    profile_error_encode(refusal, str_from(message), &body);
    routes_answer_json(exchange, profile_refusal_status(refusal), buf_str(&body));
    buf_release(&body);
}

void profile_call_answer(struct profile_call *call, struct buf *take_body) {
    routes_answer_json(call->exchange, 200, buf_str(take_body));
    buf_release(take_body);
}

struct str profile_call_source(int source) {
    if (source < 0 || source >= SOURCE_COUNT)
        return STR(IDENTITIES_SPACE_ID); // computed by the space
    return str_from(identities_source((enum source_id)source)->segment_id);
}

static bool has_token(const struct exchange *exchange) {
    struct buf token = {0};
    (void)tracking_read_auth(server_header(exchange, "Authorization"), NULL, &token);
    const bool is_it = digest_equal(buf_str(&token), STR(IDENTITIES_PROFILE_TOKEN));
    buf_release(&token);
    return is_it;
}

static bool is_too_often(struct cloud *cloud) {
    const int64_t second = cloud->now_ms / 1000;
    const int limit =
        cloud->options.profile_limit ? cloud->options.profile_limit : REQUESTS_PER_SECOND;
    if (second != cloud->profile_second) cloud->profile_count = 0;
    cloud->profile_second = second;
    return ++cloud->profile_count > limit && limit > 0;
}

static void answer_metadata(struct profile_call *call) {
    struct store_profile row;
    struct buf created = {0}, updated = {0}, body = {0};
    if (!store_get_profile(call->cloud->store, call->profile, &row)) {
        profile_call_refuse(call->exchange, PROFILE_REFUSAL_NOT_FOUND, "Profile was not found.");
        return;
    }
    clock_add_iso8601(&created, row.created_at_ms);
    clock_add_iso8601(&updated, row.updated_at_ms);
    const struct profile_metadata metadata = {
        .created_at = buf_str(&created),
        .updated_at = buf_str(&updated),
        .first_message_id = row.first_message_id,
        .first_source_id = profile_call_source(row.first_source),
        .last_message_id = row.last_message_id,
        .last_source_id = profile_call_source(row.last_source)};
    profile_metadata_encode(&metadata, &body);
    profile_call_answer(call, &body);
    buf_release(&created);
    buf_release(&updated);
}

static void answer_resource(struct profile_call *call) {
    const bool is_account = call->query->is_accounts;
    buf_add(&call->url, STR("/v1/spaces/" IDENTITIES_SPACE_ID "/collections/"));
    buf_add(&call->url, is_account ? STR("accounts/profiles/") : STR("users/profiles/"));
    profiles_add_internal_id(&call->url, call->profile, is_account);
    buf_add_format(&call->url, "/%s", profile_resource_name(call->query->resource));
    switch (call->query->resource) {
    case PROFILE_TRAITS: profile_call_traits(call); break;
    case PROFILE_EXTERNAL_IDS: profile_call_ids(call); break;
    case PROFILE_EVENTS: profile_call_events(call); break;
    case PROFILE_METADATA: answer_metadata(call); break;
    case PROFILE_LINKS: profile_call_links(call); break;
    case PROFILE_RESOURCE_COUNT: break;
    }
    buf_release(&call->url);
}

static int64_t find_profile(struct cloud *cloud, const struct profile_query *query) {
    if (query->id_type.len && !identity_is_lower(query->id_value)) return 0;
    return query->is_accounts ? profiles_find_account(cloud, query->id_type, query->id_value)
                              : profiles_find(cloud, query->id_type, query->id_value);
}

static void find_and_answer(
    struct cloud *cloud, struct exchange *exchange, const struct profile_target *target) {
    struct profile_call call = {
        .cloud = cloud, .exchange = exchange, .target = target, .query = &target->query};
    if (!str_equal(target->query.space_id, STR(IDENTITIES_SPACE_ID))) {
        profile_call_refuse(
            exchange, PROFILE_REFUSAL_AUTHENTICATION,
            "The access token does not belong to this space.");
        return;
    }
    call.profile = find_profile(cloud, &target->query);
    if (call.profile)
        answer_resource(&call);
    else
        profile_call_refuse(exchange, PROFILE_REFUSAL_NOT_FOUND, "Profile was not found.");
}

static void read_and_answer(struct cloud *cloud, struct exchange *exchange) {
    struct profile_target target = {0};
    struct error err = {0};
    if (profile_target_decode(exchange->path, exchange->query, &target, &err))
        find_and_answer(cloud, exchange, &target);
    else
        profile_call_refuse(exchange, profile_refusal_of(&err), err.message);
    profile_target_release(&target);
}

static enum server_verdict run(struct cloud *cloud, struct exchange *exchange) {
    struct headers *headers = &exchange->response.headers;
    struct buf id = {0};
    if (!str_equal(exchange->method, STR("GET")) && !str_equal(exchange->method, STR("HEAD"))) {
        profile_call_refuse(
            exchange, PROFILE_REFUSAL_METHOD, "The Profile API answers GET requests only.");
        headers_set(headers, STR("Allow"), STR("GET, HEAD"));
    } else if (!has_token(exchange)) {
        profile_call_refuse(
            exchange, PROFILE_REFUSAL_AUTHENTICATION, "The access token is missing or wrong.");
    } else if (is_too_often(cloud)) {
        profile_call_refuse(
            exchange, PROFILE_REFUSAL_RATE_LIMIT,
            "Too many requests hit the API too quickly. Back off and try again.");
        headers_set(headers, STR("Retry-After"), STR("1"));
    } else {
        read_and_answer(cloud, exchange);
    }
    rng_add_uuid(&cloud->rng, &id);
    headers_set(headers, STR("Request-Id"), buf_str(&id));
    buf_release(&id);
    return SERVER_ANSWER;
}

static const struct route rows[] = {
    {.path = "/v1/spaces/", .is_prefix = true, .run = run},
};

struct routes routes_profile(void) {
    return (struct routes){.rows = rows, .count = ARRAY_COUNT(rows)};
}
