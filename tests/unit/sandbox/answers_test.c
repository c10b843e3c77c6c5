// Declared answers: what a campaign says instead of the recommender, to whom, how often, and after a restart.
#include "base/files.h"
#include "fixture.h"

static int call(struct fixture *fixture, const char *method, const char *target, const char *body) {
    return fixture_call(
        fixture, &(struct fixture_call){.method = method, .target = target, .body = body});
}

static void declare(struct fixture *fixture, const char *json) {
    const int status = call(fixture, "PUT", "/_recloop/answers", json);
    if (status != 200) print_error("%s\n", buf_text(&fixture->response.body));
    assert_int_equal(status, 200);
}

static int ask(struct fixture *fixture, const char *campaign, const char *members) {
    struct buf body = {0};
    buf_add_format(
        &body, "{\"campaignArn\":\"%s\"%s}", fixture_get_identity(fixture, campaign), members);
    const int status = fixture_aws(
        fixture,
        &(struct fixture_aws){
            .service = "personalize", .target = "/recommendations", .body = buf_text(&body)});
    buf_release(&body);
    return status;
}

// The ids of the last answer, joined by commas.
static void assert_list(const struct fixture *fixture, const char *list, const char *expected) {
    struct buf text = {0};
    const struct json_node *each = json_first(json_get(fixture->json.root, list));
    for (; each; each = json_next(each)) {
        if (text.len) buf_add_char(&text, ',');
        buf_add(&text, json_get_text(each, "itemId"));
    }
    assert_str(buf_str(&text), expected);
    buf_release(&text);
}

static void a_declared_list_stands_as_it_is(void **state) {
    struct fixture *fixture = *state;
    double score = 0;
    declare(
        fixture,
        "{\"user_id\":\"u-1\",\"items\":[\"b\",{\"item_id\":\"a\",\"score\":0.25},\"c\"]}");
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u-1\""), 200);
    assert_list(fixture, "itemList", "b,a,c");
    const struct json_node *second =
        json_next(json_first(json_get(fixture->json.root, "itemList")));
    assert_true(json_number(json_get(second, "score"), &score));
    assert_true(score > 0.24 && score < 0.26);
    assert_true(json_get_text(fixture->json.root, "recommendationId").len > 0);
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u-1\",\"numResults\":2"), 200);
    assert_list(fixture, "itemList", "b,a");
    // somebody else gets what the recommender says
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u-2\",\"numResults\":2"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "itemList")), 2);
}

static void an_empty_list_is_a_list(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "{\"items\":[]}");
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u-1\""), 200);
    assert_list(fixture, "itemList", "");
}

static void an_error_is_the_campaigns_own(void **state) {
    static const struct {
        const char *declared;
        int status;
        const char *code, *message;
    } cases[] = {
        {"{\"error\":{\"code\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}}", 400,
         "ThrottlingException", "Rate exceeded"},
        {"{\"error\":{\"code\":\"ResourceNotFoundException\"}}", 404, "ResourceNotFoundException",
         ""},
        {"{\"error\":{\"code\":\"InternalFailure\",\"status\":503,\"message\":\"x\"}}", 503,
         "InternalFailure", "x"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        declare(fixture, cases[i].declared);
        assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u\""), cases[i].status);
        assert_str(headers_get(&fixture->response.headers, STR("x-amzn-ErrorType")), cases[i].code);
        assert_str(json_get_text(fixture->json.root, "message"), cases[i].message);
    }
}

static void who_is_named_most_closely_is_answered(void **state) {
    struct fixture *fixture = *state;
    declare(
        fixture,
        "{\"answers\":["
        "{\"items\":[\"all\"]},"
        "{\"campaign\":\"segment-workshop-campaign\",\"items\":[\"campaign\"]},"
        "{\"campaign\":\"segment-workshop-campaign\",\"user_id\":\"u\",\"items\":[\"user\"]},"
        "{\"item_id\":\"i\",\"items\":[\"item\"]},"
        "{\"user_id\":\"u\",\"item_id\":\"i\",\"campaign\":\"segment-workshop-campaign\","
        "\"items\":[\"both\"]},"
        "{\"user_id\":\"w\",\"items\":[\"older\"]},{\"user_id\":\"w\",\"items\":[\"newer\"]}]}");
    static const struct {
        const char *campaign, *members, *list;
    } cases[] = {
        {"campaign_arn", ",\"userId\":\"v\"", "campaign"},
        {"campaign_arn", ",\"userId\":\"u\"", "user"},
        {"campaign_arn", ",\"userId\":\"u\",\"itemId\":\"i\"", "both"},
        {"related_campaign_arn", ",\"itemId\":\"i\"", "item"},
        {"popular_campaign_arn", "", "all"},
        {"popular_campaign_arn", ",\"userId\":\"w\"", "newer"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].list);
        assert_int_equal(ask(fixture, cases[i].campaign, cases[i].members), 200);
        assert_list(fixture, "itemList", cases[i].list);
    }
}

