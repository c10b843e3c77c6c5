// seed — the made history of a new sandbox: shoppers with tastes, and the workshop's user.
//
// Shape    a pure function of a fixed seed: the same interactions on every machine, from
//          2025-11-01 to 2026-01-31. Shoppers prefer one or two families of the catalogue and walk
//          through neighbouring products, so that a click has something to move.
// Threads  the sandbox's.
#pragma once

#include "cloud.h"

// In the open transaction, into an empty store and model. `file` NULL: made; "none": empty; else a CSV.
bool seed_fill(struct cloud *cloud, const char *file, struct error *err) MUST_CHECK;
// Can that file be read, and is it one of interactions?
bool seed_check(const char *file, struct error *err) MUST_CHECK;
