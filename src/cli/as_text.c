// as_text — see the header.
#include "cli/as_text.h"

#include "base/clock.h"
#include "journey_print.h"
#include "paint.h"

#include <math.h>

bool as_text_is_diagnostic(const struct message *message) {
    switch (message->kind) {
    case MESSAGE_LINE: return message->as.line.is_diagnostic;
    case MESSAGE_PROGRESS:
    case MESSAGE_REQUEST: return true;
    case MESSAGE_HOP:
    case MESSAGE_EVENT:
    case MESSAGE_RECOMMENDATIONS:
    case MESSAGE_PROFILE:
    case MESSAGE_SETTINGS:
    case MESSAGE_VALUES:
    case MESSAGE_JOURNEY:
    case MESSAGE_BACKEND: return false;
    case MESSAGE_DONE: return true;
    }
    return false;
}

static void add_hop(struct buf *out, const struct hop *hop, const struct as_text_style *style) {
    const bool is_final = hop->state != HOP_IDLE && hop->state != HOP_RUNNING;
    if (!is_final && !style->is_verbose) return;
    const struct paint_sign sign = paint_hop_sign(hop->state);
    paint_add_coloured(out, style, sign.colour, style->is_ascii ? sign.ascii : sign.utf8);
    buf_add_char(out, ' ');
    paint_add_padded(out, hop_title(hop->id), 12);
    if (hop->ms >= 0)
        buf_add_format(out, "%9.2f ms  ", hop->ms);
    else
        buf_add(out, STR("             "));
    paint_add_safe(out, hop->detail[0] ? hop->detail : hop_state_name(hop->state));
    buf_add_char(out, '\n');
    if (!hop->hint[0]) return;
    buf_add(out, STR("    "));
    paint_add_coloured(out, style, PAINT_WARN, hop->hint);
    buf_add_char(out, '\n');
}

static void
add_event(struct buf *out, const struct message_event *event, const struct as_text_style *style) {
    CLEANUP(buf_release) struct buf when = {0};
    if (event->received_at_ms) clock_add_iso8601(&when, event->received_at_ms);
    paint_add_coloured(out, style, PAINT_DIM, buf_text(&when));
    buf_add(out, STR("  "));
    paint_add_padded(out, event->source, 22);
    buf_add_char(out, ' ');
    paint_add_padded(out, event->type, 9);
    buf_add_char(out, ' ');
    paint_add_padded(out, event->name, 18);
    buf_add_char(out, ' ');
    paint_add_padded(out, event->user_id ? event->user_id : event->anonymous_id, 12);
    buf_add_char(out, ' ');
    paint_add_safe(out, event->sku);
    if (event->discard_reason) {
        buf_add(out, STR("  "));
        paint_add_coloured(out, style, PAINT_BAD, event->discard_reason);
    }
    buf_add_char(out, '\n');
}

// What moved since the list before.
static void add_movement(
    struct buf *out,
    const struct message_item *item,
    size_t rank,
    const struct as_text_style *style) {
    if (item->previous_rank < 0) return;
    if (item->previous_rank == 0) {
        paint_add_coloured(out, style, PAINT_GOOD, "  new");
        return;
    }
    const int64_t moved = (int64_t)item->previous_rank - (int64_t)rank;
    if (moved == 0) {
        buf_add(out, STR("     "));
        return;
    }
    CLEANUP(buf_release) struct buf text = {0};
    const bool is_up = moved > 0;
    const char *arrow = is_up ? (style->is_ascii ? "+" : "▲") : (style->is_ascii ? "-" : "▼");
    buf_add_format(&text, "  %s%lld", arrow, (long long)(is_up ? moved : -moved));
    paint_add_coloured(out, style, is_up ? PAINT_GOOD : PAINT_BAD, buf_text(&text));
}

