// personalize_control — statuses from times, requests by the tables, recipes by ARN; and the schemas of
// datasets with the records read by them.
#include "aws/personalize_control.h"

#include "aws/personalize.h"
#include "aws/personalize_schema.h"
#include "base/attributes.h"
#include "support/test.h"

static void personalize_control_statuses_follow_the_clock(void **state) {
    static const struct {
        int64_t created, stopped, deleted, step, now;
        const char *status;
        int64_t changed;
    } cases[] = {
        {100, 0, 0, 10, 100, "CREATE PENDING", 100},
        {100, 0, 0, 10, 109, "CREATE PENDING", 100},
        {100, 0, 0, 10, 110, "CREATE IN_PROGRESS", 110},
        {100, 0, 0, 10, 119, "CREATE IN_PROGRESS", 110},
        {100, 0, 0, 10, 120, "ACTIVE", 120},
        {100, 0, 0, 10, 99999, "ACTIVE", 120},
        {100, 0, 0, 0, 100, "ACTIVE", 100},
        {100, 0, 0, 10, 50, "CREATE PENDING", 100}, // the clock went back
        {100, 105, 0, 10, 105, "CREATE STOPPING", 105},
        {100, 105, 0, 10, 115, "CREATE STOPPED", 115},
        {100, 0, 200, 10, 205, "DELETE PENDING", 200},
        {100, 0, 200, 10, 215, "DELETE IN_PROGRESS", 210},
        {100, 0, 200, 10, 220, "", 220},
        {100, 0, 200, 0, 200, "", 200},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct personalize_control_life life = {
            .created_ms = cases[i].created,
            .stopped_ms = cases[i].stopped,
            .deleted_ms = cases[i].deleted,
            .step_ms = cases[i].step};
        const enum personalize_control_status status =
            personalize_control_status(&life, cases[i].now);
        print_message("%zu %s\n", i, cases[i].status);
        assert_string_equal(personalize_control_status_text(status), cases[i].status);
        const int64_t next_ms = personalize_control_next_ms(&life, cases[i].now);
        assert_true(next_ms > cases[i].now);
        if (next_ms != INT64_MAX) {
            assert_int_equal(personalize_control_status(&life, next_ms - 1), status);
            assert_int_not_equal(personalize_control_status(&life, next_ms), status);
        }
        if (cases[i].now >= cases[i].created)
            assert_int_equal(personalize_control_changed_ms(&life, cases[i].now), cases[i].changed);
    }
}

// Every operation of the control plane has a row, and what it describes or lists has names.
static void personalize_control_knows_every_operation(void **state) {
    (void)state;
    size_t count = 0;
    for (int id = 0; id < OPERATION_COUNT; id++) {
        const struct operation *operation = operation_get((enum operation_id)id);
        if (!str_equal(str_from(operation->service), STR("personalize"))) continue;
        const struct personalize_control_operation *row =
            personalize_control_find((enum operation_id)id);
        print_message("%s\n", operation->name);
        assert_non_null(row);
        count++;
        if (row->verb == PERSONALIZE_CONTROL_OTHER) continue;
        const struct personalize_control_row *kind = personalize_control_kind_row(row->kind);
        if (row->verb == PERSONALIZE_CONTROL_LIST_ALL) assert_non_null(kind->list_member);
        if (row->verb == PERSONALIZE_CONTROL_DESCRIBE) {
            assert_non_null(kind->member);
            assert_string_equal(row->members[0].name, kind->arn_member);
        }
    }
    assert_true(count >= 45);
    assert_null(personalize_control_find(OPERATION_PUT_EVENTS));
}

