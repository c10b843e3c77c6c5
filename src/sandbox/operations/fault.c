// fault — see the header. One table of words serves the text, the JSON (fault_json.c) and the way back.
#include "operations/fault.h"

#include "operations/fault_internal.h"
#include "operations/place.h"

#include <stddef.h>

enum kind {
    KIND_EFFECT, // a word without value
    KIND_TEXT,
    KIND_INTEGER,
    KIND_SECONDS,
    KIND_DURATION, // with sign
    KIND_RANGE,    // of durations
    KIND_CHANCE,
};

static const struct word {
    const char *name;
    enum kind kind;
    enum fault_effect effect; // that it makes, or belongs to; FAULT_EFFECT_COUNT: any
    bool is_making;           // the word says what happens
    size_t at, bytes;
    int64_t least, most;
    const char *example;
} words[] = {
#define TEXT(member)                                                                               \
    .kind = KIND_TEXT, .at = offsetof(struct fault, member),                                       \
    .bytes = sizeof(((struct fault *)0)->member)
#define NUMBER(kind_, member, least_, most_)                                                       \
    .kind = kind_, .at = offsetof(struct fault, member), .least = least_, .most = most_
#define EFFECT(effect_) .kind = KIND_EFFECT, .effect = effect_, .is_making = true
    {.name = "throttle", EFFECT(FAULT_THROTTLE), .example = "throttle,retry-after=2"},
    {.name = "drop", EFFECT(FAULT_DROP)},
    {.name = "lose", EFFECT(FAULT_LOSE)},
    {.name = "half", EFFECT(FAULT_HALF)},
    {.name = "expired-token", EFFECT(FAULT_EXPIRED_TOKEN)},
    {.name = "timeout", EFFECT(FAULT_TIMEOUT)},
    {.name = "crash", EFFECT(FAULT_CRASH)},
    {.name = "off", EFFECT(FAULT_OFF)},
    {.name = "skew",
     NUMBER(KIND_DURATION, skew_ms, -315360000000, 315360000000),
     .effect = FAULT_SKEW,
     .is_making = true,
     .example = "skew=-10m"},
    {.name = "status",
     NUMBER(KIND_INTEGER, status, 400, 599),
     .effect = FAULT_REFUSE,
     .is_making = true,
     .example = "status=503"},
    {.name = "error",
     TEXT(error),
     .effect = FAULT_REFUSE,
     .is_making = true,
     .example = "error=InternalServerException"},
    {.name = "latency",
     NUMBER(KIND_RANGE, latency_ms, 0, 600000),
     .effect = FAULT_EFFECT_COUNT,
     .is_making = true,
     .example = "latency=250ms..1s"},
    {.name = "message",
     TEXT(message),
     .effect = FAULT_EFFECT_COUNT,
     .example = "message=\"Rate exceeded\""},
    {.name = "retry-after",
     NUMBER(KIND_SECONDS, retry_after_s, 0, 86400),
     .effect = FAULT_THROTTLE,
     .example = "retry-after=2"},
    {.name = "reset",
     NUMBER(KIND_SECONDS, reset_s, 0, 86400),
     .effect = FAULT_THROTTLE,
     .example = "reset=2"},
    {.name = "reason",
     TEXT(reason),
     .effect = FAULT_THROTTLE,
     .example = "reason=ReservedFunctionConcurrentInvocationLimitExceeded"},
    {.name = "user", TEXT(user), .effect = FAULT_EFFECT_COUNT, .example = "user=2941404340"},
    {.name = "function", TEXT(function), .effect = FAULT_EFFECT_COUNT, .example = "function=my-fn"},
    {.name = "probability",
     NUMBER(KIND_CHANCE, probability, 0, 1),
     .effect = FAULT_EFFECT_COUNT,
     .example = "probability=0.2"},
    {.name = "seed",
     NUMBER(KIND_INTEGER, seed, 0, INT32_MAX),
     .effect = FAULT_EFFECT_COUNT,
     .example = "seed=7"},
    {.name = "count",
     NUMBER(KIND_INTEGER, count, 1, 1000000000),
     .effect = FAULT_EFFECT_COUNT,
     .example = "count=3"},
    {.name = "id", TEXT(id), .effect = FAULT_EFFECT_COUNT, .example = "id=slow-lambda"},
#undef TEXT
#undef NUMBER
#undef EFFECT
};

