// members — see the header.
#include "members.h"

#include "base/clock.h"

#include <math.h>

void members_add_text(struct json_node *object, const char *key, const char *text) {
    if (text)
        json_add_text(object, key, str_from(text));
    else
        json_add_null(object, key);
}

void members_add_ms(struct json_node *object, const char *key, double ms) {
    if (ms < 0 || isnan(ms))
        json_add_null(object, key);
    else
        json_add_number(object, key, round(ms * 1000) / 1000);
}

void members_add_time(struct json_node *object, const char *key, int64_t at_ms) {
    if (at_ms <= 0) {
        json_add_null(object, key);
        return;
    }
    CLEANUP(buf_release) struct buf text = {0};
    clock_add_iso8601(&text, at_ms);
    json_add_text(object, key, buf_str(&text));
}

// Text that ought to be JSON; anything else stays a string.
void members_add_embedded(struct json_node *object, const char *key, const char *text) {
    CLEANUP(json_release) struct json value = {0};
    struct error ignored = {0};
    if (text && json_parse(str_from(text), &value, &ignored)) {
        json_add_copy(object, key, value.root);
    } else {
        members_add_text(object, key, text);
    }
}
