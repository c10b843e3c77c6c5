// destination — see the header. The order of the checks is that of the real one: switch, filter, method,
// settings, AssumeRole, Invoke, the function's own answer.
#include "tracking/destination.h"

#include "base/clock.h"
#include "functions/functions.h"
#include "segment/event.h"
#include "tracking/destination_record.h"

// ---- settings ----

static const struct {
    const char *key;
    size_t at;
} settings[] = {
    {.key = "function", .at = offsetof(struct cloud_destination, function)},
    {.key = "roleAddress", .at = offsetof(struct cloud_destination, role)},
    {.key = "externalId", .at = offsetof(struct cloud_destination, external_id)},
    {.key = "region", .at = offsetof(struct cloud_destination, region)},
    {.key = "logType", .at = offsetof(struct cloud_destination, log_type)},
};

static struct buf *setting(struct cloud_destination *destination, size_t i) {
    return (struct buf *)(void *)((char *)destination + settings[i].at);
}

static size_t find_setting(struct str key) {
    size_t i = 0;
    while (i < ARRAY_COUNT(settings) && !str_equal(key, str_from(settings[i].key)))
        i++;
    return i;
}

void destination_release(struct cloud_destination *destination) {
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++)
        buf_release(setting(destination, i));
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
        const void *at = (const char *)from + settings[i].at;
        writer_text(&writer, settings[i].key, buf_str(at));
    }
    writer_close(&writer, '}');
    writer_close(&writer, '}');
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
        const struct str key = json_key(member);
        if (find_setting(key) == ARRAY_COUNT(settings) || json_kind(member) != JSON_STRING) {
            error_set(
                err, ERROR_INVALID, "the setting \"" STR_FMT "\" does not exist or is not text",
                STR_ARG(key));
            return error_hint(
                err, "The settings are function, roleAddress, externalId, region, logType.");
        }
        if (str_equal(key, STR("logType")) && !str_equal(json_text(member), STR("Tail")) &&
            !str_equal(json_text(member), STR("None"))) {
            error_set(err, ERROR_INVALID, "logType is Tail or None");
            return error_hint(err, "Choose Tail to see the function's log.");
        }
    }
    return true;
}

