// server_path — the path of a request target in the one spelling that routes are looked up by.
//
// Shape    absolute targets lose scheme and host; escapes of characters that need none are decoded
//          (RFC 3986 6.2.2.2), dot segments are removed (5.2.4), so that no other spelling gets past a rule
//          made for a path. A '%' that begins no escape becomes %25; everything else stays as it came.
// Errors   false: an escape of NUL, which no service has a use for.
// Threads  any.
#pragma once

#include "base/buf.h"

// Appends to `out`, always something that begins as the path did.
bool server_path_normalise(struct str path, struct buf *out);
// Is there anything to do? Cheap, and false for all that usual clients send.
bool server_path_is_unusual(struct str path);
