// soak — events at full speed into a sandbox on disk, killed with -9 in the middle and started again. In the
// end every acknowledged message must have happened exactly once, memory must have stayed flat, and the
// database must be whole.
//
// usage: soak PROGRAM SECONDS [BACKLOG]
// What was under way when a connection broke is sent again until it is acknowledged, as an SDK does; every
// twentieth request repeats messages that were acknowledged before. With a BACKLOG it is a short test: no more
// messages than that wait for delivery, so that the end comes soon, and memory is printed, not judged, for
// sanitizers keep what is freed. Exit 1 on any loss, double or growth.
#include "base/clock.h"
#include "base/memory.h"
#include "base/rng.h"
#include "counts.h"
#include "identities.h"
#include "segment/catalog.h"
#include "support/http_load.h"
#include "support/sandbox_process.h"
#include "support/temp_folder.h"

#include <inttypes.h>
#include <sys/stat.h>

enum {
    CONNECTIONS = 24,
    SINGLES_FROM = 16, // connections from here on send one message a request
    BATCH = 50,
    USERS = 500,
    REPEAT_EVERY = 20,
    SAMPLES_MAX = 40000, // of memory, one a second
    DRAIN_S = 600,
};
#define GROWTH_FACTOR 1.05 // of the resident memory after the warm-up …
#define GROWTH_KIB                                                                                 \
    4096 // … and a little more that an allocator may need, beside what store.h states:
// the window of duplicates, until it is full. Each acknowledged message is two there, a track and an identify.
#define RECENT_BYTES INT64_C(32)   // of hashes in memory, a message …
#define RECENT_KIB INT64_C(16384)  // … at most
#define FILTER_BYTES INT64_C(4)    // of filters before the runs on disk, a message …
#define FILTERS_KIB INT64_C(65536) // … at most

struct span {
    uint64_t from;
    uint32_t count;
    bool is_repeat;
};

struct sample {
    int64_t at_ms, resident_kib;
    int life;
};

struct soak {
    const char *program, *run;
    struct temp_folder folder;
    char database[300], log[300];
    uint16_t port;
    struct sandbox_process process;
    struct http_load *load;
    struct counts counts;
    struct rng rng;
    struct span under_way[CONNECTIONS];
    struct span again[CONNECTIONS * 4]; // to be sent again
    size_t again_count;
    uint64_t next, acknowledged, repeats, refused, broken, requests;
    int64_t paused_until_ms;
    bool is_sending;
    int64_t backlog; // 0: as much as the sandbox lets in
    int unexpected;  // status of an answer that should not be
    struct sample samples[SAMPLES_MAX];
    size_t sample_count;
    int life;
    int64_t restart_ms, largest_database, largest_log;
    int failures;
};

static void fail_with(struct soak *soak, const char *what) {
    printf("FAILED  %s\n", what);
    soak->failures++;
}

// ---- load ----

static void add_message(struct soak *soak, uint64_t number, struct buf *out) {
    struct rng rng; // the same message every time it is sent
    rng_seed(&rng, number);
    const struct catalog_product *product = catalog_at((size_t)rng_below(&rng, CATALOG_COUNT));
    buf_add_format(
        out,
        "{\"type\":\"track\",\"event\":\"Product Clicked\",\"messageId\":\"soak-%s-%" PRIu64
        "\",\"userId\":\"soaker-%d\",\"anonymousId\":\"soaker-%d-anonymous\",\"properties\":{"
        "\"sku\":\"%s\",\"price\":%d},\"context\":{\"library\":{\"name\":\"soak\",\"version\":"
        "\"1\"},\"page\":{\"url\":\"https://shop.example/p/%s\"}}}",
        soak->run, number, (int)(number % USERS), (int)(number % USERS), product->sku,
        product->price_cents, product->sku);
}

