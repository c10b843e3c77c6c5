// generator — names, plans and the walk; the models stand beside it.
#include "internal.h"

#include "base/memory.h"

const char *generator_model_name(enum generator_model model) {
    switch (model) {
#define X(value, name, help)                                                                       \
    case value: return name;
        GENERATOR_MODELS(X)
#undef X
    case GENERATOR_MODEL_COUNT: break;
    }
    return "unknown";
}

bool generator_model_parse(struct str text, enum generator_model *out) {
    for (int model = 0; model < GENERATOR_MODEL_COUNT; model++) {
        if (!str_equal(text, str_from(generator_model_name((enum generator_model)model)))) continue;
        *out = (enum generator_model)model;
        return true;
    }
    return false;
}

const char *generator_source_name(enum generator_source source) {
    switch (source) {
#define X(value, name)                                                                             \
    case value: return name;
        GENERATOR_SOURCES(X)
#undef X
    case GENERATOR_SOURCE_COUNT: break;
    }
    return "unknown";
}

bool generator_source_parse(struct str text, enum generator_source *out) {
    for (int source = 0; source < GENERATOR_SOURCE_COUNT; source++) {
        if (!str_equal(text, str_from(generator_source_name((enum generator_source)source))))
            continue;
        *out = (enum generator_source)source;
        return true;
    }
    return false;
}

// ---- plans ----

// A year is written with four digits.
#define FIRST_DAY INT64_C(-719162) // 0001-01-01
#define LAST_DAY INT64_C(2932896)  // 9999-12-31

static const struct generator_ops *const models[GENERATOR_MODEL_COUNT] = {
    [GENERATOR_WORKSHOP] = &generator_workshop_ops,
    [GENERATOR_SHOPPER] = &generator_shopper_ops,
};

static bool is_day(int64_t day) {
    return day >= FIRST_DAY && day <= LAST_DAY;
}

static bool check_plan(const struct generator_plan *plan, struct error *err) {
    if ((int)plan->model < 0 || plan->model >= GENERATOR_MODEL_COUNT || !models[plan->model]) {
        error_set(err, ERROR_USAGE, "there is no such model of shoppers");
        return error_hint(err, "The models are workshop and shopper.");
    }
    if (!is_day(plan->from_day) || !is_day(plan->to_day)) {
        error_set(err, ERROR_USAGE, "the plan's days are not within the years 1 to 9999");
        return error_hint(err, "Write dates like 2019-05-19.");
    }
    if (plan->users > GENERATOR_MOST_USERS) {
        error_set(err, ERROR_USAGE, "%u shoppers are too many", (unsigned)plan->users);
        return error_hint(err, "Ask for at most %u.", GENERATOR_MOST_USERS);
    }
    if (plan->shards > GENERATOR_MOST_SHARDS) {
        error_set(err, ERROR_USAGE, "%u shards are too many", (unsigned)plan->shards);
        return error_hint(err, "Ask for at most %u.", GENERATOR_MOST_SHARDS);
    }
    const unsigned shards = plan->shards ? plan->shards : 1;
    if (plan->shard >= shards) {
        error_set(err, ERROR_USAGE, "there is no shard %u of %u", (unsigned)plan->shard, shards);
        return error_hint(err, "Shards count from 0: the last one is %u.", shards - 1);
    }
    return true;
}

static struct generator_plan complete_plan(const struct generator_plan *plan) {
    struct generator_plan complete = *plan;
    if (!complete.users) complete.users = models[plan->model]->users;
    if (!complete.shards) complete.shards = 1;
    if (complete.to_day > LAST_DAY)
        complete.to_day = LAST_DAY; // without an end, as far as dates go
    return complete;
}

// ---- message ids ----

// 16 digits of the population, then the salt if there is one, then the place in the plan:
//   9e107d9d372bb682.b8d4c.3.2a.0
// For one model and number of shoppers every seed has a population of its own; another model or number
// shares one with a chance of 2^-64. At most 16 + 17 + 8 + 3 * 9 bytes.

uint64_t generator_plan_key(const struct generator_plan *plan) {
    const uint64_t population = rng_mix((uint64_t)plan->model << 32 | plan->users);
    return rng_mix(plan->seed ^ population);
}

static void set_keys(struct generator *generator) {
    const struct generator_plan *plan = &generator->plan;
    generator->key = generator_plan_key(plan);
    char *id = generator->message_id;
    size_t len = generator_put_hex(id, generator->key);
    if (plan->id_salt) {
        id[len++] = '-'; // not a dot, so that a salt is never taken for a day
        len += generator_put_hex(id + len, plan->id_salt);
    }
    generator->message_id_prefix = len;
}

static struct str make_message_id(struct generator *generator) {
    const struct generator_position *at = &generator->at;
    const uint64_t parts[] = {(uint64_t)(at->day - FIRST_DAY), at->step, at->unit, at->message};
    char *id = generator->message_id;
    size_t len = generator->message_id_prefix;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        id[len++] = '.';
        len += generator_put_hex(id + len, parts[i]);
    }
    return (struct str){.ptr = id, .len = len};
}

// ---- the walk ----

static bool is_at_end(const struct generator *generator) {
    return generator->at.day == generator->end_day;
}

static void go_to_end(struct generator *generator) {
    generator->at = (struct generator_position){
        .ordinal = generator->at.ordinal,
        .day = generator->end_day,
    };
}

