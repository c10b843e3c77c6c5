// profile_reply — the Profile API's replies, read and written: traits, external_ids, events, metadata,
// links.
#include "segment/profile.h"

#include "base/clock.h"
#include "base/memory.h"
#include "http/base64.h"

static bool parse_reply(
    struct str text, const char *member, enum json_kind kind, struct json *out, struct error *err) {
    if (!json_parse(text, out, err)) return error_wrap(err, "reading the Profile API's answer");
    const enum json_kind found = json_kind(json_get(out->root, member));
    if (found == kind) return true;
    (void)error_set(
        err, ERROR_INVALID, "the Profile API's answer has no %s: it is %s", member,
        json_kind_name(found));
    return error_hint(err, "Check profile_url: it must lead to Segment's Profile API.");
}

static void read_cursor(const struct json_node *root, struct profile_cursor *out) {
    const struct json_node *cursor = json_get(root, "cursor");
    int64_t limit = 0;
    out->url = json_get_text(cursor, "url");
    out->next = json_get_text(cursor, "next");
    out->has_more = json_bool(json_get(cursor, "has_more"), false);
    if (json_integer(json_get(cursor, "limit"), &limit) && limit > 0 && limit <= INT32_MAX) {
        out->limit = (int)limit;
    }
}

static int64_t read_time(struct str text) {
    int64_t unix_ms = 0;
    return clock_parse_iso8601(text, &unix_ms) ? unix_ms : 0;
}

void profile_traits_release(struct profile_traits *traits) {
    if (!traits) return;
    json_release(&traits->document);
    mem_free(traits->items);
    *traits = (struct profile_traits){0};
}

// A verbose trait is {"value":…,"source_id":…,"updated_at":…}; a plain one may be an object too.
static void read_trait(const struct json_node *member, struct profile_trait *out) {
    const struct json_node *value = json_get(member, "value");
    const bool is_verbose =
        value && (json_get(member, "source_id") || json_get(member, "updated_at"));
    *out = (struct profile_trait){.name = json_key(member), .value = is_verbose ? value : member};
    if (!is_verbose) return;
    out->source_id = json_get_text(member, "source_id");
    out->updated_at = json_get_text(member, "updated_at");
    out->updated_at_ms = read_time(out->updated_at);
}

bool profile_traits_decode(struct str text, struct profile_traits *out, struct error *err) {
    CLEANUP(profile_traits_release) struct profile_traits made = {0};
    if (!parse_reply(text, "traits", JSON_OBJECT, &made.document, err)) return false;
    const struct json_node *traits = json_get(made.document.root, "traits");
    made.items = mem_zeroed(json_count(traits) + 1, sizeof(*made.items));
    for (const struct json_node *at = json_first(traits); at; at = json_next(at)) {
        read_trait(at, &made.items[made.count++]);
    }
    read_cursor(made.document.root, &made.cursor);
    profile_traits_release(out);
    *out = made;
    made = (struct profile_traits){0};
    return true;
}

const struct profile_trait *
profile_traits_find(const struct profile_traits *traits, struct str name) {
    for (size_t i = 0; i < traits->count; i++) {
        if (str_equal(traits->items[i].name, name)) return &traits->items[i];
    }
    return NULL;
}

// The text fields of a struct and their keys: one list for both directions.
struct text_field {
    const char *key;
    size_t at;
};

static void read_fields(
    const struct json_node *object, const struct text_field *fields, size_t count, void *out) {
    for (size_t i = 0; i < count; i++) {
        const struct str text = json_get_text(object, fields[i].key);
        memcpy((char *)out + fields[i].at, &text, sizeof(text));
    }
}

static void write_fields(
    struct json_node *object, const struct text_field *fields, size_t count, const void *from) {
    for (size_t i = 0; i < count; i++) {
        struct str text = {0};
        memcpy(&text, (const char *)from + fields[i].at, sizeof(text));
        if (text.len) json_add_text(object, fields[i].key, text);
    }
}

