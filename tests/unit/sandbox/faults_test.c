// Faults on demand: the grammar, chance and count, and each effect as a client meets it.
#include "sandbox/operations/fault.h"

#include "base/clock.h"
#include "fixture.h"
#include "http/url.h"
#include "support/plain_client.h"

// ---- the language ----

static void a_fault_is_read_and_written_back(void **state) {
    static const struct {
        const char *text, *again;
    } cases[] = {
        {"personalize-runtime.GetRecommendations:throttle,retry-after=2,count=3", NULL},
        {"tracking:*:status=503,probability=0.2", "tracking:status=503,probability=0.2"},
        {"tracking:track:drop", "tracking.track:drop"},
        {"lambda.Invoke:latency=250ms..1s", NULL},
        {"lambda.invoke:latency=1000ms", "lambda.Invoke:latency=1s"},
        {"function:crash", NULL},
        {"function.my-fn:timeout", NULL},
        {"destination:off", NULL},
        {"*:half,latency=20ms", NULL},
        {"sts.AssumeRole:expired-token,user=u-1", NULL},
        {"logs:skew=-10m", NULL},
        {"iam:skew=+600s", "iam:skew=10m"},
        {"profile.traits:status=401,error=authentication_error,message=\"no, not you\"", NULL},
        {"lambda.Invoke:throttle,reason=CallerRateLimitExceeded,function=fn,seed=7,id=mine", NULL},
        {" gateway : lose ", "gateway:lose"},
        {"tracking:error=x,throttle", "tracking:throttle,error=x"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(buf_release) struct buf text = {0};
        struct fault fault, again;
        struct error err = {0};
        assert_ok(fault_parse(str_from(cases[i].text), &fault, &err), err);
        fault_format(&fault, &text);
        assert_str(buf_str(&text), cases[i].again ? cases[i].again : cases[i].text);
        assert_ok(fault_parse(buf_str(&text), &again, &err), err);
        assert_memory_equal(&fault, &again, sizeof(fault));
    }
}

static void a_wrong_fault_names_the_part_and_the_next_step(void **state) {
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"", "no colon", "lambda.Invoke:latency"},
        {"lambda", "no colon", "lambda.Invoke:latency"},
        {"lambada:drop", "\"lambada\"", "personalize-runtime"},
        {"lambda.Invok:drop", "\"Invok\"", "lambda.*"},
        {"function.a b:crash", "\"a b\"", "bare name"},
        {"lambda:", "does not say what happens", "latency=MS"},
        {"lambda:count=3", "does not say what happens", "latency=MS"},
        {"lambda:explode", "\"explode\"", "expired-token"},
        {"lambda:latency", "latency needs a value", "latency=250ms..1s"},
        {"lambda:latency=250", "latency cannot be \"250\"", "latency=250ms..1s"},
        {"lambda:latency=2s..1s", "cannot be read", "latency=250ms..1s"},
        {"lambda:latency=11m", "10 minutes at most", "latency=250ms..1s"},
        {"lambda:status=200", "status cannot be \"200\": it is out of range", "status=503"},
        {"lambda:drop=1", "drop cannot be \"1\": it takes no value", "Write it alone: drop"},
        {"lambda:drop,half", "half and drop are two", "two faults"},
        {"lambda:drop,probability=0", "above 0", "probability=0.2"},
        {"lambda:drop,probability=1.5", "at most 1", "probability=0.2"},
        {"lambda:drop,count=0", "count cannot be \"0\"", "count=3"},
        {"lambda:drop,message=x", "message goes with an answer", "throttle"},
        {"lambda:drop,retry-after=1", "go with throttle", "throttle,retry-after=2"},
        {"lambda:error=\"x", "a quote does not end", "Close it"},
        {"lambda:error=\"x\"y", "after a quoted value", "count=3"},
        {"lambda:crash", "crash happens to functions", "function:crash"},
        {"tracking:skew=1h", "no signed requests", "lambda:skew"},
        {"tracking:off", "off happens to the destination", "destination:off"},
        {"function:drop", "does not happen to a function", "lambda.Invoke"},
        {"destination:drop", "does not happen to a destination", "off only"},
        {"lambda:user=", "it is empty", "user=2941404340"},
        {"lambda:user=\x01,drop", "control characters", "user=2941404340"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fault fault = {.count = 99};
        struct error err = {0};
        print_message("%s\n", cases[i].text);
        assert_false(fault_parse(str_from(cases[i].text), &fault, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_contains(str_from(err.message), cases[i].message);
        assert_contains(str_from(err.hint), cases[i].hint);
        assert_int_equal(fault.count, 99);
    }
}

static void json_says_the_same_as_the_text(void **state) {
    static const struct {
        const char *json, *text;
    } cases[] = {
        {"{\"spec\":\"lambda.Invoke:drop\"}", "lambda.Invoke:drop"},
        {"{\"service\":\"lambda\",\"operation\":\"invoke\",\"drop\":true,\"half\":false,\"id\":"
         "null}",
         "lambda.Invoke:drop"},
        {"{\"service\":\"*\",\"latency\":250,\"count\":2}", "*:latency=250ms,count=2"},
        {"{\"service\":\"tracking\",\"throttle\":true,\"retry_after\":2,\"probability\":0.5}",
         "tracking:throttle,retry-after=2,probability=0.5"},
        {"{\"service\":\"lambda\",\"spec\":\"x\",\"hits\":3,\"skew\":\"-5m\"}", "lambda:skew=-5m"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(json_release) struct json json = {0};
        CLEANUP(buf_release) struct buf text = {0};
        struct fault fault;
        struct error err = {0};
        assert_ok(json_parse(str_from(cases[i].json), &json, &err), err);
        assert_ok(fault_decode(json.root, &fault, &err), err);
        fault_format(&fault, &text);
        assert_str(buf_str(&text), cases[i].text);
    }
}

static void places_are_matched_in_all_their_parts(void **state) {
    static const struct {
        const char *fault, *service, *operation, *user, *function;
        bool fits;
    } cases[] = {
        {"lambda.Invoke:drop", "lambda", "Invoke", "", "", true},
        {"lambda.Invoke:drop", "lambda", "GetFunction", "", "", false},
        {"lambda:drop", "lambda", "GetFunction", "", "", true},
        {"lambda:drop", "sts", "AssumeRole", "", "", false},
        {"*:drop", "tracking", "track", "", "", true},
        {"*:drop", "function", "fn", "", "", false},
        {"*:drop", "destination", "", "", "", false},
        {"tracking:drop,user=u", "tracking", "track", "u", "", true},
        {"tracking:drop,user=u", "tracking", "track", "v", "", false},
        {"tracking:drop,user=u", "tracking", "track", "", "", false},
        {"lambda:drop,function=f", "lambda", "Invoke", "", "f", true},
        {"lambda:drop,function=f", "lambda", "Invoke", "", "g", false},
        {"function.f:crash", "function", "f", "", "", true},
        {"function.f:crash", "function", "g", "", "", false},
        {"function:crash", "function", "g", "", "", true},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fault fault;
        struct error err = {0};
        const struct fault_place place = {
            .service = str_from(cases[i].service),
            .operation = str_from(cases[i].operation),
            .user = str_from(cases[i].user),
            .function = str_from(cases[i].function)};
        assert_ok(fault_parse(str_from(cases[i].fault), &fault, &err), err);
        assert_int_equal(fault_fits(&fault, &place), cases[i].fits);
    }
}

// ---- over HTTP ----

static int put(struct fixture *fixture, const char *json) {
    return fixture_call(
        fixture,
        &(struct fixture_call){.method = "PUT", .target = "/_recloop/faults", .body = json});
}

static void declare(struct fixture *fixture, const char *spec) {
    struct buf json = {0};
    buf_add(&json, STR("{\"spec\":"));
    json_quote(&json, str_from(spec));
    buf_add(&json, STR("}"));
    assert_int_equal(put(fixture, buf_text(&json)), 200);
    buf_release(&json);
}

static int64_t hits(struct fixture *fixture, const char *id) {
    int64_t count = -1;
    assert_int_equal(fixture_get(fixture, "/_recloop/faults"), 200);
    const struct json_node *each = json_first(json_get(fixture->json.root, "faults"));
    for (; each; each = json_next(each)) {
        if (str_equal(json_get_text(each, "id"), str_from(id)))
            assert_true(json_integer(json_get(each, "hits"), &count));
    }
    return count;
}

static int recommend(struct fixture *fixture, const char *user, int64_t clock_offset_s) {
    struct buf body = {0};
    buf_add_format(
        &body, "{\"campaignArn\":\"%s\",\"userId\":\"%s\"}",
        fixture_get_identity(fixture, "campaign_arn"), user);
    const int status = fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "personalize",
                     .target = "/recommendations",
                     .body = buf_text(&body),
                     .clock_offset_s = clock_offset_s});
    buf_release(&body);
    return status;
}

static struct str header(const struct fixture *fixture, const char *name) {
    return headers_get(&fixture->response.headers, str_from(name));
}

static int track(struct fixture *fixture, const char *user) {
    struct buf json = {0};
    buf_add_format(&json, "{\"event\":\"E\",\"userId\":\"%s\"}", user);
    const int status = fixture_track(fixture, "website-prod", "track", buf_text(&json));
    buf_release(&json);
    return status;
}

static void each_service_throttles_in_its_own_words(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "*:throttle,retry-after=2");
    assert_int_equal(recommend(fixture, "u", 0), 400);
    assert_str(header(fixture, "x-amzn-ErrorType"), "ThrottlingException");
    assert_str(json_get_text(fixture->json.root, "message"), "Rate exceeded");
    assert_int_equal(header(fixture, "x-amzn-RequestId").len, 36);

    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "lambda",
                .target = "/2015-03-31/functions/fn/invocations",
                .body = "{}"}),
        429);
    assert_str(header(fixture, "x-amzn-ErrorType"), "TooManyRequestsException");
    assert_str(header(fixture, "Retry-After"), "2");
    assert_str(json_get_text(fixture->json.root, "Reason"), "ConcurrentInvocationLimitExceeded");

    assert_int_equal(
        fixture_aws(
            fixture,
            &(struct fixture_aws){
                .service = "sts",
                .target = "/",
                .body = "Action=GetCallerIdentity&Version=2011-06-15",
                .is_form = true}),
        400);
    assert_contains(buf_str(&fixture->response.body), "<Code>Throttling</Code>");

    assert_int_equal(track(fixture, "u"), 429);
    assert_str(header(fixture, "Retry-After"), "2");
    assert_str(header(fixture, "X-RateLimit-Reset"), "2");
    assert_str(header(fixture, "Access-Control-Expose-Headers"), "Retry-After, X-RateLimit-Reset");
    assert_true(json_get_text(fixture->json.root, "code").len > 0);
    assert_true(json_get_text(fixture->json.root, "message").len > 0);

    assert_int_equal(fixture_profile(fixture, "u", "traits"), 429);
    assert_str(json_get_text(json_get(fixture->json.root, "error"), "code"), "rate_limit_error");

    assert_int_equal(fixture_get(fixture, "/prod/recommendations?userId=u"), 429);
    assert_str(json_get_text(fixture->json.root, "message"), "Too Many Requests");

    assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200); // our own are left alone
    assert_int_equal(hits(fixture, "fault-1"), 6);
}

