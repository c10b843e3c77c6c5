// evaluate — runs a protocol over a log. See the header.
#include "sandbox/evaluate.h"

#include "evaluate_internal.h"

#include "base/clock.h"
#include "base/memory.h"

enum { DEFAULT_K = 25, LOO_LEAST_EVENTS = 3 };
#define DEFAULT_TRAIN 0.8
#define NONE UINT32_MAX

static const char *const protocol_names[] = {
    [EVALUATE_REPLAY] = "replay",
    [EVALUATE_LEAVE_LAST_OUT] = "loo",
    [EVALUATE_RELATED] = "related",
    [EVALUATE_POPULAR] = "popular",
};

bool evaluate_protocol_parse(struct str name, enum evaluate_protocol *out) {
    for (size_t i = 0; i < ARRAY_COUNT(protocol_names); i++) {
        if (!str_equal(name, str_from(protocol_names[i]))) continue;
        *out = (enum evaluate_protocol)i;
        return true;
    }
    return false;
}

const char *evaluate_protocol_name(enum evaluate_protocol protocol) {
    return protocol_names[protocol];
}

bool evaluate_options_check(const struct evaluate_options *options, struct error *err) {
    if (!(options->train >= 0 && options->train < 1)) {
        error_set(err, ERROR_USAGE, "--train is not a share of the rows");
        return error_hint(err, "Give a number from 0 to below 1, such as 0.8.");
    }
    if (options->k > EVALUATE_MAX_K) {
        error_set(err, ERROR_USAGE, "--k is too large");
        return error_hint(err, "Ask for 1 to %d items.", EVALUATE_MAX_K);
    }
    return true;
}

// What the protocols know of a user, apart from the engine.
struct shopper {
    uint32_t last_item; // NONE: cold
    int64_t last_time_s;
    uint32_t events;
};

struct run {
    const struct evaluate_log *log;
    struct evaluate_options options;
    struct recommender *recommender;
    struct recommender_answer answer;
    struct shopper *shoppers; // owned; by user number of the log
    uint32_t *item_of;        // owned; the recommender's number of the log's item, or NONE
    struct evaluate_figures figures;
    uint64_t possible; // questions that could be asked so far
    size_t steps;
    bool is_cancelled;
};

// Asks at every 256th step: that is some milliseconds.
static bool must_end(struct run *run) {
    if (run->options.cancelled && run->steps++ % 256 == 0)
        run->is_cancelled |= run->options.cancelled(run->options.cancelled_context);
    return run->is_cancelled;
}

static void release(struct run *run) {
    recommender_free(run->recommender);
    recommender_answer_release(&run->answer);
    mem_free(run->shoppers);
    mem_free(run->item_of);
    mem_free(run->figures.covered);
}

static void feed(struct run *run, const struct evaluate_row *row) {
    const struct recommender_event event = {
        .user = names_text(&run->log->users, row->user),
        .item = names_text(&run->log->items, row->item),
        .time_s = row->time_s,
    };
    const int64_t before_ns = clock_monotonic_ns();
    const enum recommender_verdict verdict =
        recommender_add_event(run->recommender, &event, RECOMMENDER_REPLAY);
    evaluate_time(&run->figures.update, clock_monotonic_ns() - before_ns);
    if (verdict != RECOMMENDER_ACCEPTED) return; // beyond item_limit: it can never be a hit
    if (run->item_of[row->item] == NONE) {
        (void)recommender_find_item(run->recommender, event.item, &run->item_of[row->item]);
    }
    struct shopper *shopper = &run->shoppers[row->user];
    shopper->last_item = row->item;
    shopper->last_time_s = row->time_s;
    shopper->events++;
}

// From 1; 0 is a miss.
static size_t rank_of(const struct run *run, uint32_t item) {
    const uint32_t number = run->item_of[item];
    for (size_t i = 0; number != NONE && i < run->answer.count; i++) {
        if (run->answer.items[i].item == number) return i + 1;
    }
    return 0;
}

// New to this user, as far as the model remembers: what `again` cannot tell.
static bool is_new_item(const struct run *run, const struct evaluate_row *row) {
    const uint32_t number = run->item_of[row->item];
    const struct str user = names_text(&run->log->users, row->user);
    return number == NONE || !recommender_has_seen(run->recommender, user, number);
}

static bool is_turn(struct run *run) {
    return run->possible++ % run->options.every == 0;
}

static void
recommend(struct run *run, const struct evaluate_row *row, const struct recommender_items *seen) {
    const struct recommender_question question = {
        .user = names_text(&run->log->users, row->user),
        .count = run->options.k,
        .has_time = true,
        .time_s = row->time_s,
        .exclude = seen,
    };
    const int64_t before_ns = clock_monotonic_ns();
    if (run->options.protocol == EVALUATE_POPULAR)
        recommender_popular(run->recommender, &question, &run->answer);
    else
        recommender_recommend(run->recommender, &question, &run->answer);
    evaluate_time(&run->figures.recommend, clock_monotonic_ns() - before_ns);
    evaluate_cover(&run->figures, &run->answer);
}

static void ask_replay(struct run *run, const struct evaluate_row *row) {
    const struct shopper *shopper = &run->shoppers[row->user];
    if (shopper->last_item == row->item || !is_turn(run)) return;
    recommend(run, row, NULL);
    const size_t rank = rank_of(run, row->item);
    if (shopper->last_item == NONE) {
        run->figures.result->cold_queries++;
        run->figures.cold_hits += rank >= 1 && rank <= 20;
        return;
    }
    evaluate_count(&run->figures, rank, is_new_item(run, row));
}

