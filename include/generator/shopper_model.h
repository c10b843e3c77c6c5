// shopper_model — who the shoppers of GENERATOR_SHOPPER are, as numbers.
//
// Shape    one list of parameters (name, value, meaning) and a few tables of weights; the model has no other
//          settings. All chance is whole-number arithmetic: no result of floating point or of a libm gets
//          into a message, so that all machines agree.
// People   `users` of them for ever; number 0 is the workshop's test user 2941404340 (2941404340-anon), on
//          the web and busier than most. The others' ids follow from their number alone, so that another
//          seed gives the same people other tastes.
// Tastes   a shopper has few favourite families (a stick is broken, then what is left of it …), in each some
//          favourite things (liking, brand, style, price), and part of the tastes drifts over the months.
//          Some things are hits. What stands beside what in the shop is the same for everybody.
// Visits   some days none, some days several, at times and from a device that are usual for him. A visit is
//          a funnel: (e-mail opened, link clicked) → page or list viewed → products clicked and viewed →
//          some added → sometimes an order. It is over within the day, 50 minutes before the next begins.
// Errands  for a fortnight a shopper has one thing in mind, often something that goes with the last errand's:
//          he looks at it and its like over several visits, buys it at one of them, or not, and afterwards
//          looks at what goes with it. Basics he buys again every few weeks.
// Messages tracks, and one identify with traits at the first visit from each device within the plan.
//          Product Clicked, Viewed and Added carry the flat fields of Segment's ecommerce spec; Order
//          Completed carries products[] alone, as the spec says (a flat `sku` would name one of several;
//          segment/products.h reads both). Product List Viewed names its category but no products: a list
//          on a page is no sign of interest, and would be counted as one. No tax, shipping or discount:
//          total = revenue = the sum of price × quantity.
// Place    generator_position: step is the second of the day at which the visit begins, unit is 4 × shopper
//          + the visit's number, message is within the visit. Visits of a day come in that order; the
//          messages of one visit stay together.
// Threads  tables: any.
// Source   our own choice; names of events and fields are Segment's (segment.md 2).
#pragma once

#include "generator/generator.h"
#include "segment/catalog.h"

