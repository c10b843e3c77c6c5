// json — see the header. `struct json_node` is cJSON under a name of ours: every pointer handed out
// here is a cJSON pointer, and only this file knows.
#include "base/json.h"

#include "base/memory.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdint.h>

static cJSON *inner(struct json_node *node) {
    return (cJSON *)node;
}

static const cJSON *inner_const(const struct json_node *node) {
    return (const cJSON *)node;
}

static struct json_node *outer(cJSON *item) {
    ASSERT(item != NULL);
    return (struct json_node *)item;
}

// The code unit of a \uXXXX at `at`; -1 when none stands there.
static int escaped_unit(struct str text, size_t at) {
    int unit = 0;
    if (text.len < at + 6 || text.ptr[at] != '\\' || text.ptr[at + 1] != 'u') return -1;
    for (size_t i = at + 2; i < at + 6; i++) {
        const char c = text.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!is_letter && !(c >= '0' && c <= '9')) return -1;
        unit = unit * 16 + (is_letter ? (c | 0x20) - 'a' + 10 : c - '0');
    }
    return unit;
}

// Escapes that cJSON would not carry: \u0000 ends its strings, so that "a\u0000b" became the user
// "a", and it refuses half of a surrogate pair, which JavaScript writes where it cut an emoji.
static bool is_odd_escape(struct str text, size_t at, size_t *out_length) {
    const int unit = escaped_unit(text, at);
    *out_length = unit < 0 ? 2 : 6;
    if (unit >= 0xD800 && unit < 0xDC00) {
        const int low = escaped_unit(text, at + 6);
        if (low < 0xDC00 || low > 0xDFFF) return true;
        *out_length = 12;
        return false;
    }
    return unit == 0 || (unit >= 0xDC00 && unit < 0xE000);
}

// Writes U+FFFD over the odd escapes of `copy`, which holds the same text; NULL only counts them.
static size_t mend_escapes(struct str text, size_t at, char *copy, size_t *out_length) {
    if (!is_odd_escape(text, at, out_length)) return 0;
    if (copy) memcpy(copy + at, "\\ufffd", 6);
    return 1;
}

// cJSON recurses, so depth is checked before it sees the text: brackets outside strings. On the way it
// counts the odd escapes, and mends them in `copy`.
static bool is_too_deep(struct str text, char *copy, size_t *out_odd) {
    size_t depth = 0, length = 0;
    bool in_string = false;
    *out_odd = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char at = text.ptr[i];
        if (in_string) {
            if (at == '\\') {
                *out_odd += mend_escapes(text, i, copy, &length);
                i += length - 1;
            }
            if (at == '"') in_string = false;
        } else if (at == '"') {
            in_string = true;
        } else if (at == '{' || at == '[') {
            if (++depth > JSON_MAX_DEPTH) return true;
        } else if ((at == '}' || at == ']') && depth) {
            depth--;
        }
    }
    return false;
}

bool json_parse(struct str text, struct json *out, struct error *err) {
    if (text.len > JSON_MAX_BYTES) {
        return error_set(
            err, ERROR_LIMIT, "the JSON text is larger than %zu bytes", JSON_MAX_BYTES);
    }
    size_t odd = 0;
    CLEANUP(buf_release) struct buf mended = {0};
    if (is_too_deep(text, NULL, &odd)) {
        return error_set(err, ERROR_LIMIT, "the JSON text nests deeper than %d", JSON_MAX_DEPTH);
    }
    if (!str_is_utf8(text)) return error_set(err, ERROR_INVALID, "the JSON text is not UTF-8");
    if (text.len == 0) return error_set(err, ERROR_INVALID, "there is no JSON text, it is empty");
    if (odd) {
        buf_add(&mended, text);
        (void)is_too_deep(text, mended.ptr, &odd);
        text = buf_str(&mended);
    }

    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, false);
    const size_t at = end ? (size_t)(end - text.ptr) : 0;
    if (!root) return error_set(err, ERROR_INVALID, "not JSON, at byte %zu of %zu", at, text.len);
    if (str_trim(str_skip(text, at)).len) {
        cJSON_Delete(root);
        return error_set(err, ERROR_INVALID, "there is more after the JSON value, at byte %zu", at);
    }
    json_release(out);
    out->root = outer(root);
    return true;
}

void json_release(struct json *json) {
    if (!json) return;
    cJSON_Delete(inner(json->root));
    json->root = NULL;
}

enum json_kind json_kind(const struct json_node *node) {
    const cJSON *item = inner_const(node);
    if (cJSON_IsString(item)) return JSON_STRING;
    if (cJSON_IsObject(item)) return JSON_OBJECT;
    if (cJSON_IsNumber(item)) return JSON_NUMBER;
    if (cJSON_IsArray(item)) return JSON_ARRAY;
    if (cJSON_IsBool(item)) return JSON_BOOL;
    return cJSON_IsNull(item) ? JSON_NULL : JSON_ABSENT;
}