static const char *const effect_names[FAULT_EFFECT_COUNT] = {
    [FAULT_LATENCY] = "latency",
    [FAULT_THROTTLE] = "throttle",
    [FAULT_REFUSE] = "refuse",
    [FAULT_DROP] = "drop",
    [FAULT_LOSE] = "lose",
    [FAULT_HALF] = "half",
    [FAULT_EXPIRED_TOKEN] = "expired-token",
    [FAULT_SKEW] = "skew",
    [FAULT_TIMEOUT] = "timeout",
    [FAULT_CRASH] = "crash",
    [FAULT_OFF] = "off",
};

#define WORDS                                                                                      \
    "latency=MS, throttle, status=N, error=CODE, drop, lose, half, expired-token, skew=TIME, "     \
    "timeout, crash or off"

const char *fault_effect_name(enum fault_effect effect) {
    return effect < FAULT_EFFECT_COUNT ? effect_names[effect] : "nothing";
}

// ---- values ----

static bool
bad_value(const struct word *word, struct str value, const char *why, struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_printable(&text, str_slice(value, 0, 60));
    error_set(err, ERROR_USAGE, "%s cannot be \"%s\": %s", word->name, buf_text(&text), why);
    if (!word->example) return error_hint(err, "Write it alone: %s", word->name);
    return error_hint(err, "Write it like this: %s", word->example);
}

static const struct unit {
    const char *name;
    double ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};

static bool parse_duration(struct str text, int64_t *out_ms) {
    double number = 0;
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        const struct str unit = str_from(units[i].name);
        if (!str_ends_with(text, unit)) continue;
        if (!str_parse_double(str_slice(text, 0, text.len - unit.len), &number)) continue;
        if (!(number > -1e9 && number < 1e9)) return false;
        *out_ms = (int64_t)(number * units[i].ms + (number < 0 ? -0.5 : 0.5));
        return true;
    }
    if (!str_equal(text, STR("0"))) return false;
    *out_ms = 0;
    return true;
}

static bool parse_range(struct str text, int64_t *from_ms, int64_t *to_ms) {
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] != '.' || text.ptr[i + 1] != '.') continue;
        return parse_duration(str_slice(text, 0, i), from_ms) &&
               parse_duration(str_skip(text, i + 2), to_ms) && *from_ms <= *to_ms;
    }
    if (!parse_duration(text, from_ms)) return false;
    *to_ms = *from_ms;
    return true;
}

static void put_number(struct fault *fault, const struct word *word, int64_t number) {
    memcpy((char *)fault + word->at, &number, sizeof(number));
}

static int64_t get_number(const struct fault *fault, const struct word *word) {
    int64_t number;
    memcpy(&number, (const char *)fault + word->at, sizeof(number));
    return number;
}

static bool is_plain_text(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F || text.ptr[i] == '"')
            return false;
    }
    return str_is_utf8(text);
}

static bool
set_text(struct fault *fault, const struct word *word, struct str value, struct error *err) {
    if (!value.len) return bad_value(word, value, "it is empty", err);
    if (value.len >= word->bytes) return bad_value(word, value, "it is too long", err);
    if (!is_plain_text(value))
        return bad_value(word, value, "quotes and control characters cannot be in it", err);
    char *out = (char *)fault + word->at;
    memset(out, 0, word->bytes); // of a word given twice the last one counts
    memcpy(out, value.ptr, value.len);
    return true;
}

static bool
set_value(struct fault *fault, const struct word *word, struct str value, struct error *err) {
    int64_t number = 0, to_ms = 0;
    double chance = 0;
    bool is_read = false;
    switch (word->kind) {
    case KIND_EFFECT: return value.ptr ? bad_value(word, value, "it takes no value", err) : true;
    case KIND_TEXT: return set_text(fault, word, value, err);
    case KIND_INTEGER: is_read = str_parse_int64(value, &number); break;
    case KIND_SECONDS:
        is_read = str_parse_int64(value, &number);
        if (is_read || !parse_duration(value, &number)) break;
        is_read = number % 1000 == 0;
        number /= 1000;
        break;
    case KIND_DURATION: is_read = parse_duration(value, &number) && number != 0; break;
    case KIND_RANGE:
        is_read = parse_range(value, &number, &to_ms) && to_ms > 0;
        if (to_ms > word->most) return bad_value(word, value, "it is 10 minutes at most", err);
        if (is_read) fault->latency_to_ms = to_ms;
        break;
    case KIND_CHANCE:
        if (!str_parse_double(value, &chance) || !(chance > 0 && chance <= 1))
            return bad_value(word, value, "it lies above 0 and is at most 1", err);
        fault->probability = chance;
        return true;
    }
    if (!is_read) return bad_value(word, value, "it cannot be read", err);
    if (number < word->least || number > word->most)
        return bad_value(word, value, "it is out of range", err);
    put_number(fault, word, number);
    return true;
}

