// personalize_calls — short ways to call Personalize in a fixture.
#pragma once

#include "fixture.h"

#define P_ARN "arn:aws:personalize:us-east-1:123456789012:"
#define P_GROUP P_ARN "dataset-group/segment-workshop"
#define P_ITEMS P_ARN "dataset/segment-workshop/ITEMS"
#define P_USERS P_ARN "dataset/segment-workshop/USERS"
#define P_CAMPAIGN P_ARN "campaign/segment-workshop-campaign"
#define P_USER "2941404340"

// An operation of the control plane; the JSON of the reply is in the fixture.
static inline int plane(struct fixture *fixture, const char *operation, const char *body) {
    struct buf target = {0};
    buf_add_format(&target, "AmazonPersonalize.%s", operation);
    const int status = fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "personalize",
                     .json_target = buf_text(&target),
                     .target = "/",
                     .body = body});
    buf_release(&target);
    return status;
}

static inline int ask(struct fixture *fixture, const char *path, const char *body) {
    return fixture_aws(
        fixture, &(struct fixture_aws){.service = "personalize", .target = path, .body = body});
}

// "ResourceInUseException" of the last refusal.
static inline struct str refusal(const struct fixture *fixture) {
    return headers_get(&fixture->response.headers, STR("x-amzn-ErrorType"));
}

#define assert_plane(fixture, operation, input)                                                    \
    do {                                                                                           \
        if (plane(fixture, operation, input) != 200) {                                             \
            print_error(                                                                           \
                "%s:%d: %s: %s\n", __FILE__, __LINE__, operation,                                  \
                buf_text(&(fixture)->response.body));                                              \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

#define assert_refused(fixture, call, code, part)                                                  \
    do {                                                                                           \
        const int refused_status = (call);                                                         \
        if (refused_status == 200 || !str_contains(refusal(fixture), str_from(code)) ||            \
            !str_contains(buf_str(&(fixture)->response.body), str_from(part))) {                   \
            print_error(                                                                           \
                "%s:%d: wanted %s \"%s\", got %d " STR_FMT ": %s\n", __FILE__, __LINE__, code,     \
                part, refused_status, STR_ARG(refusal(fixture)),                                   \
                buf_text(&(fixture)->response.body));                                              \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

// The ids of a list of the last reply, joined by blanks; owned by the caller.
static inline char *ids(const struct fixture *fixture, const char *list) {
    struct buf text = {0};
    const struct json_node *item = json_first(json_get(fixture->json.root, list));
    for (; item; item = json_next(item)) {
        if (text.len) buf_add_char(&text, ' ');
        buf_add(&text, json_get_text(item, "itemId"));
    }
    return buf_take(&text);
}
