// import_route — see the header.
#include "personalize/import_route.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "personalize/ledger.h"
#include "sandbox/interactions_csv.h"
#include "store_imports.h"
#include "writer.h"

#define SLICE_US 8000
#define COMMIT_AFTER_MS 200 // many slices share a commit, unless somebody else brings one
#define PIECE_BYTES ((size_t)16 << 10) // read between two looks at the clock

struct import {
    struct cloud *cloud;
    struct interactions_csv *reader; // owned
    struct str rest;                 // of the exchange's body
    bool is_checking;                // the first reading
    bool is_over;
    int64_t name; // of the file, for store_count_import
    int64_t rows, imported, duplicates;
    int64_t interactions; // in the log after the last slice
    int64_t commit_at_ms; // monotonic
    struct error err;
};

static void import_free(struct import *import) {
    if (!import) return;
    interactions_csv_free(import->reader);
    mem_free(import);
}

static void let_go(struct exchange *exchange) {
    import_free(exchange->holder);
    exchange->holder = NULL;
}

static int64_t first_bytes(struct str text) {
    uint8_t digest[DIGEST_BYTES];
    uint64_t number = 0;
    digest_sha256(text, digest);
    for (size_t i = 0; i < sizeof(number); i++)
        number = number << 8 | digest[i];
    return (int64_t)number;
}

// What makes a row the same row: all its fields. Their lengths keep them apart.
static int64_t hash_of(struct cloud *cloud, const struct interactions_csv_row *row) {
    struct buf *text = &cloud->text;
    buf_reset(text);
    buf_add_format(
        text, "%zu %zu %zu %lld ", row->user.len, row->item.len, row->event_type.len,
        (long long)row->time_s);
    buf_add(text, row->user);
    buf_add(text, row->item);
    buf_add(text, row->event_type);
    return first_bytes(buf_str(text));
}

static bool check_row(void *context, const struct interactions_csv_row *row, struct error *err) {
    (void)row, (void)err;
    struct import *import = context;
    import->rows++;
    return true;
}

static bool count_row(void *context, const struct interactions_csv_row *row, struct error *err) {
    struct import *import = context;
    (void)err;
    struct cloud *cloud = import->cloud;
    const struct recommender_event event = {
        .user = row->user, .item = row->item, .event_type = row->event_type, .time_s = row->time_s};
    if (store_count_import(cloud->store, row->time_s, hash_of(cloud, row), import->name) &&
        ledger_add_past(cloud, &event) == RECOMMENDER_ACCEPTED) {
        import->imported++;
    } else {
        import->duplicates++;
    }
    return true;
}

static void begin_reading(struct import *import, struct str text, bool is_checking) {
    interactions_csv_free(import->reader);
    import->reader = interactions_csv_new(is_checking ? check_row : count_row, import);
    import->is_checking = is_checking;
    import->rest = text;
}

// Until the slice's time or the file is over.
static bool read_on(struct import *import, struct str text, struct error *err) {
    const int64_t until_us = clock_monotonic_us() + SLICE_US;
    while (clock_monotonic_us() < until_us) {
        const struct str piece = str_slice(import->rest, 0, PIECE_BYTES);
        import->rest = str_skip(import->rest, piece.len);
        if (!interactions_csv_feed(import->reader, piece, err)) return false;
        if (import->rest.len) continue;
        if (!interactions_csv_finish(import->reader, err)) return false;
        if (!import->is_checking) {
            import->is_over = true;
            return true;
        }
        const struct recommender_stats stats = recommender_stats(import->cloud->recommender);
        recommender_reserve(
            import->cloud->recommender, stats.items, stats.users,
            (size_t)stats.events + (size_t)import->rows);
        begin_reading(import, text, false);
    }
    return true;
}

// A commit that failed, or a reset, has taken rows back.
static bool check_kept(struct import *import, struct error *err) {
    if (store_last_interaction(import->cloud->store) >= import->interactions) return true;
    error_set(err, ERROR_IO, "the rows imported so far were taken back");
    return error_hint(
        err, "The sandbox was reset meanwhile, or could not write: send the file again.");
}

static enum server_verdict answer(struct exchange *exchange, const struct import *import) {
    struct buf json = {0};
    struct writer writer = {.out = &json};
    if (import->err.code) {
        routes_answer_error(exchange, &import->err);
        return SERVER_ANSWER;
    }
    writer_open(&writer, NULL, '{');
    writer_int(&writer, "imported", import->imported);
    writer_int(&writer, "duplicates", import->duplicates);
    writer_int(&writer, "interactions", store_last_interaction(import->cloud->store));
    writer_close(&writer, '}');
    routes_answer_json(exchange, 200, buf_str(&json));
    buf_release(&json);
    return SERVER_ANSWER;
}

static enum server_verdict go_on(void *context, struct exchange *exchange) {
    struct cloud *cloud = context;
    struct import *import = exchange->holder;
    struct error *err = &import->err;
    if (!check_kept(import, err) || (!import->is_over && (server_is_abandoned(exchange) ||
                                                          !read_on(import, exchange->body, err)))) {
        import->is_over = true;
    }
    import->interactions = store_last_interaction(cloud->store);
    const int64_t now_ms = clock_monotonic_ms();
    if (import->is_over || now_ms >= import->commit_at_ms) {
        cloud->has_pending = true; // brings the commit
        import->commit_at_ms = now_ms + COMMIT_AFTER_MS;
    }
    if (import->is_over) return answer(exchange, import);
    exchange->hold_until_ms = now_ms;
    return SERVER_HOLD;
}

enum server_verdict import_route_post(struct cloud *cloud, struct exchange *exchange) {
    if (exchange->is_too_large) {
        struct error err = {0};
        error_set(
            &err, ERROR_LIMIT, "the file is larger than %zu MiB", IMPORT_ROUTE_BODY_LIMIT >> 20);
        error_hint(&err, "Split it and import the parts one after the other.");
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    struct buf name = {0};
    struct import *import = MEM_NEW(struct import);
    import->cloud = cloud;
    import->interactions = store_last_interaction(cloud->store);
    import->name = routes_query_text(exchange, "import", &name) && name.len
                       ? first_bytes(buf_str(&name))
                       : (int64_t)rng_next(&cloud->rng);
    buf_release(&name);
    begin_reading(import, exchange->body, true);
    exchange->holder = import;
    exchange->let_go = let_go;
    exchange->again = go_on;
    return go_on(cloud, exchange);
}
