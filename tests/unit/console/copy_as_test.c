#include "support/temp_folder.h"
#include "support/test.h"

#include "base/files.h"
#include "base/json.h"
#include "base/rng.h"
#include "console/copy_as.h"

#include <sys/wait.h>

#define PYTHON "/usr/bin/python3"

// What the request's own layer would print (http/redact.h).
#define AUTHORIZATION                                                                              \
    "Authorization: AWS4-HMAC-SHA256 Credential=••••MPLE/20260105/eu-west-1/personalize/"  \
    "aws4_request,SignedHeaders=host;x-amz-date,Signature=••••\n"

static const char track[] = "POST https://api.segment.io/v1/track\n"
                            "Authorization: Basic ••••wxyz:\n"
                            "Content-Type: application/json\n"
                            "Content-Length: 71\n"
                            "\n"
                            "{\n  \"event\": \"Product Clicked\",\n  \"userId\": \"it's me\"\n}\n";

static const char recommend[] =
    "POST https://personalize-runtime.eu-west-1.amazonaws.com/recommendations\n"
    "Host: personalize-runtime.eu-west-1.amazonaws.com\n"
    "X-Amz-Date: 20260105T100000Z\n"
    "X-Amz-Security-Token: ••••abcd\n" AUTHORIZATION "Content-Type: application/json\n"
    "\n"
    "{\"campaignArn\":\"arn:aws:personalize:eu-west-1:1:campaign/c\",\"userId\":\"29\","
    "\"numResults\":25}\n";

static const char assume[] =
    "POST /\nHost: 127.0.0.1:4100\nContent-Type: application/x-www-form-urlencoded\n\n"
    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FSegment"
    "&RoleSessionName=recloop&ExternalId=••••wxyz&DurationSeconds=900\n";

static const char invoke[] =
    "POST http://127.0.0.1:4100/2015-03-31/functions/Segment%3A1/invocations?Qualifier=live\n"
    "X-Amz-Log-Type: Tail\nX-Amz-Invocation-Type: RequestResponse\n\n"
    "{\"type\":\"track\",\"userId\":\"29\"}\n";

static void make(enum copy_as_form form, const char *http, struct buf *out) {
    struct error err = {0};
    const struct copy_as_source source = {.http = str_from(http)};
    assert_ok(copy_as(form, &source, out, &err), err);
}

