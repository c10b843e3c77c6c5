// sources — see the header.
#include "tracking/sources.h"

#include "base/json.h"
#include "tracking/dispatch.h"
#include "writer.h"

static void add_key(struct buf *out, enum source_id source) {
    buf_add_format(out, "source_off.%s", identities_source(source)->name);
}

void sources_load(struct cloud *cloud) {
    for (int source = 0; source < SOURCE_COUNT; source++) {
        struct buf key = {0};
        add_key(&key, (enum source_id)source);
        cloud->dispatch->is_source_off[source] =
            store_get_meta_int(cloud->store, buf_text(&key), 0) != 0;
        buf_release(&key);
    }
}

bool sources_is_on(const struct cloud *cloud, enum source_id source) {
    return !cloud->dispatch || !cloud->dispatch->is_source_off[source];
}

bool sources_find(struct str name, enum source_id *out) {
    for (int source = 0; source < SOURCE_COUNT; source++) {
        if (!str_equal(name, str_from(identities_source((enum source_id)source)->name))) continue;
        *out = (enum source_id)source;
        return true;
    }
    return false;
}

enum server_verdict sources_route_get(struct cloud *cloud, struct exchange *exchange) {
    struct buf json = {0};
    struct writer writer = {.out = &json};
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "sources", '[');
    for (int i = 0; i < SOURCE_COUNT; i++) {
        const enum source_id source = (enum source_id)i;
        writer_open(&writer, NULL, '{');
        writer_text(&writer, "name", str_from(identities_source(source)->name));
        writer_text(&writer, "id", str_from(identities_source(source)->segment_id));
        writer_bool(&writer, "enabled", sources_is_on(cloud, source));
        writer_text_or_null(
            &writer, "destination",
            source == SOURCE_WEBSITE ? STR(IDENTITIES_DESTINATION) : STR(""));
        writer_close(&writer, '}');
    }
    writer_close(&writer, ']');
    writer_close(&writer, '}');
    routes_answer_json(exchange, 200, buf_str(&json));
    buf_release(&json);
    return SERVER_ANSWER;
}

static bool change(struct cloud *cloud, struct str text, struct error *err) {
    struct json document = {0};
    enum source_id source = SOURCE_WEBSITE;
    bool is_good = json_parse(text, &document, err);
    const struct json_node *enabled = json_get(document.root, "enabled");
    if (is_good && !sources_find(json_get_text(document.root, "name"), &source)) {
        is_good = error_set(err, ERROR_NOT_FOUND, "there is no source of that name");
        error_hint(err, "GET /_recloop/sources lists them.");
    }
    if (is_good && json_kind(enabled) != JSON_BOOL) {
        is_good = error_set(err, ERROR_INVALID, "\"enabled\" is true or false");
        error_hint(err, "Send {\"name\":\"ios-prod\",\"enabled\":false}.");
    }
    if (is_good) {
        struct buf key = {0};
        add_key(&key, source);
        store_set_meta_int(cloud->store, buf_text(&key), !json_bool(enabled, true));
        buf_release(&key);
        sources_load(cloud);
    }
    json_release(&document);
    return is_good;
}

enum server_verdict sources_route_put(struct cloud *cloud, struct exchange *exchange) {
    struct error err = {0};
    if (change(cloud, exchange->body, &err)) return sources_route_get(cloud, exchange);
    routes_answer_error(exchange, &err);
    return SERVER_ANSWER;
}
