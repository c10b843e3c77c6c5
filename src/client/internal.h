// internal — what the files of client/ share: the client's inside, and the rows of the calls.
#pragma once

#include "aws/sigv4.h"
#include "client/client.h"
#include "client/client_call.h"

struct client {
    struct client_options options;
    struct credentials credentials; // when has_looked and set
    struct error credentials_error; // when has_looked and not
    bool has_looked;
    struct credentials_files files;
    bool has_files;
    struct buf region;
    struct sigv4_key_cache keys;
};

// Empties the call and writes what every call has.
void client_call_reset(struct client_call *call, struct client *client, enum client_call_kind kind);
// config_require by the setting's name.
bool client_require(const struct client *client, const char *setting, struct error *err) MUST_CHECK;
