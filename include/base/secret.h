// secret — a key, token or password that must not be shown.
//
// Owns     its bytes; secret_release wipes them. `{0}` is "not set".
// Errors   none. The only formatter prints four bullets and the last four characters; secrets
//          shorter than twelve characters show no character at all.
// Threads  one at a time.
#pragma once

#include "base/buf.h"

struct secret {
    char *ptr;
    size_t len;
};

void secret_set(struct secret *secret, struct str value); // copies; empty value unsets
void secret_release(struct secret *secret);
bool secret_is_set(const struct secret *secret);
// For signing and sending only; the view dies with the secret.
struct str secret_reveal(const struct secret *secret);
void secret_add_masked(struct buf *out, const struct secret *secret);
void secret_add_masked_text(struct buf *out, struct str value);