static void ask_related(struct run *run, const struct evaluate_row *row) {
    const struct shopper *shopper = &run->shoppers[row->user];
    const bool has_question = shopper->last_item != NONE && shopper->last_item != row->item &&
                              row->time_s - shopper->last_time_s <= RECOMMENDER_SESSION_GAP_S;
    if (!has_question || !is_turn(run)) return;
    const struct recommender_question question = {.count = run->options.k};
    const int64_t before_ns = clock_monotonic_ns();
    recommender_related(
        run->recommender, names_text(&run->log->items, shopper->last_item), &question,
        &run->answer);
    evaluate_time(&run->figures.recommend, clock_monotonic_ns() - before_ns);
    evaluate_cover(&run->figures, &run->answer);
    evaluate_count(&run->figures, rank_of(run, row->item), is_new_item(run, row));
}

static void run_replay(struct run *run) {
    const size_t warm = (size_t)(run->options.train * (double)run->log->count);
    for (size_t i = 0; i < run->log->count && !must_end(run); i++) {
        const struct evaluate_row *row = &run->log->rows[i];
        if (i < warm) {
        } else if (run->options.protocol == EVALUATE_RELATED) {
            ask_related(run, row);
        } else {
            ask_replay(run, row);
        }
        feed(run, row);
    }
}

// The rows of each user one after the other: offsets[u] … offsets[u + 1].
static uint32_t *group_by_user(const struct evaluate_log *log, uint32_t **offsets) {
    const uint32_t users = log->users.count;
    uint32_t *ends = mem_zeroed((size_t)users + 2, sizeof(*ends));
    uint32_t *rows = mem_alloc((log->count + 1) * sizeof(*rows));
    for (size_t i = 0; i < log->count; i++)
        ends[log->rows[i].user + 2]++;
    for (uint32_t u = 2; u < users + 2; u++)
        ends[u] += ends[u - 1];
    for (size_t i = 0; i < log->count; i++)
        rows[ends[log->rows[i].user + 1]++] = (uint32_t)i;
    *offsets = ends;
    return rows;
}

static void ask_left_out(
    struct run *run, const uint32_t *rows, uint32_t count, struct recommender_items *seen) {
    if (count < LOO_LEAST_EVENTS || !is_turn(run)) return;
    const struct evaluate_row *left_out = &run->log->rows[rows[count - 1]];
    recommender_items_reset(seen);
    for (uint32_t i = 0; i + 1 < count; i++) {
        const uint32_t number = run->item_of[run->log->rows[rows[i]].item];
        if (number != NONE) recommender_items_add(seen, number);
    }
    recommend(run, left_out, seen);
    evaluate_count(&run->figures, rank_of(run, left_out->item), is_new_item(run, left_out));
}

static void run_leave_last_out(struct run *run) {
    const struct evaluate_log *log = run->log;
    uint32_t *offsets;
    uint32_t *rows = group_by_user(log, &offsets);
    struct recommender_items seen = {0};
    for (size_t i = 0; i < log->count && !must_end(run); i++) {
        const struct evaluate_row *row = &log->rows[i];
        const uint32_t count = offsets[row->user + 1] - offsets[row->user];
        const bool is_left_out = count >= LOO_LEAST_EVENTS && rows[offsets[row->user + 1] - 1] == i;
        if (is_left_out) continue;
        feed(run, row);
    }
    for (uint32_t u = 0; u < log->users.count && !must_end(run); u++) {
        ask_left_out(run, rows + offsets[u], offsets[u + 1] - offsets[u], &seen);
    }
    recommender_items_release(&seen);
    mem_free(offsets);
    mem_free(rows);
}

static void begin(struct run *run, struct evaluate_result *result) {
    const struct evaluate_log *log = run->log;
    run->recommender = recommender_new(NULL);
    run->shoppers = mem_zeroed(log->users.count, sizeof(*run->shoppers));
    for (uint32_t i = 0; i < log->users.count; i++)
        run->shoppers[i].last_item = NONE;
    run->item_of = mem_alloc(log->items.count * sizeof(*run->item_of));
    for (uint32_t i = 0; i < log->items.count; i++)
        run->item_of[i] = NONE;
    run->figures.covered = mem_zeroed(log->items.count, sizeof(*run->figures.covered));
    run->figures.result = result;
}

bool evaluate_run(
    struct evaluate_log *log,
    const struct evaluate_options *options,
    struct evaluate_result *out,
    struct error *err) {
    if (!evaluate_options_check(options, err)) return false;
    CLEANUP(release) struct run run = {.log = log, .options = *options};
    if (!(run.options.train > 0)) run.options.train = DEFAULT_TRAIN;
    if (run.options.k == 0) run.options.k = DEFAULT_K;
    if (run.options.every == 0) run.options.every = 1;

    evaluate_log_sort(log);
    struct evaluate_result result = {
        .protocol = options->protocol,
        .events = log->count,
        .users = log->users.count,
        .items = log->items.count,
    };
    begin(&run, &result);
    if (options->protocol == EVALUATE_LEAVE_LAST_OUT) {
        run_leave_last_out(&run);
    } else {
        run_replay(&run);
    }
    if (run.is_cancelled) return error_set(err, ERROR_CANCELLED, "the evaluation was cancelled");
    if (run.possible == 0) {
        error_set(err, ERROR_INVALID, "%zu interactions leave nothing to ask", log->count);
        return error_hint(err, "Give more rows, or a smaller --train.");
    }
    result.model_mib = (double)recommender_memory_bytes(run.recommender) / (1024.0 * 1024.0);
    evaluate_finish(&run.figures);
    *out = result;
    return true;
}
