// filter_expression — reading: a scanner of tokens, and one function per rule of the grammar; see the
// header. All texts are views of the expression's own copy; a quoted text is unescaped where it stands,
// for it only becomes shorter.
#include "aws/filter_expression.h"

#include "base/attributes.h"
#include "base/memory.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_TEXT, // quoted
    TOKEN_NUMBER,
    TOKEN_PLACEHOLDER,
    TOKEN_SIGN, // ( ) , . | = < > <= >= !=
};

struct token {
    enum token_kind kind;
    struct str text;
    size_t at; // byte offset
};

struct reader {
    struct filter_expression *made;
    char *text; // of `made`
    size_t len, at;
    struct token token; // the one to be read next
    struct error *err;
};

static const char *const dataset_names[] = {
    [FILTER_EXPRESSION_INTERACTIONS] = "Interactions",
    [FILTER_EXPRESSION_ITEMS] = "Items",
    [FILTER_EXPRESSION_USERS] = "Users",
    [FILTER_EXPRESSION_ACTIONS] = "Actions",
    [FILTER_EXPRESSION_ACTION_INTERACTIONS] = "Action_Interactions",
};

const char *filter_expression_dataset_name(enum filter_expression_dataset dataset) {
    return dataset_names[dataset];
}

static const struct {
    const char *sign;
    enum filter_expression_operator operation;
} signs[] = {
    {"=", FILTER_EXPRESSION_EQUAL},   {"!=", FILTER_EXPRESSION_NOT_EQUAL},
    {"<", FILTER_EXPRESSION_LESS},    {"<=", FILTER_EXPRESSION_LESS_EQUAL},
    {">", FILTER_EXPRESSION_GREATER}, {">=", FILTER_EXPRESSION_GREATER_EQUAL},
};

bool filter_expression_is_ordering(enum filter_expression_operator operation) {
    return operation >= FILTER_EXPRESSION_LESS;
}

void filter_expression_release(struct filter_expression *expression) {
    if (!expression) return;
    mem_free(expression->parts);
    mem_free(expression->conditions);
    mem_free(expression->values);
    mem_free(expression->fields);
    mem_free(expression->placeholders);
    mem_free(expression->text);
    *expression = (struct filter_expression){0};
}

static bool refuse(struct reader *reader, const char *what) {
    error_set(reader->err, ERROR_USAGE, "Invalid filter expression: %s", what);
    return error_hint(
        reader->err, "Correct the expression at character %zu.", reader->token.at + 1);
}

static bool refuse_token(struct reader *reader, const char *wanted) {
    CLEANUP(buf_release) struct buf what = {0};
    CLEANUP(buf_release) struct buf shown = {0};
    buf_add_printable(&shown, str_slice(reader->token.text, 0, 40));
    if (reader->token.kind == TOKEN_END) {
        buf_add_format(&what, "expected %s at its end", wanted);
    } else {
        buf_add_format(
            &what, "expected %s instead of '%s' at position %zu", wanted, buf_text(&shown),
            reader->token.at + 1);
    }
    return refuse(reader, buf_text(&what));
}

// ---- tokens ----

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static char peek(const struct reader *reader, size_t ahead) {
    return reader->at + ahead < reader->len ? reader->text[reader->at + ahead] : '\0';
}

static struct str take_while(struct reader *reader, bool (*fits)(char c)) {
    const size_t from = reader->at;
    while (reader->at < reader->len && fits(reader->text[reader->at]))
        reader->at++;
    return (struct str){.ptr = reader->text + from, .len = reader->at - from};
}

