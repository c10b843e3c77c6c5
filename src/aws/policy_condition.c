// policy_condition — the operators of Condition blocks, as a table.
//
// One condition: does any (or all, or, of a negated operator, none) of the request's values of the key
// fit one of the policy's values? Without the key a plain operator fails, a negated one holds, and
// …IfExists holds.
#include "policy_internal.h"

#include "base/clock.h"

#include <arpa/inet.h>

enum comparison { EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL };

struct operator_row;
struct comparing {
    const struct operator_row *row;
    const struct policy *policy;
    const struct policy_request *request;
};
typedef bool fits_fn(const struct comparing *comparing, struct str wanted, struct str is);

struct operator_row {
    const char *name;
    fits_fn *fits;
    enum comparison comparison;
    bool is_negated;
    bool ignores_case, has_wildcards;
};

static bool compares(const struct operator_row *row, int order) {
    switch (row->comparison) {
    case EQUAL: return order == 0;
    case LESS: return order < 0;
    case LESS_OR_EQUAL: return order <= 0;
    case GREATER: return order > 0;
    case GREATER_OR_EQUAL: return order >= 0;
    }
    UNREACHABLE("a comparison of no kind");
}

static bool fits_text(const struct comparing *comparing, struct str wanted, struct str is) {
    CLEANUP(buf_release) struct buf filled = {0};
    const struct operator_row *row = comparing->row;
    return policy_fill_in(
               comparing->policy, wanted, comparing->request, row->has_wildcards, &filled) &&
           policy_matches_filled(buf_str(&filled), is, row->ignores_case);
}

// The six parts one by one, so that a wildcard does not reach over a colon; the last holds the rest.
static bool fits_arn(const struct comparing *comparing, struct str wanted, struct str is) {
    CLEANUP(buf_release) struct buf filled = {0};
    if (!policy_fill_in(comparing->policy, wanted, comparing->request, true, &filled)) return false;
    struct str pattern = buf_str(&filled);
    for (int i = 0; i < 5; i++) {
        struct str left, right, pattern_left, pattern_right;
        if (!str_split(is, ':', &left, &right)) return false;
        if (!str_split(pattern, ':', &pattern_left, &pattern_right))
            return pattern.len == 1 && pattern.ptr[0] == POLICY_ANY_TEXT;
        if (!policy_matches_filled(pattern_left, left, false)) return false;
        is = right;
        pattern = pattern_right;
    }
    return policy_matches_filled(pattern, is, false);
}

static bool fits_number(const struct comparing *comparing, struct str wanted, struct str is) {
    double left = 0, right = 0;
    if (!str_parse_double(is, &left) || !str_parse_double(wanted, &right)) return false;
    return compares(comparing->row, left < right ? -1 : left > right);
}

static bool read_date(struct str text, int64_t *out_ms) {
    int64_t seconds = 0;
    if (clock_parse_iso8601(text, out_ms)) return true;
    if (!str_parse_int64(text, &seconds) || seconds > INT64_MAX / 1000 ||
        seconds < INT64_MIN / 1000) {
        return false;
    }
    *out_ms = seconds * 1000;
    return true;
}

static bool fits_date(const struct comparing *comparing, struct str wanted, struct str is) {
    int64_t left = 0, right = 0;
    if (!read_date(is, &left) || !read_date(wanted, &right)) return false;
    return compares(comparing->row, left < right ? -1 : left > right);
}

static bool fits_bool(const struct comparing *comparing, struct str wanted, struct str is) {
    (void)comparing;
    return str_equal_nocase(wanted, is);
}

// An address as its bytes, IPv4 or IPv6; the number of bits, or 0.
static int read_address(struct str text, uint8_t out[16]) {
    CLEANUP(buf_release) struct buf name = {0};
    buf_add(&name, text);
    if (inet_pton(AF_INET, buf_text(&name), out) == 1) return 32;
    return inet_pton(AF_INET6, buf_text(&name), out) == 1 ? 128 : 0;
}

static bool fits_address(const struct comparing *comparing, struct str wanted, struct str is) {
    uint8_t network[16] = {0}, address[16] = {0};
    struct str base, length;
    int64_t prefix = 0;
    (void)comparing;
    const bool has_length = str_split(wanted, '/', &base, &length);
    const int bits = read_address(base, network);
    if (!bits || read_address(is, address) != bits) return false;
    if (!has_length) prefix = bits;
    if (has_length && (!str_parse_int64(length, &prefix) || prefix < 0 || prefix > bits))
        return false;
    for (int i = 0; i < prefix; i++) {
        const uint8_t mask = (uint8_t)(0x80 >> (i % 8));
        if ((network[i / 8] & mask) != (address[i / 8] & mask)) return false;
    }
    return true;
}

// Null asks whether the key is there at all: see policy_condition_holds.
static bool fits_null(const struct comparing *comparing, struct str wanted, struct str is) {
    (void)comparing;
    (void)is;
    return str_equal_nocase(wanted, STR("false"));
}

