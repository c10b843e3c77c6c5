// figures — see the header. A bucket's record is one line of "name=count" pairs, only of what was counted: names
// outlive a change of the enums, and a quiet minute costs a few bytes.
#include "tracking/figures.h"

#include "store_records.h"
#include "tracking/dispatch.h"

#define KIND_MINUTE "figures-minute"
#define KIND_HOUR "figures-hour"

static struct figures *figures_of(struct cloud *cloud) {
    return &cloud->dispatch->figures;
}

// ---- latencies: bucket i holds up to 2^(i/4) ms ----

static double bound_ms(size_t i) {
    static const double quarter[] = {1, 1.189207115, 1.414213562, 1.681792831};
    return (double)(INT64_C(1) << (i / 4)) * quarter[i % 4];
}

static size_t latency_bucket(int64_t ms) {
    size_t i = 0;
    while (i + 1 < FIGURES_LATENCIES && (double)ms > bound_ms(i))
        i++;
    return i;
}

bool figures_p95(const struct figures_bucket *bucket, double *out_ms) {
    int64_t count = 0, seen = 0;
    for (size_t i = 0; i < FIGURES_LATENCIES; i++)
        count += bucket->latencies[i];
    if (!count) return false;
    size_t i = 0;
    for (; i + 1 < FIGURES_LATENCIES; i++) {
        seen += bucket->latencies[i];
        if (seen * 100 >= count * 95) break;
    }
    *out_ms = bound_ms(i);
    return true;
}

// ---- text ----

static void add_value(struct buf *out, const char *group, const char *name, int64_t value) {
    if (value) buf_add_format(out, "%s/%s=%lld ", group, name, (long long)value);
}

static void encode(const struct figures_bucket *bucket, struct buf *out) {
    for (int source = 0; source < SOURCE_COUNT; source++) {
        const char *group = identities_source((enum source_id)source)->name;
        add_value(out, group, "received", bucket->received[source]);
        add_value(out, group, "duplicates", bucket->duplicates[source]);
        for (int i = INGEST_ACCEPTED + 1; i < INGEST_DISCARD_COUNT; i++) {
            const char *name = ingest_discard_name((enum ingest_discard)i);
            add_value(out, group, name, bucket->discarded[source][i]);
        }
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        const char *code = outcome_get((enum outcome)i)->code;
        add_value(out, "final", code, bucket->outcomes[i]);
        add_value(out, "retried", code, bucket->retried[i]);
    }
    for (size_t i = 0; i < FIGURES_LATENCIES; i++) {
        if (bucket->latencies[i])
            buf_add_format(out, "ms/%zu=%lld ", i, (long long)bucket->latencies[i]);
    }
}

// The counter of that name; NULL: it is of another version.
static int64_t *find_value(struct figures_bucket *bucket, struct str group, struct str name) {
    enum outcome outcome;
    const bool is_final = str_equal(group, STR("final"));
    if (is_final || str_equal(group, STR("retried"))) {
        if (!outcome_parse(name, &outcome)) return NULL;
        return is_final ? &bucket->outcomes[outcome] : &bucket->retried[outcome];
    }
    int source = 0;
    while (source < SOURCE_COUNT &&
           !str_equal(group, str_from(identities_source((enum source_id)source)->name)))
        source++;
    if (source == SOURCE_COUNT) return NULL;
    if (str_equal(name, STR("received"))) return &bucket->received[source];
    if (str_equal(name, STR("duplicates"))) return &bucket->duplicates[source];
    for (int i = INGEST_ACCEPTED + 1; i < INGEST_DISCARD_COUNT; i++) {
        if (str_equal(name, str_from(ingest_discard_name((enum ingest_discard)i))))
            return &bucket->discarded[source][i];
    }
    return NULL;
}

static void decode(struct str text, struct figures_bucket *out) {
    while (text.len) {
        struct str pair, path, number, group, name;
        int64_t value = 0, at = 0;
        str_split(text, ' ', &pair, &text);
        str_split(pair, '=', &path, &number);
        if (!str_parse_int64(number, &value)) continue;
        str_split(path, '/', &group, &name);
        int64_t *counter = NULL;
        if (!str_equal(group, STR("ms")))
            counter = find_value(out, group, name);
        else if (str_parse_int64(name, &at) && at >= 0 && at < FIGURES_LATENCIES)
            counter = &out->latencies[at];
        if (counter) *counter = value;
    }
}

// ---- buckets in the store ----

static int64_t start_of(int64_t now_ms, int64_t length_ms) {
    return now_ms - now_ms % length_ms;
}

// Ids sort as their times do: all have thirteen digits until 2286.
static void add_id(struct buf *out, int64_t start_ms) {
    buf_add_format(out, "%013lld", (long long)start_ms);
}

static void put(struct cloud *cloud, const char *kind, const struct figures_bucket *bucket) {
    struct buf id = {0}, body = {0};
    add_id(&id, bucket->start_ms);
    encode(bucket, &body);
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = str_from(kind),
                          .id = buf_str(&id),
                          .body = buf_str(&body),
                          .created_at_ms = bucket->start_ms,
                          .updated_at_ms = cloud->now_ms});
    buf_release(&id);
    buf_release(&body);
}

static bool keep_id(void *context, const struct store_record *record) {
    buf_add(context, record->id);
    return true;
}

// The oldest go when a new one begins; two, so that a shorter limit is reached sometime.
static void drop_oldest(struct cloud *cloud, const char *kind, int64_t kept) {
    for (int i = 0; i < 2; i++) {
        struct buf id = {0};
        if (store_count_records(cloud->store, str_from(kind)) <= kept) return;
        store_each_record(cloud->store, str_from(kind), STR(""), 1, keep_id, &id);
        store_remove_record(cloud->store, str_from(kind), buf_str(&id));
        buf_release(&id);
    }
}

