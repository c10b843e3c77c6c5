// base64 — bytes as text, RFC 4648.
//
// Errors   decoding is strict: foreign characters, wrong padding, stray bits are ERROR_INVALID.
// Threads  any.
#pragma once

#include "base/buf.h"

void base64_encode(struct buf *out, struct str bytes);     // with padding
void base64_encode_url(struct buf *out, struct str bytes); // - and _, no padding
bool base64_decode(struct buf *out, struct str text, struct error *err) MUST_CHECK;
bool base64_decode_url(struct buf *out, struct str text, struct error *err) MUST_CHECK;
