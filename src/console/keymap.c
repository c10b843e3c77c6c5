// keymap — see the header. The rows are in keymap_table.c.
#include "console/keymap.h"

#include "keymap_table.h"

static const struct {
    const char *name, *title;
} context_words[] = {
#define X(context, name, title) {name, title},
    KEYMAP_CONTEXTS(X)
#undef X
};

void keymap_init(struct keymap *keymap) {
    const struct keymap_row *rows = keymap_table(&keymap->count);
    ASSERT(keymap->count <= KEYMAP_ROWS_MOST);
    memcpy(keymap->rows, rows, keymap->count * sizeof(*rows));
}

const struct keymap_row *keymap_rows(const struct keymap *keymap, size_t *out_count) {
    if (!keymap) return keymap_table(out_count);
    *out_count = keymap->count;
    return keymap->rows;
}

const char *keymap_context_name(enum keymap_context context) {
    ASSERT(context < KEYMAP_CONTEXT_COUNT);
    return context_words[context].name;
}

const char *keymap_context_title(enum keymap_context context) {
    ASSERT(context < KEYMAP_CONTEXT_COUNT);
    return context_words[context].title;
}

bool keymap_find_context(struct str name, enum keymap_context *out) {
    for (int context = 0; context < KEYMAP_CONTEXT_COUNT; context++) {
        if (!str_equal(name, str_from(context_words[context].name))) continue;
        *out = (enum keymap_context)context;
        return true;
    }
    return false;
}

const struct keymap_row *keymap_find_row(
    const struct keymap *keymap,
    const enum keymap_context *contexts,
    size_t context_count,
    uint32_t key) {
    size_t count = 0;
    const struct keymap_row *all = keymap_rows(keymap, &count);
    if (key == KEYMAP_NO_KEY) return NULL;
    for (size_t at = 0; at < context_count; at++) {
        for (size_t i = 0; i < count; i++)
            if (all[i].context == contexts[at] && all[i].key == key) return &all[i];
    }
    return NULL;
}

enum intent keymap_find(
    const struct keymap *keymap,
    const enum keymap_context *contexts,
    size_t context_count,
    uint32_t key) {
    const struct keymap_row *row = keymap_find_row(keymap, contexts, context_count, key);
    return row ? row->intent : INTENT_NONE;
}

const struct keymap_row *
keymap_row_of(const struct keymap *keymap, enum keymap_context context, enum intent intent) {
    size_t count = 0;
    const struct keymap_row *all = keymap_rows(keymap, &count);
    for (size_t i = 0; i < count; i++) {
        if (all[i].context == context && all[i].intent == intent && !all[i].is_alias)
            return &all[i];
    }
    return NULL;
}

static bool find_outer(enum keymap_context context, enum keymap_context *out) {
    switch (context) {
    case KEYMAP_EVERYWHERE:
    case KEYMAP_EDITOR:
    case KEYMAP_TEXT: return false;
    case KEYMAP_OVERLAY:
    case KEYMAP_LOOP:
    case KEYMAP_PRESENTER: // they have the keys of everywhere around them
    case KEYMAP_DETAIL:
    case KEYMAP_LIST:
    case KEYMAP_SETUP:
    case KEYMAP_EVENT:
    case KEYMAP_STREAM:
    case KEYMAP_RECOMMENDATIONS:
    case KEYMAP_PROFILE:
    case KEYMAP_LOG: *out = KEYMAP_EVERYWHERE; return true;
    case KEYMAP_HELP:
    case KEYMAP_JOURNEY:
    case KEYMAP_COPY:
    case KEYMAP_REQUEST:
    case KEYMAP_CONTROLS:
    case KEYMAP_CONFIRM:
    case KEYMAP_LEAVE:
    case KEYMAP_OUTPUT:
    case KEYMAP_GUIDE:
    case KEYMAP_PROFILES:
    case KEYMAP_CONTEXT_COUNT: break;
    }
    *out = KEYMAP_OVERLAY;
    return true;
}

