// workshop_print — what the script's messages carry: properties, traits, and the weights they are drawn by.
#include "workshop.h"

#include "segment/catalog.h"

static const char *const names[WORKSHOP_EVENT_COUNT] = {
    [WORKSHOP_PAGE_VIEWED] = "Page Viewed",
    [WORKSHOP_SIGNUP_CLICKED] = "Signup Clicked",
    [WORKSHOP_SIGNUP_SUCCESS] = "Signup Success",
    [WORKSHOP_EMAIL_SENT] = "Email Sent",
    [WORKSHOP_EMAIL_DELIVERED] = "Email Delivered",
    [WORKSHOP_EMAIL_OPENED] = "Email Opened",
    [WORKSHOP_EMAIL_LINK_CLICKED] = "Email Link Clicked",
    [WORKSHOP_UNSUBSCRIBE] = "Unsubscribe",
    [WORKSHOP_PRODUCT_ADDED] = "Product Added",
    [WORKSHOP_PRODUCT_CLICKED] = "Product Clicked",
    [WORKSHOP_ORDER_COMPLETED] = "Order Completed",
};

const char *workshop_event_name(enum workshop_event event) {
    return names[event];
}

// ---- weights ----

// A value as JSON has it.
struct choice {
    struct str json;
    unsigned weight;
};
#define NUMBER(literal, its_weight)                                                                \
    { .json = {.ptr = "" literal, .len = sizeof(literal) - 1}, .weight = its_weight }
#define TEXT(literal, its_weight) NUMBER("\"" literal "\"", its_weight)

// A weight of 0 ends a table.
typedef const struct choice choices[];

static choices first_page_names = {TEXT("Home", 20), TEXT("Search", 55), {.weight = 0}};
static choices page_names = {TEXT("Home", 20), TEXT("Search", 40), {.weight = 0}};
static choices campaign_ids = {
    NUMBER("15203", 70),  NUMBER("22123", 55),  NUMBER("34321", 20),
    NUMBER("41232", 55),  NUMBER("53213", 20),  NUMBER("61232", 55),
    NUMBER("234321", 40), NUMBER("923422", 50), {.weight = 0},
};
static choices button_ids = {
    NUMBER("1", 70), NUMBER("2", 55), NUMBER("3", 20), NUMBER("4", 55),
    NUMBER("5", 20), NUMBER("6", 55), {.weight = 0},
};
static choices browsers = {
    TEXT("Chrome", 45), TEXT("Firefox", 40), TEXT("Safari", 35), TEXT("Internet Explorer", 32),
    {.weight = 0},
};
static choices app_versions = {
    TEXT("1.0.1", 5), TEXT("2.0.1", 10), TEXT("3.0.1", 90), {.weight = 0}};
static choices android_models = {
    TEXT("GT-I9300", 45), TEXT("GT-I9500", 40), TEXT("SM-G900F", 35), TEXT("GT-I8190L", 32),
    TEXT("XT1032", 28),   TEXT("Nexus 5", 25),  TEXT("LG-D802", 20),  {.weight = 0},
};
static choices ios_models = {
    TEXT("iPhone4,1", 40), TEXT("iPhone3,1", 35), TEXT("iPhone6,1", 50 + 45), TEXT("iPhone5,2", 30),
    TEXT("iPhone5,1", 28), TEXT("iPod5,1", 22),   TEXT("iPad2,5", 20),        TEXT("iPad3,4", 15),
    TEXT("iPad4,1", 10),   {.weight = 0},
};
static choices experiment_groups = {
    TEXT("Group A", 20), TEXT("Group B", 20), TEXT("Group C", 60), {.weight = 0}};
static choices campaign_sources = {
    TEXT("Organic", 70), // first, to be known by its number
    TEXT("Twitter", 20),        TEXT("Facebook", 55), TEXT("Email", 12),
    TEXT("Google Adwords", 10), {.weight = 0},
};
#define ORGANIC 0
static choices campaign_names = {
    TEXT("Super Sale", 20), TEXT("Buy Now", 15), TEXT("Huge Discounts!", 25), {.weight = 0}};
