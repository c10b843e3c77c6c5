// hide — see the header.
#include "hide.h"

#include "base/json.h"
#include "base/memory.h"
#include "recording/expectation.h"

static bool is_word(char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z');
}

void hide_add(struct hide *hide, struct str secret) {
    if (secret.len < HIDE_LEAST) return;
    for (size_t i = 0; i < hide->count; i++)
        if (str_equal(secret_reveal(&hide->values[i].plain), secret)) return;
    CLEANUP(buf_release) struct buf quoted = {0};
    json_quote(&quoted, secret);
    hide->values = mem_resize(hide->values, hide->count + 1, sizeof(struct hide_value));
    struct hide_value *value = &hide->values[hide->count++];
    *value = (struct hide_value){0};
    secret_set(&value->plain, secret);
    secret_set(&value->written, str_slice(buf_str(&quoted), 1, quoted.len - 2));
    mem_wipe(quoted.ptr, quoted.len);
    hide->begins[(unsigned char)secret_reveal(&value->written).ptr[0]] = true;
}

// Does what stands there make a longer word of the value? Outside of strings signs and points do, too.
static bool touches(struct str text, size_t at, bool is_string) {
    const char character = text.ptr[at];
    return is_word(character) || (!is_string && strchr(".+-", character));
}

// Bytes of the value that begins here; 0: none does.
static size_t
value_at(const struct hide *hide, struct str text, size_t at, bool is_string, bool is_word_start) {
    if (!hide->begins[(unsigned char)text.ptr[at]]) return 0;
    for (size_t i = 0; i < hide->count; i++) {
        const struct str value = secret_reveal(&hide->values[i].written);
        if (!str_equal(str_slice(text, at, value.len), value)) continue;
        if (value.len >= HIDE_ANYWHERE) return value.len;
        const size_t end = at + value.len;
        if (is_word_start && (end >= text.len || !touches(text, end, is_string))) return value.len;
    }
    return 0;
}

// What an escape is made of is neither the end of the string nor part of a word.
static size_t escape_bytes(struct str json, size_t at) {
    return str_starts_with(str_skip(json, at), STR("\\u")) ? 6 : 2;
}

void hide_sweep(const struct hide *hide, struct str json, struct buf *out) {
    bool is_string = false;
    bool is_word_start = true;
    size_t from = 0; // of what has not been copied yet
    for (size_t at = 0; at < json.len;) {
        const size_t len = value_at(hide, json, at, is_string, is_word_start);
        if (len) {
            buf_add(out, str_slice(json, from, at - from));
            buf_add(out, is_string ? STR(EXPECTATION_MASK) : STR("\"" EXPECTATION_MASK "\""));
            at += len;
            from = at;
            is_word_start = true;
        } else if (is_string && json.ptr[at] == '\\') {
            at += escape_bytes(json, at);
            is_word_start = true;
        } else {
            if (json.ptr[at] == '"') is_string = !is_string;
            is_word_start = !touches(json, at, is_string);
            at++;
        }
    }
    buf_add(out, str_skip(json, from));
}

void hide_release(struct hide *hide) {
    for (size_t i = 0; i < hide->count; i++) {
        secret_release(&hide->values[i].plain);
        secret_release(&hide->values[i].written);
    }
    mem_free(hide->values);
    *hide = (struct hide){0};
}