const struct keymap_row *
keymap_find_hidden(const struct keymap *keymap, const struct keymap_row *row) {
    enum keymap_context outer = KEYMAP_EVERYWHERE;
    if (!find_outer(row->context, &outer)) return NULL;
    const struct keymap_row *other = keymap_find_row(keymap, &outer, 1, row->key);
    return other && other->intent != row->intent ? other : NULL;
}

// The row and its aliases.
static size_t count_group(const struct keymap *keymap, const struct keymap_row *row) {
    size_t count = 0, group = 1;
    const struct keymap_row *all = keymap_rows(keymap, &count);
    while (row + group < all + count && row[group].is_alias)
        group++;
    return group;
}

size_t keymap_key_count(const struct keymap *keymap, const struct keymap_row *row) {
    return row->key == KEYMAP_NO_KEY ? 0 : count_group(keymap, row);
}

// The table's reason is for its own key.
static const char *find_reason(enum keymap_context context, enum intent intent, uint32_t key) {
    const struct keymap_row *row = keymap_find_row(NULL, &context, 1, key);
    return row && row->intent == intent ? row->hides : NULL;
}

bool keymap_set(
    struct keymap *keymap,
    enum keymap_context context,
    enum intent intent,
    const uint32_t *keys,
    size_t key_count) {
    const struct keymap_row *found = keymap_row_of(keymap, context, intent);
    if (!found) return false;
    const size_t at = (size_t)(found - keymap->rows), before = count_group(keymap, found);
    const size_t after = key_count ? key_count : 1;
    if (keymap->count - before + after > KEYMAP_ROWS_MOST) return false;
    memmove(
        &keymap->rows[at + after], &keymap->rows[at + before],
        (keymap->count - at - before) * sizeof(keymap->rows[0]));
    keymap->count = keymap->count - before + after;
    keymap->rows[at].key = key_count ? keys[0] : KEYMAP_NO_KEY;
    keymap->rows[at].hides = find_reason(context, intent, keymap->rows[at].key);
    for (size_t i = 1; i < key_count; i++) {
        keymap->rows[at + i] = (struct keymap_row){
            .context = context,
            .key = keys[i],
            .intent = intent,
            .hides = find_reason(context, intent, keys[i]),
            .is_alias = true,
        };
    }
    return true;
}

void keymap_add_key_name(struct buf *out, const struct keymap *keymap, uint32_t key) {
    if (keymap && keymap->is_ascii)
        input_add_typed_key_name(out, key);
    else
        input_add_key_name(out, key);
}

void keymap_add_keys(struct buf *out, const struct keymap *keymap, const struct keymap_row *row) {
    const size_t count = keymap_key_count(keymap, row);
    if (!count) buf_add(out, STR("–"));
    for (size_t i = 0; i < count; i++) {
        if (i) buf_add_char(out, ' ');
        keymap_add_key_name(out, keymap, row[i].key);
    }
}

void keymap_add_key(
    struct buf *out, const struct keymap *keymap, enum keymap_context context, enum intent intent) {
    const struct keymap_row *row = keymap_row_of(keymap, context, intent);
    if (row && row->key != KEYMAP_NO_KEY) keymap_add_key_name(out, keymap, row->key);
}

struct keymap_name
keymap_name_of(const struct keymap *keymap, enum keymap_context context, enum intent intent) {
    struct keymap_name name = {0};
    struct buf key = {0};
    ASSERT(keymap_row_of(NULL, context, intent)); // a sentence speaks of what there is
    keymap_add_key(&key, keymap, context, intent);
    if (!key.len) keymap_add_key(&key, keymap, KEYMAP_EVERYWHERE, INTENT_PALETTE);
    if (!key.len) buf_add(&key, STR("(no key)"));
    if (key.len < sizeof(name.text)) memcpy(name.text, buf_text(&key), key.len);
    buf_release(&key);
    return name;
}
