// store_messages — see the header.
#include "store_messages.h"

#include "base/memory.h"
#include "store_sql.h"

#define FIRST_CAP 1024u
#define TRIM_ROWS 8000

static uint32_t mark_of(int64_t hash) {
    const uint32_t upper = (uint32_t)((uint64_t)hash >> 32);
    return upper ? upper : 1;
}

// The next slot from `at` on that is empty or has the mark.
static uint32_t
probe(const struct store_messages_generation *generation, uint32_t at, uint32_t mark) {
    const uint32_t last = generation->cap - 1;
    while (generation->slots[at & last].mark && generation->slots[at & last].mark != mark)
        at++;
    return at & last;
}

static void grow(struct store_messages_generation *generation) {
    const struct store_messages_generation old = *generation;
    generation->cap = old.cap ? old.cap * 2 : FIRST_CAP;
    generation->slots = mem_zeroed(generation->cap, sizeof(*generation->slots));
    for (uint32_t i = 0; i < old.cap; i++) {
        // where it stood tells the lower bits: they are not kept, so the mark chooses the place
        if (!old.slots[i].mark) continue;
        uint32_t at = old.slots[i].mark & (generation->cap - 1);
        while (generation->slots[at].mark)
            at = (at + 1) & (generation->cap - 1);
        generation->slots[at] = old.slots[i];
    }
    mem_free(old.slots);
}

// The old one must be a run before it is forgotten. It is by then, except that a store of before there were
// runs has two generations of rows: a load, which does not write, lets the young one grow beyond its size.
static void turn_over(struct store *store, const struct store_event *event) {
    struct store_messages *messages = &store->messages;
    if (messages->is_loading && store_runs_is_busy(store)) return;
    store_runs_finish(store, event->received_at_ms);
    mem_free(messages->old.slots);
    messages->old = messages->young;
    messages->young = (struct store_messages_generation){0};
    store_runs_begin(store, messages->old.first_sequence, event->sequence - 1, messages->old.count);
}

static void
put(struct store_messages_generation *generation, const struct store_event *event, int64_t hash) {
    // three quarters full at most: a look-up that finds nothing then reads some eight slots in a row
    if (generation->count + 1 > generation->cap / 4 * 3) grow(generation);
    if (generation->count == 0) generation->first_sequence = event->sequence;
    const uint32_t mark = mark_of(hash);
    uint32_t at = mark & (generation->cap - 1);
    while (generation->slots[at].mark)
        at = (at + 1) & (generation->cap - 1);
    generation->slots[at] =
        (struct store_messages_slot){.mark = mark, .sequence = (uint32_t)event->sequence};
    generation->count++;
}

// A messageId that is refused again and again would make a long cluster: its slot is used again.
static bool put_again(
    struct store_messages_generation *generation, const struct store_event *event, int64_t hash) {
    if (!generation->cap) return false;
    const uint32_t mark = mark_of(hash);
    int seen = 0;
    for (uint32_t at = mark & (generation->cap - 1); generation->slots[at].mark;
         at = (at + 1) & (generation->cap - 1)) {
        if (generation->slots[at].mark != mark || ++seen < 2) continue;
        generation->slots[at].sequence = (uint32_t)event->sequence;
        return true;
    }
    return false;
}

// Only accepted ones make later ones duplicates.
static void remember(struct store *store, const struct store_event *event, int64_t hash) {
    struct store_messages_generation *young = &store->messages.young;
    if (!hash || (event->discard && put_again(young, event, hash))) return;
    if (young->count >= store->messages_kept) turn_over(store, event);
    put(young, event, hash);
}

void store_messages_add(struct store *store, const struct store_event *event, int64_t hash) {
    struct store_sql_call call = store_sql_write(store, SQL_ADD_MESSAGE);
    store_sql_int(&call, event->sequence);
    store_sql_int(&call, hash);
    store_sql_int(&call, event->discard == 0);
    store_sql_int(&call, (int64_t)event->body.len);
    store_sql_run(&call);
    store->event_bytes += (int64_t)event->body.len;
    remember(store, event, hash);
    store_runs_step(store, event->received_at_ms);
}

