// store_runs — see the header.
#include "store_runs.h"

#include "base/memory.h"
#include "store_sql.h"

#include <stdlib.h>

#define HASHES_OF_A_PART 240u // a few of them fill a page of 8 or 4 KiB
#define BITS_OF_A_HASH 16u
#define LINE_BYTES 64u
#define LINE_BITS 512u
#define LINE_WORDS (LINE_BYTES / sizeof(uint64_t))
#define PROBES 7
#define GATHERED_ROWS 4096
#define WRITTEN_PARTS 32u
#define TRIMMED_PARTS 512
#define STEPS_OF_A_GENERATION 512u // more than a run takes: it is there before the next is due

static uint32_t scale(uint32_t value, uint32_t count) {
    return (uint32_t)((uint64_t)value * count >> 32);
}

// ---- filters ----

static uint32_t count_lines(uint32_t hashes) {
    return (uint32_t)((uint64_t)hashes * BITS_OF_A_HASH / LINE_BITS) + 1;
}

static void make_filter(struct store_run *run) {
    run->memory = mem_zeroed(count_lines(run->count) + 1, LINE_BYTES);
    const size_t past = (uintptr_t)run->memory % LINE_BYTES;
    run->filter = (uint64_t *)((char *)run->memory + (LINE_BYTES - past));
}

static uint64_t *line_of(const struct store_run *run, uint64_t hash) {
    return run->filter + scale((uint32_t)hash, count_lines(run->count)) * LINE_WORDS;
}

// Nine bits of it choose one of a line's.
static uint64_t probes_of(uint64_t hash) {
    return (hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15);
}

static void add_to_filter(struct store_run *run, uint64_t hash) {
    uint64_t *line = line_of(run, hash);
    uint64_t probes = probes_of(hash);
    for (int i = 0; i < PROBES; i++, probes >>= 9)
        line[probes >> 6 & 7] |= UINT64_C(1) << (probes & 63);
}

static bool may_have(const struct store_run *run, uint64_t hash) {
    const uint64_t *line = line_of(run, hash);
    uint64_t probes = probes_of(hash);
    for (int i = 0; i < PROBES; i++, probes >>= 9)
        if (!(line[probes >> 6 & 7] >> (probes & 63) & 1)) return false;
    return true;
}

static struct str filter_bytes(const struct store_run *run) {
    return (struct str){
        .ptr = (const char *)run->filter, .len = (size_t)count_lines(run->count) * LINE_BYTES};
}

// ---- parts ----

static uint32_t count_parts(uint32_t hashes) {
    const uint32_t parts = hashes / HASHES_OF_A_PART + 1;
    return parts < STORE_RUNS_PARTS ? parts : STORE_RUNS_PARTS;
}

static int64_t part_row(const struct store_run *run, uint32_t part) {
    return run->id * STORE_RUNS_PARTS + part;
}

static uint32_t part_of(uint64_t hash, uint32_t parts) {
    return scale((uint32_t)(hash >> 32), parts);
}

static int compare(const void *left, const void *right) {
    const uint64_t *const a = left, *const b = right;
    return (*a > *b) - (*a < *b);
}

static bool is_in_part(struct store *store, const struct store_run *run, uint64_t hash) {
    struct store_sql_call call = store_sql_begin(store, SQL_MESSAGE_PART);
    store_sql_int(&call, part_row(run, part_of(hash, count_parts(run->count))));
    if (!store_sql_step(&call)) return false;
    const struct str hashes = store_sql_column_text(&call, 0);
    size_t low = 0, high = hashes.len / sizeof(hash);
    uint64_t found = 0;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        memcpy(&found, hashes.ptr + middle * sizeof(found), sizeof(found)); // may be unaligned
        if (found == hash) break;
        if (found < hash)
            low = middle + 1;
        else
            high = middle;
    }
    store_sql_end(&call);
    return low < high;
}

// The lines are asked for together: one after the other, each would be waited for.
bool store_runs_has(struct store *store, int64_t hash) {
    const struct store_runs *runs = &store->runs;
    for (uint32_t i = 0; i < runs->count; i++)
        __builtin_prefetch(line_of(&runs->list[i], (uint64_t)hash));
    for (uint32_t i = runs->count; i-- > 0;) {
        if (may_have(&runs->list[i], (uint64_t)hash) &&
            is_in_part(store, &runs->list[i], (uint64_t)hash))
            return true;
    }
    return false;
}

