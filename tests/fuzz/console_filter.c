// The console's filter language: a first line is the filter, the rest the JSON of an event. What parses
// prints a text that parses to the same, and its inverse shows what it hides.
#include "console/filter.h"

#include "fuzz.h"

static const struct filter_field fields[] = {
    {.name = "type"},
    {.name = "ms", .kind = FILTER_NUMBER},
    {.name = "at", .kind = FILTER_TIME},
    {.name = "properties", .kind = FILTER_JSON, .path = "properties"},
    {.name = "raw", .kind = FILTER_JSON},
};

static bool find(const void *subject, size_t field, struct filter_value *out) {
    const struct str *raw = subject;
    *out = (struct filter_value){.text = *raw, .number = (double)raw->len, .at_ms = 1767607230500};
    return field != 0 || raw->len % 2 == 0;
}

static const struct filter_schema schema = {
    .fields = fields, .field_count = ARRAY_COUNT(fields), .find = find};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(buf_release) struct buf printed = {0};
    CLEANUP(buf_release) struct buf inverse = {0};
    struct filter filter, again, opposite;
    struct str text, json, value;
    struct error err = {0};
    size_t at = 0;
    str_split(fuzz_text(data, size), '\n', &text, &json);
    if (filter_find_json(json, text, &value))
        ASSERT(value.ptr >= json.ptr && value.ptr + value.len <= json.ptr + json.len);
    if (!filter_parse(text, &schema, &filter, &at, &err)) {
        ASSERT(err.code == ERROR_USAGE && err.hint[0] && at <= text.len);
        return 0;
    }
    filter_format(&filter, &printed);
    if (printed.len > FILTER_MAX_BYTES) return 0; // its quotes made it longer
    ASSERT(filter_parse(buf_str(&printed), &schema, &again, &at, &err));
    ASSERT(filter_is_same(&filter, &again));
    const bool is_right = filter_matches(&filter, &json);
    ASSERT(filter_matches(&again, &json) == is_right);
    filter_format_inverse(&filter, &inverse);
    if (filter_is_empty(&filter) || inverse.len > FILTER_MAX_BYTES) return 0;
    if (filter_parse(buf_str(&inverse), &schema, &opposite, &at, &err))
        ASSERT(filter_matches(&opposite, &json) != is_right);
    return 0;
}
