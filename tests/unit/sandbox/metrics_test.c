// Metrics: the text format by its rules, and that what happens is counted where it belongs.
#include "fixture.h"
#include "sandbox/operations/metrics_text.h"

#define SERIES_LIMIT 4000
#define NAME_BYTES 128

// ---- a checker of the format, in the strict reading of promtool ----

struct family {
    char name[NAME_BYTES], kind[16];
    bool has_samples;
};

struct checker {
    struct family families[200];
    size_t family_count;
    struct str series[SERIES_LIMIT]; // name and labels, to find the same one twice
    size_t series_count;
    double last_bound, last_below; // of the histogram under way
    struct str last_labels;
};

static bool is_name(struct str name, bool is_label) {
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && !(i && c >= '0' && c <= '9') && !(c == ':' && !is_label)) return false;
    }
    return name.len > 0;
}

static void fail_line(struct str line, const char *why) {
    print_error("%s: " STR_FMT "\n", why, STR_ARG(line));
    fail();
}

static struct family *last_family(struct checker *checker) {
    return checker->family_count ? &checker->families[checker->family_count - 1] : NULL;
}

static void copy(char *out, size_t bytes, struct str text) {
    assert_true(text.len < bytes);
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
}

static void check_help(struct checker *checker, struct str line) {
    struct str name, help;
    str_split(str_skip(line, strlen("# HELP ")), ' ', &name, &help);
    if (!is_name(name, false) || !help.len) fail_line(line, "HELP without a name or a text");
    for (size_t i = 0; i < checker->family_count; i++) {
        if (str_equal(name, str_from(checker->families[i].name)))
            fail_line(line, "a family begins twice");
    }
    assert_true(checker->family_count < ARRAY_COUNT(checker->families));
    struct family *family = &checker->families[checker->family_count++];
    copy(family->name, sizeof(family->name), name);
}

static void check_type(struct checker *checker, struct str line) {
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    struct family *family = last_family(checker);
    struct str name, kind;
    bool is_known = false;
    str_split(str_skip(line, strlen("# TYPE ")), ' ', &name, &kind);
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        is_known |= str_equal(kind, str_from(kinds[i]));
    if (!family || !str_equal(name, str_from(family->name)) || family->kind[0] || !is_known)
        fail_line(line, "TYPE does not follow its HELP");
    if (str_equal(kind, STR("counter")) != str_ends_with(name, STR("_total")))
        fail_line(line, "counters and only counters end in _total");
    copy(family->kind, sizeof(family->kind), kind);
}

// Takes `name="value"` off the front.
static void check_label(struct str *rest, struct str line, struct str *name, struct str *value) {
    if (!str_split(*rest, '=', name, rest) || !is_name(*name, true) || !rest->len ||
        rest->ptr[0] != '"')
        fail_line(line, "a label is no name=\"value\"");
    size_t at = 1;
    while (at < rest->len && rest->ptr[at] != '"') {
        if (rest->ptr[at] == '\\') {
            at++;
            if (at >= rest->len || !strchr("\\\"n", rest->ptr[at]))
                fail_line(line, "an escape that is none");
        }
        at++;
    }
    if (at >= rest->len) fail_line(line, "a label value does not end");
    *value = str_slice(*rest, 1, at - 1);
    *rest = str_skip(*rest, at + 1);
    if (rest->len && rest->ptr[0] == ',') *rest = str_skip(*rest, 1);
}

static void check_bucket(
    struct checker *checker, struct str line, struct str others, struct str bound, double below) {
    double limit = 1e300;
    if (!str_equal(bound, STR("+Inf")) && !str_parse_double(bound, &limit))
        fail_line(line, "le is no number");
    if (str_equal(others, checker->last_labels)) {
        if (limit <= checker->last_bound) fail_line(line, "bounds do not rise");
        if (below < checker->last_below) fail_line(line, "a bucket holds less than one below it");
    }
    checker->last_labels = others;
    checker->last_bound = limit;
    checker->last_below = below;
}

