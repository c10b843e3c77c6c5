// profile_client — short ways to ask the sandbox's Profile API and computed traits, for the tests of profiles.
#pragma once

#include "fixture.h"

// GET …/collections/<collection>/profiles/<id>/<resource>, as it stands, with the token; the status.
int profile_client_get(
    struct fixture *fixture, const char *collection, const char *id, const char *resource);
// The identifiers of a user as "type:id type:id", in the API's order; "404" when there is none. Owned by the
// caller.
char *profile_client_ids(struct fixture *fixture, const char *collection, const char *id);
// A trait of a user as JSON text; "none" when it is not there. Owned by the caller.
char *profile_client_trait(
    struct fixture *fixture, const char *collection, const char *id, const char *trait);
// POST to a route of a source; must be accepted.
void profile_client_send(struct fixture *fixture, const char *route, const char *json);
// PUT of a computed trait, and waiting until it is live.
int profile_client_define(struct fixture *fixture, const char *key, const char *json);
void profile_client_wait_live(struct fixture *fixture, const char *key);

#define assert_trait(fixture, id, trait, expected)                                                 \
    do {                                                                                           \
        char *found = profile_client_trait(fixture, "users", id, trait);                           \
        assert_string_equal(found, expected);                                                      \
        free(found);                                                                               \
    } while (0)
