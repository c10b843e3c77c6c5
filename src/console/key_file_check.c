// key_file_check — see the header.
#include "key_file_check.h"

#include "base/memory.h"
#include "console/overlay.h"
#include "console/pane.h"

#define CHAIN 3

void key_changes_add(struct key_changes *changes, const struct key_change *change) {
    if (changes->count == changes->cap) {
        changes->cap = changes->cap ? changes->cap * 2 : 32;
        changes->list = mem_resize(changes->list, changes->cap, sizeof(*changes->list));
    }
    changes->list[changes->count++] = *change;
}

void key_changes_release(struct key_changes *changes) {
    mem_free(changes->list);
    *changes = (struct key_changes){0};
}

struct verdict {
    struct key_change *change;
    size_t key;
    struct buf why;
};

// False: there is no room for the keys of one.
static bool apply(struct key_changes *changes, struct keymap *out, struct verdict *verdict) {
    keymap_init(out);
    for (size_t i = 0; i < changes->count; i++) {
        struct key_change *change = &changes->list[i];
        if (change->is_wrong) continue;
        if (keymap_set(out, change->context, change->intent, change->keys, change->key_count))
            continue;
        buf_add(&verdict->why, STR("there is no room for so many keys"));
        verdict->change = change;
        return false;
    }
    return true;
}

// A key that means two things

static const struct key_change *
change_of(const struct key_changes *changes, const struct keymap_row *row) {
    for (size_t i = 0; i < changes->count; i++) {
        const struct key_change *change = &changes->list[i];
        const bool is_it = change->context == row->context && change->intent == row->intent;
        if (is_it && !change->is_wrong) return change;
    }
    return NULL;
}

static bool has_twice(const struct key_change *change, size_t key) {
    for (size_t before = 0; before < key; before++)
        if (change->keys[before] == change->keys[key]) return true;
    return false;
}

// The other thing that the key means there: a default, or what an earlier line says. A later line is the one to go.
static const struct keymap_row *find_other(
    const struct key_changes *changes,
    const struct keymap *keymap,
    const struct key_change *change,
    uint32_t key) {
    for (size_t i = 0; i < keymap->count; i++) {
        const struct keymap_row *row = &keymap->rows[i];
        if (row->context != change->context || row->key != key) continue;
        if (row->intent == change->intent) continue;
        const struct key_change *other = change_of(changes, row);
        if (!other || other < change) return row;
    }
    return NULL;
}

static bool
find_conflict(struct key_changes *changes, const struct keymap *keymap, struct verdict *out) {
    for (size_t i = 0; i < changes->count; i++) {
        struct key_change *change = &changes->list[i];
        for (size_t key = 0; !change->is_wrong && key < change->key_count; key++) {
            const struct keymap_row *other = find_other(changes, keymap, change, change->keys[key]);
            const bool is_twice = has_twice(change, key);
            if (!other && !is_twice) continue;
            buf_add(&out->why, STR("\""));
            input_add_key_name(&out->why, change->keys[key]);
            if (is_twice) {
                buf_add(&out->why, STR("\" is given twice"));
            } else {
                buf_add_format(
                    &out->why, "\" means %s in [%s] already", intent_name(other->intent),
                    keymap_context_name(change->context));
            }
            out->change = change;
            out->key = key;
            return true;
        }
    }
    return false;
}

// What must stay in reach

// In its own context it must have a key: nothing else does it.
static const struct {
    enum keymap_context context;
    enum intent intent;
} needed[] = {
    {KEYMAP_EVERYWHERE, INTENT_QUIT}, {KEYMAP_EVERYWHERE, INTENT_HELP},
    {KEYMAP_OVERLAY, INTENT_CLOSE},   {KEYMAP_DETAIL, INTENT_CLOSE},
    {KEYMAP_TEXT, INTENT_CLOSE},      {KEYMAP_EDITOR, INTENT_SUBMIT},
    {KEYMAP_EDITOR, INTENT_CANCEL},   {KEYMAP_LEAVE, INTENT_YES},
};

