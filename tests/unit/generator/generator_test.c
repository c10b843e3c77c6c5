#include "walked.h"

#include "base/rng.h"
#include "segment/event.h"
#include "segment/ingest.h"

// Each model with a small plan whose bytes are pinned: another machine or compiler must print the same.
static const struct pinned {
    const char *name;
    struct generator_plan plan;
    const char *sha256;
} pinned[] = {
    {
        .name = "workshop",
        .plan =
            {.model = GENERATOR_WORKSHOP,
             .seed = 7,
             .from_day = 18035,
             .to_day = 18038,
             .users = 12},
        .sha256 = "7ef29e90944c4b6c0de69b0763cea9483b7e415443d3c35b99944ca6f9e06980",
    },
    {
        .name = "shopper",
        .plan =
            {.model = GENERATOR_SHOPPER,
             .seed = 7,
             .from_day = 18035,
             .to_day = 18038,
             .users = 120},
        .sha256 = "66ef3cbf7e88a46de8682ed5d86dad18bae48280eebe962a245e57b47914844b",
    },
};

static void generator_prints_the_same_bytes_everywhere(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        CLEANUP(walked_release) struct walked walked = {0};
        walk_plan(&pinned[i].plan, &walked);
        char digest[DIGEST_HEX_BYTES];
        digest_sha256_hex(buf_str(&walked.text), digest);
        if (!str_equal(str_from(digest), str_from(pinned[i].sha256)))
            print_error("%s: %zu messages\n", pinned[i].name, walked.count);
        assert_str(str_from(digest), pinned[i].sha256);
    }
}

static void generator_repeats_with_its_seed_and_differs_with_another(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        struct generator_plan plan = pinned[i].plan;
        CLEANUP(walked_release) struct walked first = {0}, again = {0}, other = {0};
        walk_plan(&plan, &first);
        walk_plan(&plan, &again);
        plan.seed++;
        walk_plan(&plan, &other);
        assert_true(first.count > 100);
        assert_true(str_equal(buf_str(&first.text), buf_str(&again.text)));
        for (size_t k = 0; k < first.count && k < other.count; k++)
            assert_false(str_equal(walked_line(&first, k), walked_line(&other, k)));
    }
}

// ---- message ids ----

static struct str id_of(struct str line) {
    const struct str key = STR("\"messageId\":\"");
    for (size_t at = 0; at < line.len; at++) {
        const struct str rest = str_skip(line, at);
        if (!str_starts_with(rest, key)) continue;
        const struct str id = str_skip(rest, key.len);
        return str_slice(id, 0, str_find_char(id, '"'));
    }
    fail();
    return line;
}

