#include "walked.h"

#include "generator/shopper_model.h"
#include "segment/event.h"
#include "segment/ingest.h"
#include "segment/products.h"

#define FIRST_DAY 18262 // 2020-01-01

static const struct generator_plan small = {
    .model = GENERATOR_SHOPPER,
    .seed = 11,
    .from_day = FIRST_DAY,
    .to_day = FIRST_DAY + 13,
    .users = 90,
};

static void shoppers_print_the_same_bytes_everywhere(void **state) {
    (void)state;
    CLEANUP(walked_release) struct walked walked = {0};
    walk_plan(&small, &walked);
    char digest[DIGEST_HEX_BYTES];
    digest_sha256_hex(buf_str(&walked.text), digest);
    assert_in_range(walked.count, 1000, 10000);
    assert_str(
        str_from(digest), "0ade4bb8be238c0ef9520966b05bbeacb075d475b895b9e1eafba0829be8daac");
}

static void shoppers_differ_with_the_seed_but_keep_their_ids(void **state) {
    (void)state;
    CLEANUP(walked_release) struct walked one = {0}, other = {0};
    struct generator_plan plan = small;
    walk_plan(&plan, &one);
    plan.seed++;
    walk_plan(&plan, &other);
    assert_false(str_equal(buf_str(&one.text), buf_str(&other.text)));
    assert_contains(
        buf_str(&one.text), "\"userId\":\"2941404340\",\"anonymousId\":\"2941404340-anon\"");
    assert_contains(
        buf_str(&other.text), "\"userId\":\"2941404340\",\"anonymousId\":\"2941404340-anon\"");
}

static void shards_are_the_single_plan_dealt_out(void **state) {
    (void)state;
    enum { SHARDS = 4 };
    CLEANUP(walked_release) struct walked single = {0};
    struct walked shards[SHARDS] = {0};
    size_t heads[SHARDS] = {0};
    walk_plan(&small, &single);
    for (uint32_t i = 0; i < SHARDS; i++) {
        struct generator_plan plan = small;
        plan.shard = i;
        plan.shards = SHARDS;
        walk_plan(&plan, &shards[i]);
        assert_true(shards[i].count > single.count / 10);
    }
    for (size_t at = 0; at < single.count; at++) {
        size_t found = SHARDS;
        for (size_t i = 0; i < SHARDS; i++) {
            if (heads[i] < shards[i].count &&
                str_equal(walked_line(&shards[i], heads[i]), walked_line(&single, at)))
                found = i;
        }
        assert_true(found < SHARDS);
        heads[found]++;
    }
    for (size_t i = 0; i < SHARDS; i++) {
        assert_int_equal(heads[i], shards[i].count);
        walked_release(&shards[i]);
    }
}

static void shards_without_shoppers_end_at_once(void **state) {
    (void)state;
    struct generator_plan plan = small;
    plan.users = 3;
    plan.shard = 4;
    plan.shards = 5;
    plan.to_day = FIRST_DAY + 36525;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
    struct generator_message message;
    assert_false(generator_next(generator, &message));
}

static void a_silent_source_leaves_the_others_alone(void **state) {
    (void)state;
    CLEANUP(walked_release) struct walked all = {0};
    walk_plan(&small, &all);
    for (unsigned mask = 1; mask < 1u << GENERATOR_SOURCE_COUNT; mask++) {
        CLEANUP(walked_release) struct walked some = {0};
        struct generator_plan plan = small;
        for (size_t i = 0; i < GENERATOR_SOURCE_COUNT; i++)
            plan.is_silent[i] = mask >> i & 1;
        walk_plan(&plan, &some);
        size_t at = 0;
        for (size_t i = 0; i < all.count; i++) {
            if (plan.is_silent[all.sources[i]]) continue;
            assert_true(at < some.count);
            assert_true(str_equal(walked_line(&some, at), walked_line(&all, i)));
            at++;
        }
        assert_int_equal(at, some.count);
    }
}

static void every_position_can_be_gone_to(void **state) {
    (void)state;
    struct generator_plan plan = small;
    plan.users = 40;
    plan.is_silent[GENERATOR_ANDROID] = true;
    CLEANUP(walked_release) struct walked walked = {0};
    walk_plan(&plan, &walked);
    assert_true(walked.count > 300);
    CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
    CLEANUP(buf_release) struct buf line = {0};
    for (size_t i = 0; i < walked.count; i++) {
        const size_t at = i * 37 % walked.count; // here and there
        struct error err = {0};
        struct generator_message message;
        assert_ok(generator_seek(generator, &walked.positions[at], &err), err);
        for (size_t k = at; k < walked.count && k < at + 12; k++) {
            buf_reset(&line);
            assert_true(generator_next(generator, &message));
            generator_add_json(generator, &message, &line);
            buf_add_char(&line, '\n');
            assert_true(str_equal(buf_str(&line), walked_line(&walked, k)));
        }
    }
}

