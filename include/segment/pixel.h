// pixel — the Tracking Pixel API: one message inside the address of an image.
//
// Shape    `?data=` with the message as JSON in base64 (either alphabet, padding or none, blanks where a
//          plus was) or as plain JSON; else flat fields: `userId=…&event=…&properties.x=…`. A dot
//          makes an object, all values are text, the first of two equal names wins.
// Limits   a message of EVENT_MAX_BYTES, PIXEL_MAX_FIELDS flat fields, PIXEL_MAX_LEVELS dots in a name.
// Errors   ERROR_INVALID, ERROR_LIMIT; the answer is the same image whatever went wrong.
// Threads  any.
// Source   Segment, "Pixel Tracking API".
#pragma once

#include "base/json.h"
#include "segment/event.h"

#define PIXEL_MAX_FIELDS ((size_t)256)
#define PIXEL_MAX_LEVELS ((size_t)8)

// "/v1/pixel/track" and so on; false for any other path.
bool pixel_path_parse(struct str path, enum event_type *out);
// `query` is still encoded. `out` is the message with its `writeKey`, if it has one.
bool pixel_decode(struct str query, struct json *out, struct error *err) MUST_CHECK;
// A transparent picture of one by one, "image/gif".
struct str pixel_image(void);
