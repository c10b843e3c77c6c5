// computed_traits — the definitions and their state; see the header. What one does with an event is in
// computed_evaluate.c, how new ones catch up in computed_work.c.
#include "profiles/computed_traits.h"

#include "base/log.h"
#include "base/memory.h"
#include "profiles/computed_internal.h"
#include "profiles/profiles.h"
#include "store_records.h"
#include "writer.h"

#define KIND STR("computed_trait")

// The sandbox's own. Names as people give them at Segment.
static const struct {
    const char *key, *json;
} own_definitions[] = {
    {PROFILES_PURCHASED, "{\"name\":\"Purchased products\",\"type\":\"unique_list\","
                         "\"event\":\"Order Completed\",\"property\":\"sku\"}"},
    {"total_num_orders",
     "{\"name\":\"Total number of orders\",\"type\":\"event_counter\",\"event\":\"Order "
     "Completed\"}"},
    {"lifetime_revenue",
     "{\"name\":\"Lifetime revenue\",\"type\":\"aggregation\",\"aggregation\":\"sum\","
     "\"event\":\"Order Completed\",\"property\":\"revenue\"}"},
    {"favorite_category", "{\"name\":\"Favorite category\",\"type\":\"most_frequent\","
                          "\"event\":\"Product Clicked\",\"property\":\"category\"}"},
    {"last_product_clicked", "{\"name\":\"Last product clicked\",\"type\":\"last\","
                             "\"event\":\"Product Clicked\",\"property\":\"sku\"}"},
    {"repeat_buyers",
     "{\"name\":\"Repeat buyers\",\"type\":\"event_audience\",\"event\":\"Order Completed\","
     "\"at_least\":2}"},
};

static const char *const status_names[] = {
    [COMPUTED_LIVE] = "live",
    [COMPUTED_CLEARING] = "clearing",
    [COMPUTED_COMPUTING] = "computing",
    [COMPUTED_REMOVING] = "removing",
};

bool computed_is_active(const struct computed_entry *entry) {
    return entry->status == COMPUTED_LIVE || entry->status == COMPUTED_COMPUTING;
}

static struct computed_entry *find(const struct cloud *cloud, struct str key) {
    struct computed_traits *traits = cloud->computed_traits;
    for (size_t i = 0; i < traits->count; i++) {
        if (str_equal(traits->entries[i].definition.key, key)) return &traits->entries[i];
    }
    return NULL;
}

// ---- the record of a definition ----

void computed_save(struct cloud *cloud, struct computed_entry *entry) {
    struct buf json = {0}, definition = {0};
    struct writer writer = {.out = &json};
    json_print(entry->definition.document.root, &definition);
    writer_open(&writer, NULL, '{');
    writer_json(&writer, "definition", buf_str(&definition));
    writer_int(&writer, "status", entry->status);
    writer_int(&writer, "cursor", entry->cursor);
    writer_int(&writer, "upto", entry->upto);
    writer_close(&writer, '}');
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = KIND,
                          .id = entry->definition.key,
                          .body = buf_str(&json),
                          .created_at_ms = entry->created_at_ms,
                          .updated_at_ms = entry->updated_at_ms});
    buf_release(&json);
    buf_release(&definition);
}

// In order of their keys, as the store gives them back: lists look the same after a restart.
static struct computed_entry *add_entry(struct computed_traits *traits, struct str key) {
    size_t at = traits->count++;
    traits->entries = mem_resize(traits->entries, traits->count, sizeof(*traits->entries));
    for (; at > 0 && str_compare(traits->entries[at - 1].definition.key, key) > 0; at--)
        traits->entries[at] = traits->entries[at - 1];
    traits->entries[at] = (struct computed_entry){0};
    return &traits->entries[at];
}

static void note_audiences(struct computed_traits *traits) {
    traits->has_trait_audiences = false;
    for (size_t i = 0; i < traits->count; i++) {
        if (traits->entries[i].definition.type == COMPUTED_DEFINITION_TRAIT_AUDIENCE)
            traits->has_trait_audiences = true;
    }
}

static bool load_record(void *context, const struct store_record *record) {
    struct computed_traits *traits = context;
    struct computed_entry entry = {
        .created_at_ms = record->created_at_ms, .updated_at_ms = record->updated_at_ms};
    struct json json = {0};
    struct buf definition = {0};
    struct error err = {0};
    int64_t status = 0;
    bool is_good = json_parse(record->body, &json, &err);
    if (is_good) {
        json_print(json_get(json.root, "definition"), &definition);
        is_good =
            computed_definition_parse(record->id, buf_str(&definition), &entry.definition, &err);
    }
    (void)json_integer(json_get(json.root, "status"), &status);
    (void)json_integer(json_get(json.root, "cursor"), &entry.cursor);
    (void)json_integer(json_get(json.root, "upto"), &entry.upto);
    entry.status = (enum computed_status)(status & 3);
    if (is_good)
        *add_entry(traits, record->id) = entry;
    else
        log_note(LOG_LEVEL_ERROR, "sandbox", "a computed trait is unreadable: %s", err.message);
    buf_release(&definition);
    json_release(&json);
    return true;
}

