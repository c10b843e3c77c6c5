// journey_text — a journey as a waterfall of lines; see journey_print.h.
#include "base/clock.h"
#include "journey_print.h"
#include "paint.h"

#include <math.h>

#define BAR_CELLS 24
#define LIST_ITEMS 5 // of a list, unless verbose
#define VALUE_BYTES 100

static void add_label(struct buf *out, const struct as_text_style *style, const char *label) {
    paint_add_colour(out, style, PAINT_STRONG);
    paint_add_padded(out, label, 12);
    paint_add_colour(out, style, PAINT_PLAIN);
    buf_add_char(out, ' ');
}

static void
add_head(struct buf *out, const struct journey *journey, const struct as_text_style *style) {
    const char *const parts[] = {
        journey->sku, journey->user_id ? journey->user_id : journey->anonymous_id, journey->source};
    paint_add_coloured(out, style, PAINT_STRONG, journey->name ? journey->name : journey->type);
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (!parts[i]) continue;
        buf_add(out, STR("  "));
        paint_add_safe(out, parts[i]);
    }
    if (journey->started_at_ms > 0) {
        buf_add(out, STR("  "));
        CLEANUP(buf_release) struct buf when = {0};
        clock_add_iso8601(&when, (int64_t)journey->started_at_ms);
        paint_add_coloured(out, style, PAINT_DIM, buf_text(&when));
    }
    buf_add(out, STR("\nmessage "));
    paint_add_safe(out, journey->message_id);
    buf_add_char(out, '\n');
}

// Where the last known exchange ends.
static double span_of(const struct journey *journey) {
    double span = journey->total_ms > 0 ? journey->total_ms : 0;
    for (size_t i = 0; i < journey->exchange_count; i++) {
        const struct journey_exchange *exchange = &journey->exchanges[i];
        const double ms = exchange->ms > 0 ? exchange->ms : 0;
        if (exchange->start_ms >= 0) span = fmax(span, exchange->start_ms + ms);
    }
    return span;
}

static void add_bar(
    struct buf *out,
    const struct journey_exchange *exchange,
    double span,
    const struct as_text_style *style) {
    size_t from = BAR_CELLS, to = BAR_CELLS;
    if (exchange->start_ms >= 0 && exchange->ms >= 0 && span > 0) {
        from = (size_t)floor(exchange->start_ms / span * BAR_CELLS);
        to = (size_t)ceil((exchange->start_ms + exchange->ms) / span * BAR_CELLS);
        if (from >= BAR_CELLS) from = BAR_CELLS - 1;
        if (to <= from) to = from + 1;
    }
    const struct paint_sign sign = paint_hop_sign(exchange->state);
    buf_add(out, style->is_ascii ? STR("|") : STR("▕"));
    paint_add_colour(out, style, sign.colour);
    for (size_t cell = 0; cell < BAR_CELLS; cell++) {
        if (cell < from || cell >= to)
            buf_add_char(out, ' ');
        else
            buf_add(out, style->is_ascii ? STR("#") : STR("█"));
    }
    paint_add_colour(out, style, PAINT_PLAIN);
    buf_add(out, style->is_ascii ? STR("|") : STR("▏"));
}

static void add_ms(struct buf *out, double ms) {
    if (ms < 0)
        buf_add(out, STR("           -   "));
    else
        buf_add_format(out, "%9.2f ms   ", ms);
}

static void add_below(
    struct buf *out,
    const struct as_text_style *style,
    enum paint_colour colour,
    const char *text) {
    if (!text || !*text) return;
    buf_add(out, STR("      "));
    paint_add_coloured(out, style, colour, text);
    buf_add_char(out, '\n');
}

// HTTP text, line by line.
static void
add_http(struct buf *out, const struct as_text_style *style, const char *mark, const char *text) {
    struct str rest = str_from(text);
    while (rest.len) {
        struct str line = {0};
        str_split(rest, '\n', &line, &rest);
        buf_add(out, STR("      "));
        paint_add_colour(out, style, PAINT_DIM);
        buf_add(out, str_from(mark));
        buf_add_printable(out, line);
        paint_add_colour(out, style, PAINT_PLAIN);
        buf_add_char(out, '\n');
    }
}