static void check_sample(struct checker *checker, struct str line) {
    struct family *family = last_family(checker);
    struct str series, number, name, labels, le = {0}, others = {0};
    double value = 0;
    size_t space = line.len;
    while (space > 0 && line.ptr[space - 1] != ' ')
        space--;
    series = str_slice(line, 0, space ? space - 1 : 0);
    number = str_skip(line, space);
    if (!str_parse_double(number, &value)) fail_line(line, "the value is no number");
    const bool has_labels = str_split(series, '{', &name, &labels);
    if (has_labels && !str_ends_with(labels, STR("}"))) fail_line(line, "labels do not end");
    if (has_labels) labels.len--;
    if (!family || !family->kind[0] || !is_name(name, false) ||
        !str_starts_with(name, str_from(family->name)))
        fail_line(line, "a sample outside its family");
    const struct str suffix = str_skip(name, strlen(family->name));
    const bool is_histogram = strcmp(family->kind, "histogram") == 0;
    const bool is_bucket = str_equal(suffix, STR("_bucket"));
    if (is_histogram
            ? !is_bucket && !str_equal(suffix, STR("_sum")) && !str_equal(suffix, STR("_count"))
            : suffix.len > 0)
        fail_line(line, "a name that does not fit the kind");
    for (struct str rest = labels; has_labels && rest.len;) {
        struct str label, text;
        const struct str before = rest;
        check_label(&rest, line, &label, &text);
        if (!str_equal(label, STR("le"))) continue;
        le = text;
        others = str_slice(labels, 0, labels.len - before.len);
    }
    if (is_bucket != (le.ptr != NULL)) fail_line(line, "le stands on buckets, and only there");
    if (is_bucket) check_bucket(checker, line, others, le, value);
    if (str_equal(suffix, STR("_count")) && value < checker->last_below)
        fail_line(line, "the count is below the last bucket");
    if (strcmp(family->kind, "counter") == 0 && value < 0) fail_line(line, "a negative counter");
    for (size_t i = 0; i < checker->series_count; i++) {
        if (str_equal(series, checker->series[i])) fail_line(line, "the same series twice");
    }
    assert_true(checker->series_count < SERIES_LIMIT);
    checker->series[checker->series_count++] = series;
    family->has_samples = true;
}

static void check_text(struct str text) {
    struct checker *checker = calloc(1, sizeof(*checker));
    assert_true(str_ends_with(text, STR("\n")));
    while (text.len) {
        struct str line;
        str_split(text, '\n', &line, &text);
        if (str_starts_with(line, STR("# HELP ")))
            check_help(checker, line);
        else if (str_starts_with(line, STR("# TYPE ")))
            check_type(checker, line);
        else
            check_sample(checker, line);
    }
    free(checker);
}

// ---- what is counted ----

static double value_of(const struct fixture *fixture, const char *series) {
    struct buf start = {0};
    struct str rest = buf_str(&fixture->response.body), line;
    double value = -1;
    buf_add_format(&start, "%s ", series);
    while (rest.len) {
        str_split(rest, '\n', &line, &rest);
        if (str_starts_with(line, buf_str(&start)))
            assert_true(str_parse_double(str_skip(line, start.len), &value));
    }
    buf_release(&start);
    return value;
}

static void assert_value(const struct fixture *fixture, const char *series, double expected) {
    const double value = value_of(fixture, series);
    if (value < expected - 1e-9 || value > expected + 1e-9) {
        print_error("%s is %f, expected %f\n", series, value, expected);
        fail();
    }
}

static void read_metrics(struct fixture *fixture) {
    assert_int_equal(fixture_get(fixture, "/_recloop/metrics"), 200);
    assert_str(
        headers_get(&fixture->response.headers, STR("Content-Type")),
        "text/plain; version=0.0.4; charset=utf-8");
    check_text(buf_str(&fixture->response.body));
}

static void the_text_keeps_the_rules_from_the_start(void **state) {
    struct fixture fixture;
    (void)state;
    fixture_start_in_memory(&fixture);
    read_metrics(&fixture);
    read_metrics(&fixture); // now that there is a request
    fixture_stop(&fixture);
}

