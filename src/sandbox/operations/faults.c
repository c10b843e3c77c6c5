// faults — see the header.
#include "operations/faults.h"

#include "base/clock.h"
#include "base/memory.h"
#include "operations/place.h"
#include "operations/refusal.h"
#include "routes.h"
#include "segment/profile.h"
#include "writer.h"

struct item {
    struct fault fault;
    int64_t hits;
    struct rng
        rng; // of its probability and latency alone, so that one fault repeats whatever others do
};

struct faults {
    struct item items[FAULTS_LIMIT];
    size_t count;
    int64_t made; // ids of ours
};

// ---- the list ----

static struct item *find(struct faults *faults, struct str id) {
    for (size_t i = 0; i < faults->count; i++) {
        if (str_equal(id, str_from(faults->items[i].fault.id))) return &faults->items[i];
    }
    return NULL;
}

static void name(struct faults *faults, struct fault *fault) {
    CLEANUP(buf_release) struct buf id = {0};
    while (fault->id[0] == '\0') {
        buf_reset(&id);
        buf_add_format(&id, "fault-%lld", (long long)++faults->made);
        if (!find(faults, buf_str(&id))) memcpy(fault->id, buf_text(&id), id.len + 1);
    }
}

// In place of the one of its id, else at the end.
static bool add(struct faults *faults, const struct fault *fault, struct error *err) {
    struct item item = {.fault = *fault};
    name(faults, &item.fault);
    rng_seed(&item.rng, (uint64_t)item.fault.seed);
    struct item *same = find(faults, str_from(item.fault.id));
    if (!same && faults->count == FAULTS_LIMIT) {
        error_set(err, ERROR_LIMIT, "there are %d faults already", FAULTS_LIMIT);
        return error_hint(err, "Remove some: DELETE /_recloop/faults?id=ID, or without id all.");
    }
    *(same ? same : &faults->items[faults->count++]) = item;
    return true;
}

static bool add_initial(struct cloud *cloud, struct error *err) {
    const char *const *specs = cloud->options.faults;
    struct fault fault;
    for (size_t i = 0; specs && specs[i]; i++) {
        if (!fault_parse(str_from(specs[i]), &fault, err) || !add(cloud->faults, &fault, err))
            return error_wrap(err, "the fault %s", specs[i]);
    }
    return true;
}

bool faults_open(struct cloud *cloud, struct error *err) {
    cloud->faults = MEM_NEW(struct faults);
    return add_initial(cloud, err);
}

bool sandbox_check_fault(const char *text, struct error *err) {
    struct fault ignored;
    return fault_parse(str_from(text), &ignored, err);
}

void faults_free(struct faults *faults) {
    mem_free(faults);
}

void faults_reset(struct cloud *cloud) {
    struct error ignored = {0};
    *cloud->faults = (struct faults){0};
    (void)add_initial(cloud, &ignored); // they were good once
}

bool faults_is_empty(const struct cloud *cloud) {
    return !cloud->faults || cloud->faults->count == 0;
}

void faults_each(const struct cloud *cloud, faults_each_fn *each, void *context) {
    for (size_t i = 0; cloud->faults && i < cloud->faults->count; i++)
        each(context, &cloud->faults->items[i].fault, cloud->faults->items[i].hits);
}

// ---- striking ----

static bool is_used_up(const struct item *item) {
    return item->fault.count && item->hits >= item->fault.count;
}

static bool strikes(struct item *item, const struct fault_place *place, struct faults_strike *out) {
    const struct fault *fault = &item->fault;
    if (is_used_up(item) || !fault_fits(fault, place)) return false;
    if (fault->probability < 1 && rng_unit(&item->rng) >= fault->probability) return false;
    item->hits++;
    if (!out) return true;
    const int64_t spread_ms = fault->latency_to_ms - fault->latency_ms;
    out->fault = *fault;
    out->latency_ms = fault->latency_ms;
    if (spread_ms > 0) out->latency_ms += (int64_t)rng_below(&item->rng, (uint64_t)spread_ms + 1);
    return true;
}

