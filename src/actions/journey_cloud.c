// journey_cloud — the journey put together from what the real services tell: the Profile API knows the event,
// CloudWatch the function's run, Personalize the list of now. Nobody tells what passed between them.
#include "base/clock.h"
#include "base/memory.h"
#include "journey.h"
#include "segment/products.h"

#define EVENT_LIMIT 100
#define BEFORE_MS 60000                     // clocks differ
#define AFTER_MS (INT64_C(4) * 3600 * 1000) // as long as Segment tries again
#define INSIDE "inside Segment and AWS: neither tells what passed between them"

// ---- the event ----

static bool ask_event(struct journey_run *self, struct error *err) {
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = run_user(&self->run),
        .resource = PROFILE_EVENTS,
        .limit = EVENT_LIMIT,
    };
    return client_call_profile(run_client(&self->run), &query, &self->run.call, err);
}

static bool is_wanted(const struct journey_run *self, const struct profile_event *seen) {
    if (self->wanted.len) return str_equal(seen->message_id, self->wanted);
    return str_equal(seen->type, STR("track")); // the newest comes first
}

static void keep_event(struct journey_run *self, const struct profile_event *seen) {
    struct journey *journey = journey_of(self);
    journey_set_text(&journey->message_id, seen->message_id);
    journey_set_text(&journey->type, seen->type);
    journey_set_text(&journey->name, seen->name);
    journey_set_text(&journey->user_id, run_user(&self->run));
    journey_set_text(&journey->sku, products_first(seen->properties));
    journey_set_text(&journey->source, seen->source_id);
    journey->started_at_ms = (double)seen->timestamp_ms;
}

static bool
read_event(struct journey_run *self, const struct task_event *event, struct error *err) {
    struct profile_events events = {0};
    struct journey *journey = journey_of(self);
    if (!client_reply_events(&self->run.call, event, &events, err)) return false;
    for (size_t i = 0; i < events.count && !journey->message_id; i++) {
        if (is_wanted(self, &events.items[i])) keep_event(self, &events.items[i]);
    }
    profile_events_release(&events);
    if (!journey->message_id) {
        error_set(
            err, ERROR_NOT_FOUND, "the profile's newest %d events do not have it", EVENT_LIMIT);
        return error_hint(
            err, "Name the shopper: --user U. A new event takes a few seconds to be there.");
    }
    journey_set_text(
        &journey->note, STR("Put together from what the services tell now: the start is the "
                            "event's own timestamp, what passed between Segment and AWS is told "
                            "by nobody."));
    journey_hide(
        self, HOP_SEGMENT, "Segment tracking",
        STR("accepted, for the profile has it; how it arrived is not told"));
    journey_hide(self, HOP_DESTINATION, "AssumeRole", STR(INSIDE));
    journey_hide(self, HOP_IDENTIFY, "Segment tracking", STR(INSIDE));
    return true;
}

const struct journey_phase journey_cloud_event = {
    .ask = ask_event, .read = read_event, .is_needed = true};

// ---- the function's log ----

static void hide_function(struct journey_run *self, struct str why) {
    journey_hide(self, HOP_LAMBDA, "Invoke", why);
    journey_hide(self, HOP_PUT_EVENTS, "PutEvents", STR(INSIDE));
}

static bool ask_lines(struct journey_run *self, struct str words, struct error *err) {
    CLEANUP(buf_release) struct buf pattern = {0};
    const int64_t at_ms = (int64_t)journey_of(self)->started_at_ms;
    buf_add_char(&pattern, '"');
    for (size_t i = 0; i < words.len; i++) {
        if (words.ptr[i] == '"' || words.ptr[i] == '\\') buf_add_char(&pattern, '\\');
        buf_add_char(&pattern, words.ptr[i]);
    }
    buf_add_char(&pattern, '"');
    const struct log_events_filter filter = {
        .pattern = buf_str(&pattern),
        .from_ms = at_ms > BEFORE_MS ? at_ms - BEFORE_MS : 0,
        .to_ms = at_ms ? at_ms + AFTER_MS : 0,
        .limit = 100,
    };
    return client_call_log_events(run_client(&self->run), NULL, &filter, &self->run.call, err);
}

static bool ask_find(struct journey_run *self, struct error *err) {
    if (ask_lines(self, str_from(journey_of(self)->message_id), err)) return true;
    hide_function(self, str_from(err->message));
    return false;
}

// Python's lines carry the request id between tabs, after the time; others as RequestId: ….
static struct str request_id_of(struct str line) {
    struct str part = {0};
    for (struct str rest = line; rest.len;) {
        str_split(rest, '\t', &part, &rest);
        if (part.len == 36 && part.ptr[8] == '-' && part.ptr[13] == '-') return part;
    }
    const struct str mark = STR("RequestId: ");
    for (size_t at = 0; at + mark.len + 36 <= line.len; at++) {
        if (str_equal(str_slice(line, at, mark.len), mark))
            return str_slice(line, at + mark.len, 36);
    }
    return (struct str){0};
}

