// logs_read — see the header.
#include "logs/logs_read.h"

#include "base/memory.h"
#include "logs/logs.h"
#include "store_logs.h"

// A leading 3 as the service's ids have, then time, row and line: in order they sort like the events.
void logs_place_add(struct buf *out, struct logs_place place) {
    const long long at_ms = place.at_ms, chunk = place.chunk, line = place.line + 1;
    buf_add_format(out, "3%013lld%018lld%024lld", at_ms, chunk, line);
}

bool logs_place_parse(struct str digits, struct logs_place *out) {
    struct logs_place place;
    if (digits.len != LOGS_PLACE_DIGITS || digits.ptr[0] != '3') return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9') return false;
    }
    if (!str_parse_int64(str_slice(digits, 1, 13), &place.at_ms) ||
        !str_parse_int64(str_slice(digits, 14, 18), &place.chunk) ||
        !str_equal(str_slice(digits, 32, 6), STR("000000")) ||
        !str_parse_int64(str_slice(digits, 38, 18), &place.line) || place.line > 1000001)
        return false;
    place.line--;
    *out = place;
    return true;
}

void logs_page_release(struct logs_page *page) {
    mem_free(page->events);
    buf_release(&page->text);
    *page = (struct logs_page){0};
}

struct str logs_page_text(const struct logs_page *page, const struct logs_event *event) {
    return str_slice(buf_str(&page->text), event->text_at, event->text_len);
}

struct gathering {
    const struct logs_reading *reading;
    struct logs_page *page;
    struct buf message;
    struct str *lines; // of the chunk
    size_t line_cap, cap, bytes;
    int chunks, chunk_limit;
    bool is_exact; // this chunk's messages were put with PutLogEvents
};

static size_t split_lines(struct gathering *gathering, struct str text) {
    size_t count = 0;
    while (text.len) {
        if (count == gathering->line_cap) {
            gathering->line_cap = gathering->line_cap ? gathering->line_cap * 2 : 64;
            gathering->lines =
                mem_resize(gathering->lines, gathering->line_cap, sizeof(*gathering->lines));
        }
        const size_t end = str_find_char(text, '\n');
        gathering->lines[count++] = str_slice(text, 0, end);
        text = str_skip(text, end + 1);
    }
    return count;
}

// As it was before it became a line. What a function writes keeps the line feed at its end.
static struct str message_of(struct gathering *gathering, struct str line) {
    struct buf *message = &gathering->message;
    if (gathering->is_exact && str_find_char(line, '\r') == line.len) return line;
    buf_reset(message);
    for (size_t i = 0; i < line.len; i++)
        buf_add_char(message, line.ptr[i] == '\r' ? '\n' : line.ptr[i]);
    if (!gathering->is_exact) buf_add_char(message, '\n');
    return buf_str(message);
}

// False: the page is full, and the event is not in it.
static bool take_event(
    struct gathering *gathering,
    const struct store_log_chunk *chunk,
    struct logs_place place,
    struct str line) {
    struct logs_page *page = gathering->page;
    const struct log_pattern *pattern = gathering->reading->pattern;
    const struct str message = message_of(gathering, line);
    if (pattern && !log_pattern_matches(pattern, message)) {
        page->reached = place;
        return true;
    }
    const size_t bytes = message.len + LOGS_EVENT_BYTES;
    if ((int64_t)page->count >= gathering->reading->limit ||
        (page->count && gathering->bytes + bytes > LOGS_READ_BYTES)) {
        page->has_more = true;
        return false;
    }
    if (page->count == gathering->cap) {
        gathering->cap = gathering->cap ? gathering->cap * 2 : 64;
        page->events = mem_resize(page->events, gathering->cap, sizeof(*page->events));
    }
    page->events[page->count++] = (struct logs_event){
        .place = place,
        .stream = chunk->stream,
        .ingested_ms = chunk->ingested_ms,
        .text_at = page->text.len,
        .text_len = message.len};
    buf_add(&page->text, message);
    gathering->bytes += bytes;
    page->reached = place;
    return true;
}

static bool is_beyond(const struct gathering *gathering, struct logs_place place) {
    const struct logs_place beyond = gathering->reading->beyond;
    if (place.at_ms != beyond.at_ms || place.chunk != beyond.chunk)
        return true; // the query's doing
    return gathering->reading->is_descending ? place.line < beyond.line : place.line > beyond.line;
}

static bool take_chunk(void *context, const struct store_log_chunk *chunk) {
    struct gathering *gathering = context;
    const struct logs_reading *reading = gathering->reading;
    struct logs_page *page = gathering->page;
    const bool is_wanted =
        !reading->wants_stream || reading->wants_stream(reading->context, chunk->stream);
    gathering->is_exact = str_starts_with(chunk->lines, STR(LOGS_EXACT));
    const size_t count =
        is_wanted ? split_lines(gathering, str_skip(chunk->lines, gathering->is_exact)) : 0;
    for (size_t i = 0; i < count; i++) {
        const size_t line = reading->is_descending ? count - 1 - i : i;
        const struct logs_place place = {
            .at_ms = chunk->at_ms, .chunk = chunk->id, .line = (int64_t)line};
        if (!is_beyond(gathering, place)) continue;
        if (!take_event(gathering, chunk, place, gathering->lines[line])) return false;
    }
    page->reached = (struct logs_place){
        .at_ms = chunk->at_ms,
        .chunk = chunk->id,
        .line = reading->is_descending ? 0 : LOGS_PLACE_END.line};
    if (++gathering->chunks == gathering->chunk_limit) page->has_more = true;
    return true;
}

static void reverse(struct logs_page *page) {
    for (size_t i = 0; i < page->count / 2; i++) {
        const struct logs_event event = page->events[i];
        page->events[i] = page->events[page->count - 1 - i];
        page->events[page->count - 1 - i] = event;
    }
}

void logs_read(struct cloud *cloud, const struct logs_reading *reading, struct logs_page *out) {
    struct gathering gathering = {.reading = reading, .page = out, .chunk_limit = LOGS_READ_CHUNKS};
    // Each row has an event at least, so no more rows need sorting than events are wanted: besides the one
    // to begin at and the one that tells of more.
    if (!reading->pattern && !reading->wants_stream && reading->limit + 2 < LOGS_READ_CHUNKS)
        gathering.chunk_limit = (int)reading->limit + 2;
    out->reached = reading->beyond;
    const struct store_log_query query = {
        .group = reading->group,
        .stream = reading->stream,
        .from_ms = reading->from_ms,
        .to_ms = reading->to_ms,
        .at_ms = reading->beyond.at_ms,
        .id = reading->beyond.chunk,
        .is_descending = reading->is_descending,
        .limit = gathering.chunk_limit};
    store_each_log_chunk(cloud->store, &query, take_chunk, &gathering);
    if (reading->is_descending) reverse(out);
    mem_free(gathering.lines);
    buf_release(&gathering.message);
}
