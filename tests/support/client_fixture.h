// client_fixture — a client with the settings of a workshop, pointed at a loopback server.
//
// Shape    client_fixture_start makes config and client from a list of settings and a fake
//          environment; "{url}" in a value becomes the server's. Without more, AWS and Segment
//          calls all go to the server, signed with keys of our own.
// Owns     all of it; client_fixture_stop.
#pragma once

#include "client/client.h"
#include "net/transfers.h"
#include "support/loopback.h"

struct client_fixture_pair {
    const char *name, *value;
};

struct client_fixture {
    struct config config;
    struct client *client;
    struct loopback *server;                 // NULL with a url of the caller's
    struct client_fixture_pair *environment; // borrowed, ends with name NULL; may be NULL
    struct buf values[32];                   // of the settings
};

struct client_fixture_options {
    const struct loopback_exchange *script;
    size_t script_count;
    const struct client_fixture_pair *settings; // added to the workshop's; ends with name NULL
    struct client_fixture_pair *environment;
    bool has_no_keys; // keys come from the chain
    bool is_empty;    // none of the workshop's settings
    bool has_no_sandbox;
    loopback_decide_fn *decide; // in place of the script
    void *decide_context;
    const char *access_key_id, *secret_access_key; // NULL: ours
    const char *url; // of a server of the caller's, in place of one of ours
};

void client_fixture_start(
    struct client_fixture *fixture, const struct client_fixture_options *options);
void client_fixture_stop(struct client_fixture *fixture);
