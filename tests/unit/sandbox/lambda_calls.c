// lambda_calls — see the header.
#include "lambda_calls.h"

#define CREATE                                                                                     \
    "{\"FunctionName\":\"shoe-fn\",\"Runtime\":\"provided.al2023\",\"Handler\":\"bootstrap\","     \
    "\"Role\":\"" ROLE "\",\"Code\":{\"ZipFile\":\"" ZIP "\"},\"Tags\":{\"team\":\"shoes\"}"

int lambda_set_up(void **state) {
    static const struct sandbox_options options = {.has_instant_statuses = true};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_start_with(fixture, &options);
    *state = fixture;
    return 0;
}

int lambda_call(struct fixture *fixture, const char *method, const char *target, const char *body) {
    return fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "lambda", .method = method, .target = target, .body = body});
}

struct str lambda_error_type(const struct fixture *fixture) {
    return headers_get(&fixture->response.headers, STR("x-amzn-ErrorType"));
}

struct str lambda_member(const struct fixture *fixture, const char *name) {
    return json_get_text(fixture->json.root, name);
}

void assert_refused(
    struct fixture *fixture, int got, int status, const char *type, const char *text) {
    if (got != status || !str_equal(lambda_error_type(fixture), str_from(type)))
        print_error("%.300s\n", buf_text(&fixture->response.body));
    assert_int_equal(got, status);
    assert_str(lambda_error_type(fixture), type);
    assert_contains(buf_str(&fixture->response.body), text);
    assert_str(lambda_member(fixture, "Type"), "User");
}

void lambda_create_shoe_fn(struct fixture *fixture) {
    const int status = lambda_call(fixture, "POST", FUNCTIONS, CREATE "}");
    if (status != 201) print_error("%.300s\n", buf_text(&fixture->response.body));
    assert_int_equal(status, 201);
}

int lambda_invoke(struct fixture *fixture, const char *target, const char *body) {
    return fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = "lambda", .target = target, .body = body, .log_type = "Tail"});
}

void lambda_set_environment(struct fixture *fixture, const char *variables) {
    struct buf body = {0};
    buf_add_format(&body, "{\"Environment\":{\"Variables\":{%s}}}", variables);
    const int status = lambda_call(fixture, "PUT", HANDLER "/configuration", buf_text(&body));
    if (status != 200) print_error("%.300s\n", buf_text(&fixture->response.body));
    assert_int_equal(status, 200);
    buf_release(&body);
}