static void personalize_control_reads_by_the_tables(void **state) {
    static const struct {
        enum operation_id operation;
        const char *body;
        enum error_code code;
        const char *part;
    } cases[] = {
        {OPERATION_LIST_FILTERS, "", ERROR_NONE, NULL},
        {OPERATION_LIST_FILTERS, "{\"maxResults\":100,\"datasetGroupArn\":null}", ERROR_NONE, NULL},
        {OPERATION_LIST_FILTERS, "{\"maxResults\":101}", ERROR_USAGE, "less than or equal to 100"},
        {OPERATION_LIST_FILTERS, "{\"maxResults\":1.5}", ERROR_INVALID, "an Integer"},
        {OPERATION_LIST_FILTERS, "[]", ERROR_INVALID, ""},
        {OPERATION_CREATE_FILTER, "{\"name\":\"a b\"}", ERROR_USAGE, "regular expression pattern"},
        {OPERATION_CREATE_FILTER, "{\"name\":\"a\"}", ERROR_USAGE, "'datasetGroupArn'"},
        {OPERATION_CREATE_DATASET_GROUP, "{\"name\":\"a\",\"domain\":\"X\"}", ERROR_USAGE,
         "[ECOMMERCE, VIDEO_ON_DEMAND]"},
        {OPERATION_CREATE_DATASET_GROUP, "{\"name\":\"a\",\"tags\":{}}", ERROR_INVALID, "a List"},
        {OPERATION_CREATE_SOLUTION, "{\"name\":\"a\",\"performHPO\":\"yes\"}", ERROR_USAGE,
         "datasetGroupArn"},
        {OPERATION_DELETE_CAMPAIGN, "{\"campaignArn\":\"arn:aws:lambda:r:a:function\"}",
         ERROR_USAGE, "personalize"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(json_release) struct json json = {0};
        struct error err = {0};
        print_message("%s\n", cases[i].body);
        const bool is_read = personalize_control_read(
            personalize_control_find(cases[i].operation), str_from(cases[i].body), &json, &err);
        assert_int_equal(is_read, cases[i].code == ERROR_NONE);
        assert_int_equal(err.code, cases[i].code);
        if (cases[i].part) assert_non_null(strstr(err.message, cases[i].part));
    }
}

static void personalize_control_finds_recipes_by_arn(void **state) {
    static const struct {
        const char *arn, *name;
    } cases[] = {
        {"arn:aws:personalize:::recipe/aws-sims", "aws-sims"},
        {"arn:aws-cn:personalize:::recipe/aws-user-personalization-v2",
         "aws-user-personalization-v2"},
        {"arn:aws:personalize:::recipe/aws-user-personalization", "aws-user-personalization"},
        {"arn:aws:personalize:::recipe/aws-none", NULL},
        {"arn:aws:personalize:::algorithm/aws-sims", NULL},
        {"arn:aws:personalize:us-east-1:123456789012:recipe/aws-sims", NULL},
        {"aws-sims", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct personalize_control_recipe *recipe =
            personalize_control_recipe_find(str_from(cases[i].arn));
        print_message("%s\n", cases[i].arn);
        assert_int_equal(recipe != NULL, cases[i].name != NULL);
        if (recipe) assert_string_equal(recipe->name, cases[i].name);
    }
}

// ---- schemas ----

#define RECORD(fields) "{\"type\":\"record\",\"name\":\"Items\",\"fields\":[" fields "]}"
#define ID "{\"name\":\"ITEM_ID\",\"type\":\"string\"}"

static void personalize_schema_reads_avro(void **state) {
    static const struct {
        const char *avro, *refusal;
    } cases[] = {
        {RECORD(ID ",{\"name\":\"NUM_RATINGS\",\"type\":[\"int\",\"null\"]}"), NULL},
        {RECORD(ID), "at least one metadata field"},
        {RECORD("{\"name\":\"A\",\"type\":\"string\"}"), "lacks the required field ITEM_ID"},
        {RECORD(ID "," ID), "duplicate field ITEM_ID"},
        {RECORD(""), "no fields"},
        {RECORD("{\"type\":\"string\"}"), "no valid name"},
        {RECORD("{\"name\":\"1A\",\"type\":\"string\"}"), "no valid name"},
        {RECORD("{\"name\":\"A\",\"type\":{\"type\":\"array\"}}"), "unsupported type of field A"},
        {RECORD("{\"name\":\"A\",\"type\":[]}"), "unsupported type of field A"},
        {"{\"type\":\"array\",\"name\":\"Items\"}", "its type is not \"record\""},
        {"{\"type\":\"record\",\"fields\":[]}", "no name"},
        {"[]", "not a JSON object"},
        {"{", "not a JSON object"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(personalize_schema_release) struct personalize_schema schema = {0};
        struct error err = {0};
        print_message("%s\n", cases[i].avro);
        const bool fits = personalize_schema_parse(str_from(cases[i].avro), &schema, &err) &&
                          personalize_schema_fits(&schema, PERSONALIZE_SCHEMA_ITEMS, &err);
        assert_int_equal(fits, cases[i].refusal == NULL);
        if (!fits) {
            assert_int_equal(err.code, ERROR_USAGE);
            assert_non_null(strstr(err.message, cases[i].refusal));
            assert_true(err.hint[0] != '\0');
        }
    }
}

static const char shoes[] =
    RECORD(ID ",{\"name\":\"NUM_RATINGS\",\"type\":[\"null\",\"int\"]},"
              "{\"name\":\"CATEGORY_L1\",\"type\":\"string\",\"categorical\":true},"
              "{\"name\":\"PRICE\",\"type\":[\"float\",\"null\"]},"
              "{\"name\":\"IN_STOCK\",\"type\":[\"boolean\",\"null\"]}");

static void personalize_schema_reads_records(void **state) {
    static const struct {
        const char *properties, *refusal;
    } cases[] = {
        {"{\"categoryL1\":\"a|b\"}", NULL},
        {"{\"categoryL1\":\"a\",\"numRatings\":\"12\",\"price\":1e3,\"inStock\":\"True\"}", NULL},
        {"{\"categoryL1\":\"a\",\"numRatings\":null}", NULL},
        {"{}", "missing for the required field categoryL1"},
        {"{\"categoryL1\":null}", "missing for the required field categoryL1"},
        {"{\"categoryL1\":\"a\",\"numRatings\":1.5}", "type of numRatings"},
        {"{\"categoryL1\":\"a\",\"price\":true}", "type of price"},
        {"{\"categoryL1\":\"a\",\"inStock\":1}", "type of inStock"},
        {"{\"categoryL1\":[\"a\"]}", "type of categoryL1"},
        {"{\"categoryL1\":\"a\",\"CATEGORY_L1\":\"b\"}", "no field for the key CATEGORY_L1"},
        {"{\"categoryL1\":\"a\",\"itemId\":\"b\"}", "no field for the key itemId"},
    };
    CLEANUP(personalize_schema_release) struct personalize_schema schema = {0};
    struct personalize_schema_value values[5];
    struct error err = {0};
    (void)state;
    assert_ok(personalize_schema_parse(str_from(shoes), &schema, &err), err);
    assert_string_equal(schema.fields[1].key, "numRatings");
    assert_string_equal(schema.fields[2].key, "categoryL1");
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(json_release) struct json json = {0};
        err = (struct error){0};
        print_message("%s\n", cases[i].properties);
        assert_ok(json_parse(str_from(cases[i].properties), &json, &err), err);
        const bool is_read = personalize_schema_read(&schema, json.root, "ITEM_ID", values, &err);
        assert_int_equal(is_read, cases[i].refusal == NULL);
        if (is_read) {
            assert_int_equal(values[0].kind, PERSONALIZE_SCHEMA_NONE);
            assert_int_equal(values[2].kind, PERSONALIZE_SCHEMA_IS_TEXT);
            continue;
        }
        assert_int_equal(err.code, ERROR_USAGE);
        assert_non_null(strstr(err.message, cases[i].refusal));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(personalize_control_statuses_follow_the_clock),
        cmocka_unit_test(personalize_control_knows_every_operation),
        cmocka_unit_test(personalize_control_reads_by_the_tables),
        cmocka_unit_test(personalize_control_finds_recipes_by_arn),
        cmocka_unit_test(personalize_schema_reads_avro),
        cmocka_unit_test(personalize_schema_reads_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
