// recommender_bench — the model alone: what events and questions of each kind cost at a given size, what a
// snapshot costs, and one digest over all answers, so that two builds can be held against each other.
//
// usage: recommender_bench ITEMS USERS EVENTS QUESTIONS
// The log is made up and always the same: families of a hundred items, shoppers fond of three of them,
// popular items first, sessions of a few clicks. Prints one line of JSON, times in microseconds.
#include "base/attributes.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/rng.h"
#include "recommender/recommender.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FAMILY = 100, SAMPLES_MAX = 1 << 22 };
#define START_S INT64_C(1700000000)

struct shop {
    struct recommender *r;
    struct rng rng;
    uint64_t items, users;
    int64_t now_s;
};

struct samples {
    double *us; // owned
    size_t count;
};

static void add_sample(struct samples *samples, int64_t started_ns) {
    if (!samples->us) samples->us = mem_alloc(SAMPLES_MAX * sizeof(*samples->us));
    if (samples->count == SAMPLES_MAX) return;
    samples->us[samples->count++] = (double)(clock_monotonic_ns() - started_ns) / 1000.0;
}

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void print_samples(const char *name, struct samples *samples) {
    if (samples->count == 0) return;
    double total = 0;
    for (size_t i = 0; i < samples->count; i++)
        total += samples->us[i];
    qsort(samples->us, samples->count, sizeof(*samples->us), compare);
    printf(
        "\"%s\":{\"mean\":%.2f,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f},", name,
        total / (double)samples->count, samples->us[samples->count / 2],
        samples->us[samples->count * 99 / 100], samples->us[samples->count - 1]);
    mem_free(samples->us);
}

static uint64_t pick_item(struct shop *shop, uint64_t user) {
    const uint64_t families = shop->items / FAMILY ? shop->items / FAMILY : 1;
    const uint64_t size = shop->items < FAMILY ? shop->items : FAMILY;
    const uint64_t family = (user * 7 + rng_below(&shop->rng, 3) * 31) % families;
    const double skew = rng_unit(&shop->rng);
    return family * size + (uint64_t)(skew * skew * (double)size);
}

// One session of the shopper: clicks and now and then a purchase.
static size_t visit(struct shop *shop, uint64_t user, size_t most, struct samples *samples) {
    const size_t clicks = 1 + rng_below(&shop->rng, 9);
    char user_id[32], item_id[32];
    const int user_len = snprintf(user_id, sizeof(user_id), "user-%" PRIu64, user);
    size_t done = 0;
    for (; done < clicks && done < most; done++) {
        const int item_len =
            snprintf(item_id, sizeof(item_id), "item-%" PRIu64, pick_item(shop, user));
        shop->now_s += 1 + (int64_t)rng_below(&shop->rng, 3);
        const struct recommender_event event = {
            .user = {user_id, (size_t)user_len},
            .item = {item_id, (size_t)item_len},
            .event_type =
                rng_below(&shop->rng, 8) ? STR("Product Clicked") : STR("Order Completed"),
            .time_s = shop->now_s};
        const int64_t started_ns = clock_monotonic_ns();
        (void)recommender_add_event(shop->r, &event, RECOMMENDER_REPLAY);
        add_sample(samples, started_ns);
    }
    return done;
}

static void mix_in(uint8_t digest[DIGEST_BYTES], const struct recommender_answer *answer) {
    struct buf text = {0};
    buf_add(&text, (struct str){(const char *)digest, DIGEST_BYTES});
    for (size_t i = 0; i < answer->count; i++) {
        const struct recommender_scored *scored = &answer->items[i];
        buf_add(&text, scored->item_id);
        buf_add(&text, (struct str){(const char *)&scored->score, sizeof(scored->score)});
        buf_add(&text, (struct str){(const char *)scored->reasons, sizeof(scored->reasons)});
    }
    buf_add(&text, (struct str){(const char *)answer->weights, sizeof(answer->weights)});
    digest_sha256(buf_str(&text), digest);
    buf_release(&text);
}

enum kind { RECOMMEND, RELATED, POPULAR, TRENDING, RANK, KIND_COUNT };
static const char *const kind_names[] = {"recommend", "related", "popular", "trending", "rank"};