static const struct {
    const char *http;
    enum copy_as_form form;
    const char *wanted;
} written[] = {
    {track, COPY_AS_CURL,
     "curl -sS https://api.segment.io/v1/track \\\n"
     "  -u \"$SEGMENT_WRITE_KEY:\" \\\n"
     "  -H 'Content-Type: application/json' \\\n"
     "  --data-raw '{\"event\":\"Product Clicked\",\"userId\":\"it'\\''s me\"}'\n"},
    {track, COPY_AS_SEGMENT,
     "{\n  \"event\": \"Product Clicked\",\n  \"userId\": \"it's me\",\n"
     "  \"type\": \"track\"\n}\n"},
    {recommend, COPY_AS_CURL,
     "curl -sS https://personalize-runtime.eu-west-1.amazonaws.com/recommendations \\\n"
     "  --aws-sigv4 aws:amz:eu-west-1:personalize \\\n"
     "  --user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\" \\\n"
     "  ${AWS_SESSION_TOKEN:+-H\"X-Amz-Security-Token: $AWS_SESSION_TOKEN\"} \\\n"
     "  -H 'Content-Type: application/json' \\\n"
     "  --data-raw '{\"campaignArn\":\"arn:aws:personalize:eu-west-1:1:campaign/c\","
     "\"userId\":\"29\",\"numResults\":25}'\n"},
    {recommend, COPY_AS_AWS,
     "aws personalize-runtime get-recommendations \\\n  --region eu-west-1 \\\n"
     "  --campaign-arn arn:aws:personalize:eu-west-1:1:campaign/c \\\n  --user-id 29 \\\n"
     "  --num-results 25\n"},
    {recommend, COPY_AS_BOTO3,
     "import boto3\n\n"
     "client = boto3.client(\"personalize-runtime\", region_name=\"eu-west-1\")\n"
     "answer = client.get_recommendations(\n"
     "    campaignArn=\"arn:aws:personalize:eu-west-1:1:campaign/c\",\n"
     "    userId=\"29\",\n    numResults=25,\n)\n"
     "answer.pop(\"ResponseMetadata\", None)\nprint(answer)\n"},
    {assume, COPY_AS_AWS,
     "aws sts assume-role \\\n  --region us-east-1 \\\n"
     "  --endpoint-url http://127.0.0.1:4100 \\\n"
     "  --role-arn arn:aws:iam::1:role/Segment \\\n  --role-session-name recloop \\\n"
     "  --external-id \"$EXTERNAL_ID\" \\\n  --duration-seconds 900\n"},
    {assume, COPY_AS_BOTO3,
     "import os\n\nimport boto3\n\n"
     "client = boto3.client(\"sts\", region_name=\"us-east-1\", "
     "endpoint_url=\"http://127.0.0.1:4100\")\n"
     "answer = client.assume_role(\n    RoleArn=\"arn:aws:iam::1:role/Segment\",\n"
     "    RoleSessionName=\"recloop\",\n    ExternalId=os.environ[\"EXTERNAL_ID\"],\n"
     "    DurationSeconds=900,\n)\n"
     "answer.pop(\"ResponseMetadata\", None)\nprint(answer)\n"},
    {invoke, COPY_AS_AWS,
     "aws lambda invoke \\\n  --region us-east-1 \\\n"
     "  --endpoint-url http://127.0.0.1:4100 \\\n  --function-name Segment:1 \\\n"
     "  --qualifier live \\\n  --invocation-type RequestResponse \\\n  --log-type Tail \\\n"
     "  --cli-binary-format raw-in-base64-out \\\n"
     "  --payload '{\"type\":\"track\",\"userId\":\"29\"}' \\\n  /dev/stdout\n"},
    {invoke, COPY_AS_SEGMENT, "{\n  \"type\": \"track\",\n  \"userId\": \"29\"\n}\n"},
};

static void copy_as_reads_as_a_person_would_write_it(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(written); i++) {
        struct buf text = {0};
        make(written[i].form, written[i].http, &text);
        assert_str(buf_str(&text), written[i].wanted);
        buf_release(&text);
    }
}