static void a_status_or_code_becomes_an_error_of_the_service(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "personalize-runtime:status=503,count=1");
    assert_int_equal(recommend(fixture, "u", 0), 503);
    assert_str(header(fixture, "x-amzn-ErrorType"), "ServiceUnavailable");
    declare(
        fixture,
        "personalize-runtime:error=ResourceNotFoundException,message=\"gone, all\",count=1");
    assert_int_equal(recommend(fixture, "u", 0), 404);
    assert_str(header(fixture, "x-amzn-ErrorType"), "ResourceNotFoundException");
    assert_str(json_get_text(fixture->json.root, "message"), "gone, all");
    declare(fixture, "personalize-runtime:error=ThrottlingException,count=1");
    assert_int_equal(recommend(fixture, "u", 0), 400);
    assert_str(json_get_text(fixture->json.root, "message"), "Rate exceeded");
    declare(fixture, "personalize-runtime:status=429,count=1");
    assert_int_equal(recommend(fixture, "u", 0), 429);
    assert_str(header(fixture, "x-amzn-ErrorType"), "ThrottlingException");
    declare(fixture, "tracking.track:status=429,count=1");
    assert_int_equal(track(fixture, "u"), 429);
    assert_str(json_get_text(fixture->json.root, "code"), "rate_limited");
    assert_str(header(fixture, "Retry-After"), ""); // that is what "throttle" adds
    declare(fixture, "tracking.track:status=500,count=1");
    assert_int_equal(track(fixture, "u"), 500);
    assert_str(json_get_text(fixture->json.root, "code"), "internal");
    declare(fixture, "profile.traits:status=401,count=1");
    assert_int_equal(fixture_profile(fixture, "u", "traits"), 401);
    assert_str(
        json_get_text(json_get(fixture->json.root, "error"), "code"), "authentication_error");
    assert_int_equal(recommend(fixture, "u", 0), 200); // counts are used up
    assert_int_equal(track(fixture, "u"), 200);
}