int64_t store_messages_accepted(struct store *store, int64_t hash) {
    int64_t sequences[MESSAGES_OF_A_MARK];
    const size_t count = store_messages_find(store, hash, sequences, MESSAGES_OF_A_MARK);
    for (size_t i = 0; i < count; i++) {
        struct store_sql_call call = store_sql_begin(store, SQL_IS_ACCEPTED);
        store_sql_int(&call, sequences[i]);
        store_sql_int(&call, hash);
        if (store_sql_single(&call, 0)) return sequences[i];
    }
    return 0;
}

// Numbers are kept modulo 2^32, far more than are ever in the window.
static int64_t whole_sequence(const struct store *store, uint32_t lower) {
    return store->last_sequence - (uint32_t)((uint32_t)store->last_sequence - lower);
}

static size_t find_in(
    const struct store *store,
    const struct store_messages_generation *generation,
    uint32_t mark,
    int64_t *out,
    size_t count,
    size_t cap) {
    if (!generation->cap) return count;
    uint32_t at = probe(generation, mark & (generation->cap - 1), mark);
    for (; generation->slots[at].mark && count < cap; at = probe(generation, at + 1, mark)) {
        const int64_t sequence = whole_sequence(store, generation->slots[at].sequence);
        size_t place = count++;
        for (; place > 0 && out[place - 1] > sequence; place--)
            out[place] = out[place - 1];
        out[place] = sequence;
    }
    return count;
}

size_t
store_messages_find(const struct store *store, int64_t hash, int64_t *out_sequences, size_t cap) {
    const uint32_t mark = mark_of(hash);
    const struct store_messages *messages = &store->messages;
    const size_t count = find_in(store, &messages->old, mark, out_sequences, 0, cap);
    return find_in(store, &messages->young, mark, out_sequences, count, cap);
}

void store_messages_forget(struct store *store) {
    mem_free(store->messages.young.slots);
    mem_free(store->messages.old.slots);
    store->messages = (struct store_messages){.first_sequence = store->last_sequence + 1};
    store->event_bytes = 0;
    store_runs_forget(store);
}

static void load_row(struct store *store, const struct store_event *event, int64_t hash) {
    struct store_messages_generation *old = &store->messages.old;
    const struct store_run *newest = store_runs_newest(store);
    if (event->sequence > newest->upto)
        remember(store, event, hash);
    else if (
        event->sequence >= newest->from && hash && !(event->discard && put_again(old, event, hash)))
        put(old, event, hash);
}

void store_messages_load(struct store *store) {
    store_messages_forget(store);
    store_runs_load(store);
    store->messages.is_loading = true;
    struct store_sql_call call = store_sql_begin(store, SQL_MESSAGES);
    bool is_first = true;
    while (store_sql_step(&call)) {
        const struct store_event event = {
            .sequence = store_sql_column_int(&call, 0),
            .discard = store_sql_column_int(&call, 2) ? 0 : 1};
        if (is_first) store->messages.first_sequence = event.sequence;
        is_first = false;
        if (event.sequence >= store->first_sequence)
            store->event_bytes += store_sql_column_int(&call, 3);
        load_row(store, &event, store_sql_column_int(&call, 1));
    }
    store->messages.is_loading = false;
}

int64_t store_messages_bytes(struct store *store, int64_t from, int64_t to) {
    struct store_sql_call call = store_sql_begin(store, SQL_MESSAGE_BYTES);
    store_sql_int(&call, from);
    store_sql_int(&call, to);
    return store_sql_single(&call, 0);
}

void store_messages_trim(struct store *store) {
    struct store_messages *messages = &store->messages;
    int64_t keep_from =
        messages->old.count ? messages->old.first_sequence : messages->young.first_sequence;
    if (!messages->young.count && !messages->old.count) keep_from = store->first_sequence;
    if (keep_from > store->first_sequence) keep_from = store->first_sequence;
    if (messages->first_sequence + TRIM_ROWS > keep_from) return;
    messages->first_sequence += TRIM_ROWS;
    struct store_sql_call call = store_sql_write(store, SQL_TRIM_MESSAGES);
    store_sql_int(&call, messages->first_sequence - 1);
    store_sql_run(&call);
}

int64_t store_count_messages(const struct store *store) {
    const struct store_messages *messages = &store->messages;
    int64_t count = messages->young.count;
    if (store_runs_is_busy(store)) count += messages->old.count;
    for (uint32_t i = 0; i < store->runs.count; i++)
        count += store->runs.list[i].count;
    return count;
}
