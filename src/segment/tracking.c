// tracking — see the header.
#include "segment/tracking.h"

#include "http/base64.h"
#include "http/url.h"

bool tracking_route_parse(struct str path, struct tracking_route *out) {
    if (!str_starts_with(path, STR("/v1/"))) return false;
    const struct str name = str_skip(path, 4);
    struct tracking_route route = {.type = EVENT_TYPE_COUNT};
    if (str_equal(name, STR("batch")) || str_equal(name, STR("b")) ||
        str_equal(name, STR("import"))) {
        route.kind = TRACKING_ROUTE_BATCH;
    } else if (str_equal(name, STR("m"))) {
        route.kind = TRACKING_ROUTE_METRICS;
    } else if (
        event_type_parse(name, &route.type) ||
        (name.len == 1 && event_type_from_letter(name.ptr[0], &route.type))) {
        route.kind = TRACKING_ROUTE_MESSAGE;
    } else {
        return false;
    }
    *out = route;
    return true;
}

enum tracking_auth
tracking_read_auth(struct str authorization, const struct json_node *body, struct buf *write_key) {
    const struct str header = str_trim(authorization);
    const size_t blank = str_find_char(header, ' ');
    const struct str scheme = str_slice(header, 0, blank);
    const struct str body_key = json_get_text(body, "writeKey");
    if (str_equal_nocase(scheme, STR("Basic"))) {
        CLEANUP(buf_release) struct buf pair = {0};
        struct error ignored = {0}; // an unreadable header names nobody
        if (base64_decode(&pair, str_trim(str_skip(header, blank)), &ignored)) {
            const struct str user =
                str_slice(buf_str(&pair), 0, str_find_char(buf_str(&pair), ':'));
            buf_add(write_key, user);
            if (user.len) return TRACKING_AUTH_BASIC;
        }
    }
    if (body_key.len == 0) return TRACKING_AUTH_NONE;
    buf_add(write_key, body_key);
    const bool is_bearer = str_equal_nocase(scheme, STR("Bearer"));
    return is_bearer ? TRACKING_AUTH_BEARER : TRACKING_AUTH_BODY;
}

void tracking_add_basic(struct buf *out, struct str user) {
    CLEANUP(buf_release) struct buf pair = {0};
    buf_add(&pair, user);
    buf_add_char(&pair, ':');
    buf_add(out, STR("Basic "));
    base64_encode(out, buf_str(&pair));
}

struct str tracking_base_url(struct str segment_region, struct str override_url) {
    if (override_url.len) return override_url;
    return str_equal(segment_region, STR("eu")) ? STR(TRACKING_URL_EU) : STR(TRACKING_URL_US);
}

static void start_request(
    struct str path, struct str base_url, const struct secret *write_key, struct request *out) {
    CLEANUP(buf_release) struct buf url = {0};
    CLEANUP(buf_release) struct buf basic = {0};
    url_join(&url, base_url, path);
    request_set_method(out, STR("POST"));
    request_set_url(out, buf_str(&url));
    headers_set(&out->headers, STR("Content-Type"), STR("application/json"));
    tracking_add_basic(&basic, secret_reveal(write_key));
    headers_set(&out->headers, STR("Authorization"), buf_str(&basic));
}

void tracking_request_event(
    const struct event *event,
    struct str base_url,
    const struct secret *write_key,
    struct request *out) {
    CLEANUP(buf_release) struct buf path = {0};
    buf_add_format(&path, "/v1/%s", event_type_name(event->type));
    start_request(buf_str(&path), base_url, write_key, out);
    buf_reset(&out->body);
    event_encode(event, &out->body);
}

void tracking_request_batch(
    struct str body, struct str base_url, const struct secret *write_key, struct request *out) {
    start_request(STR("/v1/batch"), base_url, write_key, out);
    request_set_body(out, body);
}

void tracking_reply_success(struct buf *out) {
    buf_add(out, STR("{\"success\":true}"));
}

void tracking_reply_error(struct buf *out, const char *code, struct str message) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    json_add_bool(root, "success", false);
    json_add_text(root, "code", str_from(code));
    json_add_text(root, "message", message);
    json_print(root, out);
}

struct refusal {
    int status;       // 0 ends the table and stands for all others
    const char *says; // Segment's code; NULL: whatever it says
    enum error_code code;
    const char *hint;
};
static const struct refusal refusals[] = {
    {
        .status = 400,
        .says = "invalid_write_key",
        .code = ERROR_REFUSED,
        .hint = "Paste the source's write key again, whole: Connections > Sources > the source > "
                "Settings > API Keys. Setup and `recloop config list` tell which setting has it.",
    },
    {
        .status = 400,
        .code = ERROR_REFUSED,
        .hint = "The message is no JSON, or above 32 KB.",
    },
    {
        .status = 401,
        .code = ERROR_REFUSED,
        .hint = "Compare the write key with Sources > API Keys in Segment.",
    },
    {
        .status = 429,
        .code = ERROR_THROTTLED,
        .hint = "Send more slowly: about 1,000 events a second for a workspace.",
    },
    {
        .code = ERROR_REFUSED,
        .hint = "Check tracking_url: it must lead to Segment's Tracking API.",
    },
};

static bool fits(const struct refusal *row, int status, struct str words) {
    return row->status == status && (!row->says || str_contains(words, str_from(row->says)));
}

static const struct refusal *find_refusal(int status, struct str words) {
    const struct refusal *row = refusals;
    while (row->status && !fits(row, status, words))
        row++;
    return row;
}

// Segment's own words, whichever of the two shapes they come in.
static void add_reply_words(struct buf *out, struct str body) {
    CLEANUP(json_release) struct json document = {0};
    struct error ignored = {0};
    if (!json_parse(body, &document, &ignored)) {
        buf_add_printable(out, str_slice(body, 0, 120));
        return;
    }
    const struct json_node *root = document.root;
    const struct str code = json_get_text(root, "code");
    struct str message = json_get_text(root, "message");
    if (message.len == 0) message = json_get_text(json_get(root, "error"), "message");
    buf_add_printable(out, code);
    if (code.len && message.len) buf_add(out, STR(", "));
    buf_add_printable(out, str_slice(message, 0, 200));
}

bool tracking_reply_decode(int status, struct str body, struct error *err) {
    CLEANUP(buf_release) struct buf words = {0};
    if (status == 200) {
        CLEANUP(json_release) struct json document = {0};
        if (!json_parse(body, &document, err)) {
            (void)error_wrap(err, "Segment answered 200, but not with JSON");
            return error_hint(
                err, "Something between here and Segment answered: check tracking_url.");
        }
        if (json_bool(json_get(document.root, "success"), true)) return true;
    }
    add_reply_words(&words, body);
    if (status >= 500) {
        (void)error_set(
            err, ERROR_UNREACHABLE, "Segment is in trouble: HTTP %d %s", status, buf_text(&words));
        return error_hint(err, "Try again; status.segment.com tells about outages.");
    }
    const struct refusal *row = find_refusal(status, buf_str(&words));
    (void)error_set(
        err, row->code, "Segment refused the message: HTTP %d %s", status, buf_text(&words));
    return error_hint(err, "%s", row->hint);
}