static void
add_reason(struct buf *out, const struct message_item *item, const struct as_text_style *style) {
    size_t best = 0;
    for (size_t i = 1; i < MESSAGE_REASONS; i++) {
        if (item->reasons[i] > item->reasons[best]) best = i;
    }
    if (item->reasons[best] <= 0) return;
    buf_add(out, STR("  "));
    paint_add_coloured(out, style, PAINT_DIM, message_reason_title(best));
}

static void add_item(
    struct buf *out,
    const struct message_item *item,
    size_t rank,
    const struct as_text_style *style) {
    CLEANUP(buf_release) struct buf line = {0};
    buf_add_format(&line, "%3zu  ", rank);
    paint_add_padded(&line, item->item_id, 46);
    if (item->score >= 0) buf_add_format(&line, " %8.4f", item->score);
    add_movement(&line, item, rank, style);
    add_reason(&line, item, style);
    while (line.len && line.ptr[line.len - 1] == ' ')
        line.len--;
    buf_add(out, buf_str(&line));
    buf_add_char(out, '\n');
}

static void add_recommendations(
    struct buf *out,
    const struct message_recommendations *list,
    const struct as_text_style *style) {
    const size_t limit = style->list_limit;
    for (size_t i = 0; i < list->item_count && (!limit || i < limit); i++)
        add_item(out, &list->items[i], i + 1, style);
    if (limit && list->item_count > limit)
        buf_add_format(out, "     %zu more, with --verbose\n", list->item_count - limit);
}

static void add_profile(
    struct buf *out, const struct message_profile *profile, const struct as_text_style *style) {
    for (size_t i = 0; i < profile->trait_count; i++) {
        const struct message_trait *trait = &profile->traits[i];
        paint_add_colour(out, style, PAINT_STRONG);
        paint_add_padded(out, trait->name, 22);
        paint_add_colour(out, style, PAINT_PLAIN);
        buf_add_char(out, ' ');
        paint_add_safe(out, trait->value);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < profile->identifier_count; i++) {
        paint_add_padded(out, profile->identifiers[i].type, 22);
        buf_add_char(out, ' ');
        paint_add_safe(out, profile->identifiers[i].id);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < profile->event_count; i++)
        add_event(out, &profile->events[i], style);
}

static void add_setting(
    struct buf *out, const struct message_setting *setting, const struct as_text_style *style) {
    paint_add_padded(out, setting->key, 22);
    buf_add_char(out, ' ');
    if (setting->is_set) {
        paint_add_safe(out, setting->value);
        buf_add(out, STR("  "));
    }
    CLEANUP(buf_release) struct buf origin = {0};
    buf_add_format(&origin, "(%s)", setting->origin ? setting->origin : "unset");
    paint_add_coloured(out, style, PAINT_DIM, buf_text(&origin));
    buf_add_char(out, '\n');
    if (setting->note) {
        buf_add_format(out, "%23s", "");
        paint_add_coloured(out, style, PAINT_DIM, setting->note);
        buf_add_char(out, '\n');
    }
    if (setting->problem.code == ERROR_NONE) return;
    buf_add_format(out, "%23s", "");
    paint_add_coloured(out, style, PAINT_BAD, setting->problem.message);
    buf_add_char(out, '\n');
    if (!setting->problem.hint[0]) return;
    buf_add_format(out, "%23s", "");
    paint_add_coloured(out, style, PAINT_WARN, setting->problem.hint);
    buf_add_char(out, '\n');
}

static void add_settings(
    struct buf *out, const struct message_settings *settings, const struct as_text_style *style) {
    struct str group = {0};
    for (size_t i = 0; i < settings->setting_count; i++) {
        const struct message_setting *setting = &settings->settings[i];
        const struct str here = str_from(setting->group);
        if (here.len && !str_equal(here, group)) {
            if (i) buf_add_char(out, '\n');
            paint_add_coloured(out, style, PAINT_DIM, setting->group);
            buf_add_char(out, '\n');
        }
        group = here;
        add_setting(out, setting, style);
    }
}

