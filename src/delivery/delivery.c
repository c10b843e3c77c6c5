// delivery — see the header; internal.h shows the parts.
#include "delivery/delivery.h"

#include "internal.h"

#include "base/clock.h"
#include "base/memory.h"

#define PATIENCE_MS ((int64_t)10 * 60 * 1000)
#define TIMEOUT_MS 30000 // half a megabyte over a slow line, with others beside it

const char *delivery_target_name(enum delivery_target target) {
    return target == DELIVERY_SEGMENT ? "segment" : "personalize";
}

static void free_parcels(struct parcel *first) {
    struct parcel *next;
    for (struct parcel *at = first; at; at = next) {
        next = at->next;
        parcel_free(at);
    }
}

void delivery_release(struct delivery *delivery) {
    if (--delivery->references) return;
    free_parcels(delivery->open);
    free_parcels(delivery->spare);
    mem_free(delivery->refused_ahead);
    mem_free(delivery);
}

// What can be known before the first message; the write keys show with the sources that come.
static bool check(const struct delivery_options *options, struct error *err) {
    if (options->target == DELIVERY_SEGMENT) return true;
    const struct setting *setting = settings_find(STR("tracking_id"));
    ASSERT(setting);
    return config_require(client_config(options->client), setting, err) &&
           client_credentials(options->client, err);
}

static int choose_lanes(const struct delivery_options *options, const struct route *route) {
    if (options->lanes <= 0) return route->lanes;
    return options->lanes < DELIVERY_MOST_LANES ? options->lanes : DELIVERY_MOST_LANES;
}

bool delivery_begin(
    const struct delivery_options *options,
    struct task *host,
    struct delivery **out,
    struct error *err) {
    struct dead_letters *letters = NULL;
    if (!check(options, err)) return false;
    if (options->dead_letters && !dead_letters_open(options->dead_letters, &letters, err))
        return false;
    struct delivery *delivery = MEM_NEW(struct delivery);
    delivery->options = *options;
    delivery->options.dead_letters = NULL; // open, the path is not needed any more
    if (options->patience_ms <= 0) delivery->options.patience_ms = PATIENCE_MS;
    if (options->timeout_ms <= 0) delivery->options.timeout_ms = TIMEOUT_MS;
    if (!options->retry) delivery->options.retry = &retry_standard;
    delivery->letters = letters;
    delivery->client = options->client;
    delivery->host = host;
    delivery->route = options->target == DELIVERY_SEGMENT ? &route_segment : &route_personalize;
    delivery->references = 1;
    if (options->jitter_seed)
        rng_seed(&delivery->jitter, options->jitter_seed);
    else
        rng_seed_from_system(&delivery->jitter);
    pace_begin(&delivery->pace, options->per_second, clock_monotonic_ms());
    const int lanes = choose_lanes(options, delivery->route);
    for (int i = 0; i < lanes; i++)
        lane_start(delivery, i);
    *out = delivery;
    return true;
}

void delivery_free(struct delivery *delivery) {
    if (!delivery) return;
    delivery->is_closed = true;
    delivery->host = NULL;
    for (int i = 0; i < delivery->lane_count; i++) {
        struct lane *lane = delivery->lanes[i];
        if (lane) task_stop(&lane->task, &lane->task);
    }
    dead_letters_close(mem_take(&delivery->letters));
    delivery_release(delivery);
}

static void nudge_collector(struct delivery *delivery) {
    if (delivery->collector) task_nudge(&delivery->collector->task);
}

void delivery_set_rate(struct delivery *delivery, double per_second) {
    pace_set_rate(&delivery->pace, per_second, clock_monotonic_ms());
    nudge_collector(delivery);
}

void delivery_set_paused(struct delivery *delivery, bool is_paused) {
    pace_set_paused(&delivery->pace, is_paused, clock_monotonic_ms());
    nudge_collector(delivery);
}

bool delivery_is_paused(const struct delivery *delivery) {
    return delivery->pace.is_paused;
}

double delivery_rate(const struct delivery *delivery) {
    return delivery->pace.per_second;
}

void delivery_count(const struct delivery *delivery, struct delivery_counts *out) {
    *out = delivery->counts;
    out->waiting = out->taken - out->accepted - out->refused - out->skipped - out->in_flight;
}

bool delivery_settled_mark(const struct delivery *delivery, struct delivery_mark *out) {
    if (delivery->has_settled) *out = delivery->settled.mark;
    return delivery->has_settled;
}

void delivery_count_settled(const struct delivery *delivery, struct delivery_counts *out) {
    const struct settled_point *settled = &delivery->settled;
    *out = (struct delivery_counts){
        .taken = settled->sequence,
        .skipped = settled->skipped_before,
        .refused = delivery->settled_refused,
    };
    out->accepted = out->taken - out->skipped - out->refused;
}

bool delivery_has_ended(const struct delivery *delivery, struct error *err) {
    if (delivery->has_ended) *err = delivery->outcome;
    return delivery->has_ended;
}