static void copy_as_refuses_with_a_reason_and_a_way_out(void **state) {
    (void)state;
    static const struct {
        const char *http;
        enum copy_as_form form;
        const char *message, *hint;
    } cases[] = {
        {track, COPY_AS_AWS, "This request is not for AWS", "Copy it as curl."},
        {track, COPY_AS_BOTO3, "This request is not for AWS", "Copy it as curl."},
        {recommend, COPY_AS_SEGMENT, "This request carries no Segment event",
         "Choose one to the tracking API, or an Invoke of the function."},
        {"", COPY_AS_CURL, "This is no request that was kept", "Choose a row that has a request."},
        {"POST https://a.example/x\n\nabc\n… cut: the whole body has 90000 bytes\n", COPY_AS_CURL,
         "The body was cut when it was kept", "What is missing cannot be sent again."},
        {"POST https://a.example/x\nContent-Encoding: gzip\n\n\\x1f\\x8b\n", COPY_AS_CURL,
         "The body was sent compressed", "Its bytes were not kept as text."},
        {"POST https://sts.amazonaws.com/\n\nAction=TagRole&Tags.member.1.Key=a\n", COPY_AS_AWS,
         "\"Tags.member.1.Key\" is no parameter we can name", "Copy the request as curl."},
        {"PUT https://iam.amazonaws.com/unheard-of\n\n", COPY_AS_AWS,
         "No operation is known for this request", "Copy it as curl."},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf text = {0};
        struct error err = {0};
        const struct copy_as_source source = {.http = str_from(cases[i].http)};
        assert_false(copy_as(cases[i].form, &source, &text, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_string_equal(err.message, cases[i].message);
        assert_string_equal(err.hint, cases[i].hint);
        assert_int_equal(text.len, 0);
        buf_release(&text);
    }
}

// A mask must never be pasted anywhere: it would be sent as if it were the secret.
static void copy_as_has_variables_and_never_a_mask(void **state) {
    (void)state;
    static const struct {
        const char *http, *variable;
    } cases[] = {
        {track, "\"$SEGMENT_WRITE_KEY:\""},
        {recommend, "$AWS_SESSION_TOKEN"},
        {assume, "ExternalId='\"$EXTERNAL_ID\"'&"},
        {"GET http://h/v1/spaces/s/collections/users/profiles/user_id:1/traits\n"
         "Authorization: Basic ••••wxyz:\n",
         "\"$SEGMENT_PROFILE_TOKEN:\""},
        {"GET http://h/?token=••••abcd&limit=3\n", "token='\"$TOKEN\"'&limit=3"},
        {"POST http://h/v1/batch\n\n{\"writeKey\":\"••••abcd\",\"batch\":[]}",
         "\"writeKey\":\"'\"$SEGMENT_WRITE_KEY\"'\""},
        {"POST http://h/v1/batch\nAuthorization: Bearer ••••abcd\n", "\"$SEGMENT_API_TOKEN\""},
        {"POST http://h/x\nX-Api-Key: ••••abcd\n", "'X-Api-Key: '\"$X_API_KEY\""},
        {"POST http://h/x\n\n<Token>••••abcd</Token>", "\"$SECRET\""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf text = {0};
        make(COPY_AS_CURL, cases[i].http, &text);
        assert_contains(buf_str(&text), cases[i].variable);
        assert_false(str_contains(buf_str(&text), STR("••••")));
        assert_false(str_contains(buf_str(&text), STR("abcd")));
        buf_release(&text);
    }
    struct buf event = {0};
    make(COPY_AS_SEGMENT, "POST http://h/v1/track\n\n{\"writeKey\":\"••••abcd\"}", &event);
    assert_str(buf_str(&event), "{\n  \"type\": \"track\"\n}\n");
    buf_release(&event);
}

static void copy_as_keeps_values_from_being_taken_for_files(void **state) {
    (void)state;
    struct buf text = {0};
    make(
        COPY_AS_AWS,
        "POST https://personalize-runtime.eu-west-1.amazonaws.com/recommendations\n" AUTHORIZATION
        "\n{\"userId\":\"file:///etc/passwd\",\"numResults\":1}",
        &text);
    assert_contains(
        buf_str(&text), "--cli-input-json '{\"userId\":\"file:///etc/passwd\",\"numResults\":1}'");
    buf_release(&text);
}

// Hostile texts

static const char *const hostile[] = {
    "'; touch owned; '",
    "$(touch owned)",
    "`touch owned`",
    "\"; touch owned; \"",
    "\\",
    "\\'",
    "a\nb\r\tc",
    "\x01\x1b[31m",
    "-n",
    "--output=x",
    "@/etc/passwd",
    "",
    "\xe6\x97\xa5\xe6\x9c\xac \xe2\x80\xae",
    "!!",
    "~root",
    "${IFS}",
    "\"\"\"",
    "'''",
    "\\N{DIGIT ONE}",
    "{}",
    "%s%n",
    "\xe2\x80\xa8",
    "#",
    "$HOME",
    "*",
    "a b",
    "import os; os.abort()",
};

static void add_hostile(struct rng *rng, struct buf *out) {
    static const char bytes[] = "'\"`$\\(){}[]<>|&;!#~*?\n\r\t %@=-abc\x01\x7f";
    for (size_t left = rng_below(rng, 24); left; left--)
        buf_add_char(out, bytes[rng_below(rng, sizeof(bytes) - 1)]);
}

static void add_request(struct buf *out, size_t at, struct rng *rng) {
    struct json body = {0};
    struct json_node *root = json_new_object(&body);
    struct buf text = {0};
    if (at < ARRAY_COUNT(hostile))
        buf_add(&text, str_from(hostile[at]));
    else
        add_hostile(rng, &text);
    json_add_text(root, "campaignArn", buf_str(&text));
    struct json_node *list = json_add_array(root, "inputList");
    json_add_text(list, NULL, buf_str(&text));
    json_add_object(list, NULL);
    json_add_bool(root, "flag", true);
    json_add_null(root, "nothing");
    buf_add(
        out, STR("POST https://personalize-runtime.eu-west-1.amazonaws.com"
                 "/personalize-ranking\nX-Odd: \"'$(touch owned)`\\\n" AUTHORIZATION "\n"));
    json_print(body.root, out);
    buf_release(&text);
    json_release(&body);
}

static int run(const struct temp_folder *folder, const char *command, struct buf *out) {
    struct buf line = {0};
    char piece[4096];
    buf_add_format(&line, "cd '%s' && %s 2>&1", folder->path, command);
    FILE *pipe = popen(buf_text(&line), "r");
    assert_non_null(pipe);
    size_t got = 0;
    while ((got = fread(piece, 1, sizeof(piece), pipe)) > 0)
        buf_add(out, (struct str){.ptr = piece, .len = got});
    const int status = pclose(pipe);
    buf_release(&line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void write_file(const struct temp_folder *folder, const char *name, struct str text) {
    char path[512];
    struct error err = {0};
    temp_folder_path(folder, name, path, sizeof(path));
    assert_ok(files_write(path, 0600, text, &err), err);
}

// The bodies that came through must be those that went in, one a line.
static void compare(struct str got, const struct buf *wanted) {
    if (str_equal(got, buf_str(wanted))) return;
    print_error("got:\n" STR_FMT "\nwanted:\n%s\n", STR_ARG(got), buf_text(wanted));
    fail();
}

#define ROUNDS 160

// curl and aws are functions of the shell here, which print what they were given.
static void copy_as_passes_hostile_texts_through_the_shell(void **state) {
    (void)state;
    struct temp_folder folder = temp_folder_make();
    struct rng rng;
    struct buf script = {0}, wanted = {0}, got = {0};
    rng_seed(&rng, 7);
    buf_add(
        &script, STR("set -f\n"
                     "curl() { while [ $# -gt 1 ]; do shift; done; printf '%s\\n' \"$1\"; }\n"));
    for (size_t at = 0; at < ROUNDS; at++) {
        struct buf http = {0};
        add_request(&http, at, &rng);
        make(COPY_AS_CURL, buf_text(&http), &script);
        const char *body = strstr(buf_text(&http), "\n\n") + 2;
        buf_add(&wanted, str_from(body));
        buf_add_char(&wanted, '\n');
        buf_release(&http);
    }
    write_file(&folder, "script.sh", buf_str(&script));
    assert_int_equal(run(&folder, "sh -n script.sh", &got), 0);
    assert_int_equal(run(&folder, "sh script.sh", &got), 0);
    compare(buf_str(&got), &wanted);
    buf_reset(&got);
    assert_int_not_equal(run(&folder, "test -e owned", &got), 0);
    buf_release(&script);
    buf_release(&wanted);
    buf_release(&got);
    temp_folder_remove(&folder);
}

static void copy_as_passes_hostile_texts_through_the_cli(void **state) {
    (void)state;
    struct temp_folder folder = temp_folder_make();
    struct rng rng;
    struct buf script = {0}, got = {0};
    rng_seed(&rng, 8);
    // the value of --campaign-arn, or all of them in one JSON text
    buf_add(
        &script, STR("set -f\naws() { for at; do case $before in --campaign-arn|--cli-input-json) "
                     "printf '<%s>' \"$at\";; esac; before=$at; done; before=; }\n"));
    struct buf wanted = {0};
    for (size_t at = 0; at < ROUNDS; at++) {
        struct buf http = {0};
        struct error err = {0};
        struct json body = {0};
        add_request(&http, at, &rng);
        make(COPY_AS_AWS, buf_text(&http), &script);
        const struct str text = str_from(strstr(buf_text(&http), "\n\n") + 2);
        assert_ok(json_parse(text, &body, &err), err);
        const struct str value = json_get_text(body.root, "campaignArn");
        buf_add_char(&wanted, '<');
        buf_add(&wanted, str_starts_with(value, STR("-")) ? text : value);
        buf_add_char(&wanted, '>');
        json_release(&body);
        buf_release(&http);
    }
    write_file(&folder, "script.sh", buf_str(&script));
    assert_int_equal(run(&folder, "sh script.sh", &got), 0);
    compare(buf_str(&got), &wanted);
    buf_release(&script);
    buf_release(&wanted);
    buf_release(&got);
    temp_folder_remove(&folder);
}

// boto3 is a module of ours here, which prints what it was given as JSON.
static void copy_as_passes_hostile_texts_through_python(void **state) {
    (void)state;
    if (!files_exists(PYTHON)) {
        print_message("%s is not there\n", PYTHON);
        skip();
    }
    struct temp_folder folder = temp_folder_make();
    struct rng rng;
    struct buf program = {0}, wanted = {0}, got = {0};
    rng_seed(&rng, 9);
    write_file(
        &folder, "boto3.py",
        STR("import json\nclass Client:\n    def get_personalized_ranking(self, **given):\n"
            "        print(json.dumps(given, ensure_ascii=False, separators=(',', ':')))\n"
            "        return {}\ndef client(service, **more):\n    return Client()\n"));
    for (size_t at = 0; at < ROUNDS; at++) {
        struct buf http = {0};
        add_request(&http, at, &rng);
        make(COPY_AS_BOTO3, buf_text(&http), &program);
        buf_add(&wanted, str_from(strstr(buf_text(&http), "\n\n") + 2));
        buf_add(&wanted, STR("\n{}\n"));
        buf_release(&http);
    }
    write_file(&folder, "program.py", buf_str(&program));
    assert_int_equal(run(&folder, PYTHON " -m py_compile program.py", &got), 0);
    assert_int_equal(
        run(&folder, PYTHON " -X utf8 program.py | sed 's/\\x7f/\\\\u007f/g'", &got), 0);
    struct buf same = {0}; // Python writes DEL as it is
    for (size_t i = 0; i < wanted.len; i++) {
        if (wanted.ptr[i] == 0x7F)
            buf_add(&same, STR("\\u007f"));
        else
            buf_add_char(&same, wanted.ptr[i]);
    }
    compare(buf_str(&got), &same);
    buf_release(&same);
    buf_release(&program);
    buf_release(&wanted);
    buf_release(&got);
    temp_folder_remove(&folder);
}

static void copy_as_makes_a_request_of_an_event(void **state) {
    (void)state;
    struct buf http = {0}, text = {0};
    copy_as_add_event_request(
        &http, STR("http://127.0.0.1:4100"), STR("identify"), STR("{\"userId\":\"29\"}"));
    make(COPY_AS_CURL, buf_text(&http), &text);
    assert_str(
        buf_str(&text), "curl -sS http://127.0.0.1:4100/v1/identify \\\n"
                        "  -u \"$SEGMENT_WRITE_KEY:\" \\\n"
                        "  -H 'Content-Type: application/json' \\\n"
                        "  --data-raw '{\"userId\":\"29\"}'\n");
    buf_release(&http);
    buf_release(&text);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(copy_as_reads_as_a_person_would_write_it),
    cmocka_unit_test(copy_as_refuses_with_a_reason_and_a_way_out),
    cmocka_unit_test(copy_as_has_variables_and_never_a_mask),
    cmocka_unit_test(copy_as_keeps_values_from_being_taken_for_files),
    cmocka_unit_test(copy_as_passes_hostile_texts_through_the_shell),
    cmocka_unit_test(copy_as_passes_hostile_texts_through_the_cli),
    cmocka_unit_test(copy_as_passes_hostile_texts_through_python),
    cmocka_unit_test(copy_as_makes_a_request_of_an_event),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