static int compare_texts(const void *left, const void *right) {
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

static void generator_ids_are_unique_over_populations_and_salts(void **state) {
    (void)state;
    struct generator_plan plan = pinned[0].plan;
    struct walked walks[8] = {0};
    for (size_t i = 0; i < 5; i++, plan.seed++)
        walk_plan(&plan, &walks[i]);
    plan.users++;
    walk_plan(&plan, &walks[5]);
    plan.id_salt = 1;
    walk_plan(&plan, &walks[6]);
    plan.id_salt = UINT64_MAX;
    walk_plan(&plan, &walks[7]);
    size_t count = 0, room = 0;
    for (size_t i = 0; i < ARRAY_COUNT(walks); i++)
        room += walks[i].count;
    struct str *ids = mem_zeroed(room, sizeof(*ids));
    for (size_t i = 0; i < ARRAY_COUNT(walks); i++)
        for (size_t k = 0; k < walks[i].count; k++) {
            ids[count] = id_of(walked_line(&walks[i], k));
            assert_in_range(ids[count].len, 1, EVENT_MAX_MESSAGE_ID_BYTES - 1);
            count++;
        }
    qsort(ids, count, sizeof(*ids), compare_texts);
    for (size_t i = 1; i < count; i++)
        assert_false(str_equal(ids[i - 1], ids[i]));
    mem_free(ids);
    for (size_t i = 0; i < ARRAY_COUNT(walks); i++)
        walked_release(&walks[i]);
}

// The longest there can be: every number at its end.
static void generator_ids_stay_short_in_the_largest_plan(void **state) {
    (void)state;
    CLEANUP(generator_freep)
    struct generator *generator = new_generator(&(struct generator_plan){
        .seed = UINT64_MAX,
        .from_day = 2932890,
        .to_day = 2932896,
        .users = GENERATOR_MOST_USERS,
        .shard = GENERATOR_MOST_SHARDS - 1,
        .shards = GENERATOR_MOST_SHARDS,
        .id_salt = UINT64_MAX,
    });
    struct generator_message message;
    size_t longest = 0;
    for (int i = 0; i < 3000; i++) {
        assert_true(generator_next(generator, &message));
        if (message.message_id.len > longest) longest = message.message_id.len;
    }
    assert_in_range(longest, 40, 70);
}

static void generator_salt_goes_into_the_ids_alone(void **state) {
    (void)state;
    struct generator_plan plan = pinned[0].plan;
    CLEANUP(generator_freep) struct generator *plain = new_generator(&plan);
    plan.id_salt = 0xABCDEF;
    CLEANUP(generator_freep) struct generator *salted = new_generator(&plan);
    struct generator_message left, right;
    CLEANUP(buf_release) struct buf printed = {0}, other = {0};
    while (generator_next(plain, &left)) {
        assert_true(generator_next(salted, &right));
        assert_false(str_equal(left.message_id, right.message_id));
        right.message_id = left.message_id;
        buf_reset(&printed);
        buf_reset(&other);
        generator_add_json(plain, &left, &printed);
        generator_add_json(salted, &right, &other);
        assert_true(str_equal(buf_str(&printed), buf_str(&other)));
    }
    assert_false(generator_next(salted, &right));
}

// ---- shards, silence ----

static struct str *sorted_lines(const struct walked *walks, size_t walk_count, size_t *count) {
    size_t room = 1;
    for (size_t i = 0; i < walk_count; i++)
        room += walks[i].count;
    struct str *lines = mem_zeroed(room, sizeof(*lines));
    *count = 0;
    for (size_t i = 0; i < walk_count; i++)
        for (size_t k = 0; k < walks[i].count; k++)
            lines[(*count)++] = walked_line(&walks[i], k);
    qsort(lines, *count, sizeof(*lines), compare_texts);
    return lines;
}

// Each line of the shard, in order, somewhere in the whole.
static void assert_part_in_order(const struct walked *part, const struct walked *whole) {
    size_t at = 0;
    for (size_t i = 0; i < part->count; i++, at++) {
        while (at < whole->count && !str_equal(walked_line(part, i), walked_line(whole, at)))
            at++;
        assert_true(at < whole->count);
    }
}

static void check_union(struct generator_plan plan, uint32_t shards) {
    CLEANUP(walked_release) struct walked whole = {0};
    struct walked *parts = mem_zeroed(shards, sizeof(*parts));
    walk_plan(&plan, &whole);
    plan.shards = shards;
    for (plan.shard = 0; plan.shard < shards; plan.shard++) {
        walk_plan(&plan, &parts[plan.shard]);
        assert_part_in_order(&parts[plan.shard], &whole);
    }
    size_t count = 0, whole_count = 0;
    struct str *united = sorted_lines(parts, shards, &count);
    struct str *single = sorted_lines(&whole, 1, &whole_count);
    assert_int_equal(count, whole_count);
    for (size_t i = 0; i < count; i++)
        assert_true(str_equal(united[i], single[i]));
    mem_free(united);
    mem_free(single);
    for (uint32_t i = 0; i < shards; i++)
        walked_release(&parts[i]);
    mem_free(parts);
}

static void generator_shards_together_are_the_single_plan(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        check_union(pinned[i].plan, 1);
        check_union(pinned[i].plan, 2);
        check_union(pinned[i].plan, 3);
        check_union(pinned[i].plan, 7);
        check_union(pinned[i].plan, 100); // more than shoppers of a step
    }
}

