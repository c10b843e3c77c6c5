// sigv4 against AWS's own test suite (awslabs/aws-c-auth, Apache-2.0), which lies outside the
// repository: RECLOOP_SIGV4_SUITE, default ../shared/data/aws-sigv4-suite/v4; and against the cases of
// tests/vectors/sigv4, which have the same files. A failure names the case and the stage.
//
// Reading rules of the suite: the request line may hold raw blanks and UTF-8 (method up to the first
// blank, version from the last); no blank after ':'; a line that begins blank continues the header
// above; the body follows the first empty line.
#include "aws/sigv4.h"
#include "aws/sigv4_verify.h"
#include "base/attributes.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "support/test.h"

#include <dirent.h>

#define OWN_VECTORS "tests/vectors/sigv4"
#define SUITE_CASES 38

struct suite_case {
    char folder[512];
    const char *name;
    struct request request;
    struct buf request_text;
    struct credentials credentials;
    struct json context;
    struct sigv4_options options;
};

static int failures;

static void
complain(const struct suite_case *test, const char *stage, struct str actual, struct str expected) {
    print_error(
        "%s, %s:\n--- got\n" STR_FMT "\n--- wanted\n" STR_FMT "\n", test->name, stage,
        STR_ARG(actual), STR_ARG(expected));
    failures++;
}

static bool read_file(const struct suite_case *test, const char *name, struct buf *out) {
    CLEANUP(buf_release) struct buf path = {0};
    struct error err = {0};
    buf_add_format(&path, "%s/%s/%s", test->folder, test->name, name);
    return files_read(buf_text(&path), SIZE_MAX / 2, out, &err);
}

static void read_headers(struct request *request, struct str text) {
    struct str line, name, value;
    struct buf pending_value = {0};
    struct str pending_name = {0};
    while (text.len) {
        (void)str_split(text, '\n', &line, &text);
        if (line.len == 0) break;
        if (line.ptr[0] == ' ' || line.ptr[0] == '\t') {
            buf_add_char(&pending_value, '\n');
            buf_add(&pending_value, line);
            continue;
        }
        if (pending_name.len) {
            headers_add(&request->headers, pending_name, buf_str(&pending_value));
        }
        (void)str_split(line, ':', &name, &value);
        pending_name = name;
        buf_reset(&pending_value);
        buf_add(&pending_value, value);
    }
    if (pending_name.len) headers_add(&request->headers, pending_name, buf_str(&pending_value));
    buf_release(&pending_value);
    request_set_body(request, text);
}

static void read_request(struct request *request, struct str text) {
    struct str line, rest;
    (void)str_split(text, '\n', &line, &rest);
    const size_t method = str_find_char(line, ' ');
    size_t version = line.len;
    while (version > 0 && line.ptr[version - 1] != ' ')
        version--;
    request_set_method(request, str_slice(line, 0, method));
    request_set_url(request, str_slice(line, method + 1, version - 1 - (method + 1)));
    read_headers(request, rest);
}

static void write_request(const struct request *request, struct buf *out) {
    buf_add(out, request_method(request));
    buf_add_char(out, ' ');
    buf_add(out, buf_str(&request->url));
    buf_add(out, STR(" HTTP/1.1\n"));
    for (size_t i = 0; i < request->headers.count; i++) {
        buf_add(out, request->headers.fields[i].name);
        buf_add_char(out, ':');
        buf_add(out, request->headers.fields[i].value);
        buf_add_char(out, '\n');
    }
    buf_add_char(out, '\n');
    buf_add(out, buf_str(&request->body));
}

static bool load_case(const char *folder, const char *name, struct suite_case *test) {
    CLEANUP(buf_release) struct buf context = {0};
    struct error err = {0};
    int64_t now_ms = 0, expires_s = 0;
    *test = (struct suite_case){.name = name};
    const size_t len = strlen(folder);
    if (len >= sizeof(test->folder)) return false;
    memcpy(test->folder, folder, len + 1);
    if (!read_file(test, "context.json", &context)) return false;
    if (!read_file(test, "request.txt", &test->request_text)) return false;
    if (!json_parse(buf_str(&context), &test->context, &err)) return false;
    const struct json_node *root = test->context.root;
    const struct json_node *keys = json_get(root, "credentials");
    credentials_set(
        &test->credentials, json_get_text(keys, "access_key_id"),
        json_get_text(keys, "secret_access_key"), json_get_text(keys, "token"));
    if (!clock_parse_iso8601(json_get_text(root, "timestamp"), &now_ms)) return false;
    if (!json_integer(json_get(root, "expiration_in_seconds"), &expires_s)) return false;
    test->options = (struct sigv4_options){
        .region = json_get_text(root, "region"),
        .service = json_get_text(root, "service"),
        .now_s = now_ms / 1000,
        .keep_path = !json_bool(json_get(root, "normalize"), true),
        .add_body_hash = json_bool(json_get(root, "sign_body"), false),
        .leave_token_unsigned = json_bool(json_get(root, "omit_session_token"), false),
        .expires_s = expires_s,
    };
    return true;
}

static void release_case(struct suite_case *test) {
    request_release(&test->request);
    buf_release(&test->request_text);
    credentials_release(&test->credentials);
    json_release(&test->context);
}

static void
compare(const struct suite_case *test, const char *form, const char *stage, struct str actual) {
    CLEANUP(buf_release) struct buf expected = {0};
    CLEANUP(buf_release) struct buf file = {0};
    buf_add_format(&file, "%s-%s.txt", form, stage);
    if (!read_file(test, buf_text(&file), &expected)) {
        complain(test, buf_text(&file), STR("(no such file)"), STR("the expected stage"));
        return;
    }
    // the file's final newlines say nothing
    const struct str got = str_trim(actual), wanted = str_trim(buf_str(&expected));
    if (!str_equal(got, wanted)) complain(test, buf_text(&file), got, wanted);
}

