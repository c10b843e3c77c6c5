// profile_client — see the header.
#include "profile_client.h"

#include "segment/tracking.h"

int profile_client_get(
    struct fixture *fixture, const char *collection, const char *id, const char *resource) {
    struct buf target = {0}, basic = {0};
    buf_add_format(
        &target, "/v1/spaces/%s/collections/%s/profiles/%s/%s",
        fixture_get_identity(fixture, "profile_space_id"), collection, id, resource);
    tracking_add_basic(&basic, str_from(fixture_get_identity(fixture, "profile_api_token")));
    const int status = fixture_call(
        fixture,
        &(struct fixture_call){.target = buf_text(&target), .authorization = buf_text(&basic)});
    buf_release(&target);
    buf_release(&basic);
    return status;
}

char *profile_client_ids(struct fixture *fixture, const char *collection, const char *id) {
    struct buf list = {0};
    const int status = profile_client_get(fixture, collection, id, "external_ids?limit=100");
    if (status != 200) {
        buf_add_int(&list, status);
        return buf_take(&list);
    }
    const struct json_node *at = json_first(json_get(fixture->json.root, "data"));
    for (; at; at = json_next(at)) {
        if (list.len) buf_add_char(&list, ' ');
        buf_add(&list, json_get_text(at, "type"));
        buf_add_char(&list, ':');
        buf_add(&list, json_get_text(at, "id"));
    }
    return buf_take(&list);
}

char *profile_client_trait(
    struct fixture *fixture, const char *collection, const char *id, const char *trait) {
    struct buf resource = {0}, value = {0};
    buf_add_format(&resource, "traits?include=%s", trait);
    assert_int_equal(profile_client_get(fixture, collection, id, buf_text(&resource)), 200);
    const struct json_node *found = json_get(json_get(fixture->json.root, "traits"), trait);
    if (found)
        json_print(found, &value);
    else
        buf_add(&value, STR("none"));
    buf_release(&resource);
    return buf_take(&value);
}

void profile_client_send(struct fixture *fixture, const char *route, const char *json) {
    assert_int_equal(fixture_track(fixture, "ios-prod", route, json), 200);
}

int profile_client_define(struct fixture *fixture, const char *key, const char *json) {
    struct buf target = {0};
    buf_add_format(&target, "/_recloop/computed-traits/%s", key);
    const int status = fixture_call(
        fixture,
        &(struct fixture_call){.method = "PUT", .target = buf_text(&target), .body = json});
    buf_release(&target);
    return status;
}

void profile_client_wait_live(struct fixture *fixture, const char *key) {
    struct buf target = {0};
    buf_add_format(&target, "/_recloop/computed-traits/%s?wait=20000", key);
    assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
    assert_str(json_get_text(fixture->json.root, "status"), "live");
    buf_release(&target);
}