// ---- the runs ----

static void remove_first(struct store_runs *runs) {
    mem_free(runs->list[0].memory);
    runs->count--;
    memmove(runs->list, runs->list + 1, runs->count * sizeof(*runs->list));
}

static void drop_job(struct store_runs *runs) {
    mem_free(runs->job.hashes);
    mem_free(runs->job.run.memory);
    runs->job = (struct store_runs_job){0};
}

void store_runs_forget(struct store *store) {
    struct store_runs *runs = &store->runs;
    drop_job(runs);
    while (runs->count)
        remove_first(runs);
    runs->first_part = 0;
}

void store_runs_load(struct store *store) {
    struct store_runs *runs = &store->runs;
    store_runs_forget(store);
    struct store_sql_call call = store_sql_begin(store, SQL_MESSAGE_RUNS);
    while (store_sql_step(&call)) {
        struct store_run run = {
            .id = store_sql_column_int(&call, 0),
            .from = store_sql_column_int(&call, 1),
            .upto = store_sql_column_int(&call, 2),
            .last_ms = store_sql_column_int(&call, 3),
            .count = (uint32_t)store_sql_column_int(&call, 4)};
        const struct str stored = store_sql_column_text(&call, 5);
        make_filter(&run);
        const struct str own = filter_bytes(&run);
        if (stored.len == own.len)
            memcpy(run.filter, stored.ptr, own.len);
        else
            memset(run.filter, 0xff, own.len); // not one of ours: the disk is always asked
        if (runs->count == STORE_MESSAGE_RUNS_KEPT) remove_first(runs);
        runs->list[runs->count++] = run;
    }
    struct store_sql_call first = store_sql_begin(store, SQL_FIRST_MESSAGE_PART);
    runs->first_part = store_sql_single(&first, 0);
}

const struct store_run *store_runs_newest(const struct store *store) {
    static const struct store_run none = {0};
    return store->runs.count ? &store->runs.list[store->runs.count - 1] : &none;
}

static void drop_oldest(struct store *store) {
    struct store_sql_call call = store_sql_write(store, SQL_REMOVE_MESSAGE_RUN);
    store_sql_int(&call, store->runs.list[0].id);
    store_sql_run(&call);
    remove_first(&store->runs);
}

void store_runs_trim(struct store *store, int64_t now_ms) {
    struct store_runs *runs = &store->runs;
    if (runs->count > 1 && runs->list[0].last_ms < now_ms - STORE_MESSAGES_KEPT_MS)
        drop_oldest(store);
    if (!runs->count || runs->first_part >= part_row(&runs->list[0], 0)) return;
    const int64_t furthest = part_row(&runs->list[0], 0);
    runs->first_part += TRIMMED_PARTS;
    if (runs->first_part > furthest) runs->first_part = furthest;
    struct store_sql_call call = store_sql_write(store, SQL_TRIM_MESSAGE_PARTS);
    store_sql_int(&call, runs->first_part);
    store_sql_run(&call);
}

// ---- making one ----

bool store_runs_is_busy(const struct store *store) {
    return store->runs.job.stage != STORE_RUNS_IDLE;
}

void store_runs_begin(struct store *store, int64_t from, int64_t upto, uint32_t count) {
    struct store_runs *runs = &store->runs;
    struct store_runs_job *job = &runs->job;
    drop_job(runs);
    job->stage = STORE_RUNS_GATHER;
    job->run.id = store_runs_newest(store)->id + 1;
    job->run.from = from;
    job->run.upto = upto;
    job->at = from - 1;
    job->cap = count + 1;
}

static void gather(struct store *store) {
    struct store_runs_job *job = &store->runs.job;
    if (!job->hashes) job->hashes = mem_zeroed(job->cap, sizeof(*job->hashes));
    struct store_sql_call call = store_sql_begin(store, SQL_MESSAGES_BETWEEN);
    store_sql_int(&call, job->at);
    store_sql_int(&call, job->run.upto);
    store_sql_int(&call, GATHERED_ROWS);
    int rows = 0;
    for (; store_sql_step(&call); rows++) {
        job->at = store_sql_column_int(&call, 0);
        const uint64_t hash = (uint64_t)store_sql_column_int(&call, 1);
        if (!hash || !store_sql_column_int(&call, 2)) continue;
        if (job->run.count == job->cap) {
            job->cap *= 2;
            job->hashes = mem_resize(job->hashes, job->cap, sizeof(*job->hashes));
        }
        job->hashes[job->run.count++] = hash;
    }
    if (rows < GATHERED_ROWS) job->stage = STORE_RUNS_ORDER;
}