static void apply(struct cloud_destination *destination, const struct json_node *root) {
    destination->is_enabled = json_bool(json_get(root, "enabled"), destination->is_enabled);
    const struct json_node *member = json_first(json_get(root, "settings"));
    for (; member; member = json_next(member)) {
        const size_t i = find_setting(json_key(member));
        if (i == ARRAY_COUNT(settings)) continue;
        buf_reset(setting(destination, i));
        buf_add(setting(destination, i), json_text(member));
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
    destination_release(destination);
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
}

// ---- delivering ----

// Why the event does not go out at all; NULL: it does.
static const char *why_not_sent(struct cloud *cloud, const struct store_event *row) {
    struct event event = {0};
    struct error err = {0};
    if (!cloud->destination.is_enabled) return "DESTINATION_DISABLED";
    if (row->type == EVENT_SCREEN) return "UNSUPPORTED_EVENT_TYPE";
    if (!str_contains(row->body, STR("\"integrations\""))) return NULL;
    const bool is_allowed = !event_decode(row->body, EVENT_TYPE_COUNT, &event, &err) ||
                            event_allows(&event, IDENTITIES_DESTINATION);
    event_release(&event);
    return is_allowed ? NULL : "FILTERED_BY_INTEGRATIONS_OBJECT";
}

static bool
assume(struct cloud *cloud, struct destination_record *record, struct aws_error *refusal) {
    const struct cloud_destination *destination = &cloud->destination;
    const int64_t started_us = clock_monotonic_us();
    const bool is_trusted = access_trusts(
        cloud, buf_str(&destination->role), buf_str(&destination->external_id), STR(""), refusal);
    record->assume_us = clock_monotonic_us() - started_us;
    record->assume_state = is_trusted ? DESTINATION_HOP_DONE : DESTINATION_HOP_FAILED;
    if (!is_trusted) destination_record_refuse(record, refusal, DESTINATION_AT_ROLE);
    return is_trusted;
}

// Moves it out: the record is written after the call.
static void take_run(void *context, struct functions_run *run) {
    struct functions_run *out = context;
    *out = *run;
    *run = (struct functions_run){0};
}

static void invoke(
    struct cloud *cloud,
    const struct store_event *row,
    struct destination_record *record,
    struct functions_run *run) {
    const struct cloud_destination *destination = &cloud->destination;
    struct access_caller caller = {0};
    struct aws_error refusal;
    struct functions_target target = {0};
    const struct str region =
        destination->region.len ? buf_str(&destination->region) : STR(DESTINATION_DEFAULT_REGION);
    const int64_t started_us = clock_monotonic_us();
    access_make_session_caller(cloud, region, STR("segment"), &caller);
    const bool is_resolved =
        functions_resolve(cloud, &caller, buf_str(&destination->function), STR(""), &target, &refusal);
    access_caller_release(&caller);
    if (!is_resolved) {
        record->lambda_us = clock_monotonic_us() - started_us;
        destination_record_refuse(record, &refusal, DESTINATION_AT_FUNCTION);
        return;
    }
    (void)functions_start(
        cloud,
        &(struct functions_call){.target = target, .payload = row->body, .done = take_run, .context = run});
    record->run = run;
    record->lambda_us = clock_monotonic_us() - started_us;
    record->lambda_state = run->reply.has_failed ? DESTINATION_HOP_FAILED : DESTINATION_HOP_DONE;
    if (record->lambda_us / 1000 > DESTINATION_BUDGET_MS) {
        destination_record_fail(
            record, "ETIMEDOUT", "Operation timedout", "The function needed more than 5 seconds.",
            "Segment will try again; see what the function waits for in its log.");
    } else if (run->reply.has_failed) {
        destination_record_fail(
            record, "FUNCTION_ERROR", "Execution Error", run->failure.message, run->failure.hint);
    }
}

// In a flood the record of a success would be trimmed before anybody could read it. Measured against
// the source's own newest event: the function's identifies have sequences too.
static bool is_far_behind(const struct cloud *cloud, int64_t sequence) {
    return cloud->destination.newest - sequence > INT64_C(2) * STORE_DELIVERIES_KEPT;
}

static void deliver(struct cloud *cloud, const struct store_event *row) {
    struct destination_record record = {.event = row, .at_ms = cloud->now_ms, .code = "OK"};
    struct functions_run run = {0};
    struct aws_error refusal;
    const int64_t started_us = clock_monotonic_us();
    record.not_sent = why_not_sent(cloud, row);
    if (record.not_sent) {
        record.code = record.not_sent;
    } else if (!cloud->destination.function.len || !cloud->destination.role.len) {
        destination_record_fail(
            &record, "INVALID_SETTINGS", "Invalid settings",
            "The destination needs both a Lambda and a Role Address.",
            "Fill in `function` and `roleAddress` of the destination.");
    } else if (assume(cloud, &record, &refusal)) {
        invoke(cloud, row, &record, &run);
    }
    record.total_us = clock_monotonic_us() - started_us;
    if (record.error || !is_far_behind(cloud, row->sequence)) {
        buf_reset(&cloud->text);
        destination_record_add_json(cloud, &record, &cloud->text);
        store_add_delivery(cloud->store, row->sequence, buf_str(&cloud->text));
    }
    functions_run_release(&run);
    if (record.not_sent) return;
    cloud->counters.deliveries++;
    cloud->counters.deliveries_failed += record.error != NULL;
}

struct work {
    struct cloud *cloud;
    int64_t until_us; // monotonic
    bool has_worked, is_over_time;
};

// The row is read while its own deliveries write: they add events of other sources only.
static bool work_off(void *context, const struct store_event *row) {
    struct work *work = context;
    struct cloud_destination *destination = &work->cloud->destination;
    deliver(work->cloud, row);
    destination->delivered = row->sequence;
    destination->pending--;
    work->has_worked = true;
    work->is_over_time = clock_monotonic_us() >= work->until_us;
    return !work->is_over_time;
}

bool destination_work(struct cloud *cloud, int64_t budget_us, bool *is_idle) {
    struct work work = {.cloud = cloud, .until_us = clock_monotonic_us() + budget_us};
    struct cloud_destination *destination = &cloud->destination;
    store_each_pending(cloud->store, SOURCE_WEBSITE, destination->delivered, work_off, &work);
    *is_idle = !work.is_over_time;
    if (*is_idle) destination->pending = 0;
    if (work.has_worked) store_set_meta_int(cloud->store, "delivered", destination->delivered);
    return work.has_worked;
}
