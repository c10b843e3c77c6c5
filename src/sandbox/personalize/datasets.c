// datasets — see the header.
//
// A row is one block:
//
//     [slot of field 0 | slot of field 1 | …] [kind of field 0, 1, …] [texts …]
//
// A slot is eight bytes: a double, or offset and length of a text in the block.
#include "personalize/datasets.h"

#include "access/access.h"
#include "base/memory.h"
#include "personalize/ledger.h"
#include "recommender/names.h"
#include "store_records.h"

struct text_slot {
    uint32_t offset, len;
};

struct dataset {
    struct personalize_schema schema; // its own copy: schemas may be exchanged
    const char *id_field;
    struct names ids;
    char **rows; // owned blocks, by number of the id
    size_t cap, bytes;
    uint64_t version;
};

static const char *const id_fields[] = {
    [PERSONALIZE_SCHEMA_ITEMS] = "ITEM_ID",
    [PERSONALIZE_SCHEMA_USERS] = "USER_ID",
    [PERSONALIZE_SCHEMA_ACTIONS] = "ACTION_ID",
    [PERSONALIZE_SCHEMA_DATASET_COUNT] = NULL,
};

void datasets_free(struct dataset *dataset) {
    if (!dataset) return;
    for (uint32_t i = 0; i < dataset->ids.used; i++)
        mem_free(dataset->rows[i]);
    mem_free(dataset->rows);
    names_release(&dataset->ids);
    personalize_schema_release(&dataset->schema);
    mem_free(dataset);
}

const struct personalize_schema *datasets_schema(const struct dataset *dataset) {
    return &dataset->schema;
}

uint32_t datasets_count(const struct dataset *dataset) {
    return dataset->ids.used; // none is ever taken out
}

struct str datasets_id(const struct dataset *dataset, uint32_t row) {
    return names_text(&dataset->ids, row);
}

uint64_t datasets_version(const struct dataset *dataset) {
    return dataset->version;
}

bool datasets_find(const struct dataset *dataset, struct str id, uint32_t *row) {
    return names_find(&dataset->ids, id, row);
}

// ---- blocks ----

static size_t block_bytes(size_t fields, const struct personalize_schema_value *values) {
    size_t bytes = fields * (sizeof(double) + 1);
    for (size_t i = 0; i < fields; i++) {
        if (values[i].kind == PERSONALIZE_SCHEMA_IS_TEXT) bytes += values[i].text.len;
    }
    return bytes;
}

static char *make_block(size_t fields, const struct personalize_schema_value *values) {
    char *block = mem_zeroed(1, block_bytes(fields, values) + 1);
    size_t end = fields * (sizeof(double) + 1);
    for (size_t i = 0; i < fields; i++) {
        block[fields * sizeof(double) + i] = (char)values[i].kind;
        if (values[i].kind == PERSONALIZE_SCHEMA_IS_NUMBER) {
            memcpy(block + i * sizeof(double), &values[i].number, sizeof(double));
        } else if (values[i].kind == PERSONALIZE_SCHEMA_IS_TEXT && values[i].text.len) {
            const struct text_slot slot = {(uint32_t)end, (uint32_t)values[i].text.len};
            memcpy(block + i * sizeof(double), &slot, sizeof(slot));
            memcpy(block + end, values[i].text.ptr, values[i].text.len);
            end += values[i].text.len;
        }
    }
    return block;
}
_Static_assert(sizeof(struct text_slot) == sizeof(double), "slots are alike");

void datasets_get(
    const struct dataset *dataset,
    uint32_t row,
    size_t field,
    struct personalize_schema_value *out) {
    const char *block = dataset->rows[row];
    struct text_slot slot;
    *out = (struct personalize_schema_value){0};
    const char kind = block[dataset->schema.count * sizeof(double) + field];
    if (kind == PERSONALIZE_SCHEMA_IS_NUMBER) {
        out->kind = PERSONALIZE_SCHEMA_IS_NUMBER;
        memcpy(&out->number, block + field * sizeof(double), sizeof(double));
    } else if (kind == PERSONALIZE_SCHEMA_IS_TEXT) {
        out->kind = PERSONALIZE_SCHEMA_IS_TEXT;
        memcpy(&slot, block + field * sizeof(double), sizeof(slot));
        out->text = (struct str){.ptr = block + slot.offset, .len = slot.len};
    }
}

static size_t row_bytes(const struct dataset *dataset, const char *block) {
    const size_t fields = dataset->schema.count;
    size_t bytes = fields * (sizeof(double) + 1) + 1;
    for (size_t i = 0; i < fields; i++) {
        struct text_slot slot;
        if (block[fields * sizeof(double) + i] != PERSONALIZE_SCHEMA_IS_TEXT) continue;
        memcpy(&slot, block + i * sizeof(double), sizeof(slot));
        bytes += slot.len;
    }
    return bytes;
}