static void generator_gives_a_shopper_to_one_shard(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        struct generator_plan plan = pinned[i].plan;
        plan.shards = 3;
        struct str *seen[3] = {0};
        struct walked walks[3] = {0};
        size_t counts[3] = {0};
        for (plan.shard = 0; plan.shard < 3; plan.shard++) {
            struct walked *walked = &walks[plan.shard];
            walk_plan(&plan, walked);
            seen[plan.shard] = mem_zeroed(walked->count + 1, sizeof(struct str));
            for (size_t k = 0; k < walked->count; k++) {
                const struct str line = walked_line(walked, k);
                const struct str key = STR("\"userId\":\"");
                size_t at = 0;
                while (at < line.len && !str_starts_with(str_skip(line, at), key))
                    at++;
                const struct str id = str_skip(line, at + key.len);
                seen[plan.shard][counts[plan.shard]++] = str_slice(id, 0, str_find_char(id, '"'));
            }
            qsort(seen[plan.shard], counts[plan.shard], sizeof(struct str), compare_texts);
        }
        for (size_t k = 0; k < counts[0]; k++)
            for (size_t other = 1; other < 3; other++)
                assert_null(bsearch(
                    &seen[0][k], seen[other], counts[other], sizeof(struct str), compare_texts));
        for (size_t k = 0; k < 3; k++) {
            mem_free(seen[k]);
            walked_release(&walks[k]);
        }
    }
}

static void generator_silence_leaves_the_others_as_they_are(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        CLEANUP(walked_release) struct walked whole = {0};
        walk_plan(&pinned[i].plan, &whole);
        for (unsigned silent = 0; silent < 1u << GENERATOR_SOURCE_COUNT; silent++) {
            struct generator_plan plan = pinned[i].plan;
            for (unsigned source = 0; source < GENERATOR_SOURCE_COUNT; source++)
                plan.is_silent[source] = silent >> source & 1;
            CLEANUP(walked_release) struct walked walked = {0};
            walk_plan(&plan, &walked);
            size_t at = 0;
            for (size_t k = 0; k < whole.count; k++) {
                if (plan.is_silent[whole.sources[k]]) continue;
                assert_true(at < walked.count);
                assert_true(str_equal(walked_line(&walked, at++), walked_line(&whole, k)));
            }
            assert_int_equal(at, walked.count);
        }
    }
}

// ---- positions ----

static void check_seeks(const struct generator_plan *plan) {
    CLEANUP(walked_release) struct walked walked = {0};
    walk_plan(plan, &walked);
    CLEANUP(generator_freep) struct generator *generator = new_generator(plan);
    struct error err = {0};
    for (size_t i = 0; i <= walked.count; i++) {
        assert_int_equal(walked.positions[i].ordinal, i);
        const size_t from = (i * 31) % (walked.count + 1); // from anywhere to anywhere
        assert_ok(generator_seek(generator, &walked.positions[from], &err), err);
        struct generator_position told;
        generator_tell(generator, &told);
        assert_memory_equal(&told.day, &walked.positions[from].day, sizeof(told.day));
        assert_int_equal(told.ordinal, from);
        CLEANUP(walked_release) struct walked rest = {0};
        walk_on(generator, &rest);
        assert_int_equal(rest.count, walked.count - from);
        assert_true(
            str_equal(buf_str(&rest.text), str_skip(buf_str(&walked.text), walked.starts[from])));
    }
    assert_ok(generator_seek(generator, &(struct generator_position){0}, &err), err);
    CLEANUP(walked_release) struct walked again = {0};
    walk_on(generator, &again);
    assert_true(str_equal(buf_str(&again.text), buf_str(&walked.text)));
}