static void a_count_ends_and_a_user_is_chosen(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "tracking:status=503,user=bad,count=2,id=picky");
    assert_int_equal(track(fixture, "good"), 200);
    assert_int_equal(track(fixture, "bad"), 503);
    assert_int_equal(track(fixture, "bad"), 503);
    assert_int_equal(track(fixture, "bad"), 200);
    assert_int_equal(hits(fixture, "picky"), 2);
}

static void chance_repeats_with_its_seed(void **state) {
    struct fixture *fixture = *state;
    char runs[2][41] = {{0}};
    for (size_t run = 0; run < 2; run++) {
        declare(fixture, "tracking:status=503,probability=0.4,seed=11,id=chance");
        for (size_t i = 0; i < 40; i++)
            runs[run][i] = track(fixture, "u") == 503 ? 'x' : '.';
    }
    assert_string_equal(runs[0], runs[1]);
    const int64_t struck = hits(fixture, "chance");
    assert_true(struck > 5 && struck < 30);
}

static void latency_delays_and_nothing_else(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "personalize-runtime:latency=120ms..140ms,count=1");
    const int64_t started_ms = clock_monotonic_ms();
    assert_int_equal(recommend(fixture, "u", 0), 200);
    assert_true(clock_monotonic_ms() - started_ms >= 119);
    declare(fixture, "tracking:latency=60ms,status=503,count=1");
    const int64_t again_ms = clock_monotonic_ms();
    assert_int_equal(track(fixture, "u"), 503);
    assert_true(clock_monotonic_ms() - again_ms >= 59);
}

