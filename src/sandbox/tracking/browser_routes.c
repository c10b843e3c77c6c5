// browser_routes — see the header.
#include "tracking/browser_routes.h"

#include "http/url.h"
#include "segment/cdn.h"
#include "segment/pixel.h"
#include "tracking/door.h"

static void take_pixel(struct cloud *cloud, struct exchange *exchange) {
    struct json message = {0};
    struct error ignored = {0};
    enum event_type type = EVENT_TRACK;
    enum source_id source = SOURCE_WEBSITE;
    cloud->counters.tracking_requests++;
    if (!pixel_path_parse(exchange->path, &type)) return;
    if (pixel_decode(exchange->query, &message, &ignored)) {
        const enum door_verdict verdict = door_find_source(cloud, exchange, message.root, &source);
        if (verdict == DOOR_UNKNOWN_KEY) cloud->counters.unknown_keys++;
        if (verdict == DOOR_OPEN && !door_is_busy(cloud, exchange, source))
            (void)door_take(cloud, exchange, source, type, &message);
    }
    json_release(&message);
}

enum server_verdict browser_routes_get_pixel(struct cloud *cloud, struct exchange *exchange) {
    take_pixel(cloud, exchange);
    response_release(&exchange->response); // may say that it is busy
    exchange->response.status = 200;
    response_set_body(&exchange->response, STR("image/gif"), pixel_image());
    // else the second opening of a mail would be the browser's own business
    headers_set(
        &exchange->response.headers, STR("Cache-Control"),
        STR("no-cache, no-store, must-revalidate"));
    door_add_cors(exchange);
    return SERVER_ANSWER;
}

// As the page reached us, if that can be said in a URL: it may know us as localhost.
static struct str find_host(const struct cloud *cloud, const struct exchange *exchange) {
    struct url url;
    struct error ignored = {0};
    struct buf text = {0};
    const struct str host = server_header(exchange, "Host");
    buf_add_format(&text, "http://" STR_FMT, STR_ARG(host));
    const bool is_good = host.len && url_parse(buf_str(&text), &url, &ignored) && !url.path.len;
    buf_release(&text);
    return is_good ? host : str_skip(buf_str(&cloud->url), sizeof("http://") - 1);
}

static bool is_known(struct str key) {
    for (int source = 0; source < SOURCE_COUNT; source++) {
        if (str_equal(key, str_from(identities_source((enum source_id)source)->write_key)))
            return true;
    }
    return false;
}

static enum server_verdict answer_unknown(struct cloud *cloud, struct exchange *exchange) {
    cloud->counters.unknown_keys++;
    return door_answer_bad(
        exchange, 404, "not_found",
        STR("nothing is served here: ask for /v1/projects/WRITE_KEY/settings with the key of a "
            "source; the SDK itself comes from npm (@segment/analytics-next)"));
}

enum server_verdict browser_routes_get_settings(struct cloud *cloud, struct exchange *exchange) {
    struct str encoded = {0};
    struct buf key = {0}, host = {0}, json = {0};
    struct error ignored = {0};
    const bool is_good = cdn_path_parse(exchange->path, &encoded) &&
                         url_decode(&key, encoded, &ignored) && is_known(buf_str(&key));
    if (is_good) {
        buf_add(&host, find_host(cloud, exchange));
        buf_add(&host, STR("/v1"));
        cdn_settings_encode(
            &(struct cdn_settings){
                .write_key = buf_str(&key), .api_host = buf_str(&host), .protocol = STR("http")},
            &json);
        routes_answer_json(exchange, 200, buf_str(&json));
        door_add_cors(exchange);
    }
    buf_release(&key);
    buf_release(&host);
    buf_release(&json);
    return is_good ? SERVER_ANSWER : answer_unknown(cloud, exchange);
}