static void a_ranking_puts_the_declared_first(void **state) {
    struct fixture *fixture = *state;
    struct buf body = {0};
    declare(fixture, "{\"campaign\":\"*\",\"items\":[\"z\",\"c\",\"a\"]}");
    buf_add_format(
        &body, "{\"campaignArn\":\"%s\",\"userId\":\"u\",\"inputList\":[\"a\",\"b\",\"c\",\"d\"]}",
        fixture_get_identity(fixture, "ranking_campaign_arn"));
    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "personalize",
                .target = "/personalize-ranking",
                .body = buf_text(&body)}),
        200);
    assert_list(fixture, "personalizedRanking", "c,a,b,d");
    buf_release(&body);
}

static void the_handler_gets_the_declared_list_too(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "{\"user_id\":\"u-9\",\"items\":[\"one\",\"two\"]}");
    fixture_click(fixture, "u-9", "led-high-tops", "m-answers");
    assert_int_equal(fixture_profile(fixture, "u-9", "traits?include=recommended_products"), 200);
    const struct json_node *trait =
        json_get(json_get(fixture->json.root, "traits"), "recommended_products");
    assert_int_equal(json_count(trait), 2);
    assert_str(json_text(json_first(trait)), "one");
}

static void a_count_is_used_up_also_across_a_restart(void **state) {
    struct fixture *fixture = *state;
    int64_t left = -1;
    declare(fixture, "{\"id\":\"twice\",\"items\":[\"only\"],\"count\":2}");
    declare(fixture, "{\"id\":\"kept\",\"user_id\":\"u-k\",\"items\":[\"kept\"]}");
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u\""), 200);
    assert_list(fixture, "itemList", "only");
    fixture_restart(fixture);
    assert_int_equal(fixture_get(fixture, "/_recloop/answers"), 200);
    const struct json_node *each = json_first(json_get(fixture->json.root, "answers"));
    for (; each; each = json_next(each)) {
        if (str_equal(json_get_text(each, "id"), STR("twice")))
            assert_true(json_integer(json_get(each, "remaining"), &left));
    }
    assert_int_equal(left, 1);
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u\",\"numResults\":1"), 200);
    assert_list(fixture, "itemList", "only");
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u\",\"numResults\":1"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "itemList")), 1);
    assert_false(str_contains(buf_str(&fixture->response.body), STR("only")));
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u-k\""), 200);
    assert_list(fixture, "itemList", "kept");
}

static void answers_are_replaced_and_removed(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "{\"id\":\"a\",\"items\":[\"x\"]}");
    declare(fixture, "{\"id\":\"a\",\"items\":[\"y\"]}");
    declare(fixture, "{\"items\":[\"z\"],\"user_id\":\"zoe\"}");
    assert_int_equal(json_count(json_get(fixture->json.root, "answers")), 2);
    assert_int_equal(ask(fixture, "campaign_arn", ",\"userId\":\"u\""), 200);
    assert_list(fixture, "itemList", "y");
    assert_int_equal(call(fixture, "DELETE", "/_recloop/answers?id=nobody", NULL), 404);
    assert_int_equal(call(fixture, "DELETE", "/_recloop/answers?id=a", NULL), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "answers")), 1);
    declare(fixture, "{\"answers\":[{\"items\":[\"p\"]},{\"items\":[\"q\"]}]}");
    assert_int_equal(json_count(json_get(fixture->json.root, "answers")), 2);
    assert_int_equal(call(fixture, "DELETE", "/_recloop/answers", NULL), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "answers")), 0);
    fixture_restart(fixture);
    assert_int_equal(fixture_get(fixture, "/_recloop/answers"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "answers")), 0);
    declare(fixture, "{\"items\":[\"x\"]}");
    assert_int_equal(call(fixture, "POST", "/_recloop/reset", NULL), 200);
    assert_int_equal(fixture_get(fixture, "/_recloop/answers"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "answers")), 0);
}

