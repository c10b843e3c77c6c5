// amount — numbers of things as people read them.
//
// Shape    grouped is exact ("1,204,517"); short has at most four columns ("9999" is the last exact one, then
//          "12k", "1.2M") and is cut, never rounded up: no more is claimed than there was.
// Threads  values.
#pragma once

#include "base/buf.h"

#include <stdint.h>

void amount_add_grouped(struct buf *out, uint64_t number);
void amount_add_short(struct buf *out, uint64_t number);