// Each hash to its part, in place: what stands where it does not belong changes places with the next of
// the part that it belongs to.
static void order(struct store_runs_job *job) {
    uint32_t next[STORE_RUNS_PARTS] = {0};
    const uint32_t parts = count_parts(job->run.count);
    for (uint32_t i = 0; i < job->run.count; i++)
        job->ends[part_of(job->hashes[i], parts)]++;
    for (uint32_t part = 1; part < parts; part++) {
        next[part] = job->ends[part - 1];
        job->ends[part] += job->ends[part - 1];
    }
    for (uint32_t part = 0; part < parts; part++) {
        while (next[part] < job->ends[part]) {
            uint64_t *here = &job->hashes[next[part]];
            const uint32_t home = part_of(*here, parts);
            uint64_t *there = &job->hashes[next[home]++];
            const uint64_t moved = *here;
            *here = *there;
            *there = moved;
        }
    }
    make_filter(&job->run);
    job->stage = STORE_RUNS_WRITE;
}

static void write_part(struct store *store, uint32_t part) {
    struct store_runs_job *job = &store->runs.job;
    const uint32_t from = part ? job->ends[part - 1] : 0;
    uint64_t *hashes = job->hashes + from;
    const uint32_t count = job->ends[part] - from;
    qsort(hashes, count, sizeof(*hashes), compare);
    for (uint32_t i = 0; i < count; i++)
        add_to_filter(&job->run, hashes[i]);
    struct store_sql_call call = store_sql_write(store, SQL_PUT_MESSAGE_PART);
    store_sql_int(&call, part_row(&job->run, part));
    store_sql_blob(
        &call, (struct str){.ptr = (const char *)hashes, .len = count * sizeof(*hashes)});
    store_sql_run(&call);
}

static void add_run(struct store *store, int64_t now_ms) {
    struct store_runs *runs = &store->runs;
    struct store_run run = runs->job.run;
    const uint32_t most =
        store->is_in_memory ? STORE_MESSAGE_RUNS_KEPT_IN_MEMORY : STORE_MESSAGE_RUNS_KEPT;
    run.last_ms = now_ms;
    struct store_sql_call call = store_sql_write(store, SQL_ADD_MESSAGE_RUN);
    store_sql_int(&call, run.id);
    store_sql_int(&call, run.from);
    store_sql_int(&call, run.upto);
    store_sql_int(&call, run.last_ms);
    store_sql_int(&call, run.count);
    store_sql_blob(&call, filter_bytes(&run));
    store_sql_run(&call);
    runs->job.run.memory = NULL;
    drop_job(runs);
    if (runs->count >= most) drop_oldest(store);
    runs->list[runs->count++] = run;
}

static void work(struct store *store, int64_t now_ms) {
    struct store_runs_job *job = &store->runs.job;
    if (job->stage == STORE_RUNS_GATHER) {
        gather(store);
    } else if (job->stage == STORE_RUNS_ORDER) {
        order(job);
    } else {
        const uint32_t parts = count_parts(job->run.count);
        for (uint32_t i = 0; i < WRITTEN_PARTS && job->part < parts; i++)
            write_part(store, job->part++);
        if (job->part == parts) add_run(store, now_ms);
    }
}

// After a failure there is no more to it: all this is rolled back.
void store_runs_step(struct store *store, int64_t now_ms) {
    struct store_runs_job *job = &store->runs.job;
    if (job->stage == STORE_RUNS_IDLE || store->has_failed) return;
    if (++job->waited < store->messages_kept / STEPS_OF_A_GENERATION) return;
    job->waited = 0;
    work(store, now_ms);
}

void store_runs_finish(struct store *store, int64_t now_ms) {
    while (store_runs_is_busy(store) && !store->has_failed)
        work(store, now_ms);
}