static void a_place_without_a_visit_is_no_position(void **state) {
    (void)state;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&small);
    const struct generator_position wrong[] = {
        {.ordinal = 1, .day = FIRST_DAY - 1, .step = 40000},
        {.ordinal = 1, .day = FIRST_DAY + 1, .step = 100, .unit = 4},
        {.ordinal = 1, .day = FIRST_DAY + 1, .step = 86399, .unit = UINT32_MAX},
        {.ordinal = 1, .day = FIRST_DAY + 1, .step = 86400},
        {.ordinal = 1, .day = FIRST_DAY + 13, .step = UINT32_MAX, .unit = UINT32_MAX},
    };
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct error err = {0};
        assert_false(generator_seek(generator, &wrong[i], &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_true(err.hint[0] != '\0');
    }
}

// Visits in the order in which they begin, each in one piece and on its day.
static void visits_come_in_order_and_in_one_piece(void **state) {
    (void)state;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&small);
    struct generator_message message;
    struct generator_position last = {0}, at;
    int64_t last_ms = 0;
    for (generator_tell(generator, &at); generator_next(generator, &message);
         last = at, generator_tell(generator, &at)) {
        assert_int_equal(at.ordinal, last.day ? last.ordinal + 1 : 0);
        const int64_t start_ms = (at.day * 86400 + at.step) * 1000;
        assert_true(message.timestamp_ms >= start_ms);
        assert_true(message.timestamp_ms < start_ms + SHOPPER_MODEL_APART * INT64_C(1000));
        assert_true(message.timestamp_ms < (at.day + 1) * INT64_C(86400000));
        if (at.message == 0) {
            assert_int_equal(message.timestamp_ms, start_ms);
            const int64_t last_start_ms = (last.day * 86400 + last.step) * 1000;
            assert_true(start_ms >= last_start_ms);
            if (start_ms == last_start_ms) assert_true(at.unit > last.unit);
        } else {
            assert_int_equal(at.day, last.day);
            assert_int_equal(at.step, last.step);
            assert_int_equal(at.unit, last.unit);
            assert_int_equal(at.message, last.message + 1);
            assert_true(
                message.timestamp_ms >= last_ms + SHOPPER_MODEL_PAUSE_LEAST * INT64_C(1000));
            assert_true(message.timestamp_ms <= last_ms + SHOPPER_MODEL_PAUSE_MOST * INT64_C(1000));
        }
        last_ms = message.timestamp_ms;
    }
}

// ---- what is printed ----

static int64_t cents_of(const struct json_node *object, const char *key) {
    double number = -1;
    assert_true(json_number(json_get(object, key), &number));
    return llround(number * 100);
}

static void check_order(const struct json_node *properties, const struct generator_message *told) {
    int64_t sum = 0;
    size_t at = 0;
    const struct json_node *product = json_first(json_get(properties, "products"));
    for (; product; product = json_next(product), at++) {
        int64_t quantity = 0;
        assert_true(json_integer(json_get(product, "quantity"), &quantity));
        assert_true(quantity > 0);
        sum += quantity * cents_of(product, "price");
        assert_true(at < told->product_count);
        assert_str(json_get_text(product, "sku"), told->products[at]->sku);
    }
    assert_int_equal(at, told->product_count);
    assert_int_equal(cents_of(properties, "total"), sum);
    assert_int_equal(cents_of(properties, "revenue"), sum);
    assert_str(json_get_text(properties, "currency"), "USD");
    assert_true(str_starts_with(json_get_text(properties, "order_id"), STR("o-")));
    assert_null(json_get(properties, "sku"));
}

static void check_track(const struct event *event, const struct generator_message *told) {
    const struct json_node *properties = event_properties(event);
    struct products products;
    products_read(properties, &products); // as the handler reads it
    assert_int_equal(products.count, told->product_count);
    for (size_t i = 0; i < products.count; i++)
        assert_str(products.skus[i], told->products[i]->sku);
    if (str_equal(event->name, STR("Order Completed"))) check_order(properties, told);
    if (str_equal(event->name, STR("Product Viewed"))) {
        assert_str(json_get_text(properties, "name"), told->products[0]->name);
        assert_int_equal(cents_of(properties, "price"), told->products[0]->price_cents);
    }
}

static void messages_are_what_segment_takes(void **state) {
    (void)state;
    struct generator_plan plan = small;
    plan.to_day = FIRST_DAY + 40;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
    struct generator_message message;
    CLEANUP(buf_release) struct buf line = {0};
    size_t orders = 0, several = 0, largest = 0;
    while (generator_next(generator, &message)) {
        buf_reset(&line);
        generator_add_json(generator, &message, &line);
        CLEANUP(event_release) struct event event = {0};
        struct error err = {0};
        int64_t timestamp_ms = 0;
        assert_ok(event_decode(buf_str(&line), EVENT_TYPE_COUNT, &event, &err), err);
        assert_int_equal(ingest_check(&event), INGEST_ACCEPTED);
        assert_null(ingest_profile_discard(&event));
        assert_int_equal(event.type, message.type);
        assert_true(str_equal(event.user_id, message.user_id));
        assert_true(str_equal(event.anonymous_id, message.anonymous_id));
        assert_true(str_equal(event.message_id, message.message_id));
        assert_true(event_timestamp_ms(&event, &timestamp_ms));
        assert_int_equal(timestamp_ms, message.timestamp_ms);
        if (event.type == EVENT_IDENTIFY) {
            assert_true(json_get_text(event_traits(&event), "email").len > 0);
        } else {
            check_track(&event, &message);
        }
        const bool is_order = str_equal(message.name, STR("Order Completed"));
        orders += is_order;
        several += is_order && message.product_count > 1;
        if (line.len > largest) largest = line.len;
    }
    assert_true(orders > 30 && several > 3);
    assert_true(largest < EVENT_MAX_BYTES / 8);
}

