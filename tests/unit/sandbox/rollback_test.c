// A commit that fails: nobody is told that a change was made, and everything that is remembered beside the
// store is as the store is, before and after a restart.
#include "fixture.h"
#include "personalize_calls.h"

#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FUNCTIONS "/2015-03-31/functions"
#define HANDLER FUNCTIONS "/SegmentPersonalizeDestinationHandler"
#define ZIP                                                                                        \
    "UEsDBBQAAAAAAAAAIQAdnfsECgAAAAoAAAAJAAAAYm9vdHN0cmFwIyEvYmluL3NoClBLAQIUAxQAAAAAAAAA"         \
    "IQAdnfsECgAAAAoAAAAJAAAAAAAAAAAAAADtgQAAAABib290c3RyYXBQSwUGAAAAAAEAAQA3AAAAMQAAAAAA"
#define ROLE                                                                                       \
    "arn:aws:iam::123456789012:role/"                                                              \
    "module-personalize-SegmentPersonalizeLambdaRole-3SANDBOX4LOOP"
#define TRUST                                                                                      \
    "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C"     \
    "%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22"      \
    "sts%3AAssumeRole%22%7D%7D"

enum kind { OWN, TRACK, AWS, CONTROL, LOGS, LAMBDA, FORM };

struct request {
    enum kind kind;
    const char *method, *target,
        *body;          // target: of CONTROL and LOGS the operation, of FORM the service
    const char *member; // of a question: what to look at; NULL: the whole answer
};