// ---- words ----

static const struct word *find_word(struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (str_equal(name, str_from(words[i].name))) return &words[i];
    }
    return NULL;
}

static bool note_effect(struct fault *fault, const struct word *word, struct error *err) {
    if (!word->is_making || word->effect == FAULT_EFFECT_COUNT) return true;
    const bool is_same = fault->effect == word->effect ||
                         (fault->effect == FAULT_THROTTLE && word->effect == FAULT_REFUSE);
    if (fault->effect != FAULT_EFFECT_COUNT && !is_same &&
        !(fault->effect == FAULT_REFUSE && word->effect == FAULT_THROTTLE)) {
        error_set(
            err, ERROR_USAGE, "a fault does one thing: %s and %s are two", word->name,
            fault_effect_name(fault->effect));
        return error_hint(err, "Give them as two faults; only latency goes with another.");
    }
    if (fault->effect != FAULT_THROTTLE) fault->effect = word->effect;
    return true;
}

bool fault_apply_word(struct fault *fault, struct str name, struct str value, struct error *err) {
    const struct word *word = find_word(name);
    if (!word) {
        CLEANUP(buf_release) struct buf text = {0};
        buf_add_printable(&text, str_slice(name, 0, 60));
        error_set(err, ERROR_USAGE, "a fault has no \"%s\"", buf_text(&text));
        return error_hint(
            err, "What happens is " WORDS "; further message, retry-after, reset, reason, user, "
                 "function, probability, seed, count, id.");
    }
    if (word->kind != KIND_EFFECT && !value.ptr) {
        error_set(err, ERROR_USAGE, "%s needs a value", word->name);
        return error_hint(err, "Write it like this: %s", word->example);
    }
    return set_value(fault, word, value, err) && note_effect(fault, word, err);
}

// ---- where ----

static bool is_function(const struct fault *fault) {
    return strcmp(fault->service, "function") == 0;
}

static bool is_destination(const struct fault *fault) {
    return strcmp(fault->service, "destination") == 0;
}

static bool is_known_service(struct str name, enum place_service *out) {
    *out = PLACE_NONE;
    if (str_equal(name, STR("*")) || str_equal(name, STR("function")) ||
        str_equal(name, STR("destination")))
        return true;
    return place_service_parse(name, out) && *out < PLACE_AWS;
}

static bool is_function_name(struct str name) { // as Lambda takes them
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
    }
    return name.len < sizeof(((struct fault *)0)->operation);
}

static bool set_operation(
    struct fault *fault, enum place_service service, struct str operation, struct error *err) {
    if (!operation.len || str_equal(operation, STR("*"))) return true;
    const char *known = NULL;
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_printable(&text, str_slice(operation, 0, 64));
    if (is_function(fault) && is_function_name(operation)) known = buf_text(&text);
    if (!known && service != PLACE_NONE) known = place_find_operation(service, operation);
    if (!known || strlen(known) >= sizeof(fault->operation)) {
        error_set(err, ERROR_USAGE, "%s has no operation \"%s\"", fault->service, buf_text(&text));
        return error_hint(
            err, "Name it as the service does (%s), or write %s.* for all.",
            service == PLACE_TRACKING  ? "track, identify, batch, settings …"
            : service == PLACE_PROFILE ? "traits, external_ids, events …"
            : is_function(fault)       ? "a function's bare name"
                                       : "GetRecommendations, Invoke …",
            fault->service);
    }
    memcpy(fault->operation, known, strlen(known) + 1);
    return true;
}

bool fault_set_where(
    struct fault *fault, struct str service, struct str operation, struct error *err) {
    enum place_service known = PLACE_NONE;
    if (!is_known_service(service, &known)) {
        CLEANUP(buf_release) struct buf text = {0};
        buf_add_printable(&text, str_slice(service, 0, 60));
        error_set(err, ERROR_USAGE, "there is no service \"%s\"", buf_text(&text));
        return error_hint(err, "A fault begins with " FAULT_SERVICES ", and a colon.");
    }
    memcpy(fault->service, service.ptr, service.len);
    fault->service[service.len] = '\0';
    return set_operation(fault, known, operation, err);
}

void fault_begin(struct fault *fault) {
    *fault = (struct fault){
        .operation = "*",
        .effect = FAULT_EFFECT_COUNT,
        .retry_after_s = -1,
        .reset_s = -1,
        .probability = 1};
}

// ---- the whole ----

