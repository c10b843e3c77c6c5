// secret — see the header.
#include "base/secret.h"

#include "base/memory.h"

void secret_release(struct secret *secret) {
    if (!secret) return;
    if (secret->ptr) mem_wipe(secret->ptr, secret->len);
    mem_free(secret->ptr);
    *secret = (struct secret){0};
}

void secret_set(struct secret *secret, struct str value) {
    struct secret made = {0};
    if (value.len) { // copy first: the value may be a view of the old secret
        made.ptr = mem_alloc(value.len + 1);
        memcpy(made.ptr, value.ptr, value.len);
        made.ptr[value.len] = '\0';
        made.len = value.len;
    }
    secret_release(secret);
    *secret = made;
}

bool secret_is_set(const struct secret *secret) {
    return secret->len > 0;
}

struct str secret_reveal(const struct secret *secret) {
    return (struct str){.ptr = secret->ptr, .len = secret->len};
}

void secret_add_masked_text(struct buf *out, struct str value) {
    if (value.len == 0) return;
    buf_add(out, STR("••••"));
    if (value.len >= 12) buf_add_printable(out, str_skip(value, value.len - 4));
}

void secret_add_masked(struct buf *out, const struct secret *secret) {
    secret_add_masked_text(out, secret_reveal(secret));
}