static bool read_find(struct journey_run *self, const struct task_event *event, struct error *err) {
    struct log_events_page page = {0};
    if (!client_reply_log_events(&self->run.call, event, &page, err)) {
        hide_function(self, str_from(err->message));
        return false;
    }
    for (size_t i = 0; i < page.count && !self->request_id.len; i++)
        buf_add(&self->request_id, request_id_of(page.lines[i].message));
    if (!self->request_id.len)
        hide_function(
            self, STR("its log does not name this message (yet): it was not invoked with it, does "
                      "not log what it gets, or the lines are still on their way"));
    log_events_page_release(&page);
    return true;
}

const struct journey_phase journey_cloud_find = {.ask = ask_find, .read = read_find};

static bool ask_run(struct journey_run *self, struct error *err) {
    if (!self->request_id.len) return false;
    if (ask_lines(self, buf_str(&self->request_id), err)) return true;
    hide_function(self, str_from(err->message));
    return false;
}

// "REPORT RequestId: …\tDuration: 12.34 ms\t…"
static double report_ms(struct str line) {
    struct str part = {0};
    double ms = -1;
    if (!str_starts_with(line, STR("REPORT "))) return -1;
    for (struct str rest = line; rest.len;) {
        struct str name = {0}, value = {0}, number = {0}, unit = {0};
        str_split(rest, '\t', &part, &rest);
        str_split(part, ':', &name, &value);
        str_split(str_trim(value), ' ', &number, &unit);
        if (str_equal(name, STR("Duration")) && str_parse_double(number, &ms)) return ms;
    }
    return -1;
}

static void tell_run(struct journey_run *self, const struct log_events_page *page) {
    struct journey *journey = journey_of(self);
    struct journey_exchange *made = journey_add_exchange(journey, HOP_LAMBDA, STR("Invoke"));
    const struct log_events_line *error = NULL;
    made->state = HOP_DONE;
    journey_set_text(&made->request_id, buf_str(&self->request_id));
    journey_set_text(&made->note, STR("as the function's log tells: its first line, and REPORT"));
    for (size_t i = 0; i < page->count; i++) {
        const struct log_events_line *line = &page->lines[i];
        const double ms = report_ms(line->message);
        journey_read_line(self, line->at_ms, line->message);
        if (ms >= 0) made->ms = ms;
        const bool is_bad = str_starts_with(line->message, STR("[ERROR]")) ||
                            str_contains(line->message, STR("Task timed out")) ||
                            str_contains(line->message, STR("Status: error"));
        if (is_bad && !error) error = line;
    }
    const double start_ms =
        page->count ? (double)page->lines[0].at_ms - journey->started_at_ms : -1;
    if (start_ms >= 0) made->start_ms = start_ms;
    if (!error) return;
    made->state = HOP_FAILED;
    journey_set_text(&made->problem, error->message);
    journey_set_text(&made->hint, STR("Read the lines of the run: `recloop journey --verbose`."));
}

static bool read_run(struct journey_run *self, const struct task_event *event, struct error *err) {
    struct log_events_page page = {0};
    if (!client_reply_log_events(&self->run.call, event, &page, err)) {
        hide_function(self, str_from(err->message));
        return false;
    }
    tell_run(self, &page);
    journey_hide(self, HOP_PUT_EVENTS, "PutEvents", STR(INSIDE));
    log_events_page_release(&page);
    return true;
}

const struct journey_phase journey_cloud_lines = {.ask = ask_run, .read = read_run};

// ---- the list of now ----

static bool ask_list(struct journey_run *self, struct error *err) {
    const struct journey *journey = journey_of(self);
    const struct personalize_recommend call = {
        .campaign_arn = config_text(&run_config(&self->run)->campaign_arn),
        .user_id = str_from(journey->user_id)};
    if (client_call_recommendations(run_client(&self->run), NULL, &call, &self->run.call, err))
        return true;
    journey_hide(self, HOP_RECOMMENDATIONS, "GetRecommendations", str_from(err->message));
    return false;
}

static bool read_list(struct journey_run *self, const struct task_event *event, struct error *err) {
    struct personalize_items items = {0};
    struct journey *journey = journey_of(self);
    struct journey_exchange *made =
        journey_add_own(self, HOP_RECOMMENDATIONS, "GetRecommendations", event);
    journey_set_text(&made->note, STR("asked now: what the function was answered is not told"));
    if (!client_reply_items(&self->run.call, event, &items, err)) {
        made->state = HOP_FAILED;
        journey_set_text(&made->problem, str_from(err->message));
        journey_set_text(&made->hint, str_from(err->hint));
        return false;
    }
    journey->after.is_known = true;
    journey->after.at_ms = clock_wall_ms();
    journey_set_text(&journey->after.note, STR("asked now"));
    for (size_t i = 0; i < items.count; i++)
        journey_list_add(&journey->after, items.items[i].item_id);
    personalize_items_release(&items);
    return true;
}

const struct journey_phase journey_cloud_list = {.ask = ask_list, .read = read_list};
