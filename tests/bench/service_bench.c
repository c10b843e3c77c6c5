// service_bench — the sandbox as a program of its own, over HTTP.
//
// usage: service_bench ingest PORT CONNECTIONS SECONDS BATCH [PATH]
//          messages to a tracking API (the sandbox's, or whatever answers there), BATCH in each request; the
//          load is the same whoever answers. Prints {"requests_per_second":…,"messages_per_second":…}.
//        service_bench shop PROGRAM FOLDER ITEMS USERS ROWS QUESTIONS
//          starts `PROGRAM sandbox`, imports that many rows, asks GetRecommendations, stops and starts it
//          again, kills it with -9 and starts it again; all answers must be the same bytes. Prints times,
//          and the resident memory.
#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/rng.h"
#include "identities.h"
#include "support/http_load.h"
#include "support/sandbox_process.h"

#include <inttypes.h>
#include <stdlib.h>

#define COUNT_BODY_BYTES ((size_t)256 << 20)

static void die(const char *what) {
    fprintf(stderr, "service_bench: %s\n", what);
    exit(1);
}

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

// ---- ingest ----

struct ingest {
    int64_t batch;
    const char *path;
    char run[16];
    uint64_t messages, answered, failed;
};

static bool write_messages(void *context, size_t connection, struct buf *out) {
    struct ingest *ingest = context;
    struct buf body = {0};
    (void)connection;
    if (ingest->batch > 1) buf_add(&body, STR("{\"batch\":["));
    for (int64_t i = 0; i < ingest->batch; i++) {
        const uint64_t number = ingest->messages++;
        if (i) buf_add_char(&body, ',');
        buf_add_format(
            &body,
            "{\"type\":\"track\",\"event\":\"Product Viewed\",\"messageId\":\"bench-%s-%" PRIu64
            "\",\"userId\":\"bench-%d\",\"timestamp\":\"2026-02-01T10:00:00.000Z\",\"properties\":{"
            "\"sku\":\"led-high-tops\",\"price\":5900},\"context\":{\"library\":{\"name\":"
            "\"analytics-node\",\"version\":\"2.1.3\"}}}",
            ingest->run, number, (int)(number % 500));
    }
    if (ingest->batch > 1) buf_add(&body, STR("]}"));
    // of a source without a destination: this is about taking in
    http_load_write_request(
        out, "POST", ingest->path, identities_source(SOURCE_ANDROID)->write_key, buf_str(&body));
    buf_release(&body);
    return true;
}

static void count_answer(void *context, size_t connection, const struct http_load_answer *answer) {
    struct ingest *ingest = context;
    (void)connection;
    ingest->answered += answer->status == 200;
    ingest->failed += answer->status != 200;
}

static void run_ingest(int argc, char **argv) {
    int64_t port = 0, connections = 0, seconds = 0;
    struct ingest ingest = {0};
    if (argc < 6 || !str_parse_int64(str_from(argv[2]), &port) ||
        !str_parse_int64(str_from(argv[3]), &connections) ||
        !str_parse_int64(str_from(argv[4]), &seconds) ||
        !str_parse_int64(str_from(argv[5]), &ingest.batch)) {
        die("usage: ingest PORT CONNECTIONS SECONDS BATCH [PATH]");
    }
    ingest.path = argc > 6 ? argv[6] : ingest.batch > 1 ? "/v1/batch" : "/v1/track";
    (void)snprintf(ingest.run, sizeof(ingest.run), "%x", (unsigned)(clock_wall_ms() & 0x7fffffff));
    struct http_load *load = http_load_new(&(struct http_load_options){
        .port = (uint16_t)port,
        .connections = (size_t)connections,
        .next = write_messages,
        .done = count_answer,
        .context = &ingest});
    if (!http_load_connect(load)) die("nobody listens there");
    const int64_t started_us = clock_monotonic_us();
    while (clock_monotonic_us() < started_us + seconds * 1000000)
        (void)http_load_turn(load, 10);
    const double took_s = (double)(clock_monotonic_us() - started_us) / 1e6;
    if (ingest.failed) die("not every answer was 200");
    printf(
        "{\"requests_per_second\":%.0f,\"messages_per_second\":%.0f}\n",
        (double)ingest.answered / took_s,
        (double)(ingest.answered * (uint64_t)ingest.batch) / took_s);
    http_load_free(load);
}

// ---- shop ----

struct shop {
    int64_t items, users, rows, questions;
    const char *program, *folder;
    char log[300];
    uint16_t port;
    struct sandbox_process process;
    struct http_load *load;
    struct buf request; // the one to send next
    struct sigv4_key_cache keys;
    struct buf answer; // of the last request
    int status;
    int64_t us;
};