// Asked again after its delay, a call writes; the answer must wait for the commit without being asked a
// second time. No messageId and no eventId here, which would hide the repeat.
static void a_delayed_call_is_carried_out_once(void **state) {
    static const struct {
        const char *fault, *counted;
    } cases[] = {
        {"tracking:latency=5ms,count=1", "events"},
        {"personalize-events:latency=5ms,count=1", "interactions"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t before = -1, after = -1;
        assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200);
        assert_true(json_integer(json_get(fixture->json.root, cases[i].counted), &before));
        declare(fixture, cases[i].fault);
        if (i == 0) {
            assert_int_equal(
                fixture_track(
                    fixture, "android-prod", "track", "{\"event\":\"E\",\"userId\":\"u\"}"),
                200);
        } else {
            assert_int_equal(
                fixture_aws(
                    fixture,
                    &(struct fixture_aws){
                        .service = "personalize",
                        .target = "/events",
                        .body = "{\"trackingId\":\"7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001\","
                                "\"userId\":\"u\",\"sessionId\":\"s\",\"eventList\":[{"
                                "\"eventType\":\"E\",\"itemId\":\"led-high-tops\","
                                "\"sentAt\":1767225600}]}"}),
                200);
        }
        assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200);
        assert_true(json_integer(json_get(fixture->json.root, cases[i].counted), &after));
        assert_int_equal(after - before, 1);
    }
}

static void raw_track(struct fixture *fixture, const char *message_id, struct buf *out) {
    struct buf body = {0}, text = {0};
    buf_add_format(
        &body, "{\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"%s\",\"writeKey\":\"%s\"}",
        message_id, fixture_get_identity(fixture, "write_keys.website-prod"));
    buf_add_format(
        &text, "POST /v1/track HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n%s",
        body.len, buf_text(&body));
    plain_client_send_raw(sandbox_url(fixture->sandbox), buf_str(&text), out);
    buf_release(&body);
    buf_release(&text);
}

static void a_dropped_request_is_not_carried_out_a_lost_one_is(void **state) {
    static const struct {
        const char *fault;
        size_t events;
    } cases[] = {
        {"tracking:drop,count=1", 0},
        {"tracking:lose,count=1", 1},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf got = {0}, target = {0}, query = {0};
        declare(fixture, cases[i].fault);
        raw_track(fixture, cases[i].fault, &got);
        assert_int_equal(got.len, 0);
        url_query_add(&query, STR("message_id"), str_from(cases[i].fault));
        buf_add_format(&target, "/_recloop/debugger?%s", buf_text(&query));
        assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
        assert_int_equal(json_count(json_get(fixture->json.root, "events")), cases[i].events);
        buf_release(&got);
        buf_release(&target);
        buf_release(&query);
    }
}

