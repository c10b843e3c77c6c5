// members — members of JSON objects out of what messages hold; what is missing becomes null.
//
// Threads  any.
#pragma once

#include "base/json.h"

void members_add_text(struct json_node *object, const char *key, const char *text);
// With microseconds; below 0 and NaN: null.
void members_add_ms(struct json_node *object, const char *key, double ms);
// ISO 8601 UTC; 0 and less: null.
void members_add_time(struct json_node *object, const char *key, int64_t at_ms);
// Text that ought to be JSON; anything else stays a string.
void members_add_embedded(struct json_node *object, const char *key, const char *text);
