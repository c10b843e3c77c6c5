// cdn — the settings document that browser and mobile SDKs load before anything else.
//
// Shape    a document with one integration, Segment.io, that leads the SDK back to `api_host`. A second
//          one would make it load legacy bundles. Metrics are off, else it posts about itself.
// Threads  any.
// Source   analytics-next 1.84.3 (loader and segmentio plugin); Segment, "Analytics.js Source".
#pragma once

#include "base/buf.h"

// "/v1/projects/KEY/settings" and "/analytics.js/v1/KEY/settings"; the key is a view of the path, still
// percent-encoded.
bool cdn_path_parse(struct str path, struct str *write_key);

struct cdn_settings {
    struct str write_key;
    struct str api_host; // "127.0.0.1:7780/v1": no scheme, with the prefix of the routes
    struct str protocol; // "http" or "https"
};
void cdn_settings_encode(const struct cdn_settings *settings, struct buf *out);