void computed_traits_free(struct computed_traits *traits) {
    if (!traits) return;
    for (size_t i = 0; i < traits->count; i++)
        computed_definition_release(&traits->entries[i].definition);
    mem_free(traits->entries);
    buf_release(&traits->text);
    mem_free(traits);
}

// Lists that an older recloop or the seed wrote have no values beside them.
static bool import_list(void *context, const struct store_trait *row) {
    struct cloud *cloud = context;
    struct json list = {0};
    struct buf value = {0};
    struct error ignored = {0};
    if (!row->state.len && json_parse(row->value, &list, &ignored)) {
        const struct json_node *item = json_first(list.root);
        for (; item; item = json_next(item)) {
            buf_reset(&value);
            buf_add_char(&value, 's');
            buf_add(&value, json_text(item));
            store_add_value(cloud->store, row->profile, row->name, buf_str(&value), 1);
        }
    }
    json_release(&list);
    buf_release(&value);
    return true;
}

static void write_own_definitions(struct cloud *cloud) {
    const bool has_events = store_count_events(cloud->store) > 0;
    for (size_t i = 0; i < ARRAY_COUNT(own_definitions); i++) {
        const struct str key = str_from(own_definitions[i].key);
        struct computed_entry *entry = add_entry(cloud->computed_traits, key);
        struct error err = {0};
        const bool is_old = str_equal(key, STR(PROFILES_PURCHASED)); // has always been computed
        ASSERT(computed_definition_parse(
            key, str_from(own_definitions[i].json), &entry->definition, &err));
        entry->created_at_ms = entry->updated_at_ms = cloud->now_ms;
        entry->status = has_events && !is_old ? COMPUTED_COMPUTING : COMPUTED_LIVE;
        entry->upto = store_last_sequence(cloud->store);
        computed_save(cloud, entry);
    }
    store_each_computed(cloud->store, STR(PROFILES_PURCHASED), import_list, cloud);
    store_set_meta_int(cloud->store, "computed_traits", 1);
}

void computed_traits_load(struct cloud *cloud) {
    computed_traits_free(cloud->computed_traits);
    cloud->computed_traits = MEM_NEW(struct computed_traits);
    if (store_get_meta_int(cloud->store, "computed_traits", 0))
        store_each_record(
            cloud->store, KIND, (struct str){0}, 0, load_record, cloud->computed_traits);
    else
        write_own_definitions(cloud);
    note_audiences(cloud->computed_traits);
}

// ---- events and traits ----

void computed_traits_apply(struct cloud *cloud, const struct computed_traits_event *event) {
    const struct computed_traits *traits = cloud->computed_traits;
    for (size_t i = 0; i < traits->count; i++) {
        const struct computed_entry *entry = &traits->entries[i];
        if (!str_equal(entry->definition.event, event->event->name)) continue;
        if (entry->definition.is_account != event->is_account || !computed_is_active(entry))
            continue;
        computed_evaluate(
            cloud, entry, event->profile, event_properties(event->event), event->at_ms);
    }
}

bool computed_traits_wants(const struct cloud *cloud, struct str event_name, bool is_account) {
    const struct computed_traits *traits = cloud->computed_traits;
    for (size_t i = 0; i < traits->count; i++) {
        const struct computed_definition *definition = &traits->entries[i].definition;
        if (str_equal(definition->event, event_name) && definition->is_account == is_account)
            return true;
    }
    return false;
}

bool computed_traits_owns(const struct cloud *cloud, struct str trait, bool is_account) {
    const struct computed_entry *entry = find(cloud, trait);
    return entry && entry->definition.is_account == is_account &&
           entry->status != COMPUTED_REMOVING;
}

void computed_traits_changed(
    struct cloud *cloud, int64_t profile, bool is_account, struct str trait) {
    const struct computed_traits *traits = cloud->computed_traits;
    if (!traits->has_trait_audiences) return;
    for (size_t i = 0; i < traits->count; i++) {
        const struct computed_entry *entry = &traits->entries[i];
        if (entry->definition.type == COMPUTED_DEFINITION_TRAIT_AUDIENCE &&
            entry->definition.is_account == is_account &&
            str_equal(entry->definition.trait, trait) && computed_is_active(entry))
            computed_judge(cloud, entry, profile);
    }
}

// ---- what people define ----

static double progress_of(const struct computed_entry *entry) {
    if (entry->status == COMPUTED_LIVE) return 1;
    return entry->upto > 0 ? (double)entry->cursor / (double)entry->upto : 0;
}