static const struct text_field id_fields[] = {
    {.key = "source_id", .at = offsetof(struct profile_id, source_id)},
    {.key = "collection", .at = offsetof(struct profile_id, collection)},
    {.key = "id", .at = offsetof(struct profile_id, id)},
    {.key = "type", .at = offsetof(struct profile_id, type)},
    {.key = "created_at", .at = offsetof(struct profile_id, created_at)},
    {.key = "encoding", .at = offsetof(struct profile_id, encoding)},
    {.key = "first_message_id", .at = offsetof(struct profile_id, first_message_id)},
};

static const struct text_field event_fields[] = {
    {.key = "type", .at = offsetof(struct profile_event, type)},
    {.key = "message_id", .at = offsetof(struct profile_event, message_id)},
    {.key = "source_id", .at = offsetof(struct profile_event, source_id)},
    {.key = "timestamp", .at = offsetof(struct profile_event, timestamp)},
    {.key = "event", .at = offsetof(struct profile_event, name)},
};

static const struct text_field metadata_fields[] = {
    {.key = "created_at", .at = offsetof(struct profile_metadata, created_at)},
    {.key = "updated_at", .at = offsetof(struct profile_metadata, updated_at)},
    {.key = "expires_at", .at = offsetof(struct profile_metadata, expires_at)},
    {.key = "first_message_id", .at = offsetof(struct profile_metadata, first_message_id)},
    {.key = "first_source_id", .at = offsetof(struct profile_metadata, first_source_id)},
    {.key = "last_message_id", .at = offsetof(struct profile_metadata, last_message_id)},
    {.key = "last_source_id", .at = offsetof(struct profile_metadata, last_source_id)},
};

void profile_ids_release(struct profile_ids *ids) {
    if (!ids) return;
    json_release(&ids->document);
    mem_free(ids->items);
    *ids = (struct profile_ids){0};
}

bool profile_ids_decode(struct str text, struct profile_ids *out, struct error *err) {
    CLEANUP(profile_ids_release) struct profile_ids made = {0};
    if (!parse_reply(text, "data", JSON_ARRAY, &made.document, err)) return false;
    const struct json_node *data = json_get(made.document.root, "data");
    made.items = mem_zeroed(json_count(data) + 1, sizeof(*made.items));
    for (const struct json_node *at = json_first(data); at; at = json_next(at)) {
        read_fields(at, id_fields, ARRAY_COUNT(id_fields), &made.items[made.count++]);
    }
    read_cursor(made.document.root, &made.cursor);
    profile_ids_release(out);
    *out = made;
    made = (struct profile_ids){0};
    return true;
}

void profile_events_release(struct profile_events *events) {
    if (!events) return;
    json_release(&events->document);
    mem_free(events->items);
    *events = (struct profile_events){0};
}

bool profile_events_decode(struct str text, struct profile_events *out, struct error *err) {
    CLEANUP(profile_events_release) struct profile_events made = {0};
    if (!parse_reply(text, "data", JSON_ARRAY, &made.document, err)) return false;
    const struct json_node *data = json_get(made.document.root, "data");
    made.items = mem_zeroed(json_count(data) + 1, sizeof(*made.items));
    for (const struct json_node *at = json_first(data); at; at = json_next(at)) {
        struct profile_event *event = &made.items[made.count++];
        read_fields(at, event_fields, ARRAY_COUNT(event_fields), event);
        event->timestamp_ms = read_time(event->timestamp);
        event->properties = json_get(at, "properties");
        event->context = json_get(at, "context");
        event->external_ids = json_get(at, "external_ids");
    }
    read_cursor(made.document.root, &made.cursor);
    profile_events_release(out);
    *out = made;
    made = (struct profile_events){0};
    return true;
}

