// Through the HTTP API the same answers, hence the same figures, as from the engine in process: PutEvents
// and GetRecommendations beside the recommender fed with the same events.
#include "base/memory.h"
#include "base/rng.h"
#include "fixture.h"
#include "recommender/recommender.h"

#define FIRST_S INT64_C(1288000000) // far from the wall clock: a replayed history has its own time
#define SHOPPERS 40
#define ITEMS 120
#define CAMPAIGN "arn:aws:personalize:us-east-1:123456789012:campaign/segment-workshop-campaign"
#define TRACKER "7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001"

struct step {
    char user[16], item[16];
    int64_t time_s;
};

// Shoppers who walk along the catalogue, so that lists differ from each other and from popularity.
static struct step next_step(struct rng *rng, int64_t *now_s, uint64_t *places) {
    struct step step = {0};
    const uint64_t shopper = rng_below(rng, SHOPPERS);
    places[shopper] = rng_below(rng, 10) ? (places[shopper] + 1 + rng_below(rng, 3)) % ITEMS
                                         : rng_below(rng, ITEMS);
    *now_s += (int64_t)rng_below(rng, 400);
    step.time_s = *now_s;
    struct buf text = {0};
    buf_add_format(&text, "u-%d", (int)shopper);
    memcpy(step.user, buf_text(&text), text.len + 1);
    buf_reset(&text);
    buf_add_format(&text, "i-%d", (int)places[shopper]);
    memcpy(step.item, buf_text(&text), text.len + 1);
    buf_release(&text);
    return step;
}

static void feed(struct fixture *fixture, struct recommender *engine, const struct step *step) {
    struct buf body = {0};
    buf_add_format(
        &body,
        "{\"trackingId\":\"" TRACKER "\",\"userId\":\"%s\",\"sessionId\":\"s-%s\",\"eventList\":[{"
        "\"eventType\":\"Product Clicked\",\"itemId\":\"%s\",\"sentAt\":%lld}]}",
        step->user, step->user, step->item, (long long)step->time_s);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "personalize", .target = "/events", .body = buf_text(&body)}),
        200);
    buf_release(&body);
    struct buf session = {0};
    buf_add_format(&session, "s-%s", step->user);
    assert_int_equal(
        recommender_add_event(
            engine,
            &(struct recommender_event){
                .user = str_from(step->user),
                .session = buf_str(&session),
                .item = str_from(step->item),
                .event_type = STR("Product Clicked"),
                .time_s = step->time_s},
            RECOMMENDER_REPLAY),
        RECOMMENDER_ACCEPTED);
    buf_release(&session);
}

static void assert_same_answer(
    struct fixture *fixture,
    struct recommender *engine,
    struct recommender_answer *answer,
    const char *user) {
    struct buf body = {0};
    recommender_recommend(
        engine, &(struct recommender_question){.user = str_from(user), .count = 25}, answer);
    buf_add_format(&body, "{\"campaignArn\":\"" CAMPAIGN "\",\"userId\":\"%s\"}", user);
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "personalize", .target = "/recommendations", .body = buf_text(&body)}),
        200);
    buf_release(&body);
    const struct json_node *item = json_first(json_get(fixture->json.root, "itemList"));
    for (size_t i = 0; i < answer->count; i++, item = json_next(item)) {
        double score = -1;
        assert_non_null(item);
        assert_true(str_equal(json_get_text(item, "itemId"), answer->items[i].item_id));
        assert_true(json_number(json_get(item, "score"), &score));
        // Written in decimal on the way: the same to the last digit a client can tell.
        assert_true(score - answer->items[i].score < 1e-12);
        assert_true(answer->items[i].score - score < 1e-12);
    }
    assert_null(item);
}

static void answers_through_http_are_those_of_the_engine(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_start_with(&fixture, &(struct sandbox_options){.seed_file = "none"});
    struct recommender *engine = recommender_new(NULL);
    struct recommender_answer answer = {0};
    struct rng rng;
    rng_seed(&rng, 20261124);
    uint64_t places[SHOPPERS] = {0};
    int64_t now_s = FIRST_S;
    for (int i = 0; i < 600; i++) {
        const struct step step = next_step(&rng, &now_s, places);
        if (i % 5 == 0) assert_same_answer(&fixture, engine, &answer, step.user);
        feed(&fixture, engine, &step);
    }
    assert_same_answer(&fixture, engine, &answer, "nobody");
    recommender_answer_release(&answer);
    recommender_free(engine);
    fixture_stop(&fixture);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_through_http_are_those_of_the_engine),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