static bool is_number_char(char c) {
    return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

// At the opening quote. \" and \\ stand for " and \; any other backslash for itself.
static bool scan_text(struct reader *reader) {
    const size_t from = ++reader->at;
    size_t to = from;
    while (reader->at < reader->len && reader->text[reader->at] != '"') {
        const char next = peek(reader, 1);
        if (reader->text[reader->at] == '\\' && (next == '"' || next == '\\')) reader->at++;
        reader->text[to++] = reader->text[reader->at++];
    }
    reader->token.kind = TOKEN_TEXT;
    reader->token.text = (struct str){.ptr = reader->text + from, .len = to - from};
    if (reader->at >= reader->len) return refuse(reader, "a quoted value has no closing quote");
    reader->at++;
    return true;
}

static bool scan_sign(struct reader *reader) {
    static const char *const all[] = {"<=", ">=", "!=", "(", ")", ",", ".", "|", "=", "<", ">"};
    const struct str rest = {.ptr = reader->text + reader->at, .len = reader->len - reader->at};
    reader->token.kind = TOKEN_SIGN;
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        if (!str_starts_with(rest, str_from(all[i]))) continue;
        reader->token.text = str_slice(rest, 0, strlen(all[i]));
        reader->at += strlen(all[i]);
        return true;
    }
    if (rest.ptr[0] == '*') return refuse(reader, "'*' must be quoted: EVENT_TYPE IN (\"*\")");
    if (rest.ptr[0] == '\'') return refuse(reader, "values are written in double quotes");
    return refuse(reader, "it holds a character that has no meaning there");
}

static bool advance(struct reader *reader) {
    while (reader->at < reader->len && strchr(" \t\r\n", reader->text[reader->at]))
        reader->at++;
    reader->token = (struct token){.at = reader->at};
    if (reader->at >= reader->len) return true;
    const char c = peek(reader, 0);
    if (c == '"') return scan_text(reader);
    if (is_digit(c) || (c == '-' && is_digit(peek(reader, 1)))) {
        double number;
        reader->token.kind = TOKEN_NUMBER;
        reader->token.text = take_while(reader, is_number_char);
        if (str_parse_double(reader->token.text, &number)) return true;
        return refuse_token(reader, "a number");
    }
    if (c == '$') {
        reader->at++;
        reader->token.kind = TOKEN_PLACEHOLDER;
        reader->token.text = take_while(reader, is_word_char);
        if (reader->token.text.len) return true;
        return refuse(reader, "a placeholder needs a name after '$'");
    }
    if (!is_word_char(c)) return scan_sign(reader);
    reader->token.kind = TOKEN_WORD;
    reader->token.text = take_while(reader, is_word_char);
    return true;
}

static bool is_word(const struct reader *reader, const char *word) {
    return reader->token.kind == TOKEN_WORD && str_equal_nocase(reader->token.text, str_from(word));
}

static bool is_sign(const struct reader *reader, const char *sign) {
    return reader->token.kind == TOKEN_SIGN && str_equal(reader->token.text, str_from(sign));
}

static bool expect_word(struct reader *reader, const char *word) {
    return is_word(reader, word) ? advance(reader) : refuse_token(reader, word);
}

static bool expect_sign(struct reader *reader, const char *sign) {
    return is_sign(reader, sign) ? advance(reader) : refuse_token(reader, sign);
}

// ---- parts of the grammar ----

static bool add_field(
    struct reader *reader, enum filter_expression_dataset dataset, struct str name, size_t *out) {
    struct filter_expression *made = reader->made;
    for (size_t i = 0; i < made->field_count; i++) {
        if (made->fields[i].dataset != dataset || !str_equal_nocase(made->fields[i].name, name))
            continue;
        *out = i;
        return true;
    }
    if (made->field_count == FILTER_EXPRESSION_MAX_FIELDS) {
        return refuse(reader, "it uses more than 5 distinct fields");
    }
    made->fields = mem_resize(made->fields, made->field_count + 1, sizeof(*made->fields));
    made->fields[made->field_count] =
        (struct filter_expression_field){.dataset = dataset, .name = name};
    *out = made->field_count++;
    return true;
}

// ".NAME" after a dataset, CurrentUser or CurrentItem.
static bool
read_field_name(struct reader *reader, enum filter_expression_dataset dataset, size_t *out) {
    if (!expect_sign(reader, ".")) return false;
    if (reader->token.kind != TOKEN_WORD) return refuse_token(reader, "the name of a field");
    const struct str name = reader->token.text;
    const bool has_events = dataset == FILTER_EXPRESSION_INTERACTIONS ||
                            dataset == FILTER_EXPRESSION_ACTION_INTERACTIONS;
    if (has_events && !str_equal_nocase(name, STR("EVENT_TYPE"))) {
        return refuse(reader, "interactions can be filtered by EVENT_TYPE only");
    }
    return add_field(reader, dataset, name, out) && advance(reader);
}

