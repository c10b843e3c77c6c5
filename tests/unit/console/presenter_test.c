#include "support/model_fixture.h"
#include "support/test.h"

#include "console/presenter.h"
#include "console/view.h"

static bool is_presenting(const struct fixture *fixture) {
    const struct overlay *top = overlay_top(&fixture->model);
    return top && top->id == OVERLAY_PRESENTER;
}

static void presenter_comes_from_every_pane_and_goes_back(void **state) {
    struct fixture *fixture = *state;
    for (int id = 0; id < PANE_COUNT; id++) {
        fixture_press(fixture, (uint32_t)('1' + id));
        fixture_press(fixture, 'P');
        assert_true(is_presenting(fixture));
        fixture_press(fixture, 'P');
        assert_int_equal(fixture->model.overlay_count, 0);
        assert_int_equal(fixture->model.pane, id);
        fixture->model.is_detail_open = true;
        fixture_press(fixture, 'P');
        assert_true(is_presenting(fixture));
        fixture_press(fixture, 'P');
        assert_int_equal(fixture->model.overlay_count, 0);
        assert_true(fixture->model.is_detail_open);
        fixture->model.is_detail_open = false;
    }
}

static bool is_question(enum overlay_id id) {
    return id == OVERLAY_CONFIRM || id == OVERLAY_LEAVE;
}

// What is open stays open behind it; a question is answered first, and where text is typed a P is a letter.
static void presenter_comes_over_what_is_open_and_goes_back_to_it(void **state) {
    struct fixture *fixture = *state;
    for (int id = 0; id < OVERLAY_COUNT; id++) {
        const struct overlay *overlay = overlay_get((enum overlay_id)id);
        if (id == OVERLAY_PRESENTER || overlay->takes_text) continue;
        overlay_open(&fixture->model, (enum overlay_id)id);
        fixture_press(fixture, 'P');
        if (is_question((enum overlay_id)id)) {
            assert_false(is_presenting(fixture));
            assert_true(fixture->model.notice.text.len > 0);
        } else {
            if (!is_presenting(fixture)) fail_msg("P does nothing in overlay %d", id);
            assert_int_equal(fixture->model.overlay_count, 2);
            fixture_press(fixture, 'P');
        }
        assert_int_equal(fixture->model.overlay_count, 1);
        assert_int_equal(fixture->model.overlays[0], id);
        overlay_close(&fixture->model);
    }
}

static void presenter_is_come_back_to_from_what_was_opened_on_it(void **state) {
    struct fixture *fixture = *state;
    fixture_press(fixture, 'P');
    fixture_press(fixture, '?');
    assert_int_equal(fixture->model.overlay_count, 2);
    fixture_press(fixture, 'P');
    assert_int_equal(fixture->model.overlay_count, 1);
    assert_true(is_presenting(fixture));
    fixture_press(fixture, 'P');
    assert_int_equal(fixture->model.overlay_count, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
        presenter_comes_from_every_pane_and_goes_back, fixture_set_up, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        presenter_comes_over_what_is_open_and_goes_back_to_it, fixture_set_up, fixture_tear_down),
    cmocka_unit_test_setup_teardown(
        presenter_is_come_back_to_from_what_was_opened_on_it, fixture_set_up, fixture_tear_down),
};

int main(void) {
    return cmocka_run_group_tests_name("console/presenter", tests, NULL, NULL);
}