const char *json_kind_name(enum json_kind kind) {
    switch (kind) {
    case JSON_ABSENT: return "absent";
    case JSON_NULL: return "null";
    case JSON_BOOL: return "boolean";
    case JSON_NUMBER: return "number";
    case JSON_STRING: return "string";
    case JSON_ARRAY: return "array";
    case JSON_OBJECT: return "object";
    }
    return "absent";
}

const struct json_node *json_get(const struct json_node *object, const char *key) {
    if (!key || !cJSON_IsObject(inner_const(object))) return NULL;
    // as cJSON_GetObjectItemCaseSensitive, but most names differ in their first letter
    const cJSON *at = inner_const(object)->child;
    while (at && (!at->string || at->string[0] != key[0] || strcmp(at->string, key) != 0))
        at = at->next;
    return (const struct json_node *)at;
}

const struct json_node *json_first(const struct json_node *container) {
    const cJSON *item = inner_const(container);
    if (!cJSON_IsObject(item) && !cJSON_IsArray(item)) return NULL;
    return (const struct json_node *)item->child;
}

const struct json_node *json_next(const struct json_node *element) {
    return element ? (const struct json_node *)inner_const(element)->next : NULL;
}

size_t json_count(const struct json_node *container) {
    size_t count = 0;
    for (const struct json_node *at = json_first(container); at; at = json_next(at))
        count++;
    return count;
}

struct str json_key(const struct json_node *member) {
    return str_from(member ? inner_const(member)->string : NULL);
}

struct str json_text(const struct json_node *node) {
    return str_from(cJSON_IsString(inner_const(node)) ? inner_const(node)->valuestring : NULL);
}

bool json_number(const struct json_node *node, double *out) {
    if (!cJSON_IsNumber(inner_const(node)) || !isfinite(inner_const(node)->valuedouble))
        return false;
    *out = inner_const(node)->valuedouble;
    return true;
}

bool json_integer(const struct json_node *node, int64_t *out) {
    double number = 0;
    if (!json_number(node, &number)) return false;
    if (fabs(number) > 9007199254740992.0 || number != floor(number)) return false;
    *out = (int64_t)number;
    return true;
}

bool json_bool(const struct json_node *node, bool fallback) {
    return cJSON_IsBool(inner_const(node)) ? cJSON_IsTrue(inner_const(node)) != 0 : fallback;
}

struct str json_get_text(const struct json_node *object, const char *key) {
    return json_text(json_get(object, key));
}

struct json_node *json_new_object(struct json *out) {
    json_release(out);
    out->root = outer(cJSON_CreateObject());
    return out->root;
}

struct json_node *json_new_array(struct json *out) {
    json_release(out);
    out->root = outer(cJSON_CreateArray());
    return out->root;
}

static struct json_node *attach(struct json_node *parent, const char *key, cJSON *item) {
    ASSERT(item != NULL);
    const cJSON_bool added = key ? cJSON_AddItemToObject(inner(parent), key, item)
                                 : cJSON_AddItemToArray(inner(parent), item);
    ASSERT(added);
    return outer(item);
}

struct json_node *json_add_object(struct json_node *parent, const char *key) {
    return attach(parent, key, cJSON_CreateObject());
}

struct json_node *json_add_array(struct json_node *parent, const char *key) {
    return attach(parent, key, cJSON_CreateArray());
}

// The text is written where cJSON keeps it: cJSON_CreateString would want a terminated copy to copy.
static cJSON *make_text(struct str text) {
    CLEANUP(buf_release) struct buf mended = {.limit = JSON_MAX_BYTES};
    if (!str_is_utf8(text)) {
        while (text.len) {
            bool valid = true;
            buf_add_rune(&mended, str_next_rune(&text, &valid));
        }
        text = buf_str(&mended);
    }
    cJSON *item = cJSON_CreateNull();
    ASSERT(item != NULL);
    item->valuestring = cJSON_malloc(text.len + 1);
    ASSERT(item->valuestring != NULL);
    if (text.len) memcpy(item->valuestring, text.ptr, text.len);
    item->valuestring[text.len] = '\0';
    item->type = cJSON_String;
    return item;
}

void json_add_text(struct json_node *parent, const char *key, struct str text) {
    (void)attach(parent, key, make_text(text));
}

void json_add_text_view(struct json_node *parent, const char *key, const char *text) {
    const struct str view = str_from(text);
    (void)attach(
        parent, key, str_is_utf8(view) ? cJSON_CreateStringReference(text) : make_text(view));
}