static void everything_that_happens_is_counted(void **state) {
    struct fixture fixture;
    (void)state;
    fixture_start_on_disk(&fixture);
    fixture_click(&fixture, "u-1", "led-high-tops", "m-1");
    assert_int_equal(
        fixture_track(
            &fixture, "website-prod", "track",
            "{\"event\":\"E\",\"userId\":\"u-1\",\"messageId\":\"m-1\"}"),
        200); // seen before
    assert_int_equal(fixture_track(&fixture, "website-prod", "track", "{\"event\":\"E\"}"), 200);
    assert_int_equal(fixture_track(&fixture, "website-prod", "track", "{"), 400);
    free(fixture_recommendations(&fixture, "u-1"));
    assert_int_equal(fixture_get(&fixture, "/nowhere"), 404);
    assert_int_equal(
        fixture_call(
            &fixture,
            &(struct fixture_call){
                .method = "PUT",
                .target = "/_recloop/faults",
                .body = "{\"spec\":\"profile:status=503,id=a\\\\b\"}"}),
        200);
    assert_int_equal(fixture_profile(&fixture, "u-1", "traits"), 503);
    read_metrics(&fixture);
#define REQUESTS(service, operation, status)                                                       \
    "recloop_requests_total{service=\"" service "\",operation=\"" operation "\",status=\"" status  \
    "\"}"
    assert_value(&fixture, REQUESTS("tracking", "track", "2xx"), 3);
    assert_value(&fixture, REQUESTS("tracking", "track", "4xx"), 1);
    assert_value(&fixture, REQUESTS("personalize-runtime", "GetRecommendations", "2xx"), 1);
    assert_value(&fixture, REQUESTS("profile", "traits", "5xx"), 1);
    assert_value(&fixture, REQUESTS("none", "other", "4xx"), 1);
    assert_value(
        &fixture,
        "recloop_request_duration_seconds_count{service=\"tracking\",operation=\"track\"}", 4);
    assert_value(&fixture, "recloop_events_accepted_total", 2); // and the handler's identify
    assert_value(&fixture, "recloop_events_duplicate_total", 1);
    assert_value(&fixture, "recloop_events_discarded_total{reason=\"no_user_anon_id\"}", 1);
    assert_value(&fixture, "recloop_deliveries_total{code=\"OK\"}", 1);
    assert_value(&fixture, "recloop_function_runs_total{outcome=\"ok\"}", 1);
    assert_value(&fixture, "recloop_delivery_queue{state=\"new\"}", 0);
    assert_value(
        &fixture, "recloop_fault_hits_total{id=\"a\\\\b\",service=\"profile\",effect=\"refuse\"}",
        1);
    assert_true(value_of(&fixture, "recloop_model_bytes") > 1000);
    assert_true(value_of(&fixture, "recloop_model_items") >= 50);
    assert_true(value_of(&fixture, "recloop_store_bytes") > 8192);
    assert_true(value_of(&fixture, "recloop_connections") >= 1);
    assert_true(value_of(&fixture, "process_resident_memory_bytes") > 1e6);
    assert_true(value_of(&fixture, "process_cpu_seconds_total") > 0);
    assert_true(value_of(&fixture, "process_open_fds") > 3);
#undef REQUESTS
    fixture_stop(&fixture);
}

static void labels_stay_few_whatever_arrives(void **state) {
    struct fixture fixture;
    size_t lengths[2] = {0};
    (void)state;
    fixture_start_in_memory(&fixture);
    for (size_t round = 0; round < 2; round++) {
        for (int i = 0; i < 60; i++) {
            struct buf target = {0};
            buf_add_format(&target, "/v1/nothing-%zu-%d", round, i);
            (void)fixture_get(&fixture, buf_text(&target));
            buf_reset(&target);
            buf_add_format(&target, "/nothing-%zu-%d/x", round, i);
            (void)fixture_get(&fixture, buf_text(&target));
            buf_release(&target);
        }
        read_metrics(&fixture);
        struct str rest = buf_str(&fixture.response.body), line;
        while (rest.len) {
            str_split(rest, '\n', &line, &rest);
            lengths[round]++;
        }
    }
    assert_in_range(lengths[1], lengths[0], lengths[0] + 40); // metrics' own row
    fixture_stop(&fixture);
}

static void label_values_are_escaped(void **state) {
    struct buf out = {0};
    const struct metrics_text_label labels[] = {{"a", STR("x\"y\\z\n")}, {"b", STR("")}, {0}};
    (void)state;
    metrics_text_family(&out, "m", "gauge", "Help.");
    metrics_text_sample(&out, "m", "", labels, 0.5);
    assert_str(
        buf_str(&out), "# HELP m Help.\n# TYPE m gauge\nm{a=\"x\\\"y\\\\z\\n\",b=\"\"} 0.5\n");
    check_text(buf_str(&out));
    buf_release(&out);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_text_keeps_the_rules_from_the_start),
    cmocka_unit_test(everything_that_happens_is_counted),
    cmocka_unit_test(labels_stay_few_whatever_arrives),
    cmocka_unit_test(label_values_are_escaped),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