static const struct operator_row operator_rows[] = {
    {.name = "StringEquals", .fits = fits_text},
    {.name = "StringNotEquals", .fits = fits_text, .is_negated = true},
    {.name = "StringEqualsIgnoreCase", .fits = fits_text, .ignores_case = true},
    {.name = "StringNotEqualsIgnoreCase",
     .fits = fits_text,
     .ignores_case = true,
     .is_negated = true},
    {.name = "StringLike", .fits = fits_text, .has_wildcards = true},
    {.name = "StringNotLike", .fits = fits_text, .has_wildcards = true, .is_negated = true},
    {.name = "ArnEquals", .fits = fits_arn},
    {.name = "ArnLike", .fits = fits_arn},
    {.name = "ArnNotEquals", .fits = fits_arn, .is_negated = true},
    {.name = "ArnNotLike", .fits = fits_arn, .is_negated = true},
    {.name = "NumericEquals", .fits = fits_number},
    {.name = "NumericNotEquals", .fits = fits_number, .is_negated = true},
    {.name = "NumericLessThan", .fits = fits_number, .comparison = LESS},
    {.name = "NumericLessThanEquals", .fits = fits_number, .comparison = LESS_OR_EQUAL},
    {.name = "NumericGreaterThan", .fits = fits_number, .comparison = GREATER},
    {.name = "NumericGreaterThanEquals", .fits = fits_number, .comparison = GREATER_OR_EQUAL},
    {.name = "DateEquals", .fits = fits_date},
    {.name = "DateNotEquals", .fits = fits_date, .is_negated = true},
    {.name = "DateLessThan", .fits = fits_date, .comparison = LESS},
    {.name = "DateLessThanEquals", .fits = fits_date, .comparison = LESS_OR_EQUAL},
    {.name = "DateGreaterThan", .fits = fits_date, .comparison = GREATER},
    {.name = "DateGreaterThanEquals", .fits = fits_date, .comparison = GREATER_OR_EQUAL},
    {.name = "Bool", .fits = fits_bool},
    {.name = "BinaryEquals", .fits = fits_text},
    {.name = "IpAddress", .fits = fits_address},
    {.name = "NotIpAddress", .fits = fits_address, .is_negated = true},
    {.name = "Null", .fits = fits_null},
};

bool policy_find_operator(struct policy_condition *condition) {
    struct str name = condition->operator_name, quantifier, rest;
    condition->quantifier = POLICY_QUANTIFIER_NONE;
    if (str_split(name, ':', &quantifier, &rest)) {
        if (str_equal(quantifier, STR("ForAllValues")))
            condition->quantifier = POLICY_QUANTIFIER_ALL;
        else if (str_equal(quantifier, STR("ForAnyValue")))
            condition->quantifier = POLICY_QUANTIFIER_ANY;
        else
            return false;
        name = rest;
    }
    condition->if_exists = str_ends_with(name, STR("IfExists"));
    if (condition->if_exists) name = str_slice(name, 0, name.len - strlen("IfExists"));
    for (size_t i = 0; i < ARRAY_COUNT(operator_rows); i++) {
        if (!str_equal(name, str_from(operator_rows[i].name))) continue;
        condition->operator_row = &operator_rows[i];
        return operator_rows[i].fits != fits_null || !condition->if_exists;
    }
    return false;
}

static bool fits_any(
    const struct comparing *comparing, const struct policy_condition *condition, struct str value) {
    for (size_t i = 0; i < condition->values.count; i++) {
        if (comparing->row->fits(comparing, condition->values.items[i], value)) return true;
    }
    return false;
}

static bool holds_without_key(const struct policy_condition *condition) {
    const struct operator_row *row = condition->operator_row;
    if (row->fits == fits_null) {
        for (size_t i = 0; i < condition->values.count; i++) {
            if (str_equal_nocase(condition->values.items[i], STR("true"))) return true;
        }
        return false;
    }
    if (condition->if_exists || condition->quantifier == POLICY_QUANTIFIER_ALL) return true;
    return row->is_negated && condition->quantifier == POLICY_QUANTIFIER_NONE;
}

bool policy_condition_holds(
    const struct policy *policy,
    const struct policy_condition *condition,
    const struct policy_request *request) {
    const struct comparing comparing = {
        .row = condition->operator_row, .policy = policy, .request = request};
    const struct policy_fact *fact = policy_find_fact(request, condition->key);
    if (!fact || fact->count == 0) return holds_without_key(condition);
    const bool is_negated = comparing.row->is_negated;
    size_t fitting = 0;
    for (size_t i = 0; i < fact->count; i++)
        fitting += fits_any(&comparing, condition, fact->values[i]);
    switch ((enum policy_quantifier)condition->quantifier) {
    case POLICY_QUANTIFIER_ALL: return is_negated ? fitting == 0 : fitting == fact->count;
    case POLICY_QUANTIFIER_ANY: return is_negated ? fitting < fact->count : fitting > 0;
    case POLICY_QUANTIFIER_NONE: return is_negated ? fitting == 0 : fitting > 0;
    }
    UNREACHABLE("a quantifier of no kind");
}