static void add_values(
    struct buf *out, const struct message_values *values, const struct as_text_style *style) {
    // A single value without a title is the answer itself: it goes into shell variables.
    if (values->value_count == 1 && !values->title) {
        paint_add_safe(out, values->values[0].text);
        buf_add_char(out, '\n');
        return;
    }
    for (size_t i = 0; i < values->value_count; i++) {
        paint_add_colour(out, style, PAINT_STRONG);
        paint_add_padded(out, values->values[i].key, 22);
        paint_add_colour(out, style, PAINT_PLAIN);
        buf_add_char(out, ' ');
        paint_add_safe(out, values->values[i].text);
        buf_add_char(out, '\n');
    }
}

// 1234567 as 1,234,567, whatever the locale.
static void add_grouped(struct buf *out, uint64_t number) {
    CLEANUP(buf_release) struct buf digits = {0};
    buf_add_format(&digits, "%llu", (unsigned long long)number);
    for (size_t i = 0; i < digits.len; i++) {
        if (i > 0 && (digits.len - i) % 3 == 0) buf_add_char(out, ',');
        buf_add_char(out, digits.ptr[i]);
    }
}

static void add_count(struct buf *out, uint64_t count, const char *word) {
    if (!count) return;
    buf_add(out, STR(", "));
    add_grouped(out, count);
    buf_add_format(out, " %s", word);
}

// The two largest units are enough.
static void add_time_left(struct buf *out, int64_t ms) {
    const int64_t s = (ms + 999) / 1000;
    if (s >= 86400)
        buf_add_format(out, ", %lld d %lld h left", (long long)s / 86400, (long long)s / 3600 % 24);
    else if (s >= 3600)
        buf_add_format(out, ", %lld h %lld min left", (long long)s / 3600, (long long)s / 60 % 60);
    else if (s >= 60)
        buf_add_format(out, ", %lld min %lld s left", (long long)s / 60, (long long)s % 60);
    else
        buf_add_format(out, ", %lld s left", (long long)s);
}

// After the counts: what is most worth knowing first, for a narrow terminal cuts the line off.
static void add_delivery(struct buf *out, const struct message_progress *progress) {
    if (progress->is_paused)
        buf_add(out, STR(" (paused)"));
    else if (progress->is_running && progress->wanted_per_second > 0)
        buf_add_format(out, " of %.0f/s", progress->wanted_per_second);
    if (progress->is_running && progress->eta_ms >= 0) add_time_left(out, progress->eta_ms);
    add_count(out, progress->refused, "refused");
    if (progress->trouble) {
        buf_add(out, STR(", "));
        paint_add_safe(out, progress->trouble);
    }
    add_count(out, progress->retried, "sent again");
    add_count(out, progress->skipped, "passed over");
    if (progress->where) {
        buf_add(out, STR(", at "));
        paint_add_safe(out, progress->where);
    }
    add_count(out, progress->in_flight, "in flight");
}

static void add_progress(struct buf *out, const struct message_progress *progress) {
    paint_add_safe(out, progress->label);
    buf_add(out, STR(": "));
    add_grouped(out, progress->done);
    if (progress->total) {
        buf_add(out, progress->is_total_about ? STR(" of about ") : STR(" of "));
        add_grouped(out, progress->total);
    }
    buf_add_format(out, ", %.0f/s", progress->per_second);
    if (progress->is_delivery)
        add_delivery(out, progress);
    else
        add_count(out, progress->failed, "failed");
    buf_add(out, progress->is_running || progress->is_delivery ? STR("\n") : STR(", finished\n"));
}

