// expectation_describe — differences in words: what was expected, what came, and of a list only what is not
// as it was.
#include "recording/expectation.h"

#define MOST_CHANGES 20          // of a list; how many more there are is said
#define MOST_BYTES ((size_t)300) // of a value

static void add_indent(struct buf *out, int indent) {
    for (int i = 0; i < indent; i++)
        buf_add_char(out, ' ');
}

static void add_cut(struct buf *out, struct str text) {
    struct str left = text;
    bool is_valid = false;
    while (left.len && text.len - left.len < MOST_BYTES)
        (void)str_next_rune(&left, &is_valid);
    buf_add_printable(out, str_slice(text, 0, text.len - left.len));
    if (left.len) buf_add(out, STR(" …"));
}

static void add_value(struct buf *out, const struct json_node *value) {
    CLEANUP(buf_release) struct buf printed = {0};
    if (json_kind(value) == JSON_STRING) {
        add_cut(out, json_text(value));
        return;
    }
    json_print(value, &printed);
    add_cut(out, json_kind(value) == JSON_NULL ? STR("none") : buf_str(&printed));
}

static int64_t rank_of(const struct json_node *change, const char *key) {
    int64_t rank = 0;
    return json_integer(json_get(change, key), &rank) ? rank : 0;
}

static void add_change(struct buf *out, const struct json_node *change) {
    const struct str what = json_get_text(change, "change");
    const long long from = rank_of(change, "from");
    const long long to = rank_of(change, "to");
    if (to)
        buf_add_format(out, "%4lld  ", to);
    else
        buf_add(out, STR("   -  "));
    add_value(out, json_get(change, "item_id"));
    if (from && to)
        buf_add_format(out, "  moved, was %lld", from);
    else if (from)
        buf_add_format(out, "  gone, was %lld", from);
    else
        buf_add_format(out, "  " STR_FMT, STR_ARG(what));
    buf_add_char(out, '\n');
}

static size_t count_changes(const struct json_node *changes, struct str what) {
    size_t count = 0;
    for (const struct json_node *at = json_first(changes); at; at = json_next(at))
        count += str_equal(json_get_text(at, "change"), what);
    return count;
}

static void add_ranks(struct buf *out, const struct json_node *difference, int indent) {
    const struct json_node *changes = json_get(difference, "changes");
    const size_t count = json_count(json_get(difference, "came"));
    size_t told = 0;
    buf_add_format(
        out, "ranks: %zu expected, %zu came: %zu moved, %zu new, %zu gone\n",
        json_count(json_get(difference, "expected")), count, count_changes(changes, STR("moved")),
        count_changes(changes, STR("new")), count_changes(changes, STR("gone")));
    for (const struct json_node *at = json_first(changes); at; at = json_next(at)) {
        if (told++ == MOST_CHANGES) {
            add_indent(out, indent + 2);
            buf_add_format(out, "… and %zu more\n", json_count(changes) - MOST_CHANGES);
            return;
        }
        add_indent(out, indent + 2);
        add_change(out, at);
    }
}

static void add_pair(struct buf *out, const struct json_node *difference, int indent) {
    add_indent(out, indent + 2);
    buf_add(out, STR("expected "));
    add_value(out, json_get(difference, "expected"));
    buf_add_char(out, '\n');
    add_indent(out, indent + 2);
    buf_add(out, STR("came     "));
    add_value(out, json_get(difference, "came"));
    buf_add_char(out, '\n');
}

void expectation_describe(struct buf *out, const struct json_node *differences, int indent) {
    for (const struct json_node *at = json_first(differences); at; at = json_next(at)) {
        const struct str what = json_get_text(at, "what");
        add_indent(out, indent);
        if (str_equal(what, STR("ranks"))) {
            add_ranks(out, at, indent);
            continue;
        }
        buf_add_printable(out, what);
        if (json_get(at, "name")) {
            buf_add_char(out, ' ');
            add_cut(out, json_get_text(at, "name"));
        }
        buf_add(out, STR(":\n"));
        add_pair(out, at, indent);
    }
}