static void generator_goes_on_from_every_position(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        struct generator_plan plan = pinned[i].plan;
        plan.to_day = plan.from_day + 1;
        check_seeks(&plan);
        plan.shards = 2;
        plan.to_day = plan.from_day + 2;
        check_seeks(&plan);
        plan.shards = 0;
        plan.is_silent[GENERATOR_WEB] = plan.is_silent[GENERATOR_EMAIL] = true;
        check_seeks(&plan);
    }
}

static uint64_t odd_number(struct rng *rng, uint64_t near) {
    switch (rng_below(rng, 5)) {
    case 0: return near;
    case 1: return near + 1 - rng_below(rng, 3);
    case 2: return rng_below(rng, 100);
    case 3: return UINT64_MAX - rng_below(rng, 2);
    default: return rng_next(rng);
    }
}

static bool is_known(const struct walked *walked, const struct generator_position *position) {
    for (size_t i = 0; i <= walked->count; i++) {
        const struct generator_position *known = &walked->positions[i];
        if (known->day == position->day && known->step == position->step &&
            known->unit == position->unit && known->message == position->message)
            return (known->ordinal == 0) == (position->ordinal == 0);
    }
    return !position->ordinal && !position->day && !position->step && !position->unit &&
           !position->message;
}

static void generator_refuses_positions_that_the_plan_does_not_have(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 11);
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        struct generator_plan plan = pinned[i].plan;
        plan.to_day = plan.from_day + 1;
        CLEANUP(walked_release) struct walked walked = {0};
        walk_plan(&plan, &walked);
        CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
        size_t refused = 0, taken = 0;
        for (int k = 0; k < 20000; k++) {
            const struct generator_position *near =
                &walked.positions[rng_below(&rng, walked.count + 1)];
            struct generator_position position, before, after;
            position.ordinal = odd_number(&rng, near->ordinal);
            position.day = (int64_t)odd_number(&rng, (uint64_t)near->day);
            position.step = (uint32_t)odd_number(&rng, near->step);
            position.unit = (uint32_t)odd_number(&rng, near->unit);
            position.message = (uint32_t)odd_number(&rng, near->message);
            struct error err = {0};
            generator_tell(generator, &before);
            const bool is_there = generator_seek(generator, &position, &err);
            generator_tell(generator, &after);
            assert_int_equal(is_there, is_known(&walked, &position));
            *(is_there ? &taken : &refused) += 1;
            if (is_there) continue;
            assert_int_equal(err.code, ERROR_INVALID);
            assert_contains(str_from(err.hint), "plan");
            assert_int_equal(before.ordinal, after.ordinal);
            assert_int_equal(before.unit, after.unit);
        }
        assert_true(refused > 1000 && taken > 10);
        CLEANUP(walked_release) struct walked rest = {0}; // still sound
        struct error err = {0};
        assert_ok(generator_seek(generator, &walked.positions[3], &err), err);
        walk_on(generator, &rest);
        assert_int_equal(rest.count, walked.count - 3);
    }
}

static void generator_goes_far_at_once(void **state) {
    (void)state;
    struct generator_plan plan = {.seed = 3, .from_day = 0, .to_day = 29000};
    CLEANUP(generator_freep) struct generator *far = new_generator(&plan);
    plan.from_day = 28000;
    plan.to_day = 28045;
    CLEANUP(generator_freep) struct generator *near = new_generator(&plan);
    struct generator_message message, other;
    struct generator_position position;
    do {
        assert_true(generator_next(near, &message));
        generator_tell(near, &position);
    } while (position.day < 28045);
    struct error err = {0};
    position.ordinal = 300000000;
    assert_ok(generator_seek(far, &position, &err), err);
    // After 45 days the shoppers of before are gone (0.69^135), so both plans say the same.
    while (generator_next(near, &message)) {
        assert_true(generator_next(far, &other));
        assert_true(str_equal(message.message_id, other.message_id));
        assert_true(str_equal(message.user_id, other.user_id));
    }
}

// ---- what is printed ----