static choices departments = {
    TEXT("Auto", 20),   TEXT("Accessories", 20), TEXT("Clothing", 20),
    TEXT("Beauty", 20), TEXT("Electronics", 30), {.weight = 0},
};
static choices likelihoods = {
    NUMBER("0.5", 45), NUMBER("0.6", 40), NUMBER("0.4", 35), NUMBER("0.8", 32), {.weight = 0}};
static choices lifetime_values = {
    NUMBER("1000", 45), NUMBER("2000", 40), NUMBER("5000", 35), NUMBER("400", 32), {.weight = 0}};
static choices referrers = {
    TEXT("Organic", 1),
    TEXT("https://retailmenot.com", 1),
    TEXT("https://google.com", 1),
    TEXT("https://facebook.com", 1),
    TEXT("https://rxsaver.com", 1),
    {.weight = 0},
};

static size_t pick(const struct choice *from, uint64_t draw) {
    uint64_t total = 0;
    for (const struct choice *choice = from; choice->weight; choice++)
        total += choice->weight;
    ASSERT(total > 0);
    uint64_t left = generator_below(draw, total);
    size_t at = 0;
    for (; left >= from[at].weight; at++)
        left -= from[at].weight;
    return at;
}

// ---- printing ----

// What is printed of one draw after the other.
struct pen {
    struct buf *out;
    uint64_t key, number;
};

static uint64_t next_draw(struct pen *pen) {
    return generator_draw(pen->key, pen->number++);
}

static void add_choice(struct pen *pen, struct str before, const struct choice *from) {
    buf_add(pen->out, before);
    buf_add(pen->out, from[pick(from, next_draw(pen))].json);
}

static void add_text(struct pen *pen, const char *text) {
    buf_add(pen->out, str_from(text));
}

// The script draws these anew for every event; only a shopper's traits know the device that stays.
static void add_platform(struct pen *pen, enum generator_source platform) {
    switch (platform) {
    case GENERATOR_ANDROID:
        add_choice(pen, STR("\"operating_system\":\"Android\",\"app_version\":"), app_versions);
        add_choice(pen, STR(",\"model\":"), android_models);
        return;
    case GENERATOR_WEB:
        add_choice(pen, STR("\"operating_system\":\"Web\",\"browser\":"), browsers);
        return;
    case GENERATOR_IOS:
        add_choice(pen, STR("\"operating_system\":\"iOS\",\"app_version\":"), app_versions);
        add_choice(pen, STR(",\"model\":"), ios_models);
        return;
    case GENERATOR_EMAIL:
    case GENERATOR_SOURCE_COUNT: break;
    }
    UNREACHABLE("shoppers are on platforms");
}

#define PRODUCT_DRAW 0

const struct catalog_product *workshop_product(const struct workshop_message *message) {
    if (message->event < WORKSHOP_PRODUCT_ADDED) return NULL;
    return catalog_at(generator_below(generator_draw(message->key, PRODUCT_DRAW), CATALOG_COUNT));
}

static void add_properties(const struct workshop_message *message, struct buf *out) {
    struct pen pen = {.out = out, .key = message->key, .number = PRODUCT_DRAW + 1};
    buf_add(out, STR(",\"properties\":{"));
    const struct catalog_product *product = workshop_product(message);
    if (product) {
        generator_add_member(out, STR("\"sku\":"), str_from(product->sku));
    } else if (message->event == WORKSHOP_PAGE_VIEWED) {
        add_choice(&pen, STR("\"page_name\":"), first_page_names);
    } else if (message->event < WORKSHOP_IDENTIFY) {
        add_choice(&pen, STR("\"page_name\":"), page_names);
    } else {
        add_choice(&pen, STR("\"campaign_id\":"), campaign_ids);
        add_choice(&pen, STR(",\"app_id\":"), campaign_ids);
        add_choice(&pen, STR(",\"button_id\":"), button_ids);
    }
    buf_add_char(out, ',');
    add_platform(&pen, message->unit->platform); // of e-mails too: that of the step
    buf_add_char(out, '}');
}