static void add_placeholder(struct filter_expression *made, struct str name) {
    for (size_t i = 0; i < made->placeholder_count; i++) {
        if (str_equal(made->placeholders[i], name)) return;
    }
    made->placeholders =
        mem_resize(made->placeholders, made->placeholder_count + 1, sizeof(*made->placeholders));
    made->placeholders[made->placeholder_count++] = name;
}

static bool read_value(struct reader *reader, struct filter_expression_value *out) {
    *out = (struct filter_expression_value){.text = reader->token.text};
    out->is_number = str_parse_double(out->text, &out->number);
    switch (reader->token.kind) {
    case TOKEN_TEXT:
        out->kind = str_equal(out->text, STR("*")) ? FILTER_EXPRESSION_ANY : FILTER_EXPRESSION_TEXT;
        return advance(reader);
    case TOKEN_NUMBER: out->kind = FILTER_EXPRESSION_NUMBER; return advance(reader);
    case TOKEN_PLACEHOLDER:
        out->kind = FILTER_EXPRESSION_PLACEHOLDER;
        add_placeholder(reader->made, out->text);
        return advance(reader);
    case TOKEN_WORD:
        if (!is_word(reader, "CurrentItem")) break;
        out->kind = FILTER_EXPRESSION_CURRENT_ITEM;
        return advance(reader) && read_field_name(reader, FILTER_EXPRESSION_ITEMS, &out->field);
    case TOKEN_END:
    case TOKEN_SIGN: break;
    }
    return refuse_token(reader, "a value in double quotes, a number or a $PLACEHOLDER");
}

static bool check_value(
    struct reader *reader,
    const struct filter_expression_condition *condition,
    const struct filter_expression_value *value) {
    const enum filter_expression_dataset dataset = reader->made->fields[condition->field].dataset;
    const bool has_events = dataset == FILTER_EXPRESSION_INTERACTIONS ||
                            dataset == FILTER_EXPRESSION_ACTION_INTERACTIONS;
    switch (value->kind) {
    case FILTER_EXPRESSION_ANY:
        if (!has_events) return refuse(reader, "'*' can be used for EVENT_TYPE only");
        return true;
    case FILTER_EXPRESSION_PLACEHOLDER:
        if (condition->operation != FILTER_EXPRESSION_NOT_IN) return true;
        return refuse(reader, "placeholders cannot be used with NOT IN");
    case FILTER_EXPRESSION_CURRENT_ITEM:
        if (dataset == FILTER_EXPRESSION_ITEMS) return true;
        return refuse(reader, "CurrentItem can be compared with fields of Items only");
    case FILTER_EXPRESSION_TEXT:
        if (!filter_expression_is_ordering(condition->operation) || value->is_number) return true;
        return refuse(reader, "<, <=, > and >= compare numbers");
    case FILTER_EXPRESSION_NUMBER: return true;
    }
    return true;
}

static bool add_value(struct reader *reader, struct filter_expression_condition *condition) {
    struct filter_expression *made = reader->made;
    struct filter_expression_value value;
    if (!read_value(reader, &value) || !check_value(reader, condition, &value)) return false;
    made->values = mem_resize(made->values, made->value_count + 1, sizeof(*made->values));
    made->values[made->value_count++] = value;
    condition->value_count++;
    return true;
}

static bool read_operator(struct reader *reader, enum filter_expression_operator *out) {
    if (is_word(reader, "IN")) {
        *out = FILTER_EXPRESSION_IN;
        return advance(reader);
    }
    if (is_word(reader, "NOT")) {
        *out = FILTER_EXPRESSION_NOT_IN;
        return advance(reader) && expect_word(reader, "IN");
    }
    for (size_t i = 0; i < ARRAY_COUNT(signs); i++) {
        if (!is_sign(reader, signs[i].sign)) continue;
        *out = signs[i].operation;
        return advance(reader);
    }
    return refuse_token(reader, "IN, NOT IN, =, !=, <, <=, > or >=");
}

