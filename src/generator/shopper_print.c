// shopper_print — a step of a visit as a Segment message. Field names are those of Segment's ecommerce and
// e-mail specs.
#include "shopper_internal.h"

#define ORDER_DIGITS 16

static void add_order_id(struct buf *out, const struct shopper_session *session) {
    static const char hex[] = "0123456789abcdef";
    const uint64_t id = rng_mix(session->key ^ SHOPPER_OF_SHOP);
    char *at = buf_extend(out, ORDER_DIGITS);
    if (!at) return;
    for (unsigned i = 0; i < ORDER_DIGITS; i++)
        at[i] = hex[id >> 4 * (ORDER_DIGITS - 1 - i) & 15];
}

static void add_email(const struct shopper_session *session, struct buf *out) {
    buf_add(out, STR(",\"properties\":{\"campaign_id\":\"news-"));
    buf_add_int(out, shopper_floor_divide(session->day, 7));
    buf_add(out, STR("\",\"campaign_name\":\"Weekly News\"}"));
}

static void add_list(const struct shopper_session *session, struct buf *out) {
    const char *name = catalog_family_name((enum catalog_family)session->list_family);
    buf_add(out, STR(",\"properties\":{\"list_id\":\"family-"));
    buf_add_int(out, session->list_family);
    buf_add_char(out, '"');
    generator_add_member(out, STR(",\"category\":"), str_from(name));
    buf_add_char(out, '}');
}

static void add_product(const struct shopper_step *step, struct buf *out) {
    const struct shopper_session *session = step->session;
    buf_add(out, STR(",\"properties\":{"));
    buf_add(out, shopper_shop_fields(session->shop, step->product));
    buf_add(out, STR(",\"currency\":\"USD\""));
    if (step->place) {
        buf_add(out, STR(",\"position\":"));
        buf_add_int(out, step->place);
    }
    if (step->quantity) {
        buf_add(out, STR(",\"quantity\":"));
        buf_add_int(out, step->quantity);
        buf_add(out, STR(",\"cart_id\":\"c-"));
        add_order_id(out, session);
        buf_add_char(out, '"');
    }
    buf_add_char(out, '}');
}

static void add_order(const struct shopper_session *session, struct buf *out) {
    int64_t total_cents = 0;
    for (uint32_t i = 0; i < session->cart_count; i++)
        total_cents += (int64_t)session->quantities[i] * catalog_at(session->cart[i])->price_cents;
    buf_add(out, STR(",\"properties\":{\"order_id\":\"o-"));
    add_order_id(out, session);
    buf_add(out, STR("\",\"total\":"));
    generator_add_cents(out, total_cents);
    buf_add(out, STR(",\"revenue\":"));
    generator_add_cents(out, total_cents);
    buf_add(out, STR(",\"currency\":\"USD\",\"products\":["));
    for (uint32_t i = 0; i < session->cart_count; i++) {
        buf_add(out, i ? STR(",{") : STR("{"));
        buf_add(out, shopper_shop_fields(session->shop, session->cart[i]));
        buf_add(out, STR(",\"quantity\":"));
        buf_add_int(out, session->quantities[i]);
        buf_add_char(out, '}');
    }
    buf_add(out, STR("]}"));
}

void shopper_print(
    const struct shopper_step *step, const struct generator_message *message, struct buf *out) {
    const struct shopper_session *session = step->session;
    generator_add_head(message, str_from(session->ip), out);
    switch ((enum shopper_step_kind)step->kind) {
    case SHOPPER_EMAIL_OPENED:
    case SHOPPER_EMAIL_CLICKED: add_email(session, out); break;
    case SHOPPER_IDENTIFIED:
        buf_add(out, STR(",\"traits\":"));
        shopper_add_traits(session->shopper, out);
        break;
    case SHOPPER_PAGE_VIEWED: buf_add(out, STR(",\"properties\":{\"page_name\":\"Home\"}")); break;
    case SHOPPER_LIST_VIEWED: add_list(session, out); break;
    case SHOPPER_CLICKED:
    case SHOPPER_VIEWED:
    case SHOPPER_ADDED: add_product(step, out); break;
    case SHOPPER_ORDERED: add_order(session, out); break;
    }
    buf_add_char(out, '}');
}
