// fault_json — a fault as JSON: a value is read as the text it stands for.
#include "operations/fault_internal.h"

static bool read_member(struct fault *fault, const struct json_node *member, struct error *err) {
    CLEANUP(buf_release) struct buf name = {0};
    CLEANUP(buf_release) struct buf value = {0};
    const struct str key = json_key(member);
    double number = 0;
    for (size_t i = 0; i < key.len; i++)
        buf_add_char(&name, key.ptr[i] == '_' ? '-' : key.ptr[i]);
    switch (json_kind(member)) {
    case JSON_NULL: return true;
    case JSON_BOOL:
        if (!json_bool(member, false)) return true;
        return fault_apply_word(fault, buf_str(&name), (struct str){0}, err);
    case JSON_STRING: buf_add(&value, json_text(member)); break;
    case JSON_NUMBER:
        (void)json_number(member, &number);
        buf_add_double(&value, number);
        // without a unit in JSON: the unit of the times of every other route
        if (str_equal(key, STR("latency")) || str_equal(key, STR("skew")))
            buf_add(&value, STR("ms"));
        break;
    case JSON_ABSENT:
    case JSON_ARRAY:
    case JSON_OBJECT:
        error_set(err, ERROR_INVALID, "%s cannot be a list or an object", buf_text(&name));
        return error_hint(err, "Give a text, a number, or true.");
    }
    return fault_apply_word(fault, buf_str(&name), (struct str){buf_text(&value), value.len}, err);
}

// What GET tells about a fault besides what makes it, so that it may be put back as it is.
static bool is_told(struct str key) {
    return str_equal(key, STR("service")) || str_equal(key, STR("operation")) ||
           str_equal(key, STR("hits")) || str_equal(key, STR("remaining")) ||
           str_equal(key, STR("effect"));
}

static bool decode(const struct json_node *object, struct fault *fault, struct error *err) {
    const struct str service = json_get_text(object, "service");
    fault_begin(fault);
    if (json_kind(object) != JSON_OBJECT) {
        error_set(err, ERROR_INVALID, "a fault is an object");
        return error_hint(err, "{\"spec\":\"lambda.Invoke:latency=250ms\"}");
    }
    if (!service.len) {
        error_set(err, ERROR_INVALID, "the fault names no service");
        return error_hint(err, "Give \"service\": " FAULT_SERVICES ", or all of it as \"spec\".");
    }
    if (!fault_set_where(fault, service, json_get_text(object, "operation"), err)) return false;
    for (const struct json_node *member = json_first(object); member; member = json_next(member)) {
        if (is_told(json_key(member)) || str_equal(json_key(member), STR("spec"))) continue;
        if (!read_member(fault, member, err)) return false;
    }
    return fault_check(fault, err);
}

bool fault_decode(const struct json_node *object, struct fault *out, struct error *err) {
    const struct str spec = json_get_text(object, "spec");
    struct fault fault;
    const bool is_whole = spec.len && !json_get(object, "service");
    if (!(is_whole ? fault_parse(spec, &fault, err) : decode(object, &fault, err))) {
        err->code = ERROR_INVALID;
        return false;
    }
    *out = fault;
    return true;
}