#define SHOPPER_MODEL_PARAMETERS(X)                                                                \
    X(SHOPPER_MODEL_USERS, 2000, "shoppers, when the plan names no number")                        \
    X(SHOPPER_MODEL_TEST_USER_LEVEL, 16, "activity level of the workshop's test user")             \
    X(SHOPPER_MODEL_DAY_VISITS, 4, "most visits of a shopper on one day")                          \
    X(SHOPPER_MODEL_USUAL_SOURCE, 80, "% of the visits that come from the usual device")           \
    X(SHOPPER_MODEL_USUAL_HOUR, 70, "% of the visits within two hours of the usual one")           \
    X(SHOPPER_MODEL_EMAIL, 7, "% of the visits that begin with an e-mail")                         \
    X(SHOPPER_MODEL_TASTE_LEAST, 45, "% of the remaining stick for the next family, at least")     \
    X(SHOPPER_MODEL_TASTE_MOST, 75, "and at most")                                                 \
    X(SHOPPER_MODEL_DRIFT, 25, "% of the tastes that drift")                                       \
    X(SHOPPER_MODEL_DRIFT_DAYS, 120, "days in which that part becomes another")                    \
    X(SHOPPER_MODEL_BRAND, 250, "% of the usual interest in things of a favourite brand")          \
    X(SHOPPER_MODEL_STYLE, 200, "% of the usual interest in things of the own style")              \
    X(SHOPPER_MODEL_ERRAND_DAYS, 14, "days of an errand")                                          \
    X(SHOPPER_MODEL_ERRAND_FOLLOWS, 35, "% of errands for what goes with the last one's thing")    \
    X(SHOPPER_MODEL_ERRAND_BUYS, 40, "% of errands that end in an order (if visits suffice)")      \
    X(SHOPPER_MODEL_BASICS, 55, "% of shoppers who buy one of the basics again and again")         \
    X(SHOPPER_MODEL_BASICS_LEAST, 25, "days between such orders, at least")                        \
    X(SHOPPER_MODEL_BASICS_MOST, 45, "and at most")                                                \
    X(SHOPPER_MODEL_BASICS_BUYS, 92, "% of these visits that end in the order")                    \
    X(SHOPPER_MODEL_PAGE, 50, "% of visits with a Page Viewed at the start")                       \
    X(SHOPPER_MODEL_LIST, 60, "% of visits with a Product List Viewed before the first look")      \
    X(SHOPPER_MODEL_LOOK_MORE, 68, "% of looks that are followed by another")                      \
    X(SHOPPER_MODEL_MOST_LOOKS, 9, "looks of one visit")                                           \
    X(SHOPPER_MODEL_FIRST_ERRAND, 40, "% of visits that begin with the thing in mind")             \
    X(SHOPPER_MODEL_FIRST_FAMILY, 35, "% that begin with its family; the rest with any taste")     \
    X(SHOPPER_MODEL_NEXT_BESIDE, 50, "% of looks at what stands beside the last thing")            \
    X(SHOPPER_MODEL_NEXT_FAMILY, 20, "% at the errand's family")                                   \
    X(SHOPPER_MODEL_NEXT_ERRAND, 12, "% at the thing in mind again; the rest any taste")           \
    X(SHOPPER_MODEL_GOES_WITH, 55, "% of looks after adding or buying at what goes with it")       \
    X(SHOPPER_MODEL_CLICKED, 60, "% of looks that were clicked in a list or a picture")            \
    X(SHOPPER_MODEL_ADDED, 8, "% of looks that end in the cart without an errand")                 \
    X(SHOPPER_MODEL_IMPULSE, 10, "% of carts filled like that that are paid")                      \
    X(SHOPPER_MODEL_PAUSE_LEAST, 5, "seconds between two messages, at least")                      \
    X(SHOPPER_MODEL_PAUSE_MOST, 70, "and at most")                                                 \
    X(SHOPPER_MODEL_APART, 3000, "seconds between the starts of two visits, at least")             \
    X(SHOPPER_MODEL_FIRST_START, 18000, "second of the day of the first start: 05:00")             \
    X(SHOPPER_MODEL_LAST_START, 83400, "and of the last: 23:10")                                   \
    X(SHOPPER_MODEL_RUSH, 130, "% of the usual visits from 15 November to 24 December")

enum shopper_model_parameter {
#define X(name, value, meaning) name = (value),
    SHOPPER_MODEL_PARAMETERS(X)
#undef X
};

#define SHOPPER_MODEL_LEVELS 20
#define SHOPPER_MODEL_LIKINGS 16
#define SHOPPER_MODEL_BUDGETS 3     // carefree, ordinary, careful: a third each
#define SHOPPER_MODEL_PRICE_BANDS 4 // below $35, $65, $110, and above

// Visits a week in hundredths; a shopper is of one level, each as likely. Few make most of the visits.
extern const uint16_t shopper_model_activity[SHOPPER_MODEL_LEVELS];
extern const uint8_t shopper_model_weekdays[7]; // % of the usual visits; Monday first
extern const uint8_t
    shopper_model_sources[3]; // % of shoppers whose usual device is Android, web, iOS
extern const uint8_t shopper_model_hours[24]; // weights of the usual hour, and of the unusual ones
// Weight of a family among all shoppers' favourites.
extern const uint8_t shopper_model_families[CATALOG_FAMILY_COUNT];
// % of the usual interest, January first.
extern const uint8_t shopper_model_seasons[CATALOG_FAMILY_COUNT][12];
// How much a shopper likes one thing, one as likely as the other.
extern const uint16_t shopper_model_likings[SHOPPER_MODEL_LIKINGS];
// Sixteenths of the interest, by the shopper's budget and the thing's price.
extern const uint8_t shopper_model_prices[SHOPPER_MODEL_BUDGETS][SHOPPER_MODEL_PRICE_BANDS];
// Weights of the visit of an errand (first, second …) at which it is decided.
extern const uint8_t shopper_model_decisions[4];
// Weights of the quantity 0, 1, 2, 3 that is added: of other things, of basics.
extern const uint8_t shopper_model_quantities[2][4];
