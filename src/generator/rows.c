// rows — messages as rows of Personalize's interactions CSV (segment.md 6.4).
#include "generator/generator.h"
#include "segment/catalog.h"

#define CSV_LONGEST_BARE 24

struct str generator_row_header(void) {
    return STR("USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n");
}

static void add_field(struct buf *out, struct str text, char after) {
    const bool is_bare = text.len <= CSV_LONGEST_BARE && str_find_char(text, ' ') == text.len;
    if (!is_bare) buf_add_char(out, '"');
    buf_add(out, text); // ids, skus and event names: never a quote or a comma
    if (!is_bare) buf_add_char(out, '"');
    buf_add_char(out, after);
}

void generator_add_rows(const struct generator_message *message, struct buf *out) {
    const int64_t second = message->timestamp_ms / 1000 - (message->timestamp_ms % 1000 < 0);
    for (size_t i = 0; i < message->product_count; i++) {
        add_field(out, message->user_id, ',');
        add_field(out, str_from(message->products[i]->sku), ',');
        add_field(out, message->name, ',');
        buf_add_int(out, second);
        buf_add_char(out, '\n');
    }
}