static void half_an_answer_ends_in_its_middle(void **state) {
    struct fixture *fixture = *state;
    struct buf got = {0};
    declare(fixture, "tracking:half,count=1");
    raw_track(fixture, "m-half", &got);
    assert_true(str_starts_with(buf_str(&got), STR("HTTP/1.1 200 OK\r\n")));
    assert_contains(buf_str(&got), "Content-Length: 16\r\n"); // {"success":true}
    assert_true(str_ends_with(buf_str(&got), STR("\r\n\r\n{\"succes")));
    buf_release(&got);
    assert_int_equal(fixture_get(fixture, "/_recloop/debugger?message_id=m-half"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "events")), 1);
}

static void the_clock_of_a_service_is_off(void **state) {
    struct fixture *fixture = *state;
    int64_t date_s = 0;
    declare(fixture, "personalize-runtime:skew=+20m,id=skew");
    assert_int_equal(recommend(fixture, "u", 0), 403);
    assert_str(header(fixture, "x-amzn-ErrorType"), "InvalidSignatureException");
    assert_contains(json_get_text(fixture->json.root, "message"), "Signature expired");
    assert_true(clock_parse_http(header(fixture, "Date"), &date_s));
    assert_true(date_s - clock_wall_ms() / 1000 > 1190);
    // a client that corrects its clock by the Date header gets through
    assert_int_equal(recommend(fixture, "u", 1200), 200);
}

static void a_token_expires_on_demand(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "personalize-runtime:expired-token,count=1");
    assert_int_equal(recommend(fixture, "u", 0), 403);
    assert_str(header(fixture, "x-amzn-ErrorType"), "ExpiredTokenException");
    assert_int_equal(recommend(fixture, "u", 0), 200);
}

// The loop inside the process meets the same faults as clients over HTTP.
static void the_built_in_function_meets_them_too(void **state) {
    static const struct {
        const char *fault, *hop, *detail;
        bool has_trait;
    } cases[] = {
        {"personalize-runtime.GetRecommendations:throttle,count=1,user=in-0", "recommendations",
         "ThrottlingException", false},
        {"personalize-events:status=503,count=1,user=in-1", "put_events", "ServiceUnavailable",
         false},
        {"personalize-events:expired-token,count=1,user=in-2", "put_events",
         "ExpiredTokenException", false},
        {"personalize-events:drop,count=1,user=in-3", "put_events", "without an answer", false},
        {"tracking.identify:status=500,count=1,user=in-4", "identify", "500", false},
        {"tracking.identify:lose,count=1,user=in-5", "identify", "without an answer", true},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf user = {0}, id = {0}, target = {0}, json = {0};
        bool is_found = false;
        print_message("%s\n", cases[i].fault);
        buf_add_format(&user, "in-%zu", i);
        buf_add_format(&id, "m-inside-%zu", i);
        declare(fixture, cases[i].fault);
        buf_add_format(
            &json,
            "{\"event\":\"Product Clicked\",\"userId\":\"%s\",\"anonymousId\":\"a\","
            "\"messageId\":\"%s\",\"properties\":{\"sku\":\"led-high-tops\"}}",
            buf_text(&user), buf_text(&id));
        assert_int_equal(fixture_track(fixture, "website-prod", "track", buf_text(&json)), 200);
        buf_add_format(&target, "/_recloop/deliveries?wait=10000&message_id=%s", buf_text(&id));
        assert_int_equal(fixture_get(fixture, buf_text(&target)), 200);
        const struct json_node *delivery = json_first(json_get(fixture->json.root, "deliveries"));
        const struct json_node *hop = json_first(json_get(delivery, "hops"));
        for (; hop; hop = json_next(hop)) {
            if (!str_equal(json_get_text(hop, "name"), str_from(cases[i].hop))) continue;
            is_found = true;
            assert_str(json_get_text(hop, "state"), "failed");
            assert_contains(json_get_text(hop, "detail"), cases[i].detail);
        }
        assert_true(is_found);
        const int status =
            fixture_profile(fixture, buf_text(&user), "traits?include=recommended_products");
        assert_int_equal(status, 200);
        assert_int_equal(
            json_count(json_get(fixture->json.root, "traits")), cases[i].has_trait ? 1 : 0);
        buf_release(&user);
        buf_release(&id);
        buf_release(&target);
        buf_release(&json);
    }
}