static bool find_needed(struct key_changes *changes, struct verdict *out) {
    for (size_t i = 0; i < changes->count; i++) {
        struct key_change *change = &changes->list[i];
        if (change->is_wrong || change->key_count) continue;
        for (size_t at = 0; at < ARRAY_COUNT(needed); at++) {
            if (needed[at].context != change->context || needed[at].intent != change->intent)
                continue;
            out->change = change;
            out->key = 0;
            buf_add_format(
                &out->why, "%s in [%s] must have a key", intent_name(change->intent),
                keymap_context_name(change->context));
            return true;
        }
    }
    return false;
}

struct chain {
    enum keymap_context contexts[CHAIN];
    size_t count;
    enum intent intent; // that some key must mean
};

static bool is_in(const struct chain *chain, enum keymap_context context) {
    for (size_t i = 0; i < chain->count; i++)
        if (chain->contexts[i] == context) return true;
    return false;
}

static bool is_reached(const struct keymap *keymap, const struct chain *chain) {
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(keymap, &count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].intent != chain->intent || !is_in(chain, rows[i].context)) continue;
        if (keymap_find(keymap, chain->contexts, chain->count, rows[i].key) == chain->intent)
            return true;
    }
    return false;
}

// The last change that has to do with it.
static struct key_change *find_culprit(
    struct key_changes *changes,
    const struct keymap *keymap,
    const struct chain *chain,
    size_t *out_key) {
    for (size_t i = changes->count; i > 0; i--) {
        struct key_change *change = &changes->list[i - 1];
        *out_key = 0;
        if (change->is_wrong || !is_in(chain, change->context)) continue;
        if (change->intent == chain->intent) return change;
        for (size_t at = 0; at < keymap->count; at++) {
            const struct keymap_row *row = &keymap->rows[at];
            if (row->intent != chain->intent || !is_in(chain, row->context)) continue;
            for (size_t key = 0; key < change->key_count; key++) {
                *out_key = key;
                if (change->keys[key] == row->key) return change;
            }
        }
    }
    return NULL;
}

static bool is_lost(
    struct key_changes *changes,
    const struct keymap *keymap,
    const struct chain *chain,
    struct verdict *out) {
    if (!is_reached(NULL, chain) || is_reached(keymap, chain)) return false;
    out->change = find_culprit(changes, keymap, chain, &out->key);
    if (!out->change) return false;
    buf_add_format(
        &out->why, "with this no key would %s in [%s]", intent_name(chain->intent),
        keymap_context_name(chain->contexts[0]));
    return true;
}

static bool
find_lost(struct key_changes *changes, const struct keymap *keymap, struct verdict *out) {
    static const enum intent intents[] = {INTENT_QUIT, INTENT_HELP};
    for (int id = 0; id < PANE_COUNT; id++) {
        for (size_t i = 0; i < ARRAY_COUNT(intents); i++) {
            const struct chain chain = {
                .contexts = {pane_get((enum pane_id)id)->context, KEYMAP_LIST, KEYMAP_EVERYWHERE},
                .count = 3,
                .intent = intents[i],
            };
            if (is_lost(changes, keymap, &chain, out)) return true;
        }
    }
    for (int id = 0; id < OVERLAY_COUNT; id++) {
        const struct overlay *overlay = overlay_get((enum overlay_id)id);
        const struct chain chain = {
            .contexts = {overlay->context, KEYMAP_OVERLAY},
            .count = overlay->takes_text ? 1 : 2,
            .intent = INTENT_CLOSE,
        };
        if (is_lost(changes, keymap, &chain, out)) return true;
    }
    return false;
}

// What hides another thing, or is hidden

static bool is_by_default(const struct keymap_row *row, const struct keymap_row *hidden) {
    const struct keymap_row *same = keymap_find_row(NULL, &row->context, 1, row->key);
    const struct keymap_row *other = same ? keymap_find_hidden(NULL, same) : NULL;
    return other && same->intent == row->intent && other->intent == hidden->intent;
}

