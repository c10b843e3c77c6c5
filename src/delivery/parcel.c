// parcel — see the header.
#include "parcel.h"

#include "base/memory.h"

struct parcel *parcel_new(void) {
    return MEM_NEW(struct parcel);
}

void parcel_free(struct parcel *parcel) {
    if (!parcel) return;
    buf_release(&parcel->text);
    buf_release(&parcel->strings);
    buf_release(&parcel->user_id);
    buf_release(&parcel->session_id);
    mem_free(parcel->messages);
    mem_free(parcel->units);
    mem_free(parcel);
}

void parcel_reset(struct parcel *parcel) {
    buf_reset(&parcel->text);
    buf_reset(&parcel->strings);
    buf_reset(&parcel->user_id);
    buf_reset(&parcel->session_id);
    parcel->count = parcel->settled_count = parcel->first_open = 0;
    parcel->unit_count = parcel->range_count = 0;
}

static uint32_t grown(uint32_t cap) {
    return cap ? cap * 2 : 16;
}

struct parcel_message *parcel_add(struct parcel *parcel, struct str text) {
    if (parcel->count == parcel->cap) {
        parcel->cap = grown(parcel->cap);
        parcel->messages = mem_resize(parcel->messages, parcel->cap, sizeof(*parcel->messages));
    }
    struct parcel_message *added = &parcel->messages[parcel->count++];
    if (parcel->count > 1) buf_add_char(&parcel->text, ',');
    const uint32_t from = (uint32_t)parcel->text.len;
    buf_add(&parcel->text, text);
    *added = (struct parcel_message){.text = {from, (uint32_t)parcel->text.len}, .units_left = 1};
    return added;
}

struct parcel_unit *parcel_add_unit(struct parcel *parcel, uint32_t message) {
    if (parcel->unit_count == parcel->unit_cap) {
        parcel->unit_cap = grown(parcel->unit_cap);
        parcel->units = mem_resize(parcel->units, parcel->unit_cap, sizeof(*parcel->units));
    }
    struct parcel_unit *added = &parcel->units[parcel->unit_count++];
    *added = (struct parcel_unit){.message = message};
    return added;
}

struct parcel_span parcel_keep(struct parcel *parcel, struct str text) {
    const uint32_t from = (uint32_t)parcel->strings.len;
    buf_add(&parcel->strings, text);
    return (struct parcel_span){from, (uint32_t)parcel->strings.len};
}

static struct str view(const struct buf *buf, struct parcel_span span) {
    return str_slice(buf_str(buf), span.from, span.to - span.from);
}

struct str parcel_text(const struct parcel *parcel, const struct parcel_message *message) {
    return view(&parcel->text, message->text);
}

struct str parcel_string(const struct parcel *parcel, struct parcel_span span) {
    return view(&parcel->strings, span);
}

uint32_t parcel_units(const struct parcel *parcel) {
    return parcel->unit_count ? parcel->unit_count : parcel->count;
}

uint32_t parcel_message_of(const struct parcel *parcel, uint32_t unit) {
    return parcel->unit_count ? parcel->units[unit].message : unit;
}

void parcel_put_back(struct parcel *parcel, struct parcel_range range) {
    ASSERT(parcel->range_count < PARCEL_RANGES);
    if (range.from < range.to) parcel->ranges[parcel->range_count++] = range;
}

void parcel_seal(struct parcel *parcel) {
    parcel_put_back(parcel, (struct parcel_range){0, parcel_units(parcel)});
}

bool parcel_take_range(struct parcel *parcel, uint32_t most, struct parcel_range *out) {
    if (!parcel->range_count) return false;
    struct parcel_range range = parcel->ranges[--parcel->range_count];
    if (range.to - range.from > most) {
        parcel_put_back(parcel, (struct parcel_range){range.from + most, range.to});
        range.to = range.from + most;
    }
    *out = range;
    return true;
}

void parcel_put_back_halves(struct parcel *parcel, struct parcel_range range) {
    const uint32_t middle = range.from + (range.to - range.from) / 2;
    parcel_put_back(parcel, (struct parcel_range){middle, range.to});
    parcel_put_back(parcel, (struct parcel_range){range.from, middle});
}

uint32_t parcel_messages_in(const struct parcel *parcel, struct parcel_range range) {
    const uint32_t first = parcel_message_of(parcel, range.from);
    return parcel_message_of(parcel, range.to - 1) - first + 1;
}
