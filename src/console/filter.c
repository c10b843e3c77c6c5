// filter — reading and printing it; filter_match.c asks it.
#include "console/filter.h"

#include "base/clock.h"

#include <math.h>

#define DAY_MS ((int64_t)86400000)

struct parser {
    struct str text;
    size_t at;
    const struct filter_schema *schema;
    struct filter *filter;
    int depth;
    size_t wrong_at;
    struct error *err;
};

static bool wrong(struct parser *parser, size_t at, const char *hint) {
    parser->wrong_at = at;
    return error_hint(parser->err, "%s", hint); // the message stands already
}

#define WRONG(parser, wrong_place, hint, ...)                                                      \
    (error_set((parser)->err, ERROR_USAGE, __VA_ARGS__), wrong(parser, wrong_place, hint))

// Characters

static bool is_blank(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

static bool is_letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static bool is_name_character(char character) {
    return is_letter(character) || (character >= '0' && character <= '9') || character == '_' ||
           character == '.' || character == '$' || character == '-';
}

static bool is_at_end(const struct parser *parser) {
    return parser->at >= parser->text.len;
}

static char peek(const struct parser *parser) {
    return is_at_end(parser) ? '\0' : parser->text.ptr[parser->at];
}

static void skip_blanks(struct parser *parser) {
    while (!is_at_end(parser) && is_blank(peek(parser)))
        parser->at++;
}

// Nodes

static bool add_node(struct parser *parser, size_t at, const struct filter_node *node, int *out) {
    struct filter *filter = parser->filter;
    if (filter->node_count == FILTER_MOST_NODES)
        return WRONG(
            parser, at, "Say it with fewer words.", "a filter has at most %d parts",
            FILTER_MOST_NODES);
    filter->nodes[filter->node_count] = *node;
    *out = filter->node_count++;
    return true;
}

static bool
add_pair(struct parser *parser, size_t at, enum filter_operator is, int left, int right, int *out) {
    const struct filter_node node = {.is = is, .left = left, .right = right};
    return add_node(parser, at, &node, out);
}

static struct filter_span keep(struct parser *parser, struct str text) {
    struct filter *filter = parser->filter;
    ASSERT(text.len <= sizeof(filter->text) - filter->text_len); // no longer than what was typed
    const struct filter_span span = {.at = (uint16_t)filter->text_len, .len = (uint16_t)text.len};
    if (text.len) memcpy(filter->text + filter->text_len, text.ptr, text.len);
    filter->text_len += text.len;
    return span;
}

static struct str text_of(const struct filter *filter, struct filter_span span) {
    return (struct str){.ptr = filter->text + span.at, .len = span.len};
}

// Values: a word, a quoted text, or a regular expression

static bool read_quoted(struct parser *parser, struct filter_span *out) {
    const size_t opened_at = parser->at++;
    struct filter *filter = parser->filter;
    const size_t start = filter->text_len;
    while (!is_at_end(parser) && peek(parser) != '"') {
        if (peek(parser) == '\\' && parser->at + 1 < parser->text.len) parser->at++;
        (void)keep(parser, str_slice(parser->text, parser->at, 1));
        parser->at++;
    }
    if (is_at_end(parser))
        return WRONG(parser, opened_at, "Add the \".", "this quote is never closed");
    parser->at++;
    *out = (struct filter_span){.at = (uint16_t)start, .len = (uint16_t)(filter->text_len - start)};
    return true;
}

static size_t end_of_pattern(const struct parser *parser, size_t at) {
    for (; at < parser->text.len && parser->text.ptr[at] != '/'; at++) {
        if (parser->text.ptr[at] == '\\') at++;
    }
    return at;
}

static bool read_pattern(struct parser *parser, struct filter_node *node) {
    struct filter *filter = parser->filter;
    const size_t opened_at = parser->at, start = opened_at + 1;
    const size_t end = end_of_pattern(parser, start);
    if (end >= parser->text.len)
        return WRONG(
            parser, opened_at, "Add the /, or quote a text that begins with one: \"/path\".",
            "this expression is never closed");
    if (filter->pattern_count == FILTER_MOST_PATTERNS)
        return WRONG(
            parser, opened_at, "Join them with | in one expression.",
            "a filter has at most %d expressions", FILTER_MOST_PATTERNS);
    const struct str text = str_slice(parser->text, start, end - start);
    parser->at = end + 1;
    node->ignores_case = peek(parser) == 'i';
    if (node->ignores_case) parser->at++;
    size_t wrong_at = 0;
    struct pattern *pattern = &filter->patterns[filter->pattern_count];
    if (!pattern_parse(text, node->ignores_case, pattern, &wrong_at, parser->err)) {
        parser->wrong_at = start + wrong_at;
        return false;
    }
    node->is = FILTER_MATCHES;
    node->pattern = filter->pattern_count++;
    node->text = keep(parser, text);
    return true;
}

static bool ends_word(char character) {
    return is_blank(character) || character == '(' || character == ')' || character == '"';
}

static struct str read_word(struct parser *parser) {
    const size_t start = parser->at;
    while (!is_at_end(parser) && !ends_word(peek(parser)))
        parser->at++;
    return str_slice(parser->text, start, parser->at - start);
}

static bool read_value(struct parser *parser, struct filter_node *node) {
    if (peek(parser) == '"') return read_quoted(parser, &node->text);
    if (peek(parser) == '/') return read_pattern(parser, node);
    const struct str word = read_word(parser);
    if (node->is == FILTER_CONTAINS && node->field != FILTER_ANY_FIELD && str_equal(word, STR("*")))
        node->is = FILTER_EXISTS;
    node->text = keep(parser, word);
    return true;
}

// What a value says

static bool read_two_digits(struct str text, int most, int64_t *out) {
    if (text.len != 2 || text.ptr[0] < '0' || text.ptr[0] > '9') return false;
    return str_parse_int64(text, out) && *out >= 0 && *out <= most;
}

// HH:MM or HH:MM:SS
static bool read_time_of_day(struct str text, struct filter_node *node) {
    int64_t hour = 0, minute = 0, second = 0;
    const bool has_second = text.len == 8;
    if ((text.len != 5 && !has_second) || text.ptr[2] != ':') return false;
    if (!read_two_digits(str_slice(text, 0, 2), 23, &hour)) return false;
    if (!read_two_digits(str_slice(text, 3, 2), 59, &minute)) return false;
    if (has_second && (text.ptr[5] != ':' || !read_two_digits(str_skip(text, 6), 59, &second)))
        return false;
    node->is_time_of_day = true;
    node->from_ms = ((hour * 60 + minute) * 60 + second) * 1000;
    node->to_ms = node->from_ms + (has_second ? 1000 : 60000);
    return true;
}

static bool read_date_time(struct str text, struct filter_node *node) {
    struct buf whole = {0};
    const bool is_day = text.len == 10;
    buf_add(&whole, text);
    if (is_day) buf_add(&whole, STR("T00:00"));
    const bool is_good = text.len >= 10 && clock_parse_iso8601(buf_str(&whole), &node->from_ms);
    buf_release(&whole);
    if (!is_good) return false;
    const struct str time = str_skip(text, 11);
    const bool has_second = time.len >= 8 && time.ptr[5] == ':';
    const bool has_fraction = str_find_char(time, '.') < time.len;
    const int64_t length_ms = is_day ? DAY_MS : has_fraction ? 1 : has_second ? 1000 : 60000;
    node->to_ms = node->from_ms + length_ms;
    return true;
}

static void read_meaning(struct str text, struct filter_node *node) {
    double number = 0;
    node->is_number = str_parse_double(text, &number) && isfinite(number);
    if (node->is_number) node->number = number;
    node->is_time = read_time_of_day(text, node) || read_date_time(text, node);
}

static bool is_comparison(enum filter_operator is) {
    return is >= FILTER_LESS && is <= FILTER_AT_LEAST;
}

// Is the value one that the field can have?
static bool check_value(struct parser *parser, size_t at, struct filter_node *node) {
    const enum filter_kind kind = parser->schema->fields[node->field].kind;
    const char *name = parser->schema->fields[node->field].name;
    if (node->is == FILTER_EXISTS) return true;
    const bool is_compared = is_comparison(node->is);
    const bool is_pattern = node->is == FILTER_MATCHES;
    if (!is_pattern) read_meaning(text_of(parser->filter, node->text), node);
    if (kind == FILTER_NUMBER && (is_pattern || !node->is_number))
        return WRONG(parser, at, "Write a number: 400, 2.5.", "%s is a number", name);
    if (kind == FILTER_TIME && (is_pattern || !node->is_time))
        return WRONG(
            parser, at, "Write 10:00, 10:00:30, 2026-01-05 or 2026-01-05T10:00 (UTC).",
            "%s is a time", name);
    const bool is_comparable =
        node->is_number || (node->is_time && (kind == FILTER_TIME || kind == FILTER_JSON));
    if (is_compared && !is_comparable)
        return WRONG(
            parser, at, "For texts there are : = != and /expressions/.",
            "only numbers and times can be compared");
    return true;
}

// Fields

static bool read_operator(struct parser *parser, enum filter_operator *out, bool *is_negated) {
    static const struct {
        const char *text;
        enum filter_operator is;
        bool is_negated;
    } operators[] = {
        // the longer ones first
        {"!=", FILTER_EQUALS, true},   {">=", FILTER_AT_LEAST, false},
        {"<=", FILTER_AT_MOST, false}, {":", FILTER_CONTAINS, false},
        {"=", FILTER_EQUALS, false},   {">", FILTER_MORE, false},
        {"<", FILTER_LESS, false},
    };
    const struct str rest = str_skip(parser->text, parser->at);
    for (size_t i = 0; i < ARRAY_COUNT(operators); i++) {
        if (!str_starts_with(rest, str_from(operators[i].text))) continue;
        parser->at += strlen(operators[i].text);
        *out = operators[i].is;
        *is_negated = operators[i].is_negated;
        return true;
    }
    return false;
}

static bool unknown_field(struct parser *parser, size_t at, struct str name) {
    struct buf known = {0};
    for (size_t i = 0; i < parser->schema->field_count; i++) {
        const struct filter_field *field = &parser->schema->fields[i];
        const char *member = field->kind == FILTER_JSON && field->path ? ".…" : "";
        buf_add_format(&known, "%s%s%s", i ? " " : "", field->name, member);
    }
    error_set(parser->err, ERROR_USAGE, "there is no field \"" STR_FMT "\"", STR_ARG(name));
    error_hint(parser->err, "Fields: %s. Quote a text that is meant as it is.", buf_text(&known));
    buf_release(&known);
    parser->wrong_at = at;
    return false;
}

// "properties.sku" is the field before the first dot and a path behind it.
static bool
find_field(struct parser *parser, size_t at, struct str name, struct filter_node *node) {
    struct str first = name, path = {0};
    const bool has_path = str_split(name, '.', &first, &path);
    for (size_t i = 0; i < parser->schema->field_count; i++) {
        const struct filter_field *field = &parser->schema->fields[i];
        if (!str_equal_nocase(first, str_from(field->name))) continue;
        if (has_path && (field->kind != FILTER_JSON || !path.len)) break;
        node->field = (int)i;
        node->path = keep(parser, path);
        return true;
    }
    return unknown_field(parser, at, name);
}

// Reads "name operator" if it stands here; otherwise nothing is read.
static bool
read_head(struct parser *parser, struct str *name, enum filter_operator *is, bool *is_negated) {
    const size_t start = parser->at;
    if (!is_letter(peek(parser))) return false;
    while (!is_at_end(parser) && is_name_character(peek(parser)))
        parser->at++;
    *name = str_slice(parser->text, start, parser->at - start);
    if (read_operator(parser, is, is_negated)) return true;
    parser->at = start;
    return false;
}

static bool read_test(struct parser *parser, int *out) {
    const size_t start = parser->at;
    struct filter_node node = {.is = FILTER_CONTAINS, .field = FILTER_ANY_FIELD};
    struct str name = {0};
    bool is_negated = false;
    const bool has_field = read_head(parser, &name, &node.is, &is_negated);
    if (has_field && !find_field(parser, start, name, &node)) return false;
    const size_t value_at = parser->at;
    const bool is_quoted = peek(parser) == '"';
    const enum filter_operator asked = node.is;
    if (!read_value(parser, &node)) return false;
    if (!node.text.len && node.is != FILTER_MATCHES && !is_quoted)
        return WRONG(
            parser, value_at, "Write what it is to be, or * for anything: sku:*.",
            "a value is missing");
    if (node.is == FILTER_MATCHES && is_comparison(asked))
        return WRONG(
            parser, value_at, "Expressions stand behind : = and !=.",
            "an expression cannot be compared");
    if (has_field && !check_value(parser, value_at, &node)) return false;
    if (!add_node(parser, start, &node, out)) return false;
    return !is_negated || add_pair(parser, start, FILTER_NOT, *out, 0, out);
}

// Expressions

static bool is_word_here(const struct parser *parser, const char *word) {
    const struct str rest = str_skip(parser->text, parser->at);
    const size_t len = strlen(word);
    if (!str_equal_nocase(str_slice(rest, 0, len), str_from(word))) return false;
    const size_t end = parser->at + len;
    return end >= parser->text.len || ends_word(parser->text.ptr[end]);
}

static bool takes_word(struct parser *parser, const char *word) {
    skip_blanks(parser);
    if (!is_word_here(parser, word)) return false;
    parser->at += strlen(word);
    return true;
}

static bool read_alternatives(struct parser *parser, int *out);
static bool read_negatable(struct parser *parser, int *out);

static bool read_group(struct parser *parser, int *out) {
    const size_t opened_at = parser->at++;
    if (!read_alternatives(parser, out)) return false;
    skip_blanks(parser);
    if (peek(parser) != ')')
        return WRONG(parser, opened_at, "Add the ).", "this ( is never closed");
    parser->at++;
    return true;
}

static bool read_negation(struct parser *parser, int *out) {
    const size_t at = parser->at;
    if (!takes_word(parser, "not")) parser->at++;
    return read_negatable(parser, out) && add_pair(parser, at, FILTER_NOT, *out, 0, out);
}

static bool read_one(struct parser *parser, int *out) {
    if (peek(parser) == '(') return read_group(parser, out);
    const bool is_negated =
        peek(parser) == '!' || peek(parser) == '-' || is_word_here(parser, "not");
    return is_negated ? read_negation(parser, out) : read_test(parser, out);
}

static bool read_negatable(struct parser *parser, int *out) {
    skip_blanks(parser);
    const size_t at = parser->at;
    if (is_at_end(parser) || peek(parser) == ')' || is_word_here(parser, "and") ||
        is_word_here(parser, "or"))
        return WRONG(
            parser, at, "Write a word, field:value, or ( ) around some.",
            "something is missing here");
    if (parser->depth == FILTER_MOST_DEPTH)
        return WRONG(parser, at, "Say it with fewer of them.", "( ) and ! go too deep");
    parser->depth++;
    const bool is_good = read_one(parser, out);
    parser->depth--;
    return is_good;
}

static bool has_more(struct parser *parser) {
    skip_blanks(parser);
    return !is_at_end(parser) && peek(parser) != ')' && !is_word_here(parser, "or");
}

static bool read_row(struct parser *parser, int *out) {
    if (!read_negatable(parser, out)) return false;
    while (has_more(parser)) {
        const size_t at = parser->at;
        int right = 0;
        (void)takes_word(parser, "and");
        if (!read_negatable(parser, &right)) return false;
        if (!add_pair(parser, at, FILTER_AND, *out, right, out)) return false;
    }
    return true;
}

static bool read_alternatives(struct parser *parser, int *out) {
    if (!read_row(parser, out)) return false;
    for (;;) {
        const size_t at = parser->at;
        int right = 0;
        if (!takes_word(parser, "or")) return true;
        if (!read_row(parser, &right)) return false;
        if (!add_pair(parser, at, FILTER_OR, *out, right, out)) return false;
    }
}

static bool read_all(struct parser *parser) {
    if (parser->text.len > FILTER_MAX_BYTES)
        return WRONG(
            parser, FILTER_MAX_BYTES, "Say it shorter.", "a filter has at most %d bytes",
            FILTER_MAX_BYTES);
    skip_blanks(parser);
    if (is_at_end(parser)) return true;
    if (!read_alternatives(parser, &parser->filter->root)) return false;
    skip_blanks(parser);
    if (is_at_end(parser)) return true;
    return WRONG(
        parser, parser->at, "Take it away, or write \")\" for the character.",
        "this ) closes nothing");
}

bool filter_parse(
    struct str text,
    const struct filter_schema *schema,
    struct filter *out,
    size_t *out_at,
    struct error *err) {
    struct filter filter = {.schema = schema};
    struct parser parser = {.text = text, .schema = schema, .filter = &filter, .err = err};
    if (!read_all(&parser)) {
        *out_at = parser.wrong_at;
        return false;
    }
    *out = filter;
    return true;
}

bool filter_is_empty(const struct filter *filter) {
    return filter->node_count == 0;
}

// Printing

static bool is_plain(char character) {
    return is_letter(character) || (character >= '0' && character <= '9') || character == '_' ||
           character == '.' || character == '@' || character == '+';
}

static void add_text(struct buf *out, struct str text) {
    bool is_bare = text.len > 0;
    for (size_t i = 0; i < text.len; i++)
        is_bare = is_bare && (is_plain(text.ptr[i]) || (i > 0 && text.ptr[i] == '-'));
    const char *words[] = {"and", "or", "not"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        is_bare = is_bare && !str_equal_nocase(text, str_from(words[i]));
    if (is_bare) {
        buf_add(out, text);
        return;
    }
    buf_add_quoted(out, text);
}

static void add_head(struct buf *out, const struct filter *filter, const struct filter_node *node) {
    static const char *const signs[] = {
        [FILTER_CONTAINS] = ":", [FILTER_EQUALS] = "=", [FILTER_LESS] = "<",
        [FILTER_AT_MOST] = "<=", [FILTER_MORE] = ">",   [FILTER_AT_LEAST] = ">=",
        [FILTER_MATCHES] = ":",  [FILTER_EXISTS] = ":",
    };
    if (node->field == FILTER_ANY_FIELD) return;
    buf_add(out, str_from(filter->schema->fields[node->field].name));
    if (node->path.len) buf_add_char(out, '.');
    buf_add(out, text_of(filter, node->path));
    buf_add(out, str_from(signs[node->is]));
}

static void add_test(struct buf *out, const struct filter *filter, const struct filter_node *node) {
    add_head(out, filter, node);
    const struct str text = text_of(filter, node->text);
    if (node->is == FILTER_EXISTS) {
        buf_add_char(out, '*');
    } else if (node->is == FILTER_MATCHES) {
        buf_add_char(out, '/');
        buf_add(out, text); // which may have any bytes
        buf_add(out, node->ignores_case ? STR("/i") : STR("/"));
    } else {
        add_text(out, text);
    }
}

// How strongly a part holds together; one inside a stronger one needs its ( ).
static int strength_of(enum filter_operator is) {
    if (is == FILTER_OR) return 0;
    return is == FILTER_AND ? 1 : 2;
}

static void add_part(struct buf *out, const struct filter *filter, int at, int least) {
    const struct filter_node *node = &filter->nodes[at];
    const int strength = strength_of(node->is);
    const bool is_grouped = strength < least;
    if (is_grouped) buf_add_char(out, '(');
    if (node->is == FILTER_NOT) {
        buf_add_char(out, '-');
        add_part(out, filter, node->left, 2);
    } else if (strength < 2) {
        add_part(out, filter, node->left, strength);
        buf_add(out, node->is == FILTER_OR ? STR(" or ") : STR(" "));
        add_part(out, filter, node->right, strength + 1); // as it was grouped: from the left
    } else {
        add_test(out, filter, node);
    }
    if (is_grouped) buf_add_char(out, ')');
}

void filter_format(const struct filter *filter, struct buf *out) {
    if (!filter_is_empty(filter)) add_part(out, filter, filter->root, 0);
}

void filter_format_inverse(const struct filter *filter, struct buf *out) {
    if (filter_is_empty(filter)) return;
    const struct filter_node *root = &filter->nodes[filter->root];
    if (root->is == FILTER_NOT) {
        add_part(out, filter, root->left, 0);
        return;
    }
    buf_add_char(out, '-');
    add_part(out, filter, filter->root, 2);
}

static bool is_same_part(const struct filter *left, int a, const struct filter *right, int b) {
    const struct filter_node *one = &left->nodes[a], *other = &right->nodes[b];
    if (one->is != other->is) return false;
    if (one->is == FILTER_NOT) return is_same_part(left, one->left, right, other->left);
    if (one->is <= FILTER_OR)
        return is_same_part(left, one->left, right, other->left) &&
               is_same_part(left, one->right, right, other->right);
    return one->field == other->field && one->ignores_case == other->ignores_case &&
           str_equal(text_of(left, one->path), text_of(right, other->path)) &&
           str_equal(text_of(left, one->text), text_of(right, other->text));
}

bool filter_is_same(const struct filter *left, const struct filter *right) {
    if (filter_is_empty(left) || filter_is_empty(right))
        return filter_is_empty(left) && filter_is_empty(right);
    return left->schema == right->schema && is_same_part(left, left->root, right, right->root);
}

void filter_complete(struct str text, const struct filter_schema *schema, struct buf *out) {
    size_t start = text.len;
    while (start > 0 && is_name_character(text.ptr[start - 1]) && text.ptr[start - 1] != '-')
        start--;
    const struct str begun = str_skip(text, start);
    const struct filter_field *found = NULL;
    for (size_t i = 0; i < schema->field_count && begun.len; i++) {
        const struct filter_field *field = &schema->fields[i];
        const struct str name = str_from(field->name);
        if (!str_equal_nocase(str_slice(name, 0, begun.len), begun)) continue;
        if (found) return; // not certain
        found = field;
    }
    if (!found) return;
    buf_add(out, str_slice(text, 0, start));
    buf_add(out, str_from(found->name));
    buf_add_char(out, found->kind == FILTER_JSON && found->path ? '.' : ':');
}