static const char *draw_word(struct pen *pen) {
    static const char *const words[] = {
        "dragon", "lancer",      "sword",     "fire",     "magic",    "dance",  "random",
        "hacker", "pike",        "trebuchet", "catapult", "iron",     "ranger", "bow",
        "arrow",  "strafe",      "hound",     "wiggle",   "darkness", "light",  "coward",
        "hero",   "giant",       "troll",     "dog",      "wolf",     "bear",   "puma",
        "lion",   "pterodactyl", "love",      "shadow",   "x",
    };
    return words[generator_below(next_draw(pen), ARRAY_COUNT(words))];
}

static void add_email(struct pen *pen) {
    static const char *const domains[] = {"gmailx", "yahoox", "aolx", "hotmailx"};
    buf_add(pen->out, STR(",\"email\":\""));
    add_text(pen, draw_word(pen));
    buf_add_char(pen->out, '.');
    add_text(pen, draw_word(pen));
    buf_add_char(pen->out, '@');
    add_text(pen, domains[generator_below(next_draw(pen), ARRAY_COUNT(domains))]);
    buf_add(pen->out, STR(".com\""));
}

static void add_campaign(struct pen *pen) {
    const size_t source = pick(campaign_sources, next_draw(pen));
    buf_add(pen->out, STR(",\"Campaign Source\":"));
    buf_add(pen->out, campaign_sources[source].json);
    if (source == ORGANIC) {
        buf_add(pen->out, STR(",\"Campaign Name\":\"Organic\""));
    } else {
        add_choice(pen, STR(",\"Campaign Name\":"), campaign_names);
    }
}

static void add_device(struct pen *pen, enum generator_source home) {
    if (home == GENERATOR_WEB) {
        add_choice(pen, STR(",\"operating_system\":\"Web\",\"browser\":"), browsers);
        return;
    }
    const bool is_ios = home == GENERATOR_IOS;
    buf_add(pen->out, STR(",\"operating_system\":"));
    buf_add(pen->out, is_ios ? STR("\"iOS\"") : STR("\"Android\""));
    add_choice(pen, STR(",\"model\":"), is_ios ? ios_models : android_models);
    add_choice(pen, STR(",\"App Version\":"), app_versions);
}

static void add_traits(const struct workshop_unit *unit, struct buf *out) {
    struct pen pen = {.out = out, .key = unit->shopper, .number = WORKSHOP_DRAW_TRAIT};
    add_choice(
        &pen, STR(",\"traits\":{\"Invited User?\":\"Invited User?\",\"Experiment Group\":"),
        experiment_groups);
    add_campaign(&pen);
    add_choice(&pen, STR(",\"Favorite Departments\":"), departments);
    add_choice(&pen, STR(",\"likelihood_to_buy\":"), likelihoods);
    add_choice(&pen, STR(",\"lifetime_value\":"), lifetime_values);
    add_device(&pen, unit->home);
    add_email(&pen);
    add_choice(&pen, STR(",\"Referrering Domain\":"), referrers); // the script's spelling
    const uint64_t first = generator_below(next_draw(&pen), GENERATOR_FIRST_NAMES);
    const uint64_t last = generator_below(next_draw(&pen), GENERATOR_LAST_NAMES);
    generator_add_member(out, STR(",\"first_name\":"), str_from(generator_first_names[first]));
    generator_add_member(out, STR(",\"last_name\":"), str_from(generator_last_names[last]));
    generator_add_member(out, STR(",\"ip\":"), str_from(unit->ip));
    buf_add_char(out, '}');
}

void workshop_add_json(
    const struct generator *generator, const struct generator_message *message, struct buf *out) {
    (void)generator;
    const struct workshop_message *internal = message->internal;
    if (message->type == EVENT_IDENTIFY) {
        generator_add_head(message, (struct str){0}, out);
        add_traits(internal->unit, out);
    } else {
        generator_add_head(message, str_from(internal->unit->ip), out);
        add_properties(internal, out);
    }
    buf_add_char(out, '}');
}
