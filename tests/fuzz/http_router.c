// A request without its socket → the path in its one spelling, the route that answers, the place it counts
// for, and what the own routes read: faults and answers.
#include "fuzz.h"
#include "operations/answers.h"
#include "operations/fault.h"
#include "operations/place.h"
#include "routes.h"
#include "server_path.h"

// "METHOD TARGET\nName: value\n…\n\nbody"
static struct str take_line(struct str *rest) {
    struct str line;
    str_split(*rest, '\n', &line, rest);
    return line;
}

static void read_request(struct str text, struct request *out) {
    struct str line = take_line(&text), method, target, name, value;
    str_split(line, ' ', &method, &target);
    request_set_method(out, method);
    request_set_url(out, target);
    for (line = take_line(&text); line.len; line = take_line(&text)) {
        str_split(line, ':', &name, &value);
        headers_add(&out->headers, name, str_trim(value));
    }
    request_set_body(out, text);
}

// Nothing may be reached under another spelling than the one that rules are made for.
static void check_path(struct str path, struct buf *normal) {
    CLEANUP(buf_release) struct buf again = {0};
    if (!server_path_is_unusual(path)) {
        buf_add(normal, path);
        return;
    }
    if (!server_path_normalise(path, normal)) return;
    const struct str text = buf_str(normal);
    ASSERT(server_path_normalise(text, &again) && str_equal(buf_str(&again), text));
    ASSERT(!text.len || text.ptr[0] != '/' || !str_contains(text, STR("/../")));
}

static void check_route(const struct request *request, struct str path) {
    bool is_path_known = false;
    const struct route *route = routes_find(request_method(request), path, &is_path_known);
    const size_t place = place_of_path(path);
    ASSERT(place < place_count());
    ASSERT(!route || is_path_known);
    ASSERT(routes_body_limit(path) > 0);
    if (str_starts_with(path, STR("/_recloop/"))) ASSERT(place_at(place)->service == PLACE_RECLOOP);
    const struct operation *operation = operation_route(request);
    if (operation) ASSERT(place_of_operation(operation) < place_count());
}

static void check_fault(struct str text) {
    struct fault fault, again;
    struct error err = {0};
    CLEANUP(buf_release) struct buf written = {0};
    if (!fault_parse(text, &fault, &err)) {
        ASSERT(err.code == ERROR_USAGE && err.hint[0]);
        return;
    }
    fault_format(&fault, &written);
    ASSERT(fault_parse(buf_str(&written), &again, &err));
    ASSERT(memcmp(&fault, &again, sizeof(fault)) == 0);
    const struct fault_place place = {
        .service = str_from(fault.service), .operation = str_from(fault.operation)};
    (void)fault_fits(&fault, &place);
}

static void check_own_bodies(struct str body) {
    CLEANUP(json_release) struct json json = {0};
    struct fault fault;
    struct error err = {0};
    check_fault(body);
    if (!answers_check(body, &err)) ASSERT(err.code != ERROR_NONE);
    err = (struct error){0};
    if (!json_parse(body, &json, &err)) return;
    if (!fault_decode(json.root, &fault, &err)) ASSERT(err.code == ERROR_INVALID && err.hint[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct request request = {0};
    CLEANUP(buf_release) struct buf normal = {0};
    struct str path, query;
    read_request(fuzz_text(data, size), &request);
    str_split(buf_str(&request.url), '?', &path, &query);
    check_path(path, &normal);
    check_route(&request, buf_str(&normal));
    check_own_bodies(buf_str(&request.body));
    request_release(&request);
    return 0;
}
