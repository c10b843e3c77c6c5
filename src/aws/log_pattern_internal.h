// log_pattern_internal — the tree of a filter pattern, shared by its reader and its matcher.
#pragma once

#include "aws/log_pattern.h"

enum log_pattern_operator {
    LOG_PATTERN_EQUAL,
    LOG_PATTERN_NOT_EQUAL,
    LOG_PATTERN_LESS,
    LOG_PATTERN_LESS_OR_EQUAL,
    LOG_PATTERN_GREATER,
    LOG_PATTERN_GREATER_OR_EQUAL,
    LOG_PATTERN_IS_NULL,
    LOG_PATTERN_IS_TRUE,
    LOG_PATTERN_IS_FALSE,
    LOG_PATTERN_EXISTS,
    LOG_PATTERN_NOT_EXISTS,
};

enum log_pattern_node_kind {
    LOG_PATTERN_AND,
    LOG_PATTERN_OR,
    LOG_PATTERN_COMPARE, // a property or field with a value
    LOG_PATTERN_HAS,     // a term of a text
    LOG_PATTERN_LACKS,
    LOG_PATTERN_TRUE,
};

struct log_pattern_node {
    enum log_pattern_node_kind kind;
    size_t left, right;
    enum log_pattern_operator comparison;
    struct str subject; // of JSON the selector behind '$'; of fields the name
    size_t field;       // its place in pattern->fields
    struct str value;   // without quotes; of a term the term
    double number;
    bool is_number, is_quoted;
};

// What is being read; the text is the pattern's own copy.
struct log_pattern_reader {
    struct log_pattern *pattern;
    struct str text;
    size_t at;
    size_t depth;
    struct error *err;
};
size_t log_pattern_add(struct log_pattern_reader *reader, const struct log_pattern_node *node);
bool log_pattern_refuse(struct log_pattern_reader *reader, const char *hint); // at this place
void log_pattern_skip_blanks(struct log_pattern_reader *reader);
bool log_pattern_take(struct log_pattern_reader *reader, const char *literal);
bool log_pattern_at_end(const struct log_pattern_reader *reader);
// Reads  operand-free or `= value` behind a subject into the node. `stops` ends a bare value.
bool log_pattern_read_comparison(
    struct log_pattern_reader *reader, const char *stops, struct log_pattern_node *node);

bool log_pattern_read_json(struct log_pattern_reader *reader);   // log_pattern_json.c
bool log_pattern_read_fields(struct log_pattern_reader *reader); // log_pattern_fields.c
bool log_pattern_json_matches(const struct log_pattern *pattern, struct str message);
bool log_pattern_fields_match(const struct log_pattern *pattern, struct str message);
bool log_pattern_compare_text(const struct log_pattern_node *node, struct str text);
bool log_pattern_compare_number(const struct log_pattern_node *node, double number);
