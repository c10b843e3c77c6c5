// event_source — see the header.
#include "event_source.h"

#include "base/clock.h"
#include "base/files.h"
#include "segment/test_event.h"

static bool read_event(struct run *run, struct str name, struct event *out, struct error *err) {
    CLEANUP(buf_release) struct buf path = {0};
    CLEANUP(buf_release) struct buf text = {0};
    buf_add(&path, name);
    // The limit is generous: the message itself is measured by event_decode.
    const bool is_read = str_equal(name, STR("-"))
                             ? run_read_stdin(run, EVENT_MAX_BYTES * 4, &text, err)
                             : files_read(buf_text(&path), EVENT_MAX_BYTES * 4, &text, err);
    if (!is_read) return false;
    if (event_decode(buf_str(&text), EVENT_TRACK, out, err)) return true;
    error_wrap(err, "%s", buf_text(&path));
    if (!err->hint[0]) error_hint(err, "Give one Segment message as a JSON object.");
    return false;
}

// As it is: only what can be sent at all is asked for, so that the service's own refusal is seen.
static bool read_message(struct str text, struct event *out, struct error *err) {
    CLEANUP(json_release) struct json document = {0};
    if (text.len > 2 * EVENT_MAX_BYTES) {
        error_set(
            err, ERROR_LIMIT, "the message has %zu bytes; Segment takes %zu", text.len,
            EVENT_MAX_BYTES);
        return error_hint(err, "Shorten its properties or context.");
    }
    if (json_parse(text, &document, err) && event_from_json(&document, EVENT_TRACK, out, err)) {
        document = (struct json){0};
        return true;
    }
    error_wrap(err, "the message");
    if (!err->hint[0]) error_hint(err, "Give one Segment message as a JSON object.");
    return false;
}

static void build_test_event(struct run *run, struct event *out) {
    struct rng rng;
    rng_seed_from_system(&rng);
    const struct test_event_options options = {
        .user_id = run_user(run),
        .sku = arguments_get(&run->arguments, "sku"),
        .name = arguments_get(&run->arguments, "name"),
        .now_ms = clock_wall_ms(),
        .rng = &rng,
    };
    test_event_build(&options, out);
}

// What nobody gave: an id to follow the event by, and a time.
static void complete(struct event *event) {
    struct json_node *root = event->document.root;
    if (!event->message_id.len) {
        struct rng rng;
        rng_seed_from_system(&rng);
        CLEANUP(buf_release) struct buf id = {0};
        buf_add(&id, STR("recloop-"));
        rng_add_alphanumeric(&rng, &id, 20);
        json_set_text(root, "messageId", buf_str(&id));
    }
    if (!json_get(root, "timestamp")) {
        CLEANUP(buf_release) struct buf now = {0};
        clock_add_iso8601(&now, clock_wall_ms());
        json_set_text(root, "timestamp", buf_str(&now));
    }
    event_refresh(event);
}

static void set_sku(struct event *event, struct str sku) {
    CLEANUP(json_release) struct json properties = {0};
    if (!json_copy(event_properties(event), &properties)) json_new_object(&properties);
    json_set_text(properties.root, "sku", sku);
    json_set_copy(event->document.root, "properties", properties.root);
}

bool event_source_make(struct run *run, struct event *out, struct error *err) {
    const struct arguments *arguments = &run->arguments;
    const bool has_message = arguments_has(arguments, "message");
    if (!has_message && !arguments_has(arguments, "event")) {
        build_test_event(run, out);
        return true;
    }
    const bool is_read = has_message ? read_message(arguments_get(arguments, "message"), out, err)
                                     : read_event(run, arguments_get(arguments, "event"), out, err);
    if (!is_read) return false;
    struct json_node *root = out->document.root;
    if (arguments_has(arguments, "user"))
        json_set_text(root, "userId", arguments_get(arguments, "user"));
    if (arguments_has(arguments, "name"))
        json_set_text(root, "event", arguments_get(arguments, "name"));
    if (arguments_has(arguments, "sku")) set_sku(out, arguments_get(arguments, "sku"));
    complete(out);
    return true;
}
