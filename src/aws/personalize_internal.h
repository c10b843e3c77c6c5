// personalize_internal — what the files of the two Personalize services share: checks of members in
// the service's own words, and reading and writing of its JSON shapes.
#pragma once

#include "aws/personalize.h"
#include "base/attributes.h"

// "1 validation error detected: Value 'x' at 'userId' failed to satisfy constraint: Member must …".
bool personalize_refuse(
    struct error *err, const char *member, struct str value, const char *constraint);

struct personalize_limit {
    const char *member;
    size_t least, most; // in characters
    bool is_required;
};
bool personalize_check_text(struct str text, struct personalize_limit limit, struct error *err)
    MUST_CHECK;
bool personalize_check_arn(struct str arn, const char *member, bool is_required, struct error *err)
    MUST_CHECK;
struct personalize_map_limit {
    const char *member;
    size_t entries, name_chars, value_chars;
};
bool personalize_check_map(
    const struct personalize_map *map,
    struct personalize_map_limit limit,
    struct error *err) MUST_CHECK;

// Reading; absent and null leave the output alone, a wrong kind is ERROR_INVALID in the service's
// words ("NUMBER_VALUE can not be converted to a String").
bool personalize_read_text(
    const struct json_node *object, const char *key, struct str *out, struct error *err) MUST_CHECK;
bool personalize_read_integer(
    const struct json_node *object, const char *key, int64_t *out, struct error *err) MUST_CHECK;
bool personalize_read_map(
    const struct json_node *object, const char *key, struct personalize_map *out, struct error *err)
    MUST_CHECK;
bool personalize_read_list(
    const struct json_node *object,
    const char *key,
    struct personalize_list *out,
    struct error *err) MUST_CHECK;
// metadataColumns: {"ITEMS": [...]}
bool personalize_read_columns(
    const struct json_node *object, struct personalize_list *out, struct error *err) MUST_CHECK;
// Requests are objects; anything else is refused as the service does.
bool personalize_read_document(struct str body, struct json *out, struct error *err) MUST_CHECK;

void personalize_write_text(struct json_node *object, const char *key, struct str text);
void personalize_write_map(
    struct json_node *object, const char *key, const struct personalize_map *map);
void personalize_write_list(
    struct json_node *object, const char *key, const struct personalize_list *list);
void personalize_write_columns(struct json_node *object, const struct personalize_list *columns);

void personalize_map_release(struct personalize_map *map);
void personalize_list_release(struct personalize_list *list);