bool faults_strikes(
    struct cloud *cloud,
    enum fault_effect effect,
    const struct fault_place *place,
    struct faults_strike *out) {
    if (faults_is_empty(cloud)) return false;
    for (size_t i = 0; i < cloud->faults->count; i++) {
        struct item *item = &cloud->faults->items[i];
        if (item->fault.effect == effect && strikes(item, place, out)) return true;
    }
    return false;
}

// ---- requests ----

struct where { // owns the texts that a fault_place borrows
    size_t place;
    struct buf user, function;
};

static bool is_anybody_named(const struct cloud *cloud) {
    for (size_t i = 0; i < cloud->faults->count; i++) {
        const struct fault *fault = &cloud->faults->items[i].fault;
        if (fault->user[0] || fault->function[0]) return true;
    }
    return false;
}

static void
find_user(const struct exchange *exchange, enum place_service service, struct buf *out) {
    struct error ignored = {0};
    if (service == PLACE_PROFILE) {
        struct profile_target target = {0};
        if (profile_target_decode(exchange->path, exchange->query, &target, &ignored))
            buf_add(out, target.query.id_value);
        profile_target_release(&target);
    } else if (service == PLACE_GATEWAY) {
        (void)routes_query_text(exchange, "userId", out);
    } else if (exchange->body.len) {
        CLEANUP(json_release) struct json body = {0};
        if (json_parse(exchange->body, &body, &ignored))
            buf_add(out, json_get_text(body.root, "userId"));
    }
}

// "arn:aws:lambda:R:A:function:NAME:QUALIFIER", "A:function:NAME", "NAME:QUALIFIER" → NAME
static struct str bare_function(struct str name) {
    static const char marker[] = "function:";
    struct str bare, qualifier;
    for (size_t i = 0; i + sizeof(marker) <= name.len; i++) {
        if (!str_starts_with(str_skip(name, i), str_from(marker))) continue;
        name = str_skip(name, i + sizeof(marker) - 1);
        break;
    }
    str_split(name, ':', &bare, &qualifier);
    return bare;
}

static void find_function(const struct exchange *exchange, struct buf *out) {
    struct request request = {0};
    CLEANUP(buf_release) struct buf name = {0};
    server_copy_request(exchange, &request);
    const struct operation *operation = operation_route(&request);
    if (operation && operation_path_segment(operation, &request, 0, &name))
        buf_add(out, bare_function(buf_str(&name)));
    request_release(&request);
}

static void find_where(struct cloud *cloud, struct exchange *exchange, struct where *out) {
    out->place = routes_place(exchange);
    if (!is_anybody_named(cloud)) return;
    const enum place_service service = place_at(out->place)->service;
    if (service == PLACE_LAMBDA) find_function(exchange, &out->function);
    find_user(exchange, service, &out->user);
}

static void keep(struct exchange *exchange, const struct fault *fault) {
    if (!exchange->fault) exchange->fault = MEM_NEW(struct fault);
    *exchange->fault = *fault;
}

// Everything is drawn at once, before anything is done, so that a held request is struck once.
static int64_t
draw(struct cloud *cloud, struct exchange *exchange, const struct fault_place *place) {
    static const enum fault_effect endings[] = {
        FAULT_THROTTLE, FAULT_REFUSE, FAULT_DROP, FAULT_LOSE, FAULT_HALF};
    struct faults_strike strike;
    int64_t latency_ms = 0;
    const bool is_aws = exchange->operation != NULL;
    if (faults_strikes(cloud, FAULT_LATENCY, place, &strike)) {
        latency_ms += strike.latency_ms;
        keep(exchange, &strike.fault);
    }
    if (is_aws && faults_strikes(cloud, FAULT_SKEW, place, &strike)) {
        latency_ms += strike.latency_ms;
        exchange->skew_ms = strike.fault.skew_ms;
        keep(exchange, &strike.fault);
    }
    if (is_aws && faults_strikes(cloud, FAULT_EXPIRED_TOKEN, place, &strike)) {
        latency_ms += strike.latency_ms;
        exchange->has_expired_token = true;
        keep(exchange, &strike.fault);
    }
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        if (!faults_strikes(cloud, endings[i], place, &strike)) continue;
        keep(exchange, &strike.fault);
        return latency_ms + strike.latency_ms;
    }
    return latency_ms;
}

