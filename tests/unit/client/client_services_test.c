// client_services — the handler's services against a scripted cloud.
#include "support/client_fixture.h"
#include "support/test.h"

#include "client/client_services.h"

#include <math.h>

static const struct services_event one_event = {
    .event_id = {"e-1", 3},
    .event_type = {"Product Clicked", 15},
    .item_id = {"sku-9", 5},
    .properties = {"{\"itemId\":\"sku-9\"}", 18},
    .sent_at_s = 1714564800};
static const struct services_put_events put = {
    .tracking_id = {"0c3e7e52-58c0-4a77-9a35-2f9b6f8e1d10", 36},
    .session_id = {"s-1", 3},
    .user_id = {"u-17", 4},
    .events = &one_event,
    .event_count = 1};
#define CAMPAIGN "arn:aws:personalize:us-east-1:123456789012:campaign/segment-workshop-campaign"
static const struct services_query query = {
    .campaign_arn = {CAMPAIGN, sizeof(CAMPAIGN) - 1}, .user_id = {"u-17", 4}, .count = 5};

static void recommend_and_check(const struct services *table) {
    struct services_items items = {0};
    struct error err = {0};
    assert_ok(table->get_recommendations(table->context, &query, &items, &err), err);
    assert_int_equal(items.count, 2);
    assert_string_equal(items.items[0].item_id, "a");
    assert_true(isnan(items.items[1].score));
    assert_string_equal(items.recommendation_id, "RID-1");
    assert_string_equal(items.request_id, "q-1");
    assert_int_equal(items.http_status, 200);
    assert_int_equal(items.retries, 0);
    services_items_release(&items);
}

static void purchases_and_check(const struct services *table) {
    struct services_names names = {0};
    struct error err = {0};
    assert_ok(table->purchased_products(table->context, STR("u-17"), &names, &err), err);
    assert_int_equal(names.count, 2);
    assert_true(services_names_has(&names, STR("c")));
    services_names_release(&names);
}

static void identify_and_check(const struct services *table) {
    struct event message = {0};
    struct error err = {0};
    assert_ok(
        event_decode(
            STR("{\"userId\":\"u-17\",\"messageId\":\"m-1\",\"traits\":{}}"), EVENT_IDENTIFY,
            &message, &err),
        err);
    assert_ok(table->identify(table->context, &message, &err), err);
    event_release(&message);
}

static void check_counts(const struct client_services *services) {
    for (int i = 0; i < CLIENT_SERVICES_CALL_COUNT; i++) {
        const struct client_services_count *count =
            client_services_at(services, (enum client_services_call)i);
        assert_int_equal(count->calls, 1);
        assert_int_equal(count->attempts, 1);
        assert_int_equal(count->status, 200);
        assert_true(count->ms > 0);
        assert_int_equal(count->error.code, ERROR_NONE);
    }
}

static void client_services_do_the_whole_loop_on_one_connection(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 200},
        {.status = 200,
         .headers = "x-amzn-RequestId: q-1\r\n",
         .body = "{\"itemList\":[{\"itemId\":\"a\",\"score\":0.5},{\"itemId\":\"b\"}],"
                 "\"recommendationId\":\"RID-1\"}"},
        {.status = 200,
         .body =
             "{\"traits\":{\"purchased_products\":[\"b\",\"c\"]},\"cursor\":{\"has_more\":false}}"},
        {.status = 200, .body = "{\"success\":true}"},
    };
    struct client_fixture fixture;
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 4});
    struct client_services *services = client_services_new(fixture.client, NULL);
    const struct services *table = client_services_table(services);
    client_services_begin(services);
    assert_ok(table->put_events(table->context, &put, &err), err);
    recommend_and_check(table);
    purchases_and_check(table);
    identify_and_check(table);
    assert_int_equal(loopback_connection_count(fixture.server), 1);
    assert_contains(loopback_request(fixture.server, 0), "POST /events ");
    assert_contains(loopback_request(fixture.server, 0), "1714564800");
    assert_contains(loopback_request(fixture.server, 3), "POST /v1/identify ");
    check_counts(services);
    client_services_begin(services);
    assert_int_equal(client_services_at(services, CLIENT_SERVICES_IDENTIFY)->calls, 0);
    client_services_free(services);
    client_fixture_stop(&fixture);
}