static void describe(const struct computed_entry *entry, struct writer *writer) {
    static const char *const own[] = {"class", "status", "progress", "created_at", "updated_at"};
    struct buf definition = {0};
    writer_open(writer, NULL, '{');
    writer_text(writer, "key", entry->definition.key);
    const struct json_node *member = json_first(entry->definition.document.root);
    for (; member; member = json_next(member)) {
        const struct str name = json_key(member);
        bool is_ours = str_equal(name, STR("key"));
        for (size_t i = 0; i < ARRAY_COUNT(own); i++)
            is_ours = is_ours || str_equal(name, str_from(own[i]));
        if (is_ours) continue;
        buf_reset(&definition);
        json_print(member, &definition);
        writer_json(writer, name.ptr, buf_str(&definition));
    }
    buf_release(&definition);
    writer_text(
        writer, "class",
        computed_definition_is_audience(&entry->definition) ? STR("audience")
                                                            : STR("computed_trait"));
    writer_text(writer, "status", str_from(status_names[entry->status]));
    writer_number(writer, "progress", progress_of(entry));
    writer_time(writer, "created_at", entry->created_at_ms);
    writer_time(writer, "updated_at", entry->updated_at_ms);
    writer_close(writer, '}');
}

bool computed_traits_describe(struct cloud *cloud, struct str key, struct buf *out) {
    const struct computed_traits *traits = cloud->computed_traits;
    struct writer writer = {.out = out};
    if (key.len) {
        const struct computed_entry *entry = find(cloud, key);
        if (!entry || entry->status == COMPUTED_REMOVING) return false;
        describe(entry, &writer);
        return true;
    }
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "computed_traits", '[');
    for (size_t i = 0; i < traits->count; i++) {
        if (traits->entries[i].status != COMPUTED_REMOVING) describe(&traits->entries[i], &writer);
    }
    writer_close(&writer, ']');
    writer_close(&writer, '}');
    return true;
}

bool computed_traits_is_live(const struct cloud *cloud, struct str key) {
    const struct computed_entry *entry = find(cloud, key);
    return !entry || entry->status == COMPUTED_LIVE || entry->status == COMPUTED_REMOVING;
}

static bool is_same(const struct computed_entry *entry, const struct computed_definition *other) {
    struct buf left = {0}, right = {0};
    json_print(entry->definition.document.root, &left);
    json_print(other->document.root, &right);
    const bool is_it = str_equal(buf_str(&left), buf_str(&right));
    buf_release(&left);
    buf_release(&right);
    return is_it;
}

static void begin(struct cloud *cloud, struct computed_entry *entry, bool is_new) {
    entry->status = is_new ? COMPUTED_COMPUTING : COMPUTED_CLEARING;
    entry->cursor = 0;
    entry->upto = is_new && entry->definition.type != COMPUTED_DEFINITION_TRAIT_AUDIENCE
                      ? store_last_sequence(cloud->store)
                      : store_last_profile(cloud->store);
    entry->updated_at_ms = cloud->now_ms;
    computed_save(cloud, entry);
}

bool computed_traits_put(struct cloud *cloud, struct str key, struct str json, struct error *err) {
    CLEANUP(computed_definition_release) struct computed_definition made = {0};
    struct computed_traits *traits = cloud->computed_traits;
    if (!computed_definition_parse(key, json, &made, err)) return false;
    struct computed_entry *entry = find(cloud, made.key);
    const bool is_new = !entry;
    if (entry && entry->status != COMPUTED_REMOVING && is_same(entry, &made)) return true;
    if (is_new && traits->count >= COMPUTED_TRAITS_MAX) {
        (void)error_set(
            err, ERROR_INVALID, "a space has at most %d computed traits and audiences",
            COMPUTED_TRAITS_MAX);
        return error_hint(err, "DELETE one that nobody needs.");
    }
    if (is_new) {
        entry = add_entry(traits, made.key);
        entry->created_at_ms = cloud->now_ms;
    }
    computed_definition_release(&entry->definition);
    entry->definition = made;
    made = (struct computed_definition){0};
    begin(cloud, entry, is_new);
    note_audiences(traits);
    return true;
}

bool computed_traits_remove(struct cloud *cloud, struct str key, struct error *err) {
    struct computed_entry *entry = find(cloud, key);
    if (!entry || entry->status == COMPUTED_REMOVING) {
        (void)error_set(err, ERROR_NOT_FOUND, "there is no computed trait of that key");
        return error_hint(err, "GET /_recloop/computed-traits lists them.");
    }
    entry->status = COMPUTED_REMOVING;
    entry->cursor = 0;
    entry->upto = store_last_profile(cloud->store);
    entry->updated_at_ms = cloud->now_ms;
    computed_save(cloud, entry);
    return true;
}