static bool may_happen(const struct fault *fault, struct error *err) {
    enum place_service service = PLACE_NONE;
    (void)is_known_service(str_from(fault->service), &service);
    const char *name = fault_effect_name(fault->effect);
    switch (fault->effect) {
    case FAULT_TIMEOUT:
    case FAULT_CRASH:
        if (is_function(fault)) return true;
        error_set(err, ERROR_USAGE, "%s happens to functions, not to %s", name, fault->service);
        return error_hint(err, "Write function:%s, or function.NAME:%s", name, name);
    case FAULT_OFF:
        if (is_destination(fault)) return true;
        error_set(err, ERROR_USAGE, "off happens to the destination, not to %s", fault->service);
        return error_hint(err, "Write destination:off");
    case FAULT_EXPIRED_TOKEN:
    case FAULT_SKEW:
        if (fault->service[0] == '*' || (service != PLACE_NONE && place_service_is_aws(service)))
            return true;
        error_set(err, ERROR_USAGE, "%s has no signed requests", fault->service);
        return error_hint(err, "Name an AWS service with %s, for example lambda:%s", name, name);
    case FAULT_LATENCY:
    case FAULT_THROTTLE:
    case FAULT_REFUSE:
    case FAULT_DROP:
    case FAULT_LOSE:
    case FAULT_HALF:
    case FAULT_EFFECT_COUNT: break;
    }
    if (!is_function(fault) && !is_destination(fault)) return true;
    error_set(err, ERROR_USAGE, "%s does not happen to a %s", name, fault->service);
    return error_hint(
        err, is_function(fault) ? "Functions have timeout and crash; requests to Lambda are "
                                  "lambda.Invoke."
                                : "The destination has off only.");
}

bool fault_check(struct fault *fault, struct error *err) {
    if (fault->effect == FAULT_EFFECT_COUNT && fault->latency_to_ms) fault->effect = FAULT_LATENCY;
    if (fault->effect == FAULT_EFFECT_COUNT) {
        error_set(err, ERROR_USAGE, "the fault does not say what happens");
        return error_hint(err, "After the colon: " WORDS ".");
    }
    const bool is_refusal = fault->effect == FAULT_THROTTLE || fault->effect == FAULT_REFUSE;
    if (fault->message[0] && !is_refusal) {
        error_set(
            err, ERROR_USAGE, "message goes with an answer, not with %s",
            fault_effect_name(fault->effect));
        return error_hint(err, "Add status=N, error=CODE or throttle.");
    }
    if ((fault->retry_after_s >= 0 || fault->reset_s >= 0 || fault->reason[0]) &&
        fault->effect != FAULT_THROTTLE) {
        error_set(err, ERROR_USAGE, "retry-after, reset and reason go with throttle");
        return error_hint(err, "Write throttle,retry-after=2");
    }
    return may_happen(fault, err);
}

// ---- text ----

// Takes WORD[=VALUE] off the front; the value may stand in quotes.
static bool next_part(struct str *rest, struct str *name, struct str *value, struct error *err) {
    size_t at = 0;
    while (at < rest->len && rest->ptr[at] != ',' && rest->ptr[at] != '=')
        at++;
    *name = str_trim(str_slice(*rest, 0, at));
    *value = (struct str){0};
    if (at < rest->len && rest->ptr[at] == '=') {
        const size_t from = ++at;
        const bool is_quoted = at < rest->len && rest->ptr[at] == '"';
        const char end = is_quoted ? '"' : ',';
        if (is_quoted) at++;
        while (at < rest->len && rest->ptr[at] != end)
            at++;
        if (is_quoted && at == rest->len) {
            error_set(err, ERROR_USAGE, "a quote does not end");
            return error_hint(err, "Close it: message=\"text, with a comma\"");
        }
        *value = is_quoted ? str_slice(*rest, from + 1, at - from - 1)
                           : str_slice(*rest, from, at - from);
        if (!value->ptr) *value = STR("");
        at += is_quoted;
    }
    if (at < rest->len && rest->ptr[at] != ',') {
        error_set(err, ERROR_USAGE, "after a quoted value comes a comma");
        return error_hint(err, "Write it like this: message=\"…\",count=3");
    }
    *rest = str_skip(*rest, at + 1);
    return true;
}

static size_t find_first(struct str text, const char *characters) {
    size_t at = 0;
    while (at < text.len && !strchr(characters, text.ptr[at]))
        at++;
    return at;
}