static const struct keymap_row *
find_hidden(const struct keymap *keymap, const struct keymap_row *row) {
    const struct keymap_row *hidden = keymap_find_hidden(keymap, row);
    return hidden && !is_by_default(row, hidden) ? hidden : NULL;
}

static void add_origin(struct buf *out, const struct key_change *other) {
    if (other)
        buf_add_format(out, " in line %d", other->line);
    else
        buf_add(out, STR(" by default"));
}

struct notes {
    const struct key_changes *changes;
    const struct keymap *keymap;
    key_changes_tell_fn *tell;
    void *context;
    struct buf why, hint;
};

static void give_note(struct notes *notes, const struct key_change *change, size_t key) {
    const struct key_finding finding = {
        .change = change,
        .key = key,
        .why = buf_str(&notes->why),
        .hint = buf_str(&notes->hint),
        .is_note = true,
    };
    notes->tell(notes->context, &finding);
    buf_reset(&notes->why);
    buf_reset(&notes->hint);
}

static void note_hiding(struct notes *notes, const struct key_change *change, size_t key) {
    const struct keymap_row *row =
        keymap_find_row(notes->keymap, &change->context, 1, change->keys[key]);
    const struct keymap_row *hidden = row ? find_hidden(notes->keymap, row) : NULL;
    if (!hidden) return;
    buf_add(&notes->why, STR("\""));
    input_add_key_name(&notes->why, row->key);
    buf_add_format(
        &notes->why, "\" hides %s of [%s] in [%s]", intent_name(hidden->intent),
        keymap_context_name(hidden->context), keymap_context_name(row->context));
    buf_add_format(&notes->hint, "%s has it", intent_name(hidden->intent));
    add_origin(&notes->hint, change_of(notes->changes, hidden));
    buf_add(&notes->hint, STR(". Both count; give one of them another key if both are wanted."));
    give_note(notes, change, key);
}

// Where defaults have the key; what hides it by a line of the file is told there.
static void note_hidden(struct notes *notes, const struct key_change *change, size_t key) {
    const struct keymap *keymap = notes->keymap;
    for (size_t i = 0; i < keymap->count; i++) {
        const struct keymap_row *row = &keymap->rows[i];
        if (row->key != change->keys[key] || change_of(notes->changes, row)) continue;
        const struct keymap_row *hidden = find_hidden(keymap, row);
        if (!hidden || hidden->context != change->context) continue;
        buf_add_format(
            &notes->hint, "%s%s in [%s]", notes->hint.len ? ", " : "", intent_name(row->intent),
            keymap_context_name(row->context));
    }
    if (!notes->hint.len) return;
    buf_add(&notes->hint, STR(": by default. Both count; give one of them another key."));
    buf_add(&notes->why, STR("\""));
    input_add_key_name(&notes->why, change->keys[key]);
    buf_add_format(
        &notes->why, "\" of %s means something else further in", intent_name(change->intent));
    give_note(notes, change, key);
}

static void note_all(struct notes *notes) {
    for (size_t i = 0; i < notes->changes->count; i++) {
        const struct key_change *change = &notes->changes->list[i];
        for (size_t key = 0; !change->is_wrong && key < change->key_count; key++) {
            note_hiding(notes, change, key);
            note_hidden(notes, change, key);
        }
    }
    buf_release(&notes->why);
    buf_release(&notes->hint);
}

void key_changes_make(
    struct key_changes *changes, struct keymap *out, key_changes_tell_fn *tell, void *context) {
    for (;;) {
        struct verdict verdict = {0};
        const bool is_wrong = !apply(changes, out, &verdict) || find_needed(changes, &verdict) ||
                              find_conflict(changes, out, &verdict) ||
                              find_lost(changes, out, &verdict);
        if (!is_wrong) break;
        verdict.change->is_wrong = true;
        tell(
            context,
            &(struct key_finding){
                .change = verdict.change,
                .key = verdict.key,
                .why = buf_str(&verdict.why),
                .hint = STR("Choose another key here, or give the other one another key, too."),
            });
        buf_release(&verdict.why);
    }
    note_all(&(struct notes){.changes = changes, .keymap = out, .tell = tell, .context = context});
}
