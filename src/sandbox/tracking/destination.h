// destination — the Amazon Personalize destination of website-prod: its switch and settings.
//
// Shape    one destination, stored as own_routes.h shows it. A message may bring settings of its own in
//          integrations["Amazon Personalize"] = {…}: function, region and logType count;
//          whom to trust (roleAddress, externalId) is not for whoever may send a message.
// Limits   clientContext INVOKE_MAX_CONTEXT_BYTES as base64, texts DESTINATION_TEXT_BYTES.
// Errors   ERROR_INVALID names the key, and nothing is changed.
// Threads  the sandbox's.
// Source   segment.md 4.1.
#pragma once

#include "cloud.h"
#include "segment/event.h"

#define DESTINATION_DEFAULT_REGION "us-west-2" // Segment's, and the classic mistake
#define DESTINATION_TEXT_BYTES 2048

struct destination_settings { // views
    struct str function, role, external_id;
    struct str region;         // filled in
    struct str log_type;       // "Tail", "None"
    struct str client_context; // JSON object; empty: none
};
// `event` may be empty or hold a message with settings of its own; the views are of both.
void destination_read_settings(
    const struct cloud *cloud, const struct event *event, struct destination_settings *out);
// The switch, and no fault that turns it off for that user.
bool destination_is_on(struct cloud *cloud, struct str user_id);

void destination_load(struct cloud *cloud); // from the store, or the workshop's values
void destination_release(struct cloud *cloud);
bool destination_change(struct cloud *cloud, struct str json, struct error *err) MUST_CHECK;
void destination_add_json(const struct cloud *cloud, struct buf *out);