static void
get(struct cloud *cloud, const char *kind, int64_t length_ms, struct figures_bucket *out) {
    struct buf id = {0}, body = {0};
    *out = (struct figures_bucket){.start_ms = start_of(cloud->now_ms, length_ms)};
    add_id(&id, out->start_ms);
    if (store_get_record(cloud->store, str_from(kind), buf_str(&id), &body, NULL))
        decode(buf_str(&body), out);
    buf_release(&id);
    buf_release(&body);
}

void figures_load(struct cloud *cloud) {
    struct figures *figures = figures_of(cloud);
    get(cloud, KIND_MINUTE, FIGURES_MINUTE_MS, &figures->minute);
    get(cloud, KIND_HOUR, FIGURES_HOUR_MS, &figures->hour);
    figures->is_changed = false;
}

void figures_save(struct cloud *cloud) {
    struct figures *figures = figures_of(cloud);
    if (!figures->is_changed) return;
    put(cloud, KIND_MINUTE, &figures->minute);
    put(cloud, KIND_HOUR, &figures->hour);
    figures->is_changed = false;
}

// ---- counting ----

static void turn_to(
    struct cloud *cloud,
    const char *kind,
    int64_t length_ms,
    int64_t kept,
    struct figures_bucket *bucket) {
    const int64_t start_ms = start_of(cloud->now_ms, length_ms);
    if (bucket->start_ms == start_ms) return;
    figures_save(cloud);
    get(cloud, kind, length_ms, bucket); // the clock may have been set back
    drop_oldest(cloud, kind, kept);
}

static struct figures *begin(struct cloud *cloud) {
    struct figures *figures = figures_of(cloud);
    turn_to(cloud, KIND_MINUTE, FIGURES_MINUTE_MS, FIGURES_MINUTES_KEPT, &figures->minute);
    turn_to(cloud, KIND_HOUR, FIGURES_HOUR_MS, FIGURES_HOURS_KEPT, &figures->hour);
    figures->is_changed = true;
    return figures;
}

void figures_count_received(struct cloud *cloud, enum source_id source) {
    struct figures *figures = begin(cloud);
    figures->minute.received[source]++;
    figures->hour.received[source]++;
}

void figures_count_duplicate(struct cloud *cloud, enum source_id source) {
    struct figures *figures = begin(cloud);
    figures->minute.duplicates[source]++;
    figures->hour.duplicates[source]++;
}

void figures_count_discard(
    struct cloud *cloud, enum source_id source, enum ingest_discard discard) {
    struct figures *figures = begin(cloud);
    figures->minute.discarded[source][discard]++;
    figures->hour.discarded[source][discard]++;
}

void figures_count_outcome(struct cloud *cloud, enum outcome outcome, bool is_retried) {
    struct figures *figures = begin(cloud);
    if (is_retried) {
        figures->minute.retried[outcome]++;
        figures->hour.retried[outcome]++;
    } else {
        figures->minute.outcomes[outcome]++;
        figures->hour.outcomes[outcome]++;
    }
}

void figures_count_latency(struct cloud *cloud, int64_t ms) {
    struct figures *figures = begin(cloud);
    const size_t i = latency_bucket(ms);
    figures->minute.latencies[i]++;
    figures->hour.latencies[i]++;
}

// ---- reading ----

struct walk {
    int64_t to_ms, running_ms;
    figures_fn *each;
    void *context;
};

static bool walk_record(void *context, const struct store_record *record) {
    const struct walk *walk = context;
    struct figures_bucket bucket = {0};
    if (!str_parse_int64(record->id, &bucket.start_ms)) return true;
    if (bucket.start_ms >= walk->to_ms) return false;
    if (bucket.start_ms == walk->running_ms) return true; // memory knows it better
    decode(record->body, &bucket);
    walk->each(walk->context, &bucket);
    return true;
}

void figures_each(
    struct cloud *cloud,
    int64_t length_ms,
    int64_t from_ms,
    int64_t to_ms,
    figures_fn *each,
    void *context) {
    const bool is_minute = length_ms == FIGURES_MINUTE_MS;
    const struct figures *figures = figures_of(cloud);
    const struct figures_bucket *running = is_minute ? &figures->minute : &figures->hour;
    struct walk walk = {
        .to_ms = to_ms, .running_ms = running->start_ms, .each = each, .context = context};
    struct buf before = {0};
    add_id(&before, start_of(from_ms, length_ms) - 1);
    store_each_record(
        cloud->store, str_from(is_minute ? KIND_MINUTE : KIND_HOUR), buf_str(&before), 0,
        walk_record, &walk);
    buf_release(&before);
    if (running->start_ms >= start_of(from_ms, length_ms) && running->start_ms < to_ms)
        each(context, running);
}

static void add_all(int64_t *sum, const int64_t *from, size_t count) {
    for (size_t i = 0; i < count; i++)
        sum[i] += from[i];
}

void figures_add(struct figures_bucket *sum, const struct figures_bucket *bucket) {
    add_all(sum->received, bucket->received, SOURCE_COUNT);
    add_all(sum->duplicates, bucket->duplicates, SOURCE_COUNT);
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        add_all(sum->discarded[i], bucket->discarded[i], INGEST_DISCARD_COUNT);
    add_all(sum->outcomes, bucket->outcomes, OUTCOME_COUNT);
    add_all(sum->retried, bucket->retried, OUTCOME_COUNT);
    add_all(sum->latencies, bucket->latencies, FIGURES_LATENCIES);
}
