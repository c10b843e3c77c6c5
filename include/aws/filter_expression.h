// filter_expression — the language of Personalize filters: read, bound to values, asked about an item.
//
// Shape    text → struct filter_expression (parts joined by `|`, each with conditions on one dataset and
//          maybe a closing IF about the current user) → filter_expression_bind puts filterValues in the
//          place of $PLACEHOLDERS → filter_expression_accepts answers for one item from facts that the
//          caller has. No I/O; fields are known by their number, so that nobody compares names per item.
// Rules    INCLUDE parts are united, EXCLUDE parts taken away, in any order; a part whose IF does not
//          hold, or an EXCLUDE part without the value of a placeholder, does not take part; without an
//          INCLUDE part that takes part everything is in. AND binds tighter than OR (our choice: the
//          guide says nothing). Values match exactly; event types in any case. Keywords, datasets and
//          field names are read in any case (the guide writes Items.genres for GENRES).
//          A field without a value fits NOT IN and !=, and nothing else.
// Errors   ERROR_USAGE with the service's kind of text: a server answers InvalidInputException.
// Owns     expressions and bindings; a binding borrows its expression. `{0}` is empty; release takes NULL.
// Threads  any; one binding, one thread at a time.
// Source   aws.md 3.4; developer guide "Filter expressions" (`!=` and parentheses after an operator
//          are of its newer edition).
#pragma once

#include "aws/personalize.h"

#define FILTER_EXPRESSION_MAX_CHARS 2500
#define FILTER_EXPRESSION_MAX_FIELDS 5

enum filter_expression_dataset {
    FILTER_EXPRESSION_INTERACTIONS,
    FILTER_EXPRESSION_ITEMS,
    FILTER_EXPRESSION_USERS, // also what CurrentUser is read from
    FILTER_EXPRESSION_ACTIONS,
    FILTER_EXPRESSION_ACTION_INTERACTIONS,
    FILTER_EXPRESSION_DATASET_COUNT,
};
const char *filter_expression_dataset_name(enum filter_expression_dataset dataset); // "Items" …

enum filter_expression_target {
    FILTER_EXPRESSION_ITEM,
    FILTER_EXPRESSION_USER,
    FILTER_EXPRESSION_ACTION,
};

enum filter_expression_operator {
    FILTER_EXPRESSION_IN,
    FILTER_EXPRESSION_NOT_IN,
    FILTER_EXPRESSION_EQUAL,
    FILTER_EXPRESSION_NOT_EQUAL,
    FILTER_EXPRESSION_LESS,
    FILTER_EXPRESSION_LESS_EQUAL,
    FILTER_EXPRESSION_GREATER,
    FILTER_EXPRESSION_GREATER_EQUAL,
};
// Does it compare sizes? Then the field must be a number.
bool filter_expression_is_ordering(enum filter_expression_operator operation);

struct filter_expression_value {
    enum filter_expression_kind {
        FILTER_EXPRESSION_TEXT,
        FILTER_EXPRESSION_NUMBER,
        FILTER_EXPRESSION_ANY,          // "*"
        FILTER_EXPRESSION_PLACEHOLDER,  // text: its name without $
        FILTER_EXPRESSION_CURRENT_ITEM, // field: which one of it
    } kind;
    struct str text; // unescaped; of numbers as written
    double number;
    bool is_number; // the text reads as one
    size_t field;
};

struct filter_expression_field {
    enum filter_expression_dataset dataset;
    struct str name;
};

struct filter_expression_condition {
    size_t field; // of the expression's fields
    enum filter_expression_operator operation;
    size_t first_value, value_count;
    bool is_or; // joined to the condition before it by OR
};

struct filter_expression_part {
    bool is_include;
    enum filter_expression_target target;
    size_t first, count;           // its conditions
    size_t user_first, user_count; // those of its IF, joined by AND
};

struct filter_expression {
    struct filter_expression_part *parts;           // owned
    struct filter_expression_condition *conditions; // owned
    struct filter_expression_value *values;         // owned
    struct filter_expression_field *fields;         // owned
    struct str *placeholders;                       // owned; distinct names in order of appearance
    size_t part_count, condition_count, value_count, field_count, placeholder_count;
    char *text; // owned; all texts are views of it
};

bool filter_expression_parse(struct str text, struct filter_expression *out, struct error *err)
    MUST_CHECK;
void filter_expression_release(struct filter_expression *expression);
// The target of all its parts.
enum filter_expression_target filter_expression_target(const struct filter_expression *expression);
bool filter_expression_needs_user(const struct filter_expression *expression); // a userId
bool filter_expression_needs_item(const struct filter_expression *expression); // CurrentItem

struct filter_expression_binding {
    const struct filter_expression *expression; // borrowed
    struct filter_expression_bound {
        size_t first, count;                // of `values`
    } * conditions;                         // owned
    struct filter_expression_value *values; // owned
    size_t value_count;
    bool *is_off;     // owned; by part: it does not take part
    bool *is_without; // owned; by part: a placeholder has no value
    char *text;       // owned
};
// "GENRES" → "\"boots\",\"sandals\"". Every name must be a placeholder of the expression; INCLUDE parts
// need the values of theirs. Numbers may come without the quotes.
bool filter_expression_bind(
    const struct filter_expression *expression,
    const struct personalize_map *values,
    struct filter_expression_binding *out,
    struct error *err) MUST_CHECK;
void filter_expression_binding_release(struct filter_expression_binding *binding);

struct filter_expression_fact {
    struct str text;
    double number;
    bool is_number;
    bool is_list; // categorical: the text is "a|b"
};
enum filter_expression_subject {
    FILTER_EXPRESSION_OF_ITEM,
    FILTER_EXPRESSION_OF_CURRENT_ITEM,
    FILTER_EXPRESSION_OF_USER,
};
struct filter_expression_facts {
    const void *context;
    // The value of a field (a number in the expression's fields); false: it has none.
    bool (*find)(
        const void *context,
        enum filter_expression_subject subject,
        size_t field,
        struct filter_expression_fact *out);
    // Is the item among those the user interacted with in the ways of this condition (a number in the
    // expression's conditions; its bound values are event types)? NOT IN is told from it here.
    bool (*is_interacted)(const void *context, size_t condition);
};
// Once per question, before the first item: which IFs hold for the user?
void filter_expression_set_user(
    struct filter_expression_binding *binding, const struct filter_expression_facts *facts);
// Do the conditions of one part hold for the item, leaving out its IF?
bool filter_expression_holds(
    const struct filter_expression_binding *binding,
    const struct filter_expression_facts *facts,
    size_t at);
bool filter_expression_accepts(
    const struct filter_expression_binding *binding, const struct filter_expression_facts *facts);