static void
ask(struct shop *shop,
    enum kind kind,
    struct recommender_answer *answer,
    struct samples *samples,
    uint8_t digest[DIGEST_BYTES]) {
    char user_id[32], item_id[32];
    const uint64_t user = rng_below(&shop->rng, shop->users);
    const int user_len = snprintf(user_id, sizeof(user_id), "user-%" PRIu64, user);
    const int item_len = snprintf(item_id, sizeof(item_id), "item-%" PRIu64, pick_item(shop, user));
    const struct str item = {item_id, (size_t)item_len};
    const struct str listed[] = {STR("item-1"), item, STR("item-3"), STR("item-77"), STR("none")};
    const struct recommender_question question = {
        .user = {user_id, (size_t)user_len}, .has_time = true, .time_s = shop->now_s};
    const int64_t started_ns = clock_monotonic_ns();
    switch (kind) {
    case RECOMMEND: recommender_recommend(shop->r, &question, answer); break;
    case RELATED: recommender_related(shop->r, item, &question, answer); break;
    case POPULAR: recommender_popular(shop->r, &question, answer); break;
    case TRENDING: recommender_trending(shop->r, &question, answer); break;
    case RANK: recommender_rank(shop->r, &question, listed, ARRAY_COUNT(listed), answer); break;
    case KIND_COUNT: break;
    }
    add_sample(samples, started_ns);
    mix_in(digest, answer);
}

static void measure_snapshot(const struct shop *shop) {
    struct buf blob = {.limit = (size_t)1 << 31};
    struct error err = {0};
    uint64_t sequence = 0;
    const int64_t started_us = clock_monotonic_us();
    recommender_encode_snapshot(shop->r, 1, &blob);
    const int64_t written_us = clock_monotonic_us();
    struct recommender *again = recommender_decode_snapshot(NULL, buf_str(&blob), &sequence, &err);
    const int64_t read_us = clock_monotonic_us();
    if (!again) fprintf(stderr, "recommender_bench: %s\n", err.message);
    printf(
        "\"snapshot_mib\":%.1f,\"encode_ms\":%.1f,\"decode_ms\":%.1f,",
        (double)blob.len / (1 << 20), (double)(written_us - started_us) / 1000.0,
        (double)(read_us - written_us) / 1000.0);
    recommender_free(again);
    buf_release(&blob);
}

int main(int argc, char **argv) {
    int64_t numbers[4];
    for (int i = 0; i < 4; i++) {
        if (argc == 5 && str_parse_int64(str_from(argv[i + 1]), &numbers[i]) && numbers[i] > 0)
            continue;
        fprintf(stderr, "usage: recommender_bench ITEMS USERS EVENTS QUESTIONS\n");
        return 2;
    }
    struct shop shop = {
        .r = recommender_new(NULL),
        .items = (uint64_t)numbers[0],
        .users = (uint64_t)numbers[1],
        .now_s = START_S};
    struct samples updates = {0}, asked[KIND_COUNT] = {0};
    struct recommender_answer answer = {0};
    uint8_t digest[DIGEST_BYTES] = {0};
    char hex[DIGEST_HEX_BYTES];
    rng_seed(&shop.rng, 42);
    const int64_t started_us = clock_monotonic_us();
    for (int64_t events = numbers[2]; events > 0;)
        events -= (int64_t)visit(&shop, rng_below(&shop.rng, shop.users), (size_t)events, &updates);
    const int64_t filled_us = clock_monotonic_us() - started_us;
    // every question after some more events: caches of an earlier answer must not help
    for (int64_t i = 0; i < numbers[3]; i++) {
        for (int kind = 0; kind < KIND_COUNT; kind++)
            ask(&shop, (enum kind)kind, &answer, &asked[kind], digest);
        visit(&shop, rng_below(&shop.rng, shop.users), 2, &updates);
    }
    printf("{\"fill_ms\":%.0f,", (double)filled_us / 1000.0);
    measure_snapshot(&shop);
    print_samples("event", &updates);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        print_samples(kind_names[kind], &asked[kind]);
    digest_hex(digest, hex);
    const struct recommender_stats stats = recommender_stats(shop.r);
    printf(
        "\"items\":%zu,\"users\":%zu,\"memory_mib\":%.1f,\"digest\":\"%.16s\"}\n", stats.items,
        stats.users, (double)stats.memory_bytes / (1 << 20), hex);
    recommender_answer_release(&answer);
    recommender_free(shop.r);
    return 0;
}