static void rows_are_one_a_product(void **state) {
    (void)state;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&small);
    struct generator_message message;
    CLEANUP(buf_release) struct buf rows = {0};
    while (generator_next(generator, &message)) {
        buf_reset(&rows);
        generator_add_rows(&message, &rows);
        size_t lines = 0;
        for (size_t i = 0; i < rows.len; i++)
            lines += rows.ptr[i] == '\n';
        assert_int_equal(lines, message.product_count);
        if (lines) assert_true(str_starts_with(buf_str(&rows), message.user_id));
    }
}

// ---- live use ----

static void shoppers_act_now_and_with_fresh_ids(void **state) {
    (void)state;
    struct generator_plan plan = small;
    plan.id_salt = 0xfeed;
    CLEANUP(generator_freep) struct generator *fresh = new_generator(&plan);
    CLEANUP(generator_freep) struct generator *stale = new_generator(&small);
    CLEANUP(buf_release) struct buf line = {0};
    struct generator_message one = {0}, other = {0};
    for (size_t i = 0; i < 500; i++) {
        assert_true(generator_next(fresh, &one));
        assert_true(generator_next(stale, &other));
        assert_false(str_equal(one.message_id, other.message_id));
        assert_true(str_equal(one.name, other.name));
        one.timestamp_ms = INT64_C(1780000000123);
        buf_reset(&line);
        generator_add_json(fresh, &one, &line);
        assert_contains(buf_str(&line), "\"timestamp\":\"2026-05-28T20:26:40.123Z\"");
    }
}

// Days without anybody pass quickly, and the last of all days is a day like the others.
static void a_lone_shopper_lives_to_the_end_of_dates(void **state) {
    (void)state;
    struct generator_plan plan = small;
    plan.users = 1;
    plan.to_day = 2932896; // 9999-12-31
    CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
    struct generator_message message;
    struct generator_position at;
    for (size_t i = 0; i < 20000; i++)
        assert_true(generator_next(generator, &message));
    generator_tell(generator, &at);
    assert_true(at.day > FIRST_DAY + 3000);
    plan.from_day = plan.to_day - 30;
    CLEANUP(walked_release) struct walked walked = {0};
    walk_plan(&plan, &walked);
    assert_true(walked.count > 20);
    plan.from_day = -719162; // 0001-01-01
    plan.to_day = plan.from_day + 30;
    CLEANUP(walked_release) struct walked first = {0};
    walk_plan(&plan, &first);
    assert_true(first.count > 20);
}

static void the_estimate_is_near(void **state) {
    (void)state;
    struct generator_plan plan = small;
    plan.users = 1000;
    plan.to_day = FIRST_DAY + 27;
    for (uint32_t shards = 1; shards <= 3; shards += 2) {
        for (unsigned mask = 0; mask < 1u << GENERATOR_SOURCE_COUNT; mask += 5) {
            plan.shards = shards;
            for (size_t i = 0; i < GENERATOR_SOURCE_COUNT; i++)
                plan.is_silent[i] = mask >> i & 1;
            CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
            struct generator_message message;
            double count = 0;
            while (generator_next(generator, &message))
                count++;
            const double estimate = (double)generator_estimate(&plan);
            assert_true(count <= estimate * 1.05 && count >= estimate * 0.95);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(shoppers_print_the_same_bytes_everywhere),
    cmocka_unit_test(shoppers_differ_with_the_seed_but_keep_their_ids),
    cmocka_unit_test(shards_are_the_single_plan_dealt_out),
    cmocka_unit_test(shards_without_shoppers_end_at_once),
    cmocka_unit_test(a_silent_source_leaves_the_others_alone),
    cmocka_unit_test(every_position_can_be_gone_to),
    cmocka_unit_test(a_place_without_a_visit_is_no_position),
    cmocka_unit_test(visits_come_in_order_and_in_one_piece),
    cmocka_unit_test(messages_are_what_segment_takes),
    cmocka_unit_test(rows_are_one_a_product),
    cmocka_unit_test(shoppers_act_now_and_with_fresh_ids),
    cmocka_unit_test(a_lone_shopper_lives_to_the_end_of_dates),
    cmocka_unit_test(the_estimate_is_near),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
