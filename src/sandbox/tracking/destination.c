// destination — see the header.
#include "tracking/destination.h"

#include "aws/invoke.h"
#include "operations/faults.h"
#include "tracking/dispatch.h"
#include "writer.h"

enum kind { TEXT, LOG_TYPE, MAP };

static const struct setting {
    const char *key;
    enum kind kind;
    size_t at;
    size_t view_at;
    bool is_of_message; // may come with a message
} settings[] = {
    {
        .key = "function",
        .at = offsetof(struct cloud_destination, function),
        .view_at = offsetof(struct destination_settings, function),
        .is_of_message = true,
    },
    {
        .key = "roleAddress",
        .at = offsetof(struct cloud_destination, role),
        .view_at = offsetof(struct destination_settings, role),
    },
    {
        .key = "externalId",
        .at = offsetof(struct cloud_destination, external_id),
        .view_at = offsetof(struct destination_settings, external_id),
    },
    {
        .key = "region",
        .at = offsetof(struct cloud_destination, region),
        .view_at = offsetof(struct destination_settings, region),
        .is_of_message = true,
    },
    {
        .key = "logType",
        .kind = LOG_TYPE,
        .at = offsetof(struct cloud_destination, log_type),
        .view_at = offsetof(struct destination_settings, log_type),
        .is_of_message = true,
    },
    {
        .key = "clientContext",
        .kind = MAP,
        .at = offsetof(struct cloud_destination, client_context),
        .view_at = offsetof(struct destination_settings, client_context),
    },
};

static struct buf *setting_of(struct cloud_destination *destination, const struct setting *row) {
    return (struct buf *)(void *)((char *)destination + row->at);
}

static struct str *view_of(struct destination_settings *views, const struct setting *row) {
    return (struct str *)(void *)((char *)views + row->view_at);
}

static const struct setting *find_setting(struct str key) {
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        if (str_equal(key, str_from(settings[i].key))) return &settings[i];
    }
    return NULL;
}

void destination_release(struct cloud *cloud) {
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++)
        buf_release(setting_of(&cloud->destination, &settings[i]));
}

void destination_add_json(const struct cloud *cloud, struct buf *out) {
    const struct cloud_destination *from = &cloud->destination;
    struct writer writer = {.out = out};
    writer_open(&writer, NULL, '{');
    writer_text(&writer, "source", STR("website-prod"));
    writer_text(&writer, "destination", STR(IDENTITIES_DESTINATION));
    writer_bool(&writer, "enabled", from->is_enabled);
    writer_open(&writer, "settings", '{');
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        const struct buf *value = (const void *)((const char *)from + settings[i].at);
        if (settings[i].kind == MAP)
            writer_json(&writer, settings[i].key, value->len ? buf_str(value) : STR("{}"));
        else
            writer_text(&writer, settings[i].key, buf_str(value));
    }
    writer_close(&writer, '}');
    writer_close(&writer, '}');
}

// ---- changing ----

static bool check_map(const struct json_node *map, struct error *err) {
    struct buf text = {0};
    bool is_good = json_kind(map) == JSON_OBJECT;
    for (const struct json_node *at = json_first(map); at; at = json_next(at))
        is_good = is_good && json_kind(at) == JSON_STRING;
    if (!is_good) {
        error_set(err, ERROR_INVALID, "clientContext is a map of texts");
        return error_hint(err, "Send {\"key\":\"value\"}, or {} for none.");
    }
    json_print(map, &text);
    is_good = (text.len + 2) / 3 * 4 <= INVOKE_MAX_CONTEXT_BYTES;
    buf_release(&text);
    if (is_good) return true;
    error_set(
        err, ERROR_INVALID, "clientContext has more than %d bytes as base64",
        INVOKE_MAX_CONTEXT_BYTES);
    return error_hint(err, "Lambda takes no more: keep fewer or shorter entries.");
}

static bool check_setting(const struct json_node *member, struct error *err) {
    const struct setting *row = find_setting(json_key(member));
    if (row && row->kind == MAP) return check_map(member, err);
    if (!row || json_kind(member) != JSON_STRING) {
        error_set(
            err, ERROR_INVALID, "the setting \"" STR_FMT "\" does not exist or is not text",
            STR_ARG(json_key(member)));
        return error_hint(
            err, "The settings are function, roleAddress, externalId, region, logType and the map "
                 "clientContext.");
    }
    const struct str value = json_text(member);
    if (value.len > DESTINATION_TEXT_BYTES) {
        error_set(err, ERROR_INVALID, "%s is too long", row->key);
        return error_hint(err, "ARNs and names have a few hundred characters at most.");
    }
    if (row->kind == LOG_TYPE && !str_equal(value, STR("Tail")) && !str_equal(value, STR("None"))) {
        error_set(err, ERROR_INVALID, "logType is Tail or None");
        return error_hint(err, "Choose Tail to see the function's log.");
    }
    return true;
}

