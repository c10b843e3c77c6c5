// stream_options — what was asked for. Everything is checked here, before anything is opened.
#include "stream.h"

#include "base/clock.h"

#define DAY_S 86400
#define LIVE_RATE 5
#define LIVE_DAYS 36525 // a plan needs an end; a live stream begins it again
#define MOST_LANES 64
#define MOST_PATIENCE_S 86400

static int64_t day_of(int64_t unix_s) {
    return unix_s / DAY_S - (unix_s % DAY_S < 0 ? 1 : 0);
}

void stream_options_add_day(struct buf *out, int64_t day) {
    const struct clock_date date = clock_date_from_s(day * DAY_S);
    buf_add_format(out, "%04d-%02d-%02d", date.year, date.month, date.day);
}

static bool read_digits(struct str text, int *out) {
    int number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
        number = number * 10 + (text.ptr[i] - '0');
    }
    *out = number;
    return true;
}

// YYYY-MM-DD of the real calendar: 2019-02-29 would silently be 1 March.
static bool read_day(struct str text, int64_t *out) {
    struct clock_date date = {0};
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-') return false;
    if (!read_digits(str_slice(text, 0, 4), &date.year) || date.year < 1) return false;
    if (!read_digits(str_slice(text, 5, 2), &date.month) || date.month < 1) return false;
    if (!read_digits(str_slice(text, 8, 2), &date.day) || date.day < 1) return false;
    const int64_t day = day_of(clock_date_to_s(date));
    const struct clock_date back = clock_date_from_s(day * DAY_S);
    if (back.year != date.year || back.month != date.month || back.day != date.day) return false;
    *out = day;
    return true;
}

static bool no_date(struct error *err, const char *what, struct str text) {
    error_set(err, ERROR_USAGE, "%s cannot be \"" STR_FMT "\"", what, STR_ARG(text));
    return error_hint(err, "Dates are written like 2019-05-19, in UTC.");
}

const char *stream_options_target_name(enum stream_target target) {
    switch (target) {
    case STREAM_SEGMENT: return "segment";
    case STREAM_PERSONALIZE: return "personalize";
    case STREAM_FILE: return "file";
    case STREAM_STDOUT: return "standard output";
    }
    return "segment";
}

struct ends {
    bool has_day, has_target;
    int64_t day;
};

// --to is a last day or a receiver, and may be given twice.
static bool read_to(
    const struct arguments *arguments,
    struct ends *ends,
    struct stream_options *out,
    struct error *err) {
    const size_t count = arguments_count(arguments, "to");
    for (size_t i = 0; i < count; i++) {
        const struct str text = arguments_get_at(arguments, "to", i);
        const bool is_segment = str_equal(text, STR("segment"));
        const bool is_target = is_segment || str_equal(text, STR("personalize"));
        if (!is_target && !read_day(text, &ends->day)) {
            error_set(err, ERROR_USAGE, "--to cannot be \"" STR_FMT "\"", STR_ARG(text));
            return error_hint(
                err, "It is a last day, such as 2019-05-31, or a receiver: segment, personalize.");
        }
        bool *seen = is_target ? &ends->has_target : &ends->has_day;
        if (*seen) {
            error_set(err, ERROR_USAGE, "--to names two %s", is_target ? "receivers" : "days");
            return error_hint(err, "Give one last day and one receiver at most.");
        }
        *seen = true;
        if (is_target) out->target = is_segment ? STREAM_SEGMENT : STREAM_PERSONALIZE;
    }
    return true;
}