static bool write_next(void *context, size_t connection, struct buf *out) {
    struct shop *shop = context;
    (void)connection;
    if (!shop->request.len) return false;
    buf_add(out, buf_str(&shop->request));
    buf_reset(&shop->request);
    return true;
}

static void keep_answer(void *context, size_t connection, const struct http_load_answer *answer) {
    struct shop *shop = context;
    (void)connection;
    shop->status = answer->status;
    shop->us = answer->us;
    buf_reset(&shop->answer);
    buf_add(&shop->answer, answer->body);
}

static void exchange(struct shop *shop) {
    while (http_load_turn(shop->load, 100) > 0)
        continue;
    if (shop->status == 200) return;
    fprintf(stderr, "%d %s\n", shop->status, buf_text(&shop->answer));
    die("an answer is not 200");
}

static void start(struct shop *shop) {
    struct error err = {0};
    if (!sandbox_process_start(
            &shop->process, shop->program, shop->folder, shop->log, shop->port, &err) ||
        !http_load_connect(shop->load)) {
        die(err.message);
    }
}

// The log of recommender_bench: families of a hundred items, shoppers fond of three of them.
static void write_rows(const struct shop *shop, struct buf *out) {
    struct rng rng;
    rng_seed(&rng, 42);
    const uint64_t families = (uint64_t)shop->items / 100 ? (uint64_t)shop->items / 100 : 1;
    const uint64_t size = (uint64_t)shop->items / families;
    int64_t now_s = 1700000000;
    buf_add(out, STR("USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n"));
    for (int64_t rows = 0; rows < shop->rows;) {
        const uint64_t user = rng_below(&rng, (uint64_t)shop->users);
        for (uint64_t clicks = 1 + rng_below(&rng, 9); clicks > 0 && rows < shop->rows; clicks--) {
            const uint64_t family = (user * 7 + rng_below(&rng, 3) * 31) % families;
            const double skew = rng_unit(&rng);
            now_s += 1 + (int64_t)rng_below(&rng, 3);
            buf_add_format(
                out, "user-%" PRIu64 ",item-%" PRIu64 ",%s,%" PRId64 "\n", user,
                family * size + (uint64_t)(skew * skew * (double)size),
                rng_below(&rng, 8) ? "Product Clicked" : "Order Completed", now_s);
            rows++;
        }
    }
}

static double import(struct shop *shop) {
    struct buf rows = {.limit = COUNT_BODY_BYTES};
    write_rows(shop, &rows);
    shop->request.limit = COUNT_BODY_BYTES + 4096;
    http_load_write_request(&shop->request, "POST", "/_recloop/import", NULL, buf_str(&rows));
    buf_release(&rows);
    exchange(shop);
    fprintf(stderr, "service_bench: %s\n", buf_text(&shop->answer));
    return (double)shop->us / 1e6;
}

static void ask(struct shop *shop, uint64_t user) {
    struct request request = {0};
    struct error err = {0};
    struct credentials credentials = {0};
    struct buf body = {0}, url = {0};
    buf_add_format(&url, "http://127.0.0.1:%d/recommendations", (int)shop->port);
    buf_add_format(
        &body,
        "{\"campaignArn\":\"arn:aws:personalize:%s:%s:campaign/%s\",\"userId\":\"user-%" PRIu64
        "\"}",
        IDENTITIES_REGION, IDENTITIES_ACCOUNT, "segment-workshop-campaign", user);
    request_set_method(&request, STR("POST"));
    request_set_url(&request, buf_str(&url));
    headers_add(&request.headers, STR("Content-Type"), STR("application/json"));
    buf_reset(&url);
    buf_add_format(&url, "127.0.0.1:%d", (int)shop->port);
    headers_add(&request.headers, STR("Host"), buf_str(&url));
    request_set_body(&request, buf_str(&body));
    credentials_set(
        &credentials, STR(IDENTITIES_ACCESS_KEY_ID), STR(IDENTITIES_SECRET_ACCESS_KEY),
        (struct str){0});
    const struct sigv4_options options = {
        .region = STR(IDENTITIES_REGION),
        .service = STR("personalize"),
        .now_s = clock_wall_ms() / 1000,
        .cache = &shop->keys};
    if (!sigv4_sign_request(&request, &credentials, &options, NULL, &err)) die(err.message);
    buf_add(&shop->request, STR("POST /recommendations HTTP/1.1\r\n"));
    for (size_t i = 0; i < headers_count(&request.headers); i++) {
        const struct headers_field *field = headers_at(&request.headers, i);
        buf_add_format(
            &shop->request, STR_FMT ": " STR_FMT "\r\n", STR_ARG(field->name),
            STR_ARG(field->value));
    }
    buf_add_format(&shop->request, "Content-Length: %zu\r\n\r\n", body.len);
    buf_add(&shop->request, buf_str(&body));
    exchange(shop);
    credentials_release(&credentials);
    request_release(&request);
    buf_release(&body);
    buf_release(&url);
}