static bool check_change(const struct json_node *root, struct error *err) {
    if (json_kind(root) != JSON_OBJECT) return error_set(err, ERROR_INVALID, "send a JSON object");
    const struct json_node *member = json_first(root);
    for (; member; member = json_next(member)) {
        const struct str key = json_key(member);
        if (str_equal(key, STR("enabled")) && json_kind(member) == JSON_BOOL) continue;
        if (str_equal(key, STR("settings")) && json_kind(member) == JSON_OBJECT) continue;
        if (str_equal(key, STR("source")) || str_equal(key, STR("destination"))) continue;
        error_set(err, ERROR_INVALID, "\"" STR_FMT "\" cannot be set so", STR_ARG(key));
        return error_hint(err, "Send {\"enabled\":true|false,\"settings\":{…}} or a part of it.");
    }
    member = json_first(json_get(root, "settings"));
    for (; member; member = json_next(member)) {
        if (!check_setting(member, err)) return false;
    }
    return true;
}

static void apply(struct cloud_destination *destination, const struct json_node *root) {
    destination->is_enabled = json_bool(json_get(root, "enabled"), destination->is_enabled);
    const struct json_node *member = json_first(json_get(root, "settings"));
    for (; member; member = json_next(member)) {
        const struct setting *row = find_setting(json_key(member));
        if (!row) continue;
        struct buf *value = setting_of(destination, row);
        buf_reset(value);
        if (row->kind != MAP)
            buf_add(value, json_text(member));
        else if (json_first(member))
            json_print(member, value);
    }
}

bool destination_change(struct cloud *cloud, struct str text, struct error *err) {
    struct json document = {0};
    bool is_done = json_parse(text, &document, err) && check_change(document.root, err);
    if (is_done) {
        struct buf all = {0};
        apply(&cloud->destination, document.root);
        destination_add_json(cloud, &all);
        store_set_meta(cloud->store, "destination", buf_str(&all));
        buf_release(&all);
    }
    json_release(&document);
    return is_done;
}

void destination_load(struct cloud *cloud) {
    struct cloud_destination *destination = &cloud->destination;
    destination_release(cloud);
    *destination = (struct cloud_destination){
        .is_enabled = true,
        .newest = destination->newest,
        .delivered = store_get_meta_int(cloud->store, "delivered", 0)};
    buf_add(&destination->function, cloud_identity(cloud, "function_arn"));
    buf_add(&destination->role, cloud_identity(cloud, "destination_role_arn"));
    buf_add(&destination->external_id, STR(IDENTITIES_EXTERNAL_ID));
    buf_add(&destination->region, str_from(cloud_region(cloud)));
    buf_add(&destination->log_type, STR("Tail"));
    destination->pending =
        store_count_pending(cloud->store, SOURCE_WEBSITE, destination->delivered);
    struct buf text = {0};
    struct json stored = {0};
    struct error err = {0};
    if (store_get_meta(cloud->store, "destination", &text) &&
        json_parse(buf_str(&text), &stored, &err)) {
        apply(destination, stored.root);
    }
    json_release(&stored);
    buf_release(&text);
    dispatch_load(cloud);
}

// ---- as an event sees it ----

bool destination_is_on(struct cloud *cloud, struct str user_id) {
    const struct fault_place place = {
        .service = STR("destination"), .operation = STR("*"), .user = user_id};
    return cloud->destination.is_enabled && !faults_strikes(cloud, FAULT_OFF, &place, NULL);
}

static void apply_options(const struct json_node *options, struct destination_settings *out) {
    for (const struct json_node *at = json_first(options); at; at = json_next(at)) {
        const struct setting *row = find_setting(json_key(at));
        const struct str value = json_text(at);
        if (!row || !row->is_of_message || value.len == 0) continue;
        if (value.len <= DESTINATION_TEXT_BYTES) *view_of(out, row) = value;
    }
}

void destination_read_settings(
    const struct cloud *cloud, const struct event *event, struct destination_settings *out) {
    const struct cloud_destination *from = &cloud->destination;
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
        const struct buf *value = (const void *)((const char *)from + settings[i].at);
        *view_of(out, &settings[i]) = buf_str(value);
    }
    apply_options(event_options(event, IDENTITIES_DESTINATION), out);
    if (!out->region.len) out->region = STR(DESTINATION_DEFAULT_REGION);
}