// After the field: the operator and its values. A single value may stand in parentheses after any
// operator, and CurrentItem without them after IN; the guide shows both.
static bool read_comparison(struct reader *reader, size_t field, bool is_or) {
    struct filter_expression *made = reader->made;
    struct filter_expression_condition condition = {
        .field = field, .is_or = is_or, .first_value = made->value_count};
    if (!read_operator(reader, &condition.operation)) return false;
    const bool takes_list = condition.operation <= FILTER_EXPRESSION_NOT_IN;
    const bool is_open = is_sign(reader, "(");
    if (takes_list && !is_open && !is_word(reader, "CurrentItem")) {
        return refuse_token(reader, "(");
    }
    if (is_open && !advance(reader)) return false;
    if (!add_value(reader, &condition)) return false;
    while (is_open && takes_list && is_sign(reader, ",")) {
        if (!advance(reader) || !add_value(reader, &condition)) return false;
    }
    if (is_open && !expect_sign(reader, ")")) return false;
    const struct filter_expression_value *first = &made->values[condition.first_value];
    if (first->kind == FILTER_EXPRESSION_ANY && (condition.value_count > 1 || !takes_list)) {
        return refuse(reader, "'*' must be the only value of IN");
    }
    made->conditions =
        mem_resize(made->conditions, made->condition_count + 1, sizeof(*made->conditions));
    made->conditions[made->condition_count++] = condition;
    return true;
}

static bool read_dataset(struct reader *reader, enum filter_expression_dataset *out) {
    if (is_word(reader, "CurrentUser")) {
        return refuse(reader, "CurrentUser can be used in an IF at the end of the expression only");
    }
    if (is_word(reader, "CurrentItem")) {
        return refuse(reader, "CurrentItem can be used as a value only");
    }
    for (size_t i = 0; i < ARRAY_COUNT(dataset_names); i++) {
        if (!is_word(reader, dataset_names[i])) continue;
        *out = (enum filter_expression_dataset)i;
        return advance(reader);
    }
    return refuse_token(reader, "Interactions, Items, Users, Actions or Action_Interactions");
}

// Which datasets say something about which target. Users may be chosen by what they did or are.
static bool
fits_target(enum filter_expression_target target, enum filter_expression_dataset dataset) {
    switch (target) {
    case FILTER_EXPRESSION_ITEM:
        return dataset == FILTER_EXPRESSION_INTERACTIONS || dataset == FILTER_EXPRESSION_ITEMS;
    case FILTER_EXPRESSION_USER:
        return dataset == FILTER_EXPRESSION_INTERACTIONS || dataset == FILTER_EXPRESSION_USERS;
    case FILTER_EXPRESSION_ACTION:
        return dataset == FILTER_EXPRESSION_ACTIONS ||
               dataset == FILTER_EXPRESSION_ACTION_INTERACTIONS;
    }
    return false;
}

static bool read_condition(struct reader *reader, struct filter_expression_part *part, bool is_or) {
    enum filter_expression_dataset dataset = FILTER_EXPRESSION_ITEMS;
    size_t field = 0;
    if (!read_dataset(reader, &dataset)) return false;
    if (!fits_target(part->target, dataset)) {
        return refuse(
            reader, "that dataset cannot be used here: ItemID goes with Interactions and Items, "
                    "UserID with Interactions and Users, ActionID with Actions and "
                    "Action_Interactions");
    }
    if (part->count) {
        const struct filter_expression *made = reader->made;
        const size_t first = made->conditions[part->first].field;
        if (made->fields[first].dataset != dataset) {
            return refuse(
                reader, "conditions joined by AND or OR must use one dataset; combine expressions "
                        "on different datasets with '|'");
        }
    }
    if (!read_field_name(reader, dataset, &field) || !read_comparison(reader, field, is_or))
        return false;
    part->count++;
    return true;
}

static bool read_user_condition(struct reader *reader, struct filter_expression_part *part) {
    size_t field = 0;
    if (!expect_word(reader, "CurrentUser") ||
        !read_field_name(reader, FILTER_EXPRESSION_USERS, &field) ||
        !read_comparison(reader, field, false)) {
        return false;
    }
    part->user_count++;
    return true;
}