static void client_services_use_the_region_they_are_told(void **state) {
    static const struct loopback_exchange script[] = {{.status = 200}};
    struct client_fixture fixture;
    struct error err = {0};
    struct services_put_events elsewhere = put;
    (void)state;
    elsewhere.region = STR("eu-west-1");
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 1});
    struct client_services *services = client_services_new(fixture.client, NULL);
    const struct services *table = client_services_table(services);
    assert_ok(table->put_events(table->context, &elsewhere, &err), err);
    assert_contains(loopback_request(fixture.server, 0), "/eu-west-1/personalize/aws4_request");
    client_services_free(services);
    client_fixture_stop(&fixture);
}

static void client_services_tell_a_new_shopper_from_a_failure(void **state) {
    static const struct loopback_exchange script[] = {
        {.status = 404, .body = "{\"error\":{\"code\":\"not_found\",\"message\":\"no\"}}"},
        {.status = 200, .body = "{\"traits\":{},\"cursor\":{\"has_more\":false}}"},
    };
    struct client_fixture fixture;
    struct services_names names = {0};
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 2});
    struct client_services *services = client_services_new(fixture.client, NULL);
    const struct services *table = client_services_table(services);
    assert_false(table->purchased_products(table->context, STR("u-1"), &names, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_int_equal(
        client_services_at(services, CLIENT_SERVICES_PURCHASED)->error.code, ERROR_NOT_FOUND);
    assert_ok(table->purchased_products(table->context, STR("u-1"), &names, &err), err);
    assert_int_equal(names.count, 0);
    client_services_free(services);
    client_fixture_stop(&fixture);
}

static void client_services_keep_the_budget_of_all_calls_together(void **state) {
    static const struct loopback_exchange script[] = {{.after = LOOPBACK_HOLD}};
    struct client_fixture fixture;
    struct services_items items = {0};
    struct error err = {0};
    (void)state;
    client_fixture_start(
        &fixture, &(struct client_fixture_options){.script = script, .script_count = 1});
    struct client_services *services =
        client_services_new(fixture.client, &(struct client_services_options){.budget_ms = 60});
    const struct services *table = client_services_table(services);
    assert_false(table->get_recommendations(table->context, &query, &items, &err));
    assert_int_equal(err.code, ERROR_TIMEOUT);
    assert_false(table->put_events(table->context, &put, &err));
    assert_int_equal(err.code, ERROR_TIMEOUT);
    assert_contains(str_from(err.message), "budget of 60 ms");
    assert_int_equal(loopback_request_count(fixture.server), 1); // the second was not sent
    client_services_free(services);
    client_fixture_stop(&fixture);
}

static void client_services_offer_purchases_only_with_access_to_profiles(void **state) {
    struct client_fixture fixture;
    (void)state;
    client_fixture_start(&fixture, &(struct client_fixture_options){.is_empty = true});
    struct client_services *services = client_services_new(fixture.client, NULL);
    assert_null(client_services_table(services)->purchased_products);
    client_services_free(services);
    client_fixture_stop(&fixture);
}

static void keep_line(void *context, struct str line) {
    buf_add(context, line);
}

static void client_services_pass_the_log_on(void **state) {
    CLEANUP(buf_release) struct buf log = {0};
    struct client_fixture fixture;
    (void)state;
    client_fixture_start(&fixture, &(struct client_fixture_options){0});
    struct client_services *services = client_services_new(
        fixture.client, &(struct client_services_options){.log = keep_line, .log_context = &log});
    const struct services *table = client_services_table(services);
    table->log(table->context, STR("[INFO] hello"));
    assert_str(buf_str(&log), "[INFO] hello");
    assert_true(table->now_ms(table->context) > INT64_C(1700000000000));
    client_services_free(services);
    client_fixture_stop(&fixture);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(client_services_do_the_whole_loop_on_one_connection),
    cmocka_unit_test(client_services_use_the_region_they_are_told),
    cmocka_unit_test(client_services_tell_a_new_shopper_from_a_failure),
    cmocka_unit_test(client_services_keep_the_budget_of_all_calls_together),
    cmocka_unit_test(client_services_offer_purchases_only_with_access_to_profiles),
    cmocka_unit_test(client_services_pass_the_log_on),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