void json_add_number(struct json_node *parent, const char *key, double number) {
    (void)attach(parent, key, isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

void json_add_integer(struct json_node *parent, const char *key, int64_t number) {
    (void)attach(parent, key, cJSON_CreateNumber((double)number));
}

void json_add_bool(struct json_node *parent, const char *key, bool value) {
    (void)attach(parent, key, cJSON_CreateBool(value));
}

void json_add_null(struct json_node *parent, const char *key) {
    (void)attach(parent, key, cJSON_CreateNull());
}

void json_add_copy(struct json_node *parent, const char *key, const struct json_node *node) {
    (void)attach(parent, key, cJSON_Duplicate(inner_const(node), true));
}

// All of them: JSON allows a key twice, and a second one must not come forward in the first one's place.
void json_remove(struct json_node *object, const char *key) {
    cJSON *parent = inner(object), *next = NULL;
    for (cJSON *member = parent ? parent->child : NULL; member; member = next) {
        next = member->next;
        if (member->string && strcmp(member->string, key) == 0)
            cJSON_Delete(cJSON_DetachItemViaPointer(parent, member));
    }
}

void json_set_text(struct json_node *object, const char *key, struct str text) {
    cJSON *made = make_text(text); // first: the text may be a view of the member it replaces
    json_remove(object, key);
    (void)attach(object, key, made);
}

void json_set_copy(struct json_node *object, const char *key, const struct json_node *node) {
    cJSON *made = cJSON_Duplicate(inner_const(node), true);
    json_remove(object, key);
    (void)attach(object, key, made);
}

bool json_copy(const struct json_node *node, struct json *out) {
    if (!node) return false;
    cJSON *made = cJSON_Duplicate(inner_const(node), true);
    json_release(out);
    out->root = outer(made);
    return true;
}

bool json_take_first(struct json *document, const char *key, struct json *out) {
    cJSON *root = inner(document->root);
    if (!cJSON_IsObject(root)) return false;
    cJSON *array = cJSON_GetObjectItemCaseSensitive(root, key);
    if (!cJSON_IsArray(array) || !array->child) return false;
    cJSON *taken = cJSON_DetachItemViaPointer(array, array->child);
    json_release(out);
    out->root = outer(taken);
    return true;
}

// ---- text ----

static void add_escape(struct buf *out, unsigned char at) {
    static const char hex[] = "0123456789abcdef";
    static const char shorts[] = {['"'] = '"',  ['\\'] = '\\', ['\n'] = 'n', ['\r'] = 'r',
                                  ['\t'] = 't', ['\b'] = 'b',  ['\f'] = 'f'};
    if (at < sizeof(shorts) && shorts[at]) {
        const char text[] = {'\\', shorts[at]};
        buf_add(out, (struct str){.ptr = text, .len = sizeof(text)});
        return;
    }
    const char text[] = {'\\', 'u', '0', '0', hex[at >> 4], hex[at & 15]};
    buf_add(out, (struct str){.ptr = text, .len = sizeof(text)});
}

// Bytes at the front that can be copied as they are.
static size_t plain_bytes(struct str text) {
    size_t count = str_plain_words(text);
    while (count < text.len) {
        const unsigned char at = (unsigned char)text.ptr[count];
        if (at < ' ' || at == '"' || at == '\\' || at >= 0x80) break;
        count++;
    }
    return count;
}

void json_quote(struct buf *out, struct str text) {
    if (str_is_plain(text)) { // nearly all texts: one step
        char *at = buf_extend(out, text.len + 2);
        if (!at) return;
        at[0] = '"';
        if (text.len) memcpy(at + 1, text.ptr, text.len);
        at[text.len + 1] = '"';
        return;
    }
    buf_reserve(out, text.len + 2);
    buf_add_char(out, '"');
    for (;;) {
        const size_t plain = plain_bytes(text);
        buf_add(out, str_slice(text, 0, plain));
        text = str_skip(text, plain);
        if (!text.len) break;
        if ((unsigned char)text.ptr[0] < 0x80) {
            add_escape(out, (unsigned char)text.ptr[0]);
            text = str_skip(text, 1);
        } else {
            bool is_valid = false;
            buf_add_rune(out, str_next_rune(&text, &is_valid));
        }
    }
    buf_add_char(out, '"');
}

static void print_number(double number, struct buf *out) {
    const bool is_whole = fabs(number) < 1e15 && number == floor(number);
    if (is_whole && !(number == 0 && signbit(number)))
        buf_add_int(out, (int64_t)number);
    else
        buf_add_double(out, number);
}

// cJSON's own printer allocates the text anew at every doubling, and then once more for the caller.
static void print(const cJSON *item, struct buf *out) {
    const bool is_object = cJSON_IsObject(item);
    if (cJSON_IsString(item)) {
        json_quote(out, str_from(item->valuestring));
    } else if (cJSON_IsNumber(item)) {
        print_number(item->valuedouble, out);
    } else if (cJSON_IsBool(item)) {
        buf_add(out, cJSON_IsTrue(item) ? STR("true") : STR("false"));
    } else if (is_object || cJSON_IsArray(item)) {
        buf_add_char(out, is_object ? '{' : '[');
        for (const cJSON *child = item->child; child; child = child->next) {
            if (child != item->child) buf_add_char(out, ',');
            if (is_object) {
                json_quote(out, str_from(child->string));
                buf_add_char(out, ':');
            }
            print(child, out);
        }
        buf_add_char(out, is_object ? '}' : ']');
    } else {
        buf_add(out, STR("null"));
    }
}

void json_print(const struct json_node *node, struct buf *out) {
    print(inner_const(node), out);
}

void json_print_pretty(const struct json_node *node, struct buf *out) {
    char *text = cJSON_Print(inner_const(node));
    ASSERT(text != NULL);
    buf_add(out, str_from(text));
    cJSON_free(text);
}