static enum faults_verdict apply(struct cloud *cloud, struct exchange *exchange) {
    const struct fault *fault = exchange->fault;
    if (!fault) return FAULTS_GO_ON;
    switch (fault->effect) {
    case FAULT_THROTTLE:
    case FAULT_REFUSE:
        refusal_answer(
            cloud, exchange, routes_place(exchange),
            &(struct refusal){
                .is_throttling = fault->effect == FAULT_THROTTLE,
                .status = fault->status,
                .code = fault->error,
                .message = fault->message,
                .reason = fault->reason,
                .retry_after_s = fault->retry_after_s,
                .reset_s = fault->reset_s});
        return FAULTS_ANSWERED;
    case FAULT_DROP:
        exchange->ending = SERVER_LOST;
        exchange->response.status = 500; // for the log; nobody gets it
        return FAULTS_ANSWERED;
    case FAULT_LOSE: exchange->ending = SERVER_LOST; break;
    case FAULT_HALF: exchange->ending = SERVER_HALF; break;
    case FAULT_LATENCY:
    case FAULT_EXPIRED_TOKEN:
    case FAULT_SKEW:
    case FAULT_TIMEOUT:
    case FAULT_CRASH:
    case FAULT_OFF:
    case FAULT_EFFECT_COUNT: break;
    }
    return FAULTS_GO_ON;
}

enum faults_verdict faults_begin(struct cloud *cloud, struct exchange *exchange) {
    if (exchange->has_begun) return apply(cloud, exchange);
    exchange->has_begun = true;
    if (faults_is_empty(cloud)) return FAULTS_GO_ON;
    struct where where = {0};
    find_where(cloud, exchange, &where);
    const struct place *place = place_at(where.place);
    int64_t latency_ms = 0;
    // The way to take a fault away must stay open; and a browser's question before a call is no call: nobody
    // throttles it, and one refused would hide the answer from the page.
    if (place->service != PLACE_RECLOOP && !str_equal(exchange->method, STR("OPTIONS"))) {
        latency_ms = draw(
            cloud, exchange,
            &(struct fault_place){
                .service = str_from(place_service_name(place->service)),
                .operation = str_from(place->operation),
                .user = buf_str(&where.user),
                .function = buf_str(&where.function)});
    }
    buf_release(&where.user);
    buf_release(&where.function);
    if (latency_ms <= 0) return apply(cloud, exchange);
    exchange->delay_until_ms = clock_monotonic_ms() + latency_ms;
    return FAULTS_HELD;
}

// ---- calls inside ----

static void refuse_inside(size_t place, const struct fault *fault, struct aws_error *refusal) {
    refusal_describe(
        place,
        &(struct refusal){
            .is_throttling = fault->effect == FAULT_THROTTLE,
            .status = fault->status,
            .code = fault->error,
            .message = fault->message,
            .reason = fault->reason,
            .retry_after_s = fault->retry_after_s,
            .reset_s = fault->reset_s},
        refusal);
}

static enum faults_inside
become(size_t place, const struct fault *fault, struct aws_error *refusal) {
    switch (fault->effect) {
    case FAULT_THROTTLE:
    case FAULT_REFUSE: refuse_inside(place, fault, refusal); return FAULTS_INSIDE_REFUSED;
    case FAULT_EXPIRED_TOKEN:
        aws_error_set(
            refusal, 403, STR("ExpiredTokenException"),
            STR("The security token included in the request is expired"));
        return FAULTS_INSIDE_REFUSED;
    case FAULT_DROP: return FAULTS_INSIDE_DROPPED;
    case FAULT_LOSE:
    case FAULT_HALF: return FAULTS_INSIDE_LOST;
    case FAULT_LATENCY:
    case FAULT_SKEW:
    case FAULT_TIMEOUT:
    case FAULT_CRASH:
    case FAULT_OFF:
    case FAULT_EFFECT_COUNT: break;
    }
    return FAULTS_INSIDE_NONE;
}