// A cursor that came back unescaped has blanks where base64 has plus signs.
bool profile_event_cursor_decode(struct str next, int64_t *out_at_ms, struct buf *out_message_id) {
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(buf_release) struct buf plain = {0};
    struct error ignored = {0};
    int64_t at_ns = 0;
    for (size_t i = 0; i < next.len; i++)
        buf_add_char(&text, next.ptr[i] == ' ' ? '+' : next.ptr[i]);
    if (!base64_decode(&plain, buf_str(&text), &ignored)) return false;
    const struct str whole = buf_str(&plain);
    const size_t colon = str_find_char(whole, ':');
    if (!str_starts_with(str_skip(whole, colon), STR("::"))) return false;
    if (!str_parse_int64(str_slice(whole, 0, colon), &at_ns)) return false;
    const int64_t ms = at_ns / 1000000;
    *out_at_ms = at_ns % 1000000 < 0 ? ms - 1 : ms;
    buf_add(out_message_id, str_skip(whole, colon + 2));
    return true;
}

void profile_event_cursor_encode(int64_t at_ms, struct str message_id, struct buf *out) {
    CLEANUP(buf_release) struct buf plain = {0};
    const int64_t most_ms = INT64_MAX / 1000000; // the year 2262; nobody's clock is there
    const int64_t held_ms = at_ms > most_ms ? most_ms : at_ms < -most_ms ? -most_ms : at_ms;
    buf_add_int(&plain, held_ms * 1000000);
    buf_add(&plain, STR("::"));
    buf_add(&plain, message_id);
    base64_encode(out, buf_str(&plain));
}

void profile_links_release(struct profile_links *links) {
    if (!links) return;
    json_release(&links->document);
    mem_free(links->items);
    mem_free(links->ids);
    *links = (struct profile_links){0};
}

static size_t count_ids(const struct json_node *data) {
    size_t count = 0;
    for (const struct json_node *at = json_first(data); at; at = json_next(at))
        count += json_count(json_get(at, "external_ids"));
    return count;
}

bool profile_links_decode(struct str text, struct profile_links *out, struct error *err) {
    CLEANUP(profile_links_release) struct profile_links made = {0};
    size_t used = 0;
    if (!parse_reply(text, "data", JSON_ARRAY, &made.document, err)) return false;
    const struct json_node *data = json_get(made.document.root, "data");
    made.items = mem_zeroed(json_count(data) + 1, sizeof(*made.items));
    made.ids = mem_zeroed(count_ids(data) + 1, sizeof(*made.ids));
    for (const struct json_node *at = json_first(data); at; at = json_next(at)) {
        struct profile_link *link = &made.items[made.count++];
        link->to_collection = json_get_text(at, "to_collection");
        link->ids = made.ids + used;
        const struct json_node *id = json_first(json_get(at, "external_ids"));
        for (; id; id = json_next(id), link->id_count++)
            read_fields(id, id_fields, ARRAY_COUNT(id_fields), &made.ids[used++]);
    }
    read_cursor(made.document.root, &made.cursor);
    profile_links_release(out);
    *out = made;
    made = (struct profile_links){0};
    return true;
}

void profile_metadata_release(struct profile_metadata *metadata) {
    if (!metadata) return;
    json_release(&metadata->document);
    *metadata = (struct profile_metadata){0};
}

bool profile_metadata_decode(struct str text, struct profile_metadata *out, struct error *err) {
    CLEANUP(profile_metadata_release) struct profile_metadata made = {0};
    if (!parse_reply(text, "metadata", JSON_OBJECT, &made.document, err)) return false;
    const struct json_node *metadata = json_get(made.document.root, "metadata");
    read_fields(metadata, metadata_fields, ARRAY_COUNT(metadata_fields), &made);
    profile_metadata_release(out);
    *out = made;
    made = (struct profile_metadata){0};
    return true;
}

static void write_cursor(struct json_node *root, const struct profile_cursor *cursor) {
    struct json_node *node = json_add_object(root, "cursor");
    json_add_text(node, "url", cursor->url);
    json_add_bool(node, "has_more", cursor->has_more);
    json_add_text(node, "next", cursor->next);
    if (cursor->limit) json_add_integer(node, "limit", cursor->limit);
}

static void write_verbose_trait(struct json_node *traits, const struct profile_trait *trait) {
    CLEANUP(buf_release) struct buf updated_at = {0};
    struct json_node *node = json_add_object(traits, trait->name.ptr);
    json_add_copy(node, "value", trait->value);
    json_add_text(node, "source_id", trait->source_id);
    if (trait->updated_at.len) {
        buf_add(&updated_at, trait->updated_at);
    } else {
        clock_add_iso8601(&updated_at, trait->updated_at_ms);
    }
    json_add_text(node, "updated_at", buf_str(&updated_at));
}