static bool read_if(struct reader *reader, struct filter_expression_part *part) {
    part->user_first = reader->made->condition_count;
    if (!advance(reader) || !read_user_condition(reader, part)) return false;
    while (is_word(reader, "AND")) {
        if (!advance(reader) || !read_user_condition(reader, part)) return false;
    }
    if (is_word(reader, "OR")) return refuse(reader, "conditions of IF are joined by AND only");
    if (is_word(reader, "IF")) return refuse(reader, "IF can be used only once");
    return true;
}

static bool read_target(struct reader *reader, enum filter_expression_target *out) {
    static const char *const names[] = {
        [FILTER_EXPRESSION_ITEM] = "ItemID",
        [FILTER_EXPRESSION_USER] = "UserID",
        [FILTER_EXPRESSION_ACTION] = "ActionID",
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (!is_word(reader, names[i])) continue;
        *out = (enum filter_expression_target)i;
        return advance(reader);
    }
    return refuse_token(reader, "ItemID, UserID or ActionID");
}

static bool read_part(struct reader *reader) {
    struct filter_expression *made = reader->made;
    struct filter_expression_part part = {.is_include = is_word(reader, "INCLUDE")};
    if (!part.is_include && !is_word(reader, "EXCLUDE")) {
        return refuse_token(reader, "INCLUDE or EXCLUDE");
    }
    if (!advance(reader) || !read_target(reader, &part.target) || !expect_word(reader, "WHERE"))
        return false;
    if (made->part_count && made->parts[0].target != part.target) {
        return refuse(reader, "all combined expressions must choose the same kind of id");
    }
    part.first = made->condition_count;
    if (!read_condition(reader, &part, false)) return false;
    while (is_word(reader, "AND") || is_word(reader, "OR")) {
        const bool is_or = is_word(reader, "OR");
        if (!advance(reader) || !read_condition(reader, &part, is_or)) return false;
    }
    if (is_word(reader, "IF") && !read_if(reader, &part)) return false;
    made->parts = mem_resize(made->parts, made->part_count + 1, sizeof(*made->parts));
    made->parts[made->part_count++] = part;
    return true;
}

static bool read_all(struct reader *reader) {
    if (!advance(reader) || !read_part(reader)) return false;
    while (is_sign(reader, "|")) {
        if (!advance(reader) || !read_part(reader)) return false;
    }
    if (reader->token.kind == TOKEN_END) return true;
    return refuse_token(reader, "AND, OR, IF, | or the end");
}

bool filter_expression_parse(struct str text, struct filter_expression *out, struct error *err) {
    CLEANUP(filter_expression_release) struct filter_expression made = {0};
    const size_t characters = str_count_runes(text);
    if (str_trim(text).len == 0 || characters > FILTER_EXPRESSION_MAX_CHARS) {
        error_set(
            err, ERROR_USAGE,
            "1 validation error detected: Value at 'filterExpression' failed to satisfy "
            "constraint: Member must have length %s",
            characters ? "less than or equal to 2500" : "greater than or equal to 1");
        return error_hint(err, "Write INCLUDE or EXCLUDE ItemID WHERE … in 2500 characters.");
    }
    made.text = mem_alloc(text.len + 1);
    memcpy(made.text, text.ptr, text.len);
    made.text[text.len] = '\0';
    struct reader reader = {.made = &made, .text = made.text, .len = text.len, .err = err};
    if (!read_all(&reader)) return false;
    filter_expression_release(out);
    *out = made;
    made = (struct filter_expression){0};
    return true;
}

// ---- what it needs ----

enum filter_expression_target filter_expression_target(const struct filter_expression *expression) {
    return expression->part_count ? expression->parts[0].target : FILTER_EXPRESSION_ITEM;
}

bool filter_expression_needs_user(const struct filter_expression *expression) {
    for (size_t i = 0; i < expression->field_count; i++) {
        if (expression->fields[i].dataset == FILTER_EXPRESSION_INTERACTIONS ||
            expression->fields[i].dataset == FILTER_EXPRESSION_USERS) {
            return true;
        }
    }
    return false;
}

bool filter_expression_needs_item(const struct filter_expression *expression) {
    for (size_t i = 0; i < expression->value_count; i++) {
        if (expression->values[i].kind == FILTER_EXPRESSION_CURRENT_ITEM) return true;
    }
    return false;
}