enum faults_inside faults_strike_inside(
    struct cloud *cloud, size_t place, struct str user, struct aws_error *refusal) {
    static const enum fault_effect effects[] = {FAULT_EXPIRED_TOKEN, FAULT_THROTTLE, FAULT_REFUSE,
                                                FAULT_DROP,          FAULT_LOSE,     FAULT_HALF};
    struct faults_strike strike;
    if (faults_is_empty(cloud)) return FAULTS_INSIDE_NONE;
    const struct fault_place where = {
        .service = str_from(place_service_name(place_at(place)->service)),
        .operation = str_from(place_at(place)->operation),
        .user = user};
    for (size_t i = 0; i < ARRAY_COUNT(effects); i++) {
        const bool is_aws = place_service_is_aws(place_at(place)->service);
        if (effects[i] == FAULT_EXPIRED_TOKEN && !is_aws) continue;
        if (faults_strikes(cloud, effects[i], &where, &strike))
            return become(place, &strike.fault, refusal);
    }
    return FAULTS_INSIDE_NONE;
}

// ---- routes ----

static void write_number(struct writer *writer, const char *key, int64_t value, int64_t none) {
    if (value == none)
        writer_null(writer, key);
    else
        writer_int(writer, key, value);
}

static void write_item(struct writer *writer, const struct item *item) {
    const struct fault *fault = &item->fault;
    CLEANUP(buf_release) struct buf spec = {0};
    fault_format(fault, &spec);
    writer_open(writer, NULL, '{');
    writer_text(writer, "id", str_from(fault->id));
    writer_text(writer, "service", str_from(fault->service));
    writer_text(writer, "operation", str_from(fault->operation));
    writer_text(writer, "effect", str_from(fault_effect_name(fault->effect)));
    writer_text(writer, "spec", buf_str(&spec));
    writer_int(writer, "hits", item->hits);
    write_number(writer, "remaining", fault->count ? fault->count - item->hits : -1, -1);
    writer_close(writer, '}');
}

enum server_verdict faults_route_get(struct cloud *cloud, struct exchange *exchange) {
    CLEANUP(buf_release) struct buf json = {0};
    struct writer writer = {.out = &json};
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "faults", '[');
    for (size_t i = 0; i < cloud->faults->count; i++)
        write_item(&writer, &cloud->faults->items[i]);
    writer_close(&writer, ']');
    writer_close(&writer, '}');
    routes_answer_json(exchange, 200, buf_str(&json));
    return SERVER_ANSWER;
}

// A list takes the place of all; one object is added. All or nothing.
static bool take_list(struct cloud *cloud, struct str text, struct error *err) {
    CLEANUP(json_release) struct json body = {0};
    struct fault fault;
    if (!json_parse(text, &body, err)) return false;
    const struct json_node *list = json_get(body.root, "faults");
    struct faults *next = MEM_NEW(struct faults);
    *next = *cloud->faults;
    bool is_taken = true;
    if (json_kind(list) == JSON_ARRAY) {
        next->count = 0;
        const struct json_node *each = json_first(list);
        for (; each && is_taken; each = json_next(each))
            is_taken = fault_decode(each, &fault, err) && add(next, &fault, err);
    } else {
        is_taken = fault_decode(body.root, &fault, err) && add(next, &fault, err);
    }
    if (is_taken) *cloud->faults = *next;
    mem_free(next);
    return is_taken;
}

enum server_verdict faults_route_put(struct cloud *cloud, struct exchange *exchange) {
    struct error err = {0};
    if (take_list(cloud, exchange->body, &err)) return faults_route_get(cloud, exchange);
    routes_answer_error(exchange, &err);
    return SERVER_ANSWER;
}

enum server_verdict faults_route_delete(struct cloud *cloud, struct exchange *exchange) {
    CLEANUP(buf_release) struct buf id = {0};
    struct faults *faults = cloud->faults;
    if (!routes_query_text(exchange, "id", &id)) {
        faults->count = 0;
        return faults_route_get(cloud, exchange);
    }
    struct item *item = find(faults, buf_str(&id));
    if (!item) {
        struct error err = {0};
        error_set(&err, ERROR_NOT_FOUND, "there is no fault of that id");
        error_hint(&err, "GET /_recloop/faults lists them.");
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    const size_t at = (size_t)(item - faults->items);
    memmove(item, item + 1, (faults->count - at - 1) * sizeof(*item));
    faults->count--;
    return faults_route_get(cloud, exchange);
}