// The first message of the unit, from `from` on, whose source speaks; `count` when there is none.
static uint32_t
find_audible(const struct generator *generator, const void *unit, uint32_t count, uint32_t from) {
    while (from < count && generator->plan.is_silent[generator->ops->source(unit, from)])
        from++;
    return from;
}

// Goes from at->unit, which is not loaded yet, to the next message there is, or to the end.
static void find_unit(struct generator *generator) {
    struct generator_position *at = &generator->at;
    void *unit = generator->units[generator->next_unit];
    while (!is_at_end(generator)) {
        generator->count = generator->ops->load(generator, at, unit);
        if (generator->count) {
            at->message = find_audible(generator, unit, generator->count, 0);
            if (at->message < generator->count) return;
            at->unit++;
            continue;
        }
        at->unit = 0;
        if (++at->step < generator->ops->steps) continue;
        at->step = 0;
        at->day++;
    }
    go_to_end(generator);
}

static void go_to_beginning(struct generator *generator) {
    generator->at = (struct generator_position){.day = generator->plan.from_day};
    bool is_mute = true;
    for (size_t i = 0; i < ARRAY_COUNT(generator->plan.is_silent); i++)
        is_mute = is_mute && generator->plan.is_silent[i];
    if (is_mute) go_to_end(generator); // nothing to look for
    find_unit(generator);
}

bool generator_new(const struct generator_plan *plan, struct generator **out, struct error *err) {
    if (!check_plan(plan, err)) return false;
    struct generator *generator = MEM_NEW(struct generator);
    generator->plan = complete_plan(plan);
    generator->ops = models[plan->model];
    // where nothing is to do, the end is the beginning
    generator->end_day = plan->to_day < plan->from_day ? plan->from_day : plan->to_day + 1;
    set_keys(generator);
    for (size_t i = 0; i < ARRAY_COUNT(generator->units); i++)
        generator->units[i] = mem_zeroed(1, generator->ops->unit_bytes);
    if (generator->ops->prepare) generator->prepared = generator->ops->prepare(generator);
    go_to_beginning(generator);
    *out = generator;
    return true;
}

void generator_free(struct generator *generator) {
    if (!generator) return;
    for (size_t i = 0; i < ARRAY_COUNT(generator->units); i++)
        mem_free(generator->units[i]);
    if (generator->ops->discard) {
        generator->ops->discard(generator->prepared);
    } else {
        mem_free(generator->prepared);
    }
    mem_free(generator);
}

const struct generator_plan *generator_plan(const struct generator *generator) {
    return &generator->plan;
}

// The next message is looked for at once, so that generator_tell can name it: in the same unit, or in one
// that is loaded beside it, because `out` looks into this one.
bool generator_next(struct generator *generator, struct generator_message *out) {
    if (is_at_end(generator)) return false;
    struct generator_position *at = &generator->at;
    const void *unit = generator->units[generator->next_unit];
    *out = (struct generator_message){0};
    generator->ops->fill(generator, unit, at->message, out);
    out->message_id = make_message_id(generator);
    at->ordinal++;
    at->message = find_audible(generator, unit, generator->count, at->message + 1);
    if (at->message < generator->count) return true;
    at->unit++;
    generator->next_unit ^= 1;
    find_unit(generator);
    return true;
}

void generator_tell(const struct generator *generator, struct generator_position *out) {
    *out = generator->at;
}

static bool
is_same_place(const struct generator_position *left, const struct generator_position *right) {
    return left->day == right->day && left->step == right->step && left->unit == right->unit &&
           left->message == right->message;
}

// Goes to the place if the plan has it. Only walking could check the ordinal; where none has been told, it
// must be 0.
static bool go_to(struct generator *generator, const struct generator_position *position) {
    go_to_beginning(generator);
    if (is_same_place(position, &generator->at)) return position->ordinal == 0;
    if (position->ordinal == 0) return false;
    generator->at = *position;
    if (position->day == generator->end_day) {
        go_to_end(generator);
        return is_same_place(position, &generator->at);
    }
    if (position->day < generator->plan.from_day || position->day > generator->end_day)
        return false;
    if (position->step >= generator->ops->steps) return false;
    const void *unit = generator->units[generator->next_unit];
    generator->count =
        generator->ops->load(generator, &generator->at, generator->units[generator->next_unit]);
    return position->message < generator->count && is_same_place(position, &generator->at) &&
           find_audible(generator, unit, generator->count, position->message) == position->message;
}

bool generator_seek(
    struct generator *generator, const struct generator_position *position, struct error *err) {
    const struct generator_position before = generator->at;
    static const struct generator_position beginning = {0};
    if (is_same_place(position, &beginning) && position->ordinal == 0) {
        go_to_beginning(generator);
        return true;
    }
    if (go_to(generator, position)) return true;
    generator->at = before;
    if (!is_at_end(generator))
        generator->count =
            generator->ops->load(generator, &generator->at, generator->units[generator->next_unit]);
    error_set(err, ERROR_INVALID, "the plan has no message at the position asked for");
    return error_hint(
        err, "A position belongs to one plan: same model, seed, days, shard and sources.");
}

uint64_t generator_estimate(const struct generator_plan *plan) {
    struct error ignored = {0};
    if (!check_plan(plan, &ignored) || plan->to_day < plan->from_day) return 0;
    const struct generator_plan complete = complete_plan(plan);
    return models[plan->model]->estimate(&complete);
}

void generator_add_json(
    const struct generator *generator, const struct generator_message *message, struct buf *out) {
    generator->ops->add_json(generator, message, out);
}