static struct span choose_span(struct soak *soak, size_t connection) {
    const uint32_t count = connection < SINGLES_FROM ? BATCH : 1;
    if (soak->again_count > 0) return soak->again[--soak->again_count];
    if (soak->requests % REPEAT_EVERY == 0 &&
        soak->acknowledged > (uint64_t)4 * BATCH * CONNECTIONS) {
        const uint64_t safe = soak->next - (uint64_t)2 * BATCH * CONNECTIONS;
        return (struct span){
            .from = rng_below(&soak->rng, safe), .count = count, .is_repeat = true};
    }
    const struct span span = {.from = soak->next, .count = count};
    soak->next += count;
    return span;
}

static bool next(void *context, size_t connection, struct buf *out_request) {
    struct soak *soak = context;
    if (clock_monotonic_ms() < soak->paused_until_ms) return false;
    if (!soak->is_sending && soak->again_count == 0) return false;
    const uint64_t waiting = soak->next - soak->counts.distinct[COUNTS_IDENTIFY];
    if (soak->backlog && waiting > (uint64_t)soak->backlog && soak->again_count == 0) return false;
    soak->requests++;
    const struct span span = choose_span(soak, connection);
    const char *key = identities_source(SOURCE_WEBSITE)->write_key;
    struct buf body = {0};
    if (span.count > 1) buf_add(&body, STR("{\"batch\":["));
    for (uint32_t i = 0; i < span.count; i++) {
        if (i) buf_add_char(&body, ',');
        add_message(soak, span.from + i, &body);
    }
    if (span.count > 1) buf_add(&body, STR("]}"));
    http_load_write_request(
        out_request, "POST", span.count > 1 ? "/v1/batch" : "/v1/track", key, buf_str(&body));
    buf_release(&body);
    soak->under_way[connection] = span;
    return true;
}

static void done(void *context, size_t connection, const struct http_load_answer *answer) {
    struct soak *soak = context;
    const struct span span = soak->under_way[connection];
    if (answer->status == 200 && !span.is_repeat) soak->acknowledged += span.count;
    if (answer->status == 200 && span.is_repeat) soak->repeats += span.count;
    if (answer->status == 200) return;
    if (answer->status == 429) {
        soak->refused++;
        soak->paused_until_ms =
            clock_monotonic_ms() + (answer->retry_after_s > 0 ? answer->retry_after_s * 1000 : 200);
    } else {
        soak->broken++;
        if (answer->status && !soak->unexpected) {
            soak->unexpected = answer->status;
            printf(
                "answer  %d: " STR_FMT "\n", answer->status,
                STR_ARG(str_slice(answer->body, 0, 300)));
        }
    }
    ASSERT(soak->again_count < ARRAY_COUNT(soak->again));
    soak->again[soak->again_count++] = span;
}

// ---- watching ----

static void look_at_file(const char *path, const char *suffix, int64_t *largest) {
    char name[320];
    struct stat facts;
    (void)snprintf(name, sizeof(name), "%s%s", path, suffix);
    if (stat(name, &facts) == 0 && facts.st_size > *largest) *largest = facts.st_size;
}

static void watch(struct soak *soak) {
    const int64_t now_ms = clock_monotonic_ms();
    const struct sample *last = soak->sample_count ? &soak->samples[soak->sample_count - 1] : NULL;
    if ((last && now_ms - last->at_ms < 1000) || soak->sample_count == SAMPLES_MAX) return;
    soak->samples[soak->sample_count++] = (struct sample){
        .at_ms = now_ms,
        .resident_kib = sandbox_process_resident_kib(&soak->process),
        .life = soak->life};
    look_at_file(soak->database, "", &soak->largest_database);
    look_at_file(soak->database, "-wal", &soak->largest_log);
    if (soak->sample_count % 60 == 0) {
        printf(
            "        %" PRIu64 " acknowledged, %" PRId64 " MiB resident\n", soak->acknowledged,
            soak->samples[soak->sample_count - 1].resident_kib >> 10);
        (void)fflush(stdout);
    }
}