static void
put_row(struct dataset *dataset, struct str id, const struct personalize_schema_value *values) {
    const uint32_t row = names_add(&dataset->ids, id);
    dataset->version++;
    while (row >= dataset->cap) {
        const size_t cap = dataset->cap ? dataset->cap * 2 : 64;
        dataset->rows = mem_resize(dataset->rows, cap, sizeof(*dataset->rows));
        memset(dataset->rows + dataset->cap, 0, (cap - dataset->cap) * sizeof(*dataset->rows));
        dataset->cap = cap;
    }
    if (dataset->rows[row]) dataset->bytes -= row_bytes(dataset, dataset->rows[row]);
    mem_free(dataset->rows[row]);
    dataset->rows[row] = make_block(dataset->schema.count, values);
    dataset->bytes += row_bytes(dataset, dataset->rows[row]);
}

// ---- reading ----

// An id of any characters follows the ARN and a blank, which no ARN has.
static void add_prefix(const struct resource *resource, struct buf *out) {
    buf_add(out, resource->arn);
    buf_add_char(out, ' ');
}

struct reading {
    struct dataset *dataset;
    struct str prefix;
};

// A row that does not fit the schema (any more) keeps its id: all its values are missing.
static bool read_row(void *context, const struct store_record *record) {
    struct reading *reading = context;
    struct personalize_schema_value values[PERSONALIZE_SCHEMA_MAX_FIELDS] = {0};
    struct dataset *dataset = reading->dataset;
    CLEANUP(json_release) struct json properties = {0};
    struct error ignored;
    if (!str_starts_with(record->id, reading->prefix)) return false;
    if (!json_parse(record->body, &properties, &ignored) ||
        !personalize_schema_read(
            &dataset->schema, properties.root, dataset->id_field, values, &ignored)) {
        memset(values, 0, sizeof(values));
    }
    put_row(dataset, str_skip(record->id, reading->prefix.len), values);
    return true;
}

static struct dataset *read(struct cloud *cloud, struct resource *resource) {
    enum personalize_schema_dataset type;
    struct error ignored;
    if (resource->dataset) return resource->dataset;
    const struct resource *schema =
        resources_find(cloud, PERSONALIZE_CONTROL_SCHEMA, resources_text(resource, "schemaArn"));
    if (!schema ||
        !personalize_schema_dataset_parse(resources_text(resource, "datasetType"), &type)) {
        return NULL;
    }
    struct dataset *dataset = MEM_NEW(struct dataset);
    dataset->id_field = id_fields[type] ? id_fields[type] : "";
    if (!personalize_schema_parse(resources_text(schema, "schema"), &dataset->schema, &ignored)) {
        datasets_free(dataset);
        return NULL;
    }
    CLEANUP(buf_release) struct buf prefix = {0};
    add_prefix(resource, &prefix);
    struct reading reading = {.dataset = dataset, .prefix = buf_str(&prefix)};
    store_each_record(cloud->store, STR(DATASETS_RECORDS), reading.prefix, 0, read_row, &reading);
    resource->dataset = dataset;
    return dataset;
}

struct dataset *
datasets_of_group(struct cloud *cloud, struct str group_arn, enum personalize_schema_dataset type) {
    struct resource *one = NULL;
    while ((one = resources_next(cloud, PERSONALIZE_CONTROL_DATASET, one))) {
        enum personalize_schema_dataset its;
        if (str_equal(one->group_arn, group_arn) && resources_is_active(cloud, one) &&
            personalize_schema_dataset_parse(resources_text(one, "datasetType"), &its) &&
            its == type) {
            return read(cloud, one);
        }
    }
    return NULL;
}

// ---- writing ----

static void store_row(
    struct cloud *cloud, const struct resource *resource, struct str id, struct str properties) {
    CLEANUP(buf_release) struct buf name = {0};
    add_prefix(resource, &name);
    buf_add(&name, id);
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = STR(DATASETS_RECORDS),
                          .id = buf_str(&name),
                          .body = properties,
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms});
}

void datasets_seed_row(
    struct cloud *cloud, const struct resource *resource, struct str id, struct str properties) {
    store_row(cloud, resource, id, properties);
}

struct removing {
    struct str prefix;
    struct names ids;
};

static bool note_row(void *context, const struct store_record *record) {
    struct removing *removing = context;
    if (!str_starts_with(record->id, removing->prefix)) return false;
    (void)names_add(&removing->ids, record->id);
    return true;
}