static void a_wrong_declaration_names_the_member(void **state) {
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"[1]", "is an object"},
        {"{}", "items or error"},
        {"{\"items\":[\"a\"],\"error\":{\"code\":\"x\"}}", "items or error"},
        {"{\"items\":\"a\"}", "items are no list"},
        {"{\"items\":[7]}", "items hold what is no item"},
        {"{\"items\":[{\"score\":1}]}", "item_id"},
        {"{\"items\":[{\"item_id\":\"a\",\"score\":7}]}", "score"},
        {"{\"items\":[{\"item_id\":\"a\",\"metadata\":{\"A\":1}}]}", "metadata"},
        {"{\"items\":[\"a\"],\"user\":\"u\"}", "no member \"user\""},
        {"{\"items\":[\"a\"],\"user_id\":7}", "user_id is no text"},
        {"{\"items\":[\"a\"],\"count\":0}", "count"},
        {"{\"error\":{\"message\":\"x\"}}", "no code"},
        {"{\"error\":{\"code\":\"x y\"}}", "cannot stand in a header"},
        {"{\"error\":{\"code\":\"x\",\"status\":200}}", "status"},
        {"{\"answers\":[{\"items\":[\"a\"]},{\"items\":7}]}", "items are no list"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].json);
        assert_int_equal(call(fixture, "PUT", "/_recloop/answers", cases[i].json), 400);
        const struct json_node *error = json_get(fixture->json.root, "error");
        assert_contains(json_get_text(error, "message"), cases[i].message);
        assert_true(json_get_text(error, "hint").len > 0);
    }
    assert_int_equal(fixture_get(fixture, "/_recloop/answers"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "answers")), 0);
}

static void a_file_comes_with_every_start_and_reset(void **state) {
    struct temp_folder folder = temp_folder_make();
    struct fixture fixture = {0};
    struct buf path = {0};
    struct error err = {0};
    (void)state;
    buf_add_format(&path, "%s/answers.json", folder.path);
    assert_ok(
        files_write(
            buf_text(&path), 0600, STR("{\"answers\":[{\"items\":[\"filed\"],\"count\":1}]}"),
            &err),
        err);
    const struct sandbox_options options = {.answers_file = buf_text(&path)};
    assert_ok(sandbox_start(&options, &fixture.sandbox, &err), err);
    sandbox_identities_make(&fixture.identities, sandbox_url(fixture.sandbox), NULL, NULL);
    for (size_t round = 0; round < 2; round++) {
        assert_int_equal(ask(&fixture, "popular_campaign_arn", ",\"numResults\":1"), 200);
        assert_list(&fixture, "itemList", "filed");
        assert_int_equal(ask(&fixture, "popular_campaign_arn", ",\"numResults\":1"), 200);
        assert_false(str_contains(buf_str(&fixture.response.body), STR("filed")));
        assert_int_equal(call(&fixture, "POST", "/_recloop/reset", NULL), 200);
    }
    fixture_stop(&fixture);
    assert_ok(files_write(buf_text(&path), 0600, STR("{\"items\":7}"), &err), err);
    struct sandbox *sandbox = NULL;
    assert_false(sandbox_start(&options, &sandbox, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.message), "answers.json");
    assert_contains(str_from(err.message), "items are no list");
    buf_release(&path);
    temp_folder_remove(&folder);
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_on_disk, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    WITH_SANDBOX(a_declared_list_stands_as_it_is),
    WITH_SANDBOX(an_empty_list_is_a_list),
    WITH_SANDBOX(an_error_is_the_campaigns_own),
    WITH_SANDBOX(who_is_named_most_closely_is_answered),
    WITH_SANDBOX(a_ranking_puts_the_declared_first),
    WITH_SANDBOX(the_handler_gets_the_declared_list_too),
    WITH_SANDBOX(a_count_is_used_up_also_across_a_restart),
    WITH_SANDBOX(answers_are_replaced_and_removed),
    WITH_SANDBOX(a_wrong_declaration_names_the_member),
    cmocka_unit_test(a_file_comes_with_every_start_and_reset),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