// The most that was resident in a part of a life, both in twelfths.
static int64_t highest(const struct soak *soak, int life, int from, int to) {
    size_t first = soak->sample_count, count = 0;
    int64_t most = 0;
    for (size_t i = soak->sample_count; i-- > 0;) {
        if (soak->samples[i].life != life) continue;
        first = i;
        count++;
    }
    for (size_t i = count * (size_t)from / 12; i < count * (size_t)to / 12; i++) {
        if (soak->samples[first + i].resident_kib > most)
            most = soak->samples[first + i].resident_kib;
    }
    return most;
}

// What the window of duplicates may have grown by, in KiB.
static double window_growth(const struct soak *soak) {
    const int64_t messages = (int64_t)(soak->acknowledged + soak->repeats);
    const int64_t recent_kib = messages * RECENT_BYTES / 1024;
    const int64_t filters_kib = messages * FILTER_BYTES / 1024;
    return (double)(recent_kib < RECENT_KIB ? recent_kib : RECENT_KIB) +
           (double)(filters_kib < FILTERS_KIB ? filters_kib : FILTERS_KIB);
}

static void judge_memory(struct soak *soak, bool is_judged) {
    const double allowed_kib = GROWTH_KIB + window_growth(soak);
    for (int life = 0; life <= soak->life; life++) {
        const int64_t early = highest(soak, life, 4, 8), late = highest(soak, life, 8, 12);
        printf(
            "memory  life %d: %.1f MiB after the warm-up, %.1f MiB at the end\n", life + 1,
            (double)early / 1024, (double)late / 1024);
        if (is_judged && (double)late > (double)early * GROWTH_FACTOR + allowed_kib)
            fail_with(soak, "memory grew");
    }
}

static void judge_counts(struct soak *soak) {
    static const char *const names[COUNTS_KINDS] = {"events", "interactions", "identifies"};
    const struct counts *counts = &soak->counts;
    for (int kind = 0; kind < COUNTS_KINDS; kind++) {
        int64_t lost = 0, doubled = 0, once = 0;
        for (uint64_t i = 0; i < soak->next; i++) {
            const uint8_t seen = i < counts->cap ? counts->seen[kind][i] : 0;
            lost += seen == 0;
            once += seen == 1;
            doubled += seen > 1;
        }
        printf(
            "%-13s %" PRId64 " once, %" PRId64 " lost, %" PRId64 " doubled\n", names[kind], once,
            lost, doubled);
        if (lost || doubled) fail_with(soak, "not every message happened exactly once");
    }
    if (soak->acknowledged != soak->next) fail_with(soak, "not every message was acknowledged");
    if (counts->without_profile) fail_with(soak, "events without a profile");
    if (counts->lost_rows) {
        printf("        %" PRId64 " rows left before they could be counted\n", counts->lost_rows);
        fail_with(soak, "rows are missing");
    }
}

// ---- the course ----

static bool begin_life(struct soak *soak, struct error *err) {
    if (!sandbox_process_start(
            &soak->process, soak->program, soak->folder.path, soak->log, soak->port, err)) {
        return false;
    }
    return http_load_connect(soak->load) ||
           error_set(err, ERROR_IO, "could not connect to the sandbox");
}

// Until the time is over, or nothing is under way and all is counted when sending has ended.
static void run_until(struct soak *soak, int64_t until_ms) {
    while (clock_monotonic_ms() < until_ms) {
        // Throttled for longer than the sandbox keeps an idle connection, a client comes back with a new one.
        (void)http_load_connect(soak->load);
        const size_t busy = http_load_turn(soak->load, 5);
        watch(soak);
        const bool is_all = counts_scan(&soak->counts, 20000);
        if (!sandbox_process_is_alive(&soak->process)) {
            fail_with(soak, "the sandbox died by itself");
            return;
        }
        if (soak->unexpected) {
            fail_with(soak, "an unexpected answer");
            return;
        }
        if (soak->is_sending || busy || soak->again_count || !is_all) continue;
        if (soak->counts.distinct[COUNTS_IDENTIFY] == soak->next) return;
    }
}

