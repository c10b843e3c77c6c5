// request_note — see the header.
#include "actions/request_note.h"

#include "aws/operation.h"
#include "base/clock.h"
#include "http/redact.h"
#include "http/url.h"
#include "segment/tracking.h"

// The table of operations reads requests as they arrive: with a target in place of an address.
static const struct operation *find_operation(const struct request *request, struct str target) {
    const struct str names[] = {STR("X-Amz-Target"), STR("Content-Type")};
    CLEANUP(request_release) struct request arrived = {0};
    request_set_method(&arrived, request_method(request));
    request_set_url(&arrived, target);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const struct str value = headers_get(&request->headers, names[i]);
        if (value.len) headers_add(&arrived.headers, names[i], value);
    }
    request_set_body(&arrived, str_slice(buf_str(&request->body), 0, REQUEST_NOTE_BODY_BYTES));
    return operation_route(&arrived);
}

static void add_what(struct buf *out, const struct request *request, struct str path) {
    const struct str authorization = headers_get(&request->headers, STR("Authorization"));
    struct tracking_route route = {0};
    if (str_starts_with(path, STR("/_recloop/"))) {
        buf_add(out, STR("sandbox "));
        buf_add(out, str_skip(path, sizeof("/_recloop/") - 1));
    } else if (str_starts_with(authorization, STR("AWS4-"))) {
        const struct operation *operation = find_operation(request, path);
        if (operation)
            buf_add_format(out, "%s %s", operation->service, operation->name);
        else
            buf_add(out, STR("AWS"));
    } else if (str_contains(path, STR("/spaces/"))) {
        buf_add(out, STR("Segment Profile API"));
    } else if (tracking_route_parse(path, &route)) {
        buf_add(out, STR("Segment tracking"));
    } else {
        buf_add(out, STR("HTTP"));
    }
}

static void set_place(struct message_request *note, const struct request *request) {
    CLEANUP(buf_release) struct buf host = {0};
    CLEANUP(buf_release) struct buf what = {0};
    CLEANUP(buf_release) struct buf shown = {0};
    struct url url = {0};
    struct error ignored = {0};
    struct str path = {0}, query = {0};
    if (!url_parse(buf_str(&request->url), &url, &ignored)) return;
    url_add_authority(&host, &url);
    const struct str whole = buf_str(&request->url);
    const size_t scheme = str_find_char(whole, ':') + 3; // "://"
    const struct str rest = str_skip(whole, scheme);
    str_split(str_skip(rest, str_find_char(rest, '/')), '?', &path, &query);
    if (!path.len) path = STR("/");
    add_what(&what, request, path);
    redact_add_url(&shown, path);
    note->host = message_copy_text(buf_str(&host));
    note->path = message_copy_text(buf_str(&shown));
    note->what = message_copy_text(buf_str(&what));
}

// A view whose body ends earlier; not to be released.
static bool cut(struct buf *body) {
    const bool is_long = body->len > REQUEST_NOTE_BODY_BYTES;
    if (is_long) body->len = REQUEST_NOTE_BODY_BYTES;
    return is_long;
}

static void add_cut_note(struct buf *out, size_t bytes) {
    buf_add_format(out, "… cut: the whole body has %zu bytes\n", bytes);
}

static void set_texts(struct message_request *note, const struct transfers_observation *seen) {
    CLEANUP(buf_release) struct buf text = {0};
    struct request request = *seen->request;
    const bool is_cut = cut(&request.body);
    redact_add_request(&text, &request);
    if (is_cut) add_cut_note(&text, seen->request->body.len);
    note->request = message_copy_text(buf_str(&text));
    if (!seen->response) return;
    struct response response = *seen->response;
    const bool is_answer_cut = cut(&response.body);
    buf_reset(&text);
    redact_add_response(&text, &response);
    if (is_answer_cut) add_cut_note(&text, seen->response->body.len);
    note->answer = message_copy_text(buf_str(&text));
}

static void set_outcome(struct message_request *note, const struct transfers_observation *seen) {
    note->bytes_out = seen->request->body.len;
    note->method = message_copy_text(request_method(seen->request));
    if (seen->error) note->problem = message_copy_text(str_from(seen->error->message));
    if (!seen->response) return;
    const struct headers *headers = &seen->response->headers;
    const struct str id = headers_get(headers, STR("x-amzn-RequestId"));
    note->status = seen->response->status;
    note->bytes_in = seen->response->body.len;
    if (id.len) note->request_id = message_copy_text(id);
    if (!response_is_success(seen->response))
        note->problem = message_copy_text(str_from(response_reason(seen->response->status)));
}

struct message *request_note_new(
    const struct transfers_observation *seen, size_t waiting, struct note_limit *limit) {
    if (!note_limit_take(limit, waiting, REQUEST_NOTE_PER_SECOND)) return NULL;
    struct message *message = message_new(MESSAGE_REQUEST, 0);
    struct message_request *note = &message->as.request;
    note->sequence = limit->sequence;
    note->left_out = limit->left_out;
    limit->left_out = 0;
    note->ms = seen->elapsed_ms;
    note->at_ms = (double)clock_wall_us() / 1000 - (seen->elapsed_ms > 0 ? seen->elapsed_ms : 0);
    note->attempts = seen->attempts;
    note->is_final = seen->is_final;
    set_place(note, seen->request);
    set_outcome(note, seen);
    set_texts(note, seen);
    return message;
}