static void faults_are_added_replaced_and_removed(void **state) {
    struct fixture *fixture = *state;
    declare(fixture, "tracking:status=503,id=a");
    declare(fixture, "tracking:status=500,id=a");
    declare(fixture, "profile:drop");
    assert_int_equal(json_count(json_get(fixture->json.root, "faults")), 2);
    const struct json_node *first = json_first(json_get(fixture->json.root, "faults"));
    assert_str(json_get_text(first, "spec"), "tracking:status=500,id=a");
    assert_int_equal(track(fixture, "u"), 500);
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){.method = "DELETE", .target = "/_recloop/faults?id=nobody"}),
        404);
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "DELETE", .target = "/_recloop/faults?id=a"}),
        200);
    assert_int_equal(json_count(json_get(fixture->json.root, "faults")), 1);
    assert_int_equal(track(fixture, "u"), 200);
    // a list takes the place of all, or nothing does
    assert_int_equal(
        put(fixture, "{\"faults\":[{\"spec\":\"sts:drop\"},{\"spec\":\"sts:bang\"}]}"), 400);
    assert_contains(json_get_text(json_get(fixture->json.root, "error"), "message"), "\"bang\"");
    assert_int_equal(
        put(fixture, "{\"faults\":[{\"spec\":\"sts:drop\"},{\"spec\":\"iam:drop\"}]}"), 200);
    assert_int_equal(json_count(json_get(fixture->json.root, "faults")), 2);
    assert_int_equal(
        fixture_call(
            fixture, &(struct fixture_call){.method = "DELETE", .target = "/_recloop/faults"}),
        200);
    assert_int_equal(json_count(json_get(fixture->json.root, "faults")), 0);
}

static void start_options_come_back_with_reset(void **state) {
    static const char *const specs[] = {"tracking:status=503,count=1,id=first", NULL};
    struct fixture fixture = {0};
    struct error err = {0};
    const struct sandbox_options options = {.faults = specs};
    (void)state;
    assert_ok(sandbox_start(&options, &fixture.sandbox, &err), err);
    sandbox_identities_make(&fixture.identities, sandbox_url(fixture.sandbox), NULL, NULL);
    assert_int_equal(track(&fixture, "u"), 503);
    assert_int_equal(track(&fixture, "u"), 200);
    declare(&fixture, "profile:drop");
    assert_int_equal(
        fixture_call(
            &fixture, &(struct fixture_call){.method = "POST", .target = "/_recloop/reset"}),
        200);
    assert_int_equal(hits(&fixture, "first"), 0);
    assert_int_equal(json_count(json_get(fixture.json.root, "faults")), 1);
    assert_int_equal(track(&fixture, "u"), 503);
    fixture_stop(&fixture);
}

static void a_wrong_start_option_is_refused(void **state) {
    static const char *const specs[] = {"tracking:explode", NULL};
    struct sandbox *sandbox = NULL;
    struct error err = {0};
    const struct sandbox_options options = {.faults = specs};
    (void)state;
    assert_false(sandbox_start(&options, &sandbox, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_contains(str_from(err.message), "explode");
    assert_contains(str_from(err.hint), "latency");
}

#define WITH_SANDBOX(test)                                                                         \
    cmocka_unit_test_setup_teardown(test, fixture_set_up_in_memory, fixture_tear_down)
static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_fault_is_read_and_written_back),
    cmocka_unit_test(a_wrong_fault_names_the_part_and_the_next_step),
    cmocka_unit_test(json_says_the_same_as_the_text),
    cmocka_unit_test(places_are_matched_in_all_their_parts),
    WITH_SANDBOX(each_service_throttles_in_its_own_words),
    WITH_SANDBOX(a_status_or_code_becomes_an_error_of_the_service),
    WITH_SANDBOX(a_count_ends_and_a_user_is_chosen),
    WITH_SANDBOX(chance_repeats_with_its_seed),
    WITH_SANDBOX(latency_delays_and_nothing_else),
    WITH_SANDBOX(a_delayed_call_is_carried_out_once),
    WITH_SANDBOX(a_dropped_request_is_not_carried_out_a_lost_one_is),
    WITH_SANDBOX(half_an_answer_ends_in_its_middle),
    WITH_SANDBOX(the_clock_of_a_service_is_off),
    WITH_SANDBOX(a_token_expires_on_demand),
    WITH_SANDBOX(the_built_in_function_meets_them_too),
    WITH_SANDBOX(faults_are_added_replaced_and_removed),
    cmocka_unit_test(start_options_come_back_with_reset),
    cmocka_unit_test(a_wrong_start_option_is_refused),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