void datasets_remove_all(struct cloud *cloud, const struct resource *resource) {
    CLEANUP(buf_release) struct buf prefix = {0};
    add_prefix(resource, &prefix);
    struct removing removing = {.prefix = buf_str(&prefix)};
    store_each_record(cloud->store, STR(DATASETS_RECORDS), removing.prefix, 0, note_row, &removing);
    for (uint32_t i = 0; i < removing.ids.used; i++)
        store_remove_record(cloud->store, STR(DATASETS_RECORDS), names_text(&removing.ids, i));
    names_release(&removing.ids);
}

static bool refuse(struct aws_error *refusal, const char *code, int status, const char *text) {
    access_refuse(refusal, status, code, str_from(text));
    return false;
}

static struct dataset *find_for_put(
    struct cloud *cloud,
    struct str arn,
    enum personalize_records_kind kind,
    struct resource **out,
    struct aws_error *refusal) {
    static const enum personalize_schema_dataset types[] = {
        [PERSONALIZE_RECORDS_ITEMS] = PERSONALIZE_SCHEMA_ITEMS,
        [PERSONALIZE_RECORDS_USERS] = PERSONALIZE_SCHEMA_USERS,
        [PERSONALIZE_RECORDS_ACTIONS] = PERSONALIZE_SCHEMA_ACTIONS,
    };
    enum personalize_schema_dataset type;
    struct resource *resource = resources_find(cloud, PERSONALIZE_CONTROL_DATASET, arn);
    CLEANUP(buf_release) struct buf text = {0};
    if (!resource) {
        buf_add_format(&text, "Could not find dataset with ARN: " STR_FMT, STR_ARG(arn));
        (void)refuse(refusal, "ResourceNotFoundException", 404, buf_text(&text));
        return NULL;
    }
    if (!resources_is_active(cloud, resource)) {
        (void)refuse(
            refusal, "ResourceInUseException", 409, "The dataset is not in the ACTIVE state.");
        return NULL;
    }
    if (!personalize_schema_dataset_parse(resources_text(resource, "datasetType"), &type) ||
        type != types[kind]) {
        buf_add_format(
            &text, "The dataset must be of the type %s",
            personalize_schema_dataset_name(types[kind]));
        (void)refuse(refusal, "InvalidInputException", 400, buf_text(&text));
        return NULL;
    }
    struct dataset *dataset = read(cloud, resource);
    if (!dataset)
        (void)refuse(refusal, "InvalidInputException", 400, "The dataset has no usable schema.");
    *out = resource;
    return dataset;
}

// Of all datasets that have been read.
static size_t count_bytes(struct cloud *cloud) {
    size_t bytes = 0;
    const struct resource *one = NULL;
    while ((one = resources_next(cloud, PERSONALIZE_CONTROL_DATASET, one)))
        bytes += one->dataset ? one->dataset->bytes : 0;
    return bytes;
}

static bool check_records(
    struct cloud *cloud,
    const struct dataset *dataset,
    const struct personalize_records *records,
    struct aws_error *refusal) {
    struct personalize_schema_value values[PERSONALIZE_SCHEMA_MAX_FIELDS];
    size_t bytes = count_bytes(cloud);
    for (size_t i = 0; i < records->count; i++) {
        struct error err = {0};
        if (!personalize_schema_read(
                &dataset->schema, records->records[i].properties.root, dataset->id_field, values,
                &err)) {
            return refuse(refusal, "InvalidInputException", 400, err.message);
        }
        bytes += block_bytes(dataset->schema.count, values) + records->records[i].id.len;
    }
    if (bytes <= DATASETS_LIMIT_BYTES &&
        dataset->ids.count + records->count <= DATASETS_LIMIT_ROWS) {
        return true;
    }
    return refuse(
        refusal, "LimitExceededException", 400,
        "The sandbox keeps no more records of this dataset.");
}

bool datasets_put(
    struct cloud *cloud,
    struct str region,
    const struct personalize_records *records,
    enum personalize_records_kind kind,
    struct aws_error *refusal) {
    struct personalize_schema_value values[PERSONALIZE_SCHEMA_MAX_FIELDS];
    struct resource *resource = NULL;
    const bool is_here = str_equal(region, str_from(cloud_region(cloud)));
    struct dataset *dataset =
        find_for_put(cloud, is_here ? records->dataset_arn : STR(""), kind, &resource, refusal);
    if (!dataset || !check_records(cloud, dataset, records, refusal)) return false;
    for (size_t i = 0; i < records->count; i++) {
        const struct personalize_record *record = &records->records[i];
        CLEANUP(buf_release) struct buf text = {0};
        struct error ignored;
        (void)!personalize_schema_read(
            &dataset->schema, record->properties.root, dataset->id_field, values, &ignored);
        json_print(record->properties.root, &text);
        put_row(dataset, record->id, values);
        store_row(cloud, resource, record->id, buf_str(&text));
        if (kind == PERSONALIZE_RECORDS_ITEMS) ledger_add_item(cloud, record->id);
    }
    return true;
}
