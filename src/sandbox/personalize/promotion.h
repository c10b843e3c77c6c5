// promotion — what is added to a list of recommendations: promoted items among the others, and columns of
// the Items dataset.
//
// Threads  the sandbox's.
#pragma once

#include "aws/personalize.h"
#include "personalize/datasets.h"

// How many of `count` places are promoted: the share, rounded up.
size_t promotion_places(size_t count, int64_t percent);
// `items` holds the promoted ones; the others are moved in between, the places of the promoted spread
// evenly, each list in its own order.
void promotion_merge(
    struct personalize_items *items,
    struct personalize_items *others,
    struct str name,
    bool gives_reasons);
// ERROR_USAGE for a column that the dataset has not. `items` NULL: there is no dataset.
bool promotion_add_metadata(
    const struct dataset *items,
    const struct personalize_list *columns,
    struct personalize_items *out,
    struct error *err) MUST_CHECK;