static const struct request changes[] = {
    {TRACK, "", "track",
     "{\"event\":\"Order Completed\",\"userId\":\"2941404340\",\"anonymousId\":\"a\","
     "\"messageId\":\"r-1\",\"properties\":{\"sku\":\"ocean-blue-shirt\",\"revenue\":9}}",
     NULL},
    {TRACK, "", "identify", "{\"userId\":\"2941404340\",\"traits\":{\"plan\":\"gold\"}}", NULL},
    {TRACK, "", "group", "{\"userId\":\"2941404340\",\"groupId\":\"g\"}", NULL},
    {OWN, "PUT", "/_recloop/destination",
     "{\"enabled\":false,\"settings\":{\"externalId\":\"x\",\"clientContext\":{\"a\":\"b\"}}}",
     NULL},
    {OWN, "PUT", "/_recloop/sources", "{\"name\":\"website-prod\",\"enabled\":false}", NULL},
    {OWN, "PUT", "/_recloop/answers", "{\"user_id\":\"u\",\"items\":[\"sku\"]}", NULL},
    {OWN, "DELETE", "/_recloop/answers", NULL, NULL},
    {OWN, "PUT", "/_recloop/computed-traits/x",
     "{\"type\":\"event_counter\",\"event\":\"Order Completed\"}", NULL},
    {OWN, "DELETE", "/_recloop/computed-traits/purchased_products", NULL, NULL},
    {OWN, "POST", "/_recloop/import",
     "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n2941404340,led-high-tops,Product Clicked,1700000000\n",
     NULL},
    {OWN, "POST", "/_recloop/reset", NULL, NULL},
    {OWN, "POST", "/_recloop/event-tester",
     "{\"type\":\"track\",\"event\":{\"event\":\"Product Clicked\",\"userId\":\"u\","
     "\"anonymousId\":\"a\",\"properties\":{\"sku\":\"led-high-tops\"}}}",
     NULL},
    {AWS, "POST", "/items",
     "{\"datasetArn\":\"" P_ITEMS "\",\"items\":[{\"itemId\":\"new-one\",\"properties\":"
     "\"{\\\"categoryL1\\\":\\\"shoes\\\"}\"}]}",
     NULL},
    {AWS, "POST", "/events",
     "{\"trackingId\":\"7ec100b0-5a2d-4b0c-9ab5-5e9ea7000001\",\"userId\":\"2941404340\","
     "\"sessionId\":\"s\",\"eventList\":[{"
     "\"eventType\":\"Product Clicked\",\"itemId\":\"led-high-tops\",\"sentAt\":1700000000}]}",
     NULL},
    {AWS, "POST", "/recommendations", "{\"campaignArn\":\"" P_CAMPAIGN "\",\"userId\":\"counted\"}",
     NULL},
    {CONTROL, "", "CreateFilter",
     "{\"name\":\"tried\",\"datasetGroupArn\":\"" P_GROUP "\",\"filterExpression\":"
     "\"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\\\"*\\\")\"}",
     NULL},
    {CONTROL, "", "DeleteFilter", "{\"filterArn\":\"" P_ARN "filter/exclude-purchased\"}", NULL},
    {CONTROL, "", "CreateSolutionVersion",
     "{\"solutionArn\":\"" P_ARN "solution/segment-workshop-user-personalization\"}", NULL},
    {LOGS, "", "CreateLogGroup", "{\"logGroupName\":\"g\"}", NULL},
    {LOGS, "", "CreateLogStream", "{\"logGroupName\":\"kept\",\"logStreamName\":\"s\"}", NULL},
    {LOGS, "", "DeleteLogGroup", "{\"logGroupName\":\"kept\"}", NULL},
    {LAMBDA, "POST", FUNCTIONS,
     "{\"FunctionName\":\"shoe-fn\",\"Runtime\":\"provided.al2023\",\"Handler\":\"bootstrap\","
     "\"Role\":\"" ROLE "\",\"Code\":{\"ZipFile\":\"" ZIP "\"}}",
     NULL},
    {LAMBDA, "PUT", HANDLER "/configuration", "{\"Timeout\":9}", NULL},
    {LAMBDA, "POST", HANDLER "/versions", "{}", NULL},
    {LAMBDA, "DELETE", HANDLER, NULL, NULL},
    {LAMBDA, "POST", HANDLER "/invocations",
     "{\"type\":\"track\",\"event\":\"Product Clicked\",\"userId\":\"u\",\"anonymousId\":\"a\","
     "\"messageId\":\"i-1\",\"properties\":{\"sku\":\"led-high-tops\"}}",
     NULL},
    {FORM, "", "iam", "Action=CreateRole&RoleName=own&AssumeRolePolicyDocument=" TRUST, NULL},
    {FORM, "", "iam",
     "Action=DeleteRolePolicy&RoleName=module-personalize-SegmentPersonalizeLambdaRole-"
     "3SANDBOX4LOOP"
     "&PolicyName=segment-personalize-lambda-policy",
     NULL},
    {FORM, "", "sts",
     "Action=AssumeRole&RoleSessionName=session&RoleArn=arn:aws:iam::123456789012:role/"
     "module-personalize-SegmentExecutePersonalizeLambda-1SANDBOX2LOOP"
     "&ExternalId=123456789",
     NULL},
};

static const struct request questions[] = {
    {OWN, "GET", "/_recloop/destination", NULL, NULL},
    {OWN, "GET", "/_recloop/sources", NULL, NULL},
    {OWN, "GET", "/_recloop/faults", NULL, NULL},
    {OWN, "GET", "/_recloop/answers", NULL, NULL},
    {OWN, "GET", "/_recloop/computed-traits", NULL, NULL},
    {OWN, "GET", "/_recloop/debugger?limit=500", NULL, NULL},
    {OWN, "GET", "/_recloop/deliveries?limit=500", NULL, "deliveries"},
    {OWN, "GET", "/_recloop/health", NULL, "interactions"},
    {OWN, "GET", "/_recloop/health", NULL, "events"},
    {OWN, "GET", "/_recloop/health", NULL, "pending_deliveries"},
    {OWN, "GET", "/_recloop/event-delivery?source=website-prod", NULL, "steps"},
    {OWN, "GET", "/_recloop/reasons?user=2941404340&num=100", NULL, NULL},
    {OWN, "GET", "/_recloop/profile?user_id=2941404340", NULL, NULL},
    {CONTROL, "", "ListFilters", "{}", NULL},
    {CONTROL, "", "ListCampaigns", "{}", NULL},
    {CONTROL, "", "ListSolutionVersions", "{}", NULL},
    {LOGS, "", "DescribeLogGroups", "{}", NULL},
    {LOGS, "", "DescribeLogStreams", "{\"logGroupName\":\"kept\"}", NULL},
    {LOGS, "", "FilterLogEvents",
     "{\"logGroupName\":\"/aws/lambda/SegmentPersonalizeDestinationHandler\"}", NULL},
    {LAMBDA, "GET", FUNCTIONS "?FunctionVersion=ALL", NULL, NULL},
    {FORM, "", "iam",
     "Action=ListRolePolicies&RoleName=module-personalize-SegmentPersonalizeLambdaRole-"
     "3SANDBOX4LOOP",
     "PolicyNames"},
};