static bool course(struct soak *soak, int64_t seconds, struct error *err) {
    struct counts *counts = &soak->counts;
    const int64_t half_ms = seconds * 1000 / 2;
    const int64_t started_ms = clock_monotonic_ms();
    soak->is_sending = true;
    if (!begin_life(soak, err) || !counts_open(counts, soak->database, soak->run, err))
        return false;
    printf("start   ready in %" PRId64 " ms\n", soak->process.ready_ms);
    run_until(soak, started_ms + half_ms);
    sandbox_process_kill(&soak->process);
    printf("kill -9 after %" PRIu64 " acknowledged messages\n", soak->acknowledged);
    (void)http_load_turn(soak->load, 100); // breaks the connections
    soak->life++;
    if (!begin_life(soak, err)) return false;
    soak->restart_ms = soak->process.ready_ms;
    printf("restart ready in %" PRId64 " ms\n", soak->restart_ms);
    run_until(soak, started_ms + 2 * half_ms);
    soak->is_sending = false;
    const double sent_s = (double)(clock_monotonic_ms() - started_ms) / 1000;
    printf("sent    %.0f messages/s\n", (double)soak->acknowledged / sent_s);
    run_until(soak, clock_monotonic_ms() + (int64_t)DRAIN_S * 1000);
    const double all_s = (double)(clock_monotonic_ms() - started_ms) / 1000;
    printf("loops   %.0f/s until the last was delivered\n", (double)soak->acknowledged / all_s);
    if (!sandbox_process_stop(&soak->process, err)) return false;
    (void)counts_scan(counts, INT64_MAX);
    return counts_is_whole(counts, err);
}

int main(int argc, char **argv) {
    int64_t seconds = 0;
    static struct soak soak;
    if (argc < 3 || !str_parse_int64(str_from(argv[2]), &seconds) || seconds < 2 ||
        (argc > 3 && !str_parse_int64(str_from(argv[3]), &soak.backlog))) {
        fprintf(stderr, "usage: soak PROGRAM SECONDS [BACKLOG]\n");
        return 2;
    }
    char run[32];
    struct error err = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    (void)snprintf(run, sizeof(run), "%x", (unsigned)(clock_wall_ms() & 0x7fffffff));
    soak.program = argv[1];
    soak.run = run;
    soak.folder = temp_folder_make();
    soak.port = sandbox_process_free_port();
    temp_folder_path(&soak.folder, "sandbox.db", soak.database, sizeof(soak.database));
    temp_folder_path(&soak.folder, "log", soak.log, sizeof(soak.log));
    rng_seed(&soak.rng, 1);
    soak.load = http_load_new(&(struct http_load_options){
        .port = soak.port,
        .connections = CONNECTIONS,
        .next = next,
        .done = done,
        .context = &soak});
    if (!course(&soak, seconds, &err)) fail_with(&soak, err.message);
    printf(
        "requests %" PRIu64 ", refused %" PRIu64 ", broken %" PRIu64 ", repeated messages %" PRIu64
        "\n",
        soak.requests, soak.refused, soak.broken, soak.repeats);
    judge_counts(&soak);
    judge_memory(&soak, soak.backlog == 0);
    printf(
        "disk    database %.1f MiB, write-ahead log %.1f MiB at most\n",
        (double)soak.largest_database / (1 << 20), (double)soak.largest_log / (1 << 20));
    printf("%s\n", soak.failures ? "soak: FAILED" : "soak: every message exactly once");
    if (soak.process.pid > 0) sandbox_process_kill(&soak.process);
    counts_release(&soak.counts);
    http_load_free(soak.load);
    temp_folder_remove(&soak.folder);
    return soak.failures ? 1 : 0;
}