static void generator_messages_pass_the_front_door(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        CLEANUP(generator_freep) struct generator *generator = new_generator(&pinned[i].plan);
        struct generator_message message;
        CLEANUP(buf_release) struct buf line = {0};
        while (generator_next(generator, &message)) {
            buf_reset(&line);
            generator_add_json(generator, &message, &line);
            assert_in_range(line.len, 100, 4096); // far from 32 KB
            assert_int_equal(str_find_char(buf_str(&line), '\n'), line.len);
            CLEANUP(event_release) struct event event = {0};
            struct error err = {0};
            assert_ok(event_decode(buf_str(&line), EVENT_TYPE_COUNT, &event, &err), err);
            assert_int_equal(ingest_check(&event), INGEST_ACCEPTED);
            assert_null(ingest_profile_discard(&event));
            assert_int_equal(event.type, message.type);
            assert_true(str_equal(event.user_id, message.user_id));
            assert_true(str_equal(event.anonymous_id, message.anonymous_id));
            assert_true(str_equal(event.message_id, message.message_id));
            assert_true(str_equal(event.name, message.name));
            int64_t timestamp_ms = 0;
            assert_true(event_timestamp_ms(&event, &timestamp_ms));
            assert_int_equal(timestamp_ms, message.timestamp_ms);
        }
    }
}

static void generator_prints_the_time_that_the_caller_sets(void **state) {
    (void)state;
    CLEANUP(generator_freep) struct generator *generator = new_generator(&pinned[0].plan);
    struct generator_message message;
    assert_true(generator_next(generator, &message));
    message.timestamp_ms = INT64_C(1551110105905);
    CLEANUP(buf_release) struct buf line = {0};
    generator_add_json(generator, &message, &line);
    assert_contains(buf_str(&line), "\"timestamp\":\"2019-02-25T15:55:05.905Z\"");
}

static void generator_rows_are_quoted_as_the_workshops(void **state) {
    (void)state;
    assert_str(generator_row_header(), "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n");
    const struct catalog_product *bare = catalog_find(STR("zipped-jacket"));
    const struct catalog_product *longest_bare =
        catalog_find(STR("vans-era-59-desert-cowboy")); // 25
    struct generator_message message = {
        .user_id = STR("5493069786"),
        .name = STR("Product Added"),
        .timestamp_ms = INT64_C(1549846801999),
        .products = {bare, longest_bare},
        .product_count = 2,
    };
    CLEANUP(buf_release) struct buf rows = {0};
    generator_add_rows(&message, &rows);
    assert_str(
        buf_str(&rows), "5493069786,zipped-jacket,\"Product Added\",1549846801\n"
                        "5493069786,\"vans-era-59-desert-cowboy\",\"Product Added\",1549846801\n");
    buf_reset(&rows);
    message.name = STR("Liked");
    message.timestamp_ms = -1;
    message.product_count = 1;
    generator_add_rows(&message, &rows);
    assert_str(buf_str(&rows), "5493069786,zipped-jacket,Liked,-1\n");
    buf_reset(&rows);
    message.product_count = 0;
    generator_add_rows(&message, &rows);
    assert_int_equal(rows.len, 0);
    size_t quoted = 0; // segment.md 6.4 counts 22
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        buf_reset(&rows);
        message.products[0] = catalog_at(i);
        message.product_count = 1;
        generator_add_rows(&message, &rows);
        quoted += str_contains(buf_str(&rows), STR(",\""));
    }
    assert_int_equal(quoted, 22);
}

// ---- plans ----

static void generator_refuses_plans_that_cannot_be(void **state) {
    (void)state;
    static const struct {
        const char *name, *hint;
        struct generator_plan plan;
    } cases[] = {
        {"model", "workshop", {.model = GENERATOR_MODEL_COUNT}},
        {"users", "10000000", {.users = GENERATOR_MOST_USERS + 1}},
        {"shards", "100000", {.shards = GENERATOR_MOST_SHARDS + 1}},
        {"shard", "the last one is 2", {.shard = 3, .shards = 3}},
        {"shard of one", "the last one is 0", {.shard = 1}},
        {"from", "2019-05-19", {.from_day = INT64_MIN}},
        {"to", "2019-05-19", {.to_day = INT64_MAX}},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct generator *generator = NULL;
        struct error err = {0};
        if (generator_new(&cases[i].plan, &generator, &err)) fail_msg("%s is taken", cases[i].name);
        assert_null(generator);
        assert_int_equal(err.code, ERROR_USAGE);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_int_equal(generator_estimate(&cases[i].plan), 0);
    }
}