static int form(struct fixture *fixture, const char *service, const char *text) {
    struct buf body = {0};
    buf_add(&body, str_from(text));
    buf_add(
        &body,
        strcmp(service, "iam") == 0 ? STR("&Version=2010-05-08") : STR("&Version=2011-06-15"));
    const int status = fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = service, .target = "/", .body = buf_text(&body), .is_form = true});
    buf_release(&body);
    return status;
}

static int carry_out(struct fixture *fixture, const struct request *request) {
    struct buf target = {0};
    int status = 0;
    switch (request->kind) {
    case OWN:
        return fixture_call(
            fixture,
            &(struct fixture_call){
                .method = request->method, .target = request->target, .body = request->body});
    case TRACK: return fixture_track(fixture, "website-prod", request->target, request->body);
    case AWS: return ask(fixture, request->target, request->body);
    case CONTROL: return plane(fixture, request->target, request->body);
    case FORM: return form(fixture, request->target, request->body);
    case LAMBDA:
        return fixture_aws(
            fixture, &(struct fixture_aws){
                         .service = "lambda",
                         .method = request->method,
                         .target = request->target,
                         .body = request->body});
    case LOGS: break;
    }
    buf_add_format(&target, "Logs_20140328.%s", request->target);
    status = fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "logs",
                     .json_target = buf_text(&target),
                     .target = "/",
                     .body = request->body});
    buf_release(&target);
    return status;
}

// Of XML only what is between the tags of the member: the request's id is another each time.
static void add_answer(const struct fixture *fixture, const char *member, struct buf *out) {
    const struct str body = buf_str(&fixture->response.body);
    struct buf tag = {0};
    if (!member) {
        buf_add(out, body);
    } else if (fixture->json.root) {
        json_print(json_get(fixture->json.root, member), out);
    } else {
        buf_add_format(&tag, "</%s>", member);
        size_t end = 0;
        while (end < body.len && !str_starts_with(str_skip(body, end), buf_str(&tag)))
            end++;
        buf_add(out, str_slice(body, 0, end));
    }
    buf_add_char(out, '\n');
    buf_release(&tag);
}

static void look(struct fixture *fixture, struct buf *out) {
    buf_reset(out);
    for (size_t i = 0; i < ARRAY_COUNT(questions); i++) {
        const struct request *question = &questions[i];
        if (carry_out(fixture, question) != 200) {
            print_error("%s: %s\n", question->target, buf_text(&fixture->response.body));
            fail();
        }
        buf_add_format(out, "%s ", question->target);
        add_answer(fixture, question->member, out);
    }
}

