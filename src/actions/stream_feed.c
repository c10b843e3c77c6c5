// stream_feed — the generator behind its gates: a limit, a number of steps, a stop.
#include "stream.h"

#include "base/clock.h"
#include "base/rng.h"

// A live stream is new to Segment each time: ids of its own.
static uint64_t fresh_salt(void) {
    struct rng rng;
    rng_seed_from_system(&rng);
    return rng_next(&rng) | 1;
}

bool stream_feed_open(
    struct stream_feed *feed, const struct generator_plan *plan, bool is_live, struct error *err) {
    struct generator_plan wanted = *plan;
    if (is_live) wanted.id_salt = fresh_salt();
    if (!generator_new(&wanted, &feed->generator, err)) return false;
    feed->is_live = is_live;
    return true;
}

void stream_feed_release(struct stream_feed *feed) {
    generator_free(feed->generator);
    *feed = (struct stream_feed){0};
}

static struct generator_position position_of(const struct delivery_mark *mark) {
    return (struct generator_position){
        .ordinal = mark->ordinal,
        .day = mark->words[0],
        .step = (uint32_t)mark->words[1],
        .unit = (uint32_t)mark->words[2],
        .message = (uint32_t)mark->words[3],
    };
}

static struct delivery_mark mark_of(const struct generator_position *position) {
    return (struct delivery_mark){
        .ordinal = position->ordinal,
        .words = {position->day, position->step, position->unit, position->message},
    };
}

// A file can say anything.
static bool is_position(const struct delivery_mark *mark) {
    for (size_t i = 1; i < ARRAY_COUNT(mark->words); i++) {
        if (mark->words[i] < 0 || mark->words[i] > UINT32_MAX) return false;
    }
    return true;
}

// The plan ended before that day then, and has gone on since: its first message of the day.
static bool
seek_day(struct stream_feed *feed, struct generator_position *position, struct error *err) {
    CLEANUP(generator_freep) struct generator *since = NULL;
    struct generator_plan plan = *generator_plan(feed->generator);
    plan.from_day = position->day;
    if (!generator_new(&plan, &since, err)) return false;
    const uint64_t ordinal = position->ordinal;
    generator_tell(since, position);
    position->ordinal = ordinal;
    return generator_seek(feed->generator, position, err);
}

bool stream_feed_seek(
    struct stream_feed *feed, const struct delivery_mark *mark, struct error *err) {
    struct generator_position position = position_of(mark);
    if (!is_position(mark)) return error_set(err, ERROR_INVALID, "there is no such place");
    if (generator_seek(feed->generator, &position, err)) return true;
    const struct generator_plan *plan = generator_plan(feed->generator);
    const bool is_day = position.ordinal && !position.step && !position.unit && !position.message &&
                        position.day > plan->from_day && position.day <= plan->to_day;
    return is_day && seek_day(feed, &position, err);
}

bool stream_feed_is_at_end(const struct stream_feed *feed, const struct delivery_mark *mark) {
    return !feed->is_live && mark->words[0] > generator_plan(feed->generator)->to_day;
}

void stream_feed_tell(const struct stream_feed *feed, struct delivery_mark *out) {
    struct generator_position position;
    generator_tell(feed->generator, &position);
    if (feed->is_live) position.ordinal = feed->taken; // also past a second beginning
    *out = mark_of(&position);
}

// The plan's days are used up, at full speed: the same shoppers once more.
static bool begin_again(struct stream_feed *feed, struct generator_message *out) {
    struct generator_plan plan = *generator_plan(feed->generator);
    struct generator *again = NULL;
    struct error ignored = {0};
    plan.id_salt = fresh_salt();
    if (!generator_new(&plan, &again, &ignored)) return false;
    generator_free(feed->generator);
    feed->generator = again;
    return generator_next(again, out);
}

enum stream_gate stream_feed_next(struct stream_feed *feed, struct generator_message *out) {
    if (feed->is_stopped || (feed->limit && feed->taken >= feed->limit)) return STREAM_END;
    if (feed->has_steps && feed->steps == 0) {
        feed->is_stepped = true;
        return STREAM_NOT_YET;
    }
    if (!generator_next(feed->generator, out) && !(feed->is_live && begin_again(feed, out)))
        return STREAM_END;
    if (feed->is_live) out->timestamp_ms = clock_wall_ms();
    if (feed->has_steps) feed->steps--;
    feed->taken++;
    return STREAM_MESSAGE;
}

// Two steps of the workshop's day are a platform, in the order of the script: registrations, then usage.
static const char *step_title(const struct generator_plan *plan, int64_t step) {
    static const char *const titles[] = {
        [GENERATOR_ANDROID] = " Android", [GENERATOR_WEB] = " Web", [GENERATOR_IOS] = " iOS"};
    if (plan->model != GENERATOR_WORKSHOP || step < 0 || step / 2 >= (int64_t)ARRAY_COUNT(titles))
        return "";
    return titles[step / 2];
}

void stream_feed_add_where(
    const struct stream_feed *feed, const struct delivery_mark *mark, struct buf *out) {
    if (feed->is_live) return;
    const struct generator_plan *plan = generator_plan(feed->generator);
    const bool is_at_end = mark->words[0] > plan->to_day;
    const int64_t day = mark->ordinal ? mark->words[0] : plan->from_day;
    stream_options_add_day(out, is_at_end ? plan->to_day : day);
    buf_add(out, is_at_end ? STR(", the end") : str_from(step_title(plan, mark->words[1])));
}