static void generator_has_nothing_to_do_where_the_plan_is_empty(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        struct generator_plan plan = pinned[i].plan;
        plan.to_day = plan.from_day - 1;
        CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
        struct generator_message message;
        struct generator_position position;
        assert_false(generator_next(generator, &message));
        assert_false(generator_next(generator, &message));
        generator_tell(generator, &position);
        struct error err = {0};
        assert_ok(generator_seek(generator, &position, &err), err);
        assert_ok(generator_seek(generator, &(struct generator_position){0}, &err), err);
        assert_false(generator_next(generator, &message));
        assert_int_equal(generator_estimate(&plan), 0);
    }
}

static void generator_estimates_the_shard_of_the_plan(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pinned); i++) {
        struct generator_plan plan = pinned[i].plan;
        plan.users = 1000;
        plan.to_day = plan.from_day + 9;
        plan.shards = 4;
        plan.shard = 2;
        for (int silent = 0; silent < 2; silent++) {
            plan.is_silent[GENERATOR_EMAIL] = plan.is_silent[GENERATOR_IOS] = silent;
            CLEANUP(generator_freep) struct generator *generator = new_generator(&plan);
            struct generator_message message;
            uint64_t count = 0;
            while (generator_next(generator, &message))
                count++;
            const uint64_t estimate = generator_estimate(&plan);
            assert_in_range(count, estimate - estimate / 20, estimate + estimate / 20);
        }
    }
}

static void generator_names_its_models_and_sources(void **state) {
    (void)state;
    enum generator_model model = GENERATOR_MODEL_COUNT;
    assert_true(generator_model_parse(STR("shopper"), &model));
    assert_int_equal(model, GENERATOR_SHOPPER);
    assert_false(generator_model_parse(STR("Shopper"), &model));
    enum generator_source source = GENERATOR_SOURCE_COUNT;
    for (int i = 0; i < GENERATOR_SOURCE_COUNT; i++) {
        assert_true(generator_source_parse(
            str_from(generator_source_name((enum generator_source)i)), &source));
        assert_int_equal(source, i);
    }
    assert_false(generator_source_parse(STR(""), &source));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(generator_prints_the_same_bytes_everywhere),
    cmocka_unit_test(generator_repeats_with_its_seed_and_differs_with_another),
    cmocka_unit_test(generator_ids_are_unique_over_populations_and_salts),
    cmocka_unit_test(generator_ids_stay_short_in_the_largest_plan),
    cmocka_unit_test(generator_salt_goes_into_the_ids_alone),
    cmocka_unit_test(generator_shards_together_are_the_single_plan),
    cmocka_unit_test(generator_gives_a_shopper_to_one_shard),
    cmocka_unit_test(generator_silence_leaves_the_others_as_they_are),
    cmocka_unit_test(generator_goes_on_from_every_position),
    cmocka_unit_test(generator_refuses_positions_that_the_plan_does_not_have),
    cmocka_unit_test(generator_goes_far_at_once),
    cmocka_unit_test(generator_messages_pass_the_front_door),
    cmocka_unit_test(generator_prints_the_time_that_the_caller_sets),
    cmocka_unit_test(generator_rows_are_quoted_as_the_workshops),
    cmocka_unit_test(generator_refuses_plans_that_cannot_be),
    cmocka_unit_test(generator_has_nothing_to_do_where_the_plan_is_empty),
    cmocka_unit_test(generator_estimates_the_shard_of_the_plan),
    cmocka_unit_test(generator_names_its_models_and_sources),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