static bool is_same(const struct buf *wanted, const struct buf *got, const char *after) {
    if (str_equal(buf_str(wanted), buf_str(got))) return true;
    struct str left = buf_str(wanted), right = buf_str(got), one, other;
    while (left.len || right.len) {
        str_split(left, '\n', &one, &left);
        str_split(right, '\n', &other, &right);
        if (str_equal(one, other)) continue;
        size_t at = 0;
        while (at < one.len && at < other.len && one.ptr[at] == other.ptr[at])
            at++;
        at = at > 60 ? at - 60 : 0;
        print_error("after %s: " STR_FMT "\n", after, STR_ARG(str_slice(one, 0, 40)));
        one = str_slice(one, at, 400), other = str_slice(other, at, 400);
        print_error("< " STR_FMT "\n> " STR_FMT "\n", STR_ARG(one), STR_ARG(other));
    }
    return false;
}

// ---- how it fails ----

struct breakage {
    struct rlimit before;
    sqlite3 *database;
};

// Nothing can be written, as with a full disk: what is done in memory goes through, the commit does not.
static void fill_disk(struct fixture *fixture, struct breakage *breakage) {
    (void)fixture;
    struct rlimit none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &breakage->before), 0);
    none = breakage->before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
}

static void empty_disk(struct breakage *breakage) {
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &breakage->before), 0);
}

// Another holds the lock: the very first statement fails, and all that follow.
static void take_lock(struct fixture *fixture, struct breakage *breakage) {
    char path[300];
    temp_folder_path(&fixture->folder, "sandbox.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &breakage->database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(breakage->database, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}

static void give_lock(struct breakage *breakage) {
    assert_int_equal(sqlite3_exec(breakage->database, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(breakage->database);
}

static const struct way {
    const char *name;
    void (*begin)(struct fixture *fixture, struct breakage *breakage);
    void (*end)(struct breakage *breakage);
} ways[] = {
    {"a full disk", fill_disk, empty_disk},
    {"a held lock", take_lock, give_lock},
};

static void prepare(struct fixture *fixture) {
    static const struct sandbox_options options = {.has_instant_statuses = true, .data_folder = ""};
    fixture_start_with(fixture, &options);
    const struct request group = {LOGS, "", "CreateLogGroup", "{\"logGroupName\":\"kept\"}", NULL};
    assert_int_equal(carry_out(fixture, &group), 200);
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "PUT",
                .target = "/_recloop/answers",
                .body = "{\"user_id\":\"counted\",\"items\":[\"led-high-tops\"],\"count\":"
                        "5}"}),
        200);
    assert_int_equal(
        fixture_call(
            fixture,
            &(struct fixture_call){
                .method = "PUT",
                .target = "/_recloop/faults",
                .body = "{\"spec\":\"sts.GetCallerIdentity:status=500\"}"}),
        200);
    fixture_click(fixture, "2941404340", "led-high-tops", "before-1");
}

static void what_failed_to_be_stored_has_not_happened(void **state) {
    struct fixture fixture = {0};
    struct buf before = {0}, after = {0};
    bool is_all_same = true;
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    prepare(&fixture);
    look(&fixture, &before);
    for (size_t way = 0; way < ARRAY_COUNT(ways); way++) {
        for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
            struct breakage breakage = {0};
            ways[way].begin(&fixture, &breakage);
            const int status = carry_out(&fixture, &changes[i]);
            ways[way].end(&breakage);
            if (status != 500) {
                print_error(
                    "%s, %s: %d %s\n", ways[way].name, changes[i].target, status,
                    buf_text(&fixture.response.body));
                fail();
            }
            look(&fixture, &after);
            is_all_same &= is_same(&before, &after, changes[i].target);
        }
    }
    const struct fixture_call remove = {.method = "DELETE", .target = "/_recloop/faults"};
    assert_int_equal(fixture_call(&fixture, &remove), 200); // are of this run alone
    look(&fixture, &before);
    fixture_restart(&fixture);
    look(&fixture, &after);
    is_all_same &= is_same(&before, &after, "a restart");
    assert_true(is_all_same);
    buf_release(&before);
    buf_release(&after);
    fixture_stop(&fixture);
}

static struct str health(struct fixture *fixture, const char *member) {
    assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200);
    return json_get_text(fixture->json.root, member);
}

