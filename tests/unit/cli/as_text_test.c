// Messages as text: what is shown, where, and that foreign bytes steer nothing.
#include "cli/as_text.h"

#include "support/test.h"

static const struct as_text_style plain = {0};
static const struct as_text_style ascii = {.is_ascii = true};
static const struct as_text_style colour = {.has_colour = true};
static const struct as_text_style verbose = {.is_verbose = true};

static struct hop make_hop(enum hop_state state) {
    struct hop hop = {.id = HOP_LAMBDA, .state = state, .ms = 1.25, .status = 200};
    hop_set_detail(&hop, STR("200, payload null"));
    return hop;
}

static void add_hop(struct buf *out, enum hop_state state, const struct as_text_style *style) {
    const struct hop hop = make_hop(state);
    struct message *message = message_new_hop(1, &hop);
    as_text_add(out, message, style);
    message_free(message);
}

static void as_text_shows_a_hop_with_sign_name_and_milliseconds(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    add_hop(&text, HOP_DONE, &plain);
    assert_str(buf_str(&text), "✓ Lambda           1.25 ms  200, payload null\n");
    buf_reset(&text);
    add_hop(&text, HOP_DONE, &ascii);
    assert_str(buf_str(&text), "+ Lambda           1.25 ms  200, payload null\n");
    buf_reset(&text);
    add_hop(&text, HOP_FAILED, &colour);
    assert_contains(buf_str(&text), "\033[31m✗\033[0m Lambda");
}

static void as_text_shows_running_hops_only_when_verbose(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    add_hop(&text, HOP_RUNNING, &plain);
    assert_int_equal(text.len, 0);
    add_hop(&text, HOP_RUNNING, &verbose);
    assert_contains(buf_str(&text), "Lambda");
}

static void as_text_makes_foreign_bytes_harmless(void **state) {
    (void)state;
    static const char evil[] = "\033]0;owned\007\xff\xc2\x9b"
                               "31m\xe2\x80\xae";
    CLEANUP(buf_release) struct buf text = {0};
    struct message *line = message_new_line(1, false, str_from(evil));
    as_text_add(&text, line, &plain);
    message_free(line);
    struct message *profile = message_new(MESSAGE_PROFILE, 1);
    (void)message_add_trait(profile, str_from(evil), str_from(evil));
    as_text_add(&text, profile, &plain);
    message_free(profile);
    struct message *event = message_new(MESSAGE_EVENT, 1);
    event->as.event.name = message_copy_text(str_from(evil));
    event->as.event.discard_reason = message_copy_text(str_from(evil));
    as_text_add(&text, event, &plain);
    message_free(event);
    struct error err = {0};
    error_set(&err, ERROR_REFUSED, "%s", evil);
    error_hint(&err, "%s", evil);
    as_text_add_error(&text, &err, &plain);
    for (size_t i = 0; i < text.len; i++)
        assert_true((unsigned char)text.ptr[i] >= 0x20 || text.ptr[i] == '\n');
    assert_false(str_contains(buf_str(&text), STR("\xe2\x80\xae")));
    assert_true(str_is_utf8(buf_str(&text)));
}

static void as_text_shows_ranks_scores_and_movement(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *message = message_new(MESSAGE_RECOMMENDATIONS, 1);
    message_add_item(message, STR("led-high-tops"), 0.25)->previous_rank = 3;
    message_add_item(message, STR("zipped-jacket"), -1)->previous_rank = 0;
    as_text_add(&text, message, &ascii);
    message_free(message);
    assert_contains(buf_str(&text), "  1  led-high-tops");
    assert_contains(buf_str(&text), "0.2500  +2");
    assert_contains(buf_str(&text), "zipped-jacket");
    assert_contains(buf_str(&text), "new");
    assert_false(str_contains(buf_str(&text), STR("-1.0")));
}

static void as_text_prints_a_single_value_bare_for_shells(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *message = message_new(MESSAGE_VALUES, 1);
    message_add_value(message, "region", STR("eu-west-1"));
    as_text_add(&text, message, &plain);
    assert_str(buf_str(&text), "eu-west-1\n");
    message_add_value(message, "account", STR("1"));
    buf_reset(&text);
    as_text_add(&text, message, &plain);
    assert_contains(buf_str(&text), "region");
    message_free(message);
}