// SERVICE[.OPERATION]: — also SERVICE:OPERATION:, where the operation is known by the colon after it.
static bool take_where(struct fault *fault, struct str *rest, struct error *err) {
    const size_t colon = str_find_char(*rest, ':');
    if (colon == rest->len) {
        error_set(err, ERROR_USAGE, "a fault is SERVICE[.OPERATION]:WHAT, and this has no colon");
        return error_hint(err, "For example lambda.Invoke:latency=250ms,count=3");
    }
    struct str where = str_slice(*rest, 0, colon), service, operation;
    *rest = str_skip(*rest, colon + 1);
    if (!str_split(where, '.', &service, &operation)) {
        const size_t end = find_first(*rest, ":,=\"");
        if (end < rest->len && rest->ptr[end] == ':') {
            operation = str_slice(*rest, 0, end);
            *rest = str_skip(*rest, end + 1);
        }
    }
    return fault_set_where(fault, str_trim(service), str_trim(operation), err);
}

bool fault_parse(struct str text, struct fault *out, struct error *err) {
    struct fault fault;
    struct str rest = str_trim(text), name, value;
    fault_begin(&fault);
    if (!take_where(&fault, &rest, err)) return false;
    while (rest.len) {
        if (!next_part(&rest, &name, &value, err) || !fault_apply_word(&fault, name, value, err))
            return false;
    }
    if (!fault_check(&fault, err)) return false;
    *out = fault;
    return true;
}

// ---- back to text ----

static void add_duration(struct buf *out, int64_t ms) {
    size_t unit = 0;
    for (size_t i = 1; i < ARRAY_COUNT(units); i++) {
        if (ms != 0 && ms % (int64_t)units[i].ms == 0) unit = i;
    }
    buf_add_int(out, ms / (int64_t)units[unit].ms);
    buf_add(out, str_from(units[unit].name));
}

static void add_text(struct buf *out, struct str text) {
    const bool is_quoted = find_first(text, ",=\" ") < text.len;
    if (is_quoted) buf_add_char(out, '"');
    buf_add(out, text);
    if (is_quoted) buf_add_char(out, '"');
}

static bool is_given(const struct fault *fault, const struct word *word) {
    switch (word->kind) {
    case KIND_EFFECT: return fault->effect == word->effect;
    case KIND_TEXT: return ((const char *)fault + word->at)[0] != '\0';
    case KIND_INTEGER:
    case KIND_DURATION: return get_number(fault, word) != 0;
    case KIND_SECONDS: return get_number(fault, word) >= 0;
    case KIND_RANGE: return fault->latency_to_ms > 0;
    case KIND_CHANCE: return fault->probability < 1;
    }
    return false;
}

static void add_value(const struct fault *fault, const struct word *word, struct buf *out) {
    switch (word->kind) {
    case KIND_EFFECT: break;
    case KIND_TEXT: add_text(out, str_from((const char *)fault + word->at)); break;
    case KIND_INTEGER:
    case KIND_SECONDS: buf_add_int(out, get_number(fault, word)); break;
    case KIND_DURATION: add_duration(out, get_number(fault, word)); break;
    case KIND_RANGE:
        add_duration(out, fault->latency_ms);
        if (fault->latency_to_ms == fault->latency_ms) break;
        buf_add(out, STR(".."));
        add_duration(out, fault->latency_to_ms);
        break;
    case KIND_CHANCE: buf_add_double(out, fault->probability); break;
    }
}

void fault_format(const struct fault *fault, struct buf *out) {
    char before = ':';
    buf_add(out, str_from(fault->service));
    if (strcmp(fault->operation, "*") != 0) {
        buf_add_char(out, '.');
        buf_add(out, str_from(fault->operation));
    }
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (!is_given(fault, &words[i])) continue;
        buf_add_char(out, before);
        before = ',';
        buf_add(out, str_from(words[i].name));
        if (words[i].kind == KIND_EFFECT) continue;
        buf_add_char(out, '=');
        add_value(fault, &words[i], out);
    }
}

// ---- fitting ----

static bool fits_text(const char *wanted, struct str have) {
    return wanted[0] == '\0' || str_equal(str_from(wanted), have);
}

bool fault_fits(const struct fault *fault, const struct fault_place *place) {
    const bool is_http = !str_equal(place->service, STR("function")) &&
                         !str_equal(place->service, STR("destination"));
    const bool is_service =
        fault->service[0] == '*' ? is_http : str_equal(str_from(fault->service), place->service);
    const bool is_operation = fault->operation[0] == '*' ||
                              str_equal_nocase(str_from(fault->operation), place->operation);
    return is_service && is_operation && fits_text(fault->user, place->user) &&
           fits_text(fault->function, place->function);
}