static void health_tells_while_nothing_can_be_stored(void **state) {
    static const char event[] = "{\"event\":\"E\",\"userId\":\"u\"}";
    struct fixture fixture = {0};
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    prepare(&fixture);
    for (size_t way = 0; way < ARRAY_COUNT(ways); way++) {
        struct breakage breakage = {0};
        assert_str(health(&fixture, "status"), "ok");
        ways[way].begin(&fixture, &breakage);
        assert_int_equal(fixture_track(&fixture, "ios-prod", "track", event), 500);
        assert_str(health(&fixture, "status"), "failing");
        assert_contains(health(&fixture, "store_failure"), "the sandbox's store");
        ways[way].end(&breakage);
        assert_int_equal(fixture_track(&fixture, "ios-prod", "track", event), 200);
    }
    assert_str(health(&fixture, "status"), "ok");
    assert_int_equal(health(&fixture, "store_failure").len, 0);
    fixture_stop(&fixture);
}

// ---- a reset that cannot be ----

static int open_line(const struct fixture *fixture) {
    const struct str url = str_from(sandbox_url(fixture->sandbox));
    struct sockaddr_in address = {.sin_family = AF_INET};
    int64_t port = 0;
    size_t colon = url.len;
    while (url.ptr[colon - 1] != ':')
        colon--;
    assert_true(str_parse_int64(str_skip(url, colon), &port));
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void say(int fd, const char *method, const char *target, const char *body) {
    struct buf text = {0};
    buf_add_format(
        &text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n%s", method, target,
        strlen(body), body);
    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
    buf_release(&text);
}

// The status; the rest stays unread, the line is closed.
static int hear(int fd) {
    char text[16];
    int64_t status = 0;
    assert_int_equal(recv(fd, text, 12, MSG_WAITALL), 12);
    assert_true(str_parse_int64((struct str){.ptr = text + 9, .len = 3}, &status));
    close(fd);
    return (int)status;
}

static int64_t count_events(struct fixture *fixture) {
    int64_t count = -1;
    assert_int_equal(fixture_get(fixture, "/_recloop/health"), 200);
    assert_true(json_integer(json_get(fixture->json.root, "events"), &count));
    return count;
}

// While the sandbox is busy with a long list an event comes, and right after it a reset whose seed is gone.
static void a_reset_that_fails_takes_nobodys_events(void **state) {
    struct fixture fixture = {0};
    struct temp_folder folder = temp_folder_make();
    char path[300];
    struct buf body = {0};
    (void)state;
    temp_folder_path(&folder, "seed.csv", path, sizeof(path));
    const struct sandbox_options options = {.seed_file = path, .data_folder = ""};
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\nu,led-high-tops,E,1700000000\n", file);
    (void)fclose(file);
    fixture_start_with(&fixture, &options);
    assert_int_equal(remove(path), 0);
    for (int i = 0; i < 30; i++) {
        const int busy = open_line(&fixture), event = open_line(&fixture);
        const int reset = open_line(&fixture);
        const int64_t before = count_events(&fixture);
        buf_reset(&body);
        buf_add_format(
            &body, "{\"writeKey\":\"%s\",\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"m%d\"}",
            fixture_get_identity(&fixture, "write_keys.ios-prod"), i);
        say(busy, "GET", "/_recloop/reasons?user=u&num=500", "");
        say(event, "POST", "/v1/track", buf_text(&body));
        say(reset, "POST", "/_recloop/reset", "");
        assert_int_equal(hear(busy), 200);
        assert_true(hear(reset) >= 400);
        assert_int_equal(hear(event), 200);
        assert_int_equal(count_events(&fixture), before + 1);
    }
    buf_release(&body);
    fixture_stop(&fixture);
    temp_folder_remove(&folder);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_reset_that_fails_takes_nobodys_events),
    cmocka_unit_test(what_failed_to_be_stored_has_not_happened),
    cmocka_unit_test(health_tells_while_nothing_can_be_stored),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