static void add_exchange(
    struct buf *out,
    const struct journey_exchange *exchange,
    double span,
    const struct as_text_style *style) {
    const struct paint_sign sign = paint_hop_sign(exchange->state);
    add_ms(out, exchange->start_ms);
    add_bar(out, exchange, span, style);
    add_ms(out, exchange->is_asked_now ? -1 : exchange->ms);
    paint_add_coloured(out, style, sign.colour, style->is_ascii ? sign.ascii : sign.utf8);
    buf_add_char(out, ' ');
    paint_add_padded(out, hop_title(exchange->hop), 12);
    buf_add_char(out, ' ');
    paint_add_padded(out, exchange->title, 20);
    if (exchange->status)
        buf_add_format(out, " %d", exchange->status);
    else
        buf_add_format(out, " %s", hop_state_name(exchange->state));
    if (exchange->attempts > 1) buf_add_format(out, " (%d attempts)", exchange->attempts);
    buf_add_char(out, '\n');
    add_below(out, style, PAINT_BAD, exchange->problem);
    add_below(out, style, PAINT_WARN, exchange->hint);
    if (exchange->is_asked_now) {
        CLEANUP(buf_release) struct buf asked = {0};
        buf_add_format(
            &asked, "asked for this journey, in %.2f ms: no part of the event's way", exchange->ms);
        add_below(out, style, PAINT_DIM, buf_text(&asked));
    }
    // what was not literally on a wire matters where it is looked at
    if (style->is_verbose || exchange->state != HOP_DONE || !exchange->request)
        add_below(out, style, PAINT_DIM, exchange->note);
    if (!style->is_verbose) return;
    add_below(out, style, PAINT_DIM, exchange->request_id);
    add_http(out, style, "> ", exchange->request);
    add_http(out, style, "< ", exchange->answer);
}

static void add_list(
    struct buf *out,
    const char *label,
    const struct journey_list *list,
    const struct as_text_style *style) {
    add_label(out, style, label);
    if (!list->is_known) buf_add(out, STR("not known"));
    if (list->is_known && !list->count) buf_add(out, STR("nothing"));
    for (size_t i = 0; i < list->count; i++) {
        if (!style->is_verbose && i >= LIST_ITEMS) {
            buf_add_format(out, ", %zu more", list->count - i);
            break;
        }
        buf_add(out, i ? STR(", ") : STR(""));
        paint_add_safe(out, list->item_ids[i]);
    }
    if (list->note) {
        buf_add(out, STR("  "));
        paint_add_coloured(out, style, PAINT_DIM, list->note);
    }
    buf_add_char(out, '\n');
}

static void add_value(struct buf *out, const char *value, const struct as_text_style *style) {
    const struct str whole = str_from(value);
    const bool is_cut = !style->is_verbose && whole.len > VALUE_BYTES;
    struct str shown = is_cut ? str_slice(whole, 0, VALUE_BYTES) : whole;
    while (is_cut && shown.len && ((unsigned char)whole.ptr[shown.len] & 0xC0) == 0x80)
        shown.len--; // at a character
    buf_add_printable(out, shown);
    if (is_cut) buf_add(out, style->is_ascii ? STR(" ...") : STR(" …"));
}

static void add_trait(
    struct buf *out,
    const char *label,
    const struct journey_trait *trait,
    const struct as_text_style *style) {
    add_label(out, style, label);
    if (!trait->is_known)
        buf_add(out, STR("not known"));
    else if (!trait->value)
        buf_add(out, STR("not set"));
    else
        add_value(out, trait->value, style);
    if (trait->updated_at_ms > 0) {
        CLEANUP(buf_release) struct buf when = {0};
        buf_add(&when, STR("  "));
        clock_add_iso8601(&when, trait->updated_at_ms);
        paint_add_coloured(out, style, PAINT_DIM, buf_text(&when));
    }
    buf_add_char(out, '\n');
}

void journey_print_text(
    struct buf *out, const struct journey *journey, const struct as_text_style *style) {
    const double span = span_of(journey);
    add_head(out, journey, style);
    for (size_t i = 0; i < journey->exchange_count; i++)
        add_exchange(out, &journey->exchanges[i], span, style);
    add_list(out, "List before", &journey->before, style);
    add_list(out, "List after", &journey->after, style);
    add_trait(out, "Trait before", &journey->trait_before, style);
    add_trait(out, "Trait after", &journey->trait_after, style);
    if (journey->lag_ms >= 0) {
        add_label(out, style, "Lag");
        buf_add_format(out, "%.2f ms from the event to the trait\n", journey->lag_ms);
    }
    for (size_t i = 0; style->is_verbose && i < journey->line_count; i++) {
        buf_add(out, STR("  "));
        paint_add_safe(out, journey->lines[i].text);
        buf_add_char(out, '\n');
    }
    add_below(out, style, PAINT_DIM, journey->note);
}