void profile_traits_encode(
    const struct profile_trait *items,
    size_t count,
    bool verbose,
    const struct profile_cursor *cursor,
    struct buf *out) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *root = json_new_object(&document);
    struct json_node *traits = json_add_object(root, "traits");
    for (size_t i = 0; i < count; i++) {
        CLEANUP(buf_release) struct buf name = {0};
        buf_add(&name, items[i].name); // keys are C strings
        struct profile_trait trait = items[i];
        trait.name = (struct str){.ptr = buf_text(&name), .len = name.len};
        if (verbose) {
            write_verbose_trait(traits, &trait);
        } else {
            json_add_copy(traits, trait.name.ptr, trait.value);
        }
    }
    write_cursor(root, cursor);
    json_print(root, out);
}

// {"data":[…],"cursor":{…}}: what ids, events and links have in common.
struct page {
    struct json document; // owned until end_page
    struct json_node *root;
};

static struct json_node *begin_page(struct page *page) {
    page->root = json_new_object(&page->document);
    return json_add_array(page->root, "data");
}

static void end_page(struct page *page, const struct profile_cursor *cursor, struct buf *out) {
    write_cursor(page->root, cursor);
    json_print(page->root, out);
    json_release(&page->document);
}

void profile_ids_encode(
    const struct profile_id *items,
    size_t count,
    const struct profile_cursor *cursor,
    struct buf *out) {
    struct page page = {0};
    struct json_node *data = begin_page(&page);
    for (size_t i = 0; i < count; i++) {
        write_fields(json_add_object(data, NULL), id_fields, ARRAY_COUNT(id_fields), &items[i]);
    }
    end_page(&page, cursor, out);
}

static void write_event(struct json_node *data, const struct profile_event *event) {
    struct json_node *node = json_add_object(data, NULL);
    if (event->external_ids) {
        json_add_copy(node, "external_ids", event->external_ids);
    } else {
        (void)json_add_array(node, "external_ids");
    }
    if (event->context) json_add_copy(node, "context", event->context);
    write_fields(node, event_fields, ARRAY_COUNT(event_fields), event);
    if (event->properties) json_add_copy(node, "properties", event->properties);
    json_add_text(json_add_object(node, "related"), "users", event->related_user);
}

void profile_events_encode(
    const struct profile_event *items,
    size_t count,
    const struct profile_cursor *cursor,
    struct buf *out) {
    struct page page = {0};
    struct json_node *data = begin_page(&page);
    for (size_t i = 0; i < count; i++)
        write_event(data, &items[i]);
    end_page(&page, cursor, out);
}

void profile_links_encode(
    const struct profile_link *items,
    size_t count,
    const struct profile_cursor *cursor,
    struct buf *out) {
    struct page page = {0};
    struct json_node *data = begin_page(&page);
    for (size_t i = 0; i < count; i++) {
        struct json_node *link = json_add_object(data, NULL);
        json_add_text(link, "to_collection", items[i].to_collection);
        struct json_node *ids = json_add_array(link, "external_ids");
        for (size_t j = 0; j < items[i].id_count; j++) {
            write_fields(
                json_add_object(ids, NULL), id_fields, ARRAY_COUNT(id_fields), &items[i].ids[j]);
        }
    }
    end_page(&page, cursor, out);
}

void profile_metadata_encode(const struct profile_metadata *metadata, struct buf *out) {
    CLEANUP(json_release) struct json document = {0};
    struct json_node *node = json_add_object(json_new_object(&document), "metadata");
    // in the order of the fields, and null for a profile that never expires
    write_fields(node, metadata_fields, 2, metadata);
    if (!metadata->expires_at.len) json_add_null(node, "expires_at");
    write_fields(node, metadata_fields + 2, ARRAY_COUNT(metadata_fields) - 2, metadata);
    json_print(document.root, out);
}