// The items and scores of many users' answers, without the recommendationId, which is new each time.
static void digest_answers(struct shop *shop, char hex[DIGEST_HEX_BYTES], double *out_ms) {
    struct buf all = {.limit = COUNT_BODY_BYTES};
    struct rng rng;
    rng_seed(&rng, 7);
    for (int64_t i = 0; i < shop->questions; i++) {
        ask(shop, rng_below(&rng, (uint64_t)shop->users));
        if (out_ms) out_ms[i] = (double)shop->us / 1000;
        const char *text = buf_text(&shop->answer), *list = strstr(text, "\"itemList\"");
        const char *end = list ? strchr(list, ']') : NULL;
        if (!end) die("there is no itemList");
        buf_add(&all, (struct str){list, (size_t)(end - list)});
    }
    digest_sha256_hex(buf_str(&all), hex);
    buf_release(&all);
}

static void check_same(struct shop *shop, const char *before, const char *when) {
    char after[DIGEST_HEX_BYTES];
    digest_answers(shop, after, NULL);
    if (strcmp(before, after) != 0) die(when);
}

static void run_shop(int argc, char **argv) {
    struct shop shop = {.port = sandbox_process_free_port()};
    if (argc != 8 || !str_parse_int64(str_from(argv[4]), &shop.items) ||
        !str_parse_int64(str_from(argv[5]), &shop.users) ||
        !str_parse_int64(str_from(argv[6]), &shop.rows) ||
        !str_parse_int64(str_from(argv[7]), &shop.questions)) {
        die("usage: shop PROGRAM FOLDER ITEMS USERS ROWS QUESTIONS");
    }
    struct error err = {0};
    char before[DIGEST_HEX_BYTES];
    double *ms = mem_zeroed((size_t)shop.questions, sizeof(*ms));
    shop.program = argv[2];
    shop.folder = argv[3];
    (void)snprintf(shop.log, sizeof(shop.log), "%s/log", shop.folder);
    shop.load = http_load_new(&(struct http_load_options){
        .port = shop.port,
        .connections = 1,
        .next = write_next,
        .done = keep_answer,
        .context = &shop});
    start(&shop);
    const double import_s = import(&shop);
    digest_answers(&shop, before, ms);
    qsort(ms, (size_t)shop.questions, sizeof(*ms), compare);
    const int64_t full_kib = sandbox_process_resident_kib(&shop.process);
    const int64_t stopping_ms = clock_monotonic_ms();
    if (!sandbox_process_stop(&shop.process, &err)) die(err.message);
    const int64_t stopped_ms = clock_monotonic_ms();
    (void)http_load_turn(shop.load, 50);
    start(&shop);
    const int64_t restart_ms = shop.process.ready_ms;
    check_same(&shop, before, "other answers after a restart");
    sandbox_process_kill(&shop.process);
    (void)http_load_turn(shop.load, 50);
    start(&shop);
    check_same(&shop, before, "other answers after kill -9");
    printf(
        "{\"import_s\":%.2f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,\"stop_ms\":%" PRId64
        ",\"restart_ms\":%" PRId64 ",\"restart_after_kill_ms\":%" PRId64 ",\"resident_mib\":%.1f,"
        "\"resident_after_restart_mib\":%.1f}\n",
        import_s, ms[shop.questions / 2], ms[shop.questions * 99 / 100], ms[shop.questions - 1],
        stopped_ms - stopping_ms, restart_ms, shop.process.ready_ms, (double)full_kib / 1024,
        (double)sandbox_process_resident_kib(&shop.process) / 1024);
    if (!sandbox_process_stop(&shop.process, &err)) die(err.message);
    http_load_free(shop.load);
    sigv4_key_cache_release(&shop.keys);
    buf_release(&shop.answer);
    buf_release(&shop.request);
    mem_free(ms);
}

int main(int argc, char **argv) {
    const struct str mode = str_from(argc > 1 ? argv[1] : "");
    if (str_equal(mode, STR("ingest"))) {
        run_ingest(argc, argv);
    } else if (str_equal(mode, STR("shop"))) {
        run_shop(argc, argv);
    } else {
        fprintf(stderr, "usage: service_bench ingest|shop …\n");
        return 2;
    }
    return 0;
}