static void as_text_tells_a_settings_problem_with_its_remedy(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *message = message_new(MESSAGE_SETTINGS, 1);
    struct message_setting *setting = message_add_setting(message, "campaign_arn", STR("arn:x"));
    setting->is_set = true;
    error_set(&setting->problem, ERROR_CONFIG, "a solution, no campaign");
    error_hint(&setting->problem, "paste the campaign's ARN");
    as_text_add(&text, message, &plain);
    message_free(message);
    assert_contains(buf_str(&text), "campaign_arn           arn:x  (unset)\n");
    assert_contains(buf_str(&text), "a solution, no campaign\n");
    assert_contains(buf_str(&text), "paste the campaign's ARN\n");
}

static void as_text_sends_notes_and_progress_to_standard_error(void **state) {
    (void)state;
    struct message note = {.kind = MESSAGE_LINE, .as.line = {.is_diagnostic = true}};
    struct message line = {.kind = MESSAGE_LINE};
    struct message progress = {.kind = MESSAGE_PROGRESS};
    struct message hop = {.kind = MESSAGE_HOP};
    assert_true(as_text_is_diagnostic(&note));
    assert_false(as_text_is_diagnostic(&line));
    assert_true(as_text_is_diagnostic(&progress));
    assert_false(as_text_is_diagnostic(&hop));
}

static void as_text_tells_how_far_a_delivery_is(void **state) {
    (void)state;
    static char label[] = "events streamed";
    static char where[] = "2019-05-21 iOS";
    static char trouble[] = "429 \033[31mslow down";
    struct message message = {
        .kind = MESSAGE_PROGRESS,
        .as.progress = {
            .label = label,
            .is_delivery = true,
            .is_running = true,
            .is_total_about = true,
            .done = 123456,
            .accepted = 123456,
            .total = 4800000,
            .per_second = 20153.4,
            .eta_ms = 3725000,
            .where = where,
            .refused = 3,
            .retried = 12,
            .in_flight = 1000,
        }};
    CLEANUP(buf_release) struct buf text = {0};
    as_text_add(&text, &message, &plain);
    assert_str(
        buf_str(&text),
        "events streamed: 123,456 of about 4,800,000, 20153/s, 1 h 2 min left, 3 refused, "
        "12 sent again, at 2019-05-21 iOS, 1,000 in flight\n");
    buf_reset(&text);
    message.as.progress.trouble = trouble;
    message.as.progress.wanted_per_second = 50;
    as_text_add(&text, &message, &colour);
    assert_contains(buf_str(&text), "20153/s of 50/s");
    assert_contains(buf_str(&text), "429 \\e[31mslow down");
    assert_int_equal(str_find_char(buf_str(&text), '\033'), text.len);
    message.as.progress.is_paused = true;
    buf_reset(&text);
    as_text_add(&text, &message, &plain);
    assert_contains(buf_str(&text), "(paused)");
}

static void as_text_writes_an_error_with_its_hint(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct error err = {0};
    error_set(&err, ERROR_CONFIG, "region is not set");
    error_hint(&err, "recloop config set region us-east-1");
    as_text_add_error(&text, &err, &plain);
    assert_str(
        buf_str(&text), "recloop: region is not set\n  recloop config set region us-east-1\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(as_text_shows_a_hop_with_sign_name_and_milliseconds),
    cmocka_unit_test(as_text_shows_running_hops_only_when_verbose),
    cmocka_unit_test(as_text_makes_foreign_bytes_harmless),
    cmocka_unit_test(as_text_shows_ranks_scores_and_movement),
    cmocka_unit_test(as_text_prints_a_single_value_bare_for_shells),
    cmocka_unit_test(as_text_tells_a_settings_problem_with_its_remedy),
    cmocka_unit_test(as_text_sends_notes_and_progress_to_standard_error),
    cmocka_unit_test(as_text_tells_how_far_a_delivery_is),
    cmocka_unit_test(as_text_writes_an_error_with_its_hint),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
