// gzip — bodies made small for slow lines. The only door to zlib here.
#pragma once

#include "base/buf.h"

void gzip_add(struct buf *out, struct str text); // a whole gzip member