static bool read_days(
    const struct arguments *arguments,
    const struct ends *ends,
    int64_t wall_ms,
    struct stream_options *out,
    struct error *err) {
    const int64_t today = day_of(wall_ms / 1000);
    struct generator_plan *plan = &out->plan;
    out->is_job = arguments_has(arguments, "from_date");
    if (!out->is_job) {
        plan->from_day = today;
        plan->to_day = today + LIVE_DAYS;
        if (!ends->has_day) return true;
        error_set(err, ERROR_USAGE, "a stream without a first day runs now and has no last one");
        return error_hint(err, "Give both: recloop stream 2019-05-19 --to 2019-05-31");
    }
    const struct str from = arguments_get(arguments, "from_date");
    if (!read_day(from, &plan->from_day)) return no_date(err, "FROM_DATE", from);
    out->is_open_ended = !ends->has_day;
    plan->to_day = ends->has_day ? ends->day : today - 1;
    return true;
}

static bool
read_platforms(const struct arguments *arguments, struct stream_options *out, struct error *err) {
    out->has_platforms = arguments_has(arguments, "platforms");
    if (!out->has_platforms) return true;
    bool *is_silent = out->plan.is_silent;
    for (size_t i = 0; i < GENERATOR_SOURCE_COUNT; i++)
        is_silent[i] = true;
    struct str rest = arguments_get(arguments, "platforms");
    for (bool has_more = true; has_more;) {
        struct str word = {0};
        enum generator_source source;
        has_more = str_split(rest, ',', &word, &rest);
        if (!generator_source_parse(str_trim(word), &source)) {
            error_set(err, ERROR_USAGE, "there is no platform \"" STR_FMT "\"", STR_ARG(word));
            return error_hint(err, "Known: web, android, ios, email; several with commas.");
        }
        is_silent[source] = false;
    }
    return true;
}

void stream_options_add_platforms(const struct generator_plan *plan, struct buf *out) {
    bool is_first = true;
    for (int i = 0; i < GENERATOR_SOURCE_COUNT; i++) {
        if (plan->is_silent[i]) continue;
        if (!is_first) buf_add_char(out, ',');
        buf_add(out, str_from(generator_source_name((enum generator_source)i)));
        is_first = false;
    }
}

bool stream_options_read_rate(struct str text, double *out, struct error *err) {
    int64_t number = 0;
    if (str_equal(text, STR("max"))) {
        *out = 0;
        return true;
    }
    if (str_parse_int64(text, &number) && number >= 1 && number <= STREAM_MOST_RATE) {
        *out = (double)number;
        return true;
    }
    error_set(err, ERROR_USAGE, "--rate cannot be \"" STR_FMT "\"", STR_ARG(text));
    return error_hint(
        err, "It is events per second, 1 to %d, or max: as fast as the receiver takes them.",
        STREAM_MOST_RATE);
}

static bool read_count(struct str text, uint32_t *out) {
    int64_t number = 0;
    if (!text.len || text.ptr[0] < '0' || text.ptr[0] > '9') return false;
    if (!str_parse_int64(text, &number) || number > GENERATOR_MOST_SHARDS) return false;
    *out = (uint32_t)number;
    return true;
}

static bool
read_shard(const struct arguments *arguments, struct generator_plan *plan, struct error *err) {
    if (!arguments_has(arguments, "shard")) return true;
    const struct str text = arguments_get(arguments, "shard");
    struct str left = {0};
    struct str right = {0};
    const bool is_pair = str_split(text, '/', &left, &right) && read_count(left, &plan->shard) &&
                         read_count(right, &plan->shards) && plan->shards > 0;
    if (is_pair && plan->shard < plan->shards) return true;
    error_set(err, ERROR_USAGE, "--shard cannot be \"" STR_FMT "\"", STR_ARG(text));
    return error_hint(
        err, "I/N: of N shards the one with number I, counted from 0. With four: 0/4 to 3/4.");
}