static void add_backend(struct buf *out, const struct message_backend *backend) {
    switch (backend->kind) {
    case MESSAGE_BACKEND_CLOUD: buf_add(out, STR("cloud")); break;
    case MESSAGE_BACKEND_SANDBOX_OWN: buf_add(out, STR("sandbox (in this process)")); break;
    case MESSAGE_BACKEND_SANDBOX_OTHER: buf_add(out, STR("sandbox (another process)")); break;
    }
    if (backend->url) {
        buf_add_char(out, ' ');
        paint_add_safe(out, backend->url);
    }
    if (backend->region) {
        buf_add(out, STR(", region "));
        paint_add_safe(out, backend->region);
    }
    if (backend->account) {
        buf_add(out, STR(", account "));
        paint_add_safe(out, backend->account);
    }
    buf_add(out, backend->is_up ? STR(", up\n") : STR(", down\n"));
    if (!backend->note) return;
    paint_add_safe(out, backend->note);
    buf_add_char(out, '\n');
}

// "> 200      12.3 ms  POST personalize-runtime GetRecommendations  host/path  (2 attempts)"
static void add_request(
    struct buf *out, const struct message_request *request, const struct as_text_style *style) {
    if (request->left_out)
        buf_add_format(
            out, "> %llu requests are not shown: they came too fast\n",
            (unsigned long long)request->left_out);
    const bool is_good = request->status >= 200 && request->status < 400;
    CLEANUP(buf_release) struct buf status = {0};
    if (request->status)
        buf_add_int(&status, request->status);
    else
        buf_add_char(&status, '-');
    buf_add(out, STR("> "));
    paint_add_coloured(out, style, is_good ? PAINT_GOOD : PAINT_BAD, buf_text(&status));
    buf_add_format(out, " %9.2f ms  ", request->ms < 0 ? 0 : request->ms);
    paint_add_safe(out, request->what);
    buf_add(out, STR("  "));
    paint_add_safe(out, request->method);
    buf_add_char(out, ' ');
    paint_add_safe(out, request->host);
    paint_add_safe(out, request->path);
    if (request->attempts > 1) buf_add_format(out, "  (%d attempts)", request->attempts);
    if (request->problem) {
        buf_add(out, STR("  "));
        paint_add_coloured(out, style, PAINT_BAD, request->problem);
    }
    buf_add_char(out, '\n');
}

// Tabs between the fields of log lines steer nothing, but would be shown as escapes.
static void add_line(struct buf *out, const char *text) {
    for (struct str rest = str_from(text); rest.len;) {
        const size_t at = str_find_char(rest, '\t');
        buf_add_printable(out, str_slice(rest, 0, at));
        if (at < rest.len) buf_add(out, STR("  "));
        rest = str_skip(rest, at + 1);
    }
    buf_add_char(out, '\n');
}

void as_text_add(
    struct buf *out, const struct message *message, const struct as_text_style *style) {
    switch (message->kind) {
    case MESSAGE_HOP: add_hop(out, &message->as.hop, style); break;
    case MESSAGE_EVENT: add_event(out, &message->as.event, style); break;
    case MESSAGE_RECOMMENDATIONS:
        add_recommendations(out, &message->as.recommendations, style);
        break;
    case MESSAGE_PROFILE: add_profile(out, &message->as.profile, style); break;
    case MESSAGE_SETTINGS: add_settings(out, &message->as.settings, style); break;
    case MESSAGE_VALUES: add_values(out, &message->as.values, style); break;
    case MESSAGE_LINE: add_line(out, message->as.line.text); break;
    case MESSAGE_PROGRESS: add_progress(out, &message->as.progress); break;
    case MESSAGE_BACKEND: add_backend(out, &message->as.backend); break;
    case MESSAGE_JOURNEY: journey_print_text(out, &message->as.journey, style); break;
    case MESSAGE_REQUEST: add_request(out, &message->as.request, style); break;
    case MESSAGE_DONE: break;
    }
}

void as_text_add_error(
    struct buf *out, const struct error *err, const struct as_text_style *style) {
    buf_add(out, STR("recloop: "));
    paint_add_coloured(out, style, PAINT_BAD, err->message);
    buf_add_char(out, '\n');
    if (!err->hint[0]) return;
    buf_add(out, STR("  "));
    paint_add_safe(out, err->hint);
    buf_add_char(out, '\n');
}
