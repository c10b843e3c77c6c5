// pixel — see the header.
#include "segment/pixel.h"

#include "base/memory.h"
#include "http/base64.h"
#include "http/url.h"

#define PREFIX "/v1/pixel/"

bool pixel_path_parse(struct str path, enum event_type *out) {
    if (!str_starts_with(path, STR(PREFIX))) return false;
    return event_type_parse(str_skip(path, sizeof(PREFIX) - 1), out);
}

// GIF89a, one pixel, whose only colour is transparent.
struct str pixel_image(void) {
    static const unsigned char image[] = {
        'G', 'I',  'F',  '8',  '9',  'a',  1,    0,    1,    0,    0x80, 0,    0,    0,    0,
        0,   0xFF, 0xFF, 0xFF, 0x21, 0xF9, 0x04, 0x01, 0,    0,    0,    0,    0,    0x2C, 0,
        0,   0,    0,    1,    0,    1,    0,    0,    0x02, 0x02, 0x44, 0x01, 0x00, 0x3B};
    return (struct str){.ptr = (const char *)image, .len = sizeof(image)};
}

static bool refuse_size(struct error *err) {
    (void)error_set(
        err, ERROR_LIMIT, "the pixel's message is larger than %zu bytes", EVENT_MAX_BYTES);
    return error_hint(err, "Send fewer or shorter properties.");
}

// Mail programs and browsers rewrite addresses: a plus becomes a blank, padding gets lost.
static bool decode_base64(struct str text, struct buf *out, struct error *err) {
    CLEANUP(buf_release) struct buf plain = {0};
    while (str_ends_with(text, STR("=")))
        text.len--;
    for (size_t i = 0; i < text.len; i++) {
        const char character = text.ptr[i];
        const bool is_plus = character == '+' || character == ' ';
        buf_add_char(&plain, is_plus ? '-' : character == '/' ? '_' : character);
    }
    return base64_decode_url(out, buf_str(&plain), err);
}

static bool decode_data(struct str data, struct json *out, struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct str trimmed = str_trim(data);
    if (str_starts_with(trimmed, STR("{"))) {
        buf_add(&text, trimmed);
    } else if (!decode_base64(trimmed, &text, err)) {
        return error_wrap(err, "reading the pixel's data");
    }
    if (text.len > EVENT_MAX_BYTES) return refuse_size(err);
    return json_parse(buf_str(&text), out, err);
}

// ---- flat fields ----

struct field {
    struct str name, value; // decoded; views of the arena
};
struct fields {
    struct field rows[PIXEL_MAX_FIELDS];
    size_t count;
};

static size_t count_char(struct str text, char wanted) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == wanted;
    return count;
}

static bool
read_fields(struct str query, struct buf *arena, struct fields *out, struct error *err) {
    struct url_pair pair;
    buf_reserve(arena, query.len + 1); // decoding never grows: the views stay good
    while (url_next_pair(&query, &pair)) {
        if (out->count == PIXEL_MAX_FIELDS) {
            (void)error_set(
                err, ERROR_LIMIT, "the pixel has more than %zu fields", PIXEL_MAX_FIELDS);
            return error_hint(err, "Send the message as JSON in base64 in `data`.");
        }
        struct field *field = &out->rows[out->count];
        size_t from = arena->len;
        if (!url_decode_form(arena, pair.name, err)) return false;
        field->name = str_skip(buf_str(arena), from);
        from = arena->len;
        if (!url_decode_form(arena, pair.value, err)) return false;
        field->value = str_skip(buf_str(arena), from);
        if (count_char(field->name, '.') > PIXEL_MAX_LEVELS) {
            return error_set(err, ERROR_LIMIT, "a name of the pixel has too many dots");
        }
        out->count++;
    }
    return arena->len <= EVENT_MAX_BYTES || refuse_size(err);
}

// Fills `object` from the fields that begin with `prefix` ("", "properties." …). Names are few and the
// tree is shallow, so looking through all of them for every object is cheap enough.
static void add_fields(struct json_node *object, const struct fields *fields, struct str prefix) {
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->rows[i];
        if (!str_starts_with(field->name, prefix)) continue;
        CLEANUP(buf_release) struct buf key = {0};
        const struct str rest = str_skip(field->name, prefix.len);
        const size_t dot = str_find_char(rest, '.');
        buf_add(&key, str_slice(rest, 0, dot));
        // A NUL would end the key for JSON but not for the prefix.
        if (!key.len || str_find_char(buf_str(&key), '\0') < key.len) continue;
        if (json_get(object, buf_text(&key))) continue;
        if (dot == rest.len) {
            json_add_text(object, buf_text(&key), field->value);
        } else {
            struct json_node *child = json_add_object(object, buf_text(&key));
            add_fields(child, fields, str_slice(field->name, 0, prefix.len + dot + 1));
        }
    }
}

static bool decode_fields(struct str query, struct json *out, struct error *err) {
    CLEANUP(buf_release) struct buf arena = {0};
    struct fields *fields = MEM_NEW(struct fields);
    const bool is_read = read_fields(query, &arena, fields, err);
    if (is_read) {
        json_release(out);
        add_fields(json_new_object(out), fields, STR(""));
    }
    mem_free(fields);
    return is_read;
}

bool pixel_decode(struct str query, struct json *out, struct error *err) {
    CLEANUP(buf_release) struct buf data = {0};
    CLEANUP(json_release) struct json document = {0};
    if (url_query_get(query, STR("data"), false, &data)) {
        if (!decode_data(buf_str(&data), &document, err)) return false;
    } else if (!decode_fields(query, &document, err)) {
        return false;
    }
    if (json_kind(document.root) != JSON_OBJECT) {
        (void)error_set(err, ERROR_INVALID, "the pixel's message is no JSON object");
        return error_hint(err, "Put {\"userId\":…,\"event\":…} into `data`.");
    }
    json_release(out);
    *out = document;
    document = (struct json){0};
    return true;
}