static bool read_out(
    const struct arguments *arguments,
    bool has_target,
    struct stream_options *out,
    struct error *err) {
    const bool has_out = arguments_has(arguments, "out");
    const struct str format = arguments_get(arguments, "format");
    out->is_csv = str_equal(format, STR("csv"));
    if (!has_out && format.len) {
        error_set(err, ERROR_USAGE, "--format is for files");
        return error_hint(err, "Add --out FILE, or --out - for standard output.");
    }
    if (!has_out) return true;
    if (has_target || arguments_has(arguments, "dead-letters") ||
        arguments_has(arguments, "lanes") || arguments_has(arguments, "patience")) {
        error_set(err, ERROR_USAGE, "--out writes a file and sends nothing");
        return error_hint(err, "Leave out --to RECEIVER, --dead-letters, --lanes and --patience.");
    }
    const struct str file = arguments_get(arguments, "out");
    if (!file.len) {
        error_set(err, ERROR_USAGE, "--out needs a file");
        return error_hint(err, "\"-\" is standard output.");
    }
    out->target = str_equal(file, STR("-")) ? STREAM_STDOUT : STREAM_FILE;
    return true;
}

// Only a job that leaves something behind has a place to go on from.
static bool check_cursor(
    const struct arguments *arguments, const struct stream_options *options, struct error *err) {
    const bool has_cursor = options->is_job && options->target != STREAM_STDOUT;
    if (has_cursor) return true;
    const char *name = arguments_has(arguments, "cursor") ? "cursor" : "restart";
    if (!arguments_has(arguments, name)) return true;
    error_set(err, ERROR_USAGE, "--%s is for jobs: there is nothing to go on from", name);
    if (options->is_job) return error_hint(err, "Write to a file: --out FILE");
    return error_hint(err, "A job has a first day: recloop stream 2019-05-19");
}

static bool
read_numbers(const struct arguments *arguments, struct stream_options *out, struct error *err) {
    int64_t seed = 0;
    int64_t users = 0;
    int64_t limit = 0;
    int64_t lanes = 0;
    int64_t patience_s = 0;
    if (!arguments_number(arguments, "seed", 1, 0, INT64_MAX, &seed, err) ||
        !arguments_number(arguments, "users", 0, 1, GENERATOR_MOST_USERS, &users, err) ||
        !arguments_number(arguments, "limit", 0, 1, INT64_MAX, &limit, err) ||
        !arguments_number(arguments, "lanes", 0, 1, MOST_LANES, &lanes, err) ||
        !arguments_number(arguments, "patience", 0, 1, MOST_PATIENCE_S, &patience_s, err))
        return false;
    out->plan.seed = (uint64_t)seed;
    out->plan.users = (uint32_t)users;
    out->limit = (uint64_t)limit;
    out->lanes = (int)lanes;
    out->patience_ms = patience_s * 1000;
    return true;
}

bool stream_options_read(
    const struct arguments *arguments,
    int64_t wall_ms,
    struct stream_options *out,
    struct error *err) {
    struct stream_options options = {0};
    struct ends ends = {0};
    if (!read_to(arguments, &ends, &options, err) ||
        !read_days(arguments, &ends, wall_ms, &options, err) ||
        !read_platforms(arguments, &options, err) || !read_shard(arguments, &options.plan, err) ||
        !read_numbers(arguments, &options, err) ||
        !read_out(arguments, ends.has_target, &options, err) ||
        !check_cursor(arguments, &options, err))
        return false;
    options.restarts = arguments_has(arguments, "restart");
    options.plan.model = options.is_job ? GENERATOR_WORKSHOP : GENERATOR_SHOPPER;
    const struct str model = arguments_get(arguments, "model");
    if (model.len && !generator_model_parse(model, &options.plan.model)) {
        error_set(err, ERROR_USAGE, "there is no model \"" STR_FMT "\"", STR_ARG(model));
        return error_hint(err, "Known: workshop, shopper.");
    }
    options.per_second = options.is_job ? 0 : LIVE_RATE;
    if (arguments_has(arguments, "rate") &&
        !stream_options_read_rate(arguments_get(arguments, "rate"), &options.per_second, err))
        return false;
    *out = options;
    return true;
}