static bool find_key(void *context, struct str id, struct sigv4_verify_key *out) {
    const struct credentials *credentials = context;
    if (!str_equal(id, buf_str(&credentials->access_key_id))) return false;
    out->secret_access_key = secret_reveal(&credentials->secret_access_key);
    out->session_token = secret_reveal(&credentials->session_token);
    out->expires_at_s = 0;
    return true;
}

// What we signed must be accepted by our own verifier, which is written from the other side.
static void verify(struct suite_case *test, const char *form) {
    CLEANUP(sigv4_verify_result_release) struct sigv4_verify_result result = {0};
    const struct sigv4_verify_policy policy = {
        .region = test->options.region,
        .service = test->options.service,
        .now_s = test->options.now_s,
        .lookup = find_key,
        .lookup_context = &test->credentials,
    };
    if (test->options.keep_path || test->options.leave_token_unsigned) return; // S3 habits
    if (sigv4_verify(&test->request, &policy, &result)) return;
    complain(test, form, str_from(sigv4_verify_outcome_name(result.outcome)), STR("accepted"));
}

typedef bool sign_fn(
    struct request *,
    const struct credentials *,
    const struct sigv4_options *,
    struct sigv4_stages *,
    struct error *);

static void
run_form(struct suite_case *test, const char *form, sign_fn *sign, struct sigv4_key_cache *cache) {
    CLEANUP(sigv4_stages_release) struct sigv4_stages stages = {0};
    CLEANUP(buf_release) struct buf signed_text = {0};
    CLEANUP(buf_release) struct buf file = {0};
    CLEANUP(buf_release) struct buf probe = {0};
    struct error err = {0};
    buf_add_format(&file, "%s-signature.txt", form);
    if (!read_file(test, buf_text(&file), &probe) && strcmp(test->folder, OWN_VECTORS) == 0) {
        return; // our own cases need not have both forms
    }
    request_release(&test->request);
    read_request(&test->request, buf_str(&test->request_text));
    test->options.cache = cache;
    if (!sign(&test->request, &test->credentials, &test->options, &stages, &err)) {
        complain(test, form, str_from(err.message), STR("a signature"));
        return;
    }
    compare(test, form, "canonical-request", buf_str(&stages.canonical_request));
    compare(test, form, "string-to-sign", buf_str(&stages.string_to_sign));
    compare(test, form, "signature", str_from(stages.signature));
    write_request(&test->request, &signed_text);
    if (strcmp(test->folder, OWN_VECTORS) != 0) {
        compare(test, form, "signed-request", buf_str(&signed_text));
    }
    verify(test, form);
}

static void check_key(const struct suite_case *test) {
    CLEANUP(buf_release) struct buf date = {0};
    CLEANUP(buf_release) struct buf expected = {0};
    struct sigv4_key key;
    char hex[DIGEST_HEX_BYTES];
    if (!read_file(test, "signing-key.txt", &expected)) return;
    clock_add_compact(&date, test->options.now_s);
    sigv4_derive_key(
        secret_reveal(&test->credentials.secret_access_key), str_slice(buf_str(&date), 0, 8),
        test->options.region, test->options.service, &key);
    digest_hex(key.bytes, hex);
    if (!str_equal(str_from(hex), str_trim(buf_str(&expected)))) {
        complain(test, "signing key", str_from(hex), buf_str(&expected));
    }
}

static size_t run_folder(const char *folder) {
    DIR *directory = opendir(folder);
    struct sigv4_key_cache cache = {0};
    size_t count = 0;
    if (!directory) return 0;
    for (const struct dirent *entry; (entry = readdir(directory));) {
        struct suite_case test;
        if (entry->d_name[0] == '.') continue;
        if (load_case(folder, entry->d_name, &test)) {
            run_form(&test, "header", sigv4_sign_request, NULL);
            run_form(&test, "header", sigv4_sign_request, &cache); // and once more from the cache
            run_form(&test, "query", sigv4_presign_request, &cache);
            check_key(&test);
            count++;
        } else {
            complain(&test, "loading", STR("unreadable"), STR("a case"));
        }
        release_case(&test);
    }
    closedir(directory);
    sigv4_key_cache_release(&cache);
    return count;
}

static const char *suite_folder(void) {
    const char *folder = getenv("RECLOOP_SIGV4_SUITE");
    return folder && folder[0] ? folder : "../shared/data/aws-sigv4-suite/v4";
}

static void sigv4_passes_the_worked_examples(void **state) {
    (void)state;
    failures = 0;
    assert_int_equal(run_folder(OWN_VECTORS), 2);
    assert_int_equal(failures, 0);
}

static void sigv4_passes_the_official_suite_at_every_stage(void **state) {
    (void)state;
    failures = 0;
    const size_t count = run_folder(suite_folder());
    if (count == 0) skip(); // main has said why
    assert_int_equal(failures, 0);
    assert_int_equal(count, SUITE_CASES);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sigv4_passes_the_worked_examples),
    cmocka_unit_test(sigv4_passes_the_official_suite_at_every_stage),
};

int main(void) {
    DIR *suite = opendir(suite_folder());
    if (suite) closedir(suite);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (failed || suite) return failed;
    print_error("SKIPPED: no AWS signing suite at %s (RECLOOP_SIGV4_SUITE)\n", suite_folder());
    return TEST_SKIPPED;
}
