// fixture — a sandbox for one test, and short ways to talk to it.
//
// Owns     the sandbox, its folder and the last answer; fixture_stop.
#pragma once

#include "base/json.h"
#include "http/response.h"
#include "sandbox/sandbox.h"
#include "support/temp_folder.h"
#include "support/test.h"

struct fixture {
    struct sandbox *sandbox;
    struct sandbox_identities identities;
    struct temp_folder folder;
    bool has_folder;
    struct sandbox_options options; // of every start; data_folder is the fixture's
    struct response response;       // of the last call
    struct json json;               // its body, when that is JSON
};

void fixture_start_in_memory(struct fixture *fixture);
void fixture_start_on_disk(struct fixture *fixture);
// With options of one's own; `options` and its texts must outlive the fixture. data_folder not NULL: on disk.
void fixture_start_with(struct fixture *fixture, const struct sandbox_options *options);
void fixture_restart(struct fixture *fixture); // stop and start on the same folder
void fixture_stop(struct fixture *fixture);
// For cmocka_unit_test_setup_teardown: *state is a fixture of one test.
int fixture_set_up_in_memory(void **state);
int fixture_set_up_on_disk(void **state);
int fixture_tear_down(void **state);
const char *fixture_get_identity(const struct fixture *fixture, const char *key);

struct fixture_call {
    const char *method, *target, *body; // method NULL: GET
    const char *authorization;          // NULL: none
    const char *origin, *host;
    const char *const *headers; // further ones: name, value, name, value, NULL; NULL: none
    size_t body_bytes;          // of a body that is no text; 0: strlen
};
// Each call returns the status; body and JSON are in the fixture.
int fixture_call(struct fixture *fixture, const struct fixture_call *call);
int fixture_get(struct fixture *fixture, const char *target);
// POST /v1/<route> with the write key of a source as Basic auth.
int fixture_track(struct fixture *fixture, const char *source, const char *route, const char *json);
// GET of the Profile API: ".../user_id:U/" + resource.
int fixture_profile(struct fixture *fixture, const char *user, const char *resource);

struct fixture_aws {
    const char *service, *region; // signing name; region NULL: us-east-1
    const char *method;           // NULL: POST
    const char *json_target;      // X-Amz-Target, for JSON 1.1: "AmazonPersonalize.ListFilters"
    const char *target, *body;
    const char *access_key_id, *secret, *token; // NULL: the permanent key
    const char *log_type, *invocation_type;     // of Invoke
    int64_t clock_offset_s;
    bool is_form;
};
int fixture_aws(struct fixture *fixture, const struct fixture_aws *call);

// Sends a website-prod track of a sku with that messageId and waits for its delivery; the JSON is the
// delivery record's document.
void fixture_click(
    struct fixture *fixture, const char *user, const char *sku, const char *message_id);
const struct json_node *fixture_delivery(struct fixture *fixture, const char *message_id);
// The recommended list of the workshop's campaign, joined by commas; owned by the caller.
char *fixture_recommendations(struct fixture *fixture, const char *user);
